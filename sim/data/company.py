"""From files to a company's customers today: read, recognised, asked about, joined, checked; who has left is told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.becoming import become
from sim.data.buying import Habit, habit_of
from sim.data.customer_mapping import Target
from sim.data.gathering import Gathered, gathered, joined
from sim.data.habits import CURRENCIES, Cells
from sim.data.leaving import Leaving, Telling, telling
from sim.data.parts import KEEP, LEFT, OUT, SEGMENT, Asking, Part
from sim.data.proposing import proposed
from sim.data.quarantine import Quarantined, commonest
from sim.data.questions import UNKNOWN, Answers, Question, Reader, Unfit, positive
from sim.data.recognising import ROW, Source, newest, only, recognised, says, set_aside, words_in, words_of
from sim.data.tables import Table, read_table
from sim.errors import Mistake, hint, nearest

ALLOWED = 0.05
"""The share of the customers' rows that may be set aside before the file is refused."""
_ENDS = ("end", "ends", "expiry", "expires", "expiration", "until", "bis", "ablauf", "renewal", "vertragsende")
_SECTIONS: dict[str, tuple[str, ...]] = {
    "files": ("named", "rows", "id", "dates", "decimals", "repeated", "totals"),
    "columns": ("becomes", "unit", "period", "scale", "words", "within", "missing", "terms"),
    "company": ("buys", "stands_for", "representatives", "calls_a_week", "wage", "checkout_lanes"),
    "as_of": (), "currency": (), "assumed": (), "found": (),
}  # fmt: skip
"""What a file of answers may hold."""
Adjust = Callable[[Source, dict[str, str]], dict[str, str]]
"""May change what columns become, before their units are asked."""


@dataclass(frozen=True)
class Company:
    """All that was understood.

    ``people``: the customers of today, ``leavers``: those who have left; ``parts``: what columns became, of the people;
    ``everybody``, ``columns``: the same of both together; ``tells``: columns that tell who leaves, the strongest first;
    ``habit``: how they buy now and then, None where they pay by the week;
    ``left``: group of the segment → what share left, '' for all; ``said``: what was recognised, in sentences; ``aside``:
    rows that
    could not be used, by file; ``form``: the company itself.
    """

    name: str
    files: tuple[str, ...]
    people: Source
    leavers: Source | None
    parts: list[Part]
    as_of: np.datetime64 | None
    currency: str
    form: Mapping[str, object]
    said: list[str]
    aside: list[tuple[str, Quarantined]]
    left: Mapping[str, Leaving] = field(default_factory=dict)
    within: float = 0.0
    label: str = ""
    everybody: Source | None = None
    columns: Sequence[Part] = ()
    tells: Sequence[Telling] = ()
    habit: Habit | None = None

    @property
    def segment(self) -> Part | None:
        """The column that says who belongs to which segment."""
        return next((part for part in self.parts if part.becomes == SEGMENT), None)

    def trait(self, name: str) -> Part | None:
        """The column that became a trait."""
        return next((part for part in self.parts if part.becomes == name), None)


def understood(
    files: Sequence[str],
    answers: Answers,
    targets: Mapping[str, Target],
    adjust: Adjust | None = None,
    command: str = "loyalty new",
) -> Company:
    """A company from its files. Raises :class:`Mistake` with place and remedy, or with the questions that are open."""
    _refuse_unknown(answers.given)
    sources = [recognised(number, read_table(name), answers) for number, name in enumerate(files, 1)]
    said = [_told(source) for source in sources]
    people = _customers(sources)
    as_of = _as_of(sources, answers)
    answers.refuse_open(command)
    found = [gathered(source, people.cells[people.id].values, as_of) for source in sources if source.rows != "customer"]  # type: ignore[arg-type]
    for each in found:
        people = joined(people, each.columns)
        said.append(f"Gathered to a row a customer: {each.told}.")
    habit, told = _habit(sources, found, answers)
    said += told
    roles = _roles(people, answers, targets, habit)
    roles = adjust(people, roles) if adjust else roles
    for name, role in roles.items():
        answers.note(("columns", name, "becomes"), role)
    _refuse_nothing(people, roles)
    parts = become(Asking(people, answers, as_of, targets), roles)
    currency = _currency(people, answers)
    form = _form(people, sources, found, answers) | ({"buys": NOW_AND_THEN} if habit else {})
    answers.refuse_open(command)
    people, parts = _usable(people, parts, targets)
    others = [
        (str(source.table.path), row)
        for source in sources
        if source.rows == "customer" and source.number != people.number
        for row in source.aside
    ]
    aside = [
        *((str(people.table.path), row) for row in people.aside),
        *others,
        *((told.file, row) for told in found for row in told.aside),
    ]
    whole = Company(
        Path(files[0].rpartition("#")[0] or files[0]).name.partition(".")[0],
        tuple(files),
        people,
        None,
        parts,
        as_of,
        currency,
        form,
        said,
        aside,
        habit=habit,
    )
    return _without_leavers(whole)


# ---- files


def _told(source: Source) -> str:
    table = source.table
    habits = sorted({cells.habit for cells in source.cells.values() if "," in cells.habit or cells.currency})
    written = f"; {'; '.join(habits)}" if habits else ""
    rows = f"{len(table.line):,} rows, each a {source.rows} ('{source.id}' names the customer)"
    return f"{table.path}: {rows}; {table.habit}{written}."


def _customers(sources: Sequence[Source]) -> Source:
    """The file of customers with the columns of further ones; whoever bought or wrote, where there is no such file."""
    files = [source for source in sources if source.rows == "customer"]
    if not files:
        ids = compute.unique(arrow.chunked_array([compute.drop_null(s.cells[s.id].values) for s in sources]))
        ids = ids.take(compute.array_sort_indices(ids))
        line = np.arange(1, len(ids) + 1)
        none = np.zeros(len(ids), bool)
        first = sources[0]
        table = Table(first.table.path, {first.id: ids}, line, [], "gathered")
        return Source(first.number, table, {first.id: Cells("text", ids, none, none)}, "customer", first.id, [])
    people = files[0]
    for other in files[1:]:
        people = joined(people, _looked_up(people, other))
    return people


def _looked_up(people: Source, other: Source) -> dict[str, Cells]:
    """The columns of another file of customers, in the order of the first."""
    place = compute.index_in(people.cells[people.id].values, value_set=other.cells[other.id].values)
    absent = compute.is_null(place).to_numpy(zero_copy_only=False)
    if absent.all():
        raise Mistake(
            f"{other.table.path}: none of its customers ('{other.id}') is one of {people.table.path} "
            f"('{people.id}'); look at both columns"
        )
    rows = compute.fill_null(place, 0).to_numpy(zero_copy_only=False)
    return {name: _taken(cells, rows, absent) for name, cells in other.cells.items() if name != other.id}


def _taken(cells: Cells, rows: np.ndarray, absent: np.ndarray) -> Cells:
    missing = cells.missing[rows] | absent
    if cells.kind in ("text", "empty"):
        values = compute.if_else(
            arrow.array(absent), arrow.scalar(None, arrow.string()), cells.values.take(arrow.array(rows))
        )
    else:
        values = cells.values[rows].copy()
        values[absent] = np.datetime64("NaT") if cells.kind == "date" else np.nan
    return replace(cells, values=values, missing=missing, bad=cells.bad[rows] & ~absent)


def _as_of(sources: Sequence[Source], answers: Answers) -> np.datetime64 | None:
    """The day as of which everything is reckoned; proposed is the newest in the files that is no end of anything."""
    dated = [(source, name) for source in sources for name, cells in source.cells.items() if cells.kind == "date"]
    if not dated:
        return None
    proposal = newest(source.cells[name].values for source, name in dated if not says(name, *_ENDS))
    newest_day = str(proposal) if proposal is not None else None
    said = answers(
        Question(("as_of",), "As of which day are the files (2024-12-31, or 'newest' for their newest date)?",
        "newest" if newest_day else None,
                 f"the newest date in them is {newest_day}", read=_day, example="2024-12-31", fallback="newest")
    )  # fmt: skip
    return proposal if said == "newest" else np.datetime64(said, "D")


def _day(said: str) -> str:
    if said == "newest":
        return said
    try:
        return str(np.datetime64(said, "D"))
    except ValueError:
        raise Unfit(f"'{said[:60]}' is no day; write such as 2024-12-31") from None


# ---- answers about columns and the company


NOW_AND_THEN, BY_CONTRACT = "now and then", "by contract"
_OF_BUYING = ("purchases_before", "weeks_since_last_purchase", "basket_before")
"""What a column becomes where customers buy now and then, and else is only kept."""


NO_HABIT = (
    "Nobody bought on a second day, so nothing tells how often customers come back: they are taken to pay by the week."
)


def _habit(sources: Sequence[Source], found: Sequence[Gathered], answers: Answers) -> tuple[Habit | None, list[str]]:
    """How customers buy, where they do so now and then, and what to say of it."""
    visits = next((each.visits for each in found if each.visits is not None), None)
    if visits is None:
        return None, []
    alone = all(source.rows != "customer" for source in sources)
    question = Question(
        ("company", "buys"), "Do your customers buy now and then, or pay a sum by contract, every week or month?",
        NOW_AND_THEN if alone else BY_CONTRACT,
        "there is no file of customers besides" if alone else "there is a file of customers", (NOW_AND_THEN, BY_CONTRACT),
    )  # fmt: skip
    if answers(question) == BY_CONTRACT:
        return None, []
    habit = habit_of(visits)
    return habit, habit.said if habit else [NO_HABIT]


def _roles(people: Source, answers: Answers, targets: Mapping[str, Target], habit: Habit | None) -> dict[str, str]:
    known = [*targets, SEGMENT, LEFT, KEEP, OUT]
    out = ("spend",) if habit else _OF_BUYING
    roles = {name: KEEP if role in out else role for name, role in proposed(people, targets).items()}
    given = answers.found(("columns",)) or {}
    if not isinstance(given, Mapping):
        raise Mistake("answers, columns: this must be a section, with a section for each column")
    for name in given:
        if name not in roles and not (isinstance(given[name], Mapping) and given[name].get("becomes") in (KEEP, OUT)):
            raise Mistake(
                f"answers, columns: the files have no column "
                f"'{name}'{nearest(str(name), list(roles)) or '; was it renamed, or is it gone?'}"
            )
    for name in roles:
        said = answers.found(("columns", name, "becomes"))
        if said is not None and said not in known:
            raise Mistake(
                f"answers, columns.{name}.becomes: '{said}' is nothing that a column becomes{hint(str(said), known)}"
            )
        roles[name] = said or roles[name]
    told = {name for name in roles if answers.found(("columns", name, "becomes")) is not None}
    return _each_once({name: str(role) for name, role in roles.items()}, told)


def _refuse_nothing(people: Source, roles: Mapping[str, str]) -> None:
    """Raise :class:`Mistake` for rows that nothing says to be customers: neither an id nor anything that differs between
    these."""
    if people.id == ROW and not set(roles.values()) - {KEEP, OUT, SEGMENT}:
        raise Mistake(
            f"{people.table.path} is no table of customers, purchases or tickets: no column names a customer, and "
            "none is how long they have been one, what they pay, how content they are or whether they left; name another file, "
            "or say in the answers what a column is ('columns: {NAME: {becomes: spend}}')"
        )


def _refuse_unknown(given: Mapping[str, Any]) -> None:
    """Raise :class:`Mistake` for an answer that answers nothing."""
    for section, said in given.items():
        if section not in _SECTIONS:
            raise Mistake(f"answers: nothing is called '{section}'{hint(section, _SECTIONS)}")
        if section in ("files", "columns", "company") and not isinstance(said, Mapping):
            raise Mistake(f"answers, {section}: this must be a section")
        entries = {section: said} if section == "company" else said if section in ("files", "columns") else {}
        for name, entry in entries.items():
            place = section if section == "company" else f"{section}.{name}"
            if not isinstance(entry, Mapping):
                raise Mistake(f"answers, {place}: this must be a section")
            for key in entry:
                if key not in _SECTIONS[section]:
                    raise Mistake(f"answers, {place}: nothing is called '{key}'{hint(key, _SECTIONS[section])}")


def _each_once(roles: dict[str, str], given: set[str]) -> dict[str, str]:
    """What was said of a column counts before what is proposed for another; two that are said to be one thing are a mistake."""
    for role in {*roles.values()} - {KEEP, OUT}:
        names = [name for name in roles if roles[name] == role]
        told = [name for name in names if name in given]
        if len(told) > 1:
            raise Mistake(
                f"answers, columns: {' and '.join(told)} both become {role}; keep one of them, and let the other be '{KEEP}'"
            )
        for name in names if len(names) > 1 else ():
            roles[name] = role if name == (told or names)[0] else KEEP
    return roles


def _currency(people: Source, answers: Answers) -> str:
    signs = {cells.currency for cells in people.cells.values() if cells.currency}
    named = {code for name in people.cells for code in _currencies_in(name)}
    said = ((signs, "its sign stands in the cells"), (named, "the name of a column says it"))
    told, why = next(((*codes, why) for codes, why in said if len(codes) == 1), ("currency", "no sign says it"))
    return str(answers(Question(("currency",), "What is the money called?", told, why, read=_short)))


def _currencies_in(name: str) -> Iterator[str]:
    """The currencies that a column's name speaks of, by their code or sign: ``mrr_usd``, ``Preis (€)``.

    ``sek`` is not among them, since in ``wartezeit_sek`` and the like it stands for seconds.
    """
    words = set(words_of(name)) - {"sek"}
    for sign, code in CURRENCIES.items():
        if sign in words if len(sign) == 3 else len(sign) == 1 and sign in name:
            yield code


def _short(said: str) -> str:
    if not 1 <= len(said) <= 20 or not said.isprintable():
        raise Unfit("a currency's name has 1 to 20 letters, such as EUR")
    return said


def _form(people: Source, sources: Sequence[Source], found: Sequence[Gathered], answers: Answers) -> dict[str, object]:
    """The company itself, each with "do not know"."""
    tickets = [each for each in found if "contacts" in each.columns]
    calls = f"{tickets[0].calls / tickets[0].weeks:.4g}" if tickets else UNKNOWN
    asked = {
        "stands_for": ("How many customers of yours does each row stand for?", 1, "a file counts as itself"),
        "representatives": ("How many people are on the phone at a time, while the lines are open?", UNKNOWN, 
            "nothing in the files says so"),
        "calls_a_week": ("How many calls come in a week?", positive(calls) if tickets else UNKNOWN,
        "the calls among the tickets" if tickets else 
            "nothing in the files says so"),
        "wage": ("What does an hour of one of these people cost?", UNKNOWN, "nothing in the files says so"),
        "checkout_lanes": ("How many checkout lanes have all your shops together (0: no shops)?", UNKNOWN, "nothing "
            "in the files says so"),
    }  # fmt: skip
    readers = {
        "stands_for": _within(1, 1_000_000),
        "representatives": _within(0, 5000),
        "wage": _within(0, 10_000),
        "checkout_lanes": _within(0, 10_000),
    }
    return {
        name: answers(
            Question(("company", name), words, proposal, hint, read=readers.get(name, positive), example="12")
        )
        for name, (words, proposal, hint) in asked.items()
    }


def _within(low: float, high: float) -> Reader:
    """A number between two, as it was typed."""

    def read(said: str) -> float:
        number = positive(said)
        if not low <= number <= high:
            raise Unfit(f"{said[:60]} does not lie between {low:,} and {high:,}")
        return number

    return read


# ---- rows


def _usable(people: Source, parts: list[Part], targets: Mapping[str, Target]) -> tuple[Source, list[Part]]:
    """The customers that can be used, and the columns of these; the others are set aside with the reason."""
    reasons: list[tuple[np.ndarray, str]] = [(people.cells[people.id].missing, f"{people.id} is missing")]
    for part in parts:
        cells = part.cells
        if part.becomes in (KEEP, OUT, SEGMENT):
            continue
        what = "number" if cells.kind == "number" else "day of the calendar"
        reasons.append((cells.bad, f"{part.column} is no {what}"))
        if part.becomes == LEFT and cells.kind != "date":
            reasons.append((cells.missing, f"{part.column} is missing, so that nobody knows whether they left"))
        if part.values is not None:
            low, high, unit = targets[part.becomes].low, targets[part.becomes].high, targets[part.becomes].unit
            with np.errstate(invalid="ignore"):
                outside = (part.values < low - 1e-9) | (part.values > high + 1e-9)
            reasons.append(
                (outside, f"{part.column} lies outside what {part.becomes} may be, {low:g} to {high:g} {unit}")
            )
    taken = np.zeros(len(people.table.line), bool)
    before = people
    for bad, reason in reasons:
        listed = set_aside(before, bad & ~taken, reason).aside[len(before.aside) :]
        people = replace(people, aside=people.aside + listed)
        taken |= bad
    count = len(taken) + len(before.aside)
    _refuse_too_many(people.table.path, count, [row for row in people.aside if not _agreed(row)])
    return only(people, ~taken), [_part_of(part, ~taken) for part in parts]


def _refuse_too_many(path: Path, rows: int, aside: list[Quarantined]) -> None:
    """Raise :class:`Mistake` where more rows than :data:`ALLOWED` would be set aside, or all."""
    if len(aside) <= ALLOWED * rows and len(aside) < rows:
        return
    share = f"{len(aside):,} of {rows:,} rows ({len(aside) / rows:.1%})"
    lines = [
        f"{path}: {share} cannot be used, more than {ALLOWED:.0%}. The commonest reasons:",
        *commonest(aside),
        "Mend them in the file, or say in the answers what else the column becomes ('becomes: kept only'), or its unit.",
    ]
    raise Mistake("\n".join(lines))


def _agreed(row: Quarantined) -> bool:
    """Whether somebody answered that it be set aside."""
    return "row of totals" in row.reason or "more than one row" in row.reason


def _part_of(part: Part, kept: np.ndarray) -> Part:
    from sim.data.recognising import chosen

    def some(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[kept]

    return replace(
        part, cells=chosen(part.cells, kept), values=some(part.values), written=some(part.written), gone=some(part.gone)
    )


def _without_leavers(whole: Company) -> Company:
    """Whoever has left is no customer today; what share did, by group, is kept."""
    label = next((part for part in whole.parts if part.becomes == LEFT), None)
    if label is None or label.gone is None:
        return replace(whole, everybody=whole.people, columns=whole.parts)
    gone = label.gone
    if gone.all():
        raise Mistake(
            f"{whole.people.table.path}, column '{label.column}': everybody has left, so that no customer is there "
            f"today; is it read the right way round?"
        )
    left = {"": Leaving(int(gone.sum()), len(gone))}
    if whole.segment is not None:
        words = compute.fill_null(whole.segment.cells.values, NOT_GIVEN).to_numpy(zero_copy_only=False)
        names = [*words_in(whole.segment.cells), *([NOT_GIVEN] if whole.segment.cells.missing.any() else [])]
        left |= {name: Leaving(int(gone[words == name].sum()), int((words == name).sum())) for name in names}
    leavers = only(whole.people, gone) if gone.any() else None
    return replace(
        whole, people=only(whole.people, ~gone), leavers=leavers, parts=[_part_of(part, ~gone) for part in whole.parts],
        left=left,
        within=label.within, label=label.column, everybody=whole.people, columns=whole.parts,
        tells=telling({part.column: part.cells for part in whole.parts if part.becomes not in (LEFT, OUT)}, gone),
    )  # fmt: skip


NOT_GIVEN = "not given"
"""The segment of whoever the file puts in none."""
