"""The guided part of a lesson: its words, its guesses that a run decides, and the mistakes it is told of."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from sim import load
from sim.errors import Mistake
from sim.runs.measures import DEFINITIONS
from sim.scenario.expected import Expected, amount, movement
from sim.scenario.guided import KEYS, Guide
from sim.scenario.json_schema import schema
from sim.scenario.quantities import Unfit

FOLDER = Path(__file__).parent.parent / "scenarios" / "lessons"
LESSONS = sorted(path for path in FOLDER.glob("*.yaml") if "\nlesson:" in path.read_text(encoding="utf-8"))


@lru_cache
def guide_of(path: Path) -> Guide:
    lesson = load(path).lesson
    assert lesson is not None and lesson.guide is not None
    return lesson.guide


# ---- a movement in words


@pytest.mark.parametrize(
    ("written", "between", "relative"),
    [
        ("rises", (0, math.inf), False),
        ("falls by 0.02", (-math.inf, -0.02), False),
        ("falls by more than 5 percentage points", (-math.inf, -0.05), False),
        ("rises by at least 5 %", (0.05, math.inf), True),
        ("falls by 2 to 8 percentage points", (-0.08, -0.02), False),
        ("changes by less than 2%", (-0.02, 0.02), True),
    ],
)
def test_a_movement_means_where_the_difference_lies(written: str, between: tuple[float, float], relative: bool) -> None:
    found = movement("retention", written)
    assert found.range == pytest.approx(between) and found.relative is relative
    assert movement("retention", found.words) == found  # what is told can be written again


@pytest.mark.parametrize(
    "written", ["grows", "falls by", "falls by -2 %", "changes by 2 %", "changes by less than", "5"]
)
def test_what_is_no_movement_is_refused(written: str) -> None:
    with pytest.raises(Unfit, match="must be such as"):
        movement("retention", written)


def test_a_relative_difference_is_a_share_of_the_other_world() -> None:
    falls = movement("profit", "falls by more than 5 %")
    assert falls.of(-12, 200) == pytest.approx(-0.06) and falls.of(-12, -200) == pytest.approx(-0.06)
    assert falls.of(0, 0) == 0 and falls.of(-1, 0) == -math.inf
    assert falls.holds(-0.08, -0.051) and not falls.holds(-0.08, -0.049)


def test_percentage_points_are_for_shares() -> None:
    assert amount("retention", "-5 percentage points") == (-0.05, False)
    assert amount("profit", "5 %") == (0.05, True)
    with pytest.raises(Unfit, match="profit is no share"):
        amount("profit", "5 percentage points")


# ---- guesses


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
@given(value=st.floats(-1e6, 1e6))
def test_of_every_outcome_exactly_one_option_is_right(path: Path, value: float) -> None:
    guess = guide_of(path).guess
    right = [option for option in guess.options if option.when.fits(value)]
    assert len(right) == 1 if guess.options else guess.low < guess.high
    assert not guess.options or guess.options[guess.right(value)] == right[0]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_guide_reads_well_and_gives_nothing_away(path: Path) -> None:
    guide = guide_of(path)
    sentences = [*guide.read, *guide.explain, guide.think.question, guide.teacher.aim, *guide.teacher.answers]
    sentences += [text for option in guide.guess.options for text in (option.answer, option.means)]
    assert all(text[0].isupper() or text[0] in "“" for text in sentences)
    assert all(text.endswith((".", "?", ".”")) for text in sentences), [
        text for text in sentences if text[-1] not in ".?"
    ]
    assert len(guide.teacher.answers) == len(guide.explain)
    assert not any(character.isdigit() for text in guide.read for character in text)  # no number a run could contradict


def test_a_movement_is_one_that_its_measure_can_make() -> None:
    for path in LESSONS:
        guess = guide_of(path).guess
        assert guess.measure in DEFINITIONS
        assert all(option.when.measure == guess.measure for option in guess.options)


# ---- mistakes, each told with its line and its remedy

GUIDED = """extends: town.yaml
lesson:
  claim: S0.1
  against: town.yaml
  predict: What?
  happens: This.
  because: So.
  shows: {retention: falls by 0.05}
  read: [Once upon a time.]
  guess:
    measure: retention
    options:
    - {answer: Fewer., when: falls by more than 2 percentage points, means: Indeed.}
    - {answer: Same., when: changes by less than 2 percentage points, means: No.}
    - {answer: More., when: rises by more than 2 percentage points, means: No.}
  explain: [Why?]
  think: {question: What else?, touches: [this, that]}
  teacher:
    aim: Explain it.
    minutes: 30
    before: []
    misconceptions: [{belief: No., reply: Yes.}]
    answers: [So.]
"""
NUMBER = GUIDED[: GUIDED.index("    options:")] + "    from: -30 percentage points\n    to: 0.1\n    near: 0.03\n"
NUMBER += GUIDED[GUIDED.index("  explain:") :]
WRONG = {
    ("measure: retention", "measure: profit"): "of which shows says nothing; it speaks of retention",
    ("when: rises by more than 2", "when: rises by more than 3"): "leave out some outcome or hold one twice",
    ("when: changes by less than 2", "when: changes by less than 3"): "leave out some outcome or hold one twice",
    ("when: rises by more than 2 percentage points", "when: rises by more than 2 %"): "mix '%' with other units",
    ("when: falls by more than 2", "when: drops by more than 2"): "must be such as 'rises'",
    ("falls by 0.05", "falls by 0.01"): "which makes no single option right; let shows say by how much",
    ("  read: [Once upon a time.]\n", ""): "lesson.read is missing, which a lesson with a guide needs",
    ("minutes: 30", "minutes: 3"): "must be a whole number between 5 and 240",
    ("minutes: 30", "minuets: 30"): "did you mean 'minutes'",
    ("answers: [So.]", "answers: [So., And so.]"): "answers are 2, but explain asks 1 question; give each its answer",
    ("touches: [this, that]", "touches: this"): "must be a list of at least 1",
    ("reply: Yes.", "reply: 5"): "must be a sentence",
    ("question: What else?, ", ""): "lesson.think.question is missing",
}


def written(folder: Path, text: str) -> Path:
    (folder / "town.yaml").write_text("weeks: 10\n", encoding="utf-8")
    path = folder / "lesson.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_guide_is_read(tmp_path: Path) -> None:
    guide_of.cache_clear()
    guide = guide_of(written(tmp_path, GUIDED))
    assert [option.when.range for option in guide.guess.options][1] == (-0.02, 0.02)
    assert guide.teacher.minutes == 30 and guide.teacher.before == () and guide.think.touches == ("this", "that")
    guide_of.cache_clear()
    number = guide_of(written(tmp_path, NUMBER)).guess
    assert (number.low, number.high, number.near, number.relative) == (-0.3, 0.1, 0.03, False)


@pytest.mark.parametrize(("change", "told"), WRONG.items(), ids=[told[:40] for told in WRONG.values()])
def test_a_wrong_guide_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in GUIDED
    with pytest.raises(Mistake, match=told) as raised:
        load(written(tmp_path, GUIDED.replace(*change)))
    assert "lesson.yaml, line" in str(raised.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("to: 0.1", "to: -0.4"), "from must be below to"),
        (("near: 0.03", "near: 3 %"), "mixes '%' with other units"),
        (("to: 0.1", "to: many"), "must be a number such as"),
        (("falls by 0.05", "falls by 0.5"), "which cannot be guessed; move from or to"),
    ],
)
def test_a_wrong_number_to_guess_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in NUMBER
    with pytest.raises(Mistake, match=told):
        load(written(tmp_path, NUMBER.replace(*change)))


def test_an_option_for_no_difference_is_needed(tmp_path: Path) -> None:
    start, end = GUIDED.index("    - {answer: Fewer."), GUIDED.index("  explain:")
    two = "    - {answer: Fewer., when: falls, means: Yes.}\n    - {answer: More., when: rises, means: No.}\n"
    with pytest.raises(Mistake, match="no difference worth speaking of"):
        load(written(tmp_path, GUIDED[:start] + two + GUIDED[end:]))


def test_the_json_schema_accepts_every_guide_and_no_half_of_one() -> None:
    judge = Draft202012Validator(schema())
    for path in LESSONS:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        assert not list(judge.iter_errors(document)), path.name
        for key in KEYS:
            assert key in document["lesson"]
        document["lesson"]["teacher"].pop("aim")
        assert list(judge.iter_errors(document))


def test_a_border_belongs_to_one_side() -> None:
    falls, same = movement("retention", "falls by more than 0.02"), movement("retention", "changes by less than 0.02")
    assert not falls.fits(-0.02) and same.fits(-0.02)
    assert Expected(measure="retention", way=-1, at_least=0.05).within(falls) and not same.within(falls)
