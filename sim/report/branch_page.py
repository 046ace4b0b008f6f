"""The page of branches: what each policy changes from the week on in which it begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.experiments.methods.branch import Branches
from sim.experiments.outcomes import Outcome
from sim.report.amounts import NONE, lasting, listed, number
from sim.report.charts import ENDS, Axis, Chart, Line, Mark, Picture, Rule
from sim.report.charts.palette import look
from sim.report.document import Section, Table
from sim.report.experiment_page import Page, change_told, level_told, sheet, title, unit_of
from sim.report.words import quoted
from sim.runs.statistics import Difference, interval


def headline(found: Branches) -> str:
    """Which policy does best on the first outcome from its week on, or that it is undecided."""
    outcome, week = found.experiment.outcomes[0], found.experiment.settings.week
    gaps = {p: found.gap(p, outcome) for p in range(1, len(found.names))}
    best, better = _best(found), [p for p, gap in gaps.items() if gap.decided and outcome.sign * gap.mean > 0]
    unit = unit_of(found.experiment, outcome, [gap.mean for gap in gaps.values()])
    if not better:
        return _none_improves(found, list(gaps.values()))
    if best not in better:
        names = listed([quoted(found.names[p]) for p in better])
        return f"Undecided: which policy does best may be chance; {names} improve {outcome.words} when begun in week {week}"
    rivals = [found.names[p] for p in gaps if p != best and not found.between(p, best, outcome).decided]
    may = f"; {listed([quoted(name) for name in rivals])} may do as well" if rivals else ""
    told = f"{outcome.words} {change_told(gaps[best], unit)}"
    return f"{quoted(found.names[best])} does best when begun in week {week}: {told}{may}"


def _none_improves(found: Branches, gaps: Sequence[Difference]) -> str:
    """That no policy is better than the base: all are worse, or some may be chance."""
    outcome, week = found.experiment.outcomes[0], found.experiment.settings.week
    if all(gap.decided for gap in gaps):
        return f"None of the policies begun in week {week} improves {outcome.words}: all are worse than {quoted(found.names[0])}"
    return f"Undecided: no policy begun in week {week} is known to improve {outcome.words}"


def _best(found: Branches) -> int:
    """The branch that does best on the first outcome."""
    outcome = found.experiment.outcomes[0]
    means = [outcome.sign * found.gap(p, outcome).mean for p in range(1, len(found.names))]
    return 1 + int(np.where(np.isfinite(means), means, -np.inf).argmax())


def _best_told(found: Branches, outcome: Outcome) -> str:
    gap = found.gap(_best(found), outcome)
    told = change_told(gap, unit_of(found.experiment, outcome, [gap.mean]))
    return told if gap.decided else f"undecided, {told}"


def _lead(found: Branches) -> list[str]:
    asked = found.experiment
    return [
        f"The first {asked.settings.week} weeks are the same history for all; then each policy goes on to the end of "
        f"{lasting(asked.base)}, {asked.replications:,} times, with the same luck.",
        *(f"{title(outcome)} under it: {_best_told(found, outcome)}." for outcome in asked.outcomes[1:]),
    ]


def _sections(found: Branches) -> list[Section]:
    by_week = [outcome for outcome in found.experiment.outcomes if outcome.measure in found.weekly[found.names[0]]]
    notes = ["Means over replications; policies part at the upright line."]
    pictures = [_over_time(found, outcome) for outcome in by_week]
    whole = Section("Over the whole time", tables=[_table(found)])
    return [Section("Week by week", pictures=pictures, notes=notes), whole] if pictures else [whole]


def _over_time(found: Branches, outcome: Outcome) -> Picture:
    series = [found.weekly[name][outcome.measure] for name in found.names]
    unit, weeks = unit_of(found.experiment, outcome, np.concatenate(series)), found.experiment.base.weeks
    marks: list[Mark] = [
        Line(name, np.arange(1, weeks + 1), values * unit.factor, look(place), width=1.6)
        for place, (name, values) in enumerate(zip(found.names, series, strict=True))
    ]
    marks.append(Rule(found.experiment.settings.week, width=0.8))
    chart = Chart(title(outcome), Axis(weeks=weeks), Axis(unit.level, unit.level), marks, height=3.3, names=ENDS)
    alt = f"Line chart of {outcome.words} by week under {', '.join(found.names)}."
    return Picture(chart, alt, name=outcome.measure)


def _table(found: Branches) -> Table:
    rows = []
    for k, outcome in enumerate(found.experiment.outcomes):
        unit = unit_of(found.experiment, outcome, np.nan_to_num(found.values[..., k]).ravel())
        for p, name in enumerate(found.names):
            around = interval(found.values[p, :, k], outcome.bounds)
            cells = [f"{outcome.words}: {name}", level_told(around, unit)]
            gap = found.gap(p, outcome)
            cells.append(change_told(gap, unit) if p else "")
            higher = f"{number(100 * gap.probability_higher)} %" if gap.defined else NONE
            cells.append(higher if p else "")
            rows.append(cells)
    return Table(("Outcome and policy", "Mean", f"Difference from {found.names[0]}", "Higher in"), rows)


PAGE = Page(headline, _lead, _sections, lambda found: [sheet(found, "Branches", found.table())])
