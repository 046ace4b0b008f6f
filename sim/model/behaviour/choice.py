"""When customers think about leaving, and whether they then stay, leave, join or come back.

Serves S1.5, S1.9, S3.1 to S3.6. Most weeks nobody thinks, the content less than those in doubt; an open issue, a grievance, bad
news from friends or the end of a contract makes a customer compare, and who has just compared does not do so again at once.
Sources: Roos 1999 (J. Service Research 2:68-85) for triggers; Mittal & Kamakura 2001 (J. Marketing Research 38:131-142) and
Jones & Sasser 1995 (Harvard Business Review 73(6):88-99) for loyalty that steepens at both ends of satisfaction. In the telecom
scenarios the starred rates are fitted (docs/background/telecom.md); the defaults here are assumptions.
"""

import numpy as np

from sim.model.examples import example
from sim.model.numeric import logistic, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, rule

CHOICE = stream("choice")


class Choice(Parameters):
    attention: float = parameter(
        0.01, "per week", 0, 1, "Chance that a customer of ordinary goodwill compares providers for no special reason",
        "assumption: once in two years; "
        "plausibly once in eight months to once in five years", plausible=(0.004, 0.03, "log"))  # fmt: skip
    issue_trigger: float = parameter(
        0.10, "per week", 0, 5, "Extra chance per unit of an open issue's severity",
        "assumption: held to Goodman (TARP): between a third and two thirds leave within a year of one large problem left unsolved; "
        "plausibly two fifths to two and a half times as much", plausible=(0.04, 0.25, "log"))  # fmt: skip
    grievance_trigger: float = parameter(
        0.03, "per week", 0, 5, "Extra chance per unit of grievance",
        "assumption: as for an open issue; plausibly a third to three times as much", plausible=(0.01, 0.09, "log"))  # fmt: skip
    news_trigger: float = parameter(
        0.003, "per week", 0, 1, "Extra chance in a week in which friends spoke ill of the provider",
        "literature: East et al. 2017: bad word keeps four times as many from coming as it makes leave; size assumed; "
        "plausibly a third to three times as much", plausible=(0.001, 0.01, "log"))  # fmt: skip
    good_news_trigger: float = parameter(
        0.0, "per week", 0, 1, "Extra chance in a week in which somebody hears well of the other provider",
        "assumption: none unless the scenario says so; it is what imitates in Bass 1969 (Management Science 15:215-227)",
        plausible=CERTAIN)  # fmt: skip
    decided: float = parameter(
        13.0, "weeks", 0, 520, "Time after a comparison in which half of the inclination to compare again has come back",
        "assumption: a quarter; plausibly a month to nine months", plausible=(4, 40, "log"))  # fmt: skip
    ends: float = parameter(
        6.0, "ratio", 0, 100, "How much more goodwill counts at both ends than in the middle",
        "literature: Jones & Sasser 1995 and Mittal & Kamakura 2001 for the form; size assumed: at 0.95 twice the slope; "
        "plausibly hardly more than in the middle, or at 0.95 nearly four times the slope",
        plausible=(1.5, 15, "log"))  # fmt: skip
    hearsay: float = parameter(
        0.40, "share", 0, 1, "Weight of what others say of the own provider in how a newcomer sees it",
        "literature: East et al. 2017 (Int. J. Market Research 59(3)) find half the effect on staying that there is on coming; "
        "of good news, of bad news a quarter; plausible from a quarter to two thirds", plausible=(0.25, 0.65))  # fmt: skip
    hearsay_settled: float = parameter(
        0.20, "share", 0, 1, "The same after many years",
        "assumption: one's own experience outweighs it; plausibly a twentieth to a quarter", plausible=(0.05, 0.25))  # fmt: skip
    trust_weight: float = parameter(
        0.35, "share", 0, 1, "Weight of trust beside satisfaction in how the own provider is seen",
        "assumption: a third; plausibly a seventh to three fifths", plausible=(0.15, 0.6))  # fmt: skip
    grievance_weight: float = parameter(
        0.45, "ratio", 0, 5, "How much a full grievance takes off the own provider",
        "assumption: about half the scale; plausibly a fifth to nearly all of it", plausible=(0.2, 0.9, "log"))  # fmt: skip
    fairness_weight: float = parameter(
        0.20, "ratio", 0, 5, "How much entirely unfair prices take off the own provider",
        "assumption: a fifth of the scale; plausibly a twelfth to nearly half", plausible=(0.08, 0.45, "log"))  # fmt: skip
    appeal: float = parameter(
        1.0, "ratio", 0, 10, "Share of the price that a full point of difference in quality is worth",
        "assumption: one for one; plausibly half to double", plausible=(0.5, 2, "log"))  # fmt: skip
    scrutiny: float = parameter(
        2.5, "ratio", 0, 200, "How sharply people tell, among several rivals, which is worth a look: large means only the best is",
        "assumption: half as sharply as they decide once they compare, for it is done from afar; plausibly a third to three times as "
        "sharply", plausible=(0.8, 7.5, "log"))  # fmt: skip
    decisiveness: float = parameter(
        5.0, "ratio", 0.1, 200, "How sharply a comparison decides: large means the better offer always wins",
        "literature: Bijmolt, van Heerde & Pieters 2005: fitted to a price elasticity of choice near -2.6; "
        "plausible for elasticities from -1, as under contract, to -4", plausible=(2, 8, "log"))  # fmt: skip
    involuntary: float = parameter(
        0.02, "per year", 0, 5, "Customers who leave for no fault of the company (move, death)",
        "literature: Keaveney 1995, involuntary 6 % of switching; "
        "a question to the company, plausibly one in two hundred to one in twelve", plausible=(0.005, 0.08, "log"))  # fmt: skip
    sorting: float = parameter(
        170.0, "weeks", 0, 5000, "Tenure at the start by which half of the people have found out which provider suits them better",
        "assumption: three years, as far as a market of default settings comes to by itself; "
        "plausibly one year to ten", plausible=(60, 500, "log"))  # fmt: skip
    newcomers: float = parameter(
        6.0, "per year", 0, 50, "How soon somebody new takes the place in the market of whoever has left it",
        "assumption: two months on average, so that the market keeps its size; 0: nobody ever does; "
        "plausibly three weeks to half a year", plausible=(2, 18, "log"))  # fmt: skip


@rule
def doubt(goodwill: float) -> float:
    """How much more than usual somebody looks around: 1 at a goodwill of 0.7, nothing when nothing is left to wish for."""
    missing = (f32(1) - goodwill) / f32(0.3)
    return missing * missing


@rule
def open_again(weeks: int, decided: float) -> float:
    """The inclination to compare so many weeks after the last comparison, against that of somebody who never did."""
    return f32(weeks) / (f32(weeks) + decided) if weeks > 0 else f32(0)


@rule
def has_sorted(tenure: int, sorting: float) -> float:
    """The chance that somebody of this tenure is where they are because it suits them better."""
    return f32(tenure) / (f32(tenure) + sorting) if tenure > 0 else f32(0)


@rule
def thinks(
    severity: float, grievance: float, restless: float, by_issue: float, by_grievance: float, open_again: float
) -> float:
    """The chance that someone compares providers this week.

    Trouble makes one think whenever it comes; what one has already weighed – a grievance, the ``restless`` wish for something
    else, bad news – only as far as the question is open again.
    """
    return share(by_issue * severity + open_again * (restless + by_grievance * grievance))


@rule
def goodwill(satisfaction: float, trust: float, trust_weight: float) -> float:
    """How the own provider is seen, before what is held against it."""
    return satisfaction + (trust - satisfaction) * trust_weight


@rule
def weighed(view: float, other: float, weight: float) -> float:
    """A view of a provider once another – what is said of it, what it promises – has been given its weight in it."""
    return view + (other - view) * weight


@rule
def worth(goodwill: float, ends: float) -> float:
    """What goodwill counts in a comparison: more at both ends than about the ordinary 0.7."""
    above = goodwill - f32(0.7)
    return goodwill + ends * (above * above * above)


@rule
def held_against(grievance: float, fairness: float, grievance_weight: float, fairness_weight: float) -> float:
    """What grievance and unfair prices take off the own provider."""
    return grievance_weight * grievance + fairness_weight * (f32(1) - fairness)


@rule
def pull(other: float, own: float, held: float, appeal: float, advantage: float) -> float:
    """What draws towards the other provider, as a share of the price: the better look of it, and its price advantage."""
    return appeal * (other - (own - held)) + advantage


@rule
def leaves(pull: float, hurdle: float, decisiveness: float) -> float:
    """The chance that someone who compares moves: ``pull`` and ``hurdle`` are shares of the price."""
    return logistic(decisiveness * (pull - hurdle))


EXAMPLES = (
    example(thinks, 0.5, 0.2, 0.04, 0.4, 0.25, 0.5, becomes=0.245, because="0.4 x 0.5, and half of 0.04 + 0.25 x 0.2"),
    example(doubt, 0.7, becomes=1.0, because="as usual"),
    example(doubt, 0.4, becomes=4.0, because="twice as much is missing, and that counts twice"),
    example(has_sorted, 52, 52.0, becomes=0.5, because="half after a year"),
    example(has_sorted, 0, 0.0, becomes=0.0, because="who has just come has not tried the other"),
    example(open_again, 8, 8.0, becomes=0.5, because="half has come back"),
    example(open_again, 0, 8.0, becomes=0.0, because="decided this week"),
    example(weighed, 0.8, 0.6, 0.25, becomes=0.75, because="a quarter of the way to what is said"),
    example(worth, 0.9, 10.0, becomes=0.98, because="0.9 + 10 x 0.2 x 0.2 x 0.2"),
    example(worth, 0.4, 10.0, becomes=0.13, because="0.4 - 10 x 0.3 x 0.3 x 0.3"),
    example(goodwill, 0.8, 0.6, 0.5, becomes=0.7, because="half way between 0.8 and 0.6"),
    example(held_against, 0.5, 0.8, 0.4, 0.5, becomes=0.3, because="0.4 x 0.5 + 0.5 x 0.2"),
    example(pull, 0.8, 0.7, 0.1, 0.5, 0.05, becomes=0.15, because="half of (0.8 - 0.6), and 0.05 of price"),
    example(leaves, 0.2, 0.2, 16.0, becomes=0.5, because="pull and hurdle balance"),
    example(leaves, 0.0, 0.25, 16.0, becomes=1 / (1 + np.exp(4.0)), because="logistic of 16 x -0.25"),
)
