"""How the steps of a week are scheduled: the words in which :mod:`sim.model.week` says who takes a step, and when."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from sim.model.steps import Step


@dataclass(frozen=True)
class Everybody:
    """Everybody takes the step, in no order."""

    step: Step


@dataclass(frozen=True)
class Listing:
    """Who is meant is settled now, and acts in a later phase (:class:`Whoever`, :class:`Queue` with the same question)."""

    asked: Step


@dataclass(frozen=True)
class Whoever:
    """Those of whom the question ``asked`` is true take the step."""

    asked: Step
    step: Step


@dataclass(frozen=True)
class InTurn:
    """Everybody takes the step every so many ``weeks``, in each week those whose turn it is."""

    weeks: int
    step: Step


@dataclass(frozen=True)
class Company:
    """The company takes the step, once a week."""

    step: Step


@dataclass(frozen=True)
class Representatives:
    """Everybody on duty at the telephones takes the step, in the order of their numbers."""

    step: Step


@dataclass(frozen=True)
class Line:
    """A first-come-first-served line.

    ``free_at``, ``numbers``, ``standing``: the fields of :class:`~sim.model.week.State` that hold its heap and who is seen to
    stand in it; ``servers``: the columns of the firm, or part and setting, that say how many serve this week and last;
    ``by_hour``: whether those who serve may come and go by the hour.
    """

    free_at: str
    numbers: str
    servers: tuple[str, str]
    standing: str | None = None
    by_hour: bool = False


@dataclass(frozen=True)
class Queue:
    """Those of whom ``asked`` is true come to a line, one after the other in time, and leave it.

    ``stages``: what happens before the line, one stage after the other; each is given a mark and returns one, and 0 ends it for
    that person. ``arrive``: gives the word that says when they come, minutes of service, minutes of patience, and which of the
    ``lines`` they take. ``serve``: what happens when it is their turn; gives wait, how it ended, and who served.
    ``leave``: what it leaves behind. ``hours``: the setting that says how long a week is open.

    Of a single line: ``rank``: who of those in line is served first, the lowest number. ``again``: how many minutes after hanging
    up, or being served, somebody comes once more, endless for never, and the mark with which they do; it does what ``leave``
    would, if they do. ``endure``: their patience then. Where nobody comes again, or goes before others, these cost nothing.
    """

    asked: Step
    stages: tuple[Step, ...]
    arrive: Step
    serve: Step
    leave: Step
    lines: tuple[Line, ...]
    hours: tuple[str, str]
    rank: Step | None = None
    again: Step | None = None
    endure: Step | None = None


@dataclass(frozen=True)
class Resize:
    """The lines begin a new week, with as many who serve as there are now."""

    lines: tuple[Line, ...]
    hours: tuple[str, str]


@dataclass(frozen=True)
class Overhearing:
    """What was complained of in public is the first that is said of the company; the step gives how often."""

    step: Step


@dataclass(frozen=True)
class Telling:
    """Those of whom ``asked`` is true tell their friends.

    ``about``: of which provider; ``content``: how content they are with it, 0 to 1, which the message carries; ``says_well``:
    whether it counts as good; ``be_heard``: what it leaves; ``posts``: whether strangers may read it, too; ``which``: of which
    rival, where there are several. How friends are told is part of the engines, since a step is about one person.
    """

    asked: Step
    about: Step
    content: Step
    says_well: Step
    be_heard: Step
    posts: bool = True
    which: Step | None = None


@dataclass(frozen=True)
class Showing:
    """All friends of those of whom ``asked`` is true see what they do, and take the step.

    The step is given what is ``shown``, a whole number that a step about whoever is seen gives. As many may be seen in a week, it
    must not matter in which order.
    """

    asked: Step
    shown: Step
    step: Step


@dataclass(frozen=True)
class EachRival:
    """Everybody, or the company, takes the step for each rival in turn, which is then the rival in question.

    ``week.rival`` is its number. Where there is one rival, it is that one, and ``item`` is taken as it stands.
    """

    item: Everybody | Company


@dataclass(frozen=True)
class Alone:
    """What is done where there is one rival."""

    item: Everybody | Company


@dataclass(frozen=True)
class Several:
    """What is done where there are several rivals."""

    item: Everybody | Company | EachRival


@dataclass(frozen=True)
class Unless:
    """What is done unless a mechanism is used that only some scenarios use."""

    used: str
    item: Everybody | Company | Whoever


Plain = (
    Everybody
    | Listing
    | Whoever
    | InTurn
    | Company
    | Representatives
    | Queue
    | Resize
    | Overhearing
    | Telling
    | Showing
)
Item = Plain | EachRival | Alone | Several | Unless


def for_rivals(items: tuple[Item, ...], several: bool, used: Container[str] = ()) -> tuple[Item, ...]:
    """The items of a week with one rival, or with several, where these mechanisms are ``used`` that only some scenarios use."""
    found: list[Item] = []
    for item in items:
        match item:
            case EachRival(inner):
                found.append(item if several else inner)
            case Alone(inner) | Several(inner):
                found += [inner] if several == isinstance(item, Several) else []
            case Unless(name, inner):
                found += [] if name in used else [inner]
            case _:
                found.append(item)
    return tuple(found)


def steps_in(item: Item) -> list[Step]:
    """The steps that are taken, in their order."""
    if isinstance(item, EachRival | Alone | Several | Unless):
        return steps_in(item.item)
    found: list[Step] = []
    for value in vars(item).values():
        found += [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Step)]
    return found


def everybody(*steps: Step) -> tuple[Everybody, ...]:
    """Everybody takes these steps, one after the other."""
    return tuple(Everybody(step) for step in steps)


def company(*steps: Step) -> tuple[Company, ...]:
    """The company takes these steps, one after the other."""
    return tuple(Company(step) for step in steps)


def each_rival(*items: Everybody | Company) -> tuple[EachRival, ...]:
    """These are done for each rival in turn."""
    return tuple(EachRival(item) for item in items)


def alone(*items: Everybody | Company) -> tuple[Alone, ...]:
    """These are done where there is one rival."""
    return tuple(Alone(item) for item in items)


def several(*items: Everybody | Company | EachRival) -> tuple[Several, ...]:
    """These are done where there are several rivals."""
    return tuple(Several(item) for item in items)


def unless(used: str, *items: Everybody | Company | Whoever) -> tuple[Unless, ...]:
    """These are done unless this mechanism is used."""
    return tuple(Unless(used, item) for item in items)
