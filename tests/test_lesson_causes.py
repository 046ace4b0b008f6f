"""The causal picture of a lesson says what the model's steps read and write, and nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim import load
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shake
from sim.model.component import builtin
from sim.model.mechanisms.fees import be_charged
from sim.model.steps import step
from sim.scenario.whole import Scenario
from sim.studio.lessons.loop import BOX, LEAVING, LEVER, NODES, causes, drawn, flow_of, links

FOLDER = Path(__file__).parent.parent / "scenarios" / "lessons"
LESSONS = sorted(path for path in FOLDER.glob("*.yaml") if "\nlesson:" in path.read_text(encoding="utf-8"))


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


@step
def toy(me, p, dose: float):
    """A step whose flow is known."""
    half = me.trust * 0.5
    if me.provider == COMPANY:
        me.satisfaction = half + dose
    me.grievance = p.fees.anger


@step
def calls_toy(me, p):
    """A step that has another do it."""
    toy(me, p, me.expectation)


def columns(flow: frozenset[tuple[tuple[str, str], str]]) -> dict[str, set[str]]:
    """For each column the names of what flows to it."""
    found: dict[str, set[str]] = {}
    for (_, name), column in flow:
        found.setdefault(column, set()).add(name)
    return found


def test_what_flows_through_names_conditions_and_calls_is_followed() -> None:
    assert columns(flow_of(toy)) == {"satisfaction": {"trust", "dose", "provider"}, "grievance": {"fees.anger"}}
    assert columns(flow_of(calls_toy)) == {
        "satisfaction": {"trust", "expectation", "provider"},
        "grievance": {"fees.anger"},
    }


def test_of_the_model_s_own_steps() -> None:
    assert {"trust", "blow"} <= columns(flow_of(shake))["trust"]
    charged = columns(flow_of(be_charged))
    assert "fees.distrust" in charged["trust"] and "fees.distrust" not in charged["price_fairness"]
    assert "fees.unfairness" in charged["price_fairness"] and "fees.unfairness" not in charged["trust"]


def test_every_column_of_a_box_is_one_of_the_model() -> None:
    known = {name for kind, name in (cause for cause, _ in links(builtin())) if kind == "column"}
    assert set(BOX) <= known | {column for _, column in links(builtin())}


def test_every_box_lies_on_a_way_from_what_differs_to_who_stays(lesson: Scenario) -> None:
    found = causes(lesson)
    assert found.levers and found.layers[0] == (LEVER,) and found.layers[-1] == (LEAVING,)
    boxes = {box for layer in found.layers for box in layer}
    assert boxes <= {LEVER, *NODES} and len(boxes) <= 12
    for box in boxes - {LEVER}:
        assert any(two == box for _, two in found.arrows) and (
            box == LEAVING or any(one == box for one, _ in found.arrows)
        )


def test_where_management_answers_to_the_books_the_loop_closes_through_the_budget() -> None:
    closes = (LEAVING, "budget")
    assert closes in causes(load(FOLDER / "the_death_spiral.yaml")).arrows
    assert closes not in causes(load(FOLDER / "the_fee_trap.yaml")).arrows


def test_the_picture_is_whole_and_told_in_words(lesson: Scenario) -> None:
    found = causes(lesson)
    source, words = drawn(found)
    picture = ElementTree.fromstring(base64.b64decode(source.partition(",")[2]))
    assert len(picture.findall("{*}rect")) == sum(map(len, found.layers))
    assert len(picture.findall("{*}path")) == len(found.arrows) == words.count(" changes ")
