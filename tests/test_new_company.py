"""``loyalty new``: from files of any habit to a scenario of the company today; what cannot be known is asked."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as arrow
import pytest
from customer_files import CASES, MONTH, among_cases
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.commands import new as command
from sim.data.habits import cells_of, encoding_of
from sim.data.leaving import halves
from sim.data.recognising import period_in, says
from sim.experiments.checking import checked
from sim.experiments.figures import targets
from sim.experiments.methods import method
from sim.runs.runner import run
from sim.scenario.customers import customers_of, segment_names
from sim.scenario.phone import usual_lines
from sim.scenario.whole import Scenario, load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return among_cases(tmp_path, monkeypatch)


def told(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", *words])


def made(*words: str) -> tuple[Scenario, dict[str, Any]]:
    """The scenario that was written, and what ``--json`` says."""
    done = told(*words, "--out", "made", "--json")
    assert done.exit_code == 0, done.stderr
    return load("made/today.yaml"), json.loads(done.stdout)


def refused(*words: str) -> str:
    """The sentence of a refusal, after which nothing was written."""
    done = told(*words, "--yes", "--out", "refused")
    assert done.exit_code == 2 and not Path("refused").exists(), done.output
    return done.stderr


def traits(scenario: Scenario) -> dict[str, np.ndarray]:
    """What today's reader makes of the written copy, every row of it usable."""
    people = customers_of(scenario)
    assert people is not None and not people.quarantined
    return people.columns


def rows(name: str, encoding: str = "utf-8", separator: str = ",") -> list[dict[str, str]]:
    with open(CASES / name, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def listed(place: str) -> list[dict[str, str]]:
    with open(place, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(name: str, text: str, encoding: str = "utf-8") -> str:
    Path(name).write_bytes(text.encode(encoding))
    return name


# ---- the right values


def test_months_become_weeks_and_a_months_price_a_weeks(folder: Path) -> None:
    scenario, said = made("phone.csv", "--yes")
    stayed = [row for row in rows("phone.csv") if row["left"] == "No"]
    found = traits(scenario)
    assert found["tenure"] == pytest.approx([round(int(row["months"]) * MONTH) for row in stayed])
    assert found["spend"] == pytest.approx([float(row["monthly_price"]) / MONTH for row in stayed], rel=1e-6)
    assert said["columns"]["months"]["read_as"] == "months" and said["columns"]["monthly_price"]["becomes"] == "spend"
    assert said["columns"]["total_paid"]["becomes"] == "kept only"  # a sum is no price of a month


def test_missing_marks_are_missing_and_scores_are_on_their_scale(folder: Path) -> None:
    scenario, said = made("phone.csv", "--yes")
    stayed = [row["nps"] for row in rows("phone.csv") if row["left"] == "No"]
    expected = [float(cell) / 10 if cell.isdigit() else np.nan for cell in stayed]
    assert traits(scenario)["satisfaction"] == pytest.approx(expected, nan_ok=True)
    assert said["columns"]["nps"]["missing"] == sum(not cell.isdigit() for cell in stayed) > 0


def test_who_has_left_does_not_start_and_churn_by_contract_is_what_is_fitted(folder: Path) -> None:
    scenario, said = made("phone.csv", "--yes")
    everybody = rows("phone.csv")
    gone = [row for row in everybody if row["left"] == "Yes"]
    assert said["customers"] == len(everybody) - len(gone) == len(traits(scenario)["tenure"])
    assert said["left"]["everybody"] == {"left": 145, "of": 600, "share": 145 / 600}
    for contract in ("month-to-month", "one year", "two years"):
        left = sum(row["contract"] == contract for row in gone)
        assert said["left"][contract]["share"] == left / sum(row["contract"] == contract for row in everybody)
    assert len(listed("made/customers.csv")) == 600 and scenario.customers.mapping.label.weeks == 52  # type: ignore[union-attr]
    experiment, _ = checked(Path("made/calibrate.yaml"))
    assert experiment.base.weeks == 52 and len(customers_of(experiment.base).line) == 600  # type: ignore[union-attr]
    asked = method("calibrate").load(Path("made/calibrate.yaml"), experiment.base.model)
    targets_ = targets(asked, asked.settings.figures)
    halves_ = halves(row["customer_id"] for row in everybody)
    for name, half in (("month-to-month", halves_), ("month-to-month, aside", ~halves_)):
        there = [
            row for row, chosen in zip(everybody, half, strict=True) if chosen and row["contract"] == "month-to-month"
        ]
        share = sum(row["left"] == "Yes" for row in there) / len(there)
        (target,) = (target for target in targets_ if target.name == name)
        assert target.value == share and target.aside == name.endswith("aside")
        assert target.error == pytest.approx(np.sqrt(share * (1 - share) / len(there)), rel=0.02)


FRENCH = "N° client;Date d'inscription;Formule;Prix mensuel;Date de résiliation\n" + "".join(
    f"C-{n};{1 + n % 28:02}/03/2021;{'Mensuel' if n % 2 else 'Annuel'};{20 + n % 7},50 €;{'' if n % 5 else '15/05/2024'}\n"
    for n in range(100)
)
STATUS = "account_id,plan,mrr_usd,status,signed_up\n" + "".join(
    f"a{n},pro,{20 + n % 9},{'churned' if n % 10 == 0 else 'trialing' if n % 10 == 1 else 'active'},2021-03-{1 + n % 28:02}\n"
    for n in range(100)
)
SECONDS = STATUS.replace("mrr_usd", "monthly_price").replace("plan", "wartezeit_sek").replace("pro", "40")
"""``sek`` are seconds in German, and no Swedish crowns."""


@pytest.mark.parametrize(
    ("text", "column", "within", "left", "currency"),
    [
        (FRENCH, "Date de résiliation", [], 20, "EUR"),
        (STATUS, "status", ["columns: {status: {within: 1 year}}"], 10, "USD"),
        (SECONDS, "status", ["columns: {status: {within: 1 year}}"], 10, "currency"),
    ],
)
def test_who_has_left_is_known_by_the_words_that_companies_use(
    folder: Path, text: str, column: str, within: list[str], left: int, currency: str
) -> None:
    answers = ["--answers", table("a.yaml", within[0])] if within else []
    scenario, said = made(table("own.csv", text), "--yes", *answers)
    assert said["columns"][column]["becomes"] == "left" and said["left"]["everybody"]["left"] == left
    assert said["customers"] == 100 - left and scenario.currency == currency


def test_a_unit_that_was_answered_counts_against_the_name_of_a_column(folder: Path) -> None:
    """Weeks in a column called months, and what is paid in a week in one called monthly_price."""
    answers = table("a.yaml", "columns: {months: {unit: weeks}, monthly_price: {period: week}}")
    scenario, _ = made("phone.csv", "--yes", "--answers", answers)
    stayed = [row for row in rows("phone.csv") if row["left"] == "No"]
    assert traits(scenario)["tenure"].tolist() == [int(row["months"]) for row in stayed]
    assert traits(scenario)["spend"] == pytest.approx([float(row["monthly_price"]) for row in stayed])


def test_what_was_assumed_is_listed(folder: Path) -> None:
    done = told("phone.csv", "--yes")
    assert done.exit_code == 0
    assumed = done.stdout.partition("Assumed")[2]
    for line in ("columns.months.unit: months", "columns.monthly_price.period: month", "columns.nps.scale: 0 to 10",
                 "columns.left.within: 52 weeks", "company.stands_for: 1", "company.representatives: not known"):  # fmt: skip
        assert line in assumed
    assert "loyalty calibrate phone/calibrate.yaml" in assumed and "loyalty run phone/today.yaml" in assumed


def test_the_answers_give_the_same_files_byte_for_byte(folder: Path) -> None:
    made("phone.csv", "--yes")
    made_first = {file.name: file.read_bytes() for file in Path("made").iterdir()}
    done = told("phone.csv", "--answers", "made/answers.yaml", "--out", "again")
    assert done.exit_code == 0, done.stderr
    assert {file.name: file.read_bytes() for file in Path("again").iterdir()} == made_first
    assert set(made_first) == {
        "today.yaml", "answers.yaml", "calibrate.yaml", "customers.csv", "set_aside.csv"
    }  # fmt: skip


def test_a_european_file_is_read_as_it_is(folder: Path) -> None:
    table("answers.yaml", "as_of: 2023-12-31\ncolumns: {Gekündigt: {within: 3 months}}\n")
    scenario, said = made("european.csv", "--answers", "answers.yaml")
    stayed = [row for row in rows("european.csv", "cp1252", ";") if row["Gekündigt"] == "nein"]
    found = traits(scenario)

    def number(cell: str) -> float:
        return float(cell.replace("€", "").replace("%", "").replace(".", "").replace(",", ".").strip())

    def weeks(cell: str) -> int:
        day, month, year = map(int, cell.split("."))
        return round((date(2023, 12, 31) - date(year, month, day)).days / 7)

    assert found["spend"] == pytest.approx([number(row["Umsatz/Monat"]) / MONTH for row in stayed], rel=1e-6)
    assert found["satisfaction"] == pytest.approx([number(row["Zufriedenheit"]) / 100 for row in stayed])
    assert found["tenure"].tolist() == [weeks(row["Kunde seit"]) for row in stayed]
    assert said["as_of"] == "2023-12-31" and said["currency"] == "EUR" == scenario.currency
    assert "Windows-1252, semicolons" in said["said"][0] and "decimal comma, EUR" in said["said"][0]
    assert "day first" in said["said"][0] and said["columns"]["Name"]["becomes"] == "left out"
    assert segment_names(scenario) == ("Basis", "Größe L", "Plus")


def workbook(name: str = "european.xlsx", foot: list[Any] | None = None, formula: bool = False) -> str:
    """The European file as a sheet: real dates and numbers, percentages as text."""
    book = openpyxl.Workbook()
    book.create_sheet("Notes").append(["nothing", "here"])
    sheet = book.active
    assert sheet is not None
    sheet.title = "Kunden"
    for place, row in enumerate(rows("european.csv", "cp1252", ";")):
        day, month, year = map(int, row["Kunde seit"].split("."))
        spend = float(row["Umsatz/Monat"].replace("€", "").replace(".", "").replace(",", "."))
        if not place:
            sheet.append(list(row))
        sheet.append([row["Kundennr"], row["Name"], date(year, month, day), spend, *list(row.values())[4:]])
    if formula:
        sheet["D5"] = "=D4*2"
    if foot:
        sheet.append(foot)
    book.save(name)
    return name


def test_a_workbook_gives_what_its_text_gives(folder: Path) -> None:
    table("answers.yaml", "columns: {Gekündigt: {within: 1 year}}\n")
    text, _ = made("european.csv", "--answers", "answers.yaml")
    copy = Path("made/customers.csv").read_bytes()
    expected = traits(text)
    shutil.rmtree("made")
    workbook()
    for named in ("european.xlsx", "european.xlsx#Kunden"):
        found = traits(made(named, "--answers", "answers.yaml")[0])
        assert all((found[name] == expected[name]).all() for name in expected) and set(found) == set(expected)
        assert Path("made/customers.csv").read_bytes() == copy
    assert "no sheet 'Kundn' – did you mean 'Kunden'?" in refused("european.xlsx#Kundn")


def test_parquet_and_a_database_give_what_text_gives(folder: Path) -> None:
    expected = traits(made("phone.csv", "--yes")[0])
    frame = pd.read_csv("phone.csv", na_values=["-"])
    frame.to_parquet("phone.parquet")
    with duckdb.connect("phone.duckdb") as base:
        base.execute("create table people as select * from 'phone.parquet'")
    for file in ("phone.parquet", "phone.duckdb", "phone.duckdb#people"):
        shutil.rmtree("made")
        found = traits(made(file, "--yes")[0])
        assert all(found[name] == pytest.approx(expected[name], nan_ok=True) for name in expected)
    assert "there are people" in refused("phone.duckdb#persons")


def test_purchases_are_gathered_to_a_row_a_customer(folder: Path) -> None:
    scenario, said = made("purchases.csv", "--yes")
    frame = pd.read_csv(CASES / "purchases.csv", dtype={"customer_id": str}, parse_dates=["date"])
    as_of = frame["date"].max()
    weeks = ((as_of - frame["date"].min()).days + 1) / 7
    by = frame.groupby("customer_id")  # in alphabetical order, as the copy
    found = traits(scenario)
    assert found["purchases_before"].tolist() == [count - 1 for count in by["date"].nunique()]
    assert found["tenure"].tolist() == [round(each.days / 7) for each in as_of - by["date"].min()]
    kept = customers_of(scenario).kept  # type: ignore[union-attr]
    assert kept["purchases_a_week"].astype(float) == pytest.approx((by.size() / weeks).to_numpy())
    assert kept["spend_a_week"].astype(float) == pytest.approx((by["amount"].sum() / weeks).to_numpy())
    last = [round(each.days / 7) for each in as_of - by["date"].max()]
    assert found["weeks_since_last_purchase"].tolist() == last
    assert "each a purchase" in said["said"][0] and said["as_of"] == str(as_of.date())
    assert not any(
        each.startswith("columns.") for each in said["assumed"]
    )  # all was reckoned here, so that units are known


def test_purchases_of_who_pays_by_contract_are_what_they_spend(folder: Path) -> None:
    table("answers.yaml", "company: {buys: by contract}\n")
    scenario, said = made("purchases.csv", "--answers", "answers.yaml")
    frame = pd.read_csv(CASES / "purchases.csv", dtype={"customer_id": str}, parse_dates=["date"])
    weeks = ((frame["date"].max() - frame["date"].min()).days + 1) / 7
    assert traits(scenario)["spend"].sum() == pytest.approx(
        frame["amount"].sum() / weeks
    )  # the company's revenue a week
    assert "purchases_before" not in traits(scenario) and "columns.spend_a_week.period" not in said["assumed"]


def test_tickets_are_gathered_to_a_row_a_customer(folder: Path) -> None:
    scenario, said = made("tickets.csv", "--yes")
    frame = pd.read_csv(CASES / "tickets.csv", dtype={"customer": str}, parse_dates=["opened"])
    by = frame.groupby("customer")
    kept = customers_of(scenario).kept  # type: ignore[union-attr]
    assert kept["contacts"].astype(int).tolist() == by.size().tolist()
    reply = [float(cell) for cell in kept["mean first_reply_minutes"]]
    assert reply == pytest.approx(by["first_reply_minutes"].mean().to_numpy())
    resolved = frame["resolved"].eq("yes").groupby(frame["customer"]).mean()
    assert kept["share resolved"].astype(float) == pytest.approx(resolved.to_numpy())
    score = (by["score_1_to_5"].mean().to_numpy() - 1) / 4
    assert traits(scenario)["satisfaction"] == pytest.approx(score, nan_ok=True)
    weeks = ((frame["opened"].dt.normalize().max() - frame["opened"].dt.normalize().min()).days + 1) / 7
    assert said["company"]["calls_a_week"] == pytest.approx(frame["channel"].eq("phone").sum() / weeks, rel=1e-3)


def test_files_are_joined_by_customer(folder: Path) -> None:
    table("customers.csv", "customer,since,plan\n0001,2023-01-02,gold\n0002,2024-01-01,basic\n9999,2024-06-01,gold\n")
    table(
        "answers.yaml", "columns: {mean score_1_to_5: {missing: draw}, mean first_reply_minutes: {becomes: left out}}\n"
    )
    scenario, said = made("customers.csv", "purchases.csv", "tickets.csv", "--answers", "answers.yaml")
    frame = pd.read_csv(CASES / "purchases.csv", dtype={"customer_id": str})
    weeks = (date.fromisoformat(frame["date"].max()) - date.fromisoformat(frame["date"].min())).days + 1
    spend = [frame.loc[frame["customer_id"] == one, "amount"].sum() / weeks * 7 for one in ("0001", "0002", "9999")]
    assert traits(scenario)["spend"] == pytest.approx(spend) and spend[2] == 0
    assert said["columns"]["since"]["becomes"] == "tenure" and segment_names(scenario) == ("basic", "gold")
    aside = listed("made/set_aside.csv")
    assert {row["file"] for row in aside} == {"purchases.csv", "tickets.csv"}
    assert len(aside) == said["set_aside"] and {row["reason"] for row in aside} == {
        "customer_id is no customer's", "customer is no customer's"
    }  # fmt: skip
    assert "not one row is of a customer" in refused("one_segment_named.csv", "purchases.csv")


def test_failures_are_drawn_together_as_far_as_they_are_luck(folder: Path) -> None:
    """Poisson counts about gamma rates: the mean stays, and the spread is that of the rates, not that of the counts."""
    luck = np.random.default_rng(1)
    rates = luck.gamma(2.0, 0.5, 4000)  # mean 1, variance 0.5
    counts = luck.poisson(3 * rates)
    lines = "".join(f"c{number},{count}\n" for number, count in enumerate(counts))
    scenario, _ = made(table("people.csv", f"id,complaints\n{lines}"), "--yes")
    found = traits(scenario)["failure_exposure"]
    assert found.mean() == pytest.approx(1, abs=0.01)
    assert np.mean((found - rates) ** 2) < 0.6 * np.mean((counts / 3 - rates) ** 2)
    same = "".join(f"c{number},{count}\n" for number, count in enumerate(luck.binomial(6, 0.5, 400)))
    shutil.rmtree("made")
    scenario, said = made(table("same.csv", f"id,complaints\n{same}"), "--yes")
    assert said["columns"]["complaints"]["becomes"] == "kept only" and not traits(scenario)


def test_segments_that_are_words_of_a_contract_say_how_long_people_are_bound(folder: Path) -> None:
    scenario, _ = made("phone.csv", "--yes")
    two, one = (scenario.customers.spread("contract_weeks_left", name) for name in ("two years", "one year"))
    assert two is not None and (two.low, two.high) == (0, 104) and one is not None and one.high == 52
    assert scenario.customers.spread("contract_weeks_left", "month-to-month").value == 0  # type: ignore[union-attr]


def test_people_the_file_says_nothing_of_are_like_those_in_it(folder: Path) -> None:
    scenario, said = made("phone.csv", "--yes")
    spread = scenario.customers.spread("spend")
    assert spread is not None and spread.mean == pytest.approx(said["columns"]["monthly_price"]["mean"], rel=1e-4)
    assert scenario.market.stands_for == 1 and scenario.market.prospects == 114


def test_small_and_odd_files(folder: Path) -> None:
    scenario, _ = made("one_segment_named.csv", "--yes")
    assert segment_names(scenario) == ("bronze", "gold", "silver")
    shutil.rmtree("made")
    _, said = made("many_segments.csv", "--yes")
    assert said["customers"] == 300 and said["columns"]["zip"]["becomes"] == "left out"
    table("answers.yaml", "columns: {zip: {becomes: segment}}\n")
    shutil.rmtree("made")
    scenario, _ = made("many_segments.csv", "--answers", "answers.yaml")
    found = customers_of(scenario)
    assert found is not None and len(set(found.segment)) == 300  # type: ignore[arg-type]
    assert run(scenario.with_(weeks=1), 1, threads=1).failures == ()
    shutil.rmtree("made")
    scenario, said = made("bad_row_and_ties.csv", "--yes")
    assert traits(scenario)["tenure"].tolist()[0] == round(12 * MONTH) and np.isnan(traits(scenario)["tenure"][1])
    assert said["columns"]["months"]["missing"] == 1  # 'unknown': who it is stays in, how long is drawn
    assert "list of who knows whom" in refused("ties_by_id.csv")


def test_a_unit_may_follow_from_a_product(folder: Path) -> None:
    """Tenure without a unit, times a month's price, is the total: so it is in months."""
    lines = "".join(f"c{n},{n + 1},{20 + n % 7},{(n + 1) * (20 + n % 7)}\n" for n in range(40))
    _, said = made(table("people.csv", f"id,tenure,monthly charges,total charges\n{lines}"), "--yes")
    assert said["assumed"]["columns.tenure.unit"] == "months (times monthly charges it is total charges)"


def test_rows_that_cannot_be_used_are_listed_with_the_reason(folder: Path) -> None:
    lines = "".join(f"c{number},{10 + number},{20}\n" for number in range(100))
    table("people.csv", f"id,months,price per month\n{lines}d60,twelve,20\nd61,7,-3\nd62,5\n,9,20\n")
    _, said = made("people.csv", "--yes")
    aside = listed("made/set_aside.csv")
    assert [(row["line"], row["reason"]) for row in sorted(aside, key=lambda row: int(row["line"]))] == [
        ("102", "months is no number"),
        ("103", "price per month lies outside what spend may be, 0 to 100000 currency per week"),
        ("104", "the row has 2 cells where the header has 3"),
        ("105", "id is missing"),
    ]
    assert said["customers"] == 100 and said["set_aside"] == 4


# ---- questions


def test_what_nothing_hints_at_is_asked_and_all_at_once(folder: Path) -> None:
    people = "".join(f"c{number},{number},{20 + number}\n" for number in range(30))
    said = refused(table("people.csv", f"id,tenure,price\n{people}"))
    assert "2 questions" in said and "column 'tenure': how long" in said and "column 'price': is this what" in said
    lines = said.partition("as proposed:\n")[2]
    table("answers.yaml", lines.replace("unit: days", "unit: weeks"))
    scenario, _ = made("people.csv", "--answers", "answers.yaml")
    assert traits(scenario)["tenure"].tolist() == list(range(30))
    assert traits(scenario)["spend"].tolist() == [20.0 + number for number in range(30)]


BAD = {
    "mixed.csv": ("id,since\na,25/12/2022\nb,12/25/2022\n", "column 'since' has mixed dates: in '25/12/2022' (line 2)"),
    "kinds.csv": ("id,since\na,25.12.2022\nb,2022-12-25\n", "column 'since' has mixed dates: '2022-12-25' (line 3)"),
    "either.csv": ("id,since\na,03/04/2023\nb,05/06/2023\n", "'03/04/2023', the day or the month?"),
    "marks.csv": ("id;price per month\na;1,50\nb;2.75\n", "has two decimal marks: '1,50' is written with a comma (line 2)"),
    "window.csv": ("id,churned\na,yes\nb,no\n", "column 'churned': within what time did those leave"),
    "missing.csv": ("id,satisfaction\n" + "".join(f"c{n},{'' if n % 5 < 2 else 4}\n" for n in range(50)), "40% of its cells"),
    "foot.csv": ("id,price per month\na,20\nb,30\nTotal,50\n", "line 4: the last row is a total ('Total')"),
    "bare_foot.csv": ("id,price per month\na,20\nb,31\n,51\n", "line 4: the last row is a total"),
    "prose.csv": ("Dear all,\nthis is a letter.\nRegards\n", "prose.csv is no table"),
    "page.csv": ("<html><body>Log in</body></html>\n", "page.csv is a web page, no table"),
    "title.csv": ("Our customers\n\nid,months\na,1\nb,2\n", "line 1 is no line of column names: it has 1 cells where"),
    "numbers.csv": ("1,2,3\n4,5,6\n", "line 1 holds numbers"),
    "empty.csv": ("id,months\n", "not one row below them"),
    "sense.csv": ("id,months\n" + "".join(f"c{n},{n * 1000}\n" for n in range(9)), "cannot be used, more than 5%"),
    "all.csv": ("id,left_last_year\na,yes\nb,yes\nc,no\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in BAD if BAD[name][1]])
def test_bad_input_is_a_sentence_with_place_and_remedy(folder: Path, name: str) -> None:
    text, sentence = BAD[name]
    said = refused(table(name, text))
    assert sentence in said and name in said


def test_an_id_that_repeats_is_asked_about(folder: Path) -> None:
    said = refused("duplicates.csv")
    assert "column 'id': 10 ids stand in more than one row, such as '000' in lines 2 and 22" in said
    assert "repeated: first # or: last" in said
    table("answers.yaml", "files: {1: {repeated: last}}\n")
    done = told("duplicates.csv", "--answers", "answers.yaml", "--out", "made")
    assert done.exit_code == 2 and "column 'price'" in done.stderr  # the next thing that nothing hints at
    table("answers.yaml", "files: {1: {repeated: last}}\ncolumns: {price: {period: month}}\n")
    scenario, told_of = made("duplicates.csv", "--answers", "answers.yaml")
    assert told_of["customers"] == 20 and told_of["set_aside"] == 10 and len(traits(scenario)["spend"]) == 20


def test_workbooks_that_cannot_be_read(folder: Path) -> None:
    assert "line 122: the last row is a total ('Summe')" in refused(workbook("totals.xlsx", ["Summe", None, None, 9.0]))
    assert "cell D5 holds the formula =D4*2 and no value" in refused(workbook("formula.xlsx", formula=True))
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    Path("locked.xlsx").write_bytes(locked)
    assert "protected by a password" in refused("locked.xlsx")
    Path("old.xlsx").write_bytes(locked[:8] + b"\0" * 600)
    assert "Excel 97 to 2003" in refused("old.xlsx")
    shutil.copy("phone.csv", "named.xlsx")
    assert "is no Excel file" in refused("named.xlsx")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("columns: {months: {unit: fortnights}}", "answers, columns.months.unit: 'fortnights' is none of the answers"),
        ("columns: {month: {unit: weeks}}", "the files have no column 'month' – did you mean 'months'?"),
        ("columns: {months: {becomes: tenur}}", "'tenur' is nothing that a column becomes – did you mean 'tenure'?"),
        ("columns: {left: {within: soon}}", "'soon' is no time; write such as 52 weeks"),
        ("columns: {contract: {becomes: spend}}", "'contract' holds words, and spend is a number"),
        ("columns: {months: {becomes: spend}, monthly_price: {becomes: spend}}", "both become spend"),
        ("company: {stands_for: many}", "'many' is no number"),
        ("colums: {months: {unit: weeks}}", "nothing is called 'colums' – did you mean 'columns'?"),
        (
            "columns: {months: {units: weeks}}",
            "answers, columns.months: nothing is called 'units' – did you mean 'unit'?",
        ),
        ("company: {representatives: 6000}", "6000 does not lie between 0 and 5,000"),
        ("as_of: yesterday", ""),
    ],
)
def test_answers_that_do_not_fit(folder: Path, answers: str, sentence: str) -> None:
    table("answers.yaml", answers + "\n")
    done = told("phone.csv", "--answers", "answers.yaml")
    if sentence:
        assert done.exit_code == 2 and sentence in done.stderr
    else:  # a file without dates has no day as of which
        assert done.exit_code == 0


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard("".join(f"{line}\n" for line in lines)))


def test_at_most_twelve_questions_and_enter_takes_what_is_proposed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, *[""] * 12)
    command.new(["phone.csv"], Path("asked"), as_json=True)
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert said["questions"] <= 12 and list(said["assumed"]) == ["columns.contract.terms"]
    assert "months: tenure" in err and "[months – its name says so]" in err and "[do not know]" in err
    made("phone.csv", "--yes")
    copies = [Path(place, "customers.csv").read_bytes() for place in ("asked", "made")]
    assert copies[0] == copies[1]


def test_answers_on_a_terminal_are_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(
        monkeypatch,
        "4",
        "kept only",
        "6",
        "kept only",
        "99",
        "",
        "weeks",
        "",
        "rubbish",
        "26 weeks",
        "EUR",
        "",
        "14",
        "400",
        "25",
        "0",
    )
    command.new(["phone.csv"], Path("asked"))
    scenario, err = load("asked/today.yaml"), capsys.readouterr().err
    assert traits(scenario)["tenure"][0] == 12 and "satisfaction" not in traits(scenario)
    assert scenario.currency == "EUR" and scenario.parts["call_centre"].representatives == 14
    assert scenario.parts["call_centre"].wage == 25 and "'rubbish' is no time" in err and "no column 99" in err
    typed(monkeypatch, "", "")
    with pytest.raises(Exception, match="nothing was written"):
        command.new(["phone.csv"], Path("unfinished"))
    assert not Path("unfinished").exists()


def test_nobody_to_ask_is_said(folder: Path) -> None:
    done = told("phone.csv")
    assert done.exit_code == 2 and "add --yes" in done.stderr
    assert "there is no such file" in told("phon.csv").stderr  # which comes before any question


def test_names_that_yaml_and_shells_could_take_for_something_else(folder: Path) -> None:
    lines = "".join(
        f"C{n}\t${20 + n % 7}.50\t{n}\t{'Yes' if n % 4 == 0 else 'No'}\t{'yes' if n % 2 else 'null: #x'}\n"
        for n in range(60)
    )
    name = table("a b,c.csv", f'Customer ID\tMonthly Charges ($)\tTotal: "x" #1\tChurn (last 30 days)\tno\n{lines}')
    done = told(name, "--yes")
    assert done.exit_code == 0 and "loyalty run 'a b,c/today.yaml'" in done.stdout
    scenario = load("a b,c/today.yaml")
    assert segment_names(scenario) == ("null: #x", "yes") and scenario.currency == "USD"
    experiment, _ = checked(Path("a b,c/calibrate.yaml"))
    assert [figure["left"] for figure in experiment.written["calibrate"]["figures"].values()] == [
        {"no": "null: #x"}, {"no": "yes"}, {"no": "null: #x"}, {"no": "yes"}
    ]  # fmt: skip


# ---- the company


def test_staff_that_stands_idle_or_drowns_is_said_at_the_head(folder: Path) -> None:
    for staff, calls, sentence in ((14, 400, "stand idle 9"), (1, 2000, "drown in 2,000 calls a week")):
        table("answers.yaml", f"company: {{representatives: {staff}, calls_a_week: {calls}}}\n")
        done = told("phone.csv", "--answers", "answers.yaml", "--out", f"with{staff}")
        assert sentence in done.stdout.partition("phone.csv:")[0] and "(Erlang-A)" in done.stdout
        scenario = load(f"with{staff}/today.yaml")
        assert scenario.parts["call_centre"].representatives == staff
        questions = scenario.parts["call_centre"].questions
        assert (questions + 0.01 * 0.5) * 455 == pytest.approx(calls, rel=1e-3)
        assert f"# {staff} on the phone" in Path(f"with{staff}/today.yaml").read_text(encoding="utf-8")


def test_people_on_the_phone_that_nobody_knows_are_as_few_as_serve(folder: Path) -> None:
    lines = usual_lines()
    enough = lines.needed(4000)
    assert enough > 1
    assert lines.queue(4000, enough).service_level >= 0.8 > lines.queue(4000, enough - 1).service_level
    scenario, said = made("phone.csv", "--yes")
    assert scenario.parts["call_centre"].representatives == 1 and "is not known" in said["warnings"][0]
    assert scenario.parts["self_checkout"].lanes == 0 and scenario.parts["self_checkout"].visits == 0


# ---- what is written


def test_nothing_of_anybodys_is_overwritten(folder: Path) -> None:
    shutil.copy("phone.csv", "customers.csv")
    assert told("customers.csv", "--yes", "--out", ".").exit_code == 2
    assert Path("customers.csv").read_bytes() == (CASES / "phone.csv").read_bytes()
    assert told("phone.csv", "--yes").exit_code == 0
    assert told("phone.csv", "--answers", "phone/answers.yaml", "--out", "phone").exit_code == 0  # it is its own
    with open("phone/today.yaml", "a", encoding="utf-8") as file:
        file.write("choice: {attention: 0.01}\n")
    done = told("phone.csv", "--yes")
    assert done.exit_code == 2 and "was edited since it was written" in done.stderr


def test_next_months_file_runs_through_the_same_answers(folder: Path) -> None:
    made("phone.csv", "--yes")
    text = Path("phone.csv").read_text(encoding="utf-8").replace("month-to-month", "month-to-month", 1)
    table("phone_july.csv", text + "0601-A,5,one year,50.00,250.00,0,9,No\n")
    done = told("phone_july.csv", "--answers", "made/answers.yaml", "--out", "july")
    assert done.exit_code == 0 and len(traits(load("july/today.yaml"))["tenure"]) == 456


def test_what_is_written_runs(folder: Path) -> None:
    scenario, _ = made("phone.csv", "--yes")
    result = run(scenario.with_(weeks=2, market={"prospects": 10}), replications=1, seed=1)
    measures = result.summary()
    assert 0.5 < measures["mean"]["retention"] <= 1 and measures["mean"]["revenue"] > 0


# ---- habits, one by one


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234,50", "12,5", "7"], [1234.5, 12.5, 7]),
        (["1,234.50", "12.5", "7"], [1234.5, 12.5, 7]),
        (["€ 1.234.567", "€ 3"], [1234567, 3]),
        (["1 234,5", "1\u202f000,25"], [1234.5, 1000.25]),
        (["1'234.50", "99.9"], [1234.5, 99.9]),
        (["12,34,567.00", "5.0"], [1234567, 5]),
        (["$5.25", "-$1.75", "(2.50)"], [5.25, -1.75, -2.5]),
        (["0,125", "0,5"], [0.125, 0.5]),
        (["12 %", "7,5%"], [12, 7.5]),
        (["1e3", "2.5"], [1000, 2.5]),
        (["+4.5", "3.5-"], [4.5, -3.5]),
    ],
)
def test_numbers_of_any_habit(cells: list[str], values: list[float]) -> None:
    found = cells_of(arrow.array(cells))
    assert found.kind == "number" and found.values.tolist() == pytest.approx(values) and not found.open


def test_what_numbers_leave_open() -> None:
    assert cells_of(arrow.array(["1.234", "5.678"])).open == "decimals"
    assert cells_of(arrow.array(["1.234", "5.678"]), mark=",").values.tolist() == [1234, 5678]
    assert cells_of(arrow.array(["007", "012"])).kind == "text"  # a code
    assert cells_of(arrow.array(["-", "n/a", ""])).kind == "empty"


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["2023-12-31", "2023-12-31T10:15:00"], "2023-12-31"),
        (["31.12.2023", "31.12.23"], "2023-12-31"),
        (["31/12/2023", "31/12/2023 08:00"], "2023-12-31"),
        (["12/31/2023", "12/31/2023"], "2023-12-31"),
        (["31 Dec 2023", "31-Dez-2023"], "2023-12-31"),
    ],
)
def test_dates_of_any_habit(cells: list[str], day: str) -> None:
    found = cells_of(arrow.array(cells))
    assert found.kind == "date" and {str(each) for each in found.values} == {day} and not found.open


def test_days_that_no_calendar_has_are_bad() -> None:
    found = cells_of(arrow.array(["31.12.2023"] * 19 + ["30.02.2023"]))
    assert found.bad.tolist() == [False] * 19 + [True]


def test_encodings(tmp_path: Path) -> None:
    for encoding, known in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")):
        place = tmp_path / "file.csv"
        place.write_bytes("id,Größe\n1,€\n".encode(encoding))
        assert encoding_of(place) == known


def test_words_of_names() -> None:
    assert (
        says("Kunde seit", "seit")
        and says("MonthlyCharges", "charges")
        and says("Kundenzufriedenheit", "zufriedenheit")
    )
    assert not says("Tarifnote", "no") and period_in("Umsatz/Monat") == "month" == period_in("monthly_price")
    assert period_in("complaints_last_year") == "year" and period_in("Umsatz") is None


# ---- files as public ones are


def test_a_bank_whose_members_are_active_or_not_and_exited_or_not(folder: Path) -> None:
    head = (
        "RowNumber,CustomerId,Surname,CreditScore,Geography,Age,Tenure,Balance,IsActiveMember,EstimatedSalary,Exited\n"
    )
    lines = "".join(
        f"{n},{15600000 + n},Name{n % 40},{600 + n % 90},{('France', 'Spain')[n % 2]},{30 + n % 9},{n % 10},{n * 7.5},"
        f"{n % 2},{n * 9},{n % 5 // 4}\n"
        for n in range(100)
    )
    said = refused(table("bank.csv", head + lines))
    assert "'Exited': within what time" in said and "column 'Tenure': how long" in said and "2 questions" in said
    table("answers.yaml", said.partition("as proposed:\n")[2].replace("days #", "years #"))
    scenario, told_of = made("bank.csv", "--answers", "answers.yaml")
    became = {
        name: column["becomes"] for name, column in told_of["columns"].items() if column["becomes"] != "kept only"
    }
    assert became == {"Surname": "left out", "Geography": "segment", "Tenure": "tenure", "Exited": "left"}
    stayed = [n for n in range(100) if n % 5 // 4 == 0]
    assert traits(scenario)["tenure"].tolist() == [round(n % 10 * 365.25 / 7) for n in stayed]
    assert told_of["left"]["France"] == {"left": 10, "of": 50, "share": 0.2}


def test_a_file_without_an_id_has_its_rows_numbered(folder: Path) -> None:
    lines = "".join(f"{n % 3},{n % 40},{20 + n % 5}.0\n" for n in range(90))
    scenario, said = made(table("plain.csv", f"Call Failure,Subscription Months,Monthly Fee\n{lines}"), "--yes")
    assert said["assumed"]["files.1.id"].startswith("none") and said["customers"] == 90
    assert customers_of(scenario).ids.tolist() == [str(line) for line in range(2, 92)]  # type: ignore[union-attr]
    shutil.copy(CASES / "tickets.csv", "t.csv")
    calls = "weekday,hour,calls\n" + "".join(f"{n % 7},{n % 24},{50 + n}\n" for n in range(50))
    assert "no column names a customer" in refused(table("calls.csv", calls))


def test_days_of_leaving_and_of_the_end_of_contracts(folder: Path) -> None:
    text = "id;start;contract_end;churn_date\na;01.01.2022;01.07.2024;\nb;15.06.2023;;\nc;01.02.2020;31.01.2024;30.12.2023\n"
    text += "d;31.12.2023;01.01.2023;\n"
    scenario, said = made(table("people.csv", text), "--yes")
    assert said["as_of"] == "2023-12-31" and said["left"]["everybody"] == {"left": 1, "of": 4, "share": 0.25}
    found = traits(scenario)
    assert found["tenure"].tolist() == [104, 28, 0]
    bound = found["contract_weeks_left"]
    assert bound.tolist() == [26, 0, 0] and "bound by none" in said["columns"]["contract_end"]["warnings"][0]
