"""A mechanism that means nothing: its steps hold every construct that a step may hold, for the test of the translation.

Those of ``EITHER`` are taken by everybody and by whoever is on a list; those of ``ONE_BY_ONE`` only by the latter.
"""

import numpy as np

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import Column
from sim.model.numeric import clamp, exp, fixed, normal_quantile, share
from sim.model.parameters import Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import rule
from sim.model.steps import Step, clear, step, total

f32 = np.float32

FIRST, SECOND = stream("first toy"), stream("second toy")
ONE, FAR = 1, 6
HALF, THIRD, MANY, HUGE = f32(0.5), 1 / 3, 3, f32(1e30)


class Toy(Parameters):
    low: float = parameter(0.25, "ratio", -100, 100, "A quantity", "assumption: any")
    high: float = parameter(0.75, "ratio", -100, 100, "Another", "assumption: any")
    few: int = parameter(2, "people", 0, 100, "A whole number", "assumption: any")
    on: bool = parameter(False, "yes or no", 0, 1, "A switch", "assumption: any")


NAMES = (
    "reckon", "reckon_whole", "decide", "rename", "swap", "fork", "fork_on_itself", "add_up", "draw", "draw_again", "hear",
    "hold", "call", "push", "several", "carry",
)  # fmt: skip
COLUMNS = (
    Column("x", "number", "A quantity"), Column("y", "number", "Another"), Column("z", "number", "A third"),
    Column("weeks", "clock", "A whole number"), Column("other_weeks", "clock", "Another"),
    Column("kind", "mark", "A small whole number"), Column("other_kind", "mark", "Another"),
    *(Column(f"{name}_{place}", "number", "A result") for name in NAMES for place in range(8)),
    *(Column(f"{name}_{kind}", kind, "A result") for name in NAMES for kind in ("clock", "mark")),
    Column("passing", "weekly_number", "A quantity of the week"), Column("chosen", "weekly_flag", "A yes or no of the week"),
    Column("dated", "number", "Several quantities", size=3),
    Column("level", "firm", "What the firm carries"), Column("passed", "weekly_firm", "What it carries for a week"),
    Column("added", "weekly_sum", "A sum"),
)  # fmt: skip
COUNTS = ("heads", "units", "several", "tried", "drawn_low", "wide")
EVENTS = {"rose": "", "fell": ""}


@rule
def mix(a: float, b: float, part: float) -> float:
    """A mixture."""
    return a + (b - a) * part


@rule
def above(a: float, b: float) -> bool:
    """Whether one is above the other."""
    return a > b


@rule
def rounded(a: float, n: int) -> int:
    """A whole number."""
    return np.int64(a) + n


# ---- either form -----------------------------------------------------------------------------------------------------


@step
def reckon(me, p):
    """All that can be reckoned with quantities, and with what is written down."""
    me.reckon_0 = me.x + me.y * 2.0 - p.toy.low / (abs(me.z) + 1.0)
    me.reckon_1 = -me.x * (2.0 + 0.5) + f32(me.weeks) * 0.1 - HALF + f32(p.toy.few)
    me.reckon_2 = me.weeks * me.y + me.kind * me.x
    me.reckon_3 = (me.x > me.y) * me.z + f32(me.kind == 3) * THIRD
    me.reckon_4 = min(me.x, me.y, 0.5) + max(me.z, p.toy.high)
    me.reckon_5 = f32(int(me.x)) + f32(me.weeks % 7) + f32(me.weeks // 5) + f32((me.kind & 3) | 4)
    me.reckon_6 = mix(me.x, me.y, 0.25) + exp(share(me.z)) + clamp(me.x, p.toy.low, p.toy.high)
    me.reckon_7 = f32(rounded(me.x, me.weeks)) + f32(rounded(p.toy.high, 3))


@step
def reckon_whole(me, p, week):
    """All that can be reckoned with whole numbers, which are of different widths in columns."""
    me.reckon_whole_0 = f32(me.kind - me.other_kind)
    me.reckon_whole_1 = f32(-me.kind)
    me.reckon_whole_2 = f32(me.kind * me.other_kind + me.weeks * me.other_weeks)
    me.reckon_whole_3 = 1.0 if me.kind - me.other_kind < 0 else 2.0
    me.reckon_whole_4 = f32(max(me.kind, me.weeks)) + f32(min(me.kind, me.other_kind) - 7)
    me.reckon_whole_5 = f32(abs(me.other_weeks - me.weeks)) + f32(me.number)
    me.reckon_whole_6 = f32((me.kind == 3) + (me.weeks > 4) + (me.kind >= me.other_kind))
    me.reckon_whole_clock = me.weeks + me.kind - week.number * p.toy.few
    me.reckon_whole_mark = min(me.kind + 1, 250)


@step
def decide(me, p, last, week):
    """Comparisons, choices, and what joins them."""
    both, either = me.x > p.toy.low and me.y <= me.z, me.x < 0.0 or me.kind != me.other_kind
    neither = not both and not either
    me.decide_0 = 1.0 if both else 2.0 if either else 3.0
    me.decide_1 = me.x if neither else me.y if p.toy.on else me.z
    me.decide_2 = 4.0 if above(me.x, me.y) or above(me.y, me.z) and p.toy.on else 5.0
    me.decide_3 = me.x if me.x >= me.y else me.y if me.x == me.z else 0.0
    me.decide_4 = p.toy.high if me.kind < 2 else last.toy.low
    me.decide_5 = (me.x if p.toy.low > 0.0 else me.y) + (1.0 if week.number > 0 else 0.0)
    me.chosen = both != either
    me.decide_6 = 1.0 if me.chosen else 0.0
    me.passing = me.x if me.chosen else -me.y
    me.decide_7 = me.passing


@step
def rename(me, p):
    """Names that are given again, several at once, and added to."""
    a, b = me.x * 2.0, me.y + 1.0
    a, b = b, a
    big = a > 1.0
    c = a + b
    a = c * 0.5
    kept = a
    a += me.z
    a *= 0.25
    me.rename_0, me.rename_1, me.rename_2 = a, b, c
    me.rename_3 = 1.0 if big else 0.0
    limit = p.toy.low
    low = me.x > limit
    limit = p.toy.high
    me.rename_4 = 1.0 if low else 0.0
    me.rename_5 = kept if me.x > limit else 0.0
    me.rename_6, me.rename_7 = me.x, me.y
    me.rename_6, me.rename_7 = me.rename_7, me.rename_6
    me.rename_6 += me.rename_7
    me.rename_7 -= me.x
    me.rename_7 *= 0.5


@step
def swap(me):
    """Several at once, of every width, where the one stands on both sides."""
    me.swap_0, me.swap_1 = 0.5, me.swap_0
    me.swap_clock, me.weeks, me.other_weeks = me.weeks, me.other_weeks, 5
    me.kind, me.other_kind = me.other_kind, me.kind
    before = me.x
    me.x = before * 0.5 + 1.0
    me.swap_2 = before
    me.swap_3 = me.x
    me.y, me.z = me.z + before, me.y


@step
def fork(me, p):
    """Ways that part, within one another, with and without another way."""
    me.fork_0 = 0.0
    me.fork_1 = 1.0
    if me.x > 0.0:
        me.fork_0 = me.y
        if me.y > me.z and me.kind > 2:
            me.fork_0 += 1.0
            me.fork_mark = 7
        elif me.kind == 0:
            me.fork_1 = me.z
        else:
            me.fork_1 -= 1.0
            me.chosen = me.x > 1.0
    elif p.toy.on:
        me.fork_0 = p.toy.high
    else:
        me.fork_2 = me.x
        me.fork_clock = 9
    if p.toy.on:
        if me.x < me.y:
            me.fork_3 = p.toy.low
        me.fork_4 = me.x * 3.0
    else:
        me.fork_4 = me.y
        if me.z > 0.0:
            me.fork_5 = 2.0


@step
def fork_on_itself(me, count):
    """Ways that change what they part on."""
    if me.x > 0.0:
        me.x = -me.x
        me.fork_on_itself_0 = me.x
        count.heads += 1
    else:
        me.x += 1.0
        me.y = me.x
    high = me.y > 0.5
    if high and me.z > 0.0:
        me.y, me.z = 0.0, -1.0
        me.fork_on_itself_1 = 3.0
        count.units += 2
    me.fork_on_itself_2 = 1.0 if me.y > 0.5 else 0.0


@step
def add_up(me, p, count, firm):
    """What is counted: yes or no, whole numbers, and quantities in fixed units, for all and for some."""
    count.heads += me.x > 0.0
    count.several += me.kind
    count.units += fixed(me.x)
    if me.y > 0.0:
        count.heads += 1
        count.tried += me.kind > 2
        count.several += me.kind + me.weeks
        count.wide += fixed(me.z) + fixed(me.y)
    else:
        count.units += 3000000 if me.kind > 1 else 0
        count.wide += 5000000
    firm.added += rounded(me.x, 2)
    if p.toy.on:
        count.heads += (me.kind > 1) + (me.kind > 2)
        firm.added += me.weeks


@step
def draw(me, p, count):
    """Draws of every kind, some of them only in some cases."""
    me.draw_0 = me.luck(FIRST, 0) + me.luck(FIRST, ONE)
    me.draw_1 = normal_quantile(me.word(FIRST, 2)) + me.luck(FIRST, FAR)
    me.draw_2 = normal_quantile(me.word_at(SECOND, 0, 1)) + normal_quantile(me.word_at(SECOND, 0, 5))
    me.draw_3 = me.spare_luck(FIRST)
    if p.toy.on:
        me.draw_4 = me.luck(SECOND, 3)
    if me.x > 0.0 and happens(p.toy.high, me.luck(SECOND, 2)):
        me.draw_5 = me.luck(SECOND, 4)
    me.chosen = me.y > 0.0 and me.luck(SECOND, 0) < HALF
    count.drawn_low += me.luck(SECOND, ONE) < 0.25


@step
def draw_again(me):
    """The same draws as elsewhere, in another phase."""
    me.draw_again_6 = me.luck(FIRST, 0) + me.luck(FIRST, 3)
    me.draw_again_7 = me.spare_luck(FIRST)


@step
def hear(me):
    """What is heard of both providers, and of the own one."""
    me.hear_0 = f32(me.heard(COMPANY, True)) + 10.0 * f32(me.heard(COMPANY, False))
    me.hear_1 = f32(me.heard(RIVAL, True)) + 10.0 * f32(me.heard(RIVAL, False))
    me.hear_2 = f32(me.heard(me.provider, me.x > 0.0))


@step
def hold(me, week):
    """Columns that hold several numbers."""
    me.dated[week.number] = me.x
    me.dated[week.number - 1] += me.y
    me.dated[MANY + 2] *= 0.5
    me.hold_0 = total(me.dated) + me.dated[0]
    if me.z > 0.0:
        clear(me.dated)
        me.dated[1] = me.hold_0


# ---- steps that are called -----------------------------------------------------------------------------------------------


@step
def doubled(me, a: float, times: int) -> float:
    """What it is given is changed on the way."""
    a = a * 2.0
    times = times + 1
    return a + f32(times)


@step
def bump(me, count, by: float) -> float:
    """Something is done, and something is given back."""
    count.tried += 1
    me.y = me.y + by
    return me.y


@step
def is_pushed(me, count) -> bool:
    """A yes or no that leaves something behind."""
    count.tried += 1
    me.z += 1.0
    return me.z > 0.0


@step
def push(me, count, far: bool):
    """Something is done, and nothing is given back."""
    count.several += far
    me.push_7 = me.push_7 + 1.0 if far else me.push_7


@step
def call(me, p, count):
    """Steps that are called, with what is reckoned before and after."""
    a = me.x + 1.0
    me.call_0 = doubled(me, a, me.kind) + a
    me.call_1 = doubled(me, p.toy.low, p.toy.few) + doubled(me, 0.1, 3)
    before = me.y
    b = bump(me, count, a)
    me.call_2 = before + b
    me.call_3 = me.y
    pushed = is_pushed(me, count)
    me.call_4 = 1.0 if pushed else 0.0
    me.call_5 = 2.0 if pushed and me.x > 0.0 else 3.0
    push(me, count, me.x > me.y)
    if me.x > 0.0:
        push(me, count, pushed)
        me.call_6 = bump(me, count, 0.5)


EITHER = (
    reckon, reckon_whole, decide, rename, swap, fork, fork_on_itself, add_up, draw, draw_again, hear, hold, call,
)  # fmt: skip


# ---- one by one --------------------------------------------------------------------------------------------------------


@step
def branch(me, p, week) -> float:
    """Something is given back early."""
    if me.x > 0.0:
        return me.y
    if p.toy.on and week.number > 0:
        return p.toy.high
    half = me.z * 0.5
    return half if half > 1.0 else 0.1


@step
def mark_of(me, mark: int) -> int:
    """A whole number, given back early or late."""
    if mark == 2:
        return 0
    return mark + 1


@step
def several(me, p, week, count, note):
    """What only one after the other can do: notes, early returns, calls among what is reckoned."""
    me.several_0 = branch(me, p, week) + me.x
    me.several_1 = me.y + bump(me, count, 0.25) + me.y
    me.y += bump(me, count, 1.0)
    if is_pushed(me, count) and me.x > 0.0 or is_pushed(me, count):
        note.rose(me.x)
    elif me.kind > 2:
        note.fell(me.kind)
        return
    count.several -= me.kind
    mark = mark_of(me, me.kind & 3)
    me.several_2 = f32(mark_of(me, mark))
    me.several_mark = mark | 8
    if me.x > 0.0:
        far = me.luck(SECOND, mark)
        me.several_3 = far
    count.wide += 2 if me.kind > 2 else me.weeks


@step
def carry(me, firm, p, count):
    """What the firm carries, added to by one after the other."""
    firm.level += me.x
    firm.passed = max(firm.passed, me.y)
    me.carry_0 = firm.level + firm.passed
    firm.added += me.kind
    if firm.level > p.toy.high:
        firm.level = 0.0
        count.heads += firm.added


ONE_BY_ONE = (several, carry)


@step
def everyone(me) -> bool:
    """Everybody."""
    return me.x < HUGE


@step
def some(me, p) -> bool:
    """Some of them."""
    return p.toy.few > 0 and me.kind > 1 and happens(p.toy.high, me.luck(FIRST, 3))


@step
def all_or_nobody(me, p) -> bool:
    """Everybody or nobody, as the settings say."""
    return p.toy.on


@step
def reckon_firm(firm, p, week, count):
    """The company's own step."""
    firm.level = firm.level * 0.5 + p.toy.low
    firm.passed += f32(week.number)
    count.units += fixed(firm.level)


ALL: tuple[Step, ...] = (*EITHER, *ONE_BY_ONE)
