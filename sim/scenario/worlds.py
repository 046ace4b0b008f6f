"""Plausible worlds: settings of everything that nobody knows, one of which every replication meets.

The line of a parameter says between what it may well lie (``plausible``); published results rule most combinations out. What is
left is an ensemble of weighted worlds, which ships with the program. Replication *r* of a seed meets the same world whatever the
policy, as it meets the same luck, and every fourth replication meets the world of the one before again: what differs between the
two is luck, the rest of the spread is ignorance.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim import __version__
from sim.engine.start import Ground
from sim.errors import Mistake, nearest
from sim.model.component import Model, using
from sim.model.distributions import Trait
from sim.model.initial_state import LINES
from sim.model.parameters import Line, lines
from sim.scenario.customers import WHOLE, customers_of, listed_words, segment_names, who_have
from sim.scenario.inheritance import resolved, root_of
from sim.scenario.quantities import Unfit
from sim.scenario.sections import traits
from sim.scenario.tree import Node, shown
from sim.scenario.yaml_file import refuse_unless_file
from sim.system.arguments import file_path

if TYPE_CHECKING:
    from sim.scenario.whole import Scenario

SHIPPED, NONE = "shipped", "none"
"""Names of worlds: those that come with the program, and the one setting of every parameter's default."""
WEIGHT = "weight"
"""The column of a file of worlds that is no parameter."""
MEANS = "traits"
"""What comes before the name of a trait whose mean differs from world to world."""
OF = "@"
"""What stands between a trait and whose it is: a segment's, on average, as in ``traits.switching_cost@one year``, or, where the
customer file gives the trait by words, theirs who have the word."""
COUNT = 500
"""Worlds of which nothing is known but what is plausible."""
LOOKS = 4
"""Of so many replications the last meets the world of the one before again, with other luck."""
GOLDEN = 0.6180339887498949
"""Steps of this length, taken round a circle, fall evenly however many there are."""
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Worlds:
    """An ensemble of worlds.

    ``paths``: parameters, such as ``choice.attention``; ``values``: float64 (worlds, paths), in the parameters' units;
    ``weights``: (worlds,), adding up to 1; ``fitted``: paths that were fitted to somebody's own figures, so that they count
    whatever a scenario says of them; ``fitted_to``: these figures, in words; ``made_with``: the version that made them;
    ``path``: their file, if they are of one; ``in_order``: whether replication *r* meets row *r*, and after the last the first
    again, whatever the weights: so that every row is run once by as many replications.
    """

    name: str
    paths: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray
    fitted: frozenset[str] = frozenset()
    fitted_to: tuple[str, ...] = ()
    made_with: str = __version__
    path: Path | None = None
    in_order: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of parameters, settings and weights: 64 hexadecimal digits."""
        said = [self.paths, sorted(self.fitted), *(["in order"] if self.in_order else [])]
        digest = hashlib.sha256(json.dumps(said).encode())
        for array in (self.values, self.weights):
            digest.update(np.ascontiguousarray(array, np.float64).data)
        return digest.hexdigest()

    def row_of(self, seed: int, replication: int) -> int:
        """Which world a replication meets: a function of seed and replication alone, each as often as its weight says."""
        if self.in_order:
            return replication % len(self.weights)
        start = np.random.default_rng([seed, 1]).random()
        place = (start + int(number_of(np.array([replication]))[0]) * GOLDEN) % 1.0
        return min(int(np.searchsorted(self._edges, place, side="right")), len(self.weights) - 1)

    @cached_property
    def _edges(self) -> np.ndarray:
        return np.cumsum(self.weights)

    def met_by(self, seed: int, numbers: range | np.ndarray) -> np.ndarray:
        """The settings that these replications meet: float64 (replications, paths)."""
        return self.values[[self.row_of(seed, int(number)) for number in numbers]]

    def numbers_met(self, replications: np.ndarray) -> np.ndarray:
        """The number of the world that each replication meets: replications of one number meet the same."""
        return replications % len(self.weights) if self.in_order else number_of(replications)

    def drawn_in_order(self, count: int, seed: int) -> Worlds:
        """So many rows of these, each about as often as its weight says, to be met in order."""
        places = (np.arange(count) + np.random.default_rng([seed, 2]).random()) / count
        rows = np.minimum(np.searchsorted(self._edges, places, side="right"), len(self.weights) - 1)
        return replace(self, values=self.values[rows], weights=np.full(count, 1 / count), path=None, in_order=True)

    def with_columns(self, columns: Mapping[str, np.ndarray]) -> Worlds:
        """The same with these settings of every world, beside or instead of its own."""
        paths = (*self.paths, *(path for path in columns if path not in self.paths))
        own = dict(zip(self.paths, self.values.T, strict=True))
        values = np.column_stack([columns[path] if path in columns else own[path] for path in paths])
        return replace(self, paths=paths, values=values)

    def to_json(self) -> dict[str, Any]:
        """What is told of the worlds beside an answer."""
        return {"name": self.name, "fingerprint": self.fingerprint[:12], "number": len(self.weights)}


def number_of(replications: np.ndarray) -> np.ndarray:
    """The number of the world that each replication meets, counted from replication 0: every fourth looks again."""
    return replications // LOOKS * (LOOKS - 1) + np.minimum(replications % LOOKS, LOOKS - 2)


# ---- what is plausible


@lru_cache(maxsize=8)
def uncertain(model: Model) -> dict[str, Line]:
    """Everything that nobody knows of a model: path → its line, which says what is plausible.

    That is parameters, and the means of some traits (``traits.switching_cost``).
    """
    of_parts = {
        f"{part.name}.{line.name}": line
        for part in model.acting
        if part.parameters is not None
        for line in lines(part.parameters).values()
        if line.plausible is not None
    }
    return of_parts | {f"{MEANS}.{name}": _mean_of(trait) for name, trait in traits().items() if trait.plausible}


def _mean_of(trait: Trait) -> Line:
    """The line of a trait's mean."""
    kind, _, source = trait.source.partition(": ")
    meaning = f"{trait.meaning}: the mean"
    return Line(
        trait.name,
        float,
        trait.default.middle if trait.default else math.nan,
        trait.unit,
        trait.low,
        trait.high,
        meaning,
        kind,
        source,
        trait.plausible,
    )


def has_mean(trait: str) -> bool:
    """Whether a trait's mean may differ from world to world and between segments: it is drawn, and its usual mean above 0."""
    known = traits().get(trait)
    return known is not None and known.default is not None and known.default.middle > 0


def prior(model: Model, count: int = COUNT) -> Worlds:
    """Worlds of which nothing is known but what is plausible: a Latin hypercube, each column a function of its path alone."""
    known = uncertain(model)
    columns = [_drawn(path, line, count) for path, line in known.items()]
    values = np.column_stack(columns) if columns else np.empty((count, 0))
    return Worlds("plausible", tuple(known), values, np.full(count, 1 / count))


def certain(model: Model) -> Worlds:
    """A single world in which everything that nobody knows has its default: what ``none`` stands for, as an ensemble."""
    known = uncertain(model)
    values = np.array([[float(line.default) for line in known.values()]])
    return Worlds(NONE, tuple(known), values, np.ones(1))


def _drawn(path: str, line: Line, count: int) -> np.ndarray:
    """One parameter in so many worlds, evenly over what is plausible of it."""
    assert line.plausible is not None
    return np.array([line.kind(round(value) if line.kind is not float else value)
                     for value in map(line.plausible.at, even_places(path, count))], np.float64)  # fmt: skip


def even_places(path: str, count: int) -> np.ndarray:
    """Places in [0, 1) that fill it evenly, in an order that is a function of the parameter's path alone: (count,)."""
    luck = np.random.default_rng(int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "little"))
    return np.asarray((luck.permutation(count) + luck.random(count)) / count)


def completed(worlds: Worlds, model: Model) -> Worlds:
    """The same worlds with what is plausible of every parameter that they do not say, such as of a mechanism of one's own."""
    missing = {path: line for path, line in uncertain(model).items() if path not in worlds.paths}
    if not missing:
        return worlds
    more = np.column_stack([_drawn(path, line, len(worlds.weights)) for path, line in missing.items()])
    return replace(worlds, paths=(*worlds.paths, *missing), values=np.column_stack([worlds.values, more]))


# ---- files


@lru_cache(maxsize=4)
def shipped(model: Model) -> Worlds:
    """The worlds that come with the program: what published results leave of what is plausible."""
    place = files("sim.scenario") / "shipped.worlds.parquet"
    return completed(replace(read_worlds(Path(str(place)), model), name=SHIPPED, path=None), model)


def read_worlds(path: Path | str, model: Model) -> Worlds:
    """A file of worlds: a column for each parameter, and their weights (CSV or Parquet). Raises :class:`~sim.errors.Mistake`.

    Without a column ``weight`` all count alike. A file that does not say which parameters were fitted counts for all of them.
    """
    place = file_path("worlds", path)
    refuse_unless_file(place)
    table, said = _table(place)
    weights = table.pop(WEIGHT, None)
    for name in table:
        _refuse_unknown(name, place, model)
    if not table or not len(next(iter(table.values()))):
        raise Mistake(f"{shown(place)} holds no worlds: it has a row for each, and a column for each parameter")
    values = np.column_stack([_numbers(column, name, place) for name, column in table.items()])
    found = Worlds(
        place.name, tuple(table), values,
        np.full(len(values), 1 / len(values)) if weights is None else _weights(weights, place),
        frozenset(said.get("fitted", table)), tuple(said.get("fitted_to", ())), said.get("made_with", ""), place.resolve(),
    )  # fmt: skip
    _refuse_outside(found, place, model)
    return found


def _table(place: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a file by name, and what it says of itself."""
    import pyarrow as arrow
    from pyarrow import csv, parquet

    try:
        # not by parquet.read_table, which loads a package of its own for folders of files: a fifth of a second
        table = parquet.ParquetFile(place).read() if place.suffix.lower() == ".parquet" else csv.read_csv(place)
    except (arrow.ArrowException, OSError) as fault:
        raise Mistake(
            f"{shown(place)} cannot be read as worlds ({fault}); 'loyalty calibrate' writes such files"
        ) from None
    for name in table.column_names:
        if table.column_names.count(name) > 1:
            raise Mistake(f"{shown(place)} has two columns '{name}'; keep one of them")
    meta = table.schema.metadata or {}
    try:
        said = json.loads(meta.get(b"worlds", b"{}"))
    except ValueError:
        said = {}
    return {name: table.column(name).to_numpy() for name in table.column_names}, said if isinstance(said, dict) else {}


def _refuse_unknown(path: str, place: Path, model: Model) -> None:
    part, _, name = path.partition(".")
    if path in uncertain(model) or (part == MEANS and OF in name and name.partition(OF)[0] in traits()):
        return
    known = model.parts.get(part)
    parameters = lines(known.parameters) if known is not None and known.parameters is not None else {}
    if name not in parameters:
        all_of = [
            f"{each.name}.{one}" for each in model.parts.values() if each.parameters for one in lines(each.parameters)
        ]
        raise Mistake(f"{shown(place)}: the column '{path}' is no parameter{nearest(path, all_of)}")


def _numbers(column: np.ndarray, name: str, place: Path) -> np.ndarray:
    if column.dtype.kind not in "fiub":
        raise Mistake(f"{shown(place)}: the column '{name}' holds something that is no number; every cell must be one")
    values = column.astype(np.float64)
    if not np.isfinite(values).all():
        raise Mistake(f"{shown(place)}: the column '{name}' has an empty cell; every cell must be a number")
    return values


def _weights(column: np.ndarray, place: Path) -> np.ndarray:
    weights = _numbers(column, WEIGHT, place)
    if (weights < 0).any() or abs(weights.sum() - 1) > ROUNDING:
        raise Mistake(
            f"{shown(place)}: the weights add up to {weights.sum():.6g}, but must be 0 or more and add up to 1; divide them by "
            "their sum"
        )
    return weights / weights.sum()


def _refuse_outside(worlds: Worlds, place: Path, model: Model) -> None:
    """Raise :class:`~sim.errors.Mistake` for a setting that the parameter's line does not allow."""
    for column, path in zip(worlds.values.T, worlds.paths, strict=True):
        line = line_of(model, path)
        outside = np.flatnonzero((column < line.low - ROUNDING) | (column > line.high + ROUNDING))
        if outside.size:
            raise Mistake(
                f"{shown(place)}: {path} is {column[outside[0]]:g} in row {outside[0] + 1}, but must lie between {line.low:g} "
                f"and {line.high:g}"
            )


def write_worlds(worlds: Worlds, path: Path | IO[bytes]) -> None:
    """Write worlds as Parquet, into a file of this name or one that is open, with what they are fitted to."""
    import pyarrow as arrow
    from pyarrow import parquet

    said = {"fitted": sorted(worlds.fitted), "fitted_to": worlds.fitted_to, "made_with": worlds.made_with}
    columns = dict(zip(worlds.paths, worlds.values.T.astype(np.float32), strict=True)) | {WEIGHT: worlds.weights}
    table = arrow.table(columns).replace_schema_metadata({"worlds": json.dumps(said)})
    parquet.write_table(table, path, compression="zstd")


def worlds_named(name: str | Path | Worlds, model: Model) -> Worlds | None:
    """The worlds of a name (``shipped``, ``none``), of a file, or those handed over. Raises :class:`~sim.errors.Mistake`."""
    if isinstance(name, Worlds):
        return completed(name, model)
    if str(name) == NONE:
        return None
    return shipped(model) if str(name) == SHIPPED else completed(read_worlds(name, model), model)


def usual_worlds() -> str:
    """In which worlds everything is run where nothing is said: the environment's ``LOYALTY_WORLDS``, else ``shipped``."""
    return os.environ.get("LOYALTY_WORLDS") or SHIPPED


def own_worlds(scenario: Scenario) -> str | Path | Worlds:
    """The worlds that a scenario was put into or names, else the usual ones. Raises :class:`~sim.errors.Mistake`."""
    if scenario.worlds is not None:
        return scenario.worlds
    said = scenario.tree.get("worlds")
    if said is None or said.value is None:
        return usual_worlds()
    if said.value in (SHIPPED, NONE):
        return str(said.value)
    try:
        return resolved(
            said.value, _folder_of(said, scenario), root_of(scenario.path or scenario.folder / "scenario.yaml")
        )
    except Unfit as unfit:
        raise Mistake(f"{said.place or scenario.name}: worlds {unfit}") from None


def refuse_missing(scenario: Scenario) -> None:
    """Raise :class:`~sim.errors.Mistake` where a scenario names a file of worlds that is not there."""
    if scenario.tree.get("worlds") is not None and isinstance(named := own_worlds(scenario), Path):
        try:
            refuse_unless_file(named)
        except Mistake as mistake:
            raise Mistake(f"{scenario.tree.get('worlds').place or scenario.name}: worlds: {mistake}") from None  # type: ignore[union-attr]


def _folder_of(said: Node, scenario: Scenario) -> Path:
    """The folder from which the file is named: that of the file that names it."""
    return said.place.path.parent if said.place else scenario.folder


def worlds_option(scenario: Scenario) -> str:
    """How a command names a scenario's worlds, such as `` --worlds none``; empty for those used where nothing is said."""
    worlds = scenario.worlds
    named = NONE if worlds is None else worlds.name if worlds.path is None else shown(worlds.path)
    return "" if named == usual_worlds() else f" --worlds {shlex.quote(named)}"


# ---- a scenario in its worlds


class Word(NamedTuple):
    """What a word of the customer file is: the place of the trait among :data:`LINES`, the customers who have the word, int64,
    and their trait in every replication."""

    line: int
    who: np.ndarray
    values: np.ndarray


class Drawn(NamedTuple):
    """What the replications of a block meet.

    ``fields``: fields of the policy; ``weeks``: bool (fields, weeks), where the scenario leaves them open; ``values``:
    (replications, fields); ``means``: trait → how many times its usual mean, in every replication; ``own``: the same of a
    segment's number and a trait, which counts instead; ``words``: what words of the customer file are.
    """

    fields: tuple[str, ...]
    weeks: np.ndarray
    values: np.ndarray
    means: Mapping[str, np.ndarray]
    own: Mapping[tuple[int, str], np.ndarray]
    words: Sequence[Word] = ()

    def ground(self, ground: Ground, place: int) -> Ground:
        """The ground with what the ``place``-th replication meets."""
        plan = ground.plan.with_means({name: float(times[place]) for name, times in self.means.items()})
        for (segment, trait), times in self.own.items():
            numbers, alone = plan.numbers.copy(), ground.plan.with_means({trait: float(times[place])})
            changed = (alone.numbers[segment] != ground.plan.numbers[segment]).any(axis=-1)
            numbers[segment, changed] = alone.numbers[segment, changed]
            plan = replace(plan, numbers=numbers)
        if self.words:
            given = plan.given.copy()
            for word in self.words:
                given[word.line, word.who] = word.values[place]
            plan = replace(plan, given=given)
        return replace(ground, policy=self.policy(ground.policy, place), plan=plan)

    def policy(self, policy: np.ndarray, place: int) -> np.ndarray:
        """The settings of every week in the world of the ``place``-th replication; it cannot be written to."""
        met = policy.copy()
        for field, weeks, value in zip(self.fields, self.weeks, self.values[place], strict=True):
            met[field][weeks] = value
        met.flags.writeable = False
        return met


def drawn(scenario: Scenario, seed: int, numbers: range) -> Drawn | None:
    """What these replications of a scenario meet; None where it is lived in one setting."""
    if scenario.worlds is None:
        return None
    open_in = scenario.left_open
    met = dict(zip(scenario.worlds.paths, scenario.worlds.met_by(seed, numbers).T, strict=True))
    paths = [path for path in open_in if not path.startswith(f"{MEANS}.")]
    weeks = np.array([open_in[path] for path in paths]) if paths else np.zeros((0, len(scenario.policies)), bool)
    values = np.column_stack([met[path] for path in paths]) if paths else np.zeros((len(numbers), 0))
    lines_of = {path: line_of(scenario.model, path) for path in open_in if path.startswith(f"{MEANS}.")}
    means = {line.name: met[path] / line.default for path, line in lines_of.items() if OF not in path}
    of_some = [path for path in lines_of if OF in path]
    of_words = [path for path in of_some if listed_words(scenario, parted(path)[0])]
    words = [_of_word(scenario, path, met[path]) for path in of_words]
    own = {path: met[path] for path in of_some if path not in of_words}
    fields, segments = tuple(map(_field, paths)), _of_segments(scenario, own)
    return _paid_for(scenario, Drawn(fields, weeks, values, means, segments, words))


def parted(path: str) -> tuple[str, str]:
    """The trait of a path such as ``traits.switching_cost@one year``, and whose it is; empty for everybody's."""
    trait, _, whose = path.partition(".")[2].partition(OF)
    return trait, whose


def _of_word(scenario: Scenario, path: str, values: np.ndarray) -> Word:
    trait, word = parted(path)
    who = who_have(scenario, trait, word)
    assert who is not None  # or the path would not be open
    return Word([line.name for line in LINES].index(trait), who, values)


def _of_segments(scenario: Scenario, met: Mapping[str, np.ndarray]) -> dict[tuple[int, str], np.ndarray]:
    """Segment's number and trait → how many times the mean that it has in the scenario."""
    if not met:
        return {}
    names, found = segment_names(scenario), {}
    for path, values in met.items():
        trait, segment = parted(path)
        found[names.index(segment), trait] = values / mean_of_people(scenario, path)
    return found


def mean_of_people(scenario: Scenario, path: str) -> float:
    """The mean that a scenario gives a trait, of everybody or of a segment; of a word what its mapping says."""
    trait, whose = parted(path)
    file, who = customers_of(scenario), who_have(scenario, trait, whose)
    if file is not None and who is not None:
        return float(file.columns[trait][who].mean())
    spread = scenario.customers.spread(trait, whose or None)
    assert spread is not None
    return spread.middle


def _field(path: str) -> str:
    """The field of a policy that holds a parameter."""
    return path.replace(".", "_", 1)


def _paid_for(scenario: Scenario, found: Drawn) -> Drawn:
    """The same, and what a company does today is paid for by its other costs, whatever that is in a world."""
    both = (
        {lever: f"lever_costs.{_field(lever)}_paid_for" for lever in scenario.worlds.paths} if scenario.worlds else {}
    )
    known = {
        _field(lever): paid for lever, paid in both.items() if _field(paid) in (scenario.policies.dtype.names or ())
    }
    for field, paid in known.items():
        if field in found.fields and not said_anywhere(scenario, paid):
            place, line = found.fields.index(field), line_of(scenario.model, paid)
            values = np.clip(found.values[:, place], line.low, line.high)
            found = found._replace(
                fields=(*found.fields, _field(paid)),
                weeks=np.vstack([found.weeks, np.ones(len(scenario.policies), bool)]),
                values=np.column_stack([found.values, values]),
            )
    return found


def left_open(scenario: Scenario) -> Mapping[str, np.ndarray]:
    """In which weeks, the warm-up's first, a scenario leaves open what its worlds say: path → bool (weeks,).

    What a scenario says counts, but for what was fitted to one's own figures. What is said everywhere is left out.
    """
    assert scenario.worlds is not None
    unused = {*scenario.model.optional} - {*scenario.model.used}
    known = [path for path in scenario.worlds.paths if path.partition(".")[0] not in unused]
    found = {path: _unsaid(scenario, path, path in scenario.worlds.fitted) for path in known}
    return {path: weeks for path, weeks in found.items() if weeks.any() and path not in scenario.held}


def said_anywhere(scenario: Scenario, path: str) -> bool:
    """Whether a scenario says a parameter, for week 0, for its warm-up or for a later week."""
    part, name = path.split(".", 1)
    if part == MEANS:
        return _mean_is_said(scenario, name)
    under = scenario.tree.get("warm_up", "under", part, name)
    changed = any(name in changes.get(part, {}) for _, changes in scenario.changes)
    addressed = scenario.addressed.says(part, name)
    return scenario.tree.get(part, name) is not None or under is not None or changed or addressed


def _mean_is_said(scenario: Scenario, trait: str) -> bool:
    """Whether a scenario or its customer file says how a trait is spread, of everybody or of a segment."""
    people = scenario.customers
    by_file = people.mapping is not None and trait in people.mapping.columns
    return by_file or trait in people.traits or any(trait in segment.traits for segment in people.segments.values())


def line_of(model: Model, path: str) -> Line:
    """The line of a parameter, or of the mean of a trait."""
    part, name = path.split(".", 1)
    if part == MEANS and OF in name:
        trait, whose = parted(path)
        line = _mean_of(traits()[trait])
        return replace(line, meaning=f"{line.meaning}, of {whose}", kind=int if trait in WHOLE else float)
    if part == MEANS:
        return uncertain(model)[path]
    parameters = model.parts[part].parameters
    assert parameters is not None
    return lines(parameters)[name]


def _unsaid(scenario: Scenario, path: str, fitted: bool) -> np.ndarray:
    part, name = path.split(".", 1)
    weeks = np.ones(scenario.warm_up + scenario.weeks, bool)
    if part == MEANS and OF in name:
        trait, whose = parted(path)
        if scenario.customers.mapping is not None and trait in scenario.customers.mapping.columns:
            return weeks & (who_have(scenario, trait, whose) is not None)
        return weeks & (has_mean(trait) and whose in segment_names(scenario))
    if part == MEANS:
        return weeks & (fitted or not _mean_is_said(scenario, name))
    if not fitted:
        in_week_0 = scenario.tree.get(part, name) is not None
        before = scenario.tree.get("warm_up", "under")
        weeks[scenario.warm_up :] = not in_week_0
        weeks[: scenario.warm_up] = not (in_week_0 if before is None else before.get(part, name) is not None)
    for week, changed in scenario.changes:
        if name in changed.get(part, {}):
            weeks[scenario.warm_up + week :] = False
    if scenario.addressed.says(part, name) and not fitted:  # whoever says it for some means more than others' default
        weeks[:] = False
    return weeks


def in_same_worlds(scenarios: Sequence[Scenario], worlds: str | Path | Worlds | None = None) -> tuple[Scenario, ...]:
    """Scenarios that are compared in the same plausible worlds: those that the first names, unless others are given.

    What one of them says, none leaves open: a policy that raises a level from its default is no policy that lowers it, in a world
    where it is higher. Raises :class:`~sim.errors.Mistake` where they name different worlds, and where some say otherwise than
    others what was fitted.
    """
    named = [own_worlds(scenario) for scenario in scenarios]
    if worlds is None and any(str(each) != str(named[0]) for each in named):
        raise Mistake(
            "the scenarios name different worlds; say 'worlds' in one file, and let the others build upon it with 'extends'"
        )
    met = using(scenarios[0].model, {name for each in scenarios for name in each.model.used})
    chosen = worlds_named(named[0] if worlds is None else worlds, met)
    open_to_worlds = chosen.paths if chosen else ()
    held = frozenset(path for path in open_to_worlds if any(said_anywhere(each, path) for each in scenarios))
    found = tuple(
        replace(each, worlds=chosen, held=held - chosen.fitted if chosen else frozenset()) for each in scenarios
    )
    for path in sorted(chosen.fitted if chosen else ()):
        _refuse_said_otherwise(found, path)
    return found


def _refuse_said_otherwise(scenarios: Sequence[Scenario], path: str) -> None:
    part, name = path.split(".", 1)
    for scenario in scenarios if part != MEANS else ():
        changes = any(name in changed.get(part, {}) for _, changed in scenario.changes)
        changes = changes or scenario.addressed.says(part, name)
        if changes or getattr(scenario.parts[part], name) != getattr(scenarios[0].parts[part], name):
            raise Mistake(f"“{scenario.name}” sets {path}, which the worlds were fitted for; remove the setting, or choose other "
                          "worlds with --worlds")  # fmt: skip
