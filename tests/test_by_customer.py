"""Answers by customer and by segment: they are parts of the whole, and say what is not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from worlds import busy

from sim import Comparison, Mistake, compare, load, run
from sim.report.comparison import document
from sim.report.segments import terminal_rows
from sim.runs import customers, runner, who
from sim.runs.customers import paired, steadied
from sim.runs.segments import FEWEST, MOST_VALUES, OTHERS, groupings
from sim.scenario.whole import Scenario

ROWS = 240
BASE = """
name: Today
weeks: 10
market: {prospects: 60, stands_for: 20}
quality: {error_rate: 0.12}
call_centre: {representatives: 2, questions: 0.1}
customers: {file: c.csv, ID columns: {spend: {column: spend}}, segment_by: {column: plan}, keep: [city, street]}
"""


def company(folder: Path, ids: bool = True, rows: int = ROWS, extra: str = "") -> list[Scenario]:
    """Today, and better quality."""
    lines = [f"K{n:04},{'gold' if n % 3 else 'silver'},{5 + n % 17},{'ABC'[n % 3]},{n} Elm Street" for n in range(rows)]
    (folder / "c.csv").write_text("id,plan,spend,city,street\n" + "\n".join(lines) + "\n")
    (folder / "today.yaml").write_text(BASE.replace("ID", "id: id," if ids else "") + extra)
    (folder / "better.yaml").write_text("extends: today.yaml\nname: Better!\nquality: {error_rate: 0.0}\n")
    return [load(folder / name) for name in ("today.yaml", "better.yaml")]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare(company(tmp_path_factory.mktemp("company")), 24, 3, worlds="shipped")


def test_the_chances_to_stay_average_to_retention(answer: Comparison) -> None:
    found = answer.customers
    for result, name in zip(answer.results, ("today", "better"), strict=True):
        assert found[f"stays_{name}"].mean() == pytest.approx(result.values["retention"].mean())
    alone = answer.base.customers
    assert alone["stays_today"].mean() == pytest.approx(answer.base.values["retention"].mean())
    assert alone["stays_today"].is_monotonic_increasing and len(alone) == ROWS


def test_segments_and_values_of_a_column_are_parts_of_the_whole(answer: Comparison) -> None:
    found = answer.segments
    for by in ("segment", "city"):
        for result in answer.results:
            rows = found[(found["by"] == by) & (found["scenario"] == result.scenario.name)]
            whole = (rows["retention"] * rows["customers"]).sum() / rows["customers"].sum()
            assert whole == pytest.approx(result.intervals["retention"]["mean"])
            assert rows["customers"].sum() == ROWS * 20
    assert set(found["by"]) == {"segment", "city"}  # no street: it has too many values
    better = found[found["scenario"] == "Better!"]
    assert (better["difference_low"] <= better["difference"]).all() and (
        better["difference"] <= better["difference_high"]
    ).all()
    assert better["difference"].min() > 0 and (better["probability_error"] > 0).all()
    shares = found[[name for name in found if name.startswith("holds_")]].sum(axis=1)
    assert np.allclose(shares, 1)


def test_a_customer_is_told_with_id_line_segment_and_kept_columns(answer: Comparison) -> None:
    found = answer.customers.set_index("line").sort_index()
    assert found["customer"].tolist() == [f"K{n:04}" for n in range(ROWS)]
    assert found.index.tolist() == list(range(2, ROWS + 2))
    assert found["street"].iloc[7] == "7 Elm Street" and found["city"].iloc[4] == "B"
    assert found["spend"].tolist() == pytest.approx([5 + n % 17 for n in range(ROWS)])
    assert found["worth_better"].tolist() == pytest.approx((found["spend"] * 10 * found["stays_better"]).tolist())
    assert set(found["reason_of"]) <= {"customer", "segment", "everybody"} and found["main_reason"].ne("").all()


def test_what_all_customers_bring_and_cost_is_the_books_of_the_weekly_table(tmp_path: Path) -> None:
    policies = [each.with_(market={"prospects": 0}, measure={"from": 3}) for each in company(tmp_path)]
    found = compare(policies, 5, 3, worlds="shipped")
    for result, name in zip(found.results, ("today", "better"), strict=True):
        for what in ("revenue", "cost"):
            books = result.by_week[what][:, 3:].sum(axis=1).mean()
            assert found.customers[f"{what}_{name}"].sum() == pytest.approx(books, abs=0.005)  # to the cent
    assert (found.customers["cost_better"] != found.customers["cost_today"]).any()
    assert not {"revenue_today", "cost_better"} & set(found.first)


@pytest.mark.parametrize("engine", ["core", pytest.param("mesa", marks=pytest.mark.heavy)])
def test_what_a_customer_brings_and_costs_is_their_account_of_the_panel(tmp_path: Path, engine: str) -> None:
    base = company(tmp_path, rows=60)[0].with_(warm_up=3)
    lived = run(base, 2, 3, engine=engine, worlds="none")
    panel = lived.panel(columns=["revenue", "cost"], replications=[0, 1])
    each = panel.groupby("id").sum() / 2  # of whoever came later there is no id
    told = lived.customers.set_index("customer")
    for what in ("revenue", "cost"):
        np.testing.assert_allclose(told[f"{what}_today"], each[what].loc[told.index], atol=1e-4)


def test_of_too_many_customers_no_accounts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PEOPLE", ROWS - 1)
    base = company(tmp_path)[0]
    assert not {"revenue_today", "cost_today"} & set(run(base, 1, 3).customers)


def test_differences_are_paired_and_their_interval_holds_them(answer: Comparison) -> None:
    found = answer.customers
    gap = found["stays_better"] - found["stays_today"]
    assert np.allclose(found["difference_better"], gap) and gap.is_monotonic_decreasing
    middle = (found["difference_better_low"] + found["difference_better_high"]) / 2
    assert (abs(middle) <= abs(gap) + 1e-9).all()
    assert (found["difference_better_low"] < gap + 1e-9).all() and (gap - 1e-9 < found["difference_better_high"]).all()


def test_without_bits_there_is_a_chance_and_no_interval(answer: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who, "BITS", 10)
    poor = compare([result.scenario for result in answer.results], 24, 3, worlds="shipped")
    one, other = (each.customers.set_index("line").sort_index() for each in (poor, answer))
    assert np.allclose(one["stays_better"], other["stays_better"])
    assert one["difference_better_low"].isna().all() and poor.segments.empty


def test_the_interval_of_matched_proportions() -> None:
    low, high = paired(np.array([10.0, 0.0]), np.array([2.0, 0.0]), 40)
    # (10.5 - 2.5) / 42 ± 1.96 √(13 - 8² / 42) / 42
    assert low[0] == pytest.approx(0.19048 - 0.15806, abs=2e-4) and high[0] == pytest.approx(
        0.19048 + 0.15806, abs=2e-4
    )
    assert low[1] < 0 < high[1]


@pytest.mark.parametrize("chance", [0.05, 0.4])
def test_the_interval_holds_the_truth_as_often_as_it_says(chance: float) -> None:
    luck = np.random.default_rng(5)
    kept, lost = luck.multinomial(60, [chance, chance / 2, 1 - 1.5 * chance], size=20_000).T[:2].astype(float)
    low, high = paired(kept, lost, 60)
    held = np.mean((low <= chance / 2) & (chance / 2 <= high))
    assert 0.93 <= held <= 0.985


def test_the_list_of_whom_to_talk_to_first_is_worth_times_difference(answer: Comparison) -> None:
    first = answer.first
    assert first["gain"].is_monotonic_decreasing and (first["gain"] > 0).all()
    known = answer.customers.set_index("customer")["spend"]
    assert np.allclose(first["gain"], known[first["customer"]].to_numpy() * 10 * first["steadied"])
    assert {"street", "city", "stays_today", "stays_better", "main_reason", "currency"} <= set(first)


def test_what_is_luck_is_taken_out_of_the_list() -> None:
    luck = np.random.default_rng(2)
    noise = luck.normal(0.1, 0.05, 4000)
    flat = steadied(noise, noise - 1.96 * 0.05, noise + 1.96 * 0.05)
    assert flat.std() < 0.01 and flat.mean() == pytest.approx(noise.mean())
    true = luck.normal(0.1, 0.1, 4000)
    seen = true + luck.normal(0, 0.1, 4000)
    drawn = steadied(seen, seen - 1.96 * 0.1, seen + 1.96 * 0.1)
    assert np.mean((drawn - true) ** 2) < 0.6 * np.mean((seen - true) ** 2)
    assert np.corrcoef(drawn, seen)[0, 1] == pytest.approx(1)


def test_drawn_customers_have_segments_and_no_names() -> None:
    people = {"segments": {"old": {"share": 0.3, "traits": {"switching_cost": 0.4}}, "young": {"share": 0.7}}}
    found = run(busy(customers=people, network={"kind": "none"}), 40, 2)
    with pytest.raises(Mistake, match="no customer file"):
        _ = found.customers
    rows = found.segments.set_index("value")
    assert rows["customers"].sum() == pytest.approx(240 * 20) and rows["customers"]["old"] == pytest.approx(
        0.3 * 4800, rel=0.06
    )
    assert rows["retention"]["old"] > rows["retention"]["young"]
    groups = found.who.groups  # type: ignore[union-attr]
    assert np.allclose(groups[..., 1].sum(axis=1) / groups[..., 0].sum(axis=1), found.values["retention"])


def test_after_a_warm_up_of_drawn_people_segments_are_those_of_week_0() -> None:
    people = {"segments": {"old": {"share": 0.3}, "young": {"share": 0.7}}}
    found = run(busy(customers=people, warm_up=6), 5, 2)
    groups = found.who.groups  # type: ignore[union-attr]
    assert np.allclose(groups[..., 1].sum(axis=1) / groups[..., 0].sum(axis=1), found.values["retention"])


def test_the_readable_engine_tells_the_same(answer: Comparison, tmp_path: Path) -> None:
    (base, _) = company(tmp_path, rows=60)
    one, other = (run(base, 2, 3, engine=engine) for engine in ("core", "mesa"))
    assert one.customers.equals(other.customers) and one.segments.equals(other.segments)


def test_few_are_told_together_and_nobody_alone(tmp_path: Path) -> None:
    (base, _) = company(tmp_path, rows=12)
    groups = {group.by: group for group in groupings(base)}
    assert groups["segment"].values == ("gold", OTHERS)
    assert "city" not in groups and "street" not in groups  # four of each, and twelve streets: all of them others
    assert FEWEST == 5 and MOST_VALUES == 20


def test_only_scenarios_of_one_file_are_paired(answer: Comparison, tmp_path: Path) -> None:
    other, _ = company(tmp_path, ids=False)
    (tmp_path / "c.csv").write_text((tmp_path / "c.csv").read_text().replace(",gold,5,", ",gold,6,"))
    both = compare([answer.base.scenario, load(tmp_path / "today.yaml").with_(name="Other")], 2, 1, worlds="none")
    with pytest.raises(Mistake, match="different customer files"):
        _ = both.customers
    assert customers.why_none(both.results)
    assert other.name == "Today"


def test_reports_and_terminal_say_who_gains(answer: Comparison) -> None:
    section = next(each for each in document(answer).sections if each.title == "By segment")
    assert "most is gained among" in section.sentences[0] and len(section.tables[0].groups[0].rows) == 5
    assert len(terminal_rows(answer)) == 5 and terminal_rows(answer)[0][0]
    sheet = next(each for each in document(answer).sheets if each.name == "By segment")
    assert len(sheet.rows) == 10
    told = answer.to_json()["segments"]
    assert len(told) == 10 and told[1]["scenario"] == "Better!" and told[0]["difference"] is None
    assert sum(told[0]["holds"].values()) == pytest.approx(1)


def test_without_groups_nothing_is_said_of_them() -> None:
    found = compare([busy(), busy(quality={"error_rate": 0.0}).with_(name="Better")], 3, 1)
    assert found.segments.empty and "segments" not in found.to_json()
    assert not [each for each in document(found).sections if each.title == "By segment"] and terminal_rows(found) == []
