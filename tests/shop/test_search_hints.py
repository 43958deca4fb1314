"""Hints while somebody types: few, with pictures and shelves, only of what they may see; drawn once, at a bearable pace."""

import pytest
from sqlalchemy import event

from kernel import limits
from kernel.db import db
from shop import catalog
from shop.views import search_hints
from tests.shop.pages import marks, read, text


def hints(client, query):
    answer = client.get("/search/suggestions", query_string={"q": query})
    assert answer.status_code == 200
    return answer


@pytest.fixture(autouse=True)
def rested():
    limits.here.reset()


def test_products_and_shelves_of_what_is_typed(shop):
    shelf = shop.category("Cafés")
    for number in range(9):
        shop.product(f"Café {number}", category_id=shelf.id)
    answer = hints(shop.client, "caf")
    links = read(answer).xpath("//a/@href")
    assert len([link for link in links if link.startswith("/p/")]) == search_hints.PRODUCTS
    assert links[0] == "/c/cafes"
    assert links[-1] == "/search?q=caf"
    assert "₡" in text(answer)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert read(answer).xpath("//*[@data-told]/@data-told") == ["7 sugerencias abajo"]


@pytest.mark.parametrize("query", ["", "c", "zzzz", "\x00", "%", "<script>", "a" * 10_000])
def test_nothing_is_offered_for_nothing(shop, query):
    shop.product("Café")
    assert hints(shop.client, query).get_data(as_text=True) == ""


def test_only_what_the_visitor_may_see(shop):
    secret = shop.product("Café secreto", customer_groups=["mayorista"])
    who = shop.contact()
    assert hints(shop.client, "secreto").get_data() == b""
    who.group = "mayorista"
    db.session.commit()
    assert marks(hints(shop.shopper(who), "secreto"), "href")[0] == f"/p/{secret.slug}"
    assert hints(shop.client, "secreto").get_data() == b""


def test_they_are_drawn_once_until_something_is_edited(shop):
    product = shop.product("Café")
    client = shop.client
    first = hints(client, "café").get_data(as_text=True)
    asked = []
    listener = event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2])) or asked
    again = hints(client, "CAFÉ").get_data(as_text=True)
    assert again.lower() == first.lower()
    assert not [one for one in listener if "search_stem" in one or "product" in one]
    product.name = {"es": "Café nuevo"}
    catalog.changed(product)
    db.session.commit()
    assert "Café nuevo" in text(hints(client, "café"))


def test_who_asks_too_fast_waits_and_the_page_goes_on(shop, monkeypatch):
    shop.product("Café")
    monkeypatch.setattr(search_hints, "PACE", "3/minute")
    codes = [shop.client.get("/search/suggestions?q=cafe").status_code for _time in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert shop.client.get("/search?q=cafe").status_code == 200


def test_every_search_box_is_a_plain_form_of_the_page_above_the_hints(shop):
    shop.product("Café")
    for path in ("/", "/search", "/p/cafe"):
        boxes = read(shop.client.get(path)).xpath("//form[@role='search']")
        assert boxes, path
        assert {box.get("action") for box in boxes} == {"/search"}  # the script asks right below it
        assert all(box.xpath(".//input[@name='q']") for box in boxes)
