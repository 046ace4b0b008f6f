"""The studio: the laboratory in a browser, for people who never open a terminal (``loyalty studio``).

Every file in :mod:`sim.studio.pages` is a page; adding one touches no other code. A page file has

* a docstring whose first line says what one does there (it is shown on the first page),
* ``TITLE``, ``ICON`` (a Material Design icon that Vuetify ships, such as ``mdi-compare``) and ``PLACE`` (its order),
* a Solara component ``Page()``.

What pages share: :mod:`sim.studio.visitor.address` (state that lives in the address, so that a page can be shared),
:mod:`sim.studio.visitor.work` (long work in the background, with progress and cancel), :mod:`sim.studio.visitor.files` (a visitor's own
files), :mod:`sim.studio.library.scenario_library` (the scenarios there are), :mod:`sim.studio.visitor.levers` (what can be moved) and
:mod:`sim.studio.visitor.policies` (a scenario with levers moved, in an address), :mod:`sim.studio.visitor.packing` (scenarios as files to take
away), :mod:`sim.studio.widgets.basics` (headings, notes, text alternatives) and :mod:`sim.studio.widgets.html` (elements of plain HTML).
What a page reckons stands in a plain module without Solara, so that it is tested without a browser.
"""
