"""Writing a scenario as a YAML file in which every value stands, so that later defaults change nothing in it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from sim.data.tables import WITH_PARTS, parted
from sim.errors import Mistake
from sim.scenario.by_hour import FILES, ByHour
from sim.scenario.inheritance import root_of
from sim.scenario.sections import FILE_KEYS, Network, People
from sim.scenario.tree import shown
from sim.system import outputs


def save(sections: dict[str, Any], path: Path) -> None:
    """Write a scenario's sections to ``path``. Raises :class:`Mistake` when it could not be written."""
    from ruamel.yaml import YAML

    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = False, True, 4096
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(sections, text)
    outputs.put(path, text.getvalue(), "the scenario", folders=False)


def beside(file: Path, path: Path, what: str) -> str:
    """How the scenario at ``path`` names a file. Raises :class:`Mistake` when it may not."""
    file, path = file.resolve(), path.resolve()
    if not file.is_relative_to(root_of(path)):
        raise Mistake(f"{shown(path)}: the {what} {shown(file)} lies outside this folder; save beside it")
    return Path(os.path.relpath(file, path.parent)).as_posix()


def network_section(network: Network, path: Path) -> dict[str, Any]:
    """The section ``network`` of a scenario at ``path``. Raises :class:`Mistake` when it may not name its file."""
    said = network.model_dump(exclude_none=True) | ({"degrees": list(network.degrees)} if network.degrees else {})
    return said | ({"file": beside(network.file, path, "network's file")} if network.file else {})


def hours_section(by_hour: ByHour, path: Path) -> dict[str, Any]:
    """The section ``by_hour`` of a scenario at ``path``. Raises :class:`Mistake` when it may not name its files."""
    return {
        key: beside(file, path, "table by the hour") for key in FILES if (file := getattr(by_hour, key)) is not None
    }


def people_section(people: People, path: Path) -> dict[str, Any]:
    """The section ``customers`` of a scenario at ``path``. Raises :class:`Mistake` when it may not name its file."""
    said: dict[str, Any] = {}
    if people.file and people.mapping:
        inner = parted(people.mapping.file)[1] if people.file.suffix.lower() in WITH_PARTS else ""
        said["file"] = beside(people.file, path, "customer file") + (f"#{inner}" if inner else "")
        mapping = people.mapping.model_dump(exclude_none=True, mode="json")
        said |= {key: mapping[name] for key, name in FILE_KEYS.items() if mapping.get(name) not in (None, {}, [])}
    said["traits"] = {name: spread.model_dump(exclude_none=True) for name, spread in people.traits.items()}
    said["segments"] = {name: segment.model_dump(exclude_none=True) for name, segment in people.segments.items()}
    return {key: value for key, value in said.items() if value not in ({}, None)}
