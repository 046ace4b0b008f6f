"""Where the studio that runs in this process is found by others, and whether it is its owner's alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class House:
    """``address``: what others type to come to the studio, ending in ``/``; ``token``: what it then asks them for, if anything;
    ``own_token``: the one that its owner gave, if they did; ``shared``: whether anybody but its owner can be in it; ``port``:
    where it listens; ``teachers_token``: the one that lets in teachers, whose pages may write lessons, of a shared studio;
    ``teachers``: visitors who came with it."""

    address: str = "http://127.0.0.1/"
    token: str | None = None
    shared: bool = False
    port: int = 0
    own_token: str = ""
    teachers_token: str = ""
    teachers: set[str] = field(default_factory=set)

    def is_for_teachers(self, token: str) -> bool:
        """Whether this is the token of teachers; where there is none, nothing is."""
        return self.teachers_token != "" and secrets.compare_digest(token.encode(), self.teachers_token.encode())

    def may_write(self, visitor: str) -> bool:
        """Whether pages of this visitor may write into folders of this machine: its owner's alone, and teachers'."""
        return not self.shared or visitor in self.teachers

    def link(self, path: str, **entries: str) -> str:
        """A link for others, with everything in it that they need."""
        known = entries | ({"token": self.token} if self.token and "token" not in entries else {})
        return f"{self.address}{path}?{urlencode(known)}"


HOUSE = House()
"""The studio of this process; its server says where it is."""
