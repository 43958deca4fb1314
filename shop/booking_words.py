"""A booking in words, as lines of carts, orders and papers tell it: when it is and for how many."""

from datetime import datetime
from typing import TYPE_CHECKING

from babel.dates import format_datetime

from kernel import i18n, tenancy
from kernel.i18n import _
from shop import local_times

if TYPE_CHECKING:
    from shop.bookings import Booking


def of(booking: "Booking") -> dict[str, str]:
    """{label: text} in the shop's own language and zone: {"Fecha": "vie 4 dic 2026, 07:30"}."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        gone = {_("State"): _("Cancelled")} if booking.state == "cancelled" else {}
        return _when(booking) | _people(booking) | gone


def moment(at: datetime, zone: str = "") -> str:
    """A moment in the current language, where the shop is or in that zone: `vie 4 dic 2026, 07:30`."""
    there = local_times.local(at, zone or tenancy.tenant().timezone)
    return str(format_datetime(there, "EEE d MMM y, HH:mm", locale=i18n.language()))


def _when(booking: "Booking") -> dict[str, str]:
    if booking.service.kind != "nights":
        return {_("Date"): moment(booking.starts_at)}
    return {_("Check-in"): moment(booking.starts_at), _("Check-out"): moment(booking.ends_at)}


def _people(booking: "Booking") -> dict[str, str]:
    """Of a departure its lines say who comes."""
    many = booking.service.kind != "departure" and booking.service.capacity > 1
    return {_("People"): str(booking.places)} if many else {}
