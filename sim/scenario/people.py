"""The section ``customers``: a file and what its columns mean, how traits are spread, and segments with their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.data.customer_mapping import CustomerFileMapping
from sim.data.tables import parted
from sim.errors import Mistake, nearest
from sim.model.distributions import Distribution
from sim.scenario.constraints import unknown_trait
from sim.scenario.inheritance import resolved
from sim.scenario.quantities import Unfit, fitted, number_in, value_shown
from sim.scenario.sections import FILE_KEYS, People, Segment, traits
from sim.scenario.tree import Node, Problems
from sim.scenario.validation import Spot, judged
from sim.scenario.yaml_file import refuse_unless_file

_KEYS = ("file", *FILE_KEYS, "traits", "segments")
_NUMBERS = ("value", "low", "high", "mean", "sd")


@dataclass(frozen=True)
class Folder:
    """Where relative paths start that were given in Python, and the folder that no file may leave."""

    here: Path
    root: Path


def settled_people(node: Node, folder: Folder, problems: Problems) -> People | None:
    """The section judged; None when something was wrong, which is booked."""
    if not isinstance(node.value, dict):
        problems.add(
            node.place,
            f"customers is {value_shown(node.value)}, but must be a section (for a number: market.customers)",
        )
        return None
    before = len(problems)
    for key, entry in node.entries():
        if key not in _KEYS:
            hint = nearest(key, list(_KEYS)) or f"; there are {', '.join(_KEYS)}"
            problems.add(entry.place, f"customers.{key} is not known{hint}")
    file, mapping = _file(node, folder, problems), _mapping(node, problems)
    spreads = _spreads(node.get("traits"), "customers.traits", problems)
    segments = _segments(node.get("segments"), problems)
    if len(problems) > before:
        return None
    return People(file=file, mapping=mapping, traits=spreads, segments=segments)


def _file(node: Node, folder: Folder, problems: Problems) -> Path | None:
    entry = node.get("file")
    if entry is None:
        for key, other in node.entries():
            if key in FILE_KEYS:
                problems.add(other.place, f"customers.{key} says how a file is read, but there is no customers.file")
        return None
    try:
        named = entry.value
        if isinstance(named, str) and resolved(named, _here(entry, folder), folder.root).exists() is False:
            named = parted(named)[0]
        path = resolved(named, _here(entry, folder), folder.root)
        refuse_unless_file(path)
        if path.stat().st_size > 0:
            return path
        raise Mistake("the file is empty; it needs a header and a row for each customer")
    except Unfit as unfit:
        problems.add(entry.place, f"customers.file {unfit}")
    except (Mistake, OSError) as mistake:
        problems.add(entry.place, f"customers.file: {mistake}")
    return None


def settled_file(
    key: str, entry: Node, folder: Folder, problems: Problems, read: Callable[[Path], object] = refuse_unless_file
) -> Node:
    """The file that a section names, found from where it is named; None when it is none, which is booked under ``key``.

    ``read``: also looks into it, and raises :class:`~sim.errors.Mistake` or ``OSError`` for what is no such file.
    """
    try:
        path = resolved(entry.value, _here(entry, folder), folder.root)
        refuse_unless_file(path)
        read(path)
        return Node(path, entry.place)
    except Unfit as unfit:
        problems.add(entry.place, f"{key} {unfit}")
    except (Mistake, OSError) as mistake:
        problems.add(entry.place, f"{key}: {mistake}")
    return Node(None, entry.place)


def _here(entry: Node, folder: Folder) -> Path:
    return entry.place.path.parent if entry.place else folder.here


def _mapping(node: Node, problems: Problems) -> CustomerFileMapping | None:
    entry = node.get("file")
    if entry is None or not isinstance(entry.value, str):
        return None
    said = {FILE_KEYS[key]: value for key, value in node.entries() if key in FILE_KEYS}
    if "bad_rows_allowed" in said:
        allowed = said["bad_rows_allowed"]
        try:
            said["bad_rows_allowed"] = Node(fitted(allowed.value, float, "share"), allowed.place)
        except Unfit as unfit:
            problems.add(allowed.place, f"customers.bad_rows_allowed {unfit}")
            return None
    return judged(CustomerFileMapping, Spot(Node(said | {"file": entry}, node.place), "customers"), problems)


def _segments(node: Node | None, problems: Problems) -> dict[str, Segment]:
    """The segments in alphabetical order, so that the order of the file means nothing."""
    if node is not None and not isinstance(node.value, dict):
        problems.add(
            node.place, f"customers.segments is {value_shown(node.value)}, but must be a section, one line a segment"
        )
    found = {}
    for name, entry in sorted(node.entries() if node else ()):
        path = f"customers.segments.{name}"
        if not isinstance(entry.value, dict):
            problems.add(
                entry.place, f"{path} is {value_shown(entry.value)}, but must be a section with 'share' and 'traits'"
            )
            continue
        own = _spreads(entry.get("traits"), f"{path}.traits", problems)
        rest = Node({key: value for key, value in entry.entries() if key != "traits"}, entry.place)
        segment = _segment(rest, path, problems)
        if segment is not None:
            found[name] = segment.model_copy(update={"traits": own})
    return found


def _segment(node: Node, path: str, problems: Problems) -> Segment | None:
    share = node.get("share")
    try:
        said = {"share": Node(fitted(share.value, float, "share"), share.place)} if share else {}
    except Unfit as unfit:
        problems.add(share.place if share else None, f"{path}.share {unfit}")
        return None
    return judged(Segment, Spot(Node(dict(node.entries()) | said, node.place), path), problems)


def _spreads(node: Node | None, path: str, problems: Problems) -> dict[str, Distribution]:
    """How traits are spread; a plain number is the same for everybody."""
    if node is not None and not isinstance(node.value, dict):
        problems.add(node.place, f"{path} is {value_shown(node.value)}, but must be a section, one line a trait")
    found = {}
    for name, entry in sorted(node.entries() if node else ()):
        if name not in traits():
            problems.add(entry.place, unknown_trait(f"{path}.{name}"))
            continue
        try:
            spread = judged(Distribution, Spot(_spread(entry, traits()[name].unit), f"{path}.{name}"), problems)
        except Unfit as unfit:
            problems.add(entry.place, f"{path}.{name} {unfit}")
            continue
        if spread is not None:
            found[name] = spread
    return found


def _spread(entry: Node, unit: str) -> Node:
    """The entry with its quantities in the trait's unit; a single quantity becomes a constant."""
    if not isinstance(entry.value, dict):
        value = fitted(entry.value, float, unit)
        if isinstance(value, bool | list) or not math.isfinite(value):
            raise Unfit(f"is {value_shown(value)}, but must be {number_in(unit)} or a distribution")
        return Node({"distribution": Node("constant", entry.place), "value": Node(value, entry.place)}, entry.place)
    numbers = {key: Node(fitted(n.value, float, unit), n.place) for key, n in entry.entries() if key in _NUMBERS}
    return Node(dict(entry.entries()) | numbers, entry.place)
