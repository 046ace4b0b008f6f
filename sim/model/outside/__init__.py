"""Mechanisms from outside the package: a Python file of one's own becomes a part of a model, as if it lay in ``mechanisms``.

Such a file is a program, so only who starts this one may name it – never a scenario. It is run once and then looked through:
whatever is wrong with it is told with its line before anything is compiled. It is one file, because its text is what a run of
the model is known by: it may import from ``sim``, ``numpy`` and Python's own library, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sim.model.component import MechanismFile, Model, Part, builtin, part_of
from sim.model.outside.parts import check_part, check_shapes
from sim.model.outside.reading import SOUND, Reading, streams_of_the_package
from sim.model.outside.steps import check_steps

GROUP = "outside"


class ExtendedModel(Model):
    """The shipped model with mechanisms from files beside its own."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """For other processes, which are given the files' texts and need no files."""
        return self._made_of() or (extended, (self.files,))


def extended(files: Iterable[MechanismFile]) -> Model:
    """The shipped model with the mechanisms of these files; for the same files and texts it is the same model.

    Raises :class:`~sim.errors.Mistake` for a file that is no mechanism, or that clashes with what is there.
    """
    known = {(file.name, file.text): file for file in files}
    return _extended(tuple(known[each] for each in sorted(known))) if known else builtin()


def found_sound(model: Model) -> None:
    """Nothing is wrong with the files of this model: wherever else the same text lies, it is the same module."""
    SOUND.update(file.module for file in model.files)


@lru_cache(maxsize=256)
def _extended(files: tuple[MechanismFile, ...]) -> Model:
    parts, streams = dict(builtin().parts), streams_of_the_package()
    readings: dict[str, Reading] = {}
    for file in files:
        reading = readings[file.name] = Reading(file)
        part = _part(reading, parts)
        streams |= reading.streams(streams)
        parts[file.name] = part
    model = ExtendedModel(MappingProxyType(parts), files)
    for name in readings:
        check_steps(parts[name], model)
    return model


def _part(reading: Reading, others: dict[str, Part]) -> Part:
    """The part that a file describes."""
    reading.refuse_name(others)
    module = reading.run()
    check_shapes(module, reading)
    part = part_of(module, GROUP, reading.file.name)
    check_part(part, others, reading)
    return part
