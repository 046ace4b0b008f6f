"""Whether an experiment can be run: its scenarios, its points and the sections of its commands, without running any."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from sim.experiments.question import COMMANDS, Experiment, load_experiment
from sim.experiments.sweeping import refuse_too_few
from sim.model.component import Model
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.model_inputs import ground_of
from sim.scenario.yaml_file import read_yaml

MOST_BUILT = 200
"""Points of a design of which a scenario is made; they are spread evenly over it."""
OWN_MODULES = {"robust": "robustness", "branch": "branching"}
"""Commands whose section is described elsewhere than in ``ask_<command>``."""


def is_experiment(path: Path) -> bool:
    """Whether the file asks a question of scenarios rather than being one. Raises :class:`~sim.errors.Mistake`."""
    tree = read_yaml(path.absolute(), "a scenario or an experiment")
    return tree.get("base") is not None or tree.get("question") is not None


def checked(path: Path, mechanisms: Mechanisms | None = None) -> tuple[Experiment, list[str]]:
    """The experiment in a file, and plain sentences about it; ``mechanisms``: as :func:`sim.load` takes them.

    Its scenarios are made ready to run, every section for a command is read, and the points of its design are made.
    Raises :class:`~sim.errors.Mistake` for what could not be run.
    """
    asked = load_experiment(path, mechanisms=mechanisms)
    for scenario in (asked.base, *asked.policies.values()):
        ground_of(scenario)
    varied = ", ".join(asked.paths) or "nothing"
    said = [asked.question, f"It starts from '{asked.base.name}' and varies {varied}."]
    said += [f"It compares {len(asked.policies)} policies."] if asked.policies else []
    said += [
        *_points_told(asked),
        *(_section_told(path, command, asked.base.model) for command in COMMANDS if command in asked.written),
    ]
    return asked, [*said, "It is valid."]


def _points_told(asked: Experiment) -> Iterator[str]:
    if asked.design is None or not asked.factors:
        return
    points = asked.design.points(asked)
    for place in asked.design.order(len(points))[:MOST_BUILT]:
        asked.scenario_at(points[place])
    if not any(command in asked.written for command in COMMANDS):  # then it can only be for a sweep
        refuse_too_few(asked, points)
    yield f"Its design has {len(points):,} points, each run {asked.replications:,} times."


def _section_told(path: Path, command: str, model: Model) -> str:
    module: Any = import_module(f"sim.experiments.{OWN_MODULES.get(command, f'ask_{command}')}")
    asked = load_experiment(path, command, module.Settings, model)
    if hasattr(module, "check"):
        module.check(asked)
    return f"It can be given to 'loyalty {command.replace('_', '-')}'."
