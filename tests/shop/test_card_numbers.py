"""No card number stays anywhere: not in the database, a letter, a log or a file of the instance."""

import logging
import re
import subprocess

import pytest
from sqlalchemy import text

from kernel import jobs, walls
from kernel.db import db
from shop import refunds
from shop.gateways import cards, practice_card
from shop.gateways.fake.cards import CARDS
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
REAL = "4111111111111111"  # what somebody may type in spite of all
NUMBERS = [REAL, *(card.number for card in CARDS)]


def spellings(number):
    """As people type it."""
    fours = re.findall("....", number)
    return {number, " ".join(fours), "-".join(fours), "+".join(fours), "%20".join(fours)}


WANTED = re.compile("|".join(re.escape(text) for number in NUMBERS for text in spellings(number)).encode())


def read(path):
    """A file's bytes, by a process of its own: who closes SQLite's file here takes the locks off its open connections."""
    return subprocess.run(["cat", str(path)], capture_output=True, check=True).stdout


def found(app, capfd, caplog):
    """Where a number stands: in which table, file or log."""
    db.session.commit()
    places = {}
    with db.engine.connect() as bare:
        for name in walls.tables():
            places[name] = repr([tuple(row) for row in bare.execute(text(f'SELECT * FROM "{name}"'))]).encode()
        places["job"] = repr([tuple(row) for row in bare.execute(text("SELECT * FROM job"))]).encode()
        bare.rollback()
    for path in app.extensions["plaza.settings"].instance.rglob("*"):
        if path.is_file():
            places[str(path)] = read(path)
    told = capfd.readouterr()
    places["log"] = (told.out + told.err + caplog.text).encode()
    return sorted(place for place, content in places.items() if WANTED.search(content))


@pytest.fixture
def logged(caplog):
    """Everything that is logged, the least of it too."""
    caplog.set_level(0)
    return caplog


def rehearsed(shop):
    """A journey with the practice card, in which a real number is typed too."""
    shop.tenant.live_at = None
    db.session.commit()
    practice_card.forget(2**40)
    order, client = shop.bought(shop.product("Ensayo"), payment="practice"), shop.client
    client.post(f"/orders/{order.token}/card")
    path = client.get(f"/orders/{order.token}/pay").headers["Location"].split("8000", 1)[1]
    for number in (REAL, "4111 1111 1111 1111", "4000 0000 0000 0002", "4242 4242 4242 4242"):
        client.post(path, data={"number": number, "do": "pay"})
        client.get(f"/orders/{order.token}?card=back")
    db.session.refresh(order)
    assert order.payment == "paid"


def sold(till):
    """A journey through the fake Stripe: declined twice, paid, half of it back."""
    order = till.order()
    url = cards.page(order).url
    db.session.commit()
    for number in (REAL, "4000000000000002", "4000-0000-0000-9995", "4242424242424242"):
        till.stripe.page(url, number=number, do="pay")
        till.reconcile()
    order = till.again(order)
    assert order.payment == "paid"
    refunds.give(order, amount=order.money(100), key="half", by=till.shop.owner)
    db.session.commit()
    jobs.run_due()


def test_no_number_stays_anywhere(app, till: Till, capfd, logged):
    sold(till)
    rehearsed(till.shop)
    assert found(app, capfd, logged) == []


def test_a_number_that_stays_is_seen(app, till: Till, capfd, logged):
    order = till.order()
    order.note = "mi tarjeta es 4111 1111 1111 1111"
    instance = app.extensions["plaza.settings"].instance
    (instance / "planted.txt").write_text("4242424242424242")
    logging.getLogger("planted").debug("4000-0000-0000-0002")
    try:
        seen = found(app, capfd, logged)
    finally:
        (instance / "planted.txt").unlink()
    assert {"order", "log", str(instance / "planted.txt")} <= set(seen)
