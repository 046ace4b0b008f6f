"""The customers of a scenario's file, read once, and the segments that they belong to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.data.customer_file import Customers, Target, read_customers
from sim.data.customer_mapping import same
from sim.model.initial_state import LINES
from sim.scenario.quantities import parameter_unit
from sim.scenario.sections import People

if TYPE_CHECKING:
    from sim.scenario.whole import Scenario

MOST_NUMBERS = 256
"""Numbers of segments that the state's byte can tell apart."""
WHOLE = ("tenure", "contract_weeks_left")
"""Starting states that are counted in whole weeks."""


def targets() -> dict[str, Target]:
    """What a column of a customer file may become: every trait and starting state, with its unit and range."""
    return {line.name: Target(parameter_unit(line.unit), line.low, line.high, line.name in WHOLE) for line in LINES}


@lru_cache(maxsize=4)
def _customers(people: _Source) -> Customers:
    assert people.what.mapping is not None and people.what.file is not None
    return read_customers(people.what.file, people.what.mapping, targets())


class _Source:
    """A customer file and its mapping, equal to another when the same rows would be read from the same file."""

    def __init__(self, what: People) -> None:
        assert what.file is not None and what.mapping is not None
        changed = what.file.stat()
        self.what = what
        self.key = (what.file, changed.st_mtime_ns, changed.st_size, what.mapping.model_dump_json())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def customers_of(scenario: Scenario) -> Customers | None:
    """The rows of the scenario's customer file; None when everybody is drawn. Raises :class:`~sim.errors.Mistake`."""
    return _customers(_Source(scenario.customers)) if scenario.customers.file is not None else None


def listed_words(scenario: Scenario, trait: str) -> tuple[str, ...]:
    """The words of which the customer file's mapping says what they are in a trait; none where it gives no numbers to words."""
    mapping = scenario.customers.mapping
    given = None if mapping is None else mapping.columns.get(trait)
    return () if given is None or given.values is None else tuple(map(str, given.values))


def who_have(scenario: Scenario, trait: str, word: str) -> np.ndarray | None:
    """The numbers of the customers with a word of :func:`listed_words`, ``1`` and ``1.0`` being one; None for no such word."""
    places = [place for place, each in enumerate(listed_words(scenario, trait)) if same(each) == same(word)]
    file = customers_of(scenario)
    return np.flatnonzero(file.words[trait] == places[0]) if places and file is not None else None


def segment_names(scenario: Scenario) -> tuple[str | None, ...]:
    """The segments in the order of their numbers: those of the scenario and those that only the customer file names.

    What people carry has room for :data:`MOST_NUMBERS`; with more, those of which the scenario says nothing, and which are
    therefore alike, share the number 0, whose name is None. So it is when there are no segments at all.
    """
    people, file = scenario.customers, customers_of(scenario)
    found = () if file is None or file.segment is None else set(file.segment.tolist())
    names = sorted({*people.segment_names, *found})
    if len(names) > MOST_NUMBERS:
        addressed = {*scenario.addressed.segments, *scenario.addressed.before} & {*names}
        return None, *sorted({*people.segments, *addressed})
    return tuple(names) or (None,)
