"""Compiled code on disk: whatever becomes of the files, a run gives the same numbers, and says at most one sentence."""

from __future__ import annotations

import errno
import linecache
import os
import pickle
import random
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import numpy as np
import pytest
from numba import typeof
from numba.core.codegen import JITCPUCodegen

from sim import errors
from sim.engine import columns, precompile
from sim.model.rules import SHELF, njit
from sim.system import code_cache
from sim.system.code_cache import DRAFT, ENDING, HEAD, LEFT_BEHIND, Shelf, keep, make

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "scenarios" / "lessons" / "town.yaml"


def halved(values: np.ndarray) -> float:
    total = np.float32(0)
    for k in range(values.size):
        total += values[k] / np.float32(2)
    return float(total)


def run(folder: Path) -> tuple[float, bool]:
    """What a kernel of its own answers, with its code kept in this folder; and whether it was read from there."""
    kernel = keep(njit(error_model="numpy")(halved), Shelf(folder))
    return kernel(np.arange(5, dtype=np.float32)), bool(kernel.stats.cache_hits)


@pytest.fixture(autouse=True)
def nothing_told_yet() -> None:
    errors._told().clear()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The one file of code of a folder in which the kernel was kept and found again."""
    folder = tmp_path / "loyalty-sim" / "source"
    assert run(folder) == (5, False)
    assert run(folder) == (5, True)
    (file,) = folder.iterdir()
    return file


def flipped(at: float) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[int(at * (len(content) - 1))] ^= 16
        file.write_bytes(content)

    return damage


def replaced(content: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda file: void(file.write_bytes(content(file.read_bytes())))


def void(_: object) -> None: ...


def instead(put: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.unlink()
        put(file)

    return damage


def a_folder(file: Path) -> None:
    (file / "below").mkdir(parents=True)
    (file / "below" / "anything").write_text("else")


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, ("unpickled",)


DAMAGE = {
    "empty": replaced(lambda content: b""),
    "a byte short": replaced(lambda content: content[:-1]),
    "half": replaced(lambda content: content[: len(content) // 2]),
    "its head alone": replaced(lambda content: content[: HEAD.size]),
    "less than a head": replaced(lambda content: content[:5]),
    "something behind": replaced(lambda content: content + b"x"),
    "all noughts": replaced(lambda content: bytes(len(content))),
    "another's text": replaced(lambda content: b"# a note of somebody's\n" * 40),
    "a pickle without a head": replaced(lambda content: content[HEAD.size :]),
    "a pickle that does things": replaced(lambda content: pickle.dumps(Evil())),
    "an earlier form": replaced(lambda content: content.replace(b"form 1", b"form 0", 1)),
    "a folder": instead(a_folder),
    "an empty folder": instead(Path.mkdir),
    "a link to nowhere": instead(lambda file: file.symlink_to("nowhere")),
    "a link to itself": instead(lambda file: file.symlink_to(file.name)),
    "a pipe nobody writes to": instead(os.mkfifo),
    "writable by all": lambda file: file.chmod(0o666),
    "writable by the group": lambda file: file.chmod(0o664),
    **{f"a bit flipped at {at}": flipped(at) for at in (0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1)},
}


@pytest.mark.parametrize("instead", [b"", b"\xff\xfe", b"raise SystemExit(1)", None])
def test_whatever_lies_in_the_place_of_the_week_s_text_the_text_itself_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: bytes | None
) -> None:
    monkeypatch.setattr(columns, "SHELF", Shelf(tmp_path / "code"))
    make(tmp_path / "code")
    place = tmp_path / "code" / "loyalty_week_test.py"
    if instead is None:
        place.symlink_to(tmp_path / "of_somebody_else")
    else:
        place.write_bytes(instead)
    assert columns._loaded("loyalty_week_test", "answer = 6 * 7\n").answer == 42
    assert place.read_text() == "answer = 6 * 7\n" and not (tmp_path / "of_somebody_else").exists()


def test_a_week_that_cannot_be_kept_is_known_to_tracebacks_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SHELF", Shelf(None))
    week = columns._loaded("loyalty_week_nowhere", "def weeks():\n    return 1 / 0\n")
    assert linecache.getline(week.weeks.__code__.co_filename, 2) == "    return 1 / 0\n"


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_code_is_thrown_away_and_compiled_anew(
    kind: str, kept: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kept.parent.parent)
    DAMAGE[kind](kept)
    assert run(kept.parent) == (5, False)
    told = capfd.readouterr()
    assert told.err.count("\n") <= 1 and ("damaged" in told.err or "nowhere" in kind) and not told.out
    assert run(kept.parent) == (5, True), "the next start finds it again"
    assert list(kept.parent.iterdir()) == [kept] and not Path("unpickled").exists()


@pytest.mark.heavy
def test_no_flipped_bit_is_believed(kept: Path) -> None:
    whole, chance = kept.read_bytes(), random.Random(1)
    for at in sorted({*range(HEAD.size), *(chance.randrange(len(whole)) for _ in range(2000))}):
        content = bytearray(whole)
        content[at] ^= 1 << chance.randrange(8)
        kept.write_bytes(content)
        assert Shelf(kept.parent).read(kept.name) is None and not kept.exists()


MAKERS: dict[str, tuple[object, str, object]] = {
    "numba": (code_cache.numba, "__version__", "0.1"),
    "llvmlite": (code_cache.llvmlite, "__version__", "0.1"),
    "numpy": (code_cache.np, "__version__", "0.1"),
    "Python": (code_cache.sys, "version", "3.99"),
    "checks of bounds": (code_cache.numba.config, "BOUNDSCHECK", 1),
    "less optimising": (code_cache.numba.config, "OPT", 1),
    "another processor": (JITCPUCodegen, "magic_tuple", lambda _: ("another",)),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_what_another_version_or_processor_made_is_another_file(
    maker: str, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run_name(kept)
    monkeypatch.setattr(*MAKERS[maker])
    code_cache._machinery.cache_clear()
    try:
        assert run_name(kept) != before == kept.name
    finally:
        code_cache._machinery.cache_clear()


def run_name(kept: Path) -> str:
    """The name under which the kernel's code is looked for."""
    kernel = keep(njit(error_model="numpy")(halved), Shelf(kept.parent))
    return str(kernel._cache.name((typeof(np.zeros(1, np.float32)),), kernel.targetctx))


def test_an_edited_source_file_is_another_file(tmp_path: Path) -> None:
    source, names = tmp_path / "own.py", set()
    for text in ("x = 1\n", "x = 2\n"):
        source.write_text(text)
        code_cache._written.cache_clear()
        names.add(code_cache._written(str(source)))
    assert len(names) == 2 and code_cache._written(code_cache.__file__) == ""


def test_code_that_was_typed_in_is_compiled_in_memory(tmp_path: Path) -> None:
    typed: dict[str, object] = {}
    exec(compile("def one(): return 1", "<typed in>", "exec"), typed)
    kernel = keep(njit(typed["one"]), Shelf(tmp_path / "folder"))
    assert kernel() == 1 and not (tmp_path / "folder").exists()


# ---- the folder


def told_of(folder: Path | None, capfd: pytest.CaptureFixture[str], other: bool = False) -> str:
    """What is told when the kernel runs, rightly, with a folder in which it (or another) cannot be kept."""
    kernel = keep(njit(error_model="numpy")(halved), Shelf(folder))
    if other:
        kernel._cache.name = lambda *_: "other" + ENDING
    assert kernel(np.arange(5, dtype=np.float32)) == 5 and not kernel.stats.cache_hits
    told = capfd.readouterr()
    assert told.err.count("\n") == 1 and "LOYALTY_CACHE" in told.err and not told.out
    return told.err


def test_a_folder_in_which_others_can_write_is_not_read(kept: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for folder, mode in ((kept.parent, 0o777), (kept.parent, 0o775), (kept.parent, 0o1777), (kept.parents[1], 0o777)):
        usual = stat.S_IMODE(folder.stat().st_mode)
        folder.chmod(mode)
        assert f"others can write to {folder}" in told_of(kept.parent, capfd)
        folder.chmod(usual)
        errors._told().clear()
    kept.parents[2].chmod(0o1777)  # as /tmp is: nobody can put another folder in the place of this one
    assert run(kept.parent) == (5, True)


def test_what_belongs_to_somebody_else_is_not_read(
    kept: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = kept.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:  # what the one with all rights wrote may be believed: he needs no such way
        assert run(kept.parent) == (5, True)
        return
    assert f"{kept.parent} belongs to another user" in told_of(kept.parent, capfd)


def test_another_user_reads_the_owner_of_the_machine_alone(capfd: pytest.CaptureFixture[str]) -> None:
    if os.geteuid():
        return  # only the owner of the machine can become another user, and this is tried as both
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "loyalty-sim" / "source"
        run(folder)
        os.seteuid(NOBODY)
        try:
            assert run(folder) == (5, True), "an image may be made by the owner, for everybody"
            assert "cannot be kept" in told_of(folder, capfd, other=True)
        finally:
            os.seteuid(0)
        os.chown(folder, NOBODY, NOBODY)
        errors._told().clear()
        assert f"{folder} belongs to another user" in told_of(folder, capfd)


@pytest.mark.parametrize("place", ["folder", "above", "root"])
def test_a_file_in_the_place_of_a_folder_is_left_alone(
    place: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "root" / "above" / "folder"
    file = next(one for one in (folder, *folder.parents) if one.name == place)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("somebody's")
    told_of(folder, capfd)
    assert file.read_text() == "somebody's"


def test_without_a_home_code_is_compiled_in_memory(capfd: pytest.CaptureFixture[str]) -> None:
    assert "no home folder" in told_of(None, capfd)


def test_the_owner_can_use_what_he_made_whatever_his_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        folder = tmp_path / "a" / "b" / "c"
        assert run(folder) == (5, False)
        assert run(folder) == (5, True)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (tmp_path / "a", folder, *folder.iterdir())]
    assert all(mode & 0o600 == 0o600 and not mode & 0o022 for mode in modes)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE, errno.EDQUOT])
def test_whatever_the_machine_refuses_the_kernel_runs(
    number: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "loyalty-sim" / "source"
    deeds = faults.deeds(tmp_path, lambda: run(folder))
    assert {event for event, _ in deeds} >= {"open", "os.rename", "os.mkdir"}
    for at in range(1, len(deeds) + 1):
        errors._told().clear()
        shutil.rmtree(tmp_path / "loyalty-sim")
        with faults.fault(tmp_path, at, faults.refuse(number)):
            assert run(folder)[0] == 5
        assert capfd.readouterr().err.count("\n") <= 1
        assert not list(folder.glob(f"*{DRAFT}")) if folder.exists() else True
        assert run(folder)[0] == 5


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import faults, test_compiled_cache
with faults.fault(Path(sys.argv[2]), int(sys.argv[3]), faults.kill):
    test_compiled_cache.run(Path(sys.argv[2]) / "code")
"""


def test_a_process_killed_while_it_writes_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    moved = 3  # made the folder, opened the draft, is about to move it
    words = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path), str(moved)]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, timeout=300).returncode == -9
    (draft,) = (tmp_path / "code").glob(f"*{DRAFT}")
    assert run(tmp_path / "code") == (5, False) and draft.exists()  # somebody may still be at it
    os.utime(draft, (0, time.time() - LEFT_BEHIND - 1))
    code_cache._sweep.cache_clear()
    Shelf(tmp_path / "code").write("other" + ENDING, b"")
    assert not draft.exists() and run(tmp_path / "code") == (5, True)


def test_two_who_write_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    shelf, contents = Shelf(tmp_path / "code"), [bytes([k]) * 300_000 for k in range(8)]
    with ThreadPoolExecutor() as threads:
        for _ in threads.map(lambda content: shelf.write("one" + ENDING, content), contents * 10):
            assert Shelf(tmp_path / "code").read("one" + ENDING) in contents
    assert [file.name for file in (tmp_path / "code").iterdir()] == ["one" + ENDING]


def test_nothing_is_shared_with_a_second_process_through_a_folder_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precompile, "_processors", lambda: 2)
    make(tmp_path / "code")
    (tmp_path / "code").chmod(0o777)
    monkeypatch.setattr(precompile, "SHELF", Shelf(tmp_path / "code"))
    assert not precompile._first("week") and not list((tmp_path / "code").iterdir())


# ---- the whole week


def not_for_ever() -> None:
    """Bound a process by its own work: on a busy machine that may take many times as long."""
    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))


def digest(cache: Path) -> tuple[str, str]:
    """The digest of a scenario's run with compiled code in this folder, and what was told."""
    words = [sys.executable, "-m", "sim", "digest", str(TOWN), "--replications", "1", "--threads", "1"]
    around = os.environ | {"LOYALTY_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=around, capture_output=True, text=True, timeout=3600, preexec_fn=not_for_ever)
    assert done.returncode == 0 and done.stderr.count("\n") <= 1, done.stderr
    return done.stdout, done.stderr


@pytest.mark.heavy
def test_a_damaged_cache_of_the_whole_model_never_fails_a_run(tmp_path: Path, compiled_cache: Path) -> None:
    """All kinds of damage at once, each done to some files of its own."""
    right, _ = digest(compiled_cache)
    files = small(copied(tmp_path / "cache"))
    random.Random(7).shuffle(files)
    assert len(files) >= len(DAMAGE)
    for file, kind in zip(files, 2 * list(DAMAGE), strict=False):
        DAMAGE[kind](file)
    assert digest(tmp_path / "cache")[0] == right
    folder = copied(tmp_path / "cache")
    for change in (lambda mark: mark.unlink(), lambda mark: mark.write_bytes(b"x" * 1000), instead(a_folder)):
        change(folder / precompile.MARK)
        assert digest(tmp_path / "cache") == (right, ""), "the mark of a second process has no say"


@pytest.mark.heavy
def test_where_all_code_is_damaged_all_is_compiled_anew(tmp_path: Path, compiled_cache: Path) -> None:
    right, _ = digest(compiled_cache)
    for file in copied(tmp_path / "cache").glob(f"*{ENDING}"):
        flipped(0.6)(file)
    assert digest(tmp_path / "cache")[0] == right
    assert digest(tmp_path / "cache") == (right, "")


def copied(cache: Path) -> Path:
    """A copy of the folder of compiled code, under another cache."""
    shutil.rmtree(cache, ignore_errors=True)
    assert SHELF.folder is not None
    return Path(shutil.copytree(SHELF.folder, cache / "loyalty-sim" / SHELF.folder.name))


def small(folder: Path) -> list[Path]:
    """Code that is soon compiled anew."""
    return sorted(file for file in folder.glob(f"*{ENDING}") if file.stat().st_size < 40_000)
