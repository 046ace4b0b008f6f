"""The mirror: what the company measures of itself beside what its customers perceive, the widest gaps first (S1.7)."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.model.numeric import FIXED_ONE
from sim.report.amounts import between, number, timing
from sim.report.charts import BELOW, Axis, Chart, Dots, Line, Mark, Picture
from sim.report.charts.palette import COLOURS, INK, PALE, Look
from sim.report.document import LUCK, MODEL, Document, Section, Sheet, Table, cell
from sim.report.formats import writer
from sim.report.reasons import six_reasons
from sim.report.sources import file_of
from sim.runs.measures import DEFINITIONS, Counts, ratio
from sim.runs.runner import Result
from sim.runs.statistics import Interval, interval

View = Callable[[Counts], np.ndarray]


@dataclass(frozen=True)
class Pair:
    """One subject seen from both sides, each as a share in [0, 1] where 1 is best; NaN where there is nothing to see."""

    subject: str
    company_says: str
    company: View
    customers_say: str
    customers: View


@dataclass(frozen=True)
class Reflection:
    """A pair as it came out: both shares and how far the company sees itself above its customers' view.

    All three over the replications in which both sides have something to see; missing where none has.
    """

    subject: str
    company_says: str
    company: float
    customers_say: str
    customers: float
    gap: Interval


def _per(top: str, bottom: str) -> View:
    return lambda c: ratio(c[top], c[bottom])


def _mean_state(state: str, over: str = "weekly_customers") -> View:
    return lambda c: ratio(c[state] / FIXED_ONE, c[over])


def _felt_solved(c: Counts) -> np.ndarray:
    """Problems that were spoken of and solved: of those kept silent about, none was."""
    spoken = ratio(c["complaints"], c["complaints"] + c["silent"])
    return np.where(spoken == 0, 0.0, spoken * ratio(c["solved"], c["contacts"]))


def _expected(c: Counts) -> np.ndarray:
    return ratio((c["satisfaction"] + c["expectation_gap"]) / FIXED_ONE, c["weekly_customers"])


def _staying(c: Counts) -> np.ndarray:
    return (1 - DEFINITIONS["churn_rate"].formula(c)) ** 13


PAIRS = (
    Pair("Being reached", "calls answered within 20 seconds", _per("answered_in_time", "calls"),
         "ease of a contact (1 less effort)", lambda c: 1 - _mean_state("effort", "contacts")(c)),
    Pair("Solving problems", "contacts closed as solved", _per("solved", "contacts"),
         "problems that were voiced and solved", _felt_solved),
    Pair("Keeping promises", "what customers were led to expect", _expected,
         "what they got, as they judge it", _mean_state("satisfaction")),
    Pair("Being liked", "satisfied in the survey", _per("satisfied", "asked"),
         "would recommend us", _per("promoters", "asked")),
    Pair("Being loyal", "customers who stay for another quarter", _staying,
         "trust us", _mean_state("trust")),
    Pair("Being forgiven", "customer-weeks without a complaint", lambda c: 1 - _per("complaints", "weekly_customers")(c),
         "goodwill left (1 less grievance)", lambda c: 1 - _mean_state("grievance")(c)),
)  # fmt: skip


def reflections(result: Result) -> list[Reflection]:
    """Every pair of a run's scenario, the widest gap first, and last where there is nothing to see."""
    counts = result.counted(result.tally)
    found = [_reflection(pair, counts) for pair in PAIRS]
    return sorted(found, key=lambda one: -abs(one.gap.mean) if one.gap.defined else 0.0)


def _reflection(pair: Pair, counts: Counts) -> Reflection:
    inside, outside = pair.company(counts), pair.customers(counts)
    both = np.isfinite(inside) & np.isfinite(outside)
    company, customers = (interval(side[both]).mean for side in (inside, outside))
    gap = interval((inside - outside)[both], (-1.0, 1.0))
    return Reflection(pair.subject, pair.company_says, company, pair.customers_say, customers, gap)


def handling_minutes(result: Result) -> float:
    """Mean handling time of an answered call in minutes, as the company measures it; NaN when nobody called."""
    counts = result.counted(result.tally)
    return float(ratio((counts["busy"] / FIXED_ONE).sum(), counts["answered"].sum()))


def picture(found: list[Reflection]) -> Picture:
    """Both views of each subject on one line, the widest gap on top."""
    rows = range(len(found))
    company, customers = [100 * one.company for one in found], [100 * one.customers for one in found]
    said = [[f"{one.company_says}: {number(100 * one.company, 1)} %" for one in found],
            [f"{one.customers_say}: {number(100 * one.customers, 1)} %" for one in found]]  # fmt: skip
    between = [Line("", [one, other], [row, row], Look(PALE), width=3)
               for row, one, other in zip(rows, company, customers, strict=True)]  # fmt: skip
    marks: list[Mark] = [
        *between,
        Dots("the company's figure", company, rows, INK, "s", 8, words=said[0]),
        Dots("its customers", customers, rows, COLOURS[1], "o", 9, words=said[1]),
    ]
    up, height = Axis(rows=[one.subject for one in found]), 0.9 + 0.45 * len(found)
    chart = Chart(
        "Two views of one company", Axis("% (100 is best)", "%", 0, 101), up, marks, height=height, names=BELOW
    )
    told = "; ".join(
        f"{one.subject}: {number(100 * one.company)} against {number(100 * one.customers)}" for one in found
    )
    return Picture(chart, f"Two marks a line, the company's figure and the customers'. {told}.", name="mirror")


def headline(result: Result, found: list[Reflection]) -> str:
    """The widest gap in a sentence."""
    widest = found[0]
    if not widest.gap.defined:
        return f"{result.scenario.name}: there was nothing to be seen from either side"
    inside, outside = f"{number(100 * widest.company)} %", f"{number(100 * widest.customers)} %"
    return (
        f"{result.scenario.name}, widest gap: {widest.subject.lower()}. {widest.company_says.capitalize()}: {inside}; "
        f"{widest.customers_say}: {outside}"
    )


def write(result: Result, path: Path) -> Path:
    """Write the page, in the format of the path's ending, and return its path. Raises :class:`~sim.errors.Mistake`."""
    return writer.write(document(result), path)


def document(result: Result) -> Document:
    """What the report says."""
    found, scenario = reflections(result), result.scenario
    drawn, reasons = picture(found), six_reasons(result)
    described = [f"{scenario.name}: {scenario.description}"] if scenario.description else []
    views = "What the company measures of itself, beside what its customers perceive. The widest gaps stand on top."
    minutes = handling_minutes(result)
    watched = (
        f" Mean handling time, which the company also watches: {number(minutes, 1)} minutes." if minutes >= 0 else ""
    )
    sections = [
        Section("", pictures=[drawn]),
        Section("Why they left", pictures=[reasons]),
        Section(
            "Both views",
            tables=[_table(found)],
            notes=[SHARES + watched],
        ),
    ]
    file = shlex.quote(file_of(scenario) or f"{scenario.name}.yaml")
    count = len(result.numbers)
    return Document(
        "", headline(result, found), [views, *described], sections, [MODEL, LUCK],
        [f"loyalty mirror {file} --replications {count + len(result.failures)} --seed {result.seed}"],
        f"{count:,} replications of {timing(scenario)}, seed {result.seed}; fingerprint `{scenario.fingerprint}`.",
        sheets=[_sheet(found)],
    )  # fmt: skip


SHARES = (
    "Each figure is a share of what would be best, so that both sides can be set beside one another; the gap is the company's "
    "figure less its customers'. A contact that is answered in time may still be hard work, and a problem nobody reports is "
    "never closed: that is what the gaps are made of."
)


def _table(found: list[Reflection]) -> Table:
    columns = ("Subject", "The company's figure", "%", "Its customers", "%", "Gap", "95 % interval")
    return Table(columns, [
        (one.subject, one.company_says, number(100 * one.company, 1), one.customers_say, number(100 * one.customers, 1),
         number(100 * one.gap.mean, 1), between(one.gap, 100, 1))
        for one in found
    ])  # fmt: skip


def _sheet(found: list[Reflection]) -> Sheet:
    columns = ("Subject", "The company's figure", "Company (%)", "Its customers", "Customers (%)", "Gap (percentage points)",
               "Gap, low (95 %)", "Gap, high (95 %)")  # fmt: skip
    return Sheet("Both views", columns, [
        (one.subject, one.company_says, cell(100 * one.company), one.customers_say, cell(100 * one.customers),
         *(cell(100 * end) for end in one.gap[:3]))
        for one in found
    ])  # fmt: skip
