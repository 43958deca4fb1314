"""Occasions: the words of the rule language for this moment: a first visit, where it came from, season, time of day."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, or_, select, true

from crm import rules
from crm.contacts import Contact
from crm.rules import Field, Person
from crm.visitors import Visitor
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _, _l

VISIT = timedelta(minutes=30)  # who was here no longer ago is still on the same visit


def _newcomers(_value: Any) -> ColumnElement[bool]:
    since = clock.now() - VISIT
    before = select(Visitor.id).where(Visitor.contact_id == Contact.id, Visitor.first_seen < since)
    return (Contact.created_at >= since) & ~before.correlate(Contact).exists()


def _browsers(person: Person) -> list[Visitor]:
    theirs = [person.visitor] if person.visitor else []
    if person.contact is not None:
        theirs += db.session.scalars(select(Visitor).where(Visitor.contact_id == person.contact.id))
    return theirs


def _is_new(person: Person, _value: Any) -> bool:
    """Nothing is known of them from before this visit: so it is for everybody who did not allow to be recognised."""
    since = person.now - VISIT
    if person.contact is not None and person.contact.created_at < since:
        return False
    return all(one.first_seen >= since for one in person.recall("browsers", _browsers))


def _sent_by(hosts: list[str]) -> ColumnElement[bool]:
    fits = or_(*(Visitor.referrer.endswith(f".{host}", autoescape=True) for host in hosts), Visitor.referrer.in_(hosts))
    return select(Visitor.id).where(Visitor.contact_id == Contact.id, fits).correlate(Contact).exists()


def _was_sent(person: Person, hosts: list[str]) -> bool:
    came = [person.referrer, *(one.referrer for one in person.recall("browsers", _browsers))]
    return any(one == host or one.endswith(f".{host}") for one in came if one for host in hosts)


def within(now: str, first: str, last: str) -> bool:
    """Whether something lies from `first` to before `last` on a ring: from 22:00 to 06:00 runs over midnight."""
    return first <= now < last if first <= last else now >= first or now < last


def _in_season(day: str, value: Any) -> bool:
    first, last = str(value["first"]), str(value["last"])
    return first <= day <= last if first <= last else day >= first or day <= last


def _always(holds: bool) -> ColumnElement[bool]:
    return true() if holds else false()


def _season_now(value: Any) -> ColumnElement[bool]:
    return _always(_in_season(clock.today(tenancy.tenant().timezone).strftime("%m-%d"), value))


def _time_now(value: Any) -> ColumnElement[bool]:
    here = clock.now().astimezone(ZoneInfo(tenancy.tenant().timezone))
    return _always(within(here.strftime("%H:%M"), value["first"], value["last"]))


def _time(person: Person, value: Any) -> bool:
    here = person.now.astimezone(ZoneInfo(tenancy.tenant().timezone))
    return within(here.strftime("%H:%M"), value["first"], value["last"])


def _says_season(value: Any) -> str:
    return _("look between %(first)s and %(last)s of any year", **value)


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "first_visit", _l("are here for the first time"), family="now", form=(), sql=_newcomers, python=_is_new,
        says=lambda _value: _("are here for the first time"),
    )  # fmt: skip
    rules.term(
        "referrer", _l("were sent by"), family="now", sql=_sent_by, python=_was_sent,
        form=(Field("referrer", _l("Sites, such as instagram.com"), "choices", _sites),),
        says=lambda value: _("were sent by %(site)s", site=_(" or ").join(value)),
    )  # fmt: skip
    rules.term(
        "season", _l("look at the time of the year"), family="now", sql=_season_now, says=_says_season,
        python=lambda person, value: _in_season(person.today.strftime("%m-%d"), value),
        form=(Field("first", _l("From month and day"), "day"), Field("last", _l("To month and day"), "day")),
    )  # fmt: skip
    rules.term(
        "local_time", _l("look at the time of the day"), family="now", sql=_time_now, python=_time,
        says=lambda value: _("look between %(first)s and %(last)s", **value),
        form=(Field("first", _l("From"), "time"), Field("last", _l("To"), "time")),
    )  # fmt: skip


def _sites() -> list[tuple[str, str]]:
    hosts = db.session.scalars(select(Visitor.referrer).where(Visitor.referrer != "").distinct().limit(100))
    return [(host, host) for host in sorted(hosts)]
