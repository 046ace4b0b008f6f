"""A class in the browser: how its console is opened, and the seats of it – drawn as a phone draws them, or only listening."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

COMMIT, GUESSED = "Commit my guess", "Your guess:"


def open_class(teacher: Any, studio: str, lesson: str = "the_fee_trap") -> None:
    """Open a class from the page for teachers."""
    teacher.goto(f"{studio}lessons?lesson=lessons%2F{lesson}&view=teacher")
    teacher.click("button:has-text('Open a class')")
    teacher.wait_for_selector("h1:has-text('Console')")


def link_in(console: Any, place: int) -> str:
    """A link of the console as a path of this studio: how members come in, or another device."""
    return console.locator(".lesson-link").nth(place).text_content().strip().split("/", 3)[3]


def sure(console: Any, words: str) -> None:
    """Press what asks first, and say yes."""
    console.click(f"button:has-text('{words}')")
    console.click("button:has-text('Yes')")


class Drawn:
    """A seat on a phone: the page is drawn, touched and read as anybody does."""

    def __init__(self, visitors: Any, **more: Any) -> None:
        self.page = visitors.come(390, 844, **more)

    def begin(self, link: str) -> None:
        """Open the class; what comes is waited for elsewhere, so that many can come at once."""
        self.page.goto(link, wait_until="commit")

    def sees(self, words: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_text(words).first.wait_for()

    def sees_no(self, words: str) -> None:
        """Wait until the page does not say so (any more)."""
        self.page.get_by_text(words).first.wait_for(state="detached")

    def guess(self, place: int, size: str = "") -> None:
        """Choose the answer at this place, or a direction and how much; and commit it."""
        self.page.locator(".v-radio label").nth(place).click()
        if size:
            self.page.get_by_label("By how much").fill(size)
            self.page.get_by_label("By how much").press("Enter")
        self.page.click(f"button:has-text('{COMMIT}')")

    def explain(self, words: str) -> None:
        """Answer “why?”."""
        self.page.get_by_label("In your own words").fill(words)
        self.page.click("button:has-text('Send it')")

    def comes_back(self, link: str) -> None:
        """Nothing is done: after the studio was away, the page comes back by itself, and says so."""
        self.sees("This page was opened anew")

    def go(self) -> None:
        """Close the browser."""
        self.page.context.close()


class Listening(Drawn):
    """A seat in a browser of its own that takes part over the page's websocket, and draws nothing.

    Drawing a page for the first time costs Chromium some two seconds of processor; the studio does the same for both seats.
    """

    LISTENER = (Path(__file__).parent / "listener.js").read_text(encoding="utf-8")

    def __init__(self, visitors: Any) -> None:
        super().__init__(visitors, bypass_csp=True)

    def begin(self, link: str) -> None:
        """Stand on a page of the studio that has no program, and have the one at this address told over the wire."""
        self.page.goto(urljoin(link, "/nothing"))
        self.page.evaluate(self.LISTENER)
        self.page.evaluate("link => listener.open(link)", link)

    def sees(self, words: str) -> None:
        self.page.wait_for_function(f"listener.says({json.dumps(words)})")

    def sees_no(self, words: str) -> None:
        self.page.wait_for_function(f"!listener.says({json.dumps(words)})")

    def guess(self, place: int, size: str = "") -> None:
        self.page.evaluate("place => listener.put('What will the model show?', {v_model: place})", place)
        if size:
            self.page.evaluate("size => listener.tell('By how much', 'moved', size)", size)
        self.page.wait_for_function(f"listener.open_to({json.dumps(COMMIT)})")
        self.page.evaluate(f"listener.tell({json.dumps(COMMIT)}, 'click', {{}})")

    def explain(self, words: str) -> None:
        self.page.evaluate("words => listener.put('In your own words', {v_model: words})", words)
        self.page.wait_for_function("listener.open_to('Send it')")
        self.page.evaluate("listener.tell('Send it', 'click', {})")

    def comes_back(self, link: str) -> None:
        """Open it again, as a page does by itself."""
        self.begin(link)
