"""A page as the browser first gets it: readable before any program runs, in the studio's style, and with few rights."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sim.studio.server.assets import CDN

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

POLICY = "; ".join((
    "default-src 'self'",
    # Each script carries the number of its page. Vue makes functions of its templates, in the browser: 'unsafe-eval'.
    "script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
    # Vuetify writes its theme into the page while it runs, and Vue sets styles on elements; neither can carry a number.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",  # which, in browsers of today, holds for the page's websocket too
    "object-src 'none'", "frame-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
))  # fmt: skip
"""What a page may load and do: what comes from this studio, and nothing else."""


AWAY = (
    '<div role="alert" class="studio-away">The studio does not answer. As soon as it does, this page comes back by itself. '
    '<a href="">Open it anew</a></div>'
)
"""What stands over a page whose connection is lost."""
AGAIN = """<div id="studio-again" class="studio-again" role="status" hidden>
This page was opened anew, for the studio did not know it any more. If it was started again meanwhile, files, companies and
answers of before are gone; what stands in the address is here. <button type="button">Close</button></div><script>
const again = document.getElementById("studio-again");
again.hidden = !sessionStorage.getItem("studio-again");
sessionStorage.removeItem("studio-again");
again.querySelector("button").addEventListener("click", () => { again.hidden = true; });
setInterval(async () => {
  if (!document.querySelector(".studio-away")) return;
  const asked = await fetch(location.href, { method: "HEAD" }).catch(() => ({}));
  if (asked.status === 401) location.reload();
  const tries = solara.debug.ws()?.readyState === WebSocket.CONNECTING;
  if (asked.ok && !tries) solara.debug.kernel().reconnect().catch(() => 0);
}, 1000);
</script></html>"""
"""What a page says that came back by itself; one that is no longer let in shows the door, where the token is asked for. Solara's
program waits up to a minute between two tries and gives up after seven: here a page tries as soon as the studio answers."""


@lru_cache(maxsize=1)
def _style() -> str:
    """The colours by their names, and every style file of the studio, in alphabetical order."""
    from sim.report.charts.palette import root_style

    files = sorted(Path(__file__).parents[1].glob("*.css"))
    return "\n".join([root_style(), *(path.read_text(encoding="utf-8") for path in files)])


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


@lru_cache(maxsize=32)
def _page(path: str) -> str:
    """A page as Solara makes it, with the studio's style, said to be English, and free to be enlarged.

    It depends on the path alone: nothing that a visitor's browser sends is in it.
    """
    from solara.server import server

    text = server.read_root(path, render_kwargs={"cdn": CDN})
    assert text is not None, "every page of the studio is known to Solara"
    first = first_paint(path.strip("/"))
    for old, new in (
        ("<html>", '<html lang="en">'),
        ("</head>", f"<style>{_style()}</style></head>"),
        ('<div v-if="loading" id="loader-container">', f'<div v-if="loading">{first}</div><div v-if="false">'),
        ("<v-progress-linear :style", '<v-progress-linear aria-label="The page is at work" :style'),
        ('<div id="pre-rendered-html-present"', first + '<div id="pre-rendered-html-present"'),
        (
            "solara.forceRefresh = false",
            "solara.forceRefresh = true",
        ),  # come back by itself, instead of asking to be opened
        ("location.reload();", 'sessionStorage.setItem("studio-again", "yes"); location.reload();'),
        ("</html>", AGAIN),
        ("initial-scale=1, maximum-scale=1, user-scalable=no, minimal-ui", "initial-scale=1"),
    ):
        text = text.replace(old, new, 1)
    text = re.sub(
        r'<v-progress-circular indeterminate size="128"[^>]*>Server\s+disconnected.</v-progress-circular>', AWAY, text
    )
    return re.sub(r'<link rel="icon" type="image/svg\+xml"[^>]*>', "", text)


async def shown(request: Request) -> Response:
    """A page. Its scripts carry a number that is drawn for each answer, and others do not run."""
    from starlette.responses import HTMLResponse

    nonce = secrets.token_urlsafe(16)
    text = re.sub(r"<script(?=[\s>])", f'<script nonce="{nonce}"', _page(request.scope["path"]))
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY.format(nonce=nonce)})
