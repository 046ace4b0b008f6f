"""Measures of one's own: the same number as the program's where they mean the same, and a place beside these everywhere."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from worlds import busy

from sim import Comparison, Mistake, Result, compare, of_panel, run
from sim.model.numeric import FIXED_ONE
from sim.model.week import COUNTS
from sim.report.comparison import document
from sim.report.terminal import show_answer, show_result
from sim.runs.executor import executor
from sim.runs.measures import NAMES
from sim.runs.own_measures import WeeklyCounts
from sim.runs.results import save

HERE = busy(weeks=6, market={"customers": 80, "prospects": 20, "stands_for": 60})
WORSE = HERE.with_(name="Worse", quality={"error_rate": 0.3})


def late_issues(counts: WeeklyCounts) -> np.ndarray:
    """Issues in the last three weeks.

    Only the first line is told of it.
    """
    return counts["issues"][:, -3:].sum(axis=1)


def mean_trust(counts: WeeklyCounts) -> np.ndarray:
    return counts["trust"].sum(axis=1) / FIXED_ONE / counts["customers"].sum(axis=1)


def share_of_doubters(panel: pd.DataFrame) -> float:
    """Customers of little trust at the end"""
    return float((panel[panel.provider == 0].trust < 0.6).mean())


OWN: dict[str, Any] = {
    "late_issues": late_issues,
    "mean_trust": mean_trust,
    "doubters": of_panel(share_of_doubters, ["trust", "provider"], weeks=5),
}


@pytest.fixture(scope="module")
def result() -> Result:
    return run(HERE, 4, 3, measures=OWN)


@pytest.fixture(scope="module")
def answer() -> Comparison:
    return compare([HERE, WORSE], 4, 3, measures=OWN)


# ---- what they are


def test_a_function_of_counts_is_what_the_program_makes_of_the_same_counts(result: Result) -> None:
    issues = result.tally[:, -3:, COUNTS.index("issues")].sum(axis=1)
    assert result.measures["late_issues"].tolist() == issues.tolist() and issues.all()
    assert result.measures["mean_trust"].to_numpy() == pytest.approx(result.measures["trust"].to_numpy(), rel=1e-12)


def test_a_function_of_the_panel_gets_the_panel_of_its_replication(result: Result) -> None:
    by_hand = [share_of_doubters(result.panel(["trust", "provider"], 5, number)) for number in range(4)]
    assert result.measures["doubters"].tolist() == by_hand and len(set(by_hand)) > 1


def test_weekly_counts_are_named_arrays_and_the_measures_of_each_week(result: Result) -> None:
    seen: list[WeeklyCounts] = []
    run(HERE, 4, 3, measures={"mine": lambda counts: seen.append(counts) or np.zeros(len(counts["calls"]))})
    counts = max(seen, key=lambda each: len(each["calls"]))
    assert tuple(counts) == COUNTS and len(counts) == len(COUNTS) and "calls" in counts and "cals" not in counts
    assert counts["calls"].shape == (4, 6) and counts["calls"].dtype == np.int64 and counts.founders == 80
    np.testing.assert_array_equal(counts.measure("service_level"), result.by_week["service_level"])
    with pytest.raises(ValueError, match="read-only"):
        counts["calls"][0, 0] = 1


def test_the_program_s_own_measures_stay_what_they_were(result: Result) -> None:
    plain = run(HERE, 4, 3)
    pd.testing.assert_frame_equal(result.measures[list(NAMES)], plain.measures)
    assert result.digest == plain.digest and list(plain.measures) == list(NAMES)


@pytest.mark.parametrize("where", [{"threads": 2}, {"workers": 1}, {"threads": 1, "engine": "mesa"}])
def test_wherever_it_is_run_they_are_the_same(result: Result, where: dict[str, Any]) -> None:
    """A function that is defined here, and that no worker could be sent, is made here."""
    found = run(HERE, 4, 3, measures={**OWN, "local": lambda counts: counts["calls"].sum(axis=1)}, **where)
    pd.testing.assert_frame_equal(found.measures[list(OWN)], result.measures[list(OWN)])
    assert found.measures["local"].tolist() == result.tally[:, :, COUNTS.index("calls")].sum(axis=1).tolist()


# ---- where they stand


def test_they_stand_beside_the_others_with_intervals(result: Result) -> None:
    for name in OWN:
        values = result.measures[name]
        summed = result.summary().loc[name]
        assert summed["mean"] == pytest.approx(values.mean()) and summed.low < summed["mean"] < summed.high
        told = result.to_json()["measures"][name]
        assert told["mean"] == pytest.approx(values.mean()) and json.dumps(told)
    assert result.definitions["late_issues"].meaning == "Issues in the last three weeks"
    assert result.definitions["mean_trust"].meaning == "Mean trust" and result.definitions["mean_trust"].unit == ""


def test_a_comparison_pairs_them(answer: Comparison) -> None:
    gap = answer.values(answer.others[0], "late_issues") - answer.values(answer.base, "late_issues")
    assert answer.differences["Worse"]["late_issues"].mean == pytest.approx(gap.mean()) and gap.mean() > 0
    table = answer.table()
    assert table.loc[("Worse", "late_issues"), "difference_mean"] == pytest.approx(gap.mean())
    told = answer.to_json()
    assert told["differences"]["Worse"]["doubters"]["mean"] == answer.differences["Worse"]["doubters"].mean
    assert set(told["scenarios"]["Busy"]["measures"]) == {*NAMES, *OWN}
    assert answer.best_by("late_issues") == "undecided"  # nobody said what is better
    with pytest.raises(Mistake, match="no measure 'late_isues' – did you mean 'late_issues'"):
        answer.values(answer.base, "late_isues")


def test_pages_tables_and_terminal_show_them(
    answer: Comparison, result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (appendix,) = document(answer).appendix[0].tables
    assert "Issues in the last three weeks" in {group.heading for group in appendix.groups}
    show_result(result)
    show_answer(answer)
    assert "late_issues" in capsys.readouterr().out
    kept = parquet.read_table(save([result], tmp_path) / "measures.parquet")
    assert kept["doubters"].to_pylist() == result.measures["doubters"].tolist()


def test_with_a_precision_they_are_of_all_replications() -> None:
    answer = compare([HERE, WORSE], seed=3, precision=0.05, most=120, measures={"late_issues": late_issues})
    for each in answer.results:
        assert each.measures["late_issues"].tolist() == late_issues(WeeklyCounts(each.tally, 80)).tolist()
        assert len(each.measures) >= 50


def test_nothing_to_measure_is_missing() -> None:
    """A share over nothing is missing as in the program's measures, and nobody is warned of it."""
    found = run(
        HERE, 2, measures={"never": lambda counts: counts["gone"].sum(axis=1) * 0 / (counts["gone"] * 0).sum(axis=1)}
    )
    assert found.measures["never"].isna().all() and math.isnan(found.summary().loc["never", "mean"])
    assert found.to_json()["measures"]["never"]["mean"] is None


# ---- what cannot be

SUM = "one number for each of"
WRONG: dict[str, tuple[Any, str]] = {
    "no dict": ([late_issues], "measures must be functions by name"),
    "name of none": ({3: late_issues}, "measures names 3, but a name is letters"),
    "words": ({"late issues": late_issues}, "measures names 'late issues', but"),
    "taken": ({"retention": late_issues}, "there is a 'retention' already"),
    "taken by a table": ({"week": late_issues}, "there is a 'week' already"),
    "no function": ({"x": 3}, "must be a function of weekly counts, or of_panel"),
    "one number for all": ({"x": lambda c: c["issues"].sum()}, rf"gives numbers of shape \(\), but must give {SUM}"),
    "weeks are left": ({"x": lambda c: c["issues"]}, rf"numbers of shape \(1, 6\), but must give {SUM} 1 replications"),
    "text": ({"x": lambda c: "many"}, r"gives 'many', but must give"),
    "nothing": ({"x": lambda c: None}, r"gives None, but must give"),
    "ragged": ({"x": lambda c: [[1], [1, 2]]}, "fails: ValueError"),
    "fault": ({"x": lambda c: 1 / 0}, r"measures\['x'\] fails: ZeroDivisionError: division by zero"),
    "no such count": ({"x": lambda c: c["isues"]}, "there is no count 'isues' – did you mean 'issues'"),
    "no such measure": ({"x": lambda c: c.measure("trst")}, "there is no measure 'trst' – did you mean 'trust'"),
    "infinite": ({"x": lambda c: c["calls"].sum(axis=1) / 0}, "infinite number; .* give NaN"),
    "panel of more": ({"x": of_panel(lambda p: p.trust, "trust")}, "but must give one number for a panel"),
    "panel fault": ({"x": of_panel(lambda p: p.thrust, "trust")}, "fails: AttributeError"),
    "panel column": ({"x": of_panel(share_of_doubters, "thrust")}, "no column 'thrust' – did you mean 'trust'"),
    "panel week": ({"x": of_panel(share_of_doubters, weeks=6)}, "weeks is 6, but must lie between 0 and 5"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize(
    "ask", [lambda own: run(HERE, 2, measures=own), lambda own: compare([HERE, WORSE], 2, measures=own)]
)
def test_what_is_no_measure_is_a_sentence(name: str, ask: Callable[[Any], Any]) -> None:
    own, said = WRONG[name]
    with pytest.raises(Mistake, match=said):
        ask(own)


def test_columns_that_nobody_has_are_refused_before_anything_is_run() -> None:
    with pytest.raises(Mistake, match="no column 'thrust' – did you mean 'trust'"):
        run(busy(), 2, 3, measures={"doubters": of_panel(share_of_doubters, "thrust")})


def test_a_measure_that_fails_is_told_after_the_first_replications() -> None:
    with executor(threads=1) as place:
        done: list[int] = []
        with pytest.raises(Mistake, match="fails"):
            run(HERE, 10_000, executor=place, progress=done.append, measures={"x": lambda counts: counts["x"]})
        assert sum(done) < 200
