"""A visitor's customer file: a look into it, a guess at what its columns mean, and what becomes of its rows.

What a visitor says of the file is kept in the shape of a scenario's section ``customers``, so that the scenario's own
check judges it in its own words. The file is read as data only, by the reader that the commands use.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np

from sim.data.customer_file import MISSING, Customers, Target, open_rows
from sim.data.customer_text import squeezed
from sim.data.quarantine import Quarantined, write_quarantine
from sim.errors import Mistake
from sim.model.parameters import UNITS, alike, unit_named
from sim.scenario.model_inputs import customers_of, targets
from sim.scenario.sections import FILE_KEYS, traits
from sim.scenario.whole import Scenario, described
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.model import model

ENDING = ".csv"
ROWS_SHOWN = 6
MOST_COLUMNS = 200
"""Columns of a file; each can be chosen for every trait, so that more would make the page slow."""
MOST_CATEGORIES = 12
"""Different words in a column of words up to which the page asks for a number for each."""
MOST_LISTED = 100
"""Rows set aside that the page lists; the file to take home has all."""
ALIKE = 0.82
"""How alike two names must be (0 to 1) to be taken for the same; an assumption, which the visitor corrects."""
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")
KEPT = "mapping.json"
Section = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """The beginning of a file: its column names, first rows as text, and the words in columns that hold few of them."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: dict[str, tuple[str, ...]]


def plainly(mistake: Mistake, desk: VisitorFiles) -> str:
    """The sentence without the folder in which the file lies, which is nobody's business."""
    return str(mistake).replace(f"{desk.folder}/", "").replace(f"{desk.folder.resolve()}/", "")


# ---- a look into the file


def received(name: str, stream: BinaryIO, size: int, encoding: str, desk: VisitorFiles) -> tuple[Section, Look]:
    """Take in an upload. Raises :class:`Mistake` when it is no use, and then what lay on the desk before still lies there."""
    with TemporaryDirectory(dir=desk.folder) as folder:
        waiting = VisitorFiles(Path(folder))
        try:
            path = waiting.put(name, stream, size)
            seen = look(path, encoding)
        except Mistake as mistake:
            raise Mistake(plainly(mistake, waiting)) from None
        settled = desk.place(path.name)
        os.replace(path, settled)
    section = begun(settled, seen, encoding)
    remember(section, desk)
    return section, seen


def look(path: Path, encoding: str = "utf-8") -> Look:
    """The beginning of a file. Raises :class:`Mistake` when it is no CSV file with a header and rows."""
    if path.suffix.lower() != ENDING:
        raise Mistake(f"{path.name}: customer files are read here as CSV; save it as a file that ends in {ENDING}")
    rows = open_rows(path, encoding)
    if len(rows.names) > MOST_COLUMNS:
        raise Mistake(
            f"{path.name} has {len(rows.names):,} columns; keep the {MOST_COLUMNS} or fewer that say something"
        )
    if len(rows.names) == 1 and any(mark in rows.names[0] for mark in ";|\t"):
        raise Mistake(f"{path.name}: the header is one single cell: save the file with commas between the cells")
    block = next(iter(rows.blocks(rows.names)), None)
    if block is None or not (block.line.size or block.misshapen):
        raise Mistake(f"{path.name}: there is a header but not one row of customers below it")
    cells = {name: block.cells[name] for name in rows.names}
    shown = [tuple(_text(cells[name], row) for name in rows.names) for row in range(min(ROWS_SHOWN, block.line.size))]
    return Look(tuple(rows.names), tuple(shown), {name: words for name in rows.names if (words := _words(cells[name]))})


def _text(cells: Any, row: int) -> str:
    return squeezed(str(cells[row].as_py() or ""))[:60]


def _words(cells: Any) -> tuple[str, ...]:
    """The words in a column that holds few of them and some that are no number; nothing for any other column."""
    words = sorted({squeezed(str(word or "")) for word in cells.unique().to_pylist()})
    words = [word for word in words if word.lower() not in MISSING]
    return tuple(words) if 0 < len(words) <= MOST_CATEGORIES and not all(map(_is_number, words)) else ()


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


# ---- a guess


def guess(seen: Look) -> dict[str, Section]:
    """Which column may be which trait: those whose names are alike, each column once; the unit where the name says it."""
    free, found = list(seen.names), {}
    for trait in sorted(targets(), key=lambda name: -len(name)):
        named = max(free, key=lambda column: _alike(trait, column), default="")
        if named and _alike(trait, named) >= ALIKE:
            free.remove(named)
            found[trait] = {"column": named} | _unit_in(trait, named)
    return {trait: found[trait] for trait in targets() if trait in found}


def _name_words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())


def _alike(trait: str, column: str) -> float:
    """1 when the column is named after the trait, perhaps with its unit; less the less alike the names are."""
    own, there = trait.split("_"), _name_words(column)
    rest = [word for word in there if unit_named(word) is None and word not in ("in", "per", "a")]
    if own in (rest, there):
        return 1.0
    return SequenceMatcher(None, " ".join(own), " ".join(rest)).ratio()


def _unit_in(trait: str, column: str) -> Section:
    """The unit that the column's name ends in, when it converts to the trait's and is another."""
    wanted = targets()[trait].unit
    named = next((unit for word in reversed(_name_words(column)) if (unit := unit_named(word))), None)
    return {"unit": named} if named is not None and named != wanted and alike(named, wanted) else {}


NOTHING_USED = (
    "No column is used yet: nothing is known of these customers but how many they are, and everything else about them would be "
    "drawn. Say below what the columns mean."
)


def unused(section: Section, seen: Look) -> list[str]:
    """The columns of the file that mean nothing yet."""
    used = {entry["column"] for entry in section.get("columns", {}).values()}
    used.add(section.get("segment_by", {}).get("column", ""))
    return [name for name in seen.names if name not in used]


def units_for(target: Target) -> tuple[str, ...]:
    """The units that a column may be in, the trait's own first."""
    return (target.unit, *(unit for unit in UNITS if alike(unit, target.unit) and unit != target.unit))


def mapped(section: Section, trait: str, seen: Look, **changes: Any) -> Section:
    """The section with a trait's column said differently; no column takes the trait out, a column of words gets a table.

    ``word``: a word in the column, and the number it stands for.
    """
    columns = dict(section.get("columns", {}))
    before = columns.get(trait, {})
    entry = {key: value for key, value in {**before, **changes}.items() if value not in (None, "")}
    if not entry.get("column"):
        columns.pop(trait, None)
        return section | {"columns": columns}
    if entry["column"] != before.get("column"):
        entry = {"column": entry["column"]} | _unit_in(trait, entry["column"])
        words = seen.words.get(entry["column"], ())
        entry |= {"values": dict(zip(words, _spread_over(trait, len(words)), strict=True))} if words else {}
    if "word" in changes:
        word, number = entry.pop("word")
        entry["values"] = {**entry.get("values", {}), word: number}
    columns[trait] = entry
    return section | {"columns": {name: columns[name] for name in targets() if name in columns}}


def _spread_over(trait: str, count: int) -> list[float]:
    """Numbers to begin with for words: evenly from the trait's lowest to its highest, at most 1."""
    low, high = targets()[trait].low, min(targets()[trait].high, max(1.0, targets()[trait].low))
    return [round(low + (high - low) * place / max(count - 1, 1), 3) for place in range(count)]


# ---- what becomes of the rows


@dataclass(frozen=True)
class Reading:
    """What reading gave: how many rows, how many customers of them, what was set aside, and a sentence if it is no use."""

    rows: int
    kept: int
    set_aside: tuple[Quarantined, ...]
    refused: str = ""

    @property
    def reasons(self) -> list[tuple[str, int, int]]:
        """Why rows were set aside: reason, how many, the first line; the commonest first."""
        counts = Counter(row.reason for row in self.set_aside)
        first: dict[str, int] = {}
        for row in self.set_aside:
            first.setdefault(row.reason, row.line)
        return [(reason, count, first[reason]) for reason, count in counts.most_common()]


def _settled(section: Section, desk: VisitorFiles) -> Scenario:
    return described({"customers": section}, desk.folder, model())


def read(section: Section, desk: VisitorFiles) -> Reading:
    """Read the whole file as the section says. A section that cannot be is refused with a sentence, never with less."""
    try:
        return _reading(customers_of(_settled(section, desk)))
    except Mistake as mistake:
        return _refused(section, desk, plainly(mistake, desk))


def _reading(customers: Customers | None) -> Reading:
    assert customers is not None
    return Reading(customers.rows, len(customers.line), tuple(customers.quarantined))


def _refused(section: Section, desk: VisitorFiles, sentence: str) -> Reading:
    """What is wrong; with the list of rows when there are merely too many that cannot be used."""
    try:
        return replace(_reading(customers_of(_settled(section | {"bad_rows_allowed": 1}, desk))), refused=sentence)
    except Mistake:
        return Reading(0, 0, (), sentence)


def quarantine_file(reading: Reading, section: Section, desk: VisitorFiles) -> Path:
    """The rows set aside as a CSV file on the desk, to be mended."""
    path = desk.place(f"set aside from {section['file']}")
    write_quarantine(path, reading.set_aside)
    return path


# ---- into a scenario


def drawn(scenario: Scenario, customers: int) -> Scenario:
    """The scenario with customers drawn from its distributions instead of read from a file, and so many of them."""
    unread: Section = dict.fromkeys(("file", *FILE_KEYS))
    if scenario.customers.mapping is not None and scenario.customers.mapping.segments is not None:
        unread["segments"] = None  # only the file said who belongs to which
    return scenario.with_(lesson=None, customers=unread, market={"customers": customers})


def with_file(scenario: Scenario, section: Section, desk: VisitorFiles) -> Scenario:
    """The scenario with the customers of a file on the desk; traits that the file lacks are drawn as the scenario says."""
    bare = drawn(scenario, 1000).with_(customers={"segments": None})
    here = replace(bare, path=None, folder=desk.folder.resolve())
    return here.with_(customers=section, market={"customers": None})


# ---- kept on the desk, so that leaving the page loses nothing


def remember(section: Section, desk: VisitorFiles) -> None:
    """Keep what was said of the file."""
    (desk.folder / KEPT).write_text(json.dumps(section), encoding="utf-8")


def remembered(desk: VisitorFiles) -> Section | None:
    """What was said of the file that still lies on the desk; None when there is none."""
    try:
        section: Section = json.loads((desk.folder / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return section if desk.find(section["file"]) else None


def begun(path: Path, seen: Look, encoding: str) -> Section:
    """What is said of a new file before anybody said anything: the guess."""
    return {"file": path.name, "encoding": encoding, "columns": guess(seen)}


def trait_in_words(name: str) -> str:
    """A trait with its unit and range, as a row of the mapping shows it."""
    trait = traits()[name]
    high = f"{trait.high:,g}" if np.isfinite(trait.high) else "no limit"
    return f"{trait.meaning}. {trait.low:g} to {high} {trait.unit}."
