"""Designs: at which settings the model is asked. One class for each kind says what it takes; ``points`` makes the settings."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake, hint
from sim.experiments.factors import Factor, Parameter, parameter_at
from sim.scenario.quantities import Unfit, value_shown
from sim.scenario.rivals import parted_path
from sim.scenario.tree import Node, Problems, shown
from sim.scenario.validation import Spot, judged
from sim.scenario.yaml_file import refuse_unless_file
from sim.system import digests

if TYPE_CHECKING:
    from sim.experiments.question import Experiment

MOST_POINTS = 1_000_000
LARGEST = 500_000_000
"""Bytes that a table of points may have."""


class Design(BaseModel):
    """What every design says: its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """The points in the unit cube: float64 (points, factors)."""
        raise NotImplementedError

    def points(self, experiment: Experiment) -> np.ndarray:
        """The points: float64 (points, factors), in the factors' units. Raises :class:`Mistake` when it cannot be made."""
        experiment.need("factors")
        return experiment.values_at(self.places(experiment.factors, experiment.seed))

    def order(self, count: int) -> np.ndarray:
        """The order in which ``count`` points are run: wherever it is interrupted, what is done is spread out evenly."""
        return interleaved(count)


class _Levels(Design):
    levels: int = Field(5, ge=2, le=1000)

    def _ladder(self, factor: Factor) -> np.ndarray:
        """Places of the levels of one factor: every value where there are no more than ``levels``."""
        count = len(factor.choices) if factor.choices else self.levels
        if factor.choices is None and factor.whole:
            count = min(count, int(factor.high - factor.low) + 1)
        return np.linspace(0, 1, count) if factor.choices is None else (np.arange(count) + 0.5) / count


class Grid(_Levels):
    """Every combination of ``levels`` values of each factor."""

    kind: Literal["grid"]

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """See :meth:`Design.places`."""
        ladders = [self._ladder(factor) for factor in factors]
        _refuse_too_many(math.prod(len(ladder) for ladder in ladders))
        return np.stack([axis.ravel() for axis in np.meshgrid(*ladders, indexing="ij")], axis=1)


class OneAtATime(_Levels):
    """The base, and then each factor over its ``levels`` while the others stay as the base has them."""

    kind: Literal["one_at_a_time"]
    levels: int = Field(2, ge=2, le=1000)

    def points(self, experiment: Experiment) -> np.ndarray:
        """See :meth:`Design.points`; the first point is the base."""
        experiment.need("factors")
        base = np.array([value_in(experiment, factor) for factor in experiment.factors])
        rows = [base]
        for column, factor in enumerate(experiment.factors):
            for value in dict.fromkeys(factor.at(place) for place in self._ladder(factor)):
                row = base.copy()
                row[column] = value
                rows.append(row)
        return np.array(rows)


class _Samples(Design):
    samples: int = Field(ge=2, le=MOST_POINTS)

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """See :meth:`Design.places`."""
        from scipy.stats import qmc

        return self._drawn(qmc, len(factors), np.random.default_rng(seed))

    def order(self, count: int) -> np.ndarray:
        """As they come: every beginning of these is spread out of itself."""
        return np.arange(count)

    def _drawn(self, qmc: Any, factors: int, rng: np.random.Generator) -> np.ndarray:
        raise NotImplementedError


class LatinHypercube(_Samples):
    """``samples`` points, so that each of as many slices of every factor's range holds one."""

    kind: Literal["latin_hypercube"]

    def _drawn(self, qmc: Any, factors: int, rng: np.random.Generator) -> np.ndarray:
        return qmc.LatinHypercube(factors, rng=rng).random(self.samples)


class Sobol(_Samples):
    """The first ``samples`` points of Sobol's sequence, scrambled by the seed; a power of two keeps them balanced."""

    kind: Literal["sobol"]

    def _drawn(self, qmc: Any, factors: int, rng: np.random.Generator) -> np.ndarray:
        power = round(math.log2(self.samples))
        if 2**power != self.samples:
            near = f"{2 ** math.floor(math.log2(self.samples))} or {2 ** math.ceil(math.log2(self.samples))}"
            raise Mistake(f"design.samples is {self.samples}, but Sobol's points are balanced in powers of two: {near}")
        return qmc.Sobol(factors, rng=rng).random_base2(power)


class Halton(_Samples):
    """The first ``samples`` points of Halton's sequence, scrambled by the seed."""

    kind: Literal["halton"]

    def _drawn(self, qmc: Any, factors: int, rng: np.random.Generator) -> np.ndarray:
        return qmc.Halton(factors, rng=rng).random(self.samples)


class Morris(Design):
    """``trajectories`` walks through the cube, each of which changes every factor once (Morris 1991)."""

    kind: Literal["morris"]
    trajectories: int = Field(ge=2, le=100_000)
    levels: int = Field(4, ge=2, le=100, multiple_of=2)

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """See :meth:`Design.places`."""
        from SALib.sample import morris

        if len(factors) < 2:
            raise Mistake("design: a walk through one factor is a grid; take 'kind: grid', or vary a second factor")
        names = [factor.path for factor in factors]
        problem = {"num_vars": len(factors), "names": names, "bounds": [[0, 1]] * len(factors)}
        return morris.sample(problem, self.trajectories, num_levels=self.levels, seed=seed % 2**32)

    def order(self, count: int) -> np.ndarray:
        """Walk after walk: a walk is of use when it is whole."""
        return np.arange(count)


class Factorial(Design):
    """Lowest and highest value of every factor: all combinations, or the fraction that keeps a ``resolution``."""

    kind: Literal["factorial"]
    resolution: int | None = Field(None, ge=3, le=10)

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """See :meth:`Design.places`."""
        from pydoe import ff2n, fracfact_by_res

        if self.resolution is None:
            _refuse_too_many(2 ** len(factors))
            return (ff2n(len(factors)) + 1) / 2
        try:
            return (fracfact_by_res(len(factors), self.resolution) + 1) / 2
        except ValueError:
            count = len(factors)
            raise Mistake(
                f"design.resolution {self.resolution} cannot be had with {count} factors; leave it out"
            ) from None


class PlackettBurman(Design):
    """Lowest and highest value of every factor in the fewest runs that keep main effects apart (Plackett & Burman 1946)."""

    kind: Literal["plackett_burman"]

    def places(self, factors: tuple[Factor, ...], seed: int) -> np.ndarray:
        """See :meth:`Design.places`."""
        from pydoe import pbdesign

        return (pbdesign(len(factors)) + 1) / 2


class Table(Design):
    """Points from a CSV or Parquet file with a column for each factor, named as the factor is."""

    kind: Literal["table"]
    file: str = Field(min_length=1)

    def points(self, experiment: Experiment) -> np.ndarray:
        """See :meth:`Design.points`."""
        experiment.need("factors")
        path = experiment.path.parent / self.file
        refuse_unless_file(path)
        return _checked(_read(path), experiment, path)


KINDS: dict[str, type[Design]] = {
    "grid": Grid, "one_at_a_time": OneAtATime, "latin_hypercube": LatinHypercube, "sobol": Sobol, "halton": Halton,
    "morris": Morris, "factorial": Factorial, "plackett_burman": PlackettBurman, "table": Table,
}  # fmt: skip


def design_in(node: Node | None, problems: Problems) -> Design | None:
    """The section ``design``; None when there is none, or when it is wrong, which is booked."""
    if node is None:
        return None
    kind = node.get("kind")
    if kind is None or not isinstance(kind.value, str) or kind.value not in KINDS:
        said = (
            "design.kind is missing"
            if kind is None
            else f"design.kind is {value_shown(kind.value)}, which is no design"
        )
        problems.add((kind or node).place, said + hint(str(kind.value) if kind else "", KINDS))
        return None
    return judged(KINDS[kind.value], Spot(node, "design"), problems)


def interleaved(count: int) -> np.ndarray:
    """0 .. count - 1 so that every beginning is spread evenly: ranks of the golden ratio's multiples, without whole parts."""
    return np.argsort(np.argsort((np.arange(count) * (math.sqrt(5) - 1) / 2) % 1.0, kind="stable"), kind="stable")


def value_in(experiment: Experiment, factor: Factor) -> float:
    """The value that the base gives to a factor. Raises :class:`Mistake` when it leaves that open."""
    section, name = parted_path(factor.path)
    owner: Any = experiment.base.parts.get(section) or getattr(experiment.base, section)
    value = getattr(owner, name)
    if value is None:
        raise Mistake(
            f"{factor.path} cannot be varied from '{experiment.base.name}', which leaves it open (a file may say it); "
            "choose another lever or another base"
        )
    return float(value)


def _refuse_too_many(count: int) -> None:
    if count > MOST_POINTS:
        raise Mistake(
            f"the design has {count:,} points, more than {MOST_POINTS:,}; take fewer levels, or another design"
        )


def _read(path: Path) -> Any:
    import pyarrow as arrow

    digests.trust(path)
    try:
        if path.stat().st_size > LARGEST:
            raise Mistake(f"{shown(path)} is larger than {LARGEST:,} bytes; a table of points is not")
        table = _table(path)
    except (OSError, ValueError, OverflowError, TypeError, NotImplementedError, Warning, arrow.ArrowException) as fault:
        words = " ".join((getattr(fault, "strerror", None) or str(fault)).split())[:200]
        raise Mistake(f"{shown(path)} cannot be read as a table ({words}); it must be CSV or Parquet") from None
    _refuse_too_many(len(table))
    if table.columns.has_duplicates:
        twin = table.columns[table.columns.duplicated()][0]
        raise Mistake(f"{shown(path)} has two columns '{twin}'; keep one of them")
    return table


def _table(path: Path) -> Any:
    """The file's columns as they stand: neither a longer row nor what pandas noted in it makes one of them the rows' names."""
    import pandas as pd
    from pyarrow import parquet

    if path.suffix.lower() == ".parquet":
        return parquet.ParquetFile(path).read().to_pandas(ignore_metadata=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # a first row longer than the header would be cut
        return pd.read_csv(path, nrows=MOST_POINTS + 1, index_col=False)


def _checked(table: Any, experiment: Experiment, path: Path) -> np.ndarray:
    """The table's columns in the order of the factors. Raises :class:`Mistake` naming column, row and value."""
    paths, columns = experiment.paths, [str(column) for column in table.columns]
    for column in columns:
        if column not in paths:
            raise Mistake(f"{shown(path)}: the column '{column}' is no factor of the experiment{hint(column, paths)}")
    for name in paths:
        if name not in columns:
            raise Mistake(f"{shown(path)}: there is no column '{name}'")
        _check_column(table[name], name, parameter_at(name, experiment.base.model), path)
    if not len(table):
        raise Mistake(f"{shown(path)} has no rows")
    return table[paths].to_numpy(np.float64)


def _check_column(column: Any, name: str, parameter: Parameter, path: Path) -> None:
    for row, value in enumerate(column.tolist(), 2):
        try:
            parameter.check(value, value)
        except Unfit as unfit:
            raise Mistake(f"{shown(path)}, line {row}: {name} {unfit}") from None
