"""The setup guide: six steps that tick by facts, hidden and found again."""

import pytest
from bs4 import BeautifulSoup

from kernel import files
from kernel.db import db
from shop import catalog, pages, setup, storefront
from shop.pictures import ProductPicture
from tests import makers
from tests.shop.test_orders_desk import page
from tests.shop.test_proofs_desk import picture

STEPS = ("product", "delivery", "payments", "brand", "policies", "sale")


@pytest.fixture(autouse=True)
def _nowhere(shop):
    """A new owner has not said yet where the shop is."""
    storefront.of().address = {}
    db.session.commit()


def done():
    db.session.expire_all()
    return [step.name for step in setup.STEPS if step.met()]


def test_six_steps_and_none_is_done_in_a_new_shop(shop):
    assert tuple(step.name for step in setup.STEPS) == STEPS
    assert done() == []
    html = BeautifulSoup(page(shop.admin, "/"), "html.parser")
    assert len(html.select(".guide-step")) == 6
    assert len(html.select(".guide-step[open]")) == 1
    assert "0 de 6 listos" in html.text


def test_a_product_ticks_only_with_a_picture_and_in_public(shop):
    product = shop.product()
    assert done() == []
    row = files.store(picture(), name="a.png")
    db.session.add(ProductPicture(product_id=product.id, file_id=row.id))
    catalog.withdraw(product)
    db.session.commit()
    assert done() == []
    catalog.publish(product)
    db.session.commit()
    assert done() == ["product"]


def test_what_is_booked_needs_no_picture_and_no_delivery(shop):
    shop.service("Paseo")
    assert done() == ["product", "delivery"]
    shop.product()
    assert done() == ["product"]


def test_the_brand(shop):
    front = storefront.of()
    front.tagline = {"es": ""}
    db.session.commit()
    assert done() == []
    storefront.of().tagline = {"es": "Dulces de verdad"}
    db.session.commit()
    assert done() == ["brand"]


def test_delivery_by_a_way_or_by_an_address_to_come_to(shop):
    storefront.of().address = {"street": "100 m sur"}
    db.session.commit()
    assert done() == ["delivery"]
    storefront.of().address = {}
    shop.delivery()
    assert done() == ["delivery"]


def test_a_transfer_without_an_account_pays_nobody(shop):
    shop.transfer(account=[])
    assert done() == []
    shop.transfer()
    assert done() == ["payments"]


def test_a_policy_counts_when_it_is_published(shop):
    draft = pages.make({"es": "Devoluciones"}, kind="policy", blocks=[{"kind": "text", "text": {"es": "Sí"}}])
    db.session.commit()
    assert done() == []
    pages.publish(draft)
    db.session.commit()
    assert done() == ["policies"]


def test_a_sale_in_earnest(shop):
    coffee = shop.product(stock=9)
    storefront.of().address = dict(makers.PLACE)
    shop.tenant.live_at, live = None, shop.tenant.live_at
    db.session.commit()
    shop.bought(coffee, payment="practice", paid=True)
    assert "sale" not in done()
    shop.tenant.live_at = live
    db.session.commit()
    shop.bought(coffee, payment="pickup")
    assert "sale" in done()


def test_hidden_and_found_again(shop):
    admin = shop.admin
    assert admin.post("/admin/cafe/setup/hiding").status_code == 303
    first = page(admin, "/")
    assert 'action="/admin/cafe/setup/showing"' in first  # the undo of the toast
    assert "guide-step" not in page(admin, "/")
    assert "guide-step" in page(admin, "/settings/guide")
    admin.post("/admin/cafe/setup/showing")
    assert "guide-step" in page(admin, "/")


def test_each_step_leads_somewhere(shop):
    admin = shop.admin
    for link in BeautifulSoup(page(admin, "/"), "html.parser").select(".guide-body a"):
        assert admin.get(link["href"], follow_redirects=True).status_code == 200, link["href"]


def test_a_clerk_has_no_guide(shop):
    client = shop.staff("clerk")
    assert "guide-step" not in page(client, "/")
    assert client.post("/admin/cafe/setup/hiding").status_code == 404
