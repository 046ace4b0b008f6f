"""Worked examples of steps, played by Python on simple objects, and on columns by the text they are translated to.

What comes of it is told as in an example (:class:`sim.model.examples.StepExample`): what changed, was counted, noted, given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numba import njit

from sim.engine.compile import Module
from sim.engine.objects.agents import Counts, OpenLine
from sim.engine.scalar import LINE
from sim.engine.support import Now, Sizes, room_for
from sim.model.columns import KINDS, OF_COMPANY, WEEKLY
from sim.model.component import USES, Model, builtin, with_rivals, with_used
from sim.model.examples import StepExample
from sim.model.mechanisms.word_of_mouth import PARTS
from sim.model.parameters import lines
from sim.model.random import spare_word, unit
from sim.model.schedule import EachRival, Everybody, InTurn, Item, Listing, Representatives
from sim.model.steps import Step
from sim.model.week import EVERYBODY, Network, entries, journal, week_of
from sim.service.queues import no_hours

f32 = np.float32
SAME = 2e-6
"""What differs by less counts as unchanged."""
WIDTHS: dict[str, Callable[[Any], Any]] = {"clock": int, "mark": int, "weekly_flag": bool, "weekly_sum": int}
OWNERS = {
    "me": ("number", "clock", "mark", "weekly_number", "weekly_flag"),
    "firm": ("firm", "weekly_firm", "weekly_sum"),
    "agent": ("staff",),
}
WEEK = {
    "number": 1,
    "rate": 1.0,
    "stands_for": 1.0,
    "calendar": 1,
    "measured": 1,
    "company_reputation": 0.0,
    "rival_reputation": 0.0,
}
TWO = ("Beta", "Gamma")
"""The rivals of an example that has several."""


def model_of(example: StepExample) -> Model:
    """The model that an example is of."""
    said = example.given.get("week", {})
    model = with_used(builtin(), tuple(name for name in builtin().optional if said.get(f"{USES}{name}", True)))
    return with_rivals(model, TWO) if example.rivals > 1 else model


def of_each(value: Any, rivals: int) -> list[Any]:
    """What is given of each rival."""
    return list(value) if isinstance(value, list) else [value] * rivals


FLAGS = ("prices_move", "offers_made", "staff_lasts", "budget_moves")
"""True in an example that does not say otherwise."""


class Luck:
    """The draws of an example."""

    def __init__(self, drawn: Mapping[tuple[Any, ...], float]) -> None:
        self._drawn = {(int(stream), *rest): value for (stream, *rest), value in drawn.items()}

    def word(self, stream: Any, at: int | None, index: int) -> int:
        """A word, of which a draw is the upper three bytes; the lowest byte is what a spare draw is made of."""
        own = self._of(int(stream), at, index)
        spare = self._drawn.get((int(stream), "spare"))
        if spare is None or index > 3:
            return own
        return own & ~0xFF | int(spare * 2**32) >> 8 * index & 0xFF

    def _of(self, stream: int, at: int | None, index: int) -> int:
        keys = [(stream, int(index))] if at is None else [(stream, int(at), int(index)), (stream, int(index))]
        for key in keys:
            if key in self._drawn:
                return int(self._drawn[key] * 2**32)
        if (stream, "spare") in self._drawn:
            return 0
        raise KeyError(f"the example says nothing of draw {index} of stream {stream}")


class Somebody:
    """Whose step it is: columns are attributes, of the widths that they have."""

    def __init__(
        self,
        forms: Mapping[str, Any],
        given: Mapping[str, Any],
        luck: Luck,
        number: int = 0,
        lanes: tuple[str, ...] = (),
        rival: Callable[[], int] = lambda: 0,
    ) -> None:
        said = dict(given)
        of_rivals = {name: of_each(said.pop(name, 0.0), len(TWO)) for name in lanes}
        vars(self).update(
            _of_rivals={name: [f32(v) for v in values] for name, values in of_rivals.items()}, _rival=rival
        )
        forms = {name: form for name, form in forms.items() if name not in lanes}
        news = {"_heard": said.pop("heard", {}), "_content": said.pop("content", {})}
        vars(self).update(_forms=forms, _luck=luck, number=said.pop("number", number), **news)
        assert set(said) <= set(forms), f"no such column: {set(said) - set(forms)}"
        for name in forms:
            setattr(self, name, said.get(name, 0))

    def __getattr__(self, name: str) -> Any:
        if name in vars(self).get("_of_rivals", {}):
            return self._of_rivals[name][self._rival()]
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._of_rivals:
            self._of_rivals[name][self._rival()] = f32(value)
            return
        if name not in self._forms:
            raise AttributeError(name)
        vars(self)[name] = self._forms[name](value)

    def luck(self, stream: Any, index: int) -> np.float32:
        return f32(unit(self._luck.word(stream, None, index)))

    def word(self, stream: Any, index: int) -> int:
        return self._luck.word(stream, None, index)

    def word_at(self, stream: Any, at: int, index: int) -> int:
        return self._luck.word(stream, at, index)

    def spare_luck(self, stream: Any) -> np.float32:
        return f32(unit(spare_word(*(np.uint32(self._luck.word(stream, None, index)) for index in range(4)))))

    def heard(self, provider: int, well: bool) -> int:
        return int(self._heard.get((provider, bool(well)), 0))

    def heard_content(self, provider: int) -> np.float32:
        return f32(self._content.get(int(provider), 0.0))


class Notes:
    """What is noted."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}

    def __getattr__(self, event: str) -> Any:
        return lambda amount=0: self.found.__setitem__(event, float(amount))


@lru_cache(maxsize=8)
def forms_of(model: Model, owner: str) -> dict[str, Any]:
    """The columns of somebody, and their widths."""
    return {name: WIDTHS.get(kind, f32) for kind in OWNERS[owner] for name in model.columns(kind)}


@lru_cache(maxsize=8)
def defaults(model: Model) -> dict[str, dict[str, Any]]:
    """Every setting as a step sees it: float32, whole number or yes or no."""
    form: dict[type, Any] = {float: f32, int: int, bool: bool}
    parts = {part.name: part.parameters for part in model.parts.values() if part.parameters is not None}
    return {
        part: {n: form[line.kind](line.default) for n, line in lines(found).items()} for part, found in parts.items()
    }


def settings(model: Model, example: StepExample, *given: str) -> dict[str, dict[str, Any]]:
    """The settings of an example, of which later ones go before."""
    known, own = defaults(model), example.step.__module__.rpartition(".")[2]
    found = dict(known)
    if model.several:
        found["rival"] = {n: of_each(v, len(TWO)) for n, v in (known["rival"] | {"keeps_up": f32(1)}).items()}
    for said in (example.given.get(which, {}) for which in given):
        for path, value in said.items():
            part, _, name = path.rpartition(".") if "." in path else (own, "", path)
            if model.several and part == "rival":
                found[part] = found[part] | {name: [f32(one) for one in of_each(value, len(TWO))]}
            else:
                found[part] = found[part] | {name: type(known[part][name])(value)}
    return found


def week_given(example: StepExample) -> dict[str, Any]:
    """The week of an example."""
    said = dict(example.given.get("week", {}))
    several = {"rivals": example.rivals, "several": example.rivals > 1}
    several |= {f"{USES}{name}": True for name in builtin().optional}
    return WEEK | dict.fromkeys(FLAGS, True) | {"spoken": {}, "spoken_content": {}} | several | said


def numbered(rival: int) -> str:
    """How what there is of a rival is called behind its name: that of the first has nothing."""
    return f"_{rival + 1}" if rival else ""


class OfRivals:
    """The settings of several rivals: those of the one in question."""

    def __init__(self, settings: Mapping[str, list[Any]], rival: Callable[[], int]) -> None:
        self._settings, self._rival_in_question = settings, rival

    def __getattr__(self, name: str) -> Any:
        return self._settings[name][self._rival_in_question()]


class Scene:
    """An example played by Python."""

    def __init__(self, example: StepExample, model: Model) -> None:
        given, self.example, self.model = example.given, example, model
        luck = Luck(example.luck)
        by = "agent" if taken_by(example.step) == "representative" else "me"
        self.week = Week(week_given(example), self._rival)
        lanes = [model.lanes(kind) if model.several else () for kind in ("number", "firm")]
        self.me = Somebody(forms_of(model, by), given.get("me", {}), luck, 0, lanes[0], self._rival)
        self.firm = Somebody(forms_of(model, "firm"), given.get("firm", {}), luck, 0, lanes[1], self._rival)
        heap = given.get("line", {})
        self.staff = [
            Somebody(forms_of(model, "agent"), given.get("agent", {}), luck, number)
            for number in range(1 + max(heap.get("numbers", ()), default=0))
        ]
        self.agent = self.staff[0]
        self.line = OpenLine(*heap_of(heap), self.staff if "agent" in given else [], no_hours())  # type: ignore[arg-type]
        self.count, self.note = Counts(model), Notes()
        for name, value in given.get("count", {}).items():
            setattr(self.count, name, value)
        self.p = spaces(settings(model, example, "p"))
        self.last = spaces(settings(model, example, "p", "last"))
        if model.several:
            self.p.rival = OfRivals(vars(self.p.rival), self._rival)

    def _rival(self) -> int:
        """The rival in question."""
        said = self.example.given.get("week", {}).get("rival")
        return int(self.me.rival if said is None else said)

    def played(self) -> dict[str, Any]:
        """What comes of it."""
        before = dict(self._states())
        step = self.example.step
        standard = [vars(self)[name] for name in step.parameters if name not in step.own]
        with np.errstate(all="ignore"):
            gives = step(*standard, *self.example.numbers)
        found = {name: value for name, value in self._states() if abs(value - before[name]) > SAME}
        found |= {f"note.{event}": amount for event, amount in self.note.found.items()}
        return found if gives is None else found | {"gives": plainly(gives)}

    def _states(self) -> Iterator[tuple[str, float]]:
        for name in self.me._forms:
            yield name, float(vars(self.me)[name])
        for name in self.firm._forms:
            yield f"firm.{name}", float(vars(self.firm)[name])
        for head, owner in (("", self.me), ("firm.", self.firm)):
            for name, values in owner._of_rivals.items():
                yield from ((f"{head}{name}{numbered(k)}", float(value)) for k, value in enumerate(values))
        for name in self.agent._forms:
            yield f"agent.{name}", float(sum(vars(each)[name] for each in self.staff))
        given = self.example.given.get("count", {})
        for name in self.model.counts:
            yield f"count.{name}", int(vars(self.count)[name]) - given.get(name, 0)
        yield "week.company_reputation", float(self.week.company_reputation)
        for k, value in enumerate(self.week.of_rivals):
            yield f"week.rival_reputation{numbered(k)}", float(value)
        if len(self.line._free_at):
            yield "line.free", float(self.line._free_at[0])
        standing = self.line._there
        if standing.size:
            yield "line.standing", float(standing[0])
            yield "line.until", float(standing[int(standing[0])] if standing[0] else 0.0)


def taken_by(step: Step) -> str:
    """Whether a person takes a step or a representative, by the columns that it names and the steps that call it."""
    return "representative" if step in by_representatives(builtin()) else "person"


@lru_cache(maxsize=2)
def by_representatives(model: Model) -> frozenset[Step]:
    """The steps that representatives take."""
    from sim.model.mechanisms import call_centre, employee_care

    begun = [item.step for item in items_of(model) if isinstance(item, Representatives)]
    begun += [call_centre.spend_time, employee_care.remember_call]  # taken by the agent of a call
    return frozenset(each for step in begun for each in (step, *step.within))


def items_of(model: Model) -> list[Item]:
    """What is scheduled in a week."""
    return [item for items in week_of(model).values() for item in items]


ARRIVALS = {getattr(item, "arrive", None) for item in items_of(builtin())}
"""Steps that are only translated as what a whole list does."""


class Week(SimpleNamespace):
    """The week as a step sees it."""

    def __init__(self, given: Mapping[str, Any], rival: Callable[[], int]) -> None:
        said = dict(given)
        self._spoken, self._content = said.pop("spoken"), said.pop("spoken_content")
        self._rival, reputation = rival, said.pop("rival_reputation")
        super().__init__(**said)
        self.of_rivals = [f32(value) for value in of_each(reputation, said["rivals"])]
        for name in ("rate", "stands_for", "company_reputation"):
            setattr(self, name, f32(said[name]))

    @property
    def rival_reputation(self) -> np.float32:
        """What is said of the rival in question."""
        return self.of_rivals[self._rival() if self.several else 0]

    @rival_reputation.setter
    def rival_reputation(self, value: Any) -> None:
        self.of_rivals[self._rival() if self.several else 0] = f32(value)

    def spoken(self, provider: int, well: bool) -> int:
        """Messages told of a provider."""
        return int(self._spoken.get((provider, bool(well)), 0))

    def spoken_content(self, provider: int) -> np.float32:
        """How content those were who told of a provider."""
        return f32(self._content.get(provider, 0.0))

    def minutes_open(self, hours: Any) -> float:
        """Minutes a week."""
        return float(hours) * 60.0 / float(self.stands_for)


def spaces(parts: Mapping[str, Mapping[str, Any]]) -> SimpleNamespace:
    """Settings as ``p.part.name``."""
    return SimpleNamespace(**{name: SimpleNamespace(**values) for name, values in parts.items()})


def heap_of(given: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The line of an example: when each who serves is free, their numbers, and who stands there."""
    there = np.zeros(20 if "standing" in given else 0)
    for place, until in enumerate(given.get("standing", ())):
        there[1 + place] = until
    if "standing" in given:
        there[0] = len(given["standing"])
    return np.array(given.get("free_at", ()), np.float64), np.array(given.get("numbers", ()), np.int32), there


def plainly(gives: Any) -> Any:
    """What is given, as Python's numbers; a representative as their number."""
    if isinstance(gives, tuple):
        return tuple(map(plainly, gives))
    if gives is None or isinstance(gives, Somebody):
        return -1 if gives is None else gives.number
    return float(gives)


def unlike(found: Mapping[str, Any], example: StepExample) -> list[str]:
    """In what an outcome differs from what the example says: nothing else may have changed."""
    names = [*example.becomes, *(name for name in found if name not in example.becomes)]
    return [
        f"{name} is {found.get(name, 'unchanged')}, not {example.becomes.get(name, 'unchanged')}"
        for name in names
        if not alike(
            found.get(name), example.becomes.get(name), 0.9 if name.startswith("count.") else example.tolerance
        )
    ]


def alike(one: Any, other: Any, tolerance: float) -> bool:
    """Whether two results are the same, within rounding."""
    if one is None or other is None:
        return one is other
    if isinstance(one, tuple) or isinstance(other, tuple):
        return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol=1e-6, atol=tolerance))
    return abs(float(one) - float(other)) <= max(tolerance, 1e-6 * abs(float(other)) if tolerance < 0.9 else 0)


# ---- on columns ----------------------------------------------------------------------------------------------------------


def translated(example: StepExample, model: Model) -> Iterator[dict[str, Any]]:
    """What comes of an example in the text that its step is translated to: about one, and about everybody where that is."""
    if example.step not in ARRIVALS:
        yield Columns(example, model).one()
    if not example.step.own:
        forms = {type(item) for item in items_of(model) if example.step in vars(item).values()}
        if forms & {Everybody, InTurn}:
            yield Columns(example, model, Everybody(example.step)).everybody()
        if EachRival(Everybody(example.step)) in items_of(model):
            yield Columns(example, model, EachRival(Everybody(example.step))).everybody()
        if example.step in {getattr(item, "asked", None) for item in items_of(model)}:
            yield Columns(example, model, Listing(example.step)).asked()


def plain_text(text: str) -> str:
    """The text of a compiled week without its compiler."""
    head = "from sim.model.rules import inner_kernel, lean_kernel, phase, step\n"
    assert head in text
    return text.replace(head, "inner_kernel = lean_kernel = phase = step = lambda function: function\n")


@lru_cache(maxsize=512)
def code_of(step: Step, model: Model, by: str, items: tuple[Item, ...]) -> tuple[str, Any]:
    """The text in which a step is translated, and what its function is called there."""
    module = Module(model, {"once": items})
    return module.scalar(step, whose=by, each_rival=each_rival(step, model)), compile(
        plain_text(module.text()), "translated", "exec"
    )


def each_rival(step: Step, model: Model) -> bool:
    """Whether a step is taken for each of several rivals."""
    return any(isinstance(item, EachRival) and item.item.step is step for item in items_of(model))


class Columns:
    """An example on the columns of a few people, of whom one takes the step."""

    def __init__(self, example: StepExample, model: Model, *items: Item) -> None:
        self.example, self.model, given = example, model, example.given
        self.by = taken_by(example.step)
        self.name, code = code_of(example.step, model, self.by, items)
        self.space: dict[str, Any] = {}
        exec(code, self.space)
        self.luck, self.notes = Luck(example.luck), Notes()
        self.space |= {"word": self.word, "fill": self.fill, "note": self.note, "listed": self.listed}
        self.me, self.heap = int(given.get("me", {}).get("number", 0)), given.get("line", {})
        self.line = heap_of(self.heap)
        self.now = self._columns()
        self.counts = np.zeros(len(model.counts), np.int64)
        for name, value in given.get("count", {}).items():
            self.counts[model.count(name)] = value
        self.p, self.last = (flat(settings(model, example, *which)) for which in (("p",), ("p", "last")))

    def word(self, world: Any, stream: Any, who: Any, week: Any, index: Any) -> np.uint32:
        return np.uint32(self.luck.word(stream, int(week), int(index)))

    def fill(self, world: Any, stream: Any, week: Any, start: Any, rows: Any, block: int = 0) -> None:
        for place, row in enumerate(rows):
            try:
                row[:] = self.luck.word(stream, int(week), 4 * block + place)
            except KeyError:  # a draw that comes with the others, and that nobody looks at
                row[:] = 0

    def note(self, book: Any, person: Any, week: Any, what: int, amount: Any) -> None:
        self.notes.found[self.model.events[what]] = float(amount)

    @staticmethod
    def listed(flags: np.ndarray, start: int, who: np.ndarray, count: int) -> int:
        found = start + np.flatnonzero(flags)
        who[count : count + len(found)] = found
        return count + len(found)

    def _columns(self) -> Now:
        """The columns: the people before the one who is meant carry nothing."""
        given, week, model = self.example.given, week_given(self.example), self.model
        people, staff = self.me + 1, 1 + max([*self.heap.get("numbers", ()), self.me])
        width = dict.fromkeys((*KINDS, "weekly_number", "weekly_flag"), people) | {
            "staff": staff,
            "firm": 1,
            "weekly_firm": 1,
        }
        room = {
            kind: np.zeros((model.rows(kind), width.get(kind, 1)), dtype)
            for kind, dtype in (KINDS | OF_COMPANY | WEEKLY).items()
        }
        agents = slice(None) if self.by == "person" else self.me
        for owner, place in (("me", self.me), ("firm", 0), ("agent", agents)):
            carried = given.get("me" if owner == "agent" and self.by == "representative" else owner, {})
            for kind in OWNERS[owner]:
                for name in (name for name in model.columns(kind) if name in carried):
                    lanes = model.several and name in model.lanes(kind)
                    rows = model.lane_rows(name) if lanes else model.row(name)
                    room[kind][rows, place] = of_each(carried[name], len(TWO)) if lanes else carried[name]
        told = (slice(None),) if model.several else ()  # what was heard of a rival is heard of each alike
        heard = np.zeros((*(len(TWO),) * model.several, people), np.uint64)
        for (provider, well), many in given.get("me", {}).get("heard", {}).items():
            heard[(*told, self.me)] += np.uint64(many << 32 * int(provider) + 16 * (not well))
        content = np.zeros(heard.shape, np.uint64)
        for provider, much in given.get("me", {}).get("content", {}).items():
            content[(*told, self.me)] += np.uint64(round(much * PARTS) << 32 * int(provider))
        spoken = np.zeros((*(len(TWO),) * model.several, 6), np.int64)
        for (provider, well), many in week["spoken"].items():
            spoken[(*told, 2 * int(provider) + (not well))] = many
        for provider, much in week["spoken_content"].items():
            spoken[(*told, 4 + int(provider))] = round(much * PARTS)
        said_of_rivals = of_each(week["rival_reputation"], week["rivals"])
        reputation = np.array([week["company_reputation"], *said_of_rivals], np.float32)
        sums, rate = room.pop("weekly_sum")[:, 0], f32(week["rate"])
        nobody = Network(np.zeros(people + 1, np.int32), np.zeros(0, np.int32))
        return Now(
            *(room[kind] for kind in ("number", "clock", "mark", "staff", "firm")), reputation,
            room["weekly_number"], room["weekly_flag"], room["weekly_firm"], sums, heard, content,
            np.zeros((1, people), np.uint32), spoken, week["number"], np.uint64(0), rate, float(week["stands_for"]),
            week["calendar"], week["measured"],
            *(week[flag] for flag in FLAGS), nobody, week["rivals"],
        )  # fmt: skip

    def one(self) -> dict[str, Any]:
        """The step about one."""
        given = self.now, self.me, self.p, self.last, self.counts, None, *self._extra(), *self._own()
        return self._outcome(lambda: self.space[self.name](*given))

    def _extra(self) -> list[Any]:
        """The agent and the line, where a step asks for them."""
        asked, rival = self.example.step.parameters, self.example.given.get("week", {}).get("rival")
        in_question = [int(rival)] if each_rival(self.example.step, self.model) else []
        return [*in_question, *((0,) if "agent" in asked else ()), *(self.line if "line" in asked else ())]

    def _own(self) -> list[Any]:
        """The numbers that the step is given beside."""
        forms: dict[str, Callable[[Any], Any]] = {"float": f32, "int": int, "bool": bool, "time": float}
        return [forms[kind](n) for n, kind in zip(self.example.numbers, self.example.step.own.values(), strict=True)]

    def everybody(self) -> dict[str, Any]:
        """The step about everybody, of whom the others carry nothing; what they add to counts is taken away."""
        found = self._outcome(self._phase)
        found.pop("gives", None)
        return found

    def asked(self) -> dict[str, Any]:
        """A question about everybody."""
        return self._outcome(self._phase)

    def _phase(self) -> Any:
        work, _ = room_for(self.now.mark.shape[1], Sizes(*self.space["SIZES"]))
        self.space["once"](self.now, None, work, self.p, self.last, self.counts, None)
        return bool(work.listed[0, : work.sizes[0]][-1:] == self.me) if len(work.sizes) and work.sizes[0] else False

    def _outcome(self, act: Callable[[], Any]) -> dict[str, Any]:
        before = dict(self._states())
        with np.errstate(all="ignore"):
            gives = act()
        found = {name: value for name, value in self._states() if abs(value - before[name]) > SAME}
        found |= {f"note.{event}": amount for event, amount in self.notes.found.items()}
        return found if gives is None else found | {"gives": plainly(gives)}

    def _states(self) -> Iterator[tuple[str, float]]:
        owners = {"me": ("", self.me), "firm": ("firm.", 0), "agent": ("agent." if self.by == "person" else "", None)}
        for owner, (head, place) in owners.items():
            for kind in OWNERS[owner]:
                rows = self.now.weekly_sum[:, None] if kind == "weekly_sum" else getattr(self.now, kind)
                for name, row in zip(self.model.names(kind), rows, strict=False):
                    yield head + name, float(row.sum() if place is None else row[place])
        for name, value in zip(self.model.counts, self.counts, strict=True):
            yield f"count.{name}", int(value) - self.example.given.get("count", {}).get(name, 0)
        yield "week.company_reputation", float(self.now.reputation[0])
        for k, value in enumerate(self.now.reputation[1:]):
            yield f"week.rival_reputation{numbered(k)}", float(value)
        if len(self.line[0]):
            yield "line.free", float(self.line[0][0])
        standing = self.line[2]
        if standing.size:
            yield "line.standing", float(standing[0])
            yield "line.until", float(standing[int(standing[0])] if standing[0] else 0.0)


def flat(parts: Mapping[str, Mapping[str, Any]]) -> SimpleNamespace:
    """Settings as ``p.part_name``."""
    several = isinstance(parts["rival"]["level"], list)
    found = {f"{part}_{name}": value for part, values in parts.items() for name, value in values.items()}
    if several:
        each = {f"rivals_{name}": np.array(values, np.float32) for name, values in parts["rival"].items()}
        found = each | {name: value for name, value in found.items() if not name.startswith("rival_")}
    return SimpleNamespace(**found)


# ---- compiled ------------------------------------------------------------------------------------------------------------


@njit
def told_word(world: Any, stream: Any, who: Any, week: Any, index: Any) -> Any:
    """A draw of an example in compiled code: ``world`` is the table of what it says, rows of stream, moment, index and word."""
    for row in range(world.shape[0]):
        if world[row, 0] == stream and world[row, 2] == index and (world[row, 1] == week or world[row, 1] == ANY_WEEK):
            return np.uint32(world[row, 3])
    return np.uint32(0)


ANY_WEEK = 2**32


@lru_cache(maxsize=512)
def door_of(step: Step, model: Model, by: str) -> Any:
    """The compiled function of a step, which Python can call."""
    module = Module(model, {})
    name, text = module.scalar(step, whose=by, each_rival=each_rival(step, model)), module.text()
    drawn = "from sim.model.random import fill, fill_listed, unit, word\n"
    assert drawn in text
    text = text.replace(
        drawn, "from sim.model.random import fill, fill_listed, unit\nfrom scenes import told_word as word\n"
    )
    own = (f"number_{place}" for place in range(len(step.own)))
    extra = ", ".join((*(("of_rival",) if each_rival(step, model) else ()), *asked_for(step), *own))
    door = f"def door(now, i, policy, counts, journal, {extra}):\n"
    door += f"    return {name}(now, i, policy[0], policy[1], counts, journal, {extra})\n"
    space: dict[str, Any] = {}
    exec(compile(f"{text}\n{door}", "compiled", "exec"), space)
    return njit(error_model="numpy")(space["door"])


def asked_for(step: Step) -> tuple[str, ...]:
    """What a translated step is given of an agent and a line."""
    return *(("agent",) if "agent" in step.parameters else ()), *(LINE if "line" in step.parameters else ())


class Compiled(Columns):
    """An example on the columns of a few people, by compiled code."""

    def __init__(self, example: StepExample, model: Model) -> None:
        super().__init__(example, model)
        self.door = door_of(example.step, model, self.by)
        self.now = self.now._replace(world=self._table())

    def _table(self) -> np.ndarray:
        """What the example says of luck."""
        rows = []
        for stream, *rest in self.example.luck:
            at, indices = (rest[0] if len(rest) == 2 else None), range(4) if rest[-1] == "spare" else (rest[-1],)
            moment = ANY_WEEK if at is None else at
            rows += [(int(stream), moment, index, self.luck.word(stream, at, index)) for index in indices]
        return np.array(rows or [(0, 0, 0, 0)], np.uint64)

    def one(self) -> dict[str, Any]:
        policy = np.array([tuple(vars(self.p).values()), tuple(vars(self.last).values())], self._dtype())
        book, own = journal(EVERYBODY, 20), self._own()
        found = self._outcome(lambda: self.door(self.now, self.me, policy, self.counts, book, *self._extra(), *own))
        return found | {f"note.{self.model.events[what]}": float(amount) for _, _, what, amount in entries(book)}

    def _dtype(self) -> np.dtype[Any]:
        kinds = {np.float32: np.float32, int: np.int32, bool: np.uint8}
        return np.dtype(
            [
                (name, np.float32, value.shape) if isinstance(value, np.ndarray) else (name, kinds[type(value)])
                for name, value in vars(self.p).items()
            ]
        )
