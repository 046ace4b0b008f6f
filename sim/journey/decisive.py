"""The weeks that decide how a life ends, or why two lives of one customer part, and choices against what looked better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.journey.story import Journey, uneventful
from sim.journey.telling import FEELINGS
from sim.model.behaviour.choice import leaves
from sim.model.behaviour.person import COMPANY
from sim.model.events import TOSS_UP

MOVES = ("leaves", "joins", "moves_on")
"""The events in which somebody goes to another provider of their own choice; their amount is what drew them, less the hurdle."""


def decisive(lives: Sequence[Journey], most: int) -> list[int]:
    """The weeks of a life, or of two beside one another, that decide: the one in which it leaves the company, or the two part,
    and before it those in which something happened – in two lives: not the same – that moved feelings most."""
    last = _parting(lives)
    told = [week for week in range(last + 1) if _eventful(lives, week)]
    return sorted(sorted(told, key=lambda week: (week != last, -_moved(lives, week)))[:most])


def decisive_rows(lives: Sequence[Journey], most: int) -> tuple[tuple[str, ...], ...]:
    """The decisive weeks: when, and what happened then in each of the lives."""
    return tuple(
        (f"Week\u00a0{week}", *(life.weeks[week].text or uneventful(life.weeks[week : week + 1]) for life in lives))
        for week in decisive(lives, most)
    )


def _parting(lives: Sequence[Journey]) -> int:
    """The first week in which one life leaves the company, or two are with different providers; else the last."""
    one, other = lives[0].weeks, lives[-1].weeks
    if len(lives) > 1:
        apart = (week for week in range(len(one)) if one[week].provider != other[week].provider)
    else:
        before = [int(lives[0].life.start["provider"]), *(week.provider for week in one)]
        apart = (week for week in range(len(one)) if before[week] == COMPANY != before[week + 1])
    return next(apart, len(one) - 1)


def _eventful(lives: Sequence[Journey], week: int) -> bool:
    told = [life.weeks[week].told for life in lives]
    return bool(told[0]) if len(told) == 1 else told[0] != told[1]


def _moved(lives: Sequence[Journey], week: int) -> float:
    """By how much the feelings moved in a week, in the life in which they moved more."""
    return max(sum(abs(_felt(life, week)[name] - _felt(life, week - 1)[name]) for name in FEELINGS) for life in lives)


def _felt(life: Journey, week: int) -> dict[str, float]:
    return life.life.start if week < 0 else life.weeks[week].moment.state


def against_the_odds(life: Journey) -> Iterator[str]:
    """For each time that somebody went although staying was better: why that can be, with the chance the model gives it."""
    for week in life.weeks:
        for event in week.moment.events:
            if event.what in MOVES and event.amount <= -TOSS_UP:
                choice = life.scenario.settings(week.number)["choice"]
                chance = 100 * float(leaves(event.amount, 0.0, choice.decisiveness))  # type: ignore[attr-defined]
                count = f"{chance:.0f}" if chance >= 1 else "fewer than one"
                yield (
                    f"{life.scenario.name}, week {week.number}: they went although staying was better. Nobody weighs so exactly: "
                    f"of a hundred people who compare in their place, {count} would go."
                )
