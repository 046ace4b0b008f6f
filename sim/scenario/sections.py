"""The sections of a scenario that are no behaviour or mechanism: the market, the people, the network, the frame."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from sim.data.customer_mapping import CustomerFileMapping
from sim.model.distributions import Distribution, Trait
from sim.model.network import MOST_FRIENDS
from sim.model.parameters import CERTAIN, Parameters, parameter

MOST_SEGMENTS = 250
"""The state keeps the segment in one byte."""


_LINE = r"^[^\x00-\x1f\x7f]+$"


class Frame(Parameters):
    """What stands at the top of a scenario: its name, what it is about, the money's name, how long it lasts."""

    name: str = Field(
        "scenario", min_length=1, max_length=100, pattern=_LINE, description="What the scenario is called"
    )
    description: str = Field("", max_length=2000, description="What it is about, in a sentence or two")
    currency: str = Field(
        "currency", min_length=1, max_length=20, pattern=_LINE, description="Money's name, such as EUR"
    )
    weeks: int = parameter(
        104, "weeks", 1, 1040, "How long the simulation lasts", "assumption: two years", plausible=CERTAIN
    )
    warm_up: int = parameter(
        0, "weeks", 0, 520,
        "How long the market lives before week 0, under the settings of the file that says so; nothing of it is told",
        "assumption: none; after 520 weeks and 1,040 more, the weight of a loss in the ledger is as large as a number of "
        "single precision can be", plausible=CERTAIN)  # fmt: skip
    worlds: str | None = Field(
        None, min_length=1,
        description="In which plausible worlds it is lived: a file of worlds beside this one (.parquet, .csv), 'shipped' or "
        "'none'; the shipped ones unless said")  # fmt: skip


class Measure(Parameters):
    """From which week on everything is measured, and whether months, quarters or years are measured one by one as well."""

    if TYPE_CHECKING:
        by: str | None = None

    @property
    def start(self) -> int:
        """The first week that is measured."""
        return int(getattr(self, "from"))

    @property
    def told(self) -> str:
        """In words, as a file may say it: ``from week 13 by quarter``."""
        return f"from week {self.start}" + (f" by {self.by}" if self.by else "")

    def windows(self, weeks: int) -> list[range]:
        """The weeks of each window of a scenario that lasts so many, the last perhaps shorter; none unless asked for."""
        if self.by is None:
            return []
        ends = [self.start]
        while ends[-1] < weeks:
            ends.append(min(self.start + round(len(ends) * LASTING[self.by]), weeks))
        return [range(first, end) for first, end in pairwise(ends)]


LASTING = {"month": 13 / 3, "quarter": 13.0, "year": 52.0}
"""Weeks of a window; months have 4, 5 and 4, as in the calendar of the retail trade, so that three are a quarter."""
_MEASURED: dict[str, Any] = {
    "from": (
        int,
        parameter(
            0, "weeks", 0, 1039, "The first week that is measured: retention is that of its customers",
            "assumption: all of them", plausible=CERTAIN),
    ),
    "by": (
        Literal["month", "quarter", "year"] | None,
        Field(
            None,
            description="Windows that are measured one by one as well: months of 4, 5 and 4 weeks, quarters of 13, years of 52"),
    ),
}  # fmt: skip
Measuring = create_model("Measuring", __base__=Measure, __module__=__name__, __doc__=Measure.__doc__, **_MEASURED)
"""The section ``measure``; ``from`` can be named only so, being a word of Python's."""
FIXED = ("market", "customers", "network", "measure", "lesson", *Frame.model_fields)
"""Sections that hold for the whole time and so cannot stand under ``changes``."""


class Market(Parameters):
    """How many people there are, how many each stands for, and what is said of the two providers at the start."""

    customers: int | None = parameter(
        2000, "people", 1, 10_000_000,
        "People who are the company's customers in week 0; given by the customer file if there is one",
        "assumption: enough for one decimal of retention", plausible=CERTAIN)  # fmt: skip
    prospects: int = parameter(
        500, "people", 0, 10_000_000, "People who are the rival's customers in week 0",
        "assumption: a fifth of the market", plausible=CERTAIN)  # fmt: skip
    stands_for: float = parameter(
        20.0, "people", 1, 1_000_000,
        "How many real customers one simulated person stands for, 1 where a customer file does not say more; queues, staff and "
        "fixed costs are those of the whole company",
        "assumption: 2,000 simulated customers are 40,000 real ones, whom the default staff can serve",
        plausible=CERTAIN)  # fmt: skip
    company_reputation: float = parameter(
        0.7, "scale 0-1", 0, 1, "What is publicly said of the company at the start",
        "assumption: good, not excellent; "
        "a question to the company, whose public ratings tell", plausible=(0.6, 0.8))  # fmt: skip
    rival_reputation: float = parameter(
        0.7, "scale 0-1", 0, 1, "What is publicly said of the rival at the start",
        "assumption: as of the company; "
        "a question to the company: the rival's public ratings tell", plausible=(0.6, 0.8))  # fmt: skip


class Network(Parameters):
    """Who talks to whom. ``file`` is resolved and lies inside the scenario's folder."""

    kind: Literal["small_world", "random", "scale_free", "configuration", "edges", "none"] = Field(
        "small_world",
        description="small_world: neighbours and a few strangers; random: strangers; scale_free: a few people with very "
        "many friends; configuration: as many friends as 'degrees' or a column of 'file' says; edges: the ties in 'file'; "
        "none: nobody talks")  # fmt: skip
    degree: int = parameter(
        8, "people", 2, 1000, "Friends a person has on average; an even number",
        "assumption: eight people with whom providers come up")  # fmt: skip
    rewiring: float = parameter(
        0.1, "share", 0, 1, "Share of the ties of a small world that lead to strangers",
        "literature: Watts & Strogatz 1998 (Nature 393:440-442); the size is assumed; "
        "plausibly from a village to half strangers", plausible=(0.02, 0.5, "log"))  # fmt: skip
    homophily: float = parameter(
        0.3, "share", 0, 0.5, "How far what suits people follows what suits their friends; 0: not at all",
        "assumption: at 0.3 the fits of friends correlate by 0.45 in the shipped small world and by 0.32 in a random network, at "
        "0.5 by 0.56 and 0.35; McPherson, Smith-Lovin & Cook 2001 (Ann. Rev. Sociology 27:415-444) for being alike; "
        "plausibly from hardly to nearly as far as can be", plausible=(0.1, 0.45))  # fmt: skip
    file: Path | None = Field(
        None, description="For edges: a file (.csv, .csv.gz, .parquet) with a header and two columns of customers' numbers, "
        "from 0, prospects after customers. For configuration: one with a column of numbers of friends")  # fmt: skip
    column: str | None = Field(
        None, min_length=1,
        description="For configuration: the file's column that says how many friends people have")  # fmt: skip
    degrees: tuple[Annotated[int, Field(ge=0, le=MOST_FRIENDS)], ...] | None = Field(
        None, min_length=1,
        description="For configuration: numbers of friends. As many as there are people: one for each, in their order; "
        "otherwise everybody draws one of them")  # fmt: skip

    @field_validator("degrees", mode="before")
    @classmethod
    def _fixed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


MATTERS = {
    "none": ("kind",),
    "small_world": ("kind", "degree", "rewiring", "homophily"),
    "random": ("kind", "degree", "homophily"),
    "scale_free": ("kind", "degree", "homophily"),
    "configuration": ("kind", "homophily", "file", "column", "degrees"),
    "edges": ("kind", "homophily", "file"),
}
"""What of the network's settings means anything, by kind."""


class Segment(BaseModel):
    """A kind of customer with its own traits; ``share`` of the people, None when the customer file says who belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    share: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description="Share of the people who belong to it"
    )
    traits: dict[str, Distribution] = Field(
        default_factory=dict, description="Traits spread differently in this segment"
    )


class People(BaseModel):
    """Who the people are: a customer file and what its columns mean, and how the traits it lacks are spread.

    ``file`` is resolved and lies inside the scenario's folder; it and ``mapping`` are None when everybody is drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: Path | None = None
    mapping: CustomerFileMapping | None = None
    traits: dict[str, Distribution] = Field(default_factory=dict)
    segments: dict[str, Segment] = Field(default_factory=dict)

    @property
    def segment_names(self) -> tuple[str, ...]:
        """The segments in alphabetical order, which is also the order of their numbers; empty when there are none."""
        by_column = self.mapping.segments if self.mapping else None
        return tuple(sorted({*self.segments, *((by_column.values or {}).values() if by_column else ())}))

    def spread(self, trait: str, segment: str | None = None) -> Distribution | None:
        """How a trait or starting state is spread in a segment: its own, else everybody's, else the default.

        None for a starting state that follows from other things. Raises ``KeyError`` for a name that is no trait.
        """
        own = self.segments[segment].traits.get(trait) if segment in self.segments else None
        return own or self.traits.get(trait) or traits()[trait].default


@lru_cache(maxsize=1)
def traits() -> Mapping[str, Trait]:
    """Every trait and starting state by name: what may stand under ``traits`` and ``columns``."""
    from sim.model.behaviour.person import STARTS, TRAITS

    return {trait.name: trait for trait in (*TRAITS, *STARTS)}


_FILE_FIELDS = [name for name in CustomerFileMapping.model_fields if name not in ("file", "segments")]
FILE_KEYS = {"segment_by": "segments"} | {name: name for name in _FILE_FIELDS}
"""Keys under ``customers`` that say how the file is read → the name in its mapping."""
