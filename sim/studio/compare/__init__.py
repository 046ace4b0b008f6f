"""What the Compare page is made of: the question, customer files, how the drawn customers differ, and the answer.

Nothing but the files of forms and :mod:`~sim.studio.compare.answer_view` knows the browser; the rest is tested without one.
"""
