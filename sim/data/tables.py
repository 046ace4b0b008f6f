"""A file of any habit as a table: text in any encoding with any separator, a sheet of a workbook, Parquet, a table of a
database."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow

from sim.data.customer_csv import MOST_COLUMNS, csv_rows
from sim.data.customer_rows import MOST_ROWS, Rows, cell_text, ending_of, parquet_rows, refuse_twins
from sim.data.customer_text import damaged, squeezed
from sim.data.habits import SEPARATORS, encoding_of, separator_of
from sim.data.quarantine import Quarantined
from sim.data.spaced import spaced_rows
from sim.errors import Mistake, hint

TEXTS = (".csv", ".csv.gz", ".tsv", ".txt")
WITH_PARTS = (".xlsx", ".xlsm", ".duckdb")
"""Files that hold several tables, of which ``FILE#NAME`` names one."""
ENDINGS = (*TEXTS, *WITH_PARTS[:2], ".parquet", *WITH_PARTS[2:])
LARGEST = 2_000_000_000
"""Bytes of a text file: beyond, Parquet is read in a fraction of the time and memory."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "latin-1": "Latin-1", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class Table:
    """A file read, nothing in it understood yet.

    ``columns``: name → Arrow array, as long as ``line``, each row's place in the file; ``aside``: rows of another shape;
    ``habit``: how
    it is written, in words; ``semicolons``: whether these part its cells, as where decimals have a comma.
    """

    path: Path
    columns: dict[str, Any]
    line: np.ndarray
    aside: list[Quarantined]
    habit: str
    semicolons: bool = False

    def text(self, row: int) -> str:
        """A row in words, as lists of rows set aside show it."""
        return "; ".join(f"{name}: {cell_text(cells[row])}" for name, cells in self.columns.items())


def parted(named: str) -> tuple[str, str]:
    """The file that ``people.xlsx#Sheet`` names, and the sheet or table in it; nothing where it names none."""
    head, mark, inner = named.rpartition("#")
    return (head, inner) if mark and not Path(named).exists() else (named, "")


def read_table(named: str, encoding: str | None = None, *, what: str = "customers", hours: bool = False) -> Table:
    """The table in a file; ``FILE.xlsx#Sheet`` names a sheet, ``FILE.duckdb#table`` a table. Raises :class:`Mistake`.

    ``encoding``: of a text, recognised unless given. ``what`` it is a table of; ``hours``: its columns may be named by numbers,
    for they are hours.
    """
    file, inner = parted(named)
    path = Path(file)
    ending = ending_of(path, ENDINGS, what)
    if inner and ending not in WITH_PARTS:
        raise Mistake(f"{path} has no parts, so '#{inner}' names none; leave it out")
    if ending in TEXTS:
        table = _text(path, encoding, hours)
    elif ending == ".parquet":
        table = _gathered(path, parquet_rows(path), "Parquet", hours=hours)
    else:
        table = _database(path, inner) if ending == ".duckdb" else _workbook(path, inner, hours)
    if not len(table.line):
        raise Mistake(f"{named}: there are column names but not one row below them; name a file that has rows")
    return table


# ---- text, Parquet


def _text(path: Path, encoding: str | None, hours: bool) -> Table:
    if path.stat().st_size > LARGEST:
        raise Mistake(
            f"{path} has {path.stat().st_size / 1e9:.1f} GB; text is read up to {LARGEST / 1e9:.0f} GB: save it as "
            f"Parquet, or take the "
            "columns that matter, or a sample of the customers"
        )
    encoding = encoding or encoding_of(path)
    spaced = spaced_rows(path, encoding)
    if spaced is not None:
        return _gathered(path, spaced, f"{_ENCODINGS.get(encoding, encoding)}, spaces between cells", hours=hours)
    separator = separator_of(path, encoding)
    return _gathered(
        path, csv_rows(path, encoding, separator=separator), written_in(encoding, separator), separator == ";", hours
    )


def written_in(encoding: str, separator: str) -> str:
    """How a text is written, in words: ``Windows-1252, semicolons between cells``."""
    return f"{_ENCODINGS.get(encoding, encoding)}, {SEPARATORS[separator]} between cells"


def _gathered(path: Path, rows: Rows, habit: str, semicolons: bool = False, hours: bool = False) -> Table:
    names = _named(path, rows.names, hours)
    lines, aside, parts = [], [], {name: [] for name in names}  # type: ignore[var-annotated]
    count = 0
    for block in rows.blocks(names):
        lines.append(block.line)
        aside += block.misshapen
        count += len(block.line)
        if count > MOST_ROWS:
            raise Mistake(f"{path} has more than {MOST_ROWS:,} rows; take a sample of them")
        for name in names:
            parts[name].append(block.cells[name])
    columns = {
        name: arrow.chunked_array(each).combine_chunks() if each else arrow.array([]) for name, each in parts.items()
    }
    return Table(path, columns, np.concatenate([*lines, np.array([], np.int64)]), aside, habit, semicolons)


def _named(path: Path, names: list[str], hours: bool = False) -> list[str]:
    """The columns that have a name. Raises :class:`Mistake` where names repeat, or the first row is none of names."""
    refuse_twins(path, names)
    numbers = [name for name in names if name.replace(".", "").replace(",", "").isdigit()]
    if len(numbers) > len(names) / 2 and not hours:
        raise Mistake(
            f"{path}, line 1 holds numbers ({', '.join(names)[:80]}), no names of columns; write a line of names above it"
        )
    return [name for name in names if name]


# ---- workbooks


def _workbook(path: Path, wanted: str, hours: bool = False) -> Table:
    _refuse_locked(path)
    try:
        import openpyxl
    except ImportError:
        raise Mistake(
            f"{path}: workbooks are read with openpyxl, which is not installed; pip install 'loyalty-sim[excel]', or save the "
            "sheet as CSV"
        ) from None

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise damaged(path, "Excel", error) from None
    sheets = [name for name in book.sheetnames if hasattr(book[name], "iter_rows")]
    if wanted and wanted not in sheets:
        raise Mistake(f"{path} has no sheet '{wanted}'{hint(wanted, sheets)}")
    name = wanted or sheets[0]
    rows = [
        (line, row)
        for line, row in enumerate(book[name].iter_rows(values_only=True), 1)
        if any(not _blank(c) for c in row)
    ]
    book.close()
    if not rows:
        raise Mistake(f"{path}: the sheet '{name}' is empty{hint(name, [each for each in sheets if each != name])}")
    line, header = rows.pop(0)
    names = ["" if cell is None else squeezed(str(cell)) for cell in header]
    if sum(map(bool, names)) < 2:
        raise Mistake(
            f"{path}, sheet '{name}', row {line} is no row of column names ('{squeezed(' '.join(names))[:60]}'); "
            f"delete what stands above the "
            "names, or name another sheet as FILE.xlsx#Sheet"
        )
    if len(names) > MOST_COLUMNS:
        raise Mistake(f"{path}: there are {len(names):,} columns, but at most {MOST_COLUMNS:,} are read")
    _refuse_unreckoned(path, name, names, rows)
    kept = _named(path, names, hours)
    columns = {each: _column([_cell(row, names.index(each)) for _, row in rows]) for each in kept}
    others = f"; its other sheets are {', '.join(each for each in sheets if each != name)}" if len(sheets) > 1 else ""
    return Table(path, columns, np.array([line for line, _ in rows], np.int64), [], f"Excel, sheet '{name}'{others}")


def _refuse_locked(path: Path) -> None:
    with open(path, "rb") as file:
        begun = file.read(1 << 20)
    if begun.startswith(_OLD_OFFICE):
        if _ENCRYPTED in begun or _ENCRYPTED in path.read_bytes():
            raise Mistake(f"{path} is protected by a password; open it in Excel and save a copy without one")
        raise Mistake(f"{path} is a workbook of Excel 97 to 2003; save it as .xlsx")


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _cell(row: tuple[Any, ...], place: int) -> Any:
    return row[place] if place < len(row) else None


def _refuse_unreckoned(path: Path, sheet: str, names: list[str], rows: list[tuple[int, tuple[Any, ...]]]) -> None:
    """Raise :class:`Mistake` where a cell holds a formula whose value the file does not hold."""
    if not any(_cell(row, place) is None for _, row in rows for place, name in enumerate(names) if name):
        return
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    lines = {line for line, _ in rows}
    reckoned = {line: row for line, row in rows}
    for line, row in enumerate(book[sheet].iter_rows(values_only=True), 1):
        for place, cell in enumerate(row) if line in lines else ():
            if isinstance(cell, str) and cell.startswith("=") and _cell(reckoned[line], place) is None:
                column = openpyxl.utils.get_column_letter(place + 1)
                raise Mistake(
                    f"{path}, sheet '{sheet}', cell {column}{line} holds the formula {cell[:40]} and no value: the "
                    f"file was never "
                    "reckoned; open it in Excel and save it, or save the sheet as CSV"
                )
    book.close()


def _column(cells: list[Any]) -> Any:
    """Cells of a sheet as one Arrow array: days, numbers, or text of whatever they are."""
    present = [cell for cell in cells if not _blank(cell)]
    if present and all(isinstance(cell, datetime | date) for cell in present):
        days = [None if _blank(cell) else (cell.date() if isinstance(cell, datetime) else cell) for cell in cells]
        return arrow.array(days, arrow.date32())
    if present and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in present):
        return arrow.array([None if _blank(cell) else float(cell) for cell in cells], arrow.float64())
    return arrow.array([None if cell is None else _written(cell) for cell in cells], arrow.string())


def _written(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


# ---- a database


def _database(path: Path, wanted: str) -> Table:
    try:
        import duckdb
    except ImportError:
        raise Mistake(
            f"{path}: such files are read with DuckDB, which is not installed; pip install 'loyalty-sim[experiments]', or save "
            "the table as Parquet"
        ) from None

    try:
        with duckdb.connect(str(path), read_only=True) as base:
            tables = [
                row[0] for row in base.execute("select table_name from information_schema.tables order by 1").fetchall()
            ]
            if not wanted and len(tables) != 1 or wanted and wanted not in tables:
                raise Mistake(
                    f"{path}: name one of its tables as {path}#TABLE; there are {', '.join(tables) or 'none'}"
                )
            name = wanted or tables[0]
            found: Any = base.sql(
                'select * from "{}" limit {}'.format(name.replace('"', '""'), MOST_ROWS + 1)
            ).to_arrow_table()
    except duckdb.Error as error:
        raise damaged(path, "DuckDB", error) from None
    names = _named(path, [squeezed(each) for each in found.column_names])
    columns = {each: found.column(place).combine_chunks() for place, each in enumerate(names)}
    return Table(path, columns, np.arange(1, found.num_rows + 1), [], f"DuckDB, table '{name}'")
