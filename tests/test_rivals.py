"""Several rivals: what people choose among, what one of them costs, and what a scenario may say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.agreement import agree
from sim.engine.compile import week_text
from sim.engine.engine import Engine
from sim.engine.start import empty_state
from sim.errors import Mistake
from sim.journey import journey
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.component import builtin, with_rivals
from sim.model.week import EVENTS, EVERYBODY
from sim.scenario.json_schema import schema
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described, load

NAMES = ("Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota")
EVENTFUL: dict[str, Any] = {
    "choice": {"attention": 0.3, "involuntary": 1.0, "good_news_trigger": 0.2, "news_trigger": 0.2},
    "talk": {"base": 0.2, "moving": 0.3, "passed_on": 0.4, "passed_on_well": 0.3},
    "word_of_mouth": {"broadcast": 3},
    "winback": {"offers": 0.5},
    "innovation": {"frontier": 0.2, "investment": 0.5},
    "quality": {"error_rate": 0.1},
    "digital_channels": {"offered": 0.4, "public": 0.4},
}
"""Much happens between providers."""
CALM: dict[str, Any] = {
    "quality": {"level": 0.76, "spread": 0.0, "error_rate": 0.0, "people": 0.0},
    "call_centre": {"questions": 0.0},
    "marketing": {"reach": 0.0},
}
"""The company is as a rival, nothing goes wrong, and nobody calls."""
ALIKE = {"spread": 0.0, "error_rate": 0.0, "reach": 0.0}
"""A rival who is as the company."""


def rivals(number: int, **said: Any) -> list[dict[str, Any]]:
    """So many rivals of whom the same is so."""
    return [{"name": name, **said} for name in NAMES[:number]]


def market(customers: int, prospects: int, weeks: int, **sections: Any) -> Scenario:
    """A market of so many people."""
    return described(
        {"weeks": weeks, "market": {"customers": customers, "prospects": prospects, "stands_for": 200}, **sections}
    )


def moves(scenario: Scenario, seed: int = 1, replications: int = 1) -> np.ndarray:
    """Moves from each provider (row; 0 the company) to each."""
    ground = ground_of(scenario)
    engine, model = Engine(ground, seed), ground.model
    providers = 1 + len(model.rivals)
    found = np.zeros((providers, providers), int)
    for replication in range(replications):
        lived = engine.start(replication)
        before = where(lived.state(), model)
        for _ in range(scenario.weeks):
            lived.step()
            after = where(lived.state(), model)
            moved = (before != after) & (before >= 0) & (after >= 0)
            np.add.at(found, (before[moved], after[moved]), 1)
            before = after
    return found


def where(state: Any, model: Any) -> np.ndarray:
    """With whom everybody is: 0 the company, 1 the first rival and so on, -1 nobody."""
    provider, rival = state.mark[model.row("provider")], state.mark[model.row("rival")].astype(int)
    return np.where(provider == COMPANY, 0, np.where(provider == RIVAL, 1 + rival, -1)).copy()


# ---- both engines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3, 8])
def test_both_engines_agree(number: int) -> None:
    said = rivals(number)
    said[0] |= {"price": 0.9, "share": 0.4, "keeps_up": 0.3}
    said[-1] |= {"level": 0.82, "reach": 0.05, "promise": 0.15, "reputation": 0.6, "error_rate": 0.05}
    changes = {"from week 4": {"rivals": {said[0]["name"]: {"price": 0.7}}}}
    scenario = market(40, 60, 8, rivals=said, changes=changes, **EVENTFUL)
    assert agree(ground_of(scenario), weeks=8) is None


def test_both_engines_agree_after_a_warm_up() -> None:
    scenario = market(30, 50, 4, warm_up=6, rivals=rivals(3), **EVENTFUL)
    assert agree(ground_of(scenario)) is None


def test_one_text_serves_two_rivals_and_eight() -> None:
    two, eight = (week_text(with_rivals(builtin(), NAMES[:number])) for number in (2, 8))
    assert two == eight


# ---- one rival costs what it cost ---------------------------------------------------------------------------------------


def test_with_one_rival_nothing_is_carried_or_reckoned_for_several() -> None:
    assert "of_rival)" not in week_text(builtin()) and "for rival_" not in week_text(builtin())
    assert not {"rival", "left_last", "news_about"} & {*builtin().columns("mark")}
    state = empty_state(ground_of(market(1000, 1000, 1)))
    assert (state.number.nbytes + state.clock.nbytes + state.mark.nbytes) / 2000 <= 160


def test_a_list_of_one_is_the_one_rival() -> None:
    said = {"price": 0.9, "level": 0.7, "reach": 0.02}
    listed = market(
        60, 40, 6, rivals=[{"name": "Beta", **said, "promise": 0.1, "keeps_up": 0.5, "reputation": 0.6, "share": 1}]
    )
    alone = market(60, 40, 6, rival={**said, "overpromise": 0.1}, innovation={"rival_keeps_up": 0.5}).with_(
        market={"rival_reputation": 0.6}
    )
    assert listed.fingerprint == alone.fingerprint and not listed.model.several


# ---- what people choose -----------------------------------------------------------------------------------------------


def shares_at_the_end(scenario: Scenario, replications: int, seed: int = 1) -> np.ndarray:
    """Shares of the market, replication by replication: the company's first."""
    result = sim.run(scenario, replications=replications, seed=seed)
    names = ["market_share", *(f"market_share_{name}" for name in scenario.model.rivals)]
    return np.array([result.values[name] for name in names]).T


@pytest.mark.parametrize("number", [2, 3])
def test_shares_of_providers_who_are_alike_stay_alike(number: int) -> None:
    """Where the company is as its rivals are, everybody's share is that of one in k + 1, whichever number it has."""
    people = 250
    scenario = market(
        people,
        number * people,
        78,
        rivals=rivals(number, **ALIKE),
        choice={"attention": 0.1, "involuntary": 0.5},
        **CALM,
    )
    found = shares_at_the_end(scenario, 40)
    assert np.allclose(found.sum(axis=1), 1)
    errors = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - 1 / (number + 1)) < 4 * errors + 0.002).all()


def test_a_rival_split_in_two_who_are_alike_takes_the_same_customers() -> None:
    """Exactly so where both halves look the same to everybody: each is looked at half as often, and weighed as the whole."""
    same_view = {"belief": {"spread": 0.0, "publicity": 0.0}, "network": {"kind": "none"}}
    unsorted = {"traits": {"fit_rival": 0.0}}
    settings = CALM | same_view | {"choice": {"attention": 0.2}}
    whole = market(300, 300, 26, rivals=[{"name": "Beta", "price": 0.9, "reach": 0.02}], **settings)
    halves = market(300, 300, 26, rivals=rivals(2, price=0.9, reach=0.01, share=0.5), **settings)
    kept = [
        sim.run(scenario.with_(customers=unsorted), replications=5).values["retention"] for scenario in (whole, halves)
    ]
    assert (kept[0] < 0.9).all()
    np.testing.assert_array_equal(kept[0], kept[1])


def test_more_variety_draws_more() -> None:
    """Where people believe different things, and look at whom they think most of, two halves tempt more than the whole."""
    settings = CALM | {
        "choice": {"attention": 0.2, "scrutiny": 20.0},
        "belief": {"spread": 0.2},
        "network": {"kind": "none"},
    }
    whole = market(400, 400, 26, rivals=[{"name": "Beta", "reach": 0.02}], **settings)
    halves = market(400, 400, 26, rivals=rivals(2, reach=0.01, share=0.5), **settings)
    kept = [sim.run(scenario, replications=10).values["retention"] for scenario in (whole, halves)]
    assert kept[1].mean() < kept[0].mean() - 0.02


def test_moves_follow_shares() -> None:
    """Hendry and the duplication of purchase: among providers who are alike, moves go where many are, in proportion."""
    said = [{"name": name, "share": share, **ALIKE} for name, share in zip(NAMES, (0.5, 0.3, 0.2), strict=False)]
    scenario = market(500, 1500, 20, rivals=said, choice={"attention": 0.05, "involuntary": 0.0}, **CALM)
    found, shares = moves(scenario, replications=12), np.array([0.25, 0.375, 0.225, 0.15])
    for provider in range(4):
        others = np.arange(4) != provider
        expected = shares[others] / shares[others].sum()
        count = found[provider, others].sum()
        assert count > 300
        error = np.sqrt(expected * (1 - expected) / count)
        assert (np.abs(found[provider, others] / count - expected) < 4 * error + 0.01).all()


def test_a_dearer_rival_wins_fewer_customers() -> None:
    said = [{"name": "Beta", "price": 1.1}, {"name": "Gamma", "price": 0.95}]
    result = sim.run(market(600, 600, 26, rivals=said, choice={"attention": 0.1}), replications=6)
    assert (result.values["leavers_to_Beta"] < result.values["leavers_to_Gamma"]).all()
    assert result.values["leavers_to_Beta"].sum() > 0


def test_whoever_looks_closely_looks_at_the_better() -> None:
    said = [{"name": "Beta", "price": 1.05}, {"name": "Gamma", "price": 0.95}]
    won = []
    for scrutiny in (0.0, 20.0):
        result = sim.run(
            market(400, 400, 13, rivals=said, choice={"attention": 0.1, "scrutiny": scrutiny}), replications=4
        )
        won.append(result.values["leavers_to_Gamma"].sum() / result.values["leavers_voluntary"].sum())
    assert won[1] > won[0] + 0.05


def test_a_rival_whom_nobody_reaches_wins_nobody() -> None:
    said = [{"name": "Beta"}, {"name": "Gamma", "level": 1.0, "price": 0.5, "share": 0, "reach": 0}]
    result = sim.run(market(300, 300, 26, rivals=said, choice={"attention": 0.1, "involuntary": 1.0}), replications=3)
    assert not result.values["market_share_Gamma"].any() and not result.values["leavers_to_Gamma"].any()
    assert result.values["leavers_to_Beta"].all()


def test_a_rival_who_begins_to_advertise_wins_somebody() -> None:
    said = [{"name": "Beta"}, {"name": "Gamma", "level": 0.9, "share": 0, "reach": 0}]
    base = market(300, 300, 52, rivals=said, choice={"attention": 0.05})
    entry = base.with_(name="entry", changes={"from week 4": {"rivals": [{"name": "Gamma", "reach": 0.1}]}})
    results = [sim.run(each, replications=3).values["market_share_Gamma"] for each in (base, entry)]
    assert not results[0].any() and (results[1] > 0.02).all()


def test_customers_and_shares_add_up() -> None:
    scenario = market(200, 300, 12, rivals=rivals(3), **EVENTFUL)
    result = sim.run(scenario, replications=2)
    counts = {name: result.tally[..., scenario.model.count(name)] for name in scenario.model.counts}
    assert (sum(counts[f"with_rival_{number}"] for number in range(8)) == counts["rival_customers"]).all()
    assert not any(counts[f"with_rival_{number}"].any() for number in range(3, 8))
    assert (sum(counts[f"leavers_to_rival_{number}"] for number in range(8)) == counts["leavers_voluntary"]).all()
    assert (sum(counts[f"joiners_from_rival_{number}"] for number in range(8)) <= counts["joiners"]).all()


def test_shares_are_those_of_week_0() -> None:
    said = [{"name": "Beta", "share": 0.55}, {"name": "Gamma"}, {"name": "Delta"}]
    ground = ground_of(market(100, 400, 2, rivals=said))
    state, model = Engine(ground, 1, "mesa").start(0).state(), ground.model
    which, provider = state.mark[model.row("rival")], state.mark[model.row("provider")]
    assert np.bincount(which[provider == RIVAL]).tolist() == [220, 90, 90]
    np.testing.assert_allclose(state.firm[model.lane_rows("rival_share"), 0], [0.44, 0.18, 0.18])
    assert (provider != GONE).all()


def test_everything_that_happens_among_several_is_noted() -> None:
    market_of = Engine(ground_of(market(100, 200, 26, rivals=rivals(2), **EVENTFUL)), 1).start(0, EVERYBODY)
    market_of.run()
    assert {"has_in_view", "moves_on"} <= {EVENTS[what] for what in market_of.events["what"]}


# ---- what is told -------------------------------------------------------------------------------------------------------


def test_stories_name_the_rivals() -> None:
    scenario = market(30, 40, 26, rivals=rivals(2), **EVENTFUL)
    told = " ".join(journey(scenario, customer, engine="mesa").text for customer in (0, 1, 45, 46))
    assert "Beta" in told and "Gamma" in told and "the rival" not in told


def test_the_one_rival_is_the_rival() -> None:
    told = journey(market(30, 40, 26, rivals=rivals(1), **EVENTFUL), 45, engine="mesa").text
    assert "the rival" in told and "Beta" not in told


def test_measures_are_called_by_the_rivals_names() -> None:
    scenario = market(60, 60, 4, rivals=[{"name": "Beta"}, {"name": "Gamma Tel"}])
    measures = sim.run(scenario, replications=2).to_json()["measures"]
    for name in ("market_share", "joiners_from", "leavers_to"):
        assert {f"{name}_Beta", f"{name}_Gamma_Tel"} <= measures.keys()


# ---- what a scenario may say ----------------------------------------------------------------------------------------------

BASE = """
weeks: 6
rivals:
  - {name: Beta, price: 0.9}
  - {name: Gamma Tel, level: 0.8, promise: 0.1}
"""
MISTAKES = {
    "nine": ("rivals: [{name: A}, {name: B}, {name: C}, {name: D}, {name: E}, {name: F}, {name: G}, {name: H}, {name: I}]",
             "line 1: rivals: there are 9, but must be between 1 and 8; take small ones together"),
    "shares": ("rivals: [{name: A, share: 0.7}, {name: B, share: 60 %}]",
               "line 1: rivals: the shares add up to 1.3, but must add up to at most 1; lower one"),
    "same name": ("rivals: [{name: A}, {name: A}]", "line 1: rivals: two are called 'A'; give each a name of its own"),
    "hardly apart": ("rivals: [{name: A B}, {name: a-b}]", "line 1: rivals: 'a-b' and 'A B' cannot be told apart"),
    "both": ("rivals: [{name: A}]\nrival: {price: 0.9}", "line 2: rival and rivals both say who the rivals are"),
    "no name": ("rivals: [{price: 0.9}]", "line 1: rivals: number 1 has no name"),
    "reserved": ("rivals: [{name: the company}, {name: B}]", "line 1: rivals: no rival can be called 'the company'"),
    "odd name": ("rivals: [{name: ' '}, {name: B}]", "line 1: rivals: ' ' is no name; take 1 to 30 letters"),
    "none": ("rivals: []", "line 1: rivals: there are 0, but must be between 1 and 8"),
    "no list": ("rivals: 3", "line 1: rivals is 3, but must be a list such as"),
    "key": ("rivals: [{name: A, prise: 1}, {name: B}]",
            "line 1: rivals.A.prise is not a parameter of rivals.A – did you mean 'promise'?"),
    "range": ("rivals: [{name: A, level: 3}, {name: B}]", "line 1: rivals.A.level is 3, but must lie between 0 and 1"),
    "unknown in a file": ("extends: base.yaml\nrivals: [{name: Betta, price: 1}]",
                          "line 2: rivals: there is no rival 'Betta' – did you mean 'Beta'?"),
    "unknown in changes": ("extends: base.yaml\nchanges:\n  from week 2:\n    rivals: [{name: Gama Tel, price: 1}]",
                           "line 4: changes: there is no rival 'Gama Tel' – did you mean 'Gamma Tel'?"),
    "share in changes": ("extends: base.yaml\nchanges: {from week 2: {rivals: {Beta: {share: 0.1}}}}",
                         "line 2: changes: rivals.Beta.share holds for week 0, and cannot change"),
    "which": ("extends: base.yaml\nchanges: {from week 2: {rival: {price: 1}}}",
              "line 2: changes: there are several rivals; say which, as in rivals: {Beta:"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_told_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    text, sentence = MISTAKES[name]
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as mistake:
        load(tmp_path / "wrong.yaml")
    assert sentence in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_policy_changes_a_rival_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(
        "extends: base.yaml\nrivals: [{name: Gamma Tel, price: 80 %}]", encoding="utf-8"
    )
    base, policy = load(tmp_path / "base.yaml"), load(tmp_path / "policy.yaml")
    assert policy.parts["rivals.Gamma Tel"].price == 0.8 and policy.parts["rivals.Gamma Tel"].level == 0.8  # type: ignore[attr-defined]
    assert policy.parts["rivals.Beta"] == base.parts["rivals.Beta"]
    assert policy == base.with_(name="policy", rivals=[{"name": "Gamma Tel", "price": 0.8}])


def test_a_saved_scenario_means_the_same(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    scenario = load(tmp_path / "base.yaml").with_(
        warm_up=3, changes={"from week 2": {"rivals": {"Beta": {"price": 0.7}}}}
    )
    scenario.save(tmp_path / "saved.yaml")
    assert load(tmp_path / "saved.yaml").fingerprint == scenario.fingerprint


def test_markets_with_other_rivals_are_not_compared() -> None:
    two, three = (market(20, 20, 2, rivals=rivals(number)) for number in (2, 3))
    with pytest.raises(
        Mistake, match="different markets: 'scenario' has Beta, Gamma and 'other' has Beta, Gamma, Delta"
    ):
        sim.compare([two, three.with_(name="other")], replications=2)


def test_what_nobody_knows_of_the_rival_can_be_set_of_all() -> None:
    scenario = market(20, 20, 2, rivals=rivals(2)).throughout(rival={"price": 0.8})
    assert [scenario.parts[f"rivals.{name}"].price for name in ("Beta", "Gamma")] == [0.8, 0.8]  # type: ignore[attr-defined]


def test_the_schema_knows_the_section() -> None:
    found = schema()["properties"]["rivals"]["anyOf"]
    assert found[0]["maxItems"] == 8 and "promise" in found[0]["items"]["properties"]
