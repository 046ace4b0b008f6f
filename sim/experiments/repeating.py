"""The command that runs one replication again, wherever its scenario came from."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from sim.data.customer_text import shortened
from sim.errors import Mistake
from sim.scenario.mechanisms import options
from sim.scenario.tree import DEEPEST, Node, shown
from sim.scenario.whole import Scenario, load
from sim.scenario.worlds import worlds_option


def command_for(scenario: Scenario, seed: int, replication: int) -> str:
    """``loyalty run FILE --set PATH=VALUE … --seed S --first R --replications 1``."""
    file = shown(scenario.path) if scenario.path else "SCENARIO"
    sets = [f"--set {shlex.quote(f'{path}={json.dumps(value)}')}" for path, value in _changed(scenario)]
    words = [
        f"loyalty run {shlex.quote(file)}{options(scenario.model)}{worlds_option(scenario)}",
        *sets,
        f"--seed {seed} --first {replication} --replications 1",
    ]
    return " ".join(words)


def _changed(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Path and value of everything that the scenario says otherwise than its file."""
    if scenario.path is None:
        return
    try:
        file = load(scenario.path, scenario.model)
        written, warm_up = file.tree, file.warm_up_section()
    except Mistake:  # the file is gone or was changed since: everything is said
        written, warm_up = Node({}), 0
    now = {key: node for key, node in scenario.tree.entries() if key != "warm_up"}
    yield from _differences(written, Node(now), "")
    if scenario.warm_up_section() != warm_up:
        yield "warm_up", scenario.warm_up_section()


def _differences(before: Node, now: Node, path: str) -> Iterator[tuple[str, Any]]:
    for key, node in now.entries():
        old, below = before.get(key), f"{path}{key}"
        if isinstance(node.value, dict):
            yield from _differences(old or Node({}), node, f"{below}.")
        elif below not in ("name", "description") and (old is None or old.plain() != node.plain()):
            yield below, node.plain()


def changed(scenario: Scenario, sets: list[str]) -> Scenario:
    """The scenario with ``PATH=VALUE`` settings. Raises :class:`Mistake` for one that cannot be."""

    sections: dict[str, Any] = {}
    for words in sets:
        path, equals, value = words.partition("=")
        if not equals or not path:
            raise Mistake(
                f"--set is '{shortened(words)}', but must be PATH=VALUE, such as call_centre.representatives=14"
            )
        place = sections
        *above, last = path.split(".")
        if len(above) >= DEEPEST:
            raise Mistake(f"--set {shortened(path)}: nothing lies that deep; 'loyalty explain' says what there is")
        for key in above:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Mistake(f"--set {path}: {key} is set to a value already")
        place[last] = _value(value)
    return scenario.with_(**sections) if sections else scenario


def _value(words: str) -> Any:
    try:
        return json.loads(words)
    except (ValueError, RecursionError):  # no JSON, or brackets without end
        return words
