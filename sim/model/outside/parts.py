"""What a mechanism's file must keep to so that it can stand beside the others: names of its own, and things of the right form."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterator, Mapping
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from pydantic import ValidationError

from sim.errors import Mistake, nearest
from sim.model.columns import KINDS, OF_COMPANY, WEEKLY, Column
from sim.model.component import Part
from sim.model.events import Circumstances, told
from sim.model.examples import Example
from sim.model.outside.reading import is_name
from sim.model.parameters import Parameters
from sim.model.schedule import Company, Everybody, InTurn, Listing, Representatives, Whoever
from sim.model.steps import Step
from sim.model.week import PLACES, State

Wrong = Callable[..., Mistake]

SHAPES: dict[str, tuple[tuple[type, ...], str]] = {
    "NEUTRAL": ((dict,), "{'rate': 0.0}"),
    "COLUMNS": ((tuple, list), "(Column('points', 'number', 'Points on the card'),)"),
    "COUNTS": ((tuple, list, dict), "{'points_lapsed': 'Points that lapsed'}"),
    "MONEY_IN": ((tuple, list), "('revenue_points',)"),
    "MONEY_OUT": ((tuple, list), "('cost_points',)"),
    "EVENTS": ((dict,), "{'points_lapsed': 'Of their points {:.0f} lapsed.'}"),
    "EXAMPLES": ((tuple, list), "(example(rule, 1.0, becomes=2.0, because='…'),)"),
    "IMPOSSIBLE": ((tuple, list), "((lambda now: now.low > now.high, 'low is {low}, above high ({high})'),)"),
    "WEEK": ((dict,), "{'account': company(pay)}"),
}
"""What a file may say beside its settings, rules and steps: of which type, and how it is written."""
ACTIONS = (Everybody, Listing, Whoever, InTurn, Company, Representatives)
"""How steps of a mechanism from outside can be scheduled; lines and talk are the engines' own."""
SEVERAL, MOST_PLACES = ("number", "staff", "firm"), 520
"""Kinds of columns that may hold several numbers, and how many at most: ten years of weeks."""
NOT_COLUMNS = frozenset({
    *State._fields, "id", "replication", "week", "person", "segment_name",
    "number", "luck", "word", "word_at", "spare_luck", "heard", "heard_content", "told", "content", "friends", "is_customer",
    "representatives", "on_duty", "of_rivals",
    "begin_week", "forms", "kinds", "model", "unique_id", "random", "rng", "remove", "step", "advance", "create_agents", "pos",
})  # fmt: skip
"""What no column can be called: keys of the panel and the state, and what those who carry columns are or do."""
NOT_COUNTS = frozenset({
    "revenue", "cost", "row", "waited", "one", "people_at_start", "money_in", "money_out", "with_rival", "joiners_from_rival",
    "leavers_to_rival",
})  # fmt: skip
"""What nothing that is counted can be called."""


class At(Protocol):
    """What tells a mistake with its place."""

    def wrong(self, what: str, name: str = "", word: object = None) -> Mistake:
        """The mistake in what the file calls ``name``, at the line where ``word`` stands in it."""


def check_shapes(module: ModuleType, at: At) -> None:
    """Refuse what is no mechanism, and what it says in another form than the program reads."""
    settings = [thing for thing in vars(module).values() if _is_settings(thing, module)]
    if not settings and not hasattr(module, "WEEK"):
        raise at.wrong(
            "this is no mechanism: it has neither settings (a class of Parameters) nor a WEEK in which its steps act"
        )
    if len(settings) > 1:
        raise at.wrong("a mechanism has one class of Parameters, and here is a second", settings[1].__name__)
    if not (module.__doc__ or "").strip():
        raise at.wrong("the file must begin with a sentence in quotes that says what the mechanism does")
    for name, (kinds, example) in SHAPES.items():
        if not isinstance(getattr(module, name, kinds[0]()), kinds):
            raise at.wrong(f"{name} must be written like {name} = {example}", name)


def _is_settings(thing: Any, module: ModuleType) -> bool:
    return isinstance(thing, type) and issubclass(thing, Parameters) and thing.__module__ == module.__name__


def check_part(part: Part, others: Mapping[str, Part], at: At) -> None:
    """Refuse a part of which something has a wrong form, or a name that another part has."""
    _settings(part, others, at)
    _columns(part, others, at)
    _counts(part, others, at)
    _events(part, others, at)
    _examples(part, at)
    _contradictions(part, at)
    _week(part, at)


def _own_name(what: str, name: object, taken: Collection[object], at: At, where: str) -> None:
    """Refuse what is no name, or the name of something else."""
    if not is_name(name):
        raise at.wrong(f"{name!r} is no name for a {what}; take small letters, digits and _", where, name)
    if name in taken:
        what = f"the {what} '{name}' is there already, or its name means something else to the program"
        raise at.wrong(f"{what}; choose another name", where, name)


# ---- settings


def _settings(part: Part, others: Mapping[str, Part], at: At) -> None:
    if part.parameters is None:
        if part.neutral:
            raise at.wrong(
                "NEUTRAL says how nothing changes, but there are no settings (a class of Parameters)", "NEUTRAL"
            )
        return
    where, fields = part.parameters.__name__, part.parameters.model_fields
    taken = {field for other in others.values() for field in _policy_fields(other)}
    for name, field in fields.items():
        _own_name("parameter", name, dir(Parameters), at, where)
        if not isinstance(field.json_schema_extra, dict) or "unit" not in field.json_schema_extra:
            raise at.wrong(
                f"'{name}' must be made by parameter(default, unit, low, high, meaning, source)", where, name
            )
        if field.annotation not in (float, int, bool):
            raise at.wrong(f"'{name}' must be annotated float, int or bool", where, name)
        if f"{part.name}_{name}" in taken:
            raise at.wrong(
                f"'{part.name}.{name}' cannot be told from a parameter of another part; choose another name",
                where,
                name,
            )
    _defaults(part.parameters, at, where)
    _neutral(part.parameters, part.neutral or {}, at)


def _policy_fields(part: Part) -> Iterator[str]:
    yield from (f"{part.name}_{name}" for name in (part.parameters.model_fields if part.parameters else ()))


def _defaults(parameters: type[Parameters], at: At, where: str) -> None:
    try:
        parameters()
    except ValidationError as fault:
        item = fault.errors(include_url=False)[0]
        raise at.wrong(f"the default of '{item['loc'][0]}' is wrong: {item['msg']}", where, item["loc"][0]) from None


def _neutral(parameters: type[Parameters], neutral: Mapping[str, Any], at: At) -> None:
    known = list(parameters.model_fields)
    for name in neutral:
        if name not in known:
            raise at.wrong(f"NEUTRAL sets '{name}', which is no parameter{nearest(str(name), known)}", "NEUTRAL", name)
    try:
        parameters(**neutral)
    except ValidationError as fault:
        item = fault.errors(include_url=False)[0]
        raise at.wrong(
            f"NEUTRAL sets '{item['loc'][0]}' to what it cannot be: {item['msg']}", "NEUTRAL", item["loc"][0]
        ) from None


# ---- columns, counts, events


def _columns(part: Part, others: Mapping[str, Part], at: At) -> None:
    kinds = [*KINDS, *OF_COMPANY, *WEEKLY]
    taken = {name for other in others.values() for column in other.columns for name in (column.name, *column.names)}
    for column in part.columns:
        if not isinstance(column, Column):
            raise at.wrong(f"COLUMNS holds {column!r}, but each must be a Column(name, kind, meaning)", "COLUMNS")
        if column.kind not in kinds:
            hint = nearest(str(column.kind), kinds) or f"; there are {', '.join(kinds)}"
            raise at.wrong(
                f"'{column.name}' is of the kind {column.kind!r}, which there is not{hint}", "COLUMNS", column.name
            )
        _size(column, at)
        for name in (column.name, *column.names):
            _own_name("column", name, taken | NOT_COLUMNS, at, "COLUMNS")
        taken |= {column.name, *column.names}


def _size(column: Column, at: At) -> None:
    several = isinstance(column.size, int) and 1 < column.size <= MOST_PLACES and column.kind in SEVERAL
    if column.size != 1 and not several:
        raise at.wrong(
            f"'{column.name}' holds {column.size!r} numbers; it can hold 1, or of {' or '.join(SEVERAL)} up to {MOST_PLACES}",
            "COLUMNS", column.name,
        )  # fmt: skip


def _counts(part: Part, others: Mapping[str, Part], at: At) -> None:
    taken = {name for other in others.values() for name in other.counted} | NOT_COUNTS
    for where in ("COUNTS", "MONEY_IN", "MONEY_OUT"):
        for name in getattr(part, where.lower()):
            _own_name("count", name, taken, at, where)
            taken.add(name)


def _events(part: Part, others: Mapping[str, Part], at: At) -> None:
    taken = {name for other in others.values() for name in other.events}
    for name, sentence in part.events.items():
        _own_name("event", name, taken, at, "EVENTS")
        try:
            words = told(sentence, 0.5, Circumstances(0, "EUR", {})) if sentence else ""
        except Exception as fault:
            raise at.wrong(f"the sentence of '{name}' fails: {type(fault).__name__}: {fault}", "EVENTS", name) from None
        if not isinstance(words, str) or not words.strip():
            raise at.wrong(f"'{name}' needs a sentence, with {{:.0f}} where its amount belongs", "EVENTS", name)


# ---- examples, contradictions


def _examples(part: Part, at: At) -> None:
    """Every worked example must come out in plain Python, which takes no compiling."""
    for number, one in enumerate(part.examples, 1):
        if not isinstance(one, Example):
            raise at.wrong(
                f"EXAMPLES holds {one!r}, but each must be an example(rule, …, becomes=…, because=…)", "EXAMPLES"
            )
        which = f"example {number} of EXAMPLES, {one.rule.__name__}({', '.join(map(str, one.given))})"
        try:
            with np.errstate(all="ignore"):
                found = one.rule.plain(*one.rule.force(*one.given))
            close = np.allclose(found, one.becomes, rtol=0, atol=one.tolerance)
        except Exception as fault:
            raise at.wrong(f"{which} fails: {type(fault).__name__}: {fault}", "EXAMPLES", one.because) from None
        if not close:
            raise at.wrong(f"{which} becomes {found}, and not {one.becomes}", "EXAMPLES", one.because)


def _contradictions(part: Part, at: At) -> None:
    for one in part.impossible:
        match one:
            case (check, str(sentence)) if callable(check) and part.parameters is not None:
                _contradiction(part.parameters, check, sentence, at)
            case _:
                raise at.wrong(f"IMPOSSIBLE must be written like IMPOSSIBLE = {SHAPES['IMPOSSIBLE'][1]}", "IMPOSSIBLE")


def _contradiction(parameters: type[Parameters], check: Callable[[Any], bool], sentence: str, at: At) -> None:
    known = list(parameters.model_fields)
    try:
        named = [name for _, name, *_ in string.Formatter().parse(sentence) if name is not None]
        says_so = check(parameters())
    except Exception as fault:
        hint = nearest(str(fault.name), known) if isinstance(fault, AttributeError) else ""
        raise at.wrong(f"IMPOSSIBLE fails: {type(fault).__name__}: {fault}{hint}", "IMPOSSIBLE", sentence) from None
    unknown = next((name for name in named if name not in known), None)
    if unknown is not None:
        raise at.wrong(
            f"IMPOSSIBLE names '{unknown}', which is no parameter{nearest(unknown, known)}", "IMPOSSIBLE", sentence
        )
    if says_so:
        raise at.wrong("IMPOSSIBLE refuses the defaults themselves", "IMPOSSIBLE", sentence)


# ---- where its steps act


def _week(part: Part, at: At) -> None:
    for place, items in part.week.items():
        if place not in PLACES:
            known = [each for each in PLACES if not each.startswith("before ")]
            hint = nearest(str(place), list(PLACES)) or f"; there are {', '.join(known)}, and 'before' each"
            raise at.wrong(f"{place!r} is no place in the week{hint}", "WEEK", place)
        if not isinstance(items, tuple | list):
            raise at.wrong(
                f"what happens in '{place}' must be several in brackets: (*everybody(earn), Whoever(asked, act))",
                "WEEK",
                place,
            )
        for item in items:
            _item(item, place, at)


def _item(item: Any, place: str, at: At) -> None:
    if not isinstance(item, ACTIONS):
        known = ", ".join(kind.__name__ for kind in ACTIONS)
        name = item.__name__ if callable(item) and hasattr(item, "__name__") else type(item).__name__
        raise at.wrong(
            f"{name} cannot act in '{place}' of itself: say who acts, with everybody(…), company(…) or one of {known}",
            "WEEK",
            place,
        )
    for step in (getattr(item, key) for key in ("asked", "step") if hasattr(item, key)):
        if not isinstance(step, Step):
            name = getattr(step, "__name__", repr(step))
            raise at.wrong(f"'{name}' is no step: write @step above it", "WEEK", name)
    if isinstance(item, InTurn) and not (isinstance(item.weeks, int) and item.weeks >= 1):
        raise at.wrong(
            f"InTurn(weeks, step): it is {item.weeks!r} weeks, but must be a whole number, 1 or more", "WEEK", place
        )
