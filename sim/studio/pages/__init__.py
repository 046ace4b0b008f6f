"""The studio's pages, a file each; see :mod:`sim.studio` for what a page file has."""
