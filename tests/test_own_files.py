"""One's own files in a scenario: which rows count, who has left, what a row is, and files of any habit."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from customer_files import CASES, among_cases
from typer.testing import CliRunner

from sim import load, run
from sim.cli import app
from sim.data.customer_file import Customers
from sim.errors import Mistake
from sim.scenario.customers import customers_of
from sim.scenario.explaining import explain
from sim.scenario.json_schema import schema
from sim.scenario.model_inputs import ground_of
from sim.scenario.wording import about


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return among_cases(tmp_path, monkeypatch)


def written(customers: str, more: str = "network: {kind: none}") -> str:
    Path("x.yaml").write_text(f"name: X\nweeks: 2\nmarket: {{prospects: 10}}\n{more}\ncustomers: {{{customers}}}\n")
    return "x.yaml"


def read(customers: str, more: str = "network: {kind: none}") -> Customers:
    found = customers_of(load(written(customers, more)))
    assert found is not None
    return found


def told(customers: str, more: str = "network: {kind: none}") -> str:
    return " ".join(about(load(written(customers, more))))


def refused(customers: str, more: str = "network: {kind: none}") -> str:
    """The sentence of ``check``, which sees all that a run would; and the run's own says the same."""
    done = CliRunner().invoke(app, ["check", written(customers, more)])
    assert done.exit_code == 2 and "Traceback" not in done.output, done.output
    ran = CliRunner().invoke(app, ["run", "x.yaml", "--replications", "1"])
    assert ran.exit_code == 2 and ran.stderr == done.stderr
    return " ".join(done.stderr.split())


def rows(name: str) -> list[dict[str, str]]:
    with open(CASES / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PHONE = "file: phone.csv, id: customer_id"
LEFT = "label: {column: left, left: 'Yes', within: 52 weeks}"


# ---- which rows


def test_where_leaves_the_rows_that_have_a_value_or_one_of_a_list(folder: Path) -> None:
    for said, wanted in (("one year", ["one year"]), ("[one year, two years]", ["one year", "two years"])):
        found = read(f"{PHONE}, where: {{contract: {said}}}")
        expected = [row["customer_id"] for row in rows("phone.csv") if row["contract"] in wanted]
        assert found.ids.tolist() == expected and found.elsewhere == 600 - len(expected)  # type: ignore[union-attr]
    words = told(f"{PHONE}, where: {{contract: one year, left: 'No'}}")
    both = [row for row in rows("phone.csv") if row["contract"] == "one year" and row["left"] == "No"]
    assert f"those with contract one year and left No count; {600 - len(both):,} do not" in words
    assert f"{len(both):,} customers come from phone.csv" in words


def test_whoever_has_left_does_not_start_unless_they_are_to(folder: Path) -> None:
    stayed = [row["customer_id"] for row in rows("phone.csv") if row["left"] == "No"]
    found = read(f"{PHONE}, {LEFT}")
    assert found.ids.tolist() == stayed and found.leavers == 145 and found.left is None  # type: ignore[union-attr]
    everybody = read(f"{PHONE}, {LEFT.replace('}', ', leavers: start}')}")
    assert len(everybody.line) == 600 and everybody.left.sum() == 145  # type: ignore[union-attr]
    assert (everybody.left == np.array([row["left"] == "Yes" for row in rows("phone.csv")])).all()
    assert "145 have left within 52 weeks (left): they do not start as customers" in told(f"{PHONE}, {LEFT}")
    assert run(load(written(f"{PHONE}, {LEFT}")), 1, threads=1, worlds="none").scenario is not None


def test_a_day_of_leaving_is_a_label_too(folder: Path) -> None:
    Path("people.csv").write_text("id,gone\na,\nb,31.12.2023\nc,30.06.2024\nd,-\n")
    label = "id: id, label: {column: gone, within: 1 year}"
    assert read(f"file: people.csv, {label}, as_of: 2024-01-31").ids.tolist() == ["a", "c", "d"]  # type: ignore[union-attr]
    assert read(f"file: people.csv, {label}").ids.tolist() == ["a", "d"]  # type: ignore[union-attr]


def test_rows_and_labels_change_the_meaning_and_survive_saving(folder: Path) -> None:
    said = [PHONE, f"{PHONE}, {LEFT}", f"{PHONE}, where: {{contract: one year}}", f"{PHONE}, keep: [nps]"]
    scenarios = [load(written(each)) for each in said]
    assert len({scenario.fingerprint for scenario in scenarios}) == 4
    for scenario in scenarios:
        scenario.save("saved.yaml")
        assert load("saved.yaml").fingerprint == scenario.fingerprint


def test_a_customer_of_a_file_is_one_customer_unless_more_is_said(folder: Path) -> None:
    assert load(written(PHONE)).market.stands_for == 1 and "Each stands for" not in told(PHONE)
    assert load(written(PHONE, "call_centre: {wage: 20}")).with_(market={"stands_for": 5}).market.stands_for == 5
    Path("x.yaml").write_text("market: {customers: 50}\n")
    assert load("x.yaml").market.stands_for == 20  # drawn people are a sample
    assert "12 on the phone stand idle 99" in told(PHONE) and "(Erlang-A); 1 would answer 80%" in told(PHONE)
    assert "1 on the phone drown in" in told(PHONE, "call_centre: {representatives: 1, questions: 5 per week}")
    assert "on the phone" not in told(PHONE, "call_centre: {representatives: 1}")


# ---- what a row is


def test_purchases_in_a_scenario_are_what_new_makes_of_them(folder: Path) -> None:
    mapping = "file: purchases.csv, id: customer_id, rows: purchase"
    found = read(f"{mapping}, columns: {{spend: {{column: spend_a_week}}}}, keep: [purchases_a_week]")
    frame = pd.read_csv("purchases.csv", dtype={"customer_id": str}, parse_dates=["date"])
    weeks = ((frame["date"].max() - frame["date"].min()).days + 1) / 7
    by = frame.groupby("customer_id")
    assert found.ids.tolist() == list(by.groups)  # type: ignore[union-attr]
    assert found.columns["spend"] == pytest.approx((by["amount"].sum() / weeks).to_numpy())
    assert found.kept["purchases_a_week"].astype(float) == pytest.approx((by.size() / weeks).to_numpy())
    assert "purchases of" in told(mapping) and f"as of {frame['date'].max().date()}" in told(mapping)
    cut = read(f"{mapping}, as_of: 2024-06-30, bad_rows_allowed: 1")
    assert len(cut.quarantined) == (frame["date"] > "2024-06-30").sum() > 0
    assert {row.reason for row in cut.quarantined} == {"date lies after 2024-06-30"}


def test_tickets_are_gathered_and_where_chooses_among_them(folder: Path) -> None:
    mapping = "file: tickets.csv, id: customer, rows: ticket, keep: [contacts, mean score_1_to_5]"
    found = read(f"{mapping}, where: {{channel: phone}}")
    frame = pd.read_csv("tickets.csv", dtype={"customer": str})
    calls = frame[frame["channel"] == "phone"].groupby("customer")
    assert found.ids.tolist() == list(calls.groups)  # type: ignore[union-attr]
    assert found.kept["contacts"].tolist() == calls.size().tolist()
    assert found.kept["mean score_1_to_5"] == pytest.approx(calls["score_1_to_5"].mean().to_numpy(), nan_ok=True)


def test_a_report_says_of_every_row_what_became_of_it(folder: Path) -> None:
    Path("p.csv").write_text(
        "id,left,land,price\n" + "".join(f"c{n},{'yn'[n % 4 > 0]},{'AB'[n % 2]},{n % 9}\n" for n in range(40))
    )
    for more, words in (
        ("file: p.csv, id: id, label: {column: left, left: 'y', within: 1 year}, where: {land: A}",
         ("All 10 rows of", "10 have left by its column “left” and do not start", "20 rows are left out by `where`")),
        ("file: purchases.csv, id: customer_id, rows: purchase", ("The purchases in", "were gathered to")),
    ):  # fmt: skip
        Path("y.yaml").write_text("extends: x.yaml\nname: Y\nquality: {error_rate: 0.05}\n")
        written(more, "network: {kind: none}\ncall_centre: {representatives: 1}")
        done = CliRunner().invoke(app, ["compare", "x.yaml", "y.yaml", "--replications", "2", "--report", "r.md"])
        assert done.exit_code == 0, done.stderr
        said = " ".join(Path("r.md").read_text(encoding="utf-8").split())
        assert all(word in said for word in words), said


# ---- any habit


EUROPEAN = (
    "id: Kundennr, as_of: 2023-12-31, columns: {tenure: {column: Kunde seit}, satisfaction: {column: Zufriedenheit}, "
    "spend: {column: Umsatz/Monat, multiply: 0.2299794661}}, segment_by: {column: Tarif}, "
    "label: {column: Gekündigt, left: ja, within: 3 months}"
)


def test_a_file_of_another_habit_is_read_as_it_is_and_as_new_reads_it(folder: Path) -> None:
    found = read(f"file: european.csv, {EUROPEAN}")
    Path("answers.yaml").write_text("as_of: 2023-12-31\ncolumns: {Gekündigt: {within: 3 months}}\n")
    done = CliRunner().invoke(app, ["new", "european.csv", "--answers", "answers.yaml", "--out", "made"])
    assert done.exit_code == 0, done.stderr
    made = customers_of(load("made/today.yaml"))
    assert made is not None and found.ids.tolist() == made.ids.tolist()  # type: ignore[union-attr]
    for name, values in made.columns.items():
        assert found.columns[name] == pytest.approx(values, rel=1e-6), name
    assert found.segment.tolist() == made.segment.tolist()  # type: ignore[union-attr]
    words = told(f"file: european.csv, {EUROPEAN}")
    for habit in ("Windows-1252, semicolons", "decimal comma, EUR", "dates, day first", "decimal comma, percent"):
        assert habit in words


def test_a_sheet_and_a_parquet_file_give_what_their_text_gives(folder: Path) -> None:
    expected = read(f"file: european.csv, {EUROPEAN}")
    frame = pd.read_csv("european.csv", sep=";", encoding="cp1252")
    frame["Kunde seit"] = pd.to_datetime(frame["Kunde seit"], dayfirst=True)
    frame.to_parquet("european.parquet")
    book = openpyxl.Workbook()
    book.create_sheet("Kunden").append(list(frame.columns))
    for row in frame.itertuples(index=False):
        book["Kunden"].append([value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in row])
    book.save("european.xlsx")
    for file in ("european.parquet", "european.xlsx#Kunden"):
        found = read(f"file: '{file}', {EUROPEAN}")
        assert set(found.columns) == set(expected.columns)
        assert all(found.columns[name] == pytest.approx(values) for name, values in expected.columns.items())
    load("x.yaml").save("saved.yaml")
    assert load("saved.yaml").fingerprint == load("x.yaml").fingerprint
    assert "no sheet 'Kundn' – did you mean 'Kunden'?" in refused(f"file: 'european.xlsx#Kundn', {EUROPEAN}")


def test_what_a_column_leaves_open_is_to_be_said(folder: Path) -> None:
    Path("p.csv").write_text("id;seit;preis\na;03/04/2023;1.234\nb;05/06/2023;5.678\n")
    both = "file: p.csv, id: id, as_of: 2023-12-31, columns: {tenure: {column: seit}, spend: {column: preis}}"
    assert "'03/04/2023', the day or the month? Write dates: day first" in refused(both)
    assert "one of decimals or of thousands? Write decimals: point" in refused(f"{both}, dates: day first")
    found = read(f"{both}, dates: month first, decimals: comma")
    assert found.columns["spend"].tolist() == [1234, 5678] and found.columns["tenure"].tolist() == [43, 34]
    assert read(f"{both}, dates: day first, decimals: point").columns["spend"].tolist() == [1.234, 5.678]


def test_the_end_of_a_contract_is_a_day_or_none(folder: Path) -> None:
    Path("p.csv").write_text("id,end\na,2024-07-01\nb,\nc,2023-01-01\n")
    found = read("file: p.csv, id: id, as_of: 2024-01-01, columns: {contract_weeks_left: {column: end}}")
    assert found.columns["contract_weeks_left"].tolist() == [26, 0, 0]


# ---- mistakes


@pytest.mark.parametrize(
    ("customers", "words"),
    [
        (f"{PHONE}, where: {{contrct: one year}}", "where: the file has no column 'contrct' – did you mean 'contract'?"),
        (f"{PHONE}, where: {{contract: one yeer}}", "where.contract: no row has 'one yeer' – did you mean 'one year'?"),
        (f"{PHONE}, where: {{contract: one year, customer_id: 0001-C}}", "no row is left of 600 by 'where'"),
        (f"{PHONE}, wher: {{contract: one year}}", "customers.wher is not known – did you mean 'where'?"),
        (f"{PHONE}, label: {{column: left, left: 'Yes'}}", "line 5: customers.label: without the time within which they left"),
        (f"{PHONE}, label: {{column: left, left: 'Yes', within: 52}}", "52 has no unit; write such as 52 weeks"),
        (f"{PHONE}, label: {{column: left, left: 'Yes', within: soon}}", "'soon' is no time; write such as 52 weeks"),
        (f"{PHONE}, label: {{column: left, left: Yess, within: 1 year}}", "no row of 'left' has 'Yess' – did you mean 'Yes'?"),
        (f"{PHONE}, label: {{column: left, within: 1 year}}", "holds no days of leaving; say with 'left' which of its words"),
        (f"{PHONE}, label: {{column: left, lefft: 'Yes', within: 1 year}}", "lefft is not a parameter of customers.label"),
        (f"{PHONE}, label: {{column: lft, left: 'Yes', within: 1 year}}", "label: the file has no column 'lft'"),
        (f"{PHONE}, rows: purchse", "customers.rows is 'purchse', but must be one of customer, purchase, ticket"),
        (f"{PHONE}, as_of: yesterday", "customers.as_of: 'yesterday' is no day; write such as 2024-12-31"),
        (f"{PHONE}, decimals: semicolon", "customers.decimals is 'semicolon', but must be one of point, comma"),
        ("file: purchases.csv, rows: purchase", "name the column that says whose each is with 'id'"),
        (f"file: purchases.csv, id: customer_id, rows: purchase, {LEFT}", "does not say who has left; remove 'label'"),
        ("file: purchases.csv, id: customer, rows: purchase", "no column 'customer' – did you mean 'customer_id'?"),
        ("file: people.csv, columns: {tenure: {column: since}}", "holds dates; say under customers of which day the file is"),
        ("file: people.csv, columns: {spend: {column: since}}", "holds dates, which become weeks of tenure or"),
        ("file: people.csv, columns: {satisfaction: {column: score}}", "cannot be used"),
        ("file: people.csv, label: {column: since, left: 2024-01-01, within: 1 year}", "everybody has left by 'since'"),
        ("file: mixed.csv, as_of: 2024-01-01, columns: {tenure: {column: since}}", "column 'since' has mixed dates"),
        ("file: marks.csv, columns: {spend: {column: price}}", "has two decimal marks: '1,50' is written with a comma (line 2)"),
        ("file: page.csv, keep: [a]", "the file has no column 'a'"),
    ],
)  # fmt: skip
def test_mistakes_name_place_and_remedy(folder: Path, customers: str, words: str) -> None:
    Path("people.csv").write_text("id,since,score\na,2024-01-01,\nb,2024-01-01,\nc,2024-01-01,5\n")
    Path("mixed.csv").write_text("id,since\na,25.12.2022\nb,2022-12-25\n")
    Path("marks.csv").write_text("id;price\na;1,50\nb;2.75\n")
    Path("page.csv").write_text("<html><body>Log in</body></html>\n")
    assert words in refused(customers)


def test_a_row_of_totals_is_no_customer_and_why_rows_are_set_aside_is_said(folder: Path) -> None:
    people = "".join(f"c{n},{20 + n}\n" for n in range(40))
    Path("foot.csv").write_text(f"id,price\n{people}Total,1580\n")
    said = told("file: foot.csv, id: id, columns: {spend: {column: price}}")
    assert "40 customers come from foot.csv; 1 more rows cannot be used" in said
    assert "(line 42: id: 'id' names a row of totals, no customer)" in said


def test_a_plain_list_of_ties_and_a_table_without_a_header_lose_none(folder: Path) -> None:
    for name, text in (("ties_plain.txt", None), ("ties.csv", "0,1\n1,2\n2,2\n3,0\n0,3\n")):
        if text:
            Path(name).write_text(text)
        Path("x.yaml").write_text(f"market: {{customers: 4, prospects: 1}}\nnetwork: {{kind: edges, file: {name}}}\n")
        again = " and 1 listed before" if text else ""
        assert f"{5 if text else 4} ties; left out are 1 of somebody to themselves{again}" in " ".join(
            about(load("x.yaml"))
        )


def test_ties_by_id_hold_whatever_rows_are_set_aside(folder: Path) -> None:
    customers = (
        "file: bad_row_and_ties.csv, id: id, columns: {tenure: {column: months, unit: months}}, bad_rows_allowed: 50%"
    )
    scenario = load(written(customers, "network: {kind: edges, file: ties_by_id.csv}"))
    network, ids = ground_of(scenario).given, list(customers_of(scenario).ids)  # type: ignore[union-attr]
    assert ids == ["A", "C", "D", "E"]  # B's months are unknown
    owner = np.repeat(np.arange(len(network.first) - 1), np.diff(network.first))
    found = {frozenset((ids[a], ids[b])) for a, b in zip(owner, network.friends, strict=True)}
    assert found == {frozenset(pair) for pair in ("AC", "DE", "CE")}
    assert "rows of the customer file are set aside" in refused(
        customers.replace("id: id, ", ""), "network: {kind: edges, file: ties_by_id.csv}"
    )


def test_ties_of_whoever_is_no_customer_are_counted_and_left_out(folder: Path) -> None:
    Path("p.csv").write_text("id,left\nA,no\nB,yes\nC,no\nD,no\n")
    Path("t.csv").write_text("from,to\nA,B\nA,C\nC,D\n")
    label = "file: p.csv, label: {column: left, left: 'yes', within: 1 year}"
    network = "network: {kind: edges, file: t.csv}"
    assert "3 ties; left out are 1 of customers whose rows are set aside" in told(f"{label}, id: id", network)
    Path("t.csv").write_text("from,to\n0,1\n")
    assert "name its column of ids with 'id' under customers" in refused(label, network)


# ---- told everywhere


def test_every_key_is_explained_with_an_example_and_in_the_schema() -> None:
    rows = {row["name"]: row for row in explain("customers").rows}
    keys = schema()["properties"]["customers"]["properties"]
    assert set(keys) - {"segments"} <= set(rows)
    for key in ("id", "where", "rows", "as_of", "label.column", "label.left", "label.within", "columns.TRAIT.unit"):
        assert rows[key]["meaning"] and rows[key]["source"].startswith("for example")
    assert explain("customers.columns.tenure.unit").rows[0] == rows["columns.TRAIT.unit"]
    with pytest.raises(Mistake, match="no parameter 'wher' – did you mean 'where'"):
        explain("customers.wher")


MONEY = {"EUR per month": 30.4375 / 7, "currency per year": 365.25 / 7, "€/quarter": 91.3125 / 7}


@pytest.mark.parametrize(("unit", "weeks"), MONEY.items())
def test_money_for_a_time_is_money_a_week(folder: Path, unit: str, weeks: float) -> None:
    Path("paid.csv").write_text("id,paid\na,100\nb,20\n", encoding="utf-8")
    found = read(f"file: paid.csv, id: id, columns: {{spend: {{column: paid, unit: {unit}}}}}")
    assert found is not None and found.columns["spend"] == pytest.approx([100 / weeks, 20 / weeks], rel=1e-6)


def test_a_scenario_with_a_file_is_run_and_kept_with_a_setting_of_the_command(folder: Path) -> None:
    words = ["run", written(PHONE), "--replications", "1", "--set", "quality.error_rate=0.1"]
    assert CliRunner().invoke(app, words).exit_code == 0
