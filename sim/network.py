"""Who talks to whom: an undirected graph drawn afresh for every replication from keyed draws.

``small_world`` (Watts & Strogatz 1998, Nature 393:440-442): neighbours on a ring, some ties rewired to strangers. ``random``:
every person picks half of the degree at random and is picked as often. Nobody is their own friend, and no tie counts twice.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel
from sim.draws import stream, unit, words
from sim.week import Network

u64, i64, i32 = np.uint64, np.int64, np.int32

TIES = stream("ties")
NONE, SMALL_WORLD, RANDOM = 0, 1, 2
KINDS = {"none": NONE, "small_world": SMALL_WORLD, "random": RANDOM}


@kernel
def _stranger(bits, person, people):
    """Somebody else, all equally likely."""
    other = i64((u64(bits) * u64(people - 1)) >> u64(32))
    return other + 1 if other >= person else other


@kernel
def _draw_ties(world, kind, rewiring, other):
    """Fill ``other`` (people, half degree): whom each person is tied to by a tie of their own."""
    people, half = other.shape
    for person in range(people):
        for j in range(half):
            to, luck, _, _ = words(world, TIES, person, j, 0)
            if kind == RANDOM or unit(luck) < rewiring:
                other[person, j] = _stranger(to, person, people)
            else:
                other[person, j] = (person + j + 1) % people


@kernel
def _both_ways(other, first):
    """Every tie seen from both ends: friends by person, not yet sorted."""
    people, half = other.shape
    for person in range(people):
        for j in range(half):
            first[person + 1] += 1
            first[other[person, j] + 1] += 1
    for person in range(people):
        first[person + 1] += first[person]
    friends = np.empty(first[people], np.int32)
    place = first[:-1].copy()
    for person in range(people):
        for j in range(half):
            friend = other[person, j]
            friends[place[person]] = friend
            friends[place[friend]] = person
            place[person] += 1
            place[friend] += 1
    return friends


@kernel
def _sorted_once(first, friends):
    """Sort each person's friends and drop repetitions, in place; returns how many are left in all."""
    kept = 0
    for person in range(first.size - 1):
        start, end = first[person], first[person + 1]
        for i in range(start + 1, end):
            friend, j = friends[i], i
            while j > start and friends[j - 1] > friend:
                friends[j] = friends[j - 1]
                j -= 1
            friends[j] = friend
        first[person] = kept
        last = -1
        for i in range(start, end):
            if friends[i] != last:
                last = friends[i]
                friends[kept] = last
                kept += 1
    first[first.size - 1] = kept
    return kept


@kernel
def _build(world, kind, rewiring, people, half):
    other = np.empty((people, half), np.int32)
    _draw_ties(world, kind, rewiring, other)
    first = np.zeros(people + 1, np.int32)
    friends = _both_ways(other, first)
    kept = _sorted_once(first, friends)
    return first, friends[:kept]


def draw_network(world: np.uint64, kind: str, people: int, degree: int, rewiring: float) -> Network:
    """The network of one replication.

    ``degree`` is the mean number of friends (even); ``rewiring`` the share of ring ties that go to a stranger instead.
    Without friends (``none``, fewer than three people or a degree of 0) everybody is alone.
    """
    if kind == "none" or people < 3 or degree < 2:
        return Network(np.zeros(people + 1, np.int32), np.zeros(0, np.int32))
    half = min(degree // 2, (people - 1) // 2)
    return Network(*_build(world, KINDS[kind], np.float32(rewiring), people, half))
