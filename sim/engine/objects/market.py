"""The market: everybody in it, and the week they live through together, as :data:`sim.model.week.WEEK` says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from mesa import Agent, Model

from sim.engine.groups import grouped
from sim.engine.objects.agents import Carrier, Company, Counts, Customer, Notes, OpenLine, Several, no_content, silence
from sim.engine.start import Ground, RunFlags, begin, empty_state, hold_to_file
from sim.model.addressing import paid_by_group
from sim.model.behaviour.ledger import rate as booking_rate
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.columns import KINDS, OF_COMPANY
from sim.model.component import USES
from sim.model.component import Model as Parts
from sim.model.mechanisms.word_of_mouth import PARTS, POSTS, carried, strangers_reached
from sim.model.random import happens
from sim.model.schedule import Company as ByCompany
from sim.model.schedule import (
    EachRival,
    Everybody,
    InTurn,
    Line,
    Listing,
    Overhearing,
    Queue,
    Representatives,
    Resize,
    Showing,
    Telling,
    Whoever,
)
from sim.model.steps import Step
from sim.model.week import EVERYBODY, Network, State, week_of
from sim.model.week import journal as empty_journal
from sim.service.queues import (
    along_week,
    clock_set_back,
    in_order,
    no_hours,
    open_until,
    put_in_order,
    rebase,
    rebase_line,
)
from sim.service.turns import let_in, next_moment, put_in, whose_turn

f32 = np.float32
AS_SHARE = 2.0**-32
"""Turns a random word into a share of the week, finer than :func:`sim.model.random.unit` does."""


class Week:
    """The week as a step sees it."""

    def __init__(self, market: Market, flags: RunFlags) -> None:
        self._market, self.number, self.rate = market, -1, f32(1)
        self.stands_for = f32(flags.stands_for)
        self.prices_move, self.offers_made = flags.prices_move, flags.offers_made
        self.staff_lasts, self.budget_moves = flags.staff_lasts, flags.budget_moves
        self.reputations = np.zeros(1 + market.rivals, f32)

    @property
    def company_reputation(self) -> np.float32:
        """What is publicly thought of the company."""
        return self.reputations[0]

    @company_reputation.setter
    def company_reputation(self, value: np.float32) -> None:
        self.reputations[0] = value

    @property
    def rival_reputation(self) -> np.float32:
        """What is publicly thought of the rival, of several the one in question."""
        return self.reputations[1 + self._market.rival_of(self._market.person)]

    @rival_reputation.setter
    def rival_reputation(self, value: np.float32) -> None:
        self.reputations[1 + self._market.rival_of(self._market.person)] = value

    @property
    def rivals(self) -> int:
        """How many rivals there are."""
        return self._market.rivals

    @property
    def several(self) -> bool:
        """Whether there are several."""
        return self._market.parts.several

    def __getattr__(self, name: str) -> bool:
        """Whether a mechanism is used that only some scenarios use: ``week.uses_loyalty_programme``."""
        if name.startswith(USES) and name.removeprefix(USES) in self._market.parts.optional:
            return name.removeprefix(USES) in self._market.parts.used
        raise AttributeError(f"a week has no '{name}'")

    @property
    def rival(self) -> int:
        """The number of the rival for whom a step is taken that is taken for each of several."""
        assert self._market.in_question is not None
        return self._market.in_question

    @property
    def calendar(self) -> int:
        """Weeks since week 0; 0 during a warm-up, whose weeks ``number`` counts as well."""
        return max(self.number - self._market.flags.warm_up, 0)

    @property
    def measured(self) -> int:
        """Weeks since the first that is measured; 0 before."""
        return max(self.number - self._market.flags.measured_from, 0)

    def minutes_open(self, hours: np.float32) -> float:
        """Minutes a week that something is open so many hours, per simulated share of the company."""
        return float(hours) * 60.0 / self._market.flags.stands_for

    def spoken(self, provider: int, well: bool) -> int:
        """Messages that were told of a provider this week."""
        return self._market.said[self._place(provider), well]

    def spoken_content(self, provider: int) -> np.float32:
        """How content those were who told of a provider this week, all together."""
        return f32(self._market.said_content[self._place(provider)]) * f32(1 / PARTS)

    def _place(self, provider: int) -> int:
        return provider if provider == COMPANY else RIVAL + self._market.rival_of(self._market.person)


class OfRivals:
    """The settings of several rivals, ``p.rival``: those of the one in question."""

    def __init__(self, market: Market, settings: Sequence[SimpleNamespace]) -> None:
        self._market, self._settings = market, settings

    def __getattr__(self, name: str) -> Any:
        return getattr(self._settings[self._market.rival_of(self._market.person)], name)


class Market(Model):
    """One replication of a scenario: its customers, its company, and the week they are in.

    ``policy`` and ``last_policy``: the settings of this week and of the last, ``policy.upselling.pressure``; ``tally``: the
    counts of the weeks so far, those of a warm-up too, int64 (weeks, counts).
    """

    def __init__(
        self, ground: Ground, seed: int, replication: int, weeks: int | None = None, journal: np.ndarray | None = None
    ) -> None:
        super().__init__(rng=0)  # nothing is drawn from it: see sim.model.random
        self.ground, self.parts, self.order = ground, ground.model, week_of(ground.model)
        self.rivals = max(len(ground.model.rivals), 1)
        self.in_question: int | None = None
        self.person: Carrier | None = None
        state = empty_state(ground)
        network, self.flags = begin(ground, seed, replication, state)
        self.world, self.week = self.flags.world, Week(self, self.flags)
        self.groups = grouped(ground, state, self.world)
        self.policies = [self._settings(week) for week in ground.policy] if self.groups is None else []
        self.policy = self.last_policy = self._settings(ground.policy[0])
        self.of_groups = self.of_groups_before = [self.policy]
        self.week.reputations[:] = state.reputation
        self.tally = np.zeros((len(ground.policy) if weeks is None else weeks, len(self.parts.counts)), np.int64)
        self.counted, self.notes = Counts(self.parts), Notes(self)
        self.said, self.said_content = silence(self.rivals), no_content(self.rivals)
        self.journal = empty_journal() if journal is None else journal
        self.queues = state  # of which the heaps and lines are used, in place; its columns of people stay as all began
        self.lists: dict[Step, list[Customer]] = {}
        self.paid = paid_by_group(ground.model)
        self.company = Company(self, len(state.server))
        self._settle(state, network)

    def _settle(self, state: State, network: Network) -> None:
        """Turn the columns of the state into people, and introduce them to their friends."""
        people = [Customer(self, number) for number in range(state.number.shape[1])]
        for kind in KINDS:
            _hand_out(getattr(state, kind), self.parts, kind, people)
        _hand_out(state.firm, self.parts, "firm", [self.company])
        for number, customer in enumerate(people):
            known = network.friends[network.first[number] : network.first[number + 1]]
            customer.friends = [people[friend] for friend in known]
        self.everybody, self.customers = people, self.agents_by_type[Customer]
        getattr(Agent, "_ids", {}).pop(self, None)  # where older releases of Mesa keep every model for ever

    # ---- the week ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One week, in the order of :func:`sim.model.week.week_of`."""
        self.begin_week()
        for phase in self.order:
            self.live_phase(phase)
        self.tally[self.week.number] = self.counted.row()
        if self.ground.listed and self.week.number < self.ground.warm_up:
            self._hold_to_file()

    def _hold_to_file(self) -> None:
        """People are those whom the customer file lists, whatever happened to them."""
        held = self.state()
        hold_to_file(self.ground, self.queues, held, self.week.number)
        for kind in KINDS:
            _hand_out(getattr(held, kind), self.parts, kind, self.everybody)

    def live_phase(self, name: str) -> None:
        """One phase of the week."""
        with np.errstate(all="ignore"):
            for item in self.order[name]:
                getattr(self, f"_{type(item).__name__.lower()}")(item)

    def begin_week(self) -> None:
        """Turn the page of the calendar."""
        self.week.number += 1
        self._begin_policies()
        self.week.rate = booking_rate(self.week.number, self.policy.ledger.half_life)
        self.counted = Counts(self.parts)
        self.lists.clear()
        for who in (self.company, *self.everybody):
            who.begin_week()
        for customer in self.everybody:
            customer.told, customer.content = silence(self.rivals), no_content(self.rivals)

    def _begin_policies(self) -> None:
        """The settings of this week and of the last; where these differ between groups, the company's are those of group 0."""
        if self.groups is None:
            self.last_policy, self.policy = self.policy, self.policies[self.week.number]
            return
        number = self.week.number
        if not self.groups.lasting:
            self.groups.turn(number, self.state(), self.tally[self.ground.warm_up :])
        self.of_groups_before = self.of_groups if number else [self._settings(row) for row in self.groups.settings[0]]
        self.of_groups = [self._settings(row) for row in self.groups.settings[number]]
        self.policy, self.last_policy = self.of_groups[0], self.of_groups_before[0]

    def _policies_of(self, who: Carrier) -> tuple[SimpleNamespace, SimpleNamespace]:
        """The settings that somebody's steps read: of this week, and of the last."""
        if self.groups is None or not isinstance(who, Customer):
            return self.policy, self.last_policy
        return self.of_groups[self.groups.of[who.number]], self.of_groups_before[self.groups.was[who.number]]

    def take(self, step: Step, me: Carrier, *own: Any, line: OpenLine | None = None, agent: Any = None) -> Any:
        """Have somebody take a step."""
        self.notes.person, self.person = me.number, me
        policy, before = self._policies_of(me)
        known = {
            "me": me, "firm": self.company, "agent": agent, "line": line, "p": policy, "last": before,
            "week": self.week, "count": self.counted, "note": self.notes,
        }  # fmt: skip
        return step(*(known[name] for name in step.parameters if name in known), *own)

    def _everybody(self, item: Everybody) -> None:
        for customer in self.everybody:
            self.take(item.step, customer)

    def _eachrival(self, item: EachRival) -> None:
        for rival in range(self.rivals):
            self.in_question = rival
            getattr(self, f"_{type(item.item).__name__.lower()}")(item.item)
        self.in_question = None

    def rival_of(self, who: Carrier | None) -> int:
        """The number of the rival in question: for whom a step is taken, or else whom somebody is with or has in view."""
        if self.in_question is not None:
            return self.in_question
        person: Any = who if isinstance(who, Customer) else self.person
        return int(person.rival) if self.parts.several else 0

    def _settings(self, week: np.void) -> SimpleNamespace:
        """A week's policies; where there are several rivals, ``p.rival`` is the one in question."""
        found = settings_of(week, {name: each for name, each in self.parts.settings.items() if name != "rival"})
        rivals = [_of_rival(week, self.parts, number) for number in range(self.rivals)]
        found.rival = OfRivals(self, rivals) if self.parts.several else rivals[0]
        return found

    def _listing(self, item: Listing) -> None:
        self.lists[item.asked] = [customer for customer in self.everybody if self.take(item.asked, customer)]

    def _listed(self, asked: Step) -> list[Customer]:
        """Those of whom a question is true; asked now, unless it was asked earlier in the week."""
        if asked not in self.lists:
            self._listing(Listing(asked))
        return self.lists[asked]

    def _whoever(self, item: Whoever) -> None:
        for customer in self._listed(item.asked):
            self.take(item.step, customer)

    def _inturn(self, item: InTurn) -> None:
        for customer in self.everybody[self.week.number % item.weeks :: item.weeks]:
            self.take(item.step, customer)

    def _company(self, item: ByCompany) -> None:
        if self.groups is None or item.step not in self.paid:
            self.take(item.step, self.company)
            return
        told, own = self.counted, self.policy
        before, numbers = (
            np.array(told.row()),
            self.groups.of[[who.number for who in self.everybody if who.is_customer]],
        )
        customers = np.bincount(numbers, minlength=len(self.of_groups)) if numbers.size else np.array([1])
        together = np.zeros_like(before)
        for group in np.flatnonzero(customers):
            self.counted, self.policy = told.copy(), self.of_groups[group]
            self.take(item.step, self.company)
            together += (np.array(self.counted.row()) - before) * customers[group]
        self.counted, self.policy = told, own
        told.take(before + (together + customers.sum() // 2) // customers.sum())

    def _representatives(self, item: Representatives) -> None:
        for representative in self.company.on_duty():
            self.take(item.step, representative)

    # ---- lines -------------------------------------------------------------------------------------------------------

    def _servers(self, line: Line) -> tuple[int, int]:
        """How many serve at a line, last week and this."""
        first, second = line.servers
        if first in self.parts.settings:
            return getattr(getattr(self.last_policy, first), second), getattr(getattr(self.policy, first), second)
        return int(getattr(self.company, second)), int(getattr(self.company, first))

    def _minutes(self, policy: SimpleNamespace, hours: tuple[str, str]) -> float:
        return self.week.minutes_open(getattr(getattr(policy, hours[0]), hours[1]))

    def _resize(self, item: Resize) -> None:
        week, each = self.week.number, self.flags.stands_for
        usual = self._minutes(self.last_policy, item.hours) if week > 0 else 0.0
        for line in item.lines:
            times, numbers = getattr(self.queues, line.free_at), getattr(self.queues, line.numbers)
            minutes = clock_set_back(self.queues.by_hour, week, each, usual) if line.by_hour else usual
            resize(times, numbers, *self._servers(line), minutes)

    def _open(self, line: Line) -> OpenLine:
        """The line as it stands open this week."""
        _, now = self._servers(line)
        free_at, numbers = getattr(self.queues, line.free_at), getattr(self.queues, line.numbers)
        there = getattr(self.queues, line.standing) if line.standing else np.zeros(0)
        staff = self.company.on_duty() if line.servers[0] == "representatives_on_duty" else []
        hours = self.queues.by_hour if line.by_hour else no_hours()
        return OpenLine(free_at[:now], numbers[:now], there, staff, hours)

    def _queue(self, item: Queue) -> None:
        lines, minutes = [self._open(line) for line in item.lines], self._minutes(self.policy, item.hours)
        comers = self._stages(item)
        arrivals = [self.take(item.arrive, customer, mark) for customer, mark in comers]
        moments = np.array([word * AS_SHARE * minutes for word, *_ in arrivals], np.float64)
        ends: dict[int, tuple[Any, ...]] = {}
        order = _by_time(moments)
        if item.lines[0].by_hour:
            along_week(self.queues.by_hour, self.week.number, self.flags.stands_for, minutes, moments)
        if item.again is None:
            for k in order:
                _, needs, patience, which = arrivals[k]
                given = float(moments[k]), float(needs), float(patience)
                lines[int(which)].come_forward(given[0])
                ends[k] = self.take(item.serve, comers[k][0], *given, line=lines[int(which)])
        else:
            self._in_turn(item, lines[0], comers, (moments, arrivals, order, minutes), ends)
        for k, (customer, mark) in enumerate(comers):
            wait, outcome, agent = ends[k]
            mark = mark if item.stages else int(arrivals[k][3])
            self.take(item.leave, customer, mark, float(wait), outcome, agent=agent)
        for line in item.lines:
            if line.standing:
                rebase_line(getattr(self.queues, line.standing), minutes)

    def _in_turn(
        self,
        item: Queue,
        line: OpenLine,
        comers: list[tuple[Customer, int]],
        calls: tuple[np.ndarray, list[Any], Sequence[int], float],
        ends: dict[int, tuple[Any, ...]],
    ) -> None:
        """Serve the lowest rank first, and those who come again once more; see :mod:`sim.service.turns`."""
        assert item.rank and item.again and item.endure
        moments, arrivals, first, minutes = calls
        ranks = np.array([self.take(item.rank, customer) for customer, _ in comers], np.int32)
        bears = [float(patience) for _, _, patience, _ in arrivals]
        order, waiting, came, again = np.array(first, np.int32), np.zeros(len(comers) + 1, np.int32), 0, 0
        while True:
            if waiting[0] == 0:
                came, again = let_in(
                    next_moment(order, came, again, moments), order, came, again, waiting, ranks, moments
                )
            if waiting[0] == 0:
                return
            line.come_forward(moments[waiting[1]])
            came, again = let_in(line.can_serve(waiting, moments), order, came, again, waiting, ranks, moments)
            k = int(whose_turn(waiting, ranks, moments))
            customer, mark = comers[k]
            needs = float(arrivals[k][1])
            ends[k] = self.take(item.serve, customer, float(moments[k]), needs, bears[k], line=line)
            wait, outcome, agent = ends[k]
            left = float(moments[k]) + wait
            until = open_until(self.queues.by_hour, self.week.number, self.flags.stands_for, left, minutes)
            after, mark = self.take(item.again, customer, mark, float(wait), outcome, needs, until - left, agent=agent)
            if after < np.inf:
                comers[k] = customer, int(mark)
                moments[k], bears[k] = left + float(after), float(self.take(item.endure, customer, int(mark)))
                put_in(order, again, k, ranks[:0], moments)
                again += 1

    def _stages(self, item: Queue) -> list[tuple[Customer, int]]:
        """Those who come to a line, and the marks that what came before has left."""
        comers = [(customer, 0) for customer in self._listed(item.asked)]
        for stage in item.stages:
            marked = [(customer, self.take(stage, customer, mark)) for customer, mark in comers]
            comers = [(customer, mark) for customer, mark in marked if mark != 0]
        return comers

    # ---- talk --------------------------------------------------------------------------------------------------------

    def _overhearing(self, item: Overhearing) -> None:
        self.said, self.said_content = silence(self.rivals), no_content(self.rivals)
        self.said[COMPANY, False] += self.take(item.step, self.company)

    def _telling(self, item: Telling) -> None:
        for customer in self._listed(item.asked):
            well, parts = self.take(item.says_well, customer), carried(self.take(item.content, customer))
            about, strangers = self.take(item.about, customer), self._readers(customer, well) if item.posts else ()
            if self.parts.several and about == RIVAL and item.which is not None:
                about += int(self.take(item.which, customer))
            hearers = [other for other in (*customer.friends, *strangers) if other.provider != GONE]
            for other in hearers:
                other.told[about, well] += 1
                other.content[about] += parts
            self.said[about, well] += 1
            self.said_content[about] += parts
            self.take(item.be_heard, customer, well, len(hearers))

    def _showing(self, item: Showing) -> None:
        for customer in self._listed(item.asked):
            shown = self.take(item.shown, customer)
            for friend in customer.friends:
                self.take(item.step, friend, shown)

    def _readers(self, customer: Customer, well: bool) -> Iterable[Customer]:
        """Strangers who read what is posted, one of them perhaps more than once."""
        p = self.policy.word_of_mouth
        if p.broadcast == 0 or not happens(p.online, customer.luck(POSTS, 0)):
            return []
        count = strangers_reached(p.broadcast, p.outcry, well)
        drawn = (customer.word(POSTS, place + 1) * len(self.everybody) >> 32 for place in range(count))
        return [self.everybody[number] for number in drawn if number != customer.number]

    # ---- what is written down ----------------------------------------------------------------------------------------

    def note(self, person: int, what: str, amount: float | np.float32) -> None:
        """Enter an event in the journal when it happens to somebody watched."""
        head = self.journal[0]
        if head["person"] in (person, EVERYBODY) and head["week"] < self.journal.size - 1:
            head["week"] += 1
            self.journal[head["week"]] = (person, self.week.number, self.parts.events.index(what), amount)

    def state(self) -> State:
        """Everything that lasts from week to week, in columns."""
        people = {kind: _table(self.parts, kind, self.everybody, dtype) for kind, dtype in KINDS.items()}
        staff = _table(self.parts, "staff", self.company.representatives, OF_COMPANY["staff"])
        firm = _table(self.parts, "firm", [self.company], OF_COMPANY["firm"])
        return self.queues._replace(**people, staff=staff, firm=firm, reputation=self.week.reputations.copy())


def settings_of(week: np.void, parts: dict[str, dict[str, type]]) -> SimpleNamespace:
    """One week's policies as ``part.parameter``: float32 numbers, whole numbers, yes or no."""
    form: dict[type, Any] = {float: f32, int: int, bool: bool}
    return SimpleNamespace(
        **{
            part: SimpleNamespace(**{name: form[kind](week[f"{part}_{name}"]) for name, kind in settings.items()})
            for part, settings in parts.items()
        }
    )


def _of_rival(week: np.void, parts: Parts, number: int) -> SimpleNamespace:
    """One week's settings of a rival."""
    if not parts.several:
        return settings_of(week, {"rival": parts.settings["rival"]}).rival
    return SimpleNamespace(**{name: f32(week[f"rivals_{name}"][number]) for name in parts.settings["rival"]})


def _rows(parts: Parts, kind: str, name: str) -> slice | list[int]:
    """Where in the columns of a kind the numbers of one name stand."""
    if parts.several and name in parts.lanes(kind):
        return parts.lane_rows(name)
    return slice(parts.row(name), parts.row(name) + parts.columns(kind)[name].size)


def _hand_out(table: np.ndarray, parts: Parts, kind: str, people: Sequence[Carrier]) -> None:
    """Give everybody what stands in their place of the columns."""
    for name, column in parts.columns(kind).items():
        for person, value in zip(people, table[_rows(parts, kind, name)].T, strict=True):
            if name in person.of_rivals:
                person.of_rivals[name][:] = value
            else:
                setattr(person, name, value[0] if column.size == 1 else Several(value.copy()))


def _table(parts: Parts, kind: str, owners: Sequence[Carrier], dtype: type) -> np.ndarray:
    """The columns of one kind (row by row) of those who carry them."""
    table: np.ndarray = np.zeros((parts.rows(kind), len(owners)), dtype)
    for name in parts.columns(kind) if owners else ():
        table[_rows(parts, kind, name)] = np.array([_numbers(owner, name) for owner in owners], dtype).T
    return table


def _numbers(owner: Carrier, name: str) -> np.ndarray:
    """What somebody carries under one name, as numbers."""
    if name in owner.of_rivals:
        return owner.of_rivals[name]
    carried = getattr(owner, name)
    return carried.numbers if isinstance(carried, Several) else np.ravel(carried)


def _by_time(moments: np.ndarray) -> list[int]:
    """The places of moments from the earliest to the latest; of two at the same instant the lower comes first."""
    order, spare = np.empty((2, len(moments)), np.int32)
    in_order(moments, order, spare)
    return [int(place) for place in order]


def resize(times: np.ndarray, numbers: np.ndarray, before: int, now: int, minutes: float) -> None:
    """Start a new week at a line, ``minutes`` after the last began: ``now`` serve where ``before`` did."""
    rebase(times[:before], numbers[:before], minutes)
    if now == before:
        return
    known = zip(times[:before], numbers[:before], strict=True)
    staying = [(free_at, number) for free_at, number in known if number < now]
    newcomers = [(0.0, number) for number in range(before, now)]
    for place, entry in enumerate(staying + newcomers):
        times[place], numbers[place] = entry
    put_in_order(times[:now], numbers[:now])


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
