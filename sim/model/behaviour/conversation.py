"""What a contact with the company leaves behind, by telephone, in writing or with a machine.

Sources: SQM Group for first-contact resolution; the marks and weights are those of the mechanisms that hold the conversation.
"""

from sim.model.behaviour.grievance import aggrieved, relieved, worn_off
from sim.model.behaviour.issue import MOST_TRIES, UNDECIDED
from sim.model.behaviour.ledger import OF_ACCOUNTABILITY, OF_SERVICE, borne, lost, suffered
from sim.model.behaviour.satisfaction import be_stirred, moved, verdict_on
from sim.model.behaviour.trust import trust_after
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.accountability import (
    accepts_refusal,
    delighted,
    excellence,
    justice,
    made_good,
    remedy,
    reopens,
)
from sim.model.mechanisms.pricing import cents
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

CONTACT = stream("contact")
"""Draws of somebody in touch: whether they speak up, when they call, how patient they are, how long it takes; then how it ends."""
SPEAKS, COMES_AT, IS_PATIENT, TAKES, IS_HELPED, SEES_THROUGH, IS_CALLED_BACK, IS_REACHED = range(8)
"""What these draws decide."""
ABOUT, HANDED, NEW, LATE, IN_TOUCH = 1, 2, 4, 8, 16
"""Marks of a contact: it is about an issue; a chatbot put it through; the issue is new and nobody was told of it yet; the lines
were closed at the first try; and that it goes on."""

AGAIN, MOST_AGAIN = 32, 7
"""Of the marks, the place from which on it is counted how often this is called again, and how often at most."""

_BASE = f32(0.25)


@rule
def solves(skill: float, severity: float, hardness: float) -> float:
    """The chance that a representative of this skill resolves an issue of this severity."""
    return skill * (f32(1) - hardness * severity)


@rule
def encounter(answered: bool, warmth: float, solved: bool, manner: float, solution: float, pain: float) -> float:
    """How an encounter was: a quarter of the scale for being answered, then manner, solution, and the wait."""
    return share((_BASE if answered else f32(0)) + manner * warmth + (solution if solved else f32(0)) - pain)


@rule
def effort(pain: float, tries: int, solved: bool) -> float:
    """The effort a contact took, 0 to 1: a little to begin with, the wait, earlier tries, and having to try again."""
    before = f32(tries) / (f32(1) + f32(tries))
    return share(f32(0.1) + pain + f32(0.3) * before + (f32(0) if solved else f32(0.3)))


@rule
def calls_made(mark: int) -> int:
    """How often somebody has called before about this, in the same week."""
    return mark >> 5


@rule
def mark_of_next(mark: int, matter: bool) -> int:
    """The mark of the next call of the same week: straight to the company, and about a ``matter`` or not."""
    return ((mark >> 5) + 1) * AGAIN + IN_TOUCH + (ABOUT if matter else 0)


@rule
def restored(before: float, after: float, expectation: float) -> float:
    """Satisfaction after an ordinary contact: it may take, and give back what was missing, but nobody is delighted by it."""
    ceiling = expectation if expectation > before else before
    return after if after < ceiling else ceiling


@step
def severity_of_matter(me, mark: int) -> float:
    """How grave the matter of a contact is; a question is not."""
    return me.issue_severity if (mark & ABOUT) != 0 else 0.0


@step
def tries_before(me, mark: int) -> int:
    """How often the matter of a contact was tried before."""
    return me.issue_tries if (mark & ABOUT) != 0 else 0


@step
def feel_contact(me, p, week, quality: float):
    """Satisfaction and trust after a conversation of this quality, or after waiting for one in vain."""
    liked, spared = me.satisfaction, p.ledger.without == OF_SERVICE
    judged = restored(liked, moved(liked, verdict_on(me, p, quality), p.call_centre.memory), me.expectation)
    me.satisfaction = suffered(liked, judged, spared)
    me.ledger_service += lost(liked, me.satisfaction) * week.rate
    before = me.trust
    growth, loss = share(p.trust.growth * p.trust.encounter), share(p.trust.loss * p.trust.encounter)
    me.trust = suffered(before, trust_after(before, quality, growth, loss), spared)
    me.ledger_service += lost(before, me.trust) * week.rate


@step
def owned(p, weeks: float) -> float:
    """How far a failure is owned by somebody who may grant so many weeks of spend."""
    manner = justice(
        remedy(weeks), p.accountability.acknowledges, p.accountability.apologises, p.accountability.speed,
        p.accountability.blames,
    )  # fmt: skip
    return manner


@step
def recover(me, p, week, count, note, solved: bool, weeks: float) -> bool:
    """After an answered contact about an issue: a recovery that is owned or not, or a refusal that rankles.

    Gives back whether the matter is closed: what was solved may come up again, and a refusal may be understood.
    """
    severity, grievance, justly, luck = me.issue_severity, me.grievance, owned(p, weeks), me.spare_luck(CONTACT)
    closed = not solved
    if solved:
        closed = not happens(reopens(p.accountability.disputed, justly), luck)
        be_stirred(me, severity * excellence(justly))
        whole = made_good(me.satisfaction, me.expectation, severity, justly, p.accountability.restores)
        me.satisfaction = delighted(whole, severity, justly, p.accountability.delight)
        me.grievance = relieved(grievance, p.accountability.relief * justly)
        count.cost_compensation += cents(me.spend, weeks)
        note.recovered(justly)
        if not closed:
            note.reopens(severity)
    else:
        closed = happens(accepts_refusal(p.accountability.explains, p.accountability.acknowledges), luck)
        rise = 0.0 if closed else worn_off(p.grievance.rise * p.grievance.refused, me.issue_tries, p.grievance.wearing)
        after = aggrieved(grievance, severity, rise, justly)
        me.grievance = borne(grievance, after, p.ledger.without == OF_ACCOUNTABILITY)
        me.ledger_accountability += lost(me.grievance, grievance) * week.rate
        be_stirred(me, 0.0 if closed else severity)
    return closed


@step
def rankle(me, p, week, severity: float, part: float):
    """Nobody refused, but nobody listened either: this part of the grievance of a refusal."""
    before = me.grievance
    after = aggrieved(before, severity, p.grievance.rise * part, 0.0)
    me.grievance = borne(before, after, p.ledger.without == OF_SERVICE)
    me.ledger_service += lost(me.grievance, before) * week.rate


@step
def settle(me, p, mark: int, solved: bool):
    """Close the issue, leave it open with one more try, or make one of a question that nobody answered.

    ``solved``: whether the matter is closed.
    """
    about, tried = (mark & ABOUT) != 0, me.issue_tries
    new = not about and not solved and me.issue_severity <= 0.0
    later = min(tried + 1, MOST_TRIES) if about and not solved else 1 if new else tried
    me.issue_tries = UNDECIDED if about and solved else later
    unanswered = p.call_centre.unanswered_severity if new else me.issue_severity
    me.issue_severity = 0.0 if about and solved else unanswered


@step
def count_contact(count, pain: float, tries: int, solved: bool):
    """Enter one contact in the counts, with the effort it took after so many earlier tries."""
    count.contacts += 1
    count.effort += fixed(effort(pain, tries, solved))
    count.solved += solved
    count.first_contacts += tries == 0
    count.solved_at_first += tries == 0 and solved


COUNTS = ("contacts", "first_contacts", "solved_at_first", "solved", "effort")


def _how(owned: float) -> str:
    """How far a failure was owned, in a word."""
    steps = ((0.75, "fully"), (0.5, "largely"), (0.25, "half-heartedly"))
    return next((words for limit, words in steps if owned >= limit), "hardly")


EVENTS = {
    "recovered": lambda owned, here: f"The company {_how(owned)} made up for it ({owned:.2f} of 1).",
    "reopens": "The matter came up again, though it had been called solved.",
}
EXAMPLES = (
    example(solves, 0.8, 0.5, 0.4, becomes=0.64, because="0.8 x (1 - 0.4 x 0.5)"),
    example(restored, 0.6, 0.7, 0.65, becomes=0.65, because="no more than was expected"),
    example(restored, 0.7, 0.8, 0.6, becomes=0.7, because="nothing was missing"),
    example(restored, 0.7, 0.5, 0.6, becomes=0.5, because="a bad contact takes what it takes"),
    example(effort, 0.2, 1, False, becomes=0.75, because="0.1 + 0.2 + 0.3 x 1/2 + 0.3"),
    example(calls_made, 17 + 2 * AGAIN, becomes=2, because="the second call after the first"),
    example(mark_of_next, 30, True, becomes=49, because="no longer new, late or put through; about an issue now"),
    example(mark_of_next, 49, False, becomes=80, because="the third call is a question"),
    example(encounter, True, 0.8, True, 0.3, 0.35, 0.1, becomes=0.74, because="0.25 + 0.24 + 0.35 - 0.1"),
    example(encounter, True, 0.5, False, 0.3, 0.35, 0.3, becomes=0.1, because="0.25 + 0.15 - 0.3"),
    example(encounter, False, 0.0, False, 0.3, 0.35, 0.1, becomes=0.0, because="nobody answered, nothing is worse"),
)
STEP_EXAMPLES = (
    example_of_step(severity_of_matter, 17, me={"issue_severity": 0.4}, becomes={"gives": 0.4}, because="about the issue"),
    example_of_step(tries_before, 17, me={"issue_tries": 3}, becomes={"gives": 3}, because="tried three times"),
    example_of_step(
        feel_contact, 0.1, me={"satisfaction": 0.5, "expectation": 0.5, "trust": 0.5}, week={"rate": 2.0},
        p=AS_IT_WAS | {"call_centre.memory": 0.1, "trust.loss": 0.025, "trust.encounter": 4.0},
        becomes={"satisfaction": 0.46, "trust": 0.46, "ledger_service": 0.16},
        because="a tenth of the way from 0.5 to 0.1 for each, and the 0.08 lost is booked at the rate of 2",
    ),
    example_of_step(
        feel_contact, 0.9, me={"satisfaction": 0.5, "expectation": 0.6, "trust": 0.5},
        p=AS_IT_WAS | {"call_centre.memory": 0.5, "trust.growth": 0.01, "trust.encounter": 4.0},
        becomes={"satisfaction": 0.6, "trust": 0.516},
        because="half way from 0.5 to 0.9 would be 0.7, but a contact can at best restore what was expected",
    ),
    example_of_step(
        owned, 2.0, p={"accountability.acknowledges": 0.8, "accountability.apologises": 0.4, "accountability.speed": 0.5,
        "accountability.blames": 0.1}, becomes={"gives": 0.435}, because="0.45 x 0.5 + 0.35 x 0.6 + 0.2 x 0.5 - 0.1",
    ),
    example_of_step(
        recover, True, 2.0, luck={(CONTACT, "spare"): 0.02},
        me={"issue_severity": 0.5, "satisfaction": 0.6, "expectation": 0.8, "grievance": 0.4, "spend": 10.0},
        p={"accountability.acknowledges": 1.0, "accountability.apologises": 1.0, "accountability.speed": 1.0,
           "accountability.blames": 0.025, "accountability.delight": 0.1, "accountability.relief": 0.8,
           "accountability.disputed": 0.25},
        becomes={"satisfaction": 0.7075, "grievance": 0.16, "stirred": 0.25, "count.cost_compensation": 2000,
                 "note.recovered": 0.75, "gives": True},
        because="justice 0.775 - 0.025: half of the 0.2 missing, then 0.3 x 0.1 x 0.5 x 0.5; 0.6 of the grievance goes; closed, "
                "for 0.02 is not below 0.25 x 0.25 x 0.25",
    ),
    example_of_step(
        recover, False, 2.0, me={"issue_severity": 0.5, "grievance": 0.4, "spend": 10.0}, week={"rate": 2.0},
        luck={(CONTACT, "spare"): 0.6},
        p={"accountability.acknowledges": 1.0, "accountability.apologises": 1.0, "accountability.speed": 1.0,
           "accountability.blames": 0.025, "grievance.rise": 0.8, "grievance.refused": 0.75, "accountability.explains": 0.5},
        becomes={"grievance": 0.445, "ledger_accountability": 0.09, "stirred": 0.5, "gives": False},
        because="0.4 + 0.6 x 0.6 x 0.5 x a quarter, not owned; 0.6 is above the half who accept an explanation",
    ),
    example_of_step(
        recover, False, 2.0, me={"issue_severity": 0.5, "grievance": 0.4}, luck={(CONTACT, "spare"): 0.4},
        p={"accountability.acknowledges": 1.0, "accountability.explains": 0.5}, becomes={"gives": True},
        because="one of the half who accept a frank explanation",
    ),
    example_of_step(
        rankle, 0.5, 0.5, me={"grievance": 0.2}, week={"rate": 2.0}, p={"grievance.rise": 0.5},
        becomes={"grievance": 0.3, "ledger_service": 0.2}, because="0.2 + 0.8 x (0.5 x 0.5) x 0.5",
    ),
    example_of_step(
        settle, 17, False, me={"issue_severity": 0.4, "issue_tries": 3}, becomes={"issue_tries": 4}, because="one more try",
    ),
    example_of_step(
        settle, 17, True, me={"issue_severity": 0.4, "issue_tries": 3}, becomes={"issue_severity": 0.0, "issue_tries": 0},
        because="solved",
    ),
    example_of_step(
        count_contact, 0.15, 0, True,
        becomes={"count.contacts": 1, "count.effort": FIXED_ONE // 4, "count.solved": 1, "count.first_contacts": 1,
                 "count.solved_at_first": 1}, because="an effort of 0.1 + 0.15",
    ),
)  # fmt: skip
