"""The questions that Explore asks: experiments that are shipped or lie beside it, a visitor's own sweep, and their answers.

An answer is first sought among the runs that are kept; only what is missing there is run.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sim.commands.running import scenarios_folder
from sim.errors import Mistake
from sim.execution import Block, Executor
from sim.experiments.designs import Grid
from sim.experiments.factors import Factor, factors_in, parameter_at, parameters
from sim.experiments.laboratory import Laboratory
from sim.experiments.outcomes import Outcome, outcomes_in
from sim.experiments.question import Experiment, load_experiment
from sim.experiments.store import MARK, Store
from sim.outcome import Result
from sim.scenario.tree import Problems, given
from sim.scenario.whole import Scenario
from sim.scenario.yaml_file import read_yaml
from sim.studio import shelf

METHODS = {"sweep": "a map of settings", "sensitivity": "what matters most", "optimise": "a search for the best"}
"""Commands whose answers are drawn here, and what they give in a few words."""
OWN_FILE = "own_sweep.yaml"
"""What a visitor's own sweep is called as a file."""
LEVELS, TIMES, WEEKS = (2, 9), (2, 100), (4, 208)
"""Smallest and largest of what a visitor may ask of their own sweep: values of a lever, replications, weeks."""


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
    """An experiment as its file introduces it, and the command that answers it."""

    key: str
    asked: str
    command: str
    path: Path

    @property
    def title(self) -> str:
        """What it is called in a row of questions."""
        where, _, name = self.key.rpartition("/")
        own = f"{name.replace('_', ' ')}: " if where else "Example: "
        return f"{own[0].upper()}{own[1:]}{METHODS[self.command]}"

    @property
    def command_told(self) -> str:
        """The command that asks the same in a terminal."""
        return f"loyalty {self.command} experiments/{self.path.name}"


def command_in(written: Mapping[str, Any]) -> str | None:
    """The command that answers an experiment file; None when its answer is not drawn here."""
    found = [name for name in METHODS if name in written]
    others = ("policies", "select", "break_even", "robust", "calibrate", "branch")
    return (
        found[0] if found else "sweep" if "design" in written and not any(name in written for name in others) else None
    )


def questions(beside: Path) -> dict[str, Question]:
    """The experiments that can be explored: those shipped, and those in the folder ``experiments`` under ``beside``."""
    files = {f"{beside.name}/{path.stem}": path for path in sorted((beside / "experiments").glob("*.yaml"))}
    known = {path.resolve() for path in shipped().values()}
    files = shipped() | {f"here/{path.stem}": path for path in files.values() if path.resolve() not in known}
    found = (_question(key, path, path.stat().st_mtime_ns) for key, path in files.items())
    return {question.key: question for question in found if question is not None}


@lru_cache(maxsize=256)
def _question(key: str, path: Path, changed: int) -> Question | None:
    try:
        written = read_yaml(path).plain()
    except Mistake:
        return None
    command = command_in(written) if isinstance(written, dict) else None
    asked = " ".join(str(written.get("question", "")).split()) if command else ""
    return Question(key, asked, command, path) if command and asked else None


def opened(question: Question) -> Experiment:
    """The experiment, read and judged. Raises :class:`Mistake`."""
    return _opened(question, question.path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _opened(question: Question, changed: int) -> Experiment:
    if question.command == "sweep":
        return load_experiment(question.path)
    method = import_module(f"sim.experiments.ask_{question.command}")
    return load_experiment(question.path, question.command, method.Settings)


# ---- a visitor's own sweep


@dataclass(frozen=True)
class Lever:
    """A setting that a sweep can vary: its path, what it means, its unit and range, and whether it is a switch."""

    path: str
    label: str
    meaning: str
    unit: str
    low: float
    high: float
    whole: bool
    switch: bool

    def around(self, value: float) -> tuple[float, float]:
        """A range to begin with: from half of today's value to twice it, within what is allowed."""
        if self.switch:
            return 0.0, 1.0
        ends = (value / 2, 2 * value) if value else (self.low, self.low + (self.high - self.low) / 4)
        low, high = (min(max(float(f"{end:.2g}"), self.low), self.high) for end in ends)
        low, high = (float(int(low)), float(-int(-high))) if self.whole else (low, high)
        return (low, high) if low < high else (self.low, self.high)


@lru_cache(maxsize=1)
def levers() -> dict[str, Lever]:
    """Every setting that can be varied, by its path: found in the parameters' own lines."""
    return {
        f"{section}.{name}": Lever(
            f"{section}.{name}", f"{section}: {name}".replace("_", " ").capitalize(), line.meaning, line.unit,
            float(line.low), float(line.high), line.kind is int, line.kind is bool,
        )
        for section, found in parameters().items()
        for name, line in found.items()
    }  # fmt: skip


def value_today(scenario: Scenario, path: str) -> float:
    """What a scenario gives to a setting in its first week."""
    section, _, name = path.partition(".")
    owner = scenario.parts.get(section) or getattr(scenario, section)
    return float(getattr(owner, name) or 0)


@dataclass(frozen=True)
class Own:
    """A sweep as a visitor asks for it. ``ranges``: path → lowest and highest value; ``measures``: what is looked at."""

    base: str
    ranges: tuple[tuple[str, float, float], ...]
    measures: tuple[str, ...]
    levels: int
    times: int
    weeks: int

    @property
    def runs(self) -> int:
        """At most how many replications it takes, the base as it is among them."""
        points = 1
        for path, low, high in self.ranges:
            lever = levers()[path]
            points *= 2 if lever.switch else min(self.levels, int(high - low) + 1) if lever.whole else self.levels
        return (points + 1) * self.times

    @property
    def asked(self) -> str:
        """The question in words."""
        names = " and ".join(levers()[path].label.partition(": ")[2] for path, _, _ in self.ranges)
        return f"What do {names} do to {self.measures[0].replace('_', ' ')}?"

    def written(self) -> dict[str, Any]:
        """The experiment file that asks the same, for a folder beside ``scenarios``."""
        return {
            "question": self.asked,
            "base": f"../scenarios/{self.base}.yaml",
            "with": {"weeks": self.weeks},
            "levers": {path: _range_written(path, low, high) for path, low, high in self.ranges},
            "outcomes": list(self.measures),
            "design": {"kind": "grid", "levels": self.levels},
            "replications": self.times,
            "seed": 1,
        }

    def experiment(self, scenario: Scenario) -> Experiment:
        """The experiment on its base. Raises :class:`Mistake` with every sentence about what is wrong."""
        _check(self.levels, LEVELS, "values of a lever")
        _check(self.times, TIMES, "replications")
        _check(self.weeks, WEEKS, "weeks")
        problems, written = Problems(), self.written()
        base = scenario.with_(weeks=self.weeks)
        factors = factors_in(given(written["levers"]), "levers", base, problems)
        outcomes = outcomes_in(given(written["outcomes"]), problems)
        problems.stop_if_any()
        return _experiment(written, base, factors, outcomes, self)


def _range_written(path: str, low: float, high: float) -> dict[str, Any]:
    lever = levers().get(path)
    if lever is None:
        parameter_at_or_mistake(path)
        return {}
    if lever.switch:
        return {}
    whole = lever.whole and low == int(low) and high == int(high)
    return {"low": int(low), "high": int(high)} if whole else {"low": low, "high": high}


def parameter_at_or_mistake(path: str) -> None:
    """Raise :class:`Mistake`, with the nearest word, for a path that names no setting."""
    from sim.scenario.quantities import Unfit

    try:
        parameter_at(path)
    except Unfit as unfit:
        raise Mistake(f"{path[:80]} {unfit}") from None


def _check(number: int, limits: tuple[int, int], what: str) -> None:
    if not limits[0] <= number <= limits[1]:
        raise Mistake(f"{number} {what} were asked for, but here there may be {limits[0]} to {limits[1]}")


def _experiment(
    written: dict[str, Any], base: Scenario, factors: tuple[Factor, ...], outcomes: tuple[Outcome, ...], own: Own
) -> Experiment:
    return Experiment(
        path=Path(OWN_FILE), question=own.asked, base=base, levers=factors, uncertainties=(), outcomes=outcomes,
        design=Grid(kind="grid", levels=own.levels), replications=own.times, precision=None, seed=1, policies={},
        settings=None, written=written,
    )  # fmt: skip


def as_yaml(written: Mapping[str, Any]) -> str:
    """An experiment as the text of its file."""
    from ruamel.yaml import YAML

    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(dict(written), text)
    return text.getvalue()


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


def size(command: str, asked: Experiment) -> int:
    """About how many replications an answer takes. Raises :class:`Mistake` when it cannot be had."""
    if command == "sweep":
        from sim.experiments.sweeping import planned

        return (len(planned(asked)[1]) + 1) * asked.replications
    points = import_module(f"sim.experiments.ask_{command}").check(asked)
    return int(points * (asked.replications if command == "sensitivity" else 1))


def answered(
    command: str,
    asked: Experiment,
    folder: Path,
    executor: Executor,
    progress: Callable[[int], None] = lambda count: None,
) -> Any:
    """The answer to an experiment, from the kept runs in ``folder`` and, for what they lack, from the model.

    Raises :class:`NotKept` when ``executor`` is :class:`Closed` and something is missing, :class:`Mistake` otherwise.
    """
    with Laboratory(asked.measures, asked.seed, Store(folder), executor, progress) as laboratory:
        if command == "sweep":
            from sim.experiments.sweeping import sweep

            return sweep(asked, laboratory)
        return import_module(f"sim.experiments.ask_{command}").ask(asked, laboratory)


def kept(command: str, asked: Experiment, folder: Path) -> Any:
    """The answer from kept runs alone. Raises :class:`NotKept` when they do not hold all of it."""
    if not (folder / MARK).is_file():
        raise NotKept
    return answered(command, asked, folder, Closed())


def headline(command: str, found: Any) -> str:
    """The answer in a sentence."""
    return str(import_module(f"sim.report.{command}_page").headline(found))


def base_key(asked: Experiment) -> str | None:
    """What the shelf calls the scenario that an experiment starts from; None when it is not on it."""
    path = asked.base.path
    known = {file.resolve(): key for key, file in shelf.shipped().items()}
    return None if path is None else known.get(path.resolve())


# ---- a visitor's own sweep, as the address tells it

PLACES = (("one", "from", "to"), ("two", "from2", "to2"))
"""What the address calls a lever, its lowest and its highest value."""
USUAL = {"levels": 5, "times": 10, "weeks": 52}


def own_in(entries: Mapping[str, str]) -> Own | None:
    """The sweep that an address asks for; None when it asks for none. Raises :class:`Mistake` naming what is wrong with it."""
    if not entries.get("one"):
        return None
    ranges = tuple(_range_in(entries, names) for names in PLACES if entries.get(names[0]))
    if len({path for path, _, _ in ranges}) < len(ranges):
        raise Mistake(f"{ranges[0][0]} is chosen twice; choose another second lever, or none")
    measures = tuple(dict.fromkeys(entries[key] for key in ("measure", "measure2") if entries.get(key)))
    numbers = {name: _whole_in(entries, name, usual) for name, usual in USUAL.items()}
    return Own(entries.get("base") or "telecom/today", ranges, measures or ("profit",), **numbers)


def _range_in(entries: Mapping[str, str], names: tuple[str, str, str]) -> tuple[str, float, float]:
    path = entries[names[0]]
    parameter_at_or_mistake(path)
    lever = levers()[path]
    low, high = (_number_in(entries.get(name, ""), path) for name in names[1:])
    return path, lever.low if low is None else low, lever.high if high is None else high


def _number_in(text: str, what: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise Mistake(f"{what}: '{text[:40]}' is no number; write one such as 14 or 0.25") from None


def _whole_in(entries: Mapping[str, str], name: str, usual: int) -> int:
    number = _number_in(entries.get(name, ""), name)
    if number is not None and number != int(number):
        raise Mistake(f"{name} is {number:g}, but must be a whole number")
    return usual if number is None else int(number)


def entries_of(own: Own) -> dict[str, str]:
    """The entries of the address that ask for a sweep; the inverse of :func:`own_in`."""
    found = {"base": own.base} | dict(zip(("measure", "measure2"), own.measures, strict=False))
    for names, (path, low, high) in zip(PLACES, own.ranges, strict=False):
        found |= dict(zip(names, (path, f"{low:.10g}", f"{high:.10g}"), strict=True))
    return found | {name: str(getattr(own, name)) for name in USUAL}
