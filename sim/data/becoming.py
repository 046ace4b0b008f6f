"""What each column becomes: a trait or starting state in its unit, the segment, the label of who has left, kept only, or
left out.

A column's name, or its values, may make a proposal. Where neither says in which unit a number is, it is asked and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.data.customer_mapping import Target, lasting, weeks_in
from sim.data.gathering import GATHERED
from sim.data.habits import Cells
from sim.data.leaving import telling
from sim.data.questions import Answers, Question, Unfit
from sim.data.recognising import WEEKS, Source, period_in, says, words_in
from sim.errors import Mistake
from sim.model.parameters import converted

KEEP, OUT, SEGMENT, LEFT = "kept only", "left out", "segment", "left"
MOST_SEGMENTS = 65_000
"""Segments that somebody may name a column of; proposed as one are columns of no more than :data:`FEW`."""
FEW = 250
MOST_MISSING = 1 / 3
"""The share of a column that may be missing before it is asked whether to draw it."""
_TENURE = (
    "tenure", "subscription length", "laufzeit", "membership", "seniority", "vertragsdauer", "kundendauer", "relationship",
    "account age", "account length", "months on book", "weeks since first purchase",
)  # fmt: skip
_SINCE = (
    "since", "seit", "start", "started", "joined", "join", "joining", "signup", "sign up", "registered", "registration",
    "created", "opened", "first", "begin", "beginn", "onboarded", "activation", "activated", "eintritt", "depuis", "inscrit",
    "inscrite", "inscription", "adhesion", "alta", "desde", "iscrizione", "beitritt", "vertragsbeginn", "customer since",
)  # fmt: skip
_ENDS = ("end", "ends", "expiry", "expires", "expiration", "until", "bis", "ablauf", "renewal", "vertragsende")
_MONEY = (
    "price", "prices", "charge", "charges", "fee", "fees", "revenue", "umsatz", "spend", "spending", "bill", "billing",
    "arpu", "amount", "payment", "preis", "beitrag", "premium", "mrr", "monatspreis", "monatsbeitrag", "tarifpreis",
    "montant", "customer value",
)  # fmt: skip
_NO_RATE = (
    "total", "lifetime", "sum", "gesamt", "summe", "paid", "balance", "salary", "income", "credit", "ever", "cumulative",
    "saldo",
)  # fmt: skip
_PLEASED = (
    "satisfaction", "satisfied", "zufriedenheit", "csat", "nps", "happiness", "score", "rating", "stars", "bewertung",
    "satisfaccion",
)  # fmt: skip
_NOT_PLEASED = ("credit score", "creditscore", "risk", "kredit")
_FAILURES = (
    "complaint", "complaints", "complains", "beschwerde", "beschwerden", "reklamation", "reklamationen", "failure",
    "failures", "issue", "issues", "incident", "incidents", "outage", "outages", "tickets", "contacts", "service calls",
    "störungen", "stoerungen", "errors",
)  # fmt: skip
_GONE = (
    "left", "leaver", "churn", "churned", "gekundigt", "kundigung", "cancel", "canceled", "exited", "attrition",
    "terminated", "termination", "lost", "deactivated", "unsubscribed", "resilie", "resiliation", "abgang", "austritt",
    "baja", "cancelacion", "disdetta", "opgezegd", "opzegging",
)  # fmt: skip
_STAYING = ("active", "retained", "aktiv", "stayed")
_GONE_WORDS = (
    "yes", "y", "true", "1", "ja", "j", "oui", "si", "left", "churned", "churn", "cancelled", "canceled", "closed",
    "gekündigt", "exited", "lost", "gone", "terminated", "attrited", "attrited customer", "former", "ex-customer",
    "unsubscribed", "deactivated", "résilié", "résiliée", "baja", "cancelado", "cancelada", "disdetto", "opgezegd",
)  # fmt: skip
_STATUS = ("status", "state", "lifecycle", "stage", "zustand", "etat", "statut", "estado", "stato")
"""Names of columns that say how things stand with a customer; one of their words may say that somebody has left."""
_YES = ("yes", "y", "true", "1", "ja", "j", "oui", "si", "closed")
"""Words that say so only under a name that asks for it."""
MOST_STATUS = 12
"""Words at most of a column that is taken for how things stand."""
_STAYING_WORDS = ("no", "n", "false", "0", "nein", "non", "inactive", "inaktiv")
_SEGMENTS = (
    "contract", "vertrag", "segment", "plan", "tarif", "tariff", "tier", "package", "paket", "branch", "filiale", "region",
    "type",
)  # fmt: skip
_PERSONAL = (
    "name", "surname", "firstname", "lastname", "vorname", "nachname", "email", "e mail", "mail", "address", "adresse",
    "street", "strasse", "phone number", "telefon", "iban", "birth", "geburt",
)  # fmt: skip
_TERM = re.compile(
    r"(one|two|three|ein|zwei|drei|[0-9]+)[- ]?(year|years|jahr|jahre|month|months|monat|monate)s?\b", re.IGNORECASE
)
_NO_TERM = re.compile(
    r"month[- ]to[- ]month|monthly|none|no contract|prepaid|pay as you go|monatlich|ohne.*", re.IGNORECASE
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "ein": 1, "zwei": 2, "drei": 3}
_SCALES = {
    "0 to 1": (0.0, 1.0),
    "1 to 5": (1.0, 5.0),
    "0 to 5": (0.0, 5.0),
    "0 to 10": (0.0, 10.0),
    "1 to 10": (1.0, 10.0),
    "0 to 100": (0.0, 100.0),
}


@dataclass(frozen=True)
class Part:
    """A column and what it becomes.

    ``values``: in the trait's unit (``unit`` and arithmetic as a scenario's mapping says them), None when it becomes none;
    ``told``:
    how it was understood; ``terms``: category → weeks of a contract; ``gone``: who has left (bool), ``within`` weeks, by
    the ``word`` that says so (empty for a day), and the ``window`` as it was said.
    """

    column: str
    becomes: str
    cells: Cells
    told: str = ""
    why: str = ""
    unit: str = ""
    multiply: float = 1.0
    add: float = 0.0
    values: np.ndarray | None = None
    written: np.ndarray | None = None
    warnings: tuple[str, ...] = ()
    terms: Mapping[str, int] = field(default_factory=dict)
    gone: np.ndarray | None = None
    within: float = 0.0
    word: str = ""
    window: str = ""

    @property
    def is_trait(self) -> bool:
        """Whether it says how a trait or starting state differs between customers."""
        return self.becomes not in (KEEP, OUT, SEGMENT, LEFT)


# ---- which column becomes what


def proposed(source: Source, targets: Mapping[str, Target]) -> dict[str, str]:
    """What each column but the id may become, by its name and its cells; a trait comes from one column only."""
    roles: dict[str, str] = {}
    for name in (each for each in source.cells if each != source.id):
        role = _role(name, source.cells[name], targets, len(source.table.line))
        roles[name] = KEEP if role in roles.values() and role not in (KEEP, OUT) else role
    if LEFT not in roles.values():  # then whether somebody is there says it as well
        staying = [
            name
            for name, cells in source.cells.items()
            if name in roles
            and (_says_staying(name) and _two_words(cells) or says(name, *_STATUS) and _gone_word(cells) is not None)
        ]
        roles |= {staying[0]: LEFT} if staying else {}
    segment = _telling_most(source, roles) or _segment(source, roles)
    return roles | ({segment: SEGMENT} if segment else {})


def _role(name: str, cells: Cells, targets: Mapping[str, Target], rows: int) -> str:
    if cells.kind == "empty" or (says(name, *_PERSONAL) and not _two_words(cells)):
        return OUT
    if says(name, *_GONE) and (cells.kind == "date" or _two_words(cells)):
        return LEFT
    exact = name.strip().lower().replace(" ", "_")
    if exact in targets and cells.kind == "number":
        return exact
    if cells.kind == "number":
        return _number_role(name, cells)
    if cells.kind == "date":
        return "contract_weeks_left" if says(name, *_ENDS) else "tenure" if says(name, *_SINCE) else KEEP
    return OUT if len(words_in(cells)) > max(FEW, rows / 2) or len(words_in(cells)) == rows > 20 else KEEP


def _gone_word(cells: Cells) -> str | None:
    """The one word of a status that says that somebody has left; None where none does, or several."""
    words = words_in(cells) if cells.kind == "text" else {}
    told = [word for word in words if word.lower() in _GONE_WORDS and word.lower() not in _YES]
    return told[0] if len(told) == 1 and 2 <= len(words) <= MOST_STATUS else None


def _says_staying(name: str) -> bool:
    return says(name, *_STAYING) and not says(name, "inactive", "inaktiv")


def _two_words(cells: Cells) -> bool:
    if cells.kind == "number":
        return len(np.unique(cells.values[~cells.missing])) == 2
    return cells.kind == "text" and len(words_in(cells)) == 2


def _number_role(name: str, cells: Cells) -> str:
    words = says(name, *_TENURE) or (period_in(name) is not None and not re.search(r"[a-z]", _without_periods(name)))
    if says(name, *_PLEASED) and not says(name, *_NOT_PLEASED):
        return "satisfaction"
    if says(name, *_FAILURES):
        return "failure_exposure"
    if words:
        return "tenure"
    if (says(name, *_MONEY) or cells.currency) and not says(name, *_NO_RATE):
        return "spend"
    return KEEP


def _without_periods(name: str) -> str:
    from sim.data.recognising import PERIODS, words_of

    known = {word for words in PERIODS.values() for word in words} | {"number", "of", "in"}
    return " ".join(word for word in words_of(name) if word not in known and not word.isdigit())


def _telling_most(source: Source, roles: Mapping[str, str]) -> str | None:
    """The column of few words that tells most about who has left, None where none does, or nobody says who has."""
    label = next((name for name, role in roles.items() if role == LEFT), None)
    if label is None:
        return None
    cells, rows = source.cells[label], len(source.table.line)
    word = _gone_word(cells) or cells.values[int(np.argmin(cells.missing))]
    gone = ~cells.missing if cells.kind == "date" else np.array([each == word for each in _listed(cells)])
    few = {
        name: source.cells[name]
        for name, role in roles.items()
        if role == KEEP
        and source.cells[name].kind == "text"
        and len(words_in(source.cells[name])) <= min(FEW, rows / 5)
    }
    return next((each.column for each in telling(few, gone)), None)


def _listed(cells: Cells) -> list[object]:
    return list(cells.values.tolist() if cells.kind == "number" else cells.values)


def _segment(source: Source, roles: Mapping[str, str]) -> str | None:
    words = {
        name: len(words_in(source.cells[name]))
        for name in roles
        if roles[name] == KEEP and source.cells[name].kind == "text"
    }
    rows = len(source.table.line)
    several = [name for name, count in words.items() if 2 <= count <= min(FEW, rows - 1)]
    named = [name for word in _SEGMENTS for name in several if says(name, word)]
    few = [name for name in several if words[name] <= rows / 5]
    return next(iter(named or few), None)


# ---- each in its unit


@dataclass(frozen=True)
class Asking:
    """What is needed to say what a column becomes: the file, the answers, the day as of which, what there is to become."""

    source: Source
    answers: Answers
    as_of: np.datetime64 | None
    targets: Mapping[str, Target]

    def question(self, name: str, about: str, words: str, proposal: object = None, **more: object) -> object:
        """An answer about a column."""
        asked = f"{self.source.table.path}, column '{name}': {words}"
        if self.source.cells[name].habit == GATHERED and about in ("unit", "period"):
            return proposal
        return self.answers(Question(("columns", name, about), asked, proposal, **more))  # type: ignore[arg-type]


def become(asking: Asking, roles: Mapping[str, str]) -> list[Part]:
    """Every column with what it becomes. Raises :class:`Mistake` where an answer does not fit the column."""
    parts = [_part(asking, name, role, roles) for name, role in roles.items()]
    return [_with_warnings(asking, part) for part in parts]


def _part(asking: Asking, name: str, role: str, roles: Mapping[str, str]) -> Part:
    cells = asking.source.cells[name]
    plain = Part(name, role, cells)
    if role in (KEEP, OUT):
        return plain
    if role == LEFT:
        return _left(asking, plain)
    if role == SEGMENT:
        return _segmented(asking, plain)
    if role not in asking.targets:
        raise Mistake(
            f"answers, columns.{name}.becomes: there is no '{role}' to become; there are "
            f"{', '.join([*asking.targets, SEGMENT, LEFT, KEEP, OUT])}"
        )
    if cells.kind == "text" or cells.kind == "empty":
        raise Mistake(
            f"answers, columns.{name}.becomes: '{name}' holds words, and {role} is a number; keep it, or make it the segment"
        )
    ends = role == "contract_weeks_left" and cells.kind == "date"  # where none is a contract without end, or none
    if not ends and cells.missing.mean() >= MOST_MISSING and _left_missing(asking, name, role, cells):
        return replace(plain, becomes=KEEP, why=f"{cells.missing.mean():.0%} missing")
    return _TRAITS.get(role, _plain_trait)(asking, plain, roles)


def _left_missing(asking: Asking, name: str, role: str, cells: Cells) -> bool:
    words = (
        f"{cells.missing.mean():.0%} of its cells are missing, too many to draw {role} for unasked; draw it for "
        f"them like that of the others, "
        "or keep the column only?"
    )
    return asking.question(name, "missing", words, choices=("draw", "keep only"), fallback="keep only") == "keep only"


def _tenure(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    cells = part.cells
    if cells.kind == "date":
        if asking.as_of is None:
            return part
        weeks = _weeks_between(cells.values, asking.as_of, asking.as_of)
        return replace(part, values=weeks, written=weeks, told=f"weeks until {asking.as_of}")
    return _timed(asking, part, roles, "how long somebody has been a customer: in days, weeks, months or years?")


def _weeks_between(begin: np.ndarray, end: np.ndarray | np.datetime64, empty: np.datetime64) -> np.ndarray:
    """Whole weeks, the nearest number, NaN where one of the two days is missing."""
    days = np.where(np.isnat(begin) | np.isnat(end), 0, (end - begin).astype("timedelta64[D]").astype(np.int64))
    return np.where(np.isnat(begin) | np.isnat(end), np.nan, np.rint(days / 7))


def _timed(asking: Asking, part: Part, roles: Mapping[str, str], words: str) -> Part:
    name = part.column
    told = period_in(name) if not name.startswith("weeks_since") else "week"
    told, hint = (told, "its name says so") if told else _period_by_product(asking, name, roles)
    proposal = f"{told}s" if told and told != "quarter" else None
    unit = str(
        asking.question(
            name, "unit", words, proposal, hint=hint, choices=("days", "weeks", "months", "years"), fallback="weeks"
        )
    )
    values = np.rint(converted(1.0, unit.removesuffix("s"), "week") * part.cells.values)
    if unit == "weeks":  # which a scenario takes as they are, and they must be whole
        broken = bool((np.abs(values - part.cells.values) > 1e-9).any())
        return replace(part, values=values, written=values if broken else None, unit=unit, told=unit)
    return replace(part, values=values, unit=unit, told=unit)


def _period_by_product(asking: Asking, name: str, roles: Mapping[str, str]) -> tuple[str | None, str]:
    """The period of a number that, times the price of a period, gives a total that the file holds as well."""
    cells = asking.source.cells
    for price in (each for each in roles if roles[each] == "spend" and period_in(each)):
        for total in (each for each in cells if cells[each].kind == "number" and says(each, *_NO_RATE)):
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = cells[name].values * cells[price].values / cells[total].values
            if len(ratio := ratio[np.isfinite(ratio)]) > 10 and np.mean(np.abs(ratio - 1) < 0.02) > 0.8:
                return period_in(price), f"times {price} it is {total}"
    return None, ""


def _spend(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    name = part.column
    told = period_in(name)
    hint = "its name says so"
    choices = tuple(period for period in WEEKS if period != "day")
    period = str(
        asking.question(
            name, "period", "is this what a customer pays in a week, a month, a quarter or a year?",
            told if told in choices else None, hint=hint,
            choices=choices, fallback="week",
        )
    )  # fmt: skip
    factor = float(f"{1 / WEEKS[period]:.10g}")
    own = "currency per week" if factor == 1 and told else ""  # for the column's name alone would say otherwise
    return replace(part, values=part.cells.values * factor, multiply=factor, unit=own, told=f"money a {period}")


def _satisfaction(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    told, hint = _scale(part.column, part.cells)
    scale = str(
        asking.question(
            part.column,
            "scale",
            "from which number to which does its scale go?",
            told,
            hint=hint,
            choices=tuple(_SCALES),
            fallback="0 to 10",
        )
    )
    low, high = _SCALES[scale]
    multiply, add = float(f"{1 / (high - low):.10g}"), float(f"{-low / (high - low):.10g}")
    warnings = (
        ("whether somebody would recommend is taken for how content they are",) if says(part.column, "nps") else ()
    )
    return replace(
        part,
        values=part.cells.values * multiply + add,
        multiply=multiply,
        add=add,
        told=f"a scale from {scale}",
        warnings=warnings,
    )


def _scale(name: str, cells: Cells) -> tuple[str | None, str]:
    named = re.search(r"(\d+)\D{1,4}(\d+)\D*$", name)
    if cells.percent:
        return "0 to 100", "its cells are percentages"
    if named and f"{named[1]} to {named[2]}" in _SCALES:
        return f"{named[1]} to {named[2]}", "its name says so"
    if says(name, "nps"):
        return "0 to 10", "NPS is asked so"
    values = cells.values[~cells.missing & np.isfinite(cells.values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    if len(values) and low >= 0 and high <= 1:
        high = 1.0
    fitting = {5.0: "1 to 5" if low >= 1 else "0 to 5", 10.0: "1 to 10" if low >= 1 else "0 to 10", 100.0: "0 to 100"}
    scale = "0 to 1" if high == 1 else fitting.get(high)
    return scale, f"its numbers lie between {low:g} and {high:g}" if scale else ""


def _failures(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    """Counts of what went wrong, drawn together towards the mean as far as they differ by luck (Poisson within, gamma
    between people)."""
    counts = part.cells.values[~part.cells.missing & np.isfinite(part.cells.values)]
    mean, variance = (counts.mean(), counts.var(ddof=1)) if len(counts) > 1 else (0.0, 0.0)
    if (counts < 0).any() or mean <= 0:
        return replace(part, becomes=KEEP, why="no counts" if mean else "nobody has any")
    if variance <= mean:
        return replace(
            part,
            becomes=KEEP,
            why="the counts differ no more than luck has it, so that nobody is known to meet with more",
        )
    shape = mean**2 / (variance - mean)
    multiply, add = float(f"{1 / (shape + mean):.10g}"), float(f"{shape / (shape + mean):.10g}")
    told = f"against the mean of {mean:.3g}, {add:.0%} of the way towards it, as counts are luck too"
    return replace(part, values=part.cells.values * multiply + add, multiply=multiply, add=add, told=told)


def _contract(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    if part.cells.kind == "date":
        if asking.as_of is None:
            return part
        begin = np.full(len(part.cells.values), asking.as_of)
        weeks = np.nan_to_num(np.fmax(_weeks_between(begin, part.cells.values, asking.as_of), 0))
        unbound = (
            (f"{part.cells.missing.sum():,} without a day are taken to be bound by none",)
            if part.cells.missing.any()
            else ()
        )
        cells = replace(part.cells, missing=np.zeros(len(weeks), bool))
        return replace(
            part, cells=cells, values=weeks, written=weeks, told=f"weeks from {asking.as_of}", warnings=unbound
        )
    return _timed(asking, part, roles, "how long the contract goes on: in days, weeks, months or years?")


def _plain_trait(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    if part.cells.kind == "date":
        raise Mistake(
            f"answers, columns.{part.column}.becomes: '{part.column}' holds dates, which become tenure or "
            f"contract_weeks_left only"
        )
    target = asking.targets[part.becomes]
    if target.unit == "minutes":
        words = "in seconds, minutes or hours?"
        told = next((unit for unit in ("seconds", "minutes", "hours") if says(part.column, unit, unit[:-1])), None)
        unit = str(
            asking.question(
                part.column,
                "unit",
                words,
                told,
                hint="its name says so",
                choices=("seconds", "minutes", "hours"),
                fallback="minutes",
            )
        )
        return replace(
            part, values=part.cells.values * converted(1.0, unit.removesuffix("s"), "minute"), unit=unit, told=unit
        )
    factor = 0.01 if part.cells.percent else 1.0
    return replace(part, values=part.cells.values * factor, multiply=factor, told=target.unit)


_TRAITS = {
    "tenure": _tenure, "spend": _spend, "satisfaction": _satisfaction, "failure_exposure": _failures,
    "contract_weeks_left": _contract,
}  # fmt: skip


# ---- segments and the label


def _segmented(asking: Asking, part: Part) -> Part:
    if part.cells.kind != "text":
        raise Mistake(
            f"answers, columns.{part.column}.becomes: a segment is a column of words, and '{part.column}' holds "
            f"{part.cells.kind}s"
        )
    words = words_in(part.cells)
    if len(words) > MOST_SEGMENTS:
        raise Mistake(
            f"{asking.source.table.path}, column '{part.column}' has {len(words):,} different words, and there may "
            f"be {MOST_SEGMENTS:,} segments; "
            "take another column as segment, or group its words in the file"
        )
    terms = {word: term for word in words if (term := _term(word)) is not None}
    if len(terms) < len(words) or not any(terms.values()):
        terms = {}
    if terms:
        asked = f"{asking.source.table.path}, column '{part.column}': how much is left of contracts of such a term?"
        hint, choices = "its words are terms of contracts", ("evenly spread", "not known")
        question = Question(("columns", part.column, "terms"), asked, choices[0], hint, choices)
        if asking.answers.assume(question) != choices[0]:
            terms = {}
    return replace(part, terms=terms, told=f"{len(words)} segments")


def _term(word: str) -> int | None:
    """Weeks of a contract in words such as ``two years`` and ``month-to-month``; None for words that say no term."""
    if _NO_TERM.fullmatch(word.strip()):
        return 0
    found = _TERM.search(word)
    if found is None:
        return None
    number = _NUMBERS.get(found[1].lower()) or int(found[1])
    unit = "year" if found[2].lower().startswith(("y", "j")) else "month"
    return round(converted(float(number), unit, "week"))


def _left(asking: Asking, part: Part) -> Part:
    name, cells = part.column, part.cells
    word = ""
    if cells.kind == "date":
        gone = ~cells.missing & (np.isnat(cells.values) | (cells.values <= (asking.as_of or cells.values)))
    else:
        gone, word = _gone(asking, name, cells)
    window, hint = _window(asking, name, cells)
    words = "within what time did those leave who have left?"
    within = asking.question(
        name, "within", words, window, hint=hint, read=_read_lasting, example="52 weeks", fallback="52 weeks"
    )
    return replace(
        part,
        gone=gone,
        within=weeks_in(str(within)),
        word=word,
        window=str(within),
        told=f"{int(gone.sum()):,} of {len(gone):,} left within {within}",
    )


def _gone(asking: Asking, name: str, cells: Cells) -> tuple[np.ndarray, str]:
    """Who has left (bool), and the word that says so."""
    text = (
        [f"{each:g}" if np.isfinite(each) else "" for each in cells.values]
        if cells.kind == "number"
        else cells.values.to_pylist()
    )
    words = sorted({word for word in text if word})
    known = _STAYING_WORDS if _says_staying(name) and not says(name, *_GONE) else _GONE_WORDS
    told = [word for word in words if word.lower() in known]
    if len(told) == 1 and asking.answers.found(("columns", name, "words")) is None:
        word = told[0]
        asking.answers.note(("columns", name, "words"), word)
    else:
        asked = "which of its words says that somebody has left?"
        word = str(asking.question(name, "words", asked, choices=tuple(words), fallback=words[0]))
    return np.array([each == word for each in text]), word


def _window(asking: Asking, name: str, cells: Cells) -> tuple[str | None, str]:
    """In what time the leavers left, as the file hints: the label's name, its days, or a column that looks back as far."""
    own = re.search(r"(\d+)[ _-]?(day|week|month|year)", name, re.IGNORECASE)
    if own:
        return f"{own[1]} {own[2].lower()}s", "its name says so"
    if period_in(name):
        return lasting(f"1 {period_in(name)}") if period_in(name) != "quarter" else "13 weeks", "its name says so"
    if cells.kind == "date" and asking.as_of is not None and not cells.missing.all():
        days = int((asking.as_of - cells.values[~np.isnat(cells.values)].min()).astype(int)) + 1
        return f"{max(1, round(days / 7))} weeks", "the first of them left then"
    for other in asking.source.cells:
        if says(other, "last", "past", "letzten", "letztes") and (period := period_in(other)):
            return {"quarter": "13 weeks", "year": "52 weeks"}.get(
                period, f"1 {period}s"
            ), f"the file looks back so far in '{other}'"
    return None, ""


def _read_lasting(said: str) -> str:
    try:
        return lasting(said)
    except ValueError as wrong:
        raise Unfit(str(wrong)) from None


# ---- what is odd


def _with_warnings(asking: Asking, part: Part) -> Part:
    found = list(part.warnings)
    missing, bad = int(part.cells.missing.sum()), int(part.cells.bad.sum())
    if missing and part.is_trait:
        found.append(f"{missing:,} missing ({part.cells.missing.mean():.0%}): drawn for them")
    if bad and part.becomes == KEEP:
        found.append(f"{bad:,} cells are no {part.cells.kind}s and are left empty")
    if part.values is not None:
        found += _odd(part, part.values[np.isfinite(part.values)])
    return replace(part, warnings=tuple(found))


def _odd(part: Part, values: np.ndarray) -> list[str]:
    if not len(values):
        return []
    found = ["it is the same for everybody"] if len(values) > 1 and values.min() == values.max() else []
    if part.becomes == "tenure" and np.median(values) > 30 * 52:
        found.append(f"half are customers for more than {np.median(values) / 52.18:.0f} years: is the unit right?")
    if part.becomes == "spend" and values.mean() > 0 and values.max() > 50 * values.mean():
        found.append(f"the largest is {values.max() / values.mean():.0f} times the mean")
    return found
