"""What is posted for strangers to read: part of the talk phase of the fast engine."""

import numpy as np

from sim.behaviour.person import GONE
from sim.compiled import inner_kernel, step
from sim.draws import happens, uniform, word
from sim.mechanisms.word_of_mouth import POSTS, strangers_reached

u32, i64, u64 = np.uint32, np.int64, np.uint64


@inner_kernel
def _read(providers, heard, i, message, strangers, world, week):
    """Strangers read a post of person ``i``; returns how many are in the market and not the writer."""
    readers, people = i64(0), u64(providers.size)
    for k in range(strangers):
        stranger = u32((u64(word(world, POSTS, i, week, k + 1)) * people) >> u64(32))
        reads = (providers[stranger] != GONE) & (stranger != i)
        heard[stranger] += u64(reads) << message
        readers += reads
    return readers


@step
def post(providers, heard, i, well, message, p, today):
    """Somebody who talks perhaps posts it too; returns how many read it."""
    online = happens(p.word_of_mouth_online, uniform(today.world, POSTS, i, today.week, 0))
    strangers = strangers_reached(i64(p.word_of_mouth_broadcast), p.word_of_mouth_outcry, well)
    return _read(providers, heard, i, message, strangers if online else i64(0), today.world, today.week)
