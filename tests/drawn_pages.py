"""Pages of the studio drawn as the server draws them, without a browser: what failed, and what they say."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import solara
import solara.server.app  # noqa: F401 – makes elements a page's own, as the server does
from solara.autorouting import RenderPage
from solara.server import kernel, kernel_context

from sim.studio import app

PATIENCE = 60
"""Seconds until what a page does in the background is given up; a loaded machine is slow."""


@dataclass(frozen=True)
class Drawn:
    """What failed while a page was drawn, and every text on it."""

    faults: list[str]
    says: str


@contextmanager
def _faults() -> Iterator[list[str]]:
    """What the program tells of its own failures meanwhile: in the terminal, or in a thread that dies."""
    found: list[str] = []
    printed, hook = traceback.print_exception, threading.excepthook
    traceback.print_exception = lambda fault, *rest, **more: found.append(f"{type(fault).__name__}: {fault}")
    threading.excepthook = lambda told: found.append(f"{told.exc_type.__name__}: {told.exc_value}")
    try:
        yield found
    finally:
        traceback.print_exception, threading.excepthook = printed, hook


def drawn(address: str, visitor: str = "visitor") -> Drawn:
    """The page at an address for a visitor, at the end of what it does in the background."""
    with _faults() as faults:
        before = set(threading.enumerate())
        context = kernel_context.VirtualKernelContext(id=uuid.uuid4().hex, kernel=kernel.Kernel(), session_id=visitor)
        says = ""
        try:
            with context:
                page = solara.RoutingProvider(children=[RenderPage()], routes=app.routes, pathname=address)
                context.app_object = solara.render(page, handle_error=False)[1]
                _wait(set(threading.enumerate()) - before)
                says = "\n".join(text for widget in list(context.widgets.values()) for text in _texts(widget))
        except Exception as fault:
            faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            context.close()
    return Drawn(faults, says)


def _wait(threads: set[threading.Thread]) -> None:
    for thread in threads:
        # a class is looked at as long as the page is open
        if thread.name != "class" and not thread.name.startswith("Dummy"):
            _joined(thread)


def _joined(thread: threading.Thread) -> None:
    """Wait for a thread, also for one that was counted among the others but has not begun yet."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return thread.join(PATIENCE)
        except RuntimeError:
            time.sleep(0.001)


def _texts(widget: Any) -> Iterator[str]:
    for name in ("children", "html", "items", "label"):
        value = getattr(widget, name, None)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str | tuple):
                yield each if isinstance(each, str) else " ".join(map(str, each))
