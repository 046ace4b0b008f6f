"""No address makes a page fail: whatever stands in it, the page is drawn, and says in a sentence what cannot be."""

from __future__ import annotations

import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

pytest.importorskip("solara")

import solara
from hypothesis import strategies as st
from solara.autorouting import RenderPage
from solara.server import app as solara_app  # makes elements a page's own, as the server does
from solara.server import kernel, kernel_context

from sim.studio import app
from fuzz.hammer import hammer, kept

KIND = "addresses"
PATIENCE = 60
"""Seconds until what a page does in the background is given up; a loaded machine is slow."""


# ---- a page, drawn as the server draws it


@contextmanager
def _faults() -> Iterator[list[str]]:
    """What the program tells of its own failures while a page is drawn: in the terminal, or in a thread that dies."""
    found: list[str] = []
    printed, hook = traceback.print_exception, threading.excepthook
    traceback.print_exception = lambda fault, *rest, **more: found.append(f"{type(fault).__name__}: {fault}")
    threading.excepthook = lambda told: found.append(f"{told.exc_type.__name__}: {told.exc_value}")
    try:
        yield found
    finally:
        traceback.print_exception, threading.excepthook = printed, hook


def drawn(address: str, visitor: str = "visitor") -> list[str]:
    """Draw the page at an address for a visitor, to the end of what it does in the background; returns what failed."""
    with _faults() as found:
        before = set(threading.enumerate())
        context = kernel_context.VirtualKernelContext(
            id=uuid.uuid4().hex, kernel=kernel.Kernel(), session_id=visitor
        )
        try:
            with context:
                page = solara.RoutingProvider(children=[RenderPage()], routes=app.routes, pathname=address)
                solara.render(page, handle_error=False)
                for thread in set(threading.enumerate()) - before:
                    if thread.name != "class" and not thread.name.startswith("Dummy"):  # a class is looked at for ever
                        thread.join(PATIENCE)
        except Exception as fault:
            found.append(f"{type(fault).__name__}: {fault}")
        finally:
            context.close()
    return found


# ---- addresses: real ones, with nonsense put in

SWEEP = {
    "base": "telecom/today", "one": "call_centre.representatives", "from": "8", "to": "24", "two": "outsourcing.share",
    "from2": "0", "to2": "1", "measure": "profit", "measure2": "retention", "levels": "5", "times": "10", "weeks": "52",
    "outcome": "profit", "point": "3", "question": "", "shelf": "",
}  # fmt: skip
REAL: dict[str, dict[str, str]] = {
    "/": {},
    "/live": {
        "one": "lessons/town", "two": "same~outsourcing.share@26:90 %", "people": "300", "seed": "7", "engine": "core", "customer": "5",
    },
    "/compare": {
        "base": "telecom/today", "other": "telecom/today~outsourcing.share:90 %~name:A bold one~about:All of it",
        "other2": "telecom/outsourced", "other3": "lessons/town", "other4": "own/mine", "people": "drawn", "count": "500",
        "weeks": "26", "replications": "100", "seed": "3", "precision": "0.5",
        "spreads": "s:young:30 %~s:old:70 %~t:young:patience:normal:4:1",
    },
    "/explore": SWEEP,
    "/lessons": {"lesson": "lessons/the_fee_trap", "stage": "predict", "view": "teacher", "class": "ABCDE"},
    "/library": {
        "shelf": "scenarios", "find": "fee", "part": "call_centre", "setting": "representatives", "scenario": "telecom/today",
        "measure": "profit", "source": "assumption",
    },
}  # fmt: skip
"""Every page, and everything that its address knows, as it may really be."""
NONSENSE = (
    "", " ", "nan", "NaN", "inf", "-inf", "1e400", "-1e400", "1e308", "-1", "0", "00", "1_0", "+5", "0x10", "1e5", "2.5", "٣", "²", "½",
    "9" * 30, "9" * 5000, "true", "None", "null", "\x00", "\ud800", "\ufffd", "\u202e", "é", "日本", "💥", "~", "~~~", ":", "@", "@:", "@0:1",
    "%", "%zz", ";", "&", "=", "#", "/", "//", "..", "../../etc/passwd", "own/", "own/..", "lessons/", "\\", "'", '"', "<b>", "{{1}}", "{0}",
    "[/b]", "[bold]", "$(id)", "a" * 10_000, "same", "same~", "kept", "mirror", "file", "drawn", "sources", "measures", "section", "traits",
    "scenario", "market.customers", "network.kind", "market.", ".customers", ".", "a.b.c", "call_centre", "call_centre.nothing",
    "telecom/today~", "telecom/today~x", "telecom/today~name:", "telecom/today~outsourcing.share@9999:nan", "t:::", "s:", "s::", "t:a:b:c",
    "t::patience:normal:nan:1", "t::patience:no:1", "s:a:nan %", "s:a:50 %~s:a:50 %", "here/x", "sweep", "optimise", "sensitivity",
)  # fmt: skip
"""What no page expects, or not there."""
PATHS = (
    "/nowhere", "//", "/live/", "/live/x/y", "/LIVE", "/live;a", "/live%00", "/..", "/%2e%2e/", "/library/..", "live", "?", "/?", "/explore/?",
    "/" + "x/" * 300, "/" + "y" * 9000, "/compare#x", "/\ud800", "/é",
)  # fmt: skip


def _written(path: str, entries: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(entries, errors='surrogatepass')}" if entries else path


@st.composite
def addresses(draw: st.DrawFn) -> bytes:
    """A real address in which some entries, or signs, are other ones."""
    path = draw(st.sampled_from(tuple(REAL)))
    known = REAL[path]
    names = draw(st.lists(st.sampled_from(tuple(known)), unique=True, max_size=5)) if known else []
    values = st.one_of(st.sampled_from(NONSENSE), st.sampled_from(tuple(known.values()) or ("",)), st.text(max_size=20))
    chosen = [(name, draw(st.one_of(st.just(known[name]), values))) for name in names]
    chosen += draw(st.lists(st.tuples(st.one_of(st.sampled_from(tuple(known) or ("a",)), st.text(max_size=5)), values), max_size=2))
    path = draw(st.one_of(st.just(path), st.sampled_from(PATHS))) if draw(st.integers(0, 9)) == 0 else path
    raw = draw(st.sampled_from(("", "", "", "&", "&&=", "&a", "%", "&levels=nan;", "#x", "%ED%A0%80", "%00", "?" * 3, "&=" * 200)))
    return (_written(path, chosen) + raw).encode("utf-8", "surrogatepass")


def check(data: bytes) -> None:
    """Draw the page at an address; nothing may fail."""
    address = data.decode("utf-8", "surrogatepass")
    found = drawn(address)
    assert not found, f"{address[:300]!r}: {found}"


def _each() -> Iterator[str]:
    """Every entry of every page, with everything that no page expects, one at a time."""
    for path, known in REAL.items():
        for name in known:
            usual = list({"base": "telecom/today", "one": SWEEP["one"]}.items()) if path == "/explore" else []
            for value in NONSENSE:
                yield _written(path, [*((key, word) for key, word in usual if key != name), (name, value)])
    yield from PATHS


SOME = 40
"""Of all addresses so many are tried in the default run, spread over all pages; the rest by ``make check-all``."""


@pytest.mark.parametrize("path", kept(KIND), ids=lambda path: path.name)
def test_an_address_that_once_failed_no_longer_does(path: Path) -> None:
    check(path.read_bytes())


def test_no_page_fails_for_what_stands_in_its_address() -> None:
    every = list(_each())
    for address in every[:: len(every) // SOME]:
        check(address.encode("utf-8", "surrogatepass"))


@pytest.mark.heavy
def test_no_page_fails_for_anything_in_its_address() -> None:
    for address in _each():
        check(address.encode("utf-8", "surrogatepass"))


@pytest.mark.heavy
def test_no_address_that_is_drawn_at_random_makes_a_page_fail() -> None:
    assert hammer(KIND, addresses(), check) > 0
