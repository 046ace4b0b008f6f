"""The door of the studio: who gets in, what a page of another site gets, and a first paint that needs no program of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from processes import copy_programs, digests, end, start_on_copy, start_studio
from requests_made import asked

from sim.studio.app import WELCOME, page_files
from sim.studio.server import assets

pytestmark = pytest.mark.browser
TOKEN = "a-word-for-the-class"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """A studio for a class, without its token."""
    process, address = start_studio("--host", "0.0.0.0", "--token", TOKEN)
    try:
        assert address.endswith(f"?token={TOKEN}")
        yield address.split("?")[0].replace("0.0.0.0", "127.0.0.1")
    finally:
        end(process)


def test_beyond_this_machine_the_studio_asks_for_its_token(guarded: str, visitors: Any) -> None:
    stranger, student = visitors.come(), visitors.come()
    assert stranger.goto(guarded + "live").status == 401
    stranger.get_by_label("token").fill("guess")
    with stranger.expect_response(lambda answer: "guess" in answer.url) as answered:
        stranger.get_by_role("button", name="Open").click()
    assert answered.value.status == 401
    student.goto(guarded + "live?week=3")
    student.get_by_label("token").fill(TOKEN)
    student.get_by_role("button", name="Open").click()
    student.wait_for_selector("#content h1")
    assert "token" not in student.url and student.url.endswith("/live?week=3")
    cookies = student.context.cookies()
    assert cookies and all(cookie["httpOnly"] and TOKEN not in cookie["value"] for cookie in cookies)
    assert student.evaluate("document.cookie") == ""


def test_one_who_guesses_is_slowed_down_and_the_class_gets_in(guarded: str, visitors: Any) -> None:
    inside = visitors.come()
    inside.goto(f"{guarded}?token={TOKEN}")
    inside.wait_for_selector(".studio-card")

    def guess(number: int) -> int:
        return asked(guarded, f"/?token=guess-{number}").status

    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(guess, range(60)))
    assert set(answers) == {401, 429} and answers.count(429) > answers.count(401)
    right = asked(guarded, f"/live?token={TOKEN}")  # from the same address
    assert right.status == 303 and right.headers["location"] == "/live"
    assert asked(guarded, f"//evil.example?token={TOKEN}").status == 401
    inside.reload()
    inside.wait_for_selector(".studio-card")


def test_the_first_paint_can_be_read_and_clicked_before_any_program_runs(studio: str, visitors: Any) -> None:
    page = visitors.come(java_script_enabled=False)
    page.goto(studio)
    assert page.inner_text("h1") == WELCOME[0]
    first = page_files()[0]
    page.click(f"nav >> text={first.module.TITLE}")
    page.wait_for_url(f"{studio}{first.slug}")
    assert page.inner_text("h1") == first.module.TITLE


ATTACK = """<!doctype html><title>another site</title><body><script>
const told = [], studio = "{studio}", kinds = ["img", "script", "iframe", "embed", "audio"];
const wanted = ["_solara/cdn/@widgetti/{program}", "_solara/cdn/@widgetti/{program}/", "_solara/cdn/@widgetti", "_solara/cdn/",
  "_solara/cdn/@widgetti/{program}/dist", "_solara/cdn/requirejs@2.3.6", "_solara/cdn/requirejs@2.3.6/require.js",
  "_solara/cdn/lodash@4.17.21/lodash.js", "_solara/cdn/%2e%2e", "static/ansi.js", "studio/plotly.js", "", "live", "readyz"];
const jobs = [];
for (const path of wanted) {{
  for (const kind of kinds) jobs.push(new Promise(done => {{
    const piece = document.createElement(kind);
    piece.onload = () => {{ told.push(kind + " " + path); done(); }};
    piece.onerror = done;
    setTimeout(done, 4000);
    piece.src = studio + path;
    if (kind === "iframe" || kind === "embed") piece.onload = done;
    document.body.append(piece);
  }}));
  for (const method of ["GET", "POST"])
    for (const mode of ["no-cors", "cors"])
      jobs.push(fetch(studio + path, {{method, mode}}).then(() => told.push(mode + " " + path), () => 0));
}}
jobs.push(new Promise(done => {{
  const socket = new WebSocket(studio.replace("http", "ws") + "jupyter/api/kernels/a/channels?session_id=b");
  socket.onopen = () => {{ told.push("websocket"); done(); }};
  socket.onerror = done;
}}));
const form = document.createElement("form");
Object.assign(form, {{action: studio + "_solara/api/close/a?session_id=b", method: "post"}});
document.body.append(Object.assign(document.createElement("iframe"), {{name: "target"}}), form);
form.target = "target"; form.submit();
Promise.all(jobs).then(() => {{ document.title = "done"; window.told = told; }});
</script>"""
NESTED = """<!doctype html><title>done</title><iframe sandbox="allow-scripts" src="/attack"></iframe>"""
LINK = """<!doctype html><a href="{studio}live?week=3">to the studio</a>"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_programs(tmp_path_factory.mktemp("copied"))


@pytest.fixture(scope="module")
def copied(programs: Path) -> Iterator[str]:
    """A studio whose programs are a copy."""
    process, address = start_on_copy(programs)
    try:
        yield address
    finally:
        end(process)


@pytest.fixture(scope="module")
def another_site(copied: str) -> Iterator[str]:
    """Pages on another port, which would do harm."""
    program = next(folder.name for folder in (assets.folder() / "@widgetti").glob("solara-vuetify-app@*"))
    pages = {
        "/attack": ATTACK.format(studio=copied, program=program),
        "/nested": NESTED,
        "/link": LINK.format(studio=copied),
    }

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("way", ["/attack", "/nested"], ids=["the same host", "any host"])
def test_a_page_of_another_site_gets_nothing_and_removes_nothing(
    copied: str, another_site: str, programs: Path, visitors: Any, way: str
) -> None:
    before, page = digests(programs), visitors.come()
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)) if copied in answer.url else None)
    page.goto(another_site + way)
    frame = page.main_frame if way == "/attack" else page.frames[1]
    frame.wait_for_function("document.title === 'done'")
    assert frame.evaluate("told") == []
    assert len(answers) > 10 and {status for _, status in answers} == {403}  # of what the browser lets itself see
    assert digests(programs) == before
    refused = [fault for fault in visitors.faults if "frame" in fault.lower()]
    assert refused == visitors.faults  # the browser says that it shows the studio in no frame
    visitors.faults.clear()


def test_a_link_on_another_site_leads_to_a_page_and_to_the_same_desk(
    copied: str, another_site: str, visitors: Any
) -> None:
    page = visitors.come()
    page.goto(copied)
    page.wait_for_selector(".studio-card")
    known = {cookie["value"].split(".")[0] for cookie in page.context.cookies()}
    page.goto(f"{another_site}/link")
    page.click("a")
    page.wait_for_selector("#content h1")
    page.wait_for_load_state("networkidle")
    assert page.url == f"{copied}live?week=3"
    assert known <= {cookie["value"].split(".")[0] for cookie in page.context.cookies()}
