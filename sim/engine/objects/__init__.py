"""The readable engine: one Mesa agent per customer and representative, and one company, on which Python runs the steps.

Set a breakpoint in a step, or print in it: what runs here is the very text in the file of the behaviour or mechanism. The week
is in :mod:`.market`, who takes the steps in :mod:`.agents`; ``tests/test_agree.py`` holds it to the bits of the compiled week.
"""

from sim.engine.objects.agents import Company, Customer, Representative
from sim.engine.objects.market import Market, live

__all__ = ["Company", "Customer", "Market", "Representative", "live"]
