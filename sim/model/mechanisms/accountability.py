"""Owning up: acknowledging a failure, apologising, and making it good – or refusing, and blaming the customer.

Serves S0.6, S2.2, S4.5. Sources: Orsingher, Valentini & de Angelis 2010 (JAMS 38:169-186), distributive before interactional
before procedural justice; de Matos, Henrique & Rossi 2007 (J. Service Research 10:60-77): an excellent recovery lifts
satisfaction above never having failed, but not staying or talking, so only satisfaction gains here: what the failure took is
given back, and a little more. Weights are assumptions.
"""

from sim.model.examples import example
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule


class Accountability(Parameters):
    acknowledges: float = parameter(
        0.3, "scale 0-1", 0, 1, "How readily the company admits that something went wrong",
        "assumption: grudgingly", plausible=CERTAIN)  # fmt: skip
    apologises: float = parameter(
        0.3, "scale 0-1", 0, 1, "How sincerely it apologises", "assumption: a phrase", plausible=CERTAIN)  # fmt: skip
    compensates: float = parameter(
        0.0, "weeks of spend", 0, 52, "What a customer with a reported failure gets back",
        "assumption: nothing", plausible=CERTAIN)  # fmt: skip
    speed: float = parameter(
        0.3, "scale 0-1", 0, 1, "How quickly and simply it is settled", "assumption: slowly", plausible=CERTAIN)  # fmt: skip
    blames: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far the customer is blamed", "assumption: not", plausible=CERTAIN)  # fmt: skip
    delight: float = parameter(
        0.10, "share", 0, 1, "Share of the remaining room by which a perfect recovery lifts satisfaction",
        "literature: de Matos et al. 2007, positive on satisfaction; size assumed; "
        "plausibly hardly any to a quarter", plausible=(0.02, 0.25))  # fmt: skip
    restores: float = parameter(
        1.0, "share", 0, 1, "Share of what a failure took from satisfaction that a perfect recovery gives back",
        "literature: de Matos et al. 2007: after an excellent recovery satisfaction is no lower than without a failure; "
        "plausibly less, as Knox & van Oest 2014 find of staying", plausible=(0.6, 1.0))  # fmt: skip
    disputed: float = parameter(
        0.25, "share", 0, 1, "Share of solved matters that come up again where nothing at all was owned",
        "data: complaints to the US Consumer Financial Protection Bureau until 24 Oct 2014: 18 % disputed after an explanation "
        "alone, 12 % after other relief, 7 % after money; "
        "those who were refused are among them, so an eighth to two fifths are plausible elsewhere",
        plausible=(0.12, 0.4))  # fmt: skip
    explains: float = parameter(
        0.4, "share", 0, 1, "Share of those refused who accept it from a company that fully admits what went wrong",
        "assumption: frank explanations satisfy some; plausibly a seventh to seven in ten", plausible=(0.15, 0.7))  # fmt: skip
    relief: float = parameter(
        0.90, "share", 0, 1, "Share of a grievance that a perfect recovery removes at once",
        "assumption: nearly all; plausibly three fifths to all", plausible=(0.6, 1.0))  # fmt: skip


NEUTRAL = {"acknowledges": 0.0, "apologises": 0.0, "compensates": 0.0, "speed": 0.0, "blames": 0.0, "disputed": 0.0}

_DISTRIBUTIVE, _INTERACTIONAL, _PROCEDURAL = f32(0.45), f32(0.35), f32(0.20)


@rule
def remedy(weeks: float) -> float:
    """How fair a compensation of so many weeks of spend seems, 0 to 1: two weeks are half of it."""
    return weeks / (weeks + f32(2))


@rule
def justice(remedy: float, acknowledges: float, apologises: float, speed: float, blames: float) -> float:
    """How far the company owned the failure, 0 to 1: the remedy, the manner and the ease, less any blame."""
    manner = f32(0.5) * (acknowledges + apologises)
    return share(_DISTRIBUTIVE * remedy + _INTERACTIONAL * manner + _PROCEDURAL * speed - blames)


@rule
def excellence(justice: float) -> float:
    """How far a recovery goes beyond the half-hearted, 0 to 1: only justice above one half counts."""
    above = justice - f32(0.5)
    return f32(2) * above if above > f32(0) else f32(0)


@rule
def made_good(satisfaction: float, expectation: float, severity: float, justice: float, restores: float) -> float:
    """Satisfaction once the failure has been made good: back towards what was expected, by its severity at most."""
    short = expectation - satisfaction
    due = short if short < severity else severity
    return satisfaction + (due if due > f32(0) else f32(0)) * restores * excellence(justice)


@rule
def delighted(satisfaction: float, severity: float, justice: float, delight: float) -> float:
    """Satisfaction after a resolved failure that was owned this far (justice above one half counts)."""
    return satisfaction + (f32(1) - satisfaction) * delight * severity * excellence(justice)


@rule
def reopens(disputed: float, justice: float) -> float:
    """The chance that a solved matter comes up again: the less, the fairer it was settled."""
    unfair = f32(1) - justice
    return disputed * unfair * unfair


@rule
def accepts_refusal(explains: float, acknowledges: float) -> float:
    """The chance that a refusal is understood: only as far as the company admits that something went wrong."""
    return explains * acknowledges


EXAMPLES = (
    example(reopens, 0.25, 0.5, becomes=0.0625, because="a quarter of a quarter"),
    example(accepts_refusal, 0.4, 0.5, becomes=0.2, because="half admitted, and four in ten of all could accept it"),
    example(remedy, 2.0, becomes=0.5, because="two weeks are half"),
    example(justice, 1.0, 1.0, 1.0, 1.0, 0.0, becomes=1.0, because="everything done"),
    example(justice, 0.0, 1.0, 0.0, 0.0, 0.0, becomes=0.175, because="0.35 x half"),
    example(justice, 0.0, 0.0, 0.0, 0.5, 0.5, becomes=0.0, because="blame outweighs speed"),
    example(excellence, 0.75, becomes=0.5, because="half way from one half to everything"),
    example(excellence, 0.4, becomes=0.0, because="less than half"),
    example(made_good, 0.6, 0.8, 0.5, 1.0, 1.0, becomes=0.8, because="all of the 0.2 that were missing"),
    example(
        made_good,
        0.6,
        0.8,
        0.1,
        0.75,
        1.0,
        becomes=0.65,
        because="half of 0.1, which is all that a trifle can have taken",
    ),
    example(made_good, 0.8, 0.7, 0.5, 1.0, 1.0, becomes=0.8, because="nothing is missing"),
    example(delighted, 0.6, 1.0, 1.0, 0.1, becomes=0.64, because="a tenth of the remaining 0.4"),
    example(delighted, 0.6, 1.0, 0.4, 0.1, becomes=0.6, because="a half-hearted recovery delights nobody"),
)
