"""A shopper's own address on their account: seen, and no longer kept when they say so."""

from kernel.db import db
from tests.shop.pages import marks, text

HOME = {"country": "CR", "region": "San José", "city": "Escazú", "district": "San Rafael", "street": "100 m sur"}


def test_it_stands_on_their_page_and_goes_when_they_say_so(shop):
    ana = shop.contact("ana@example.com")
    browser = shop.shopper(ana)
    assert "forget-address" not in marks(browser.get("/account"), "data-action")
    ana.address = HOME
    db.session.commit()
    page = browser.get("/account")
    assert "100 m sur" in text(page)
    assert "forget-address" in marks(page, "data-action")
    assert browser.post("/account/address").headers["Location"] == "/account"
    db.session.refresh(ana)
    assert ana.address == {}
    after = browser.get("/account")
    assert "Ya no guardamos su dirección" in text(after)
    assert "Mi dirección" not in text(after)


def test_nobody_takes_out_another_ones(shop):
    ana = shop.contact("ana@example.com")
    ana.address = HOME
    db.session.commit()
    assert shop.client.post("/account/address").headers["Location"] == "/account/login"
    other = shop.shopper(shop.contact("luz@example.com"))
    assert other.post("/account/address").status_code == 303
    db.session.refresh(ana)
    assert ana.address == HOME
