"""No card number stays anywhere: not in the database, a letter, a log or a file of the instance."""

import logging
import re
import subprocess

import pytest
from sqlalchemy import select, text

from kernel import atomic, jobs, walls
from kernel.db import db
from kernel.letters import Letter
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


# any number that could be a card's, in one run or in groups, standing alone: names with letters in them are none,
# and no card begins with 0
RUN = r"[1-9][0-9]{12,18}|[1-9][0-9]{3}(?P<a>[ +\u00a0-]|%20)[0-9]{4}(?P=a)[0-9]{4}(?P=a)[0-9]{1,7}"
AMEX = r"[1-9][0-9]{3}(?P<b>[ +\u00a0-]|%20)[0-9]{6}(?P=b)[0-9]{4,5}"
ALONE = re.compile(rf"(?<![0-9A-Za-z_.-])(?:{RUN}|{AMEX})(?![0-9A-Za-z_]|\.[0-9])")
OURS = {"static", "translations", "vendor"}  # what is laid out of our own code


def luhn(number):
    """Whether its last digit is the one that such numbers have."""
    digits = [int(sign) for sign in re.sub("%20|[^0-9]", "", number)][::-1]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def valid(text):
    """Every number in it that a card could have."""
    return [match[0] for match in ALONE.finditer(text) if luhn(match[0])]


def key(column, cell):
    """Whether a cell is a key that the house counted itself: those of facts are as long as a card's number."""
    return isinstance(cell, int) and (column == "id" or column.endswith("_id"))


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


def scanned(app, capfd, caplog):
    """Where any number stands that a card could have: cell by cell (letters among them), file by file, in the log."""
    db.session.commit()
    places, instance = {}, app.extensions["plaza.settings"].instance
    with db.engine.connect() as bare:
        for name in [*walls.tables(), "job"]:
            rows = bare.execute(text(f'SELECT * FROM "{name}"')).mappings()
            places[name] = [one for row in rows for column, cell in row.items() if not key(column, cell)
                            for one in valid(str(cell))]  # fmt: skip
        bare.rollback()
    for path in instance.rglob("*"):
        named = path.relative_to(instance).parts
        if path.is_file() and named[0] not in OURS and not named[0].startswith("plaza.db"):  # its cells were read
            places[str(path)] = valid(read(path).decode("latin-1"))
    told = capfd.readouterr()
    places["log"] = valid(told.out + told.err + caplog.text)
    return {place: numbers for place, numbers in places.items() if numbers}


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
    assert scanned(app, capfd, logged) == {}


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


def test_what_could_be_a_card_is_told_from_what_could_not():
    good = ("6011000990139424", "3530 1113 3330 0000", "3782-822463-10005", "4222222222222", "30569309025904",
            "6304%200000%200000%20000", "5105+1051+0510+5100", "(2223003122003222)", '"36227206271667"')  # fmt: skip
    assert [text for text in good if not valid(text)] == []
    bad = ("6011000990139425", "pi_6011000990139424", "a6011000990139424f", "601100099013942", "1764172345.6011000990139",
           "2026-11-26 16:11:10", "+506 8888 7777", "60110009901394240000", "3530 1113-3330 0000")  # fmt: skip
    assert [text for text in bad if valid(text)] == []


def test_a_number_that_nobody_listed_is_seen_wherever_it_stays(app, shop, capfd, logged):
    order = shop.bought(shop.product(), email="ana@example.com")
    letter = db.session.scalars(select(Letter)).first()
    letter.data = {**letter.data, "reason": "6011 0009 9013 9424"}
    order.note = "Amex 3782 822463 10005"
    place = app.extensions["plaza.settings"].instance / "media" / "planted.bin"
    atomic.write(place, b"\x00\x013530111333300000\xff")
    logging.getLogger("planted").debug("number=5105105105105100")
    try:
        seen = scanned(app, capfd, logged)
    finally:
        place.unlink()
    assert seen == {
        "letter": ["6011 0009 9013 9424"], "order": ["3782 822463 10005"], str(place): ["3530111333300000"],
        "log": ["5105105105105100"],
    }  # fmt: skip
