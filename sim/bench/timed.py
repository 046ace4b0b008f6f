"""What is timed: one scenario in which every mechanism is at work, and what is left of it without one of them."""

from __future__ import annotations

from typing import Any

from sim.model.component import parts
from sim.scenario.whole import Scenario, described

WEEKS = 104

BUSY: dict[str, Any] = {
    "name": "Everything on",
    "weeks": WEEKS,
    "market": {"customers": 8_000, "prospects": 2_000, "stands_for": 40},
    "network": {"kind": "small_world", "degree": 8, "rewiring": 0.1},
    "quality": {"error_rate": 0.02},
    "call_centre": {"representatives": 20, "callback": 0.3},
    "outsourcing": {"share": 0.3},
    "employee_care": {"turnover": 0.4, "training": 0.5, "strain": 0.05, "morale_weight": 0.5},
    "management": {"cuts": 0.05, "reinvests": 0.05, "target_margin": 0.3},
    "upselling": {"attempts": 0.5},
    "self_checkout": {"visits": 0.05, "lanes": 20, "self_lanes": 8, "line_in_sight": 0.5},
    "accountability": {"acknowledges": 0.8, "compensates": 1.0},
    "pricing": {"newcomer_discount": 0.1},
    "marketing": {"overpromise": 0.1},
    "contracts": {"term": 52},
    "choice": {"good_news_trigger": 0.005},
    "support_access": {"menu_levels": 3, "hidden": 0.1, "opening_hours": 0.9},
    "personalisation": {"remembers": 0.5, "repetition_hurts": 0.2, "tailoring": 0.5},
    "chatbot": {"share": 0.3, "pretends": 0.2},
    "digital_channels": {"offered": 0.4},
    "innovation": {"frontier": 0.03, "investment": 0.2},
    "retention_offers": {"save_offers": 0.2, "unsolicited": 0.01},
    "winback": {"offers": 0.05},
    "referral": {"reward": 1.0},
    "word_of_mouth": {"review_display": 0.1, "broadcast": 3, "outcry": 2.0},
    "impatience": {"patience_trend": 0.05, "switching_trend": 0.03},
    "fees": {"size": 0.2, "drip": 0.1},
    "transparency": {"outage_notices": 0.5, "process_shown": 0.2, "price_notice": 0.5, "misleading": 0.2},
    "pretence": {"claimed": 0.8, "actual": 0.4},
}
"""The scenario that is timed: every mechanism on, at the rates of a telephone company."""


def everything_on(**sections: Any) -> Scenario:
    """The scenario that is timed, with these sections on top."""
    return described(BUSY).with_(**sections)


def market_of(people: int) -> dict[str, Any]:
    """The sections for a market of so many people in which a representative and a lane have as much to do as in the first.

    10,000 people stand for 400,000; a larger market stands for more, with as many more representatives and lanes.
    """
    times = max(people / 400_000, 1.0)
    lanes = {"lanes": round(20 * times), "self_lanes": round(8 * times)}
    return {
        "market": {"customers": people * 4 // 5, "prospects": people // 5, "stands_for": max(400_000 / people, 1.0)},
        "call_centre": {"representatives": round(20 * times)},
        "self_checkout": lanes,
    }


def mechanisms() -> list[str]:
    """The parts that the timed scenario sets and that can be switched off."""
    return [name for name, part in parts().items() if name in BUSY and part.neutral is not None]


def without(*names: str, **sections: Any) -> Scenario:
    """The timed scenario with these mechanisms switched off."""
    off = {name: dict(parts()[name].neutral or {}) for name in names}
    return everything_on(**(sections | off))


def nothing_on(**sections: Any) -> Scenario:
    """The same market with every mechanism switched off, where nobody ever talks, asks, complains or compares: what is
    done for everybody in every week, and nothing else.
    """
    quiet: dict[str, Any] = {
        "quality": {"failure_threshold": 0.01, "error_rate": 0.0},
        "call_centre": {"questions": 0.0},
        "talk": {
            "base": 0.0, "strong": 0.0, "grievance": 0.0, "event": 0.0, "moving": 0.0, "passed_on": 0.0, "passed_on_well": 0.0,
        },
        "rival": {"reach": 0.0},
        "choice": {
            "attention": 0.0, "issue_trigger": 0.0, "grievance_trigger": 0.0, "news_trigger": 0.0,
            "good_news_trigger": 0.0, "involuntary": 0.0,
        },
        "marketing": {"reach": 0.0, "overpromise": 0.0},
        "contracts": {"term": 0},
    }  # fmt: skip
    off = [name for name in mechanisms() if name not in quiet]
    return without(*off, **(quiet | sections))
