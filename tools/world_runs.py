"""Measure the rows of evidence in many plausible worlds, one after the other, and keep what comes out.

``python tools/world_runs.py [--worlds 300] [--processes 2]`` begins what ``make worlds`` ends: each world of a Latin hypercube
over everything that nobody knows is measured by the rows of ``tests/evidence`` that it can be held to. What is done is kept in
``build/worlds/runs.jsonl``; begun again, it goes on from there.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import _lru_cache_wrapper
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from evidence.table import EVIDENCE  # noqa: E402

from sim.model.component import builtin  # noqa: E402
from sim.scenario.worlds import MEANS, Worlds, prior, uncertain, write_worlds  # noqa: E402

KEPT = ROOT / "build" / "worlds" / "runs.jsonl"
TOO_LONG = ("L05", "L25", "L33", "L38", "L51")
"""Rows that take as long as all the others together."""
SIGNS = ("L48",)
"""Rows of which only signs were published."""


def rows() -> list[str]:
    """The rows that a world is held to: exact ones set the world themselves, and of some there is no time to measure hundreds."""
    return [
        number
        for number, row in EVIDENCE.items()
        if row.published(number).role != "UNIT" and number not in (*TOO_LONG, *SIGNS)
    ]


def alone(worlds: Worlds, place: int) -> Worlds:
    """One of the worlds by itself."""
    return Worlds(f"world {place}", worlds.paths, worlds.values[place : place + 1], np.ones(1))


def _forget() -> None:
    """Let go of what rows keep of the world before."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper) and getattr(each, "__module__", "").startswith("evidence"):
            each.cache_clear()


def measured(worlds: Worlds, place: int) -> dict[str, float | None]:
    """What every row comes to in a world; None where it cannot be measured there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.worlds.parquet"
        write_worlds(alone(worlds, place), file)
        os.environ["LOYALTY_WORLDS"] = str(file)
        _forget()
        return {number: _value(number) for number in rows()}


def _value(number: str) -> float | None:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = float(EVIDENCE[number].measure().value)
    except (ArithmeticError, ValueError, IndexError):
        return None
    return value if np.isfinite(value) else None


def known(file: Path = KEPT) -> dict[int, dict[str, float | None]]:
    """What was measured so far: world → row → value."""
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {int(told["world"]): told["rows"] for told in map(json.loads, lines)}


def design(count: int) -> Worlds:
    """The worlds that are measured; the means of traits are as usual, for a published result says whom it was found among."""
    worlds, lines = prior(builtin(), count), uncertain(builtin())
    usual = [place for place, path in enumerate(worlds.paths) if path.startswith(f"{MEANS}.")]
    values = worlds.values.copy()
    values[:, usual] = [lines[worlds.paths[place]].default for place in usual]
    return replace(worlds, values=values)


def _one(count: int, place: int) -> tuple[int, dict[str, float | None]]:
    return place, measured(design(count), place)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--worlds", type=int, default=300)
    asked.add_argument("--processes", type=int, default=2)
    said = asked.parse_args()
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    todo = [place for place in range(said.worlds) if place not in known()]
    with ProcessPoolExecutor(said.processes) as pool, KEPT.open("a", encoding="utf-8") as kept:
        under_way = [pool.submit(_one, said.worlds, place) for place in todo]
        for done, future in enumerate(as_completed(under_way), 1):
            place, found = future.result()
            print(json.dumps({"world": place, "rows": found}), file=kept, flush=True)
            print(f"{done} of {len(todo)} worlds", end="\r", flush=True)


if __name__ == "__main__":
    main()
