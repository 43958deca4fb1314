"""Withdrawals: somebody told the shop that they want no more letters; a slip of the hand is taken back for an hour."""

from datetime import timedelta
from typing import Any

from crm import consent, facts
from crm.contacts import Contact
from kernel import clock, journal
from kernel.i18n import _l
from kernel.refusal import Refusal

FORM, BACK = "staff", "staff-undo"
WHILE = timedelta(hours=1)  # in which a mistake is taken back


class TooLate(Refusal):
    """It is long ago, or they answered since."""

    message = _l("That can no longer be taken back.")
    status = 409


def take(contact: Contact, *, by: Any) -> bool:
    """Write no more letters to many to them; whether they had allowed any. Nobody can say yes in their place."""
    if not consent.allows(contact, "marketing"):
        return False
    _answer(contact, False, FORM)
    journal.write("person.withdrawn", about=contact, by=by, data={"name": contact.called})
    return True


def undo(contact: Contact, *, by: Any) -> None:
    """It was a mistake: letters go on as before. Raises TooLate when it is long ago, or they answered since."""
    newest = consent.newest(contact, "marketing")
    if newest is None or newest.form != FORM or newest.at < clock.now() - WHILE:
        raise TooLate()
    _answer(contact, True, BACK)
    journal.write("person.withdrawn_undone", about=contact, by=by, data={"name": contact.called})


def _answer(contact: Contact, given: bool, form: str) -> None:
    consent.record(contact, "marketing", given, form=form, version="")  # no words were read
    facts.record("allowed", contact=contact, source=form, data={"purpose": "marketing", "given": given})


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("person.withdrawn", _l("Wrote down that %(name)s wants no more letters"))
    journal.kind("person.withdrawn_undone", _l("Took back that %(name)s wants no more letters"))
