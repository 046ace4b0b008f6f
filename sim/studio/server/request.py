"""A request as the gate sees it: under which name, from which site, with which cookies – read strictly, believed little."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv6Address
from urllib.parse import parse_qsl

from sim.studio.server.asgi import Header, Scope

NAME = re.compile(
    r"(?P<name>[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?", re.ASCII
)
HANDED_ON = frozenset({
    b"host", b"origin", b"accept", b"accept-encoding", b"range", b"if-range", b"if-none-match", b"user-agent", b"content-type",
    b"content-length",
})  # fmt: skip
"""What the pages get to see of a request's headers. What says under which name, path or protocol somebody came – Solara would
take its own address from ``X-Script-Name`` and ``X-Forwarded-Host``, for every later visitor – is not among them."""
AT_HOME = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class Host:
    """Under which name and port somebody asks, such as ``127.0.0.1`` and ``8765``; no port is that of the protocol."""

    name: str
    port: str

    @classmethod
    def read(cls, text: str) -> Host | None:
        """A ``Host`` header, or what follows the scheme of an origin; None when it is none."""
        found = NAME.fullmatch(text.lower())
        if found is None or int(found["port"] or 0) > 65535:
            return None
        name = _plain(found["name"])
        return cls(name, (found["port"] or "").lstrip("0")) if name else None


def _plain(name: str) -> str:
    """A name as it is usually written; empty when it is an IPv6 address that is none."""
    if not name.startswith("["):
        return name
    try:
        return str(IPv6Address(name.strip("[]")))
    except ValueError:
        return ""


@dataclass(frozen=True)
class Asked:
    """One request."""

    scope: Scope

    @cached_property
    def _headers(self) -> dict[str, list[str]]:
        headers: dict[str, list[str]] = {}
        for name, value in self.scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
        return headers

    def _only(self, name: str) -> str | None:
        """A header that stands once; empty when it is not there, None when it stands there more than once."""
        values = self._headers.get(name, [""])
        return values[0] if len(values) == 1 else None

    @cached_property
    def size(self) -> int:
        """Bytes of its address and headers."""
        headers = sum(len(name) + len(value) + 4 for name, value in self.scope["headers"])
        return headers + len(self.scope["path"]) + len(self.scope["query_string"])

    @cached_property
    def reads(self) -> bool:
        """Whether it only asks for a page or a file."""
        return self.scope["type"] == "http" and self.scope["method"] in ("GET", "HEAD")

    @property
    def path(self) -> str:
        """The page or file asked for, such as ``/live``."""
        return str(self.scope["path"])

    @cached_property
    def host(self) -> Host | None:
        """Under which name; None when it is no name."""
        return Host.read(self._only("host") or "")

    @property
    def client(self) -> str:
        """The address the request came from."""
        return str((self.scope.get("client") or ("",))[0])

    @cached_property
    def entries(self) -> list[tuple[str, str]]:
        """The entries of the address's query."""
        return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)

    def cookies(self, name: str) -> list[str]:
        """Every cookie of this name, as another page on this machine may have planted one beside the studio's."""
        pairs = (pair.partition("=") for line in self._headers.get("cookie", ()) for pair in line.split(";"))
        return [value.strip() for key, _, value in pairs if key.strip() == name]

    @cached_property
    def from_abroad(self) -> bool:
        """Whether a page of another site asks: its browser says so, in one of three ways."""
        said = self._only("sec-fetch-site")
        if said not in ("", *AT_HOME) or self._foreign("origin"):
            return True
        return said == "" and self._foreign("referer")  # where the connection is not trusted, browsers say no more

    def _foreign(self, name: str) -> bool:
        """Whether a header names a site, and not this one; ``null`` is another's."""
        said = self._only(name)
        if not said and said is not None:
            return False
        found = re.match(r"https?://([^/?#]*)", said or "", re.IGNORECASE)
        return found is None or Host.read(found[1]) != self.host

    @cached_property
    def is_link(self) -> bool:
        """Whether somebody follows a link, in a window of its own and not in a frame."""
        how = (self._only("sec-fetch-mode"), self._only("sec-fetch-dest"))
        usual = how == ("navigate", "document") or (how == ("", "") and self._only("sec-fetch-site") == "")
        return bool(
            self.scope["type"] == "http" and self.scope["method"] == "GET" and usual and not self._headers.get("origin")
        )

    def handed_on(self, cookie: str) -> Scope:
        """The request as the pages see it: with one cookie, and none of the headers that they would believe too much."""
        headers: list[Header] = [(name, value) for name, value in self.scope["headers"] if name.lower() in HANDED_ON]
        return self.scope | {"root_path": "", "headers": [*headers, (b"cookie", cookie.encode("latin-1"))]}
