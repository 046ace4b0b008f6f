"""Groups with skills: which kinds of call each takes, after how long, and what a caller of each kind then meets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.data.tables import Table, read_table
from sim.errors import Mistake, nearest
from sim.service.queues import MOST_AT_WORK, SERVED
from sim.service.skills import serve_by_skill
from sim.service.staffing import WARM_UP, draw_callers, draw_more
from sim.system.arguments import whole

CALLERS = 1_000_000
_OF_KINDS = {"kind": True, "arrivals": True, "handling": True, "patience": False, "priority": False}
"""The columns of a table of kinds, and which of them it must have."""

Column = NDArray[np.float64]


class Kind(NamedTuple):
    """A kind of call: how many come a minute, minutes that each takes, mean patience (infinite: nobody hangs up), priority."""

    name: str
    arrivals: float
    handling: float
    patience: float = math.inf
    priority: int = 0


class Group(NamedTuple):
    """A group: how many are in it, and after how many minutes it takes each kind, infinite for never."""

    name: str
    people: int
    after: tuple[float, ...]


class Met(NamedTuple):
    """What callers of each kind meet, and last all of them: (kinds + 1), shares and minutes; who takes them: (kinds, groups); and
    how busy groups are: (groups), missing where nobody is in one.
    """

    service_level: Column
    abandonment: Column
    mean_wait: Column
    by_group: Column
    occupancy: Column


def kinds_from(named: str) -> tuple[Kind, ...]:
    """The kinds in a table with the columns kind, arrivals, handling, and as you like patience and priority.

    Raises :class:`Mistake`.
    """
    table = read_table(named, what="kinds of call")
    unknown = [name for name in table.columns if name not in _OF_KINDS]
    missing = [name for name, needed in _OF_KINDS.items() if needed and name not in table.columns]
    if unknown or missing:
        what = (
            f"lacks the column {missing[0]}"
            if missing
            else f"has a column '{unknown[0]}'{nearest(unknown[0], list(_OF_KINDS))}"
        )
        raise Mistake(
            f"{named} {what}; kinds of call have kind, arrivals and handling, and may have patience and priority"
        )
    found = []
    for place, cell in _rows(table, named):
        arrivals, handling = (_number(cell[name], f"{place}: {name}", 1e-9) for name in ("arrivals", "handling"))
        patience = _number(cell["patience"], f"{place}: patience", 1e-9) if cell.get("patience") else math.inf
        priority = int(_number(cell.get("priority") or "0", f"{place}: priority", 0))
        found.append(Kind(cell["kind"], arrivals, handling, patience, priority))
    _refuse_twice([kind.name for kind in found], named, "kind")
    return tuple(found)


def groups_from(named: str, kinds: Sequence[Kind]) -> tuple[Group, ...]:
    """The groups in a table with the columns group, people, and one for each kind: minutes, empty for never.

    Raises :class:`Mistake`, also for a kind that nobody takes.
    """
    table, names = read_table(named, what="groups"), [kind.name for kind in kinds]
    known = ["group", "people", *names]
    unknown = [name for name in table.columns if name not in known]
    missing = [name for name in ("group", "people") if name not in table.columns]
    if unknown or missing:
        what = (
            f"lacks the column {missing[0]}" if missing else f"has a column '{unknown[0]}'{nearest(unknown[0], known)}"
        )
        raise Mistake(
            f"{named} {what}; groups have group, people, and a column for each kind of call: {', '.join(names)}"
        )
    found = []
    for place, cell in _rows(table, named):
        after = (cell.get(name) for name in names)
        minutes = tuple(
            _number(each, f"{place}: {name}", 0) if each else math.inf for name, each in zip(names, after, strict=True)
        )
        found.append(Group(cell["group"], int(_number(cell["people"], f"{place}: people", 0)), minutes))
    _refuse_twice([group.name for group in found], named, "group")
    for number, kind in enumerate(kinds):
        if not any(group.people and math.isfinite(group.after[number]) for group in found):
            raise Mistake(
                f"{named}: nobody takes calls of the kind {kind.name}; write in its column after how many minutes a group with "
                "people in it does, 0 for at once"
            )
    return tuple(found)


def _rows(table: Table, named: str) -> list[tuple[str, dict[str, str]]]:
    """The cells of each row by column, and where it stands."""
    columns = {
        name: [str(cell if cell is not None else "").strip() for cell in cells.to_pylist()]
        for name, cells in table.columns.items()
    }
    return [
        (f"{named}, line {line}", {name: cells[row] for name, cells in columns.items()})
        for row, line in enumerate(table.line)
    ]


def _number(cell: str, what: str, least: float) -> float:
    try:
        found = float(cell)
    except ValueError:
        found = math.nan
    if not least <= found <= MOST_AT_WORK:
        raise Mistake(f"{what} is '{cell}', but must be a number{', 0 or more' if least == 0 else ' above 0'}")
    return found


def _refuse_twice(names: list[str], named: str, what: str) -> None:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise Mistake(f"{named} has the {what} '{twice[0]}' more than once; give each {what} one row")


def met(kinds: Sequence[Kind], groups: Sequence[Group], within: float, seed: int, callers: int = CALLERS) -> Met:
    """What callers meet, simulated call by call: Poisson arrivals, exponential handling and patience. ``within``: minutes.

    The same callers whoever is there. Raises :class:`Mistake` where those who never hang up are more than can be served.
    """
    endless = sum(kind.arrivals * kind.handling for kind in kinds if kind.patience == math.inf)
    if endless >= sum(group.people for group in groups):
        raise Mistake(
            f"calls of callers who never hang up are {endless:.3g} at a time, more than there are people: the queue grows. "
            "Give more people, or these kinds a patience"
        )
    rates = np.array([kind.arrivals for kind in kinds])
    gap, handling, patience = draw_callers((1 / rates.sum(), 1.0, 1.0), whole("callers", callers, 1000, 10**8), seed)
    number = np.searchsorted(np.cumsum(rates) / rates.sum(), np.exp(-draw_more("kind", callers, seed)))
    number = np.minimum(number, len(kinds) - 1)
    takes = handling * np.array([kind.handling for kind in kinds])[number]
    stays = patience * np.array([kind.patience for kind in kinds])[number]
    people, after = [group.people for group in groups], np.array([group.after for group in groups]).T
    wait, outcome, group = serve_by_skill(gap, takes, stays, number, people, after, [-kind.priority for kind in kinds])
    late = np.arange(callers) >= WARM_UP * callers
    served = outcome == SERVED

    def of_each(values: NDArray[np.generic]) -> Column:
        every = [values[late & (number == kind)].mean() for kind in range(len(kinds))]
        return np.array([*every, values[late].mean()])

    minutes = gap[-1] - gap[late][0]
    busy = [takes[late & (group == each)].sum() for each in range(len(groups))]
    shares = np.array([of_each(group == each) for each in range(len(groups))]).T[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        occupancy = np.array(busy) / (minutes * np.array(people))
    return Met(of_each(served & (wait <= within)), of_each(~served), of_each(wait), shares, occupancy)


def one_less(kinds: Sequence[Kind], groups: Sequence[Group], which: int, within: float, seed: int) -> Met | None:
    """What callers meet with one person less in a group; None where that cannot be."""
    fewer = tuple(group._replace(people=group.people - (k == which)) for k, group in enumerate(groups))
    try:
        return met(kinds, fewer, within, seed) if groups[which].people else None
    except Mistake:  # nobody is left for a kind, or too few
        return None
