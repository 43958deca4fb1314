"""What racers do with codes: order with one, and the same as people write it who look first and count later."""

import time
from typing import Any

from kernel import signing, transactions
from shop import cart as carts
from shop import checkout, counters, quotes, redemptions
from shop.quotes import Choice, Details
from shop.redemptions import Person

THINKING = 0.3  # seconds between looking and writing


def order(secret: str, email: str) -> str:
    """Order a cart with the code that is in it."""
    cart = carts.found(secret)
    assert cart is not None
    details = Details(email=email, name="Ana", payment="transfer", language="es")
    return checkout.place(cart, Choice("retiro"), details, key=secret).number


def order_uncounted(secret: str, email: str) -> str:
    """Look whether a use is left, think, then take it without asking again."""
    with transactions.reading():
        cart = carts.found(secret)
        assert cart is not None
        told: dict[str, Any] = {"codes": cart.codes, "person": Person(email)}
        quote = quotes.make(carts.wanted(cart), choice=Choice("retiro"), **told)
    time.sleep(THINKING)
    claim, move = redemptions._claim, counters._move
    redemptions._claim = lambda _id: True
    counters._move = lambda cls, units, *_room, **key: move(cls, units, **key)
    try:
        details = Details(email=email, name="Ana", payment="transfer", language="es")
        return checkout.complete(quote, details, contact=None, key=signing.token()).number
    finally:
        redemptions._claim, counters._move = claim, move
