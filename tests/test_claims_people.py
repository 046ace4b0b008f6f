"""What the model claims about those who serve and those who govern: worn-out staff, care for employees, the death spiral.

Paired comparisons of 24 replications, as in ``test_claims``; and the laws that representatives who come and go obey.
"""

import numpy as np
import pytest
from grounds import counted, ground, lived
from test_claims import MARKET, assert_moves

from sim import run
from sim.model.component import row
from sim.model.week import COUNTS
from sim.scenario.whole import Scenario, described

WORKED_HARD = {"employee_care": {"turnover": 0.6, "strain": 0.05, "morale_weight": 0.6}}
"""Representatives who can be worn down and who quit: six in ten a year."""
CARE = {"employee_care": {"pay": 1.15, "training": 2.0}}
"""A sixth more pay, and two hours of training a week."""


def market(**sections: object) -> Scenario:
    """A market in which representatives can be worn down."""
    return described(MARKET).with_(**WORKED_HARD).with_(**sections)


CLAIMS = [
    ("S0.2 beginners solve less", {"turnover": 3.0}, "first_contact_resolution", -1),
    ("S0.2 and cost trust", {"turnover": 3.0}, "trust", -1),
    ("S0.2 worn-out representatives solve less", {"strain": 0.3}, "first_contact_resolution", -1),
    ("S0.2 and customers trust the company less", {"strain": 0.3}, "trust", -1),
    ("S0.2 worn-out representatives quit", {"strain": 0.3}, "staff_turnover", 1),
    ("S2.4 care raises morale", CARE["employee_care"], "morale", 1),
    ("S2.4 employees stay", CARE["employee_care"], "staff_turnover", -1),
    ("S2.4 more is solved at the first contact", CARE["employee_care"], "first_contact_resolution", 1),
    ("S2.4 customers are more satisfied", CARE["employee_care"], "satisfaction", 1),
    ("S2.4 and leave less for the service", CARE["employee_care"], "left_because_service", -1),
    ("S2.6 and the company is known for it", CARE["employee_care"], "reputation", 1),
    ("S2.4 care is not free", CARE["employee_care"], "cost", 1),
    ("S3.7 letting people go shows in the morale of those who stay", {"layoffs": 0.5}, "morale", -1),
]


@pytest.mark.parametrize(("lever", "measure", "sign"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_claim_about_staff_holds_beyond_chance(lever: dict[str, object], measure: str, sign: int) -> None:
    assert_moves(measure, sign, market(), market(employee_care=lever).with_(name="With the lever"))


def test_care_keeps_customers_in_the_long_run() -> None:
    assert_moves("retention", 1, market(weeks=104), market(weeks=104, **CARE).with_(name="Care"))


def test_care_costs_profit_at_first() -> None:
    assert_moves("profit", -1, market(weeks=8), market(weeks=8, **CARE).with_(name="Care"))


def test_care_pays_in_two_years_where_much_goes_wrong() -> None:
    assert_moves("profit", 1, market(weeks=104), market(weeks=104, **CARE).with_(name="Care"))


def test_pay_alone_costs_profit_for_a_year_where_little_goes_wrong() -> None:
    """Care is no law of nature either: customers who hardly meet a representative do not repay it soon."""
    calm = market(weeks=52, quality={"error_rate": 0.005})
    assert_moves("profit", -1, calm, calm.with_(employee_care={"pay": 1.15}, name="Paid well"))


def test_high_turnover_at_the_outsourcer_costs_solutions() -> None:
    out = {"outsourcing": {"share": 1.0}}
    restless = market(outsourcing={"share": 1.0, "turnover": 4.0}).with_(name="Restless")
    assert_moves("first_contact_resolution", -1, market(**out), restless)


# ---- laws ----------------------------------------------------------------------------------------------------------

CALM = {"quality_error_rate": 0.0, "call_centre_questions": 0.0, "quality_spread": 0.0}
HEADS = 4000


def quitting_weekly(per_year: float) -> float:
    return 1 - np.exp(-per_year * 7 / 365.25)


@pytest.mark.parametrize("weeks", [1, 30])
def test_tenure_is_geometric_at_constant_turnover(weeks: int) -> None:
    """The mean of so many geometric tenures, from the start on: |z| < 4."""
    here = ground(2, weeks, call_centre_representatives=HEADS, employee_care_turnover=2.0, **CALM)
    tenure = lived(here)[0].staff[row("staff_tenure")].astype(np.float64)
    chance = quitting_weekly(2.0)
    mean, deviation = (1 - chance) / chance, np.sqrt(1 - chance) / chance
    assert abs(tenure.mean() - mean) / (deviation / np.sqrt(HEADS)) < 4
    new = (tenure == 0).mean()
    assert abs(new - chance) / np.sqrt(chance * (1 - chance) / HEADS) < 4


def test_as_many_quit_as_turnover_says() -> None:
    weeks = 20
    here = ground(2, weeks, call_centre_representatives=HEADS, employee_care_turnover=1.0, **CALM)
    tally, chance, tried = lived(here)[1], quitting_weekly(1.0), HEADS * (weeks - 1)
    quits = counted(tally, "quits").sum()
    assert abs(quits - chance * tried) / np.sqrt(chance * (1 - chance) * tried) < 4
    assert (counted(tally, "hires") == counted(tally, "quits")).all()


def test_positions_are_filled_by_other_people() -> None:
    """Talent is drawn anew: whoever follows is neither like the one before nor better or worse on average."""
    restless = {"employee_care_turnover": 2.0, "employee_care_beginner_gap": 0.0, "call_centre_representatives": HEADS}
    before, after = (lived(ground(2, weeks, **restless, **CALM))[0].staff for weeks in (1, 60))
    other = after[row("hires")] > 0
    was, now = before[row("skill"), other], after[row("skill"), other]
    assert other.sum() > 1000
    assert abs(np.corrcoef(was, now)[0, 1]) < 4 / np.sqrt(other.sum())
    assert abs((now - was).mean()) / (np.std(now - was) / np.sqrt(other.sum())) < 4


def test_turnover_that_begins_later_changes_no_earlier_week() -> None:
    crowd = {"call_centre_representatives": 60}
    plain, later = ground(120, 8, **crowd), ground(120, 8, **crowd, employee_care_turnover=[0.0] * 5 + [5.0] * 3)
    assert np.array_equal(lived(plain)[1][:5], lived(later)[1][:5])
    assert not np.array_equal(lived(plain)[1], lived(later)[1])


def test_layoffs_go_at_their_rate() -> None:
    here = ground(2, 53, call_centre_representatives=HEADS, employee_care_layoffs=0.5, **CALM)
    staff = counted(lived(here)[1], "staff")
    assert staff[0] == HEADS and staff[52] == round(HEADS * (1 - 0.5 * 7 / 365.25) ** 52)


# ---- those who govern ----------------------------------------------------------------------------------------------

MANNED = {
    "weeks": 156,
    "market": {"customers": 600, "prospects": 300, "stands_for": 60},
    "call_centre": {"questions": 0.1, "representatives": 8},
    "self_checkout": {"visits": 0.5, "lanes": 14},
}
"""Three years of a company whose customers often call and often come to the shop, and are answered well."""
CUTTER = {"cuts": 0.1, "floor": 0.3, "target_margin": 0.6}
"""A management that is never content, and cuts a tenth every quarter."""
LASTING, DONE = slice(-26, None), slice(None)


def governed(management: dict[str, object], **sections: object) -> Scenario:
    return described(MANNED).with_(**sections).with_(management=management)


def difference(measure: str, base: Scenario, other: Scenario, weeks: slice = LASTING) -> tuple[float, float]:
    """Ends of the 95 % interval of the paired difference in a measure's weekly mean."""
    means = [run(s, replications=24, seed=11).by_week[measure][:, weeks].mean(1) for s in (base, other)]
    gap = means[1] - means[0]
    half = 2.07 * gap.std(ddof=1) / np.sqrt(len(gap))
    return gap.mean() - half, gap.mean() + half


@pytest.mark.parametrize("measure", ["customers", "profit", "satisfaction", "budget"])
def test_cutting_when_the_margin_disappoints_is_a_death_spiral(measure: str) -> None:
    """S2.3: whoever cuts ends with fewer customers and less profit than whoever holds, though it saves at first."""
    assert difference(measure, governed({}), governed(CUTTER))[1] < 0


def test_cutting_brings_profit_at_first() -> None:
    assert difference("profit", governed({}), governed(CUTTER), slice(0, 26))[0] > 0


def test_a_careless_company_falls_faster_than_one_that_only_cuts_staff() -> None:
    """S2.3: when product and training are cut as well."""
    careless = governed(CUTTER | {"neglect": 0.2})
    assert difference("customers", governed(CUTTER), careless)[1] < 0
    assert difference("satisfaction", governed(CUTTER), careless)[1] < 0


def test_cutting_staff_in_the_shops_drives_customers_away() -> None:
    """S4.3: nobody calls, and the checkouts alone do it."""
    silent = {"call_centre": {"questions": 0.0, "representatives": 1}, "quality": {"error_rate": 0.0}}
    holder, cutter = governed({}, **silent), governed(CUTTER, **silent)
    assert difference("customers", holder, cutter)[1] < 0
    assert difference("satisfaction", holder, cutter)[1] < 0
    assert difference("left_because_convenience", holder, cutter, DONE)[0] > 0


@pytest.mark.parametrize("measure", ["customers", "revenue"])
def test_cutting_staff_on_thin_margins_makes_them_thinner(measure: str) -> None:
    """S4.3: seven in a hundred are left where ten are wanted; cutting on and on leaves fewer to earn them from."""
    thin = {"quality": {"cost_share": 0.85}}
    assert difference(measure, governed({}, **thin), governed(CUTTER | {"target_margin": 0.1}, **thin))[1] < 0


def test_cutting_pays_where_too_many_serve() -> None:
    """The spiral is no law of nature: staff whom nobody misses can go."""
    idle = {"call_centre": {"questions": 0.0, "representatives": 12}, "self_checkout": {"visits": 0.0}}
    assert difference("profit", governed({}, **idle), governed(CUTTER | {"floor": 0.5}, **idle))[0] > 0


@pytest.mark.parametrize("measure", ["customers", "satisfaction"])
def test_reinvesting_makes_a_company_grow_that_answers_too_few(measure: str) -> None:
    """S2.6: whoever puts a margin back into service ends with more customers, who are more content."""
    short = {"call_centre": {"questions": 0.1, "representatives": 4}}
    investor = governed({"reinvests": 0.15, "target_margin": 0.1, "ceiling": 2.0}, **short)
    assert difference(measure, governed({}, **short), investor)[0] > 0


def test_reinvesting_costs_profit_at_first() -> None:
    short = {"call_centre": {"questions": 0.1, "representatives": 4}}
    investor = governed({"reinvests": 0.15, "target_margin": 0.1, "ceiling": 2.0}, **short)
    assert difference("profit", governed({}, **short), investor, slice(0, 26))[1] < 0


def test_a_budget_between_floor_and_ceiling_moves_by_its_share() -> None:
    always = {"management_review_weeks": 2, "management_target_margin": 1.0, "management_cuts": 0.5}
    tally = lived(ground(60, 9, **always, management_floor=0.2))[1]
    assert (counted(tally, "budget") / 2**20).round(3).tolist() == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2]
    assert counted(tally, "staff").tolist() == [12, 12, 6, 6, 3, 3, 2, 2, 2]
    assert counted(tally, "capacity")[8] * 12 == counted(tally, "capacity")[0] * 2


def test_every_week_of_staff_is_counted() -> None:
    tally = lived(ground(60, 4))[1]
    assert (tally[:, COUNTS.index("staff")] == 12).all()
    assert (counted(tally, "morale") == 12 * int(np.float32(0.7) * 2**20)).all()
