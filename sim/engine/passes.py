"""The dense part of the week: what happens to everybody, as short passes over a few columns at a time.

Each pass applies one or two rules to a block of people that stays in the first-level cache. A pass touches about five columns
at most and takes plain numbers for the policies, because LLVM gives up on vectorising longer ones without saying so.
"""

import numpy as np

from sim.model.behaviour.belief import belief_after
from sim.model.behaviour.choice import thinks
from sim.model.behaviour.expectation import adapted
from sim.model.behaviour.grievance import relieved
from sim.model.behaviour.issue import severity_of
from sim.model.behaviour.ledger import booked, disappointed, lost
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.behaviour.price import fairness_after
from sim.model.behaviour.satisfaction import at_peak, experience_weight, felt, judgement, moved, surprise
from sim.model.behaviour.talk import speaks_well, talks
from sim.model.behaviour.trust import trust_after
from sim.model.mechanisms.innovation import lost_to_lag, yardstick
from sim.model.mechanisms.marketing import reached
from sim.model.mechanisms.pricing import cents, price_paid
from sim.model.mechanisms.quality import error_of, performance
from sim.model.mechanisms.referral import spurred
from sim.model.mechanisms.rival import offered
from sim.model.numeric import fixed, normal_quantile
from sim.model.random import happens, spare_word, unit
from sim.model.rules import inner_kernel

f32, u8, i32, u64 = np.float32, np.uint8, np.int32, np.uint64

TROUBLED, OFFERED, VISITS, ASKS = u8(1), u8(2), u8(4), u8(8)
THINKS, MOVES = u8(1), u8(2)
NOTHING = u8(0)
_LANES = u64(0xFFFF)


@inner_kernel
def normals(bits, z):
    """Random words to standard normal numbers."""
    for i in range(z.size):
        z[i] = normal_quantile(bits[i])


@inner_kernel
def spare_words(rows, spare):
    """The fifth word of everybody's four (see :func:`sim.model.random.spare_word`)."""
    a, b, c, d = rows
    for i in range(spare.size):
        spare[i] = spare_word(a[i], b[i], c[i], d[i])


@inner_kernel
def errors(bits, exposure, provider, rates, depth, error):
    """What an error takes off each person's week; ``rates`` is (company, rival)."""
    for i in range(error.size):
        rate = offered(rates[0], rates[1], provider[i] == RIVAL)
        error[i] = error_of(unit(bits[i]), rate, exposure[i], depth)


@inner_kernel
def performances(z, error, provider, level, spread, out):
    """How the product performed; ``level`` and ``spread`` are pairs (company, rival)."""
    for i in range(out.size):
        rival = provider[i] == RIVAL
        out[i] = performance(offered(level[0], level[1], rival), offered(spread[0], spread[1], rival), z[i], error[i])


@inner_kernel
def verdicts(expectation, performed, assimilation, slopes, verdict):
    """The verdict on the week; ``slopes`` is (sensitivity, loss aversion, curvature)."""
    for i in range(verdict.size):
        gap = surprise(performed[i], expectation[i], assimilation)
        verdict[i] = judgement(expectation[i], felt(gap, slopes[0], slopes[1], slopes[2]))


@inner_kernel
def weights_of(tenure, performed, threshold, peak, learning, weight):
    """How much the week counts, and one more week of tenure; ``learning`` is (new, settled, settling)."""
    for i in range(weight.size):
        tenure[i] += 1
        usual = experience_weight(tenure[i], learning[0], learning[1], learning[2])
        weight[i] = at_peak(usual, severity_of(performed[i], threshold), peak)


@inner_kernel
def satisfactions(satisfaction, verdict, weight, drop):
    """Satisfaction moves; what was lost is kept in ``drop``."""
    for i in range(drop.size):
        after = moved(satisfaction[i], verdict[i], weight[i])
        drop[i] = lost(satisfaction[i], after)
        satisfaction[i] = after


@inner_kernel
def trusts(trust, verdict, growth, loss):
    """Trust moves, slowly up and fast down."""
    for i in range(trust.size):
        trust[i] = trust_after(trust[i], verdict[i], growth, loss)


@inner_kernel
def expectations(expectation, performed, rise, fall):
    """Expectation follows what was got."""
    for i in range(expectation.size):
        expectation[i] = adapted(expectation[i], performed[i], rise, fall)


@inner_kernel
def expectations_in_view(expectation, performed, provider, rates, lags):
    """Expectation follows what was got and what is known to be possible; ``rates`` is (rise, fall, awareness)."""
    for i in range(expectation.size):
        lag = offered(lags[0], lags[1], provider[i] == RIVAL)
        expectation[i] = adapted(expectation[i], yardstick(performed[i], lag, rates[2]), rates[0], rates[1])


@inner_kernel
def bookings_innovation(drop, shortfall, provider, lags, notice, ledger):
    """Take what the lag explains out of ``drop`` and book it; ``shortfall``: (expectation, performed, rate of booking)."""
    expectation, performed, rate = shortfall
    for i in range(drop.size):
        lag = offered(lags[0], lags[1], provider[i] == RIVAL)
        part = lost_to_lag(drop[i], expectation[i], performed[i], lag, notice)
        ledger[i] += booked(part, rate, True)
        drop[i] -= part


@inner_kernel
def fades(column, gone):
    """A state of which the share ``gone`` passes in a week."""
    for i in range(column.size):
        column[i] = relieved(column[i], gone)


@inner_kernel
def bookings_quality(drop, performed, threshold, rate, ledger):
    """Book the satisfaction lost in a week with a failure under quality."""
    for i in range(drop.size):
        ledger[i] += booked(drop[i], rate, performed[i] < threshold)


@inner_kernel
def bookings_expectation(drop, performed, expectation, short, rate, ledger):
    """Book what was lost in a week without a failure, but well below what was expected; ``short`` is (notice, threshold)."""
    for i in range(drop.size):
        noted = disappointed(expectation[i], performed[i], short[0]) & (performed[i] >= short[1])
        ledger[i] += booked(drop[i], rate, noted)


@inner_kernel
def troubles(performed, severity, provider, threshold, flags):
    """Flag the company's customers with a new or an open issue."""
    for i in range(flags.size):
        troubled = (performed[i] < threshold) | (severity[i] > f32(0))
        flags[i] = TROUBLED if troubled & (provider[i] == COMPANY) else NOTHING


@inner_kernel
def chances(bits, provider, chance, flag, flags):
    """Flag the company's customers to whom something of this chance happens."""
    for i in range(flags.size):
        if happens(chance, unit(bits[i])) and provider[i] == COMPANY:
            flags[i] |= flag


@inner_kernel
def fairnesses(fairness, provider, discount, envy, forgetting):
    """Fairness drifts towards what a discount for newcomers leaves of it; the rival has none."""
    for i in range(fairness.size):
        gap = offered(discount, f32(0), provider[i] != COMPANY)
        fairness[i] = fairness_after(fairness[i], gap, envy, forgetting)


@inner_kernel
def talk_chances(satisfaction, grievance, talkativeness, rates, chance):
    """The chance that each person talks; ``rates`` is (base, strong, angry)."""
    for i in range(chance.size):
        chance[i] = talks(satisfaction[i], grievance[i], talkativeness[i], rates[0], rates[1], rates[2])


@inner_kernel
def invitations(satisfaction, grievance, provider, reward, chance):
    """The chance to talk of the company's pleased customers rises; ``reward`` is (pivot, reward, eagerness)."""
    for i in range(chance.size):
        pleased = (provider[i] == COMPANY) & speaks_well(satisfaction[i], grievance[i], reward[0])
        chance[i] = spurred(chance[i], reward[1], reward[2], pleased)


@inner_kernel
def talkers(chance, bits, provider, flags):
    """Flag those who talk."""
    for i in range(flags.size):
        flags[i] = THINKS if happens(chance[i], unit(bits[i])) & (provider[i] != GONE) else NOTHING


@inner_kernel
def listen(heard, lane, persuasion, negativity, belief):
    """Beliefs move by what was heard of one provider; ``lane`` is the place of its good messages in ``heard``."""
    good_at, bad_at = u64(16 * lane), u64(16 * lane + 16)
    for i in range(belief.size):
        good = np.int32((heard[i] >> good_at) & _LANES)
        bad = np.int32((heard[i] >> bad_at) & _LANES)
        belief[i] = belief_after(belief[i], good, bad, persuasion, negativity)


@inner_kernel
def bad_news(heard, provider, news, alarm):
    """The extra chance to think of those who heard ill of their own provider."""
    for i in range(alarm.size):
        ill = (heard[i] >> (u64(48) if provider[i] == RIVAL else u64(16))) & _LANES
        alarm[i] = news if ill > u64(0) else f32(0)


@inner_kernel
def good_news(heard, provider, news, alarm):
    """The extra chance to think of those who heard well of the other provider."""
    for i in range(alarm.size):
        well = (heard[i] >> (u64(0) if provider[i] == RIVAL else u64(32))) & _LANES
        alarm[i] += news if well > u64(0) else f32(0)


@inner_kernel
def think_chances(severity, grievance, alarm, rates, chance):
    """The chance that each person compares; ``rates`` is (attention, by issue, by grievance)."""
    for i in range(chance.size):
        chance[i] = thinks(severity[i], grievance[i], alarm[i], rates[0], rates[1], rates[2])


@inner_kernel
def thinkers(chance, bits, provider, reach, flags):
    """Flag those who compare; the company's advertising reaches the rival's customers."""
    for i in range(flags.size):
        reaches = offered(f32(0), reach, provider[i] == RIVAL)
        flags[i] = THINKS if happens(reached(chance[i], reaches), unit(bits[i])) else NOTHING


@inner_kernel
def movers(bits, contract_end, provider, chance, week, flags):
    """Flag those who leave the market, and everybody whose contract ends this week as comparing; not who is gone."""
    for i in range(flags.size):
        moves = MOVES if happens(chance, unit(bits[i])) else NOTHING
        thinks = THINKS if contract_end[i] == week else NOTHING
        flags[i] = (flags[i] | moves | thinks) if provider[i] != GONE else NOTHING


@inner_kernel
def feelings(satisfaction, trust, grievance, expectation, provider):
    """Sums over the company's customers, in units of 2^-20: satisfaction, trust, grievance, expectation."""
    s, t, g, e = i32(0), i32(0), i32(0), i32(0)
    for i in range(provider.size):
        mine = provider[i] == COMPANY
        s += fixed(satisfaction[i]) if mine else i32(0)
        t += fixed(trust[i]) if mine else i32(0)
        g += fixed(grievance[i]) if mine else i32(0)
        e += fixed(expectation[i]) if mine else i32(0)
    return s, t, g, e


@inner_kernel
def bills(spend, provider, tenure, prices, week):
    """What the company's customers pay, in cents, and what they would at index 1; ``prices`` is (list, discount, weeks)."""
    paid, plain = np.int64(0), np.int64(0)
    for i in range(spend.size):
        price = price_paid(prices[0], prices[1], prices[2], tenure[i], tenure[i] <= week)
        mine = provider[i] == COMPANY
        paid += cents(spend[i], price) if mine else 0
        plain += cents(spend[i], f32(1)) if mine else 0
    return paid, plain


@inner_kernel
def heads(provider, which):
    """How many people are with this provider."""
    result = np.int64(0)
    for i in range(provider.size):
        result += 1 if provider[i] == which else 0
    return result


@inner_kernel
def founders(provider, tenure, week):
    """How many of these have been with the company without a break since week 0."""
    result = np.int64(0)
    for i in range(provider.size):
        result += 1 if (provider[i] == COMPANY) & (tenure[i] > week) else 0
    return result
