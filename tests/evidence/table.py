"""Every row of evidence that the model is measured against, and those that wait for something the model does not have."""

from itertools import chain

from evidence import budgets, deliveries, judging, levers, market, recovery, service, shops, spread_and_worth, surveys
from evidence.rows import Row

TOPICS = (judging, levers, budgets, recovery, market, surveys, spread_and_worth, service, shops, deliveries)
EVIDENCE: dict[str, Row] = dict(
    sorted(
        chain(*(topic.ROWS.items() for topic in TOPICS)),
        key=lambda item: (item[0][0] == "D", item[0]),
    )
)
"""Row by number: L from ``evidence.csv``, D from ``facts.json``."""

WAITING = {
    "D07": ("Buyers without a contract come back at intervals of their own", "customers who buy now and then"),
    "D09": (
        "Of those who hung up 36 % dial again within an hour, of those who were served 13 %",
        "days that have hours",
    ),
    "D11": (
        "Buyers choose the brand of last time for 57 to 86 % of purchases, where shares alone would give 33 to 41 %",
        "several rivals, and customers who buy now and then",
    ),
}
"""Rows not measured yet: the claim, and what of the model it waits for."""
