"""Unsubscribing: one click on a letter ends all letters to many, for ever; and the way back for a mistake.

The letter's token is the authority: it stands in the database, so it outlives the person's data and every key.
Letters are handed on, so the way back is open only a short while, to whoever has just left by that very letter; later
the address itself is asked, as at every sign-up.
"""

from datetime import timedelta

from sqlalchemy import select

from campaigns import letter_events, recipients
from campaigns.recipients import Recipient
from crm import consent, facts
from crm.contacts import Contact
from kernel import clock, suppression
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Missing
from kernel.suppression import Suppression

FORM = "letter"  # where consent was taken back
BACK = "letter-undo"
WHILE = timedelta(hours=1)  # in which a mistake is taken back


class NoLetter(Missing):
    """An address that no letter of this shop carries."""

    message = _l(
        "That link belongs to no letter of this shop. Use the link at the foot of the last one, or write to us."
    )


def letter(token: str) -> Recipient:
    """The letter that carries that token; raises NoLetter."""
    found = recipients.by_token(token)
    if found is None:
        raise NoLetter()
    return found


def left(row: Recipient) -> bool:
    """Whether no letters to many go to the address of that letter."""
    return any(suppression.stopped(mark, "marketing") for mark in _marks(row))


def final(row: Recipient) -> bool:
    """Whether nothing goes there at all, because letters came back: that is no one's to undo."""
    return any(suppression.stopped(mark) for mark in _marks(row))


def leave(row: Recipient, *, ip: str = "") -> None:
    """Write no more letters to many to that address, and keep the proof; the same asked again changes nothing."""
    for mark in sorted(_marks(row)):
        suppression.stop(mark, "marketing", _reason(row))
    contact = _contact(row)
    newest = consent.newest(contact, "marketing")
    if contact is not None and (newest is None or newest.given):
        _answer(contact, False, form=FORM, ip=ip)
    letter_events.add(row, "unsubscribed", dedupe=f"{clock.now():%Y%m%dT%H%M}", verdict="human")


def _reason(row: Recipient) -> str:
    return f"{FORM} {row.mailing_id}"


def undoable(row: Recipient) -> bool:
    """Whether they have just left by that letter, and said no nowhere else."""
    since, contact = clock.now() - WHILE, _contact(row)
    mine = Suppression.address_hmac.in_(_marks(row)), Suppression.scope == "marketing"
    stops = db.session.scalars(select(Suppression).where(*mine)).all()
    said = consent.newest(contact, "marketing")
    if contact is None or not stops or said is None or said.given or said.form != FORM or said.at < since:
        return False
    just = [event.at >= since for event in letter_events.of(row, "unsubscribed")][-1:]
    return bool(just and just[0]) and all(one.reason == _reason(row) and one.at >= since for one in stops)


def stay(row: Recipient, *, ip: str = "") -> bool:
    """It was a mistake: letters go on as before, if it is undoable; who had never allowed them still has not."""
    contact = _contact(row)
    if contact is None or not undoable(row):
        return False
    for mark in sorted(_marks(row)):
        suppression.release(mark, "marketing")
    if _allowed_before(contact):
        _answer(contact, True, form=BACK, ip=ip)
    letter_events.add(row, "allowed", dedupe=f"{clock.now():%Y%m%dT%H%M}", verdict="human")
    return True


def person(row: Recipient) -> str:
    """The token of the person who had that letter, or '' when nobody is known by it any more."""
    contact = _contact(row)
    return contact.token if contact is not None else ""


def _contact(row: Recipient) -> Contact | None:
    mine = select(Contact).where(Contact.id == row.contact_id)
    return db.session.scalar(mine) if row.contact_id else None


def _marks(row: Recipient) -> set[str]:
    """The fingerprints of its address: as it was kept, and by today's key while the address itself is known."""
    return {row.address_hmac, suppression.fingerprint(row.email) if row.email else ""} - {""}


def _answer(contact: Contact, given: bool, *, form: str, ip: str) -> None:
    consent.record(contact, "marketing", given, form=form, ip=ip)
    facts.record("allowed", contact=contact, data={"purpose": "marketing", "given": given})


def _allowed_before(contact: Contact) -> bool:
    """Whether the answer that the letter's link took back was a yes."""
    last = consent.answers(contact, "marketing", 2)
    return len(last) == 2 and last[0].form == FORM and not last[0].given and last[1].given
