"""A scenario: everything a run depends on except the seed. It never changes; ``with_`` gives another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.engine.start import BUYING
from sim.errors import Mistake
from sim.model.component import Model, builtin, everything, using
from sim.model.parameters import Parameters
from sim.scenario import meaning
from sim.scenario.building import Changes, settle
from sim.scenario.by_hour import ByHour, meaning_of
from sim.scenario.friends import matters
from sim.scenario.inheritance import root_of, whole_tree
from sim.scenario.lesson import Lesson
from sim.scenario.mechanisms import Mechanisms, model_with
from sim.scenario.people import Folder
from sim.scenario.policies import Addressed
from sim.scenario.rivals import gathered
from sim.scenario.saving import beside, hours_section, network_section, people_section, save
from sim.scenario.sections import Market, Measure, Network, People
from sim.scenario.timing import laid_over
from sim.scenario.tree import Node, Problems, given
from sim.scenario.worlds import (
    NONE,
    SHIPPED,
    Worlds,
    completed,
    left_open,
    own_worlds,
    refuse_missing,
    uncertain,
    worlds_named,
)
from sim.system.arguments import file_path, shown


@dataclass(frozen=True, eq=False)
class Scenario:
    """One what-if. Two are equal when name and meaning are.

    ``parts``: part's name → its settings in week 0; ``changes``: (week, part → parameter → new value), by week;
    ``steps``: (week, all settings from then on), beginning with week 0; ``warm_up``: weeks that are lived before it, and
    ``before``: the settings of every part in them; ``measure``: what is measured; ``folder`` is where relative paths start;
    ``path`` is None when it was made in Python; ``tree`` is what was written; ``lesson`` what it teaches, if anything;
    ``model``: the mechanisms and behaviours that it is a scenario of; ``worlds``: the plausible worlds of which every replication
    meets one, None where everything that nobody knows has its default; ``held``: what keeps its default in all of them, because a
    scenario that it is compared with says it; ``addressed``: what is said for some people alone: policies of segments, rules;
    ``by_hour``: when in the week calls come, and who is on duty then.
    """

    name: str
    description: str
    currency: str
    weeks: int
    warm_up: int
    measure: Measure
    market: Market
    customers: People
    network: Network
    parts: Mapping[str, Parameters]
    changes: Changes
    steps: tuple[tuple[int, Mapping[str, Parameters]], ...] = field(repr=False)
    before: Mapping[str, Parameters] = field(repr=False)
    path: Path | None = None
    folder: Path = Path()
    tree: Node = field(default=Node({}), repr=False)
    lesson: Lesson | None = None
    model: Model = field(default_factory=builtin, repr=False)
    worlds: Worlds | None = field(default=None, repr=False)
    held: frozenset[str] = field(default=frozenset(), repr=False)
    addressed: Addressed = field(default_factory=Addressed, repr=False)
    by_hour: ByHour = field(default_factory=ByHour, repr=False)

    def with_(self, **sections: Any) -> Scenario:
        """This scenario with some entries replaced: ``with_(call_centre={"representatives": 12}, weeks=52)``.

        What is not named stays; None takes an entry back to its default. A warm-up stays as it is, under the settings that it
        had, unless ``warm_up`` is named: then it is lived under those that this scenario has. Raises
        :class:`~sim.errors.Mistake`.
        """
        problems = Problems()
        tree = laid_over(self.tree, given(sections), problems)
        made = _made(tree, self.path, self.folder, problems, self.model)
        return replace(made, worlds=self.worlds and completed(self.worlds, made.model), held=self.held)

    def throughout(self, **sections: Any) -> Scenario:
        """As :meth:`with_`, and settings of behaviours and mechanisms are replaced in the warm-up as well.

        That is meant for what is so whatever the company does: how customers behave, what nobody knows.
        """
        if self.model.several and "rival" in sections:
            sections["rivals"] = dict.fromkeys(self.model.rivals, sections.pop("rival")) | sections.get("rivals", {})
        under = {name: said for name, said in sections.items() if name in self.parts or name == "rivals"}
        return self.with_(**sections, **({"warm_up": {"under": under}} if self.warm_up and under else {}))

    def in_worlds(self, worlds: str | Path | Worlds | None = None) -> Scenario:
        """This scenario, every replication of which meets one of these plausible worlds.

        ``worlds``: ``shipped``, ``none`` (one setting, the defaults), a file, or an ensemble; unless given those that the
        scenario names, else what :func:`~sim.scenario.worlds.usual_worlds` says. Raises :class:`~sim.errors.Mistake`.
        """
        chosen = own_worlds(self) if worlds is None else worlds
        return replace(self, worlds=worlds_named(chosen, self.model))

    @cached_property
    def left_open(self) -> Mapping[str, np.ndarray]:
        """In which weeks the scenario leaves open what its worlds say: path → bool, the weeks of the warm-up first."""
        return {} if self.worlds is None else left_open(self)

    def worlds_met(self, replications: np.ndarray) -> np.ndarray:
        """The number of the world that each replication meets: int64; 0 for all where it is lived in one setting."""
        return np.zeros_like(replications) if self.worlds is None else self.worlds.numbers_met(replications)

    def with_mechanisms(self, mechanisms: Mechanisms) -> Scenario:
        """This scenario of a model that has these mechanisms from outside the package as well, as :func:`load` takes them."""
        return _made(self.tree, self.path, self.folder, Problems(), model_with(mechanisms, self.model))

    def settings(self, week: int) -> Mapping[str, Parameters]:
        """The settings of every part in a week."""
        return [settings for start, settings in self.steps if start <= week][-1]

    def policy(self) -> np.ndarray:
        """Row *w* holds the settings of week *w*: fields ``<part>_<parameter>``, float32, int32 or uint8; read-only."""
        return self.policies[self.warm_up :]

    @cached_property
    def policies(self) -> np.ndarray:
        """As :meth:`policy`, with a row for each week of the warm-up in front."""
        later = [(self.warm_up + week, parts) for week, parts in self.steps]
        return meaning.policy_array([(0, self.before or self.parts), *later], self.warm_up + self.weeks)

    def canonical(self) -> dict[str, Any]:
        """All that the scenario means as plain values: defaults, units converted, files (of customers, of mechanisms) as SHA-256.

        Name, description and paths are left out, and mechanisms that only some scenarios use, where this one does not. Raises
        :class:`~sim.errors.Mistake` when a file cannot be read any more.
        """
        unused = {*self.model.optional} - {*self.model.used}
        return {
            "currency": self.currency,
            "weeks": self.weeks,
            "market": self.market.model_dump(),
            "customers": meaning.people_meaning(self.customers),
            "network": matters(self.network, meaning.file_hash),
            "parts": {name: self.parts[name].model_dump() for name in self.parts if name not in unused},
            "changes": {str(week): changed for week, changed in meaning.effective(self.steps).items()},
            **meaning.timing_meaning(self.warm_up, self.parts, self.before, self.measure),
            **meaning_of(self.by_hour, meaning.file_hash),
            **({"mechanisms": self.model.mechanisms} if self.model.mechanisms else {}),
            **({"rivals": list(self.model.rivals)} if self.model.several else {}),
            **self.addressed.meaning(),
            **(
                {"worlds": self.worlds.fingerprint, "left_open": meaning.open_weeks(self.left_open)}
                if self.worlds
                else {}
            ),
        }

    @cached_property
    def full_fingerprint(self) -> str:
        """SHA-256 of the meaning, the customer file's bytes included: 64 hexadecimal digits."""
        return meaning.fingerprint(self.canonical())

    @property
    def fingerprint(self) -> str:
        """The first twelve digits of the fingerprint."""
        return self.full_fingerprint[:12]

    def save(self, path: Path | str) -> None:
        """Write a YAML file that means the same, every value in it. Raises :class:`~sim.errors.Mistake`."""
        place = file_path("path", path)
        save(self._sections(place.resolve()), place)

    def _sections(self, path: Path) -> dict[str, Any]:
        """Every section as a file at ``path`` says it."""
        said = {
            "name": self.name,
            "description": self.description,
            "currency": self.currency,
            "weeks": self.weeks,
            "warm_up": self.warm_up_section(),
            "worlds": self._worlds_section(path),
            "measure": self.measure.model_dump(exclude_none=True),
            "market": self.market.model_dump(exclude_none=True),
            "customers": people_section(self.customers, path),
            "network": network_section(self.network, path),
            "by_hour": hours_section(self.by_hour, path),
            **gathered({name: self._said_of(name, settings) for name, settings in self.parts.items()}, as_list=True),
            "changes": {f"from week {week}": gathered(changed) for week, changed in self.changes},
            **self.addressed.sections(),
        }
        return {key: value for key, value in said.items() if value not in ({}, [], None)}

    def _said_of(self, part: str, settings: Parameters, *under: str) -> dict[str, Any]:
        """Every setting of a part but what nobody knows and the scenario does not say: that is for worlds to say.

        So is what the company's other costs pay for, which follows from it.
        """
        open_to_worlds = uncertain(everything(self.model))
        return {
            name: value
            for name, value in settings.model_dump().items()
            if not (f"{part}.{name}" in open_to_worlds or name.endswith("_paid_for"))
            or any(
                self.tree.get(*place, part, name) is not None for place in {under, ()}
            )  # else week 0's would be taken for it
        }

    def _worlds_section(self, path: Path) -> Any:
        """How a file at ``path`` names the worlds that this scenario names."""
        said = self.tree.get("worlds")
        if said is None or said.value in (None, SHIPPED, NONE):
            return None if said is None else said.value
        return beside(Path(str(own_worlds(replace(self, worlds=None)))), path, "file of worlds")

    def warm_up_section(self) -> int | dict[str, Any]:
        """What a file says under ``warm_up``, wherever it stands: weeks, and the settings where they are not those of week 0."""
        same_policies = self.addressed.before == self.addressed.segments
        if self.before == {} or (self.before == self.parts and same_policies):
            return self.warm_up
        before = {name: self._said_of(name, settings, "warm_up", "under") for name, settings in self.before.items()}
        under = gathered(before) | ({} if same_policies else self.addressed.before_section())
        return {"weeks": self.warm_up, "under": under}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return (self.name, self.full_fingerprint) == (other.name, other.full_fingerprint)

    def __hash__(self) -> int:
        return hash((self.name, self.full_fingerprint))

    def __getstate__(self) -> dict[str, Any]:
        """For other processes: without what is only kept because it was asked for once, and views as what they show.

        The model comes first: the classes of its mechanisms' settings are there when settings are read.
        """
        state = {"model": self.model} | {item.name: getattr(self, item.name) for item in fields(self)}
        steps = tuple((week, dict(parts)) for week, parts in self.steps)
        return state | {"parts": dict(self.parts), "steps": steps, "before": dict(self.before)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | _frozen(state["steps"], state["before"]))


def _frozen(steps: Any, before: Mapping[str, Parameters]) -> dict[str, Any]:
    """The settings as views that cannot be written to."""
    views = tuple((week, MappingProxyType(parts)) for week, parts in steps)
    return {"steps": views, "parts": views[0][1], "before": MappingProxyType(dict(before))}


def _made(tree: Node, path: Path | None, folder: Path, problems: Problems, model: Model) -> Scenario:
    settled = settle(tree, Folder(folder, root_of(path or folder / "scenario.yaml")), problems, model)
    frame = settled.frame
    made = Scenario(
        **frame.model_dump(exclude={"worlds"}), measure=settled.measure,
        market=settled.market, customers=settled.people, network=settled.network, changes=settled.changes,
        lesson=settled.lesson, path=path, folder=folder, tree=tree, model=settled.model, addressed=settled.addressed,
        by_hour=settled.by_hour, **_frozen(settled.steps, settled.before),
    )  # fmt: skip
    refuse_missing(made)
    return made


def load(path: Path | str, mechanisms: Mechanisms = ()) -> Scenario:
    """The scenario in a YAML file.

    ``mechanisms``: files (``points.py``) of mechanisms from outside the package, or names of such as installed packages offer;
    they are programs and are run. Raises :class:`~sim.errors.Mistake` with file, line, key, value and remedy.
    """
    problems, model = Problems(), model_with(mechanisms)
    place = file_path("path", path)
    tree = whole_tree(place.absolute(), problems)
    file = place.resolve()
    if tree.get("name") is None:
        tree = Node({"name": Node(file.stem), **dict(tree.entries())}, tree.place)
    return _made(tree, file, file.parent, problems, model)


def described(
    sections: Mapping[str, Any] | None = None, folder: Path | str = ".", mechanisms: Mechanisms = ()
) -> Scenario:
    """A scenario made in Python from the sections a file would have; paths in it start from ``folder``.

    ``mechanisms``: as :func:`load` takes them.
    """
    if not isinstance(sections, Mapping | None):
        raise Mistake(f"sections must be a dictionary of a scenario's sections, but is {shown(sections)}")
    problems, place, model = Problems(), file_path("folder", folder), model_with(mechanisms)
    tree = laid_over(None, given(dict(sections or {})), problems)
    return _made(tree, None, place.resolve(), problems, model)


def check_one_model(scenarios: Sequence[Scenario]) -> None:
    """Raise :class:`~sim.errors.Mistake` where some have mechanisms from outside the package, or rivals, others have not."""
    first = scenarios[0]
    other = next((each for each in scenarios if each.model.rivals != first.model.rivals), None)
    if other is not None:
        has = [f"'{each.name}' has {', '.join(each.model.rivals) or 'one rival'}" for each in (first, other)]
        raise Mistake(
            f"the scenarios are of different markets: {' and '.join(has)}; name all rivals in the first, with share 0 and "
            "reach 0 for one that comes later, and let the others build upon it with 'extends'"
        )
    now_and_then = [BUYING in each.model.used for each in scenarios]
    if len(set(now_and_then)) > 1:
        other = scenarios[now_and_then.index(not now_and_then[0])]
        has = [
            f"'{each.name}' {'now and then' if BUYING in each.model.used else 'by the week'}" for each in (first, other)
        ]
        raise Mistake(
            f"the scenarios are of different customers, who buy or pay differently: {' and '.join(has)}; say purchases.rate in "
            "the first, and let the others build upon it with 'extends'"
        )
    other = next((each for each in scenarios if each.model.mechanisms != first.model.mechanisms), None)
    if other is not None:
        has = [f"'{each.name}' has {_told(each.model)}" for each in (first, other)]
        raise Mistake(
            f"the scenarios are of different models: {' and '.join(has)}; load all of them with the same mechanisms"
        )


def carrying_alike(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios with every mechanism that one of them uses and others do not, so that all count and measure the same."""
    used = {name for each in scenarios for name in each.model.used}
    return tuple(replace(each, model=using(each.model, used)) for each in scenarios)


def check_one_beginning(scenarios: Sequence[Scenario]) -> None:
    """Raise :class:`~sim.errors.Mistake` where some have a longer warm-up than others, or are measured otherwise."""
    first = scenarios[0]
    for other in scenarios[1:]:
        both = [f"'{each.name}' of {each.warm_up} weeks" for each in (first, other)]
        if other.warm_up != first.warm_up:
            raise Mistake(
                f"the scenarios have different warm-ups ({' and '.join(both)}), so they are not one market in week 0; say "
                "'warm_up' in one file, and let the others build upon it with 'extends'"
            )
        if other.measure != first.measure:
            both = [f"'{each.name}' {each.measure.told}" for each in (first, other)]
            raise Mistake(
                f"the scenarios are measured differently ({' and '.join(both)}); give them the same 'measure'"
            )


def apart_before(scenarios: Sequence[Scenario]) -> list[str]:
    """Which scenarios live their warm-up under other settings than the first, in a sentence each."""
    first = scenarios[0]
    return [
        f"'{other.name}' lives its warm-up under other settings than '{first.name}', so that the two are not one market in week "
        "0: their difference holds what came of it before. To begin alike, let it build upon the other with 'extends', and leave "
        "'warm_up' out."
        for other in scenarios[1:]
        if (other.before, other.addressed.before) != (first.before, first.addressed.before)
    ]


def _told(model: Model) -> str:
    known = model.mechanisms.items()
    return (
        "the mechanisms " + ", ".join(f"{name} ({text[:8]})" for name, text in known)
        if known
        else "no mechanism of its own"
    )
