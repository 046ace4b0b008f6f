"""The market: everybody in it, and the week they live through together."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from mesa import Agent, Model

from sim.engine.objects.company import Company
from sim.engine.objects.customer import Customer, silence
from sim.engine.start import Ground, begin, empty_state
from sim.model.behaviour.belief import reputation_after
from sim.model.behaviour.ledger import rate as booking_rate
from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import KINDS
from sim.model.component import columns
from sim.model.mechanisms.digital_channels import overheard
from sim.model.week import COUNTS, EVERYBODY, PHASES, Network, State, event, state_columns
from sim.model.week import journal as empty_journal


def _settings(week: np.void) -> SimpleNamespace:
    """One week's policies, as ``part_parameter``: float32 numbers, whole numbers."""
    values = {name: week[name] for name in week.dtype.names or ()}
    return SimpleNamespace(**{n: v if isinstance(v, np.float32) else int(v) for n, v in values.items()})


class Market(Model):
    """One replication of a scenario: its customers, its company, and the week they are in.

    ``policy`` and ``last_policy`` are the settings of this week and of the last; ``rate`` is that at which losses of
    goodwill are booked; ``reputation`` what the public thinks of the company and of the rival; ``tally`` the counts of
    the weeks so far, int64 (weeks, counts).
    """

    def __init__(
        self, ground: Ground, seed: int, replication: int, weeks: int | None = None, journal: np.ndarray | None = None
    ) -> None:
        super().__init__(rng=0)  # nothing is drawn from it: see sim.model.random
        state = empty_state(ground)
        network, setting = begin(ground, seed, replication, state)
        self.policies = [_settings(week) for week in ground.policy]
        self.world, self.founders, self.stands_for = setting.world, setting.founders, setting.stands_for
        self.staff_lasts, self.budget_moves = setting.staff_lasts, setting.budget_moves
        self.week, self.policy, self.last_policy = -1, self.policies[0], self.policies[0]
        self.rate = np.float32(1)
        self.reputation = list(state.reputation)
        self.tally = np.zeros((ground.weeks if weeks is None else weeks, len(COUNTS)), np.int64)
        self.counted: dict[str, int] = {}
        self.said: dict[tuple[int, bool], int] = {}
        self.journal = empty_journal() if journal is None else journal
        self.company = Company(self, state)
        self._settle(state, network)

    def _settle(self, state: State, network: Network) -> None:
        """Turn the columns of the state into people, and introduce them to their friends."""
        table = state_columns(state)
        names = [name for kind in KINDS for name in columns(kind)]
        people = [
            Customer(self, number, dict(zip(names, values, strict=True)))
            for number, values in enumerate(zip(*(table[name] for name in names), strict=True))
        ]
        for number, customer in enumerate(people):
            known = network.friends[network.first[number] : network.first[number + 1]]
            customer.friends = [people[friend] for friend in known]
        self.everybody, self.customers = people, self.agents_by_type[Customer]
        getattr(Agent, "_ids", {}).pop(self, None)  # where older releases of Mesa keep every model for ever

    # ---- the week ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One week, in the order of :mod:`sim.model.week`."""
        self.begin_week()
        with np.errstate(all="ignore"):
            for phase in PHASES:
                getattr(self, phase)()
        self.tally[self.week] = [self.counted[name] for name in COUNTS]

    def begin_week(self) -> None:
        """Turn the page of the calendar."""
        self.week += 1
        self.last_policy, self.policy = self.policy, self.policies[self.week]
        self.rate = booking_rate(self.week, self.policy.ledger_half_life)
        self.counted = dict.fromkeys(COUNTS, 0)

    def govern(self) -> None:
        """The policies in force take effect; representatives take their places."""
        self.company.govern()

    def experience(self) -> None:
        """Everybody uses the product."""
        self.customers.do("experience")

    def touch(self) -> None:
        """A price rise is felt, offers are made, shops are visited."""
        visits = [customer.touch() for customer in self.customers]
        self.company.serve_shoppers([visit for visit in visits if visit is not None])

    def contact(self) -> None:
        """Customers speak up or say nothing; those who call wait for an answer or hang up."""
        calls = [customer.contact() for customer in self.customers]
        self.company.answer_calls([call for call in calls if call is not None])

    def talk(self) -> None:
        """People with something to say tell their friends."""
        self.said = silence()
        complaints, loud = self.counted["public_complaints"], self.policy.digital_channels_visibility
        self.said[COMPANY, False] += overheard(complaints, loud)
        self.customers.do("talk")

    def listen(self) -> None:
        """Hearers change what they believe; public reputation moves."""
        self.customers.do("listen")
        weights = self.policy.belief_negativity, self.policy.belief_publicity
        for provider in (COMPANY, RIVAL):
            good, bad = self.said[provider, True], self.said[provider, False]
            self.reputation[provider] = reputation_after(self.reputation[provider], good, bad, *weights)

    def decide(self) -> None:
        """Some leave the market; some compare providers and stay, leave, join or come back."""
        self.customers.do("decide")

    def account(self) -> None:
        """Money, and the counts from which every measure is made."""
        self.customers.do("account")
        self.company.account()

    # ---- what is written down ----------------------------------------------------------------------------------------

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of this week's counts."""
        self.counted[name] += number

    def note(self, person: int, what: str, amount: float | np.float32) -> None:
        """Enter an event in the journal when it happens to somebody watched."""
        head = self.journal[0]
        if head["person"] in (person, EVERYBODY) and head["week"] < self.journal.size - 1:
            head["week"] += 1
            self.journal[head["week"]] = (person, self.week, event(what), amount)

    def state(self) -> State:
        """Everything that lasts from week to week, in columns."""
        number, clock, mark = (
            np.array([[getattr(c, name) for c in self.customers] for name in columns(kind)], dtype)
            for kind, dtype in KINDS.items()
        )
        return State(number, clock, mark, reputation=np.array(self.reputation, np.float32), **self.company.state())


def live(
    ground: Ground, seed: int, replication: int, weeks: int | None = None, journal: np.ndarray | None = None
) -> np.ndarray:
    """All weeks of one replication (or the first ``weeks``); returns the tally, int64 (weeks, counts).

    ``journal`` (see :func:`sim.model.week.journal`) receives what happens to the person it watches.
    """
    market = Market(ground, seed, replication, weeks, journal)
    for _ in market.tally:
        market.step()
    return market.tally
