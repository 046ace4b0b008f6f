"""Explore without a browser: what is asked, what is kept, what is drawn, and that a picked setting is that setting."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("solara")

from drawn_pages import drawn

pytest.importorskip("SALib")
pytest.importorskip("optuna")

from sim.errors import Mistake
from sim.experiments.factors import parameters
from sim.experiments.method import DesignPoint
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.methods.sweep import Sweep
from sim.experiments.question import load_experiment
from sim.model.component import builtin
from sim.report import sweep_page
from sim.report.charts import Bars, Cells, Chart, Dots, Line, Mark, Span
from sim.report.charts.palette import Ladder
from sim.report.experiment_page import document
from sim.runs.executor import executor
from sim.runs.runner import run as run_scenario
from sim.runs.statistics import Interval
from sim.scenario.whole import Scenario, described
from sim.studio.explore import answer as exploring
from sim.studio.explore import answer_charts, own_sweep, questions
from sim.studio.explore.answer import Missing
from sim.studio.explore.design_points import picked, units
from sim.studio.explore.own_sweep import Own, entries_of, own_in
from sim.studio.explore.questions import NotKept, answered, kept
from sim.studio.explore.take_away import Ask, opened_as_scenario
from sim.studio.library import scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.levers import numbers
from sim.studio.visitor.work import Stopped, Work
from sim.studio.widgets import reports

ROOT = Path(__file__).resolve().parents[1]
OWN = Own(
    "lessons/town",
    (("call_centre.representatives", 1.0, 3.0), ("quality.error_rate", 0.01, 0.2)),
    ("profit", "retention"),
    levels=3,
    times=4,
    weeks=8,
)


def town() -> Scenario:
    return described({"name": "Mini", "weeks": 8, "market": {"customers": 150, "prospects": 50, "stands_for": 40}})


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sweep, Path]:
    folder = tmp_path_factory.mktemp("kept") / "store"
    return answered(SWEEP, OWN.experiment(town()), folder, executor(1)), folder


# ---- asking


@pytest.mark.parametrize(
    "own",
    [
        OWN,
        Own("own/mine", (("satisfaction.symmetric", 0, 1),), ("nps",), 5, 10, 52),
        Own("telecom/today", (("network.rewiring", 0, 0.123456789),), ("profit", "trust"), 9, 100, 208),
    ],
)
def test_the_address_says_all_of_a_sweep(own: Own) -> None:
    assert own_in(entries_of(own)) == own


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"one": "call_centre.representative"}, "did you mean"),
        ({"one": "quality.level", "from": "much"}, "is no number"),
        ({"one": "quality.level", "from": "0.2", "to": "5"}, "between 0 and 1"),
        ({"one": "quality.level", "from": "0.9", "to": "0.2"}, "less than high"),
        ({"one": "quality.level", "levels": "50"}, "2 to 9"),
        ({"one": "quality.level", "times": "1e9"}, "2 to 100"),
        ({"one": "quality.level", "weeks": "2.5"}, "whole number"),
        ({"one": "quality.level", "measure": "retentoin"}, "retention"),
        ({"one": "quality.level", "two": "quality.level"}, "twice"),
        ({"one": "<img>.x"}, "no behaviour or mechanism"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(entries: dict[str, str], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        own = own_in(entries)
        assert own is not None
        own.experiment(town())


def test_every_number_and_switch_of_the_model_is_a_lever_with_a_range_around_today() -> None:
    base = scenario_library.fetch("telecom/today")
    assert set(numbers()) == {f"{part}.{name}" for part, own in parameters(builtin()).items() for name in own}
    for lever in numbers().values():
        today = own_sweep.value_today(base, lever.key)
        low, high = own_sweep.around(lever, today)
        assert lever.low <= low < high <= lever.high
        assert low <= today <= high or today == 0 or not lever.low <= today <= lever.high


def test_the_shipped_questions_open_and_their_size_is_known() -> None:
    known = questions.questions(ROOT / "nowhere")
    assert set(known) == set(questions.shipped()) - {"claims"}  # which is a table of claims, and asks no question
    for question in known.values():
        asked = questions.opened(question)
        assert (
            questions.base_key(asked) in scenario_library.shipped()
            and question.method.planned(asked, quickly=True).runs > 100
        )


@pytest.mark.parametrize("key", sorted(set(questions.shipped()) - {"claims"}))
def test_the_page_of_every_shipped_question_opens(key: str) -> None:
    page = drawn(f"/explore?question={key}")
    assert not page.faults and "what is kept is not run again" in page.says
    assert "loyalty " not in page.says.replace("loyalty studio", "")


def test_an_answer_without_settings_to_pick_is_told_as_its_report_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = asked_by(tmp_path)
    plans = {"plain": {}, "worse": {"quality": {"level": 0.5}}}
    select = {"zone": 0.2, "first": 4, "most": 20}
    asked = {
        "question": "Which plan?",
        "base": "../scenarios/lessons/town.yaml",
        "with": {"weeks": 6},
        "policies": plans,
    }
    path.write_text(
        own_sweep.as_yaml(asked | {"outcomes": ["retention"], "select": select, "seed": 1}), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    question = questions.questions(tmp_path)["here/asked"]
    (tmp_path / "results").mkdir()
    answer = answered(question.method, questions.opened(question), tmp_path / "results" / "store", executor(1))
    page = drawn("/explore?question=here/asked")
    assert question.title == "Asked: select" and not question.method.explored
    assert not page.faults and f"{document(answer).headline}." in page.says


def test_experiments_beside_the_studio_are_found_and_broken_ones_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "mine.yaml").write_text(own_sweep.as_yaml(OWN.written()), encoding="utf-8")
    (folder / "broken.yaml").write_text("question: [", encoding="utf-8")
    (folder / "other.yaml").write_text("policies: {}\nquestion: which?\ndesign: {kind: grid}", encoding="utf-8")
    assert [key for key in questions.questions(tmp_path) if key.startswith("here/")] == ["here/mine"]


def test_a_wheel_carries_the_experiments_to_where_they_find_the_scenarios(tmp_path: Path) -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert set(wheel["sources"]) < set(wheel["only-include"])
    for source, target in wheel["sources"].items():
        shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("*.py"))
    for command in ("sweep", "optimise"):
        assert load_experiment(tmp_path / "sim" / "questions" / f"{command}.yaml").base.name == "Today"


# ---- keeping


def test_what_was_run_is_answered_from_the_store_and_what_was_not_is_missing(found: tuple[Sweep, Path]) -> None:
    answer, folder = found
    again = kept(SWEEP, OWN.experiment(town()), folder)
    assert answer.tally.ran == OWN.runs and again.tally.ran == 0 and again.tally.found == OWN.runs
    assert np.array_equal(again.values, answer.values) and again.table().equals(answer.table())
    with pytest.raises(NotKept):
        kept(SWEEP, OWN.experiment(town().with_(quality={"level": 0.9})), folder)
    with pytest.raises(NotKept):
        kept(SWEEP, OWN.experiment(town()), folder.parent / "nothing")
    assert not (folder.parent / "nothing").exists()


def test_the_file_that_is_shown_asks_the_same(found: tuple[Sweep, Path], tmp_path: Path) -> None:
    """What the page ran is what ``loyalty sweep`` finds in the store for the saved file."""
    _, folder = found
    (tmp_path / "scenarios" / "lessons").mkdir(parents=True)
    (tmp_path / "experiments").mkdir()
    town().save(tmp_path / "scenarios" / "lessons" / "town.yaml")
    file = tmp_path / "experiments" / own_sweep.OWN_FILE
    file.write_text(own_sweep.as_yaml(OWN.written()), encoding="utf-8")
    assert kept(SWEEP, load_experiment(file), folder).tally.ran == 0


def test_a_sweep_called_off_keeps_what_was_run(tmp_path: Path) -> None:
    big = Own(OWN.base, OWN.ranges, OWN.measures, levels=5, times=100, weeks=8)
    ask = Ask("big", SWEEP, big.experiment(town()), tmp_path / "store")
    work = Work(lambda: None)
    work.running = True
    work.on_cancel(lambda: None)
    step = work.step

    def step_and_stop(count: int = 1) -> None:
        step(count)
        if work.done:
            work.cancel()

    work.step = step_and_stop  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        exploring.run(ask, work)
    assert 0 < work.done < big.runs
    missing = exploring.looked_up(ask)
    assert isinstance(missing, Missing) and missing.total == big.runs
    from sim.experiments.store import Store

    assert sum(table.num_rows for table in Store(ask.folder).rows(["replication"])) >= work.done


# ---- drawing


def marks(chart: Any, kind: type[Mark]) -> list[Any]:
    """The marks of a kind upon a chart."""
    assert isinstance(chart, Chart)
    return [mark for mark in chart.marks if isinstance(mark, kind)]


def moves(answer: Any, name: str) -> Any:
    """The chart of this name in the report, which Explore shows too."""
    (chart,) = (picture.chart for picture in document(answer).pictures() if picture.name == name)
    return chart


def test_a_cell_of_the_map_is_what_its_own_scenario_gives(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    asked, known = answer.experiment, answer.design_points()
    unit = units(asked, known)[0]
    (found_cells,) = marks(answer_charts.heat_map(answer, known, 0, unit), Cells)
    cells = list(
        zip(np.ravel(found_cells.picks), np.ravel(found_cells.labels), np.ravel(found_cells.words), strict=True)
    )
    assert sorted(point for point, _, _ in cells) == list(range(9))
    for point, label, _ in (cells[0], cells[5]):
        spot, text = known[point], label.split("\n")[0]
        alone = (
            run_scenario(asked.scenario_at(spot.values), OWN.times, 1, threads=1).values["profit"].mean() * unit.factor
        )
        shown = float(text.replace(",", "").replace("\u2212", "-"))
        assert shown == pytest.approx(alone, abs=0.51 * 10 ** -len(text.partition(".")[2]))
    best = [point for point, label, words in cells if "best" in label and words.endswith("best")]
    assert best == [int(np.argmax([spot.levels[0].mean for spot in known]))]


def test_words_stand_out_on_every_colour_of_the_map() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ladder = Ladder([0.0, 1.0])
    for value in np.linspace(0, 1, 101):
        dark, bright = sorted((luminance(ladder.colour(value)), luminance(ladder.ink(value))))
        assert (bright + 0.05) / (dark + 0.05) >= 4.5
    brightness = [luminance(ladder.colour(value)) for value in np.linspace(0, 1, 11)]
    assert all(one < next_ for one, next_ in pairwise(brightness))


def test_the_front_is_what_nothing_beats(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    known, asked = answer.design_points(), answer.experiment
    pairs = {spot.number: [spot.levels[k].mean for k in (0, 1)] for spot in known}
    beaten = {
        number
        for number, one in pairs.items()
        for other in pairs.values()
        if other != one and other[0] >= one[0] and other[1] >= one[1]
    }
    assert answer_charts.on_front(asked, known, (0, 1)) == set(pairs) - beaten
    dots = marks(answer_charts.trade_off(answer, known, (0, 1), units(asked, known)).chart, Dots)
    assert {point for kind in dots if kind.name == "marked" for point in kind.picks} == set(pairs) - beaten
    assert sorted(point for kind in dots for point in kind.picks) == sorted(pairs)
    for kind in dots:
        assert (kind.low <= kind.x).all() and (kind.x <= kind.high).all()
        assert (kind.below <= kind.y).all() and (kind.y <= kind.above).all()


def test_a_single_lever_makes_a_line_and_no_map(tmp_path: Path) -> None:
    own = Own(OWN.base, OWN.ranges[1:], ("retention",), levels=4, times=4, weeks=8)
    answer = answered(SWEEP, own.experiment(town()), tmp_path / "store", executor(1))
    known = answer.design_points()
    unit = units(answer.experiment, known)[0]
    assert answer_charts.heat_map(answer, known, 0, unit) is None
    picture = answer_charts.along_one(answer, known, 0, unit)
    assert picture is not None
    (line,) = marks(picture.chart, Line)
    assert line.x == sorted(line.x) and line.y == pytest.approx([spot.levels[0].mean * unit.factor for spot in known])
    assert {point for kind in marks(picture.chart, Dots) for point in kind.picks} == set(range(len(known)))


def test_the_bars_of_a_tornado_span_what_the_effects_say(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    chart = moves(answer, "tornado_retention")
    effects = answer.effects(answer.experiment.outcomes[1])
    lengths = sum(abs(np.diff(bars.spans, axis=0)[0]) for bars in marks(chart, Bars))
    assert list(chart.up.rows) == [effect.factor.label for effect in effects]
    assert lengths / lengths[0] == pytest.approx([abs(e.change.mean / effects[0].change.mean) for e in effects])


def asked_by(tmp_path: Path, **more: Any) -> Path:
    written = OWN.written() | more
    del written["design"]
    (tmp_path / "scenarios" / "lessons").mkdir(parents=True, exist_ok=True)
    (tmp_path / "experiments").mkdir(exist_ok=True)
    town().save(tmp_path / "scenarios" / "lessons" / "town.yaml")
    path = tmp_path / "experiments" / "asked.yaml"
    path.write_text(own_sweep.as_yaml(written), encoding="utf-8")
    return path


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    def make(**more: Any) -> Any:
        path = asked_by(tmp_path, **more)
        question = questions.questions(tmp_path)[f"here/{path.stem}"]
        return question, questions.opened(question)

    yield make


def test_a_sensitivity_is_drawn_in_its_order_with_the_band_of_chance(opened: Any, tmp_path: Path) -> None:
    question, asked = opened(sensitivity={"method": "morris", "samples": 4})
    answer = answered(question.method, asked, tmp_path / "store", executor(1))
    chart = moves(answer, "moves_profit")
    assert list(chart.up.rows) == [name for name, _ in answer.analyses[0].ranking]
    (bars,), (band,) = marks(chart, Bars), marks(chart, Span)
    assert list(bars.end) == sorted(bars.end, reverse=True) and band.low <= band.high
    assert document(answer).headline


def test_finalists_of_a_search_can_be_picked_and_its_trials_are_faint(opened: Any, tmp_path: Path) -> None:
    question, asked = opened(optimise={"trials": 10, "batch": 5, "finalists": 3, "first": 4, "most": 8}, replications=2)
    answer = answered(question.method, asked, tmp_path / "store", executor(1))
    known = answer.design_points()
    tried, *dots = marks(answer_charts.trade_off(answer, known, (0, 1), units(asked, known)).chart, Dots)
    assert len(known) == len(answer.values) == sum(len(kind.picks) for kind in dots) <= 3
    assert len(tried.x) == 10 and not tried.picks
    again = kept(question.method, asked, tmp_path / "store")
    assert again.tally.ran == 0 and np.array_equal(again.values, answer.values)


# ---- a setting that was picked


def test_an_opened_setting_is_the_scenario_that_was_run(found: tuple[Sweep, Path], tmp_path: Path) -> None:
    answer, _ = found
    desk = VisitorFiles(tmp_path)
    spot = answer.design_points()[5]
    base, key = opened_as_scenario(answer.experiment, spot, desk)
    scenario = scenario_library.fetch(key, desk)
    assert scenario.full_fingerprint == answer.fingerprints[5]
    assert scenario_library.fetch(base, desk).full_fingerprint == answer.experiment.base.full_fingerprint
    told = picked(answer.experiment, spot, units(answer.experiment, answer.design_points()))
    assert [row[0] for row in told["levers"]] == ["call centre representatives", "quality error rate"]
    gap = answer.against_today(5, answer.experiment.outcomes[0])
    verdict = told["rows"][0][3]
    assert verdict.startswith("undecided" if not gap.decided else "better" if gap.mean > 0 else "worse")


def test_opened_from_a_shipped_scenario_the_base_is_the_shelfs_own_when_it_means_the_same(tmp_path: Path) -> None:
    desk, scenario = VisitorFiles(tmp_path), scenario_library.fetch("lessons/town")
    own = Own("lessons/town", OWN.ranges, OWN.measures, 2, 2, scenario.weeks)
    asked = own.experiment(scenario)
    spot = DesignPoint(0, (2.0, 0.05), (), (), True)
    assert opened_as_scenario(asked, spot, desk)[0] == "lessons/town"
    shorter = Own("lessons/town", OWN.ranges, OWN.measures, 2, 2, 13).experiment(scenario)
    base, _ = opened_as_scenario(shorter, spot, desk)
    assert base.startswith("own/") and scenario_library.fetch(base, desk).weeks == 13


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_the_report_of_an_answer_is_put_on_the_desk(found: tuple[Sweep, Path], tmp_path: Path, kind: str) -> None:
    answer, _ = found
    if kind == "xlsx":
        pytest.importorskip("xlsxwriter")
    path = reports.written(kind, document(answer), "sweep", VisitorFiles(tmp_path))  # type: ignore[arg-type]
    assert path.parent == tmp_path and path.suffix == f".{kind}" and path.stat().st_size > 1000
    if kind == "html":
        assert document(answer).headline in path.read_text(encoding="utf-8")


def test_an_amount_in_the_answer_lies_in_its_interval_in_the_same_unit(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    outcome = answer.experiment.outcomes[0]
    for mean in (3.1, 250.0, 6500.0, 95_000.0):
        told = sweep_page._amount(answer, outcome, Interval(mean, 0.9 * mean, 1.1 * mean, 1.0))
        amount, low, high = (float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", told))
        assert low < amount < high, told
