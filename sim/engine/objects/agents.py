"""Who takes the steps: customers, representatives and the company, with their columns as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from mesa import Agent

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.component import Model
from sim.model.mechanisms.word_of_mouth import PARTS
from sim.model.random import spare_word, uniform, unit, word, words
from sim.service.queues import SERVED, answer, come_forward_by_hour, stand_in, standing
from sim.service.turns import can_be_served

if TYPE_CHECKING:
    from sim.engine.objects.market import Market

f32 = np.float32
_AS: dict[str, Any] = {"clock": int, "mark": int, "weekly_flag": bool, "weekly_sum": int}


class Several:
    """The numbers of a column that holds several: their places go round, so that after the last comes the first."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __getitem__(self, place: int) -> np.float32:
        return self.numbers[place % len(self.numbers)]

    def __setitem__(self, place: int, value: float) -> None:
        self.numbers[place % len(self.numbers)] = value

    def total(self) -> np.float32:
        """Their sum, added up one after the other, as compiled code does."""
        found = f32(0)
        for number in self.numbers:
            found += number
        return found

    def clear(self) -> None:
        """Nothing is left of them."""
        self.numbers[:] = 0


class Carrier(Agent):
    """Somebody who carries columns: each is an attribute of its name, a number of the column's width."""

    kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of columns that they carry; the last are those that begin anew every week."""
    model: Market

    def __init__(self, market: Market, number: int = 0) -> None:
        super().__init__(market)
        parts = market.parts
        columns = {name: (kind, column.size) for kind in self.kinds for name, column in parts.columns(kind).items()}
        self.forms = {name: _AS.get(kind, f32) for name, (kind, _) in columns.items()}
        self.number = number
        lanes = {name for kind in self.kinds for name in parts.lanes(kind)} if parts.several else set()
        self.of_rivals = {name: np.zeros(len(parts.rivals), f32) for name in lanes}
        for name in columns.keys() - lanes:
            size = columns[name][1]
            setattr(self, name, 0 if size == 1 else Several(np.zeros(size, f32)))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("of_rivals", ()):
            self.of_rivals[name][self.model.rival_of(self)] = value
            return
        form = self.__dict__.get("forms", {}).get(name)
        super().__setattr__(name, value if form is None or isinstance(value, Several) else form(value))

    def __getattr__(self, name: str) -> Any:
        """What is carried of the rival in question, where there are several."""
        if name in self.__dict__.get("of_rivals", ()):
            return self.of_rivals[name][self.model.rival_of(self)]
        raise AttributeError(f"{type(self).__name__} has no '{name}'")

    def begin_week(self) -> None:
        """Nothing is left of what is carried only for a week."""
        for kind in self.kinds:
            if kind.startswith("weekly"):
                for name in self.model.parts.columns(kind):
                    setattr(self, name, 0)

    def luck(self, stream: np.uint32, index: int) -> np.float32:
        """A uniform number in [0, 1) of this week."""
        return f32(uniform(self.model.world, stream, self.number, self.model.week.number, index))

    def word(self, stream: np.uint32, index: int) -> int:
        """A random 32-bit word of this week."""
        return word(self.model.world, stream, self.number, self.model.week.number, index)

    def word_at(self, stream: np.uint32, at: int, index: int) -> int:
        """A random 32-bit word that belongs to the number ``at`` instead of to the week."""
        return word(self.model.world, stream, self.number, at, index)

    def spare_luck(self, stream: np.uint32) -> np.float32:
        """One more uniform number, from what the first four words of the stream leave unused."""
        return f32(unit(spare_word(*words(self.model.world, stream, self.number, self.model.week.number, 0))))


class Customer(Carrier):
    """A person in the market, with the company or not."""

    kinds = ("number", "clock", "mark", "weekly_number", "weekly_flag")

    def __init__(self, market: Market, number: int) -> None:
        super().__init__(market, number)
        self.friends: list[Customer] = []
        self.told, self.content = silence(market.rivals), no_content(market.rivals)

    def heard_content(self, provider: int) -> np.float32:
        """How content those were who told of a provider this week, all together."""
        return f32(self.content[self._place(provider)] if provider in (COMPANY, RIVAL) else 0) * f32(1 / PARTS)

    def heard(self, provider: int, well: bool) -> int:
        """How many good or bad messages about a provider they heard this week."""
        return self.told[self._place(provider), well] if provider in (COMPANY, RIVAL) else 0

    def _place(self, provider: int) -> int:
        """Which provider that is: 0 the company, 1 the first rival and so on; of rivals the one in question is meant."""
        return COMPANY if provider == COMPANY else RIVAL + self.model.rival_of(self)

    @property
    def is_customer(self) -> bool:
        """Whether this person is with the company."""
        return bool(self.provider == COMPANY)


class Representative(Carrier):
    """Somebody who answers the phone, in-house or at the outsourcer."""

    kinds = ("staff",)


class Company(Carrier):
    """The focal firm: what it carries, its representatives, and its lines."""

    kinds = ("firm", "weekly_firm", "weekly_sum")

    def __init__(self, market: Market, representatives: int) -> None:
        super().__init__(market)
        self.representatives = [Representative(market, number) for number in range(representatives)]

    def on_duty(self) -> list[Representative]:
        """The representatives who work this week."""
        return self.representatives[: int(self.representatives_on_duty)]


def silence(rivals: int) -> dict[tuple[int, bool], int]:
    """Messages by provider (0 the company, 1 the first rival and so on) and whether they are good: none yet."""
    return {(provider, well): 0 for provider in range(1 + rivals) for well in (True, False)}


def no_content(rivals: int) -> dict[int, int]:
    """How content those were who told of each provider, in parts: nobody told yet."""
    return dict.fromkeys(range(1 + rivals), 0)


class OpenLine:
    """A first-come-first-served line, as a step sees it: who serves next and when, and who is seen to stand there."""

    def __init__(
        self,
        free_at: np.ndarray,
        numbers: np.ndarray,
        there: np.ndarray,
        staff: list[Representative],
        by_hour: np.ndarray,
    ) -> None:
        self._free_at, self._numbers, self._there, self._staff = free_at, numbers, there, staff
        self._by_hour = by_hour

    def come_forward(self, arrival: float) -> None:
        """Have whoever can serve somebody that comes now stand first, where people come and go by the hour."""
        come_forward_by_hour(arrival, self._free_at, self._numbers, self._by_hour)

    def can_serve(self, waiting: np.ndarray, times: np.ndarray) -> float:
        """From which moment on one of those who wait can be served."""
        return float(can_be_served(waiting, times, self._free_at))

    @property
    def servers(self) -> int:
        """How many serve."""
        return len(self._numbers)

    @property
    def next(self) -> int:
        """The number of who is free next."""
        return int(self._numbers[0])

    @property
    def free_at(self) -> float:
        """When that is, in minutes."""
        return float(self._free_at[0])

    def length(self, moment: float) -> int:
        """How many stand there at this moment, where that can be seen."""
        return standing(self._there, moment) if self._there.size else 0

    def join(self, until: float) -> None:
        """Stand there until this moment."""
        if self._there.size:
            stand_in(self._there, until)

    def answer(self, arrival: float, minutes: float, patience: float) -> tuple[float, int, Representative | None]:
        """How long somebody waits, how it ends, and which representative serves."""
        wait, outcome, who = answer(arrival, float(minutes), patience, self._free_at, self._numbers)
        return wait, outcome, self._staff[who] if outcome == SERVED and self._staff else None


class Counts:
    """What is counted this week, by name: ``count.sales += 1``; ``count.waited[3]`` is ``waited_3``."""

    def __init__(self, model: Model) -> None:
        vars(self).update(dict.fromkeys(model.counts, 0), _model=model, waited=_Numbered(self, "waited"))
        if model.several:
            numbered = ("with_rival", "joiners_from_rival", "leavers_to_rival")
            vars(self).update({name: _Numbered(self, name) for name in numbered})

    @property
    def revenue(self) -> int:
        """What came in this week, in cents."""
        return sum(vars(self)[name] for name in self._model.money_in)

    @property
    def cost(self) -> int:
        """What went out this week, in cents."""
        return sum(vars(self)[name] for name in self._model.money_out)

    def row(self) -> list[int]:
        """All counts in the order of the count's columns."""
        return [int(vars(self)[name]) for name in self._model.counts]

    def take(self, row: np.ndarray) -> None:
        """Have these counts, in the order of the count's columns."""
        vars(self).update({name: int(number) for name, number in zip(self._model.counts, row, strict=True)})

    def copy(self) -> Counts:
        """The same counts once more."""
        other = Counts(self._model)
        other.take(np.array(self.row()))
        return other

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class _Numbered:
    """Counts that are numbered."""

    def __init__(self, counts: Counts, name: str) -> None:
        self._counts, self._name = counts, name

    def __getitem__(self, place: int) -> int:
        return int(vars(self._counts)[f"{self._name}_{place}"])

    def __setitem__(self, place: int, value: int) -> None:
        vars(self._counts)[f"{self._name}_{place}"] = value


class Notes:
    """Where a step notes events of the person who takes it: ``note.shop(wait)``."""

    def __init__(self, market: Market) -> None:
        self._market, self.person = market, 0

    def __getattr__(self, event: str) -> Any:
        return lambda amount=0: self._market.note(self.person, event, amount)
