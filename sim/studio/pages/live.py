"""Watch a market live, one or two worlds with the same customers and the same luck; move a lever and see what follows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.studio.library import scenario_library
from sim.studio.live.frames import LARGEST, from_file
from sim.studio.live.live_controller import (
    SAME,
    LiveController,
    compare_entries,
    first_key,
    script_of,
    second_policy,
    second_world,
)
from sim.studio.live.live_session import Story, story
from sim.studio.visitor.address import Address, use_address
from sim.studio.visitor.files import DESKS, VisitorFiles
from sim.studio.visitor.levers import lever, levers, of_part, typed, worded
from sim.studio.visitor.model import model
from sim.studio.visitor.policies import Policy, Setting, to_address
from sim.studio.visitor.work import told_of
from sim.studio.widgets.basics import Table, alert, button, caption, choice, heading, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.number_field import LeverField, lever_told

TITLE, ICON, PLACE = "Live", "mdi-play-network-outline", 10
SIZES = [("300", "300 people"), ("1000", "1,000 people"), (str(LARGEST), "all of the scenario")]
ENGINES = [("core", "fast (compiled core)"), ("mesa", "readable (Mesa agents, a few weeks a second)")]


@solara.component_vue("../live/live.vue")
def Stage(
    opening: dict[str, Any],
    chunk: dict[str, Any],
    picked: int,
    event_more: Callable[[dict[str, Any]], None],
    event_pick: Callable[[int], None],
    event_at: Callable[[int], None],
) -> None:
    """The worlds as they are drawn in the browser."""


@solara.component
def Page() -> None:
    """The live page: settings at the left, the worlds beside them, a customer's journey below."""
    address, desk = use_address(), DESKS.of(solara.get_session_id())
    opening, set_opening = solara.use_state({})
    chunk, set_chunk = solara.use_state({})
    mistake, set_mistake = solara.use_state("")
    projector = solara.use_memo(lambda: LiveController(set_opening, set_chunk), [])
    keep = solara.use_ref(0)

    def roll() -> None:
        projector.load(lambda: script_of(address, desk), keep.current, set_mistake)
        keep.current = 0

    solara.use_effect(roll, [_filmed(address)])
    picked = address.whole("customer", -1, -1, LARGEST - 1)
    html("h1", class_="studio-hidden", children=["Live"])  # seen in the bar above; the room is for the worlds
    with html("div", class_="studio-live"):
        with html("section", class_="studio-side", attributes={"aria-label": "What is shown"}):
            Worlds(address, desk)
            Levers(address, desk, projector, keep)
        with html("section", attributes={"aria-label": "The market"}):
            if mistake:
                alert(mistake)
            if opening or not mistake:
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
    return repr([address[key] for key in ("one", "two", "people", "seed", "engine")])


@solara.component
def Worlds(address: Address, desk: VisitorFiles) -> None:
    """Which scenarios, how many people, which engine, whose luck."""
    known = [(key, f"{key.split('/')[0]}: {name}") for key, name in scenario_library.titles(desk).items()]
    first, second = first_key(address), second_policy(address)

    def go(**changes: str) -> None:
        address.go(**{"one": first, "two": to_address(second), **changes})

    choice("World A", known, first, lambda key: go(one=key))
    beside = [(SAME, "the same, with levers moved"), *known]
    choice("World B", beside, second.start, lambda key: go(two=to_address(replace(second, start=key))))
    whole = solara.use_memo(lambda: _must_be_whole(first, desk), [first])
    size = str(LARGEST) if whole else address["people"] or str(LARGEST)
    choice("People", SIZES, size, lambda size: go(people=size), disabled=whole)
    if whole:
        caption("They are those of a file, and all of them are shown.")
    choice("Engine", ENGINES, address["engine"] or "core", lambda engine: go(engine=engine))
    with html("div", class_="studio-row"):
        seed = address.whole("seed", 1, 0, 2**31)
        paragraph(f"Luck no. {seed}")
        button("Other luck", lambda: go(seed=str(seed + 1)), "mdi-dice-5-outline", text=True, small=True)
    wanted = compare_entries(address)
    with html("div"):
        if wanted:
            button("Compare both", lambda: address.go("/compare", **wanted), "mdi-compare", outlined=True, small=True)
            caption("Hundreds of replications instead of one, with intervals.")


def _must_be_whole(key: str, desk: VisitorFiles) -> bool:
    """Whether a scenario's people can only be shown all together; not so when it cannot be read, which is said elsewhere."""
    try:
        return from_file(scenario_library.fetch(key, desk))
    except Mistake:
        return False


@solara.component
def Levers(address: Address, desk: VisitorFiles, projector: LiveController, keep: Any) -> None:
    """The levers of world B: choose a mechanism, move what it sets."""
    part, set_part = solara.use_state("")
    now, set_now = solara.use_state(True)
    refused, set_refused = solara.use_state("")
    second, known = second_policy(address), _parts()
    moved = [setting for setting in second.settings if setting.lever in levers()]
    chosen = part or (lever(moved[-1].lever).part if moved else _telling(address, desk))

    def move(name: str, written: str) -> None:
        setting = Setting(f"{chosen}.{name}", written, projector.at if now else 0)
        try:
            second_world(address, second.turned(setting), desk)
        except Mistake as mistake:
            return set_refused(str(mistake))
        set_refused("")
        keep.current = setting.week
        go(second.turned(setting))

    def go(policy: Policy) -> None:
        address.go(one=first_key(address), two=to_address(policy))

    heading("Levers of world B", 2)
    groups = {"outside": "your own", "mechanisms": "the company", "behaviour": "its customers"}
    items = [(name, f"{name.replace('_', ' ')} ({groups[group]})") for name, group in known.items()]
    choice("Mechanism", items, chosen, set_part)
    caption(model().parts[chosen].says)
    v.Switch(label="from the week that is shown on", v_model=now, on_v_model=set_now, dense=True, hide_details=True)
    if refused:
        alert(refused)
    _fields(address, desk, chosen, move)
    if second.settings:
        heading("Moved", 3)
        for setting in second.settings:
            paragraph(f"{worded(setting.lever.partition('.')[0])}: {setting.told}", "studio-note")
        button("Put all back", lambda: go(replace(second, settings=())), "mdi-restore", outlined=True, small=True)


def _parts() -> dict[str, str]:
    """Everything a company can set or that customers do, what the company does first: part → its group."""
    return {each.part: each.group for each in levers().values() if each.group != "scenario"}


def _telling(address: Address, desk: VisitorFiles) -> str:
    """The mechanism in which the two worlds differ; the first there is if they do not."""
    known = list(_parts())
    try:
        one, two = scenario_library.fetch(first_key(address), desk), second_world(address, second_policy(address), desk)
    except Mistake:
        return known[0]
    last = one.weeks - 1, two.weeks - 1
    return next((name for name in known if one.settings(last[0])[name] != two.settings(last[1])[name]), known[0])


def _fields(address: Address, desk: VisitorFiles, part: str, move: Callable[[str, str], None]) -> None:
    """A field for each lever of the mechanism, showing what holds now."""
    try:
        scenario = second_world(address, second_policy(address), desk)
    except Mistake:
        return
    settings = scenario.settings(scenario.weeks - 1)[part]
    for each in of_part(part):
        LeverField(each, typed(getattr(settings, each.name)), lambda written, name=each.name: move(name, written))  # type: ignore[misc]
        lever_told(each)


@solara.component
def Told(address: Address, desk: VisitorFiles, picked: int) -> None:
    """One customer's journey in words."""
    wanted, set_wanted = solara.use_state("")
    found, set_found = solara.use_state((None, ""))
    latest, turn = solara.use_ref(picked), solara.use_memo(threading.Lock, [])
    latest.current = picked

    def look() -> None:
        if picked < 0:
            return set_found((None, ""))
        threading.Thread(target=find, daemon=True).start()

    def find() -> None:
        with turn:  # one journey at a time; of those that wait only the last is still wanted
            if latest.current == picked:
                _find(address, desk, picked, set_found)

    solara.use_effect(look, [picked, _filmed(address)])
    heading("One customer's journey", 2)
    caption("Click a person in the picture, or give a number; it is the same person in both worlds.")
    with html("div", class_="studio-row"):
        v.TextField(
            label="Customer number", v_model=wanted, on_v_model=set_wanted, dense=True, outlined=True, hide_details=True,
            style_="max-width: 180px",
        )  # fmt: skip
        button("Tell their journey", lambda: address.go(customer=wanted.strip() if wanted.strip().isdigit() else None))
    tale, mistake = found
    if mistake:
        alert(mistake)
    if tale is not None:
        Tale(tale)


def _find(address: Address, desk: VisitorFiles, picked: int, show: Callable[[tuple[Story | None, str]], None]) -> None:
    try:
        show((story(script_of(address, desk), picked), ""))
    except Exception as fault:  # whatever it is, it must reach the page
        show((None, told_of(fault)))


@solara.component
def Tale(tale: Story) -> None:
    """The story: who it is, where the two lives part, and week by week."""
    heading(f"Customer {tale.customer}", 3)
    paragraph(" ".join(tale.about[1:]))
    if tale.parting:
        paragraph(tale.parting, "studio-parting")
    Table(("When", *tale.columns), tale.rows, f"Journey of customer {tale.customer}")
    for name, ending in zip(tale.columns, tale.endings, strict=True):
        paragraph(f"{name}: {ending}")
