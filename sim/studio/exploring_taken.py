"""What can be taken away from an answer in Explore: a setting as a scenario, the report, the question as a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.experiments.question import Experiment
from sim.studio import drawn, own_sweep, questions, shelf
from sim.studio.desk import Desk
from sim.studio.drawn import Spot
from sim.studio.furniture import aside, button, heading, said, told
from sim.studio.mirroring import DRAWING
from sim.studio.opening import file_name, put_on_desk
from sim.studio.work import Work, use_work


@dataclass(frozen=True)
class Ask:
    """A question ready to be asked. ``key``: what makes it another question; ``told``: the command or file that asks the same."""

    key: str
    command: str
    asked: Experiment
    folder: Path
    told: str


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
    if ask.asked.path.name == own_sweep.OWN_FILE:
        text = own_sweep.as_yaml(ask.asked.written)
        with v.Html(tag="details", class_="library-folded"):
            v.Html(tag="summary", children=["The question as a file"])
            v.Html(tag="pre", class_="library-file", attributes={"tabindex": "0"}, children=[text])
