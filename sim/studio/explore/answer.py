"""Explore's answer to one question: looked up among what is kept, run where that is not enough, drawn, and picked from."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solara

from sim.errors import Mistake
from sim.experiments.designs import value_in
from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.querying import STORE
from sim.experiments.question import Experiment
from sim.report.amounts import Unit, listed
from sim.report.document import Document
from sim.report.experiment_page import around_told, document
from sim.runs.measures import called
from sim.studio.explore import questions
from sim.studio.explore.answer_figures import View, more, moves, plane, trade_off
from sim.studio.explore.design_points import best_of, picked, unit_told, units
from sim.studio.explore.questions import NotKept
from sim.studio.explore.take_away import Ask, OpenAsScenario, taken
from sim.studio.visitor.address import use_address
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.work import Stopped, Work, use_work
from sim.studio.widgets.basics import Progress, alert, button, caption, choice, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.prose import Prose, filled
from sim.studio.widgets.sections import SectionView

MOST_ROWS = 100


def runs_folder(desk: VisitorFiles, own: bool) -> Path:
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
        return questions.kept(ask.method, ask.asked, ask.folder)
    except NotKept:
        return Missing(ask.method.planned(ask.asked, quickly=True).runs)


def sought(ask: Ask, work: Work, at_once: bool) -> Any:
    """What is kept; what is missing is run as well if ``at_once``."""
    found = looked_up(ask)
    if not (at_once and isinstance(found, Missing)):
        return found
    work.total = found.total
    return run(ask, work)


def run(ask: Ask, work: Work) -> Any:
    """The answer, with what is missing run now. Raises :class:`Stopped` when it is called off; what was run is kept."""
    from sim.runs.executor import executor

    place = executor()
    work.on_cancel(lambda: place.stop("called off"))
    try:
        return questions.answered(ask.method, ask.asked, ask.folder, place, work.step)
    except Mistake:
        if work.called_off:
            raise Stopped from None
        raise


@solara.component
def Answer(ask: Ask, desk: VisitorFiles, at_once: bool) -> None:
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
        caption("Looking at what has been run before …")
    elif work.mistake:
        alert(work.mistake)
    elif work.result is None or isinstance(work.result, Missing):
        _missing(work, ask, missing)
    elif ask.method.explored:
        Shown(ask, work.result, desk)
    else:
        Told(ask, work.result, desk)


def _noted(found: Any, set_missing: Callable[[int], None]) -> Any:
    """What was found, once it is written down how much it lacks."""
    if isinstance(found, Missing):
        set_missing(found.total)
    return found


def _introduced(ask: Ask, unfolded: bool) -> str:
    asked = ask.asked
    rows = [(f.label, f.told(f.low), f.told(f.high), f.told(value_in(asked, f)), unit_told(f)) for f in asked.factors]
    outcomes = listed([outcome.words for outcome in asked.outcomes])
    return filled(
        "asked.html", asked=asked, rows=rows, outcomes=outcomes, base=questions.base_key(asked), open=unfolded
    )


def _missing(work: Work, ask: Ask, total: int) -> None:
    if work.called_off:
        paragraph("Stopped. What was run by then is kept: run it again to go on from there.")
    else:
        paragraph(
            f"Not all of this has been run before. The whole takes about {total:,} replications; what is kept is not run again."
        )
    with html("div"):
        button("Run it", lambda: work.start(max(total, 1), lambda w: run(ask, w)), "mdi-play")


# ---- the answer


def _answered(report: Document, found: MethodResult) -> None:
    with html("div", class_="explore-answer", attributes={"role": "status"}):
        paragraph(report.headline + ".", "explore-headline")
    caption(
        f"{found.tally.found:,} replications were kept from before, {found.tally.ran:,} were run now"
        + (f"; {len(found.failures):,} failed and are left out" if found.failures else "") + "."
    )  # fmt: skip


@solara.component
def Told(ask: Ask, found: MethodResult, desk: VisitorFiles) -> None:
    """An answer that has no settings to pick from, as its report tells it."""
    report: Document = solara.use_memo(lambda: document(found), [id(found)])
    _answered(report, found)
    for sentence in report.lead:
        paragraph(sentence)
    for section in report.sections:
        SectionView(section)
    taken(ask, found, desk)


@solara.component
def Shown(ask: Ask, found: MethodResult, desk: VisitorFiles) -> None:
    """The answer in a sentence, the figures, and the setting that was picked."""
    address = use_address()
    outcomes = ask.asked.measures
    measure = address["outcome"] if address["outcome"] in outcomes else outcomes[0]
    k = outcomes.index(measure)
    report: Document = solara.use_memo(lambda: document(found), [id(found)])
    _answered(report, found)
    if len(outcomes) > 1:
        with html("div", class_="library-choice"):
            words = [(name, called(name)) for name in outcomes]
            choice("Outcome that is shown", words, measure, lambda name: address.go(outcome=name))
    if found.analyses:
        moves(report, measure)
    else:
        Points(ask, found, desk, k, report)
    taken(ask, found, desk)


@solara.component
def Points(ask: Ask, found: MethodResult, desk: VisitorFiles, k: int, report: Document) -> None:
    """The settings that were run: as a map or a line, against each other, and in numbers; one of them picked."""
    address = use_address()
    known: Sequence[DesignPoint] = solara.use_memo(found.design_points, [id(found)])
    shown: list[Unit] = solara.use_memo(lambda: units(ask.asked, known), [id(found)])
    best = best_of(found, known, k)
    chosen = address.whole("point", best if best is not None else 0, 0, len(known) - 1)
    view = View(ask, found, known, shown, k, chosen, lambda point: address.go(point=point))
    with html("div", class_="explore-columns"):
        with html("div"):
            if not plane(view):
                trade_off(view)
        with html(
            "section",
            class_="explore-picked",
            attributes={"aria-label": "The setting you picked", "aria-live": "polite"},
        ):
            Prose(filled("picked.html", picked=picked(ask.asked, known[chosen], shown)))
            OpenAsScenario(ask.asked, known[chosen], desk).key(f"{id(found)} {chosen}")
    with html("div", class_="explore-even"):
        more(view, report)
    Prose(_settings_table(ask.asked, known, shown, k))


def _settings_table(asked: Experiment, known: Sequence[DesignPoint], shown: Sequence[Unit], k: int) -> str:
    sign = asked.outcomes[k].sign
    order = sorted(known, key=lambda spot: (not spot.kept, *_rank(sign * spot.levels[k].mean)))
    columns = [factor.label for factor in asked.factors]
    columns += [f"{o.words}, {unit.level} (95 % interval)" for o, unit in zip(asked.outcomes, shown, strict=True)]
    rows = [_settings_row(asked, spot, shown) for spot in order[:MOST_ROWS]]
    return filled("settings.html", columns=columns, rows=rows, count=len(known))


def _rank(value: float) -> tuple[bool, float]:
    """The highest first, what is missing last."""
    return (False, -value) if math.isfinite(value) else (True, 0.0)


def _settings_row(asked: Experiment, spot: DesignPoint, shown: Sequence[Unit]) -> list[str]:
    cells = [factor.told(value) for factor, value in zip(asked.factors, spot.values, strict=True)]
    for level, unit in zip(spot.levels, shown, strict=True):
        cells.append(around_told(level, unit))
    return cells
