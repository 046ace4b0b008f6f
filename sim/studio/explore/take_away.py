"""What can be taken away from an answer in Explore: a setting as a scenario, the report, the question as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import solara

from sim.errors import Mistake
from sim.experiments.method import DesignPoint, Method, MethodResult
from sim.experiments.question import Experiment
from sim.studio.explore import own_sweep, questions
from sim.studio.explore.design_points import setting_told
from sim.studio.library import scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.packing import file_name, on_own_shelf
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import alert, button, caption, choice, heading, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.prose import Prose, filled


@dataclass(frozen=True)
class Ask:
    """A question ready to be asked. ``key``: what makes it another question; ``told``: the command or file that asks the same."""

    key: str
    method: Method
    asked: Experiment
    folder: Path
    told: str


def opened_as_scenario(asked: Experiment, spot: DesignPoint, desk: VisitorFiles) -> tuple[str, str]:
    """Put a picked setting on the desk as a scenario; returns what the shelf calls its base and it.

    The base is the shelf's own where it means the same; else it is put on the desk too, so that both last as long.
    """
    told_ = setting_told(asked, spot)
    scenario = asked.scenario_at(spot.values).with_(
        name=f"{asked.base.name}: {told_}"[:100], description=f"Picked in Explore: {told_}."
    )
    key = questions.base_key(asked)
    if key is None or scenario_library.fetch(key).full_fingerprint != asked.base.full_fingerprint:
        key = on_own_shelf(asked.base, desk, f"{asked.base.name} {asked.base.weeks} weeks")
    return key, on_own_shelf(scenario, desk, told_)


@solara.component
def OpenAsScenario(asked: Experiment, spot: DesignPoint, desk: VisitorFiles) -> None:
    """The button that makes a scenario of a picked setting, and the ways on from there."""
    keys, set_keys = solara.use_state(("", ""))
    mistake, set_mistake = solara.use_state("")

    def open_it() -> None:
        try:
            set_keys(opened_as_scenario(asked, spot, desk))
        except Mistake as fault:
            set_mistake(str(fault))

    with html("div"):
        if mistake:
            alert(mistake)
        elif not keys[1]:
            button("Open as scenario", open_it, "mdi-folder-open-outline")
        else:
            _ways_on(*keys)


def _ways_on(base: str, picked: str) -> None:
    paragraph(f"It is on your desk as “{picked}”, beside today's “{base}”:")
    links = {"live": ("one", "two", "Watch both live"), "compare": ("base", "other", "Compare them")}
    with html("p", class_="library-ways"):
        for page, (one, two, words) in links.items():
            solara.Link(f"/{page}?{one}={base}&{two}={picked}", children=[words], classes=["library-way"])
        solara.Link(f"/library?scenario={picked}", children=["Read and download it"], classes=["library-way"])


FORMATS = {"html": "Web page", "pdf": "PDF", "xlsx": "Workbook (Excel)"}


def reported(ask: Ask, found: MethodResult, desk: VisitorFiles, kind: str) -> Path:
    """The report of an answer, put on the desk. Raises :class:`Mistake` when this machine cannot write that kind."""
    from sim.report.experiment_page import document
    from sim.report.formats import writer

    return writer.write(document(found), desk.place(f"{file_name(ask.asked.path.stem)}_report.{kind}"))


@solara.component
def Taken(ask: Ask, found: MethodResult, desk: VisitorFiles) -> None:
    """The report, the question as a file, and the command that asks the same."""
    work = use_work()
    kind, set_kind = solara.use_state("html")

    def begin() -> None:
        work.start(1, lambda _: reported(ask, found, desk, kind))

    heading("Take it away", 3)
    with html("div", class_="explore-report"):
        choice("Report as", list(FORMATS.items()), kind, set_kind)
        button("Make the report", begin, "mdi-file-document-outline", disabled=work.running)
    with html("div"):
        if work.mistake:
            alert(work.mistake)
        elif isinstance(work.result, Path):
            _report_links(desk.address(work.result), work.result.name)
    caption(ask.told)
    if ask.asked.path.name == own_sweep.OWN_FILE:
        Prose(filled("file.html", text=own_sweep.as_yaml(ask.asked.written)))


def _report_links(address: str, name: str) -> None:
    with html("p", class_="library-ways"):
        attributes = {"href": address, "download": name}
        html("a", class_="library-way", attributes=attributes, children=["Download the report"])
        if not name.endswith(".xlsx"):
            attributes = {"href": f"{address}?show", "target": "_blank"}
            html("a", class_="library-way", attributes=attributes, children=["Open the report in a new tab"])
