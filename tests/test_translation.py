"""The translation of steps: on columns they do what Python does with them, to the last bit, and nothing else is translated."""

from __future__ import annotations

import linecache
import re
from functools import lru_cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import pytest
import toy_steps as toy
from grounds import SLOW, busy, parameter_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine.columns import _loaded
from sim.engine.compile import Module
from sim.engine.objects import Market
from sim.engine.objects.agents import Several
from sim.engine.start import Ground, begin, empty_state
from sim.engine.support import Sizes, room_for
from sim.model.behaviour import talk
from sim.model.columns import KINDS
from sim.model.component import Model, builtin, part_of
from sim.model.schedule import (
    Company,
    Everybody,
    InTurn,
    Item,
    Listing,
    Representatives,
    Telling,
    Whoever,
    company,
    everybody,
)
from sim.model.steps import Unsuitable
from sim.model.week import EVERYBODY, PHASES, entries, journal, state_columns

MODEL = Model(MappingProxyType({**builtin().parts, "toy": part_of(toy, "mechanisms", "toy")}))
PEOPLE, WEEKS = 20, 3


def ground(people: int, **settings: Any) -> Ground:
    """Inputs with the toy's settings (one value, or one for each week) beside the shipped ones."""
    here, lines = busy(people, WEEKS), parameter_lines()
    own = {"toy_low": np.float32, "toy_high": np.float32, "toy_few": np.int32, "toy_on": np.uint8}
    policy = np.zeros(WEEKS, here.policy.dtype.descr + list(own.items()))
    for name in lines:
        policy[name] = here.policy[name]
    for name in own:
        policy[name] = settings.get(name.removeprefix("toy_"), getattr(toy.Toy(), name.removeprefix("toy_")))
    policy.flags.writeable = False
    return Ground(here.plan, policy, here.network, here.stands_for, here.reputation, here.given, MODEL, here.likeness)


TALK = Telling(talk.talks_now, talk.about_own, talk.content_with_own, talk.says_well, talk.be_heard)
BEFORE = tuple(one for one in toy.EITHER if one not in (toy.hear, toy.draw_again))
ORDERS: dict[str, dict[str, tuple[Item, ...]]] = {
    "everybody": {
        "govern": company(toy.reckon_firm),
        "experience": everybody(*BEFORE),
        "talk": (TALK,),
        "listen": everybody(toy.hear),
        "decide": everybody(toy.draw_again),
    },
    "whoever": {
        "govern": company(toy.reckon_firm),
        "experience": tuple(Whoever(toy.some, one) for one in BEFORE),
        "touch": tuple(Whoever(toy.everyone, one) for one in toy.ONE_BY_ONE),
        "talk": (TALK,),
        "listen": (Whoever(toy.everyone, toy.hear),),
        "decide": (Whoever(toy.all_or_nobody, toy.draw_again),),
    },
    "in turn": {
        "experience": tuple(InTurn(2, one) for one in (toy.reckon, toy.rename, toy.fork, toy.draw, toy.hold, toy.call)),
        "talk": (TALK,),
        "listen": (InTurn(1, toy.hear), InTurn(3, toy.draw_again)),
    },
    "draws that are kept": {
        "experience": (Whoever(toy.everyone, toy.several), *everybody(toy.draw)),
        "touch": (Whoever(toy.some, toy.draw),),
        "decide": (*everybody(toy.draw_again), InTurn(2, toy.draw)),
    },
}
"""Who takes which of the toy's steps, in which form."""


def order(name: str) -> dict[str, tuple[Item, ...]]:
    """One of the orders, with all phases of a week."""
    return {phase: ORDERS[name].get(phase, ()) for phase in PHASES}


@lru_cache(maxsize=8)
def compiled(name: str) -> ModuleType:
    """The compiled week of an order."""
    return _loaded(f"toy_week_{name.replace(' ', '_')}", Module(MODEL, order(name)).text())


COLUMNS = {
    column.name: column
    for column in toy.COLUMNS
    if column.kind in KINDS and "_" not in column.name.replace("other_", "")
}
Start = dict[str, np.ndarray]


def on_columns(here: Ground, name: str, start: Start) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """What compiled steps make of it: the columns by name, the counts, the events."""
    state, week, book = empty_state(here), compiled(name), journal(EVERYBODY, 50 * PEOPLE)
    network, flags = begin(here, 1, 0, state)
    for column, values in start.items():
        kind = COLUMNS[column].kind
        getattr(state, kind)[MODEL.row(column) : MODEL.row(column) + COLUMNS[column].size] = values
    tally = np.zeros((WEEKS, len(MODEL.counts)), np.int64)
    rooms = room_for(here.plan.people, Sizes(*week.SIZES))
    week.weeks(state, *rooms, network, here.policy, 0, flags, tally, book)
    return state_columns(state, MODEL), tally, entries(book)


def on_objects(here: Ground, name: str, start: Start) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """What Python makes of it."""
    market = Market(here, 1, 0, journal=journal(EVERYBODY, 50 * PEOPLE))
    market.order = order(name)
    for column, values in start.items():
        for person, value in zip(market.everybody, values.T, strict=True):
            setattr(person, column, value if COLUMNS[column].size == 1 else Several(value.copy()))
    for _ in range(WEEKS):
        market.step()
    return state_columns(market.state(), MODEL), market.tally, entries(market.journal)


QUANTITIES = st.floats(-100, 100, width=32) | st.sampled_from([0.0, -0.0, 0.25, 0.5, 0.75, 1.0, -1.0, 1e-30, 3e4])
NUMBERS = {"number": QUANTITIES, "clock": st.integers(-300, 300), "mark": st.integers(0, 6) | st.integers(0, 120)}


@st.composite
def starts(draw: st.DrawFn) -> tuple[int, Start]:
    """How many people there are, and what they carry."""
    people = draw(st.integers(1, PEOPLE))
    shapes = {name: (people,) if column.size == 1 else (column.size, people) for name, column in COLUMNS.items()}
    kinds = {name: KINDS[column.kind] for name, column in COLUMNS.items()}
    return people, {n: draw(arrays(kinds[n], shapes[n], elements=NUMBERS[COLUMNS[n].kind])) for n in COLUMNS}


RATIOS = st.sampled_from([0.0, 0.25, 0.5, 0.75, -0.0]) | st.floats(-10, 10, width=32)
SETTINGS = {"low": RATIOS, "high": RATIOS, "few": st.integers(0, 5), "on": st.booleans()}
CHANGING = st.fixed_dictionaries(
    {name: one | st.lists(one, min_size=WEEKS, max_size=WEEKS) for name, one in SETTINGS.items()}
)


def assert_the_same(name: str, start: tuple[int, Start], chosen: dict[str, Any]) -> None:
    """Columns, counts and events of both are equal, bit for bit."""
    here = ground(start[0], **chosen)
    columns, counts, events = on_columns(here, name, start[1])
    theirs, their_counts, their_events = on_objects(here, name, start[1])
    unlike = [column for column in columns if columns[column].tobytes() != theirs[column].tobytes()]
    assert not unlike, {column: (columns[column], theirs[column]) for column in unlike}
    assert np.array_equal(counts, their_counts)
    assert events.tobytes() == their_events.tobytes()


@pytest.mark.parametrize("name", ORDERS)
@settings(max_examples=15, **SLOW)
@given(starts(), CHANGING)
def test_steps_do_the_same_on_columns_and_in_python(
    name: str, start: tuple[int, Start], chosen: dict[str, Any]
) -> None:
    assert_the_same(name, start, chosen)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ORDERS)
@settings(max_examples=400, **SLOW)
@given(starts(), CHANGING)
def test_many_steps_do_the_same_on_columns_and_in_python(
    name: str, start: tuple[int, Start], chosen: dict[str, Any]
) -> None:
    assert_the_same(name, start, chosen)


# ---- what is refused -------------------------------------------------------------------------------------------------

HEAD = """from sim.model.behaviour.person import COMPANY, MOOD
from sim.model.behaviour.trust import shake
from sim.model.mechanisms.upselling import tired
from sim.model.numeric import fixed, normal_quantile
from sim.model.random import happens
from sim.model.rules import f32
from sim.model.steps import Minutes, clear, step, total

LIMIT = 3


@step
def bump(me) -> float:
    me.trust = me.trust * f32(0.5)
    return me.trust


@step
def deed(me, firm, p, last, week, count, note, wait: Minutes, part: float, number: int, whether: bool){returns}:
    {body}


@step
def taken(me, firm, p, last, week, count, note):
    deed(me, firm, p, last, week, count, note, week.minutes_open(1.0), p.trust.growth, week.number, week.prices_move)
"""
ANY_FORM = [
    ("for k in range(3): me.trust = 1.0", "'for' is no part of a step"),
    ("while me.trust > 0.0: me.trust = 0.0", "'while' is no part of a step"),
    ("with me: pass", "'with' is no part of a step"),
    ("try: pass\n    except ValueError: pass", "'try' is no part of a step"),
    ("def inner(): pass", "'functiondef' is no part of a step"),
    ("import math", "'import' is no part of a step"),
    ("assert me.trust > 0.0", "'assert' is no part of a step"),
    ("raise ValueError", "'raise' is no part of a step"),
    ("del me.trust", "'delete' is no part of a step"),
    ("global LIMIT", "'global' is no part of a step"),
    ("trust: float = me.trust", "'annassign' is no part of a step"),
    ("match part:\n        case 1: pass", "'match' is no part of a step"),
    ("me.trust = (lambda: 1.0)()", "a step calls rules and steps by name"),
    ("me.trust = [1.0][0]", "only a column with several numbers has places"),
    ("me.trust = sum(x for x in (1.0,))", "'sum' is no rule or step"),
    ("me.trust = f'{part}'", "joinedstr is no part of a step"),
    ("me.trust = {1: 2.0}", "dict is no part of a step"),
    ("me.trust = (again := 1.0)", "namedexpr is no part of a step"),
    ("me.trust = 'much'", "'much' is no number"),
    ("me.trust = None", "None is no number"),
    ("me.trust = part ** 2.0", "this cannot be reckoned in a step: part ** 2.0"),
    ("me.tenure = number << 1", "this cannot be reckoned in a step"),
    ("me.tenure = ~number", "this cannot be reckoned in a step"),
    ("me.trust = +part", "this cannot be reckoned in a step"),
    ("me.trust = -whether", "this cannot be reckoned in a step"),
    ("me.trust = me.word(MOOD, 0) * 2", "this cannot be reckoned in a step"),
    ("me.trust = 1.0 if part is me.trust else 0.0", "this cannot be compared in a step"),
    ("me.trust = 1.0 if 0.0 < part < 1.0 else 0.0", "compare two things at a time"),
    ("me.trust = 1.0 if part else 0.0", "part is no yes or no; compare it with something"),
    ("me.trust = 1.0 if part and whether else 0.0", "part is no yes or no"),
    ("me.trust = 1.0 if not number else 0.0", "number is no yes or no"),
    ("me.trust = tired(part)", "tired takes 2 numbers, got 1"),
    ("me.trust = tired(part, tiring=0.5)", "without names"),
    ("me.trust = tired(*(part, 0.5))", "tired takes 2 numbers, got 1"),
    ("shake(me, p, week)", "shake takes me, p, week, blow"),
    ("shake(me, p, last, part)", "shake takes 'week' here, not last"),
    ("shake(firm, p, week, part)", "shake takes 'me' here, not firm"),
    ("me.trust = shake(me, p, week, part)", "shake gives nothing back"),
    ("me.trust = normal_quantile(part)", "normal_quantile takes me.word"),
    ("me.trust = me.luck(LIMIT, 0)", "the stream must be one that sim.model.random.stream gave"),
    ("me.trust = week.number / 2", "whole numbers are not divided in a step; write f32"),
    ("me.trust = number * 0.1", "Python would reckon this in double precision; write f32"),
    ("near = 0.1 if whether else 0.2\n    me.trust = near * 0.3", "Python would reckon this in double precision"),
    ("me.trust = me.trust * wait", "minutes are kept in double precision; write f32"),
    ("me.trust = trust_so_far", "'trust_so_far' is no number that is known here"),
    ("me.trust = p", "'p' alone is no number"),
    ("me.trust = later\n    later = part", "'later' has no value here"),
    ("me.trust = me.trust = part", "one thing is given a value at a time"),
    ("me.trust, me.grievance = part, part, part", "as many must stand right as left"),
    ("part", "this"),
    ("count.offers += part", "what is counted is a whole number"),
    ("count.offers += me.trust > 0.0 or 1", "1 is no yes or no"),
    ("me.trust = me.trsut", "'me.trsut' is no column of a person – did you mean 'trust'"),
    ("me.trsut = part", "'me.trsut' is no column of a person – did you mean 'trust'"),
    ("me.trust = firm.budgt", "'firm.budgt' is no column of a company – did you mean 'budget'"),
    ("me.trust = me.morale", "'me.morale' is no column of a person"),
    ("me.trust = p.upsellng.pressure", "'p.upsellng' is no behaviour or mechanism – did you mean 'upselling'"),
    ("me.trust = last.upselling.presure", "'last.upselling.presure' is no parameter – did you mean 'pressure'"),
    ("count.ofers += 1", "'count.ofers' is no count – did you mean 'offers'"),
    ("me.trust = f32(count.ofers)", "'count.ofers' is no count – did you mean 'offers'"),
    ("me.trust = week.nmber", "'week.nmber' is nothing that a week has – did you mean 'number'"),
    (
        "me.trust = 1.0 if hapens(part, part) else 0.0",
        "'hapens' is no rule or step that is known here – did you mean 'happens'",
    ),
    ("me.trust = fixedd(part)", "'fixedd' is no rule or step"),
    ("me.trust = me.trust.real", "me.trust.real means nothing in a step"),
    ("me.trust = week.ended(part)", "week.ended is nothing that a step can call"),
    ("clear(me.trust)", "only a column that holds several numbers"),
    ("me.trust = total(me.trust)", "only a column that holds several numbers"),
    ("me.trust[0] = part", "only a column with several numbers has places"),
    ("p.upselling.pressure = part", "nothing can be written to p.upselling.pressure"),
]
FOR_EVERYBODY = [
    ("if whether: return\n    me.trust = part", "a step gives back something only in its last line"),
    ("note.offer_accepted(part)", "this cannot be done with everybody at once"),
    ("firm.budget = part", "nothing can be written to firm.budget where everybody is meant"),
    ("firm.budget += number", "everybody can only add to a sum of whole numbers, which firm.budget is not"),
    ("count.offers -= 1", "over everybody one can only add up"),
    ("count.offers += 1\n    me.trust = f32(count.offers)", "everybody is still adding to 'count.offers'"),
    ("me.trust = f32(firm.spending)\n    firm.spending += 1", "'firm.spending' was read in this phase already"),
    ("me.trust = me.luck(MOOD, number)", "the number of the draw must be fixed"),
    ("old = me.tenure\n    me.tenure = 0\n    me.trust = f32(old)", "what this rests on has changed by now (tenure)"),
    ("me.grievance = me.trust + bump(me)", "bump changes what was read before it (trust): give that a name first"),
    ("if me.trust > 0.0: part = me.trust", "'part' has a value already"),
    ("far = me.trust * part\n    far = me.tenure", "'far' was a quantity before; use a new name"),
    ("if whether: far = me.trust * part\n    me.trust = far", "'far' has no value here"),
    ("if me.trust > part: far = me.trust * part\n    me.trust = far", "'far' has no value here"),
]
ONE_BY_ONE = [
    ("whether += 1.0", "'whether' is a whole number here"),
    ("note.ofer_accepted(part)", "'note.ofer_accepted' is no event – did you mean 'offer_accepted'"),
    ("note.offer_accepted(part, part)", "a note has one amount"),
    ("me.trust /= part", "this cannot be reckoned in a step: me.trust /= part"),
    ("far = 1\n    far = part", "'far' is a whole number here, and cannot become another"),
    ("far = whether\n    far = number", "'far' was something else before"),
    ("if whether: far = 1\n    else: far = part\n    me.trust = far", "'far' is a quantity on one way"),
    ("if whether: far = part\n    me.trust = far", "'far' has no value here"),
    ("me.trust = agent.skill", "the step does not ask for 'agent'"),
]


def written(folder: Path, body: str, returns: str = "") -> Any:
    """The steps of a file with this text of the step ``deed``."""
    return loaded(folder, HEAD.format(body=body, returns=returns))


def loaded(folder: Path, text: str) -> Any:
    """The module with this text."""
    path = folder / "deeds.py"
    path.write_text(text)
    spec = spec_from_file_location("deeds", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    linecache.clearcache()
    return module


@pytest.mark.parametrize("form", [Everybody, partial(Whoever, toy.everyone)], ids=["everybody", "whoever"])
@pytest.mark.parametrize(("body", "words"), ANY_FORM, ids=[body.replace("\n    ", "; ") for body, _ in ANY_FORM])
def test_what_is_no_part_of_a_step_is_refused(tmp_path: Path, form: Any, body: str, words: str) -> None:
    assert_refused(form(written(tmp_path, body).taken), tmp_path, words)


@pytest.mark.parametrize(("body", "words"), FOR_EVERYBODY)
def test_what_cannot_be_done_with_everybody_at_once_is_refused(tmp_path: Path, body: str, words: str) -> None:
    assert_refused(Everybody(written(tmp_path, body).taken), tmp_path, words)


@pytest.mark.parametrize(("body", "words"), ONE_BY_ONE)
def test_what_cannot_be_done_one_by_one_is_refused(tmp_path: Path, body: str, words: str) -> None:
    assert_refused(Whoever(toy.everyone, written(tmp_path, body).taken), tmp_path, words)


def assert_refused(item: Item, folder: Path, words: str) -> None:
    """The sentence names the file, a line of the step, the step, and what is meant."""
    with pytest.raises(Unsuitable) as refused:
        Module(MODEL, {phase: () for phase in PHASES} | {"touch": (item,)}).text()
    place, _, said = str(refused.value).partition(": ")
    assert words in said, said
    assert place.startswith(str(folder / "deeds.py")) and place.endswith("step deed")
    first = next(n for n, line in enumerate(HEAD.splitlines(), 1) if line.startswith("def deed"))
    assert first < int(place.split("line ")[1].split(",")[0]) < first + 4


WHOLE = """from sim.model.random import happens
from sim.model.steps import Minutes, step


@step
def asks(me, count) -> bool:
    count.offers += 1
    return me.trust > 0.0


@step
def answers(me) -> float:
    return me.trust


@step
def turns_round(me, much: float):
    turns_back(me, much)


@step
def turns_back(me, much: float):
    turns_round(me, much)


@step
def gets(me, much: float):
    me.trust = much


@step
def begins(me):
    turns_round(me, 1.0)


@step
def takes(me, much):
    me.trust = much


@step
def pays(me, firm):
    firm.budget = me.trust


@step
def works(me):
    me.trust = 1.0
"""


@pytest.mark.parametrize(
    ("item", "name", "words"),
    [
        (lambda deeds: Listing(deeds.asks), "asks", "a question changes nothing and counts nothing"),
        (lambda deeds: Listing(deeds.answers), "answers", "me.trust is no yes or no"),
        (lambda deeds: Listing(deeds.works), "works", "a question changes nothing"),
        (lambda deeds: Everybody(deeds.begins), "turns_", "it calls itself"),
        (lambda deeds: Whoever(toy.everyone, deeds.begins), "turns_", "it calls itself"),
        (lambda deeds: Everybody(deeds.takes), "takes", "'much' is nothing that a step can ask for"),
        (lambda deeds: Everybody(deeds.gets), "gets", "nobody gives it 'much'"),
        (lambda deeds: Whoever(toy.everyone, deeds.gets), "gets", "nobody gives it 'much'"),
        (lambda deeds: Company(deeds.pays), "pays", "has no 'me'; what it carries is 'firm'"),
        (lambda deeds: Representatives(deeds.works), "works", "'me.trust' is no column of a representative"),
    ],
)  # fmt: skip
def test_a_step_is_taken_by_those_it_is_about(tmp_path: Path, item: Any, name: str, words: str) -> None:
    with pytest.raises(Unsuitable, match=f"step {name}.*: .*{re.escape(words)}"):
        Module(MODEL, {phase: () for phase in PHASES} | {"touch": (item(loaded(tmp_path, WHOLE)),)}).text()
