"""Withdrawals: somebody told the shop that they want no more letters, or no news by WhatsApp; a slip of the hand is
taken back for an hour."""

from datetime import timedelta
from typing import Any

from crm import consent, facts
from crm.contacts import Contact
from kernel import clock, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

PURPOSES = {"marketing": "person.withdrawn", "whatsapp": "person.no_whatsapp"}  # and how the journal calls a no to it
FORM, BACK = "staff", "staff-undo"
WHILE = timedelta(hours=1)  # in which a mistake is taken back


class TooLate(Refusal):
    """It is long ago, or they answered since."""

    message = _l("That can no longer be taken back.")
    status = 409


def take(contact: Contact, *, by: Any, purpose: str = "marketing") -> bool:
    """Write no more news to them; whether that is new. Nobody can say yes in their place.

    To WhatsApp a no counts also of who was never asked: it is said in a chat that began by itself.
    """
    said = consent.newest(contact, purpose)
    if (said is None and purpose == "marketing") or (said is not None and not said.given):
        return False
    _answer(contact, False, FORM, purpose)
    journal.write(PURPOSES[purpose], about=contact, by=by, data={"name": contact.called})
    return True


def undo(contact: Contact, *, by: Any, purpose: str = "marketing") -> None:
    """It was a mistake: all is as before. Raises TooLate when it is long ago, or they answered since."""
    newest, *before = [*consent.answers(contact, purpose, 2), None]
    if newest is None or newest.form != FORM or newest.at < clock.now() - WHILE:
        raise TooLate()
    if before[0] is None:  # they had never said anything: that they did was the mistake
        db.session.delete(newest)
    else:
        _answer(contact, True, BACK, purpose)
    journal.write(f"{PURPOSES[purpose]}_undone", about=contact, by=by, data={"name": contact.called})


def _answer(contact: Contact, given: bool, form: str, purpose: str) -> None:
    asked = consent.newest(contact, purpose) is not None
    consent.record(contact, purpose, given, form=form, version="")  # no words were read
    if asked:
        facts.record("allowed", contact=contact, source=form, data={"purpose": purpose, "given": given})


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("person.withdrawn", _l("Wrote down that %(name)s wants no more letters"))
    journal.kind("person.withdrawn_undone", _l("Took back that %(name)s wants no more letters"))
    journal.kind("person.no_whatsapp", _l("Wrote down that %(name)s wants no news by WhatsApp"))
    journal.kind("person.no_whatsapp_undone", _l("Took back that %(name)s wants no news by WhatsApp"))
