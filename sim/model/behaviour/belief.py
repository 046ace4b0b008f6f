"""What people believe of a provider from what they hear: bad news weighs more than good.

Serves S0.7, S1.8, S4.6. Sources: Chevalier & Mayzlin 2006 (J. Marketing Research 43:345-354), one bad review moves more than one
good; East, Hammond & Lomax 2008 (IJRM 25:215-224) find the two closer together, so the default bias is mild.
A belief is a weighted average in which each message counts as an observation: always within [0, 1], in any order.
"""

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Belief(Parameters):
    persuasion: float = parameter(
        0.08, "ratio", 0, 2, "Weight of one message against what the hearer believed before", "assumption: a dozen friends count as much as one's own view")  # fmt: skip
    negativity: float = parameter(
        1.3, "ratio", 0.1, 10, "Weight of a bad message against a good one",
        "literature: East, Hammond & Lomax 2008 (close to 1); Chevalier & Mayzlin 2006 (above 1)")  # fmt: skip
    publicity: float = parameter(
        0.03, "share per week", 0, 1, "How fast public reputation follows what is said", "assumption: half way in 23 weeks")  # fmt: skip
    reviews: float = parameter(
        0.3, "share", 0, 1, "Weight of public reputation beside one's own belief when comparing providers",
        "assumption: people trust friends more than stars")  # fmt: skip
    starting: float = parameter(
        0.68, "scale 0-1", 0, 1, "What people believe, on average, of a provider they do not use", "assumption: a decent firm")  # fmt: skip
    spread: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread between people of that belief", "assumption: opinions differ")  # fmt: skip


COLUMNS = (
    Column("belief_company", "number", "What is believed of the company, 0 to 1"),
    Column("belief_rival", "number", "What is believed of the rival, 0 to 1"),
)


@rule
def belief_after(belief: float, good: int, bad: int, persuasion: float, negativity: float) -> float:
    """Belief after hearing ``good`` and ``bad`` messages: the weighted average of the old belief (1), ones and zeros."""
    gain = persuasion * f32(good)
    return (belief + gain) / (f32(1) + gain + persuasion * negativity * f32(bad))


@rule
def reputation_after(reputation: float, good: int, bad: int, negativity: float, publicity: float) -> float:
    """Public reputation after a week's talk; unchanged when nobody spoke."""
    total = f32(good) + negativity * f32(bad)
    return reputation + (f32(good) / total - reputation) * publicity if total > f32(0) else reputation


@rule
def view(belief: float, reputation: float, reviews: float) -> float:
    """How a provider looks from outside: one's own belief and its public reputation, weighed."""
    return belief + (reputation - belief) * reviews


COUNTS = ("reputation",)


@step
def listen(me, p):
    """Change what is believed of both providers by what was heard of them."""
    me.belief_company = belief_after(
        me.belief_company, me.heard(COMPANY, True), me.heard(COMPANY, False), p.belief.persuasion, p.belief.negativity
    )
    me.belief_rival = belief_after(
        me.belief_rival, me.heard(RIVAL, True), me.heard(RIVAL, False), p.belief.persuasion, p.belief.negativity
    )


@step
def move_reputations(p, week, count):
    """Public reputation follows what was said."""
    week.company_reputation = reputation_after(
        week.company_reputation, week.spoken(COMPANY, True), week.spoken(COMPANY, False), p.belief.negativity,
        p.belief.publicity,
    )  # fmt: skip
    week.rival_reputation = reputation_after(
        week.rival_reputation,
        week.spoken(RIVAL, True),
        week.spoken(RIVAL, False),
        p.belief.negativity,
        p.belief.publicity,
    )
    count.reputation += fixed(week.company_reputation)


EXAMPLES = (
    example(belief_after, 0.6, 2, 0, 0.1, 1.3, becomes=0.8 / 1.2, because="(0.6 + 0.2) / 1.2"),
    example(belief_after, 0.6, 0, 1, 0.1, 2.0, becomes=0.5, because="0.6 / 1.2"),
    example(belief_after, 0.6, 0, 0, 0.1, 2.0, becomes=0.6, because="nothing heard, nothing changed"),
    example(reputation_after, 0.5, 3, 1, 1.0, 0.1, becomes=0.525, because="a tenth of the way from 0.5 to 3/4"),
    example(reputation_after, 0.5, 0, 0, 1.0, 0.1, becomes=0.5, because="nobody spoke"),
    example(view, 0.8, 0.6, 0.25, becomes=0.75, because="a quarter of the way from 0.8 to 0.6"),
)
STEP_EXAMPLES = (
    example_of_step(
        listen, me={"belief_company": 0.6, "belief_rival": 0.5, "heard": {(COMPANY, True): 2, (COMPANY, False): 1,
        (RIVAL, True): 1, (RIVAL, False): 3}}, p={"persuasion": 0.1, "negativity": 2.0},
        becomes={"belief_company": 0.8 / 1.4, "belief_rival": 0.6 / 1.7},
        because="(0.6 + 0.2) / (1 + 0.2 + 0.2) of the company, (0.5 + 0.1) / (1 + 0.1 + 0.6) of the rival",
    ),
    example_of_step(
        move_reputations, week={"company_reputation": 0.5, "rival_reputation": 0.75, "spoken": {(COMPANY, True): 6,
        (COMPANY, False): 1, (RIVAL, True): 2, (RIVAL, False): 3}}, p={"negativity": 2.0, "publicity": 0.5},
        becomes={"week.company_reputation": 0.625, "week.rival_reputation": 0.5, "count.reputation": 0.625 * FIXED_ONE},
        because="half way from 0.5 to 6/8, and from 0.75 to 2/8",
    ),
)  # fmt: skip
