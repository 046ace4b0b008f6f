"""Measures of one's own as expressions: what they give, what is refused, and that they are outcomes like any other."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questions import SMALL, small, written
from typer.testing import CliRunner

from sim import load, run
from sim.cli import app
from sim.errors import Mistake
from sim.experiments import blocks
from sim.experiments.checking import checked
from sim.experiments.laboratory import Laboratory
from sim.experiments.measure_expressions import compile_expression
from sim.experiments.own_measures import own_measure
from sim.experiments.querying import query
from sim.experiments.question import load_experiment
from sim.experiments.store import Store
from sim.model.week import COUNTS

NAMES = ("a", "b")
POINTS = Path(__file__).parent.parent / "examples" / "points.py"
NUMBERS = st.integers(-3, 3).map(str) | st.sampled_from(NAMES)


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of two others."""
    operated = st.tuples(parts, st.sampled_from(["+", "-", "*", "/"]), parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    called = st.tuples(st.sampled_from(["max", "min"]), parts, parts).map(lambda p: f"{p[0]}({p[1]}, {p[2]})")
    return operated | called | parts.map(lambda part: f"abs({part})") | parts.map(lambda part: f"-{part}")


def by_python(text: str, values: dict[str, float]) -> float:
    """What Python makes of the expression; NaN where it divides by zero, wherever in it."""
    try:
        return float(eval(text, {"__builtins__": {}, "abs": abs, "max": max, "min": min}, values))
    except ZeroDivisionError:
        return math.nan


@given(st.recursive(NUMBERS, joined, max_leaves=8), st.integers(-4, 4), st.integers(-4, 4))
def test_an_expression_gives_what_python_gives_and_nothing_where_it_divides_by_zero(text: str, a: int, b: int) -> None:
    try:
        found = compile_expression(text, NAMES)
    except Mistake as mistake:
        assert "names no count" in str(mistake) and not set(text) & set(NAMES) - set("abs")
        return
    told = found({"a": np.array([float(a)]), "b": np.array([float(b)])})
    assert float(np.broadcast_to(told, 1)[0]) == pytest.approx(by_python(text, {"a": a, "b": b}), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("a ** 2", 9.0), ("sqrt(a + 1)", 2.0), ("log(b)", math.nan), ("sqrt(-a)", math.nan), ("1 / (1 / b)", math.nan),
     ("max(a, b, 7) - min(a, b)", 7.0), ("1e300 ** a", math.nan), ("-a + +b", -3.0)],
)  # fmt: skip
def test_what_has_no_value_is_missing(text: str, value: float) -> None:
    found = compile_expression(text, NAMES)({"a": np.array([3.0, 3.0]), "b": np.array([0.0, 0.0])})
    assert found.tolist() == pytest.approx([value] * 2, nan_ok=True)


HOSTILE = [
    ("cals / customers", "did you mean 'calls'"),
    ("calls / custmers", "did you mean 'customers'"),
    ("mean(calls)", "no function"),
    ("sqr(calls)", "did you mean 'sqrt'"),
    ("sqrt(calls, 2)", "takes one"),
    ("min(calls)", "two or more"),
    ("max(*calls)", "two or more"),
    ("max(*calls, 1)", "holds '*calls'"),
    ("max(calls, key=1)", "holds 'max"),
    ("calls.real", "holds 'calls.real'"),
    ("calls[0]", "holds 'calls[0]'"),
    ("calls ^ 2", "holds 'calls ^ 2'"),
    ("calls > 2", "holds"),
    ("calls if 1 else 2", "holds"),
    ("(lambda: calls)()", "holds"),
    ("__import__('os')", "no function"),
    ("().__class__", "holds"),
    ("'calls'", "holds"),
    ("True * calls", "holds 'True'"),
    ("1j * calls", "holds"),
    ("1e999 * calls", "too large"),
    ("9" * 350 + " * calls", "too large"),
    ("calls +", "no expression"),
    ("calls; calls", "no expression"),
    ("x = calls", "no expression"),
    ("calls\n+ 1", "no expression"),
    ("(" * 300 + "calls", "no expression"),
    ("\0calls", "no expression"),
    ("", "no expression"),
    ("calls " * 100, "600 characters"),
    ("3 * 4", "always the same"),
    ("9 ** 9 ** 9 ** 9", "always the same"),
    (7, "no expression"),
    (["calls"], "no expression"),
    (None, "no expression"),
]


@pytest.mark.parametrize(("text", "words"), HOSTILE, ids=[str(k) for k in range(len(HOSTILE))])
def test_nothing_but_arithmetic_over_known_names_is_taken(text: object, words: str) -> None:
    with pytest.raises(Mistake) as mistake:
        own_measure("mine", text)
    assert words in str(mistake.value)


def test_as_deep_as_an_expression_may_be_it_can_still_be_reckoned() -> None:
    deep = compile_expression("-" * 395 + "a", NAMES)
    assert deep({"a": np.array([2.0])}).tolist() == [-2.0]


@pytest.mark.parametrize("name", ["profit", "calls", "profit_low", "point", "two words", "2nd", "x.y", ""])
def test_a_name_that_is_taken_or_none_is_refused(name: str) -> None:
    with pytest.raises(Mistake, match="name"):
        own_measure(name, "calls / customers")


@pytest.mark.parametrize(
    ("text", "unit", "scale"),
    [
        ("calls / customers", "calls per customer", 1),
        ("cost_calls / contacts", "currency per contact", 1),
        ("profit - 0.5 * cost_calls", "currency", 20),
        ("wait / calls", "minutes per call", 1),
        ("max(issues, 1)", "issues", 20),
        ("calls / contacts / 2", "units", 1),
        ("profit + 1000 * retention", "units", 1),
        ("calls * customers", "units", 400),
        ("issues + contacts", "units", 20),
        ("staff / 52", "units", 1),
    ],
)
def test_a_measure_of_ones_own_is_as_large_for_the_company_as_it_is_made_of(text: str, unit: str, scale: float) -> None:
    found = own_measure("mine", text)
    assert found.unit == unit and found.scale(20) == scale


# ---- as outcomes

OWN = "{calls_each: calls / customers, margin: profit / revenue, slow: (wait - 2 * calls) / calls}"
OUTCOMES = "{calls_each: {direction: lower}, margin: {direction: higher}, slow: {direction: lower}, profit: {}}"


def test_an_outcome_is_the_expression_over_the_sums_of_each_replication(tmp_path: Path) -> None:
    """By hand from what a run counted: a count is its sum over the weeks, money in units, times in minutes."""
    asked = small(tmp_path, measures=OWN, outcomes=OUTCOMES)
    with Laboratory(asked.definitions, asked.seed) as at_work:
        (found,) = at_work.measure([asked.base], range(5))
    alone = run(load(tmp_path / "small.yaml"), 5, asked.seed, threads=1)
    sums = {name: alone.tally[..., k].sum(axis=1).astype(float) for k, name in enumerate(COUNTS)}
    by_hand = [
        sums["calls"] / alone.values["customers"],
        alone.values["profit"] / alone.values["revenue"],
        (sums["wait"] / 2**20 - 2 * sums["calls"]) / sums["calls"],
        alone.values["profit"],
    ]
    assert found == pytest.approx(np.stack(by_hand, axis=1), rel=1e-12)


def test_what_is_kept_answers_another_expression_without_running_anything(tmp_path: Path) -> None:
    for measures in (OWN, "{other: (answered + abandoned) / weekly_customers}"):
        asked = small(
            tmp_path, measures=measures, outcomes=OUTCOMES if measures == OWN else "{other: {direction: lower}}"
        )
        with Laboratory(asked.definitions, asked.seed, Store(tmp_path / "store")) as at_work:
            kept = at_work.measure([asked.base], range(4))
        assert at_work.tally.ran == (4 if measures == OWN else 0)
    with Laboratory(asked.definitions, asked.seed) as anew:
        assert np.array_equal(anew.measure([asked.base], range(4)), kept)
    told = query("SELECT avg((answered + abandoned) / weekly_customers) FROM replications", tmp_path).rows
    assert told[0][0] == pytest.approx(kept.mean())


def test_an_expression_names_what_a_mechanism_of_ones_own_counts(tmp_path: Path) -> None:
    """Of the readable engine, which takes no compiling; kept, it is what the run itself gives."""
    more = {
        "with": "{points: {rate: 2.0, threshold: 20}}",
        "measures": "{cards: rewards / customers, dear: cost_rewards}",
    }
    outcomes = "{cards: {direction: higher}, dear: {direction: lower}, rewards: {direction: higher}}"
    asked = load_experiment(written(tmp_path, outcomes=outcomes, **more), mechanisms=[POINTS])
    cards, dear, rewards = asked.outcomes
    assert (cards.unit, dear.unit) == ("rewards per customer", "currency")
    assert [outcome.definition.scale(20) for outcome in asked.outcomes] == [1, 20, 20]
    alone, numbers = run(asked.base, 2, asked.seed, engine="mesa"), range(2)
    with Laboratory(asked.definitions, asked.seed, Store(tmp_path / "store")) as at_work:
        at_work.take(alone)
        taken = at_work.values(asked.base, numbers)
    with Laboratory(asked.definitions, asked.seed, Store(tmp_path / "store")) as anew:
        assert np.array_equal(anew.values(asked.base, numbers), taken)
    found = alone.values
    by_hand = [found["rewards"] / found["customers"], found["cost_rewards"], found["rewards"]]
    assert taken == pytest.approx(np.stack(by_hand, axis=1)) and taken.all()


def test_of_runs_that_an_earlier_version_kept_without_counts_the_measures_are_used_and_the_counts_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = blocks.finished
    monkeypatch.setattr("sim.experiments.blocks.finished", lambda result: _without_counts(whole(result)))
    ran = []
    for outcomes in ("[profit]", "[profit]", "{calls_each: {direction: lower}}"):
        asked = small(tmp_path, measures=OWN, outcomes=outcomes)
        with Laboratory(asked.definitions, asked.seed, Store(tmp_path / "store")) as at_work:
            at_work.measure([asked.base], range(3))
        ran.append(at_work.tally.ran)
        monkeypatch.undo() if len(ran) == 2 else None
    assert ran == [3, 0, 3]


def _without_counts(block: blocks.Finished) -> blocks.Finished:
    return blocks.Finished(block.told, block.numbers, block.values, block.weekly, np.full_like(block.counts, np.nan))


@pytest.mark.parametrize(
    ("measures", "outcomes", "words"),
    [
        (
            "{calls_each: cals / customers}",
            "[profit]",
            r"line \d+: measures.calls_each names 'cals', .* did you mean 'calls'",
        ),
        ("{profit: calls / customers}", "[profit]", "measures.profit is the name of something"),
        ("{margin: profit / revenue, margin_low: profit}", "[profit]", "measures.margin_low is the name"),
        ("[calls / customers]", "[profit]", "measures is a list"),
        (OWN, "[calls_each]", "neither good nor bad of itself; give it 'direction"),
        (OWN, "{calls_eahc: {direction: lower}}", "did you mean 'calls_each'"),
        (OWN, "{margin: {direction: higher, at_least: lots}}", "at_least"),
    ],
)
def test_what_is_wrong_with_a_measure_is_said_with_its_line(
    tmp_path: Path, measures: str, outcomes: str, words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        small(tmp_path, measures=measures, outcomes=outcomes)


FILES = {
    "sweep": """
levers: {call_centre.representatives: {low: 1, high: 8}}
design: {kind: grid, levels: 2}
""",
    "sensitivity": """
uncertainties: {quality.error_rate: {low: 0.0, high: 0.4}, choice.attention: {low: 0.02, high: 0.4}}
sensitivity: {samples: 16}
""",
    "select": """
policies: {few: {call_centre: {representatives: 1}}, many: {call_centre: {representatives: 6}}}
select: {zone: 0.05, first: 5, batch: 5, most: 20}
""",
    "optimise": """
levers: {call_centre.representatives: {low: 1, high: 8}}
optimise: {trials: 10, batch: 5, finalists: 2, first: 3, most: 6}
""",
    "robust": """
policies: {few: {call_centre: {representatives: 1}}, many: {call_centre: {representatives: 6}}}
uncertainties: {quality.error_rate: {low: 0.0, high: 0.4}}
design: {kind: halton, samples: 20}
""",
    "branch": """
policies: {few: {call_centre: {representatives: 1}}, many: {call_centre: {representatives: 6}}}
branch: {week: 3}
""",
    "break-even": """
policies: {few: {call_centre: {representatives: 1}}, many: {call_centre: {representatives: 6}}}
levers: {quality.error_rate: {low: 0.0, high: 0.4}}
break_even: {policy: many, against: few, first: 5, most: 5}
""",
    "calibrate": """
uncertainties: {quality.error_rate: {low: 0.0, high: 0.4}}
calibrate: {figures: {calls_each: {value: 2.0, error: 0.2}}, worlds: 50, rounds: 2}
""",
}
HEAD = """question: How many calls does it take?
base: small.yaml
measures:
  calls_each: calls / customers
  cheap: cost_calls / max(contacts, 1)
outcomes: {calls_each: {direction: lower}, cheap: {direction: lower, at_most: 10000}}
replications: 3
"""


@pytest.mark.parametrize("command", FILES)
def test_every_method_takes_a_measure_of_ones_own_as_its_first_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL)
    Path("q.yaml").write_text(HEAD + FILES[command])
    assert f"It can be given to 'loyalty {command}'." in checked(Path("q.yaml"))[1]
    done = CliRunner().invoke(
        app, [command, "q.yaml", "--threads", "1", "--json", "--format", "html", "--format", "xlsx"]
    )
    assert done.exit_code == 0, done.output + repr(done.exception)
    folder = Path(json.loads(done.stdout)["folder"])
    page = (folder / "report.html").read_text()
    assert "calls each" in page.lower() and ("calls per customer" in page or command == "sensitivity")
    frames = [pd.read_csv(path) for path in folder.glob("*.csv")]
    assert frames and not any(frame.columns.has_duplicates for frame in frames)
