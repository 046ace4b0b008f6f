"""Measure what was wrong with customers in the first edition in the model of today, and write docs/background/behaviour.md.

``python tools/behaviour_page.py`` (``make behaviour``) takes two or three minutes. What is measured stands in
``behaviour_figures.py``; here is the list: what was seen, what was changed and where, and what is still not as it should be.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import behaviour_figures as now
from evidence.levers import won_through_friends
from evidence.rows import Finding
from evidence.table import EVIDENCE
from evidence_table import told

PAGE = Path(__file__).resolve().parent.parent / "docs" / "background" / "behaviour.md"
BEGIN, END = "<!-- rows: begin -->", "<!-- rows: end -->"


@dataclass(frozen=True)
class Figure:
    """What is measured, what the first edition gave (empty where nobody wrote it down), how, and whether that takes long."""

    what: str
    before: str
    measure: Callable[[], Finding]
    slow: bool = False


@dataclass(frozen=True)
class Row:
    """One thing that was wrong. The first figure is its headline; ``where``: file → rules, steps and settings in it."""

    wrong: str
    why: str
    changed: str
    where: dict[str, str]
    figures: tuple[Figure, ...]
    missing: str = ""
    evidence: tuple[str, ...] = field(default=())


MINDS, LEVERS = "sim/model/behaviour", "sim/model/mechanisms"
ROWS = (
    Row(
        "After a year all customers were equally content, and friends had nothing in common",
        "Everybody of a firm got the same product, and what differed at the start faded.",
        "A person has a lasting fit with each provider. It is drawn, blended with that of friends (`network.homophily`), part "
        "of everything that is experienced, and known only by using the product; who has been there for long is sorted by it.",
        {f"{MINDS}/person.py": "TRAITS", "sim/model/network.py": "blend_among_friends", "sim/model/initial_state.py": "fits",
         f"{LEVERS}/quality.py": "use_product", f"{MINDS}/choice.py": "choice.sorting has_sorted",
         f"{LEVERS}/referral.py": "referral.bond attached"},
        (
            Figure("correlation of a customer's satisfaction with the mean of their friends' after a year",
                   "none", now.friends_alike),
            Figure("the same where what suits people has nothing to do with friends (`network.homophily` 0)",
                   "", partial(now.friends_alike, 0.0)),
            Figure("standard deviation of customers' satisfaction after a year", "0.02", now.spread_of_satisfaction),
            Figure("how many times as long those stay who came through friends as those won by advertising",
                   "1", won_through_friends, slow=True),
            Figure("the same without the bond to friends, by the fit alone", "", partial(won_through_friends, 0.0), slow=True),
        ),
        missing="that friends bind is a setting taken from a published figure; the fit alone does not keep those who came "
                "through friends longer",
        evidence=("L28",),
    ),
    Row(
        "Somebody content looked around as often as anybody",
        "The chance to compare providers was the same for all.",
        "Attention falls with contentment and rises with doubt; goodwill counts more at both ends than in the middle, so that "
        "a comparison is steep where one can go and flat where one cannot.",
        {f"{MINDS}/choice.py": "doubt worth choice.attention choice.ends", f"{MINDS}/switching.py": "moves_or_compares"},
        (
            Figure("how many times as likely the least satisfied quarter is to look around as the most satisfied one",
                   "1", now.looking_around),
        ),
        missing="from the next to the highest answer buying again still rises less than published where there are substitutes "
                "(L06)",
        evidence=("L05", "L06",),
    ),
    Row(
        "One complaint in vain and nearly everybody was gone within a year",
        "Every week added a refusal, and a grievance made people compare anew each week.",
        "Further refusals of one matter add less, people give up trying, some accept a refusal, and whoever has compared and "
        "stayed is inclined to compare again only after a time.",
        {f"{MINDS}/grievance.py": "worn_off grievance.wearing grievance.refused",
         f"{MINDS}/complaining.py": "complaining.giving_up", f"{MINDS}/choice.py": "open_again choice.decided",
         f"{LEVERS}/accountability.py": "accepts_refusal"},
        (
            Figure("per cent gone a year after one large failure of which all complained in vain",
                   "97", partial(now.gone_after_failure, "in vain")),
            Figure("without a failure", "15", now.gone_after_failure),
            Figure("solved, but nothing owned", "31", partial(now.gone_after_failure, "solved, not owned")),
            Figure("solved and owned", "", partial(now.gone_after_failure, "solved and owned")),
            Figure("of the customers that a year of refusals costs, per cent who leave (the others never come)",
                   "most", now.lost_by_leaving),
        ),
        missing="what refusals cost still shows in leaving, and hardly in joining",
        evidence=("L18", "L20",),
    ),
    Row(
        "A message moved somebody who thought well already as much as one in doubt, and bad news did three times as much as "
        "good",
        "Beliefs were averages of ones and zeros on a scale on which people stand at 0.7.",
        "A message is evidence for a provider and against it, as its teller is content; a belief is the odds of all evidence, "
        "which adds up, so that what is well founded moves slowly.",
        {f"{MINDS}/belief.py": "belief_after evidence_after evidence_against listen belief.most_evidence belief.negativity",
         f"{MINDS}/talk.py": "contentment content_with_own"},
        (
            Figure("how far an entirely good message moves somebody at 0.5, over somebody at 0.9",
                   "1", now.doubter_over_convinced),
            Figure("how far it moves a belief that is as well founded as can be, over one as at first",
                   "", now.much_known_over_little),
            Figure("how far an ill message moves somebody at 0.7 over a good one, from tellers as they are",
                   "3", now.ill_over_well),
        ),
        missing="to somebody at 0.7 bad news still does nearly three times as much as good: what even a content teller lacks "
                "counts against the provider, and counts more (`belief.negativity`)",
        evidence=("L23", "L26",),
    ),
    Row(
        "Reputation rose and fell by itself",
        "The same averages: all content people said “1”.",
        "A message says how content its teller is, so that reputation comes to rest at the contentment that is told; worlds "
        "start in their own long run (`warm_up`), and a test asks whether anything moves.",
        {f"{MINDS}/belief.py": "reputation_after move_reputations belief.publicity", "sim/runs/rest.py": "movements",
         "tests/test_rest.py": "test_a_shipped_world_is_at_rest_for_two_years"},
        (
            Figure("change of public reputation in two years of the lessons' town, in which nothing changes",
                   "+0.19", partial(now.reputation_moves, True), slow=True),
            Figure("the same in the market of default settings, after a year of warm-up",
                   "+0.19", now.reputation_moves, slow=True),
            Figure("churn of the second of these years over that of the first", "2", now.second_year_over_first, slow=True),
        ),
        missing="the market of default settings still sinks, by less than a hundredth in two years but beyond noise; and a "
                "scenario that begins with a customer file moves until its people have got over what the file says "
                "([telecom](telecom.md))",
        evidence=("L33",),
    ),
    Row(
        "Good news about the own provider never kept anybody",
        "Customers read only what they believed of the rival.",
        "What is heard of the own provider enters the view of it, with half the weight after many years.",
        {f"{MINDS}/switching.py": "view_of_own", f"{MINDS}/choice.py": "choice.hearsay choice.hearsay_settled"},
        (
            Figure("how many more of 100 customers are there a year after three entirely good messages to each",
                   "0", now.good_news_keeps, slow=True),
            Figure("how many more of 100 stay a year than if none of them heard anything of it",
                   "0", now.hearing_keeps, slow=True),
        ),
        missing="in the market of default settings customers hear what they think already: leaving all of it out keeps as "
                "many, as far as can be measured",
        evidence=("L25",),
    ),
    Row(
        "Leaving was no news: a friend's leaving moved nobody",
        "People told of their present provider only, and joining wiped out what had been.",
        "Who has moved tells of both providers for some weeks; what was thought of and held against the one that was left is "
        "kept, fades, and counts on return. A friend who leaves is seen to: it makes others look around, and holds them less, "
        "for some months.",
        {f"{MINDS}/talk.py": "moved_lately tells_of_other talk.moving talk.moving_weeks",
         f"{MINDS}/friends.py": "see_friend_leave loosened friends.wake friends.loosen friends.half_life",
         f"{MINDS}/switching.py": "leave begin_anew well_founded"},
        (
            Figure("leaving, within a quarter, of those whose friend has left over their leaving had the friend stayed (same "
                   "luck)",
                   "1", now.influence, slow=True),
            Figure("leaving of those whose friend has left over that of everybody else, as a naive hazard ratio has it",
                   "", now.naive_ratio, slow=True),
        ),
        missing="it moves people less than what was published (four in five more leave), of which nobody knows how much is "
                "influence; and what has long been so – with whom most friends are – is no norm, only that it changes",
    ),
    Row(
        "Talk hardly followed events: as many were told of a good encounter as without one",
        "Talk followed the state only.",
        "People tell of what happened to them: surprises, refusals, a failure made good, bad ones sooner; and what was heard "
        "is told on, bad news twice as often.",
        {f"{MINDS}/satisfaction.py": "stirring be_stirred judge_week", f"{MINDS}/conversation.py": "recover",
         f"{MINDS}/talk.py": "telling keep_in_mind talk.event talk.passed_on talk.passed_on_well"},
        (
            Figure("how many times as many tell of the company in a week in which their open matter is solved and owned",
                   "1", partial(now.told_after, "an open matter is solved and owned")),
            Figure("the same in a week in which a question is answered at once",
                   "1", partial(now.told_after, "a question is answered")),
            Figure("the same in a week in which the product fails", "", partial(now.told_after, "the product fails")),
        ),
        missing="an ordinary good call is still told by hardly more people than none; bad news spreads further because more "
                "people tell it, for whoever tells anything tells all friends",
        evidence=("L23",),
    ),
    Row(
        "Over-promising cost nothing and earned a little, and promises won nobody",
        "Nobody who compared read the promise, and a newcomer's satisfaction began at the false expectation.",
        "A promise enters the view of whoever knows little else, as far as they rely on advertising; a newcomer's satisfaction "
        "is made by the first week; a first week that falls clearly short costs trust and is told.",
        {f"{MINDS}/switching.py": "look_of_company look_of_rival", f"{LEVERS}/marketing.py": "believed marketing.reliance",
         f"{MINDS}/satisfaction.py": "judge_week", f"{MINDS}/expectation.py": "feel_promise_broken expectation.breach"},
        (
            Figure("how many times as many join in a year when 0.2 more is promised, where four in five are the rival's",
                   "1", partial(now.promised, "joiners")),
            Figure("how many times as many newcomers leave a week", "1", partial(now.promised, "early leavers")),
            Figure("how many times the profit of that year", "a little above 1", partial(now.promised, "profit")),
        ),
        missing="promising more still pays, and more the more is promised: a broken promise costs trust once, and no "
                "satisfaction",
        evidence=("L48",),
    ),
    Row(
        "The more erratic quality was, the better a rise in its level worked",
        "What was learned from a week did not depend on how steady the provider was, and a failure is what lies below a fixed "
        "threshold.",
        "People notice how much a provider varies: its weeks then teach less, and variation itself is disliked.",
        {f"{MINDS}/satisfaction.py": "steady varied wary satisfaction.steadiness satisfaction.noticing satisfaction.caution"},
        (
            Figure("what a rise of the level by 0.05 adds to satisfaction in a year where quality is erratic, over where it is "
                   "steady (spreads 0.15 and 0.02)", "above 1", partial(now.erratic_over_steady, "satisfaction"), slow=True),
            Figure("the same of customers kept", "above 1", partial(now.erratic_over_steady, "retention"), slow=True),
            Figure("the same of customers kept where no week counts as a failure (`quality.failure_threshold` 0.01)",
                   "", partial(now.erratic_over_steady, "retention", 0.01), slow=True),
        ),
        missing="in customers kept a rise still does more where quality is erratic: the threshold of failure is fixed, so that "
                "it also does away with failures",
    ),
    Row(
        "Advertising never wore out and the rival never advertised, so all money belonged into advertising",
        "Each contact was a decision of its own.",
        "Who has compared and stayed is hard to move for a while; the rival's advertising reaches the company's customers; a "
        "further better plan, or offer to stay, impresses less.",
        {f"{MINDS}/choice.py": "open_again choice.decided", f"{MINDS}/switching.py": "reach_of_others",
         f"{LEVERS}/rival.py": "rival.reach", f"{LEVERS}/retention_offers.py": "worn_out retention_offers.wear"},
        (
            Figure("how many times as many ten times as much advertising wins in a year",
                   "never wears out", now.ten_times_the_reach, slow=True),
            Figure("the same where a refusal holds for no time (`choice.decided` 0)",
                   "", partial(now.ten_times_the_reach, 0.0), slow=True),
            Figure("percentage points of customers kept that the rival's advertising takes in a year",
                   "0", partial(now.changed, "rival is silent", "retention", now.YEAR, 100), slow=True),
        ),
        missing="most of what makes advertising yield less is that few are left to win, not that a refusal holds",
        evidence=("L51",),
    ),
    Row(
        "Employees reached customers only by telephone",
        "Morale moved skill on the phone and nothing else.",
        "What the product is like, how often something goes wrong with it, and how one is served at a staffed checkout "
        "follow the morale of the company's representatives.",
        {f"{LEVERS}/quality.py": "people_made careless use_product quality.people quality.care",
         f"{LEVERS}/self_checkout.py": "leave_shop", f"{LEVERS}/employee_care.py": "come_to_work be_ordinary"},
        (
            Figure("what a fifth less pay does to customers' satisfaction in two years, in hundredths",
                   "0", partial(now.changed, "pays less", "satisfaction", scale=100), slow=True),
            Figure("and to representatives' morale", "", partial(now.changed, "pays less", "morale"), slow=True),
        ),
        missing="the product does not follow skill, those who serve in shops have no morale of their own, and there are no "
                "sites that differ",
    ),
    Row(
        "A solved matter was solved for good, and a refusal was never accepted",
        "A matter was closed or open, whatever had been said.",
        "What was solved may come up again, less the fairer it was settled; a frank refusal satisfies some.",
        {f"{LEVERS}/accountability.py": "reopens accepts_refusal accountability.disputed accountability.explains",
         f"{MINDS}/conversation.py": "recover settle"},
        (
            Figure("per cent of solved matters that come up again", "0", now.comes_up_again),
            Figure("per cent of those refused who leave it at that", "0", now.refusals_accepted),
        ),
        evidence=("D10",),
    ),
    Row(
        "An effortless contact delighted as often as an ordinary week",
        "A contact was judged as a week is.",
        "A contact, or a visit to a shop, gives back at most what was missing to what is expected; delight comes of a failure "
        "made good, and of surprise.",
        {f"{MINDS}/conversation.py": "restored feel_contact", f"{LEVERS}/accountability.py": "delighted made_good"},
        (
            Figure("per cent of questions, answered at once and well, that lift anybody above what they expected",
                   "as a week does", now.delighted_by_contact),
        ),
    ),
    Row(
        "Nobody was ever ahead of the frontier, and the rival's customers did not notice what others get",
        "The frontier was given from outside.",
        "Whoever goes ahead moves the frontier for the others; all customers see part of how far their provider lags, and of how "
        "much better the best provider is.",
        {
            f"{LEVERS}/innovation.py": "behind_best keep_up known_of_others innovation.awareness",
            f"{MINDS}/expectation.py": "adapt expectation.comparison",
        },
        (
            Figure("how far the rival lags after a year in which the company invests 1 a customer and week",
                   "0", now.rivals_lag),
            Figure("how many times as many join the company in two such years",
                   "", partial(now.times, "goes ahead", "joiners"), slow=True),
        ),
    ),
    Row(
        "Newcomers hardly stayed: in the telephone company nine in ten were gone within a year",
        "Attention and bad news had been fitted to twelve weeks of customers who were there from the start.",
        "Newcomers and founders leave by one mechanism; the telephone company has three fitted values, and is followed for two "
        "years.",
        {f"{MINDS}/switching.py": "moves_or_compares compare", "tools/telecom_years.py": "cohorts"},
        (
            Figure("per cent of the telephone company's newcomers, over two years, gone within 13 weeks",
                   "45", partial(now.gone_of, "newcomers", 13), slow=True),
            Figure("per cent of founders as satisfied", "", partial(now.gone_of, "founders", 13), slow=True),
            Figure("per cent of newcomers gone within a year", "90", partial(now.gone_of, "newcomers", 52), slow=True),
            Figure("per cent of founders as satisfied within a year", "", partial(now.gone_of, "founders", 52), slow=True),
        ),
        missing="within a year newcomers leave a little more often than founders as satisfied, though inside the band in which "
                "nine in ten markets lie ([telecom](telecom.md))",
    ),
    Row(
        "A price rise raised NPS, and its causes were those of all departures",
        "Only who stayed was asked, and shares of departures do not say why there are more of them.",
        "NPS, CSAT and satisfaction are told of all who were there at the start as well; `loyalty compare --causes` leaves "
        "each cause out in turn under the same luck.",
        {f"{MINDS}/answering.py": "answer_survey", "sim/runs/measures.py": "DEFINITIONS", "sim/runs/causes.py": "with_causes"},
        (
            Figure("NPS after a rise by a tenth of all who were there at the start, in points",
                   "not told", partial(now.changed, "dearer", "nps_including_leavers"), slow=True),
            Figure("NPS of those still there, in points", "rises", partial(now.changed, "dearer", "nps"), slow=True),
            Figure("percentage points of customers kept",
                   "−6.6", partial(now.changed, "dearer", "retention", scale=100), slow=True),
            Figure("per cent of these that the price explains", "36 departures a year", now.explained_by_price, slow=True),
        ),
    ),
    Row(
        "The shipped small world sorted people by provider",
        "Ties were numbered by person, and customers come first.",
        "Places on the ring are drawn; how far friends are alike is a setting (`network.homophily`).",
        {"sim/model/network.py": "draw_network blend_among_friends"},
        (
            Figure("per cent of customers among a customer's friends", "98", partial(now.customers_among_friends, True)),
            Figure("per cent of customers among a prospect's friends (80 of 100 people are customers)",
                   "8", partial(now.customers_among_friends, False)),
        ),
    ),
    Row(
        "Quality, skill, apology and speed were free",
        "They had no cost.",
        "Levers have a cost curve with its source; where the cost is the shipped guess, an answer says so and gives the most "
        "that it may cost.",
        {f"{LEVERS}/lever_costs.py": "dearer halvings pay_for_better_product PRICED UNPRICED",
         "sim/runs/lever_prices.py": "guessed_cost"},
        (
            Figure("what perfect quality (`quality.level` 1) adds to profit, in times today's profit",
                   "62,841 of 438,797 earned by it", now.perfect_quality, slow=True),
            Figure("the most that it may cost, a customer and week", "", now.perfect_quality_may_cost, slow=True),
            Figure("levers without a cost", "", now.levers_without_price),
        ),
        missing="the levers without a cost are those that tools, machines, hours or contracts would move; an answer in which "
                "one moves says so ([what levers cost](../guides/lever_costs.md))",
    ),
    Row(
        "Claims held by settings that their table did not show",
        "Such settings were hidden in the file of claims (`marketing.cost: 40`; free quality).",
        "The page of claims shows every setting that differs from the shipped default, each claim with its lever alone, and at "
        "which price it pays.",
        {"tools/claims_page.py": "claims alone price"},
        (
            Figure("per cent of the lines of [claims](claims.md) that hold",
                   "by settings not shown", partial(now.claims_held, False)),
            Figure("per cent that hold with nothing but the lever moved", "", partial(now.claims_held, True)),
        ),
    ),
)  # fmt: skip
"""Everything that was found wrong, in the order in which it was written down."""


def interval_told(found: Finding) -> str:
    """A number with its 95 % interval, to three figures; without chance the number alone."""
    value, low, high = (told(round(end, 5) + 0.0) for end in (found.value, found.low, found.high))
    return (value if low == high else f"{value} ({low} to {high})").replace("-", "−")


def line(row: Row, found: Finding) -> str:
    """A row of the table."""
    first = row.figures[0]
    return f"| {row.wrong} | {first.what} | {first.before or '–'} | {interval_told(found)} | {row.missing or 'nothing known'} |"


def bullet(figure: Figure, found: Finding) -> str:
    """A figure of the list; the test of the page reads it again."""
    before = f"; first edition: {figure.before}" if figure.before else ""
    return f"- {figure.what}: **{interval_told(found)}**{before}"


def places(where: dict[str, str]) -> str:
    """Files, with what of them is meant."""
    return "; ".join(f"`{path}` ({', '.join(f'`{name}`' for name in names.split())})" for path, names in where.items())


def verdict(number: str) -> str:
    return f"{number} is {'missed' if EVIDENCE[number].missed else 'met'}"


def paragraph(number: int, row: Row, found: tuple[Finding, ...]) -> str:
    """Everything about a row."""
    beside = (
        f" Published results beside it ([evidence](evidence.md)): {', '.join(map(verdict, row.evidence))}."
        if row.evidence
        else ""
    )
    lines = [
        f"### {number}. {row.wrong}",
        f"*Why.* {row.why} *What was changed.* {row.changed}",
        f"*Where.* {places(row.where)}.{beside}",
        "\n".join(bullet(figure, value) for figure, value in zip(row.figures, found, strict=True)),
    ]
    return "\n\n".join([*lines, *([f"**Not as it should be:** {row.missing}."] if row.missing else [])])


def page(found: list[tuple[Finding, ...]]) -> str:
    """Everything that is generated."""
    head = "| what was wrong | what is measured | first edition | today (95 % interval) | what is still not as it should be |"
    rows = [line(row, values[0]) for row, values in zip(ROWS, found, strict=True)]
    told_of = [paragraph(number, row, values) for number, (row, values) in enumerate(zip(ROWS, found, strict=True), 1)]
    table = "\n".join([head, "|---|---|---:|---:|---|", *rows])
    return "\n\n".join([table, "## One by one", *told_of])


def main() -> None:
    """Measure everything and put it between the page's two marks."""
    found = []
    for row in ROWS:
        start = time.perf_counter()
        found.append(tuple(figure.measure() for figure in row.figures))
        print(
            f"{row.wrong}: {', '.join(map(interval_told, found[-1]))} ({time.perf_counter() - start:.0f} s)", flush=True
        )
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{page(found)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
