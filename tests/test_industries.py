"""The worlds of six industries, found by looking: they load, balance, agree in both engines, and look as their trade does.

``tests/test_telecom.py`` compares the engines on every whole shipped file; here small copies live past their changes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from apart import compiled_apart
from grounds import assert_sound, lived

from sim import compare, load, run
from sim.engine.agreement import agree
from sim.model.week import state_columns
from sim.runs.measures import DEFINITIONS
from sim.runs.runner import Result
from sim.runs.statistics import Difference
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

FOLDER = Path(__file__).parent.parent / "scenarios" / "industries"
FILES = sorted(FOLDER.glob("*.yaml"))
BASES = [path for path in FILES if "\nextends:" not in f"\n{path.read_text(encoding='utf-8')}"]
WEEKS_A_YEAR = 365.25 / 7
REPLICATIONS = 30
CLAIMED = re.compile(r"Churn a year: (0\.[0-9]+) to (0\.[0-9]+)")
SHARES = [
    name for name, measure in DEFINITIONS.items()
    if measure.unit.startswith(("share", "scale")) and name != "expectation_gap"
]  # fmt: skip
EFFECTS = {
    ("telecom", "telecom_chatbot_first"): {
        "trust": -1, "first_contact_resolution": -1, "left_because_service": 1, "retention": -1, "bot_contacts": 1,
    },
    ("retailer", "retailer_all_self_service"): {
        "left_because_convenience": 1, "retention": -1, "satisfaction": -1, "customers": -1,
    },
    ("online_shop", "online_shop_early_promise"): {
        "late_deliveries": 1, "satisfaction": -1, "contacts": 1, "left_because_convenience": 1, "retention": -1,
    },
    ("online_shop", "online_shop_free_returns"): {"satisfaction": 1, "retention": 1, "profit": -1},
    ("bank_products", "bank_cross_selling"): {"products_held": 1, "unprofitable": 1, "revenue": 1, "trust": -1},
    ("bank", "bank_products"): {"revenue": 1, "cost": 1},
    ("bank", "bank_branchless"): {"satisfaction": -1, "left_because_convenience": 1, "digital_contacts": 1},
    ("subscription_software", "software_price_rise"): {"left_because_price": 1, "retention": -1, "joiners": -1},
    ("subscription_software", "software_backlog"): {
        "first_contact_resolution": -1, "effort": 1, "contacts": 1, "left_because_service": 1, "retention": -1,
        "public_complaints": 1,
    },
    ("utility", "utility_freed"): {"retention": -1, "leavers_voluntary": 1, "profit": -1},
    ("utility_freed", "utility_cares"): {"retention": 1, "profit": -1, "satisfaction": 1, "grievance": -1, "nps": 1},
}  # fmt: skip
"""What each what-if does beside another world: measure → sign."""


def industry(name: str) -> Scenario:
    return load(FOLDER / f"{name}.yaml")


@lru_cache
def result(path: Path) -> Result:
    return run(load(path), REPLICATIONS)


def mean(name: str, measure: str) -> float:
    return float(result(FOLDER / f"{name}.yaml").values[measure].mean())


@lru_cache
def differences(base: str, other: str) -> dict[str, Difference]:
    found = compare([industry(base), industry(other)], REPLICATIONS)
    return found.differences[industry(other).name]


def churn_a_year(path: Path) -> float:
    return float(result(path).values["churn_rate"].mean()) * WEEKS_A_YEAR


def shrunk(path: Path) -> Scenario:
    """A copy with a few people, just long enough for its changes to have come."""
    scenario = load(path)
    last = max((week for week, _ in scenario.changes), default=0)
    few = {"customers": 60, "prospects": 20, "stands_for": 300}
    return scenario.with_(weeks=last + 6, warm_up="8 weeks", market=few)


@pytest.mark.parametrize("path", compiled_apart(FILES), ids=lambda path: path.stem)
def test_a_small_copy_is_sound_and_the_engines_agree(path: Path) -> None:
    ground = ground_of(shrunk(path))
    assert agree(ground) is None
    assert_sound(ground, *lived(ground))


@pytest.mark.parametrize("path", compiled_apart(FILES), ids=lambda path: path.stem)
def test_the_books_balance_and_shares_are_shares(path: Path) -> None:
    found = result(path)
    assert not found.failures and not found.balance().any()
    for name, values in found.values.items():
        assert not np.isinf(values).any(), name
    for name in SHARES:
        known = found.values[name][np.isfinite(found.values[name])]  # of a bot that there is not, nothing is contained
        assert (known >= 0).all() and (known <= 1).all(), name
    assert_sound(ground_of(load(path)), *lived(ground_of(load(path))))


@pytest.mark.parametrize("path", compiled_apart(BASES), ids=lambda path: path.stem)
def test_churn_is_what_the_file_says(path: Path) -> None:
    said = CLAIMED.search(path.read_text(encoding="utf-8"))
    assert said, "the file must say 'Churn a year: 0.10 to 0.20', and where that is from"
    assert float(said[1]) <= churn_a_year(path) <= float(said[2])


@pytest.mark.parametrize("path", compiled_apart(BASES), ids=lambda path: path.stem)
def test_the_telephone_is_staffed_as_telephones_are(path: Path) -> None:
    assert 0.6 <= mean(path.stem, "service_level") <= 0.95
    assert 0.6 <= mean(path.stem, "occupancy") <= 0.9
    assert 0.01 <= mean(path.stem, "abandonment") <= 0.12


@pytest.mark.parametrize("path", compiled_apart(BASES), ids=lambda path: path.stem)
def test_the_company_earns_money(path: Path) -> None:
    assert 0.01 <= mean(path.stem, "profit") / mean(path.stem, "revenue") <= 0.4


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_value_says_where_it_comes_from(path: Path) -> None:
    """Whatever sets a number has a comment beside it; names, descriptions and the length of the run need none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    numbers = [line for line in lines if re.search(r"^[^#]*: *[{\d-]", line) and re.search(r"\d", line)]
    assert [line for line in numbers if " # " not in line and not line.startswith("weeks:")] == []


@pytest.mark.parametrize("path", sorted(set(FILES) - set(BASES)), ids=lambda path: path.stem)
def test_every_what_if_has_an_effect_that_is_tested(path: Path) -> None:
    assert path.stem in {other for _, other in EFFECTS}


@pytest.mark.parametrize(
    ("base", "other", "measure", "sign"),
    [
        pytest.param(*pair, measure, sign, marks=compiled_apart([FOLDER / f"{pair[1]}.yaml"])[0].marks)
        for pair, signs in EFFECTS.items()
        for measure, sign in signs.items()
    ],
)
def test_a_what_if_does_what_it_is_there_for(base: str, other: str, measure: str, sign: int) -> None:
    found = differences(base, other)[measure]
    assert min(sign * found.low, sign * found.high) > 0, found


# ---- what the worlds are there to show -----------------------------------------------------------------------------


def test_the_utility_s_loyalty_is_false() -> None:
    """They stay as a bank's customers do, and nobody is as unhappy; freed, they go."""
    others = [path.stem for path in BASES if path.stem not in ("utility", "online_shop")]  # where there is a contract
    assert mean("utility", "retention") > max(mean(name, "retention") for name in others if name != "bank")
    assert mean("utility", "retention") > mean("bank", "retention") - 0.05
    for measure in ("satisfaction", "trust", "nps", "csat", "reputation"):
        assert mean("utility", measure) < min(mean(name, measure) for name in others), measure
    assert mean("utility", "nps") < -30
    assert mean("utility", "retention") - mean("utility_freed", "retention") > 0.2
    assert mean("utility_freed", "market_share") < 0.75 * mean("utility", "market_share")


def test_they_are_as_unhappy_before_they_are_freed_as_where_they_never_are() -> None:
    """Until the law comes nothing differs, to the last cent; satisfaction told in advance what retention did not."""
    bound, freed = (result(FOLDER / f"{name}.yaml") for name in ("utility", "utility_freed"))
    np.testing.assert_array_equal(bound.tally[:, :26], freed.tally[:, :26])


def _stayed(name: str, replication: int) -> tuple[np.ndarray, np.ndarray]:
    """How well each customer of week 0 likes self-service, and whether they stayed throughout."""
    scenario = industry(name)
    ground = ground_of(scenario)
    state, _ = lived(ground, replication=replication)
    founders, columns = ground.plan.founders, state_columns(state)
    stayed = (columns["provider"] == 0) & (columns["tenure"] >= scenario.weeks)
    return columns["self_service_liking"][:founders], stayed[:founders]


def test_all_self_service_loses_those_who_dislike_it() -> None:
    """Those who want to be served leave, and those who like machines hardly mind."""
    lost: dict[str, list[float]] = {"dislike": [], "like": []}
    for replication in range(12):
        liking, before = _stayed("retailer", replication)
        same, after = _stayed("retailer_all_self_service", replication)
        np.testing.assert_array_equal(liking, same)
        for who, chosen in (("dislike", liking < 0.35), ("like", liking > 0.65)):
            lost[who].append(float(before[chosen].mean() - after[chosen].mean()))
    gap = np.subtract(lost["dislike"], lost["like"])
    assert np.mean(lost["dislike"]) > 0.04
    assert gap.mean() > 3 * gap.std(ddof=1) / np.sqrt(len(gap))
