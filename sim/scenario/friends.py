"""The section ``network``: its file found, its entries fitting its kind, and what of it means anything."""

from __future__ import annotations

from typing import Any

from sim.scenario.people import Folder, settled_file
from sim.scenario.sections import MATTERS, Network
from sim.scenario.tree import Node, Problems
from sim.scenario.validation import Spot, judged

ONLY_OF = {"file": ("configuration", "edges"), "column": ("configuration",), "degrees": ("configuration",)}
"""Entries that would mean nothing with another kind; they have no default, so whoever writes one means it."""


def settled_network(node: Node, folder: Folder, problems: Problems) -> Network | None:
    """The section judged, its file resolved; None when something was wrong, which is booked."""
    before, file = len(problems), node.get("file")
    if file is not None:
        node = Node(dict(node.entries()) | {"file": settled_file("network.file", file, folder, problems)}, node.place)
    network = judged(Network, Spot(node, "network"), problems)
    if network is None or len(problems) > before:
        return None
    for key, sentence in _unfit(network):
        problems.add((node.get(key) or node.get("kind") or node).place, sentence)
    return network if len(problems) == before else None


def _unfit(network: Network) -> list[tuple[str, str]]:
    """Entries that do not fit the kind, or lack; each with a sentence."""
    kind = network.kind
    found = [
        (key, f"network.{key} means nothing for a network of kind {kind}, only for {' and '.join(kinds)}; remove it")
        for key, kinds in ONLY_OF.items()
        if getattr(network, key) is not None and kind not in kinds
    ]
    if kind == "edges" and network.file is None:
        found.append(("kind", "network.file is missing: a network of kind edges needs a file with its ties"))
    if kind == "configuration" and (network.file is None) == (network.degrees is None):
        found.append(
            ("degrees", "a network of kind configuration needs either network.degrees or network.file, and not both")
        )
    if kind == "configuration" and network.column is not None and network.file is None:
        found.append(("column", "network.column names a column of network.file, but there is no network.file"))
    return found


def matters(network: Network, hash_of: Any) -> dict[str, Any]:
    """What of the network means anything, as plain values; ``hash_of`` gives the contents of a file in its place.

    What is not said is left out, so that a network's fingerprint does not change when other kinds learn new words.
    """
    said = {key: getattr(network, key) for key in MATTERS[network.kind]}
    if said.get("file") is not None:
        said["file"] = hash_of(said["file"])
    return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items() if value is not None}
