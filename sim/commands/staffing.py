"""The command staff: a staffing desk, from calls and targets to people, shifts, and what a week with them is like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, example, load, place_to_run, print_json, say
from sim.commands.reporting import read_by
from sim.errors import Mistake

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.staffing.habits import Habits
    from sim.staffing.plan import Plan
    from sim.staffing.targets import Target

    Queue = tuple[float, float, float | None, Habits]
    """Calls a minute, minutes that each takes, mean patience (None: nobody hangs up), and what callers do."""

USUAL = "80/20"
KINDS = (".svg", ".png", ".pdf")


def staff(
    arrivals: Annotated[float | None, typer.Option(help="Calls a minute.", show_default=False)] = None,
    handling: Annotated[
        float | None, typer.Option(help="Mean minutes a call takes; a table of calls may tell it.", show_default=False)
    ] = None,
    agents: Annotated[
        int | None, typer.Option(help="Representatives on duty, to see what they do.", show_default=False)
    ] = None,
    patience: Annotated[
        str | None,
        typer.Option(
            help="Mean minutes until a caller hangs up, exponential; or 'weibull 3 shape 2', 'lognormal 3 sd 6', 'fixed 3'.",
            show_default="nobody hangs up",
        ),
    ] = None,
    redial: Annotated[str, typer.Option(help="Share of those who hang up who call again, such as 35%.")] = "0%",
    redial_served: Annotated[str, typer.Option(help="Share of those answered who call again.")] = "0%",
    redial_after: Annotated[float, typer.Option(help="Mean minutes until they call again, exponential.")] = 15.0,
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="What is to be reached: 80/20, abandonment=5%, occupancy=85%, wait=30s; may be given again.",
            show_default=False,
        ),
    ] = None,
    calls: Annotated[
        str | None, typer.Option(help="A table of calls by weekday and hour (CSV, Excel).", show_default=False)
    ] = None,
    shifts: Annotated[
        str | None,
        typer.Option(help="Lengths in hours, such as 8,6,4, or a table with start and hours.", show_default=False),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            help="Kinds of call: a table with kind, arrivals, handling, patience, priority.", show_default=False
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            help="Who takes which kind: a table with group, people, and minutes for each kind.", show_default=False
        ),
    ] = None,
    shrinkage: Annotated[str, typer.Option(help="Share of those scheduled who are ill, on leave, in training.")] = "0%",
    wage: Annotated[float | None, typer.Option(help="What an hour costs.", show_default=False)] = None,
    most: Annotated[int | None, typer.Option(help="People at the same time, at most.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="Write the plan, hour by hour (CSV).", show_default=False)] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the plan (SVG, PNG or PDF).", show_default=False)] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(help="What the plan, and one person less, does to this scenario's customers.", show_default=False),
    ] = None,
    replications: Annotated[int, typer.Option(help="With --scenario: how many times it is run.")] = 100,
    callers: Annotated[int, typer.Option(help="Callers to simulate, where people are given.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Chooses the luck.")] = 1,
    as_json: AsJson = False,
) -> None:
    """A staffing desk: people, shifts and cost for a target, by formula (Erlang) and by simulation; or what people reach."""
    from sim.staffing.targets import target as read

    asked = [read(words) for words in target or ()]
    mean, habits = _habits(patience, (redial, redial_served), redial_after)
    if kinds is not None or groups is not None:
        _by_skill(
            (kinds, groups),
            asked,
            {"--arrivals": arrivals, "--agents": agents, "--calls": calls, "--patience": patience},
            seed,
            as_json,
        )
        return
    if calls is not None:
        _refuse_mixed(arrivals, agents)
        found = _plan(calls, asked or [read(USUAL)], (handling, mean, habits), most, (shifts, shrinkage), seed)
        if scenario is not None and out is None:
            raise Mistake(
                f"--scenario needs --out, a file beside it for the plan, such as {scenario.parent / 'plan.csv'}"
            )
        _write(found, out, picture, (calls, shifts, scenario))
        lived = _lived_under(found, scenario, out, replications, seed) if scenario and out else None
        _show(found, wage, lived, as_json)
        return
    for option, given in (("--shifts", shifts), ("--out", out), ("--picture", picture), ("--scenario", scenario)):
        if given is not None:
            raise Mistake(f"{option} needs --calls, a table of calls by weekday and hour")
    if arrivals is None or handling is None or (agents is None and not asked):
        raise Mistake(
            "say how many calls come a minute and how long each takes (--arrivals 10 --handling 5) and what is to be "
            "reached (--target 80/20) or who is there (--agents 50); or give a table of calls by hour (--calls FILE)"
        )
    answer: dict[str, Any] = {}
    if agents is not None:
        answer |= _figures((arrivals, handling, mean, habits), agents, callers, seed, as_json)
    if asked:
        answer |= _needs((arrivals, handling, mean, habits), asked, most, (shrinkage, wage), seed, as_json)
    if as_json:
        print_json(answer)


def _habits(patience: str | None, redial: tuple[str, str], after: float) -> tuple[float | None, Habits]:
    """Mean patience, and what callers do. Raises :class:`Mistake`."""
    from sim.staffing.habits import Habits, patience_of
    from sim.system.arguments import above_nought

    mean, habits = (None, Habits()) if patience is None else patience_of(patience)
    again, served = share("--redial", redial[0]), share("--redial-served", redial[1])
    if again > 0 and mean is None:
        raise Mistake("--redial needs --patience: without it nobody hangs up, and so nobody calls again for that")
    return mean, habits._replace(redial=again, redial_served=served, redial_after=above_nought("--redial-after", after))


def _refuse_mixed(arrivals: float | None, agents: int | None) -> None:
    for option, given in (("--arrivals", arrivals), ("--agents", agents)):
        if given is not None:
            raise Mistake(
                f"{option} and --calls do not go together: a table of calls tells them by the hour; leave one out"
            )


# ---- one queue


def _figures(queue: Queue, people: int, callers: int, seed: int, as_json: bool) -> dict[str, Any]:
    """What so many people do, by formula and by simulation."""
    from rich.table import Table

    from sim.report.staffing import need_rows
    from sim.report.terminal import print_rows, print_table
    from sim.service.staffing import staff as figures
    from sim.staffing.habits import USUAL
    from sim.staffing.need import reached
    from sim.theory.erlang import TWENTY_SECONDS

    if queue[3]._replace(redial_after=USUAL.redial_after) != USUAL:
        lived = reached(queue, people, TWENTY_SECONDS, seed)
        if not as_json:
            print_rows(f"{people} representatives", *need_rows(lived, None))
            _say_of(queue[3])
        return {"reached": [each._asdict() for each in lived]}
    found = figures(queue[0], queue[1], people, queue[2], callers, seed)
    if not as_json:
        table = Table("figure", "unit", "formula", "simulated", "low", "high", title=f"{people} representatives")
        for figure in found:
            numbers = (figure.closed_form, figure.simulated, figure.low, figure.high)
            table.add_row(figure.figure, figure.unit, *(f"{number:.4f}" for number in numbers))
        print_table(table)
    return {"figures": [figure._asdict() for figure in found]}


def _say_of(habits: Habits) -> None:
    from sim.report.staffing import as_exponential

    if told := as_exponential(habits):
        say(told)


def _needs(
    queue: Queue,
    targets: list[Target],
    most: int | None,
    pay: tuple[str, float | None],
    seed: int,
    as_json: bool,
) -> dict[str, Any]:
    """The fewest people that reach the targets: by Erlang-C, by Erlang-A where callers hang up, and simulated."""
    from sim.report.staffing import need_rows
    from sim.report.terminal import print_rows
    from sim.staffing.need import needs

    away, wage = share("--shrinkage", pay[0]), pay[1]
    found = needs(queue, targets, most, away, seed)
    if not as_json:
        load = queue[0] * queue[1]
        print_rows(f"{' and '.join(map(str, targets))}, {load:.3g} calls at a time", *need_rows(found, wage))
        _say_of(queue[3])
    return {"targets": [each._asdict() for each in targets], "needs": [each._asdict() for each in found]}


# ---- groups with skills


def _by_skill(
    tables: tuple[str | None, str | None], targets: list[Target], others: dict[str, Any], seed: int, as_json: bool
) -> None:
    """What callers of each kind meet, and what one person less in each group does."""
    from sim.report import staffing_by_skill as told
    from sim.report.terminal import print_rows
    from sim.staffing import skills
    from sim.theory.erlang import TWENTY_SECONDS

    if None in tables:
        raise Mistake("--kinds and --groups go together: which kinds of call come, and who takes which")
    for option, given in others.items():
        if given is not None:
            raise Mistake(f"{option} and --kinds do not go together: the table of kinds tells it; leave one out")
    if any(each.figure != "service_level" for each in targets):
        raise Mistake("with --kinds a target says within how many seconds calls are to be answered, such as 80/20")
    kinds = skills.kinds_from(str(tables[0]))
    groups = skills.groups_from(str(tables[1]), kinds)
    within = targets[0].within if targets else TWENTY_SECONDS
    found = skills.met(kinds, groups, within, seed)
    fewer = [skills.one_less(kinds, groups, k, within, seed) for k in range(len(groups))]
    if as_json:
        print_json(told.json_of(kinds, groups, found, fewer))
        return
    print_rows(f"Calls by kind, answered within {within * 60:g} s", *told.kind_rows(kinds, groups, found))
    print_rows("Groups, and one person less in each", *told.group_rows(groups, found, fewer))
    for sentence in told.short(kinds, found, targets):
        say(sentence)


# ---- a week


def _plan(
    calls: str,
    targets: list[Target],
    call: tuple[float | None, float | None, Habits],
    most: int | None,
    shifts: tuple[str | None, str],
    seed: int,
) -> Plan:
    from sim.data.call_table import read_week
    from sim.staffing.plan import calls_of, plan_for, with_shifts
    from sim.staffing.shifts import shifts_from

    table, away = read_week(calls), share("--shrinkage", shifts[1])
    chosen = shifts_from(shifts[0], table.open, table.minutes) if shifts[0] is not None else ()
    found = plan_for(table, calls_of(table, *call), targets, most, away, seed)
    return with_shifts(found, chosen, away) if chosen else found


def share(option: str, written: str) -> float:
    """A percentage below 100 as a share. Raises :class:`Mistake`."""
    from sim.scenario.quantities import Unfit, from_text

    try:
        found = from_text(written, "share")
    except Unfit as unfit:
        raise Mistake(f"{option} {unfit}, such as 30% or 0.3") from None
    if not 0 <= found < 1:
        raise Mistake(f"{option} is {written}, but must be at least 0% and below 100%; write such as 30%")
    return found


def _one_less(out: Path) -> Path:
    """Where the plan with one person less in every hour is written, beside the plan."""
    return out.with_name(f"{out.stem}_one_less{out.suffix}")


def _write(plan: Plan, out: Path | None, picture: Path | None, read: tuple[str, str | None, Path | None]) -> None:
    """Write the plan, and draw it, where that is wished. ``read``: the tables of calls and of shifts, and the scenario."""
    from sim.data.tables import parted
    from sim.system.outputs import Output, check_outputs, put

    calls, shifts, scenario = read
    tables = [Path(parted(named)[0]) for named in (calls, shifts) if named and Path(parted(named)[0]).is_file()]
    wanted = [Output("--out", out, "csv")] if out else []
    wanted += [Output("--out", _one_less(out), "csv")] if out and scenario else []
    if picture:
        if picture.suffix not in KINDS:
            raise Mistake(f"--picture {picture}: name a file that ends in {', '.join(KINDS)}")
        wanted.append(Output("--picture", picture, picture.suffix[1:]))
    check_outputs(wanted, lambda: [*tables, *(read_by(load(scenario)) if scenario else ())])
    if out:
        from sim.report.staffing import csv_of

        put(out, csv_of(plan))
    if picture:
        from sim.report.charts.still import file_of
        from sim.report.staffing import picture as drawn

        put(picture, file_of(drawn(plan), picture.suffix[1:]))  # type: ignore[arg-type]


def _lived_under(plan: Plan, scenario: Path, out: Path, replications: int, seed: int) -> tuple[Comparison, float]:
    """The scenario under the plan against one person less, and the questions a week that its customers have for it."""
    from sim.commands.comparing import compared
    from sim.report.staffing import csv_of
    from sim.scenario.worlds import NONE, in_same_worlds
    from sim.staffing.loyalty import one_less, under
    from sim.system.outputs import put

    fewer = put(_one_less(out), csv_of(one_less(plan)))
    both, questions = under(load(scenario), (out, fewer), plan)
    scenarios = in_same_worlds(both)
    with place_to_run(None, None, None) as place:
        return compared(scenarios, replications, seed, None, place, None, scenarios[0].worlds or NONE), questions


def _show(plan: Plan, wage: float | None, lived: tuple[Comparison, float] | None, as_json: bool) -> None:
    from sim.report import staffing as told
    from sim.report.terminal import print_rows

    if as_json:
        print_json(told.json_of(plan, wage) | ({"loyalty": lived[0].to_json()} if lived else {}))
        return
    say(f"Read: {'; '.join(plan.table.said)}.")
    for title, columns, rows in told.grids(plan):
        print_rows(title, columns, rows)
    print_rows(*told.hardest_day(plan))
    if plan.shifts:
        print_rows("Shifts: how many begin each on which day", *told.shift_rows(plan))
    for sentence in (*told.sentences(plan, wage), *(told.loyalty_told(*lived) if lived else ())):
        say(sentence)


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command(epilog=example("staff --calls calls_by_hour.csv --target 80/20 --shifts 8,6,4 --shrinkage 30%"))(
        staff
    )
