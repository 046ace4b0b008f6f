"""The formats of a report, by name; cheap to import, so that a command can offer them."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["html", "pdf", "md", "xlsx"]
FORMATS: tuple[str, ...] = get_args(Kind)
