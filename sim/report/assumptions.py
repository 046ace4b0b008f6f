"""What an answer stands on: every setting with its value and range, whether it is yours or ours, the most important first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.model.parameters import Line, lines
from sim.report.amounts import NONE, number
from sim.report.document import Section, Sheet, Table, cell
from sim.report.questions import words_of
from sim.runs.comparison import Comparison
from sim.runs.prediction import NINE_IN_TEN
from sim.scenario.explaining import influence
from sim.scenario.wording import value_told
from sim.scenario.worlds import MEANS, line_of, said_anywhere

TITLE = "What this stands on"
YOURS, OURS = "yours", "ours"
MOST_OPEN, FEWEST_OPEN, MOST_SET = 6, 3, 4
"""Rows on the first pages: of what the answer hangs on, of what is open where fewer are told apart, and of what else is said."""
WHOSE = "Yours: set in the scenario, or fitted to your figures. Ours: nobody told the program, which {took}. "
IN_WORLDS, IN_ONE = "draws it from what is plausible", "takes its default, the same in every replication"
HANGING = "First stands what the answer hangs on most: the share is that of the spread between plausible worlds. "
USUAL = "What this answer hangs on is not told apart; first stands what moves customers kept or the margin most in general. "
REST = "All {count:,} settings are in the workbook (`--format xlsx`)."


class Assumption(NamedTuple):
    """One setting: its value (of several policies each, the base first), between what it was taken to lie, whose it is and why,
    and the largest share that it makes of the spread of a difference; 0 where it makes none that is known."""

    path: str
    values: tuple[object, ...]
    unit: str
    around: tuple[float, float] | None
    whose: str
    why: str
    share: float


def assumptions(answer: Comparison) -> list[Assumption]:
    """Every setting of the model, the most important first: by share of the spread, then by how much it is known to move."""
    shares, moves = _shares(answer), influence()
    found = [_assumed(answer, path, line, shares.get(path, 0.0)) for path, line in _lines(answer)]
    said = {YOURS: 1, OURS: 0}
    return sorted(
        found, key=lambda one: (-one.share, -len(set(one.values)), -said[one.whose], -max(moves.get(one.path, (0.0,))))
    )


def _lines(answer: Comparison) -> Iterator[tuple[str, Line]]:
    """Every parameter of the model, and the means of traits that differ between worlds."""
    model = answer.base.scenario.model
    for name, part in model.parts.items():
        if "." in name:
            continue  # one of several rivals, who is nobody's assumption but the scenario's own
        for line in lines(part.parameters).values() if part.parameters else ():
            if not line.name.endswith("_paid_for"):  # which follows from the lever
                yield f"{name}.{line.name}", line
    for path in answer.worlds.paths if answer.worlds else ():
        if path.startswith(f"{MEANS}."):
            yield path, line_of(model, path)


def _shares(answer: Comparison) -> dict[str, float]:
    """The largest share that each parameter makes of the spread of any policy's customers kept or profit."""
    found: dict[str, float] = {}
    for one in (one for each in answer.hangs_on.values() for hanging in each.values() for one in hanging.told):
        found[one.parameter] = max(found.get(one.parameter, 0.0), one.share)
    return found


def _assumed(answer: Comparison, path: str, line: Line, share: float) -> Assumption:
    unit, worlds = line.unit.replace("currency", answer.base.scenario.currency), answer.worlds
    drawn = worlds is not None and any(path in result.scenario.left_open for result in answer.results)
    if worlds is not None and drawn:
        met = _met(answer, path)
        ends = float(np.quantile(met, NINE_IN_TEN[0])), float(np.quantile(met, NINE_IN_TEN[1]))
        fitted = path in worlds.fitted
        whose, why = (YOURS, "fitted") if fitted else (OURS, "drawn")
        return Assumption(path, (float(np.median(met)),), unit, ends, whose, why, share)
    if any(said_anywhere(result.scenario, path) for result in answer.results):
        values = _values(answer, path)
        return Assumption(path, values, unit, None, YOURS, "set", share)
    return Assumption(path, (line.default,), unit, None, OURS, "default", share)


def _met(answer: Comparison, path: str) -> np.ndarray:
    """A parameter in the world of every shared replication."""
    worlds = answer.worlds
    assert worlds is not None
    return worlds.met_by(answer.base.seed, answer.numbers)[:, worlds.paths.index(path)]


def _values(answer: Comparison, path: str) -> tuple[object, ...]:
    """What the scenarios say in week 0; one value where all say the same, nothing of how a trait is spread."""
    part, name = path.split(".", 1)
    if part == MEANS:
        return ("as the scenario says",)
    values = [getattr(result.scenario.parts[part], name) for result in answer.results]
    return tuple(values) if len(set(values)) > 1 else (values[0],)


def section(answer: Comparison) -> Section:
    """The most important of them as a table."""
    found = assumptions(answer)
    open_ = [one for one in found if one.around is not None]
    hanging = [one for one in open_ if one.share > 0][:MOST_OPEN]
    order = HANGING if hanging else USUAL if open_ else ""
    hanging = hanging or open_[:FEWEST_OPEN]
    own = [one for one in found if one.whose == YOURS and one not in hanging][:MOST_SET]
    rows = [_row(answer, one) for one in (*hanging, *own)]
    columns = ("Assumption", "Value", "Range", "Unit", "Whose", "Share of the spread")
    note = WHOSE.format(took=IN_WORLDS if answer.worlds else IN_ONE) + order + REST.format(count=len(found))
    return Section(TITLE, tables=[Table(columns, rows, words=True)] if rows else [], notes=[note])


def _row(answer: Comparison, one: Assumption) -> list[str]:
    words = words_of(one.path, answer.base.scenario.model)
    around = NONE if one.around is None else f"{_told(one.around[0])} to {_told(one.around[1])}"
    values = " → ".join(dict.fromkeys(_told(value) for value in one.values))
    share = f"{number(100 * one.share)} %" if one.share else NONE
    return [f"{words[0].upper()}{words[1:]}", values, around, one.unit, f"{one.whose} ({one.why})", share]


def _told(value: object) -> str:
    """A value to three digits."""
    if not isinstance(value, float):
        return value_told(value)
    return value_told(float(f"{value:.3g}"))


def sheet(answer: Comparison) -> Sheet:
    """All of them, for a workbook."""
    model = answer.base.scenario.model
    columns = ["Setting", "Meaning", "Value", "Value under other policies", "Low (nine of ten worlds)",
               "High (nine of ten worlds)", "Unit", "Whose", "Why", "Share of the spread (%)"]  # fmt: skip
    rows: list[list[float | str | None]] = []
    for one in assumptions(answer):
        ends = one.around or (None, None)
        others = " / ".join(map(value_told, one.values[1:])) or None
        rows.append(
            [one.path, words_of(one.path, model), cell(one.values[0]), others, *ends, one.unit, one.whose, one.why,
             100 * one.share or None]
        )  # fmt: skip
    return Sheet("Assumptions", columns, rows)
