"""Cohort triangles: who was still there by when they joined, counted from a file by hand and from what a run counted."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import load
from sim.cli import app
from sim.data.leaving import ASIDE
from sim.experiments.cohorts import FEWEST, Cohorts, cohorts, looks, step_of
from sim.experiments.figures import in_half
from sim.experiments.methods import method
from sim.experiments.question import Experiment
from sim.report.leaving_page import _triangle
from sim.runs.executor import Block, executor
from sim.runs.who import Watch
from sim.scenario.customers import customers_of

AS_OF = date(2024, 12, 31)
ROWS = 400
SCENARIO = """
weeks: WEEKS
market: {prospects: 60}
self_checkout: {visits: 0, lanes: 0}
call_centre: {representatives: 2}
customers: {file: p.csv, id: id, as_of: 2024-12-31, columns: {tenure: {column: TENURE}}, label: {column: gone, MORE}}
"""
FIT = """
question: Who leaves?
base: x.yaml
with: {customers: {label: {leavers: start}}}
uncertainties: {choice.attention: {low: 0.005, high: 0.3, scale: log}}
outcomes: [retention]
calibrate: {worlds: 50, rounds: 1, figures: {all: {left: {}, half: fitted}}}
"""


def tenure(n: int) -> int:
    """The weeks that somebody has been a customer: a few joined within half a year, most long ago."""
    return n % 26 if n % 9 == 0 else 30 + n % 200


def leaving(n: int) -> int | None:
    """After how many of 26 weeks somebody leaves; a few had left before."""
    return n % 29 - 1 if n % 3 == 0 else None


def fitted(folder: Path, weeks: int = 26, words: bool = False, scenario: str = SCENARIO) -> Experiment:
    """The calibration of a file of whom is known when they left, or only whether they did."""
    lines = []
    for n in range(ROWS):
        when = leaving(n)
        day = "" if when is None else str(AS_OF - timedelta(weeks=26 - when))
        lines.append(
            f"c{n:03},{AS_OF - timedelta(weeks=tenure(n))},{('no' if when is None else 'yes') if words else day}"
        )
    (folder / "p.csv").write_text("\n".join(["id,since,gone", *lines]) + "\n")
    label = f"within: {weeks} weeks" + (", left: 'yes'" if words else "")
    said = scenario.replace("WEEKS", str(weeks)).replace("MORE", label).replace("TENURE", "since")
    (folder / "x.yaml").write_text(said)
    (folder / "c.yaml").write_text(FIT)
    return method("calibrate").load(folder / "c.yaml", load(folder / "x.yaml").model)


def found(asked: Experiment, there: np.ndarray | None = None) -> Cohorts:
    """The triangle, in a model in which nobody leaves unless said."""
    told = cohorts(asked, np.ones((len(looks(asked)), ROWS)) if there is None else there)
    assert told is not None
    return told


def test_survivors_are_counted_by_cohort_and_week(tmp_path: Path) -> None:
    asked = fitted(tmp_path)
    assert looks(asked) == (4, 9, 13, 17, 22, 26)  # months
    file, triangle = customers_of(asked.base), found(asked)
    assert file is not None
    aside = [n for n in range(ROWS) if in_half(file, ASIDE)[n]]
    assert triangle.before == sum(leaving(n) == -1 for n in aside) > 0
    told = [n for n in aside if leaving(n) != -1]
    assert sum(row.people for row in triangle.rows) == len(told)
    for row in triangle.rows:
        mine = [n for n in told if row.low <= tenure(n) < row.high]
        assert row.people == len(mine) and bool(row.model) == (len(mine) >= FEWEST)
        for week, share in zip(triangle.weeks, row.file, strict=False):
            still = [n for n in mine if leaving(n) is None or (leaving(n) or 0) > week]
            assert share == pytest.approx(len(still) / len(mine))
    assert triangle.few and triangle.rows[-1].high == np.inf and triangle.rows[-1].apart


def test_a_word_says_who_left_at_the_end_alone(tmp_path: Path) -> None:
    asked = fitted(tmp_path, words=True)
    assert looks(asked) == (26,) and found(asked).before == 0
    (section,) = _triangle(found(asked))
    assert "at the end and not when" in " ".join(section.notes)


def test_without_tenure_or_within_another_time_there_is_none(tmp_path: Path) -> None:
    bare = fitted(tmp_path, scenario=SCENARIO.replace("columns: {tenure: {column: TENURE}}, ", ""))
    assert cohorts(bare, np.ones((6, ROWS))) is None
    other = fitted(tmp_path, scenario=SCENARIO.replace("MORE", "within: 52 weeks"))
    assert cohorts(other, np.ones((6, ROWS))) is None


@pytest.mark.parametrize(("weeks", "step"), [(13, 52 / 12), (52, 13), (104, 13), (260, 52), (1040, 130)])
def test_a_page_has_room_for_all_looks(weeks: int, step: float) -> None:
    assert step_of(weeks) == step


def test_who_is_still_there_is_what_the_run_counted(tmp_path: Path) -> None:
    scenario = fitted(tmp_path).base.in_worlds("none")
    with executor(threads=1) as place:
        ((_, one),) = place.run([Block(scenario, 5, 0, 3, watch=Watch(looks=(4, 13, 26)))])
        ((_, plain),) = place.run([Block(scenario, 5, 0, 3)])
    counted = one.tally[:, [3, 12, 25], scenario.model.count("founders")].sum(axis=0)
    assert one.who is not None and counted[0] > counted[2]
    np.testing.assert_array_equal(one.who.there.sum(axis=1), counted)
    np.testing.assert_array_equal(one.who.there[-1], one.stayed)
    assert one.digest == plain.digest


def test_the_map_says_what_is_blank_and_who_had_left_before(tmp_path: Path) -> None:
    triangle = found(fitted(tmp_path))
    (section,) = _triangle(triangle)
    notes = " ".join(section.notes)
    assert (
        f"{len(triangle.few)} cohort" in notes and "too few to tell" in notes and "had left before the start" in notes
    )
    (cells,) = section.pictures[0].chart.panels[0][0].marks
    assert cells.values.shape == (2 * 6 + 1, len(triangle.rows))  # type: ignore[union-attr]
    assert np.isnan(cells.values[6]).all() and np.nanmax(cells.values[7:]) == 100  # type: ignore[union-attr]


@pytest.mark.heavy
def test_a_calibration_tells_the_triangle_on_its_page_and_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["calibrate", "c.yaml", "--json", "--out", "results"])
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    told = [cell for cell in answer["cohorts"]["cells"] if cell["model"] is not None]
    assert answer["cohorts"]["weeks"] == [4, 9, 13, 17, 22, 26] and len(told) >= 6
    last = [cell for cell in told if cell["weeks_later"] == 26]
    model = sum(cell["model"] * cell["customers"] for cell in last) / sum(cell["customers"] for cell in last)
    assert 0.4 < model < 0.9  # the file's is about 0.69
    assert "File beside model, by when they joined" in Path(answer["folder"], "report.html").read_text(encoding="utf-8")
