"""The mirror sets two views side by side; both are shares, and what widens a gap in the model widens it in the mirror."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import busy

from sim import run
from sim.model.behaviour.ledger import CAUSES
from sim.report import mirror, reasons
from sim.runs.runner import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return run(busy(), 8)


def test_both_views_are_shares_and_the_widest_gap_comes_first(result: Result) -> None:
    found = mirror.reflections(result)
    assert {one.subject for one in found} == {pair.subject for pair in mirror.PAIRS}
    assert all(0 <= view <= 1 for one in found for view in (one.company, one.customers))
    sizes = [abs(one.gap.mean) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(one.gap.mean == pytest.approx(one.company - one.customers) for one in found)


def test_problems_nobody_reports_are_closed_in_the_books_only() -> None:
    silent = run(busy(complaining={"base": 0.0, "slope": 0.0}), 8)
    one = next(one for one in mirror.reflections(silent) if one.subject == "Solving problems")
    assert one.customers == 0.0 < one.company


def test_handling_time_is_what_the_queue_was_given() -> None:
    calm = run(busy(call_centre={"handling_spread": 0.0, "handling": 4.0}, outsourcing={"share": 0.0}), 2)
    assert mirror.handling_minutes(calm) == pytest.approx(4.0, rel=1e-5)


def test_the_page_says_which_gap_is_widest(result: Result, tmp_path: Path) -> None:
    path = mirror.write(result, tmp_path / "mirror.html")
    text, widest = path.read_text(encoding="utf-8"), mirror.reflections(result)[0]
    assert widest.customers_say in text[: text.index("</h1>")]
    assert all(pair.subject in text for pair in mirror.PAIRS)
    assert "<h2>How far to trust this</h2>" in text and "loyalty mirror" in text


def test_the_six_reasons_and_the_better_offer_account_for_everybody_who_left(result: Result) -> None:
    found = reasons.shares(result)
    assert set(found) == {*reasons.SIX, reasons.OTHER}
    for replication, left in enumerate(result.values["leavers_voluntary"]):
        assert sum(values[replication] for values in found.values()) == pytest.approx(1.0 if left else 0.0, abs=1e-6)


def test_every_cause_but_the_rival_and_moving_belongs_to_one_reason() -> None:
    causes = [cause for group in reasons.SIX.values() for cause in group]
    assert sorted(causes) == sorted(set(CAUSES) - {"rival", "involuntary"})
