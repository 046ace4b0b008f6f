"""What the columns of a customer file mean: which trait, in which unit, by which arithmetic. Nothing is guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sim.data.customer_text import shortened, squeezed
from sim.errors import Mistake, nearest
from sim.model.parameters import UNITS, alike, unit_named

Word = bool | int | float | str


def same(word: object) -> float | str:
    """What words that mean the same category have in common: 1, 1.0, '1' and ' 1.00 ' are one, so are True and 'true'.

    Other text is compared letter by letter, white space squeezed.
    """
    text = squeezed(str(word))
    if text.lower() in ("true", "false"):
        return text.lower()
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _distinct(values: dict[Word, Any] | None) -> dict[Word, Any] | None:
    seen: dict[float | str, Word] = {}
    for word in values or ():
        if same(word) in seen:
            raise ValueError(f"{seen[same(word)]!r} and {word!r} are the same category; keep one of them")
        seen[same(word)] = word
    return values


def _ordered(bounds: tuple[float, float] | None) -> tuple[float, float] | None:
    if bounds is not None and bounds[0] > bounds[1]:
        raise ValueError(f"the lower bound comes first, so [{bounds[1]:g}, {bounds[0]:g}]")
    return bounds


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ColumnMapping(_Strict):
    """How one column becomes a trait, in this order: values, divide_by, multiply, add, hold_between, unit."""

    column: str = Field(description="the column's name in the file's header; runs of white space count as one space")
    unit: str | None = Field(None, description="the unit after the arithmetic; without it, the trait's own unit")
    multiply: float = Field(1.0, description="every number is multiplied by this")
    add: float = Field(0.0, description="added after multiplying")
    divide_by: str | None = Field(None, description="another column to divide by; a quotient by 0 is a missing value")
    values: Annotated[dict[Word, float] | None, AfterValidator(_distinct)] = Field(
        None, description="category in the file → number; 1, 1.0 and '1' are the same category; others are refused"
    )
    hold_between: Annotated[tuple[float, float] | None, AfterValidator(_ordered)] = Field(
        None, strict=False, description="lowest and highest number, in 'unit'; what lies outside is held there"
    )
    missing: Literal["refuse", "draw"] = Field(
        "refuse", description="refuse: a row without a value is set aside; draw: its value is drawn instead"
    )


class SegmentMapping(_Strict):
    """Which column says the segment a customer belongs to."""

    column: str = Field(description="the column's name in the file's header")
    values: Annotated[dict[Word, str] | None, AfterValidator(_distinct)] = Field(
        None, description="category in the file → segment's name; without it, the categories are the names"
    )


class CustomerFileMapping(_Strict):
    """A population from a file: the file, and what its columns mean."""

    file: str = Field(description="a .csv, .csv.gz or .parquet file")
    id: str | None = Field(
        None, min_length=1, description="the column that names each customer; ties and reports then speak of its ids"
    )
    encoding: str = Field("utf-8", description="of a CSV file's text, such as utf-8, latin-1, cp1252, utf-16")
    bad_rows_allowed: float = Field(0.05, ge=0, le=1, description="greatest share of rows that may be unusable")
    columns: dict[str, ColumnMapping] = Field(default_factory=dict, description="trait or initial state → its column")
    segments: SegmentMapping | None = Field(None, description="the column of segments, if there is one")
    keep: tuple[str, ...] = Field(
        (), strict=False, description="columns carried along untouched, to break results down by"
    )


@dataclass(frozen=True)
class Target:
    """What a trait or initial state must be: a number of ``unit`` in [``low``, ``high``], and ``whole`` if so said."""

    unit: str
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True)
class Trait:
    """A trait whose mapping has been checked against the file: columns by their squeezed names.

    ``unit`` is the one to convert from, None when the numbers are in the target's unit already.
    """

    name: str
    column: str
    divisor: str | None
    unit: str | None
    mapping: ColumnMapping
    target: Target


@dataclass(frozen=True)
class Plan:
    """All that is read from the file; ``kept`` holds the name in the mapping → the column's squeezed name."""

    traits: tuple[Trait, ...]
    segment: str | None
    segment_names: dict[Word, str] | None
    kept: dict[str, str]
    id: str | None

    @property
    def wanted(self) -> list[str]:
        """The columns to read, each once."""
        columns = [column for trait in self.traits for column in (trait.column, trait.divisor)]
        return list(
            dict.fromkeys(name for name in (*columns, self.segment, *self.kept.values(), self.id) if name is not None)
        )


def plan(path: Path, names: list[str], mapping: CustomerFileMapping, targets: Mapping[str, Target]) -> Plan:
    """Check a mapping against the file's column ``names`` (squeezed) and the ``targets``.

    Raises :class:`Mistake` for an unknown trait, a column that is not there, or a unit that does not convert.
    """
    segments = mapping.segments
    return Plan(
        tuple(_trait(path, names, (name, column), targets) for name, column in mapping.columns.items()),
        _placed(path, names, "segments", segments.column) if segments else None,
        segments.values if segments else None,
        {name: _placed(path, names, "keep", name) for name in mapping.keep},
        None if mapping.id is None else _placed(path, names, "id", mapping.id),
    )


def _trait(path: Path, names: list[str], entry: tuple[str, ColumnMapping], targets: Mapping[str, Target]) -> Trait:
    name, mapping = entry
    if name not in targets:
        hint = nearest(name, list(targets)) or f"; there are {', '.join(targets)}"
        raise Mistake(f"{path}, columns: customers have no trait or initial state '{name}'{hint}")
    place = f"columns: {name}"
    divisor = None if mapping.divide_by is None else _placed(path, names, f"{place}: divide_by", mapping.divide_by)
    unit = _unit(f"{path}, {place}", mapping.unit, targets[name].unit)
    return Trait(name, _placed(path, names, place, mapping.column), divisor, unit, mapping, targets[name])


def _placed(path: Path, names: list[str], place: str, column: str) -> str:
    """The column's squeezed name, found in the header."""
    word = squeezed(column)
    if word in names:
        return word
    hint = nearest(word, names) or f"; its columns are {', '.join(names)[:400] or 'none'}"
    if len(names) == 1 and any(mark in names[0] for mark in ";|\t"):
        hint = "; the header is one single cell: save the file with commas between the cells"
    raise Mistake(f"{path}, {place}: the file has no column '{shortened(word)}'{hint}")


def _unit(place: str, word: str | None, wanted: str) -> str | None:
    if word is None or squeezed(word) == wanted:
        return None
    unit = unit_named(word)
    if unit is None:
        raise Mistake(f"{place}: '{word}' is no unit that converts to {wanted}{nearest(word, list(UNITS))}")
    if not alike(unit, wanted):
        raise Mistake(
            f"{place}: {unit} does not convert to {wanted}; give a unit of the same kind, or numbers in {wanted}"
        )
    return None if unit == wanted else unit
