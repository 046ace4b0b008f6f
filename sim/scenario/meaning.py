"""What a scenario means, whatever it looks like: its values in one order and one unit, and a fingerprint of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.data.customer_mapping import CustomerFileMapping, same
from sim.data.customer_text import squeezed
from sim.data.tables import WITH_PARTS, parted
from sim.errors import Mistake
from sim.model.behaviour.person import MOST_RIVALS
from sim.model.component import builtin
from sim.model.distributions import Distribution
from sim.model.mechanisms.rival import Rival
from sim.model.parameters import Parameters, lines, unit_named
from sim.scenario.quantities import parameter_unit
from sim.scenario.rivals import SECTION, of_several, settings_of_rivals
from sim.scenario.sections import Measure, Measuring, People, traits
from sim.scenario.tree import shown

_DTYPES: dict[type, type] = {float: np.float32, int: np.int32, bool: np.uint8}


Steps = Sequence[tuple[int, Mapping[str, Parameters]]]
"""Week → all settings from then on, beginning with week 0."""


def fingerprint(canonical: Mapping[str, Any]) -> str:
    """SHA-256 (64 hexadecimal digits) of the canonical values as JSON with sorted keys."""
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def effective(steps: Steps) -> dict[int, dict[str, dict[str, Any]]]:
    """Week → part → parameter → new value, for what really differs from the week before."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for (_, before), (week, now) in zip(steps, steps[1:], strict=False):
        for name in now:
            new = {key: value for key, value in now[name].model_dump().items() if value != getattr(before[name], key)}
            if new:
                found.setdefault(week, {})[name] = new
    return found


def timing_meaning(
    warm_up: int, parts: Mapping[str, Parameters], before: Mapping[str, Parameters], measure: Measure
) -> dict[str, Any]:
    """What is lived before week 0 and what is measured, as plain values; what is usual is left out."""
    lived = {"weeks": warm_up, "under": effective([(0, parts), (1, before)]).get(1, {})}
    said = {"warm_up": lived} if warm_up else {}
    return said | ({"measure": measure.model_dump()} if measure != Measuring() else {})


def open_weeks(left_open: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
    """What is left open to plausible worlds, and where it begins and ceases to be: path → the weeks in which that changes."""
    return {
        path: np.flatnonzero(np.diff(weeks.astype(np.int8), prepend=0)).tolist() for path, weeks in left_open.items()
    }


def policy_array(steps: Steps, weeks: int) -> np.ndarray:
    """Settings by week: a structured array of length ``weeks`` with a field ``<part>_<parameter>`` for every parameter.

    float32, int32, and uint8 for yes or no. It cannot be written to. Those of mechanisms from outside come first: behind the
    others, numba would take a record of theirs for one of the shipped model as well.
    """
    several = bool(of_several(steps[0][1]))
    known = [(week, _of_engines(parts)) for week, parts in steps]
    order = sorted(known[0][1], key=lambda name: name in builtin().parts)
    fields: list[Any] = [
        (f"{name}_{line.name}", _DTYPES[line.kind])
        for name in order
        for line in lines(type(known[0][1][name])).values()
    ]
    rivals = [(f"rivals_{name}", np.float32, (MOST_RIVALS,)) for name in (*Rival.model_fields, "keeps_up")]
    table = np.zeros(weeks, np.dtype((rivals if several else []) + fields))
    for (week, parts), (_, said) in zip(known, steps, strict=True):
        each = _rivals_by_week(said, [name for name, *_ in rivals]) if several else ()
        table[week:] = (*each, *(value for name in order for value in parts[name].model_dump().values()))
    table.flags.writeable = False
    return table


def _of_engines(parts: Mapping[str, Parameters]) -> Mapping[str, Parameters]:
    """The settings as the shipped model has them: of several rivals, the first stands for the one."""
    rivals = settings_of_rivals(parts) if of_several(parts) else []
    if not rivals:
        return parts
    first = Rival(**{name: rivals[0][name] for name in Rival.model_fields})
    usual = {name: settings for name, settings in parts.items() if not name.startswith(f"{SECTION}.")}
    return {name: usual.get(name, first) for name in sorted({*usual, "rival"}, key=_place_in_model)}


def _place_in_model(name: str) -> tuple[int, str]:
    """The order of the shipped model's parts, those from outside behind them."""
    shipped = list(builtin().parts)
    return (shipped.index(name), "") if name in shipped else (len(shipped), name)


def _rivals_by_week(parts: Mapping[str, Parameters], fields: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """The settings of several rivals, field by field; nothing for those that there are not."""
    said = settings_of_rivals(parts)
    nothing = [0.0] * (MOST_RIVALS - len(said))
    return tuple((*(one[field.removeprefix("rivals_")] for one in said), *nothing) for field in fields)


def people_meaning(people: People) -> dict[str, Any]:
    """Who the customers are: the file as its SHA-256, what its columns mean, every spread, the segments."""
    segments = {
        name: {"share": segment.share, "traits": {trait: _numbers(spread) for trait, spread in segment.traits.items()}}
        for name, segment in people.segments.items()
    }
    return {
        "file": _file_meaning(people.file, people.mapping),
        "traits": {name: _numbers(spread) for name in sorted(traits()) if (spread := people.spread(name))},
        "segments": segments,
    }


def _numbers(spread: Distribution) -> dict[str, Any]:
    return spread.model_dump(exclude_none=True)


def _file_meaning(file: Path | None, mapping: CustomerFileMapping | None) -> dict[str, Any] | None:
    if file is None or mapping is None:
        return None
    meaning = mapping.model_dump(include={"bad_rows_allowed"}) | {"encoding": mapping.encoding or "utf-8"}
    known = {} if mapping.id is None else {"id": squeezed(mapping.id)}
    known |= _rows_meaning(file, mapping)
    return (
        meaning
        | known
        | {
            "sha256": file_hash(file),
            "columns": {name: _column(name, column.model_dump()) for name, column in mapping.columns.items()},
            "segments": mapping.segments and _column("", mapping.segments.model_dump()),
            "keep": [squeezed(name) for name in mapping.keep],
        }
    )


def _rows_meaning(file: Path, mapping: CustomerFileMapping) -> dict[str, Any]:
    """Which rows count, and as what; nothing of what is usual, so that old fingerprints stay."""
    said = mapping.model_dump(include={"rows", "as_of", "dates", "decimals"}, exclude_defaults=True)
    if mapping.where:
        said["where"] = {squeezed(name): sorted(str(same(w)) for w in words) for name, words in mapping.where.items()}
    if mapping.label is not None:
        left = None if mapping.label.left is None else sorted(str(same(word)) for word in mapping.label.left)
        said["label"] = {"column": squeezed(mapping.label.column), "left": left, "leavers": mapping.label.leavers}
    if file.suffix.lower() in WITH_PARTS and (inner := parted(mapping.file)[1]):
        said["part"] = inner
    return said


def _column(trait: str, said: dict[str, Any]) -> dict[str, Any]:
    """A column's mapping with names squeezed, categories in one spelling, and the unit in one word."""
    said = said | {key: squeezed(said[key]) for key in ("column", "divide_by") if said.get(key)}
    if said["values"] is not None:
        said["values"] = {str(same(word)): value for word, value in said["values"].items()}
    if "unit" in said:
        unit = said["unit"] or traits()[trait].unit
        said["unit"] = unit_named(unit) or parameter_unit(unit)
    return said


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal. Raises :class:`Mistake` when it cannot be read."""
    try:
        state = path.stat()
        return _file_hash(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise Mistake(f"{shown(path)} cannot be read any more ({error.strerror})") from None


@lru_cache(maxsize=16)
def _file_hash(path: Path, changed: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
