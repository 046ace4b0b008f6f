"""What customers say when they are asked: their state, seen through each person's own way of answering.

Serves S1.7, S3.7. Each customer is asked once a quarter. Sources: Mittal & Kamakura 2001 (J. Marketing Research 38:131-142) for
response styles that blur the link between rating and behaviour; the sizes are assumptions.
"""

import numpy as np

from sim.model.behaviour.choice import goodwill
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed, normal_quantile, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, rule
from sim.model.steps import step

ANSWERS = stream("answers")
SURVEY_WEEKS = 13
"""Each customer is asked every thirteenth week, a thirteenth of them each week."""


class Answering(Parameters):
    style: float = parameter(
        0.12, "scale 0-1", 0, 1, "Spread between people in how high they answer",
        "assumption: about one point of ten; plausibly half a point to two", plausible=(0.06, 0.2))  # fmt: skip
    consistency: float = parameter(
        0.5, "share", -1, 1, "How far the same person leans the same way in another question",
        "literature: Mittal & Kamakura 2001 for blurred ratings; assumption: half-way; "
        "plausibly a fifth to four fifths", plausible=(0.2, 0.8))  # fmt: skip
    promoter_from: float = parameter(
        0.85, "scale 0-1", 0, 1, "Answer from which someone counts as a promoter",
        "literature: Reichheld 2003, 9 or 10 of 10", plausible=CERTAIN)  # fmt: skip
    detractor_below: float = parameter(
        0.65, "scale 0-1", 0, 1, "Answer below which someone counts as a detractor",
        "literature: Reichheld 2003, 0 to 6 of 10", plausible=CERTAIN)  # fmt: skip
    satisfied_from: float = parameter(
        0.70, "scale 0-1", 0, 1, "Answer from which someone counts as satisfied",
        "assumption: top two of five boxes", plausible=CERTAIN)  # fmt: skip


@rule
def answer(state: float, normal: float, style: float) -> float:
    """The answer given: the state, shifted by the person's way of answering (a standard normal number), in [0, 1]."""
    return share(state + style * normal)


@rule
def leaning(first: float, other: float, consistency: float) -> float:
    """How the person leans in another question: as in the first as far as they are consistent (standard normal again)."""
    return consistency * first + np.sqrt(f32(1) - consistency * consistency) * other


COUNTS = (
    "asked", "promoters", "detractors", "satisfied", "founders_asked", "founders_promoters", "founders_detractors",
    "founders_satisfied", "founders_liking",
)  # fmt: skip


@step
def answer_survey(me, p, count):
    """Say how satisfied one is and whether one would recommend, in one's own way of answering.

    Whoever has left the company is asked too, and answers with what they think of it now; that is counted by itself.
    """
    first, other = normal_quantile(me.word_at(ANSWERS, 0, 0)), normal_quantile(me.word_at(ANSWERS, 0, 1))
    mine = me.provider == COMPANY
    liked = me.satisfaction if mine else me.belief_company
    backed = goodwill(me.satisfaction, me.trust, p.choice.trust_weight) if mine else me.belief_company
    pleased = answer(liked, first, p.answering.style)
    likely = answer(backed, leaning(first, other, p.answering.consistency), p.answering.style)
    satisfied, promotes = pleased >= p.answering.satisfied_from, likely >= p.answering.promoter_from
    detracts, founding = likely < p.answering.detractor_below, me.founder == 1 and me.provider != GONE
    count.asked += mine
    count.satisfied += mine and satisfied
    count.promoters += mine and promotes
    count.detractors += mine and detracts
    count.founders_asked += founding
    count.founders_satisfied += founding and satisfied
    count.founders_promoters += founding and promotes
    count.founders_detractors += founding and detracts
    count.founders_liking += fixed(liked) if founding else 0


EXAMPLES = (
    example(answer, 0.7, 1.0, 0.1, becomes=0.8, because="one spread above the state"),
    example(leaning, 1.0, 0.5, 0.6, becomes=1.0, because="0.6 x 1 + 0.8 x 0.5"),
    example(leaning, 2.0, 1.0, 0.0, becomes=1.0, because="nothing to do with the first question"),
    example(answer, 0.95, 1.0, 0.1, becomes=1.0, because="the scale ends at 1"),
)
STEP_EXAMPLES = (
    example_of_step(
        answer_survey, me={"satisfaction": 0.9, "trust": 0.7}, luck={(ANSWERS, 0, 0): 0.84134475, (ANSWERS, 0, 1): 0.69146246},
        p={"choice.trust_weight": 0.5, "style": 0.1, "consistency": 0.6, "promoter_from": 0.85, "satisfied_from": 0.95},
        becomes={"count.asked": 1, "count.satisfied": 1, "count.promoters": 1},
        because="normals 1 and 0.5: 0.9 + 0.1 is satisfied; goodwill 0.8 and 0.1 x (0.6 + 0.8 x 0.5) are 0.9, a promoter",
    ),
    example_of_step(
        answer_survey, me={"provider": RIVAL, "founder": 1, "belief_company": 0.5, "satisfaction": 0.9},
        luck={(ANSWERS, 0, 0): 0.5, (ANSWERS, 0, 1): 0.5}, p={"detractor_below": 0.65, "satisfied_from": 0.7, "promoter_from": 0.85},
        becomes={"count.founders_asked": 1, "count.founders_detractors": 1, "count.founders_liking": FIXED_ONE // 2},
        because="left, and thinks 0.5 of the company now: what they feel at the rival's does not count",
    ),
)  # fmt: skip
