"""How often somebody did not come, as staff are told of it: on the person's page, and shortly on that of a booking."""

from typing import Any

from crm.contacts import Contact
from kernel.i18n import ngettext
from shop import absence_money, absences, receipts, refunds
from shop.bookings import Booking


def said(contact: Contact | None) -> str:
    """How many of their bookings of a year nobody came to; '' of who always came, and of who is not known."""
    found = _of(contact)
    return _told(found) if found.missed else ""


def _of(contact: Contact | None) -> absences.Times:
    return absences.of(contact) if contact is not None else absences.NEVER


def _told(found: absences.Times) -> str:
    return ngettext(
        "Did not come to %(missed)s of %(num)s booking in the last 12 months",
        "Did not come to %(missed)s of %(num)s bookings in the last 12 months", found.of, missed=found.missed,
    )  # fmt: skip


def often(contact: Contact | None) -> str:
    """The same as a hint before they are expected again: only of who missed more than one."""
    found = _of(contact)
    return _told(found) if found.missed >= absences.OFTEN else ""


def money(booking: Booking) -> dict[str, Any]:
    """What the terms say of what was paid, where nobody came; {} of any other, and of what cost nothing."""
    order = booking.order
    if booking.state != "missed" or order is None:
        return {}
    given, share, owed = absence_money.given(booking), absence_money.of(booking), absence_money.owed(booking)
    if given is not None:
        return {"given": receipts.shown(given), "owed": ""}
    paid = share.back + share.kept
    if not paid and not owed:
        return {}
    return {
        "given": "", "paid": receipts.shown(paid) if paid else "", "kept": receipts.shown(share.kept),
        "back": receipts.shown(share.back) if share.back else "", "owed": receipts.shown(owed) if owed else "",
        "credit": refunds.creditable(order),
    }  # fmt: skip
