"""Whatever is around the program – variables, closed or full outputs, odd names, few open files – the answer is right or the
reason is told: exit code 2 and a sentence, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest
from machine import need

from sim.errors import Mistake
from sim.system.process import FAULT, INTERRUPTED, NOBODY_READS, WRONG, ended

ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "scenarios" / "lessons" / "town.yaml"
NOWHERE = "/nonexistent/folder"
NO_TEXT = os.fsdecode(b"caf\xe9")

COMMANDS = {
    "explain": ["explain", "price"],
    "help": ["--help"],
    "check": ["check", str(TOWN), "--json"],
    "digest": ["digest", str(TOWN), "--replications", "1", "--threads", "1"],
    "run": ["run", str(TOWN), "--replications", "2", "--threads", "1", "--json", "--results", "results"],
}


@dataclass(frozen=True)
class Trial:
    """An environment: variables, what the shell does before, and where it sends the output after.

    ``told``: words of the sentence where there can be no answer (``either``: need not be one); without them the answer has
    to be the usual one, if it can be seen. ``python``: options of Python itself.
    """

    command: str = "check"
    variables: dict[str, str | None] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    told: str = ""
    either: bool = False
    unseen: bool = False
    python: tuple[str, ...] = ()


def variables(command: str, told: str = "", **values: str | None) -> Trial:
    return Trial(command, values, told=told)


FULL = "standard output"
LIGHT = {
    "NUMBA_NUM_THREADS=0": variables("check", "NUMBA_NUM_THREADS", NUMBA_NUM_THREADS="0"),
    "stdout on a full disk": Trial("explain", after=">/dev/full", told=FULL),
    "stdout closed": Trial("explain", after=">&-", unseen=True),
    "a reader that leaves": Trial("explain", after="| head -1 >/dev/null; exit ${PIPESTATUS[0]}", unseen=True),
    "no home, no cache": variables("check", HOME=None, LOYALTY_CACHE=None, XDG_CACHE_HOME=None),
}
"""What is tried in every run of the tests."""

WIDTHS = ("0", "1", "abc", "-5", "99999999999")
HEAVY = {
    **{f"HOME={home}": variables("run", HOME=home) for home in (None, NOWHERE, "/etc/passwd", "", "a/b", "/proc")},
    **{
        f"{name}={place}": variables("check", **{"LOYALTY_CACHE": None, name: place})
        for name in ("LOYALTY_CACHE", "XDG_CACHE_HOME")
        for place in ("", "/proc/nowhere", "/etc/passwd", "/" + "a" * 300)
    },
    **{
        f"the locale is {name}, UTF-8 {utf8}": variables("run", LC_ALL=name, PYTHONUTF8=utf8, PYTHONCOERCECLOCALE="0")
        for name in ("C", "POSIX", "tr_TR.UTF-8", "nonsense", "de_DE.ISO-8859-1")
        for utf8 in ("0", "1")
    },
    **{
        f"PYTHONIOENCODING={name}": Trial("explain", {"PYTHONIOENCODING": name}, unseen=True)
        for name in (
            "ascii",
            "latin-1",
            "utf-16",
            "utf-32",
            "cp037",
            "undefined",
            "punycode",
            "idna",
            "utf-7",
            ":strict",
        )
    },
    "PYTHONOPTIMIZE=1": variables("explain", PYTHONOPTIMIZE="1"),
    "PYTHONOPTIMIZE=2": variables("explain", "PYTHONOPTIMIZE", PYTHONOPTIMIZE="2"),
    "PYTHONHASHSEED=7": variables("run", PYTHONHASHSEED="7"),
    "PYTHONDONTWRITEBYTECODE": variables("check", PYTHONDONTWRITEBYTECODE="1"),
    "PYTHONWARNINGS=error": variables("run", PYTHONWARNINGS="error"),
    "PYTHONDEVMODE": variables("run", PYTHONDEVMODE="1"),
    "PYTHONUNBUFFERED on a full disk": Trial("explain", {"PYTHONUNBUFFERED": "1"}, after=">/dev/full", told=FULL),
    "python -I": Trial(python=("-I",)),
    "python -bb": Trial("run", python=("-bb",)),
    **{
        f"NUMBA_NUM_THREADS={number}": variables("check", "NUMBA_NUM_THREADS", NUMBA_NUM_THREADS=number)
        for number in ("-1", "abc", "", "1.5", "0x2")
    },
    "NUMBA_NUM_THREADS=1000": variables("digest", NUMBA_NUM_THREADS="1000"),
    "NUMBA_OPT=nonsense": variables("check", "NUMBA_OPT", NUMBA_OPT="nonsense"),
    "NUMBA_DISABLE_JIT": variables("check", "NUMBA_DISABLE_JIT", NUMBA_DISABLE_JIT="1"),
    "NUMBA_DEBUG=abc": variables("check", "NUMBA_DEBUG", NUMBA_DEBUG="abc"),
    "NUMBA_CPU_NAME=nonsense": variables("check", "NUMBA_CPU_NAME", NUMBA_CPU_NAME="nonsense"),
    "NUMBA_CPU_FEATURES=nonsense": variables("check", "NUMBA_CPU_FEATURES", NUMBA_CPU_FEATURES="+nonsense"),
    "NUMBA_CPU_FEATURES without a sign": variables("check", "NUMBA_CPU_FEATURES", NUMBA_CPU_FEATURES="nonsense"),
    "NUMBA_CHROME_TRACE": variables("check", "NUMBA_CHROME_TRACE", NUMBA_CHROME_TRACE="/proc/nowhere"),
    "NUMBA_CACHE_DIR": variables("digest", NUMBA_CACHE_DIR="/proc/nowhere"),
    "NUMBA_CACHE_LOCATOR_CLASSES": variables("digest", NUMBA_CACHE_LOCATOR_CLASSES="nonsense"),
    "NUMBA_THREADING_LAYER": variables("digest", NUMBA_THREADING_LAYER="nonsense"),
    "NUMBA_DEBUG_CACHE": variables("run", NUMBA_DEBUG_CACHE="1"),
    **{
        f"{name}={number}": variables("digest", **{name: number})
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        for number in ("0", "abc")
    },
    "ARROW_DEFAULT_MEMORY_POOL": variables("run", ARROW_DEFAULT_MEMORY_POOL="system"),
    "MPLBACKEND": variables("run", MPLBACKEND="nonsense"),
    "MPLCONFIGDIR": variables("run", MPLCONFIGDIR="/proc/nowhere"),
    **{f"TERM={name}": variables("run", TERM=name) for name in (None, "dumb", "nonsense")},
    **{
        f"COLUMNS={wide}, {command}": variables(command, COLUMNS=wide, LINES=wide)
        for wide in WIDTHS
        for command in ("run", "explain")
    },
    **{f"{name}": variables("run", **{name: "1"}) for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE")},
    **{f"TZ={zone}": variables("run", TZ=zone) for zone in ("nonsense", ":/etc/passwd")},
    **{f"TMPDIR={place}": variables("run", TMPDIR=place) for place in (NOWHERE, "/etc/passwd")},
    "PATH empty": variables("run", PATH=""),
    "a name that is no text in the environment": variables("run", HOME=f"/tmp/{NO_TEXT}"),
    **{
        f"{name}, {command}": Trial(command, after=after, unseen=True)
        for command in ("explain", "run", "help")
        for name, after in {
            "stdin closed": "<&-",
            "stderr closed": "2>&-",
            "all closed": "<&- >&- 2>&-",
            "stderr full": "2>/dev/full",
            "stderr nobody reads": "2> >(true)",
        }.items()
    },
    **{
        f"stdout full, {command}": Trial(command, after=">/dev/full", told=FULL) for command in ("run", "help", "check")
    },
    "stdout only for reading": Trial("explain", after="1</dev/null", told=FULL),
    **{
        f"the folder is gone, {command}": Trial(command, before="mkdir gone; cd gone; rmdir ../gone;", told=told)
        for command, told in (("explain", ""), ("check", ""), ("digest", ""), ("run", "results"))
    },
    **{
        f"{few} open files": Trial("run", before=f"ulimit -n {few};", told="open", either=True)
        for few in (8, 10, 12, 16, 20)
    },
    "a file may have no bytes": Trial("run", before="trap '' XFSZ; ulimit -f 0;", told="results"),
    "umask 0777": Trial("run", before="umask 0777;"),
    "hardly any memory": Trial("explain", before="ulimit -v 200000;", told="ulimit -v", either=True),
    "a small stack": Trial("digest", before="ulimit -s 256;"),
    "no other process": Trial("digest", before="ulimit -u 1;"),
}


@lru_cache(maxsize=16)
def usual(command: str, folder: str, cache: str) -> bytes:
    """What the command answers where nothing is odd."""
    done = tried(Trial(command), Path(folder), cache)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tried(trial: Trial, folder: Path, cache: str) -> subprocess.CompletedProcess[bytes]:
    """The trial's command, run by a shell in this folder, with compiled code from ``cache`` unless the trial says other."""
    changed = {"PYTHONPATH": str(ROOT), "LOYALTY_CACHE": cache, "PYTHONUNBUFFERED": None} | trial.variables
    around = {name: value for name, value in (os.environ | changed).items() if value is not None}
    words = [sys.executable, *trial.python, "-m", "sim", *COMMANDS[trial.command]]
    line = f"{trial.before} {shlex.join(words)} {trial.after}"
    bash = shutil.which("bash") or need("these tests need bash")
    return subprocess.run(
        [str(bash), "-c", line], cwd=folder, env=around, stdin=subprocess.DEVNULL, capture_output=True, timeout=600
    )


def check(trial: Trial, folder: Path, cache: Path) -> None:
    """The right answer, or exit code 2 and the sentence."""
    done = tried(trial, folder, str(cache))
    told = done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stdout + done.stderr and "Exception ignored" not in told, told
    assert "fault of the program" not in told and told.count("\n") <= 4, told
    if done.returncode == WRONG and trial.told:
        assert any(words in told for words in trial.told.split("|")), told
        return
    assert not trial.told or trial.either, f"should have been refused: {told}"
    assert done.returncode == 0 or (trial.unseen and done.returncode == NOBODY_READS), told
    if not trial.unseen:
        assert done.stdout == usual(trial.command, str(folder), str(cache))


@pytest.mark.parametrize("name", LIGHT)
def test_the_answer_is_right_or_the_reason_is_told(name: str, tmp_path: Path, compiled_cache: Path) -> None:
    check(LIGHT[name], tmp_path, compiled_cache)


@pytest.mark.heavy
@pytest.mark.parametrize("name", HEAVY)
def test_the_answer_is_right_or_the_reason_is_told_everywhere(name: str, tmp_path: Path, compiled_cache: Path) -> None:
    check(HEAVY[name], tmp_path, compiled_cache)


# ---- names of files


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A scenario whose folder and name are no text, have blanks, quotes and a line's end, and begin with a dash."""
    folder = tmp_path / f"-{NO_TEXT} 'a\n\"b"
    folder.mkdir()
    return Path(shutil.copy(TOWN, folder / f"-{NO_TEXT}.yaml"))


def loyalty(*words: object, folder: Path, cache: Path) -> subprocess.CompletedProcess[bytes]:
    around = os.environ | {"PYTHONPATH": str(ROOT), "LOYALTY_CACHE": str(cache)}
    line = [sys.executable, "-m", "sim", *map(str, words)]
    done = subprocess.run(line, cwd=folder, env=around, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    assert b"Traceback" not in done.stderr and b"fault of the program" not in done.stderr, done.stderr
    return done


def test_a_scenario_may_have_any_name(odd: Path, compiled_cache: Path) -> None:
    done = loyalty("check", odd, "--json", folder=odd.parent, cache=compiled_cache)
    assert done.returncode == 0 and json.loads(done.stdout)["scenario"] == "The town"


@pytest.mark.heavy
def test_a_name_that_is_no_text_is_taken_or_refused_before_the_work(odd: Path, compiled_cache: Path) -> None:
    place = {"folder": odd.parent, "cache": compiled_cache}
    few = ("--replications", "2")
    for option in ("--results", "--weekly"):
        done = loyalty("run", odd, *few, option, NO_TEXT, **place)
        assert done.returncode == WRONG and option in done.stderr.decode() and "UTF-8" in done.stderr.decode()
        assert not (odd.parent / NO_TEXT).exists() and not (odd.parent / "results").exists()
    assert loyalty("run", "./" + odd.name, *few, **place).returncode == 0
    assert loyalty("mirror", odd, *few, "--report", odd.parent / f"{NO_TEXT}.html", **place).returncode == 0
    assert (odd.parent / f"{NO_TEXT}.html").stat().st_size > 1000
    written = loyalty("schema", "--json", "--out", f"{NO_TEXT}.json", **place)
    assert written.returncode == WRONG
    for words in (
        ["explain", NO_TEXT],
        [NO_TEXT],
        ["run", odd, "--set", f"{NO_TEXT}=1"],
        ["check", NO_TEXT],
        ["check", ""],
    ):
        assert loyalty(*words, **place).returncode == WRONG
    for long in ("/" + "a" * 300, "/" + "a/" * 5000):
        assert loyalty("check", long, **place).returncode == WRONG


# ---- how a command ends


def test_a_library_that_a_setting_keeps_from_starting_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moody.py").write_text("raise ValueError('Invalid boolean value nonsense.')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MOODY_ACTIVE", "nonsense")
    assert ended(lambda: import_module("moody")) == WRONG
    told = capsys.readouterr().err
    assert (
        told.startswith("moody does not start (ValueError: Invalid boolean value nonsense)") and "MOODY_ACTIVE" in told
    )


def failing(fault: BaseException) -> int:
    def work() -> None:
        raise fault

    return ended(work)


def test_whatever_ends_a_command_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mistaken = Mistake("there is no room left for results")
    mistaken.__context__ = OSError(errno.EMFILE, "Too many open files")
    for fault, code, words in (
        (Mistake("it is wrong"), WRONG, "it is wrong"),
        (mistaken, WRONG, "ulimit -n"),
        (OSError(errno.EMFILE, "Too many open files", "place"), WRONG, "ulimit -n"),
        (OSError(errno.ENOSPC, "No space left on device", "place"), WRONG, "place: the machine refuses (No space left"),
        (MemoryError(), WRONG, "not enough memory"),
        (ModuleNotFoundError("No module named 'numpy'"), WRONG, "not whole"),
        (KeyboardInterrupt(), INTERRUPTED, ""),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), NOBODY_READS, ""),
        (ValueError("two\nlines"), FAULT, "a fault of the program, not of what you asked of it: ValueError: two lines"),
    ):
        assert failing(fault) == code
        told = capsys.readouterr().err
        assert words in told and told.count("\n") == bool(words)
    (written,) = tmp_path.iterdir()
    assert "Traceback" in written.read_text() and "ValueError" in written.read_text() and str(written) in told


def test_a_fault_is_told_even_where_it_cannot_be_written_down(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert failing(ValueError("no")) == FAULT and "fault of the program" in capsys.readouterr().err
