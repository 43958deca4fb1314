"""Sales: what staff sell themselves, over the counter or by telephone, written as an order like any other."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from crm import contacts
from crm.contacts import Contact
from kernel import clock, i18n, letters, signing, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    cancellations,
    catalog,
    checkout,
    exemptions,
    free_lines,
    fulfilment,
    holds,
    order_events,
    orders,
    owed_words,
    payment_methods,
    payments,
    promotions,
    quotes,
    receipts,
    reversals,
    second_thoughts,
    services,
    slugs,
    wants,
)
from shop.catalog import Product
from shop.discount_rules import Rule
from shop.order_lines import OrderLine
from shop.payment_methods import PaymentMethod
from shop.quotes import Choice, Details, Quote
from shop.redemptions import NOBODY, Person
from shop.variants import Variant
from shop.wants import Wanted

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order

AT_HAND = 12  # products to tap
COUNTER = "counter"  # where such an order comes from
LATELY = timedelta(days=90)


class PutAway(Refusal):
    """The product was put away since the form was filled in."""

    message = _l("%(item)s is no longer in your products.")


class NothingOff(Refusal):
    """What staff wanted to take off does not come off: only gift cards lie there, or a promotion stands alone."""

    message = _l("This discount takes nothing off: see what is on the counter, or leave the discount empty.")


class TooMuchOff(NothingOff):
    """Staff want to take off more than there is."""

    message = _l("That is more than what it comes to: at most %(most)s can come off.")


def at_hand(text: str = "", *, timed: bool = False, without: Collection[str] = ()) -> Sequence[Variant]:
    """What can be tapped: the products that a text means, else those sold most lately, the newest after them.

    `timed`: also what is booked, each by the first kind of person that it has a price for. `without`: kinds of product.
    """
    often = (
        select(OrderLine.variant_id, func.sum(OrderLine.quantity).label("units"))
        .join(orders.Order, orders.Order.id == OrderLine.order_id)
        .where(orders.Order.placed_at > clock.now() - LATELY)
        .group_by(OrderLine.variant_id)
        .subquery()
    )
    wanted = select(Variant).join(Product, Product.id == Variant.product_id)
    wanted = wanted.where(Variant.sku != free_lines.SKU)
    wanted = wanted.where(Variant.active, or_(Product.kind != services.KIND, *([_booked()] if timed else [])))
    wanted = wanted.where(Product.kind.not_in(without), *_meant(text))
    wanted = wanted.outerjoin(often, often.c.variant_id == Variant.id)
    first = func.coalesce(often.c.units, 0).desc(), Product.id.desc(), Variant.position, Variant.id
    return db.session.scalars(wanted.order_by(*first).limit(AT_HAND)).all()


def meant(text: str, kinds: Collection[str], most: int) -> Sequence[Product]:
    """Products of these kinds that a text means, the newest first; nothing for no text."""
    if not text.strip():
        return []
    sold = exists().where(Variant.product_id == Product.id, Variant.active, *_meant(text))
    wanted = select(Product).where(Product.kind.in_(kinds), sold).order_by(Product.id.desc())
    return db.session.scalars(wanted.limit(most)).all()


def _meant(text: str) -> list[Any]:
    """Each word of it stands in the name of the product, or in the variant's SKU."""
    return [
        or_(Product.sort_name.contains(word, autoescape=True), func.lower(Variant.sku).contains(word, autoescape=True))
        for word in fold(text)[:100].split()[:5]
    ]


def _booked() -> Any:
    """Once each, what is for sale at times."""
    first = aliased(Variant)
    before = exists().where(first.product_id == Product.id, first.active, first.position < Variant.position)
    known = exists().where(services.Service.product_id == Product.id)
    return and_(Product.kind == services.KIND, Product.state == "live", known, ~before)


def methods() -> list[PaymentMethod]:
    """The ways to pay that staff choose from: at the counter first, then transfers, with instructions by letter."""
    return [*payment_methods.counter(), *(one for one in payment_methods.active() if one.kind == "transfer")]


def quoted(
    wanted: Sequence[Wanted], choice: Choice, contact: Any = None, *, by_hand: Rule | None = None,
    said: Person = NOBODY, tax: Mapping[str, str] | None = None,
) -> Quote:  # fmt: skip
    """What it comes to; staff also sell what the public does not see, never what is put away.

    `said`: the e-mail or phone of somebody who is not known yet; `tax`: whom the invoice names, as an order keeps it.
    """
    return quotes.delivered(priced(wanted, choice.address, contact, by_hand=by_hand, said=said, tax=tax), choice)


def priced(
    wanted: Sequence[Wanted], place: Mapping[str, str], contact: Any = None, *, by_hand: Rule | None = None,
    said: Person = NOBODY, tax: Mapping[str, str] | None = None,
) -> quotes.Basket:  # fmt: skip
    """The same before anybody says how it is delivered."""
    for want in wanted:
        if want.product is None or not want.variant.active:
            raise PutAway(item=i18n.pick(want.product.name) if want.product else want.variant.sku)
        wants.texts(want.variant, want.texts)
        if want.booking is None:
            wants.timeless(want.product)
    free = exemptions.of(contact.id, contact.group, tax) if contact else {}
    group, person = (contact.group, who(contact)) if contact else ("", said)
    basket = quotes.price(wanted, group, place=place, exempt=free, by_hand=by_hand, person=person)
    if by_hand is not None:
        comes_off(basket, by_hand)
    return basket


def who(contact: Any) -> Person:
    """A known person, as what each may use once counts them."""
    return Person(contact.email or "", contact.phone or "")


def comes_off(priced: quotes.Basket, rule: Rule) -> None:
    """Refuse what staff want to take off where nothing, or not all of it, comes off."""
    off = sum(sum(cut.parts) for cut in priced.cuts if cut.rule.key == promotions.MANUAL)
    if not off:
        raise NothingOff()
    if off < rule.amount:
        raise TooMuchOff(most=receipts.shown(Money(off, priced.items.currency)))


def sell(quote: Quote, details: Details, *, key: str, method: PaymentMethod, contact: Any = None) -> "Order":
    """Write the sale, note the money when it came, hand it over when nothing is delivered; once per key.

    Who sells times as well holds the cart in which they are held: of two with one key the second finds the order.
    """
    booked = any(line.booking_id for line in quote.lines)
    if booked and (known := orders.by_key(key)):
        return known
    with second_thoughts.rest(_act(key), details.by), letters.silence() if booked else nullcontext():
        order = checkout.complete(quote, details, contact=contact, key=key, method=method)
    if method.kind == "counter" and method.code != payment_methods.LATER and order.total_minor:
        payments.settle(payments.current(order), key=f"sale:{key}", by=details.by, tell=False)
    stays = (order.plan != "" and not order.paid) or booking_confirmations.waits(order)  # for money, or for guests
    if quote.offer is None and not stays and fulfilment.may(order, "deliver"):
        fulfilment.deliver(order, by=details.by)
    if booked:
        _booked_too(order, details)
    return order


def _booked_too(order: "Order", details: Details) -> None:
    """Goods that are gone do not come back with a time that nobody paid; only now its letter, which tells both."""
    if fulfilment.in_hand(order):
        holds.end(order)
    with second_thoughts.rest(_act(order.key), details.by):
        owed_words.placed(order)


def take_back(order: "Order", *, by: "Account") -> None:
    """Whoever sold takes it back within ten minutes: the hand-over, the money, and the order with it."""
    orders.lock(order)
    sold = order_events.last(order, "placed")
    fresh = sold is not None and sold.account_id == by.id and clock.now() - sold.at < fulfilment.UNDO_WITHIN
    if order.source != COUNTER or not fresh:
        raise fulfilment.NotNow(number=order.number)
    with letters.silence():
        if fulfilment.reversible(order) is not None:
            fulfilment.undo(order, by=by)
        if reversals.reversible(order) is not None:
            reversals.reverse(order, by=by)
    heard = second_thoughts.withdraw(order, _act(order.key), order.placed_at)
    with nullcontext() if heard else letters.silence():  # who has read nothing of it need not read that it is off
        cancellations.by_staff(order, by=by, reason=i18n.gettext("Sold by mistake."))


def _act(key: str) -> str:
    return f"sale:{key}"


def known(*, email: str = "", phone: str = "") -> Any:
    """The person with exactly that e-mail or phone, if there is one.

    Staff see whom they sell to, and may say that it is somebody else: so a number that only one person gave is theirs,
    even when nobody vouched for it yet. Of several who gave it, none is meant.
    """
    found = contacts.by_email(email) or contacts.by_phone(phone)
    if found is not None or not phone:
        return found
    same = db.session.scalars(select(Contact).where(Contact.phone == phone).limit(2)).all()
    return same[0] if len(same) == 1 else None


def buyer(details: Details, token: str = "") -> Any:
    """Who buys: a person that was chosen, one found or made by phone or e-mail, or nobody in particular."""
    known = contacts.by_token(token)
    if known is not None:
        return known
    return checkout.buyer(details) if details.phone or details.email else None


def fresh(name: str, price: Money, *, key: str) -> Variant:
    """A product sold before it is described: a draft without counted stock; the same key, the same product."""
    sku = f"V-{signing.digest(f'{key}:{fold(name)}')[:8].upper()}"
    known = db.session.scalars(select(Variant).where(Variant.sku == sku)).one_or_none()
    if known is not None:
        return known
    try:
        with db.session.begin_nested():
            return _made(name, price, sku)
    except IntegrityError:  # the same form, sent twice at once
        return db.session.scalars(select(Variant).where(Variant.sku == sku)).one()


def _made(name: str, price: Money, sku: str) -> Variant:
    product = Product(
        slug=slugs.free(Product, name), sku=sku, name={tenancy.tenant().language: name}, currency=price.currency,
        price_minor=price.minor,
    )  # fmt: skip
    db.session.add(product)
    db.session.flush()
    variant = Variant(product_id=product.id, sku=sku, options={}, stock_kind="unlimited")
    db.session.add(variant)
    catalog.changed(product)
    return variant


def key_of(form_key: str, account_id: int) -> str:
    """The idempotency key of one form of one person."""
    if len(form_key) != checkout.KEY or not form_key.isascii():
        raise Refusal(_l("This form is too old. Open a new sale."))
    return signing.digest(f"sale:{account_id}:{form_key}")
