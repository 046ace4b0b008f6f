"""The shipped scenarios on the real customer file: they load, agree with the data they are held to, and both engines agree."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from apart import compiled_apart

from sim import load
from sim.commands.comparing import DEMO
from sim.engine.agreement import agree
from sim.scenario.customers import customers_of
from sim.scenario.model_inputs import ground_of
from sim.scenario.shipped import scenarios_folder
from sim.studio.live.frames import fitted

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import telecom_calibration  # noqa: E402
import telecom_halves  # noqa: E402
import telecom_years  # noqa: E402

SHIPPED = sorted(scenarios_folder().rglob("*.yaml"))


def test_the_whole_customer_file_is_used() -> None:
    customers = customers_of(load(scenarios_folder() / "telecom" / "today.yaml"))
    assert customers is not None and (customers.rows, customers.quarantined) == (3150, [])


def test_the_demo_s_scenarios_are_shipped() -> None:
    assert {f"{name}.yaml" for name in DEMO} <= {path.name for path in SHIPPED}


@pytest.mark.parametrize(
    "path", compiled_apart(path for path in SHIPPED if path.parent.name != "lessons"), ids=lambda path: path.stem
)
def test_the_engines_agree_in_the_first_weeks_of_every_shipped_scenario(path: Path) -> None:
    """Where customers are drawn, fewer of them, who stand for as many; those of a file are all there, for a week.

    Long warm-ups are lived by the test of every week.
    """
    scenario = load(path)
    few, weeks = (scenario, 1) if scenario.customers.file else (fitted(scenario, 150), 8)
    few = few.with_(warm_up=min(few.warm_up, weeks)) if few.warm_up else few
    assert agree(ground_of(few), seed=1, replication=0, weeks=weeks) is None


@pytest.mark.heavy
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_engines_agree_in_every_week_of_every_shipped_scenario(path: Path) -> None:
    assert agree(ground_of(load(path)), seed=2, replication=1) is None


def test_the_data_s_figures_are_those_published() -> None:
    """The figures computed from the file are the ones that are published about it, interval and all."""
    data, _ = telecom_calibration.figures(load(telecom_calibration.SCENARIO))
    published = {
        "Churn, all customers": (0.157, 0.145, 0.170),
        "Churn, no complaint": (0.101, 0.091, 0.113),
        "Churn, complaint": (0.830, 0.777, 0.872),
        "Churn, contract": (0.024, 0.011, 0.051),
    }
    for name, numbers in published.items():
        assert (data[name].data, data[name].low, data[name].high) == pytest.approx(numbers, abs=0.002)
    assert data["Leavers who never complained"].data == pytest.approx(0.596, abs=0.0005)


def test_twelve_weeks_of_today_lie_within_the_intervals_of_the_data() -> None:
    scenario = load(telecom_calibration.SCENARIO)
    data, _ = telecom_calibration.figures(scenario)
    model = telecom_calibration.simulated(scenario, 60)
    outside = {f.name: model[f.name] for f in data.values() if f.named and not f.low <= model[f.name] <= f.high}
    assert not outside
    rising = [model[telecom_calibration._bin_name(*edges)] for edges in telecom_calibration.BINS]
    assert rising == sorted(rising)


def test_copies_of_a_row_stand_on_one_side_and_both_sides_are_halves() -> None:
    scenario = load(telecom_calibration.SCENARIO)
    first, rows = telecom_halves.first_half(scenario), pd.read_csv(scenario.customers.file)
    assert int(telecom_calibration.repeated(scenario).sum()) == 300
    assert rows[first].merge(rows[~first], how="inner").empty
    assert first.mean() == pytest.approx(0.5, abs=0.01)


def test_the_regression_finds_what_the_data_were_drawn_with() -> None:
    """Where the gradient of the likelihood vanishes; and near the weights that chance was drawn by."""
    random, weights = np.random.default_rng(1), np.array([-1.0, 0.8, -0.4])
    known = np.column_stack([np.ones(4000), random.normal(size=(4000, 2))])
    left = random.random(4000) < telecom_halves.chances(known, weights)
    found = telecom_halves.regression(known, left)
    assert found == pytest.approx(weights, abs=0.15)
    assert known.T @ (left - telecom_halves.chances(known, found)) == pytest.approx(0, abs=1e-3)


def test_auc_counts_pairs_in_the_right_order_and_half_of_the_ties() -> None:
    chance, left = np.array([0.1, 0.2, 0.2, 0.9]), np.array([False, False, True, True])
    assert telecom_halves.auc(chance, left) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert telecom_halves.brier(np.array([0.5, 1.0]), np.array([True, True])) == pytest.approx(0.125)


def test_who_leaves_is_told_nearly_as_well_as_by_a_regression() -> None:
    """On each half of the file, by a regression on the other; the model knows the columns, and no customer's outcome."""
    scenario = load(telecom_calibration.SCENARIO)
    first, left = telecom_halves.first_half(scenario), telecom_calibration.columns(scenario)["Churn"] == 1
    known, chance = telecom_halves.known(scenario), telecom_calibration.leaving(scenario, 60)
    for half in (first, ~first):
        told = telecom_halves.chances(known[half], telecom_halves.regression(known[~half], left[~half]))
        assert telecom_halves.auc(chance[half], left[half]) > telecom_halves.auc(told, left[half]) - 0.06


@pytest.mark.heavy
def test_one_half_of_the_customers_foretells_the_groups_of_the_other() -> None:
    scenario = load(telecom_calibration.SCENARIO)
    first = telecom_halves.first_half(scenario)
    missed = [name for half in (first, ~first) for name in telecom_halves.outside(telecom_halves.told(scenario, half))]
    assert len(missed) <= telecom_halves.MISSES, missed


def test_newcomers_stay_as_founders_do_who_are_as_satisfied() -> None:
    """Within the band in which nine of ten markets' founders lie, in each quarter, after a quarter, half a year and a year."""
    found = telecom_years.bands(telecom_years.cohorts(40))
    assert not found.index[~found["inside"]].tolist()


def test_the_market_keeps_its_share_and_its_churn_once_it_has_settled() -> None:
    means = telecom_years.by_quarter(20).groupby("quarter").mean().loc[telecom_years.SETTLED + 1 :]
    around = means.max() - means.min()
    assert around["market_share"] < 0.015 and around["churn_rate"] < 0.001
    assert around[["satisfaction", "trust", "reputation", "grievance"]].max() < 0.025
