"""Several rivals: the section ``rivals`` of a scenario, a list of one to eight providers, each with a name.

However it is written, a tree holds ``rivals: {name: {price, …}}``, so that other files and ``changes`` say of a rival what
differs by naming it. One rival of the list is the one that the section ``rival`` describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from sim.errors import hint
from sim.model.behaviour.person import MOST_RIVALS
from sim.model.component import Part, suffix
from sim.model.mechanisms.rival import Rival
from sim.model.parameters import CERTAIN, Parameters
from sim.scenario.quantities import number_told, value_shown
from sim.scenario.tree import Node, Problems

SECTION = "rivals"
LONGEST_NAME = 30
RESERVED = ("company", "the company", "rival", "the rival", "nobody", "gone")
"""What no rival can be called, because stories and measures mean something else by it."""
AT_THE_START = ("share", "reputation")
"""What is so in week 0, and cannot be changed."""


class OneOfSeveral(Parameters):
    """Rivals by name, 1 to 8: what the company is up against, each with its own quality, price, promise and advertising."""


def _free(unit: str, low: float, meaning: str, source: str) -> Any:
    """A line of a rival that need not be said."""
    extra: dict[str, Any] = {"unit": unit, "source_kind": "assumption", "source": source, "plausible": CERTAIN}
    return float | None, Field(None, ge=low, le=1, description=meaning, json_schema_extra=extra, allow_inf_nan=False)


def _line(name: str) -> tuple[Any, FieldInfo]:
    field = Rival.model_fields[name]
    return field.annotation, field


Competitor = create_model(
    "Competitor", __base__=OneOfSeveral, __module__=__name__, __doc__=OneOfSeveral.__doc__,
    level=_line("level"), spread=_line("spread"), error_rate=_line("error_rate"), price=_line("price"),
    promise=_line("overpromise"),
    reputation=_free("scale 0-1", 0, "What is publicly said of it at the start; as market.rival_reputation if not said",
                     "as of the company"),
    reach=_line("reach"),
    share=_free("share", 0, "Share of the prospects of week 0 who are with it; those that say none share equally what is left",
                "nothing is known of them"),
    keeps_up=_free("share", 0, "Share of the frontier's movement that it follows; as innovation.rival_keeps_up if not said",
                   "as any rival"),
)  # fmt: skip
"""What is said of one of several rivals."""
OF_RIVAL = {"promise": "overpromise"}
"""What is called otherwise in the section ``rival``."""


# ---- one form


def with_rivals_settled(entries: dict[str, Node], base: Node | None, problems: Problems) -> dict[str, Node]:
    """The entries of a file with its rivals by name, wherever they stand; what is wrong is booked.

    ``base``: what the file builds upon: where that has rivals, only they can be named.
    """
    known = base.get(SECTION) if base else None
    found = dict(entries)
    if SECTION in found:
        settled = _by_name(found.pop(SECTION), SECTION, problems)
        if settled is None:
            return found
        found[SECTION] = settled
        names = [name for name, _ in known.entries()] if known else []
        for name, node in found[SECTION].entries() if names else ():
            if name not in names:
                problems.add(node.place, f"{SECTION}: there is no rival '{name}'{hint(name, names)}")
    for section, deep in (("changes", True), ("warm_up", False)):
        if section in found and isinstance(found[section].value, dict):
            found[section] = _settled_within(found[section], section, deep, problems)
    return found


def _settled_within(node: Node, path: str, deep: bool, problems: Problems) -> Node:
    """``changes`` or ``warm_up``, with the rivals in it by name."""
    settled = {}
    for key, each in node.entries():
        if isinstance(each.value, dict) and each.get(SECTION) is not None and (deep or key == "under"):
            said = dict(each.entries())
            by_name = _by_name(said.pop(SECTION), f"{path}: {SECTION}", problems)
            each = Node(said | ({} if by_name is None else {SECTION: by_name}), each.place)
        settled[key] = each
    return Node(settled, node.place)


def _by_name(node: Node, path: str, problems: Problems) -> Node | None:
    """Rivals as a section by name, whether they were a list or one already; None where nothing of it can be read."""
    if node.value is None or isinstance(node.value, dict):
        return Node({name: _renamed(each) for name, each in node.entries()}, node.place) if node.value else node
    if not isinstance(node.value, list):
        problems.add(
            node.place, f"{path} is {value_shown(node.value)}, but must be a list such as [{{name: Beta, price: 0.9}}]"
        )
        return None
    found: dict[str, Node] = {}
    for number, each in enumerate(node.value, 1):
        name = each.get("name")
        if not isinstance(each.value, dict) or name is None:
            problems.add(each.place or node.place, f"{path}: number {number} has no name; say 'name' of each")
        elif not isinstance(name.value, str):
            problems.add(name.place, f"{path}: a name is {value_shown(name.value)}, but must be text")
        elif name.value in found:
            problems.add(name.place, f"{path}: two are called '{name.value}'; give each a name of its own")
        else:
            rest = {key: entry for key, entry in each.entries() if key != "name"}
            found[name.value] = _renamed(Node(rest, each.place or name.place))
    return None if node.value and not found else Node(found, node.place)


def _renamed(node: Node) -> Node:
    """What is said of a rival, the promise under its name here."""
    if not isinstance(node.value, dict) or "overpromise" not in node.value:
        return node
    return Node({"promise" if key == "overpromise" else key: each for key, each in node.entries()}, node.place)


# ---- from a tree to parts


def parts_of(names: tuple[str, ...], rival: Part) -> dict[str, Part]:
    """What can be set of several rivals, by the names under which the settings of a scenario stand."""
    return {
        key: replace(rival, name=key, parameters=Competitor, columns=(), examples=(), step_examples=(), counts=())
        for key in map(key_of, names)
    }


def key_of(name: str) -> str:
    """Under which name the settings of one of several rivals stand among those of behaviours and mechanisms."""
    return f"{SECTION}.{name}"


def parted_path(path: str) -> tuple[str, str]:
    """Section and name of a setting: of ``quality.level``, and of ``rivals.Beta.price``, which one of several rivals has."""
    section, _, name = path.rpartition(".") if path.startswith(f"{SECTION}.") else path.partition(".")
    return section, name


def spread_out(tree: Node, problems: Problems) -> tuple[Node, tuple[str, ...]]:
    """A scenario's tree with a section for each rival, and their names where there are several.

    A single rival of the list is described by the section ``rival``, and by what is said elsewhere of the one rival.
    """
    node = tree.get(SECTION)
    if node is None or node.value is None:
        return tree, ()
    names = tuple(name for name, _ in node.entries())
    if not _sound(tree, node, names, problems):
        return Node({key: each for key, each in tree.entries() if key != SECTION}, tree.place), ()
    one = len(names) == 1
    entries = _spread(dict(tree.entries()), names, one, "", problems)
    for section in ("changes", "warm_up"):
        said = entries.get(section)
        if said is not None and isinstance(said.value, dict):
            inner = {
                key: Node(_spread(dict(each.entries()), names, one, f"{section}: ", problems), each.place)
                if isinstance(each.value, dict)
                else each
                for key, each in said.entries()
            }
            entries[section] = Node(inner, said.place)
    return Node(entries, tree.place), () if one else names


def _sound(tree: Node, node: Node, names: tuple[str, ...], problems: Problems) -> bool:
    """Whether the list can be one of rivals; what is wrong is booked."""
    before = len(problems)
    if not 1 <= len(names) <= MOST_RIVALS:
        problems.add(
            node.place,
            f"{SECTION}: there are {len(names)}, but must be between 1 and {MOST_RIVALS}; take small ones together as one",
        )
    if (other := tree.get("rival")) is not None and other.value is not None:
        problems.add(
            other.place,
            f"rival and {SECTION} both say who the rivals are; say all of it under {SECTION}, and leave rival out",
        )
    taken: dict[str, str] = {}
    for name, each in node.entries():
        _refuse_name(name, each, problems)
        if (same := taken.setdefault(suffix(name).casefold(), name)) != name:
            problems.add(each.place, f"{SECTION}: '{name}' and '{same}' cannot be told apart; give one another name")
    return len(problems) == before


def _refuse_name(name: str, node: Node, problems: Problems) -> None:
    plain = name.isprintable() and name == name.strip() and f"_{suffix(name)}".isidentifier()
    if not (plain and name and len(name) <= LONGEST_NAME):
        problems.add(
            node.place,
            f"{SECTION}: '{name[:LONGEST_NAME]}' is no name; take 1 to {LONGEST_NAME} letters, digits and spaces",
        )
    elif name.strip().casefold() in RESERVED:
        problems.add(node.place, f"{SECTION}: no rival can be called '{name}', which means something else in stories")


def _spread(
    entries: dict[str, Node], names: tuple[str, ...], one: bool, where: str, problems: Problems
) -> dict[str, Node]:
    """Entries with a section for each rival in place of ``rivals``."""
    node = entries.pop(SECTION, None)
    if where and not one and (alone := entries.pop("rival", None)) is not None:
        problems.add(
            alone.place, f"{where}there are several rivals; say which, as in {SECTION}: {{{names[0]}: {{price: 0.9}}}}"
        )
    for name, each in node.entries() if node is not None else ():
        if name not in names:
            problems.add(each.place, f"{where}there is no rival '{name}'{hint(name, names)}")
            continue
        if where.startswith("changes"):
            each = _without_starts(name, each, problems)
        if one:
            _describe_the_rival(entries, each)
        else:
            entries[key_of(name)] = each
    return entries


def _without_starts(name: str, node: Node, problems: Problems) -> Node:
    """What changes of a rival; its share and reputation are those of week 0."""
    for key, each in node.entries():
        if key in AT_THE_START:
            problems.add(each.place, f"changes: {SECTION}.{name}.{key} holds for week 0, and cannot change; remove it")
    return Node({key: each for key, each in node.entries() if key not in AT_THE_START}, node.place)


def _describe_the_rival(entries: dict[str, Node], node: Node) -> None:
    """Say of the one rival what the list says of it, where else it is said."""
    elsewhere = {"keeps_up": ("innovation", "rival_keeps_up"), "reputation": ("market", "rival_reputation")}
    own = {}
    for key, each in node.entries():
        if key in elsewhere:
            section, name = elsewhere[key]
            before = entries.get(section)
            entries[section] = Node(dict(before.entries() if before else {}) | {name: each}, each.place)
        elif key != "share":  # everybody who is with a rival is with it
            own[OF_RIVAL.get(key, key)] = each
    entries["rival"] = Node(own, node.place)


def judge_shares(tree: Node, rivals: Mapping[str, Parameters], problems: Problems) -> None:
    """Refuse shares that are more than the whole."""
    said = {name: float(share) for name, one in rivals.items() if (share := getattr(one, "share", None)) is not None}
    if sum(said.values()) > 1 + 1e-9:
        key = key_of(next(iter(said)))
        place = (tree.get(key, "share") or tree.get(key) or tree).place
        problems.add(
            place,
            f"{SECTION}: the shares add up to {number_told(round(sum(said.values()), 6))}, but must add up to at most 1; "
            "lower one, or leave one out, which then has the rest",
        )


# ---- what they come to


def of_several(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of several rivals by name, in their order; none where there is one."""
    return {key.removeprefix(f"{SECTION}."): one for key, one in parts.items() if key.startswith(f"{SECTION}.")}


def shares_of(rivals: Mapping[str, Any]) -> tuple[float, ...]:
    """How many of those who are with a rival are with each; where all say theirs, the rest is shared in the same proportion."""
    said = [one.share for one in rivals.values()]
    silent = sum(share is None for share in said)
    rest = max(1.0 - sum(share for share in said if share is not None), 0.0)
    found = [rest / silent if share is None else share for share in said]
    whole = sum(found)
    return tuple(share / whole if whole > 0 else 1 / len(found) for share in found)


def settings_of_rivals(parts: Mapping[str, Any]) -> list[dict[str, float]]:
    """Of each of several rivals, by the names of the section ``rival`` and ``keeps_up``, what an engine needs to know."""
    usual = parts["innovation"].rival_keeps_up
    return [
        {name: getattr(one, {new: old for old, new in OF_RIVAL.items()}.get(name, name)) for name in Rival.model_fields}
        | {"keeps_up": usual if one.keeps_up is None else one.keeps_up}
        for one in of_several(parts).values()
    ]


def gathered(sections: Mapping[str, Any], as_list: bool = False) -> dict[str, Any]:
    """Sections as a file says them: those of several rivals together, as a list of them or by name."""
    rivals = {name: {k: v for k, v in said.items() if v is not None} for name, said in of_several(sections).items()}
    if not rivals:
        return dict(sections)
    rest = {key: said for key, said in sections.items() if not key.startswith(f"{SECTION}.")}
    return rest | {SECTION: [{"name": name, **said} for name, said in rivals.items()] if as_list else rivals}
