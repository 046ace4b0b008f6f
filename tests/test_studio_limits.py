"""What a studio that really runs takes on: hostile messages cost it nothing, and who finds it full is told so."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

pytest.importorskip("solara")

from browser.processes import end, start_studio
from fuzz.test_messages import EVENT, HOSTILE, REAL, message, over_a_line, with_bytes
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sim.studio.server.limits import MESSAGES, MOST_PAGES_EACH
from sim.studio.server.messages import LARGEST, PIECE
from sim.studio.visitor.files import MOST_DESKS

PATIENCE = 60
GIGABYTE = 2**30
FEW, MANY = 200, 10_000
VISITORS = 20
"""Those who send them: with a visitor for each page that is drawn the house would be full before the end."""
DRAWN = 12
"""Pages that are drawn while the house fills; the others only connect."""


class Studio:
    """A studio in a process of its own."""

    def __init__(self) -> None:
        self.process, self.address = start_studio()

    @property
    def memory(self) -> int:
        """Bytes that it holds (its resident set)."""
        said = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(next(line for line in said.splitlines() if line.startswith("VmRSS")).split()[1])

    def visitor(self) -> str:
        """A new visitor: what their browser says of itself from its first look on."""
        with urlopen(self.address, timeout=PATIENCE) as answer:
            given = [cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])]
        return "; ".join(["other={odd}", *given])

    def line(self, visitor: str = "", page: str = "", **more: Any) -> Any:
        """A connection of a visitor's page."""
        page = page or str(uuid.uuid4())
        where = f"{self.address.replace('http', 'ws')}jupyter/api/kernels/{page}/channels?session_id={uuid.uuid4()}"
        headers = {"Cookie": visitor or self.visitor(), "Origin": self.address.rstrip("/")}
        return connect(where, additional_headers=headers, max_size=None, open_timeout=PATIENCE, **more)

    def page(self, path: str, visitor: str = "") -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urlopen(Request(f"{self.address}{path}", headers={"Cookie": visitor}), timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    """One studio for all that does not fill it."""
    found = Studio()
    try:
        yield found
    finally:
        end(found.process)


def draw(line: ClientConnection, path: str = "/") -> str:
    """Have a page drawn, and return all that came of it."""
    control = uuid.uuid4().hex
    line.send(json.dumps(message("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})))
    args = {"path": path, "dark": False, "themes": {}, "appName": None}
    line.send(json.dumps(over_a_line({"method": "run", "args": args}, control)))
    came = []
    while not came or '"finished"' not in came[-1]:
        came.append(str(line.recv(timeout=PATIENCE)))
    return "".join(came)


def closed(line: ClientConnection) -> int:
    """The code with which a connection is closed."""
    with suppress(TimeoutError):
        try:
            while True:
                line.recv(timeout=PATIENCE)
        except ConnectionClosed as ended:
            assert ended.rcvd is not None
            return ended.rcvd.code
    raise AssertionError("the connection is still open")


@pytest.mark.parametrize(
    "name", ["four bytes", "a great many parts", "deep lists", "an element made", "another target"]
)
def test_a_hostile_message_ends_its_connection_and_nothing_else(name: str, studio: Studio) -> None:
    before = studio.memory
    with studio.line() as other, studio.line() as line:
        draw(other)
        line.send(HOSTILE[name])
        assert closed(line) in (1008, 1009)
        other.send(REAL["how do you do"])
        assert "kernel_info_reply" in "".join(str(other.recv(timeout=PATIENCE)) for _ in range(3))
    assert studio.memory - before < 100 * 2**20


def test_what_is_too_large_or_compressed_never_comes_in(studio: Studio) -> None:
    with studio.line() as line:
        line.send(b"x" * (LARGEST + 1))
        assert closed(line) == 1009
    with studio.line(compression="deflate") as line:
        assert "deflate" not in str(line.response.headers if line.response else "")


def test_a_flood_ends_the_connection_and_a_busy_hand_does_not(studio: Studio) -> None:
    with studio.line() as line:
        with suppress(ConnectionClosed):
            for _ in range(4 * int(MESSAGES)):
                line.send(REAL["how do you do"])
        assert closed(line) == 1008
    with studio.line() as line:
        draw(line)
        for _ in range(int(MESSAGES) // 2):
            line.send(json.dumps(over_a_line({"method": "update", "state": {"v_model": 3}})))
        line.send(REAL["how do you do"])
        assert any("kernel_info_reply" in str(line.recv(timeout=PATIENCE)) for _ in range(2000))


def test_the_largest_file_can_be_handed_over(studio: Studio) -> None:
    piece = with_bytes(EVENT, b"x" * PIECE)
    with studio.line() as line:
        draw(line)
        for _ in range(50):
            line.send(piece)
        line.send(REAL["how do you do"])
        assert any("kernel_info_reply" in str(line.recv(timeout=PATIENCE)) for _ in range(500))


def test_a_page_is_its_visitors_alone(studio: Studio) -> None:
    page = str(uuid.uuid4())
    with studio.line(page=page) as line:
        draw(line)
        with pytest.raises(InvalidStatus) as refused:
            studio.line(page=page).__enter__()
        assert refused.value.response.status_code in (403, 404)


def test_a_visitor_with_too_many_pages_is_told_so(studio: Studio) -> None:
    visitor = studio.visitor()
    with ExitStack() as pages:
        for _ in range(MOST_PAGES_EACH):
            pages.enter_context(studio.line(visitor))
        with pytest.raises(InvalidStatus) as refused:
            studio.line(visitor).__enter__()
        assert refused.value.response.status_code == 503 and b"Close one of them" in (
            refused.value.response.body or b""
        )
        assert studio.page("", visitor)[0] == 503 and studio.page("")[0] == 200
    assert studio.page("", visitor)[0] == 200


def test_a_page_whose_connection_was_lost_comes_back_as_it_was(studio: Studio) -> None:
    visitor, page = studio.visitor(), str(uuid.uuid4())
    with studio.line(visitor, page) as line:
        draw(line, "/library")
    for _ in range(MOST_PAGES_EACH):  # others come and go without having been drawn
        with studio.line(visitor):
            pass
    with studio.line(visitor, page) as line:
        line.send(json.dumps(message("comm_open", {"comm_id": "9", "target_name": "solara.control", "data": {}})))
        line.send(json.dumps(over_a_line({"method": "app-status"}, "9")))
        assert any('"started": true' in str(line.recv(timeout=PATIENCE)) for _ in range(5))


GARBAGE: tuple[Any, ...] = (1e308, -1, "x", None, [], {}, [0] * 500, "nan", "9" * 300, True, {"a": {"b": 1}})
EVENTS = ("event_more", "pick", "at", "event_chosen", "moved", "click", "change", "begin", "part", "go")


@pytest.mark.parametrize("path", ["/compare", "/lessons?lesson=lessons/the_fee_trap&stage=predict"])
def test_elements_that_are_given_nonsense_disturb_nobody_else(path: str, studio: Studio) -> None:
    before = studio.memory
    with studio.line() as line:
        known = re.findall(r'"msg_type": "comm_open".*?"comm_id": "([0-9a-f]{32})"', draw(line, path))
        for number, element in enumerate(list(dict.fromkeys(known))[:60]):
            said = GARBAGE[number % len(GARBAGE)]
            event = {"event": EVENTS[number % len(EVENTS)], "data": said}
            line.send(json.dumps(over_a_line({"method": "update", "state": {"v_model": said}}, element)))
            line.send(json.dumps(over_a_line({"method": "custom", "content": event}, element)))
        line.send(REAL["how do you do"])
        while "kernel_info_reply" not in str(line.recv(timeout=PATIENCE)):
            pass
    with studio.line() as other:
        assert "Traceback" not in draw(other, path)
    assert studio.memory - before < 300 * 2**20


def _batter(studio: Studio, count: int) -> None:
    """So many hostile messages, each on a connection of its own, some of them on pages that are drawn."""
    attacks = list(HOSTILE.values())
    visitors = [studio.visitor() for _ in range(VISITORS)]
    for number in range(count):
        with suppress(ConnectionClosed, InvalidStatus), studio.line(visitors[number // 50 % VISITORS]) as line:
            if number % 50 == 0:
                draw(line, "/live")
            line.send(attacks[number % len(attacks)])


def _holds_after(count: int) -> None:
    studio = Studio()
    try:
        _batter(studio, count)
        assert studio.memory < GIGABYTE, f"{studio.memory / 2**20:,.0f} MB after {count:,} hostile messages"
        with studio.line() as line:
            assert "Watch" in draw(line, "/live") or studio.page("live")[0] == 200
    finally:
        end(studio.process)


@pytest.mark.heavy
def test_hostile_messages_leave_no_memory_behind() -> None:
    _holds_after(FEW)


@pytest.mark.heavy
def test_ten_thousand_hostile_messages_leave_no_memory_behind() -> None:
    _holds_after(MANY)


@pytest.mark.heavy
def test_a_class_fits_and_who_finds_the_house_full_is_told_so() -> None:
    studio = Studio()
    try:
        with ExitStack() as house:
            first, late_comer = studio.visitor(), studio.visitor()
            house.enter_context(studio.line(first))
            for number in range(MOST_DESKS - 1):
                line = house.enter_context(studio.line())
                if number < DRAWN:
                    draw(line, "/lessons")
            status, said = studio.page("live", late_comer)
            assert status == 503 and "The studio is full" in said and "Traceback" not in said
            assert studio.page("live", first)[0] == 200
            with pytest.raises(InvalidStatus) as refused:
                studio.line(late_comer).__enter__()
            assert refused.value.response.status_code == 503 and b"The studio is full" in (
                refused.value.response.body or b""
            )
        late = time.monotonic() + PATIENCE
        while (
            studio.page("live")[0] != 200 and time.monotonic() < late
        ):  # who had nothing drawn leaves their place at once
            time.sleep(0.2)
        assert studio.page("live")[0] == 200
    finally:
        end(studio.process)
