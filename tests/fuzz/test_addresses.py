"""No address makes a page fail: whatever stands in it, the page is drawn, and says in a sentence what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st

pytest.importorskip("solara")

from drawn_pages import drawn

from fuzz.hammer import hammer, kept

KIND = "addresses"


# ---- addresses: real ones, with nonsense put in

SWEEP = {
    "base": "telecom/today", "one": "call_centre.representatives", "from": "8", "to": "24", "two": "outsourcing.share",
    "from2": "0", "to2": "1", "measure": "profit", "measure2": "retention", "levels": "5", "times": "10", "weeks": "52",
    "outcome": "profit", "point": "3", "question": "", "shelf": "",
}  # fmt: skip
REAL: dict[str, dict[str, str]] = {
    "/": {},
    "/live": {
        "one": "lessons/town", "two": "same~outsourcing.share@26:90 %", "people": "300", "seed": "7", "engine": "core",
        "customer": "5",
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
WORDS = """
nan NaN inf -inf 1e400 -1e400 1e308 1e5 -1 0 00 1_0 +5 0x10 2.5 \u0663 \u00b2 \u00bd true None null
~ ~~~ : @ @: @0:1 % %zz ; & = # / // .. ../../etc/passwd \\ ' <b> {{1}} {0} [/b] [bold] $(id)
\ufffd \u202e \u00e9 \u65e5\u672c \U0001f4a5
own/ own/.. lessons/ same same~ kept mirror file drawn sources measures section traits scenario market.customers network.kind
market. .customers . a.b.c call_centre call_centre.nothing telecom/today~ telecom/today~x telecom/today~name:
telecom/today~outsourcing.share@9999:nan t::: s: s:: t:a:b:c t::patience:normal:nan:1 t::patience:no:1 here/x sweep optimise
"""
SAID = (
    "s:a:nan %",
    "s:a:50 %~s:a:50 %",
    "s:a:50 %~s:b:50 %~t:b:patience:uniform:5:1",
    "telecom/today~outsourcing.share:1e400 %",
)
NONSENSE = (*WORDS.split(), *SAID, "", " ", "\x00", "\ud800", '"', "9" * 30, "9" * 5000, "a" * 10_000)
"""What no page expects, or not there."""
NOWHERE = """
/nowhere // /live/ /live/x/y /LIVE /live;a /live%00 /.. /%2e%2e/ /library/.. live ? /? /explore/? /compare#x /\u00e9
"""
PATHS = (*NOWHERE.split(), "/" + "x/" * 300, "/" + "y" * 9000, "/\ud800")


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
    chosen += draw(
        st.lists(st.tuples(st.one_of(st.sampled_from(tuple(known) or ("a",)), st.text(max_size=5)), values), max_size=2)
    )
    path = draw(st.one_of(st.just(path), st.sampled_from(PATHS))) if draw(st.integers(0, 9)) == 0 else path
    raw = draw(
        st.sampled_from(
            ("", "", "", "&", "&&=", "&a", "%", "&levels=nan;", "#x", "%ED%A0%80", "%00", "?" * 3, "&=" * 200)
        )
    )
    return (_written(path, chosen) + raw).encode("utf-8", "surrogatepass")


def check(data: bytes) -> None:
    """Draw the page at an address; nothing may fail."""
    address = data.decode("utf-8", "surrogatepass")
    faults = drawn(address).faults
    assert not faults, f"{address[:300]!r}: {faults}"


def _each() -> Iterator[str]:
    """Every entry of every page, with everything that no page expects, one at a time."""
    for path, known in REAL.items():
        for name in known:
            usual = list({"base": "telecom/today", "one": SWEEP["one"]}.items()) if path == "/explore" else []
            for value in NONSENSE:
                yield _written(path, [*((key, word) for key, word in usual if key != name), (name, value)])
    yield from PATHS


SOME, MORE = 40, 1100
"""Of all addresses so many are tried in the default run, and by ``make check-all``, spread over all pages."""


def test_an_address_that_once_failed_no_longer_does() -> None:
    for path in kept(KIND):
        check(path.read_bytes())


def _some(count: int) -> list[str]:
    every = list(_each())
    return every[:: max(1, len(every) // count)]


@pytest.mark.heavy
def test_no_page_fails_for_what_stands_in_its_address() -> None:
    for address in _some(SOME):
        check(address.encode("utf-8", "surrogatepass"))


@pytest.mark.heavy
def test_no_page_fails_for_anything_in_its_address() -> None:
    for address in _some(MORE):
        check(address.encode("utf-8", "surrogatepass"))


@pytest.mark.heavy
def test_no_address_that_is_drawn_at_random_makes_a_page_fail() -> None:
    assert hammer(KIND, addresses(), check) > 0
