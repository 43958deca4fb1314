"""What was sold before anybody looks: each customer's orders, placed, paid and handed over by the real verbs."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from crm.contacts import Contact
from demo import offers, world
from demo.world import Told
from kernel import clock, countries
from kernel.accounts import Account
from kernel.db import db
from kernel.refusal import Refusal
from shop import catalog, checkout, fulfilment, payments, quotes, terms, variants
from shop.gateways import manual
from shop.orders import Order
from shop.quotes import Choice, Details
from shop.redemptions import Person
from shop.wants import Wanted

MOST = 5  # orders of one customer: more look the same
Happening = tuple[datetime, Callable[[datetime], None]]
CARRIERS = {"CR": "Correos de Costa Rica", "GT": "Cargo Expreso", "HN": "Expreco", "MX": "Estafeta"}


@dataclass
class Shopkeeper:
    """Who writes a shop's past: the shop, its goods, somebody of the staff, and a die that always falls alike."""

    shop: Told
    by: Account
    die: random.Random
    goods: Sequence[catalog.Product]
    sold: int = 0


def begin(shop: Told, by: Account) -> Shopkeeper:
    """Somebody to write the past of a shop."""
    goods = db.session.scalars(db.select(catalog.Product).order_by(catalog.Product.position)).all()
    return Shopkeeper(shop, by, random.Random(world.slug(shop)), goods)


def write(keeper: Shopkeeper, people: Sequence[tuple[Contact, Told]], others: Iterable[Happening] = ()) -> None:
    """Write every customer's orders and what else happened, the oldest first, so that the numbers follow the days."""
    planned = sorted((moment, place) for place, (_who, told) in enumerate(people) for moment in _moments(keeper, told))
    bought: list[Happening] = [(moment, partial(_bought, keeper, *people[place])) for moment, place in planned]
    for moment, verb in sorted([*bought, *others], key=itemgetter(0)):
        verb(moment)


def _bought(keeper: Shopkeeper, contact: Contact, told: Told, moment: datetime) -> None:
    with clock.at(moment):
        order = order_of(keeper, contact, chosen(keeper, contact, told["interests"]))
    if order is not None:
        finish(keeper, order, moment)


def _moments(keeper: Shopkeeper, told: Told) -> list[datetime]:
    count, step = min(told["orders"], MOST), keeper.die.randint(14, 26)
    days = [told["last_order_days"] + step * back for back in range(count)] if count else []
    hours = [timedelta(hours=keeper.die.randint(-5, 5), minutes=keeper.die.randint(0, 59)) for _ in days]
    return [clock.now() - timedelta(days=day) - part for day, part in zip(days, hours, strict=True) if day < 390]


def chosen(keeper: Shopkeeper, contact: Contact, likes: Sequence[str]) -> list[Wanted]:
    """One to three things that this person would buy, with what they write on them."""
    here = [one for one in keeper.goods if one.kind not in catalog.IMMATERIAL and not one.every]
    open_ = [one for one in here if one.open_to(contact.group)]
    liked = [one for one in open_ if set(one.interests) & set(likes)] or open_
    picked = keeper.die.sample(liked, min(len(liked), keeper.die.choice((1, 1, 2, 3))))
    return [wanted(keeper, one) for one in picked]


def wanted(keeper: Shopkeeper, product: catalog.Product, units: int = 0) -> Wanted:
    """So many of a product, in one of its variants, with a dedication where it takes one."""
    variant = keeper.die.choice(variants.of(product.id))
    units = units or max(product.min_qty, keeper.die.choice((1, 1, 2)) if product.price_minor > 3000 else 4)
    texts = {one["code"]: "Con cariño, de todos" for one in product.texts if one["required"]}
    return Wanted(variant, min(units, product.max_qty or units), texts)


def order_of(
    keeper: Shopkeeper,
    contact: Contact,
    things: Sequence[Wanted],
    *,
    payment: str = "",
    shipping: str = "",
    plan: str = "",
) -> Order | None:
    """Place an order as that person now; None when the shop cannot bring or sell them that today."""
    try:
        with db.session.begin_nested():
            quote = _quoted(things, contact, shipping)
            ways = checkout.payable(quote, contact.address, plan=plan)
            method = next((way for way in ways if way.kind == payment), None) or keeper.die.choice(ways)
            details = replace(_details(contact, method), plan=plan)
            return checkout.complete(quote, details, contact=contact, key=_key(keeper), method=method)
    except Refusal:
        return None


def _quoted(things: Sequence[Wanted], contact: Contact, shipping: str) -> quotes.Quote:
    basket = quotes.price(things, contact.group)
    fitting = [one for one in basket.offers(contact.address) if one.open]
    fitting = [one for one in fitting if shipping in ("", one.method.kind) and _comes(one.method, contact)]
    if not fitting:
        raise quotes.NoSuchMethod()
    offer = fitting[0]
    day = next((one for one in offer.days if one.open), None)
    slot = next((one.code for one in day.slots if one.open), "") if day else ""
    choice = Choice(offer.code, day.day if day else None, slot, contact.address)
    known: Any = {"codes": offers.codes(contact), "person": Person(contact.email or "", contact.phone or "")}
    return quotes.make(things, choice=choice, group=contact.group, **known)


def _comes(method: Any, contact: Contact) -> bool:
    return not method.is_pickup or contact.country in method.countries


def _details(contact: Contact, method: Any) -> Details:
    return Details(
        email=contact.email or "", name=contact.name, payment=method.code, language=contact.language,
        phone=contact.phone or "", address=dict(contact.address), terms_version=terms.version(), source="demo",
    )  # fmt: skip


def _key(keeper: Shopkeeper) -> str:
    keeper.sold += 1
    return f"demo:{world.slug(keeper.shop)}:{keeper.sold}"


def finish(keeper: Shopkeeper, order: Order, placed: datetime) -> None:
    """Let an order of the past be paid and handed over as its kind asks, or now and then called off."""
    with clock.at(placed + timedelta(hours=2, minutes=keeper.die.randint(0, 50))):
        if payments.current(order).kind == "transfer":
            manual.received(order, by=keeper.by, reference=str(keeper.die.randint(100_000, 999_999)))
    with clock.at(placed + timedelta(hours=26)):
        hand_over(keeper, order)
    with clock.at(placed + timedelta(days=2, hours=3)):
        fulfilment.deliver(order, by=keeper.by)
        if not order.paid:
            manual.received(order, by=keeper.by)


def hand_over(keeper: Shopkeeper, order: Order) -> None:
    """Have it ready at the counter, or send it with the carrier's number."""
    if order.delivery_kind != "delivery":
        fulfilment.ready(order, by=keeper.by)
        return
    carrier = CARRIERS[keeper.shop["tenant"]["country"]]
    tracking = f"{countries.profile(keeper.shop['tenant']['country']).code}{keeper.die.randint(10**8, 10**9 - 1)}"
    fulfilment.ship(order, by=keeper.by, carrier=carrier, tracking=tracking)
