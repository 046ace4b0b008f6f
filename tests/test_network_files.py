"""Networks that a scenario names: kinds and what belongs to them, files of ties and of numbers of friends, and mistakes."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from sim import load, run
from sim.engine.agreement import agree
from sim.engine.start import begin, empty_state
from sim.errors import Mistake
from sim.model.week import Network
from sim.scenario.customers import customers_of
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario
from sim.scenario.wording import about

MARKET = "weeks: 5\nmarket: {customers: 30, prospects: 4}\n"
KARATE = networkx.karate_club_graph()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios" / "data").mkdir(parents=True)
    ties = "".join(f"{a},{b}\n" for a, b in KARATE.edges)
    (tmp_path / "scenarios" / "data" / "ties.csv").write_text(f"from,to\n{ties}")
    (tmp_path / "scenarios" / "data" / "survey.csv").write_text("person,friends\na,2\nb,5\nc,0\nd,3\n")
    return tmp_path / "scenarios"


def scenario(folder: Path, network: str) -> Scenario:
    (folder / "x.yaml").write_text(f"{MARKET}network: {network}\n")
    return load(folder / "x.yaml")


def network_in(scenario: Scenario, replication: int = 0) -> Network:
    ground = ground_of(scenario)
    return begin(ground, 1, replication, empty_state(ground))[0]


def ties(network: Network) -> list[tuple[int, int]]:
    owner = np.repeat(np.arange(len(network.first) - 1), np.diff(network.first))
    return sorted((int(a), int(b)) for a, b in zip(owner, network.friends, strict=True) if a < b)


def test_a_file_of_ties_is_the_network_of_every_replication(folder: Path) -> None:
    said = scenario(folder, "{kind: edges, file: data/ties.csv}")
    assert ties(network_in(said)) == sorted(KARATE.edges) == ties(network_in(said, 3))


def test_a_parquet_file_says_the_same(folder: Path) -> None:
    one, other = zip(*KARATE.edges, strict=True)
    parquet.write_table(
        arrow.table({"a": arrow.array(one, arrow.int32()), "b": other}), folder / "data" / "ties.parquet"
    )
    assert ties(network_in(scenario(folder, "{kind: edges, file: data/ties.parquet}"))) == sorted(KARATE.edges)


@pytest.mark.parametrize(
    "network",
    ["{kind: edges, file: data/ties.csv}", "{kind: configuration, file: data/survey.csv, column: friends}",
     "{kind: configuration, degrees: [1, 2, 9]}", "{kind: scale_free, degree: 4}"],
)  # fmt: skip
def test_both_engines_agree_on_every_kind(folder: Path, network: str) -> None:
    said = scenario(folder, network)
    assert agree(ground_of(said)) is None
    assert run(said, 2, threads=1).digest == run(said, 2, threads=2).digest


def test_a_survey_of_as_many_as_there_are_people_is_each_ones_own_number(folder: Path) -> None:
    wanted = [3] * 20 + [1] * 14
    network = network_in(scenario(folder, f"{{kind: configuration, degrees: {wanted}}}"))
    assert (np.diff(network.first) <= wanted).all() and np.diff(network.first).sum() >= sum(wanted) - 12


def test_a_scenario_with_a_network_saves_and_compares_as_what_it_means(folder: Path) -> None:
    for network in ("{kind: configuration, degrees: [1, 2]}", "{kind: edges, file: data/ties.csv}", "{kind: scale_free}",
                    "{kind: configuration, file: data/survey.csv, column: friends}"):  # fmt: skip
        said = scenario(folder, network)
        said.save(folder / "saved.yaml")
        assert load(folder / "saved.yaml").fingerprint == said.fingerprint
        assert said.with_(network={"degree": 6}).fingerprint != said.fingerprint or "scale_free" not in network
    first = scenario(folder, "{kind: edges, file: data/ties.csv}")
    (folder / "data" / "other.csv").write_text((folder / "data" / "ties.csv").read_text())
    assert first.fingerprint == scenario(folder, "{kind: edges, file: data/other.csv}").fingerprint
    (folder / "data" / "other.csv").write_text("a,b\n1,2\n")
    assert first.fingerprint != scenario(folder, "{kind: edges, file: data/other.csv}").fingerprint


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("{kind: edges}", "network.file is missing"),
        ("{kind: scale_fre}", "did you mean 'scale_free'"),
        ("{kind: edges, file: data/tie.csv}", "line 3: network.file.*did you mean 'ties.csv'"),
        ("{kind: edges, file: ../ties.csv}", "leaves the scenario's folder"),
        ("{kind: edges, file: 5}", "network.file is 5, but must be the path"),
        ("{kind: random, file: data/ties.csv}", "network.file means nothing for a network of kind random.*remove it"),
        ("{kind: edges, file: data/ties.csv, degrees: [1]}", "network.degrees means nothing"),
        ("{kind: configuration}", "needs either network.degrees or network.file"),
        ("{kind: configuration, degrees: [1], file: data/ties.csv}", "needs either network.degrees or network.file"),
        ("{kind: configuration, degrees: [1], column: a}", "there is no network.file"),
        ("{kind: configuration, degrees: []}", "network.degrees is a list, but must be"),
        ("{kind: configuration, degrees: [1, -2]}", "network.degrees.2 is -2, but must be at least 0"),
        ("{kind: configuration, degrees: [1, 2.5]}", "network.degrees.2 is 2.5, but must be a whole number"),
        ("{kind: configuration, degrees: 3}", "network.degrees is 3, but must be a list"),
        ("{kind: scale_free, degree: 7}", "must be even"),
        ("{kind: scale_free, degree: 40}", "must be less than the number of people, 34"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(folder: Path, network: str, words: str) -> None:
    with pytest.raises(Mistake, match=f"(?s){words}") as refusal:
        scenario(folder, network)
    assert "Input should" not in str(refusal.value) and "scenarios/x.yaml, line 3" in str(refusal.value)


def test_more_ties_than_can_be_told_apart_are_refused(folder: Path) -> None:
    (folder / "x.yaml").write_text("market: {customers: 10000000}\nnetwork: {kind: random, degree: 500}\n")
    with pytest.raises(Mistake, match="network.degree is 500, but 10,000,500 people can have 214 friends on average"):
        load(folder / "x.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n3,x\n", "1 of 2 rows .*b must be a customer's number, a whole number between 0 and 33.*line 3: 3,x"),
        ("a,b\n1,2\n\n3,34\n", "b must be .*line 4: 3,34"),
        ("a,b\n-1,2\n", "a must be .*line 2: -1,2"),
        ("a,b\n1,2\n2,\n", "b must be .*line 3: 2,"),
        ("a,b\n1,2.5\n", "b must be .*line 2"),
        ("a,b\n1,99999999999999999999999\n", "b must be .*line 2"),
        ("a,b\n1,2\n1,2,3\n", "3 cells where the header has 2; for example line 3.*Mend or remove"),
        ("a,b,c\n1,2,3\n", "has 3 columns, but ties have two"),
        ("a,a\n1,2\n", "both named 'a'"),
        ("1,b\n2,3\n", "first row: '1' names somebody and 'b' nobody"),
        ("a,b\nx,1\n1,y\n1,2,3\n", "(?=.*a must be)(?=.*b must be)(?=.*3 cells)3 of 3 rows"),
    ],
)  # fmt: skip
def test_rows_that_are_no_ties_are_named_all_at_once(folder: Path, text: str, words: str) -> None:
    (folder / "data" / "ties.csv").write_text(text)
    with pytest.raises(Mistake, match=f"(?s){words}"):
        ground_of(scenario(folder, "{kind: edges, file: data/ties.csv}"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ties.csv", "from,to\n0,1\n1,2\n2,2\n3,0\n0,3\n"),
        ("ties.csv", "0,1\n1,2\n2,2\n3,0\n0,3\n"),
        ("ties.txt", "# a plain list\n0 1\n1 2 # two friends\n\n2 2\n3\t0\n0;3\n"),
        ("ties.txt", "from to\n0 1\n1 2\n2 2\n3 0\n0 3"),
    ],
)
def test_with_a_header_or_without_no_tie_is_lost_and_what_is_left_out_is_said(
    folder: Path, name: str, text: str
) -> None:
    (folder / "data" / name).write_text(text)
    said = scenario(folder, f"{{kind: edges, file: data/{name}}}")
    assert ties(network_in(said)) == [(0, 1), (0, 3), (1, 2)]
    told = " ".join(about(said))
    assert "lists 5 ties; left out are 1 of somebody to themselves and 1 listed before" in told


PEOPLE = "weeks: 3\nmarket: {prospects: 4}\nnetwork: {kind: edges, file: data/ties.csv}\n"
CUSTOMERS = "id,months\nA,12\nB,unknown\nC,3\nD,40\nE,7\n"


def with_customers(folder: Path, ids: str, customers: str, ties: str) -> Scenario:
    (folder / "data" / "ties.csv").write_text(ties)
    (folder / "data" / "customers.csv").write_text(customers)
    columns = "{tenure: {column: months, unit: week}}"
    said = f"customers: {{file: data/customers.csv, {ids}bad_rows_allowed: 0.3, columns: {columns}}}\n"
    (folder / "x.yaml").write_text(PEOPLE + said)
    return load(folder / "x.yaml")


def test_ties_name_customers_by_id_whatever_rows_are_set_aside(folder: Path) -> None:
    said = with_customers(folder, "id: id, ", CUSTOMERS, "from,to\nA,C\nD,E\nC,E\nB,A\n")
    assert ties(network_in(said)) == [(0, 1), (1, 3), (2, 3)]
    assert "lists 4 ties; left out are 1 of customers whose rows are set aside" in " ".join(about(said))
    headerless = with_customers(folder, "id: id, ", CUSTOMERS, "A,C\nD,E\nC,E\n")
    assert ties(network_in(headerless)) == [(0, 1), (1, 3), (2, 3)]
    with pytest.raises(Mistake, match="to must be the id of a customer; for example line 2: A,Z"):
        about(with_customers(folder, "id: id, ", CUSTOMERS, "from,to\nA,Z\n"))


def test_ties_by_row_are_refused_once_a_row_is_set_aside(folder: Path) -> None:
    with pytest.raises(Mistake, match="1 rows of the customer file are set aside.*'id' under customers"):
        about(with_customers(folder, "", CUSTOMERS, "from,to\n0,2\n"))
    whole = with_customers(folder, "", CUSTOMERS.replace("unknown", "5"), "from,to\n0,2\n")
    assert ties(network_in(whole)) == [(0, 2)]


def test_an_id_stands_in_one_row_and_a_row_without_one_is_set_aside(folder: Path) -> None:
    with pytest.raises(Mistake, match="1 ids stand in more than one row, such as 'A' in lines 2 and 4"):
        about(with_customers(folder, "id: id, ", "id,months\nA,1\nB,2\nA,3\n", "from,to\nA,B\n"))
    some = with_customers(folder, "id: id, ", "id,months\nA,1\n,2\nC,3\n007,4\n", "from,to\nA,007\n")
    file = customers_of(some)
    assert file is not None and file.ids is not None and file.ids.tolist() == ["A", "C", "007"]
    assert file.quarantined[0].reason == "id: 'id' is missing"


def test_ids_are_the_same_in_parquet_and_csv(folder: Path) -> None:
    table = arrow.table({"id": arrow.array([7.0, None, 9.0]), "months": [1, 2, 3]})
    parquet.write_table(table, folder / "data" / "customers.parquet")
    said = with_customers(folder, "id: id, ", CUSTOMERS, "from,to\n7,9\n")
    (folder / "x.yaml").write_text(
        (folder / "x.yaml").read_text().replace("customers.csv", "customers.parquet").replace("0.3", "0.5")
    )
    assert ties(network_in(load(said.path))) == [(0, 1)]  # type: ignore[arg-type]


def test_an_id_column_changes_a_fingerprint_and_is_saved(folder: Path) -> None:
    said = with_customers(folder, "id: id, ", CUSTOMERS, "from,to\nA,C\n")
    said.save(folder / "saved.yaml")
    assert load(folder / "saved.yaml").fingerprint == said.fingerprint
    other = with_customers(folder, "", CUSTOMERS, "from,to\nA,C\n")
    assert other.fingerprint != said.fingerprint


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("a,friends\n1,2\n3,x\n", "friends", "friends must be a number of friends, .*line 3: 3,x"),
        ("a,friends\n1,2\n", "frends", "has no column 'frends' – did you mean 'friends'"),
        ("a,friends\n1,2\n", "", "has several columns; say with network.column which .*'a', 'friends'"),
        ("friends\n", "", "has a header and no row"),
        ("friends\n34\n", "", "somebody has 34 friends, but there are only 33 other people"),
        ("friends\n60001\n", "", "between 0 and 60000; for example line 2: 60001"),
    ],
)
def test_a_survey_that_cannot_be_used_is_refused(folder: Path, text: str, column: str, words: str) -> None:
    (folder / "data" / "survey.csv").write_text(text)
    named = f", column: {column}" if column else ""
    with pytest.raises(Mistake, match=f"(?s){words}"):
        ground_of(scenario(folder, f"{{kind: configuration, file: data/survey.csv{named}}}"))


def test_a_survey_without_a_header_loses_no_answer(folder: Path) -> None:
    for name in ("survey.csv", "survey.txt"):
        (folder / "data" / name).write_text("9\n1\n2\n")
        said = ground_of(scenario(folder, f"{{kind: configuration, file: data/{name}}}"))
        assert isinstance(said.given, np.ndarray) and said.given.tolist() == [9, 1, 2]


def test_a_file_without_ties_leaves_everybody_alone(folder: Path) -> None:
    (folder / "data" / "ties.csv").write_text("a,b\n")
    network = network_in(scenario(folder, "{kind: edges, file: data/ties.csv}"))
    assert network.friends.size == 0 and network.first.tolist() == [0] * 35
