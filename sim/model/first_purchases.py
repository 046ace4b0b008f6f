"""How people begin who buy now and then: at what rate, with what chance to lapse, with what baskets, and who has lapsed already.

What somebody has bought until now tells of all of these: rate, chance and basket are drawn from what BG/NBD and Gamma-Gamma make
of it (Fader, Hardie & Lee 2005, the references of :mod:`sim.model.mechanisms.purchases`). Of whoever has bought nothing since the
first purchase, just now, it tells nothing, and they are drawn from the averages of all.
"""

import numpy as np

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.component import row
from sim.model.distributions import drawn
from sim.model.initial_state import LINES
from sim.model.mechanisms.purchases import NEVER, accepted, gamma_of
from sim.model.numeric import exp, log, normal_quantile
from sim.model.random import stream, uniform, word
from sim.model.rules import lean_kernel

f32, i64 = np.float32, np.int64

RATE, CHANCE, OTHER, BASKET = (stream(f"first purchases: {what}") for what in ("rate", "lapse", "not lapse", "basket"))
LAPSED = stream("first purchases: lapsed")
DRAWN = ("buying_rate", "lapse_chance", "basket", "bought_in")
"""The columns with which people begin."""
_NAMES = [line.name for line in LINES]
_BEFORE, _SINCE, _MEAN = (
    _NAMES.index(name) for name in ("purchases_before", "weeks_since_last_purchase", "basket_before")
)
_STREAMS = np.array([stream(f"person: {name}") for name in _NAMES], np.uint32)
_LOW, _HIGH = (np.array([getattr(line, end) for line in LINES], np.float32) for end in ("low", "high"))
_PROVIDER, _SEGMENT = row("provider"), row("segment")
_TENURE, _END, _SPEND = row("tenure"), row("contract_end"), row("spend")
_MOST_SPEND = f32(100_000)


@lean_kernel
def gamma_drawn(world, drawing, person, shape):
    """A number from the gamma distribution of this shape, above 0 (Marsaglia & Tsang 2000), its mean being the shape."""
    whole = shape if shape >= f32(1) else shape + f32(1)
    found, attempt = f32(0), 0
    while found <= f32(0) and attempt < 40:
        normal = normal_quantile(word(world, drawing, person, 0, 2 * attempt + 1))
        if accepted(whole, normal, uniform(world, drawing, person, 0, 2 * attempt + 2)):
            found = gamma_of(whole, normal)
        attempt += 1
    if shape >= f32(1):
        return found
    luck = uniform(world, drawing, person, 0, 0) + f32(2.0**-25)
    return max(found * exp(log(luck) / shape), f32(1e-30))


@lean_kernel
def beta_drawn(world, person, a, b):
    """A number from the beta distribution; 0 or 1 where one of its shapes is nothing."""
    if a <= f32(0) or b <= f32(0):
        return f32(0) if a <= f32(0) else f32(1)
    one, other = gamma_drawn(world, CHANCE, person, a), gamma_drawn(world, OTHER, person, b)
    return one / (one + other)


@lean_kernel
def still_buys(p, before, since, age):
    """The chance that somebody with so many repeat purchases in ``age`` weeks, the last ``since`` weeks ago, buys still."""
    a, alpha = p.purchases_lapse * p.purchases_lapse_shape, p.purchases_rate_shape / p.purchases_rate
    if before < f32(1) or a <= f32(0):
        return f32(1)
    b = p.purchases_lapse_shape - a + before - f32(1)
    if b <= f32(0):
        return f32(0)
    silence = (p.purchases_rate_shape + before) * log((alpha + age) / (alpha + age - since))
    return f32(1) / (f32(1) + a / b * exp(silence))


@lean_kernel
def basket_drawn(world, person, p, before, mean):
    """What somebody spends at a purchase on average, whose baskets so far had this mean (0: nobody knows)."""
    shape, among = p.purchases_basket_shape, p.purchases_customer_shape
    scale = p.purchases_basket * (among - f32(1)) / shape
    known = before >= f32(1) and mean > f32(0)
    so_far = shape * before if known else f32(0)
    told = before * mean if known else f32(0)
    return shape * (scale + told) / gamma_drawn(world, BASKET, person, among + so_far)


@lean_kernel
def _told(world, person, place, plan, segment):
    """What file or scenario say of a customer in one line."""
    given, _, kind, numbers, _ = plan
    if given.shape[1] > 0 and not np.isnan(given[place, person]):
        return given[place, person]
    code = (kind[segment, place], numbers[segment, place, 0], numbers[segment, place, 1])
    return drawn(world, _STREAMS[place], person, code, _LOW[place], _HIGH[place])


@lean_kernel
def begin_buying(world, plan, policy, columns, rows):
    """Everybody's rate, chance, basket and last purchase; whoever has lapsed already is with the rival.

    ``plan``: as of :func:`sim.model.initial_state.everybody`; ``columns``: number, clock, mark, as that has left them;
    ``rows``: int64 (4), where the columns of :data:`DRAWN` stand.
    """
    (number, clock, mark), p = columns, policy[0]
    shape, a = p.purchases_rate_shape, p.purchases_lapse * p.purchases_lapse_shape
    alpha, b = shape / p.purchases_rate, p.purchases_lapse_shape - a
    for person in range(mark.shape[1]):
        before, since, age, mean = f32(0), f32(0), f32(0), f32(0)
        customer, segment = mark[_PROVIDER, person] == COMPANY, i64(mark[_SEGMENT, person])
        if customer:
            before = np.floor(_told(world, person, _BEFORE, plan, segment))
            since, mean = _told(world, person, _SINCE, plan, segment), _told(world, person, _MEAN, plan, segment)
            age = max(f32(clock[_TENURE, person]), since) if before >= f32(1) else since
        buys = uniform(world, LAPSED, person, 0, 0) < still_buys(p, before, since, age)
        lived = age if buys else age - since
        number[rows[0], person] = gamma_drawn(world, RATE, person, shape + before) / (alpha + lived)
        last = f32(0) if buys else f32(1)
        number[rows[1], person] = beta_drawn(world, person, a + last, b + before - last)
        number[rows[2], person] = basket_drawn(world, person, p, before, mean)
        number[_SPEND, person] = min(number[rows[0], person] * number[rows[2], person], _MOST_SPEND)
        clock[rows[3], person] = np.int16(-since) if customer else np.int16(NEVER)
        if customer and not buys:
            mark[_PROVIDER, person], clock[_TENURE, person], clock[_END, person] = RIVAL, np.int16(since), -1
