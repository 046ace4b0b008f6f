"""What the columns of a customer file mean: which trait, in which unit, by which arithmetic. Nothing is guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sim.data.customer_text import shortened, squeezed
from sim.data.recognising import period_in
from sim.errors import Mistake, nearest
from sim.model.parameters import UNITS, alike, converted, unit_named

Word = bool | int | float | str
Rows = Literal["customer", "purchase", "ticket"]
SHORTEST, LONGEST = 0.5, 1040.0
"""Weeks between which the time lies within which those who have left did so."""


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


def lasting(said: str) -> str:
    """A time such as ``52 weeks`` or ``3 months``, written in one way. Raises ``ValueError``."""
    number, _, word = " ".join(said.strip().lower().split()).partition(" ")
    unit = unit_named(word)
    try:
        weeks = converted(float(number), unit, "week") if unit and alike(unit, "week") else math.nan
    except ValueError:
        weeks = math.nan
    if not SHORTEST <= weeks <= LONGEST:
        raise ValueError(f"'{shortened(said)}' is no time; write such as 52 weeks, 3 months or 1 year")
    return f"{float(number):g} {unit}{'' if float(number) == 1 else 's'}"


def _window(said: Any) -> Any:
    """The time within which people left, which must have a unit."""
    if said is None or said == "":
        raise ValueError(
            "without the time within which they left nobody knows how fast; write such as within: 52 weeks"
        )
    if isinstance(said, int | float):
        raise ValueError(f"{said} has no unit; write such as {said} weeks")
    return said


def weeks_in(said: str) -> float:
    """The weeks of a time such as ``3 months``. Raises ``ValueError``."""
    number, unit = lasting(said).split()
    return round(converted(float(number), unit.removesuffix("s"), "week"), 4)


def _day(said: Any) -> Any:
    """A day as ``2024-12-31``, however YAML took it."""
    if isinstance(said, date) or said is None:
        return str(said)[:10] if said else None
    try:
        return str(date.fromisoformat(str(said)))
    except ValueError:
        raise ValueError(f"'{shortened(str(said))}' is no day; write such as 2024-12-31") from None


def _listed(said: Any) -> Any:
    """One word, or several, as several."""
    return tuple(said) if isinstance(said, list | tuple) else (said,)


_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}
Words = Annotated[
    tuple[Word, ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _WORD, "minItems": 1}]}),
]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ColumnMapping(_Strict):
    """How one column becomes a trait, in this order: values, divide_by, multiply, add, hold_between, unit."""

    column: str = Field(
        description="the column's name in the file's header; runs of white space count as one space",
        examples=["months"],
    )
    unit: str | None = Field(
        None, description="the unit after the arithmetic; without it, the trait's own unit", examples=["months"]
    )
    multiply: float = Field(1.0, description="every number is multiplied by this", examples=[0.01])
    add: float = Field(0.0, description="added after multiplying", examples=[-1])
    divide_by: str | None = Field(
        None, description="another column to divide by; a quotient by 0 is a missing value", examples=["calls"]
    )
    values: Annotated[dict[Word, float] | None, AfterValidator(_distinct)] = Field(
        None,
        description="category in the file → number; 1, 1.0 and '1' are the same category; others are refused",
        examples=[{"low": 0.2, "high": 0.8}],
    )
    hold_between: Annotated[tuple[float, float] | None, AfterValidator(_ordered)] = Field(
        None,
        strict=False,
        description="lowest and highest number, in 'unit'; what lies outside is held there",
        examples=[[0, 10]],
    )
    missing: Literal["refuse", "draw"] = Field(
        "refuse",
        description="refuse: a row without a value is set aside; draw: its value is drawn instead",
        examples=["draw"],
    )


class SegmentMapping(_Strict):
    """Which column says the segment a customer belongs to."""

    column: str = Field(description="the column's name in the file's header", examples=["contract"])
    values: Annotated[dict[Word, str] | None, AfterValidator(_distinct)] = Field(
        None,
        description="category in the file → segment's name; without it, the categories are the names",
        examples=[{1: "prepaid", 2: "contract"}],
    )


class LabelMapping(_Strict):
    """Which column says who has left, and within what time they did."""

    column: str = Field(description="the column's name in the file's header", examples=["churned"])
    left: Words | None = Field(
        None,
        strict=False,
        description="the word, or words, of whoever has left; without it the column holds the day of leaving",
        examples=["Yes"],
    )
    within: Annotated[str, BeforeValidator(_window), AfterValidator(lasting)] = Field(
        "",
        validate_default=True,
        description="the time within which they left: without it nobody knows how fast people leave",
        examples=["52 weeks"],
    )
    leavers: Literal["out", "start"] = Field(
        "out",
        description="out: who has left does not start as a customer; start: they do, so that the model's leavers can be held "
        "against the file's, as a calibration does",
        examples=["start"],
    )

    @property
    def weeks(self) -> float:
        """The weeks within which they left."""
        return weeks_in(self.within)


class CustomerFileMapping(_Strict):
    """A population from a file: the file, and what its columns mean."""

    file: str = Field(
        description="text (.csv, .csv.gz, .tsv, .txt), .xlsx (people.xlsx#Sheet names a sheet), .parquet or .duckdb "
        "(firm.duckdb#table); its path from the scenario",
        examples=["customers.csv"],
    )
    id: str | None = Field(
        None,
        min_length=1,
        description="the column that names each customer; ties and reports then speak of its ids",
        examples=["customer_id"],
    )
    rows: Rows = Field(
        "customer",
        description="what a row is: purchases and tickets are gathered to a row a customer, whose columns are spend_a_week, "
        "purchases_a_week, weeks_since_last_purchase, weeks_since_first_purchase, or contacts, 'mean …' of numbers such as "
        "scores and 'share …' of what is resolved",
        examples=["purchase"],
    )
    as_of: Annotated[str | None, BeforeValidator(_day)] = Field(
        None,
        description="the day that the file is of: dates become weeks until then (tenure) or from then on "
        "(contract_weeks_left); purchases and tickets after it are set aside; theirs is the newest unless given",
        examples=["2024-12-31"],
    )
    where: dict[str, Words] = Field(
        default_factory=dict,
        strict=False,
        description="column → a value, or a list of them: only these rows count",
        examples=[{"country": ["Germany", "France"]}],
    )
    label: LabelMapping | None = Field(
        None,
        description="the column that says who has left, who then does not start as a customer",
        examples=[{"column": "churned", "left": "Yes", "within": "52 weeks"}],
    )
    encoding: str | None = Field(
        None,
        description="of the text, such as utf-8, latin-1, cp1252, utf-16; recognised unless given",
        examples=["cp1252"],
    )
    dates: Literal["day first", "month first"] | None = Field(
        None,
        description="which stands first in dates such as 03/04/2024; needed where the column does not tell",
        examples=["day first"],
    )
    decimals: Literal["point", "comma"] | None = Field(
        None,
        description="the decimal mark of numbers such as 1,234; needed where the column does not tell",
        examples=["comma"],
    )
    bad_rows_allowed: float = Field(
        0.05, ge=0, le=1, description="greatest share of rows that may be unusable", examples=["2%"]
    )
    columns: dict[str, ColumnMapping] = Field(
        default_factory=dict,
        description="trait or initial state → its column",
        examples=[{"tenure": {"column": "months", "unit": "months"}}],
    )
    segments: SegmentMapping | None = Field(
        None, description="the column of segments, if there is one", examples=[{"column": "contract"}]
    )
    keep: tuple[str, ...] = Field(
        (),
        strict=False,
        description="columns carried along untouched, to break results down by",
        examples=[["country", "plan"]],
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

    path: Path
    traits: tuple[Trait, ...]
    segment: str | None
    segment_names: dict[Word, str] | None
    kept: dict[str, str]
    id: str | None
    where: dict[str, tuple[Word, ...]]
    label: str | None
    as_of: np.datetime64 | None

    @property
    def wanted(self) -> list[str]:
        """The columns to read, each once."""
        columns = [column for trait in self.traits for column in (trait.column, trait.divisor)]
        return list(
            dict.fromkeys(
                name
                for name in (*columns, self.segment, *self.kept.values(), self.id, *self.where, self.label)
                if name is not None
            )
        )


def plan(path: Path, names: list[str], mapping: CustomerFileMapping, targets: Mapping[str, Target]) -> Plan:
    """Check a mapping against the file's column ``names`` (squeezed) and the ``targets``.

    Raises :class:`Mistake` for an unknown trait, a column that is not there, or a unit that does not convert.
    """
    segments = mapping.segments
    return Plan(
        path,
        tuple(_trait(path, names, (name, column), targets) for name, column in mapping.columns.items()),
        _placed(path, names, "segments", segments.column) if segments else None,
        segments.values if segments else None,
        {name: _placed(path, names, "keep", name) for name in mapping.keep},
        None if mapping.id is None else _placed(path, names, "id", mapping.id),
        {_placed(path, names, "where", name): words for name, words in mapping.where.items()},
        None if mapping.label is None else _placed(path, names, "label", mapping.label.column),
        None if mapping.as_of is None else np.datetime64(mapping.as_of, "D"),
    )


def _trait(path: Path, names: list[str], entry: tuple[str, ColumnMapping], targets: Mapping[str, Target]) -> Trait:
    name, mapping = entry
    if name not in targets:
        hint = nearest(name, list(targets)) or f"; there are {', '.join(targets)}"
        raise Mistake(f"{path}, columns: customers have no trait or initial state '{name}'{hint}")
    place = f"columns: {name}"
    divisor = None if mapping.divide_by is None else _placed(path, names, f"{place}: divide_by", mapping.divide_by)
    unit = _unit(f"{path}, {place}", mapping.unit, targets[name].unit)
    _refuse_untold_period(f"{path}, {place}", mapping, targets[name].unit)
    return Trait(name, _placed(path, names, place, mapping.column), divisor, unit, mapping, targets[name])


def _refuse_untold_period(place: str, mapping: ColumnMapping, wanted: str) -> None:
    """A column named after months, taken as it is for something of weeks, is more likely a mistake than what is meant."""
    told, own = period_in(mapping.column), period_in(wanted)
    as_it_is = mapping.unit is None and mapping.values is None and mapping.divide_by is None and mapping.multiply == 1
    if as_it_is and own and told and told != own:
        other = wanted.replace("week", told)
        raise Mistake(
            f"{place}: the name '{shortened(mapping.column)}' speaks of a {told}, and no unit is said; write unit: {other}, or "
            f"unit: {wanted} where the numbers are that already"
        )


def _placed(path: Path, names: list[str], place: str, column: str) -> str:
    """The column's squeezed name, found in the header."""
    word = squeezed(column)
    if word in names:
        return word
    hint = nearest(word, names) or f"; its columns are {', '.join(names)[:400] or 'none'}"
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
