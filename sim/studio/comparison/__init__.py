"""What the Compare page is made of: levers, policies, customer files, files to take home, and the answer.

Nothing but :mod:`~sim.studio.comparison.forms`, :mod:`~sim.studio.comparison.people_form` and
:mod:`~sim.studio.comparison.answer_view` knows the browser; the rest is tested without one.
"""
