"""Look up what can be set, where its numbers come from, and which scenarios there are."""

import solara

from sim.studio.furniture import heading

TITLE, ICON, PLACE = "Library", "mdi-bookshelf", 50


@solara.component
def Page() -> None:
    """The library."""
    heading("Library")
