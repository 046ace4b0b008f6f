"""A report as one HTML file that needs nothing else: no network, no other file, and the same bytes every time."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sim.report.charts.palette import root_style
from sim.report.document import Document


def html(document: Document, moving: bool = True) -> str:
    """The page's text.

    ``moving``: with tables that can be copied and figures that come to life where there is JavaScript (plotly.js, once, at
    the end, so that the answer is read before it is there); without, as paper needs it, the still figures alone.
    """
    from sim.report.charts.interactive import as_json

    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.filters["marked"] = marked
    moves = moving and next(document.pictures(), None) is not None
    return pages.get_template("report.html").render(
        page=document, colours=root_style(), moving=moving, moves=moves, plotly=_plotly() if moves else "",
        chart=lambda picture: Markup(as_json(picture.chart)),
    )  # fmt: skip


def marked(words: str) -> Markup:
    """Text with what stands between backticks set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words))))


def _plotly() -> Markup:
    """The library that draws the moving figures, from the installed package."""
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs().replace("</script", "<\\/script"))
