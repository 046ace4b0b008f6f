"""What makes the difference between two policies: each cause of leaving is left out in turn, under the same luck.

The shares of all departures say why people leave; they do not say why *more* of them leave under one policy. So both policies
are lived once more by the same people with the same luck, but nobody loses goodwill by the cause (``ledger.without``): what of
the difference in retention is gone then, the cause explains. Causes act together – who is angry already leaves for less – so the
parts need not add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.model.behaviour.ledger import BOOKED
from sim.runs.comparison import Comparison
from sim.runs.executor import Executor
from sim.runs.runner import Place, Progress, run_together
from sim.runs.statistics import Difference, difference
from sim.scenario.whole import Scenario

TALK = "talk"
REMOVED: Mapping[str, Mapping[str, Any]] = {
    **{cause: {"ledger": {"without": number}} for number, cause in enumerate(BOOKED, 1)},
    TALK: {
        "talk": dict.fromkeys(("base", "strong", "grievance", "event", "moving", "passed_on", "passed_on_well"), 0.0),
        "referral": {"eagerness": 0.0},
        "digital_channels": {"visibility": 0.0},
    },
}
"""How each cause is left out, from week 0 on: with talk, nobody says a word of either provider."""
REPLICATIONS = 50
"""So many of the replications of a comparison are lived again for every cause."""


def with_causes(
    answer: Comparison,
    *,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """The comparison, which now says how much of each difference in retention each cause explains (``answer.causes``).

    The first :data:`REPLICATIONS` replications are lived again without each cause: ten times as many runs as the comparison had
    of these. Raises :class:`~sim.errors.Mistake` as :func:`sim.compare` does.
    """
    numbers = range(replications_for(answer))
    with Place(threads, None, None, executor).opened() as place:
        parts = {cause: _explained(answer, cause, numbers, place, progress) for cause in REMOVED}
    names = [other.scenario.name for other in answer.others]
    return replace(answer, causes={name: {cause: found[name] for cause, found in parts.items()} for name in names})


def replications_for(answer: Comparison) -> int:
    """How many of a comparison's replications are lived again for each cause."""
    return min(answer.asked, REPLICATIONS)


def runs_needed(answer: Comparison) -> int:
    """How many replications :func:`with_causes` lives."""
    return len(REMOVED) * len(answer.results) * replications_for(answer)


def _explained(
    answer: Comparison, cause: str, numbers: range, place: Executor, progress: Progress | None
) -> dict[str, Difference]:
    """What of each policy's difference in retention is gone when a cause is left out of both policies."""
    scenarios = [_without(result.scenario, cause) for result in answer.results]
    spared = Comparison(tuple(run_together(scenarios, numbers, answer.base.seed, place, progress=progress)))
    shared = np.intersect1d(answer.numbers, spared.numbers)
    return {
        whole.scenario.name: difference(
            _gap(spared, part.scenario.name, shared), _gap(answer, whole.scenario.name, shared)
        )
        for whole, part in zip(answer.others, spared.others, strict=True)
    }


def _without(scenario: Scenario, cause: str) -> Scenario:
    return scenario.with_(**REMOVED[cause])


def _gap(answer: Comparison, name: str, numbers: np.ndarray) -> np.ndarray:
    """The difference in retention from the base in these replications."""
    other = next(result for result in answer.others if result.scenario.name == name)
    gap = answer.values(other, "retention") - answer.values(answer.base, "retention")
    return np.asarray(gap[np.searchsorted(answer.numbers, numbers)])


def ranked(found: Mapping[str, Difference]) -> Sequence[tuple[str, Difference]]:
    """The causes that explain anything beyond luck, the largest first."""
    decided = [(cause, part) for cause, part in found.items() if part.decided]
    return sorted(decided, key=lambda one: -abs(one[1].mean))
