"""The fast engine: the compiled week of a model, over columns."""

from __future__ import annotations

import hashlib
import linecache
import re
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.engine import precompile
from sim.engine.compile import week_text
from sim.engine.groups import Grouping
from sim.engine.start import Ground, RunFlags, empty_state, flags_of
from sim.engine.support import Sizes, room_for
from sim.errors import Mistake
from sim.model.component import Model
from sim.model.rules import SHELF
from sim.model.week import Network, State, journal
from sim.system.code_cache import put_down
from sim.system.text import shown

_PLACE = re.compile(r'(?:File "|Raised from )([^"(\n]+?)"?(?:, line | \()(\d+)')
"""Where numba says that something is."""
_MODULES: dict[tuple[Model, bool], ModuleType] = {}


def compiled_week(model: Model, grouped: bool = False) -> ModuleType:
    """The module of a model's compiled week: its function ``weeks``, the phases in ``LATER`` and the ``SIZES`` of a workspace.

    ``grouped``: the one in which settings differ from group to group of people.
    """
    if (model, grouped) not in _MODULES:
        text = week_text(model, grouped)
        name = f"loyalty_week_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        known = next((module for module in _MODULES.values() if module.__name__ == name), None)
        _MODULES[model, grouped] = known or _loaded(name, text)  # one text serves any number of rivals but one
    return _MODULES[model, grouped]


def _loaded(name: str, text: str) -> ModuleType:
    """The module with this text; what runs is the text itself, never what a file of that name may hold."""
    path, module = _kept(name, text), ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def _kept(name: str, text: str) -> str:
    """What the text is called: the file that holds it, for whoever reads a traceback; where none can be kept, a mere name.

    Code of a text without a file is not kept either (see :func:`sim.system.code_cache.keep`).
    """
    if not SHELF.usable or SHELF.folder is None:
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        return name
    path = SHELF.folder / f"{name}.py"
    with suppress(OSError):
        if not path.is_file() or path.read_bytes() != text.encode():
            put_down(path, text.encode())
    return str(path)


class CompiledWeek:
    """The compiled week of some inputs' model, with the room to live one replication after the other in it."""

    def __init__(self, inputs: Ground) -> None:
        self._model, self._module = inputs.model, compiled_week(inputs.model, inputs.policies is not None)
        room = inputs.plan.people, Sizes(*self._module.SIZES), max(len(inputs.model.rivals), 1)
        self._work, self.weekly = room_for(*room)
        self._groups: tuple[np.ndarray, ...] = (np.zeros(0, np.int64),)
        self._prepare(inputs)

    def live(
        self,
        state: State,
        network: Network,
        policy: np.ndarray,
        flags: RunFlags,
        first: int,
        tally: np.ndarray,
        journal: np.ndarray,
        groups: Grouping | None = None,
    ) -> None:
        """The weeks of one replication from week ``first`` on, as many as ``tally``, int64 (weeks, counts), has rows.

        ``groups``: who is under which settings, where these differ from group to group.

        Raises ``ValueError`` for a tally of another model's counts: compiled code would write beyond its end.
        """
        if tally.shape[1] != len(self._model.counts):
            raise ValueError(
                f"the tally has {tally.shape[1]} columns, and the model counts {len(self._model.counts)} things"
            )
        settings, differing = (policy, ()) if groups is None else (groups.settings, self._room_of(groups))
        try:
            self._module.weeks(
                state, self._work, self.weekly, network, settings, first, flags, tally, journal, *differing
            )
        except (NumbaError, UnsupportedBytecodeError) as fault:
            if not self._model.files:
                raise
            raise Mistake(_not_compiled(self._model, str(fault))) from fault

    def _room_of(self, groups: Grouping) -> tuple[Any, ...]:
        """Who belongs to which group; and room for what each has set, and for what it costs."""
        number, settings, counts = groups.settings.shape[1], self._module.SETTINGS, len(self._model.counts)
        if self._groups[0].size != number:
            self._groups = (
                np.zeros(number, np.int64),
                np.zeros((3, counts), np.int64),
                np.zeros((settings, number), np.float32),
                np.zeros(settings, np.uint8),
            )
        return groups.of, groups.was, self._groups

    def _prepare(self, inputs: Ground) -> None:
        """The first time on this machine, have a second process compile the later phases meanwhile."""

        groups = None if inputs.policies is None else Grouping(inputs)

        def arguments() -> tuple[Any, ...]:
            nobody, counts = (
                Network(np.zeros(2, np.int32), np.zeros(0, np.int32)),
                np.zeros((1, len(inputs.model.counts)), np.int64),
            )
            state, flags = empty_state(inputs), flags_of(inputs, np.uint64(0))
            settings, differing = (inputs.policy, ()) if groups is None else (groups.settings, self._room_of(groups))
            return state, self._work, self.weekly, nobody, settings, 0, flags, counts, journal(), *differing

        module = partial(compiled_week, inputs.model, groups is not None)
        precompile.shared(self._module.weeks, self._module.LATER, arguments, module)


def _not_compiled(model: Model, fault: str) -> str:
    """That a model's week cannot be compiled, which only a rule of a mechanism from outside can bring about; and where."""
    places = [(Path(path).resolve(), line) for path, line in _PLACE.findall(fault)]
    own = [place for place in places if str(place[0]) in {file.path for file in model.files}]
    path, line = own[-1] if own else (Path(model.files[0].path), "1")
    why = next((words for words in fault.splitlines() if words.strip() and "Failed in" not in words), "")
    return f"{shown(path)}, line {line}: this cannot be compiled ({why.strip()})"
