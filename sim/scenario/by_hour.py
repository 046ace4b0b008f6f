"""The section ``by_hour``: when in the week calls come, and who is on duty then; what follows from it for the call centre."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from sim.data.call_table import SHORTEST, WeekTable, read_week, stretch_name
from sim.model.parameters import Parameters
from sim.scenario.people import Folder, settled_file
from sim.scenario.quantities import Unfit, number_told, quantity
from sim.scenario.tree import Node, Problems
from sim.scenario.validation import Spot, judged
from sim.service.queues import no_hours

FILES = ("calls", "people")
PART = "call_centre"


class ByHour(Parameters):
    """When in the week calls come, and who is on duty then; evenly over the opening hours unless a file says otherwise."""

    calls: Path | None = Field(
        None, description="A table of calls by weekday and hour; hours that are not in it are closed"
    )
    people: Path | None = Field(
        None, description="A table of people by weekday and hour, as 'loyalty staff --out' writes it; the same people in all "
        "open hours unless given")  # fmt: skip

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it names."""
        return tuple(file for file in (self.calls, self.people) if file is not None)

    @property
    def week(self) -> np.ndarray:
        """As the engines have it: see :func:`sim.service.queues.along_week`; empty where nothing is said."""
        if self.calls is None:
            return no_hours()
        calls = np.nan_to_num(_fine(_table(self.calls, "calls"), "calls"))
        expected = np.concatenate([[0.0], np.cumsum(calls)])
        return np.stack([expected / expected[-1], np.append(self._shares(), 0.0)])

    @property
    def most(self) -> int | None:
        """The most people on duty at a time; None where no file says."""
        return None if self.people is None else int(np.rint(np.nanmax(_fine(_table(self.people, "people"), "people"))))

    @property
    def hours(self) -> float:
        """Hours a week that somebody is on duty: of the most of them, on average."""
        return float(self._shares().sum()) * SHORTEST / 60

    def alone(self) -> list[str]:
        """The hours in which calls come and nobody is on duty."""
        calls = np.nan_to_num(_fine(_table(self.calls, "calls"), "calls")) if self.calls else np.zeros(1)
        nobody = (calls > 0) & (self._shares() == 0) if self.calls else np.zeros(1, bool)
        return list(dict.fromkeys(f"{stretch_name(int(k), SHORTEST)[:-2]}00" for k in np.flatnonzero(nobody)))

    def _shares(self) -> np.ndarray:
        """What share of the people is on duty in each stretch."""
        if self.people is None:
            assert self.calls is not None
            return (~np.isnan(_fine(_table(self.calls, "calls"), "calls"))).astype(np.float64)
        people = np.nan_to_num(_fine(_table(self.people, "people"), "people"))
        return np.asarray(people / people.max())


def _table(file: Path, wanted: str) -> WeekTable:
    changed = file.stat()
    return _read(file, wanted, changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=8)
def _read(file: Path, wanted: str, changed: int, size: int) -> WeekTable:
    return read_week(str(file), wanted)


def _fine(table: WeekTable, wanted: str) -> np.ndarray:
    """A column of the table in the shortest stretches that there are; calls as so many in each."""
    column, parts = getattr(table, wanted), table.minutes // SHORTEST
    return np.repeat(column / parts if wanted == "calls" else column, parts)


# ---- in a scenario


def settled_by_hour(node: Node, folder: Folder, problems: Problems) -> ByHour | None:
    """The section judged, its files resolved and read; None when something was wrong, which is booked."""
    before, said = len(problems), dict(node.entries())
    for key in FILES:
        if key in said and said[key].value is not None:
            said[key] = settled_file(f"by_hour.{key}", said[key], folder, problems, partial(_table, wanted=key))
    found = judged(ByHour, Spot(Node(said, node.place) if isinstance(node.value, dict) else node, "by_hour"), problems)
    if found is not None and found.people is not None and found.calls is None:
        problems.add(
            said["people"].place, "by_hour.calls is missing: people by the hour need the calls by the hour, too"
        )
    return found if len(problems) == before else None


def with_hours(tree: Node, by_hour: ByHour | None, problems: Problems) -> Node:
    """The tree in which the call centre has the hours, and unless it says so itself the people, that follow from the files.

    It is paid for these hours; where it has more people, or fewer, all hours have in proportion.
    """
    if by_hour is None or by_hour.calls is None:
        return tree
    for week, entry in (tree.get("changes") or Node({})).entries():
        if (node := entry.get(PART, "hours")) is not None:
            problems.add(
                node.place, f"changes: {PART}.hours ({week}) follows from by_hour, which cannot change; leave it out"
            )
    said = dict(tree.entries()) | {PART: _centre(tree.get(PART), by_hour, problems)}
    if (under := tree.get("warm_up", "under")) is not None and isinstance(under.value, dict):
        inner = Node(dict(under.entries()) | {PART: _centre(under.get(PART), by_hour, problems)}, under.place)
        warm_up = said["warm_up"]
        said["warm_up"] = Node(dict(warm_up.entries()) | {"under": inner}, warm_up.place)
    return Node(said, tree.place)


def _centre(node: Node | None, by_hour: ByHour, problems: Problems) -> Node:
    """The section of the call centre with what follows from the files."""
    if node is not None and not isinstance(node.value, dict | None):
        return node  # refused where it is judged
    said, hours = dict(node.entries()) if node else {}, by_hour.hours
    own = said.get("hours")
    if own is not None and own.value is not None and not _same(own.value, hours):
        problems.add(
            own.place, f"{PART}.hours follows from by_hour and is {number_told(round(hours, 6))}; leave it out"
        )
    said["hours"] = Node(hours, own.place if own else None)
    if by_hour.most is not None and (said.get("representatives") or Node(None)).value is None:
        said["representatives"] = Node(by_hour.most)
    return Node(said, node.place if node else None)


def _same(value: Any, hours: float) -> bool:
    try:
        return abs(float(quantity(value, "hours")) - hours) < 1e-6
    except (Unfit, TypeError, ValueError):
        return True  # refused where it is judged


def meaning_of(by_hour: ByHour, hash_of: Callable[[Path], str]) -> dict[str, Any]:
    """What it means, as plain values; nothing where nothing is said."""
    said = {key: hash_of(getattr(by_hour, key)) for key in FILES if getattr(by_hour, key) is not None}
    return {"by_hour": said} if said else {}
