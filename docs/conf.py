"""How the documentation site is built: ``make docs``, then open ``build/docs/index.html``. It needs no network.

Its pages are those of this folder, the executed tutorials, and the reference, which ``reference_pages.py`` writes from the
commands, parameters, measures and docstrings of the program each time.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import reference_pages  # noqa: E402 – beside this file, and importable only now

import sim  # noqa: E402

project = "loyalty-sim"
author = copyright = "The loyalty-sim authors"
version = release = sim.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["Thumbs.db"]
root_doc = "index"

# Links to a heading, as GitHub makes them, so that a link is good in both places.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
smartquotes = False  # would turn the two hyphens of an option into a dash

# A tutorial is run whenever the site is built; a cell that fails, fails the build. Numbers in its prose come from the run.
nb_execution_mode = "inline"
nb_execution_timeout = 1200
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_ipywidgets_js = {}  # would be fetched from another host

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
python_display_short_literal_types = True

html_theme = "furo"
html_title = "loyalty-sim"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5394", "color-brand-content": "#0b5394"},
    "dark_css_variables": {"color-brand-primary": "#8ab4f8", "color-brand-content": "#8ab4f8"},
    "footer_icons": [],
}

reference_pages.write(HERE / "reference")
