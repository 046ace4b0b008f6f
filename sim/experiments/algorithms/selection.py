"""Which of several policies is best, with a promised probability of being right.

Every procedure compares policies under common random numbers: replication *r* is the same luck for all of them, so what
counts is the variance of differences. The promise is about policies that differ by at least the *indifference zone*: the
smallest difference anybody would act on. Larger is better throughout; turn the sign for a measure of which less is better.

- :func:`kim_nelson` (KN) drops a policy as soon as it is clearly beaten; its promise is proven for normal outcomes.
- :func:`ocba` spends replications where they tell most, and stops when the estimated chance of an error is small.
- :func:`subset` needs no further replications: it says which policies cannot be told apart from the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from sim.errors import Mistake

Evaluate = Callable[[Sequence[int], range], np.ndarray]
"""Policies' numbers and replications' numbers → float64 (policies, replications); NaN where a replication failed."""


@dataclass(frozen=True)
class Terms:
    """What a procedure promises, and what it may spend.

    ``zone``: the indifference zone; ``promise``: the probability of being right; ``first``: replications of the first stage;
    ``batch``: how many are asked for at a time; ``most``: budget of a policy; ``start``: number of the first replication.
    """

    zone: float
    promise: float = 0.95
    first: int = 20
    batch: int = 20
    most: int = 10_000
    start: int = 0

    def check(self, policies: int) -> None:
        """Raise :class:`~sim.errors.Mistake`, in a sentence, when nothing can be promised on these terms."""
        if policies < 2:
            raise Mistake(f"selection needs at least two policies, not {policies}")
        if not 1 / policies < self.promise < 1:
            raise Mistake(
                f"the promised probability is {self.promise:g}, but must lie between {1 / policies:.3g} – what picking one of "
                f"{policies} policies blindly would reach – and 1"
            )
        if not self.zone > 0:
            raise Mistake(
                f"the indifference zone is {self.zone:g}, but must be above 0: no number of runs settles a tie"
            )
        if self.first < 3 or self.most < self.first:
            raise Mistake(
                f"the first stage has {self.first} replications and the budget is {self.most}; at least 3, and no more"
            )


@dataclass(frozen=True, eq=False)
class Selection:
    """What a procedure found.

    ``best``: the policy with the highest mean among ``remaining``, those that could not be told apart from it within the
    budget (it alone when the question is decided). ``used``: how many replications each policy has.
    """

    best: int
    remaining: tuple[int, ...]
    used: np.ndarray

    @property
    def decided(self) -> bool:
        """Whether a single policy is left."""
        return len(self.remaining) == 1

    @property
    def replications(self) -> int:
        """Replications spent, over all policies."""
        return int(self.used.sum())


class _Records:
    """What has been seen of every policy: its replications from ``start`` on, without gaps."""

    def __init__(self, evaluate: Evaluate, policies: int, start: int) -> None:
        self.evaluate, self.start = evaluate, start
        self.seen: list[np.ndarray] = [np.empty(0)] * policies

    def extend(self, policies: Sequence[int], upto: int) -> None:
        """Have at least ``upto`` replications of each of these policies; those that are equally far are asked together."""
        for have in sorted({len(self.seen[p]) for p in policies if len(self.seen[p]) < upto}):
            group = [p for p in policies if len(self.seen[p]) == have]
            found = self.evaluate(group, range(self.start + have, self.start + upto))
            for policy, values in zip(group, found, strict=True):
                self.seen[policy] = np.concatenate([self.seen[policy], values])

    def difference(self, one: int, other: int) -> np.ndarray:
        """``one`` less ``other`` in the replications that both finished."""
        shared = min(len(self.seen[one]), len(self.seen[other]))
        gap = self.seen[one][:shared] - self.seen[other][:shared]
        return _enough(gap[np.isfinite(gap)])

    def leader(self, policies: Sequence[int]) -> int:
        """The policy that none of these beats on the replications they share, or else the one with the highest mean.

        With unequal numbers of replications the plain means are of different luck, and may mislead.
        """
        means = {p: float(_enough(self.seen[p][np.isfinite(self.seen[p])]).mean()) for p in policies}
        order = sorted(policies, key=lambda p: (-means[p], p))
        return next((p for p in order if all(self.difference(p, q).mean() >= 0 for q in order if q != p)), order[0])

    def shared(self, policies: Sequence[int]) -> np.ndarray:
        """The replications that all of these have: (policies, replications)."""
        least = min(len(self.seen[policy]) for policy in policies)
        return np.stack([self.seen[policy][:least] for policy in policies])

    def found(self, remaining: Sequence[int]) -> Selection:
        """The answer, given which policies remain."""
        used = np.array([len(values) for values in self.seen])
        return Selection(self.leader(remaining), tuple(sorted(remaining)), used)


def _enough(values: np.ndarray) -> np.ndarray:
    """The same values, if they are of two replications or more; else a :class:`Mistake`."""
    if values.shape[-1] < 2:
        raise Mistake(
            "fewer than two replications finished in every policy and had anything to measure, so nothing can be compared; see "
            "what failed, or take another outcome"
        )
    return values


def kim_nelson(evaluate: Evaluate, policies: int, terms: Terms) -> Selection:
    """KN: the best of ``policies``, right with probability ``promise`` when it leads by ``zone`` or more.

    Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection in simulation", ACM TOMACS 11:251-273,
    with c = 1: after ``first`` replications the variances of differences are fixed; policy *i* is dropped at replication
    *r* when another's mean leads by more than max(0, zone/2r (h² S²/zone² - r)). Under common random numbers each of the
    k - 1 comparisons may err with probability (1 - promise)/(k - 1).

    Replications are asked for ``batch`` at a time and judged one by one, so the batch changes no answer, only how much is
    thrown away. When ``most`` replications of a policy have not decided, :func:`subset` says which remain.
    Raises :class:`~sim.errors.Mistake`.
    """
    terms.check(policies)
    records, first, zone = _Records(evaluate, policies, terms.start), terms.first, terms.zone
    records.extend(range(policies), first)
    variances = _difference_variances(np.stack(records.seen)[:, :first])
    threshold = _threshold(policies, terms.promise, first) * variances / zone**2
    alive, judged = list(range(policies)), first - 1
    while len(alive) > 1 and judged < terms.most:
        records.extend(alive, first if judged < first else min(judged + terms.batch, terms.most))
        upto = min(len(records.seen[policy]) for policy in alive)
        alive = _screened(records, alive, threshold, zone, range(judged + 1, upto + 1))
        judged = upto
    if len(alive) > 1:  # the budget is spent: what can be said without an indifference zone
        alive = [alive[place] for place in subset(records.shared(alive), terms.promise)]
    return records.found(alive)


def _threshold(policies: int, promise: float, first: int) -> float:
    """h² of KN with c = 1: (n0 - 1) ((2 alpha / (k - 1))^(-2/(n0 - 1)) - 1)."""
    error = (1 - promise) / (policies - 1)
    return (first - 1) * ((2 * error) ** (-2 / (first - 1)) - 1)


def _difference_variances(values: np.ndarray) -> np.ndarray:
    """Variance of every pair's difference: (policies, policies)."""
    whole = _enough(values[:, np.isfinite(values).all(axis=0)])
    covariance = np.cov(whole)
    spread = np.diag(covariance)
    return np.maximum(spread[:, None] + spread[None, :] - 2 * covariance, 0)


def _screened(records: _Records, alive: list[int], threshold: np.ndarray, zone: float, counts: range) -> list[int]:
    """Who is left after each of these numbers of replications has been judged, or one is left."""
    values = np.stack([records.seen[policy][: counts.stop - 1] for policy in alive])
    sums = np.where(np.isfinite(values).all(axis=0), values, 0.0).cumsum(axis=1)  # a failed luck counts for nobody
    for count in counts:
        pairs = np.ix_(alive, alive)
        allowed = np.maximum(zone / 2 * (threshold[pairs] - count), 0)
        total = sums[:, count - 1]
        beaten = (total[None, :] - total[:, None] > allowed).any(axis=1)
        alive, sums = [p for p, out in zip(alive, beaten, strict=True) if not out], sums[~beaten]
        if len(alive) == 1:
            break
    return alive


def ocba(evaluate: Evaluate, policies: int, terms: Terms) -> Selection:
    """OCBA: replications go where the best is hardest to tell, until the estimated chance of an error is small enough.

    Chen, Lin, Yücesan & Chick 2000, "Simulation budget allocation for further enhancing the efficiency of ordinal
    optimization", DEDS 10:251-270: policy *i* gets replications in proportion to (spread/gap)². Here spread is that of the
    paired difference from the best, and the best runs as long as the longest of the others, because luck is shared.

    It stops when the chances that some other policy is better by more than half the zone add up to no more than
    1 - ``promise`` (Student's t for each; half, because looking again and again costs certainty – a rule of thumb that the
    tests hold to the promise, not a theorem). ``batch`` and ``most`` are per policy, on average. Raises
    :class:`~sim.errors.Mistake`.
    """
    terms.check(policies)
    records, may_err = _Records(evaluate, policies, terms.start), 1 - terms.promise
    more, most = terms.batch * policies, terms.most * policies
    records.extend(range(policies), terms.first)
    while True:
        best = records.leader(range(policies))
        errors = _errors(records, best, terms.zone / 2)
        spent = sum(len(values) for values in records.seen)
        if errors.sum() <= may_err or spent >= most:
            break
        _grant(records, _shares(records, best, terms.zone) * min(spent + more, most), more)
    rivals = [p for p in range(policies) if p != best and errors[p] > may_err / (policies - 1)]
    return records.found([best] if errors.sum() <= may_err else [best, *rivals])


def _errors(records: _Records, best: int, slack: float) -> np.ndarray:
    """For each policy the estimated chance that it is better than ``best`` by more than ``slack``."""

    def chance(gap: np.ndarray) -> float:
        error = max(float(gap.std(ddof=1)), 1e-300) / math.sqrt(len(gap))
        return float(stdtr(len(gap) - 1, -(gap.mean() + slack) / error))

    return _of_the_others(records, best, chance)


def _shares(records: _Records, best: int, zone: float) -> np.ndarray:
    """What share of the budget each policy should have."""
    ratio = _of_the_others(records, best, lambda gap: gap.var(ddof=1) / max(float(gap.mean()), zone / 2) ** 2)
    ratio[best] = ratio.max()
    return ratio / ratio.sum() if ratio.sum() > 0 else np.full(len(ratio), 1 / len(ratio))


def _of_the_others(records: _Records, best: int, work: Callable[[np.ndarray], float]) -> np.ndarray:
    """Something of the lead of ``best`` over each policy, replication by replication; 0 for itself."""
    others = range(len(records.seen))
    return np.array([work(records.difference(best, policy)) if policy != best else 0.0 for policy in others])


def _grant(records: _Records, wanted: np.ndarray, budget: int) -> None:
    """Give about ``budget`` replications to those furthest below what they should have."""
    have = np.array([len(values) for values in records.seen])
    lack = np.maximum(wanted - have, 0)
    scale = min(1.0, budget / lack.sum()) if lack.sum() > 0 else 0.0
    target = have + np.ceil(lack * scale).astype(int)
    if (target == have).all():
        target = have + 1
    for policy in np.flatnonzero(target > have):
        records.extend([int(policy)], int(target[policy]))


def subset(values: np.ndarray, promise: float = 0.95) -> tuple[int, ...]:
    """The policies that may be best: a subset that holds the best with probability ``promise``, whatever the gaps.

    ``values``: float64 (policies, replications), paired. Policy *i* stays unless another's mean leads by more than
    t S/sqrt(n), S being the spread of their difference and t the quantile for (1 - promise)/(k - 1). Gupta 1965, "On some
    multiple decision rules", Technometrics 7:225-245, in the paired form of Nelson, Swann, Goldsman & Song 2001, "Simple
    procedures for selecting the best simulated system when the number of alternatives is large", Operations Research 49.
    """
    values = np.asarray(values, np.float64)
    values = values[:, np.isfinite(values).all(axis=0)]
    policies, count = values.shape
    if policies == 1:
        return (0,)
    quantile = float(stdtrit(count - 1, 1 - (1 - promise) / (policies - 1)))
    allowed = quantile * np.sqrt(_difference_variances(values) / count)
    means = values.mean(axis=1)
    return tuple(np.flatnonzero((means[:, None] >= means[None, :] - allowed).all(axis=1)).tolist())


def by_subset(evaluate: Evaluate, policies: int, terms: Terms) -> Selection:
    """What :func:`subset` says of the first stage alone."""
    terms.check(policies)
    records = _Records(evaluate, policies, terms.start)
    records.extend(range(policies), terms.first)
    return records.found(subset(records.shared(range(policies)), terms.promise))
