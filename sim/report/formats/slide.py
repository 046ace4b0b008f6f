"""A report as one slide (16:9): the answer, three figures with their ranges, what to find out first, and where it comes from.

All words stand in text boxes that can be edited. Their size is chosen so that they fit, measured in a font that is wider than
the slide's own; what finds no room at the smallest is cut, and stands whole in the speaker's notes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sim.report.charts import Picture
from sim.report.charts.description import Chart
from sim.report.charts.palette import PAGE
from sim.report.charts.still import file_of
from sim.report.document import Brief, Document, Figure, plain

WIDTH, HEIGHT = 13.333, 7.5
LEFT, GAP = 0.55, 0.35
"""Inches: the slide, its margin, and what lies between columns."""
LEADING = 1.2
"""Height of a line, in sizes of its letters."""
POINTS = 72
FIXED = datetime(1980, 1, 1)
"""When every slide was made: the same answer gives the same bytes."""
MOST_POLICIES = 5
AROUND, ROW = 0.85, 0.2
"""Inches that a figure needs around its rows, and for each of them."""


class Words(NamedTuple):
    """A paragraph: its size in points, its colour by name, and whether it is bold."""

    text: str
    size: float
    colour: str = "ink"
    bold: bool = False


class Place(NamedTuple):
    """Where a box lies, in inches."""

    left: float
    top: float
    width: float
    height: float


def pptx(document: Document) -> bytes:
    """The slide as a file of PowerPoint or Impress; the same bytes every time."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    page = deck.slides.add_slide(deck.slide_layouts[5])  # a title, and nothing else
    _answer(page, document)
    _columns(page, document)
    _below(page, document)
    page.notes_slide.notes_text_frame.text = _notes(document)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by, about.revision = document.headline[:255], "", "", 1
    about.created = about.modified = FIXED
    return _dateless(deck)


def _dateless(deck: Any) -> bytes:
    """The file, none of whose parts says when it was written."""
    made, found = io.BytesIO(), io.BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as book:
        for name in parts.namelist():
            book.writestr(zipfile.ZipInfo(name, FIXED.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return found.getvalue()


# ---- what stands where


def _answer(page: Any, document: Document) -> None:
    """The answer, in the slide's own title."""
    place = Place(LEFT, 0.35, WIDTH - 2 * LEFT, 1.3)
    _fill(
        page.shapes.title,
        place,
        [_fitted(plain(document.headline), place, (30, 28, 26, 24, 22, 20, 18, 16), bold=True)],
    )


def _columns(page: Any, document: Document) -> None:
    """The figures side by side, each with its picture below; of a report without them, what follows the answer and a picture."""
    brief = document.brief
    if brief is None:
        picture = next(document.pictures(), None)
        words = Place(LEFT, 1.85, 5.0 if picture else WIDTH - 2 * LEFT, 3.9)
        _box(page, words, [_fitted(plain(" ".join(document.lead)), words, (18, 16, 14, 12))])
        _picture(page, picture, Place(LEFT + 5.0 + GAP, 1.85, WIDTH - 2 * LEFT - 5.0 - GAP, 4.6))
        return
    wide = (WIDTH - 2 * LEFT - GAP * (len(brief.figures) - 1)) / len(brief.figures)
    for k, (figure, picture) in enumerate(zip(brief.figures, brief.pictures, strict=True)):
        left = LEFT + k * (wide + GAP)
        _box(page, Place(left, 1.75, wide, 1.65), list(_told(figure, wide)))
        _picture(page, picture, Place(left, 3.42, wide, 1.78))


def _told(figure: Figure, wide: float) -> Iterator[Words]:
    """A measure, and what becomes of it; of several policies a line each."""
    yield Words(figure.label, 18, "note", True)
    if len(figure.amounts) == 1:
        one = figure.amounts[0]
        yield Words(one.value, 36, one.tone if one.tone != "open" else "ink", True)
        yield _fitted(figure.unit, Place(0, 0, wide, 0.25), (12, 11, 10), "note")
        yield _fitted(f"{one.around} ({figure.ends})", Place(0, 0, wide, 0.3), (16, 14, 13, 12, 11, 10))
        return
    yield _fitted(figure.unit, Place(0, 0, wide, 0.22), (12, 11, 10), "note")
    shown = figure.amounts[:MOST_POLICIES]
    for one in shown:
        text = f"{one.policy}: {one.value} ({one.around})"
        yield _fitted(text, Place(0, 0, wide, 0.22), (12, 11, 10), one.tone if one.tone != "open" else "ink")


def _below(page: Any, document: Document) -> None:
    """What to find out first, and where the numbers come from."""
    brief = document.brief
    if brief is not None and brief.first:
        place = Place(LEFT, 5.4, WIDTH - 2 * LEFT, 1.15)
        said = Place(place.left, place.top, place.width - 0.2, place.height - 0.5)
        heading = Words("What to find out first", 14, "good", True)
        _box(page, place, [heading, _fitted(plain(brief.first), said, (16, 14, 13, 12, 11))], ground="tint")
    place = Place(LEFT, 6.72, WIDTH - 2 * LEFT, 0.5)
    source = document.origin if brief is None else brief.source + _brackets(brief)
    _box(page, place, [_fitted(plain(source), place, (12, 11, 10, 9), "note")])


def _brackets(brief: Brief) -> str:
    """What stands in brackets, where several policies stand beneath one another."""
    several = [figure.ends for figure in brief.figures if len(figure.amounts) > 1]
    return f" In brackets: {several[0]}." if several else ""


def _notes(document: Document) -> str:
    """What whoever speaks to the slide should have at hand: all of it in words."""
    told = [] if document.brief is None else [f"{subject}: {said}" for subject, said in document.brief.told]
    return "\n".join(map(plain, [document.headline, *told, *document.lead, *document.caveats, *document.commands]))


def _picture(page: Any, picture: Picture | None, place: Place) -> None:
    """A figure as large as it may be there, with words for whoever cannot see it."""
    from pptx.util import Inches

    if picture is None:
        return
    drawn, larger = picture.chart, 1.0
    if isinstance(drawn, Chart):  # as high as there is room for, its letters in full size while its rows find room
        larger = max((AROUND + ROW * len(drawn.up.rows)) / place.height, 1.0)
        drawn = replace(drawn, height=place.height * larger)
    png = io.BytesIO(file_of(drawn, "png", place.width * larger, dots=200))
    shape = page.shapes.add_picture(png, Inches(place.left), Inches(place.top), Inches(place.width))
    if shape.height > Inches(place.height):
        shape.width = int(shape.width * Inches(place.height) / shape.height)
        shape.height = Inches(place.height)
    shape._element.nvPicPr.cNvPr.set("descr", picture.alt)  # the library has no word for it


# ---- boxes of words


def _box(page: Any, place: Place, words: Sequence[Words], ground: str = "") -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    box = page.shapes.add_textbox(*map(Inches, place))
    if ground:
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor.from_string(PAGE[ground].lstrip("#").upper())
    _fill(box, place, words, inset=0.1 if ground else 0.0)


def _fill(shape: Any, place: Place, words: Sequence[Words], inset: float = 0.0) -> None:
    """Put paragraphs into a shape, which takes this place."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    shape.left, shape.top, shape.width, shape.height = map(Inches, place)
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Inches(inset)
    for k, one in enumerate(words):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.line_spacing = PP_ALIGN.LEFT, 1.0
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = one.text, Pt(one.size), one.bold
        run.font.color.rgb = RGBColor.from_string(PAGE[one.colour].lstrip("#").upper())


def _fitted(text: str, place: Place, sizes: Sequence[float], colour: str = "ink", bold: bool = False) -> Words:
    """The words in the largest of these sizes in which they fit; at the smallest, cut where they still do not."""
    for size in sizes:
        if len(lines(text, size, place.width, bold)) * size * LEADING <= place.height * POINTS:
            return Words(text, size, colour, bold)
    most = max(int(place.height * POINTS / (sizes[-1] * LEADING)), 1)
    kept = " ".join(lines(text, sizes[-1], place.width, bold)[:most])
    return Words(f"{kept[: len(kept) - 3].rsplit(' ', 1)[0]} …", sizes[-1], colour, bold)


def lines(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """The lines into which words of a size, in points, break within a width in inches."""
    font, found = _font(bold), [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and font.getlength(longer) * size / _MEASURED > width * POINTS:
            found.append(word)
        else:
            found[-1] = longer
    return found


_MEASURED = 100
"""Points in which letters are measured."""


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    """Letters to measure by, those of the figures: wider than what slides are usually shown in."""
    from matplotlib import get_data_path
    from PIL import ImageFont

    return ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf", _MEASURED)
