"""What a file says about who left: which columns tell it, and a company fitted to it by group."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pytest
from typer.testing import CliRunner

from sim import load, run
from sim.cli import app
from sim.data.habits import Cells, cells_of
from sim.data.leaving import Leaving, halves, telling
from sim.engine.start import begin, empty_state
from sim.errors import Mistake
from sim.experiments.algorithms.logistic import fitted, ranked, score, standardised
from sim.experiments.factors import parameter_at
from sim.experiments.figures import in_half, targets
from sim.experiments.leavers import bands
from sim.experiments.methods import method
from sim.model.component import row
from sim.report.questions import words_of
from sim.scenario.customers import customers_of
from sim.scenario.model_inputs import ground_met, ground_of
from sim.scenario.worlds import certain, line_of, mean_of_people, read_worlds, write_worlds

CASES = Path(__file__).parent / "data" / "cases"


def words(*cells: str) -> Cells:
    return cells_of(arrow.array(cells))


# ---- which columns tell


def test_a_column_that_says_nothing_is_told_about_once_in_a_hundred_files() -> None:
    luck, told = np.random.default_rng(5), 0
    for _ in range(300):
        gone = luck.random(400) < 0.3
        plan = words(*luck.choice(["a", "b", "c"], 400))
        number = cells_of(arrow.array(luck.random(400)))
        told += len(telling({"plan": plan, "number": number}, gone))
    assert told <= 0.02 * 600


def test_columns_that_tell_come_in_the_order_of_how_much() -> None:
    luck = np.random.default_rng(6)
    plan, country = luck.integers(0, 2, 3000), luck.integers(0, 3, 3000)
    gone = luck.random(3000) < 0.1 + 0.3 * plan + 0.05 * country
    found = telling(
        {"country": words(*np.array(["FR", "ES", "DE"])[country]), "plan": words(*np.array(["gold", "basic"])[plan]),
         "noise": words(*luck.choice(["x", "y"], 3000))},
        gone,
    )  # fmt: skip
    assert [each.column for each in found] == ["plan", "country"]
    share = found[0].groups["basic"]
    assert share == Leaving(int(gone[plan == 1].sum()), int((plan == 1).sum())) and "of basic" in found[0].told
    between = sum(g.people * (g.share - gone.mean()) ** 2 for g in found[0].groups.values())  # its share of the spread
    assert found[0].strength == pytest.approx(between / (3000 * gone.mean() * (1 - gone.mean())), abs=1e-3)


def test_halves_follow_from_the_id_alone() -> None:
    ids = [f"c{n}" for n in range(2000)]
    half = halves(ids)
    assert 0.46 < half.mean() < 0.54
    assert (halves(ids[::-1]) == half[::-1]).all() and (halves(ids[:5]) == half[:5]).all()


# ---- a plain regression


def test_the_regression_finds_what_made_the_data_and_ranks_by_it() -> None:
    luck = np.random.default_rng(7)
    rows = standardised(luck.normal(size=(20_000, 2)))
    gone = luck.random(20_000) < 1 / (1 + np.exp(1 - 1.5 * rows[:, 0] + 0.5 * rows[:, 1]))
    found = fitted(rows, gone.astype(float))
    assert found == pytest.approx([-1, 1.5, -0.5], abs=0.06)
    area, error = ranked(score(rows, found), gone)
    pairs = score(rows, found)[gone][:, None] > score(rows, found)[~gone][None, :2000]
    assert area == pytest.approx(pairs.mean(), abs=0.02) and error < 0.01


def test_ranks_of_nothing_and_of_everything() -> None:
    gone = np.array([True, True, False, False])
    assert ranked(np.array([4.0, 3, 2, 1]), gone)[0] == 1 and ranked(np.array([1.0, 2, 3, 4]), gone)[0] == 0
    assert ranked(np.zeros(4), gone)[0] == 0.5 and np.isnan(ranked(np.zeros(4), np.ones(4, bool))[0])
    columns = np.array([[1.0, np.nan, 5], [3, np.nan, 5], [np.nan, np.nan, 5]])
    assert standardised(columns).tolist() == [
        [-1],
        [1],
        [0],
    ]  # what is missing lies at the mean, what never differs is left out


# ---- customers in groups by a number


def test_groups_hold_everybody_once_in_order_and_say_who_of_them_left() -> None:
    values = np.array([5.0, 1, 1, 1, 9, 7, np.nan, 3, 8, 2])
    gone, chance = np.arange(10) % 2 == 0, np.linspace(0, 0.9, 10)
    found = bands(values, gone, chance, 3)
    assert [(each.low, each.high, each.left.people) for each in found] == [(1, 1, 3), (2, 5, 3), (7, 9, 3)]
    assert [each.left.left for each in found] == [1, 1, 2]
    assert [each.model for each in found] == pytest.approx([0.2, 1.6 / 3, 1.7 / 3])
    assert bands(values[6:7], gone[6:7], chance[6:7]) == [] and len(bands(np.ones(10), gone, chance)) == 1


def test_a_chance_that_is_true_lies_on_the_line() -> None:
    luck = np.random.default_rng(11)
    chance = luck.beta(1, 3, 40_000)
    for each in bands(chance, luck.random(40_000) < chance, chance, 10):
        assert abs(each.left.share - each.model) < 4 * each.left.error


# ---- what a segment is like, as an unknown


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for case in CASES.glob("*.csv"):
        shutil.copy(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    people = "".join(
        f"c{n:03},{'gold' if n % 3 else 'basic'},{'yes' if n % 3 == 0 and n % 2 else 'no'}\n" for n in range(300)
    )
    Path("p.csv").write_text(f"id,plan,left\n{people}")
    return tmp_path


SCENARIO = (
    "weeks: 13\nmarket: {prospects: 60}\nself_checkout: {visits: 0, lanes: 0}\ncall_centre: {representatives: 2}\n"
    "customers: {file: p.csv, id: id, segment_by: {column: plan}, keep: [plan], "
    "label: {column: left, left: 'yes', within: 13 weeks}}\n"
)


def test_a_world_may_say_what_a_segment_is_like(folder: Path) -> None:
    Path("x.yaml").write_text(SCENARIO)
    path = "traits.switching_cost@gold"
    plain = load("x.yaml")
    worlds = certain(plain.model).with_columns({path: np.array([0.6])})
    write_worlds(worlds, folder / "w.parquet")
    scenario = plain.in_worlds(read_worlds(folder / "w.parquet", plain.model))
    found = []
    for one in (plain.in_worlds("none"), scenario):
        ground = ground_met(one, ground_of(one), 1, 0)
        state = empty_state(ground)
        begin(ground, 1, 0, state)
        found.append(state.number[row("switching_cost"), : ground.plan.founders].copy())
    gold = customers_of(plain).segment == "gold"  # type: ignore[union-attr]
    assert found[1][gold] == pytest.approx(4 * found[0][gold], rel=1e-4)  # a mean of 0.6 is four times the usual 0.15
    assert (found[1][~gold] == found[0][~gold]).all()
    assert scenario.fingerprint != plain.in_worlds("none").fingerprint
    assert words_of(path, plain.model) == "the switching cost of “gold” on average"
    assert line_of(plain.model, path).unit == "share" and parameter_at(path).high == 3


@pytest.mark.parametrize(
    ("uncertainty", "sentence"),
    [
        ("traits.switching_cost@gld: {low: 0.1, high: 1}", "has no segment 'gld' – did you mean 'gold'?"),
        ("traits.switching_costs@gold: {low: 0.1, high: 1}", "is no trait whose mean could be narrowed – did you mean"),
        ("traits.switching_cost@gold: {low: 0.1, high: 4}", "must lie between 0 and 3"),
    ],
)
def test_mistakes_about_people_are_named(folder: Path, uncertainty: str, sentence: str) -> None:
    Path("x.yaml").write_text(SCENARIO)
    Path("c.yaml").write_text(
        f"question: Who?\nbase: x.yaml\nuncertainties:\n  {uncertainty}\noutcomes: [retention]\n"
        "calibrate: {figures: {retention: {value: 0.9, error: 0.1}}}\n"
    )
    done = CliRunner().invoke(app, ["calibrate", "c.yaml"])
    assert done.exit_code == 2 and sentence in " ".join(done.stderr.split())


# ---- fitted to the label


def calibration(more: str = "", with_: str = "{customers: {label: {leavers: start}}}", figures: str = "") -> Path:
    said = figures or (
        "basic: {left: {plan: basic}, half: fitted}, gold: {left: {plan: gold}, half: fitted}, "
        "'basic, aside': {left: {plan: basic}, half: aside}, 'gold, aside': {left: {plan: gold}, half: aside}"
    )
    Path("c.yaml").write_text(
        f"question: Who leaves?\nbase: x.yaml\nwith: {with_}\nuncertainties:\n"
        "  choice.attention: {low: 0.005, high: 0.3, scale: log}\n"
        "  traits.switching_cost@gold: {low: 0.01, high: 3, scale: log, label: cost of gold}\n"
        "  traits.switching_cost@basic: {low: 0.01, high: 3, scale: log, label: cost of basic}\n"
        f"outcomes: [retention]\ncalibrate: {{worlds: 80, {more} figures: {{{said}}}}}\n"
    )
    return Path("c.yaml")


def test_figures_are_taken_from_the_label_by_half(folder: Path) -> None:
    Path("x.yaml").write_text(SCENARIO)
    asked = method("calibrate").load(calibration(), load("x.yaml").model)
    file = customers_of(asked.base)
    assert file is not None and file.left is not None and file.kept is not None
    for target in targets(asked, asked.settings.figures):
        plan, _, half = target.name.partition(", ")
        chosen = in_half(file, half or "fitted") & (file.kept["plan"] == plan)
        one = Leaving(int(file.left[chosen].sum()), int(chosen.sum()))
        assert (target.value, target.error, target.aside) == (one.share, one.error, bool(half))


@pytest.mark.parametrize(
    ("figures", "with_", "sentence"),
    [
        ("", "{weeks: 13}", "write with: {customers: {label: {leavers: start}}}"),
        ("", "{weeks: 26, customers: {label: {leavers: start}}}", "“x” lasts 26 weeks; write with: {weeks: 13}"),
        ("retention: {error: 0.1}", "{weeks: 13}", "a figure needs a value and its error"),
        ("retention: {value: 0.9, error: 0.1, half: fitted}", "{weeks: 13}", "only a share that left is of a half"),
        ("g: {left: {plan: gld}}", "{customers: {label: {leavers: start}}}", "no customer of the file has"),
    ],
)
def test_figures_that_the_file_cannot_give_are_refused(folder: Path, figures: str, with_: str, sentence: str) -> None:
    Path("x.yaml").write_text(SCENARIO)
    with pytest.raises(Mistake, match="(?s)" + sentence.replace("(", r"\(").replace("{", r"\{").replace("}", r"\}")):
        asked = method("calibrate").load(calibration(with_=with_, figures=figures), load("x.yaml").model)
        targets(asked, asked.settings.figures)


def answered(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["calibrate", *words, "--json", "--out", "results"])
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_two_files_with_other_customers_give_other_companies_and_the_page_shows_file_beside_model(folder: Path) -> None:
    """A quarter of basic left in one file, a quarter of gold in the other: what holds them is found the other way round."""
    narrowed = {}
    for leaving in ("basic", "gold"):
        people = "".join(
            f"c{n:03},{plan},{'yes' if plan == leaving and n % 8 < 2 else 'no'}\n"
            for n in range(300)
            for plan in ["gold" if n % 2 else "basic"]
        )
        Path("p.csv").write_text(f"id,plan,left\n{people}")
        Path("x.yaml").write_text(SCENARIO)
        found = answered(str(calibration("rounds: 3,")))
        narrowed[leaving] = {
            name.partition("@")[2]: one["median"] for name, one in found["factors"].items() if "@" in name
        }
        for name in ("gold", "basic"):
            figure = found["figures"][name]
            assert abs(figure["predicted"] - figure["given"]) < max(2 * figure["error"], 0.08), (leaving, name)
        by_chance = found["bands"]["chance"]
        assert sum(each["left"]["people"] for each in by_chance) == found["ranking"]["customers"]
        assert found["ranking"]["model"][0] > 0.6 and found["ranking"]["regression"][0] > 0.7
    assert (
        narrowed["basic"]["basic"] < narrowed["basic"]["gold"] and narrowed["gold"]["gold"] < narrowed["gold"]["basic"]
    )
    page = (Path(found["folder"]) / "report.html").read_text(encoding="utf-8")
    assert re.search(r"strongest first: plan: 2\d[.\d]* % of gold, 0 % of basic", page)
    assert "File beside model, by group" in page and "a plain logistic regression on the same columns" in page
    assert "the column “left” of the customer file, within 13 weeks" in page
    calibrated = Path(found["folder"]) / "calibrated.yaml"
    shutil.copytree(calibrated.parent, folder / "elsewhere" / "copied")
    Path("p.csv").unlink()
    for place in (calibrated, folder / "elsewhere" / "copied" / "calibrated.yaml"):
        assert CliRunner().invoke(app, ["check", str(place)]).exit_code == 0


def test_a_group_that_no_world_meets_is_said_with_the_reason(folder: Path) -> None:
    Path("x.yaml").write_text(SCENARIO)
    figures = "gold: {left: {plan: gold}, value: 0.97, error: 0.01}, basic: {left: {plan: basic}, half: fitted}"
    found = answered(str(calibration("rounds: 1,", figures=figures).absolute()))
    assert not found["figures"]["gold"]["met"]
    page = Path(found["folder"], "report.html").read_text(encoding="utf-8")
    assert re.search(r"Of gold 97[.0]* % left, and the model has", page)
    assert (
        "already lies at the end of what it may be" in page
        or "nothing that was left open lets more of them leave" in page
    )


def test_what_new_writes_says_which_columns_tell_and_which_segment_is_fitted(folder: Path) -> None:
    """Of two columns of words the one that tells who left becomes the segment."""
    lines = "".join(
        f"c{n},{('x', 'y')[n // 12 % 2]},{('ES', 'FR', 'DE')[n % 3]},{'yes' if n % 3 == 0 and n % 4 else 'no'}\n"
        for n in range(600)
    )
    Path("bank.csv").write_text(f"id,plan,country,left_last_year\n{lines}")
    done = CliRunner().invoke(app, ["new", "bank.csv", "--yes", "--out", "bank"])
    assert done.exit_code == 0, done.stderr
    assert "What tells most about who left, the strongest first: country: 75 % of ES, 0 % of" in done.stdout
    assert load("bank/today.yaml").customers.mapping.segments.column == "country"  # type: ignore[union-attr]
    assert "traits.switching_cost@ES" in Path("bank/calibrate.yaml").read_text()
    said = Path("bank/answers.yaml").read_text()
    assert "columns_that_tell_who_left" in said and "plan" not in said.partition("columns_that_tell_who_left")[2]


# ---- what a word of the file is, as an unknown

BY_WORDS = SCENARIO.replace(
    "segment_by: {column: plan}, keep: [plan]",
    "columns: {switching_cost: {column: plan, values: {gold: 0.3, basic: 0.3}}, "
    "satisfaction: {column: mood, values: {1: 0.2, 2: 0.8, 3: 0.9}}}, keep: [plan]",
)


def with_moods() -> None:
    """The file with a mood: 1 or 2; nobody has 3."""
    head, *rows = Path("p.csv").read_text().splitlines()
    Path("p.csv").write_text("\n".join([f"{head},mood", *(f"{row},{n % 2 + 1}" for n, row in enumerate(rows))]) + "\n")
    Path("x.yaml").write_text(BY_WORDS)


def test_a_world_may_say_what_a_word_of_the_file_is(folder: Path) -> None:
    """Words with the same number are told apart, and whoever has another word keeps theirs."""
    with_moods()
    plain = load("x.yaml")
    settings = {"traits.switching_cost@gold": 0.6, "traits.satisfaction@2.0": 0.5}
    worlds = certain(plain.model).with_columns({path: np.array([value]) for path, value in settings.items()})
    write_worlds(worlds, folder / "w.parquet")
    met = plain.in_worlds(read_worlds(folder / "w.parquet", plain.model))
    ground = ground_met(met, ground_of(met), 1, 0)
    state = empty_state(ground)
    begin(ground, 1, 0, state)
    file = customers_of(plain)
    assert file is not None
    people = file.line - 2  # without whoever left
    cost, pleased = (state.number[row(name), : len(people)] for name in ("switching_cost", "satisfaction"))
    np.testing.assert_allclose(cost, np.where(people % 3 > 0, 0.6, 0.3), rtol=1e-6)
    np.testing.assert_allclose(pleased, np.where(people % 2 > 0, 0.5, 0.2), rtol=1e-6)
    assert mean_of_people(plain, "traits.switching_cost@gold") == pytest.approx(0.3)
    other = met.with_(customers={"columns": {"switching_cost": {"values": {"gold": 0.6}}}})
    assert mean_of_people(other, "traits.switching_cost@gold") == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("traits.switching_cost@gld", "has no word 'gld' under 'values' – did you mean 'gold'?"),
        ("traits.plan@gold", "names a column of the customer file; name the trait that it becomes, traits.switching_cost"),
        ("traits.switching_cost", "name a word of it, such as traits.switching_cost@gold"),
        ("traits.satisfaction@3", "nobody in the customer file has '3' in 'mood'"),
        ("traits.trust@gold", "is no trait whose mean could be narrowed"),
        ("traits.trusts@gold", "is no trait whose mean could be narrowed"),
    ],
)  # fmt: skip
def test_mistakes_about_words_of_the_file_are_named(folder: Path, path: str, sentence: str) -> None:
    with_moods()
    Path("c.yaml").write_text(
        f"question: Who?\nbase: x.yaml\nuncertainties: {{'{path}': {{low: 0.1, high: 0.9}}}}\noutcomes: [retention]\n"
        "calibrate: {figures: {retention: {value: 0.9, error: 0.1}}}\n"
    )
    done = CliRunner().invoke(app, ["calibrate", "c.yaml"])
    assert done.exit_code == 2 and sentence in " ".join(done.stderr.split())


def world_of(gold: float, basic: float) -> None:
    """A company whose plans bind as much as these numbers say, over half a year."""
    values = f"{{gold: {gold}, basic: {basic}}}"
    Path("x.yaml").write_text(
        "weeks: 26\nmarket: {prospects: 60}\nself_checkout: {visits: 0, lanes: 0}\ncall_centre: {representatives: 2}\n"
        "choice: {attention: 0.08}\ncustomers: {file: p.csv, id: id, keep: [plan], columns: {switching_cost: {column: plan, "
        f"values: {values}}}}}, label: {{column: left, left: 'yes', within: 26 weeks, leavers: start}}}}\n"
    )


@pytest.mark.heavy
def test_what_a_word_is_is_found_again_from_who_left(folder: Path) -> None:
    """The model says who leaves a company of known numbers; from that file and other numbers the ranges hold the known ones."""
    true, left = {"gold": 0.5, "basic": 0.08}, np.arange(3000) == 0
    for numbers in (true, {"gold": 0.3, "basic": 0.3}):
        rows = [f"c{n:04},{'gold' if n % 2 else 'basic'},{'yes' if gone else 'no'}" for n, gone in enumerate(left)]
        Path("p.csv").write_text("\n".join(["id,plan,left", *rows]) + "\n")
        world_of(**numbers)
        left = run(load("x.yaml"), 1, 7, worlds="none").stayed == 0 if numbers is true else left
    Path("c.yaml").write_text(
        "question: What is a plan worth?\nbase: x.yaml\nuncertainties:\n"
        "  traits.switching_cost@gold: {low: 0.02, high: 2, scale: log}\n"
        "  traits.switching_cost@basic: {low: 0.02, high: 2, scale: log}\noutcomes: [retention]\n"
        "calibrate: {worlds: 150, figures: {gold: {left: {plan: gold}}, basic: {left: {plan: basic}}}}\n"
    )
    found = answered("c.yaml", "--worlds", "none")
    for word, value in true.items():
        one = found["factors"][f"traits.switching_cost@{word}"]
        assert one["low"] < value < one["high"] and one["base"] == pytest.approx(0.3)
        assert one["width_over_prior"] < 0.6
    calibrated = load(Path(found["folder"]) / "calibrated.yaml")
    assert "traits.switching_cost@gold" in calibrated.in_worlds().left_open
