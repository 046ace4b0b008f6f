"""A faulty file – lesson, scenario, experiment or results – is named where its kind is listed, and the rest works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("solara")

from drawn_pages import drawn

from sim.scenario.shipped import scenarios_folder
from sim.studio.explore import questions
from sim.studio.library import scenario_library

LESSON = "the_fee_trap"
PAGES = ("/live", "/compare", "/lessons", "/library", "/explore")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _elsewhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.yaml")


FAULTS: dict[str, Callable[[Path], object]] = {
    "no YAML": lambda path: path.write_text("lesson: [unclosed\nname: {"),
    "missing keys": lambda path: path.write_text("extends: town.yaml\nlesson:\n  claim: S0.5\n"),
    "the promise reversed": lambda path: path.write_text(
        path.read_text().replace("profit: falls by 2 %", "profit: rises by 2 %").replace("when: rises by", "when: rises least")
    ),
    "another world that is not there": lambda path: path.write_text(
        path.read_text().replace("against: town.yaml", "against: no_such_town.yaml")
    ),
    "nothing": lambda path: path.write_bytes(b""),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "a list": lambda path: path.write_text("- one\n- two\n"),
    "a number of the wrong kind": lambda path: path.write_text("extends: town.yaml\nweeks: many\nlesson: 3\n"),
    "a folder": _folder,
    "a link that leads nowhere": _elsewhere,
}  # fmt: skip


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped scenarios, which the studio takes for them."""
    folder = tmp_path / "scenarios"
    shutil.copytree(scenarios_folder(), folder)
    monkeypatch.setattr(scenario_library, "scenarios_folder", lambda: folder)
    return folder


def _faulty(original: Path, folder: Path) -> dict[str, str]:
    """A file with each fault, made from an original, by name; what is written for a lesson is a fault of any other file too."""
    names = {fault: f"zz_{fault.replace(' ', '_')}" for fault in FAULTS}
    for fault, name in names.items():
        path = folder / f"{name}.yaml"
        shutil.copyfile(original, path)
        FAULTS[fault](path)
    return names


def says(address: str) -> str:
    """What a page says, which must not have failed."""
    page = drawn(address)
    assert not page.faults, f"{address}: {page.faults}"
    return page.says


def test_unfinished_lessons_are_named_and_everything_else_works(scenarios: Path) -> None:
    folder = scenarios / "lessons"
    names = _faulty(folder / f"{LESSON}.yaml", folder)
    told = {address: says(address) for address in PAGES}
    assert "Unfinished" in told["/lessons"] and "The fee trap" in told["/lessons"]
    for fault, name in names.items():
        assert f"lessons/{name}: " in told["/lessons"] and name in told["/library"], fault
        assert f"lessons/{name}" in says(f"/lessons?lesson=lessons/{name}"), fault
    for fault in ("no YAML", "bytes", "a folder"):
        assert (
            f"{names[fault]} (cannot be read)" in told["/live"]
            and f"{names[fault]} (cannot be read)" in told["/compare"]
        )
        says(f"/live?one=lessons/{names[fault]}")
        says(f"/compare?base=lessons/{names[fault]}")
    assert "Aim" in says(f"/lessons?lesson=lessons/{LESSON}&view=teacher")


def test_when_the_scenario_that_all_lessons_start_from_is_faulty_they_are_all_unfinished(scenarios: Path) -> None:
    FAULTS["no YAML"](scenarios / "lessons" / "town.yaml")
    assert all("cannot be read" in says(address) for address in ("/live", "/compare", "/library"))
    assert f"lessons/{LESSON}: " in says("/lessons")


def test_a_faulty_scenario_is_named_and_everything_else_works(scenarios: Path) -> None:
    names = _faulty(scenarios / "telecom" / "today.yaml", scenarios / "telecom")
    assert "It cannot be read" in says("/library")
    live = says("/live")
    for fault in ("no YAML", "nothing", "bytes", "a list", "a folder", "a link that leads nowhere"):
        assert f"{names[fault]} (cannot be read)" in live
    for page in (
        "library?scenario",
        "library?shelf=mirror&scenario",
        "live?one",
        "compare?base",
        "explore?one=fees.size&base",
    ):
        says(f"/{page}=telecom/{names['bytes']}")


def test_a_faulty_experiment_is_named_and_the_others_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "experiments"
    folder.mkdir()
    names = _faulty(questions.shipped()["sweep"], folder)
    told = says("/explore")
    for fault in ("no YAML", "nothing", "bytes", "a list", "a folder", "a link that leads nowhere"):
        assert f"{names[fault]}.yaml" in told, fault
        says(f"/explore?question=here/{names[fault]}")
    assert "sweep" in says("/explore?question=sweep")


MANIFESTS: dict[str, str | bytes] = {
    "no JSON": "{", "nothing": "", "bytes": b"\xff\xfe\x00", "a list": "[]", "a number": "3",
    "scenarios that are none": json.dumps({"scenarios": 5, "command": None, "question": [1]}),
    "names that are none": json.dumps({"scenarios": [{"name": {}}, 3, None]}),
}  # fmt: skip


def test_a_faulty_folder_of_results_is_named_and_the_others_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = json.dumps({"command": "sweep", "question": "What if?"})
    for name, contents in {**MANIFESTS, "good": good}.items():
        folder = tmp_path / "results" / name
        folder.mkdir(parents=True)
        (folder / "report.html").write_text("<p>the answer</p>")
        (folder / "manifest.json").write_bytes(contents.encode() if isinstance(contents, str) else contents)
    told = says("/explore?shelf=kept")
    assert "What if?" in told and all(name in told for name in MANIFESTS)
    assert "results/no JSON is faulty" in told
