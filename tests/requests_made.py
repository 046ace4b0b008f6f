"""Requests to a running studio, written byte by byte, so that they may be as odd as any."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds until an answer that does not come is given up; a loaded machine is slow."""


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cookie(self) -> str:
        """The cookie that was set, as a browser sends it back."""
        return self.headers.get("set-cookie", "").split(";")[0]


def asked(address: str, path: str, method: str = "GET", host: str | None = None, **headers: str) -> Answered:
    """One request; names of headers are written with underscores."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {urlsplit(address).netloc if host is None else host}",
        "Connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return sent(address, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def sent(address: str, data: bytes, end: bool = False) -> Answered:
    """What comes back for these bytes; status 0 if the connection is closed without a word. ``end``: no more will follow."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), PATIENCE) as connection:
        received = b""
        try:
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while not received.startswith(b"HTTP/1.1 101 ") and (piece := connection.recv(2**16)):
                received += piece
        except OSError:
            pass
    return _read(received)


def _read(received: bytes) -> Answered:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    status = int(first.split()[1]) if first.startswith("HTTP/1.1 ") else 0
    return Answered(status, {name.strip().lower(): value.strip() for name, _, value in pairs}, body)


def upgrade(address: str, path: str, **headers: str) -> Answered:
    """What comes back when a websocket is to be opened; 101 if it is."""
    key = {"Upgrade": "websocket", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(address).netloc}", "Connection: Upgrade"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in (key | headers).items()]
    return sent(address, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
