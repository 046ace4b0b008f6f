"""The experiment file and its designs: what is read, what is refused and how, and where points lie."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from questions import SWEEP, small, written

from sim import load
from sim.errors import Mistake
from sim.experiments.designs import KINDS, interleaved
from sim.experiments.factors import Factor, parameters
from sim.experiments.question import load_experiment
from sim.model.component import builtin

SHIPPED = sorted((Path(__file__).parents[1] / "experiments").glob("*.yaml"))


def test_a_question_is_read_with_units_and_ranges(tmp_path: Path) -> None:
    asked = small(tmp_path, uncertainties="{choice.attention: {}, outsourcing.share: {low: 10%, high: 0.4}}")
    people, errors, attention, share = asked.factors
    assert (share.low, share.high) == (0.1, 0.4)
    assert (people.low, people.high, people.whole) == (1, 8, True)
    assert (errors.low, errors.high) == (0.01, 0.3)
    line = parameters(builtin())["choice"]["attention"]
    assert (attention.low, attention.high, attention.lever) == (line.low, line.high, False)
    assert [(o.measure, o.direction) for o in asked.outcomes][-1] == ("wait_mean", "lower")


def test_the_scenario_at_a_point_is_the_base_with_these_values(tmp_path: Path) -> None:
    asked = small(tmp_path)
    there = asked.scenario_at([5, 0.2])
    by_hand = load(tmp_path / "small.yaml").with_(call_centre={"representatives": 5}, quality={"error_rate": 0.2})
    assert there == by_hand and there.parts["call_centre"].questions == 0.1
    assert asked.scenario_at({"quality.error_rate": 0.2}) == by_hand.with_(call_centre={"representatives": 2})


def test_what_stands_under_with_is_laid_over_base_and_policies(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("extends: small.yaml\nquality: {error_rate: 0.2}\n")
    policies = "{Other: other.yaml, Staff: {call_centre: {representatives: 9}}}"
    asked = small(tmp_path, policies=policies, **{"with": "{weeks: 9}"})
    assert [s.weeks for s in (asked.base, *asked.policies.values())] == [9, 9, 9]
    assert asked.policies["Other"].parts["quality"].error_rate == 0.2
    assert asked.policies["Staff"].parts["call_centre"].representatives == 9
    assert [s.name for s in asked.policies.values()] == ["Other", "Staff"]


class Settings(BaseModel):
    """A command's own section."""

    model_config = ConfigDict(extra="forbid")
    budget: int = 10


def test_a_command_reads_its_own_section_and_leaves_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, optimise="{budget: 7}", select="{anything: 1}")
    assert load_experiment(path, "optimise", Settings).settings == Settings(budget=7)
    assert load_experiment(path, "robust", Settings).settings == Settings()
    with pytest.raises(Mistake, match=r"line \d+: select.anything is not"):
        load_experiment(path, "select", Settings)


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ({"levers": "{call_center.representatives: {low: 1, high: 2}}"}, "did you mean 'call_centre'"),
        ({"levers": "{call_centre.representative: {low: 1, high: 2}}"}, "did you mean 'call_centre.representatives'"),
        (
            {"levers": "{quality.error_rate: {low: 0.1, high: 1.7}}"},
            "is 1.7, but the parameter must lie between 0 and 1",
        ),
        ({"levers": "{quality.error_rate: {low: 0.3, high: 0.1}}"}, "low must be less than high"),
        ({"levers": "{quality.error_rate: {lo: 0.1}}"}, "did you mean 'low'"),
        ({"levers": "{call_centre.representatives: {low: 1.5, high: 3}}"}, "whole number"),
        ({"levers": "{quality.error_rate: {low: 0, high: 1, scale: log}}"}, "above zero"),
        ({"levers": "{quality.error_rate: {values: [0.1]}}"}, "at least two"),
        ({"levers": "{quality.error_rate: {values: [0.1, 0.1]}}"}, "twice"),
        ({"uncertainties": "[quality.error_rate]"}, "both a lever and an uncertainty"),
        ({"outcomes": "[profits]"}, "did you mean 'profit'"),
        ({"outcomes": "{profit: {direction: up}}"}, "direction"),
        ({"outcomes": "{retention: {at_least: 80%, at_most: 0.5}}"}, "more than at_most"),
        ({"outcomes": ""}, "outcomes is missing"),
        ({"question": ""}, "question is missing"),
        ({"base": "smal.yaml"}, "did you mean 'small.yaml'"),
        ({"base": "/tmp/small.yaml"}, "absolute path"),
        ({"base": ""}, "base is missing"),
        ({"design": "{kind: gird}"}, "did you mean 'grid'"),
        ({"design": "{kind: halton}"}, "design.samples is missing"),
        ({"design": "{kind: halton, samples: 1}"}, "must lie between 2 and"),
        ({"design": "{kind: grid, levles: 3}"}, "did you mean 'levels'"),
        ({"replications": "0"}, "between 1 and"),
        ({"precision": "2"}, "must be a share"),
        ({"policies": "{A: {quality: {error_rate: 3}}}"}, "policies.A: quality.error_rate is 3"),
        ({"with": "{weeks: 0}"}, "with: weeks is 0"),
        ({"replication": "3"}, "did you mean 'replications'"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, replaced: dict[str, str], sentence: str) -> None:
    text = SWEEP
    if "levers" in replaced:
        text = "\n".join(line for line in SWEEP.splitlines() if not line.startswith("  "))
    with pytest.raises(Mistake) as mistake:
        load_experiment(written(tmp_path, text, **replaced))
    assert sentence in str(mistake.value) and "question.yaml" in str(mistake.value)
    if all(replaced.values()):
        assert "line " in str(mistake.value)


def test_a_lever_that_the_base_changes_over_time_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, **{"with": "{changes: {from week 3: {quality: {error_rate: 0.5}}}}"})
    with pytest.raises(Mistake, match=r"levers.quality.error_rate changes in week 3"):
        load_experiment(path)


# ---- factors


@given(st.floats(0, 1), st.floats(-5, 5), st.floats(0.001, 100), st.booleans())
def test_a_factors_value_lies_in_its_range_and_grows(place: float, low: float, width: float, log: bool) -> None:
    low = abs(low) + 0.01 if log else low
    factor = Factor("a.b", low, low + width, None, "log" if log else "linear", False, False, "b", "share", True)
    assert factor.low <= factor.at(place) <= factor.high
    assert (factor.at(0), factor.at(1)) == pytest.approx((factor.low, factor.high))
    assert factor.at(place) <= factor.at(min(place + 0.1, 1)) + 1e-12


def test_each_whole_number_and_each_listed_value_is_as_likely() -> None:
    count = Factor("a.b", 2, 5, None, "linear", True, False, "b", "people", True)
    listed = Factor("a.b", 1, 9, (9.0, 1.0, 4.0), "linear", False, False, "b", "share", True)
    places = (np.arange(1200) + 0.5) / 1200
    for factor, values in ((count, {2, 3, 4, 5}), (listed, {9, 1, 4})):
        found, often = np.unique([factor.at(place) for place in places], return_counts=True)
        assert set(found) == values and set(often) == {1200 // len(values)}


# ---- designs


def points(tmp_path: Path, design: str, **replaced: str) -> np.ndarray:
    asked = small(tmp_path, design=design, **replaced)
    assert asked.design is not None
    return asked.design.points(asked)


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    found = points(tmp_path, "{kind: grid, levels: 3}")
    assert sorted(map(tuple, found)) == sorted(itertools.product((1, 5, 8), (0.01, 0.155, 0.3)))


def test_one_at_a_time_changes_one_factor_of_the_base(tmp_path: Path) -> None:
    found = points(tmp_path, "{kind: one_at_a_time, levels: 3}")
    assert tuple(found[0]) == (2, 0.08) and len(found) == 7
    assert ((found[1:] != found[0]).sum(axis=1) == 1).all()


def test_a_latin_hypercube_has_one_point_in_every_slice(tmp_path: Path) -> None:
    found = points(tmp_path, "{kind: latin_hypercube, samples: 40}")
    slices = np.floor((found[:, 1] - 0.01) / 0.29 * 40).astype(int)
    assert sorted(slices) == list(range(40))


@pytest.mark.parametrize("kind", ["sobol", "halton"])
def test_sequences_fill_the_cube_evenly_and_repeat_under_their_seed(tmp_path: Path, kind: str) -> None:
    from scipy.stats import qmc

    found = points(tmp_path, f"{{kind: {kind}, samples: 64}}")
    again, other = (points(tmp_path, f"{{kind: {kind}, samples: 64}}", seed=seed) for seed in ("1", "2"))
    assert (found == again).all() and not (found == other).all()
    place = (found[:, 1:] - 0.01) / 0.29
    random = np.random.default_rng(1).random((64, 1))
    assert qmc.discrepancy(np.clip(place, 0, 1)) < qmc.discrepancy(random) / 4


def test_sobol_refuses_what_is_no_power_of_two(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="64 or 128"):
        points(tmp_path, "{kind: sobol, samples: 100}")


def test_a_walk_of_morris_changes_every_factor_once(tmp_path: Path) -> None:
    found = points(tmp_path, "{kind: morris, trajectories: 6}").reshape(6, 3, 2)
    changed = np.diff(found, axis=1) != 0
    assert (changed.sum(axis=1) == 1).all() and (changed.sum(axis=2) == 1).all()


def test_two_level_designs_are_balanced_and_their_columns_orthogonal(tmp_path: Path) -> None:
    levers = "[quality.error_rate, quality.spread, choice.attention, belief.persuasion, talk.base]"
    known = [
        path
        for path in levers.strip("[]").split(", ")
        if path.partition(".")[2] in parameters(builtin())[path.split(".")[0]]
    ]
    text = "\n".join(line for line in SWEEP.splitlines() if not line.startswith("  "))
    for kind, runs in (("factorial", 2 ** len(known)), ("plackett_burman", 4 * (len(known) // 4 + 1))):
        asked = load_experiment(written(tmp_path, text, levers=f"[{', '.join(known)}]", design=f"{{kind: {kind}}}"))
        assert asked.design is not None
        places = 2 * asked.design.places(asked.factors, 1) - 1  # type: ignore[attr-defined]
        assert len(places) == runs
        assert np.allclose(places.T @ places, runs * np.eye(len(known))) and np.allclose(places.sum(axis=0), 0)


def test_a_table_gives_its_own_points_in_any_order_of_columns(tmp_path: Path) -> None:
    rows = {"quality.error_rate": [0.1, 0.2], "call_centre.representatives": [3, 4]}
    pd.DataFrame(rows).to_csv(tmp_path / "points.csv", index=False)
    pd.DataFrame(rows).to_parquet(tmp_path / "points.parquet")
    for file in ("points.csv", "points.parquet"):
        assert points(tmp_path, f"{{kind: table, file: {file}}}").tolist() == [[3, 0.1], [4, 0.2]]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("quality.error_rate\n0.1\n", "no column 'call_centre.representatives'"),
        ("quality.error_rate,call_centre.representatives\n0.1,2\n7,2\n", "line 3: quality.error_rate is 7"),
        ("quality.error_rate,call_centre.representatives\n0.1,2.5\n", "line 2: call_centre.representatives is 2.5"),
        ("quality.eror_rate,call_centre.representatives\n0.1,2\n", "did you mean 'quality.error_rate'"),
        ("quality.error_rate,call_centre.representatives\n", "no rows"),
        ("quality.error_rate,call_centre.representatives\nx,2\n", "line 2: quality.error_rate is 'x'"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, rows: str, sentence: str) -> None:
    (tmp_path / "points.csv").write_text(rows)
    with pytest.raises(Mistake) as mistake:
        points(tmp_path, "{kind: table, file: points.csv}")
    assert sentence in str(mistake.value)


@given(st.integers(1, 400))
def test_every_beginning_of_an_interleaved_order_is_spread_evenly(count: int) -> None:
    order = interleaved(count)
    assert sorted(order) == list(range(count))
    for done in range(
        4, count, max(1, count // 7)
    ):  # gaps between neighbours among the first: at most three times the mean
        gaps = np.diff([-1, *sorted(order[:done]), count])
        assert gaps.max() <= 3 * (count + 1) / (done + 1) + 1


def test_every_kind_of_design_says_what_it_is() -> None:
    assert all(kind.__doc__ for kind in KINDS.values())


@pytest.mark.parametrize("path", [p for p in SHIPPED if "question:" in p.read_text()], ids=lambda path: path.stem)
def test_a_shipped_experiment_can_be_asked(path: Path) -> None:
    asked = load_experiment(path)
    assert asked.question.endswith("?") and asked.outcomes
