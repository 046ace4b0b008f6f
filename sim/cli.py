"""The command ``loyalty``, as a shell knows it: how it begins, and how it ends whatever happens."""

from __future__ import annotations

import os
import sys
from typing import Any

from sim.errors import Mistake
from sim.system.outputs import leave_on_signals
from sim.system.process import ended, leave, open_streams


def __getattr__(name: str) -> Any:
    """The program with all its commands, ``app``, made when it is first asked for: even that may fail, and is then told."""
    if name != "app":
        raise AttributeError(f"module 'sim.cli' has no attribute {name!r}")
    from sim.commands.program import app

    return app


def main() -> None:
    """What the command ``loyalty`` runs. Raises ``SystemExit``."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Arrow's own keeps what the largest file ever needed
    os.environ["MPLBACKEND"] = "agg"  # figures are files; a window, or a wrong name for one, would end the command
    open_streams()
    leave_on_signals()
    leave(ended(_program))


def _program() -> None:
    if sys.flags.optimize > 1:  # help, explanations and reports are made of them
        raise Mistake(
            "PYTHONOPTIMIZE=2, or python -OO, takes the program's explanations out of it; unset it, or set it to 1"
        )
    __getattr__("app")()
