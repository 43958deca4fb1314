"""What tests of gift cards say: a card with a value, a voucher on the shelf, a cart that gives a code."""

import time
from typing import Any

from kernel import signing, transactions
from kernel.db import db
from kernel.money import Money
from shop import cart as carts
from shop import checkout, expiry, gift_cards, gift_codes, issuing, stored_value
from shop.gift_cards import GiftCard
from shop.orders import Order
from shop.quotes import Choice, Details
from shop.stored_value import StoredValue, StoredValueEntry


def card(shop: Any, minor: int = 10_000_00, **told: Any) -> GiftCard:
    """A card that the owner gave."""
    made = issuing.by_hand(
        Money(minor, shop.tenant.currency), by=shop.owner, reason="Cortesía", once=signing.token(), **told
    )
    db.session.commit()
    return made


def code(card: GiftCard) -> str:
    """Its code, without dashes."""
    return gift_cards.code(card).replace("-", "")


def handle(card: GiftCard) -> str:
    """What a cart keeps of it."""
    return gift_codes.handle(code(card))


def voucher(shop: Any, price: int = 10_000_00, **values: Any) -> Any:
    """A voucher for sale."""
    return shop.product("Tarjeta de regalo", price=price, stock=None, kind="voucher", **values)


def bought(shop: Any, product: Any, *cards: GiftCard, quantity: int = 1, **how: Any) -> Order:
    """An order that gives those cards."""
    shop.transfer()
    cart = shop.cart(product, quantity, how.pop("texts", None))
    cart.codes = [handle(one) for one in cards]
    db.session.commit()
    choice = how.pop("choice", None) or shop.choice(product)
    key = how.pop("key", f"test-{cart.id}")
    order = checkout.place(cart, choice, shop.details(**how), key=key)
    db.session.commit()
    return order


def conserved(currency: str = "CRC") -> bool:
    """Whether every balance is the sum of its entries, and all of them together what is owed."""
    db.session.expire_all()
    entries = db.session.scalars(db.select(StoredValueEntry)).all()
    sums: dict[int, int] = {}
    for entry in entries:
        sums[entry.value_id] = sums.get(entry.value_id, 0) + entry.amount_minor
    rows = db.session.scalars(db.select(stored_value.StoredValue)).all()
    owed = stored_value.owed(currency).minor
    return all(sums.get(row.id, 0) == row.balance_minor >= 0 for row in rows) and owed == sum(sums.values())


def pay(secret: str, kept: str) -> int:
    """Order a cart and give a card for it; how much of the card."""
    cart = carts.found(secret)
    assert cart is not None
    cart.codes = [kept]
    details = Details(email=f"{secret[:12]}@example.com", name="Ana", payment="transfer", language="es")
    order = checkout.place(cart, Choice("retiro"), details, key=secret)
    return int(order.received_minor)


def pay_unlocked(secret: str, kept: str) -> int:
    """The same by who looks first, thinks, then writes down what is left."""
    with transactions.reading():
        card = gift_cards.by_handle(kept)
        seen = card.value.balance_minor if card else 0
    time.sleep(0.01)

    def shift(value: StoredValue, amount: Money) -> None:
        if seen < -amount.minor:
            raise stored_value.NotEnough()
        left = db.update(StoredValue).where(StoredValue.id == value.id)
        db.session.execute(left.values(balance_minor=seen + amount.minor))

    shifted, stored_value._shift = stored_value._shift, shift
    try:
        return pay(secret, kept)
    finally:
        stored_value._shift = shifted


def twice(order_id: int) -> bool:
    """An order's hold ends, again and again."""
    expiry.expire(order_id)
    return True
