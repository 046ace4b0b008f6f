"""Where the report's numbers come from: the data, what failed, what was compared, and how to get the same again."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.data.customer_file import Customers
from sim.model.rules import source_hash
from sim.report.amounts import counted, listed
from sim.runs.comparison import MOST_REPLICATIONS, Comparison, Wish
from sim.runs.results import asked_of, folder_name, versions
from sim.runs.runner import Failure, Result
from sim.scenario.customers import customers_of
from sim.scenario.sections import People, traits
from sim.scenario.whole import Scenario
from sim.scenario.wording import Difference, compared, spread_told
from sim.scenario.worlds import NONE, worlds_option

MOST_REASONS, MOST_FAILURES = 5, 5


def place(path: Path) -> str:
    """A file as anybody may know it: relative to the current folder, else only its name."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.name


def worlds_of(scenario: Scenario) -> str:
    """What ``--worlds`` was: a name, or the file."""
    if scenario.worlds is None:
        return NONE
    return scenario.worlds.name if scenario.worlds.path is None else place(scenario.worlds.path)


def file_of(scenario: Scenario) -> str | None:
    """Where a scenario's file lies; None when it was made in Python."""
    return None if scenario.path is None else place(scenario.path)


# ---- data


@dataclass(frozen=True)
class Reason:
    """Why rows of the customer file could not be used: in words, how many, and the first of them."""

    words: str
    count: int
    line: int


@dataclass(frozen=True)
class Data:
    """The customer file: what was used of it, what was set aside, and which traits it gives; ``rows`` that count, in words which
    ``others`` do not, and what its rows are where they are no customers."""

    file: str
    sha256: str
    rows: int
    used: int
    others: tuple[str, ...]
    gathered: str
    reasons: tuple[Reason, ...]
    quarantine: str
    given: str
    drawn: str
    notice: str


def data(answer: Comparison) -> Data | None:
    """What is to be said of the base's customer file; None when everybody is drawn."""
    scenario = answer.base.scenario
    customers = customers_of(scenario)
    if customers is None or scenario.customers.file is None:
        return None
    file = scenario.customers.file
    notices = [name for name in ("NOTICE.txt", "SOURCE.txt") if (file.parent / name).is_file()]
    return Data(
        place(file),
        customers.sha256[:12],
        len(customers.line) + len(customers.quarantined),
        len(customers.line),
        _others(scenario.customers, customers),
        scenario.customers.mapping.rows.replace("customer", "") if scenario.customers.mapping else "",
        _reasons(customers),
        f"{folder_name(answer.results, asked_of(answer))}/quarantine.csv",
        _given(customers),
        drawn(scenario.customers, set(customers.columns)),
        "".join(notices[:1]),
    )


def _others(people: People, customers: Customers) -> tuple[str, ...]:
    """Who of the file is no customer: whoever has left by its label, and rows that are not asked for."""
    mapping = people.mapping
    left = customers.left is None and mapping is not None and mapping.label is not None and customers.leavers
    return (
        *([f"{customers.leavers:,} have left by its column “{mapping.label.column}” and do not start"] if left else []),  # type: ignore[union-attr]
        *([f"{customers.elsewhere:,} rows are left out by `where`"] if customers.elsewhere else []),
    )


def _reasons(customers: Customers) -> tuple[Reason, ...]:
    counts = Counter(row.reason for row in customers.quarantined)
    first: dict[str, int] = {}
    for row in customers.quarantined:
        first.setdefault(row.reason, row.line)
    return tuple(Reason(words, count, first[words]) for words, count in counts.most_common())


def _given(customers: Customers) -> str:
    """The traits taken from the file, and for how many customers one of them is missing there."""
    said = []
    for name, values in customers.columns.items():
        missing = int(np.isnan(values).sum())
        words = name.replace("_", " ")
        said.append(f"{words} (drawn for {counted(missing, 'customer', 'customers')} without it)" if missing else words)
    return listed(said)


def drawn(people: People, given: set[str]) -> str:
    """The traits that are drawn from distributions, and from which."""
    said = []
    for name, trait in traits().items():
        if name in given:
            continue
        own = any(name in segment.traits for segment in people.segments.values())
        told = "by segment" if own else spread_told(people.spread(name), trait.unit)
        said.append(f"{name.replace('_', ' ')} ({told})")
    return "; ".join(said)


# ---- what was compared, and what failed


def changes(answer: Comparison) -> list[tuple[str, list[Difference]]]:
    """For each other scenario, what differs from the base."""
    return [(o.scenario.name, compared(answer.base.scenario, o.scenario)) for o in answer.others]


def finished(answer: Comparison) -> str:
    """How many replications finished: ``997 of 1,000``, and of which scenario if they differ."""
    asked = {len(result.numbers) + len(result.failures) for result in answer.results}
    if not any(result.failures for result in answer.results) and len(asked) == 1:
        count = asked.pop()
        return f"{count:,} of {count:,} replications of every policy finished."
    each = [
        f"{r.scenario.name} {len(r.numbers):,} of {len(r.numbers) + len(r.failures):,}" for r in answer.results
    ]  # fmt: skip
    return f"Replications that finished: {', '.join(each)}. The {len(answer.numbers):,} that all finished are compared."


def precision_told(answer: Comparison) -> list[str]:
    """Whether the differences are known as well as was wished, and after how many replications; nothing if none was wished."""
    if answer.wish is None:
        return []
    wished = f"{100 * answer.wish.precision:.3g}"
    told = known_told(answer)
    if answer.known_to <= answer.wish.precision:
        return [f"After {answer.asked:,} replications {told}; the aim was {wished}."]
    if stopped_early(answer):
        return [
            f"Stopped after {answer.asked:,} replications, before it was sure enough: {told}; the aim was {wished}."
        ]
    return [f"The bound of {answer.wish.most:,} replications was reached first: {told}; the aim was {wished}."]


def known_told(answer: Comparison) -> str:
    """How well differences in retention are known; not at all while fewer than two replications finished everywhere."""
    if not math.isfinite(answer.known_to):
        return "nothing is known yet of how far retention differences are luck"
    what = "retention differences are" if answer.worlds is None else "the ends of the ranges of customers kept are"
    return f"{what} known to within {100 * answer.known_to:.3g} percentage points"


def stopped_early(answer: Comparison) -> bool:
    """Whether replications were to be added until the answer was sure enough, but the work was called off before."""
    return answer.wish is not None and answer.asked < answer.wish.most and answer.known_to > answer.wish.precision


def failures(answer: Comparison) -> list[tuple[str, Failure, str]]:
    """The first failures: scenario, failure, and the command that repeats it."""
    found = [(result, failure) for result in answer.results for failure in result.failures]
    return [(r.scenario.name, failure, _repeat(r, failure)) for r, failure in found[:MOST_FAILURES]]


def _repeat(result: Result, failure: Failure) -> str:
    file = shlex.quote(file_of(result.scenario) or "SCENARIO.yaml")
    again = f"--seed {result.seed} --first {failure.replication} --replications 1"
    return f"loyalty run {file}{worlds_option(result.scenario)} {again}"


# ---- how to reproduce


@dataclass(frozen=True)
class Origin:
    """All that is needed to get the same numbers again."""

    command: str
    story: str
    seed: int
    replications: int
    scenarios: tuple[tuple[str, str, str], ...]
    source: str
    versions: str


def how_many(replications: int, wish: Wish | None) -> str:
    """The options of ``loyalty compare`` that say how many replications there are."""
    if wish is None:
        return f"--replications {replications}"
    return f"--precision {100 * wish.precision:.6g}%" + (
        f" --most {wish.most}" if wish.most < MOST_REPLICATIONS else ""
    )


def origin(answer: Comparison) -> Origin:
    """How to get the same numbers again."""
    asked = answer.asked
    files = [shlex.quote(file_of(result.scenario) or f"{result.scenario.name}.yaml") for result in answer.results]
    numbers = f"{how_many(asked, None if stopped_early(answer) else answer.wish)} --seed {answer.base.seed}"
    numbers += f" --worlds {shlex.quote(worlds_of(answer.base.scenario))}"
    verb = "compare" if answer.others else "run"
    against = f" --against {files[1]}" if answer.others else ""
    return Origin(
        " \\\n    ".join([f"loyalty {verb} {files[0]}", *files[1:], numbers]),
        f"loyalty journey {files[0]} --customer 0{against}",
        answer.base.seed,
        asked,
        tuple(
            (r.scenario.name, file_of(r.scenario) or "made in Python", r.scenario.fingerprint) for r in answer.results
        ),
        source_hash(),
        ", ".join(f"{name} {version}" for name, version in versions().items()),
    )
