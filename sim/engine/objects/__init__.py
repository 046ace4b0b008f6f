"""The readable engine: one object per customer, company and representative. Read this to know what the model says.

Begin with :mod:`.market` (the week, phase by phase), then :mod:`.customer` (what one person does in each phase), with
:mod:`.encounters` (offers, visits and calls) and :mod:`.choosing` (staying, leaving, joining) for the longer stories,
and :mod:`.company` (queues, representatives, money). Every number is made by a rule of the model, the very function
that the fast engine calls; ``tests/test_agree.py`` holds the two to the same bits.
"""

from sim.engine.objects.company import Company, Representative
from sim.engine.objects.customer import Customer
from sim.engine.objects.market import Market, live

__all__ = ["Company", "Customer", "Market", "Representative", "live"]
