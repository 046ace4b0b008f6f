"""What a calibration narrows: the uncertainties that somebody named, and everything that a scenario's worlds leave open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Mistake
from sim.experiments.algorithms.conditioning import Scores
from sim.experiments.factors import LINEAR, Factor
from sim.experiments.question import Experiment
from sim.scenario.whole import Scenario
from sim.scenario.worlds import MEANS, Worlds, certain, even_places, line_of, uncertain


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What is narrowed, and the worlds in which it is so far open.

    ``base``: the scenario, whose own word counts but for the ``named`` uncertainties; ``factors``: what is narrowed; ``worlds``:
    equally likely, to be met in order; ``scores``: normal scores of the factors in them.
    """

    base: Scenario
    factors: tuple[Factor, ...]
    named: frozenset[str]
    worlds: Worlds
    scores: Scores

    def worlds_at(self, scores: np.ndarray) -> Worlds:
        """The worlds with the factors at these scores, (k, factors), to be met in order; what else they say has no effect."""
        found, few = self.scores.values_at(scores), self.worlds.values[: len(scores)]
        some = replace(self.worlds, values=few, weights=np.full(len(scores), 1 / len(scores)))
        return some.with_columns({factor.path: found[:, k] for k, factor in enumerate(self.factors)})

    def scenario_at(self, worlds: Worlds, first: int) -> Scenario:
        """The base in these worlds, the first of which is met by replication ``first``."""
        turned = replace(worlds, values=np.roll(worlds.values, first % len(worlds.weights), axis=0))
        return replace(self.base, worlds=turned, held=self.base.held - self.named)

    def found(self, scores: np.ndarray, fitted_to: tuple[str, ...]) -> Worlds:
        """The worlds that fit, as a file holds them."""
        worlds = self.worlds_at(scores)
        return replace(worlds, in_order=False, fitted_to=(*worlds.fitted_to, *fitted_to))


def unknowns(experiment: Experiment, count: int) -> Unknowns:
    """What an experiment leaves to be narrowed, in ``count`` worlds. Raises :class:`Mistake` where that is nothing."""
    base, named = experiment.base, experiment.uncertainties
    _refuse_structure(base, named)
    given = base.worlds or certain(base.model)
    own = {one.path: _spread(one, count) for one in named}
    worlds = replace(given.drawn_in_order(count, experiment.seed).with_columns(own), fitted=given.fitted | set(own))
    factors = (*named, *(one for one in _left_open(base, worlds) if one.path not in own))
    if not factors:
        raise Mistake(
            "nothing is left open: name uncertainties, or choose worlds (--worlds shipped) in which something is uncertain"
        )
    columns = worlds.values[:, [worlds.paths.index(one.path) for one in factors]]
    stepped = np.array([one.whole or one.choices is not None for one in factors])
    return Unknowns(base, factors, frozenset(own), worlds, Scores(columns, stepped, experiment.seed))


def _spread(factor: Factor, count: int) -> np.ndarray:
    """A named uncertainty in so many worlds: evenly over its range."""
    return np.array([factor.at(place) for place in even_places(factor.path, count)], np.float64)


def _left_open(base: Scenario, worlds: Worlds) -> tuple[Factor, ...]:
    """What the worlds say differently and the scenario leaves to them, as factors."""
    ends = zip(worlds.paths, worlds.values.min(axis=0), worlds.values.max(axis=0), strict=True)
    opened = base.left_open
    return tuple(_factor(base, path, low, high) for path, low, high in ends if path in opened and low < high)


def _factor(base: Scenario, path: str, low: float, high: float) -> Factor:
    line, (part, _, name) = line_of(base.model, path), path.partition(".")
    words = f"{name.replace('_', ' ')} ({part.replace('_', ' ')})"
    return Factor(path, low, high, None, LINEAR, line.kind is int, line.kind is bool, words, line.unit, lever=False)


def _refuse_structure(base: Scenario, named: tuple[Factor, ...]) -> None:
    """Raise :class:`Mistake` for what no world can say, because it makes the market before anything happens in it."""
    for factor in named:
        if factor.path.partition(".")[0] not in (*base.parts, MEANS):  # the market, or who knows whom
            some = ", ".join(list(uncertain(base.model))[:2])
            raise Mistake(
                f"{factor.path} makes the market before week 0 and is in no world, so it cannot be fitted; choose a parameter of "
                f"a behaviour or mechanism, such as {some}"
            )
