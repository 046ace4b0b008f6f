"""Laws of a small market of objects, fast enough to be asked of every mutant of the model (``tools/mutants.py``)."""

from __future__ import annotations

from collections.abc import Callable

from grounds import assert_sound, busy

from sim.engine.objects import Market


def everything_adds_up() -> None:
    """In a busy market people, departures, causes and calls add up, and no state is lost."""
    market = Market(busy(30, 4), 1, 0)
    for _ in range(4):
        market.step()
    assert_sound(busy(30, 4), market.state(), market.tally)


LAWS: dict[str, Callable[[], None]] = {"everything adds up in a small market": everything_adds_up}
