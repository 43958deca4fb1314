"""What letters to many teach the rule language: who had one, opened it, followed a link, and who did not.

An opening counts as in a letter's report: whose mailbox loads every picture by itself is neither among those who
opened it nor among those who did not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from campaigns import letter_events
from campaigns.automations import Automation, AutomationStep
from campaigns.letter_events import SOMEBODY, LetterEvent
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import deeds, rules
from crm.contacts import Contact
from crm.rules import Field, Person, either
from kernel import clock, i18n, tenancy
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick

WENT = ("sent", "captured")
MOST = 200  # letters that a form offers, the newest
OPENINGS = _l(
    "Some mailboxes open every letter by themselves. Whose mailbox does so counts neither as having opened it nor as"
    " not having done so, as in the letter's report."
)
BINNED = {"execution_options": {"binned": True}}  # who had a letter had it, though it was put away since


def _letters(wanted: Select[Any]) -> list[tuple[str, str]]:
    """The letters of a query as they are told: (token, “News of 12 Nov 2026”), of an automation with its name."""
    of = select(AutomationStep.mailing_id, Automation.name).join(Automation)
    names = {row[0]: pick(row[1]) for row in db.session.execute(of, **BINNED)}
    return [(row.token, _label(row, names.get(row.id, ""))) for row in db.session.scalars(wanted, **BINNED)]


def _label(mailing: Mailing, automation: str) -> str:
    if automation:
        return f"{automation}: {mailing.called}"
    at = mailing.started_at or mailing.created_at
    day = at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()
    return f"{mailing.called} · {format_date(day, 'medium', locale=i18n.locale())}"


def sent() -> list[tuple[str, str]]:
    """The letters that somebody was sent, the newest first."""
    went = select(Recipient.id).where(Recipient.mailing_id == Mailing.id, Recipient.state.in_(WENT))
    newest = func.coalesce(Mailing.started_at, Mailing.created_at).desc()
    return _letters(select(Mailing).where(went.exists(), Mailing.binned_at.is_(None)).order_by(newest).limit(MOST))


def named(tokens: Sequence[str]) -> dict[str, str]:
    """What these letters are called, wherever they lie."""
    return dict(_letters(select(Mailing).where(Mailing.token.in_(tokens))))


LETTERS = Field(
    "letter", _l("Letter"), "choices", sent, closed=True, needed=False, named=named, known=lambda one: set(named(one))
)


def _ids(value: Any) -> list[int]:
    return list(db.session.scalars(select(Mailing.id).where(Mailing.token.in_(value["letter"])), **BINNED))


def _since(value: Any, today: Any = None) -> datetime | None:
    """When the window begins; None: it has no beginning."""
    first = today - timedelta(days=value["days"] - 1) if today and value.get("days") else deeds.first_day(value)
    return clock.span(first, first, tenancy.tenant().timezone)[0] if first is not None else None


def _had(value: Any) -> Select[Any]:
    """In SQL: whom letters went to, of those that are named, in the window."""
    since = _since(value)
    found: list[ColumnElement[bool]] = [Recipient.contact_id.is_not(None), Recipient.state.in_(WENT)]
    found += [Recipient.mailing_id.in_(_ids(value))] if value.get("letter") else []
    found += [Recipient.sent_at >= since] if since is not None else []
    return select(Recipient.contact_id).where(*found)


def _written(value: Any) -> Select[Any]:
    found, least = _had(value), value.get("least", 1)
    if least == 1:
        return found
    return found.group_by(Recipient.contact_id).having(func.count(Recipient.id) >= least)


def _doers(event: ColumnElement[bool]) -> Callable[[Any], Select[Any]]:
    """In SQL: with whose letters that happened in the window."""

    def sql(value: Any) -> Select[Any]:
        since = _since(value)
        found: list[ColumnElement[bool]] = [event, Recipient.contact_id.is_not(None)]
        found += [LetterEvent.mailing_id.in_(_ids(value))] if value.get("letter") else []
        found += [LetterEvent.at >= since] if since is not None else []
        return select(Recipient.contact_id).join(LetterEvent, LetterEvent.recipient_id == Recipient.id).where(*found)

    return sql


def _others(event: ColumnElement[bool]) -> Callable[[Any], ColumnElement[bool]]:
    """In SQL: whom a letter of the window reached, less those with one of whose it happened.

    Asked of each person, who had few letters, and only until one tells: as a set of everybody's letters it takes
    several times as long. Who looked is a set for SQLite, which makes it once; PostgreSQL would go through a large one
    again for each. Of letters that are named, who had them is a short list to begin with.
    """

    def sql(value: Any) -> ColumnElement[bool]:
        here = Recipient.contact_id == Contact.id
        back = select(LetterEvent.id).where(LetterEvent.recipient_id == Recipient.id, letter_events.returning())
        reached = _had(value).where(here, ~back.correlate(Recipient).exists()).correlate(Contact).exists()
        did = _had(value).join(LetterEvent, LetterEvent.recipient_id == Recipient.id).where(event).correlate(Contact)
        lite = db.engine.dialect.name == "sqlite"
        others = Contact.id.not_in(did) if lite else ~did.where(here).exists()
        named = [Contact.id.in_(_had(value).correlate(Contact))] if value.get("letter") else []
        return and_(*named, reached, others)

    return sql


@dataclass(frozen=True)
class Had:
    """A letter that somebody had, and what became of it: (kind, verdict, reason, when)."""

    token: str
    at: datetime | None
    events: tuple[tuple[str, str, str, datetime], ...]

    def did(self, what: str) -> list[datetime]:
        """When that was done with it."""
        return [at for kind, verdict, reason, at in self.events if DEEDS[what](kind, verdict, reason)]


def _opened(kind: str, verdict: str, reason: str) -> bool:
    return kind == "opened" and verdict in SOMEBODY and reason != "privacy"


DEEDS: dict[str, Callable[[str, str, str], bool]] = {
    "opened": _opened,
    "clicked": lambda kind, verdict, _reason: (kind, verdict) == ("clicked", "human"),
    "seen": lambda kind, verdict, reason: _opened(kind, verdict, reason) or (kind, reason) == ("opened", "privacy")
            or (kind, verdict) == ("clicked", "human"),
    "followed": lambda kind, verdict, _reason: kind == "clicked" and verdict in SOMEBODY,
    "back": lambda kind, _verdict, reason: kind == "bounced" and reason in {"hard", "soft", "blocked"},
}  # fmt: skip


def _mine(person: Person) -> list[Had]:
    if person.contact is None:
        return []
    rows = select(Recipient.id, Mailing.token, Recipient.state, Recipient.sent_at).join(
        Mailing, Mailing.id == Recipient.mailing_id
    )
    letters = db.session.execute(rows.where(Recipient.contact_id == person.contact.id), **BINNED).all()
    events: dict[int, list[Any]] = {row.id: [] for row in letters}
    shown = LetterEvent.recipient_id, LetterEvent.kind, LetterEvent.verdict, LetterEvent.reason, LetterEvent.at
    for row_id, *event in db.session.execute(select(*shown).where(LetterEvent.recipient_id.in_(events))):
        events[row_id].append((*event,))
    return [Had(token, at if state in WENT else None, (*events[key],)) for key, token, state, at in letters]


def _named(person: Person, value: Any) -> list[Had]:
    mine: list[Had] = person.recall("letters", _mine)
    return [one for one in mine if not value.get("letter") or one.token in value["letter"]]


def _in(at: datetime | None, person: Person, value: Any) -> bool:
    since = _since(value, person.today)
    return at is not None and (since is None or at >= since)


def _was_written(person: Person, value: Any) -> bool:
    return sum(_in(one.at, person, value) for one in _named(person, value)) >= int(value.get("least", 1))


def _did(what: str) -> Callable[[Person, Any], bool]:
    return lambda person, value: any(
        _in(at, person, value) for one in _named(person, value) for at in one.did(what)
    )  # fmt: skip


def _did_not(what: str) -> Callable[[Person, Any], bool]:
    def python(person: Person, value: Any) -> bool:
        had = [one for one in _named(person, value) if _in(one.at, person, value)]
        return any(not one.did("back") for one in had) and not any(one.did(what) for one in had)

    return python


def _which(value: Any) -> str:
    """The letters that are meant, as a sentence names them; "": any."""
    if not value.get("letter"):
        return ""
    known = named(value["letter"])
    return either([_("“%(name)s”", name=known.get(one, "?")) for one in value["letter"]])


def _says_written(value: Any) -> str:
    least, which = value.get("least", 1), _which(value)
    if which:
        told = ngettext("received %(letter)s", "received %(letter)s at least %(num)s times", least, letter=which)
    else:
        told = ngettext("received a letter with news", "received at least %(num)s letters with news", least)
    return str(told) + deeds.window(value)


def _says_opened(value: Any) -> str:
    which = _which(value)
    return (_("opened %(letter)s", letter=which) if which else _("opened a letter")) + deeds.window(value)


def _says_clicked(value: Any) -> str:
    which = _which(value)
    told = _("followed a link of %(letter)s", letter=which) if which else _("followed a link of a letter")
    return told + deeds.window(value)


def _says_unopened(value: Any) -> str:
    which, when = _which(value), deeds.window(value)
    if which:
        return _("received %(letter)s%(when)s without opening it", letter=which, when=when)
    return _("received letters%(when)s and opened none of them", when=when)


def _says_unclicked(value: Any) -> str:
    which, when = _which(value), deeds.window(value)
    if which:
        return _("received %(letter)s%(when)s without following a link of it", letter=which, when=when)
    return _("received letters%(when)s and followed no link of them", when=when)


def _outside(says: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: _("do not belong to those who %(what)s", what=says(value))


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "written", _l("were sent a letter with news"), family="did", form=(deeds.OFTEN, LETTERS, deeds.DAYS),
        sql=_written, python=_was_written, says=_says_written,
    )  # fmt: skip
    form = (LETTERS, deeds.DAYS)
    seen = or_(letter_events.opening(), letter_events.opening(hidden=True), letter_events.following("human"))
    rules.term(
        "opened", _l("opened a letter"), family="did", form=form, sql=_doers(letter_events.opening()),
        python=_did("opened"), says=_says_opened, hint=OPENINGS,
    )  # fmt: skip
    rules.term(
        "clicked", _l("followed a link of a letter"), family="did", form=form,
        sql=_doers(letter_events.following("human")), python=_did("clicked"), says=_says_clicked,
    )  # fmt: skip
    rules.term(
        "unopened", _l("received letters and opened none"), family="did", form=form, sql=_others(seen),
        python=_did_not("seen"), says=_says_unopened, contrary=_outside(_says_unopened), hint=OPENINGS,
    )  # fmt: skip
    rules.term(
        "unclicked", _l("received letters and followed no link"), family="did", form=form,
        sql=_others(letter_events.following(*SOMEBODY)), python=_did_not("followed"), says=_says_unclicked,
        contrary=_outside(_says_unclicked),
    )  # fmt: skip
