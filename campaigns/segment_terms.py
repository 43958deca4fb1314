"""What letters to many teach the rule language: who had one, how often and since when."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from campaigns.recipients import Recipient
from crm import deeds, rules
from crm.rules import Person
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l, ngettext

WENT = ("sent", "captured")


def _had() -> Select[Any]:
    return select(Recipient.contact_id).where(Recipient.contact_id.is_not(None), Recipient.state.in_(WENT))


def _written(value: Any) -> Select[Any]:
    found, first, least = _had(), deeds.first_day(value), value.get("least", 1)
    if first is not None:
        found = found.where(Recipient.sent_at >= clock.span(first, first, tenancy.tenant().timezone)[0])
    if least == 1:
        return found
    return found.group_by(Recipient.contact_id).having(func.count(Recipient.id) >= least)


def _moments(person: Person) -> list[datetime]:
    if person.contact is None:
        return []
    mine = _had().where(Recipient.contact_id == person.contact.id)
    return [at for at in db.session.scalars(mine.with_only_columns(Recipient.sent_at)) if at]


def _was_written(person: Person, value: Any) -> bool:
    moments: list[datetime] = person.recall("letters", _moments)
    if value.get("days"):
        first = person.today - timedelta(days=value["days"] - 1)
        since = clock.span(first, first, tenancy.tenant().timezone)[0]
        moments = [at for at in moments if at >= since]
    return len(moments) >= int(value.get("least", 1))


def _says(value: Any) -> str:
    told = ngettext("received a letter with news", "received at least %(num)s letters with news", value.get("least", 1))
    return str(told) + deeds.window(value)


def init_app(_app: object) -> None:
    """Teach the language this word."""
    rules.term(
        "written", _l("were sent a letter with news"), family="did", form=(deeds.OFTEN, deeds.DAYS),
        sql=_written, python=_was_written, says=_says,
    )  # fmt: skip
