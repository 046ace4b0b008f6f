"""Lists of customers with something to do, and what every use of such a list needs.

A list holds numbers of people in ascending order. It is made without branches, because whether somebody is on it cannot be
guessed; its draws are made in bulk; and only then is it gone through, one person at a time.
"""

import numpy as np

from sim.model.behaviour.ledger import lost
from sim.model.behaviour.satisfaction import aversion, bend, felt, judgement, moved, surprise
from sim.model.component import row
from sim.model.mechanisms.call_centre import handling_minutes, patience_minutes
from sim.model.numeric import normal_quantile
from sim.model.random import unit
from sim.model.rules import inner_kernel, step
from sim.model.vectors import LANES, flagged
from sim.model.week import EVERYBODY

f32, u8, i32, u32, i64, u64 = np.float32, np.uint8, np.int32, np.uint32, np.int64, np.uint64

BLOCK = 1024
"""People per block: the columns a pass touches then stay in the first-level cache."""

_TO_UNIT_64 = 2.0**-32


def row_of(name: str) -> int:
    """The row of a column in the state array of its kind."""
    return row(name)


E_, S_ = row_of("expectation"), row_of("satisfaction")


@inner_kernel
def listed(flags, wanted, start, who, count):
    """Put everybody in the block from ``start`` who has one of the ``wanted`` flags on the list; returns its new length."""
    place, whole = i64(count), flags.size // LANES * LANES
    for at in range(0, whole, LANES):
        place += flagged(flags, u8(wanted), i64(at), i64(start + at), who, place)
    for i in range(whole, flags.size):
        if flags[i] & wanted:
            who[place] = start + i
            place += 1
    return place


@inner_kernel
def taken(column, who, values):
    """What a column holds for the people on a list."""
    for k in range(who.size):
        values[k] = column[u32(who[k])]


@inner_kernel
def shrunk(values, left):
    """Of every value on a list, only this share is left."""
    for k in range(values.size):
        values[k] *= left


@inner_kernel
def moments(bits, minutes, when):
    """Random words to moments of a week's opening time."""
    for k in range(when.size):
        when[k] = bits[k] * _TO_UNIT_64 * minutes


@inner_kernel
def durations(bits, mean, spread, minutes):
    """Random words to handling times."""
    for k in range(minutes.size):
        minutes[k] = handling_minutes(mean, spread, normal_quantile(bits[k]))


@inner_kernel
def patiences(bits, mean, minutes):
    """Random words to how long people wait before they give up; ``mean`` is each person's own."""
    for k in range(minutes.size):
        minutes[k] = patience_minutes(mean[k], unit(bits[k]))


@inner_kernel
def by_time(times, span, order, spare):
    """Write into ``order`` the places of ``times`` from the earliest to the latest; equal times keep their order.

    The times lie within ``span``, more or less evenly: they are first put into as many buckets as there are times, and
    what little disorder is left within buckets is sorted by insertion. ``spare`` has room for one more number than ``times``.
    """
    size = times.size
    spare[: size + 1] = 0
    scale = size / span
    for k in range(size):
        spare[min(u32(times[k] * scale), u32(size - 1)) + u32(1)] += 1
    for bucket in range(size):
        spare[bucket + 1] += spare[bucket]
    for k in range(size):
        bucket = min(u32(times[k] * scale), u32(size - 1))
        order[u32(spare[bucket])] = k
        spare[bucket] += 1
    for place in range(1, size):
        k, back = order[place], place
        while back > 0 and times[order[back - 1]] > times[k]:
            order[back] = order[back - 1]
            back -= 1
        order[back] = k


@inner_kernel
def _enter(journal, person, week, what, amount):
    if journal[0].week >= journal.size - 1:
        return
    journal[0].week += 1
    entry = journal[journal[0].week]
    entry.person, entry.week, entry.what, entry.amount = person, week, what, amount


@step
def watched(journal, person):
    """Whether the journal is kept of this person."""
    return (person == journal[0].person) | (journal[0].person == EVERYBODY)


@step
def note(journal, person, week, what, amount):
    """Enter an event in the journal when it happens to somebody watched."""
    if watched(journal, person):
        _enter(journal, i64(person), i64(week), i64(what), f32(amount))


@step
def book(number, ledger, person, before, after, rate):
    """Enter a loss of goodwill under one cause."""
    number[ledger, person] += lost(before, after) * rate


@step
def experienced(number, i, quality, weight, p):
    """Satisfaction after an encounter of this quality, which counts with this weight; returns what it was before."""
    before = number[S_, i]
    gap = surprise(quality, number[E_, i], p.satisfaction_assimilation)
    averse = aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric)
    bent = bend(p.satisfaction_curvature, p.satisfaction_symmetric)
    verdict = judgement(number[E_, i], felt(gap, p.satisfaction_sensitivity, averse, bent))
    number[S_, i] = moved(before, verdict, weight)
    return before
