"""The studio's server: Solara behind a gate, on this machine unless told otherwise."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import warnings
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from html import escape
from http.cookies import SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sim.errors import Mistake

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

SETTINGS = {
    "SOLARA_APP": "sim.studio.app",
    "SOLARA_MODE": "production",
    "SOLARA_THEME_TITLE": "loyalty studio",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_ASSETS_PROXY": "True",  # from the installed files, under this server's own address
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "SOLARA_KERNEL_CULL_TIMEOUT": "2h",  # what a page that was closed or lost holds is kept so long
}
"""What Solara reads from the environment when it is first imported: nothing may call home, nothing comes from elsewhere."""
COOKIE, VISITOR = "loyalty-studio-token", "solara-session-id"
GATE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>loyalty studio</title><body style="font: 18px sans-serif; margin: 3em auto; max-width: 30em">
<h1>loyalty studio</h1><form method="get"><label for="token">This studio asks for its token:</label>
<p><input id="token" name="token" type="password" autofocus> <button>Open</button></p></form></body></html>"""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Gate:
    """Lets in who may come in: under a name of this server, from one of its own pages and, if asked, with the token.

    The name and the origin are checked so that a page of another site, open in the same browser, cannot talk to a studio on
    this machine.
    """

    def __init__(self, inner: Application, hosts: frozenset[str] | None, token: str | None) -> None:
        self._inner, self._hosts, self._token = inner, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            return await self._inner(scope, receive, send)
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        if not self._welcome(headers):
            return await self._refuse(scope, receive, send, 403, "This address is not the studio's.")
        if self._token is None or self._knows(headers):
            return await self._inner(scope, receive, send)
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
        if scope["type"] == "http" and secrets.compare_digest(given.encode(), self._token.encode()):
            return await self._let_in(scope, receive, send)
        await self._refuse(scope, receive, send, 401, GATE)

    def _welcome(self, headers: dict[str, str]) -> bool:
        host = urlsplit(f"//{headers.get('host', '')}")
        origin = urlsplit(headers.get("origin", ""))
        named = self._hosts is None or host.hostname in self._hosts
        return named and (not headers.get("origin") or origin.netloc == host.netloc)

    def _knows(self, headers: dict[str, str]) -> bool:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie is not None and secrets.compare_digest(cookie.value.encode(), (self._token or "").encode())

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remember the token in the browser, and take it out of the address."""
        from starlette.responses import RedirectResponse

        response = RedirectResponse(scope["path"], 303)
        response.set_cookie(COOKIE, self._token or "", httponly=True, samesite="strict")
        await response(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
        from starlette.responses import HTMLResponse

        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})
        else:
            await HTMLResponse(words, status)(scope, receive, send)


@lru_cache(maxsize=1)
def _style() -> str:
    """Every style file of the studio, in alphabetical order."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.css")))


def first_paint(slug: str) -> str:
    """What is read and clicked while the page's own program is still on its way: the way to every page, and this one's aim."""
    from sim.studio.app import WELCOME, page_files

    pages = {page.slug: page for page in page_files()}
    ways = "".join(
        f'<a href="/{each}"><span class="studio-way{" here" if each == slug else ""}">{escape(words)}</span></a>'
        for each, words in [("", "loyalty studio"), *((page.slug, page.module.TITLE) for page in pages.values())]
    )
    title, aim = (pages[slug].module.TITLE, pages[slug].aim) if slug in pages else WELCOME
    return (
        f'<div class="studio"><header class="studio-bar"><nav aria-label="Pages">{ways}</nav></header>'
        f'<main class="studio-main"><h1 class="studio-h1">{escape(title)}</h1><p class="studio-text">{escape(aim)}</p>'
        '<p class="studio-note" role="status">Opening …</p></main></div>'
    )


async def _page(request: Request) -> Response:
    """A page as Solara makes it, with the studio's style, said to be English, and free to be enlarged."""
    from solara.server import starlette as solara_server
    from starlette.responses import HTMLResponse

    response = await solara_server.root(request, request.url.path)
    text = bytes(response.body).decode()
    text = text.replace("<html>", '<html lang="en">', 1)
    text = text.replace("</head>", f"<style>{_style()}</style></head>", 1)
    first = first_paint(request.url.path.strip("/"))
    text = text.replace(
        '<div v-if="loading" id="loader-container">', f'<div v-if="loading">{first}</div><div v-if="false">', 1
    )
    text = text.replace("<v-progress-linear :style", '<v-progress-linear aria-label="The page is at work" :style', 1)
    text = text.replace('<div id="pre-rendered-html-present"', first + '<div id="pre-rendered-html-present"', 1)
    text = text.replace("initial-scale=1, maximum-scale=1, user-scalable=no, minimal-ui", "initial-scale=1", 1)
    page = HTMLResponse(text, response.status_code)
    page.raw_headers += [item for item in response.raw_headers if item[0] == b"set-cookie"]
    return page


async def _from_desk(request: Request) -> Response:
    """A file of the visitor's own desk; for everybody else there is none. Pages are shown without any rights."""
    from starlette.responses import FileResponse, PlainTextResponse

    from sim.studio.desk import DESKS

    desk = DESKS.opened(request.path_params["key"], request.cookies.get(VISITOR, ""))
    path = desk.find(request.path_params["name"]) if desk else None
    if path is None:
        return PlainTextResponse("There is no such file on your desk.", 404)
    kind = "inline" if "show" in request.query_params else "attachment"
    headers = {"Content-Security-Policy": "sandbox allow-scripts allow-downloads", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, filename=path.name, content_disposition_type=kind, headers=headers)


def _warm() -> None:
    """Load the compiled core – the very first time, compile it – while the first visitor still reads."""
    from sim.scenario.whole import described
    from sim.studio import shelf
    from sim.studio.film import FastWorld

    shelf.titles()
    FastWorld(described({"weeks": 1, "market": {"customers": 10}}), 1).step()


def application(hosts: frozenset[str] | None = None, token: str | None = None) -> Application:
    """The studio as an ASGI application; ``hosts`` are the names it answers to (all, if None)."""
    os.environ.update({name: value for name, value in SETTINGS.items() if name not in os.environ})
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")  # same-site is all we want
    import pandas  # noqa: F401 – before any page is shown: pages on several threads must not begin to import it at once
    from solara.server import starlette as solara_server
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route

    from sim.studio import drawing_script
    from sim.studio.app import page_files
    from sim.studio.desk import DESKS
    from sim.studio.limits import Limits

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        threading.Thread(target=_warm, daemon=True).start()
        async with solara_server.lifespan(app):
            yield
        DESKS.close()

    shown = [Route(path, _page) for path in ("/", *(f"/{page.slug}" for page in page_files()))]
    desk = Route("/desk/{key}/{name}", _from_desk)
    script = Route(drawing_script.PATH, drawing_script.handed_out)
    inner = Starlette(routes=[*shown, desk, script, Mount("/", routes=solara_server.routes)], lifespan=lifespan)
    return Gate(Limits(inner, frozenset(route.path for route in shown)), hosts, token)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server at this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bound(host: str, port: int) -> socket.socket:
    """A socket at the address. Raises :class:`Mistake` when there is none to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    here = socket.socket(family, socket.SOCK_STREAM)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        here.bind((host, port))
        here.listen(128)  # at once: who opens the address that is told next waits a moment instead of being refused
    except (OSError, OverflowError) as fault:
        here.close()
        raise Mistake(
            f"the studio cannot listen at {host}, port {port} ({fault}); choose another with --port"
        ) from None
    return here


def serve(host: str, port: int, token: str | None, browse: bool, tell: Callable[[str], None]) -> None:
    """Run the studio until Ctrl-C. ``port`` 0 takes any that is free. Raises :class:`Mistake` when it cannot listen."""
    import uvicorn

    from sim.studio.limits import for_uvicorn

    here = _bound(host, port)
    name = f"[{host}]" if ":" in host else host
    home = f"http://{name}:{here.getsockname()[1]}/"
    hosts = frozenset({host, "localhost", "127.0.0.1", "::1"}) if is_loopback(host) else None
    address = f"{home}?token={token}" if token else home
    server = uvicorn.Server(uvicorn.Config(application(hosts, token), log_level="warning", **for_uvicorn()))
    tell(f"loyalty studio: {address} (Ctrl-C ends it)")
    if browse:
        webbrowser.open(address)
    server.run(sockets=[here])
