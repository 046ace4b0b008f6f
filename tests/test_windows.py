"""Measuring windows: what is measured begins in a week that the scenario says, and each month, quarter or year by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from worlds import busy

from sim import compare, run
from sim.cli import app
from sim.experiments.laboratory import Laboratory
from sim.experiments.own_measures import own_measure
from sim.model.week import COUNTS
from sim.report.charts import Chart, Line, figures
from sim.report.comparison import document
from sim.report.tables import weeks_of
from sim.report.terminal import show_answer, show_result
from sim.runs.own_measures import WeeklyCounts, of_panel
from sim.runs.results import save
from sim.scenario.sections import Measuring
from sim.scenario.whole import Scenario, described

SAID = {"weeks": 30, "choice": {"attention": 0.2}, "measure": {"from": 4, "by": "quarter"}}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return busy(**SAID)


def test_windows_are_whole_and_leave_no_week_out() -> None:
    for by in ("month", "quarter", "year"):
        for start in (0, 7):
            windows = Measuring(**{"from": start, "by": by}).windows(110)
            assert [week for window in windows for week in window] == list(range(start, 110))
    months = [len(window) for window in Measuring(**{"from": 0, "by": "month"}).windows(52)]
    assert months == [4, 5, 4] * 4 and Measuring().windows(52) == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("from week 13", "from week 13"), ("by  month", "from week 0 by month"),
        (" from week 13 by year ", "from week 13 by year"), ({"from": "13 weeks"}, "from week 13"),
        ({"from": "91 days", "by": "quarter"}, "from week 13 by quarter"), (None, "from week 0"),
    ],
)  # fmt: skip
def test_it_is_written_in_words_or_as_a_section(written: object, told: str) -> None:
    assert described({"measure": written}).measure.told == told


def test_what_lies_before_is_in_no_measure(scenario: Scenario) -> None:
    result, whole = run(scenario, 3, threads=1), run(scenario.with_(measure=None), 3, threads=1)
    alike = ~np.char.startswith(np.array(COUNTS), "founders")
    assert np.array_equal(result.tally[..., alike], whole.tally[..., alike])
    for name in ("joiners", "profit", "issues"):
        assert np.allclose(result.values[name], whole.by_week[name][:, 4:].sum(1))
    assert np.allclose(result.values["customers"], whole.values["customers"])
    panel = whole.panel(["provider", "tenure"], weeks=[3, 29]).reset_index().set_index("week")
    there = (panel.loc[3, "provider"] == 0).to_numpy()
    kept = there & (panel.loc[29, "provider"] == 0).to_numpy() & (panel.loc[29, "tenure"] >= 26).to_numpy()
    assert result.values["retention"][0] == kept.sum() / there.sum()
    assert np.isnan(result.by_week["retention"][:, :4]).all()
    assert np.allclose(result.by_week["retention"][:, -1], result.values["retention"])
    assert np.allclose(result.by_week["satisfaction"], whole.by_week["satisfaction"])


def test_windows_add_up_to_the_whole(scenario: Scenario) -> None:
    result = run(scenario, 4, threads=1)
    assert [window.measured_weeks for window in result.windows] == [range(4, 17), range(17, 30)]
    for name in ("profit", "leavers_voluntary", "calls_and_more"):
        if name in result.values:
            assert np.allclose(sum(window.values[name] for window in result.windows), result.values[name])
    product = np.prod([window.values["retention"] for window in result.windows], axis=0)
    assert np.allclose(product, result.values["retention"])
    assert list(result.windows[0].measures.columns) == list(result.measures.columns)


def test_measures_of_ones_own_are_made_of_what_is_measured(scenario: Scenario) -> None:
    def weeks(counts: WeeklyCounts) -> np.ndarray:
        return np.full(len(counts["issues"]), float(counts["issues"].shape[1]))

    def kept(counts: WeeklyCounts) -> np.ndarray:
        share: np.ndarray = counts["founders"][:, -1] / counts.founders
        return share

    own = {"weeks_seen": weeks, "kept": kept, "trusting": of_panel(lambda panel: panel["trust"].mean(), "trust")}
    result = run(scenario, 2, threads=1, measures=own)
    assert (result.values["weeks_seen"] == 26).all() and np.allclose(result.values["kept"], result.values["retention"])
    first, second = result.windows
    assert (first.values["weeks_seen"] == 13).all() and "trusting" not in first.values
    assert np.allclose(second.values["kept"], second.values["retention"])


def test_an_experiment_measures_the_same(scenario: Scenario) -> None:
    with Laboratory(["retention", "profit", own_measure("each", "issues / customers")], 1) as laboratory:
        found = laboratory.measure([scenario], range(3))[0]
    values = run(scenario, 3, threads=1).values
    assert np.allclose(found[:, 0], values["retention"]) and np.allclose(found[:, 1], values["profit"])
    assert np.allclose(found[:, 2], values["issues"] / values["customers"])


def test_json_and_results_tell_every_window(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, 3, threads=1)
    told = result.to_json()
    assert told["measured_from"] == 4 and "warm_up" not in told and "windows" not in run(busy(), 2).to_json()
    assert [(window["from"], window["to"]) for window in told["windows"]] == [(4, 16), (17, 29)]
    for window, one in zip(told["windows"], result.windows, strict=True):
        assert set(window["measures"]) == set(told["measures"])
        assert window["measures"]["trust"]["mean"] == one.intervals["trust"]["mean"]
    folder = save([result], tmp_path)
    table = parquet.read_table(folder / "windows.parquet").to_pandas()
    assert list(table["from_week"]) == [4] * 3 + [17] * 3 and list(table["to_week"]) == [16] * 3 + [29] * 3
    assert np.allclose(table["retention"][:3], result.windows[0].values["retention"])


def test_a_comparison_tells_every_window(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    answer = compare([scenario, scenario.with_(name="Dearer", pricing={"list_price": 1.3})], 6, threads=1)
    told = answer.to_json()["windows"]
    assert [(window["from"], window["to"]) for window in told] == [(4, 16), (17, 29)]
    gap = told[1]["differences"]["Dearer"]["profit"]["mean"]
    levels = [one["measures"]["profit"]["mean"] for one in told[1]["scenarios"].values()]
    assert gap == pytest.approx(levels[1] - levels[0])
    page = document(answer)
    section = next(one for one in page.sections if one.title == "Quarter by quarter")
    assert [group.heading for group in section.tables[0].bodies] == ["Weeks 4–16", "Weeks 17–29"]
    sheet = next(one for one in page.sheets if one.name == "Quarter by quarter")
    assert [row[0] for row in sheet.rows][:: len(sheet.rows) // 2] == ["4–16", "17–29"]
    assert "26 weeks from week 4 on" in " ".join(part.title for part in page.sections)
    assert "measured from week 4 on" in page.origin
    show_answer(answer)
    show_result(answer.base)
    shown = capsys.readouterr().out
    assert shown.count("Quarter by quarter") == 2 and "Weeks 17–29" in shown


def test_profit_so_far_begins_with_what_is_measured(scenario: Scenario) -> None:
    answer = compare([scenario, scenario.with_(name="Dearer", pricing={"list_price": 1.3})], 4, threads=1)
    summed = answer.cumulative_profit(answer.others[0])
    assert len(summed) == 26 and summed[-1].mean == pytest.approx(answer.differences["Dearer"]["profit"].mean)
    chart = figures.retention(answer).chart
    assert isinstance(chart, Chart) and isinstance(line := chart.marks[0], Line)
    assert (line.x[0], line.y[0], line.x[-1]) == (4, 100, 30)


def test_a_single_week_is_told_as_one() -> None:
    answer = compare(
        [busy(measure="from week 9 by month"), busy(measure="from week 9 by month").with_(name="B")], 2, threads=1
    )
    assert [weeks_of(window) for window in answer.windows] == ["9"]


def test_the_command_prints_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    busy(warm_up=3, measure="by month").save(tmp_path / "one.yaml")
    done = CliRunner().invoke(app, ["run", "one.yaml", "--replications", "2", "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and told["warm_up"] == 3
    assert [(window["from"], window["to"]) for window in told["windows"]] == [(0, 3), (4, 8), (9, 9)]
    (tmp_path / "two.yaml").write_text("extends: one.yaml\nname: Two\nwarm_up: 5\n", encoding="utf-8")
    wrong = CliRunner().invoke(app, ["compare", "one.yaml", "two.yaml"])
    assert wrong.exit_code == 2 and "different warm-ups" in wrong.stderr
