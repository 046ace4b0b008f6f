"""Scenario files: what is refused and how it is said, what a scenario means, and how it is spoken of."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Mistake
from sim.model.component import builtin, parts
from sim.model.parameters import UNITS, converted, lines
from sim.scenario import Scenario, check_scenario, described, differences, explain, load, schema
from sim.scenario.building import parts_with_parameters
from sim.scenario.quantities import parameter_unit, plausible_told
from sim.scenario.sections import Frame, Market, Network, traits
from sim.scenario.tree import MOST_SHOWN
from sim.scenario.yaml_file import LARGEST

ROOT = Path(__file__).resolve().parents[1]
CUSTOMERS = "Subscription  Length,Tariff Plan,Churn\n12,1,0\n24,2,1\n6,1,0\n"
BY_FILE = """
customers:
  file: data/customers.csv
  columns:
    tenure: {column: Subscription Length, unit: months}
  segment_by: {column: Tariff Plan, values: {1: pay_as_you_go, 2: contract}}
  keep: [Churn]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``scenarios`` with a customer file in it; the working folder lies above it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios" / "data").mkdir(parents=True)
    (tmp_path / "scenarios" / "data" / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "outside.csv").write_text(CUSTOMERS, encoding="utf-8")
    return tmp_path / "scenarios"


def written(folder: Path, text: str | bytes, name: str = "x.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaint(path: Path) -> str:
    """What is said about the file; never a word of the libraries that read it."""
    with pytest.raises(Mistake) as caught:
        load(path)
    said = str(caught.value)
    for foreign in ("pydantic", "Input should", "type=", "validation error", "<unicode string>", "Traceback", "ruamel"):
        assert foreign not in said
    return said


# ---- what is refused, and what is said about it: text of x.yaml → pieces of the message

REFUSED: dict[str, tuple[str, list[str]]] = {
    # keys
    "unknown section": ("weeks: 10\nupseling: {attempts: 1}", ["scenarios/x.yaml, line 2: upseling", "'upselling'"]),
    "unknown section, nothing near": ("zzzz: 1", ["line 1: zzzz is no section", "market", "call_centre"]),
    "part without parameters": ("person: {patience: 3}", ["line 1: person has no parameters", "'traits'"]),
    "misspelt parameter": (
        "upselling:\n  pressure: 0.5\n  atempts: 2",
        ["scenarios/x.yaml, line 3: upselling.atempts is not a parameter of upselling – did you mean 'attempts'?"],
    ),
    "misspelt in market": ("market: {customer: 5}", ["line 1: market.customer is not", "did you mean 'customers'"]),
    "misspelt in customers": ("customers: {traist: {}}", ["line 1: customers.traist", "did you mean 'traits'"]),
    "misspelt trait": (
        "customers:\n  traits:\n    patiense: 3",
        ["line 3: customers.traits.patiense is no trait of a customer", "did you mean 'patience'"],
    ),
    "misspelt in distribution": (
        "customers: {traits: {spend: {distribution: normal, mean: 1, sdd: 1}}}",
        ["line 1: customers.traits.spend.sdd is not", "did you mean 'sd'"],
    ),
    "misspelt in segment": (
        "customers:\n  segments:\n    old: {shar: 1}",
        ["line 3: customers.segments.old.shar", "did you mean 'share'"],
    ),
    "misspelt trait in segment": (
        "customers:\n  segments:\n    old:\n      share: 1\n      traits: {spent: 3}",
        ["line 5: customers.segments.old.traits.spent", "did you mean 'spend'"],
    ),
    "misspelt in network": ("network: {kid: none}", ["line 1: network.kid", "did you mean 'kind'"]),
    "misspelt in column": (
        "customers:\n  file: data/customers.csv\n  columns:\n    tenure: {colum: a}",
        ["line 4: customers.columns.tenure.colum", "did you mean 'column'"],
    ),
    "misspelt in changes": (
        "changes: {from week 3: {upselling: {atempts: 1}}}",
        ["atempts", "did you mean 'attempts'"],
    ),
    "misspelt part in changes": (
        "changes:\n  from week 3:\n    upseling: {attempts: 1}",
        ["line 3: changes: upseling", "did you mean 'upselling'"],
    ),
    "key given twice": ("weeks: 10\nname: a\nweeks: 12", ["line 3: weeks is given twice", "line 1"]),
    "key below given twice": (
        "upselling:\n  attempts: 1\n  attempts: 2",
        ["line 3: upselling.attempts is given twice"],
    ),
    "list as key": ("? [a, b]\n: 1", ["line 1", "a key must be a word"]),
    # types
    "text for a number": ("call_centre: {wage: high}", ["line 1: call_centre.wage is 'high'", "currency per hour"]),
    "number in quotation marks": (
        "call_centre: {wage: '12'}",
        ["call_centre.wage is the text '12'", "remove the quot"],
    ),
    "decimal comma": ("quality: {level: '0,7'}", ["quality.level is '0,7'", "decimal point"]),
    "number for yes or no": ("satisfaction: {symmetric: 1}", ["satisfaction.symmetric is 1, but must be yes or no"]),
    "text for yes or no": ("satisfaction: {symmetric: maybe}", ["is 'maybe', but must be yes or no"]),
    "yes for a number": ("quality: {level: true}", ["quality.level is yes, but must be a number between 0 and 1"]),
    "half a person": (
        "call_centre:\n  representatives: 3.5",
        ["line 2: call_centre.representatives is 3.5, but must be a whole number between 0 and 5000 people"],
    ),
    "week that is none": ("weeks: 3.5", ["line 1: weeks is 3.5", "whole number between 1 and 1040 weeks"]),
    "list for a number": ("quality: {level: [1, 2]}", ["quality.level is a list"]),
    "section for a number": ("quality: {level: {a: 1}}", ["quality.level is a section"]),
    "number for a section": ("quality: 3", ["line 1: quality is 3, but must be a section"]),
    "list for a section": ("market: [1]", ["line 1: market is a list"]),
    "number for customers": ("customers: 500", ["line 1: customers is 500", "market.customers"]),
    "number for a name": ("name: 5", ["line 1: name is 5, but must be text"]),
    "empty name": ("name: ''", ["line 1: name is ''", "longer text"]),
    "name over two lines": ('name: "a\\nb"', ["line 1: name", "one line of plain text"]),
    "number for changes": ("changes: 5", ["line 1: changes is 5"]),
    "list of traits": ("customers: {traits: [1]}", ["customers.traits is a list"]),
    "list of segments": ("customers: {segments: [1]}", ["customers.segments is a list"]),
    "number for a segment": ("customers: {segments: {old: 1}}", ["customers.segments.old is 1"]),
    "text for a trait": (
        "customers: {traits: {spend: much}}",
        ["customers.traits.spend is 'much'", "currency per week"],
    ),
    "yes for a trait": ("customers: {traits: {spend: true}}", ["customers.traits.spend is yes", "or a distribution"]),
    "no value": ("weeks: 10\nupselling:\n", ["line 2: upselling has no value"]),
    "nothing to take back": ("weeks: 10\nupselling: null", ["line 2: upselling is null", "none is inherited"]),
    # units
    "unit that is none": ("call_centre: {handling: 5 mi}", ["call_centre.handling is '5 mi'", "did you mean 'min'"]),
    "unit of another kind": (
        "upselling:\n  attempts: 2 weeks",
        ["line 2: upselling.attempts is '2 weeks', but week does not convert to per month"],
    ),
    "time for a share": ("upselling: {pressure: 3 min}", ["'3 min', but minute does not convert to scale 0-1"]),
    "percent of people": ("call_centre: {representatives: 40 %}", ["representatives is '40 %'", "people"]),
    "weeks that are not whole": ("contracts: {term: 1 year}", ["contracts.term is '1 year'", "whole number"]),
    "wrong unit of a trait": (
        "customers: {traits: {patience: 3 %}}",
        ["customers.traits.patience is '3 %'", "minutes"],
    ),
    "wrong unit of a column": (
        "customers:\n  file: data/customers.csv\n  columns: {tenure: {column: Churn, unit: percent}}",
        ["line 3: customers.columns.tenure.unit is 'percent', which does not convert to weeks"],
    ),
    # ranges
    "below": (
        "weeks: 9\ncall_centre: {wage: -3}",
        ["scenarios/x.yaml, line 2: call_centre.wage is -3, but must lie between 0 and 10000 currency per hour"],
    ),
    "above": ("quality: {level: 1.2}", ["quality.level is 1.2, but must lie between 0 and 1 (scale 0-1)"]),
    "above, by percent": ("quality: {level: 120 %}", ["quality.level is '120 %', but must lie between 0 and 1"]),
    "negative price": ("pricing: {list_price: -1}", ["pricing.list_price is -1", "between 0.01 and 100"]),
    "no customers": ("market: {customers: 0}", ["market.customers is 0, but must lie between 1 and 10000000 people"]),
    "no weeks": ("weeks: 0", ["line 1: weeks is 0, but must lie between 1 and 1040 weeks"]),
    "too many weeks": ("weeks: 1041", ["weeks is 1041"]),
    "nan": ("quality:\n  level: .nan", ["line 2: quality.level is nan", "between 0 and 1"]),
    "inf": ("quality: {level: .inf}", ["quality.level is inf"]),
    "minus inf": ("quality: {level: -.inf}", ["quality.level is -inf"]),
    "infinite by its exponent": ("call_centre: {wage: 1e999}", ["call_centre.wage is inf"]),
    "huge": (f"weeks: {'9' * 5000}", ["line 1: weeks is"]),
    "nan trait": ("customers: {traits: {spend: .nan}}", ["customers.traits.spend is nan"]),
    "nan in a distribution": (
        "customers: {traits: {spend: {distribution: normal, mean: .nan, sd: 1}}}",
        ["customers.traits.spend.mean is nan, but must be a number"],
    ),
    "trait out of range": (
        "customers: {traits: {spend: -1}}",
        ["customers.traits.spend is -1", "between 0 and 100000"],
    ),
    "mean out of range": (
        "customers:\n  traits:\n    contact_propensity: {distribution: normal, mean: 2, sd: 1}",
        ["line 3: customers.traits.contact_propensity.mean is 2, but must lie between 0 and 1"],
    ),
    "negative sd": (
        "customers: {traits: {spend: {distribution: normal, mean: 2, sd: -1}}}",
        ["customers.traits.spend.sd is -1, but must be at least 0"],
    ),
    "unknown distribution": (
        "customers: {traits: {spend: {distribution: norml, mean: 2, sd: 1}}}",
        ["customers.traits.spend.distribution is 'norml'", "did you mean 'normal'"],
    ),
    "incomplete distribution": (
        "customers: {traits: {spend: {distribution: normal, mean: 2}}}",
        ["customers.traits.spend: a normal distribution takes mean and sd"],
    ),
    "distribution without its name": (
        "customers: {traits: {spend: {mean: 2}}}",
        ["traits.spend.distribution is missing"],
    ),
    "rewiring": ("network: {rewiring: 2}", ["network.rewiring is 2", "between 0 and 1"]),
    "kind of network": ("network: {kind: smal_world}", ["network.kind is 'smal_world'", "did you mean 'small_world'"]),
    "bad rows": (
        "customers: {file: data/customers.csv, bad_rows_allowed: 150 %}",
        ["customers.bad_rows_allowed is 1.5, but must lie between 0 and 1"],
    ),
    # combinations
    "more self-service lanes than lanes": (
        "self_checkout:\n  lanes: 4\n  self_lanes: 5",
        ["line 3: self_checkout: self_lanes is 5, but there are only 4 lanes"],
    ),
    "more lanes, later": (
        "self_checkout: {lanes: 4}\nchanges:\n  from week 5:\n    self_checkout: {self_lanes: 6}",
        ["line 4: self_checkout: self_lanes is 6, but there are only 4 lanes", "from week 5"],
    ),
    "promoters who detract": ("answering: {detractor_below: 0.9}", ["answering: detractor_below is 0.9", "0.85"]),
    "shares": (
        "customers:\n  segments:\n    a: {share: 0.3}\n    b: {share: 0.6}",
        ["line 2: the shares in customers.segments add up to 0.9, but must add up to 1"],
    ),
    "share missing": ("customers: {segments: {a: {share: 1}, b: {}}}", ["customers.segments.b.share is missing"]),
    "share of a column": (
        BY_FILE + "  segments: {contract: {share: 1}}",
        ["line 8: customers.segments.contract.share", "customers.segment_by"],
    ),
    "segment not in the column": (
        BY_FILE + "  segments:\n    contrat: {}",
        ["line 9: customers.segments.contrat", "did you mean 'contract'"],
    ),
    "two populations": (
        "market: {customers: 5}\n" + BY_FILE,
        ["line 1: market.customers and customers.file both say", "remove market.customers"],
    ),
    "mapping without a file": ("customers: {keep: [a]}", ["customers.keep", "there is no customers.file"]),
    "degree": (
        "market: {customers: 4, prospects: 2}\nnetwork:\n  degree: 6",
        ["line 3: network.degree is 6, but must be less than the number of people, 6"],
    ),
    "odd degree": ("network: {degree: 7}", ["network.degree is 7, but must be even"]),
    # changes
    "change in week 0": ("changes: {from week 0: {}}", ["line 1: changes: week 0 must lie between 1 and 103"]),
    "change after the end": (
        "weeks: 20\nchanges:\n  from week 20: {upselling: {attempts: 1}}",
        ["line 3: changes: week 20 must lie between 1 and 19"],
    ),
    "malformed week": (
        "changes:\n  after week 3: {}",
        ["line 2: changes: 'after week 3' is no week", "'from week 26'"],
    ),
    "negative week": ("changes: {from week -3: {}}", ["'from week -3' is no week"]),
    "unsorted weeks": (
        "changes:\n  from week 9: {}\n  from week 5: {}",
        ["line 3: changes: week 5 stands after week 9"],
    ),
    "week given twice": ("changes:\n  from week 9: {}\n  from week  9: {}", ["line 3: changes: week 9 is given twice"]),
    "change out of range": (
        "changes: {from week 9: {upselling: {attempts: 50}}}",
        ["upselling.attempts from week 9 is 50, but must lie between 0 and 4.3 per month"],
    ),
    "change of a number to a section": ("changes: {from week 9: {upselling: 3}}", ["upselling from week 9 is 3"]),
    "change that is a number": ("changes: {from week 9: 3}", ["'from week 9' is 3"]),
    **{
        f"change of {name}": (f"changes:\n  from week 9: {{{name}: 3}}", [f"line 2: changes: {name} cannot change"])
        for name in ("market", "customers", "network", "weeks", "currency")
    },
    # files
    "file that is not there": ("customers:\n  file: data/custmers.csv", ["line 2: customers.file", "'customers.csv'"]),
    "folder for a file": ("customers: {file: data}", ["customers.file", "is a folder"]),
    "number for a file": ("customers: {file: 5}", ["customers.file is 5, but must be the path"]),
    "file outside": (
        "customers:\n  file: ../outside.csv",
        ["line 2: customers.file is '../outside.csv', which leaves the scenario's folder; put the file beside"],
    ),
    "absolute file": ("customers: {file: /etc/passwd}", ["customers.file is '/etc/passwd', an absolute path"]),
    "absolute file elsewhere": ("customers: {file: 'C:\\a.csv'}", ["an absolute path"]),
    "impossible path": ('customers: {file: "a\\0b"}', ["customers.file"]),
    "extends what is not there": ("extends: y.yaml", ["line 1: extends: scenarios/y.yaml: there is no such file"]),
    "extends outside": ("extends: ../y.yaml", ["line 1: extends is '../y.yaml', which leaves the scenario's folder"]),
    "extends a folder": ("extends: data", ["line 1: extends: scenarios/data is a folder"]),
    "extends null": ("extends: null", ["line 1: extends is null, but must be the path of a file"]),
    "extends a number": ("extends: 5", ["line 1: extends is 5"]),
    "extends itself": (
        "name: a\nextends: x.yaml",
        ["line 2: extends goes round in a circle", "x.yaml → scenarios/x.yaml"],
    ),
    # YAML
    "tab": ("upselling:\n\tattempts: 1", ["line 2", "tab", "spaces"]),
    "two colons": ("name: a: b", ["line 1", "colon"]),
    "wrong indentation": ("quality:\n  level: 1\n spread: 0", ["line 3", "indentation"]),
    "open bracket": ("network: {degree: 8\nweeks: 3\n", ["scenarios/x.yaml, line", "bracket"]),
    "open quotation mark": ("name: 'abc\n", ["scenarios/x.yaml, line", "quotation"]),
    "control character": ("name: a\x01b", ["scenarios/x.yaml, line 1", "character"]),
    "anchor": ("market: &m {customers: 5}", ["line 1: anchors (&) and aliases (*) are not allowed"]),
    "anchored key": ("&k weeks: 5", ["line 1: anchors"]),
    "alias": ("weeks: *m", ["line 1: anchors (&) and aliases (*) are not allowed"]),
    "bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", ["line 1: anchors"]),
    "tag": ("name: !!python/object/apply:os.system [ls]", ["line 1: the tag", "not allowed"]),
    "tagged key": ("!!str weeks: 5", ["line 1: the tag"]),
    "own tag": ("name: !env HOME", ["line 1: the tag '!env' is not allowed"]),
    "merge key": ("<<: {weeks: 3}", ["line 1: << is no section"]),
    "nested without end": ("a: " + "[" * 5000, ["line 1", "nested"]),
    "braces without end": ("a: " + "{b: " * 5000, ["line 1", "nested"]),
    "two documents": ("weeks: 3\n---\nweeks: 4", ["line 2: a second document"]),
    "only a list": ("- weeks\n", ["line 1: a scenario is made of lines", "list"]),
    "only a word": ("hello", ["line 1: a scenario is made of lines"]),
    "nothing": ("", ["scenarios/x.yaml is empty"]),
    "white space": ("\n  \n# nothing\n", ["scenarios/x.yaml is empty"]),
    "null": ("null", ["scenarios/x.yaml is empty"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_place_and_remedy(folder: Path, case: str) -> None:
    text, pieces = REFUSED[case]
    said = complaint(written(folder, text))
    assert "scenarios/" in said
    for piece in pieces:
        assert piece in said, said


def test_every_problem_is_told_at_once(folder: Path) -> None:
    said = complaint(written(folder, "weeks: 0\nquality: {level: 2, spred: 0}\nnetwork: {degree: 7}\nabc: 1"))
    places, keys = zip(*(line.split(": ", 1) for line in said.splitlines()), strict=True)
    assert list(places) == [f"scenarios/x.yaml, line {line}" for line in (1, 2, 2, 3, 4)]
    assert [key.split()[0] for key in keys] == ["weeks", "quality.level", "quality.spred", "network.degree", "abc"]


def test_no_more_than_ten_problems_are_told(folder: Path) -> None:
    said = complaint(written(folder, "\n".join(f"key_{number}: 1" for number in range(5000))))
    assert len(said.splitlines()) == MOST_SHOWN + 1


WORDS = [
    "market", "customers", "network", "changes", "weeks", "name", "quality", "level", "upselling", "attempts", "traits",
    "segments", "segment_by", "columns", "column", "values", "unit", "file", "keep", "spend", "distribution", "mean",
    "sd", "normal", "share", "from week 5", "from week 7", "degree", "kind", "none", "satisfaction", "symmetric",
    "hold_between", "missing", "encoding", "data/customers.csv", "90 s", "5 %", "extends", "x.yaml", "self_checkout",
    "lanes", "tenure",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS), below, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(WORDS), ANYTHING, max_size=6))
def test_whatever_is_given_it_is_a_scenario_or_a_mistake(sections: dict[str, Any]) -> None:
    with contextlib.suppress(Mistake):
        assert described(sections, ROOT / "scenarios").full_fingerprint


@given(st.data())
def test_whatever_a_file_holds_it_is_a_scenario_or_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from([text for text, _ in REFUSED.values()] + [BY_FILE])).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        place = st.integers(0, len(text))
        start, end = sorted(data.draw(st.tuples(place, place)))
        new = data.draw(st.binary(max_size=3) | st.sampled_from([b"\n", b": ", b"{", b"- ", b"&a "]))
        text = text[:start] + new + text[end:]
    path = written(tmp_path_factory.mktemp("any"), text)
    with contextlib.suppress(Mistake):
        assert load(path).full_fingerprint


# ---- files


def test_file_that_is_not_there_names_the_nearest(folder: Path) -> None:
    written(folder, "weeks: 3", "today.yaml")
    assert "did you mean 'today.yaml'" in complaint(folder / "todai.yaml")


def test_folder_instead_of_a_file(folder: Path) -> None:
    assert complaint(folder) == "scenarios is a folder; name a file in it"


def test_path_that_cannot_be(folder: Path) -> None:
    assert "no such file" in complaint(folder / ("x" * 5000))
    assert "must be the path of a file" in complaint(Path("a\0b"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert "no ordinary file" in complaint(folder / "pipe.yaml")


def test_what_is_not_utf8_is_refused_by_line(folder: Path) -> None:
    path = written(folder, b"weeks: 3\nname: caf\xe9\n")
    assert "scenarios/x.yaml, line 2: byte 18 is not UTF-8" in complaint(path)
    assert "UTF-8" in complaint(written(folder, "weeks: 3".encode("utf-16")))


def test_a_byte_order_mark_is_no_harm(folder: Path) -> None:
    assert load(written(folder, b"\xef\xbb\xbfweeks: 3\n")).weeks == 3


def test_a_huge_file_is_refused(folder: Path) -> None:
    assert "larger than" in complaint(written(folder, "# " + "x" * LARGEST))


def test_an_empty_customer_file_is_refused(folder: Path) -> None:
    written(folder, "", "data/none.csv")
    assert "line 1: customers.file: the file is empty" in complaint(written(folder, "customers: {file: data/none.csv}"))


def test_a_link_does_not_lead_out(folder: Path) -> None:
    (folder / "data" / "link.csv").symlink_to(folder.parent / "outside.csv")
    (folder / "link.yaml").symlink_to(written(folder.parent, "weeks: 3", "y.yaml"))
    assert "leaves the scenario's folder" in complaint(written(folder, "customers: {file: data/link.csv}"))
    assert "leaves the scenario's folder" in complaint(written(folder, "extends: link.yaml"))


def test_without_a_folder_named_scenarios_the_files_own_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    written(tmp_path, CUSTOMERS, "c.csv")
    written(tmp_path / "a", CUSTOMERS, "c.csv")
    assert "leaves" in complaint(written(tmp_path / "a", "customers: {file: ../c.csv}"))
    assert load(written(tmp_path / "a", "customers: {file: c.csv}")).customers.file == (tmp_path / "a" / "c.csv")


def test_a_circle_names_the_chain(folder: Path) -> None:
    written(folder, "extends: b.yaml", "a.yaml")
    written(folder, "weeks: 3\nextends: a.yaml", "b.yaml")
    said = complaint(folder / "a.yaml")
    assert "b.yaml, line 2: extends goes round" in said
    assert "scenarios/a.yaml → scenarios/b.yaml → scenarios/a.yaml" in said


def chain(folder: Path, length: int) -> Path:
    for number in range(length):
        written(folder, f"extends: c{number + 1}.yaml" if number + 1 < length else "weeks: 3", f"c{number}.yaml")
    return folder / "c0.yaml"


def test_a_chain_may_have_ten_files(folder: Path) -> None:
    assert load(chain(folder, 10)).weeks == 3
    assert "more than 10 files" in complaint(chain(folder, 11))


# ---- extends


def test_an_inherited_problem_is_told_where_it_stands(folder: Path) -> None:
    written(
        folder, "weeks: 30\n\nself_checkout: {lanes: 4}\nchanges: {from week 20: {quality: {level: 1}}}", "base.yaml"
    )
    said = complaint(written(folder, "extends: base.yaml\nweeks: 10\nself_checkout:\n  self_lanes: 9"))
    assert "scenarios/base.yaml, line 4: changes: week 20 must lie between 1 and 9" in said
    assert "scenarios/x.yaml, line 4: self_checkout: self_lanes is 9" in said


def test_what_is_laid_over_wins_and_the_rest_stays(folder: Path) -> None:
    base = "name: Base\ndescription: text\nweeks: 30\nquality: {level: 0.5, spread: 0.1}\n"
    base += "changes: {from week 5: {quality: {level: 0.6}}, from week 9: {quality: {spread: 0}}}"
    written(folder, base, "base.yaml")
    over = "extends: base.yaml\nquality: {level: 0.7}\nchanges: {from week 7: {rival: {level: 1}}, from week 9: null}"
    scenario = load(written(folder, over, "over.yaml"))
    assert (scenario.name, scenario.description, scenario.weeks) == ("over", "", 30)
    assert scenario.parts["quality"].model_dump()["level"] == 0.7
    assert scenario.parts["quality"].model_dump()["spread"] == 0.1
    assert [week for week, _ in scenario.changes] == [5, 7]


def test_another_distribution_replaces_the_inherited_one(folder: Path) -> None:
    written(folder, "customers: {traits: {spend: {distribution: normal, mean: 5, sd: 1}}}", "base.yaml")
    over = "extends: base.yaml\ncustomers: {traits: {spend: {distribution: uniform, low: 1, high: 2}}}"
    assert load(written(folder, over)).customers.spread("spend").distribution == "uniform"
    over = "extends: base.yaml\ncustomers: {traits: {spend: {sd: 2}}}"
    assert load(written(folder, over)).customers.spread("spend").sd == 2


def test_null_takes_back_what_is_inherited(folder: Path) -> None:
    written(folder, "market: {customers: 50}\nquality: {level: 0.5}", "base.yaml")
    scenario = load(written(folder, "extends: base.yaml\nmarket: {customers: null}\nquality: ~" + BY_FILE))
    assert scenario.parts["quality"] == type(scenario.parts["quality"])()
    assert scenario.market.customers is None


def test_paths_start_from_the_file_that_names_them(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    written(folder, BY_FILE, "base.yaml")
    written(folder / "a", "extends: ../base.yaml", "a.yaml")
    scenario = load(written(folder / "a" / "b", "extends: ../a.yaml"))
    assert scenario.customers.file == folder / "data" / "customers.csv"
    assert scenario.folder == folder / "a" / "b"


# ---- what it means


def test_a_scenario_from_a_file(folder: Path) -> None:
    text = "currency: EUR\nmarket: {prospects: 10, stands_for: 40}\nupselling: {attempts: 1 per month, pressure: 40%}\n"
    scenario = load(written(folder, text + "call_centre: {handling: 90 s}\nsatisfaction: {symmetric: yes}" + BY_FILE))
    assert (scenario.name, scenario.currency, scenario.weeks, scenario.path) == ("x", "EUR", 104, folder / "x.yaml")
    assert scenario.market.customers is None and scenario.market.stands_for == 40
    assert scenario.parts["call_centre"].model_dump()["handling"] == 1.5
    assert scenario.parts["upselling"].model_dump()["pressure"] == 0.4
    assert scenario.parts["satisfaction"].model_dump()["symmetric"] is True
    assert scenario.customers.segment_names == ("contract", "pay_as_you_go")
    assert scenario.customers.mapping.columns["tenure"].unit == "months"


def test_everything_has_a_default() -> None:
    scenario = described()
    assert scenario.market.customers == 2000 and scenario.network.kind == "small_world"
    assert set(scenario.parts) == {name for name, part in parts().items() if part.parameters}


def test_it_cannot_be_changed() -> None:
    scenario = described()
    with pytest.raises(AttributeError):
        scenario.weeks = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.parts["quality"] = None  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        scenario.parts["quality"].level = 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="read-only"):
        scenario.policy()["quality_level"][0] = 1


def test_the_policy_holds_every_setting_of_every_week() -> None:
    changes = {"from week 3": {"upselling": {"attempts": 3}}, "from week 5": {"self_checkout": {"self_lanes": 2}}}
    changes["from week 7"] = {"satisfaction": {"symmetric": True}, "upselling": {"attempts": "40 per year"}}
    scenario = described({"weeks": 9, "upselling": {"attempts": 1.5}, "changes": changes})
    policy = scenario.policy()
    assert policy.shape == (9,)
    names = [
        f"{name}_{key}" for name, part in parts_with_parameters(builtin()).items() for key in lines(part.parameters)
    ]
    assert list(policy.dtype.names) == names
    later = np.float32(converted(40, "per year", "per month"))
    assert policy["upselling_attempts"].tolist() == [1.5] * 3 + [3] * 4 + [later] * 2
    assert policy["self_checkout_self_lanes"].tolist() == [0] * 5 + [2] * 4
    assert policy["satisfaction_symmetric"].tolist() == [0] * 7 + [1] * 2
    assert {str(policy.dtype[name]) for name in names} == {"float32", "int32", "uint8"}
    for week in range(9):
        for name, settings in scenario.settings(week).items():
            for key, value in settings.model_dump().items():
                assert policy[f"{name}_{key}"][week] == np.float32(value)


def test_with_gives_another_scenario() -> None:
    base = described({"name": "Base", "weeks": 50, "quality": {"level": 0.5}})
    other = base.with_(call_centre={"representatives": np.int64(20)}, name="More staff")
    assert (base.parts["call_centre"].model_dump()["representatives"], base.name) == (12, "Base")
    assert other.parts["call_centre"].model_dump()["representatives"] == 20
    assert (other.name, other.weeks, other.parts["quality"].model_dump()["level"]) == ("More staff", 50, 0.5)
    later = other.with_(changes={26: {"upselling": {"attempts": 1}}}).with_(weeks=40, market={"customers": 9})
    assert later.changes == ((26, {"upselling": {"attempts": 1.0}}),) and later.market.customers == 9
    assert later.with_(changes=None).changes == ()
    assert (
        base.with_(rival=None) == base.with_() == base
        and base.with_(quality=None, weeks=None).fingerprint == described().fingerprint
    )


def test_with_says_the_same_errors_without_a_place(folder: Path) -> None:
    for base in (described(), load(written(folder, "weeks: 5"))):
        with pytest.raises(Mistake) as caught:
            base.with_(
                upselling={"atempts": 1}, call_centre={"wage": -3}, qality={}, extends="a.yaml", changes={"x": {}}
            )
        said = str(caught.value)
        assert "x.yaml" not in said and "line" not in said
        assert "upselling.atempts is not a parameter of upselling – did you mean 'attempts'?" in said
        assert "call_centre.wage is -3, but must lie between 0 and 10000 currency per hour" in said
        assert "did you mean 'quality'" in said and "extends works in files" in said and "'x' is no week" in said
    for sections in ({"quality": 3}, {"quality": {"level": object()}}, {"customers": {"traits": {"spend": [1]}}}):
        with pytest.raises(Mistake):
            described(sections)


def test_with_takes_a_customer_file_from_the_scenarios_folder(folder: Path) -> None:
    base = load(written(folder, "weeks: 5"))
    assert (
        base.with_(customers={"file": Path("data/customers.csv")}).customers.file == folder / "data" / "customers.csv"
    )
    with pytest.raises(Mistake, match="leaves the scenario's folder"):
        base.with_(customers={"file": "../outside.csv"})


def test_it_travels_to_other_processes(folder: Path) -> None:
    scenario = load(written(folder, "changes: {from week 5: {quality: {level: 1}}}" + BY_FILE))
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario and hash(copy) == hash(scenario)
    np.testing.assert_array_equal(copy.policy(), scenario.policy())
    with pytest.raises(TypeError):
        copy.parts["quality"] = None
    assert copy.with_(weeks=20) == scenario.with_(weeks=20) != scenario


# ---- the fingerprint


def test_the_fingerprint_is_of_the_meaning(folder: Path) -> None:
    base = load(written(folder, "name: a\ndescription: b\nupselling: {attempts: 1}" + BY_FILE))
    assert len(base.fingerprint) == 12 and base.full_fingerprint.startswith(base.fingerprint)
    assert len(base.full_fingerprint) == 64 and json.dumps(base.canonical(), allow_nan=False)
    assert base.with_(name="other", description="").fingerprint == base.fingerprint
    for other in (
        {"weeks": 5}, {"currency": "EUR"}, {"market": {"stands_for": 2}}, {"network": {"degree": 4}},
        {"quality": {"level": 0.1}}, {"changes": {5: {"quality": {"level": 0.1}}}}, {"customers": {"keep": []}},
        {"customers": {"traits": {"spend": 3}}}, {"customers": {"segments": {"contract": {"traits": {"spend": 3}}}}},
        {"customers": {"columns": {"tenure": {"unit": "years"}}}}, {"customers": {"bad_rows_allowed": 0.2}},
    ):  # fmt: skip
        assert base.with_(**other).fingerprint != base.fingerprint, other


def test_saying_a_default_changes_nothing() -> None:
    base = described()
    said = {name: settings.model_dump() for name, settings in base.parts.items()}
    spreads = {name: trait.default for name, trait in traits().items() if trait.default}
    said |= {"market": base.market, "network": base.network, "customers": {"traits": spreads}}
    assert described(said).fingerprint == base.fingerprint
    assert base.with_(changes={9: {"quality": {"level": said["quality"]["level"]}}}).fingerprint == base.fingerprint
    without = base.with_(network={"kind": "none"})
    assert without.with_(network={"degree": 4, "rewiring": 0.5}).fingerprint == without.fingerprint


def test_the_customer_files_bytes_count_and_its_name_does_not(folder: Path) -> None:
    first = load(written(folder, BY_FILE)).fingerprint
    written(folder, CUSTOMERS, "data/other.csv")
    assert load(written(folder, BY_FILE.replace("customers.csv", "other.csv"))).fingerprint == first
    written(folder, CUSTOMERS + "9,1,0\n", "data/other.csv")
    assert load(folder / "x.yaml").fingerprint != first


def test_extends_says_the_same_as_one_file(folder: Path) -> None:
    written(folder, "weeks: 30\nquality: {level: 0.5}" + BY_FILE, "base.yaml")
    over = load(written(folder, "extends: base.yaml\nname: q\nquality: {level: 70 %}", "over.yaml"))
    assert over.fingerprint == load(written(folder, "weeks: 30\nquality: {level: 0.7}" + BY_FILE)).fingerprint


def test_spelling_of_columns_means_nothing(folder: Path) -> None:
    first = load(written(folder, BY_FILE)).fingerprint
    respelt = BY_FILE.replace("Subscription Length", "'Subscription   Length'").replace("months", "month")
    respelt = respelt.replace("{1: pay", "{'1': pay").replace("2: con", "2.0: con")
    assert load(written(folder, respelt)).fingerprint == first


NUMBERS = [
    (name, line) for name, part in parts_with_parameters(builtin()).items() for line in lines(part.parameters).values()
    if line.kind is float and not part.used_where
]  # fmt: skip
"""What any number can be said of; some mechanisms that only some scenarios use refuse what makes no sense together."""


@st.composite
def settings_of_parts(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Some settings of some parts, each in its range, of as many digits as units keep."""
    chosen = draw(
        st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=12, unique_by=lambda pair: (pair[0], pair[1].name))
    )
    said: dict[str, dict[str, Any]] = {}
    for name, line in chosen:
        if name != "answering":
            value = draw(st.floats(line.low, line.high).map(lambda x: float(f"{round(x, 6):.12g}")))
            said.setdefault(name, {})[line.name] = min(max(value, line.low), line.high)
    return said


def reordered(draw: st.DrawFn, tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {key: reordered(draw, tree[key]) for key in draw(st.permutations(list(tree)))}


@given(st.data())
def test_the_order_of_keys_means_nothing(data: st.DataObject) -> None:
    sections = data.draw(settings_of_parts()) | {
        "weeks": 30,
        "market": {"customers": 50, "prospects": 20},
        "customers": {
            "segments": {name: {"share": 0.25, "traits": {"spend": 3, "patience": 2}} for name in "abcd"},
            "traits": {"spend": {"distribution": "normal", "mean": 4, "sd": 1}, "talkativeness": 1},
        },
        "changes": {"from week 5": {"quality": {"level": 0.5, "spread": 0}, "rival": {"level": 0.5}}},
    }
    other = reordered(data.draw, sections)
    assert described(other).fingerprint == described(sections).fingerprint


def other_units(unit: str) -> Iterator[str]:
    """Units in which a number of this unit may be written too."""
    wanted = parameter_unit(unit)
    if wanted in UNITS:
        yield from (name for name, (family, _) in UNITS.items() if family == UNITS[wanted][0])


@given(st.data())
def test_the_unit_that_is_used_means_nothing(data: st.DataObject) -> None:
    sections = data.draw(settings_of_parts())
    known = {(name, line.name): line for name, line in NUMBERS}
    respelt: dict[str, dict[str, Any]] = {}
    for name, values in sections.items():
        for key, value in values.items():
            wanted = parameter_unit(known[name, key].unit)
            units = list(other_units(known[name, key].unit))
            unit = data.draw(st.sampled_from(units)) if units else known[name, key].unit
            number = converted(value, wanted, unit) if units and unit != wanted else value
            respelt.setdefault(name, {})[key] = f"{number!r} {unit}"
    first, second = described(sections), described(sections).with_(**near(sections, respelt))
    assert first.fingerprint == second.fingerprint


def near(sections: dict[str, dict[str, Any]], respelt: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The respelt settings, but for those that conversion pushes a hair over the edge of their range."""
    return {
        name: {
            key: text if sections[name][key] not in edges(name, key) else sections[name][key]
            for key, text in values.items()
        }
        for name, values in respelt.items()
    }


def edges(name: str, key: str) -> tuple[float, float]:
    line = lines(parts()[name].parameters)[key]  # type: ignore[arg-type]
    return line.low, line.high


@given(st.data())
def test_what_is_saved_loads_to_the_same(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    sections: dict[str, Any] = data.draw(settings_of_parts())
    sections |= {"name": data.draw(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20))}
    sections |= {"description": data.draw(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=50))}
    sections["changes"] = {7: data.draw(settings_of_parts()), 9: data.draw(settings_of_parts())}
    own = {"share": "50 %", "traits": {"spend": "2 currency per week"}}
    sections["customers"] = {"segments": {"null": {"share": 0.5}, "1": own}}
    scenario = described(sections)
    path = tmp_path_factory.mktemp("saved") / "saved.yaml"
    scenario.save(path)
    again = load(path)
    assert again == scenario
    assert (again.description, again.name) == (scenario.description, scenario.name)


def test_a_scenario_with_a_customer_file_is_saved_beside_it(folder: Path) -> None:
    (folder / "a").mkdir()
    scenario = load(written(folder, BY_FILE))
    scenario.save(folder / "a" / "y.yaml")
    assert load(folder / "a" / "y.yaml").fingerprint == scenario.fingerprint
    (folder.parent / "elsewhere").mkdir()
    with pytest.raises(Mistake, match="lies outside"):
        scenario.save(folder.parent / "elsewhere" / "y.yaml")
    with pytest.raises(Mistake, match="cannot be written"):
        described().save(folder / "nowhere" / "y.yaml")


# ---- in words


def test_check_says_what_the_scenario_is(folder: Path) -> None:
    text = "name: Pushy\ndescription: We push.\nupselling: {attempts: 2}\nmarket: {stands_for: 40, prospects: 7}\n"
    text += "changes: {from week 26: {upselling: {attempts: 3}}}"
    said = check_scenario(written(folder, text + BY_FILE))
    whole = "\n".join(said)
    assert said[0] == "Pushy: We push."
    for piece in ("104 weeks", "3 customers come from scenarios/data/customers.csv", "7 prospects", "stands for 40",
                  "contract, pay_as_you_go", "upselling.attempts is 2 per month, the default being 0",
                  "From week 26, upselling.attempts is 3 per month instead of 2."):  # fmt: skip
        assert piece in whole


def test_check_reads_the_customer_file(folder: Path) -> None:
    with pytest.raises(Mistake, match="customers.csv"):
        check_scenario(written(folder, BY_FILE.replace("Tariff Plan", "Tarif Plan")))


def test_differences_are_said_with_label_values_unit_and_week(folder: Path) -> None:
    old = load(written(folder, "weeks: 52" + BY_FILE))
    new = old.with_(
        weeks=60, currency="EUR", market={"prospects": 9}, network={"kind": "random"},
        call_centre={"representatives": 20},
        customers={"traits": {"spend": 3}, "segments": {"contract": {"traits": {"patience": 1}}}, "columns": None},
        changes={26: {"upselling": {"attempts": 3, "pressure": 0.9}}},
    )  # fmt: skip
    said = "\n".join(differences(old, new))
    for piece in (
        "currency: currency → EUR",
        "weeks (How long the simulation lasts): 52 → 60 weeks",
        "market.prospects (People who are the rival's customers in week 0): 500 → 9 people",
        "small_world → random",
        "customers.traits.spend: lognormal, mean 10, sd 5 currency per week → 3 currency per week for everybody",
        "customers.segments.contract.traits.patience: not given → 1 minutes for everybody",
        "customers.columns.tenure: column Subscription Length, unit months → not given",
        "call_centre.representatives (Representatives on duty while the lines are open): 12 → 20 people",
        "upselling.attempts (Attempts to sell something more, per customer): 0 → 0, from week 26 3 per month",
        "upselling.pressure (How hard an attempt pushes): 0.4 → 0.4, from week 26 0.9",
    ):
        assert piece in said
    assert differences(old, old) == [] == differences(old, old.with_(name="other"))


@given(settings_of_parts(), settings_of_parts())
def test_scenarios_of_one_meaning_and_only_they_do_not_differ(first: dict[str, Any], second: dict[str, Any]) -> None:
    old, new = described(first), described(second)
    assert (differences(old, new) == []) == (old.fingerprint == new.fingerprint)


# ---- explain


def test_explain_covers_every_parameter() -> None:
    listed = {row["name"] for row in explain().rows}
    assert set(parts()) <= listed
    for name, part in parts().items():
        whole = explain(name)
        assert part.says in whole.prose
        assert [row["name"] for row in whole.rows] == list(lines(part.parameters) if part.parameters else [])
        for key, line in (lines(part.parameters) if part.parameters else {}).items():
            text = explain(f"{name}.{key}").text
            assert line.meaning in text and line.source in text and line.source_kind in text
            assert line.kind is bool or f"{line.high:.12g}" in text


@pytest.mark.parametrize(
    ("model", "section"), [(Market, "market"), (Network, "network"), (Frame, "scenario")], ids=lambda x: str(x)
)
def test_explain_covers_the_other_sections(model: Any, section: str) -> None:
    assert [row["name"] for row in explain(section).rows] == list(model.model_fields)
    assert all(field.description in explain(section).text for field in model.model_fields.values())


def test_explain_covers_every_trait() -> None:
    assert [row["name"] for row in explain("traits").rows] == list(traits())
    assert "minutes" in explain("traits.patience").text


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("upseling", "did you mean 'upselling'"),
        ("upselling.atempts", "did you mean 'attempts'"),
        ("representatives", "'call_centre.representatives'"),
        ("patience", "'traits.patience'"),
        ("qqqq", "there are"),
        ("person.x", "there are none"),
    ],
)
def test_explain_helps_with_an_unknown_topic(topic: str, hint: str) -> None:
    with pytest.raises(Mistake, match=hint):
        explain(topic)


# ---- the schema


@lru_cache(maxsize=1)
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def as_read(path: Path) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_schema_accepts_every_shipped_scenario(path: Path) -> None:
    assert [error.message for error in validator().iter_errors(as_read(path))] == []
    assert load(path).fingerprint


def test_the_schema_accepts_what_can_be_said(folder: Path) -> None:
    text = "extends: a.yaml\nweeks: 10\nquality: {level: 70 %, spread: null}\nsatisfaction: {symmetric: yes}\n"
    text += "network: {kind: none}\nrival: null\nchanges: {from week 5: {quality: {level: 0.5}}}" + BY_FILE
    text += "  bad_rows_allowed: 5%\n  traits: {spend: 3, patience: {distribution: uniform, low: 30 s, high: 5}}\n"
    path = written(folder, text + "  segments: {contract: {traits: {patience: 90 s}}}")
    assert [error.message for error in validator().iter_errors(as_read(path))] == []


@pytest.mark.parametrize(
    "case",
    ["unknown section", "misspelt parameter", "misspelt in market", "misspelt trait", "misspelt in column", "below",
     "half a person", "no weeks", "malformed week", "change of market", "kind of network", "number for a section"],
)  # fmt: skip
def test_the_schema_refuses_what_is_refused(folder: Path, case: str) -> None:
    assert list(validator().iter_errors(as_read(written(folder, REFUSED[case][0]))))


def test_the_schema_describes_every_parameter() -> None:
    found = schema()["$defs"]
    for name, part in parts_with_parameters(builtin()).items():
        for key, line in lines(part.parameters).items():
            entry = found[name]["properties"][key]
            told = ", ".join(filter(None, (line.unit, plausible_told(line.plausible))))
            assert entry["description"] == f"{line.meaning} [{told}]" and entry["default"] == line.default


def test_importing_it_is_cheap() -> None:
    heavy = {"matplotlib", "pandas"}
    program = f"import sys; from sim.scenario import described; described(); print(*{heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_scenario_is_what_is_loaded(folder: Path) -> None:
    assert isinstance(load(written(folder, "weeks: 1")), Scenario)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"k{number}: 1" for number in range(30_000)),
        "network: {kind: configuration, degrees: [" + "2, " * 40_000 + "2]}",
        "name: " + "x " * 190_000,
        "quality: {error_rate: " + "1" * 20_000 + "x}",
        "quality: {error_rate: '" + "1," * 20_000 + "'}",
        "quality: {error_rate: '5" + " " * 50_000 + "x'}",
        "weeks: " + "9" * 5_000,
        "market: {stands_for: " + "9" * 400 + "}",
        'name: "\\ud800"',
    ],
    ids=range(9),
)
def test_a_file_that_nobody_would_write_is_refused_in_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    begun = time.process_time()
    with pytest.raises(Mistake, match="x.yaml, line 1") as refusal:
        load(tmp_path / "x.yaml")
    assert time.process_time() - begun < 6 and len(str(refusal.value)) < 5000
    str(refusal.value).encode()
