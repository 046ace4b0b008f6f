"""The fast engine: the compiled week of a model, over columns."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from sim.compiled import SHELF
from sim.engines import ahead
from sim.engines.compile import Module
from sim.engines.start import Ground, RunFlags, empty_state, flags_of
from sim.engines.support import Sizes, Weekly, Work, room_for
from sim.parts import Model
from sim.week import WEEK, Network, State, journal

_MODULES: dict[Model, ModuleType] = {}


def compiled_week(model: Model) -> ModuleType:
    """The module of a model's compiled week: its function ``weeks``, the phases in ``LATER`` and the ``SIZES`` of a workspace."""
    if model not in _MODULES:
        text = Module(model, WEEK).text()
        name = f"loyalty_week_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        _MODULES[model] = _loaded(name, text)
    return _MODULES[model]


def _loaded(name: str, text: str) -> ModuleType:
    """The module with this text; what runs is the text itself, never what a file of that name may hold."""
    path, module = _kept(name, text), ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def _kept(name: str, text: str) -> Path:
    """The file with the text, for whoever reads a traceback, and because numba asks for one."""
    folder = SHELF.folder if SHELF.usable and SHELF.folder is not None else Path(tempfile.gettempdir())
    path = folder / f"{name}.py"
    with suppress(OSError):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return path


class Columns:
    """Room for one replication after the other of one model and size."""

    def __init__(self, ground: Ground) -> None:
        self.module = compiled_week(ground.model)
        self.work, self.weekly = room_for(ground.plan.people, Sizes(*self.module.SIZES))

    def live(self, state, network, policy, flags, tally, journal, first=0):
        self.module.weeks(state, self.work, self.weekly, network, policy, first, flags, tally, journal)
