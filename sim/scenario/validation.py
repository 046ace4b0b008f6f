"""A validation error, said in the scenario's own words: place, key, value, what is allowed, the nearest word."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.errors import nearest
from sim.scenario.quantities import Unfit, between, fitted, number_in, number_told, value_shown
from sim.scenario.tree import Node, Place, Problems

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "string_type": "text", "bool_type": "yes or no", "dict_type": "a section of its own lines", "path_type": "text",
    "model_type": "a section of its own lines", "model_attributes_type": "a section of its own lines",
    "list_type": "a list", "tuple_type": "a list", "too_long": "a list of fewer entries",
    "missing": "given", "string_too_short": "longer text", "string_too_long": "shorter text",
    "string_pattern_mismatch": "one line of plain text",
}  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """What is judged: the node, and how its path begins (``upselling``) and ends in messages."""

    node: Node
    path: str
    after: str = ""

    def below(self, *keys: str) -> str:
        """The path of an entry of this section as a message names it."""
        return ".".join(key for key in (self.path, *keys) if key) + self.after


def plain_type(annotation: Any) -> Any:
    """The annotation without ``| None`` and ``Annotated``."""
    if hasattr(annotation, "__metadata__"):
        return plain_type(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return plain_type(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def unit_of(field: FieldInfo) -> str | None:
    """The unit that a parameter's line states; None for what is no parameter."""
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None


def bounds(field: FieldInfo) -> tuple[float, float] | None:
    """The least and greatest value a field may have, None when it has no such pair."""
    low, high = (next((getattr(i, side) for i in field.metadata if hasattr(i, side)), None) for side in ("ge", "le"))
    return None if low is None or high is None else (low, high)


def judged(model: type[Model], spot: Spot, problems: Problems, base: dict[str, Any] | None = None) -> Model | None:
    """The section as a ``model``, ``base`` filling what it does not say; None when something was wrong."""
    if not isinstance(spot.node.value, dict):
        problems.add(
            spot.node.place, f"{spot.below()} is {value_shown(spot.node.value)}, but must be {_EXPECTED['dict_type']}"
        )
        return None
    before = len(problems)
    values = dict(base or {})
    for key, node in spot.node.entries():
        field = model.model_fields.get(key)
        unit = unit_of(field) if field else None
        try:
            values[key] = fitted(node.value, plain_type(field.annotation), unit) if field and unit else node.plain()
        except Unfit as unfit:
            problems.add(node.place, f"{spot.below(key)} {unfit}")
    found = _validated(model, values, spot, problems)
    return found if len(problems) == before else None


def _validated(model: type[Model], values: dict[str, Any], spot: Spot, problems: Problems) -> Model | None:
    try:
        return model(**values)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            place, sentence = _sentence(model, item, spot)
            problems.add(place, sentence)
    return None


def _sentence(model: type[BaseModel], item: Any, spot: Spot) -> tuple[Place | None, str]:
    node, keys = _reached(spot.node, item["loc"])
    path, kind = spot.below(*keys), item["type"]
    if kind == "extra_forbidden":
        return node.place, f"{path} is not {_known_in(model, spot, keys)}"
    if kind == "missing":
        return node.place, f"{spot.below(*keys, str(item['loc'][-1]))} is missing"
    if kind == "value_error":
        return node.place, f"{path}: {item['ctx']['error']}"
    wanted = _wanted(model, item)
    return node.place, f"{path} is {value_shown(node.value)}, but must {wanted}"


def _reached(node: Node, loc: tuple[Any, ...]) -> tuple[Node, list[str]]:
    """The node an error speaks of, and its keys; steps into the branches of a union lead nowhere and are left out."""
    keys: list[str] = []
    for step in loc:
        if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = Node(node.value[step].value, node.value[step].place)
            keys.append(str(step + 1))
        elif isinstance(node.value, dict) and str(step) in node.value:
            node = node.value[str(step)]
            keys.append(str(step))
    return node, keys


def _known_in(model: type[BaseModel], spot: Spot, keys: list[str]) -> str:
    """What an unknown key is not, with the nearest word there is."""
    owner = _model_at(model, keys[:-1]) or model
    names = list(owner.model_fields)
    parent = ".".join(key for key in (spot.path, *keys[:-1]) if key)
    return f"a parameter of {parent}{nearest(keys[-1], names) or '; there are ' + ', '.join(names)}"


def _field_at(model: type[BaseModel], keys: list[str]) -> FieldInfo | None:
    owner = _model_at(model, keys[:-1])
    return owner.model_fields.get(keys[-1]) if owner and keys else None


def _model_at(model: type[BaseModel], keys: list[str]) -> type[BaseModel] | None:
    kind: Any = model
    for key in keys:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(key)
            kind = plain_type(field.annotation) if field else None
        elif get_origin(kind) is dict:
            kind = plain_type(get_args(kind)[1])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _wanted(model: type[BaseModel], item: Any) -> str:
    """The end of the sentence 'the key is x, but must …'."""
    keys = [step for step in item["loc"] if isinstance(step, str)]
    field, kind = _field_at(model, keys), item["type"]
    if kind in _EXPECTED:
        return f"be {_EXPECTED[kind]}"
    if field is not None and get_origin(plain_type(field.annotation)) is Literal:
        words = [str(word) for word in get_args(plain_type(field.annotation))]
        return f"be one of {', '.join(words)}{nearest(str(item['input']), words)}"
    return _number_wanted(field, item)


def _number_wanted(field: FieldInfo | None, item: Any) -> str:
    unit = (unit_of(field) if field else None) or ""
    limits = bounds(field) if field else None
    whole = "a whole number" if item["type"].startswith("int") else "a number"
    if limits and item["type"] in ("greater_than_equal", "less_than_equal"):
        return f"lie {between(*limits, unit).strip()}"
    if limits:
        return f"be {whole} {between(*limits, unit).strip()}"
    one_sided = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt", "less_than": "lt"}
    words = {"ge": "be at least", "le": "be at most", "gt": "be greater than", "lt": "be less than"}
    side = one_sided.get(item["type"])
    if side:
        return f"{words[side]} {number_told(item['ctx'][side])}"
    if item["type"].startswith(("float", "int", "finite")):
        return f"be {whole}" if not unit else f"be {number_in(unit).replace('a number', whole)}"
    return "be something else; 'loyalty schema' says what"
