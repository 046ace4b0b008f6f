"""The reference of the documentation site, written from the program itself whenever the site is built.

Every command with its options, every parameter with meaning, unit, range, default and source, every measure, the keys of a
scenario file, and the public Python names. Nothing of it is kept in the repository: ``docs/reference/`` is made anew.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from sim.model.component import Part, parts
from sim.model.week import written_in
from sim.runs.measures import COUNTED, MEASURES, OF_USED, Measure, unit_of_count
from sim.scenario.explaining import CUSTOMERS, SECTIONS, explain
from sim.scenario.json_schema import schema

BETTER = {1: "more", 0: "neither", -1: "less"}
PYTHON = {
    "Run and compare": {
        "sim": ("load", "run", "compare", "of_panel", "Mistake"),
        "sim.scenario.whole": ("Scenario", "described"),
        "sim.runs.result": ("Result",),
        "sim.runs.panel": ("Run",),
        "sim.runs.own_measures": ("WeeklyCounts",),
        "sim.runs.comparison": ("Comparison",),
        "sim.runs.statistics": ("Interval", "Difference"),
    },
    "Where it runs": {"sim.runs.executor": ("executor",)},
    "Stories": {"sim.journey": ("journey", "against", "Journey")},
    "Experiments and their results": {
        "sim.experiments.question": ("load_experiment", "Experiment"),
        "sim.experiments.laboratory": ("Laboratory",),
        "sim.experiments.methods": ("names", "method"),
        "sim.experiments.method": ("Method", "MethodResult"),
        "sim.experiments.querying": ("query",),
        "sim.runs.results": ("save", "write_weekly", "write_panel", "write_events"),
    },
    "Queues and closed forms": {
        "sim.service.queues": ("serve",),
        "sim.service.turns": ("serve_in_turn",),
        "sim.service.skills": ("serve_by_skill",),
        "sim.theory.erlang": ("erlang_a", "erlang_b", "erlang_c", "QueueFigures"),
        "sim.theory.phone_lines": ("cobham", "calls_with_second_ones"),
        "sim.theory.bass": ("adopted", "adoption_rate", "peak_time", "time_to", "fit"),
        "sim.theory.shifted_beta_geometric": ("survival", "retention", "fit", "residual_lifetime"),
        "sim.theory.buying": (
            "expected",
            "bought_again",
            "still_buys",
            "expected_of",
            "fit",
            "fit_baskets",
            "basket_of",
        ),
        "sim.theory.lifetime_value": ("lifetime_value", "retention_elasticity", "discount_elasticity", "gain"),
    },
    "Explain": {"sim.scenario.explaining": ("explain", "assumptions", "Explanation")},
    "The two engines": {"sim.engine.engine": ("Engine", "Market"), "sim.engine.agreement": ("agree", "Difference")},
}
"""The public Python names: heading → module → names."""


def write(folder: Path) -> None:
    """Write all pages into ``folder``, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Every page: path under ``reference/`` → MyST Markdown (or JSON)."""
    told = {f"parts/{part.name}.md": _part(part) for part in parts().values()}
    sections = {f"parts/{name}.md": _section(name) for name in (*SECTIONS, CUSTOMERS, "traits", "segments", "rules")}
    return told | sections | {
        "commands.md": _commands(),
        "parameters.md": _parameters(),
        "measures.md": _measures(),
        "scenario_file.md": _scenario_file(),
        "scenario.schema.json": json.dumps(schema(), ensure_ascii=False, indent=2) + "\n",
        "python.md": _python(),
    }  # fmt: skip


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a cell's line breaks become spaces."""
    titles = list(head)
    said = [[" ".join(str(cell).split()).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, ["---"] * len(titles), *said))


def plain(text: str) -> str:
    """Text that Markdown shows as it is written, but for ``code``."""
    pieces = re.split(r"(`+[^`]+`+)", text)
    return "".join(
        piece if place % 2 else re.sub(r"([*_<>\[\]])", r"\\\1", piece) for place, piece in enumerate(pieces)
    )


# ---- commands ------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command and the object that holds its options, those of a group as ``results query``."""
    import typer

    from sim.cli import app

    found: Any = typer.main.get_command(app)
    for name, command in sorted(found.commands.items()):
        yield name, command
        for inner, below in sorted(getattr(command, "commands", {}).items()):
            yield f"{name} {inner}", below


def _commands() -> str:
    said = [
        "# Commands",
        "Every command tells the same with `--help`; `loyalty --help` lists them. `--json` prints one JSON object on standard\n"
        "output and nothing else there. Exit codes: 0 done; 1 the question was answered “no” (`agree`, `check`); 2 a mistake in\n"
        "what was asked, told in a sentence; 3 some replications failed and the rest are kept; 130 stopped early.",
    ]
    return "\n\n".join([*said, *(_command(name, command) for name, command in commands())]) + "\n"


def _command(name: str, command: Any) -> str:
    words = [_argument(one) for one in command.params if not _is_option(one)]
    usage = " ".join(["loyalty", name, *words, "[OPTIONS]"])
    rows = [(_spelt(one), plain(getattr(one, "help", None) or ""), _default(one)) for one in command.params]
    options = table(("option", "meaning", "default"), rows) if rows else ""
    blocks = [f"## {name}", plain(_help(command)), _fenced(usage), options, _example(command)]
    return "\n\n".join(block for block in blocks if block)


def _help(command: Any) -> str:
    return (command.help or "").split("\f")[0].strip()


def _is_option(one: Any) -> bool:
    return bool(one.opts) and one.opts[0].startswith("-")


def _argument(one: Any) -> str:
    word = one.name.upper() + ("…" if one.nargs == -1 else "")
    return word if one.required else f"[{word}]"


def _spelt(one: Any) -> str:
    return (
        ", ".join(f"`{word}`" for word in (*one.opts, *one.secondary_opts))
        if _is_option(one)
        else f"`{_argument(one)}`"
    )


def _default(one: Any) -> str:
    if not _is_option(one):
        return "needed" if one.required else ""
    shown = one.default is not None and not callable(one.default) and getattr(one, "show_default", True)
    if getattr(one, "is_flag", False) or not shown:
        return ""
    return f"`{one.default}`"


def _example(command: Any) -> str:
    return _fenced((command.epilog or "").removeprefix("Example: ")) if command.epilog else ""


def _fenced(text: str, language: str = "sh") -> str:
    return f"```{language}\n{text}\n```"


# ---- parameters ----------------------------------------------------------------------------------------------------


def _parameters() -> str:
    groups = {
        "mechanisms": "What a company does to its customers",
        "behaviour": "What customers do of themselves",
    }
    blocks = [
        "# Parameters",
        "Everything that a scenario can set: meaning, unit, range, default and source of each, as `loyalty explain` tells\n"
        "them. Sources begin with *literature*, *data* or *assumption*.",
    ]
    for group, title in groups.items():
        rows = [(_key(part.name), plain(part.says)) for part in parts().values() if part.group == group]
        blocks += [f"## {title}", table(("part", "what it does"), rows)]
    rows = [(_key(row["name"]), plain(row["means"])) for row in explain().rows if row["group"] == "scenario"]
    blocks += ["## The scenario itself", table(("section", "what it holds"), rows), _hidden_toctree()]
    return "\n\n".join(blocks) + "\n"


def _hidden_toctree() -> str:
    return "```{toctree}\n:hidden:\n:glob:\n\nparts/*\n```"


def _parameter_table(name: str) -> str:
    rows = [
        (f"`{row['name']}`", *(plain(row[key]) for key in ("meaning", "range", "default", "plausible", "source")))
        for row in explain(name).rows
    ]
    return (
        table(("parameter", "meaning", "range", "default", "plausible", "source"), rows)
        if rows
        else "It has no parameters."
    )


def _section(name: str) -> str:
    return "\n\n".join([f"# {name}", plain(explain(name).prose), _parameter_table(name)]) + "\n"


def _part(part: Part) -> str:
    blocks = [
        f"# {part.name}",
        plain(inspect.cleandoc(part.module.__doc__ or "")),
        "## Parameters",
        _parameter_table(part.name),
    ]
    if part.neutral is not None:
        settings = ", ".join(f"`{name}: {value}`" for name, value in part.neutral.items())
        blocks.append(f"Changes nothing with {settings}.")
    if part.columns:
        rows = [(f"`{c.name}`", plain(c.meaning), ", ".join(written_in(c.name)) or "never") for c in part.columns]
        blocks += ["## What it keeps", table(("column", "meaning", "changes in"), rows)]
    rows = [(f"`{e.rule.__name__}`", _numbers(e.given), _numbers(e.becomes), plain(e.because)) for e in part.examples]
    rows += [(f"`{e.step.__name__}`", *map(plain, e.told()), plain(e.because)) for e in part.step_examples]
    if rows:
        blocks += ["## Worked examples", "Computed by hand, and checked in both engines.",
                   table(("rule or step", "given", "becomes", "because"), rows)]  # fmt: skip
    return "\n\n".join(blocks) + "\n"


def _numbers(given: Any) -> str:
    several = given if isinstance(given, tuple) else (given,)
    return ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in several)


# ---- measures, scenario file, Python ---------------------------------------------------------------------------------


def _rows_of(measures: Iterable[Measure]) -> list[tuple[str, ...]]:
    return [(f"`{m.name}`", plain(m.meaning), plain(m.unit), BETTER[m.better]) for m in measures]


def _of_used(part: str, measures: Iterable[Measure]) -> Iterator[str]:
    """What is measured besides where a mechanism is used that only some scenarios use."""
    yield f"Where `{part}.{parts()[part].used_where}` is above 0, there are besides:"
    yield table(("measure", "meaning", "unit", "better"), _rows_of(measures))


def _measures() -> str:
    rows = _rows_of(MEASURES)
    return "\n\n".join([
        "# Measures",
        "What is counted in every replication and week, under the same names in `--json`, tables, Parquet files and Python.\n"
        "*Better* says which way is good for the company.",
        "A count of nothing is 0. A share, a mean, or a cost for each of something is missing where there was nothing: `null`\n"
        "in `--json`, NULL in Parquet, NaN in Python. Over weeks, sums are divided by sums.",
        table(("measure", "meaning", "unit", "better"), rows),
        *(text for part, measures in OF_USED.items() for text in _of_used(part, measures)),
        "## Counts",
        "What an experiment's own measures can be made of beside these, as expressions, and what the store keeps of every\n"
        "replication: sums over its weeks, but `rival_customers`, `founders` and `gone`, which are of the last week.",
        table(("unit", "counts"), _counts()),
    ]) + "\n"  # fmt: skip


def _counts() -> Iterator[tuple[str, str]]:
    """The counts by unit; what counts one by one comes last."""
    units = [unit if unit in ("currency", "minutes") else "one by one" for unit in map(unit_of_count, COUNTED)]
    for unit in sorted(set(units)):
        yield unit, ", ".join(f"`{name}`" for name, own in zip(COUNTED, units, strict=True) if own == unit)


def _scenario_file() -> str:
    found = schema()
    rows = [(_key(name), _schema_says(entry, found)) for name, entry in found["properties"].items()]
    return "\n\n".join([
        "# The scenario file",
        "A scenario is a YAML file; what it does not name has its default. An editor that is given the\n"
        "{download}`JSON Schema <scenario.schema.json>` (also `loyalty schema --out scenario.schema.json`) completes and checks\n"
        "while one types; `loyalty check FILE` says line by line what is wrong.",
        _fenced("extends: today.yaml\nname: Outsource half the calls\noutsourcing: {share: 50%}\nchanges:\n"
                "  from week 26:\n    upselling: {attempts: 2 per month}", "yaml"),
        table(("key", "what it holds"), rows),
    ]) + "\n"  # fmt: skip


def _key(name: str) -> str:
    known = name in parts() or name in SECTIONS or name in (CUSTOMERS, "traits", "segments", "rules")
    return f"[`{name}`](parts/{name}.md)" if known else f"`{name}`"


def _schema_says(entry: dict[str, Any], whole: dict[str, Any]) -> str:
    for one in (entry, *entry.get("anyOf", ())):
        if "$ref" in one:
            one = whole["$defs"][one["$ref"].rsplit("/", 1)[-1]]
        if one.get("description"):
            return plain(one["description"])
    return ""


def _python() -> str:
    blocks = ["# Python", "What a notebook or a program of yours may call. `import sim` is cheap; heavy libraries are\n"
              "imported when they are needed.", _fenced(QUICK, "python")]  # fmt: skip
    for title, modules in PYTHON.items():
        blocks.append(f"## {title}")
        blocks += [_documented(module, name) for module, names in modules.items() for name in names]
    return "\n\n".join(blocks) + "\n"


QUICK = """from sim import compare, load

today, outsourced = load("scenarios/telecom/today.yaml"), load("scenarios/telecom/outsourced.yaml")
answer = compare([today, outsourced], replications=200, seed=1)
answer.report("answer.html")"""


def _documented(module: str, name: str) -> str:
    thing = getattr(import_module(module), name)
    if not inspect.isclass(thing):
        kind, options = "function", ""
    elif issubclass(thing, Exception):
        kind, options = "exception", ""
    else:
        kind, options = "class", "   :members:\n"
    return f"```{{eval-rst}}\n.. auto{kind}:: {module}.{name}\n{options}```"
