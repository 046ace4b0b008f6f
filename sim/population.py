"""The people of a replication: read from a customer file, drawn from distributions, or both; and how they begin.

A trait that the file gives is taken from it; one it lacks is drawn, by a draw that belongs to the person and the trait. The
rival's customers resemble the company's: with a file, each takes the traits of a row drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.behaviour.expectation import expectation_so_far
from sim.behaviour.person import COMPANY, RIVAL, STARTS, TRAITS
from sim.behaviour.satisfaction import aversion, bend, felt, judgement, surprise
from sim.columns import KINDS
from sim.compiled import lean_kernel
from sim.distributions import Distribution, drawn
from sim.draws import stream, unit, word
from sim.mechanisms.marketing import promise
from sim.mechanisms.quality import usual_performance
from sim.numeric import normal_quantile, share
from sim.parts import columns, row

f32 = np.float32

LINES = (*TRAITS, *STARTS)
"""Everything about a person that a scenario or a customer file may give."""
_PLACE = {line.name: place for place, line in enumerate(LINES)}
_FOLLOWS = -1
"""Kind of a starting state that is not drawn but follows from the others."""
_RIVALS_TENURE = (1, f32(0), f32(260))

_STREAMS = np.array([stream(f"person: {line.name}") for line in LINES], np.uint32)
_LOW = np.array([line.low for line in LINES], np.float32)
_HIGH = np.array([line.high for line in LINES], np.float32)
SEGMENT, LIKENESS, OUTLOOK = stream("person: segment"), stream("person: likeness"), stream("person: outlook")


@dataclass(frozen=True, eq=False)
class Plan:
    """How to make the people of any replication of one scenario.

    ``given``: float32 (lines, founders), NaN where it is to be drawn, or with no columns at all when there is no file;
    ``segment``: uint8 (founders) or empty; ``kind`` (segments, lines) and ``numbers`` (segments, lines, 2): the
    distributions; ``until``: cumulative shares of the segments.
    """

    founders: int
    people: int
    given: np.ndarray
    segment: np.ndarray
    kind: np.ndarray
    numbers: np.ndarray
    until: np.ndarray


def plan_people(
    sizes: tuple[int, int],
    distributions: list[Mapping[str, Distribution]],
    shares: list[float],
    given: Mapping[str, np.ndarray] | None = None,
    segment: np.ndarray | None = None,
) -> Plan:
    """Prepare a population.

    ``sizes``: customers of the company and of the rival; ``distributions``: for each segment, the distributions that
    differ from the defaults; ``shares``: how common each segment is; ``given``: columns of a customer file by trait;
    ``segment``: the number of each customer's segment, when the file says it.
    """
    founders, rivals = sizes
    kind = np.full((len(shares), len(LINES)), _FOLLOWS, np.int64)
    numbers = np.zeros((len(shares), len(LINES), 2), np.float32)
    for s, special in enumerate(distributions):
        for line in LINES:
            chosen = special.get(line.name, line.default)
            if chosen is not None:
                kind[s, _PLACE[line.name]], *numbers[s, _PLACE[line.name]] = chosen.code()
    return Plan(
        founders, founders + rivals, _table(given, founders), _numbers(segment), kind, numbers,
        np.cumsum(np.array(shares, np.float64)).astype(np.float32),
    )  # fmt: skip


def _table(given: Mapping[str, np.ndarray] | None, founders: int) -> np.ndarray:
    if not given:
        return np.zeros((len(LINES), 0), np.float32)
    table = np.full((len(LINES), founders), np.nan, np.float32)
    for name, values in given.items():
        table[_PLACE[name]] = values
    return table


def _numbers(segment: np.ndarray | None) -> np.ndarray:
    return np.zeros(0, np.uint8) if segment is None else segment.astype(np.uint8)


TRAIT_COUNT = len(TRAITS)
_TENURE, _CONTRACT = _PLACE["tenure"], _PLACE["contract_weeks_left"]
_GRIEVANCE, _EXPECTATION = _PLACE["grievance"], _PLACE["expectation"]
_SATISFACTION, _TRUST = _PLACE["satisfaction"], _PLACE["trust"]
_EXPOSURE = _PLACE["failure_exposure"]
_ROWS = np.array([row(trait.name) for trait in TRAITS], np.int64)
E_, S_, T_, G_ = row("expectation"), row("satisfaction"), row("trust"), row("grievance")
FAIRNESS, BELIEF_COMPANY, BELIEF_RIVAL = row("price_fairness"), row("belief_company"), row("belief_rival")
PROVIDER, SEGMENT_ROW = row("provider"), row("segment")
TENURE, CONTRACT_END = row("tenure"), row("contract_end")


@lean_kernel
def _segment_of(world, person, likeness, segment, until):
    if segment.size > 0:
        return np.int64(segment[likeness])
    luck = unit(word(world, SEGMENT, person, 0, 0))
    chosen = 0
    while chosen < until.size - 1 and luck >= until[chosen]:
        chosen += 1
    return chosen


@lean_kernel
def _line_of(world, person, place, likeness, s, plan):
    """One trait or start of one person; NaN when it follows from the others."""
    given, kind, numbers = plan
    if given.shape[1] > 0 and not np.isnan(given[place, likeness]):
        return given[place, likeness]
    if kind[s, place] < 0:
        return f32(np.nan)
    code = (kind[s, place], numbers[s, place, 0], numbers[s, place, 1])
    return drawn(world, _STREAMS[place], person, code, _LOW[place], _HIGH[place])


@lean_kernel
def _begin(world, i, starts, rival, p, state):
    """Expectation, satisfaction and trust at the start: as given, or as they follow from quality, exposure and tenure."""
    number, clock = state
    level, rate, over = p.quality_level, p.quality_error_rate, p.marketing_overpromise
    if rival:
        level, rate, over = p.rival_level, p.rival_error_rate, p.rival_overpromise
    usual = usual_performance(level, rate, number[_ROWS[_EXPOSURE], i], p.quality_error_depth)
    expected, satisfied, trusting = starts
    if np.isnan(expected):
        expected = expectation_so_far(promise(level, over), usual, clock[TENURE, i], p.satisfaction_settling)
    if np.isnan(satisfied):
        gap = surprise(usual, expected, p.satisfaction_assimilation)
        averse = aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric)
        bent = bend(p.satisfaction_curvature, p.satisfaction_symmetric)
        verdict = judgement(expected, felt(gap, p.satisfaction_sensitivity, averse, bent))
        normal = normal_quantile(word(world, OUTLOOK, i, 0, 2))
        satisfied = share(verdict + p.satisfaction_disposition * normal)
    number[E_, i], number[S_, i] = expected, satisfied
    number[T_, i] = satisfied if np.isnan(trusting) else trusting


@lean_kernel
def _person(world, i, founders, plan, p, columns):
    """One person, with all traits and starting states."""
    number, clock, mark = columns
    given, segment, kind, numbers, until = plan
    rival, likeness = i >= founders, i
    if rival and founders > 0:
        likeness = np.int64((np.uint64(word(world, LIKENESS, i, 0, 0)) * np.uint64(founders)) >> np.uint64(32))
    s = _segment_of(world, i, likeness, segment, until)
    mark[PROVIDER, i], mark[SEGMENT_ROW, i] = (RIVAL if rival else COMPANY), s
    lines = (given, kind, numbers)
    for place in range(TRAIT_COUNT):
        number[_ROWS[place], i] = _line_of(world, i, place, likeness, s, lines)
    number[FAIRNESS, i] = f32(1)
    clock[CONTRACT_END, i] = -1
    starts = (f32(np.nan), f32(np.nan), f32(np.nan))
    if rival:
        clock[TENURE, i] = np.int16(drawn(world, _STREAMS[_TENURE], i, _RIVALS_TENURE, f32(0), f32(260)))
    else:
        clock[TENURE, i] = np.int16(_line_of(world, i, _TENURE, i, s, lines))
        left = np.int16(_line_of(world, i, _CONTRACT, i, s, lines))
        clock[CONTRACT_END, i] = left if left > 0 else -1
        number[G_, i] = _line_of(world, i, _GRIEVANCE, i, s, lines)
        starts = (
            _line_of(world, i, _EXPECTATION, i, s, lines),
            _line_of(world, i, _SATISFACTION, i, s, lines),
            _line_of(world, i, _TRUST, i, s, lines),
        )
    _begin(world, i, starts, rival, p, (number, clock))
    for k in range(2):
        normal = normal_quantile(word(world, OUTLOOK, i, 0, k))
        number[BELIEF_COMPANY if k == 0 else BELIEF_RIVAL, i] = share(p.belief_starting + p.belief_spread * normal)


@lean_kernel
def _everybody(world, founders, plan, policy, columns):
    for i in range(columns[0].shape[1]):
        _person(world, i, founders, plan, policy[0], columns)


def empty_columns(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """State arrays for so many people, all zero: number, clock and mark (see :class:`sim.week.State`)."""
    return tuple(np.zeros((len(columns(kind)), people), KINDS[kind]) for kind in ("number", "clock", "mark"))  # type: ignore[return-value]


def draw_people(world: np.uint64, plan: Plan, policy: np.ndarray, into: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Make the people of one replication, in place; ``policy`` is the scenario's (week 0 counts), ``into`` the columns."""
    for column in into:
        column[:] = 0
    lines = (plan.given, plan.segment, plan.kind, plan.numbers, plan.until)
    _everybody(world, plan.founders, lines, policy, into)
