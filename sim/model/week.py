"""One week in the market, in the order in which it happens – and everything the two engines have in common about it.

1. **Govern** – the policies in force this week take effect; the management reviews its budget; representatives stay, quit,
   are replaced, and take their places.
2. **Experience** – everybody uses the product: how it performs is compared with what was expected, and moves satisfaction,
   trust and expectation. Grievances and fatigue fade. Below the failure threshold the week becomes an issue.
3. **Touch** – a price rise is felt, what was hidden comes to light, offers are made, shops are visited.
4. **Contact** – customers with an issue speak up or say nothing; those who call, and those with a question, wait in the queue
   until somebody answers or their patience ends; the encounter solves the issue or does not; recovery or refusal follows.
5. **Talk** – people with something to say tell their friends; who has left a provider is seen to by them.
6. **Listen** – hearers change what they believe; public reputation moves.
7. **Decide** – some leave the market; some compare providers and stay, leave, join or come back.
8. **Account** – money, and the counts from which every measure is made.

Every phase reads what the earlier phase left, so nothing depends on the order of customers. Everything counted is a whole
number (money in cents, states in units of 2^-20), so that sums are exact in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np

from sim.model.behaviour import (
    answering,
    belief,
    complaining,
    expectation,
    friends,
    grievance,
    person,
    price,
    satisfaction,
    switching,
    talk,
    trust,
)
from sim.model.behaviour.ledger import BOOKED as BOOKED
from sim.model.behaviour.waiting import WAIT_BINS as WAIT_BINS
from sim.model.columns import KINDS, OF_COMPANY
from sim.model.component import Model, builtin
from sim.model.mechanisms import (
    call_centre,
    chatbot,
    digital_channels,
    employee_care,
    fees,
    innovation,
    lever_costs,
    management,
    marketing,
    personalisation,
    pretence,
    pricing,
    quality,
    referral,
    retention_offers,
    rival,
    self_checkout,
    support_access,
    transparency,
    upselling,
    winback,
)
from sim.model.mechanisms.call_centre import ANSWERED_WITHIN as ANSWERED_WITHIN
from sim.model.schedule import (
    InTurn,
    Item,
    Line,
    Listing,
    Overhearing,
    Queue,
    Representatives,
    Resize,
    Showing,
    Telling,
    Whoever,
    alone,
    company,
    each_rival,
    everybody,
    for_rivals,
    several,
    steps_in,
    unless,
)

PHONES = Line("busy", "server", ("representatives_on_duty", "representatives_before"), by_hour=True)
TILLS = Line("lane_busy", "lane", ("lanes_on_duty", "lanes_before"), "lane_line")
MACHINES = Line("self_busy", "self_lane", ("self_checkout", "self_lanes"), "self_line")

CALL_CENTRE_HOURS, SHOP_HOURS = ("call_centre", "hours"), ("self_checkout", "hours")

CLOSING = company(management.close_books)
"""What stays the last of its phase, whatever a mechanism from outside puts there: its money belongs into the books, too."""

WEEK: dict[str, tuple[Item, ...]] = {
    "govern": (
        *alone(*company(innovation.keep_up)),
        *several(*company(innovation.move_on)),
        *several(*each_rival(*company(innovation.follow))),
        *several(*company(innovation.be_measured, rival.fall_silent)),
        *several(*each_rival(*company(innovation.measure_rival, rival.advertise))),
        *company(management.review, employee_care.let_people_go, management.take_posts),
        Resize((PHONES,), CALL_CENTRE_HOURS),
        Resize((TILLS, MACHINES), SHOP_HOURS),
        Representatives(employee_care.come_to_work),
        *company(employee_care.pay_for_staff, employee_care.be_ordinary),
    ),
    "experience": (
        *everybody(quality.use_product, transparency.see_process, personalisation.be_fitted),
        *everybody(satisfaction.judge_week, personalisation.feel_watched, expectation.adapt),
        *everybody(grievance.forgive, friends.get_used_to_it, upselling.recover),
        Listing(upselling.is_offered),
        Listing(self_checkout.shops),
    ),
    "touch": (
        *everybody(price.feel_discounts),
        Whoever(expectation.finds_promise_broken, expectation.feel_promise_broken),
        Whoever(price.faces_rise, price.feel_rise),
        Listing(fees.is_charged),
        Listing(fees.sees_first_bill),
        Listing(transparency.finds_out),
        Listing(pretence.hears_campaign),
        Whoever(fees.is_charged, fees.be_charged),
        Whoever(fees.sees_first_bill, fees.find_drip),
        Whoever(transparency.finds_out, transparency.be_misled),
        Whoever(pretence.hears_campaign, pretence.hear_campaign),
        Whoever(upselling.is_offered, upselling.hear_offer),
        Queue(
            self_checkout.shops, (), self_checkout.arrive, self_checkout.check_out, self_checkout.leave_shop,
            (TILLS, MACHINES), SHOP_HOURS,
        ),
        Listing(complaining.has_matter),
    ),
    "contact": (
        Queue(
            complaining.has_matter,
            (complaining.get_in_touch, digital_channels.write, chatbot.ask_bot, support_access.get_through),
            call_centre.dial, call_centre.answer_call, call_centre.after_call, (PHONES,), CALL_CENTRE_HOURS,
            call_centre.precedence, call_centre.call_again, call_centre.endure_again,
        ),
    ),
    "talk": (
        Overhearing(digital_channels.be_overheard),
        Telling(
            talk.talks_now, talk.about_own, talk.content_with_own, talk.says_well, talk.be_heard, which=talk.own_rival,
        ),
        Telling(
            talk.tells_of_other, talk.about_other, talk.content_with_other, talk.says_well_of_other, talk.be_heard_of_other,
            posts=False, which=talk.other_rival,
        ),
        Showing(friends.has_just_moved, friends.provider_left, friends.see_friend_leave),
    ),
    "listen": (
        *everybody(belief.listen),
        *each_rival(*everybody(belief.listen_of_rival)),
        *alone(*everybody(talk.keep_in_mind)),
        *several(*everybody(talk.hear_of_company)),
        *several(*each_rival(*everybody(talk.hear_of_rival))),
        *several(*everybody(talk.keep_what_was_heard)),
        *company(belief.move_reputations),
        *each_rival(*company(belief.move_rivals_reputation)),
    ),
    "decide": (
        Whoever(retention_offers.gets_plan, retention_offers.get_plan),
        Whoever(winback.may_be_wooed, winback.be_wooed),
        *unless("purchases", Whoever(switching.moves_or_compares, switching.move_or_compare)),
    ),
    "account": (
        *everybody(person.be_counted),
        *several(*each_rival(*everybody(person.be_counted_by_rival))),
        *several(*company(rival.see_share), *each_rival(*company(rival.see_share_of_rival))),
        *everybody(person.be_counted_loyal, referral.be_counted_by_origin),
        *everybody(satisfaction.be_counted_satisfied, trust.be_counted_trusting, grievance.be_counted_aggrieved),
        *everybody(expectation.be_counted_expecting),
        *unless("purchases", *everybody(pricing.pay, quality.add_up_spending)),
        InTurn(answering.SURVEY_WEEKS, answering.answer_survey),
        *company(quality.pay_for_product, call_centre.pay_representatives, self_checkout.pay_for_lanes),
        *company(transparency.pay_for_openness, pretence.pay_for_campaign, marketing.pay_for_reach),
        *company(chatbot.pay_for_bot, digital_channels.pay_for_messages, personalisation.pay_for_knowing),
        *company(innovation.pay_for_progress, retention_offers.pay_for_plans, winback.pay_for_wooing),
        *company(lever_costs.pay_for_better_product, lever_costs.pay_for_better_people),
        *company(lever_costs.pay_for_better_offers, lever_costs.pay_for_better_channels),
        *CLOSING,
    ),
}  # fmt: skip
"""Who takes which step in which phase, in this order."""
PHASES = tuple(WEEK)
BEFORE = "before "
"""With this word before its name, a place in the week is the beginning of a phase; without it, its end."""
PLACES = tuple(place for phase in PHASES for place in (f"{BEFORE}{phase}", phase))
"""Where steps of a mechanism whose file says so can act, in the order of the week."""


def week_of(model: Model) -> Mapping[str, tuple[Item, ...]]:
    """The week of a model: :data:`WEEK`, with the steps of mechanisms from outside, and of those that only some scenarios use, at
    the places that their files name."""
    own = {place: tuple(chain(*(part.week.get(place, ()) for part in model.acting))) for place in PLACES}
    week = {phase: for_rivals(items, model.several, model.used) for phase, items in WEEK.items()}
    return {phase: _with_own(items, own[f"{BEFORE}{phase}"], own[phase]) for phase, items in week.items()}


def _with_own(items: tuple[Item, ...], first: tuple[Item, ...], last: tuple[Item, ...]) -> tuple[Item, ...]:
    """A phase with some steps at its beginning, and some at its end, though before what closes it."""
    usual = tuple(item for item in items if item not in CLOSING)
    return *first, *usual, *last, *items[len(usual) :]


COUNTS, EVENTS = builtin().counts, builtin().events
"""What the shipped model counts every week, in the order of the count's columns, and what a journey can tell of."""
MONEY_IN, MONEY_OUT = builtin().money_in, builtin().money_out


def written_in(column: str, model: Model | None = None) -> tuple[str, ...]:
    """The phases of the week that may change a column, as the steps taken in them say; none for what never changes."""
    week = week_of(model or builtin()).items()
    taken = ((phase, (step for item in items for step in steps_in(item))) for phase, items in week)
    return tuple(phase for phase, steps in taken if any(column in step.writes for step in steps))


def count(name: str) -> int:
    """The column of a count; raises ``KeyError`` for a name that is not counted."""
    return builtin().count(name)


def event(name: str) -> int:
    """The number of an event; raises ``ValueError`` for a name that is none."""
    return EVENTS.index(name)


class State(NamedTuple):
    """Everything that lasts from week to week. ``n`` people; column order as in :class:`sim.model.component.Model`.

    number float32 (columns, n), clock int16, mark uint8; staff float32 (columns, representatives) and firm float32
    (columns, 1): what each representative and the company carries; busy and server: the heaps of representatives, staffed
    lanes and self-service lanes (minutes until free, and whose), as :mod:`sim.service.queues` keeps them; lane_line and
    self_line: who stands before the lanes, empty arrays when nobody ever sees it; reputation float32 (company, each rival).
    by_hour never changes: the hours of a week on the phone (see :func:`sim.service.queues.along_week`), empty without them.
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
    by_hour: np.ndarray


def state_columns(state: State, model: Model | None = None) -> dict[str, np.ndarray]:
    """The state by name: every column of every person, of every representative and of the company, then the queues."""
    kinds, model = (*KINDS, *OF_COMPANY), model or builtin()
    named = {kind: dict(zip(model.names(kind), getattr(state, kind), strict=True)) for kind in kinds}
    rows = {name: row for rows in named.values() for name, row in rows.items()}
    return rows | {field: getattr(state, field) for field in State._fields if field not in (*kinds, "by_hour")}


class Network(NamedTuple):
    """Who talks to whom: the friends of person *i* are ``friends[first[i]:first[i + 1]]``, ascending (CSR, int32)."""

    first: np.ndarray
    friends: np.ndarray


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
