"""The questions that Explore asks – experiments that are shipped or lie beside it – and their answers.

An answer is first sought among the runs that are kept; only what is missing there is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult
from sim.experiments.methods import meant_by
from sim.experiments.question import Experiment
from sim.experiments.store import MARK, Store
from sim.model.component import Model
from sim.runs.executor import Block, Executor
from sim.runs.result import Result
from sim.scenario.shipped import scenarios_folder
from sim.scenario.yaml_file import read_yaml
from sim.studio.library import scenario_library
from sim.studio.visitor.model import model


def questions_folder() -> Path | None:
    """The shipped experiments: beside the package in a checkout, inside it when installed; None when they are missing."""
    root = scenarios_folder().parent
    return next((root / name for name in ("questions", "experiments") if (root / name / "sweep.yaml").is_file()), None)


@lru_cache(maxsize=1)
def shipped() -> dict[str, Path]:
    """Every shipped experiment by its name."""
    folder = questions_folder()
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))} if folder else {}


@dataclass(frozen=True)
class Question:
    """An experiment as its file introduces it, and the method that answers it."""

    key: str
    asked: str
    method: Method
    path: Path

    @property
    def title(self) -> str:
        """What it is called in a row of questions."""
        where, _, name = self.key.rpartition("/")
        own = f"{name.replace('_', ' ')}: " if where else "Example: "
        return f"{own[0].upper()}{own[1:]}{self.method.explored or self.method.name.replace('_', ' ')}"


def method_in(written: Mapping[str, Any]) -> Method | None:
    """The method that answers an experiment file; of several, one whose answer is drawn here. None when there is none."""
    found = meant_by(written)
    return next((method for method in found if method.explored), next(iter(found), None))


def questions(beside: Path) -> dict[str, Question]:
    """The experiments that can be explored: those shipped, and those in the folder ``experiments`` under ``beside``."""
    return sorted_out(beside)[0]


def sorted_out(beside: Path) -> tuple[dict[str, Question], list[str]]:
    """The experiments that can be explored, by key, and a sentence about each file that cannot be read."""
    known = {path.resolve() for path in shipped().values()}
    own = [path for path in sorted((beside / "experiments").glob("*.yaml")) if path.resolve() not in known]
    found: dict[str, Question] = {}
    faulty = []
    for key, path in (shipped() | {f"here/{scenario_library.text(path.stem)}": path for path in own}).items():
        try:
            question = _question(key, path, scenario_library.changed(path))
        except Mistake as mistake:
            faulty.append(str(mistake))
            continue
        if question is not None:
            found[key] = question
    return found, faulty


@lru_cache(maxsize=256)
def _question(key: str, path: Path, changed: int) -> Question | None:
    written = read_yaml(path, "an experiment", "base: ../scenarios/telecom/today.yaml").plain()
    method = method_in(written)
    asked = " ".join(str(written.get("question", "")).split())
    return Question(key, asked, method, path) if method and asked else None


def opened(question: Question) -> Experiment:
    """The experiment, read and judged. Raises :class:`Mistake`."""
    return _opened(question, scenario_library.changed(question.path), model())


@lru_cache(maxsize=32)
def _opened(question: Question, changed: int, model: Model) -> Experiment:
    return question.method.load(question.path, model).in_worlds()


# ---- the answer


class NotKept(Exception):
    """Something that was asked for is not among the kept runs."""


class Closed(Executor):
    """Runs nothing: raises :class:`NotKept` as soon as anything would have to be run."""

    def run(self, blocks: Iterable[Block]) -> Iterator[tuple[int, Result]]:
        """See :meth:`Executor.run`."""
        if any(True for _ in blocks):
            raise NotKept
        return iter(())


def answered(
    method: Method,
    asked: Experiment,
    folder: Path,
    executor: Executor,
    progress: Callable[[int], None] = lambda count: None,
) -> MethodResult:
    """The answer to an experiment, from the kept runs in ``folder`` and, for what they lack, from the model.

    Raises :class:`NotKept` when ``executor`` is :class:`Closed` and something is missing, :class:`Mistake` otherwise.
    """
    with Laboratory(asked.definitions, asked.seed, Store(folder), executor, progress) as laboratory:
        return method.answer(asked, laboratory)


def kept(method: Method, asked: Experiment, folder: Path) -> MethodResult:
    """The answer from kept runs alone. Raises :class:`NotKept` when they do not hold all of it."""
    if not (folder / MARK).is_file():
        raise NotKept
    return answered(method, asked, folder, Closed())


def base_key(asked: Experiment) -> str | None:
    """What the shelf calls the scenario that an experiment starts from; None when it is not on it."""
    path = asked.base.path
    known = {file.resolve(): key for key, file in scenario_library.shipped().items()}
    return None if path is None else known.get(path.resolve())
