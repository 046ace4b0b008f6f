"""Drawers in which everybody puts numbers: nothing that a company would do, but each way to keep several numbers is in it."""

import numpy as np

from sim.model.behaviour.person import COMPANY
from sim.model.columns import Column
from sim.model.parameters import Parameters, parameter
from sim.model.random import happens, stream
from sim.model.schedule import InTurn, Listing, Representatives, Whoever, company, everybody
from sim.model.steps import clear, step, total

f32 = np.float32
DRAWERS = stream("drawers")
HALF = 0.5


class Drawers(Parameters):
    chance: float = parameter(0.3, "per week", 0, 1, "Chance that something is put in", "assumption: a test's")
    most: float = parameter(1.5, "units", 0, 100, "What fits in before all is thrown away", "assumption: a test's")
    place: int = parameter(2, "places", 0, 10, "Where the firm puts something", "assumption: a test's")
    tidy: bool = parameter(False, "yes or no", 0, 1, "Whether everybody throws everything away", "assumption: a test's")


COLUMNS = (
    Column("drawers", "number", "What a person keeps", size=5),
    Column("thrown", "clock", "How often they threw all of it away"),
    Column("tried", "mark", "How often their turn came"),
    Column("shelf", "firm", "What the company keeps", size=7),
    Column("desk", "staff", "What a representative keeps", size=3),
    Column("filled", "weekly_flag", "Whether something was put in this week"),
    Column("heard_of", "weekly_sum", "How many put something in this week"),
)
COUNTS = ("put_in", "thrown_away", "on_shelf")
EVENTS = {"threw_away": "They threw {:.2f} away."}


@step
def put(me, firm, p, week, count):
    """Put what luck gives into the drawer of the week, and a part of it into a place that luck chooses."""
    me.filled = happens(p.drawers.chance, me.luck(DRAWERS, 0))
    if me.filled:
        me.drawers[week.number] += me.luck(DRAWERS, 1)
        me.drawers[-1] = me.drawers[week.number + 1] * HALF
        count.put_in += 1
        firm.heard_of += 1
    if p.drawers.tidy:
        clear(me.drawers)


@step
def throw(me, p, count):
    """Throw everything away at once when it no longer fits."""
    if total(me.drawers) > p.drawers.most and me.provider == COMPANY:
        count.thrown_away += int(total(me.drawers) * 100.0)
        me.thrown += 1
        clear(me.drawers)


@step
def is_lucky(me) -> bool:
    """Whether somebody comes upon something."""
    return me.luck(DRAWERS, 2) < f32(0.2) and total(me.drawers) > 0.0


@step
def find(me, week, count, note):
    """Empty one drawer that luck chooses into the next."""
    where = int(me.luck(DRAWERS, 3) * 100.0)
    now = me.drawers[where]
    me.drawers[where + 1] += now
    me.drawers[where] = 0.0
    if total(me.drawers) > 2.0:
        note.threw_away(total(me.drawers))
        count.thrown_away += 1
        clear(me.drawers)


@step
def try_again(me):
    """Have a turn."""
    me.tried += 1
    me.drawers[0] += 0.125


@step
def tidy_desk(me, week):
    """Put a week's work on the desk, and clear it when it is full."""
    me.desk[week.number] += 1.0 + f32(me.number)
    if total(me.desk) > 9.0:
        clear(me.desk)


@step
def fill_shelf(firm, p, week, count):
    """Put what everybody did on the shelf."""
    firm.shelf[p.drawers.place] += f32(firm.heard_of)
    firm.shelf[week.number - 1] = firm.shelf[p.drawers.place] * 0.5
    count.on_shelf += int(total(firm.shelf))
    if firm.shelf[0] > 20.0:
        clear(firm.shelf)


WEEK = {
    "before touch": (Listing(is_lucky), *everybody(put, throw)),
    "touch": (Whoever(is_lucky, find), InTurn(3, try_again), Representatives(tidy_desk)),
    "account": company(fill_shelf),
}
