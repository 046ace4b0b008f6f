"""Requests that are none – garbled, endless, half a websocket – are answered in a line and leave nothing in the terminal.

uvicorn reads the requests; here is only what it says to those that it cannot read, which no application ever sees, and how long
and how many connections are kept that ask nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sim.studio.server.answers import HEADERS, refusal_page

LONGEST_LINE = 7 * 2**10
"""Bytes of a request's line, or of one header, of whoever opens a websocket; where websockets are read, more is a fault."""
MOST_HEADERS = 100
WHOLE_AFTER = 20.0
"""Seconds in which a request has come whole, from the connection or its first byte on: a page's fits into one packet."""
ENDS_AFTER = 5.0
"""Seconds in which a browser reads what it asked for once the studio is to end."""
MOST_CONNECTIONS = 1000
"""Connections at a time; a class of thirty has some 200."""
FILES_EACH = 4
"""Files that a connection keeps open: its own and, once a page is drawn over it, three of the thread that does so."""
KEY = re.compile(rb"[0-9A-Za-z+/]{22}==")
"""What a browser that opens a websocket sends as its key: sixteen bytes in base 64."""
QUIET = logging.Logger("bytes that are none", logging.CRITICAL)


def most_connections() -> int:
    """How many connections there may be at a time, so that none of them wants for a file.

    Where the system lets it, the process is allowed more files first.
    """
    try:
        import resource
    except ImportError:  # Windows counts connections apart from files
        return MOST_CONNECTIONS
    wanted = FILES_EACH * MOST_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // FILES_EACH)


def taken_at_once(most: int) -> int:
    """How many connections may be taken on before the first of them is looked at, so that three such crowds find room."""
    return min(128, max(1, most // 4))


class Requests(H11Protocol):
    """Reads requests from a connection: one that does not bring a whole request in time is ended, and where there are too many,
    the one that was silent longest makes room for whoever comes."""

    most = MOST_CONNECTIONS
    _heard = 0.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody connects."""
        super().connection_made(transport)
        self._heard = self.loop.time()
        self._wait()
        if len(self.connections) > self.most:
            silent = min(
                (each for each in self.connections if isinstance(each, Requests)), key=lambda each: each._heard
            )
            self.connections.discard(silent)
            silent.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait for the rest of a request, if there is more to come."""
        self._heard = self.loop.time()
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and self.transport.get_protocol() is self:
            self._wait()
        else:
            self._wait_no_longer()

    def shutdown(self) -> None:
        """The studio ends: also for whoever never reads what they asked for."""
        super().shutdown()
        self.loop.call_later(ENDS_AFTER, self.transport.abort)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(WHOLE_AFTER, self.transport.abort)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

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
        page = refusal_page(status)[1].encode()
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

    def shutdown(self) -> None:
        """The studio ends: also for whoever never reads what they asked for."""
        super().shutdown()
        self.loop.call_later(ENDS_AFTER, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """End a connection whose browser is silent; to close it would wait until what was never read is read."""
        super().keepalive_timeout()
        self.transport.abort()
