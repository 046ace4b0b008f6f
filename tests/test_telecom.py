"""The shipped scenarios on the real customer file: they load, agree with the data they are held to, and both engines agree."""

import sys
from pathlib import Path

import pytest

from sim import load
from sim.commands.comparing import DEMO
from sim.engine.agreement import agree
from sim.scenario.model_inputs import customers_of, ground_of
from sim.scenario.shipped import scenarios_folder
from sim.studio.live.frames import fitted

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import telecom_calibration  # noqa: E402

SHIPPED = sorted(scenarios_folder().rglob("*.yaml"))


def test_the_whole_customer_file_is_used() -> None:
    customers = customers_of(load(scenarios_folder() / "telecom" / "today.yaml"))
    assert customers is not None and (customers.rows, customers.quarantined) == (3150, [])


def test_the_demo_s_scenarios_are_shipped() -> None:
    assert {f"{name}.yaml" for name in DEMO} <= {path.name for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_engines_agree_in_the_first_weeks_of_every_shipped_scenario(path: Path) -> None:
    """Where customers are drawn, fewer of them, who stand for as many; those of a file are all there, for a week."""
    scenario = load(path)
    few, weeks = (scenario, 1) if scenario.customers.file else (fitted(scenario, 150), 8)
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
