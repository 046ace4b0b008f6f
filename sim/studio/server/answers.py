"""What the studio's server says by itself: short pages that need nothing else, and the headers of every answer."""

from __future__ import annotations

from html import escape

from sim.studio.server.asgi import Header, Message, Receive, Scope, Send

STILL = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""What an answer may do that says nothing else: be read and, on the server's own short pages, be filled in."""
FROM_DESK = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a file of a desk may do when a browser shows it: draw itself, as if it came from no site at all."""
HEADERS = {
    "Content-Security-Policy": STILL,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer the beacon of a page that closes would come from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Every answer has these; one that says something else about caches or content means it."""
SANDBOXED = b"sandbox"
LONGEST_HEAD = 32 * 2**10
"""Bytes of a request's address and headers together."""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{more}
<meta name="viewport" content="width=device-width"><title>loyalty studio</title></head>
<body style="font: 18px sans-serif; margin: 3em auto; max-width: 30em"><h1>loyalty studio</h1>{body}</body></html>"""
WORDS = {
    400: "Your browser asked in a way that the studio does not understand.",
    403: "This address is not the studio’s, or another site asked for it.",
    404: "There is no such page in the studio.",
    405: "The studio’s pages can be read, and nothing else.",
    431: "This request is longer than any that the studio’s pages make.",
    500: "Something went wrong in the studio. The terminal in which it runs says what.",
}
Answer = tuple[int, str, dict[str, str]]
"""Status, page and further headers."""


def short_page(body: str, more: str = "") -> str:
    """A page that needs no file and no program."""
    return PAGE.format(body=body, more=more)


def refusal_page(status: int, words: str = "") -> Answer:
    """What is said to a request that is not answered, with the way to the first page."""
    words = words or WORDS.get(status, WORDS[500] if status >= 500 else WORDS[400])
    return status, short_page(f'<p>{escape(words)}</p><p><a href="/">To the first page</a></p>'), {}


async def send_page(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send one of these pages; to whoever wanted to open a websocket, its status."""
    from starlette.responses import HTMLResponse

    status, page, headers = answer
    if scope["type"] == "http":
        await HTMLResponse(page, status, headers)(scope, receive, send)
    elif "websocket.http.response" in (scope.get("extensions") or {}):
        kind = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": max(status, 400), "headers": kind})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": 4403})


def with_headers(message: Message) -> Message:
    """A message that begins an answer, with the headers that every answer has, unless it says its own."""
    if message["type"] not in ("http.response.start", "websocket.http.response.start"):
        return message
    own = [(name.lower(), value) for name, value in message.get("headers", ()) if name.lower() != b"server"]
    return message | {"headers": [*own, *_missing(dict(own))]}


def _missing(own: dict[bytes, bytes]) -> list[Header]:
    every = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
    if SANDBOXED in own.get(b"content-security-policy", b""):  # browsers refuse to open a page that says both
        del every[b"cross-origin-opener-policy"]
    return [(name, value) for name, value in every.items() if name not in own]
