"""The answer as the page shows it: the report's own words and pictures."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pandas as pd  # noqa: F401 – now: half imported by one thread, it makes Solara fail in another

from sim.errors import Mistake
from sim.report import assumptions, comparison, money_page, segments, sources, worth_page
from sim.report.charts import Picture
from sim.report.document import Document, Section
from sim.report.formats import writer
from sim.runs.comparison import Comparison, compare
from sim.runs.executor import executor
from sim.scenario.whole import Scenario
from sim.studio.compare import question
from sim.studio.compare.question import Question
from sim.studio.visitor import packing

FEWEST = 2
"""Replications below which nothing can be said of luck."""
FIRST = ("retention", "kept_more", "profit_so_far", "reasons")
"""The report's figures that the page shows too."""
TOLD = (money_page.TITLE, worth_page.TITLE, segments.TITLE, assumptions.TITLE)
"""The report's sections that the page shows whole."""
REPORT, SCENARIOS = "report.html", "scenarios.zip"
"""What the files of an answer are called in its folder."""


class Watched(Protocol):
    """What is told how far the work is, and told how to stop it (:class:`sim.studio.visitor.work.Work`)."""

    def step(self, count: int = 1) -> None:
        """So many more replications are done."""

    def expect(self, total: int, note: str = "") -> None:
        """So many replications are expected now, and how things stand."""

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """What stops the work."""


@dataclass(frozen=True, eq=False)
class Shown:
    """All that the page shows of an answer.

    ``sure``: what is to be said of how many replications there were, and whether that is a ``warning`` or an ``info``;
    ``differs``: policy → sentences; ``name``: how its files are called.
    """

    document: Document
    done: int
    finished: str
    sure: tuple[tuple[str, str], ...]
    failures: tuple[str, ...]
    differs: dict[str, tuple[str, ...]]
    name: str

    @property
    def pictures(self) -> list[Picture]:
        """The figures of the page, in its order."""
        large = [section for section in self.document.sections if not section.small]
        named = {picture.name: picture for section in large for picture in section.pictures}
        return [named[name] for name in FIRST if name in named]

    @property
    def differences(self) -> Section:
        """The paired difference of each headline measure."""
        return next(section for section in self.document.sections if section.small)

    @property
    def told(self) -> list[Section]:
        """Where the money comes from, what the answer hangs on, who gains and who loses most, what it stands on."""
        first = [] if self.document.brief is None else self.document.brief.sections
        found = {section.title: section for section in (*first, *self.document.sections)}
        return [found[title] for title in TOLD if title in found]


def found(asked: Question, scenarios: Sequence[Scenario], folder: Path, work: Watched) -> Shown:
    """Compare, write report and scenario files into a folder, and return what is shown. Raises :class:`Mistake`.

    Called off, it shows what was done.
    """
    question.refuse_before_running(list(scenarios), asked)
    with TemporaryDirectory(dir=folder) as copies:
        written = packing.bundled(scenarios, Path(copies))
        answer = compared(written, asked, work)
        _refuse_too_few(answer, asked)
        command = packing.command(written, sources.how_many(asked.replications, answer.wish), asked.seed)
        packing.zipped(Path(copies), folder / SCENARIOS, command)
        document = comparison.document(answer)
        differs = {other: tuple(map(str, changes)) for other, changes in sources.changes(answer)}
    writer.write(document, folder / REPORT)
    called = packing.file_name(f"{answer.base.scenario.name} and {answer.others[0].scenario.name}")
    failed = tuple(f"{policy}, replication {f.replication}: {f.error}" for policy, f, _ in sources.failures(answer))
    return Shown(
        document, len(answer.numbers), sources.finished(answer), tuple(_sure(answer, asked)),
        failed, differs, f"{called}_{secrets.token_hex(2)}",
    )  # fmt: skip


def compared(scenarios: Sequence[Scenario], asked: Question, work: Watched) -> Comparison:
    """The comparison, on every processor; calling it off keeps what is done."""
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        if not asked.precision:
            return compare(scenarios, asked.replications, asked.seed, executor=place, progress=work.step)

        def planned(so_far: Comparison, total: int) -> None:
            known = sources.known_told(so_far)
            work.expect(total * len(scenarios), f"After {so_far.asked:,} replications {known}; {total:,} may do.")

        return compare(
            scenarios, seed=asked.seed, precision=asked.precision / 100, most=question.bound(list(scenarios)),
            executor=place, progress=work.step, planned=planned,
        )  # fmt: skip


def _cut_short(answer: Comparison, asked: Question) -> bool:
    """Whether it was called off before every replication was done."""
    if answer.wish:
        return sources.stopped_early(answer)
    return len(answer.numbers) < asked.replications and not any(result.failures for result in answer.results)


def _sure(answer: Comparison, asked: Question) -> Iterator[tuple[str, str]]:
    """What is to be said of how many replications there were."""
    if answer.wish:
        known = answer.known_to <= answer.wish.precision
        yield from ((sentence, "info" if known else "warning") for sentence in sources.precision_told(answer))
    elif _cut_short(answer, asked):
        done = f"the {len(answer.numbers):,} of {asked.replications:,} replications that were done"
        yield f"Called off: this rests on {done}.", "warning"


def _refuse_too_few(answer: Comparison, asked: Question) -> None:
    if len(answer.numbers) >= FEWEST:
        return
    failed = [failure for result in answer.results for failure in result.failures]
    if failed:
        raise Mistake(f"{len(failed):,} replications failed, and too few are left to compare: {failed[0].error}")
    of = f" of {asked.replications:,}" if not asked.precision else ""
    raise Mistake(f"called off when {len(answer.numbers)}{of} replications were done, too few to say anything")
