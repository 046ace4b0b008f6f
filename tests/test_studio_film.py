"""What the studio shows is what the engines do: the same pictures from both, and the counts of a run."""

from __future__ import annotations

import base64
import queue
from pathlib import Path

import numpy as np
import pytest
from worlds import busy

from sim import Mistake, run
from sim.journey.relive import relive
from sim.journey.telling import feelings
from sim.model.behaviour.person import MOST_RIVALS
from sim.model.component import builtin, with_rivals
from sim.model.network import draw_network
from sim.model.week import COUNTS
from sim.report.charts.palette import COLOURS
from sim.scenario.whole import Scenario, described
from sim.studio.compare import question as comparing
from sim.studio.library.scenario_library import fetch
from sim.studio.live.frames import SCALES, STEPS, Frame, World, fitted, others, places, ties
from sim.studio.live.live_controller import (
    LiveController,
    compare_entries,
    first_key,
    script_of,
    second_policy,
    second_world,
)
from sim.studio.live.live_session import DECISIVE, LiveSession, Script, moves, story
from sim.studio.live.short_list import MOST, does_now, idle, short_list
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.policies import Setting, from_address, sections, to_address

SMALL = {"market": {"customers": 60, "prospects": 15, "stands_for": 80}}
SEED = 7


@pytest.fixture(scope="module")
def world() -> Scenario:
    return busy(**SMALL, weeks=10).with_(
        upselling={"attempts": 0.3}, choice={"attention": 0.2}, call_centre={"representatives": 1, "questions": 0.5}
    )


@pytest.fixture(scope="module")
def frames(world: Scenario) -> list[Frame]:
    filmed = World(world, SEED)
    return [filmed.step() for _ in range(world.weeks)]


def test_both_engines_make_the_same_pictures(world: Scenario, frames: list[Frame]) -> None:
    readable = World(world, SEED, "mesa")
    for fast in frames:
        slow = readable.step()
        for name in ("feelings", "provider", "talkers", "calls", "staff"):
            assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
        assert fast.measures == slow.measures


def test_the_pictures_count_what_a_run_counts(world: Scenario, frames: list[Frame]) -> None:
    tally = run(world, 1, SEED).tally[0]
    counted = {name: tally[:, k] for k, name in enumerate(COUNTS)}
    assert [len(frame.calls) for frame in frames] == list(counted["calls"]) and sum(counted["calls"]) > 20
    assert [int((frame.calls[:, 3] == 2).sum()) for frame in frames] == list(counted["abandoned"])
    assert [int((frame.provider == 0).sum()) for frame in frames] == list(counted["customers"])
    assert [len(frame.staff) for frame in frames] == list(counted["staff"])
    spoken = sum(len(frame.talkers) for frame in frames)
    assert spoken >= sum(counted["talkers"]) > 10  # those who are with the rival talk too


def test_a_person_looks_as_their_journey_tells(world: Scenario, frames: list[Frame]) -> None:
    life = relive(world, 3, 0, SEED)
    for frame, moment in zip(frames, life.moments, strict=True):
        assert frame.feelings[1, 3] == round(moment.state["trust"] * STEPS)
        assert frame.provider[3] == moment.state["provider"]
        told = [event.what for event in moment.events if event.what in ("tells_ill", "tells_well")]
        mine = frame.talkers[frame.talkers[:, 0] == 3]
        assert [("tells_ill", "tells_well")[well] for _, well in mine] == told


def test_callers_ring_within_the_hours_and_wait_as_they_were_counted(world: Scenario, frames: list[Frame]) -> None:
    for frame in frames:
        assert np.all((frame.calls[:, 1] >= 0) & (frame.calls[:, 1] < frame.hours)) and np.all(frame.calls[:, 2] >= 0)
        assert np.all(np.diff(frame.calls[:, 1]) >= 0)
        mean = frame.calls[:, 2].mean() if len(frame.calls) else 0.0
        assert mean == pytest.approx(frame.measures["wait_mean"], abs=1e-4)


def test_a_frame_is_packed_without_loss(frames: list[Frame]) -> None:
    frame = max(frames, key=lambda each: len(each.calls))
    packed = frame.packed()
    assert np.array_equal(np.frombuffer(base64.b64decode(packed["feelings"][0]), np.uint8), frame.feelings[0])
    assert np.array_equal(np.frombuffer(base64.b64decode(packed["talkers"]), "<u2").reshape(-1, 2), frame.talkers)


def test_what_is_told_of_the_phones_is_counted_call_by_call(frames: list[Frame]) -> None:
    busiest = 0
    for frame in frames:
        told, calls = frame.phones(), [tuple(map(float, call)) for call in frame.calls]
        there = [[call for call in calls if call[1] <= at < call[1] + call[2]] for _, at, _, _ in calls]
        fullest = max(there, key=len, default=[])
        assert told["waiting"] == len(fullest) and told["going"] == sum(call[3] == 2 for call in fullest)
        assert told["calls"] == len(calls) and told["gave_up"] == sum(call[3] == 2 for call in calls)
        assert told["longest"] == pytest.approx(max((call[2] for call in calls), default=0), abs=0.01)
        busiest = max(busiest, len(fullest))
    assert busiest > 1


def test_what_a_colour_means_is_what_a_story_says() -> None:
    for name, (ends, words) in SCALES.items():
        assert len(words) == len(ends) + 1 and list(ends) == sorted(ends)
        for feeling in np.linspace(0.005, 0.995, 100):
            state = {"satisfaction": 0.5, "trust": 0.5, "grievance": 0.0, name: feeling}
            assert words[int(np.searchsorted(ends, feeling, side="right"))] in feelings(state)


def test_friends_are_drawn_near_one_another() -> None:
    network = draw_network(np.uint64(5), "small_world", 300, 8, 0.05)
    where, both = places(network).astype(float), ties(network)
    assert where.min() >= 0 and where.max() <= 1
    assert len(both) == len(network.friends) / 2
    apart = np.linalg.norm(where[both[:, 0]] - where[both[:, 1]], axis=1).mean()
    strangers = np.linalg.norm(where[:-1] - np.roll(where, 97, axis=0)[:-1], axis=1).mean()
    assert apart < 0.5 * strangers
    assert np.array_equal(places(network), places(network))


def test_a_smaller_or_larger_town_stands_for_as_many_people() -> None:
    town = described({"weeks": 4, "market": {"customers": 800, "prospects": 400, "stands_for": 50}})
    small = fitted(town, 300)
    assert (small.market.customers, small.market.prospects, small.market.stands_for) == (200, 100, 200)
    large = fitted(town, 6000)
    assert (large.market.customers, large.market.prospects, large.market.stands_for) == (4000, 2000, 10)
    assert fitted(town, 1200) is town
    few = fitted(town.with_(market={"stands_for": 2}), 6000)  # nobody stands for less than one person
    assert (few.market.customers, few.market.prospects, few.market.stands_for) == (1600, 800, 1)


def shown(film: LiveSession) -> list[dict]:
    """All weeks that are left: how many come at a time is a matter of how quickly they are made."""
    return [frame for part in iter(lambda: film.more()[0], []) for frame in part]


def test_a_film_that_goes_on_is_the_film_from_the_start(world: Scenario) -> None:
    whole, later = LiveSession(Script((world,), SEED)), LiveSession(Script((world,), SEED), start=6)
    frames, rest = shown(whole), shown(later)
    assert [frame["week"] for frame in frames] == list(range(world.weeks))
    assert rest == frames[6:]


def test_a_lever_moved_in_a_week_leaves_the_weeks_before_as_they_were(world: Scenario) -> None:
    moved = world.with_(name="Moved", **sections([Setting("quality.error_rate", "0.4", 5)]))
    one, two = (World(scenario, SEED) for scenario in (world, moved))
    pairs = [(one.step(), two.step()) for _ in range(world.weeks)]
    same = [np.array_equal(a.feelings, b.feelings) and a.measures == b.measures for a, b in pairs]
    assert all(same[:5]) and not any(same[6:])


def test_worlds_of_other_people_are_not_shown_side_by_side(world: Scenario) -> None:
    other = world.with_(market={"customers": 61})
    with pytest.raises(Mistake, match="do not hold the same people"):
        LiveSession(Script((world, other), SEED))
    with pytest.raises(Mistake, match="only equally long"):
        LiveSession(Script((world, world.with_(weeks=11)), SEED))


def test_a_story_tells_where_two_lives_part(world: Scenario) -> None:
    moved = world.with_(quality={"error_rate": 0.9}, name="Moved")
    both = story(Script((world, moved), SEED), 3)
    assert len(both.columns) == 2 and len(both.rows[0]) == 3 and "differ" in both.parting
    assert 1 <= len(both.decisive) <= DECISIVE and all(len(row) == 3 for row in both.decisive)
    assert len(story(Script((world,), SEED), 3).rows[0]) == 2
    with pytest.raises(Mistake, match="must lie between"):
        story(Script((world,), SEED), 75)


def test_levers_that_are_moved_are_marked_in_their_weeks(world: Scenario) -> None:
    later = world.with_(**sections([Setting("quality.error_rate", "0.4", 5), Setting("upselling.attempts", "0", 7)]))
    told = [(move["week"], move["world"], move["words"]) for move in moves(later, 1)]
    assert told == [(5, 1, "Quality: error rate 0.4 per week"), (7, 1, "Upselling: attempts 0 per month")]
    assert moves(world, 0) == []


def test_the_short_list_begins_with_what_was_moved_and_what_differs_and_says_what_each_does() -> None:
    one, two = fetch("lessons/town"), fetch("lessons/the_fee_trap")
    found = short_list("trust", one, two, ["upselling.attempts"])
    keys = [lever.key for lever in found]
    assert len(found) == MOST == len(set(keys)) and keys[0] == "upselling.attempts" and "fees.size" in keys
    assert does_now(found[0], two) == "nothing, because attempts is 0"
    (size,) = (lever for lever in found if lever.key == "fees.size")
    assert idle(size, one) == "size and drip are 0" and idle(size, two) == "" and size.meaning in does_now(size, two)


def test_several_rivals_have_a_look_each_that_is_not_the_company_s() -> None:
    names = [f"Rival {k}" for k in range(MOST_RIVALS)]
    shown = others(with_rivals(builtin(), tuple(names)))
    assert [other["name"] for other in shown] == names and [other["name"] for other in others(builtin())] == [
        "the rival"
    ]
    assert len({(other["ring"], other["dash"]) for other in shown}) == MOST_RIVALS
    assert all(other["ring"] != COLOURS[0] or other["dash"] for other in shown)


MOVED = from_address("lessons/town~upselling.attempts:0.5~call_centre.representatives@26:14")


def test_a_lever_moved_again_forgets_what_it_said_for_later() -> None:
    again = MOVED.turned(Setting("call_centre.representatives", "20", 10))
    assert to_address(again) == "lessons/town~upselling.attempts:0.5~call_centre.representatives@10:20"
    later = again.turned(Setting("call_centre.representatives", "9", 30))
    assert [setting.week for setting in later.settings] == [0, 10, 30]


class Entries(dict):
    """An address without a browser."""

    def __missing__(self, key: str) -> str:
        return ""

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        return int(self[key] or default)


def asked(tmp_path: Path, **entries: str) -> Script:
    return script_of(Entries(entries), VisitorFiles(tmp_path))  # type: ignore[arg-type]


def test_the_second_world_is_the_first_with_the_levers_that_the_address_moves(tmp_path: Path) -> None:
    one, two = asked(tmp_path, one="lessons/town", two="same~quality.error_rate@40:0.3").scenarios
    assert {one.settings(week)["quality"].error_rate for week in (0, 40)} == {one.parts["quality"].error_rate}
    assert two == one.with_(lesson=None, name="The town, error rate 0.3 from week 40", description="", **CHANGED)
    assert asked(tmp_path, one="lessons/town").scenarios == (one,)
    assert [each.name for each in asked(tmp_path).scenarios] == ["The town", "Bad news travels"]


@pytest.mark.parametrize(
    "entries",
    [
        {"one": "lessons/town", "two": "same~quality.error_rate@40:0.3~upselling.attempts:0.5"},
        {"one": "telecom/today", "two": "telecom/outsourced~call_centre.callback:40%25"},
        {},
    ],
)
def test_compare_is_asked_about_the_same_two_worlds(entries: dict[str, str], tmp_path: Path) -> None:
    address, desk = Entries(entries), VisitorFiles(tmp_path)
    base, other = comparing.scenarios(comparing.from_entries(compare_entries(address)), desk)  # type: ignore[arg-type]
    assert base.fingerprint == fetch(first_key(address)).fingerprint  # type: ignore[arg-type]
    assert other == second_world(address, second_policy(address), desk)  # type: ignore[arg-type]


def test_one_world_is_not_compared() -> None:
    assert compare_entries(Entries({"one": "lessons/town"})) == {}  # type: ignore[arg-type]


CHANGED = {"changes": {"from week 40": {"quality": {"error_rate": 0.3}}}}

WRONG = {
    "upsellling.attempts:1": "did you mean 'upselling.attempts'",
    "upselling.attempts:many": "must be a number",
    "upselling.attempts=1": "there is no lever 'upselling.attempts=1'",
    "quality.error_rate@soon:0.1": "there is no lever 'quality.error_rate@soon'",
    "quality.error_rate:7": "quality.error_rate is 7",
    "quality.error_rate:0.1~quality.error_rate:0.2": "is set twice for the same week",
    "network.file:/etc/hostname": "there is no lever 'network.file'",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items())
def test_a_wrong_lever_is_told_as_the_scenario_check_tells_it(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=words):
        asked(tmp_path, one="lessons/town", two=f"same~{text}")


def test_a_fault_of_the_program_reaches_the_page(
    world: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: queue.Queue[str] = queue.Queue()
    projector = LiveController(lambda opening: told.put("shown"), lambda chunk: told.put("handed"))
    projector.load(lambda: 1 // 0, 0, told.put)  # type: ignore[arg-type, return-value]
    assert "ZeroDivisionError" in told.get(timeout=60)
    projector.load(lambda: Script((world,), SEED), 0, told.put)
    assert [told.get(timeout=60), told.get(timeout=60)] == ["", "shown"]
    monkeypatch.setattr(LiveSession, "more", lambda film: 1 // 0)
    projector.more({"version": 2})
    assert "ZeroDivisionError" in told.get(timeout=60)
    assert "Traceback" in capsys.readouterr().err
