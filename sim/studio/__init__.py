"""The studio: the laboratory in a browser, for people who never open a terminal (``loyalty studio``).

Every file in :mod:`sim.studio.pages` is a page; adding one touches no other code. A page file has

* a docstring whose first line says what one does there (it is shown on the first page),
* ``TITLE``, ``ICON`` (a Material Design icon that Vuetify ships, such as ``mdi-compare``) and ``PLACE`` (its order),
* a Solara component ``Page()``.

A page's own parts lie in the folder of its name. What pages share: :mod:`sim.studio.visitor` (what belongs to one visitor: the
address of the page, files, policies, levers, work in the background), :mod:`sim.studio.library.scenario_library` (the
scenarios there are) and :mod:`sim.studio.widgets` (headings, notes, text alternatives, plain HTML). What a page reckons stands
in a plain module without Solara, so that it is tested without a browser.
"""
