"""How fast the engines are, in one run: what is timed, how, and against what. The rest is measured by ``benchmarks/``."""

from sim.bench.timed import everything_on
from sim.bench.timing import Row

__all__ = ["Row", "everything_on"]
