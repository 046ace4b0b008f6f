"""Who talks to whom: an undirected graph drawn afresh for every replication from keyed draws.

``small_world`` (Watts & Strogatz 1998, Nature 393:440-442): neighbours on a ring, some ties rewired to strangers; who
stands where on the ring is drawn, so that customers and others mix.
``random``: every person picks half of the degree at random and is picked as often. ``scale_free`` (Barabási & Albert 1999,
Science 286:509-512, in the linear time of Batagelj & Brandes 2005, Physical Review E 71:036113): people come one after the
other and tie themselves to those who already have many ties. ``configuration`` (Newman, Strogatz & Watts 2001, Physical
Review E 64:026118): everybody has a number of ends of ties, and the ends are joined at random. ``edges``: a file says it.
Nobody is their own friend, and no tie counts twice.
"""

from __future__ import annotations

import numpy as np

from sim.model.random import fill, stream, unit, words
from sim.model.rules import kernel, lean_kernel, step
from sim.model.week import Network

u64, i64, i32, f32 = np.uint64, np.int64, np.int32, np.float32

TIES, ARRIVAL, SURVEYED = stream("ties"), stream("ties: arrival"), stream("ties: surveyed")
NONE, SMALL_WORLD, RANDOM = 0, 1, 2
OWN_TIES = {"small_world": SMALL_WORLD, "random": RANDOM}
KINDS = ("none", "small_world", "random", "scale_free", "configuration", "edges")

MOST_FRIENDS = 60_000
"""What one person hears in a week is counted in 16 bits a kind: friends, and at most 500 posts to everybody on average."""
FEW = 64
"""Friends up to which insertion sorts faster than a heap."""
MOST_ENDS = 2**31 - 1
"""Ends of ties that 32-bit places can tell apart. It also keeps a scale-free network's largest hub below
:data:`MOST_FRIENDS`: about √(half the degree × people), which is at most √(2^30) = 32,768."""


@kernel
def _below(high, low, bound):
    """Two random words, the upper and the lower half of a number, as one from 0 to ``bound - 1``, all equally likely."""
    return i64((u64(high) * u64(bound) + ((u64(low) * u64(bound)) >> u64(32))) >> u64(32))


@kernel
def _pick(world, stream, entity, week, block, bound):
    """A whole number from 0 to ``bound - 1``, drawn."""
    high, low, _, _ = words(world, stream, entity, week, block)
    return _below(high, low, bound)


@kernel
def _stranger(bits, person, people):
    """Somebody else, all equally likely."""
    other = _below(bits, 0, people - 1)
    return other + 1 if other >= person else other


@lean_kernel
def _draw_ties(world, kind, rewiring, other, rows):
    """Fill ``other`` (people, half degree): whom each person is tied to by a tie of their own.

    ``rows``: four uint32 arrays of one length; as many people are drawn for at a time.
    """
    people, half = other.shape
    for start in range(0, people, rows[0].size):
        for j in range(half):
            fill(world, TIES, j, start, rows)
            for person in range(start, min(start + rows[0].size, people)):
                neighbour = person + j + 1
                neighbour -= people if neighbour >= people else 0
                stranger = kind == RANDOM or unit(rows[1][person - start]) < rewiring
                other[person, j] = _stranger(rows[0][person - start], person, people) if stranger else neighbour


@lean_kernel
def _shuffle(world, stream, numbers):
    """Put ``numbers`` into random order, all orders equally likely (Fisher & Yates); each swap has a draw of its own."""
    for last in range(numbers.size - 1, 0, -1):
        place = _pick(world, stream, last, 0, 0, last + 1)
        numbers[last], numbers[place] = numbers[place], numbers[last]


@lean_kernel
def _liked(world, comer, j, half, other):
    """Whom newcomer ``comer`` is tied to by tie ``j``: an end of an earlier tie, all ends equally likely, nobody twice.

    Each tie among the first is listed by both, so of those only the ends of the owners count.
    """
    first, tries = half * (half + 1), i64(0)
    while True:
        end = _pick(world, TIES, comer, j, tries, 2 * half * comer - first)
        tie = end if end < first else first + ((end - first) >> 1)
        found = tie // half if end < first or (end - first) & 1 == 0 else i64(other[tie])
        again = False
        for k in range(half * comer, half * comer + j):
            again |= other[k] == found
        if not again:
            return found
        tries += 1


@lean_kernel
def _attach(world, half, other):
    """Fill ``other`` (``half`` ties a person, in the order of their coming): the first know one another, then preference."""
    for comer in range(other.size // half):
        for j in range(half):
            if comer <= half:
                other[half * comer + j] = j if j < comer else j + 1
            else:
                other[half * comer + j] = _liked(world, comer, j, half, other)


@lean_kernel
def _rename(other, names):
    """Ties among places become ties among the people who took them."""
    for place in range(other.size):
        other[place] = names[other[place]]


@lean_kernel
def _count_ends(one, other, first):
    """Count every tie at both of its ends; ``one`` holds the owners, each of ``other.shape[1]`` ties."""
    for owner in range(one.size):
        for j in range(other.shape[1]):
            if one[owner] != other[owner, j]:
                first[one[owner] + 1] += 1
                first[other[owner, j] + 1] += 1
    for person in range(first.size - 1):
        first[person + 1] += first[person]


@lean_kernel
def _enter_ends(one, other, place, friends):
    """Enter every tie at both of its ends; ``place`` is where each person's next friend goes."""
    for owner in range(one.size):
        for j in range(other.shape[1]):
            person, friend = one[owner], other[owner, j]
            if person != friend:
                friends[place[person]] = friend
                friends[place[friend]] = person
                place[person] += 1
                place[friend] += 1


@step
def _sift(numbers, top, start, size):
    """Let the number at ``top`` of a heap sink to where it belongs; the heap lies at ``start`` and is ``size`` long."""
    sinking, below = numbers[start + top], 2 * top + 1
    while below < size:
        if below + 1 < size and numbers[start + below + 1] > numbers[start + below]:
            below += 1
        if numbers[start + below] <= sinking:
            break
        numbers[start + top] = numbers[start + below]
        top, below = below, 2 * below + 1
    numbers[start + top] = sinking


@lean_kernel
def _sort_many(numbers, start, end):
    """Sort a long stretch in place (heap sort): d numbers take at most d log d steps, however they lie."""
    size = end - start
    for top in range(size // 2 - 1, -1, -1):
        _sift(numbers, top, start, size)
    for last in range(size - 1, 0, -1):
        numbers[start], numbers[start + last] = numbers[start + last], numbers[start]
        _sift(numbers, i64(0), start, last)


@step
def _sort_few(numbers, start, end):
    """Sort a short stretch in place, by insertion."""
    for place in range(start + 1, end):
        number, back = numbers[place], place
        while back > start and numbers[back - 1] > number:
            numbers[back] = numbers[back - 1]
            back -= 1
        numbers[back] = number


@lean_kernel
def _sorted_once(first, friends):
    """Sort each person's friends and drop repetitions, in place; returns how many are left in all."""
    kept = start = i64(0)
    for person in range(first.size - 1):
        end = i64(first[person + 1])
        if end - start > FEW:
            _sort_many(friends, start, end)
        else:
            _sort_few(friends, start, end)
        last = -1
        for i in range(start, end):
            if friends[i] != last:
                last = friends[i]
                friends[kept] = last
                kept += 1
        start = end
        first[person + 1] = kept
    return kept


def network_of(people: int, one: np.ndarray, other: np.ndarray) -> Network:
    """The network of so many people with these ties: ``one`` int32 (owners), ``other`` int32 (owners, ties of each).

    A tie of a person to themselves is left out, and what is there twice counts once. Linear in time but for the sorting
    of each person's friends; besides what it is given it takes 8 bytes a person and 8 bytes a tie.
    """
    first = np.zeros(people + 1, np.int32)
    _count_ends(one, other, first)
    friends = np.empty(first[-1], np.int32)
    _enter_ends(one, other, first[:-1].copy(), friends)
    kept = _sorted_once(first, friends)
    return Network(first, friends[:kept])


@kernel
def _ends(degrees):
    """Every person as often as they have ends of ties."""
    ends = np.empty(degrees.astype(np.int64).sum(), np.int32)
    place = i64(0)
    for person in range(degrees.size):
        for _ in range(degrees[person]):
            ends[place] = person
            place += 1
    return ends


def degrees_of(world: np.uint64, people: int, told: np.ndarray) -> np.ndarray:
    """How many ends each person has (int32): the number told of them, or with more or fewer numbers one drawn from all."""
    if len(told) == people:
        return told
    return _surveyed(world, told, np.empty(people, np.int32))


@lean_kernel
def _surveyed(world, told, degrees):
    for person in range(degrees.size):
        degrees[person] = told[_pick(world, SURVEYED, person, 0, 0, told.size)]
    return degrees


def _own_ties(world: np.uint64, kind: str, people: int, half: int, rewiring: float) -> Network:
    other = np.empty((people, half), np.int32)
    bits = np.empty((4, 1024), np.uint32)
    _draw_ties(world, OWN_TIES[kind], np.float32(rewiring), other, (bits[0], bits[1], bits[2], bits[3]))
    order = np.arange(people, dtype=np.int32)
    if kind == "small_world":
        _shuffle(world, ARRIVAL, order)
        _rename(other.reshape(-1), order)
    return network_of(people, order, other)


def _scale_free(world: np.uint64, people: int, half: int) -> Network:
    """Who came when is drawn too, so that neither the company's customers nor the rival's are the hubs."""
    order, other = np.arange(people, dtype=np.int32), np.empty(people * half, np.int32)
    _shuffle(world, ARRIVAL, order)
    _attach(world, half, other)
    _rename(other, order)
    return network_of(people, order, other.reshape(people, half))


def configured(world: np.uint64, degrees: np.ndarray) -> Network:
    """Everybody's ends of ties, joined at random.

    What cannot be is left out, so that a few have fewer friends than ``degrees`` (int32, people) says: one end when their
    number is odd, ties of a person to themselves, and all but one of several ties between two people (the *erased*
    configuration model). With z = E[d(d - 1)] / E[d] these are about z / 2 and z² / 4 ties of the whole network.
    """
    ends = _ends(degrees)
    _shuffle(world, TIES, ends)
    pairs = ends[: ends.size // 2 * 2].reshape(-1, 2)
    return network_of(len(degrees), pairs[:, 0], pairs[:, 1:])


@lean_kernel
def _blended(apart, first, friends, likeness, blend):
    """Write into ``blend`` what everybody is apart from the usual, mixed with that of their friends; the spread stays."""
    own, shared = np.sqrt(f32(1) - likeness), np.sqrt(likeness)
    for person in range(apart.size):
        start, end = i64(first[person]), i64(first[person + 1])
        around = f32(0)
        for place in range(start, end):
            around += apart[friends[place]]
        others = around / np.sqrt(f32(end - start)) if end > start else f32(0)
        blend[person] = own * apart[person] + shared * others if end > start else apart[person]


def blend_among_friends(
    column: np.ndarray, kind: np.ndarray, network: Network, likeness: float, within: tuple[float, float]
) -> None:
    """Make a drawn trait alike among friends, in place: ``likeness`` is the share of its variance that friends make.

    Everybody keeps √(1 - likeness) of what sets them apart from the mean of their ``kind`` (uint8, people: the segment, whose
    mean stays); the rest is the sum of what sets their friends apart from theirs over the root of the number of friends,
    which has the same variance when all were drawn alike. ``within``: the trait's range.
    """
    if likeness <= 0:
        return
    usual = np.bincount(kind, column.astype(np.float64)) / np.maximum(np.bincount(kind), 1)
    own, blend = usual.astype(np.float32)[kind], np.empty_like(column)
    _blended(column - own, network.first, network.friends, np.float32(likeness), blend)
    column[:] = np.clip(own + blend, np.float32(within[0]), np.float32(within[1]))


def draw_network(
    world: np.uint64, kind: str, people: int, degree: int, rewiring: float, given: np.ndarray | Network | None = None
) -> Network:
    """The network of one replication.

    ``degree`` is the mean number of friends (even); ``rewiring`` the share of a small world's ties that go to a stranger
    instead; ``given`` what is not drawn: degrees (int32) of a ``configuration``, the network itself of ``edges``.
    Without friends (``none``, fewer than three people or a degree of 0) everybody is alone.
    """
    if isinstance(given, Network):
        return given
    if given is not None:
        return configured(world, degrees_of(world, people, given))
    if kind == "none" or people < 3 or degree < 2:
        return Network(np.zeros(people + 1, np.int32), np.zeros(0, np.int32))
    half = min(degree // 2, (people - 1) // 2)
    return _scale_free(world, people, half) if kind == "scale_free" else _own_ties(world, kind, people, half, rewiring)
