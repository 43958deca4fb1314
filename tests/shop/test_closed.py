"""A closed shop shows its goods, says when it sells again, and sells nothing meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel import clock, tenancy
from kernel.db import db
from shop import storefront
from shop.orders import Order
from tests.shop.pages import form, marks, read, text


def close(shop, days=7, message="Estamos de vacaciones."):
    row = storefront.of()
    row.closed_until = clock.today(shop.tenant.timezone) + timedelta(days=days)
    row.closed_message = {"es": message}
    db.session.add(row)
    tenancy.touch()
    db.session.commit()


@pytest.fixture
def product(shop):
    shop.transfer()
    return shop.product("Café Uno")


def test_every_page_says_so(shop, product):
    close(shop)
    for path in ("/", "/p/cafe-uno", "/cart"):
        said = text(shop.client.get(path))
        assert "Estamos de vacaciones." in said
        assert "volvemos a vender el" in said


def test_who_closes_is_told_of_bookings_that_stand_and_hoy_says_that_it_is_closed(shop):
    shop.transfer()
    tour = shop.service("Paseo", capacity=12)
    for ahead in (3, 12):
        shop.booked(tour, shop.when(ahead))
    db.session.commit()
    boss, day = shop.admin, clock.today(shop.tenant.timezone) + timedelta(days=9)
    assert boss.post("/admin/cafe/settings/shop/closed", data={"until": f"{day}"}).status_code == 303
    assert "Hay una reserva antes de ese día" in text(boss.get("/admin/cafe/settings/shop"))
    assert "La tienda está cerrada y vuelve a vender" in text(boss.get("/admin/cafe/"))
    boss.post("/admin/cafe/settings/shop/open")
    assert "La tienda está cerrada y vuelve a vender" not in text(boss.get("/admin/cafe/"))


def test_who_changes_the_holidays_and_takes_it_back_is_closed_as_before(shop):
    close(shop, days=7, message="Hasta el 24.")
    before, boss = storefront.of().closed_until, shop.admin
    told = {"until": f"{before + timedelta(days=9)}", "message": "Hasta el 6."}
    boss.post("/admin/cafe/settings/shop/closed", data=told)
    undo = read(boss.get("/admin/cafe/settings/shop")).xpath("//form[.//*[@data-undo]]")[0]
    boss.post(undo.get("action"), data=dict(undo.fields))
    db.session.expire_all()
    assert (storefront.of().closed_until, storefront.of().closed_message) == (before, {"es": "Hasta el 24."})


def test_nothing_can_be_put_into_the_cart(shop, product):
    close(shop)
    answer = shop.client.get("/p/cafe-uno")
    assert "add-to-cart" not in marks(answer, "data-action")
    refused = shop.client.post("/cart/lines", data={"product": "cafe-uno"})
    assert refused.status_code == 422
    assert "vuelve a vender" in text(refused)


def test_a_checkout_that_was_open_orders_nothing_and_keeps_the_cart(shop, product):
    client = shop.buyer(product)
    told = {**form(client.get("/checkout"), "/checkout"), "email": "ana@example.com", "name": "Ana Mora"}
    close(shop)
    answer = client.post("/checkout", data=told)
    assert answer.status_code == 422
    assert "vuelve a vender" in text(answer)
    assert db.session.scalar(select(func.count(Order.id))) == 0
    assert "Café Uno" in text(client.get("/cart"))


def test_it_opens_by_itself(shop, product):
    close(shop, days=0)
    assert "add-to-cart" in marks(shop.client.get("/p/cafe-uno"), "data-action")
