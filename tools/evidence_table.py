"""Measure every row of evidence in the model as shipped, and write docs/background/evidence.md.

``python tools/evidence_table.py`` takes about four minutes. It exits with 1 when a row is met that is marked as missed, or
missed and not marked. Give numbers of rows to measure only these and print them: ``... evidence_table.py L01 L20``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from evidence.rows import ROLES, Finding, Published, Row  # noqa: E402
from evidence.table import EVIDENCE, WAITING  # noqa: E402

PAGE = ROOT / "docs" / "background" / "evidence.md"


@dataclass(frozen=True)
class Measured:
    """A row with what was found, and with what was found when its mechanism was switched off."""

    number: str
    row: Row
    found: Finding
    off: Finding | None

    @property
    def held_to(self) -> Published:
        """What was published."""
        return self.row.published(self.number)

    @property
    def met(self) -> bool:
        """Whether the number lies in its band and every condition holds."""
        return self.found.within(self.held_to.low, self.held_to.high)

    @property
    def at_the_edge(self) -> bool:
        """Whether an end of the band lies within the interval, so that the verdict may be chance."""
        return any(self.found.low < end < self.found.high for end in (self.held_to.low, self.held_to.high))


def measure(number: str) -> Measured:
    row = EVIDENCE[number]
    return Measured(number, row, row.measure(), row.off() if row.off else None)


def told(value: float) -> str:
    """Three significant figures, without an exponent."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _interval(found: Finding) -> str:
    around = "" if found.low == found.high else f" ({told(found.low)} to {told(found.high)})"
    return told(found.value) + around


def _line(m: Measured) -> str:
    off = f"{told(m.off.value)} ({m.row.off_is})" if m.off else ""
    verdict = ("met" if m.met else "**missed**") + (", at the edge" if m.at_the_edge else "")
    band = f"{told(m.held_to.low)} to {told(m.held_to.high)}"
    return f"| {m.number} | {m.row.statistic} | {band} | {_interval(m.found)} | {verdict} | {off} | {ROLES[m.held_to.role]} |"


def _waiting(number: str) -> str:
    return f"| {number} | {' | '.join(WAITING[number])} |"


def table(rows: list[Measured]) -> str:
    """One line a row: what is measured, band, number with interval, verdict, the number with the mechanism off, role."""
    head = "| row | what is measured | band | model (95 % interval) | verdict | switched off | role |"
    return "\n".join([head, "|---|---|---:|---:|---|---|---|", *(_line(m) for m in rows)])


def waiting() -> str:
    return "\n".join(["| row | claim | waits for |", "|---|---|---|", *(_waiting(number) for number in WAITING)])


def _detail(m: Measured) -> str:
    lines = [f"Source: {m.held_to.source}."]
    lines += [f"{'Holds' if holds else '**Does not hold**'}: {name}." for name, holds in m.found.conditions.items()]
    if m.found.remarks:
        lines.append(f"Besides: {'; '.join(m.found.remarks)}.")
    if m.row.missed:
        lines.append(f"Why it is missed: {m.row.missed}.")
    return "\n  - ".join([f"- **{m.number}** – {m.held_to.claim}", *lines])


def share(rows: list[Measured], role: str | None = None) -> str:
    some = [m for m in rows if role in (None, m.held_to.role)]
    return f"{sum(m.met for m in some)} of {len(some)}"


def summary(rows: list[Measured]) -> str:
    by_role = ", ".join(f"{share(rows, role)} {words}" for role, words in ROLES.items())
    inside = sum(m.held_to.low <= m.found.value <= m.held_to.high for m in rows)
    return (
        f"**Met: {share(rows)} rows** ({by_role}). Of all rows the number alone lies in its band in {inside}; "
        f"in the others of these a further condition of the row fails. {len(WAITING)} rows wait."
    )


def page(rows: list[Measured]) -> str:
    """Everything that is generated."""
    details = "\n".join(_detail(m) for m in rows)
    return f"{summary(rows)}\n\n{table(rows)}\n\n## Row by row\n\n{details}\n\n## Waiting\n\n{waiting()}"


def write_page(words: str) -> None:
    """Put the words between the page's two marks."""
    before, rest = PAGE.read_text(encoding="utf-8").split("<!-- table: begin -->")
    _, after = rest.split("<!-- table: end -->")
    PAGE.write_text(f"{before}<!-- table: begin -->\n{words}\n<!-- table: end -->{after}", encoding="utf-8")


def main() -> int:
    """Measure, print, and write the page when every row was measured; returns the exit code."""
    numbers, rows = sys.argv[1:] or list(EVIDENCE), []
    for number in numbers:
        start = time.perf_counter()
        rows.append(measure(number))
        print(f"{_line(rows[-1])} {time.perf_counter() - start:.0f} s", flush=True)
        if sys.argv[1:]:
            print(_detail(rows[-1]), flush=True)
    if len(numbers) == len(EVIDENCE):
        write_page(page(rows))
        print(summary(rows))
    other = [m.number for m in rows if m.met == bool(m.row.missed)]
    print(f"otherwise than marked: {', '.join(other)}" if other else "every verdict is as marked")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
