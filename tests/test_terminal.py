"""Answers on a terminal: the sentence first, whole names in 80 characters, the numbers of the answer in the units told."""

from __future__ import annotations

import pytest
from worlds import busy

from sim import compare, run
from sim.report import facts, headline, terminal
from sim.runs.comparison import Comparison
from sim.runs.measures import NAMES


@pytest.fixture(scope="module")
def answer() -> Comparison:
    worse = busy(quality={"error_rate": 0.3}).with_(name="Worse")
    return compare([busy(), worse], replications=6, seed=3)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 characters."""
    monkeypatch.setattr(terminal, "PIPED_WIDTH", 80)


def numbers(cell: str) -> list[float]:
    """The numbers in a cell: ``−5.2 to −4.9`` → [-5.2, -4.9]."""
    return [float(word.replace("−", "-").replace(",", "")) for word in cell.split(" to ")]


@pytest.mark.usefixtures("narrow")
def test_a_comparison_begins_with_its_sentence_and_keeps_every_name_whole(
    answer: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.show_answer(answer)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(headline.headline(answer)) and told[-1] == f"keeps most customers: {answer.best}"
    table = told[told.index(next(line for line in told if line.startswith("Worse less"))) : -1]
    assert max(map(len, table)) <= 80
    assert [line.split()[0] for line in table if line.split() and line.split()[0] in NAMES] == list(terminal.HEADLINES)


def test_the_differences_are_those_of_the_answer_in_the_units_told(answer: Comparison) -> None:
    gaps = answer.differences["Worse"]
    for measure, told, interval, _, higher in terminal.differences(answer, 1):
        unit = facts.unit_of(answer, measure)
        known = [gaps[measure].mean, gaps[measure].low, gaps[measure].high]
        shown = [*numbers(told), *numbers(interval)]
        half = unit.factor * (known[2] - known[1]) / 2
        assert shown == pytest.approx([unit.factor * each for each in known], abs=max(half / 2, 0.05)), measure
        assert higher == f"{100 * gaps[measure].probability_higher:.0f} %"


@pytest.mark.usefixtures("narrow")
def test_a_run_tells_every_measure_with_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(busy(market={"stands_for": 50}), replications=4)
    terminal.show_result(result)
    told = capsys.readouterr().out
    scaled = f"{result.founders:,} customers standing for {50 * result.founders:,}"
    assert scaled in " ".join(told.split())
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line.split()}
    assert set(NAMES) <= set(rows)
    assert numbers(rows["retention"][1]) == pytest.approx([100 * result.intervals["retention"]["mean"]], abs=1)
    assert numbers(rows["issues"][1])[0] == pytest.approx(50 * result.intervals["issues"]["mean"], rel=0.05)
    assert rows["retention"][-1] == "%" and rows["trust"][-2:] == ["scale", "0-1"]


@pytest.mark.usefixtures("narrow")
def test_a_single_replication_claims_no_interval_and_heads_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(busy(market={"stands_for": 50}), replications=1)
    terminal.show_result(result)
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line.split()}
    assert all(rows[name][2] == "–" for name in NAMES)
    assert rows["issues"][1] == f"{50 * result.intervals['issues']['mean']:,.0f}"
