"""How experiences are judged: losses against gains, expectation, memory, tenure, trust (L01, L03, L04, L07, L08, L10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import norm

from evidence.laboratory import QUIET, Laboratory, chance_if_comparing, merged
from evidence.rows import Finding, Row, over
from sim.model.behaviour.answering import answer
from sim.model.behaviour.satisfaction import felt, judgement, surprise
from sim.model.mechanisms.call_centre import encounter, handling_minutes, solves, wait_pain

SD = 0.05
"""The standard deviation of delivered quality from week to week, as shipped."""
USUAL = 0.78
"""The level of quality, as shipped."""


def _alike(people: int, **traits: Any) -> dict[str, Any]:
    """People to whom nothing happens but what the test brings, and whose phones are always answered."""
    return merged(
        QUIET,
        {
            "market": {"customers": people, "prospects": 0, "stands_for": 1.0},
            "call_centre": {"representatives": 60},
            "customers": {"traits": {"failure_exposure": 1.0, "fit_company": 0.0, "fit_rival": 0.0} | traits},
        },
    )


# ---- L01 and L04: the same surprise for better and for worse ------------------------------------------------------------


def _after_surprises(sizes: tuple[float, ...], **settings: float) -> dict[float, Laboratory]:
    """The same people after a week that was better or worse than expected by each size."""
    lab = Laboratory(_alike(20_000, expectation=USUAL), weeks=2)
    lab = lab.under(satisfaction_symmetric=settings.get("symmetric", 0))
    return {size: lab.under(quality_level=USUAL + size).after() for size in sizes}


def _moved(arms: dict[float, Laboratory], size: float) -> np.ndarray:
    """What a surprise of this size moved, person by person; nothing for the few who left in one of the arms."""
    stay = np.logical_and.reduce([arm.customers() for arm in arms.values()])
    return np.abs(arms[size].column("satisfaction").astype(float) - arms[0.0].column("satisfaction")) * stay


def loss_aversion(symmetric: int = 0) -> Finding:
    """L01: what a disappointment moves over what a pleasant surprise of the same size moves, pooled over three sizes."""
    sizes = [SD * part for part in (0.25, 0.5, 1.0)]
    arms = _after_surprises((0.0, *sizes, *(-size for size in sizes)), symmetric=symmetric)
    down, up = (sum(_moved(arms, sign * size) for size in sizes) for sign in (-1, 1))
    batches = [d.sum() / u.sum() for d, u in zip(np.split(down, 20), np.split(up, 20), strict=True)]
    some = np.arange(500)
    base, worse, better = (chance_if_comparing(arms[size], some).mean() for size in (0.0, -SD, SD))
    ratio = (worse - base) / (base - better)
    return over(batches, {"the ratio of the effects on leaving is above 1": ratio > 1}, f"on leaving: {ratio:.2f}")


def asymmetry(symmetric: int = 0) -> Finding:
    """L04: the slope of shocks downwards over that upwards, and less than double the effect for double the shock."""
    arms = _after_surprises((0.0, SD, 2 * SD, -SD, -2 * SD), symmetric=symmetric)
    effects = {size: _moved(arms, size) for size in arms if size}
    down, up = (effects[sign * SD] + effects[2 * sign * SD] for sign in (-1, 1))
    batches = [d.sum() / u.sum() for d, u in zip(np.split(down, 20), np.split(up, 20), strict=True)]
    bends = all(effects[2 * s].mean() < 2 * effects[s].mean() * (1 - 1e-4) for s in (SD, -SD))
    return over(batches, {} if symmetric else {"twice the shock has less than twice the effect": bends})


# ---- L03: across firms ----------------------------------------------------------------------------------------------------

FIRMS, QUARTER = 30, 13
Asked = list[np.ndarray]
"""Expectation at the beginning of a quarter, how the quarter went against it, satisfaction stated at its end, and felt."""


def _firm(level: float, number: int, assimilation: float | None) -> tuple[Laboratory, np.ndarray]:
    """A firm of this quality, and how its customers and those of its rival lean when asked."""
    sections = {"market": {"customers": 700, "prospects": 1300, "stands_for": 8.0}, "quality": {"level": float(level)}}
    lab = Laboratory(sections, weeks=80, replication=number).after(QUARTER)
    style = float(lab.now.answering_style) * np.random.default_rng(number).standard_normal(2000)
    return (lab if assimilation is None else lab.under(satisfaction_assimilation=assimilation)), style


def _answers(lab: Laboratory, who: np.ndarray, asked_before: np.ndarray, got: np.ndarray, style: np.ndarray) -> Asked:
    (state,) = lab.values(who, "satisfaction")
    return [asked_before[who], got[who] / QUARTER - asked_before[who], np.clip(state + style[who], 0, 1), state]


def _newcomers(lab: Laboratory, style: np.ndarray) -> Asked:
    """All who join within a year: asked what they expect before the first use, and how satisfied they are a quarter later."""
    expected, got, found = np.full(2000, np.nan), np.zeros(2000), []
    for _ in range(52 + QUARTER):
        lab.after()
        got += lab.performed()
        here, tenure = lab.customers(), lab.column("tenure")
        new = here & (tenure == 0)
        expected[new], got[new] = lab.column("expectation")[new], 0.0
        found.append(_answers(lab, here & (tenure == QUARTER) & np.isfinite(expected), expected, got, style))
        expected[~here | (tenure >= QUARTER)] = np.nan
    return [np.concatenate(column) for column in zip(*found, strict=True)]


def _settled(lab: Laboratory, style: np.ndarray) -> Asked:
    """The same of customers who have been there for a while."""
    lab.after(26)
    expected, got = lab.column("expectation").astype(float), np.zeros(2000)
    for _ in range(QUARTER):
        got += lab.after().performed()
    return _answers(lab, lab.customers() & (lab.column("tenure") > QUARTER), expected, got, style)


def _over_firms(ask: Callable[[Laboratory, np.ndarray], Asked], assimilation: float | None) -> Asked:
    """Answers of thirty firms of unequal quality together."""
    levels = np.clip(USUAL + SD * norm.ppf((np.arange(FIRMS) + 0.5) / FIRMS), 0, 1)
    firms = [ask(*_firm(level, number, assimilation)) for number, level in enumerate(levels)]
    return [np.concatenate(columns) for columns in zip(*firms, strict=True)]


def expectation_and_satisfaction(assimilation: float | None = None) -> Finding:
    """L03: correlation of what newcomers expect before use with satisfaction stated a quarter later, over thirty firms."""
    e, d, stated, state = _over_firms(_newcomers, assimilation)
    with_e, with_d = np.corrcoef(e, stated)[0, 1], np.corrcoef(d, stated)[0, 1]
    half = 1.96 / np.sqrt(e.size)
    old_e, old_d, old, _ = _over_firms(_settled, assimilation)
    remarks = (
        f"disconfirmation {with_d:.2f}",
        f"unclouded by answering style, expectation {np.corrcoef(e, state)[0, 1]:.2f}",
        f"of those who have been there for longer: expectation {np.corrcoef(old_e, old)[0, 1]:.2f}, "
        f"disconfirmation {np.corrcoef(old_d, old)[0, 1]:.2f}",
    )
    conditions = {"disconfirmation correlates more than expectation": bool(with_d > with_e)}
    return Finding(float(with_e), float(with_e - half), float(with_e + half), conditions, remarks)


# ---- L07: episodes of several moments --------------------------------------------------------------------------------------


def _episodes(count: int, seed: int) -> tuple[np.ndarray, ...]:
    """Calls of strangers: three moments each (wait, manner, outcome), minutes, the verdict, and what is said of it afterwards."""
    lab = Laboratory({"market": {"customers": count, "prospects": 0}}, weeks=30, replication=seed).after(26)
    p, luck = lab.now, np.random.default_rng(seed)
    waits = luck.exponential(float(p.call_centre_tolerance), count)
    skills = np.clip(luck.normal(p.call_centre_skill, p.call_centre_skill_spread, count), 0, 1)
    moments, minutes, verdicts = np.empty((count, 3)), np.empty(count), np.empty(count)
    for k in range(count):
        solved = luck.random() < solves(skills[k], 0.4, p.call_centre_hardness)
        moments[k] = 1 - wait_pain(waits[k], p.call_centre_tolerance, 1.0), skills[k], float(solved)
        pain = wait_pain(waits[k], p.call_centre_tolerance, p.call_centre_waiting_hurts)
        minutes[k] = waits[k] + handling_minutes(p.call_centre_handling, p.call_centre_handling_spread, luck.normal())
        quality = encounter(True, skills[k], bool(solved), p.call_centre_manner, p.call_centre_solution, pain)
        e = lab.column("expectation")[k]
        gap = surprise(quality, e, p.satisfaction_assimilation)
        verdicts[k] = judgement(
            e, felt(gap, p.satisfaction_sensitivity, p.satisfaction_loss_aversion, p.satisfaction_curvature)
        )
    style = np.random.default_rng(1000 + seed).standard_normal(count)
    stated = np.array([answer(v, z, p.answering_style) for v, z in zip(verdicts, style, strict=True)], float)
    return moments, minutes, verdicts, stated


def _residual(values: np.ndarray, given: np.ndarray) -> np.ndarray:
    design = np.column_stack([np.ones(len(given)), given])
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def peak_and_end() -> Finding:
    """L07: what people say of a call when asked afterwards, against the mean of its most extreme and its last moment."""
    found, plain, lasting, unspoken = [], [], [], []
    for seed in range(5):
        moments, minutes, verdicts, stated = _episodes(1000, seed)
        peak = moments[np.arange(1000), np.abs(moments - 0.5).argmax(axis=1)]
        found.append(np.corrcoef((peak + moments[:, 2]) / 2, stated)[0, 1])
        unspoken.append(np.corrcoef((peak + moments[:, 2]) / 2, verdicts)[0, 1])
        plain.append(np.corrcoef(moments.mean(axis=1), stated)[0, 1])
        lasting.append(np.corrcoef(_residual(minutes, moments), _residual(stated, moments))[0, 1])
    remarks = (
        f"plain mean of the moments {np.mean(plain):.2f}",
        f"duration given the moments {np.mean(lasting):.2f}",
        f"with the verdict itself, before the person's own way of answering, {np.mean(unspoken):.2f}",
    )
    return over(found, {"duration counts for nothing": abs(np.mean(lasting)) < 0.15}, *remarks)


# ---- L08: the same failure early and late ------------------------------------------------------------------------------------


PEOPLE = 50_000
EVERY = 10
"""One customer in so many can be failed: too few to change what the market thinks and says."""


def _leaving(lab: Laboratory, **settings: float) -> float:
    """The share of those who have stayed so far that leaves in thirteen weeks, of which the first may have other settings."""
    before, later = lab.stayed(PEOPLE)[::EVERY].sum(), lab.under(1, **settings).after(13)
    return 1 - float(later.stayed(PEOPLE)[::EVERY].sum() / before)


FAILURE = {"quality_error_rate": 1.0}


def _excess(lab: Laboratory) -> float:
    """How many more of those who have stayed so far leave in the thirteen weeks after a failure than without it."""
    return _leaving(lab, **FAILURE) - _leaving(lab)


def _with_tenure(weeks: int, replication: int, anchored: bool) -> Laboratory:
    satisfied = {"distribution": "normal", "mean": 0.76, "sd": 0.06}
    lab = Laboratory(_alike(PEOPLE, tenure=weeks, expectation=USUAL, satisfaction=satisfied), 80, replication)
    lab.column("failure_exposure")[np.arange(PEOPLE) % EVERY != 0] = 0
    return lab if anchored else lab.under(satisfaction_weight_settled=lab.now.satisfaction_weight_new)


class Second(NamedTuple):
    """Leaving after a second failure, beyond that of people who were never failed, or beyond that of people failed once.

    Both over what a first failure on the same day does.
    """

    in_all: float
    of_itself: float


def _second_over_first(first: Laboratory, weeks: int) -> Second:
    never, once = first.copy().after(weeks), first.under(1, **FAILURE).after(weeks)
    twice, usual = _leaving(once, **FAILURE), _excess(never)
    return Second((twice - _leaving(never)) / usual, (twice - _leaving(once)) / usual)


def tenure_buffers(anchored: bool = True) -> Finding:
    """L08: excess leaving after the same failure, customers of two and a half years over customers of two months."""
    early, late, soon, far = [], [], [], []
    for replication in range(3):
        settled = _with_tenure(130, replication, anchored)
        early.append(_excess(_with_tenure(8, replication, anchored)))
        late.append(_excess(settled))
        soon.append(_second_over_first(settled, 4))
        far.append(_second_over_first(settled, 52))
    month, year = Second(*np.mean(soon, axis=0)), Second(*np.mean(far, axis=0))
    remarks = (
        f"excess leaving of newcomers {np.mean(early):.3f}, of the settled {np.mean(late):.3f}",
        f"a second failure over a first one, a month later {month.in_all:.2f}, a year later {year.in_all:.2f}",
        f"beside what the first one still does by then {month.of_itself:.2f} and {year.of_itself:.2f}",
    )
    worse = {"a second failure within a month is worse than a year later": bool(month.in_all > year.in_all)}
    return over(np.array(late) / np.array(early), worse, *remarks)


# ---- L10: trust ----------------------------------------------------------------------------------------------------------------


def _trust_lost_over_won(trust: float, same_rates: bool = False) -> np.ndarray:
    """What a week that is worse than expected takes from trust over what one that is better by as much gives, each person."""
    lab = Laboratory(_alike(2000, expectation=trust, trust=trust, contact_propensity=0.0, tenure=52), weeks=2)
    if same_rates:
        lab = lab.under(trust_loss=lab.policy[0]["trust_growth"])
    arms = [lab.under(quality_level=trust + size).after() for size in (-0.1, 0.1)]
    stay = arms[0].customers() & arms[1].customers()
    worse, better = (arm.values(stay, "trust")[0] for arm in arms)
    return (trust - worse) / (better - trust)


def _weeks_to_restore() -> int:
    lab = Laboratory(_alike(100, expectation=0.5, trust=0.5, contact_propensity=0.0), weeks=200)
    lab = lab.under(quality_level=0.6).under(1, quality_level=0.4).after()
    for week in range(1, 200):
        lab.after()
        if lab.column("trust")[lab.customers()].mean() >= 0.5:
            return week
    return 200


def trust_asymmetry(same_rates: bool = False) -> Finding:
    """L10: trust lost through a bad week over trust won by an equally good one, at middling trust."""
    found = _trust_lost_over_won(0.5, same_rates)
    if same_rates:
        return over(found)
    low, high, weeks = (*(_trust_lost_over_won(t).mean() for t in (0.2, 0.8)), _weeks_to_restore())
    return over(
        found,
        {"one good week does not restore what one bad week took": weeks > 1},
        f"at trust 0.2: {low:.2f}, at 0.8: {high:.2f}",
        f"good weeks needed after one bad week: {weeks}",
    )


ROWS = {
    "L01": Row(
        "effect on satisfaction of a disappointment over that of an equal pleasant surprise",
        loss_aversion, lambda: loss_aversion(1), "symmetric judgement",
    ),
    "L03": Row(
        "correlation of expectation before use with satisfaction stated a quarter later, over 30 firms",
        expectation_and_satisfaction, lambda: expectation_and_satisfaction(0.0), "no assimilation",
    ),
    "L04": Row(
        "slope of shocks downwards over the slope upwards", asymmetry, lambda: asymmetry(1), "symmetric judgement"
    ),
    "L07": Row(
        "correlation of what is said of a call with the mean of its peak and its end", peak_and_end,
    ),
    "L08": Row(
        "excess leaving after one failure, 130 weeks of tenure over 8 weeks",
        tenure_buffers, lambda: tenure_buffers(False), "an experience weighs the same at any tenure",
    ),
    "L10": Row(
        "trust lost in a bad week over trust won in an equally good one, at trust 0.5",
        trust_asymmetry, lambda: trust_asymmetry(True), "trust falls no faster than it grows",
    ),
}  # fmt: skip
