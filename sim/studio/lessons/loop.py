"""The causal picture of a lesson, read from the model itself: from what its worlds differ in, over what steps read and write."""

from __future__ import annotations

import ast
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from sim.model.component import Model
from sim.model.schedule import Queue, Telling, Whoever, steps_in
from sim.model.steps import Step, column_written
from sim.model.week import week_of
from sim.report.charts.palette import COLOURS, FAINT, INK, PAGE, PAPER
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import worlds

Cause = tuple[str, str]
"""What an effect comes from: ("column", name), ("setting", "fees.size"), or ("own", name), a parameter of the step."""
LEVER, LEAVING = "what the company does", "who stays, who leaves"
NODES = {
    "budget": ("budget", "quarter_cost", "quarter_revenue"),
    "staff": ("representatives_on_duty", "lanes_on_duty"),
    "mood and skill of the staff": ("morale", "mood", "skill"),
    "what is possible": ("obsolescence", "rival_obsolescence"),
    "what people get": ("performed",),
    "what they expect": ("expectation",),
    "trouble unsolved": ("issue_severity", "issue_tries"),
    "is the price fair?": ("price_fairness",),
    "satisfaction": ("satisfaction",),
    "trust": ("trust",),
    "grievance": ("grievance",),
    "talk among friends": ("stirred", "heard", "heard_content", "news", "friends_gone"),
    "what others believe": ("belief_company", "evidence_company"),
    LEAVING: ("provider",),
}
"""The boxes of the picture, and the columns of the model that each stands for."""
BOX = {column: box for box, columns in NODES.items() for column in columns}
AFTERWARDS = ("budget", "talk among friends")
"""What hangs on who has left, other than that each step is about customers: the books, and what people tell."""
DETOUR = 2
"""By how many arrows a way may be longer than the shortest one to be told."""
NOTHING: Cause = ("nothing", "")
"""The cause of what is written whatever was before."""
_COLUMNS, _PARTS = ("me", "firm", "agent"), ("p", "last", "now")


class _Flow(ast.NodeVisitor):
    """What flows where in the text of a step: from columns and settings, through names, conditions and calls, to columns."""

    def __init__(self, step: Step) -> None:
        self.step, self.names = step, {name: {("own", name)} for name in step.own}
        self.under: list[set[Cause]] = []
        self.found: set[tuple[Cause, str]] = set()

    def causes(self, node: ast.AST) -> set[Cause]:
        """Everything that a part of the text reads."""
        found: set[Cause] = set()
        for each in ast.walk(node):
            match each:
                case ast.Attribute(value=ast.Name(id=who), attr=column, ctx=ast.Load()) if who in _COLUMNS:
                    found.add(("column", column))
                case ast.Attribute(value=ast.Attribute(value=ast.Name(id=who), attr=part), attr=name) if who in _PARTS:
                    found.add(("setting", f"{part}.{name}"))
                case ast.Name(id=name, ctx=ast.Load()):
                    found |= self.names.get(name, set())
                case ast.Call(func=ast.Name(id=name)) if isinstance(self._called(name), Step):
                    found |= {cause for cause in _gives(self._called(name)) if cause[0] != "own"}
        return found

    def _called(self, name: str) -> Any:
        return self.step.plain.__globals__.get(name)

    def written(self, target: ast.AST, causes: set[Cause]) -> None:
        causes = causes.union(*self.under) or {NOTHING}
        for each in ast.walk(target):
            if (column := column_written(each)) is not None:
                self.found |= {(cause, column) for cause in causes}
            elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.names[each.id] = self.names.get(each.id, set()) | causes

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802 – so the visitor calls it
        """A value is given to columns or names; to several at once, each gets its own where that can be told."""
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    self.written(one, self.causes(value))
            else:
                self.written(target, self.causes(node.value))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        """Something is added to a column or name."""
        self.written(node.target, self.causes(node.value))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:  # noqa: N802
        """What is done under a condition hangs on what that reads."""
        self.visit(node.test)
        self.under.append(self.causes(node.test))
        for each in (*node.body, *node.orelse):
            self.visit(each)
        self.under.pop()

    def visit_Call(self, node: ast.Call) -> None:  # noqa: N802
        """A step that is called does what it does, with what it is given."""
        called = self._called(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(called, Step):
            given = dict(zip(called.parameters, (self.causes(each) for each in node.args), strict=False))
            for (kind, name), column in flow_of(called):
                causes = given.get(name, set()) if kind == "own" else {(kind, name)} - {NOTHING}
                self.found |= {(cause, column) for cause in causes.union(*self.under) or {NOTHING}}
        self.generic_visit(node)


@lru_cache(maxsize=512)
def flow_of(step: Step) -> frozenset[tuple[Cause, str]]:
    """From what a step changes which columns."""
    flow = _Flow(step)
    for each in step.tree.body:
        flow.visit(each)
    return frozenset(flow.found)


@lru_cache(maxsize=512)
def _gives(step: Step) -> frozenset[Cause]:
    """On what it hangs what a step gives back."""
    flow = _Flow(step)
    for each in step.tree.body:
        flow.visit(each)
    returned = [node.value for node in ast.walk(step.tree) if isinstance(node, ast.Return) and node.value is not None]
    return frozenset(cause for value in returned for cause in flow.causes(value))


def links(model: Model) -> Iterator[tuple[Cause, str]]:
    """Everything that flows in a week, from columns and settings to columns; of whoever moves, what makes them move alone, since
    they begin anew in many columns. What friends are told hangs on what makes people talk."""
    for phase, items in week_of(model).items():
        for item in items:
            if isinstance(item, Telling):
                told = (item.asked, item.content, item.says_well)
                yield from ((cause, "heard") for step in told for cause in _gives(step))
            before = _gives(item.asked) if isinstance(item, Whoever | Queue) else frozenset()
            for step in steps_in(item):
                flow = flow_of(step) | {(cause, column) for cause in before for column in step.writes}
                yield from (each for each in flow if each[1] == "provider" or phase != "decide")
    yield ("column", "provider"), "quarter_revenue"  # the books are made of what customers pay


# ---- the picture


@dataclass(frozen=True)
class Causes:
    """What leads from the settings in which two worlds differ to who stays: boxes by name, in layers, and the arrows."""

    levers: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]
    arrows: tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def causes(scenario: Scenario) -> Causes:
    """The causal picture of a lesson: every box on a short way from what its worlds differ in to who stays and who leaves."""
    base, other = worlds(scenario)
    found = set(links(other.model))
    settings = differing(base, other)
    arrows = {(BOX[c], BOX[column]) for (kind, c), column in found if kind == "column" and c in BOX and column in BOX}
    arrows |= {
        (LEVER, BOX[column])
        for (kind, name), column in found
        if kind == "setting" and name in settings and column in BOX
    }
    arrows = {(one, two) for one, two in arrows if one != two and (one != LEAVING or two in AFTERWARDS)}
    kept = _on_short_ways(arrows)
    arrows = {(one, two) for one, two in arrows if {one, two} <= kept}
    depth = _steps_from(LEVER, arrows)
    deepest = max((depth[box] for box in kept if box != LEAVING), default=0) + 1
    rows = {box: deepest if box == LEAVING else depth[box] for box in kept}
    told = _told(arrows, rows)
    while dead := {two for _, two in told} - {one for one, _ in told} - {LEAVING}:
        told = {(one, two) for one, two in told if two not in dead}
    shown = {box for arrow in told for box in arrow}
    layers = tuple(
        tuple(box for box in (LEVER, *NODES) if box in shown and rows[box] == row) for row in range(deepest + 1)
    )
    return Causes(tuple(sorted(settings)), layers, tuple(sorted(told)))


def differing(base: Scenario, other: Scenario) -> set[str]:
    """The settings in which two worlds differ in their last week: ``fees.size``."""
    one, two = base.settings(base.weeks - 1), other.settings(other.weeks - 1)
    return {
        f"{part}.{name}" for part, here in two.items() for name, value in here.model_dump().items()
        if getattr(one[part], name) != value
    }  # fmt: skip


def _steps_from(start: str, arrows: set[tuple[str, str]]) -> dict[str, int]:
    """How many arrows lead from a box to each that can be reached."""
    found, edge = {start: 0}, [start]
    while edge:
        edge = sorted({two for one, two in arrows if one in edge and two not in found})
        found |= dict.fromkeys(edge, max(found.values()) + 1)
    return found


def _on_short_ways(arrows: set[tuple[str, str]]) -> set[str]:
    """The boxes on a way from the levers to who stays that is at most so much longer than the shortest."""
    there, back = _steps_from(LEVER, arrows), _steps_from(LEAVING, {(two, one) for one, two in arrows})
    short = there.get(LEAVING, 0)
    return {box for box in there if box in back and there[box] + back[box] <= short + DETOUR} | {LEVER}


def _told(arrows: set[tuple[str, str]], rows: dict[str, int]) -> set[tuple[str, str]]:
    """The arrows that lead on, and those that close a loop from who stays and leaves; the rest would hide them."""
    return {(one, two) for one, two in arrows if rows[two] > rows[one] or one == LEAVING}


WIDE, HIGH, ACROSS, DOWN = 178, 46, 232, 70
"""Pixels of a box, and from one box to the next."""


@lru_cache(maxsize=64)
def drawn(found: Causes) -> tuple[str, str]:
    """The picture as the source of an image, and its words for those who cannot see it."""
    tall = max(map(len, found.layers)) * DOWN + 50
    places = {
        box: (ACROSS * place + 8, (tall - 50 - len(layer) * DOWN) / 2 + DOWN * row + 20)
        for place, layer in enumerate(found.layers) for row, box in enumerate(layer)
    }  # fmt: skip
    width = ACROSS * len(found.layers) - (ACROSS - WIDE) + 16
    pieces = [_arrow(places[one], places[two], tall) for one, two in found.arrows]  # below the boxes
    pieces += [_box(box, place, box in (LEVER, LEAVING)) for box, place in places.items()]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" font-family="sans-serif" font-size="15">'
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0,0 8,4 0,8z" fill="{FAINT}"/></marker></defs>{"".join(pieces)}</svg>'
    )
    alt = "Picture of causes. " + " ".join(f"{one[0].upper()}{one[1:]} changes {two}." for one, two in found.arrows)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}", alt


def _box(words: str, place: tuple[float, float], end: bool) -> str:
    x, y = place
    colour, ink = (PAGE["deep"], PAPER) if end else (PAGE["tint"], INK)
    return (
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="8" fill="{colour}" stroke="{PAGE["edge"]}"/>'
        f'<text x="{x + WIDE / 2}" y="{y + HIGH / 2 + 5}" text-anchor="middle" fill="{ink}"'
        f' textLength="{min(WIDE - 12, 8 * len(words))}" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>'
    )


def _arrow(one: tuple[float, float], two: tuple[float, float], tall: float) -> str:
    """From the right edge of a box to the left edge of another, around those between; one that closes a loop goes back below."""
    (x, y), (to_x, to_y) = (one[0] + WIDE, one[1] + HIGH / 2), (two[0], two[1] + HIGH / 2)
    if two[0] > one[0]:
        half, far = (x + to_x) / 2, two[0] - one[0] > ACROSS
        edge = ((14 if y < tall / 2 else tall - 34) - (y + to_y) / 8) / 0.75  # so the curve passes outside of all boxes
        path = f"M{x},{y} C{half},{edge if far else y} {half},{edge if far else to_y} {to_x - 2},{to_y}"
        colour = FAINT
    else:
        x, y, to_x, to_y = one[0] + WIDE / 2, one[1] + HIGH, two[0] + WIDE / 2, two[1] + HIGH
        path, colour = f"M{x},{y} C{x},{tall} {to_x},{tall} {to_x},{to_y + 2}", COLOURS[1]
    dash = "" if two[0] > one[0] else ' stroke-dasharray="7 4"'
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" marker-end="url(#tip)"{dash}/>'
