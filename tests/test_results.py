"""The results folder: whole or absent, the same on every machine, readable by anybody."""

import json
from pathlib import Path

import pandas as pd
import pytest
from worlds import busy

from sim import Mistake, run
from sim.results import folder_name, manifest, save


@pytest.fixture(scope="module")
def result() -> object:
    return run(busy(), replications=3, seed=3)


def test_the_folder_holds_what_was_counted(result: object, tmp_path: Path) -> None:
    folder = save([result], tmp_path)  # type: ignore[list-item]
    measures = pd.read_parquet(folder / "measures.parquet").set_index("replication").drop(columns="scenario")
    assert measures.equals(result.measures)  # type: ignore[attr-defined]
    assert len(pd.read_parquet(folder / "weekly.parquet")) == 30
    assert len(pd.read_parquet(folder / "failures.parquet")) == 0
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 3


def test_the_same_run_gives_the_same_folder_byte_for_byte(result: object, tmp_path: Path) -> None:
    first = save([result], tmp_path / "a")  # type: ignore[list-item]
    second = save([run(busy(), 3, 3, threads=1)], tmp_path / "b")
    assert first.name == second.name
    for name in ("manifest.json", "measures.parquet", "weekly.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_manifest_is_enough_to_get_the_numbers_again(result: object) -> None:
    told = manifest([result])  # type: ignore[list-item]
    again = run(busy(), len(told["scenarios"][0]["replications"]), told["seed"])
    assert again.digest == told["scenarios"][0]["digest"]


def test_saving_again_replaces_the_folder_and_keeps_reports(result: object, tmp_path: Path) -> None:
    folder = save([result], tmp_path)  # type: ignore[list-item]
    (folder / "report.html").write_text("kept")
    (folder / "stale.txt").write_text("gone")
    save([result], tmp_path)  # type: ignore[list-item]
    assert (folder / "report.html").read_text() == "kept"
    assert not (folder / "stale.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder_name([result])]  # type: ignore[list-item]


def test_a_place_that_cannot_be_written_leaves_nothing_behind(result: object, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Mistake, match="choose another folder"):
        save([result], tmp_path / "file")  # type: ignore[list-item]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
