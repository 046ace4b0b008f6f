"""Rule out worlds by published results: write the worlds that ship, and docs/background/worlds.md.

``make worlds`` measures the rows of evidence in hundreds of worlds (``tools/world_runs.py``; that takes the hours) and then runs
this. Each row is emulated: a polynomial in the few parameters that move it, with the error it leaves. A world is as likely as the
published results are under what the emulators say of it, each with the width of its band, the emulator's error and a discrepancy
that the model is granted (Kennedy & O'Hagan 2001, J. R. Statist. Soc. B 63:425-464; McCulloch et al. 2022, JASSS 25(2)1). A row
that no world comes near is a finding about the model's structure, and is left out. Worlds are then drawn by Metropolis steps, one
parameter after the other.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from textwrap import wrap

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from evidence.table import EVIDENCE  # noqa: E402
from world_runs import design, known, rows  # noqa: E402

from sim.model.component import builtin  # noqa: E402
from sim.report.amounts import number  # noqa: E402
from sim.scenario.worlds import Worlds, uncertain, write_worlds  # noqa: E402

SHIPPED = ROOT / "sim" / "scenario" / "shipped.worlds.parquet"
PAGE = ROOT / "docs" / "background" / "worlds.md"
COUNT, SWEEPS = 500, 60
"""Worlds that ship, and Metropolis sweeps over all parameters before each is taken for a draw."""
IN_SDS = 2 * 1.645
"""A band holds nine tenths: so many standard deviations."""
DISCREPANCY = 0.5
"""What the model is granted: a standard deviation of half that of the band."""
OUT_OF_REACH = 3.0
"""A row of which no world comes nearer than so many standard deviations is met by none."""
SKEWED = 3.0
"""A band whose upper end is so many times its lower one is told in logarithms."""
CHANCE, TERMS = 0.05, 12
"""A parameter is taken into an emulator while chance would show one as strong in so few cases; at most so many of them."""


@dataclass(frozen=True)
class Figure:
    """A published result as worlds are held to it: ``value`` and ``error`` (a standard deviation), perhaps in logarithms."""

    name: str
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether it is told in logarithms."""
        return self.low > 0 and self.high / self.low >= SKEWED

    def told(self, values: np.ndarray) -> np.ndarray:
        """Values as they are compared; missing (NaN) where there is no logarithm."""
        if not self.logarithmic:
            return values
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.log(values)
        return np.where(np.isfinite(found), found, np.nan)

    def back(self, values: np.ndarray) -> np.ndarray:
        """What was compared, in the figure's own unit."""
        return np.exp(values) if self.logarithmic else values

    @property
    def ends(self) -> np.ndarray:
        """The band as it is compared."""
        return self.told(np.array([self.low, self.high]))

    @property
    def value(self) -> float:
        """The middle of the band."""
        return float(self.ends.mean())

    @property
    def error(self) -> float:
        """The standard deviation of what was published and of the model's discrepancy together."""
        return float(np.ptp(self.ends) / IN_SDS * np.hypot(1, DISCREPANCY))


@dataclass(frozen=True, eq=False)
class Emulator:
    """What a row comes to, as a polynomial: ``chosen``: parameters; ``weights``: of 1, and of place and its square for each."""

    chosen: tuple[int, ...]
    weights: np.ndarray
    error: float

    def __call__(self, places: np.ndarray) -> np.ndarray:
        """What worlds at these places (worlds, parameters) come to."""
        return basis(places, self.chosen) @ self.weights


def basis(places: np.ndarray, chosen: tuple[int, ...]) -> np.ndarray:
    """1, and for each chosen parameter its place and the square of it, without their means over [0, 1]."""
    x = 2 * places[:, list(chosen)] - 1
    return np.column_stack([np.ones(len(places)), x, x**2 - 1 / 3])


def emulator(places: np.ndarray, values: np.ndarray, chance: float) -> Emulator:
    """The polynomial in the parameters that move the values: one after the other, while they are beyond ``chance``.

    ``chance``: the squared correlation which the strongest of as many parameters has in one of twenty cases by luck alone.
    """
    measured = np.isfinite(values)
    places, values = places[measured], values[measured]
    chosen: tuple[int, ...] = ()
    left = values - values.mean()
    while len(chosen) < TERMS:
        strength = [0.0 if p in chosen else _explained(places[:, p], left) for p in range(places.shape[1])]
        best = int(np.argmax(strength))
        if strength[best] <= chance:
            break
        chosen = (*chosen, best)
        left = values - basis(places, chosen) @ np.linalg.lstsq(basis(places, chosen), values, rcond=None)[0]
    weights = np.linalg.lstsq(basis(places, chosen), values, rcond=None)[0]
    free = max(len(values) - len(weights), 1)
    return Emulator(chosen, weights, float(np.sqrt((left**2).sum() / free)))


def _explained(place: np.ndarray, values: np.ndarray) -> float:
    """The share of the variance that a polynomial of second degree in one parameter explains."""
    terms = basis(place[:, None], (0,))
    left = values - terms @ np.linalg.lstsq(terms, values, rcond=None)[0]
    return float(1 - (left**2).sum() / (values**2).sum()) if values.any() else 0.0


def by_chance(count: int, parameters: int, seed: int = 1) -> float:
    """What the strongest of so many parameters that mean nothing explains in one of twenty cases, of so many values."""
    draw = np.random.default_rng(seed)
    places = draw.random((count, parameters))
    strongest = [max(_explained(places[:, p], v) for p in range(parameters)) for v in draw.normal(size=(20, count))]
    return float(np.quantile(strongest, 1 - CHANCE))


def draws(
    figures: list[Figure], emulators: list[Emulator], parameters: int, count: int = COUNT, seed: int = 1
) -> np.ndarray:
    """Places of worlds as likely as the figures make them: (count, parameters), by Metropolis steps from what is plausible."""
    draw = np.random.default_rng(seed)
    places = draw.random((count, parameters))
    held = list(zip(figures, emulators, strict=True))
    moved_by = {p: [k for k, (_, one) in enumerate(held) if p in one.chosen] for p in range(parameters)}
    now = np.array([_fit(figure, one, places) for figure, one in held]).reshape(len(held), count)
    for sweep in range(SWEEPS):
        for p, told in moved_by.items():
            if not told:
                continue
            tried = places.copy()
            tried[:, p] = draw.random(count) if sweep % 2 else _nearby(places[:, p], draw)
            then = np.array([_fit(*held[k], tried) for k in told])
            taken = np.log(draw.random(count)) < then.sum(axis=0) - now[told].sum(axis=0)
            places[taken, p] = tried[taken, p]
            now[np.ix_(told, np.flatnonzero(taken))] = then[:, taken]
    return places


def _nearby(places: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Places nearby, thrown back at the ends."""
    moved = np.abs(places + draw.normal(0, 0.15, len(places)))
    return np.where(moved > 1, 2 - moved, moved) % 1.0


def _fit(figure: Figure, one: Emulator, places: np.ndarray) -> np.ndarray:
    """The logarithm of how likely a figure is in each world, but for a constant."""
    return -(((one(places) - figure.value) / np.hypot(figure.error, one.error)) ** 2) / 2


def reachable(figure: Figure, values: np.ndarray) -> bool:
    """Whether any of the measured worlds comes near what was published."""
    told = figure.told(values)
    return bool(np.nanmin(np.abs(told - figure.value)) <= OUT_OF_REACH * figure.error)


@dataclass(frozen=True, eq=False)
class Made:
    """What came of it: worlds measured, their figures, emulators, the places that were drawn, and which rows no world meets."""

    measured: Worlds
    values: dict[str, np.ndarray]
    figures: list[Figure]
    emulators: list[Emulator]
    out_of_reach: list[Figure]
    places: np.ndarray

    @cached_property
    def plausible(self) -> np.ndarray:
        """Places of worlds of which nothing is known: (COUNT, parameters)."""
        return np.random.default_rng(2).random((COUNT, len(self.measured.paths)))

    def range_of(self, place: int, places: np.ndarray) -> np.ndarray:
        """Nine of ten worlds at these places lie between, by a row's emulator and its error, in the row's unit."""
        one, draw = self.emulators[place], np.random.default_rng(3)
        told = one(places) + one.error * draw.normal(size=len(places))
        return self.figures[place].back(np.quantile(told, [0.05, 0.95]))

    def without(self, place: int) -> np.ndarray:
        """The range of a row when worlds are drawn without it."""
        figures, emulators = ([*of[:place], *of[place + 1 :]] for of in (self.figures, self.emulators))
        return self.range_of(place, draws(figures, emulators, len(self.measured.paths), seed=10 + place))


def made(count: int) -> Made:
    """Emulate what was measured in a design of so many worlds, and draw worlds."""
    found = known()
    worlds, order = design(count), sorted(found)
    measured = replace(worlds, values=worlds.values[order], weights=np.full(len(order), 1 / len(order)))
    places = places_of(measured)
    values = {row: np.array([_number(found[world].get(row)) for world in order]) for row in rows()}
    all_of_them = [Figure(row, *_band(row)) for row in rows() if np.isfinite(values[row]).mean() > 0.8]
    figures = [figure for figure in all_of_them if reachable(figure, values[figure.name])]
    chance = by_chance(len(order), places.shape[1])
    emulators = [emulator(places, figure.told(values[figure.name]), chance) for figure in figures]
    drawn = another_company(draws(figures, emulators, places.shape[1]), measured.paths)
    return Made(measured, values, figures, emulators, [f for f in all_of_them if f not in figures], drawn)


def another_company(places: np.ndarray, paths: tuple[str, ...]) -> np.ndarray:
    """The same places, but what a company could look up is as open as before: results were published of other companies."""
    lines, draw = uncertain(builtin()), np.random.default_rng(4)
    asked = [place for place, path in enumerate(paths) if "question to the company" in lines[path].source]
    places[:, asked] = draw.random((len(places), len(asked)))
    return places


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _band(row: str) -> tuple[float, float]:
    held_to = EVIDENCE[row].published(row)
    return held_to.low, held_to.high


def places_of(worlds: Worlds) -> np.ndarray:
    """Where each setting lies in what is plausible of it: (worlds, parameters) in [0, 1]."""
    lines, columns = uncertain(builtin()), []
    for path, column in zip(worlds.paths, worlds.values.T, strict=True):
        plausible = lines[path].plausible
        assert plausible is not None
        columns.append([plausible.place_of(float(np.clip(value, plausible.low, plausible.high))) for value in column])
    return np.array(columns).T


def worlds_at(places: np.ndarray, paths: tuple[str, ...]) -> Worlds:
    """The worlds at these places."""
    lines, columns = uncertain(builtin()), []
    for path, column in zip(paths, places.T, strict=True):
        line = lines[path]
        assert line.plausible is not None
        found = [line.plausible.at(float(place)) for place in column]
        columns.append(np.round(found) if line.kind is int else found)
    return Worlds("shipped", paths, np.column_stack(columns), np.full(len(places), 1 / len(places)), frozenset())


# ---- the page


HEAD = """# The shipped worlds

Every ordinary answer is lived in plausible worlds ([what a range means](../guides/worlds.md)). This page says how the
{count} worlds
that ship with the program were made, what published results rule out, and how far they can be believed. `make worlds`
makes them
again, in a few hours.

**How.** {measured} worlds were drawn evenly over what is plausible of {parameters} parameters, and {rows} rows of
[the evidence](evidence.md) were measured in each; exact rows were left out, for they set the world themselves, and so
were those that
take as long as all the others together ({left_out}). Each row is emulated by a polynomial in the few parameters that move
it (a place
in what is plausible, and its square), with the error that it leaves. A world is as likely as the published bands are
under what the
emulators say of it: a band counts as nine tenths of a normal distribution, the emulator's error is added, and so is a
discrepancy of
half the band's standard deviation, which the model is granted. Worlds are drawn by Metropolis steps, all of equal weight.

**What evidence says nothing of.** What a company could look up – its quality, wages, handling times – took part in the drawing,
since published results came from companies of some quality, and is then as open as before: yours is another company.

**What is not in them.** How customers differ (`customers.traits`), but for the means of a few traits, of which the evidence says
nothing here; `network.rewiring`, `network.homophily` and what is publicly said at the start (`market`). They are as the scenario
says. Emulators leave an error, and a row moved by many parameters a little is emulated badly; such a row rules out little.

## What no world can meet

{out_of_reach}

## Held against true companies

`make companies` draws true companies of which everything is known: each has its own truth, drawn from what is plausible; it
is lived once, six figures are taken of it, luck and all, and whoever knows no more asks what a price five per cent higher
does. Of 70 companies (400 customers, 26 weeks, worlds of what is plausible, 2026-11-30) the range of nine in ten held what
one more market of the company showed in 64 (customers kept) and 60 (profit) without calibration, in 66 and 65 with it; and
the mean effect, against a range without luck, in 57 and 62 without, in 66 and 64 with. One standard error is four points of
a hundred. Calibration narrowed ranges to 0.93 (customers kept) and 0.86 (profit) of what they were, and those without luck
to 0.90 and 0.74: six figures of one company tell little of what a price does to it.

## What evidence narrowed

The parameters whose range became narrowest. *Left* is the standard deviation of the place within what is plausible, over
that of a
parameter of which nothing is known; 1 means that nothing was learnt. {narrowed} of {parameters} parameters are left at
less than 0.9.

| parameter | plausible | nine of ten worlds | left |
|---|---:|---:|---:|
{parameters_table}

## Rows

*Before* is where nine of ten plausible worlds lie, *after* where nine of ten shipped ones do. *Without it* is the range
when the row itself
takes no part in making the worlds, the test that can fail: it is **{held} of {tested}** rows whose band meets that range.
*Told by* says how much of the row's spread its emulator explains.

| row | band | before | after | without it | meets the band | told by |
|---|---:|---:|---:|---:|---|---:|
{rows_table}
"""


def told(value: float) -> str:
    """Three significant figures, without an exponent."""
    return f"{value:.3g}" if 0.001 <= abs(value) < 1000 or value == 0 else f"{value:.2g}"


def _range(ends: np.ndarray) -> str:
    return f"{told(ends[0])} to {told(ends[1])}"


def page(found: Made) -> str:
    """The page in Markdown."""
    left = found.places.std(axis=0) * np.sqrt(12)
    lines = []
    held = 0
    for place, figure in enumerate(found.figures):
        without = found.without(place)
        meets = bool(without[0] <= figure.high and without[1] >= figure.low)
        held += meets
        spread = np.nanvar(figure.told(found.values[figure.name]))
        explained = max(0.0, 1 - found.emulators[place].error ** 2 / spread)
        before, after = (found.range_of(place, places) for places in (found.plausible, found.places))
        lines.append(
            f"| {figure.name} | {_range(np.array([figure.low, figure.high]))} | {_range(before)} | {_range(after)} | "
            f"{_range(without)} | {'yes' if meets else '**no**'} | {number(100 * explained)} % |"
        )
    return HEAD.format(
        count=COUNT, measured=len(found.measured.weights), parameters=len(left), rows=len(found.values),
        left_out=", ".join(row for row in EVIDENCE if row not in found.values), narrowed=int((left < 0.9).sum()),
        out_of_reach=_out_of_reach(found), parameters_table=_parameters(found, left), held=held,
        tested=len(found.figures), rows_table="\n".join(lines),
    )  # fmt: skip


def _out_of_reach(found: Made) -> str:
    """The rows that no measured world comes near."""
    if not found.out_of_reach:
        return "Every row that was measured is met by some world, within three standard deviations of its band and discrepancy."
    lines = []
    for figure in found.out_of_reach:
        seen = np.nanquantile(found.values[figure.name], [0, 1])
        claim = EVIDENCE[figure.name].statistic
        lines.append(
            f"- **{figure.name}** – {claim}: band {told(figure.low)} to {told(figure.high)}, worlds {_range(seen)}."
        )
    said = (
        "No measured world comes within three standard deviations of these. What is missing is in the model's structure"
    )
    return f"{said} (see [the evidence](evidence.md)):\n\n" + "\n".join(lines)


def _parameters(found: Made, left: np.ndarray, most: int = 25) -> str:
    lines, told_of = uncertain(builtin()), []
    for place in np.argsort(left)[:most]:
        path = found.measured.paths[place]
        plausible = lines[path].plausible
        assert plausible is not None
        ends = np.array([plausible.at(float(q)) for q in np.quantile(found.places[:, place], [0.05, 0.95])])
        told_of.append(f"| `{path}` | {_range(np.array(plausible[:2]))} | {_range(ends)} | {left[place]:.2f} |")
    return "\n".join(told_of)


def _laid_out(text: str) -> str:
    """Paragraphs on lines of even length; tables, lists and headings stay."""
    parts = text.split("\n\n")
    return "\n\n".join(
        part
        if part.lstrip().startswith(("|", "-", "#"))
        else "\n".join(wrap(part, 130, break_on_hyphens=False, break_long_words=False))
        for part in parts
    )


def main() -> None:
    found = made(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    write_worlds(worlds_at(found.places, found.measured.paths), SHIPPED)
    PAGE.write_text(_laid_out(page(found)), encoding="utf-8")
    print(f"{len(found.measured.weights)} worlds measured, {len(found.figures)} rows: {SHIPPED.name}, {PAGE.name}")


if __name__ == "__main__":
    main()
