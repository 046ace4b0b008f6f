"""The measures: what the counts of a replication mean, under the field's names.

Every measure is a function of counts alone, so a week, a quarter or a whole replication is measured by the same line. A count
of nothing is 0; a share or a mean over nothing – callers answered in time when nobody called – is missing, which is NaN in
arrays. Over several weeks sums are divided by sums, so a week in which there was nothing weighs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.model.behaviour.ledger import CAUSES
from sim.model.component import Model, Part, builtin, everything, suffix
from sim.model.numeric import FIXED_ONE
from sim.model.week import COUNTS, MONEY_IN, MONEY_OUT, WAIT_BINS
from sim.runs.statistics import ANYTHING
from sim.theory.lifetime_value import lifetime_value

Counts = dict[str, np.ndarray]
"""Counts by name, each float64 of shape (replications,): sums over the weeks, but see ``AT_THE_END``."""

AT_THE_END = (
    "customers", "rival_customers", "gone", "founders", "reputation", "obsolescence", "budget",
    "customers_referred", "customers_advertised",
)  # fmt: skip
"""Counts of which the last week's value is meant, not the sum; their sums over weeks are under ``weekly_<name>``."""


WORDS = {
    "leavers_voluntary": "voluntary leavers",
    "leavers_involuntary": "involuntary leavers",
    "word_of_mouth_positive": "good word of mouth",
    "word_of_mouth_negative": "bad word of mouth",
    "word_of_mouth_net": "net word of mouth",
    "nps": "net promoter score",
    "csat": "CSAT",
    "nps_including_leavers": "net promoter score with those who left",
    "csat_including_leavers": "CSAT with those who left",
    "satisfaction_including_leavers": "satisfaction with those who left",
    "effort": "customer effort",
    "silent_share": "share who keep silent",
    "wait_mean": "mean wait",
    "wait_p90": "wait of nine callers in ten",
    "churn_referred": "churn of the referred",
    "churn_advertised": "churn of the advertised to",
}
"""Measures whose name is not what people call them."""


def called(measure: str) -> str:
    """What people call a measure, within a sentence: ``mean wait``, ``net promoter score``, ``departures because of price``."""
    cause = measure.removeprefix("left_because_")
    plain = measure.replace("_", " ")
    return WORDS.get(measure, plain if cause == measure else f"departures because of {cause}")


@dataclass(frozen=True)
class Quantity:
    """What is told of a measure: its name, unit and meaning, and whether more of it is better for the company."""

    name: str
    unit: str
    meaning: str
    better: int

    @property
    def words(self) -> str:
        """What people call it, within a sentence."""
        return called(self.name)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which values it must lie, whatever happens; an interval of its mean is cut off there."""
        return BOUNDS.get(self.name) or BOUNDS.get(self.unit, (0.0, math.inf))

    @property
    def grows(self) -> bool:
        """Whether it is the larger the more people a simulated one stands for: money and heads of the whole company."""
        return self.unit in HEADS or (self.unit == "currency" and self.name not in EACH)

    def scale(self, stands_for: float) -> float:
        """What its value among the simulated people is multiplied by to be that of the whole company."""
        return stands_for if self.grows else 1.0


@dataclass(frozen=True)
class Measure(Quantity):
    """A measure with its formula over counts: a line of the list below, or an expression of one's own."""

    formula: Callable[[Counts], np.ndarray]


@dataclass(frozen=True)
class OwnCount(Measure):
    """What a mechanism from outside the package counts, or the money that it moves, as a measure."""

    @property
    def bounds(self) -> tuple[float, float]:
        """It may be anything."""
        return ANYTHING

    @property
    def grows(self) -> bool:
        """It is a sum over people, and so the larger the more of them there are."""
        return True


HEADS = ("customers", "issues", "contacts", "complaints", "calls", "purchases")
"""Units that count people or what people do."""
EACH = (
    "lifetime_value",
    "cost_per_contact",
    "cost_per_resolved_issue",
    "cost_per_customer_kept",
    "cost_per_customer_won",
    "basket",
)
"""Amounts of money for one customer, call, matter or purchase: the same however many people a simulated customer stands for."""
BOUNDS = {
    "share": (0.0, 1.0), "share per week": (0.0, 1.0), "scale 0-1": (0.0, 1.0), "points": (-100.0, 100.0),
    "expectation_gap": (-1.0, 1.0), "word_of_mouth_net": ANYTHING, "cost": ANYTHING, "profit": ANYTHING, "lifetime_value": ANYTHING,
    "customer_equity": ANYTHING, "": ANYTHING,
}  # fmt: skip
"""Bounds by unit, and of measures that differ from others of their unit; any other is 0 or more."""


def scale_of(measure: str, stands_for: float) -> float:
    """What a measure of the simulated people is multiplied by to be that of the whole company."""
    return DEFINITIONS[measure].scale(stands_for)


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom; missing (NaN) where there is nothing to divide by: nobody called, nobody was asked."""
    shape = np.broadcast(top, bottom).shape
    return np.divide(top, bottom, out=np.full(shape, np.nan), where=np.asarray(bottom) != 0)


def _share(top: str, bottom: str) -> Callable[[Counts], np.ndarray]:
    return lambda c: ratio(c[top], c[bottom])


def _mean(state: str, over: str = "weekly_customers") -> Callable[[Counts], np.ndarray]:
    return lambda c: ratio(c[state] / FIXED_ONE, c[over])


def _money(names: tuple[str, ...]) -> Callable[[Counts], np.ndarray]:
    return lambda c: sum((c[name] for name in names), np.zeros_like(c[names[0]])) / 100


def _wait_p90(c: Counts) -> np.ndarray:
    """The ninetieth percentile of waits in minutes, interpolated within the bins in which waits are counted."""
    bins = np.stack([c[f"waited_{k}"] for k in range(len(WAIT_BINS) + 1)], axis=-1)
    edges = np.array([0, *WAIT_BINS, 2 * WAIT_BINS[-1]]) / 60
    before = np.concatenate([np.zeros((*bins.shape[:-1], 1)), bins.cumsum(-1)], -1)
    target = 0.9 * before[..., -1:]
    place = np.minimum((before[..., 1:] < target).sum(-1, keepdims=True), len(WAIT_BINS))
    start, inside = np.take_along_axis(before, place, -1), np.take_along_axis(bins, place, -1)
    part = ratio(target - start, inside)
    return (edges[place] + part * (edges[place + 1] - edges[place]))[..., 0]


def _within_service_level(c: Counts) -> np.ndarray:
    """Answered or not, callers whose wait ended within 20 s and who were answered; abandonments in 20 s are not answers."""
    return ratio(c["answered_in_time"], c["calls"])


DISCOUNT = 1.1 ** (7 / 365.25) - 1
"""What money a week later is worth less: 10 % a year."""
WINNING = ("cost_marketing", "cost_winback", "cost_referral")
"""What is spent on winning customers, new or former; the rest is spent on serving those there are."""


def _churn(c: Counts) -> np.ndarray:
    """Leavers among the customers who could leave: those of the week before."""
    leavers = c["leavers_voluntary"] + c["leavers_involuntary"]
    return ratio(leavers, c["weekly_customers"] + leavers - c["joiners"])


def _occupancy(c: Counts) -> np.ndarray:
    """Time on calls within paid time; a call that outlasts the opening hours is overtime, and paid."""
    return ratio(c["busy"], np.maximum(c["busy"], c["capacity"]))


def _lifetime_value(c: Counts) -> np.ndarray:
    """Worth of a customer of average margin and churn, before the cost of winning anybody; missing where there is none."""
    serving = c["money_out"] / 100 - _money(WINNING)(c)
    margin, churn = ratio(c["money_in"] / 100 - serving, c["weekly_customers"]), _churn(c)
    known = np.isfinite(margin) & np.isfinite(churn)
    worth = lifetime_value(np.where(known, margin, 0.0), 1 - np.where(known, churn, 0.0), DISCOUNT)
    return np.where(known, worth, np.nan)


def _customer_equity(c: Counts) -> np.ndarray:
    """Nobody is worth nothing, though what one customer would be worth is then not known."""
    return np.where(c["customers"] > 0, c["customers"] * _lifetime_value(c), 0.0)


def _each(costs: tuple[str, ...], over: str) -> Callable[[Counts], np.ndarray]:
    return lambda c: ratio(_money(costs)(c), c[over])


def _where_several(c: Counts) -> np.ndarray:
    """Customers over the weeks, where they may hold several products; otherwise none."""
    return np.where(c["products_held"] > 0, c["weekly_customers"], 0.0)


MEASURES = (
    Measure("retention", "share", "Customers of the first week still with the company at the end, without a break", 1, lambda c: ratio(c["founders"], c["people_at_start"])),
    Measure("churn_rate", "share per week", "Customers who leave in a week, for whatever reason, among those who could", -1,
            _churn),
    Measure("leavers_voluntary", "customers", "Customers who left of their own will", -1, lambda c: c["leavers_voluntary"]),
    Measure("leavers_involuntary", "customers", "Customers who moved away or died", -1, lambda c: c["leavers_involuntary"]),
    Measure("left_in_silence", "customers", "Customers who left with a problem that they had told nobody of", -1, lambda c: c["left_in_silence"]),
    Measure("joiners", "customers", "People who came to the company: from the rival, some of them back, or new to the market", 1, lambda c: c["joiners"]),
    Measure("referred_joiners", "customers", "Joiners who had heard good of the company from friends in the same week", 1, lambda c: c["referred_joiners"]),
    Measure("customers", "customers", "Customers at the end", 1, lambda c: c["customers"]),
    Measure("market_share", "share", "Customers among the people still in the market at the end", 1, lambda c: ratio(c["customers"], c["customers"] + c["rival_customers"])),
    Measure("word_of_mouth_positive", "messages per customer and week", "Good messages about the company that reached somebody", 1, _share("heard_well", "weekly_customers")),
    Measure("word_of_mouth_negative", "messages per customer and week", "Bad messages about the company that reached somebody", -1, _share("heard_ill", "weekly_customers")),
    Measure("word_of_mouth_net", "messages per customer and week", "Good messages less bad ones", 1, lambda c: ratio(c["heard_well"] - c["heard_ill"], c["weekly_customers"])),
    Measure("reputation", "scale 0-1", "Public reputation at the end", 1, lambda c: c["reputation"] / FIXED_ONE),
    Measure("nps", "points", "Net promoter score among those who are customers when asked: promoters less detractors, times 100", 1, lambda c: 100 * ratio(c["promoters"] - c["detractors"], c["asked"])),
    Measure("csat", "share", "Satisfied among those who are customers when asked", 1, _share("satisfied", "asked")),
    Measure("nps_including_leavers", "points", "Net promoter score among all who were customers in the first week, with those who left since", 1, lambda c: 100 * ratio(c["founders_promoters"] - c["founders_detractors"], c["founders_asked"])),
    Measure("csat_including_leavers", "share", "Satisfied with the company among all who were customers in the first week, with those who left since", 1, _share("founders_satisfied", "founders_asked")),
    Measure("effort", "scale 0-1", "Effort a contact took the customer (CES)", -1, _mean("effort", "contacts")),
    Measure("satisfaction", "scale 0-1", "Satisfaction of an average customer in an average week, among those who are there", 1, _mean("satisfaction")),
    Measure("satisfaction_including_leavers", "scale 0-1", "What all who were customers in the first week think of the company, with those who left since", 1, _mean("founders_liking", "founders_asked")),
    Measure("trust", "scale 0-1", "Trust of an average customer in an average week", 1, _mean("trust")),
    Measure("grievance", "scale 0-1", "Grievance of an average customer in an average week", -1, _mean("grievance")),
    Measure("expectation_gap", "scale 0-1", "Expectation less satisfaction", -1, _mean("expectation_gap")),
    Measure("issues", "issues", "Times something went wrong for a customer", -1, lambda c: c["issues"]),
    Measure("contacts", "contacts", "Contacts of customers, about issues or with questions, whether they got through or not", -1, lambda c: c["contacts"]),
    Measure("complaints", "complaints", "Customers who spoke up about a new issue and were not stopped before the queue", -1, lambda c: c["complaints"]),
    Measure("silent_share", "share", "People with a new issue of whom the company heard nothing: they kept silent, or gave up before they reached anybody", -1, lambda c: ratio(c["silent"], c["silent"] + c["complaints"])),
    Measure("wait_mean", "minutes", "Mean wait of callers, those who hung up included", -1, _mean("wait", "calls")),
    Measure("wait_p90", "minutes", "Wait that nine callers in ten do not exceed", -1, _wait_p90),
    Measure("service_level", "share", "Callers answered within 20 seconds", 1, _within_service_level),
    Measure("abandonment", "share", "Callers who hung up, or were not reached when they were called back", -1, _share("abandoned", "calls")),
    Measure("first_contact_resolution", "share", "First contacts that solved the matter", 1, _share("solved_at_first", "first_contacts")),
    Measure("callbacks", "calls", "Callers with a long wait ahead who were called back, reached or not", 0, lambda c: c["callbacks"]),
    Measure("gave_up", "contacts", "Contacts that ended before the queue: no number found, lines closed, or patience gone in the menu", -1, lambda c: c["gave_up"]),
    Measure("bot_contacts", "contacts", "Contacts that met the chatbot first", 0, lambda c: c["bot_contacts"]),
    Measure("containment", "share", "Contacts with the chatbot that it resolved without a person", 1, _share("bot_solved", "bot_contacts")),
    Measure("digital_contacts", "contacts", "Contacts made in writing", 0, lambda c: c["digital_contacts"]),
    Measure("public_complaints", "complaints", "Complaints that customers made where everybody reads them", -1, lambda c: c["public_complaints"]),
    Measure("balking", "share", "Visitors to a shop who saw the line and left without queueing", -1, _share("balked", "visits")),
    Measure("occupancy", "share", "Paid time of representatives spent on calls", 0, _occupancy),
    Measure("morale", "scale 0-1", "Morale of an average representative in an average week", 1, _mean("morale", "staff")),
    Measure("staff_turnover", "per year", "Representatives who quit, per representative and year", -1, lambda c: 365.25 / 7 * ratio(c["quits"], c["staff"])),
    Measure("budget", "ratio", "What the management spends on staff at the end, against the plan", 0, lambda c: c["budget"] / FIXED_ONE),
    Measure("revenue", "currency", "All income", 1, _money(("money_in",))),
    Measure("cost", "currency", "All cost", -1, _money(("money_out",))),
    Measure("profit", "currency", "Revenue less cost", 1, lambda c: c["money_in"] / 100 - c["money_out"] / 100),
    Measure("lifetime_value", "currency", "Margin that a customer of average margin and churn will bring, discounted by 10 % a year, before the cost of winning anybody", 1, _lifetime_value),
    Measure("customer_equity", "currency", "Lifetime value of all customers at the end", 1, _customer_equity),
    Measure("cost_per_contact", "currency", "Cost of the telephone for each call", -1, _each(("cost_calls",), "contacts")),
    Measure("cost_per_resolved_issue", "currency", "Cost of the telephone and of compensation for each matter solved", -1, _each(("cost_calls", "cost_compensation"), "solved")),
    Measure("cost_per_customer_kept", "currency", "Cost of plans and offers to stay for each customer who was about to leave and stayed", -1, _each(("cost_retention",), "saved")),
    Measure("cost_per_customer_won", "currency", "Cost of advertising, referral rewards and winning back for each who joined", -1, _each(WINNING, "joiners")),
    Measure("saved", "customers", "Customers about to leave whom an offer kept", 1, lambda c: c["saved"]),
    Measure("won_back", "customers", "Former customers who came back for an offer", 1, lambda c: c["won_back"]),
    Measure("customers_referred", "customers", "Customers at the end who were won through friends", 1, lambda c: c["customers_referred"]),
    Measure("customers_advertised", "customers", "Customers at the end who were won through advertising", 1, lambda c: c["customers_advertised"]),
    Measure("churn_referred", "share per week", "Customers won through friends who leave, per such customer and week", -1, _share("leavers_referred", "weekly_customers_referred")),
    Measure("churn_advertised", "share per week", "Customers won through advertising who leave, per such customer and week", -1, _share("leavers_advertised", "weekly_customers_advertised")),
    Measure("obsolescence", "scale 0-1", "How far the product lags behind what is possible, at the end", -1, lambda c: c["obsolescence"] / FIXED_ONE),
    *(Measure(f"left_because_{cause}", "customers", f"Departures attributed to {cause}", -1, _mean(f"left_because_{cause}", "one")) for cause in CAUSES),
)  # fmt: skip
"""Every measure, in the order of the tables."""

OF_USED = {
    "deliveries": (
        Measure("late_deliveries", "share", "Orders that came later than promised", -1, _share("deliveries_late", "deliveries")),
    ),
    "message_desk": (
        Measure("message_hours", "hours", "Hours until a message is answered, of those that agents answer and whose senders wait for it", -1, lambda c: ratio(c["message_minutes"] / 60, c["messages"] - c["messages_given_up"])),
        Measure("message_abandonment", "share", "Messages to agents whose senders gave up waiting for an answer", -1, _share("messages_given_up", "messages")),
        Measure("message_occupancy", "share", "Messages that agents answered, of those that they had time for", 0, _share("messages_answered", "messages_possible")),
    ),
    "products": (
        Measure("products_held", "products per customer", "Products that an average customer holds in an average week, where there are several", 1, lambda c: ratio(c["products_held"], _where_several(c))),
        Measure("unprofitable", "share", "Customers whose further products cost more to serve than they bring together with what the first leaves", -1, lambda c: ratio(c["unprofitable"], _where_several(c))),
    ),
    "purchases": (
        Measure("purchases", "purchases", "Purchases of the company's customers", 1, lambda c: c["purchases"]),
        Measure("repeat_purchases", "purchases", "Purchases of those who had bought before", 1, lambda c: c["repeat_purchases"]),
        Measure("basket", "currency", "What is spent at a purchase", 1, _each(("revenue_purchases",), "purchases")),
        Measure("active_customers", "customers", "People who bought lately (purchases.active_weeks), at the end: the customers that the company sees, of whom some have lapsed", 1, lambda c: c["bought_lately"]),
        Measure("lapsed", "customers", "Customers who bought for the last time, and told nobody", -1, lambda c: c["lapsed"]),
    ),
}  # fmt: skip
"""What is measured besides where a mechanism is used that only some scenarios use."""

NAMES = tuple(measure.name for measure in MEASURES)
DEFINITIONS = {measure.name: measure for measure in MEASURES}


@lru_cache(maxsize=16)
def definitions(model: Model) -> Mapping[str, Measure]:
    """Every measure of a model by name: the program's, and what mechanisms from outside the package count."""
    own = (
        _own_count(part, name)
        for part in model.acting
        if part.used_where or part.group == "outside"
        for name in part.counted
    )
    rivals = (measure for number, name in enumerate(model.rivals) for measure in _of_rival(number, name))
    used = (_where_used(measure) for part in model.used for measure in OF_USED.get(part, ()))
    return DEFINITIONS | {measure.name: measure for measure in (*rivals, *own, *used)}


def shipped_measures() -> Mapping[str, Measure]:
    """Every measure of the program by name, also those of mechanisms that only some scenarios use."""
    return definitions(everything(builtin()))


@dataclass(frozen=True)
class OfRival(Measure):
    """A measure of one of several rivals, called by its name."""

    rival: str

    @property
    def words(self) -> str:
        """What people call it, within a sentence."""
        what = self.name.removesuffix(f"_{suffix(self.rival)}")
        return f"{called(what)} {self.rival}" if what != "market_share" else f"market share of {self.rival}"


def _of_rival(number: int, name: str) -> tuple[Measure, ...]:
    """What is measured of one of several rivals."""
    end, with_it, came, went = (
        suffix(name),
        *(f"{what}_{number}" for what in ("with_rival", "joiners_from_rival", "leavers_to_rival")),
    )
    return (
        OfRival(f"market_share_{end}", "share", f"{name}'s customers among the people still in the market at the end", 0,
                lambda c: ratio(c[with_it], c["customers"] + c["rival_customers"]), name),
        OfRival(f"joiners_from_{end}", "customers", f"People who came to the company from {name}", 1, lambda c: c[came], name),
        OfRival(f"leavers_to_{end}", "customers", f"Customers who left the company for {name}", -1, lambda c: c[went], name),
    )  # fmt: skip


def _own_count(part: Part, name: str) -> Measure:
    told = part.told(name)
    meaning = told.meaning or called(name).capitalize()
    if name in part.counts:
        worth = 100 if told.unit == "currency" else 1
        return OwnCount(name, told.unit, meaning, told.better, lambda c: _Happened(c)[name] / worth)
    return OwnCount(name, "currency", meaning, 1 if name in part.money_in else -1, lambda c: _Happened(c)[name] / 100)


class _Happened(Counts):
    """Counts of which those that are not there are of mechanisms that are not used: nothing of it happened."""

    def __missing__(self, name: str) -> np.ndarray:
        return np.zeros_like(self["one"])


def _where_used(measure: Measure) -> Measure:
    """The same, which is of nothing where its mechanism is not used."""
    return replace(measure, formula=lambda counts: measure.formula(_Happened(counts)))


People = int | np.ndarray
"""How many customers there were at first: in every replication alike, or float64 of the shape of what is measured."""


def customers_before(tally: np.ndarray, model: Model | None = None) -> np.ndarray:
    """The customers there were before the first week of ``tally``, int64 (..., weeks, counts): float64 of shape (...)."""
    week, place = tally[..., 0, :].astype(np.float64), (model or builtin()).count
    leavers = week[..., place("leavers_voluntary")] + week[..., place("leavers_involuntary")]
    return week[..., place("customers")] + leavers - week[..., place("joiners")]


def counts_of(tally: np.ndarray, people_at_start: People, model: Model | None = None) -> Counts:
    """The counts from which measures are made.

    ``tally`` is int64 (..., weeks, counts) of a ``model``, the shipped one unless given; the weeks in it are taken together.
    ``people_at_start`` are the customers whose staying is counted. Returns float64 arrays of shape (...).
    """
    model = model or builtin()
    sums, last = tally.sum(-2).astype(np.float64), tally[..., -1, :].astype(np.float64)
    counts = {name: sums[..., k] for k, name in enumerate(model.counts)}
    for way, names in (("money_in", model.money_in), ("money_out", model.money_out)):
        counts[way] = sum((counts[name] for name in names), np.zeros(sums.shape[:-1]))
    for name in (*AT_THE_END, *model.at_the_end, *(f"with_rival_{number}" for number in range(len(model.rivals)))):
        k = model.count(name)
        counts[f"weekly_{name}"], counts[name] = sums[..., k], last[..., k]
    counts["people_at_start"] = np.full(sums.shape[:-1], people_at_start, np.float64)
    counts["one"] = np.ones(sums.shape[:-1])
    return counts


def measured(
    tally: np.ndarray, people_at_start: People, names: Collection[str] | None = None, model: Model | None = None
) -> dict[str, np.ndarray]:
    """Measures (every one unless named) of the weeks in ``tally`` (int64, (..., weeks, counts)), by name: float64 of shape (...)."""
    known = definitions(model or builtin())
    counts = counts_of(tally, people_at_start, model)
    return {name: known[name].formula(counts) for name in (known if names is None else names)}


def measured_weekly(
    tally: np.ndarray, people_at_start: People, names: Collection[str] | None = None, model: Model | None = None
) -> dict[str, np.ndarray]:
    """Measures of each week by itself: ``tally`` (replications, weeks, counts) → float64 (replications, weeks)."""
    return measured(tally[..., None, :], np.asarray(people_at_start)[..., None], names, model)


# ---- counts as people read them

TIMES = ("wait", "busy", "capacity", "checkout_wait")
"""Counts of minutes, which are counted in units of 2^-20."""
STAFF = ("staff", "quits", "hires")
"""Counts of representatives, of whom there are as many however many people a simulated customer stands for."""
COUNTED = (
    *(name for name in COUNTS if name not in DEFINITIONS),
    *(f"weekly_{name}" for name in AT_THE_END if name not in DEFINITIONS or DEFINITIONS[name].grows),
    "people_at_start",
)
"""Counts that no measure has the name of, and sums over weeks of those ``AT_THE_END`` that count people."""
SCALES = {**dict.fromkeys((*MONEY_IN, *MONEY_OUT), 1 / 100), **dict.fromkeys(TIMES, 1 / FIXED_ONE)}
"""What a count is multiplied by to be in the unit that people think in; any other counts one by one."""


def unit_of_count(name: str) -> str:
    """The unit of a count as people read it: ``currency``, ``minutes``, or what it counts."""
    return "minutes" if name in TIMES else "currency" if name in SCALES else name.replace("_", " ")


class Quantities(dict[str, np.ndarray]):
    """Every measure that is ``known`` and every one of ``COUNTED`` by name, as people read them, reckoned when it is asked for."""

    def __init__(self, counts: Counts, known: Mapping[str, Measure] = DEFINITIONS) -> None:
        super().__init__()
        self._counts, self._definitions = counts, known

    def __missing__(self, name: str) -> np.ndarray:
        known = self._definitions.get(name)
        self[name] = known.formula(self._counts) if known else self._counts[name] * SCALES.get(name, 1.0)
        return self[name]
