"""One palette: no colour is said anywhere else, pages name only what it holds, and what is written in it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.report.charts.palette import COLOURS, INK, PAGE, PAPER, look

PACKAGE = Path(sim.__file__).parent
COLOUR = re.compile(r"(?<!&)#(?:[0-9a-fA-F]{3}){1,2}\b|rgba?\(\s*[0-9]")
WRITTEN = (
    "ink",
    "words",
    "note",
    "blue",
    "good",
    "bad",
    "accent",
    "wrong",
    *(name for name in PAGE if name.startswith("told")),
)
"""What text is written in, on paper, on a pale ground or on a tint."""


def drawn_with() -> Iterator[Path]:
    """Every file that draws something."""
    for ending in ("css", "vue", "html", "js", "py"):
        yield from (path for path in PACKAGE.rglob(f"*.{ending}") if path.name != "palette.py")


def test_no_colour_is_said_but_in_the_palette() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {match}"
        for path in drawn_with()
        for match in COLOUR.findall(path.read_text("utf-8"))
    ]
    assert not found


def test_pages_name_only_colours_that_there_are() -> None:
    named = {
        name
        for path in drawn_with()
        for name in re.findall(r"(?:var\(--|paint\('|parts\(')([a-z-]+)", path.read_text("utf-8"))
    }
    assert named - {"colour"} <= set(PAGE) and len(named) > 15  # a card brings its policy's own --colour along


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_can_be_read_on_every_ground(name: str) -> None:
    assert min(contrast(PAGE[name], PAGE[ground]) for ground in ("paper", "ground", "tint")) >= 4.5


def test_what_is_written_on_dark_can_be_read() -> None:
    for dark in ("deep", "deep-over", "blue", "blue-over"):
        assert contrast(PAGE["on-deep"], PAGE[dark]) >= 4.5
    assert contrast(INK, PAPER) > 12


def test_no_two_scenarios_look_alike_though_colours_come_again() -> None:
    looks = [look(place) for place in range(1 + 5 * len(COLOURS))]
    assert len(set(looks)) == len(looks) and len({one.colour for one in looks[: 1 + len(COLOURS)]}) == 1 + len(COLOURS)
