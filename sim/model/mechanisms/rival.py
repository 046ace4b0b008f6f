"""What the company is up against: another provider with its own quality, price and promise.

Serves S1.5, S3.3, S3.4. The rival is one click away. Values are assumptions about an equal competitor.
"""

from sim.model.examples import example
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule


class Rival(Parameters):
    level: float = parameter(
        0.76, "scale 0-1", 0, 1, "How good the rival's product is in an ordinary week", "assumption: much the same; "
        "a question to the company, which can ask or test; plausibly 0.05 below or above", plausible=(0.71, 0.81))  # fmt: skip
    spread: float = parameter(
        0.05, "scale 0-1", 0, 0.5, "How much it varies from one week to the next",
        "assumption: as the company's; plausibly three fifths to twice as much", plausible=(0.03, 0.09, "log"))  # fmt: skip
    error_rate: float = parameter(
        0.01, "per week", 0, 1, "Chance of an error for a customer of average exposure", "assumption: as the company's; "
        "plausibly two fifths to two and a half times as many", plausible=(0.004, 0.025, "log"))  # fmt: skip
    price: float = parameter(
        1.0, "price index", 0.01, 100, "The rival's price; 1 is the company's price of today",
        "assumption: the same; a question to the company, whose rivals publish theirs", plausible=(0.9, 1.1))  # fmt: skip
    reach: float = parameter(
        0.01, "share per week", 0, 1, "Share of the company's customers whom the rival's advertising makes think, each week",
        "assumption: half of the company's reach among the rival's customers, since most aims at everybody; "
        "plausibly a fifth to more than all of it", plausible=(0.004, 0.025, "log"))  # fmt: skip
    overpromise: float = parameter(
        0.05, "scale 0-1", -0.5, 0.5, "How far the rival's promise stands above its true level",
        "assumption: advertising flatters; plausibly not at all to an eighth of the scale", plausible=(0, 0.12))  # fmt: skip


@rule
def offered(company: float, rival: float, with_rival: bool) -> float:
    """The company's figure or the rival's, for whoever this person is with."""
    return rival if with_rival else company


EXAMPLES = (
    example(offered, 0.8, 0.7, True, becomes=0.7, because="with the rival"),
    example(offered, 0.8, 0.7, False, becomes=0.8, because="with the company"),
)
