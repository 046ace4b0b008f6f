"""What every page is furnished with: headings, notes and words for those who cannot see a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import reacton.ipyvuetify as v
import solara
from reacton.core import Element

from sim.errors import Mistake
from sim.studio.visitor.work import Work
from sim.studio.widgets.html import html


def heading(words: str, level: int = 1) -> Element:
    """A heading that readers of the screen find."""
    return html(f"h{level}", class_=f"studio-h{level}", children=[words])


def paragraph(words: str, kind: str = "studio-text") -> Element:
    """A paragraph."""
    return html("p", class_=kind, children=[words])


def caption(words: str) -> Element:
    """A remark in smaller letters."""
    return paragraph(words, "studio-note")


def hidden(words: str) -> Element:
    """Words for those who hear the page; announced when they change."""
    return html("p", class_="studio-hidden", attributes={"role": "status", "aria-live": "polite"}, children=[words])


def alert(words: str, kind: str = "error") -> Element:
    """A message: ``error``, ``warning``, ``info`` or ``success``; spoken at once."""
    return v.Alert(type=kind, text=True, dense=True, children=[words], attributes={"role": "alert"})


Tried = Callable[[Callable[[], object]], None]
"""Takes an action; a mistake that it makes is told on the page."""


def use_trying() -> tuple[str, Tried]:
    """The sentence of the mistake that the last action made, empty when it made none; and how to take one."""
    mistake, set_mistake = solara.use_state("")

    def tried(action: Callable[[], object]) -> None:
        set_mistake("")  # before it: the action may lead to another page
        try:
            action()
        except Mistake as fault:
            set_mistake(str(fault))

    return mistake, tried


def Progress(work: Work, words: str) -> Element:  # noqa: N802 – looks like a component to those who use it
    """How far the work is, with a button that calls it off."""
    return _Progress(words, work.done, work.total, work.called_off, work.cancel)


@solara.component
def _Progress(words: str, done: int, total: int, called_off: bool, cancel: Callable[[], None]) -> None:
    """Takes numbers, for it is drawn anew only when what it is given has changed, and the work stays the same object."""
    share = 100 * done / max(total, 1)
    with html("div", class_="studio-progress", attributes={"role": "group", "aria-label": words}):
        v.ProgressLinear(
            value=share, height=10, rounded=True, color="primary", attributes={"aria-label": f"{words}: progress"}
        )
        paragraph("stopping …" if called_off else f"{words}: {done:,} of {total:,}")
        button("Cancel", cancel, "mdi-close", outlined=True, disabled=called_off)


def button(words: str, on_click: Callable[[], None], icon: str | None = None, **looks: object) -> Element:
    """A button with words on it."""
    return solara.Button(words, on_click=on_click, icon_name=icon, **{"color": "primary", "class_": "ma-1"} | looks)


@solara.component_vue("choice.vue")
def _Choice(
    label: str,
    items: list[tuple[str, str]],
    value: str,
    disabled: bool = False,
    width: str = "",
    event_chosen: Callable[[str], None] | None = None,
) -> None:
    """The browser's own list, which keyboards and screen readers know."""


def choice(
    label: str,
    values: Sequence[tuple[str, str]],
    value: str,
    choose: Callable[[str], None],
    disabled: bool = False,
    width: str = "",
) -> Element:
    """A list to choose from: (value, words) each."""
    items = [(key, words) for key, words in values]
    return _Choice(label=label, items=items, value=value, disabled=disabled, width=width, event_chosen=choose)


@solara.component_vue("text.vue")
def _Text(label: str, value: str, suffix: str, hint: str, objection: str, event_typed: Callable[[str], None]) -> None:
    """The browser's own field."""


def Field(  # noqa: N802 – looks like a component to those who use it
    label: str, value: str, commit: Callable[[str], None], suffix: str = "", hint: str = "", objection: str = ""
) -> Element:
    """A field of text that is taken over when the visitor leaves it or presses Enter; ``objection``: what is wrong with it."""
    return _Text(label=label, value=value, suffix=suffix, hint=hint, objection=objection, event_typed=commit)


@solara.component
def Table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> None:
    """A table; the first cell of each row names it."""
    head = html("tr", children=[html("th", attributes={"scope": "col"}, children=[c]) for c in columns])
    body = [
        html(
            "tr",
            children=[
                html("th", attributes={"scope": "row"}, children=[row[0]]),
                *[html("td", children=[cell]) for cell in row[1:]],
            ],
        )
        for row in rows
    ]
    with html("div", class_="studio-scroll", attributes={"tabindex": "0", "role": "region", "aria-label": caption}):
        html(
            "table",
            class_="studio-table",
            children=[
                html("caption", class_="studio-hidden", children=[caption]),
                html("thead", children=[head]),
                html("tbody", children=body),
            ],
        )
