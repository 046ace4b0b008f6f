"""Networks that a scenario names: kinds and what belongs to them, files of ties and of numbers of friends, and mistakes."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from sim import load, run
from sim.engines.agree import agree
from sim.engines.start import begin, empty_state
from sim.errors import Mistake
from sim.ground import ground_of
from sim.scenario.whole import Scenario
from sim.week import Network

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
        (
            "a,b\n1,2\n3,x\n",
            "ties.csv, row 3: b is 'x', but must be a customer's number, a whole number between 0 and 33",
        ),
        ("a,b\n1,2\n\n3,34\n", "ties.csv, row 4: b is '34', but must be"),
        ("a,b\n-1,2\n", "row 2: a is '-1'"),
        ("a,b\n1,2\n2,\n", "row 3: b is missing"),
        ("a,b\n1,2.5\n", "row 2: b is '2.5'"),
        ("a,b\n1,99999999999999999999999\n", "row 2: b is '99999999999999999999999'"),
        ("a,b\n1,2\n4,4\n", "row 3: customer 4 is tied to themselves; remove the row"),
        ("a,b\n1,2\n1,2,3\n", "row 3: .*mend or remove"),
        ("a,b,c\n1,2,3\n", "has 3 columns, but ties have two"),
        ("a,a\n1,2\n", "both named 'a'"),
    ],
)
def test_a_row_that_is_no_tie_is_named(folder: Path, text: str, words: str) -> None:
    (folder / "data" / "ties.csv").write_text(text)
    with pytest.raises(Mistake, match=words):
        ground_of(scenario(folder, "{kind: edges, file: data/ties.csv}"))


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("a,friends\n1,2\n3,x\n", "friends", "survey.csv, row 3: friends is 'x', but must be a number of friends"),
        ("a,friends\n1,2\n", "frends", "has no column 'frends' – did you mean 'friends'"),
        ("a,friends\n1,2\n", "", "has several columns; say with network.column which .*'a', 'friends'"),
        ("friends\n", "", "has a header and no row"),
        ("friends\n34\n", "", "somebody has 34 friends, but there are only 33 other people"),
        ("friends\n60001\n", "", "row 2: friends is '60001'.*between 0 and 60000"),
    ],
)
def test_a_survey_that_cannot_be_used_is_refused(folder: Path, text: str, column: str, words: str) -> None:
    (folder / "data" / "survey.csv").write_text(text)
    named = f", column: {column}" if column else ""
    with pytest.raises(Mistake, match=words):
        ground_of(scenario(folder, f"{{kind: configuration, file: data/survey.csv{named}}}"))


def test_a_file_without_ties_leaves_everybody_alone(folder: Path) -> None:
    (folder / "data" / "ties.csv").write_text("a,b\n")
    network = network_in(scenario(folder, "{kind: edges, file: data/ties.csv}"))
    assert network.friends.size == 0 and network.first.tolist() == [0] * 35
