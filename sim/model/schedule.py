"""How the steps of a week are scheduled: the words in which :mod:`sim.model.week` says who takes a step, and when."""

from __future__ import annotations

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
    stand in it; ``servers``: the columns of the firm, or part and setting, that say how many serve this week and last.
    """

    free_at: str
    numbers: str
    servers: tuple[str, str]
    standing: str | None = None


@dataclass(frozen=True)
class Queue:
    """Those of whom ``asked`` is true come to a line, one after the other in time, and leave it.

    ``stages``: what happens before the line, one stage after the other; each is given a mark and returns one, and 0 ends it for
    that person. ``arrive``: gives the word that says when they come, minutes of service, minutes of patience, and which of the
    ``lines`` they take. ``serve``: what happens when it is their turn; gives wait, how it ended, and who served.
    ``leave``: what it leaves behind. ``hours``: the setting that says how long a week is open.
    """

    asked: Step
    stages: tuple[Step, ...]
    arrive: Step
    serve: Step
    leave: Step
    lines: tuple[Line, ...]
    hours: tuple[str, str]


@dataclass(frozen=True)
class Resize:
    """The lines begin a new week, with as many who serve as there are now."""

    lines: tuple[Line, ...]
    hours: tuple[str, str]


@dataclass(frozen=True)
class Telling:
    """Those of whom ``asked`` is true tell their friends: well or not, as ``says_well`` says, and ``be_heard`` is what it leaves.

    How friends are told is part of the engines, since a step is about one person.
    """

    asked: Step
    says_well: Step
    be_heard: Step


Item = Everybody | Listing | Whoever | InTurn | Company | Representatives | Queue | Resize | Telling


def steps_in(item: Item) -> list[Step]:
    """The steps that are taken, in their order."""
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
