"""The command new: from files to a scenario of the company today; asks what the files cannot say."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, example, print_json, say
from sim.errors import Mistake, tell
from sim.system.text import shown, visible

if TYPE_CHECKING:
    import numpy as np

    from sim.data.company import Company
    from sim.data.habits import Cells
    from sim.data.parts import Part
    from sim.data.questions import Answers, Question
    from sim.data.recognising import Source

Files = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="Customers, purchases, tickets: CSV, Excel (FILE.xlsx#Sheet), "
        "Parquet, DuckDB (FILE.duckdb#table).", show_default=False)
]  # fmt: skip
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder to write into; named after the first file unless given.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is proposed, and list it.")]
Given = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help="Answers as answers.yaml holds them; what it does "
        "not say is taken as proposed.", show_default=False)
]  # fmt: skip
_BARS = "▁▂▃▄▅▆▇█"


def new(files: Files, out: Out = None, yes: Yes = False, answers: Given = None, as_json: AsJson = False) -> None:
    """From your own files to a scenario of your company today; says what it recognises and asks what it cannot know."""
    from sim.data.company import understood
    from sim.data.questions import Answers
    from sim.report.company_told import answers_in
    from sim.scenario.company_today import targets, written

    folder = out or Path(Path(files[0].rpartition("#")[0] or files[0]).name.partition(".")[0])
    _check_folder(folder, files, answers)
    asked = not (yes or answers)
    found = Answers(answers_in(answers) if answers else {}, _ask if asked else None)
    command = f"loyalty new {' '.join(map(quote, files))}"
    company = understood(files, found, targets(), _Adjusting(found) if asked else None, command)
    made = written(company, found)
    made.put(folder)
    _check_written(folder)
    if as_json:
        print_json(_as_json(company, found, made.warnings, folder))
    else:
        say("\n".join(_told(company, found, made.warnings, folder)))


def _check_folder(folder: Path, files: list[str], answers: Path | None) -> None:
    """Raise :class:`Mistake` where what is written would replace what is read, or what somebody edited."""
    from sim.scenario.company_today import ANSWERS, FILES, check_unedited
    from sim.system.outputs import FOLDER, Output, check_outputs

    check_outputs([Output("--out", folder, FOLDER)])
    for name in FILES:
        place = folder / name
        read = [Path(file.rpartition("#")[0] or file) for file in files]
        if place.exists() and any(each.exists() and place.samefile(each) for each in read):
            raise Mistake(f"{place} would be replaced, and is read; name another folder with --out")
    own = (
        answers is not None and answers.exists() and (folder / ANSWERS).exists() and answers.samefile(folder / ANSWERS)
    )
    if not own and (folder / ANSWERS).exists() and not (folder / FILES[0]).exists():
        raise Mistake(
            f"{folder / ANSWERS} is there already; name another folder with --out, or take it: --answers "
            f"{shown(folder / ANSWERS)}"
        )
    check_unedited(folder)


def _check_written(folder: Path) -> None:
    """See that what was written is a scenario that runs: all that a run needs is made."""
    from sim.scenario.company_today import TODAY
    from sim.scenario.wording import check_scenario

    check_scenario(folder / TODAY)


# ---- asking


def _ask(question: Question) -> Any:
    """One question on the terminal, until it is answered; Enter takes what is proposed."""
    from sim.data.questions import UNKNOWN, Unfit

    while True:
        tell(f"\n{question.words}")
        for number, choice in enumerate(question.choices, 1):
            tell(f"  {number} {choice}")
        proposal = "do not know" if question.proposal == UNKNOWN else question.proposal
        hint = f" – {question.hint}" if question.hint and question.proposal not in (None, UNKNOWN) else ""
        said = _typed(f"[{proposal}{hint}] " if proposal is not None else "> ")
        if not said and question.proposal is not None:
            return question.proposal
        try:
            if said:
                return question.answered(said)
            tell("Nothing in the files hints at it; please answer.")
        except Unfit as unfit:
            tell(str(unfit))


def _typed(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise Mistake(
            "nobody is there to answer (this is no terminal): add --yes to take what is proposed, or --answers FILE"
        )
    print(visible(prompt), end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise Mistake("the questions were not answered to the end; nothing was written")
    return line.strip()


class _Adjusting:
    """Shows what the columns become, and lets somebody change it, in one question."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def __call__(self, source: Source, roles: dict[str, str]) -> dict[str, str]:
        from sim.data.parts import KEEP, LEFT, OUT, SEGMENT
        from sim.data.questions import Question, Unfit
        from sim.scenario.company_today import targets

        self.answers.asked += 1
        choices = (*targets(), SEGMENT, LEFT, KEEP, OUT)
        tell("\nWhat the columns become:")
        for number, (name, role) in enumerate(roles.items(), 1):
            tell(f"  {number} {name}: {role}  ({_shown(source.cells[name])})")
        while said := _typed("Enter if that is right; else the number of a column that becomes something else: "):
            names = list(roles)
            if not said.isdigit() or not 1 <= int(said) <= len(names):
                tell(f"There is no column {said[:20]}.")
                continue
            name = names[int(said) - 1]
            try:
                role = _ask(
                    Question(("columns", name, "becomes"), f"What does '{name}' become?", roles[name], choices=choices)
                )
            except Unfit:
                continue
            roles |= {other: KEEP for other in names if roles[other] == role and role not in (KEEP, OUT)}
            roles[name] = role
        return roles


# ---- telling


def _told(company: Company, answers: Answers, warnings: list[str], folder: Path) -> list[str]:
    from sim.report.company_told import assumption, people_told
    from sim.scenario.company_today import CALIBRATE, TODAY

    lines = [*(f"! {warning}." for warning in warnings), *company.said, ""]
    lines += [line for part in company.parts for line in _part_lines(part, company.currency)]
    lines += ["", *people_told(company)]
    if answers.assumed:
        lines += ["", "Assumed, because nobody said otherwise:"]
        lines += [f"  {'.'.join(question.key)}: {assumption(question, answers)}" for question in answers.assumed]
    today, fit, fitted = (quote(shown(folder / name)) for name in (TODAY, CALIBRATE, "fitted.yaml"))
    lines += ["", f"Written to {shown(folder)}. Next:", f"  loyalty check {today}"]
    lines += [f"  loyalty calibrate {fit} --save {fitted}"] if company.left else []
    return [*lines, f"  loyalty run {today}"]


def _part_lines(part: Part, currency: str) -> list[str]:
    """A column in a line: what it becomes, mean, spread and a picture; and below what is odd."""
    from sim.report.company_told import odd_of, part_told

    drawn = "" if part.values is None else f"  {picture(part.values)}"
    return [
        f"{part.column} → {part.becomes}: {part_told(part, currency)}{drawn}",
        *(f"    ! {odd}" for odd in odd_of(part)),
    ]


def _shown(cells: Cells) -> str:
    from sim.report.company_told import cells_told

    drawn = f"  {picture(cells.values)}" if cells.kind == "number" else ""
    return f"{cells_told(cells)}{drawn}"


def picture(values: np.ndarray) -> str:
    """How numbers are spread, in ten bars from the smallest to the largest."""
    from sim.report.company_told import heights

    low, high, shares = heights(values)
    bars = "".join(_BARS[max(0, math.ceil(8 * share) - 1)] if share else " " for share in shares)
    return f"{low:.4g} {bars} {high:.4g}" if shares else ""


def _as_json(company: Company, answers: Answers, warnings: list[str], folder: Path) -> dict[str, Any]:
    from sim.report.company_told import assumption
    from sim.scenario.company_today import TODAY

    left = {
        name or "everybody": {"left": one.left, "of": one.people, "share": one.share}
        for name, one in company.left.items()
    }
    return {
        "scenario": str(folder / TODAY), "folder": str(folder), "customers": len(company.people.table.line),
        "leavers": 0 if company.leavers is None else len(company.leavers.table.line), "set_aside": len(company.aside),
        "as_of": None if company.as_of is None else str(company.as_of), "currency": company.currency,
        "said": company.said, "warnings": warnings, "columns": {part.column: _part_as_json(part) for part in company.parts},
        "tells": {each.column: each.strength for each in company.tells},
        "left": left, "left_within_weeks": company.within or None, "company": dict(company.form), "questions": answers.asked,
        "assumed": {".".join(question.key): assumption(question, answers) for question in answers.assumed},
    }  # fmt: skip


def _part_as_json(part: Part) -> dict[str, Any]:
    import numpy as np

    values = None if part.values is None else part.values[np.isfinite(part.values)]
    numbers = {} if values is None or not len(values) else {"mean": float(values.mean()), "spread": float(values.std())}
    return {
        "becomes": part.becomes,
        "read_as": part.told,
        "missing": int(part.cells.missing.sum()),
        "warnings": list(part.warnings),
        **numbers,
    }


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command(epilog=example("new customers.csv tickets.csv --out mine"))(new)
