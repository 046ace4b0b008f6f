"""Plausible worlds: every replication meets one, the same for every policy; a range holds luck and ignorance, and says so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner
from worlds import busy

from sim import compare, load, run
from sim.cli import app
from sim.engine.engine import Engine
from sim.errors import Mistake
from sim.experiments.repeating import command_for
from sim.model.component import builtin
from sim.report.headline import headline
from sim.report.ignorance import worlds_told
from sim.runs.comparison import Comparison
from sim.runs.prediction import by_world, end_error, parts, predicted
from sim.scenario.model_inputs import ground_of
from sim.scenario.sections import traits
from sim.scenario.whole import Scenario, described
from sim.scenario.worlds import (
    Worlds,
    completed,
    drawn,
    number_of,
    prior,
    read_worlds,
    shipped,
    uncertain,
    write_worlds,
)

SMALL = {"weeks": 6, "market": {"customers": 100, "prospects": 30, "stands_for": 50}}


def several(*values: float, path: str = "choice.attention", **more: Any) -> Worlds:
    return Worlds("several", (path,), np.array(values)[:, None], np.full(len(values), 1 / len(values)), **more)


def by_hand(scenario: Scenario, seed: int, replication: int) -> Scenario:
    """The scenario in one setting that says what a replication meets."""
    assert scenario.worlds is not None
    met = drawn(scenario, seed, range(replication, replication + 1))
    assert met is not None
    parts: dict[str, dict[str, Any]] = {}
    for field, value in zip(met.fields, met.values[0], strict=True):
        part = next(name for name in scenario.parts if field.startswith(f"{name}_"))
        name = field.removeprefix(f"{part}_")
        kind = type(getattr(scenario.parts[part], name))
        parts.setdefault(part, {})[name] = kind(value)
    return replace(scenario, worlds=None).throughout(**parts)


# ---- which world, and what is in it ----------------------------------------------------------------------------------


def test_every_replication_is_the_run_one_would_make_by_hand() -> None:
    said = {name: trait.default for name, trait in traits().items() if trait.plausible}
    scenario = busy(
        weeks=6, customers={"traits": {name: one.model_dump(exclude_none=True) for name, one in said.items()}}
    )
    scenario = scenario.in_worlds("shipped")
    found = run(scenario, 5, seed=7)
    for replication in range(5):
        alone = run(by_hand(scenario, 7, replication), 1, 7, first=replication, worlds="none")
        assert alone.digests[0] == found.digests[replication]


def test_the_mean_of_a_trait_differs_from_world_to_world_unless_the_scenario_says_it() -> None:
    worlds = Worlds("two", ("traits.switching_cost",), np.array([[0.3]]), np.ones(1))
    for said, mean in (({}, 0.3), ({"traits": {"switching_cost": 0.1}}, 0.1)):
        scenario = described(SMALL | {"market": {"customers": 4000, "prospects": 0}, "customers": said}).in_worlds(
            worlds
        )
        met = drawn(scenario, 1, range(1))
        assert met is not None
        state = Engine(met.ground(ground_of(scenario), 0), 1).start(0).people()
        assert state["switching_cost"].mean() == pytest.approx(mean, rel=0.02)


def test_a_world_is_the_same_whatever_runs_beside_it_wherever_it_runs() -> None:
    scenario = busy(weeks=4)
    whole = run(scenario, 6, seed=3, worlds="shipped", threads=2).digests
    assert run(scenario, 2, seed=3, first=4, worlds="shipped", threads=1).digests == whole[4:]
    assert run(scenario, 6, seed=3, worlds="shipped", engine="mesa").digests == whole


def test_every_policy_meets_the_same_worlds() -> None:
    base, other = described(SMALL), described(SMALL | {"call_centre": {"representatives": 9}}).with_(name="Other")
    answer = compare([base, other], 8, worlds="shipped")
    here, there = (drawn(result.scenario, 1, range(8)) for result in answer.results)
    assert here is not None and there is not None
    assert np.array_equal(here.values, there.values) and here.fields == there.fields


def test_every_fourth_replication_looks_at_a_world_again_and_weights_count() -> None:
    assert number_of(np.arange(9)).tolist() == [0, 1, 2, 2, 3, 4, 5, 5, 6]
    worlds = Worlds("w", ("choice.attention",), np.array([[0.1], [0.2]]), np.array([0.25, 0.75]))
    met = worlds.met_by(1, range(4000))[:, 0]
    assert np.mean(met == 0.1) == pytest.approx(0.25, abs=0.01)
    assert worlds.row_of(1, 2) == worlds.row_of(1, 3)


def test_what_a_scenario_says_counts_and_what_was_fitted_counts_more() -> None:
    says = described(SMALL | {"choice": {"attention": 0.03}})
    usual, fitted = several(0.2), several(0.2, fitted=frozenset({"choice.attention"}))
    assert "choice.attention" not in says.in_worlds(usual).left_open
    assert says.in_worlds(fitted).left_open["choice.attention"].all()
    later = described(SMALL | {"changes": {"from week 3": {"choice": {"attention": 0.03}}}}).in_worlds(usual)
    assert later.left_open["choice.attention"].tolist() == [True] * 3 + [False] * 3


def test_what_one_of_the_compared_files_says_none_leaves_open() -> None:
    base, better = described(SMALL), described(SMALL | {"quality": {"level": 0.82}}).with_(name="Better")
    answer = compare([base, better], 8, worlds="shipped")
    assert all("quality.level" not in result.scenario.left_open for result in answer.results)
    assert "quality.level" in base.in_worlds("shipped").left_open


def test_what_is_done_today_is_paid_for_in_every_world() -> None:
    met = drawn(described(SMALL).in_worlds("shipped"), 1, range(20))
    assert met is not None
    level, paid = (met.fields.index(name) for name in ("quality_level", "lever_costs_quality_level_paid_for"))
    assert np.array_equal(met.values[:, level], met.values[:, paid]) and np.ptp(met.values[:, level]) > 0


def test_the_prior_covers_what_is_plausible_of_each_evenly() -> None:
    worlds, lines = prior(builtin(), 50), uncertain(builtin())
    assert set(worlds.paths) == set(lines)
    for path, column in zip(worlds.paths, worlds.values.T, strict=True):
        plausible = lines[path].plausible
        assert plausible is not None
        if lines[path].kind is float:
            places = sorted(
                int(min(plausible.place_of(min(max(v, plausible.low), plausible.high)) * 50, 49)) for v in column
            )
            assert places == list(range(50)), path


def test_the_worlds_that_come_with_the_program_are_those_of_their_page() -> None:
    """The page tells how far evidence narrowed each parameter: so far, and of the file that an installation holds."""
    worlds, lines = shipped(builtin()), uncertain(builtin())
    page = Path("docs/background/worlds.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w.]+)` \| .* \| .* \| ([\d.]+) \|$", page, re.MULTILINE)
    assert len(told) == 25
    for path, left in told:
        plausible = lines[path].plausible
        assert plausible is not None
        places = [plausible.place_of(value) for value in worlds.values[:, worlds.paths.index(path)]]
        assert np.std(places) * np.sqrt(12) == pytest.approx(float(left), abs=0.011), path


def test_what_worlds_do_not_say_is_plausible_all_the_same() -> None:
    found = completed(several(0.1, 0.2), builtin())
    assert found.paths[0] == "choice.attention" and len(found.paths) == len(uncertain(builtin()))


def test_a_scenario_names_its_worlds_and_a_saved_one_leaves_the_same_open(tmp_path: Path) -> None:
    write_worlds(several(0.2, 0.3), tmp_path / "mine.worlds.parquet")
    (tmp_path / "today.yaml").write_text("worlds: mine.worlds.parquet\nquality: {level: 0.8}\n", encoding="utf-8")
    scenario = load(tmp_path / "today.yaml")
    worlds = scenario.in_worlds().worlds
    assert worlds is not None and worlds.name == "mine.worlds.parquet"
    scenario.save(tmp_path / "again.yaml")
    again = load(tmp_path / "again.yaml")
    assert again.in_worlds().full_fingerprint == scenario.in_worlds().full_fingerprint
    assert "quality.level" not in again.in_worlds().left_open


def test_to_live_in_a_world_changes_what_a_scenario_means() -> None:
    scenario = described(SMALL)
    prints = {scenario.in_worlds(name).full_fingerprint for name in ("none", "shipped", several(0.1), several(0.2))}
    assert len(prints) == 4 and scenario.in_worlds("none").full_fingerprint == scenario.full_fingerprint


# ---- what is told ----------------------------------------------------------------------------------------------------


def markets(seed: int, count: int, ignorance: float, luck: float) -> tuple[np.ndarray, np.ndarray]:
    """Values of so many replications, and which world each met."""
    draw, worlds = np.random.default_rng(seed), number_of(np.arange(count))
    return draw.normal(0, ignorance, worlds[-1] + 1)[worlds] + draw.normal(0, luck, count), worlds


def test_spread_splits_into_luck_and_ignorance() -> None:
    values, worlds = markets(1, 40_000, 3.0, 2.0)
    luck, everything = parts(values, worlds)
    assert luck == pytest.approx(4, rel=0.05) and everything == pytest.approx(13, rel=0.05)
    found = predicted(values, worlds, stands_for=1)
    assert found.luck_share == pytest.approx(4 / 13, rel=0.06)
    assert found.high == pytest.approx(1.645 * np.sqrt(13), rel=0.03) and found.low == pytest.approx(
        -found.high, rel=0.05
    )
    assert found.higher == pytest.approx(0.5, abs=4 * found.error)


def test_a_real_market_has_the_luck_of_its_own_size() -> None:
    for stands_for in (1, 4, 100):
        values, worlds = markets(
            stands_for, 40_000, 3.0, 2.0 * np.sqrt(stands_for)
        )  # fewer simulated people have more luck
        found = predicted(values, worlds, stands_for)
        assert found.high == pytest.approx(1.645 * np.sqrt(13), rel=0.06)
        assert found.luck_share == pytest.approx(4 / 13, rel=0.2)


def test_more_replications_tell_a_range_better_and_do_not_narrow_it() -> None:
    widths = {
        count: [np.diff(predicted(*markets(seed, count, 3.0, 2.0), 1)[:2])[0] for seed in range(60)]
        for count in (200, 800)
    }
    few, many = np.array(widths[200]), np.array(widths[800])
    assert many.mean() == pytest.approx(few.mean(), rel=0.06) and many.std() < 0.7 * few.std()


def test_nine_of_ten_hold_the_next_market() -> None:
    held = []
    for seed in range(400):
        values, worlds = markets(seed, 120, 3.0, 2.0)
        (truth,) = markets(10_000 + seed, 1, 3.0, 2.0)[0]
        found = predicted(values, worlds, 1)
        held.append(found.low <= truth <= found.high)
    assert 0.86 <= np.mean(held) <= 0.94  # 0.90, with two and a half standard errors to either side


def test_how_well_the_ends_of_a_range_are_known_is_what_repeating_shows() -> None:
    found = [predicted(*markets(seed, 400, 3.0, 2.0), 1) for seed in range(200)]
    spread = np.std([one.low for one in found] + [-one.high for one in found])
    assert np.mean([end_error(one) for one in found]) == pytest.approx(1.96 * spread, rel=0.15)


def test_one_setting_is_luck_alone_and_nothing_is_told_of_too_few() -> None:
    values = np.random.default_rng(1).normal(size=4000)
    alone = predicted(values, np.zeros(4000, int), 1)
    assert alone.luck_share == 1 and alone.high == pytest.approx(1.645, rel=0.06)
    assert np.isnan(predicted(np.array([1.0]), np.zeros(1, int), 1).low)
    assert np.isnan(predicted(np.array([np.nan, 1.0]), np.arange(2), 1).high)


def test_a_range_stays_inside_what_is_possible() -> None:
    values, worlds = markets(3, 400, 1.0, 1.0)
    found = predicted(values, worlds, 1, (-0.5, 0.5))
    assert (found.low, found.high) == (-0.5, 0.5)


def test_the_mean_is_over_worlds() -> None:
    values, worlds = np.array([1.0, 2.0, np.nan, 6.0]), np.array([0, 0, 1, 1])
    assert by_world(values, worlds).tolist() == [1.5, 6.0]


@pytest.fixture(scope="module")
def answer() -> Comparison:
    base, dear = (
        described(SMALL).with_(name="Today"),
        described(SMALL | {"pricing": {"list_price": 1.2}}).with_(name="Dear"),
    )
    return compare([base, dear], 48, worlds="shipped")


def test_json_tells_range_luck_and_error_beside_the_interval_of_the_mean(answer: Comparison) -> None:
    told = json.loads(json.dumps(answer.to_json(), allow_nan=False))
    assert told["worlds"]["name"] == "shipped" and told["worlds"]["number"] >= 100 and told["fitted_to"] == []
    found = told["differences"]["Dear"]["profit"]
    keys = {
        "mean",
        "low",
        "high",
        "sd",
        "range_low",
        "range_high",
        "luck_share",
        "probability_higher",
        "probability_error",
    }
    assert keys <= set(found)
    assert found["low"] < found["mean"] < found["high"] and found["range_low"] < found["mean"] < found["range_high"]
    assert {"range_low", "range_high", "luck_share"} <= set(told["scenarios"]["Today"]["measures"]["retention"])


def test_what_people_read_is_the_range(answer: Comparison) -> None:
    gap, told = answer.differences["Dear"]["retention"], answer.to_json()["differences"]["Dear"]["retention"]
    assert (gap.low, gap.high) == (told["range_low"], told["range_high"])
    assert "in nine of ten plausible worlds" in headline(answer)
    words = " ".join(worlds_told(answer))
    assert "36 plausible worlds" in words


def test_worlds_of_another_version_are_said_to_be(answer: Comparison) -> None:
    assert "made with version" not in " ".join(worlds_told(answer))
    old = tuple(
        replace(one, scenario=replace(one.scenario, worlds=several(0.1, made_with="0.1.0"))) for one in answer.results
    )
    assert "made with version 0.1.0" in " ".join(worlds_told(Comparison(old)))


def test_the_command_that_repeats_a_replication_names_its_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = {name: described(SMALL).in_worlds(name) for name in ("shipped", "none")}
    assert "--worlds shipped" in command_for(lived["shipped"], 1, 3) and "--worlds" not in command_for(
        lived["none"], 1, 3
    )
    monkeypatch.delenv("LOYALTY_WORLDS")
    assert "--worlds none" in command_for(lived["none"], 1, 3) and "--worlds" not in command_for(lived["shipped"], 1, 3)


def test_worlds_can_be_chosen_for_a_command(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(SMALL | {"name": "A"}), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        json.dumps(SMALL | {"name": "B", "pricing": {"list_price": 1.3}}), encoding="utf-8"
    )
    files, out = [str(tmp_path / name) for name in ("a.yaml", "b.yaml")], str(tmp_path / "out")
    asked = ["compare", *files, "--replications", "8", "--results", out, "--json", "--worlds"]
    for name in ("shipped", "none"):
        done = CliRunner().invoke(app, [*asked, name])
        assert done.exit_code == 0
        told = json.loads(done.stdout)["worlds"]
        assert told["name"] == name


# ---- bad input -------------------------------------------------------------------------------------------------------

BAD = {
    "choice.atention,weight\n0.1,1\n": "is no parameter – did you mean 'choice.attention'",
    "choice.attention,weight\n0.1,0.5\n0.2,0.6\n": "the weights add up to 1.1, but must be 0 or more and add up to 1",
    "choice.attention\n0.1\n3.0\n": "choice.attention is 3 in row 2, but must lie between 0 and 1",
    "choice.attention\n0.1\nmany\n": "holds something that is no number",
    "choice.attention,choice.decided\n0.1,\n0.2,3\n": "has an empty cell",
    "choice.attention\n": "holds no worlds",
}


@pytest.mark.parametrize("text", BAD)
def test_a_file_of_worlds_that_cannot_be_is_refused_with_place_and_remedy(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as refused:
        read_worlds(tmp_path / "mine.csv", builtin())
    assert BAD[text] in str(refused.value) and "mine.csv" in str(refused.value)


def test_a_scenario_that_names_no_file_of_worlds_is_refused_where_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: A\nworlds: nowhere.parquet\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"a\.yaml, line 2: worlds: .*nowhere\.parquet"):
        load(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("worlds: /etc/passwd\n", encoding="utf-8")
    with pytest.raises(Mistake, match="absolute path"):
        load(tmp_path / "b.yaml")


def test_scenarios_of_different_worlds_are_not_compared() -> None:
    one, other = described(SMALL).in_worlds("shipped"), described(SMALL).with_(name="B").in_worlds(several(0.1))
    with pytest.raises(Mistake, match="name different worlds"):
        compare([one, other], 4)


def test_a_policy_does_not_say_otherwise_what_was_fitted() -> None:
    fitted = several(0.1, 0.2, fitted=frozenset({"choice.attention"}))
    other = described(SMALL | {"choice": {"attention": 0.5}}).with_(name="Other")
    with pytest.raises(Mistake, match=r"“Other” sets choice\.attention, which the worlds were fitted for"):
        compare([described(SMALL), other], 4, worlds=fitted)
