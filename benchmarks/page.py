"""The page about speed: what was asked for, what was measured, where the time goes, and why what is missed is missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmarks.measure import Measured
from benchmarks.scaling import READY
from sim.bench.timing import Row

PROFILE = "Where the time goes"
PICTURE = "performance.svg"


def number(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = tuple(head)
    body = [titles, ("---",) * len(titles), *(tuple(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in body)


def _asked(rows: list[Row]) -> str:
    def told(value: float | None) -> str:
        return "" if value is None else number(value)

    head = ("figure", "measured", "unit", "to reach", "to strive for", "", "how", "measured by")
    return _table(
        head,
        (
            (
                r.figure,
                f"**{number(r.value)}**",
                r.unit,
                told(r.reach),
                told(r.strive),
                r.verdict,
                r.note,
                f"`{r.command}`",
            )
            for r in rows
            if r.reach is not None
        ),
    )


def _rest(rows: list[Row]) -> str:
    head = ("figure", "measured", "unit", "how")
    return _table(head, ((r.figure, number(r.value), r.unit, r.note) for r in rows))


def _busy(found: Measured) -> str:
    """A sentence when others wanted the processors too; nothing when they did not, or nobody knows."""
    load = found.machine.get("load_before")
    if load is None or load < 0.5:
        return ""
    return f"When it began, {load:g} processes wanted the processors already: the figures are those of a busy machine."


def _machine(found: Measured) -> str:
    told, busy = found.machine, _busy(found)
    noise = f" **{busy}**" if busy else ""
    return (
        f"{told['processor']}, {told['processors']} processors, {told['system']}, Python {told['python']}, "
        f"numba {told['numba']}, NumPy {told['numpy']}.{noise}"
    )


def missed(found: Measured) -> Iterator[str]:
    """For every figure that was missed, a sentence that says by how much, and from what measured parts it is made."""
    for row in found.rows:
        if row.verdict == "missed":
            yield f"**{row.figure}**: {number(row.value)} {row.unit} instead of {number(row.reach or 0.0)}. {_why(row, found)}"


def _why(row: Row, found: Measured) -> str:
    if row.figure in ("core, one thread", "core over floor"):
        return _of_the_core(found)
    if row.figure.startswith("large market"):
        return _of_the_large_market(row, found)
    if row.figure == "warm start":
        return (
            f"Python and the libraries take {number(found.value('libraries') or 0.0)} s of it. {_busy(found)}".rstrip()
        )
    if row.figure == "first start":
        compiling = number(row.value - (found.value("warm start") or 0.0))
        return f"Compiling takes {compiling} s of it, in two processes at once, each on one thread: numba holds a lock meanwhile."
    if row.figure.endswith("workers against threads"):
        ready, threads = number(found.value(READY) or 0.0), number(found.value("comparison on threads") or 0.0)
        return (
            f"Starting the workers and ending them takes {ready} s by itself, the whole comparison on threads {threads} s; "
            "four workers share the processors of this machine."
        )
    if row.figure == "two threads against one":
        return f"The threads share nothing but the caches and the memory. {_busy(found)}".rstrip()
    if row.figure == "comparison on threads":
        return _of_the_comparison(found)
    if row.figure.startswith("growth"):
        return "Among 10,000 people the columns stay in the caches; in a large market they come from memory every week."
    if row.figure == "core against Mesa":
        return "The readable engine is the yardstick here: what makes it faster makes this figure smaller."
    return "What it is made of is not measured further."


def _profile(found: Measured) -> list[Row]:
    return found.chapters.get(PROFILE, [])


def _of_the_core(found: Measured) -> str:
    """The core's time in parts: dense rules, set-up, and the mechanisms that cost most."""
    rows = {row.figure: row.value for row in _profile(found)}
    dear = [(name.split()[1].rstrip(":"), value) for name, value in rows.items() if name.startswith("without")][:4]
    named = ", ".join(f"{name} {number(value)}" for name, value in dear)
    whole, quiet, floor = rows["everything on"], rows["everything off, nothing happens"], rows["floor kernel"]
    return (
        f"Of {number(whole)} ns a customer-week {number(quiet)} are spent on what happens to everybody, set-up included "
        f"({number(quiet / floor)} times the floor); the rest goes to people with something to do, one at a time. "
        f"Most is saved without {named} (ns)."
    )


def _of_the_comparison(found: Measured) -> str:
    core, threads = found.value("core, one thread"), found.value("two threads against one")
    if core is None or threads is None:
        return "See the figures of the fast engine."
    alone = core * 2.08
    return (
        f"2.08 billion customer-weeks at {number(core)} ns are {number(alone)} s on one thread and "
        f"{number(alone / threads)} s on two; the rest is starting, counting and writing."
    )


def _of_the_large_market(row: Row, found: Measured) -> str:
    if "memory" in row.figure:
        parts = {name: found.value(f"memory, {name}") or 0.0 for name in ("state", "network", "work")}
        told = ", ".join(f"{name} {number(value)}" for name, value in parts.items())
        whole = number(sum(parts.values()) / 107.4)
        return f"Bytes a person, as allocated: {told}; for ten million people that is {whole} GiB."
    small, large = found.value("core, one thread"), found.value("large market, core")
    if small is None or large is None:
        return "See the figures of the fast engine."
    return (
        f"A customer-week costs {number(large)} ns against {number(small)} among 10,000 people, whose columns stay in the "
        f"caches; set-up takes {number(found.value('large market, set-up') or 0.0)} s."
    )


def page(found: Measured) -> str:
    """The page in Markdown."""
    rest = {
        title: [row for row in rows if row.reach is None] for title, rows in found.chapters.items() if title != PROFILE
    }
    chapters = [f"### {title}\n\n{_rest(rows)}" for title, rows in rest.items() if rows]
    reasons = [f"- {sentence}" for sentence in missed(found)] or ["Nothing that was measured was missed."]
    return "\n\n".join(
        [
            "# How fast it is",
            "Written by `python -m benchmarks --full --page docs/background/performance.md`; no number here is edited by hand.",
            _machine(found),
            f"![Where a customer-week's time goes, and what it costs as the market grows]({PICTURE})",
            "## What was asked for",
            _asked(found.rows),
            "What runs on one thread is told in processor time, so that waiting for a busy processor does not count; threads, "
            "processes and starts are told in time as it passes. Seconds differ from machine to machine. *Core over floor* "
            "hardly does: the floor kernel draws one block of random numbers and reads and writes every column of a customer "
            "once, which is the least a week can cost.",
            "## What was missed, and why",
            "\n".join(reasons),
            "## What else was measured",
            *chapters,
            "## Where the time goes",
            "What a customer-week costs less when one mechanism is switched off. They do not add up: without calls there is no "
            "recovery either, and a mechanism that keeps customers quiet saves the work of others.",
            _rest(_profile(found)),
        ]
    ) + "\n"  # fmt: skip
