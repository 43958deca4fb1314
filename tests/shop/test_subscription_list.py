"""The list of subscriptions: who waits for payment, what those that go on bring a month, the same as a file."""

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.money import Money
from shop import expiry, subscription_list, subscriptions
from shop.subscription_rows import Subscription
from tests.shop.test_subscriptions import EVERY, began


def listed(view):
    """Those of a view."""
    return db.session.scalars(subscription_list.seen(view)).all()


def test_who_waits_for_payment_until_it_came_or_the_order_ended(shop):
    paid, due, late = (began(shop, shop.product(name, **EVERY), paid=name == "Uno") for name in ("Uno", "Dos", "Tres"))
    assert listed("unpaid") == [due, late]
    shop.pay(due.first)
    shop.late(late.first)
    expiry.expire(late.first_id)
    db.session.commit()
    assert listed("unpaid") == []
    assert listed("ended") == [late]
    assert listed("active") == [paid, due]


@pytest.mark.parametrize(
    ("every", "minor"), [("1w", 433_33), ("2w", 216_67), ("1m", 100_00), ("2m", 50_00), ("3m", 33_33)]
)
def test_what_comes_in_a_year_is_brought_to_a_month(shop, every, minor):
    began(shop, shop.product(price=100_00, stock=None, kind="subscription", every=every), paid=True)
    assert subscription_list.monthly() == [Money(minor, "CRC")]


def test_a_month_is_the_sum_of_those_that_go_on_at_their_last_price(shop):
    assert subscription_list.monthly() == []
    club = shop.product(price=100_00, stock=None, kind="subscription", every="3m")
    _one, _two, paused, ended = (began(shop, club, quantity=2, paid=True) for _row in range(4))
    subscriptions.pause(paused)
    subscriptions.end(ended)
    club.price_minor = 900_00
    db.session.commit()
    assert subscription_list.monthly() == [Money(133_33, "CRC")]  # rounded once, not for each


def test_the_page_and_its_file(shop):
    row, base = began(shop, quantity=2, paid=True), f"/admin/{shop.tenant.slug}/subscriptions"
    row.name = "=2+2"
    db.session.commit()
    page = shop.admin.get(base).text
    assert "data-monthly" in page
    assert f"{base}.csv?view=active" in page
    answer = shop.admin.get(f"{base}.csv?view=active")
    heads, line = answer.text.removeprefix("\ufeff").splitlines()
    assert len(heads.split(",")) == len(subscription_list.heads())
    assert line.startswith("'=2+2,ana@example.com")
    assert row.variant.sku in line
    assert shop.admin.get(f"{base}.csv?view=paused").text.splitlines() == ["\ufeff" + heads]
    assert shop.staff("clerk").get(f"{base}.csv").status_code == 404
    assert db.session.scalars(select(Subscription)).all() == [row]
