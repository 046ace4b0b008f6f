"""Measures, worked by hand from counts."""

import numpy as np
import pytest

from sim.model.component import builtin, everything
from sim.model.numeric import FIXED_ONE
from sim.model.week import COUNTS, WAIT_BINS
from sim.runs.measures import (
    DEFINITIONS,
    EACH,
    MEASURES,
    NAMES,
    OF_USED,
    counts_of,
    definitions,
    measured,
    measured_weekly,
    scale_of,
)  # fmt: skip


def tally(*weeks: dict[str, float]) -> np.ndarray:
    """Counts of one replication: one dictionary a week, zero where nothing is said."""
    table = np.zeros((len(weeks), len(COUNTS)), np.int64)
    for week, counts in enumerate(weeks):
        for name, number in counts.items():
            table[week, COUNTS.index(name)] = round(number)
    return table


@pytest.mark.parametrize(
    ("weeks", "measure", "value"),
    [
        ([{"founders": 90}, {"founders": 80}], "retention", 0.8),
        (
            [
                {"customers": 100, "leavers_voluntary": 3, "joiners": 3},
                {"customers": 90, "leavers_involuntary": 1, "joiners": 0},
                {"customers": 9, "leavers_voluntary": 0, "joiners": 0},
            ],
            "churn_rate",
            0.02,  # 4 of 100 + 91 + 9
        ),
        ([{"customers": 60, "rival_customers": 20, "gone": 20}], "market_share", 0.75),
        ([{"customers": 50, "heard_well": 30, "heard_ill": 10}], "word_of_mouth_net", 0.4),
        ([{"asked": 10, "promoters": 5, "detractors": 2}], "nps", 30.0),
        ([{"customers": 4, "satisfaction": 3 * FIXED_ONE}], "satisfaction", 0.75),
        ([{"silent": 3, "complaints": 1}], "silent_share", 0.75),
        ([{"calls": 4, "wait": 6 * FIXED_ONE}], "wait_mean", 1.5),
        ([{"calls": 4, "answered_in_time": 3, "answered": 4}], "service_level", 0.75),
        ([{"calls": 4, "abandoned": 1}], "abandonment", 0.25),
        ([{"first_contacts": 4, "solved_at_first": 3}], "first_contact_resolution", 0.75),
        ([{"busy": 3 * FIXED_ONE, "capacity": 4 * FIXED_ONE}], "occupancy", 0.75),
        ([{"busy": 5 * FIXED_ONE, "capacity": 4 * FIXED_ONE}], "occupancy", 1.0),
        ([{"revenue_service": 1000, "revenue_upselling": 50, "cost_calls": 300}], "profit", 7.5),
        ([{"left_because_price": FIXED_ONE / 2}, {"left_because_price": FIXED_ONE}], "left_because_price", 1.5),
    ],
)
def test_a_measure_worked_by_hand(weeks: list[dict[str, float]], measure: str, value: float) -> None:
    assert measured(tally(*weeks), 100)[measure] == pytest.approx(value)


def test_the_wait_of_nine_in_ten_is_read_off_the_bins() -> None:
    edge = WAIT_BINS.index(60)
    weeks = tally({"waited_0": 80, f"waited_{edge}": 20})  # 80 within 5 s, 20 between 45 and 60 s
    assert measured(weeks, 1)["wait_p90"] == pytest.approx((45 + 7.5) / 60)  # the 90th is half way through the 20


OVER_SOMETHING = {
    "share", "share per week", "messages per customer and week", "scale 0-1", "minutes", "per year",
    "products per customer",
}  # fmt: skip
AT_THE_END = {"retention", "reputation", "obsolescence"}


def test_of_nothing_a_count_is_zero_and_a_share_or_mean_is_missing() -> None:
    for name, value in measured(tally({}), 100).items():
        unit = DEFINITIONS[name].unit
        over = (unit in OVER_SOMETHING and name not in AT_THE_END) or name in EACH or name.startswith("nps")
        assert np.isnan(value) if over else value == 0, name


def test_where_a_mechanism_is_not_used_nothing_of_it_happened() -> None:
    names = [measure.name for measures in OF_USED.values() for measure in measures]
    plain, everywhere = counts_of(tally({"customers": 9}), 9), definitions(everything(builtin()))
    for name in names:
        value = everywhere[name].formula(plain)
        assert value == 0 or np.isnan(value), name
    assert np.isnan(everywhere["late_deliveries"].formula(plain))
    assert everywhere["purchases"].formula(plain) == 0


def test_a_company_of_nobody_keeps_no_share_of_them() -> None:
    assert np.isnan(measured(tally({"founders": 0}), 0)["retention"])


def test_a_week_without_calls_weighs_nothing() -> None:
    weeks = [{"calls": 4, "answered_in_time": 3}, {}, {"calls": 4, "answered_in_time": 4}]
    assert measured(tally(*weeks), 1)["service_level"] == pytest.approx(7 / 8)
    by_week = measured_weekly(tally(*weeks)[None], 1)["service_level"]
    assert by_week[0, [0, 2]].tolist() == [0.75, 1.0]
    assert np.isnan(by_week[0, 1])


def test_every_measure_lies_within_its_bounds_whatever_is_counted() -> None:
    luck = np.random.default_rng(5)
    for measure in MEASURES:
        low, high = measure.bounds
        assert low < high
    people = luck.integers(1, 50, 200)
    weeks = np.stack(
        [tally({"customers": n, "leavers_voluntary": n // 2, "asked": n, "promoters": n // 3}) for n in people]
    )
    for name, values in measured(weeks, 100, ["churn_rate", "nps", "satisfaction", "market_share"]).items():
        low, high = DEFINITIONS[name].bounds
        assert ((values >= low) & (values <= high)).all(), name


def test_money_and_heads_grow_with_whom_a_customer_stands_for_and_nothing_else_does() -> None:
    assert {scale_of(name, 40) for name in ("customers", "contacts", "callbacks", "profit", "customer_equity")} == {40}
    assert {scale_of(name, 40) for name in ("retention", "lifetime_value", "nps", "wait_mean", "budget")} == {1}


def test_weekly_measures_are_those_of_each_week_alone() -> None:
    weeks = [{"customers": 50, "heard_well": 30}, {"customers": 100, "heard_well": 10}]
    by_week = measured_weekly(tally(*weeks)[None], 100)["word_of_mouth_positive"]
    assert by_week.tolist() == [[0.6, 0.1]]


def test_every_measure_has_a_name_of_its_own_a_unit_and_a_meaning() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(measure.unit and measure.meaning and measure.better in (-1, 0, 1) for measure in MEASURES)
