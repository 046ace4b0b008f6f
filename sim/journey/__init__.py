"""One customer's story, week by week, in words: replayed exactly, for nothing of it was stored.

Every draw belongs to who, when and what for, so living a replication again with one person watched gives the very events
and states of the run that is asked about.
"""

from sim.journey.beside import Beside, against
from sim.journey.story import Journey, journey

__all__ = ["Beside", "Journey", "against", "journey"]
