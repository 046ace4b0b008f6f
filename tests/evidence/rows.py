"""What a row of evidence is: a published result, how the model is measured against it, and what came out."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.runs.statistics import interval

HERE = Path(__file__).parent
ROLES = {"UNIT": "exact", "CAL": "may be fitted", "HOLD": "held out"}


@dataclass(frozen=True)
class Finding:
    """What was measured: a number with its 95 % interval, and further conditions of the row, each true or false."""

    value: float
    low: float
    high: float
    conditions: dict[str, bool] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def within(self, low: float, high: float) -> bool:
        """Whether the number lies in the band and every condition holds."""
        return bool(low <= self.value <= high) and all(self.conditions.values())


def exactly(value: float, conditions: dict[str, Any] | None = None, *remarks: str) -> Finding:
    """A finding without chance in it."""
    return Finding(float(value), float(value), float(value), _plain(conditions), remarks)


def over(values: Any, conditions: dict[str, Any] | None = None, *remarks: str) -> Finding:
    """The mean over replications, with its interval."""
    found = interval(np.asarray(values, float))
    return Finding(found.mean, found.low, found.high, _plain(conditions), remarks)


def _plain(conditions: dict[str, Any] | None) -> dict[str, bool]:
    return {name: bool(holds) for name, holds in (conditions or {}).items()}


def repeated(measure: Callable[[int], float], replications: int) -> Finding:
    """The mean of a measurement over replications, each of which it is given by number."""
    return over([measure(replication) for replication in range(replications)])


class Published(NamedTuple):
    """A row of ``evidence.csv``, or a figure of ``facts.json``."""

    claim: str
    low: float
    central: float
    high: float
    unit: str
    source: str
    role: str


@lru_cache(maxsize=1)
def published() -> dict[str, Published]:
    """Every row of ``evidence.csv`` by its number; where only signs were published, all of them have to come out (1)."""
    text = (HERE / "evidence.csv").read_text(encoding="utf-8")
    return {
        r["id"]: Published(
            r["claim"], *(float(r[end] or 1) for end in ("low", "central", "high")), r["unit"], r["citation"], r["role"]
        )
        for r in csv.DictReader(text.splitlines())
    }


def signs(conditions: dict[str, Any], *remarks: str) -> Finding:
    """The share of the published signs that come out, each of which is a condition as well."""
    return exactly(float(np.mean(list(_plain(conditions).values()))), conditions, *remarks)


@lru_cache(maxsize=1)
def facts() -> dict[str, Any]:
    """The figures computed from data sets."""
    return json.loads((HERE / "facts.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Row:
    """How a published result is measured in the model.

    ``off`` measures the same with the mechanism switched off, and ``off_is`` says what that means. ``missed`` says, for a row
    known to be missed, why: in terms of how the model is made. ``fact`` stands for a row that ``evidence.csv`` does not have.
    """

    statistic: str
    measure: Callable[[], Finding]
    off: Callable[[], Finding] | None = None
    off_is: str = ""
    missed: str = ""
    fact: Published | None = None

    def published(self, number: str) -> Published:
        """What the row is held to."""
        return self.fact or published()[number]
