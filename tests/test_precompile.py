"""The first start compiles in two processes: what the second is told to compile is what the first then finds kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import busy

from sim.engine import precompile
from sim.engine.columns import compiled_week
from sim.engine.engine import Engine
from sim.engine.start import begin
from sim.engine.support import Sizes, room_for
from sim.model.week import COUNTS, journal
from sim.scenario.model_inputs import ground_of
from sim.system.code_cache import Shelf

ROOT = Path(__file__).resolve().parents[1]

TOY = """
import json
from functools import partial
from importlib import import_module
from pathlib import Path
import numba, numpy as np
from sim.model.rules import lean_kernel, phase
from sim.engine import precompile

precompile.FEWEST = 1

@phase
def doubled(values, factor):
    for k in range(values.size):
        values[k] *= factor

@phase
def added(values, both):
    values[0] += both[0] + both[1]

@lean_kernel
def kernel(values, times):
    for k in range(times):
        doubled(values, np.float32(2))
        added(values, (k, times))

if __name__ == "__main__":
    import toy
    values = np.ones(3, np.float32)
    toy.precompile.shared(toy.kernel, (toy.doubled, toy.added), lambda: (values, 1), partial(import_module, "toy"))
    again = toy.precompile._first("toy")
    for helper in toy.precompile._helpers():
        assert helper.wait(120) == 0
    toy.kernel(values, 2)
    hits = {one.__name__: sum(one._compiled.stats.cache_hits.values()) for one in (toy.doubled, toy.added)}
    print(json.dumps({"hits": hits, "values": values.tolist(), "again": again, "helpers": len(toy.precompile._helpers())}))
"""


def toy(folder: Path) -> dict[str, object]:
    """The toy's own account, from a process of its own with compiled code in ``folder``."""
    (folder / "toy.py").write_text(TOY)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "LOYALTY_CACHE": str(folder / "kept")}
    done = subprocess.run(
        [sys.executable, "toy.py"], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_second_process_compiles_what_the_first_then_reads(tmp_path: Path) -> None:
    first = toy(tmp_path)
    assert first["hits"] == {"doubled": 1, "added": 1} and first["helpers"] == 1
    assert first["again"] is False  # nobody else begins another
    assert first["values"] == [(1 * 2 + 0 + 2) * 2 + 1 + 2, 4, 4]
    later = toy(tmp_path)
    assert later["values"] == first["values"] and later["helpers"] == 0


def test_the_types_foretold_are_those_with_which_the_week_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    foretold: dict[str, tuple[object, ...]] = {}

    def note(kernel: Any, later: object, arguments: Callable[[], tuple[object, ...]], module: object) -> None:
        foretold.update(precompile.types_at_calls(kernel.py_func, arguments()))

    monkeypatch.setattr(precompile, "shared", note)
    ground = ground_of(busy().with_(weeks=2))
    market = Engine(ground, 1).replicate(0)  # by now the week is compiled, here or by an earlier process
    network, flags = begin(ground, 1, 0, market.state())
    week, counts = compiled_week(ground.model), np.zeros((2, len(COUNTS)), np.int64)
    rooms = room_for(ground.plan.people, Sizes(*week.SIZES))
    real = (market.state(), *rooms, network, ground.policy, 0, flags, counts, journal())
    assert precompile.types_at_calls(week.weeks.py_func, real) == foretold
    for phase in week.LATER:
        compiled = phase._compiled
        known = len(compiled.signatures)
        phase.compile(foretold[phase.__name__])  # read from the disk, or known already: never compiled anew
        assert len(compiled.signatures) == 1
        assert known or not compiled.stats.cache_misses


def test_one_processor_is_left_to_the_first_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(precompile, "SHELF", Shelf(tmp_path / "new"))
    monkeypatch.setattr(precompile, "_processors", lambda: 1)
    assert not precompile._first("week") and not (tmp_path / "new").exists()
    monkeypatch.setattr(precompile, "_processors", lambda: 2)
    assert precompile._first("week") and not precompile._first("week")
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(precompile, "SHELF", Shelf(tmp_path / "file" / "below"))
    assert not precompile._first("week")  # where nothing can be kept nothing is shared
