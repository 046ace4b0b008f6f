"""The parts of the model, found by looking: every file in ``behaviour`` and ``mechanisms`` is one. There is no list to keep.

A :class:`Model` is those parts, and perhaps mechanisms from files outside the package: what it counts, which events there are,
which columns people carry. What is added stands behind what is there, so that adding moves no column and no count.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

from sim.model.columns import KINDS, OF_COMPANY, WEEKLY, Column
from sim.model.events import Sentence
from sim.model.examples import Example, StepExample
from sim.model.parameters import Parameters, lines

GROUPS = ("behaviour", "mechanisms")
USES = "uses_"
"""With this before its name, a step asks the week whether a mechanism is used that only some use: ``week.uses_NAME``."""


class Counted(NamedTuple):
    """What is told of something that is counted: meaning, unit, and whether more of it is better (1), worse (-1) or neither.

    ``at_the_end``: whether it is there rather than happens, so that the last week's is meant, and not the sum.
    """

    meaning: str
    unit: str = ""
    better: int = 0
    at_the_end: bool = False


@dataclass(frozen=True)
class Part:
    """One behaviour or mechanism: its parameters, columns, neutral settings, worked examples and prose."""

    name: str
    group: str
    module: ModuleType
    parameters: type[Parameters] | None
    neutral: dict[str, Any] | None
    columns: tuple[Column, ...]
    examples: tuple[Example, ...]
    impossible: tuple[tuple[Callable[[Any], bool], str], ...] = ()
    """Settings that contradict one another: what is true of such parameters, and a sentence with their names in braces."""
    counts: tuple[str, ...] = ()
    """What it counts every week, as whole numbers."""
    money_in: tuple[str, ...] = ()
    money_out: tuple[str, ...] = ()
    """Counts of money, in cents."""
    events: Mapping[str, Sentence] = field(default_factory=dict)
    """What a journey can tell of, and the sentence that tells it."""
    counts_of_several: tuple[str, ...] = ()
    """What it counts besides where there are several rivals."""
    step_examples: tuple[StepExample, ...] = ()
    week: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """For a mechanism from outside, or one used by some: where in the week its steps act (see :func:`sim.model.week.week_of`)."""
    used_where: str = ""
    """For a mechanism of which a model has only settings until a scenario uses it: the setting that is then above neutral."""

    @property
    def unused_at(self) -> float:
        """What that setting is where the mechanism is not used."""
        return float((self.neutral or {}).get(self.used_where, 0))

    def used_by(self, settings: Parameters) -> bool:
        """Whether a mechanism that only some scenarios use is used with these settings."""
        return bool(getattr(settings, self.used_where) > self.unused_at)

    @property
    def counted(self) -> tuple[str, ...]:
        """Everything that it counts every week: counts, money in, money out."""
        return *self.counts, *self.money_in, *self.money_out

    def told(self, name: str) -> Counted:
        """What the file says of what is counted under a name: ``COUNTS = {"visits": "Visits to a shop"}``; else nothing."""
        known = [getattr(self.module, where, ()) for where in ("COUNTS", "MONEY_IN", "MONEY_OUT")]
        said = next((each[name] for each in known if isinstance(each, Mapping) and name in each), "")
        return said if isinstance(said, Counted) else Counted(said)

    @property
    def says(self) -> str:
        """The first sentence of the file: what it does, as a shop owner would understand it."""
        return (self.module.__doc__ or "").strip().splitlines()[0]


def _parameters_in(module: ModuleType) -> type[Parameters] | None:
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, Parameters) and thing.__module__ == module.__name__:
            return thing
    return None


def part_of(module: ModuleType, group: str, name: str) -> Part:
    """The part that a module describes."""
    return Part(
        name,
        group,
        module,
        _parameters_in(module),
        getattr(module, "NEUTRAL", None),
        getattr(module, "COLUMNS", ()),
        getattr(module, "EXAMPLES", ()),
        getattr(module, "IMPOSSIBLE", ()),
        tuple(getattr(module, "COUNTS", ())),
        tuple(getattr(module, "MONEY_IN", ())),
        tuple(getattr(module, "MONEY_OUT", ())),
        MappingProxyType(getattr(module, "EVENTS", {})),
        getattr(module, "COUNTS_OF_SEVERAL", ()),
        getattr(module, "STEP_EXAMPLES", ()),
        MappingProxyType(getattr(module, "WEEK", {})),
        getattr(module, "USED_WHERE", ""),
    )


class MechanismFile(NamedTuple):
    """The file of a mechanism from outside the package: where it lies, or lay, and what it says."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """What the mechanism is called: the file's name without its ending."""
        return Path(self.path).stem

    @property
    def sha256(self) -> str:
        """SHA-256 of the text: 64 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def module(self) -> str:
        """The name of the module that it is run as, which only this text has."""
        return f"loyalty_mechanism_{self.name}_{self.sha256[:16]}"


@dataclass(frozen=True, eq=False)
class Model:
    """The parts of a model by name: behaviours, then mechanisms, each alphabetically, then those from outside."""

    parts: Mapping[str, Part]
    files: tuple[MechanismFile, ...] = ()
    """Those of mechanisms from outside the package, in the order of their names."""
    rivals: tuple[str, ...] = ()
    """What the rivals are called where there are several; none where there is one, who is simply the rival."""
    with_one: Model | None = None
    """Where there are several rivals, the same model with one."""
    used: tuple[str, ...] = ()
    """The mechanisms of those with a ``used_where`` that are used: what the others count and carry, and what they do, is no part
    of the model."""
    plain: Model | None = None
    """Where some are used, the same model without."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """For other processes, which have the same package."""
        return self._made_of() or (builtin, ())

    def _made_of(self) -> tuple[Any, tuple[Any, ...]] | None:
        """What makes this model of a simpler one; None for the simplest."""
        if self.several:
            return with_rivals, (self.alone, self.rivals)
        return (with_used, (self.plain, self.used)) if self.plain else None

    @property
    def several(self) -> bool:
        """Whether there are several rivals."""
        return bool(self.rivals)

    @property
    def alone(self) -> Model:
        """The same model with one rival."""
        return self.with_one or self

    @property
    def mechanisms(self) -> dict[str, str]:
        """Mechanisms from outside the package by name, and SHA-256 (64 hex digits) of the text of each."""
        return {file.name: file.sha256 for file in self.files}

    @cached_property
    def acting(self) -> tuple[Part, ...]:
        """The parts that act in this model, those that only some scenarios use at the end."""
        usual = tuple(part for part in self.parts.values() if not part.used_where)
        return usual + tuple(self.parts[name] for name in self.used)

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The mechanisms that only some scenarios use."""
        return tuple(name for name, part in self.parts.items() if part.used_where)

    @cached_property
    def at_the_end(self) -> tuple[str, ...]:
        """Counts of mechanisms' own of which the last week's is meant."""
        return tuple(name for part in self.acting for name in part.counts if part.told(name).at_the_end)

    @cached_property
    def counts(self) -> tuple[str, ...]:
        """What is counted every week, in the order of the count's columns."""
        usual = tuple(name for part in self.acting for name in part.counted)
        return usual + tuple(name for part in self.acting if self.several for name in part.counts_of_several)

    @cached_property
    def _count_places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.counts)}

    def count(self, name: str) -> int:
        """The column of a count; raises ``KeyError`` for a name that is not counted."""
        return self._count_places[name]

    @cached_property
    def money_in(self) -> tuple[str, ...]:
        """Counts of what comes in, in cents."""
        return tuple(name for part in self.acting for name in part.money_in)

    @cached_property
    def money_out(self) -> tuple[str, ...]:
        """Counts of what goes out, in cents."""
        return tuple(name for part in self.acting for name in part.money_out)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """What a journey can tell of; the number of an event is its place here."""
        return tuple(name for part in self.acting for name in part.events)

    @cached_property
    def _columns(self) -> dict[str, dict[str, Column]]:
        found: dict[str, dict[str, Column]] = {kind: {} for kind in (*KINDS, *OF_COMPANY, *WEEKLY)}
        carried = [column for part in self.acting for column in part.columns]
        for column in sorted(carried, key=lambda column: column.several):
            if self.several or not column.several:
                found[column.kind][column.name] = column
        return found

    def columns(self, kind: str) -> dict[str, Column]:
        """The columns of one kind (of people or of the company) in the order in which the state arrays hold them."""
        return self._columns[kind]

    def rows(self, kind: str) -> int:
        """How many rows the columns of a kind take: a column with several numbers a person takes as many."""
        return self._usual_rows(kind) + len(self.rivals[1:]) * len(self.lanes(kind))

    def _usual_rows(self, kind: str) -> int:
        return sum(column.size for column in self.columns(kind).values())

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of these rows; those about the second rival and so on stand behind all others, ``belief_rival_2``."""
        usual = tuple(name for column in self.columns(kind).values() for name in column.names)
        return usual + tuple(f"{name}_{rival}" for rival in range(2, len(self.rivals) + 1) for name in self.lanes(kind))

    def lanes(self, kind: str) -> tuple[str, ...]:
        """The columns of a kind that hold a number for each rival."""
        return tuple(name for name, column in self.columns(kind).items() if column.lanes)

    def lane(self, name: str) -> tuple[int, int, int]:
        """Of a column that holds a number for each rival: the rows of the first and of the second, and from one to the next."""
        kind = next(kind for kind in self._columns if name in self.columns(kind))
        lanes = self.lanes(kind)
        return self.row(name), self._usual_rows(kind) + lanes.index(name), len(lanes)

    def lane_rows(self, name: str) -> list[int]:
        """The rows of such a column, rival by rival."""
        first, second, step = self.lane(name)
        return [first, *(second + step * place for place in range(len(self.rivals[1:])))]

    def row(self, name: str) -> int:
        """The (first) row of a column in the array of its kind; raises ``KeyError`` for a name that no part owns."""
        for columns in self._columns.values():
            if name in columns:
                before = list(columns)[: list(columns).index(name)]
                return sum(columns[other].size for other in before)
        raise KeyError(name)

    @cached_property
    def settings(self) -> dict[str, dict[str, type]]:
        """Every part's parameters and their types."""
        described = {part.name: part.parameters for part in self.parts.values() if part.parameters is not None}
        found = {name: {n: line.kind for n, line in lines(each).items()} for name, each in described.items()}
        return found | ({"rival": found["rival"] | {"keeps_up": float}} if self.several else {})


@lru_cache(maxsize=1)
def builtin() -> Model:
    """The model that the package ships."""
    found: dict[str, Part] = {}
    for group in GROUPS:
        folder = importlib.import_module(f"sim.model.{group}").__path__
        for name in sorted(item.name for item in pkgutil.iter_modules(folder)):
            found[name] = part_of(importlib.import_module(f"sim.model.{group}.{name}"), group, name)
    return Model(MappingProxyType(found))


@lru_cache(maxsize=256)
def with_rivals(model: Model, names: tuple[str, ...]) -> Model:
    """A model with several rivals of these names; or with one, for fewer than two names."""
    if len(names) < 2:
        return model.alone
    return type(model)(model.parts, model.files, names, model.alone, model.used, model.plain)


def with_used(model: Model, names: tuple[str, ...]) -> Model:
    """A model with one rival in which these mechanisms are used that only some scenarios use, and no others."""
    plain = model.alone.plain or model.alone
    return _with_used(plain, tuple(sorted(names))) if names else plain


def using(model: Model, names: Iterable[str]) -> Model:
    """A model with its rivals, in which these mechanisms are used that only some scenarios use, and no others."""
    return with_rivals(with_used(model, tuple(set(names))), model.rivals)


def everything(model: Model) -> Model:
    """A model in which all mechanisms are used that only some scenarios use: of what a scenario may speak."""
    return using(model, model.optional)


@lru_cache(maxsize=256)
def _with_used(plain: Model, names: tuple[str, ...]) -> Model:
    return type(plain)(plain.parts, plain.files, used=names, plain=plain)


def suffix(rival: str) -> str:
    """A rival's name as the end of a measure's: ``market_share_Beta_Tel``."""
    return "".join(letter if letter.isalnum() else "_" for letter in rival)


def parts() -> Mapping[str, Part]:
    """Every part that the package ships, by name."""
    return builtin().parts


def columns(kind: str) -> dict[str, Column]:
    """The columns of one kind in the model that the package ships."""
    return builtin().columns(kind)


def row(name: str) -> int:
    """The row of a column in the model that the package ships; raises ``KeyError`` for a name that no part owns."""
    return builtin().row(name)
