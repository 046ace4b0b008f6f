"""Whatever is said is true of this answer: nothing is said of nothing, and no number lies outside its own interval.

Worlds on the edge of nothing – a handful of customers, nobody who calls, everybody who leaves, nothing that is earned – are
told on every face: page, terminal, JSON, workbook, Markdown.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from worlds import busy

from sim.cli import app
from sim.experiments.algorithms.sensitivity import Analysis
from sim.experiments.algorithms.sensitivity_indices import Index
from sim.report import mirror
from sim.report.charts import gallery
from sim.report.comparison import document
from sim.report.formats import writer
from sim.report.formats.html import html
from sim.report.formats.markdown import files
from sim.report.headline import headline, lead
from sim.report.terminal import show_answer, show_result
from sim.report.words import customers_told, money_told, reasons_told, talk_told
from sim.runs.comparison import Comparison, compare
from sim.runs.measures import DEFINITIONS, NAMES
from sim.runs.results import save
from sim.runs.runner import Result, run
from sim.runs.statistics import unseen_at_most
from sim.scenario.whole import Scenario, described

NO_NUMBER = re.compile(r"(?<![\w-])(nan|inf|None|null|NaN|Infinity)(?![\w-])")
EDGES: dict[str, list[dict[str, Any]]] = {
    "market": [{"customers": n, "prospects": p, "stands_for": s} for n, p, s in ((1, 0, 1), (3, 2, 40), (20, 10, 1))],
    "quality": [{"error_rate": 0.0}, {"error_rate": 0.02}, {"error_rate": 0.9}],
    "call_centre": [
        {"questions": 0.0, "representatives": 0},
        {"questions": 0.0},
        {"questions": 0.5, "representatives": 1},
    ],
    "choice": [{"involuntary": 0.0, "attention": 0.0}, {"involuntary": 0.5}, {"involuntary": 1.0}],
    "pricing": [{"list_price": 1.0}, {"list_price": 0.1}],
}
POLICIES: list[dict[str, Any]] = [
    {}, {"quality": {"error_rate": 0.5}}, {"choice": {"involuntary": 1.0}}, {"accountability": {"apologises": 0.36}},
    {"pricing": {"list_price": 2.0}},
]  # fmt: skip
worlds = st.fixed_dictionaries({part: st.sampled_from(found) for part, found in EDGES.items()})


def visible(page: str) -> str:
    """The words of a page, without scripts, styles and markup."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", text)


def numbers_of(told: Any) -> list[float]:
    return [abs(float(number.replace(",", ""))) for number in re.findall(r"\d[\d,]*\.?\d*", told)]


def check_measures(told: dict[str, Any], stands_for: float, replications: int) -> None:
    """Every level in JSON: inside its interval, inside what is possible, and nothing claimed of luck by one replication."""
    for name, found in told.items():
        low, high = (end * (stands_for if DEFINITIONS[name].grows else 1) for end in DEFINITIONS[name].bounds)
        defined = found.get("defined", replications)
        if defined > 1:
            assert low - 1e-9 <= found["low"] <= found["mean"] <= found["high"] <= high + 1e-9, name
        else:
            assert found["low"] is found["high"] is found["sd"] is None, name
            assert (found["mean"] is None) == (defined == 0), name


def check_headline(answer: Comparison) -> None:
    """The numbers of the headline lie within the intervals that the page tells of them."""
    said = headline(answer)
    gaps, scale = answer.differences[answer.others[0].scenario.name], answer.stands_for
    if found := re.search(r"keeps ([\d.,]+) percentage points", said):
        low, high = sorted(100 * abs(end) for end in gaps["retention"][1:3])
        assert low - 1e-9 <= numbers_of(found[1])[0] <= high + 1e-9
    if found := re.search(r"earns ([\d.,]+) (million |billion )?", said):
        size = numbers_of(found[1])[0] * {"million ": 1e6, "billion ": 1e9}.get(found[2] or "", 1)
        low, high = sorted(scale * abs(end) for end in gaps["profit"][1:3])
        assert low - 0.006 <= size <= high + 0.006


def check_faces(answer: Comparison, folder: Path) -> None:
    """No page says a number that is none."""
    report = document(answer)
    pages = [
        visible(html(report)),
        *(data.decode() for path, data in files(report, folder / "a.md").items() if path.suffix == ".md"),
    ]
    for words in pages:
        assert not NO_NUMBER.search(words), NO_NUMBER.search(words)
    assert writer.write(report, folder / "a.xlsx").stat().st_size
    assert "exactly as many" not in headline(answer) or answer.same_meaning(answer.others[0])


def together(scenarios: list[Scenario], replications: int) -> Comparison:
    """A comparison; also of one replication, as is left when the others failed."""
    return Comparison(tuple(run(scenario, replications, threads=1) for scenario in scenarios))


def edge(world: dict[str, Any], policy: dict[str, Any], replications: int) -> Comparison:
    """Two policies in a world on the edge of nothing."""
    base = busy(weeks=4, network={"kind": "none"}, **world)
    return together([base, base.with_(name="Other", **policy)], replications)


def check_words(answer: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """What is said without a page: JSON, the headline, the sentences of a policy, the terminal."""
    for told in (answer.base.to_json(), answer.to_json()):
        json.loads(json.dumps(told, allow_nan=False))
    check_measures(answer.base.to_json()["measures"], answer.stands_for, len(answer.numbers))
    check_headline(answer)
    other = answer.others[0]
    said = [tell(answer, other) for tell in (customers_told, money_told, talk_told, reasons_told)]
    show_result(answer.base)
    show_answer(answer)
    for words in (*said, *lead(answer), capsys.readouterr().out):
        assert not NO_NUMBER.search(words), NO_NUMBER.search(words)


def check_everything(answer: Comparison, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The words, and every page and figure: drawing takes far longer than all that is drawn."""
    check_words(answer, capsys)
    check_faces(answer, folder)
    for name in ("service_level", "churn_rate", "containment", "forest", "reasons"):
        assert not NO_NUMBER.search(gallery.picture(answer, name).alt)
    assert not NO_NUMBER.search(visible(html(mirror.document(answer.base))))


bounded = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(bounded, max_examples=3)
@given(worlds, st.sampled_from(POLICIES), st.sampled_from([1, 2, 5]))
def test_every_face_of_a_world_on_the_edge_of_nothing(
    tmp_path_factory: Any, capsys: Any, world: dict[str, Any], policy: dict[str, Any], replications: int
) -> None:
    check_everything(edge(world, policy, replications), tmp_path_factory.mktemp("faces"), capsys)


@settings(bounded, max_examples=12)
@given(worlds, st.sampled_from(POLICIES), st.sampled_from([1, 2, 5]))
def test_the_words_of_worlds_on_the_edge_of_nothing(
    capsys: Any, world: dict[str, Any], policy: dict[str, Any], replications: int
) -> None:
    check_words(edge(world, policy, replications), capsys)


@pytest.mark.heavy
@settings(bounded, max_examples=100)
@given(worlds, st.sampled_from(POLICIES), st.sampled_from([1, 2, 5]))
def test_the_words_of_many_worlds_on_the_edge_of_nothing(
    capsys: Any, world: dict[str, Any], policy: dict[str, Any], replications: int
) -> None:
    check_words(edge(world, policy, replications), capsys)


@pytest.mark.heavy
@settings(bounded, max_examples=12)
@given(worlds, st.sampled_from(POLICIES), st.sampled_from([1, 2, 5]))
def test_every_face_of_more_worlds_on_the_edge_of_nothing(
    tmp_path_factory: Any, capsys: Any, world: dict[str, Any], policy: dict[str, Any], replications: int
) -> None:
    check_everything(edge(world, policy, replications), tmp_path_factory.mktemp("faces"), capsys)


# ---- cases that misled


@pytest.fixture(scope="module")
def quiet() -> Result:
    """Twenty customers for six weeks, of whom hardly anybody ever calls."""
    return run(quiet_world(), 100, threads=2)


def quiet_world(**more: Any) -> Scenario:
    sections = {"weeks": 6, "market": {"customers": 20, "prospects": 10}, "quality": {"error_rate": 0.001}}
    return described(sections | {"call_centre": {"questions": 0.001}} | more).with_(name="Quiet")


def test_a_share_of_no_calls_is_missing_and_not_nought(quiet: Result) -> None:
    found, calls = quiet.to_json()["measures"], quiet.values["contacts"]
    assert found["service_level"]["mean"] == 1.0  # of the replications in which anybody called
    assert found["service_level"]["defined"] == int((calls > 0).sum()) < 50
    assert found["first_contact_resolution"]["mean"] > 0.5
    assert found["containment"].pop("defined") == 0 and set(found["containment"].values()) == {None}
    assert "defined" not in found["contacts"]  # a count of nothing is 0, so all replications have it


def test_the_terminal_says_over_how_many_replications_a_mean_is(
    quiet: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    show_result(quiet)
    said = capsys.readouterr().out
    assert f"service_level {quiet.to_json()['measures']['service_level']['defined']}" in " ".join(said.split())


def test_an_average_in_sql_leaves_out_what_is_missing(quiet: Result, tmp_path: Path) -> None:
    folder = save([quiet], tmp_path)
    over = "avg(service_level), count(service_level), avg(containment), count(*)"
    row = duckdb.sql(f"SELECT {over} FROM '{folder}/measures.parquet'").fetchall()[0]
    assert row == (1.0, quiet.intervals["service_level"]["defined"], None, 100)
    weekly = duckdb.sql(f"SELECT {over} FROM '{folder}/weekly.parquet'").fetchall()[0]
    assert weekly[0] == 1.0 and weekly[1] < weekly[3] == 600


def test_no_difference_that_was_seen_is_not_no_difference() -> None:
    base = busy(weeks=2, market={"customers": 30, "prospects": 0}, quality={"error_rate": 0.0001})
    tiny = base.with_(name="Tiny", quality={"error_rate": 0.00011})
    answer = compare([base, tiny, base.with_(name="Same")], 5, threads=1)
    gap = answer.differences["Tiny"]["retention"]
    assert gap.mean == 0 and not gap.decided
    assert (gap.low, gap.high) == pytest.approx((-unseen_at_most(150), unseen_at_most(150)))
    two = Comparison(answer.results[:2])
    assert headline(two).startswith("Undecided: no difference in customers kept")
    assert "it can be at most 2.0 percentage points" in headline(two)
    same = Comparison((answer.results[0], answer.results[2]))
    assert headline(same) == "“Same” keeps exactly as many customers as “Busy”"
    assert (same.differences["Same"]["retention"].low, same.known_to) == (0, 0)
    assert two.known_to == pytest.approx(unseen_at_most(150))  # a wished precision is not reached by seeing nothing


def test_json_is_in_the_companys_money_and_heads_as_the_page_is() -> None:
    alone, standing = (run(busy(weeks=3, market={"stands_for": n}), 3, threads=1) for n in (1, 40))
    told = standing.to_json()
    assert told["stands_for"] == 40 and alone.to_json()["stands_for"] == 1
    assert told["customers"] == 40 * told["simulated_customers"]
    for name in NAMES:
        scale = 40 if DEFINITIONS[name].grows else 1
        mean = standing.intervals[name]["mean"]
        assert (
            (told["measures"][name]["mean"] is None)
            if math.isnan(mean)
            else told["measures"][name]["mean"] == mean * scale
        )


def test_one_replication_claims_nothing_of_luck(capsys: pytest.CaptureFixture[str]) -> None:
    base = busy(weeks=3)
    single = together([base, base.with_(name="Other", quality={"error_rate": 0.5})], 1)
    found = single.to_json()["differences"]["Other"]["profit"]
    assert found["low"] is found["high"] is found["sd"] is None and found["mean"] is not None
    assert single.best == "undecided" and math.isinf(single.known_to)
    show_answer(single)
    assert not np.isfinite(single.differences["Other"]["profit"].low)
    assert "0 to 0" not in capsys.readouterr().out


def test_policies_that_mean_the_same_are_not_undecided_among_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    base = busy(weeks=4)
    worse = base.with_(name="Worse", quality={"error_rate": 0.6})
    answer = compare([base, base.with_(name="Same"), worse], 5, threads=1)
    assert headline(answer) == "“Busy” and “Same” keep the most customers, and exactly as many: they mean the same"
    assert "may be chance" not in " ".join(lead(answer))
    twins = compare([base, base.with_(name="Same"), base.with_(name="Again")], 3, threads=1)
    assert headline(twins) == "All these policies keep exactly as many customers"
    assert lead(twins)[0] == "They earn exactly as much."
    show_answer(twins)
    assert capsys.readouterr().out.endswith("keeps most customers: all the same\n")


def test_a_difference_that_every_replication_shows_alike_is_no_certainty() -> None:
    base = run(busy(weeks=3, market={"customers": 20, "prospects": 0}), 2, threads=1)
    kept = np.array([0.95, 0.9])
    first, other = (replace(base, scenario=base.scenario.with_(name=name, **policy)) for name, policy in
                    (("First", {}), ("Other", {"quality": {"error_rate": 0.3}})))  # fmt: skip
    for result, retention in ((first, kept), (other, kept - 0.05)):
        result.__dict__["values"] = base.values | {"retention": retention}
    answer = Comparison((first, other))
    gap = answer.differences["Other"]["retention"]
    assert gap.mean == pytest.approx(-0.05) and gap.sd == pytest.approx(0)
    assert gap.low == pytest.approx(-0.05 - unseen_at_most(40)) and not gap.decided
    assert answer.best == "undecided" and headline(answer).startswith("Undecided")


def test_the_terminal_says_over_how_many_replications_a_difference_is(capsys: pytest.CaptureFixture[str]) -> None:
    base = quiet_world()
    answer = compare([base, base.with_(name="Worse", quality={"error_rate": 0.3})], 10, threads=1)
    show_answer(answer)
    defined = answer.differences["Worse"]["wait_mean"].defined
    assert 0 < defined < 10
    assert (
        f"Differences over fewer replications, in which alone both policies have something to measure: wait_mean {defined}"
        in (capsys.readouterr().out)
    )


def test_of_few_replications_no_tail_is_told() -> None:
    few = run(busy(weeks=3), 3, threads=1)
    assert "from the lowest to the highest of 3 replications" in visible(html(document(Comparison((few,)))))


def test_a_share_of_the_variance_is_told_within_what_a_share_can_be() -> None:
    wild = Index(-0.03, -0.1, 0.2), Index(0.6, 0.1, 1.2)
    found = Analysis("sobol", ("error rate",), {"first": wild, "total": wild}, 0.0)
    assert found.told["total"] == (Index(0, 0, 0.2), Index(0.6, 0.1, 1))
    assert Analysis("morris", (), {"mu": wild}, 0.0).told["mu"] == wild  # a change may be negative


def test_the_terminals_mirror_is_in_the_units_of_the_page(tmp_path: Path) -> None:
    scenario = tmp_path / "quiet.yaml"
    scenario.write_text("name: Quiet\nweeks: 4\nmarket: {customers: 40, prospects: 10}\n")
    told = CliRunner().invoke(app, ["mirror", str(scenario), "--replications", "3", "--report", f"{tmp_path}/m.md"])
    assert told.exit_code == 0
    cells = re.search(r"^\| Being loyal \|.*?\| ([\d.]+) \|", (tmp_path / "m.md").read_text(), re.MULTILINE)
    assert cells and cells[1] in told.stdout and "e-" not in told.stdout
