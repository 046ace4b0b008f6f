"""How an event is told: a sentence beside the event's name in the file of its mechanism, in which the customer is "they".

A sentence is text with ``{amount:.0f}``, ``{percent}``, ``{percent:.1f}`` (of a share), ``{duration}`` (of minutes) or
``{money}`` (of cents) where the event's amount stands, or a function of amount and :class:`Circumstances` where words
depend on it. An empty
sentence tells nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

TOSS_UP = 0.005
"""A difference between providers, as a share of the price, that a story does not tell."""


@dataclass(frozen=True)
class Circumstances:
    """What the sentences of a week may need to know.

    ``provider``: at the week's start; ``currency``; ``held_against``: the ledger until then; ``others``: all events of the week;
    ``own`` and ``other``: what the own provider and the one in view are called; ``rivals``: names, where there are several.
    """

    provider: int
    currency: str
    held_against: Mapping[str, float]
    others: Sequence[str] = field(default=())
    own: str = "the company"
    other: str = "the rival"
    rivals: Sequence[str] = field(default=())


Sentence = str | Callable[[float, Circumstances], str]


class _Percent(float):
    def __format__(self, form: str) -> str:
        return percent(self, int(form[1]) if form else 0)


def told(sentence: Sentence, amount: float, here: Circumstances) -> str:
    """The sentence about an event of this amount."""
    if callable(sentence):
        return sentence(amount, here)
    money = f"{amount / 100:,.2f} {here.currency}"
    return sentence.format(amount, amount=amount, percent=_Percent(amount), duration=duration(amount), money=money)


def provider_words(provider: float) -> str:
    """Who somebody is with."""
    return {0: "the company", 2: "nobody"}.get(int(provider), "the rival")


def provider_of(state: Mapping[str, float], rivals: Sequence[str] = ()) -> str:
    """Who somebody is with in this state; a rival by its name where there are several."""
    with_one_of_several = rivals and int(state["provider"]) == 1
    return rivals[int(state["rival"])] if with_one_of_several else provider_words(state["provider"])


def among(rivals: Sequence[str], number: float) -> str:
    """Which of several providers: 0 the company, 1 the first rival and so on."""
    return rivals[int(number) - 1] if 0 < number <= len(rivals) else "the company" if number == 0 else "nobody"


def weeks_told(weeks: float) -> str:
    """A number of weeks: ``1 week``, ``168 weeks``."""
    return f"{weeks:.0f} week{'' if f'{weeks:.0f}' == '1' else 's'}"


def duration(minutes: float) -> str:
    """A wait in words."""
    if minutes < 1:
        seconds = round(60 * minutes)
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{minutes:.1f} minutes" if minutes < 10 else f"{minutes:.0f} minutes"


def hours_told(hours: float) -> str:
    """A wait of hours in words."""
    if hours < 1:
        return duration(60 * hours)
    return "1 hour" if f"{hours:.0f}" == "1" else f"{hours:.0f} hours"


def percent(share: float, places: int = 0) -> str:
    """A share as per cent."""
    return f"{100 * share:.{places}f}\u00a0%"  # not to be parted at the end of a line


def by_how_much(difference: float) -> str:
    """A difference between providers."""
    return f"{percent(abs(difference))} of the price"
