"""The question that the Compare page asks: which policies, on whose customers, for how long, with how much luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sim.errors import Mistake
from sim.runs.comparison import FIRST_BATCH, MOST_REPLICATIONS
from sim.runs.runner import MOST_SEED
from sim.scenario.customers import customers_of
from sim.scenario.quantities import parted
from sim.scenario.sections import FILE_KEYS
from sim.scenario.timing import EVERY
from sim.scenario.whole import Scenario, check_one_beginning
from sim.studio.compare import spreads
from sim.studio.compare.spreads import Spreads
from sim.studio.library.scenario_library import fetch
from sim.studio.visitor.address import whole
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.policies import Policy, from_address, scenario_of, to_address, with_at, without_at

PLACES = ("base", "other", "other2", "other3", "other4")
"""What the address calls the policies, the base first."""
START = {"base": "telecom/today", "other": "telecom/outsourced"}
FEWEST, MOST, USUAL = 50, 1000, 200
"""Replications that the page offers."""
FINEST, COARSEST = 0.02, 10.0
"""Percentage points of retention to within which the page offers to know a difference."""
MOST_CUSTOMERS, MOST_WEEKS, MOST_WARM_UP = 100_000, 1040, 520
MOST_CUSTOMER_WEEKS = 20_000_000_000
"""Customer-weeks of all policies and replications that the page takes on: minutes, not hours."""
MOST_PEOPLE = 1_000_000
"""Customers and prospects of one policy: memory for more is not every machine's."""
NUMBERS = (
    "people", "count", "weeks", "warm_up", "measured_from", "windows", "replications", "seed", "precision",
)  # fmt: skip
"""What an address tells beside policies and spreads."""
OF_SCENARIO, DRAWN = "", "drawn"
"""Where the customers come from."""


@dataclass(frozen=True)
class Question:
    """What is to be compared.

    ``people``: where the customers come from; ``count``: how many, if drawn; ``weeks``: 0 for the scenarios' own;
    ``warm_up``: weeks that all policies live before under the settings of the first, 0 for the scenarios' own; ``measured_from``
    and ``windows``: the first week that is measured, and what is measured by itself, 0 and nothing for the scenarios' own;
    ``precision``: percentage points to within which each difference in retention is to be known, and then there are as many
    replications as that takes; 0 when ``replications`` says how many; ``spreads``: how the customers who are drawn differ.
    """

    policies: tuple[Policy, ...]
    people: str = OF_SCENARIO
    count: int = 2000
    weeks: int = 0
    replications: int = USUAL
    seed: int = 1
    precision: float = 0.0
    spreads: Spreads = Spreads()
    warm_up: int = 0
    measured_from: int = 0
    windows: str = ""

    @property
    def first(self) -> int:
        """Replications of every policy that are run before it is looked how sure the answer is."""
        return FIRST_BATCH if self.precision else self.replications

    def to_address(self) -> dict[str, str]:
        """The entries of the address that mean this question; empty ones are left out of it."""
        policies = dict(zip(PLACES, map(to_address, self.policies), strict=False))
        usual = Question(())
        numbers = {
            name: _short(getattr(self, name)) if getattr(self, name) != getattr(usual, name) else "" for name in NUMBERS
        }
        return dict.fromkeys(PLACES, "") | policies | numbers | {"spreads": spreads.to_address(self.spreads)}

    def with_policy(self, place: int, policy: Policy) -> Question:
        """With the policy at ``place`` replaced, or added behind the last."""
        return replace(self, policies=with_at(self.policies, place, policy))

    def changed(self, place: int, change: Callable[[Policy], Policy]) -> Question:
        """With the policy at ``place`` changed; as it is when there is none any more."""
        return self.with_policy(place, change(self.policies[place])) if place < len(self.policies) else self

    def without_policy(self, place: int) -> Question:
        """Without the policy at ``place``."""
        return replace(self, policies=without_at(self.policies, place))


def _short(value: str | int | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def fraction(text: str, low: float, high: float) -> float:
    """A number between two bounds; 0 when the text is none."""
    number, _ = parted(text) or (0.0, "")
    return min(max(float(f"{number:.6g}"), low), high) if number > 0 else 0.0  # as many digits as an address holds


def from_entries(entries: Mapping[str, str]) -> Question:
    """The question that an address asks; what it leaves out is as usual."""
    given = {place: entries.get(place, "") for place in PLACES}
    given = given if any(given.values()) else dict(START)
    if not given.get("base"):
        given["base"] = START["base"]
    people = entries.get("people", "")
    return Question(
        tuple(from_address(text) for place in PLACES if (text := given.get(place, ""))),
        people if people == DRAWN else OF_SCENARIO,
        whole(entries.get("count", ""), 2000, 10, MOST_CUSTOMERS),
        whole(entries.get("weeks", ""), 0, 0, MOST_WEEKS),
        whole(entries.get("replications", ""), USUAL, 2, MOST),
        whole(entries.get("seed", ""), 1, 0, MOST_SEED),
        fraction(entries.get("precision", ""), FINEST, COARSEST),
        spreads.from_address(entries.get("spreads", "")),
        whole(entries.get("warm_up", ""), 0, 0, MOST_WARM_UP),
        whole(entries.get("measured_from", ""), 0, 0, MOST_WEEKS - 1),
        windows if (windows := entries.get("windows", "")) in EVERY else "",
    )


def started(question: Question, place: int, desk: VisitorFiles) -> Scenario:
    """The scenario that a policy starts from, over the question's weeks. Raises :class:`Mistake` when there is none."""
    scenario = fetch(question.policies[place].start, desk)
    return scenario.with_(lesson=None, weeks=question.weeks) if question.weeks else scenario


def _peopled(scenario: Scenario, question: Question) -> Scenario:
    """The scenario on the customers that the question asks for."""
    if question.people != DRAWN:
        return scenario
    return spreads.applied(drawn(scenario, question.count), question.spreads)


def drawn(scenario: Scenario, customers: int) -> Scenario:
    """The scenario with customers drawn from its distributions instead of read from a file, and so many of them."""
    unread: dict[str, None] = dict.fromkeys(("file", *FILE_KEYS))
    if scenario.customers.mapping is not None and scenario.customers.mapping.segments is not None:
        unread["segments"] = None  # only the file said who belongs to which
    return scenario.with_(lesson=None, customers=unread, market={"customers": customers})


def peopled_at(question: Question, place: int, desk: VisitorFiles) -> Scenario:
    """The scenario that a policy starts from, on the question's customers. Raises :class:`Mistake`."""
    return _peopled(started(question, place, desk), question)


def scenario_at(question: Question, place: int, desk: VisitorFiles) -> Scenario:
    """The scenario that the policy at ``place`` is. Raises :class:`Mistake` with all that is wrong with it."""
    try:
        found = _peopled(scenario_of(question.policies[place], started(question, place, desk)), question)
        return _timed(found, question, place, desk)
    except Mistake as mistake:
        raise Mistake(desk.without_folder(str(mistake))) from None


def _timed(scenario: Scenario, question: Question, place: int, desk: VisitorFiles) -> Scenario:
    """The scenario with the warm-up and the windows that the question asks for."""
    asked = {"from": question.measured_from, "by": question.windows}
    measure = {key: value for key, value in asked.items() if value}
    said = {"measure": measure} if measure else {}
    if not question.warm_up:
        return scenario.with_(**said) if said else scenario
    today = scenario.parts if place == 0 else scenario_at(question, 0, desk).parts
    return scenario.with_(warm_up={"weeks": question.warm_up, "under": dict(today)}, **said)


def scenarios(question: Question, desk: VisitorFiles) -> list[Scenario]:
    """Every policy as a scenario. Raises :class:`Mistake` for what cannot be compared, with the remedy on the page."""
    found = [scenario_at(question, place, desk) for place in range(len(question.policies))]
    if len(found) < 2:
        raise Mistake("a comparison takes at least two policies: add a what-if")
    _refuse_twins(found)
    _refuse_lengths(found)
    check_one_beginning(found)
    return found


def _refuse_twins(found: list[Scenario]) -> None:
    names = [scenario.name for scenario in found]
    for name in names:
        if names.count(name) > 1:
            raise Mistake(f"two policies are called '{name}': choose another scenario, move a lever, or name one")


def _refuse_lengths(found: list[Scenario]) -> None:
    weeks = sorted({scenario.weeks for scenario in found})
    if len(weeks) > 1:
        told = ", ".join(map(str, weeks))
        raise Mistake(f"the scenarios last {told} weeks: say under Customers how many weeks all of them last")


def refuse_before_running(found: list[Scenario], question: Question) -> None:
    """Raise :class:`Mistake` for policies on unlike customers, or work of hours; reads the customer files."""
    _refuse_unlike(found)
    people = [_founders(scenario) + scenario.market.prospects for scenario in found]
    if max(people) > MOST_PEOPLE:
        raise Mistake(f"{max(people):,} people are more than the {MOST_PEOPLE:,} that a page takes on; take fewer")
    total = customer_weeks(found) * question.first
    if total > MOST_CUSTOMER_WEEKS:
        fewer = "customers" if question.precision else "replications, customers"
        raise Mistake(
            f"this is {total / 1e9:,.0f} billion customer-weeks, more than the {MOST_CUSTOMER_WEEKS / 1e9:,.0f} billion "
            f"that a page should wait for: take fewer {fewer} or weeks"
        )


def customer_weeks(found: list[Scenario]) -> int:
    """Customer-weeks of one replication of every policy; reads the customer files."""
    return sum(
        (_founders(scenario) + scenario.market.prospects) * (scenario.warm_up + scenario.weeks) for scenario in found
    )


def bound(found: list[Scenario]) -> int:
    """Replications after which a page gives up a wished precision."""
    return min(MOST_REPLICATIONS, max(2, MOST_CUSTOMER_WEEKS // customer_weeks(found)))


def _refuse_unlike(found: list[Scenario]) -> None:
    founders = [_founders(scenario) for scenario in found]
    if len(set(founders)) > 1:
        told = ", ".join(f"“{scenario.name}” {count:,}" for scenario, count in zip(found, founders, strict=True))
        raise Mistake(
            f"the policies start with different numbers of customers ({told}), so pairs cannot be formed: under Customers, "
            "have them drawn, or start all policies from one scenario"
        )


def _founders(scenario: Scenario) -> int:
    """Customers of week 0."""
    read = customers_of(scenario)
    return len(read.line) if read else scenario.market.customers or 0
