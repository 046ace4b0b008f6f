"""What the company is up against: another provider with its own quality, price and promise, or several of them.

Serves S1.5, S3.3, S3.4. The rival is one click away. Values are assumptions about an equal competitor. Where there are several
rivals (section ``rivals`` of a scenario), whoever compares first finds one that is worth a look – of how many people there are with
it and whom it reaches, and of how good it looks – and holds it against the own provider. Sources: Hauser & Wernerfelt 1990 (J.
Consumer Research 16:393-408) for looking at few; Ehrenberg, Uncles & Goodhardt 2004 (J. Business Research 57:1307-1318) and
Kalwani & Morrison 1977 (Management Science 23:467-477) for moves in proportion to shares.
"""

from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import exp
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


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


COLUMNS = (
    Column("own_share", "firm", "Share of the people in the market who are with the company", several=True),
    Column(
        "rival_share", "firm", "Share of the people in the market who are with this rival", lanes=True, several=True
    ),
    Column("rivals_reach", "firm", "What the rivals' advertising reaches, all together", several=True),
)


@rule
def offered(company: float, rival: float, with_rival: bool) -> float:
    """The company's figure or the rival's, for whoever this person is with."""
    return rival if with_rival else company


@rule
def noticed(share: float, reach: float) -> float:
    """How much a provider is before people's eyes: of those who are with it, and of those whom its advertising reaches."""
    return share + reach


@rule
def worth_a_look(noticed: float, drawn: float, scrutiny: float) -> float:
    """Weight of a provider among those that may be looked at: as it is noticed, and the more, the more it draws."""
    return noticed * exp(scrutiny * drawn)


@rule
def share_of(people: int, all: int) -> float:
    """So many people as a share of all; nothing of nobody."""
    return f32(people) / f32(all) if all > 0 else f32(0)


@step
def fall_silent(firm):
    """What several rivals' advertising reached last week is over."""
    firm.rivals_reach = 0.0


@step
def advertise(firm, p):
    """A rival of several reaches people."""
    firm.rivals_reach += p.rival.reach


@step
def see_share(firm, count):
    """How large the company is in the market."""
    firm.own_share = share_of(count.customers, count.customers + count.rival_customers)


@step
def see_share_of_rival(firm, week, count):
    """How large a rival is in the market."""
    firm.rival_share = share_of(count.with_rival[week.rival], count.customers + count.rival_customers)


EXAMPLES = (
    example(offered, 0.8, 0.7, True, becomes=0.7, because="with the rival"),
    example(offered, 0.8, 0.7, False, becomes=0.8, because="with the company"),
    example(noticed, 0.25, 0.01, becomes=0.26, because="a quarter of all people, and one in a hundred by advertising"),
    example(worth_a_look, 0.5, 0.0, 5.0, becomes=0.5, because="as good as the own one"),
    example(worth_a_look, 0.0, 0.5, 5.0, becomes=0.0, because="nobody knows of it"),
    example(share_of, 30, 120, becomes=0.25, because="a quarter"),
    example(share_of, 0, 0, becomes=0.0, because="there is nobody"),
)
STEP_EXAMPLES = (
    example_of_step(fall_silent, firm={"rivals_reach": 0.5}, becomes={"firm.rivals_reach": 0.0}, because="a new week", rivals=2),
    example_of_step(
        advertise, firm={"rivals_reach": 0.01}, p={"reach": [0.01, 0.02]}, week={"rival": 1}, becomes={"firm.rivals_reach": 0.03},
        because="the second rival", rivals=2,
    ),
    example_of_step(
        see_share, count={"customers": 30, "rival_customers": 90}, becomes={"firm.own_share": 0.25}, because="30 of 120",
        rivals=2,
    ),
    example_of_step(
        see_share_of_rival, count={"customers": 30, "rival_customers": 90, "with_rival_1": 60}, week={"rival": 1},
        becomes={"firm.rival_share_2": 0.5}, because="60 of 120", rivals=2,
    ),
)  # fmt: skip
