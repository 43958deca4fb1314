"""Downloads: looking counts nothing, a press counts one, the address that opens is good for five minutes."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock, files
from kernel.db import db
from shop import cancellations, checkout, downloads
from shop import cart as carts
from shop.quotes import Choice
from tests.goods import only
from tests.shop.pages import marks, text


@pytest.fixture
def download(shop):
    file = files.store(b"%PDF-1.4 aves", name="guía.pdf", private=True, kinds=("download",))
    product = shop.product("Guía", stock=None, kind="digital", download_id=file.id)
    order = _bought(shop, product)
    shop.pay(order)
    return downloads.of(order)[0]


def _bought(shop, product):
    return shop.bought(product, choice=Choice())


def test_looking_counts_nothing_and_a_press_counts_one(shop, download):
    client = shop.client
    for _look in range(3):
        assert "download" in marks(client.get(f"/d/{download.token}"), "data-action")
    answer = client.post(f"/d/{download.token}")
    assert answer.status_code == 303
    db.session.refresh(download)
    assert download.used == 1
    file = client.get(answer.headers["Location"])
    assert file.data == b"%PDF-1.4 aves"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in file.headers["Cache-Control"]


def test_the_address_runs_out(shop, download):
    client = shop.client
    address = client.post(f"/d/{download.token}").headers["Location"]
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        answer = client.get(address)
    assert answer.status_code == 410
    assert "venció" in text(answer)


def test_only_as_often_as_bought(shop, download):
    client = shop.client
    for _time in range(download.allowed):
        client.post(f"/d/{download.token}")
    answer = client.post(f"/d/{download.token}")
    assert answer.status_code == 410
    assert "ya se descargó" in text(answer)


def test_a_ticket_of_another_is_none(shop, download):
    assert shop.client.get(f"/d/{download.token}/nada").status_code == 410
    assert shop.client.get("/d/nada").status_code == 404


def test_before_it_is_paid_there_is_none(shop):
    file = files.store(b"%PDF-1.4 x", private=True, kinds=("download",))
    order = _bought(shop, shop.product("Guía", stock=None, kind="digital", download_id=file.id))
    answer = shop.client.get(f"/orders/{order.token}")
    assert "download" not in marks(answer, "data-action")
    shop.pay(order)
    assert "download" in marks(shop.client.get(f"/orders/{order.token}"), "data-action")


def test_who_fetched_a_file_does_not_cancel_alone(shop, download):
    cart = shop.cart(download.product)
    carts.add(cart, only(shop.product("Taza")), 1)
    order = checkout.place(cart, Choice("retiro"), shop.details(), key="k" * 22)
    shop.pay(order)
    assert cancellations.allowed_to_buyer(order)
    [fetched] = downloads.of(order)
    shop.client.post(f"/d/{fetched.token}")
    db.session.refresh(fetched)
    assert not cancellations.allowed_to_buyer(order)
