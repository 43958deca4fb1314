"""Tracking: links followed and pictures loaded, remembered by the buffer, judged, and told as facts where allowed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaigns import letter_events, programs, verdicts
from campaigns.letter_events import LetterEvent
from campaigns.links import MailingLink
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.verdicts import Click, Look
from crm import consent, facts
from crm.contacts import Contact
from kernel import buffer, clock, signing
from kernel.db import db
from kernel.i18n import _l

WRITER = "letter"
SETTLES = timedelta(minutes=1)  # after so long whatever came with a click has come
BATCH = 500
UNSENT = ("pending", "claimed", "deferred", "skipped")  # nobody has the letter: who knows its links is no reader


def link_of(row: Recipient, number: int) -> MailingLink | None:
    """The link of that number in a letter; None for one that it never had."""
    mine = MailingLink.mailing_id == row.mailing_id, MailingLink.number == number
    return db.session.scalar(select(MailingLink).where(*mine))


def see(row: Recipient, look: Look) -> None:
    """Remember a request; a GET writes nothing."""
    buffer.put(WRITER, (row.id, asdict(look)))


def write(items: list[Any]) -> None:
    """Judge each request by its own signs and keep it, the same thing of one minute once."""
    rows = db.session.scalars(select(Recipient).where(Recipient.id.in_({row_id for row_id, _look in items})))
    known = {row.id: row for row in rows}
    for row_id, told in items:
        if row_id in known:
            _keep(known[row_id], Look(**told))


def _keep(row: Recipient, look: Look) -> None:
    left = row.sent_at if row.state == "sent" else look.at if row.state in {*UNSENT, "sending"} else None
    told = verdicts.of(Look(**{**asdict(look), "sent": left}))
    place = programs.network(look.ip)
    same = signing.digest(f"{told.who}|{told.family}|{place}")[:12]
    letter_events.add(
        row, "opened" if look.link is None else "clicked", dedupe=f"{look.link or 0}:{look.at:%Y%m%d%H%M}:{same}",
        at=look.at, link=look.link or 0, verdict=told.who, reason=told.reason, family=told.family, network=place,
        settled=False,
    )  # fmt: skip


def waiting() -> bool:
    """Whether something is to be settled."""
    return db.session.scalar(_open(1)) is not None


def _open(limit: int) -> Any:
    mine = ~LetterEvent.settled, LetterEvent.at < clock.now() - SETTLES
    return select(LetterEvent).where(*mine).order_by(LetterEvent.at, LetterEvent.id).limit(limit)


def settle() -> int:
    """Look at what came together, forget where it came from, and tell the facts of who allowed it; how many."""
    events = db.session.scalars(_open(BATCH)).all()
    letters = {event.recipient_id for event in events}
    _compare(letters)
    _tell([event for event in events if _is_deed(event)], letters)
    for event in events:
        event.settled, event.network = True, ""
    return len(events)


def _compare(letters: Collection[int]) -> None:
    """A machine follows many links at once: all of them are judged again, also those of a moment ago."""
    by_letter: dict[int, dict[int, LetterEvent]] = defaultdict(dict)
    mine = LetterEvent.recipient_id.in_(letters), LetterEvent.kind == "clicked", LetterEvent.network != ""
    for event in db.session.scalars(select(LetterEvent).where(*mine)):
        by_letter[event.recipient_id][event.id] = event
    for clicks in by_letter.values():
        told = [Click(one.id, one.at, one.link, one.family, one.network) for one in clicks.values()]
        for event_id, (who, reason) in verdicts.together(told).items():
            if clicks[event_id].verdict != "machine":
                clicks[event_id].verdict, clicks[event_id].reason = who, reason


def _is_deed(event: LetterEvent) -> bool:
    """Whether somebody did it: what a mailbox loads by itself is nobody's deed."""
    return event.verdict in {"human", "unknown"} and event.reason != "privacy"


def _tell(events: list[LetterEvent], letters: Collection[int]) -> None:
    rows = {row.id: row for row in db.session.scalars(select(Recipient).where(Recipient.id.in_(letters)))}
    people = {row.contact_id for row in rows.values() if row.contact_id}
    allowing = select(Contact).where(Contact.id.in_(people), consent.remembers(Contact.id))
    known = {one.id: one for one in db.session.scalars(allowing)}
    codes = _codes({event.mailing_id for event in events}) if known else {}
    for event in events:
        contact = known.get(rows[event.recipient_id].contact_id or 0)
        if contact is not None:
            facts.record(
                event.kind, contact=contact, about=("mailing", event.mailing_id), at=event.at,
                source=f"letter/{codes.get(event.mailing_id, '')}", data={"link": event.link} if event.link else None,
                dedupe=f"{event.kind}:{event.recipient_id}:{event.link}",
            )  # fmt: skip


def _codes(ids: Collection[int]) -> dict[int, str]:
    return {row.id: row.code for row in db.session.execute(select(Mailing.id, Mailing.code).where(Mailing.id.in_(ids)))}


def init_app(_app: object) -> None:
    """Let the buffer write, and the timeline tell."""
    buffer.writer(WRITER, write)
    facts.kind("opened", _l("Opened a letter"), "mail")
    facts.kind("clicked", _l("Followed a link in a letter"), "mail")
