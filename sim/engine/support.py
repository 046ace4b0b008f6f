"""What every compiled week rests on: its workspace, lists, lines, notes, and how friends are told.

These are written by hand, because they are about many people at once; what one person does is a step of the model.
"""

from typing import NamedTuple

import numpy as np

from sim.model.behaviour.person import COMPANY, GONE
from sim.model.mechanisms.word_of_mouth import POSTS, strangers_reached
from sim.model.random import happens, unit, words
from sim.model.rules import inner_kernel, step
from sim.model.vectors import LANES, flagged
from sim.model.week import EVERYBODY, Network
from sim.service.queues import put_in_order, rebase

f32, f64, u8, i32, u32, i64, u64 = np.float32, np.float64, np.uint8, np.int32, np.uint32, np.int64, np.uint64

BLOCK = 1024
"""People per block: the columns a loop touches then stay in the first-level cache."""
TO_UNIT_64 = 2.0**-32


class Now(NamedTuple):
    """The week as every step sees it: all columns, and what is the same for everybody (:data:`~sim.engine.expressions.WEEK`)."""

    number: np.ndarray
    clock: np.ndarray
    mark: np.ndarray
    staff: np.ndarray
    firm: np.ndarray
    reputation: np.ndarray
    weekly_number: np.ndarray
    weekly_flag: np.ndarray
    weekly_firm: np.ndarray
    weekly_sum: np.ndarray
    heard: np.ndarray
    """uint64 (people): good and bad messages about the company, then about the rival, 16 bits each.

    Where there are several rivals there is a row for each; of the company the first tells. So with ``content`` and ``spoken``.
    """
    content: np.ndarray
    """uint64 (people): how content those were who told of the company, then of the rival, 32 bits each, in parts."""
    kept: np.ndarray
    """uint32 (rows, people): words that several phases use."""
    spoken: np.ndarray
    """int64 (6): messages about the company, well and ill, and about the rival; then how content their tellers were."""
    week: int
    world: np.uint64
    rate: np.float32
    stands_for: float
    calendar: int
    measured: int
    prices_move: bool
    offers_made: bool
    staff_lasts: bool
    budget_moves: bool
    network: Network
    rivals: int


class Groups(NamedTuple):
    """Settings that differ from one group of people to another, where they do; the company reads those of group 0."""

    settings: np.ndarray
    """Records (groups) of this week's settings, and in ``before`` of last week's."""
    before: np.ndarray
    of: np.ndarray
    """uint16 (people): the group of everybody this week, and in ``was`` last week."""
    was: np.ndarray
    customers: np.ndarray
    """int64 (groups): customers of the company in each, where it pays for them."""
    counted: np.ndarray
    """int64 (3, counts): room for what the company would pay if all were in one group."""
    table: np.ndarray
    """float32 (settings, groups): the settings that everybody reads at once, and in ``differs`` whether groups have others."""
    differs: np.ndarray


class Work(NamedTuple):
    """Room to work in, reused from week to week and from one replication to the next."""

    bits: np.ndarray  # uint32 (rows, BLOCK): words of a block
    scratch: np.ndarray  # float32 (rows, BLOCK)
    choices: np.ndarray  # uint8 (rows, BLOCK)
    flags: np.ndarray  # uint8 (BLOCK)
    listed: np.ndarray  # int32 (lists, people): who is on a list
    sizes: np.ndarray  # int64 (lists): how many they are
    who: np.ndarray  # int32 (people): who comes to a line
    marks: np.ndarray  # uint8 (people)
    outcome: np.ndarray  # uint8 (people): how it ended for who came to a line
    by: np.ndarray  # int32 (people): who served them
    words: np.ndarray  # uint32 (rows, people): words of those who are served
    times: np.ndarray  # float64 (3, people): arrival (later: wait), duration, patience
    order: np.ndarray  # int32 (people): who came, in the order of time
    spare: np.ndarray  # int32 (people + 1)


class Sizes(NamedTuple):
    """What a compiled week needs of a workspace: rows of each of its arrays."""

    bits: int
    scratch: int
    choices: int
    lists: int
    words: int
    kept: int
    weekly_number: int
    weekly_flag: int
    weekly_firm: int
    weekly_sum: int


class Weekly(NamedTuple):
    """The arrays of a week's passing columns, and of what is said and heard."""

    number: np.ndarray
    flag: np.ndarray
    firm: np.ndarray
    sum: np.ndarray
    heard: np.ndarray
    content: np.ndarray
    kept: np.ndarray
    spoken: np.ndarray


def room_for(people: int, sizes: Sizes, rivals: int = 1) -> tuple[Work, Weekly]:
    """A workspace for so many people, and what is said of so many rivals."""

    def room(kind: type, *shape: int) -> np.ndarray:
        return np.zeros(shape, kind)

    told = (rivals,) if rivals > 1 else ()
    work = Work(
        room(u32, sizes.bits, BLOCK), room(f32, sizes.scratch, BLOCK), room(u8, sizes.choices, BLOCK), room(u8, BLOCK),
        room(i32, sizes.lists, people), room(i64, sizes.lists), room(i32, people), room(u8, people), room(u8, people),
        room(i32, people), room(u32, sizes.words, people), room(f64, 3, people), room(i32, people), room(i32, people + 1),
    )  # fmt: skip
    weekly = Weekly(
        room(f32, sizes.weekly_number, people), room(u8, sizes.weekly_flag, people), room(f32, sizes.weekly_firm, 1),
        room(i64, sizes.weekly_sum), room(u64, *told, people), room(u64, *told, people), room(u32, sizes.kept, people),
        room(i64, *told, 6),
    )  # fmt: skip
    return work, weekly


# ---- lists ---------------------------------------------------------------------------------------------------------------


@inner_kernel
def listed(flags, start, who, count):
    """Put everybody in the block from ``start`` who is flagged on the list; returns its new length."""
    place, whole = i64(count), flags.size // LANES * LANES
    several = flags[:whole].view(u64)  # mostly nobody is flagged, and eight can be looked at together
    for at in range(0, whole, LANES):
        if several[at >> 3] | several[(at >> 3) + 1]:
            place += flagged(flags, u8(1), i64(at), i64(start + at), who, place)
    for i in range(whole, flags.size):
        if flags[i] != 0:
            who[place] = start + i
            place += 1
    return place


@inner_kernel
def copied(source, target):
    """Copy a list."""
    for k in range(source.size):
        target[k] = source[k]


@inner_kernel
def in_turn(week, weeks, people, who):
    """Put everybody whose turn it is on the list; returns its length."""
    count = i64(0)
    for i in range(week % weeks, people, weeks):
        who[count] = i
        count += 1
    return count


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


# ---- columns that hold several numbers -----------------------------------------------------------------------------------


@step
def total(columns, first, end, i):
    """The sum of the numbers that a person carries in these rows."""
    found = f32(0)
    for row in range(first, end):
        found += columns[row, i]
    return found


@step
def clear(columns, first, end, i):
    """Nothing is left of them."""
    for row in range(first, end):
        columns[row, i] = 0


@step
def lane_row(rival, first, second, step):
    """The row of a column at a rival: that of the first, or behind all others that of the second and so on."""
    return i64(first) if rival == 0 else i64(second) + i64(step) * (i64(rival) - i64(1))


# ---- notes ---------------------------------------------------------------------------------------------------------------


@inner_kernel
def _enter(journal, person, week, what, amount):
    if journal[0].week >= journal.size - 1:
        return
    journal[0].week += 1
    entry = journal[journal[0].week]
    entry.person, entry.week, entry.what, entry.amount = person, week, what, amount


@step
def note(journal, person, week, what, amount):
    """Enter an event in the journal when it happens to somebody watched."""
    if (person == journal[0].person) | (journal[0].person == EVERYBODY):
        _enter(journal, i64(person), i64(week), i64(what), f32(amount))


# ---- lines ---------------------------------------------------------------------------------------------------------------


@inner_kernel
def resize(times, numbers, before, now, minutes):
    """Start a new week at a line: its clock begins again, and ``now`` serve where ``before`` did."""
    rebase(times[:before], numbers[:before], minutes)
    if now == before:
        return
    kept = 0
    for place in range(before):
        if numbers[place] < now:
            times[kept], numbers[kept] = times[place], numbers[place]
            kept += 1
    for number in range(before, now):
        times[kept], numbers[kept] = 0.0, number
        kept += 1
    put_in_order(times[:now], numbers[:now])


# ---- groups --------------------------------------------------------------------------------------------------------------


@inner_kernel
def spread(groups, table, out):
    """What is set for the group of everybody in a block."""
    for i in range(out.size):
        out[i] = table[groups[i]]


@inner_kernel
def spread_listed(groups, who, table, out):
    """What is set for the group of everybody on a list."""
    for i in range(out.size):
        out[i] = table[groups[u32(who[i])]]


@inner_kernel
def see_differences(groups):
    """Note which settings differ from group to group."""
    for k in range(groups.table.shape[0]):
        groups.differs[k] = u8(0)
        for group in range(1, groups.table.shape[1]):
            if groups.table[k, group] != groups.table[k, 0]:
                groups.differs[k] = u8(1)


@inner_kernel
def begin_paying(providers, groups):
    """See how many customers each group has; where nobody is one, group 0 stands for all."""
    groups.customers[:] = 0
    for i in range(providers.size):
        groups.customers[groups.of[i]] += providers[i] == COMPANY
    groups.customers[0] += total_of(groups.customers) == 0


@inner_kernel
def total_of(numbers):
    """Their sum."""
    found = i64(0)
    for k in range(numbers.size):
        found += numbers[k]
    return found


@inner_kernel
def before_paying(counts, groups):
    """What was counted before; nobody has paid yet."""
    copied(counts, groups.counted[0])
    groups.counted[2, :] = 0


@inner_kernel
def pay_share(group, groups):
    """What was added under the settings of a group, as often as it has customers."""
    for k in range(groups.counted.shape[1]):
        groups.counted[2, k] += (groups.counted[1, k] - groups.counted[0, k]) * groups.customers[group]


@inner_kernel
def after_paying(counts, groups):
    """Every group has borne its share of customers of what all would cost under its settings."""
    everybody = total_of(groups.customers)
    for k in range(counts.size):
        counts[k] += (groups.counted[2, k] + everybody // 2) // everybody


# ---- friends and strangers -------------------------------------------------------------------------------------------------


@inner_kernel
def begin_talk(spoken, complaints):
    """A new week of talk, in which public complaints are the first that is said of the company; nobody is content in them."""
    spoken[:] = 0
    spoken[1] += complaints


@inner_kernel
def begin_talk_of_several(spoken, complaints):
    """As :func:`begin_talk`, where there are several rivals."""
    for row in range(spoken.shape[0]):
        spoken[row, :] = 0
    spoken[0, 1] += complaints


@inner_kernel
def told_by(columns, network, i, lane, parts):
    """Person ``i`` tells every friend; returns how many hear it.

    ``columns``: provider, heard, content, spoken; ``lane``: 2 x the provider told of, and 1 for ill; ``parts``: how content.
    """
    providers, heard, content, spoken = columns
    provider = lane >> 1
    spoken[lane] += 1
    spoken[4 + provider] += parts
    hearers, message, carried = i64(0), u64(16 * lane), u64(parts) << u64(32 * provider)
    for place in range(network.first[i], network.first[i + u32(1)]):
        friend = u32(network.friends[u32(place)])
        hears = providers[friend] != GONE
        heard[friend] += u64(hears) << message
        content[friend] += carried if hears else u64(0)
        hearers += hears
    return hearers


@inner_kernel
def _read(columns, i, message, strangers, drawn, moment):
    """Strangers read a post of person ``i``; returns how many are in the market and not the writer.

    ``message``: lane and parts of :func:`told_by`; ``drawn``: the first four words of the post, of which the first is spent;
    ``moment``: (world, week).
    """
    providers, heard, content = columns
    lane, parts = message
    readers, people, carried = i64(0), u64(providers.size), u64(parts) << u64(32 * (lane >> 1))
    for k in range(1, strangers + 1):
        if k & 3 == 0:
            drawn = words(moment[0], POSTS, i, moment[1], k >> 2)
        stranger = u32((u64(drawn[k & 3]) * people) >> u64(32))
        reads = (providers[stranger] != GONE) & (stranger != i)
        heard[stranger] += u64(reads) << u64(16 * lane)
        content[stranger] += carried if reads else u64(0)
        readers += reads
    return readers


@step
def posted_by(now, columns, i, lane, parts, p):
    """Somebody who talks perhaps posts it too; returns how many read it. ``columns``: as of :func:`told_by`."""
    drawn = words(now.world, POSTS, i, now.week, 0)
    online, well = happens(p.word_of_mouth_online, unit(drawn[0])), lane & 1 == 0
    strangers = strangers_reached(i64(p.word_of_mouth_broadcast), p.word_of_mouth_outcry, well) if online else i64(0)
    return _read(columns[:3], i, (lane, parts), strangers, drawn, (now.world, now.week))
