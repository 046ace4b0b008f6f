"""When a market lives and when it is measured: ``warm_up``, ``measure`` and the weeks of ``changes``, each in one form.

However they are written, a tree holds ``warm_up: {weeks, under}``, the settings of the warm-up being those of the file that
writes its weeks; ``measure: {from, by}``; and under ``changes`` keys such as ``from week 26``.
"""

from __future__ import annotations

import re
from typing import get_args

from sim.scenario.policies import SEGMENTS, with_policies_settled
from sim.scenario.quantities import value_shown
from sim.scenario.rivals import with_rivals_settled
from sim.scenario.sections import FIXED, Measuring
from sim.scenario.tree import Node, Problems, merged
from sim.scenario.validation import plain_type

_FROM_WEEK = re.compile(r"from week ([0-9]{1,9})")
EVERY = get_args(plain_type(Measuring.model_fields["by"].annotation))
"""Windows that can be measured one by one."""
_MEASURED = re.compile(rf"(?:from week ([0-9]{{1,9}}))?(?:(?:^| )by ({'|'.join(EVERY)}))?")


def laid_over(base: Node | None, over: Node, problems: Problems) -> Node:
    """``base`` with what ``over`` says laid over it; what is wrong is booked.

    Whoever writes how long a warm-up is has it lived under the settings that both say together; later files change what
    comes after it. With ``under`` alone, the settings of a warm-up that was written before are changed.
    """
    entries = _with_measure_settled(_with_weeks_settled(dict(over.entries()), problems), problems)
    entries = with_policies_settled(with_rivals_settled(entries, base, problems), problems)
    tree, said = merged(base, Node(entries, over.place), problems), over.get("warm_up")
    if said is None or said.value is None or isinstance(said.value, dict) and said.get("weeks") is None:
        return tree
    return Node(dict(tree.entries()) | {"warm_up": _under_today(tree, said, problems)}, tree.place)


def _under_today(tree: Node, said: Node, problems: Problems) -> Node:
    """A warm-up under what the tree says of behaviours and mechanisms in week 0, and what is said for the warm-up alone."""
    today = Node({key: node for key, node in tree.entries() if key not in (*FIXED, "changes")}, tree.place)
    told = dict(said.entries()) or {"weeks": Node(said.value, said.place)}
    own = told.get("under")
    today = _with_policies(today, tree)
    under = merged(today, own, problems, "warm_up.under.") if own and own.value is not None else today
    return Node(told | {"under": under}, said.place)


def _with_policies(today: Node, tree: Node) -> Node:
    """The settings of today, with the policies of segments that the tree says; rules are in force from week 0 on only."""
    said = tree.get(SEGMENTS)
    return today if said is None else Node(dict(today.entries()) | {SEGMENTS: said}, today.place)


def _with_measure_settled(entries: dict[str, Node], problems: Problems) -> dict[str, Node]:
    """The entries with ``measure: from week 13 by quarter`` as a section."""
    said = entries.get("measure")
    if said is None or said.value is None or isinstance(said.value, dict):
        return entries
    found = _MEASURED.fullmatch(" ".join(said.value.split())) if isinstance(said.value, str) else None
    if found is None or not found[0]:
        problems.add(said.place, f"measure is {value_shown(said.value)}, but must be such as 'from week 13', 'by quarter' or "
                     f"'from week 13 by quarter'; there are {', '.join(EVERY)}")  # fmt: skip
        return {key: node for key, node in entries.items() if key != "measure"}
    told = {"from": found[1] and int(found[1]), "by": found[2]}
    section = {key: Node(value, said.place) for key, value in told.items() if value is not None}
    return entries | {"measure": Node(section, said.place)}


def _with_weeks_settled(entries: dict[str, Node], problems: Problems) -> dict[str, Node]:
    """The entries with the keys of ``changes`` in one form, ``from week 26``; what is wrong is booked."""
    changes = entries.get("changes")
    if changes is None or not isinstance(changes.value, dict):
        return entries
    settled: dict[str, Node] = {}
    last = 0
    for key, node in changes.entries():
        week = _week_of(key, node)
        if week is None:
            problems.add(node.place, f"changes: '{key}' is no week; write for example 'from week 26'")
        elif f"from week {week}" in settled:
            problems.add(node.place, f"changes: week {week} is given twice; put all its changes in one place")
        elif week < last:
            problems.add(node.place, f"changes: week {week} stands after week {last}; put the weeks in order")
        else:
            settled[f"from week {week}"] = node
            last = week
    return entries | {"changes": Node(settled, changes.place)}


def _week_of(key: str, node: Node) -> int | None:
    """The week a key of ``changes`` names, None when it names none. In Python a bare number does too."""
    words = " ".join(key.split())
    match = _FROM_WEEK.fullmatch(words if node.place or not words.isdigit() else f"from week {words}")
    return int(match[1]) if match else None
