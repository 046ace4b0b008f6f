"""Write docs/background/odd.md: the model described by the ODD+D protocol, every table read from the code.

``python tools/odd_page.py`` (``make odd``). The protocol: Grimm et al. 2020 (JASSS 23(2) 7) and, for how people decide,
Müller et al. 2013 (Environmental Modelling & Software 48:37-48).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

from equations import in_module, told

from sim.model import network, week
from sim.model.columns import KINDS, OF_COMPANY
from sim.model.component import Part, builtin, columns, parts, with_used
from sim.model.initial_state import LINES
from sim.model.parameters import Line, lines
from sim.runs.measures import MEASURES
from sim.scenario.quantities import plausible_told

PAGE = Path(__file__).resolve().parent.parent / "docs" / "background" / "odd.md"
OWNERS = {
    "number": "every person", "clock": "every person", "mark": "every person",
    "staff": "every representative", "firm": "the company",
}  # fmt: skip


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    said = [tuple(str(cell).replace("|", "/").replace("\n", " ") for cell in row) for row in rows]
    titles = tuple(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, ("---",) * len(titles), *said))


def state_table() -> str:
    """Every state variable, whose it is, what it means, and when it changes."""
    rows = [
        (OWNERS[kind], f"`{name}`", column.meaning, ", ".join(week.written_in(name)) or "never")
        for kind in (*KINDS, *OF_COMPANY)
        for name, column in columns(kind).items()
    ]
    for part in (each for each in parts().values() if each.used_where):
        model, where = (
            with_used(builtin(), (part.name,)),
            f" (where `{part.name}.{part.used_where}` is above {part.unused_at:g})",
        )
        rows += [
            (
                OWNERS[each.kind],
                f"`{each.name}`",
                each.meaning + where,
                ", ".join(week.written_in(each.name, model)) or "never",
            )
            for each in part.columns
            if each.kind in OWNERS
        ]
    return table(("carried by", "variable", "meaning", "changes in"), rows)


def traits_table() -> str:
    """What people begin with, and how it is spread."""
    rows = []
    for line in LINES:
        spread = (
            line.default.model_dump(exclude_none=True) if line.default else {"distribution": "follows from the others"}
        )
        told = spread.pop("distribution") + (f" {spread}" if spread else "")
        rows.append((f"`{line.name}`", line.meaning, line.unit, f"{line.low:g} – {line.high:g}", told, line.source))
    return table(("trait or start", "meaning", "unit", "range", "default", "source"), rows)


def phases() -> str:
    """The order of the week, as the model's own file tells it."""
    text = inspect.cleandoc(week.__doc__ or "")
    return text[text.index("1. ") :]


def source_told(line: Line) -> str:
    """Where a default comes from."""
    return f"{line.source_kind}: {line.source}"


def submodel(part: Part) -> str:
    """One behaviour or mechanism: its prose, its rules and its parameters."""
    prose = inspect.cleandoc(part.module.__doc__ or "")
    rules = [told(thing) for thing in in_module(part.module)]
    rows = [
        (
            f"`{name}`", line.meaning, line.unit, f"{line.low:g} – {line.high:g}", f"{line.default:g}",
            plausible_told(line.plausible).removeprefix("plausible "), source_told(line),
        )
        for name, line in (lines(part.parameters).items() if part.parameters else ())
    ]  # fmt: skip
    blocks = [f"##### {part.name}", prose, "\n\n".join(rules)]
    blocks += [table(("parameter", "meaning", "unit", "range", "default", "plausible", "source"), rows)] if rows else []
    return "\n\n".join(block for block in blocks if block)


def group(name: str) -> str:
    """All submodels of a group."""
    return "\n\n".join(submodel(part) for part in parts().values() if part.group == name)


def measures_table() -> str:
    """Everything that is observed."""
    return table(("measure", "unit", "meaning"), [(f"`{m.name}`", m.unit, m.meaning) for m in MEASURES])


TEXT = """# The model by the ODD+D protocol

Written by `make odd`; every table and every list of rules is read from the code, so this page cannot say otherwise than the
program does.

## 1 Overview

### 1.1 Purpose

To say, with honest uncertainty, what a company's policies towards its customers do to retention, word of mouth and money, and
why people leave. It serves strategists who weigh policies, researchers who ask which behaviour matters, and teachers who show
how loyalty is won and lost.

### 1.2 Entities, state variables and scales

Customers (persons or households), of whom each is with the company, with a rival, or has left the market; one company with
representatives, queues and money; one rival, or up to eight, with its value, price, promise, advertising and reputation; a social
network. What is said below of the rival is said of the one a person is with, or else has in view. A step is one week; waiting
inside a week is in minutes; money is in the scenario's currency. There is no space but the network. One
simulated person stands for a number of real ones that the scenario gives; queues, staff and fixed costs are those of the whole
company.

{states}

### 1.3 Process overview and scheduling

{phases}

## 2 Design concepts

**Theoretical and empirical background.** Expectancy disconfirmation with assimilation and loss aversion; cumulative satisfaction
that learns with tenure; trust that is slow to grow and fast to fall; justice in recovery; switching costs; word of mouth with a
mild negativity bias. Each submodel below names its sources; `evidence.md` sets published results beside the model's.

**Individual decision-making.** People decide whether to speak up, how long to wait, whether to talk, and – only when something
makes them think – whether to stay, leave, join or come back, by a logistic choice between two providers, the other of which,
where there are several rivals, is first chosen to be looked at (`docs/guides/rivals.md`). They do not optimise;
they compare what they feel of their own provider with what they believe of the other. The content look around less than those in
doubt, and who has just compared does not do so again at once.

**Learning.** Expectation adapts to what was lately experienced, satisfaction is an average whose weight for the new falls with
tenure and with how much a provider varies; beliefs are the odds of the evidence that was heard, which adds up; what suits
somebody is learnt by using it.

**Individual sensing.** A person knows their own experience, what friends told them this week and how content these were, both
prices, what both promise, and the public reputation of both providers; never the true quality of a provider they do not use.

**Individual prediction.** None beyond the expectation: people take last experience and promise for what will come.

**Interaction.** Through queues (one person's call is another's wait), through messages along the network, and through public
reputation.

**Collectives.** Segments, whose members draw their traits from the same distributions.

**Heterogeneity.** Traits differ between people (table in 3.2), among them what suits whom, which is alike among friends; and
histories more so.

**Stochasticity.** Every random number is a function of seed, replication, what it is for, the person, the week and an index
(Philox4x32-10), and of nothing else, so that two scenarios give the same person the same luck.

**Observation.** The counts of every week, from which all measures are made:

{measures}

## 3 Details

### 3.1 Implementation details

Rules are pure functions of numbers in single precision; a readable engine (Mesa) and a fast one (numba) call the same rules and
agree bit for bit. `loyalty agree` checks it for any scenario.

### 3.2 Initialisation

Customers come from a file, or from distributions, or both. What a file does not give is drawn from the distributions below;
expectation, satisfaction and trust follow from the others unless given. {network}

With `warm_up: 52 weeks` the market lives so many weeks before week 0 under the settings of the file that says so, and what is
counted in them is forgotten: what people believe and feel, public reputation, open matters, who waits, the tenure and morale of
representatives come of it. Week *w* after a warm-up of *u* weeks has the random numbers of week *u + w*. People who are drawn
come and go in it. A file's customers are those of week 0: whoever would come or go before is put back and begins again as they
began, contracts end so many weeks after week 0 as the file says, and tenure at week 0, and those feelings that the file gives,
are what it gives. Trends of the times (`impatience`) begin in week 0.

{traits}

### 3.3 Input data

A customer file, if the scenario names one, and policies that may change in named weeks. Nothing else enters while it runs.

### 3.4 Submodels

Every rule and step with its equation. A **rule** gives a number (after `=`) of those it is given. A **step** says what somebody's
variables become (`<-`). Symbols: `me.x` is variable `x` of the person (or, in steps of `employee_care`, of the representative),
`firm.x` of the company, `agent.x` of the representative who answered (table in 1.2); `p.part.x` is setting `x` of that part this
week, `last.part.x` last week's (tables below); `week.x` is the week: its `number`, `calendar` (since week 0), `measured` (since
the first week that is measured), the `rate` at which losses are booked, both reputations; `count.x` is what is counted this
week and `note.x` an event that a journey tells. Other names are arguments, which the words before the equation explain, or
constants in capitals. `clip(x)` holds a number between 0 and 1; `me.luck(STREAM, i)` is a uniform random number of this person
and week, `me.word` the same as 32 bits, `draw_below(c, u)` is true when u < c, `normal_quantile` the quantile of the standard
normal distribution, `fixed(x)` a number in units of 2^-20, in which sums are exact.

#### What people do of themselves

{behaviour}

#### What a company does to them

{mechanisms}
"""


def page() -> str:
    """The page's text."""
    said = inspect.cleandoc(network.__doc__ or "").replace("\n", " ")
    return TEXT.format(
        states=state_table(), phases=phases(), measures=measures_table(), traits=traits_table(), network=said,
        behaviour=group("behaviour"), mechanisms=group("mechanisms"),
    )  # fmt: skip


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE.name}, {len(page().split()):,} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
