"""The rest of a series: what of an order's times is still to come, called off at once by its guest or by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kernel import clock
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_orders, booking_shares, booking_story, bookings, orders
from shop.booking_shares import Share
from shop.bookings import Booking
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

GONE = {
    "cancelled": _l("already cancelled"),
    "expired": _l("it ran out"),
    "came": _l("they came"),
    "missed": _l("noted as not come"),
}


class OtherAmount(Refusal):
    """Something else comes back than what was shown, or nothing of it was; nothing was cancelled."""

    message = _l("What comes back has changed meanwhile. Look at it again.")
    status = 409


@dataclass(frozen=True)
class Shown:
    """A time as a page told it to who decides: when it is, and what of it comes back in minor units."""

    token: str
    starts_at: datetime
    back_minor: int


@dataclass(frozen=True)
class Rest:
    """Times of one order that go together: what becomes of each, and of those that stay why."""

    order: Order
    rows: Sequence[Booking]
    found: Sequence[Share]
    stays: Sequence[tuple[Booking, str]]
    counted: Money  # what of the money that comes back counts towards the rest of the order

    @property
    def whole(self) -> Share:
        """What they come to together."""
        return booking_shares.total(self.found, self.order)

    @property
    def ends(self) -> bool:
        """Whether the order ends with them."""
        return bool(self.rows) and booking_shares.alone(self.rows, self.order)


def of(booking: Booking, *, every: bool = False) -> list[Booking]:
    """Those that would go: from this on, of the same service, or `every` one of its order; all still to come."""
    now = clock.now()
    rows = bookings.of_order(booking.order) if booking.order is not None and booking.order.open else ()
    return [row for row in rows if row.state == "booked" and row.starts_at > now and (every or _after(booking, row))]


def _after(booking: Booking, row: Booking) -> bool:
    return row.service_id == booking.service_id and row.starts_at >= booking.starts_at


def open_to_guest(order: Order) -> bool:
    """Whether its guest may call anything of it off alone."""
    return order.open and order.payment != "proof"


def offered(booking: Booking, *, by: "Account | None" = None) -> dict[str, int]:
    """How many would go by each choice (`after`, `every`), where that is more than one."""
    order = booking.order
    if order is None or (by is None and not open_to_guest(order)):
        return {}
    every = of(booking, every=True)
    after = [row for row in every if _after(booking, row)]
    found = {"after": len(after), "every": len(every) if every != after else 0}
    return {choice: count for choice, count in found.items() if count > 1}


def look(booking: Booking, *, by: "Account | None" = None, every: bool = False) -> Rest:
    """What would become of each; of those that are to come and stay, why."""
    order = booking.order
    if order is None:
        raise bookings.NotNow()
    rows, now = of(booking, every=every), clock.now()
    noted = [row for row in bookings.of_order(order) if row.state in {"came", "missed"} and row.starts_at > now]
    others = [row for row in noted if every or _after(booking, row)]
    return _rest(order, rows, [(row, str(GONE[row.state])) for row in others], by)


def _rest(order: Order, rows: Sequence[Booking], stays: Sequence[tuple[Booking, str]], by: "Account | None") -> Rest:
    found = booking_shares.of_all([(row, booking_orders.share_bp(row, by)) for row in rows], order)
    counted = booking_shares.counted(rows, order, booking_shares.total(found, order))
    return Rest(order, rows, found, stays, counted)


def cancel(
    booking: Booking, shown: Sequence[Shown], *, by: "Account | None" = None, reason: str = "", to: str = "money"
) -> Rest:
    """Call off those times of its order that were shown, once each; what cannot go by now stays and says why.

    The shop (`by`) returns all that was paid for them, to a guest comes back what the policy of each says. Raises
    OtherAmount when that is no longer what was shown, and as `booking_orders.refuse`: nothing happens then.
    """
    if booking.order is None:
        raise bookings.NotNow()
    order = orders.lock(booking.order)
    booking_orders.refuse(order, by, reason)
    known = {one.token: one for one in shown}
    going, stays = [], []
    for row in bookings.read_anew(order):
        if row.token in known:
            why = _stays(row, known[row.token])
            stays += [(row, why)] if why else []
            going += [] if why else [row]
    rest = _rest(order, going, stays, by)
    if not (going or stays) or any(
        one.back.minor != known[row.token].back_minor for row, one in zip(going, rest.found, strict=True)
    ):
        raise OtherAmount()
    if going:
        booking_orders.call_off(order, going, by=by, reason=reason, to=to)
    return rest


def _stays(row: Booking, shown: Shown) -> str:
    """Why it is not called off with the others, though it was shown; '' when nothing keeps it."""
    if row.state != "booked":
        return str(GONE.get(row.state, bookings.NotNow.message))
    if row.starts_at != shown.starts_at:
        return _("moved meanwhile to %(when)s", when=booking_story.when(row))
    return _("it has begun") if row.starts_at <= clock.now() else ""
