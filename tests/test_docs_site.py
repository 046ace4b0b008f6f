"""The documentation site: it builds without a warning, every link leads somewhere, the reference is whole, nothing is fetched.

The site is built here without executing the tutorials; ``test_tutorials`` executes them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sim.model.component import parts
from sim.model.parameters import lines
from sim.runs.measures import NAMES
from sim.scenario.explaining import SECTIONS, explain

ROOT = Path(__file__).resolve().parents[1]
LOADS = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
"""What a browser fetches by itself; a link is only followed by whoever clicks it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("docs")
    unexecuted = ["-D", "nb_execution_mode=off", "-D", "suppress_warnings=mystnb.eval,myst-nb.lexer"]
    words = ["-W", "--keep-going", "-q", *unexecuted, "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *words, str(ROOT / "docs"), str(folder / "site")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "site"


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = {""}
        self.text: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value for name, value in attrs if value is not None}
        self.places |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        self.loaded += [said[name] for kind, name in LOADS if kind == tag and name in said]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@cache
def page(path: Path) -> Page:
    return Page(path)


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def outside(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def broken(site: Path, path: Path) -> Iterator[str]:
    """The links and loaded files of a page that lead nowhere."""
    for address in (*page(path).links, *page(path).loaded):
        parts_of = urlsplit(address)
        if parts_of.scheme or parts_of.netloc:
            continue
        target = (path.parent / unquote(parts_of.path)).resolve() if parts_of.path else path
        if not target.is_relative_to(site.resolve()) or not target.is_file():
            yield f"{path.name}: {address}"
        elif target.suffix == ".html" and unquote(parts_of.fragment) not in page(target).places:
            yield f"{path.name}: {address} has no such heading"


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    found = pages(site)
    assert len(found) > 50 and sum(len(page(path).links) for path in found) > 1000
    assert [problem for path in found for problem in broken(site.resolve(), path.resolve())] == []


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    assert [(path.name, address) for path in pages(site) for address in page(path).loaded if outside(address)] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert styles and not [
        style for style in styles if re.search(r"(?:url\(\s*[\"']?|@import\s+[\"'])(?:https?:)?//", style)
    ]
    scripts = [
        tag for path in pages(site) for tag in re.findall(r"(?:import|fetch)\([\"']https?:[^\)]*", path.read_text())
    ]
    assert scripts == []


def test_the_reference_has_every_parameter_with_its_default_unit_and_source(site: Path) -> None:
    for name, part in parts().items():
        told = " ".join(" ".join(page(site / "reference" / "parts" / f"{name}.html").text).split())
        for row in explain(name).rows:
            assert row["name"] in told and " ".join(row["meaning"].split()) in told, (name, row["name"])
            assert row["source"].partition(":")[0] in told
        assert len(explain(name).rows) == (len(lines(part.parameters)) if part.parameters else 0)
    for name in (*SECTIONS, "traits"):
        told = " ".join(page(site / "reference" / "parts" / f"{name}.html").text)
        assert all(row["name"] in told for row in explain(name).rows), name


def test_the_reference_has_every_measure(site: Path) -> None:
    told = page(site / "reference" / "measures.html").text
    assert set(NAMES) <= set(told)


def test_the_reference_has_every_command_and_every_option(site: Path) -> None:
    import typer

    from sim.cli import app

    told = set(page(site / "reference" / "commands.html").text)
    commands = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    below = {
        f"{name} {inner}": one
        for name, group in commands.items()
        for inner, one in getattr(group, "commands", {}).items()
    }
    assert len(commands) > 20 and below
    for name, command in (commands | below).items():
        assert name in told, name
        options = [word for one in command.params for word in one.opts if word.startswith("-")]
        assert set(options) <= told, (name, options)


def test_the_readme_s_links_lead_to_files_of_the_repository() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [address.partition("#")[0] for address in re.findall(r"\]\(([^)\s]+)\)", text) if not outside(address)]
    assert len(named) > 10 and [name for name in named if name and not (ROOT / name).exists()] == []
