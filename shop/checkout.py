"""Checkout: from a cart to a placed order, once per key, all or nothing, at the server's own price."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from crm import contacts, facts
from kernel import signing
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import cart as carts
from shop import delivery_slots, orders, payment_methods, payments, quotes, stock, storefront, zones
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.quotes import Choice, Details, Quote

KEY = 22  # signs of a form's key


class NoSuchPayment(Refusal):
    """A payment method was sent that is not offered for this order."""

    message = _l("Choose how you would like to pay.")


class PriceChanged(Refusal):
    """What the buyer saw is not what it costs now."""

    message = _l("The price has changed meanwhile: look at the new total and order again.")
    status = 409


def place(cart: carts.Cart, choice: Choice, details: Details, *, key: str, group: str = "", seen: str = "") -> Order:
    """Order what is in the cart: the same key again gives the same order, whatever happens in parallel."""
    known = orders.by_key(key)
    if known:
        return known
    if not carts.claim(cart):  # another request ordered or changed it since this one began
        return orders.by_key(key) or _changed()
    quote = _quoted(cart, choice, group, seen)
    method = chosen(payable(quote, details.address), details.payment)
    order = complete(quote, details, contact=buyer(details), key=key, method=method)
    carts.clear(cart)
    return order


def rehearse(cart: carts.Cart, choice: Choice, details: Details, *, group: str = "", seen: str = "") -> None:
    """Refuse what would be refused now, without writing: so that only who can buy waits for the writer's turn."""
    quote = _quoted(cart, choice, group, seen)
    chosen(payable(quote, details.address), details.payment)
    if not quote.practice:
        stock.check(quote.lines)


def _quoted(cart: carts.Cart, choice: Choice, group: str, seen: str) -> Quote:
    storefront.refuse_if_closed()
    if any(notice.kind == "gone" for notice in carts.notices(cart, group)):
        raise Refusal(_l("Something in your cart is no longer sold: look at the cart first."), status=409)
    quote = quotes.make(carts.wanted(cart), choice=choice, group=group)
    if quote.offer is None and not all(line.digital for line in quote.lines):
        raise quotes.NoSuchMethod()  # only staff hand things over the counter
    if seen and seen != shown(quote):
        raise PriceChanged()
    return quote


def complete(quote: Quote, details: Details, *, contact: Any, key: str, method: PaymentMethod | None = None) -> Order:
    """Write a quoted order with everything that belongs to it, in one transaction; staff may use every method."""
    method = method or payment_methods.named(details.payment)
    if method is None:
        raise NoSuchPayment()
    order, fresh = _create(quote, details, contact, key)
    if not fresh:
        return order
    if not quote.practice:
        stock.take(order.lines, order=order)
        if quote.offer:
            delivery_slots.take(quote.offer.method, quote.day, quote.slot, order=order)
    payments.open(order, method)
    if not quote.practice:
        facts.record("ordered", contact=contact, about=order, amount=order.total, dedupe=f"ordered:{order.id}")
    orders.placed(order)
    return order


def payable(quote: Quote, address: Mapping[str, str]) -> list[PaymentMethod]:
    """The payment methods that a buyer may use for this order."""
    place = zones.of(address) if address else set()
    return [method for method in payment_methods.active() if _fits(method, quote, place)]


def chosen(methods: Sequence[PaymentMethod], code: str) -> PaymentMethod:
    """The method with that code; raises when it is not offered."""
    found = next((method for method in methods if method.code == code), None)
    if found is None:
        raise NoSuchPayment()
    return found


def buyer(details: Details) -> Any:
    """The contact behind an order: found by e-mail or phone, or made."""
    told: dict[str, Any] = {
        "email": details.email or None, "phone": details.phone or None, "name": details.name, "source": details.source,
        "language": details.language, "country": details.address.get("country", ""), "address": dict(details.address),
        "vouched": details.by is not None,
    }  # fmt: skip
    try:
        with db.session.begin_nested():
            return contacts.known(**told)
    except IntegrityError:  # the same person orders twice at once: now they are known
        return contacts.known(**told)


def order_key(cart_token: str, form_key: str) -> str:
    """The idempotency key of one form of one cart: nobody can guess or share another's."""
    if len(form_key) != KEY or not form_key.isascii():
        raise Refusal(_l("This form is too old. Look it over and order again."))
    return signing.digest(f"{cart_token}:{form_key}")


def shown(quote: Quote) -> str:
    """What the page showed as worth of the goods, sent back with the order to notice a change."""
    return f"{quote.currency}{quote.items.minor}"


def _create(quote: Quote, details: Details, contact: Any, key: str) -> tuple[Order, bool]:
    try:
        with db.session.begin_nested():
            return orders.create(quote, details, contact=contact, key=key), True
    except IntegrityError:
        known = orders.by_key(key)  # the same form, sent twice at once: the other one was first
        if known is None:
            raise
        return known, False


def _changed() -> Order:
    raise Refusal(_l("Your cart changed in another window. Look it over and order again."), status=409)


def _fits(method: PaymentMethod, quote: Quote, place: set[str]) -> bool:
    pickup = quote.offer is not None and quote.offer.method.is_pickup
    by_kind = {
        "practice": quote.practice, "on_pickup": pickup, "on_delivery": quote.offer is not None and not pickup,
        "transfer": True, "credit": bool(quote.group),
    }  # fmt: skip
    if not by_kind.get(method.kind, False):
        return False
    if method.customer_groups and quote.group not in method.customer_groups:
        return False
    if method.max_total_minor is not None and quote.total.minor > method.max_total_minor:
        return False
    return not method.zones or pickup or bool(place & set(method.zones))


def init_app(_app: object) -> None:
    """Say how an order is told."""
    facts.kind("ordered", _l("Placed an order"), "orders")
