"""Everything that a command writes: seen to before the work, whole or absent after any fault, and nobody else's file touched."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim.runs.comparison
import sim.runs.runner
from sim.cli import app
from sim.errors import Mistake
from sim.system import outputs
from sim.system.outputs import FOLDER, Output, check_outputs, put

SMALL = "name: Small\nweeks: 6\nmarket: {customers: 200, prospects: 50}\n"
ASKED = """
question: What does it cost?
base: small.yaml
levers: {quality.error_rate: {low: 0.05, high: 0.1}}
outcomes: [profit]
replications: 2
design: {kind: table, file: points.csv}
"""
FIT = """
question: How attentive are they?
base: small.yaml
uncertainties: {choice.attention: {low: 0.02, high: 0.2}}
outcomes: [retention]
calibrate:
  figures: {retention: {value: 0.9, error: 0.05, source: ours}}
  worlds: 50
"""
RUN = ("run", "small.yaml", "--replications", "2", "--threads", "1")
COMPARE = ("compare", "small.yaml", "worse.yaml", "--replications", "2", "--threads", "1")
SWEEP = ("sweep", "question.yaml", "--threads", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    people = "id,months\n" + "".join(f"{k},{2 + k}\n" for k in range(30))
    files = {
        "small.yaml": SMALL,
        "worse.yaml": "extends: small.yaml\nname: Worse\nquality: {error_rate: 0.3}\n",
        "counted.yaml": "name: Counted\nweeks: 6\nmarket: {prospects: 20}\ncustomers:\n"
        "  file: people.csv\n  columns: {tenure: {column: months, unit: months}}\n",
        "people.csv": people,
        "draws.csv": "choice.attention\n0.05\n0.3\n",
        "more.csv": "choice.attention\n0.1\n",
        "points.csv": "quality.error_rate\n0.06\n0.09\n",
        "question.yaml": ASKED,
        "fit.yaml": FIT,
        "notes.txt": "a thought",
        "file": "a file",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "there").mkdir()
    (tmp_path / "nowhere.html").symlink_to(tmp_path / "missing.html")
    (tmp_path / "round.html").symlink_to("round.html")
    (tmp_path / "lost").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe.html")
    os.link(tmp_path / "small.yaml", tmp_path / "twin.parquet")
    (tmp_path / "link.parquet").symlink_to("small.yaml")
    with suppress(PermissionError):
        os.mknod(tmp_path / "device.html", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    return tmp_path


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything that lies there: what it is, and of files and links what they hold."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = stat.S_IFMT(path.lstat().st_mode)
        held = path.read_bytes() if kind == stat.S_IFREG else b""
        found[str(path.relative_to(folder))] = (kind, os.readlink(path).encode() if path.is_symlink() else held)
    return found


LONG = "a" * 260
REFUSED = [
    ((*RUN, "--results", "file"), "no folder"),
    ((*RUN, "--results", "file/deeper"), "no folder"),
    ((*RUN, "--results", "lost"), "leads nowhere"),
    ((*RUN, "--results", LONG), "too long"),
    ((*RUN, "--results", "/proc/results"), "choose another folder"),
    ((*RUN, "--weekly", "there"), "is a folder"),
    ((*RUN, "--weekly", "pipe.html"), "is a pipe"),
    ((*RUN, "--weekly", "socket"), "is a socket"),
    ((*RUN, "--weekly", "nowhere.html"), "leads nowhere"),
    ((*RUN, "--weekly", "round.html"), "cannot be written here"),
    ((*RUN, "--weekly", "file/w.parquet"), "--weekly cannot be written here"),
    ((*RUN, "--weekly", f"{LONG}.parquet"), "too long"),
    ((*RUN, "--weekly", f"{LONG}/w.parquet"), "too long"),
    ((*RUN, "--weekly", "a/" * 2500 + "w.parquet"), "too long"),
    ((*RUN, "--weekly", "/proc/w.parquet"), "choose another file"),
    ((*RUN, "--weekly", "small.yaml"), "which this command reads"),
    ((*RUN, "--weekly", "notes.txt"), "something else than .parquet"),
    ((*RUN, "--weekly", "twin.parquet"), "which this command reads"),
    ((*RUN, "--weekly", "link.parquet"), "which this command reads"),
    ((*RUN, "--weekly", "out", "--results", "out"), "the same file"),
    ((*RUN, "--weekly", "out", "--results", "out/deeper"), "lies in it"),
    (("run", "worse.yaml", "--weekly", "twin.parquet"), "small.yaml, which this command reads"),
    (("run", "counted.yaml", "--weekly", "people.parquet"), "people.csv, which this command reads"),
    ((*COMPARE, "--report", "there"), "is a folder"),
    ((*COMPARE, "--report", "pipe.html"), "is a pipe"),
    ((*COMPARE, "--report", "nowhere.html"), "leads nowhere"),
    ((*COMPARE, "--report", "file/a.html"), "--report cannot be written here"),
    ((*COMPARE, "--report", "file"), "something else than .html"),
    ((*COMPARE, "--report", "there/a.html", "--format", "html", "--format", "md"), "a.md is a folder"),
    ((*COMPARE, "--report", "taken.md"), "taken-figures is no folder"),
    ((*COMPARE, "--report", f"{'a' * 250}.md"), "too long"),
    ((*COMPARE, "--report", "out.html", "--results", "out.html/deeper"), "lies in it"),
    ((*COMPARE, "--results", "file"), "no folder"),
    ((*COMPARE, "--report", "", "--format", "html", "--format", "md"), "is a folder"),
    ((*RUN, "--weekly", "kept/parts/1/weekly.parquet"), "part of the store"),
    *(
        ((*RUN, to, "missing/deeper/../../small.yaml"), "small.yaml, which this command reads")
        for to in ("--weekly", "--panel")
    ),
    (("calibrate", "fit.yaml", "--save", ""), "is a folder"),
    (("calibrate", "fit.yaml", "--save", "notes.txt"), "something else than calibrated scenario"),
    (("calibrate", "fit.yaml", "--save", "best.yaml"), "small.yaml, which this command reads"),
    (("calibrate", "fit.yaml", "--save", "draws.yaml"), "draws.worlds.parquet is a folder"),
    ((*COMPARE, "--worlds", "draws.csv", "--report", "draws.html"), "draws.csv, which this command reads"),
    (("mirror", "small.yaml", "--report", "pipe.html"), "is a pipe"),
    (("mirror", "small.yaml", "--report", "file/a.pdf"), "cannot be written here"),
    (("plot", "retention", "small.yaml", "--out", "there", "--format", "svg"), "is a folder"),
    (("plot", "retention", "small.yaml", "--out", "pipe.html", "--format", "svg"), "is a pipe"),
    (("plot", "retention", "small.yaml", "--out", "notes.txt", "--format", "png"), "something else than .png"),
    (("plot", "retention", "small.yaml", "--out", "file/a.svg"), "cannot be written here"),
    (("schema", "--out", "small.yaml"), "something else than .json"),
    (("schema", "--out", "pipe.html"), "is a pipe"),
    (("schema", "--out", "missing/s.json"), "cannot be written here"),
    (("demo", "--out", "file"), "no folder"),
    ((*SWEEP, "--out", "file"), "no folder"),
    ((*SWEEP, "--report", "pipe.html"), "is a pipe"),
    ((*SWEEP, "--report", "points.html"), "points.csv, which this command reads"),
]


@pytest.mark.parametrize(("words", "told"), REFUSED, ids=[" ".join(words)[:70] for words, _ in REFUSED])
def test_what_cannot_be_written_is_told_before_the_work_begins_and_leaves_nothing(
    folder: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("the work began")

    for module in (sim.runs.runner, sim.runs.comparison):
        monkeypatch.setattr(module, "run_together", work)
    for name in ("there/a.md", "draws.worlds.parquet", "kept/parts/1"):
        (folder / name).mkdir(parents=True)
    for name, text in (("kept/store.json", "{}"), ("kept/parts/1/weekly.parquet", "PAR1")):
        (folder / name).write_text(text)
    (folder / "taken-figures").write_text("not a folder")
    for name, source in (
        ("people.parquet", "people.csv"),
        ("draws.html", "draws.csv"),
        ("points.html", "points.csv"),
        ("best.yaml", "small.yaml"),
    ):
        os.link(folder / source, folder / name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        before = tree(folder)
        done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 2 and isinstance(done.exception, SystemExit), done.output
    assert told in done.stderr and len(done.stderr.splitlines()) == 1 and not done.stdout
    assert tree(folder) == before


def test_a_device_is_never_replaced(folder: Path) -> None:
    place = folder / ("device.html" if (folder / "device.html").exists() else "pipe.html")
    for words in ((*COMPARE, "--report"), (*RUN, "--weekly")):
        done = CliRunner().invoke(app, [*words, str(place)])
        assert done.exit_code == 2 and "not a file" in done.stderr
    for write in (lambda: put(place, "x"), lambda: check_outputs([Output("--out", place, "json")])):
        with pytest.raises(Mistake, match="not a file"):
            write()
    assert not stat.S_ISREG(place.stat().st_mode)


def test_a_table_of_an_earlier_answer_is_no_place_for_another(folder: Path) -> None:
    assert CliRunner().invoke(app, list(RUN)).exit_code == 0
    (kept,) = (folder / "results").iterdir()
    for name in ("weekly.parquet", "measures.parquet", "manifest.json"):
        before = tree(folder)
        done = CliRunner().invoke(app, [*RUN, "--seed", "2", "--weekly", str(kept / name)])
        assert done.exit_code == 2 and "part of the answer kept in" in done.stderr and tree(folder) == before


def test_a_link_stays_a_link_and_the_file_it_leads_to_is_written(folder: Path) -> None:
    (folder / "there" / "w.parquet").write_bytes(b"PAR1 earlier")
    (folder / "week.parquet").symlink_to("there/w.parquet")
    (folder / "out").symlink_to("there")
    done = CliRunner().invoke(app, [*RUN, "--weekly", "week.parquet", "--results", "out"])
    assert done.exit_code == 0, done.output
    assert (folder / "week.parquet").is_symlink() and len((folder / "there" / "w.parquet").read_bytes()) > 1000
    assert (folder / "out").is_symlink() and list((folder / "there").glob("small-*"))


def test_a_protected_file_and_one_in_a_folder_that_can_only_be_read_are_refused(tmp_path: Path) -> None:
    """As somebody who is not allowed everything: in a process that gives up being root."""
    (tmp_path / "kept.html").write_text("<!doctype html>")
    (tmp_path / "kept.html").chmod(0o444)
    (tmp_path / "shut").mkdir(mode=0o555)
    program = """
import os, sys
from sim.errors import Mistake
from sim.system.outputs import Output, check_outputs
if os.getuid() == 0:
    os.setuid(65534)
for path, kind in (("kept.html", "html"), ("shut/a.html", "html"), ("shut", "folder"), ("shut/deeper/still", "folder")):
    try:
        check_outputs([Output("--out", __import__("pathlib").Path(path), kind)])
    except Mistake as mistake:
        print(mistake)
"""
    above = [each for each in (tmp_path, *tmp_path.parents) if not each.stat().st_mode & stat.S_IXOTH]
    for each in above:
        each.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    told = done.stdout.splitlines()
    assert len(told) == 4 and "protected" in told[0] and all("Permission denied" in line for line in told[1:]), (
        done.stderr
    )


def test_an_earlier_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = put(tmp_path / "new" / "a.txt", "one")
    path.chmod(0o640)
    inode = path.stat().st_ino
    assert put(path, b"two").read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640 and path.stat().st_ino != inode
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("words", [("plot", "retention", "small.yaml"), ("mirror", "small.yaml")])
def test_a_name_that_nobody_chose_replaces_nothing(folder: Path, words: tuple[str, ...]) -> None:
    ending = {"plot": "retention*.svg", "mirror": "mirror*.html"}[words[0]]
    few = ("--replications", "2", "--threads", "1")
    for more in ((), (), ("--seed", "2"), ()):
        assert CliRunner().invoke(app, [*words, *few, *more]).exit_code == 0
    names = sorted(path.name for path in folder.glob(ending))
    assert names == [ending.replace("*", "-2"), ending.replace("*", "")]


@pytest.mark.heavy
def test_a_later_command_takes_nothing_from_an_earlier_answer(folder: Path) -> None:
    def ask(*words: str) -> None:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output

    ask(*COMPARE, "--format", "md", "--format", "xlsx")
    ask("run", "small.yaml", "--replications", "30", "--threads", "1")
    ask(*SWEEP)
    for kept in (folder / "results").iterdir():
        (kept / "notes.txt").write_text("a thought")
    before = tree(folder)
    for words in (COMPARE, RUN, (*COMPARE, "--seed", "2"), (*COMPARE, "--worlds", "draws.csv"), SWEEP,
                  (*COMPARE, "--precision", "50%"), (*COMPARE, "--worlds", "more.csv"), (*RUN, "--first", "1")):  # fmt: skip
        ask(*words)
        later = tree(folder)
        manifests = {name for name in before if name.endswith("manifest.json")}  # these list the reports added since
        gone = {n for n, held in before.items() if later.get(n) != held and n not in manifests and "/store/" not in n}
        assert not gone and manifests <= set(later), words
        before = later
    pages = [path for path in (folder / "results").glob("*/report.html") if "against" in path.parent.name]
    assert len(pages) == 5 and len({page.read_bytes() for page in pages}) == 5


# ---- faults and kills


def tried(folder: Path, works: str, acts: str) -> list[dict[str, Any]]:
    """What became of every piece of work at each of its deeds (:mod:`writings`)."""
    program = [sys.executable, str(Path(__file__).with_name("writings.py")), str(folder), works, acts]
    done = subprocess.run(program, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


WRITINGS = ("run_and_keep,ask,another_answer_of_the_same_name", "compare_and_report,report_elsewhere",
            "draw,weekly,set_aside,scenario,others")  # fmt: skip
ENDED = {"kill": {-9}, "end": {143}, "together": {0}}
"""Exit codes that belong to what was done to a process; of a fault, a sentence or that it did no harm."""


def all_is_well(found: list[dict[str, Any]]) -> bool:
    bad = [one for one in found if one["wrong"] or one["code"] not in ENDED.get(one["act"], {0, 2})]
    assert found and not bad, bad
    return True


@pytest.mark.parametrize("works", WRITINGS[2:])
def test_a_kill_at_any_moment_loses_nothing_and_what_it_leaves_goes_with_the_next_command(
    tmp_path: Path, works: str
) -> None:
    found = tried(tmp_path, works, "kill")
    assert all_is_well(found) and sum("rename" in one["deed"] for one in found) >= 4


@pytest.mark.parametrize(("works", "act"), [(WRITINGS[2], "ENOSPC"), (WRITINGS[2], "memory"), (WRITINGS[2], "end")])
def test_a_fault_at_any_moment_is_a_sentence_and_leaves_what_was_there(tmp_path: Path, works: str, act: str) -> None:
    assert all_is_well(tried(tmp_path, works, act))


@pytest.mark.heavy
@pytest.mark.parametrize("act", ["EIO", "EMFILE", "EROFS", "ENOSPC", "memory", "end", "kill"])
def test_every_fault_at_every_moment_of_every_piece_of_work(tmp_path: Path, act: str) -> None:
    assert all_is_well(tried(tmp_path, ",".join(WRITINGS), act))


@pytest.mark.heavy
@pytest.mark.usefixtures("paper")
def test_a_report_on_paper_is_whole_or_absent_too(tmp_path: Path) -> None:
    assert all_is_well(tried(tmp_path, "paper", "kill,ENOSPC,memory,end"))


def test_several_processes_at_once_in_one_folder_do_each_other_no_harm(tmp_path: Path) -> None:
    assert all_is_well(tried(tmp_path, ",".join(WRITINGS), "together"))


# ---- signals


@pytest.fixture
def long(folder: Path) -> Path:
    (folder / "long.yaml").write_text("name: Long\nweeks: 200\nmarket: {customers: 20000, prospects: 2000}\n")
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_ends_with_the_usual_code_and_leaves_nothing(long: Path, number: signal.Signals) -> None:
    before = tree(long)
    program = (
        "import sys, sim.runs.executor as e\n"
        "first = e.Threads._submit\n"
        "def told(self, block):\n    print('begun', flush=True)\n    return first(self, block)\n"
        "e.Threads._submit = told\n"
        "from sim.cli import main\nmain()"
    )
    words = ("run", "long.yaml", "--replications", "100000", "--threads", "1", "--weekly", "w.parquet")
    with subprocess.Popen([sys.executable, "-c", program, *words], cwd=long, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 128 + number and "Traceback" not in told
    assert tree(long) == before


def test_what_is_ignored_stays_ignored() -> None:
    program = (
        "import os, signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\nfrom sim.system.outputs import leave_on_signals\n"
        "leave_on_signals()\nos.kill(os.getpid(), signal.SIGHUP)\nprint('still here')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "still here\n" and done.returncode == 0


def test_what_the_machine_says_is_told_with_its_own_remedy() -> None:
    said = {name: outputs.why(OSError(getattr(errno, name), os.strerror(getattr(errno, name)))) for name in
            ("ENOSPC", "EMFILE", "EROFS", "EIO")}  # fmt: skip
    assert "make room" in said["ENOSPC"] and not any("room" in said[name] for name in ("EMFILE", "EROFS", "EIO"))
    assert "ulimit" in said["EMFILE"] and "memory" in outputs.why(MemoryError())
    assert FOLDER in outputs.why(OSError(errno.EROFS, "Read-only"), FOLDER)
