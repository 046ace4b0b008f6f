"""The user's mistakes, said so that they can be mended."""

from __future__ import annotations

from difflib import get_close_matches


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
