"""The category page: sorted, sieved, paged; what nobody offers in its query is left aside."""

import pytest

from kernel import tenancy
from kernel.db import db
from shop import catalog, facets, slugs
from shop import shelf as shelves
from tests.shop.pages import read, text


@pytest.fixture
def shelf(shop):
    one = shop.category("Granos")
    for name, price, tags in (
        ("Barato", 1_000_00, ["oscuro"]),
        ("Medio", 2_000_00, []),
        ("Caro", 3_000_00, ["oscuro"]),
    ):
        shop.product(name, price=price, category_id=one.id, tags=tags, stock=0 if name == "Medio" else 5)
    facets.refresh_all()
    db.session.commit()
    return one


def names(answer):
    assert answer.status_code == 200
    return [" ".join(one.text_content().split()) for one in read(answer).xpath("//*[contains(@class,'good-name')]")]


def test_sorted_by_price(shop, shelf):
    assert names(shop.client.get("/c/granos?sort=price")) == ["Barato", "Medio", "Caro"]
    assert names(shop.client.get("/c/granos?sort=-price")) == ["Caro", "Medio", "Barato"]


def test_sieved_by_price_stock_and_tag(shop, shelf):
    assert names(shop.client.get("/c/granos?min=1500&max=2500")) == ["Medio"]
    assert names(shop.client.get("/c/granos?min=2500&max=1500")) == ["Medio"]
    assert names(shop.client.get("/c/granos?stock=1&sort=price")) == ["Barato", "Caro"]
    assert names(shop.client.get("/c/granos?tag=oscuro&sort=price")) == ["Barato", "Caro"]


def test_nothing_fits_and_the_page_says_what_to_do(shop, shelf):
    answer = shop.client.get("/c/granos?min=9000")
    assert "Nada cumple con todo eso" in text(answer)


def test_sold_out_is_said_on_the_card(shop, shelf):
    cards = read(shop.client.get("/c/granos")).xpath("//article[.//*[contains(@class,'good-sold')]]")
    assert len(cards) == 1
    assert "Medio" in cards[0].text_content()
    assert "Agotado" in cards[0].text_content()


@pytest.mark.parametrize("query", ["sort=price;--", "sort=' OR 1=1", "page=-1", "page=99999999999", "page=%D9%A3",
                                   "min=abc&max=-3", "tag=%00", "lang=es'||1", "stock=2", "min=" + "9" * 400])  # fmt: skip
def test_a_query_that_means_nothing_is_the_plain_page(shop, shelf, query):
    answer = shop.client.get(f"/c/granos?{query}")
    assert answer.status_code == 200
    assert "Traceback" not in answer.get_data(as_text=True)


def test_pages_of_twenty_four(shop):
    one = shop.category("Muchos")
    for number in range(26):
        shop.product(f"Cosa {number:02}", category_id=one.id, position=number)
    first, second = names(shop.client.get("/c/muchos")), names(shop.client.get("/c/muchos?page=2"))
    assert len(first) == 24
    assert second == ["Cosa 24", "Cosa 25"]


def test_whoever_reads_on_asks_for_no_keys_again_until_something_is_edited(shop, monkeypatch):
    monkeypatch.setattr(shelves, "PER_PAGE", 2)
    monkeypatch.setattr(shelves, "AHEAD", 6)
    one = shop.category("Muchos")
    made = [shop.product(f"Cosa {number}", category_id=one.id, position=number) for number in range(9)]
    facets.refresh_all()
    db.session.commit()
    asked, real = [], shelves.beside.column
    monkeypatch.setattr(shelves.beside, "column", lambda *told, **values: asked.append(1) or real(*told, **values))

    def seen(*pages, more=""):
        asked.clear()
        found = [name for page in pages for name in names(shop.client.get(f"/c/muchos?page={page}{more}"))]
        return found, len(asked)

    whole = [f"Cosa {number}" for number in range(9)]
    assert seen(1, 2, 3) == (whole[:6], 1)
    assert seen(5, 4) == ([*whole[8:], *whole[6:8]], 1)
    assert seen(1, 2, more="&sort=name") == (whole[:4], 1)
    assert seen(2, more="&stock=1") == (whole[2:4], 2)  # what is left moves without an edit: counted, and asked
    made[1].position = 20
    catalog.changed(made[1])
    db.session.commit()
    assert seen(1, 2, 5) == ([whole[0], *whole[2:5], whole[1]], 2)


def test_a_slug_of_yesterday_leads_to_today_s(shop, shelf):
    slugs.rename(shelf, "category", "cafes")
    tenancy.touch()
    db.session.commit()
    answer = shop.client.get("/c/granos")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/c/cafes")


def test_an_unknown_category_is_not_there(shop):
    assert shop.client.get("/c/nada").status_code == 404
