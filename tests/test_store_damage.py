"""Damage on purpose: whatever is flipped, cut, emptied or lost in a results folder is seen before it is believed.

Each piece of damage is done to a copy, which is then read on every way that there is. A reader either answers as if nothing
had happened, or says in a sentence what is damaged; and once the question is asked again, every answer is what it was.
"""

from __future__ import annotations

import math
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from questions import small
from typer.testing import CliRunner

from sim import run
from sim.cli import app
from sim.errors import Mistake
from sim.experiments.export import save
from sim.experiments.integrity import check_results
from sim.experiments.laboratory import Laboratory
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.querying import STORE, folders, query
from sim.experiments.question import Experiment
from sim.experiments.store import MARK, Store
from sim.runs.results import save as save_results
from sim.system import digests

FLIPS = int(os.environ.get("LOYALTY_FLIPS", "256"))
"""How densely the long tests flip: about so many bits of each file, and half as many at its ends."""
SECONDS = float(os.environ.get("LOYALTY_FLIP_SECONDS", "240"))
"""How long they are read on every way, which takes a fifth of a second for each."""
ALL = ", ".join(
    f"(SELECT sum(hash({name})::HUGEINT) FROM {name}), (SELECT count(*) FROM {name})"
    for name in ("replications", "weekly", "scenarios", "points")
)
"""Everything that a query sees, as a few numbers."""


@dataclass
class Kept:
    """A results folder that is sound: a store of some parts and blocks, an answer of a sweep, and one of a run."""

    folder: Path
    experiment: Experiment
    seen: tuple[Any, ...]
    listed: list[dict[str, Any]]
    values: np.ndarray

    @property
    def files(self) -> list[Path]:
        """Every file in it, as seen from it."""
        return sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())


def ask(experiment: Experiment, results: Path, told: list[str]) -> np.ndarray:
    """The sweep, asked with ``--resume``, and its answer kept; what is known of every point, and what was told."""
    with Laboratory(experiment.measures, experiment.seed, Store(results / STORE, told.append)) as at_work:
        found = SWEEP.answer(experiment, at_work)
        points = found.experiment.design.points(experiment)  # type: ignore[union-attr]
        values = at_work.measure([experiment.scenario_at(p) for p in points], range(experiment.replications))
    save(found, results)
    return values


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The folder that the others are copies of."""
    place = tmp_path_factory.mktemp("kept")
    results, design = place / "results", "{kind: grid, levels: 2}"
    for replications in ("1", "2"):  # each makes a part
        experiment = small(place, design=design, replications=replications)
        ask(experiment, results, [])
    for answer in results.glob("question-*"):  # one answer, that of the second, is enough
        shutil.rmtree(answer)
    ask(experiment, results, [])
    assert len(list((results / STORE / "parts").iterdir())) == 2
    other = experiment.scenario_at([3, 0.2])
    for first in (0, 2):
        Store(results / STORE).keep(run(other, 2, experiment.seed + 1, first=first))
    save_results([run(experiment.base, 2)], results)
    whole = shutil.copytree(results, place / "whole")
    seen = query(f"SELECT {ALL}", whole).rows[0]
    yield Kept(results, experiment, seen, folders(results), ask(experiment, whole, []))


Deed = Callable[[Path], None]
"""What is done to a file."""


def names(sentence: str, file: Path) -> bool:
    """Whether a sentence names a file, or the part, block, answer or store that it belongs to."""
    near = {file.name, file.stem, file.parent.name} - {STORE}
    return any(name in sentence for name in near)


def damaged(kept: Kept, place: Path, file: Path, deed: Deed) -> Path:
    """A copy in which that was done to one file."""
    results = shutil.copytree(kept.folder, place)
    deed(results / file)
    return results


def read_every_way(kept: Kept, results: Path, file: Path, first: int) -> None:
    """Read a damaged folder on every way, beginning with one or the other; raises ``AssertionError`` for what was believed."""
    told: list[str] = []
    readers = [lambda: looks(kept, results, told), lambda: asks(kept, results, told), lambda: compacts(results, told)]
    seen_by_check = check_results(results).damaged
    for turn in range(3):
        readers[(first + turn) % 3]()
    assert told or not seen_by_check or STORE not in file.parts, f"check saw {seen_by_check}, and no reader did"
    assert all(names(sentence, file) for sentence in told), (told, file)
    ask(kept.experiment, results, [])
    restore_blocks(kept, results)
    after: list[str] = []
    assert query(f"SELECT {ALL}", results, after.append).rows[0] == kept.seen and not after, after


def look_quickly(kept: Kept, results: Path, file: Path, first: int) -> None:
    """Read a damaged folder as a query, a list, and an experiment that begins would, without running anything again."""
    told: list[str] = []
    seen_by_check = check_results(results).damaged
    readers = [lambda: looks(kept, results, told), lambda: knows(kept, results, told)]
    for turn in range(2):
        readers[(first + turn) % 2]()
    assert told or not seen_by_check or STORE not in file.parts, f"check saw {seen_by_check}, and no reader did"
    assert all(names(sentence, file) for sentence in told), (told, file)


def knows(kept: Kept, results: Path, told: list[str]) -> None:
    """What an experiment finds in the store is what was put there."""
    asked = kept.experiment
    found = Laboratory(asked.measures, asked.seed, Store(results / STORE, told.append)).known
    points = asked.design.points(asked)  # type: ignore[union-attr]
    for point, truth in zip(points, kept.values, strict=True):
        numbers, values = found.get(asked.scenario_at(point).full_fingerprint, (np.zeros(0, int), truth[:0]))
        assert (values == truth[numbers]).all(), "an experiment believed it"
        assert told or len(numbers) == asked.replications, "runs are missing, and nobody was told"


def looks(kept: Kept, results: Path, told: list[str]) -> None:
    """A query, and the list of answers: as before, or something was told."""
    before = len(told)
    seen = query(f"SELECT {ALL}", results, told.append).rows[0]
    assert seen == kept.seen or told, "a query believed it"
    listed = folders(results, told.append)
    assert listed == kept.listed or len(told) > before, "the list believed it"


def asks(kept: Kept, results: Path, told: list[str]) -> None:
    """The sweep again, to the last bit."""
    assert (ask(kept.experiment, results, told) == kept.values).all(), "a sweep believed it"


def compacts(results: Path, told: list[str]) -> None:
    Store(results / STORE, told.append).compact()


def restore_blocks(kept: Kept, results: Path) -> None:
    """Run again what the blocks held, which no question asks for: as somebody would do who needs it."""
    other, seed = kept.experiment.scenario_at([3, 0.2]), kept.experiment.seed + 1
    with Laboratory(kept.experiment.measures, seed, Store(results / STORE)) as at_work:
        at_work.measure([other], range(4))


def flip(place: int, bit: int) -> Deed:
    """One bit the other way round."""

    def deed(path: Path) -> None:
        contents = bytearray(path.read_bytes())
        contents[place] ^= 1 << bit
        path.write_bytes(contents)

    return deed


def places(size: int, few: int) -> list[int]:
    """Bytes of a file to flip: its two ends more densely than what lies between."""
    ends = [*range(0, min(size, 64), 64 // few or 1), *range(max(0, size - 64), size, 64 // few or 1)]
    return sorted({*ends, *range(0, size, max(1, size // few))})


def flips(kept: Kept, few: int) -> list[tuple[Path, int, int]]:
    """File, byte and bit of every flip."""
    return [
        (file, place, (number * 5 + place) % 8)
        for file in kept.files
        for number, place in enumerate(places((kept.folder / file).stat().st_size, few))
    ]


def try_flips(
    kept: Kept, place: Path, chosen: list[tuple[Path, int, int]], whole: int = 1, seconds: float = math.inf
) -> None:
    """Every flip, each in a copy of its own, or as many as there is time for; all that were believed or fatal are told together.

    Each ``whole``-th one is read on every way and run again, the others only looked at.
    """
    wrong, tried, end = [], 0, time.monotonic() + seconds
    for number, (file, byte, bit) in enumerate(chosen):
        if time.monotonic() > end:
            break
        tried += 1
        results = damaged(kept, place / str(number), file, flip(byte, bit))
        try:
            (look_quickly if number % whole else read_every_way)(kept, results, file, number // whole)
        except Exception as fault:
            wrong.append(f"{file}, byte {byte}, bit {bit}: {type(fault).__name__}: {str(fault)[:300]}")
        shutil.rmtree(results)
    print(f"{tried:,} flips of {len(chosen):,}, believed or fatal: {len(wrong)}")
    assert not wrong, "\n".join(wrong[:20])


def test_a_flipped_bit_is_seen_on_every_way_of_reading(kept: Kept, tmp_path: Path) -> None:
    chosen = flips(kept, 2)
    try_flips(kept, tmp_path, chosen[:: max(1, len(chosen) // 24)], whole=6)


@pytest.mark.heavy
def test_thousands_of_flipped_bits_are_seen_by_check_and_the_others_change_nothing(kept: Kept, tmp_path: Path) -> None:
    results = shutil.copytree(kept.folder, tmp_path / "looked at")
    chosen = flips(kept, FLIPS)
    unseen = [(file, byte, bit) for file, byte, bit in chosen if not is_seen(results, file, flip(byte, bit))]
    print(f"{len(chosen):,} flips, of which check does not see {len(unseen)}")
    assert len(unseen) < len(chosen) / 100 and not check_results(results).damaged
    try_flips(kept, tmp_path, unseen)


def is_seen(results: Path, file: Path, deed: Deed) -> bool:
    """Whether ``check`` sees what was done to a file, which then is as it was."""
    before = (results / file).read_bytes()
    deed(results / file)
    found = check_results(results).damaged
    (results / file).write_bytes(before)
    assert all(names(path, file) for path in found), (found, file)
    return bool(found)


@pytest.mark.heavy
def test_thousands_of_flipped_bits_are_seen_on_every_way_of_reading(kept: Kept, tmp_path: Path) -> None:
    """As many as there is time for, in an order in which these are of every kind."""
    chosen = flips(kept, FLIPS)
    random.Random(12).shuffle(chosen)
    try_flips(kept, tmp_path, chosen, whole=20, seconds=SECONDS)


def test_a_damaged_answer_is_told_by_list_and_refused_by_show_and_as_a_table_of_points(
    kept: Kept, tmp_path: Path
) -> None:
    def loyalty(*words: str) -> Any:
        return CliRunner().invoke(app, ["results", *words, "--out", str(results)])

    (answer,) = kept.folder.glob("question-*")
    manifest, points = Path(answer.name) / "manifest.json", Path(answer.name) / "points.csv"
    results = damaged(kept, tmp_path / "one", manifest, flip(200, 1))
    listed, shown = loyalty("list"), loyalty("show", "question")
    assert listed.exit_code == 0 and f"{answer.name} is damaged" in listed.stderr
    assert shown.exit_code == 2 and "is damaged (manifest.json" in shown.stderr
    results = damaged(kept, tmp_path / "two", points, flip(-9, 1))
    with pytest.raises(Mistake, match="points.csv is damaged or was changed"):
        digests.trust(results / points)
    assert loyalty("show", "question").exit_code == 0 and loyalty("check").exit_code == 1


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def another(path: Path) -> None:
    """The contents of another file of its kind, which is sound in its own place."""
    others = [other for other in path.parent.parent.rglob(path.name) if other != path] or [*path.parent.glob("*")]
    path.write_bytes(others[0].read_bytes() + (b" " if others[0] == path else b""))


DEEDS = [half, empty, Path.unlink, folder, pipe, zeros, another]


def try_deed(kept: Kept, place: Path, deed: Deed, files: list[Path]) -> None:
    for number, file in enumerate(files):
        lost = deed is Path.unlink and file.suffix == ".block"  # a block that is not there is none that was lost
        own = deed is another and file.name in ("manifest.json", MARK)  # which is sound there too
        if not lost and not own:
            read_every_way(kept, damaged(kept, place / str(number), file, deed), file, number)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whatever_becomes_of_a_file_it_is_told_and_run_again(kept: Kept, tmp_path: Path, deed: Deed) -> None:
    try_deed(kept, tmp_path, deed, one_of_each(kept)[DEEDS.index(deed) % 4 :: 4])


@pytest.mark.heavy
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whatever_becomes_of_any_file_it_is_told_and_run_again(kept: Kept, tmp_path: Path, deed: Deed) -> None:
    try_deed(kept, tmp_path, deed, one_of_each(kept))


def one_of_each(kept: Kept) -> list[Path]:
    """One file of every kind."""
    kinds: dict[tuple[str, ...], Path] = {}
    for file in kept.files:
        kind = file.suffix if file.suffix == ".block" else file.name
        kinds.setdefault((file.parts[0], kind), file)
    return list(kinds.values())
