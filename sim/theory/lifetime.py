"""What a customer is worth: the margins still to come, each discounted, as long as the customer stays.

A customer who stays from one period to the next with probability r and brings the margin m at the end of each period stayed, at
a discount rate d a period, is worth m r/(1 + d) + m (r/(1 + d))^2 + ... = m r / (1 + d - r).
Source: the constant-margin form used by Reichheld & Sasser 1990 (Harvard Business Review 68:105-111) and its critics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def lifetime_value(margin: ArrayLike, retention: ArrayLike, discount: ArrayLike) -> NDArray[np.float64]:
    """The worth of one customer; margin, retention (0 to 1) and discount (above 0) are per period, of any one period."""
    r = np.asarray(retention, np.float64)
    return np.asarray(np.asarray(margin, np.float64) * r / (1 + np.asarray(discount, np.float64) - r))
