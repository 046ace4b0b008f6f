"""How fast the engines are, measured in one run: what is timed, how, against what, and the page that says so."""

from sim.bench.timed import everything_on
from sim.bench.timing import Row

__all__ = ["Row", "everything_on"]
