"""How, when and where an order is brought, changed by staff before it leaves: places, stock and price follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from kernel import journal
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    day_stock,
    delivery_days,
    delivery_slots,
    order_changes,
    order_delivery_cost,
    order_delivery_words,
    orders,
    presents,
    quotes,
    repricing,
    shipping,
    stock,
)
from shop.orders import Order
from shop.shipping import DeliveryMethod, Offer, Parcel

if TYPE_CHECKING:
    from kernel.accounts import Account

FULL, LATE = "full", "late"


class NotFree(Refusal):
    """The day or the time is full, or it is too late for it, and nobody said that it is meant."""

    message = _l("That day and time is full, or it is too late for it. If you can all the same, tick the box below.")
    status = 409


@dataclass(frozen=True)
class Reach:
    """How it shall be brought, and to whom; `anyway`: also late, or where that time is full.

    `words`: those that go with a gift, None as they are.
    """

    way: str
    day: date | None = None
    slot: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    note: str = ""
    words: str | None = None
    anyway: bool = False


@dataclass(frozen=True)
class Time:
    """A day and a span of it (`""`: the whole day), and why it is not free: FULL, LATE or `""`."""

    day: date
    slot: str
    why_not: str = ""


def changeable(order: Order) -> bool:
    """Whether there is something to bring that has not left yet."""
    return order.state in order_changes.HERE and bool(order_changes.goods(order))


def _units(order: Order) -> list[day_stock.Units]:
    return [day_stock.left(line) for line in order_changes.goods(order) if line.product is not None]


def offers(order: Order, address: Mapping[str, str]) -> list[Offer]:
    """The ways in which its goods can be had there, the one that it has among them; each says why it does not go."""
    lines = order_changes.goods(order)
    products = [line.product for line in lines if line.product is not None]
    parcel = Parcel(_units(order), products, order_delivery_cost.worth(order), order.customer_group, _ways(order))
    return shipping.offers(parcel, address)


def _ways(order: Order) -> Sequence[DeliveryMethod]:
    """Those that are offered, and the one that was chosen then."""
    ways, own = list(shipping.methods()), shipping.named(order.delivery_code)
    return [*ways, own] if own is not None and own not in ways else ways


def times(order: Order, offer: Offer) -> list[Time]:
    """Every time at which it could come that way, the one that it has among them; [] where none is chosen."""
    every = delivery_days.every(offer.method, daily=bool(stock.made_daily(_units(order))))
    if every is None:
        return []
    free = {(day.day, slot.code): slot.open for day in offer.days for slot in day.slots}
    own = (order.delivery_day, order.delivery_slot) if _same(order, offer.code) and order.delivery_day else None
    found = {(day.day, slot.code) for day in every for slot in day.slots} | free.keys()
    known = sorted(found | {own} if own else found)
    return [Time(*one, "" if one == own or free.get(one) else FULL if one in free else LATE) for one in known]


def _same(order: Order, way: str) -> bool:
    return way == order.delivery_code


def chosen(order: Order, reach: Reach) -> Offer:
    """The way that is wished for; raises NoSuchMethod or Unreachable. The one that it has stays where it goes."""
    found = offers(order, reach.address)
    own = next((one for one in found if one.code == reach.way and _same(order, reach.way)), None)
    stays = own is not None and order_delivery_cost.same_place(order.address, reach.address)
    return own if own is not None and stays else quotes.chosen(found, reach.way)


def change(order: Order, reach: Reach, *, by: "Account | None") -> order_changes.Changed:
    """Have it brought so; what that changed. `by`: None when its buyer does it, see buyer_delivery.

    Raises TooLate, NoSuchMethod, Unreachable, NoSuchDay, NotFree, SoldOut.
    """
    order_changes.hold(order)
    if not changeable(order):
        raise order_changes.TooLate()
    offer = chosen(order, reach)
    _timed(order, offer, reach)
    cost = order_delivery_cost.of(order, offer, reach.address)
    difference = Money(cost.gross.minor - order.shipping_minor, order.currency)
    before = order_delivery_words.now(order)
    if not order.practice:
        _move(order, offer, reach)
    _write(order, offer, reach)
    words = order_delivery_words.changed(order, before)
    if not words and not difference.minor:
        return order_changes.Changed(difference, "")
    order_delivery_cost.charge(order, cost)
    said = order_changes.note(order, "delivery_changed", words, by=by, minor=difference.minor)
    if by is not None:
        journal.write("orders.delivery_changed", about=order, by=by, data={"number": order.number})
    repricing.where(order)
    repricing.follow(order, difference)
    return order_changes.Changed(difference, said)


def _timed(order: Order, offer: Offer, reach: Reach) -> None:
    """Refuse a day that is none, or one that is not free unless it is meant."""
    known = times(order, offer)
    if not known:
        return
    found = next((one for one in known if (one.day, one.slot) == (reach.day, reach.slot)), None)
    if found is None:
        raise delivery_days.NoSuchDay()
    if found.why_not and not reach.anyway:
        raise NotFree()


def _move(order: Order, offer: Offer, reach: Reach) -> None:
    """Its goods before its place, as whoever places an order takes them: locks in one order make no knot."""
    day, slot = _when(order, offer, reach)
    day_stock.move(order, day)
    limit = None if reach.anyway else offer.method.slot_capacity
    delivery_slots.move(order, offer.method, (day, slot), limit=limit)


def _when(order: Order, offer: Offer, reach: Reach) -> tuple[date | None, str]:
    """The day and the span of it, where one is chosen; what was agreed stays, though the way asks for none by now."""
    agreed = _same(order, offer.code) and (reach.day, reach.slot) == (order.delivery_day, order.delivery_slot)
    return (reach.day, reach.slot) if reach.day and (agreed or times(order, offer)) else (None, "")


def _write(order: Order, offer: Offer, reach: Reach) -> None:
    method = offer.method
    day, slot = _when(order, offer, reach)
    order.delivery_method_id, order.delivery_kind, order.delivery_code = method.id, method.kind, method.code
    order.delivery_label, order.delivery_day, order.delivery_slot = dict(method.label), day, slot
    order.address = {} if method.is_pickup else dict(reach.address)
    presents.receive(order, reach.name, reach.phone, reach.words)
    order.note = reach.note
    for line in order.lines:
        if line.booking_id is None:
            line.day = day
    orders.sought(order)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.delivery_changed", _l("Changed the delivery of %(number)s"))
