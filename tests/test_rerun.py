"""A results folder holds its scenario whole: it runs where it lies and anywhere else, and what was changed is found out."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow import parquet
from test_by_customer import ROWS, company
from typer.testing import CliRunner
from worlds import busy

from sim import Mistake, compare, load, run
from sim.cli import app
from sim.experiments.integrity import check_results
from sim.model.component import builtin
from sim.runs.again import Again, rerun
from sim.runs.results import asked_of, save, worlds_asked
from sim.scenario.worlds import prior, write_worlds

PERSONAL = ("customers.parquet", "customers.csv", "first.csv", "quarantine.csv", "scenario/c.csv")
"""What in a results folder may speak of persons."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of a comparison, lying elsewhere, its original files gone."""
    home = tmp_path_factory.mktemp("home")
    answer = compare(company(home), 6, 3, worlds="shipped")
    written = save(answer.results, home / "results", asked_of(answer))
    answer.report(written / "report.html")
    away = tmp_path_factory.mktemp("away") / "copied"
    shutil.copytree(written, away)
    shutil.rmtree(home)
    return away


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "again"))


def told(folder: Path, *words: object) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["rerun", str(folder), "--json", "--threads", "1", *map(str, words)])
    return done.exit_code, json.loads(done.stdout) if done.exit_code < 2 else done.stderr


def test_the_same_digest_elsewhere_without_the_original_files(folder: Path) -> None:
    code, found = told(folder)
    assert code == 0 and found["same"] and set(found["scenarios"]) == {"Today", "Better!"}
    assert found["differs"] == {"files": {}, "meaning": [], "source": None, "versions": {}}


def test_the_command_in_the_manifest_makes_it_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads((folder / "manifest.json").read_text())
    assert (
        said["command"]
        == "loyalty compare scenario/today.yaml scenario/better.yaml --replications 6 --seed 3 --worlds shipped"
    )
    assert said["commit"] and said["versions"]["numpy"]
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, [*said["command"].split()[1:], "--results", str(tmp_path)])
    assert done.exit_code == 0
    (again,) = tmp_path.glob("today*")
    digests = [each["digest"] for each in json.loads((again / "manifest.json").read_text())["scenarios"]]
    assert digests == [each["digest"] for each in said["scenarios"]]


def test_a_changed_customer_file_is_found_out(copied: Path) -> None:
    file = copied / "scenario" / "c.csv"
    file.write_text(file.read_text().replace("gold,6,", "gold,60,"))
    code, found = told(copied)
    assert code == 1 and not found["same"]
    assert found["differs"]["files"] == {"scenario/c.csv": "changed"} and found["differs"]["meaning"] == [
        "Today",
        "Better!",
    ]
    assert "scenario/c.csv was changed" in CliRunner().invoke(app, ["rerun", str(copied), "--threads", "1"]).stdout


def test_a_changed_comment_changes_no_digest_and_is_told(copied: Path) -> None:
    file = copied / "scenario" / "today.yaml"
    file.write_text(file.read_text() + "# a thought\n")
    (copied / "scenario" / "more.yaml").write_text("weeks: 3\n")
    code, found = told(copied)
    assert code == 0 and found["differs"]["files"] == {"scenario/today.yaml": "changed", "scenario/more.yaml": "new"}


def test_another_version_is_told(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.runs.again.source_hash", lambda: "other")
    monkeypatch.setattr("sim.runs.again.versions", lambda: {"numpy": "0.1"})
    found = rerun(copied)
    assert (
        found.same and found.source is not None and found.source[1] == "other" and found.versions["numpy"][1] == "0.1"
    )
    assert any("numpy was" in sentence for sentence in found.differs)


def test_bad_folders_are_refused(copied: Path, tmp_path: Path) -> None:
    for place, words in ((tmp_path / "nothing", "is not there"), (tmp_path, "no results folder")):
        code, said = told(place)
        assert code == 2 and words in said and "Traceback" not in said
    (copied / "scenario" / "c.csv").unlink()
    assert told(copied)[0] == 2 and "is missing" in told(copied)[1]
    manifest = copied / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"seed": 3', '"seed": 4'))
    assert told(copied)[0] == 2 and "was changed" in told(copied)[1]
    manifest.write_text(json.dumps({"scenarios": [{"name": "x"}], "seed": 1}))
    assert told(copied)[0] == 2 and "earlier version" in told(copied)[1]
    assert told(copied / "scenario" / "today.yaml")[0] == 2


def test_nobody_is_told_of_in_any_other_file(folder: Path) -> None:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in PERSONAL:
            words = path.read_bytes()
            if path.suffix == ".parquet":
                words += parquet.read_table(path).to_pandas().to_csv().encode()
            assert b"Elm Street" not in words and not re.search(rb"\bK0\d{3}\b", words), name


@pytest.mark.parametrize("ids", [True, False])
def test_ids_only_where_the_file_had_them(tmp_path: Path, ids: bool) -> None:
    base, _ = company(tmp_path, ids)
    found = save([run(base, 2, 1)], tmp_path / "results")
    assert not (found / "first.csv").exists()
    for table in (pd.read_parquet(found / "customers.parquet"), pd.read_csv(found / "customers.csv")):
        assert set(table["customer"]) == ({f"K{n:04}" for n in range(ROWS)} if ids else set(range(ROWS)))
    assert len(pd.read_parquet(found / "segments.parquet")) == 5


def test_tables_of_the_folder_are_those_of_the_answer(folder: Path) -> None:
    found, plain = pd.read_parquet(folder / "customers.parquet"), pd.read_csv(folder / "customers.csv")
    assert len(found) == len(plain) == ROWS and list(found) == list(plain)
    assert (plain["stays_better"] == found["stays_better"]).all()
    first = pd.read_csv(folder / "first.csv")
    assert first["gain"].is_monotonic_decreasing and len(first) <= ROWS
    assert check_results(folder.parent).damaged == {}


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(tmp_path: Path) -> None:
    base, _ = company(tmp_path)
    (tmp_path / "c.csv").write_text((tmp_path / "c.csv").read_text().replace("3 Elm Street", "=1+1"))
    found = save([run(base, 2, 1)], tmp_path / "results")
    assert "'=1+1" in (found / "customers.csv").read_text()


def test_without_a_file_there_are_no_customers_and_that_is_said(tmp_path: Path) -> None:
    found = save([run(busy(), 2, 1)], tmp_path)
    assert not list(found.glob("customers.*"))
    assert "no customer file" in json.loads((found / "manifest.json").read_text())["customers"]
    assert list(pd.read_parquet(found / "segments.parquet")["value"]) == []


def again(folder: Path) -> Again:
    found = rerun(folder)
    assert found.same and not found.differs, found.differs
    return found


def test_scenarios_made_in_python_are_kept_too(tmp_path: Path) -> None:
    base, _ = company(tmp_path)
    scenarios = [
        base,
        base.with_(name="Today", quality={"error_rate": 0.05}).with_(name="Careful"),
        base.with_(name="today!", weeks=10),
    ]
    for worlds in ("shipped", "none"):
        answer = compare(scenarios, 4, 1, worlds=worlds)
        again(save(answer.results, tmp_path / worlds, asked_of(answer)))
    made = run(busy(warm_up={"weeks": 4, "under": {"quality": {"error_rate": 0.01}}}), 4, 3, worlds="shipped", first=2)
    found = save([made], tmp_path / "made", worlds_asked(made.scenario))
    assert again(found).digests["Busy"][0] == made.digest
    assert "--first 2" in json.loads((found / "manifest.json").read_text())["command"]


def test_extended_files_customers_and_worlds_of_a_folder_named_scenarios(tmp_path: Path) -> None:
    root = tmp_path / "scenarios"
    (root / "telecom").mkdir(parents=True)
    (root / "data").mkdir()
    company(root)
    shutil.move(root / "c.csv", root / "data" / "c.csv")
    write_worlds(prior(builtin(), 12), root / "data" / "ours.parquet")
    text = (root / "today.yaml").read_text().replace("c.csv", "../data/c.csv") + "worlds: ../data/ours.parquet\n"
    (root / "telecom" / "base.yaml").write_text(text)
    (root / "telecom" / "idea.yaml").write_text("extends: base.yaml\nname: Idea\nweeks: 5\n")
    made = run(load(root / "telecom" / "idea.yaml"), 4, 1)
    found = save([made], tmp_path / "results", worlds_asked(made.scenario))
    shutil.rmtree(root)
    assert {path.relative_to(found).as_posix() for path in (found / "scenario").rglob("*") if path.is_file()} == {
        "scenario/scenarios/telecom/idea.yaml", "scenario/scenarios/telecom/base.yaml", "scenario/scenarios/data/c.csv",
        "scenario/scenarios/data/ours.parquet",
    }  # fmt: skip
    again(found)
    assert load(found / "scenario/scenarios/telecom/idea.yaml").in_worlds().worlds is not None


def test_worlds_from_elsewhere_and_links_are_kept_as_what_they_are(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    base, _ = company(home)
    write_worlds(prior(builtin(), 12), tmp_path / "theirs.parquet")
    (home / "real").mkdir()
    (home / "c.csv").rename(home / "real" / "c.csv")
    (home / "c.csv").symlink_to(home / "real" / "c.csv")
    base = load(home / "today.yaml")
    for worlds in (tmp_path / "theirs.parquet", prior(builtin(), 9)):
        made = run(base, 4, 1, worlds=worlds)
        again(save([made], tmp_path / "results", worlds_asked(made.scenario)))


def test_two_folders_of_scenarios_do_not_mix(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        company(tmp_path / name)
    text = (tmp_path / "two" / "today.yaml").read_text()
    (tmp_path / "two" / "today.yaml").write_text(text.replace("0.12", "0.02").replace("Today", "Tomorrow"))
    answer = compare([load(tmp_path / "one" / "today.yaml"), load(tmp_path / "two" / "today.yaml")], 3, 1)
    again(save(answer.results, tmp_path / "results", asked_of(answer)))


def test_compare_and_plot_read_results_folders(folder: Path, tmp_path: Path) -> None:
    asked = ["compare", str(folder), "--replications", "6", "--seed", "3", "--results", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0 and json.loads(done.stdout)["worlds"]["name"] == "shipped"
    (found,) = tmp_path.glob("today*")
    assert found.name.endswith("seed-3-6-replications")
    twice = CliRunner().invoke(
        app, ["plot", "retention", str(folder), str(found), "--replications", "2", "--out", str(tmp_path / "x.svg")]
    )
    assert twice.exit_code == 0 and "Better!" in twice.stdout
    none = CliRunner().invoke(app, ["compare", str(tmp_path), "--replications", "2"])
    assert none.exit_code == 2 and "no results folder" in none.stderr


def test_mechanisms_are_programs_and_not_kept(copied: Path) -> None:
    from sim.system.digests import sealed

    said = json.loads((copied / "manifest.json").read_text())
    said["scenarios"][0]["meaning"]["mechanisms"] = [["points", "abc"]]
    (copied / "manifest.json").write_text(sealed(said))
    with pytest.raises(Mistake, match="--mechanism"):
        rerun(copied)
