"""One instruction that loops do not get by themselves: keep, of sixteen numbers in a row, those that a flag asks for.

Compilers turn most loops over columns into vector instructions, but not this one: which place a number is written to depends on
all before it. LLVM has an operation for it (``masked.compressstore``), one instruction with AVX-512 and plain code elsewhere,
with the same outcome; a list of customers is made with it in a quarter of the time.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 16
"""Flags looked at together."""

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_BYTES, _INTS, _BITS = (ir.VectorType(kind, LANES) for kind in (_BYTE, _INT, ir.IntType(1)))
_STORE = "llvm.masked.compressstore.v16i32"


def _everywhere(builder: Any, value: Any, kind: ir.VectorType) -> Any:
    """A vector with this value in every lane."""
    nothing, first = ir.Constant(kind, ir.Undefined), ir.Constant(_INT, 0)
    return builder.shuffle_vector(
        builder.insert_element(nothing, value, first), nothing, ir.Constant(_INTS, [0] * LANES)
    )


@intrinsic
def flagged(typing: Any, flags: Any, wanted: Any, at: Any, first: Any, who: Any, place: Any) -> Any:
    """Write ``first + k`` into ``who`` from ``place`` on for each of the sixteen ``flags[at + k]`` with a ``wanted`` bit.

    ``flags`` uint8, ``who`` int32, both contiguous; ``wanted`` uint8, the others int64. Returns how many were written.
    """

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        flags, wanted, at, first, who, place = values
        source = context.make_array(signature.args[0])(context, builder, flags).data
        target = context.make_array(signature.args[4])(context, builder, who).data
        row = builder.load(builder.bitcast(builder.gep(source, [at]), _BYTES.as_pointer()), align=1)
        asked = builder.and_(row, _everywhere(builder, wanted, _BYTES))
        hits = builder.icmp_unsigned("!=", asked, ir.Constant(_BYTES, [0] * LANES))
        start = _everywhere(builder, builder.trunc(first, _INT), _INTS)
        numbers = builder.add(start, ir.Constant(_INTS, list(range(LANES))))
        shape = ir.FunctionType(ir.VoidType(), [_INTS, _INT.as_pointer(), _BITS])
        store = cgutils.get_or_insert_function(builder.module, shape, _STORE)
        builder.call(store, [numbers, builder.gep(target, [place]), hits])
        return builder.zext(builder.ctpop(builder.bitcast(hits, ir.IntType(LANES))), _LONG)

    return types.int64(flags, wanted, at, first, who, place), code
