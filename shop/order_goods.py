"""Fewer things of an order, none of one, or more: changed by staff before it leaves; stock, price and papers follow."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel import i18n, journal, money, tenancy
from kernel.i18n import _, _l, pick
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    catalog,
    categories,
    day_stock,
    exemptions,
    invoices,
    lowering,
    order_changes,
    orders,
    plans,
    quotes,
    redemptions,
    reductions,
    repricing,
    return_rows,
    sales,
    shipping,
    stock,
    wants,
)
from shop.order_changes import Changed
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.quotes import Basket, Wanted
from shop.redemptions import Person
from shop.variants import Variant

if TYPE_CHECKING:
    from kernel.accounts import Account

Fewer = Mapping[int, tuple[int, int]]  # by order line: how many there were on the page, how many there shall be


class Stale(Refusal):
    """Somebody else changed it since the page was shown."""

    message = _l("Somebody else has changed this order meanwhile. Look at it again.")
    status = 409


class NotFewer(Refusal):
    """More of a line than there is."""

    message = _l("There are %(most)s of %(item)s: write fewer, or add more of it below.")


class Last(Refusal):
    """Nothing would be left."""

    message = _l("Something has to stay. To take the last of it off, cancel the order.")


class NotHere(Refusal):
    """It is not a thing that can be put into the parcel."""

    message = _l("%(item)s cannot be added to an order: sell it apart.")


def fewer(order: Order, wanted: Fewer, *, by: "Account") -> Changed:
    """Have only so many of these lines; none is 0. Raises Stale, NotFewer, Last, TooLate, MoneyMoves.

    What they cost is taken off the order with its share of discount and tax; what was paid beyond that is owed back.
    """
    order_changes.hold(order)
    units = _less(order, wanted)
    if not units:
        return Changed(order.money(0), "")
    lines = [line for line in order_changes.goods(order) if line.id in units]
    worth, was_paid = cost(order, units), order.paid
    for line in sorted(lines, key=lambda one: one.variant_id):
        if not return_rows.take(line, units[line.id]):
            raise Stale()
        if not order.practice and line.product is not None:
            day_stock.let_go(day_stock.Units(line.variant_id, units[line.id], line.day), order=order)
    words = ["−" + called(line, units[line.id], order.language) for line in lines]
    said = order_changes.note(order, "taken_off", words, by=by, minor=-worth.minor)
    reductions.note(order, worth.minor, lines=units, reason=said)
    journal.write("orders.taken_off", about=order, by=by, data={"number": order.number, "what": said})
    lowering.settle(order, was_paid=was_paid)
    with i18n.speak(order.language, tenancy.tenant().country):
        reason = _("Taken off the order")
    invoices.when_less(order, reason=reason, lines=units)  # last: the series' row is the last lock
    return Changed(-worth, said)


def _less(order: Order, wanted: Fewer) -> dict[int, int]:
    """How many go of each line."""
    known = {line.id: line for line in order_changes.goods(order)}
    for line_id, (was, many) in wanted.items():
        line = known.get(line_id)
        if line is None or line.left != was:
            raise Stale()
        if not 0 <= many <= was:
            raise NotFewer(most=was, item=pick(line.name))
    units = {line_id: was - many for line_id, (was, many) in wanted.items() if many < was}
    if units and not any(line.left - units.get(line.id, 0) for line in order.lines):
        raise Last()
    return units


def cost(order: Order, units: Mapping[int, int]) -> Money:
    """What so many units of its lines cost: never more than the order still does."""
    minor = sum(return_rows.share(line, units[line.id]) for line in order.lines if line.id in units)
    return order.money(min(minor, max(0, order.total_minor - order.credited_minor)))


def called(line: OrderLine, units: int, language: str) -> str:
    """`2 × Pan de masa madre`, with what was chosen of it: `1 × Taza · pequeña`."""
    chosen = [pick(option["value"], language) for option in line.options]
    return " · ".join([f"{units} × {pick(line.name, language)}", *chosen])


def at_hand(text: str = "") -> list[Variant]:
    """What can be tapped, as at the counter: only things that go into a parcel."""
    return [one for one in sales.at_hand(text) if one.product.kind not in catalog.IMMATERIAL]


def priced(order: Order, wanted: Sequence[Wanted]) -> Basket:
    """What more of these costs that buyer today, taxed where the order goes; raises NotHere, TextMissing, Unreachable.

    Staff also add what the public does not see; not what needs a time, a file or a code.
    """
    for want in wanted:
        if want.product is None or not want.variant.active or want.product.kind in catalog.IMMATERIAL:
            raise NotHere(item=pick(want.product.name) if want.product else want.variant.sku)
        wants.timeless(want.product)
        wants.texts(want.variant, want.texts)
    free = exemptions.of(order.contact_id, order.customer_group, order.tax_id)
    place, person = order.address or None, Person(order.email, order.phone)
    basket = quotes.price(wanted, order.customer_group, place=place, exempt=free, person=person)
    method = shipping.named(order.delivery_code) if order.delivery_code else None
    why_not = shipping.not_with(method, basket.parcel, categories.all_()) if method else ""
    if why_not:
        told: Any = {"method": pick(order.delivery_label), "why": why_not}
        raise shipping.Unreachable(_l("%(method)s is not possible. %(why)s"), **told)
    return basket


def add(order: Order, wanted: Sequence[Wanted], *, by: "Account") -> Changed:
    """Put more into the order, as lines of their own; what they cost is asked for. Raises as `priced`, and SoldOut."""
    order_changes.hold(order)
    if not order_changes.goods(order):
        raise order_changes.TooLate()
    quote = quotes.quote(priced(order, wanted), None, order.delivery_day)
    lines = orders.add(order, quote)
    if not order.practice:
        stock.take(lines, order=order)
    redemptions.more(order, quote, first=lines[0].position)
    plans.resize(order, quote.items.minor)
    words = ["+" + called(line, line.quantity, order.language) for line in lines]
    said = order_changes.note(order, "added", words, by=by, minor=quote.items.minor)
    journal.write("orders.added", about=order, by=by, data={"number": order.number, "what": said})
    repricing.follow(order, quote.items)
    return Changed(quote.items, said)


def change(order: Order, wanted: Fewer, more: Sequence[Wanted], *, by: "Account") -> Changed:
    """Fewer of some and more of others, all or nothing."""
    made = [add(order, more, by=by)] if more else []
    made.append(fewer(order, wanted, by=by))
    difference = money.total([one.difference for one in made], order.currency)
    return Changed(difference, ", ".join(one.said for one in made if one.said))


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.taken_off", _l("Took off %(number)s: %(what)s"))
    journal.kind("orders.added", _l("Added to %(number)s: %(what)s"))
