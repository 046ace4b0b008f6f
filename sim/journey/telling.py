"""What happened to a customer, told in sentences; the customer is "they"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sim.journey.relive import Event
from sim.model.component import Model, builtin
from sim.model.events import Circumstances, Sentence, among, told

FEELINGS = ("satisfaction", "trust", "grievance")
"""The states a story tells of."""
IN_VIEW = "has_in_view"
"""The event that says which of several other providers is meant by what follows."""
NOTICED = 0.02
"""A change of a feeling, on the scale from 0 to 1, that a story mentions."""


def sentences(events: Sequence[Event], here: Circumstances, model: Model | None = None) -> list[str]:
    """The week's events as sentences, in the order in which they happened, as the files of the ``model`` tell them."""
    known: dict[str, Sentence] = {n: s for part in (model or builtin()).parts.values() for n, s in part.events.items()}
    here, found = replace(here, others=[event.what for event in events]), []
    for event in events:
        if event.what == IN_VIEW:  # of several providers, this is the other one that is meant from here on
            here = replace(here, other=among(here.rivals, event.amount))
        elif said := told(known[event.what], event.amount, here):
            found.append(said)
    return found


def felt(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Which feelings changed noticeably, and to what; empty when none did."""
    moved = [name for name in FEELINGS if abs(after[name] - before[name]) >= NOTICED]
    return ", ".join(f"{name} {before[name]:.2f} \u2192 {after[name]:.2f}" for name in moved)


SATISFIED = ("very dissatisfied", "dissatisfied", "lukewarm", "satisfied", "very satisfied")
TRUSTING = ("deeply distrustful", "distrustful", "neither trusting nor distrustful", "trusting", "very trusting")
GRUDGES = ((0.5, "a deep grievance"), (0.2, "a grievance"), (0.05, "a slight grievance"))


def feelings(state: Mapping[str, float]) -> str:
    """Feelings in words with their numbers."""
    satisfaction, trust, grievance = (state[name] for name in FEELINGS)
    grudge = next((words for limit, words in GRUDGES if grievance >= limit), "no grievance")
    told = (_word(satisfaction, SATISFIED), satisfaction), (_word(trust, TRUSTING), trust), (grudge, grievance)
    return ", ".join(f"{words} ({value:.2f})" for words, value in told)


def _word(value: float, fifths: Sequence[str]) -> str:
    """The word for the fifth of the scale that a value lies in."""
    return fifths[min(int(5 * value), 4)]
