"""Guesses for tests: one among answers, and a number."""

from sim.scenario.expected import movement
from sim.scenario.guided import Guess, Option

CHOICE = Guess(
    measure="retention", relative=False,
    options=tuple(
        Option(answer=answer, when=movement("retention", when), means="-")
        for answer, when in {
            "Fewer.": "falls by more than 0.02", "Same.": "changes by less than 0.02", "More.": "rises by more than 0.02",
        }.items()
    ),
)  # fmt: skip
NUMBER = Guess(measure="retention", relative=False, low=-0.3, high=0.1, near=0.03)
