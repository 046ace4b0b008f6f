"""What a column of words becomes: segments with the terms of their contracts, or the label of who has left, and when."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from sim.data.customer_mapping import lasting, weeks_in
from sim.data.habits import Cells
from sim.data.parts import Asking, Part
from sim.data.proposing import GONE, GONE_WORDS, STAYING_WORDS, says_staying
from sim.data.questions import Question, Unfit
from sim.data.recognising import period_in, says, words_in
from sim.errors import Mistake
from sim.model.parameters import converted

MOST_SEGMENTS = 65_000
"""Segments of a column that somebody names; fewer make a column one that is proposed."""
_TERM = re.compile(
    r"(one|two|three|ein|zwei|drei|[0-9]+)[- ]?(year|years|jahr|jahre|month|months|monat|monate)s?\b", re.IGNORECASE
)
_NO_TERM = re.compile(
    r"month[- ]to[- ]month|monthly|none|no contract|prepaid|pay as you go|monatlich|ohne.*", re.IGNORECASE
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "ein": 1, "zwei": 2, "drei": 3}


def segmented(asking: Asking, part: Part) -> Part:
    """The column as segments, with what is left of contracts where its words are terms. Raises :class:`Mistake`."""
    if part.cells.kind != "text":
        raise Mistake(
            f"answers, columns.{part.column}.becomes: a segment is a column of words, and '{part.column}' holds "
            f"{part.cells.kind}s"
        )
    words = words_in(part.cells)
    if len(words) > MOST_SEGMENTS:
        raise Mistake(
            f"{asking.source.table.path}, column '{part.column}' has {len(words):,} different words, and there may "
            f"be {MOST_SEGMENTS:,} segments; "
            "take another column as segment, or group its words in the file"
        )
    terms = {word: term for word in words if (term := _term(word)) is not None}
    if len(terms) < len(words) or not any(terms.values()):
        terms = {}
    if terms:
        asked = f"{asking.source.table.path}, column '{part.column}': how much is left of contracts of such a term?"
        hint, choices = "its words are terms of contracts", ("evenly spread", "not known")
        question = Question(("columns", part.column, "terms"), asked, choices[0], hint, choices)
        if asking.answers.assume(question) != choices[0]:
            terms = {}
    return replace(part, terms=terms, told=f"{len(words)} segments")


def _term(word: str) -> int | None:
    """Weeks of a contract in words such as ``two years`` and ``month-to-month``; None for words that say no term."""
    if _NO_TERM.fullmatch(word.strip()):
        return 0
    found = _TERM.search(word)
    if found is None:
        return None
    number = _NUMBERS.get(found[1].lower()) or int(found[1])
    unit = "year" if found[2].lower().startswith(("y", "j")) else "month"
    return round(converted(float(number), unit, "week"))


def labelled(asking: Asking, part: Part) -> Part:
    """The column as the label: who has left, and within what time."""
    name, cells = part.column, part.cells
    word = ""
    if cells.kind == "date":
        gone = ~cells.missing & (np.isnat(cells.values) | (cells.values <= (asking.as_of or cells.values)))
    else:
        gone, word = _gone(asking, name, cells)
    window, hint = _window(asking, name, cells)
    words = "within what time did those leave who have left?"
    within = asking.question(
        name, "within", words, window, hint=hint, read=_read_lasting, example="52 weeks", fallback="52 weeks"
    )
    return replace(
        part,
        gone=gone,
        within=weeks_in(str(within)),
        word=word,
        window=str(within),
        told=f"{int(gone.sum()):,} of {len(gone):,} left within {within}",
    )


def _gone(asking: Asking, name: str, cells: Cells) -> tuple[np.ndarray, str]:
    """Who has left (bool), and the word that says so."""
    text = (
        [f"{each:g}" if np.isfinite(each) else "" for each in cells.values]
        if cells.kind == "number"
        else cells.values.to_pylist()
    )
    words = sorted({word for word in text if word})
    known = STAYING_WORDS if says_staying(name) and not says(name, *GONE) else GONE_WORDS
    told = [word for word in words if word.lower() in known]
    if len(told) == 1 and asking.answers.found(("columns", name, "words")) is None:
        word = told[0]
        asking.answers.note(("columns", name, "words"), word)
    else:
        asked = "which of its words says that somebody has left?"
        word = str(asking.question(name, "words", asked, choices=tuple(words), fallback=words[0]))
    return np.array([each == word for each in text]), word


def _window(asking: Asking, name: str, cells: Cells) -> tuple[str | None, str]:
    """In what time the leavers left, as the file hints: the label's name, its days, or a column that looks back as far."""
    own = re.search(r"(\d+)[ _-]?(day|week|month|year)", name, re.IGNORECASE)
    if own:
        return f"{own[1]} {own[2].lower()}s", "its name says so"
    if period_in(name):
        return lasting(f"1 {period_in(name)}") if period_in(name) != "quarter" else "13 weeks", "its name says so"
    if cells.kind == "date" and asking.as_of is not None and not cells.missing.all():
        days = int((asking.as_of - cells.values[~np.isnat(cells.values)].min()).astype(int)) + 1
        return f"{max(1, round(days / 7))} weeks", "the first of them left then"
    for other in asking.source.cells:
        if says(other, "last", "past", "letzten", "letztes") and (period := period_in(other)):
            return {"quarter": "13 weeks", "year": "52 weeks"}.get(
                period, f"1 {period}s"
            ), f"the file looks back so far in '{other}'"
    return None, ""


def _read_lasting(said: str) -> str:
    try:
        return lasting(said)
    except ValueError as wrong:
        raise Unfit(str(wrong)) from None
