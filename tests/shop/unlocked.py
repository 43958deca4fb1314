"""What racers do when one lock is missing: written as people write it who know no better, so that a race must fail."""

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from crm import contacts
from kernel import accounts, beside, signing, tenancy, transactions
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings
from shop import cart as carts
from shop import checkout, counters, ledger, numbering, orders, proofs, quotes, stock
from shop.quotes import Choice, Details
from shop.variants import Variant
from tests.shop import racers

THINKING = 0.01  # seconds between looking and writing


def place(secret: str) -> str:
    """Look how many are left, think, then write down what is left."""
    seen = _look(secret)
    time.sleep(THINKING)

    def write(variant: Variant, units: int, _day: Any) -> bool:
        if seen < units:
            return False
        db.session.execute(db.update(Variant).where(Variant.id == variant.id).values(on_hand=seen - units))
        return True

    return _with(stock, "_claim", write, lambda: racers.place(secret))


def _look(secret: str) -> int:
    with transactions.reading():
        return _cart(secret).lines[0].variant.on_hand


def _cart(secret: str) -> carts.Cart:
    cart = carts.found(secret)
    assert cart is not None
    return cart


def _with(owner: Any, name: str, other: Callable[..., Any], verb: Callable[[], Any]) -> Any:
    """Run `verb` with one function of a module replaced."""
    kept = getattr(owner, name)
    setattr(owner, name, other)
    try:
        return verb()
    finally:
        setattr(owner, name, kept)


def uncounted(verb: str, told: tuple[Any, ...]) -> Any:
    """A verb whose counters move without asking whether there is room."""
    move = counters._move
    return _with(
        counters, "_move", lambda cls, units, *_room, **key: move(cls, units, **key), lambda: VERBS[verb](*told)
    )


def uncounted_place(secret: str, shipping: str, day: Any, slot: str) -> str:
    """Order what had room when one looked, while counters move without asking."""
    return str(uncounted("click", (secret, shipping, day, slot)))


def click(secret: str, shipping: str = "retiro", day: Any = None, slot: str = "") -> str:
    """Order what was in the cart when one looked, without claiming it and without a key that two clicks share."""
    with transactions.reading():
        cart = _cart(secret)
        quote = quotes.make(carts.wanted(cart), choice=Choice(shipping, day, slot))
    time.sleep(THINKING)
    details = Details(email="ana@example.com", name="Ana", payment="transfer", language="es")
    return checkout.complete(quote, details, contact=None, key=signing.token()).number


def approve(token: str, account_id: int) -> None:
    """Look whether the proof still waits, think, then count its money under a name of one's own."""
    with transactions.reading():
        waits = proofs.by_token(token).state == "sent"
    time.sleep(THINKING)
    if waits:
        proof, by = proofs.by_token(token), accounts.get(account_id)
        proof.state = "approved"
        ledger.append(proofs.proof_payment(proof), "settle", proof.order.total, key=signing.token(), by=by)


def cancel(number: str) -> None:
    """Look whether the goods are still taken, think, then give them back."""
    with transactions.reading():
        taken = orders.numbered(number).state == "placed"
        lines = [(line.variant_id, line.quantity) for line in orders.numbered(number).lines]
    time.sleep(THINKING)
    for variant_id, units in lines if taken else ():
        stock._return(variant_id, units, None)
    orders.numbered(number).state = "cancelled"


def number(code: str) -> str:
    """Read the next number of a series, think, then write the one after it."""
    with transactions.reading():
        row = db.session.scalars(db.select(numbering.Series).where(numbering.Series.code == code)).one()
        seen = row.next
    time.sleep(THINKING)
    db.session.execute(db.update(numbering.Series).where(numbering.Series.code == code).values(next=seen + 1))
    return f"{seen}"


def known(email: str) -> str:
    """Look whether somebody has that e-mail, think, then write them down whatever another did meanwhile."""
    put = beside.put

    def write(row: Any, **_unless: Any) -> Any:
        time.sleep(THINKING)
        return put(row)

    return str(_with(beside, "put", write, lambda: contacts.known(email=email).token))


VERBS: dict[str, Callable[..., Any]] = {"click": click, "count": racers.count}


def order_and_tell_too_early(line: Connection, known: Settings, tenant_id: int, secret: str) -> None:
    """Tell the number before it is committed."""
    app = create_app(known)
    with app.app_context():
        tenancy.enter(tenant_id)
        line.send(("done", racers.place(secret)))
        time.sleep(60)
        db.session.commit()
