"""What a class needs run – each member's own world, and the film of both – one after the other, whoever's page is open."""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue

from sim.errors import Mistake
from sim.runs.executor import executor
from sim.scenario.whole import Scenario
from sim.studio.lessons.class_files import ROOMS
from sim.studio.lessons.outcome import REPLICATIONS, Outcome, guess_needed, live, worlds
from sim.studio.lessons.pictures import of_class
from sim.studio.visitor.work import told_of

MOST_OUTCOMES = 40
"""Films that are kept."""


class ClassRuns:
    """A thread that runs what was asked for, in turn; nothing is asked for twice at a time."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[tuple[object, Callable[[], None]]] = SimpleQueue()
        self._waiting: set[object] = set()
        self._outcomes: OrderedDict[object, Outcome | str] = OrderedDict()
        self._lock = threading.Lock()
        self._crew: threading.Thread | None = None

    def everybody(self, code: str, scenario: Scenario, seed: int) -> None:
        """Run the worlds of all members of a class who have guessed and not run theirs yet."""
        for visitor, number in ROOMS.waiting(code):
            self._ask((code, visitor, seed), partial(_own_run, code, visitor, number, scenario, seed))
        self._ask((code, seed), partial(_drawn, code, scenario))

    def outcome(self, scenario: Scenario, seed: int) -> Outcome | str | None:
        """Both worlds of a lesson run as one person does; None while that is under way, a sentence when it failed."""
        key = (scenario.path, scenario.full_fingerprint, seed)
        with self._lock:
            found = self._outcomes.get(key)
        if found is None:
            self._ask(key, lambda: self._film(key, scenario, seed))
        return found

    def _film(self, key: object, scenario: Scenario, seed: int) -> None:
        try:
            with executor() as place:
                found: Outcome | str = live(worlds(scenario), range(REPLICATIONS), seed, place)
        except Exception as fault:  # told, and not asked for again and again
            found = told_of(fault)
        with self._lock:
            self._outcomes[key] = found
            while len(self._outcomes) > MOST_OUTCOMES:
                self._outcomes.popitem(last=False)

    def _ask(self, key: object, work: Callable[[], None]) -> None:
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
            self._asked.put((key, work))
            if self._crew is None:
                self._crew = threading.Thread(target=self._work, name="class", daemon=True)
                self._crew.start()

    def _work(self) -> None:
        while True:
            key, work = self._asked.get()
            try:
                work()
            except Exception as fault:  # one run that fails keeps nobody else's from being run
                traceback.print_exception(fault)
            with self._lock:
                self._waiting.discard(key)


def _own_run(code: str, visitor: str, number: int, scenario: Scenario, seed: int) -> None:
    """A member's own replication of both worlds; they may have gone meanwhile."""
    with executor() as place:
        outcome = live(worlds(scenario), range(number, number + 1), seed, place)
    with suppress(Mistake):
        ROOMS.arrive(code, visitor, float(outcome.each[0]), seed)


def _drawn(code: str, scenario: Scenario) -> None:
    """Draw what the runs so far show, so that it is there when it is shown to all at once."""
    with suppress(Mistake):
        if (view := ROOMS.to_be_shown(code)).around is not None:
            of_class(view, guess_needed(scenario))


RUNS = ClassRuns()
"""The runs of the studio that runs in this process."""
