"""The page of one's own company, piece by piece: files, columns, questions, the company today, and what it is fitted to."""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

import solara
from reacton.core import Element

from sim.data.parts import KEEP, LEFT, OUT, SEGMENT, Part
from sim.data.questions import UNKNOWN, Question, Unfit
from sim.report.amounts import number
from sim.report.company_told import cells_told, heights, odd_of, part_told, people_told
from sim.report.document import Document
from sim.runs.result import fitted_to
from sim.scenario.sections import traits
from sim.studio.company.own_company import BECOMES, ENDINGS, REPORT, Own, Reckoned
from sim.studio.library.scenario_library import fetch
from sim.studio.visitor.files import LARGEST, PIECE
from sim.studio.visitor.levers import worded
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import Field, Progress, Table, alert, button, caption, choice, heading, paragraph
from sim.studio.widgets.html import plain
from sim.studio.widgets.sections import SectionView
from sim.studio.widgets.upload import Upload

Act = Callable[[Callable[[], None]], None]
"""Does something to the company, says what was wrong with that, and reckons anew."""
LIMITS = f"At most {LARGEST // 2**20} MB each: customers, purchases or tickets, as CSV of any habit, Excel or Parquet."
MEANS = {SEGMENT: "the segment", LEFT: "who has left", KEEP: "kept, and no more", OUT: "left out"}


# ---- files


class Arriving:
    """A file on its way, piece by piece, kept on the disk; of one that is larger than is accepted no more is kept."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.name, self.size = "", 0
        self.stream: BinaryIO = io.BytesIO()

    def begin(self, name: str, size: int) -> None:
        """A new file is coming; what came of another is forgotten."""
        self.stream.close()
        self.name, self.size = name, size
        kept: Any = SpooledTemporaryFile(PIECE, dir=self._folder)  # noqa: SIM115 – more pieces come
        self.stream = kept

    def take(self, piece: bytes) -> None:
        """One more piece."""
        if self.stream.tell() <= LARGEST:
            self.stream.write(piece)


@solara.component
def Files(own: Own, act: Act, said: list[str]) -> None:
    """What was brought, and how to bring more."""
    arriving = solara.use_memo(lambda: Arriving(str(own.desk.folder)), [])

    def begin(told: dict[str, Any]) -> None:
        arriving.begin(str(told.get("name", "")), int(told.get("size", 0)))
        if arriving.size > LARGEST:
            act(lambda: own.bring(arriving.name, io.BytesIO(), arriving.size))

    def part(told: dict[str, Any], buffers: Any = None) -> None:
        arriving.take(bytes(buffers[0]) if buffers else b"")
        if told.get("last"):
            size = max(arriving.size, arriving.stream.tell())
            arriving.stream.seek(0)
            act(lambda: own.bring(arriving.name, arriving.stream, size))
            arriving.stream.close()

    Upload(
        label="Choose your files", accept=",".join((*ENDINGS, ".yaml")), limits=LIMITS, largest=LARGEST, event_begin=begin,
        event_part=part,
    )  # fmt: skip
    with plain("ul", class_="company-files"):
        for file in own.files:
            with plain("li").key(f"file {file.name}"):
                _file(own, file, act)
    for sentence in said:
        caption(sentence)


def _file(own: Own, file: Any, act: Act) -> None:
    plain("b", file.name)
    sheets = own.sheets(file)
    if sheets:
        now = own.said.get("sheets", {}).get(file.name, sheets[0])
        choice(
            f"Sheet of {file.name}",
            [(each, each) for each in sheets],
            now,
            lambda sheet: act(lambda: own.read_sheet(file.name, sheet)),
        )
    label = {"aria-label": f"Take away {file.name}"}
    button(
        "Take away", lambda: act(lambda: own.take_away(file.name)), "mdi-close", text=True, small=True, attributes=label
    )


# ---- columns


def Columns(own: Own, found: Reckoned, act: Act) -> None:  # noqa: N802 – looks like a component
    """What each column becomes, and what that makes of it."""
    parts = {part.column: part for part in found.company.parts} if found.company else {}
    with plain("div", class_="compare-map"):
        for name, role in found.roles.items():
            Column(
                name, role, found, parts.get(name), lambda role, name=name: act(lambda: own.becomes(name, role))
            ).key(f"column {name}")


def _become_words(role: str) -> str:
    if role not in traits():
        return MEANS[role]
    return f"{worded(role).lower()} ({traits()[role].unit})"


@solara.component
def Column(name: str, role: str, found: Reckoned, part: Part | None, becomes: Callable[[str], None]) -> Element:
    """One column."""
    assert found.people is not None
    cells = found.people.cells[name]
    values = part.values if part else cells.values if cells.kind == "number" else None
    with plain("div", class_="chosen" if role not in (KEEP, OUT) else "", role="group", aria_label=name) as box:
        choice(f"{name} becomes", [(each, _become_words(each)) for each in BECOMES], role, becomes)
        currency = str(found.answers.said.get("currency", "currency"))
        caption(part_told(part, currency) if part else cells_told(cells))
        _bars(name, values)
        for odd in odd_of(part) if part else ():
            plain("p", odd, class_="studio-note company-odd")
    return box


def _bars(name: str, values: Any) -> None:
    """A small picture of how numbers are spread."""
    low, high, shares = heights(values)
    if shares:
        bars = [plain("i", style=f"height: {max(100 * share, 2 if share else 0):.0f}%") for share in shares]
        told = f"{name}: from {number(low, 1)} to {number(high, 1)}; most of it in part {shares.index(1.0) + 1} of {len(shares)}"
        plain("div", plain("span", f"{low:.4g}"), plain("span", *bars, class_="company-bars"), plain("span", f"{high:.4g}"),
              class_="company-spread", role="img", aria_label=told)  # fmt: skip


# ---- questions


def Questions(own: Own, found: Reckoned, act: Act) -> None:  # noqa: N802 – looks like a component
    """Every question, in the order in which it is asked; answering one never moves another."""
    with plain("div", class_="compare-map"):
        for question in found.questions:

            def say(answer: Any, key: tuple[str, ...] = question.key) -> None:
                act(lambda: own.answer(key, answer))

            Asked(question, found.state(question), _now(question, found), say).key(f"question {question.key}")


def _now(question: Question, found: Reckoned) -> str:
    """What was answered; empty when nobody did."""
    if found.state(question) != "answered":
        return ""
    value: Any = found.answers.said
    for section in question.key:
        value = value[section]
    return f"{value:g}" if isinstance(value, float) else str(value)


@solara.component
def Asked(question: Question, state: str, now: str, say: Callable[[Any], None]) -> Element:
    """One question: a list of answers, or a field."""
    objection, set_objection = solara.use_state("")

    def typed(text: str) -> None:
        try:
            answer = question.answered(text) if text.strip() else None
        except Unfit as unfit:
            return set_objection(str(unfit))
        set_objection("")
        say(answer)

    with plain("div", class_=f"company-asked {state}") as box:
        if question.choices:
            first = ("", "– please choose –" if question.proposal is None else f"as proposed: {question.proposal}")
            choice(question.words, [first, *((each, each) for each in question.choices)], now, typed)
            if question.proposal is not None and question.hint:
                caption(f"{question.proposal}, because {question.hint}.")
        else:
            Field(question.words, now, typed, hint=_hint(question), objection=objection)
        if state == "open":
            plain("p", "Nothing in your files says it: please answer.", class_="studio-note company-odd")
    return box


def _hint(question: Question) -> str:
    if question.proposal == UNKNOWN:
        return "Leave it empty if you do not know."
    proposed = "" if question.proposal is None else f"Empty: {question.proposal}, because {question.hint}."
    return proposed or f"Such as {question.example}."


# ---- the company


@solara.component
def Today(own: Own, found: Reckoned) -> None:
    """The company as it is today, and the ways on."""
    assert found.company is not None
    for warning in found.warnings:
        alert(f"{warning}.", "warning")
    for sentence in people_told(found.company):
        paragraph(sentence)
    if found.answers.assumed:
        count = len(found.answers.assumed)
        caption(
            f"{count} answers were taken as proposed because nobody gave them; the company’s file marks each as assumed."
        )
    if found.company.aside:
        with plain("details", class_="studio-details"):
            plain("summary", f"The rows set aside ({len(found.company.aside):,})")
            rows = [(path, f"{row.line:,}", row.reason, row.text[:100]) for path, row in found.company.aside[:100]]
            Table(("File", "Line", "Why", "Row"), rows, "Rows set aside, the first hundred")
    path = solara.use_memo(own.packed, [found.stamp, own.fitted])
    with plain("p", class_="library-ways"):
        for words, address in (
            ("Compare policies on it", f"/compare?base={own.key}&other={own.key}"),
            ("Explore it", f"/explore?base={own.key}"),
            ("Watch it live", f"/live?one={own.key}"),
        ):
            solara.Link(address, children=[words], classes=["library-way"])
        plain("a", "Download it (ZIP)", class_="library-way", href=own.desk.address(path), download=path.name)


@solara.component
def Fit(own: Own, changed: Callable[[], None]) -> None:
    """The company held to its own leavers."""
    work = use_work()
    heading("Fit it to those who left", 2)
    paragraph(
        "How customers behave is known from published results only. Your file says who left: this keeps those of the plausible "
        "worlds in which as many leave, segment by segment. It takes a minute or two."
    )
    if own.fitted and not work.running:
        told = fitted_to(fetch(f"{own.key}", own.desk).in_worlds())
        alert(f"It is fitted to {', '.join(told)}.", "success")
        report = own.desk.find(REPORT)
        if report:
            with plain("p", class_="library-ways"):
                address = own.desk.address(report)
                plain("a", "Download the report of the fit", class_="library-way", href=address, download=report.name)
    with plain("div"):
        if work.running:
            Progress(work, "Replications")
        else:
            words = "Fit it again" if own.fitted else "Fit it"
            button(words, lambda: work.start(0, lambda w: _fitted(own, w, changed)), "mdi-target")
    with plain("div"):
        if work.mistake:
            alert(work.mistake)
        elif isinstance(work.result, Document):
            _told(work.result)
        elif work.called_off and not work.running:
            caption("Stopped: it is not fitted.")


def _fitted(own: Own, work: Any, changed: Callable[[], None]) -> Document:
    found = own.calibrated(work)
    changed()
    return found


def _told(report: Document) -> None:
    plain("p", f"{report.headline}.", class_="explore-headline", role="status")
    for sentence in report.lead:
        paragraph(sentence)
    for section in report.sections[:2]:
        SectionView(section)
