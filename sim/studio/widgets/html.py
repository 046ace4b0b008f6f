"""Elements of plain HTML. The browser draws an element's tag once, so an element of another tag is another element."""

from __future__ import annotations

from functools import cache
from typing import Any

from ipyvuetify.Html import Html
from reacton.core import ComponentWidget, Element


@cache
def _component(tag: str) -> ComponentWidget:
    """The component of a tag. One for all tags would be used again, with the tag it was first drawn with."""
    return ComponentWidget(widget=type(f"Html_{tag}", (Html,), {}))


def html(tag: str, **looks: Any) -> Element:
    """An element: ``html("p", class_="studio-text", children=["words"])``; with ``with`` it stands around others."""
    return Element(_component(tag), kwargs={"tag": tag, **looks})


def plain(tag: str, *children: Any, class_: str = "", **attributes: str) -> Element:
    """An element of plain HTML; a trailing underscore of an attribute's name is left out, others become hyphens."""
    named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return html(tag, class_=class_, attributes=named, children=list(children))
