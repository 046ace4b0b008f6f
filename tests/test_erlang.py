"""Closed forms agree with published values, with each other, and with the simulated queue."""

from __future__ import annotations

import csv
import heapq
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from sim.errors import Mistake
from sim.model.rules import kernel
from sim.service.queues import BLOCKED, SERVED, answer, idle, serve
from sim.service.staffing import batches, staff, standard_error
from sim.theory.erlang import QueueFigures, erlang_a, erlang_b, erlang_c

TABLE = (Path(__file__).parent / "data" / "queue_points.csv").read_text(encoding="utf-8")
ROWS = {row["id"]: row for row in csv.DictReader(TABLE.splitlines())}
COLUMNS = {
    "abandonment": "P_abandon",
    "mean_wait": "EW_all_min",
    "probability_of_waiting": "P_wait_zero",
    "mean_queue": "EQ",
    "mean_wait_served": "W_served_mean_min",
    "occupancy": "occupancy",
    "service_level": "SL_served_within_20s",
}
"""Our names for the table's; ``P_wait_zero`` is the share who do not wait."""


def number(row, column):
    """A number of the table; patience left empty is endless."""
    return float(ROWS[row][column] or math.inf)


def question(row):
    """Arrival rate, mean handling, agents of a row."""
    return number(row, "lambda_per_min"), number(row, "aht_min"), int(number(row, "servers"))


def known(row):
    """The figures that a row of the table gives, under our names, as the table writes them."""
    return {ours: ROWS[row][theirs] for ours, theirs in COLUMNS.items() if ROWS[row][theirs]}


# --- closed forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ["EA01", "EA04", "EA07", "EA09", "EC03", "EC05"])
def test_published_rows_to_the_last_digit(row):
    figures = erlang_a(*question(row), number(row, "patience_min"))._asdict()
    figures["probability_of_waiting"] = 1 - figures["probability_of_waiting"]
    for name, text in known(row).items():
        # the table rounds at eight digits or fewer, and drops trailing zeros
        assert float(f"{figures[name]:.8g}") == pytest.approx(float(text), rel=1e-12, abs=1e-12), name


def test_repeat_contacts_are_a_fixed_point_of_the_load():
    first, handling, agents = question("RC01")
    load = first
    for _ in range(200):
        figures = erlang_a(load, handling, agents, 3.0)
        load = first + 0.3 * load * (1 - figures.abandonment)
    assert float(f"{load:.8g}") == number("RC01", "lambda_effective")
    assert float(f"{figures.abandonment:.8g}") == number("RC01", "P_abandon")
    assert float(f"{figures.mean_wait:.8g}") == number("RC01", "EW_all_min")


queue = {
    "rate": st.floats(0.01, 50),
    "handling": st.floats(0.1, 20),
    "agents": st.integers(1, 400),
    "patience": st.floats(0.05, 200),
}


@settings(max_examples=200)
@given(**queue)
def test_erlang_a_by_the_incomplete_gamma_function(rate, handling, agents, patience):
    """After Mandelbaum & Zeltyn 2007: A(x, y) = x e^y / y^x gamma(x, y) with x = n mu / theta, y = lambda / theta."""
    x, y = agents / handling * patience, rate * patience
    lower = special.gammainc(x, y)
    assume(lower > 1e-290)
    series = math.log(x) + y - x * math.log(y) + special.gammaln(x) + math.log(lower)
    assume(series < 300)
    a, blocked = math.exp(series), erlang_b(rate * handling, agents)
    waiting = a * blocked / (1 + (a - 1) * blocked)
    figures = erlang_a(rate, handling, agents, patience)
    assert figures.probability_of_waiting == pytest.approx(waiting, rel=1e-7, abs=1e-300)


@settings(max_examples=200)
@given(**queue)
def test_identities_of_erlang_a(rate, handling, agents, patience):
    figures = erlang_a(rate, handling, agents, patience)
    shares = figures.probability_of_waiting, figures.abandonment, figures.occupancy, figures.service_level
    assert all(0 <= share <= 1 + 1e-12 for share in shares)
    assert figures.abandonment == pytest.approx(figures.mean_wait / patience)  # who gives up, per minute waited
    assert figures.mean_queue == pytest.approx(rate * figures.mean_wait)  # Little
    assert agents * figures.occupancy == pytest.approx(rate * handling * (1 - figures.abandonment))  # work conserved
    one_more = erlang_a(rate, handling, agents + 1, patience)
    assert one_more.abandonment <= figures.abandonment
    assert one_more.service_level >= figures.service_level - 1e-12


@settings(max_examples=25)
@given(rate=st.floats(0.1, 10), agents=st.integers(1, 40), patience=st.floats(0.2, 5))
def test_service_level_and_wait_of_the_served_belong_together(rate, agents, patience):
    """At target 0 the served without waiting, in the end all the served; in between, its integral is their wait."""
    figures = erlang_a(rate, 3.0, agents, patience)
    longest = 40 * patience
    targets, weights = np.polynomial.legendre.leggauss(100)
    targets = longest * ((targets + 1) / 2) ** 3  # finer near 0, where waits are
    weights = weights / 2 * longest * 3 * (targets / longest) ** (2 / 3)
    levels = np.array([erlang_a(rate, 3.0, agents, patience, target).service_level for target in targets])
    served = 1 - figures.abandonment
    assert erlang_a(rate, 3.0, agents, patience, 0.0).service_level == pytest.approx(1 - figures.probability_of_waiting)
    assert levels[-1] == pytest.approx(served, rel=1e-9)
    waited = figures.mean_wait_served * served
    assert weights @ (served - levels) == pytest.approx(waited, rel=1e-6, abs=1e-11 * longest)


@pytest.mark.parametrize(("rate", "agents"), [(0.1, 1), (8, 50), (9, 50), (590, 3000)])
def test_erlang_a_lies_between_b_and_c(rate, agents):
    """Nobody patient: whoever must wait is lost. Everybody patient: Erlang-C."""
    hasty, patient = erlang_a(rate, 5, agents, 1e-7), erlang_a(rate, 5, agents, 1e7)
    assert hasty.abandonment == pytest.approx(erlang_b(5 * rate, agents), rel=1e-3)
    assert patient[2:] == pytest.approx(erlang_c(rate, 5, agents)[2:], rel=1e-3)
    assert erlang_a(rate, 5, agents, math.inf) == erlang_c(rate, 5, agents)


def test_erlang_b_by_its_definition():
    load, agents = 7.5, 9
    terms = [load**k / math.factorial(k) for k in range(agents + 1)]
    assert erlang_b(load, agents) == pytest.approx(terms[-1] / sum(terms), rel=1e-14)


@pytest.mark.parametrize("overload", [1.2, 1.5, 3.0])
def test_a_large_overloaded_queue_flows_like_a_fluid(overload):
    """Just the excess gives up, and all the served wait until the excess has: patience times log(overload)."""
    figures = erlang_a(400 * overload, 5, 2000, 3.0)
    assert figures.abandonment == pytest.approx(1 - 1 / overload, rel=1e-3)
    assert figures.mean_wait_served == pytest.approx(3.0 * math.log(overload), rel=1e-2)
    assert figures.occupancy == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("ask", "words"), [
    (lambda: erlang_c(10, 5, 50), "50 representatives cannot keep up .* Take at least 51"),
    (lambda: erlang_c(-1, 5, 50), "arrival_rate is -1"),
    (lambda: erlang_a(10, 0, 50, 3), "mean_handling is 0"),
    (lambda: erlang_a(10, 5, 0, 3), "agents is 0"),
    (lambda: erlang_a(10, 5, 2.5, 3), "agents must be a whole number"),
    (lambda: erlang_a(10, 5, 50, math.nan), "mean_patience is nan"),
    (lambda: erlang_a(10, 5, 50, 3, -1), "answered_within is -1"),
    (lambda: staff(10, 5, 50), "cannot keep up"),
    (lambda: staff(10, 5, 50, 3, callers=10), "callers is 10"),
])  # fmt: skip
def test_a_question_without_an_answer_is_refused(ask, words):
    with pytest.raises(Mistake, match=words):
        ask()


# --- the simulated queue against the table --------------------------------------------------------------------------
# Batch means of 30 batches after a warm-up of 5 %. |z| < 4 under Student's t with 29 degrees of freedom fails a right
# program in 0.04 % of figures; the seeds are fixed.

ROUGH, FINE = 1_000_000, 10_000_000
sizes = pytest.mark.parametrize("callers", [ROUGH, pytest.param(FINE, marks=pytest.mark.heavy)])


def lognormal(luck, mean, variation, size):
    """Lognormal of a mean and a coefficient of variation."""
    spread = math.log1p(variation**2)
    return luck.lognormal(math.log(mean) - spread / 2, math.sqrt(spread), size)


def simulate(row, callers, seed=20):
    """Batches of the figures of a row; the notes in the table say which times are lognormal and which lines are few."""
    luck = np.random.default_rng([seed, callers])
    rate, handling_mean, agents = question(row)
    patience_mean = number(row, "patience_min")
    arrivals = np.cumsum(luck.exponential(1 / rate, callers))
    handling = lognormal(luck, 5, 1.1, callers) if row == "ES01" else luck.exponential(handling_mean, callers)
    patience = lognormal(luck, 3, 2, callers) if row == "EG04" else patience_mean * luck.exponential(1.0, callers)
    wait, outcome = serve(arrivals, handling, patience, agents, lines=8 if row == "MB04" else None)
    return batches(arrivals, handling, patience, wait, outcome, agents), outcome


def check(figures, expected, error_of_the_reference=0.0):
    """|z| < 4 for each expected figure; the reference may have a standard error of its own."""
    means, errors = QueueFigures(*figures.mean(axis=0)), QueueFigures(*standard_error(figures))
    for name, value in expected.items():
        value = 1 - value if name == "probability_of_waiting" else value
        mean, error = getattr(means, name), math.hypot(getattr(errors, name), error_of_the_reference)
        assert abs(mean - value) < 4 * error or mean == value, f"{name}: {mean:.6f} for {value:.6f}, error {error:.6f}"


@sizes
@pytest.mark.parametrize("row", ["EA01", "EA04", "EA07", "EA09", "EC03", "EC05", "EG04", "MB04"])
def test_simulated_queue_agrees_with_the_exact_row(row, callers):
    figures, outcome = simulate(row, callers)
    check(figures, {name: float(text) for name, text in known(row).items()})
    if row == "MB04":
        share = (outcome == BLOCKED).mean()
        # neighbours are blocked together: allow for twice the error of independent callers
        assert abs(share - 0.055434) < 4 * 2 * math.sqrt(share / callers)


@sizes
def test_simulated_queue_with_lognormal_handling_agrees_with_another_simulation(callers):
    figures, _ = simulate("ES01", callers)
    expected = {name: float(text) for name, text in known("ES01").items()}
    for name in expected:
        error = number("ES01", "des_se_P_abandon" if name == "abandonment" else "des_se_EW_min")
        check(figures, {name: expected[name]}, error)


@kernel
def call_again(gaps, handling, patience, solved, delay, busy_until, server, arrivals, wait, outcome):
    """In order of time: fresh callers, and those whose contact solved nothing, after a delay. Fills the last three."""
    again = [np.inf]
    fresh, used = gaps[0], 1
    for i in range(len(handling)):
        if again[0] <= fresh:
            now = heapq.heappop(again)
        else:
            now, fresh, used = fresh, fresh + gaps[used], used + 1
        arrivals[i] = now
        wait[i], outcome[i], _ = answer(now, handling[i], patience[i], busy_until, server)
        if outcome[i] == SERVED and not solved[i]:
            heapq.heappush(again, now + wait[i] + handling[i] + delay[i])


@pytest.mark.parametrize("contacts", [4 * ROUGH, pytest.param(2 * FINE, marks=pytest.mark.heavy)])
def test_callers_who_call_again_until_it_is_solved(contacts):
    """30 % of the served call again after a day on average; the warm-up is seven times as long as settling takes."""
    luck = np.random.default_rng(21)
    rate, handling_mean, agents = question("RC01")
    means = 1 / rate, handling_mean, number("RC01", "patience_min")
    drawn = [mean * luck.exponential(1.0, contacts) for mean in means]
    arrivals, wait, outcome = np.empty(contacts), np.empty(contacts), np.empty(contacts, np.int8)
    solved, delay = luck.random(contacts) < 0.7, luck.exponential(24 * 60, contacts)
    call_again(*drawn, solved, delay, *idle(agents), arrivals, wait, outcome)
    figures = batches(arrivals, drawn[1], drawn[2], wait, outcome, agents)
    late = contacts // 20
    contact_rate = (contacts - late) / (arrivals[-1] - arrivals[late])
    # contacts come in bursts of 1 / (1 - 0.26) on average: their count varies about twice as much as Poisson's
    assert contact_rate == pytest.approx(number("RC01", "lambda_effective"), rel=4 * math.sqrt(2 / contacts))
    check(figures, {name: float(text) for name, text in known("RC01").items()})
    check(figures, {"abandonment": number("RC01", "des_P_abandon")}, number("RC01", "des_se_P_abandon"))
    check(figures, {"mean_wait": number("RC01", "des_EW_min")}, number("RC01", "des_se_EW_min"))


# --- both side by side ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [None, 2.0])
def test_the_two_columns_of_a_staffing_question_are_independent_and_agree(patience):
    figures = staff(1, 4, 5, patience)
    assert [row.figure for row in figures] == list(QueueFigures._fields)
    assert [row.closed_form for row in figures] == list(erlang_a(1, 4, 5, patience or math.inf))
    for row in figures:
        assert row.low <= row.simulated <= row.high
        assert abs(row.simulated - row.closed_form) <= 4 * (row.high - row.low) / 2 / 2.045
    assert figures == staff(1, 4, 5, patience)


def test_an_interval_of_95_percent_holds_the_closed_form_in_about_95_percent_of_seeds():
    held = [row.low <= row.closed_form <= row.high for seed in range(100) for row in staff(2, 6, 12, 2, 20_000, seed)]
    share = np.reshape(held, (100, len(QueueFigures._fields))).mean(axis=0)
    assert (abs(share - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 100)).all()
