"""Reaching a company, against closed forms: who gives up, who writes, what a chatbot solves; all contacts are counted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from grounds import GROUNDS, counted, ground, lived, of_name

from sim.model.distributions import constant

NO_CAUSE = {"quality_error_rate": 0.0, "quality_spread": 0.0, "call_centre_unanswered_severity": 0.0}
ASKS = NO_CAUSE | {"call_centre_questions": 1.0, "choice_attention": 0.0, "call_centre_representatives": 5}


def asking(**settings: Any) -> dict[str, int]:
    """The counts of ten weeks in which 800 customers, all alike, ask something every week."""
    people = {"patience": constant(2.0), "digital_affinity": constant(0.5)}
    _, tally = lived(ground(1000, 10, rivals=200, traits=people, **ASKS, **settings))
    names = ("contacts", "calls", "gave_up", "bot_contacts", "bot_solved", "digital_contacts", "public_complaints")
    return {name: int(counted(tally, name).sum()) for name in names}


def assert_share(some: int, of: int, expected: float) -> None:
    """``some`` out of ``of`` is a share of the expected size, within four standard errors."""
    assert of > 1000 and abs(some / of - expected) < 4 * math.sqrt(expected * (1 - expected) / of) + 1e-9


def test_a_menu_sorts_out_the_impatient_by_their_exponential_patience() -> None:
    found = asking(support_access_menu_levels=4, support_access_seconds_per_level=30.0)
    assert_share(found["gave_up"], found["contacts"], 1 - math.exp(-2 / 2))


def test_a_number_hidden_to_a_quarter_is_not_found_by_a_quarter() -> None:
    found = asking(support_access_hidden=0.25)
    assert_share(found["gave_up"], found["contacts"], 0.25)


def test_people_write_by_affinity_and_offer_and_complain_in_public_when_not_helped() -> None:
    found = asking(digital_channels_offered=0.6, digital_channels_skill=0.7, digital_channels_public=0.5)
    assert_share(found["digital_contacts"], found["contacts"], 0.3)
    assert_share(found["public_complaints"], found["digital_contacts"], 0.3 * 0.5)


def test_a_chatbot_solves_its_share_of_trifles_and_meets_its_share_of_people() -> None:
    found = asking(chatbot_share=0.5, chatbot_resolution=0.4)
    assert_share(found["bot_contacts"], found["contacts"], 0.5)
    assert_share(found["bot_solved"], found["bot_contacts"], 0.4)


def test_whoever_a_chatbot_puts_through_skips_menu_and_search() -> None:
    shut = {"support_access_hidden": 1.0, "chatbot_resolution": 0.0, "chatbot_escalation": 1.0}
    found = asking(chatbot_share=0.5, **shut)
    assert found["calls"] == found["bot_contacts"] and found["gave_up"] == found["contacts"] - found["calls"]


@pytest.mark.parametrize("name", GROUNDS)
def test_every_contact_is_counted_once(name: str) -> None:
    """Contacts are calls, those who gave up, messages, and conversations that a chatbot ended itself."""
    _, tally = lived(of_name(name))
    parts = ("calls", "gave_up", "digital_contacts", "bot_contacts")
    contacts, calls, gave_up, digital, bot = (counted(tally, part) for part in ("contacts", *parts))
    ended_by_bot = contacts - calls - gave_up - digital
    assert (counted(tally, "bot_solved") <= ended_by_bot).all() and (ended_by_bot <= bot).all()


def test_waits_measured_at_the_queue_leave_out_the_menu_but_patience_does_not() -> None:
    """With nobody to answer, everybody hangs up: after what the menu left of a patience without memory."""
    nobody = {"call_centre_representatives": 0}
    people = {"patience": constant(2.0)}
    waits = []
    for levels in (0, 4):
        here = ground(1000, 6, rivals=0, traits=people, **ASKS | nobody, support_access_menu_levels=levels)
        _, tally = lived(here)
        waits.append(counted(tally, "wait").sum() / counted(tally, "calls").sum() / 2**20)
    assert np.allclose(waits, 2.0, rtol=0.08)
