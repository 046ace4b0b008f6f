"""The telephone, the outsourcer, machines (L37, L38, L41, L43, L44), and callers as the data show them (D03, D04, D09)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evidence.laboratory import QUIET, Laboratory, chance_this_week, merged
from evidence.rows import Finding, Published, Row, exactly, facts, over
from sim import compare, run
from sim.engine.engine import Engine
from sim.model.behaviour.answering import answer
from sim.model.behaviour.person import TRAITS
from sim.model.mechanisms.call_centre import CallCentre
from sim.model.mechanisms.self_checkout import SelfCheckout
from sim.model.week import EVENTS, EVERYBODY
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import described
from sim.service.queues import serve

POINTS = Path(__file__).parent.parent / "data" / "queue_points.csv"

# ---- L37: outsourcing -----------------------------------------------------------------------------------------------------

AS_ABLE = {"skill_gap": 0.0, "script": 0.0, "empowerment": 1.0, "haste": 1.0}


def _points_of_satisfaction(replications: int, **vendor: float) -> np.ndarray:
    """What outsourcing all calls does to satisfaction, in points of a hundred, replication by replication."""
    base = described({"name": "In-house", "weeks": 52})
    answers = compare([base, base.with_(name="Outsourced", outsourcing={"share": 1.0} | vendor)], replications, seed=4)
    return 100 * (answers.values(answers.others[0], "satisfaction") - answers.values(answers.base, "satisfaction"))


def outsourcing() -> Finding:
    """L37: points of satisfaction that outsourcing the calls costs, with the skill gap as shipped."""
    equal = _points_of_satisfaction(10, **AS_ABLE)
    same = {"an equally able outsourcer costs less than one point": abs(equal.mean()) < 1}
    return over(_points_of_satisfaction(20), same, f"equally able outsourcer {equal.mean():+.2f} points")


def able_outsourcing() -> Finding:
    """The same with an outsourcer as able as the company's own staff."""
    return over(_points_of_satisfaction(10, **AS_ABLE))


# ---- L38: solved at the first contact ---------------------------------------------------------------------------------------

HARDNESS = (0.9, 0.7, 0.5, 0.25, 0.0)
"""How much of the skill a grave matter defeats: it moves what is solved, and not how people are treated."""


def _callers(replication: int) -> Laboratory:
    """Customers of whom everybody will call about the same failure, and be answered at once."""
    sections = {
        "market": {"customers": 4000, "prospects": 0, "stands_for": 1.0},
        "call_centre": {"representatives": 60, "skill_spread": 0.0},
        "customers": {"traits": {"failure_exposure": 1.0, "contact_propensity": 1.0}},
    }
    return Laboratory(merged(QUIET, sections), 20, replication)


def _verdicts(called: Laboratory, forgot: Laboratory) -> np.ndarray:
    """How each caller found the call itself: read off what it did to satisfaction, against calls that do nothing."""
    before, after = (lab.column("satisfaction").astype(float) for lab in (forgot, called))
    return before + (after - before) / float(called.now.call_centre_memory)


def _satisfied(p: Any, states: np.ndarray, style: np.ndarray) -> np.ndarray:
    return np.array(
        [answer(s, z, p.answering_style) >= p.answering_satisfied_from for s, z in zip(states, style, strict=True)]
    )


def _wanting(lab: Laboratory, who: np.ndarray) -> float:
    """How much these want to leave now: their mean chance of comparing and leaving this week."""
    return float(chance_this_week(lab, np.flatnonzero(who)[:150]).mean())


def _gone(lab: Laboratory, who: np.ndarray) -> float:
    """The share of these that is gone within a quarter, for whatever reason."""
    return 1 - float(lab.copy().after(13).stayed(4000)[who].mean())


class Called(NamedTuple):
    """Share solved at the first contact, share satisfied with it, and how much likelier the unsolved want to leave, and do."""

    solved: float
    satisfied: float
    wanting: float
    gone: float


def _of_hardness(replication: int, hardness: float) -> Called:
    """What comes of calls about matters this hard, answered by able people."""
    ways = {"call_centre_skill": 0.9, "call_centre_hardness": hardness}
    failed = _callers(replication).under(**ways).under(1, quality_error_rate=1.0)
    lab, forgot = failed.copy().after(), failed.under(1, call_centre_memory=0.0).after()
    here, style = lab.customers() & forgot.customers(), np.random.default_rng(replication).standard_normal(4000)
    solved = here & (lab.column("issue_severity") == 0)
    pleased = _satisfied(lab.now, _verdicts(lab, forgot), style)
    ratios = (how(lab, here & ~solved) / how(lab, solved) for how in (_wanting, _gone))
    return Called(solved[here].mean(), pleased[here].mean(), *ratios)


def first_contact() -> Finding:
    """L38: points of satisfied callers for a point of first-contact resolution, the wait and the manner being the same."""
    found = [[_of_hardness(replication, hardness) for hardness in HARDNESS] for replication in range(3)]
    slopes = [np.polyfit(*list(zip(*points, strict=True))[:2], 1)[0] for points in found]
    wanting, gone = np.mean(found, axis=(0, 1))[2:]
    told = f"{wanting:.1f} times as likely; within a quarter {gone:.1f} times as many have left"
    return over(slopes, {"the unsolved are 3 to 8 times as likely to want to leave": 3 <= wanting <= 8}, told)


# ---- L41: self-checkout --------------------------------------------------------------------------------------------------------


def _shop(self_lanes: int, liking: float | None, effort: float) -> Any:
    """A grocer whom everybody visits weekly; enough lanes that nobody waits long."""
    traits = {} if liking is None else {"traits": {"self_service_liking": liking}}
    return described(
        {
            "name": f"{self_lanes} self-service lanes, liking {liking}",
            "weeks": 52,
            "market": {"customers": 1500, "prospects": 300, "stands_for": 20},
            "self_checkout": {"visits": 1.0, "lanes": 80, "self_lanes": self_lanes, "effort": effort},
            "customers": traits,
        }
    )


def _per_cent_kept(liking: float | None, effort: float, replications: int) -> np.ndarray:
    answers = compare([_shop(0, liking, effort), _shop(80, liking, effort)], replications, seed=6)
    kept = [answers.values(result, "retention") for result in answers.results]
    return 100 * (kept[1] / kept[0] - 1)


def _known_to_be_one(affinity: float | None) -> np.ndarray:
    """What disclosing that it is a chatbot does to satisfaction, in points of a hundred, against one that everybody believes."""
    traits = {} if affinity is None else {"customers": {"traits": {"digital_affinity": affinity}}}
    firm = described(merged({"weeks": 40, "quality": {"error_rate": 0.04}, "chatbot": {"share": 1.0}}, traits))
    believed = firm.with_(name="Taken for a person", chatbot={"pretends": 1.0, "detection": 0.0})
    answers = compare([believed, firm.with_(name="Known")], 8, seed=4)
    return 100 * (answers.values(answers.others[0], "satisfaction") - answers.values(answers.base, "satisfaction"))


def self_checkout(effort: float = SelfCheckout().effort) -> Finding:
    """L41: per cent of retention lost in a year when all lanes are self-service, the queues being equally short."""
    fond, averse = (_per_cent_kept(at, effort, 6).mean() for at in (0.8, 0.2))
    chill, used_to, not_used_to = (_known_to_be_one(at) for at in (None, 0.9, 0.1))
    conditions = {
        "the loss is smaller for those who like to serve themselves": abs(fond) < abs(averse),
        "a chatbot known to be one satisfies less than one taken for a person": bool(chill.mean() < 0),
        "and less so those who are used to such things": bool(not_used_to.mean() < used_to.mean() <= 0),
    }
    remarks = (
        f"those who like it {fond:+.1f}, those who do not {averse:+.1f}",
        f"points of satisfaction that knowing it is a chatbot costs {chill.mean():+.2f}, those used to it {used_to.mean():+.2f}",
    )
    return over(_per_cent_kept(None, effort, 12), conditions, *remarks)


# ---- L43: patience -----------------------------------------------------------------------------------------------------------

STAFF = (7, 8, 9, 10, 11, 12, 13, 14, 16, 18)


def _patience() -> tuple[float, float]:
    trait = next(trait for trait in TRAITS if trait.name == "patience")
    return trait.default.mean, trait.default.sd


def _callers_patience(count: int, luck: np.random.Generator) -> np.ndarray:
    """How many minutes callers wait before they hang up: exponential, each about a mean of their own, as shipped."""
    mean, sd = _patience()
    spread = np.sqrt(np.log1p((sd / mean) ** 2))
    return mean * np.exp(spread * luck.standard_normal(count) - spread**2 / 2) * luck.exponential(1, count)


def _variation_of_waits() -> float:
    """Coefficient of variation of the waits above 0 in a well-filled queue with handling and patience as shipped."""
    luck, calls = np.random.default_rng(43), CallCentre()
    spread = calls.handling_spread
    minutes = calls.handling * np.exp(spread * luck.standard_normal(200_000) - spread**2 / 2)
    arrivals = np.cumsum(luck.exponential(calls.handling / 9.5, 200_000))
    wait, _ = serve(arrivals, minutes, _callers_patience(200_000, luck), 10)
    waited = wait[wait > 0]
    return float(waited.std() / waited.mean())


def abandonment() -> Finding:
    """L43: minutes of waiting for an abandonment, over ten levels of staff, and how straight abandonment follows waiting."""
    waits, lost = [], []
    for staff in STAFF:
        many = {"representatives": staff, "questions": 0.15}
        values = run(described({"weeks": 13, "call_centre": many}), replications=6, seed=8).values
        waits.append(values["wait_mean"])
        lost.append(values["abandonment"])
    x, y = np.mean(waits, 1), np.mean(lost, 1)
    straight = np.corrcoef(x, y)[0, 1]
    minutes = np.sum(waits, 0) / np.sum(lost, 0)
    vary = _variation_of_waits()
    conditions = {
        "abandonment follows waiting in a straight line (0.95)": bool(straight >= 0.95),
        "the waits of those who wait vary by 0.8 to 1.3 of their mean": 0.8 <= vary <= 1.3,
    }
    remarks = (
        f"waits vary by {vary:.2f} of their mean",
        f"correlation {straight:.3f}",
        f"1 / slope {1 / np.polyfit(x, y, 1)[0]:.1f} min",
        f"patience as set {_patience()[0]:g} min",
    )
    return over(minutes, conditions, *remarks)


# ---- L44: the queue against the closed form ------------------------------------------------------------------------------------

CALLERS, BATCHES = 1_000_000, 30


def _patience_at(row: dict[str, str], luck: np.random.Generator, n: int) -> np.ndarray:
    """Patience at a point of the table: exponential, lognormal with a coefficient of variation of 2, or endless."""
    if not row["patience_min"]:
        return np.full(n, np.inf)
    mean, spread = float(row["patience_min"]), np.sqrt(np.log(5))
    if "lognormal" in row["model"]:
        return mean * np.exp(spread * luck.standard_normal(n) - spread**2 / 2)
    return luck.exponential(mean, n)


def _z(row: dict[str, str], luck: np.random.Generator) -> list[float]:
    """How far abandonment, mean wait and immediate answers of the simulated queue lie from the exact ones, in errors."""
    n = int(CALLERS * 1.05)
    arrivals = np.cumsum(luck.exponential(1 / float(row["lambda_per_min"]), n))
    handling, patience = luck.exponential(float(row["aht_min"]), n), _patience_at(row, luck, n)
    wait, outcome = serve(arrivals, handling, patience, int(row["servers"]))
    figures = (outcome == 1, wait, wait == 0)
    exact = (float(row[name]) for name in ("P_abandon", "EW_all_min", "P_wait_zero"))
    found = []
    for values, truth in zip(figures, exact, strict=True):
        means = values[-CALLERS:].astype(float)[: CALLERS // BATCHES * BATCHES].reshape(BATCHES, -1).mean(1)
        error = means.std(ddof=1) / np.sqrt(BATCHES)
        found += [(means.mean() - truth) / error] if error > 0 else []
    return found


def queue_against_closed_form() -> Finding:
    """L44: the largest distance of the simulated queue from the exact one, in standard errors, over all points of the table."""
    table = csv.DictReader(POINTS.read_text(encoding="utf-8").splitlines())
    rows = [row for row in table if "exact" in row["model"]]
    luck = np.random.default_rng(44)
    z = np.concatenate([_z(row, luck) for row in rows])
    far = float(z[np.abs(z).argmax()])
    return exactly(
        far,
        {"at most two beyond 2.6": bool((np.abs(z) > 2.6).sum() <= 2)},
        f"{z.size} comparisons at the exact points of tests/data/queue_points.csv",
    )


# ---- D03 and D04: callers of a bank ------------------------------------------------------------------------------

BANK = "call centre of an anonymous bank (Technion), 18,005 queued calls; figures in facts.json"


def patience_of_callers() -> Finding:
    """D03: the largest gap between the share of callers still waiting after so many seconds, model and data."""
    waiting = 60 * _callers_patience(200_000, np.random.default_rng(3))
    data = facts()["patience"]["km_survival_seconds"]
    gaps = {int(second): float((waiting > int(second)).mean()) - share for second, share in data.items()}
    worst = max(gaps, key=lambda second: abs(gaps[second]))
    return exactly(abs(gaps[worst]), {}, f"after {worst} s the model has {gaps[worst]:+.3f}")


def handling_of_calls() -> Finding:
    """D04: the coefficient of variation of handling times."""
    return exactly(np.sqrt(np.expm1(CallCentre().handling_spread ** 2)))


# ---- D09: calling again ----------------------------------------------------------------------------------------------

WITHIN = 60.0
"""Minutes within which a second call is counted."""


def _followed(chances: tuple[float, float], replication: int) -> tuple[float, float, float]:
    """Shares of hang-ups and of answered calls that the same customer follows by another within the hour; and hang-ups a call."""
    calls = {"representatives": 9, "questions": 0.15, "redial": chances[0], "redial_served": chances[1]}
    market = Engine(ground_of(described({"weeks": 26, "call_centre": calls})), 9).start(replication, EVERYBODY)
    market.run()
    kinds = [EVENTS.index(name) for name in ("abandons", "solved", "unsolved", "calls_again")]
    heard = market.events[np.isin(market.events["what"], kinds)]
    heard = heard[np.lexsort((heard["week"], heard["person"]))]
    again = np.append(heard["what"][1:] == kinds[3], False) & (np.append(heard["amount"][1:], np.inf) <= WITHIN)
    hung_up = heard["what"] == kinds[0]
    answered = (heard["what"] == kinds[1]) | (heard["what"] == kinds[2])
    return again[hung_up].mean(), again[answered].mean(), hung_up.sum() / (hung_up | answered).sum()


def calling_again() -> Finding:
    """D09: the share of hang-ups after which the customer calls again within an hour, with chances set from the data."""
    told, late = facts()["redial"], np.exp(-WITHIN / CallCentre().redial_after)
    chances = told["within_1h_after_abandon"] / (1 - late), told["within_1h_after_served"] / (1 - late)
    found = np.array([_followed(chances, replication) for replication in range(6)])
    once = np.mean([_followed((0.0, 0.0), replication)[2] for replication in range(6)])
    served = found[:, 1].mean()
    conditions = {"of those who were served 12.6 to 13.8 % do": 0.126 <= served <= 0.138}
    remarks = (
        f"of those served {served:.3f}",
        f"per cent who hang up {100 * once:.1f}, with second calls {100 * found[:, 2].mean():.1f}",
    )
    return over(found[:, 0], conditions, *remarks)


def nobody_calls_again() -> Finding:
    """The same as shipped."""
    return exactly(_followed((0.0, 0.0), 0)[0])


ROWS = {
    "L37": Row(
        "points of satisfaction that outsourcing all calls costs", outsourcing, able_outsourcing, "an equally able outsourcer"
    ),
    "L38": Row(
        "points of satisfied callers for a point of first-contact resolution", first_contact,
    ),
    "L41": Row(
        "per cent of a year's retention that self-service at every lane costs",
        self_checkout, lambda: self_checkout(0.0), "doing the work oneself costs no effort",
    ),
    "L43": Row("minutes of waiting for one abandonment", abandonment),
    "L44": Row(
        "largest distance of the queue from Erlang-A, Erlang-C, M/M/1 and M/M/n+G, in standard errors",
        queue_against_closed_form,
    ),
    "D03": Row(
        "largest gap between the shares of callers still waiting, model and data, 10 to 420 seconds", patience_of_callers,
        fact=Published(
            "How long callers wait before they hang up (Kaplan-Meier at ten times). The band is ours.",
            0.0, 0.0, 0.05, "share", BANK, "CAL",
        ),
    ),
    "D04": Row(
        "coefficient of variation of handling times", handling_of_calls,
        fact=Published(
            "Handling times vary with a coefficient of 1.21 (lognormal, 0.947). The band of 10 % is ours.",
            1.09, 1.21, 1.33, "ratio", BANK, "CAL",
        ),
    ),
    "D09": Row(
        "share of hang-ups that the same customer follows by another call within an hour, with chances set from the data",
        calling_again, nobody_calls_again, "as shipped: nobody calls again within the week",
        fact=Published(
            "Of those who hung up 35.5 % call again within an hour, of those served 13.2 %. The band is the 95 % interval.",
            0.333, 0.355, 0.377, "share", BANK, "CAL",
        ),
    ),
}  # fmt: skip
