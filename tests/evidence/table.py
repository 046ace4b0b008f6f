"""Every row of evidence that the model is measured against, and those that wait for something the model does not have."""

from evidence import judging, market, recovery, service, spread_and_worth
from evidence.rows import Row

EVIDENCE: dict[str, Row] = dict(
    sorted(
        (judging.ROWS | recovery.ROWS | market.ROWS | spread_and_worth.ROWS | service.ROWS).items(),
        key=lambda item: (item[0][0] == "D", item[0]),
    )
)
"""Row by number: L from ``evidence.csv``, D from ``facts.json``."""

WAITING = {
    "L13": ("Fees shown at the end bring more at first than fees shown at the start", "hidden fees"),
    "L15": ("A message with a better plan made customers leave who would have stayed", "messages nobody asked for"),
    "L26": ("One bad review moves sales more than one good review", "public ratings with a number of stars"),
    "L28": ("Customers who came by word of mouth are worth more in the long run", "a record of how each customer came"),
    "L40": ("Few problems are solved in self-service alone", "menus and chatbots"),
    "L42": ("A long queue in sight drives shoppers away, whatever its speed", "shops in which the queue is seen"),
    "L46": ("Seeing the work being done makes it seem better", "showing customers how the work is done"),
    "L47": ("Personal advertising works once people control their data", "personalisation, and control over it"),
    "D06": ("Ratings fall from 4.3 to 1.4 as an order is delivered late", "deliveries"),
    "D07": ("Buyers without a contract come back at intervals of their own", "customers who buy now and then"),
    "D08": ("Adoption of four technologies in American households", "innovation and imitation that a scenario can set"),
}
"""Rows not measured yet: the claim, and what of the model it waits for. Of L41 the half about chatbots waits too."""
