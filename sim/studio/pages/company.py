"""Bring the files you have, answer what they cannot say, and get your company as it is today, to compare policies on."""

from __future__ import annotations

from collections.abc import Callable

import solara

from sim.studio.company.own_company import Own, Reckoned
from sim.studio.company.views import Columns, Files, Fit, Questions, Today
from sim.studio.visitor.files import DESKS
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import alert, button, caption, heading, paragraph, use_trying
from sim.studio.widgets.html import plain

TITLE, ICON, PLACE = "Your company", "mdi-domain", 15


@solara.component
def Page() -> None:
    """Files, columns, questions, the company."""
    own = Own(DESKS.of(solara.get_session_id()))
    version, set_version = solara.use_state(0)
    fault, tried = use_trying()
    work, last = use_work(), solara.use_ref(None)
    solara.Title("Your company – loyalty studio")
    solara.use_effect(lambda: work.start(0, lambda _: own.reckoned()) if own.files else None, [version])
    if isinstance(work.result, Reckoned) or not own.files:
        last.current = work.result if own.files else None

    def changed() -> None:
        set_version(lambda version: version + 1)

    def act(how: Callable[[], None]) -> None:
        tried(how)
        changed()

    heading("Your company")
    paragraph(
        "From your own files to your company as it is today: a list of customers, of purchases or of tickets; of several "
        "files, each customer’s rows are brought together. Nothing in it comes from another company."
    )
    heading("1  Files", 2)
    Files(own, act, last.current.said if last.current else [])
    caption(
        "Files are read as data only. They stay on your desk here until the studio closes; nobody else sees them, and a link "
        "to this page does not bring them along. Next month’s files go together with the answers.yaml of this month’s download."
    )
    with plain("div"):
        for words in filter(None, (fault, work.mistake, last.current.fault if last.current else "")):
            plain("div", alert(words), class_="company-said")
        if work.running and last.current is None:
            caption("Reading …")
    with plain("div", class_="company-busy" if work.running else ""):
        if last.current is not None:
            _understood(own, last.current, act, changed)


def _understood(
    own: Own, found: Reckoned, act: Callable[[Callable[[], None]], None], changed: Callable[[], None]
) -> None:
    """What the files and answers give so far."""
    if found.roles:
        heading("2  What the columns become", 2)
        caption("By their names and what stands in them; correct what is wrong. What no column says is drawn.")
        Columns(own, found, act)
    if found.questions:
        heading("3  What the files do not say" + (f" ({found.open} to answer)" if found.open else ""), 2)
        caption("What you leave untouched is taken as proposed, and marked as assumed.")
        Questions(own, found, act)
    with plain("div"):
        if found.company is not None:
            heading("4  Your company today", 2)
            Today(own, found)
    with plain("div"):
        if found.company is not None and found.company.left:
            Fit(own, changed)
    with plain("div"):
        button("Begin anew", lambda: act(own.begin_anew), "mdi-delete", text=True)
