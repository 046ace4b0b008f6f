"""What the library holds, found by looking: scenarios, parts of the model, parameters, measures, and the claims they serve.

Nothing is listed here: scenarios come from the shelf, parts from :mod:`sim.model.component`, parameters from their own lines.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.model.columns import Column
from sim.model.component import Model, Part
from sim.model.examples import Example, StepExample
from sim.runs.measures import definitions
from sim.scenario.explaining import SECTIONS, Explanation, assumptions, explain
from sim.scenario.quantities import number_told
from sim.scenario.whole import Scenario
from sim.scenario.wording import Difference, compared
from sim.scenario.yaml_file import read_yaml
from sim.studio.library import scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.model import model

CLAIM = re.compile(r"\bS[0-4]\.\d+\b")
_SERVES = re.compile(r"Serves (?:S[0-4]\.\d+(?:, )?)+\.?\s*")
BETTER = {1: "more", -1: "less", 0: "neither"}
KINDS = {
    "scenario": "Scenarios",
    "outside": "Mechanisms of your own, from outside the package",
    "mechanisms": "Mechanisms: what a company does",
    "behaviour": "Behaviours: what customers do of themselves",
    "section": "Market, people and network",
    "parameter": "Settings",
    "measure": "Measures",
}
"""Kinds of entries, in the order in which they are shown."""


def in_words(name: str) -> str:
    """A name as a sentence begins: ``call_centre`` → ``Call centre``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


# ---- scenarios


@dataclass(frozen=True)
class Card:
    """A scenario as its file introduces it; ``extends``: the key of the one it starts from, empty when it is whole."""

    key: str
    name: str
    description: str
    extends: str

    @property
    def folder(self) -> str:
        """Where it stands: ``telecom``."""
        return self.key.rpartition("/")[0]


def cards(desk: VisitorFiles | None = None) -> list[Card]:
    """Every scenario of the shelf, in its order; one that cannot be read says so in its description."""
    files = scenario_library.on_shelf(desk)
    keys = {path.resolve(): key for key, path in files.items()}
    return [_card(key, path, scenario_library.changed(path), tuple(keys.items())) for key, path in files.items()]


@lru_cache(maxsize=512)
def _card(key: str, path: Path, changed: int, keys: tuple[tuple[Path, str], ...]) -> Card:
    try:
        tree = read_yaml(path)
    except Mistake as mistake:
        return Card(key, path.stem, f"It cannot be read: {mistake}", "")
    said = {name: tree.get(name) for name in ("name", "description", "extends")}
    name, description, extends = (str(node.value) if node is not None else "" for node in said.values())
    parent = dict(keys).get((path.parent / extends).resolve(), "") if extends else ""
    return Card(key, " ".join(name.split()) or in_words(path.stem), " ".join(description.split()), parent)


def by_folder(found: Iterable[Card]) -> dict[str, list[Card]]:
    """Scenarios by the folder they stand in."""
    folders: dict[str, list[Card]] = {}
    for card in found:
        folders.setdefault(card.folder, []).append(card)
    return folders


def changes(card: Card, scenario: Scenario, desk: VisitorFiles | None = None) -> list[Difference]:
    """In what a scenario differs from the one it extends; from the defaults when it extends none."""
    from sim.scenario.whole import described

    if card.extends:
        return compared(scenario_library.fetch(card.extends, desk), scenario)
    usual: dict[str, Any] = {"weeks": scenario.weeks, "currency": scenario.currency}
    usual |= {"rivals": [{"name": name} for name in scenario.model.rivals]} if scenario.model.several else {}
    return compared(described(usual, mechanisms=model()), scenario)


def told_change(difference: Difference) -> tuple[str, str, str, str]:
    """Meaning, before, after, and where it is set: a row for people."""
    after = difference.new
    if difference.unit and not difference.unit.startswith(("scale", "ratio", "share", "yes", "price index")):
        after += f" {difference.unit}"
    section, _, name = difference.key.partition(".")
    meaning = difference.meaning or in_words(name or section)
    of = " (a share: 1 is all)" if difference.unit == "share" else ""
    return meaning + of, difference.old, after, difference.key


# ---- claims


@lru_cache(maxsize=1)
def claims() -> dict[str, tuple[str, ...]]:
    """What the source articles claim: ``S0.1`` → what it says, in a phrase or several. Empty when the file is not shipped."""
    from sim.studio.explore.questions import shipped

    path = shipped().get("claims")
    found: dict[str, tuple[str, ...]] = {}
    for row in read_yaml(path).plain()["claims"] if path else ():
        found[row["id"]] = (*found.get(row["id"], ()), " ".join(row["says"].split()))
    return found


def claims_of(prose: str) -> list[tuple[str, str]]:
    """The claims that a file says it serves: number, and what it says (empty when that is not known)."""
    return [(number, "; ".join(claims().get(number, ()))) for number in dict.fromkeys(CLAIM.findall(prose))]


# ---- parts and sections


@dataclass(frozen=True)
class Page:
    """What there is to read about a part or a section of a scenario. ``rows``: its parameters, as ``explain`` tells them."""

    name: str
    kind: str
    says: str
    prose: tuple[str, ...]
    claims: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, str], ...]
    examples: tuple[Example | StepExample, ...]
    columns: tuple[Column, ...]
    neutral: dict[str, Any] | None

    @property
    def title(self) -> str:
        """Its name in words."""
        return in_words(self.name)


def pages() -> dict[str, Page]:
    """Every part, then every section of a scenario, by name."""
    return _pages(model())


@lru_cache(maxsize=4)
def _pages(model: Model) -> dict[str, Page]:
    names = [*model.parts, *SECTIONS, "traits"]
    return {name: _page(model.parts.get(name), name, explain(name, model)) for name in names}


def _page(part: Part | None, name: str, told: Explanation) -> Page:
    says, _, rest = told.prose.partition("\n")
    prose = tuple(
        " ".join(part.split()) for part in re.split(r"\n\s*\n|(?=\bLaw: )", _SERVES.sub("", rest)) if part.strip()
    )
    if part is None:
        return Page(name, "section", says, prose, (), told.rows, (), (), None)
    numbers = tuple(claims_of(told.prose))
    examples: tuple[Example | StepExample, ...] = (*part.examples, *part.step_examples)
    return Page(name, part.group, says, prose, numbers, told.rows, examples, part.columns, part.neutral)


def example_told(example: Example | StepExample) -> tuple[str, str, str, str]:
    """A worked example as a row: what the rule or step does, what it is given by name, what it makes of it, and why."""
    if isinstance(example, StepExample):
        says = (inspect.getdoc(example.step.plain) or example.step.__name__).splitlines()[0]
        return f"{in_words(example.step.__name__)}: {says}", *example.told(), example.because
    plain = example.rule.plain
    names = list(inspect.signature(plain).parameters)
    given = ", ".join(
        f"{name.replace('_', ' ')} {number_told(v)}" for name, v in zip(names, example.given, strict=False)
    )
    becomes = example.becomes if isinstance(example.becomes, tuple) else (example.becomes,)
    says = (inspect.getdoc(plain) or plain.__name__).splitlines()[0]
    result = ", ".join(number_told(float(f"{float(value):.6g}")) for value in becomes)
    return f"{in_words(plain.__name__)}: {says}", given or "nothing", result, example.because


# ---- where the numbers come from


@dataclass(frozen=True)
class Sourced:
    """A setting and where its default comes from. ``kind``: literature, data or assumption."""

    path: str
    row: dict[str, str]

    @property
    def kind(self) -> str:
        """Literature, data or assumption."""
        return self.row["source"].partition(":")[0]


def sourced() -> tuple[Sourced, ...]:
    """Every setting that has a source; what is only assumed comes first, the most influential at the head."""
    return _all_sourced(model())


@lru_cache(maxsize=4)
def _all_sourced(model: Model) -> tuple[Sourced, ...]:
    found = [Sourced(row["name"], row) for row in assumptions(model).rows]
    for name, page in _pages(model).items():
        rows = (row for row in page.rows if row["source"] and not row["source"].startswith("assumption"))
        found += [Sourced(f"{name}.{row['name']}", row) for row in rows]
    return tuple(found)


# ---- looking something up


@dataclass(frozen=True)
class Entry:
    """Something that can be found: its kind, what leads to it (a key of the address and its value), title and text."""

    kind: str
    leads: tuple[tuple[str, str], ...]
    title: str
    says: str
    text: str


def entries(desk: VisitorFiles | None = None) -> Iterator[Entry]:
    """Everything that can be looked up."""
    for card in cards(desk):
        text = f"{card.key} {card.name} {card.description}"
        yield Entry("scenario", (("scenario", card.key),), card.name, card.description, text)
    yield from _of_the_model(model())


@lru_cache(maxsize=4)
def _of_the_model(model: Model) -> tuple[Entry, ...]:
    found = []
    for name, page in _pages(model).items():
        numbers = " ".join(f"{number} {says}" for number, says in page.claims)
        text = " ".join((name, page.title, page.says, *page.prose, numbers))
        found.append(Entry(page.kind, (("part", name),), page.title, page.says, text))
    for name, page in _pages(model).items():
        for row in page.rows:
            leads = (("part", name), ("setting", row["name"]))
            title = f"{page.title}: {row['name'].replace('_', ' ')}"
            text = f"{name}.{row['name']} {title} {row['meaning']} {row['source']}"
            found.append(Entry("parameter", leads, title, row["meaning"], text))
    for measure in definitions(model).values():
        leads = (("shelf", "measures"), ("measure", measure.name))
        title = in_words(measure.words)
        found.append(
            Entry("measure", leads, title, measure.meaning, f"{measure.name} {title} {measure.meaning} {measure.unit}")
        )
    return tuple(found)


def find(words: str, desk: VisitorFiles | None = None) -> dict[str, list[Entry]]:
    """By kind, the entries in which every one of the words stands; those with a word in the title come first."""
    wanted = words.casefold().split()
    if not wanted:
        return {}
    hits = [entry for entry in entries(desk) if all(word in entry.text.casefold() for word in wanted)]
    hits.sort(key=lambda entry: -sum(word in entry.title.casefold() for word in wanted))
    return {kind: found for kind in KINDS if (found := [entry for entry in hits if entry.kind == kind])}
