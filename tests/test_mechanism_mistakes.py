"""A mechanism's file that is wrong is told with its line, what is meant and the nearest word, before anything is compiled.

Each case is the shipped example with one thing changed, or with one step more.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.engine import columns
from sim.errors import Mistake
from sim.scenario.mechanisms import model_with

POINTS = (Path(__file__).resolve().parents[1] / "examples" / "points.py").read_text(encoding="utf-8")
MORE = '''
from sim.model.random import stream
from sim.model.mechanisms.quality import EVERYDAY
from sim.model.schedule import company
LUCK = stream("points")


@step
def more(me, firm, p, last, week, count, note):
    """Do something more."""
    {}


WEEK = {{"touch": (*everybody(earn), {}(more))}}
'''


def changed(old: str, new: str) -> str:
    """The example with one thing in another's place."""
    assert old in POINTS
    return POINTS.replace(old, new, 1)


def lucky(line: str) -> str:
    """The example with a step more, of those who are listed."""
    return POINTS + MORE.format(line, "Whoever").replace("Whoever(more)", "Whoever(lapses, more)")


def everybody_(line: str) -> str:
    """The example with a step more, of everybody."""
    return POINTS + MORE.format(line, "*everybody")


WRONG: dict[str, tuple[str, str]] = {
    # no Python, no mechanism
    "a bracket too many": (changed("earned(spend", "earned)(spend"), "line 59: this is no Python"),
    "empty": ("", "line 1: this is no mechanism: it has neither settings"),
    "no sentence": (POINTS.split('"""', 2)[2], "the file must begin with a sentence in quotes"),
    "no such module": (changed("model.columns", "model.colums"), "line 12: .*did you mean 'sim.model.columns'"),
    "no such name": (changed("import rule\n", "import rul\n"), "line 16: sim.model.rules has no 'rul' – did you mean 'rule'"),
    "another library": (changed("import numpy", "import pandas, numpy"), "line 8: it imports pandas; a mechanism is one file"),
    "a file beside it": (changed("import numpy", "from . import mine\nimport numpy"), "line 8: it imports .; a mechanism is one"),
    "it fails": (changed("WEEKS = 52", "WEEKS = 52 // 0"), "line 21: the file fails: ZeroDivisionError"),
    "it ends": (changed("WEEKS = 52", "raise SystemExit"), "line 21: the file fails: SystemExit"),
    "a name unknown": (changed("size=WEEKS", "size=WEKS"), "line 44: the file fails: NameError.*did you mean 'WEEKS'"),
    # settings
    "default out of range": (changed("0.0, \"points", "-1.0, \"points"), "line 26: .*ValueError: default -1.0 lies"),
    "no source": (changed('"assumption: nearly', '"nearly'), "line 33: the file fails: ValueError: source must begin with"),
    "no parameter": (changed("    rate: float", "    more: float = 1.0\n    rate: float"), "'more' must be made by parameter"),
    "a list": (changed("    rate: float", "    rate: list"), "line 26: 'rate' must be annotated float, int or bool"),
    "a word of pydantic's": (changed("    rate: float", "    copy: float"), "the parameter 'copy' is there already"),
    "two classes": (changed("class Points", "class Other(Parameters): ...\n\n\nclass Points"), "here is a second"),
    "neutral name": (changed('NEUTRAL = {"rate"', 'NEUTRAL = {"rat"'), "line 43: NEUTRAL sets 'rat'.*did you mean 'rate'"),
    "neutral value": (changed('"rate": 0.0}', '"rate": -1.0}'), "line 43: NEUTRAL sets 'rate' to what it cannot be"),
    "a contradiction's name": (POINTS + "IMPOSSIBLE = ((lambda now: now.rat > 1, '{rate}'),)", "did you mean 'rate'"),
    "defaults contradict": (POINTS + "IMPOSSIBLE = ((lambda now: True, '{rate}'),)", "refuses the defaults themselves"),
    # columns, counts, events
    "kind of column": (changed('"number", "Points', '"numbr", "Points'), "line 44: .*did you mean 'number'"),
    "column taken": (changed('Column("points"', 'Column("trust"'), "line 44: the column 'trust' is there already"),
    "column of the panel": (changed('Column("points"', 'Column("week"'), "line 44: the column 'week' is there already"),
    "no size": (changed("size=WEEKS", "size=0"), "line 44: 'points' holds 0 numbers; it can hold 1, or"),
    "several marks": (changed('"number", "Points', '"mark", "Points'), "line 44: 'points' holds 52 numbers; it can hold"),
    "column word": (changed("size=WEEKS", "sise=WEEKS"), "line 44: the file fails: TypeError"),
    "no comma": (changed("size=WEEKS),)", "size=WEEKS))"), "line 44: COLUMNS must be written like"),
    "count taken": (changed('"rewards":', '"sales":'), "line 49: the count 'sales' is there already"),
    "money without comma": (changed('("cost_rewards",)', '("cost_rewards")'), "line 51: MONEY_OUT must be written like"),
    "event taken": (changed('"reward": "T', '"leaves": "T'), "line 53: the event 'leaves' is there already"),
    "sentence": (changed("points {:.0f} lapsed", "points {much} lapsed"), "line 54: the sentence of 'points_lapsed' fails"),
    "no sentence of an event": (changed('"Of their points {:.0f} lapsed."', '""'), "line 54: 'points_lapsed' needs a sentence"),
    # rules and examples
    "example": (changed("becomes=9.0", "becomes=9.9"), "line 111: example 2 of EXAMPLES.*becomes 9.0, and not 9.9"),
    "rule's name": (changed("int64(spend * rate)", "int64(spend * rte)"), "line 58: rule earned uses 'rte'.*'rate'"),
    "rule's number": (changed("(spend: float, ", "(spend, "), "line 58: the file fails: TypeError: rule earned: every number"),
    "rule's result": (changed("rate: float) -> float:", "rate: float):"), "line 58: rule earned must say what it gives"),
    # where steps act
    "phase": (changed('WEEK = {"touch"', 'WEEK = {"tuch"'), "line 107: 'tuch' is no place in the week – did you mean 'touch'"),
    "no several": (POINTS + "WEEK = {'touch': Whoever(lapses, lapse)}", "line 114: what happens in 'touch' must be several"),
    "no step": (changed("@step\ndef lapse(", "def lapse("), "line 106: 'lapse' is no step: write @step above it"),
    "a step of itself": (POINTS + "WEEK = {'touch': (lapse,)}", "line 114: lapse cannot act in 'touch' of itself"),
    "company acts": (POINTS + MORE.format("pass", "*company"), "it asks for 'me', but whoever takes it has firm"),
    "a number that nobody gives": (changed("def earn(me, p, week, count)", "def earn(me, p, wek, count)"), "did you mean 'week'"),
    "defaults": (changed("def earn(me, p, week, count)", "def earn(me, p, week, count=0)"), "must be a plain function"),
    # what a step says
    "loop": (lucky("for k in range(3): pass"), "line 124, step more: 'for' is no part of a step"),
    "words": (lucky("me.points[0] = 'many'"), "'many' is no number"),
    "nothing": (lucky("me.trust"), "this does nothing"),
    "print": (lucky("print(me)"), "'print' is no rule or step that is known here"),
    "not asked for": (changed("def earn(me, p, week, count)", "def earn(me, p, week)"), "it uses 'count' without asking for it"),
    "column": (lucky("me.poinst[0] = 1.0"), "'me.poinst' is no column of a person – did you mean 'points'"),
    "a representative's": (lucky("me.points[0] = me.morale"), "'me.morale' is no column of a person"),
    "the firm's": (lucky("me.points[0] = me.budget"), "'me.budget' is no column of a person"),
    "count": (lucky("count.rewrds += 1"), "'count.rewrds' is no count of this file – did you mean 'rewards'"),
    "event": (lucky("note.rewrd(1.0)"), "'note.rewrd' is no event of this file – did you mean 'reward'"),
    "parameter": (lucky("me.points[0] = p.points.rat"), "'p.points.rat' is no parameter – did you mean 'rate'"),
    "part": (lucky("me.points[0] = p.point.rate"), "'p.point' is no behaviour or mechanism – did you mean 'points'"),
    "week": (lucky("me.points[0] = f32(week.nmber)"), "'week.nmber' is nothing that a week has – did you mean 'number'"),
    "rule": (lucky("me.points[0] = earnd(me.spend, 1.0)"), "'earnd' is no rule or step.*did you mean 'earned'"),
    "how many": (lucky("me.points[0] = earned(me.spend)"), "earned takes 2 numbers, got 1"),
    "another order": (lucky("remember(p, me, 1.0, 1.0)"), "remember takes 'me' here, not p"),
    "itself": (lucky("more(me, firm, p, last, week, count, note)"), "it calls itself, perhaps through others"),
    "double precision": (lucky("me.points[0] = me.tenure * 0.1"), "Python would reckon this in double precision"),
    "a part of a head": (lucky("count.rewards += me.trust"), "what is counted is a whole number"),
    "sometimes": (lucky("if me.trust > 0.5:\n        got = 1.0\n    me.points[0] = got"), "'got' has no value here"),
    "all places": (lucky("me.points = 1.0"), "me.points holds several numbers: take one"),
    "no place": (lucky("me.points[me.trust] = 1.0"), "only a column with several numbers has places"),
    "unforeseen": (lucky("me.points[0] = me.luck(LUCK)"), "this means nothing in a step"),
    # what is another's
    "another's column": (lucky("me.trust = 1.0"), "'trust' belongs to another part of the model: call one of its steps"),
    "another's sum": (everybody_("firm.spending += 1"), "'spending' belongs to another part of the model"),
    "another's count": (lucky("count.sales += 1"), "'count.sales' belongs to another part of the model"),
    "another's event": (lucky("note.leaves(1.0)"), "'note.leaves' belongs to another part of the model"),
    "the model's": (lucky("week.company_reputation = 1.0"), "'week.company_reputation' belongs to the model"),
    "another's luck": (lucky("me.points[0] = me.luck(EVERYDAY, 0)"), "'EVERYDAY' is the luck of another part of the model"),
    "another's stream": (everybody_("pass").replace('stream("points")', 'stream("everyday")'), "stream of luck 'everyday'"),
    # what everybody does at once
    "everybody's place": (everybody_("me.points[me.tenure] = 0.0"), "the place must be the same for everybody"),
    "everybody's note": (everybody_("note.reward(1.0)"), "this cannot be done with everybody at once"),
    "everybody takes away": (everybody_("count.rewards -= 1"), "over everybody one can only add up"),
    "while it is added up": (everybody_("me.points[0] = f32(count.points_earned)"), "everybody is still adding to 'count.p"),
    "an early end": (changed("    return me.", "    if week.number > 3:\n        return True\n    return me."), "last line"),
}  # fmt: skip


def refusal(folder: Path, text: str) -> str:
    """What is said of a file with this text."""
    (folder / "points.py").write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as said:
        model_with([folder / "points.py"])
    return str(said.value)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_before_anything_is_compiled(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "compiled_week", lambda model: pytest.fail("compiled"))
    text, wanted = WRONG[name]
    said = refusal(tmp_path, text)
    assert re.search(r"points\.py, line \d+", said), said
    assert re.search(wanted, said), said
    assert refusal(tmp_path, text) == said  # and nothing of it is kept that would make it right


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("my points.py", POINTS, "'my points' is no name for a mechanism"),
        ("upselling.py", POINTS, "the model has a 'upselling' already; give the file another name"),
        ("market.py", POINTS, "'market' is a section of every scenario file"),
        ("counted.py", changed('"rewards": "', '"retention": "').replace(".rewards", ".retention"), "a measure, .* 'retention'"),
    ],
)  # fmt: skip
def test_names_that_mean_something_else_are_refused(name: str, text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=wanted):
        model_with([tmp_path / name])


def test_two_files_may_not_clash(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for place, text in (("points.py", POINTS), ("cards.py", POINTS), ("other/points.py", f"{POINTS}\n")):
        (tmp_path / place).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=r"points\.py, line 44: the column 'points' is there already"):
        model_with([tmp_path / "points.py", tmp_path / "cards.py"])
    with pytest.raises(Mistake, match="the model has a 'points' already"):
        model_with([tmp_path / "points.py", tmp_path / "other" / "points.py"])


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        (["nowhere.py"], "nowhere.py cannot be read as a mechanism .No such file"),
        (["points"], "there is no mechanism 'points': it is neither a file that ends in .py nor offered"),
        ("points.py", "mechanisms must be a list, such as"),
        ([3], "mechanisms must be the path of a file or folder, but is 3"),
    ],
)
def test_what_is_no_file_of_a_mechanism_is_told(named: object, wanted: str) -> None:
    with pytest.raises(Mistake, match=wanted):
        model_with(named)  # type: ignore[arg-type]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "points.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Mistake, match="is no text"):
        model_with([tmp_path / "points.py"])


def test_a_command_ends_with_a_sentence_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.py").write_text(lucky("count.rewrds += 1"), encoding="utf-8")
    (tmp_path / "today.yaml").write_text("weeks: 3\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["run", "today.yaml", "--mechanism", "points.py"])
    assert done.exit_code == 2 and done.stdout == ""
    assert done.stderr.startswith(
        "points.py, line 124, step more: 'count.rewrds' is no count of this file – did you mean 'rewards'"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["points.py", "today.yaml"]


def test_a_scenario_names_no_mechanism(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "today.yaml").write_text("mechanisms: [points.py]\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "today.yaml"])
    assert (done.exit_code, done.stderr) == (
        2, "today.yaml, line 1: a scenario runs no code; name mechanisms of your own with --mechanism FILE.py\n"
    )  # fmt: skip
