"""Commands over what has been run: list, show, query, compact, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import STOPPED, AsJson, example, print_json, say, tell
from sim.errors import Mistake, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

Folder = Annotated[Path, typer.Option("--out", help="The results folder.")]
MOST_SHOWN = 1000
"""Rows of a query that are printed as a table; --json prints all."""
LONGEST_SHOWN = 10_000
"""Letters of a cell that are printed in it."""


def list_(out: Folder = Path("results"), as_json: AsJson = False) -> None:
    """What has been asked and answered, and how much the store holds."""
    from sim.experiments import querying

    found = querying.folders(out, tell)
    held = _held(out)
    if as_json:
        print_json({"answers": found, "store": held})
        return
    _print(["id", "command", "asked"], [(each["id"], each["command"], each["asked"]) for each in found])
    say(f"the store holds {held['replications']:,} replications of {held['scenarios']:,} scenarios")


def _held(out: Path) -> dict[str, int]:
    from sim.experiments import querying

    if not (out / querying.STORE).is_dir():
        return {"replications": 0, "scenarios": 0, "failed": 0}
    sql = "SELECT count(*), count(DISTINCT scenario), count(error) FROM replications"
    counts = querying.query(sql, out, tell).rows[0]
    return dict(zip(("replications", "scenarios", "failed"), counts, strict=True))


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An id of 'list', or a scenario's fingerprint.")],
    out: Folder = Path("results"),
    as_json: AsJson = False,
) -> None:
    """The manifest of an answer; or what a scenario in the store means, and how often it was run."""

    from sim.runs.results_folder import answers, recover

    recover(out)
    known = [path.name for path in answers(out)]
    matches = [each for each in known if each == name] or [each for each in known if each.startswith(name)]
    said = _manifest(out / matches[0]) if len(matches) == 1 else _scenario(name, out, known)
    print_json(said, laid_out=not as_json)


def _manifest(folder: Path) -> dict[str, Any]:
    from sim.experiments import querying
    from sim.system import digests

    try:
        return digests.manifest(folder)
    except digests.Damaged as fault:
        raise Mistake(f"{folder} is damaged ({fault}): {querying.AGAIN}") from None


def _scenario(name: str, out: Path, known: list[str]) -> dict[str, Any]:
    import json

    from sim.experiments import querying

    hint = nearest(name, known) or "; 'loyalty results list' names what there is"
    if not (name.isalnum() and len(name) >= 6 and (out / querying.STORE).is_dir()):
        raise Mistake(f"{out} holds no answer '{name}'{hint}")
    rows = querying.query(
        "SELECT s.scenario, any_value(name), any_value(meaning), count(*), count(error) FROM scenarios s "
        f"JOIN replications r ON r.scenario = s.scenario WHERE s.scenario LIKE '{name}%' GROUP BY s.scenario", out, tell,
    ).rows  # fmt: skip
    if len(rows) != 1:
        told = (
            f"{len(rows)} scenarios begin with '{name}'; write more of it"
            if rows
            else f"holds no answer '{name}'{hint}"
        )
        raise Mistake(f"{out}: {told}")
    fingerprint, words, meaning, count, failed = rows[0]
    return {
        "scenario": fingerprint,
        "name": words,
        "replications": count,
        "failed": failed,
        "meaning": json.loads(meaning),
    }


def query(
    sql: Annotated[str, typer.Argument(help="SQL over the views replications, weekly, scenarios and points.")],
    out: Folder = Path("results"),
    files: Annotated[
        bool,
        typer.Option(
            "--files",
            help="Dangerous: the SQL may read and write any file that you may, and fetch from the network. Only for SQL that "
            "you wrote or read yourself.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """SQL (DuckDB) over everything that was run: it reads these tables, and neither reads nor writes any other file."""
    from sim.experiments import querying

    try:
        answer = querying.query(sql, out, tell, files)
    except KeyboardInterrupt:
        tell("stopped; nothing was changed")
        raise typer.Exit(STOPPED) from None
    if as_json:
        print_json(answer.to_json())
        return
    _print(answer.columns, answer.rows[:MOST_SHOWN])
    if len(answer.rows) > MOST_SHOWN:
        tell(f"{len(answer.rows):,} rows, of which {MOST_SHOWN:,} are shown; --json prints all")


def compact(out: Folder = Path("results"), as_json: AsJson = False) -> None:
    """Make one part of the store's many, which makes queries quicker."""
    from sim.experiments import querying

    before, after = querying.open_store(out, tell).compact()
    if as_json:
        print_json({"before": before, "after": after})
    else:
        say(f"{before} parts became {after}")


def check(out: Folder = Path("results"), as_json: AsJson = False) -> None:
    """Whether everything is what was written: the store and the answers' files. Ends with 1 when something is damaged.

    It only looks: what is damaged in the store is set aside by the next experiment or query, and run again when needed.
    """
    from sim.experiments import integrity

    found = integrity.check_results(out)
    if as_json:
        print_json(found.to_json())
    else:
        for sentence in found.sentences():
            say(sentence)
    if found.damaged:
        raise typer.Exit(1)


def _print(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich.table import Table

    from sim.report.terminal import print_table

    table = Table()
    for place, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    print_table(table)


def _cell(value: Any) -> str:
    """A value as it is printed: a number to six digits, a long text to its beginning; folding millions of letters takes hours."""
    words = f"{value:.6g}" if isinstance(value, float) else str(value)
    return (
        words
        if len(words) <= LONGEST_SHOWN
        else f"{words[:LONGEST_SHOWN]} … ({len(words):,} letters; --json prints all)"
    )


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program, as ``results list`` and so on."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What has been run, and SQL over it.")
    sql = "'results query \"SELECT scenario, avg(retention) FROM replications GROUP BY scenario\"'"
    group.command("list", epilog=example("results list"))(list_)
    group.command(epilog=example("results show sweep"))(show)
    group.command(epilog=example(sql.strip("'")))(query)
    group.command(epilog=example("results compact"))(compact)
    group.command(epilog=example("results check"))(check)
    program.add_typer(group, name="results", epilog=example("results list"))
