"""Whether an experiment can be run: its scenarios, its points and the sections of its methods, without running any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.experiments.methods import meant_by
from sim.experiments.question import Experiment, load_experiment
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.model_inputs import ground_of
from sim.scenario.yaml_file import read_yaml

MOST_BUILT = 200
"""Points of a design of which a scenario is made; they are spread evenly over it."""


def is_experiment(path: Path) -> bool:
    """Whether the file asks a question of scenarios rather than being one. Raises :class:`~sim.errors.Mistake`."""
    tree = read_yaml(path.absolute(), "a scenario or an experiment")
    return tree.get("base") is not None or tree.get("question") is not None


def checked(path: Path, mechanisms: Mechanisms | None = None) -> tuple[Experiment, list[str]]:
    """The experiment in a file, and plain sentences about it; ``mechanisms``: as :func:`sim.load` takes them.

    Its scenarios are made ready to run, the points of its design are made, and every method that it is meant for plans what it
    would run. Raises :class:`~sim.errors.Mistake` for what could not be run.
    """
    asked = load_experiment(path, mechanisms=mechanisms)
    for scenario in (asked.base, *asked.policies.values()):
        ground_of(scenario)
    varied = ", ".join(asked.paths) or "nothing"
    said = [asked.question, f"It starts from '{asked.base.name}' and varies {varied}."]
    said += [f"It compares {len(asked.policies)} policies."] if asked.policies else []
    return asked, [*said, *_points_told(asked), *_methods_told(asked), "It is valid."]


def _points_told(asked: Experiment) -> Iterator[str]:
    if asked.design is None or not asked.factors:
        return
    points = asked.design.points(asked)
    for place in asked.design.order(len(points))[:MOST_BUILT]:
        asked.scenario_at(points[place])
    yield f"Its design has {len(points):,} points, each run {asked.replications:,} times."


def _methods_told(asked: Experiment) -> Iterator[str]:
    for method in meant_by(asked.written):
        method.planned(method.load(asked.path, asked.base.model).in_worlds(), quickly=True)
        yield f"It can be given to 'loyalty {method.command}'."
