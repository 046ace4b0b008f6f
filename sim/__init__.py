"""A laboratory for customer loyalty: what a company's policies do to retention, word of mouth and money."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "load": "sim.scenario.whole",
    "run": "sim.runs.runner",
    "compare": "sim.runs.comparison",
    "Mistake": "sim.errors",
}
_HOOKS = {"report": ("sim.report.comparison", "write")}
"""What others do for those that know nothing of them: name → module and function."""
__all__ = ["Mistake", "compare", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import sim`` stays cheap."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    if name != "Mistake":
        import_module("sim.system.memory").check_address_space()
    return getattr(import_module(_PUBLIC[name]), name)


def hook(name: str) -> Any:
    """The function that does something for whoever may not know its module, found when it is first needed."""
    module, function = _HOOKS[name]
    return getattr(import_module(module), function)
