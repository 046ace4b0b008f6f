"""What the model of today gives for each thing that was wrong with customers in the first edition, measured at default settings.

Used by ``behaviour_page.py``. Each function gives a :class:`~evidence.rows.Finding`: a number with its 95 % interval.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from claims_page import PAGE as CLAIMS_PAGE  # noqa: E402
from evidence.laboratory import Laboratory, chance_of_comparing, merged  # noqa: E402
from evidence.market import EVEN, STAYING_PUT, _deaf, _told, _won_and_kept  # noqa: E402
from evidence.recovery import (  # noqa: E402
    ABLE,
    DEPTH,
    NOTHING,
    OWNED,
    PEOPLE,
    RELIEF,
    UNABLE,
    _disputed,
    _fails,
    _market,
    _solved,
)
from evidence.rows import Finding, exactly, over, repeated  # noqa: E402
from telecom_years import cohorts  # noqa: E402

from sim import compare, load, run  # noqa: E402
from sim.model.behaviour.belief import Belief, belief_after, evidence_against  # noqa: E402
from sim.model.behaviour.person import COMPANY, RIVAL  # noqa: E402
from sim.model.columns import KINDS  # noqa: E402
from sim.model.mechanisms.lever_costs import UNPRICED  # noqa: E402
from sim.model.week import MONEY_IN, MONEY_OUT, Network  # noqa: E402
from sim.runs.causes import with_causes  # noqa: E402
from sim.runs.comparison import Comparison  # noqa: E402
from sim.runs.lever_prices import guessed_cost  # noqa: E402
from sim.runs.result import Result  # noqa: E402
from sim.runs.statistics import Difference  # noqa: E402
from sim.scenario.whole import described  # noqa: E402

REPLICATIONS, SEED, LABORATORIES, YEAR = 24, 3, 6, 52
TODAY, OTHER = "today", "other"


@lru_cache(maxsize=32)
def _answer(weeks: int, lever: str) -> Comparison:
    """The default market with and without a lever (as Python writes it, so that it can be remembered), under the same luck."""
    base = described({"name": TODAY, "weeks": weeks})
    return compare([base, base.with_(**{"name": OTHER} | _LEVERS[lever])], REPLICATIONS, seed=SEED)


_LEVERS: dict[str, dict[str, Any]] = {
    "pays less": {"employee_care": {"pay": 0.8}},
    "goes ahead": {"innovation": {"investment": 1.0}},
    "dearer": {"changes": {"from week 13": {"pricing": {"list_price": 1.1}}}},
    "perfect": {"quality": {"level": 1.0}},
    "rival is silent": {"rival": {"reach": 0.0}},
}


def changed(lever: str, measure: str, weeks: int = 2 * YEAR, scale: float = 1.0) -> Finding:
    """What a lever changes in a measure of the default market, paired."""
    return _scaled(_answer(weeks, lever).differences[OTHER][measure], scale)


def _scaled(found: Difference, scale: float) -> Finding:
    low, high = (found.mean if np.isnan(end) else end for end in (found.low, found.high))
    return Finding(found.mean * scale, *sorted((low * scale, high * scale)))


def times(lever: str, measure: str, weeks: int = 2 * YEAR) -> Finding:
    """How many times as much of something there is with the lever, over batches of replications."""
    without, with_it = (result.values[measure].reshape(6, -1).sum(1) for result in _answer(weeks, lever).results)
    return over(with_it / without)


# ---- friends


def _pairs(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Every tie, from both of its ends."""
    return np.repeat(np.arange(network.first.size - 1), np.diff(network.first)), network.friends


def _alike(replication: int, homophily: dict[str, Any]) -> float:
    lab = Laboratory(homophily, YEAR + 1, replication).after(YEAR)
    (one, other), mine = _pairs(lab.network), lab.customers()
    together, pleased = mine[one] & mine[other], lab.column("satisfaction").astype(float)
    friends = np.bincount(one[together], minlength=mine.size)
    theirs = np.bincount(one[together], pleased[other[together]], mine.size)
    has = mine & (friends > 0)
    return float(np.corrcoef(pleased[has], theirs[has] / friends[has])[0, 1])


def friends_alike(homophily: float | None = None) -> Finding:
    """Correlation of a customer's satisfaction, after a year, with the mean of their friends' who are customers."""
    network = {} if homophily is None else {"network": {"homophily": homophily}}
    return repeated(lambda replication: _alike(replication, network), LABORATORIES)


def spread_of_satisfaction() -> Finding:
    """Standard deviation of customers' satisfaction after a year."""
    labs = (Laboratory({}, YEAR + 1, replication).after(YEAR) for replication in range(LABORATORIES))
    return over([lab.column("satisfaction")[lab.customers()].std() for lab in labs])


def customers_among_friends(of_customers: bool) -> Finding:
    """Per cent of customers among the friends of customers, or of prospects, in the shipped network."""

    def share(replication: int) -> float:
        lab = Laboratory({}, 2, replication)
        (one, other), mine = _pairs(lab.network), lab.customers()
        return float(100 * mine[other[mine[one] == of_customers]].mean())

    return repeated(share, LABORATORIES)


# ---- looking around


def looking_around() -> Finding:
    """How many times as likely the least satisfied quarter is to compare providers in a week as the most satisfied quarter."""

    def ratio(replication: int) -> float:
        lab = Laboratory({}, YEAR + 1, replication).after(YEAR)
        who = np.flatnonzero(lab.customers())
        who = who[np.argsort(lab.column("satisfaction")[who])]
        least, most = (some[::5] for some in (who[: who.size // 4], who[-(who.size // 4) :]))
        chances = (np.mean([chance_of_comparing(lab, int(number)) for number in some]) for some in (least, most))
        return float(next(chances) / next(chances))

    return repeated(ratio, LABORATORIES)


# ---- after a failure

WAYS: dict[str, dict[str, float]] = {
    "in vain": UNABLE,
    "solved, not owned": ABLE | NOTHING,
    "solved and owned": ABLE | OWNED,
}


def gone_after_failure(way: str | None = None) -> Finding:
    """Per cent gone a year after one large failure that all complained of and that ended in this way; None: without one."""

    def gone(replication: int) -> float:
        lab = _market(replication, 60)
        after = _fails(lab, quality_error_depth=DEPTH["large"], **WAYS[way]) if way else lab.after()
        return 100 * float(1 - after.after(YEAR).stayed(PEOPLE).mean())

    return repeated(gone, LABORATORIES)


def lost_by_leaving() -> Finding:
    """Of the customers that a year of refusals costs in a market shared evenly, the per cent that leave; others never come."""

    def share(replication: int) -> float:
        lab = Laboratory(EVEN, 60, replication)
        joiners, kept = _won_and_kept(lab) - _won_and_kept(lab.under(**UNABLE, **NOTHING))
        return float(100 * kept / (kept + joiners))

    return repeated(share, LABORATORIES)


def comes_up_again() -> Finding:
    """Per cent of solved matters that come up again, by the company as shipped."""
    return repeated(lambda replication: 100 * _disputed(replication, RELIEF)["explanation_only"], LABORATORIES)


def refusals_accepted() -> Finding:
    """Per cent of those refused by the company as shipped who leave it at that."""

    def accepted(replication: int) -> float:
        lab = _fails(_market(replication, 4), **UNABLE)
        return 100 * float(_solved(lab).sum() / lab.customers().sum())

    return repeated(accepted, LABORATORIES)


# ---- messages


def _moves(belief: float, content: float, evidence: float) -> float:
    """How far one message of a teller who is so content moves somebody."""
    against = evidence_against(1, content, Belief().negativity)
    return float(belief_after(belief, evidence, content, against)) - belief


def doubter_over_convinced() -> Finding:
    """How far an entirely good message moves somebody at 0.5, over somebody at 0.9 who knows as much."""
    known = Belief().evidence
    return exactly(_moves(0.5, 1.0, known) / _moves(0.9, 1.0, known))


def ill_over_well() -> Finding:
    """How far an ill message moves somebody at 0.7 over a good one, tellers being as content as they are."""

    def ratio(replication: int) -> float:
        lab = Laboratory({}, YEAR + 1, replication).after(YEAR)
        pleased, held = lab.values(lab.customers(), "satisfaction", "grievance")
        content, well = np.clip(pleased - held, 0, 1), pleased - held >= lab.now.talk_pivot
        ill, good = (_moves(0.7, content[some].mean(), Belief().evidence) for some in (~well, well))
        return -ill / good

    return repeated(ratio, LABORATORIES)


def much_known_over_little() -> Finding:
    """How far a good message moves a belief that is as well founded as can be, over one as at first."""
    return exactly(_moves(0.7, 1.0, Belief().most_evidence) / _moves(0.7, 1.0, Belief().evidence))


def good_news_keeps() -> Finding:
    """How many more of 100 customers are there a year after three entirely good messages more to each."""

    def more(replication: int) -> float:
        lab = Laboratory(EVEN, 120, replication).after(26)
        kept = _won_and_kept(_told(lab, COMPANY, True)) - _won_and_kept(lab)
        return float(100 * kept[1] / lab.customers().sum())

    return repeated(more, LABORATORIES)


def hearing_keeps() -> Finding:
    """How many more of 100 customers stay a year than if they heard nothing of the company, under the same luck."""

    def more(replication: int) -> float:
        lab = Laboratory(EVEN, 60, replication)
        return float((_won_and_kept(lab) - _deaf(lab, COMPANY, False))[1] / 100)

    return repeated(more, LABORATORIES)


# ---- at rest


@lru_cache(maxsize=2)
def _still(town: bool) -> Result:
    scenario = load(ROOT / "scenarios" / "lessons" / "town.yaml") if town else described({"warm_up": YEAR})
    return run(scenario, REPLICATIONS, seed=14)


def reputation_moves(town: bool = False) -> Finding:
    """Change of public reputation from the first week of two years, in which nothing changes, to the last."""
    told = _still(town).by_week["reputation"]
    return over(told[:, -1] - told[:, 0])


def second_year_over_first() -> Finding:
    """Churn of the second such year over churn of the first."""
    churn = _still(False).by_week["churn_rate"].reshape(6, -1, 2, YEAR).mean((1, 3))
    return over(churn[:, 1] / churn[:, 0])


# ---- what a friend's leaving does

STARTS, APART, FOLLOWED = 12, 3, 13
"""So many weeks whose leavers are looked at, weeks from one to the next, and weeks for which their friends are followed."""


def _held_back(lab: Laboratory, held: Laboratory, who: np.ndarray) -> Laboratory:
    """A copy in which these people compared and stayed, as they are where nobody compares."""
    other = lab.copy()
    for kind in KINDS:
        getattr(other.state, kind)[:, who] = getattr(held.state, kind)[:, who]
    other.column("compared_in")[who] = lab.week - 1
    return other


def _friends_of_leavers(lab: Laboratory) -> np.ndarray:
    """One week on, counts: friends of its leavers; who of these leaves, and would had the leavers stayed; others, who leave."""
    there, held = lab.customers().copy(), lab.under(1, **STAYING_PUT).after()
    lab.after()
    leavers = np.flatnonzero(there & (lab.column("provider") == RIVAL))
    (one, other), stays = _pairs(lab.network), there & lab.customers()
    friends = np.zeros(there.size, bool)
    friends[one[np.isin(other, leavers)]] = True
    tenure = lab.column("tenure").astype(int) + FOLLOWED
    worlds = (world.after(FOLLOWED) for world in (lab.copy(), _held_back(lab, held, leavers)))
    left, would = (~(world.customers() & (world.column("tenure") >= tenure)) for world in worlds)
    near, far = stays & friends, stays & ~friends
    return np.array([near.sum(), left[near].sum(), would[near].sum(), far.sum(), left[far].sum()], float)


@lru_cache(maxsize=1)
def _beside_leavers() -> np.ndarray:
    """The counts of :func:`_friends_of_leavers` in each replication, over all starting weeks."""
    found = []
    for replication in range(8):
        people = {"market": {"customers": 20_000, "prospects": 5000, "stands_for": 2.0}}
        lab, counts = Laboratory(people, 26 + STARTS * APART + FOLLOWED + 2, replication).after(26), np.zeros(5)
        for _ in range(STARTS):
            counts += _friends_of_leavers(lab)
            lab.after(APART - 1)
        found.append(counts)
    return np.array(found).T


def influence() -> Finding:
    """Leaving of those whose friend has left over their leaving had the friend stayed, under the same luck, in a quarter."""
    _, left, would, *_ = _beside_leavers()
    return over(left / would)


def naive_ratio() -> Finding:
    """Leaving of those whose friend has left over leaving of everybody else, in a quarter."""
    friends, left, _, others, others_left = _beside_leavers()
    return over((left / friends) / (others_left / others))


# ---- talk about events


def _talkers(lab: Laboratory, **settings: float) -> int:
    return int(lab.under(1, **settings).counts(1)["talkers"].sum())


ASKED = {"call_centre_questions": 1.0, **ABLE}
INSISTS = {"complaining_persistence": 1.0, "complaining_giving_up": 0.0}


def told_after(what: str) -> Finding:
    """How many times as many people tell of the company in a week in which this happens to everybody as in one without."""

    def ratio(replication: int) -> float:
        lab = _market(replication, 6)
        usual = _talkers(lab)
        if what == "a question is answered":
            return _talkers(lab, **ASKED) / usual
        if what == "the product fails":
            return _talkers(lab, quality_error_rate=1.0) / usual
        unsolved = _fails(lab, **UNABLE)
        return _talkers(unsolved, **INSISTS, **ABLE, **OWNED) / _talkers(unsolved, complaining_persistence=0.0)

    return repeated(ratio, LABORATORIES)


def delighted_by_contact() -> Finding:
    """Per cent of questions, answered at once and well, that lift anybody above what they expected."""

    def share(replication: int) -> float:
        lab = _market(replication, 60).after(26)
        without, asked = lab.under(1, call_centre_questions=0.0).after(), lab.under(1, **ASKED).after()
        who = without.customers() & asked.customers() & (asked.column("tenure") > 0)
        (before, expected), (after,) = (
            without.values(who, "satisfaction", "expectation"),
            asked.values(who, "satisfaction"),
        )
        return 100 * float((after > np.maximum(before, expected) + 1e-5).mean())

    return repeated(share, LABORATORIES)


# ---- promises, quality that varies, advertising, progress


@lru_cache(maxsize=16)
def _promising(more: float, replication: int) -> dict[str, int]:
    """The counts of a year, added up, in which the company promises so much more than it does; most people are the rival's."""
    market = {
        "market": {"customers": 2000, "prospects": 8000, "stands_for": 4.0},
        "marketing": {"overpromise": 0.05 + more},
    }
    return {name: int(weeks.sum()) for name, weeks in Laboratory(market, YEAR, replication).counts(YEAR).items()}


def _early(counts: dict[str, int]) -> float:
    """Of those who came since the beginning, how many a week leave."""
    leavers, there = (
        sum(counts[f"{what}_{came}"] for came in ("referred", "advertised")) for what in ("leavers", "customers")
    )
    return leavers / there


PROMISED: dict[str, Callable[[dict[str, int]], float]] = {
    "joiners": lambda counts: counts["joiners"],
    "early leavers": _early,
    "profit": lambda counts: sum(counts[name] for name in MONEY_IN) - sum(counts[name] for name in MONEY_OUT),
}


def promised(what: str) -> Finding:
    """How many times as many of these there are in a year when 0.2 more is promised than usual."""
    found = PROMISED[what]
    return repeated(lambda replication: found(_promising(0.2, replication)) / found(_promising(0.0, replication)), 8)


@lru_cache(maxsize=8)
def _with_quality(spread: float, level: float, threshold: float) -> Result:
    quality = {"spread": spread, "level": level, "failure_threshold": threshold}
    return run(described({"weeks": YEAR, "quality": quality}), REPLICATIONS, seed=SEED)


def erratic_over_steady(measure: str, threshold: float = 0.5) -> Finding:
    """What a rise of quality by 0.05 adds in a year where quality is erratic (spread 0.15), over where it is steady (0.02)."""
    levels = [
        [_with_quality(spread, level, threshold).values[measure] for level in (0.78, 0.83)] for spread in (0.15, 0.02)
    ]
    erratic, steady = ((better - usual).reshape(6, -1).mean(1) for usual, better in levels)
    return over(erratic / steady)


def ten_times_the_reach(decided: float | None = None) -> Finding:
    """How many times as many ten times as much advertising wins in a year, beside those who come without any."""
    people = {} if decided is None else {"choice": {"decided": decided}}
    none, usual, much = (
        run(described(merged({"weeks": YEAR, "marketing": {"reach": reach}}, people)), REPLICATIONS, seed=SEED)
        .values["joiners"].reshape(6, -1).mean(1)
        for reach in (0.0, 0.02, 0.2)
    )  # fmt: skip
    return over((much - none) / (usual - none))


def rivals_lag() -> Finding:
    """How far the rival lags behind after a year in which the company invests 1 a customer and week."""
    lab = Laboratory({"innovation": {"investment": 1.0}}, YEAR + 1).after(YEAR)
    return exactly(lab.company().rival_obsolescence)


# ---- newcomers, a price rise, prices of levers, claims


@lru_cache(maxsize=1)
def _survival() -> Any:
    """Of the telephone company's newcomers and of founders as satisfied: share still there, by replication and horizon."""
    return cohorts(12).groupby(["replication", "weeks"])[["newcomers", "founders"]].mean()


def gone_of(whom: str, weeks: int) -> Finding:
    """Per cent of newcomers, or of founders as satisfied, gone so many weeks later."""
    return over(100 * (1 - _survival().xs(weeks, level="weeks")[whom]))


def explained_by_price() -> Finding:
    """Per cent of the customers whom a price rise costs that are kept when nobody minds the price, under the same luck."""
    answer = with_causes(_answer(2 * YEAR, "dearer"))
    assert answer.causes is not None
    part = answer.causes[OTHER]["price"]
    return _scaled(part, 100 / answer.differences[OTHER]["retention"].mean)


def perfect_quality() -> Finding:
    """What a perfect product does to profit, in times today's profit."""
    return changed("perfect", "profit", scale=1 / float(_answer(2 * YEAR, "perfect").base.values["profit"].mean()))


def perfect_quality_may_cost() -> Finding:
    """The most that a perfect product may cost, a customer and week, before it stops paying."""
    answer = _answer(2 * YEAR, "perfect")
    cost = guessed_cost(answer, answer.others[0])
    assert cost is not None
    each = cost.at_most.each
    return Finding(each.mean, each.low, each.high)


def levers_without_price() -> Finding:
    """How many levers have no cost."""
    return exactly(len(UNPRICED))


def claims_held(alone: bool) -> Finding:
    """Per cent of the lines of the page of claims that hold, as they are told or with nothing but the lever moved."""
    lines = CLAIMS_PAGE.read_text(encoding="utf-8").split("## What the levers earn")[0].splitlines()
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| S")]
    held = [of[7] == "yes" and not (alone and of[8].endswith("does not hold")) for of in cells]
    return exactly(100 * float(np.mean(held)))
