"""Run the worlds of six industries and write docs/guides/industries.md: their key figures, and what each is good to ask.

``python tools/industries_page.py`` (``make industries``) finds the worlds in ``scenarios/industries``; a file that
extends another is a what-if and is told beneath it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim import compare, load, run
from sim.model.week import COUNTS
from sim.report.amounts import number, signed
from sim.report.lever_prices import price_told
from sim.runs.comparison import Comparison
from sim.runs.runner import Result

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "scenarios" / "industries", ROOT / "docs" / "guides" / "industries.md"
REPLICATIONS = 100
WEEKS_A_YEAR = 365.25 / 7

ASK = {
    "bank": "What service through machines does to people who hardly ever leave; what fees and sales talk cost in trust.",
    "online_shop": "Promises and parcels: what a day late does, what free returns cost, whether a promise that is not kept pays.",
    "retailer": "Checkouts, queues and thin margins: small changes at the till decide between profit and loss.",
    "subscription_software": "Price rises, keeping up with what is possible, support in writing, growth through friends.",
    "telecom": "Service levels, chatbots, outsourcing, contracts and save offers, in a market that knows no new customers.",
    "utility": "False loyalty: who stays only because leaving is dear, and what becomes of them when it is dear no more.",
}
"""What each world is good to ask."""
WORDS = {"nps": "NPS", "customers": "customers at the end"}

HEAD = """# Six industries to start from

Six complete worlds on people who are drawn, not read from a file; every value in them has a comment that says where it comes
from, and most are assumptions: put your own in their place (`extends:`). The figures are means of {count} runs of two years;
`make industries` makes this page, and `tests/test_industries.py` holds the worlds to it.

| world | churn a year | NPS | answered within 20 s | done by machines | profit margin | satisfaction | retention, two years |
|---|---|---|---|---|---|---|---|
"""
TAIL = """
*Done by machines*: visits to self-service lanes and contacts that the chatbot resolved, among all visits and contacts.
*Churn*: leavers a year for each customer.

## What each is good to ask, and a what-if or two

Differences are paired, on the same people with the same luck, with 95 % intervals. To run one yourself:
`loyalty compare scenarios/industries/utility.yaml scenarios/industries/utility_freed.yaml --worlds none`; the numbers are
of one setting of what nobody knows, and without `--worlds none` an answer is a range over many.
"""


def extended(path: Path) -> Path | None:
    """The file that this one extends; None for a world of its own."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((FOLDER / line.split()[1] for line in lines if line.startswith("extends:")), None)


def world_of(path: Path) -> Path:
    """The world at the end of the chain of files that extend each other."""
    above = extended(path)
    return path if above is None else world_of(above)


def what_ifs(world: Path) -> list[Path]:
    """The files that extend a world, nearest first."""
    found = [path for path in FOLDER.glob("*.yaml") if path != world and world_of(path) == world]
    return sorted(found, key=lambda path: (extended(path) != world, path))


def total(result: Result, *names: str) -> float:
    """The sum of these counts over weeks and replications."""
    return float(sum(result.tally[..., COUNTS.index(name)].sum() for name in names))


def by_machines(result: Result) -> float:
    """The share of visits and contacts that no employee had a hand in."""
    return total(result, "self_visits", "bot_solved") / total(result, "visits", "contacts")


def row(result: Result) -> str:
    """One world's line of the table."""
    mean = {name: float(np.mean(values)) for name, values in result.values.items()}
    cells = (
        percent(mean["churn_rate"] * WEEKS_A_YEAR),
        signed(mean["nps"]),
        percent(mean["service_level"]),
        percent(by_machines(result)),
        percent(mean["profit"] / mean["revenue"]),
        number(mean["satisfaction"], 2),
        percent(mean["retention"]),
    )
    return f"| {result.scenario.name} | {' | '.join(cells)} |"


def percent(share: float) -> str:
    return f"{number(100 * share)} %"


def change(answer: Comparison) -> str:
    """What a what-if changes in retention, NPS, customers and profit."""
    found = answer.differences[answer.others[0].scenario.name]
    told = []
    for name, unit, decimals in (
        ("retention", "points", 1),
        ("nps", "points", 1),
        ("customers", "%", 0),
        ("profit", "%", 1),
    ):
        factor = {"points": 100 if name == "retention" else 1, "%": 100 / float(answer.base.values[name].mean())}[unit]
        low, mean, high = (
            signed(value * factor, decimals) for value in (found[name].low, found[name].mean, found[name].high)
        )
        told.append(f"{WORDS.get(name, name)} {mean} {unit} ({low} to {high})")
    return "; ".join(told)


def asked(world: Path) -> list[str]:
    """A world's part of the list: its question, and each what-if."""
    lines = [f"- **{load(world).name}** (`{world.name}`). {ASK[world.stem]}"]
    for path in what_ifs(world):
        against = extended(path)
        assert against is not None
        answer = compare([load(against), load(path)], REPLICATIONS)
        beside = "" if against == world else f" (Beside `{against.name}`.)"
        told = f"{change(answer)}. {price_told(answer, answer.others[0])}".rstrip()
        lines.append(f"  - `{path.name}`: {load(path).description}{beside} Result: {told}")
    return lines


def main() -> int:
    """Write the page."""
    worlds = sorted(path for path in FOLDER.glob("*.yaml") if extended(path) is None)
    table = [row(run(load(path), REPLICATIONS)) for path in worlds]
    listed = [line for path in worlds for line in asked(path)]
    PAGE.parent.mkdir(exist_ok=True)
    text = HEAD.format(count=REPLICATIONS) + "\n".join(table) + "\n" + TAIL + "\n" + "\n".join(listed) + "\n"
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(worlds)} worlds written to {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
