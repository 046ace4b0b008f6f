"""Journeys: one customer's story is exactly what happened to them in the run, and can be held against another policy."""

import json
import re
from collections import Counter

import numpy as np
import pytest
from worlds import busy

from sim import Mistake, load, run
from sim.engine.engine import ENGINES, Engine
from sim.journey import Journey, against
from sim.journey import journey as journey_of
from sim.journey.decisive import against_the_odds, decisive, decisive_rows
from sim.journey.relive import Event, Life, relive
from sim.journey.telling import sentences
from sim.model.behaviour.person import COMPANY
from sim.model.events import Circumstances, weeks_told
from sim.model.week import COUNTS, EVENTS, EVERYBODY
from sim.scenario.model_inputs import ground_of
from sim.scenario.shipped import scenarios_folder
from sim.scenario.whole import Scenario

SMALL = {"market": {"customers": 60, "prospects": 15, "stands_for": 80}}
HERE = Circumstances(COMPANY, "EUR", {})


@pytest.fixture(scope="module")
def world() -> Scenario:
    return busy(**SMALL, pricing={"newcomer_discount": 0.1, "list_price": 1.0}, weeks=10).with_(
        changes={"from week 5": {"pricing": {"list_price": 1.1}}},
        choice={"attention": 0.2, "involuntary": 0.3},
        self_checkout={"visits": 0.6, "line_in_sight": 0.5, "line_unnoticed": 0.0, "line_deters": 1.0},
    )


@pytest.fixture(scope="module")
def lives(world: Scenario) -> list[Life]:
    return [relive(world, customer, 2, 7) for customer in range(75)]


@pytest.fixture(scope="module")
def counts(world: Scenario) -> dict[str, np.ndarray]:
    tally = run(world, 1, 7, first=2).tally[0]
    return {name: tally[:, k] for k, name in enumerate(COUNTS)}


def happened(lives: list[Life], ours_only: bool = False) -> Counter[str]:
    """How often each event happened to anybody; on request only to those who were the company's that week."""
    found: Counter[str] = Counter()
    for life in lives:
        provider = life.start["provider"]
        for moment in life.moments:
            if not ours_only or provider == COMPANY:
                found.update(event.what for event in moment.events)
            provider = moment.state["provider"]
    return found


def test_a_journal_of_everybody_is_all_journeys_in_one(world: Scenario, lives: list[Life]) -> None:
    kept = sorted(
        (who, moment.week, event.what, event.amount)
        for who, life in enumerate(lives)
        for moment in life.moments
        for event in moment.events
    )
    for kind in ENGINES:
        market = Engine(ground_of(world), 7, kind).start(2, EVERYBODY)
        market.run()
        told = [(int(e["person"]), int(e["week"]), EVENTS[e["what"]], float(e["amount"])) for e in market.events]
        assert sorted(told) == kept


def test_all_journeys_together_are_what_the_run_counted(lives: list[Life], counts: dict[str, np.ndarray]) -> None:
    found, ours = happened(lives), happened(lives, ours_only=True)
    told = {
        "issues": found["issue"],
        "silent": found["silent"],
        "complaints": found["issue"] - found["silent"],
        "calls": sum(found[kind] for kind in ("solved", "unsolved", "abandons")),
        "abandoned": found["abandons"],
        "solved": found["solved"],
        "offers": found["offer_accepted"] + found["offer_refused"],
        "sales": found["offer_accepted"],
        "visits": found["shop"] + found["shop_left"] + found["shop_balked"],
        "walked_out": found["shop_left"],
        "balked": found["shop_balked"],
        "talkers": ours["tells_well"] + ours["tells_ill"],
        "leavers_voluntary": found["leaves"],
        "leavers_involuntary": ours["moves_away"],
        "joiners": found["joins"],
    }
    assert told == {name: int(counts[name].sum()) for name in told}
    assert min(told.values()) > 0, "the world is too quiet to show that every event is told"


def test_amounts_are_what_the_run_counted(lives: list[Life], counts: dict[str, np.ndarray]) -> None:
    events = [event for life in lives for moment in life.moments for event in moment.events]
    paid = sum(event.amount for event in events if event.what == "offer_accepted")
    waited = sum(event.amount for event in events if event.what in {"solved", "unsolved", "abandons"})
    assert paid == counts["revenue_upselling"].sum()
    assert waited == pytest.approx(counts["wait"].sum() / 2**20, rel=1e-5)


def test_customers_are_where_the_run_says(lives: list[Life], counts: dict[str, np.ndarray]) -> None:
    for week, customers in enumerate(counts["customers"]):
        assert sum(life.moments[week].state["provider"] == COMPANY for life in lives) == customers


def test_a_price_rise_reaches_every_customer_in_its_week(lives: list[Life], counts: dict[str, np.ndarray]) -> None:
    weeks = [moment.week for life in lives for moment in life.moments for e in moment.events if e.what == "price_rise"]
    assert set(weeks) == {5} and len(weeks) == counts["customers"][4]


def test_a_story_does_not_depend_on_who_else_is_told_of(world: Scenario, lives: list[Life]) -> None:
    assert relive(world, 3, 2, 7) == lives[3]
    assert journey_of(world, 3, 2, 7).life == lives[3]


def test_another_replication_is_another_story(world: Scenario) -> None:
    assert relive(world, 3, 0, 7).moments != relive(world, 3, 2, 7).moments


def test_every_event_has_words() -> None:
    silent = {"question", "has_in_view"}  # a question is told with its call, and whom one has in view with what follows
    for name in set(EVENTS) - silent:
        (said,) = sentences([Event(name, 0.3)], HERE)
        assert said.endswith(".") and "_" not in said and "0.30)" not in said.replace("severity 0.30)", ""), said


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            [("issue", 0.44), ("abandons", 6.0)],
            "Something went wrong (severity 0.44). They called; nobody answered within 6.0 minutes and they hung up.",
        ),
        (
            [("issue", 0.44), ("silent", 0.44)],
            "Something went wrong (severity 0.44). They said nothing about it.",
        ),
        (
            [("issue", 0.4), ("silent", 0.4), ("question", 0.0), ("solved", 0.5)],
            "Something went wrong (severity 0.40). They said nothing about it. "
            "They called with a question; somebody answered after 30 seconds and solved it.",
        ),
        (
            [("outage_notice", 0.4), ("issue", 0.24), ("silent", 0.24)],
            "The company told them at once of a failure. Something went wrong (severity 0.24). They said nothing about it.",
        ),
        ([("fee_found", 650.0)], "They found a fee of 6.50 EUR that nobody had told them of."),
        ([("drip_found", 0.15)], "Their first bill showed that 15\u00a0% of the price had been held back."),
        (
            [("question", 0.0), ("bot_hands_over", 0.0), ("bot_found_out", 0.15), ("solved", 0.5)],
            "They asked the chatbot, which could not help and handed them over. "
            "They found out that it was no person, and lost 15\u00a0% of their trust. "
            "They were put through; somebody answered after 30 seconds and solved it.",
        ),
        (
            [("issue", 0.44), ("gives_up", 4.0)],
            "Something went wrong (severity 0.44). "
            "They tried to call and gave up after 4.0 minutes without reaching anybody.",
        ),
        (
            [("unsolved", 12.0)],
            "They called again; somebody answered after 12 minutes and did not solve it.",
        ),
        ([("compares_and_stays", -0.12)], "They compared providers and stayed; the rival fell short by 12\u00a0% of the price."),
        ([("compares_and_stays", 0.001)], "They compared providers and stayed; the rival was as good."),
        ([("leaves", 0.09)], "They left for the rival, better by 9\u00a0% of the price with all costs of moving."),
        ([("leaves", -0.03)], "They left for the rival, although staying was better by 3\u00a0% of the price."),
        ([("offer_accepted", 1250.0)], "They were offered more and bought for 12.50 EUR."),
        ([("tells_ill", 1.0)], "They spoke ill of the company, and 1 person heard it."),
    ],
)  # fmt: skip
def test_sentences(events: list[tuple[str, float]], told: str) -> None:
    assert " ".join(sentences([Event(*event) for event in events], HERE)) == told


def test_who_leaves_is_told_what_they_held_against_the_company() -> None:
    here = Circumstances(COMPANY, "EUR", {"ledger_service": 0.6, "ledger_quality": 0.2})
    (said,) = sentences([Event("leaves", 0.09)], here)
    assert said.endswith("What they held against the company until then: service 75\u00a0%, quality 25\u00a0%.")


def test_a_journey_begins_with_the_row_of_the_file() -> None:
    told = journey_of(load(scenarios_folder() / "telecom" / "today.yaml").with_(weeks=2), 17)
    assert told.person.line == 19 and told.person.row is not None
    assert told.person.row["Churn"] == "0" and told.person.row["Frequency of use"] == "14"
    assert "Line 19 of iranian_churn.csv: Complains 0" in told.text.replace("\n    ", " ")
    assert "tenure" in told.person.from_file and "patience" not in told.person.from_file


def test_what_the_file_lacks_of_a_customer_is_not_said_to_come_from_it() -> None:
    told = journey_of(load(scenarios_folder() / "telecom" / "today.yaml").with_(weeks=1), 0)
    assert told.person.row is not None and "failure_exposure" in told.person.from_file
    calls = [journey_of(told.scenario, customer) for customer in range(1, 20)]
    idle = [other for other in calls if other.person.row is not None and other.person.row["Frequency of use"] == "0"]
    assert idle and all("failure_exposure" not in other.person.from_file for other in idle)


def stories(world: Scenario) -> list[Journey]:
    return [journey_of(world, customer, 2, 7) for customer in (0, 5, 30, 59, 60, 74)]


def test_a_story_fits_the_page_and_json(world: Scenario) -> None:
    for told in stories(world):
        assert max(map(len, told.text.splitlines())) <= 100
        written = json.loads(json.dumps(told.to_json(), allow_nan=False))
        assert [week["week"] for week in written["weeks"]] == list(range(10))
        assert written["ending"] == told.ending and told.ending in told.text.replace("\n    ", " ")


def test_every_week_is_told_once(world: Scenario) -> None:
    for told in stories(world):
        labels = [line.split(":")[0] for line in told.text.splitlines() if line.startswith(("Week ", "Weeks "))]
        weeks = []
        for label in labels:
            first, _, last = label.split(" ")[1].partition("\u2013")
            weeks += range(int(first), int(last or first) + 1)
        assert weeks == list(range(10))


def test_the_same_policy_gives_the_same_life(world: Scenario) -> None:
    beside = against(world, world.with_(name="Again"), 5, 2, 7)
    assert beside.first is None and "The two lives do not differ." in beside.text


def test_another_policy_parts_the_lives_in_the_week_that_is_named(world: Scenario) -> None:
    other = world.with_(name="Worse", changes={"from week 4": {"quality": {"error_rate": 0.9}}})
    parted = [against(world, other, customer, 2, 7) for customer in range(0, 60, 6)]
    assert any(beside.first is not None for beside in parted)
    for beside in parted:
        first = 10 if beside.first is None else beside.first
        assert first >= 4
        before = [(one.told, one.provider) for one in beside.one.weeks[:first]]
        assert before == [(one.told, one.provider) for one in beside.other.weeks[:first]]
        if beside.first is not None:
            assert f"first differ in week {first}." in beside.text
            assert beside.one.weeks[first].moment != beside.other.weeks[first].moment
        assert max(map(len, beside.text.splitlines())) <= 100
        json.dumps(beside.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((75, 0, 1), "customer is 75, but must lie between 0 and 74: 0 to 59 are the company's customers at the start"),
        ((-1, 0, 1), "customer is -1, but must lie between 0 and 74"),
        ((0, -1, 1), "replication is -1, but must lie between 0 and 2^64 - 1"),
        ((0, 0, 2**64), "seed is 18446744073709551616, but must lie between 0 and 2^64 - 1"),
    ],
)
def test_whom_there_is_not(world: Scenario, numbers: tuple[int, int, int], words: str) -> None:
    with pytest.raises(Mistake) as caught:
        journey_of(world, *numbers)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"weeks": 8, "changes": None}, "only equally long lives can be told side by side"),
        ({"market": {"customers": 50}}, "begins with 60 customers and 'Busy' with 50"),
    ],
)
def test_lives_that_cannot_be_held_side_by_side(world: Scenario, sections: dict, words: str) -> None:
    with pytest.raises(Mistake, match="so customer|only equally") as caught:
        against(world, world.with_(**sections), 5)
    assert words in str(caught.value)


@pytest.mark.parametrize(("weeks", "words"), [(1, "1 week"), (0.6, "1 week"), (0, "0 weeks"), (168.2, "168 weeks")])
def test_one_week_is_one_week(weeks: float, words: str) -> None:
    assert weeks_told(weeks) == words


# ---- what decides


def test_the_week_of_leaving_is_decisive_and_nothing_after_it_is(world: Scenario) -> None:
    left = 0
    for customer in range(60):
        life = journey_of(world, customer, 2, 7)
        goes = [
            week.number
            for week in life.weeks
            if any(event.what in ("leaves", "moves_away") for event in week.moment.events)
        ]
        weeks = decisive([life], 3)
        assert weeks == sorted(set(weeks)) and len(weeks) <= 3 and all(life.weeks[week].told for week in weeks)
        if goes:
            left += 1
            assert weeks[-1] == goes[0]
    assert left > 5


def test_of_two_lives_the_week_in_which_they_part_is_decisive(world: Scenario) -> None:
    other, parted = world.with_(name="Worse", quality={"error_rate": 0.6}), 0
    for customer in range(30):
        both = against(world, other, customer, 2, 7)
        weeks = decisive(both.lives, 3)
        assert all(both.one.weeks[week].told != both.other.weeks[week].told for week in weeks)
        apart = [k for k in range(world.weeks) if both.one.weeks[k].provider != both.other.weeks[k].provider]
        if apart:
            parted += 1
            assert weeks[-1] == apart[0] and len(decisive_rows(both.lives, 3)[-1]) == 3
    assert parted > 3


def test_who_goes_although_staying_was_better_is_told_how_many_would(world: Scenario) -> None:
    told = 0
    for customer in range(75):
        life = journey_of(world, customer, 2, 7)
        odd = [week.number for week in life.weeks if "although staying was better" in week.text]
        said = list(against_the_odds(life))
        assert [f"week {week}:" in words for week, words in zip(odd, said, strict=True)] == [True] * len(odd)
        assert all(
            int(found[1]) < 50 for words in said if (found := re.search(r"in their place, (\d+) would go", words))
        )
        told += len(said)
    assert told > 0
