"""Bars that Explore draws: what each factor does to an outcome, and how much it matters, as places from 0 to 1 and words."""

from __future__ import annotations

from typing import Any

from sim.experiments.method import MethodResult
from sim.report.amounts import Unit, between, number, signed
from sim.report.experiment_page import digits_of
from sim.report.sweep_page import together_told
from sim.studio.design_points import unit_told
from sim.studio.drawn import BLUE, GREY, ORANGE, Axis, Drawing, axis, outcome_label


def tornado(found: MethodResult, k: int, unit: Unit) -> Drawing | None:
    """What each factor does to an outcome on its way from its lowest to its highest value; None when nothing can be told."""
    outcome = found.experiment.outcomes[k]
    effects = [effect for effect in found.effects(outcome) if effect.change.defined]
    if not effects:
        return None
    ends = [(e.low.mean * unit.factor, e.high.mean * unit.factor) for e in effects]
    halves = [(e.change.high - e.change.low) / 2 * abs(unit.factor) if e.change.defined > 1 else 0.0 for e in effects]
    reach = [v for pair, half in zip(ends, halves, strict=True) for end in pair for v in (end - half, end + half)]
    scale = axis(outcome_label(outcome, unit), reach)
    bars = []
    for effect, (low, high), half in zip(effects, ends, halves, strict=True):
        middle = (low + high) / 2
        factor = effect.factor
        digits = digits_of(effect.change, unit)
        change = signed(effect.change.mean * unit.factor, digits)
        told = f"{change} {unit.difference} ({between(effect.change, unit.factor, digits, plus=True)})"
        bars.append({
            "label": factor.label, "told": told if effect.decided else f"undecided: {told}",
            "parts": [_part(scale, low, middle, BLUE), _part(scale, middle, high, ORANGE)],
            "whisker": [scale.at(high - half), scale.at(high + half)],
            "range": f"{factor.told(factor.low)} to {factor.told(factor.high)} {unit_told(factor)}".strip(),
        })  # fmt: skip
    note = "Blue: the lever at its lowest value; orange: at its highest. Thin line: 95 % interval of the change."
    if found.entangled:
        note += f" Left out: {together_told(found)}, so that what each of them does cannot be told."
    return {"title": f"What moves {outcome.words}", "axis": scale.told(), "bars": bars, "band": None, "note": note}


def _part(scale: Axis, one: float, other: float, colour: str) -> Drawing:
    low, high = sorted((scale.at(one), scale.at(other)))
    return {"from": low, "to": high, "colour": colour}


def influence(found: MethodResult, k: int) -> Drawing:
    """How much each factor matters to an outcome, with 95 % intervals, and the band of what mere chance gives."""
    from sim.report.sensitivity_page import MEANS, SHARES

    outcome, analysis = found.experiment.outcomes[k], found.analyses[k]
    ranked = [(name, analysis.possible(index)) for name, index in analysis.ranking]
    above, share = analysis.above_chance, analysis.method in SHARES
    factor = 100 if share else 1
    label = "% of the variance between points (total index)" if share else f"{analysis.method} index"
    ends = [max(end, 0) * factor for _, index in (*ranked, ("", analysis.dummy)) for end in (index.low, index.high)]
    scale = axis(label, [*ends, 0.0], zero=True)
    bars = [
        {
            "label": name, "told": f"{_index_told(index, factor)}: {_verdict(name, analysis)}",
            "parts": [_part(scale, 0, max(index.value, 0) * factor, BLUE if name in above else GREY)],
            "whisker": [scale.at(max(index.low, 0) * factor), scale.at(max(index.high, 0) * factor)], "range": "",
        }
        for name, index in ranked
    ]  # fmt: skip
    band = [scale.at(max(end, 0) * factor) for end in (analysis.dummy.low, analysis.dummy.high)]
    note = f"{MEANS[analysis.method]} Thin lines: 95 % intervals. Grey band: what mere chance gives. Blue: more than chance."
    return {"title": f"What moves {outcome.words}", "axis": scale.told(), "bars": bars, "band": band, "note": note}


def _index_told(index: Any, factor: float) -> str:
    digits = 0 if factor == 100 else 3
    value, low, high = (number(max(part, 0) * factor, digits) for part in index)
    return f"{value}{' %' if factor == 100 else ''} ({low} to {high})"


def _verdict(name: str, analysis: Any) -> str:
    if name in analysis.above_chance:
        return "matters"
    return "cannot be told" if name in analysis.undecided else "no more than chance"
