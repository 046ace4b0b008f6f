"""State that lives in the address of the page, so that a page can be shared, bookmarked and gone back to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import solara

MOST = 4000
"""Characters of an address; more than that, browsers and servers begin to refuse."""


def whole(text: str, default: int, low: int, high: int) -> int:
    """A whole number between two bounds; the default when the text is none."""
    try:
        return min(max(int(text), low), high)
    except ValueError:
        return default


class Address:
    """The query of the page's address: ``address["week"]`` reads an entry, :meth:`go` changes some."""

    def __init__(self, router: solara.routing.Router) -> None:
        self._router = router
        self._entries = dict(parse_qsl((router.search or "")[:MOST]))

    def __getitem__(self, key: str) -> str:
        """The entry, empty when there is none."""
        return self._entries.get(key, "")

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """An entry that is a whole number between two bounds; the default when it is none."""
        return whole(self[key], default, low, high)

    def go(self, path: str | None = None, **changes: str | int | None) -> None:
        """Change entries (None or "" removes one), perhaps on another page: then only ``changes`` are taken along."""
        self._router.push(self.link(path, changes))

    def link(self, path: str | None, changes: Mapping[str, str | int | None]) -> str:
        """The address after :meth:`go`."""
        before: dict[str, str] = self._entries if path is None else {}
        entries = {key: value for key, value in (before | dict(changes)).items() if value not in (None, "")}
        query = urlencode(entries)
        return (path or self._router.path or "/") + (f"?{query}" if query else "")


def use_address() -> Address:
    """The address of the page that is shown."""
    return Address(solara.use_router())
