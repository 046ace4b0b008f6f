"""A company that was understood from its files, written down: a scenario of today, its customers, the answers, what to fit
it to."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.csv as arrow_csv

from sim.data.becoming import KEEP, LEFT, OUT, Part
from sim.data.company import NOT_GIVEN, Company
from sim.data.customer_mapping import Target
from sim.data.customer_text import squeezed
from sim.data.habits import Cells
from sim.data.questions import UNKNOWN, Answers, yaml_word
from sim.data.recognising import Source, words_in
from sim.errors import Mistake
from sim.scenario.phone import Phone, number_in, phone_of_form
from sim.scenario.sections import traits
from sim.system import outputs
from sim.system.text import spreadsheet_text

TODAY, ANSWERS, CALIBRATE, CUSTOMERS, LEAVERS, ASIDE = (
    "today.yaml", "answers.yaml", "calibrate.yaml", "customers.csv", "leavers.csv", "set_aside.csv",
)  # fmt: skip
FILES = (TODAY, ANSWERS, CALIBRATE, CUSTOMERS, LEAVERS, ASIDE)
_SEAL = "# As 'loyalty new' wrote it: "


def targets() -> dict[str, Target]:
    """What a column can become, with unit and range."""
    return {
        name: Target(trait.unit, trait.low, trait.high, whole=trait.unit == "weeks") for name, trait in traits().items()
    }


# ---- the files


@dataclass(frozen=True)
class Written:
    """The files by name, and what to tell: what does not fit together, and the commands that come next."""

    files: Mapping[str, bytes]
    warnings: list[str]

    def put(self, folder: Path) -> None:
        """Write them. Raises :class:`Mistake` where a file that somebody edited would be replaced."""
        check_unedited(folder)
        for name in FILES:
            if name in self.files:
                outputs.put(folder / name, self.files[name], f"the file {name}")
            elif (folder / name).exists():
                (folder / name).unlink()


def check_unedited(folder: Path) -> None:
    """Raise :class:`Mistake` unless the folder is new, or holds what this command wrote, and nobody edited it."""
    scenario = folder / TODAY
    others = [name for name in FILES if name != ANSWERS and (folder / name).exists()]
    if not scenario.exists() and others:
        raise Mistake(
            f"{folder / others[0]} is there already, and not of an earlier 'loyalty new'; name another folder with --out"
        )
    for name in (TODAY, CALIBRATE):
        if (folder / name).exists() and not _sealed(folder / name):
            raise Mistake(
                f"{folder / name} is there and was edited since it was written; name another folder with --out, or move it away"
            )


def _sealed(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace")
    body, _, last = text.rpartition(_SEAL)
    return bool(body) and last.strip() == _digest(body)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _seal(text: str) -> bytes:
    return f"{text}{_SEAL}{_digest(text)}\n".encode()


def _phone(company: Company) -> Phone:
    return phone_of_form(company.form, len(company.people.table.line))


def written(company: Company, answers: Answers) -> Written:
    """All files of a company."""
    files = {
        TODAY: _seal(_Scenario(company, answers).text),
        ANSWERS: _answers(company, answers).encode(),
        CUSTOMERS: _table(company, company.people, company.parts),
        ASIDE: _aside(company),
    }
    if company.leavers is not None:
        label = [part for part in company.parts if part.becomes == LEFT]
        files[LEAVERS] = _table(company, company.leavers, [*company.parts, *label], of_today=False)
    if company.left:
        files[CALIBRATE] = _seal(_calibration(company))
    return Written(files, _phone(company).sentences)


def _table(company: Company, source: Source, parts: list[Part], of_today: bool = True) -> bytes:
    """The clean copy: numbers with a point, days as 2024-12-31, nothing where there is no value; UTF-8, commas."""
    columns = {company.people.id: source.cells[company.people.id].values}
    for part in parts:
        if part.becomes == OUT or (part.becomes == LEFT and of_today):
            continue
        cells = source.cells[part.column]
        columns[part.column] = _segments(cells) if part is company.segment else _plain(cells)
        if part.written is not None and of_today:
            columns[_reckoned(part)] = _plain(
                Cells("number", part.written, ~np.isfinite(part.written), np.zeros(len(part.written), bool))
            )
    file = io.BytesIO()
    arrow_csv.write_csv(arrow.table(columns), file, arrow_csv.WriteOptions(quoting_style="needed"))
    return file.getvalue()


def _segments(cells: Cells) -> Any:
    return compute.fill_null(cells.values, NOT_GIVEN)


def _plain(cells: Cells) -> Any:
    if cells.kind in ("text", "empty"):
        return cells.values
    if cells.kind == "date":
        return arrow.array(cells.values.astype("datetime64[D]"))
    values = arrow.array(cells.values, mask=~np.isfinite(cells.values))
    finite = cells.values[np.isfinite(cells.values)]
    whole = bool(np.all(finite == np.rint(finite))) and (not len(finite) or np.abs(finite).max() < 2**53)
    return values.cast(arrow.int64()) if whole else values


def _reckoned(part: Part) -> str:
    """The column of the clean copy that holds what was reckoned of a day."""
    return f"{part.column} (weeks)"


def _aside(company: Company) -> bytes:
    import csv

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("file", "line", "reason", "row"))
    for path, row in company.aside:
        writer.writerow((spreadsheet_text(path), row.line, spreadsheet_text(row.reason), spreadsheet_text(row.text)))
    return file.getvalue().encode()


def _answers(company: Company, answers: Answers) -> str:
    """The file of answers: what was answered, which of it was only assumed, and what was found."""
    from ruamel.yaml import YAML

    said = dict(answers.said)
    said["assumed"] = [".".join(question.key) for question in answers.assumed]
    if company.left:
        told = {
            name or "everybody": {"left": one.left, "of": one.people, "share": round(one.share, 6)}
            for name, one in company.left.items()
        }
        said["found"] = {"customers": len(company.people.table.line), "left_within_weeks": company.within, "left": told}
    else:
        said["found"] = {"customers": len(company.people.table.line)}
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = False, True, 4096
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(said, text)
    head = (
        "# What was answered about the files, and what was taken as proposed ('assumed': take out of that list what "
        "you have confirmed).\n"
        "# With next month's files: loyalty new FILE… --answers answers.yaml; 'found' is not read again.\n"
    )
    return head + text.getvalue()


class _Scenario:
    """The text of the scenario, section by section."""

    def __init__(self, company: Company, answers: Answers) -> None:
        self.company, self.phone = company, _phone(company)
        self.assumed = {".".join(question.key) for question in answers.assumed}

    @property
    def text(self) -> str:
        company = self.company
        lines = [
            f"# {company.name} as it is today, written by 'loyalty new' from "
            f"{', '.join(Path(file).name for file in company.files)}.",
            "# 'assumed' marks what nobody confirmed; answers.yaml holds the answers. Edit it as you like: it is yours.",
            *[f"# {sentence}." for sentence in self.phone.sentences],
            f"name: {yaml_word(f'{company.name[:80]} today')}",
            f"description: {yaml_word(f'{company.name} as it is today, on its own customers.')}",
            f"currency: {yaml_word(company.currency)}{self._mark('currency')}",
            "weeks: 104",
            *self._market(),
            *self._customers(),
            *self._service(),
        ]
        return "\n".join(lines) + "\n"

    def _mark(self, *keys: str) -> str:
        return " # assumed" if any(key in self.assumed for key in keys) else ""

    def _market(self) -> list[str]:
        count = len(self.company.people.table.line)
        stands_for = self.company.form["stands_for"]
        return [
            "market:",
            f"  prospects: {max(1, round(count / 4))} # assumed: a fifth of the market is with the rival",
            f"  stands_for: {yaml_word(stands_for)} # customers that each row stands "
            f"for{', assumed: a file counts as itself' if 'company.stands_for' in self.assumed else ''}",
        ]

    def _customers(self) -> list[str]:
        company, people = self.company, self.company.people
        told = f"{len(people.table.line):,} customers, checked; {len(company.aside):,} rows set aside ({ASIDE})"
        if company.leavers is not None:
            told += f"; {len(company.leavers.table.line):,} who have left ({LEAVERS})"
        mapped = [part for part in company.parts if part.is_trait]
        lines = ["customers:", f"  file: {CUSTOMERS} # {told}", f"  id: {yaml_word(people.id)}"]
        if mapped:
            lines += ["  columns:", *(f"    {self._column(part)}" for part in mapped)]
        spread = [line for part in mapped if (line := self._spread(part))]
        if spread:
            lines += [
                "  traits: # of people the file says nothing of, prospects included: as of those in it",
                *(f"    {line}" for line in spread),
            ]
        lines += self._segments()
        keep = [part.column for part in company.parts if part.becomes == KEEP or part is company.segment]
        keep = [name for name in keep if name in company.people.cells]
        if keep:
            lines.append(f"  keep: [{', '.join(map(yaml_word, keep))}]")
        return lines

    def _column(self, part: Part) -> str:
        """A line such as ``tenure: {column: months, unit: months} # mean 150 weeks``."""
        said = [f"column: {yaml_word(_reckoned(part) if part.written is not None else part.column)}"]
        said += [f"multiply: {part.multiply:.10g}"] if part.multiply != 1 else []
        said += [f"add: {part.add:.10g}"] if part.add else []
        said += [f"unit: {part.unit}"] if part.unit else []
        said += ["missing: draw"] if part.cells.missing.any() else []
        return f"{part.becomes}: {{{', '.join(said)}}} # {told_of(part)}{self._unsure(part)}"

    def _unsure(self, part: Part) -> str:
        about = [
            about for about in ("unit", "period", "scale", "terms") if f"columns.{part.column}.{about}" in self.assumed
        ]
        return f"; assumed: {part.told}" if about else f"; {part.told}" if part.told else ""

    def _spread(self, part: Part) -> str:
        """How the trait is spread among those the file says nothing of; for what people bring along, not for what they have
        lived."""
        values = np.zeros(0) if part.values is None else part.values[np.isfinite(part.values)]
        if part.becomes not in ("spend", "satisfaction") and not part.cells.missing.any() or not len(values):
            return ""
        mean, sd = float(values.mean()), float(values.std())
        if sd <= 1e-12 * max(1.0, abs(mean)):
            return f"{part.becomes}: {{distribution: constant, value: {mean:.6g}}}"
        kind = (
            "lognormal"
            if part.becomes in ("spend", "tenure", "failure_exposure", "patience") and mean > 0
            else "normal"
        )
        return f"{part.becomes}: {{distribution: {kind}, mean: {mean:.6g}, sd: {sd:.6g}}}"

    def _segments(self) -> list[str]:
        part = self.company.segment
        if part is None:
            return []
        lines = [f"  segment_by: {{column: {yaml_word(part.column)}}}"]
        bound = {word: term for word, term in part.terms.items() if term and word in words_in(part.cells)}
        if bound and self.company.trait("contract_weeks_left") is None:
            assumed = "assumed: " if f"columns.{part.column}.terms" in self.assumed else ""
            lines.append(f"  segments: # {assumed}what is left of a contract is evenly spread over its term")
            for word, term in bound.items():
                lines += [
                    f"    {yaml_word(squeezed(word))}:",
                    f"      traits: {{contract_weeks_left: {{distribution: uniform, low: 0, high: {term}}}}}",
                ]
        return lines

    def _service(self) -> list[str]:
        form, line = self.company.form, self.phone
        said = [f"representatives: {line.representatives}"]
        said += [f"wage: {yaml_word(form['wage'])}"] if form["wage"] != UNKNOWN else []
        said += [f"questions: {line.questions:.4g}"] if line.questions is not None else []
        open_ = [word for word, known in (("how many they are", "representatives" in line.known), ("their wage",
        form["wage"] != UNKNOWN),
                                          ("calls a week", "calls" in line.known)) if not known]  # fmt: skip
        note = f" # not known: {', '.join(open_)}" if open_ else ""
        return [f"call_centre: {{{', '.join(said)}}}{note}", *self._shops()]

    def _shops(self) -> list[str]:
        lanes = self.company.form["checkout_lanes"]
        if lanes in (UNKNOWN, 0):
            why = "no shops" if lanes == 0 else "not known whether there are shops, so left out"
            return [f"self_checkout: {{visits: 0, lanes: 0}} # {why}"]
        return [f"self_checkout: {{lanes: {round(number_in(lanes, 0))}}}"]


def told_of(part: Part) -> str:
    """Mean and spread of what a column became, in the trait's unit."""
    values = np.zeros(0) if part.values is None else part.values[np.isfinite(part.values)]
    if not len(values):
        return "no values"
    unit = traits()[part.becomes].unit
    unit = "" if unit in ("ratio", "scale 0-1", "share") else f" {unit}"
    return f"mean {values.mean():.4g}{unit}, spread {values.std():.4g}"


def _calibration(company: Company) -> str:
    """The experiment that fits the company to its own leavers."""
    weeks = max(1, round(company.within))
    groups = {name: one for name, one in company.left.items() if name}
    segment = company.segment
    contracts = company.trait("contract_weeks_left") is not None or bool(segment and any(segment.terms.values()))
    bound = ["  contracts.exit_fee: {low: 1, high: 52, label: exit fee}"] if contracts else []
    source = f"the column {company.label}: left within {company.within:.4g} weeks"
    lines = [
        f"# {company.name} held to its own leavers. What stands here is what left in the past {weeks} weeks, by the "
        f"file; today's customers, who",
        "# are those that stayed, are taken to leave as fast in the weeks to come. Delete a line, or write "
        "'holdout: true' into it, as you like.",
        f"question: What must be so for {yaml_inside(company.name)} to lose as many customers as its file says?",
        f"base: {TODAY}",
        f"with: {{weeks: {min(1040, weeks)}}}",
        "uncertainties: # what is narrowed, beside all that the scenario leaves open to its worlds",
        "  choice.attention: {low: 0.002, high: 0.05, scale: log, label: attention to rivals}",
        "  choice.decisiveness: {low: 2, high: 12, label: decisiveness}",
        "  quality.error_rate: {low: 0.002, high: 0.04, scale: log, label: error rate}",
        *bound,
        "outcomes: [retention]",
        "calibrate:",
        "  figures: # shares that left; the error is that of a share of so many",
    ]
    if groups and segment is not None:
        there = words_in(segment.cells)
        for name, one in groups.items():
            if name in there or (name == NOT_GIVEN and segment.cells.missing.any()):
                cell = f"left: {{{yaml_word(segment.column)}: {yaml_word(squeezed(name))}}}"
                lines.append(f"    {yaml_word(squeezed(name))}: {{{cell}, {_figure(one, source, one.share)}}}")
    else:
        one = company.left[""]
        lines.append(f"    retention: {{{_figure(one, source, 1 - one.share)}}}")
    return "\n".join([*lines, "seed: 1"]) + "\n"


def _figure(one: Any, source: str, value: float) -> str:
    return (
        f"value: {value:.4g}, error: {one.error:.4g}, source: {yaml_word(f'{source}, {one.left:,} of {one.people:,}')}"
    )


def yaml_inside(words: str) -> str:
    """Words within a plain line of YAML: without what would end it."""
    return re.sub(r"[:#]", " ", words)
