"""A visitor's own customer file: uploaded, looked into, its columns mapped, and what becomes of its rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.studio.compare import customers
from sim.studio.compare.customers import Look, Reading, Section
from sim.studio.compare.forms import plain
from sim.studio.compare.mapping_form import Change, mapping
from sim.studio.visitor.files import LARGEST, PIECE, VisitorFiles
from sim.studio.visitor.work import Work, use_work
from sim.studio.widgets.basics import Table, alert, caption, choice, heading, paragraph

LIMITS = f"At most {LARGEST // 2**20} MB, a header and a row for each customer."


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


class Arriving:
    """A file on its way, piece by piece, kept on the disk; of one that is larger than is accepted no more is kept."""

    def __init__(self, desk: VisitorFiles) -> None:
        self._desk = desk
        self.begin("", 0)

    def begin(self, name: str, size: int) -> None:
        """A new file is coming; what came of another is forgotten."""
        self.name, self.size = name, size
        kept: Any = SpooledTemporaryFile(PIECE, dir=str(self._desk.folder))  # noqa: SIM115 – more pieces come
        self.stream: BinaryIO = kept

    def take(self, piece: bytes) -> None:
        """One more piece."""
        if self.stream.tell() <= LARGEST:
            self.stream.write(piece)


def use_upload(
    desk: VisitorFiles, encoding: str, taken: Callable[[Section], None]
) -> tuple[Work, str, Callable[[dict[str, Any]], None], Callable[..., None]]:
    """The work of taking in a file, what is wrong with it, and what the browser is to call: at its beginning, for each piece."""
    fault, set_fault = solara.use_state("")
    arriving, incoming = solara.use_memo(lambda: Arriving(desk), []), use_work()

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
        stream, name = arriving.stream, arriving.name
        size = max(arriving.size, stream.tell())
        stream.seek(0)
        incoming.start(1, lambda work: accept(name, stream, size))
        arriving.begin("", 0)

    def accept(name: str, stream: BinaryIO, size: int) -> None:
        try:
            taken(customers.received(name, stream, size, encoding, desk)[0])
        except Mistake as mistake:
            set_fault(str(mistake))

    return incoming, fault, begin, part


@solara.component
def FileForm(desk: VisitorFiles, told_of: Section) -> None:
    """Upload, look, map, and see what becomes of the rows."""
    arrivals, set_arrivals = solara.use_state(0)
    section, set_section = solara.use_state(solara.use_memo(lambda: customers.remembered(desk), []))
    encoding, set_encoding = solara.use_state((section or {}).get("encoding", "utf-8"))

    def show(new: Section) -> None:
        told_of["changed"]()
        set_section(new)

    def taken(new: Section) -> None:
        show(new)
        set_arrivals(lambda count: count + 1)  # for what is said of it may be what was said of another of this name

    def change(how: Callable[[Section], Section]) -> None:
        new = how(customers.remembered(desk) or section or {})  # what lies on the desk, not what was last drawn here
        customers.remember(new, desk)
        show(new)

    told_of["section"] = section
    incoming, fault, begin, part = use_upload(desk, encoding, taken)
    seen, unread, read, first = use_reading(section, arrivals, desk)
    with plain("div", class_="compare-row"):
        Upload(
            label="Choose a CSV file of customers", accept=".csv,text/csv", limits=LIMITS, largest=LARGEST,
            event_begin=begin, event_part=part,
        )  # fmt: skip
        choice("How the text is encoded", [(e, e) for e in customers.ENCODINGS], encoding, set_encoding)
    caption("The file is read as data only. It stays on your desk here until the studio closes; nobody else sees it, and a "
          "link to this page does not bring it along.")  # fmt: skip
    with plain("div"):
        if fault:
            alert(fault + (" – the file you had before is still here" if section else ""))
        if incoming.running:
            paragraph("Looking into the file …")
    if section is not None:
        _shown(section, seen, unread, read, change, desk, first)


def use_reading(
    section: Section | None, arrivals: int, desk: VisitorFiles
) -> tuple[Look | None, str, Reading | None, frozenset[str]]:
    """The file's beginning, or what is wrong with it; its rows, once they are read; the traits that had a column when it came."""
    kept, reading = json.dumps(section), use_work()
    first = solara.use_memo(lambda: frozenset((section or {}).get("columns", {})), [arrivals])
    solara.use_effect(
        lambda: reading.start(1, lambda work: customers.read(section, desk)) if section else None, [kept, arrivals]
    )
    seen, unread = solara.use_memo(lambda: _look(section, desk), [kept, arrivals])
    return seen, unread, None if reading.running else reading.result, first


def _look(section: Section | None, desk: VisitorFiles) -> tuple[Look | None, str]:
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
    desk: VisitorFiles,
    first: frozenset[str],
) -> None:
    """The first rows, what becomes of all of them, and what the columns mean."""
    heading(section["file"], 3)
    if seen is None:
        alert(unread)
        return
    rows = [(f"row {number}", *row) for number, row in enumerate(seen.rows, 1)]
    Table(("", *seen.names), rows, f"The first rows of {section['file']}")
    with plain("div"):  # of its own, because what comes and goes in it would shift, and so rebuild, what follows
        _become(section, read, desk)
    mapping(section, seen, change, first)


def _become(section: Section, read: Reading | None, desk: VisitorFiles) -> None:
    """How many rows become customers, and the list of those that do not."""
    if read is None:
        paragraph("Reading the rows …")
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
        alert(
            f"{read.kept:,} of {read.rows:,} rows become customers; {len(read.set_aside):,} are set aside.", "warning"
        )
    else:
        alert(f"All {read.rows:,} rows become customers.", "success")
    if read.set_aside:
        Quarantine(section, read, desk)


@solara.component
def Quarantine(section: Section, read: Reading, desk: VisitorFiles) -> None:
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
