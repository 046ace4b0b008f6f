"""The experiment file: a question in plain words, a scenario, what is varied, what is looked at, and how often it is run.

question: Does it pay to answer the telephone faster?
base: ../scenarios/telecom/today.yaml
levers:
  call_centre.representatives: {low: 10, high: 30}
uncertainties: [quality.error_rate]        # ranges that are not written are the parameter's own
measures: {calls_each: calls / customers}  # of one's own, as expressions over counts and measures
outcomes: {profit: {}, calls_each: {direction: lower}}
design: {kind: latin_hypercube, samples: 100}
replications: 20
seed: 1
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from sim.errors import Mistake, hint, nearest
from sim.experiments.designs import Design, design_in
from sim.experiments.factors import LEVERS, UNCERTAINTIES, Factor, factors_in, sectioned
from sim.experiments.methods import names
from sim.experiments.outcomes import Outcome, outcomes_in
from sim.experiments.own_measures import own_measures_in
from sim.model.component import everything
from sim.runs.measures import Measure, definitions
from sim.runs.runner import MOST_SEED
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.quantities import Unfit, fitted, value_shown
from sim.scenario.tree import Node, Problems, given, shown
from sim.scenario.validation import Spot, judged
from sim.scenario.whole import Scenario, load
from sim.scenario.worlds import in_same_worlds
from sim.scenario.yaml_file import read_yaml, refuse_unless_file
from sim.system.arguments import file_path

__all__ = ["Experiment", "Factor", "Outcome", "load_experiment"]

KEYS = (
    "question", "base", "with", LEVERS, UNCERTAINTIES, "measures", "outcomes", "design", "replications", "precision", "seed",
    "policies",
)  # fmt: skip
"""Entries of every experiment; each method may have a section of its own beside them, and a file may serve several methods."""
MOST_REPLICATIONS = 10_000_000
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class Experiment:
    """A question asked of the model.

    ``replications`` is how often each point is run; with a ``precision`` (a share) it is where to begin, and each point is
    run until the 95 % half-width of every outcome's mean is no larger than that share of it. ``policies``: name →
    scenario. ``settings``: the command's own section. ``written``: the whole file as plain values.
    """

    path: Path
    question: str
    base: Scenario
    levers: tuple[Factor, ...]
    uncertainties: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    design: Design | None
    replications: int
    precision: float | None
    seed: int
    policies: Mapping[str, Scenario]
    settings: Any
    written: Mapping[str, Any]

    def in_worlds(self, worlds: str | None = None) -> Experiment:
        """The same, every replication in one of these plausible worlds: those of the base unless given.

        Raises :class:`Mistake` where scenarios name different worlds.
        """
        names = list(self.policies)
        base, *others = in_same_worlds([self.base, *self.policies.values()], worlds)
        return replace(self, base=base, policies=dict(zip(names, others, strict=True)))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Levers first, then uncertainties: the order of the columns of every array of points."""
        return self.levers + self.uncertainties

    @property
    def measures(self) -> list[str]:
        """The outcomes' names, in the order of the last axis of what a laboratory measures."""
        return [outcome.measure for outcome in self.outcomes]

    @property
    def definitions(self) -> list[Measure]:
        """What the outcomes measure, as a laboratory takes it."""
        return [outcome.definition for outcome in self.outcomes]

    def values_at(self, places: np.ndarray) -> np.ndarray:
        """Values of the factors at places in the unit cube: float64 (k, factors) → float64 (k, factors)."""
        rows = np.atleast_2d(places)
        found = [[f.at(place) for f, place in zip(self.factors, row, strict=True)] for row in rows]
        return np.array(found, np.float64).reshape(len(rows), len(self.factors))

    def scenario_at(
        self, values: Sequence[float] | np.ndarray | Mapping[str, float], base: Scenario | None = None
    ) -> Scenario:
        """The base, or another scenario, with the factors at these values: one for each factor, or by path.

        Factors that are not named by path stay as they are. What nobody knows is so in a warm-up as well. Raises
        :class:`Mistake` when a value is not allowed, or contradicts another.
        """
        chosen = values if isinstance(values, Mapping) else dict(zip(self.paths, values, strict=True))
        made, sections = base or self.base, self.sections_at(chosen)
        if not sections or not made.warm_up:
            return made.with_(**sections) if sections else made
        unknown = {factor.path: chosen[factor.path] for factor in self.uncertainties if factor.path in chosen}
        return made.throughout(**self.sections_at(unknown)).with_(**sections)

    def scenario_at_point(self, values: np.ndarray, named: str, base: Scenario | None = None) -> Scenario:
        """The same, told as ``named`` when the values make no sense together. Raises :class:`Mistake`."""
        try:
            return self.scenario_at(values, base)
        except Mistake as mistake:
            told = ", ".join(f"{f.path} {f.told(v)}" for f, v in zip(self.factors, values, strict=True))
            raise Mistake(f"{named} ({told}) makes no sense: {mistake}") from None

    def kept(self, means: np.ndarray) -> np.ndarray:
        """bool (...): which means, (..., outcomes), keep the bounds of all outcomes; what is missing keeps none."""
        limits = [outcome.kept(means[..., k]) for k, outcome in enumerate(self.outcomes)]
        found: np.ndarray = np.isfinite(means).any(axis=-1) & np.all(limits, axis=0)
        return found

    def columns_at(self, values: np.ndarray) -> dict[str, Any]:
        """Values of the factors, (k, factors), as the columns of a table, by path."""
        return {path: values[:, k] for k, path in enumerate(self.paths)}

    def sections_at(self, values: Mapping[str, float]) -> dict[str, dict[str, Any]]:
        """The sections of a scenario file that say these values, by path. Raises :class:`Mistake` for what is no factor."""
        known = {factor.path: factor for factor in self.factors}
        for path in values:
            if path not in known:
                raise Mistake(f"{path} is no factor of {shown(self.path)}{nearest(path, self.paths)}")
        return sectioned({path: known[path].typed(float(value)) for path, value in values.items()})

    @property
    def paths(self) -> list[str]:
        """The factors' paths."""
        return [factor.path for factor in self.factors]

    def need(self, *what: str) -> None:
        """Raise :class:`Mistake` unless the file gives all of ``what``, such as ``levers`` or ``design``."""
        for name in what:
            if not getattr(self, name):
                raise Mistake(f"{shown(self.path)}: {name} is missing, and this command needs it")


def load_experiment(
    path: Path | str,
    command: str | None = None,
    model: type[BaseModel] | None = None,
    mechanisms: Mechanisms | None = None,
) -> Experiment:
    """The experiment in a YAML file.

    ``command`` (a method's name) reads its own section as a ``model``, whose defaults hold when there is none.
    ``mechanisms``: as :func:`sim.load` takes them. Raises :class:`Mistake` with file, line, key, value and remedy.
    """
    file = file_path("path", path).absolute()
    tree = read_yaml(file, "an experiment", "question: Does it pay to answer faster?")
    return experiment_in(tree, file, command, model, mechanisms=mechanisms)


def experiment_in(
    tree: Node,
    file: Path,
    command: str | None = None,
    model: type[BaseModel] | None = None,
    base: Scenario | None = None,
    mechanisms: Mechanisms | None = None,
) -> Experiment:
    """The experiment that a tree says, as if it stood in ``file``; see :func:`load_experiment`.

    ``base``: the scenario to start from, instead of the file that the tree names.
    """
    problems = Problems()
    _refuse_unknown(tree, problems)
    base = _laid_over(base or _base(tree, file, mechanisms or ()), tree.get("with"), "with", problems)
    known = definitions(everything(base.model))
    levers, uncertainties = (factors_in(tree.get(key), key, base, problems) for key in (LEVERS, UNCERTAINTIES))
    _refuse_twice(tree, levers, uncertainties, problems)
    found = Experiment(
        path=file,
        question=_question(tree, problems),
        base=base,
        levers=levers,
        uncertainties=uncertainties,
        outcomes=outcomes_in(
            tree.get("outcomes"), problems, {**known, **own_measures_in(tree.get("measures"), problems, known)}
        ),
        design=design_in(tree.get("design"), problems),
        replications=_whole(tree, "replications", 20, (1, MOST_REPLICATIONS), problems),
        precision=_precision(tree, problems),
        seed=_whole(tree, "seed", 1, (0, MOST_SEED), problems),
        policies=_policies(tree, base, file, problems),
        settings=_settings(tree, command, model, problems),
        written=tree.plain(),
    )
    if not found.outcomes:
        problems.add(
            tree.place, f"{shown(file)}: outcomes is missing; write for example 'outcomes: [profit, retention]'"
        )
    problems.stop_if_any()
    return found


def _refuse_unknown(tree: Node, problems: Problems) -> None:
    known = [*KEYS, *names()]
    for key, node in tree.entries():
        if key not in known:
            problems.add(node.place, f"{key} is no entry of an experiment{hint(key, known)}")


def _question(tree: Node, problems: Problems) -> str:
    node = tree.get("question")
    if node is None or not isinstance(node.value, str) or not node.value.strip():
        problems.add(node.place if node else tree.place, "question is missing: say in a sentence what you want to know")
        return ""
    return " ".join(node.value.split())


def _base(tree: Node, file: Path, mechanisms: Mechanisms) -> Scenario:
    """The scenario to start from; without it nothing else can be judged, so a mistake here ends the reading."""
    node = tree.get("base")
    if node is None:
        raise Mistake(f"{shown(file)}: base is missing; name a scenario file, such as ../scenarios/telecom/today.yaml")
    return _scenario_file(node, "base", file, mechanisms)


def _scenario_file(node: Node, key: str, file: Path, mechanisms: Mechanisms) -> Scenario:
    written = node.value
    if not isinstance(written, str) or not written.strip():
        raise Mistake(f"{node.place}: {key} is {value_shown(written)}, but must be the path of a scenario file")
    if Path(written).is_absolute() or re.match(r"[A-Za-z]:|\\", written):
        raise Mistake(
            f"{node.place}: {key} is {value_shown(written)}, an absolute path; write it as seen from this file"
        )
    target = file.parent / written
    try:
        refuse_unless_file(target)
    except Mistake as mistake:
        raise Mistake(f"{node.place}: {key}: {mistake}") from None
    return load(target, mechanisms)


def _laid_over(base: Scenario, over: Node | None, key: str, problems: Problems) -> Scenario:
    """The base with a section of the experiment, if there is one, laid over it."""
    if over is None:
        return base
    if not isinstance(over.value, dict):
        problems.add(over.place, f"{key} is {value_shown(over.value)}, but must be a section such as {{weeks: 52}}")
        return base
    try:
        return base.with_(**over.plain())
    except Mistake as mistake:
        for sentence in str(mistake).splitlines():
            problems.add(over.place, f"{key}: {sentence}")
        return base


def _policies(tree: Node, base: Scenario, file: Path, problems: Problems) -> dict[str, Scenario]:
    """Name → scenario: a file of its own, or settings laid over the base."""
    node = tree.get("policies")
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        problems.add(
            node.place, f"policies is {value_shown(node.value)}, but must be a section, a name and a scenario each"
        )
        return {}
    return {name: _policy(name, entry, tree, base, file, problems) for name, entry in node.entries()}


def _policy(name: str, entry: Node, tree: Node, base: Scenario, file: Path, problems: Problems) -> Scenario:
    key = f"policies.{name}"
    if isinstance(entry.value, dict):
        return _laid_over(base, Node(dict(entry.value) | {"name": Node(name)}, entry.place), key, problems)
    found, over = _scenario_file(entry, key, file, base.model), tree.get("with")
    plain = over.plain() if over is not None and isinstance(over.value, dict) else {}
    return _laid_over(found, Node(given(plain | {"name": name}).value, entry.place), key, problems)


def _refuse_twice(tree: Node, levers: Iterable[Factor], unknown: Iterable[Factor], problems: Problems) -> None:
    node = tree.get(UNCERTAINTIES)
    for path in {factor.path for factor in levers} & {factor.path for factor in unknown}:
        problems.add(node.place if node else None, f"{path} is both a lever and an uncertainty; keep one of them")


def _whole(tree: Node, key: str, default: int, limits: tuple[int, int], problems: Problems) -> int:
    node = tree.get(key)
    if node is None:
        return default
    if isinstance(node.value, bool) or not isinstance(node.value, int) or not limits[0] <= node.value <= limits[1]:
        wanted = f"a whole number between {limits[0]:,} and {limits[1]:,}"
        problems.add(node.place, f"{key} is {value_shown(node.value)}, but must be {wanted}")
        return default
    return node.value


def _precision(tree: Node, problems: Problems) -> float | None:
    node = tree.get("precision")
    if node is None:
        return None
    try:
        share = fitted(node.value, float, "share")
        if not isinstance(share, int | float) or not 0 < share < 1:
            raise Unfit(f"is {value_shown(node.value)}, but must be a share of the outcome, such as 2%")
    except Unfit as unfit:
        problems.add(node.place, f"precision {unfit}")
        return None
    return float(share)


def _settings(tree: Node, command: str | None, model: type[Model] | None, problems: Problems) -> Model | None:
    if command is None or model is None:
        return None
    node = tree.get(command) or Node({}, tree.place)
    return judged(model, Spot(node, command), problems)
