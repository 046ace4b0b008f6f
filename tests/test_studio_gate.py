"""Who gets into the studio, and what stays out: other sites, visitors without the token, and file names that lead elsewhere."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Mistake
from sim.studio.server import gate as gate_module
from sim.studio.server.answers import HEADERS
from sim.studio.server.gate import COOKIE, Gate
from sim.studio.server.passes import ALL, LASTS, ONE, Guesses, Passes
from sim.studio.server.server import is_loopback
from sim.studio.visitor import files as desks
from sim.studio.visitor.files import (
    GONE,
    GONE_WITHOUT_FILES,
    LARGEST,
    LONGEST,
    MOST_DESKS,
    MOST_FILES,
    FilesOfVisitors,
    VisitorFiles,
    safe_name,
)
from sim.studio.visitor.house import House
from sim.studio.visitor.work import Stopped, Work

HERE = frozenset({"127.0.0.1", "localhost"})
PAGES = frozenset({"/", "/live"})
TOKEN = "open-sesame"


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    """What lies behind the gate; ``/broken`` does not stand."""
    if scope["path"] == "/broken":
        raise ZeroDivisionError("of the program")
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})


def asked(gate: Gate, kind: str = "http", query: str = "", path: str = "/live", **headers: str) -> list[dict]:
    """What the gate answers to one request; header names with dashes are written with underscores."""
    sent: list[dict] = []
    scope = {
        "type": kind, "path": path, "query_string": query.encode(), "method": "GET", "client": ("10.0.0.7", 4000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request"}

    with pytest.raises(StopIteration):  # nothing in the gate waits, so the coroutine ends at the first step
        gate(scope, receive, send).send(None)
    return sent


def header(answer: list[dict], name: str) -> str:
    """A header of an answer; empty when it is not there."""
    return dict(answer[0]["headers"]).get(name.encode(), b"").decode()


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_of_another_site_cannot_talk_to_a_studio_on_this_machine(kind: str) -> None:
    gate = Gate(_inner, HERE, None, PAGES)
    ours = asked(gate, kind, host="127.0.0.1:8765", origin="http://127.0.0.1:8765")
    assert ours[0].get("status", 200) == 200 and ours[0]["type"] != "websocket.close"
    for wrong in (
        {"host": "evil.example:8765"},
        {"host": "127.0.0.1:8765", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:9999"},
        {"host": "127.0.0.1:8765", "origin": "null"},
        {"host": "127.0.0.1:8765", "sec_fetch_site": "cross-site"},
        {"host": "127.0.0.1:8765", "sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"},
        {"host": "[::1"},
        {},
    ):
        answer = asked(gate, kind, **wrong)
        assert answer[0].get("status") in (400, 403) or answer[0]["type"] == "websocket.close"


def test_the_token_opens_is_remembered_and_leaves_the_address() -> None:
    gate = Gate(_inner, None, TOKEN, PAGES)
    assert asked(gate, host="studio.example")[0]["status"] == 401
    assert asked(gate, host="studio.example", query="token=wrong")[0]["status"] == 401
    assert asked(gate, "websocket", host="studio.example", query=f"token={TOKEN}")[0]["type"] == "websocket.close"
    opened = asked(gate, host="studio.example", query=f"week=3&token={TOKEN}&policy=a%26b")
    assert opened[0]["status"] == 303 and header(opened, "location") == "/live?week=3&policy=a%26b"
    cookie = header(opened, "set-cookie")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    shown = cookie.split(";")[0]
    assert asked(gate, host="studio.example", cookie=shown)[0]["status"] == 200
    assert asked(gate, "websocket", host="studio.example", cookie=shown)[0]["type"] == "websocket.accept"
    for guess in ("guess", TOKEN, shown.split("=")[1][:-1], ""):
        assert asked(gate, host="studio.example", cookie=f"{COOKIE}-web={guess}")[0]["status"] == 401
    again = asked(gate, host="studio.example", cookie=shown, query="token=whatever")  # a link with a token, once more
    assert again[0]["status"] == 303 and header(again, "location") == "/live"
    assert header(again, "set-cookie").split(".")[0] == cookie.split(".")[0]


def test_the_token_of_teachers_opens_and_makes_a_teacher_and_no_other_token_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes, kept = Passes(), House(shared=True, teachers_token="for teachers alone")
    monkeypatch.setattr(gate_module, "HOUSE", kept)
    gate = Gate(_inner, None, TOKEN, PAGES, passes)

    def came(query: str, **more: str) -> str:
        """The visitor that whoever comes so is from then on."""
        given = header(asked(gate, host="studio.example", query=query, **more), "set-cookie").split(";")[0]
        return passes.visitor(given.partition("=")[2]) or ""

    student, teacher = came(f"token={TOKEN}"), came("token=for+teachers+alone")
    assert student and teacher and kept.may_write(teacher) and not kept.may_write(student)
    shown = f"{COOKIE}-web={passes.given(student)}"
    assert came("token=guessed", cookie=shown) == student and not kept.may_write(student)
    assert came("token=for+teachers+alone", cookie=shown) == student and kept.may_write(student)  # who was in before
    kept.teachers_token = ""
    assert came("token=", cookie=f"{COOKIE}-web={passes.given('0' * 64)}") and not kept.may_write("0" * 64)
    assert asked(gate, host="studio.example", query="token=for+teachers+alone")[0]["status"] == 401


def test_behind_a_server_with_a_certificate_the_studio_has_that_servers_name() -> None:
    gate = Gate(_inner, None, TOKEN, PAGES)
    opened = asked(gate, host="studio.example", query=f"token={TOKEN}", x_forwarded_proto="https")
    cookie = header(opened, "set-cookie").split(";")[0]
    for origin, kept_out in (("https://studio.example", False), ("https://evil.example", True)):
        answer = asked(gate, "websocket", host="studio.example", origin=origin, cookie=cookie)
        assert (answer[0]["type"] == "websocket.close") == kept_out


def test_a_pass_of_one_studio_opens_no_other() -> None:
    one, other = Gate(_inner, None, TOKEN, PAGES), Gate(_inner, None, TOKEN, PAGES)
    cookie = header(asked(one, host="studio.example", query=f"token={TOKEN}"), "set-cookie").split(";")[0]
    assert asked(one, host="studio.example", cookie=cookie)[0]["status"] == 200
    assert asked(other, host="studio.example", cookie=cookie)[0]["status"] == 401


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/desk/a/b", "http://evil.example", "/live/", "//evil/%2f.."]
)
def test_a_right_token_leads_to_pages_alone(path: str) -> None:
    gate = Gate(_inner, None, TOKEN, PAGES)
    answer = asked(gate, host="studio.example", path=path, query=f"token={TOKEN}")
    assert answer[0]["status"] == 401 and not header(answer, "location") and not header(answer, "set-cookie")
    assert b'action="/"' in answer[1]["body"] and b"evil" not in answer[1]["body"]


def test_the_form_keeps_what_stands_in_the_address_as_text() -> None:
    answer = asked(
        Gate(_inner, None, TOKEN, PAGES), host="studio.example", query="week=3&note=%22%3E%3Cscript%3E&token=x"
    )
    body = answer[1]["body"].decode()
    assert (
        '<input type="hidden" name="week" value="3">' in body
        and "<script" not in body
        and "&quot;&gt;&lt;script" in body
    )
    assert 'action="/live"' in body


def test_a_fault_of_the_program_shows_a_page_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    answer = asked(Gate(_inner, HERE, None, PAGES), host="localhost", path="/broken")
    assert (
        answer[0]["status"] == 500 and b"ZeroDivision" not in answer[1]["body"] and b"went wrong" in answer[1]["body"]
    )
    assert all(header(answer, name.lower()) == value for name, value in HEADERS.items())
    assert "ZeroDivisionError" in caplog.text  # where it is of use: in the terminal
    caplog.clear()
    assert (
        asked(Gate(_inner, HERE, None, PAGES), "websocket", host="localhost", path="/broken")[0]["type"]
        == "websocket.close"
    )
    assert len(caplog.messages) == 1 and "\n" not in caplog.messages[0]


def test_what_the_pages_see_of_a_request_is_no_more_than_they_need() -> None:
    seen: list[dict] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    gate = Gate(inner, HERE, None, PAGES)
    asked(
        gate,
        host="localhost",
        x_script_name="//evil",
        x_forwarded_host="evil",
        cookie="solara-session-id=chosen; other=1",
    )
    names = [name for name, _ in seen[0]["headers"]]
    assert names == [b"host", b"cookie"] and seen[0]["root_path"] == ""
    assert b"chosen" not in dict(seen[0]["headers"])[b"cookie"]


def test_a_pass_lasts_a_month_and_only_as_it_was_given() -> None:
    now = [1000.0]
    passes = Passes(clock=lambda: now[0])
    given = passes.given()
    visitor = passes.visitor(given)
    assert visitor and passes.visitor(passes.given(visitor)) == visitor and passes.given() != given
    for place in range(len(given)):
        assert passes.visitor(given[:place] + ("A" if given[place] != "A" else "B") + given[place + 1 :]) is None
    now[0] += LASTS + 1
    assert passes.visitor(given) is None


@given(st.text(max_size=200))
def test_nothing_made_up_is_a_pass(text: str) -> None:
    assert Passes().visitor(text) is None


class Waiting:
    """A clock that stands still but for the sleep of those who wait, who are all let go on in their turn."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


Given = TypeVar("Given")


def ran(coroutine: Coroutine[Any, Any, Given]) -> Given:
    """What it gives, on a thread of its own: a browser that is driven in this process has a loop on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_guesses_become_slow_and_a_right_token_still_gets_in() -> None:
    time_, wrong = Waiting(), 200
    guesses = Guesses(lambda: time_.now, time_.sleep)

    async def one_after_the_other() -> bool:
        for _ in range(wrong):
            assert await guesses.turn("10.0.0.7")
            guesses.wrong("10.0.0.7")
        return await guesses.turn("10.0.0.7")

    assert ran(one_after_the_other())
    assert time_.now > (wrong - 2 * ONE.free) * ONE.longest and max(time_.slept) <= ONE.longest * ONE.most_waiting
    before = len(time_.slept)
    assert ran(guesses.turn("10.0.0.8")) and len(time_.slept) == before  # a classmate notices nothing
    time_.now += Guesses.FORGIVEN
    assert ran(guesses.turn("10.0.0.7")) and len(time_.slept) == before


def test_many_guesses_at_once_are_not_even_looked_at() -> None:
    time_ = Waiting()
    guesses = Guesses(lambda: time_.now, time_.sleep)
    for _ in range(ONE.free):
        guesses.wrong("2001:db8::1")

    async def at_once() -> list[bool]:
        return await asyncio.gather(*(guesses.turn(f"2001:db8::{place:x}") for place in range(100)))

    assert sum(ran(at_once())) == ONE.most_waiting  # a whole network of 64 bits is one household


def test_what_is_kept_of_guesses_is_bounded_and_a_clean_address_is_never_made_to_wait() -> None:
    time_ = Waiting()
    guesses = Guesses(lambda: time_.now, time_.sleep)
    for place in range(3 * Guesses.MOST):
        guesses.wrong(f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}")
    assert len(guesses._known) == Guesses.MOST
    assert ran(guesses.turn("192.168.0.1")) and not time_.slept
    assert ran(guesses.turn(f"10.0.{(3 * Guesses.MOST - 1) >> 8 & 255}.255")) and time_.slept == [ALL.longest]


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
    desk = VisitorFiles(tmp_path)
    with pytest.raises(Mistake, match="at most 50 MB"):
        desk.put("big.csv", io.BytesIO(b""), LARGEST + 1)
    for number in range(MOST_FILES + 5):
        path = desk.put(f"{number}.csv", io.BytesIO(b"id\n1\n"), 5)
        assert path.read_bytes() == b"id\n1\n"
    assert len(list(tmp_path.iterdir())) == MOST_FILES and path.is_file()


def test_visitors_do_not_see_each_others_desks() -> None:
    room = FilesOfVisitors()
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
    room = FilesOfVisitors(lambda: now[0])
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
    desk = VisitorFiles(tmp_path)
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
    for token in ("abc", " " * 20, "sesame\nsesame", "sesame-\udcff-sesame"):
        asked = CliRunner().invoke(app, ["studio", "--no-browser", "--token", token])
        assert asked.exit_code == 2 and "at least 8 characters" in asked.output
    asked = CliRunner().invoke(app, ["studio", "--no-browser", "--host", "a" * 80])
    assert asked.exit_code == 2 and "cannot listen" in asked.output
    assert CliRunner().invoke(app, ["studio", "--port", "70000"]).exit_code == 2
