"""What happened to a customer, told in sentences; the customer is "they"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sim.journey.relive import Event
from sim.model.behaviour.ledger import BOOKED
from sim.model.behaviour.person import COMPANY, GONE

FEELINGS = ("satisfaction", "trust", "grievance")
"""The states a story tells of."""
NOTICED = 0.02
"""A change of a feeling, on the scale from 0 to 1, that a story mentions."""
TOSS_UP = 0.005
"""A difference between providers, as a share of the price, that a story does not tell."""
CALLS = ("solved", "unsolved", "abandons")


@dataclass(frozen=True)
class Circumstances:
    """What the sentences of a week need to know: the provider at its start, the money's name, the ledger until then."""

    provider: int
    currency: str
    held_against: Mapping[str, float]


def provider_words(provider: float) -> str:
    """Who somebody is with."""
    return {COMPANY: "the company", GONE: "nobody"}.get(int(provider), "the rival")


def weeks_told(weeks: float) -> str:
    """A number of weeks: ``1 week``, ``168 weeks``."""
    return f"{weeks:.0f} week{'' if f'{weeks:.0f}' == '1' else 's'}"


def duration(minutes: float) -> str:
    """A wait in words."""
    if minutes < 1:
        seconds = round(60 * minutes)
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{minutes:.1f} minutes" if minutes < 10 else f"{minutes:.0f} minutes"


def sentences(events: Sequence[Event], here: Circumstances) -> list[str]:
    """The week's events as sentences, in the order in which they happened."""
    names = [event.what for event in events]
    return [said for event in events if (said := _sentence(event, names, here))]


def _sentence(event: Event, names: Sequence[str], here: Circumstances) -> str:
    if event.what in CALLS:
        return _call(event, names)
    tell = _TELL.get(event.what)
    return event.told if tell is None else tell(event.amount, here)


def _call(event: Event, names: Sequence[str]) -> str:
    """A call, why it was made and how it ended."""
    if "issue" in names and "silent" not in names:
        why = "They called"
    else:
        why = "They called with a question" if "question" in names else "They called again"
    if "bot_hands_over" in names:
        why = "They were put through"
    if "callback" in names:
        return f"{why}; {_called_back(event)}"
    if event.what == "abandons":
        return f"{why}; nobody answered within {duration(event.amount)} and they hung up."
    answered = "at once" if event.amount * 60 < 1 else f"after {duration(event.amount)}"
    return f"{why}; somebody answered {answered} and {'solved it' if event.what == 'solved' else 'did not solve it'}."


def _called_back(event: Event) -> str:
    end = {"abandons": "did not reach them", "solved": "solved it"}.get(event.what, "did not solve it")
    return f"the company called back after {duration(event.amount)} and {end}."


def _recovered(owned: float, here: Circumstances) -> str:
    steps = ((0.75, "fully"), (0.5, "largely"), (0.25, "half-heartedly"))
    how = next((words for limit, words in steps if owned >= limit), "hardly")
    return f"The company {how} made up for it ({owned:.2f} of 1)."


def _talk(kind: str) -> Callable[[float, Circumstances], str]:
    def tell(hearers: float, here: Circumstances) -> str:
        count = round(hearers)
        heard = {0: "but nobody heard it", 1: "and 1 person heard it"}.get(count, f"and {count} people heard it")
        return f"They spoke {kind} of {provider_words(here.provider)}, {heard}."

    return tell


def _percent(share: float, places: int = 0) -> str:
    return f"{100 * share:.{places}f}\u00a0%"  # not to be parted at the end of a line


def _stays(amount: float, here: Circumstances) -> str:
    other, margin = provider_words(1 - here.provider), f"{_percent(abs(amount))} of the price"
    if abs(amount) < TOSS_UP:
        return f"They compared providers and stayed; {other} was as good."
    if amount > 0:
        return f"They compared providers and stayed, although {other} was better by {margin}."
    return f"They compared providers and stayed; {other} fell short by {margin}."


def _moves(amount: float, to: str) -> str:
    margin = f"{_percent(abs(amount))} of the price"
    if abs(amount) < TOSS_UP:
        return f"They {to}, though staying was as good."
    if amount > 0:
        return f"They {to}, better by {margin} with all costs of moving."
    return f"They {to}, although staying was better by {margin}."


def _leaves(amount: float, here: Circumstances) -> str:
    return _moves(amount, "left for the rival") + _reasons(here.held_against)


def _joins(amount: float, here: Circumstances) -> str:
    return _moves(amount, "came to the company")


def _reasons(held: Mapping[str, float]) -> str:
    """What they held against the company until the week before."""
    booked = {cause: held.get(f"ledger_{cause}", 0.0) for cause in BOOKED}
    total = sum(booked.values())
    if total <= 0:
        return ""
    ranked = sorted((cause for cause in booked if booked[cause] >= 0.05 * total), key=lambda cause: -booked[cause])
    told = ", ".join(f"{cause} {_percent(booked[cause] / total)}" for cause in ranked)
    return f" What they held against the company until then: {told}."


def _renewed(weeks: float, here: Circumstances) -> str:
    if weeks < 1:
        return "Their contract ended; they stay without."
    return f"Their contract was renewed for {weeks:.0f} weeks."


def _offer_to_stay(stays: float, here: Circumstances) -> str:
    return f"They were about to leave and got an offer to stay, which they {'accepted' if stays else 'declined'}."


def _shop(wait: float, here: Circumstances) -> str:
    waited = "did not have to wait" if wait * 60 < 1 else f"waited {duration(wait)}"
    return f"They visited a shop and {waited}."


_TELL: dict[str, Callable[[float, Circumstances], str]] = {
    "issue": lambda severity, here: f"Something went wrong (severity {severity:.2f}).",
    "silent": lambda severity, here: "They said nothing about it.",
    "question": lambda amount, here: "",  # told with the call
    "recovered": _recovered,
    "offer_accepted": lambda paid, here: f"They were offered more and bought for {paid / 100:,.2f} {here.currency}.",
    "offer_refused": lambda fatigue, here: "They were offered more and declined.",
    "shop": _shop,
    "shop_left": lambda wait, here: f"They visited a shop and walked out after {duration(wait)}.",
    "shop_balked": lambda length, here: f"They came to a shop, saw {length:.0f} people in line, and left without buying.",
    "callback": lambda wait, here: "They did not have to wait on the line, but were to be called back.",
    "lines_closed": lambda amount, here: "They called, but the lines were closed.",
    "price_rise": lambda rise, here: f"The price rose by {_percent(rise, 1)}.",
    "tells_well": _talk("well"),
    "tells_ill": _talk("ill"),
    "compares_and_stays": _stays,
    "leaves": _leaves,
    "joins": _joins,
    "moves_away": lambda amount, here: "They left the market: moved away or died.",
    "contract_renewed": _renewed,
    "gives_up": lambda spent, here: f"They tried to call and gave up after {duration(spent)} without reaching anybody.",
    "bot_solves": lambda amount, here: "They asked the chatbot, which solved it.",
    "bot_fails": lambda amount, here: "They asked the chatbot, which could not help; there it ended.",
    "bot_hands_over": lambda amount, here: "They asked the chatbot, which could not help and handed them over.",
    "bot_found_out": lambda lost, here: f"They found out that it was no person, and lost {_percent(lost)} of their trust.",
    "message_solved": lambda hours, here: f"They wrote; an answer came after {hours:.0f} hours and solved it.",
    "message_unsolved": lambda hours, here: f"They wrote; an answer came after {hours:.0f} hours and did not solve it.",
    "complains_publicly": lambda amount, here: "They complained about it in public.",
    "plan_sent": lambda amount, here: "The company recommended a better plan, without being asked.",
    "offer_to_stay": _offer_to_stay,
    "winback_offer": lambda amount, here: "The company made them an offer to come back.",
    "fee_found": lambda fee, here: f"They found a fee of {fee / 100:,.2f} {here.currency} that nobody had told them of.",
    "fee_unnoticed": lambda fee, here: f"They paid a hidden fee of {fee / 100:,.2f} {here.currency} and did not notice.",
    "drip_found": lambda part, here: f"Their first bill showed that {_percent(part)} of the price had been held back.",
    "claim_found_false": lambda claim, here: "They found out that the company had misled them.",
    "outage_notice": lambda severity, here: "The company told them at once of a failure.",
    "false_notice": lambda severity, here: "What the company told them of a failure turned out to be untrue.",
    "pretence_exposed": lambda gap, here: "Talking to the company, they saw that its claim to put customers first was hollow.",
}  # fmt: skip


def felt(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Which feelings changed noticeably, and to what; empty when none did."""
    moved = [name for name in FEELINGS if abs(after[name] - before[name]) >= NOTICED]
    return ", ".join(f"{name} {before[name]:.2f} \u2192 {after[name]:.2f}" for name in moved)


SATISFIED = ("very dissatisfied", "dissatisfied", "lukewarm", "satisfied", "very satisfied")
TRUSTING = ("deeply distrustful", "distrustful", "neither trusting nor distrustful", "trusting", "very trusting")
GRUDGES = ((0.5, "a deep grievance"), (0.2, "a grievance"), (0.05, "a slight grievance"))


def feelings(state: Mapping[str, float]) -> str:
    """Feelings in words with their numbers."""
    satisfaction, trust, grievance = (state[name] for name in FEELINGS)
    grudge = next((words for limit, words in GRUDGES if grievance >= limit), "no grievance")
    told = (_word(satisfaction, SATISFIED), satisfaction), (_word(trust, TRUSTING), trust), (grudge, grievance)
    return ", ".join(f"{words} ({value:.2f})" for words, value in told)


def _word(value: float, fifths: Sequence[str]) -> str:
    """The word for the fifth of the scale that a value lies in."""
    return fifths[min(int(5 * value), 4)]
