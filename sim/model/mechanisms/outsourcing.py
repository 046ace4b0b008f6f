"""Calls answered by another firm: cheaper minutes, fewer problems solved at the first contact, colder encounters.

Serves S0.2, S4.2. Source: Whitaker, Krishnan, Fornell & Morgeson 2019 (J. Computer Information Systems): front-office
outsourcing goes with lower customer satisfaction, onshore and offshore alike, so what matters here is skill, empowerment
and script, not place. Sizes are assumptions.
"""

from sim.model.examples import example
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule


class Outsourcing(Parameters):
    share: float = parameter(
        0.0, "share", 0, 1, "Share of the representatives who work at the outsourcer",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    cost_ratio: float = parameter(
        0.55, "ratio", 0, 3, "Cost of an outsourced hour against one in-house", "assumption: not quite half is saved; "
        "a question to the company, whose offers tell: a third to four fifths", plausible=(0.35, 0.8))  # fmt: skip
    skill_gap: float = parameter(
        0.15, "share", 0, 1, "Share of skill that outsourced representatives lack",
        "literature: Whitaker et al. 2019 give the sign; plausibly none to a third", plausible=(0, 0.3))  # fmt: skip
    script: float = parameter(
        0.40, "share", 0, 1, "Share of warmth that a strict script takes away",
        "assumption: people hear a script; plausibly a tenth to seven tenths", plausible=(0.1, 0.7))  # fmt: skip
    empowerment: float = parameter(
        0.40, "share", 0, 1, "Share of in-house remedies an outsourced representative may grant",
        "assumption: limited", plausible=CERTAIN)  # fmt: skip
    haste: float = parameter(
        0.85, "ratio", 0.2, 2, "Handling time at the outsourcer against in-house",
        "assumption: paid by the call, they hurry; plausibly no faster, or a third less time", plausible=(0.7, 1.0))  # fmt: skip
    turnover: float = parameter(
        1.0, "ratio", 0, 10, "Turnover of representatives at the outsourcer against in-house",
        "assumption: as in-house unless the scenario says so", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"share": 0.0}


@rule
def outsourced(number: int, representatives: int, share: float) -> bool:
    """Whether the representative of this number (from 0) works at the outsourcer: the first ``share`` of them do."""
    return f32(number) + f32(0.5) < share * f32(representatives)


@rule
def reduced(full: float, gap: float, outsourced: bool) -> float:
    """A quality of in-house staff as it is at the outsourcer, where the share ``gap`` of it is missing."""
    return full * (f32(1) - gap) if outsourced else full


@rule
def granted(full: float, empowerment: float, outsourced: bool) -> float:
    """A remedy, cost or time at the outsourcer, where it is ``empowerment`` times that in-house."""
    return full * empowerment if outsourced else full


EXAMPLES = (
    example(outsourced, 0, 4, 0.5, becomes=True, because="the first two of four"),
    example(outsourced, 2, 4, 0.5, becomes=False, because="the third is in-house"),
    example(outsourced, 3, 4, 1.0, becomes=True, because="all of them"),
    example(reduced, 0.8, 0.25, True, becomes=0.6, because="a quarter of 0.8 is missing"),
    example(reduced, 0.8, 0.25, False, becomes=0.8, because="in-house nothing is missing"),
    example(granted, 2.0, 0.4, True, becomes=0.8, because="0.4 x 2"),
    example(granted, 2.0, 0.4, False, becomes=2.0, because="in-house the full remedy"),
)
