"""All that is measured, chapter by chapter, and what it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import engines, queues, scaling
from sim.bench.engines import core_rows, mesa_rows
from sim.bench.timing import Row
from sim.errors import Mistake, nearest

Wanted = dict[str, Callable[[], list[Row]]]
Chapter = tuple[str, Callable[[], list[Row]]]

QUICK: tuple[Chapter, ...] = (
    ("The fast engine", core_rows),
    ("Threads", scaling.scaling_rows),
    ("Memory", engines.memory_rows),
    ("Against the readable engine", mesa_rows),
    ("Against NumPy", engines.numpy_rows),
    ("Against other queue simulators", queues.queue_rows),
    ("Larger markets", engines.size_rows),
    ("Starting", scaling.start_rows),
    ("Where the time goes", engines.profile),
)
FULL: tuple[Chapter, ...] = (
    ("Starting", lambda: scaling.start_rows(compiling=True)),
    ("A large market", scaling.large_rows),
    ("A thousand replications", scaling.thousand_rows),
)
"""What takes minutes and gigabytes; a chapter that is also quick replaces the quick one."""


@dataclass(frozen=True)
class Measured:
    """What was measured, by chapter, and on what machine."""

    machine: dict[str, Any]
    chapters: dict[str, list[Row]]

    @property
    def rows(self) -> list[Row]:
        """Every figure, in order."""
        return [row for rows in self.chapters.values() for row in rows]

    def value(self, figure: str) -> float | None:
        """The value of a figure; None when it was not measured."""
        return next((row.value for row in self.rows if row.figure == figure), None)

    def to_json(self) -> dict[str, Any]:
        """The object that ``python -m benchmarks --json`` prints."""
        said = {title: [row.to_json() for row in rows] for title, rows in self.chapters.items()}
        return {"machine": self.machine, "chapters": said}


def chosen(full: bool = False, only: str | None = None, whole: bool = False) -> Wanted:
    """What to measure, in order; ``only`` one chapter. Raises :class:`~sim.errors.Mistake` for a chapter that is none.

    ``whole``: a picture, page or reference is wanted, which a single chapter does not give.
    """
    there = dict(QUICK) | (dict(FULL) if full else {})
    if only is None:
        return there
    if whole:
        raise Mistake(
            "--only measures one chapter, but a picture, page or reference needs all of them; leave one of the two out"
        )
    if only not in there:
        known = list(dict(QUICK) | dict(FULL))
        hint = "; it needs --full" if only in known else nearest(only, known) or f"; there are {', '.join(known)}"
        raise Mistake(f"there is no chapter '{only}' to measure{hint}")
    return {only: there[only]}


def measure(wanted: Wanted, progress: Callable[[int], None] | None = None) -> Measured:
    """Measure these chapters; ``progress`` is called after each."""
    before, found = _load(), {}
    for title, chapter in wanted.items():
        found[title] = chapter()
        if progress:
            progress(1)
    return Measured(machine() | {"load_before": before, "load_after": _load()}, found)


WORSE = 1.2
"""How many times as long, in units of the floor kernel, a figure may take as the reference says."""


def over_floor(rows: Iterable[Row]) -> dict[str, float]:
    """The figures that are told in units of the floor kernel's time for a customer-week."""
    return {row.figure: row.over_floor for row in rows if row.over_floor is not None}


def worsened(reference: Mapping[str, float], measured: Mapping[str, float]) -> list[str]:
    """A sentence for each figure that takes more than :data:`WORSE` times what the reference says, or is not measured."""
    gone = [f"{name} is no longer measured" for name in reference if name not in measured]
    return gone + [
        f"{name} takes {measured[name]:.3g} times the floor, and took {before:.3g}: {measured[name] / before - 1:.0%} more"
        for name, before in reference.items()
        if name in measured and measured[name] > WORSE * before
    ]


def _load() -> float | None:
    """How many processes wanted a processor in the last minute, this one among them; None where nobody counts."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numba", "numpy")},
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
