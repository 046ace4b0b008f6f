"""The script that brings figures to life, handed out by this server once for each browser, and only where it is wanted."""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PATH = "/studio/plotly.js"
PLOTLY = f"{PATH}?{version('plotly')}"
"""Its address; another version is another address, so that a browser may keep it."""


@lru_cache(maxsize=1)
def _packed() -> bytes:
    from plotly.offline import get_plotlyjs

    return gzip.compress(get_plotlyjs().encode(), 5)


def handed_out(request: Request) -> Response:
    """The script as the installed plotly brings it along."""
    from starlette.responses import Response

    if "gzip" in request.headers.get("accept-encoding", ""):
        body, how = _packed(), {"Content-Encoding": "gzip"}
    else:
        body, how = gzip.decompress(_packed()), {}
    return Response(body, headers=how | {"Cache-Control": "private, max-age=604800"}, media_type="text/javascript")
