"""What an experiment varies: levers, which the company chooses, and uncertainties, which nobody knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.data.customer_mapping import ColumnMapping
from sim.data.customer_text import squeezed
from sim.errors import Mistake, hint
from sim.model.component import Model, builtin
from sim.model.parameters import Parameters
from sim.scenario.building import settable
from sim.scenario.customers import WHOLE, listed_words, segment_names, who_have
from sim.scenario.quantities import Unfit, between, fitted, number_told, value_shown
from sim.scenario.rivals import gathered, parted_path
from sim.scenario.sections import Market, Network, traits
from sim.scenario.tree import Node, Place, Problems
from sim.scenario.validation import bounds, plain_type, unit_of
from sim.scenario.whole import Scenario
from sim.scenario.worlds import MEANS, OF, has_mean, parted

LINEAR, LOG = "linear", "log"
LEVERS, UNCERTAINTIES = "levers", "uncertainties"
KEYS = ("low", "high", "values", "scale", "label")


@dataclass(frozen=True)
class Factor:
    """One lever or uncertainty.

    ``path``: ``call_centre.representatives``; ``low`` and ``high``: the range, both ends included, in the parameter's
    ``unit``; ``values``: the only values it may take, in the order of the file, or None; ``scale``: ``linear`` or ``log``;
    ``whole``: whether it counts something; ``yes_or_no``: whether it is a switch (0 and 1); ``lever``: whether the company
    chooses it.
    """

    path: str
    low: float
    high: float
    values: tuple[float, ...] | None
    scale: str
    whole: bool
    yes_or_no: bool
    label: str
    unit: str
    lever: bool

    def at(self, place: float) -> float:
        """The value at a place in [0, 1]: 0 is ``low``, 1 is ``high``, and each value of a finite set is as likely."""
        choices = self.choices
        if choices is not None:
            return choices[min(int(place * len(choices)), len(choices) - 1)]
        if self.whole:
            return min(self.low + math.floor(place * (self.high - self.low + 1)), self.high)
        if self.scale == LOG:
            return min(max(self.low * (self.high / self.low) ** place, self.low), self.high)
        return min(max(self.low + place * (self.high - self.low), self.low), self.high)

    def place_of(self, value: float) -> float | None:
        """A place at which the value lies; None when there is none."""
        if self.choices is not None:
            return (self.choices.index(value) + 0.5) / len(self.choices) if value in self.choices else None
        if not self.low <= value <= self.high:
            return None
        if self.whole:
            return (value - self.low + 0.5) / (self.high - self.low + 1)
        if self.scale == LOG:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def choices(self) -> tuple[float, ...] | None:
        """The values it may take when they were listed or when it is a switch, else None."""
        return (0.0, 1.0) if self.yes_or_no and self.values is None else self.values

    def typed(self, value: float) -> Any:
        """``value`` as the parameter holds it: a switch as yes or no, a count without decimals."""
        if self.yes_or_no and value in (0, 1):
            return bool(value)
        return int(value) if self.whole and float(value).is_integer() else float(value)

    def told(self, value: float) -> str:
        """A value in words: ``14``, ``yes``, ``0.12``."""
        return value_shown(self.typed(value)) if self.yes_or_no else number_told(float(f"{value:.4g}"))


def sectioned(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by path as the sections of a scenario file: ``{"quality.level": 0.7}`` → ``{"quality": {"level": 0.7}}``."""
    sections: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        section, name = parted_path(path)
        if section == MEANS:
            raise Mistake(f"{path} is what calibration narrows; it cannot be set like a parameter, so remove it here")
        sections.setdefault(section, {})[name] = value
    return gathered(sections)


@dataclass(frozen=True)
class Parameter:
    """What the model says of one number or switch of a scenario: its type, unit, allowed range and meaning."""

    kind: type
    unit: str
    low: float
    high: float
    meaning: str

    def check(self, value: Any, written: Any) -> None:
        """Raise :class:`Unfit` unless the parameter may have this value, which was ``written`` so."""
        allowed = between(self.low, self.high, self.unit)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise Unfit(f"is {value_shown(written)}, but must be a number {allowed}")
        if self.kind is not float and int(value) != value:
            raise Unfit(f"is {value_shown(written)}, but must be a whole number {allowed}")
        if not self.low <= value <= self.high:
            raise Unfit(f"is {value_shown(written)}, but the parameter must lie {allowed}")


@lru_cache(maxsize=8)
def parameters(model: Model) -> dict[str, dict[str, Parameter]]:
    """Everything that an experiment can vary: section → parameter → what the model says of it."""
    sections: dict[str, type[Parameters]] = {
        name: part.parameters for name, part in settable(model).items() if part.parameters is not None
    }
    sections |= {"market": Market, "network": Network}
    return {name: _numbers(section) for name, section in sections.items()}


def _numbers(section: type[Parameters]) -> dict[str, Parameter]:
    found = {}
    for name, field in section.model_fields.items():
        unit, limits = unit_of(field), bounds(field) or (0.0, 1.0)
        if unit is not None:
            found[name] = Parameter(plain_type(field.annotation), unit, *limits, field.description or "")
    return found


def parameter_at(path: str, model: Model | None = None) -> Parameter:
    """The parameter of a model, the shipped one unless given, that a path such as ``call_centre.hours`` names.

    Raises :class:`Unfit` for a path that names none.
    """
    section, name = parted_path(path)
    if section == MEANS:
        return _mean(name)
    sections = parameters(model or builtin())
    if section not in sections:
        raise Unfit(f"is no behaviour or mechanism{hint(section, sections)}")
    if name not in sections[section]:
        known = [f"{section}.{each}" for each in sections[section]]
        raise Unfit(f"is no parameter{hint(path, known)}")
    return sections[section][name]


def _mean(name: str) -> Parameter:
    """A trait on average, of everybody or of a segment (``switching_cost@one year``), or of who has a word of the file."""
    trait, of, _ = name.partition(OF)
    if not (has_mean(trait) or (of and trait in traits())):  # whether a file gives numbers to words, only a base tells
        raise Unfit(_no_mean(trait))
    line = traits()[trait]
    return Parameter(
        int if of and trait in WHOLE else float, line.unit, line.low, line.high, f"{line.meaning}: the mean"
    )


def _no_mean(trait: str) -> str:
    return f"is no trait whose mean could be narrowed{hint(trait, [each for each in traits() if has_mean(each)])}"


# ---- from the file


def factors_in(node: Node | None, section: str, base: Scenario, problems: Problems) -> tuple[Factor, ...]:
    """The factors under ``levers`` or ``uncertainties``: a section of ranges, or a list of parameters in their own ranges."""
    if node is None:
        return ()
    entries = _entries(node, section, problems)
    found = (_factor(path, entry, section, base, problems) for path, entry in entries)
    kept = tuple(factor for factor in found if factor is not None)
    for factor in kept:
        if factor.path.startswith(f"{MEANS}."):
            _refuse_people(factor.path, dict(entries)[factor.path], section, base, problems)
            continue
        _refuse_changing(factor.path, dict(entries)[factor.path], section, base, problems)
    return kept


def _entries(node: Node, section: str, problems: Problems) -> list[tuple[str, Node]]:
    """Path and range; a bare list of paths has none."""
    if isinstance(node.value, list):
        return [(str(each.value), Node({}, each.place)) for each in node.value]
    if not isinstance(node.value, dict):
        problems.add(node.place, f"{section} is {value_shown(node.value)}, but must be a section, one line a parameter")
    return list(node.entries())


def _factor(path: str, entry: Node, section: str, base: Scenario, problems: Problems) -> Factor | None:
    try:
        parameter = parameter_at(_by_trait(path, base), base.model)
        _check_keys(entry)
        values = _values(entry, parameter)
        low, high = _range(entry, parameter, values)
        scale = _scale(entry, parameter, low)
    except Unfit as unfit:
        problems.add(_place(entry, unfit), f"{section}.{path} {unfit}")
        return None
    label = entry.get("label")
    words = str(label.value) if label else path.partition(".")[2].replace("_", " ")
    yes_or_no = parameter.kind is bool
    return Factor(
        path, low, high, values, scale, parameter.kind is int, yes_or_no, words, parameter.unit, section == LEVERS
    )


def _by_trait(path: str, base: Scenario) -> str:
    """The path itself. Raises :class:`Unfit` for one that names the column of a word instead of the trait that it becomes."""
    name, whose = parted(path)
    given = base.customers.mapping.columns if base.customers.mapping is not None else {}
    traits_of = [
        trait for trait, column in given.items() if whose and squeezed(column.column) == squeezed(name) != trait
    ]
    if path.startswith(f"{MEANS}.") and traits_of:
        said = " or ".join(f"{MEANS}.{trait}{OF}{whose}" for trait in traits_of)
        raise Unfit(f"names a column of the customer file; name the trait that it becomes, {said}")
    return path


class _At(Unfit):
    """Something that does not fit, at a line of its own."""

    def __init__(self, sentence: str, node: Node) -> None:
        super().__init__(sentence)
        self.node = node


def _place(entry: Node, unfit: Unfit) -> Place | None:
    return (unfit.node.place if isinstance(unfit, _At) else None) or entry.place


def _check_keys(entry: Node) -> None:
    if not isinstance(entry.value, dict):
        raise Unfit(f"is {value_shown(entry.value)}, but must be a range such as {{low: 1, high: 2}}")
    for key, node in entry.entries():
        if key not in KEYS:
            raise _At(f"has no '{key}'{hint(key, KEYS)}", node)
    if entry.get("values") and (entry.get("low") or entry.get("high")):
        raise Unfit("has both a range and values; keep one of them")


def _number(node: Node, parameter: Parameter) -> float:
    """A number of the parameter's unit, within its range."""
    value = fitted(node.value, parameter.kind, parameter.unit)
    try:
        parameter.check(value, node.value)
    except Unfit as unfit:
        raise _At(str(unfit), node) from None
    return float(value)


def _values(entry: Node, parameter: Parameter) -> tuple[float, ...] | None:
    node = entry.get("values")
    if node is None:
        return None
    if not isinstance(node.value, list) or len(node.value) < 2:
        raise _At("values must be a list of at least two", node)
    found = tuple(_number(Node(each.value, each.place or node.place), parameter) for each in node.value)
    if len(set(found)) < len(found):
        raise _At("values names a value twice", node)
    return found


def _range(entry: Node, parameter: Parameter, values: tuple[float, ...] | None) -> tuple[float, float]:
    """Lowest and highest value: as written, else those of the list, else the parameter's own."""
    if values is not None:
        return min(values), max(values)
    ends = [entry.get(key) for key in ("low", "high")]
    own = (parameter.low, parameter.high)
    low, high = (_number(end, parameter) if end else float(limit) for end, limit in zip(ends, own, strict=True))
    if not low < high:
        raise Unfit(f"goes from {number_told(low)} to {number_told(high)}, but low must be less than high")
    return low, high


def _scale(entry: Node, parameter: Parameter, low: float) -> str:
    node = entry.get("scale")
    if node is None:
        return LINEAR
    if node.value not in (LINEAR, LOG):
        raise _At(f"has the scale {value_shown(node.value)}, but it must be linear or log", node)
    if node.value == LOG and (low <= 0 or parameter.kind is not float or entry.get("values")):
        raise _At("has the scale log, which takes a range above zero of a parameter that is no count", node)
    return str(node.value)


def _refuse_people(path: str, entry: Node, section: str, base: Scenario, problems: Problems) -> None:
    """Of people, what nobody knows may be narrowed: what a word of the file is in a trait, or a trait that the file does not
    give, of everybody or of a segment that there is."""
    trait, whose = parted(path)
    names = [name for name in segment_names(base) if name is not None]
    mapping = base.customers.mapping
    given = None if mapping is None else mapping.columns.get(trait)
    wrong = ""
    if section == LEVERS:
        wrong = " is no lever: how people are is not the company's to choose"
    elif given is not None:
        wrong = _no_word(base, path, given)
    elif not has_mean(trait):
        wrong = f" {_no_mean(trait)}"
    elif whose and whose not in names:
        wrong = f": '{base.name}' has no segment '{whose}'{hint(whose, names)}"
    if wrong:
        problems.add(entry.place, f"{section}.{path}{wrong}")


def _no_word(base: Scenario, path: str, given: ColumnMapping) -> str:
    """Why what a word of the customer file is in a trait cannot be narrowed; nothing where it can."""
    (trait, word), words = parted(path), listed_words(base, parted(path)[0])
    if not words:
        return f": the customer file says {trait} of everybody; remove the line"
    who = who_have(base, trait, word)
    if who is None:
        one = f"; name a word of it, such as {MEANS}.{trait}{OF}{words[0]}" if not word else hint(word, words)
        return f": '{given.column}', which says {trait}, has no word '{word}' under 'values'{one}"
    if given.divide_by is not None:
        return f": {trait} is divided by '{given.divide_by}', so that a word is no one number; remove the line"
    return "" if who.size else f": nobody in the customer file has '{word}' in '{given.column}'; remove the line"


def _refuse_changing(path: str, entry: Node, section: str, base: Scenario, problems: Problems) -> None:
    """A parameter that the scenario changes over time has no single value to vary."""
    part, name = parted_path(path)
    for week, changed in base.changes:
        if name in changed.get(part, {}):
            problems.add(entry.place, f"{section}.{path} changes in week {week} of '{base.name}'; remove that change")
