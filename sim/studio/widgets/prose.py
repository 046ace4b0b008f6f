"""Pages with much to read: made by templates that escape all that is filled in, and sent to the browser as one piece."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import solara
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from reacton.core import Element


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def filled(template: str, **content: Any) -> str:
    """A template of the studio, filled in; whatever is filled in is escaped."""
    return _templates().get_template(template).render(**content)


@solara.component_vue("prose.vue")
def _Prose(html: str, event_go: Callable[[str], None]) -> None:
    """The piece itself; its links lead on within the studio, without opening it anew."""


@solara.component
def Prose(html: str) -> Element:
    """A piece of a page, as :func:`filled` makes it."""
    router = solara.use_router()
    return _Prose(html=html, event_go=router.push)
