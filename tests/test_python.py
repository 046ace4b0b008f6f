"""The Python interface: whatever a caller gets wrong is a Mistake whose sentence names it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import busy

import sim
from sim import Mistake, compare, load, run
from sim.experiments.querying import query
from sim.experiments.question import load_experiment
from sim.model.component import builtin
from sim.runs.executor import executor
from sim.runs.results import save, write_weekly
from sim.runs.runner import MOST_REPLICATION
from sim.scenario.whole import described
from sim.scenario.worlds import read_worlds
from sim.service.queues import serve, serve_in_sight
from sim.service.staffing import staff
from sim.theory import bass, erlang, lifetime_value
from sim.theory import shifted_beta_geometric as sbg

NOT_WHOLE: list[Any] = [2.5, "3", True, None, math.nan, np.float64(2), [2], b"2", 1j, np.array([1, 2])]
SHORT = busy(weeks=2)
OTHER = SHORT.with_(name="Other")


def both(**arguments: Any) -> Any:
    return compare([SHORT, OTHER], **{"replications": 2, "threads": 1} | arguments)


def once(**arguments: Any) -> Any:
    return run(SHORT, **{"replications": 2, "threads": 1} | arguments)


@pytest.mark.parametrize("wrong", NOT_WHOLE, ids=repr)
@pytest.mark.parametrize("work", [once, both])
@pytest.mark.parametrize("name", ["replications", "seed", "threads", "first", "most", "workers"])
def test_what_is_no_whole_number_is_refused(work: Callable[..., Any], name: str, wrong: Any) -> None:
    arguments = {name: wrong} | ({"threads": None} if name == "workers" else {})
    arguments |= {"precision": 0.5} if name == "most" else {}
    if (
        wrong is None
        and name in ("threads", "workers")
        or name not in inspect.signature(run if work is once else compare).parameters
    ):
        return
    with pytest.raises(Mistake, match=f"{name} must be a whole number, got "):
        work(**arguments)


def test_numbers_of_numpy_count_as_numbers() -> None:
    there = run(SHORT, np.int64(2), np.uint64(3), threads=np.int8(1), first=np.int32(4))
    assert there.digest == run(SHORT, 2, 3, first=4).digest and type(there.seed) is int
    assert len(both(replications=np.uint8(2)).numbers) == 2
    assert both(precision=np.float32(0.5), most=np.int64(4)).wish.most == 4


def test_the_last_replications_that_can_be_numbered_run() -> None:
    last = run(SHORT, 2, first=MOST_REPLICATION - 1, threads=1)
    assert last.numbers.tolist() == [MOST_REPLICATION - 1, MOST_REPLICATION] and not last.failures


ANY = r"\w"
"""Some sentence: others' tests hold it to its words."""


WRONG: dict[str, tuple[str, Callable[[Path], Any]]] = {
    # run
    "first below": ("first is -1", lambda _: once(first=-1)),
    "first above": ("first is 9223372036854775808, but must lie between 0 and", lambda _: once(first=2**63)),
    "last above": ("first is", lambda _: once(first=MOST_REPLICATION)),
    "none": ("replications is 0", lambda _: once(replications=0)),
    "fewer": ("replications is -3", lambda _: once(replications=-3)),
    "many": ("replications is 10000001", lambda _: once(replications=10_000_001)),
    "endless digits": ("replications is", lambda _: once(replications=10**5000)),
    "seed below": ("seed is -1", lambda _: once(seed=-1)),
    "seed above": ("seed is 18446744073709551616", lambda _: once(seed=2**64)),
    "threads below": ("threads is 0", lambda _: once(threads=0)),
    "threads above": ("threads is 2000", lambda _: once(threads=2000)),
    "workers below": ("workers is 0", lambda _: once(threads=None, workers=0)),
    "two places": ("threads and workers exclude each other", lambda _: once(workers=1)),
    "engine": ("engine is 'fast'", lambda _: once(engine="fast")),
    "engine no text": ("engine is", lambda _: once(engine=[1])),
    "cluster no text": ("cluster must be an address", lambda _: once(threads=None, cluster=5)),
    "executor": ("executor must be", lambda _: once(threads=None, executor="threads")),
    "executor and threads": ("threads and executor exclude each other", lambda _: once(executor=executor(1))),
    "progress": ("progress must be a function", lambda _: once(progress=3)),
    "a path for a scenario": ("a scenario must be what load", lambda _: run("today.yaml", 2)),  # type: ignore[arg-type]
    "nothing for a scenario": ("a scenario must be what load", lambda _: run(None, 2)),  # type: ignore[arg-type]
    # compare
    "no scenarios": ("takes at least two scenarios", lambda _: compare([], 2)),
    "one scenario": ("takes at least two scenarios", lambda _: compare([SHORT], 2)),
    "a scenario alone": ("scenarios must be a list", lambda _: compare(SHORT, 2)),  # type: ignore[arg-type]
    "paths": ("a scenario must be what load", lambda _: compare(["a.yaml", "b.yaml"], 2)),  # type: ignore[list-item]
    "text": ("a scenario must be what load", lambda _: compare("ab", 2)),  # type: ignore[arg-type]
    "names alike": ("two scenarios are called", lambda _: compare([SHORT, SHORT], 2)),
    "other weeks": ("only equally long ones", lambda _: compare([SHORT, OTHER.with_(weeks=3)], 2)),
    "one replication": ("replications is 1, but a comparison takes at least 2", lambda _: both(replications=1)),
    "precision nan": ("precision is nan", lambda _: both(precision=math.nan)),
    "precision nought": ("precision is 0", lambda _: both(precision=0)),
    "precision whole": ("precision is 1", lambda _: both(precision=1)),
    "precision text": ("precision is '1%'", lambda _: both(precision="1%")),
    "precision yes": ("precision is True", lambda _: both(precision=True)),
    "most one": ("most is 1, but", lambda _: both(precision=0.5, most=1)),
    "planned": ("planned must be a function", lambda _: both(planned=3)),
    # an answer and a result
    "other measure": ("no measure 'retentoin' – did you mean 'retention'", lambda _: both().best_by("retentoin")),
    "values of no measure": ("no measure 'x'", lambda _: (a := both()).values(a.base, "x")),
    "report of no kind": (ANY, lambda folder: both().report(folder / "answer.docx")),
    "report at no path": ("must be the path", lambda _: both().report(5)),
    "save nothing": ("nothing to save", lambda folder: save([], folder)),
    "write at no path": ("must be the path", lambda _: write_weekly(once(), 5)),  # type: ignore[arg-type]
    "query of no text": (ANY, lambda folder: query(5, folder)),  # type: ignore[arg-type]
    "query of nothing": (ANY, lambda folder: query("", folder)),
    # scenarios
    "load nothing": ("must be the path of a file", lambda _: load(None)),  # type: ignore[arg-type]
    "load a number": ("must be the path of a file", lambda _: load(3)),  # type: ignore[arg-type]
    "load a list": ("must be the path of a file", lambda _: load([1])),  # type: ignore[arg-type]
    "load a nul": ("must be the path of a file", lambda _: load("a\0b")),
    "load a folder": (ANY, lambda folder: load(folder)),
    "load what is not there": (ANY, lambda folder: load(folder / "a.yaml")),
    "load the empty path": (ANY, lambda _: load("")),
    "load a long path": (ANY, lambda _: load("a" * 5000)),
    "unknown section": ("kwality", lambda _: SHORT.with_(kwality={"error_rate": 0.1})),
    "unknown setting": ("error_rat", lambda _: SHORT.with_(quality={"error_rat": 0.1})),
    "no section": ("quality", lambda _: SHORT.with_(quality=3)),
    "no number": ("error_rate", lambda _: SHORT.with_(quality={"error_rate": object()})),
    "nan": ("error_rate", lambda _: SHORT.with_(quality={"error_rate": math.nan})),
    "weeks nan": ("weeks", lambda _: SHORT.with_(weeks=math.nan)),
    "weeks text": ("weeks", lambda _: SHORT.with_(weeks="many")),
    "weeks huge": ("weeks", lambda _: SHORT.with_(weeks=10**400)),
    "name no text": ("name", lambda _: SHORT.with_(name={"a": 1})),
    "changes no map": ("changes", lambda _: SHORT.with_(changes=[1])),
    "described by a list": (ANY, lambda _: described([1])),  # type: ignore[arg-type]
    "described by text": (ANY, lambda _: described("quality")),  # type: ignore[arg-type]
    "described nowhere": ("must be the path", lambda _: described({}, 5)),  # type: ignore[arg-type]
    "save at no path": ("must be the path", lambda _: SHORT.save(5)),  # type: ignore[arg-type]
    "save in no folder": (ANY, lambda folder: SHORT.save(folder / "no" / "such" / "file.yaml")),
    "save at a folder": (ANY, lambda folder: SHORT.save(folder)),
    # experiments
    "experiment at no path": ("must be the path", lambda _: load_experiment(5)),  # type: ignore[arg-type]
    "experiment not there": (ANY, lambda folder: load_experiment(folder / "a.yaml")),
    "worlds not there": (ANY, lambda folder: read_worlds(folder / "a.csv", builtin())),
    "worlds at no path": ("must be the path", lambda _: read_worlds(5, builtin())),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_caller_gets_wrong_is_a_mistake(case: str, tmp_path: Path) -> None:
    words, work = WRONG[case]
    with pytest.raises(Mistake, match=words) as told:
        work(tmp_path)
    assert str(told.value).strip() and "Traceback" not in str(told.value)


ONE, CALLERS = [1.0], {"arrivals": [0.0, 1.0], "handling": [1.0, 1.0], "patience": [1.0, 1.0], "agents": 1}
ODD: list[Any] = ["a", None, math.nan, -1, [], {}, object(), 10**400, 1j, b"1"]
NUMBERS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "adopted": (bass.adopted, {"time": 1.0, "innovation": 0.03, "imitation": 0.4}),
    "adoption_rate": (bass.adoption_rate, {"time": 1.0, "innovation": 0.03, "imitation": 0.4}),
    "peak_time": (bass.peak_time, {"innovation": 0.03, "imitation": 0.4}),
    "time_to": (bass.time_to, {"share": 0.5, "innovation": 0.03, "imitation": 0.4}),
    "bass.fit": (bass.fit, {"time": [1.0, 2.0], "share": [0.1, 0.2]}),
    "erlang_b": (erlang.erlang_b, {"offered_load": 1.0, "agents": 2}),
    "erlang_c": (erlang.erlang_c, {"arrival_rate": 1.0, "mean_handling": 1.0, "agents": 2, "answered_within": 0.3}),
    "erlang_a": (
        erlang.erlang_a,
        {"arrival_rate": 1.0, "mean_handling": 1.0, "agents": 2, "mean_patience": 1.0, "answered_within": 0.3},
    ),
    "lifetime_value": (lifetime_value.lifetime_value, {"margin": 1.0, "retention": 0.8, "discount": 0.1}),
    "retention_elasticity": (lifetime_value.retention_elasticity, {"retention": 0.8, "discount": 0.1}),
    "discount_elasticity": (lifetime_value.discount_elasticity, {"retention": 0.8, "discount": 0.1}),
    "gain": (lifetime_value.gain, {"before": 0.8, "after": 0.9, "discount": 0.1}),
    "survival": (sbg.survival, {"period": 1, "alpha": 1.0, "beta": 2.0}),
    "retention": (sbg.retention, {"period": 1, "alpha": 1.0, "beta": 2.0}),
    "log_likelihood": (sbg.log_likelihood, {"survivors": [9, 7, 6], "alpha": 1.0, "beta": 2.0}),
    "sbg.fit": (sbg.fit, {"survivors": [9, 7, 6]}),
    "residual_lifetime": (sbg.residual_lifetime, {"renewals": 1, "discount": 0.1, "alpha": 1.0, "beta": 2.0}),
    "serve": (serve, CALLERS),
    "serve_in_sight": (serve_in_sight, CALLERS | {"limits": [1, 1]}),
    "staff": (staff, {"arrivals": 1.0, "handling": 1.0, "agents": 2, "patience": 1.0, "callers": 3000, "seed": 1}),
}
ROWS = "time share period margin retention before after"
MAY_BE = {("lifetime_value", "margin", "-1"), ("staff", "patience", "None")}
"""What is odd for others: a margin may be negative, and whoever has no patience named waits for ever."""


@pytest.mark.parametrize(("case", "name"), [(case, name) for case, (_, right) in NUMBERS.items() for name in right])
def test_closed_forms_and_queues_refuse_what_is_no_number(case: str, name: str) -> None:
    work, right = NUMBERS[case]
    work(**right)
    for odd in ODD:
        if (case, name, repr(odd)) not in MAY_BE and not (odd == [] and name in ROWS):
            with pytest.raises(Mistake, match=r"\w"):
                print(case, name, odd, work(**right | {name: odd}))


@pytest.mark.parametrize(
    "work",
    [
        lambda: erlang.erlang_b(1.0, 10**12),
        lambda: erlang.erlang_c(1e308, 1e308, 2),
        lambda: erlang.erlang_a(1e300, 1.0, 2, 1e300),
        lambda: erlang.erlang_a(1.0, 1.0, 10**12, 1.0),
        lambda: serve([0.0], ONE, ONE, 10**12),
        lambda: serve([0.0], ONE, ONE, 1, 10**12),
        lambda: serve([0.0, 1.0], ONE, ONE, 1),
        lambda: serve(ONE, ONE, ONE, True),
        lambda: serve([[0.0]], ONE, ONE, 1),
        lambda: serve(0.0, 1.0, 1.0, 1),
        lambda: staff(1.0, 1.0, 2, 1.0, 10**12),
        lambda: staff(1.0, 1.0, 2, 1.0, 3000, 2**64),
    ],
)
def test_queues_that_no_memory_holds_are_refused(work: Callable[[], Any]) -> None:
    with pytest.raises(Mistake, match=r"\w"):
        work()


def test_the_public_names_are_all_there_and_no_other() -> None:
    assert all(getattr(sim, name) for name in sim.__all__)
    with pytest.raises(AttributeError):
        _ = sim.simulate
