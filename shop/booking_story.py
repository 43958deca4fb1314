"""What a booking tells: when it is (where the shop is and where the visitor is), for whom, and where it stands."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from kernel import clock, i18n, tenancy
from kernel.i18n import _, _l, pick
from shop import calendars, payment_methods, plans, receipts
from shop.bookings import Booking
from shop.departures import CALLED_OFF

STATES = {
    "held": (_l("Held"), "wait"),
    "booked": (_l("Booked"), "good"),
    "came": (_l("Arrived"), "good"),
    "missed": (_l("Did not come"), "off"),
    "cancelled": (_l("Called off"), "off"),
    CALLED_OFF: (_l("Called off: to choose"), "care"),
    "expired": (_l("Ran out"), "off"),
}
ANSWER, ASKED = (_l("Waits for your answer"), "care"), (_l("Waits for the shop's answer"), "wait")
UNPAID, LOOKED_AT = (_l("Waits for your payment"), "wait"), (_l("We look at your payment"), "wait")


def confirmed(booking: Booking) -> bool:
    """Whether it is kept for good: what was due first was paid, or is paid where one comes."""
    order = booking.order
    if requested(booking):
        return False
    if order is None or booking.state != "booked" or plans.secured(order):
        return True
    if order.hold_until is None and order.received_minor > 0:  # paid before something was added: that is what waits
        return True
    return bool(order.payments) and order.payments[-1].kind in payment_methods.UNHELD


def requested(booking: Booking) -> bool:
    """Whether it waits for the shop's yes, or nobody has noticed that this came too late."""
    return booking.state == "held" and booking.order is not None


def state(booking: Booking) -> tuple[str, str]:
    """Where it stands as its guest reads it, with the look of the word."""
    if requested(booking):
        return ASKED if booking.live else STATES["expired"]
    if confirmed(booking):
        return STATES[booking.state]
    return LOOKED_AT if booking.order and booking.order.payment == "proof" else UNPAID


def of_desk(booking: Booking) -> tuple[str, str]:
    """Where it stands as the shop reads it."""
    if requested(booking):
        return ANSWER if booking.live else STATES["expired"]
    return STATES[booking.state]


def told(booking: Booking) -> dict[str, Any]:
    """The booking as plain words in the current language; what its guest wrote is in `answers` alone."""
    shop, other = tenancy.tenant().timezone, visitor_zone(booking)
    return {
        "name": pick(booking.name),
        "when": when(booking, shop),
        "zone": zone_name(shop),
        "elsewhere": elsewhere(booking),
        "there": when(booking, other) if other else "",
        "there_zone": zone_name(other) if other else "",
        "iso": booking.starts_at.astimezone(ZoneInfo(shop)).isoformat(),
        "people": people(booking),
        "where": calendars.place(booking),
        "language": i18n.NAMES.get(booking.language, booking.language),
        "state": of_desk(booking),
        "answers": dict(booking.answers),
    }


def elsewhere(booking: Booking) -> str:
    """`13:30–17:30 · hora de España` where the visitor is, with the days where these differ; '' at the same clocks."""
    other = visitor_zone(booking)
    if not other:
        return ""
    here, there = ZoneInfo(tenancy.tenant().timezone), ZoneInfo(other)
    ends = [(at.astimezone(here).date(), at.astimezone(there)) for at in (booking.starts_at, booking.ends_at)]
    same = all(day == at.date() == ends[0][0] for day, at in ends)
    told = "–".join(hour(at) for _day, at in ends) if same else when(booking, other)
    return f"{told} · {zone_name(other)}"


def when(booking: Booking, zone: str = "") -> str:
    """`martes 8 de diciembre, 09:00–11:00` where the shop is or in that zone; over several days from when to when."""
    there = ZoneInfo(zone or tenancy.tenant().timezone)
    begins, ends = (at.astimezone(there) for at in (booking.starts_at, booking.ends_at))
    if begins.date() == ends.date():
        return f"{receipts.day(begins.date())}, {hour(begins)}–{hour(ends)}"
    return f"{receipts.day(begins.date())}, {hour(begins)} – {receipts.day(ends.date())}, {hour(ends)}"


def hour(at: datetime) -> str:
    """The time of day as all of the shop writes it: `09:00`."""
    return f"{at:%H:%M}"


def zone_name(zone: str) -> str:
    """A zone as one says it: `hora de Costa Rica`."""
    named = "/" in zone and not zone.startswith("Etc/")
    return str(get_timezone_location(ZoneInfo(zone), locale=i18n.language())) if named else zone


def visitor_zone(booking: Booking) -> str:
    """The visitor's zone when its clocks show another time than the shop's then; '' else."""
    here, there = ZoneInfo(tenancy.tenant().timezone), known_zone(booking.timezone)
    if (
        there is None
        or booking.starts_at.astimezone(there).utcoffset() == booking.starts_at.astimezone(here).utcoffset()
    ):
        return ""
    return booking.timezone


def known_zone(name: str) -> ZoneInfo | None:
    """The zone that a browser named, when there is one of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # no such zone, or the name of something else on the disk
        return None


def people(booking: Booking) -> list[str]:
    """Who comes: `2 × Adulto`; without kinds of person how many."""
    here = [line for line in booking.lines if line.left]  # a kind of which nobody comes any more is no row
    rows = [f"{line.left} × {pick(option['value'])}" for line in here for option in line.options]
    if rows and booking.service.kind == "departure":
        return rows
    return [i18n.ngettext("%(num)s person", "%(num)s people", booking.places)]


def soon(booking: Booking) -> bool:
    """Whether it is still to come."""
    return booking.state == "booked" and booking.starts_at > clock.now()


def _unanswered(booking: Booking) -> str:
    """Of one that the shop had to say yes to: nobody was asked to pay."""
    asked = booking.order is not None and not booking.order.payments and booking.order.total_minor
    return _("The shop did not answer in time") if asked else ""


def title(booking: Booking) -> str:
    """What its page says on top."""
    if requested(booking):
        return _("Your request is with the shop") if booking.live else _("The shop did not answer in time")
    if booking.state == "booked" and confirmed(booking):
        return _("You are expected") if soon(booking) else _("Your booking was at this time")
    return {
        "came": _("Thank you for coming"),
        "missed": _("We missed you"),
        "cancelled": _("Your booking is cancelled"),
        CALLED_OFF: _("The shop called it off"),
        "expired": _unanswered(booking) or _("Your booking expired without payment"),
    }.get(booking.state, _kept(booking))


def _kept(booking: Booking) -> str:
    return _("We keep these nights for you") if booking.service.kind == "nights" else _("We keep this time for you")
