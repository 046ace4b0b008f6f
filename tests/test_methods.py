"""The commands that answer by a method: on a small market, what they print, write and refuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.methods import method
from sim.scenario.whole import load

SCENARIO = """
name: Small
weeks: 8
market: {customers: 200, prospects: 60}
quality: {error_rate: 0.06}
call_centre: {representatives: 2}
"""
FILES = {
    "sensitivity": """
question: What moves retention?
base: scenarios/small.yaml
uncertainties:
  choice.attention: {low: 0.02, high: 0.4, label: attention}
  network.rewiring: {low: 0.1, high: 0.11, label: rewiring}
outcomes: [retention, profit]
sensitivity: {samples: 16}
replications: 3
""",
    "select": """
question: Which error rate keeps most?
base: scenarios/small.yaml
policies:
  careless: {quality: {error_rate: 0.2}}
  careful: {quality: {error_rate: 0.0}}
  today: {}
outcomes: [retention]
select: {zone: 0.005, first: 10, batch: 10, most: 200}
""",
    "optimise": """
question: How many representatives earn most?
base: scenarios/small.yaml
levers:
  call_centre.representatives: {low: 1, high: 8, label: representatives}
outcomes: {profit: {}, retention: {at_least: 10%}}
optimise: {trials: 12, batch: 4, finalists: 3, first: 5, most: 20, zone: 50}
replications: 2
""",
    "break_even": """
question: Up to which price of failure does carelessness pay?
base: scenarios/small.yaml
policies:
  more: {call_centre: {representatives: 6}}
levers:
  quality.error_rate: {low: 0.0, high: 0.4, label: error rate}
outcomes: [retention]
break_even: {policy: more, first: 10, most: 20}
""",
    "calibrate": """
question: How attentive are they?
base: scenarios/small.yaml
uncertainties:
  choice.attention: {low: 0.02, high: 0.4, label: attention}
outcomes: [retention]
calibrate: {figures: {retention: {value: VALUE, error: 0.02, source: this test}}, worlds: 100}
""",
}
COMMANDS = {name: name.replace("_", "-") for name in FILES}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small scenario and the experiment files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "small.yaml").write_text(SCENARIO)
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text.replace("VALUE", "0.8"))
    return tmp_path


def answer(name: str, *more: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [COMMANDS[name], f"{name}.yaml", "--threads", "1", "--json", *more])
    assert done.exit_code == 0, done.output + repr(done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def page_of(found: dict[str, Any]) -> str:
    return (Path(found["folder"]) / "report.html").read_text()


def test_sensitivity_tells_what_moves_retention(place: Path) -> None:
    found = answer("sensitivity")
    told = found["outcomes"]["retention"]
    assert told["above_chance"] == ["attention"] and "attention" in found["answer"]
    assert told["indices"]["total"]["attention"]["value"] > 0.5 > told["indices"]["total"]["rewiring"]["value"]
    assert 0 < told["chance"] < 1 and "mere chance" in told["indices"]["total"]
    assert f"<h1>{found['answer']}</h1>" in page_of(found)


def test_an_answer_asked_again_runs_nothing_and_is_the_same(place: Path) -> None:
    once, again = answer("sensitivity"), answer("sensitivity")
    assert once["ran"] > 0 and again["ran"] == 0
    assert {k: v for k, v in once.items() if k not in ("ran", "found")} == {
        k: v for k, v in again.items() if k not in ("ran", "found")
    }


def test_select_finds_the_careful_policy(place: Path) -> None:
    found = answer("select")
    assert found["best"] == "careful" and found["decided"] and "“careful”" in found["answer"]
    spent = {name: row["replications"] for name, row in found["policies"].items()}
    assert spent["careless"] <= spent["careful"] and found["policies"]["careless"]["less_best_high"] < 0
    assert found["answer"].replace('"', "&#34;") in page_of(found)


def test_optimise_keeps_limits_and_tells_fresh_figures_only(place: Path) -> None:
    found = answer("optimise")
    best = found["finalists"][found["best"]]
    assert best["within_limits"] and 1 <= best["call_centre.representatives"] <= 8
    trials = pd.read_parquet(Path(found["folder"]) / "trials.parquet")
    assert len(trials) == 12 and (trials["call_centre.representatives"] % 1 == 0).all()
    assert best["profit"] != best["profit_searched"]
    first = trials.iloc[0]
    assert first["call_centre.representatives"] == 2  # today's setting is always among the trials


def test_the_number_of_threads_changes_no_trial(place: Path) -> None:
    one = answer("optimise", "--out", "one")
    done = CliRunner().invoke(app, ["optimise", "optimise.yaml", "--threads", "2", "--json", "--out", "two"])
    two = json.loads(done.stdout)
    assert one.pop("folder") != two.pop("folder") and one == two
    trials = [pd.read_csv(next((place / out).glob("optimise-*")) / "trials.csv") for out in ("one", "two")]
    assert trials[0].equals(trials[1])


def test_break_even_lies_where_the_lead_changes_sign(place: Path) -> None:
    """The policy meets the base's error rate of 0.06 with more representatives: it stops leading somewhere above."""
    found = answer("break_even")
    curve = {row["quality.error_rate"]: row["mean"] for row in found["curve"]}
    assert curve[0.0] > 0 > curve[0.4]
    assert found["verdict"] == "breaks even" and found["pays_above"] is False
    assert found["low"] <= found["value"] <= found["high"]
    below, above = (max(v for v in curve if v < found["value"]), min(v for v in curve if v > found["value"]))
    assert curve[below] >= 0 >= curve[above]


def of_a_company_with(attention: float, **more: Any) -> float:
    """The share that stays where people are so attentive: the mean of many runs."""
    from sim.runs.runner import run

    truth = load("scenarios/small.yaml").with_(choice={"attention": attention}, **more)
    return float(run(truth, 400, 99, threads=1).values["retention"].mean())


def test_calibrate_finds_a_setting_again(place: Path) -> None:
    """The figure is what the model itself gives with an attention of 0.15."""
    (place / "calibrate.yaml").write_text(FILES["calibrate"].replace("VALUE", f"{of_a_company_with(0.15):.4f}"))
    found = answer("calibrate", "--save", "scenarios/fitted.yaml")
    fitted = found["factors"]["choice.attention"]
    assert fitted["low"] < 0.15 < fitted["high"] and fitted["width_over_prior"] < 0.6
    assert fitted["low"] <= fitted["median"] <= fitted["high"] and not fitted["two_peaks"]
    assert found["figures"]["retention"]["met"] and not found["unmet"]
    assert "There are worlds that meet the figure" in found["answer"] and found["answer"] in page_of(found)
    kept = Path(found["folder"])
    assert not (kept / "calibrated.worlds.parquet").exists()  # it was saved elsewhere
    worlds = pd.read_parquet("scenarios/fitted.worlds.parquet")
    assert len(worlds) == 100 and worlds["choice.attention"].between(0.0199, 0.4001).all()
    assert worlds.drop(columns=["choice.attention"]).nunique().max() == 1  # nothing else was open


def test_a_calibrated_scenario_and_what_extends_it_live_in_its_worlds(place: Path) -> None:
    (place / "calibrate.yaml").write_text(FILES["calibrate"].replace("VALUE", "0.8"))
    answer("calibrate", "--save", "scenarios/fitted.yaml")
    text = "extends: fitted.yaml\nname: Dearer\npricing: {list_price: 1.1}\nchoice: {attention: 0.9}\n"
    (place / "scenarios" / "dearer.yaml").write_text(text.replace("choice: {attention: 0.9}\n", ""))
    words = [
        "compare",
        "scenarios/fitted.yaml",
        "scenarios/dearer.yaml",
        "--replications",
        "40",
        "--threads",
        "1",
        "--json",
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output + repr(done.exception)
    told = json.loads(done.stdout)
    assert told["fitted_to"] == ["retention 0.8"] and told["worlds"]["name"] == "fitted.worlds.parquet"
    assert load("scenarios/dearer.yaml").in_worlds().left_open["choice.attention"].all()
    (place / "scenarios" / "dearer.yaml").write_text(text)
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2 and "which the worlds were fitted for" in refused.stderr


def test_without_uncertainties_everything_that_is_open_is_narrowed_and_figures_kept_aside_are_predicted(
    place: Path,
) -> None:
    text = FILES["calibrate"].replace(
        "uncertainties:\n  choice.attention: {low: 0.02, high: 0.4, label: attention}\n", ""
    )
    aside = "profit: {value: -40000, error: 20000, holdout: yes}, joiners: {value: 9, error: 9}"
    figures = f"retention: {{value: 0.9, error: 0.01}}, {aside}"
    text = text.replace("retention: {value: VALUE, error: 0.02, source: this test}", figures)
    text = text.replace("outcomes: [retention]", "outcomes: [retention, profit, joiners]")
    (place / "calibrate.yaml").write_text(text.replace("worlds: 100", "worlds: 150, rounds: 2, holdout: [joiners]"))
    found = answer("calibrate", "--worlds", "shipped")
    assert len(found["factors"]) > 100 and "choice.attention" in found["factors"]
    assert "quality.error_rate" not in found["factors"]  # the scenario says it
    assert found["kept_aside"]["of"] == 2 and "that were kept aside" in page_of(found)
    assert found["fitted_to"] == ["retention 0.9"]
    assert found["ran"] == 3 * (150 + 19)
    folder = Path(found["folder"])
    worlds = pd.read_parquet(folder / "calibrated.worlds.parquet")
    assert len(worlds) == 150 and 'worlds: "calibrated.worlds.parquet"' in (folder / "calibrated.yaml").read_text()


def test_a_calibrated_scenario_can_be_calibrated_again(place: Path) -> None:
    text = FILES["calibrate"].replace("VALUE", "0.8").replace("worlds: 100", "worlds: 60, rounds: 1")
    (place / "calibrate.yaml").write_text(text)
    first = answer("calibrate", "--save", "scenarios/fitted.yaml")
    again = (
        text.replace("small.yaml", "fitted.yaml")
        .replace("retention", "nps")
        .replace("value: 0.8, error: 0.02", "value: 5, error: 9")
    )
    named = "uncertainties:\n  choice.attention: {low: 0.02, high: 0.4, label: attention}\n"
    (place / "calibrate.yaml").write_text(again.replace(named, ""))
    found = answer("calibrate")
    assert list(found["factors"]) == ["choice.attention"] and found["fitted_to"] == [
        "retention 0.8",
        "net promoter score 5",
    ]
    assert found["factors"]["choice.attention"]["prior_low"] == pytest.approx(
        first["factors"]["choice.attention"]["low"], rel=0.3
    )
    (place / "calibrate.yaml").write_text(again)
    wide = answer("calibrate")["factors"]
    assert list(wide) == ["choice.attention"] and wide["choice.attention"]["prior_high"] > 0.35
    assert "It can be given to 'loyalty calibrate'." in CliRunner().invoke(app, ["check", "calibrate.yaml"]).output


def test_a_figure_that_no_world_comes_near_stands_at_the_head_of_the_answer(place: Path) -> None:
    (place / "calibrate.yaml").write_text(
        FILES["calibrate"].replace("VALUE", "0.01").replace("error: 0.02", "error: 0.001")
    )
    found = answer("calibrate")
    assert found["answer"].startswith("No plausible world comes near retention 1.00 %") and found["unmet"] == [
        "retention"
    ]


def test_figures_are_the_companys(place: Path) -> None:
    """Money and heads of a figure are of the whole company, of which a simulated customer stands for ten."""
    small = (place / "scenarios" / "small.yaml").read_text().replace("prospects: 60}", "prospects: 60, stands_for: 10}")
    (place / "scenarios" / "small.yaml").write_text(small)
    before, after = "retention: {value: VALUE, error: 0.02, source: this test}", "joiners: {value: 90, error: 30}"
    text = FILES["calibrate"].replace(before, after)
    (place / "calibrate.yaml").write_text(text.replace("outcomes: [retention]", "outcomes: [joiners]"))
    found = answer("calibrate", "--format", "html")["figures"]["joiners"]
    assert found["given"] == 90 and found["error"] == 30 and found["met"]
    assert "90 ± 30" in page_of(answer("calibrate"))


MISTAKES = {
    "sensitivity": [
        ("samples: 16", "samples: 20", "powers of two"),
        ("samples: 16", "sample: 16", "sample"),
        ("replications: 3", "replications: 1", "at least 2 replications"),
        ("retention, profit", "retention, digital_contacts", "digital_contacts"),
    ],
    "select": [
        ("zone: 0.005, ", "", "zone"),
        ("first: 10", "first: 500", "budget"),
        (
            "  careless: {quality: {error_rate: 0.2}}\n  careful: {quality: {error_rate: 0.0}}\n",
            "",
            "at least two policies",
        ),
    ],
    "optimise": [
        ("trials: 12", "trials: 12, search: cma", "search"),
        ("levers:", "uncertainties:", "levers is missing"),
        ("representatives: {low: 1", "representativs: {low: 1", "representatives"),
    ],
    "break_even": [
        ("policy: more", "policy: moar", "did you mean 'more'"),
        ("  quality.error_rate", "  call_centre.hours: {}\n  quality.error_rate", "one lever or uncertainty"),
    ],
    "calibrate": [
        ("figures: {retention", "figures: {retentoin", "did you mean 'retention'"),
        ("error: 0.02", "error: 0", "error"),
        ("worlds: 100", "worlds: 10", "worlds"),
        ("worlds: 100", "worlds: 100, holdout: [retentoin]", "none of the figures – did you mean 'retention'"),
        ("worlds: 100", "worlds: 100, holdout: [retention]", "one figure to meet"),
        ("uncertainties:", "levers:", "levers are given; remove them"),
        ("uncertainties:\n  choice.attention: {low: 0.02, high: 0.4, label: attention}\n", "", "nothing is left open"),
        ("  choice.attention: {low: 0.02,", "  network.rewiring: {low: 0.02,", "makes the market before week 0"),
    ],
}


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, all_ in MISTAKES.items() for change in all_])
def test_a_mistake_is_a_sentence(place: Path, name: str, change: tuple[str, str, str]) -> None:
    before, after, words = change
    text = FILES[name].replace("VALUE", "0.8")
    assert before in text
    (place / f"{name}.yaml").write_text(text.replace(before, after))
    done = CliRunner().invoke(app, [COMMANDS[name], f"{name}.yaml", "--threads", "1"])
    assert done.exit_code == 2 and words in done.stderr and "Traceback" not in done.output, done.output
    assert not list(place.glob(f"results/{name}-*"))


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_example_is_sound_and_named_in_help(name: str) -> None:
    asked = method(name).load(Path(__file__).parent.parent / "experiments" / f"{name}.yaml")
    assert method(name).planned(asked).runs > 0
    assert f"{COMMANDS[name]} experiments/{name}.yaml" in CliRunner().invoke(app, [COMMANDS[name], "--help"]).output


GROUPS = """
question: Who leaves?
base: scenarios/file.yaml
uncertainties:
  choice.attention: {low: 0.02, high: 0.4, label: attention}
outcomes: [retention]
calibrate:
  figures:
    retention: {value: 0.8, error: 0.05}
    young: {left: {kind: young}, value: 0.2, error: 0.05}
    old and new: {left: {kind: old, plan: 2}, value: 0.2, error: 0.05}
    everybody: {left: {all: 1}, value: 0.2, error: 0.05}
  worlds: 50
  rounds: 1
"""


@pytest.fixture
def with_groups(place: Path) -> Path:
    """A scenario on a customer file whose groups have figures of their own."""
    rows = [f"{3 + k % 40},{'young' if k % 3 else 'old'},{1 + k % 2},1" for k in range(120)]
    (place / "scenarios" / "people.csv").write_text("\n".join(["months,kind,plan,all", *rows]) + "\n")
    customers = (
        "customers: {file: people.csv, columns: {tenure: {column: months, unit: months}}, keep: [kind, plan, all]}"
    )
    text = SCENARIO.replace("{customers: 200, prospects: 60}", "{prospects: 60}") + customers + "\n"
    (place / "scenarios" / "file.yaml").write_text(text)
    (place / "groups.yaml").write_text(GROUPS)
    return place / "groups.yaml"


def test_figures_of_groups_are_the_shares_of_those_who_left(with_groups: Path) -> None:
    import numpy as np

    from sim.experiments import figures
    from sim.experiments.laboratory import Laboratory
    from sim.experiments.unknowns import unknowns
    from sim.runs.runner import run

    asked = method("calibrate").load(with_groups)
    found = unknowns(asked, 50)
    scenario = found.scenario_at(found.worlds_at(np.array([[-1.0], [2.0]])), 3)
    with Laboratory(asked.measures, asked.seed) as laboratory:
        measure = figures.measure(asked, laboratory, asked.settings.figures, (scenario.weeks,))
        measured, stays = measure(scenario, range(3, 5))
    kinds, stayed = np.arange(120), np.zeros(120)
    for row, score in enumerate((-1.0, 2.0)):
        value = float(found.scores.values_at(np.array([[score]]))[0, 0])
        one = asked.scenario_at([value])
        alone = run(one, 1, asked.seed, first=3 + row, threads=1)
        left = 1 - alone.stayed
        stayed += alone.stayed / 2
        young, old = left[kinds % 3 > 0].mean(), left[(kinds % 3 == 0) & (kinds % 2 == 1)].mean()
        wanted = [alone.values["retention"][0], young, old, 1 - alone.values["retention"][0]]
        assert measured[row] == pytest.approx(wanted, abs=1e-12)
    assert (stays == [stayed]).all()  # each customer's chance to be there at the end


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("{kind: young}", "{kid: young}", "did you mean 'kind'"),
        ("{kind: young}", "{kind: middling}", "about nobody"),
        ("{left: {all: 1}, ", "{", "names no group"),
        ("scenarios/file.yaml", "scenarios/small.yaml", "needs a customer file"),
    ],
)
def test_a_group_that_is_none_is_refused(with_groups: Path, before: str, after: str, words: str) -> None:
    with_groups.write_text(GROUPS.replace(before, after))
    done = CliRunner().invoke(app, ["calibrate", "groups.yaml"])
    assert done.exit_code == 2 and words in done.stderr


OTHER_ANSWERS = [
    ("sensitivity", ("samples: 16", "samples: 8, method: morris, by: mechanism"), "Retention depends most on choice"),
    ("sensitivity", ("samples: 16", "samples: 100, method: pawn"), "Retention depends most on attention"),
    ("select", ("{quality: {error_rate: 0.0}}", "{}"), "“careful” and “today” cannot be told apart"),
    ("select", ("zone: 0.005", "zone: 0.005, procedure: ocba"), "“careful” has the highest retention"),
    ("optimise", ("retention: {at_least: 10%}", "retention: {}"), "There is no single best for profit and retention"),
    ("optimise", ("at_least: 10%", "at_least: 99.9%"), "No setting that was tried keeps all limits"),
    ("break_even", ("low: 0.0, high: 0.4", "low: 0.0, high: 0.01"), "it never stops paying in that range"),
]


@pytest.mark.parametrize(("name", "change", "words"), OTHER_ANSWERS)
def test_other_answers_are_sentences_too(place: Path, name: str, change: tuple[str, str], words: str) -> None:
    (place / f"{name}.yaml").write_text(FILES[name].replace(*change))
    found = answer(name)
    assert words in found["answer"]
    assert found["answer"].split("“")[0][:40] in page_of(found) and "data:image/svg+xml" in page_of(found)


def test_a_library_that_is_not_installed_is_named_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)  # as if it were not installed
    example = Path(__file__).resolve().parents[1] / "experiments" / "optimise.yaml"
    done = CliRunner().invoke(app, ["optimise", str(example), "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "optuna" in done.stderr and "pip install 'loyalty-sim[experiments]'" in done.stderr


GUIDE = Path(__file__).parent.parent / "docs" / "guides" / "experiments.md"


def test_a_method_is_one_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in the guide is a command with help, a section, a check, a store, an answer's folder and a page."""
    from sim.commands.program import _application
    from sim.experiments import methods

    (place / "more").mkdir()
    example = GUIDE.read_text(encoding="utf-8").split("## A method of your own")[1].split("```python\n")[1]
    (place / "more" / "the_highest.py").write_text(example.split("```")[0])
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(place / "more")])
    program = _application()
    text = FILES["select"].replace("select: {zone: 0.005, first: 10, batch: 10, most: 200}", "the_highest: {times: 5}")
    (place / "mine.yaml").write_text(text)

    def said(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(program, list(words))
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output if code else done.stdout

    assert "Say which policy has the highest average" in said("the-highest", "--help")
    assert "It can be given to 'loyalty the-highest'." in said("check", "mine.yaml")
    found = json.loads(said("the-highest", "mine.yaml", "--json", "--format", "html", "--format", "xlsx"))
    assert found["ran"] == 15 and found["answer"] == "Highest is careful"
    assert json.loads(said("the-highest", "mine.yaml", "--json"))["ran"] == 0
    assert "careless" in said("the-highest", "mine.yaml") and "Highest is careful" in page_of(found)
    assert (Path(found["folder"]) / "means.parquet").is_file() and (Path(found["folder"]) / "report.xlsx").is_file()
    assert "the_highest" in said("results", "list")
    (place / "mine.yaml").write_text(text.replace("times: 5", "time: 5"))
    assert "did you mean 'times'" in said("the-highest", "mine.yaml", code=2)
    (place / "mine.yaml").write_text(text.split("policies:")[0] + "outcomes: [retention]\n")
    assert "policies is missing, and this command needs it" in said("the-highest", "mine.yaml", code=2)
