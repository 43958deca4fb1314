"""Checkout: from a cart to a placed order, once per key, all or nothing, at the server's own price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, bindparam, exists, update
from sqlalchemy.exc import IntegrityError

from crm import contacts, facts
from kernel import beside, clock, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    approval_rows,
    booking_confirmations,
    bookings,
    delivery_slots,
    exemptions,
    holdings,
    holidays,
    knowing,
    orders,
    payment_methods,
    payments,
    plan_offers,
    plan_reminders,
    plans,
    prepaying,
    quotes,
    redemptions,
    shipping,
    stock,
    subscription_cards,
    subscriptions,
    tenders,
    zones,
)
from shop import cart as carts
from shop.cart import Cart
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.plan_offers import PlanOffer
from shop.quotes import Choice, Details, Quote
from shop.shipping import DeliveryMethod

KEY = 22  # signs of a form's key
Way = tuple[PaymentMethod | None, PlanOffer | None]  # by what it is paid, and in which parts


@dataclass(frozen=True)
class Seen:
    """A cart with what is in it, and the ways of delivery where they were read in the same moment."""

    cart: Cart
    inside: carts.Inside
    ways: Sequence[DeliveryMethod] | None = None


class NoSuchPayment(Refusal):
    """A payment method was sent that is not offered for this order."""

    message = _l("Choose how you would like to pay.")


class PriceChanged(Refusal):
    """What the buyer saw is not what it costs now."""

    message = _l("The price has changed meanwhile: look at the new total and order again.")
    status = 409


def place(cart: Cart, choice: Choice, details: Details, *, key: str, **told: str) -> Order:
    """Order what is in the cart: the same key again gives the same order, whatever happens in parallel.

    `told`: the buyer's `group`, what they have `seen` that it costs, and `known`, what they ticked to have read.
    """
    if not beside.plain(_claiming(), cart=cart.id, seen=cart.revision, order=key, now=clock.now()):
        return orders.by_key(key) or _changed()
    details = replace(details, cards=tuple(cart.codes))
    quote = _quoted(Seen(cart, carts.look(cart, told.get("group", ""))), choice, details, **told)
    contact, way = buyer(details), _way(quote, details, _method(quote, details, cart))
    order = orders.create(quote, details, contact=contact, key=key)  # whoever claims a cart is alone with its keys
    _fulfil(order, quote, details, way)
    if told.get("known"):
        knowing.agree(order)
    carts.clear(cart)
    return order


@lru_cache
def _claiming() -> Executable:
    """Take the cart as it was read, unless its order is there: of two at once only one can."""
    mine: Any = bindparam("tenant")
    ordered = exists().where(Order.key == bindparam("order"), Order.tenant_id == mine)
    there = Cart.id == bindparam("cart"), Cart.revision == bindparam("seen"), Cart.tenant_id == mine
    moved = update(Cart).where(*there, ~ordered).values(revision=Cart.revision + 1, touched_at=bindparam("now"))
    return moved.returning(Cart.id)


def rehearse(look: Seen, choice: Choice, details: Details, **told: str) -> None:
    """Refuse what would be refused now, without writing: so that only who can buy waits for the writer's turn."""
    details = replace(details, cards=tuple(look.cart.codes))
    quote = _quoted(look, choice, details, **told)
    plan_offers.chosen(quote, details.plan)
    _method(quote, details, look.cart)
    approval_rows.until(quote)
    if not quote.practice:
        stock.check(quote.lines)


def _quoted(look: Seen, choice: Choice, details: Details, **said: str) -> Quote:
    holidays.refuse()
    cart, inside, group, seen = look.cart, look.inside, said.get("group", ""), said.get("seen", "")
    if inside.gone:
        raise Refusal(_l("Something in your cart is no longer sold: look at the cart first."), status=409)
    person = redemptions.Person(details.email, details.phone)
    free = exemptions.of(cart.contact_id, group, details.tax)
    read = quotes.Read(inside.lower, look.ways)
    told: dict[str, Any] = {"codes": cart.codes, "person": person, "exempt": free, "read": read}
    quote = quotes.make(inside.wanted, choice=choice, group=group, **told)
    if quote.offer is None and not all(line.digital for line in quote.lines):
        raise quotes.NoSuchMethod()  # only staff hand things over the counter
    if seen and seen != shown(quote, tenders.worth(tenders.cards(details.cards), details.credit)):
        raise PriceChanged()
    knowing.check(quote, said.get("known", ""))
    return quote


def _method(quote: Quote, details: Details, cart: Cart) -> PaymentMethod | None:
    """How what is left after gift cards and credit is paid; None when nothing is."""
    if not quote.total.minor:
        return None
    given = tenders.planned(quote.lines, quote.total, tenders.cards(details.cards), details.credit)
    if given and not tenders.due(quote.total, given):
        return None
    due = tenders.due(quote.total, given)
    found = chosen(payable(quote, details.address, plan=details.plan, due=due), details.payment)
    prepaying.check(quote, details, found, cart.contact_id)
    return found


def complete(quote: Quote, details: Details, *, contact: Any, key: str, method: PaymentMethod | None = None) -> Order:
    """Write a quoted order with everything that belongs to it, in one transaction; staff may use every method."""
    way = _way(quote, details, method)
    order, fresh = _create(quote, details, contact, key)
    if fresh:
        _fulfil(order, quote, details, way)
    return order


def _way(quote: Quote, details: Details, method: PaymentMethod | None) -> Way:
    plan = details.plan if isinstance(details.plan, PlanOffer) else plan_offers.chosen(quote, details.plan)
    return method or payment_methods.named(details.payment), plan


def _fulfil(order: Order, quote: Quote, details: Details, way: Way) -> None:
    """Everything that belongs to an order that was made just now."""
    if not quote.practice:
        stock.take(order.lines, order=order)
        if quote.offer:
            delivery_slots.take(quote.offer.method, quote.day, quote.slot, order=order)
    until = None if order.by_staff else approval_rows.until(quote)
    booking_confirmations.book(order, quote, until=until)
    if until is not None:
        approval_rows.begin(order, until, way[0])
    redemptions.redeem(order, quote)
    given = tenders.spend(order, details.cards, details.credit)
    if order.balance.minor > 0:
        _ask(order, *way)
    elif not given and not order.asked:  # it costs nothing: nobody is asked how to pay it
        payments.settled(order)
    if not quote.practice:
        facts.record("ordered", contact=order.contact, about=order, amount=order.total, dedupe=f"ordered:{order.id}")
    subscriptions.begin(order, details)
    if details.keep:
        subscription_cards.agreed(order)
    orders.placed(order, more=subscription_cards.said, answer=until)


def _ask(order: Order, method: PaymentMethod | None, plan: PlanOffer | None) -> None:
    if method is None:
        raise NoSuchPayment()
    if plan is not None:
        plans.write(order, plan.kind, plan.dues)
    if order.asked:  # see approvals
        return
    if plan is not None:
        plan_reminders.schedule(order)
    payments.open(order, method, new=True)


def payable(
    quote: Quote, address: Mapping[str, str], *, plan: str = "", due: Money | None = None
) -> list[PaymentMethod]:
    """The payment methods that a buyer may use for this order, or for the first part of that plan.

    `due`: what gift cards and credit leave of it.
    """
    begins = min((line.begins for line in quote.lines if line.begins), default=None)
    since = approval_rows.by_when(quote)
    found = [
        one
        for one in fitting(quote, address, _now(quote, plan, due))
        if payment_methods.in_time(one, begins, quote.day, since=since)
    ]
    if plan and plan != "full":
        return [method for method in found if method.kind not in payment_methods.UNHELD]
    return (
        [one for one in found if one.kind not in payment_methods.AT_ONCE] if plan_offers.asks_deposit(quote) else found
    )


def too_late(quote: Quote, address: Mapping[str, str]) -> bool:
    """Whether what is booked begins before its money could come by any of the ways that would do otherwise."""
    return any(line.begins for line in quote.lines) and bool(fitting(quote, address)) and not payable(quote, address)


def _now(quote: Quote, plan: str, due: Money | None) -> Money | None:
    """What is paid at once; None when nothing is."""
    offer = next((one for one in plan_offers.of(quote) if one.kind == plan), None) if plan else None
    given = quote.total.minor - (quote.total if due is None else due).minor
    minor = (offer.now if offer else quote.total).minor - given
    return Money(minor, quote.currency) if minor > 0 else None


def fitting(quote: Quote, address: Mapping[str, str], charge: Money | None = None) -> list[PaymentMethod]:
    """What goes with the way it is handed over, whenever what is booked begins."""
    place = zones.of(address) if address else set()
    way = "none" if quote.offer is None else "pickup" if quote.offer.method.is_pickup else "delivery"
    case = payment_methods.Case(quote.practice, way, quote.group, quote.total.minor, charge)
    return [method for method in payment_methods.active() if payment_methods.fits(method, case, place)]


def keeps(cart: Cart | None) -> bool:
    """Whether a cart holds a time."""
    return cart is not None and bool(bookings.of_cart(cart))


def keep(cart: Cart | None) -> None:
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
