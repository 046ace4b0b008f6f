"""What pages are furnished with stays what it is when a page is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("solara")

import ipyvuetify
import solara
from reacton.core import Element

from sim.studio.widgets import basics

PAIRS = [
    (lambda: basics.heading("Words", 2), lambda: basics.paragraph("Words")),
    (lambda: basics.paragraph("Words"), lambda: basics.heading("Words", 3)),
    (lambda: basics.heading("Words", 2), lambda: basics.heading("Words", 3)),
]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_what_takes_the_place_of_an_element_of_another_tag_is_a_new_element(
    before: Callable[[], Element], after: Callable[[], Element]
) -> None:
    """A browser gives an element its tag once: a heading that became a paragraph would go on being shown as a heading."""
    turned = solara.reactive(False)

    @solara.component
    def Place() -> None:  # noqa: N802 – a component
        after() if turned.value else before()

    _, page = solara.render(Place(), handle_error=False)
    (old,) = page.find(ipyvuetify.Html).widgets
    turned.set(True)
    (new,) = page.find(ipyvuetify.Html).widgets
    assert new is not old and new.tag != old.tag
    page.close()


def test_words_that_change_stay_the_same_element() -> None:
    words = solara.reactive("one")

    @solara.component
    def Place() -> None:  # noqa: N802 – a component
        basics.paragraph(words.value)

    _, page = solara.render(Place(), handle_error=False)
    (old,) = page.find(ipyvuetify.Html).widgets
    words.set("two")
    (new,) = page.find(ipyvuetify.Html).widgets
    assert new is old and new.children == ["two"]
    page.close()


def test_no_page_makes_elements_in_another_way() -> None:
    folder = Path(basics.__file__).parents[1]
    assert [path.name for path in folder.rglob("*.py") if "v.Html(" in path.read_text(encoding="utf-8")] == []
