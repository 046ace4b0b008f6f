"""What a file says is text, wherever it is shown: a name can command no terminal, no spreadsheet and no page."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What commands a terminal (control characters), turns the direction of writing around, or is no character at all; line ends and
tabs may stand."""
_HARMLESS = re.compile(r"[-+]\s*[\d.][\w\s.,%–-]*")
"""What begins with a sign and is only a number, with its unit or its interval."""


def visible(words: str) -> str:
    r"""``words`` with every commanding character written out, as in ``\x1b``, so that it is seen and does nothing."""
    return COMMANDING.sub(_written_out, words)


def _written_out(found: re.Match[str]) -> str:
    number = ord(found[0])
    if 0xDC80 <= number <= 0xDCFF:  # how Python holds a byte of a file's name that is no UTF-8
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def visible_throughout(thing: Any) -> Any:
    """The same for every text within records, lists and tables; what holds no text is left as it is."""
    if isinstance(thing, str):
        return visible(thing)
    if isinstance(thing, list | tuple) and not hasattr(thing, "_fields"):
        return type(thing)(map(visible_throughout, thing))
    if isinstance(thing, Mapping):
        return {visible_throughout(key): visible_throughout(value) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{one.name: visible_throughout(getattr(thing, one.name)) for one in fields(thing)})
    return thing


def shown(path: Path) -> str:
    """The path as a person standing in the working folder would write it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return os.fspath(path)


def spreadsheet_text(cell: Any) -> Any:
    """A cell of a table that a spreadsheet program may open: text that it would take for a formula begins with an apostrophe.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or _HARMLESS.fullmatch(cell):
        return cell
    return f"'{cell}"
