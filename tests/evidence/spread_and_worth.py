"""Diffusion, constant churn, and what customers are worth (L31 to L35)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from evidence.laboratory import QUIET, UNMOVED, Laboratory, chance_if_comparing, chance_of_comparing, merged
from evidence.rows import Finding, Published, Row, exactly, facts, over
from sim.theory import bass, lifetime_value
from sim.theory import shifted_beta_geometric as sbg

YEAR = 365.25 / 7
"""Weeks."""

# ---- L31: diffusion -----------------------------------------------------------------------------------------------------

P, Q = 0.03, 0.38
"""Innovation and imitation a year, the averages over 213 applications."""


HIGHEST = float(bass.adoption_rate(bass.peak_time(P, Q), P, Q))
"""The largest share of the market that joins in a year."""
TALK = 0.02
"""Chance to talk in a week, the same for everybody."""
MIXED = {"network": {"kind": "none"}, "word_of_mouth": {"broadcast": 1, "online": 1.0}}
"""Whoever talks is heard by one stranger, whoever it may be."""
FRIENDS = {"network": {"kind": "small_world", "degree": 8, "rewiring": 0.1}}


def _young_firm(
    people: int, among: dict[str, Any], heard: float, talkativeness: float = 1.0, p: float = P, q: float = Q
) -> dict[str, Any]:
    """A new firm that whoever compares will join; people compare when it reaches them, or a user of it is heard.

    ``heard``: how many hear of it in a week in which everybody uses it and talks.
    """
    traits = {"talkativeness": talkativeness, "price_sensitivity": 3.0, "expectation": 0.78, "satisfaction": 0.78}
    alike = {
        "market": {"customers": 1, "prospects": people - 1, "stands_for": 1.0},
        "marketing": {"reach": p / YEAR},
        "pricing": {"list_price": 0.1},
        "rival": {"price": 4.0, "level": 0.78, "spread": 0.0, "error_rate": 0.0},
        "talk": {"base": TALK, "strong": 0.0},
        "choice": {"attention": 0.0, "good_news_trigger": q / YEAR / (TALK * heard)},
        "customers": {"traits": traits},
    }
    return merged(QUIET, UNMOVED, alike, among)


def _adoption(sections: dict[str, Any], people: int, replication: int) -> tuple[bass.Diffusion, float]:
    """The curve fitted to the share that has joined, over fifteen years, and when half had; time in years."""
    share = Laboratory(sections, 780, replication).counts(780)["customers"] / people
    half = float(np.searchsorted(share, 0.5) + 1) / YEAR
    return bass.fit(np.arange(1, 781) / YEAR, share), half


def _peak_rate(found: bass.Diffusion) -> float:
    """The largest share of the market that joins in a year."""
    return found.market * float(bass.adoption_rate(bass.peak_time(found.innovation, found.imitation), *found[:2]))


def peak_of_adoption(talkativeness: float = 1.0) -> Finding:
    """L31: years until most people join a young firm in a well-mixed market, from the fitted curve."""
    mixed = _young_firm(50_000, MIXED, 1.0, talkativeness)
    fits, halves = zip(*(_adoption(mixed, 50_000, replication) for replication in range(3)), strict=True)
    peaks = [bass.peak_time(f.innovation, f.imitation) for f in fits]
    if talkativeness == 0:
        return over(peaks)
    among_friends = _young_firm(20_000, FRIENDS, 8.0, talkativeness)
    p, q, _ = np.mean([_adoption(among_friends, 20_000, replication)[0] for replication in range(3)], axis=0)
    half, highest = np.mean(halves), np.mean([_peak_rate(f) for f in fits])
    conditions = {
        "half have joined when they should, within 2 %": abs(half / bass.time_to(0.5, P, Q) - 1) <= 0.02,
        "as many join at the peak as should, within 3 %": abs(highest / HIGHEST - 1) <= 0.03,
        "among friends imitation lies between 0.2 and 0.6 a year": 0.2 <= q <= 0.6,
    }
    remarks = (
        f"half after {half:.2f} years, in closed form {bass.time_to(0.5, P, Q):.2f}",
        f"at the peak {highest:.4f} of the market a year, in closed form {HIGHEST:.4f}",
        f"among friends p {p:.3f} and q {q:.3f} a year",
    )
    return over(peaks, conditions, *remarks)


def _gap_of_technology(p: float, q: float) -> float:
    """The largest gap, over twenty years, between the share that has joined and the curve with these two rates."""
    counts = Laboratory(_young_firm(50_000, MIXED, 1.0, p=p, q=q), 1043).counts(1043)
    weeks = np.arange(1, 1044)
    return float(np.abs(counts["customers"] / 50_000 - bass.adopted(weeks / YEAR, p, q)).max())


def observed_adoption() -> Finding:
    """D08: the largest gap between the curves of four technologies and the model's, innovation and imitation being set."""
    rates = {name: (found["p"], found["q"]) for name, found in facts()["bass"].items() if isinstance(found, dict)}
    gaps = {name.replace("_", " "): _gap_of_technology(*both) for name, both in rates.items()}
    told = "; ".join(f"{name} {gap:.3f}" for name, gap in gaps.items())
    return exactly(
        max(gaps.values()), {}, told, "the curves fitted to the households miss these by 2 to 4 points themselves"
    )


# ---- customers who leave at a constant rate, each at their own -----------------------------------------------------------


def _constant(people: int, weeks: int, replication: int = 0) -> Laboratory:
    """Customers for whom no week differs from any other, who say nothing, and whom nobody wins back."""
    sections = {
        "market": {"customers": people, "prospects": 0, "stands_for": 1.0},
        "network": {"kind": "none"},
        "choice": {"attention": 0.2},
        "rival": {"price": 0.4, "level": 0.78},
        "call_centre": {"representatives": 0},
        "customers": {
            "traits": {
                "expectation": 0.78, "satisfaction": 0.78, "trust": 0.78, "talkativeness": 0.0,
                "price_sensitivity": 1.0, "spend": 10.0, "tenure": 0,
            }
        },
        "marketing": {"reach": 0.0},
    }  # fmt: skip
    return Laboratory(merged(QUIET, UNMOVED, sections), weeks, replication)


def _leaving_at(lab: Laboratory, yearly: np.ndarray) -> Laboratory:
    """Give everybody the reluctance to move under which they leave with their own chance a year, whatever the year."""
    p = lab.now
    lab.column("belief_rival")[:] = 0.7
    lab.column("switching_cost")[:] = 0.0
    weekly = -np.expm1(np.log1p(-np.minimum(yearly, 0.999)) / YEAR)
    if_comparing = np.clip(weekly / chance_of_comparing(lab, 0), 1e-12, 1 - 1e-6)
    drawn = chance_if_comparing(lab, np.array([0]))[0]
    odds = np.log(drawn / (1 - drawn)) - np.log(if_comparing / (1 - if_comparing))
    lab.column("switching_cost")[:] = odds / p.choice_decisiveness
    return lab


# ---- L32: survival ----------------------------------------------------------------------------------------------------------

ALPHA, BETA = 0.668, 3.806
PEOPLE = 25_000


def _yearly_survivors(lab: Laboratory, years: int) -> np.ndarray:
    """How many of the customers of week 0 are still there after 0, 1, 2 ... years."""
    counts = lab.counts(round(years * YEAR) + 1)["founders"]
    return np.array(
        [lab.ground.plan.founders, *(counts[round(year * YEAR) - 1] for year in range(1, years + 1))], float
    )


def _drawn_cohort(replication: int, years: int) -> np.ndarray:
    lab = _constant(PEOPLE, round(years * YEAR) + 2, replication)
    chances = np.random.default_rng(replication).beta(ALPHA, BETA, PEOPLE)
    return _yearly_survivors(_leaving_at(lab, chances), years)


SETTLING = 156
"""Weeks in which what people began with gives way to what they got."""


def _still_there(lab: Laboratory, years: int) -> np.ndarray:
    """How many of today's customers who have never left are still there after 0, 1, 2 ... years."""
    start, survivors = lab.week, [lab.stayed(PEOPLE).sum()]
    for year in range(1, years + 1):
        survivors.append(lab.after(start + round(year * YEAR) - lab.week).stayed(PEOPLE).sum())
    return np.array(survivors, float)


def _shipped_cohort(replication: int, settling: int) -> np.ndarray:
    """Customers as shipped, in a market where nothing happens, from the week in which they have come to rest."""
    people = {"market": {"customers": PEOPLE, "prospects": 0, "stands_for": 1.0}, "network": {"kind": "none"}}
    lab = Laboratory(merged(QUIET, people), settling + 640, replication)
    return _still_there(lab.after(settling) if settling else lab, 12)


def _forecast_error(survivors: np.ndarray) -> float:
    """Mean error, in per cent, of a forecast of years 8 to 12 from the cohort fitted to years 0 to 7."""
    found, years = sbg.fit(survivors[:8]), np.arange(8, 13)
    seen = survivors[8:13] / survivors[0]
    return 100 * float(np.mean(np.abs(sbg.survival(years, found.alpha, found.beta) / seen - 1)))


def survival_of_unlike_customers() -> Finding:
    """L32: the share still there after twelve years when every customer leaves at a constant rate of their own."""
    cohorts = [_drawn_cohort(replication, 12) for replication in range(3)]
    exact = sbg.survival(np.arange(13), ALPHA, BETA)
    z = [(c / PEOPLE - exact)[1:] / np.sqrt(exact * (1 - exact) / PEOPLE)[1:] for c in cohorts]
    errors = [_forecast_error(c) for c in cohorts]
    shipped, at_once = (
        np.mean([_forecast_error(_shipped_cohort(r, wait)) for r in range(3)]) for wait in (SETTLING, 0)
    )
    conditions = {
        "survival lies within 3 standard errors in every year": bool(np.abs(z).max() <= 3),
        "forecasts of years 8 to 12 err by 5 % at most": max(errors) <= 5,
        "and so for customers as shipped, three years after the beginning": shipped <= 5,
    }
    remarks = (
        f"largest z {np.abs(z).max():.1f}",
        f"forecast error {np.mean(errors):.1f} %, customers as shipped {shipped:.1f} %, and from the beginning {at_once:.1f} %",
    )
    return over([c[12] / PEOPLE for c in cohorts], conditions, *remarks)


def survival_of_like_customers() -> Finding:
    """The same when everybody leaves at the cohort's rate of the first year."""
    lab = _constant(PEOPLE, 640)
    return exactly(_yearly_survivors(_leaving_at(lab, np.full(PEOPLE, 0.131)), 12)[12] / PEOPLE)


# ---- L33: retention by age -------------------------------------------------------------------------------------------------

ALIKE = {
    "fit_company": 0.0, "fit_rival": 0.0, "switching_cost": 0.15, "price_sensitivity": 1.0, "failure_exposure": 1.0,
    "talkativeness": 1.0, "contact_propensity": 0.5,
}  # fmt: skip
"""Everybody as people are on average."""


def _retention(survivors: np.ndarray) -> np.ndarray:
    """The share of those there at the beginning of each year who are there at its end."""
    return survivors[1:] / survivors[:-1]


def _new_cohort(replication: int, **traits: float) -> np.ndarray:
    """Yearly retention of customers who are all new, in the market as shipped, under a constant policy."""
    people = {"market": {"customers": 50_000, "prospects": 12_500, "stands_for": 1.0}}
    sections = merged(people, {"customers": {"traits": {"tenure": 0} | traits}})
    return _retention(_yearly_survivors(Laboratory(sections, 640, replication), 12))


def _rising(retention: np.ndarray) -> float:
    """The share of years, after the second, in which retention is higher than the year before."""
    return float((np.diff(retention)[1:] > 0).mean())


def rising_retention() -> Finding:
    """L33: share of years in which a cohort's retention rises, after the second."""
    cohorts = [_new_cohort(replication) for replication in range(5)]
    constant = _retention(_drawn_cohort(0, 12))
    conditions = {"a constant chance of each customer's own gives rising retention": _rising(constant) >= 0.75}
    told = " ".join(f"{kept:.3f}" for kept in np.mean(cohorts, axis=0))
    return over([_rising(kept) for kept in cohorts], conditions, f"retention year by year {told}")


def retention_of_like_customers() -> Finding:
    """The same of people who are all alike."""
    return over([_rising(_new_cohort(replication, **ALIKE)) for replication in range(3)])


OBSERVED = {"high_end": "sbg_high_end", "regular": "sbg_regular"}


def _observed_gap(cohort: str) -> float:
    """The largest gap between the survival of a real cohort and of the same number drawn from what was fitted to it."""
    data = facts()["contractual_survival"]
    seen, (alpha, beta) = np.array(data[cohort]), data[OBSERVED[cohort]]
    lab = _constant(PEOPLE, round(12 * YEAR) + 2, 9)
    chances = np.random.default_rng(9).beta(alpha, beta, PEOPLE)
    return float(np.abs(_yearly_survivors(_leaving_at(lab, chances), 12) / PEOPLE - seen).max())


def observed_cohorts() -> Finding:
    """D05: the largest gap in twelve years between a real cohort's survival and the model's, over two cohorts."""
    gaps = {cohort: _observed_gap(cohort) for cohort in OBSERVED}
    return exactly(max(gaps.values()), {}, *(f"{cohort.replace('_', ' ')} {gap:.3f}" for cohort, gap in gaps.items()))


# ---- L34 and L35: worth --------------------------------------------------------------------------------------------------------

DISCOUNT = 0.12
HORIZON = 2000
"""Weeks; what comes later is discounted away."""


@lru_cache(maxsize=16)
def _worth(retention: float, replication: int, cost_share: float = 0.55, people: int = 1500) -> float:
    """Present value of one customer: what they pay less what serving them costs, week by week."""
    lab = _leaving_at(_constant(people, HORIZON, replication), np.full(people, 1 - retention))
    lab = lab.under(quality_cost_share=cost_share)
    counts = lab.counts(HORIZON)
    margin = (counts["revenue_service"] - counts["cost_product"]) / 100 / people
    return float(margin @ (1 + DISCOUNT) ** (-np.arange(1, HORIZON + 1) / YEAR))


def _in_weeks(retention: float) -> tuple[float, float]:
    """Retention and discount rate a week that make these a year."""
    return retention ** (1 / YEAR), (1 + DISCOUNT) ** (1 / YEAR) - 1


def _by_formula(retention: float) -> float:
    """The worth by the closed form, reckoned in weeks as the model does."""
    return lifetime_value.lifetime_value(4.5, *_in_weeks(retention))


def five_points() -> Finding:
    """L34: per cent by which a customer is worth more at a yearly retention of 0.95 than at 0.90, the margin being constant."""
    found = [100 * (_worth(0.95, r) / _worth(0.90, r) - 1) for r in range(5)]
    exact = 100 * (_by_formula(0.95) / _by_formula(0.90) - 1)
    close = [np.mean([_worth(at, r) for r in range(5)]) / _by_formula(at) for at in (0.90, 0.95)]
    conditions = {"worth is within 2 % of the formula": bool(np.abs(np.array(close) - 1).max() <= 0.02)}
    return over(
        found,
        conditions,
        f"the formula in weeks {exact:.1f}, in years {100 * lifetime_value.gain(0.9, 0.95, DISCOUNT):.1f}",
        "margins that grow and referrals are not in it",
    )


def _elasticity(worse: float, better: float) -> float:
    return float(np.log(better / worse) / np.log(1.01 / 0.99))


def _equity(cost_of_reaching: float) -> float:
    """Present value of five years of the market as shipped: what customers bring, less what winning them costs."""
    counts = Laboratory({"marketing": {"cost": cost_of_reaching}}, 260).counts(260)
    flow = counts["revenue_service"] - counts["cost_product"] - counts["cost_marketing"]
    return float(flow @ (1 + DISCOUNT) ** (-np.arange(1, 261) / YEAR))


def retention_elasticity() -> Finding:
    """L35: per cent of worth for one per cent of yearly retention, at 0.9, under common random numbers."""
    found = [_elasticity(_worth(0.9 * 0.99, r), _worth(0.9 * 1.01, r)) for r in range(6)]
    exact = _elasticity(_by_formula(0.9 * 0.99), _by_formula(0.9 * 1.01))
    margin = _elasticity(_worth(0.9, 0, 1 - 0.45 * 0.99), _worth(0.9, 0, 1 - 0.45 * 1.01))
    acquisition = -_elasticity(_equity(2.0 * 0.99), _equity(2.0 * 1.01))
    conditions = {
        "within 5 % of the formula": abs(np.mean(found) / exact - 1) <= 0.05,
        "the margin counts one for one": abs(margin - 1) <= 0.05,
        "retention counts more than margin, and margin more than acquisition": np.mean(found) > margin > acquisition,
    }
    remarks = (
        f"the formula in weeks {exact:.2f}",
        f"margin {margin:.2f}",
        f"acquisition cost, market as shipped {-acquisition:.3f}",
    )
    return over(found, conditions, *remarks)


ROWS = {
    "L31": Row(
        "years until most people join a young firm", peak_of_adoption, lambda: peak_of_adoption(0.0), "nobody talks",
    ),
    "L32": Row(
        "share still there after twelve years, yearly chances of leaving drawn from Beta(0.668, 3.806)",
        survival_of_unlike_customers, survival_of_like_customers, "everybody leaves at the first year's rate",
    ),
    "L33": Row(
        "share of years, after the second, in which a cohort's retention rises", rising_retention, retention_of_like_customers,
        "everybody is alike",
    ),
    "L34": Row("per cent more worth at a yearly retention of 0.95 than at 0.90", five_points),
    "L35": Row("per cent of worth for one per cent of retention", retention_elasticity),
    "D08": Row(
        "largest gap between adoption curves of four technologies and the model's, twenty years", observed_adoption,
        fact=Published(
            "Adoption of four technologies in American households, by the curves fitted to them. The band is ours.",
            0.0, 0.0, 0.03, "share", "data/tech_adoption (CC BY); fitted rates in facts.json", "UNIT",
        ),
    ),
    "D05": Row(
        "largest gap between survival of two real cohorts and the model's, twelve years", observed_cohorts,
        fact=Published(
            "Two cohorts under contract, twelve years; the chances were fitted to the first seven. The band is ours.",
            0.0, 0.0, 0.03, "share", "Fader & Hardie 2007; survival in facts.json", "HOLD",
        ),
    ),
}  # fmt: skip
