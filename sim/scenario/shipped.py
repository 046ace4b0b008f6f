"""Where the shipped scenarios lie."""

from __future__ import annotations

from pathlib import Path

from sim.errors import Mistake


def scenarios_folder() -> Path:
    """The shipped scenarios: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "scenarios", package / "scenarios"):
        if (folder / "telecom" / "today.yaml").is_file():
            return folder
    raise Mistake("the shipped scenarios are missing; install the package again")
