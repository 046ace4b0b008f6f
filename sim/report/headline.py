"""The report's first lines: which policy keeps the most customers, what it does to profit, and what was simulated."""

from __future__ import annotations

from sim.report import facts
from sim.report.amounts import (
    between,
    half_width,
    lasting,
    listed,
    money_size,
    money_unit,
    number,
    places,
    sizes,
    span,
    within,
)
from sim.report.ignorance import fitted_told
from sim.report.questions import costs_asked_for
from sim.report.words import at_most, decided, nothing, points, points_places, quoted, times
from sim.runs.comparison import UNDECIDED, Comparison, same_meaning
from sim.runs.runner import Result
from sim.runs.statistics import Difference


def headline(answer: Comparison) -> str:
    """What a strategist wanted to know, in one sentence."""
    if not answer.others:
        return _of_itself(answer)
    if len(answer.others) == 1:
        return _of_one(answer, answer.others[0])
    if all(nothing(gaps["retention"]) for gaps in answer.differences.values()):
        return _none_seen(answer)
    if len(answer.numbers) < 2 or answer.best == UNDECIDED:
        return _between_several(answer)
    return _of_the_best(answer)


def _none_seen(answer: Comparison) -> str:
    """Of several policies that no replication tells apart."""
    if all(map(answer.same_meaning, answer.others)):
        return "All these policies keep exactly as many customers"
    return f"Undecided: no difference in customers kept was seen in {times(answer)}; it can be {at_most(answer)}"


def _of_itself(answer: Comparison) -> str:
    kept, scenario = facts.level(answer, answer.base, "retention"), answer.base.scenario
    percent = within(kept, 100, 1)
    return f"Under {quoted(scenario.name)}, {percent} of 100 customers are still there after {lasting(scenario)}"


def _of_one(answer: Comparison, other: Result) -> str:
    base, name = quoted(answer.base.scenario.name), quoted(other.scenario.name)
    gap = answer.differences[other.scenario.name]["retention"]
    if nothing(gap) and answer.same_meaning(other):
        said = f"{name} keeps exactly as many customers as {base}"
    elif nothing(gap):
        said = (
            f"Undecided: no difference in customers kept between {name} and {base} was seen in {times(answer)}; it can be "
            f"{at_most(answer)}"
        )
    elif answer.worlds is not None:
        said = _in_worlds(answer, gap, f"{name} keeps", f"customers than {base}")
    elif not decided(answer, gap):
        said = f"Undecided: whether {name} keeps more customers than {base} may be chance{_between(gap)}"
    else:
        said = f"{name} keeps {points(gap)} {'more' if gap.mean > 0 else 'fewer'} customers than {base}"
    return said + _and_money(answer, other, gap)


IN_WORLDS = "in nine of ten plausible worlds"


def _in_worlds(answer: Comparison, gap: Difference, keeps: str, customers: str) -> str:
    """How many more or fewer points of customers are kept in nine of ten worlds, and in how many worlds it is the other way."""
    digits = points_places(gap)
    more, fewer = ("more", "fewer") if gap.mean > 0 else ("fewer", "more")
    otherwise = 1 - gap.probability_higher if gap.mean > 0 else gap.probability_higher
    if decided(answer, gap):
        told = f"{keeps} {sizes(gap, 100, digits)} percentage points {more} {customers} {IN_WORLDS}"
    else:
        ends = sorted((gap.low, gap.high))
        down, up = (number(100 * abs(end), digits) for end in ends)
        told = f"Undecided: {keeps} between {down} percentage points fewer and {up} more {customers} {IN_WORLDS}"
    return f"{told}; {_in_100(answer, otherwise)} it keeps {fewer}"


def _in_100(answer: Comparison, share: float) -> str:
    """A share of worlds in words: ``in 3 of 100``."""
    met = len({int(number) for number in answer.met})
    return f"in none of the {met:,} met" if share == 0 else f"in {max(round(100 * share), 1)} of 100"


def _between(gap: Difference) -> str:
    """How much more or fewer customers it may be; nothing where nothing is known of luck."""
    around = between(gap, 100, points_places(gap), plus=True)
    return f" (95 % interval {around} percentage points)" if gap.defined > 1 else ""


def _and_money(answer: Comparison, other: Result, kept: Difference) -> str:
    """The other half of the headline: what becomes of profit."""
    gap = answer.differences[other.scenario.name]["profit"]
    if nothing(gap) or len(answer.numbers) < 2:
        return ""
    if not decided(answer, gap):
        may_be = ", and so may its profit" if not nothing(kept) else "; what becomes of profit is undecided"
        return "; what becomes of profit is undecided" if decided(answer, kept) else may_be
    amount = _amount(answer, gap)
    joint = ", but" if (kept.mean > 0) != (gap.mean > 0) else ", and"
    who = quoted(other.scenario.name) if nothing(kept) and not answer.same_meaning(other) else "it"
    return f"{joint if decided(answer, kept) else ';'} {who} earns {amount} {'more' if gap.mean > 0 else 'less'}"


def _amount(answer: Comparison, gap: Difference) -> str:
    """The size of a decided difference of money: its mean, or in plausible worlds the ends of its range."""
    scale, currency = facts.stands_for(answer), answer.base.scenario.currency
    if answer.worlds is None:
        return money_size(gap, scale, currency)
    unit = money_unit([gap.low * scale, gap.high * scale], currency)
    return f"{sizes(gap, unit.factor * scale, places(half_width(gap, unit.factor * scale), 1))} {unit.level}"


def _of_the_best(answer: Comparison) -> str:
    base = answer.base.scenario.name
    if answer.best == base:
        return f"{quoted(base)} keeps the most customers: the others keep {_fewer(answer)} percentage points fewer"
    other = next(result for result in answer.others if result.scenario.name == answer.best)
    gap = answer.differences[answer.best]["retention"]
    best = f"{quoted(answer.best)} keeps the most customers: {points(gap)} more than {quoted(base)}"
    if answer.worlds is not None:
        keeps = f"{quoted(answer.best)} keeps the most customers:"
        best = _in_worlds(answer, gap, keeps, f"than {quoted(base)}")
    return best + _and_money(answer, other, gap)


def _fewer(answer: Comparison) -> str:
    """The range of what the others lose against the base: ``0.7 to 7.9``."""
    gaps = sorted((gaps["retention"] for gaps in answer.differences.values()), key=lambda gap: abs(gap.mean))
    digits = max(map(points_places, gaps))
    ends = [number(abs(gap.mean) * 100, digits) for gap in (gaps[0], gaps[-1])]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def contenders(answer: Comparison) -> list[str]:
    """The names of the scenarios of which any may keep the most customers."""
    return [result.scenario.name for result in _leaders(answer, "retention")]


def _leaders(answer: Comparison, measure: str) -> list[Result]:
    """The scenarios of which any may have the most of a measure: the leader, and those not decidedly behind it."""
    ranked = sorted(answer.results, key=lambda result: -float(answer.values(result, measure).mean()))
    leads = [answer.difference(other, ranked[0], measure) for other in ranked[1:]]
    return [ranked[0], *(o for o, lead in zip(ranked[1:], leads, strict=True) if not decided(answer, lead))]


def _as_much(answer: Comparison, results: list[Result], measure: str) -> bool:
    """Whether all these mean the same and have the same of a measure, so that nothing is left to be decided between them."""
    first, others = results[0], results[1:]
    return all(same_meaning(first, one) and nothing(answer.difference(first, one, measure)) for one in others)


def _between_several(answer: Comparison) -> str:
    found, names = _leaders(answer, "retention"), listed([quoted(name) for name in contenders(answer)])
    if len(answer.numbers) > 1 and _as_much(answer, found, "retention"):
        return f"{names} keep the most customers, and exactly as many: they mean the same"
    if len(found) == len(answer.results):
        return f"Undecided: which of these policies keeps the most customers may be {facts.may_be(answer)}"
    return f"Undecided between {names}: which keeps the most customers may be {facts.may_be(answer)}"


def lead(answer: Comparison) -> list[str]:
    """What follows the headline: money, and what was simulated."""
    fitted = [] if answer.worlds is None else [fitted_told(answer)]
    return [*costs_asked_for(answer), *_best_earner(answer), *_short_lived(answer), *fitted, _setting(answer)]


def _best_earner(answer: Comparison) -> list[str]:
    if len(answer.others) < 2 or len(answer.numbers) < 2:
        return []
    best, base = answer.best_by("profit"), answer.base.scenario.name
    if best == UNDECIDED:
        return [_undecided_earner(answer)]
    if best == base:
        return [f"{quoted(base)} earns the most: every other policy costs profit."]
    gap = answer.differences[best]["profit"]
    amount = _amount(answer, gap)
    than = f"{quoted(base)} over {lasting(answer.base.scenario)}"
    return [f"{quoted(best)} earns the most: {amount} more profit than {than}."]


def _undecided_earner(answer: Comparison) -> str:
    """That no single policy is known to earn the most, and why."""
    found = _leaders(answer, "profit")
    names = listed([quoted(result.scenario.name) for result in found])
    if not _as_much(answer, found, "profit"):
        return f"Which of them earns the most is undecided: the differences in profit may be {facts.may_be(answer)}."
    return (
        f"{names} earn the most, and exactly as much."
        if len(found) < len(answer.results)
        else "They earn exactly as much."
    )


def _short_lived(answer: Comparison) -> list[str]:
    """The policies whose early gain is used up before the end."""
    found = []
    for other in answer.others if len(answer.others) > 1 else ():
        gap, even = answer.differences[other.scenario.name]["profit"], facts.turn(answer, other).even
        if decided(answer, gap) and gap.mean < 0 and even is not None:
            found.append((quoted(other.scenario.name), span(even)))
    if not found:
        return []
    names, spans = listed([name for name, _ in found]), listed([after for _, after in found])
    earns, gain = ("earns", "the gain is") if len(found) == 1 else ("earn", "the gains are")
    return [f"{names} {earns} more at first and less in the end: {gain} used up after {spans}."]


def _setting(answer: Comparison) -> str:
    count, several, scale = len(answer.numbers), len(answer.results) > 1, facts.stands_for(answer)
    often = f"{count:,} times" if count > 1 else "once"
    luck = ", with the same luck for every policy" if several else ""
    policy = "each policy" if several else "the policy"
    drawn = answer.base.scenario.customers.file is None
    or_so = " or so" if drawn and answer.base.scenario.warm_up else ""
    people = f"{answer.base.customers_in_week_0:,}{or_so} customers"
    said = f"In the model {policy} met the same {people} {often}{luck}."
    if drawn and count > 1:  # nobody is met twice: they are drawn anew
        met = f"every policy met the same {people} with the same luck" if several else f"there were {people}"
        said = f"In each of {count:,} replications {met}; they were drawn anew every time."
    if len({result.scenario.market.stands_for for result in answer.results}) > 1:
        return f"{said} A simulated customer stands for other numbers of real ones in each; money and heads are of the simulated."
    if scale == 1:
        return said
    real = f"Each simulated customer stands for {scale:,.6g} real ones"
    return f"{said} {real}; money and head counts are those of the whole company."
