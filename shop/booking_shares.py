"""Booking shares: what a booking costs in its order, what of it was paid, and what of that comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import money
from shop import booking_amounts, booking_confirmations, catalog, plan_offers, refunds

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
    return of_all([(booking, share_bp)], order)[0]


def of_all(rows: "Sequence[tuple[Booking, int]]", order: "Order") -> list[Share]:
    """The same of several that are called off together, each with its own share of what was paid for it.

    What was paid for all of them is split to the last unit: nothing is lost between two of them.
    """
    costs = [_sum(booking_amounts.lines(booking, order)) for booking, _share_bp in rows]
    worths = _split(min(sum(costs), max(0, _owed(order))), costs)
    paid = [min(pair) for pair in zip(worths, _paid([row for row, _bp in rows], order, worths), strict=True)]
    return [
        Share(order.money(worth), back := money.percent(order.money(came), share_bp), order.money(came) - back)
        for (_row, share_bp), worth, came in zip(rows, worths, paid, strict=True)
    ]


def total(found: Sequence[Share], order: "Order") -> Share:
    """What they come to together."""
    parts = ([one.worth for one in found], [one.back for one in found], [one.kept for one in found])
    return Share(*(money.total(amounts, order.currency) for amounts in parts))


def counted(rows: "Sequence[Booking]", order: "Order", found: Share, *, to: str = "money") -> "Money":
    """What of `back` stays in the order: money that a person would return, while the rest of it is still to be paid."""
    by_hand = to != "credit" and refunds.by_hands(order, some=True) and not alone(rows, order)
    owed = max(0, order.balance.minor - found.unpaid.minor) if by_hand else 0
    return order.money(min(found.back.minor, owed))


def alone(rows: "Sequence[Booking]", order: "Order") -> bool:
    """Whether nothing else of the order is still to come, so that it ends with them."""
    mine = {row.id for row in rows}
    return not order.shipping_minor and all(line.booking_id in mine for line in _live(order))


def _owed(order: "Order") -> int:
    return order.total_minor - order.credited_minor


def _live(order: "Order") -> "list[OrderLine]":
    """The lines of goods, and of bookings that were not called off before."""
    gone = {row.id for row in booking_confirmations.of(order) if row.state in {"cancelled", "expired"}}
    return [line for line in order.lines if line.booking_id not in gone]


def _sum(lines: "list[OrderLine]") -> int:
    return sum(line.gross_minor for line in lines)


def _split(minor: int, weights: Sequence[int]) -> list[int]:
    if sum(weights) <= 0:
        return [0 for _weight in weights]
    return [part.minor for part in money.share(money.Money(minor, ""), weights)]


def _paid(rows: "Sequence[Booking]", order: "Order", worths: list[int]) -> list[int]:
    """What was paid for each: all of it, or, where the order is paid in part, first what was asked for first."""
    owed, came = _owed(order), max(0, refunds.refundable(order).minor)
    if came >= owed:
        return worths
    live = _live(order)
    goods = _sum(live) + order.shipping_minor
    came = max(0, came - max(0, owed - goods))  # what was kept of others that were called off is paid
    asked = _asked_first(order, live)
    first = order.shipping_minor + sum(asked.values())
    mine = [sum(asked.get(line.id, 0) for line in booking_amounts.lines(row, order)) for row in rows]
    if came <= first or goods <= first:
        return _split(came * sum(mine) // first if first else 0, mine)
    left = [max(0, worth - part) for worth, part in zip(worths, mine, strict=True)]
    more = _split((came - first) * sum(left) // (goods - first), left)
    return [part + rest for part, rest in zip(mine, more, strict=True)]


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
