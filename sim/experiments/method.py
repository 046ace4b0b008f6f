"""The protocol of experiment methods: what answers an experiment's question, and what an answer is.

A method is one file in :mod:`sim.experiments.methods`, and named nowhere else. The file's name is the command (with hyphens) and
the section of the experiment file that is the method's own; its first line is the command's help; ``METHOD`` in it says how
the question is planned and answered. The answer, a :class:`MethodResult`, says what is kept of it and what it is as JSON. A
page of its own, if it has one, is ``sim/report/<name>_page.py``; without one its tables are shown.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from sim.errors import Mistake
from sim.experiments.algorithms.effects import Effect
from sim.experiments.algorithms.sensitivity import Analysis, Evaluate
from sim.experiments.blocks import made
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Laboratory, Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment, load_experiment
from sim.runs.replication import Failure
from sim.runs.result import fitted_to, worlds_told
from sim.runs.statistics import Difference, Interval
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.tree import shown
from sim.scenario.whole import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.system.outputs import Output


@dataclass(frozen=True)
class DesignPoint:
    """A setting that was run: its values, each outcome's mean with interval, and its difference from today.

    ``number``: its place among the points of its answer; ``kept``: whether it keeps every limit that the question sets.
    """

    number: int
    values: tuple[float, ...]
    levels: tuple[Interval, ...]
    gaps: tuple[Difference, ...]
    kept: bool


class MethodSettings(BaseModel):
    """What may stand in a method's own section of the experiment file; each method adds its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is going to be run: about ``runs`` replications; ``points`` and ``scenarios``, where these are known before.

    ``make``: makes the scenarios, which may be many, and raises :class:`Mistake` for one that makes no sense.
    """

    runs: int
    points: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    make: Callable[[], Sequence[Scenario]] = tuple
    scenarios: Sequence[Scenario] = ()


@dataclass(frozen=True, eq=False)
class MethodResult(ABC):
    """An answer: the question, what it cost and what failed; each method adds what it found."""

    experiment: Experiment
    tally: Tally
    failures: tuple[Failure, ...]

    @property
    def method(self) -> str:
        """The method's name: that of its file."""
        return file_of(type(self))

    @property
    def command(self) -> str:
        """The word after ``loyalty`` that asked for it."""
        return self.method.replace("_", "-")

    @property
    def answer(self) -> str:
        """The answer in a sentence, where no page of the method's own says it."""
        return "The tables hold the answer"

    @property
    def outcome(self) -> Outcome:
        """The first outcome: the one that decides."""
        return self.experiment.outcomes[0]

    # ---- what is kept and told

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """What is kept, of the simulated people: name of a table → its columns by name, or its rows; the main table first.

        A table ``points`` with a column ``scenario`` is what SQL over the results folder joins runs by.
        """

    def tables(self) -> dict[str, pd.DataFrame]:
        """The same as tables, each of which is kept as Parquet and CSV."""
        import pandas as pd

        return {name: pd.DataFrame(columns) for name, columns in self.columns().items()}

    def table(self, name: str = "") -> pd.DataFrame:
        """The table of this name; the main one unless named."""
        found = self.tables()
        return found[name or next(iter(found))]

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What JSON says beside its :meth:`head`, in the company's units."""

    def head(self) -> dict[str, Any]:
        """What every answer's JSON begins with."""
        asked = self.experiment
        return {
            "question": asked.question,
            "experiment": asked.path.stem,
            "address": self.address,
            "seed": asked.seed,
            "stands_for": asked.base.market.stands_for,
            "worlds": worlds_told(asked.base),
            "fitted_to": list(fitted_to(asked.base)),
            "found": self.tally.found,
            "ran": self.tally.ran,
            "failed": len(self.failures),
        }

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints with ``--json``, without its sentence."""
        return self.head() | self.told()

    @property
    def depends_on(self) -> Any:
        """What the answer depends on beside the experiment file and the scenarios named in it, such as a table of points."""
        return None

    @property
    def address(self) -> str:
        """A hash of all that the answer depends on, the source and the libraries too."""
        asked = self.experiment
        scenarios = [scenario.full_fingerprint for scenario in (asked.base, *asked.policies.values())]
        settings = asked.settings.model_dump(mode="json") if asked.settings is not None else {}
        key = [made(), self.method, settings, asked.written, scenarios, self.depends_on]
        return hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest()[:12]

    # ---- what can be drawn of it and picked from; nothing unless a method says otherwise

    def design_points(self) -> Sequence[DesignPoint]:
        """Settings that were run and can be picked, in the order of the numbers they have."""
        return ()

    @property
    def mapped(self) -> bool:
        """Whether the points are those of the file's design, so that a grid of them makes a map."""
        return False

    @property
    def tried(self) -> np.ndarray:
        """Means of what else was tried on the way: float64 (settings, outcomes)."""
        return np.empty((0, len(self.experiment.outcomes)))

    def effects(self, outcome: Outcome) -> list[Effect]:
        """What each factor does to an outcome, the largest change first."""
        return []

    @property
    def entangled(self) -> list[list[Factor]]:
        """Groups of factors that vary only together, so that what each of them does cannot be told."""
        return []

    @property
    def analyses(self) -> Sequence[Analysis]:
        """How much each factor matters: one for each outcome, or none at all."""
        return ()


@dataclass(frozen=True)
class Save:
    """What a method writes where its user wants it, with ``--save``; a line ``--save: …`` at the head of its file is the help.

    ``outputs``: what is written for a chosen path; ``write``: writes it there or, with no path chosen, into the answer's folder,
    and returns a sentence that says where it is.
    """

    outputs: Callable[[Path], list[Output]]
    write: Callable[[Any, Path, Path | None], str]


@dataclass(frozen=True, eq=False)
class Method:
    """One way of answering an experiment's question.

    ``plan``: what would be run; raises :class:`Mistake`, before anything is, when that could not answer. ``run``: the answer,
    from a laboratory. ``settings``: the method's own section. ``needs``: entries of the experiment without which it cannot
    answer; ``refuses``: an entry that it does not take → a sentence that says so. ``meant_by``: whether a file with these
    entries, none of them a method's section, means this one. ``explored``: in a few words, what Explore draws of its answers;
    empty when nothing. ``save``: what ``--save`` writes, if there is such an option.
    """

    plan: Callable[[Experiment], Plan]
    run: Callable[[Experiment, Laboratory, Plan], MethodResult]
    settings: type[MethodSettings] = MethodSettings
    needs: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    meant_by: Callable[[Collection[str]], bool] = lambda entries: False
    explored: str = ""
    save: Save | None = None

    @property
    def name(self) -> str:
        """The method's name: that of its file."""
        return file_of(self.plan)

    @property
    def command(self) -> str:
        """The word after ``loyalty`` that asks for it."""
        return self.name.replace("_", "-")

    def load(self, path: Path | str, mechanisms: Mechanisms | None = None) -> Experiment:
        """The experiment in a file, with this method's section of it; see :func:`load_experiment`. Raises :class:`Mistake`."""
        return load_experiment(path, self.name, self.settings, mechanisms)

    def planned(self, experiment: Experiment, quickly: bool = False) -> Plan:
        """What would be run. Raises :class:`Mistake`, with the file's name, when this method cannot answer the question.

        ``quickly``: without making all scenarios, so that one that makes no sense is not seen.
        """
        experiment.need(*self.needs)
        try:
            for entry, instead in self.refuses.items():
                if getattr(experiment, entry):
                    raise Mistake(instead)
            plan = self.plan(experiment)
            return plan if quickly else replace(plan, scenarios=plan.make())
        except Mistake as mistake:
            raise Mistake(f"{shown(experiment.path)}: {self.command}: {mistake}") from None

    def answer(self, experiment: Experiment, laboratory: Laboratory, plan: Plan | None = None) -> MethodResult:
        """The answer; what it is ``planned`` to run need not be planned again. Raises :class:`Mistake`."""
        return self.run(experiment, laboratory, plan or self.planned(experiment))


def file_of(thing: Any) -> str:
    """The name of the file in which a function or class is written."""
    return str(thing.__module__).rpartition(".")[2]


def over_places(experiment: Experiment, laboratory: Laboratory) -> Evaluate:
    """The experiment as a function of places in the unit cube and replication numbers."""

    def evaluate(places: np.ndarray, replications: range) -> np.ndarray:
        scenarios = [experiment.scenario_at(values) for values in experiment.values_at(places)]
        return laboratory.measure(scenarios, replications)

    return evaluate
