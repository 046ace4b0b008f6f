"""How fast the engines are: everything in one run, the best of several repeats, told as ratios.

Seconds depend on the machine and on what else it is doing; a ratio to the floor kernel, measured a moment before and after on
the same processor, depends on much less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.compiled import lean_kernel
from sim.draws import fill, stream, world
from sim.engines.start import Ground, empty_state
from sim.ground import ground_of
from sim.running import Workplace
from sim.scenario.whole import Scenario, described
from sim.service.queues import serve

WEEKS, REPEATS = 104, 7
FLOOR = stream("bench floor")

BUSY: dict[str, Any] = {
    "name": "Everything on",
    "weeks": WEEKS,
    "market": {"customers": 8_000, "prospects": 2_000, "stands_for": 40},
    "network": {"kind": "small_world", "degree": 8, "rewiring": 0.1},
    "quality": {"error_rate": 0.02},
    "call_centre": {"representatives": 20, "callback": 0.3},
    "outsourcing": {"share": 0.3},
    "employee_care": {"turnover": 0.4, "training": 0.5, "strain": 0.05, "morale_weight": 0.5},
    "management": {"cuts": 0.05, "reinvests": 0.05, "target_margin": 0.3},
    "upselling": {"attempts": 0.5},
    "self_checkout": {"visits": 0.05, "lanes": 20, "self_lanes": 8, "line_in_sight": 0.5},
    "accountability": {"acknowledges": 0.8, "compensates": 1.0},
    "pricing": {"newcomer_discount": 0.1},
    "marketing": {"overpromise": 0.1},
    "contracts": {"term": 52},
    "choice": {"good_news_trigger": 0.005},
    "support_access": {"menu_levels": 3, "hidden": 0.1, "opening_hours": 0.9},
    "personalisation": {"remembers": 0.5, "repetition_hurts": 0.2, "tailoring": 0.5},
    "chatbot": {"share": 0.3, "pretends": 0.2},
    "digital_channels": {"offered": 0.4},
    "innovation": {"frontier": 0.03, "investment": 0.2},
    "retention_offers": {"save_offers": 0.2, "unsolicited": 0.01},
    "winback": {"offers": 0.05},
    "referral": {"reward": 1.0},
    "word_of_mouth": {"review_display": 0.1, "broadcast": 3, "outcry": 2.0},
    "impatience": {"patience_trend": 0.05, "switching_trend": 0.03},
    "fees": {"size": 0.2, "drip": 0.1},
    "transparency": {"outage_notices": 0.5, "process_shown": 0.2, "price_notice": 0.5, "misleading": 0.2},
    "pretence": {"claimed": 0.8, "actual": 0.4},
}
"""The scenario that is timed: every mechanism on, at the rates of a telephone company."""


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, its value and unit, what it is to reach, and a remark."""

    figure: str
    value: float
    unit: str
    reach: str
    note: str = ""


def everything_on(**sections: Any) -> Scenario:
    """The scenario that is timed, with these sections on top."""
    return described(BUSY).with_(**sections)


@lean_kernel
def _touch_all(columns, unchanged):
    for row in range(columns.shape[0]):
        for i in range(columns.shape[1]):
            columns[row, i] += unchanged


@lean_kernel
def floor(world, weeks, columns, rows):
    """The least a customer-week can cost: one bulk Philox block, and reading and writing every state column once."""
    number, clock, mark = columns
    for week in range(weeks):
        for start in range(0, number.shape[1], rows[0].size):
            fill(world, FLOOR, week, start, rows)
        _touch_all(number, np.float32(0))
        _touch_all(clock, np.int16(0))
        _touch_all(mark, np.uint8(0))


def best_of(action: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The shortest of several times in seconds, after one that is not counted."""
    action()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times)


def _floor(ground: Ground) -> float:
    state = empty_state(ground)
    words = np.empty((4, 1024), np.uint32)
    columns, rows = (state.number, state.clock, state.mark), (words[0], words[1], words[2], words[3])
    return best_of(lambda: floor(world(1, 0), ground.weeks, columns, rows))


def _together(ground: Ground, threads: int, each: int = 6) -> float:
    """Seconds for ``threads`` times ``each`` replications on so many threads."""
    places = [Workplace(ground, 1) for _ in range(threads)]

    def work(k: int) -> None:
        for replication in range(each):
            places[k].replicate(k * each + replication)

    with ThreadPoolExecutor(threads) as pool:
        return best_of(lambda: list(pool.map(work, range(threads))), 3)


def core_rows() -> list[Row]:
    """The core against the floor, two threads against one, and the size of the state."""
    ground = ground_of(everything_on())
    weeks = ground.plan.people * ground.weeks
    place = Workplace(ground, 1)
    bottom = _floor(ground)
    spent = best_of(lambda: place.replicate(0))
    bottom = min(bottom, _floor(ground))
    alone, both = _together(ground, 1), _together(ground, 2)
    state = place.state
    size = sum(array.nbytes for array in (state.number, state.clock, state.mark)) / ground.plan.people
    cores = os.cpu_count() or 1
    return [
        Row("core, one thread", spent / weeks * 1e9, "ns per customer-week", "25", "10,000 people, 104 weeks, with set-up"),
        Row("core, one thread", weeks / spent / 1e6, "million customer-weeks/s", "40"),
        Row("floor kernel", bottom / weeks * 1e9, "ns per customer-week", "", "one Philox block, all columns read and written"),
        Row("core over floor", spent / bottom, "times", "", "the figure to watch: it hardly depends on the machine"),
        Row("two threads against one", 2 * alone / both, "times", "1.8", f"{cores} processors"),
        Row("state", size, "bytes per person", "at most 128", "the network of eight friends takes 36 more"),
    ]  # fmt: skip


def mesa_rows(people: int = 400, weeks: int = 12) -> list[Row]:
    """The readable engine against the core on the same small scenario; nothing when Mesa is not installed."""
    if find_spec("mesa") is None:
        return []
    from sim.engines.mesa import live

    sizes = {"customers": people * 4 // 5, "prospects": people // 5, "stands_for": 800}
    small = ground_of(everything_on(weeks=weeks, market=sizes))
    large, place = ground_of(everything_on()), Workplace(ground_of(everything_on()), 1)
    slow = best_of(lambda: live(small, 1, 0), 2) / (people * weeks)
    fast = best_of(lambda: place.replicate(0)) / (large.plan.people * large.weeks)
    return [
        Row("Mesa engine", slow * 1e6, "µs per customer-week", "", f"{people} people, {weeks} weeks"),
        Row("core against Mesa", slow / fast, "times", "200"),
    ]


def _callers(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    luck = np.random.default_rng(1)
    arrivals = np.cumsum(luck.exponential(0.1, count))
    return arrivals, luck.exponential(5.0, count), luck.exponential(3.0, count)


def by_simpy(arrivals: np.ndarray, handling: np.ndarray, patience: np.ndarray, agents: int) -> np.ndarray:
    """Which of the callers abandon, by SimPy: one process that lets them arrive, one for each caller."""
    import simpy

    outcome = np.zeros(arrivals.size, np.int8)
    market = simpy.Environment()
    staff = simpy.Resource(market, agents)

    def call(i: int) -> Any:
        with staff.request() as request:
            yield request | market.timeout(patience[i])
            if request.triggered:
                yield market.timeout(handling[i])
            else:
                outcome[i] = 1

    def arrive() -> Any:
        for i in range(arrivals.size):
            yield market.timeout(arrivals[i] - market.now)
            market.process(call(i))

    market.process(arrive())
    market.run()
    return outcome


def queue_rows(callers: int = 60_000, agents: int = 50) -> list[Row]:
    """The queue against SimPy on the same callers; nothing when SimPy is not installed."""
    if find_spec("simpy") is None:
        return []
    drawn = _callers(callers)
    mine = best_of(lambda: serve(*drawn, agents))
    begin = time.perf_counter()
    theirs = by_simpy(*drawn, agents)
    spent = time.perf_counter() - begin
    different = int((theirs != serve(*drawn, agents)[1]).sum())
    return [
        Row("queue", mine / callers * 1e9, "ns per caller", "", f"{callers:,} callers, {agents} representatives"),
        Row("queue against SimPy", spent / mine, "times", "100", f"{different} callers end otherwise"),
    ]


_START = (
    "import time; begin = time.perf_counter(); from sim.bench import everything_on; from sim import run; "
    "run(everything_on(), 2); print(time.perf_counter() - begin)"
)


def start_rows() -> list[Row]:
    """Seconds until the first two replications are done: with an empty folder of compiled code, and again."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = os.environ | {"LOYALTY_CACHE": folder}
        first, again = (
            float(
                subprocess.run([sys.executable, "-c", _START], env=surroundings, capture_output=True, check=True).stdout
            )
            for _ in range(2)
        )
    return [
        Row("first start, compiling", first, "seconds", "60", "two replications included"),
        Row("later start", again, "seconds", "3", "two replications included"),
    ]


def measure(compile_time: bool = False) -> list[Row]:
    """Every figure. ``compile_time`` adds the first and a later start, which take a minute."""
    rows = [*core_rows(), *mesa_rows(), *queue_rows()]
    return [*rows, *start_rows()] if compile_time else rows
