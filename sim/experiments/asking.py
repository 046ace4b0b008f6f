"""What the methods share when they ask the model through a laboratory: places in the unit cube, addresses, tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import Mistake
from sim.experiments.blocks import made
from sim.experiments.laboratory import Laboratory, Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.experiments.sensitivity import Evaluate
from sim.runs.runner import Failure


@dataclass(frozen=True, eq=False)
class Asked:
    """What every answer begins with: the question, what it cost, and what failed."""

    experiment: Experiment
    tally: Tally
    failures: tuple[Failure, ...]

    @property
    def outcome(self) -> Outcome:
        """The first outcome: the one that decides."""
        return self.experiment.outcomes[0]

    def head(self, command: str) -> dict[str, Any]:
        """What every command's JSON begins with."""
        asked = self.experiment
        return {
            "question": asked.question,
            "experiment": asked.path.stem,
            "address": address(asked, command),
            "seed": asked.seed,
            "stands_for": asked.base.market.stands_for,
            "found": self.tally.found,
            "ran": self.tally.ran,
            "failed": len(self.failures),
        }


def over_places(experiment: Experiment, laboratory: Laboratory) -> Evaluate:
    """The experiment as a function of places in the unit cube and replication numbers."""

    def evaluate(places: np.ndarray, replications: range) -> np.ndarray:
        scenarios = [experiment.scenario_at(values) for values in experiment.values_at(places)]
        return laboratory.measure(scenarios, replications)

    return evaluate


def address(experiment: Experiment, command: str) -> str:
    """A hash of all that an answer depends on: the file, the scenarios in it, the command, the source and the libraries."""
    scenarios = [experiment.base, *experiment.policies.values()]
    settings = experiment.settings.model_dump(mode="json") if experiment.settings is not None else None
    key = [made(), command, settings, experiment.written, [scenario.full_fingerprint for scenario in scenarios]]
    return hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest()[:12]


def refuse_uncertainties(experiment: Experiment, command: str) -> None:
    """Raise :class:`Mistake` when the file has uncertainties, which ``command`` does not vary."""
    if experiment.uncertainties:
        raise Mistake(
            f"{experiment.path.name}: {command} varies levers alone, and uncertainties are given; remove them, or ask "
            "'loyalty robust' which policy bears them best"
        )
