"""Series: the same time again, days or weeks later: kept in a cart for who books, or written down at once by staff."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_times, holdings, hours, local_times
from shop import cart as carts
from shop.booking_times import Times
from shop.bookings import Booking
from shop.occupations import Span
from shop.services import Service

EVERY = {7: _l("every week"), 14: _l("every two weeks"), 28: _l("every four weeks"), 1: _l("every day")}  # days between
MOST = 26  # times, the first among them


class NotInARow(Refusal):
    """More times than the shop sells in one go, or a stay."""

    message = _l("So many times cannot be booked at once: choose fewer.")


class SomeTaken(Refusal):
    """Not every time of a series can be had."""

    message = _l("Not free: %(days)s. Take another rhythm, or write down the others all the same.")
    status = 409


@dataclass(frozen=True)
class Series:
    """The same time of the day, `times` in all, so many days from one to the next."""

    every: int
    times: int

    def later(self, starts_at: datetime) -> list[datetime]:
        """When the times after the first begin: at the same hour by the shop's clock, also when clocks change."""
        zone = booking_times.zone()
        first = local_times.local(starts_at, zone)
        counted = (first.date() + timedelta(days=self.every * number) for number in range(1, self.times))
        return [local_times.moment(day, f"{first:%H:%M}", zone) for day in counted]


ONCE = Series(7, 1)


@dataclass
class Kept:
    """What became of the later times of a series: those that are held, and why others are not."""

    rows: list[Booking] = field(default_factory=list)
    missed: dict[date, Refusal] = field(default_factory=dict)


def most(service: Service) -> int:
    """How many times somebody may book in one go; 1: one after the other, as always for stays."""
    return 1 if service.kind == "nights" else min(service.series_most, MOST)


def keep(cart: carts.Cart, booking: Booking, series: Series, *, group: str = "", wait: timedelta) -> Kept:
    """Hold the times after that of a cart's booking for the same people, each ten minutes from now, the first too.

    What is not sold or taken is told and keeps nothing else back. `wait`: see booking_waits. Raises NotInARow, and
    JustTaken when somebody has the first by now.
    """
    if not 1 < series.times <= most(booking.service):
        raise NotInARow()
    service, kept = booking.service, Kept()
    people = {line.variant: line.quantity for line in cart.lines if line.booking_id == booking.id}
    told: dict[str, Any] = {"answers": booking.answers, "language": booking.language, "timezone": booking.timezone}
    first, zone = Span(booking.starts_at, booking.ends_at), booking_times.zone()
    holdings.hold(service, first, booking.places, cart=cart, **told)
    wanted = [local_times.local(at, zone) for at in series.later(first.starts_at)]
    plan = hours.plan(service, wanted[0].date() - timedelta(days=1), wanted[-1].date())  # read once for all of them
    times = Times(service, plan, wait)
    for local in wanted:
        try:
            span = times.asked(local.date(), f"{local:%H:%M}")
            row = holdings.hold(service, span, booking.places, cart=cart, **told)
        except Refusal as refusal:
            kept.missed[local.date()] = refusal
            continue
        carts.book(cart, row, people, group=group)
        kept.rows.append(row)
    return kept
