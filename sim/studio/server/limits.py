"""What the studio takes on: how many visitors, pages and messages, how fast, and how much of each is kept.

:class:`Limits` stands before everything that decodes what a browser sends. What goes beyond a limit ends that connection, or is
answered by a page with a sentence; nobody else notices.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs

from sim.errors import Mistake
from sim.studio.server import messages
from sim.studio.server.answers import short_page
from sim.studio.server.asgi import Receive, Scope, Send
from sim.studio.server.gate import VISITOR
from sim.studio.server.messages import Refused
from sim.studio.visitor.files import DESKS, FULL, FilesOfVisitors

MOST_PAGES_EACH, MOST_KEPT_EACH = 12, 16
"""Pages that a visitor may have open at a time, and that are kept of them: a page whose connection was lost may come back."""
MOST_PAGES, MOST_KEPT = 300, 350
"""The same for all visitors together."""
MOST_BEGINNINGS, MOST_RETURNS = 100, 100
"""How often a page may be begun anew, and how often it may come back under another name, before it is to be opened afresh."""
MESSAGES, MESSAGES_A_SECOND = 400.0, 40.0
"""Messages at once and in the long run: somebody who drags a slider sends fewer."""
BYTES, BYTES_A_SECOND = 200 * 2.0**20, 16 * 2.0**20
"""Bytes at once and in the long run: several of the largest files."""
FRAGMENTS, UNSENT = 64, 2**20
"""Pieces in which one message may come, and bytes of answers that a browser may leave unread, before a connection ends."""
BUSY = f"You have {MOST_PAGES_EACH} pages of the studio open. Close one of them, then open this one again."
CROWDED = f"The studio is full: {MOST_PAGES} of its pages are open. Come back in a while."
STRANGE = "This connection is none of a page of the studio."
AGAIN = 300
"""Seconds after which who found the house full may ask again."""

_LINE = re.compile(r"/jupyter/api/kernels/([A-Za-z0-9-]{1,64})/channels")
_VISITOR = re.compile(r"[A-Za-z0-9-]{8,64}")

Clock = Callable[[], float]


@dataclass
class Allowance:
    """So much at once, and so much a second in the long run."""

    most: float
    a_second: float
    left: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.most

    def take(self, amount: float, now: float) -> bool:
        """Whether this much is still allowed now; then it is taken."""
        self.left = min(self.most, self.left + (now - self.at) * self.a_second)
        self.at = now
        allowed = self.left >= amount
        self.left -= amount if allowed else 0.0
        return allowed


# ---- one connection


class Line:
    """A connection of a page: what comes in is judged before anybody decodes it, and the first that is refused ends it."""

    def __init__(self, receive: Receive, send: Send, page: Kept, clock: Clock = time.monotonic) -> None:
        self._receive, self._send, self._page, self._clock = receive, send, page, clock
        now = clock()
        self._messages = Allowance(MESSAGES, MESSAGES_A_SECOND, now)
        self._bytes = Allowance(BYTES, BYTES_A_SECOND, now)
        self._ended = 0

    async def receive(self) -> Any:
        """The next message; that the connection has ended, once one was refused."""
        message = {"type": "websocket.disconnect"} if self._ended else await self._receive()
        if message["type"] == "websocket.receive":
            try:
                self._judge(message.get("bytes") if message.get("text") is None else message["text"])
            except Refused as refused:
                await self._end(refused)
        return {"type": "websocket.disconnect", "code": self._ended} if self._ended else message

    async def send(self, message: Any) -> None:
        """Hand on what the page is told, as long as it listens."""
        if not self._ended:
            await self._send(message)

    def _judge(self, message: str | bytes | None) -> None:
        now, size = self._clock(), len(message or "")
        if not self._messages.take(1, now) or not self._bytes.take(size, now):
            raise Refused("messages come too fast")
        if messages.begins(messages.read(message or "")):
            self._page.begin()

    async def _end(self, refused: Refused) -> None:
        self._ended = refused.code
        with suppress(OSError):  # it may have gone by itself
            await self._send({"type": "websocket.close", "code": refused.code, "reason": str(refused)[:100]})


# ---- all pages that are kept


@dataclass
class Kept:
    """A page that is kept: whose it is, how many connections it has, and how often it was begun and came back."""

    visitor: str
    lines: int = 0
    left: float = 0.0
    beginnings: int = 0
    names: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """It is drawn from its beginning once more, or opens a line. Raises :class:`Refused` when it did so too often."""
        self.beginnings += 1
        if self.beginnings > MOST_BEGINNINGS:
            raise Refused("this page was begun too often; open it afresh")


class House:
    """Every page that is open or kept, and whose it is. A page nobody has come back to makes room: the one left longest ago.

    What Solara keeps of a page stands in ``contexts``. All is called from the one thread that answers the browsers.
    """

    def __init__(self, desks: FilesOfVisitors, contexts: dict[str, Any], clock: Clock = time.monotonic) -> None:
        self._desks, self._contexts, self._clock = desks, contexts, clock
        self._kept: dict[str, Kept] = {}

    def enter(self, visitor: str, key: str, name: str) -> Kept:
        """A page connects, perhaps again. Raises :class:`Mistake` when there is no room for it."""
        self._forget()
        page = self._kept.get(key)
        if not self._is_theirs(visitor, key, name):
            raise Mistake(STRANGE)
        self._check_room(visitor)
        self._desks.come(visitor)
        if page is None:
            self._make_room(visitor)
            page = self._kept[key] = Kept(visitor)
        page.names.add(name)
        page.lines += 1
        return page

    def leave(self, key: str) -> None:
        """A connection of a page has ended."""
        page = self._kept[key]
        page.lines, page.left = page.lines - 1, self._clock()
        self._desks.leave(page.visitor)
        context = self._contexts.get(key)
        if page.lines == 0 and (context is None or context.container is None):
            self._close(key)  # it never was drawn: nothing is lost
        if not any(each.visitor == page.visitor for each in self._kept.values()):
            self._desks.forget(page.visitor)

    def refusal(self, visitor: str) -> str:
        """Why a visitor cannot open a page now; empty when they can."""
        try:
            self._check_room(visitor)
        except Mistake as mistake:
            return str(mistake)
        return ""

    def _is_theirs(self, visitor: str, key: str, name: str) -> bool:
        """Whether a visitor may connect to a page under a name: it is theirs or new, and not closed under that name."""
        page, context = self._kept.get(key), self._contexts.get(key)
        if page is not None and (page.visitor != visitor or len(page.names | {name}) > MOST_RETURNS):
            return False
        if context is None:
            return True
        status = context.page_status.get(name)
        return bool(context.session_id == visitor and (status is None or status.value != "closed"))

    def _check_room(self, visitor: str) -> None:
        open_pages = [page for page in self._kept.values() if page.lines]
        if sum(page.lines for page in open_pages if page.visitor == visitor) >= MOST_PAGES_EACH:
            raise Mistake(BUSY)
        if sum(page.lines for page in open_pages) >= MOST_PAGES:
            raise Mistake(CROWDED)
        if not self._desks.welcome(visitor):
            raise Mistake(FULL)

    def _make_room(self, visitor: str) -> None:
        """Let go of the pages left longest ago, the visitor's own or anybody's, until there is room for one more."""
        own = [key for key, page in self._kept.items() if page.visitor == visitor]
        for keys, most in ((own, MOST_KEPT_EACH), (list(self._kept), MOST_KEPT)):
            left = sorted((key for key in keys if not self._kept[key].lines), key=lambda key: self._kept[key].left)
            for key in left[: max(0, len(keys) - most + 1)]:
                self._close(key)

    def _forget(self) -> None:
        """Let go of pages that were closed, and of those whose visitor has gone for good."""
        for key, page in list(self._kept.items()):
            if page.lines == 0 and (key not in self._contexts or not self._desks.knows(page.visitor)):
                self._close(key)

    def _close(self, key: str) -> None:
        self._kept.pop(key, None)
        context = self._contexts.get(key)
        if context is not None:  # in a thread of its own: it waits for what the page still does
            threading.Thread(target=_closed, args=(context,), daemon=True).start()


def _closed(context: Any) -> None:
    if not context.closed_event.is_set():
        context.close(reason="superseded")


# ---- before everything else


class Limits:
    """Stands before the studio: admits connections of its pages while there is room, and hands on what they may say.

    ``pages`` are the paths of pages, which tell in a sentence when there is no room.
    """

    def __init__(self, inner: Any, pages: frozenset[str], desks: FilesOfVisitors = DESKS) -> None:
        from solara.server import kernel_context

        self._inner, self._pages = inner, pages
        self.house = House(desks, kernel_context.contexts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "websocket":
            return await self._line(scope, receive, send)
        if scope["type"] == "http" and scope["path"] in self._pages:
            words = self.house.refusal(visitor_in(scope))
            if words:
                return await refused_page(words)(scope, receive, send)
        await self._inner(scope, receive, send)

    async def _line(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, visitor, name = _LINE.fullmatch(scope["path"]), visitor_in(scope), _name_in(scope)
        try:
            if not (path and visitor and name):
                raise Mistake(STRANGE)
            page = self.house.enter(visitor, path[1], name)
        except Mistake as mistake:
            return await _deny(str(mistake), scope, receive, send)
        line = Line(receive, send, page)
        try:
            await self._inner(scope, line.receive, line.send)
        finally:
            self.house.leave(path[1])


def visitor_in(scope: Scope) -> str:
    """Who asks, as the browser's cookie says; empty when it says nothing that could be."""
    from starlette.requests import cookie_parser

    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    found = cookie_parser(cookies).get(VISITOR, "")
    return found if _VISITOR.fullmatch(found) else ""


def _name_in(scope: Scope) -> str:
    names = parse_qs(scope["query_string"].decode("latin-1")).get("session_id", [])
    return names[0] if len(names) == 1 and len(names[0]) <= messages.LONGEST_KEY else ""


def refused_page(words: str) -> Any:
    """A page that says why there is no other one now."""
    from starlette.responses import HTMLResponse

    page = short_page(f'<p role="alert">{escape(words)}</p><p><a href="">Try again</a></p>')
    return HTMLResponse(page, 503, {"Retry-After": str(AGAIN)})


async def _deny(words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a connection that is not let in: with the same page where the server can, else by closing it."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await send({"type": "websocket.close", "code": messages.NOT_ALLOWED, "reason": words[:100]})
    response = refused_page(words)
    status = 403 if words == STRANGE else response.status_code
    start = {"type": "websocket.http.response.start", "status": status, "headers": response.raw_headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": response.body})


def protocol(base: Any = None) -> Any:
    """How the server speaks with browsers: as uvicorn does, but a message in endless pieces, or a browser that never reads what
    it asked for, ends the connection instead of filling the memory. ``base`` is the class that reads websockets."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    reader: Any = base or WebSocketsSansIOProtocol

    class Protocol(reader):
        frames: list[bytes]

        def handle_cont(self, event: Any) -> None:
            super().handle_cont(event)
            if len(self.frames) > FRAGMENTS:
                self.frames = []
                self.transport.abort()

        async def send(self, message: Any) -> None:
            await super().send(message)
            if message["type"] == "websocket.http.response.body":
                self.handshake_complete = True  # it was answered, though not as it asked; else an error is told of

        def handle_ping(self) -> None:
            super().handle_ping()
            if self.transport.get_write_buffer_size() > UNSENT:
                self.transport.abort()

    return Protocol


def for_uvicorn(base: Any = None) -> dict[str, Any]:
    """What the server is told: the size beyond which it takes no message in, and that none comes compressed – a kilobyte of
    which may hold a megabyte."""
    return {"ws": protocol(base), "ws_max_size": messages.LARGEST, "ws_per_message_deflate": False}
