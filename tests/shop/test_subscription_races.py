"""A turn that several workers take at once, or whose buyer taps twice, is one order; without its row held it is not."""

import time
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock, signing
from kernel.db import db
from shop import renewals, subscription_rows
from shop.orders import Order
from shop.subscription_rows import Subscription

RENEW, CARELESS = "tests.shop.test_subscription_races:renew", "tests.shop.test_subscription_races:renew_by_memory"
EIGHT = 8


def renew(row_id, turn, day):
    """One worker at that turn, on that day."""
    with time_machine.travel(clock.now() + (date.fromisoformat(day) - clock.now().date()), tick=False):
        renewals.renew(row_id, turn)


def renew_by_memory(row_id, turn, day):
    """The same by what was read before the others wrote, as an order of its own."""
    row, complete = db.session.get(Subscription, row_id), renewals.checkout.complete
    time.sleep(0.05)
    renewals.checkout.complete = lambda *things, **told: complete(*things, **{**told, "key": signing.token()})
    try:
        with time_machine.travel(clock.now() + (date.fromisoformat(day) - clock.now().date()), tick=False):
            return renewals.make(row).id if row.turn == turn else None
    finally:
        renewals.checkout.complete = complete


def begun(shop):
    """One whose next turn is due."""
    shop.bought(shop.product("Mañanera", stock=90, kind="subscription", every="1m"), paid=True)
    row = db.session.scalars(select(Subscription)).one()
    return row, (row.next_on - timedelta(days=2)).isoformat()


def test_eight_workers_make_one_order(crew, shop):
    row, day = begun(shop)
    answers = crew.race(shop, RENEW, [(row.id, 1, day)] * EIGHT)
    assert Counter(one[0] for one in answers) == {"done": EIGHT}
    db.session.expire_all()
    assert (len(db.session.scalars(select(Order)).all()), row.turn) == (2, 2)
    assert [one.kind for one in subscription_rows.events(row)].count("ordered") == 1


def test_eight_taps_are_one_order(crew, shop):
    row, _day = begun(shop)
    tries = [(f"/subscriptions/{row.token}", {"do": "now", "turn": "1"}, {})] * EIGHT
    answers = crew.race(shop, "post", tries)
    assert Counter(one[0] for one in answers) == {303: 1, 409: EIGHT - 1}
    assert len(db.session.scalars(select(Order)).all()) == 2


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_its_row_held_and_one_key_they_make_several(crew, shop):
    row, day = begun(shop)
    crew.race(shop, CARELESS, [(row.id, 1, day)] * EIGHT)
    assert len(db.session.scalars(select(Order)).all()) > 2
