"""What a sweep, robust policies and their pages say: against functions whose answer is known, and from real files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from questions import small, written
from typer.testing import CliRunner

from sim.cli import app
from sim.engine.engine import NOBODY, Engine
from sim.errors import Mistake
from sim.experiments.algorithms.effects import entangled
from sim.experiments.laboratory import Laboratory, Tally
from sim.experiments.methods.robust import METHOD as ROBUST
from sim.experiments.methods.robust import Robustness, refuse_missing
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.methods.sweep import Sweep, precise
from sim.experiments.querying import query
from sim.experiments.question import Experiment, load_experiment
from sim.report import robust_page, sweep_page
from sim.report.experiment_page import document
from sim.report.formats.html import html

CLEAN = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def loyalty(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = "from sim.cli import main; main()"
    return subprocess.run([sys.executable, "-c", program, *words], cwd=folder, capture_output=True, text=True)


def planted(experiment: Experiment, slopes: tuple[float, float], bend: float = 0.0) -> Sweep:
    """A sweep whose first outcome is a known function of the factors plus luck that all points share."""
    assert experiment.design is not None
    points = experiment.design.points(experiment)
    places = np.stack([(points[:, k] - f.low) / (f.high - f.low) for k, f in enumerate(experiment.factors)], axis=1)
    luck = np.random.default_rng(1).normal(0, 1, (len(points) + 1, experiment.replications))
    luck = 0.05 * luck + np.random.default_rng(2).normal(0, 5, experiment.replications)
    clean = places @ slopes + bend * (places[:, 0] - 0.5) ** 2
    values = np.zeros((len(points), experiment.replications, len(experiment.outcomes)))
    values[..., 0] = clean[:, None] + luck[:-1]
    values[..., 1:] = luck[:-1, :, None]
    today = np.repeat((0.0 + luck[-1])[:, None], len(experiment.outcomes), axis=1)
    scenarios = [experiment.scenario_at(point) for point in points]
    return Sweep(experiment, Tally(), (), points, scenarios, values, today)


@pytest.mark.parametrize(
    "design", ["{kind: grid, levels: 4}", "{kind: latin_hypercube, samples: 60}", "{kind: sobol, samples: 64}"]
)
def test_the_change_along_a_factor_is_the_planted_one_however_large_the_common_luck(
    tmp_path: Path, design: str
) -> None:
    found = planted(small(tmp_path, design=design, replications="30"), (3.0, -1.0))
    outcome = found.experiment.outcomes[0]
    effects = {effect.factor.path: effect.change for effect in found.effects(outcome)}
    for path, slope in zip(found.experiment.paths, (3.0, -1.0), strict=True):
        assert effects[path].low - 0.02 < slope < effects[path].high + 0.02
        assert effects[path].high - effects[path].low < 0.2  # the luck that all points share does not widen it
    assert [effect.factor.path for effect in found.effects(outcome)] == found.experiment.paths  # largest first
    assert found.fitted_share(outcome) == pytest.approx(1, abs=0.01)


def test_one_at_a_time_effects_are_the_differences_of_its_runs(tmp_path: Path) -> None:
    found = planted(small(tmp_path, design="{kind: one_at_a_time, levels: 3}", replications="10"), (3.0, -1.0))
    effects = {effect.factor.path: effect for effect in found.effects(found.experiment.outcomes[0])}
    low, high = (np.flatnonzero((found.points[:, 1] == 0.08) & (found.points[:, 0] == end))[0] for end in (1, 8))
    gap = found.values[high, :, 0] - found.values[low, :, 0]
    assert effects["call_centre.representatives"].change.mean == pytest.approx(gap.mean())


def test_a_bend_is_warned_of(tmp_path: Path) -> None:
    found = planted(small(tmp_path, design="{kind: grid, levels: 5}", replications="10"), (0.0, 0.0), bend=8.0)
    assert found.fitted_share(found.experiment.outcomes[0]) < 0.2  # type: ignore[operator]
    assert any("Straight lines" in caveat for caveat in sweep_page._caveats(found))


def test_the_best_point_keeps_the_bounds_and_its_rivals_are_those_within_chance(tmp_path: Path) -> None:
    experiment = small(tmp_path, design="{kind: grid, levels: 4}", replications="20")
    found = planted(experiment, (3.0, 0.001))
    first = experiment.outcomes[0]
    assert found.points[found.best(first), 0] == 8  # type: ignore[index]
    assert all(found.points[rival, 0] == 8 for rival in found.rivals(first)) and found.rivals(first)
    level = float(np.median(found.means[:, 0]))
    bound = replace(
        found, experiment=replace(experiment, outcomes=(replace(first, at_most=level), *experiment.outcomes[1:]))
    )
    best = bound.best(bound.experiment.outcomes[0])
    assert best is not None and bound.means[best, 0] <= level
    assert bound.means[best, 0] == bound.means[bound.means[:, 0] <= level, 0].max()
    none = replace(bound.experiment.outcomes[0], at_least=level + 1, at_most=level + 0.9)
    impossible = replace(bound, experiment=replace(bound.experiment, outcomes=(none, *experiment.outcomes[1:])))
    assert impossible.best(none) is None and sweep_page.headline(impossible).startswith("No setting keeps all bounds")


def test_with_a_precision_every_point_is_run_until_it_is_known(tmp_path: Path) -> None:
    experiment = small(tmp_path, outcomes="[retention]", precision="2%", replications="3")
    with Laboratory(experiment.measures, experiment.seed) as at_work:
        found = SWEEP.answer(experiment, at_work)
    assert precise(found.values, 0.02).all() and found.values.shape[1] > 3
    counts = np.isfinite(found.values).all(axis=2).sum(axis=1)
    assert counts.min() < counts.max()  # what is known early is not run on


def test_an_outcome_that_nothing_moves_is_refused(tmp_path: Path) -> None:
    experiment = small(tmp_path, outcomes="[profit, leavers_involuntary]", **{"with": "{choice: {involuntary: 0}}"})
    with (
        Laboratory(experiment.measures, experiment.seed) as at_work,
        pytest.raises(Mistake, match="leavers_involuntary is 0"),
    ):
        SWEEP.answer(experiment, at_work)


def test_a_point_that_makes_no_sense_is_named_before_anything_is_run(tmp_path: Path) -> None:
    text = "levers: {network.degree: {low: 2, high: 5}}"
    lines = [line for line in (written(tmp_path).read_text()).splitlines() if not line.startswith(("levers", "  "))]
    (tmp_path / "question.yaml").write_text("\n".join([*lines, text]))
    experiment = load_experiment(tmp_path / "question.yaml")
    with pytest.raises(Mistake, match=r"point 1 \(network.degree 4\)|point 2 \(network.degree 5\).*even"):
        SWEEP.planned(experiment)


def test_fewer_points_than_it_takes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="has 2 different points, but to tell 2 factors apart takes at least 3"):
        SWEEP.planned(small(tmp_path, design="{kind: latin_hypercube, samples: 2}"))


# ---- as a user types it


def test_a_sweep_answers_its_question_and_costs_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    first = loyalty(tmp_path, "sweep", "question.yaml", "--json")
    assert first.returncode == 0, first.stderr
    monkeypatch.chdir(tmp_path)
    again = CliRunner().invoke(app, ["sweep", "question.yaml", "--json", "--resume"])
    told, twice = json.loads(first.stdout), json.loads(again.stdout)
    assert (told["ran"], twice["ran"], twice["found"]) == (40, 0, 40)
    assert {k: v for k, v in told.items() if k not in ("ran", "found")} == {
        k: v for k, v in twice.items() if k not in ("ran", "found")
    }
    assert "40 replications of 10 scenarios" in again.stderr
    folder = tmp_path / told["folder"]
    page = (folder / "report.html").read_text()
    assert CLEAN.search(page)[1] == told["answer"]  # type: ignore[index]
    assert "How many representatives are enough?" in page and page.count('src="data:image/svg') == 3 + 3 + 1
    points, csv = pd.read_parquet(folder / "points.parquet"), pd.read_csv(folder / "points.csv")
    pd.testing.assert_frame_equal(points, csv, check_dtype=False, check_exact=True)
    joined = (
        'SELECT "call_centre.representatives" AS people, avg(r.retention) FROM points JOIN replications r USING (scenario) '
        "GROUP BY people ORDER BY people"
    )
    by_query = dict(query(joined, tmp_path / "results").table().to_numpy())
    by_hand = points.groupby("call_centre.representatives")["retention"].mean()
    assert by_query == pytest.approx(by_hand.to_dict())


def test_a_sweep_with_failures_keeps_the_rest_and_says_how_to_repeat_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Engine.start

    def sometimes(self: Engine, replication: int, watched: int = NOBODY) -> Any:
        if replication == 2 and self.inputs.policy["call_centre_representatives"][0] == 5:
            raise FloatingPointError("planted")
        return sound(self, replication, watched)

    monkeypatch.setattr(Engine, "start", sometimes)
    done = CliRunner().invoke(app, ["sweep", str(written(tmp_path)), "--json", "--out", str(tmp_path / "results")])
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert told["failed"] == 3 and [point["replications"] for point in told["points"]].count(3) == 3
    assert "planted" in done.stderr and "--set call_centre.representatives=5" in done.stderr
    assert "3 of 36 replications failed" in Path(told["folder"], "report.html").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sweep", "nowhere.yaml"), "there is no such file"),
        (("robust", "question.yaml"), "policies is missing, and this command needs it"),
        (("branch", "question.yaml"), "branch.week is missing"),
        (("results", "query", "SELECT 1"), "nothing has been kept here yet"),
        (("results", "show", "nothing"), "holds no answer 'nothing'"),
        (("sweep", "question.yaml", "--threads", "0"), "threads is 0"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    written(tmp_path)
    words = tuple(str(tmp_path / word) if word.endswith(".yaml") else word for word in words)
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "results")])
    assert done.exit_code == 2 and sentence in done.output, done.output


# ---- robust policies


def robust_file(folder: Path, **replaced: str) -> Experiment:
    text = """
question: Which is safest?
base: small.yaml
uncertainties: {rival.level: {low: 0.5, high: 0.9, label: rival}, choice.attention: {low: 0.01, high: 0.1, label: restless}}
policies: {A: {}, B: {call_centre: {representatives: 5}}}
outcomes: [profit]
design: {kind: latin_hypercube, samples: 100}
replications: 2
"""
    return ROBUST.load(written(folder, text, **replaced))


def test_regret_success_and_the_box_of_failure_are_the_planted_ones(tmp_path: Path) -> None:
    experiment = robust_file(tmp_path)
    plan = ROBUST.planned(experiment)
    states = plan.points
    assert len(plan.scenarios) == 2 * len(states)
    fails = states[:, 0] > 0.75
    means = np.stack([np.full(len(states), 10.0), np.where(fails, 7.0, 12.0)])
    values = np.repeat(means[:, :, None, None], 2, axis=2)
    found = Robustness(experiment, Tally(), (), states, values)
    regret = found.regret(experiment.outcomes[0])
    assert np.nanmax(regret, axis=1).tolist() == [2.0, 3.0] and found.least_regret == 0
    assert found.succeeds[1].tolist() == (~fails).tolist() and found.shares[0] == 1
    (box,) = found.boxes["B"]
    assert [limit.name for limit in box.limits] == ["rival"]
    assert box.limits[0].low == pytest.approx(0.75, abs=0.01) and box.density > 0.95 and box.coverage > 0.95
    assert "“A” is the safest choice" in robust_page.headline(found)
    written_page = html(document(found), moving=False)
    assert "“B” fails when rival &gt; 0.7" in written_page


def test_bounds_decide_success_when_there_are_any(tmp_path: Path) -> None:
    experiment = robust_file(tmp_path, outcomes="{profit: {at_least: 8}}")
    states = ROBUST.planned(experiment).points
    values = np.stack([np.full((len(states), 2, 1), 9.0), np.full((len(states), 2, 1), 7.0)])
    found = Robustness(experiment, Tally(), (), states, values)
    assert found.shares.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ({"policies": "{A: {}}"}, "names one only"),
        ({"design": "{kind: latin_hypercube, samples: 10}"}, "takes 20"),
        ({"levers": "[quality.error_rate]"}, "levers are what policies set"),
        ({"robust": "{against: C}"}, "policies are A, B"),
    ],
)
def test_what_robust_cannot_use_is_said(tmp_path: Path, replaced: dict[str, str], sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        ROBUST.planned(robust_file(tmp_path, **replaced))


def test_robust_runs_every_policy_in_every_state_from_a_file(tmp_path: Path) -> None:
    experiment = robust_file(tmp_path, design="{kind: halton, samples: 20}")
    with Laboratory(experiment.measures, experiment.seed) as at_work:
        found = ROBUST.answer(experiment, at_work)
        alone = at_work.measure([experiment.scenario_at(found.states[7], experiment.policies["B"])], range(2))
    assert (found.values[1, 7] == alone[0]).all() and np.isfinite(found.values).all()


# ---- what cannot be told is said


TABLE = """
question: What moves retention?
base: small.yaml
uncertainties:
  call_centre.representatives: {low: 4, high: 12}
  pricing.list_price: {low: 1.0, high: 1.2}
outcomes: [retention]
design: {kind: table, file: t.csv}
replications: 4
"""


def together(folder: Path, rows: list[tuple[float, float]]) -> Sweep:
    """A sweep over these settings, of which the outcome falls with the second lever alone."""
    (folder / "t.csv").write_text(
        "call_centre.representatives,pricing.list_price\n" + "".join(f"{a},{b}\n" for a, b in rows)
    )
    asked = load_experiment(written(folder, TABLE))
    points = np.array(rows)
    luck = np.random.default_rng(1).normal(0, 0.003, (len(rows) + 1, asked.replications))
    values = (0.9 - 0.5 * (points[:, 1] - 1))[:, None] + luck[:-1]
    scenarios = [asked.scenario_at(point) for point in points]
    return Sweep(asked, Tally(), (), points, scenarios, values[..., None], 0.9 + luck[-1][:, None])


@pytest.mark.parametrize(
    "rows",
    [
        [(4, 1.0), (8, 1.1), (12, 1.2)],
        [(4, 1.0), (8, 1.1), (12, 1.2), (4, 1.0), (8, 1.1)],
        [(12, 1.0), (8, 1.1), (4, 1.2)],
        [(4, 1.0), (6, 1.05), (9, 1.12), (12, 1.2)],
    ],
)
def test_levers_that_vary_only_together_are_not_told_apart(tmp_path: Path, rows: list[tuple[float, float]]) -> None:
    found = together(tmp_path, rows)
    assert [[factor.label for factor in group] for group in found.entangled] == [["representatives", "list price"]]
    assert not found.effects(found.experiment.outcomes[0])
    said = sweep_page.headline(found)
    assert said.startswith("Undecided: representatives and list price vary only together in this design")
    page = " ".join(re.sub(r"<[^>]+>", " ", html(document(found), moving=False)).split())
    assert "what each of them does by itself cannot be told apart" in page
    assert found.to_json()["not_told_apart"] == [["call_centre.representatives", "pricing.list_price"]]


def test_levers_that_vary_each_by_itself_are_told_apart(tmp_path: Path) -> None:
    found = together(tmp_path, [(4, 1.0), (12, 1.0), (4, 1.2), (12, 1.2), (8, 1.1)])
    assert not found.entangled
    effects = {effect.factor.label: effect for effect in found.effects(found.experiment.outcomes[0])}
    assert effects["list price"].decided and effects["list price"].change.mean == pytest.approx(-0.1, abs=0.02)


def test_of_three_levers_the_one_that_varies_alone_is_still_told() -> None:
    points = np.array([(a, 10 * a, b) for a in (1.0, 2.0, 3.0) for b in (0.0, 1.0)])
    assert entangled(points) == [(0, 1)]
    assert entangled(np.column_stack([points[:, 0], points[:, 2]])) == []
    assert entangled(np.array([(a, b, a + b) for a in (0.0, 1.0, 2.0) for b in (0.0, 1.0, 2.0)])) == [(0, 1, 2)]


def test_the_headline_lies_within_its_interval_whatever_the_size_of_money(tmp_path: Path) -> None:
    asked = small(tmp_path, outcomes="[profit]", replications="8")
    found = planted(asked, (0.0, 0.0))
    outcome, luck = found.experiment.outcomes[0], np.random.default_rng(4)
    for size in 10 ** luck.uniform(0, 9, 60):
        values = found.values.copy()
        values[..., 0] = size * luck.uniform(1, 9) + size * 10 ** luck.uniform(-5, -1) * luck.normal(
            size=values.shape[:2]
        )
        here = replace(found, values=values, today=np.zeros_like(found.today))
        said = sweep_page.headline(here)
        told = re.search(r": ([\d.,]+) .*?\(([\d.,]+) to ([\d.,]+)\) more than today", said)
        assert told is not None, said
        mean, low, high = (float(number.replace(",", "")) for number in told.groups())
        assert low <= mean <= high, (said, outcome)


def test_a_sweep_of_one_replication_decides_nothing(tmp_path: Path) -> None:
    found = planted(small(tmp_path, replications="1"), (3.0, 1.0))
    assert "Undecided" in sweep_page.headline(found)
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert {effect["low"] for effect in told["effects"]["retention"].values()} == {None}
    assert html(document(found), moving=True)


def test_terminal_and_json_are_in_the_money_of_the_page(tmp_path: Path) -> None:
    path = written(tmp_path, outcomes="[profit, retention]")
    done = CliRunner().invoke(app, ["sweep", str(path), "--json", "--threads", "1", "--out", str(tmp_path / "results")])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    kept = pd.read_parquet(next((tmp_path / "results").glob("question-*/points.parquet")))
    assert told["stands_for"] == 20
    assert [point["profit"] for point in told["points"]] == pytest.approx((20 * kept["profit"]).tolist())
    assert [point["retention"] for point in told["points"]] == pytest.approx(kept["retention"].tolist())
    shown = CliRunner().invoke(app, ["sweep", str(path), "--threads", "1", "--out", str(tmp_path / "results")]).stdout
    change = told["effects"]["profit"]["call_centre.representatives"]
    ends = sorted(round(abs(change[end]) / 1000) for end in ("low", "high"))
    assert all(f"{end:,}" in shown for end in ends)


def test_a_measure_that_some_runs_have_nothing_of_is_said_and_survived(tmp_path: Path) -> None:
    found = planted(small(tmp_path, outcomes="[effort, retention]"), (0.2, 0.05))
    values = found.values.copy()
    values[0, :, 0], values[1, :2, 0] = np.nan, np.nan
    here = replace(found, values=values)
    assert here.missing(here.experiment.outcomes[0]) == here.replications + 2
    page = " ".join(re.sub(r"<[^>]+>", " ", html(document(here), moving=False)).split())
    assert "there was nothing to measure of customer effort; its means are over the others" in page
    assert not re.search(r"(?<![\w-])nan(?![\w-])", page)
    assert json.dumps(here.to_json(), allow_nan=False)


def test_a_policy_that_never_has_a_measure_is_refused_by_robust(tmp_path: Path) -> None:
    values = np.zeros((2, 3, 2, 2))
    values[1, ..., 0] = np.nan
    with pytest.raises(Mistake, match="is missing in every run of"):
        refuse_missing(robust_file(tmp_path), values)
