"""Commands about scenario files: check, diff, schema, explain."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.commands import AsJson, ScenarioFile, example, load, model, print_json, say
from sim.errors import Mistake

Out = Annotated[Path | None, typer.Option("--out", help="Write to this file instead of printing.")]
Topic = Annotated[str | None, typer.Argument(help="A part, or part.parameter; without it, all parts.")]

Assumptions = Annotated[bool, typer.Option("--assumptions", help="List what is only assumed, most influential first.")]


def check(scenario: ScenarioFile, as_json: AsJson = False) -> None:
    """Make a scenario or experiment ready to run, and say what it is; a wrong one is told line by line (exit code 2)."""
    from sim.experiments.checking import checked, is_experiment
    from sim.scenario.wording import about

    facts: dict[str, Any]
    if is_experiment(scenario):
        asked, sentences = checked(scenario, model())
        facts = {"experiment": scenario.stem, "base": asked.base.name, "fingerprint": asked.base.fingerprint}
    else:
        loaded = load(scenario)
        facts = {"scenario": loaded.name, "fingerprint": loaded.fingerprint, "weeks": loaded.weeks}
        sentences = about(loaded)
    if as_json:
        print_json({**facts, "sentences": sentences})
    else:
        say("\n".join(sentences))


def diff(old: ScenarioFile, new: ScenarioFile, as_json: AsJson = False) -> None:
    """Say in words how one scenario differs from another."""
    from sim.scenario.wording import compared

    before, after = load(old), load(new)
    found = compared(before, after)
    if as_json:
        rows = [{**asdict(difference), "sentence": str(difference)} for difference in found]
        print_json({"base": before.name, "other": after.name, "differences": rows})
    else:
        title = f"From '{before.name}' to '{after.name}':"
        say("\n".join([title, *map(str, found)]) if found else "The two scenarios mean the same.")


def schema(out: Out = None, as_json: AsJson = False) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check while one types."""
    from sim.scenario.json_schema import schema as made
    from sim.system.outputs import Output, check_outputs, put

    text = json.dumps(made(model()), ensure_ascii=False, indent=2)
    if out is None:
        say(text)
        return
    check_outputs([Output("--out", out, "json")])
    put(out, text + "\n", "the schema", folders=False)
    if as_json:
        print_json({"written": str(out)})
    else:
        say(f"Written to {out}")


def explain(topic: Topic = None, assumed: Assumptions = False, as_json: AsJson = False) -> None:
    """Say what can be set: meaning, unit, range, default and source of every parameter."""
    from sim.scenario.explaining import assumptions
    from sim.scenario.explaining import explain as explained

    if assumed and topic is not None:
        raise Mistake("--assumptions lists them for the whole model; leave out the topic")
    answer = assumptions(model()) if assumed else explained(topic, model())
    if as_json:
        print_json({"title": answer.title, "prose": answer.prose, "rows": list(answer.rows)})
    else:
        say(answer.text)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    today, other = "scenarios/telecom/today.yaml", "scenarios/telecom/outsourced.yaml"
    program.command(epilog=example(f"check {today}"))(check)
    program.command(epilog=example(f"diff {today} {other}"))(diff)
    program.command(epilog=example("schema --out scenario.schema.json"))(schema)
    program.command(epilog=example("explain call_centre.representatives"))(explain)
