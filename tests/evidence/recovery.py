"""What happens after a failure: recovery, justice, complaining, disputes (L17 to L21, D10)."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from evidence.laboratory import QUIET, Laboratory, merged
from evidence.rows import Finding, Published, Row, facts, over
from sim import run
from sim.model.behaviour.issue import SILENT
from sim.scenario.whole import described

PEOPLE = 6000
OWNED = {
    "accountability_acknowledges": 1.0, "accountability_apologises": 1.0, "accountability_speed": 1.0,
    "accountability_compensates": 4.0,
}  # fmt: skip
EXCELLENT = OWNED | {"accountability_compensates": 18.0}
NOTHING = {name: 0.0 for name in OWNED}
ABLE, UNABLE = ({"call_centre_skill": skill, "call_centre_skill_spread": 0.0} for skill in (1.0, 0.0))


def _market(replication: int, weeks: int, speak: float = 1.0, **traits: Any) -> Laboratory:
    """Customers who all say (or all keep to themselves) that something went wrong, and whose calls are answered at once."""
    sections = {
        "market": {"customers": PEOPLE, "prospects": 0, "stands_for": 1.0},
        "call_centre": {"representatives": 60},
        "customers": {"traits": {"failure_exposure": 1.0, "contact_propensity": speak} | traits},
    }
    return Laboratory(merged(QUIET, sections), weeks, replication)


def _fails(lab: Laboratory, **settings: float) -> Laboratory:
    """The same market after a week in which the product failed everybody."""
    return lab.under(**settings).under(1, quality_error_rate=1.0).after()


def _solved(lab: Laboratory) -> np.ndarray:
    return lab.customers() & (lab.column("issue_severity") == 0)


# ---- L17: three arms -----------------------------------------------------------------------------------------------------


def recovery_paradox(relieved: bool = True) -> Finding:
    """L17: staying half a year after an excellently recovered failure less staying without a failure, in standard deviations."""
    staying, liking, worst = [], [], []
    for replication in range(6):
        lab = _market(replication, 40)
        spared, owned = lab.copy().after(), _fails(lab, **ABLE, **(EXCELLENT if relieved else NOTHING))
        refused = _fails(lab, **UNABLE, **NOTHING)
        who = _solved(owned)
        (calm,), (recovered,) = spared.values(who, "satisfaction"), owned.values(who, "satisfaction")
        liking.append((recovered - calm).mean() / calm.std())
        kept = [arm.after(26).stayed(PEOPLE)[who].mean() for arm in (spared, owned, refused)]
        staying.append((kept[1] - kept[0]) / np.sqrt(kept[0] * (1 - kept[0])))
        worst.append(kept[2] < min(kept[:2]))
    conditions = {
        "satisfaction after the recovery is 0 to 0.4 sd above never having failed": 0 <= np.mean(liking) <= 0.4,
        "no recovery is clearly worst": all(worst),
    }
    return over(staying, conditions, f"satisfaction {np.mean(liking):+.2f} sd")


# ---- L18: what recovery offsets ------------------------------------------------------------------------------------------

UNRECOVERED = UNABLE | NOTHING


def _offset(replication: int, **recovery: float) -> float:
    """The share of a year's excess leaving after a complaint in vain that a recovery takes away."""
    lab = _market(replication, 60)
    arms = lab.copy().after(), _fails(lab, **recovery), _fails(lab, **UNRECOVERED)
    spared, recovered, refused = (arm.after(52).stayed(PEOPLE).mean() for arm in arms)
    return float((recovered - refused) / (spared - refused))


def recovery_offsets() -> Finding:
    """L18: share of the excess leaving in a year after a complaint that is gone when the matter was solved and owned."""
    found = [_offset(replication, **ABLE, **OWNED) for replication in range(4)]
    parts = {"solved, not owned": ABLE | NOTHING, "owned, not solved": UNABLE | OWNED, "by the firm as shipped": {}}
    told = (f"{name} {np.mean([_offset(r, **way) for r in range(2)]):.2f}" for name, way in parts.items())
    return over(found, {"not all of it": max(found) < 1}, *told)


def nothing_recovered() -> Finding:
    """The same when nobody solves or owns anything."""
    return over([_offset(replication, **UNRECOVERED) for replication in range(2)])


# ---- L19: what a recovery is made of --------------------------------------------------------------------------------------


def _factorial(replication: int) -> tuple[dict[tuple[int, ...], Laboratory], np.ndarray]:
    """Eight ways to recover the same solved failure: with or without remedy, courtesy, and ease."""
    lab, arms = _market(replication, 40), {}
    for remedy, courtesy, ease in product((0, 1), repeat=3):
        ways = {
            "accountability_compensates": 18.0 * remedy, "accountability_acknowledges": 1.0 * courtesy,
            "accountability_apologises": 1.0 * courtesy, "accountability_speed": 1.0 * ease,
        }  # fmt: skip
        arms[remedy, courtesy, ease] = _fails(lab, **ABLE, **ways)
    return arms, np.logical_and.reduce([_solved(arm) for arm in arms.values()])


def _effects(outcomes: dict[tuple[int, ...], float]) -> np.ndarray:
    """The main effect of each of the three factors; equal spreads make them comparable as standardised weights are."""
    return np.array([sum(y if at[k] else -y for at, y in outcomes.items()) / 4 for k in range(3)])


def justice() -> Finding:
    """L19: the effect of the remedy on satisfaction at once over the effect of ease, in a 2 x 2 x 2 of recoveries."""
    ratios, later, stays = [], [], []
    for replication in range(4):
        arms, who = _factorial(replication)
        at_once = _effects({at: arm.values(who, "satisfaction")[0].mean() for at, arm in arms.items()})
        ratios.append(at_once / at_once[2])
        late = {at: arm.after(26) for at, arm in arms.items()}
        still = np.logical_and.reduce([arm.stayed(PEOPLE) for arm in late.values()]) & who
        later.append(_effects({at: arm.values(still, "satisfaction")[0].mean() for at, arm in late.items()}))
        stays.append([late[at].stayed(PEOPLE)[who].mean() for at in ((1, 0, 0), (0, 1, 1))])
    order, half_year, kept = np.mean(ratios, 0), np.mean(later, 0), np.mean(stays, 0)
    conditions = {
        "at once the remedy counts more than the manner, and that more than ease": bool(order[0] > order[1] > order[2]),
        "after half a year the manner counts at least 0.8 of the remedy": bool(half_year[1] >= 0.8 * half_year[0]),
        "a refund alone keeps no more customers than an owned failure without one": bool(kept[0] <= kept[1] + 0.005),
    }
    remarks = (
        f"manner over ease {order[1]:.2f}",
        f"after half a year, manner over remedy {half_year[1] / half_year[0]:.2f}",
    )
    return over([ratio[0] for ratio in ratios], conditions, *remarks)


# ---- L20: eight cells -------------------------------------------------------------------------------------------------------

TARP = {"small": (0.37, 0.46, 0.70, 0.95), "large": (0.09, 0.19, 0.54, 0.82)}
DEPTH = {"small": 0.35, "large": 0.78}
WEEKS_TO_RENEWAL = 4


def _renewing(lab: Laboratory, who: np.ndarray) -> float:
    """The share of these that is still there once every contract has ended and everybody has compared."""
    return float(lab.stayed(PEOPLE)[who].mean())


def _cells(depth: float, replication: int) -> list[float]:
    """Who renews four weeks after a failure: silent, complained in vain, solved slowly, solved at once and owned."""
    until = {"contract_weeks_left": WEEKS_TO_RENEWAL}
    mute, loud = (_market(replication, 12, speak, **until) for speak in (0.0, 1.0))
    everybody, left = np.ones(PEOPLE, bool), WEEKS_TO_RENEWAL
    silent = _fails(mute, quality_error_depth=depth).after(left)
    vain = _fails(loud, quality_error_depth=depth, **UNABLE).after(left)
    slowly = (
        _fails(loud, quality_error_depth=depth, accountability_compensates=1.0, **UNABLE).under(**ABLE).after(left - 1)
    )
    quickly = _fails(loud, quality_error_depth=depth, **ABLE, **OWNED)
    late, soon = _solved(slowly), _solved(quickly)
    return [
        _renewing(silent, everybody), _renewing(vain, everybody), _renewing(slowly.after(1), late),
        _renewing(quickly.after(left), soon),
    ]  # fmt: skip


def complaint_outcomes() -> Finding:
    """L20: the share that renews after a large problem about which they complained and which was solved."""
    cells = {size: np.array([_cells(depth, replication) for replication in range(3)]) for size, depth in DEPTH.items()}
    means = {size: values.mean(0) for size, values in cells.items()}
    far = max(float(np.abs(means[size] - TARP[size]).max()) for size in TARP)
    conditions = {
        "silent < in vain < solved < solved quickly": all((np.diff(mean) > 0).all() for mean in means.values()),
        "large problems keep fewer than small ones": bool((means["large"] < means["small"]).all()),
        "every cell lies within 15 points": far <= 0.15,
    }
    remarks = [f"{size}: {' / '.join(f'{share:.2f}' for share in means[size])}" for size in TARP]
    return over(cells["large"][:, 2], conditions, *remarks)


# ---- L21: voice and silence ----------------------------------------------------------------------------------------------------


def _leavers_by_voice(within: int) -> tuple[int, int]:
    """Of those who leave in two years, within so many weeks of a problem: how many had kept silent, and how many spoken up."""
    lab = Laboratory({"market": {"customers": 8000, "prospects": 2000, "stands_for": 5.0}}, weeks=130).after(26)
    there, spoke, since = lab.customers().copy(), np.zeros(10_000, bool), np.full(10_000, 1000)
    silent = loud = 0
    for _ in range(104):
        tries = lab.column("issue_tries")
        since = np.where(tries > 0, 0, since + 1)
        spoke = np.where(tries > 0, tries < SILENT, spoke)
        left = there & ~lab.after().customers() & (since < within)
        silent, loud = silent + int((left & ~spoke).sum()), loud + int((left & spoke).sum())
        there = lab.customers().copy()
        since[~there] = 1000
    return silent, loud


def complaining() -> Finding:
    """L21: the share of problems that are told to a front-line person."""
    values = 1 - run(described({"weeks": 52}), replications=10, seed=3).values["silent_share"]
    (silent, loud), (late_silent, late_loud) = _leavers_by_voice(13), _leavers_by_voice(52)
    grave = run(described({"weeks": 52, "quality": {"error_depth": 0.7}}), replications=4, seed=3).values[
        "silent_share"
    ]
    conditions = {
        "among those who leave within a quarter of a problem, the silent outnumber those who spoke": silent > loud,
        "graver problems are told more often": bool(1 - grave.mean() > values.mean()),
    }
    unknown = "who tells headquarters, and whether money is complained of more than manners, the model does not know"
    told = f"leavers who had kept silent {silent}, who had spoken {loud}; within a year {late_silent} and {late_loud}"
    return over(values, conditions, told, unknown)


# ---- D10: what is disputed -------------------------------------------------------------------------------------------------

RELIEF = {
    "explanation_only": {}, "non_monetary_relief": {"accountability_acknowledges": 1.0, "accountability_apologises": 1.0},
    "monetary_relief": {"accountability_compensates": 4.0},
}  # fmt: skip
"""How a solved matter is closed: as shipped, with full acknowledgement and apology, with a month of spend."""
NO_MONEY = RELIEF | {"monetary_relief": {}}


def _disputed(replication: int, ways: dict[str, dict[str, float]]) -> dict[str, float]:
    """The share of solved matters that come up again, by the way they were closed."""
    lab = _market(replication, 4)
    arms = {name: _fails(lab, **ABLE, call_centre_hardness=0.0, **way) for name, way in ways.items()}
    return {name: float(1 - _solved(arm).sum() / arm.customers().sum()) for name, arm in arms.items()}


def disputes(ways: dict[str, dict[str, float]] = RELIEF) -> Finding:
    """D10: how many times as many dispute an explanation as dispute money."""
    found, data = [_disputed(replication, ways) for replication in range(4)], facts()["complaint_relief_dispute"]
    shares = {name: float(np.mean([one[name] for one in found])) for name in ways}
    explained, otherwise, paid = shares.values()
    conditions = {
        "fewer dispute other relief than an explanation, and fewest money": explained > otherwise > paid,
        "each share lies within 5 points": max(abs(share - data[name][0]) for name, share in shares.items()) <= 0.05,
    }
    told = ", ".join(f"{name.replace('_', ' ')} {share:.3f} ({data[name][0]:.3f})" for name, share in shares.items())
    ratios = [one["explanation_only"] / one["monetary_relief"] for one in found]
    return over(ratios, conditions, f"disputed, data in brackets: {told}")


def _ratio_of_shares(first: list[float], second: list[float]) -> tuple[float, float, float]:
    """Ratio of two shares, each given with its number, and the ends of its 95 % interval (delta method on the logarithm)."""
    (p, n), (q, m) = first, second
    error = 1.96 * np.sqrt((1 - p) / (p * n) + (1 - q) / (q * m))
    return tuple(float(p / q * np.exp(sign * error)) for sign in (-1, 0, 1))


DISPUTED = facts()["complaint_relief_dispute"]

ROWS = {
    "L17": Row(
        "staying half a year after an excellent recovery less staying without a failure, in standard deviations",
        recovery_paradox, lambda: recovery_paradox(False), "solved, but nothing owned",
    ),
    "L18": Row(
        "share of a year's excess leaving after a complaint that an owned solution takes away", recovery_offsets,
        nothing_recovered, "nothing is solved or owned",
    ),
    "L19": Row("effect on satisfaction of the remedy over the effect of ease", justice),
    "L20": Row(
        "share that renews four weeks after a large problem that was complained of and solved", complaint_outcomes,
        missed="what a failure does goes by its severity from nothing upwards, so that a slight one hardly matters, and a "
        "comparison decides mildly: from the worst cell to the best the model moves renewals by a third, the survey by three "
        "quarters; and of a slight matter silence costs no more than a refusal",
    ),
    "L21": Row(
        "share of problems told to the front line", complaining,
    ),
    "D10": Row(
        "how many times as many dispute an explanation as dispute money",
        disputes, lambda: disputes(NO_MONEY), "no money is paid",
        fact=Published(
            "Of complaints about financial firms 18.4 % are disputed after an explanation alone, 12.0 % after other relief, "
            "6.8 % after money. The band is the 95 % interval of the ratio of the first to the last.",
            *_ratio_of_shares(DISPUTED["explanation_only"], DISPUTED["monetary_relief"]), "ratio",
            "complaints to the US Consumer Financial Protection Bureau until 24 Oct 2014; figures in facts.json", "CAL",
        ),
    ),
}  # fmt: skip
