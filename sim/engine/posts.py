"""What is posted for strangers to read: part of the talk phase of the fast engine."""

import numpy as np

from sim.model.behaviour.person import GONE
from sim.model.mechanisms.word_of_mouth import POSTS, strangers_reached
from sim.model.random import happens, unit, words
from sim.model.rules import inner_kernel, step

u32, i64, u64 = np.uint32, np.int64, np.uint64


@inner_kernel
def _read(providers, heard, i, message, strangers, drawn, moment):
    """Strangers read a post of person ``i``; returns how many are in the market and not the writer.

    ``drawn``: the first four words of the post, of which the first is spent; ``moment``: (world, week).
    """
    readers, people = i64(0), u64(providers.size)
    for k in range(1, strangers + 1):
        if k & 3 == 0:
            drawn = words(moment[0], POSTS, i, moment[1], k >> 2)
        stranger = u32((u64(drawn[k & 3]) * people) >> u64(32))
        reads = (providers[stranger] != GONE) & (stranger != i)
        heard[stranger] += u64(reads) << message
        readers += reads
    return readers


@step
def post(providers, heard, i, well, message, p, today):
    """Somebody who talks perhaps posts it too; returns how many read it."""
    drawn = words(today.world, POSTS, i, today.week, 0)
    online = happens(p.word_of_mouth_online, unit(drawn[0]))
    strangers = strangers_reached(i64(p.word_of_mouth_broadcast), p.word_of_mouth_outcry, well) if online else i64(0)
    return _read(providers, heard, i, message, strangers, drawn, (today.world, today.week))
