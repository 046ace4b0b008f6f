"""How pleased customers are: each experience is compared with what was expected, and losses weigh about twice gains.

Serves S1.3, S2.2, S3.6, S3.7. What is perceived is first pulled towards what was expected (assimilation), then compared.
Sources: Brown, Imai, Vieider & Camerer 2024 (J. Economic Literature; loss aversion 1.955 [1.82, 2.10], by analogy from
money); Mittal, Ross & Baldasare 1998 (J. Marketing 62:33-47; asymmetry, diminishing sensitivity); Bolton 1998
(Marketing Science 17:45-65; the longer the relation, the less one experience moves it); Alaybek et al. 2022 (OBHDP
170:104149; peak-end). A judgement starts from the expectation itself, so expectation and satisfaction correlate
positively, as they do in the meta-analysis (r = .29), and not negatively as under pure contrast.
"""

from sim.model.behaviour.issue import severity_of
from sim.model.behaviour.ledger import book_week, lost
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import trust_after
from sim.model.columns import Column
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Satisfaction(Parameters):
    assimilation: float = parameter(
        0.25, "share", 0, 0.95, "How far perception is pulled towards what was expected",
        "assumption: Anderson 1973 (J. Marketing Research 10:38-44) finds assimilation for small gaps, no size")  # fmt: skip
    sensitivity: float = parameter(
        0.8, "ratio", 0, 3, "How strongly a pleasant surprise of small size is felt", "assumption: below 1, so E and S agree")  # fmt: skip
    loss_aversion: float = parameter(
        1.955, "ratio", 1, 5, "How much more a disappointment weighs than an equal pleasant surprise",
        "literature: Brown et al. 2024, 607 estimates, 95 % interval 1.82 to 2.10")  # fmt: skip
    curvature: float = parameter(
        1.0, "scale 0-1", 0.05, 100, "Surprise at which its effect per unit has halved; large means straight",
        "assumption: diminishing sensitivity as in Mittal et al. 1998, which print no size")  # fmt: skip
    symmetric: bool = parameter(
        False, "yes or no", 0, 1, "Judge gains and losses alike and in a straight line, to see what the asymmetry is worth",
        "assumption: off; the evidence favours the asymmetric form")  # fmt: skip
    weight_new: float = parameter(
        0.20, "share per week", 0, 1, "Weight of one week's experience for a newcomer", "assumption: half way in three weeks")  # fmt: skip
    weight_settled: float = parameter(
        0.04, "share per week", 0, 1, "Weight of one week's experience after many years",
        "assumption: Bolton 1998 finds the fall, not this number")  # fmt: skip
    settling: float = parameter(
        26.0, "weeks", 1, 520, "Tenure at which half of the newcomer's extra weight is gone", "assumption: half a year")  # fmt: skip
    peak: float = parameter(
        3.0, "ratio", 0, 20, "Extra weight of a week with an incident of full severity",
        "assumption: peak-end (Alaybek et al. 2022) gives the sign")  # fmt: skip
    disposition: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread between people of the satisfaction they start with",
        "assumption: nearly one point of ten")  # fmt: skip


COLUMNS = (Column("satisfaction", "number", "Cumulative satisfaction with the own provider, 0 to 1"),)


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
def moved(state: float, verdict: float, weight: float) -> float:
    """A cumulative state drawn towards the latest verdict."""
    return state + (verdict - state) * weight


COUNTS = ("satisfaction",)


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
    verdict = verdict_on(me, p, me.performed)
    me.tenure += 1
    weight = at_peak(
        experience_weight(me.tenure, p.satisfaction.weight_new, p.satisfaction.weight_settled, p.satisfaction.settling),
        severity_of(me.performed, p.quality.failure_threshold),
        p.satisfaction.peak,
    )
    loss, me.satisfaction = (
        lost(me.satisfaction, moved(me.satisfaction, verdict, weight)),
        moved(me.satisfaction, verdict, weight),
    )
    me.trust = trust_after(me.trust, verdict, p.trust.growth, p.trust.loss)
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
                       "quality.failure_threshold": 0.5},
        becomes={"tenure": 26, "satisfaction": 0.6, "trust": 0.64, "ledger_quality": 0.3},
        because="weight (0.04 + half of 0.16) x (1 + 3 x 0.5): 0.3 of the way from 0.75 to 0.25; the 0.15 lost is a failure's",
    ),
    example_of_step(
        be_counted_satisfied, me={"satisfaction": 0.5}, becomes={"count.satisfaction": FIXED_ONE // 2}, because="a half",
    ),
)  # fmt: skip
