"""Waiting in a line: how long somebody has patience, how long it takes to be served, and what a wait takes off a contact.

Sources: Brown et al. 2005 (JASA 100:36-50), lognormal handling times; Anonymous Bank data (Guedj & Mandelbaum 2000) for patience.
"""

import numpy as np

from sim.model.examples import example
from sim.model.numeric import exp, log, power
from sim.model.rules import f32, kernel, rule

WAIT_BINS = (5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600)
"""Upper edges (seconds) of the bins in which waits are counted; a last bin takes the rest."""
_EDGES = np.array(WAIT_BINS, np.float64) / 60.0


@kernel
def wait_bin(wait):
    """The number of the bin in which a wait (minutes) is counted."""
    place = 0
    while place < _EDGES.size and wait > _EDGES[place]:
        place += 1
    return place


@rule
def handling_minutes(mean: float, spread: float, normal: float) -> float:
    """How long this call takes: lognormal with the given mean; ``normal`` is a standard normal number."""
    return mean * exp(spread * normal - f32(0.5) * spread * spread)


@rule
def patience_minutes(mean: float, luck: float) -> float:
    """How long this caller waits before hanging up: exponential about the person's own mean."""
    return -mean * log(f32(1) - luck)


@rule
def gamma_above_one(x: float) -> float:
    """The gamma function at 1 + x, for x from 0 to 2, within 1e-6 (Abramowitz & Stegun 1964, 6.1.36)."""
    y = x - f32(1) if x > f32(1) else x
    found = f32(0.035868343) * y - f32(0.193527818)
    found = found * y + f32(0.482199394)
    found = found * y - f32(0.756704078)
    found = found * y + f32(0.918206857)
    found = found * y - f32(0.897056937)
    found = found * y + f32(0.988205891)
    found = (found * y - f32(0.577191652)) * y + f32(1)
    return x * found if x > f32(1) else found


@rule
def shaped(minutes: float, mean: float, shape: float) -> float:
    """Exponential minutes of patience as Weibull ones of the same mean and this shape; with 1 they are as they were."""
    if shape == f32(1):
        return minutes
    part = f32(1) / shape
    return mean * power(minutes / mean, part) / gamma_above_one(part)


@rule
def put_off(ahead: float, most: float, half_at: float) -> float:
    """The chance that a caller who is told of so many minutes ahead does not stay: it grows with them towards the most."""
    return most * ahead / (ahead + half_at) if ahead > f32(0) else f32(0)


@rule
def minutes_until(mean: float, left: float, luck: float) -> float:
    """After how many minutes somebody calls again: exponential about a mean, if it is within those that are left."""
    return -mean * log(f32(1) - luck * (f32(1) - exp(-left / mean)))


@rule
def wait_pain(wait: float, tolerance: float, waiting_hurts: float) -> float:
    """What a wait of so many minutes takes off the encounter."""
    return waiting_hurts * wait / (wait + tolerance)


@rule
def called_back(ahead: float, after: float, offered: float, luck: float) -> bool:
    """Whether a caller with so many minutes of waiting ahead is called back instead."""
    return ahead > after and luck < offered


@rule
def felt_wait(wait: float, part: float, back: bool) -> float:
    """The minutes of a wait that are felt: fewer when one is called back."""
    return wait * part if back else wait


EXAMPLES = (
    example(handling_minutes, 4.0, 0.0, 1.5, becomes=4.0, because="without spread every call takes the mean"),
    example(handling_minutes, 4.0, 1.0, 0.5, becomes=4.0, because="e^(0.5 - 0.5) = 1"),
    example(patience_minutes, 6.0, 0.0, becomes=0.0, because="the least patient moment"),
    example(patience_minutes, 6.0, 0.5, becomes=6 * 0.6931472, because="the median of an exponential is mean x ln 2"),
    example(gamma_above_one, 0.0, becomes=1.0, because="gamma of 1"),
    example(gamma_above_one, 0.5, becomes=0.8862269, because="half the square root of pi"),
    example(gamma_above_one, 2.0, becomes=2.0, because="gamma of 3 is 2 x 1"),
    example(shaped, 4.0, 6.0, 1.0, becomes=4.0, because="exponential"),
    example(shaped, 1.5, 6.0, 2.0, becomes=3.385138, because="6 x the root of a quarter / 0.8862269"),
    example(put_off, 5.0, 0.6, 5.0, becomes=0.3, because="half of the most at the time that is set"),
    example(put_off, -2.0, 0.6, 5.0, becomes=0.0, because="somebody is free"),
    example(minutes_until, 10.0, 1000.0, 0.5, becomes=6.931472, because="the median of an exponential is mean x ln 2"),
    example(minutes_until, 10.0, 6.931472, 0.5, becomes=2.876821, because="half way to a half: -10 x ln 0.75"),
    example(wait_pain, 3.0, 3.0, 0.3, becomes=0.15, because="a wait as long as the tolerance spoils half"),
    example(called_back, 6.0, 5.0, 0.4, 0.3, becomes=True, because="a long wait, and among the four in ten"),
    example(called_back, 4.0, 5.0, 0.4, 0.3, becomes=False, because="the wait is short enough"),
    example(felt_wait, 10.0, 0.3, True, becomes=3.0, because="three tenths of ten minutes"),
    example(felt_wait, 10.0, 0.3, False, becomes=10.0, because="every minute on the line"),
)
