"""How people begin: line by line for a block of people at a time, then what follows from the lines, person by person."""

import numpy as np

from sim.model.behaviour.choice import has_sorted
from sim.model.behaviour.expectation import expectation_so_far
from sim.model.behaviour.person import COMPANY, RIVAL, STARTS, TRAITS
from sim.model.behaviour.satisfaction import aversion, bend, felt, judgement, surprise
from sim.model.component import row
from sim.model.distributions import drawn, normals, spread_out
from sim.model.mechanisms.marketing import promise
from sim.model.mechanisms.quality import usual_performance
from sim.model.numeric import share
from sim.model.random import fill, stream, unit, word
from sim.model.rules import lean_kernel

f32, u64, i64 = np.float32, np.uint64, np.int64

BLOCK = 1024
"""People per block: what is drawn for them stays in the first-level cache."""

LINES = (*TRAITS, *STARTS)
"""Everything about a person that a scenario or a customer file may give."""
_NAMES = [line.name for line in LINES]
_STREAMS = np.array([stream(f"person: {name}") for name in _NAMES], np.uint32)
_LOW = np.array([line.low for line in LINES], np.float32)
_HIGH = np.array([line.high for line in LINES], np.float32)
SEGMENT, LIKENESS, OUTLOOK = stream("person: segment"), stream("person: likeness"), stream("person: outlook")
SORTED = stream("person: sorted")
FITS = tuple(line for line in LINES if line.name.startswith("fit_"))
"""What suits a person, drawn before everything else."""

_RIVALS_TENURE = (1, f32(0), f32(260))
"""Whoever is with the rival has been for up to five years."""

_TRAITS, _LINES = len(TRAITS), len(LINES)
_TENURE, _CONTRACT, _GRIEVANCE = (_NAMES.index(name) for name in ("tenure", "contract_weeks_left", "grievance"))
_EXPECTATION, _SATISFACTION, _TRUST = (_NAMES.index(name) for name in ("expectation", "satisfaction", "trust"))
_ROWS = np.array([row(trait.name) for trait in TRAITS], np.int64)
E_, S_, T_, G_ = row("expectation"), row("satisfaction"), row("trust"), row("grievance")
EXPOSURE, FAIRNESS = row("failure_exposure"), row("price_fairness")
_FIT_LINES = np.array([_NAMES.index(line.name) for line in FITS], np.int64)
FIT_COMPANY, FIT_RIVAL = row("fit_company"), row("fit_rival")
EVIDENCE_COMPANY, EVIDENCE_RIVAL, COMPARED_IN = row("evidence_company"), row("evidence_rival"), row("compared_in")
LONG_AGO = -520
"""The week in which everybody last compared providers when the scenario begins: so long ago that it does not matter."""
BELIEF_COMPANY, BELIEF_RIVAL = row("belief_company"), row("belief_rival")
PROVIDER, SEGMENT_ROW, TENURE, CONTRACT_END = row("provider"), row("segment"), row("tenure"), row("contract_end")


@lean_kernel
def _likeness(world, person, founders):
    """The row of the customer file that this person takes after: their own, or for the rival's customers any."""
    if person < founders or founders == 0:
        return i64(person)
    return i64((u64(word(world, LIKENESS, person, 0, 0)) * u64(founders)) >> u64(32))


@lean_kernel
def _segment_of(world, person, likeness, segment, until):
    if segment.size > 0:
        return i64(segment[likeness])
    if until.size == 1:
        return i64(0)
    luck = unit(word(world, SEGMENT, person, 0, 0))
    chosen = 0
    while chosen < until.size - 1 and luck >= until[chosen]:
        chosen += 1
    return chosen


@lean_kernel
def _place_people(world, start, founders, plan, mark, likeness):
    """Provider and segment of everybody in the block, and into ``likeness`` whom they take after."""
    _, segment, _, _, until = plan
    for i in range(mark.shape[1]):
        like = _likeness(world, start + i, founders)
        likeness[i] = like
        mark[PROVIDER, i] = RIVAL if start + i >= founders else COMPANY
        mark[SEGMENT_ROW, i] = _segment_of(world, start + i, like, segment, until)


@lean_kernel
def _code(kind, numbers, s, place):
    return kind[s, place], numbers[s, place, 0], numbers[s, place, 1]


@lean_kernel
def _alike(kind, numbers, place):
    """Whether a line is drawn alike in every segment."""
    first, alike = _code(kind, numbers, 0, place), True
    for s in range(1, kind.shape[0]):
        alike = alike and _code(kind, numbers, s, place) == first
    return alike


@lean_kernel
def _spread_out(code, words, values):
    """The first draw of everybody from one distribution; NaN where a line follows from the others."""
    if code[0] >= 0:
        spread_out(code, words[0, : values.size], values)
        return
    for i in range(values.size):
        values[i] = f32(np.nan)


@lean_kernel
def _take(segments, s, spare, values):
    """What was drawn for segment ``s``, for those who belong to it."""
    for i in range(values.size):
        values[i] = spare[i] if segments[i] == s else values[i]


@lean_kernel
def _again(world, place, drawing, start, plan, segments, values):
    """Draw again for those whom the first draw put out of range."""
    _, _, kind, numbers, _ = plan
    low, high = _LOW[place], _HIGH[place]
    for i in range(values.size):
        if values[i] < low or values[i] > high:
            code = _code(kind, numbers, i64(segments[i]), place)
            values[i] = drawn(world, drawing, start + i, code, low, high)


@lean_kernel
def _draw_line(world, place, drawing, start, plan, segments, values, room):
    """One line for everybody in the block, of the stream ``drawing``; NaN where it follows from the others, or is given to all.

    ``room``: words, and numbers to put the values of one segment in. Everybody's value is drawn for every segment that
    differs, because a bulk draw costs a tenth of one that is made for one person.
    """
    (_, _, kind, numbers, _), (words, spare) = plan, room
    alike, code = _alike(kind, numbers, place), _code(kind, numbers, 0, place)
    if not alike or code[0] > 0:  # what is the same for all needs no luck
        fill(world, drawing, 0, start, (words[0], words[1], words[2], words[3]))
    _spread_out(code, words, values)
    for s in range(1, 1 if alike else kind.shape[0]):
        _spread_out(_code(kind, numbers, s, place), words, spare[: values.size])
        _take(segments, s, spare, values)
    _again(world, place, drawing, start, plan, segments, values)


@lean_kernel
def _give(values, likeness, given):
    """What the file gives takes the place of what was drawn."""
    for i in range(values.size):
        told = given[likeness[i]]
        if not np.isnan(told):
            values[i] = told


@lean_kernel
def _keep(values, column):
    for i in range(values.size):
        column[i] = values[i]


@lean_kernel
def _settle(i, person, values, outlook, p, columns, rivals):
    """Expectation, satisfaction and trust at the start: as given, or as they follow from quality, exposure and tenure."""
    number, clock, mark = columns
    level, rate, over, fit = p.quality_level, p.quality_error_rate, p.marketing_overpromise, number[FIT_COMPANY, i]
    if mark[PROVIDER, i] == RIVAL:
        level, rate, over, fit = p.rival_level, p.rival_error_rate, p.rival_overpromise, number[FIT_RIVAL, i]
        which, suiting, offers = rivals
        if offers.shape[0] > 0:
            own = i64(which[person])
            level, rate, over, fit = offers[own, 0], offers[own, 1], offers[own, 2], suiting[own, person]
    usual = usual_performance(level + fit, rate, number[EXPOSURE, i], p.quality_error_depth)
    expected, satisfied, trusting = values
    if np.isnan(expected):
        expected = expectation_so_far(promise(level, over), usual, clock[TENURE, i], p.satisfaction_settling)
    if np.isnan(satisfied):
        gap = surprise(usual, expected, p.satisfaction_assimilation)
        averse = aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric)
        bent = bend(p.satisfaction_curvature, p.satisfaction_symmetric)
        verdict = judgement(expected, felt(gap, p.satisfaction_sensitivity, averse, bent))
        satisfied = share(verdict + p.satisfaction_disposition * outlook)
    number[E_, i], number[S_, i] = expected, satisfied
    number[T_, i] = share(satisfied - p.trust_starting_gap) if np.isnan(trusting) else trusting


@lean_kernel
def _sort(world, i, person, sorting, columns):
    """Who has had the time to find out is with the provider that suits them better: of two fits that were drawn alike."""
    number, clock, mark = columns
    ours, theirs = number[FIT_COMPANY, i], number[FIT_RIVAL, i]
    better = ours > theirs if mark[PROVIDER, i] == RIVAL else theirs > ours
    if better and unit(word(world, SORTED, person, 0, 0)) < has_sorted(i64(clock[TENURE, i]), sorting):
        number[FIT_COMPANY, i], number[FIT_RIVAL, i] = theirs, ours


@lean_kernel
def _sort_among_several(world, i, person, sorting, columns, rivals):
    """The same among several rivals: who has had the time to find out is with the provider that suits them best of all."""
    number, clock, mark = columns
    which, suiting, _ = rivals
    own = i64(which[person]) if mark[PROVIDER, i] == RIVAL else i64(-1)
    mine = suiting[own, person] if own >= 0 else number[FIT_COMPANY, i]
    best, most = i64(-1), number[FIT_COMPANY, i]
    for rival in range(suiting.shape[0]):
        if suiting[rival, person] > most:
            best, most = rival, suiting[rival, person]
    if best != own and unit(word(world, SORTED, person, 0, 0)) < has_sorted(i64(clock[TENURE, i]), sorting):
        if own >= 0:
            suiting[own, person] = most
        else:
            number[FIT_COMPANY, i] = most
        if best >= 0:
            suiting[best, person] = mine
        else:
            number[FIT_COMPANY, i] = mine


@lean_kernel
def _sorted(world, i, person, sorting, columns, rivals):
    """Who is where it suits them better, as :func:`_sort` says."""
    if rivals[2].shape[0] > 0:
        _sort_among_several(world, i, person, sorting, columns, rivals)
    else:
        _sort(world, i, person, sorting, columns)


@lean_kernel
def _start(world, i, person, lines, p, columns, sorts, rivals):
    """Where one person stands in week 0: a customer as the lines say, a rival's customer as newcomers to the story do."""
    number, clock, mark = columns
    unknown = (f32(np.nan), f32(np.nan), f32(np.nan))
    number[FAIRNESS, i] = f32(1)
    number[EVIDENCE_COMPANY, i] = number[EVIDENCE_RIVAL, i] = p.belief_evidence
    clock[CONTRACT_END, i], clock[COMPARED_IN, i] = -1, LONG_AGO
    if mark[PROVIDER, i] == RIVAL:
        clock[TENURE, i] = np.int16(drawn(world, _STREAMS[_TENURE], person, _RIVALS_TENURE, f32(0), f32(260)))
        if sorts:
            _sorted(world, i, person, p.choice_sorting, columns, rivals)
        _settle(i, person, unknown, lines[_LINES + 2, i], p, columns, rivals)
        return
    clock[TENURE, i] = np.int16(lines[_TENURE, i])
    if sorts:
        _sorted(world, i, person, p.choice_sorting, columns, rivals)
    if np.int16(lines[_CONTRACT, i]) > 0:
        clock[CONTRACT_END, i] = np.int16(lines[_CONTRACT, i])
    number[G_, i] = lines[_GRIEVANCE, i]
    known = (lines[_EXPECTATION, i], lines[_SATISFACTION, i], lines[_TRUST, i])
    _settle(i, person, known, lines[_LINES + 2, i], p, columns, rivals)


@lean_kernel
def _believe(belief, spread, normal, column):
    """What is believed of a provider from outside."""
    for i in range(normal.size):
        column[i] = share(belief + spread * normal[i])


@lean_kernel
def _look_out(world, start, size, lines, words):
    """Three standard normal numbers a person: for the beliefs about the two providers, and for satisfaction."""
    fill(world, OUTLOOK, 0, start, (words[0], words[1], words[2], words[3]))
    for k in range(3):
        normals(words[k, :size], lines[_LINES + k, :size])


@lean_kernel
def _alike_fits(plan):
    """Whether what suits people is drawn for both providers from the same distribution, and no file says it of anybody."""
    given, _, kind, numbers, _ = plan
    ours, theirs = _FIT_LINES[0], _FIT_LINES[1]
    alike = True
    for s in range(kind.shape[0]):
        alike = alike and _code(kind, numbers, s, ours) == _code(kind, numbers, s, theirs)
    for founder in range(given.shape[1]):
        alike = alike and np.isnan(given[ours, founder]) and np.isnan(given[theirs, founder])
    return alike


@lean_kernel
def fits(world, founders, plan, columns, room):
    """What suits everybody, block by block; arguments as of :func:`everybody`."""
    people, given = columns[0].shape[1], plan[0]
    words, lines, likeness = room
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        mark = columns[2][:, start:end]
        _place_people(world, start, founders, plan, mark, likeness)
        for place in _FIT_LINES:
            values = lines[place, : end - start]
            _draw_line(world, place, _STREAMS[place], start, plan, mark[SEGMENT_ROW], values, (words, lines[_LINES]))
            if given.shape[1] > 0:
                _give(values, likeness, given[place])
            _keep(values, columns[0][_ROWS[place], start:end])


@lean_kernel
def fit_with_another(world, drawing, plan, segments, column, room):
    """What suits everybody of one more rival, drawn from the distribution of the first with the stream ``drawing``."""
    words, lines, _ = room
    for start in range(0, column.size, BLOCK):
        end = min(start + BLOCK, column.size)
        values = lines[_FIT_LINES[1], : end - start]
        _draw_line(world, _FIT_LINES[1], drawing, start, plan, segments[start:end], values, (words, lines[_LINES]))
        _keep(values, column[start:end])


@lean_kernel
def believe_another(world, drawing, p, column, room):
    """What everybody believes of one more rival from outside."""
    words, lines, _ = room
    for start in range(0, column.size, BLOCK):
        end = min(start + BLOCK, column.size)
        fill(world, drawing, 0, start, (words[0], words[1], words[2], words[3]))
        normals(words[0, : end - start], lines[_LINES, : end - start])
        _believe(p[0].belief_starting, p[0].belief_spread, lines[_LINES, : end - start], column[start:end])


@lean_kernel
def everybody(world, founders, plan, policy, columns, room, rivals):
    """Everybody, block by block.

    ``plan``: the arrays of :class:`sim.model.population.Plan`; ``columns``: number, clock, mark, zero before; ``room``: uint32
    (4, BLOCK) for words, float32 (lines + 3, BLOCK) for what is drawn, int64 (BLOCK) for whom people take after; ``rivals``:
    where there are several, uint8 (people) which one people have in view, float32 (rivals, people) how each suits them, and
    float32 (rivals, 3) the level, errors and promise of each; otherwise empty.
    """
    people, p, given = columns[0].shape[1], policy[0], plan[0]
    words, lines, likeness = room
    sorts = _alike_fits(plan)
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        number, clock, mark = columns[0][:, start:end], columns[1][:, start:end], columns[2][:, start:end]
        _place_people(world, start, founders, plan, mark, likeness)
        for place in range(_LINES):
            if place == _FIT_LINES[0] or place == _FIT_LINES[1]:
                continue
            values = lines[place, : end - start]
            _draw_line(world, place, _STREAMS[place], start, plan, mark[SEGMENT_ROW], values, (words, lines[_LINES]))
            if given.shape[1] > 0:
                _give(values, likeness, given[place])
            if place < _TRAITS:
                _keep(values, number[_ROWS[place]])
        _look_out(world, start, end - start, lines, words)
        for i in range(end - start):
            _start(world, i, start + i, lines, p, (number, clock, mark), sorts, rivals)
        _believe(p.belief_starting, p.belief_spread, lines[_LINES, : end - start], number[BELIEF_COMPANY])
        _believe(p.belief_starting, p.belief_spread, lines[_LINES + 1, : end - start], number[BELIEF_RIVAL])
