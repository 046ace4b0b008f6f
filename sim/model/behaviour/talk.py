"""Who tells friends and the public about a provider, and whether well or ill.

Serves S0.7, S2.1, S2.2, S4.6. People tell of what happened to them, of how they feel about their provider, of having left another,
and of what they heard. Sources: Anderson 1998 (J. Service Research 1:5-17), talk rises with extreme satisfaction and more with
dissatisfaction; East, Hammond & Wright 2007 (IJRM 24:175-184), positive talk is about three times as common as negative among
viable firms; Goodman (TARP), bad experiences are told to about twice as many as good ones. Rates are assumptions.
"""

from sim.model.behaviour.person import COMPANY, GONE, MOOD, NOBODY, RIVAL, TALKS
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.referral import spurred
from sim.model.numeric import share
from sim.model.parameters import Parameters, parameter
from sim.model.random import happens
from sim.model.rules import f32, rule
from sim.model.steps import step


class Talk(Parameters):
    base: float = parameter(
        0.02, "per week", 0, 1, "Chance that someone of average talkativeness mentions the provider",
        "assumption: once a year unprompted; "
        "plausibly once in four months to once in three years", plausible=(0.007, 0.06, "log"))  # fmt: skip
    strong: float = parameter(
        0.10, "per week", 0, 2, "Extra chance per unit of satisfaction above or below the middle",
        "literature: Anderson 1998 gives the U shape, the size is assumed; "
        "plausibly a third to three times as much", plausible=(0.03, 0.3, "log"))  # fmt: skip
    grievance: float = parameter(
        0.15, "per week", 0, 2, "Extra chance per unit of grievance",
        "assumption: the aggrieved talk; plausibly a third to three times as much", plausible=(0.05, 0.45, "log"))  # fmt: skip
    event: float = parameter(
        0.5, "per week", 0, 5, "Extra chance in a week of an event of full strength",
        "assumption: half of those to whom something grave happens tell it at once; "
        "plausibly one in five to all", plausible=(0.2, 1.0, "log"))  # fmt: skip
    notice: float = parameter(
        0.15, "scale 0-1", 0, 1, "Surprise below which a week is nothing to tell of",
        "assumption: three ordinary spreads; plausibly half to double", plausible=(0.07, 0.3, "log"))  # fmt: skip
    moving: float = parameter(
        0.15, "per week", 0, 1, "Chance to tell about the provider one has left, in the weeks after",
        "assumption: four in ten do within a month; "
        "plausibly two in ten to nearly nine in ten", plausible=(0.05, 0.4, "log"))  # fmt: skip
    moving_weeks: int = parameter(
        4, "weeks", 0, 520, "How long having changed providers is something to tell of", "assumption: a month")  # fmt: skip
    passed_on: float = parameter(
        0.05, "share", 0, 1, "Chance to tell on, the week after, bad news about a provider one does not use",
        "literature: Anderson 1998 for bad news going further; size assumed; "
        "plausibly three fifths to three times as much", plausible=(0.03, 0.15, "log"))  # fmt: skip
    passed_on_well: float = parameter(
        0.025, "share", 0, 1, "The same of good news",
        "assumption: half as often; plausibly a third to hardly more", plausible=(0.008, 0.03, "log"))  # fmt: skip
    pivot: float = parameter(
        0.70, "scale 0-1", 0, 1, "Satisfaction from which people speak well",
        "literature: East, Hammond & Wright 2007: set so that good talk is about three times as common as bad; "
        "plausible for twice to five times as common", plausible=(0.65, 0.75))  # fmt: skip


@rule
def talks(satisfaction: float, grievance: float, talkative: float, base: float, strong: float, angry: float) -> float:
    """The chance that someone this talkative talks this week."""
    feeling = satisfaction - f32(0.5)
    return talkative * (base + strong * (feeling if feeling > f32(0) else -feeling) + angry * grievance)


@rule
def telling(chance: float, talkative: float, event: float, stirred: float, moved: float) -> float:
    """The chance that somebody talks this week, with what has happened: an event, or having come to the provider lately."""
    return share(chance + talkative * (event * stirred + moved))


@rule
def moved_lately(moved_in: int, week: int, weeks: int) -> bool:
    """Whether somebody changed providers no more than so many weeks ago; ``moved_in`` counts weeks from 1, 0 means never."""
    return moved_in > 0 and week + 1 - moved_in <= weeks


@rule
def contentment(satisfaction: float, grievance: float) -> float:
    """How content somebody is who tells of their provider."""
    return share(satisfaction - grievance)


@rule
def speaks_well(satisfaction: float, grievance: float, pivot: float) -> bool:
    """Whether what is said is good: satisfaction less the grievance, against the pivot.

    The pivot lies above the middle of the scale, so that talk out of a grievance is ill talk for nearly everybody.
    """
    return satisfaction - grievance >= pivot


NEWS_WELL, NEWS_ILL = 1, 2
"""Values of ``news``; 0 for whoever heard nothing last week."""
COLUMNS = (
    Column("news", "mark", "What was heard last week of the provider one is not with: 1 only good, 2 something bad"),
    Column(
        "news_about",
        "mark",
        "Of which of several providers that was: 0 the company, 1 the first rival and so on",
        several=True,
    ),
    Column(
        "news_rank",
        "weekly_number",
        "Which of this week's news of several other providers is kept: that of the lowest rank",
        several=True,
    ),
    Column(
        "news_of",
        "weekly_number",
        "Of which provider that is: 0 the company, 1 the first rival and so on",
        several=True,
    ),
    Column("good_news", "weekly_flag", "Whether anything good was heard of another provider this week", several=True),
)
COUNTS = ("talkers", "heard_well", "heard_ill")


@rule
def rank_of_news(provider: int, person: int, week: int, providers: int, ill: bool) -> float:
    """In which order news of so many providers is kept in mind: bad before good, and among these another first each week."""
    turn = (provider + person + week) % providers
    return f32(1) + f32(turn) + (f32(0) if ill else f32(providers))


def _spoken(how: str, hearers: float, provider: str) -> str:
    """What somebody said of a provider, and to how many."""
    count = round(hearers)
    heard = {0: "but nobody heard it", 1: "and 1 person heard it"}.get(count, f"and {count} people heard it")
    return f"They spoke {how} of {provider}, {heard}."


EVENTS = {
    "tells_well": lambda hearers, here: _spoken("well", hearers, here.own),
    "tells_ill": lambda hearers, here: _spoken("ill", hearers, here.own),
    "tells_well_of_other": lambda hearers, here: _spoken("well", hearers, here.other),
    "tells_ill_of_other": lambda hearers, here: _spoken("ill", hearers, here.other),
}


@step
def talks_now(me, p, week) -> bool:
    """Whether somebody tells their friends about the own provider this week."""
    mine = me.provider == COMPANY and speaks_well(me.satisfaction, me.grievance, p.talk.pivot)
    feeling = talks(me.satisfaction, me.grievance, me.talkativeness, p.talk.base, p.talk.strong, p.talk.grievance)
    came = p.talk.moving if moved_lately(me.moved_in, week.number, p.talk.moving_weeks) else 0.0
    chance = telling(
        spurred(feeling, p.referral.reward, p.referral.eagerness, mine),
        me.talkativeness,
        p.talk.event,
        me.stirred,
        came,
    )
    return me.provider != GONE and happens(chance, me.luck(MOOD, TALKS))


@step
def about_own(me) -> int:
    """The provider they are with."""
    return me.provider


@step
def own_rival(me) -> int:
    """Which of several rivals that is, where it is a rival."""
    return me.rival


@step
def content_with_own(me) -> float:
    """How content they are with it."""
    return contentment(me.satisfaction, me.grievance)


@step
def says_well(me, p) -> bool:
    """Whether what somebody says is good."""
    return speaks_well(me.satisfaction, me.grievance, p.talk.pivot)


@step
def tells_of_other(me, p, week) -> bool:
    """Whether somebody tells about the provider they are not with: having left it lately, or having heard of it last week."""
    left = p.talk.moving if moved_lately(me.moved_in, week.number, p.talk.moving_weeks) else 0.0
    ill, well = (me.news & NEWS_ILL) != 0, (me.news & NEWS_WELL) != 0
    heard = p.talk.passed_on if ill else p.talk.passed_on_well if well else 0.0
    chance = share(me.talkativeness * (left + heard))
    return me.provider != GONE and happens(chance, me.spare_luck(MOOD))


@step
def about_other(me, p, week) -> int:
    """The provider they are not with; of several, the one they left lately, or of which they heard."""
    if week.several:
        return COMPANY if other_of_several(me, p, week) == COMPANY else RIVAL
    return RIVAL if me.provider == COMPANY else COMPANY


@step
def other_of_several(me, p, week) -> int:
    """Of which of several providers somebody tells who tells of another: 0 the company, 1 the first rival and so on."""
    lately = me.left_last != NOBODY and moved_lately(me.moved_in, week.number, p.talk.moving_weeks)
    return me.left_last if lately else me.news_about


@step
def other_rival(me, p, week) -> int:
    """Which of several rivals that is, where it is a rival."""
    return max(other_of_several(me, p, week) - 1, 0)


@step
def content_with_other(me, p, week) -> float:
    """What they believe of it."""
    if week.several:
        return belief_of(me, other_of_several(me, p, week))
    return me.belief_rival if me.provider == COMPANY else me.belief_company


@step
def belief_of(me, provider: int) -> float:
    """What is believed of one of several providers: 0 the company, 1 the first rival and so on."""
    own = me.rival
    me.rival = max(provider - 1, 0)
    found = me.belief_company if provider == COMPANY else me.belief_rival
    me.rival = own
    return found


@step
def says_well_of_other(me, p, week) -> bool:
    """Whether what they say of it is good."""
    return content_with_other(me, p, week) >= p.talk.pivot


@step
def hear_of_company(me, week):
    """Among several rivals: what is heard of the company by whoever is with another provider."""
    other, ill = me.provider != COMPANY, me.heard(COMPANY, False) > 0
    well = me.heard(COMPANY, True) > 0
    me.good_news = other and well
    me.news_rank = (
        rank_of_news(COMPANY, me.number, week.number, week.rivals + 1, ill) if other and (ill or well) else 0.0
    )
    me.news_of = 0.0


@step
def hear_of_rival(me, week):
    """Among several rivals: what is heard of one of them by whoever is with another provider."""
    other, ill = me.provider != RIVAL or me.rival != week.rival, me.heard(RIVAL, False) > 0
    well = me.heard(RIVAL, True) > 0
    me.good_news = me.good_news or (other and well)
    rank = rank_of_news(week.rival + 1, me.number, week.number, week.rivals + 1, ill)
    first = other and (ill or well) and (me.news_rank == 0.0 or rank < me.news_rank)
    me.news_of = f32(week.rival + 1) if first else me.news_of
    me.news_rank = rank if first else me.news_rank


@step
def keep_what_was_heard(me, week):
    """Among several rivals: one piece of news is kept for a week, to be told on."""
    heard = me.news_rank > 0.0
    me.news = (NEWS_ILL if me.news_rank <= f32(week.rivals + 1) else NEWS_WELL) if heard else 0
    me.news_about = int(me.news_of) if heard else me.news_about


@step
def keep_in_mind(me):
    """Where there is one rival: what was heard of the provider one is not with is kept for a week, to be told on."""
    mine = me.provider == COMPANY
    ill = (me.heard(RIVAL, False) if mine else me.heard(COMPANY, False)) > 0
    well = (me.heard(RIVAL, True) if mine else me.heard(COMPANY, True)) > 0
    me.news = NEWS_ILL if ill else NEWS_WELL if well else 0


@step
def count_heard(count, of_us: bool, well: bool, hearers: int):
    """Enter in the counts what so many people have heard of the company; of the rival nothing is counted."""
    count.heard_well += hearers if of_us and well else 0
    count.heard_ill += hearers if of_us and not well else 0


@step
def be_heard_of_other(me, p, week, count, note, well: bool, hearers: int):
    """So many people have heard what somebody says of the provider they are not with."""
    count_heard(count, about_other(me, p, week) == COMPANY, well, hearers)
    if week.several:
        note.has_in_view(f32(other_of_several(me, p, week)))
    if well:
        note.tells_well_of_other(hearers)
    else:
        note.tells_ill_of_other(hearers)


@step
def be_heard(me, count, note, well: bool, hearers: int):
    """So many people have heard it."""
    mine = me.provider == COMPANY
    count.talkers += mine
    count_heard(count, mine, well, hearers)
    if well:
        note.tells_well(hearers)
    else:
        note.tells_ill(hearers)


EXAMPLES = (
    example(talks, 0.8, 0.0, 2.0, 0.02, 0.1, 0.15, becomes=0.1, because="2 x (0.02 + 0.1 x 0.3)"),
    example(talks, 0.3, 0.4, 1.0, 0.02, 0.1, 0.15, becomes=0.1, because="0.02 + 0.1 x 0.2 + 0.15 x 0.4"),
    example(telling, 0.05, 2.0, 0.5, 0.4, 0.1, becomes=0.65, because="0.05 + 2 x (0.5 x 0.4 + 0.1)"),
    example(moved_lately, 5, 8, 4, becomes=True, because="came four weeks ago"),
    example(moved_lately, 0, 2, 4, becomes=False, because="has been there from the start"),
    example(contentment, 0.8, 0.3, becomes=0.5, because="0.8 less what is held against it"),
    example(rank_of_news, 1, 5, 4, 3, True, becomes=2.0, because="the second in turn, and bad"),
    example(rank_of_news, 1, 5, 4, 3, False, becomes=5.0, because="good news comes behind all bad news"),
    example(speaks_well, 0.8, 0.2, 0.5, becomes=True, because="0.8 - 0.2 is above 0.5"),
    example(speaks_well, 0.8, 0.4, 0.5, becomes=False, because="0.8 - 0.4 is below 0.5"),
)
STEP_EXAMPLES = (
    example_of_step(
        talks_now, me={"satisfaction": 0.8, "talkativeness": 2.0}, luck={(MOOD, TALKS): 0.19},
        p={"base": 0.02, "strong": 0.1, "pivot": 0.7, "referral.reward": 1.0, "referral.eagerness": 0.2}, becomes={"gives": True},
        because="0.19 is below 2 x (0.02 + 0.1 x 0.3) + half of 0.2 for the reward",
    ),
    example_of_step(
        talks_now, me={"satisfaction": 0.5, "talkativeness": 1.0, "stirred": 0.4, "moved_in": 3}, week={"number": 5},
        luck={(MOOD, TALKS): 0.34}, p={"base": 0.05, "strong": 0.1, "event": 0.5, "moving": 0.1, "moving_weeks": 4, "pivot": 0.7},
        becomes={"gives": True}, because="0.34 is below 0.05 + 0.5 x 0.4 for the event + 0.1 for having come lately",
    ),
    example_of_step(about_own, me={"provider": RIVAL}, becomes={"gives": RIVAL}, because="with the rival"),
    example_of_step(
        content_with_own, me={"satisfaction": 0.8, "grievance": 0.3}, becomes={"gives": 0.5}, because="0.8 - 0.3",
    ),
    example_of_step(
        tells_of_other, me={"talkativeness": 2.0, "news": NEWS_ILL, "moved_in": 3}, week={"number": 5}, luck={(MOOD, "spare"): 0.35},
        p={"moving": 0.1, "moving_weeks": 4, "passed_on": 0.1, "passed_on_well": 0.05}, becomes={"gives": True},
        because="0.35 is below 2 x (0.1 for having left it lately + 0.1 for bad news)",
    ),
    example_of_step(
        tells_of_other, me={"talkativeness": 1.0, "news": NEWS_WELL, "provider": RIVAL}, luck={(MOOD, "spare"): 0.06},
        p={"moving": 0.1, "moving_weeks": 4, "passed_on": 0.1, "passed_on_well": 0.05}, becomes={"gives": False},
        because="0.06 is not below 0.05 for good news",
    ),
    example_of_step(about_other, becomes={"gives": RIVAL}, because="with the company"),
    example_of_step(own_rival, me={"rival": 1}, becomes={"gives": 1}, because="the second", rivals=2),
    example_of_step(
        other_of_several, me={"left_last": 2, "moved_in": 3}, week={"number": 5}, p={"moving_weeks": 4}, becomes={"gives": 2},
        because="left the second rival lately", rivals=2,
    ),
    example_of_step(
        other_rival, me={"left_last": NOBODY, "news_about": 2}, week={"number": 5}, becomes={"gives": 1}, because="heard of the second rival", rivals=2,
    ),
    example_of_step(
        belief_of, 2, me={"belief_rival": [0.4, 0.7]}, becomes={"gives": 0.7}, because="what is believed of the second", rivals=2,
    ),
    example_of_step(
        hear_of_company, me={"provider": RIVAL, "heard": {(COMPANY, False): 1, (COMPANY, True): 2}}, week={"number": 4},
        becomes={"good_news": 1, "news_rank": 2.0}, because="something bad, which is second in turn this week", rivals=2,
    ),
    example_of_step(
        hear_of_rival, me={"provider": RIVAL, "heard": {(RIVAL, True): 1}, "news_rank": 5.0}, week={"number": 4, "rival": 1},
        becomes={"good_news": 1, "news_rank": 4.0, "news_of": 2.0}, because="the first in turn of those of whom good was heard", rivals=2,
    ),
    example_of_step(
        keep_what_was_heard, me={"news_rank": 2.0, "news_of": 1.0}, becomes={"news": NEWS_ILL, "news_about": 1},
        because="something bad of the first rival", rivals=2,
    ),
    example_of_step(
        content_with_other, me={"belief_company": 0.4, "provider": RIVAL}, becomes={"gives": 0.4}, because="what is believed of the company",
    ),
    example_of_step(
        says_well_of_other, me={"belief_rival": 0.6}, p={"pivot": 0.7}, becomes={"gives": 0}, because="0.6 is below the pivot",
    ),
    example_of_step(
        keep_in_mind, me={"heard": {(RIVAL, True): 2, (RIVAL, False): 1, (COMPANY, True): 3}}, becomes={"news": NEWS_ILL},
        because="something bad of the rival",
    ),
    example_of_step(
        keep_in_mind, me={"heard": {(COMPANY, True): 3}, "provider": RIVAL}, becomes={"news": NEWS_WELL}, because="only good",
    ),
    example_of_step(count_heard, True, False, 3, becomes={"count.heard_ill": 3}, because="three heard ill of the company"),
    example_of_step(count_heard, False, True, 3, becomes={}, because="of the rival"),
    example_of_step(
        be_heard_of_other, False, 3, me={"provider": RIVAL}, becomes={"count.heard_ill": 3, "note.tells_ill_of_other": 3},
        because="three heard ill of the company from somebody with the rival",
    ),
    example_of_step(says_well, me={"satisfaction": 0.8, "grievance": 0.2}, p={"pivot": 0.7}, becomes={"gives": 0}, because="0.6"),
    example_of_step(
        be_heard, True, 3, becomes={"count.talkers": 1, "count.heard_well": 3, "note.tells_well": 3}, because="three heard it",
    ),
)  # fmt: skip
