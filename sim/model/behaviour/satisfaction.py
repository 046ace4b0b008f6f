"""How pleased customers are: each experience is compared with what was expected, and losses weigh about twice gains.

Serves S1.3, S2.2, S3.6, S3.7. What is perceived is first pulled towards what was expected (assimilation), then compared.
Sources: Brown, Imai, Vieider & Camerer 2024 (J. Economic Literature; loss aversion 1.955 [1.82, 2.10], by analogy from
money); Mittal, Ross & Baldasare 1998 (J. Marketing 62:33-47; asymmetry, diminishing sensitivity); Bolton 1998
(Marketing Science 17:45-65; the longer the relation, the less one experience moves it); Alaybek et al. 2022 (OBHDP
170:104149; peak-end). A judgement starts from the expectation itself, so expectation and satisfaction correlate
positively, as they do in the meta-analysis (r = .29), and not negatively as under pure contrast. The first week makes the first
judgement. A provider that is now good and now bad teaches less by each week, and is liked less for it: Rust, Inman, Jia & Zahorik
1999 (Marketing Science 18:77-92), customers weigh variance against a firm, and learn as Bayesians do.
"""

from sim.model.behaviour.issue import severity_of
from sim.model.behaviour.ledger import book_week, lost, spared_of_week
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import trust_after
from sim.model.columns import Column
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Satisfaction(Parameters):
    assimilation: float = parameter(
        0.25, "share", 0, 0.95, "How far perception is pulled towards what was expected",
        "assumption: Anderson 1973 (J. Marketing Research 10:38-44) finds assimilation for small gaps, no size; "
        "plausibly hardly to half of the way", plausible=(0.05, 0.5))  # fmt: skip
    sensitivity: float = parameter(
        0.8, "ratio", 0, 3, "How strongly a pleasant surprise of small size is felt",
        "assumption: below 1, so E and S agree; plausibly 0.5 to 1", plausible=(0.5, 1.0))  # fmt: skip
    loss_aversion: float = parameter(
        1.955, "ratio", 1, 5, "How much more a disappointment weighs than an equal pleasant surprise",
        "literature: Brown et al. 2024, 607 estimates, 95 % interval 1.82 to 2.10; "
        "that is of the mean of gambles for money; carried over to experiences, 1.5 to 2.5 are plausible",
        plausible=(1.5, 2.5))  # fmt: skip
    curvature: float = parameter(
        1.0, "scale 0-1", 0.05, 100, "Surprise at which its effect per unit has halved; large means straight",
        "assumption: diminishing sensitivity as in Mittal et al. 1998, which print no size; "
        "plausibly from strongly bent to straight, as Streukens & de Ruyter 2004 find", plausible=(0.3, 10, "log"))  # fmt: skip
    symmetric: bool = parameter(
        False, "yes or no", 0, 1, "Judge gains and losses alike and in a straight line, to see what the asymmetry is worth",
        "assumption: off; the evidence favours the asymmetric form", plausible=CERTAIN)  # fmt: skip
    weight_new: float = parameter(
        0.20, "share per week", 0, 1, "Weight of one week's experience for a newcomer",
        "assumption: half way in three weeks; plausibly in one to seven weeks", plausible=(0.1, 0.4, "log"))  # fmt: skip
    weight_settled: float = parameter(
        0.04, "share per week", 0, 1, "Weight of one week's experience after many years",
        "assumption: Bolton 1998 finds the fall, not this number; "
        "plausibly a third to double", plausible=(0.015, 0.08, "log"))  # fmt: skip
    settling: float = parameter(
        26.0, "weeks", 1, 520, "Tenure at which half of the newcomer's extra weight is gone",
        "assumption: half a year; plausibly two months to a year and a half", plausible=(8, 80, "log"))  # fmt: skip
    peak: float = parameter(
        3.0, "ratio", 0, 20, "Extra weight of a week with an incident of full severity",
        "assumption: peak-end (Alaybek et al. 2022) gives the sign; plausibly 1 to 8", plausible=(1, 8, "log"))  # fmt: skip
    steadiness: float = parameter(
        0.01, "squared points", 0.0001, 1, "Variance of what is got from week to week at which one week counts half",
        "literature: Rust et al. 1999 for precision-weighted learning; size assumed: a spread of a tenth of the scale; "
        "plausibly of a twentieth to a sixth", plausible=(0.003, 0.03, "log"))  # fmt: skip
    noticing: float = parameter(
        0.05, "share per week", 0, 1, "How fast people notice how much a provider varies",
        "assumption: half way in 13 weeks; plausibly in 5 to 34 weeks", plausible=(0.02, 0.12, "log"))  # fmt: skip
    caution: float = parameter(
        0.5, "ratio", 0, 20, "What the variance of a provider takes off the verdict on it",
        "literature: Rust et al. 1999 for the sign; size assumed: 0.005 at a spread of a tenth; "
        "plausibly a fifth to four times as much", plausible=(0.1, 2, "log"))  # fmt: skip
    disposition: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread between people of the satisfaction they start with",
        "assumption: nearly one point of ten; plausibly half a point to a point and a half", plausible=(0.04, 0.14))  # fmt: skip


COLUMNS = (
    Column("satisfaction", "number", "Cumulative satisfaction with the own provider, 0 to 1"),
    Column("unsteadiness", "number", "Variance of what the own provider gives from week to week, as noticed"),
    Column("stirred", "weekly_number", "How strongly this week's events move somebody to talk, 0 to 1"),
)


@rule
def surprise(performance: float, expectation: float, assimilation: float) -> float:
    """Performance against expectation, once perception has been pulled towards what was expected."""
    return (performance - expectation) * (f32(1) - assimilation)


@rule
def felt(surprise: float, sensitivity: float, loss_aversion: float, curvature: float) -> float:
    """How a surprise is felt: bad ones ``loss_aversion`` times as strongly, large ones less than in proportion."""
    size = surprise if surprise > f32(0) else -surprise
    slope = sensitivity if surprise > f32(0) else sensitivity * loss_aversion
    return slope * surprise * (curvature / (curvature + size))


@rule
def aversion(loss_aversion: float, symmetric: bool) -> float:
    """Loss aversion in force: 1 under the symmetric switch."""
    return f32(1) if symmetric else loss_aversion


@rule
def bend(curvature: float, symmetric: bool) -> float:
    """Curvature in force: practically straight under the symmetric switch."""
    return f32(1e30) if symmetric else curvature


@rule
def judgement(expectation: float, feeling: float) -> float:
    """The verdict on one experience: what was expected, moved by how the surprise felt, in [0, 1]."""
    return share(expectation + feeling)


@rule
def experience_weight(tenure: int, new: float, settled: float, settling: float) -> float:
    """Weight of one week's experience, falling with tenure (weeks) from ``new`` to ``settled``."""
    return settled + (new - settled) * (settling / (settling + f32(tenure)))


@rule
def at_peak(weight: float, severity: float, peak: float) -> float:
    """The weight of a week in which something went wrong with this severity."""
    return share(weight * (f32(1) + peak * severity))


@rule
def steady(weight: float, variance: float, steadiness: float) -> float:
    """The weight of a week's experience with a provider that varies so much: half where the variance is ``steadiness``."""
    return weight * (steadiness / (steadiness + variance))


@rule
def varied(variance: float, surprise: float, noticing: float) -> float:
    """The variance noticed after a week that came as such a surprise."""
    return variance + (surprise * surprise - variance) * noticing


@rule
def wary(verdict: float, variance: float, caution: float) -> float:
    """The verdict, less what is held against a provider that varies so much."""
    return share(verdict - caution * variance)


@rule
def stirring(surprise: float, notice: float, loss_aversion: float) -> float:
    """How far a surprise moves somebody to talk: beyond what is hardly noticed, and bad ones sooner than good ones."""
    size = surprise if surprise > f32(0) else -surprise * loss_aversion
    return share(size - notice)


@rule
def moved(state: float, verdict: float, weight: float) -> float:
    """A cumulative state drawn towards the latest verdict."""
    return state + (verdict - state) * weight


COUNTS = ("satisfaction",)


@step
def be_stirred(me, strength: float):
    """An event of this strength is told of this week, or a stronger one."""
    me.stirred = max(me.stirred, strength)


@step
def verdict_on(me, p, quality: float) -> float:
    """How an experience of this quality is judged, given what was expected."""
    averse = aversion(p.satisfaction.loss_aversion, p.satisfaction.symmetric)
    bent = bend(p.satisfaction.curvature, p.satisfaction.symmetric)
    return judgement(
        me.expectation,
        felt(surprise(quality, me.expectation, p.satisfaction.assimilation), p.satisfaction.sensitivity, averse, bent),
    )


@step
def remember(me, p, quality: float, weight: float) -> float:
    """Let an encounter of this quality move satisfaction, as far as it counts; gives back what was lost."""
    before = me.satisfaction
    me.satisfaction = moved(before, verdict_on(me, p, quality), weight)
    return lost(before, me.satisfaction)


@step
def judge_week(me, firm, p, week):
    """Judge the week's use of the product: satisfaction, trust and expectation move, and what was lost is booked."""
    missed = me.performed - me.expectation
    verdict = wary(verdict_on(me, p, me.performed), me.unsteadiness, p.satisfaction.caution)
    me.tenure += 1
    usual = experience_weight(
        me.tenure, p.satisfaction.weight_new, p.satisfaction.weight_settled, p.satisfaction.settling
    )
    weight = at_peak(
        steady(usual, me.unsteadiness, p.satisfaction.steadiness),
        severity_of(me.performed, p.quality.failure_threshold),
        p.satisfaction.peak,
    )
    counts = 1.0 if me.tenure == 1 else weight
    loss, me.satisfaction = (
        lost(me.satisfaction, moved(me.satisfaction, verdict, counts)),
        moved(me.satisfaction, verdict, counts),
    )
    mistrusted, me.trust = (
        lost(me.trust, trust_after(me.trust, verdict, p.trust.growth, p.trust.loss)),
        trust_after(me.trust, verdict, p.trust.growth, p.trust.loss),
    )
    if p.ledger.without > 0:
        me.satisfaction += spared_of_week(me, firm, p, loss)
        me.trust += spared_of_week(me, firm, p, mistrusted)
    me.unsteadiness = varied(me.unsteadiness, missed, p.satisfaction.noticing)
    me.stirred = stirring(missed, p.talk.notice, p.satisfaction.loss_aversion)
    book_week(me, firm, p, week, loss)


@step
def be_counted_satisfied(me, count):
    """The company's customers and their satisfaction."""
    if me.provider == COMPANY:
        count.satisfaction += fixed(me.satisfaction)


EXAMPLES = (
    example(surprise, 0.5, 0.9, 0.25, becomes=-0.3, because="0.4 short, of which a quarter is assimilated"),
    example(felt, 0.25, 0.8, 2.0, 1.0, becomes=0.16, because="0.8 x 0.25, damped by 1 / 1.25"),
    example(felt, -0.25, 0.8, 2.0, 1.0, becomes=-0.32, because="twice the gain of the same size"),
    example(felt, 0.0, 0.8, 2.0, 1.0, becomes=0.0, because="no surprise, no feeling"),
    example(aversion, 1.955, True, becomes=1.0, because="gains and losses alike"),
    example(bend, 1.0, False, becomes=1.0, because="as set"),
    example(judgement, 0.7, -0.2, becomes=0.5, because="0.7 - 0.2"),
    example(judgement, 0.9, 0.3, becomes=1.0, because="a verdict cannot exceed 1"),
    example(experience_weight, 0, 0.2, 0.04, 26.0, becomes=0.2, because="a newcomer"),
    example(
        experience_weight, 26, 0.2, 0.04, 26.0, becomes=0.12, because="half of the extra 0.16 is gone after 26 weeks"
    ),
    example(at_peak, 0.1, 0.5, 3.0, becomes=0.25, because="0.1 x (1 + 3 x 0.5)"),
    example(steady, 0.1, 0.01, 0.01, becomes=0.05, because="varies as much as makes a week count half"),
    example(varied, 0.01, 0.3, 0.1, becomes=0.018, because="a tenth of the way from 0.01 to 0.09"),
    example(wary, 0.7, 0.04, 0.5, becomes=0.68, because="half of 0.04 less"),
    example(stirring, -0.3, 0.1, 2.0, becomes=0.5, because="0.3 felt twice, less 0.1"),
    example(stirring, 0.3, 0.1, 2.0, becomes=0.2, because="a pleasant surprise, less 0.1"),
    example(moved, 0.8, 0.4, 0.1, becomes=0.76, because="a tenth of the way from 0.8 to 0.4"),
)
STEP_EXAMPLES = (
    example_of_step(
        verdict_on, 0.5, me={"expectation": 0.7},
        p={"assimilation": 0.25, "sensitivity": 0.8, "loss_aversion": 2.0, "curvature": 0.6}, becomes={"gives": 0.508},
        because="0.7 - 1.6 x 0.15 x 0.6 / 0.75",
    ),
    example_of_step(
        remember, 0.5, 0.1, me={"expectation": 0.7, "satisfaction": 0.8}, p=AS_IT_WAS,
        becomes={"satisfaction": 0.77, "gives": 0.03}, because="a tenth of the way from 0.8 to 0.5",
    ),
    example_of_step(
        judge_week, week={"rate": 2.0},
        me={"performed": 0.25, "expectation": 0.45, "satisfaction": 0.75, "trust": 0.65, "tenure": 25},
        p=AS_IT_WAS | {"weight_new": 0.2, "weight_settled": 0.04, "settling": 26.0, "peak": 3.0, "trust.loss": 0.025,
                       "quality.failure_threshold": 0.5, "noticing": 0.1, "loss_aversion": 2.0, "talk.notice": 0.1},
        becomes={"tenure": 26, "satisfaction": 0.6, "trust": 0.64, "ledger_quality": 0.3, "unsteadiness": 0.004, "stirred": 0.3},
        because="weight (0.04 + half of 0.16) x (1 + 3 x 0.5): 0.3 of the way from 0.75 to 0.25; the 0.15 lost is a failure's; "
                "0.2 short is a tenth of 0.04 of variance, and felt twice 0.3 above what is told",
    ),
    example_of_step(
        judge_week, me={"performed": 0.7, "expectation": 0.7, "satisfaction": 0.9, "trust": 0.7, "unsteadiness": 0.02},
        p=AS_IT_WAS | {"caution": 0.5, "noticing": 0.0, "trust.loss": 0.025, "quality.failure_threshold": 0.5},
        becomes={"tenure": 1, "satisfaction": 0.69, "trust": 0.69975},
        because="the first week makes the judgement: 0.7, less half of the 0.02 by which the provider varies",
    ),
    example_of_step(be_stirred, 0.4, me={"stirred": 0.3}, becomes={"stirred": 0.4}, because="the stronger event"),
    example_of_step(
        be_counted_satisfied, me={"satisfaction": 0.5}, becomes={"count.satisfaction": FIXED_ONE // 2}, because="a half",
    ),
)  # fmt: skip
