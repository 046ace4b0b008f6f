"""A warm-up: the market lives for a while before week 0, and all that is told begins after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grounds import busy as busy_ground
from grounds import ground
from worlds import busy, fixed

from sim import Mistake, compare, load, run
from sim.engine.agreement import agree, difference_in_state
from sim.engine.engine import Engine, Market
from sim.engine.start import Ground
from sim.experiments.branching import branched, grow
from sim.experiments.repeating import changed, command_for
from sim.journey import against, journey
from sim.model.component import builtin
from sim.model.distributions import uniform
from sim.model.week import COUNTS, State
from sim.runs.cluster import packed, replicated, unpacked
from sim.runs.replication import Task, state_digest
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.scenario.wording import about, differences
from sim.studio.live.frames import World

LIVELY: dict[str, Any] = {
    "quality_error_rate": 0.1, "call_centre_questions": 0.1, "call_centre_representatives": 2, "choice_attention": 0.2,
    "choice_involuntary": 0.5, "contracts_term": 5, "talk_base": 0.1, "employee_care_turnover": 2.0, "winback_offers": 0.2,
    "pricing_newcomer_discount": 0.2, "fees_drip": 0.1,
}  # fmt: skip
"""Settings under which people come, go, complain and talk."""
CUSTOMERS = "who,months,upset,pleased,left\n" + "".join(
    f"c{n},{n % 40},{'yes' if n % 5 == 0 else 'no'},{0.9 if n % 2 else ''},{n % 3}\n" for n in range(60)
)
BY_FILE: dict[str, Any] = {
    "file": "customers.csv",
    "columns": {
        "tenure": {"column": "months", "unit": "months"},
        "grievance": {"column": "upset", "values": {"yes": 0.6, "no": 0.1}},
        "satisfaction": {"column": "pleased", "missing": "draw"},
        "contract_weeks_left": {"column": "left", "multiply": 4},
    },
    "id": "who",
}


def warmed(lived: Ground, weeks: int, **fields: Any) -> Ground:
    """The same ground with a warm-up under its policies of week 0."""
    policy = np.concatenate([np.repeat(lived.policy[:1], weeks), lived.policy])
    return replace(lived, policy=fixed(policy), warm_up=weeks, **fields)


def lively(weeks: int, **settings: Any) -> Ground:
    """A small market in which much happens."""
    return ground(120, weeks, traits={"contract_weeks_left": uniform(0, 12)}, **LIVELY | settings)


def begun(scenario: Scenario | Ground, engine: str = "core") -> Market:
    """The market as week 0 begins."""
    inputs = scenario if isinstance(scenario, Ground) else ground_of(scenario)
    return Engine(inputs, 3, engine).start(2)


@pytest.fixture
def listed(tmp_path: Path) -> Scenario:
    """A scenario with a customer file in which much happens."""
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    sections = {name: said for name, said in busy().tree.plain().items() if name not in ("market", "lesson")}
    return described(
        sections | {"customers": BY_FILE, "market": {"prospects": 30}, "choice": {"attention": 0.3}}, tmp_path
    )


# ---- how it is lived


def alike_but_for_founders(one: State, other: State) -> bool:
    """Whether two states are the same in everything but who was a customer in the first week that is measured."""
    place = builtin().row("founder")
    for state in (one, other):
        state.mark[place] = 0
    return difference_in_state(0, one, other) is None


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_week_0_after_a_warm_up_is_the_end_of_a_run_as_long(engine: str) -> None:
    ended, after = Engine(lively(9), 3, engine).replicate(2), begun(warmed(lively(5), 9), engine)
    assert after.week == -1 and not after.counts.any()
    assert alike_but_for_founders(after.state(), ended.state())


def test_the_weeks_after_it_are_those_of_one_long_run() -> None:
    whole, after = (Engine(inputs, 3).replicate(2) for inputs in (lively(14), warmed(lively(5), 9)))
    alike = ~np.char.startswith(np.array(COUNTS), "founders")
    assert np.array_equal(after.counts[:, alike], whole.counts[9:, alike])
    assert alike_but_for_founders(after.state(), whole.state())


def test_no_warm_up_changes_nothing() -> None:
    with_none, without = busy(warm_up=0, measure={"from": 0}), busy()
    assert with_none.full_fingerprint == without.full_fingerprint
    assert run(with_none, 2, threads=1).digest == run(without, 2, threads=1).digest


def test_both_engines_agree(listed: Scenario) -> None:
    for inputs in (warmed(busy_ground(60, 3), 4), ground_of(listed.with_(warm_up=4, weeks=3, contracts=None))):
        assert agree(inputs, seed=5) is None


def test_trends_of_the_times_begin_in_week_0() -> None:
    trend = {"impatience_patience_trend": 0.8, "impatience_switching_trend": 0.8}
    with_trend, without = (begun(warmed(lively(4, **said), 6)) for said in (trend, {}))
    assert difference_in_state(0, with_trend.state(), without.state()) is None
    for one in (with_trend, without):
        one.run()
    assert difference_in_state(3, with_trend.state(), without.state()) is not None


def test_two_policies_share_the_market_of_week_0() -> None:
    today = busy(warm_up=6)
    others = [
        {"call_centre": {"representatives": 9}}, {"pricing": {"list_price": 1.3}}, {"quality": {"level": 0.5}},
        {"employee_care": {"pay": 1.3, "turnover": 0.4}}, {"management": {"cuts": 0.3}}, {"fees": {"size": 0.2}},
        {"changes": {"from week 2": {"upselling": {"attempts": 4.0}}}}, {"winback": {"offers": 0.3}},
    ]  # fmt: skip
    base = begun(today).people()
    for said in others:
        for name, column in begun(today.with_(**said)).people().items():
            assert np.array_equal(column, base[name]), (said, name)


def test_a_branch_of_a_warmed_market_is_the_policy_run_whole() -> None:
    base = busy(weeks=9, warm_up=5)
    scenarios = [base, branched(base, 4, base.with_(name="Dearer", pricing={"list_price": 1.2}))]
    for scenario, result in zip(scenarios, grow(scenarios, 4, 3, [2]), strict=True):
        assert result.digests == run(scenario, 1, 3, first=2, threads=1).digests, scenario.name


def test_a_readable_market_is_copied_with_its_warm_up() -> None:
    market = Engine(warmed(lively(5), 4), 3, "mesa").start(0)
    market.run(2)
    assert difference_in_state(1, market.copy().state(), market.state()) is None


def test_workers_live_it_too() -> None:
    inputs = ground_of(busy(warm_up=3, measure="from week 2"))
    policies = packed({name: value for name, value in vars(inputs).items() if name != "plan"})
    counted = unpacked(replicated(inputs.plan, policies, Task("", 1, 0, 1))[1])
    assert counted.digests == run(busy(warm_up=3, measure="from week 2"), 1, threads=1).digests


# ---- a customer file says what is so today


def test_what_a_file_says_is_so_in_week_0(listed: Scenario) -> None:
    today, warm = begun(listed).people(), begun(listed.with_(warm_up=8)).people()
    for name in ("provider", "tenure", "contract_end", "grievance", "came_by", "left_in"):
        assert np.array_equal(today[name][:60], warm[name][:60]), name
    told = np.arange(60) % 2 == 1
    assert np.allclose(warm["satisfaction"][:60][told], 0.9)
    for name in ("trust", "expectation", "belief_company"):
        assert (warm[name][:60] != today[name][:60]).mean() > 0.5, name
    assert (warm["satisfaction"][:60][~told] != today["satisfaction"][:60][~told]).mean() > 0.8


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_nobody_of_a_file_has_come_or_gone(listed: Scenario, engine: str) -> None:
    restless = listed.with_(warm_up=5, choice={"attention": 1.0, "involuntary": 5.0})
    people = begun(restless, engine).people()
    assert (people["provider"][:60] == 0).all() and (people["provider"][60:] == 1).all()
    began = begun(restless.with_(warm_up=None)).people()
    assert np.array_equal(people["tenure"], began["tenure"]) and not people["left_in"].any()


def test_without_a_file_people_come_and_go() -> None:
    people = begun(busy(warm_up=8, choice={"attention": 0.3})).people()
    assert (people["provider"][:240] == 1).any() and (people["provider"][240:] == 0).any()


def test_contracts_end_in_the_weeks_that_are_told(listed: Scenario) -> None:
    result = run(listed.with_(warm_up=8, contracts={"term": 6, "renewal": 20, "exit_fee": 500.0}), 1, threads=1)
    renewed = result.events("contract_renewed", people=range(60)).reset_index()
    assert set(renewed["week"]) <= {4, 8} and len(renewed) > 10
    ends = result.panel("contract_end", weeks=0).loc[(0, 0)]["contract_end"]
    assert set(ends[:60][ends[:60] >= 0]) >= {4, 8}


# ---- what is told begins in week 0


@pytest.fixture(scope="module")
def drawn() -> Scenario:
    return busy(
        warm_up=8, weeks=12, choice={"attention": 0.3}, measure="by quarter", customers={"traits": {"tenure": 300}}
    )


def test_retention_is_that_of_the_customers_of_week_0(drawn: Scenario) -> None:
    result = run(drawn, 3, threads=1)
    panel = result.panel(["provider", "tenure"], weeks=[0, 11], replications=[0, 1, 2])
    for place, number in enumerate(result.numbers):
        people = begun_again(drawn, int(number))
        start, end = (people["provider"] == 0), panel.loc[(number, 11)]
        kept = start & (end["provider"] == 0).to_numpy() & (end["tenure"] >= 12).to_numpy()
        assert result.values["retention"][place] == kept.sum() / start.sum()
        assert result.starters(result.tally)[place] == start.sum() != 240


def begun_again(scenario: Scenario, number: int) -> dict[str, np.ndarray]:
    """Everybody as week 0 of a replication of seed 1 begins."""
    return Engine(ground_of(scenario), 1).start(number).people()


def test_panel_and_events_count_from_week_0(drawn: Scenario) -> None:
    result = run(drawn.with_(contracts={"term": 5}), 1, threads=1)
    panel, events = result.panel(["left_in", "contract_end"]).reset_index(), result.events().reset_index()
    for table in (panel, events):
        assert set(table["week"]) == set(range(12))
    left = events[events["what"] == "leaves"].groupby("week").size()
    since = panel[panel["week"] == 11]["left_in"]
    assert panel["left_in"].dtype == np.int16 and since.max() <= 12 and (since > 0).sum() <= left.sum()
    assert (panel["contract_end"] >= -1).all() and panel["contract_end"].max() <= 11 + 52


def test_a_journey_begins_in_week_0(drawn: Scenario) -> None:
    told, people = journey(drawn, 3), begun_again(drawn, 0)
    assert [week.number for week in told.weeks] == list(range(12))
    assert all(told.life.start[name] == float(column[3]) for name, column in people.items())
    both = against(drawn, drawn.with_(name="Rude", quality={"level": 0.3}), 3)
    assert both.one.life.start == both.other.life.start


def test_a_film_begins_in_week_0(drawn: Scenario) -> None:
    result = run(drawn.with_(measure="from week 1"), 1, threads=1)
    for engine in ("core", "mesa"):
        world = World(drawn.with_(measure="from week 1"), 1, engine)
        frames = [world.step() for _ in range(3)]
        assert [frame.week for frame in frames] == [0, 1, 2]
        assert frames[0].measures["retention"] is None
        for name in ("retention", "satisfaction", "customers"):
            assert frames[2].measures[name] == result.by_week[name][0, 2], name
        assert sum(len(frame.calls) for frame in frames) > 0


# ---- whose settings it is lived under


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Today, built upon a still older file; another that builds upon today; one that builds upon that."""
    return {
        name: written(tmp_path, name, text)
        for name, text in {
            "old": "quality: {level: 0.5}\nweeks: 20\nmarket: {customers: 50, prospects: 10}\n",
            "today": "extends: old.yaml\nquality: {level: 0.6}\nwarm_up: 6 weeks\nmeasure: by month\n",
            "other": "extends: today.yaml\nquality: {level: 0.9}\ncall_centre: {representatives: 5}\n",
            "later": "extends: other.yaml\nchanges: {from week 13: {quality: {level: 0.2}}}\nmeasure: from week 4\n",
            "anew": "extends: other.yaml\nwarm_up: 6\n",
            "cold": "extends: other.yaml\nwarm_up: null\n",
            "under": "extends: today.yaml\nwarm_up: {weeks: 9, under: {quality: {level: 0.4}}}\n",
            "amended": "extends: other.yaml\nwarm_up: {under: {quality: {spread: 0.2}}}\n",
        }.items()
    }


def test_a_warm_up_is_lived_under_the_file_that_says_it(files: dict[str, Path]) -> None:
    levels = {name: _levels(load(path)) for name, path in files.items()}
    assert levels == {
        "old": ([], [0.5] * 20), "today": ([0.6] * 6, [0.6] * 20), "other": ([0.6] * 6, [0.9] * 20),
        "later": ([0.6] * 6, [0.9] * 13 + [0.2] * 7), "anew": ([0.9] * 6, [0.9] * 20), "cold": ([], [0.9] * 20),
        "under": ([0.4] * 9, [0.6] * 20), "amended": ([0.6] * 6, [0.9] * 20),
    }  # fmt: skip
    amended = load(files["amended"])
    assert amended.before["quality"].spread == 0.2 and amended.parts["quality"].spread == 0.05  # type: ignore[attr-defined]
    assert load(files["later"]).measure.told == "from week 4 by month"


def _levels(scenario: Scenario) -> tuple[list[float], list[float]]:
    """Quality before week 0, and from it on."""
    told = np.round(scenario.policies["quality_level"].astype(float), 6)
    assert np.array_equal(scenario.policy(), scenario.policies[scenario.warm_up :])
    return told[: scenario.warm_up].tolist(), told[scenario.warm_up :].tolist()


def test_a_scenario_made_from_another_keeps_its_warm_up(files: dict[str, Path]) -> None:
    today = load(files["today"])
    made = today.with_(quality={"level": 0.9})
    assert _levels(made) == ([0.6] * 6, [0.9] * 20)
    assert _levels(made.with_(warm_up=3)) == ([0.9] * 3, [0.9] * 20)
    assert _levels(made.with_(warm_up=None)) == ([], [0.9] * 20)
    assert _levels(made.throughout(quality={"level": 0.7})) == ([0.7] * 6, [0.7] * 20)
    assert today.throughout(weeks=30).warm_up == 6 and made.with_mechanisms([]).before == today.before


def test_a_saved_scenario_means_the_same(files: dict[str, Path]) -> None:
    for name in files:
        scenario, saved = load(files[name]), files[name].with_name(f"{name}_saved.yaml")
        scenario.save(saved)
        again = load(saved)
        assert again.full_fingerprint == scenario.full_fingerprint and _levels(again) == _levels(scenario), name


def test_what_is_lived_before_is_part_of_the_meaning(files: dict[str, Path]) -> None:
    marks = {load(path).full_fingerprint for path in files.values()}
    assert len(marks) == len(files)


def test_a_warm_up_is_told_in_words(files: dict[str, Path]) -> None:
    said = "\n".join(about(load(files["later"])))
    assert "Before week 0 the market lives for 6 weeks, of which nothing is told; people come and go." in said
    assert "In these weeks quality.level is 0.6, and from week 0 on 0.9." in said
    assert "It is measured from week 4 on" in said and "Every month is measured by itself as well." in said
    told = differences(load(files["today"]), load(files["under"]))
    assert told == ["warm_up (How long the market lives before week 0): 6 → 9 weeks"]
    other, anew = (load(files[name]) for name in ("other", "anew"))
    assert any(
        line.startswith("warm_up.under.quality.level") and "0.6 → 0.9" in line for line in differences(other, anew)
    )


def test_the_command_that_repeats_a_replication_says_the_warm_up(files: dict[str, Path]) -> None:
    for made in (
        load(files["today"]).with_(quality={"level": 0.9}),
        load(files["old"]).with_(warm_up=4).with_(quality={"level": 0.9}),
        load(files["other"]).throughout(choice={"attention": 0.2}),
    ):
        words = [word for word in _words(command_for(made, 1, 0)) if "=" in word]
        assert made.path and changed(load(made.path), words).full_fingerprint == made.full_fingerprint


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)


# ---- what can be compared


def test_a_comparison_begins_with_one_market(files: dict[str, Path]) -> None:
    today, other, under, anew = (load(files[name]) for name in ("today", "other", "under", "anew"))
    with pytest.raises(Mistake, match="different warm-ups.*'today' of 6 weeks and 'under' of 9 weeks.*extends"):
        compare([today, under], 2)
    with pytest.raises(Mistake, match="measured differently.*'today' from week 0 by month and 'other' from week 3"):
        compare([today, other.with_(measure={"from": 3})], 2)
    assert not any("warm-up" in told for told in compare([today, other], 2, threads=1).cautions)
    apart = compare([today, anew], 2, threads=1)
    assert "'anew' lives its warm-up under other settings than 'today'" in apart.cautions[0]
    assert apart.to_json()["cautions"] == [*apart.cautions, apart.many_told] and apart.to_json()["warm_up"] == 6


# ---- bad input


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("warm_up: -3 weeks", "line 1: warm_up is '-3 weeks', but must lie between 0 and 520 weeks"),
        ("warm_up: 20 years", "line 1: warm_up is '20 years', but must be a whole number between 0 and 520 weeks"),
        ("warm_up: 521", "line 1: warm_up is 521, but must lie between 0 and 520 weeks"),
        ("warm_up: 52 EUR", "line 1: warm_up is '52 EUR', but 'EUR' is no unit of it; write a number of weeks"),
        ("warm_up: [3]", "warm_up is a list, but must be a whole number"),
        ("warm_up: {under: {}}", "warm_up.weeks is missing: say how long the warm-up is"),
        ("warm_up: {weeks: 3, unter: {}}", "warm_up.unter is not known – did you mean 'under'?"),
        ("warm_up: {weeks: 3, under: {qualty: {level: 1}}}",
         "warm_up.under: qualty is no behaviour or mechanism – did you mean 'quality'?"),
        ("warm_up: {weeks: 3, under: {market: {prospects: 1}}}", "warm_up.under: market cannot change over time"),
        ("warm_up: {weeks: 3, under: {quality: {level: 7}}}", "quality.level is 7, but must lie between 0 and 1"),
        ("warm_up: {weeks: 3, under: 5}", "warm_up.under is 5, but must be a section"),
        ("changes: {from week 3: {warm_up: 3}}", "changes: warm_up cannot change over time"),
        ("weeks: 20\nmeasure: from week 20", "line 2: measure.from is 20, but must lie between 0 and 19, the last week"),
        ("weeks: 1\nmeasure: {from: 1}", "measure.from is 1, but cannot be: there is only week 0"),
        ("measure: from month 3", "measure is 'from month 3', but must be such as 'from week 13', 'by quarter' or"),
        ("measure: by week", "measure is 'by week'.*there are month, quarter, year"),
        ("measure: {by: weeks}", "measure.by is 'weeks', but must be one of month, quarter, year"),
        ("measure: {from: 3 EUR}", "measure.from is '3 EUR', but 'EUR' is no unit of it"),
        ("measure: 13", "measure is 13, but must be such as 'from week 13'"),
        ("measure: {form: 13}", "measure.form is not a parameter of measure – did you mean 'from'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_place_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        load(written(tmp_path, "bad", text))


def test_the_longest_warm_up_can_be_lived() -> None:
    longest = described({"weeks": 1040, "warm_up": 520, "market": {"customers": 40, "prospects": 20}, "ledger": {"half_life": 13},
                         "quality": {"error_rate": 0.5}, "choice": {"attention": 0.2}})  # fmt: skip
    result = run(longest, 1, threads=1)
    assert not result.failures and np.isfinite(result.values["left_because_quality"]).all()


def test_a_digest_covers_what_was_lived_before() -> None:
    one, other = (Engine(warmed(lively(3), weeks), 1).replicate(0) for weeks in (2, 3))
    assert state_digest(one.state(), one.counts) != state_digest(other.state(), other.counts)
