"""The command new: from files to a scenario of the company today; asks what the files cannot say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, example, print_json, say
from sim.errors import Mistake, tell
from sim.system.text import shown, visible

if TYPE_CHECKING:
    import numpy as np

    from sim.data.becoming import Part
    from sim.data.company import Company
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
_MOST_TOLD = 4
"""Columns that tell who left, of which the strongest are told."""
_SHOWN = 12
"""Words of a column that are shown at most."""


def new(files: Files, out: Out = None, yes: Yes = False, answers: Given = None, as_json: AsJson = False) -> None:
    """From your own files to a scenario of your company today; says what it recognises and asks what it cannot know."""
    from sim.data.company import understood
    from sim.data.questions import Answers
    from sim.scenario.company_today import targets, written

    folder = out or Path(Path(files[0].rpartition("#")[0] or files[0]).name.partition(".")[0])
    _check_folder(folder, files, answers)
    asked = not (yes or answers)
    found = Answers(_given(answers), _ask if asked else None)
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


def _given(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    from sim.scenario.yaml_file import read_yaml

    return _plain(read_yaml(path, "a file of answers", "currency: EUR"))


def _plain(node: Any) -> Any:
    if isinstance(node.value, dict):
        return {str(key): _plain(each) for key, each in node.value.items()}
    return [_plain(each) for each in node.value] if isinstance(node.value, list) else node.value


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
        from sim.data.becoming import KEEP, LEFT, OUT, SEGMENT
        from sim.data.questions import Question, Unfit
        from sim.scenario.company_today import targets

        self.answers.asked += 1
        choices = (*targets(), SEGMENT, LEFT, KEEP, OUT)
        tell("\nWhat the columns become:")
        for number, (name, role) in enumerate(roles.items(), 1):
            tell(f"  {number} {name}: {role}  ({_cells_told(source.cells[name])})")
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
    from sim.scenario.company_today import CALIBRATE, TODAY

    lines = [*(f"! {warning}." for warning in warnings), *company.said, ""]
    lines += [line for part in company.parts for line in _part_told(part)]
    lines += ["", *_people_told(company)]
    if answers.assumed:
        lines += ["", "Assumed, because nobody said otherwise:"]
        lines += [f"  {'.'.join(question.key)}: {_assumption(question, answers)}" for question in answers.assumed]
    today, fit, fitted = (quote(shown(folder / name)) for name in (TODAY, CALIBRATE, "fitted.yaml"))
    lines += ["", f"Written to {shown(folder)}. Next:", f"  loyalty check {today}"]
    lines += [f"  loyalty calibrate {fit} --save {fitted}"] if company.left else []
    return [*lines, f"  loyalty run {today}"]


def _assumption(question: Question, answers: Answers) -> str:
    from sim.data.questions import UNKNOWN

    value: Any = answers.said
    for section in question.key:
        value = value[section]
    return "not known" if value == UNKNOWN else f"{value}{f' ({question.hint})' if question.hint else ''}"


def _part_told(part: Part) -> list[str]:
    """A column in a line: what it becomes, mean, spread and a picture; and below what is odd."""
    from sim.data.becoming import LEFT
    from sim.scenario.company_today import told_of

    if part.values is None:
        about = part.told if part.becomes == LEFT else _cells_told(part.cells)
        became = f"{part.column} → {part.becomes}: {about}"
    else:
        became = f"{part.column} → {part.becomes}: {told_of(part)}  {picture(part.values)}  ({part.told})"
    return [
        became,
        *(f"    {why}" for why in ((part.why,) if part.why else ())),
        *(f"    ! {warning}" for warning in part.warnings),
    ]


def _cells_told(cells: Any) -> str:
    import numpy as np

    from sim.data.recognising import words_in

    if cells.kind == "text":
        words = words_in(cells)
        few = ", ".join(f"{visible(word[:20])} {count:,}" for word, count in list(words.items())[:4])
        return f"{len(words):,} different: {few}{', …' if len(words) > 4 else ''}"
    if cells.kind == "empty":
        return "nothing in it"
    known = cells.values[~(np.isnan(cells.values) if cells.kind == "number" else np.isnat(cells.values))]
    if not len(known):
        return "nothing in it"
    if cells.kind == "date":
        return f"{known.min()} to {known.max()}"
    return f"mean {known.mean():,.4g}, spread {known.std():,.4g}  {picture(known)}"


def picture(values: np.ndarray) -> str:
    """How numbers are spread, in ten bars from the smallest to the largest."""
    import numpy as np

    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return ""
    counts = np.histogram(known, 10)[0]
    bars = "".join(_BARS[min(7, int(np.ceil(8 * count / counts.max())) - 1)] if count else " " for count in counts)
    return f"{known.min():.4g} {bars} {known.max():.4g}"


def _people_told(company: Company) -> list[str]:
    lines = [
        f"{len(company.people.table.line):,} customers today; {len(company.aside):,} rows set aside (set_aside.csv says why)."
    ]
    if company.left:
        whole = company.left[""]
        lines.append(
            f"{whole.left:,} of {whole.people:,} left within {company.within:.4g} weeks ({whole.share:.1%}); they "
            f"do not start as customers."
        )
        lines.append(_tells(company))
        groups = [f"{name} {one.share:.1%}" for name, one in company.left.items() if name]
        lines += (
            [f"  by segment: {', '.join(groups[:_SHOWN])}{', …' if len(groups) > _SHOWN else ''}"] if groups else []
        )
    return lines


def _tells(company: Company) -> str:
    """Which columns tell most about who left, in a sentence."""
    most = [each.told for each in company.tells[:_MOST_TOLD]]
    if not most:
        return "No column tells who left by more than chance."
    return f"What tells most about who left, the strongest first: {'; '.join(most)}."


def _as_json(company: Company, answers: Answers, warnings: list[str], folder: Path) -> dict[str, Any]:
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
        "assumed": {".".join(question.key): _assumption(question, answers) for question in answers.assumed},
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
