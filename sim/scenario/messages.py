"""People who answer messages: what a scenario of them cannot say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sim.scenario.policies import Addressed
from sim.scenario.tree import Node, Problems

DESK, WRITING = "message_desk", "digital_channels"


def judge_desk(
    tree: Node, settings: Iterable[Mapping[str, Any]], addressed: Addressed, used: Collection[str], problems: Problems
) -> None:
    """Book agents who answer messages where nobody ever writes; ``settings``: those of all times."""
    offered = [each[WRITING].offered for each in settings if each]
    said = addressed.values(WRITING, "offered", offered[0])
    if DESK in used and not any(share > 0 for share in (*offered, *said)):
        problems.add(
            (tree.get(DESK, "agents") or tree.get(DESK) or tree).place,
            f"{DESK}.agents says how many answer messages, but {WRITING}.offered is 0 throughout, so that nobody writes; say how "
            f"fully writing is offered, such as {WRITING}: {{offered: 0.5}}, or remove {DESK}",
        )
