"""A visitor's own company: the files they brought, what they answered, and what becomes of it, as ``loyalty new`` reckons it.

It lies in a folder of its own on the desk: the files under ``files``, the answers in ``said.json``, and beside them what
``loyalty new`` and ``loyalty calibrate`` write. Nothing of another company is in it.
"""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from sim.data.company import Company, understood
from sim.data.parts import KEEP, LEFT, OUT, SEGMENT
from sim.data.questions import Answers, Question
from sim.data.recognising import Source
from sim.errors import Mistake
from sim.report.company_told import answers_in
from sim.report.document import Document
from sim.scenario.company_today import CALIBRATE, FILES, TODAY, check_unedited, targets, written
from sim.scenario.wording import check_scenario
from sim.studio.library.scenario_library import COMPANY
from sim.studio.visitor.files import MOST_BYTES, VisitorFiles
from sim.studio.visitor.model import model
from sim.studio.visitor.work import Stopped, Work

TEXTS, BOOKS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm")
ENDINGS = (*TEXTS, *BOOKS, ".parquet")
"""Endings of files that are read here; ``answers.yaml`` of an earlier time may come along."""
MOST_FILES = 8
UNFOLDED = 400 * 2**20
"""Bytes of the largest workbook or table once it is unpacked: a small file may hold a large one."""
REPORT = "fit_of_my_company.html"
SAID, BROUGHT, FITTED, WORLDS = "said.json", "files", "fitted.yaml", "fitted.worlds.parquet"
BECOMES = (*targets(), SEGMENT, LEFT, KEEP, OUT)
"""What a column may become."""
_WRITING = threading.Lock()


class Own:
    """The company on a desk."""

    def __init__(self, desk: VisitorFiles) -> None:
        self.desk, self.folder = desk, desk.folder / COMPANY

    # ---- files

    @property
    def files(self) -> list[Path]:
        """Those brought, in the order in which they came."""
        there = self.folder / BROUGHT
        return sorted(there.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name)) if there.is_dir() else []

    def bring(self, name: str, stream: BinaryIO, size: int) -> None:
        """Take in a file, or answers of an earlier time. Raises :class:`Mistake` when it is not read here; nothing is lost."""
        arriving = VisitorFiles(self.folder / "arriving")
        arriving.folder.mkdir(parents=True, exist_ok=True)
        try:
            path = arriving.put(name, stream, size)
            if path.suffix.lower() in (".yaml", ".yml"):
                self._say({"answers": _in_sections(answers_in(path), path.name)})
                return
            _refuse_unreadable(path)
            self._refuse_too_many(path)
            (self.folder / BROUGHT).mkdir(exist_ok=True)
            path.replace(self.folder / BROUGHT / path.name)
            self._files_changed()
        except Mistake as mistake:
            raise Mistake(self._plainly(str(mistake), arriving.folder)) from None
        finally:
            shutil.rmtree(arriving.folder, ignore_errors=True)

    def _refuse_too_many(self, path: Path) -> None:
        others = [file for file in self.files if file.name != path.name]
        size = sum(file.stat().st_size for file in (*others, path))
        if len(others) >= MOST_FILES or size > MOST_BYTES:
            raise Mistake(
                f"there may be {MOST_FILES} files of {MOST_BYTES // 2**20} MB together, and {path.name} is too much; "
                "take another one away first"
            )

    def take_away(self, name: str) -> None:
        """Without one of the files."""
        for file in self.files:
            if file.name == name:
                file.unlink()
        self._files_changed()

    def _files_changed(self) -> None:
        """Answers about files are told by their number, which may be another's now."""
        self._say({"answers": {key: said for key, said in self.answers.items() if key != "files"}})

    def sheets(self, file: Path) -> list[str]:
        """The sheets of a workbook, where there are several."""
        if file.suffix.lower() not in BOOKS:
            return []
        import openpyxl

        try:
            names: list[str] = openpyxl.load_workbook(file, read_only=True).sheetnames
        except Exception:  # whatever is wrong with it, reading it says so in a sentence
            return []
        return names if len(names) > 1 else []

    # ---- what was said

    @property
    def said(self) -> dict[str, Any]:
        """``answers`` as a file of answers holds them, and ``sheets``: file → the sheet that is read."""
        try:
            said: dict[str, Any] = json.loads((self.folder / SAID).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said

    @property
    def answers(self) -> dict[str, Any]:
        """The answers given so far."""
        return dict(self.said.get("answers", {}))

    def _say(self, changed: Mapping[str, Any]) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / SAID).write_text(json.dumps(self.said | dict(changed), default=str), encoding="utf-8")

    def answer(self, key: tuple[str, ...], answer: Any) -> None:
        """Say an answer; None takes it back, so that what is proposed holds again."""
        answers = self.answers
        place = answers
        for section in key[:-1]:
            place = place.setdefault(section, {})
        place.pop(key[-1], None)
        if answer is not None:
            place[key[-1]] = answer
        answers["assumed"] = [each for each in answers.get("assumed", ()) if each != ".".join(key)]
        self._say({"answers": answers})

    def becomes(self, column: str, role: str) -> None:
        """Say what a column becomes; another of which the same was said is kept only."""
        for name, said in dict(self.answers.get("columns", {})).items():
            if name != column and role not in (KEEP, OUT) and said.get("becomes") == role:
                self.answer(("columns", name, "becomes"), KEEP)
        self.answer(("columns", column, "becomes"), role)

    def read_sheet(self, file: str, sheet: str) -> None:
        """Say which sheet of a workbook is read."""
        self._say({"sheets": self.said.get("sheets", {}) | {file: sheet}})

    def begin_anew(self) -> None:
        """Forget files, answers and company."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- what becomes of it

    @property
    def stamp(self) -> str:
        """Changes whenever files or answers do."""
        files = [(file.name, file.stat().st_mtime_ns) for file in self.files]
        return json.dumps([files, self.said], sort_keys=True, default=str)

    def reckoned(self) -> Reckoned:
        """All that the files and answers give so far; a company that is whole is written down."""
        stamp, sheets = self.stamp, self.said.get("sheets", {})
        asked, seen = _Asked(self.answers), _Seen()
        names = [f"{file}#{sheet}" if (sheet := sheets.get(file.name)) else str(file) for file in self.files]
        try:
            company = understood(names, asked, targets(), seen)
            warnings = self._written(company, asked, stamp)
        except _Open:
            company, fault, warnings = None, "", []
        except Mistake as mistake:
            company, fault, warnings = None, self._plainly(str(mistake)), []
        else:
            fault = ""
        if company is None:
            self._clear()
        questions = [_plain_question(question, self._plainly) for question in asked.questions.values()]
        said = [self._plainly(sentence) for sentence in company.said] if company else []
        return Reckoned(stamp, questions, asked, seen.people, seen.roles, company, fault, said, warnings)

    def _written(self, company: Company, asked: Answers, stamp: str) -> list[str]:
        """Write the company down, unless something was changed meanwhile; what was fitted to another goes."""
        aside = [(Path(path).name, row) for path, row in company.aside]
        made = written(replace(company, aside=aside), asked)
        with _WRITING:
            changed = any(self._bytes(name) != data for name, data in made.files.items())
            if changed and self.stamp == stamp:
                anew = self._bytes(TODAY) != made.files[TODAY]
                check_unedited(self.folder)
                made.put(self.folder)
                check_scenario(self.folder / TODAY)
                if anew:
                    self._clear((FITTED, WORLDS))
        return made.warnings

    def _clear(self, names: tuple[str, ...] = (*FILES, FITTED, WORLDS)) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def _bytes(self, name: str) -> bytes:
        there = self.folder / name
        return there.read_bytes() if there.is_file() else b""

    @property
    def fitted(self) -> bool:
        """Whether the company was fitted to its own leavers."""
        return (self.folder / FITTED).is_file()

    @property
    def key(self) -> str:
        """What the shelf calls the company: as fitted, if it is."""
        return f"{COMPANY}/{(FITTED if self.fitted else TODAY).removesuffix('.yaml')}"

    def packed(self) -> Path:
        """What was written, as one file on the desk."""
        path = self.desk.place("my_company.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in (*FILES, FITTED, WORLDS):
                if (self.folder / name).is_file():
                    archive.write(self.folder / name, name)
        return path

    def calibrated(self, work: Work) -> Document:
        """Fit the company to its own leavers; what the report of that says. Raises :class:`Mistake` and :class:`Stopped`."""
        from sim.experiments import methods
        from sim.experiments.laboratory import Laboratory
        from sim.experiments.store import Store
        from sim.report.experiment_page import document
        from sim.report.formats import writer
        from sim.runs.executor import executor

        method = methods.method("calibrate")
        asked = method.load(self.folder / CALIBRATE, model()).in_worlds()
        plan, place, stamp = method.planned(asked), executor(), self.stamp
        work.expect(plan.runs)
        work.on_cancel(lambda: place.stop("called off"))
        try:
            store = Store(self.desk.folder / "runs")
            with place, Laboratory(asked.definitions, asked.seed, store, place, work.step) as laboratory:
                found = method.answer(asked, laboratory, plan)
        except Mistake as mistake:
            if work.called_off:
                raise Stopped from None
            raise Mistake(self._plainly(str(mistake))) from None
        if work.called_off:
            raise Stopped
        with _WRITING:
            if self.stamp != stamp:
                raise Mistake("the files or answers were changed while it was fitted: fit it again")
            assert method.save is not None
            method.save.write(found, self.folder, self.folder / FITTED)
        report = document(found)
        writer.write(report, self.desk.place(REPORT))
        return report

    def _plainly(self, words: str, *more: Path) -> str:
        """A sentence without the folders in which the files lie, which are nobody's business."""
        for folder in (*more, self.folder / BROUGHT, self.folder):
            words = words.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
        return words


@dataclass(frozen=True, eq=False)
class Reckoned:
    """What the files and answers give.

    ``questions``: all that were asked of ``answers``, in their order; ``people`` and ``roles``: the columns and what each
    becomes, once the files are understood so far; ``company``: the whole, when nothing is open; ``fault``: a sentence instead.
    """

    stamp: str
    questions: list[Question]
    answers: Answers
    people: Source | None
    roles: Mapping[str, str]
    company: Company | None
    fault: str
    said: list[str]
    warnings: list[str]

    def state(self, question: Question) -> str:
        """``open``, ``assumed`` or ``answered``."""
        keys = {"open": self.answers.open, "assumed": self.answers.assumed}
        return next(
            (state for state, these in keys.items() if question.key in {each.key for each in these}), "answered"
        )

    @property
    def open(self) -> int:
        """How many questions have no answer and no proposal."""
        return len(self.answers.open)


class _Open(Exception):
    """Questions are open: nothing more can be understood before they are answered."""


@dataclass
class _Asked(Answers):
    """Answers that remember every question."""

    questions: dict[tuple[str, ...], Question] = field(default_factory=dict)

    def __call__(self, question: Question) -> Any:
        """See :class:`Answers`."""
        self.questions[question.key] = question
        return super().__call__(question)

    def refuse_open(self, command: str) -> None:
        """Stop where questions are open: the page asks them."""
        if self.open:
            raise _Open


class _Seen:
    """Remembers the columns, before anything is asked of them."""

    def __init__(self) -> None:
        self.people: Source | None = None
        self.roles: dict[str, str] = {}

    def __call__(self, people: Source, roles: dict[str, str]) -> dict[str, str]:
        self.people, self.roles = people, roles
        return roles


def _in_sections(said: dict[str, Any], name: str) -> dict[str, Any]:
    """Answers whose sections are sections, whatever else is wrong with them. Raises :class:`Mistake`."""
    for section in ("files", "columns", "company"):
        inner = said.get(section, {})
        if (
            not isinstance(inner, dict)
            or section != "company"
            and not all(isinstance(each, dict) for each in inner.values())
        ):
            raise Mistake(f"{name}, {section}: this must be a section, as answers.yaml of the download has it")
    assumed = said.get("assumed")
    return said | {"assumed": assumed if isinstance(assumed, list) else []}


def _plain_question(question: Question, plainly: Callable[[str], str]) -> Question:
    return replace(question, words=plainly(question.words))


def _refuse_unreadable(path: Path) -> None:
    """Raise :class:`Mistake` for a kind of file that is not read here, and for one that unpacks to far more than it is."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise Mistake(
            f"{path.name} is no table that is read here; save it as CSV, as a workbook (.xlsx) or as Parquet, and choose that"
        )
    if ending in TEXTS:
        return
    try:
        if ending in BOOKS:
            with zipfile.ZipFile(path) as book:
                size = sum(part.file_size for part in book.infolist())
        else:
            import pyarrow.parquet as parquet

            told = parquet.read_metadata(path)
            size = sum(told.row_group(place).total_byte_size for place in range(told.num_row_groups))
    except Exception:  # whatever is wrong with it, reading it says so in a sentence
        return
    if size > UNFOLDED:
        raise Mistake(
            f"{path.name} unpacks to {size / 2**20:,.0f} MB, more than the {UNFOLDED // 2**20} MB that are read here; "
            "take a sample of the customers"
        )
