"""Birthday: who allowed letters is greeted on the day, or so many days before it, once a year.

It goes at nine, or when the shop's quiet hours end. Who told the birthday that same day has a letter next year: else
a code could be had on any day by changing it. So has whose day had passed before it was turned on.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from campaigns import automations, enrolments, habits, welcome
from campaigns.automations import Automation, Enrolment
from crm import birthdays, consent
from crm.contacts import Contact
from crm.sources import ContactSource
from kernel import clock, jobs, journal, tenancy, transactions
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.refusal import Refusal
from shop import local_times

TRIGGER = "birthday"
BEFORE = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30)  # days that a shop can choose
NINE = time(9)
SECONDS = 600  # between two looks
LATE = timedelta(days=2)  # who could not be taken in, or written to, for so long is left in peace until next year
REST = timedelta(days=300)  # between two to one person: who moves their birthday does not have two
MOST = 500  # people at one look
DAY = timedelta(days=1)


class NoLead(Refusal):
    """So many days before it cannot begin."""

    message = _l("Choose when it begins.")


def lead(automation: Automation, days: int, *, by: Any) -> None:
    """Begin so many days before the birthday; raises NoLead for what is none of BEFORE."""
    if automation.trigger != TRIGGER or days not in BEFORE:
        raise NoLead()
    automation.days_before = days
    journal.write("automation.changed", about=automation, by=by, data={"name": pick(automation.name)})


def leads(automation: Automation) -> list[tuple[int, str, bool]]:
    """(days, how it is said, whether it is so) of when its letters can begin; nothing for another trigger."""
    if automation.trigger != TRIGGER:
        return []
    said = [_("On the day"), *(str(ngettext("%(num)s day before", "%(num)s days before", one)) for one in BEFORE[1:])]
    return [(days, label, days == automation.days_before) for days, label in zip(BEFORE, said, strict=True)]


def morning(day: date) -> datetime:
    """When a letter leaves on that day at the shop."""
    at = local_times.instant(day, NINE, tenancy.tenant().timezone)
    return (habits.of().quiet(at) or at).astimezone(UTC)


def look() -> None:
    """Take in whose day has come."""
    now, here = clock.now(), birthdays.today()
    for automation in automations.of_trigger(TRIGGER):
        for day in (here - 2 * DAY, here - DAY, here):
            at = morning(day)
            if now - LATE < at <= now and at >= (automation.on_since or now):
                _take_in(automation, day, at)


def _take_in(automation: Automation, day: date, at: datetime) -> None:
    born = day + automation.days_before * DAY
    for contact in _whose(automation, born, _begins(day)):
        enrolments.enrol(automation, contact, _occasion(born.year), since=at)


def _occasion(year: int) -> str:
    """The birthday of a year: of those each has one, whoever looks."""
    return f"{TRIGGER}:{year}"


def _begins(day: date) -> datetime:
    return local_times.instant(day, time(0), tenancy.tenant().timezone)


def _whose(automation: Automation, born: date, known_by: datetime) -> Sequence[Contact]:
    told = ContactSource.contact_id == Contact.id, ContactSource.field == birthdays.FIELD
    since = exists(select(ContactSource.id).where(*told, ContactSource.at >= known_by).correlate(Contact))
    mine = Enrolment.automation_id == automation.id, Enrolment.contact_id == Contact.id
    had = exists(select(Enrolment.id).where(*mine, Enrolment.since > known_by - REST).correlate(Contact))
    wanted = select(Contact).where(birthdays.falls(born, born), ~since, ~had, enrolments.whom(automation))
    wanted = wanted.where(consent.given(Contact.id, "marketing"), Contact.email.is_not(None))
    return db.session.scalars(wanted.order_by(Contact.id).limit(MOST)).all()


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of whom no more of it is right: their birthday is another day now, or nobody knows it any more."""
    ids = {row.contact_id for row in rows}
    theirs = select(Contact.id, Contact.birthday).where(Contact.id.in_(ids))
    known = {row.id: row.birthday for row in db.session.execute(theirs)}
    mine = ContactSource.contact_id.in_(ids), ContactSource.field == birthdays.FIELD
    told = {row.contact_id: row.at for row in db.session.scalars(select(ContactSource).where(*mine))}
    before = {row.automation_id: db.session.get_one(Automation, row.automation_id).days_before for row in rows}
    return {
        row.id: "moved"
        for row in rows
        if row.contact_id in known
        and _moved(row, known[row.contact_id], told.get(row.contact_id), before[row.automation_id])
    }


def _moved(row: Enrolment, birthday: int, told: datetime | None, days: int) -> bool:
    """Whether it was changed since and is another day: not because the shop begins earlier now."""
    day = row.since.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()
    if not birthday:
        return True
    year = int(row.occasion.partition(":")[2])
    same = birthdays.on(birthday, year) == day + days * DAY
    return not same and told is not None and told >= _begins(day)


@jobs.job("automations.birthday")
def look_everywhere() -> None:
    """The same in every shop that greets."""
    for tenant_id in welcome.shops(TRIGGER):
        with tenancy.use(tenant_id):
            transactions.retry_free(look)


def init_app(_app: object) -> None:
    """Look from now on, and ask again before a letter leaves."""
    jobs.every("automations.birthday", seconds=SECONDS)
    enrolments.until(TRIGGER, over, LATE)
