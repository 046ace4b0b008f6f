"""The queue against SimPy and Ciw: the same callers, each with the same patience and the same call, in all three."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.bench.timed import everything_on
from sim.bench.timing import Row, best_in_turn, floor_of, taken
from sim.scenario.model_inputs import ground_of
from sim.service.queues import serve

Callers = tuple[np.ndarray, np.ndarray, np.ndarray]


def callers_drawn(count: int, agents: int) -> Callers:
    """Moments of arrival, lengths of calls and patience, minutes, for as much work as the representatives can just do."""
    luck = np.random.default_rng(1)
    arrivals = np.cumsum(luck.exponential(5.0 / agents, count))
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


def by_ciw(arrivals: np.ndarray, handling: np.ndarray, patience: np.ndarray, agents: int) -> np.ndarray:
    """Which of the callers abandon, by Ciw: one node whose individuals renege."""
    import ciw

    class EachTheirOwn(ciw.dists.Distribution):
        def __init__(self, values: np.ndarray) -> None:
            self.values = values.tolist()

        def sample(self, t: Any = None, ind: Any = None) -> float:
            return self.values[ind.id_number - 1]

    class OneAfterAnother(ciw.dists.Distribution):
        """As Ciw's own Sequential, which from Python 3.12 on warns of what it stands on, and from 3.14 on cannot be used."""

        def __init__(self, values: list[float]) -> None:
            self.values, self.given = values, 0

        def sample(self, t: Any = None, ind: Any = None) -> float:
            self.given += 1
            return self.values[self.given - 1]

    gaps = [*np.diff(arrivals, prepend=0.0).tolist(), float("inf")]
    network = ciw.create_network(
        arrival_distributions=[OneAfterAnother(gaps)],
        service_distributions=[EachTheirOwn(handling)],
        reneging_time_distributions=[EachTheirOwn(patience)],
        number_of_servers=[agents],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(float(arrivals[-1] + patience.max() + handling.max() + 1))
    outcome = np.zeros(arrivals.size, np.int8)
    for record in simulation.get_all_records():
        outcome[record.id_number - 1] = record.record_type == "renege"
    return outcome


def queue_rows(callers: int = 60_000, few: int = 10_000, agents: int = 50) -> list[Row]:
    """The queue, and against each of the two libraries that is installed; Ciw has fewer callers, as it takes longer."""
    drawn = callers_drawn(callers, agents)
    ground = ground_of(everything_on())
    bottom, spent = best_in_turn([floor_of(ground), lambda: serve(*drawn, agents)])
    bottom, spent = bottom / ground.plan.people / ground.weeks, spent / callers
    note = f"{callers:,} callers, {agents} representatives"
    rows = [Row("queue", spent * 1e9, "ns per caller", note=note, over_floor=spent / bottom)]
    for name, module, by, count in (("SimPy", "simpy", by_simpy, callers), ("Ciw", "ciw", by_ciw, few)):
        if find_spec(module) is not None:
            rows.append(_against(name, by, spent, callers_drawn(count, agents), agents))
    return rows


def _against(name: str, by: Callable[..., np.ndarray], spent: float, drawn: Callers, agents: int) -> Row:
    found: list[np.ndarray] = []
    theirs = taken(lambda: found.append(by(*drawn, agents))) / drawn[0].size
    different = int((found[0] != serve(*drawn, agents)[1]).sum())
    note = f"{drawn[0].size:,} callers, of whom {different} end otherwise"
    return Row(f"queue against {name}", theirs / spent, "times", 100, smaller=False, note=note)
