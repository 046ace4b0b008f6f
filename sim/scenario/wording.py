"""A scenario in plain sentences: what it is, and how it differs from another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.data.customer_text import shortened
from sim.model.distributions import Distribution
from sim.model.parameters import Parameters, lines
from sim.scenario.meaning import effective
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.points import points_told
from sim.scenario.policy_words import addressed_compared, addressed_told
from sim.scenario.quantities import in_unit, number_told
from sim.scenario.sections import Measure, Network, People, traits
from sim.scenario.tree import shown
from sim.scenario.whole import Scenario, check_one_model, load

MOST_NAMED = 12
"""Segments that are told by name."""
MOST_REASONS = 3
"""Reasons for which rows are set aside that are told."""
Course = tuple[tuple[int, Any], ...]
"""The values of one parameter: (week from which, value), beginning with week 0."""


def value_told(value: Any) -> str:
    """A parameter's value as a sentence shows it."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_told(value) if isinstance(value, int | float) else str(value)


def with_unit(value: Any, unit: str) -> str:
    """A value and its unit; scales and yes-or-no speak for themselves."""
    unit = in_unit(unit)
    return value_told(value) if unit.startswith("(") or value is None else f"{value_told(value)} {unit}"


def spread_told(spread: Distribution | None, unit: str) -> str:
    """How a trait is spread, in words."""
    if spread is None:
        return "following from the other states"
    if spread.distribution == "constant":
        return f"{with_unit(spread.value, unit)} for everybody"
    numbers = spread.model_dump(exclude_none=True, exclude={"distribution"})
    said = ", ".join(f"{key} {number_told(value)}" for key, value in numbers.items())
    unit = in_unit(unit)
    return f"{spread.distribution}, {said}" + ("" if unit.startswith("(") else f" {unit}")


# ---- one scenario


def check_scenario(path: Path | str, mechanisms: Mechanisms = ()) -> list[str]:
    """Plain sentences about the scenario in a file, made ready to run. Raises :class:`~sim.errors.Mistake`."""
    return about(load(path, mechanisms))


def about(scenario: Scenario) -> list[str]:
    """What the scenario is: people, weeks, settings that are not the defaults, changes.

    All that a run needs is made first: what is told to be valid runs. Raises :class:`~sim.errors.Mistake`.
    """
    from sim.scenario.model_inputs import ground_of

    people = ground_of(scenario).plan.people
    title = f"{scenario.name}: {scenario.description}" if scenario.description else scenario.name
    said = [title, f"It lasts {scenario.weeks} weeks; money is in {scenario.currency}."]
    said += [*_warm_up_told(scenario), *_measured(scenario.measure), *_people_told(scenario)]
    said += [_network_told(scenario.network), *_ties_told(scenario, people)]
    said += list(_hours_told(scenario))
    if scenario.lesson:
        on = f" on {scenario.lesson.claim}" if scenario.lesson.claim else ""
        said.append(f"It is a lesson{on}, to be compared with {shown(scenario.lesson.against)}.")
    said += [
        f"It has the mechanism {name} of your own: {scenario.model.parts[name].says}"
        for name in scenario.model.mechanisms
    ]
    own = [sentence for name, settings in scenario.parts.items() for sentence in _not_default(name, settings)]
    said += own or ["Every setting is the default."]
    said += _phone_told(scenario)
    said += [*_changes_told(scenario), *addressed_told(scenario), *points_told(scenario)]
    return [*said, f"It is valid; its fingerprint is {scenario.fingerprint}."]


def _warm_up_told(scenario: Scenario) -> Iterator[str]:
    """What is lived before week 0, and in what it differs from week 0."""
    if not scenario.warm_up:
        return
    drawn, listed = (
        "people come and go",
        "whoever would come or go begins again, for the file says who is a customer in week 0",
    )
    people = listed if scenario.customers.file else drawn
    yield f"Before week 0 the market lives for {scenario.warm_up} weeks, of which nothing is told; {people}."
    for change in _before_compared(scenario.parts, scenario.before):
        yield f"In these weeks {change.key} is {with_unit_told(change.new, change.unit)}, and from week 0 on {change.old}."


def with_unit_told(value: str, unit: str) -> str:
    """A value that is told already, and its unit."""
    unit = in_unit(unit)
    return value if unit.startswith("(") else f"{value} {unit}"


def _measured(measure: Measure) -> Iterator[str]:
    """What is measured, where that is not simply everything."""
    if measure.start:
        yield f"It is measured from week {measure.start} on: retention is that of the customers of that week."
    if measure.by:
        yield f"Every {measure.by} is measured by itself as well."


def _people_told(scenario: Scenario) -> Iterator[str]:
    market, people = scenario.market, scenario.customers
    each = f" Each stands for {number_told(market.stands_for)} real ones." if market.stands_for != 1 else ""
    if people.file:
        yield from _file_read(scenario)
        usable, unusable = customers_in_file(scenario)
        reasons = f" ({_reasons(scenario)})" if unusable else ""
        set_aside = f"; {unusable:,} more rows cannot be used and are set aside{reasons}" if unusable else ""
        yield f"{usable:,} customers come from {shown(people.file)}{set_aside}."
        yield f"There are {market.prospects:,} prospects.{each}"
    else:
        yield f"There are {market.customers:,} customers and {market.prospects:,} prospects.{each}"
    yield from _segments_told(scenario)


def _file_read(scenario: Scenario) -> Iterator[str]:
    """How the customer file is written, and which of its rows are no customers."""
    from sim.scenario.customers import customers_of

    file, mapping = customers_of(scenario), scenario.customers.mapping
    if file is None or mapping is None or scenario.customers.file is None:
        return
    if file.habit:
        yield f"{shown(scenario.customers.file)} is read as {file.habit}."
    if mapping.where:
        said = " and ".join(f"{name} {' or '.join(map(str, words))}" for name, words in mapping.where.items())
        yield f"Of its rows those with {said} count{f'; {file.elsewhere:,} do not' if file.elsewhere else ''}."
    if mapping.label is not None:
        start = "they start as customers all the same" if file.left is not None else "they do not start as customers"
        yield f"{file.leavers:,} have left within {mapping.label.within} ({mapping.label.column}): {start}."


def _reasons(scenario: Scenario) -> str:
    """Why rows are set aside: the commonest reasons, each with its first line."""
    from sim.scenario.customers import customers_of

    read = customers_of(scenario)
    first = {row.reason: row.line for row in reversed(read.quarantined)} if read else {}
    some = [f"line {line}: {reason}" for reason, line in sorted(first.items(), key=lambda each: each[1])[:MOST_REASONS]]
    return "; ".join([*some, *(["…"] if len(first) > MOST_REASONS else [])])


def _phone_told(scenario: Scenario) -> list[str]:
    """Whether people on the phone stand idle or drown with the customers of a file."""
    from sim.scenario.customers import customers_of
    from sim.scenario.phone import phone_of_scenario

    file = customers_of(scenario)
    if file is None or not scenario.parts["call_centre"].representatives:  # type: ignore[attr-defined]
        return []
    return [f"{sentence}." for sentence in phone_of_scenario(scenario, len(file.line)).load]


def _segments_told(scenario: Scenario) -> Iterator[str]:
    """How many segments there are, the names of the first, and those whose settings hold for nobody."""
    from sim.scenario.customers import customers_of

    people, file = scenario.customers, customers_of(scenario)
    found = set() if file is None or file.segment is None else set(file.segment.tolist())
    names = sorted(found | {*people.segment_names})
    if names:
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        yield f"They belong to {len(names):,} segments: {', '.join(map(shortened, names[:MOST_NAMED]))}{more}."
    for name in sorted(people.segments) if found else ():
        if name not in found:
            yield f"Nobody in the customer file belongs to the segment {shortened(name)}: what is set for it holds for nobody."


def customers_in_file(scenario: Scenario) -> tuple[int, int]:
    """Usable and unusable rows of the scenario's customer file. Raises :class:`~sim.errors.Mistake` on a bad file."""
    from sim.scenario.customers import customers_of

    read = customers_of(scenario)
    assert read is not None
    return len(read.line), len(read.quarantined)


def _ties_told(scenario: Scenario, people: int) -> Iterator[str]:
    from sim.scenario.model_inputs import ties_of

    ties = ties_of(scenario, people)
    if ties is not None:
        yield f"The file lists {ties.told}."


def _hours_told(scenario: Scenario) -> Iterator[str]:
    """When calls come and who is there, where a file says so."""
    by_hour = scenario.by_hour
    if by_hour.calls is None:
        return
    who = f"as many people as {shown(by_hour.people)} says" if by_hour.people else "all representatives"
    yield f"Calls come by the hours of {shown(by_hour.calls)}; {who} are on duty then, and nobody calls in the other hours."
    if by_hour.alone():
        more = f" and in {len(by_hour.alone()) - MOST_NAMED} more hours" if len(by_hour.alone()) > MOST_NAMED else ""
        yield f"Nobody is on duty although people call: {', '.join(by_hour.alone()[:MOST_NAMED])}{more}."


def _network_told(network: Network) -> str:
    if network.kind == "none":
        return "Nobody talks to anybody."
    if network.file is not None:
        return _file_told(network.kind, network.column, shown(network.file))
    if network.degrees is not None:
        return (
            f"People talk on a network drawn so that they have as many friends as {len(network.degrees)} numbers say."
        )
    friends = f"{network.degree} friends on average"
    if network.kind == "scale_free":
        return f"People talk on a scale-free network: {friends}, and a few people with very many."
    if network.kind == "random":
        return f"People talk on a network of strangers: {friends}."
    return f"People talk on a small world: {friends}, {number_told(100 * network.rewiring)} % of them strangers."


def _file_told(kind: str, column: str | None, file: str) -> str:
    if kind == "edges":
        return f"Who talks to whom is in {file}."
    where = f"column '{column}' of {file}" if column else file
    return f"People talk on a network drawn so that they have as many friends as {where} says."


def _not_default(name: str, settings: Parameters) -> Iterator[str]:
    for key, line in lines(type(settings)).items():
        value = getattr(settings, key)
        if value != line.default:
            default = value_told(line.default)
            yield f"{name}.{key} is {with_unit(value, line.unit)}, the default being {default} ({line.meaning})."


def _changes_told(scenario: Scenario) -> Iterator[str]:
    for week, changed in effective(scenario.steps).items():
        for name, values in changed.items():
            known = lines(type(scenario.parts[name]))
            for key, value in values.items():
                before = value_told(getattr(scenario.settings(week - 1)[name], key))
                yield f"From week {week}, {name}.{key} is {with_unit(value, known[key].unit)} instead of {before}."


# ---- two scenarios


@dataclass(frozen=True)
class Difference:
    """One thing in which two scenarios differ: its key, what it is, and both values in words with their weeks."""

    key: str
    meaning: str
    old: str
    new: str
    unit: str

    def __str__(self) -> str:
        unit = in_unit(self.unit)
        unit = "" if not self.unit or unit.startswith("(") else f" {unit}"
        label = f" ({self.meaning})" if self.meaning else ""
        return f"{self.key}{label}: {self.old} → {self.new}{unit}"


def differences(old: Scenario, new: Scenario) -> list[str]:
    """What changes from ``old`` to ``new``, a line each: label, old → new value, unit, from which week; or nothing."""
    return [str(difference) for difference in compared(old, new)]


def compared(old: Scenario, new: Scenario) -> list[Difference]:
    """What changes from ``old`` to ``new``, in the order of a scenario file.

    Raises :class:`~sim.errors.Mistake` when they are of different models.
    """
    check_one_model([old, new])
    found = [Difference("currency", "", old.currency, new.currency, "")] if old.currency != new.currency else []
    if old.weeks != new.weeks:
        found.append(Difference("weeks", "How long the simulation lasts", str(old.weeks), str(new.weeks), "weeks"))
    if old.warm_up != new.warm_up:
        found.append(
            Difference(
                "warm_up", "How long the market lives before week 0", str(old.warm_up), str(new.warm_up), "weeks"
            )
        )
    elif old.warm_up:
        found += [replace(one, key=f"warm_up.under.{one.key}") for one in _before_compared(old.before, new.before)]
    for section in ("measure", "market", "network", "by_hour"):
        found += _sections_compared(section, getattr(old, section), getattr(new, section))
    found += _people_compared(old.customers, new.customers)
    unused = {*old.model.optional} - {*old.model.used, *new.model.used}  # whose settings mean nothing
    for name in (each for each in old.parts if each not in unused):
        for key, line in lines(type(old.parts[name])).items():
            before, after = _course(old, name, key), _course(new, name, key)
            if before != after:
                told = _course_told(before), _course_told(after)
                found.append(Difference(f"{name}.{key}", line.meaning, *told, line.unit))
    return [*found, *_addressed_compared(old, new)]


def _addressed_compared(old: Scenario, new: Scenario) -> Iterator[Difference]:
    """In what policies of segments, and rules, differ."""
    before, after = addressed_compared(old), addressed_compared(new)
    for key in [*before, *(key for key in after if key not in before)]:
        told = [
            said.get(key, (f"no {'rule' if key.startswith('rules.') else 'policy of its own'}", ""))
            for said in (before, after)
        ]
        if told[0] != told[1]:
            yield Difference(key, "", told[0][0], told[1][0], after.get(key, ("", ""))[1])


def _before_compared(old: Mapping[str, Parameters], new: Mapping[str, Parameters]) -> Iterator[Difference]:
    """In what the settings of one time or warm-up differ from those of another."""
    for name, values in effective([(0, old), (1, new)]).get(1, {}).items():
        for key, value in values.items():
            line = lines(type(old[name]))[key]
            yield Difference(
                f"{name}.{key}", line.meaning, value_told(getattr(old[name], key)), value_told(value), line.unit
            )


def _sections_compared(section: str, old: Parameters, new: Parameters) -> Iterator[Difference]:
    for key, field in type(old).model_fields.items():
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            unit = field.json_schema_extra["unit"] if isinstance(field.json_schema_extra, dict) else ""
            told = value_told(before), value_told(after)
            yield Difference(f"{section}.{key}", field.description or "", *told, str(unit))


def _people_compared(old: People, new: People) -> Iterator[Difference]:
    before, after = dict(_people_rows(old)), dict(_people_rows(new))
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            yield Difference(f"customers.{key}", "", before.get(key, "not given"), after.get(key, "not given"), "")


def _people_rows(people: People) -> Iterator[tuple[str, str]]:
    """Everything about the people, one line each: key and value in words."""
    from sim.scenario.meaning import file_hash

    if people.file and people.mapping:
        yield "file", f"{people.file.name} (contents {file_hash(people.file)[:8]})"
        for key, value in people.mapping.model_dump(mode="json", exclude={"file", "columns"}).items():
            yield {"segments": "segment_by"}.get(key, key), value_told(value)
        for name, column in people.mapping.columns.items():
            said = column.model_dump(mode="json", exclude_defaults=True)
            yield f"columns.{name}", ", ".join(f"{key} {value_told(value)}" for key, value in said.items())
    for name, trait in traits().items():
        yield f"traits.{name}", spread_told(people.spread(name), trait.unit)
    for name, segment in people.segments.items():
        yield f"segments.{name}.share", value_told(segment.share)
        for key, spread in segment.traits.items():
            yield f"segments.{name}.traits.{key}", spread_told(spread, traits()[key].unit)


def _course(scenario: Scenario, name: str, key: str) -> Course:
    """The values of one parameter over time, without steps at which it stays."""
    course: list[tuple[int, Any]] = []
    for week, settings in scenario.steps:
        value = getattr(settings[name], key)
        if not course or course[-1][1] != value:
            course.append((week, value))
    return tuple(course)


def _course_told(course: Course) -> str:
    first, *rest = course
    return ", ".join([value_told(first[1]), *(f"from week {week} {value_told(value)}" for week, value in rest)])
