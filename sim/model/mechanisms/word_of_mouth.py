"""How far talk carries: reviews shown where people compare, posts that strangers read, and outcries over bad ones.

Serves S1.8, S2.1, S4.6. It belongs to the world and not to the company: the more of it there is, the more everybody sees how a
company treats people. Sources: Chevalier & Mayzlin 2006 (J. Marketing Research 43:345-354), one bad review moves more than
one good; You, Vadakkepatt & Joshi 2015 (J. Marketing 79:19-39), elasticities of sales to what is said. Sizes are assumptions.
"""

from sim.model.examples import example
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, i64, rule

POSTS = stream("posts")
"""Draws of somebody who talks: first whether they also post, then who reads it, stranger by stranger."""
PARTS = 256
"""Parts in which a message carries how content its teller is: whole numbers, so that sums are exact in any order."""


class WordOfMouth(Parameters):
    review_display: float = parameter(
        0.0, "share", 0, 1, "How prominently reviews are shown: share of one's own belief that public reputation replaces as well",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    broadcast: int = parameter(
        0, "people", 0, 50, "Strangers who read what somebody posts on social media",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    online: float = parameter(
        0.3, "share", 0, 1, "Share of those who talk who also post it",
        "assumption: three in ten; plausibly one to six in ten", plausible=(0.1, 0.6))  # fmt: skip
    outcry: float = parameter(
        1.0, "ratio", 0, 10, "How many times as many strangers a bad post reaches as a good one",
        "assumption: equally many; plausibly half to four times as many", plausible=(0.5, 4, "log"))  # fmt: skip


NEUTRAL = {"review_display": 0.0, "broadcast": 0}


@rule
def weight_of_reviews(reviews: float, display: float) -> float:
    """Weight of public reputation when people compare, where reviews are shown this prominently."""
    return reviews + (f32(1) - reviews) * display


@rule
def strangers_reached(broadcast: int, outcry: float, well: bool) -> int:
    """How many strangers read a post."""
    return broadcast if well else i64(f32(broadcast) * outcry + f32(0.5))


@rule
def unread(reliance: float, display: float) -> float:
    """How far promises are believed where reviews are shown this prominently beside them."""
    return reliance * (f32(1) - display)


@rule
def carried(content: float) -> int:
    """How content somebody is, 0 to 1, as a message carries it: in 256ths."""
    return i64(content * f32(PARTS) + f32(0.5))


EXAMPLES = (
    example(unread, 0.3, 0.5, becomes=0.15, because="half of it is read instead"),
    example(carried, 0.75, becomes=192, because="three quarters of 256"),
    example(weight_of_reviews, 0.3, 0.5, becomes=0.65, because="0.3 and half of what is left"),
    example(weight_of_reviews, 0.3, 0.0, becomes=0.3, because="as people do of themselves"),
    example(strangers_reached, 10, 2.5, True, becomes=10, because="a good post"),
    example(strangers_reached, 10, 2.5, False, becomes=25, because="two and a half times as many"),
)
