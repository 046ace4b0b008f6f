"""The results folder: whole or absent, never the poorer for a later command, the same on every machine, readable by anybody."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner
from worlds import busy

from sim import Mistake, run
from sim.cli import app
from sim.experiments.integrity import check_results
from sim.runs.leftovers import manifest_in
from sim.runs.results import folder_name, manifest, save
from sim.runs.results_folder import add
from sim.runs.runner import Failure, Result
from sim.system.digests import digest
from sim.system.outputs import DRAFT, draft_file, draft_folder


@pytest.fixture(scope="module")
def result() -> Result:
    return run(busy(), replications=3, seed=3)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_what_was_counted(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    measures = pd.read_parquet(folder / "measures.parquet").set_index("replication").drop(columns="scenario")
    assert measures.equals(result.measures)
    assert len(pd.read_parquet(folder / "weekly.parquet")) == 30
    assert len(pd.read_parquet(folder / "failures.parquet")) == 0
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 3


def test_the_same_run_gives_the_same_folder_byte_for_byte(result: Result, tmp_path: Path) -> None:
    first = save([result], tmp_path / "a")
    second = save([run(busy(), 3, 3, threads=1)], tmp_path / "b")
    assert first.name == second.name
    for name in ("manifest.json", "measures.parquet", "weekly.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_manifest_is_enough_to_get_the_numbers_again(result: Result) -> None:
    told = manifest([result])
    again = run(busy(), len(told["scenarios"][0]["replications"]), told["seed"])
    assert again.digest == told["scenarios"][0]["digest"]


def test_saving_again_changes_nothing_and_keeps_what_others_put_there(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    (folder / "report.html").write_text("a page")
    (folder / "notes.txt").write_text("a thought")
    before = contents(tmp_path)
    assert save([result], tmp_path) == folder
    assert contents(tmp_path) == before and list(before) and folder.name == folder_name([result])


def test_the_name_says_what_was_asked(result: Result) -> None:
    mark = result.scenario.fingerprint
    assert folder_name([result]) == f"busy-{mark}-seed-3-3-replications"
    assert folder_name([run(busy(), 2, 3, first=5)]) == f"busy-{mark}-seed-3-2-replications-from-5"
    assert folder_name([result], {"engine": "mesa"}) == f"busy-{mark}-seed-3-3-replications-engine-mesa"
    long = folder_name([replace(result, scenario=busy().with_(name="A very long name, " * 4))])
    assert len(long) < 130 and long.startswith("a-very-long-name-a-very-long")


def test_every_question_has_a_folder_of_its_own(result: Result, tmp_path: Path) -> None:
    asked: list[tuple[Result, dict[str, Any]]] = [
        (result, {}),
        (run(busy(), 2, 3), {}),
        (run(busy(), 3, 4), {}),
        (run(busy(), 3, 3, first=1), {}),
        (result, {"engine": "mesa"}),
        (result, {"worlds": "0123456789ab"}),
        (result, {"precision": 0.01, "most": 20}),
        (result, {"precision": 0.01, "most": 30}),  # not in the name, and still another question
        (replace(result, failures=(Failure(3, "lost", "", ""),)), {}),
        (replace(result, failures=(Failure(3, "another", "", ""),)), {}),
    ]
    folders = [save([each], tmp_path, more) for each, more in asked]
    before = contents(tmp_path)
    assert len(set(folders)) == len(asked)
    assert [save([each], tmp_path, more) for each, more in asked] == folders and contents(tmp_path) == before


def test_a_table_that_was_changed_or_damaged_is_set_aside_and_written_again(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    whole = contents(tmp_path)
    (folder / "measures.parquet").write_bytes(b"mine")
    assert save([result], tmp_path) == folder
    aside = folder / "measures.parquet.damaged"
    assert aside.read_bytes() == b"mine"
    aside.unlink()
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("words", [b"", b"{}", b'{"files": {}}', b"\xff"])
def test_a_damaged_manifest_is_set_aside_and_written_again(result: Result, tmp_path: Path, words: bytes) -> None:
    folder = save([result], tmp_path)
    whole = contents(tmp_path)
    (folder / "manifest.json").write_bytes(words)
    other = save([result], tmp_path)
    assert (other == folder) == (
        words != b"{}"
    )  # one without any digest is that of an earlier version, and is believed
    (folder / "manifest.json.damaged").unlink(missing_ok=True)
    assert other != folder or contents(tmp_path) == whole


@pytest.mark.parametrize("words", [b"", b"{", None])
def test_beside_a_damaged_manifest_the_sound_tables_of_another_answer_stay(
    result: Result, tmp_path: Path, words: bytes | None
) -> None:
    """As an earlier version of the program wrote them under the same name: only the empty table of failures is the same."""
    folder = save([result], tmp_path)
    (folder / "measures.parquet").write_bytes(b"sound once")
    (folder / "manifest.json").unlink()
    if words is not None:
        (folder / "manifest.json").write_bytes(words)
    before = contents(folder)
    other = save([result], tmp_path)
    assert other != folder and contents(folder) == before
    assert save([result], tmp_path) == other


def test_a_manifest_that_only_cannot_be_read_now_is_not_set_aside(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save([result], tmp_path)
    before = contents(tmp_path)

    def refused(path: Path) -> bytes:
        raise Mistake(f"{path}: cannot be read (Too many open files)")

    monkeypatch.setattr("sim.system.digests.contents", refused)
    with pytest.raises(Mistake, match="Too many open files"):
        save([result], tmp_path)
    monkeypatch.undo()
    assert contents(tmp_path) == before and save([result], tmp_path) == folder


def test_a_report_that_was_changed_is_told_until_there_is_a_new_one(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    report = add(folder / "report.html", lambda path: {path: b"one"})
    report.write_bytes(b"One")
    told = check_results(tmp_path)
    assert list(told.damaged) == [f"{folder.name}/report.html"] and "a new one is kept" in told.sentences()[0]
    assert add(folder / "report.html", lambda path: {path: b"one"}).name == "report-2.html"
    assert not check_results(tmp_path).damaged and report.read_bytes() == b"One"
    (folder / "report-2.html").unlink()
    assert list(check_results(tmp_path).damaged) == [f"{folder.name}/report-2.html"]


def test_a_table_that_is_missing_is_written_again(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    whole = contents(tmp_path)
    (folder / "weekly.parquet").unlink()
    assert save([result], tmp_path) == folder and contents(tmp_path) == whole


def test_a_folder_or_file_of_that_name_that_is_the_users_is_not_touched(result: Result, tmp_path: Path) -> None:
    (tmp_path / folder_name([result])).mkdir()
    first = save([result], tmp_path)
    first.rename(tmp_path / "aside")
    first.write_text("a file of the user's")
    second = save([result], tmp_path)
    assert list((tmp_path / folder_name([result])).iterdir()) == [] and first.read_text() == "a file of the user's"
    assert second not in (first, tmp_path / folder_name([result])) and (second / "manifest.json").is_file()


def test_reports_are_added_and_only_the_programs_own_are_replaced(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)

    def page(words: str) -> Path:
        return add(folder / "report.html", lambda path: {path: words.encode()})

    def text(words: str) -> Path:
        return add(
            folder / "report.md", lambda path: {path: words.encode(), folder / f"{path.stem}-figures" / "1.svg": b"x"}
        )

    assert page("one") == page("two") == page("two") == folder / "report.html" and text("said").name == "report.md"
    (folder / "report.html").write_text("two, with a thought of mine")
    assert page("two").name == page("three").name == "report-2.html"
    (folder / "report-figures" / "1.svg").write_bytes(b"drawn on")
    assert text("said").name == text("said again").name == "report-2.md"
    assert (folder / "report.html").read_text() == "two, with a thought of mine"
    assert (folder / "report-figures" / "1.svg").read_bytes() == b"drawn on"
    assert save([result], tmp_path) == folder


@pytest.mark.parametrize("many", [8])
def test_several_at_once_do_each_other_no_harm(result: Result, tmp_path: Path, many: int) -> None:
    other = run(busy(), 2, 3)
    with ThreadPoolExecutor(many) as pool:
        found = list(pool.map(lambda k: save([(result, other)[k % 2]], tmp_path), range(4 * many)))
    assert {path.name for path in found} == {folder_name([result]), folder_name([other])}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({path.name for path in found})
    for folder in set(found):
        files = [*sorted(folder.glob("*.parquet")), *sorted(folder.rglob("*.yaml"))]
        assert manifest_in(folder)["files"] == {str(p.relative_to(folder)): digest(p) for p in files}  # type: ignore[index]


def test_a_draft_of_a_living_process_is_left_alone_and_one_of_a_dead_one_goes(result: Result, tmp_path: Path) -> None:
    (tmp_path / f"{DRAFT}00000000").mkdir()
    (tmp_path / f"{DRAFT}00000000" / "measures.parquet").write_text("half")
    (tmp_path / f"{DRAFT}11111111").write_text("half")
    with draft_folder(tmp_path) as folder, draft_file(tmp_path) as file:
        save([result], tmp_path)
        assert sorted(path for path in tmp_path.iterdir() if path.name.startswith(".")) == sorted([folder, file])
    assert [path.name for path in tmp_path.iterdir()] == [folder_name([result])]


# ---- what earlier versions left


def earlier(result: Result, place: Path, **more: str) -> Path:
    """A results folder as earlier versions wrote it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        save([result], Path(made)).rename(place)
    said = {key: value for key, value in manifest_in(place).items() if key not in ("files", "digest")}  # type: ignore[union-attr]
    (place / "manifest.json").write_text(json.dumps(said))
    for name, words in more.items():
        (place / name.replace("_", ".")).write_text(words)
    return place


def seen(results: Path, command: str, name: str) -> str:
    done = CliRunner().invoke(
        app, ["results", *([command, name] if command == "show" else [command]), "--out", str(results)]
    )
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("command", ["list", "show"])
def test_what_was_killed_between_two_renames_is_put_back(result: Result, tmp_path: Path, command: str) -> None:
    results, name = tmp_path / "results", f"busy-{result.scenario.fingerprint}"
    (results / ".old-abcd_123").mkdir(parents=True)
    earlier(result, results / ".old-abcd_123" / "was", notes_txt="a thought", data_csv="1,2")
    earlier(run(busy(), 2, 3), results / ".draft-efgh4567", report_html="a page", failures_parquet="")
    assert ('"seed": 3' if command == "show" else "busy") in seen(results, command, name)
    assert [path.name for path in results.iterdir()] == [name]
    assert len(pd.read_parquet(results / name / "measures.parquet")) == 3
    assert {(results / name / each).read_text() for each in ("notes.txt", "report.html", "data.csv")} == {
        "a thought", "a page", "1,2",
    }  # fmt: skip


def test_what_was_killed_while_the_old_was_removed_is_kept_beside_the_new(result: Result, tmp_path: Path) -> None:
    results, name = tmp_path / "results", f"busy-{result.scenario.fingerprint}"
    (results / ".old-abcd_123").mkdir(parents=True)
    earlier(result, results / ".old-abcd_123" / "was", notes_txt="a thought")
    earlier(run(busy(), 2, 3), results / name, report_html="a page")
    seen(results, "list", name)
    assert sorted(path.name for path in results.iterdir()) == [name, f"{name}-2"]
    assert (results / name / "report.html").is_file() and (results / f"{name}-2" / "notes.txt").is_file()


def test_a_page_in_a_draft_of_its_own_is_put_back_and_half_a_page_is_not(result: Result, tmp_path: Path) -> None:
    folder = save([result], tmp_path)
    for letter, text in (("a", "<html>whole</html>\n"), ("b", "<html>ha")):
        (folder / f".draft-{letter * 8}").mkdir()
        (folder / f".draft-{letter * 8}" / f"{letter}.html").write_text(text)
    (folder / ".draft-proposal").mkdir()
    (folder / ".draft-proposal" / "plan.docx").write_text("the user's")
    save([result], tmp_path)
    assert (folder / "a.html").is_file() and not (folder / "b.html").exists()
    assert [path.name for path in folder.glob(".*")] == [".draft-proposal"]


def test_a_place_that_cannot_be_written_leaves_nothing_behind(result: Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Mistake, match="choose another folder"):
        save([result], tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
