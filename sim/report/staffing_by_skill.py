"""Groups with skills as people read them: what callers of each kind meet, and what one person less in a group does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.report.amounts import number
from sim.report.staffing import NOTHING, percent
from sim.staffing.skills import Group, Kind, Met
from sim.staffing.targets import Target

Rows = tuple[list[str], list[list[str]]]


def kind_rows(kinds: Sequence[Kind], groups: Sequence[Group], found: Met) -> Rows:
    """Columns, and a row for each kind and for all calls."""
    columns = [
        "",
        "calls a minute",
        "answered\nin time",
        "hang up",
        "wait s",
        *(f"by {group.name}" for group in groups),
    ]
    rows = []
    for k, name in enumerate([*(kind.name for kind in kinds), "all"]):
        rate = sum(kind.arrivals for kind in (kinds[k : k + 1] or kinds))
        taken = [percent(share) for share in found.by_group[k]] if k < len(kinds) else [""] * len(groups)
        figures = percent(found.service_level[k], 1), percent(found.abandonment[k], 1), f"{found.mean_wait[k] * 60:.1f}"
        rows.append([name, f"{rate:.3g}", *figures, *taken])
    return columns, rows


def group_rows(groups: Sequence[Group], found: Met, fewer: Sequence[Met | None]) -> Rows:
    """Columns, and a row for each group: people, how busy they are, and all calls with one of them less."""
    columns = ["", "people", "occupied", "with one less:\nanswered in time", "hang up", "wait s"]
    rows = []
    for k, (group, less) in enumerate(zip(groups, fewer, strict=True)):
        told = [NOTHING] * 3
        if less is not None:
            told = [
                percent(less.service_level[-1], 1),
                percent(less.abandonment[-1], 1),
                f"{less.mean_wait[-1] * 60:.1f}",
            ]
        rows.append([group.name, number(group.people), percent(found.occupancy[k]), *told])
    return columns, rows


def short(kinds: Sequence[Kind], found: Met, targets: Sequence[Target]) -> Iterator[str]:
    """A sentence for each kind that misses a target."""
    for target in targets:
        for k, kind in enumerate(kinds):
            if found.service_level[k] < target.bound:
                yield f"{kind.name} misses {target}: {percent(found.service_level[k], 1)} are answered in time."


def json_of(kinds: Sequence[Kind], groups: Sequence[Group], found: Met, fewer: Sequence[Met | None]) -> dict[str, Any]:
    """The whole answer as JSON."""
    by_kind = [{"kind": name, **_figures(found, k)} for k, name in enumerate([*(kind.name for kind in kinds), "all"])]
    for k, row in enumerate(by_kind[:-1]):
        row["by_group"] = {group.name: float(share) for group, share in zip(groups, found.by_group[k], strict=True)}
    by_group = [
        {"group": group.name, "people": group.people, "occupancy": _known(found.occupancy[k]),
         "one_less": None if less is None else _figures(less, -1)}
        for k, (group, less) in enumerate(zip(groups, fewer, strict=True))
    ]  # fmt: skip
    return {"kinds": by_kind, "groups": by_group}


def _figures(found: Met, place: int) -> dict[str, Any]:
    names = ("service_level", "abandonment", "mean_wait")
    return {name: float(getattr(found, name)[place]) for name in names}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
