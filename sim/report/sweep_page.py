"""The page of a sweep: which setting does best or what moves the outcome most, in one sentence, and all that stands behind it."""

from __future__ import annotations

import numpy as np

from sim.experiments.algorithms.effects import Effect
from sim.experiments.factors import Factor
from sim.experiments.method import MethodResult
from sim.experiments.methods.sweep import Sweep, base_point
from sim.experiments.outcomes import Outcome
from sim.report.amounts import Known, between, counted, lasting, listed
from sim.report.charts import Picture
from sim.report.charts.sweep_figures import heat_map, multiples, tornado, unit_in
from sim.report.document import Section, Sheet, Table
from sim.report.experiment_page import (
    Page,
    around_told,
    bounds_told,
    digits_of,
    level_told,
    missing_told,
    sheet,
    size_told,
    title,
)
from sim.runs.runner import Failure

MOST_SETTINGS = 8
STRAIGHT = 0.8
"""Share of the variance that straight lines explain, below which the page warns of bends."""


def _sheets(found: Sweep) -> list[Sheet]:
    return [sheet(found, "Settings", found.table().drop(columns="scenario"))]


# ---- the answer in words


def headline(found: Sweep) -> str:
    """The answer to the question: the best setting where the company chooses all, else what moves the first outcome."""
    outcome = found.experiment.outcomes[0]
    if found.experiment.uncertainties:
        return _what_moves(found, outcome)
    best = found.best(outcome)
    if best is None:
        return "No setting keeps all bounds" + _closest(found)
    return _of_the_best(found, outcome, best)


def _of_the_best(found: Sweep, outcome: Outcome, best: int) -> str:
    gap = found.against_today(best, outcome)
    where, others = setting_told(found, best), _others(found, outcome)
    if gap.unseen or outcome.sign * gap.high < 0:
        known = "known to be better" if found.rivals(outcome) else "better"
        lag = "" if gap.unseen else f", {_amount(found, outcome, gap)} {'less' if gap.mean < 0 else 'more'}"
        return (
            f"Nothing that was tried is {known} than today: {outcome.words} is {outcome.best} with {where}{lag}{others}"
        )
    said = f"{title(outcome)} is {outcome.best} with {where}"
    if not gap.decided:
        return f"Undecided: {said[0].lower()}{said[1:]}, but its difference from today may be chance"
    way = "more" if gap.mean > 0 else "less"
    return f"{said}: {_amount(found, outcome, gap)} {way} than today{others}"


def _others(found: Sweep, outcome: Outcome) -> str:
    count = len(found.rivals(outcome))
    return f"; {counted(count, 'other setting', 'other settings')} may be as good" if count else ""


def _amount(found: Sweep, outcome: Outcome, known: Known) -> str:
    """The size of a decided difference with its interval, without its sign."""
    return size_told(found.experiment, outcome, known, unit_in(found, outcome))


def _closest(found: Sweep) -> str:
    told = bounds_told(found.experiment, lambda outcome: unit_in(found, outcome))
    return f" ({told})" if told else ""


def _what_moves(found: Sweep, outcome: Outcome) -> str:
    decided = [effect for effect in found.effects(outcome) if effect.decided]
    if found.entangled and not decided:
        return f"Undecided: {together_told(found)}, so that what moves {outcome.words} cannot be told"
    if not decided:
        return f"Undecided: nothing that was varied is known to move {outcome.words}"
    said = f"{title(outcome)} depends most on {_moved(found, outcome, decided[0])}"
    said += f", then on {decided[1].factor.label}" if len(decided) > 1 else ""
    return said + (f"; {together_told(found)}, and cannot be told apart" if found.entangled else "")


def _moved(found: Sweep, outcome: Outcome, effect: Effect) -> str:
    way = "rises" if effect.change.mean > 0 else "falls"
    factor, amount = effect.factor, _amount(found, outcome, effect.change)
    return f"{factor.label}: from {factor.told(factor.low)} to {factor.told(factor.high)} it {way} by {amount}"


def together_told(found: MethodResult) -> str:
    """Which factors the design moves only together."""
    groups = [listed([factor.label for factor in group]) for group in found.entangled]
    return f"{'; '.join(groups)} vary only together in this design"


def _not_told_apart(found: Sweep) -> list[str]:
    if not found.entangled:
        return []
    told = together_told(found)
    return [f"{told[0].upper()}{told[1:]}: what each of them does by itself cannot be told apart. A design that moves them one "
            "without the other would tell."]  # fmt: skip


def setting_told(found: Sweep, point: int) -> str:
    """The factors' values at a point: ``representatives at 14 and wage at 22``."""
    pairs = zip(found.experiment.factors, found.points[point], strict=True)
    return listed([f"{factor.label} at {factor.told(value)}" for factor, value in pairs])


def _today_told(found: Sweep) -> str:
    base = base_point(found.experiment)
    return listed([f"{factor.label} at {factor.told(base[factor.path])}" for factor in found.experiment.factors])


def _lead(found: Sweep) -> list[str]:
    asked, count = found.experiment, len(found.points)
    told = [f"Today means “{asked.base.name}”: {_today_told(found)}."] if not asked.uncertainties else []
    told += [_other_outcome(found, outcome) for outcome in asked.outcomes[1:]]
    runs = count * found.replications
    told += [sentence for o in asked.outcomes for sentence in missing_told(o, found.missing(o), runs)]
    return [
        *told,
        *_not_told_apart(found),
        f"The model was asked at {counted(count, 'setting', 'settings')}, {found.replications:,} times each over "
        f"{lasting(asked.base)}, with the same luck at every setting.",
    ]


def _other_outcome(found: Sweep, outcome: Outcome) -> str:
    best = found.best(found.experiment.outcomes[0])
    if found.experiment.uncertainties or best is None:
        return _what_moves(found, outcome) + "."
    gap = found.against_today(best, outcome)
    if gap.unseen:
        return f"No difference from today was seen in {outcome.words} there."
    if not gap.decided:
        known = "undecided" if gap.defined else "not known: there is nothing to measure"
        return f"What becomes of {outcome.words} there is {known}."
    way = "rises" if gap.mean > 0 else "falls"
    own = found.best(outcome)
    there = "" if own is None or own == best else f"; it would be best with {setting_told(found, own)}"
    return f"{title(outcome)} {way} there by {_amount(found, outcome, gap)}{there}."


def _caveats(found: Sweep) -> list[str]:
    told = ["The best of many settings looks a little better than it is, because luck helped to choose it: compare the few "
            "best on another seed before you decide."]  # fmt: skip
    shares = {outcome.words: found.fitted_share(outcome) for outcome in found.experiment.outcomes}
    bent = [words for words, share in shares.items() if share is not None and share < STRAIGHT]
    if bent:
        told.append(f"Straight lines in the factors explain less than {STRAIGHT:.0%} of what moves {listed(bent)}: look at the "
                    "figures of every factor by itself before reading the bars.")  # fmt: skip
    return told


# ---- the sections


def _sections(found: Sweep) -> list[Section]:
    outcomes = found.experiment.outcomes
    maps = [picture for o in outcomes if (picture := heat_map(found, o)) is not None]
    bars = [picture for o in outcomes if (picture := tornado(found, o)) is not None]
    sections = [
        Section("The map", pictures=maps) if maps else None,
        _what_moves_it(found, bars),
        Section("Every factor by itself", pictures=[multiples(found)]),
        _best_settings(found) if not found.experiment.uncertainties else None,
        _failed(found.failures, len(found.points) * found.replications) if found.failures else None,
    ]
    return [section for section in sections if section is not None]


def _what_moves_it(found: Sweep, bars: list[Picture]) -> Section | None:
    if not bars and not found.entangled:
        return None
    note = "Bars: from each factor's lowest value (blue) to its highest (orange); thin lines: 95 % intervals of the change."
    tables, notes = ([_effects(found)], [note]) if bars else ([], [])
    return Section("What moves it", _not_told_apart(found), bars, tables, notes)


def _effects(found: Sweep) -> Table:
    rows = []
    for outcome in found.experiment.outcomes:
        unit = unit_in(found, outcome)
        for effect in found.effects(outcome):
            digits = digits_of(effect.change, unit)
            cells = [f"{outcome.words}: {effect.factor.label}", range_told(effect.factor)]
            cells += [level_told(effect.low, unit), level_told(effect.high, unit)]
            change = between(effect.change, unit.factor, digits, plus=True)
            rows.append([*cells, change if effect.decided else f"undecided ({change})"])
    return Table(("Outcome and factor", "Range", "At its lowest", "At its highest", "Change, 95 % interval"), rows)


def range_told(factor: Factor) -> str:
    """From lowest to highest value, with the unit."""
    return f"{factor.told(factor.low)} to {factor.told(factor.high)} {factor.unit}"


def _best_settings(found: Sweep) -> Section:
    outcomes, first = found.experiment.outcomes, found.experiment.outcomes[0]
    k = found.place(first)
    ranked = sorted(
        np.flatnonzero(np.isfinite(found.means[:, k])).tolist(), key=lambda p: -first.sign * found.means[p, k]
    )
    kept = found.allowed()
    rows = [_setting_row(found, point) for point in ranked if kept[point]][:MOST_SETTINGS]
    columns = [*(factor.label for factor in found.experiment.factors)]
    columns += [f"{outcome.words}, {unit_in(found, outcome).level} (95 % interval)" for outcome in outcomes]
    return Section(f"The settings with the best {first.words}", tables=[Table(columns, rows)])


def _setting_row(found: Sweep, point: int) -> list[str]:
    cells = [factor.told(value) for factor, value in zip(found.experiment.factors, found.points[point], strict=True)]
    for outcome in found.experiment.outcomes:
        cells.append(around_told(found.around(point, outcome), unit_in(found, outcome)))
    return cells


def _failed(failures: tuple[Failure, ...], asked: int) -> Section:
    rows = [(f"replication {f.replication}", f.error, f.repeat) for f in failures[:20]]
    said = f"{len(failures):,} of {asked:,} replications failed; the others are kept, and only they are counted."
    return Section("What failed", [said], tables=[Table(("Which", "Why", "Repeat it with"), rows, words=True)])


PAGE = Page(headline, _lead, _sections, _sheets, _caveats)
