"""Watch a market live, one or two worlds with the same customers and the same luck; move a lever and see what follows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.parameters import lines
from sim.studio import levers, shelf
from sim.studio.address import Address, use_address
from sim.studio.desk import DESKS, Desk
from sim.studio.director import Story, story
from sim.studio.film import LARGEST
from sim.studio.furniture import Table, aside, button, choice, heading, said, told
from sim.studio.projecting import FIRST, SAME, Projector, script_of, second_key

TITLE, ICON, PLACE = "Live", "mdi-play-network-outline", 10
SIZES = [("300", "300 people"), ("1000", "1,000 people"), (str(LARGEST), "everybody in the file")]
ENGINES = [("core", "fast (compiled core)"), ("mesa", "readable (Mesa agents, a few weeks a second)")]


@solara.component_vue("../vue/live.vue")
def Stage(
    opening: dict[str, Any],
    chunk: dict[str, Any],
    picked: int,
    event_more: Callable[[dict[str, Any]], None],
    event_pick: Callable[[int], None],
    event_at: Callable[[int], None],
) -> None:
    """The worlds as they are drawn in the browser."""


@solara.component_vue("../vue/lever.vue")
def LeverField(
    label: str,
    meaning: str,
    source: str,
    unit: str,
    kind: str,
    low: float,
    high: float,
    reach: float,
    value: Any,
    event_moved: Callable[[Any], None],
) -> None:
    """One lever: a slider and a number, or a switch."""


@solara.component
def Page() -> None:
    """The live page: settings at the left, the worlds beside them, a customer's journey below."""
    address, desk = use_address(), DESKS.of(solara.get_session_id())
    opening, set_opening = solara.use_state({})
    chunk, set_chunk = solara.use_state({})
    mistake, set_mistake = solara.use_state("")
    projector = solara.use_memo(lambda: Projector(set_opening, set_chunk), [])
    keep = solara.use_ref(0)

    def roll() -> None:
        projector.load(lambda: script_of(address, desk), keep.current, set_mistake)
        keep.current = 0

    solara.use_effect(roll, [_filmed(address)])
    picked = address.whole("customer", -1, -1, LARGEST - 1)
    v.Html(tag="h1", class_="studio-hidden", children=["Live"])  # seen in the bar above; the room is for the worlds
    with v.Html(tag="div", class_="studio-live"):
        with v.Html(tag="section", class_="studio-side", attributes={"aria-label": "What is shown"}):
            Worlds(address, desk)
            Levers(address, desk, projector, keep)
        with v.Html(tag="section", attributes={"aria-label": "The market"}):
            if mistake:
                told(mistake)
            Stage(
                opening=opening,
                chunk=chunk,
                picked=picked,
                event_more=projector.more,
                event_pick=lambda who: address.go(customer=who),
                event_at=lambda week: setattr(projector, "at", int(week)),
            )
            Told(address, desk, picked)


def _filmed(address: Address) -> str:
    """All that the film depends on; a customer that is picked does not change it."""
    return repr([address[key] for key in ("one", "two", "people", "seed", "engine", "levers")])


@solara.component
def Worlds(address: Address, desk: Desk) -> None:
    """Which scenarios, how many people, which engine, whose luck."""
    known = [(key, f"{key.split('/')[0]}: {shelf.title(key, desk)}") for key in shelf.on_shelf(desk)]
    first, second = address["one"] or FIRST, second_key(address) or SAME

    def go(**changes: str) -> None:
        address.go(**{"one": first, "two": second, **changes})

    choice("World A", known, first, lambda key: go(one=key))
    beside = [(SAME, "the same, with levers moved"), *known]
    choice("World B", beside, second, lambda key: go(two=key))
    choice("People", SIZES, address["people"] or str(LARGEST), lambda size: go(people=size))
    choice("Engine", ENGINES, address["engine"] or "core", lambda engine: go(engine=engine))
    with v.Html(tag="div", class_="studio-row"):
        seed = address.whole("seed", 1, 0, 2**31)
        said(f"Luck no. {seed}")
        button("Other luck", lambda: go(seed=str(seed + 1)), "mdi-dice-5-outline", text=True, small=True)


@solara.component
def Levers(address: Address, desk: Desk, projector: Projector, keep: Any) -> None:
    """The levers of world B: choose a mechanism, move what it sets."""
    part, set_part = solara.use_state("")
    now, set_now = solara.use_state(True)
    refused, set_refused = solara.use_state("")
    known = levers.parts_with_levers()
    moved = _readable(address["levers"])
    chosen = part or (moved[-1].part if moved else _telling(address, desk))

    def move(lever: levers.Lever) -> None:
        changed = levers.moved(moved, lever)
        try:
            _second(address, desk, changed)
        except Mistake as mistake:
            return set_refused(str(mistake))
        set_refused("")
        keep.current = lever.week
        go(levers.written(changed))

    def go(written: str) -> None:
        address.go(one=address["one"] or FIRST, two=second_key(address) or SAME, levers=written)

    heading("Levers of world B", 2)
    groups = {"mechanisms": "the company", "behaviour": "its customers"}
    items = [(name, f"{name.replace('_', ' ')} ({groups[each.group]})") for name, each in known.items()]
    choice("Mechanism", items, chosen, set_part)
    aside(known[chosen].says)
    v.Switch(label="from the week that is shown on", v_model=now, on_v_model=set_now, dense=True, hide_details=True)
    if refused:
        told(refused)
    _fields(
        address,
        desk,
        chosen,
        moved,
        lambda name, value: move(levers.Lever(chosen, name, value, projector.at if now else 0)),
    )
    if moved:
        heading("Moved", 3)
        for lever in moved:
            said(_told(lever), "studio-note")
        button("Put all back", lambda: go(""), "mdi-restore", outlined=True, small=True)


def _telling(address: Address, desk: Desk) -> str:
    """The mechanism in which the two worlds differ; the first there is if they do not."""
    known = list(levers.parts_with_levers())
    try:
        one, two = shelf.fetch(address["one"] or FIRST, desk), _second(address, desk, [])
    except Mistake:
        return known[0]
    last = one.weeks - 1, two.weeks - 1
    return next((name for name in known if one.settings(last[0])[name] != two.settings(last[1])[name]), known[0])


def _readable(text: str) -> list[levers.Lever]:
    """The levers of the address; none when it cannot be read, which the page says elsewhere."""
    try:
        return levers.read(text)
    except Mistake:
        return []


def _second(address: Address, desk: Desk, moved: list[levers.Lever]) -> Any:
    """World B with these levers moved."""
    key = second_key(address)
    base = shelf.fetch(address["one"] or FIRST if key in ("", SAME) else key, desk)
    return levers.with_levers(base, moved)


def _told(lever: levers.Lever) -> str:
    since = f" from week {lever.week}" if lever.week else ""
    value = {True: "yes", False: "no"}.get(lever.value, lever.value) if isinstance(lever.value, bool) else lever.value
    return f"{lever.part.replace('_', ' ')}: {lever.name.replace('_', ' ')} {value}{since}"


def _fields(
    address: Address, desk: Desk, part: str, moved: list[levers.Lever], move: Callable[[str, Any], None]
) -> None:
    """A field for each lever of the mechanism, showing what holds now."""
    model = levers.parts_with_levers()[part].parameters
    try:
        scenario = _second(address, desk, moved)
    except Mistake:
        return
    assert model is not None
    settings = scenario.settings(scenario.weeks - 1)[part]
    for name, line in lines(model).items():
        value = getattr(settings, name)
        LeverField(
            label=name.replace("_", " "),
            meaning=line.meaning,
            source=f"{line.source_kind}: {line.source}",
            unit="" if line.unit in ("yes or no", "share") and line.kind is bool else line.unit,
            kind=line.kind.__name__,
            low=line.low,
            high=line.high,
            reach=_reach(line.high, value, line.default),
            value=value,
            event_moved=lambda given, name=name, kind=line.kind: move(name, kind(given)),
        )


def _reach(high: float, value: Any, default: Any) -> float:
    """How far the slider goes: over the whole range, or, where that is vast, to some times what is usual."""
    usual = max(abs(float(value)), abs(float(default)))
    return high if usual == 0 or high <= 20 * usual else 4 * usual


@solara.component
def Told(address: Address, desk: Desk, picked: int) -> None:
    """One customer's journey in words."""
    wanted, set_wanted = solara.use_state("")
    found, set_found = solara.use_state((None, ""))

    def look() -> None:
        if picked < 0:
            return set_found((None, ""))
        threading.Thread(target=_find, args=(address, desk, picked, set_found), daemon=True).start()

    solara.use_effect(look, [picked, _filmed(address)])
    heading("One customer's journey", 2)
    aside("Click a person in the picture, or give a number; it is the same person in both worlds.")
    with v.Html(tag="div", class_="studio-row"):
        v.TextField(
            label="Customer number", v_model=wanted, on_v_model=set_wanted, dense=True, outlined=True, hide_details=True,
            style_="max-width: 180px",
        )  # fmt: skip
        button("Tell their journey", lambda: address.go(customer=wanted.strip() if wanted.strip().isdigit() else None))
    tale, mistake = found
    if mistake:
        told(mistake)
    if tale is not None:
        Tale(tale)


def _find(address: Address, desk: Desk, picked: int, show: Callable[[tuple[Story | None, str]], None]) -> None:
    try:
        show((story(script_of(address, desk), picked), ""))
    except Mistake as mistake:
        show((None, str(mistake)))


@solara.component
def Tale(tale: Story) -> None:
    """The story: who it is, where the two lives part, and week by week."""
    heading(f"Customer {tale.customer}", 3)
    said(" ".join(tale.about[1:]))
    if tale.parting:
        said(tale.parting, "studio-parting")
    Table(("When", *tale.columns), tale.rows, f"Journey of customer {tale.customer}")
    for name, ending in zip(tale.columns, tale.endings, strict=True):
        said(f"{name}: {ending}")
