"""The shape of the repository: who may import whom, what ``import sim`` costs, and what no shipped file may name."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import sim
from sim.compiled import ASKING

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"

# From the top: a file imports only from its own group or one above it. A folder counts as one name.
GROUPS = {
    "words and chance": (
        "errors text outputs allowance arguments surroundings code_cache compiled vectors draws numeric distributions parameters "
        "examples columns"
    ),
    "the model": (
        "parts week behaviour mechanisms service network ledger population beginnings customer_file customer_rows customer_text "
        "customer_mapping customer_csv quarantine theory"
    ),
    "the engines": "engines",
    "questions and answers": (
        "scenario experiments execution cluster guarded ground tallies outcome replicating running comparing statistics results "
        "folders leftovers measures journey"
    ),
    "faces": "cli program commands report studio bench __main__",
}
LEVEL = {name: level for level, names in enumerate(GROUPS.values()) for name in names.split()}
WORDS_AND_CHANCE = set(GROUPS["words and chance"].split())


def source_files() -> list[Path]:
    """Every Python file of the package but ``sim/__init__.py``, which only fetches public names when asked for."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def top_name(path: Path) -> str:
    """The file's or folder's name directly under ``sim/``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def group_of(name: str) -> str:
    return list(GROUPS)[LEVEL[name]]


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
            found.append(f"line {line} imports {module}, of '{group_of(other)}', which stands below '{group_of(name)}'")
        elif name == "theory" and not theory_may_import(head, other):
            found.append(f"line {line} imports {module}: theory uses 'words and chance', numpy and scipy only")
    return found


def theory_may_import(head: str, other: str) -> bool:
    if head == "sim":
        return other in WORDS_AND_CHANCE | {"theory"}
    return head in {"numpy", "scipy"} or head in sys.stdlib_module_names


def test_every_file_has_a_group() -> None:
    homeless = sorted({top_name(path) for path in source_files()} - set(LEVEL))
    assert not homeless, (
        f"sim/ has {', '.join(homeless)}, which no group holds: decide how high it stands and add its name to "
        f"the right line of GROUPS in tests/test_layers.py ({'; '.join(GROUPS)})"
    )


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_imports_only_from_its_own_group_or_one_above(path: Path) -> None:
    name = top_name(path)
    if name in LEVEL:  # test_every_file_has_a_group speaks of the others
        found = forbidden(name, path.read_text(encoding="utf-8"), package_of(path))
        assert not found, f"{path.relative_to(ROOT).as_posix()}: " + "; ".join(found)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("draws", "from sim.parts import parts"),
        ("mechanisms", "import sim.engines.core"),
        ("mechanisms", "from ..scenario import load"),
        ("week", "def later():\n    from sim import cli"),
        ("engines", "from sim import run"),
        ("engines", "from sim import load"),
        ("scenario", "importlib.import_module('sim.report')"),
        ("theory", "from sim.week import PHASES"),
        ("theory", "import pandas"),
    ],
)
def test_an_import_from_below_is_seen(name: str, source: str) -> None:
    assert forbidden(name, source, ["sim", name])


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("mechanisms", "from sim.draws import draw\nfrom . import quality\nfrom ..numeric import exp"),
        ("engines", "from sim import draws, __version__\nimport numba"),
        ("cli", "from sim import load\nimport sim.report.page"),
        (
            "theory",
            "import math\nfrom scipy import special\nfrom sim.errors import Mistake\nfrom sim.theory import bass",
        ),
    ],
)
def test_an_import_from_above_is_allowed(name: str, source: str) -> None:
    assert forbidden(name, source, ["sim", name]) == []


def test_compiled_code_is_made_of_nothing_that_its_folder_is_not_named_after() -> None:
    """A file left out of the name of the compiled code's folder may not be imported by the engines."""
    program = "import sys, sim.engines.core; print(*(name for name in sys.modules if name.startswith('sim.')))"
    names = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    tops = {name.split(".")[1] for name in names}
    bring_and_keep = {
        "code_cache",
        "errors",
        "surroundings",
        "text",
    }  # the compiler and its code, but nothing to be compiled
    assert not any("njit" in (PACKAGE / f"{name}.py").read_text() for name in bring_and_keep)
    assert "behaviour" in tops and not (tops - bring_and_keep) & {name.removesuffix(".py") for name in ASKING}


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
