"""The page of robust policies: which policy is safest whatever turns out to be true, and in which states each one fails."""

from __future__ import annotations

import numpy as np

from sim.experiments.algorithms.prim import Box
from sim.experiments.methods.robust import Robustness, largest
from sim.experiments.outcomes import Outcome
from sim.report.amounts import Unit, counted, lasting, listed, number, places
from sim.report.charts import INSIDE, Axis, Bars, Chart, Dots, Line, Mark, Picture
from sim.report.charts import Box as Frame
from sim.report.charts.layout import short
from sim.report.charts.palette import COLOURS, INK, Look, look
from sim.report.document import Section, Table
from sim.report.experiment_page import Page, bounds_told, percent, sheet, title, unit_of
from sim.report.words import quoted


def _sections(found: Robustness) -> list[Section]:
    said = [*_measure_told(found), *_unknown_told(found)]
    return [
        Section("In how many states each policy does well", said, [_shares(found)], [_table(found)]),
        Section("Regret", [REGRET], [_regrets(found, outcome) for outcome in found.experiment.outcomes]),
        Section("Where policies fail", _failures_told(found), [p for p in _boxes(found) if p is not None]),
    ]


REGRET = (
    "Regret is what a policy falls short of the policy that is best in the same state. A dot is a state; the bar is the "
    "middle of them, and the thick mark the worst."
)
NO_INTERVALS = (
    "Every figure here is a mean over the replications of a state, told without an interval: small differences between policies "
    "may be luck, and no interval would cover errors of the model."
)
RANGES = (
    "A share of states is no probability: it counts states spread evenly over the ranges in the file, likely or not."
)


def headline(found: Robustness) -> str:
    """Which policy has the smallest regret, how often it does well, and where it fails."""
    best = found.least_regret
    name, share = found.names[best], found.shares[best]
    said = f"{quoted(name)} is the safest choice: it {_well(found)} in {_share(share)} states"
    boxes = found.boxes[name]
    if boxes:
        return f"{said}, and fails mostly when {boxes[0].words}"
    return said


def _share(share: float) -> str:
    return "all" if share == 1 else "none of the" if share == 0 else f"{percent(share)} of the"


def _well(found: Robustness) -> str:
    """What doing well is."""
    if found.bounded:
        return "keeps all bounds"
    return f"does no worse than {quoted(found.names[found.against])} on {found.experiment.outcomes[0].words}"


def _lead(found: Robustness) -> list[str]:
    asked = found.experiment
    judged = [p for p in range(len(found.names)) if found.bounded or p != found.against]
    most, told = max(judged, key=lambda p: found.shares[p]), []
    if found.shares[most] > found.shares[found.least_regret]:
        more = f"{quoted(found.names[most])} does well in more states, {percent(found.shares[most])}"
        told.append(f"{more}, but has more to regret where it does not.")
    told += [f"{quoted(name)} fails when {box.words}." for name, boxes in found.boxes.items() for box in boxes[:1]]
    states, runs = counted(len(found.states), "state", "states"), f"{asked.replications:,} times each"
    what = listed([factor.label for factor in asked.uncertainties])
    told.append(f"Every policy met the same {states} of {what}, {runs} over {lasting(asked.base)}, with the same luck.")
    return told


def _measure_told(found: Robustness) -> list[str]:
    if not found.bounded:
        return [f"A policy does well where it {_well(found)}."]
    bounds = bounds_told(found.experiment, lambda outcome: _level_unit(found, outcome))
    return [f"A policy does well where it keeps {bounds}."]


def _unknown_told(found: Robustness) -> list[str]:
    """Where it is not known whether a policy does well; such a state counts as one in which it does not."""
    counts = [
        (name, int(states.sum())) for name, states in zip(found.names, found.unknown, strict=True) if states.any()
    ]
    told = listed([f"{quoted(name)} in {counted(count, 'state', 'states')}" for name, count in counts])
    if not counts:
        return []
    return [f"It is not known of {told}, where runs failed or had nothing to measure; that counts as not doing well."]


def _level_unit(found: Robustness, outcome: Outcome) -> Unit:
    return unit_of(found.experiment, outcome, found.means[..., found.experiment.outcomes.index(outcome)].ravel())


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def _shares(found: Robustness) -> Picture:
    rows, shares = range(len(found.names)), [100 * share for share in found.shares]
    words = [percent(share) for share in found.shares]
    bars = Bars("share of the states", rows, shares, [look(place).colour for place in rows], words=words)
    across, up = Axis("% of the states", "%", 0, 110), Axis(rows=found.names)
    chart = Chart("States in which it does well", across, up, [bars], height=1.1 + 0.36 * len(found.names))
    told = ", ".join(f"{name} {percent(share)}" for name, share in zip(found.names, found.shares, strict=True))
    alt = f"Bar chart of the share of states in which each policy does well: {told}."
    return Picture(chart, alt, name="shares")


def _unit(found: Robustness, outcome: Outcome) -> Unit:
    return unit_of(found.experiment, outcome, np.nan_to_num(found.regret(outcome)).ravel())


def _regrets(found: Robustness, outcome: Outcome) -> Picture:
    """A strip of states for each policy."""
    unit = _unit(found, outcome)
    regret, rows = found.regret(outcome) * unit.factor, np.arange(len(found.names))
    spread = 0.36 * ((np.arange(regret.shape[1]) * 0.618) % 1 - 0.5)
    marks: list[Mark] = [
        Dots(name, row, place + spread, look(place).colour, size=2.5, strength=0.5)
        for place, (name, row) in enumerate(zip(found.names, regret, strict=True))
    ]
    marks += [Line("", [middle] * 2, [place - 0.3, place + 0.3], Look(INK), width=1.2)
              for place, middle in zip(rows, map(_median, regret), strict=True)]  # fmt: skip
    marks.append(Dots("the worst", [largest(row) for row in regret], rows, INK, "D", 4.5))
    across = Axis(f"regret, {unit.difference}", unit.difference, low=min(0.0, float(np.nanmin(regret))))
    chart = Chart(title(outcome), across, Axis(rows=found.names), marks, height=1.1 + 0.42 * len(found.names))
    worst = ", ".join(f"{n} {number(largest(r), 2)}" for n, r in zip(found.names, regret, strict=True))
    alt = f"Regret in {outcome.words} over the states; at worst: {worst} {unit.difference}."
    return Picture(chart, alt, name=f"regret_{outcome.measure}")


def _table(found: Robustness) -> Table:
    outcomes = found.experiment.outcomes
    columns = [
        "Policy",
        "Does well in",
        *(f"Largest regret: {o.words}, {_unit(found, o).difference}" for o in outcomes),
    ]
    columns.append("Largest weighted regret")
    rows = []
    for p, name in enumerate(found.names):
        cells = [name, percent(found.shares[p])]
        for outcome in outcomes:
            value = largest(found.regret(outcome)[p]) * _unit(found, outcome).factor
            cells.append(number(value, places(abs(value) / 50) if value else 0))
        rows.append([*cells, number(largest(found.weighted_regret[p]), 2)])
    return Table(columns, rows)


def _failures_told(found: Robustness) -> list[str]:
    told = []
    for p, (name, boxes) in enumerate(found.boxes.items()):
        fails = int((~found.succeeds[p]).sum())
        if not fails:
            told.append(f"{quoted(name)} fails in none of the states.")
        elif not boxes:
            told.append(
                f"{quoted(name)} fails in {fails:,} of {len(found.states):,} states, and no corner of them stands out."
            )
        for place, box in enumerate(boxes):
            told.append(f"{quoted(name)} {'also ' if place else ''}fails when {box.words}: {_box_told(box)}.")
    return told


def _box_told(box: Box) -> str:
    return f"{percent(box.density)} of the states there, which are {percent(box.coverage)} of all in which it fails"


def _boxes(found: Robustness) -> list[Picture | None]:
    """The states of each policy that sometimes fails, over the two uncertainties that tell best where."""
    return [_scatter(found, p, boxes) if boxes else None for p, boxes in enumerate(found.boxes.values())]


def _scatter(found: Robustness, policy: int, boxes: list[Box]) -> Picture:
    labels = [factor.label for factor in found.experiment.uncertainties]
    shown = [limit.name for limit in boxes[0].limits][:2]
    shown += [label for label in labels if label not in shown][: 2 - len(shown)]
    columns = [found.states[:, labels.index(name)] for name in shown]
    across, up = columns if len(columns) == 2 else (columns[0], np.zeros(len(found.states)))
    marks: list[Mark] = []
    for good, marker, colour, words in ((True, "o", COLOURS[0], "does well"), (False, "X", COLOURS[1], "fails")):
        here = found.succeeds[policy] == good
        marks.append(Dots(words, across[here], up[here], colour, marker, 5, strength=0.8))
    sides = {limit.name: (limit.low, limit.high) for limit in boxes[0].limits}
    (left, right), (low, high) = (
        _within(sides.get(name, (-np.inf, np.inf)), values)
        for name, values in zip((*shown, "")[:2], (across, up), strict=True)
    )
    marks.append(Frame(left, low, right, high))
    name = found.names[policy]
    chart = Chart(f"Where {short(name, 40, 1)} fails", Axis(shown[0]), Axis(shown[1] if len(shown) > 1 else ""), marks,
                  height=3.6, names=INSIDE)  # fmt: skip
    alt = f"Scatter of states in which {name} does well or fails; it fails when {boxes[0].words}."
    return Picture(chart, alt, name="fails")


def _within(side: tuple[float, float], values: np.ndarray) -> tuple[float, float]:
    """A side of the box, no farther than a little beyond the states."""
    beyond = 0.04 * float(np.ptp(values) or 1.0)
    return max(side[0], float(values.min()) - beyond), min(side[1], float(values.max()) + beyond)


PAGE = Page(
    headline,
    _lead,
    _sections,
    lambda found: [sheet(found, "States", found.table())],
    lambda found: [RANGES],
    NO_INTERVALS,
)
