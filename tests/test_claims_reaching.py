"""What the model claims about reaching a company: menus, hidden numbers, chatbots, messages, and being known.

In the manner of ``test_claims.py``: paired comparisons in a small market, the interval of the difference on the right side.
"""

from __future__ import annotations

import numpy as np
import pytest
from test_claims import assert_moves, market

from sim import run
from sim.runs.statistics import interval
from sim.scenario.whole import Scenario

CROWDED = {"call_centre": {"representatives": 3}}
MENU = {"support_access": {"menu_levels": 5, "seconds_per_level": 25.0}}
HIDDEN = {"support_access": {"hidden": 0.5}}
BOT = {"chatbot": {"share": 1.0}}
BOT_ALONE = {"chatbot": {"share": 1.0, "escalation": 0.0}}
FORGETFUL = {"personalisation": {"repetition_hurts": 0.3}}
REMEMBERS = {"personalisation": {"repetition_hurts": 0.3, "remembers": 1.0}}
WRITING = {"digital_channels": {"offered": 1.0, "inconsistency": 0.0}}
AT_ODDS = {"digital_channels": {"offered": 1.0, "inconsistency": 0.5}}
NEGLECTED = {"digital_channels": {"offered": 1.0, "inconsistency": 0.0, "response_hours": 120.0, "skill": 0.3}}
POSING = {"chatbot": {"share": 1.0, "pretends": 1.0}}
BELIEVED = {"chatbot": {"share": 1.0, "pretends": 1.0, "detection": 0.0}}

CLAIMS = [
    ("S0.1 menus make people give up", {}, MENU, "gave_up", 1),
    ("S0.1 and contacts an effort", {}, MENU, "effort", 1),
    ("S0.1 and cost trust", {}, MENU, "trust", -1),
    ("S0.1 and customers", {}, MENU, "retention", -1),
    ("S0.1 who leave for the service", {}, MENU, "left_because_service", 1),
    ("S0.1 hidden contact details cost satisfaction", {}, HIDDEN, "satisfaction", -1),
    ("S0.1 and leave a grievance", {}, HIDDEN, "grievance", 1),
    ("S0.1 and become bad word of mouth", {}, HIDDEN, "word_of_mouth_negative", 1),
    ("S0.1 a chatbot alone makes people feel abandoned", {}, BOT_ALONE, "trust", -1),
    ("S0.1 and resent it", {}, BOT_ALONE, "grievance", 1),
    ("S0.1 and leave", {}, BOT_ALONE, "retention", -1),
    ("S0.1 a way out of the chatbot keeps some", BOT_ALONE, BOT, "retention", 1),
    ("a chatbot takes load off the telephone", CROWDED, CROWDED | BOT, "wait_mean", -1),
    ("S0.3 forgetting past contacts costs trust", {}, FORGETFUL, "trust", -1),
    ("S0.3 and customers", {}, FORGETFUL, "retention", -1),
    ("S0.3 remembering gains satisfaction", FORGETFUL, REMEMBERS, "satisfaction", 1),
    ("remembering costs money", FORGETFUL, REMEMBERS, "cost", 1),
    ("S1.1 telling everything again is an effort", {}, FORGETFUL, "effort", 1),
    ("S1.4 channels that differ cost trust", WRITING, AT_ODDS, "trust", -1),
    ("S1.4 and satisfaction", WRITING, AT_ODDS, "satisfaction", -1),
    ("S2.1 more channels without care satisfy less", {}, NEGLECTED, "satisfaction", -1),
    ("S2.1 complaints become public", {}, NEGLECTED, "public_complaints", 1),
    ("S2.1 and cost reputation", WRITING, NEGLECTED, "reputation", -1),
    ("S4.4 a machine that poses as a person costs trust", BOT, POSING, "trust", -1),
    ("S4.4 and customers", BOT, POSING, "left_because_service", 1),
    ("L41 a machine known to be one is liked less", BELIEVED, BOT, "satisfaction", -1),
]


@pytest.mark.parametrize(("without", "lever", "measure", "sign"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_claim_holds_beyond_chance(
    without: dict[str, object], lever: dict[str, object], measure: str, sign: int
) -> None:
    assert_moves(measure, sign, market(**without), market(**lever).with_(name="With the lever"))


def test_menus_have_a_reason() -> None:
    """A menu that finds the right person keeps representatives less busy than the same menu that does not."""
    plain, sorting = ({"support_access": {"menu_levels": 4, "routing": routing}} for routing in (0.0, 0.05))
    assert_moves("occupancy", -1, market(**CROWDED, **plain), market(**CROWDED, **sorting).with_(name="Sorting"))


# ---- the chatbot: L40, L41 -----------------------------------------------------------------------------------------


def values(scenario: Scenario, measure: str) -> np.ndarray:
    """A measure of 24 replications, under the luck of every other scenario here."""
    return run(scenario, replications=24, seed=11).values[measure]


def test_a_usual_chatbot_contains_as_much_as_companies_report() -> None:
    contained = interval(values(market(**BOT), "containment"))
    assert contained.low > 0.05 and contained.high < 0.30
    assert contained.mean == pytest.approx(0.14, abs=0.03)


@pytest.mark.parametrize("resolution", [0.2, 0.6])
def test_deflection_saves_less_than_it_seems(resolution: float) -> None:
    """Whoever was not helped comes back, so contacts rise: counting each contained one as a call saved overstates."""
    bot = market(chatbot={"share": 1.0, "resolution": resolution, "escalation": 0.0}).with_(name="Bot")
    assert_moves("contacts", 1, market(), bot)


def test_an_able_chatbot_keeps_more_customers_than_an_unable_one() -> None:
    unable, able = (
        market(chatbot={"share": 1.0, "resolution": r, "hardness": 0.3}).with_(name=str(r)) for r in (0.1, 0.9)
    )
    assert_moves("retention", 1, unable, able)


def test_people_at_home_online_mind_a_machine_less() -> None:
    def chill(affinity: float) -> np.ndarray:
        people = {"customers": {"traits": {"digital_affinity": affinity}}}
        return values(market(**people, **BOT), "trust") - values(market(**people, **BELIEVED), "trust")

    assert interval(chill(0.9) - chill(0.1)).low > 0


# ---- writing: S2.5 -------------------------------------------------------------------------------------------------


def online(affinity: float, **settings: object) -> Scenario:
    return market(customers={"traits": {"digital_affinity": affinity}}, **settings)


def test_writing_suits_those_who_are_at_home_online() -> None:
    prompt = {"digital_channels": {"offered": 1.0, "response_hours": 4.0, "skill": 0.8}}
    assert_moves("satisfaction", 1, online(0.9), online(0.9, **prompt).with_(name="Writing"))


def test_the_others_want_a_person() -> None:
    prompt = {"digital_channels": {"offered": 1.0, "response_hours": 4.0, "skill": 0.8}}
    assert_moves("satisfaction", -1, online(0.1), online(0.1, **prompt).with_(name="Writing"))


def test_who_is_at_home_online_matters_to_nobody_who_calls() -> None:
    assert np.array_equal(values(online(0.1), "profit"), values(online(0.9), "profit"))


def test_messages_cost_money_while_the_same_representatives_are_paid() -> None:
    assert_moves("cost", 1, market(weeks=4), market(weeks=4, **WRITING).with_(name="Writing"))


# ---- tailoring: L47 ------------------------------------------------------------------------------------------------


def lift(measure: str, tailoring: float, control: float, **settings: object) -> np.ndarray:
    """What tailoring adds to a measure, replication by replication."""
    known = market(personalisation={"tailoring": tailoring, "control": control}, **settings)
    return values(known, measure) - values(market(**settings), measure)


def test_tailoring_works_better_with_a_say() -> None:
    without, with_a_say = lift("satisfaction", 0.4, 0.0), lift("satisfaction", 0.4, 1.0)
    assert interval(with_a_say - without).low > 0
    assert 1.2 < with_a_say.mean() / without.mean() < 2.5  # the band of L47; nothing was fitted to it


def test_tailoring_and_control_reinforce_each_other_on_trust() -> None:
    assert interval(lift("trust", 1.0, 1.0) - lift("trust", 1.0, 0.0)).low > 0


def test_too_much_tailoring_costs_trust_and_a_say_mends_it() -> None:
    assert interval(lift("trust", 1.0, 0.0)).high < 0 < interval(lift("trust", 1.0, 1.0)).low


def test_people_who_trust_little_leave_because_of_much_tailoring() -> None:
    distrust = {"customers": {"traits": {"trust": 0.2}}}
    assert interval(lift("left_because_communication", 1.0, 0.0, **distrust)).low > 0
    assert interval(lift("trust", 1.0, 0.0, **distrust)).high < 0


def test_knowing_people_costs_money() -> None:
    known = market(weeks=4, personalisation={"tailoring": 0.4})
    assert_moves("cost", 1, market(weeks=4), known.with_(name="Known"))
