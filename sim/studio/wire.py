"""Requests that are none – garbled, endless, half a websocket – are answered in a line and leave nothing in the terminal.

uvicorn reads the requests; here is only what it says to those that it cannot read, which no application ever sees.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sim.studio.answers import HEADERS, told

LONGEST_LINE = 7 * 2**10
"""Bytes of a request's line, or of one header, of whoever opens a websocket; where websockets are read, more is a fault."""
MOST_HEADERS = 100
KEY = re.compile(rb"[0-9A-Za-z+/]{22}==")
"""What a browser that opens a websocket sends as its key: sixteen bytes in base 64."""
QUIET = logging.Logger("bytes that are none", logging.CRITICAL)


class Requests(H11Protocol):
    """Reads requests from a connection."""

    def handle_events(self) -> None:
        """Take what came; whatever cannot be understood ends the connection with a short answer."""
        try:
            super().handle_events()
        except (h11.LocalProtocolError, UnicodeDecodeError):
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Say that the request was not understood, unless an answer is under way already."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return self.transport.close()
        self._say(400)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand on to whoever reads websockets, if they can."""
        if not _opens_websocket(event):
            return self._say(400)
        super().handle_websocket_upgrade(event)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: the request is answered as if it had not asked for another protocol."""

    def _say(self, status: int) -> None:
        page = told(status)[1].encode()
        own = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page)), "Connection": "close"}
        headers = [(name.encode(), value.encode()) for name, value in (HEADERS | own).items()]
        answer = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode())
        for event in (answer, h11.Data(data=page), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _opens_websocket(event: h11.Request) -> bool:
    """Whether this is how a browser opens one."""
    headers = list(event.headers)
    lines = [len(event.target), *(len(name) + len(value) for name, value in headers)]
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    versions = [value for name, value in headers if name == b"sec-websocket-version"]
    short = max(lines) <= LONGEST_LINE and len(headers) <= MOST_HEADERS
    usual = event.method == b"GET" and event.http_version == b"1.1" and versions == [b"13"]
    return short and usual and len(keys) == 1 and KEY.fullmatch(keys[0]) is not None


class Websockets(WebSocketsSansIOProtocol):
    """Reads a websocket's messages. The gate tells of the program's faults; here are only those of the bytes."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.logger = self.conn.logger = QUIET

    def handle_parser_exception(self) -> None:
        """End a connection whose bytes are no websocket's, also before it was opened."""
        if self.conn.close_sent is None:
            return self.transport.close()
        super().handle_parser_exception()
