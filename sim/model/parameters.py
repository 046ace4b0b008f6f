"""A parameter is one annotated line: type, default, unit, range, meaning, source. Everything else is derived from it.

The YAML check, ``loyalty explain``, the JSON Schema, the documentation's tables and the ranges of a sweep read these lines.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

SOURCES = ("literature", "data", "assumption")

# How many of the family's smallest unit one of each is; quantities such as "90 s" are converted within a family.
UNITS: dict[str, tuple[str, float]] = {
    "second": ("time", 1.0),
    "minute": ("time", 60.0),
    "hour": ("time", 3600.0),
    "day": ("time", 86_400.0),
    "week": ("time", 604_800.0),
    "month": ("time", 2_629_800.0),
    "year": ("time", 31_557_600.0),
    "per week": ("rate", 1.0),
    "per month": ("rate", 7 / 30.4375),
    "per year": ("rate", 7 / 365.25),
    "currency per day": ("money", 7.0),
    "currency per week": ("money", 1.0),
    "currency per month": ("money", 7 / 30.4375),
    "currency per quarter": ("money", 7 / 91.3125),
    "currency per year": ("money", 7 / 365.25),
    "share": ("share", 1.0),
    "percent": ("share", 0.01),
}
MONEY = re.compile(r"^(?:[A-Z]{3}|[€$£¥]) ?(?:per |/)(?=day|week|month|quarter|year)")
"""A sum of money for a time, in a currency of its own: ``EUR per month``, ``€/year``."""
SHORT = {
    "s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day", "%": "percent",
    "/week": "per week", "/month": "per month", "/year": "per year",
}  # fmt: skip


CERTAIN: Final = "certain"
"""What a line says is plausible that holds no fact about the world, but a choice of whoever writes the scenario."""


class Plausible(NamedTuple):
    """Between what a parameter may well lie, each value as plausible as another; on a ``log`` scale, each multiple."""

    low: float
    high: float
    spread: Literal["uniform", "log"] = "uniform"

    def at(self, place: float) -> float:
        """The value at a place between 0, the lowest, and 1, the highest. Raises ``ValueError`` for any other place."""
        if not 0 <= place <= 1:
            raise ValueError(f"a place lies between 0 and 1, and {place} does not")
        across, along = self.high - self.low, self.high / self.low if self.spread == "log" else 0.0
        value = self.low * along**place if self.spread == "log" else self.low + across * place
        return min(max(value, self.low), self.high)

    def place_of(self, value: float) -> float:
        """The place of a value, so that ``at`` gives it back. Raises ``ValueError`` for what is not plausible."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} does not lie between {self.low} and {self.high}")
        if self.spread == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


Said = tuple[float, float] | tuple[float, float, Literal["uniform", "log"]] | Literal["certain"] | None
"""What a line may say is plausible: ``(low, high)``, ``(low, high, "log")``, ``CERTAIN``, or nothing."""


def unit_named(word: str) -> str | None:
    """The unit that a word such as ``s``, ``minutes`` or ``%`` stands for; None when it is not one that converts."""
    word = " ".join(word.split())
    word = MONEY.sub("currency per ", SHORT.get(word, word))
    for candidate in (word, word.removesuffix("s")):
        if candidate in UNITS:
            return candidate
    return None


def alike(unit: str, other: str) -> bool:
    """Whether two units measure the same thing, so that one converts to the other."""
    return unit == other or UNITS.get(unit, (unit,))[0] == UNITS.get(other, (other,))[0]


def converted(number: float, unit: str, wanted: str) -> float:
    """``number`` of ``unit`` expressed in ``wanted``; raises ``ValueError`` when the two do not measure the same thing."""
    if not alike(unit, wanted):
        raise ValueError(f"{unit} does not convert to {wanted}")
    return number * UNITS[unit][1] / UNITS[wanted][1]


def parameter(
    default: Any, unit: str, low: float, high: float, meaning: str, source: str, plausible: Said = None
) -> Any:
    """Declare a parameter of a mechanism or behaviour.

    ``source`` begins with ``literature:``, ``data:`` or ``assumption:`` and says where the default comes from. ``plausible``:
    between what it may well lie, beside [low, high], which is what is allowed at all; ``CERTAIN`` for what no world decides.
    Raises ``ValueError`` on another beginning, on a default outside [low, high], and on a range of what is plausible that is
    none, goes beyond [low, high] or leaves the default out.
    """
    kind, _, words = source.partition(":")
    if kind not in SOURCES or not words.strip():
        raise ValueError(f"source must begin with one of {SOURCES} and a colon, and then say more: {source!r}")
    if not low <= default <= high:
        raise ValueError(f"default {default} lies outside {low} .. {high}: {meaning}")
    bounds: dict[str, Any] = {} if isinstance(default, bool) else {"ge": low, "le": high}
    extra: dict[str, Any] = {"unit": unit, "source_kind": kind, "source": words.strip()}
    if plausible is not None:
        extra["plausible"] = CERTAIN if plausible == CERTAIN else list(_between(plausible, default, low, high, meaning))
    return Field(default, description=meaning, json_schema_extra=extra, allow_inf_nan=False, **bounds)


def _between(said: Any, default: Any, low: float, high: float, meaning: str) -> Plausible:
    """What a line says is plausible, once it is sound. Raises ``ValueError``."""
    match said:
        case (int() | float() as least, int() | float() as most, *spread) if spread in ([], ["uniform"], ["log"]):
            found = Plausible(least, most, *spread)
        case _:
            raise ValueError(
                f"plausible is {said!r}, but must be (low, high), (low, high, 'log') or CERTAIN: {meaning}"
            )
    if isinstance(default, bool):
        raise ValueError(f"plausible is {said}, but a yes or no has no range; say CERTAIN: {meaning}")
    if not low <= found.low < found.high <= high:
        raise ValueError(f"plausible is {said}, but must be two numbers, in order, in {low} .. {high}: {meaning}")
    if found.spread == "log" and not found.low > 0:
        raise ValueError(f"plausible is {said}, but on a log scale both numbers must be above 0: {meaning}")
    if not found.low <= default <= found.high:
        raise ValueError(f"plausible is {said}, but the default {default} lies outside it: {meaning}")
    return found


def plausible_in(field: FieldInfo) -> Plausible | None:
    """Between what a parameter may well lie; None where its line does not say, and for what is no parameter."""
    extra = field.json_schema_extra
    found: Any = extra.get("plausible") if isinstance(extra, dict) else None
    return None if found is None or found == CERTAIN else Plausible(*found)


class Parameters(BaseModel):
    """The settings of one mechanism or behaviour: frozen, and strict about names, types and ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)


@dataclass(frozen=True)
class Line:
    """What one parameter's line says."""

    name: str
    kind: type
    default: Any
    unit: str
    low: float
    high: float
    meaning: str
    source_kind: str
    source: str
    plausible: Plausible | None = None
    certain: bool = False
    """Whether the line says that no world decides this: it is a choice of whoever writes the scenario."""


def _line(name: str, field: FieldInfo) -> Line:
    bounds = {"ge": 0.0, "le": 1.0}
    for item in field.metadata:
        for side in bounds:
            bounds[side] = getattr(item, side, bounds[side])
    extra: Any = field.json_schema_extra
    kind: Any = field.annotation
    meaning = field.description or ""
    return Line(
        name,
        kind,
        field.default,
        extra["unit"],
        bounds["ge"],
        bounds["le"],
        meaning,
        extra["source_kind"],
        extra["source"],
        plausible_in(field),
        extra.get("plausible") == CERTAIN,
    )


def lines(parameters: type[Parameters]) -> dict[str, Line]:
    """Every parameter of a mechanism or section, in the order of the file: name → :class:`Line`; what is none is left out."""
    fields = parameters.model_fields.items()
    return {name: _line(name, field) for name, field in fields if isinstance(field.json_schema_extra, dict)}
