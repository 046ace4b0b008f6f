"""The second process of a very first start: it compiles the phases that :mod:`sim.engine.precompile` hands it."""

import pickle
import sys
from collections.abc import Sequence
from typing import Any

from sim.engine.columns import compiled_week
from sim.model.component import Model


def compile_all(model: Model, phases: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
    """Compile phases, each given by its name and the types of its arguments; each is kept as soon as it is done."""
    module = compiled_week(model)
    for name, types in phases:
        getattr(module, name).compile(types)


if __name__ == "__main__":
    compile_all(*pickle.loads(sys.stdin.buffer.read()))
