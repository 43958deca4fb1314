"""The shop in English: below /en, with links between the two, and words that fall back carry their language."""

import pytest

from kernel.db import db
from shop import catalog
from tests.shop.pages import form, marks, read, text


@pytest.fixture
def goods(shop):
    shop.transfer()
    product = shop.product("Café Uno", stock=5)
    product.name = {"es": "Café Uno", "en": "Coffee One"}

    catalog.changed(product)
    db.session.commit()
    shop.product("Solo Español")
    return product


def test_the_page_is_english_and_its_links_stay_so(shop, goods):
    answer = shop.client.get("/en/p/cafe-uno")
    page = read(answer)
    assert page.xpath("//html/@lang") == ["en"]
    assert "Coffee One" in text(answer)
    assert "Add to the cart" in text(answer)
    assert "/en/cart" in page.xpath("//header//a/@href")
    assert "/p/cafe-uno" in page.xpath("//a[@hreflang='es']/@href")
    assert page.xpath("//form[@data-action or contains(@action,'/cart/lines')]/@action") == ["/en/cart/lines"]


def test_words_that_nobody_translated_carry_their_language(shop, goods):
    page = read(shop.client.get("/en/p/solo-espanol"))
    assert page.xpath("//h1//*[@lang='es']/text()") == ["Solo Español"]


def test_only_the_bare_address_negotiates(shop, goods):
    client = shop.client
    asked = {"Accept-Language": "en-US,en;q=0.9", "Sec-Fetch-Site": "none"}
    answer = client.get("/", headers=asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/")
    assert "Accept-Language" in answer.headers["Vary"]
    assert client.get("/p/cafe-uno", headers=asked).status_code == 200
    assert client.get("/", headers={**asked, "Accept-Language": "es-MX"}).status_code == 200
    assert client.get("/", headers={**asked, "Accept-Language": "de"}).status_code in {200, 302}


def test_a_choice_made_by_a_link_survives(shop, goods):
    told = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    assert shop.client.get("/", headers=told).status_code == 200


def test_buying_in_english(shop, goods):
    client = shop.client
    assert client.post("/en/cart/lines", data={"product": "cafe-uno"}).headers["Location"] == "/en/cart"
    page = client.get("/en/checkout")
    assert "Place the order" in text(page)
    told = {**form(page, "/checkout"), "email": "ana@example.com", "name": "Ana"}
    answer = client.post("/en/checkout", data=told)
    assert answer.headers["Location"].startswith("/en/orders/")
    assert "Send exactly" in text(client.get(answer.headers["Location"]))
    wrong = client.post("/en/cart/lines", data={"product": "cafe-uno", "quantity": "-1"})
    assert "Write how many as a whole number" in text(wrong)


@pytest.mark.parametrize("path", ["/fr/", "/en/en/", "/en", "/de/p/cafe-uno"])
def test_a_language_that_the_shop_does_not_speak(shop, goods, path):
    assert shop.client.get(path).status_code in {200, 301, 308, 404}


def test_no_english_is_left_on_spanish_pages(shop, goods):
    english = ("Add to", "Available", "Your cart", "Search", "Share", "Checkout", "Delivery", "Close", "Contact us")
    for path in ("/", "/p/cafe-uno", "/cart", "/search?q=x", "/contact", "/nada"):
        said = text(shop.client.get(path))
        assert not [words for words in english if words in said], path
    assert marks(shop.client.get("/"), "data-required") != ["Fill this in."]
