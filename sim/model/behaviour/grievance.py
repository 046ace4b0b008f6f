"""What customers hold against the company: it lasts for months, and only owning up removes it at once.

Serves S0.6, S2.2. Sources: Grégoire, Tripp & Legoux 2009 (J. Marketing 73:18-32), love becomes hate, and desire for
revenge fades over months; Orsingher, Valentini & de Angelis 2010 (JAMS 38:169-186) for justice. Sizes are assumptions.
"""

from sim.model.behaviour.person import COMPANY
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, exp, fixed, share
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Grievance(Parameters):
    half_life: float = parameter(
        17.0, "weeks", 1, 520, "Time in which a grievance nobody answers fades by half",
        "assumption: four months; Gregoire et al. 2009 find that over eight weeks the wish for revenge fades and that to keep away grows; "
        "plausibly two months to two years", plausible=(8, 104, "log"))  # fmt: skip
    rise: float = parameter(
        0.6, "share", 0, 1, "Grievance after one unresolved failure of full severity that is not owned",
        "assumption: a single incident can become a lasting grievance; "
        "plausibly a third to nearly all", plausible=(0.3, 0.9))  # fmt: skip
    wearing: float = parameter(
        2.0, "ratio", 0, 20, "How much less each further refusal of the same matter adds: 1 halves the second, 2 leaves a third",
        "assumption: people give up, adapt, or forgive in part; "
        "plausible from leaving three fifths to a seventh of the second", plausible=(0.7, 6, "log"))  # fmt: skip
    refused: float = parameter(
        0.5, "share", 0, 1, "Share of that rise after a first refusal, by a company that has at least listened",
        "literature: Goodman (TARP): even those who complain in vain come back more often than those who say nothing; "
        "plausibly a third to two thirds", plausible=(0.3, 0.7))  # fmt: skip
    silent: float = parameter(
        0.9, "share", 0, 1, "Share of that rise in someone who says nothing",
        "literature: Goodman (TARP): the silent come back least; size assumed; "
        "plausibly more than of those refused", plausible=(0.7, 1.0))  # fmt: skip


COLUMNS = (Column("grievance", "number", "What is held against the own provider, 0 to 1"),)


@rule
def fading(half_life: float) -> float:
    """The share of a grievance that is left after one week."""
    return exp(f32(-0.69314718) / half_life)


@rule
def left_after(weeks: int, half_life: float) -> float:
    """The share of a grievance that is left after so many weeks."""
    return exp(f32(-0.69314718) * f32(weeks) / half_life)


@rule
def worn_off(rise: float, tries: int, wearing: float) -> float:
    """What a further refusal adds, after so many: ``wearing`` 1 halves the second, and makes a third of the third."""
    return rise / (f32(1) + wearing * f32(tries))


@rule
def aggrieved(grievance: float, severity: float, rise: float, owned: float) -> float:
    """Grievance after a failure of this severity, softened by how far the company owned it (0 to 1)."""
    return share(grievance + (f32(1) - grievance) * rise * severity * (f32(1) - owned))


@rule
def relieved(grievance: float, relief: float) -> float:
    """Grievance after an apology and a remedy that take this share of it away."""
    return grievance * (f32(1) - relief)


COUNTS = ("grievance",)


@step
def forgive(me, p):
    """A grievance fades."""
    me.grievance = relieved(me.grievance, 1.0 - fading(p.grievance.half_life))


@step
def be_counted_aggrieved(me, count):
    """What the company's customers hold against it."""
    if me.provider == COMPANY:
        count.grievance += fixed(me.grievance)


EXAMPLES = (
    example(fading, 1.0, becomes=0.5, because="half is left after one half-life"),
    example(aggrieved, 0.0, 0.5, 0.6, 0.0, becomes=0.3, because="0.6 x 0.5, nothing owned"),
    example(aggrieved, 0.5, 1.0, 0.6, 0.5, becomes=0.65, because="half the room left, x 0.6 x half owned = 0.15 more"),
    example(left_after, 34, 17.0, becomes=0.25, because="two half-lives"),
    example(worn_off, 0.6, 2, 1.0, becomes=0.2, because="a third of the first"),
    example(relieved, 0.6, 0.75, becomes=0.15, because="a quarter of 0.6 is left"),
)
STEP_EXAMPLES = (
    example_of_step(forgive, me={"grievance": 0.4}, p={"half_life": 1.0}, becomes={"grievance": 0.2}, because="half fades"),
    example_of_step(
        be_counted_aggrieved, me={"grievance": 0.25}, becomes={"count.grievance": FIXED_ONE // 4}, because="a quarter",
    ),
)  # fmt: skip
