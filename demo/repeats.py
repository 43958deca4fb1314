"""The letter of a demo shop that repeats: its next day is ahead, and two of its issues went out before anybody looks.

Nothing is sent by loading: the next issue waits for its Monday, and for somebody who says yes.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from campaigns import audience, drafts, letter_events, series
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.rhythms import Rhythm
from campaigns.series import LetterIssue, LetterSeries, Plan
from crm.contacts import Contact
from demo.world import Told
from kernel import clock, suppression, tenancy
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKS = (14, 7)  # days before the next one at which the past issues went
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def write(letter: Mailing, told: Told, by: Account) -> None:
    """Let a letter repeat on its day of the week, each issue asking first, and give it a past."""
    today = clock.today(tenancy.tenant().timezone)
    rhythm = Rhythm("week", 1, str(DAYS.index(told["schedule"]["weekday"])), 1, today)
    plan = Plan(rhythm, told["schedule"]["at"], asks=True)
    begun = series.seen(plan)[0] - timedelta(days=max(WEEKS) + 8)
    with clock.at(clock.now() - timedelta(days=(today - begun).days)):
        will = audience.estimate(letter).will
        row = series.begin(letter, replace(plan, rhythm=replace(rhythm, begins=begun)), by=by, typed=str(will))
        db.session.flush()
    series.aim(row)
    for number, ago in enumerate(WEEKS, 1):
        if row.next_day is not None:
            _went(row, letter, row.next_day - timedelta(days=ago), number)
    row.made = len(WEEKS)
    db.session.add(LetterIssue(series_id=row.id, day=begun + DAY, why="hand"))


def _went(row: LetterSeries, letter: Mailing, day: date, number: int) -> None:
    at = row.moment(day)
    with clock.at(at):
        made = drafts.twin(letter, by=None, name=_("%(name)s, no. %(num)s", name=letter.name, num=number))
        made.state = "sent"
        made.scheduled_at = made.started_at = made.gathered_at = at
        made.finished_at = at + 3 * MINUTE
        db.session.add(LetterIssue(series_id=row.id, day=day, number=number, mailing_id=made.id))
        people = db.session.scalars(audience.meant(made).where(audience.reason(letter) == "")).all()
        for place, contact in enumerate(people):
            _had(made, contact, at + MINUTE, place + number)


def _had(made: Mailing, contact: Contact, at: datetime, place: int) -> None:
    """Somebody had it; two of three opened it, some of them followed the link."""
    told: dict[str, Any] = {"state": "sent", "language": contact.language, "sent_at": at, "run_at": at}
    email = contact.email or ""
    row = Recipient(mailing_id=made.id, contact_id=contact.id, email=email, **told)
    row.address_hmac = suppression.fingerprint(email)
    db.session.add(row)
    db.session.flush()
    if place % 3:
        with clock.at(at + 40 * MINUTE):
            letter_events.add(row, "opened", dedupe="demo", verdict="human")
            if place % 3 == 1 and place > 1:
                letter_events.add(row, "clicked", dedupe="demo", link=1, verdict="human")
