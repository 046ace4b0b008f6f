"""A laboratory for customer loyalty: what a company's policies do to retention, word of mouth and money."""

from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {"load": "sim.scenario.whole", "run": "sim.running", "compare": "sim.comparing", "Mistake": "sim.errors"}
_WRITER = "sim.report.comparison"
"""Who writes the report of an answer. It is said here, so that an answer can ask for its report without knowing its writer."""
__all__ = ["Mistake", "compare", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import sim`` stays cheap."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    if name != "Mistake":
        import_module("sim.allowance").check_address_space()
    return getattr(import_module(_PUBLIC[name]), name)


def write_report(answer: Any, path: Path) -> Path:
    """Write the report of a comparison and return its path; what ``answer.report`` does."""
    written: Path = import_module(_WRITER).write(answer, path)
    return written
