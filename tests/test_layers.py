"""The shape of the repository: who may import whom, what ``import sim`` costs, and what no shipped file may name."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import sim
from sim.model.rules import MODEL, NUMBERS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"

# From the top: a file imports only from its own line or one above it. A folder is a layer, and so is a file beside them.
LAYERS = (
    "errors system",
    "model service theory",
    "engine",
    "data scenario runs",
    "experiments journey staffing",
    "report",
    "studio bench",
    "commands cli __main__",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
LOOSE = 5
"""Files at the top of the package at most."""


def source_files() -> list[Path]:
    """Every Python file of the package but ``sim/__init__.py``, which only fetches public names when asked for."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def top_name(path: Path) -> str:
    """The file's or folder's name directly under ``sim/``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def package_of(path: Path) -> list[str]:
    """The package a file's relative imports start from."""
    return list(path.relative_to(ROOT).parts[:-1])


def public(name: str) -> str:
    """The module behind ``from sim import name``: a file or folder of that name, or where the public name lives."""
    if name in LEVEL or (PACKAGE / f"{name}.py").exists() or (PACKAGE / name).is_dir():
        return f"sim.{name}"
    return sim._PUBLIC.get(name, "sim")


def named_modules(node: ast.AST, package: list[str]) -> Iterator[str]:
    """The modules that one statement or call imports, by their full names."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            start = package[: len(package) - level + 1] if level else []
            source = ".".join([*start, *([module] if module else [])])
            yield from ((public(alias.name) for alias in names) if source == "sim" else [source])
        case ast.Call(
            func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"), args=[ast.Constant(str(s)), *_]
        ):
            yield s


def imports(source: str, package: list[str]) -> list[tuple[int, str]]:
    """Line and full name of each import, at the top or inside a function."""
    return [
        (getattr(node, "lineno", 0), module)
        for node in ast.walk(ast.parse(source))
        for module in named_modules(node, package)
    ]


def forbidden(name: str, source: str, package: list[str]) -> list[str]:
    """A sentence for each import that a file under the top name ``name`` may not make."""
    found = []
    for line, module in imports(source, package):
        head, _, rest = module.partition(".")
        other = rest.partition(".")[0]
        if head == "sim" and other in LEVEL and LEVEL[other] > LEVEL[name]:
            found.append(f"line {line} imports {module}: '{other}' stands below '{name}'")
        elif name == "theory" and not theory_may_import(head, other):
            found.append(f"line {line} imports {module}: theory uses errors, system, numpy and scipy only")
    return found


def theory_may_import(head: str, other: str) -> bool:
    if head == "sim":
        return other in {"errors", "system", "theory"}
    return head in {"numpy", "scipy"} or head in sys.stdlib_module_names


def test_every_file_and_folder_has_a_layer() -> None:
    homeless = sorted({top_name(path) for path in source_files()} - set(LEVEL))
    assert not homeless, f"decide how high {', '.join(homeless)} of sim/ stands, and add it to a line of LAYERS"


def test_few_files_lie_loose_at_the_top_of_the_package() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= LOOSE


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_imports_only_from_its_own_layer_or_one_above(path: Path) -> None:
    name = top_name(path)
    if name in LEVEL:  # test_every_file_and_folder_has_a_layer speaks of the others
        found = forbidden(name, path.read_text(encoding="utf-8"), package_of(path))
        assert not found, f"{path.relative_to(ROOT).as_posix()}: " + "; ".join(found)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("system", "from sim.model.component import parts"),
        ("model", "import sim.engine.columns"),
        ("model", "from ..scenario import load"),
        ("model", "def later():\n    from sim import cli"),
        ("engine", "from sim import run"),
        ("engine", "from sim import load"),
        ("scenario", "importlib.import_module('sim.report')"),
        ("theory", "from sim.model.week import PHASES"),
        ("theory", "import pandas"),
    ],
)
def test_an_import_from_below_is_seen(name: str, source: str) -> None:
    assert forbidden(name, source, ["sim", name])


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("model", "from sim.model.random import draw\nfrom . import quality\nfrom ..system import text"),
        ("engine", "from sim import model, __version__\nimport numba"),
        ("cli", "from sim import load\nimport sim.report.formats.html"),
        (
            "theory",
            "import math\nfrom scipy import special\nfrom sim.errors import Mistake\nfrom sim.theory import bass",
        ),
    ],
)
def test_an_import_from_above_is_allowed(name: str, source: str) -> None:
    assert forbidden(name, source, ["sim", name]) == []


READABLE = "sim.engine.objects"
"""The engine whose people, company and market know one another, as those they stand for do."""


def imported_by_file() -> dict[str, set[str]]:
    """Each module of the package and those it imports, at the top or late; not what only types name."""
    known = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in source_files()
    }
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in known.items()}
    return {name: set(imported_in(tree)) & set(known) - {name} for name, tree in trees.items()}


def imported_in(node: ast.AST) -> Iterator[str]:
    """Full names of what is imported, modules and what is taken from them alike."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield from named_modules(node, [])
    if isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from imported_in(child)


def circle(imported: dict[str, set[str]]) -> list[str]:
    """Files that import one another, through whichever others; empty when there are none."""
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as fault:
        return list(fault.args[1])
    return []


def test_no_files_import_one_another() -> None:
    found = imported_by_file()
    for name in found:
        found[name] -= {other for other in found[name] if name.startswith(READABLE) and other.startswith(READABLE)}
    assert not circle(found), "files import one another: " + " – ".join(circle(found))


def test_a_circle_of_imports_is_seen() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    source = (
        "from sim.data import customer_csv\nif TYPE_CHECKING:\n    import sim.cli\ndef late():\n    import sim.errors"
    )
    assert {"sim.data.customer_csv", "sim.errors"} <= set(imported_in(ast.parse(source))) >= {"sim.data"}
    assert "sim.cli" not in set(imported_in(ast.parse(source)))


def test_compiled_code_and_kept_runs_are_named_after_the_folders_that_they_are_made_of() -> None:
    """What the engines import lies in a folder that names the compiled code; a run's also in those that name kept runs."""
    for module, folders in (("sim.engine.columns", MODEL), ("sim.runs.executor", NUMBERS)):
        program = f"import sys, {module}; print(*(name for name in sys.modules if name.startswith('sim.')))"
        names = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        tops = {name.split(".")[1] for name in names.split()}
        assert "model" in tops and tops <= {*folders, "errors", "system"}
    outside = {*LEVEL} - {*MODEL, "bench"}
    kernels = "lean_kernel|inner_kernel|njit|@rule"
    assert not [
        p for p in source_files() if top_name(p) in outside and re.search(kernels, p.read_text(encoding="utf-8"))
    ]


def test_importing_sim_is_cheap() -> None:
    heavy = {"numba", "matplotlib", "pandas"}
    program = f"import sim, sys; print(*({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


CACHES = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
LEFT_OUT = CACHES | {".git", ".venv", ".venv-lock", "results", "build", "dist"}


def shipped_files() -> list[Path]:
    """Every file that git holds or would take; without git, every file outside caches and results."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not LEFT_OUT.intersection(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file())


def shipped_texts() -> Iterator[tuple[str, str]]:
    """Name and contents of every shipped text file."""
    for path in shipped_files():
        contents = path.read_bytes()
        if b"\0" not in contents:
            yield path.relative_to(ROOT).as_posix(), contents.decode("utf-8", errors="replace")


def machine_paths() -> list[str]:
    """Folders of the machine that the tests run on: the checkout, the folder it lies in, the user's home."""
    shared = {Path("/"), Path(tempfile.gettempdir()).resolve()}
    return [str(path) for path in (ROOT, ROOT.parent, Path.home()) if path not in shared]


def registry_hosts() -> set[str]:
    """Hosts that packages are fetched from: the public ones (in pieces, so as not to name them) and those set here."""
    public_ones = [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("deb", "debian", "org"),
        ("anaconda", "org"),
    ]
    configured = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX")
    urls = [url for name in configured for url in os.environ.get(name, "").split()]
    return {".".join(parts) for parts in public_ones} | {host for url in urls if (host := urlsplit(url).hostname)}


def places_of_one_machine() -> re.Pattern[str]:
    """Matches an absolute path of some machine: this one's folders, or anybody's home folder."""
    here = "|".join(re.escape(path) + r"(?=[/\s\"'`),;:]|$)" for path in machine_paths())
    anybody = r"/(?:home|Users)/\w|/roo[t]\b|[A-Za-z]:\\Users\\"
    return re.compile(rf"(?<![\w.~/$}}-])(?:{here + '|' if here else ''}{anybody})", re.MULTILINE)


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in shipped_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_shipped_file_names_a_path_of_one_machine() -> None:
    found = matches(places_of_one_machine())
    assert not found, "a path that exists on one machine only:\n" + "\n".join(found)


def test_no_shipped_file_names_a_package_registry() -> None:
    hosts = "|".join(re.escape(host) for host in sorted(registry_hosts()))
    found = matches(re.compile(rf"(?<![\w-])(?:[\w-]+\.)*(?:{hosts})(?![\w-])", re.IGNORECASE))
    assert not found, "the host of a package registry:\n" + "\n".join(found)


def test_the_machine_path_pattern_sees_paths() -> None:
    pattern = places_of_one_machine()
    assert pattern.search("open('/ho" + "me/ann/data.csv')") and pattern.search(f"cd {ROOT}")
    assert not pattern.search("see the homepage/home or ~/.cache, or scenarios/root.yaml")
