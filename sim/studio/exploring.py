"""Explore's answer to one question: looked up among what is kept, run where that is not enough, drawn, and picked from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.experiments.ask_sensitivity import Sensitivities
from sim.experiments.designs import value_in
from sim.experiments.querying import STORE
from sim.experiments.question import Experiment
from sim.experiments.sweeping import is_map
from sim.report.amounts import Unit, between, listed, number
from sim.report.experiment_page import digits_of
from sim.studio import drawn, questions, shelf
from sim.studio.address import use_address
from sim.studio.desk import Desk
from sim.studio.drawn import Spot
from sim.studio.figures import Bars, Dots, Map
from sim.studio.furniture import Progress, aside, button, choice, heading, said, told
from sim.studio.mirroring import DRAWING
from sim.studio.opening import file_name, put_on_desk
from sim.studio.prose import Prose, filled
from sim.studio.questions import NotKept
from sim.studio.work import Stopped, Work, use_work

MOST_ROWS = 100


@dataclass(frozen=True)
class Ask:
    """A question ready to be asked. ``key``: what makes it another question; ``told``: the command or file that asks the same."""

    key: str
    command: str
    asked: Experiment
    folder: Path
    told: str


def runs_folder(desk: Desk, own: bool) -> Path:
    """Where runs are kept: beside the answers in ``results`` if there is such a folder, a visitor's own on their desk."""
    here = Path.cwd() / "results"
    shared = not own and here.is_dir() and os.access(here, os.W_OK)
    return here / STORE if shared else desk.folder / "runs"


@dataclass(frozen=True)
class Missing:
    """What was kept does not answer the question; about how many replications the whole of it takes."""

    total: int


def looked_up(ask: Ask) -> Any:
    """The answer from what is kept, or :class:`Missing`. Raises :class:`Mistake` when it cannot be answered at all."""
    try:
        return questions.kept(ask.command, ask.asked, ask.folder)
    except NotKept:
        return Missing(questions.size(ask.command, ask.asked))


def sought(ask: Ask, work: Work, at_once: bool) -> Any:
    """What is kept; what is missing is run as well if ``at_once``."""
    found = looked_up(ask)
    if not (at_once and isinstance(found, Missing)):
        return found
    work.total = found.total
    return run(ask, work)


def run(ask: Ask, work: Work) -> Any:
    """The answer, with what is missing run now. Raises :class:`Stopped` when it is called off; what was run is kept."""
    from sim.execution import executor

    place = executor()
    work.on_cancel(lambda: place.stop("called off"))
    try:
        return questions.answered(ask.command, ask.asked, ask.folder, place, work.step)
    except Mistake:
        if work.called_off:
            raise Stopped from None
        raise


@solara.component
def Answer(ask: Ask, desk: Desk, at_once: bool) -> None:
    """A question with its answer, or the button that finds it."""
    work = use_work()
    missing, set_missing = solara.use_state(0)

    def look() -> None:
        work.start(0, lambda w: _noted(sought(ask, w, at_once), set_missing))

    solara.use_effect(look, [])
    Prose(_introduced(ask, isinstance(work.result, Missing) or work.total > 0 and work.result is None))
    if work.running and work.total:
        Progress(work, "Replications")
    elif work.running:
        aside("Looking at what has been run before …")
    elif work.mistake:
        told(work.mistake)
    elif work.result is None or isinstance(work.result, Missing):
        _missing(work, ask, missing)
    else:
        Shown(ask, work.result, desk)


def _noted(found: Any, set_missing: Callable[[int], None]) -> Any:
    """What was found, once it is written down how much it lacks."""
    if isinstance(found, Missing):
        set_missing(found.total)
    return found


def _introduced(ask: Ask, unfolded: bool) -> str:
    asked = ask.asked
    rows = [
        (f.label, f.told(f.low), f.told(f.high), f.told(value_in(asked, f)), drawn.unit_told(f)) for f in asked.factors
    ]
    outcomes = listed([outcome.words for outcome in asked.outcomes])
    return filled(
        "asked.html", asked=asked, rows=rows, outcomes=outcomes, base=questions.base_key(asked), open=unfolded
    )


def _missing(work: Work, ask: Ask, total: int) -> None:
    if work.called_off:
        said("Stopped. What was run by then is kept: run it again to go on from there.")
    else:
        said(
            f"Not all of this has been run before. The whole takes about {total:,} replications; what is kept is not run again."
        )
    with v.Html(tag="div"):
        button("Run it", lambda: work.start(max(total, 1), lambda w: run(ask, w)), "mdi-play")


# ---- the answer


@solara.component
def Shown(ask: Ask, found: Any, desk: Desk) -> None:
    """The answer in a sentence, the figures, and the setting that was picked."""
    address = use_address()
    outcomes = ask.asked.measures
    measure = address["outcome"] if address["outcome"] in outcomes else outcomes[0]
    k = outcomes.index(measure)
    with v.Html(tag="div", class_="explore-answer", attributes={"role": "status"}):
        said(questions.headline(ask.command, found) + ".", "explore-headline")
    aside(
        f"{found.tally.found:,} replications were kept from before, {found.tally.ran:,} were run now"
        + (f"; {len(found.failures):,} failed and are left out" if found.failures else "") + "."
    )  # fmt: skip
    if len(outcomes) > 1:
        with v.Html(tag="div", class_="library-choice"):
            words = [(name, name.replace("_", " ")) for name in outcomes]
            choice("Outcome that is shown", words, measure, lambda name: address.go(outcome=name))
    if isinstance(found, Sensitivities):
        _bars(drawn.influence(found, k))
    else:
        Points(ask, found, desk, k)
    Taken(ask, found, desk)


@solara.component
def Points(ask: Ask, found: Any, desk: Desk, k: int) -> None:
    """The settings that were run: as a map or a line, against each other, and in numbers; one of them picked."""
    address = use_address()
    known: list[Spot] = solara.use_memo(lambda: drawn.spots(found), [id(found)])
    shown: list[Unit] = solara.use_memo(lambda: drawn.units(ask.asked, known), [id(found)])
    best = drawn.best_of(found, known, k)
    chosen = address.whole("point", best if best is not None else 0, 0, len(known) - 1)
    view = _View(ask, found, known, shown, k, chosen, lambda point: address.go(point=point))
    with v.Html(tag="div", class_="explore-columns"):
        with v.Html(tag="div"):
            if not _plane(view):
                _trade_off(view)
        with v.Html(
            tag="section",
            class_="explore-picked",
            attributes={"aria-label": "The setting you picked", "aria-live": "polite"},
        ):
            Prose(filled("picked.html", picked=drawn.picked(ask.asked, known[chosen], shown)))
            OpenAsScenario(ask.asked, known[chosen], desk).key(f"{id(found)} {chosen}")
    with v.Html(tag="div", class_="explore-even"):
        _more(view)
    Prose(_settings_table(ask.asked, known, shown, k))


@dataclass(frozen=True, eq=False)
class _View:
    """What the figures of an answer are made of; ``k``: the outcome that is shown."""

    ask: Ask
    found: Any
    known: Sequence[Spot]
    shown: Sequence[Unit]
    k: int
    chosen: int
    pick: Callable[[int], None]

    @property
    def words(self) -> str:
        """The outcome's name."""
        return self.ask.asked.outcomes[self.k].words


def _plane(view: _View) -> bool:
    """The map or the line of a sweep; false when its levers make neither."""
    if view.ask.command != "sweep":
        return False
    unit = view.shown[view.k]
    plane = drawn.heat_map(view.found, view.known, view.k, unit)
    line = drawn.along_one(view.found, view.known, view.k, unit)
    if plane is not None:
        heading(f"The map: {view.words}, {unit.level}", 3)
        aside("Every cell is a setting: click one, or go there with the arrow keys and press Enter.")
        others = plane.pop("others")
        Map(title=f"Map of {view.words}", chosen=view.chosen, event_pick=view.pick, **plane)
        if others:
            aside(f"With {others}.")
    elif line is not None:
        heading(f"{view.words[:1].upper()}{view.words[1:]}, step by step", 3)
        aside(
            "Every dot is a setting: click one, or go there with the arrow keys and press Enter. Thin lines: 95 % intervals."
        )
        Dots(title=f"{view.words} along the lever", chosen=view.chosen, event_pick=view.pick, **line)
    return plane is not None or line is not None


def _drawn_as_plane(view: _View) -> bool:
    return is_map(view.ask.asked) or len(view.ask.asked.factors) == 1


def _more(view: _View) -> None:
    """What can be had together, where that is not shown yet, and what moves the outcome."""
    if view.ask.command != "sweep":
        return
    if _drawn_as_plane(view) and len(view.ask.asked.outcomes) > 1:
        with v.Html(tag="div"):
            _trade_off(view)
    bars = drawn.tornado(view.found, view.k, view.shown[view.k]) if len(view.ask.asked.factors) > 1 else None
    if bars is not None:
        with v.Html(tag="div"):
            _bars(bars)


def _trade_off(view: _View) -> None:
    """Two outcomes against each other; the only one against nothing is not drawn."""
    if len(view.shown) < 2:
        return
    other = next(j for j in range(len(view.shown)) if j != view.k)
    heading("What can be had together", 3)
    aside(
        "Orange diamonds: no other setting is better in both (the Pareto front). Hollow: breaks a limit. Thin lines: 95 % "
        "intervals." + (" Grey: what the search tried on its way." if view.ask.command == "optimise" else "")
    )
    picture = drawn.trade_off(view.found, view.known, (view.k, other), view.shown)
    title = f"{view.words} against {view.ask.asked.outcomes[other].words}"
    Dots(title=title, chosen=view.chosen, event_pick=view.pick, **picture)


def _bars(bars: dict[str, Any]) -> None:
    heading(bars["title"], 3)
    Bars(title=bars["title"], axis=bars["axis"], bars=bars["bars"], band=bars["band"])
    aside(bars["note"])
    rows = [(bar["label"], bar["range"] or "–", bar["told"]) for bar in bars["bars"]]
    Prose(filled("bars.html", rows=rows, title=bars["title"]))


def _settings_table(asked: Experiment, known: Sequence[Spot], shown: Sequence[Unit], k: int) -> str:
    sign = asked.outcomes[k].sign
    order = sorted(known, key=lambda spot: (not spot.kept, -sign * spot.levels[k].mean))
    columns = [factor.label for factor in asked.factors]
    columns += [f"{o.words}, {unit.level} (95 % interval)" for o, unit in zip(asked.outcomes, shown, strict=True)]
    rows = [_settings_row(asked, spot, shown) for spot in order[:MOST_ROWS]]
    return filled("settings.html", columns=columns, rows=rows, count=len(known))


def _settings_row(asked: Experiment, spot: Spot, shown: Sequence[Unit]) -> list[str]:
    cells = [factor.told(value) for factor, value in zip(asked.factors, spot.values, strict=True)]
    for level, unit in zip(spot.levels, shown, strict=True):
        digits = digits_of(level, unit)
        cells.append(f"{number(level.mean * unit.factor, digits)} ({between(level, unit.factor, digits)})")
    return cells


# ---- what can be taken away


def opened_as_scenario(asked: Experiment, spot: Spot, desk: Desk) -> tuple[str, str]:
    """Put a picked setting on the desk as a scenario; returns what the shelf calls its base and it.

    The base is the shelf's own where it means the same; else it is put on the desk too, so that both last as long.
    """
    told_ = drawn.setting_told(asked, spot)
    scenario = asked.scenario_at(spot.values).with_(
        name=f"{asked.base.name}: {told_}"[:100], description=f"Picked in Explore: {told_}."
    )
    key = questions.base_key(asked)
    if key is None or shelf.fetch(key).full_fingerprint != asked.base.full_fingerprint:
        key = put_on_desk(asked.base, f"{file_name(asked.base.name)} {asked.base.weeks} weeks", desk)
    return key, put_on_desk(scenario, file_name(told_), desk)


@solara.component
def OpenAsScenario(asked: Experiment, spot: Spot, desk: Desk) -> None:
    """The button that makes a scenario of a picked setting, and the ways on from there."""
    keys, set_keys = solara.use_state(("", ""))
    mistake, set_mistake = solara.use_state("")

    def open_it() -> None:
        try:
            set_keys(opened_as_scenario(asked, spot, desk))
        except Mistake as fault:
            set_mistake(str(fault))

    if mistake:
        told(mistake)
    if not keys[1]:
        with v.Html(tag="div"):
            button("Open as scenario", open_it, "mdi-folder-open-outline")
        return
    said(f"It is on your desk as “{keys[1]}”, beside today's “{keys[0]}”:")
    links = {"live": ("one", "two", "Watch both live"), "compare": ("base", "other", "Compare them")}
    with v.Html(tag="p", class_="library-ways"):
        for page, (one, two, words) in links.items():
            solara.Link(f"/{page}?{one}={keys[0]}&{two}={keys[1]}", children=[words], classes=["library-way"])
        solara.Link(f"/library?scenario={keys[1]}", children=["Read and download it"], classes=["library-way"])


@solara.component
def Taken(ask: Ask, found: Any, desk: Desk) -> None:
    """The report, the question as a file, and the command that asks the same."""
    work = use_work()

    def report(_: Work) -> Path:
        page = import_module(f"sim.report.{ask.command}_page")
        with DRAWING:
            path: Path = page.write(found, desk.place(f"{file_name(ask.asked.path.stem)}_report.html"))
        return path

    heading("Take it away", 3)
    if work.mistake:
        told(work.mistake)
    if work.result is None:
        with v.Html(tag="div"):
            button("Make the report", lambda: work.start(1, report), "mdi-file-document-outline", disabled=work.running)
    else:
        with v.Html(tag="p", class_="library-ways"):
            address = desk.address(work.result)
            attributes = {"href": address, "download": work.result.name}
            v.Html(tag="a", class_="library-way", attributes=attributes, children=["Download the report"])
            attributes = {"href": f"{address}?show", "target": "_blank"}
            v.Html(tag="a", class_="library-way", attributes=attributes, children=["Open the report in a new tab"])
    aside(ask.told)
    if ask.asked.path.name == questions.OWN_FILE:
        text = questions.as_yaml(ask.asked.written)
        with v.Html(tag="details", class_="library-folded"):
            v.Html(tag="summary", children=["The question as a file"])
            v.Html(tag="pre", class_="library-file", attributes={"tabindex": "0"}, children=[text])
