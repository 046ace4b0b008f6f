"""Grounds for tests: a small population and a policy, without a scenario file; and what is true of every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck
from hypothesis import strategies as st
from worlds import fixed

from sim.engine.engine import Engine
from sim.engine.start import Ground
from sim.model.component import parts
from sim.model.distributions import Distribution, constant, uniform
from sim.model.mechanisms import lever_costs
from sim.model.parameters import Line, lines
from sim.model.population import plan_people
from sim.model.week import COUNTS, State

TYPES: dict[type, type] = {float: np.float32, int: np.int32, bool: np.uint8}

BUSY: dict[str, Any] = {
    "quality_error_rate": 0.1,
    "call_centre_questions": 0.1,
    "call_centre_representatives": 4,
    "call_centre_callback": 0.6,
    "call_centre_callback_after": 0.1,
    "outsourcing_share": 0.5,
    "employee_care_pay": 1.1,
    "employee_care_training": 1.0,
    "employee_care_turnover": 3.0,
    "employee_care_layoffs": 0.7,
    "employee_care_strain": 0.2,
    "employee_care_target_occupancy": 0.5,
    "employee_care_morale_weight": 0.5,
    "management_review_weeks": 3,
    "management_target_margin": 0.25,
    "management_cuts": 0.3,
    "management_reinvests": 0.3,
    "management_neglect": 0.3,
    "upselling_attempts": 1.5,
    "self_checkout_visits": 0.5,
    "self_checkout_lanes": 8,
    "self_checkout_self_lanes": 4,
    "self_checkout_line_in_sight": 0.7,
    "self_checkout_line_unnoticed": 1.0,
    "self_checkout_line_deters": 0.8,
    "self_checkout_sale": 0.01,
    "accountability_compensates": 1.0,
    "accountability_acknowledges": 0.9,
    "accountability_apologises": 0.9,
    "pricing_newcomer_discount": 0.1,
    "contracts_term": 3,
    "contracts_renewal": 3,
    "choice_attention": 0.2,
    "choice_decisiveness": 4.0,
    "choice_involuntary": 0.5,
    "choice_news_trigger": 0.3,
    "choice_good_news_trigger": 0.05,
    "talk_base": 0.1,
    "support_access_menu_levels": 3,
    "support_access_hidden": 0.1,
    "support_access_opening_hours": 0.8,
    "personalisation_remembers": 0.3,
    "personalisation_repetition_hurts": 0.2,
    "personalisation_tailoring": 0.7,
    "chatbot_share": 0.3,
    "chatbot_pretends": 0.5,
    "digital_channels_offered": 0.4,
    "digital_channels_public": 0.4,
    "innovation_frontier": 0.5,
    "innovation_investment": 0.5,
    "innovation_rival_keeps_up": 0.5,
    "retention_offers_save_offers": 0.5,
    "retention_offers_unsolicited": 0.1,
    "winback_offers": 0.3,
    "referral_reward": 1.0,
    "referral_bond": 0.1,
    "friends_wake": 0.1,
    "friends_loosen": 0.2,
    "word_of_mouth_review_display": 0.2,
    "word_of_mouth_broadcast": 3,
    "word_of_mouth_outcry": 2.0,
    "impatience_patience_trend": 0.5,
    "impatience_switching_trend": 0.3,
    "fees_size": 0.5,
    "fees_share": 0.2,
    "fees_drip": 0.15,
    "deliveries_orders": 0.3,
    "deliveries_promised": 3.0,
    "deliveries_days": 3.0,
    "deliveries_days_spread": 0.5,
    "deliveries_sold_out": 0.2,
    "deliveries_returned": 0.3,
    "deliveries_free_returns": 0.5,
    "products_most": 4,
    "products_offers": 2.0,
    "products_sells": 0.5,
    "products_bought": 5.0,
    "products_given_up": 3.0,
    "products_cost": 4.0,
    "transparency_outage_notices": 0.6,
    "transparency_status_honesty": 0.7,
    "transparency_process_shown": 0.3,
    "transparency_price_notice": 0.5,
    "transparency_misleading": 0.7,
    "pretence_claimed": 0.9,
    "pretence_actual": 0.2,
    "lever_costs_quality_errors_paid_for": 0.04,
    "lever_costs_quality_level_paid_for": 0.8,
    "lever_costs_quality_spread_paid_for": 0.045,
    "lever_costs_call_centre_skill_paid_for": 0.81,
    "lever_costs_accountability_speed_paid_for": 0.32,
    "lever_costs_personalisation_control_paid_for": 0.1,
    "lever_costs_upselling_relevance_paid_for": 0.22,
    "lever_costs_digital_channels_skill_paid_for": 0.71,
    "lever_costs_digital_channels_response_hours_paid_for": 23.0,
    "lever_costs_digital_channels_inconsistency_paid_for": 0.09,
    "lever_costs_chatbot_resolution_paid_for": 0.2,
    "lever_costs_self_checkout_errors_paid_for": 0.09,
}
"""Settings under which everything that can happen does happen, even to few people in few weeks."""
BOUND_AND_CROSS = {"contract_weeks_left": uniform(0, 12), "grievance": uniform(0, 0.5)}
"""Traits of people of whom many have a contract and hold something against the company."""


def dearer_and_dearer(weeks: int) -> list[float]:
    """A list price that rises every third week, and falls once."""
    return [1.0 + 0.04 * (week // 3) - 0.1 * (week == 4) for week in range(weeks)]


def parameter_lines() -> dict[str, Line]:
    """Every parameter of the model, as ``part_parameter``."""
    return {
        f"{part.name}_{name}": line
        for part in parts().values()
        if part.parameters is not None
        for name, line in lines(part.parameters).items()
    }


def neutral(name: str) -> dict[str, Any]:
    """The settings with which a part changes nothing, as ``part_parameter``."""
    return {f"{name}_{parameter}": value for parameter, value in (parts()[name].neutral or {}).items()}


def policy_of(weeks: int, settings: Mapping[str, Any]) -> np.ndarray:
    """One record a week: every parameter at its default, but for ``settings`` (one value, or one for each week)."""
    known = parameter_lines()
    assert set(settings) <= set(known), f"no such parameter: {set(settings) - set(known)}"
    policy = np.zeros(weeks, np.dtype([(name, TYPES[line.kind]) for name, line in known.items()]))
    for name, line in known.items():
        policy[name] = settings.get(name, line.default)
    return fixed(policy)


def ground(
    people: int = 150,
    weeks: int = 8,
    rivals: int | None = None,
    network: tuple[str, int, float] = ("small_world", 6, 0.1),
    stands_for: float = 200.0,
    traits: Mapping[str, Distribution] | None = None,
    given: np.ndarray | None = None,
    **settings: Any,
) -> Ground:
    """A ground of so many people, of whom ``rivals`` (a fifth unless given) are with the rival.

    ``traits`` are distributions that differ from the defaults; ``settings`` as in :func:`policy_of`.
    """
    elsewhere = people // 5 if rivals is None else rivals
    plan = plan_people((people - elsewhere, elsewhere), [traits or {}], [1.0])
    return Ground(plan, policy_of(weeks, settings), network, stands_for, (0.7, 0.7), given)


def busy(people: int = 150, weeks: int = 8, **settings: Any) -> Ground:
    """A ground on which everything happens; ``settings`` go before :data:`BUSY`."""
    here = {"traits": BOUND_AND_CROSS, "pricing_list_price": dearer_and_dearer(weeks)}
    return ground(people, weeks, **here | BUSY | settings)


def lived(ground: Ground, seed: int = 1, replication: int = 0) -> tuple[State, np.ndarray]:
    """One replication by the fast engine: the final state, and the tally (weeks, counts)."""
    market = Engine(ground, seed).replicate(replication)
    return market.state(), market.counts


def counted(tally: np.ndarray, name: str) -> np.ndarray:
    """One count, week by week."""
    return tally[:, COUNTS.index(name)]


def assert_sound(ground: Ground, state: State, tally: np.ndarray) -> None:
    """What is true of every run: states are numbers, people and departures add up, no count is below 0 but savings."""
    assert np.isfinite(state.number).all() and np.isfinite(state.busy).all() and np.isfinite(state.reputation).all()
    for name in {*COUNTS} - {"expectation_gap", *lever_costs.MONEY_OUT}:
        assert (counted(tally, name) >= 0).all(), f"{name}: {counted(tally, name)}"
    everybody = sum(counted(tally, name) for name in ("customers", "rival_customers", "gone"))
    assert (everybody == ground.plan.people).all()
    leavers = counted(tally, "leavers_voluntary") + counted(tally, "leavers_involuntary")
    before = np.concatenate([[ground.plan.founders], counted(tally, "customers")[:-1]])
    from_week = 1 if ground.warm_up else 0  # how many were left by a warm-up the tally does not say
    gained = counted(tally, "customers") - before
    assert (gained == counted(tally, "joiners") - leavers)[from_week:].all()
    because = sum(counted(tally, name) for name in COUNTS if name.startswith("left_because_"))
    assert (because == leavers << 20).all()
    assert (counted(tally, "answered") + counted(tally, "abandoned") == counted(tally, "calls")).all()
    waited = sum(counted(tally, name) for name in COUNTS if name.startswith("waited_"))
    assert (waited == counted(tally, "calls")).all()


# ---- grounds by name ---------------------------------------------------------------------------------------------

WEEKS = 6
"""Weeks of the grounds by name."""
NO_LANES = {"self_checkout_lanes": 0, "self_checkout_self_lanes": 0}
COMING_AND_GOING = {
    "call_centre_representatives": [4, 6, 2, 0, 5, 3],
    "self_checkout_lanes": [8, 5, 9, 3, 0, 6],
    "self_checkout_self_lanes": [4, 5, 0, 1, 0, 6],
    "call_centre_hours": [60.0, 40.0, 80.0, 60.0, 20.0, 60.0],
}

GROUNDS: dict[str, dict[str, Any]] = {
    "everything": {},
    "no representatives": {"call_centre_representatives": 0},
    "one representative, long waits": {"call_centre_representatives": 1, "stands_for": 400.0},
    "no friends": {"network": ("none", 0, 0.0)},
    "friends at random": {"network": ("random", 10, 0.0)},
    "a few with many friends": {"network": ("scale_free", 6, 0.0)},
    "friends as surveyed": {"network": ("configuration", 0, 0.0), "given": np.array([0, 3, 8, 40], np.int32)},
    "staff, lanes and hours come and go": COMING_AND_GOING,
    "everybody outsourced": {"outsourcing_share": 1.0},
    "only self-service lanes": {"self_checkout_self_lanes": 8},
    "no lanes at all": NO_LANES,
    "the line is in sight now and then": {
        "self_checkout_line_in_sight": [0.0, 1.0, 1.0, 0.0, 1.0, 0.0],
        "self_checkout_visits": [1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
        "self_checkout_lanes": 5,
    },
    "no prospects": {"rivals": 0},
    "nobody but prospects": {"rivals": 120},
    "one customer": {"people": 1, "rivals": 0},
    "two people": {"people": 2, "rivals": 1},
    "more people than fit a block": {"people": 1500, "weeks": 2, "pricing_list_price": [1.0, 1.1]},
    "most people leave the market": {"choice_involuntary": 5.0},
    "everybody compares all the time": {"choice_attention": 1.0},
    "prices soar and crash": {"pricing_list_price": [1.0, 10.0, 0.01, 100.0, 100.0, 1.0]},
    "bound for long": {"contracts_term": 520, "contracts_renewal": 520},
    "symmetric judgement": {"satisfaction_symmetric": True},
    "policies switch on half way": {
        "upselling_attempts": [0.0, 0.0, 0.0, 4.0, 4.0, 0.0],
        "support_access_menu_levels": [0, 0, 3, 0, 0, 1],
        "support_access_hidden": [0.0, 0.0, 0.0, 0.4, 0.0, 0.0],
        "chatbot_share": [0.0, 0.0, 0.7, 0.0, 0.0, 1.0],
        "digital_channels_offered": [0.0, 0.0, 0.0, 0.5, 1.0, 0.0],
        "personalisation_tailoring": [0.0, 0.0, 1.0, 0.2, 0.0, 1.0],
        "self_checkout_visits": [0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
        "pricing_newcomer_discount": [0.0, 0.0, 0.0, 0.9, 0.9, 0.0],
    },
    "everybody is called back": {
        "call_centre_callback": 1.0,
        "call_centre_callback_after": 0.0,
        "call_centre_representatives": [1, 0, 1, 2, 8, 0],
    },
    "called back half way, and never there": {
        "call_centre_callback": [0.0, 0.0, 1.0, 1.0, 0.0, 0.5],
        "call_centre_callback_after": 0.0,
        "call_centre_representatives": 1,
        "call_centre_callback_reached": [0.5, 0.5, 0.0, 0.0, 0.5, 1.0],
    },
    "who hung up calls again": {
        "call_centre_redial": 0.9,
        "call_centre_representatives": [1, 2, 0, 1, 4, 2],
        "call_centre_balking": 0.5,
    },
    "calls again half way": {
        "call_centre_redial": [0.0, 0.0, 0.7, 0.7, 0.0, 0.4],
        "call_centre_redial_served": [0.0, 0.0, 0.0, 0.5, 0.5, 0.3],
        "call_centre_patience_shape": [1.0, 3.0, 3.0, 0.5, 1.0, 50.0],
        "call_centre_representatives": 1,
        "call_centre_callback": 0.3,
    },
    "the lines are never open": {"support_access_opening_hours": 0.0, "support_access_tries_again": 0.5},
    "nobody gets through": {"support_access_hidden": 1.0, "call_centre_questions": 1.0},
    "the menu is endless": {"support_access_menu_levels": 12, "support_access_seconds_per_level": 300.0},
    "nobody but machines": {"chatbot_share": 1.0, "chatbot_escalation": 0.0, "digital_channels_offered": 0.0},
    "every machine hands over": {"chatbot_share": 1.0, "chatbot_escalation": 1.0, "support_access_menu_levels": 12},
    "everybody writes": {"digital_channels_offered": 1.0, "traits": {"digital_affinity": constant(1.0)}},
    "all shout": {"digital_channels_public": 1.0, "digital_channels_visibility": 1000.0, "digital_channels_skill": 0.0},
    "known and watched": {"personalisation_tailoring": 1.0, "personalisation_comfort": 0.0, "personalisation_fit": 0.5},
    "nobody keeps up": {"innovation_frontier": 1.0, "innovation_investment": 0.0, "innovation_rival_keeps_up": 0.0},
    "overtaken, then caught up": {"innovation_frontier": [1.0, 1.0, 1.0, 0.0, 0.0, 0.0], "innovation_investment": 9.0},
    "everybody gets an offer": {
        "retention_offers_save_offers": 1.0,
        "retention_offers_unsolicited": 1.0,
        "retention_offers_awakening": 1.0,
        "winback_offers": 1.0,
        "winback_weeks": 1,
    },
    "everybody hears of it": {"word_of_mouth_broadcast": 50, "word_of_mouth_online": 1.0, "word_of_mouth_outcry": 10.0},
    "staff who quit all the time": {"employee_care_turnover": 5.0, "outsourcing_turnover": 10.0},
    "staff who are let go": {
        "employee_care_layoffs": 1.0,
        "employee_care_insecurity": 2.0,
        "call_centre_representatives": 40,
    },
    "staff care switches on half way": {
        "employee_care_pay": [1.0, 1.0, 1.0, 1.5, 1.5, 0.5],
        "employee_care_training": [0.0, 0.0, 0.0, 4.0, 0.0, 20.0],
        "employee_care_turnover": [0.0, 0.0, 0.0, 5.0, 5.0, 5.0],
        "call_centre_representatives": [4, 6, 2, 0, 5, 3],
    },
    "budget cut to nothing every week": {
        "management_review_weeks": 1,
        "management_target_margin": 1.0,
        "management_cuts": 0.9,
        "management_floor": 0.0,
        "management_neglect": 1.0,
    },
    "budget as large as can be": {
        "management_review_weeks": 1,
        "management_target_margin": -2.0,
        "management_reinvests": 0.9,
        "management_ceiling": 3.0,
        **COMING_AND_GOING,
    },
    "hidden fees are found by everybody": {
        "fees_share": 1.0,
        "fees_discovery": 1.0,
        "fees_size": [0.1, 0.5, 1.0, 4.0, 52.0, 0.0],
    },
    "orders come late, are sold out or go back, and then no more": {
        "deliveries_orders": [1.0, 1.0, 0.02, 1.0, 0.0, 0.0],
        "deliveries_promised": [0.0, 0.0, 5.0, 120.0, 5.0, 5.0],
        "deliveries_sold_out": [0.0, 1.0, 0.5, 0.0, 0.5, 0.5],
        "deliveries_returned": 1.0,
        "deliveries_matter": 1.0,
    },
    "products come and go": {"products_most": [1, 6, 6, 2, 1, 6], "products_offers": [0.0, 4.3, 0.0, 4.3, 4.3, 4.3]},
    "newcomers see a tenth of the price": {"fees_drip": [0.0, 0.9, 0.9, 0.0, 0.9, 0.9], "fees_overlooked": 1.0},
    "every notice is a lie": {"transparency_outage_notices": 1.0, "transparency_status_honesty": 0.0},
    "every failure is announced": {"transparency_outage_notices": 1.0, "transparency_status_honesty": 1.0},
    "all is seen through": {"transparency_found_out": 1.0, "pretence_exposure": 1.0, "pretence_reach": 1.0},
    "honesty comes half way": {
        "transparency_misleading": [1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        "pretence_actual": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0],
        "fees_size": [1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        "fees_drip": [0.5, 0.5, 0.5, 0.0, 0.0, 0.0],
        "transparency_outage_notices": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0],
    },
    "an unanswered question is no issue": {"call_centre_unanswered_severity": 0.0, "call_centre_questions": 1.0},
}
"""Settings on top of the busy ground under which the engines are compared and the counts added up."""


def of_name(name: str) -> Ground:
    """One of :data:`GROUNDS`."""
    return busy(**{"people": 120, "weeks": WEEKS} | GROUNDS[name])


# ---- random policies -----------------------------------------------------------------------------------------------


SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
"""Settings of tests by random policies, which take their time."""
MANY = 40
"""Most representatives or lanes in a random policy: more only take time."""


def values(line: Line) -> st.SearchStrategy[Any]:
    """Values of a parameter: its bounds, and all that lies between."""
    if line.kind is bool:
        return st.booleans()
    if line.kind is int:
        return st.integers(int(line.low), int(min(line.high, MANY)))
    inside = st.floats(0, 1).map(lambda part: line.low + part * (line.high - line.low))
    return st.sampled_from([line.low, line.high]) | inside


def changing(line: Line, weeks: int) -> st.SearchStrategy[Any]:
    """One value for all weeks, or one for each."""
    return values(line) | st.lists(values(line), min_size=weeks, max_size=weeks)


@st.composite
def random_grounds(draw: st.DrawFn, most_people: int, weeks: int) -> Ground:
    """A busy ground of which some settings are replaced by any that are allowed."""
    lines = parameter_lines()
    names = draw(st.lists(st.sampled_from(sorted(lines)), max_size=25, unique=True))
    chosen = {name: draw(changing(lines[name], weeks)) for name in names}
    people = draw(st.integers(1, most_people))
    network = draw(st.sampled_from([("small_world", 4, 0.2), ("random", 6, 0.0), ("none", 0, 0.0)]))
    size, rivals = draw(st.sampled_from([1.0, 20.0, 200.0, 5000.0])), draw(st.integers(0, people))
    here = busy(people, weeks, **chosen, network=network, rivals=rivals, stands_for=size)
    policy = here.policy.copy()
    policy["self_checkout_self_lanes"] = np.minimum(policy["self_checkout_self_lanes"], policy["self_checkout_lanes"])
    return replace(here, policy=fixed(policy))
