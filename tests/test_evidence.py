"""The model as shipped against published results: each row of the table of evidence, and that a known miss is still one."""

import math
from pathlib import Path

import numpy as np
import pytest
from evidence.laboratory import QUIET, Laboratory, chance_if_comparing, merged
from evidence.market import ordinary_firm, week_of_leaving
from evidence.rows import HERE, ROLES, published
from evidence.table import EVIDENCE, WAITING

from sim.model.behaviour.ledger import BOOKED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "background" / "evidence.md"


SLOW = ("L33", "L51", "D06", "D07", "D08", "L38", "L05", "L25", "L08")
"""Rows that take longest, to measure or to compile: together longer than all the others."""


@pytest.mark.parametrize(
    "number", [pytest.param(each, marks=pytest.mark.heavy if each in SLOW else ()) for each in EVIDENCE]
)
def test_the_model_agrees_with_the_evidence_where_it_is_said_to(number: str) -> None:
    row, found = EVIDENCE[number], EVIDENCE[number].measure()
    band = row.published(number)
    assert all(map(math.isfinite, (found.value, found.low, found.high))) and found.low <= found.value <= found.high
    met = found.within(band.low, band.high)
    if row.missed:
        assert not met, f"{number} is met now, with {found.value:.3g}: strike out its 'missed'"
    else:
        assert met, f"{number}: {found.value:.3g}, band {band.low:g} to {band.high:g}, {found.conditions}"


def test_every_published_row_is_measured_or_waits() -> None:
    measured = {number for number, row in EVIDENCE.items() if row.fact is None}
    assert measured.isdisjoint(WAITING)
    assert measured | {number for number in WAITING if number.startswith("L")} == set(published())
    assert {row.published(number).role for number, row in EVIDENCE.items()} <= set(ROLES)


def test_a_row_that_is_switched_off_says_what_is_off() -> None:
    assert all((row.off is None) == (row.off_is == "") for row in EVIDENCE.values())


def test_the_page_has_every_row_with_its_verdict() -> None:
    """The page is written by ``make evidence``; a row that was added or whose verdict changed asks for it to be run."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    told = {line.split("|")[1].strip(): line for line in lines if line.startswith(("| L", "| D"))}
    assert set(told) == set(EVIDENCE) | set(WAITING)
    for number, row in EVIDENCE.items():
        assert ("**missed**" in told[number]) == bool(row.missed), number


def test_the_table_is_read_whole() -> None:
    assert len(published()) == len((HERE / "evidence.csv").read_text(encoding="utf-8").splitlines()) - 1


@pytest.mark.heavy
def test_chances_reckoned_from_the_rules_are_those_by_which_customers_leave() -> None:
    """Everybody's contract ends in week 1, so everybody compares; nothing else happens."""
    people = {"market": {"customers": 20_000, "prospects": 0, "stands_for": 1.0}, "network": {"kind": "none"}}
    ends = {"customers": {"traits": {"contract_weeks_left": 1}}, "choice": {"involuntary": 0.0}}
    lab = Laboratory(merged(QUIET, people, ends), weeks=3).after()
    chances = chance_if_comparing(lab, np.flatnonzero(lab.customers()))
    there = lab.customers().sum()
    left = there - (lab.after().customers()).sum()
    assert abs(left - chances.sum()) < 4 * np.sqrt((chances * (1 - chances)).sum())


def test_reasons_read_off_the_ledger_are_those_that_are_booked() -> None:
    lab = Laboratory(ordinary_firm(), weeks=40)
    lab.policy["pricing_list_price"][10:] = 1.03
    twin = lab.after(20).copy()
    rows = week_of_leaving(lab)
    portions, counts = (rows / rows.sum(1, keepdims=True)).sum(0), twin.counts(1)
    booked = [counts[f"left_because_{cause}"].sum() / 2**20 for cause in (*BOOKED, "rival")]
    assert portions == pytest.approx(booked, abs=1e-3) and sum(booked) > 10
