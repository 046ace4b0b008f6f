"""What the columns of a customer file mean: a column for each trait, its unit, and numbers for its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from reacton.core import Element

from sim.data.customer_mapping import Target
from sim.model.parameters import UNITS
from sim.scenario.model_inputs import targets
from sim.studio.compare import customers
from sim.studio.compare.customers import Look, Section
from sim.studio.compare.forms import Field, plain
from sim.studio.visitor.levers import value_of
from sim.studio.widgets.basics import alert, caption, choice, heading

Change = Callable[[Callable[[Section], Section]], None]
"""Changes what is said of the file; it is told how, as :data:`sim.studio.compare.forms.Ask` is."""
NONE = ("", "– none –")
ALLOWED = tuple((str(share), f"at most {100 * share:g} %") for share in (0.0, 0.05, 0.2, 0.5, 1.0))


def mapping(section: Section, seen: Look, change: Change, first: frozenset[str]) -> None:
    """The whole of it. ``first``: the traits that had a column when the file came; others keep their place, and the focus."""
    heading("What the columns mean", 3)
    caption(
        "Names that are alike were matched; correct them. What no column gives is drawn for each customer, as the scenario says."
    )
    with plain("div"):
        _used(section, seen)
    with plain("div", class_="compare-map"):
        _traits([trait for trait in targets() if trait in first], section, seen, change)
        _others(section, seen, change)
    rest = [trait for trait in targets() if trait not in first]
    opened = {} if first else {"open": "open"}
    with plain("details", class_="studio-details", **opened):
        plain("summary", f"Say what more a column means ({len(rest)} more traits)")
        with plain("div", class_="compare-map"):
            _traits(rest, section, seen, change)


def _used(section: Section, seen: Look) -> None:
    """Which columns are not used; a warning when none is, for then the file says no more than how many customers there are."""
    unused = customers.unused(section, seen)
    if not section.get("columns"):
        alert(customers.NOTHING_USED, "warning")
    elif unused:
        caption(f"Not used: {', '.join(unused)}.")


def _traits(names: list[str], section: Section, seen: Look, change: Change) -> None:
    for trait in names:
        TraitForm(trait, targets()[trait], section, seen, change).key(trait)


def _others(section: Section, seen: Look, change: Change) -> None:
    """The column of segments, and how many rows may be unusable."""
    named = [NONE, *((name, name) for name in seen.names)]
    by = section.get("segment_by", {}).get("column", "")
    with plain("div", class_="chosen" if by else ""):
        plain("b", "Segments")
        caption(
            "A column that says which kind of customer each is. Results are the same without; policies may differ by it."
        )
        choice("Column of segments", named, by, lambda name: change(lambda now: _segmented(now, name)))
    with plain("div", class_="chosen"):
        plain("b", "Rows that cannot be used")
        caption("If there are more than this share of them, the file is refused: something else may be wrong with it.")
        allowed = str(float(section.get("bad_rows_allowed", 0.05)))
        choice(
            "Rows set aside",
            ALLOWED,
            allowed,
            lambda share: change(lambda now: now | {"bad_rows_allowed": float(share)}),
        )


def _segmented(section: Section, column: str) -> Section:
    rest = {key: value for key, value in section.items() if key != "segment_by"}
    return rest | ({"segment_by": {"column": column}} if column else {})


@solara.component
def TraitForm(trait: str, target: Target, section: Section, seen: Look, change: Change) -> Element:
    """One trait: which column, in which unit, times what; and for a column of words, a number for each."""
    entry = section.get("columns", {}).get(trait, {})
    words = trait.replace("_", " ")

    def put(**changes: Any) -> None:
        change(lambda now: customers.mapped(now, trait, seen, **changes))

    with plain("div", class_="chosen" if entry else "", role="group", aria_label=words) as box:
        plain("b", words.capitalize())
        caption(customers.trait_in_words(trait))
        choice(f"Column for {words}", [NONE, *((name, name) for name in seen.names)], entry.get("column", ""),
               lambda name: put(column=name))  # fmt: skip
        if entry:
            _details(trait, target, entry, put)
    return box


def _details(trait: str, target: Target, entry: Section, put: Callable[..., None]) -> None:
    words = trait.replace("_", " ")
    with plain("div", class_="compare-row"):
        if target.unit in UNITS:
            units = [(unit, unit) for unit in customers.units_for(target)]
            choice(f"Unit of {words}", units, entry.get("unit", target.unit), lambda unit: put(unit=unit))
        Field(f"Times, for {words}", str(entry.get("multiply", "1")), lambda text: put(multiply=_number(text)),
              hint="a month’s money into a week’s: 0.23" if target.unit.startswith("currency") else "")  # fmt: skip
        missing = (("refuse", "set the row aside"), ("draw", "draw it"))
        choice(f"If {words} is missing", missing, entry.get("missing", "refuse"), lambda what: put(missing=what))
    for word, number in entry.get("values", {}).items():
        Field(
            f"“{word}” means", str(number), lambda text, w=word: put(word=(w, value_of(text))),
            suffix=target.unit,
        ).key(word)  # fmt: skip


def _number(text: str) -> Any:
    value = value_of(text)
    return float(value) if isinstance(value, int | float) else value or None
