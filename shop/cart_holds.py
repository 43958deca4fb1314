"""Holds of carts: a time is held for who looks at it, and lies in their cart; what others wait for is done last."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, clock
from shop import cart as carts
from shop import holdings, late_holds, occupations
from shop.bookings import Booking
from shop.cart_rows import Cart
from shop.occupations import Span
from shop.pricing import PriceBreak
from shop.services import Service
from shop.variants import Variant


def expect(service: Service) -> late_holds.Answer | None:
    """Somebody who has no cart yet is about to hold a time of it: what that needs is asked with what is asked next.

    What is given back is for `hold`.
    """
    if service.kind == "departure":
        return None
    beside.expect(Cart, Booking)
    return late_holds.soon()


def hold(
    cart: Cart, service: Service, span: Span, people: Mapping[Variant, int], *, places: int, begun: bool = False,
    late: late_holds.Answer | None = None, group: str = "", lower: Sequence[PriceBreak] | None = None, **told: Any,
) -> Booking:  # fmt: skip
    """Hold a time for these people and have it in the cart; raises a Refusal: whoever asked takes all of it back.

    `begun`: the cart was made just now. `late`: what `expect` gave. `lower` as in `cart.book`, `told` as in
    `holdings.hold`.
    """
    known: dict[str, Any] = {"group": group, "begun": begun, "lower": lower}
    if not begun or service.kind == "departure":  # whose places are counted first
        row = holdings.hold(service, span, places, cart=cart, **told)
        carts.book(cart, row, people, **known)
        return row
    row = _begin(service, span, places, cart=cart, **told)
    carts.book(cart, row, people, **known)
    holdings.claim([service.id], late=late)  # from here on others wait for us
    holdings.occupy(row)
    return row


def _begin(service: Service, span: Span, places: int, *, cart: Cart, **told: Any) -> Booking:
    """The booking and what ends its hold, before it has any unit."""
    occupations.sound(span)
    count, until = holdings.units_for(service, places), clock.now() + timedelta(minutes=holdings.MINUTES)
    mine = {"service_id": service.id, "cart_id": cart.id, "policy": list(service.policy), "held_until": until}
    when = {"starts_at": span.starts_at, "ends_at": span.ends_at}
    row: Booking = beside.new(Booking, **mine, **when, places=places, units=count, **told)
    set_committed_value(row, "service", service)
    holdings.run_out(row, until)
    return row
