"""Which column of a customer file may become what, by its name and its values: a proposal, which answers may change."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from sim.data.customer_mapping import Target
from sim.data.habits import Cells
from sim.data.leaving import telling
from sim.data.parts import KEEP, LEFT, OUT, SEGMENT
from sim.data.recognising import Source, period_in, says, words_in

FEW = 250
"""Different words at most of a column that is proposed as segments."""
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
NO_RATE = (
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
GONE = (
    "left", "leaver", "churn", "churned", "gekundigt", "kundigung", "cancel", "canceled", "exited", "attrition",
    "terminated", "termination", "lost", "deactivated", "unsubscribed", "resilie", "resiliation", "abgang", "austritt",
    "baja", "cancelacion", "disdetta", "opgezegd", "opzegging",
)  # fmt: skip
_STAYING = ("active", "retained", "aktiv", "stayed")
GONE_WORDS = (
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
STAYING_WORDS = ("no", "n", "false", "0", "nein", "non", "inactive", "inaktiv")
_SEGMENTS = (
    "contract", "vertrag", "segment", "plan", "tarif", "tariff", "tier", "package", "paket", "branch", "filiale", "region",
    "type",
)  # fmt: skip
_PERSONAL = (
    "name", "surname", "firstname", "lastname", "vorname", "nachname", "email", "e mail", "mail", "address", "adresse",
    "street", "strasse", "phone number", "telefon", "iban", "birth", "geburt",
)  # fmt: skip


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
            and (says_staying(name) and _two_words(cells) or says(name, *_STATUS) and _gone_word(cells) is not None)
        ]
        roles |= {staying[0]: LEFT} if staying else {}
    segment = _telling_most(source, roles) or _segment(source, roles)
    return roles | ({segment: SEGMENT} if segment else {})


def _role(name: str, cells: Cells, targets: Mapping[str, Target], rows: int) -> str:
    if cells.kind == "empty" or (says(name, *_PERSONAL) and not _two_words(cells)):
        return OUT
    if says(name, *GONE) and (cells.kind == "date" or _two_words(cells)):
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
    told = [word for word in words if word.lower() in GONE_WORDS and word.lower() not in _YES]
    return told[0] if len(told) == 1 and 2 <= len(words) <= MOST_STATUS else None


def says_staying(name: str) -> bool:
    """Whether a column's name asks who is still there."""
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
    if (says(name, *_MONEY) or cells.currency) and not says(name, *NO_RATE):
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
