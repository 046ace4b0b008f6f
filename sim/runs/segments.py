"""Answers by segment, and by every column of the customer file that is kept and has few values.

Where there is a file, who belongs to what is the same in every replication; where people are drawn, only their segment is known.
The chance is that to stay from week 0 to the end. Groups of a file with few customers are told together, so that nobody's own
answer, or what the file says of one person, is found among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.behaviour.ledger import BOOKED
from sim.runs.prediction import predicted
from sim.runs.statistics import interval, plain
from sim.runs.who import NOTHING, Who
from sim.scenario.customers import customers_of, segment_names

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.result import Result
    from sim.scenario.whole import Scenario

SEGMENT = "segment"
"""What a group is one of, where it is no column of the file."""
MOST_VALUES = 20
"""A kept column with more values is told of nobody."""
FEWEST = 5
"""Groups of a file with fewer customers are told together."""
OTHERS = "others"
"""What these are called."""
CELLS = 2**22
"""Customers times replications that are looked at together."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Groups of customers: the values of a column, and which of them each customer of the file has, int64; None if drawn."""

    by: str
    values: tuple[str, ...]
    place: np.ndarray | None


def groupings(scenario: Scenario) -> list[Grouping]:
    """By what the customers of a scenario are told apart: by segments, and by kept columns of few values."""
    file = customers_of(scenario)
    if file is None:
        names = tuple(name for name in segment_names(scenario) if name is not None)
        return [Grouping(SEGMENT, names, None)] if len(names) > 1 else []
    words = {} if file.segment is None else {SEGMENT: file.segment.astype(str)}
    for name, cells in file.kept.items():
        said = np.array([told(cell) for cell in cells])
        if SEGMENT not in words or not np.array_equal(
            said, words[SEGMENT]
        ):  # the column that the segments are of is told once
            words[_apart(name, words)] = said
    return [found for by, cells in words.items() if (found := _grouping(by, cells)) is not None]


def _apart(name: str, taken: Mapping[str, Any]) -> str:
    return f"{name} (file)" if name in taken else name


def told(cell: object) -> str:
    """A cell as a word: whole numbers without a point, and a dash where there is nothing."""
    if cell is None or cell != cell or not str(cell).strip():
        return "–"
    return f"{cell:.0f}" if isinstance(cell, float | np.floating) and float(cell).is_integer() else str(cell).strip()


def _grouping(by: str, cells: np.ndarray) -> Grouping | None:
    names, place, count = np.unique(cells, return_inverse=True, return_counts=True)
    if by != SEGMENT and len(names) > MOST_VALUES:
        return None
    few = count < FEWEST
    if few.any():
        names = np.append(names[~few], OTHERS)
        place = np.where(few, len(names) - 1, np.cumsum(~few) - 1)[place]
    return Grouping(by, tuple(map(str, names)), place.astype(np.int64)) if len(names) > 1 else None


# ---- how many of each group stayed


def shares(result: Result, numbers: np.ndarray, groups: Sequence[Grouping]) -> list[np.ndarray]:
    """The share of each group's customers of week 0 that stayed to the end: (replications, values) each."""
    who, places = result.who, np.searchsorted(result.numbers, numbers)
    if who is None:
        return []
    if not groups or groups[0].place is None:
        counts = who.groups[places]
        with np.errstate(invalid="ignore"):
            return [counts[..., 1] / np.where(counts[..., 0] > 0, counts[..., 0], np.nan) for _ in groups]
    return _of_file(who, places, result.founders, groups) if who.known else []


def _of_file(who: Who, places: np.ndarray, customers: int, groups: Sequence[Grouping]) -> list[np.ndarray]:
    found = [np.empty((len(places), len(group.values))) for group in groups]
    several = max(1, CELLS // max(1, customers))
    for start in range(0, len(places), several):
        rows, columns = np.nonzero(who.stayed(places[start : start + several], customers))
        for group, counts in zip(groups, found, strict=True):
            assert group.place is not None
            part = counts[start : start + several]
            each = np.bincount(rows * part.shape[1] + group.place[columns], minlength=part.size)
            part[...] = each.reshape(part.shape)
    of_all = [np.bincount(group.place, minlength=len(group.values)) for group in groups if group.place is not None]
    return [counts / many for counts, many in zip(found, of_all, strict=True)]


def sizes(result: Result, group: Grouping) -> np.ndarray:
    """Customers of week 0 in each group, of the simulated ones; of drawn people their mean number."""
    if group.place is not None:
        return np.bincount(group.place, minlength=len(group.values)).astype(np.float64)
    assert result.who is not None
    return np.asarray(result.who.groups[..., 0].mean(axis=0))


def held(result: Result, group: Grouping) -> np.ndarray | None:
    """How often the customers of each group who stayed hold each cause most against the company: (values, causes + 1).

    None where that is not known customer by customer, and the group is no segment.
    """
    assert result.who is not None
    if group.place is None:
        return result.who.groups_held
    if not len(result.who.held):
        return None
    several = [np.bincount(group.place, cause, len(group.values)) for cause in result.who.held.T]
    return np.stack(several, axis=1).astype(np.int64)


def reason(counts: np.ndarray) -> str | None:
    """The cause that most hold most against the company; None where nobody holds anything."""
    return BOOKED[int(counts[:NOTHING].argmax())] if counts[:NOTHING].any() else None


# ---- the table


@dataclass(frozen=True)
class Setting:
    """How answers are told: the replications that all have, the world that each met (None in one setting), and the scale."""

    numbers: np.ndarray
    met: np.ndarray | None
    stands_for: float


def table(results: Sequence[Result], setting: Setting) -> pd.DataFrame:
    """One row a group and scenario: how many stay, and for all but the first how that differs from it.

    ``by`` and ``value`` name the group: ``segment`` and its name, or a kept column and its value. ``customers``: the
    company's, in week 0. ``retention``: mean share that stayed from week 0 to the end, with the ends of its range: nine in
    ten plausible worlds, in one setting the 95 % interval of the mean. ``difference`` likewise; ``probability_higher`` and
    its standard error; ``luck_share``: how much of the range of the difference (of the first: of retention) is luck.
    ``main_reason``: what most of those who stay hold most against the company, and ``holds_…`` the shares in which each cause
    is that. Empty where there are no groups, or where it was not kept who stayed.
    """
    import pandas as pd

    groups = groupings(results[0].scenario)
    if any(groupings_differ(groups, other.scenario) for other in results[1:]):
        groups = []
    each = [shares(result, setting.numbers, groups) for result in results]
    rows = []
    for g, group in enumerate(groups if all(each) else []):
        of_each = [(sizes(result, group), held(result, group)) for result in results]
        for place, value in enumerate(group.values):
            for k, result in enumerate(results):
                row = {"by": group.by, "value": value, "scenario": result.scenario.name}
                row |= _kept(each[k][g][:, place], each[0][g][:, place] if k else None, setting)
                rows.append(row | _who(of_each[k], place, setting.stands_for))
    return pd.DataFrame(rows, columns=COLUMNS)


WORDS = ("by", "value", "scenario", "main_reason")
"""Columns that hold words."""
HOLDS = tuple(f"holds_{cause}" for cause in (*BOOKED, "nothing"))
COLUMNS = [
    "by", "value", "scenario", "customers", "retention", "retention_low", "retention_high", "difference", "difference_low",
    "difference_high", "probability_higher", "probability_error", "luck_share", "main_reason", *HOLDS,
]  # fmt: skip


def groupings_differ(groups: Sequence[Grouping], other: Scenario) -> bool:
    """Whether another scenario tells its customers apart in another way, so that groups cannot be paired."""
    here, there = ([(g.by, g.values, None if g.place is None else g.place.tobytes()) for g in each]
                   for each in (groups, groupings(other)))  # fmt: skip
    return here != there


def _kept(own: np.ndarray, base: np.ndarray | None, setting: Setting) -> dict[str, Any]:
    """How many of a group stay, and how that differs from the base, whose row says nothing of it."""
    level, ends = _around(own, setting, (0.0, 1.0))
    row = {"retention": level[0], "retention_low": level[1], "retention_high": level[2], "luck_share": ends.luck_share}
    if base is None:
        return row
    gap, ends = _around(own - base, setting, (-1.0, 1.0))
    return row | {
        "difference": gap[0], "difference_low": gap[1], "difference_high": gap[2], "luck_share": ends.luck_share,
        "probability_higher": ends.higher, "probability_error": ends.error,
    }  # fmt: skip


def _who(of: tuple[np.ndarray, np.ndarray | None], place: int, stands_for: float) -> dict[str, Any]:
    """How many the customers of a group are, and what they hold most against the company, as far as that is known."""
    size, counts = of
    row: dict[str, Any] = {"customers": size[place] * stands_for}
    if counts is None:
        return row
    of_all = counts[place].sum()
    shares = {name: count / of_all if of_all else np.nan for name, count in zip(HOLDS, counts[place], strict=True)}
    return row | {"main_reason": reason(counts[place])} | shares


def _around(
    values: np.ndarray, setting: Setting, within: tuple[float, float]
) -> tuple[tuple[float, float, float], Any]:
    """A mean with the ends that are told of it, and what one market of the company's size may show.

    Of a group of few the mean itself is hardly known: the range then reaches as far as that may lie, too.
    """
    met = np.zeros(len(values), np.int64) if setting.met is None else setting.met
    ends, known = predicted(values, met, setting.stands_for, within), interval(values, within, setting.met)
    if setting.met is None:
        return (known.mean, known.low, known.high), ends
    return (known.mean, float(np.fmin(ends.low, known.low)), float(np.fmax(ends.high, known.high))), ends


def to_json(found: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of :func:`table` for JSON."""
    return [
        {key: plain(value) for key, value in row.items() if not str(key).startswith("holds_")}
        | {"holds": {name.removeprefix("holds_"): plain(row[name]) for name in HOLDS}}
        for row in found.to_dict("records")
    ]
