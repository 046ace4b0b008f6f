"""What the library shows of each thing it holds, as pieces of a page: scenarios, parts of the model, measures, sources."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from sim.errors import Mistake
from sim.model.week import written_in
from sim.runs.measures import definitions
from sim.scenario.whole import Scenario
from sim.scenario.wording import about, value_told
from sim.studio.library import catalogue
from sim.studio.library import scenario_library as shelf
from sim.studio.library.catalogue import Card, in_words
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.model import model
from sim.studio.visitor.packing import to_download
from sim.studio.widgets.prose import filled

FOLDERS = {
    "telecom": "A telephone company",
    "lessons": "Lessons: small worlds that show one thing",
    "industries": "Industries",
    shelf.MINE: "Lessons of your own, in a folder of this machine",
    shelf.OWN: "Your own, on your desk until the studio closes",
    shelf.COMPANY: "Your company, on your desk until the studio closes",
    "": "Others",
}
SOURCES = {
    "assumption": (
        "Assumed",
        "Nobody has measured these; the most influential come first. Each was moved by a fifth, alone, in a market where every "
        "mechanism is at work: the last column says how far customers kept and the margin moved, in percentage points.",
    ),
    "literature": (
        "From published research",
        "The size may still be assumed where the research prints none; it says so.",
    ),
    "data": ("From data", "Taken from data that are publicly known."),
}
MOST_HITS = 25


def where(**entries: str) -> str:
    """The library's address with these entries."""
    return f"/library?{urlencode(entries)}" if entries else "/library"


def scenarios(desk: VisitorFiles) -> str:
    """Every scenario, by folder."""
    return filled("scenarios.html", folders=catalogue.by_folder(catalogue.cards(desk)), names=FOLDERS, where=where)


def scenario(key: str, desk: VisitorFiles) -> str:
    """A scenario: what it is, in what it differs from the one it extends, where it can be taken. Raises :class:`Mistake`."""
    card = next((card for card in catalogue.cards(desk) if card.key == key), None)
    found = shelf.fetch(key, desk)
    assert card is not None
    return filled(
        "scenario.html",
        card=card,
        scenario=found,
        lesson=_lesson(found),
        ways=_ways(card),
        file=_download(found, key),
        parent=shelf.title(card.extends, desk) if card.extends else "",
        changes=[catalogue.told_change(change) for change in catalogue.changes(card, found, desk)],
        sentences=about(found)[1:],
        text=shelf.on_shelf(desk)[key].read_text(encoding="utf-8"),
        where=where,
    )


def _ways(card: Card) -> list[tuple[str, str]]:
    pair = {"base": card.extends, "other": card.key} if card.extends else {"base": card.key}
    return [
        ("/live?" + urlencode({"one": card.key}), "Watch it live"),
        ("/compare?" + urlencode(pair), "Compare it"),
        (where(shelf="mirror", scenario=card.key), "Why people leave, and the mirror"),
    ]


def _lesson(found: Scenario) -> str:
    if found.lesson is None or not found.lesson.claim:
        return "" if found.lesson is None else "It is a lesson."
    known = catalogue.claims().get(found.lesson.claim, ())
    return f"It is a lesson on {found.lesson.claim}{': ' + '; '.join(known) if known else ''}."


def _download(found: Scenario, key: str) -> dict[str, str]:
    """A link's target that is the file itself."""
    try:
        name, content = to_download(found, key.rpartition("/")[2])
    except (Mistake, OSError) as fault:
        name, content = "why_not.txt", f"It cannot be written: {fault}\n".encode()
    kind = "application/zip" if name.endswith(".zip") else "text/plain"
    return {"name": name, "source": f"data:{kind};base64,{base64.b64encode(content).decode()}"}


def shelf_of(kind: str) -> str:
    """Every part of a kind, with what it does in a sentence."""
    return filled("shelf.html", pages=[page for page in catalogue.pages().values() if page.kind == kind], where=where)


def part(name: str, chosen: str) -> str:
    """A part: what it does, the claims it serves, its settings, worked examples. Raises :class:`Mistake` when there is none."""
    page = catalogue.pages().get(name)
    if page is None:
        raise Mistake(f"there is nothing called '{name[:80]}' in the library; look for it with the search field")
    neutral = page.neutral or {}
    return filled(
        "part.html",
        page=page,
        kind=catalogue.KINDS[page.kind],
        chosen=chosen,
        examples=[catalogue.example_told(example) for example in page.examples],
        columns=[(c.name.replace("_", " "), c.meaning, ", ".join(written_in(c.name)) or "never") for c in page.columns],
        neutral=", ".join(f"{each.replace('_', ' ')} {value_told(value)}" for each, value in neutral.items()),
    )


def measures(chosen: str) -> str:
    """Every measure: what it means, its unit, and which way is better for the company."""
    return filled(
        "measures.html",
        measures=definitions(model()).values(),
        chosen=chosen,
        better=catalogue.BETTER,
        in_words=in_words,
    )


def sources(chosen: str) -> str:
    """Where the numbers come from: how many of which kind, and the list of one kind."""
    found = catalogue.sourced()
    counts = {kind: sum(item.kind == kind for item in found) for kind in SOURCES}
    rows = [_sourced(item) for item in found if item.kind == chosen]
    return filled("sources.html", counts=counts, kinds=SOURCES, chosen=chosen, rows=rows, where=where)


def _sourced(item: catalogue.Sourced) -> tuple[str, ...]:
    section, _, name = item.path.partition(".")
    says = item.row["source"].partition(":")[2].strip()
    title = f"{in_words(section)}: {name.replace('_', ' ')}"
    return title, item.row["meaning"], item.row["default"] or "–", item.row["range"], says


def found(words: str, desk: VisitorFiles) -> str:
    """Everything in which the words stand, by kind."""
    hits: dict[str, Any] = catalogue.find(words, desk)
    count = sum(map(len, hits.values()))
    return filled(
        "found.html", found=hits, count=count, words=words[:80], kinds=catalogue.KINDS, most=MOST_HITS, where=where
    )
