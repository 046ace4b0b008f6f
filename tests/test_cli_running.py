"""The running commands, as a user types them: in a process of their own, in a folder of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import run
from sim.cli import app
from sim.scenario.whole import load

SMALL = """
name: Small
weeks: 6
market: {customers: 200, prospects: 50, stands_for: 20}
quality: {error_rate: 0.08}
call_centre: {representatives: 2}
"""


def loyalty(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = "from sim.cli import main; main()"
    return subprocess.run([sys.executable, "-c", program, *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "worse.yaml").write_text("extends: small.yaml\nname: Worse\nquality: {error_rate: 0.3}\n")
    return tmp_path


def test_run_prints_one_json_object_and_keeps_its_results(folder: Path) -> None:
    done = loyalty(folder, "run", "small.yaml", "--replications", "5", "--json", "--weekly", "weekly.parquet")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    expected = run(load(folder / "small.yaml"), 5).to_json()
    assert told == json.loads(json.dumps(expected))
    assert set(told) >= {"scenario", "fingerprint", "seed", "replications", "failed", "weeks", "customers", "measures"}
    assert (folder / "weekly.parquet").is_file()
    assert (folder / "results" / f"small-{told['fingerprint']}-seed-1-5-replications" / "manifest.json").is_file()


def test_compare_writes_its_report_and_prints_paired_differences(folder: Path) -> None:
    words = ("compare", "small.yaml", "worse.yaml", "--replications", "8", "--json", "--report", "answer.html")
    done = loyalty(folder, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = told["differences"]["Worse"]["retention"]
    ranges = {"range_low", "range_high", "luck_share", "probability_error"}
    assert set(found) == {"mean", "low", "high", "sd", "probability_higher", "variance_reduction"} | ranges
    assert told["base"] == "Small" and set(told["scenarios"]) == {"Small", "Worse"}
    assert "<html" in (folder / "answer.html").read_text()


def digest(*words: str) -> str:
    """What ``loyalty digest`` prints, in this process."""
    return CliRunner().invoke(app, ["digest", *words]).stdout


def test_digest_is_the_same_for_one_thread_and_two_and_for_another_process(folder: Path) -> None:
    small = str(folder / "small.yaml")
    digests = {digest(small, "--threads", threads) for threads in ("1", "2")}
    assert digests == {loyalty(folder, "digest", "small.yaml").stdout} and len(digests.pop().strip()) == 64


def test_the_engines_agree_and_say_so(folder: Path) -> None:
    done = loyalty(folder, "agree", "small.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"agree": True, "difference": None}
    words = (str(folder / "small.yaml"), "--replications", "2")
    assert len(digest(*words).strip()) == 64 and digest(*words, "--engine", "mesa") == digest(*words)


def test_a_journey_is_told_in_words(folder: Path) -> None:
    done = loyalty(folder, "journey", "small.yaml", "--customer", "7", "--against", "worse.yaml")
    assert done.returncode == 0, done.stderr
    assert "week" in done.stdout.lower()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "missing.yaml"), "missing.yaml"),
        (("run", "small.yaml", "--replications", "0"), "between 1 and"),
        (("run", "small.yaml", "--seed", "18446744073709551616"), "2^64"),
        (("run", "small.yaml", "--engine", "fast"), "core"),
        (("run", "small.yaml", "--results", "small.yaml"), "choose another folder"),
        (("compare", "small.yaml", "small.yaml"), "own name"),
        (("compare", "small.yaml", "worse.yaml", "--precision", "much"), "such as 1%"),
        (("compare", "small.yaml", "worse.yaml", "--most", "60"), "--most goes with --precision"),
        (("compare", "small.yaml", "worse.yaml", "--precision", "1%", "--most", "1"), "between 2 and 20,000"),
        (("journey", "small.yaml", "--customer", "900"), "249"),
        (("agree", "small.yaml", "--weeks", "70"), "between 1 and"),
        (("rum", "small.yaml"), "run"),
    ],
)
def test_a_mistake_is_a_sentence_with_exit_code_2_and_leaves_nothing(
    folder: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.iterdir())
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and isinstance(done.exception, SystemExit), done.output
    assert told in done.stderr and not done.stdout
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_mistake_in_a_process_of_its_own_is_told_on_standard_error_without_a_traceback(folder: Path) -> None:
    done = loyalty(folder, "run", "missing.yaml")
    assert done.returncode == 2 and not done.stdout
    assert "missing.yaml" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["agree", "digest", "mirror", "run", "plot retention"])
def test_nothing_is_said_about_no_replication(folder: Path, command: str) -> None:
    done = loyalty(folder, *command.split(), "small.yaml", "--replications", "0" if command == "agree" else "-1")
    assert done.returncode == 2 and not done.stdout
    assert "but must lie between 1 and 10,000,000" in done.stderr
