"""Gift cards of the demo: bought and paid in the past, some spent in part, one given by hand, and somebody's credit."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import yaml

from crm import contacts
from crm.contacts import Contact
from demo import history, world
from demo.history import Happening, Shopkeeper
from demo.world import Told
from kernel import clock, signing
from kernel.money import Money
from shop import (
    catalog,
    checkout,
    gift_cards,
    gift_codes,
    issuing,
    payment_methods,
    quotes,
    store_credit,
    terms,
    variants,
)
from shop.gateways import manual
from shop.gift_cards import GiftCard
from shop.orders import Order
from shop.quotes import Choice, Details
from shop.variants import Variant
from shop.wants import Wanted

GIFTS = Path(__file__).parent / "gifts.yaml"


def planned(keeper: Shopkeeper) -> list[Happening]:
    """When a shop sold and gave what, and when it was spent."""
    told = yaml.load(GIFTS.read_bytes(), world.QUICK).get(world.slug(keeper.shop))
    product = next((one for one in keeper.goods if one.kind == "voucher"), None)
    if not told or product is None:
        return []
    found: list[Happening] = []
    for card in told["cards"]:
        made: list[GiftCard] = []
        found.append((_ago(card), partial(_sold, keeper, card, made, product=product)))
        if card["spent"]:
            found.append((_ago(card) + timedelta(days=5, hours=2), partial(_spend, keeper, card["spent"], made)))
    found.append((_ago(told["given"]), partial(_given, keeper, product, told["given"])))
    found.append((_ago(told["credit"]), partial(_credit, keeper, told["credit"])))
    return found


def _ago(told: Told) -> datetime:
    return clock.now() - timedelta(days=told["days"], hours=3)


def _sold(keeper: Shopkeeper, told: Told, made: list[GiftCard], moment: datetime, *, product: catalog.Product) -> None:
    choices, buyer = variants.of(product.id), contacts.by_email(told["buyer"])
    said: dict[str, str] = {name: str(told[name]) for name in ("to", "email", "message") if name in told}
    with clock.at(moment):
        order = _order(keeper, [Wanted(choices[told["amount"]], 1, said)], buyer)
    with clock.at(moment + timedelta(hours=2)):
        manual.received(order, by=keeper.by, reference=f"{740_000 + order.id}")
        [card] = gift_cards.of_order(order)
        card.sent_at = clock.now() if card.email else None
    made.append(card)


def _order(keeper: Shopkeeper, things: list[Wanted], buyer: Contact | None, cards: tuple[str, ...] = ()) -> Order:
    method = next(one for one in payment_methods.active() if one.kind == "transfer")
    quote = quotes.make(things, choice=_choice(keeper, things))
    keeper.sold += 1
    details = Details(
        email=(buyer and buyer.email) or "", name=buyer.name if buyer else "", phone=(buyer and buyer.phone) or "",
        language=buyer.language if buyer else "es", payment=method.code, terms_version=terms.version(), source="demo",
        cards=cards,
    )  # fmt: skip
    key = f"demo:{world.slug(keeper.shop)}:{keeper.sold}"
    return checkout.complete(quote, details, contact=buyer, key=key, method=method)


def _choice(keeper: Shopkeeper, things: list[Wanted]) -> Choice:
    offers = quotes.price(things).offers({"country": keeper.shop["tenant"]["country"]})
    offer = next((one for one in offers if one.open and one.method.is_pickup), None)
    if offer is None:
        return Choice()
    day = next((one for one in offer.days if one.open), None)
    slot = next((one.code for one in day.slots if one.open), "") if day else ""
    return Choice(offer.code, day.day if day else None, slot)


def _spend(keeper: Shopkeeper, share: int, made: list[GiftCard], moment: datetime) -> None:
    """Who got it buys for about that share of it; what is above is paid by transfer."""
    [card] = made
    wished = card.face_minor * share // 100
    variant = min(_plain(keeper), key=lambda one: abs(_price(one) - wished))
    guest = contacts.known(email=card.email, name=card.recipient, language=card.language, source="demo")
    handle = gift_codes.handle(gift_cards.code(card).replace("-", ""))
    with clock.at(moment):
        order = _order(keeper, [Wanted(variant, 1)], guest, (handle,))
    history.finish(keeper, order, moment)


def _plain(keeper: Shopkeeper) -> list[Variant]:
    plain = [one for one in keeper.goods if one.kind == "physical" and one.open_to("") and one.min_qty == 1]
    free = [one for one in plain if not one.season_from and not any(asked["required"] for asked in one.texts)]
    return [row for one in free for row in variants.of(one.id) if row.stock_kind == "onhand" and row.on_hand > 2]


def _price(variant: Variant) -> int:
    own: int | None = variant.price_minor
    return int(variant.product.price_minor if own is None else own)


def _money(keeper: Shopkeeper, told: Told) -> Money:
    currency = keeper.shop["tenant"]["currency"]
    return Money(world.minor(told["amount"], currency) or 0, currency)


def _given(keeper: Shopkeeper, product: catalog.Product, told: Told, moment: datetime) -> None:
    with clock.at(moment):
        card = issuing.by_hand(
            _money(keeper, told), by=keeper.by, reason=told["reason"], once=signing.token(), recipient=told["to"],
            email=told["email"], product_id=product.id,
        )  # fmt: skip
        card.sent_at = clock.now()


def _credit(keeper: Shopkeeper, told: Told, moment: datetime) -> None:
    contact = contacts.by_email(told["who"])
    if contact is not None:
        with clock.at(moment):
            store_credit.add(contact, _money(keeper, told), key="demo", reason=told["reason"], by=keeper.by)
