"""Policies of segments, and rules: what they are for, what they are not for, and that nothing else is moved by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grounds import BOUND_AND_CROSS, busy, parameter_lines
from worlds import fixed

from sim import compare, load, run
from sim.engine.agreement import agree
from sim.engine.compile import week_text
from sim.engine.engine import Engine, Market
from sim.engine.groups import Asked, OfSegment, Policies, Rule, Said
from sim.engine.start import Ground
from sim.errors import Mistake
from sim.journey.story import journey
from sim.model.addressing import addressable
from sim.model.component import builtin, with_rivals
from sim.model.mechanisms.transparency import openness_cost
from sim.model.population import plan_people
from sim.model.week import COUNTS
from sim.runs.rules_in_force import cautions, weeks_in_force
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.scenario.wording import about, differences

WEEKS, PEOPLE = 8, 150
BUSY: dict[str, Any] = {
    "weeks": WEEKS,
    "market": {"customers": 120, "prospects": 30, "stands_for": 200},
    "call_centre": {"representatives": 3, "questions": 0.3},
    "upselling": {"attempts": 1},
    "customers": {
        "segments": {
            "gold": {
                "share": 0.4,
                "traits": {"contract_weeks_left": {"distribution": "uniform", "low": 0, "high": 12}},
            },
            "silver": {"share": 0.6},
        }
    },
}
"""A market with two segments in which calls are many and people few."""


def market(**said: Any) -> Scenario:
    return described(BUSY | {"network": {"degree": 4}} | said)


def lived(said: Scenario | Ground, replication: int = 0) -> Market:
    return Engine(said if isinstance(said, Ground) else ground_of(said), 1).replicate(replication)


def assert_same(one: Market, other: Market) -> None:
    """People, reputations and counts of all weeks are the same, bit for bit."""
    for column, same in zip(
        (*one.state()[:3], one.state().reputation), (*other.state()[:3], other.state().reputation), strict=True
    ):
        np.testing.assert_array_equal(column, same)
    np.testing.assert_array_equal(one.counts, other.counts)


def count(of: Market, name: str) -> np.ndarray:
    return of.counts[:, COUNTS.index(name)]


def moved(ground: Ground) -> tuple[Said, ...]:
    """Every setting that can be said of some people alone, at a value that it does not have."""
    known, luck = parameter_lines(), np.random.default_rng(1)
    found = []
    for field in (f"{part}_{name}" for part, name in sorted(addressable(builtin()))):
        line, now = known[field], float(ground.policy[field][0])
        new = (
            1 - now
            if line.kind is bool
            else min(line.high, now + 1)
            if line.kind is int
            else now * luck.uniform(0.8, 1.25) + 0.02
        )
        found.append(Said(field, float(np.clip(new, line.low, line.high)), whole=line.kind is int))
    return tuple(found)


# ---- laws


def test_a_policy_for_a_segment_that_everybody_is_in_is_the_policy_for_all() -> None:
    ground = busy(PEOPLE, WEEKS)
    said, policy = moved(ground), ground.policy.copy()
    for each in said:
        policy[each.field] = each.over(policy[each.field])
    of_all = replace(ground, policies=Policies((OfSegment(0, said, 0, WEEKS),)))
    assert_same(lived(of_all), lived(replace(ground, policy=fixed(policy))))


def test_so_it_is_where_every_segment_has_the_same() -> None:
    policy = {"quality": {"level": 0.9}, "pricing": {"list_price": 0.9}, "transparency": {"process_shown": 0.5}}
    assert_same(
        lived(market(segments={name: {"policy": policy} for name in ("gold", "silver")})), lived(market(**policy))
    )


def test_a_rule_that_is_never_true_changes_nothing() -> None:
    never = [
        {"for": "trust < 0", "do": {"pricing": {"list_price": 0.5}}},
        {"when": "abandonment > 100%", "do": {"call_centre": {"representatives": "+3"}}},
        {"when": "week < 0", "do": {"quality": {"level": 0.9}}},
    ]
    assert_same(lived(market(rules=never)), lived(market()))


@pytest.mark.parametrize("whom", [[{}], [{"for": "gold"}, {"for": "silver"}]])
def test_rules_that_are_true_from_a_week_on_are_a_change_from_that_week(whom: list[dict[str, str]]) -> None:
    new = {"accountability": {"apologises": 0.9}, "upselling": {"attempts": 2}, "call_centre": {"handling": 9}}
    rules = [each | {"when": "week >= 3", "do": new} for each in whom]
    assert_same(lived(market(rules=rules)), lived(market(changes={"from week 3": new})))


def test_more_and_less_are_of_what_holds() -> None:
    changes = {"from week 3": {"pricing": {"list_price": 0.9}, "call_centre": {"representatives": 5}}}
    rules = [{"when": "week >= 3", "do": {"pricing": {"list_price": "-10%"}, "call_centre": {"representatives": "+2"}}}]
    assert_same(lived(market(rules=rules)), lived(market(changes=changes)))


def test_of_two_rules_the_first_that_fits_wins_setting_by_setting() -> None:
    first = {"when": "week >= 2", "do": {"pricing": {"list_price": 0.9}}}
    second = {"when": "week >= 2", "do": {"pricing": {"list_price": 1.2}, "upselling": {"attempts": 2}}}
    both = {"from week 2": {"pricing": {"list_price": 0.9}, "upselling": {"attempts": 2}}}
    assert_same(lived(market(rules=[first, second])), lived(market(changes=both)))


def test_rules_win_over_policies_of_segments() -> None:
    segments = {name: {"policy": {"pricing": {"list_price": 0.8}}} for name in ("gold", "silver")}
    rules = [{"when": "week >= 2", "do": {"pricing": {"list_price": "+50%"}}}]
    expected = market(pricing={"list_price": 0.8}, changes={"from week 2": {"pricing": {"list_price": 1.2}}})
    assert_same(lived(market(segments=segments, rules=rules)), lived(expected))


# ---- whom they are for


def three_segments() -> Ground:
    people = plan_people((PEOPLE - 30, 30), [BOUND_AND_CROSS] * 3, [0.3, 0.3, 0.4])
    ground = replace(busy(PEOPLE, WEEKS), plan=people)
    of_two = OfSegment(1, moved(ground), 0, WEEKS), OfSegment(2, (Said("pricing_list_price", 0.9),), 2, WEEKS)
    return replace(ground, policies=Policies(of_two))


def test_both_engines_agree_on_segments() -> None:
    assert agree(three_segments()) is None


def test_both_engines_agree_on_rules() -> None:
    ground = three_segments()
    assert ground.policies is not None
    rules = (
        Rule((Said("pricing_list_price", 0.9, "*"), *moved(ground)[30:60]),
             where=((Asked("trust", "<", 0.55),), (Asked("tenure", "<", 30), Asked("satisfaction", ">=", 0.6)))),
        Rule((Said("pricing_list_price", 0.1, "+"), Said("upselling_attempts", 3.0)),
             where=((Asked("contract_weeks_left", ">", 2),),)),
        Rule((Said("call_centre_representatives", 2, "+", 0, 100, True),)),
    )  # fmt: skip
    assert agree(replace(ground, policies=replace(ground.policies, rules=rules))) is None


def test_both_engines_agree_on_what_a_rule_waits_for_after_a_warm_up() -> None:
    rules = [
        {"when": "abandonment > 5%", "do": {"call_centre": {"representatives": "+2"}}, "hold": 2},
        {"for": "tenure < 4", "when": "week >= 2", "do": {"upselling": {"attempts": 0}}},
    ]
    assert agree(ground_of(market(warm_up=3, rules=rules))) is None


def test_there_may_be_more_groups_than_a_byte_can_tell_apart() -> None:
    names = [f"s{number}" for number in range(250)]
    said = market(
        weeks=3,
        market={"customers": 700, "prospects": 20},
        customers={"segments": {name: {"share": 1 / 250} for name in names}},
        segments={
            name: {"policy": {"pricing": {"list_price": 0.8 + place / 1000}}} for place, name in enumerate(names)
        },
        rules=[{"for": "trust < 0.7", "do": {"upselling": {"attempts": 0}}}],
    )
    groups = lived(said).grouping()
    assert groups is not None and groups.of.max() >= 256
    assert agree(ground_of(said)) is None


def test_a_segment_pays_its_price_and_nobody_else_does() -> None:
    policy = market(segments={"gold": {"policy": {"pricing": {"list_price": 0.5}}}})
    of = Engine(ground_of(policy), 1).start(0)
    of.step()
    people = of.people()
    paying = (
        people["spend"] * np.where(people["segment"] == 0, np.float32(0.5), np.float32(1)) * (people["provider"] == 0)
    )
    assert abs(count(of, "revenue_service")[0] - 100 * paying.sum()) < 0.5 * PEOPLE  # each bill is rounded to a cent


def test_the_company_pays_for_what_a_segment_gets_by_its_share_of_customers() -> None:
    policy = {"transparency": {"process_shown": 0.5, "cost": 1.0}}
    said = market(transparency={"cost": 1.0}, segments={"gold": {"policy": {"transparency": {"process_shown": 0.5}}}})
    one, of_all = lived(said), lived(market(**policy))
    people = one.people()
    gold = int(((people["segment"] == 0) & (people["provider"] == 0)).sum())
    customers = int(count(one, "customers")[-1])
    whole = openness_cost(customers, 1.0, 0.0, 0.5, 0.0)
    assert count(one, "cost_communication")[-1] == (whole * gold + customers // 2) // customers
    assert 0 < count(one, "cost_communication").sum() < count(of_all, "cost_communication").sum()


def test_a_policy_of_a_what_if_is_not_in_force_in_the_warm_up_of_what_it_builds_upon() -> None:
    base = market(warm_up=4)
    policy = base.with_(segments={"gold": {"policy": {"pricing": {"list_price": 0.9}}}})
    assert policy.addressed.before == {} and policy.before["pricing"].model_dump()["list_price"] == 1
    one, other = (Engine(ground_of(each), 1).start(0) for each in (base, policy))
    for mine, same in zip(one.state()[:3], other.state()[:3], strict=True):
        np.testing.assert_array_equal(mine, same)
    today = market(warm_up=4, segments={"gold": {"policy": {"pricing": {"list_price": 0.9}}}})
    assert today.addressed.before == today.addressed.segments != {}


def test_a_rule_holds_as_long_as_it_says() -> None:
    rules = [{"when": "week = 2", "do": {"call_centre": {"representatives": "+4"}}, "hold": "3 weeks"}]
    assert count(lived(market(rules=rules)), "staff").tolist() == [3, 3, 7, 7, 7, 3, 3, 3]


def test_three_more_people_come_while_too_many_hang_up() -> None:
    calm = lived(
        market(rules=[{"when": "abandonment > 8% for 2 weeks", "do": {"call_centre": {"representatives": "+3"}}}])
    )
    much = count(calm, "abandoned") > 0.08 * count(calm, "calls")
    expected = [3 + 3 * (week >= 2 and bool(much[week - 2 : week].all())) for week in range(WEEKS)]
    assert count(calm, "staff").tolist() == expected and 6 in expected


# ---- where nothing is said


def test_a_week_without_groups_knows_nothing_of_them() -> None:
    assert "group" not in week_text(builtin())
    assert "groups.settings" in week_text(builtin(), True)


def test_groups_are_translated_with_several_rivals_as_well() -> None:
    assert "groups.settings" in week_text(with_rivals(builtin(), ("A", "B")), True)


def test_digests_are_the_same_on_any_number_of_threads() -> None:
    said = market(rules=[{"for": "tenure < 13", "do": {"upselling": {"attempts": 0}}}]).in_worlds("none")
    one, two = (run(said, 6, seed=3, threads=threads) for threads in (1, 2))
    assert one.digests == two.digests


def test_a_comparison_meets_the_same_luck_until_something_differs() -> None:
    rule = {"when": "week >= 5", "do": {"pricing": {"list_price": "+20%"}}}
    found = compare([market(name="base"), market(name="dearer", rules=[rule])], 4, seed=1, threads=1, worlds="none")
    first, second = (result.tally for result in found.results)
    np.testing.assert_array_equal(first[:, :5], second[:, :5])
    assert (first[:, 5:] != second[:, 5:]).any()


# ---- what is said of them


def test_what_is_said_is_kept_and_told(tmp_path: Path) -> None:
    rules = [
        {"for": "trust < 40% and contract_weeks_left < 4", "do": {"pricing": {"list_price": "-10%"}}},
        {"when": "abandonment > 8% for 2 weeks", "do": {"call_centre": {"representatives": "+3"}}, "hold": "8 weeks"},
    ]
    said = market(segments={"gold": {"policy": {"contracts": {"exit_fee": 2}}}}, rules=rules)
    said.save(tmp_path / "kept.yaml")
    assert load(tmp_path / "kept.yaml") == said != market()
    told = about(said)
    assert "In segment gold, contracts.exit_fee is 2 weeks of spend (for everybody else 20)." in told
    assert any(
        "Rule 2: for everybody, when abandonment > 0.08 for 2 weeks, and for 8 weeks each time" in each for each in told
    )
    diff = differences(market(), said)
    assert "segments.gold.contracts.exit_fee: no policy of its own → 2 weeks of spend" in diff
    assert any(each.startswith("rules.1: no rule → for customers with trust < 0.4") for each in diff)


def test_a_file_says_more_with_a_sign(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("rules:\n  - do: {call_centre: {representatives: +3}}\n")
    assert load(tmp_path / "x.yaml").addressed.rules[0].do["call_centre"]["representatives"].how == "+"


def test_a_policy_may_stand_among_the_traits_of_its_segment() -> None:
    policy = {"pricing": {"list_price": 0.9}}
    segments = BUSY["customers"]["segments"]
    within = market(customers={"segments": segments | {"gold": segments["gold"] | {"policy": policy}}})
    assert within == market(segments={"gold": {"policy": policy}})


def test_a_value_for_some_keeps_the_default_for_the_others_in_every_world_and_more_or_less_does_not() -> None:
    said = market(segments={"gold": {"policy": {"quality": {"level": 0.9}}}}).in_worlds("shipped")
    more = market(rules=[{"for": "gold", "do": {"quality": {"level": "+0.05"}}}]).in_worlds("shipped")
    assert "quality.level" in more.left_open and "quality.level" not in said.left_open


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"segments": {"gold": {"policy": {"pricing": {"list_prize": 1}}}}}, "list_prize is not a parameter"),
        ({"segments": {"gold": {"policy": {"pricing": {"list_price": -4}}}}},
         "segments.gold.policy.pricing.list_price is -4, but must lie"),
        ({"segments": {"gold": {"policy": {"pricing": {"list_price": "-5%"}}}}},
         "segments.gold.policy: '-5%' is a change, but must be a value; a rule can say changes"),
        ({"rules": [{"do": {"pricing.list_price": 0.9}}]}, "write pricing: {list_price: …}"),
        ({"segments": {"gold": {"policy": {"call_centre": {"representatives": 4}}}}}, "is one for the whole company"),
        ({"segments": {"gold": {"policy": {"satisfaction": {"peak": 0.5}}}}}, "give a segment traits of its own"),
        ({"segments": {"gold": {"share": 0.5}}}, "segments.gold.share stands under customers.segments"),
        ({"segments": {"gould": {"policy": {"pricing": {"list_price": 1}}}}},
         "there is no segment 'gould' – did you mean 'gold'?"),
        ({"rules": {"do": {}}}, "rules is a section, but must be a list"),
        ({"rules": [{"for": "gold"}]}, "rules, number 1 says nothing that it does"),
        ({"rules": [{"for": "trusst < 0.4", "do": {"pricing": {"list_price": 1}}}]}, "did you mean 'trust'?"),
        ({"rules": [{"for": "trust below 0.4", "do": {"pricing": {"list_price": 1}}}]}, "is neither a condition"),
        ({"rules": [{"for": "trust < much", "do": {"pricing": {"list_price": 1}}}]}, "trust is 'much', but must be a number"),
        ({"rules": [{"when": "abandon > 8%", "do": {"pricing": {"list_price": 1}}}]}, "'abandon' is no measure"),
        ({"rules": [{"when": "abandonment above 8%", "do": {"pricing": {"list_price": 1}}}]}, "is no condition"),
        ({"rules": [{"when": "week >= 3 days", "do": {"pricing": {"list_price": 1}}}]}, "must be a whole number"),
        ({"rules": [{"for": "gold", "do": {"call_centre": {"representatives": "+3"}}}]}, "is one for the whole company"),
        ({"rules": [{"do": {"pricing": {"list_price": "-110%"}}}]}, "nothing can be less by more than 100 %"),
        ({"rules": [{"do": {"pricing": {"list_price": 0.9}}, "hold": "8 weeks"}]}, "there is no 'when'; remove it"),
        ({"rules": [{"do": {"pricing": {"list_price": 0.9}}}, {"for": "gold", "do": {"pricing": {"list_price": 0.8}}}]},
         "rules, number 2 can never do anything"),
        ({"rules": [{"do": {"pricing": {"list_price": 0.9}}}] * 9}, "there are 9, but can be 8"),
        ({"changes": {"from week 2": {"rules": []}}}, "rules cannot change over time"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_with_a_remedy(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Mistake) as mistake:
        ground_of(market(**said))
    assert sentence in str(mistake.value)


def test_a_segment_that_the_file_has_not_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,plan\n1,monthly\n2,yearly\n")
    (tmp_path / "x.yaml").write_text(
        "customers: {file: c.csv, segment_by: {column: plan}}\nsegments:\n  montly: {policy: {pricing: {list_price: 0.9}}}\n"
    )
    with pytest.raises(
        Mistake, match=r"x\.yaml, line 3: segments: there is no segment 'montly' – did you mean 'monthly'\?"
    ):
        about(load(tmp_path / "x.yaml"))


def test_what_never_fires_and_what_never_rests_is_said() -> None:
    rules = [
        {"when": "abandonment > 99%", "do": {"call_centre": {"representatives": "+3"}}},
        {"when": "customers > 1", "do": {"pricing": {"list_price": 0.9}}},
        {"when": "week >= 3 and week < 5", "do": {"upselling": {"attempts": 0}}},
    ]
    result = run(market(rules=rules), 3, threads=1, worlds="none")
    np.testing.assert_array_equal(weeks_in_force(result)[0, :, 2], [3 <= week < 5 for week in range(WEEKS)])
    never, always = cautions(result)
    assert "Rule 1" in never and "was never in force" in never
    assert "Rule 2" in always and "in every week from its first on" in always


def test_a_rule_that_is_a_setting_is_said_to_be_one() -> None:
    assert any(
        "as if it were a setting" in each for each in about(market(rules=[{"do": {"pricing": {"list_price": 0.9}}}]))
    )


def test_a_rule_that_begins_after_the_end_is_said_to_do_nothing() -> None:
    late = {"when": "week >= 4 and week < 4", "do": {"pricing": {"list_price": 0.9}}}
    after = {"when": f"week >= {WEEKS}", "do": {"upselling": {"attempts": 0}}}
    last = {"when": f"week >= {WEEKS - 1} and trust > 0", "do": {"pricing": {"list_price": 0.8}}}
    told = [each for each in about(market(rules=[late, after, last])) if "never in force" in each]
    assert [each.split(" is ")[0] for each in told] == ["Caution: rule 1", "Caution: rule 2"]


def test_a_journey_says_when_a_rule_begins_and_ceases_to_hold() -> None:
    people = Engine(ground_of(market()), 1).start(0).people()
    who = int(np.argmax(people["provider"] == 0))
    until = int(people["tenure"][who]) + 3
    said = market(rules=[{"for": f"tenure < {until}", "do": {"upselling": {"attempts": 0}}}])
    told = [" ".join(week.told) for week in journey(said, who).weeks]
    assert f"Rule 1 (tenure < {until}) holds for them from now on." in told[0]
    assert f"Rule 1 (tenure < {until}) no longer holds for them." in told[3]


@pytest.mark.parametrize(("said", "becomes"), [(("*", 1.05), 0.84), (("+", -0.1), 0.7), (("=", 3.0), 1.0)])
def test_more_or_less_of_a_number_of_single_precision_is_what_one_would_write(
    said: tuple[str, float], becomes: float
) -> None:
    how, value = said
    holds = np.float32(0.8)
    found = Said("pricing_list_price", value, how, 0.0, 1.0).over(np.array([holds]))
    assert found[0] == np.float32(becomes)


def test_a_rule_may_ask_for_any_number_that_a_column_can_hold() -> None:
    asked = market(rules=[{"for": "issue_tries >= 2 and tenure < 1 year", "do": {"pricing": {"list_price": 0.9}}}])
    assert asked.addressed.rules[0].where == ((("issue_tries", ">=", 2.0), ("tenure", "<=", 52.0)),)  # of 52.18 weeks


@pytest.mark.parametrize(
    ("written", "asked"), [("< 3 months", "<= 13"), (">= 3 months", "> 13"), ("< 13", "< 13"), ("> 2 weeks", "> 2")]
)
def test_whole_weeks_are_asked_for_in_whole_weeks(written: str, asked: str) -> None:
    rules = [{"for": f"tenure {written}", "do": {"upselling": {"attempts": 0}}}]
    assert market(rules=rules).addressed.rules[0].whom == f"tenure {asked}"
    assert any(f"customers with tenure {asked}, upselling" in each for each in about(market(rules=rules)))


def test_other_numbers_are_told_without_needless_digits() -> None:
    rule = {"for": "patience < 100 seconds", "when": "wait_mean > 100 seconds", "do": {"upselling": {"attempts": 0}}}
    told = next(each for each in about(market(rules=[rule])) if each.startswith("Rule 1"))
    assert "patience < 1.66667," in told and "wait_mean > 1.66667," in told


@pytest.mark.parametrize(
    ("whom", "where"),
    [
        ("segment = bed and breakfast", ((("segment", "==", "bed and breakfast"),),)),
        ("tenure < 9 and segment != bed and breakfast", ((("tenure", "<", 9.0), ("segment", "!=", "bed and breakfast")),)),
        ("segment = trial or error and trust < 0.4 or segment = bed and breakfast",
         ((("segment", "==", "trial or error"), ("trust", "<", 0.4)), (("segment", "==", "bed and breakfast"),))),
        ("bed and breakfast", ()),
    ],
)  # fmt: skip
def test_a_segment_may_have_and_and_or_in_its_name(whom: str, where: object) -> None:
    segments = {"bed and breakfast": {"share": 0.4}, "trial or error": {"share": 0.6}}
    rules = [{"for": whom, "do": {"pricing": {"list_price": 0.9}}}]
    said = market(
        customers={"segments": segments},
        rules=rules,
        segments={"bed and breakfast": {"policy": {"upselling": {"attempts": 0}}}},
    )
    assert said.addressed.rules[0].where == where
    assert lived(said).grouping() is not None
    again = market(customers={"segments": segments}, rules=[said.addressed.rules[0].section])
    assert again.addressed.rules == said.addressed.rules


def test_after_a_condition_an_and_is_none_of_a_name() -> None:
    with pytest.raises(Mistake, match="'banana' is no condition"):
        market(rules=[{"for": "trust < 0.4 and banana", "do": {"pricing": {"list_price": 0.9}}}])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"when": "abandonment > 8", "do": {"pricing": {"list_price": 0.9}}}, "write such as 8%"),
        ({"for": "trust < 1e400", "do": {"pricing": {"list_price": 0.9}}}, "finite"),
        ({"when": "week >= 1e400", "do": {"pricing": {"list_price": 0.9}}}, "whole number"),
        ({"when": "abandonment > 8% for two weeks", "do": {"pricing": {"list_price": 0.9}}}, "for 2 weeks"),
    ],
)
def test_what_a_rule_can_never_or_always_mean_is_refused(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(Mistake, match=told):
        market(rules=[rule])
