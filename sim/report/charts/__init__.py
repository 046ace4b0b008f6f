"""Figures: what one shows is described once (:mod:`.description`), in one set of colours (:mod:`.palette`).

Two programs draw from the description: :mod:`.still` for paper and files, :mod:`.interactive` for pages.
"""

from sim.report.charts.description import *  # noqa: F403 – all that a figure is described with
from sim.report.charts.picture import Picture as Picture
