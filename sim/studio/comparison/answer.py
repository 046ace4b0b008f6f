"""The answer as the page shows it: words, cards and pictures from the report's own makers, and files on the desk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sim.comparing import Answer, compare
from sim.errors import Mistake
from sim.execution import executor
from sim.report import figures, sources, words
from sim.report.charts import Picture
from sim.report.drawing import look, styled
from sim.report.headline import headline, lead
from sim.running import Result
from sim.scenario.whole import Scenario
from sim.studio.comparison import bundle, question
from sim.studio.comparison.question import Question
from sim.studio.desk import Desk

GLANCE = (("Customers kept", "retention"), ("Profit", "profit"), ("Word of mouth", "word_of_mouth_net"))
DRAWING = threading.Lock()
"""The library that draws is not made for several threads at once."""
FEWEST = 2
"""Replications below which nothing can be said of luck."""


class Watched(Protocol):
    """What is told how far the work is, and told how to stop it (:class:`sim.studio.work.Work`)."""

    def step(self, count: int = 1) -> None:
        """So many more replications are done."""

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """What stops the work."""


@dataclass(frozen=True)
class Card:
    """What one policy does against the base: values at a glance (label, value, good/bad/open), and sentences."""

    name: str
    description: str
    colour: str
    glance: tuple[tuple[str, str, str], ...]
    told: tuple[tuple[str, str], ...]
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """All that the page shows of an answer; ``files``: what to download, by what it is."""

    headline: str
    lead: tuple[str, ...]
    base: str
    done: int
    asked: int
    finished: str
    failures: tuple[str, ...]
    cards: tuple[Card, ...]
    pictures: tuple[Picture, ...]
    forest: tuple[Picture, ...]
    command: str
    files: dict[str, Path]

    @property
    def cut_short(self) -> bool:
        """Whether it was called off before every replication was done."""
        return self.done < self.asked and not self.failures


def found(asked: Question, scenarios: Sequence[Scenario], desk: Desk, work: Watched) -> Shown:
    """Compare and put together what is shown. Called off, it shows what was done. Raises :class:`Mistake`."""
    question.refuse_too_much(list(scenarios), asked)
    with TemporaryDirectory(dir=desk.folder, prefix="compared-") as folder:
        written = bundle.bundled(scenarios, Path(folder))
        answer = compared(written, asked, work)
        _refuse_too_few(answer, asked)
        told = bundle.command(written, asked.replications, asked.seed)
        ending = bundle.file_name(f"{answer.base.scenario.name} and {answer.others[0].scenario.name}", "")
        files = {"scenarios": bundle.zipped(Path(folder), desk.place(f"scenarios_{ending}.zip"), told)}
        with DRAWING:
            files["report"] = answer.report(desk.place(f"report_{ending}.html"))
            return _shown(answer, asked, told, files)


def compared(scenarios: Sequence[Scenario], asked: Question, work: Watched) -> Answer:
    """The comparison, on every processor; calling it off keeps what is done."""
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        return compare(scenarios, asked.replications, asked.seed, executor=place, progress=work.step)


def _refuse_too_few(answer: Answer, asked: Question) -> None:
    if len(answer.numbers) >= FEWEST:
        return
    failed = [failure for result in answer.results for failure in result.failures]
    if failed:
        raise Mistake(f"{len(failed):,} replications failed, and too few are left to compare: {failed[0].error}")
    raise Mistake(
        f"called off when {len(answer.numbers)} of {asked.replications:,} replications were done, too few to say anything"
    )


def _shown(answer: Answer, asked: Question, told: str, files: dict[str, Path]) -> Shown:
    with styled():
        pictures = [
            figures.retention(answer),
            figures.kept_more(answer),
            figures.money(answer),
            figures.reasons(answer),
        ]
        forest = figures.forest(answer)
    failed = sources.failures(answer)
    differs = {name: tuple(map(str, found)) for name, found in sources.changes(answer)}
    return Shown(
        headline(answer), tuple(lead(answer)), answer.base.scenario.name, len(answer.numbers), asked.replications,
        sources.finished(answer), tuple(f"{name}, replication {f.replication}: {f.error}" for name, f, _ in failed),
        tuple(_card(answer, place, other, differs) for place, other in enumerate(answer.others, 1)),
        tuple(pictures), tuple(forest), told, files,
    )  # fmt: skip


def _card(answer: Answer, place: int, other: Result, differs: dict[str, tuple[str, ...]]) -> Card:
    told = (
        ("Customers", words.customers_told(answer, other)),
        ("Money", words.money_told(answer, other)),
        ("Word of mouth", words.talk_told(answer, other)),
        ("Why they leave", words.reasons_told(answer, other)),
    )
    glance = tuple((label, *words.short_change(answer, other, measure)) for label, measure in GLANCE)
    scenario = other.scenario
    return Card(scenario.name, scenario.description, look(place).colour, glance, told, differs[scenario.name])
