"""Every random number, as a pure function of who, when and what for.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11) turns a counter of
four 32-bit words under a key of two into four random words. The key is made of (seed, replication); the counter is
(entity, week, stream, index // 4). A draw therefore depends on nothing else: not on the engine, the number of threads,
the order of customers, or what other mechanisms drew.
"""

from __future__ import annotations

import hashlib

import numpy as np

from sim.model.rules import inlined_kernel, kernel, rule

u32, u64, f32 = np.uint32, np.uint64, np.float32

_MULTIPLIER_0, _MULTIPLIER_1 = u64(0xD2511F53), u64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85
_HALF = u64(32)
_TO_UNIT = f32(2.0**-24)

_KEYS = np.array([[(w * i) & 0xFFFFFFFF for w in (_WEYL_0, _WEYL_1)] for i in range(10)], np.uint32)
(_A0, _B0), (_A1, _B1), (_A2, _B2), (_A3, _B3), (_A4, _B4) = _KEYS[:5]
(_A5, _B5), (_A6, _B6), (_A7, _B7), (_A8, _B8), (_A9, _B9) = _KEYS[5:]

_streams: dict[int, str] = {}


class StreamClash(Exception):
    """Two stream names have the same number; rename one of them."""


def stream(name: str) -> np.uint32:
    """The number of a named stream of randomness (first 32 bits of BLAKE2s of the name).

    Raises :class:`StreamClash` when another name already has this number.
    """
    number = int.from_bytes(hashlib.blake2s(name.encode(), digest_size=4).digest(), "little")
    if _streams.setdefault(number, name) != name:
        raise StreamClash(f"streams '{name}' and '{_streams[number]}' share the number {number:#x}: rename one")
    return u32(number)


@inlined_kernel
def _round(c0, c1, c2, c3, k0, k1):
    p0 = _MULTIPLIER_0 * u64(c0)
    p1 = _MULTIPLIER_1 * u64(c2)
    return u32(u32(p1 >> _HALF) ^ c1 ^ k0), u32(p1), u32(u32(p0 >> _HALF) ^ c3 ^ k1), u32(p0)


@inlined_kernel
def philox(c0, c1, c2, c3, k0, k1):
    """Four random words of the counter ``c0..c3`` under the key ``k0, k1`` (all uint32).

    Written out round by round because LLVM vectorises the bulk form only when there is no inner loop (five times faster).
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A0), u32(k1 + _B0))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A1), u32(k1 + _B1))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A2), u32(k1 + _B2))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A3), u32(k1 + _B3))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A4), u32(k1 + _B4))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A5), u32(k1 + _B5))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A6), u32(k1 + _B6))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A7), u32(k1 + _B7))
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, u32(k0 + _A8), u32(k1 + _B8))
    return _round(c0, c1, c2, c3, u32(k0 + _A9), u32(k1 + _B9))


_WORLD = stream("world")


@kernel
def _world(seed, replication):
    low, high, _, _ = philox(u32(replication), u32(replication >> _HALF), _WORLD, u32(0), u32(seed), u32(seed >> _HALF))
    return u64(low) | (u64(high) << _HALF)


def world(seed: int, replication: int) -> np.uint64:
    """The 64-bit key of one replication: everything random in it is drawn under this key."""
    return u64(_world(u64(seed), u64(replication)))


@kernel
def words(world, stream, entity, week, block):
    """Four random uint32 words: indices ``4 * block .. 4 * block + 3`` of this entity, week and stream."""
    return philox(u32(entity), u32(week), u32(stream), u32(block), u32(world), u32(u64(world) >> _HALF))


@kernel
def word(world, stream, entity, week, index):
    """One random uint32."""
    a, b, c, d = words(world, stream, entity, week, index >> 2)
    lane = index & 3
    return (a if lane == 0 else b) if lane < 2 else (c if lane == 2 else d)


@kernel
def unit(bits):
    """A random word as a float32 in [0, 1), on the grid of 2^-24."""
    return f32(u32(bits) >> u32(8)) * _TO_UNIT


@kernel
def spare_word(a, b, c, d):
    """A fifth random word of a block whose four words are only used as :func:`unit` uses them, without their low bytes."""
    low = u32(255)
    return u32(a & low) | (u32(b & low) << u32(8)) | (u32(c & low) << u32(16)) | (u32(d & low) << u32(24))


@kernel
def uniform(world, stream, entity, week, index):
    """One uniform float32 in [0, 1)."""
    return unit(word(world, stream, entity, week, index))


@kernel
def fill(world, stream, week, first, rows, block=0):
    """Bulk form of :func:`words` for entities ``first, first + 1, ...``.

    ``rows`` are four contiguous uint32 arrays of one length; row *i* receives index *i* of every entity.
    """
    k0, k1 = u32(world), u32(u64(world) >> _HALF)
    start, when, what = u32(first), u32(week), u32(stream)
    a, b, c, d = rows
    for i in range(a.size):
        a[i], b[i], c[i], d[i] = philox(u32(start + u32(i)), when, what, u32(block), k0, k1)


@kernel
def fill_listed(world, stream, week, block, who, rows):
    """Bulk form of :func:`words` for the entities listed in ``who`` (int32); see :func:`fill`."""
    k0, k1 = u32(world), u32(u64(world) >> _HALF)
    when, what, which = u32(week), u32(stream), u32(block)
    a, b, c, d = rows
    for i in range(a.size):
        a[i], b[i], c[i], d[i] = philox(u32(who[i]), when, what, which, k0, k1)


@rule
def happens(chance: float, luck: float) -> bool:
    """Whether an event of probability ``chance`` comes true for a uniform ``luck`` in [0, 1)."""
    return luck < chance
