"""How a file is written: its encoding and separator, and in a column decimal marks, currency signs, percent, dates, what is
missing.

Nothing here decides what a column means. What cannot be told from the cells – 03/04, or 1.234 alone – is left open, to be asked.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.customer_text import open_text, shortened
from sim.errors import Mistake

Order = Literal["day first", "month first"]
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MISSING = (
    "", "-", "--", "–", "—", ".", "?", "n/a", "#n/a", "na", "nan", "<na>", "nat", "null", "#null!", "none", "nil", r"\n",
    "unknown", "missing", "not available", "(blank)", "k.a.", "k. a.", "keine angabe", "unbekannt", "(leer)",
)  # fmt: skip
"""What a cell without a value looks like, in small or capital letters."""
CURRENCIES = {
    "€": "EUR", "eur": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "¥": "JPY", "chf": "CHF", "fr.": "CHF",
    "zł": "PLN", "pln": "PLN", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "kr": "kr",
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_SIGN_BEFORE, _SIGN_AFTER = rf"(?i)^([-+]?) *(?:{_SIGN}) *", rf"(?i) *(?:{_SIGN})$"
_NUMBER_LIKE = r"^[-+]?(?:[0-9][0-9.,]*|[.,][0-9]+)(?:[eE][-+]?[0-9]{1,3})?$"
_CODE = r"^0[0-9]+$"
MOSTLY = 0.9
"""The share of a column's cells that must be numbers, or dates, for the others to be taken for mistakes."""
_SAMPLE = 1 << 18  # characters that a separator is found in
_NO_TABLES = {
    b"%PDF": "a PDF", b"<html": "a web page", b"<!doc": "a web page", b"{": "JSON", b"[": "JSON", b"\x89png": "a picture",
    b"<?xml": "XML",
}  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """A column read: ``number`` (float64), ``date`` (datetime64[D]) or ``text`` (Arrow strings, null where missing).

    ``missing`` and ``bad`` (bool, one a row): cells without a value, and those that are not what the column is. ``open``:
    what is to
    be asked before the values hold: ``dates`` or ``decimals``; ``habit``: how it is written, in words.
    """

    kind: Literal["number", "date", "text", "empty"]
    values: Any
    missing: np.ndarray
    bad: np.ndarray
    habit: str = ""
    currency: str = ""
    percent: bool = False
    mark: str = ""
    open: str = ""
    examples: tuple[str, ...] = ()


# ---- the file


def encoding_of(path: Path) -> str:
    """The encoding of a text file: what its byte-order mark says, UTF-8 where it is that, else Windows-1252 or Latin-1."""
    with open(path, "rb") as file:
        begun = file.read(2)
    if begun in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return next((name for name in ("utf-8", "cp1252") if _decodes(path, name)), "latin-1")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with open_text(path, encoding) as text:
            while text.read(1 << 22):
                pass
    except Mistake:
        return False
    return True


def separator_of(path: Path, encoding: str) -> str:
    """The character between a text file's cells. Raises :class:`Mistake` when the file is no table."""
    with open_text(path, encoding) as text:
        sample = text.read(_SAMPLE)
    for begun, what in _NO_TABLES.items():
        if sample.lstrip("\ufeff \n\r\t").lower().encode()[:5].startswith(begun):
            raise Mistake(
                f"{path} is {what}, no table; export it as CSV, Excel (.xlsx) or Parquet, a line for each customer"
            )
    if len(sample) == _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1]
    found = {mark: _agreement(sample, mark) for mark in SEPARATORS}
    best = max(found, key=lambda mark: found[mark][:2])
    agreeing, width, headed = found[best]
    if width < 2 or agreeing < 0.5:
        raise Mistake(
            f"{path} is no table: no comma, semicolon, tab or bar divides its lines into the same number of cells; "
            f"name a file with "
            "a line of column names and a line for each customer, purchase or ticket"
        )
    if headed != width:
        raise Mistake(
            f"{path}, line 1 is no line of column names: it has {headed} cells where those below have {width}; "
            f"delete what stands "
            "above the names"
        )
    return best


def _agreement(sample: str, mark: str) -> tuple[float, int, int]:
    """Which share of the lines has as many cells as most, how many that is, and how many the first has."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=mark) if any(map(str.strip, row))][
            :2000
        ]
    except csv.Error:
        widths = []
    if not widths:
        return 0.0, 0, 0
    most = max(set(widths[1:] or widths), key=widths.count)
    return round(widths.count(most) / len(widths), 2) if most > 1 else 0.0, most, widths[0]


# ---- a column


def cells_of(column: Any, order: Order | None = None, mark: str | None = None, code: bool = False) -> Cells:
    """A column of Arrow read as what most of its cells are.

    ``order`` and ``mark`` settle what the cells leave open; ``code``: its numbers name things (ids, postal codes) and stay text.
    Raises :class:`Mistake` (without the column's name) for dates, or decimal marks, of two kinds.
    """
    kind = column.type
    missing = compute.is_null(column).to_numpy(zero_copy_only=False)
    good = np.zeros(len(column), bool)
    if arrow.types.is_date(kind) or arrow.types.is_timestamp(kind):
        days = column.cast(arrow.date32(), safe=False).to_numpy(zero_copy_only=False).astype("datetime64[D]")
        return Cells("date", days, missing, good, "dates")
    if not code and (arrow.types.is_integer(kind) or arrow.types.is_floating(kind) or arrow.types.is_decimal(kind)):
        values = column.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False)
        return Cells("number", values, missing | np.isnan(values), np.isinf(values), "numbers")
    return _of_text(_words(column), order, mark, code)


def _words(column: Any) -> Any:
    """The cells as text, odd spaces made plain, null where there is no value."""
    column = column.cast(arrow.float32()) if arrow.types.is_float16(column.type) else column
    if arrow.types.is_floating(column.type) and column.null_count < len(column):
        small = compute.less(compute.abs(column), 2.0**53)
        whole = compute.all(compute.and_(small, compute.equal(column, compute.round(column)))).as_py()
        column = column.cast(arrow.int64()) if whole else column
    text = compute.replace_substring_regex(column.cast(arrow.string()), r"[\x{00a0}\x{202f}\x{2009}\s]+", " ")
    text = compute.utf8_trim_whitespace(text)
    absent = compute.is_in(compute.utf8_lower(text), arrow.array(MISSING))
    return compute.if_else(absent, arrow.scalar(None, arrow.string()), text)


def _of_text(text: Any, order: Order | None, mark: str | None, code: bool) -> Cells:
    missing = compute.is_null(text).to_numpy(zero_copy_only=False)
    good = np.zeros(len(text), bool)
    present = int((~missing).sum())
    if not present:
        return Cells("empty", text, missing, good)
    plain = Cells("text", text, missing, good)
    if code or _any(text, _CODE):
        return plain
    if _share(text, _DATE_LIKE, present) >= MOSTLY:
        return _dates(text, missing, order)
    bare, currency, percent = _bare(text)
    if _share(bare, _NUMBER_LIKE, present) >= MOSTLY:
        return _numbers(text, bare, missing, mark, currency, percent)
    return plain


def _any(text: Any, pattern: str) -> bool:
    return bool(compute.any(compute.match_substring_regex(text, pattern)).as_py())


def _share(text: Any, pattern: str, present: int) -> float:
    return (compute.sum(compute.match_substring_regex(text, pattern)).as_py() or 0) / present


def _first(text: Any, pattern: str) -> tuple[int, str]:
    """The place and the words of the first cell that matches."""
    place = compute.index(compute.match_substring_regex(text, pattern), True).as_py()
    return place, shortened(text[place].as_py())


# ---- numbers


def _bare(text: Any) -> tuple[Any, str, bool]:
    """The cells without currency and percent signs and spaces between digits; the currency, and whether they are percentages."""
    signs = compute.utf8_lower(compute.drop_null(text)[:1000]).to_pylist()
    currency = next(
        (
            CURRENCIES[found[0].strip()]
            for each in signs
            if (found := re.search(_SIGN, each)) and re.search(r"\d", each)
        ),
        "",
    )
    percent = _any(text, "%$")
    bare = text
    if currency:
        bare = compute.replace_substring_regex(bare, _SIGN_BEFORE, r"\1")
        bare = compute.replace_substring_regex(bare, _SIGN_AFTER, "")
    if percent:
        bare = compute.replace_substring_regex(bare, " *%$", "")
    bare = compute.replace_substring_regex(bare, r"^\((.*)\)$", r"-\1")
    bare = compute.replace_substring_regex(bare, r"^([0-9.,]+)-$", r"-\1")
    return compute.replace_substring_regex(bare, "[ '’]", ""), currency, percent


def _evidence(mark: str, other: str) -> str:
    """What only a number with this decimal mark looks like."""
    m, o = re.escape(mark), re.escape(other)
    return (
        rf"^[-+]?(?:[0-9]{{1,3}}(?:{o}[0-9]{{3}})+{m}[0-9]+|[0-9]*{m}(?:[0-9]{{1,2}}|[0-9]{{4,}})|0{m}[0-9]+"
        rf"|[0-9]{{1,3}}(?:{o}[0-9]{{2,3}}){{2,}})(?:[eE].*)?$"
    )


def _numbers(text: Any, bare: Any, missing: np.ndarray, mark: str | None, currency: str, percent: bool) -> Cells:
    shown = {each: _any(bare, _evidence(each, "," if each == "." else ".")) for each in ".,"}
    if all(shown.values()):
        (one, first), (other, second) = (_first(bare, _evidence(a, b)) for a, b in (",.", ".,"))
        raise Mistake(
            f"has two decimal marks: '{text[one]}' is written with a comma (row {one + 1}), '{text[other]}' with a point "
            f"(row {other + 1}); write all its numbers in one way"
        )
    told = next((each for each in ".," if shown[each]), None)
    undecided = told is None and _any(bare, r"[.,]")
    settled = told or mark or "."
    values, bad = _reckoned(bare, settled, missing)
    habit = [f"decimal {'comma' if settled == ',' else 'point'}"] if told or undecided else ["numbers"]
    habit += [currency] if currency else []
    habit += ["percent"] if percent else []
    examples = (_first(text, r"[.,]")[1],) if undecided else ()
    wanted = "decimals" if undecided and mark is None else ""
    return Cells("number", values, missing, bad, ", ".join(habit), currency, percent, told or "", wanted, examples)


def _reckoned(bare: Any, mark: str, missing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers, NaN where there is none; and which cells are none although they are not missing."""
    other = "," if mark == "." else "."
    m, o = re.escape(mark), re.escape(other)
    form = rf"^[-+]?(?:[0-9]{{1,3}}(?:{o}[0-9]{{2,3}})*{o}[0-9]{{3}}|[0-9]+|)(?:{m}[0-9]*)?(?:[eE][-+]?[0-9]{{1,3}})?$"
    readable = compute.and_(compute.match_substring_regex(bare, form), compute.match_substring_regex(bare, "[0-9]"))
    plain = compute.replace_substring(bare, other, "")
    plain = compute.replace_substring(plain, ",", ".") if mark == "," else plain
    plain = compute.replace_substring_regex(plain, r"^\+", "")
    numbers = compute.if_else(readable, plain, arrow.scalar(None, arrow.string())).cast(arrow.float64())
    values = numbers.to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(values), values, np.nan), ~missing & ~np.isfinite(values)


# ---- dates

_TIME = r"(?:[ T,]+[0-9].*)?$"
_FORMS = {
    "year first": rf"^(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_TIME}",
    "day first": rf"^(?P<d>[0-9]{{1,2}})\.(?P<m>[0-9]{{1,2}})\.(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}",
    "either": rf"^(?P<a>[0-9]{{1,2}})[/-](?P<b>[0-9]{{1,2}})[/-](?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}",
    "named": rf"^(?P<d>[0-9]{{1,2}})[-. ]+(?P<n>\pL{{3,9}})[-., ]+(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}",
}
_DATE_LIKE = "|".join(re.sub(r"\?P<\w>", "", form) for form in _FORMS.values())
_MONTHS = ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez")
_NUMBERED = {begin: number for number, begins in enumerate(_MONTHS, 1) for begin in begins.split()}


def _dates(text: Any, missing: np.ndarray, order: Order | None) -> Cells:
    shown = [form for form in _FORMS if _any(text, _FORMS[form])]
    if len(shown) > 1:
        found = [_first(text, _FORMS[form]) for form in shown[:2]]
        said = ", ".join(f"'{words}' (row {place + 1})" for place, words in found)
        raise Mistake(f"has mixed dates: {said}; write all of them in one way, best as 2024-12-31")
    form = shown[0]
    parts = compute.extract_regex(text, _FORMS[form])
    part = {each.name: parts.field(each.name) for each in parts.type}
    examples: tuple[str, ...] = ()
    wanted, how = "", form
    if form == "either":
        told = _order(text, *(_whole(part[name]) for name in "ab"))
        wanted = "" if told or order else "dates"
        how = told or order or "day first"
        examples = (_first(text, _FORMS[form])[1],)
        part["d"], part["m"] = (part["a"], part["b"]) if how == "day first" else (part["b"], part["a"])
    month = _named_months(part["n"]) if form == "named" else _whole(part["m"])
    days = _days(_whole(part["y"]), month, _whole(part["d"]))
    bad = ~missing & np.isnat(days)
    words = "dates" if form in ("year first", "named") else f"dates, {how}"
    return Cells("date", days, missing, bad, words, open=wanted, examples=examples)


def _order(text: Any, first: np.ndarray, second: np.ndarray) -> Order | None:
    """Which of two numbers is the day; None when none is above 12. Raises :class:`Mistake` when both are."""
    days, months = first > 12, second > 12
    if days.any() and months.any():
        one, other = int(np.argmax(days)), int(np.argmax(months))
        raise Mistake(
            f"has mixed dates: in '{text[one]}' (row {one + 1}) the day stands first, in '{text[other]}' (row "
            f"{other + 1}) the month; "
            "write all of them in one way, best as 2024-12-31"
        )
    return "day first" if days.any() else "month first" if months.any() else None


def _whole(cells: Any) -> np.ndarray:
    """Digits as int64, 0 where there are none."""
    filled = compute.fill_null(compute.if_else(compute.equal(cells, ""), None, cells), "0")
    return filled.cast(arrow.int64()).to_numpy(zero_copy_only=False)


def _named_months(cells: Any) -> np.ndarray:
    begins = compute.utf8_lower(compute.fill_null(cells, "")).to_pylist()
    return np.array([_NUMBERED.get(each[:3], 0) for each in begins], np.int64)


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days of the calendar, NaT where there is no such day; years of two digits are those from 1970 to 2069."""
    year = np.where(year < 70, year + 2000, np.where(year < 100, year + 1900, year))
    sound = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1800) & (year <= 2200)
    months = (np.where(sound, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(sound, day - 1, 0)
    return np.where(sound & (days.astype("datetime64[M]") == months), days, np.datetime64("NaT"))
