"""Whose customers are compared: those of the scenarios, drawn ones, or a visitor's own file with its columns mapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import reacton.ipyvuetify as v
import solara
from reacton.core import Element

from sim.customer_mapping import Target
from sim.errors import Mistake
from sim.ground import targets
from sim.parameters import UNITS
from sim.studio.comparison import customers
from sim.studio.comparison import question as asking
from sim.studio.comparison.customers import Look, Reading, Section
from sim.studio.comparison.forms import Ask, Field, plain, whole_number
from sim.studio.comparison.question import Question
from sim.studio.desk import LARGEST, Desk
from sim.studio.furniture import Table, aside, choice, heading, said, told
from sim.studio.levers import value_of
from sim.studio.work import use_work

WHERE = (
    (asking.OF_SCENARIO, "Those of the scenarios"),
    (asking.DRAWN, "Drawn, as many as I say"),
    (asking.FROM_FILE, "My own: a CSV file"),
)
Change = Callable[[Callable[[Section], Section]], None]
"""Changes what is said of the file; it is told how, as :data:`sim.studio.comparison.forms.Ask` is."""
NONE = ("", "– none –")
LIMITS = f"At most {LARGEST // 2**20} MB, a header and a row for each customer."
ALLOWED = tuple((str(share), f"at most {100 * share:g} %") for share in (0.0, 0.05, 0.2, 0.5, 1.0))


@solara.component_vue("upload.vue")
def Upload(
    label: str,
    accept: str,
    limits: str,
    largest: int,
    event_begin: Callable[[dict[str, Any]], None] = lambda told: None,
    event_part: Callable[..., None] = lambda told, buffers=None: None,
) -> None:
    """A file chosen or dropped, handed over piece by piece."""


@solara.component
def PeopleForm(question: Question, ask: Ask, desk: Desk, told_of: Section) -> None:
    """The choice, and what belongs to it. ``told_of``: here it is put what the page shows of the customer file
    (``section``); what stands in it under ``changed`` is called when that is changed here."""
    with plain("div", class_="compare-row"):
        choice("Customers", WHERE, question.people, lambda where: ask(lambda asked: replace(asked, people=where)))
        if question.people == asking.DRAWN:
            Field(
                "How many customers", str(question.count), lambda text: ask(lambda asked: replace(asked, count=int(text))),
                hint=f"between 10 and {asking.MOST_CUSTOMERS:,}", judge=whole_number(10, asking.MOST_CUSTOMERS),
            )  # fmt: skip
        Field(
            "Weeks", str(question.weeks or ""), lambda text: ask(lambda asked: replace(asked, weeks=int(text.strip() or 0))),
            suffix="weeks", hint="empty: as the scenarios say", judge=whole_number(1, asking.MOST_WEEKS, or_empty=True),
        )  # fmt: skip
    if question.people == asking.FROM_FILE:
        FileForm(desk, told_of)


class Arriving:
    """A file on its way, piece by piece; more than is accepted is not kept."""

    def __init__(self) -> None:
        self.name, self.size, self.bytes = "", 0, bytearray()

    def begin(self, name: str, size: int) -> None:
        """A new file is coming; what came of another is forgotten."""
        self.name, self.size, self.bytes = name, size, bytearray()

    def take(self, piece: bytes) -> None:
        """One more piece."""
        if len(self.bytes) <= LARGEST:
            self.bytes += piece


@solara.component
def FileForm(desk: Desk, told_of: Section) -> None:
    """Upload, look, map, and see what becomes of the rows."""
    arrivals, set_arrivals = solara.use_state(0)
    section, set_section = solara.use_state(solara.use_memo(lambda: customers.remembered(desk), []))
    encoding, set_encoding = solara.use_state((section or {}).get("encoding", "utf-8"))
    fault, set_fault = solara.use_state("")
    arriving = solara.use_memo(Arriving, [])
    incoming, reading = use_work(), use_work()

    def begin(told: dict[str, Any]) -> None:
        arriving.begin(str(told.get("name", "")), int(told.get("size", 0)))
        set_fault("")
        if arriving.size > LARGEST:
            take_in()

    def part(told: dict[str, Any], buffers: Any = None) -> None:
        arriving.take(bytes(buffers[0]) if buffers else b"")
        if told.get("last"):
            take_in()

    def take_in() -> None:
        size, name = max(arriving.size, len(arriving.bytes)), arriving.name
        incoming.start(1, lambda work: accept(name, bytes(arriving.bytes), size))

    def accept(name: str, contents: bytes, size: int) -> None:
        try:
            new, _ = customers.received(name, BytesIO(contents), size, encoding, desk)
        except Mistake as mistake:
            set_fault(str(mistake))
        else:
            set_section(new)
            told_of["changed"]()
            set_arrivals(lambda count: count + 1)  # for what is said of it may be what was said of another of this name

    def change(how: Callable[[Section], Section]) -> None:
        new = how(customers.remembered(desk) or section or {})  # what lies on the desk, not what was last drawn here
        customers.remember(new, desk)
        told_of["changed"]()
        set_section(new)

    kept = json.dumps(section)
    told_of["section"] = section
    first = solara.use_memo(lambda: frozenset((section or {}).get("columns", {})), [arrivals])
    solara.use_effect(
        lambda: reading.start(1, lambda work: customers.read(section, desk)) if section else None, [kept, arrivals]
    )
    seen, unread = solara.use_memo(lambda: _look(section, desk), [kept, arrivals])
    with plain("div", class_="compare-row"):
        Upload(
            label="Choose a CSV file of customers", accept=".csv,text/csv", limits=LIMITS, largest=LARGEST,
            event_begin=begin, event_part=part,
        )  # fmt: skip
        choice("How the text is encoded", [(e, e) for e in customers.ENCODINGS], encoding, set_encoding)
    aside("The file is read as data only. It stays on your desk here until the studio closes; nobody else sees it, and a "
          "link to this page does not bring it along.")  # fmt: skip
    with plain("div"):
        if fault:
            told(fault + (" – the file you had before is still here" if section else ""))
        if incoming.running:
            said("Looking into the file …")
    if section is not None:
        _shown(section, seen, unread, reading.result if not reading.running else None, change, desk, first)


def _look(section: Section | None, desk: Desk) -> tuple[Look | None, str]:
    """The beginning of the file on the desk, or what is wrong with it."""
    if section is None:
        return None, ""
    try:
        return customers.look(desk.folder / section["file"], section.get("encoding", "utf-8")), ""
    except Mistake as mistake:
        return None, customers.plainly(mistake, desk)


def _shown(
    section: Section,
    seen: Look | None,
    unread: str,
    read: Reading | None,
    change: Change,
    desk: Desk,
    first: frozenset[str],
) -> None:
    """``first``: the traits that had a column when the page was opened; the others stay where they are, focus and all."""
    heading(section["file"], 3)
    if seen is None:
        told(unread)
        return
    rows = [(f"row {number}", *row) for number, row in enumerate(seen.rows, 1)]
    Table(("", *seen.names), rows, f"The first rows of {section['file']}")
    with plain("div"):  # of its own, because what comes and goes in it would shift, and so rebuild, what follows
        _become(section, read, desk)
    heading("What the columns mean", 3)
    aside(
        "Names that are alike were matched; correct them. What no column gives is drawn for each customer, as the scenario says."
    )
    with plain("div"):
        _used(section, seen)
    with plain("div", class_="compare-map"):
        _traits([trait for trait in targets() if trait in first], section, seen, change)
        _others(section, seen, change)
    rest = [trait for trait in targets() if trait not in first]
    opened = {} if first else {"open": "open"}
    with plain("details", class_="studio-details", **opened):
        plain("summary", f"Say what more a column means ({len(rest)} more traits)")
        with plain("div", class_="compare-map"):
            _traits(rest, section, seen, change)


def _used(section: Section, seen: Look) -> None:
    """Which columns are not used; a warning when none is, for then the file says no more than how many customers there are."""
    unused = customers.unused(section, seen)
    if not section.get("columns"):
        told(customers.NOTHING_USED, "warning")
    elif unused:
        aside(f"Not used: {', '.join(unused)}.")


def _traits(names: list[str], section: Section, seen: Look, change: Change) -> None:
    for trait in names:
        TraitForm(trait, targets()[trait], section, seen, change).key(trait)


def _others(section: Section, seen: Look, change: Change) -> None:
    """The column of segments, and how many rows may be unusable."""
    named = [NONE, *((name, name) for name in seen.names)]
    by = section.get("segment_by", {}).get("column", "")
    with plain("div", class_="chosen" if by else ""):
        plain("b", "Segments")
        aside(
            "A column that says which kind of customer each is. Results are the same without; policies may differ by it."
        )
        choice("Column of segments", named, by, lambda name: change(lambda now: _segmented(now, name)))
    with plain("div", class_="chosen"):
        plain("b", "Rows that cannot be used")
        aside("If there are more than this share of them, the file is refused: something else may be wrong with it.")
        allowed = str(float(section.get("bad_rows_allowed", 0.05)))
        choice(
            "Rows set aside",
            ALLOWED,
            allowed,
            lambda share: change(lambda now: now | {"bad_rows_allowed": float(share)}),
        )


def _segmented(section: Section, column: str) -> Section:
    rest = {key: value for key, value in section.items() if key != "segment_by"}
    return rest | ({"segment_by": {"column": column}} if column else {})


@solara.component
def TraitForm(trait: str, target: Target, section: Section, seen: Look, change: Change) -> Element:
    """One trait: which column, in which unit, times what; and for a column of words, a number for each."""
    entry = section.get("columns", {}).get(trait, {})
    words = trait.replace("_", " ")

    def put(**changes: Any) -> None:
        change(lambda now: customers.mapped(now, trait, seen, **changes))

    with plain("div", class_="chosen" if entry else "", role="group", aria_label=words) as box:
        plain("b", words.capitalize())
        aside(customers.told(trait))
        choice(f"Column for {words}", [NONE, *((name, name) for name in seen.names)], entry.get("column", ""),
               lambda name: put(column=name))  # fmt: skip
        if entry:
            _details(trait, target, entry, put)
    return box


def _details(trait: str, target: Target, entry: Section, put: Callable[..., None]) -> None:
    words = trait.replace("_", " ")
    with plain("div", class_="compare-row"):
        if target.unit in UNITS:
            units = [(unit, unit) for unit in customers.units_for(target)]
            choice(f"Unit of {words}", units, entry.get("unit", target.unit), lambda unit: put(unit=unit))
        Field(f"Times, for {words}", str(entry.get("multiply", "1")), lambda text: put(multiply=_number(text)),
              hint="a month’s money into a week’s: 0.23" if target.unit.startswith("currency") else "")  # fmt: skip
        missing = (("refuse", "set the row aside"), ("draw", "draw it"))
        choice(f"If {words} is missing", missing, entry.get("missing", "refuse"), lambda what: put(missing=what))
    for word, number in entry.get("values", {}).items():
        Field(
            f"“{word}” means", str(number), lambda text, w=word: put(word=(w, value_of(text))),
            suffix=target.unit,
        ).key(word)  # fmt: skip


def _number(text: str) -> Any:
    value = value_of(text)
    return float(value) if isinstance(value, int | float) else value or None


def _become(section: Section, read: Reading | None, desk: Desk) -> None:
    """How many rows become customers, and the list of those that do not."""
    if read is None:
        said("Reading the rows …")
        return
    if read.refused:
        v.Alert(
            type="error",
            text=True,
            dense=True,
            class_="compare-say",
            attributes={"role": "alert"},
            children=[read.refused],
        )
    elif read.set_aside:
        told(f"{read.kept:,} of {read.rows:,} rows become customers; {len(read.set_aside):,} are set aside.", "warning")
    else:
        told(f"All {read.rows:,} rows become customers.", "success")
    if read.set_aside:
        Quarantine(section, read, desk)


@solara.component
def Quarantine(section: Section, read: Reading, desk: Desk) -> None:
    """Why rows were set aside, the rows, and a file of them."""
    reasons = [(reason, f"{count:,}", f"line {line:,}") for reason, count, line in read.reasons]
    Table(("Why", "Rows", "First in"), reasons, "Why rows were set aside")
    path = solara.use_memo(lambda: customers.quarantine_file(read, section, desk), [read])
    with plain("details", class_="studio-details"):
        plain("summary", f"The rows set aside{_most(read)}")
        rows = [(f"{row.line:,}", row.reason, row.text[:100]) for row in read.set_aside[: customers.MOST_LISTED]]
        Table(("Line", "Why", "Row"), rows, "Rows set aside")
    with plain("div", class_="compare-take"):
        plain("a", "All rows set aside, to be mended (CSV)", href=desk.address(path), download=path.name)


def _most(read: Reading) -> str:
    more = len(read.set_aside) > customers.MOST_LISTED
    return f": the first {customers.MOST_LISTED} of {len(read.set_aside):,}" if more else ""
