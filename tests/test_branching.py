"""Branches: what goes on from a shared history is what each policy would have given, run whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from worlds import busy

from sim import run
from sim.engine.columns import CompiledWeek
from sim.errors import Mistake
from sim.experiments.branching import branch, branched, grow
from sim.experiments.laboratory import Laboratory
from sim.experiments.methods.branch import METHOD as BRANCH
from sim.scenario.whole import Scenario

POLICIES = {
    "More staff": {"call_centre": {"representatives": 6}},
    "Fewer": {"call_centre": {"representatives": 1}, "self_checkout": {"lanes": 2, "self_lanes": 1}},
    "Dearer": {"pricing": {"list_price": 1.2}},
    "Careful": {"employee_care": {"pay": 1.3, "turnover": 0.4, "morale_weight": 1.0}},
    "Saving": {"management": {"cuts": 0.3, "reinvests": 0.2, "review_weeks": 2, "target_margin": 0.5}},
    "Open": {"transparency": {"outage_notices": 0.9}, "winback": {"offers": 0.05}, "referral": {"reward": 10.0}},
}
WEEK = 4


def branches(base: Scenario) -> list[Scenario]:
    return [branched(base, WEEK, base.with_(name=name, **said)) for name, said in POLICIES.items()]


def test_every_branch_is_the_policy_switched_in_that_week_run_whole_to_the_last_bit() -> None:
    base = busy(weeks=9)
    scenarios = [base, *branches(base)]
    for scenario, result in zip(scenarios, grow(scenarios, WEEK, 3, range(2, 4)), strict=True):
        whole = run(scenario, 2, 3, first=2, threads=1)
        assert result.digests == whole.digests, scenario.name
        assert (result.stayed == whole.stayed).all() and (result.tally == whole.tally).all()


def test_a_branch_changes_just_what_was_said_from_its_week_on() -> None:
    base = busy(weeks=9)
    there = branched(base, WEEK, base.with_(name="Dearer", pricing={"list_price": 1.2}))
    assert there == base.with_(name="Dearer", changes={f"from week {WEEK}": {"pricing": {"list_price": 1.2}}})
    assert there.settings(WEEK - 1) == base.settings(WEEK - 1)


def test_history_is_run_once_for_branches_that_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    base = busy(weeks=9)
    lived: list[int] = []
    whole = CompiledWeek.live

    def counted(week: CompiledWeek, *market: Any) -> None:
        lived.append(len(market[5]))
        whole(week, *market)

    scenarios = [base, *(s for s in branches(base) if s.name in ("More staff", "Fewer", "Open"))]
    monkeypatch.setattr(CompiledWeek, "live", counted)
    grow(scenarios, WEEK, 1, range(3))
    assert sum(lived) == 3 * (WEEK + len(scenarios) * (9 - WEEK))


def test_what_a_branch_cannot_change_is_said() -> None:
    base = busy(weeks=9)
    with pytest.raises(Mistake, match="must lie between 1 and 8"):
        branched(base, 9, base)
    with pytest.raises(Mistake, match="another market"):
        branched(base, 4, base.with_(name="Other", market={"prospects": 61}))
    with pytest.raises(Mistake, match="changes after week 4"):
        branched(base.with_(changes={"from week 6": {"quality": {"error_rate": 0.2}}}), 4, base)


def test_an_experiment_of_branches_measures_them_and_finds_them_again(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: Now\nweeks: 9\nmarket: {customers: 200, prospects: 40}\n")
    text = "question: Does it help?\nbase: base.yaml\noutcomes: [profit]\nbranch: {week: 5}\n"
    (tmp_path / "question.yaml").write_text(text + "policies: {Staff: {call_centre: {representatives: 14}}}\n")
    experiment = BRANCH.load(tmp_path / "question.yaml")
    scenarios = BRANCH.planned(experiment).scenarios
    assert [scenario.name for scenario in scenarios] == ["Now", "Staff"]
    with Laboratory(experiment.measures, 1) as at_work:
        values = branch(at_work, scenarios, 5, range(4), threads=2)
        assert (at_work.tally.ran, at_work.tally.found) == (8, 0)
        assert (branch(at_work, scenarios, 5, range(4)) == values).all()
    for place, scenario in enumerate(scenarios):
        assert (values[place, :, 0] == run(scenario, 4, threads=1).values["profit"]).all()
