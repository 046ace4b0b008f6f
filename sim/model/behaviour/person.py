"""Who a customer is: traits that do not change, and where the person stands in the market.

Serves S1.5, S2.5. Each trait is one line with its unit, range and the distribution it is drawn from when neither the scenario
nor the customer file gives it. Sources stand on the lines.
"""

from sim.model.columns import Column
from sim.model.distributions import Trait, constant, lognormal, normal, uniform
from sim.model.examples import example_of_step
from sim.model.parameters import Plausible
from sim.model.random import stream
from sim.model.steps import step

MOST_RIVALS = 8
"""With more of them few people could tell them apart, and what is heard of them would take too much room."""
NOBODY = 9
"""In place of a provider's number among several: none."""
COMPANY, RIVAL, GONE = 0, 1, 2
"""Values of ``provider``; who has left the market (moved, died) is gone for good."""

MOOD = stream("mood")
"""Four draws a customer and week: whether they talk, think, leave the market, and have a question."""
TALKS, THINKS, MOVES, ASKS = range(4)
"""What these draws decide."""

TRAITS = (
    Trait("patience", "minutes", 0.05, 600, "Mean time this person waits in a queue before giving up",
          lognormal(7.2, 3.4), "data: Anonymous Bank call centre (Guedj & Mandelbaum 2000): 6.8 to 7.4 minutes of waiting an abandonment; at 7.2 "
          "those who still wait after 10 to 420 seconds are as many as in the data"),
    Trait("contact_propensity", "scale 0-1", 0, 1, "Inclination to speak up when something goes wrong",
          normal(0.5, 0.15), "literature: Goodman (TARP), about half speak up", Plausible(0.35, 0.65)),
    Trait("price_sensitivity", "ratio", 0, 5, "How much a price difference counts for this person",
          lognormal(1.0, 0.4), "assumption: average 1 by definition, spread assumed"),
    Trait("switching_cost", "share", 0, 3, "Discount the rival must offer before this person moves",
          normal(0.15, 0.06), "assumption: a seventh of the price; on average a twentieth to two fifths are plausible",
          Plausible(0.05, 0.4, "log")),
    Trait("talkativeness", "ratio", 0, 20, "How much this person talks about providers",
          lognormal(1.0, 0.8), "assumption: average 1 by definition; few talk much"),
    Trait("self_service_liking", "scale 0-1", 0, 1, "How much this person likes to do things without staff",
          normal(0.5, 0.2), "assumption: opinions are divided", Plausible(0.3, 0.7)),
    Trait("failure_exposure", "ratio", 0, 1000, "How often things go wrong for this person, relative to the average",
          lognormal(1.0, 0.6), "assumption: average 1 by definition"),
    Trait("fit_company", "scale 0-1", -0.5, 0.5, "How much better than on average the company's product suits this person",
          normal(0.0, 0.08), "assumption: customers of one firm differ by two thirds as much as their ways of answering do; alike among friends (see network.homophily)"),
    Trait("fit_rival", "scale 0-1", -0.5, 0.5, "How much better than on average the rival's product suits this person",
          normal(0.0, 0.08), "assumption: as the company's"),
    Trait("spend", "currency per week", 0, 100_000, "What this person pays a week at a price index of 1",
          lognormal(10.0, 5.0), "assumption: 10 a week"),
    Trait("digital_affinity", "scale 0-1", 0, 1, "How much at home this person is online, and with machines that talk",
          normal(0.5, 0.2), "assumption: opinions are divided", Plausible(0.3, 0.7)),
)  # fmt: skip

STARTS = (
    Trait("tenure", "weeks", 0, 5000, "Weeks with the company when the simulation starts",
          uniform(0, 260), "assumption: up to five years"),
    Trait("contract_weeks_left", "weeks", 0, 520, "Weeks until the contract ends; 0 means there is none",
          constant(0), "assumption: none unless the scenario says so"),
    Trait("grievance", "scale 0-1", 0, 1, "What is held against the company from before",
          constant(0), "assumption: nothing unless the scenario says so"),
    Trait("expectation", "scale 0-1", 0, 1, "What is expected of the company; follows from promise and tenure if not given",
          None, "assumption: half of the promise forgotten after the settling time"),
    Trait("satisfaction", "scale 0-1", 0, 1, "Satisfaction from before; follows from quality and exposure if not given",
          None, "assumption: the verdict on an average week"),
    Trait("trust", "scale 0-1", 0, 1, "Trust from before; a little below satisfaction if not given (trust.starting_gap)",
          None, "assumption: trust follows satisfaction in the long run"),
    Trait("purchases_before", "purchases", 0, 100_000, "Purchases after the first until the simulation starts (of who buys now and then)",
          constant(0), "assumption: none; everybody has just bought for the first time"),
    Trait("weeks_since_last_purchase", "weeks", 0, 5000, "Weeks since the last purchase when the simulation starts (of who buys now and then)",
          constant(0), "assumption: bought just now"),
    Trait("basket_before", "currency", 0, 1_000_000, "Mean spent at purchases after the first until then (of who buys now and then); 0: not known",
          constant(0), "assumption: what a customer spends follows from the averages of all"),
)  # fmt: skip
"""States a scenario or customer file may give for the first week; the others follow from them."""

COLUMNS = (
    *(Column(trait.name, "number", trait.meaning, lanes=trait.name == "fit_rival") for trait in TRAITS),
    Column("provider", "mark", "0 the company, 1 the rival, 2 has left the market"),
    Column("founder", "mark", "Whether the person was a customer in the first week that is measured"),
    Column("segment", "mark", "Number of the segment the person belongs to"),
    Column("tenure", "clock", "Weeks with the own provider"),
    Column("contract_end", "clock", "Week in which the contract ends; -1 without one", calendar=True),
    Column("rival", "mark", "Which rival they are with, or else have in view, counted from 0", several=True),
    Column(
        "left_last",
        "mark",
        "Which provider they left last: 0 the company, 1 the first rival and so on, 9 none",
        several=True,
    ),
)
COUNTS_OF_SEVERAL = tuple(f"with_rival_{number}" for number in range(MOST_RIVALS))
COUNTS = ("customers", "rival_customers", "gone", "founders")


@step
def be_counted(me, week, count):
    """With whom everybody is, and who of the first customers has never left."""
    count.customers += me.provider == COMPANY
    count.rival_customers += me.provider == RIVAL
    count.gone += me.provider == GONE


@step
def be_counted_by_rival(me, week, count):
    """Which rival everybody is with who is with one."""
    count.with_rival[week.rival] += me.provider == RIVAL and me.rival == week.rival


@step
def be_counted_loyal(me, week, count):
    """Customers of the first week that is measured who have been with the company without a break."""
    if week.measured == 0:
        me.founder = 1 if me.provider == COMPANY else 0
    count.founders += me.provider == COMPANY and me.tenure > week.measured


STEP_EXAMPLES = (
    example_of_step(be_counted, me={"provider": RIVAL}, becomes={"count.rival_customers": 1}, because="with the rival"),
    example_of_step(
        be_counted_by_rival, me={"provider": RIVAL, "rival": 1}, week={"rival": 1}, becomes={"count.with_rival_1": 1},
        because="with the second", rivals=2,
    ),
    example_of_step(
        be_counted_loyal, me={"tenure": 1}, week={"measured": 0}, becomes={"founder": 1, "count.founders": 1},
        because="a customer in the first week that is measured",
    ),
    example_of_step(
        be_counted_loyal, me={"tenure": 5}, week={"measured": 4}, becomes={"count.founders": 1},
        because="with the company for five weeks, and so since before the first of those that are measured",
    ),
)  # fmt: skip
