"""The way between a page in the browser and what it shows, a websocket; and its end, when the browser says the page is closed.

The numbers of pages are made by the browser. One that belongs to another visitor is refused before Solara hears of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sim.studio.server.gate import VISITOR

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

CHANNEL = "/jupyter/api/kernels/{kernel}/channels"
CLOSED = "/_solara/api/close/{kernel}"
NUMBER = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
"""What a page's number looks like; the browser makes two, of which one stands in the path and one is ``session_id``."""
REFUSED = 4403


def _may(connection: HTTPConnection) -> bool:
    """Whether the numbers are numbers, and nobody else's."""
    from solara.server import kernel_context

    kernel, page = connection.path_params["kernel"], connection.query_params.get("session_id", "")
    known = kernel_context.contexts.get(kernel)
    own = known is None or known.session_id == connection.cookies.get(VISITOR)
    return own and all(map(NUMBER.fullmatch, (kernel, page)))


async def channel(websocket: WebSocket) -> None:
    """Solara's side of a page, for the visitor whose page it is."""
    from solara.server import starlette as solara_server

    if not _may(websocket):
        return await websocket.close(REFUSED)
    websocket.scope["path_params"] = {"kernel_id": websocket.path_params["kernel"], "name": "channels"}
    await solara_server.kernel_connection(websocket)


def closed(request: Request) -> Response:
    """The browser says that a page was closed: what it held is let go of. Nobody is told whether there was such a page."""
    from solara.server import kernel_context
    from starlette.responses import Response

    context = kernel_context.contexts.get(request.path_params["kernel"])
    if context is not None and _may(request):
        context.page_close(request.query_params["session_id"])
    return Response(status_code=204)
