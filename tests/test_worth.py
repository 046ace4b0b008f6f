"""What it is worth to find out: agrees with closed forms and with brute force, and never tells a dummy."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from typer.testing import CliRunner, Result
from worlds import busy

from sim.cli import app
from sim.errors import Mistake
from sim.model.component import builtin, everything
from sim.report.charts.layout import short
from sim.report.comparison import document
from sim.report.questions import ANEW, SURVEYED, costs_asked_for, how, of_company, words_of
from sim.report.worth_page import TITLE
from sim.runs.comparison import Comparison, compare
from sim.runs.hanging import FEWEST, Met
from sim.runs.worth import group_needed, valued, without_luck, worth
from sim.scenario.worlds import MEANS, Worlds, line_of, number_of, uncertain

NORMAL = NormalDist()


def by_normal(mean: float, spread: float) -> float:
    """What it brings to know a gain that is spread as a normal one: ``E max(0, gain) - max(0, mean)``."""
    return spread * NORMAL.pdf(mean / spread) + mean * NORMAL.cdf(mean / spread) - max(mean, 0.0)


def places_in(count: int, parameters: int, seed: int) -> tuple[np.ndarray, np.ndarray, Met]:
    """Places of parameters in worlds, and the numbers of worlds, every third of which was met twice."""
    luck = np.random.default_rng(seed)
    places = np.column_stack([(luck.permutation(count) + luck.random(count)) / count for _ in range(parameters)])
    numbers = number_of(np.arange(count * 4 // 3))
    return places, numbers, Met(numbers, tuple(f"part.p{k}" for k in range(parameters)), places)


@pytest.mark.parametrize("mean", [-0.6, -0.1, 0.3])
def test_values_of_information_agree_with_a_closed_form(mean: float) -> None:
    """Two policies, a gain that is linear in two normal parameters, and luck on top: nothing else is worth anything."""
    perfect, first = [], []
    for seed in range(20):
        places, numbers, met = places_in(300, 20, seed)
        normal = np.vectorize(NORMAL.inv_cdf)(places[:, :2])
        luck = np.random.default_rng([seed, 7]).normal(0, 1.0, len(numbers))
        found = valued((mean + normal @ [1.0, 0.5])[numbers][:, None] + luck[:, None], numbers, met)
        perfect.append(found.perfect)
        first.append({one.parameter: one.worth for one in found.questions}.get("part.p0", 0.0))
        assert all(one.worth <= found.perfect for one in found.questions)
    assert np.mean(perfect) == pytest.approx(by_normal(mean, math.hypot(1, 0.5)), abs=0.04)
    assert np.mean(first) == pytest.approx(by_normal(mean, 1.0), abs=0.04)


def test_a_uniform_parameter_and_three_policies() -> None:
    """Gains of -x and x - 0.2 about a policy that is taken now: each is better on one side."""
    places, numbers, met = places_in(600, 4, 5)
    x = 2 * places[:, 0] - 1
    gains = np.column_stack([-x - 0.1, x - 0.3])[numbers]
    found = valued(gains, numbers, met)
    exact = (0.9**2 + 0.7**2) / 4  # the integral of each gain above zero, over the length of 2
    assert found.perfect == pytest.approx(exact, abs=0.01)
    assert [one.parameter for one in found.questions] == ["part.p0"]
    assert found.questions[0].worth == pytest.approx(exact, abs=0.02)


def test_dummies_are_worth_nothing() -> None:
    """Where luck is all there is, no more than one answer in twenty names a question; perfect information brings little."""
    told = 0
    for seed in range(60):
        _, numbers, met = places_in(90, 30, seed)
        luck = np.random.default_rng([seed, 7]).normal(0, 1, (len(numbers), 2))
        told += bool(valued(luck, numbers, met).questions)
    assert told <= 9  # 3 are expected


def test_luck_is_taken_out_of_all_policies_together() -> None:
    """What is left has the covariance of ignorance, luck that policies share among them included."""
    rng = np.random.default_rng(1)
    numbers = number_of(np.arange(4000))
    shape = np.array([[1.0, 0.4, 0.0], [0.0, 0.8, 0.3], [0.0, 0.0, 0.5]])
    ignorance = (rng.normal(size=(numbers.max() + 1, 3)) @ shape)[numbers]
    luck = rng.normal(size=(len(numbers), 3)) @ np.array([[0.9, 0.9, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.1]])
    left = without_luck(ignorance + luck + [1, 2, 3], numbers)
    assert np.cov(left, rowvar=False) == pytest.approx(shape.T @ shape, abs=0.12)
    assert left.mean(axis=0) == pytest.approx([1, 2, 3], abs=0.1)


def test_policies_that_earn_the_same_leave_nothing_to_find_out() -> None:
    _, numbers, met = places_in(100, 3, 1)
    found = valued(np.zeros((len(numbers), 2)), numbers, met)
    assert (found.perfect, found.questions) == (0.0, ())


def test_of_few_worlds_nothing_is_said() -> None:
    _, numbers, met = places_in(FEWEST - 1, 3, 1)
    found = valued(np.ones((len(numbers), 1)), numbers, met)
    assert math.isnan(found.perfect)
    assert not found.questions


def test_groups_of_an_experiment() -> None:
    """The usual example: 10 % against 15 % with 80 % power takes about 683 in each group (Fleiss, without continuity)."""
    assert group_needed(0.10, 0.15) == pytest.approx(683, abs=1)
    assert math.isinf(group_needed(0.3, 0.3))


# ---- a small scenario

CHEAPER = 0.98


def pair(**sections: object) -> list:
    """No upselling against much of it with a price 2 % lower: what an offer brings decides whether it pays."""
    base = busy(**sections).with_(upselling={"attempts": 0.0})
    return [base, base.with_(name="Pushy", upselling={"attempts": 2.5}, pricing={"list_price": CHEAPER})]


def worlds_of(worths: np.ndarray, margins: np.ndarray) -> Worlds:
    count = len(worths)
    return Worlds(
        "two", ("upselling.worth", "upselling.margin"), np.column_stack([worths, margins]), np.full(count, 1 / count)
    )


@pytest.fixture(scope="module")
def answer() -> Comparison:
    luck = np.random.default_rng(1)
    worths, margins = (
        low + (high - low) * (luck.permutation(300) + 0.5) / 300 for low, high in ((0.05, 1.5), (0.1, 0.9))
    )
    return compare(pair(), replications=400, worlds=worlds_of(worths, margins))


def test_it_agrees_with_nested_loops_over_a_small_scenario(answer: Comparison) -> None:
    """Outer loop: what an offer brings; inner loop: its margin and luck."""
    found = worth(answer)
    outer, margins = np.linspace(0.05, 1.5, 9), 0.1 + 0.8 * (np.arange(24) + 0.5) / 24
    gains = []
    for one in outer:
        inner = compare(pair(), replications=64, seed=5, worlds=worlds_of(np.full(24, one), margins))
        gains.append(float(np.mean(inner.values(inner.others[0], "profit") - inner.values(inner.base, "profit"))))
    gained = 20 * np.interp(np.linspace(0.05, 1.5, 1000), outer, gains)  # of the company: 20 people each
    brute = np.maximum(gained, 0).mean() - max(gained.mean(), 0)
    assert brute > 1000
    questions = {one.parameter: one for one in found.questions}
    assert questions["upselling.worth"].worth == pytest.approx(brute, abs=2 * questions["upselling.worth"].error)
    assert questions["upselling.worth"].worth == pytest.approx(brute, rel=0.35)
    assert found.perfect >= questions["upselling.worth"].worth > 0


def test_it_is_found_again(answer: Comparison) -> None:
    assert worth(answer) == worth(answer)
    assert {worth(answer).best, worth(answer).rival} == {"Busy", "Pushy"}


def test_what_the_scenarios_say_is_no_question(answer: Comparison) -> None:
    assert "upselling.worth" in {one.parameter for one in worth(answer).questions}
    said = [each.throughout(upselling={"worth": 1.0}) for each in pair()]
    told = compare(said, replications=100, worlds=answer.worlds)
    assert {one.parameter for one in worth(told).questions} <= {"upselling.margin"}


def test_in_one_setting_it_is_refused() -> None:
    with pytest.raises(Mistake, match="worlds shipped"):
        worth(compare(pair(), replications=4))


# ---- how it is told

MODEL = everything(builtin())


def test_whatever_nobody_knows_has_words_that_fit_a_figure_and_a_way_to_be_found_out() -> None:
    for path in uncertain(MODEL):
        words = words_of(path, MODEL)
        assert "\N{HORIZONTAL ELLIPSIS}" not in short(words, 32), words
        assert len(how(path, MODEL)) > 20
        assert of_company(line_of(MODEL, path)) == (f"{path} in the scenario" in how(path, MODEL))


def test_words_and_ways_are_of_what_there_is() -> None:
    assert set(ANEW) <= set(uncertain(MODEL))
    assert set(SURVEYED) <= {*MODEL.parts, MEANS}
    assert how("self_checkout.wage", MODEL) == "look it up: your payroll tells (self_checkout.wage in the scenario)"
    assert "your log" in how("choice.attention", MODEL)


def test_a_cost_that_the_choice_turns_on_is_asked_for_at_the_head(answer: Comparison) -> None:
    asked = costs_asked_for(answer)
    assert len(asked) == 1
    assert "(set 'upselling.worth'; taken for 0.5 to 5 weeks of spend)" in asked[0]
    assert asked[0] in document(answer).lead
    in_one = compare(pair(), replications=4)
    assert costs_asked_for(in_one) == []


def test_what_no_line_calls_plausible_has_words_too(answer: Comparison) -> None:
    """Worlds that were fitted may say what else is a choice of the scenario, such as how many representatives there are."""
    assert words_of("call_centre.representatives", MODEL)
    assert answer.worlds is not None
    fitted = replace(answer.worlds, fitted=frozenset({"upselling.worth"}))
    told = costs_asked_for(compare(pair(), replications=400, worlds=fitted))
    assert "taken for 0.0524 to 1.5 weeks of spend" in told[0]


def test_the_report_has_the_section_right_after_the_cards(answer: Comparison) -> None:
    page = document(answer)
    assert [one.title for one in page.sections[:2]] == ["", TITLE]
    told = page.sections[1]
    assert "To find" in told.sentences[0]
    assert [picture.name for picture in told.pictures] == ["hangs_on_retention", "hangs_on_profit"]
    assert "luck" in told.pictures[0].alt
    sheet = next(one for one in page.sheets if one.name == TITLE)
    shares = [row[4] for row in sheet.rows if row[1] == "profit"]
    assert sum(shares) == pytest.approx(100)  # type: ignore[arg-type]
    told_in_json = answer.to_json()["hangs_on"]["Pushy"]
    assert {"parameter", "share", "error"} == set(told_in_json["profit"][0])
    in_one = compare(pair(), replications=4)
    assert TITLE not in [one.title for one in document(in_one).sections]
    assert "hangs_on" not in in_one.to_json()


def test_of_few_worlds_the_report_says_so() -> None:
    page = document(compare(pair(), replications=8, worlds="shipped"))
    told = next(one for one in page.sections if one.title == TITLE)
    assert told.sentences == [
        "It is too early to tell what the answer hangs on: 6 worlds were met, and it takes 60 (80 replications)."
    ]
    assert not told.pictures


SMALL = """
name: Small
weeks: 8
worlds: shipped
market: {customers: 150, prospects: 40, stands_for: 20}
upselling: {attempts: 0.0}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "pushy.yaml").write_text("extends: small.yaml\nname: Pushy\nupselling: {attempts: 2.0}\n")
    return [str(tmp_path / name) for name in ("small.yaml", "pushy.yaml")]


def test_the_command_prints_one_object(files: list[str]) -> None:
    told = json.loads(_done("worth", *files, "--replications", "100", "--json").stdout)
    assert set(told) >= {
        "base",
        "worlds",
        "fitted_to",
        "stands_for",
        "currency",
        "perfect_information",
        "questions",
        "hangs_on",
        "test",
    }
    assert (told["base"], told["stands_for"], told["fitted_to"], told["worlds"]["name"]) == ("Small", 20, [], "shipped")
    assert set(told["hangs_on"]) == {"Pushy"}
    for one in told["questions"]:
        assert set(one) >= {"parameter", "meaning", "worth", "share", "how"}
        assert 0 < one["worth"] <= told["perfect_information"]
    assert set(told["test"]) >= {"policies", "group", "levels"}


def test_the_command_tells_and_writes_a_report(files: list[str], tmp_path: Path) -> None:
    place = tmp_path / "worth.html"
    done = _done("worth", *files, "--replications", "100", "--report", str(place))
    assert "Pushy against Small hangs on" in done.stdout
    assert "worth at most" in done.stdout
    assert "Nothing in this answer is fitted to your company." in done.stdout
    assert "What is it worth to find out?" in place.read_text()
    early = _done("worth", *files, "--replications", "8")
    assert early.stdout.startswith("It is too early to tell")
    assert json.loads(_done("worth", *files, "--replications", "8", "--json").stdout)["perfect_information"] is None


def test_in_one_setting_the_command_refuses_with_a_remedy(files: list[str]) -> None:
    done = CliRunner().invoke(app, ["worth", *files, "--worlds", "none"])
    assert done.exit_code == 2
    assert "say '--worlds shipped'" in done.stderr
    assert CliRunner().invoke(app, ["worth", *files, "--format", "pdf"]).exit_code == 2


def _done(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.stderr
    return done
