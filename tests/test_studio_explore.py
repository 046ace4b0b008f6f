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
pytest.importorskip("SALib")
pytest.importorskip("optuna")

from sim.errors import Mistake
from sim.execution import executor
from sim.experiments.factors import parameters
from sim.experiments.method import DesignPoint
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.methods.sweep import Sweep
from sim.experiments.question import load_experiment
from sim.report import sweep_page
from sim.report.experiment_page import headline
from sim.running import run as run_scenario
from sim.scenario.whole import Scenario, described
from sim.statistics import Interval
from sim.studio import drawn, drawn_bars, exploring, own_sweep, questions, shelf
from sim.studio.design_points import picked, units
from sim.studio.desk import Desk
from sim.studio.exploring import Missing
from sim.studio.exploring_taken import Ask, opened_as_scenario, reported
from sim.studio.levers import numbers
from sim.studio.own_sweep import Own, entries_of, own_in
from sim.studio.questions import NotKept, answered, kept
from sim.studio.work import Stopped, Work

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
    base = shelf.fetch("telecom/today")
    assert set(numbers()) == {f"{part}.{name}" for part, own in parameters().items() for name in own}
    for lever in numbers().values():
        today = own_sweep.value_today(base, lever.key)
        low, high = own_sweep.around(lever, today)
        assert lever.low <= low < high <= lever.high
        assert low <= today <= high or today == 0 or not lever.low <= today <= lever.high


def test_the_shipped_questions_open_and_their_size_is_known() -> None:
    known = questions.questions(ROOT / "nowhere")
    assert {"sweep", "sensitivity", "optimise"} <= set(known)
    for question in known.values():
        asked = questions.opened(question)
        assert questions.base_key(asked) in shelf.shipped() and question.method.planned(asked, quickly=True).runs > 100


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
    assert set(wheel["sources"]) < set(wheel["only-include"]) and wheel["exclude"] == ["experiments/*.py"]
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
    ask = Ask("big", SWEEP, big.experiment(town()), tmp_path / "store", "")
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


def test_a_cell_of_the_map_is_what_its_own_scenario_gives(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    asked, known = answer.experiment, answer.design_points()
    unit = units(asked, known)[0]
    plane = drawn.heat_map(answer, known, 0, unit)
    assert plane is not None
    cells = [cell for row in plane["rows"] for cell in row["cells"]]
    assert sorted(cell["point"] for cell in cells) == list(range(9))
    for place in (0, 5):
        spot = known[cells[place]["point"]]
        alone = (
            run_scenario(asked.scenario_at(spot.values), OWN.times, 1, threads=1).values["profit"].mean() * unit.factor
        )
        shown = float(cells[place]["text"].replace(",", "").replace("\u2212", "-"))
        assert shown == pytest.approx(alone, abs=0.51 * 10 ** -len(cells[place]["text"].partition(".")[2]))
    best = [cell["point"] for cell in cells if "best" in cell["mark"]]
    assert best == [int(np.argmax([spot.levels[0].mean for spot in known]))]


def test_words_stand_out_on_every_colour_of_the_map() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ladder = drawn._Ladder([0.0, 1.0])
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
    assert drawn.on_front(asked, known, (0, 1)) == set(pairs) - beaten
    picture = drawn.trade_off(answer, known, (0, 1), units(asked, known))
    assert {dot["point"] for dot in picture["dots"] if dot["kind"] == "marked"} == set(pairs) - beaten
    for dot in picture["dots"]:
        assert 0 <= dot["x0"] <= dot["x"] <= dot["x1"] <= 1 and 0 <= dot["y0"] <= dot["y"] <= dot["y1"] <= 1


def test_a_single_lever_makes_a_line_and_no_map(tmp_path: Path) -> None:
    own = Own(OWN.base, OWN.ranges[1:], ("retention",), levels=4, times=4, weeks=8)
    answer = answered(SWEEP, own.experiment(town()), tmp_path / "store", executor(1))
    known = answer.design_points()
    unit = units(answer.experiment, known)[0]
    assert drawn.heat_map(answer, known, 0, unit) is None
    line = drawn.along_one(answer, known, 0, unit)
    assert line is not None and [dot["x"] for dot in line["dots"]] == sorted(dot["x"] for dot in line["dots"])
    means = [spot.levels[0].mean for spot in known]
    assert np.argsort([dot["y"] for dot in line["dots"]]).tolist() == np.argsort(means).tolist()


def test_the_bars_of_a_tornado_span_what_the_effects_say(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    known = answer.design_points()
    unit = units(answer.experiment, known)[1]
    bars = drawn_bars.tornado(answer, 1, unit)
    assert bars is not None
    effects = answer.effects(answer.experiment.outcomes[1])
    lengths = [max(p["to"] for p in bar["parts"]) - min(p["from"] for p in bar["parts"]) for bar in bars["bars"]]
    assert [bar["label"] for bar in bars["bars"]] == [effect.factor.label for effect in effects]
    assert np.array(lengths) / lengths[0] == pytest.approx(
        [abs(e.change.mean / effects[0].change.mean) for e in effects]
    )


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
    picture = drawn_bars.influence(answer, 0)
    ranked = answer.analyses[0].ranking
    assert [bar["label"] for bar in picture["bars"]] == [name for name, _ in ranked]
    ends = [bar["parts"][0]["to"] for bar in picture["bars"]]
    assert ends == sorted(ends, reverse=True) and picture["band"][0] <= picture["band"][1]
    assert headline(answer)


def test_finalists_of_a_search_can_be_picked_and_its_trials_are_faint(opened: Any, tmp_path: Path) -> None:
    question, asked = opened(optimise={"trials": 10, "batch": 5, "finalists": 3, "first": 4, "most": 8}, replications=2)
    answer = answered(question.method, asked, tmp_path / "store", executor(1))
    known = answer.design_points()
    picture = drawn.trade_off(answer, known, (0, 1), units(asked, known))
    assert len(known) == len(answer.values) <= 3 and len(picture["faint"]) == 10
    again = kept(question.method, asked, tmp_path / "store")
    assert again.tally.ran == 0 and np.array_equal(again.values, answer.values)


# ---- a setting that was picked


def test_an_opened_setting_is_the_scenario_that_was_run(found: tuple[Sweep, Path], tmp_path: Path) -> None:
    answer, _ = found
    desk = Desk(tmp_path)
    spot = answer.design_points()[5]
    base, key = opened_as_scenario(answer.experiment, spot, desk)
    scenario = shelf.fetch(key, desk)
    assert scenario.full_fingerprint == answer.fingerprints[5]
    assert shelf.fetch(base, desk).full_fingerprint == answer.experiment.base.full_fingerprint
    told = picked(answer.experiment, spot, units(answer.experiment, answer.design_points()))
    assert [row[0] for row in told["levers"]] == ["call centre representatives", "quality error rate"]
    gap = answer.against_today(5, answer.experiment.outcomes[0])
    verdict = told["rows"][0][3]
    assert verdict.startswith("undecided" if not gap.decided else "better" if gap.mean > 0 else "worse")


def test_opened_from_a_shipped_scenario_the_base_is_the_shelfs_own_when_it_means_the_same(tmp_path: Path) -> None:
    desk, scenario = Desk(tmp_path), shelf.fetch("lessons/town")
    own = Own("lessons/town", OWN.ranges, OWN.measures, 2, 2, scenario.weeks)
    asked = own.experiment(scenario)
    spot = DesignPoint(0, (2.0, 0.05), (), (), True)
    assert opened_as_scenario(asked, spot, desk)[0] == "lessons/town"
    shorter = Own("lessons/town", OWN.ranges, OWN.measures, 2, 2, 13).experiment(scenario)
    base, _ = opened_as_scenario(shorter, spot, desk)
    assert base.startswith("own/") and shelf.fetch(base, desk).weeks == 13


@pytest.mark.parametrize(("low", "high"), [(1.42, 1.9), (0, 1), (-3.2e6, 4.5e6), (0.0101, 0.0102), (5, 5)])
def test_ticks_lie_on_the_scale_and_say_the_number_at_which_they_stand(low: float, high: float) -> None:
    scale = drawn.axis("x", [low, high])
    assert scale.at(low) >= 0 and scale.at(high) <= 1 and 2 <= len(scale.ticks) <= 8
    for value, words in scale.ticks:
        assert 0 <= scale.at(value) <= 1
        assert float(words.replace(",", "").replace("\u2212", "-")) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_the_report_of_an_answer_is_put_on_the_desk(found: tuple[Sweep, Path], tmp_path: Path, kind: str) -> None:
    answer, folder = found
    if kind == "xlsx":
        pytest.importorskip("xlsxwriter")
    ask = Ask("own", SWEEP, answer.experiment, folder, "")
    path = reported(ask, answer, Desk(tmp_path), kind)
    assert path.parent == tmp_path and path.suffix == f".{kind}" and path.stat().st_size > 1000
    if kind == "html":
        assert headline(answer) in path.read_text(encoding="utf-8")


def test_an_amount_in_the_answer_lies_in_its_interval_in_the_same_unit(found: tuple[Sweep, Path]) -> None:
    answer, _ = found
    outcome = answer.experiment.outcomes[0]
    for mean in (3.1, 250.0, 6500.0, 95_000.0):
        told = sweep_page._amount(answer, outcome, Interval(mean, 0.9 * mean, 1.1 * mean, 1.0))
        amount, low, high = (float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", told))
        assert low < amount < high, told
