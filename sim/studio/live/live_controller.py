"""What the live page's address asks to be shown, and the film of it, made in the background and handed on week by week."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sim.scenario.whole import Scenario
from sim.studio.library.scenario_library import fetch
from sim.studio.live.frames import LARGEST, NETWORK, SCALES, fitted
from sim.studio.live.live_session import LiveSession, Script
from sim.studio.visitor.address import Address
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.policies import Policy, from_address, scenario_of, to_address
from sim.studio.visitor.work import told_of

FIRST, SECOND = "lessons/town", "lessons/bad_news_travels"
"""What a visitor sees who asked for nothing: a town, and the same town when errors become more frequent."""
COLOURS = (*SCALES, "provider")
"""What people can be coloured by."""
SAME = "same"
"""In the address: world B starts from world A's scenario."""


def script_of(address: Address, desk: VisitorFiles) -> Script:
    """What the address asks to be shown. Raises :class:`Mistake` when it cannot be."""
    people = address.whole("people", NETWORK, 20, LARGEST)
    seed = address.whole("seed", 1, 0, 2**31)
    engine = "mesa" if address["engine"] == "mesa" else "core"
    first, second = fitted(fetch(first_key(address), desk), people), second_policy(address)
    if second == Policy(SAME):
        return Script((first,), seed, engine)
    return Script((first, fitted(second_world(address, second, desk), people)), seed, engine)


def colour_of(address: Address) -> str:
    """What people are coloured by: trust, unless the address says something else that there is."""
    return address["colour"] if address["colour"] in COLOURS else COLOURS[0]


def first_key(address: Address) -> str:
    """World A's scenario."""
    return address["one"] or FIRST


def second_policy(address: Address) -> Policy:
    """World B: a scenario, or world A's, with levers moved; whoever asked for no scenario gets one to look at."""
    return from_address(address["two"] or (SAME if address["one"] else SECOND))


def second_world(address: Address, policy: Policy, desk: VisitorFiles) -> Scenario:
    """World B as a scenario. Raises :class:`Mistake`, as the scenario's own check would, for what cannot be."""
    return scenario_of(policy, fetch(first_key(address) if policy.start == SAME else policy.start, desk))


def compare_entries(address: Address) -> dict[str, str]:
    """What the address of the Compare page is given to ask the same with intervals; empty when there is one world only."""
    first, second = first_key(address), second_policy(address)
    if second == Policy(SAME):
        return {}
    start = first if second.start == SAME else second.start
    return {"base": to_address(Policy(first)), "other": to_address(replace(second, start=start))}


class LiveController:
    """One visitor's film: makes it in the background and hands on its weeks when the browser asks for them."""

    def __init__(self, show: Callable[[dict[str, Any]], None], hand: Callable[[dict[str, Any]], None]) -> None:
        self._show, self._hand = show, hand
        self._film: LiveSession | None = None
        self._fail: Callable[[str], None] = lambda words: None
        self._version = 0
        self._lock, self._making, self._turn = threading.Lock(), threading.Lock(), threading.Lock()
        self._asked: set[int] = set()
        self.at = 0

    def load(self, make: Callable[[], Script], keep: int, fail: Callable[[str], None]) -> None:
        """Make another film in the background; its first ``keep`` weeks have been seen already."""
        with self._lock:
            self._version += 1
            version, self._film, self._fail = self._version, None, fail
        threading.Thread(target=self._make, args=(version, make, keep, fail), daemon=True).start()

    def _make(self, version: int, make: Callable[[], Script], keep: int, fail: Callable[[str], None]) -> None:
        try:
            with self._making:  # one at a time; of those that wait only the last is still wanted
                if version != self._version:
                    return None
                film = LiveSession(make(), keep, lambda: version != self._version)
                opening = film.opening() | {"version": version, "keep": keep}
        except Exception as fault:  # whatever it is, it must reach the page, or that would wait for ever
            return fail(told_of(fault))
        with self._lock:
            if version != self._version:
                return
            self._film = film
        fail("")
        self._show(opening)

    def more(self, asked: dict[str, Any]) -> None:
        """The browser has room for more weeks of a version of the film; until they come it need not ask again."""
        version = asked.get("version") if isinstance(asked, dict) else None
        with self._lock:
            if version != self._version or version in self._asked:
                return
            self._asked = {version}
        threading.Thread(target=self._more, args=(version,), daemon=True).start()

    def _more(self, version: int) -> None:
        with self._turn:
            film = self._film
            if film is None or version != self._version:
                return self._asked.discard(version)
            start = film.next
            try:
                worlds = film.more()
            except Exception as fault:  # as above
                return self._fail(told_of(fault))
            finally:
                self._asked.discard(version)
            if version == self._version and worlds[0]:
                # one text: the way to the browser would look at every number of a list by itself
                told = json.dumps(worlds, separators=(",", ":"))
                self._hand({"version": version, "from": start, "worlds": told})
