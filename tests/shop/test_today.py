"""Hoy: every number is the length of the list that it opens; the money is what the ledger says."""

import re
from datetime import timedelta

import time_machine
from bs4 import BeautifulSoup

from kernel import clock, files
from kernel.db import db
from shop import cancellations, fulfilment, payments, proofs, receipts, refunds, storefront, takings
from tests.goods import only
from tests.shop.test_orders_desk import page
from tests.shop.test_proofs_desk import picture


def furnished(shop):
    """Orders in every corner."""
    coffee = shop.product(stock=80)
    shop.delivery()
    for paid, step in ((True, None), (True, "prepare"), (True, "ready"), (True, "deliver"), (False, None)):
        order = shop.bought(coffee, paid=paid)
        if step:
            getattr(fulfilment, step)(order, by=shop.owner)
    proofs.send(shop.bought(coffee), files.make(picture(), kinds=proofs.KINDS), reference="1")
    cancellations.by_staff(shop.bought(coffee, paid=True), by=shop.owner, reason="x")
    payments.settle(payments.current(shop.bought(coffee)), key="part", amount=receipts.Money(100_00, "CRC"))
    only(coffee).low_at = 99
    db.session.commit()


def test_each_number_is_the_length_of_the_list_it_opens(shop):
    furnished(shop)
    admin = shop.admin
    lines = BeautifulSoup(page(admin, "/"), "html.parser").select(".today a")
    numbers = {line.b["data-count"]: int(line.b.text) for line in lines}
    assert {name: numbers[f"orders.{name}"] for name in ("proofs", "prepare", "ready", "unpaid", "refunds")} == {
        "proofs": 1, "prepare": 2, "ready": 1, "unpaid": 2, "refunds": 1,
    }  # fmt: skip
    for line in lines:
        answer = admin.get(line["href"], follow_redirects=True)
        assert answer.status_code == 200, line["href"]
        if line.b["data-count"].startswith("orders."):
            rows = re.findall(r'data-order="', answer.get_data(as_text=True))
            assert len(rows) == int(line.b.text), line["href"]


def test_one_primary_verb(shop):
    html = page(shop.admin, "/")
    assert html.count("btn-primary") == 1
    assert 'data-action="new-sale"' in html


def test_a_new_shop_finds_what_is_done_folded(shop):
    rest = BeautifulSoup(page(shop.admin, "/"), "html.parser").select_one(".today-rest")
    assert rest is not None
    assert not rest.has_attr("open")


def test_a_figure_has_cents_only_where_the_shop_shows_them(shop):
    order = shop.bought(shop.product())
    payments.settle(payments.current(order), key="part", amount=receipts.Money(1_234_50, "CRC"))
    db.session.commit()
    admin = shop.admin
    told = BeautifulSoup(page(admin, "/"), "html.parser").select_one("[data-figure=today] b").text
    assert re.sub(r"\s", "", told) == "₡1235"
    storefront.of().show_cents = True
    db.session.commit()
    told = BeautifulSoup(page(admin, "/"), "html.parser").select_one("[data-figure=today] b").text
    assert re.sub(r"\s", "", told) == "₡1234,50"


def test_the_money_is_the_ledger(shop):
    coffee = shop.product(stock=50)
    with time_machine.travel(clock.now() - timedelta(days=30)):
        shop.bought(coffee, paid=True)
    order = shop.bought(coffee, 2, paid=True)
    assert takings.today().minor == takings.week().minor == 5_000_00
    refunds.give(order, amount=order.money(1_000_00), by=shop.owner, key="r")
    db.session.commit()
    html = BeautifulSoup(page(shop.admin, "/"), "html.parser")
    assert [html.select_one(f"[data-figure={name}] b").text for name in ("today", "week")] == ["₡4\xa0000"] * 2


def test_the_week_begins_on_monday_in_the_shops_zone(shop):
    coffee = shop.product(stock=50)
    with time_machine.travel("2026-11-23T05:30:00Z"):  # still Sunday evening in Costa Rica
        shop.bought(coffee, paid=True)
    with time_machine.travel("2026-11-23T06:30:00Z"):  # Monday, half past midnight
        shop.bought(coffee, 2, paid=True)
        assert (takings.today().minor, takings.week().minor) == (5_000_00, 5_000_00)
        assert takings.week_before().minor == 0
    with time_machine.travel("2026-11-29T12:00:00Z"):
        assert (takings.today().minor, takings.week().minor, takings.week_before().minor) == (0, 5_000_00, 2_500_00)


def test_practice_money_is_no_money(shop):
    shop.tenant.live_at = None
    db.session.commit()
    shop.bought(shop.product(), payment="practice", paid=True)
    assert takings.today().minor == 2_500_00  # while it practises it shows what is rehearsed
    shop.tenant.live_at = clock.now()
    db.session.commit()
    assert takings.today().minor == 0


def test_the_address_is_there_to_share(shop):
    html = page(shop.admin, "/")
    assert 'data-copy="http://cafe.plaza.localhost:8000/"' in html
    assert "https://wa.me/?text=" in html


def test_an_unconfirmed_owner_is_told(shop):
    assert "Su correo todavía no está confirmado" not in page(shop.admin, "/")
    admin = shop.admin
    shop.owner.confirmed_at = None
    db.session.commit()
    assert "Su correo todavía no está confirmado" in page(admin, "/")
    assert "todavía no está confirmado" not in page(shop.staff("clerk"), "/")  # it is not theirs, nor can they open it


def test_a_marketer_sees_no_verbs_that_they_may_not(shop):
    html = page(shop.staff("marketer"), "/")
    assert "new-sale" not in html
    assert "guide-step" not in html
