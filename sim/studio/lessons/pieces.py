"""Pieces that the pages of the lessons are put together from: lists, boxes, steps, pictures, a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import reacton.ipyvuetify as v
import solara

from sim.report.amounts import signed
from sim.report.charts import Picture
from sim.scenario.guided import Guess
from sim.studio.lessons.pictures import meaning
from sim.studio.lessons.taking import STAGES, TITLES
from sim.studio.widgets.basics import button, caption, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.number_field import Limits, NumberField

# Components, for what stands in the place of something else: an element of another tag would keep the old one's.


@solara.component
def Listed(items: Sequence[str], ordered: bool = False) -> None:
    """A list of sentences."""
    points = [html("li", children=[item]) for item in items]
    html("ol" if ordered else "ul", children=points)


@solara.component
def Box(*sentences: str) -> None:
    """Sentences that stand out."""
    html("div", class_="lesson-box", children=[html("p", children=[each]) for each in sentences])


def picture(drawn: Picture) -> None:
    """A picture with words for those who cannot see it."""
    html("img", class_="lesson-picture", attributes={"src": drawn.source, "alt": drawn.alt})
    if drawn.note:
        caption(drawn.note)


@solara.component
def Steps(here: str, furthest: str, go: Callable[[str], None]) -> None:
    """The stages of a lesson; those that may be opened are buttons."""
    most = STAGES.index(furthest)
    with html("nav", attributes={"aria-label": "Stages of the lesson"}), html("ol", class_="lesson-steps"):
        for place, stage in enumerate(STAGES):
            words = f"{place + 1} {TITLES[stage]}"
            with html("li"):
                if stage == here:
                    current = {"aria-current": "step"}
                    html("span", class_="lesson-step here", attributes=current, children=[words])
                elif place <= most:
                    OpenStep(words, stage, go)
                else:
                    html("span", class_="lesson-step", children=[words])


@solara.component
def OpenStep(words: str, stage: str, go: Callable[[str], None]) -> None:
    """A stage that may be opened."""
    step = html("button", class_="lesson-step open", attributes={"type": "button"}, children=[words])
    v.use_event(step, "click", lambda *_: go(stage))


@solara.component
def GuessForm(guess: Guess, question: str, commit: Callable[[float], None]) -> None:
    """A guess before it is committed: an answer to choose, or a direction and a number. Nothing is chosen beforehand."""
    chosen, choose = solara.use_state(-1)
    size, set_size = solara.use_state("")
    with html("div"):
        if not guess.options:
            paragraph(f"{meaning(guess)}: how does it differ from the other world?")
    with v.RadioGroup(v_model=chosen, on_v_model=choose, label=question, hide_details=True):
        for place, words in enumerate([option.answer for option in guess.options] or WAYS):
            v.Radio(label=words, value=place)
    if guess.options:
        button("Commit my guess", lambda: commit(chosen), "mdi-lock-outline", disabled=chosen < 0, large=True)
        return
    factor, unit = guess.unit
    within = Limits(0, round(guess.reach * factor), unit)
    NumberField("By how much", size, set_size, within)
    caption(f"Within {signed(guess.near * factor).strip('+')} {unit} counts as right.")
    touched = chosen >= 0 and bool(size)
    button(
        "Commit my guess", lambda: commit((1, -1)[chosen] * float(size) / factor), "mdi-lock-outline", disabled=not touched,
        large=True,
    )  # fmt: skip


WAYS = ("More than in the other world", "Less than in the other world")


@solara.component
def Sure(words: str, asks: str, do: Callable[[], None], icon: str | None = None, large: bool = False) -> None:
    """A button that asks before it does what cannot be taken for a slip."""
    asked, set_asked = solara.use_state(False)

    def go() -> None:
        set_asked(False)
        do()

    if not asked:
        button(words, lambda: set_asked(True), icon, large=large, outlined=not large)
        return
    with html("div", class_="lesson-box", attributes={"role": "alertdialog", "aria-label": words}):
        paragraph(asks)
        button("Yes", go, icon)
        button("No", lambda: set_asked(False), outlined=True)
