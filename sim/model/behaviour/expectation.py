"""What customers have come to expect: made of promises, of what friends say, and of what they lately got.

Serves S1.3, S3.6. Sources: Oliver 1980 (J. Marketing Research 17:460-469); Boulding, Kalra, Staelin & Zeithaml 1993
(J. Marketing Research 30:7-27) for expectations that are revised by each experience; the rates are assumptions.
Expectation rises faster than it falls: the service level at purchase becomes the standard. A first week that falls short of what was
promised is an event: it costs trust, and is told. Sources: Kopalle & Lehmann 2006 (Marketing Science 25:8-24), overstatement lowers
later satisfaction; Robinson & Rousseau 1994 (J. Organizational Behavior 15:245-259) for broken promises and trust; size assumed.
"""

from sim.model.behaviour.ledger import OF_EXPECTATION, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.satisfaction import be_stirred
from sim.model.behaviour.trust import shaken
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.innovation import known_of_others
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Expectation(Parameters):
    promise_weight: float = parameter(
        0.6, "share", 0, 1, "Weight of marketing's promise against what friends say, when someone joins",
        "assumption: promises outweigh hearsay at the door; "
        "plausibly from a third to nearly all", plausible=(0.3, 0.85))  # fmt: skip
    rise: float = parameter(
        0.04, "share per week", 0, 1, "How fast expectation follows experience upwards",
        "assumption: half way in 17 weeks; plausibly in 7 to 46 weeks", plausible=(0.015, 0.1, "log"))  # fmt: skip
    fall: float = parameter(
        0.02, "share per week", 0, 1, "How fast expectation follows experience downwards",
        "assumption: people give up a standard half as fast as they adopt one; "
        "plausibly half way in a quarter to two years", plausible=(0.006, 0.05, "log"))  # fmt: skip
    comparison: float = parameter(
        0.3, "share", 0, 1, "How much of what the best provider's product is better than one's own people come to expect",
        "assumption: less than of what is possible at all (innovation.awareness), as one hears of it by chance; "
        "plausibly a tenth to seven tenths", plausible=(0.1, 0.7))  # fmt: skip
    breach: float = parameter(
        2.0, "ratio", 0, 20, "Share of trust lost for each point by which the first week falls short of what was promised",
        "assumption: a tenth of the scale costs a fifth of trust; "
        "plausibly a twentieth to a half of it", plausible=(0.5, 5, "log"))  # fmt: skip


COLUMNS = (Column("expectation", "number", "Performance expected of the own provider, 0 to 1"),)


@rule
def starting_expectation(promise: float, belief: float, promise_weight: float) -> float:
    """What a newcomer expects: the promise and the word of friends, weighed."""
    return promise * promise_weight + belief * (f32(1) - promise_weight)


@rule
def adapted(expectation: float, performance: float, rise: float, fall: float) -> float:
    """Expectation after a week of this performance: drawn towards it, faster up than down, never reset."""
    gap = performance - expectation
    return expectation + gap * (rise if gap > f32(0) else fall)


@rule
def expectation_so_far(promise: float, usual: float, tenure: int, settling: float) -> float:
    """What someone expects after ``tenure`` weeks of the usual: half of the promise is forgotten after ``settling`` weeks."""
    return usual + (promise - usual) * (settling / (settling + f32(tenure)))


@rule
def broken(expectation: float, performance: float, notice: float) -> float:
    """By how much a promise was broken, beyond what nobody takes note of."""
    short = expectation - performance - notice
    return short if short > f32(0) else f32(0)


COUNTS = ("expectation_gap",)
EVENTS = {"promise_broken": "The first week fell clearly short of what they had been promised."}


@step
def finds_promise_broken(me, p) -> bool:
    """Whether somebody's first week with the company was clearly worse than what they had been led to expect."""
    return (
        me.tenure == 1 and me.provider == COMPANY
        and broken(me.expectation, me.performed, p.ledger.notice) > 0.0
    )  # fmt: skip


@step
def feel_promise_broken(me, p, week, note):
    """A broken promise costs trust, and is something to tell of."""
    size, before = broken(me.expectation, me.performed, p.ledger.notice), me.trust
    after = shaken(before, share(p.expectation.breach * size))
    me.trust = suffered(before, after, p.ledger.without == OF_EXPECTATION)
    me.ledger_expectation += lost(before, me.trust) * week.rate
    be_stirred(me, size)
    note.promise_broken(size)


@step
def adapt(me, firm, p, week):
    """Expectation follows what was got, and what others are known to get."""
    seen = share(me.performed + known_of_others(me, firm, p, week))
    me.expectation = adapted(me.expectation, seen, p.expectation.rise, p.expectation.fall)


@step
def be_counted_expecting(me, count):
    """How far the company's customers expect more than they are satisfied with."""
    if me.provider == COMPANY:
        count.expectation_gap += fixed(me.expectation) - fixed(me.satisfaction)


EXAMPLES = (
    example(starting_expectation, 0.9, 0.5, 0.6, becomes=0.74, because="0.9 x 0.6 + 0.5 x 0.4"),
    example(broken, 0.8, 0.6, 0.05, becomes=0.15, because="0.2 short, of which 0.05 goes unnoticed"),
    example(broken, 0.8, 0.78, 0.05, becomes=0.0, because="hardly less than promised"),
    example(expectation_so_far, 0.9, 0.7, 26, 26.0, becomes=0.8, because="half way from the promise to the usual"),
    example(adapted, 0.6, 0.8, 0.1, 0.05, becomes=0.62, because="a tenth of the way up from 0.6 to 0.8"),
    example(adapted, 0.8, 0.6, 0.1, 0.05, becomes=0.79, because="a twentieth of the way down from 0.8 to 0.6"),
)
STEP_EXAMPLES = (
    example_of_step(
        finds_promise_broken, me={"tenure": 1, "expectation": 0.8, "performed": 0.6}, p={"ledger.notice": 0.05},
        becomes={"gives": True}, because="0.2 short in the first week",
    ),
    example_of_step(
        finds_promise_broken, me={"tenure": 2, "expectation": 0.8, "performed": 0.6}, p={"ledger.notice": 0.05},
        becomes={"gives": False}, because="the first week is over",
    ),
    example_of_step(
        feel_promise_broken, me={"expectation": 0.8, "performed": 0.6, "trust": 0.5}, week={"rate": 2.0},
        p={"breach": 2.0, "ledger.notice": 0.05},
        becomes={"trust": 0.35, "ledger_expectation": 0.3, "stirred": 0.15, "note.promise_broken": 0.15},
        because="0.15 noticed take three tenths of 0.5, booked at the rate of 2",
    ),
    example_of_step(
        adapt, me={"expectation": 0.6, "performed": 0.8}, firm={"obsolescence": 0.1}, p={"rise": 0.1, "innovation.awareness": 0.5},
        becomes={"expectation": 0.625}, because="a tenth of the way from 0.6 to 0.8 + half of the lag of 0.1",
    ),
    example_of_step(
        be_counted_expecting, me={"expectation": 0.75, "satisfaction": 0.5},
        becomes={"count.expectation_gap": FIXED_ONE // 4}, because="a quarter",
    ),
)  # fmt: skip
