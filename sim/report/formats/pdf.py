"""A report as PDF: the same page as on the screen, in its print style, with the still figures."""

from __future__ import annotations

from typing import Any

from sim.errors import Mistake
from sim.report.document import Document


def pdf(document: Document) -> bytes:
    """The report as PDF, A4; the same bytes every time.

    Raises :class:`~sim.errors.Mistake` when the machine lacks Pango, on which WeasyPrint stands.
    """
    from sim.report.formats.html import html

    weasyprint = load_weasyprint()
    own = weasyprint.urls.URLFetcher(allowed_protocols=["data"])  # a report holds all it needs
    written: bytes = weasyprint.HTML(string=html(document, moving=False), url_fetcher=own).write_pdf(
        pdf_identifier=b"loyalty"
    )
    return written


def load_weasyprint() -> Any:
    """WeasyPrint, if it can be used here."""
    import logging

    try:
        import weasyprint
    except OSError:
        raise Mistake(
            "a report as PDF needs the library Pango, which this machine lacks: install it (Debian and Ubuntu: apt install "
            "libpango-1.0-0 libpangoft2-1.0-0), or write the report as html and print it from a browser"
        ) from None
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of every property that only screens know
    return weasyprint
