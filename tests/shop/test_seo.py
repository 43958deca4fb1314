"""What machines read: canonical, languages, JSON-LD, Open Graph, sitemap and robots."""

import pytest
from lxml import etree

from kernel.db import db
from shop import pages
from shop.views import feeds
from tests.shop.pages import json_ld, marks, read

BASE = "http://cafe.plaza.localhost:8000"


@pytest.fixture
def goods(shop):
    shelf = shop.category("Granos")
    return shop.product("Café <Uno> & 'dos'", slug="cafe", price=2_500_50, category_id=shelf.id, stock=3)


def of(answer, kind):
    return next(one for one in json_ld(answer) if one["@type"] == kind)


def test_a_product_with_its_offer_and_its_place(shop, goods):
    answer = shop.client.get("/p/cafe")
    product = of(answer, "Product")
    assert product["name"] == "Café <Uno> & 'dos'"
    offer = product["offers"]
    assert (offer["price"], offer["priceCurrency"], offer["@type"]) == ("2500.50", "CRC", "Offer")
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["url"] == f"{BASE}/p/cafe"
    crumbs = of(answer, "BreadcrumbList")["itemListElement"]
    assert [(one["position"], one["item"]) for one in crumbs] == [(1, f"{BASE}/c/granos"), (2, f"{BASE}/p/cafe")]
    assert "<Uno>" not in answer.get_data(as_text=True)


def test_sold_out_is_told_to_machines_at_once(shop, goods):
    shop.client.get("/p/cafe")
    shop.bought(goods, quantity=3)
    assert of(shop.client.get("/p/cafe"), "Product")["offers"]["availability"].endswith("/OutOfStock")


def test_the_home_page_says_who_and_where(shop, goods):
    shop_ = of(shop.client.get("/"), "LocalBusiness")
    assert shop_["name"] == "Café de Prueba"
    assert shop_["address"]["addressCountry"] == "CR"
    assert shop_["image"].startswith(f"{BASE}/media/cafe/card.")
    assert shop_["url"] == f"{BASE}/"


@pytest.mark.parametrize("path", ["/", "/p/cafe", "/c/granos", "/contact"])
def test_canonical_and_languages(shop, goods, path):
    page = read(shop.client.get(f"{path}?utm_source=x"))
    assert page.xpath("//link[@rel='canonical']/@href") == [BASE + path]
    other = dict(
        zip(page.xpath("//link[@rel='alternate']/@hreflang"), page.xpath("//link[@rel='alternate']/@href"), strict=True)
    )
    assert other == {"es": BASE + path, "en": f"{BASE}/en{path}", "x-default": BASE + path}
    english = read(shop.client.get(f"/en{path}"))
    assert english.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/en{path}"]


def test_the_canonical_address_is_never_the_host_that_was_sent(shop, goods):
    answer = shop.client.get("/p/cafe", headers={"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"})
    assert "evil.test" not in answer.get_data(as_text=True)


def test_open_graph(shop, goods):
    page = read(shop.client.get("/p/cafe"))
    told = dict(zip(page.xpath("//meta[@property]/@property"), page.xpath("//meta[@property]/@content"), strict=True))
    assert told["og:type"] == "product"
    assert told["og:url"] == f"{BASE}/p/cafe"
    assert told["og:image"].startswith(f"{BASE}/media/cafe/cards/cafe.")
    assert told["product:price:amount"] == "2500.50"
    assert told["product:price:currency"] == "CRC"


def test_the_sitemap_lists_every_public_page_in_every_language(shop, goods):
    shop.product("Borrador", state="draft", slug="borrador").state = "draft"
    page = pages.make({"es": "Nosotros"}, slug="nosotros")
    pages.publish(page)
    db.session.commit()
    answer = shop.client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    tree = etree.fromstring(answer.data)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    found = tree.xpath("//s:loc/text()", namespaces=space)
    for path in ("/", "/p/cafe", "/c/granos", "/pages/nosotros"):
        assert BASE + path in found
        assert f"{BASE}/en{path}" in found
    assert not [url for url in found if "borrador" in url]
    assert len(found) == len(set(found))
    assert tree.xpath("//x:link[@hreflang='en']", namespaces=space)
    for url in found:
        assert shop.client.get(url.removeprefix(BASE)).status_code == 200, url


def test_the_sitemap_of_a_shop_with_many_languages_stays_as_short(shop, goods, monkeypatch):
    shop.tenant.languages = ["es", "en", "pt", "fr"]
    for number in range(4):
        shop.product(f"Té {number}")
    db.session.commit()
    monkeypatch.setattr(feeds, "MOST", 12)
    found = etree.fromstring(shop.client.get("/sitemap.xml").data).xpath("//*[local-name()='loc']/text()")
    assert len([url for url in found if "/p/" in url]) == 12


def test_robots(shop, goods):
    said = shop.client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /checkout" in said
    assert f"Sitemap: {BASE}/sitemap.xml" in said


def test_a_shop_that_practises_is_not_found(shop, goods):
    shop.tenant.live_at = None
    db.session.commit()
    assert "Disallow: /\n" in shop.client.get("/robots.txt").get_data(as_text=True)
    assert "noindex" in marks(shop.client.get("/"), "content")


def test_filters_are_not_indexed_and_pages_are(shop, goods):
    assert "noindex, follow" in marks(shop.client.get("/c/granos?min=1"), "content")
    assert "noindex, follow" not in marks(shop.client.get("/c/granos"), "content")
