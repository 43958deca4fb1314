"""Moving a booking to another time: by its guest within its policy, at any time by staff; its order and price stay."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kernel import clock, i18n, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_letters,
    booking_orders,
    booking_policies,
    booking_prices,
    booking_story,
    booking_times,
    booking_waits,
    departures,
    holdings,
    local_times,
    order_events,
    orders,
    time_wait_rows,
)
from shop.booking_times import Times
from shop.bookings import Booking, NotNow
from shop.occupations import Span
from shop.orders import Order
from shop.services import Service

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.variants import Variant


class TooLate(Refusal):
    """The guest's own time to change is over."""

    message = _l("It is too late to change the time here: write to the shop.")
    status = 409


class OtherPrice(Refusal):
    """The time that the guest wants costs more or less."""

    message = _l(
        "That time has another price. Choose one that costs the same, or change the stay: you see its price first."
    )


class OtherLength(Refusal):
    """A stay of more or fewer nights is another booking."""

    message = _l("Choose as many nights as you have booked; for more or fewer, change the stay.")


def until(booking: Booking) -> datetime:
    """Until when its guest can change it alone: as long as its policy gives the most back, or the time is sold."""
    hours = [hours for hours, _share in booking_policies.steps(booking.policy)]
    return booking.starts_at - timedelta(hours=max(hours, default=booking.service.lead))


def allowed_to_guest(booking: Booking) -> bool:
    """Whether its guest may change the time now."""
    order, sold = booking.order, booking.service.product is not None  # not in the bin
    return sold and booking.state == "booked" and order is not None and order.open and clock.now() < until(booking)


def wait(booking: Booking) -> timedelta:
    """What begins sooner its guest cannot choose: what is still to be paid so that it stays would come too late."""
    order = booking.order
    waits = order is not None and order.held and order.payment != "proof"
    return booking_waits.of(booking.service, order.customer_group) if order and waits else booking_times.AT_ONCE


def move(booking: Booking, span: Span, *, by: "Account | None" = None, units: Iterable[int] = ()) -> None:
    """Have it at another time of its service; its guest may (`by` nobody) while its policy allows it.

    `units`: those that staff chose. Raises TooLate, JustTaken or another Refusal that says why that time is none:
    everything stays as it was then.
    """
    order = _locked(booking)
    if by is None and not allowed_to_guest(booking):
        raise TooLate()
    wanted = _wanted(booking, span) if by is None else _chosen(booking, span)
    was = booking.starts_at
    if wanted.starts_at == was and not set(units):
        return
    with i18n.speak(order.language, tenancy.tenant().country):
        before = booking_story.when(booking)
    holdings.place(booking, wanted, booking.places, units=units)
    time_wait_rows.freed([booking.service_id])
    booking.moved += 1
    booking_orders.moved(booking, was=was)
    told = {"was": was.isoformat(), "now": booking.starts_at.isoformat(), "booking": booking.id}
    order_events.record(order, "booking_moved", by=by, **told)
    if by is not None:
        journal.write("bookings.moved", about=booking, by=by, data={"number": order.number})
    if booking.starts_at != was:
        booking_letters.moved(booking, since=was, was=before, soon=by is not None)
        if by is None:
            booking_letters.tell_shop(booking, "moved", was=before)


def _locked(booking: Booking) -> Order:
    if booking.order is None:
        raise NotNow()
    orders.lock(booking.order)
    db.session.refresh(booking)
    if booking.state != "booked":
        raise NotNow()
    return booking.order


def _wanted(booking: Booking, span: Span) -> Span:
    """A time that the service sells now, for as long and as much as it was booked."""
    service, (begins, ends) = booking.service, _days(span)
    times = Times(service, wait=wait(booking))
    if service.kind != "nights":
        return times.asked(begins, f"{_local(span.starts_at):%H:%M}")
    wanted = times.stay(begins, ends)
    _as_long(booking, wanted)
    if not _alike(booking, wanted):
        raise OtherPrice()
    return wanted


def costs_the_same(booking: Booking, arrive: date) -> bool:
    """Whether a stay that begins on that day costs what the booked one does: another its guest cannot choose alone."""
    own, zone = _own(booking), tenancy.tenant().timezone
    later, clocks = arrive - _days(own)[0], (_local(own.starts_at), _local(own.ends_at))
    return _alike(booking, Span(*(local_times.instant(one.date() + later, one.time(), zone) for one in clocks)))


def _alike(booking: Booking, span: Span) -> bool:
    variant = booking.lines[0].variant if booking.lines else None
    return variant is None or _price(booking, variant, span) == _price(booking, variant, _own(booking))


def _price(booking: Booking, variant: "Variant", span: Span) -> Money:
    return booking_prices.of_booking(booking, variant, span).total


def _chosen(booking: Booking, span: Span) -> Span:
    """A time of the staff's own choice: to come, as long as before; a departure leaves when it leaves."""
    if span.starts_at <= clock.now():
        raise booking_times.Past()
    service = booking.service
    if service.kind == "nights":
        _as_long(booking, span)
        return span
    if service.kind == "departure" and not (service.product and _leaves(service, span.starts_at)):
        raise booking_times.NotOffered()
    return Span(span.starts_at, span.starts_at + (booking.ends_at - booking.starts_at))


def _as_long(booking: Booking, span: Span) -> None:
    """So many nights may last an hour more or less, where clocks change meanwhile."""
    (arrived, left), (arrives, leaves) = _days(_own(booking)), _days(span)
    if leaves - arrives != left - arrived:
        raise OtherLength()


def _own(booking: Booking) -> Span:
    return Span(booking.starts_at, booking.ends_at)


def _days(span: Span) -> tuple[date, date]:
    return _local(span.starts_at).date(), _local(span.ends_at).date()


def _local(at: datetime) -> datetime:
    return local_times.local(at, tenancy.tenant().timezone)


def _leaves(service: Service, starts_at: datetime) -> bool:
    """Whether it leaves then: by its hours, or because staff wrote that departure."""
    day = _local(starts_at).date()
    planned = booking_times.times(service, day, day).get(day, [])
    written = departures.known([service.id], Span(starts_at, starts_at + timedelta(minutes=1)))
    return starts_at in {*(span.starts_at for span in planned), *(row.starts_at for row in written)}


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.moved", _l("Moved a booking of %(number)s"))
