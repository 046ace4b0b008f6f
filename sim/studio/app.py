"""The studio's pages put together: what Solara shows. Found by looking into :mod:`sim.studio.pages`; there is no list."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

import reacton.ipyvuetify as v
import solara
from reacton.core import Element

from sim.report.charts.palette import PAGE
from sim.studio import pages
from sim.studio.visitor.work import told_of
from sim.studio.widgets.basics import alert, heading, paragraph
from sim.studio.widgets.html import html

WELCOME = (
    "What will this policy do to our customers?",
    "A market of simulated customers – with expectations, patience, trust, money and friends – lives week by week with a "
    "company. You set its policies; the same customers, with the same luck, show what differs.",
)

WAYS = (
    ("To decide", "Bring your files, set your company today against what you have in mind, and take the report with you.",
     "company", "Start with your company"),
    ("To teach", "Guided lessons in which everybody guesses first; a class sees how its runs spread.",
     "lessons", "Choose a lesson"),
    ("To find out", "Sweep a lever, see which settings matter most, and look up where each number comes from.",
     "explore", "Ask your own question"),
)  # fmt: skip
"""What people come for: words, what they do, the page on which, and what the way there is called."""


@dataclass(frozen=True)
class PageFile:
    """A page as its file describes it."""

    slug: str
    module: ModuleType

    @property
    def aim(self) -> str:
        """What one does there: the first line of the docstring."""
        return (inspect.getdoc(self.module) or "").splitlines()[0]


@lru_cache(maxsize=1)
def page_files() -> tuple[PageFile, ...]:
    """Every page, in its place."""
    names = [item.name for item in pkgutil.iter_modules(pages.__path__)]
    found = [PageFile(name, importlib.import_module(f"sim.studio.pages.{name}")) for name in names]
    return tuple(sorted((page for page in found if hasattr(page.module, "PLACE")), key=lambda page: page.module.PLACE))


@solara.component
def Home() -> None:
    """The first page: what one can do here."""
    solara.Title("loyalty studio")
    heading(WELCOME[0])
    paragraph(WELCOME[1])
    with html("div", class_="studio-cards"):
        for page in page_files():
            _card(page)
    heading("What brings you here?", 2)
    with html("dl", class_="studio-ways"):
        for aim, words, slug, way in WAYS:
            html("dt", children=[aim])
            html("dd", children=[f"{words} ", solara.Link(f"/{slug}", children=[f"{way} \u2192"])])


def _card(page: PageFile) -> Element:
    with solara.Link(f"/{page.slug}") as link, html("div", class_="studio-card"):
        v.Icon(children=[page.module.ICON], class_="studio-card-icon", attributes={"aria-hidden": "true"})
        html("h2", children=[page.module.TITLE])
        html("p", children=[page.aim])
    return link


@solara.component
def Layout(children: list[Element] = []) -> Element:  # noqa: B006 – Solara hands the pages in this way
    """What stands around every page: the way to the others, and the page itself."""
    solara.lab.theme.themes.light.primary = PAGE["blue"]
    route, _ = solara.use_route(peek=True)
    here = route.path if route else "/"
    skip = html("a", class_="studio-skip", attributes={"href": "#content"}, children=["Skip to the content"])
    with html("header", class_="studio-bar") as bar, html("nav", attributes={"aria-label": "Pages"}):
        for slug, title in [("/", "loyalty studio"), *((page.slug, page.module.TITLE) for page in page_files())]:
            _way(slug, title, slug == here)
    return html("div", class_="studio", children=[skip, bar, Content(children)])


@solara.component
def Content(children: list[Element] = []) -> Element:  # noqa: B006 – as above
    """The page itself; should the program fail while it is drawn, a sentence in its place, until another address is asked for."""
    fault, forget = solara.use_exception()
    router = solara.use_router()
    here, failed = (router.path, router.search), solara.use_ref(("", None))
    words = solara.use_memo(lambda: told_of(fault) if isinstance(fault, Exception) else "", [id(fault)])
    if fault is not None and failed.current == ("", None):
        failed.current = here

    def try_again() -> None:
        if fault is not None and failed.current != here:
            failed.current = ("", None)
            forget()

    solara.use_effect(try_again, [here])
    shown = [alert(words)] if fault is not None else children
    return html("main", class_="studio-main", attributes={"id": "content"}, children=shown)


def _way(slug: str, title: str, here: bool) -> None:
    with solara.Link(slug if slug == "/" else f"/{slug}"):
        attributes = {"aria-current": "page"} if here else {}
        html("span", class_="studio-way here" if here else "studio-way", attributes=attributes, children=[title])


routes = [
    solara.Route("/", component=Home, layout=Layout, label="loyalty studio"),
    *(solara.Route(page.slug, component=page.module.Page, label=page.module.TITLE) for page in page_files()),
]
