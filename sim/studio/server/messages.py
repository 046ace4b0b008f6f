"""What a browser may say to the studio: looked at before anything is decoded, so that no message costs more than its bytes.

A browser speaks the messages of Jupyter's widgets, of which a page of the studio needs few. Whatever is larger, deeper or other
than these is refused: among them what would let a browser name Python's modules and call them (``create_widget`` of ipyvue).
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

from sim.studio.visitor.files import PIECE

TOO_LARGE, NOT_ALLOWED = 1009, 1008
"""Codes with which a connection is closed (RFC 6455, section 7.4.1)."""
LARGEST_TEXT = 32 * 2**10
"""Bytes of a message, pieces of files not counted: what pages send has less than 2 kB, an address at most 4,000 characters."""
LARGEST = PIECE + LARGEST_TEXT + 64
"""Bytes of the largest message: a piece of a file, and what is said of it."""
DEEPEST = 20
"""Lists and objects within one another."""
MOST_VALUES = 2000
"""Commas, lists and objects in a message, outside of texts."""
MOST_PARTS = 2
"""Parts of a binary message: what it says, and one piece of a file."""
LONGEST_KEY, LONGEST_WORD, LONGEST_NUMBER = 100, 200, 40
"""Characters of an id, of a word in a header, and digits of a number."""

KINDS = frozenset(
    {"kernel_info_request", "comm_info_request", "comm_open", "comm_msg", "comm_close", "shutdown_request"}
)
TARGETS = frozenset({"solara.control", "jupyter.widget.control"})
"""What a browser may open a line to: the page as a whole, and the states of its elements when it comes back."""
CHANGED = frozenset({"v_model", "location", "dark", "dark_effective", "_view_count"})
"""What of an element a browser changes: what is typed or chosen, the address, and whether the screen is dark."""
_SIGN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A text, to its end where it has none, or a sign that opens, parts or closes."""

Message = dict[str, Any]


class Refused(Exception):
    """A message that is not taken: the code with which the connection is closed, and why."""

    def __init__(self, words: str, code: int = NOT_ALLOWED) -> None:
        super().__init__(words)
        self.code = code


def read(message: str | bytes) -> Message:
    """A message, decoded, once everything about it is as it may be. Raises :class:`Refused`."""
    text = _first_part(message) if isinstance(message, bytes) else message.encode("utf-8", "surrogatepass")
    if len(text) > LARGEST_TEXT:
        raise Refused(f"a message says at most {LARGEST_TEXT:,} bytes", TOO_LARGE)
    found = _decoded(text)
    _judge(found)
    return found


# ---- before it is decoded


def _first_part(data: bytes) -> bytes:
    """What a binary message says. Its first bytes give how many parts there are, the next ones where each of them begins."""
    if len(data) > LARGEST:
        raise Refused(f"a message has at most {LARGEST:,} bytes", TOO_LARGE)
    parts = struct.unpack_from("!I", data)[0] if len(data) >= 4 else 0
    begins = 4 * (parts + 1)
    if not 1 <= parts <= MOST_PARTS or len(data) < begins:
        raise Refused("a binary message is not put together as it should be")
    ends = [*struct.unpack_from(f"!{parts}I", data, 4), len(data)]
    if ends[0] != begins or ends != sorted(ends):
        raise Refused("the parts of a binary message do not follow one another")
    return data[begins : ends[1]]


def _decoded(text: bytes) -> Any:
    try:
        plain = text.decode("utf-8")
        _measure(plain)
        found = json.loads(plain, parse_float=_number, parse_int=_whole, parse_constant=_number)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a surrogate pair cannot be written anywhere
    except (ValueError, RecursionError):
        raise Refused("a message is no JSON that could be written again") from None
    return found


def _measure(text: str) -> None:
    """How deep and how manifold it is. Raises :class:`Refused`."""
    if sum(map(text.count, "[{")) <= DEEPEST and text.count(",") <= MOST_VALUES:
        return
    depth = values = 0
    for sign in _SIGN.finditer(text):
        mark = sign[0]
        depth += (mark in "[{") - (mark in "]}") if len(mark) == 1 else 0
        values += mark in ("[", "{", ",")
        if depth > DEEPEST or values > MOST_VALUES:
            raise Refused(f"a message has at most {MOST_VALUES:,} values, {DEEPEST} deep", TOO_LARGE)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refused("a message holds a number that is none")
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Refused(f"a number has at most {LONGEST_NUMBER} digits")
    return int(text)


# ---- what it says


def _judge(message: Any) -> None:
    """Raise :class:`Refused` for a message that no page of the studio sends."""
    header, content = (_object(_object(message, "message").get(name), name) for name in ("header", "content"))
    for name in ("metadata", "parent_header"):
        _object(message.get(name, {}), name)
    for name, word in header.items():
        _word(word, f"header.{name}", LONGEST_WORD)
    _one_of(header.get("msg_type"), KINDS, "kind of message")
    _one_of(message.get("channel"), ("shell", "control"), "channel")
    if header["msg_type"].startswith("comm_") and header["msg_type"] != "comm_info_request":
        _judge_line(header["msg_type"], content)


def _judge_line(kind: str, content: Message) -> None:
    """A message over a line between an element and its counterpart."""
    _word(content.get("comm_id"), "comm_id", LONGEST_KEY)
    data = _object(content.get("data", {}), "data")
    if kind == "comm_open":
        _one_of(content.get("target_name"), TARGETS, "target")
    elif kind == "comm_msg":
        _one_of(data.get("method"), _METHODS, "method")
        _METHODS[data["method"]](data)


def _updated(data: Message) -> None:
    """An element changed in the browser."""
    for name in _object(data.get("state"), "state"):
        _one_of(name, CHANGED, "change of an element")
    if data.get("buffer_paths"):
        raise Refused("no element takes bytes")


def _happened(data: Message) -> None:
    """Something was clicked, chosen or handed over: an event by its name, and nothing else."""
    content = _object(data.get("content"), "content of an event")
    if not content.keys() <= {"event", "data"}:
        raise Refused("an event has a name and what belongs to it, and nothing else")
    _word(content.get("event"), "event", LONGEST_KEY)


def _begun(data: Message) -> None:
    """A page begins: at which address, and in which colours."""
    asked = _object(data.get("args"), "args")
    _word(asked.get("path", ""), "path", LARGEST_TEXT)
    _one_of(asked.get("appName"), (None, "__default__"), "application")
    _one_of(asked.get("dark"), (None, True, False), "darkness")
    if asked.get("themes"):
        raise Refused("the colours of the studio are its own")


def _asked(data: Message) -> None:
    """How things stand is asked for, without saying anything."""


_METHODS: Mapping[str, Callable[[Message], None]] = {
    "update": _updated, "custom": _happened, "run": _begun,
    "app-status": _asked, "request_state": _asked, "request_states": _asked,
}  # fmt: skip


def _object(value: Any, what: str) -> Message:
    if not isinstance(value, dict):
        raise Refused(f"{what} is not an object")
    return value


def _word(value: Any, what: str, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(f"{what[:LONGEST_KEY]} is not a text of at most {longest:,} characters")


def _one_of(value: Any, known: Any, what: str) -> None:
    if not isinstance(value, str | bool | None) or value not in known:
        raise Refused(f"there is no such {what}")


def begins(message: Message) -> bool:
    """Whether it makes the studio keep something more: a line, or a page drawn from its beginning."""
    data = message["content"].get("data") or {}
    return message["header"]["msg_type"] == "comm_open" or data.get("method") == "run"
