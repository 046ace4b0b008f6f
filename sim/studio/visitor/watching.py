"""What a page shows of something that others change: looked at again and again, and drawn anew when it is another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pandas  # noqa: F401 – before any thread: Reacton asks in passing for what another thread has imported by half
import solara

T = TypeVar("T")
_DRAWING = threading.Lock()
"""Pages that see the same thing at once are drawn one after the other: if they took turns at every step, all would be late."""


def use_watched(look: Callable[[], T], every: float, about: object = None) -> T:
    """What ``look`` sees; the page is drawn again whenever it sees something else. It looks every so many seconds."""
    seen, set_seen = solara.use_state(look())

    def watch() -> object:
        left = threading.Event()

        def go_on() -> None:
            before: object = object()  # something may have changed since the page was drawn
            while not left.wait(every):
                now = look()
                if now != before:
                    before = now
                    with _DRAWING:
                        set_seen(now)

        threading.Thread(target=go_on, name="class", daemon=True).start()
        return left.set

    solara.use_effect(watch, [about])
    return seen
