"""One week in the market, in the order in which it happens – and everything the two engines have in common about it.

1. **Govern** – the policies in force this week take effect; the management reviews its budget; representatives stay, quit,
   are replaced, and take their places.
2. **Experience** – everybody uses the product: how it performs is compared with what was expected, and moves satisfaction,
   trust and expectation. Grievances and fatigue fade. Below the failure threshold the week becomes an issue.
3. **Touch** – a price rise is felt, what was hidden comes to light, offers are made, shops are visited.
4. **Contact** – customers with an issue speak up or say nothing; those who call, and those with a question, wait in the queue
   until somebody answers or their patience ends; the encounter solves the issue or does not; recovery or refusal follows.
5. **Talk** – people with something to say tell their friends.
6. **Listen** – hearers change what they believe; public reputation moves.
7. **Decide** – some leave the market; some compare providers and stay, leave, join or come back.
8. **Account** – money, and the counts from which every measure is made.

Every phase reads what the earlier phase left, so nothing depends on the order of customers. Everything counted is a whole
number (money in cents, states in units of 2^-20), so that sums are exact in any order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.behaviour.ledger import CAUSES
from sim.model.columns import KINDS, OF_COMPANY
from sim.model.component import columns

PHASES = ("govern", "experience", "touch", "contact", "talk", "listen", "decide", "account")

WAIT_BINS = (5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600)
"""Upper edges (seconds) of the bins in which waits are counted; a last bin takes the rest."""
ANSWERED_WITHIN = 20
"""Seconds of the service level."""

MONEY_IN = ("revenue_service", "revenue_upselling", "revenue_fees")
MONEY_OUT = (
    "cost_product",
    "cost_upselling",
    "cost_calls",
    "cost_staff",
    "cost_checkout",
    "cost_shrink",
    "cost_marketing",
    "cost_compensation",
    "cost_chatbot",
    "cost_digital",
    "cost_personalisation",
    "cost_innovation",
    "cost_retention",
    "cost_winback",
    "cost_referral",
    "cost_communication",
    "cost_campaign",
    "cost_lost_sales",
)

COUNTS = (
    "customers", "rival_customers", "gone", "founders", "joiners", "referred_joiners",
    "leavers_voluntary", "leavers_involuntary", "left_in_silence",
    "satisfaction", "trust", "grievance", "expectation_gap",
    "asked", "promoters", "detractors", "satisfied",
    "issues", "silent", "contacts", "complaints", "first_contacts", "solved_at_first", "solved", "effort",
    "calls", "answered", "answered_in_time", "abandoned", "wait", "busy", "capacity",
    "callbacks", "gave_up", "bot_contacts", "bot_solved", "digital_contacts", "public_complaints",
    "staff", "morale", "quits", "hires", "budget",
    "visits", "self_visits", "walked_out", "balked", "checkout_wait",
    "offers", "sales",
    "talkers", "heard_well", "heard_ill", "reputation",
    "obsolescence", "plans_sent", "save_offers", "saved", "winback_offers", "won_back",
    "customers_referred", "customers_advertised", "leavers_referred", "leavers_advertised",
    *MONEY_IN, *MONEY_OUT,
    *(f"left_because_{cause}" for cause in CAUSES),
    *(f"waited_{number}" for number in range(len(WAIT_BINS) + 1)),
)  # fmt: skip
"""What is counted every week, in the order of the count's columns. Times are in units of 2^-20 minutes."""


def count(name: str) -> int:
    """The column of a count; raises ``ValueError`` for a name that is not counted."""
    return COUNTS.index(name)


EVENTS = (
    "issue", "silent", "question", "abandons", "solved", "unsolved", "recovered",
    "offer_accepted", "offer_refused", "shop", "shop_left", "price_rise", "tells_well", "tells_ill",
    "compares_and_stays", "leaves", "joins", "moves_away", "contract_renewed",
    "gives_up", "bot_solves", "bot_fails", "bot_hands_over", "bot_found_out",
    "message_solved", "message_unsolved", "complains_publicly",
    "plan_sent", "offer_to_stay", "winback_offer",
    "fee_found", "fee_unnoticed", "drip_found", "claim_found_false", "outage_notice", "false_notice", "pretence_exposed",
    "shop_balked", "callback", "lines_closed",
)  # fmt: skip
"""What a journey can tell of; the number of an event is its place here."""


def event(name: str) -> int:
    """The number of an event; raises ``ValueError`` for a name that is none."""
    return EVENTS.index(name)


class State(NamedTuple):
    """Everything that lasts from week to week. ``n`` people; column order as in :func:`sim.model.component.columns`.

    number float32 (columns, n), clock int16, mark uint8; staff float32 (columns, representatives) and firm float32
    (columns, 1): what each representative and the company carries; busy and server: the heaps of representatives, staffed
    lanes and self-service lanes (minutes until free, and whose), as :mod:`sim.service.queues` keeps them; lane_line and
    self_line: who stands before the lanes, empty arrays when nobody ever sees it; reputation float32 (company, rival).
    """

    number: np.ndarray
    clock: np.ndarray
    mark: np.ndarray
    staff: np.ndarray
    firm: np.ndarray
    busy: np.ndarray
    server: np.ndarray
    lane_busy: np.ndarray
    lane: np.ndarray
    self_busy: np.ndarray
    self_lane: np.ndarray
    lane_line: np.ndarray
    self_line: np.ndarray
    reputation: np.ndarray


def state_columns(state: State) -> dict[str, np.ndarray]:
    """The state by name: every column of every person, of every representative and of the company, then the queues."""
    kinds = (*KINDS, *OF_COMPANY)
    named = {name: getattr(state, kind)[i] for kind in kinds for i, name in enumerate(columns(kind))}
    return named | {field: getattr(state, field) for field in State._fields if field not in kinds}


class Network(NamedTuple):
    """Who talks to whom: the friends of person *i* are ``friends[first[i]:first[i + 1]]``, ascending (CSR, int32)."""

    first: np.ndarray
    friends: np.ndarray


class People(NamedTuple):
    """The columns of everybody: the part of the state that concerns persons."""

    number: np.ndarray
    clock: np.ndarray
    mark: np.ndarray


class Today(NamedTuple):
    """What every phase of a week needs to know.

    ``rate``: at what rate losses of goodwill are booked; ``prices_move`` and ``offers_made``: whether they do in any week of
    the scenario, so that a mechanism that is off costs nothing. ``staff_lasts``: whether representatives have a morale and a
    tenure of their own; ``budget_moves``: whether the management reacts to the margin.
    """

    week: int
    world: np.uint64
    rate: np.float32
    stands_for: float
    prices_move: bool
    offers_made: bool
    staff_lasts: bool
    budget_moves: bool


EVERYBODY = -2
"""Who a journal watches that is kept of all people."""
JOURNAL = np.dtype([("person", np.int32), ("week", np.int32), ("what", np.int32), ("amount", np.float32)])


def journal(watched: int = -1, room: int = 0) -> np.ndarray:
    """An empty journal of one person, of ``EVERYBODY`` or (-1) of nobody: row 0 holds who, and how many entries follow."""
    book = np.zeros(room + 1, JOURNAL)
    book[0]["person"] = watched
    return book


def entries(journal: np.ndarray) -> np.ndarray:
    """What has been entered in a journal."""
    return journal[1 : 1 + int(journal[0]["week"])]
