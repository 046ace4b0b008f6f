"""No message of a browser is decoded that is larger, deeper or other than a page sends; and what is refused costs nothing."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import strategies as st

pytest.importorskip("solara")

from fuzz.hammer import hammer, kept
from sim.studio.server.messages import LARGEST, LARGEST_TEXT, MOST_VALUES, PIECE, Refused, read

KIND = "messages"


def message(kind: str = "comm_msg", content: Any = None, **more: Any) -> dict[str, Any]:
    """A message as a page sends it."""
    header = {
        "msg_id": "1",
        "msg_type": kind,
        "session": "2",
        "username": "",
        "version": "5.2",
        "date": "2026-11-30T05:26:50Z",
    }
    content = {} if content is None else content
    return {
        "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": [], **more,
    }  # fmt: skip


def over_a_line(data: Any, comm: str = "3") -> dict[str, Any]:
    """A message between an element and its counterpart."""
    return message(content={"comm_id": comm, "data": data})


def with_bytes(said: Any, *pieces: bytes) -> bytes:
    """A message with pieces of a file, put together as a page does."""
    parts = [json.dumps(said).encode(), *pieces]
    begins = [4 * (len(parts) + 1)]
    for part in parts[:-1]:
        begins.append(begins[-1] + len(part))
    return struct.pack(f"!{len(parts) + 1}I", len(parts), *begins) + b"".join(parts)


EVENT = over_a_line({"method": "custom", "content": {"event": "part", "data": {"last": False}}})
REAL: dict[str, str | bytes] = {
    "how do you do": json.dumps(message("kernel_info_request")),
    "a line": json.dumps(message("comm_open", {"comm_id": "3", "target_name": "solara.control", "data": {}})),
    "a page": json.dumps(
        over_a_line({"method": "run", "args": {"path": "/live?seed=3", "dark": False, "themes": {}, "appName": None}})
    ),
    "a text": json.dumps(over_a_line({"method": "update", "state": {"v_model": 'a [{,"' * 900}, "buffer_paths": []})),
    "a click": json.dumps(over_a_line({"method": "custom", "content": {"event": "click", "data": {"altKey": False}}})),
    "a piece of a file": with_bytes(EVENT, b"x" * PIECE),
    "the end": json.dumps(message("shutdown_request")),
}  # fmt: skip
"""What pages send, as it was seen in Chromium."""


def _custom(**content: Any) -> str:
    return json.dumps(over_a_line({"method": "custom", "content": content}))


def _update(**state: Any) -> str:
    return json.dumps(over_a_line({"method": "update", "state": state}))


HOSTILE: dict[str, str | bytes] = {
    "four bytes": b"\x04\0\0\0",
    "no byte": b"",
    "no part": b"\0\0\0\0",
    "a great many parts": struct.pack("!I", 2**31 - 1) + b"x" * 2000,
    "the same place 500 times": struct.pack("!501I", 500, *[0] * 500),
    "parts that overlap": struct.pack("!3I", 2, 12, 4) + b"{}",
    "a part beyond the end": struct.pack("!3I", 2, 12, 999) + b"{}",
    "a piece too many": with_bytes(EVENT, b"x", b"y"),
    "a piece too large": with_bytes(EVENT, b"x" * (PIECE + LARGEST_TEXT)),
    "much said of a piece": with_bytes(EVENT | {"metadata": {"said": "x" * LARGEST_TEXT}}, b"x"),
    "deep lists": "[" * 15_000,
    "deep objects": '{"a":' * 5000,
    "deep lists in a message": _update(v_model=None).replace("null", "[" * 30 + "]" * 30),
    "many values": _update(v_model=[0] * (MOST_VALUES + 1)),
    "a long text": _update(v_model="x" * LARGEST_TEXT),
    "no number": _update(v_model=float("nan")),
    "an endless number": _update(v_model=1).replace('"v_model": 1', '"v_model": 1e999'),
    "a long number": _update(v_model=10**50),
    "half a pair": _update(v_model="\ud800"),
    "no message": "null",
    "no header": "{}",
    "a header that is none": '{"header": 1}',
    "a kind that is none": json.dumps(message(["comm_msg"])),  # type: ignore[arg-type]
    "another kind": json.dumps(message("execute_request", {"code": "1"})),
    "another channel": json.dumps(message("kernel_info_request", channel="mine")),
    "another target": json.dumps(message("comm_open", {"comm_id": "3", "target_name": "jupyter.widget", "data": {}})),
    "content that is none": json.dumps(message(content=[1])),
    "a line without a name": json.dumps(message(content={"data": {"method": "request_state"}})),
    "a long name of a line": json.dumps(over_a_line({"method": "request_state"}, "x" * 1000)),
    "an element made": _custom(create_widget=["os", "system"], props={}, id="1"),
    "an element's method called": _custom(update_ref={"functionRef": "close"}, id="1", prop="x"),
    "an element's method called within an event": _custom(event="x", data={}, props={"functionRef": "close"}),
    "no event": _custom(event=None),
    "another change": _update(template="<script>1</script>"),
    "an element's elements": _update(children=["IPY_MODEL_1"]),
    "bytes in a change": json.dumps(over_a_line({"method": "update", "state": {}, "buffer_paths": [["v_model"]]})),
    "another method": json.dumps(over_a_line({"method": "evict"})),
    "another application": json.dumps(over_a_line({"method": "run", "args": {"path": "/", "appName": "x"}})),
    "colours": json.dumps(over_a_line({"method": "run", "args": {"path": "/", "themes": {"light": {"comm": 1}}}})),
    "a path that is none": json.dumps(over_a_line({"method": "run", "args": {"path": ["/"]}})),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_what_pages_send_is_taken(name: str) -> None:
    assert read(REAL[name])["header"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_page_sends_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        read(HOSTILE[name])


def check(data: bytes) -> None:
    """Taken or refused, and nothing else, whether it comes as bytes or as text."""
    for given in (data, data.decode("utf-8", "surrogateescape")):
        try:
            said = read(given)
        except Refused as refused:
            assert refused.code in (1008, 1009) and str(refused)
            continue
        assert (
            isinstance(said["header"]["msg_type"], str) and isinstance(said["content"], dict) and len(given) <= LARGEST
        )


SEEDS = [
    each.encode() if isinstance(each, str) else each for each in (*REAL.values(), *HOSTILE.values()) if len(each) < 5000
]
SIGNS = st.sampled_from(
    [b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"null", b"1e999", b"\xff", b"\0", b'"event"']
)


@st.composite
def altered(draw: st.DrawFn) -> bytes:
    """A message in which bytes are other ones, taken out or put in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 4))] = draw(
            st.one_of(SIGNS, st.binary(max_size=4), st.just(b"[" * 40))
        )
    return bytes(data)


def test_a_message_that_once_failed_no_longer_does() -> None:
    for path in kept(KIND):
        check(path.read_bytes())


def test_messages_altered_a_little_are_taken_or_refused() -> None:
    assert hammer(KIND, altered(), check, seconds=2) > 0


@pytest.mark.heavy
def test_messages_altered_at_random_are_taken_or_refused() -> None:
    assert hammer(KIND, st.one_of(altered(), st.binary(max_size=2000)), check) > 0
