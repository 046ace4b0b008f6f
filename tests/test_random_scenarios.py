"""Any valid scenario runs: drawn from the ranges that the parameters themselves state, over every part of the model.

What is tried is what a user may write: sections of a scenario with numbers, quantities in range, traits, segments and
changes in later weeks. No run may end in a number that is none, a share that is no share, people lost, or money that does not
balance, and the engines agree to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from grounds import SLOW, assert_sound, lived
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.agreement import agree
from sim.model.component import parts
from sim.model.mechanisms import lever_costs
from sim.model.parameters import Line, lines
from sim.model.week import COUNTS, MONEY_IN, MONEY_OUT
from sim.runs.measures import DEFINITIONS, measured, measured_weekly
from sim.scenario.model_inputs import ground_of
from sim.scenario.sections import Market, traits
from sim.scenario.whole import described

SETTINGS = {
    (part.name, name): line
    for part in parts().values()
    if part.parameters is not None and not part.used_where
    for name, line in lines(part.parameters).items()
}
"""Every parameter of what is part of every model, by part and name: each of the others would be another week to compile."""
MOST = {"representatives": 30, "lanes": 30, "self_lanes": 30}
"""Parameters of which more than this only takes time."""
WEEKS = 7
WITHIN = ("share", "scale 0-1", "share per week")
"""Units of measures that lie within [0, 1]."""
UNBOUND = ("expectation_gap",)
"""Of these, one that may be negative."""


def numbers(line: Line, most: float | None = None) -> st.SearchStrategy[Any]:
    """Values of a parameter as a file would have them: its bounds, its default, what lies between."""
    high = line.high if most is None else most
    if line.kind is bool:
        return st.booleans()
    if line.kind is int:
        return st.integers(int(line.low), int(high)) | st.sampled_from([int(line.low), int(high)])
    return st.sampled_from([line.low, high, line.default]) | st.floats(line.low, high, allow_nan=False)


@st.composite
def parts_of(draw: st.DrawFn, most: int) -> dict[str, dict[str, Any]]:
    """Some parameters of any parts, each anywhere in its range, none contradicting another."""
    chosen = draw(st.lists(st.sampled_from(sorted(SETTINGS)), max_size=most, unique=True))
    found: dict[str, dict[str, Any]] = {}
    for part, name in chosen:
        found.setdefault(part, {})[name] = draw(numbers(SETTINGS[part, name], MOST.get(name)))
    return found


def _possible(sections: dict[str, Any], before: dict[str, Any]) -> None:
    """Take back what contradicts another entry: more self-service lanes than lanes, detractors who are promoters."""
    for part, low, high in (
        ("self_checkout", "self_lanes", "lanes"),
        ("answering", "detractor_below", "promoter_from"),
    ):
        own = (
            {name: SETTINGS[part, name].default for name in (low, high)} | before.get(part, {}) | sections.get(part, {})
        )
        if own[low] > own[high]:
            sections.setdefault(part, {})[low] = own[high]


@st.composite
def spreads(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A distribution of a trait, its numbers anywhere in the trait's range."""
    trait = traits()[name]
    kind = draw(st.sampled_from(["constant", "uniform", "normal", "lognormal"]))
    inside = st.floats(trait.low, trait.high, allow_nan=False)
    if kind == "constant":
        return {"distribution": kind, "value": draw(inside)}
    if kind == "uniform":
        low, high = sorted((draw(inside), draw(inside)))
        return {"distribution": kind, "low": low, "high": high}
    floor = max(trait.low, 1e-3 * trait.high)
    mean = draw(st.floats(floor, trait.high)) if kind == "lognormal" else draw(inside)
    return {"distribution": kind, "mean": mean, "sd": draw(st.floats(0, trait.high))}


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """Traits of everybody, and perhaps two segments with traits of their own."""
    names = st.lists(st.sampled_from(sorted(traits())), max_size=4, unique=True)
    found: dict[str, Any] = {"traits": {name: draw(spreads(name)) for name in draw(names)}}
    if draw(st.booleans()):
        share = draw(st.floats(0, 1))
        found["segments"] = {
            kind: {"share": size, "traits": {name: draw(spreads(name)) for name in draw(names)}}
            for kind, size in (("one", share), ("other", 1 - share))
        }
    return found


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """The sections of any scenario of few people and weeks."""
    sections: dict[str, Any] = draw(parts_of(30))
    _possible(sections, {})
    later: dict[str, Any] = draw(parts_of(8))
    _possible(later, sections)
    scale = lines(Market)
    market = {"customers": draw(st.integers(1, 60)), "prospects": draw(st.integers(0, 40))}
    market["stands_for"] = draw(st.sampled_from([1.0, 30.0, 300.0, 5000.0]) | numbers(scale["stands_for"]))
    market["company_reputation"] = draw(numbers(scale["company_reputation"]))
    kind = draw(st.sampled_from(["none", "random", "small_world", "scale_free"]))
    if kind != "none" and market["customers"] + market["prospects"] <= 4:
        kind = "none"
    sections |= {"weeks": WEEKS, "market": market, "customers": draw(people())}
    sections["network"] = {"kind": kind, "degree": 4, "rewiring": draw(st.floats(0, 1))}
    if later:
        sections["changes"] = {f"from week {draw(st.integers(1, WEEKS - 1))}": later}
    return sections


def assert_measures_make_sense(tally: np.ndarray, founders: int) -> None:
    """Every measure, of the whole and of each week, is a number or missing; shares are shares; profit is revenue less cost."""
    for found in (measured(tally, founders), measured_weekly(tally, founders)):
        for name, values in found.items():
            assert not np.isinf(values).any(), name
            values = values[np.isfinite(values)]
            if DEFINITIONS[name].unit in WITHIN and name not in UNBOUND:
                assert (values >= 0).all() and (values <= 1 + 1e-6).all(), f"{name}: {values}"
        np.testing.assert_allclose(found["revenue"] - found["cost"], found["profit"], rtol=1e-9, atol=1e-2)
    for name in {*MONEY_IN, *MONEY_OUT} - {*lever_costs.MONEY_OUT}:  # a worse lever saves money
        assert (tally[:, COUNTS.index(name)] >= 0).all(), name


def assert_holds(sections: dict[str, Any]) -> None:
    """A run of the scenario is sound, its measures make sense, and the engines agree on it."""
    ground = ground_of(described(sections))
    state, tally = lived(ground)
    assert_sound(ground, state, tally)
    assert_measures_make_sense(tally, ground.plan.founders)
    assert agree(ground) is None


@settings(max_examples=40, **SLOW)
@given(scenarios())
def test_any_scenario_holds(sections: dict[str, Any]) -> None:
    assert_holds(sections)


@pytest.mark.heavy
@settings(max_examples=1500, **SLOW)
@given(scenarios())
def test_very_many_scenarios_hold(sections: dict[str, Any]) -> None:
    assert_holds(sections)


def test_the_draws_reach_every_part() -> None:
    """Parameters are found by looking, so that a new mechanism is drawn from as soon as it is there."""
    usual = {part.name for part in parts().values() if part.parameters is not None and not part.used_where}
    assert {part for part, _ in SETTINGS} == usual
    assert len(SETTINGS) > 150
