"""A report as Markdown: sentences and tables to read and to keep under version control, the figures in a folder beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from sim.report.charts import Picture
from sim.report.document import Brief, Document, Section, Table


def files(document: Document, path: Path) -> dict[Path, bytes]:
    """The files of a report: ``answer.md`` and ``answer-figures/1-retention.svg`` and so on; by their paths."""
    folder = figures_of(path)
    pictures = {id(p): folder / f"{k}-{p.name or 'figure'}.svg" for k, p in enumerate(document.pictures(), 1)}
    text = "\n\n".join(block for block in _blocks(document, pictures) if block) + "\n"
    drawn = {pictures[id(picture)]: picture.svg for picture in document.pictures()}
    return {path: text.encode(), **drawn}


def figures_of(path: Path) -> Path:
    """The folder in which the figures of a report at ``path`` lie."""
    return path.parent / f"{path.stem}-figures"


def _blocks(document: Document, pictures: dict[int, Path]) -> Iterator[str]:
    if document.question:
        yield f"*{_plain(document.question)}*"
    yield f"# {_plain(document.headline)}"
    yield from map(_plain, document.lead)
    if document.brief is not None:
        yield from _brief(document.brief, pictures)
    for section in document.sections:
        yield from _section(section, pictures)
    yield "## How far to trust this"
    yield _listed(document.caveats)
    yield "## The same again"
    yield _fenced("\n".join(document.commands))
    if document.origins is not None:
        yield _table(document.origins)
    yield _plain(document.origin)
    for section in document.appendix:
        yield from _section(section, pictures)


def _brief(brief: Brief, pictures: dict[int, Path]) -> Iterator[str]:
    yield "\n\n".join(f"**{_plain(subject)}.** {_plain(said)}" for subject, said in brief.told)
    for figure, picture in zip(brief.figures, brief.pictures, strict=True):
        yield f"**{_plain(figure.label)}** ({_plain(figure.unit)}; in brackets {_plain(figure.ends)})"
        yield _listed([f"{amount.policy}: {amount.value} ({amount.around})" for amount in figure.amounts])
        yield _figure(picture, pictures[id(picture)])
    for section in brief.sections:
        yield from _section(section, pictures)
    yield _plain(brief.source)
    yield "## Appendix: policy by policy, and everything else"


def _section(section: Section, pictures: dict[int, Path], level: int = 2) -> Iterator[str]:
    if section.title:
        yield f"{'#' * level} {_plain(section.title)}{f' ({_plain(section.aside)})' if section.aside else ''}"
    for card in section.cards:
        yield f"## {_plain(card.name)} (against {_plain(card.against)})"
        yield _plain(card.description)
        yield _listed([f"{label}: {value}" for label, value, _ in card.glance])
        yield "\n\n".join(f"**{_plain(label)}.** {_plain(told)}" for label, told in card.told)
    yield from map(_plain, section.sentences)
    yield _listed(section.points)
    for picture in section.pictures:
        yield _figure(picture, pictures[id(picture)])
    yield from map(_table, section.tables)
    yield from map(_plain, section.notes)
    for part in section.parts:
        yield from _section(part, pictures, level + 1)


def _figure(picture: Picture, place: Path) -> str:
    image = f"![{_plain(picture.alt)}]({quote(place.parent.name)}/{quote(place.name)})"
    return f"{image}\n\n{_plain(picture.note)}" if picture.note else image


def _table(table: Table) -> str:
    lines = [_row(table.columns), _row(["---", *["---" if table.words else "---:"] * (len(table.columns) - 1)])]
    for group in table.bodies:
        if group.heading:
            lines.append(
                _row([f"**{_cell(group.heading)}** {_cell(group.aside)}", *[""] * (len(table.columns) - 1)], ready=True)
            )
        lines += [_row(row) for row in group.rows]
    return "\n".join(lines)


def _row(cells: Sequence[str], ready: bool = False) -> str:
    return f"| {' | '.join(cells if ready else map(_cell, cells))} |"


def _cell(words: str) -> str:
    return _within(words).replace("|", "\\|")


def _listed(points: Sequence[str]) -> str:
    return "\n".join(f"- {_plain(point)}" for point in points)


def _plain(words: str) -> str:
    """A paragraph of such words: it does not begin as a list does."""
    return re.sub(r"^(\d*)(?=[-+=.)])", r"\1\\", _within(words))


def _within(words: str) -> str:
    """Words on one line, in which Markdown sees no markup but the backticks around names of files and commands."""
    pieces = re.split(r"(?<!`)(`[^`]+`)(?!`)", " ".join(words.split()))
    return "".join(piece if k % 2 else _escaped(piece) for k, piece in enumerate(pieces))


def _escaped(words: str) -> str:
    """Words without markup; addresses in them are not made links."""
    return re.sub(r"([\\*_<>\[\]#$~&`@]|:(?=//)|(?<=www)\.)", r"\\\1", words)


def _fenced(commands: str) -> str:
    """Commands as a block of code, whose fence is longer than any run of backticks within."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", commands))])
    return f"{fence}sh\n{commands}\n{fence}"
