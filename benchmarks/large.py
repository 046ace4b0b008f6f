"""One replication of one large market, in a process of its own, so that the memory is its own.

``python -m benchmarks.large PEOPLE WEEKS`` prints seconds of set-up and of the weeks, and peak memory in KiB.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

from sim.bench.timed import everything_on, market_of
from sim.engine import core
from sim.engine.start import begin
from sim.model.week import COUNTS
from sim.runs.replication import ReplicationRunner
from sim.scenario.model_inputs import ground_of


def _peak() -> int:
    """The most memory this process ever had, in KiB (macOS tells bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def live(people: int, weeks: int) -> dict[str, float]:
    """Set-up and weeks of one replication, in seconds, after the compiled code has been fetched; and peak memory.

    ``own``: the weeks in processor time. ``begun``: peak memory before the first week; ``peak``: of the whole.
    """
    ReplicationRunner(ground_of(everything_on(weeks=1)), 1).replicate(0)
    start = time.perf_counter()
    place = ReplicationRunner(ground_of(everything_on(weeks=weeks, **market_of(people))), 1)
    network, setting = begin(place.ground, 1, 0, place.state)
    ready, own, begun = time.perf_counter(), time.thread_time(), _peak()
    tally = np.zeros((weeks, len(COUNTS)), np.int64)
    core.live(place.state, place.work, network, place.ground.policy, setting, tally, place.journal)
    done, own = time.perf_counter(), time.thread_time() - own
    return {"setup": ready - start, "weeks": done - ready, "own": own, "begun": begun, "peak": _peak()}


if __name__ == "__main__":
    print(json.dumps(live(int(sys.argv[1]), int(sys.argv[2]))))
