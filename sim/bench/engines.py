"""The two engines against the floor kernel and against each other: what ``loyalty bench`` measures."""

from __future__ import annotations

from importlib.util import find_spec

from sim.bench.timed import everything_on
from sim.bench.timing import Row, best_in_turn, floor_of
from sim.engine.start import Ground, begin
from sim.runs.replication import ReplicationRunner
from sim.scenario.model_inputs import ground_of

NANO = 1e9


def customer_weeks(ground: Ground) -> int:
    """Customer-weeks of one replication."""
    return ground.plan.people * ground.weeks


def core_rows(repeats: int = 15) -> list[Row]:
    """One replication of the fast engine on one thread, and what it stands on."""
    ground = ground_of(everything_on())
    place, weeks = ReplicationRunner(ground, 1), customer_weeks(ground)
    actions = [floor_of(ground), lambda: place.replicate(0), lambda: begin(ground, 1, 0, place.state)]
    bottom, spent, start = best_in_turn(actions, repeats)
    unit, size = "ns per customer-week", f"{ground.plan.people:,} people, {ground.weeks} weeks"
    return [
        Row("core, one thread", spent / weeks * NANO, unit, 20, 10, note=f"{size}, every mechanism on, with set-up"),
        Row("floor kernel", bottom / weeks * NANO, unit, note="one Philox block, every column read and written"),
        Row("core over floor", spent / bottom, "times", 6, 3, over_floor=spent / bottom,
            note="the figure to watch: it hardly depends on the machine"),
        Row("set-up within that", start / weeks * NANO, unit, note="people and network", over_floor=start / bottom),
    ]  # fmt: skip


def mesa_rows(people: int = 400, weeks: int = 12) -> list[Row]:
    """The readable engine against the core on the same small scenario; nothing when Mesa is not installed."""
    if find_spec("mesa") is None:
        return []
    from sim.engine.objects import live

    sizes = {"customers": people * 4 // 5, "prospects": people // 5, "stands_for": 800}
    small, large = ground_of(everything_on(weeks=weeks, market=sizes)), ground_of(everything_on())
    place = ReplicationRunner(large, 1)
    bottom, fast, slow = best_in_turn([floor_of(large), lambda: place.replicate(0), lambda: live(small, 1, 0)], 3)
    slow, fast, bottom = slow / customer_weeks(small), fast / customer_weeks(large), bottom / customer_weeks(large)
    note = f"Mesa: {people} people, {weeks} weeks"
    return [
        Row("Mesa engine", slow * 1e6, "µs per customer-week", note=note),
        Row("core against Mesa", slow / fast, "times", 500, 2000, smaller=False, note=note),
    ]
