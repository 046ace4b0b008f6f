"""The report as one HTML file that needs nothing else: no network, no other file, and the same bytes every time."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sim.comparing import Answer
from sim.errors import Mistake
from sim.report import facts, figures, sources, tables, words
from sim.report.amounts import span
from sim.report.drawing import look, styled
from sim.report.headline import headline, lead
from sim.running import Result


def write(answer: Answer, path: Path) -> Path:
    """Write the report of a comparison to ``path``, making its folder if need be, and return the path.

    The file appears whole or not at all. Raises :class:`~sim.errors.Mistake` when it cannot be written, or when there
    is nothing to report because no replication finished in every scenario.
    """
    return put(html(answer), path)


def put(text: str, path: Path) -> Path:
    """Write a page, whole or not at all; see :func:`write`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise Mistake(f"{path} is a folder; name a file in it, such as {path / 'report.html'}")
        _put(text, path)
    except OSError as fault:
        raise Mistake(f"{path}: the report cannot be written here ({fault.strerror}); choose another file") from None
    return path


def _put(text: str, path: Path) -> None:
    """Write beside the place and move there, so that no half a report is ever seen."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=path.parent))
    try:
        (draft / path.name).write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft / path.name, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def html(answer: Answer) -> str:
    """The report's text. Raises :class:`~sim.errors.Mistake` when no replication finished in every scenario."""
    if not len(answer.numbers):
        raise Mistake("there is nothing to report: no replication finished in every scenario")
    return rendered("page.html", **_content(answer))


def rendered(template: str, **content: Any) -> str:
    """A template of this folder, filled in."""
    loader = FileSystemLoader(Path(__file__).parent, encoding="utf-8")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template(template).render(**content)


def _content(answer: Answer) -> dict[str, Any]:
    """Everything the template fills in."""
    scenario = answer.base.scenario
    with styled():
        pictures, forest = figures.everything(answer), figures.forest(answer) if answer.others else []
    return {
        "headline": headline(answer),
        "lead": lead(answer),
        "base": scenario.name,
        "duration": span(scenario.weeks),
        "weeks": scenario.weeks,
        "count": len(answer.numbers),
        "cards": [_card(answer, place, other) for place, other in enumerate(answer.others, 1)],
        "pictures": pictures,
        "forest": forest,
        "key": tables.key_blocks(answer),
        "appendix": tables.all_blocks(answer),
        "scale": facts.stands_for(answer),
        "founders": answer.base.founders,
        "data": sources.data(answer),
        "most_reasons": sources.MOST_REASONS,
        "drawn": sources.drawn(scenario.customers, set()),
        "finished": sources.finished(answer),
        "failures": sources.failures(answer),
        "changes": sources.changes(answer),
        "origin": sources.origin(answer),
        "several": bool(answer.others),
        "posterior": None if answer.posterior is None else sources.place(answer.posterior),
    }


def _card(answer: Answer, place: int, other: Result) -> dict[str, Any]:
    """What one policy does, against the base."""
    glance = (("Customers kept", "retention"), ("Profit", "profit"), ("Word of mouth", "word_of_mouth_net"))
    return {
        "name": other.scenario.name,
        "description": other.scenario.description,
        "colour": look(place).colour,
        "glance": [(label, *words.short_change(answer, other, measure)) for label, measure in glance],
        "told": [
            ("Customers", words.customers_told(answer, other)),
            ("Money", words.money_told(answer, other)),
            ("Word of mouth", words.talk_told(answer, other)),
            ("Why they leave", words.reasons_told(answer, other)),
        ],
    }
