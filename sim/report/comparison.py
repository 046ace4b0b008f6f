"""What the report of a comparison says: which policy keeps the most customers and pays, how sure that is, and why they leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.errors import Mistake
from sim.report import assumptions, facts, money_page, segments, sources, tables, words, worth_page
from sim.report.amounts import NONE, between, counted, half_width, lasting, number, places, signed, timing
from sim.report.brief import brief
from sim.report.charts import figures
from sim.report.charts.palette import look
from sim.report.document import MODEL, NARROWER, Card, Document, Group, Section, Sheet, Table, cell
from sim.report.formats import writer
from sim.report.headline import headline, lead
from sim.report.ignorance import appendix_told, fitted_told, worlds_told
from sim.report.lever_prices import price_told
from sim.runs.causes import TALK, ranked, replications_for
from sim.runs.comparison import Comparison
from sim.runs.runner import Result
from sim.runs.statistics import Difference

GLANCE = (("Customers kept", "retention"), ("Profit", "profit"), ("Word of mouth", "word_of_mouth_net"))


def write(answer: Comparison, path: Path) -> Path:
    """Write the report of a comparison to ``path``, in the format that its ending names, and return the path.

    The file appears whole or not at all. Raises :class:`~sim.errors.Mistake` when it cannot be written, or when there
    is nothing to report because no replication finished in every scenario.
    """
    writer.planned(path, [])
    return writer.write(document(answer), path)


def document(answer: Comparison) -> Document:
    """What the report says. Raises :class:`~sim.errors.Mistake` when no replication finished in every scenario."""
    if not len(answer.numbers):
        raise Mistake("there is nothing to report: no replication finished in every scenario")
    origin = sources.origin(answer)
    return Document(
        "", headline(answer), lead(answer), _sections(answer), caveats(answer), [origin.command, origin.story],
        _origin_told(answer, origin), Table(("Policy", "File", "Fingerprint"), _fingerprints(origin), words=True),
        [Section("Appendix: all measures", notes=appendix_told(answer), tables=[tables.table(answer, list(answer.definitions))])],
        [sheet(answer), *money_page.sheet(answer), *segments.sheet(answer), *worth_page.sheet(answer), assumptions.sheet(answer),
         *_windows_sheet(answer)],
        brief(answer),
    )  # fmt: skip


def _sections(answer: Comparison) -> list[Section]:
    pictures, forest = figures.everything(answer), figures.forest(answer) if answer.others else []
    over, key = (
        Section(f"Over {lasting(answer.base.scenario)}", pictures=pictures),
        tables.table(answer, tables.key_measures(answer)),
    )
    if not answer.others:
        return [
            over,
            Section("Key measures", tables=[key]),
            *segments.section(answer),
            *_windows(answer),
            _data(answer),
        ]
    return [
        Section(
            "",
            cards=[_card(answer, place, other) for place, other in enumerate(answer.others, 1)],
            notes=[PER_CUSTOMER],
        ),
        *worth_page.section(answer),
        over,
        Section(f"Differences from {answer.base.scenario.name}", pictures=forest, notes=[_paired(answer)], small=True),
        Section("Key measures", tables=[key], notes=[_higher(answer)]),
        *segments.section(answer),
        *([causes_told(answer)] if answer.causes else []),
        *_windows(answer),
        _changes(answer),
        _data(answer),
    ]


def causes_told(answer: Comparison) -> Section:
    """How much of each difference in customers kept each cause explains, where that was asked."""
    assert answer.causes is not None
    groups = [Group(f"{name} against {answer.base.scenario.name}", "points of retention", _cause_rows(found))
              for name, found in answer.causes.items()]  # fmt: skip
    note = CAUSES_TOLD.format(count=counted(replications_for(answer), "replication", "replications"))
    return Section("What makes the difference", tables=[Table(CAUSE_COLUMNS, groups=groups)], notes=[note])


def _cause_rows(found: Mapping[str, Difference]) -> list[list[str]]:
    told = ranked(found)
    if not told:
        return [["No cause explains more than luck does", NONE, NONE]]
    return [[CAUSE_WORDS[cause], *_explains(part)] for cause, part in told]


def _explains(part: Difference) -> tuple[str, str]:
    digits = places(half_width(part, 100))
    return signed(100 * part.mean, digits), between(part, 100, digits, plus=True)


CAUSE_COLUMNS = ("Cause", "Explains", "95 % interval")
CAUSE_WORDS = {
    "service": "Contacts and waiting", "quality": "Failures of the product", "price": "Price and its fairness",
    "expectation": "Ordinary weeks below expectation", "upselling": "Upselling", "accountability": "Refusals that rankle",
    "convenience": "Shopping", "innovation": "Falling behind what is possible", "communication": "Feeling misled or watched",
    TALK: "What others say",
}  # fmt: skip
CAUSES_TOLD = (
    "Both policies were lived again by the same people with the same luck ({count}), but nobody lost goodwill by the cause, or "
    "said a word of either provider; what of the difference was gone then, the cause explains. Causes act together, so the parts "
    "need not add up. A cause that explains no more than luck does is left out."
)


PER_CUSTOMER = (
    "Word of mouth is told per customer: a policy that keeps unhappy customers who would have left can lower this average "
    "though nobody became unhappier. Customers kept are those of the first week who never left."
)
HIGHER_IN_WORLDS = (
    "“Higher in” is the share of plausible worlds in which the policy is higher than {base}, ties counting half; its error is at "
    "most {error} percentage points. “Of it luck” says how much of the spread of the difference is luck in a market of the "
    "company's size; the rest is what nobody knows."
)
HIGHER = (
    "“Higher in” is the share of replications in which the policy is higher than {base}, ties counting half. “Variance "
    "reduction” says how many times as many replications it would take to know the difference as well without giving both "
    "policies the same luck. Beside retention's stands the bound for an outcome that is yes or no for each customer: what it "
    "would be if nobody decided differently under the two policies but those whom the policy itself moves. Both are estimates, "
    "and the bound takes all customers for alike, so the reduction may come out somewhat above it."
)


def _higher(answer: Comparison) -> str:
    """What the last columns of the key table mean."""
    base = answer.base.scenario.name
    if answer.worlds is None:
        return HIGHER.format(base=base)
    errors = [each.error for found in answer.predictions.values() for each in found.values()]
    return HIGHER_IN_WORLDS.format(base=base, error=number(100 * float(np.nanmax(errors))))


def _paired(answer: Comparison) -> str:
    what = "an interval" if answer.worlds is None else "a range"
    return (
        f"Paired differences of {len(answer.numbers):,} replications: mean and {facts.ends_told(answer)}. Where no bar is to be "
        "seen, it is narrower than the mark, or – where the table has a dash for it – not known. "
        f"{what.capitalize()} that crosses the line at zero is undecided: it may be {facts.may_be(answer)}."
    )


def _card(answer: Comparison, place: int, other: Result) -> Card:
    """What one policy does, against the base."""
    told = (
        ("Customers", words.customers_told), ("Money", words.money_told), ("What it may cost", price_told),
        ("Word of mouth", words.talk_told), ("Why they leave", words.reasons_told),
    )  # fmt: skip
    return Card(
        other.scenario.name, answer.base.scenario.name, other.scenario.description, look(place).colour,
        [(label, *words.short_change(answer, other, measure)) for label, measure in GLANCE],
        [(label, said) for label, tell in told if (said := tell(answer, other))],
    )  # fmt: skip


def _windows(answer: Comparison) -> list[Section]:
    """The key measures of each window by itself, if the scenarios ask for windows."""
    if not answer.windows:
        return []
    note = tables.BRACKETS.format(base=answer.base.scenario.name) if answer.others else ""
    kept = tables.KEPT_IN_WINDOW
    return [Section(tables.windows_title(answer), tables=[tables.by_window(answer)], notes=[f"{kept} {note}".strip()])]


def _windows_sheet(answer: Comparison) -> list[Sheet]:
    if not answer.windows:
        return []
    sheets = [(tables.weeks_of(window), sheet(window)) for window in answer.windows]
    rows = [[weeks, *row] for weeks, one in sheets for row in one.rows]
    return [Sheet(tables.windows_title(answer), ["Weeks", *sheets[0][1].columns], rows)]


def _changes(answer: Comparison) -> Section:
    against, same = f"against {answer.base.scenario.name}", "Nothing: the two scenarios mean the same."
    parts = [
        Section(name, [] if found else [same], points=[str(difference) for difference in found], aside=against)
        for name, found in sources.changes(answer)
    ]
    return Section("What differs", parts=parts)


# ---- the data


def _data(answer: Comparison) -> Section:
    """What was known of the customers, what was drawn, and which replications finished."""
    found = sources.data(answer)
    if found is None:
        people = answer.base.scenario.customers
        said = [f"There is no customer file: all {answer.base.founders:,} customers are drawn from distributions, anew in every "
                "replication."]  # fmt: skip
        parts, notes = [], [f"{sources.drawn(people, set())}."]
    else:
        said, notes = (
            [_file_told(found)],
            [f"Drawn anew in every replication, or following from the rest: {found.drawn}."],
        )
        parts = [Section("Rows that were set aside", points=_set_aside(found))] if found.reasons else []
        said.append(f"From the file: {found.given}.")
    failed = [f"{name}, replication {failure.replication}: {failure.error}. Repeat it with `{command}`"
              for name, failure, command in sources.failures(answer)]  # fmt: skip
    return Section(
        "Data",
        [*said, sources.finished(answer), *sources.precision_told(answer)],
        points=failed,
        notes=notes,
        parts=parts,
    )


def _file_told(found: sources.Data) -> str:
    used = f"{found.used:,} of the" if found.reasons else "All"
    told = f"{used} {found.rows:,} rows of `{found.file}` (SHA-256 {found.sha256}…) became customers."
    if found.reasons:
        told += (f" {found.rows - found.used:,} could not be used and were set aside; all of them are listed with line and "
                 f"reason in `{found.quarantine}`.")  # fmt: skip
    if found.notice:
        told += f" The source and licence of the file are told in `{found.notice}` beside it."
    return told


def _set_aside(found: sources.Data) -> list[str]:
    shown, rarer = found.reasons[: sources.MOST_REASONS], len(found.reasons) - sources.MOST_REASONS
    told = [f"{reason.count:,} × {reason.words} (first in line {reason.line})" for reason in shown]
    return [*told, f"and {rarer} rarer reasons"] if rarer > 0 else told


# ---- how far to trust it, and the way back


ONE_COMPANY = (
    "The customers are those of one file. Another company's customers may answer differently, and nothing in the scenario says "
    "whether its settings were ever fitted to these."
)
NOT_THE_MODEL = "The ranges do not cover errors of the model's structure."


def caveats(answer: Comparison) -> list[str]:
    """How far to trust the answer, in sentences."""
    told = [MODEL, *answer.cautions]
    if sources.data(answer) is not None:
        told.append(ONE_COMPANY)
    told += [*worlds_told(answer), NOT_THE_MODEL] if answer.worlds is not None else [fitted_told(answer), NARROWER]
    if answer.others:
        told.append(answer.many_told)
    return told


def _fingerprints(origin: sources.Origin) -> list[tuple[str, str, str]]:
    return [(name, file, f"`{fingerprint}`") for name, file, fingerprint in origin.scenarios]


def _origin_told(answer: Comparison, origin: sources.Origin) -> str:
    asked = f"Seed {origin.seed}, {origin.replications:,} replications, {timing(answer.base.scenario)}."
    told = f"{asked} Source `{origin.source}`; {origin.versions}."
    return told


# ---- the numbers


def sheet(answer: Comparison) -> Sheet:
    """Every measure of every policy as numbers, in the units of the page."""
    ends = facts.ends_told(answer)
    columns = ["Measure", "Policy", "Unit", "Mean", f"Low ({ends})", f"High ({ends})"]
    if answer.others:
        columns += ["Difference", f"Difference, low ({ends})", f"Difference, high ({ends})", "Higher in (share of worlds)",
                    "Variance reduction (times)", "Luck (share of the variance)"]  # fmt: skip
    rows = [_numbers(answer, result, name) for name in answer.definitions for result in answer.results]
    return Sheet("Measures", columns, rows)


def _numbers(answer: Comparison, result: Result, measure: str) -> list[float | str | None]:
    unit = facts.unit_of(answer, measure)
    known = facts.level(answer, result, measure)
    row = [f"{answer.definitions[measure].meaning} ({measure})", result.scenario.name, unit.level,
           *(cell(value * unit.factor) for value in known[:3])]  # fmt: skip
    if not answer.others:
        return row
    if result is answer.base:
        return [*row, *[None] * 6]
    gap = answer.differences[result.scenario.name][measure]
    ends = (gap.mean * unit.factor, *sorted((gap.low * unit.factor, gap.high * unit.factor)))
    luck = answer.predictions[result.scenario.name][measure].luck_share
    return [*row, *(cell(end) for end in ends), cell(gap.probability_higher), cell(gap.variance_reduction), cell(luck)]
