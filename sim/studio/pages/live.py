"""Watch a market live, one or two worlds with the same customers and the same luck; move a lever and see what follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.scenario.whole import Scenario
from sim.studio.library import scenario_library
from sim.studio.live.frames import LARGEST, NETWORK, from_file
from sim.studio.live.live_controller import (
    COLOURS,
    SAME,
    LiveController,
    colour_of,
    compare_entries,
    first_key,
    script_of,
    second_policy,
    second_world,
)
from sim.studio.live.live_session import Story, story
from sim.studio.live.short_list import does_now, short_list
from sim.studio.visitor.address import Address, use_address
from sim.studio.visitor.files import DESKS, VisitorFiles
from sim.studio.visitor.levers import Lever, levers, of_part, typed, worded
from sim.studio.visitor.model import model
from sim.studio.visitor.policies import Policy, Setting, to_address
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import Field, Table, alert, button, caption, choice, heading, paragraph, use_trying
from sim.studio.widgets.drawing import DRAWN
from sim.studio.widgets.html import html
from sim.studio.widgets.number_field import LeverField, lever_told

TITLE, ICON, PLACE = "Live", "mdi-play-network-outline", 10
SIZES = [(f"{NETWORK}", "300, as a network"), ("1000", "1,000, as crowds"), (f"{LARGEST}", "10,000, as crowds")]
ENGINES = [("core", "fast (compiled core)"), ("mesa", "readable (Mesa agents, a few weeks a second)")]
Move = Callable[[str, str], None]


@solara.component_vue("../live/live.vue")
def Stage(
    opening: dict[str, Any],
    chunk: dict[str, Any],
    picked: int,
    colour: str,
    colours: tuple[str, ...],
    event_more: Callable[[dict[str, Any]], None],
    event_pick: Callable[[int], None],
    event_at: Callable[[int], None],
    event_colour_by: Callable[[str], None],
    components: dict[str, str] = DRAWN,
) -> None:
    """The worlds and their courses as they are drawn in the browser."""


@solara.component
def Page() -> None:
    """The live page: the levers, the worlds, and beside them what became of them or of the customer who was picked."""
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
    with html("div", class_="live-page"):
        with html("section", class_="live-side", attributes={"aria-label": "What is shown"}):
            Worlds(address, desk)
            Levers(address, desk, projector, keep)
        with html("section", attributes={"aria-label": "The market"}):
            if mistake:
                alert(mistake)
            with html("div", class_="live-market"):
                if opening or not mistake:
                    Stage(
                        opening=opening, chunk=chunk, picked=picked, colour=colour_of(address), colours=COLOURS,
                        event_more=projector.more, event_pick=lambda who: address.go(customer=who),
                        event_at=lambda week: setattr(projector, "at", int(week)),
                        event_colour_by=lambda colour: address.go(colour=colour),
                    )  # fmt: skip
                Life(address, desk, picked)


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
    whole = False
    with suppress(Mistake):  # what cannot be read is said above the worlds
        whole = from_file(scenario_library.fetch(first, desk))
    sizes = [("", "those of its file, all of them")] if whole else SIZES
    choice(
        "People",
        sizes,
        "" if whole else address["people"] or f"{NETWORK}",
        lambda size: go(people=size),
        disabled=whole,
    )
    with html("details"):
        html("summary", children=["Luck and engine"])
        choice("Engine", ENGINES, address["engine"] or "core", lambda engine: go(engine=engine))
        seed = address.whole("seed", 1, 0, 2**31)
        paragraph(f"Luck no. {seed}")
        button("Other luck", lambda: go(seed=str(seed + 1)), "mdi-dice-5-outline", text=True, small=True)
    wanted = compare_entries(address)
    with html("div"):
        if wanted:
            button("Compare both", lambda: address.go("/compare", **wanted), "mdi-compare", outlined=True, small=True)
            caption("Hundreds of replications instead of one, with intervals.")


@solara.component
def Levers(address: Address, desk: VisitorFiles, projector: LiveController, keep: Any) -> None:
    """The levers of world B: the few that matter for what is shown, and all others, mechanism by mechanism."""
    now, set_now = solara.use_state(True)
    refused, tried = use_trying()
    second = second_policy(address)

    def move(key: str, written: str) -> None:
        turned = second.turned(Setting(key, written, projector.at if now else 0))
        second_world(address, turned, desk)
        keep.current = projector.at if now else 0
        go(turned)

    def go(policy: Policy) -> None:
        address.go(one=first_key(address), two=to_address(policy))

    heading("Levers of world B", 2)
    v.Switch(label="from the week shown on", v_model=now, on_v_model=set_now, dense=True, hide_details=True)
    if refused:
        alert(refused)
    take = lambda key, written: tried(lambda: move(key, written))  # noqa: E731 – every field's
    with html("div"), suppress(Mistake):  # what is wrong stands above the worlds
        one, two = scenario_library.fetch(first_key(address), desk), second_world(address, second, desk)
        for each in short_list(colour_of(address), one, two, [setting.lever for setting in second.settings]):
            _field(each, two, take, each.label)
        AllLevers(two, take)
    if second.settings:
        heading("Moved", 3)
        for setting in second.settings:
            paragraph(f"{worded(setting.lever.partition('.')[0])}: {setting.told}", "studio-note")
        button("Put all back", lambda: go(replace(second, settings=())), "mdi-restore", outlined=True, small=True)


@solara.component
def AllLevers(scenario: Scenario, move: Move) -> None:
    """Everything a company can set or that customers do: choose a mechanism, what the company does first."""
    parts = {each.part: each.group for each in levers().values() if each.group != "scenario"}
    chosen, choose = solara.use_state(next(iter(parts)))
    groups = {"outside": "your own", "mechanisms": "the company", "behaviour": "its customers"}
    items = [(name, f"{name.replace('_', ' ')} ({groups[group]})") for name, group in parts.items()]
    with html("details"):
        html("summary", children=["All levers"])
        choice("Mechanism", items, chosen, choose)
        caption(model().parts[chosen].says)
        for each in of_part(chosen):
            _field(each, scenario, move)


def _field(each: Lever, scenario: Scenario, move: Move, label: str = "") -> None:
    """The field of a lever, what it is set to at the end, and what it does there."""
    value = typed(getattr(scenario.settings(scenario.weeks - 1)[each.part], each.name))
    LeverField(each, value, partial(move, each.key), label=label)
    lever_told(each, does=f"Does now: {does_now(each, scenario)}.")


@solara.component
def Life(address: Address, desk: VisitorFiles, picked: int) -> None:
    """The customer who was picked, in words, or how one is picked."""
    work = use_work()

    def look() -> None:
        work.start(1, lambda _: None if picked < 0 else story(script_of(address, desk), picked))

    solara.use_effect(look, [picked, _filmed(address)])
    told = "live-life" if picked < 0 else "live-life told"
    with html("section", class_=told, attributes={"aria-label": "One customer"}):
        with html("div", class_="studio-row"):
            who = lambda number: address.go(customer=number.strip() if number.strip().isdigit() else None)  # noqa: E731 – a field's
            Field("Customer number", "" if picked < 0 else f"{picked}", who)
            if picked >= 0:
                button("Close", lambda: address.go(customer=None), "mdi-close", text=True)
        if work.mistake:
            alert(work.mistake)
        elif work.result is not None:
            Tale(work.result).key(f"{picked}")
        elif picked < 0:
            caption("Or click a person in a picture: their life in both worlds is told here.")


@solara.component
def Tale(tale: Story) -> None:
    """The story: the weeks that decide it, how it ends, who it is; folded away, all weeks."""
    heading(f"Customer {tale.customer}", 2)
    Table(("When", *tale.columns), tale.decisive, f"Decisive weeks of customer {tale.customer}")
    for words in tale.odds:
        paragraph(words, "studio-parting")
    for name, ending in zip(tale.columns, tale.endings, strict=True):
        paragraph(f"{name}: {ending}")
    caption(" ".join(tale.about))
    with html("details"):
        html("summary", children=["All weeks"])
        caption(tale.parting)
        Table(("When", *tale.columns), tale.rows, f"Journey of customer {tale.customer}")
