"""Every row of evidence that the model is measured against, and those that wait for something the model does not have."""

from evidence import judging, levers, market, recovery, service, shops, spread_and_worth
from evidence.rows import Row

EVIDENCE: dict[str, Row] = dict(
    sorted(
        (
            judging.ROWS | levers.ROWS | recovery.ROWS | market.ROWS | spread_and_worth.ROWS | service.ROWS | shops.ROWS
        ).items(),
        key=lambda item: (item[0][0] == "D", item[0]),
    )
)
"""Row by number: L from ``evidence.csv``, D from ``facts.json``."""

WAITING = {
    "D06": ("Ratings fall from 4.3 to 1.4 as an order is delivered late", "deliveries"),
    "D07": ("Buyers without a contract come back at intervals of their own", "customers who buy now and then"),
}
"""Rows not measured yet: the claim, and what of the model it waits for."""
