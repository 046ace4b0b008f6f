"""An answer by customer: whoever is in the scenario's file, how likely they stay under each policy, and whom to talk to first.

The chance to stay is the share of replications in which a customer stayed from week 0 to the end. Its difference between two
policies is paired, replication by replication, and its 95 % interval is that of matched proportions with half a case added to
each of the four kinds (Agresti & Min 2005, Statistics in Medicine 24:729-740). It narrows with more replications: it is an
interval of a chance, not of what one person does, who stays or does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Mistake
from sim.runs.accounts import Account
from sim.runs.results_folder import words_of
from sim.runs.segments import SEGMENT, Setting, reason
from sim.runs.who import PARTS_OF_ONE
from sim.scenario.customers import customers_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.data.customer_file import Customers
    from sim.runs.result import Result

DRAWN = (
    "there is no customer file, so that the customers are other people in every replication and nothing can be told of each; "
    "segments are told all the same"
)
NOT_LOOKED_AT = (
    "who stayed in which replication was not kept of these results: run the scenario with sim.run or sim.compare"
)
OTHERS_THERE = "the scenarios are of different customer files, so that customers cannot be paired"
EDGE = 1.959964
"""Standard deviations to the end of a 95 % interval."""


def why_none(results: Sequence[Result]) -> str:
    """Why nothing can be told by customer, in words; empty when it can."""
    files = [customers_of(result.scenario) for result in results]
    if any(file is None for file in files):
        return DRAWN
    if len({file.sha256 for file in files if file} | {len(file.line) for file in files if file}) > 2:
        return OTHERS_THERE
    return NOT_LOOKED_AT if any(result.who is None or not len(result.numbers) for result in results) else ""


def table(results: Sequence[Result], setting: Setting) -> pd.DataFrame:
    """One row a customer of the file, who gains most under the best policy first; of a single policy, who stays least likely.

    ``customer``: the id that the file gives, else the number of the row, counted from 0 as ``loyalty journey --customer``
    does; ``line``: the row's line in the file; the ``segment``, and the columns that are kept; ``spend``: what the customer
    pays a week at a price index of 1, on average where it is drawn. For each policy ``stays_…``: the chance to stay;
    ``difference_…`` from the first with the ends of its interval ``…_low`` and ``…_high``, missing where it was too much to
    keep who stayed when; ``worth_…``: what the customer pays over the measured weeks at the policy's list price, times the
    chance to stay; ``revenue_…`` and ``cost_…``: what the customer brings and costs over the measured weeks, on average of
    the replications (see :mod:`sim.runs.accounts`), where that was kept. ``main_reason``: the cause that the customer, in the
    replications of the first policy in which they stayed, most often holds most against the company; ``reason_of``: whose
    reason that is, the ``customer``'s, the ``segment``'s or ``everybody``'s. Raises :class:`~sim.errors.Mistake` where there
    is no customer file.
    """
    import pandas as pd

    if why := why_none(results):
        raise Mistake(why)
    file, base = customers_of(results[0].scenario), results[0]
    assert file is not None and base.who is not None
    columns, suffixes = _of_file(file), names(results)
    taken = {*_AHEAD, *(f"{what}_{name}" for what in _OF_POLICY for name in suffixes)}
    columns |= {(f"{name} (file)" if name in taken else name): cells for name, cells in file.kept.items()}
    columns["spend"] = base.who.spend / PARTS_OF_ONE / len(base.numbers)
    for result, name in zip(results, suffixes, strict=True):
        chance = _chance(result, setting)
        columns[f"stays_{name}"] = chance
        if result is not base:
            columns |= {f"difference_{name}{end}": value for end, value in _difference(base, result, setting).items()}
        columns[f"worth_{name}"] = _pays(result) * chance
        columns |= {f"{what}_{name}": money for what, money in _account(result).items()}
    columns["main_reason"], columns["reason_of"] = _reasons(base, file)
    found = pd.DataFrame(columns)
    order = f"difference_{names(results)[best(results)]}" if len(results) > 1 else f"stays_{suffixes[0]}"
    return found.sort_values(order, ascending=len(results) < 2, kind="stable", ignore_index=True)


_OF_POLICY = ("stays", "difference", "worth", *Account._fields)
_AHEAD = ("customer", "line", SEGMENT, "spend", "main_reason", "reason_of", "gain", "currency", "steadied")


def _of_file(file: Customers) -> dict[str, Any]:
    who: dict[str, Any] = {"customer": np.arange(len(file.line)) if file.ids is None else file.ids.astype(str)}
    return who | {"line": file.line} | ({} if file.segment is None else {SEGMENT: file.segment.astype(str)})


def names(results: Sequence[Result]) -> list[str]:
    """The policies as parts of columns' names: small letters, digits and underscores, each another."""
    found: list[str] = []
    for place, result in enumerate(results, 1):
        name = words_of(result.scenario.name, f"policy_{place}").replace("-", "_")
        found.append(f"{name}_{place}" if name in found else name)
    return found


def best(results: Sequence[Result]) -> int:
    """Which of the policies beside the first keeps most of the customers."""
    return 1 + int(np.argmax([float(np.mean(result.stayed)) / len(result.numbers) for result in results[1:]]))


def _chance(result: Result, setting: Setting) -> np.ndarray:
    """The chance of each customer to stay, of the replications that all have, as far as it is known of which."""
    assert result.who is not None
    if not result.who.known:
        return result.stayed / len(result.numbers)
    return _times(result, setting.numbers) / len(setting.numbers)


def _places(result: Result, numbers: np.ndarray) -> np.ndarray:
    return np.searchsorted(result.numbers, numbers)


def _times(result: Result, numbers: np.ndarray) -> np.ndarray:
    """In how many of these replications each customer stayed."""
    if len(numbers) == len(result.numbers):
        return result.stayed
    assert result.who is not None
    found = np.zeros(result.founders, np.int64)
    for place in _places(result, numbers):
        found += result.who.stayed(np.array([place]), result.founders)[0]
    return found


def _difference(base: Result, other: Result, setting: Setting) -> dict[str, np.ndarray]:
    """The paired difference of the chance to stay, and the ends of its interval."""
    assert base.who is not None and other.who is not None
    mean = _chance(other, setting) - _chance(base, setting)
    if not (base.who.known and other.who.known):
        return {"": mean, "_low": np.full(len(mean), np.nan), "_high": np.full(len(mean), np.nan)}
    kept, lost = np.zeros((2, base.founders))
    for here, there in zip(_places(base, setting.numbers), _places(other, setting.numbers), strict=True):
        one, two = base.who.bits[here], other.who.bits[there]
        kept += np.unpackbits(~one & two, count=base.founders)
        lost += np.unpackbits(one & ~two, count=base.founders)
    return {"": mean} | dict(
        zip(("_low", "_high"), paired(kept, lost, len(setting.numbers), _apart(setting)), strict=True)
    )


def _apart(setting: Setting) -> float:
    """How many of the replications are evidence of their own: those that met another world."""
    return 1.0 if setting.met is None else len(np.unique(setting.met)) / len(setting.met)


def paired(kept: np.ndarray, lost: np.ndarray, of: int, apart: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of the difference of two matched proportions.

    ``kept``: replications in which somebody stayed under the second alone, ``lost``: under the first alone, ``of`` so many;
    ``apart``: the share of these that count as independent.
    """
    plus, minus, many = kept * apart + 0.5, lost * apart + 0.5, of * apart + 2
    middle = (plus - minus) / many
    half = EDGE * np.sqrt(np.maximum(plus + minus - (plus - minus) ** 2 / many, 0)) / many
    return np.clip(middle - half, -1, 1), np.clip(middle + half, -1, 1)


def _pays(result: Result) -> np.ndarray:
    """What each customer would pay over the measured weeks, staying through all of them, at the list price."""
    assert result.who is not None
    price = result.scenario.policy()["pricing_list_price"][result.scenario.measure.start :].astype(np.float64).sum()
    return np.asarray(result.who.spend / PARTS_OF_ONE / len(result.numbers) * price)


def _account(result: Result) -> dict[str, np.ndarray]:
    """What each customer brings and costs over the measured weeks, on average; nothing where that was not kept."""
    assert result.who is not None
    money = result.who.money if result.who.money.shape[1] else ()
    return {name: sums / PARTS_OF_ONE / len(result.numbers) for name, sums in zip(Account._fields, money, strict=False)}


def _reasons(base: Result, file: Customers) -> tuple[np.ndarray, np.ndarray]:
    """The main reason of each customer, and whose it is."""
    from sim.model.behaviour.ledger import BOOKED

    assert base.who is not None
    many = len(file.line)
    words = np.full(many, reason(base.who.groups_held.sum(axis=0)) or "", object)
    whose = np.full(many, "everybody" if words[0] else "", object)
    if not len(base.who.held):
        return words, whose
    if file.segment is not None:
        segments, place = np.unique(file.segment.astype(str), return_inverse=True)
        for number in range(len(segments)):
            own = reason(base.who.held[place == number].sum(axis=0))
            if own:
                words[place == number], whose[place == number] = own, SEGMENT
    counts = base.who.held[:, : len(BOOKED)]
    known = counts.any(axis=1)
    words[known] = np.array(BOOKED, object)[counts[known].argmax(axis=1)]
    whose[known] = "customer"
    return words, whose


# ---- whom to talk to first


def first(found: pd.DataFrame, results: Sequence[Result], setting: Setting) -> pd.DataFrame:
    """Of :func:`table`, those whom the best policy keeps, and what that gains: the largest gain first.

    ``gain``: what the customer would pay over the measured weeks at that policy's list price, times ``steadied``: the
    difference of the chance to stay, drawn towards the mean of all customers by as much as it is luck (James & Stein 1961).
    Without that a list of the largest differences would be one of the luckiest.
    """
    policy = results[best(results)]
    base, other = (names(results)[place] for place in (0, best(results)))
    steady = steadied(found[f"difference_{other}"], found[f"difference_{other}_low"], found[f"difference_{other}_high"])
    with np.errstate(invalid="ignore", divide="ignore"):
        price = policy.scenario.policy()["pricing_list_price"][policy.scenario.measure.start :].astype(np.float64).sum()
    listed = found.assign(steadied=steady, gain=found["spend"] * price * steady, currency=policy.scenario.currency)
    ahead = [name for name in ("customer", "line", SEGMENT) if name in found]
    told = ["gain", "currency", "steadied", *(f"difference_{other}{end}" for end in ("", "_low", "_high")),
            f"stays_{base}", f"stays_{other}", "main_reason", "reason_of"]  # fmt: skip
    kept = [name for name in found.columns if name not in {*ahead, *told} and not _ours(name, results)]
    chosen = listed[listed["gain"] > 0].sort_values("gain", ascending=False, kind="stable", ignore_index=True)
    return chosen[[*ahead, *kept, *told]]


def _ours(name: str, results: Sequence[Result]) -> bool:
    """Whether a column is one of ours that the list of whom to talk to has no use for."""
    ends = names(results)
    return name == "spend" or any(
        name == f"{what}_{policy}{end}"
        for what in _OF_POLICY for policy in ends for end in ("", "_low", "_high")
    )  # fmt: skip


def steadied(difference: Any, low: Any, high: Any) -> np.ndarray:
    """Differences drawn towards their mean by the share of their variance that is luck; as they are where luck is not known."""
    values, half = np.asarray(difference, float), (np.asarray(high, float) - np.asarray(low, float)) / (2 * EDGE)
    if not np.isfinite(half).all() or len(values) < 3:
        return values
    middle, noise = values.mean(), half**2
    real = max(float(values.var(ddof=1) - noise.mean()), 0.0)
    return middle + (values - middle) * real / np.maximum(real + noise, 1e-300)
