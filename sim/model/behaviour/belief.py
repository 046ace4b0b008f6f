"""What people believe of a provider from what they hear: evidence adds up, and bad news weighs more than good.

Serves S0.7, S1.8, S4.6. A message carries how content its teller is, and counts as one observation of which that share speaks
for the provider and the rest against it. A belief is the odds of so much evidence: what is well founded moves slowly, a doubter
more than somebody convinced, and where everybody tells of the same contentment it comes to rest there. Sources: Chevalier &
Mayzlin 2006 (J. Marketing Research 43:345-354), one bad review moves more than one good; East, Hammond & Lomax 2008 (IJRM
25:215-224) find the two closer together, so the default bias is mild, and that a message moves those most who have most room.
"""

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Belief(Parameters):
    evidence: float = parameter(
        12.0, "messages", 0.5, 1000, "Messages that outweigh what somebody believes of a provider at first",
        "assumption: a dozen friends count as much as one's own view; "
        "plausibly four to thirty", plausible=(4, 30, "log"))  # fmt: skip
    most_evidence: float = parameter(
        36.0, "messages", 0.5, 1000, "Most messages that a belief is founded on: what is older is forgotten as new ones come",
        "assumption: three times as much as at first; plausibly three dozen to ten", plausible=(30, 120, "log"))  # fmt: skip
    negativity: float = parameter(
        1.3, "ratio", 0.1, 10, "Weight of evidence against a provider, beside evidence for it",
        "literature: East, Hammond & Lomax 2008 (below 1 for familiar brands); Chevalier & Mayzlin 2006 (above 1); "
        "plausible from good news counting more to bad news counting double", plausible=(0.8, 2.0))  # fmt: skip
    publicity: float = parameter(
        0.03, "share per week", 0, 1, "How fast public reputation follows what is said",
        "assumption: half way in 23 weeks; plausibly in 7 to 70 weeks", plausible=(0.01, 0.1, "log"))  # fmt: skip
    reviews: float = parameter(
        0.3, "share", 0, 1, "Weight of public reputation beside one's own belief when comparing providers",
        "assumption: people trust friends more than stars; plausibly a tenth to three fifths", plausible=(0.1, 0.6))  # fmt: skip
    starting: float = parameter(
        0.68, "scale 0-1", 0, 1, "What people believe, on average, of a provider they do not use", "assumption: a decent firm; "
        "plausibly a little above the middle, up to as good as it is", plausible=(0.62, 0.74))  # fmt: skip
    spread: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread between people of that belief",
        "assumption: opinions differ; plausibly half to double", plausible=(0.04, 0.15))  # fmt: skip


COLUMNS = (
    Column("belief_company", "number", "What is believed of the company, 0 to 1"),
    Column("belief_rival", "number", "What is believed of the rival, 0 to 1", lanes=True),
    Column("evidence_company", "number", "On how many messages that belief of the company is founded"),
    Column("evidence_rival", "number", "On how many messages that belief of the rival is founded", lanes=True),
)


@rule
def evidence_against(messages: int, content: float, negativity: float) -> float:
    """What so many messages say against a provider: what their tellers lacked in contentment, with the weight of bad news."""
    return negativity * (f32(messages) - content)


@rule
def belief_after(belief: float, evidence: float, speaks_for: float, against: float) -> float:
    """Belief after more evidence: its odds are all that spoke for the provider over all that spoke against it."""
    return (belief * evidence + speaks_for) / (evidence + speaks_for + against)


@rule
def evidence_after(evidence: float, speaks_for: float, against: float, most: float) -> float:
    """On how much a belief is founded after more evidence."""
    total = evidence + speaks_for + against
    return total if total < most else (evidence if evidence > most else most)


@rule
def reputation_after(reputation: float, speaks_for: float, against: float, publicity: float) -> float:
    """Public reputation after a week's talk; unchanged when nobody spoke."""
    total = speaks_for + against
    return reputation + (speaks_for / total - reputation) * publicity if total > f32(0) else reputation


COUNTS = ("reputation",)


@step
def listen(me, p):
    """Change what is believed of the company by what was heard of it."""
    known, good = me.evidence_company, me.heard_content(COMPANY)
    bad = evidence_against(me.heard(COMPANY, True) + me.heard(COMPANY, False), good, p.belief.negativity)
    me.belief_company = belief_after(me.belief_company, known, good, bad)
    me.evidence_company = evidence_after(known, good, bad, p.belief.most_evidence)


@step
def listen_of_rival(me, p):
    """Change what is believed of the rival, of each where there are several, by what was heard of it."""
    known, good = me.evidence_rival, me.heard_content(RIVAL)
    bad = evidence_against(me.heard(RIVAL, True) + me.heard(RIVAL, False), good, p.belief.negativity)
    me.belief_rival = belief_after(me.belief_rival, known, good, bad)
    me.evidence_rival = evidence_after(known, good, bad, p.belief.most_evidence)


@step
def move_reputations(p, week, count):
    """The company's public reputation follows what was said of it."""
    good = week.spoken_content(COMPANY)
    bad = evidence_against(week.spoken(COMPANY, True) + week.spoken(COMPANY, False), good, p.belief.negativity)
    week.company_reputation = reputation_after(week.company_reputation, good, bad, p.belief.publicity)
    count.reputation += fixed(week.company_reputation)


@step
def move_rivals_reputation(p, week):
    """The rival's public reputation, or that of each where there are several, follows what was said of it."""
    good = week.spoken_content(RIVAL)
    bad = evidence_against(week.spoken(RIVAL, True) + week.spoken(RIVAL, False), good, p.belief.negativity)
    week.rival_reputation = reputation_after(week.rival_reputation, good, bad, p.belief.publicity)


EXAMPLES = (
    example(
        evidence_against,
        3,
        2.0,
        1.5,
        becomes=1.5,
        because="one message in three speaks against it, with half as much again",
    ),
    example(belief_after, 0.6, 10.0, 2.0, 0.0, becomes=8 / 12, because="odds of 6 + 2 to 4"),
    example(belief_after, 0.6, 10.0, 0.0, 2.0, becomes=0.5, because="odds of 6 to 4 + 2"),
    example(belief_after, 0.6, 10.0, 0.0, 0.0, becomes=0.6, because="nothing heard, nothing changed"),
    example(belief_after, 0.9, 10.0, 0.9, 0.1, becomes=0.9, because="a message that says what one believes"),
    example(evidence_after, 10.0, 2.0, 1.0, 36.0, becomes=13.0, because="evidence adds up"),
    example(evidence_after, 35.0, 2.0, 1.0, 36.0, becomes=36.0, because="no more is kept"),
    example(evidence_after, 40.0, 2.0, 1.0, 36.0, becomes=40.0, because="but nothing is lost by hearing"),
    example(reputation_after, 0.5, 3.0, 1.0, 0.1, becomes=0.525, because="a tenth of the way from 0.5 to 3/4"),
    example(reputation_after, 0.5, 0.0, 0.0, 0.1, becomes=0.5, because="nobody spoke"),
)
STEP_EXAMPLES = (
    example_of_step(
        listen, me={"belief_company": 0.6, "evidence_company": 10.0,
        "heard": {(COMPANY, True): 2, (COMPANY, False): 1}, "content": {COMPANY: 2.0}},
        p={"negativity": 2.0, "most_evidence": 12.0}, becomes={"belief_company": 8 / 14, "evidence_company": 12.0},
        because="6 + 2 to 4 + 2 x 1, of which 12 are kept",
    ),
    example_of_step(
        listen_of_rival, me={"belief_rival": 0.5, "evidence_rival": 4.0, "heard": {(RIVAL, False): 2}, "content": {RIVAL: 0.5}},
        p={"negativity": 2.0, "most_evidence": 12.0}, becomes={"belief_rival": 2.5 / 7.5, "evidence_rival": 7.5},
        because="2 + 0.5 to 2 + 2 x 1.5",
    ),
    example_of_step(
        move_reputations, week={"company_reputation": 0.5, "spoken": {(COMPANY, True): 6, (COMPANY, False): 1},
        "spoken_content": {COMPANY: 6.0}}, p={"negativity": 2.0, "publicity": 0.5},
        becomes={"week.company_reputation": 0.625, "count.reputation": 0.625 * FIXED_ONE}, because="half way from 0.5 to 6/8",
    ),
    example_of_step(
        move_rivals_reputation, week={"rival_reputation": 0.75, "spoken": {(RIVAL, True): 2, (RIVAL, False): 3},
        "spoken_content": {RIVAL: 2.0}}, p={"negativity": 2.0, "publicity": 0.5}, becomes={"week.rival_reputation": 0.5},
        because="half way from 0.75 to 2/8",
    ),
)  # fmt: skip
