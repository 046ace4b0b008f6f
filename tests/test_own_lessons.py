"""Lessons of one's own: begun from a template or a copy, found, checked, and never taught when they promise wrongly."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("solara")

from drawn_pages import drawn

from sim import load
from sim.cli import app
from sim.errors import Mistake
from sim.scenario.shipped import scenarios_folder
from sim.studio.lessons import bringing, own
from sim.studio.lessons.counting import Count
from sim.studio.lessons.outcome import live, worlds
from sim.studio.lessons.taking import sorted_out
from sim.studio.library import scenario_library
from sim.studio.visitor.house import House

SMALL = {"market": {"customers": 300, "prospects": 100, "stands_for": 1}, "warm_up": "0 weeks"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no folder of lessons named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(scenario_library.LESSONS, raising=False)
    return tmp_path


def told(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_a_lesson_from_the_template_can_be_taken_at_once(here: Path) -> None:
    done = told("lesson", "new", "The free coffee", "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["lesson"] == "lessons/the_free_coffee.yaml"
    path = here / "lessons" / "the_free_coffee.yaml"
    found, faulty = sorted_out(scenario_library.own_lessons())
    assert not faulty and found["mine/the_free_coffee"].name == "The free coffee"
    lesson = found["mine/the_free_coffee"].lesson
    assert lesson is not None and lesson.guide is not None and lesson.guide.theory
    teacher = lesson.guide.teacher
    assert teacher.level and teacher.handout and teacher.rubric and path.read_text(encoding="utf-8").count("#") > 20
    assert load(lesson.against).name == "The town"


def test_the_template_keeps_its_promise(here: Path) -> None:
    made = own.begun("One", here)
    scenario = load(made.path)
    assert Count(scenario, (live(worlds(scenario), range(20), 1),)).as_told == 1


def test_a_copy_of_any_lesson_means_the_same_under_a_name_of_its_own(here: Path) -> None:
    for source in sorted((scenarios_folder() / "lessons").glob("*.yaml")):
        original = load(source)
        if original.lesson is not None:
            copy = load(own.begun(f"My {source.stem}", here / "mine", source).path)
            assert copy.name == f"My {source.stem}" and copy.lesson is not None
            assert [w.full_fingerprint for w in worlds(copy)] == [w.full_fingerprint for w in worlds(original)]


def test_what_lies_in_the_folder_stays(here: Path) -> None:
    own.begun("One", here)
    (here / "town.yaml").write_text("weeks: 10\n", encoding="utf-8")
    assert own.begun("Two", here).kept == (here / "town.yaml",)
    assert (here / "town.yaml").read_text(encoding="utf-8") == "weeks: 10\n"
    with pytest.raises(Mistake, match="is there already"):
        own.begun("One", here)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new", ""], "the name of a lesson is a few words"),
        (["new", "x", "--from", "the_fee_trip"], "did you mean 'the_fee_trap'"),
        (["new", "x", "--from", str(scenarios_folder() / "lessons" / "town.yaml")], "has no section 'lesson'"),
        (["check", "no_such.yaml"], "there is no such file"),
        (["check", "the_fee_trap", "--seeds", "0"], "--seeds is 0"),
    ],
)
def test_a_mistake_is_told(words: list[str], says: str) -> None:
    done = told("lesson", *words)
    assert done.exit_code == 2 and says in done.output and "Traceback" not in done.output


def test_an_upload_is_put_beside_the_world_it_names_and_what_is_none_is_refused(here: Path) -> None:
    content = (scenarios_folder() / "lessons" / "the_cost_cutter.yaml").read_bytes()
    made = own.taken_in("../../Cutter.yaml", content, here)
    assert made.path == here / "cutter.yaml" and load(made.path).lesson is not None
    for name, wrong in (
        ("x.exe", content),
        ("x.yaml", b"\xff\xfe"),
        ("cutter.yaml", content),
        ("y.yaml", b"#" * 500_000),
    ):
        with pytest.raises(Mistake):
            own.taken_in(name, wrong, here)


def test_in_a_shared_studio_only_teachers_pages_write_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "HOUSE", House(shared=True, teachers={"a teacher"}))
    for address in ("/lessons", "/lessons?lesson=lessons/the_fee_trap&view=teacher"):
        student, teacher = drawn(address, "a student"), drawn(address, "a teacher")
        assert not student.faults and not teacher.faults
        assert "only teachers’ pages write lessons" in student.says and "What it is called" not in student.says
        assert "What it is called" in teacher.says and "of the machine that the studio runs on" in teacher.says


def test_a_shared_studio_takes_no_lesson_too_many_and_none_too_large(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load(own.begun("One", here).path)
    own.refuse_large(scenario)
    own.refuse_full(here)
    monkeypatch.setattr(own, "MOST", len(list(here.glob("*.yaml"))))
    with pytest.raises(Mistake, match="the studio's owner must clear it"):
        own.refuse_full(here)
    with pytest.raises(Mistake, match="take fewer customers, prospects or weeks"):
        own.refuse_large(scenario.with_(market={"customers": 100_000}))


def test_a_lesson_that_is_taken_in_reads_no_file_outside_its_folder(here: Path) -> None:
    text = own.begun("One", here / "lessons").path.read_text(encoding="utf-8")
    (here / "secret.yaml").write_text(text, encoding="utf-8")
    for name, way in (("a", "../secret.yaml"), ("b", str(here / "secret.yaml")), ("c", "~/secret.yaml")):
        content = text.replace("extends: ", f"extends: {way} # ")
        with pytest.raises(Mistake, match="extends"):
            load(own.taken_in(f"{name}.yaml", content.encode(), here / "lessons").path)


def reversed_promise(folder: Path) -> Path:
    """A lesson whose text says that more customers stay where fewer do."""
    path = own.begun("Wrong", folder).path
    text = path.read_text(encoding="utf-8").replace(
        "retention: falls by 2 percentage points", "retention: rises by 2 percentage points"
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lesson_that_promises_the_wrong_direction_is_named_so_and_never_taught(here: Path) -> None:
    path = reversed_promise(here / "lessons")
    scenario = load(path)
    count = Count(scenario, (live(worlds(scenario), range(20), 1),))
    assert "promises the wrong direction" in count.objection and "customers kept rises" in count.objection
    assert "the right answer is “Fewer.”" in count.objection
    own.keep(count)
    for address in ("/lessons?lesson=mine/wrong", "/lessons?lesson=mine/wrong&view=teacher"):
        page = drawn(address)
        assert not page.faults and "promises the wrong direction" in page.says
        assert "Now guess" not in page.says and "Open a class" not in page.says
    path.write_text(
        path.read_text(encoding="utf-8").replace("retention: rises by", "retention: falls by"), encoding="utf-8"
    )
    assert own.check_kept(load(path)) is None  # what was found of another text is not believed


def test_a_check_in_the_terminal_is_what_the_studio_knows(here: Path) -> None:
    path = reversed_promise(here / "lessons")
    done = told("lesson", "check", str(path), "--seeds", "1", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1 and found["as_told"] == 0 and "WRONG DIRECTION" in found["promises"][0]
    kept = own.check_kept(load(path))
    assert kept is not None and kept["objection"] == found["objection"]


def test_a_file_is_read_anew_when_it_or_the_world_it_extends_changes(here: Path) -> None:
    made = own.begun("One", here / "lessons")
    key = "mine/one"

    def changed(path: Path, old: str, new: str) -> None:
        before = path.stat().st_mtime_ns
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        os.utime(path, ns=(before + 10**9, before + 10**9))

    assert scenario_library.fetch(key).weeks == 104
    changed(made.path, '"One"', '"Another"')
    assert scenario_library.fetch(key).name == "Another"
    changed(here / "lessons" / "town.yaml", "weeks: 104", "weeks: 52")
    assert scenario_library.fetch(key).weeks == 52


def test_an_unfinished_lesson_is_named_among_lessons_and_nowhere_else(here: Path) -> None:
    made = own.begun("One", here / "lessons")
    (here / "lessons" / "zz_begun.yaml").write_text("extends: town.yaml\nlesson:\n  predict: What?\n", encoding="utf-8")
    shutil.copy(made.path, here / "lessons" / "whole.yaml")
    pages = {address: drawn(address) for address in ("/lessons", "/live", "/compare", "/library", "/explore")}
    assert not any(page.faults for page in pages.values())
    assert "mine/zz_begun: " in pages["/lessons"].says and "lesson.against is missing" in pages["/lessons"].says
    for address in ("/live", "/compare", "/library"):
        assert "zz_begun" not in pages[address].says and "One" in pages[address].says, address


def test_a_folder_that_is_named_is_looked_into_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.begun("One", here / "lessons")
    own.begun("Two", here / "elsewhere")
    monkeypatch.setenv(scenario_library.LESSONS, str(here / "elsewhere"))
    assert {"mine/one", "mine/two"} <= set(scenario_library.own_lessons())
    assert own.own_folder() == Path("elsewhere")
