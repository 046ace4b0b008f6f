"""Look up what can be set, where its numbers come from, which scenarios there are, and why their customers leave."""

from __future__ import annotations

import solara

from sim.errors import Mistake
from sim.report.reasons import SIX
from sim.studio.library import catalogue, contents
from sim.studio.library import scenario_library as shelf
from sim.studio.library.contents import where
from sim.studio.library.mirroring import Mirror
from sim.studio.visitor.address import Address, use_address
from sim.studio.visitor.files import DESKS, VisitorFiles
from sim.studio.widgets.basics import alert, choice, heading, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.prose import Prose

TITLE, ICON, PLACE = "Library", "mdi-bookshelf", 50
SHELVES = {
    "scenarios": "Scenarios",
    "mechanisms": "Mechanisms",
    "behaviour": "Behaviours",
    "section": "Market and people",
    "measures": "Measures",
    "sources": "Sources",
    "mirror": "Why people leave",
}


@solara.component
def Page() -> None:
    """The library: a search field, shelves, and one thing at a time."""
    address = use_address()
    desk = DESKS.of(solara.get_session_id())
    here = shelf_at(address)
    solara.Title(f"{SHELVES[here]} – Library – loyalty studio")
    heading("Library")
    with html("div", class_="library-search", attributes={"role": "search"}):
        solara.InputText(
            "Find a scenario, a setting, a measure or a claim",
            value=address["find"],
            on_value=lambda words: address.go("/library", find=words.strip()),
        )
    with html("nav", class_="library-shelves", attributes={"aria-label": "Shelves"}):
        for name, words in SHELVES.items():
            kind = "library-shelf here" if name == here and not address["find"] else "library-shelf"
            solara.Link(where(shelf=name), children=[words], classes=[kind])
    if here == "mirror" and not address["find"]:
        _mirror(address, desk)
        return
    try:
        Prose(shown(address, here, desk))
    except Mistake as mistake:
        alert(str(mistake))


def shelf_at(address: Address) -> str:
    """The shelf on which stands what the address names."""
    page = catalogue.pages().get(address["part"])
    if page is not None:
        return page.kind
    return address["shelf"] if address["shelf"] in SHELVES else "scenarios"


def shown(address: Address, here: str, desk: VisitorFiles) -> str:
    """The piece that the address names. Raises :class:`Mistake` when there is none."""
    if address["find"]:
        return contents.found(address["find"], desk)
    if address["part"]:
        return contents.part(address["part"], address["setting"])
    if address["scenario"]:
        return contents.scenario(address["scenario"], desk)
    if here == "measures":
        return contents.measures(address["measure"])
    if here == "sources":
        return contents.sources(address["source"] if address["source"] in contents.SOURCES else "assumption")
    return contents.scenarios(desk) if here == "scenarios" else contents.shelf_of(here)


def _mirror(address: Address, desk: VisitorFiles) -> None:
    paragraph(
        f"Customers leave for six reasons: {', '.join(SIX).lower()}. And a company rarely sees itself as its customers do: "
        "the mirror sets its own figures beside what they perceive."
    )
    key = address["scenario"] or "telecom/today"
    values = [(card.key, f"{card.name} ({card.key})") for card in catalogue.cards(desk)]
    with html("div", class_="library-choice"):
        choice("Scenario", values, key, lambda chosen: address.go(shelf="mirror", scenario=chosen))
    try:
        scenario = shelf.fetch(key, desk)
    except Mistake as mistake:
        alert(str(mistake))
        return
    Mirror(key, scenario, desk)
