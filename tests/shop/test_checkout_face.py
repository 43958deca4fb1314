"""The checkout's face: who is logged in is known, a way in comes back here, and ways to elsewhere stand aside."""

import pytest

from tests.shop.pages import marks, read, text


@pytest.fixture
def sold(shop):
    shop.transfer()
    return shop.product("Café Uno", price=2_500_00, stock=5)


def ways(answer):
    return read(answer).xpath("//input[@name='shipping']/@value")


def test_a_stranger_logs_in_and_comes_back_and_who_is_logged_in_is_not_asked_to(shop, sold):
    page = shop.buyer(sold).get("/checkout")
    assert "Compra sin cuenta" in text(page)
    assert "/account/login?next=/checkout" in marks(page, "href")
    client = shop.shopper(shop.contact("ana@example.com"))
    client.post("/cart/lines", data={"product": sold.slug, "quantity": "1"})
    known = client.get("/checkout")
    assert "Compra sin cuenta" not in text(known)
    assert "Compra como ana@example.com" in text(known)
    assert "/account" in marks(known, "href")


def test_a_way_that_goes_to_other_countries_only_waits_until_one_is_chosen(shop, sold):
    shop.delivery()
    shop.delivery("mundo", countries=["US"])
    client = shop.buyer(sold)
    assert ways(client.get("/checkout")) == ["retiro", "envio"]
    abroad = client.post("/checkout", data={"refresh": "1", "country": "US", "shipping": "mundo"})
    assert ways(abroad) == ["retiro", "mundo"]
    assert read(abroad).xpath("//input[@name='shipping'][@checked]/@value") == ["mundo"]
    back = client.post("/checkout", data={"refresh": "1", "country": "CR", "shipping": "mundo"})
    assert "mundo" in ways(back), "what they chose says why it does not go"
    assert "No llega a ese país" in text(back)
