"""Policies that are for some people alone: ``segments.NAME.policy``, and ``rules``, a list of ``{when, do, for, hold}``.

However it is written, a tree holds ``segments: {NAME: {policy: {part: {parameter: value}}}}`` beside what ``customers`` says of
who the segments are, so that a what-if says of a segment what differs for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.engine.groups import LOT, MOST_RULES, SIGNS, WEEKS_LEFT, Asked, OfSegment, Policies, Rule, Said
from sim.errors import Mistake, hint, nearest
from sim.model.addressing import addressable
from sim.model.columns import KINDS
from sim.model.component import Model, Part
from sim.model.parameters import Line, Parameters, lines
from sim.scenario.constraints import in_part
from sim.scenario.quantities import Unfit, fitted, number_told, parted, value_shown
from sim.scenario.sections import traits
from sim.scenario.tree import Node, Place, Problems
from sim.scenario.validation import Spot, judged
from sim.scenario.watching import Watched, compared_with, shortly, watched

SEGMENTS, RULES, SEGMENT = "segments", "rules", "segment"
KEYS = ("when", "do", "for", "hold")
EVERYBODY = "everybody"
"""For whom a rule is that says nothing else."""
_SIGN = "|".join(sorted(map(re.escape, (*SIGNS, "=")), key=len, reverse=True))
ASKED = re.compile(rf"(\w+) *({_SIGN}) *(.+)")
"""Something that is asked of a person, or of a week: ``trust < 0.4``."""
_OF_SEGMENT = re.compile(rf"\s*segment *({_SIGN})")
Settings = Mapping[str, Mapping[str, Any]]
"""Part → parameter → what is said."""


@dataclass(frozen=True)
class Change:
    """What a rule does to a setting: ``=`` a value, ``+`` so much more or less, ``*`` so many times what holds."""

    how: str
    value: Any
    written: Any
    """As a file says it."""


@dataclass(frozen=True)
class RuleSaid:
    """One rule, judged: for whom, when, what, and how many weeks it holds after ``when`` was last true."""

    whom: str
    where: tuple[tuple[tuple[str, str, Any], ...], ...]
    """What is asked of a person: all of one of these, column, sign and value; nothing of everybody, or of a segment alone."""
    segment: str | None
    when: tuple[tuple[Watched, ...], ...]
    do: Mapping[str, Mapping[str, Change]]
    hold: int = 1
    place: Place | None = field(default=None, compare=False)

    @property
    def for_all(self) -> bool:
        """Whether it is for everybody, and so for the company as well."""
        return self.segment is None and not self.where

    @property
    def whose(self) -> str:
        """What is asked of a person, for people to read."""
        short = ([(name, sign, value if isinstance(value, str) else shortly(value)) for name, sign, value in together]
                 for together in self.where)  # fmt: skip
        return _any_told(short)

    @property
    def section(self) -> dict[str, Any]:
        """The rule as a file says it."""
        said: dict[str, Any] = {"for": self.whom} if not self.for_all else {}
        said |= {"when": " or ".join(" and ".join(map(str, each)) for each in self.when)} if self.when else {}
        said["do"] = {part: {name: each.written for name, each in own.items()} for part, own in self.do.items()}
        return said | ({"hold": f"{self.hold} weeks"} if self.hold > 1 else {})


@dataclass(frozen=True)
class Addressed:
    """All that a scenario says for some people alone, or under a condition.

    ``segments``: the policy of each, from week 0 on; ``before``: those of the warm-up; ``rules``: in their order.
    """

    segments: Mapping[str, Settings] = field(default_factory=dict)
    before: Mapping[str, Settings] = field(default_factory=dict)
    rules: tuple[RuleSaid, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.segments or self.before or self.rules)

    def says(self, part: str, name: str) -> bool:
        """Whether a setting is given a value, not only made more or less than what holds."""
        of_segments = (*self.segments.values(), *self.before.values())
        changes = (rule.do.get(part, {}).get(name) for rule in self.rules)
        return any(name in each.get(part, {}) for each in of_segments) or any(
            each and each.how == "=" for each in changes
        )

    def meets(self, part: Part) -> bool:
        """Whether a part is set for some people or at times, or asked of by a rule."""
        columns, counts = {column.name for column in part.columns}, {*part.counted}
        asked = {name for rule in self.rules for together in rule.where for name, _, _ in together}
        awaited = {each.measure for rule in self.rules for together in rule.when for each in together}
        said = (*self.segments.values(), *self.before.values(), *(rule.do for rule in self.rules))
        return bool(any(part.name in each for each in said) or asked & columns or awaited & counts)

    def values(self, part: str, name: str, holds: Any) -> list[Any]:
        """The values that a setting has for some people, or at times, where ``holds`` is what it would be."""
        found = [each[part][name] for each in self.segments.values() if name in each.get(part, {})]
        changes = (rule.do[part][name] for rule in self.rules if name in rule.do.get(part, {}))
        ways = {"+": lambda value: holds + value, "*": lambda value: holds * value, "=": lambda value: value}
        return found + [ways[change.how](change.value) for change in changes]

    def meaning(self) -> dict[str, Any]:
        """As plain values; nothing where nothing is said."""
        found = {
            SEGMENTS: self.segments,
            f"{SEGMENTS}_before": self.before,
            RULES: [rule.section for rule in self.rules],
        }
        return {key: said for key, said in found.items() if said}

    def sections(self) -> dict[str, Any]:
        """As a file says it."""
        segments = {name: {"policy": policy} for name, policy in self.segments.items()}
        return {SEGMENTS: segments, RULES: [rule.section for rule in self.rules]}

    def before_section(self) -> dict[str, Any]:
        """The policies of the warm-up as a file says them under ``warm_up.under``; None takes back what holds from week 0 on."""
        gone = {name: None for name in self.segments if name not in self.before}
        return {SEGMENTS: gone | {name: {"policy": policy} for name, policy in self.before.items()}}


# ---- one form


def with_policies_settled(entries: dict[str, Node], problems: Problems) -> dict[str, Node]:
    """The entries of a file with the policy of a segment beside ``customers``, where it was written into it."""
    within = entries.get("customers", Node({})).get(SEGMENTS)
    own = {name: each.get("policy") for name, each in within.entries()} if within else {}
    moved = {name: policy for name, policy in own.items() if policy is not None}
    if not moved:
        return entries
    said = dict(entries[SEGMENTS].entries()) if SEGMENTS in entries else {}
    for name, policy in moved.items():
        if name in said:
            problems.add(
                policy.place, f"customers.segments.{name}.policy and segments.{name} both say what differs; keep one"
            )
        said.setdefault(name, Node({"policy": policy}, policy.place))
    assert within is not None
    rest = {
        n: Node({k: v for k, v in each.entries() if k != "policy"}, each.place) if n in moved else each
        for n, each in within.entries()
    }
    customers = Node(
        dict(entries["customers"].entries()) | {SEGMENTS: Node(rest, within.place)}, entries["customers"].place
    )
    return entries | {"customers": customers, SEGMENTS: Node(said, within.place)}


# ---- from a tree to what is said


def settled_policies(
    tree: Node, steps: tuple[tuple[int, Mapping[str, Parameters]], ...], known: Mapping[str, Part], model: Model,
    problems: Problems, before: Mapping[str, Parameters],
) -> Addressed:  # fmt: skip
    """What the tree says for some people alone; what is wrong is booked. ``before``: the settings of a warm-up, if any."""
    judge = _Judge(known, model, problems)
    segments = judge.segments(tree.get(SEGMENTS), [settings for _, settings in steps])
    earlier = judge.segments(tree.get("warm_up", "under", SEGMENTS), [before]) if before else {}
    return Addressed(segments, earlier, judge.rules(tree.get(RULES), steps[0][1]))


class _Judge:
    """Judges what is said for some people alone, and books what is wrong."""

    def __init__(self, known: Mapping[str, Part], model: Model, problems: Problems) -> None:
        self.known, self.model, self.problems = known, model, problems

    # ---- segments

    def segments(self, node: Node | None, holding: list[Mapping[str, Parameters]]) -> dict[str, Settings]:
        """The policy of each segment, by name; ``holding``: what holds for everybody, one time after the other."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self._book(node, f"{SEGMENTS} is {value_shown(node.value)}, but must be a section, 'NAME: {{policy: …}}'")
            return {}
        found = {name: self._policy(name, each, holding) for name, each in sorted(node.entries())}
        return {name: policy for name, policy in found.items() if policy}

    def _policy(self, name: str, node: Node, holding: list[Mapping[str, Parameters]]) -> dict[str, dict[str, Any]]:
        where = f"{SEGMENTS}.{name}"
        for key, each in node.entries():
            if key != "policy":
                what = (
                    "stands under customers.segments"
                    if key in ("share", "traits")
                    else f"is not known{hint(key, ['policy'])}"
                )
                self._book(each, f"{where}.{key} {what}; here a segment has a 'policy'")
        policy = node.get("policy")
        if not isinstance(node.value, dict) or policy is None or not isinstance(policy.value, dict):
            self._book(
                policy or node,
                f"{where} must hold 'policy', a section of mechanisms: policy: {{pricing: {{list_price: 0.95}}}}",
            )
            return {}
        found: dict[str, dict[str, Any]] = {}
        for part, each in policy.entries():
            names = list(dict(each.entries()))
            if self._settable(part, each, f"{where}.policy", names, for_all=False) and self._values(where, each):
                for settings in holding:
                    values = self._judged(part, each, f"{where}.policy.{part}", settings)
                    if values is not None:
                        found[part] = values
        return found

    def _values(self, where: str, node: Node) -> bool:
        """Whether values are said, and no changes such as -5%, which only rules know."""
        changes = [each for _, each in node.entries() if isinstance(each.value, str) and each.value[:1] in ("+", "-")]
        for each in changes:
            self._book(
                each,
                f"{where}.policy: {value_shown(each.value)} is a change, but must be a value; a rule can say changes, such as "
                "rules: [{for: NAME, do: {pricing: {list_price: -5%}}}]",
            )
        return not changes

    def _judged(self, part: str, node: Node, path: str, settings: Mapping[str, Parameters]) -> dict[str, Any] | None:
        """What is said of a part, where ``settings`` hold for what is not said."""
        parameters = self.known[part].parameters
        assert parameters is not None
        found = judged(parameters, Spot(node, path), self.problems, settings[part].model_dump())
        if found is None:
            return None
        for keys, sentence in in_part(self.known[part], found):
            at = next((each for key in reversed(keys) if (each := node.get(key)) is not None), node)
            self._book(at, f"{path}: {sentence.removeprefix(f'{part}: ')}")
        return {key: getattr(found, key) for key, _ in node.entries()}

    def _settable(self, part: str, node: Node, where: str, names: list[str], for_all: bool) -> bool:
        """Whether these settings of a part can be said there."""
        if part not in self.known or part.startswith("rivals."):
            known = [name for name in self.known if not name.startswith("rivals.")]
            first, _, rest = part.partition(".")
            told = f"; write {first}: {{{rest}: …}}" if first in known and rest else nearest(part, known) or ""
            self._book(node, f"{where}: {part} is no behaviour or mechanism{told}")
            return False
        if not isinstance(node.value, dict):
            self._book(
                node, f"{where}.{part} is {value_shown(node.value)}, but must be a section, one line a parameter"
            )
            return False
        parameters = self.known[part].parameters
        assert parameters is not None
        wrong = (
            []
            if for_all
            else [name for name in names if name in lines(parameters) and (part, name) not in addressable(self.model)]
        )
        for name in wrong:
            self._book(node.get(name) or node, f"{where}.{part}.{name} {self._why_for_all(part)}")
        return not wrong

    def _why_for_all(self, part: str) -> str:
        if self.known[part].group == "behaviour":
            return (
                "is how people are, and no policy; set it for everybody, or give a segment traits of its own under "
                "customers.segments"
            )
        return (
            "is one for the whole company, and cannot differ from customer to customer; set it for everybody, or in a rule "
            "without 'for'"
        )

    # ---- rules

    def rules(self, node: Node | None, settings: Mapping[str, Parameters]) -> tuple[RuleSaid, ...]:
        """The rules in their order."""
        if node is None or node.value is None:
            return ()
        if not isinstance(node.value, list):
            self._book(
                node,
                f"{RULES} is {value_shown(node.value)}, but must be a list, each entry with 'do', and 'for' or 'when'",
            )
            return ()
        if len(node.value) > MOST_RULES:
            self._book(node, f"{RULES}: there are {len(node.value)}, but can be {MOST_RULES}; join some of them")
            return ()
        found = [self._rule(f"{RULES}, number {number}", each, settings) for number, each in enumerate(node.value, 1)]
        made = tuple(rule for rule in found if rule is not None)
        self._refuse_useless(made)
        return made

    def _rule(self, where: str, node: Node, settings: Mapping[str, Parameters]) -> RuleSaid | None:
        before = len(self.problems)
        if not isinstance(node.value, dict):
            self._book(node, f"{where} is {value_shown(node.value)}, but must be a section with {', '.join(KEYS)}")
            return None
        for key, each in node.entries():
            if key not in KEYS:
                self._book(
                    each, f"{where}: '{key}' is not known{nearest(key, list(KEYS)) or '; there are ' + ', '.join(KEYS)}"
                )
        place = next((each.place for _, each in node.entries()), node.place)
        whom, segment, asked = self._whom(where, node.get("for"))
        when = self._when(where, node.get("when"))
        do = self._do(where, node.get("do"), place, segment is None and not asked, settings)
        hold = self._hold(where, node.get("hold"), bool(when))
        return RuleSaid(whom, asked, segment, when, do, hold, place) if len(self.problems) == before else None

    def _whom(
        self, where: str, node: Node | None
    ) -> tuple[str, str | None, tuple[tuple[tuple[str, str, Any], ...], ...]]:
        """For whom: as it was written, the name of a segment, or what is asked of a person."""
        if node is None or node.value is None:
            return EVERYBODY, None, ()
        named = isinstance(node.value, str | int) and not isinstance(node.value, bool)
        said = " ".join(str(node.value).split()) if named else ""
        if said == EVERYBODY:
            return said, None, ()
        if not said:
            self._book(
                node,
                f"{where}: 'for' is {value_shown(node.value)}, but must be a segment's name or such as 'trust < 0.4'",
            )
        if not re.search(r"[<>=!]", said):
            return said, said, ()
        asked = self._alternatives(f"{where}: 'for'", node, said, self._of_person)
        return _any_told(asked), None, asked

    def _alternatives(
        self, where: str, node: Node, said: str, read: Callable[[str, str, str], Any]
    ) -> tuple[tuple[Any, ...], ...]:
        """Conditions joined with 'and' and 'or', of which 'and' binds more closely."""
        found = []
        for together in _conditions(said):
            each_of = []
            for part in together:
                match = ASKED.fullmatch(part.strip())
                if match is None:
                    self._book(
                        node, f"{where}: '{part.strip()}' is no condition; write such as 'trust < 0.4 and tenure < 13'"
                    )
                    continue
                name, sign, value = match.groups()
                try:
                    each_of.append(read(name, "==" if sign == "=" else sign, value))
                except Unfit as unfit:
                    self._book(node, f"{where}: {unfit}")
            found.append(tuple(each_of))
        return tuple(found)

    def _of_person(self, name: str, sign: str, value: str) -> tuple[str, str, Any]:
        """What is asked of a person. Raises :class:`Unfit`."""
        if name == SEGMENT:
            if sign not in ("==", "!="):
                raise Unfit(f"a segment is compared with '=' or '!=', not '{sign}'")
            return name, sign, value.strip()
        units = asked_of_people(self.model)
        if name not in units:
            raise Unfit(
                f"'{name}' is nothing that customers carry{nearest(name, [*units, SEGMENT]) or '; there are ' + ', '.join(units)}"
            )
        trait = traits().get(name)
        within = (trait.low, trait.high) if trait else (0.0, 1.0) if name == LOT else (-math.inf, math.inf)
        number = compared_with(name, value, units[name], within)
        if name in (*self.model.names("clock"), WEEKS_LEFT) and not number.is_integer() and sign[0] in "<>":
            return name, {"<": "<=", ">": ">"}[sign[0]], float(math.floor(number))  # the same of whole weeks
        return name, sign, number

    def _when(self, where: str, node: Node | None) -> tuple[tuple[Watched, ...], ...]:
        if node is None or node.value is None:
            return ()
        if not isinstance(node.value, str):
            self._book(
                node,
                f"{where}: 'when' is {value_shown(node.value)}, but must be such as 'abandonment > 8% for 2 weeks'",
            )
            return ()
        return self._alternatives(
            f"{where}: 'when'",
            node,
            " ".join(node.value.split()),
            lambda name, sign, value: watched(name, sign, value, self.model),
        )

    def _hold(self, where: str, node: Node | None, waits: bool) -> int:
        if node is None or node.value is None:
            return 1
        try:
            found = fitted(node.value, int, "weeks")
        except Unfit as unfit:
            self._book(node, f"{where}: hold {unfit}")
            return 1
        if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= 1040:
            self._book(node, f"{where}: hold is {value_shown(node.value)}, but must be 1 to 1040 whole weeks")
            return 1
        if not waits:
            self._book(
                node, f"{where}: hold says how long it lasts after 'when' was true, but there is no 'when'; remove it"
            )
        return found

    def _do(
        self, where: str, node: Node | None, place: Place | None, for_all: bool, settings: Mapping[str, Parameters]
    ) -> dict[str, dict[str, Change]]:
        if node is None or not isinstance(node.value, dict) or not node.value:
            at = node.place if node is not None and node.place else place
            self.problems.add(
                at, f"{where} says nothing that it does; write such as do: {{call_centre: {{representatives: +3}}}}"
            )
            return {}
        found = {}
        for part, each in node.entries():
            if self._settable(part, each, f"{where}: do", list(dict(each.entries())), for_all):
                found[part] = self._changes(f"{where}: do.{part}", part, each, settings)
        return found

    def _changes(self, path: str, part: str, node: Node, settings: Mapping[str, Parameters]) -> dict[str, Change]:
        """What is done to the settings of a part: those that are given a value are judged as any setting is."""
        parameters, found = self.known[part].parameters, {}
        assert parameters is not None
        plain: dict[str, Node] = {}
        for name, each in node.entries():
            line = lines(parameters).get(name)
            written = str(each.value) if isinstance(each.value, int | float | str) else ""
            if line is None or not written.startswith(("+", "-")):
                plain[name] = each
                continue
            try:
                found[name] = _relative(f"{path}.{name}", written, line)
            except Unfit as unfit:
                self._book(each, str(unfit))
        values = self._judged(part, Node(plain, node.place), path, settings) or {}
        return found | {name: Change("=", value, value) for name, value in values.items()}

    def _refuse_useless(self, rules: tuple[RuleSaid, ...]) -> None:
        """Refuse a rule all of whose settings an earlier one sets, which is always in force for the same people or everybody."""
        for number, rule in enumerate(rules):
            for other in rules[:number]:
                covers = not other.when and (
                    other.for_all or (other.where, other.segment) == (rule.where, rule.segment)
                )
                told = {(part, name) for part, own in rule.do.items() for name in own}
                if covers and told <= {(part, name) for part, own in other.do.items() for name in own}:
                    part, name = min(told)
                    self.problems.add(
                        rule.place,
                        f"{RULES}, number {number + 1} can never do anything: an earlier rule sets {part}.{name} for the same "
                        "people in every week, and the first that fits wins; put it before that one, or remove it",
                    )
                    break

    def _book(self, node: Node, sentence: str) -> None:
        self.problems.add(node.place, sentence)


def _conditions(said: str) -> list[list[str]]:
    """The conditions in words: all of one of these. An 'and' or 'or' is part of a segment's name where no sign follows it."""
    first, *rest = re.split(r" (and|or) ", said)
    found = [[first]]
    for word, part in zip(rest[::2], rest[1::2], strict=True):
        if _OF_SEGMENT.match(found[-1][-1]) and not re.search(_SIGN, part):
            found[-1][-1] += f" {word} {part}"
        elif word == "and":
            found[-1].append(part)
        else:
            found.append([part])
    return found


def _any_told(asked: Iterable[Iterable[tuple[str, str, Any]]]) -> str:
    return " or ".join(" and ".join(map(_asked_told, together)) for together in asked)


def _asked_told(asked: tuple[str, str, Any]) -> str:
    name, sign, value = asked
    return f"{name} {sign} {value if isinstance(value, str) else number_told(value)}"


def asked_of_people(model: Model) -> dict[str, str]:
    """What a rule may ask of a customer, and its unit."""
    found = {}
    for kind in KINDS:
        for name, column in model.columns(kind).items():
            if column.size == 1 and not column.calendar and name not in (SEGMENT, *model.lanes(kind) * model.several):
                trait = traits().get(name)
                found[name] = trait.unit if trait else "weeks" if kind == "clock" else "share"
    return found | {WEEKS_LEFT: "weeks", LOT: "share"}


def _relative(path: str, written: str, line: Line) -> Change:
    """``+3``, ``-10%``, ``+2 per month``: more or less than what holds. Raises :class:`Unfit`."""
    if line.kind is bool:
        raise Unfit(f"{path} is {value_shown(written)}, but is yes or no, and cannot be more or less")
    sign, rest = -1.0 if written[0] == "-" else 1.0, written[1:].strip()
    number, unit = parted(rest) or (None, "")
    if number is None or rest[:1] in "+-":
        raise Unfit(f"{path} is {value_shown(written)}, but must be a number, or such as +3 or -10%")
    if unit in ("%", "percent"):
        if sign < 0 and number > 100:
            raise Unfit(f"{path} is {value_shown(written)}, but nothing can be less by more than 100 %")
        return Change("*", 1 + sign * number / 100, f"{written[0]}{number_told(number)}%")
    try:
        amount = number / 100 if unit == "percentage points" else number if not unit else fitted(rest, float, line.unit)
    except Unfit as unfit:
        raise Unfit(f"{path} {unfit}") from None
    return Change("+", sign * float(amount), f"{written[0]}{number_told(float(amount))}")


# ---- what engines are given


def policies_of(
    addressed: Addressed,
    names: tuple[str | None, ...],
    span: tuple[int, int],
    places: Callable[[str], Place | None],
    model: Model,
) -> Policies | None:
    """What is said for some people alone, as engines know it; None where nothing is.

    ``names``: the segments in the order of their numbers; ``span``: weeks of the warm-up, and all weeks; ``places``: where a
    segment's policy is written. Raises :class:`~sim.errors.Mistake` for a segment that there is not.
    """
    if not addressed:
        return None
    known = {name: number for number, name in enumerate(names) if name is not None}

    def number(name: str, place: Place | None, what: str) -> int:
        if name in known:
            return known[name]
        there = nearest(name, list(known)) or (
            f"; there are {', '.join(sorted(known)[:20])}" if known else "; there are no segments"
        )
        raise Mistake(f"{place}: {what} '{name}'{there}" if place else f"{what} '{name}'{there}")

    segments = [
        OfSegment(number(name, places(name), "segments: there is no segment"), tuple(_said(policy, model)), *weeks)
        for said, weeks in ((addressed.before, (0, span[0])), (addressed.segments, span))
        for name, policy in said.items()
    ]
    return Policies(tuple(segments), tuple(_rule(rule, number, model) for rule in addressed.rules))


def _rule(rule: RuleSaid, number: Callable[[str, Place | None, str], int], model: Model) -> Rule:
    what = f"rules: 'for' is neither a condition, such as 'trust < 0.4', nor {EVERYBODY}, nor a segment:"
    segment = None if rule.segment is None else number(rule.segment, rule.place, what)
    where = tuple(
        tuple(
            Asked(
                name, sign, float(number(value, rule.place, "rules: there is no segment") if name == SEGMENT else value)
            )
            for name, sign, value in together
        )
        for together in rule.where
    )
    changes = {part: {name: each for name, each in own.items()} for part, own in rule.do.items()}
    said = tuple(_said(changes, model))
    return Rule(said, segment, where, rule.when, rule.hold)


def _said(policy: Settings, model: Model) -> Iterator[Said]:
    for part, own in policy.items():
        parameters = model.parts[part].parameters
        assert parameters is not None
        for name, value in own.items():
            line = lines(parameters)[name]
            change = value if isinstance(value, Change) else Change("=", value, value)
            yield Said(
                f"{part}_{name}", float(change.value), change.how, float(line.low), float(line.high), line.kind is int
            )
