"""Whatever a scenario or experiment file holds: a sentence or a scenario, and what is called valid runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from fuzz.hammer import hammer, kept
from sim.errors import Mistake
from sim.experiments.checking import checked, is_experiment
from sim.runs.runner import run
from sim.scenario.whole import Scenario, load
from sim.scenario.wording import about

KIND = "scenario_files"
ROOT = Path(__file__).parents[2]
SHIPPED = [*sorted((ROOT / "scenarios").rglob("*.yaml")), *sorted((ROOT / "experiments").glob("*.yaml"))]
PEOPLE, WEEKS = 4000, 12
"""A scenario of more is not run here: it would only take time."""
LONGEST = 20.0
"""Seconds that any file may take on a busy machine; a pattern that tries everything takes hours on these."""
NASTY = (
    "9" * 400, "9" * 5000, "1" * 20_000 + "x", "1e308", "-1e308", "1e400", ".nan", ".inf", "0x10", "1_000", "017", "yes",
    "'5'", "[]", "{}", "[[1]]", "{a: 1}", "null", "~", "''", '"\\ud800"', '"\\0"', '"\\e[31m"', "\u202e5", "\u0665", "-1", "0",
    "1000000000", "5 min", "1e308 years", "'" + "5," * 5000 + "'", "' " + " " * 20_000 + "5'", "150 %", "2020-01-01", "&a 5",
    "*a", "!!int 5", "| ", "- 5", "/dev/zero", "../../x", "nope.csv", "{distribution: lognormal, mean: 0.1, sd: 1e308}",
    "falls by " + "9" * 5000, "from week -1", "{from week 1000000000: {}}",
)  # fmt: skip


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped files, with as many customers as are run in no time."""
    where = tmp_path_factory.mktemp("shipped")
    for path in SHIPPED:
        copy = where / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_shortened(path.read_text(encoding="utf-8")), encoding="utf-8")
    rows = (ROOT / "scenarios" / "data" / "iranian_churn.csv").read_text(encoding="utf-8").splitlines()[:60]
    (where / "scenarios" / "data").mkdir()
    (where / "scenarios" / "data" / "iranian_churn.csv").write_text("\n".join(rows), encoding="utf-8")
    run(load(where / "scenarios" / "telecom" / "today.yaml"), 1, threads=1)  # compiled before anything is timed
    return where


def _shortened(text: str) -> str:
    return text.replace("weeks: 104", "weeks: 4").replace("prospects: 1700", "prospects: 20")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A shipped file with some of its lines changed; now and then any bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    lines = _shortened(draw(st.sampled_from(SHIPPED)).read_text(encoding="utf-8")).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        lines[place : place + 1] = draw(changed(lines[place]))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@st.composite
def changed(draw: st.DrawFn, line: str) -> list[str]:
    """What stands in a line's place."""
    way = draw(st.integers(0, 5))
    if way == 0:
        return []
    if way == 1:
        return [line, line]
    if way == 2:
        return [draw(st.text(max_size=30))]
    if way == 3:
        return [" " * draw(st.integers(0, 8)) + line.lstrip()]
    key, colon, _ = line.partition(":" if way == 4 else ",")
    return [f"{key}{colon} {draw(st.sampled_from(NASTY))}"]


def small(scenario: Scenario) -> bool:
    people = (scenario.market.customers or 0) + scenario.market.prospects
    busy = max(getattr(settings, "representatives", 0) for settings in scenario.parts.values())
    return people <= PEOPLE and scenario.weeks <= WEEKS and busy <= 1000 and scenario.network.degree <= 100


def outcome(path: Path) -> str:
    """What is told of the file; empty when it is valid, and then it runs."""
    try:
        if is_experiment(path):
            checked(path)
            return ""
        scenario = load(path)
        about(scenario)
    except Mistake as mistake:
        assert str(mistake).strip() and "Traceback" not in str(mistake)
        str(mistake).encode()
        return str(mistake)
    if small(scenario):
        assert not run(scenario, 1, threads=1).failures
    return ""


def assert_met(data: bytes, folder: Path) -> None:
    path = folder / "scenarios" / "telecom" / "tried.yaml"
    path.write_bytes(data)
    begun = time.monotonic()
    outcome(path)
    assert time.monotonic() - begun < LONGEST


@pytest.fixture(params=kept(KIND), ids=lambda path: path.name)
def once_failed(request: pytest.FixtureRequest) -> Iterator[Path]:
    yield request.param


def test_files_that_once_failed_are_met(folder: Path, once_failed: Path) -> None:
    assert_met(once_failed.read_bytes(), folder)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_nothing_written_in_place_of_a_value_ends_in_a_fault(folder: Path, nasty: str) -> None:
    for line in (
        "quality: {{error_rate: {}}}",
        "name: {}",
        "weeks: {}",
        "customers: {{traits: {{spend: {}}}}}",
        "changes: {}",
    ):
        text = f"market: {{customers: 20, prospects: 5}}\nnetwork: {{kind: none}}\n{line.format(nasty)}\n"
        assert_met(text.encode(), folder)


@pytest.mark.heavy
def test_no_file_ends_in_a_fault(folder: Path) -> None:
    assert hammer(KIND, files(), lambda data: assert_met(data, folder)) > 100
