"""A report to take home, in every format that reports know: what lies on the desk already, and a button for what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import solara

from sim.report.document import Document
from sim.report.formats import writer
from sim.report.formats.writer import Kind
from sim.studio.visitor import packing
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import alert, button
from sim.studio.widgets.html import plain

WORDS = {"html": "HTML", "pdf": "PDF", "xlsx": "Excel", "pptx": "PowerPoint", "md": "Markdown"}


def name_of(kind: str, name: str) -> str:
    """What the file of a report is called; Markdown comes with its figures, as one ZIP file."""
    return f"report_{name}_markdown.zip" if kind == "md" else f"report_{name}.{kind}"


def written(kind: Kind, document: Document, name: str, desk: VisitorFiles) -> Path:
    """The report as a file of some format on the desk. Raises :class:`Mistake` when this machine cannot write that kind."""
    path = desk.place(name_of(kind, name))
    if kind != "md":
        return writer.write(document, path, kind)
    with TemporaryDirectory(dir=desk.folder) as folder:
        writer.write(document, Path(folder) / f"report_{name}.md", kind)
        return packing.packed(Path(folder), path)


@solara.component
def Reports(
    document: Callable[[], Document], name: str, desk: VisitorFiles, kinds: Sequence[Kind] = writer.FORMATS,
    what: str = "report", anew: bool = False,
) -> None:  # fmt: skip
    """Links to what was made, and buttons that make the others, or all ``anew``; only then is the ``document`` asked for."""
    making = use_work()

    def make(kind: Kind) -> Callable[[], None]:
        return lambda: making.start(1, lambda _: written(kind, document(), name, desk))

    with plain("p", class_="library-ways"):
        for kind in kinds:
            words, path = WORDS.get(kind, kind), desk.find(name_of(kind, name))
            if path is None or anew:
                button(f"Make the {what} ({words})", make(kind), text=True, disabled=making.running)
            if path is None:
                continue
            look = {"class_": "library-way", "href": desk.address(path)}
            plain("a", f"Download the {what} ({words})", download=path.name, **look)
            if kind == "html":
                look["href"] += "?show"
                plain("a", "Open the report in a new tab", target="_blank", rel="noopener", **look)
    with plain("div"):
        if making.mistake:
            alert(making.mistake)
