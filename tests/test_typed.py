"""What a user's editor sees of the package, and which version it is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.system import commit as committed

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
from sim import Answer, Mistake, Result, Scenario, compare, load, of_panel, run

today: Scenario = load("today.yaml")
fewer: Scenario = today.with_(call_centre={"representatives": 12})
result: Result = run(today, replications=200, seed=1, measures={"late": lambda counts: counts["issues"].sum(axis=1)})
digest: str = result.digest
answer: Answer = compare([today, fewer], measures={"trust": of_panel(lambda panel: panel.trust.mean(), "trust", 51)})
best: str = answer.best
lead: float = answer.differences["Fewer"]["retention"].mean
try:
    run(today, replications="many")  # wrong
except Mistake as mistake:
    print(mistake)
result.pannel()  # wrong
answer.differences + 1  # wrong
"""


@pytest.mark.heavy
def test_a_type_checker_knows_what_a_script_is_given(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    words = ["--strict", "--config-file=", "--ignore-missing-imports", "--follow-imports=silent", "script.py"]
    surroundings = os.environ | {"MYPYPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *words], cwd=tmp_path, env=surroundings, capture_output=True, text=True
    )
    wrong = [number for number, line in enumerate(SCRIPT.splitlines(), 1) if line.endswith("# wrong")]
    found = [int(line) for line in re.findall(r"^script\.py:(\d+): error", done.stdout, re.MULTILINE)]
    assert found == wrong, done.stdout


def test_the_names_that_an_editor_sees_are_those_that_there_are() -> None:
    tree = ast.parse((ROOT / "sim" / "__init__.py").read_text(encoding="utf-8"))
    (seen,) = [node for node in tree.body if isinstance(node, ast.If)]
    where = {name.name: node.module for node in seen.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert where == sim._PUBLIC and sorted(where) == sim.__all__
    assert all(getattr(sim, name).__name__ == name for name in sim.__all__)
    assert (ROOT / "sim" / "py.typed").is_file()


def test_the_version_is_the_same_wherever_it_stands() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["version"] == sim.__version__ == str(cited["version"])
    assert (cited["license"], cited["keywords"]) == (project["license"], project["keywords"])


def test_the_command_tells_version_and_commit() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert re.fullmatch(rf"loyalty-sim {re.escape(sim.__version__)} \(commit \S+\)\n", done.stdout)


def test_the_commit_is_that_of_the_checkout_else_of_the_installation_else_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        text: str | None = '{"url": "https://example.org/x", "vcs_info": {"commit_id": "0123456789abcdef0123"}}'

        def read_text(self, name: str) -> str | None:
            return self.text if name == "direct_url.json" else None

    file = tmp_path / committed.__file__.removeprefix(f"{ROOT}/")  # as it lies in the checkout
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(committed, "__file__", str(file))
    monkeypatch.setattr(metadata, "distribution", lambda name: Installed())
    assert committed.commit() == "0123456789ab"
    for nothing in (None, "{}", '{"dir_info": {"editable": true}}', "no json"):
        monkeypatch.setattr(Installed, "text", nothing)
        assert committed.commit() == "unknown"
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(tmp_path)]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    assert head.startswith(committed.commit()) and len(committed.commit()) == 12
    monkeypatch.setenv("PATH", "")
    assert committed.commit() == "unknown"
