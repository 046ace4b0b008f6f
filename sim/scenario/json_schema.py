"""The JSON Schema of scenario files, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.data.customer_mapping import CustomerFileMapping
from sim.model.behaviour.person import MOST_RIVALS
from sim.model.component import Model, builtin
from sim.model.distributions import Distribution
from sim.model.network import MOST_FRIENDS
from sim.model.parameters import Parameters, plausible_in
from sim.scenario.building import parts_with_parameters
from sim.scenario.lesson import schema as lesson_schema
from sim.scenario.quantities import NUMBER, plausible_told
from sim.scenario.rivals import AT_THE_START, LONGEST_NAME, SECTION, Competitor
from sim.scenario.sections import FILE_KEYS, Frame, Market, Measuring, Network, Segment, traits
from sim.scenario.timing import EVERY
from sim.scenario.validation import bounds, plain_type, unit_of

_QUANTITY = rf"^\s*{NUMBER}\s*\S.*$"
_NUMBERS = ("value", "low", "high", "mean", "sd")


def schema(model: Model | None = None) -> dict[str, Any]:
    """The schema of a scenario file (draft 2020-12): every key with its meaning, range, unit and default.

    ``model``: of which it is a scenario, the shipped one unless given.
    """
    found = parts_with_parameters(model or builtin()).items()
    sections = {name: _section(part.parameters, part.says) for name, part in found if part.parameters}
    top: dict[str, Any] = {
        "extends": {"type": "string", "description": "Scenario file to build on; path from this file"}
    }
    top |= {name: _entry(field) for name, field in Frame.model_fields.items()}
    top["warm_up"] = _warm_up(top["warm_up"], list(sections))
    top |= {
        "measure": _measure(),
        "market": _section(Market, _first(Market)),
        "customers": _people(),
        "network": _section(Network, _first(Network)),
    }
    top |= {name: _reference(name) for name in sections}
    top[SECTION] = _rivals(at_the_start=True)
    top["changes"] = _changes(list(sections))
    top["lesson"] = lesson_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of loyalty-sim",
        **_object(top),
        "$defs": sections | {"distribution": _distribution()} | _file_definitions(),
    }


def _first(model: type) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _reference(name: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}


def _object(properties: dict[str, Any], description: str = "") -> dict[str, Any]:
    said = {"type": ["object", "null"], "additionalProperties": False, "properties": properties}
    return said | ({"description": description} if description else {})


def _section(model: type[Parameters], description: str) -> dict[str, Any]:
    return _object({name: _entry(field) for name, field in model.model_fields.items()}, description)


def _entry(field: FieldInfo) -> dict[str, Any]:
    """One parameter: what may be written, and what it means."""
    unit, kind = unit_of(field), plain_type(field.annotation)
    told = ", ".join(filter(None, (unit, plausible_told(plausible_in(field)))))
    words = field.description or ""
    described = {"description": f"{words} [{told}]" if told else words, "default": field.default}
    return described | {"anyOf": [*_forms(field, kind, unit), {"type": "null"}]}


def _forms(field: FieldInfo, kind: Any, unit: str | None) -> list[dict[str, Any]]:
    if kind is bool:
        return [{"type": "boolean"}, {"enum": ["yes", "no"]}]
    if get_origin(kind) is tuple:
        return [{"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MOST_FRIENDS}, "minItems": 1}]
    if get_origin(kind) is not None:
        return [{"enum": list(get_args(kind))}]
    limits = bounds(field)
    if limits is None:
        return [{"type": "string"}]
    number = {"type": "integer" if kind is int else "number", "minimum": limits[0], "maximum": limits[1]}
    return [number, _quantity(unit or "")]


def _quantity(unit: str) -> dict[str, Any]:
    return {"type": "string", "pattern": _QUANTITY, "description": f"a number with a unit that converts to {unit}"}


def _changes(names: list[str]) -> dict[str, Any]:
    week = _object({name: _reference(name) for name in names} | {SECTION: _rivals(at_the_start=False)})
    return {
        "type": ["object", "null"],
        "description": "Settings that change while the simulation runs, by week",
        "patternProperties": {"^from week +[0-9]+$": week},
        "additionalProperties": False,
    }


def _warm_up(weeks: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """How long it lasts; or that, and the settings in which it differs from week 0."""
    settings = {name: _reference(name) for name in names} | {SECTION: _rivals(at_the_start=True)}
    under = _object(settings, "Settings of the warm-up alone")
    whole = {key: weeks[key] for key in ("description", "anyOf")}
    return weeks | {"anyOf": [*weeks["anyOf"], _object({"weeks": whole, "under": under})]}


def _rivals(at_the_start: bool) -> dict[str, Any]:
    """A list of rivals with their names, or a section by name; what is so at the start cannot change."""
    said = {
        name: _entry(field)
        for name, field in Competitor.model_fields.items()
        if at_the_start or name not in AT_THE_START
    }
    name = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "description": "What the rival is called"}
    one = {"type": "object", "additionalProperties": False, "properties": {"name": name, **said}, "required": ["name"]}
    forms = [
        {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_RIVALS},
        {"type": "object", "additionalProperties": _object(said)},
        {"type": "null"},
    ]
    return {"description": _first(Competitor), "anyOf": forms}


def _measure() -> dict[str, Any]:
    """In words, ``from week 13 by quarter``, or as a section."""
    words = {
        "type": "string",
        "pattern": rf"^\s*(from +week +[0-9]+( +by +({'|'.join(EVERY)}))?|by +({'|'.join(EVERY)}))\s*$",
    }
    return {"description": _first(Measuring), "anyOf": [words, _section(Measuring, _first(Measuring))]}


def _people() -> dict[str, Any]:
    mapping = CustomerFileMapping.model_json_schema(ref_template="#/$defs/{model}")["properties"]
    keys = {key: _or_null(mapping[name]) for key, name in FILE_KEYS.items()}
    keys["file"] = _or_null(mapping["file"])
    keys["bad_rows_allowed"] = {"anyOf": [mapping["bad_rows_allowed"], _quantity("share"), {"type": "null"}]}
    segment = _object({"share": _or_null(_share()), "traits": _traits()}, _first(Segment))
    keys |= {"traits": _traits(), "segments": {"type": ["object", "null"], "additionalProperties": segment}}
    return _object(keys, "Who the people are: a customer file, and how the traits it lacks are spread")


def _share() -> dict[str, Any]:
    return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _quantity("share")]}


def _or_null(said: dict[str, Any]) -> dict[str, Any]:
    examples = {"examples": said["examples"]} if "examples" in said else {}
    return {"anyOf": [said, {"type": "null"}], "description": said.get("description", "")} | examples


def _traits() -> dict[str, Any]:
    def one(trait: Any) -> dict[str, Any]:
        number = {"type": "number", "minimum": trait.low, "maximum": trait.high}
        forms = [number, _quantity(trait.unit), {"$ref": "#/$defs/distribution"}, {"type": "null"}]
        return {"description": f"{trait.meaning} [{trait.unit}]", "anyOf": forms}

    return _object({name: one(trait) for name, trait in traits().items()})


def _distribution() -> dict[str, Any]:
    kinds = list(get_args(plain_type(Distribution.model_fields["distribution"].annotation)))
    number = {"anyOf": [{"type": "number"}, _quantity("the trait's unit")]}
    properties = {"distribution": {"enum": kinds}} | dict.fromkeys(_NUMBERS, number)
    said = {"type": "object", "additionalProperties": False, "properties": properties}
    return said | {"required": ["distribution"], "description": _first(Distribution)}


def _file_definitions() -> dict[str, Any]:
    return CustomerFileMapping.model_json_schema(ref_template="#/$defs/{model}").get("$defs", {})
