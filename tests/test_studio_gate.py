"""Who gets into the studio, and what stays out: other sites, visitors without the token, and file names that lead elsewhere."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Mistake
from sim.studio import desk as desks
from sim.studio.desk import (
    GONE,
    GONE_WITHOUT_FILES,
    LARGEST,
    LONGEST,
    MOST_DESKS,
    MOST_FILES,
    Desk,
    Desks,
    safe_name,
)
from sim.studio.server import COOKIE, Gate, is_loopback
from sim.studio.work import Stopped, Work

HERE = frozenset({"127.0.0.1", "localhost"})
TOKEN = "open-sesame"


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    """What lies behind the gate."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})


def asked(gate: Gate, kind: str = "http", query: str = "", **headers: str) -> list[dict]:
    """What the gate answers to one request; header names with dashes are written with underscores."""
    sent: list[dict] = []
    scope = {
        "type": kind, "path": "/live", "query_string": query.encode(), "method": "GET",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request"}

    with pytest.raises(StopIteration):  # nothing in the gate waits, so the coroutine ends at the first step
        gate(scope, receive, send).send(None)
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_of_another_site_cannot_talk_to_a_studio_on_this_machine(kind: str) -> None:
    gate = Gate(_inner, HERE, None)
    ours = asked(gate, kind, host="127.0.0.1:8765", origin="http://127.0.0.1:8765")
    assert ours[0].get("status", 200) == 200 and ours[0]["type"] != "websocket.close"
    for wrong in (
        {"host": "evil.example:8765"},
        {"host": "127.0.0.1:8765", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:9999"},
        {},
    ):
        answer = asked(gate, kind, **wrong)
        assert answer[0].get("status") == 403 or answer[0]["type"] == "websocket.close"


def test_the_token_opens_is_remembered_and_leaves_the_address() -> None:
    gate = Gate(_inner, None, TOKEN)
    assert asked(gate, host="studio.example")[0]["status"] == 401
    assert asked(gate, host="studio.example", query="token=wrong")[0]["status"] == 401
    assert asked(gate, "websocket", host="studio.example", query=f"token={TOKEN}")[0]["type"] == "websocket.close"
    opened = asked(gate, host="studio.example", query=f"token={TOKEN}")[0]
    headers = dict(opened["headers"])
    assert opened["status"] == 303 and headers[b"location"] == b"/live"
    cookie = headers[b"set-cookie"].decode().split(";")[0]
    assert "HttpOnly" in headers[b"set-cookie"].decode()
    assert asked(gate, host="studio.example", cookie=cookie)[0]["status"] == 200
    assert asked(gate, "websocket", host="studio.example", cookie=cookie)[0]["type"] == "websocket.accept"
    assert asked(gate, host="studio.example", cookie=f"{COOKIE}=guess")[0]["status"] == 401


def test_only_this_machine_is_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.1.5", "::", "studio.example")))


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system.ini": "system.ini",
    "/etc/shadow": "shadow",
    "..": "customers.csv",
    ".hidden": "hidden",
    "": "customers.csv",
    "<img src=x onerror=alert(1)>.csv": "_img src_x onerror_alert(1)_.csv",
    "kunden\x00.csv": "kunden_.csv",
    "Kündigungen 2026.csv": "Kündigungen 2026.csv",
}


@pytest.mark.parametrize(("name", "kept"), NAMES.items())
def test_a_hostile_name_becomes_a_plain_one(name: str, kept: str) -> None:
    assert safe_name(name, "customers.csv") == kept


@given(st.text(max_size=500))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    kept = safe_name(name)
    assert 0 < len(kept) <= LONGEST and Path(kept).name == kept and not kept.startswith(".")
    assert (Path("/desk") / kept).resolve().parent == Path("/desk").resolve()


def test_a_file_that_is_too_large_is_told_and_the_oldest_makes_room(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(Mistake, match="at most 50 MB"):
        desk.put("big.csv", io.BytesIO(b""), LARGEST + 1)
    for number in range(MOST_FILES + 5):
        path = desk.put(f"{number}.csv", io.BytesIO(b"id\n1\n"), 5)
        assert path.read_bytes() == b"id\n1\n"
    assert len(list(tmp_path.iterdir())) == MOST_FILES and path.is_file()


def test_visitors_do_not_see_each_others_desks() -> None:
    room = Desks()
    one, two = room.of("one"), room.of("two")
    path = one.put("mine.csv", io.BytesIO(b"x"), 1)
    assert room.of("one") is one and two.find("mine.csv") is None
    assert room.opened(one.key, "one") is one
    assert room.opened(one.key, "two") is None and room.opened("guess", "one") is None
    assert path.exists()
    room.close()
    assert not one.folder.parent.exists()


def test_a_full_house_is_told_and_nobody_loses_a_desk_until_they_have_gone_for_good() -> None:
    now = [0.0]
    room = Desks(lambda: now[0])
    first = room.of("with a file").put("mine.csv", io.BytesIO(b"x"), 1)
    room.come("still here")
    for number in range(MOST_DESKS - 2):
        room.of(f"without files {number}")
    assert not room.welcome("one more") and room.welcome("with a file")
    with pytest.raises(Mistake, match="full"):
        room.of("one more")
    with pytest.raises(Mistake, match="full"):
        room.come("one more")
    now[0] = GONE_WITHOUT_FILES + 1
    assert (
        room.welcome("one more") and first.exists() and not room.knows("without files 0") and room.knows("still here")
    )
    now[0] = GONE + 1
    room.of("one more")
    assert not first.exists() and room.knows("still here")
    room.close()


def test_files_on_a_desk_make_room_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "LARGEST", 10)
    monkeypatch.setattr(desks, "MOST_BYTES", 40)
    desk = Desk(tmp_path)
    for number in range(8):
        desk.put(f"{number}.csv", io.BytesIO(b"x" * 10), 10)
        assert sum(file.stat().st_size for file in desk.files()) <= 40
    assert desk.find("7.csv") and not desk.find("0.csv")


PATIENCE = 60
"""Seconds until something that does not come is given up; a loaded machine is slow."""


def waited(work: Work) -> Work:
    late = time.monotonic() + PATIENCE
    while work.running and time.monotonic() < late:
        time.sleep(0.01)
    assert not work.running, "the work did not end"
    return work


def test_work_ends_with_a_result_a_sentence_or_a_fault_that_is_told() -> None:
    work = Work(lambda: None)
    work.start(3, lambda own: [own.step() for _ in range(3)] and "done")
    assert waited(work).result == "done" and work.done == 3

    def wrong(own: Work) -> None:
        raise Mistake("this file holds no rows")

    def broken(own: Work) -> None:
        raise ZeroDivisionError("oh")

    work.start(1, wrong)
    assert waited(work).mistake == "this file holds no rows" and work.result is None
    work.start(1, broken)
    assert "ZeroDivisionError" in waited(work).mistake


def test_work_that_is_called_off_stops_and_a_new_piece_takes_its_place() -> None:
    work, stopped, begun = Work(lambda: None), threading.Event(), threading.Event()

    def endless(own: Work) -> str:
        own.on_cancel(stopped.set)
        begun.set()
        stopped.wait(PATIENCE)
        return "kept so far"

    work.start(10, endless)
    assert begun.wait(PATIENCE)
    work.cancel()
    assert waited(work).result == "kept so far" and work.called_off and stopped.is_set()

    def obedient(own: Work) -> None:
        raise Stopped

    work.start(1, obedient)
    assert waited(work).result is None and work.mistake == ""


def test_work_in_whose_place_other_work_was_begun_no_longer_counts() -> None:
    work, go_on, begun, stopped = Work(lambda: None), threading.Event(), threading.Event(), threading.Event()
    ended = threading.Event()

    def slow(own: Work) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        own.step(100)
        own.on_cancel(stopped.set)
        ended.set()

    work.start(100, slow)
    assert begun.wait(PATIENCE)
    work.start(3, lambda own: [own.step() for _ in range(3)] and "second")
    assert waited(work).result == "second"
    go_on.set()
    assert ended.wait(PATIENCE) and stopped.is_set()
    assert (work.done, work.total, work.result) == (3, 3, "second")


def test_a_port_that_is_taken_and_a_token_that_is_short_are_told() -> None:
    import socket

    from typer.testing import CliRunner

    from sim.cli import app

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        asked = CliRunner().invoke(app, ["studio", "--no-browser", "--port", str(port)])
    assert asked.exit_code == 2 and f"port {port}" in asked.output and "--port" in asked.output
    asked = CliRunner().invoke(app, ["studio", "--no-browser", "--token", "abc"])
    assert asked.exit_code == 2 and "at least 8 characters" in asked.output
    assert CliRunner().invoke(app, ["studio", "--port", "70000"]).exit_code == 2
