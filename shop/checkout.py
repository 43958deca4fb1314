"""Checkout: from a cart to a placed order, once per key, all or nothing, at the server's own price."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from crm import contacts, facts
from kernel import clock, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    bookings,
    delivery_slots,
    exemptions,
    holdings,
    holidays,
    orders,
    payment_methods,
    payments,
    plan_offers,
    plan_reminders,
    plans,
    quotes,
    redemptions,
    shipping,
    stock,
    tenders,
    zones,
)
from shop import cart as carts
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.plan_offers import PlanOffer
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
    details = replace(details, cards=tuple(cart.codes))
    quote = _quoted(cart, choice, details, group=group, seen=seen)
    order = complete(quote, details, contact=buyer(details), key=key, method=_method(quote, details))
    carts.clear(cart)
    return order


def rehearse(cart: carts.Cart, choice: Choice, details: Details, *, group: str = "", seen: str = "") -> None:
    """Refuse what would be refused now, without writing: so that only who can buy waits for the writer's turn."""
    details = replace(details, cards=tuple(cart.codes))
    quote = _quoted(cart, choice, details, group=group, seen=seen)
    plan_offers.chosen(quote, details.plan)
    _method(quote, details)
    if not quote.practice:
        stock.check(quote.lines)


def _quoted(cart: carts.Cart, choice: Choice, details: Details, *, group: str, seen: str) -> Quote:
    holidays.refuse()
    if any(notice.kind == "gone" for notice in carts.notices(cart, group)):
        raise Refusal(_l("Something in your cart is no longer sold: look at the cart first."), status=409)
    person = redemptions.Person(details.email, details.phone)
    free = exemptions.of(cart.contact_id, group, details.tax)
    quote = quotes.make(carts.wanted(cart), choice=choice, group=group, codes=cart.codes, person=person, exempt=free)
    if quote.offer is None and not all(line.digital for line in quote.lines):
        raise quotes.NoSuchMethod()  # only staff hand things over the counter
    if seen and seen != shown(quote, tenders.worth(tenders.cards(details.cards), details.credit)):
        raise PriceChanged()
    return quote


def _method(quote: Quote, details: Details) -> PaymentMethod | None:
    """How what is left after gift cards and credit is paid; None when nothing is."""
    if not quote.total.minor:
        return None
    given = tenders.planned(quote.lines, quote.total, tenders.cards(details.cards), details.credit)
    if given and not tenders.due(quote.total, given):
        return None
    due = tenders.due(quote.total, given)
    return chosen(payable(quote, details.address, plan=details.plan, due=due), details.payment)


def complete(quote: Quote, details: Details, *, contact: Any, key: str, method: PaymentMethod | None = None) -> Order:
    """Write a quoted order with everything that belongs to it, in one transaction; staff may use every method."""
    method = method or payment_methods.named(details.payment)
    plan = details.plan if isinstance(details.plan, PlanOffer) else plan_offers.chosen(quote, details.plan)
    order, fresh = _create(quote, details, contact, key)
    if not fresh:
        return order
    if not quote.practice:
        stock.take(order.lines, order=order)
        if quote.offer:
            delivery_slots.take(quote.offer.method, quote.day, quote.slot, order=order)
    booking_confirmations.book(order, quote)
    redemptions.redeem(order, quote)
    given = tenders.spend(order, details.cards, details.credit)
    if order.balance.minor > 0:
        _ask(order, method, plan)
    elif not given:  # it costs nothing: nobody is asked how to pay it
        payments.settled(order)
    if not quote.practice:
        facts.record("ordered", contact=contact, about=order, amount=order.total, dedupe=f"ordered:{order.id}")
    orders.placed(order)
    return order


def _ask(order: Order, method: PaymentMethod | None, plan: PlanOffer | None) -> None:
    if method is None:
        raise NoSuchPayment()
    if plan is not None:
        plans.write(order, plan.kind, plan.dues)
        plan_reminders.schedule(order)
    payments.open(order, method)


def payable(
    quote: Quote, address: Mapping[str, str], *, plan: str = "", due: Money | None = None
) -> list[PaymentMethod]:
    """The payment methods that a buyer may use for this order, or for the first part of that plan.

    `due`: what gift cards and credit leave of it.
    """
    begins = min((line.begins for line in quote.lines if line.begins), default=None)
    found = [
        one
        for one in _fitting(quote, address, _now(quote, plan, due))
        if payment_methods.in_time(one, begins, quote.day)
    ]
    if plan and plan != "full":
        return [method for method in found if method.kind not in payment_methods.UNHELD]
    return (
        [one for one in found if one.kind not in payment_methods.AT_ONCE] if plan_offers.asks_deposit(quote) else found
    )


def too_late(quote: Quote, address: Mapping[str, str]) -> bool:
    """Whether what is booked begins before its money could come by any of the ways that would do otherwise."""
    return any(line.begins for line in quote.lines) and bool(_fitting(quote, address)) and not payable(quote, address)


def _now(quote: Quote, plan: str, due: Money | None) -> Money | None:
    """What is paid at once; None when nothing is."""
    offer = next((one for one in plan_offers.of(quote) if one.kind == plan), None) if plan else None
    given = quote.total.minor - (quote.total if due is None else due).minor
    minor = (offer.now if offer else quote.total).minor - given
    return Money(minor, quote.currency) if minor > 0 else None


def _fitting(quote: Quote, address: Mapping[str, str], charge: Money | None = None) -> list[PaymentMethod]:
    place = zones.of(address) if address else set()
    way = "none" if quote.offer is None else "pickup" if quote.offer.method.is_pickup else "delivery"
    case = payment_methods.Case(quote.practice, way, quote.group, quote.total.minor, charge)
    return [method for method in payment_methods.active() if payment_methods.fits(method, case, place)]


def keeps(cart: carts.Cart | None) -> bool:
    """Whether a cart holds a time."""
    return cart is not None and bool(bookings.of_cart(cart))


def keep(cart: carts.Cart | None) -> None:
    """Whoever is at the checkout keeps the times in the cart so long again, also when the form needs mending."""
    if cart is not None:
        holdings.extend(bookings.of_cart(cart), clock.now() + timedelta(minutes=holdings.MINUTES))


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
        "vouched": details.by is not None, "learned": "staff" if details.by is not None else "checkout",
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


def shown(quote: Quote, worth: int = 0) -> str:
    """What the page showed as worth of goods, savings, deliveries and cards, sent back to notice a change."""
    ways = f"~{shipping.costs(quote.parcel)}" if quote.parcel else ""
    return f"{quote.currency}{quote.items.minor}{quote.mark}{ways}" + (f"+{worth}" if worth else "")


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


def init_app(_app: object) -> None:
    """Say how an order is told."""
    facts.kind("ordered", _l("Placed an order"), "orders")
