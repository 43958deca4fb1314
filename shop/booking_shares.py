"""Booking shares: what a booking costs in its order, what of it was paid, and what of that comes back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import money
from shop import booking_confirmations, catalog, plan_offers, refunds

if TYPE_CHECKING:
    from kernel.money import Money
    from shop.bookings import Booking
    from shop.order_lines import OrderLine
    from shop.orders import Order


@dataclass(frozen=True)
class Share:
    """What calling one booking off does to its order."""

    worth: "Money"  # what it costs
    back: "Money"  # what goes back of what was paid for it
    kept: "Money"  # what of that the shop keeps, and stays billed

    @property
    def unpaid(self) -> "Money":
        """What nobody owes any more and nobody has paid."""
        return self.worth - self.back - self.kept


def of(booking: "Booking", order: "Order", share_bp: int) -> Share:
    """What that share of what was paid for it comes to."""
    worth = order.money(min(_sum(_lines(booking, order)), max(0, _owed(order))))
    paid = order.money(min(worth.minor, _paid(booking, order, worth.minor)))
    back = money.percent(paid, share_bp)
    return Share(worth, back, paid - back)


def counted(booking: "Booking", order: "Order", found: Share, *, to: str = "money") -> "Money":
    """What of `back` stays in the order: money that a person would return, while the rest of it is still to be paid."""
    by_hand = to != "credit" and refunds.by_hands(order, some=True) and not alone(booking, order)
    owed = max(0, order.balance.minor - found.unpaid.minor) if by_hand else 0
    return order.money(min(found.back.minor, owed))


def alone(booking: "Booking", order: "Order") -> bool:
    """Whether nothing else of the order is still to come, so that it ends with it."""
    return not order.shipping_minor and all(line.booking_id == booking.id for line in _live(order))


def _owed(order: "Order") -> int:
    return order.total_minor - order.credited_minor


def _lines(booking: "Booking", order: "Order") -> "list[OrderLine]":
    return [line for line in order.lines if line.booking_id == booking.id]


def _live(order: "Order") -> "list[OrderLine]":
    """The lines of goods, and of bookings that were not called off before."""
    gone = {row.id for row in booking_confirmations.of(order) if row.state in {"cancelled", "expired"}}
    return [line for line in order.lines if line.booking_id not in gone]


def _sum(lines: "list[OrderLine]") -> int:
    return sum(line.gross_minor for line in lines)


def _paid(booking: "Booking", order: "Order", worth: int) -> int:
    """What was paid for it: all of it, or, where the order is paid in part, first what was asked for first."""
    owed, came = _owed(order), max(0, refunds.refundable(order).minor)
    if came >= owed:
        return worth
    live = _live(order)
    goods = _sum(live) + order.shipping_minor
    came = max(0, came - max(0, owed - goods))  # what was kept of others that were called off is paid
    asked = _asked_first(order, live)
    first = order.shipping_minor + sum(asked.values())
    mine = sum(part for line, part in asked.items() if line in {one.id for one in _lines(booking, order)})
    if came <= first or goods <= first:
        return came * mine // first if first else 0
    return mine + (came - first) * (worth - mine) // (goods - first)


def _asked_first(order: "Order", live: "list[OrderLine]") -> dict[int, int]:
    """Of each line what was asked for when it was ordered: its deposit, where the order is paid so, else all of it."""
    if order.plan != "deposit":
        return {line.id: line.gross_minor for line in live}
    known = {row.id: row for row in catalog.of_ids(list({line.product_id for line in live}))}
    asking = {one: row for one, row in known.items() if row.deposit_bp or row.deposit_minor}
    return {
        line.id: plan_offers.deposit(asking[line.product_id], line.gross, line.quantity).minor
        if line.product_id in asking
        else line.gross_minor
        for line in live
    }
