"""What a contact leaves behind, by telephone, in writing or with a machine: steps that the fast engine's contacts share."""

import numpy as np

from sim.engine.lists import book, experienced, row_of
from sim.model.behaviour.grievance import aggrieved, relieved
from sim.model.behaviour.issue import MOST_TRIES, UNDECIDED
from sim.model.behaviour.ledger import booked, lost
from sim.model.behaviour.trust import trust_after
from sim.model.mechanisms.accountability import delighted, justice, made_good, remedy
from sim.model.mechanisms.call_centre import effort
from sim.model.mechanisms.digital_channels import differing
from sim.model.mechanisms.personalisation import repeating
from sim.model.numeric import fixed, share
from sim.model.rules import step
from sim.model.week import count

f32, i64 = np.float32, np.int64

E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
SEVERITY, TRIES = row_of("issue_severity"), row_of("issue_tries")
LEDGER_SERVICE, LEDGER_ACCOUNTABILITY = row_of("ledger_service"), row_of("ledger_accountability")


@step
def judge(number, i, quality, p, rate):
    """Satisfaction and trust after a contact of this quality."""
    before, trust = experienced(number, i, quality, p.call_centre_memory, p), number[T_, i]
    book(number, LEDGER_SERVICE, i, before, number[S_, i], rate)
    growth, loss = share(p.trust_growth * p.trust_encounter), share(p.trust_loss * p.trust_encounter)
    number[T_, i] = trust_after(trust, quality, growth, loss)
    book(number, LEDGER_SERVICE, i, trust, number[T_, i], rate)


@step
def tangle(again, p):
    """What telling it again, and hearing something else, takes off the encounter of somebody who has tried before."""
    repeated = repeating(again, p.personalisation_repetition_hurts, p.personalisation_remembers)
    return repeated + differing(again, p.digital_channels_inconsistency, p.digital_channels_offered)


@step
def how_owned(weeks, p):
    """How far a failure is owned by somebody who may grant so many weeks of spend."""
    return justice(
        remedy(weeks), p.accountability_acknowledges, p.accountability_apologises, p.accountability_speed,
        p.accountability_blames,
    )  # fmt: skip


@step
def recover(number, i, recovered, refused, owned, p, rate):
    """After an answered contact about an issue: a recovery that is owned or not, or a refusal that rankles."""
    severity, grievance, satisfaction = number[SEVERITY, i], number[G_, i], number[S_, i]
    whole = made_good(satisfaction, number[E_, i], severity, owned, p.accountability_restores)
    delight = delighted(whole, severity, owned, p.accountability_delight)
    relief = relieved(grievance, p.accountability_relief * owned)
    hurt = aggrieved(grievance, severity, p.grievance_rise, owned)
    number[S_, i] = delight if recovered else satisfaction
    number[G_, i] = relief if recovered else (hurt if refused else grievance)
    number[LEDGER_ACCOUNTABILITY, i] += booked(lost(hurt, grievance), rate, refused)


@step
def rankle(number, i, severity, part, p, rate):
    """Nobody refused, but nobody listened either: this part of the grievance of a refusal."""
    before = number[G_, i]
    number[G_, i] = aggrieved(before, severity, p.grievance_rise * part, f32(0))
    book(number, LEDGER_SERVICE, i, number[G_, i], before, rate)


@step
def settle(people, i, about, solved, p):
    """Close the issue, leave it open with one more try, or make one of a question that nobody answered."""
    number, tries = people.number, people.mark[TRIES]
    open_one, tried = number[SEVERITY, i], i64(tries[i])
    recovered, unsolved = about and solved, about and not solved
    new = not about and not solved and open_one <= 0
    number[SEVERITY, i] = f32(0) if recovered else (p.call_centre_unanswered_severity if new else open_one)
    later = min(tried + 1, MOST_TRIES) if unsolved else (1 if new else tried)
    tries[i] = UNDECIDED if recovered else later


@step
def enter(tally, pain, earlier, solved):
    """Enter one contact in the counts, with the effort it took after so many earlier tries."""
    tally[EFFORT] += fixed(effort(pain, earlier, solved))
    tally[SOLVED_] += solved
    tally[FIRST_CONTACTS] += earlier == 0
    tally[SOLVED_AT_FIRST] += earlier == 0 and solved


FIRST_CONTACTS, SOLVED_AT_FIRST, SOLVED_, EFFORT = (
    count("first_contacts"), count("solved_at_first"), count("solved"), count("effort"),
)  # fmt: skip
