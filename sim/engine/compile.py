"""The compiled week: the steps of a model, translated to columns and put in the order of :func:`sim.model.week.week_of`.

What is translated is written to a readable file beside the compiled code, in which every line names the line of the step that
it comes from; a traceback of a step points there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sim.engine.dense import EACH_GROUP, OF_SETTINGS, Block, DenseStep, Param, fills
from sim.engine.expressions import IN_QUESTION, THIS_WEEK, Draw, Drawn
from sim.engine.scalar import ALWAYS, ScalarStep, bulk_draws
from sim.engine.support import Sizes
from sim.model.addressing import addressable, paid_by_group
from sim.model.columns import WEEKLY
from sim.model.component import Model
from sim.model.rules import Rule
from sim.model.schedule import (
    Company,
    EachRival,
    Everybody,
    InTurn,
    Item,
    Line,
    Listing,
    Overhearing,
    Queue,
    Representatives,
    Resize,
    Showing,
    Telling,
    Whoever,
    steps_in,
)
from sim.model.steps import Step
from sim.model.week import week_of

_HEAD = '''"""The week of a model, translated from its steps; made anew whenever they change."""

import numpy as np

from sim.model.behaviour.ledger import rate as booking_rate
from sim.model.mechanisms.word_of_mouth import carried
from sim.model.rules import inner_kernel, lean_kernel, phase, step
from sim.model.random import fill, fill_listed, unit, word
from sim.engine.support import (
    BLOCK, TO_UNIT_64, Now, begin_talk, begin_talk_of_several, by_time, clear, copied, in_turn, lane_row, listed, note,
    posted_by, resize, told_by, total,
)
from sim.service.queues import along_week, answer, clock_set_back, come_forward_by_hour, open_until, rebase_line, stand_in
from sim.service.turns import can_be_served, let_in, next_moment, put_in, whose_turn
from sim.service.queues import standing as standing_there

f32, f64, u8, i32, u32, i64, u64 = np.float32, np.float64, np.uint8, np.int32, np.uint32, np.int64, np.uint64
'''
_TAKEN = {
    *(node.asname or node.name for node in ast.walk(ast.parse(_HEAD)) if isinstance(node, ast.alias)),
    *(node.id for node in ast.walk(ast.parse(_HEAD)) if isinstance(node, ast.Name)),
    "now", "i", "p", "last", "counts", "journal", "who", "agent", "weeks", "state", "work", "start", "end", "here", "size",
    "people", "min", "max", "range", IN_QUESTION,
}  # fmt: skip
"""Words that mean something in every compiled week: what its head names, and what its functions are given."""
_GIVEN = "now, state, work, p, last, counts, journal"
_STEP = "p, last, counts, journal"
_GROUPS = ", groups"


_HEAD_OF_GROUPS = """
from sim.engine.support import (
    Groups, after_paying, before_paying, begin_paying, pay_share, see_differences, spread, spread_listed,
)
"""
_WORDS_OF_GROUPS = {
    "Groups", "after_paying", "before_paying", "begin_paying", "pay_share", "see_differences", "spread", "spread_listed",
    "settle_groups", "groups", "group", "of", "was", "room", *EACH_GROUP.values(),
}  # fmt: skip
"""What stands in the head of a week whose settings differ from group to group, and words that mean something in it."""
_OF_LOOPS = re.compile(r"[acsvw]\d+")
"""What loops call their arrays and numbers."""


class Module:
    """The text of a compiled week while it is written."""

    def __init__(self, model: Model, week: Mapping[str, tuple[Item, ...]], grouped: bool = False) -> None:
        self.model, self.week = model, week
        self.imports: dict[str, str] = {}
        self.addressed = addressable(model) if grouped else frozenset()
        self.paid = paid_by_group(model) if grouped else frozenset()
        self.taken = _TAKEN | _WORDS_OF_GROUPS if grouped else _TAKEN
        self.names: dict[str, Any] = {name: name for name in self.taken}
        self.grouped = grouped
        self.table: list[tuple[str, str]] = []
        self.given, self.step = (_GIVEN + _GROUPS, _STEP + _GROUPS) if grouped else (_GIVEN, _STEP)
        self.functions: list[str] = []
        self._scalars: dict[Any, str] = {}
        self._rows: dict[Any, list[int]] = {}
        self._streams: dict[str, np.uint32] = {}
        self.lists: dict[Step, int] = {}
        self.kept = _kept_streams(week)
        self.filled: set[np.uint32] = set()
        self.most_bits = self.most_scratch = self.most_choices = self.most_words = 1

    def taken_by(self, person: str) -> str:
        """What a person's step is given, after who takes it: the settings of the person's group, counts and journal."""
        if not self.grouped:
            return _STEP
        return f"groups.settings[groups.of[{person}]], groups.before[groups.was[{person}]], counts, journal"

    def place_in_table(self, which: str, field: str) -> int:
        """Where a setting of this week (``p``) or the last stands in the table of those that everybody reads at once."""
        if (which, field) not in self.table:
            self.table.append((which, field))
        return self.table.index((which, field))

    def _settle_groups(self) -> str:
        """The function that fills this table when a week begins."""
        lines = [
            f"        groups.table[{place}, group] = f32(groups.{'settings' if which == 'p' else 'before'}[group].{field})"
            for place, (which, field) in enumerate(self.table)
        ]
        head = ["@inner_kernel", "def settle_groups(groups):", "    for group in range(groups.settings.size):"]
        return "\n".join((*head, *(lines or ["        pass"]), "    see_differences(groups)"))

    # ---- names -----------------------------------------------------------------------------------------------------------

    def global_named(self, value: Any, name: str, module: str) -> str:
        """The name in the compiled module of what a module of the model calls ``name``."""
        if isinstance(value, Rule):
            name, module = value.__name__, value.__module__
        for known in (name, f"{module.rsplit('.', 1)[-1]}_{name}"):
            if _OF_LOOPS.fullmatch(known):
                continue
            if known not in self.names:
                self.names[known] = value
                alias = name if known == name else f"{name} as {known}"
                self.imports[known] = f"from {module} import {alias}"
            if self.names[known] is value or (type(value) is type(self.names[known]) and self.names[known] == value):
                if isinstance(value, np.uint32):
                    self._streams[known] = value
                return known
        raise AssertionError(f"{module}.{name} and another have one name")

    def kept_row(self, stream: str) -> int | None:
        """The first row of a stream whose words are kept all week; None for one that is drawn where it is used."""
        value = self._streams.get(stream)
        return 4 * self.kept.index(value) if value in self.filled else None

    def fresh(self, name: str) -> str:
        """A name for a function of the module."""
        number, found = 1, name
        while found in self.names:
            number += 1
            found = f"{name}_{number}"
        self.names[found] = object()
        return found

    def writes(self, step: Step, kind: str, column: str, node: ast.AST) -> None:
        """Refuse that a step from outside writes what belongs to another part."""
        outside = {part.module.__name__: part for part in self.model.parts.values() if part.group == "outside"}
        part = outside.get(step.__module__)
        if part is not None and column not in {own.name for own in part.columns}:
            raise step.unsuitable(
                node,
                f"'{column}' belongs to another part of the model: call one of its steps, or carry a column of your own",
            )

    # ---- functions -------------------------------------------------------------------------------------------------------

    def scalar(self, step: Step, drawn: Drawn | None = None, whose: str = "person", each_rival: bool = False) -> str:
        """The function of a step about one person (representative, company: ``whose`` it is); written when it is first wanted."""
        key = step, tuple((drawn or {}).items()), whose, each_rival
        if key not in self._scalars:
            self._scalars[key] = name = self.fresh(step.__name__)
            writer = ScalarStep(step, self.model, self, drawn, whose, each_rival)
            self.functions.append(writer.written(name))
            self._rows[key] = [int(row[1:]) for row in writer.rows]
        return self._scalars[key]

    def words_of(self, step: Step, drawn: Drawn) -> list[int]:
        """The rows of words that the function of a person's step with draws in bulk is given."""
        return self._rows[step, tuple(drawn.items()), "person", False]

    def loop(self, name: str, given: list[str], body: list[str]) -> str:
        """Write a loop over arrays as a function; returns its name."""
        found = self.fresh(name)
        self.functions.append("\n".join(("@inner_kernel", f"def {found}({', '.join(given)}):", *body)))
        return found

    def function(self, kind: str, name: str, given: str, body: list[str]) -> str:
        """Write a function; returns its name."""
        found = self.fresh(name)
        self.functions.append("\n".join((f"@{kind}", f"def {found}({given}):", *(body or ["    pass"]))))
        return found

    def draws(self, step: Step) -> dict[Draw, int]:
        """The draws that a step makes in bulk, and their rows."""
        found: dict[Draw, int] = {}
        for stream, block, moment in bulk_draws(step):
            value = step.plain.__globals__[stream]
            name = self.global_named(value, stream, step.__module__)
            if self.kept_row(name) is None or block > 0 or moment != THIS_WEEK:
                found[name, block, moment] = 4 * len(found)
        self.most_bits = max(self.most_bits, 4 * len(found))
        return found

    # ---- the week --------------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The whole module."""
        phases = [Phase(self, name).written(items) for name, items in self.week.items()]
        calls, rivals = "\n".join(f"        {name}({self.given})" for name in phases), "weekly.heard.shape[0]"
        weeks = _WEEKS.format(calls=calls, rivals=rivals if self.model.several else "1")
        if self.grouped:
            weeks = weeks.replace(*_ONE_FOR_ALL).replace("tally, journal)", "tally, journal, of, was, room)")
            self.functions.append(self._settle_groups())
        imports = "\n".join((*self._mechanisms(), *sorted(self.imports.values())))
        later = f"LATER = ({''.join(f'{name}, ' for name in reversed(phases[2:]))})\nSIZES = {tuple(self.sizes())!r}"
        later += f"\nSETTINGS = {len(self.table)}" if self.grouped else ""
        return (
            "\n\n\n".join((_HEAD + (_HEAD_OF_GROUPS if self.grouped else "") + imports, *self.functions, weeks, later))
            + "\n"
        )

    def _mechanisms(self) -> list[str]:
        """The texts that steps and rules from outside the package come from: with another one it is another week."""
        return [f"# with {name}, SHA-256 {text}" for name, text in self.model.mechanisms.items()]

    def sizes(self) -> Sizes:
        """What the week needs of a workspace."""
        weekly = {kind: max(self.model.rows(kind), 1) for kind in WEEKLY}
        lists, kept = max(len(self.lists), 1), max(4 * len(self.kept), 1)
        return Sizes(self.most_bits, self.most_scratch, self.most_choices, lists, self.most_words, kept, **weekly)


@lru_cache(maxsize=16)
def week_text(model: Model, grouped: bool = False) -> str:
    """The text of a model's compiled week. Raises :class:`~sim.model.steps.Unsuitable` for a step that cannot be translated.

    ``grouped``: the one in which settings differ from group to group of people. What mechanisms from outside do is translated by
    itself before: their mistakes are told at once.
    """
    for part in model.acting:
        if part.week:
            Module(model, {place: tuple(items) for place, items in part.week.items()}, grouped).text()
    return Module(model, week_of(model), grouped).text()


_WEEKS = '''@lean_kernel
def weeks(state, work, weekly, network, policy, first, flags, tally, journal):
    """As many weeks as ``tally`` has rows, from week ``first`` on."""
    for row in range(tally.shape[0]):
        week, counts = first + row, tally[row]
        p, last = policy[week], policy[max(week - 1, 0)]
        weekly.flag[:] = u8(0)
        weekly.firm[:] = f32(0)
        weekly.sum[:] = i64(0)
        now = Now(
            state.number, state.clock, state.mark, state.staff, state.firm, state.reputation, weekly.number, weekly.flag,
            weekly.firm, weekly.sum, weekly.heard, weekly.content, weekly.kept, weekly.spoken, week, flags.world,
            booking_rate(week, p.ledger_half_life), flags.stands_for, max(week - flags.warm_up, 0),
            max(week - flags.measured_from, 0), flags.prices_move, flags.offers_made,
            flags.staff_lasts, flags.budget_moves, network, {rivals},
        )
{calls}
        weekly.heard[:] = u64(0)
        weekly.content[:] = u64(0)'''


_ONE_FOR_ALL = (
    "p, last = policy[week], policy[max(week - 1, 0)]",
    "groups = Groups(policy[week], policy[max(week - 1, 0)], of, was, room[0], room[1], room[2], room[3])\n"
    "        settle_groups(groups)\n"
    "        p, last = groups.settings[0], groups.before[0]",
)
"""Where the settings of a week are found, and where they are found when they differ from group to group."""


class Phase:
    """One phase of the week while it is written."""

    def __init__(self, module: Module, name: str) -> None:
        self.module, self.name, self.pays = module, name, False
        self.lines: list[str] = ["    people = now.mark.shape[1]"]

    def say(self, text: str, depth: int = 1) -> None:
        """One more line of the phase."""
        self.lines.append(f"{'    ' * depth}{text}")

    def written(self, items: tuple[Item, ...]) -> str:
        """Write the phase; returns the name of its function."""
        together: list[Everybody | Listing | EachRival] = []
        for item in items:
            _check_steps(item)
            if (
                isinstance(item, Everybody | Listing)
                or isinstance(item, EachRival)
                and isinstance(item.item, Everybody)
            ):
                together.append(item)
                if isinstance(item, Listing):
                    self._list_of(item.asked)
                continue
            if isinstance(item, Whoever | Queue | Telling | Showing) and item.asked not in self.module.lists:
                together.append(Listing(item.asked))
            self._together(together)
            together = []
            getattr(self, f"_{type(item).__name__.lower()}")(item)
        self._together(together)
        return self.module.function("phase", self.name, self.module.given, self.lines)

    # ---- everybody -------------------------------------------------------------------------------------------------------

    def _together(self, items: list[Everybody | Listing | EachRival]) -> None:
        """What everybody does, block by block; and who does something later."""
        if not items:
            return
        block = Block(self.module)
        kept = self._keep([taken for item in items for taken in steps_in(item)])
        lists = [self._list_of(item.asked) for item in items if isinstance(item, Listing)]
        for place in lists:
            self.say(f"work.sizes[{place}] = 0")
        for item in items:
            if isinstance(item, Everybody):
                DenseStep(item.step, self.module.model, block).write()
            elif isinstance(item, EachRival):
                block.say(f"for {IN_QUESTION} in range(now.rivals):")
                block.depth += 1
                DenseStep(item.item.step, self.module.model, block, each_rival=True).write()
                block.depth -= 1
            else:
                self._listing(item.asked, block)
        self.lines += block.before()
        self.say("for start in range(0, people, BLOCK):")
        self.say("end = min(start + BLOCK, people)", 2)
        self.say("here, size = slice(start, end), end - start", 2)
        self.lines += [*kept, *block.opening(), *block.lines]

    def _keep(self, steps: list[Step]) -> list[str]:
        """The lines that draw the words which are kept all week, where they are first wanted."""
        found = []
        for name, module, stream in (drawn for step in steps for drawn in streams_of(step)):
            if stream in self.module.kept and stream not in self.module.filled:
                self.module.filled.add(stream)
                row, text = 4 * self.module.kept.index(stream), self.module.global_named(stream, name, module)
                rows = ", ".join(f"now.kept[{row + k}, here]" for k in range(4))
                found.append(f"        fill(now.world, {text}, now.week, start, ({rows}))")
        return found

    def _list_of(self, asked: Step) -> int:
        return self.module.lists.setdefault(asked, len(self.module.lists))

    def _listing(self, asked: Step, block: Block) -> None:
        place = self._list_of(asked)
        depth = block.depth
        DenseStep(asked, self.module.model, block).flag("work.flags[:size]")
        block.say(f"work.sizes[{place}] = listed(work.flags[:size], start, work.listed[{place}], work.sizes[{place}])")
        block.depth = depth

    # ---- lists -----------------------------------------------------------------------------------------------------------

    def _whoever(self, item: Whoever) -> None:
        place = self._list_of(item.asked)
        name = self._each(item.step, ())
        self.say(f"{name}(now, work, work.listed[{place}, : work.sizes[{place}]], {self.module.step})")

    def _each(self, step: Step, arguments: tuple[str, ...]) -> str:
        """A loop in which everybody on a list takes a step, with draws in bulk; ``arguments``: what else the step is given."""
        drawn = self.module.draws(step)
        function = self.module.scalar(step, drawn)
        words = [f"work.bits[{row}, k]" for row in self.module.words_of(step, drawn)]
        extra = ", ".join((*arguments, *words))
        body = [
            "    for start in range(0, who.size, BLOCK):",
            "        part = who[start : min(start + BLOCK, who.size)]",
            "        size = part.size",
            *(f"        {line}" for line in fills(drawn, "part")),
            "        for k in range(size):",
            f"            {function}(now, u32(part[k]), {self.module.taken_by('u32(part[k])')}{', ' + extra if extra else ''})",
        ]
        return self.module.function(
            "inner_kernel", f"each_{step.__name__}", f"now, work, who, {self.module.step}", body
        )

    def _inturn(self, item: InTurn) -> None:
        self.say(f"turn = in_turn(now.week, {item.weeks}, people, work.who)")
        self._over_list(item.step, "turn", "work.who", Block(self.module, listed=True))

    def _over_list(
        self, step: Step, count: str, who: str, block: Block, finish: Callable[[DenseStep], None] | None = None
    ) -> None:
        """What everybody on a list does, as loops over the list."""
        writer = DenseStep(step, self.module.model, block)
        if finish is None:
            writer.write()
        else:
            finish(writer)
        self.lines += block.before()
        self.say(f"for start in range(0, {count}, BLOCK):")
        self.say(f"end = min(start + BLOCK, {count})", 2)
        self.say(f"who, size = {who}[start:end], end - start", 2)
        self.lines += [*block.opening(), *block.lines]

    def _company(self, item: Company) -> None:
        name = self.module.scalar(item.step, whose="company")
        if item.step not in self.module.paid:
            self.say(f"{name}(now, 0, {_STEP})")
            return
        if not self.pays:
            self.say(f"begin_paying(now.mark[{self.module.model.row('provider')}], groups)")
        self.pays = True
        self.say("before_paying(counts, groups)")
        self.say("for group in range(groups.customers.size):")
        self.say("if groups.customers[group] > 0:", 2)
        self.say("copied(groups.counted[0], groups.counted[1])", 3)
        self.say(f"{name}(now, 0, groups.settings[group], groups.before[0], groups.counted[1], journal)", 3)
        self.say("pay_share(group, groups)", 3)
        self.say("after_paying(counts, groups)")

    def _eachrival(self, item: EachRival) -> None:
        """What the company does for each of several rivals."""
        self.say(f"for {IN_QUESTION} in range(now.rivals):")
        name = self.module.scalar(item.item.step, whose="company", each_rival=True)
        self.say(f"{name}(now, 0, {_STEP}, {IN_QUESTION})", 2)

    def _representatives(self, item: Representatives) -> None:
        duty = self.module.model.row("representatives_on_duty")
        self.say(f"for k in range(i64(now.firm[{duty}, 0])):")
        self.say(f"{self.module.scalar(item.step, whose='representative')}(now, k, {_STEP})", 2)

    # ---- lines -----------------------------------------------------------------------------------------------------------

    def _servers(self, line: Line) -> tuple[str, str]:
        """How many serve at a line, this week and last."""
        model, (first, second) = self.module.model, line.servers
        if first in model.settings:
            return f"p.{first}_{second}", f"last.{first}_{second}"
        return f"i64(now.firm[{model.row(first)}, 0])", f"i64(now.weekly_firm[{model.row(second)}, 0])"

    def _resize(self, item: Resize) -> None:
        hours = f"last.{'_'.join(item.hours)} * 60.0 / now.stands_for if now.week > 0 else 0.0"
        for line in item.lines:
            now, before = self._servers(line)
            back = f"clock_set_back(state.by_hour, now.week, now.stands_for, {hours})" if line.by_hour else hours
            self.say(f"resize(state.{line.free_at}, state.{line.numbers}, {before}, {now}, {back})")

    def _queue(self, item: Queue) -> None:
        count = self._stages(item)
        minutes = f"p.{'_'.join(item.hours)} * 60.0 / now.stands_for"
        self.say(f"minutes = {minutes}")
        block = Block(self.module, listed=True)
        self._over_list(item.arrive, count, "work.who", block, lambda writer: self._arrivals(writer, bool(item.stages)))
        self.say(f"order, who = work.order[:{count}], work.who[:{count}]")
        self.say(f"by_time(work.times[0, :{count}], minutes, order, work.spare)")
        if item.lines[0].by_hour:
            self.say(f"along_week(state.by_hour, now.week, now.stands_for, minutes, work.times[0, :{count}])")
        heaps = [self._heap(line) for line in item.lines]
        given = f"(now, who, order, work, {', '.join(heaps)}, "
        if item.again is None:
            self.say(f"{self._serve(item)}{given}{self.module.step})")
        else:
            once, in_turn, rests = self._serve(item), self._serve_in_turn(item), self._gate(item.again)
            if rests:
                self.say(f"if {rests}:")
                self.say(f"{once}{given}{self.module.step})", 2)
                self.say("else:")
            self.say(f"{in_turn}{given}minutes, {self.module.step})", 2 if rests else 1)
        agent = ("work.by[start + k]",) if "agent" in item.leave.parameters else ()
        place = ("i64(work.marks[start + k])", "work.times[0, start + k]", "i64(work.outcome[start + k])")
        leave = self._each(item.leave, (*agent, *place))
        self.say(f"{leave}(now, work, who, {self.module.step})")
        for line in item.lines:
            if line.standing:
                self.say(f"rebase_line(state.{line.standing}, minutes)")

    def _heap(self, line: Line) -> str:
        now, _ = self._servers(line)
        there = f"state.{line.standing}" if line.standing else "work.times[0, :0]"
        hours = ", state.by_hour" if line.by_hour else ""
        return f"state.{line.free_at}[:{now}], state.{line.numbers}[:{now}], {there}{hours}"

    def _stages(self, item: Queue) -> str:
        """What happens before the line; returns the name of the number of those who come to it."""
        place = self._list_of(item.asked)
        self.say(f"comers = work.sizes[{place}]")
        if not item.stages:
            self.say(f"copied(work.listed[{place}, :comers], work.who)")
            return "comers"
        source = f"work.listed[{place}, :comers]"
        for stage in item.stages:
            self._stage(stage, source)
            source = "work.who[:comers]"
        return "comers"

    def _stage(self, step: Step, source: str) -> None:
        gate = self._gate(step)
        drawn = self.module.draws(step)
        function = self.module.scalar(step, drawn)
        words = "".join(f", work.bits[{row}, k]" for row in self.module.words_of(step, drawn))
        mark = "i64(work.marks[start + k])" if source.startswith("work.who") else "i64(0)"
        body = [
            "    left = i64(0)",
            "    for start in range(0, who.size, BLOCK):",
            "        part = who[start : min(start + BLOCK, who.size)]",
            "        size = part.size",
            *(f"        {line}" for line in fills(drawn, "part")),
            "        for k in range(size):",
            f"            mark = {function}(now, u32(part[k]), {self.module.taken_by('u32(part[k])')}, {mark}{words})",
            "            work.who[left], work.marks[left] = part[k], mark",
            "            left += mark != 0",
            "    return left",
        ]
        name = self.module.function(
            "inner_kernel", f"stage_{step.__name__}", f"now, work, who, {self.module.step}", body
        )
        if gate is None:
            self.say(f"comers = {name}(now, work, {source}, {self.module.step})")
        else:
            self.say(f"if not {gate}:")
            self.say(f"comers = {name}(now, work, {source}, {self.module.step})", 2)

    def _gate(self, step: Step) -> str | None:
        """Under what condition a stage does nothing at all; None when it says no such thing at its beginning."""
        body = [s for s in step.tree.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        match body[0]:
            case ast.If(
                test=test,
                body=[
                    ast.Return(
                        value=ast.Name(id="mark") | ast.Tuple(elts=[ast.Name(id="ENDLESS"), ast.Name(id="mark")])
                    )
                ],
                orelse=[],
            ):
                term = ScalarStep(step, self.module.model, self.module).term(test)
                rests = self.module.grouped and OF_SETTINGS.search(term.text)
                return None if term.varies or rests else term.text
        return None

    def _arrivals(self, writer: DenseStep, staged: bool) -> None:
        """When those on a list come to the line, for how long, how patient they are, and to which line."""
        writer.known["mark"] = Param("work.marks[start:end]", "int")
        writer.write()
        assert isinstance(writer.returned, ast.Tuple)
        when, minutes, patience, line = writer.returned.elts
        writer.store_result("work.times[0, start:end]", when, "({} * TO_UNIT_64 * {})", "minutes")
        writer.store_result("work.times[1, start:end]", minutes)
        writer.store_result("work.times[2, start:end]", patience)
        if not staged:
            writer.store_result("work.marks[start:end]", line, "u8({})")

    def _serve(self, item: Queue) -> str:
        """The loop in which everybody is served, in the order in which they come."""
        drawn = self.module.draws(item.serve)
        function = self.module.scalar(item.serve, drawn)
        rows = self.module.words_of(item.serve, drawn)
        self._words_of_all(drawn, rows)
        words = "".join(f", work.words[{n}, k]" for n in range(len(rows)))
        heaps = [f"free_{n}, number_{n}, there_{n}" for n in range(len(item.lines))]
        body = ["    for place in range(order.size):", "        k = order[place]", "        i = u32(who[k])"]
        times = ", ".join(f"work.times[{row}, k]" for row in range(3))
        for n, heap in enumerate(heaps):
            call = f"{function}(now, i, {self.module.taken_by('i')}, {heap}, {times}{words})"
            if len(heaps) == 1:
                body.append(f"        wait, ended, server = {call}")
            else:
                body += [
                    f"        {'if' if n == 0 else 'elif'} work.marks[k] == {n}:",
                    f"            wait, ended, server = {call}",
                ]
        body.append("        work.times[0, k], work.outcome[k], work.by[k] = wait, ended, server")
        hours = ", by_hour" if item.lines[0].by_hour else ""
        given = f"now, who, order, work, {', '.join(heaps)}{hours}, {self.module.step}"
        if hours:
            body[3:3] = [
                "        if by_hour.size > 0:",
                "            come_forward_by_hour(work.times[0, k], free_0, number_0, by_hour)",
            ]
        if len(heaps) > 1:
            body.insert(3, "        wait, ended, server = f64(0), i64(0), i64(0)")
        return self.module.function("inner_kernel", f"serve_{item.serve.__name__}", given, body)

    def _serve_in_turn(self, item: Queue) -> str:
        """The loop in which the lowest rank is served first, and those who come again once more; see :mod:`sim.service.turns`."""
        assert item.rank and item.again and item.endure
        scalar, person = self.module.scalar, f"now, i, {self.module.taken_by('i')}"
        drawn = self.module.draws(item.serve)
        rows = self.module.words_of(item.serve, drawn)
        words = "".join(f", work.words[{n}, k]" for n in range(len(rows)))
        comes_again = self._comes_again(item.again)
        body = f"""
    times, ranks, waiting, came, again = work.times[0], work.by, work.spare, i64(0), i64(0)
    for k in range(order.size):
        i = u32(who[k])
        ranks[k] = {scalar(item.rank)}({person})
    waiting[0] = 0
    while True:
        if waiting[0] == 0:
            came, again = let_in(next_moment(order, came, again, times), order, came, again, waiting, ranks, times)
        if waiting[0] == 0:
            return
        come_forward_by_hour(times[waiting[1]], free_0, number_0, by_hour)
        came, again = let_in(can_be_served(waiting, times, free_0), order, came, again, waiting, ranks, times)
        k = i64(whose_turn(waiting, ranks, times))
        i = u32(who[k])
        needs, bears = work.times[1, k], work.times[2, k]
        wait, ended, server = {scalar(item.serve, drawn)}({person}, free_0, number_0, there_0, times[k], needs, bears{words})
        left = times[k] + wait
        until = open_until(by_hour, now.week, now.stands_for, left, minutes)
        after, mark = {comes_again}({person}, i64(server), i64(work.marks[k]), wait, i64(ended), needs, until - left)
        if after < np.inf:
            work.marks[k] = mark
            times[k], work.times[2, k] = left + after, {scalar(item.endure)}({person}, i64(mark))
            put_in(order, again, k, ranks[:0], times)
            again += 1
        else:
            times[k], work.outcome[k], ranks[k] = wait, ended, server"""
        given = f"now, who, order, work, free_0, number_0, there_0, by_hour, minutes, {self.module.step}"
        return self.module.function(
            "inner_kernel", f"serve_{item.serve.__name__}_in_turn", given, body.splitlines()[1:]
        )

    def _comes_again(self, step: Step) -> str:
        """Whether somebody comes again, compiled on its own: all that a visit leaves behind is in it."""
        given = f"now, i, {', '.join(ALWAYS[2:])}, agent, {', '.join(step.own)}"
        body = [f"    return {self.module.scalar(step)}({given})"]
        return self.module.function("inner_kernel", f"perhaps_{step.__name__}", given, body)

    def _words_of_all(self, drawn: Drawn, rows: list[int]) -> None:
        """Draw what is wanted while everybody is served, for all of them at once."""
        if not rows:
            return
        self.module.most_words = max(self.module.most_words, len(rows))
        self.say("for start in range(0, who.size, BLOCK):")
        self.say("end = min(start + BLOCK, who.size)", 2)
        self.say("part, size = who[start:end], end - start", 2)
        for line in fills(drawn, "part"):
            self.say(line, 2)
        for n, row in enumerate(rows):
            self.say(f"copied(work.bits[{row}, :size], work.words[{n}, start:end])", 2)

    # ---- talk ------------------------------------------------------------------------------------------------------------

    def _overhearing(self, item: Overhearing) -> None:
        begin = "begin_talk_of_several" if self.module.model.several else "begin_talk"
        self.say(f"{begin}(now.spoken, {self.module.scalar(item.step, whose='company')}(now, 0, {_STEP}))")

    def _telling(self, item: Telling) -> None:
        place, model, scalar = self._list_of(item.asked), self.module.model, self.module.scalar
        taken, row, which = f"(now, i, {self.module.taken_by('i')})", "", ()
        if model.several:
            assert item.which is not None
            row, which = "[row]", (f"        row = i64({scalar(item.which)}{taken}) if lane > 1 else i64(0)",)
        posts = [
            "        if p.word_of_mouth_broadcast > 0:",
            "            hearers += posted_by(now, columns, i, lane, parts, p)",
        ]
        body = [
            "    for k in range(who.size):",
            "        i = u32(who[k])",
            f"        well, parts = {scalar(item.says_well)}{taken}, carried({scalar(item.content)}{taken})",
            f"        lane = 2 * i64({scalar(item.about)}{taken}) + (0 if well else 1)",
            *which,
            f"        columns = (now.mark[{model.row('provider')}], now.heard{row}, now.content{row}, now.spoken{row})",
            "        hearers = told_by(columns, now.network, i, lane, parts)",
            *(posts if item.posts else ()),
            f"        {scalar(item.be_heard)}(now, i, {self.module.taken_by('i')}, well, hearers)",
        ]  # fmt: skip
        self._of_all_listed("tell", place, body)

    def _showing(self, item: Showing) -> None:
        place, scalar = self._list_of(item.asked), self.module.scalar
        body = [
            "    for k in range(who.size):",
            "        i = u32(who[k])",
            f"        shown = i64({scalar(item.shown)}(now, i, {self.module.taken_by('i')}))",
            "        for place in range(now.network.first[i], now.network.first[i + u32(1)]):",
            "            friend = u32(now.network.friends[u32(place)])",
            f"            {scalar(item.step)}(now, friend, {self.module.taken_by('friend')}, shown)",
        ]
        self._of_all_listed("show", place, body)

    def _of_all_listed(self, verb: str, place: int, body: list[str]) -> None:
        """Write a loop over those on a list as a function of its own, and call it."""
        name = self.module.function("inner_kernel", verb, f"now, who, {self.module.step}", body)
        self.say(f"{name}(now, work.listed[{place}, : work.sizes[{place}]], {self.module.step})")


def _check_steps(item: Item) -> None:
    """Refuse a step that never comes to an end, or wants numbers of its own where nobody gives any: only lines and talk do."""
    alone = not isinstance(item, Queue | Telling | Showing)
    for step in (each for taken in steps_in(item) for each in (taken, *taken.within)):
        if step.own and alone and step in steps_in(item):
            name = next(iter(step.own))
            raise step.unsuitable(step.tree, f"nobody gives it '{name}' when it is taken as a step of the week")


def _kept_streams(week: Mapping[str, tuple[Item, ...]]) -> list[np.uint32]:
    """The streams of which everybody draws in more than one phase: their words are kept from the first to the last."""
    found: dict[np.uint32, set[str]] = {}
    settled: set[Step] = set()
    for name, items in week.items():
        for item in items:
            asked = item.step if isinstance(item, Everybody) else getattr(item, "asked", None)
            if asked is not None and asked not in settled:
                settled.add(asked)
                for _, _, stream in streams_of(asked):
                    found.setdefault(stream, set()).add(name)
    return [stream for stream, phases in found.items() if len(phases) > 1]


def streams_of(step: Step) -> list[tuple[str, str, np.uint32]]:
    """The streams that a step and those that it calls draw from: what they are called in which module."""
    found = {}
    for each in (step, *step.within):
        for node in ast.walk(each.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="luck" | "word" | "spare_luck"), args=[ast.Name(id=name), *_]):
                    stream = each.plain.__globals__.get(name)
                    if isinstance(stream, np.uint32):
                        found[stream] = name, each.__module__, stream
    return list(found.values())
