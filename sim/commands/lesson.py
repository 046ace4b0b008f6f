"""The commands lesson: begin one of one's own, list all there are, and hold one's promise against runs."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from sim.commands import AsJson, example, print_json, progress_bar, say
from sim.errors import Mistake
from sim.system.text import shown

Named = Annotated[str, typer.Argument(metavar="NAME", help="What the lesson is called, in quotation marks.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="LESSON", help="A lesson to copy: its file, or its name in 'lesson list'; "
        "without it, a template with comments.", show_default=False)
]  # fmt: skip
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to write into; the one that LOYALTY_LESSONS names, "
        "else 'lessons', unless given.", show_default=False)
]  # fmt: skip
LessonFile = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson's file, or its name in 'lesson list'.")]
Seeds = Annotated[int, typer.Option(help="Seeds to take it with, each with 20 pairs of runs.")]
MOST_SEEDS = 1000


def new(name: Named, source: From = None, out: Out = None, as_json: AsJson = False) -> None:
    """Begin a lesson of your own, from a template or as a copy: a file with comments that can be taken at once."""
    from sim.studio.lessons import own
    from sim.studio.library.scenario_library import lesson_folders

    made = own.begun(name, out or own.own_folder(), own.named_lesson(source) if source else None)
    if as_json:
        print_json({"lesson": str(made.path), "beside": [*map(str, made.beside)], "kept": [*map(str, made.kept)]})
        return
    lines = [f"Written: {shown(made.path)}"]
    lines += [f"beside it the world it needs: {shown(path)}" for path in made.beside]
    lines += [f"{shown(path)} was there already and stays as it is." for path in made.kept]
    found = any(folder.resolve() == made.path.parent.resolve() for folder in lesson_folders())
    where = "" if found else f" --lessons {quote(shown(made.path.parent))}"
    lines += ["Next:", f"  loyalty lesson check {quote(shown(made.path))}", f"  loyalty studio{where}   (page Lessons)"]
    say("\n".join(lines))


def list_(as_json: AsJson = False) -> None:
    """All lessons: the shipped ones, and your own in LOYALTY_LESSONS or in the folder 'lessons' here."""
    from sim.studio.lessons.taking import sorted_out
    from sim.studio.library.scenario_library import own_lessons, shipped

    found, faulty = sorted_out(shipped() | own_lessons())
    rows = [_row(key, scenario) for key, scenario in found.items()]
    if as_json:
        print_json({"lessons": rows, "faulty": faulty})
        return
    width = max((len(row["lesson"]) for row in rows), default=0)
    lines = [f"{row['lesson']:<{width}}  {row['minutes']} min  {row['name']}: {row['asks']}" for row in rows]
    lines += [f"{key} is unfinished: {line}" for key, wrong in faulty.items() for line in wrong.splitlines()]
    say("\n".join(lines) or "There is no lesson.")


def _row(key: str, scenario: Any) -> dict[str, Any]:
    return {
        "lesson": key.rpartition("/")[2], "name": scenario.name, "file": str(scenario.path),
        "minutes": scenario.lesson.guide.teacher.minutes, "asks": scenario.lesson.predict,
    }  # fmt: skip


def check(lesson: LessonFile, seeds: Seeds = 10, as_json: AsJson = False) -> None:
    """Whether a lesson shows what it promises: run with some seeds. Ends with 1 when it holds for fewer than 95 of 100."""
    from sim.commands import load
    from sim.studio.lessons import own
    from sim.studio.lessons.counting import counted, entry
    from sim.studio.lessons.outcome import REPLICATIONS

    if not 1 <= seeds <= MOST_SEEDS:
        raise Mistake(f"--seeds is {seeds}, but must lie between 1 and {MOST_SEEDS}")
    scenario = load(own.named_lesson(lesson))
    if scenario.lesson is None:
        raise Mistake(
            f"{shown(own.named_lesson(lesson))} has no section 'lesson'; begin one with 'loyalty lesson new NAME'"
        )
    with progress_bar(2 * REPLICATIONS * seeds, "runs") as done:
        count = counted(scenario, range(1, 1 + seeds), done=done)
    if own.is_own(scenario):
        own.keep(count)
    if as_json:
        print_json(
            {"lesson": scenario.name, **entry(count), "promises": list(count.sentences), "objection": count.objection}
        )
    else:
        say("\n".join(_told(count, scenario.lesson.guide is None)))
    if not count.holds:
        raise typer.Exit(1)


def _told(count: Any, unguided: bool) -> list[str]:
    seeds = len(count.outcomes)
    lines = [f"{count.scenario.name}: as told for {count.as_told} of {seeds} seeds.", *count.sentences]
    if unguided:
        lines.append("It is shown only: to be taken step by step it needs read, guess, explain, think and teacher.")
    if count.objection:
        return [*lines, count.objection]
    return (
        lines
        if count.holds
        else [*lines, "It can be taught, but often shows something else: promise less, or change more."]
    )


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program, as ``lesson new`` and so on."""
    words = "Lessons of your own: begin, list and check them."
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=words)
    group.command(epilog=example("lesson new 'The free coffee' --from the_fee_trap"))(new)
    group.command("list", epilog=example("lesson list"))(list_)
    group.command(epilog=example("lesson check lessons/the_free_coffee.yaml"))(check)
    program.add_typer(group, name="lesson", epilog=example("lesson list"))
