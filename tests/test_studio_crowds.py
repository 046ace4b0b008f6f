"""Connections that ask nothing, never finish what they ask or never read the answer keep nobody out and nothing running."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

pytest.importorskip("solara")
pytest.importorskip("resource")

from browser.processes import end, start_studio
from requests_made import asked

from sim.studio.server.assets import known

FILES, PATIENCE = 256, 60
WITH_FEW_FILES = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))
from sim.studio.server import wire
wire.WHOLE_AFTER, wire.ENDS_AFTER = LASTS, 1.0
from sim.cli import main
main()
"""
"""A studio that may open few files, as on some machines."""
UNFINISHED = (b"", b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Much: " + b"a" * 20_000, b"POST / HTTP/1.1\r\n")


@pytest.fixture
def patient() -> Iterator[str]:
    """A studio that waits long for a request."""
    process, address = start_studio(program=("-c", WITH_FEW_FILES.replace("LASTS", "600.0")))
    yield address
    end(process)


def connected(address: str) -> socket.socket:
    where = urlsplit(address)
    return socket.create_connection((where.hostname, where.port), PATIENCE)


@pytest.mark.heavy
def test_more_connections_than_the_system_allows_keep_nobody_out(
    patient: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as crowd:
        for number in range(2 * FILES):
            one = crowd.enter_context(connected(patient))
            try:
                one.sendall(UNFINISHED[number % len(UNFINISHED)])
            except OSError:
                continue  # it had to make room already
        for _ in range(5):
            assert asked(patient, "/live").status == 200
    assert capsys.readouterr().err.count("\n") <= 1


@pytest.mark.heavy
def test_a_request_that_does_not_come_whole_is_given_up() -> None:
    process, address = start_studio(program=("-c", WITH_FEW_FILES.replace("LASTS", "1.0")))
    try:
        for begun in (*UNFINISHED, b"POST /live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx"):
            with connected(address) as one:
                one.sendall(begun)
                _read_to_the_end(one)
        with connected(address) as one:  # a second request on the same connection is no other
            one.sendall(f"GET /live HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n\r\nGET /".encode())
            assert b" 200 OK" in _read_to_the_end(one)
        assert asked(address, "/live").status == 200
    finally:
        end(process)


def _read_to_the_end(one: socket.socket) -> bytes:
    received, began = b"", time.monotonic()
    try:
        while piece := one.recv(2**16):
            received += piece
    except ConnectionError:
        pass
    assert time.monotonic() - began < PATIENCE / 2
    return received


def test_a_studio_ends_though_somebody_never_reads_what_they_asked_for() -> None:
    process, address = start_studio(program=("-c", WITH_FEW_FILES.replace("LASTS", "600.0")))
    largest = max(known(), key=lambda name: known()[name].stat().st_size)
    with ExitStack() as crowd:
        for _ in range(5):
            one = crowd.enter_context(connected(address))
            one.sendall(f"GET {largest} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n\r\n".encode())
        assert asked(address, "/live").status == 200
        began = time.monotonic()
        end(process)
        assert time.monotonic() - began < PATIENCE / 2
