"""What can be set, and what it means: read from the parameters' own lines, never written twice."""

from __future__ import annotations

import csv
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from sim.data.customer_mapping import ColumnMapping, CustomerFileMapping, LabelMapping, SegmentMapping
from sim.data.questions import yaml_word
from sim.errors import Mistake, nearest
from sim.model.component import Model, Part, builtin
from sim.model.parameters import Parameters, plausible_in
from sim.scenario.quantities import between, plausible_told
from sim.scenario.rivals import Competitor
from sim.scenario.sections import FILE_KEYS, Frame, Market, Measuring, Network, Segment, traits
from sim.scenario.validation import bounds, plain_type
from sim.scenario.wording import spread_told, value_told

SECTIONS: dict[str, type[Parameters]] = {
    "scenario": Frame, "measure": Measuring, "market": Market, "network": Network, "rivals": Competitor,
}  # fmt: skip
"""What can be set besides the parts."""
CUSTOMERS = "customers"
_ENTRY, _KIND = "columns.TRAIT", "segments.NAME"
_CUSTOMERS = "Who the customers are: a file, what its columns mean, which rows count, and segments."
_PEOPLE = (
    f"{_CUSTOMERS}\nFiles of any habit are read: separators, decimal marks, currency and percent signs, dates, encodings. A "
    "percentage such as\n88.1 % is 0.881 unless 'unit' says otherwise. What is missing may be blank, -, n/a, null, unknown."
)


@dataclass(frozen=True)
class Explanation:
    """Prose, and a table: each row is a dictionary of texts."""

    title: str
    prose: str
    rows: tuple[dict[str, str], ...]

    @property
    def text(self) -> str:
        """All of it, to be read on a terminal."""
        prose = ["", self.prose] if self.prose else []
        return "\n".join([self.title, *prose, "", *map(_row_told, self.rows)]).rstrip()


def _row_told(row: dict[str, str]) -> str:
    if "means" in row:
        return f"  {row['name']:<16}{row['means']}"
    default = f"default {row['default']}" if row["default"] else ""
    facts = ", ".join(fact for fact in (row["range"], default, row["plausible"]) if fact)
    below = [f"      {row[key]}" for key in ("meaning", "source") if row[key]]
    return "\n".join([f"  {row['name']}: {facts}", *below])


def explain(topic: str | None = None, model: Model | None = None) -> Explanation:
    """Everything that can be set; or one part, or one parameter (``call_centre.wage``, ``traits.spend``).

    ``model``: the shipped one unless given. Raises :class:`Mistake`, with the nearest word, for a topic that there is not.
    """
    model = model or builtin()
    if topic is None:
        return _everything(model)
    section, _, name = topic.strip().partition(".")
    name = _of_any(name) if section == CUSTOMERS else name
    if section not in _topics(model):
        raise Mistake(f"there is nothing called '{topic}' to explain{_hint(section, model)}")
    whole = _section(section, model)
    if not name:
        return whole
    rows = [row for row in whole.rows if row["name"] == name]
    if not rows:
        names = [row["name"] for row in whole.rows]
        hint = nearest(name, names) or f"; there are {', '.join(names) or 'none'}"
        raise Mistake(f"{section} has no parameter '{name}'{hint}")
    return Explanation(f"{section}.{name}", "", tuple(rows))


def assumptions(model: Model | None = None) -> Explanation:
    """Every default that is only assumed, the most influential first: by how far retention or margin moves with it."""
    known = influence()
    rows = [
        row | {"name": f"{name}.{row['name']}", "source": _influence_told(known.get(f"{name}.{row['name']}"), row)}
        for name, settings in _settings(model or builtin()).items()
        if settings is not Competitor  # whose lines are those of the one rival
        for row in _rows(settings)
        if row["source"].startswith("assumption")
    ]
    rows.sort(key=lambda row: -max(known.get(row["name"], (-1.0,))))
    prose = (
        "Each was moved by a fifth, alone, in a market where every mechanism is at work; what follows is how far customers\n"
        "kept and the margin moved, in percentage points."
    )
    return Explanation(f"What is only assumed: {len(rows)} defaults, the most influential first", prose, tuple(rows))


def influence() -> dict[str, tuple[float, float]]:
    """How far customers kept and the margin move, in percentage points, when a parameter alone is moved by a fifth."""
    with open(Path(__file__).parent / "influence.csv", encoding="utf-8", newline="") as file:
        return {row["parameter"]: (float(row["retention"]), float(row["margin"])) for row in csv.DictReader(file)}


def _influence_told(found: tuple[float, float] | None, row: dict[str, str]) -> str:
    if found is None:
        return f"{row['source']} (influence not measured)"
    return f"{row['source']} (customers kept {found[0]:.2f}, margin {found[1]:.2f} points)"


def _settings(model: Model) -> dict[str, type[Parameters]]:
    return {part.name: part.parameters for part in model.parts.values() if part.parameters} | SECTIONS


def _topics(model: Model) -> list[str]:
    return [*model.parts, *SECTIONS, CUSTOMERS, "traits"]


def _hint(word: str, model: Model) -> str:
    """The nearest topic; or, when the word is a parameter's name, where it stands."""
    homes = [f"{name}.{word}" for name, settings in _settings(model).items() if word in settings.model_fields]
    homes += [f"traits.{word}"] if word in traits() else []
    if homes:
        return f" – did you mean {' or '.join(repr(home) for home in homes)}?"
    return nearest(word, _topics(model)) or f"; there are {', '.join(_topics(model))}"


def _everything(model: Model) -> Explanation:
    rows = [{"name": part.name, "group": part.group, "means": part.says} for part in model.parts.values()]
    rows += [{"name": name, "group": "scenario", "means": _first_line(section)} for name, section in SECTIONS.items()]
    rows.append({"name": CUSTOMERS, "group": "scenario", "means": _CUSTOMERS})
    rows.append({"name": "traits", "group": "scenario", "means": "How people differ, and how they start."})
    return Explanation("What a scenario can set; 'loyalty explain call_centre' says more about one", "", tuple(rows))


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0]


def _section(name: str, model: Model) -> Explanation:
    if name == "traits":
        prose = "How people differ, and how they start; set under 'customers', 'traits'."
        return Explanation("traits", prose, tuple(_trait_rows()))
    if name == CUSTOMERS:
        return Explanation(CUSTOMERS, _PEOPLE, tuple(_customer_rows()))
    if name in SECTIONS:
        return Explanation(name, _first_line(SECTIONS[name]), tuple(_rows(SECTIONS[name])))
    part = model.parts[name]
    return Explanation(name, _prose(part), tuple(_rows(part.parameters) if part.parameters else ()))


def _prose(part: Part) -> str:
    return inspect.cleandoc(part.module.__doc__ or "")


def _rows(settings: type[Parameters]) -> list[dict[str, str]]:
    return [_row(name, field) for name, field in settings.model_fields.items()]


def _row(name: str, field: Any) -> dict[str, str]:
    extra: dict[str, str] = field.json_schema_extra or {}
    limits, unit = bounds(field), extra.get("unit", "")
    return {
        "name": name,
        "meaning": field.description or "",
        "unit": unit,
        "range": between(*limits, unit) if limits else _choice(field, unit),
        "default": value_told(field.default),
        "plausible": plausible_told(plausible_in(field)),
        "source": f"{extra['source_kind']}: {extra['source']}" if "source" in extra else "",
    }


def _customer_rows() -> list[dict[str, str]]:
    """Every key of the section ``customers``, those of its own sections behind it."""
    file = {key: CustomerFileMapping.model_fields[name] for key, name in FILE_KEYS.items()}
    entries = {"file": CustomerFileMapping.model_fields["file"]} | file
    below = (
        ("label", LabelMapping.model_fields),
        (_ENTRY, ColumnMapping.model_fields),
        ("segment_by", SegmentMapping.model_fields),
        (_KIND, Segment.model_fields),
    )
    entries |= {f"{key}.{name}": field for key, fields in below for name, field in fields.items()}
    return [_key_row(key, field) for key, field in entries.items()] + [
        {
            "name": "traits", "meaning": "how a trait or starting state is spread among those of whom the file does not say it",
            "unit": "", "range": "a section, one line a trait: loyalty explain traits", "default": "", "plausible": "",
            "source": "for example traits: {spend: {distribution: lognormal, mean: 12, sd: 6}}",
        },
    ]  # fmt: skip


def _of_any(key: str) -> str:
    """A key of one trait's column, or one segment, as that of any: ``columns.tenure.unit`` → ``columns.TRAIT.unit``."""
    for entry in (_ENTRY, _KIND):
        begin, _, end = key.partition(".")[0], *key.rpartition(".")[1:]
        if begin == entry.partition(".")[0] and key.count(".") > 1:
            return f"{entry}.{end}"
    return key


def _key_row(key: str, field: Any) -> dict[str, str]:
    needed = field.is_required() or field.validate_default
    default = None if needed else field.get_default(call_default_factory=True)
    return {
        "name": key,
        "meaning": field.description or "",
        "unit": "share" if key in ("bad_rows_allowed", f"{_KIND}.share") else "",
        "range": "must be given" if needed else _kind(field),
        "default": value_told(default) if default not in (None, "", (), {}) else "",
        "plausible": "",
        "source": f"for example {key.rpartition('.')[2]}: {_written(field.examples[0])}" if field.examples else "",
    }


def _kind(field: Any) -> str:
    kind = plain_type(field.annotation)
    words = [str(word) for word in getattr(kind, "__args__", ()) if isinstance(word, str)]
    if words:
        return ", ".join(words)
    names = {str: "text", float: "a number", tuple: "a list"}
    return names.get(get_origin(kind) or kind, "a section" if get_origin(kind) is dict or inspect.isclass(kind) else "")


def _written(example: Any) -> str:
    """An example as it stands in a scenario file."""
    if isinstance(example, dict):
        return f"{{{', '.join(f'{yaml_word(key)}: {_written(value)}' for key, value in example.items())}}}"
    return f"[{', '.join(map(_written, example))}]" if isinstance(example, list) else _bare(example)


def _bare(word: Any) -> str:
    return word if isinstance(word, str) and not word.startswith("'") else yaml_word(word)


def _choice(field: Any, unit: str) -> str:
    kind = plain_type(field.annotation)
    if get_origin(kind) is tuple:
        return "a list of whole numbers"
    words = getattr(kind, "__args__", ())
    return ", ".join(map(str, words)) if words else unit or "text"


def _trait_rows() -> list[dict[str, str]]:
    return [
        {
            "name": trait.name, "meaning": trait.meaning, "unit": trait.unit, "source": trait.source,
            "range": between(trait.low, trait.high, trait.unit), "default": spread_told(trait.default, trait.unit),
            "plausible": f"on average {plausible_told(trait.plausible)}" if trait.plausible else "",
        }
        for trait in traits().values()
    ]  # fmt: skip
