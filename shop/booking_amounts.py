"""The amounts of a booking in its order: its lines are written anew when it is changed, and the order's sums follow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import money
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import catalog, exemptions, plans, pricing, taxes, wants
from shop.booking_worth import Row
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.pricing import Amounts
from shop.tax_rules import TAX, Rate
from shop.variants import Variant

if TYPE_CHECKING:
    from shop.bookings import Booking


class Lowered(Refusal):
    """More of its price went back than it would still cost."""

    message = _l("Part of its price was already given back. Cancel it and book it again instead.")
    status = 409


def lines(booking: "Booking", order: Order) -> list[OrderLine]:
    """The lines that are for it, in their order."""
    return [line for line in order.lines if line.booking_id == booking.id]


def gross(booking: "Booking", order: Order) -> Money:
    """What it costs now, everything inside."""
    return money.total([line.gross for line in lines(booking, order)], order.currency)


def priced(booking: "Booking", order: Order, rows: Sequence[Row]) -> list[Amounts]:
    """What these come to with the taxes that it was sold with; of another product with those of today."""
    return [
        pricing.amounts(order.money(row.bare), _rates(booking, order, row), order.rounding) for row in rows
    ]  # fmt: skip


def total(booking: "Booking", order: Order, rows: Sequence[Row]) -> Money:
    """The same in all."""
    return money.total([one.gross for one in priced(booking, order, rows)], order.currency)


def _rates(booking: "Booking", order: Order, row: Row) -> list[Rate]:
    variant, mine = db.session.get_one(Variant, row.variant_id), lines(booking, order)
    sold = next((line for line in mine if line.product_id == variant.product_id), None)
    if sold is not None:
        return [_rate(part) for part in sold.tax_components]
    free = exemptions.of(order.contact_id, order.customer_group, order.tax_id)
    return list(taxes.book(place=order.address or None, exempt=free).of(variant.product))


def _rate(part: dict[str, object]) -> Rate:
    told = {name: part[name] for name in ("code", "name", "rate_bp", "included", "compound", "exempt") if name in part}
    return Rate(**told, kind=str(part.get("kind", TAX)))  # type: ignore[arg-type]


def write(booking: "Booking", order: Order, rows: Sequence[Row]) -> Money:
    """Have it cost that; by how much more or less its order does. The caller holds the order's row.

    What nobody comes for any more stays as a line of nothing: papers may name it. Raises Lowered.
    """
    amounts, before = priced(booking, order, rows), _sums(lines(booking, order))
    known = {line.variant_id: line for line in lines(booking, order)}
    if {row.variant_id for row in rows}.isdisjoint(known):  # another service: its line tells that one from now on
        known = {row.variant_id: line for row, line in zip(rows, known.values(), strict=False)}
    for row, one in zip(rows, amounts, strict=True):
        _put(known.pop(row.variant_id) if row.variant_id in known else _fresh(booking, order), row, one)
    for gone in known.values():
        _empty(gone)
    db.session.flush()
    for line in lines(booking, order):
        db.session.expire(line, ["product", "variant"])
    for owner in (booking, order):
        db.session.expire(owner, ["lines"])
    after = _sums(lines(booking, order))
    more = [new - old for old, new in zip(before, after, strict=True)]
    _charge(order, *more)
    return order.money(more[0])


def _sums(rows: Sequence[OrderLine]) -> tuple[int, int, int]:
    names = ("gross_minor", "tax_minor", "discount_minor")
    gross_, tax, off = (sum(getattr(line, name) for line in rows) for name in names)
    return gross_, tax, off


def _fresh(booking: "Booking", order: Order) -> OrderLine:
    place = max((line.position for line in order.lines), default=-1) + 1
    line = OrderLine(order_id=order.id, booking_id=booking.id, position=place, currency=order.currency, texts={})
    line.quantity = line.returned = 0
    return line


def _put(line: OrderLine, row: Row, one: Amounts) -> None:
    variant = db.session.get_one(Variant, row.variant_id)
    if line.variant_id != variant.id:
        product = variant.product
        line.variant_id, line.product_id, line.sku = variant.id, product.id, variant.sku
        line.name, line.options = dict(product.name), wants.options(variant)
        line.digital, line.weight_g = product.kind in catalog.IMMATERIAL, 0
    line.quantity, line.returned, line.unit_minor, line.discount_minor = row.quantity, 0, row.unit, row.discount
    line.net_minor, line.tax_minor, line.gross_minor = one.net.minor, one.tax.minor, one.gross.minor
    line.tax_components = list(one.components)
    db.session.add(line)


def _empty(line: OrderLine) -> None:
    line.returned, line.discount_minor = line.quantity, 0
    line.net_minor = line.tax_minor = line.gross_minor = 0
    line.tax_components = [{**part, "net_minor": 0, "tax_minor": 0} for part in line.tax_components]


def _charge(order: Order, more: int, tax: int, off: int) -> None:
    if order.total_minor + more < order.credited_minor:
        raise Lowered()
    order.items_minor += more
    order.total_minor += more
    order.tax_minor += tax
    order.discount_minor += off
    db.session.flush()
    plans.resize(order, more)
