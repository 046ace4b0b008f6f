"""Every figure of a comparison by name: those of the report, and any measure week by week."""

from __future__ import annotations

from collections.abc import Callable

from sim.errors import Mistake, nearest
from sim.model.component import Model
from sim.report.charts import Picture, figures
from sim.report.reasons import six_reasons
from sim.runs.comparison import Comparison
from sim.runs.measures import definitions

Drawing = Callable[[Comparison], Picture]
PAIRED: dict[str, tuple[str, Drawing]] = {
    "kept_more": ("Customers kept, against the first scenario", figures.kept_more),
    "profit_so_far": ("Profit against the first scenario's, summed from the start", figures.money),
    "forest": ("Differences of the headline measures from the first scenario", figures.whole_forest),
}
"""Figures that hold scenarios against the first one; they take at least two."""
SINGLE: dict[str, tuple[str, Drawing]] = {
    "retention": ("Customers of week 0 who are still there", figures.retention),
    "reasons": ("Why people leave, by cause", figures.reasons),
    "six_reasons": ("Six reasons to leave, under the first scenario", lambda answer: six_reasons(answer.base)),
}


def catalogue(model: Model) -> dict[str, str]:
    """Every name, and what the figure shows."""
    drawn = {name: words for name, (words, _) in (PAIRED | SINGLE).items()}
    known = definitions(model).items()
    return drawn | {name: f"{one.meaning}, week by week" for name, one in known if name not in drawn}


def check_figure(name: str, scenarios: int, model: Model) -> str:
    """The name, if there is such a figure of so many scenarios; else raises :class:`~sim.errors.Mistake` with the nearest."""
    known = catalogue(model)
    if name not in known:
        hint = nearest(name, list(known)) or "; loyalty plot --list names them all"
        raise Mistake(f"there is no figure '{name}'{hint}")
    if name in PAIRED and scenarios < 2:
        raise Mistake(f"the figure '{name}' holds scenarios against the first: name at least two")
    return name


def picture(answer: Comparison, name: str) -> Picture:
    """The figure of this name."""
    own = (PAIRED | SINGLE).get(name)
    return own[1](answer) if own else figures.over_time(answer, name)
