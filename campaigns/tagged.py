"""Tagged: an automation of one's own begins when somebody gets a tag, by hand, with many others or from a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from campaigns import automations, enrolments, foreseen, times, welcome
from campaigns.automations import Automation, Enrolment
from campaigns.mailings import Mailing
from crm import tag_blocks, tag_changes
from crm.contacts import Contact
from crm.tag_changes import Follower
from crm.tags import ContactTag
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from kernel.i18n import _, pick

TRIGGER = "tag"
SECONDS = 120  # between two looks
MOST = 500  # people at one look
PAST = ("sent", "stopped")  # letters that stay as they went out
EVERY = {"synchronize_session": False, "binned": True}  # one in the bin follows too


def look() -> None:
    """Take in who got the tag since the last look; what is seen again is taken in once."""
    for automation in automations.of_trigger(TRIGGER):
        since = times.begins(automation, clock.now())
        wanted = _those(automation, since).add_columns(times.before(automation))
        new = times.untold(automation, ContactTag.id), times.free(automation, ContactTag.at)
        rows = db.session.execute(wanted.where(*new).order_by(ContactTag.at, ContactTag.id).limit(MOST)).all()
        for tag, contact, before in rows:
            times.take(automation, contact, before, since=tag.at, about=tag)


def _those(automation: Automation, since: datetime) -> Any:
    wanted = select(ContactTag, Contact).join(Contact, Contact.id == ContactTag.contact_id)
    wanted = wanted.where(ContactTag.tag == automation.tag, ContactTag.at >= since)
    return wanted.where(*times.reachable(automation))


def count(automation: Automation, since: datetime) -> int:
    """How many people got it since then."""
    return int(db.session.scalar(_those(automation, since).with_only_columns(func.count(Contact.id))) or 0)


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of whom it is over, because they have the tag no more."""
    asked = {row.id for row in times.leaving(rows)}
    theirs = (ContactTag.contact_id == Enrolment.contact_id) & (ContactTag.tag == Automation.tag)
    have = select(Enrolment.id).join(Automation, Automation.id == Enrolment.automation_id).join(ContactTag, theirs)
    kept = set(db.session.scalars(have.where(Enrolment.id.in_(asked)))) if asked else set()
    return dict.fromkeys(asked - kept, "out")


@jobs.job("automations.tags")
def look_everywhere() -> None:
    """The same in every shop that has such an automation."""
    for tenant_id in welcome.shops(TRIGGER):
        with tenancy.use(tenant_id):
            transactions.retry_free(look)


def _follow(word: str, new: str) -> list[int]:
    """The automations that began by the tag begin by its other name; which they are."""
    mine = update(Automation).where(Automation.tag == word).values(tag=new).returning(Automation.id)
    return list(db.session.scalars(mine, execution_options=EVERY))


def _back(ids: list[int], was: str, new: str) -> None:
    mine = update(Automation).where(Automation.id.in_(ids), Automation.tag == new).values(tag=was)
    db.session.execute(mine, execution_options=EVERY)


def _uses(words: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {word: [] for word in words}
    for one in db.session.scalars(select(Automation).where(Automation.tag.in_(words))):
        found[one.tag].append(_("Automation “%(name)s”", name=pick(one.name)))
    return found


def _called(mailing: Mailing) -> str:
    return _("Letter “%(name)s”", name=mailing.called)


def init_app(_app: object) -> None:
    """Look from now on, count what would have been, and ask again before a letter leaves."""
    jobs.every("automations.tags", seconds=SECONDS)
    enrolments.until(TRIGGER, over, automations.LATE)
    foreseen.by(TRIGGER, count)
    tag_changes.follows("automations", Follower(_follow, _back, _uses))
    letters = tag_blocks.Kept(Mailing, ["blocks"], _called, [~Mailing.state.in_(PAST)])
    tag_changes.follows("letters", letters.follower())
