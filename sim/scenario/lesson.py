"""The section ``lesson`` of a scenario: what a class is to predict, what happens, why – and the test that it happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from sim.errors import Mistake, hint, nearest
from sim.scenario import guided
from sim.scenario.expected import PATTERN, movement
from sim.scenario.expected import Expected as Expected
from sim.scenario.guide_reading import settled_guide
from sim.scenario.guided import Guide
from sim.scenario.inheritance import resolved
from sim.scenario.people import Folder
from sim.scenario.quantities import Unfit, value_shown
from sim.scenario.tree import Node, Problems
from sim.scenario.yaml_file import refuse_unless_file

_TEXTS = {
    "predict": "The question to put to the class before the run",
    "happens": "What happens, in a sentence",
    "because": "Why it happens, in a sentence or two",
}
NEEDED = (*_TEXTS, "against", "shows")
"""What every lesson says, all of it needed."""
_CLAIM = "The row of the mission it shows, such as S0.1; a lesson of one's own needs none"
KEYS = ("claim", *NEEDED, *guided.KEYS, *guided.MORE)
"""What a lesson may say: the rest makes it one that can be taken step by step."""


class Lesson(BaseModel):
    """A world that shows one thing beside another world, ``against``; the first of ``shows`` is the one to draw.

    ``claim``: which claim of the mission it shows, if any. ``guide``: what leads somebody through it; None for a lesson that is
    only shown.
    """

    model_config = ConfigDict(frozen=True)

    claim: str
    against: Path
    predict: str
    happens: str
    because: str
    shows: tuple[Expected, ...]
    guide: Guide | None = None


def settled_lesson(node: Node | None, folder: Folder, problems: Problems) -> Lesson | None:
    """The section judged; None when there is none, or something is wrong with it, which is booked."""
    if node is None:
        return None
    if not isinstance(node.value, dict):
        problems.add(node.place, f"lesson is {value_shown(node.value)}, but must be a section with {', '.join(NEEDED)}")
        return None
    before = len(problems)
    for key, entry in node.entries():
        if key not in KEYS:
            problems.add(entry.place, f"lesson.{key} is not known{hint(key, KEYS)}")
    texts = {key: _text(node, key, problems) for key in _TEXTS}
    claim = _text(node, "claim", problems) if node.get("claim") else ""
    against, shows = _against(node, folder, problems), _shows(node, problems)
    guide = settled_guide(node, shows, problems) if shows else None
    if len(problems) > before or against is None:
        return None
    return Lesson(claim=claim, **texts, against=against, shows=shows, guide=guide)


def _text(node: Node, key: str, problems: Problems) -> str:
    entry = node.get(key)
    if entry is None:
        problems.add(node.place, f"lesson.{key} is missing: {_TEXTS[key]}")
        return ""
    if not isinstance(entry.value, str) or not entry.value.strip():
        problems.add(entry.place, f"lesson.{key} is {value_shown(entry.value)}, but must be a sentence")
        return ""
    return " ".join(entry.value.split())


def _against(node: Node, folder: Folder, problems: Problems) -> Path | None:
    entry = node.get("against")
    if entry is None:
        problems.add(node.place, "lesson.against is missing: the scenario file of the world to compare with")
        return None
    try:
        path = resolved(entry.value, entry.place.path.parent if entry.place else folder.here, folder.root)
        refuse_unless_file(path)
        return path
    except Unfit as unfit:
        problems.add(entry.place, f"lesson.against {unfit}")
    except (Mistake, OSError) as mistake:
        problems.add(entry.place, f"lesson.against: {mistake}")
    return None


def _shows(node: Node, problems: Problems) -> tuple[Expected, ...]:
    entry = node.get("shows")
    if entry is None or not isinstance(entry.value, dict) or not entry.value:
        problems.add((entry or node).place, "lesson.shows must name a measure and its way, such as 'retention: falls'")
        return ()
    found = [_expected(name, each, problems) for name, each in entry.entries()]
    return tuple(expected for expected in found if expected is not None)


def _expected(name: str, entry: Node, problems: Problems) -> Expected | None:
    from sim.runs.measures import shipped_measures  # here, because only lessons need to know the measures

    known = shipped_measures()
    if name not in known:
        problems.add(entry.place, f"lesson.shows: {name} is no measure{nearest(name, list(known)) or ''}")
        return None
    try:
        return movement(name, entry.value)
    except Unfit as unfit:
        problems.add(entry.place, f"lesson.shows.{name} {unfit}")
        return None


def schema() -> dict[str, Any]:
    """The JSON Schema of the section."""
    properties: dict[str, Any] = {key: {"type": "string", "description": says} for key, says in _TEXTS.items()}
    properties["claim"] = {"type": "string", "description": _CLAIM}
    properties["against"] = {"type": "string", "description": "Scenario file to compare with; path from this file"}
    shown = {"type": "string", "pattern": f"^{PATTERN}$"}
    properties["shows"] = {
        "type": "object",
        "description": "Measure → 'rises', 'falls by 0.02', 'rises by more than 5 %': what the difference must do",
        "additionalProperties": shown,
    }
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "description": "What the scenario teaches; it changes nothing in the simulation",
        "properties": properties | guided.schema(),
        "required": list(NEEDED),
    }
