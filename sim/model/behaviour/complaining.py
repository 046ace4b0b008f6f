"""Who speaks up when something goes wrong, and who says nothing.

Serves S0.1, S2.2. Sources: Goodman (TARP), "Basic facts on customer complaint behavior" (about half tell a front-line person;
the popular 4 % is a misquotation); Hirschman 1970, "Exit, voice, and loyalty". The slope is an assumption.
"""

from sim.model.behaviour.conversation import ABOUT, CONTACT, IN_TOUCH, NEW, SPEAKS
from sim.model.behaviour.grievance import aggrieved, worn_off
from sim.model.behaviour.issue import SILENT, UNDECIDED, carried, severity_of
from sim.model.behaviour.person import ASKS, COMPANY, MOOD
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.transparency import spared, told_of
from sim.model.numeric import share
from sim.model.parameters import Parameters, parameter
from sim.model.random import happens
from sim.model.rules import rule
from sim.model.steps import step


class Complaining(Parameters):
    base: float = parameter(
        0.7, "ratio", 0, 2, "Chance to speak up about a slight issue, per unit of the person's contact propensity",
        "assumption: with propensity 0.5, a third speak up about trifles; "
        "plausible for what leaves 30 to 60 % of problems told", plausible=(0.4, 1.0))  # fmt: skip
    slope: float = parameter(
        1.0, "ratio", 0, 5, "How much more likely people speak up about a grave issue",
        "literature: Goodman (TARP): half of all problems are told to the front line, grave ones more; "
        "plausible for the same 30 to 60 %", plausible=(0.4, 2.0, "log"))  # fmt: skip
    persistence: float = parameter(
        0.6, "share per week", 0, 1, "Chance to get in touch again while the issue is unresolved",
        "assumption: most try again within two weeks; "
        "plausibly three to nine in ten every week", plausible=(0.3, 0.9))  # fmt: skip
    giving_up: float = parameter(
        1.5, "ratio", 0, 20, "How much less readily people try again with each try in vain: 1 halves it after the first",
        "assumption: after two or three most have given up; "
        "plausible for the second try from two thirds as likely to a fifth", plausible=(0.5, 4, "log"))  # fmt: skip


@rule
def speaks_up(propensity: float, severity: float, base: float, slope: float) -> float:
    """The chance that a customer with a new issue gets in touch."""
    return share(propensity * (base + slope * severity))


COUNTS = ("issues", "silent", "complaints")
EVENTS = {
    "issue": "Something went wrong (severity {amount:.2f}).",
    "silent": "They said nothing about it.",
    "question": "",  # told with the call
}


@step
def has_matter(me, p) -> bool:
    """Whether one of the company's customers has an issue, new or still open, or a question."""
    troubled = me.performed < p.quality.failure_threshold or me.issue_severity > 0.0
    return me.provider == COMPANY and (troubled or happens(p.call_centre.questions, me.luck(MOOD, ASKS)))


@step
def get_in_touch(me, p, week, count, note, mark: int) -> int:
    """Speak up about an issue or say nothing and resent it, or else ask something; gives back what the contact is about.

    Every rule is asked, and what does not apply is dropped: what people do cannot be guessed, so a choice between values is
    faster than one between ways.
    """
    fresh, luck = severity_of(me.performed, p.quality.failure_threshold), me.luck(CONTACT, SPEAKS)
    told = fresh > 0.0 and p.transparency.outage_notices > 0.0 and told_of(me, p, week, note, fresh)
    fresh = spared(fresh, p.transparency.blame_spared, told)
    before, tried, grievance, new = me.issue_severity, me.issue_tries, me.grievance, fresh > 0.0
    troubled = new or before > 0.0
    severity = carried(before, p.issue.lasting, p.issue.closed_below)
    severity = max(severity, fresh) if new else severity
    chance = speaks_up(me.contact_propensity, severity, p.complaining.base, p.complaining.slope)
    tries_again = worn_off(p.complaining.persistence, tried, p.complaining.giving_up)
    again = tries_again if severity > 0.0 and tried != SILENT else 0.0
    calls = troubled and happens(spared(chance, p.transparency.calls_spared, told) if new else again, luck)
    silent = new and not calls
    resented = spared(p.grievance.rise * p.grievance.silent, p.transparency.calls_spared, told)
    hurt = aggrieved(grievance, fresh, resented, 0.0)
    forgets = (tried == SILENT and calls) if new else severity <= 0.0
    after = SILENT if silent and tried == UNDECIDED else UNDECIDED if forgets else tried
    me.issue_severity, me.grievance = severity if troubled else before, hurt if silent else grievance
    me.issue_tries = after if troubled else tried
    asks = not calls and happens(p.call_centre.questions, me.luck(MOOD, ASKS))
    count.issues += new
    count.complaints += new and calls
    count.silent += silent
    if new:
        note.issue(fresh)
    if silent:
        note.silent(fresh)
    if asks:
        note.question(0.0)
    about = IN_TOUCH | ABOUT | NEW if new else IN_TOUCH | ABOUT
    return about if calls else IN_TOUCH if asks else 0


EXAMPLES = (
    example(speaks_up, 0.5, 0.4, 0.6, 1.0, becomes=0.5, because="0.5 x (0.6 + 0.4)"),
    example(speaks_up, 0.9, 1.0, 0.8, 1.0, becomes=1.0, because="a chance cannot exceed 1"),
)
STEP_EXAMPLES = (
    example_of_step(
        has_matter, me={"performed": 0.4}, p={"quality.failure_threshold": 0.5}, luck={(MOOD, ASKS): 0.9},
        becomes={"gives": True}, because="the product failed",
    ),
    example_of_step(
        get_in_touch, 0, me={"performed": 0.25, "contact_propensity": 0.5}, luck={(CONTACT, SPEAKS): 0.4, (MOOD, ASKS): 0.9},
        p={"quality.failure_threshold": 0.5, "base": 0.6, "slope": 0.8},
        becomes={"issue_severity": 0.5, "count.issues": 1, "count.complaints": 1, "note.issue": 0.5, "gives": 16 + 1 + 4},
        because="severity 0.5, and 0.4 is below 0.5 x (0.6 + 0.8 x 0.5): in touch about a new issue",
    ),
    example_of_step(
        get_in_touch, 0, me={"performed": 0.25, "contact_propensity": 0.5, "grievance": 0.2},
        luck={(CONTACT, SPEAKS): 0.52, (MOOD, ASKS): 0.9},
        p={"quality.failure_threshold": 0.5, "base": 0.6, "slope": 0.8, "grievance.rise": 0.5, "grievance.silent": 0.4},
        becomes={"issue_severity": 0.5, "issue_tries": SILENT, "grievance": 0.28, "count.issues": 1, "count.silent": 1,
                 "note.issue": 0.5, "note.silent": 0.5, "gives": 0},
        because="0.52 is not: says nothing and resents it, 0.2 + 0.8 x (0.5 x 0.4) x 0.5",
    ),
)  # fmt: skip
