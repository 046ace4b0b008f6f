"""Why customers leave a scenario's company, and the mirror: run in the background, shown on the page, taken home as a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import solara

from sim.report.charts import Picture
from sim.report.mirror import Reflection
from sim.scenario.whole import Scenario
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.packing import file_name
from sim.studio.visitor.work import Stopped, Work, use_work
from sim.studio.widgets.basics import Progress, Table, alert, button, heading, paragraph
from sim.studio.widgets.figures import Figure
from sim.studio.widgets.html import html

REPLICATIONS = 40
Row = tuple[str, ...]


@dataclass(frozen=True)
class Mirrored:
    """What is shown: a sentence, two pictures, the pairs as a table, and where the page lies that can be taken home."""

    headline: str
    gaps: Picture
    reasons: Picture
    rows: tuple[Row, ...]
    page: Path


def mirrored(scenario: Scenario, path: Path, work: Work, replications: int = REPLICATIONS) -> Mirrored:
    """Run the scenario, write the mirror's page to ``path``, and return what is shown of it. Raises :class:`Stopped`."""
    from sim.report import mirror, reasons
    from sim.runs.executor import executor
    from sim.runs.runner import run
    from sim.scenario.worlds import NONE

    with executor(os.cpu_count() or 1) as place:
        work.on_cancel(lambda: place.stop("called off"))
        result = run(scenario, replications, 1, executor=place, progress=work.step, worlds=NONE)
    if not len(result.numbers) or work.called_off:
        raise Stopped
    found = mirror.reflections(result)
    pictures = mirror.picture(found), reasons.six_reasons(result)
    page = mirror.write(result, path)
    rows = tuple(_row(one) for one in found)
    return Mirrored(mirror.headline(result, found), *pictures, rows, page)


def _row(one: Reflection) -> Row:
    """Subject, both views and the gap between them, in words."""
    from sim.report.amounts import between, number

    ends = between(one.gap, 100, 1)
    return (
        one.subject,
        f"{number(100 * one.company)} % – {one.company_says}",
        f"{number(100 * one.customers)} % – {one.customers_say}",
        f"{number(100 * one.gap.mean, 1)} points ({ends})",
    )


@solara.component
def Mirror(key: str, scenario: Scenario, desk: VisitorFiles) -> None:
    """The button, the progress and what came of it, for one scenario."""
    work = use_work()
    shown, set_shown = solara.use_state("")
    path = desk.folder / f"mirror_{file_name(key)}.html"

    def begin() -> None:
        set_shown(key)
        work.start(REPLICATIONS, lambda w: mirrored(scenario, desk.place(path.name), w))

    paragraph(f"Runs “{scenario.name}” {REPLICATIONS} times over {scenario.weeks} weeks.")
    with html("div"):
        if work.running:
            Progress(work, "Replications")
        else:
            button("Show it", begin, "mdi-play")
    with html("div"):
        if work.mistake:
            alert(work.mistake)
        elif shown == key and isinstance(work.result, Mirrored):
            _shown(work.result, desk)
        elif work.called_off and not work.running:
            paragraph("Stopped: nothing is shown of a run that is not whole.")


def _shown(found: Mirrored, desk: VisitorFiles) -> None:
    heading("Why people leave: the six reasons", 2)
    Figure(found.reasons)
    heading("The mirror: what the company measures of itself, and what its customers perceive", 2)
    paragraph(f"{found.headline}.", "studio-text mirror-headline")
    Figure(found.gaps)
    Table(
        ("Subject", "The company says", "Customers say", "Gap, with 95 % interval"), found.rows, "The mirror in numbers"
    )
    with html("p", class_="library-ways"):
        address = desk.address(found.page)
        for words, more in (("Download the page", ""), ("Open the page in a new tab", "?show")):
            attributes = {"href": address + more} | ({"target": "_blank"} if more else {"download": found.page.name})
            html("a", class_="library-way", attributes=attributes, children=[words])
