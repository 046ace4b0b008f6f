"""Comparisons under a posterior: paired draw by draw, and exactly the runs one would make by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner
from worlds import busy

from sim.cli import app
from sim.errors import Mistake
from sim.experiments.uncertain import Draws, compare_under, read_draws
from sim.runs.comparison import compare
from sim.runs.executor import executor
from sim.runs.runner import run
from sim.scenario.whole import Scenario


@pytest.fixture(scope="module")
def policies() -> list[Scenario]:
    return [busy(weeks=6), busy(weeks=6, accountability={"acknowledges": 0.1}).with_(name="Silent")]


def drawn(*values: float) -> Draws:
    return Draws(Path("posterior.csv"), ("choice.attention",), np.array(values)[:, None])


def test_every_replication_is_the_run_one_would_make_by_hand(policies: list[Scenario]) -> None:
    draws = drawn(0.02, 0.1, 0.3)
    with executor(2) as place:
        found = compare_under(policies, draws, 6, 7, place)
    for result, policy in zip(found.results, policies, strict=True):
        assert result.scenario is policy
        for replication in range(6):
            value = float(draws.values[draws.row(7, replication), 0])
            alone = run(policy.with_(choice={"attention": value}), 1, 7, first=replication, threads=1)
            assert alone.digests[0] == result.digests[replication]


def test_a_posterior_without_spread_is_an_ordinary_comparison(policies: list[Scenario]) -> None:
    same = float(policies[0].settings(0)["choice"].attention)  # type: ignore[attr-defined]
    with executor(1) as place:
        under = compare_under(policies, drawn(same, same), 5, 3, place)
    plain = compare(policies, 5, 3, threads=1)
    assert [r.digest for r in under.results] == [r.digest for r in plain.results]
    assert under.differences == plain.differences


def test_what_is_uncertain_widens_the_spread(policies: list[Scenario]) -> None:
    with executor(1) as place:
        wide = compare_under(policies[:1], drawn(0.01, 0.9), 40, 1, place).base.values["retention"]
        sharp = compare_under(policies[:1], drawn(0.3), 40, 1, place).base.values["retention"]
    assert wide.std() > 1.5 * sharp.std()


def test_the_draw_depends_on_seed_and_replication_alone() -> None:
    draws = drawn(*np.linspace(0, 1, 50))
    rows = [draws.row(1, r) for r in range(400)]
    assert rows == [draws.row(1, r) for r in range(400)] and rows != [draws.row(2, r) for r in range(400)]
    assert len(set(rows)) > 45


def test_a_policy_that_sets_what_is_drawn_is_refused(policies: list[Scenario]) -> None:
    eager = policies[0].with_(choice={"attention": 0.5}, name="Eager")
    later = policies[0].with_(changes={"from week 3": {"choice": {"attention": 0.5}}}, name="Later")
    for policy in (eager, later):
        with executor(1) as place, pytest.raises(Mistake, match=f"{policy.name}.*choice.attention"):
            compare_under([policies[0], policy], drawn(0.1), 2, 1, place)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("choice.atention\n0.1\n", "choice.attention"),
        ("choice.attention\nmuch\n", "no number"),
        ("choice.attention\n", "no rows"),
        ("choice.attention,quality.error_rate\n0.1,\n", "empty cell"),
    ],
)
def test_a_table_that_is_no_posterior_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "draws.csv").write_text(text)
    with pytest.raises(Mistake, match=words):
        read_draws(tmp_path / "draws.csv")


def test_the_command_says_what_its_intervals_cover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", ""), ("b", "quality: {error_rate: 0.6}\n")):
        (tmp_path / f"{name}.yaml").write_text(
            f"name: {name}\nweeks: 6\nmarket: {{customers: 100, prospects: 20}}\n{text}"
        )
    (tmp_path / "draws.csv").write_text("choice.attention\n0.05\n0.3\n")
    words = [
        "compare",
        "a.yaml",
        "b.yaml",
        "--posterior",
        "draws.csv",
        "--replications",
        "6",
        "--threads",
        "1",
        "--json",
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["replications"] == 6
    (folder,) = (tmp_path / "results").glob("a-against-1-*-seed-1-6-replications-posterior-*")
    page = (folder / "report.html").read_text()
    told = " ".join(page.split())
    assert "--posterior draws.csv" in page and "those of the mean over the draws" in told and "cover luck" not in told
    assert "In nine of ten draws of the uncertain settings the difference lies between" in told
    found = json.loads(done.stdout)["differences"]["b"]["retention"]
    assert found["range_low"] <= found["mean"] <= found["range_high"]
    wrong = CliRunner().invoke(app, [*words, "--precision", "1%"])
    assert wrong.exit_code == 2 and "exclude each other" in wrong.stderr


def test_more_draws_narrow_the_interval_of_the_mean_and_not_the_spread(policies: list[Scenario]) -> None:
    rows = np.linspace(0.02, 0.4, 40)[:, None]
    with executor(1) as place:
        few, many = (
            compare_under(policies, Draws(Path("d.csv"), ("choice.attention",), rows), n, 1, place) for n in (30, 120)
        )
    widths = [
        one.differences["Silent"]["retention"].high - one.differences["Silent"]["retention"].low for one in (few, many)
    ]
    spreads = [np.ptp(one.spread(one.others[0], "retention")) for one in (few, many)]
    assert widths[1] < 0.7 * widths[0]
    assert 0.6 * spreads[0] < spreads[1] < 1.7 * spreads[0]
    assert spreads[1] > 3 * widths[1]  # what one market may bring is far less sure than the mean over draws


def test_an_ordinary_comparison_has_no_spread(policies: list[Scenario]) -> None:
    plain = compare(policies, 3, 3, threads=1)
    assert plain.spread(plain.others[0], "retention") is None
    assert "range_low" not in plain.to_json()["differences"]["Silent"]["retention"]
