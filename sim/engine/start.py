"""Where both engines begin: the same people, friends and empty queues, from a scenario's ground and a replication's number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.lib.recfunctions import repack_fields

from sim.engine.groups import Grouping, Policies
from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import KINDS, OF_COMPANY
from sim.model.component import Model, builtin
from sim.model.first_purchases import DRAWN, begin_buying
from sim.model.initial_state import LINES
from sim.model.mechanisms.employee_care import NEUTRAL as CARE_NEUTRAL
from sim.model.mechanisms.management import NEUTRAL as MANAGEMENT_NEUTRAL
from sim.model.mechanisms.management import on_duty
from sim.model.network import draw_network
from sim.model.population import Friends, Plan, Rivals, draw_people
from sim.model.random import world
from sim.model.week import Network, State
from sim.service.queues import idle, no_hours, nobody_in_line


class RunFlags(NamedTuple):
    """What does not change in the course of a replication.

    ``prices_move`` (and with them what seems fair) and ``offers_made``: whether they ever do, in any week, so that a
    mechanism that is off costs nothing; so with ``staff_lasts`` (representatives have a morale and a tenure) and
    ``budget_moves`` (the management reacts to the margin). ``warm_up``: weeks lived before week 0; ``measured_from``: weeks
    lived before the first that is measured.
    """

    world: np.uint64
    stands_for: float
    prices_move: bool
    offers_made: bool
    staff_lasts: bool
    budget_moves: bool
    warm_up: int = 0
    measured_from: int = 0


@dataclass(frozen=True, eq=False)
class Ground:
    """All that a scenario says, as arrays. ``policy``: one record a week, the warm-up's first.

    ``network``: kind, degree, rewiring; ``given``: what is not drawn of the network (see
    :func:`sim.model.network.draw_network`); ``warm_up``: weeks lived before week 0; ``measured_from``: the first week that is
    measured; ``listed``: whether a file says who is a customer in week 0; ``likeness``: how alike friends are;
    ``reputation``: of the company and of each rival; ``shares``: where there are several rivals, how many are with each at first
    of those who are with one; ``policies``: what is said of some people alone, None where nothing is; ``by_hour``: see
    :class:`~sim.model.week.State`.
    """

    plan: Plan
    policy: np.ndarray
    network: tuple[str, int, float]
    stands_for: float
    reputation: tuple[float, ...]
    given: np.ndarray | Network | None = None
    model: Model = field(default_factory=builtin)
    likeness: float = 0.0
    warm_up: int = 0
    measured_from: int = 0
    listed: bool = False
    shares: tuple[float, ...] = ()
    policies: Policies | None = None
    by_hour: np.ndarray = field(default_factory=no_hours)

    @property
    def weeks(self) -> int:
        """How long the scenario lasts, from week 0 on."""
        return len(self.policy) - self.warm_up

    def most(self, name: str) -> int:
        """The largest value a parameter may take in any week."""
        return int(self.values(name).max())

    def values(self, name: str) -> np.ndarray:
        """Every value that a parameter may take, in any week and group of people."""
        return self.policy[name] if self.policies is None else self.policies.values(self.policy, name)


def flags_of(ground: Ground, key: np.uint64) -> RunFlags:
    """The run flags of the replication with this key."""
    prices = ground.values("pricing_list_price")
    unfair = ("pricing_newcomer_discount", "fees_size", "fees_drip")
    prices_move = bool((prices != prices[0]).any() or any(ground.values(name).any() for name in unfair))
    offers = bool(ground.values("upselling_attempts").any())
    moves = prices_move, offers, _staff_lasts(ground), _budget_moves(ground)
    return RunFlags(key, float(ground.stands_for), *moves, ground.warm_up, ground.warm_up + ground.measured_from)


def _staff_lasts(ground: Ground) -> bool:
    """Whether any setting of :mod:`sim.model.mechanisms.employee_care` ever differs from those that change nothing."""
    return any(
        (ground.values(f"employee_care_{name}") != np.float32(value)).any() for name, value in CARE_NEUTRAL.items()
    )


def _budget_moves(ground: Ground) -> bool:
    """Whether the management ever reacts to the margin."""
    return any(ground.values(f"management_{name}").any() for name in MANAGEMENT_NEUTRAL)


def _room(ground: Ground, planned: str) -> int:
    """Most representatives or lanes of any week: those planned, or what the largest budget pays for."""
    most = ground.most(planned)
    if not _budget_moves(ground):
        return most
    return int(on_duty(most, ground.values("management_ceiling").max() - np.float32(1), 0))


def _lines(ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """The two lines before the lanes: with room only where somebody ever sees them, so that what is off costs nothing."""
    seen = bool(ground.values("self_checkout_line_in_sight").any())
    return nobody_in_line(seen), nobody_in_line(seen)


def empty_state(ground: Ground) -> State:
    """A state with room for this ground's people, representatives and lanes."""
    staff, lanes = _room(ground, "call_centre_representatives"), _room(ground, "self_checkout_lanes")
    many = dict.fromkeys(KINDS, ground.plan.people) | {"staff": staff, "firm": 1}
    columns = (_nothing(ground.model, kind, number) for kind, number in many.items())
    heaps = (*idle(staff), *idle(lanes), *idle(lanes))
    reputation, by_hour = np.zeros(len(ground.reputation), np.float32), np.zeros_like(ground.by_hour)
    return State._make((*columns, *heaps, *_lines(ground), reputation, by_hour))


def _nothing(model: Model, kind: str, many: int) -> np.ndarray:
    """The columns of a kind for so many who carry them, all zero."""
    return np.zeros((model.rows(kind), many), (KINDS | OF_COMPANY)[kind])


def _shipped(ground: Ground, policy: np.ndarray) -> np.ndarray:
    """The settings of the shipped model, all that people begin by: of one type for every model, for which it is compiled."""
    if ground.model is builtin():
        return policy
    names = [f"{part}_{name}" for part, settings in builtin().settings.items() for name in settings]
    policy = repack_fields(policy[names][:1])
    policy.flags.writeable = False
    return policy


def begin(ground: Ground, seed: int, replication: int, state: State) -> tuple[Network, RunFlags]:
    """Put the start of a replication, before its warm-up, into ``state``; returns its network and setting."""
    key = world(seed, replication)
    network = draw_network(key, ground.network[0], ground.plan.people, *ground.network[1:], ground.given)
    columns = (state.number, state.clock, state.mark)
    drawn_with = columns, Friends(network, ground.likeness), _rivals(ground)
    _draw(ground, key, ground.policy, *drawn_with)
    if ground.policies is not None:
        _begin_by_segment(ground, key, drawn_with)
    if ground.listed and ground.warm_up:
        ends = state.clock[ground.model.row("contract_end")]
        ends[ends >= 0] += ground.warm_up
        if BUYING in ground.model.used:
            state.clock[ground.model.row("bought_in")] += ground.warm_up
    state.staff[:], state.firm[:] = 0, 0
    if ground.model.several:
        _begin_shares(ground.model, state)
    for times, numbers in (
        (state.busy, state.server),
        (state.lane_busy, state.lane),
        (state.self_busy, state.self_lane),
    ):
        times[:], numbers[:] = idle(len(times))
    state.lane_line[:], state.self_line[:] = 0, 0
    state.reputation[:], state.by_hour[:] = ground.reputation, ground.by_hour
    return network, flags_of(ground, key)


BUYING = "purchases"
"""The mechanism by which customers buy now and then."""


def _draw(
    ground: Ground,
    key: np.uint64,
    policy: np.ndarray,
    columns: tuple[np.ndarray, np.ndarray, np.ndarray],
    friends: Friends,
    rivals: Rivals | None,
) -> None:
    """Everybody as they begin under a policy."""
    plan, policy = ground.plan, _shipped(ground, policy)
    draw_people(key, plan, policy, columns, friends, rivals)
    if BUYING in ground.model.used:
        lines = (plan.given, plan.segment, plan.kind, plan.numbers, plan.until)
        rows = np.array([ground.model.row(name) for name in DRAWN])
        begin_buying(key, lines, policy, columns, rows)


def _begin_by_segment(
    ground: Ground, key: np.uint64, drawn_with: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], Friends, Rivals | None]
) -> None:
    """Whoever is under a policy of their segment from the first week on begins under it: drawn once more, with the same luck."""
    columns, friends, rivals = drawn_with
    groups, kinds = Grouping(ground), columns[2][ground.model.row("segment")].copy()
    for number, segment in enumerate(groups.numbered, 1):
        policy = groups.settings[:1, number].copy()
        policy.flags.writeable = ground.policy.flags.writeable
        if policy[0] != ground.policy[0]:
            again = np.zeros_like(columns[0]), np.zeros_like(columns[1]), np.zeros_like(columns[2])
            _draw(ground, key, policy, again, friends, rivals)
            for column, other in zip(columns, again, strict=True):
                column[:, kinds == segment] = other[:, kinds == segment]


def _rivals(ground: Ground) -> Rivals | None:
    """Several rivals, as people begin."""
    if not ground.model.several:
        return None
    said = [ground.policy[f"rivals_{name}"][0, : len(ground.shares)] for name in ("level", "error_rate", "overpromise")]
    return Rivals(ground.model, ground.shares, np.ascontiguousarray(np.stack(said, axis=1)))


def _begin_shares(model: Model, state: State) -> None:
    """How large everybody is in the market before the first week."""
    provider, which, people = state.mark[model.row("provider")], state.mark[model.row("rival")], state.mark.shape[1]
    with_rival = np.bincount(which[provider == RIVAL], minlength=len(model.rivals)).astype(np.float32)
    state.firm[model.row("own_share")] = np.float32(np.count_nonzero(provider == COMPANY)) / np.float32(people)
    state.firm[model.lane_rows("rival_share"), 0] = with_rival / np.float32(people)


FELT = ("grievance", "expectation", "satisfaction", "trust")
"""What a customer file may say of how people feel."""


def hold_to_file(ground: Ground, began: State, state: State, week: int) -> None:
    """After a week of the warm-up, have a customer file's people be those whom it lists; nothing is done without a file.

    Whoever went or came in the week is put back and begins again as they ``began``: somebody of their kind is there today. After
    the last week all feel what the file says they feel, and have been there for as long.
    """
    if not ground.listed:
        return
    now, then = state.mark[ground.model.row("provider")], began.mark[ground.model.row("provider")]
    moved = now != then
    if ground.model.several:
        moved |= (now == RIVAL) & (state.mark[ground.model.row("rival")] != began.mark[ground.model.row("rival")])
    who = np.flatnonzero(moved)
    for kind in KINDS:
        getattr(state, kind)[:, who] = getattr(began, kind)[:, who]
    if week == ground.warm_up - 1:
        for name in ("tenure", *(["bought_in"] if BUYING in ground.model.used else [])):
            state.clock[ground.model.row(name)] = began.clock[ground.model.row(name)]
        for place, line in enumerate(LINES if ground.plan.given.size else ()):
            if line.name in FELT:
                said = np.flatnonzero(~np.isnan(ground.plan.given[place]))
                state.number[ground.model.row(line.name), said] = ground.plan.given[place, said]
