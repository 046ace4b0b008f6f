"""Comparisons: pairs under the same luck, honest verdicts, and much less variance than without pairing."""

import numpy as np
import pytest
from worlds import busy

from sim import Mistake, compare, load, run
from sim.runs.comparison import UNDECIDED, Comparison
from sim.scenario.shipped import scenarios_folder

TELECOM = scenarios_folder() / "telecom"


@pytest.fixture(scope="module")
def answer() -> Comparison:
    scenarios = [busy(), busy(quality={"error_rate": 0.3}).with_(name="Worse"), busy().with_(name="Same")]
    return compare(scenarios, replications=30, seed=5)


def test_worse_quality_keeps_fewer_customers(answer: Comparison) -> None:
    assert answer.differences["Worse"]["retention"].high < 0
    assert answer.differences["Worse"]["left_because_quality"].low > 0


def test_the_same_policy_under_another_name_makes_no_difference(answer: Comparison) -> None:
    for measure, found in answer.differences["Same"].items():
        assert (found.mean, found.low, found.high) == (0, 0, 0) or found.defined == 0, measure
    assert answer.best == UNDECIDED


def test_an_untouched_customer_has_the_same_luck(answer: Comparison) -> None:
    """Week 0 begins with the same people, so counts that come before the policy acts are equal in every replication."""
    assert (answer.base.measures.index == answer.others[0].measures.index).all()
    assert (answer.base.tally[:, 0, :] == answer.others[1].tally[:, 0, :]).all()


def test_the_difference_is_that_of_two_separate_runs(answer: Comparison) -> None:
    apart = (
        run(busy(quality={"error_rate": 0.3}), 30, 5).measures["retention"] - run(busy(), 30, 5).measures["retention"]
    )
    assert answer.differences["Worse"]["retention"].mean == pytest.approx(apart.mean(), abs=1e-15)


def test_few_replications_in_one_setting_say_of_what_it_is_too_early_to_speak() -> None:
    few = compare([busy(), busy(call_centre={"representatives": 5}).with_(name="Fewer")], replications=8, worlds="none")
    (told,) = few.cautions
    rare = [name for name in few.definitions if 0 < few._differing(name)[0] < 5]
    assert rare and all(few.definitions[name].words in told for name in rare[:6]) and "of the 8 replications" in told


def test_of_a_handful_of_replications_nothing_can_be_said_yet() -> None:
    handful = compare(
        [busy(), busy(call_centre={"representatives": 5}).with_(name="Fewer")], replications=3, worlds="none"
    )
    assert handful.cautions == [
        "It is too early to say how much the policies change anything, after 3 replications. Run 30 or more."
    ]


def test_enough_replications_and_equal_policies_are_not_called_too_early(answer: Comparison) -> None:
    assert answer.cautions == []
    assert compare([busy(), busy().with_(name="Same")], replications=4).cautions == []


def test_best_names_a_clear_winner() -> None:
    found = compare([busy(quality={"error_rate": 0.4}), busy().with_(name="Better")], replications=20)
    assert found.best == "Better"


def test_a_wished_precision_is_reached() -> None:
    found = compare([busy(), busy(quality={"error_rate": 0.2}).with_(name="Worse")], precision=0.004)
    gap = found.differences["Worse"]["retention"]
    assert (gap.high - gap.low) / 2 <= 0.004


def test_the_first_replications_do_not_depend_on_the_precision() -> None:
    scenarios = [busy(), busy(quality={"error_rate": 0.2}).with_(name="Worse")]
    few, many = compare(scenarios, 50), compare(scenarios, precision=0.003)
    assert (many.base.tally[:50] == few.base.tally).all()


@pytest.mark.parametrize(
    ("scenarios", "words"),
    [
        ([busy()], "at least two"),
        ([busy(), busy()], "two scenarios are called 'Busy'"),
        ([busy(), busy(weeks=5).with_(name="Short")], "equally long"),
        ([busy(), busy(market={"customers": 100}).with_(name="Few")], "different numbers of customers"),
    ],
)
def test_what_cannot_be_compared_is_refused(scenarios: list[object], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        compare(scenarios, replications=2)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def telecom() -> Comparison:
    today = load(TELECOM / "today.yaml")
    fewer = today.with_(name="One fewer", call_centre={"representatives": 17})
    return compare([today, fewer, load(TELECOM / "outsourced.yaml")], replications=120)


@pytest.mark.parametrize("measure", ["retention", "word_of_mouth_net"])
@pytest.mark.parametrize(("scenario", "times"), [("One fewer", 10), ("Outsourced call centre", 4)])
def test_pairing_removes_most_of_the_variance(telecom: Comparison, scenario: str, times: float, measure: str) -> None:
    reduction = telecom.differences[scenario][measure].variance_reduction
    assert reduction is not None and reduction >= times


def test_the_estimated_reduction_is_that_against_independent_luck(telecom: Comparison) -> None:
    """The variance that pairing is held against is estimated from the pairs; independent seeds give the same."""
    other = run(load(TELECOM / "outsourced.yaml"), 120, seed=99).measures["retention"].to_numpy()
    base = telecom.base.measures["retention"].to_numpy()
    paired = telecom.others[1].measures["retention"].to_numpy() - base
    independent = np.var(other - base, ddof=1) / np.var(paired, ddof=1)
    estimated = telecom.differences["Outsourced call centre"]["retention"].variance_reduction
    assert estimated is not None and 0.5 < independent / estimated < 2.0  # both are F-like with 119 degrees of freedom


def test_break_even_is_where_cumulative_profit_turns_and_not_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.runs.statistics import Interval

    def profits(*means: float) -> None:
        weeks = [Interval(mean, mean, mean, 0.0) for mean in means]
        monkeypatch.setattr(Comparison, "cumulative_profit", lambda self, other: weeks)

    found = compare([busy(weeks=2), busy(weeks=2).with_(name="Same")], replications=2)
    for means, week in [((-2, -1, 1, 2), 2), ((0, 0, 1, 2), None), ((1, -1, 1), None), ((1, 0, -1), 2), ((0, 0), None)]:
        profits(*means)
        assert found.break_even(found.others[0]) == week, means
