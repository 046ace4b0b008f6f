"""A laboratory for customer loyalty: what a company's policies do to retention, word of mouth and money."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.errors import Mistake
    from sim.runs.comparison import Comparison, compare
    from sim.runs.own_measures import of_panel
    from sim.runs.result import Result
    from sim.runs.runner import run
    from sim.scenario.whole import Scenario, load

__version__ = "0.2.0"

_PUBLIC = {
    "Comparison": "sim.runs.comparison",
    "Mistake": "sim.errors",
    "Result": "sim.runs.result",
    "Scenario": "sim.scenario.whole",
    "compare": "sim.runs.comparison",
    "load": "sim.scenario.whole",
    "of_panel": "sim.runs.own_measures",
    "run": "sim.runs.runner",
}
_HOOKS = {"report": ("sim.report.comparison", "write")}
"""What others do for those that know nothing of them: name → module and function."""
__all__ = ["Comparison", "Mistake", "Result", "Scenario", "compare", "load", "of_panel", "run"]


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
