"""What can be taken away from an answer in Explore: a setting as a scenario, the report, the question as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import solara

from sim.experiments.method import DesignPoint, Method, MethodResult
from sim.experiments.question import Experiment
from sim.report.experiment_page import document
from sim.studio.explore import own_sweep, questions
from sim.studio.explore.design_points import setting_told
from sim.studio.library import scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.packing import file_name, on_own_shelf
from sim.studio.widgets.basics import alert, button, heading, paragraph, use_trying
from sim.studio.widgets.html import html
from sim.studio.widgets.prose import Prose, filled
from sim.studio.widgets.reports import Reports


@dataclass(frozen=True)
class Ask:
    """A question ready to be asked. ``key``: what makes it another question; ``folder``: where its runs are kept."""

    key: str
    method: Method
    asked: Experiment
    folder: Path


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
    mistake, tried = use_trying()

    with html("div"):
        if mistake:
            alert(mistake)
        elif not keys[1]:
            button(
                "Open as scenario",
                lambda: tried(lambda: set_keys(opened_as_scenario(asked, spot, desk))),
                "mdi-folder-open-outline",
            )
        else:
            _ways_on(*keys)


def _ways_on(base: str, picked: str) -> None:
    paragraph(f"It is on your desk as “{picked}”, beside today's “{base}”:")
    links = {"live": ("one", "two", "Watch both live"), "compare": ("base", "other", "Compare them")}
    with html("p", class_="library-ways"):
        for page, (one, two, words) in links.items():
            solara.Link(f"/{page}?{one}={base}&{two}={picked}", children=[words], classes=["library-way"])
        solara.Link(f"/library?scenario={picked}", children=["Read and download it"], classes=["library-way"])


def taken(ask: Ask, found: MethodResult, desk: VisitorFiles) -> None:
    """The report, and the question as a file."""
    heading("Take it away", 3)
    Reports(lambda: document(found), file_name(f"{ask.asked.path.stem} {found.address}"), desk).key(
        f"report {id(found)}"
    )
    if ask.asked.path.name == own_sweep.OWN_FILE:
        Prose(filled("file.html", text=own_sweep.as_yaml(ask.asked.written)))
