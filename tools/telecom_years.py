"""Two years of the telephone company: is it at rest, and do newcomers leave as founders do? Fills the page's tables.

``python tools/telecom_years.py`` runs ``scenarios/telecom/today.yaml``, writes its means by quarter, and how many of those who
joined in each quarter are still there, beside as many founders who were as satisfied in the same week. It exits with 1 when
the newcomers' survival lies outside the founders' band, in which nine of ten markets lie.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from telecom_page import SCENARIO, fill, table

from sim import load, run
from sim.model.behaviour.person import COMPANY

SEED, QUARTERS, QUARTER, YEAR = 3, 8, 13, 52
HORIZONS = (13, 26, 52)
ALIKE = 0.03
"""How far the satisfaction of two customers may differ who count as equally satisfied."""
MEASURES = ("churn_rate", "satisfaction", "trust", "grievance", "reputation", "market_share", "customers", "joiners")
SETTLED = 2
"""Quarters after which the market should be at rest: those in which the file's own quarter happens and is got over."""


@dataclass(frozen=True)
class Lives:
    """Everybody's weeks in one replication, bool or number (weeks, people), and how many of them are founders."""

    here: np.ndarray
    tenure: np.ndarray
    satisfaction: np.ndarray
    founders: int

    def stay(self, people: np.ndarray, week: int, weeks: int) -> np.ndarray:
        """Whether people are with the company so many weeks later, without a break."""
        then = week + weeks
        return self.here[then, people] & (self.tenure[then, people] >= self.tenure[week, people] + weeks)

    def pairs(self, week: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Those who joined in a week, and for each a founder who is as satisfied, both after the newcomer's first week."""
        after = self.satisfaction[week + 1]
        newcomers = np.flatnonzero(self.here[week] & (self.tenure[week] == 0) & self.here[week + 1])
        old = np.flatnonzero(
            (self.here[week] & (self.tenure[week] > week))[: self.founders] & self.here[week + 1, : self.founders]
        )
        old = old[np.argsort(after[old], kind="stable")]
        low, high = (np.searchsorted(after[old], after[newcomers] + way * ALIKE) for way in (-1, 1))
        found = high > low
        return newcomers[found], old[random.integers(low[found], high[found])]


def lived(replications: int) -> Iterator[Lives]:
    """The shipped scenario, a year longer than the quarters that are looked at."""
    result = run(load(SCENARIO).with_(weeks=QUARTERS * QUARTER + YEAR), replications=replications, seed=SEED)
    for number in range(replications):
        panel = result.panel(columns=["provider", "tenure", "satisfaction"], replications=[number])
        shape = QUARTERS * QUARTER + YEAR, -1
        provider, tenure, satisfaction = (panel[name].to_numpy().reshape(shape) for name in panel.columns[-3:])
        yield Lives(provider == COMPANY, tenure, satisfaction, result.founders)


def cohorts(replications: int = 60) -> pd.DataFrame:
    """Survival of the newcomers of each quarter and of as many founders, one row a replication, quarter and horizon."""
    random, rows = np.random.default_rng(SEED), []
    for number, lives in enumerate(lived(replications)):
        for quarter in range(QUARTERS):
            weeks = range(quarter * QUARTER, (quarter + 1) * QUARTER)
            pairs = [(week, *lives.pairs(week, random)) for week in weeks]
            for horizon in HORIZONS:
                stay = [[lives.stay(people, week, horizon) for people in both] for week, *both in pairs]
                new, old = (np.concatenate(each) for each in zip(*stay, strict=True))
                rows.append((number, quarter + 1, horizon, new.size, new.mean(), old.mean()))
    return pd.DataFrame(rows, columns=["replication", "quarter", "weeks", "count", "newcomers", "founders"])


def bands(survival: pd.DataFrame) -> pd.DataFrame:
    """Mean survival of newcomers and founders by quarter and horizon, and the band in which nine of ten of the founders lie."""
    grouped = survival.groupby(["quarter", "weeks"])
    found = grouped[["count", "newcomers", "founders"]].mean()
    low, high = (grouped["founders"].quantile(q) for q in (0.05, 0.95))
    return found.assign(low=low, high=high, inside=found["newcomers"].between(low, high))


def cohort_table(found: pd.DataFrame) -> str:
    """The bands in Markdown, a line a quarter."""
    rows = []
    for quarter, part in found.groupby("quarter"):
        cells = [
            f"{row.newcomers:.3f} ({row.founders:.3f}: {row.low:.2f} – {row.high:.2f})" for row in part.itertuples()
        ]
        rows.append((str(quarter), f"{part['count'].mean():.0f}", *cells))
    return table(("joined in quarter", "people", *(f"still there after {weeks} weeks" for weeks in HORIZONS)), rows)


def by_quarter(replications: int = 100) -> pd.DataFrame:
    """Means of each replication and quarter of two years."""
    weekly = run(load(SCENARIO), replications=replications, seed=SEED).weekly.reset_index()
    quarter = weekly["week"] // QUARTER + 1
    return weekly.groupby(["replication", quarter.rename("quarter")])[list(MEASURES)].mean()


def quarter_table(means: pd.DataFrame) -> str:
    """The means by quarter in Markdown, and the change once the market has settled, with its 95 % interval."""
    rows = [(str(quarter), *map(_shown, row)) for quarter, row in means.groupby("quarter").mean().iterrows()]
    change = means.xs(QUARTERS, level="quarter") - means.xs(SETTLED + 1, level="quarter")
    error = 1.96 * change.sem()
    last = (f"{_shown(change[name].mean())} ± {_shown(error[name])}" for name in MEASURES)
    heads = ("quarter", *(name.replace("_", " ") for name in MEASURES))
    return table(heads, [*rows, (f"{SETTLED + 1} to {QUARTERS}", *last)])


def _shown(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.1f}" if abs(number) >= 2 else f"{number:.4f}"


def main() -> int:
    """Fill the page; returns the exit code."""
    found = bands(cohorts())
    fill("cohorts", cohort_table(found))
    fill("quarters", quarter_table(by_quarter()))
    outside = found.index[~found["inside"]].tolist()
    apart = (found["newcomers"] - found["founders"]).groupby("weeks").mean()
    print(
        f"newcomers less founders, by weeks: {apart.round(3).to_dict()}; outside the founders' band: {outside or 'none'}"
    )
    return int(bool(outside))


if __name__ == "__main__":
    sys.exit(main())
