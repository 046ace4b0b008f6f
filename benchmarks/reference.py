"""The dense rules as array expressions in NumPy: what happens to everybody in every week, whole columns at a time.

It says how far plain NumPy would get. A test holds it to the fast engine's columns, bit for bit, in a market where nothing else
happens (:func:`sim.bench.timed.nothing_on`): the same float32 operations in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.engine import Engine
from sim.engine.start import Ground
from sim.model.behaviour.grievance import fading, relieved
from sim.model.behaviour.ledger import rate as booking_rate
from sim.model.behaviour.person import COMPANY, MOOD, RIVAL
from sim.model.behaviour.satisfaction import aversion, bend, experience_weight, moved, surprise
from sim.model.component import columns, row
from sim.model.mechanisms.quality import EVERYDAY
from sim.model.numeric import _LN2_HIGH, _LN2_LOW, _SQRT_2
from sim.model.random import _KEYS, world

f32, u32, u64, i32 = np.float32, np.uint32, np.uint64, np.int32
_LOG = [7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1]  # fmt: skip
"""Coefficients of :func:`sim.model.numeric.log`."""


def words(world: np.uint64, stream: np.uint32, week: int, people: int) -> tuple[np.ndarray, ...]:
    """Four random uint32 words for everybody: :func:`sim.model.random.fill` in NumPy."""
    c = [np.arange(people, dtype=u32), *(np.full(people, value, u32) for value in (week, stream, 0))]
    k0, k1 = u32(world & u64(0xFFFFFFFF)), u32(world >> u64(32))
    for key in _KEYS:
        with np.errstate(over="ignore"):
            a, b = k0 + key[0], k1 + key[1]
        p0, p1 = c[0] * u64(0xD2511F53), c[2] * u64(0xCD9E8D57)
        c = [
            (p1 >> u64(32)).astype(u32) ^ c[1] ^ a,
            p1.astype(u32),
            (p0 >> u64(32)).astype(u32) ^ c[3] ^ b,
            p0.astype(u32),
        ]
    return tuple(c)


def unit(bits: np.ndarray) -> np.ndarray:
    """:func:`sim.model.random.unit` of an array."""
    return (bits >> u32(8)).astype(f32) * f32(2.0**-24)


def _share(x: Any) -> Any:
    return np.minimum(np.maximum(x, f32(0)), f32(1))


def _log(x: np.ndarray) -> np.ndarray:
    bits = x.view(i32)
    exponent = (bits >> i32(23)) - i32(127)
    m = ((bits & i32(0x007FFFFF)) | i32(0x3F800000)).view(f32)
    big = m > _SQRT_2
    m = np.where(big, m * f32(0.5), m) - f32(1)
    e = np.where(big, exponent + i32(1), exponent).astype(f32)
    z, p = m * m, f32(_LOG[0]) * m + f32(_LOG[1])
    for coefficient in _LOG[2:]:
        p = p * m + f32(coefficient)
    return (m + (p * m * z + e * _LN2_LOW - f32(0.5) * z)) + e * _LN2_HIGH


def _polynomial(x: np.ndarray, *coefficients: float) -> np.ndarray:
    total: Any = f32(coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + f32(coefficient)
    return total


def normal_quantile(word: np.ndarray) -> np.ndarray:
    """:func:`sim.model.numeric.normal_quantile` of an array: both branches for everybody, as array expressions must."""
    upper = word > u32(0x7FFFFFFF)
    tail = (np.where(upper, ~word, word).astype(f32) + f32(0.5)) * f32(2.0**-32)
    q = f32(0.5) - tail
    centre = f32(0.180625) - q * q
    top = _polynomial(centre, 59.109374720, 159.29113202, 50.434271938, 3.3871327179)
    low = _polynomial(centre, 67.187563600, 78.757757664, 17.895169469, 1.0)
    r = np.sqrt(-_log(tail)) - f32(1.6)
    far_top = _polynomial(r, 0.17023821103, 1.3067284816, 2.7568153900, 1.4234372777)
    far_low = _polynomial(r, 0.12021132975, 0.73700164250, 1.0)
    middle = q <= f32(0.425)
    size = np.where(middle, q * top, far_top) / np.where(middle, low, far_low)
    return np.where(upper, size, -size)


def _performed(column: Any, rival: np.ndarray, p: Any, bits: tuple[np.ndarray, ...]) -> np.ndarray:
    rate = np.where(rival, p["rival_error_rate"], p["quality_error_rate"])
    error = np.where(unit(bits[1]) < rate * column("failure_exposure"), p["quality_error_depth"], f32(0))
    level = np.where(rival, p["rival_level"] + column("fit_rival"), p["quality_level"] + column("fit_company"))
    spread = np.where(rival, p["rival_spread"], p["quality_spread"])
    return _share(level + spread * normal_quantile(bits[0]) - error)


def _verdict(expected: np.ndarray, performed: np.ndarray, p: Any) -> np.ndarray:
    gap = surprise.plain(performed, expected, p["satisfaction_assimilation"])
    averse = aversion(p["satisfaction_loss_aversion"], p["satisfaction_symmetric"])
    curve = bend(p["satisfaction_curvature"], p["satisfaction_symmetric"])
    slope = np.where(gap > 0, p["satisfaction_sensitivity"], p["satisfaction_sensitivity"] * averse)
    return _share(expected + slope * gap * (curve / (curve + np.where(gap > 0, gap, -gap))))


def _weight(tenure: np.ndarray, severity: np.ndarray, variance: np.ndarray, p: Any) -> np.ndarray:
    steadiness = p["satisfaction_steadiness"]
    learning = p["satisfaction_weight_new"], p["satisfaction_weight_settled"], p["satisfaction_settling"]
    usual = experience_weight.plain(tenure, *learning) * (steadiness / (steadiness + variance))
    return np.where(tenure == 1, f32(1), _share(usual * (f32(1) + p["satisfaction_peak"] * severity)))


def _drawn_to(state: np.ndarray, towards: np.ndarray, up: Any, down: Any) -> np.ndarray:
    gap = towards - state
    return state + gap * np.where(gap > 0, up, down)


def experience(column: Any, tenure: np.ndarray, rival: np.ndarray, p: Any, week: int, bits: Any) -> np.ndarray:
    """Everybody uses the product and judges it, in place; returns how it performed."""
    performed = _performed(column, rival, p, bits)
    expected, before, threshold = column("expectation"), column("satisfaction").copy(), p["quality_failure_threshold"]
    unsteady, missed = column("unsteadiness"), performed - expected
    verdict = _share(_verdict(expected, performed, p) - p["satisfaction_caution"] * unsteady)
    tenure += 1
    severity = np.where(performed >= threshold, f32(0), (threshold - performed) / threshold)
    after = moved.plain(before, verdict, _weight(tenure, severity, unsteady, p))
    column("satisfaction")[:] = after
    column("trust")[:] = _drawn_to(column("trust"), verdict, p["trust_growth"], p["trust_loss"])
    unsteady[:] = unsteady + (missed * missed - unsteady) * p["satisfaction_noticing"]
    drop = np.where(before > after, before - after, f32(0)) * booking_rate(week, p["ledger_half_life"])
    column("ledger_quality")[:] += np.where(performed < threshold, drop, f32(0))
    noted = (expected - performed > p["ledger_notice"]) & (performed >= threshold)
    column("ledger_expectation")[:] += np.where(noted, drop, f32(0))
    ours, theirs = p["quality_level"], p["rival_level"]
    better = max(ours, theirs) - np.where(rival, theirs, ours)
    seen = _share(performed + better * p["expectation_comparison"])
    column("expectation")[:] = _drawn_to(expected, seen, p["expectation_rise"], p["expectation_fall"])
    column("grievance")[:] = relieved.plain(column("grievance"), f32(1) - fading(p["grievance_half_life"]))
    return performed


def _lists(column: Any, performed: np.ndarray, rival: np.ndarray, p: Any, mood: Any) -> list[np.ndarray]:
    """Who has an issue, a question, talks, compares, or leaves the market: numbers of people."""
    feeling, grievance = np.abs(column("satisfaction") - f32(0.5)), column("grievance")
    talks = column("talkativeness") * (p["talk_base"] + p["talk_strong"] * feeling + p["talk_grievance"] * grievance)
    severity = column("issue_severity")
    thinks = _share(
        p["choice_attention"] + p["choice_issue_trigger"] * severity + p["choice_grievance_trigger"] * grievance
    )
    luck = [unit(bits) for bits in mood]
    flags = (
        ((performed < p["quality_failure_threshold"]) | (severity > 0)) & ~rival,
        (luck[3] < p["call_centre_questions"]) & ~rival,
        luck[0] < talks, luck[1] < thinks, luck[2] < p["choice_involuntary"] * f32(7 / 365.25),
    )  # fmt: skip
    return [np.flatnonzero(flag) for flag in flags]


def live(ground: Ground, seed: int, replication: int) -> tuple[np.ndarray, np.ndarray]:
    """All weeks of a market in which nothing happens but what happens to everybody: the columns number and clock.

    Raises ``ValueError`` when something else does happen: this is no engine.
    """
    state, key = Engine(ground, seed).start(replication).state(), world(seed, replication)
    provider, tenure, people = state.mark[row("provider")], state.clock[row("tenure")], ground.plan.people
    rival, rows = provider == RIVAL, {name: row(name) for name in columns("number")}

    def column(name: str) -> np.ndarray:
        return state.number[rows[name]]

    for week in range(ground.weeks):
        p = ground.policy[week]
        bits, mood = (words(key, stream, week, people) for stream in (EVERYDAY, MOOD))
        performed = experience(column, tenure, rival, p, week, bits)
        if any(who.size for who in _lists(column, performed, rival, p, mood)):
            raise ValueError(f"week {week}: something happens that is not in the dense rules")
        for whose in ("company", "rival"):  # nothing is heard, but the odds are reckoned anew
            known = column(f"evidence_{whose}")
            column(f"belief_{whose}")[:] = column(f"belief_{whose}") * known / known
        for name in ("satisfaction", "trust", "grievance", "expectation"):
            (column(name)[provider == COMPANY] * f32(1048576.0)).astype(i32).sum()
    return state.number, state.clock
