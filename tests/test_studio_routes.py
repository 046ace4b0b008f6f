"""Every address that the studio answers, listed: how it may be asked, by whom, with which headers; there is no other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from browser.processes import copy_programs, digests, end, start_on_copy
from hypothesis import given, settings
from hypothesis import strategies as st
from requests_made import PATIENCE, Answered, asked, sent, upgrade

from sim.studio.server import assets
from sim.studio.server.answers import HEADERS
from sim.studio.server.server import page_paths

LISTED = {
    **{
        path: ({"GET", "HEAD"}, path)
        for path in ("/", "/company", "/compare", "/explore", "/lessons", "/library", "/live")
    },
    "/desk/{key}/{name}": ({"GET", "HEAD"}, "/desk/key/report.html"),
    "/studio/plotly.js": ({"GET", "HEAD"}, "/studio/plotly.js"),
    "/_solara/cdn/{name:path}": ({"GET", "HEAD"}, "/_solara/cdn/requirejs@2.3.6/require.js"),
    "/static/{name:path}": ({"GET", "HEAD"}, "/static/ansi.js"),
    "/jupyter/nbextensions/{name:path}": ({"GET", "HEAD"}, "/jupyter/nbextensions/jupyter-vue/nodeps.js"),
    "/_solara/api/close/{kernel}": ({"POST"}, "/_solara/api/close/some-page?session_id=some-tab"),
    "/jupyter/api/kernels/{kernel}/channels": (set(), "/jupyter/api/kernels/some-page/channels?session_id=some-tab"),
}
"""Every route: the methods it answers (none for a websocket) and an example. A new one is written here."""
PAGES = set(page_paths())
EXAMPLES = {path: example for path, (methods, example) in LISTED.items() if methods}
HOSTILE = {
    "SOLARA_ASSETS_PROXY": "True", "SOLARA_MODE": "development", "SOLARA_ROOT_PATH": "//evil.example", "SOLARA_APP": "os",
    "SOLARA_ASSETS_CDN": "https://evil.example/", "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "True", "SOLARA_OAUTH_PRIVATE": "True",
    "solara_tracer": "True", "SOLARA_STATE_BACKEND": "redis", "SOLARA_SSG_ENABLED": "True", "SOLARA_USE_PDB": "True",
    "FORWARDED_ALLOW_IPS": "*",
}  # fmt: skip
"""An environment in which every door of Solara would stand open."""
GARBLED = {"WEB_CONCURRENCY": "many", "WEBSOCKETS_MAX_LINE_LENGTH": "long", "SOLARA_KERNEL_CULL_TIMEOUT": "for ever"}
"""Variables with which nothing of the kind would start."""
NAMED = """
import json, sys
asked = []
sys.addaudithook(lambda event, args: asked.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from sim.studio.server.server import page_paths, pages
page_paths()  # a page is imported, and Solara with it, before the studio has said how it wants it
def walked(routes, before=""):
    for route in routes:
        if getattr(route, "routes", None) is not None:
            yield from walked(route.routes, before + route.path)
        else:
            yield before + route.path, sorted(getattr(route, "methods", None) or [])
listed = list(walked(pages().routes))
import solara.settings
from solara.server import settings
values = {name: getattr(settings, name).dict() for name in ("main", "telemetry", "oauth", "ssg", "state")}
values["assets"] = solara.settings.assets.dict()
print(json.dumps({"routes": listed, "settings": values, "asked": asked}, default=str))
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the programs that the pages load, with more beside them that nobody is to have."""
    copy = copy_programs(tmp_path_factory.mktemp("cdn"))
    dist = next(copy.glob("@widgetti/solara-vuetify-app@*")) / "dist"
    (dist / "page.html").write_text("<script>alert(1)</script>")
    (dist / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (copy.parent / "secret.js").write_text("secret")
    (dist / "linked.js").symlink_to(copy.parent / "secret.js")
    (dist / "linked").symlink_to(copy.parent)
    return copy


@pytest.fixture(scope="module")
def studio(programs: Path) -> Iterator[str]:
    """A studio in a hostile environment, whose programs are a copy."""
    process, address = start_on_copy(programs, **HOSTILE, **GARBLED)
    try:
        yield address
    finally:
        end(process)


@pytest.fixture(scope="module")
def named() -> dict:
    """What an application in a hostile environment says of itself."""
    command = [sys.executable, "-W", "ignore", "-c", NAMED]
    done = subprocess.run(command, env=os.environ | HOSTILE, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def sealed(answer: Answered) -> bool:
    """Whether an answer has every header that each has."""
    for name, value in HEADERS.items():
        given = answer.headers.get(name.lower(), "")
        if name == "Cross-Origin-Opener-Policy" and "sandbox" in answer.headers["content-security-policy"]:
            continue
        if name not in ("Content-Security-Policy", "Cache-Control") and given != value:
            return False
    policy = answer.headers.get("content-security-policy", "")
    return "frame-ancestors 'none'" in policy and "default-src" in policy and "cache-control" in answer.headers


def test_every_route_is_listed_and_solara_adds_none(named: dict) -> None:
    assert {path: set(methods) for path, methods in named["routes"]} == {
        path: methods for path, (methods, _) in LISTED.items()
    }
    assert {path for path in LISTED if "{" not in path and path != "/studio/plotly.js"} == PAGES


def test_no_environment_opens_a_door_again(named: dict) -> None:
    found = named["settings"]
    assert found["main"]["mode"] == "production" and found["main"]["root_path"] == ""
    assert not any(found["main"][name] for name in ("use_pdb", "tracer", "timing", "resourcez_token"))
    assert not found["assets"]["proxy"] and found["assets"]["cdn"] == "/_solara/cdn/"
    assert not found["telemetry"]["mixpanel_enable"] and not found["oauth"]["private"] and not found["ssg"]["enabled"]
    assert found["state"]["backend"] == "" and not found["state"]["test_eviction"]
    assert named["asked"] == []  # no name was looked up, nobody was called


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_route_answers_its_methods_alone(studio: str, path: str) -> None:
    methods, example = LISTED[path]
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "BREW"):
        answer = asked(studio, example, method, Content_Length="0")
        meant = 404 if path.startswith("/desk") else 204 if methods == {"POST"} else 200
        assert answer.status == (meant if method in methods else 405), method
        assert sealed(answer) and "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


CROSS = [
    {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest}
    for site in ("cross-site", "same-site", "unheard-of")
    for mode, dest in (("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe"), ("", ""))
]
FOREIGN = [
    *CROSS,
    *(
        {"Origin": origin}
        for origin in ("http://evil.example", "null", "http://127.0.0.1:9", "http://127.0.0.1@evil", "x")
    ),
    {"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"},
]


@pytest.mark.parametrize("path", LISTED)
def test_another_site_gets_nothing(studio: str, path: str) -> None:
    methods, example = LISTED[path]
    for headers in FOREIGN:
        if not methods:
            answer = upgrade(studio, example, **headers)
        else:
            answer = asked(studio, example, next(iter(methods - {"HEAD"})), **headers)
        assert answer.status == 403 and sealed(answer) and "set-cookie" not in answer.headers, headers


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_link_leads_to_a_page_and_to_nothing_else(studio: str, path: str) -> None:
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert asked(studio, LISTED[path][1], **followed).status == (200 if path in PAGES else 403)
    assert asked(studio, LISTED[path][1], "POST", **followed).status == 403
    old = asked(studio, LISTED[path][1], Referer="http://evil.example/page")  # a browser that says no more
    assert old.status == (200 if path in PAGES else 403)
    own = asked(
        studio, LISTED[path][1], "POST" if LISTED[path][0] == {"POST"} else "GET", Referer=f"{studio}live?week=3"
    )
    assert own.status in (200, 204, 404)


def test_who_follows_a_link_keeps_their_desk(studio: str) -> None:
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    step = asked(studio, "/live?week=3", **followed)  # browsers hold the pass back at first
    assert (
        'http-equiv="refresh" content="0;url=/live?week=3"' in step.body.decode()
        and "<script" not in step.body.decode()
    )
    once_more = asked(studio, "/live?week=3", Cookie=step.cookie, **followed)  # if it still does not come: no circle
    assert "first" not in once_more.cookie and b"<script" in once_more.body and "set-cookie" not in once_more.headers
    home = asked(studio, "/live")
    again = asked(studio, "/live", Cookie=home.cookie, **followed)
    assert again.cookie.split(".")[0] == home.cookie.split(".")[0]


HOSTS = {
    400: ["[::1", "[", "]", "", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "a@127.0.0.1", "127.0.0.1/", "127.0.0.1,evil",
          "127.0.0.1:80:80", "[::1]x", "[x]", "::1", "http://127.0.0.1", "127.0.0.1\\evil", "127.0.0.1?", "127.0.0.1#", "-"],
    403: ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "0.0.0.0", "[::]", "127.0.0.2", "localhost.evil"],
    200: ["127.0.0.1", "LocalHost:5", "[::1]:8765", "[0:0:0:0:0:0:0:1]:80"],
}  # fmt: skip


@pytest.mark.parametrize(("status", "host"), [(status, host) for status, hosts in HOSTS.items() for host in hosts])
def test_a_name_is_read_strictly(studio: str, status: int, host: str) -> None:
    answer = asked(studio, "/", host=host)
    assert answer.status == status and sealed(answer)


def test_headers_that_stand_twice_are_believed_in_no_way(studio: str) -> None:
    here = f"Host: {urlsplit(studio).netloc}\r\nConnection: close\r\n"
    assert sent(studio, f"GET / HTTP/1.1\r\n{here}Host: evil.example\r\n\r\n".encode()).status == 400
    own = studio.rstrip("/")
    twice = f"GET / HTTP/1.1\r\n{here}Origin: {own}\r\nOrigin: http://evil.example\r\n\r\n"
    assert sent(studio, twice.encode()).status == 403
    twice = f"GET / HTTP/1.1\r\n{here}Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n\r\n"
    assert sent(studio, twice.encode()).status == 403
    assert sent(studio, b"GET / HTTP/1.0\r\n\r\n").status == 400


def test_no_header_changes_what_later_visitors_see(studio: str) -> None:
    plain = asked(studio, "/live").body
    for name in (
        "X_Script_Name",
        "Script_Name",
        "X_Forwarded_Prefix",
        "X_Forwarded_Host",
        "X_Forwarded_Proto",
        "Forwarded",
    ):
        poisoned = asked(studio, "/live", **{name: "//evil.example"})
        assert b"evil" not in poisoned.body
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example", "X_Forwarded_For": "10.0.0.1"}
    assert b"evil" not in asked(studio, "/live", **forwarded).body
    without_numbers = [re.sub(rb'nonce="[^"]*"', b"", page) for page in (plain, asked(studio, "/live").body)]
    assert without_numbers[0] == without_numbers[1]


def test_scripts_of_a_page_carry_its_number(studio: str) -> None:
    pages = [asked(studio, "/live") for _ in range(2)]
    numbers = [re.search(r"'nonce-([\w-]{20,})'", page.headers["content-security-policy"])[1] for page in pages]
    assert numbers[0] != numbers[1]
    for page, number in zip(pages, numbers, strict=True):
        assert set(re.findall(r"<script([^>]*)>", page.body.decode()))
        assert all(f'nonce="{number}"' in rest for rest in re.findall(r"<script([^>]*)>", page.body.decode()))
        assert "unsafe-inline" not in re.search(r"script-src[^;]*", page.headers["content-security-policy"])[0]
        assert page.headers["cache-control"] == "no-store"


def test_a_visitors_number_is_given_by_the_studio_and_by_nobody_else(studio: str) -> None:
    first = asked(studio, "/live")
    written = first.headers["set-cookie"]
    assert "HttpOnly" in written and "SameSite=Strict" in written and "Path=/" in written
    back = asked(studio, "/live", Cookie=first.cookie)
    assert back.cookie.split(".")[0] == first.cookie.split(".")[0]
    name, _, value = first.cookie.partition("=")
    visitor, given, signed = value.split(".")
    own = {visitor}
    for forged in (visitor, f"{visitor}.{given}", f"{visitor}.{int(given) + 1}.{signed}", f"x{visitor[1:]}.{given}.{signed}", "",
                   "a" * 5000, "../../etc", f"{visitor}.{given}.{'0' * 64}", "%00", '"'):  # fmt: skip
        own.add(
            asked(studio, "/live", Cookie=f"{name}={forged}; solara-session-id={visitor}")
            .cookie.split("=")[1]
            .split(".")[0]
        )
    assert len(own) == 11  # each time another, and never the one that was shown
    planted = asked(studio, "/live", Cookie=f"{name}=planted; {first.cookie}")
    assert planted.cookie.split(".")[0] == first.cookie.split(".")[0]
    other = asked(studio, "/live").cookie  # a pass that is good, of somebody who wants to be taken for the visitor
    both = asked(studio, "/live", Cookie=f"{other}; {first.cookie}").cookie.split("=")[1].split(".")[0]
    assert both not in (visitor, other.split("=")[1].split(".")[0])


HELLO = {
    "header": {"msg_type": "kernel_info_request", "msg_id": "1", "session": "one-tab", "username": ""},
    "parent_header": {}, "metadata": {}, "content": {}, "buffers": [], "channel": "shell",
}  # fmt: skip
"""What a page in a browser says first."""


def test_a_page_belongs_to_its_visitor(studio: str) -> None:
    from websockets.sync.client import connect

    mine, other = asked(studio, "/live").cookie, asked(studio, "/live").cookie
    way = "/jupyter/api/kernels/one-page/channels?session_id=one-tab"
    with connect(f"ws{studio.removeprefix('http').rstrip('/')}{way}", additional_headers={"Cookie": mine}) as page:
        page.send(json.dumps(HELLO))
        page.recv(PATIENCE)  # Solara has set it up
        assert upgrade(studio, way, Cookie=other).status == 403
        assert upgrade(studio, way).status == 403
        for cookie in (other, ""):
            assert asked(studio, "/_solara/api/close/one-page?session_id=one-tab", "POST", Cookie=cookie).status == 204
        page.send(json.dumps(HELLO))
        page.recv(PATIENCE)
    for wrong in (way.replace("one-page", "a%2fb"), way.replace("one-page", "x" * 65), way.split("?")[0], way + "%00"):
        assert upgrade(studio, wrong, Cookie=mine).status == 403


OTHERS = (
    "/readyz", "/resourcez", "/resourcez?verbose", "/jupyter/api/kernels/1234", "/_solara/api/evict/1", "/_solara/auth/login",
    "/static", "/static/", "/static/public/", "/static/solara_bootstrap.py", "/static/../settings.py", "/static/sun.svg",
    "/static/assets/favicon.svg", "/favicon.ico", "/.env", "/docs", "/openapi.json",
    "/jupyter/nbextensions/", "/jupyter/nbextensions/jupyter-vue/extension.js",
    "/jupyter/nbextensions/jupyter-js-widgets/extension.js",
    "/live/", "/Live", "//live", "/./live", "//evil.example/",
    "/_solara/cdn", "/_solara/cdn/", "/_solara/cdn/vega@5.21.0/build/vega.min.js", "/_solara/cdn/lodash@4/lodash.js",
    "/_solara/cdn/requirejs@2.3.6/README.md", "/_solara/cdn/requirejs@2.3.6/package.json",
    "/_solara/cdn/requirejs@2.3.6/bin/r.js",
)  # fmt: skip


@pytest.mark.parametrize("path", OTHERS)
def test_there_is_nothing_else(studio: str, path: str) -> None:
    answer = asked(studio, path)
    assert answer.status == 404 and sealed(answer) and "location" not in answer.headers
    assert asked(studio, path, "POST", Content_Length="0").status in (404, 405)


def test_programs_are_handed_out_as_what_they_are_and_never_as_pages(studio: str, programs: Path) -> None:
    table = assets.table(programs)
    assert len(table) > 40 and {path.suffix for path in table.values()} == {".js", ".css", ".woff2", ".map", ".png"}
    for address, path in table.items():
        answer = asked(studio, quote(address, safe="/@"))
        assert answer.status == 200 and answer.body == path.read_bytes() and sealed(answer)
        assert answer.headers["content-type"] == assets.KINDS[path.suffix]
    dist = next(programs.glob("@widgetti/solara-vuetify-app@*")).name
    for name in ("page.html", "picture.svg", "linked.js", "linked/secret.js", "", ".", "..", "main8.css/"):
        assert asked(studio, f"/_solara/cdn/@widgetti/{dist}/dist/{name}").status == 404


def test_what_a_browser_has_already_is_not_sent_again(studio: str) -> None:
    first = asked(studio, "/jupyter/nbextensions/jupyter-vue/nodeps.js")
    again = asked(studio, "/jupyter/nbextensions/jupyter-vue/nodeps.js", If_None_Match=first.headers["etag"])
    assert first.headers["cache-control"] == "no-cache" and again.status == 304 and again.body == b"" and sealed(again)


def test_whoever_asks_for_folders_removes_and_adds_nothing(studio: str, programs: Path) -> None:
    before = digests(programs)
    folders = [path.relative_to(programs).as_posix() for path in programs.glob("**/*") if path.is_dir()]
    written = ("{}", "{}/", "/{}", "{}/.", "./{}", "{}//")
    odd = [form.format(folder) for folder in folders if folder.count("/") < 2 for form in written]
    odd += [quote(folder, safe="") for folder in folders] + [folder.replace("/", "\\") for folder in folders]
    for path in (*folders, *odd):
        assert asked(studio, f"/_solara/cdn/{path}").status == 404
    assert digests(programs) == before


PIECES = st.one_of(
    st.sampled_from([
        "..", ".", "", "%2e%2e", "%2E.", "..%2f", "%5c..", "\\", "%00", "%", "%zz", "~", "%ed%a0%80", "%252e%252e",
        "@widgetti", "solara-vuetify-app@10.1.1", "dist", "main8.css", "requirejs@2.3.6", "require.js", "_solara", "cdn", "api",
        "static", "ansi.js", "desk", "jupyter", "kernels", "channels", "nbextensions", "close", "etc", "passwd", "live",
        "a" * 3000, "%c0%ae%c0%ae", "evil.example", "http:", ";x=1", "?token=x", "#x",
    ]),
    st.text(max_size=6).map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="")),
)  # fmt: skip


@settings(max_examples=300)
@given(
    pieces=st.lists(PIECES, max_size=8),
    slashes=st.sampled_from(["/", "//", "/\\", "%2f"]),
    method=st.sampled_from(["GET", "POST"]),
)
def test_no_odd_address_is_a_fault_or_leads_out(studio: str, pieces: list[str], slashes: str, method: str) -> None:
    path = "/" + slashes.join(pieces)
    answer = asked(studio, path, method, Content_Length="0")
    assert answer.status < 500 and sealed(answer) and "location" not in answer.headers
    if answer.status == 200:
        plain = unquote(re.split(r"[?#]", path)[0])
        assert plain in PAGES or plain in assets.known() or plain == "/studio/plotly.js"
