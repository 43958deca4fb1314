"""Learning tastes: what people did, weighed by kind and faded by age, through what the things they did it with are for.

weight = Σ points(kind) × ½^(age / 30 days), at most 99: three views this week make about 30, a purchase 40. It is
reckoned anew from the facts each time, so reading a fact twice changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from crm import consent, tastes
from crm.contacts import Contact
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import clock
from kernel.db import db

Who = Contact | Visitor
Codes = Callable[[Sequence[int]], Mapping[int, Sequence[str]]]

HALF_LIFE = timedelta(days=30)
WINDOW = 6 * HALF_LIFE  # what is older weighs less than a sixty-fourth
POINTS = {"viewed": 10, "searched": 10, "added": 20, "saved": 20, "ordered": 40, "booked": 40}


class Deed(NamedTuple):
    """Something that somebody did with a thing that is for one taste."""

    kind: str
    at: datetime


class Guess(NamedTuple):
    """How heavy a taste is, and what was done how often that speaks for it."""

    weight: int
    evidence: dict[str, int]


_sources: dict[str, Codes] = {}


def source(about_kind: str, codes: Codes) -> None:
    """Have `codes(ids)` say which tastes things of that kind are for; by the package that knows them."""
    _sources[about_kind] = codes


def faded(points: int, age: timedelta) -> int:
    """What points of that age still weigh, in thousandths: half after each half-life."""
    left: float = 0.5 ** max(0.0, age / HALF_LIFE)
    return round(1000 * points * left)


def weight(deeds: Iterable[Deed], now: datetime) -> int:
    """How heavy a taste is that these deeds speak for."""
    return min(tastes.MOST, round(sum(faded(POINTS[deed.kind], now - deed.at) for deed in deeds) / 1000))


def allowed(who: Who) -> bool:
    """Whether we may learn from what they do."""
    return consent.remembered(who)


def guesses(who: Who) -> dict[str, Guess]:
    """What their deeds say by now of what they like, by taste; nothing without their consent. Writes nothing."""
    if not allowed(who):
        return {}
    now, since = clock.now(), {taste.code: taste.since for taste in tastes.every(who)}
    found = {}
    for code, deeds in _deeds(who, now).items():
        forgotten = since.get(code)
        counted = [deed for deed in deeds if forgotten is None or deed.at > forgotten]
        found[code] = Guess(weight(counted, now), dict(Counter(deed.kind for deed in counted)))
    return found


def learn(who: Who) -> None:
    """Reckon somebody's guessed tastes anew and keep them."""
    if not allowed(who):
        return
    found = guesses(who)
    faint = {taste.code for taste in tastes.every(who) if taste.origin == "inferred"} - found.keys()
    for code in sorted(found.keys() | faint):
        guess = found.get(code, Guess(0, {}))
        tastes.infer(who, code, guess.weight, guess.evidence)


def learn_from(rows: Iterable[Fact]) -> None:
    """Reckon the tastes of everybody whose facts these are."""
    told = [row for row in rows if row.kind in POINTS]
    for who in people({row.contact_id for row in told}, {row.visitor_id for row in told}):
        learn(who)


def people(contact_ids: Iterable[int | None], visitor_ids: Iterable[int | None]) -> list[Who]:
    """Those contacts and browsers, and whose the browsers are: at one where nobody logged in pages ask for its own."""
    wanted = {one for one in visitor_ids if one}
    rows = select(Visitor).where(Visitor.id.in_(wanted)).order_by(Visitor.id)
    visitors = db.session.scalars(rows).all() if wanted else []
    ids = {one for one in contact_ids if one} | {one.contact_id for one in visitors if one.contact_id}
    contacts = db.session.scalars(select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id)).all() if ids else []
    return [*contacts, *visitors]


def _deeds(who: Who, now: datetime) -> dict[str, list[Deed]]:
    """What they did lately, by the tastes it speaks for."""
    wanted = select(Fact.kind, Fact.at, Fact.about_kind, Fact.about_id, Fact.data).where(
        _mine(who), Fact.kind.in_(sorted(POINTS)), Fact.at > now - WINDOW
    )
    rows = db.session.execute(wanted).all()
    ids: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        ids[row.about_kind].add(row.about_id or 0)
    codes = {kind: _sources[kind](sorted(some)) for kind, some in ids.items() if kind in _sources}
    found: dict[str, list[Deed]] = defaultdict(list)
    for row in rows:
        for code in row.data.get("likes") or codes.get(row.about_kind, {}).get(row.about_id or 0, ()):
            found[code].append(Deed(row.kind, row.at))
    return found


def _mine(who: Who) -> ColumnElement[bool]:
    return Fact.contact_id == who.id if isinstance(who, Contact) else Fact.visitor_id == who.id
