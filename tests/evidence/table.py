"""Every row of evidence that the model is measured against, and those that wait for something the model does not have."""

from itertools import chain

from evidence import (
    budgets,
    deliveries,
    judging,
    levers,
    market,
    purchases,
    recovery,
    service,
    shops,
    spread_and_worth,
    surveys,
)
from evidence.rows import Row

TOPICS = (judging, levers, budgets, recovery, market, surveys, spread_and_worth, service, shops, deliveries, purchases)
EVIDENCE: dict[str, Row] = dict(
    sorted(
        chain(*(topic.ROWS.items() for topic in TOPICS)),
        key=lambda item: (item[0][0] == "D", item[0]),
    )
)
"""Row by number: L from ``evidence.csv``, D from ``facts.json``."""

WAITING = {
    "D11": (
        "Buyers choose the brand of last time for 57 to 86 % of purchases, where shares alone would give 33 to 41 %",
        "buyers who choose anew at each purchase",
    ),
}
"""Rows not measured yet: the claim, and what of the model it waits for."""
