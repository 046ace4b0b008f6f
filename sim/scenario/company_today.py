"""A company that was understood from its files, written down: a scenario of today, its customers, the answers, what to fit
it to."""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.csv as arrow_csv

from sim.data.company import NOT_GIVEN, Company
from sim.data.customer_mapping import Target
from sim.data.customer_text import squeezed
from sim.data.habits import Cells
from sim.data.leaving import ASIDE, FITTED, Leaving, called, halves
from sim.data.parts import KEEP, LEFT, OUT, SEGMENT, Part
from sim.data.questions import UNKNOWN, Answers, yaml_word
from sim.data.recognising import words_in
from sim.errors import Mistake
from sim.scenario.phone import Phone, number_in, phone_of_form
from sim.scenario.sections import traits
from sim.system import outputs
from sim.system.text import spreadsheet_text

TODAY, ANSWERS, CALIBRATE, CUSTOMERS, UNUSABLE = (
    "today.yaml", "answers.yaml", "calibrate.yaml", "customers.csv", "set_aside.csv",
)  # fmt: skip
FILES = (TODAY, ANSWERS, CALIBRATE, CUSTOMERS, UNUSABLE)
MOST_GROUPS = 12
"""Segments whose leaving is fitted, the largest: a page with more would not be read."""
LEAST = 8
"""Customers that such a segment has in each half at least."""
CARRIES = "switching_cost"
"""The trait that carries what a segment does to leaving: nothing else of people follows from it."""
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
        CUSTOMERS: _table(company),
        UNUSABLE: _aside(company),
    }
    if company.left:
        files[CALIBRATE] = _seal(_calibration(company))
    return Written(files, _phone(company).sentences)


def _table(company: Company) -> bytes:
    """The clean copy of all, whoever has left among them: numbers with a point, days as 2024-12-31, nothing where there is no
    value; UTF-8, commas."""
    source = company.everybody or company.people
    columns = {source.id: source.cells[source.id].values}
    for part in company.columns:
        if part.becomes == OUT:
            continue
        cells = source.cells[part.column]
        columns[part.column] = _segments(cells) if part.becomes == SEGMENT else _plain(cells)
        if part.written is not None:
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
        tells = {
            each.column: {name: round(one.share, 6) for name, one in each.groups.items()} for each in company.tells
        }
        said["found"] = {"customers": len(company.people.table.line), "left_within_weeks": company.within, "left": told,
                         "columns_that_tell_who_left": tells}  # fmt: skip
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
            *self._purchases(),
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
        told = f"{len(people.table.line):,} customers, checked; {len(company.aside):,} rows set aside ({UNUSABLE})"
        mapped = [part for part in company.parts if part.is_trait]
        lines = ["customers:", f"  file: {CUSTOMERS} # {told}", f"  id: {yaml_word(people.id)}"]
        lines += self._label()
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

    def _purchases(self) -> list[str]:
        """How they buy now and then."""
        habit = self.company.habit
        if habit is None:
            return []
        lines = [
            "purchases: # customers buy now and then; fitted to their purchases by maximum likelihood (BG/NBD, Gamma-Gamma)",
            *(f"  # {sentence}" for sentence in habit.said),
        ]
        for name, value in habit.settings.items():
            why = f" # assumed: {habit.assumed[name]}" if name in habit.assumed else ""
            lines.append(f"  {name}: {yaml_word(value)}{why}")
        return lines

    def _label(self) -> list[str]:
        """Who has left, by the file."""
        company = self.company
        part = next((part for part in company.parts if part.becomes == LEFT), None)
        if part is None:
            return []
        left = f", left: {yaml_word(part.word)}" if part.word else ""
        day = [f"  as_of: {company.as_of}"] if not part.word and company.as_of is not None else []
        count = 0 if company.leavers is None else len(company.leavers.table.line)
        told = f" # {count:,} have left: they do not start"
        return [
            *day,
            f"  label: {{column: {yaml_word(part.column)}{left}, within: {part.window}}}{told}"
            f"{self._mark(f'columns.{part.column}.within')}",
        ]

    def _column(self, part: Part) -> str:
        """A line such as ``tenure: {column: months, unit: months} # mean 150 weeks``."""
        said = [f"column: {yaml_word(_reckoned(part) if part.written is not None else part.column)}"]
        said += [f"multiply: {part.multiply:.10g}"] if part.multiply != 1 else []
        said += [f"add: {part.add:.10g}"] if part.add else []
        said += [f"unit: {part.unit}"] if part.unit else []
        said += ["missing: draw"] if part.cells.missing.any() else []
        return f"{part.becomes}: {{{', '.join(said)}}} # {told_of(part, self.company.currency)}{self._unsure(part)}"

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


def told_of(part: Part, currency: str) -> str:
    """Mean and spread of what a column became, in the trait's unit; money in this currency."""
    values = np.zeros(0) if part.values is None else part.values[np.isfinite(part.values)]
    if not len(values):
        return "no values"
    unit = traits()[part.becomes].unit.replace("currency", currency)
    unit = "" if unit in ("ratio", "scale 0-1", "share") else f" {unit}"
    return f"mean {values.mean():.4g}{unit}, spread {values.std():.4g}"


def _calibration(company: Company) -> str:
    """The experiment that fits the company to its own leavers."""
    weeks = min(1040, max(1, round(company.within)))
    segment, groups = company.segment, _groups(company)
    names = {name: called(segment.column, name) if segment else name for name in groups}
    contracts = company.trait("contract_weeks_left") is not None or bool(segment and any(segment.terms.values()))
    bound = ["  contracts.exit_fee: {low: 1, high: 52, label: exit fee}"] if contracts else []
    lines = [
        f"# {company.name} held to its own leavers: all who are in the file start, also those who have left, and live "
        f"through the {weeks} weeks",
        "# in which these did. Half of the customers, chosen by their id, is fitted; the other half is predicted.",
        f"question: What must be so for {yaml_inside(company.name)} to lose as many customers as its file says?",
        f"base: {TODAY}",
        f"with: {{weeks: {weeks}, customers: {{label: {{leavers: start}}}}}}",
        "uncertainties: # what is narrowed, beside all that the scenario leaves open to its worlds",
        f"  choice.attention: {{low: 0.002, high: {_attention(company, weeks):.2g}, scale: log, label: attention to rivals}}",
        "  choice.decisiveness: {low: 2, high: 12, label: decisiveness}",
        "  quality.error_rate: {low: 0.002, high: 0.04, scale: log, label: error rate}",
        *bound,
        *(
            f"  {yaml_word(f'traits.{CARRIES}@{name}')}: {{low: 0.01, high: 3, scale: log, label: "
            f"{yaml_word(f'switching cost of {told}')}}}"
            for name, told in names.items()
        ),
        "outcomes: [retention]",
        "calibrate:",
        f"  figures: # value and error of each are those of the file's label{_left_out(company, groups)}",
    ]
    for half in (FITTED, ASIDE):
        for name in groups:
            cell = f"left: {{{yaml_word(segment.column)}: {yaml_word(name)}}}" if segment else ""
            said = yaml_word(names[name] if half == FITTED else f"{names[name]}, {half}")
            lines.append(f"    {said}: {{{cell}, half: {half}}} # {_share_told(groups[name][half])}")
        if not groups:
            said = "everybody" if half == FITTED else f"everybody, {half}"
            lines.append(f"    {said}: {{left: {{}}, half: {half}}} # {_share_told(_of_half(company, half))}")
    return "\n".join([*lines, "seed: 1"]) + "\n"


def _attention(company: Company, weeks: int) -> float:
    """How often people may look around at most: six times as often as somebody left, for most who look stay."""
    left = min(0.99, max(one.share for one in company.left.values()))
    return min(1.0, max(0.08, -6 * math.log1p(-left) / weeks))


def _groups(company: Company) -> dict[str, dict[str, Leaving]]:
    """The segments whose leaving is fitted: name → half → what share left."""
    part = next((part for part in company.columns if part.becomes == SEGMENT), None)
    if part is None:
        return {}
    words = np.array([squeezed(each) for each in _segments(part.cells).to_pylist()])
    names, count = np.unique(words, return_counts=True)
    found = {
        str(name): {half: _of_half(company, half, words == name) for half in (FITTED, ASIDE)}
        for name in names[np.argsort(-count, kind="stable")][:MOST_GROUPS]
    }
    return {name: each for name, each in found.items() if min(one.people for one in each.values()) >= LEAST}


def _left_out(company: Company, groups: Mapping[str, Any]) -> str:
    """How many segments are not fitted, in words."""
    out = [name for name in company.left if name and squeezed(name) not in groups]
    return f"; not fitted: {len(out):,} of {len(company.left) - 1:,} segments, too small or too many" if out else ""


def _of_half(company: Company, half: str, chosen: Any = True) -> Leaving:
    """What share left of a half, or of some of it."""
    source, label = company.everybody, next(part for part in company.columns if part.becomes == LEFT)
    assert source is not None and label.gone is not None
    some = (halves(source.cells[source.id].values.to_pylist()) == (half == FITTED)) & chosen
    return Leaving(int((label.gone & some).sum()), max(1, int(some.sum())))


def _share_told(one: Leaving) -> str:
    return f"{100 * one.share:.3g} %: {one.left:,} of {one.people:,}"


def yaml_inside(words: str) -> str:
    """Words within a plain line of YAML: without what would end it."""
    return re.sub(r"[:#]", " ", words)
