"""A worked example: what a rule or a step is given, and what it makes of it, computed by hand.

Examples are documentation, a test of the plain Python form and a test of the compiled form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.model.rules import Rule
from sim.model.steps import Step


@dataclass(frozen=True)
class Example:
    """``rule(*given)`` is ``becomes`` (a number or a tuple of numbers), to within ``tolerance``; ``because`` says why."""

    rule: Rule
    given: tuple[float, ...]
    becomes: Any
    because: str
    tolerance: float = 2e-6

    def forms(self) -> Iterator[tuple[str, Any]]:
        """The results of the plain and of the compiled form, each with its name."""
        yield "plain", self.rule.plain(*self.rule.force(*self.given))
        yield "compiled", self.rule(*self.given)


AS_IT_WAS = {
    "satisfaction.symmetric": True, "satisfaction.sensitivity": 1.0, "satisfaction.assimilation": 0.0,
}  # fmt: skip
"""Settings under which an experience is judged to be as good as it was."""
AS_SEEN = {
    "choice.hearsay": 0.0, "choice.hearsay_settled": 0.0, "choice.ends": 0.0, "marketing.reliance": 0.0,
}  # fmt: skip
"""Settings under which the own provider is seen as experienced, the other as believed, and both count as they are seen."""


def example(rule: Rule, *given: float, becomes: Any, because: str) -> Example:
    """Write a worked example beside its rule."""
    return Example(rule, given, becomes, because)


@dataclass(frozen=True)
class StepExample:
    """Whoever takes ``step`` is as ``given`` says; afterwards all is as before, but for what ``becomes`` names.

    ``numbers``: what the step takes beside. ``given``: by ``me``, ``firm``, ``agent``, ``line``, ``p``, ``last``, ``week`` and
    ``count``, what of each is so (a setting as ``part.name``, or by its name alone where the step's own file has it); what is not
    named is 0, a setting at its default. ``luck``: uniform numbers by stream and number of the draw, or by stream, number in
    place of the week, and number of the draw. ``becomes``: columns of ``me`` by name, and others as ``firm.budget``,
    ``count.sales``, ``note.shop`` (of what amount) and ``gives``. Where there are several ``rivals``, what there is of each is a
    list, or the same of all; what becomes of the second is ``belief_rival_2``, and ``week`` says which ``rival`` is in question
    where the step is taken for each.
    """

    step: Step
    numbers: tuple[float, ...]
    given: Mapping[str, Mapping[Any, Any]]
    luck: Mapping[tuple[Any, ...], float]
    becomes: Mapping[str, Any]
    because: str
    tolerance: float = 2e-6
    rivals: int = 1

    def told(self) -> tuple[str, str]:
        """What is given and what comes of it, in words."""
        given = {name: value for said in self.given.values() for name, value in said.items()}
        numbers = zip(self.step.own, self.numbers, strict=True)
        return _in_words({**dict(numbers), **given}) or "nothing", _in_words(self.becomes) or "nothing changes"


def _in_words(said: Mapping[Any, Any]) -> str:
    """Names and numbers, as a sentence would have them."""
    return ", ".join(
        f"{str(name).replace('.', ' ').replace('_', ' ')} {_number(value)}" for name, value in said.items()
    )


def _number(value: Any) -> str:
    several = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else (value,)
    return " and ".join(f"{float(one):.6g}" for one in several)


def example_of_step(
    step: Step,
    *numbers: float,
    luck: Mapping[tuple[Any, ...], float] | None = None,
    becomes: Mapping[str, Any],
    because: str,
    rivals: int = 1,
    **given: Mapping[Any, Any],
) -> StepExample:
    """Write a worked example beside its step."""
    return StepExample(step, numbers, given, luck or {}, becomes, because, rivals=rivals)
