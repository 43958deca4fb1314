"""Calendars of guests: a booking as an entry of its guest's own calendar, and as a file."""

from collections.abc import Iterable

from kernel import i18n, tenancy, web
from kernel.calendars import Entry, ics, uid
from kernel.i18n import _, pick
from shop import receipts
from shop.bookings import LIVE, Booking


def of_booking(booking: Booking) -> bytes:
    """A guest's booking as a file, in the current language."""
    return of_all([booking])


def of_all(bookings: Iterable[Booking]) -> bytes:
    """Several of them in one file."""
    return ics([entry(booking) for booking in bookings])


def entry(booking: Booking) -> Entry:
    """A booking as its guest has it in a calendar."""
    order = booking.order
    url = web.shop_url("shop.booking", token=booking.token, language=i18n.language())
    about = [_("Order %(number)s", number=order.number) if order else "", url]
    over = booking.state not in LIVE
    return Entry(
        uid=uid("booking", booking.token), starts_at=booking.starts_at, ends_at=booking.ends_at,
        title=f"{pick(booking.name)} · {tenancy.tenant().name}", where=place(booking),
        note="\n".join(filter(None, about)), url=url, changed=booking.moved + over, off=over,
    )  # fmt: skip


def place(booking: Booking) -> str:
    """Where to be, in one line: the meeting point, else where the shop is."""
    return pick(booking.service.meeting) or ", ".join(receipts.shop_address())
