"""The user's mistakes, said so that they can be mended."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache

from sim.system.text import visible


class Mistake(Exception):
    """Something in the input is wrong; the message names the place and the remedy.

    Commands print the message alone and exit with code 2. It is never used for a fault of the program.
    """


LONGEST, MOST = 100, 1000
"""Letters of a word, and known words, that are looked through for a near one: the time grows with the square of them."""


def nearest(word: str, known: list[str]) -> str:
    """A hint such as ``did you mean 'patience'?``, or an empty string when nothing known is near."""
    near = [other for other in known[:MOST] if len(other) <= LONGEST]
    found = get_close_matches(word, near, n=1, cutoff=0.6) if len(word) <= LONGEST else []
    return f" – did you mean '{found[0]}'?" if found else ""


def hint(word: str, known: Iterable[str]) -> str:
    """What to write instead: the nearest word, or else all that there are."""
    words = list(known)
    return nearest(word, words) or f"; there are {', '.join(words) or 'none'}"


def tell(words: str) -> None:
    """A message to the person at the terminal: on standard error, so that it never mixes with an answer.

    One that cannot be told – nobody listens, the disk behind it is full – is no reason to stop.
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(visible(words), file=sys.stderr, flush=True)


@lru_cache(maxsize=1)
def _told() -> list[str]:
    return []


def tell_once(words: str) -> None:
    """Tell that something outside the model is not as it should be; only the first such thing that a process meets."""
    if not _told():
        _told().append(words)
        tell(words)
