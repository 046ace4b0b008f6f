"""Who gets into the studio, and in which order it is asked: under our name? from our pages? with the token?"""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from html import escape
from urllib.parse import urlencode

from sim.studio.server.answers import LONGEST_HEAD, Answer, refusal_page, send_page, short_page, with_headers
from sim.studio.server.asgi import Application, Message, Receive, Scope, Send
from sim.studio.server.passes import LASTS, Guesses, Passes, new_visitor
from sim.studio.server.request import Asked
from sim.studio.visitor.house import HOUSE

VISITOR = "solara-session-id"
"""What the pages read of a visitor; only the gate sets it, and no browser ever sees it."""
COOKIE = "loyalty-studio"
STEP = "loyalty-studio-step"
WRONG = '<p role="alert">This is not the token of this studio. Ask for it again, or for the link that has it in it.</p>'
SLOWLY = "Too many wrong tokens came from your address. This page tries again by itself in a moment."
LOG = logging.getLogger("loyalty studio")


class Gate:
    """Lets in who may come in: under a name of this server, from one of its own pages and, if asked, with the token.

    The name and the site are checked so that a page of another site, open in the same browser, cannot talk to a studio on
    this machine; from there one may follow a link to a page, and nothing else. Whoever is let in gets a pass of their own in a
    cookie, which is not the token and tells nothing about it. Every answer leaves with
    the headers of :mod:`sim.studio.server.answers`.

    ``hosts``: the names it answers to, all if None. ``pages``: the addresses that links may lead to, and tokens open. ``passes``:
    those of visitors, new ones unless given.
    """

    def __init__(
        self,
        inner: Application,
        hosts: frozenset[str] | None,
        token: str | None,
        pages: frozenset[str] = frozenset({"/"}),
        passes: Passes | None = None,
    ) -> None:
        self._inner, self._hosts, self._token, self._pages = inner, hosts, token, pages
        self._passes, self._guesses = passes or Passes(), Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            return await self._inner(scope, receive, send)
        asked, sealed = Asked(scope), Sealed(scope, receive, send)
        try:
            await self._answer(asked, receive, sealed)
        except Exception as fault:
            _tell(asked, fault)
            await sealed.give_up()

    async def _answer(self, asked: Asked, receive: Receive, send: Send) -> None:
        visitor = self._visitor(asked)
        answer = self._refusal(asked) or self._step(asked, visitor) or await self._door(asked, visitor)
        if answer is not None:
            return await send_page(answer, asked.scope, receive, send)
        remembered = asked.reads and asked.path in self._pages and (visitor is not None or not asked.from_abroad)
        visitor = visitor or new_visitor()
        known = self._with_pass(asked, visitor, send) if remembered else send
        await self._inner(asked.handed_on(f"{VISITOR}={visitor}"), receive, known)

    def _refusal(self, asked: Asked) -> Answer | None:
        """What is said to whoever asks under a wrong name, or from another site for more than a page."""
        if asked.size > LONGEST_HEAD:
            return refusal_page(431)
        if asked.host is None:
            return refusal_page(400)
        if self._hosts is not None and asked.host.name not in self._hosts:
            return refusal_page(403)
        return refusal_page(403) if asked.from_abroad and not self._led_here(asked) else None

    def _led_here(self, asked: Asked) -> bool:
        return asked.is_link and asked.path in self._pages

    def _visitor(self, asked: Asked) -> str | None:
        """Whose pass the browser shows; nobody's if it shows several, as a page on another port may have planted its own."""
        shown = set(map(self._passes.visitor, asked.cookies(_named(COOKIE, asked)))) - {None}
        return shown.pop() if len(shown) == 1 else None

    def _step(self, asked: Asked, visitor: str | None) -> Answer | None:
        """Who follows a link from another site comes without a pass, as browsers then hold it back: from a page of ours they ask
        once more, and bring it. A second cookie, which is not held back, says that this was done: nobody goes in circles."""
        if visitor or not asked.from_abroad or asked.cookies(_named(STEP, asked)):
            return None
        address = escape(_address(asked, asked.entries))
        page = short_page(
            f'<p><a href="{address}">Opening …</a></p>', f'<meta http-equiv="refresh" content="0;url={address}">'
        )
        return 200, page, {"Set-Cookie": f"{_named(STEP, asked)}=1; Path=/; Max-Age=5; HttpOnly; SameSite=Lax"}

    async def _door(self, asked: Asked, visitor: str | None) -> Answer | None:
        """What whoever has no pass is told where a token is asked for; None for those who may come in."""
        given = [value for key, value in asked.entries if key == "token"]
        reading = asked.scope["type"] == "http" and asked.scope["method"] == "GET" and asked.path in self._pages
        if self._token is None or (visitor and not (given and reading)):
            return None
        if visitor is None and (not given or not reading):
            return 401, self._form(asked), {}
        return await self._judged(asked, given[-1], visitor)

    async def _judged(self, asked: Asked, given: str, visitor: str | None) -> Answer:
        """A token that was given: let in and the token taken out of the address, or not."""
        if visitor is None and not await self._guesses.turn(asked.client):
            again = '<meta http-equiv="refresh" content="5">'
            return 429, short_page(f"<p>{SLOWLY}</p>", again), {"Retry-After": "5"}
        teaches = HOUSE.is_for_teachers(given)
        if visitor is None and not teaches and not secrets.compare_digest(given.encode(), (self._token or "").encode()):
            self._guesses.wrong(asked.client)
            return 401, self._form(asked, WRONG), {}
        visitor = visitor or new_visitor()
        if teaches:
            HOUSE.teachers.add(visitor)
        rest = [(key, value) for key, value in asked.entries if key != "token"]
        return 303, "", {"Location": _address(asked, rest), "Set-Cookie": self._cookie(asked, visitor)}

    def _form(self, asked: Asked, said: str = "") -> str:
        """The page that asks for the token, and keeps what else stands in the address; what is to be ``said`` stands first."""
        kept = "".join(
            f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
            for key, value in asked.entries
            if key != "token"
        )
        action = asked.path if asked.path in self._pages else "/"
        return short_page(
            f'{said}<form method="get" action="{action}">{kept}<label for="token">This studio asks for its token:</label>'
            '<p><input id="token" name="token" type="password" autocomplete="off" autofocus> <button>Open</button></p></form>'
        )

    def _cookie(self, asked: Asked, visitor: str | None) -> str:
        name, given = _named(COOKIE, asked), self._passes.given(visitor)
        return f"{name}={given}; Path=/; Max-Age={LASTS}; HttpOnly; SameSite=Strict"

    def _with_pass(self, asked: Asked, visitor: str, send: Send) -> Send:
        """Give the visitor's pass to the browser with the page."""

        async def known(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = self._cookie(asked, visitor).encode()
                message = message | {"headers": [*message.get("headers", ()), (b"set-cookie", cookie)]}
            await send(message)

        return known


class Sealed:
    """How an answer leaves: with the headers of every answer, and a websocket that is refused with a page's."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._begun = self._over = False

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "websocket.close" and not self._begun:
            self._begun = self._over = True
            return await send_page(refusal_page(403), self._scope, self._receive, self._sealed)
        self._begun, self._over = True, message["type"] == "websocket.close"
        await self._sealed(message)

    async def _sealed(self, message: Message) -> None:
        await self._send(with_headers(message))

    async def give_up(self) -> None:
        """Say that there was a fault, if anything can be said still."""
        if not self._begun:
            self._begun = self._over = True
            await send_page(refusal_page(500), self._scope, self._receive, self._sealed)
        elif self._scope["type"] == "websocket" and not self._over:
            with suppress(Exception):  # nobody may be there any more
                await self._send({"type": "websocket.close", "code": 1011})


def _tell(asked: Asked, fault: Exception) -> None:
    """What the terminal says: of a page's fault where it was, of a message that cannot be read one line, as there may be many."""
    if asked.scope["type"] == "http":
        LOG.error("a page could not be made", exc_info=fault)
    elif not isinstance(fault, OSError):  # that is: the browser has gone
        LOG.warning("the connection of a page ended: %s", repr(fault)[:200])


def _named(cookie: str, asked: Asked) -> str:
    """A cookie's name, with the port: browsers show cookies to all ports of a machine, and two studios would swap theirs."""
    return f"{cookie}-{asked.host.port or 'web'}" if asked.host else cookie


def _address(asked: Asked, entries: list[tuple[str, str]]) -> str:
    """The address of the page that was asked for – one of ours, as the path is one of our pages' – with these entries."""
    return asked.path + (f"?{urlencode(entries)}" if entries else "")
