"""Long work in the background: the page stays alive, says how far it is, and can call it off."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import solara

from sim.errors import Mistake

EVERY = 0.2
"""Seconds between two reports of progress: five a second are enough to look alive, and few enough to cost nothing."""


class Stopped(Exception):
    """What work raises when it was called off and has nothing to show."""


def told_of(fault: Exception) -> str:
    """What the page tells of a fault: a mistake's own sentence. Where the program failed stands in the studio's terminal."""
    if isinstance(fault, Mistake):
        return str(fault)
    traceback.print_exception(fault)
    return f"The program failed: {type(fault).__name__}: {fault}. Please report it; the studio's terminal says more."


class Work:
    """One piece of work at a time: ``done`` of ``total`` steps, then ``result`` or ``mistake`` (a sentence).

    ``note`` is what the work says of itself; ``called_off`` is true after :meth:`cancel`; what was finished by then may
    still be in ``result``.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.done, self.total, self.running, self.called_off = 0, 0, False, False
        self.result: Any = None
        self.mistake = self.note = ""
        self._changed, self._told, self._turn = changed, 0.0, 0
        self._stop: Callable[[], None] | None = None
        self._lock, self._own = threading.Lock(), threading.local()

    def start(self, total: int, action: Callable[[Work], Any]) -> None:
        """Call off what runs and begin ``action(work)`` in a thread of its own; ``total`` steps are expected."""
        self.cancel()
        with self._lock:
            self._turn += 1
            turn = self._turn
            self.done, self.total, self.running, self.called_off = 0, total, True, False
            self.result, self.mistake, self.note, self._stop = None, "", "", None
        self._changed()
        threading.Thread(target=self._run, args=(turn, action), daemon=True).start()

    def _run(self, turn: int, action: Callable[[Work], Any]) -> None:
        found, mistake, self._own.turn = None, "", turn
        try:
            found = action(self)
        except Stopped:
            pass
        except Exception as fault:  # a fault of the program must reach the page too, or it would wait for ever
            mistake = told_of(fault)
        with self._lock:
            if turn != self._turn:
                return
            self.result, self.mistake, self.running = found, mistake, False
        self._changed()

    def step(self, count: int = 1) -> None:
        """Say that so many more steps are done; the page is told a few times a second."""
        if self._superseded():
            return
        self.done += count
        now = time.monotonic()
        if now - self._told >= EVERY:
            self._told = now
            self._changed()

    def expect(self, total: int, note: str = "") -> None:
        """Say that so many steps are expected now, and in words how things stand (``note``)."""
        if not self._superseded():
            self.total, self.note = total, note
            self._changed()

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """What is to be done when somebody calls the work off."""
        if self._superseded():
            return stop()
        self._stop = stop
        if self.called_off:
            stop()

    def _superseded(self) -> bool:
        """Whether whoever asks belongs to work in whose place other work was begun meanwhile."""
        return getattr(self._own, "turn", self._turn) != self._turn

    def cancel(self) -> None:
        """Call the work off, if any runs."""
        if self.running:
            self.called_off = True
            if self._stop is not None:
                self._stop()
            self._changed()


def use_work() -> Work:
    """This page's work; it is called off when the page is left."""
    _, set_version = solara.use_state(0)
    work = solara.use_memo(lambda: Work(lambda: set_version(lambda version: version + 1)), [])
    solara.use_effect(lambda: work.cancel, [])
    return work
