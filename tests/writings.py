"""Everything that is written into a folder for a user, as small pieces of work; and what becomes of each when it is killed.

As a program (``python tests/writings.py FOLDER WORKS ACTS``) it does each piece of work in processes of its own, each of
which meets a fault or is killed at another deed, and prints what was wrong afterwards as JSON. The processes are forked after
everything was imported and run, so that one takes a fraction of a second.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from faults import Act, deeds, fault, kill, lack_memory, refuse
from questions import small
from worlds import busy

from sim import compare, run
from sim.commands.reporting import Reports
from sim.data.quarantine import Quarantined, write_quarantine
from sim.errors import Mistake
from sim.experiments.export import save as save_experiment
from sim.experiments.laboratory import Tally
from sim.experiments.method import MethodResult
from sim.experiments.question import Experiment, load_experiment
from sim.report.comparison import document
from sim.report.document import Document, Section
from sim.runs.comparison import Comparison
from sim.runs.results import asked_of, save, write_weekly
from sim.runs.results_folder import add, recover
from sim.runs.runner import Result
from sim.system.outputs import DRAFT, leave_on_signals, put

Work = Callable[[Path], object]


@lru_cache
def result(replications: int = 3) -> Result:
    return run(busy(), replications, 3, threads=1)


@lru_cache
def answer() -> Comparison:
    return compare([busy(), busy(quality={"error_rate": 0.3}).with_(name="Worse")], 3, 5, threads=1)


@lru_cache
def report() -> Document:
    """A report with one figure, a table and a sheet: in every format it has all kinds of files."""
    whole = document(answer())
    picture = next(whole.pictures())
    return replace(whole, sections=[Section("One", pictures=[picture])], appendix=[])


def experiment(folder: Path) -> Experiment:
    place = folder.parent / "asked"
    if place.exists():  # since the folder was prepared; several processes at once only read it
        return load_experiment(place / "question.yaml")
    place.mkdir()
    return small(place)


@dataclass(frozen=True, eq=False)
class Told(MethodResult):
    """An answer of two points, whose tables say more than its address does."""

    cost: float
    address = "0123456789ab"

    def columns(self) -> dict[str, Any]:
        table = {"point": [0, 1], "profit": [self.cost, 2.5]}
        return {"points": table, "runs": table}

    def told(self) -> dict[str, Any]:
        return {}


def run_and_keep(folder: Path, replications: int = 3) -> None:
    save([result(replications)], folder / "results")


def compare_and_report(folder: Path, formats: tuple[str, ...] = ("html", "md", "xlsx")) -> None:
    place = save(answer().results, folder / "results", asked_of(answer()))
    Reports(None, list(formats)).write(report, place / "report.html")


def report_elsewhere(folder: Path) -> None:
    Reports(folder / "answer.html", ["html", "md"]).write(report, folder)


def ask(folder: Path, cost: float = 1.5) -> None:
    place = save_experiment(Told(experiment(folder), Tally(), (), cost), folder / "results")
    Reports(None, ["html"]).write(report, place / "report.html")


def draw(folder: Path) -> None:
    add(folder / "retention.svg", lambda path: {path: b"<svg>new</svg>"}, "the figure")


def weekly(folder: Path) -> None:
    write_weekly(result(), folder / "weekly.parquet")


def set_aside(folder: Path) -> None:
    write_quarantine(folder / "quarantine.csv", [Quarantined(2, "why", "a,b")])


def scenario(folder: Path) -> None:
    busy().save(folder / "small.yaml")


def others(folder: Path) -> None:
    put(folder / "schema.json", "{}")


WORKS: dict[str, Work] = {
    each.__name__: each
    for each in (run_and_keep, compare_and_report, report_elsewhere, ask, draw, weekly, set_aside, scenario, others)
} | {"another_answer_of_the_same_name": partial(ask, cost=0.5), "paper": partial(compare_and_report, formats=("pdf",))}


def prepare(folder: Path) -> None:
    """A folder in which a user has earlier answers, files of their own, and an answer of which a table was lost."""
    folder.mkdir(parents=True)
    run_and_keep(folder, 2)
    ask(folder)
    compare_and_report(folder, ("html", "xlsx"))
    for place in (folder, *(folder / "results").iterdir()):
        (place / "notes.txt").write_text("a thought")
    for name in ("retention.svg", "weekly.parquet", "answer.html", "quarantine.csv", "small.yaml", "schema.json"):
        (folder / name).write_text("earlier")
    next((folder / "results").glob("busy-against*/measures.parquet")).unlink()


def afresh(prepared: Path) -> Path:
    """A copy of the prepared folder."""
    folder = prepared.with_name("tried")
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(prepared, folder))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def drafts(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob(f"{DRAFT}*")]


def poorer(before: dict[str, bytes], after: dict[str, bytes], whole: dict[str, bytes]) -> list[str]:
    """What was there before and is neither as it was nor as the whole work makes it; and what is there now and is only half."""
    lost = [name for name, data in before.items() if after.get(name) not in (data, whole.get(name))]
    half = [n for n, data in after.items() if DRAFT not in n and n not in before and not n.endswith("manifest.json")
            and data != whole.get(n)]  # fmt: skip
    return lost + half


def in_a_process(work: Callable[[], object]) -> int:
    """Do the work in a process of its own, and return its exit code; below 0, the signal that ended it."""
    return ended(begun(work))


def ended(number: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def begun(work: Callable[[], object]) -> int:
    """Begin the work in a process of its own, and return its number."""
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        leave_on_signals()
        work()
        code = 0
    except Mistake:
        code = 2
    except SystemExit as said:
        code = int(str(said.code))
    finally:
        os._exit(code)


def after_a_fault(work: Work, prepared: Path, at: int, act: Act) -> tuple[int, list[str]]:
    """Do the work in a process that meets ``act`` at its ``at``-th deed; its exit code, and what is wrong afterwards."""
    folder = afresh(prepared)
    before = contents(folder)

    def faulty() -> None:
        with fault(folder, at, act):
            work(folder)

    code = in_a_process(faulty)
    after, left = contents(folder), drafts(folder)
    recover(folder / "results")
    left = left if act is not kill else drafts(folder / "results")
    work(folder)
    wrong = poorer(before, after, contents(folder))
    return code, wrong + [f"{name} is left" for name in left + drafts(folder)]


def after_many_at_once(works: list[Work], prepared: Path, many: int = 3) -> tuple[list[int], list[str]]:
    """Do all the work in several processes at once; their exit codes, and what is wrong afterwards."""
    folder = afresh(prepared)
    before = contents(folder)
    codes = [ended(number) for number in [begun(partial(work, folder)) for work in works * many]]
    after = contents(folder)
    for work in works:
        work(folder)
    return codes, poorer(before, after, contents(folder)) + drafts(folder)


def end() -> None:
    """An act: somebody asks the process to end."""
    os.kill(os.getpid(), signal.SIGTERM)


ACTS: dict[str, Act] = {"kill": kill, "end": end, "memory": lack_memory} | {
    name: refuse(getattr(errno, name)) for name in ("ENOSPC", "EIO", "EMFILE", "EROFS")
}


def main(folder: Path, works: list[str], acts: list[str]) -> None:
    """Try every act at every deed of every piece of work."""
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    prepare(folder / "prepared")
    told: list[dict[str, object]] = []
    if acts == ["together"]:
        codes, wrong = after_many_at_once([WORKS[name] for name in works], folder / "prepared")
        told, works = [{"work": "all", "act": "together", "code": max(codes), "wrong": wrong}], []
    for name in works:
        work, tried = WORKS[name], afresh(folder / "prepared")
        done = deeds(tried, partial(work, tried))
        for act in acts:
            for at, (event, path) in enumerate(done, 1):
                code, wrong = after_a_fault(work, folder / "prepared", at, ACTS[act])
                told.append(
                    {"work": name, "act": act, "deed": f"{at} {event} {Path(path).name}", "code": code, "wrong": wrong}
                )
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3].split(","))
