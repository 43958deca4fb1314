"""Times in a cart: the lines of a booking, which come, change and go together."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, select, update

from kernel import beside, clock
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_prices, bookings, holdings, pricing, services, sold_times
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.occupations import JustTaken, Span
from shop.pricing import PriceBreak
from shop.variants import Variant

QUIET = {"synchronize_session": False}


class Together(Refusal):
    """The people of a booking change where its time was chosen."""

    message = _l("To change how many come, choose the time again on its page; or take it out of the cart.")


def put(
    cart: Cart, booking: Booking, people: Mapping[Variant, int], group: str, *, known: Sequence[PriceBreak] | None
) -> list[tuple[Variant, int]]:
    """Have the booking in the cart for these people: so many of each variant; the lines that it had are out."""
    chosen = units(booking, people)
    mine: dict[str, Any] = {"cart_id": cart.id, "booking_id": booking.id}
    for variant, quantity in chosen:
        seen = price(booking, variant, group, known=known).minor
        beside.post(CartLine, **mine, variant_id=variant.id, quantity=quantity, seen_minor=seen)
    return chosen


def units(booking: Booking, people: Mapping[Variant, int]) -> list[tuple[Variant, int]]:
    """So many of each variant as the booking has places or units; it was held for exactly them."""
    chosen = [(variant, count) for variant, count in people.items() if count > 0]
    if any(variant.product_id != booking.service.product_id for variant, _count in chosen):
        raise ValueError("these people are of another product")
    if booking.service.kind != "departure":
        return [(variant, max(booking.units, 1)) for variant, _count in chosen[:1]]
    if sum(count for _variant, count in chosen) != booking.places:
        raise ValueError("a departure is held for as many people as are paid for")
    return chosen


def price(booking: Booking, variant: Variant, group: str = "", *, known: Sequence[PriceBreak] | None = None) -> Money:
    """What one costs: a person, an appointment, or a unit for all its nights."""
    own = unit(booking, variant)
    return pricing.unit(variant, 1, group, known=known) if own is None else own


def unit(booking: Booking | None, variant: Variant) -> Money | None:
    """The price of a unit for all its nights; None where the variant's own price holds."""
    if booking is None or booking.service.kind != "nights":
        return None
    return booking_prices.of_booking(booking, variant).total


def there(line: CartLine) -> bool:
    """Whether its time can still be had: it is this cart's, it is to come, and who let it lapse could choose it now."""
    booking = line.booking
    if booking is None:
        return bool(line.variant.product.kind != services.KIND)
    if booking.cart_id != line.cart_id:
        return False
    return booking.starts_at > clock.now() if booking.live else sold_times.offered(booking)


def lapsed(line: CartLine) -> bool:
    """Whether nobody keeps its time any more."""
    return line.booking is not None and not line.booking.live


def again(cart: Cart, booking: Booking) -> bool:
    """Hold a time that had lapsed once more; False when somebody else has it by now."""
    try:
        holdings.hold(booking.service, Span(booking.starts_at, booking.ends_at), booking.places, cart=cart)
    except JustTaken:
        return False
    return True


def drop(booking: Booking) -> None:
    """Take a booking out of its cart with all its lines: others can have its time."""
    take_out(db.session.scalars(select(CartLine).where(CartLine.booking_id == booking.id)).all())
    holdings.drop(booking)


def take_out(rows: Iterable[CartLine]) -> None:
    """Take the lines of a booking out of its cart."""
    for row in rows:
        db.session.delete(row)
    db.session.flush()


def drop_all(*conditions: object) -> None:
    """Take these bookings out of their carts."""
    mine = select(Booking).where(Booking.cart_id.is_not(None), *conditions)  # type: ignore[arg-type]
    carts = select(Cart.id).where(Cart.id.in_(mine.with_only_columns(Booking.cart_id))).order_by(Cart.id)
    db.session.execute(carts.with_for_update(key_share=True))  # all of them before what their bookings occupy
    for row in db.session.scalars(mine.order_by(Booking.id)).all():
        drop(row)


def pour(cart: Cart, into: Cart) -> None:
    """Move the bookings of one cart to another; a time that both hold stays as it is there."""
    here = {(row.service_id, row.starts_at) for row in bookings.of_cart(into)}
    for row in bookings.of_cart(cart):
        if (row.service_id, row.starts_at) in here:
            drop(row)
            continue
        row.cart_id = into.id
        lines = update(CartLine).where(CartLine.booking_id == row.id).values(cart_id=into.id)
        db.session.execute(lines, execution_options={"synchronize_session": "fetch"})
    db.session.flush()


def clear(cart: Cart) -> None:
    """Empty it: it was ordered, and its bookings are the order's."""
    beside.send(_clearing(), cart=cart.id)
    session = db.session()
    for row in session.identity_map.values():
        if isinstance(row, CartLine) and row.__dict__.get("cart_id") == cart.id:
            session.expunge(row)


@lru_cache
def _clearing() -> Executable:
    return delete(CartLine).where(CartLine.cart_id == bindparam("cart"), CartLine.tenant_id == bindparam("tenant"))
