"""A step as compiled code about everybody: one loop a statement, over a block of people that stays in the first-level cache.

What is the same for everybody is reckoned once a block, outside the loops; a choice between persons becomes a choice between
values, so that loops have no branches and become vector instructions. A comparison or a whole number that a step gives
a name is reckoned again where it is used; a quantity, or a yes or no that a rule was asked for, lies in a row of scratch. Write a
statement as one expression where it is one thought: more and smaller statements are more loops, and up to a fifth slower.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.engine.expressions import COLUMN_TYPES, THIS_WEEK, Draw, Drawn, Expressions, Term, place
from sim.engine.scalar import fixed_number
from sim.model.behaviour.person import COMPANY
from sim.model.component import Model
from sim.model.steps import TYPES, Step, column_written

EACH_GROUP = {"p": "p_each", "last": "last_each"}
"""What the settings of a group are called, this week's and last week's, while it is seen whether something is so in any group."""
OF_SETTINGS = re.compile(r"\b(?:p|last)(?:_each)?\.")
"""Where a text reads a setting."""


@dataclass
class Loop:
    """The loop that is being written: the arrays it reads and writes, and what it is given that is the same for everybody."""

    arrays: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    loads: dict[str, str] = field(default_factory=dict)
    draws: set[Draw] = field(default_factory=set)
    wide: set[str] = field(default_factory=set)
    """Arrays of several rows."""

    @property
    def size(self) -> str:
        """How many people there are."""
        first = next(iter(self.arrays))
        return f"{first}.shape[1]" if first in self.wide else f"{first}.size"

    def array(self, text: str) -> str:
        """The name under which the loop knows the array that this text names outside of it."""
        for name, known in self.arrays.items():
            if known == text:
                return name
        name = f"a{len(self.arrays)}"
        self.arrays[name] = text
        return name

    def hoist(self, text: str) -> str:
        """The name under which the loop knows this number."""
        for name, known in self.given.items():
            if known == text:
                return name
        name = f"c{len(self.given)}"
        self.given[name] = text
        return name

    def load(self, text: str, index: str) -> str:
        """The value of an array at the person's place, read once and whatever happens."""
        name = self.array(text)
        self.loads[f"v{name[1:]}"] = f"{name}[{index}]"
        return f"v{name[1:]}"


@dataclass(frozen=True)
class Again:
    """A yes or no, or a whole number, that is reckoned where it is used."""

    node: ast.expr
    owner: DenseStep
    reads: Mapping[str, int]
    """The columns and rows that it rests on, and how often each had been written when it was reckoned first."""
    known: dict[str, Known]
    """What names stood for then."""
    kind: str = ""
    """The type that it is to have."""


@dataclass(frozen=True)
class Stored:
    """A quantity in a row of scratch."""

    row: int
    weak: int = 0


@dataclass(frozen=True)
class StoredChoice:
    """A yes or no that rules had to be asked for, in a row of choices."""

    row: int


@dataclass(frozen=True)
class Param:
    """A number that everybody is given, in an array."""

    array: str
    kind: str


Known = Term | Again | Stored | StoredChoice | Param
"""What a name stands for."""


def fills(drawn: Drawn, who: str | None) -> list[str]:
    """The lines that make draws in bulk: for a part of a list, or (without one) for a block of people."""
    return [
        f"fill_listed(now.world, {stream}, {moment}, u32({block}), {who}, {_four(row)})"
        if who
        else f"fill(now.world, {stream}, {moment}, start, {_four(row)}{f', {block}' if block else ''})"
        for (stream, block, moment), row in drawn.items()
    ]


def _four(first: int) -> str:
    """Four rows of words."""
    return f"({', '.join(f'work.bits[{first + k}, :size]' for k in range(4))})"


class Block:
    """What is done with a block of people: lines of the phase, with the loops that they call written into the module."""

    def __init__(self, module: Any, listed: bool = False, depth: int = 2) -> None:
        self.module, self.listed, self.depth = module, listed, depth
        self.lines: list[str] = []
        self.loop = Loop()
        self.draws: dict[Draw, int] = {}
        self.scratch = self.choices = self.names = 0
        self.written: Counter[str] = Counter()
        self.added: set[str] = set()
        self.shared: set[str] = set()
        self.certain: set[Draw] = set()
        self.perhaps: set[Draw] = set()
        self.settings: dict[int, int] = {}

    def before(self) -> list[str]:
        """What stands before all blocks: settings that may differ between groups, as if they did not."""
        return [f"    work.scratch[{row}, :] = groups.table[{which}, 0]" for which, row in self.settings.items()]

    def opening(self) -> list[str]:
        """What stands before everything else in the block: settings that do differ between groups; no draw is made yet."""
        lines = []
        for which, row in self.settings.items():
            groups = "groups.of" if self.module.table[which][0] == "p" else "groups.was"
            mine = f"spread_listed({groups}, who" if self.listed else f"spread({groups}[here]"
            lines += [
                f"        if groups.differs[{which}] != 0:",
                f"            {mine}, groups.table[{which}], {_scratch(row)})",
            ]
        return lines + [f"        drawn_{self.draws[draw]} = False" for draw in sorted(self.perhaps)]

    def setting_row(self, which: str, field: str) -> int:
        """The row of scratch in which everybody finds a setting of their group."""
        setting = self.module.place_in_table(which, field)
        if setting not in self.settings:
            self.settings[setting] = self.row()
        return self.settings[setting]

    def _draw(self, loop: Loop) -> None:
        """Make the draws that a loop needs, where they are not made yet."""
        for draw in sorted(loop.draws - self.certain):
            row = self.draws[draw]
            (line,) = fills({draw: row}, "who" if self.listed else None)
            if self.depth == 2 and draw not in self.perhaps:
                self.certain.add(draw)
                self.say(line)
                continue
            self.perhaps.add(draw)
            self.say(f"if not drawn_{row}:")
            self.say(f"    {line}")
            self.say(f"    drawn_{row} = True")

    def say(self, text: str) -> None:
        """One more line."""
        self.lines.append(f"{'    ' * self.depth}{text}")

    def fresh(self, name: str) -> str:
        """A name that nothing else in the block has."""
        self.names += 1
        return f"{name}_{self.names}"

    def row(self) -> int:
        """A row of scratch."""
        self.scratch += 1
        self.module.most_scratch = max(self.module.most_scratch, self.scratch)
        return self.scratch - 1

    def choice_row(self) -> int:
        """A row of choices."""
        self.choices += 1
        self.module.most_choices = max(self.module.most_choices, self.choices)
        return self.choices - 1

    def word_row(self, draw: Draw) -> int:
        """The first of four rows of words of a draw."""
        row = self.draws.setdefault(draw, 4 * len(self.draws))
        self.module.most_bits = max(self.module.most_bits, row + 4)
        self.loop.draws.add(draw)
        return row

    def place(self, array: str) -> str:
        """Where in an array a person's value stands."""
        return "u32(who[i])" if self.listed and array.startswith("now.") else "i"

    def new_loop(self) -> Loop:
        """Begin a loop."""
        self.loop = Loop()
        return self.loop

    def finish(
        self, name: str, outputs: dict[str, str], loop: Loop, results: list[tuple[str, str]] | None = None
    ) -> None:
        """Write the loop as a function, and the line that calls it; ``results``: sums, and the counts they are added to."""
        known = {text: array for array, text in loop.arrays.items()}
        names = {text: known.get(text) or loop.array(text) for text in outputs}
        given = [*loop.arrays, *loop.given, *(("who",) if self.listed else ())]
        body = [f"        {name_} = {text}" for name_, text in loop.loads.items()]
        body += [f"        {names[text]}[{self.place(text)}] = {value}" for text, value in outputs.items()]
        sums = [f"s{k}" for k in range(len(results or []))]
        body += [f"        {s} += {text}" for s, (text, _) in zip(sums, results or [], strict=True)]
        size = "who.size" if self.listed else loop.size
        head = [
            f"    {s} = {'i32' if '/32' in count else 'i64'}(0)"
            for s, (_, count) in zip(sums, results or [], strict=True)
        ]
        tail = [f"    return {', '.join(sums)}"] if sums else []
        function = self.module.loop(name, given, [*head, f"    for i in range({size}):", *body, *tail])
        self._draw(loop)
        call = f"{function}({', '.join((*loop.arrays.values(), *loop.given.values(), *(('who',) if self.listed else ())))})"
        if not sums:
            self.say(call)
            return
        taken = [self.fresh("sum") for _ in sums]
        self.say(f"{', '.join(taken)} = {call}")
        for value, (_, count) in zip(taken, results or [], strict=True):
            self.say(f"{count.removesuffix('/32')} += {value}")


@dataclass(frozen=True)
class Mask:
    """Who is meant: those of whom a condition is true, or those of whom it is not."""

    condition: Again | StoredChoice
    wanted: bool = True


class DenseStep(Expressions):
    """Writes one step, and the steps that it calls, into a block."""

    def __init__(
        self,
        step: Step,
        model: Model,
        block: Block,
        masks: tuple[Mask, ...] = (),
        outer: DenseStep | None = None,
        each_rival: bool = False,
    ) -> None:
        super().__init__(step, model, block.module.global_named)
        self.each_rival = outer.each_rival if outer else each_rival
        self.block, self.masks = block, masks
        self.changes: frozenset[str] = outer.changes if outer else step.writes
        self.known: dict[str, Known] = {}
        self.sums: list[tuple[str, str]] = []
        self.returned: ast.expr | None = None
        self.reads: set[str] = set()
        self.line = 1
        self.of_any: bool = outer.of_any if outer else False

    # ---- reading -------------------------------------------------------------------------------------------------------

    @property
    def loop(self) -> Loop:
        """The loop that is being written."""
        return self.block.loop

    def column(self, kind: str, row: str, owner: str) -> str:
        """The value of a column at the person, read once in the loop."""
        if owner == "firm":
            return f"{place(kind)}[{row}, 0]" if kind != "weekly_sum" else f"now.weekly_sum[{row}]"
        table = f"now.{kind}" if kind in ("heard", "content") else place(kind)
        array = f"{table}[{row}]" if row else table
        if self.block.listed:
            return self.loop.load(array, "u32(who[i])")
        return self.loop.load(f"{array[:-1]}, here]" if array.endswith("]") else f"{array}[here]", "i")

    def _anybodys_rival(self) -> bool:
        """Whether which of several rivals is meant differs from person to person."""
        return self.model.several and not self.each_rival

    def lane_row(self, node: ast.AST, name: str) -> str:
        """The row of a column; where there are several rivals and each person has another in view, that of the first."""
        if self._anybodys_rival():
            return str(self.model.row(name))
        return super().lane_row(node, name)

    def _at_anybodys(self, table: str, row: str) -> str:
        """The text of a person's number in a table of people, in a row that differs from person to person."""
        if self.block.listed:
            return f"{self.loop.hoist(table)}[{row}, u32(who[i])]"
        return f"{self.loop.hoist(f'{table}[:, here]')}[{row}, i]"

    def said_of(self, node: ast.AST, what: str, provider: Term) -> str:
        """What a person heard; of a rival that differs from person to person, where there are several."""
        if not self._anybodys_rival() or provider.value == COMPANY:
            return super().said_of(node, what, provider)
        return self._at_anybodys(f"now.{what}", self.row_of_said(node, provider))

    def setting_of_rival(self, node: ast.Attribute, which: str) -> Term:
        """A setting of the rival whom a person has in view."""
        if not self._anybodys_rival():
            return super().setting_of_rival(node, which)
        settings = self.loop.hoist(f"{which}.rivals_{node.attr}")
        return Term(f"{settings}[{self.rival(node)}]", "float", True)

    def _setting(self, node: ast.AST, which: str, part: str) -> Term:
        """A setting; one that can differ from group to group is that of the person's group."""
        found = super()._setting(node, which, part)
        if (part, getattr(node, "attr", "")) not in self.block.module.addressed:
            return found
        if self.of_any:
            return replace(found, text=found.text.replace(f"{which}.", f"{EACH_GROUP[which]}."))
        text = self.loop.load(_scratch(self.block.setting_row(which, f"{part}_{getattr(node, 'attr', '')}")), "i")
        text = {"bool": f"({text} != 0)", "int": f"i32({text})"}.get(found.kind, text)
        return replace(found, text=text, varies=True)

    def _of_any(self, node: ast.expr) -> str | None:
        """A condition as one of the settings of a group alone, where it rests on nothing else that differs between persons."""
        called = (self.step.plain.__globals__.get(name.id) for name in ast.walk(node) if isinstance(name, ast.Name))
        if not self.block.module.grouped or any(isinstance(each, Step) for each in called):
            return None
        loop, reads = self.block.loop, self.reads
        self.block.new_loop()
        self.of_any = True
        term = self.term(node)
        self.of_any, self.block.loop, self.reads = False, loop, reads
        return None if term.varies else term.text

    def _if_in_any_group(self, text: str) -> None:
        """What follows is done only where a condition on settings is true of some group."""
        some, (this, last) = self.block.fresh("some"), EACH_GROUP.values()
        self.block.say(f"{some} = False")
        self.block.say(f"for {some}_of in range(groups.settings.size):")
        self.block.say(f"    {this} = groups.settings[{some}_of]")
        deeper = ""
        if f"{last}." in text:
            self.block.say(f"    for {some}_was in range(groups.before.size):")
            self.block.say(f"        {last} = groups.before[{some}_was]")
            deeper = "    "
        self.block.say(f"{deeper}    {some} = {some} or ({text})")
        self.block.say(f"if {some}:")
        self.block.depth += 1

    def sum_of(self, kind: str, rows: tuple[int, int], owner: str) -> str:
        """The sum, reckoned person by person in the loop."""
        if owner == "firm":
            return f"total({place(kind)}, {rows[0]}, {rows[1]}, 0)"
        name = self.loop.array(f"{place(kind)}[{rows[0]}:{rows[1]}{'' if self.block.listed else ', here'}]")
        self.loop.wide.add(name)
        return f"total({name}, 0, {rows[1] - rows[0]}, {'u32(who[i])' if self.block.listed else 'i'})"

    def same_place(self, node: ast.Subscript, place: Term) -> str:
        """A place that is the same for everybody: that of a row, over which a loop goes."""
        if place.varies:
            raise self.wrong(
                node, f"{ast.unparse(node)}: where everybody is meant, the place must be the same for everybody"
            )
        return place.text

    def person(self) -> str:
        """The number of the person."""
        return "i64(who[i])" if self.block.listed else f"i32({self.loop.hoist('start')} + i)"

    def word(self, node: ast.Call, stream: str, index: ast.expr, at: ast.expr | None = None) -> Term:
        """A word of the block, or of those kept all week."""
        number, moment = fixed_number(self.step, index), THIS_WEEK if at is None else str(fixed_number(self.step, at))
        if number is None or moment == "None":
            raise self.wrong(node, f"{ast.unparse(node)}: where everybody draws, the number of the draw must be fixed")
        kept = self.block.module.kept_row(stream)
        if kept is not None and number < 4 and moment == THIS_WEEK:
            text = f"now.kept[{kept + number}]" if self.block.listed else f"now.kept[{kept + number}, here]"
            return Term(self.loop.load(text, "u32(who[i])" if self.block.listed else "i"), "word", True)
        row = self.block.word_row((stream, number >> 2, moment)) + (number & 3)
        return Term(self.loop.load(f"work.bits[{row}, :size]", "i"), "word", True)

    def hoisted(self, term: Term) -> Term:
        """A number that the loop is given."""
        return Term(self.loop.hoist(term.text), term.kind, literal=True, width=term.width)

    def joined_by(self, word: str, terms: list[Term]) -> Term:
        """Yes and no joined without branches."""
        return super().joined_by({" and ": " & ", " or ": " | "}[word], terms)

    def _name(self, node: ast.Name) -> Term:
        match self.known.get(node.id):
            case Term() as known:
                return known
            case Again() as known:
                return self._again(node, known)
            case Param(array, kind):
                return Term(self.loop.load(array, "i"), kind, True)
            case StoredChoice() as known:
                return self._chosen(known)
            case Stored(row, weak):
                self.reads.add(_scratch(row))
                return Term(self.loop.load(_scratch(row), "i"), "float", True, weak=weak)
        return super()._name(node)

    def _chosen(self, known: StoredChoice) -> Term:
        return Term(f"({self.loop.load(f'work.choices[{known.row}, :size]', 'i')} != 0)", "bool", True, width=1)

    def _again(self, node: ast.AST, known: Again) -> Term:
        changed = sorted(name for name, times in known.reads.items() if self.block.written[name] != times)
        if changed:
            told = ", ".join("a name" if name.startswith("work.") else name for name in changed)
            raise self.wrong(node, f"what this rests on has changed by now ({told}): reckon it anew")
        self.reads.update(known.reads)
        owner, before = known.owner, known.owner.known
        owner.known = known.known
        term = owner.fitting(owner.term(known.node), known.kind)
        owner.known = before
        return term

    def _read(self, node: ast.AST, who: str, name: str) -> Term:
        if who == "firm":
            self._need_settled(node, f"firm.{name}")
        if self._anybodys_rival() and name in self._lanes:
            self.reads |= {name, "rival"}
            row = self.row_of(name, self.rival(node))
            if who == "firm":
                return Term(f"{self.loop.hoist('now.firm')}[{row}, 0]", "float", True)
            return Term(self._at_anybodys("now.number", row), "float", True)
        return super()._read(node, who, name)

    def _counted(self, node: ast.Attribute) -> Term:
        self._need_settled(node, f"count.{node.attr}")
        return super()._counted(node)

    def _need_settled(self, node: ast.AST, name: str) -> None:
        """Refuse to read what others are adding to: it is settled only when all of them have."""
        self.block.shared.add(name)
        if name in self.block.added:
            raise self.wrong(node, f"everybody is still adding to '{name}': what it comes to is known in a later phase")

    def _versions(self) -> dict[str, int]:
        return {name: self.block.written[name] for name in self.reads}

    def found_column(self, node: ast.AST, who: str, name: str) -> tuple[str, str]:
        """The column, noted as one on which what is reckoned rests."""
        self.reads.add(name)
        return super().found_column(node, who, name)

    # ---- steps that are called ---------------------------------------------------------------------------------------

    def call_step(self, node: ast.Call, step: Step) -> Term:
        """What a called step gives back, in the loop that is being written."""
        before = frozenset(self.reads)
        inner = self._inlined(node, step)
        if inner.returned is None:
            raise self.wrong(node, f"{step.__name__} gives nothing back")
        if before & step.writes:
            told = ", ".join(sorted(before & step.writes))
            raise self.wrong(node, f"{step.__name__} changes what was read before it ({told}): give that a name first")
        returned = step.tree.returns
        found = inner.fitting(inner.term(inner.returned), TYPES[returned.id] if isinstance(returned, ast.Name) else "")
        self.reads |= inner.reads
        return found

    def _inlined(self, node: ast.Call, step: Step) -> DenseStep:
        """The called step, written here; loops for what it is given and does come first."""
        if len(node.args) != len(step.parameters):
            raise self.wrong(node, f"{step.__name__} takes {', '.join(step.parameters)}")
        given = dict(zip(step.parameters, node.args, strict=True))
        self.need_standard(step, given)
        outer, reads = self.loop, self.reads
        inner = DenseStep(step, self.model, self.block, self.masks, self)
        for name, kind in step.own.items():
            inner.known[name] = self._bound(name, given[name], kind, name in inner.step.given)
            reads |= self.reads
        inner.write()
        self.block.loop, self.reads = outer, reads
        return inner

    def _bound(self, name: str, node: ast.expr, kind: str, changed: bool = True) -> Known:
        """What a name stands for from now on; ``changed``: whether it is to be given another value later."""
        loop, self.reads = self.block.new_loop(), set()
        term = self.fitting(self.term(node), kind)
        stored = self.known.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(stored, Stored) and term.kind == "float" and not (changed and self._used_again(node)):
            return stored
        if not term.varies:
            return self._same_for_all(name, term)
        if term.kind == "float" and not (isinstance(node, ast.Attribute) and not self.reads & self.changes):
            row = self.block.row()
            self.block.finish(f"{self.step.__name__}_{name}", {_scratch(row): term.text}, loop)
            return Stored(row, term.weak)
        if term.kind == "bool" and (self.reads & self.changes or _calls(node) or self._renamed(node)):
            return self._choice(name, term, loop)
        if term.kind == "time" or self._acts(node):
            raise self.wrong(node, f"where everybody is meant, '{name}' must be a quantity, or a yes or no")
        return Again(node, self, self._versions(), dict(self.known), kind)

    def _same_for_all(self, name: str, term: Term) -> Term:
        """A number that is the same for everybody, reckoned once."""
        if term.literal:
            return term
        fresh = self.block.fresh(name)
        self.block.say(f"{fresh} = {term.text}")
        return Term(fresh, term.kind, width=term.width, weak=term.weak)

    def _choice(self, name: str, term: Term, loop: Loop) -> StoredChoice:
        """A yes or no, put into a row of choices."""
        row = self.block.choice_row()
        self.block.finish(f"{self.step.__name__}_{name}", {f"work.choices[{row}, :size]": f"u8({term.text})"}, loop)
        return StoredChoice(row)

    def _used_again(self, node: ast.expr) -> bool:
        """Whether a name is used elsewhere in this statement, or after it."""
        name = ast.unparse(node)
        names = (each for each in ast.walk(self.step.tree) if isinstance(each, ast.Name) and each.id == name)
        return any(each is not node and each.lineno >= self.line for each in names)

    def _renamed(self, node: ast.AST) -> bool:
        """Whether a name is used in it that is given another value somewhere."""
        return any(isinstance(each, ast.Name) and each.id in self.step.given_again for each in ast.walk(node))

    def _acts(self, node: ast.AST) -> bool:
        """Whether a step that leaves something behind is called in it."""
        calls = (
            each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        )
        called = (self.step.plain.__globals__.get(name) for name in calls)
        return any(isinstance(each, Step) and each.acts for each in called)

    # ---- statements ----------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write all of the step."""
        self._body(self.step.tree.body)
        self._sum_up()

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if not (isinstance(statement, ast.AugAssign) and _is_sum(statement)) or self._acts(statement):
                self._sum_up()
            self.reads, self.line = set(), statement.lineno
            found = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if found is None:
                raise self.wrong(
                    statement, f"'{type(statement).__name__.lower()}' is no part of a step about everybody"
                )
            with self.understanding(statement):
                found(statement)

    def _do_expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        match node.value:
            case ast.Call(func=ast.Name(id=name)) if isinstance(step := self.step.plain.__globals__.get(name), Step):
                self._inlined(node.value, step)
            case ast.Call(func=ast.Name(id="clear")):
                self._clear(node.value)
            case _:
                raise self.wrong(node, f"this cannot be done with everybody at once: {ast.unparse(node)}")

    def _clear(self, node: ast.Call) -> None:
        """Set every number of a column to nought, place by place; for whom is settled before the first."""
        kind, rows, _ = self.several(node)
        name = ast.unparse(node.args[0]).partition(".")[2]
        self.block.module.writes(self.step, kind, name, node)
        marked, each = self._marked(), self.block.fresh("place")
        self.block.say(f"for {each} in range({rows[0]}, {rows[1]}):")
        self.block.depth += 1
        loop, array = self.block.new_loop(), self._array(kind, each)
        text = "f32(0)"
        if marked is not None:
            mark, old = loop.load(marked, "i"), loop.load(array, self.block.place(array))
            text = f"(f32(0) if {mark} != 0 else {old})"
        self.block.finish(f"{self.step.__name__}_{name}", {array: text}, loop)
        self.block.depth -= 1
        self.block.written[name] += 1

    def _marked(self) -> str | None:
        """A row of scratch that says who is meant, where not everybody is."""
        if not self.masks:
            return None
        row, loop = f"work.scratch[{self.block.row()}, :size]", self.block.new_loop()
        self.block.finish(f"{self.step.__name__}_who", {row: f"f32({self._mask()})"}, loop)
        return row

    def _do_return(self, node: ast.Return) -> None:
        if node is not self.step.tree.body[-1]:
            raise self.wrong(node, "where everybody is meant, a step gives back something only in its last line")
        self.returned = node.value

    def _do_assign(self, node: ast.Assign) -> None:
        target = self.only_target(node)
        if isinstance(target, ast.Tuple):
            if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != len(target.elts):
                raise self.wrong(node, f"as many must stand right as left: {ast.unparse(node)}")
            self._several(target.elts, node.value.elts)
            return
        self._put(target, node.value)

    def _several(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        """Several at once: in one loop where that can be, else all are reckoned before the first is written."""
        loop = self.block.new_loop()
        terms = [] if any(map(self._acts, values)) else [self.term(value) for value in values]
        if terms and all(
            isinstance(target, ast.Attribute | ast.Subscript) or term.kind == "float" and term.varies
            for target, term in zip(targets, terms, strict=True)
        ):
            self._in_one_loop(targets, terms, loop)
            return
        told = {ast.unparse(each) for value in values[1:] for each in ast.walk(value)}
        if not terms or told & {ast.unparse(target) for target in targets}:
            names: list[ast.expr] = [ast.Name(f"{place} at once") for place in range(len(values))]
            for place, value in enumerate(values):
                self.known[f"{place} at once"] = self._bound("several", value, "")
            values = names
        for target, value in zip(targets, values, strict=True):
            self._put(target, value)

    def _in_one_loop(self, targets: list[ast.expr], terms: list[Term], loop: Loop) -> None:
        outputs = {}
        for target, term in zip(targets, terms, strict=True):
            if isinstance(target, ast.Name):
                self._need_nameable(target, term)
                before = self.known.get(target.id)
                row = before.row if isinstance(before, Stored) else self.block.row()
                self.known[target.id] = Stored(row, term.weak)
                outputs[_scratch(row)] = term.text
            else:
                array, text = self._stored(target, term)
                outputs[array] = text
        for target, array in zip(targets, outputs, strict=True):
            self.block.written[array if isinstance(target, ast.Name) else _column_of(target)] += 1
        self.block.finish(self.step.__name__, outputs, loop)

    def _put(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._name_it(target, value)
        else:
            self._store(target, value)

    def _need_nameable(self, target: ast.Name, term: Term | None) -> None:
        """Refuse to give a name another value where not everybody is meant, or a value of another kind."""
        before = self.known.get(target.id)
        if before is not None and self.masks:
            raise self.wrong(target, f"'{target.id}' has a value already; write '… if … else {target.id}'")
        if before is not None and not isinstance(before, Stored) and self.block.depth > 2:
            raise self.wrong(target, f"'{target.id}' has a value already: give this one another name")
        if isinstance(before, Stored) and term is not None and term.kind != "float":
            raise self.wrong(target, f"'{target.id}' was a quantity before; use a new name")

    def _name_it(self, target: ast.Name, value: ast.expr) -> None:
        before = self.known.get(target.id)
        self._need_nameable(target, None)
        if not isinstance(before, Stored):
            self.known[target.id] = self._bound(target.id, value, "")
            return
        loop = self.block.new_loop()
        term = self.term(value)
        self._need_nameable(target, term)
        if not term.varies and not term.literal:
            term = self.hoisted(term)
        self.block.finish(f"{self.step.__name__}_{target.id}", {_scratch(before.row): term.text}, loop)
        self.block.written[_scratch(before.row)] += 1
        self.known[target.id] = Stored(before.row, max(before.weak, term.weak))

    def _store(self, target: ast.expr, value: ast.expr) -> None:
        loop = self.block.new_loop()
        array, text = self._stored(target, self.term(value))
        name = _column_of(target)
        self.block.finish(f"{self.step.__name__}_{name}", {array: text}, loop)
        self.block.written[name] += 1

    def _stored(self, target: ast.expr, new: Term) -> tuple[str, str]:
        """The array to which a column is written, and the text of what is written."""
        if not ast.unparse(target).startswith("me."):
            raise self.wrong(target, f"nothing can be written to {ast.unparse(target)} where everybody is meant")
        kind, row = (
            self.vector_place(target)[:2]
            if isinstance(target, ast.Subscript)
            else self.one_number(target, "me", _column_of(target))
        )
        self.block.module.writes(self.step, kind, _column_of(target), target)
        if self._anybodys_rival() and _column_of(target) in self._lanes:
            raise self.wrong(target, f"{ast.unparse(target)} is of one of several rivals: take the step for each")
        array = self._array(kind, row)
        if not new.varies and not new.literal:
            new = self.hoisted(new)
        text = self.as_float(new).text if COLUMN_TYPES.get(kind, "float") == "float" else new.text
        if self.masks:
            old = self.loop.load(array, self.block.place(array))
            text = f"({text} if {self._mask()} else {f'({old} != 0)' if kind == 'weekly_flag' else old})"
        return array, f"u8({text})" if kind == "weekly_flag" else text

    def _array(self, kind: str, row: str) -> str:
        """The text of a row of a column of people."""
        return f"{place(kind)}[{row}]" if self.block.listed else f"{place(kind)}[{row}, here]"

    def flag(self, array: str) -> None:
        """Write a question: the block goes on for those blocks of people of whom it can be true, ``array`` is its answers."""
        if self.step.acts:
            raise self.wrong(self.step.tree, "a question changes nothing and counts nothing")
        self.write()
        if self.returned is None:
            raise self.wrong(self.step.tree, "a question gives back whether it is true of somebody")
        parts = (
            self.returned.values
            if isinstance(self.returned, ast.BoolOp) and isinstance(self.returned.op, ast.And)
            else [self.returned]
        )
        asked = []
        for part in parts:
            self.block.new_loop()
            term = self.term(part)
            self._need_bool(part, term)
            if term.varies:
                asked.append(part)
                if (in_any := self._of_any(part)) is not None:
                    self._if_in_any_group(in_any)
            else:
                self.block.say(f"if {term.text}:")
                self.block.depth += 1
        node = asked[0] if len(asked) == 1 else ast.BoolOp(ast.And(), asked) if asked else ast.Constant(True)
        loop = self.block.new_loop()
        self.block.finish(self.step.__name__, {array: f"u8({self.term(node).text})"}, loop)

    def store_result(self, array: str, node: ast.expr, form: str = "{}", *given: str) -> None:
        """Write a result of the step to an array."""
        loop = self.block.new_loop()
        term = self.term(node)
        if not term.varies and not term.literal:
            term = self.hoisted(term)
        text = form.format(term.text, *(loop.hoist(name) for name in given))
        self.block.finish(f"{self.step.__name__}_result", {array: text}, loop)

    def _mask(self) -> str:
        texts = []
        for mask in self.masks:
            known = mask.condition
            term = self._chosen(known) if isinstance(known, StoredChoice) else self._again(known.node, known)
            text = term.text if term.varies else self.hoisted(term).text
            texts.append(f"({text})" if mask.wanted else f"(not {text})")
        return " & ".join(texts)

    def _do_augassign(self, node: ast.AugAssign) -> None:
        match node.target:
            case ast.Attribute(value=ast.Name(id="count"), attr=name):
                self._add_up(node, self.count_place(node, name))
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="count"))):
                self._add_up(node, self.numbered_count(node.target))
            case ast.Attribute(value=ast.Name(id="firm"), attr=name):
                kind, row = self.one_number(node, "firm", name)
                if kind != "weekly_sum":
                    raise self.wrong(
                        node, f"everybody can only add to a sum of whole numbers, which firm.{name} is not"
                    )
                self.block.module.writes(self.step, kind, name, node)
                self._add_up(node, self.column(kind, row, "firm"))
            case ast.Attribute(value=ast.Name(id="me")) | ast.Subscript():
                self._store(node.target, ast.BinOp(node.target, node.op, node.value))
            case ast.Name():
                self._name_it(node.target, ast.BinOp(node.target, node.op, node.value))
            case _:
                raise self.wrong(node, f"nothing can be added to {ast.unparse(node.target)} where everybody is meant")

    def _add_up(self, node: ast.AugAssign, total: str) -> None:
        """Add what everybody contributes to a count; several counts in a row are one loop."""
        if not isinstance(node.op, ast.Add):
            raise self.wrong(node, f"over everybody one can only add up: {ast.unparse(node)}")
        name = ast.unparse(node.target)
        self.block.added.add(name)
        if name in self.block.shared:
            raise self.wrong(node, f"'{name}' was read in this phase already, and everybody would be adding to it")
        if not self.sums:
            self.block.new_loop()
        term = self.whole(node, self.term(node.value))
        if not term.varies and not self.masks:
            self.block.say(f"{total} += {term.text} * size")
            return
        if not term.varies and not term.literal:
            term = self.hoisted(term)
        text = f"({term.text} if {self._mask()} else 0)" if self.masks else term.text
        narrow = "/32" if term.width <= 32 else ""
        if narrow:
            text = f"i32({text})"
        self.sums.append((text, total + narrow))

    def _sum_up(self) -> None:
        if self.sums:
            loop, sums, self.sums = self.block.loop, self.sums, []
            self.block.finish(f"{self.step.__name__}_counts", {}, loop, sums)

    def _do_if(self, node: ast.If) -> None:
        loop = self.block.new_loop()
        condition = self.term(node.test)
        self._need_bool(node.test, condition)
        if condition.value is not None:  # so it is in every week of this model
            self._body(node.body if condition.value else node.orelse)
            return
        if condition.varies:
            again = Again(node.test, self, self._versions(), dict(self.known))
            settled = not self.reads & self._changed_in(node) and not self._acts(node.test)
            depth, in_any = self.block.depth, None if node.orelse else self._of_any(node.test)
            if in_any is not None:
                self._if_in_any_group(in_any)
            self._masked(node, again if settled else self._choice("if", condition, loop))
            self.block.depth = depth
            return
        before = frozenset(self.known)
        self.block.say(f"if {condition.text}:")
        self._branch(node.body)
        if node.orelse:
            self.block.say("else:")
            self._branch(node.orelse)
        self._forget(frozenset(self.known) - before - (_named_in(node.body) & _named_in(node.orelse)))

    def _forget(self, names: frozenset[str]) -> None:
        """Names that were given a value on one way only have none after it."""
        for name in names:
            del self.known[name]

    def _branch(self, body: list[ast.stmt]) -> None:
        self.block.depth += 1
        self._body(body)
        self._sum_up()
        self.block.say("pass")
        self.block.depth -= 1

    def _changed_in(self, node: ast.If) -> set[str]:
        """The columns that are changed on one way or the other."""
        nodes = [each for statement in (*node.body, *node.orelse) for each in ast.walk(statement)]
        own = {name for each in nodes if (name := column_written(each)) is not None}
        names = {each.id for each in nodes if isinstance(each, ast.Name)}
        called = (step for step in self.step.calls if step.__name__ in names)
        return own.union(*(step.writes for step in called))

    def _do_pass(self, node: ast.Pass) -> None:
        self.block.say("pass")

    def _masked(self, node: ast.If, condition: Again | StoredChoice) -> None:
        before, known = self.masks, frozenset(self.known)
        for body, wanted in ((node.body, True), (node.orelse, False)):
            self.masks = (*before, Mask(condition, wanted))
            self._body(body)
            self._sum_up()
            self._forget(frozenset(self.known) - known)
        self.masks = before


def _named_in(body: list[ast.stmt]) -> frozenset[str]:
    """The names to which statements give a value."""
    names = (each for statement in body for each in ast.walk(statement) if isinstance(each, ast.Name))
    return frozenset(name.id for name in names if isinstance(name.ctx, ast.Store))


def _column_of(target: ast.expr) -> str:
    """The name of the column of ``me.trust`` or ``me.points[0]``."""
    return target.attr if isinstance(target, ast.Attribute) else _column_of(target.value)  # type: ignore[attr-defined]


def _scratch(row: int) -> str:
    """A row of scratch."""
    return f"work.scratch[{row}, :size]"


def _calls(node: ast.AST) -> bool:
    """Whether anything is called in it."""
    return any(isinstance(each, ast.Call) for each in ast.walk(node))


def _is_sum(node: ast.AugAssign) -> bool:
    """Whether it adds to a count, or to a sum of the firm's."""
    return ast.unparse(node.target).startswith(("count.", "firm."))
