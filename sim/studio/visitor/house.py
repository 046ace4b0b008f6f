"""Where the studio that runs in this process is found by others, and whether it is its owner's alone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass
class House:
    """``address``: what others type to come to the studio, ending in ``/``; ``token``: what it then asks them for, if anything;
    ``own_token``: the one that its owner gave, if they did; ``shared``: whether anybody but its owner can be in it; ``port``:
    where it listens."""

    address: str = "http://127.0.0.1/"
    token: str | None = None
    shared: bool = False
    port: int = 0
    own_token: str = ""

    def link(self, path: str, **entries: str) -> str:
        """A link for others, with everything in it that they need."""
        known = entries | ({"token": self.token} if self.token else {})
        return f"{self.address}{path}?{urlencode(known)}"


HOUSE = House()
"""The studio of this process; its server says where it is."""
