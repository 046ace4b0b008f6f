"""The studio's server: a fixed list of addresses behind a gate, on this machine unless told otherwise."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sim.errors import Mistake
from sim.studio.server.asgi import Application

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from sim.model.component import Model

SETTINGS = {
    "SOLARA_APP": "sim.studio.app",
    "SOLARA_MODE": "production",
    "SOLARA_THEME_TITLE": "loyalty studio",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_ASSETS_PROXY": "False",  # it would fetch from the net, and write and remove files
    "SOLARA_ASSETS_CDN": "/_solara/cdn/",  # that is, from the files of this studio: sim.studio.server.assets
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_SSG_ENABLED": "False",
    "SOLARA_SEARCH_ENABLED": "False",
    "SOLARA_OAUTH_PRIVATE": "False",
    "SOLARA_STATE_BACKEND": "",
    "SOLARA_STATE_TEST_EVICTION": "False",
    "SOLARA_USE_PDB": "False",
    "SOLARA_TRACER": "False",
    "SOLARA_ROOT_PATH": "",
    "SOLARA_EXPERIMENTAL_PERFORMANCE": "True",
    "SOLARA_BASE_URL": "http://localhost/",
    "SOLARA_KERNEL_CULL_TIMEOUT": "2h",  # what a page that was closed or lost holds is kept so long
}
"""What Solara reads from the environment when it is first imported: nothing may call home, nothing comes from elsewhere, and
nothing that a visitor sends changes what others see. Whatever else is said to Solara there is forgotten."""
LEFT = frozenset({"SOLARA_HOME"})
FORGOTTEN = ("SOLARA_", "WEBSOCKETS_")
"""Beginnings of the names of variables that Solara, and what it stands on, would heed."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _say_how() -> None:
    """Say in the environment how Solara is used here, whatever it says, before anything reads it."""
    for name in [name for name in os.environ if name.upper().startswith(FORGOTTEN) and name not in LEFT]:
        del os.environ[name]
    os.environ.update(SETTINGS)


def _set_up() -> None:
    """Load Solara as it is used here."""
    _say_how()
    import pandas  # noqa: F401 – before any page is shown: pages on several threads must not begin to import it at once
    import solara.settings
    from solara.minisettings import BaseSettings
    from solara.server import server, settings

    from sim.studio.server.assets import KINDS_OF_WIDGET

    for each in (*vars(solara.settings).values(), *vars(settings).values()):
        if isinstance(each, BaseSettings):
            each.__init__()  # read once more: a page may have been imported before this
    # Solara would take every extension that any notebook on this machine has, as its owner's other programs say.
    server.get_nbextensions = lambda: ([f"{name}/extension" for name in KINDS_OF_WIDGET], {})


async def _from_desk(request: Request) -> Response:
    """A file of the visitor's own desk; for everybody else there is none."""
    from starlette.responses import FileResponse, HTMLResponse

    from sim.studio.server.answers import FROM_DESK, refusal_page
    from sim.studio.server.gate import VISITOR
    from sim.studio.visitor.files import DESKS

    desk = DESKS.opened(request.path_params["key"], request.cookies.get(VISITOR, ""))
    path = desk.find(request.path_params["name"]) if desk else None
    if path is None:
        return HTMLResponse(refusal_page(404, "There is no such file on your desk.")[1], 404)
    kind = "inline" if "show" in request.query_params else "attachment"
    return FileResponse(
        path, filename=path.name, content_disposition_type=kind, headers={"Content-Security-Policy": FROM_DESK}
    )


async def _refused(request: Request, fault: Exception) -> Response:
    """The studio's own page for whatever is not answered."""
    from starlette.exceptions import HTTPException
    from starlette.responses import HTMLResponse

    from sim.studio.server.answers import refusal_page

    status, headers = (fault.status_code, fault.headers) if isinstance(fault, HTTPException) else (500, None)
    return HTMLResponse(refusal_page(status)[1], status, headers=headers)


def _warm() -> None:
    """Load the compiled core – the very first time, compile it – while the first visitor still reads."""
    from sim.scenario.whole import described
    from sim.studio.library import scenario_library
    from sim.studio.live.frames import World
    from sim.studio.visitor.model import model

    scenario_library.titles()
    World(described({"weeks": 1, "market": {"customers": 10}}, mechanisms=model()), 1).step()


def page_paths() -> tuple[str, ...]:
    """The addresses of the pages."""
    from sim.studio.app import page_files

    return ("/", *(f"/{page.slug}" for page in page_files()))


def routes() -> list[BaseRoute]:
    """Every address that the studio answers. Nothing of Solara's own list is among them but what stands here by name."""
    from starlette.routing import Route, WebSocketRoute

    from sim.studio.server import assets, channels, drawing_script, opening

    read = ["GET"]
    return [
        *(Route(path, opening.shown, methods=read) for path in page_paths()),
        Route("/desk/{key}/{name}", _from_desk, methods=read),
        Route(drawing_script.PATH, drawing_script.handed_out, methods=read),
        Route(f"{assets.CDN}/{{name:path}}", assets.handed_out, methods=read),
        Route(f"{assets.STATIC}/{{name:path}}", assets.handed_out, methods=read),
        Route(f"{assets.WIDGETS}/{{name:path}}", assets.handed_out, methods=read),
        WebSocketRoute(channels.CHANNEL, channels.channel),
        Route(channels.CLOSED, channels.closed, methods=["POST"]),
    ]


def pages() -> Starlette:
    """The studio's pages without a gate."""
    _set_up()
    from solara.server import starlette as solara_server
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException

    from sim.studio.server import assets
    from sim.studio.visitor.files import DESKS

    assets.known()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        threading.Thread(target=_warm, daemon=True).start()
        async with solara_server.lifespan(app):
            yield
        DESKS.close()

    faults = {HTTPException: _refused, Exception: _refused}
    inner = Starlette(routes=routes(), lifespan=lifespan, exception_handlers=faults)
    inner.router.redirect_slashes = False  # an address with a slash too many is another address, and nobody is sent on
    return inner


def application(hosts: frozenset[str] | None = LOOPBACK, token: str | None = None) -> Application:
    """The studio as an ASGI application: the pages, before them what limits visitors, and before all the gate.

    ``hosts`` are the names it answers to (all, if None).
    """
    from sim.studio.lessons.class_files import signing_key
    from sim.studio.server.gate import Gate
    from sim.studio.server.limits import Limits
    from sim.studio.server.passes import Passes

    inner, known = pages(), frozenset(page_paths())
    return Gate(Limits(inner, known), hosts, token, known, Passes(time.time, signing_key()))


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
    except (OSError, OverflowError, TypeError, ValueError) as fault:
        here.close()
        raise Mistake(
            f"the studio cannot listen at {host}, port {port} ({fault}); choose others with --host and --port"
        ) from None
    return here


def _seen_by_others(host: str) -> str:
    """Under which name others reach this machine when the studio listens at this host; nothing is sent to find it."""
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that nobody has: only the way to it is looked up
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def serve(
    host: str, port: int, token: str | None, browse: bool, tell: Callable[[str], None], model: Model | None = None
) -> None:
    """Run the studio until Ctrl-C. ``port`` 0 takes any that is free; ``model``: what it shows, the shipped one unless given.

    Beyond this machine a token is asked for in any case, one drawn at random unless given. Raises :class:`Mistake` when it cannot
    listen.
    """
    from sim.studio.visitor.model import show

    show(model)
    _say_how()
    import uvicorn

    from sim.studio.server import answers, wire
    from sim.studio.server.limits import for_uvicorn
    from sim.studio.visitor.house import HOUSE

    wire.Requests.most = wire.most_connections()
    here = _bound(host, port)
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    home = f"http://{name}:{here.getsockname()[1]}/"
    HOUSE.own_token = token or ""
    token = token or (None if is_loopback(host) else secrets.token_urlsafe(16))
    hosts = LOOPBACK | {host} if is_loopback(host) and token is None else None  # a token keeps other names out as well
    HOUSE.port, HOUSE.token, HOUSE.shared = here.getsockname()[1], token, not is_loopback(host) or token is not None
    HOUSE.teachers_token = secrets.token_urlsafe(16) if token else ""
    HOUSE.address = f"http://{_seen_by_others(host)}:{HOUSE.port}/"
    address = f"{home}?{urlencode({'token': token})}" if token else home
    server = uvicorn.Server(
        uvicorn.Config(
            application(hosts, token),
            log_level="error",
            access_log=False,
            http=wire.Requests,
            proxy_headers=False,
            workers=1,
            server_header=False,
            backlog=wire.taken_at_once(wire.Requests.most),
            h11_max_incomplete_event_size=answers.LONGEST_HEAD,
            **for_uvicorn(wire.Websockets),
        )  # fmt: skip
    )
    tell(f"loyalty studio: {address} (Ctrl-C ends it)")
    if not is_loopback(host):
        tell(f"for others in this network: {HOUSE.link('')}")
    if token:
        tell(f"for teachers, whose pages write lessons: {HOUSE.link('lessons', token=HOUSE.teachers_token)}")
    if browse:
        webbrowser.open(address)
    server.run(sockets=[here])
