"""What an answer says of its own spread: what it hangs on, what it is worth to find out, and how."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.model.component import Model
from sim.report.amounts import NONE, counted, lasting, listed, money_places, money_unit, number, rough_money
from sim.report.charts import Axis, Bars, Chart, Picture
from sim.report.charts.palette import COLOURS, FAINT, PALE
from sim.report.document import Group, Section, Sheet, Table, cell
from sim.report.questions import as_noun, costs_asked_for, how, words_of
from sim.report.words import quoted
from sim.runs.comparison import Comparison
from sim.runs.hanging import FEWEST, Hanging, hangs_on_told, parts_told
from sim.runs.result import fitted_to, worlds_told
from sim.runs.runner import Result
from sim.runs.statistics import plain
from sim.runs.worth import Question, Test, Worth
from sim.scenario.worlds import LOOKS, line_of

TITLE = "What the answer hangs on"
SUBJECTS = {"retention": "customers kept", "profit": "profit"}
HANG = {"retention": "hang", "profit": "hangs"}
MOST_BARS, MOST_NAMED, MOST_ROWS = 6, 3, 3
BARS_TOLD = (
    "Each bar is a share of the spread of the difference between plausible worlds, in one market of the company's size; the line "
    "is its 95 % interval. Grey is what cannot be found out: luck, and what the runs cannot tell apart, because it is small or "
    "acts only together with something else."
)


# ---- in sentences


def choice_told(answer: Comparison, found: Worth) -> list[str]:
    """What the choice hangs on, and what it is worth to find that out, for a strategist: one sentence or two."""
    if found.early:
        return [too_early(found.worlds)]
    if found.questions:
        return _most_valuable(answer, found)
    if found.open:
        return [
            f"Which policy earns most is open: to know everything beforehand is worth {_money(answer, found.perfect)} at most, "
            "but no single question is known to be worth anything."
        ]
    best = quoted(found.best)
    return [
        f"Nothing that could be found out is known to change the choice: {best} earns most in nearly every plausible world."
    ]


def _most_valuable(answer: Comparison, found: Worth) -> list[str]:
    model, first = answer.base.scenario.model, found.questions[0]
    share = f" ({_percent(first.share)} of the spread in profit)" if math.isfinite(first.share) else ""
    others = [f"on {as_noun(words_of(one.parameter, model))}" for one in found.questions[1:MOST_NAMED]]
    after, it = (f", then {listed(others)}", "the first") if others else ("", "it")
    return [
        f"Which policy earns most hangs on {as_noun(words_of(first.parameter, model))}{share}{after}.",
        f"To find {it} out is worth {_money(answer, first.worth)} at most: {how(first.parameter, model)}.",
    ]


def too_early(worlds: int) -> str:
    """That too few worlds were met, and how many replications it takes."""
    needed = math.ceil(FEWEST / (LOOKS - 1)) * LOOKS
    return (
        f"It is too early to tell what the answer hangs on: {counted(worlds, 'world was', 'worlds were')} met, and it takes "
        f"{FEWEST} ({needed} replications)."
    )


def hangs_told(answer: Comparison, other: Result) -> str:
    """What the difference of a policy hangs on, in a sentence."""
    found = answer.hangs_on[other.scenario.name]
    parts = [
        f"{SUBJECTS[name]} {HANG[name]} {_hangs_on(answer, one)}"
        for name, one in found.items()
        if not math.isnan(one.rest)
    ]
    return f"{quoted(other.scenario.name)}: {'; '.join(parts)}." if parts else ""


def _hangs_on(answer: Comparison, one: Hanging) -> str:
    if not one.told:
        return "on nothing that can be told apart"
    model = answer.base.scenario.model
    each = [
        f"on {as_noun(words_of(share.parameter, model))} ({number(100 * share.share)} %)"
        for share in one.told[:MOST_NAMED]
    ]
    return listed(each)


def line_told(answer: Comparison) -> str:
    """What the answer hangs on, in one line for a terminal; empty in one setting."""
    if answer.worlds is None or not answer.others:
        return ""
    found = answer.worth
    return " ".join([*choice_told(answer, found), *([] if found.early else ["More: loyalty worth."])])


def _money(answer: Comparison, amount: float) -> str:
    return rough_money(amount, answer.base.scenario.currency)


def test_told(answer: Comparison, test: Test) -> str:
    """The A/B test between the two policies, and how many customers it takes."""
    one, other = (quoted(name) for name in test.policies)
    if test.policies[0] == test.policies[1] or not math.isfinite(test.group):
        return ""
    levels = " % of customers kept from ".join(number(100 * level, 1) for level in test.levels)
    company = answer.base.customers_in_week_0 * answer.stands_for
    more = ", which is more than the company has" if 2 * test.group > company else ""
    return (
        f"Or try both: an A/B test of {one} against {other} that can tell {levels} % takes {number(test.group)} customers in "
        f"each group and {lasting(answer.base.scenario)}{more} (80 % power, 5 % two-sided)."
    )


# ---- on the page


def section(answer: Comparison) -> list[Section]:
    """The section of the report of a comparison; none in one setting."""
    if answer.worlds is None or not answer.others:
        return []
    found = answer.worth
    if found.early:
        return [Section(TITLE, [too_early(found.worlds)])]
    told = [" ".join(choice_told(answer, found)), *_alone(answer), test_told(answer, found.test)]
    return [Section(TITLE, [sentence for sentence in told if sentence], pictures=pictures(answer), notes=[BARS_TOLD])]


def _alone(answer: Comparison) -> list[str]:
    """What the difference hangs on, where there is one; of several the figures tell it."""
    return [hangs_told(answer, answer.others[0])] if len(answer.others) == 1 else []


def pictures(answer: Comparison) -> list[Picture]:
    """Bars of what customers kept and profit hang on; of several policies, of customers kept alone."""
    measures = ("retention", "profit") if len(answer.others) == 1 else ("retention",)
    found = [
        (other.scenario.name, measure, answer.hangs_on[other.scenario.name][measure])
        for other in answer.others
        for measure in measures
    ]
    return [_bars(answer, *each) for each in found if not math.isnan(each[2].rest)]


def _bars(answer: Comparison, policy: str, measure: str, found: Hanging) -> Picture:
    told = found.told[:MOST_BARS]
    names = [words_of(one.parameter, answer.base.scenario.model) for one in told]
    smaller = sum(one.share for one in found.told[MOST_BARS:])
    rows = [(name, one.share, 2 * one.error, COLOURS[0]) for name, one in zip(names, told, strict=True)]
    rows += [("smaller ones together", smaller, math.nan, COLOURS[0])] if smaller else []
    rows += [("not told apart", found.rest, math.nan, FAINT), ("luck", found.luck, math.nan, PALE)]
    ends = [100 * min(share + (0 if math.isnan(error) else error), 1.0) for _, share, error, _ in rows]
    bars = Bars(
        "share", range(len(rows)), [100 * share for _, share, _, _ in rows], [colour for *_, colour in rows],
        low=[100 * max(share - error, 0.0) for _, share, error, _ in rows],
        high=[100 * min(share + error, 1.0) if error == error else math.nan for _, share, error, _ in rows],
        words=[_percent(share) for _, share, _, _ in rows], clear=ends, thick=0.62,
    )  # fmt: skip
    across = Axis("% of the spread", "%", 0, max(10.0, 1.18 * max(ends)))
    subject = SUBJECTS[measure]
    title = subject.capitalize() if len(answer.others) == 1 else f"{policy}: {subject}"
    up = Axis(rows=[row[0] for row in rows], line=False, letters=32)
    chart = Chart(title, across, up, [bars], height=1.0 + 0.36 * len(rows))
    said = ", ".join(f"{name} {_percent(share)}" for name, share, *_ in rows)
    alt = f"Bar chart of what the difference in {subject} of {policy} hangs on: {said}."
    return Picture(chart, alt, name=f"hangs_on_{measure}")


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.005 else f"{number(100 * share)} %"


def sheet(answer: Comparison) -> list[Sheet]:
    """The shares as numbers, for a workbook; none in one setting."""
    if answer.worlds is None or not answer.others:
        return []
    columns = [
        "Policy",
        "Measure",
        "Parameter",
        "Meaning",
        "Share of the spread (%)",
        "Standard error (%)",
        "How to find out",
    ]
    rows: list[list[float | str | None]] = []
    model = answer.base.scenario.model
    for policy, each in answer.hangs_on.items():
        for measure, found in each.items():
            head = [policy, SUBJECTS[measure]]
            rows += [
                [
                    *head,
                    one.parameter,
                    words_of(one.parameter, model),
                    100 * one.share,
                    100 * one.error,
                    how(one.parameter, model),
                ]
                for one in found.told
            ]
            rows += [[*head, name, None, cell(100 * share), None, None] for name, share in
                     (("luck", found.luck), ("not told apart", found.rest))]  # fmt: skip
    return [Sheet(TITLE, columns, rows)]


# ---- loyalty worth


def questions_table(answer: Comparison, found: Worth) -> Table:
    """What each question is worth at most, and how to find it out."""
    model, unit = answer.base.scenario.model, money_unit([found.perfect], answer.base.scenario.currency)
    rows = [
        [words_of(one.parameter, model), _around(one.worth, one.error, unit.factor), how(one.parameter, model)]
        for one in found.questions
    ]
    rows.append(["everything", _around(found.perfect, found.error, unit.factor), NONE])
    return Table(("What to find out", f"worth at most, {unit.level}", "how"), rows, words=True)


def _around(worth: float, error: float, factor: float) -> str:
    """An amount with its standard error."""
    digits = money_places(error * factor)
    return f"{number(worth * factor, digits)} ± {number(error * factor, digits)}" if worth > 0 else "nothing"


def shares_table(answer: Comparison) -> Table:
    """What the differences hang on most, policy by policy: per cent of the spread."""
    against = f"against {answer.base.scenario.name}"
    groups = [Group(policy, against, _share_rows(answer, each)) for policy, each in answer.hangs_on.items()]
    return Table(("Of the spread", *SUBJECTS.values()), groups=groups)


def _share_rows(answer: Comparison, each: Mapping[str, Hanging]) -> list[list[str]]:
    shares = [{one.parameter: one.share for one in found.told} for found in each.values()]
    most = {path: max(found.get(path, 0.0) for found in shares) for one in shares for path in one}
    rows = [
        [
            words_of(path, answer.base.scenario.model),
            *(_percent(found[path]) if path in found else NONE for found in shares),
        ]
        for path in sorted(most, key=lambda path: -most[path])[:MOST_ROWS]
    ]
    rest = ["not told apart", *(_percent(found.rest) for found in each.values())]
    return [*rows, rest, ["luck", *(_percent(found.luck) for found in each.values())]]


def sentences(answer: Comparison, found: Worth) -> list[str]:
    """What ``loyalty worth`` says before its tables: what is asked for first, then what the answer hangs on."""
    return [*choice_told(answer, found), *costs_asked_for(answer), *([] if found.early else _alone(answer))]


AT_MOST = (
    "“Worth at most” is what a choice by profit gains on average by knowing it beforehand, in money of the whole company, before "
    "what it costs to find out; ± is its standard error."
)


def to_json(answer: Comparison) -> dict[str, Any]:
    """The object that ``loyalty worth --json`` prints: money is the whole company's."""
    found, model = answer.worth, answer.base.scenario.model
    told = {
        "base": answer.base.scenario.name,
        "seed": answer.base.seed,
        "replications": len(answer.numbers),
        "worlds": worlds_told(answer.base.scenario),
        "worlds_met": found.worlds,
        "fitted_to": list(fitted_to(answer.base.scenario)),
        "stands_for": answer.stands_for,
        "currency": answer.base.scenario.currency,
        "earns_most": found.best,
        "perfect_information": found.perfect,
        "perfect_information_error": found.error,
        "questions": [_question_told(one, model) for one in found.questions],
        "hangs_on": hangs_on_told(answer.hangs_on),
        "hangs_on_parts": parts_told(answer.hangs_on),
        "luck": {name: {measure: one.luck for measure, one in each.items()} for name, each in answer.hangs_on.items()},
        "test": found.test._asdict() | {"measure": "retention", "policies": list(found.test.policies)},
        "sentences": [line for line in (*sentences(answer, found), test_told(answer, found.test)) if line],
    }
    plainly: dict[str, Any] = plain(told)
    return plainly


def _question_told(one: Question, model: Model) -> dict[str, Any]:
    line = line_of(model, one.parameter)
    beside = {"meaning": line.meaning, "how": how(one.parameter, model)}
    return one._asdict() | beside
