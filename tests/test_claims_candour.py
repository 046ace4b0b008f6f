"""What the model claims about hiding and telling: money now, trust later. Paired comparisons, as in ``test_claims.py``."""

import pytest
from test_claims import assert_moves, market

from sim import compare, run
from sim.model.mechanisms.transparency import shown
from sim.scenario.whole import Scenario, described

FEES = {"fees": {"size": 0.5, "share": 0.05}}
MISLEADING = {"transparency": {"misleading": 1.0}}
NOTICES = {"transparency": {"outage_notices": 1.0}}
LIES = {"transparency": {"outage_notices": 1.0, "status_honesty": 0.2}}
PRETENCE = {"pretence": {"claimed": 0.9}}
SHOWN = {"transparency": {"process_shown": 1.0}}

CLAIMS = [
    ("S0.5 hidden fees cost trust", FEES, "trust", -1),
    ("S0.5 and customers", FEES, "retention", -1),
    ("S3.3 who leave for an unfair price", FEES, "left_because_price", 1),
    ("S3.5 or for opacity", FEES, "left_because_communication", 1),
    ("S0.5 and speak ill", FEES, "word_of_mouth_negative", 1),
    ("S1.6 misleading claims cost trust", MISLEADING, "trust", -1),
    ("S1.6 and make angry", MISLEADING, "grievance", 1),
    ("S3.5 and drive away", MISLEADING, "left_because_communication", 1),
    ("S3.6 and disappoint", MISLEADING, "expectation_gap", 1),
    ("S3.5 whoever is told of a failure calls less", NOTICES, "contacts", -1),
    ("S3.5 and holds less against the company", NOTICES, "grievance", -1),
    ("S3.5 and stays", NOTICES, "retention", 1),
    ("S1.6 unless the notices are lies", LIES, "grievance", 1),
    ("S3.5 which shatter trust", LIES, "trust", -1),
    ("S4.4 pretending that customers come first raises what they expect", PRETENCE, "expectation_gap", 1),
    ("S4.4 and betrays it", PRETENCE, "trust", -1),
    ("S4.4 and makes angry", PRETENCE, "grievance", 1),
    ("S4.4 and drives away", PRETENCE, "retention", -1),
    ("S3.5 for opacity", PRETENCE, "left_because_communication", 1),
]


@pytest.mark.parametrize(("lever", "measure", "sign"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_claim_holds_beyond_chance(lever: dict[str, object], measure: str, sign: int) -> None:
    assert_moves(measure, sign, market(), market(**lever).with_(name="With the lever"))


# ---- money now, trust later ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["revenue", "profit"])
def test_hidden_fees_bring_money_at_first_and_less_and_less_of_it(measure: str) -> None:
    """Whether they pay in the end hangs on how many leave; what they bring a week shrinks with the customers in any case."""
    assert_moves(measure, 1, market(weeks=4), market(weeks=4, **FEES).with_(name="Fees"))
    plain, fees = (run(market(weeks=104, **lever), 8, 1).by_week[measure] for lever in ({}, FEES))
    gained = (fees - plain).mean(axis=0)
    assert gained[-13:].mean() < gained[:13].mean()


def test_misleading_claims_do_not_pay_for_long() -> None:
    assert_moves("profit", -1, market(weeks=104), market(weeks=104, **MISLEADING).with_(name="Misleading"))


@pytest.mark.parametrize("lever", [MISLEADING, PRETENCE, {"fees": {"drip": 0.15}}], ids=str)
def test_what_flatters_the_company_wins_joiners(lever: dict[str, object]) -> None:
    assert_moves("joiners", 1, market(weeks=12), market(weeks=12, **lever).with_(name="Flattering"))


def test_a_claim_that_is_true_betrays_nobody() -> None:
    honest = market(pretence={"claimed": 0.9, "actual": 0.9}).with_(name="Honest")
    assert run(honest, 4, 1).measures["left_because_communication"].sum() == 0
    assert_moves("trust", 1, market(**PRETENCE), honest)


# ---- drip pricing, in the short run and after a year (evidence row L13) ---------------------------------------------


def prospects(weeks: int, **sections: object) -> Scenario:
    """A company at the default settings to whom most people in the market are strangers."""
    plain = {"weeks": weeks, "market": {"customers": 300, "prospects": 6000, "stands_for": 60}}
    return described(plain).with_(name="Drip" if sections else "Plain", **sections)


def test_a_drip_wins_as_many_newcomers_as_in_the_field() -> None:
    """A drip of 15 % brings 3 to 25 % more purchases; who has joined pays the same, so revenue moves alike."""
    plain, drip = (run(prospects(8, **lever), 16, 5).measures for lever in ({}, {"fees": {"drip": 0.15}}))
    assert 0.03 < drip["joiners"].mean() / plain["joiners"].mean() - 1 < 0.25


@pytest.mark.parametrize("coefficient", [1, 2])
def test_what_a_drip_costs_after_a_year_depends_on_what_is_assumed(coefficient: int) -> None:
    """No study shows a later loss: without the assumed resentment there is none, with it trust falls."""
    feelings = {"unfairness": 0.20, "distrust": 0.06, "anger": 0.12}
    mild = {"fees": {"drip": 0.15} | dict.fromkeys(feelings, 0.0)}
    cross = {"fees": {"drip": 0.15} | {name: coefficient * size for name, size in feelings.items()}}
    base, other = market(weeks=52, **mild), market(weeks=52, **cross).with_(name="Resented")
    assert run(base, 4, 1).measures["left_because_communication"].sum() == 0
    for measure, sign in (("trust", -1), ("grievance", 1), ("left_because_communication", 1)):
        assert_moves(measure, sign, base, other)


# ---- the process shown (evidence row L46) -----------------------------------------------------------------------------


def test_a_good_process_shown_is_seen_as_quality_within_the_band_of_the_field() -> None:
    assert 0.03 < shown(0.78, 0.5, 0.3, 1.0) / 0.78 - 1 < 0.30
    good = {"quality": {"error_rate": 0.005}}
    open_kitchen = market(**good, **SHOWN).with_(name="Shown")
    before, after = (run(one, 8, 3).measures["satisfaction"].mean() for one in (market(**good), open_kitchen))
    assert 0.03 < after / before - 1 < 0.30
    assert_moves("trust", 1, market(**good), open_kitchen)
    assert_moves("retention", 1, market(**good), open_kitchen)


def test_a_bad_process_is_better_not_shown() -> None:
    bad = {"quality": {"level": 0.4}}
    for measure in ("satisfaction", "trust"):
        assert_moves(measure, -1, market(**bad), market(**bad, **SHOWN).with_(name="Shown"))


# ---- prices and costs -----------------------------------------------------------------------------------------------


def test_a_price_rise_that_was_announced_drives_fewer_away() -> None:
    dearer = market(changes={"from week 5": {"pricing": {"list_price": 1.15}}})
    announced = dearer.with_(name="Announced", transparency={"price_notice": 1.0})
    assert_moves("left_because_price", -1, dearer, announced)
    assert_moves("retention", 1, dearer, announced)


@pytest.mark.parametrize("lever", [NOTICES, SHOWN, {"transparency": {"price_notice": 1.0}}, PRETENCE], ids=str)
def test_talking_to_customers_has_a_price(lever: dict[str, object]) -> None:
    here = {"weeks": 1, "choice": {"attention": 0.0, "issue_trigger": 0.0, "grievance_trigger": 0.0}}
    talking = market(**here, **lever).with_(name="Talking")
    differences = compare([market(**here), talking], replications=4, seed=11).differences["Talking"]
    assert differences["cost"].low > 0
