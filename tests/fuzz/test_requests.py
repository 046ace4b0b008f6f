"""Requests of any bytes: each is answered or ends its connection; none is a fault or leaves a traceback in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.processes import end, start_studio
from hypothesis import strategies as st
from requests_made import asked, sent

from .hammer import hammer, kept

KIND = "requests"
HEADERS = st.sampled_from([
    b"Host: 127.0.0.1", b"Host: [::1", b"Host: localhost:80", b"Host: ", b"Origin: null", b"Origin: http://127.0.0.1",
    b"Cookie: a[b=",    b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Upgrade: h2c", b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: chunked", b"Expect: 100-continue",
    b"Range: bytes=1-", b"Range: bytes=9-1,-3", b"If-None-Match: *", b"X-Script-Name: //evil", b"Sec-Fetch-Site: cross-site",
    b"Accept-Encoding: gzip;q=x", b"Cookie: loyalty-studio-web=a.b.c", b"Sec-WebSocket-Extensions: permessage-deflate; x",
    b"Sec-WebSocket-Protocol: ,,", b"If-Range: x",
])  # fmt: skip
PATHS = st.sampled_from([
    b"/", b"/live", b"//", b"*", b"http://127.0.0.1/live", b"/desk/a/b", b"/static/ansi.js", b"/studio/plotly.js",
    b"/_solara/cdn/requirejs@2.3.6/require.js", b"/jupyter/api/kernels/a/channels?session_id=b", b"/%00",
    b"/_solara/api/close/a?session_id=b", b"/?token=x",
])  # fmt: skip
METHODS = st.sampled_from([b"GET", b"HEAD", b"POST", b"OPTIONS", b"CONNECT", b"get", b"", b"PRI"])
LINES = st.builds(
    lambda method, path, version: b" ".join((method, path, version)),
    METHODS, PATHS | st.binary(max_size=20), st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"", b"HTTP/1.1 "]),
)  # fmt: skip
REQUESTS = st.builds(
    lambda line, headers, between, body: between.join((line, *headers)) + 2 * between + body,
    LINES, st.lists(HEADERS | st.binary(max_size=40), max_size=12), st.sampled_from([b"\r\n", b"\r\n", b"\n"]),
    st.binary(max_size=40),
)  # fmt: skip
INPUTS = REQUESTS | st.lists(REQUESTS, max_size=4).map(b"".join) | st.binary(max_size=200)


@pytest.fixture(scope="module")
def studio() -> Iterator[str]:
    process, address = start_studio()
    try:
        yield address
    finally:
        end(process)


def check(studio: str, data: bytes) -> None:
    """It is no fault, and the next visitor finds the studio as it was."""
    assert sent(studio, data, end=True).status < 500
    assert asked(studio, "/static/ansi.js").status == 200


@pytest.mark.parametrize("path", kept(KIND), ids=lambda path: path.name)
def test_requests_that_once_were_a_fault_are_none(studio: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(studio, path.read_bytes())
    assert sent(studio, path.read_bytes() + b"\r\n\r\n").status < 500
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.heavy
def test_no_bytes_are_a_fault(studio: str, capsys: pytest.CaptureFixture[str]) -> None:
    def quietly(data: bytes) -> None:
        check(studio, data)
        assert "Traceback" not in capsys.readouterr().err

    assert hammer(KIND, INPUTS, quietly) > 100
