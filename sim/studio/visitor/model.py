"""Which model the studio shows: the shipped one, or one with the mechanisms that whoever started the studio named.

It holds for all visitors. A visitor can name no mechanism: that is a program, and would be run here.
"""

from __future__ import annotations

from sim.model.component import Model, builtin

_SHOWN: list[Model] = []


def show(model: Model | None) -> None:
    """Show this model from now on; the shipped one again for None."""
    _SHOWN[:] = [] if model is None else [model]


def model() -> Model:
    """The model that is shown."""
    return _SHOWN[0] if _SHOWN else builtin()
