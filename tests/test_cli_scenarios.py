"""The commands about scenario files: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.model.component import parts

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("check", "diff", "explain", "schema")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two scenarios and one that is wrong, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "today.yaml").write_text("weeks: 52\ncurrency: EUR\n", encoding="utf-8")
    pushy = "extends: today.yaml\nname: Pushy\nupselling: {attempts: 2}\n"
    pushy += "changes: {from week 26: {upselling: {attempts: 3}}}"
    (tmp_path / "pushy.yaml").write_text(pushy, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("weeks: 52\nupselling: {atempts: 2}\n", encoding="utf-8")
    return tmp_path


def told(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def real(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it, in a process of its own."""
    program = [sys.executable, "-c", "from sim.cli import main; main()", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(program, cwd=folder, capture_output=True, encoding="utf-8", env=environment, check=False)


def test_check_in_a_process_of_its_own(folder: Path) -> None:
    done = real("check", "pushy.yaml", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout.startswith("Pushy\n")
        and "From week 26, upselling.attempts is 3 per month instead of 2." in done.stdout
    )


def test_a_mistake_is_a_sentence_and_exit_2(folder: Path) -> None:
    done = real("check", "wrong.yaml", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    sentence = "wrong.yaml, line 2: upselling.atempts is not a parameter of upselling – did you mean 'attempts'?\n"
    assert done.stderr == sentence


def test_a_terminal_without_dashes_and_arrows_is_no_reason_to_fail(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert real("check", "wrong.yaml", folder=folder).returncode == 2
    assert real("diff", "today.yaml", "pushy.yaml", folder=folder).returncode == 0


def test_help_needs_no_model(folder: Path) -> None:
    program = "import sys, sim.cli; print(*{'numba', 'numpy', 'pydantic', 'ruamel'} & set(sys.modules))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = told(command, "--help")
    assert done.exit_code == 0 and f"Example: loyalty {command}" in done.stdout and "--json" in done.stdout


def test_all_commands_are_listed() -> None:
    done = told("--help")
    assert done.exit_code == 0 and all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek", "x"), "did you mean 'check'"),
        (("check",), "Missing argument"),
        (("check", "today.yaml", "--jsn"), "No such option"),
        (("check", "todai.yaml"), "did you mean 'today.yaml'"),
        (("check", "."), "is a folder"),
        (("check", ""), "is a folder"),
        (("check", "wrong.yaml", "--json"), "did you mean 'attempts'"),
        (("diff", "today.yaml", "wrong.yaml"), "wrong.yaml, line 2"),
        (("diff", "today.yaml"), "Missing argument"),
        (("explain", "upseling"), "did you mean 'upselling'"),
        (("schema", "--out", "nowhere/x.json"), "cannot be written"),
    ],
)
def test_what_is_wrong_exits_2_with_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = told(*words)
    assert done.exit_code == 2 and said in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr


def test_check_as_json(folder: Path) -> None:
    done = told("check", "pushy.yaml", "--json")
    answer = json.loads(done.stdout)
    assert (answer["scenario"], answer["weeks"], len(answer["fingerprint"])) == ("Pushy", 52, 12)
    assert answer["sentences"][0] == "Pushy"


def test_diff(folder: Path) -> None:
    done = told("diff", "today.yaml", "pushy.yaml")
    assert done.stdout.splitlines() == [
        "From 'today' to 'Pushy':",
        "upselling.attempts (Attempts to sell something more, per customer): 0 → 2, from week 26 3 per month",
    ]
    rows = json.loads(told("diff", "today.yaml", "pushy.yaml", "--json").stdout)["differences"]
    assert [(row["key"], row["old"], row["unit"]) for row in rows] == [("upselling.attempts", "0", "per month")]
    assert told("diff", "today.yaml", "today.yaml").stdout == "The two scenarios mean the same.\n"


def test_schema(folder: Path) -> None:
    printed = json.loads(told("schema").stdout)
    assert told("schema", "--out", "s.json").exit_code == 0
    assert json.loads((folder / "s.json").read_text(encoding="utf-8")) == printed
    assert json.loads(told("schema", "--out", "s.json", "--json").stdout) == {"written": "s.json"}
    assert "upselling" in json.loads(told("schema", "--json").stdout)["properties"]


def test_explain() -> None:
    everything = told("explain").stdout
    assert all(name in everything for name in parts())
    assert "between 0 and 5000 people" in told("explain", "call_centre.representatives").stdout
    answer = json.loads(told("explain", "upselling", "--json").stdout)
    assert answer["title"] == "upselling" and answer["rows"][0]["name"] == "attempts"
    assert json.loads(told("explain", "--json").stdout)["rows"]
