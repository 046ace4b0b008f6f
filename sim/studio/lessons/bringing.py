"""Lessons of one's own on the page: copied, uploaded, looked at whenever their files change, and tried before they are taught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.runs.executor import executor
from sim.scenario.whole import Scenario
from sim.scenario.yaml_file import LARGEST
from sim.studio.lessons import own
from sim.studio.lessons.counting import counted
from sim.studio.lessons.outcome import REPLICATIONS
from sim.studio.library import scenario_library
from sim.studio.visitor.house import HOUSE
from sim.studio.visitor.work import Stopped, Work, use_work
from sim.studio.widgets.basics import Field, Progress, alert, button, caption, heading, paragraph, use_trying
from sim.studio.widgets.html import html
from sim.studio.widgets.upload import Upload


def files_seen() -> tuple[tuple[str, int], ...]:
    """The files of lessons of one's own, and when they were changed last."""
    return tuple((str(path), scenario_library.changed(path)) for path in scenario_library.own_lessons().values())


def objection(scenario: Scenario) -> str | None:
    """Why a lesson is not taught; empty when it may be, None when that is not known yet."""
    if not own.is_own(scenario):
        return ""
    found = own.check_kept(scenario)
    return None if found is None else str(found.get("objection", ""))


@solara.component
def Tried(scenario: Scenario, done: Callable[[], None]) -> None:
    """A lesson of one's own is run before it is taught: whether it shows what it promises."""
    work = use_work()

    def begin() -> None:
        work.start(2 * REPLICATIONS * own.SEEDS, lambda at_work: _tried(scenario, at_work))

    def follow() -> None:
        if work.result is not None:
            done()

    solara.use_effect(begin, [])
    solara.use_effect(follow, [work.result])
    paragraph(
        "This lesson is new, or was changed. Before it is taught, the studio runs it to see whether it shows what it promises."
    )
    if work.running:
        Progress(work, "Runs")
    elif work.result is None:
        button("Try it", begin, "mdi-play")
    if work.mistake:
        alert(work.mistake)


def _tried(scenario: Scenario, work: Work) -> dict[str, Any]:
    if HOUSE.shared:
        own.refuse_large(scenario)
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        count = counted(scenario, range(1, 1 + own.SEEDS), place=place, done=work.step)
    if work.called_off:
        raise Stopped
    return own.keep(count)


@solara.component
def BringLesson(chosen: str, known: dict[str, Scenario], visitor: str, opened: Callable[[str], None]) -> None:
    """A copy of a lesson, or a file of one's own; both lie in the folder of lessons then. ``chosen``: what is copied, if any."""
    name, set_name = solara.use_state("")
    mistake, tried = use_trying()

    def written(write: Callable[[], own.Begun]) -> None:
        if HOUSE.shared:
            own.refuse_full(own.own_folder())
        opened(f"{scenario_library.MINE}/{write().path.stem}")

    def put(write: Callable[[], own.Begun]) -> None:
        tried(lambda: written(write))

    source = known[chosen].path if chosen else None
    heading("Make it your own" if chosen else "A lesson of your own", 2)
    if not HOUSE.may_write(visitor):
        paragraph(
            "This studio is open to others, so only teachers’ pages write lessons: come by the link for teachers, which stands "
            "in the terminal that it runs in."
        )
        return
    with html("div", class_="lesson-row"):
        Field("What it is called", name, set_name)
        words = "Copy this lesson" if chosen else "Begin a lesson"
        copy = "mdi-content-copy" if chosen else "mdi-file-plus-outline"
        button(words, lambda: put(lambda: own.begun(name, own.own_folder(), source)), copy)
    if not chosen:
        UploadLesson(put)
    where = " of the machine that the studio runs on" if HOUSE.shared else ""
    caption(
        f"It is a file in the folder {own.own_folder()}{where}: open it in any editor. It is read anew whenever it is saved."
    )
    if mistake:
        alert(mistake)


@solara.component
def UploadLesson(put: Callable[[Callable[[], own.Begun]], None]) -> None:
    """A file from elsewhere."""
    coming = solara.use_ref(("", b""))

    def begin(told: dict[str, Any]) -> None:
        coming.current = str(told.get("name", "")), b""

    def part(told: dict[str, Any], buffers: Any = None) -> None:
        name, before = coming.current
        coming.current = name, (before + (bytes(buffers[0]) if buffers else b""))[: LARGEST + 1]
        if told.get("last"):
            name, content = coming.current
            put(lambda: own.taken_in(name, content, own.own_folder()))

    Upload(
        label="Choose a lesson’s file", accept=".yaml,.yml", limits=f"At most {LARGEST // 1000:,} kB.", largest=LARGEST,
        event_begin=begin, event_part=part,
    )  # fmt: skip
