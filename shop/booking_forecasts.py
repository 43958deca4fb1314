"""What changing a booking would come to: whether it may be, whether it is free, what it costs; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kernel import clock, money
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    availability,
    booking_amounts,
    booking_list,
    booking_moves,
    booking_policies,
    booking_shares,
    booking_times,
    booking_worth,
    bookings,
    local_times,
)
from shop.booking_worth import Row, Wish, Worth
from shop.bookings import Booking
from shop.occupations import Span
from shop.orders import Order
from shop.services import Service

if TYPE_CHECKING:
    from kernel.accounts import Account

DAWN = 6  # before that hour who goes on elsewhere goes at once
ONE = timedelta(days=1)


class OtherKind(Refusal):
    """It cannot become something that is sold in another way."""

    message = _l("It cannot be booked there: choose one of its own.")


class NotFree(Refusal):
    """Somebody has it then, or a part of it."""

    message = _l("It is not free then for so many people. Choose other dates or fewer people.")
    status = 409


class NeedsYes(Refusal):
    """The shop says yes first to who wants so much."""

    message = _l("The shop says yes to that first: write to it.")


class Came(Refusal):
    """Fewer people than were counted at the door."""

    message = _l("%(count)s people have already come: it cannot be for fewer.")


class Here(Refusal):
    """When they came does not change any more."""

    message = _l("They are here already: the day of arrival stays.")


class ProofWaits(Refusal):
    """Whether money came is being looked at."""

    message = _l("The shop is looking at your proof of payment: change it once it has answered, or write to the shop.")
    status = 409


@dataclass(frozen=True)
class Forecast:
    """What a change comes to: what it costs before and after, what of that is kept of what is given up."""

    rows: Sequence[Row]
    before: Money
    after: Money
    fee: Money
    base: Worth | None  # what the next change goes by; None: what it costs then
    other: bool  # whether anything of it would be another

    @property
    def difference(self) -> Money:
        """By how much more or less, when negative, it costs."""
        return self.after - self.before


def changeable(booking: Booking) -> bool:
    """Whether there is something of it to change: its nights, or how many come; of a stay also once they are here."""
    service, stays = booking.service, booking.service.kind == "nights"
    state = booking.state == "booked" or (stays and stays_on(booking))
    return state and service.product is not None and (stays or service.capacity > 1)


def stays_on(booking: Booking) -> bool:
    """Whether its people are here and have not left."""
    return booking.state == "came" and _day(booking.ends_at) >= clock.today(booking_times.zone())


def _day(at: datetime) -> date:
    return local_times.day(at, booking_times.zone())


def ahead(booking: Booking, span: Span, service: Service | None = None) -> Span:
    """What of that time somebody else must not have: of who is here what is still to come.

    Who goes on elsewhere is there from the hour of arrival on, or from now where that is over.
    """
    if booking.state != "came":
        return span
    now, today = clock.now(), clock.today(booking_times.zone())
    if _hour(now) >= DAWN:
        now = max(now, booking_times.between(service or booking.service, today, today + ONE).starts_at)
    since = max(span.starts_at, now)
    return Span(since, span.ends_at) if since < span.ends_at else span


def _hour(at: datetime) -> int:
    return local_times.local(at, booking_times.zone()).hour


def allowed_to_guest(booking: Booking) -> bool:
    """Whether its guest may change it alone now: as long as they may choose another time."""
    return changeable(booking) and booking_moves.allowed_to_guest(booking)


def look(booking: Booking, wish: Wish, *, by: "Account | None" = None) -> Forecast:
    """The forecast of what is free and may be; raises NotFree or why it may not."""
    possible(booking, wish, by)
    span = ahead(booking, wish.span, wish.service)
    free = availability.stay(wish.service, span, wish.places, besides=booking).free
    if not free and not shrinks(booking, wish):
        raise NotFree()
    return forecast(booking, wish, by=by)


def shrinks(booking: Booking, wish: Wish) -> bool:
    """Whether it only lets go of some of its people, where and when it is."""
    there = wish.service.id == booking.service_id and wish.places <= booking.places and not wish.units
    leaves = booking.state == "came" and wish.span.ends_at <= booking.ends_at
    return there and (leaves or wish.span == Span(booking.starts_at, booking.ends_at))


def forecast(booking: Booking, wish: Wish, *, by: "Account | None" = None) -> Forecast:
    """What it would cost; nothing is taken or written. `by` nobody: its guest, who gives nights up by the policy."""
    order = bookings.order_of(booking)
    base, here = booking_worth.agreed(booking, order), booking_worth.now(booking)
    before, fee = booking_amounts.gross(booking, order), base.fee
    if not _dearer_or_less(booking, wish):
        other = bool(set(wish.units) - set(units(booking)))
        return Forecast(here.rows, before, before, order.money(fee), base, other=other)
    rows = booking_worth.of(base, wish, order.customer_group)
    natural = sum(row.bare for row in rows)
    if wish.keep:
        rows, fee = booking_worth.reaching(rows, here.bare), 0
    else:
        less = here.bare - fee - natural
        fee += _kept(booking, order, less) if by is None and less > 0 else 0
        rows = booking_worth.reaching(rows, natural + fee) if fee else rows
    after = booking_amounts.total(booking, order, rows)
    kept = None if wish.keep else Worth(base.service_id, base.span, base.places, base.units, base.rows, fee)
    return Forecast(rows, before, after, order.money(fee), kept, other=True)


def _dearer_or_less(booking: Booking, wish: Wish) -> bool:
    """Whether something is wished for that a price depends on."""
    people = {line.variant_id: line.left for line in booking.lines if line.left}
    same = not wish.people or {variant.id: count for variant, count in wish.people.items()} == people
    here = (booking.service_id, booking.starts_at, booking.ends_at, booking.places)
    return here != (wish.service.id, wish.span.starts_at, wish.span.ends_at, wish.places) or not same


def _kept(booking: Booking, order: Order, less: int) -> int:
    """What the shop keeps of so much that is given up: of what was paid for it what its policy does not give back."""
    found = booking_shares.of(booking, order, booking_policies.WHOLE)
    paid = money.ratio(order.money(less), found.back.minor, found.worth.minor) if found.worth.minor else order.money(0)
    return max(0, (paid - money.percent(paid, booking_policies.back(booking))).minor)


def possible(booking: Booking, wish: Wish, by: "Account | None") -> None:
    """Refuse what cannot be, whatever is free."""
    if by is None and not allowed_to_guest(booking):
        raise booking_moves.TooLate()
    if by is None and bookings.order_of(booking).payment == "proof":
        raise ProofWaits()
    if wish.service.product is None or wish.service.kind != booking.service.kind:
        raise OtherKind()
    _in_time(booking, wish)
    came = booking.here or booking.arrived or 0
    if wish.places < came:
        raise Came(count=came)
    more = wish.places > booking.places or wish.span != Span(booking.starts_at, booking.ends_at)
    if by is None and more and wish.service.answered_within(wish.places) is not None:
        raise NeedsYes()


def _in_time(booking: Booking, wish: Wish) -> None:
    """What is over is not booked; who is here may leave today, whatever the hour of departure is."""
    moved, now = wish.span.starts_at != booking.starts_at, clock.now()
    if booking.state == "came" and moved:
        raise Here()
    leaves = booking.state == "came" and _day(wish.span.ends_at) >= clock.today(booking_times.zone())
    if (wish.span.ends_at <= now and not leaves) or (moved and wish.span.starts_at <= now):
        raise booking_times.Past()


def units(booking: Booking) -> list[int]:
    """The units that it has by itself."""
    return [] if booking.departure_id else [unit.id for unit in booking_list.units_taken(booking)]
