"""What ``loyalty check`` calls valid runs, and what it refuses would not have: scenarios and experiments alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from grounds import SLOW
from hypothesis import given, settings
from hypothesis import strategies as st
from test_random_scenarios import scenarios

from sim import run
from sim.errors import Mistake
from sim.experiments.checking import checked
from sim.scenario import model_inputs
from sim.scenario.whole import described, load
from sim.scenario.wording import about

ODD = st.sampled_from([-1, 0, 1e308, 1e-308, 2.5, "5 min", "x", True, None, [], {}, 10**400, "9" * 5000, "1e400 %"])


@st.composite
def odd_scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A valid scenario of which one value is replaced by an odd one, or none."""
    sections = draw(scenarios())
    section = draw(st.sampled_from(sorted(sections)))
    if draw(st.booleans()):
        return sections
    if isinstance(sections[section], dict) and sections[section]:
        key = draw(st.sampled_from(sorted(sections[section])))
        return sections | {section: sections[section] | {key: draw(ODD)}}
    return sections | {section: draw(ODD)}


def refused(work: Any) -> bool:
    try:
        return bool(work())
    except Mistake as mistake:
        assert str(mistake).strip()
        return True


@settings(max_examples=25, **SLOW)
@given(odd_scenarios())
def test_a_check_says_valid_exactly_when_a_run_succeeds(sections: dict[str, Any]) -> None:
    told = refused(lambda: not about(described(sections)))
    if (sections.get("market") or {}).get("customers", 0) not in (None, 1e308):
        assert told == refused(lambda: run(described(sections), 1, threads=1).failures)


def test_more_people_than_memory_holds_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_inputs, "memory", lambda: 2e9)
    large = described({"market": {"customers": 10_000_000}, "network": {"kind": "none"}})
    with pytest.raises(Mistake, match="10,000,500 people with 0 friends each need about 3 GB of memory.*has 2 GB"):
        about(large)
    assert about(described({"market": {"customers": 1_000_000}, "network": {"kind": "none"}}))


def test_the_memory_of_this_machine_is_known() -> None:
    assert model_inputs.memory() > 5e8


def experiment(folder: Path, text: str) -> Path:
    (folder / "x.yaml").write_text("weeks: 3\nmarket: {customers: 30, prospects: 5}\nnetwork: {kind: none}\n")
    (folder / "e.yaml").write_text(f"question: Which?\nbase: x.yaml\noutcomes: [retention]\n{text}\n")
    return folder / "e.yaml"


SHIPPED = [path for path in sorted((Path(__file__).parents[1] / "experiments").glob("*.yaml")) if path.stem != "claims"]
"""The table of claims has questions of a form of its own."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_experiment_is_valid(path: Path) -> None:
    assert checked(path)[1][-1] == "It is valid."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("levers: {quality.error_rate: {}}\ndesign: {kind: [a]}", "design.kind is a list"),
        ("levers: {quality.error_rate: {}, pricing.list_price: {}}\ndesign: {kind: grid, levels: 30}", None),
        ("levers: {quality.error_rate: {}, pricing.list_price: {}, quality.level: {}}\ndesign: {kind: grid, levels: 900}",
         "729,000,000 points, more than 1,000,000"),
        ("levers: {quality.error_rate: {}}\ndesign: {kind: table, file: nothing.csv}", "there is no such file"),
        ("levers: {quality.error_rate: {}, pricing.list_price: {}}\ndesign: {kind: sobol, samples: 2}",
         "2 different points, but to tell 2 factors apart"),
        ("select: {zone: x}", "select.zone"),
        ("policies: {one: {weeks: 9}, other: {customers: {file: nothing.csv}}}", "policies.other.*no such file"),
        ("levers: {market.customers: {low: 1, high: 3}, network.degree: {values: [2, 4]}}\nwith: {network: {kind: random}}\n"
         "design: {kind: grid, levels: 2}", None),
    ],
)  # fmt: skip
def test_an_experiment_is_checked_to_its_points(tmp_path: Path, text: str, words: str | None) -> None:
    path = experiment(tmp_path, text)
    if words is None:
        assert checked(path)[1][-1] == "It is valid."
        return
    with pytest.raises(Mistake, match=f"(?s){words}"):
        checked(path)


def test_a_scenario_whose_file_of_ties_cannot_be_read_is_not_called_valid(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("a,b\n1,x\n")
    (tmp_path / "x.yaml").write_text("market: {customers: 30}\nnetwork: {kind: edges, file: ties.csv}\n")
    with pytest.raises(Mistake, match="1 of 1 rows are no ties"):
        about(load(tmp_path / "x.yaml"))
