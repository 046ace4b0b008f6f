"""From a tree to the settled parts of a scenario: every value converted, judged, and in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.engine.start import BUYING
from sim.errors import nearest
from sim.model.component import Model, Part, everything, using, with_rivals
from sim.model.parameters import Parameters
from sim.scenario.buying import judge_addressed, judge_billed_weekly, judge_buying
from sim.scenario.by_hour import ByHour, settled_by_hour, with_hours
from sim.scenario.constraints import Finding, Whole, in_part, in_whole
from sim.scenario.friends import settled_network
from sim.scenario.lesson import Lesson, settled_lesson
from sim.scenario.messages import judge_desk
from sim.scenario.people import Folder, settled_people
from sim.scenario.policies import SEGMENTS, Addressed, settled_policies
from sim.scenario.quantities import value_shown
from sim.scenario.rivals import SECTION, judge_shares, of_several, parts_of, spread_out
from sim.scenario.sections import FIXED, Frame, Market, Measure, Measuring, Network, People
from sim.scenario.tree import Node, Problems
from sim.scenario.validation import Spot, judged

Changes = tuple[tuple[int, dict[str, dict[str, Any]]], ...]
Steps = tuple[tuple[int, dict[str, Parameters]], ...]


@dataclass(frozen=True)
class Settled:
    """All sections of a scenario, judged. ``steps``: week → the settings of every part from then on; ``before``: those of the
    warm-up, none without one.
    """

    frame: Frame
    measure: Measure
    market: Market
    people: People
    network: Network
    steps: Steps
    before: dict[str, Parameters]
    changes: Changes
    lesson: Lesson | None
    model: Model
    addressed: Addressed
    by_hour: ByHour


def parts_with_parameters(model: Model) -> dict[str, Part]:
    """The parts of a model that a scenario can set, by name."""
    return {name: part for name, part in model.parts.items() if part.parameters is not None}


def settle(tree: Node, folder: Folder, problems: Problems, model: Model) -> Settled:
    """Everything the tree says of a model. Raises :class:`Mistake` with all that is wrong, up to ten sentences."""
    tree, rivals = spread_out(tree, problems)
    model = with_rivals(everything(model).alone, rivals)
    known = settable(model)
    _refuse_unknown(tree, problems, model, known)
    frame = _frame(tree, problems)
    market = judged(Market, Spot(tree.get("market") or Node({}), "market"), problems)
    network = settled_network(tree.get("network") or Node({}), folder, problems)
    people = settled_people(tree.get("customers") or Node({}), folder, problems)
    lesson = settled_lesson(tree.get("lesson"), folder, problems)
    by_hour = settled_by_hour(tree.get("by_hour") or Node({}), folder, problems)
    tree = with_hours(tree, by_hour, problems)
    start = {name: _settings(tree, part, problems) for name, part in known.items()}
    measure = _measure(tree, frame.weeks if frame else None, problems)
    steps, changes = _timeline(tree, start, frame.weeks if frame else None, known, problems)
    before = _before(tree, frame.warm_up if frame else 0, known, problems)
    times = [("in the warm-up", before), *((f"from week {week}", then) for week, then in steps[1:])]
    judge_buying(tree, start, [(when, said) for when, said in times if said], people, problems)
    addressed = settled_policies(tree, steps, known, model, problems, before)
    judge_addressed(tree, start, addressed.meets(model.parts[BUYING]), problems)
    if market and network and people:
        given = tree.get("market", "customers") is not None
        _book(tree, in_whole(Whole(market, people, network, given)), problems)
    judge_shares(tree, of_several(start), problems)
    problems.stop_if_any()
    assert frame and measure and market and network and people and by_hour is not None
    market = _of_a_file(market, tree) if people.file else market
    ever = (*(settings for _, settings in steps), before)
    used = _used(model, ever, addressed)
    judge_billed_weekly(tree, used, problems)
    judge_desk(tree, ever, addressed, used, problems)
    problems.stop_if_any()
    model = using(model, used)
    return Settled(frame, measure, market, people, network, steps, before, changes, lesson, model, addressed, by_hour)


def _used(model: Model, settings: Iterable[Mapping[str, Parameters]], addressed: Addressed) -> tuple[str, ...]:
    """Of the mechanisms that only some scenarios use those that somebody ever meets, or of which a rule asks."""
    ever = [each for each in settings if each]
    return tuple(
        name
        for name in model.optional
        if any(model.parts[name].used_by(each[name]) for each in ever) or addressed.meets(model.parts[name])
    )


def _of_a_file(market: Market, tree: Node) -> Market:
    """The market of a customer file: the file says how many customers there are, and each is one unless somebody says more."""
    said = tree.get("market", "stands_for")
    return market.model_copy(update={"customers": None} | ({"stands_for": 1.0} if said is None else {}))


def settable(model: Model) -> dict[str, Part]:
    """What a scenario of this model sets: of several rivals, each by itself."""
    parts = parts_with_parameters(model)
    if not model.several:
        return parts
    return {name: part for name, part in parts.items() if name != "rival"} | parts_of(model.rivals, parts["rival"])


def _frame(tree: Node, problems: Problems) -> Frame | None:
    """What stands at the top, and how long the warm-up is."""
    said = {key: node for key, node in tree.entries() if key in Frame.model_fields}
    if "warm_up" in said and isinstance(said["warm_up"].value, dict):
        for key, node in said["warm_up"].entries():
            if key not in ("weeks", "under"):
                problems.add(
                    node.place,
                    f"warm_up.{key} is not known{nearest(key, ['weeks', 'under']) or '; there are weeks, under'}",
                )
        whole = said.pop("warm_up")
        if (weeks := whole.get("weeks")) is not None:
            said["warm_up"] = weeks
        else:
            problems.add(whole.place, "warm_up.weeks is missing: say how long the warm-up is, such as '52 weeks'")
    return judged(Frame, Spot(Node(said), ""), problems)


def _before(tree: Node, weeks: int, known: dict[str, Part], problems: Problems) -> dict[str, Parameters]:
    """The settings of every part before week 0; none without a warm-up."""
    under = tree.get("warm_up", "under")
    if under is None:
        return {}
    if not isinstance(under.value, dict):
        problems.add(
            under.place,
            f"warm_up.under is {value_shown(under.value)}, but must be a section of behaviours and mechanisms",
        )
        return {}
    for key, node in under.entries():
        if key not in known and key != SEGMENTS and tree.get(key) is None:
            problems.add(node.place, _cannot_change(key, list(known), "warm_up.under"))
    return {name: _settings(under, part, problems) for name, part in known.items()} if weeks else {}


def _measure(tree: Node, weeks: int | None, problems: Problems) -> Measure | None:
    """The section ``measure``, which must begin before the end."""
    node = tree.get("measure") or Node({})
    found = judged(Measuring, Spot(node, "measure"), problems)
    if found is not None and weeks is not None and found.start >= weeks:
        said = f"must lie between 0 and {weeks - 1}, the last week" if weeks > 1 else "cannot be: there is only week 0"
        problems.add((node.get("from") or node).place, f"measure.from is {found.start}, but {said}")
    return found


def _refuse_unknown(tree: Node, problems: Problems, model: Model, parts: dict[str, Part]) -> None:
    known = [*FIXED, "changes", SECTION, *parts]
    for key, node in tree.entries():
        if key in known or problems.enough:
            continue
        if key == "extends":
            problems.add(node.place, "extends works in files; in Python, load the other file and use its with_")
        elif key in ("mechanism", "mechanisms"):
            problems.add(node.place, "a scenario runs no code; name mechanisms of your own with --mechanism FILE.py")
        elif key in model.parts:
            problems.add(node.place, f"{key} has no parameters; traits are set under 'customers', 'traits'")
        else:
            hint = nearest(key, [*known, "extends"]) or _list(known)
            problems.add(node.place, f"{key} is no section of a scenario{hint}")


def _list(known: list[str]) -> str:
    return f"; there are {', '.join(known)}"


def _book(tree: Node, findings: Iterable[Finding], problems: Problems, after: str = "") -> None:
    """Book findings at the last of their keys that the tree has."""
    for keys, sentence in findings:
        problems.add(_nearest_node(tree, keys).place, sentence + after)


def _nearest_node(tree: Node, keys: tuple[str, ...]) -> Node:
    """The entry that the keys lead to; keys that lead nowhere are passed over."""
    for key in keys:
        tree = tree.get(key) or tree
    return tree


def _settings(tree: Node, part: Part, problems: Problems) -> Parameters:
    """A part's settings in week 0; the defaults when they are wrong, so that the rest can be judged."""
    assert part.parameters is not None
    found = judged(part.parameters, Spot(tree.get(part.name) or Node({}), part.name), problems)
    if found is None:
        return part.parameters()
    _book(tree, in_part(part, found), problems)
    return found


# ---- changes over time


def _timeline(
    tree: Node, start: dict[str, Parameters], weeks: int | None, known: dict[str, Part], problems: Problems
) -> tuple[Steps, Changes]:
    """The settings from week 0 and from every week in which something changes, and what is written to change."""
    node = tree.get("changes") or Node({})
    if not isinstance(node.value, dict):
        problems.add(
            node.place, f"changes is {value_shown(node.value)}, but must be a section, 'from week 26:' and so on"
        )
        return ((0, start),), ()
    steps, changes = [(0, start)], []
    for week, entry in sorted((int(key.split()[-1]), entry) for key, entry in node.entries()):
        if weeks is not None and not 1 <= week < weeks:
            allowed = (
                f"must lie between 1 and {weeks - 1}, the last week" if weeks > 1 else "cannot be: there is only week 0"
            )
            problems.add(entry.place, f"changes: week {week} {allowed}")
        settings, said = _changed(entry, week, steps[-1][1], known, problems)
        steps.append((week, settings))
        changes.append((week, said))
    return tuple(steps), tuple(changes)


def _changed(
    entry: Node, week: int, before: dict[str, Parameters], known: dict[str, Part], problems: Problems
) -> tuple[dict[str, Parameters], dict[str, dict[str, Any]]]:
    """The settings from this week on, and the values written for it."""
    after = f" from week {week}"
    if not isinstance(entry.value, dict):
        problems.add(entry.place, f"changes: '{after.strip()}' is {value_shown(entry.value)}, but must be a section")
        return before, {}
    settings, said = dict(before), {}
    for name, node in entry.entries():
        part = known.get(name)
        if part is None or part.parameters is None:
            problems.add(node.place, _cannot_change(name, list(known), "changes"))
            continue
        found = judged(part.parameters, Spot(node, name, after), problems, before[name].model_dump())
        if found is not None:
            _book(Node({name: node}, entry.place), in_part(part, found), problems, f" ({after.strip()})")
            settings[name] = found
            said[name] = {key: getattr(found, key) for key, _ in node.entries()}
    return settings, said


def _cannot_change(name: str, known: list[str], where: str) -> str:
    if name in FIXED:
        return f"{where}: {name} cannot change over time; only settings of behaviours and mechanisms can"
    return f"{where}: {name} is no behaviour or mechanism{nearest(name, known) or _list(known)}"
