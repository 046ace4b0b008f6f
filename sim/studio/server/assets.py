"""The files that the pages load besides themselves – Solara's program, its style, its letters –, found at the start, only read.

Whatever is not in the table is not there: no address is ever made into a path, so that none leads elsewhere, nothing is fetched,
and nothing is written or removed. Solara's own way to these files would do all three.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Mistake

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CDN = "/_solara/cdn"
STATIC = "/static"
WIDGETS = "/jupyter/nbextensions"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".map": "application/json",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
"""Endings of what is handed out, and as what: nothing that a browser would run or draw as a page."""
PROGRAMS = ("@widgetti/solara-vuetify-app@*/dist/*", "requirejs@*/require.js")
"""Of the many programs that Solara's package of files brings along, those that the pages load."""
OF_SOLARA = (
    "static/main-vuetify.js", "static/ansi.js", "static/highlight.css", "static/highlight-dark.css", "assets/style.css",
    "assets/custom.css", "assets/custom.js", "assets/theme.js", "assets/theme-light.css", "assets/theme-dark.css",
    "assets/favicon.png",
)  # fmt: skip
"""Of Solara's own files, those that a page of it may load."""

KINDS_OF_WIDGET = {"jupyter-vue": "ipyvue", "jupyter-vuetify": "ipyvuetify"}
"""The two extensions of notebooks that pages need, and their packages; others on this machine have no place in them."""


def folder() -> Path:
    """Where the package solara-assets has put its files."""
    return _installed("solara-assets", "share/solara/cdn/requirejs@2.3.6/require.js").parents[1]


def _installed(package: str, ending: str) -> Path:
    """A file of an installed package, wherever that has put it. Raises :class:`Mistake` when it is not there."""
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        files = []
    named = (Path(str(file.locate())) for file in files if file.as_posix().endswith(ending))
    path = next(named, Path(sys.prefix) / ending).resolve()
    if not path.is_file():
        raise Mistake(f"a part of the studio's pages is missing ({path}): pip install --force-reinstall {package}")
    return path


def table(root: Path) -> dict[str, Path]:
    """Every file that is handed out, by its address; ``root`` is the folder of the programs."""
    programs = {f"{CDN}/{path.relative_to(root).as_posix()}": path for path in _plain_files(root)}
    return programs | _of_solara() | {f"{WIDGETS}/{name}/nodeps.js": _widgets(name) for name in KINDS_OF_WIDGET}


def _plain_files(root: Path) -> list[Path]:
    """The programs' files of known kinds, without links, which may lead anywhere."""
    files = (path for pattern in PROGRAMS for path in sorted(root.glob(pattern)))
    inside = root.resolve()
    return [
        file
        for file in files
        if file.suffix in KINDS and file.is_file() and file.resolve() == inside / file.relative_to(root)
    ]


def _of_solara() -> dict[str, Path]:
    import solara.server

    root = Path(solara.server.__file__).parent
    return {f"{STATIC}/{name.removeprefix('static/')}": root / name for name in OF_SOLARA if (root / name).is_file()}


def _widgets(name: str) -> Path:
    return _installed(KINDS_OF_WIDGET[name], f"share/jupyter/nbextensions/{name}/nodeps.js")


@lru_cache(maxsize=1)
def _handed_out() -> dict[str, Path]:
    return table(folder())


def known() -> dict[str, Path]:
    """The table of this studio."""
    return _handed_out()


def handed_out(request: Request) -> Response:
    """A file of the table, as the kind its ending says; nothing but "still the same" to who has it already."""
    from starlette.exceptions import HTTPException
    from starlette.responses import FileResponse, Response

    address = request.scope["path"]
    path = known().get(address)
    if path is None or path.is_symlink() or not path.is_file():
        raise HTTPException(404)
    lasting = address.startswith(CDN) or "v" in request.query_params  # its version stands in the address
    headers = {"Cache-Control": "private, max-age=604800" if lasting else "no-cache"}
    whole = FileResponse(path, headers=headers, media_type=KINDS[path.suffix], stat_result=path.stat())
    headers["ETag"] = whole.headers["etag"]
    return (
        Response(status_code=304, headers=headers) if request.headers.get("if-none-match") == headers["ETag"] else whole
    )
