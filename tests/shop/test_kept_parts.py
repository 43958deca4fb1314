"""What is drawn once for many pages (frame, cards, rows) shows an edit at once, to whom it is for and to nobody else."""

import pytest

from kernel import files, tenancy
from kernel.db import db
from shop import catalog, facets, listed, neighbours, price_lists, settings, shelf, shown, slugs, stock
from tests.goods import only
from tests.shop.pages import read, text
from tests.shop.test_discounts import off

PAGES = ("/", "/c/granos", "/p/uno", "/p/dos", "/search?q=cafe", "/en/", "/en/c/granos", "/en/p/uno")


@pytest.fixture
def goods(shop):
    """Two coffees on one shelf, and every page of them seen twice."""
    granos = shop.category("Granos")
    made = [
        shop.product(f"Café {name}", slug=name.lower(), price=2_500_00, stock=5, category_id=granos.id)
        for name in ("Uno", "Dos")
    ]
    facets.refresh_all()
    saved(shop)
    return made


def saved(shop):
    """Commit, and look at every page as anybody, twice: so all of it is kept."""
    tenancy.touch()
    db.session.commit()
    for path in PAGES * 2:
        assert shop.client.get(path).status_code == 200
    return shop.client


def edit(shop, product, **values):
    for name, value in values.items():
        setattr(product, name, value)
    catalog.changed(product)
    db.session.commit()
    return shop.client


def said(shop, *paths):
    return [text(shop.client.get(path)) for path in paths]


def test_an_edit_of_a_product_shows_on_its_card_its_page_and_beside_others(shop, goods):
    edit(shop, goods[0], name={"es": "Café Tres", "en": "Third"}, price_minor=7_000_00, compare_minor=9_000_00)
    for page in said(shop, "/", "/c/granos", "/p/uno", "/p/dos", "/search?q=tres"):
        assert "Café Tres" in page
        assert "Café Uno" not in page
        assert "₡7" in page
        assert "₡9" in page
    for page in said(shop, "/en/c/granos", "/en/p/uno"):
        assert "Third" in page
    picture = files.File(token="t", sha256="a" * 64, mime="image/webp", bytes=1, width=900, height=900)
    db.session.add(picture)
    db.session.flush()
    edit(shop, goods[0], picture_id=picture.id)
    for path in ("/", "/c/granos", "/p/uno", "/p/dos"):
        assert f"/media/cafe/{'a' * 64}" in shop.client.get(path).get_data(as_text=True)
    edit(shop, goods[0], state="draft")
    assert not [page for page in said(shop, "/", "/c/granos", "/p/dos") if "Café Tres" in page]


def test_what_is_sold_shows_without_an_edit(shop, goods):
    before = tenancy.tenant().revision
    stock.adjust(only(goods[0]), on_hand=0)
    neighbours.write([neighbours.Near(goods[1].id, goods[0].id, 900)])
    db.session.commit()
    assert tenancy.tenant().revision == before
    assert all("Agotado" in page for page in said(shop, "/", "/c/granos", "/p/uno"))
    assert "Café Uno" not in said(shop, "/p/dos")[0]
    stock.adjust(only(goods[0]), on_hand=3)
    db.session.commit()
    assert not [page for page in said(shop, "/", "/c/granos", "/p/uno") if "Agotado" in page]
    assert "Parecido a Café Dos" in said(shop, "/p/dos")[0]


def test_an_edit_of_the_frame_shows_on_every_page(shop, goods):
    row, shelf_row = settings.front(), db.session.get(catalog.Category, goods[0].category_id)
    theme = read(shop.client.get("/p/uno")).xpath("//link[contains(@href, '/theme.')]/@href")
    slugs.rename(shelf_row, "category", "tostados")
    shelf_row.name = {"es": "Tostados", "en": "Roasted"}
    row.tagline, row.primary, row.show_cents = {"es": "De la finca"}, "#204060", True
    shop.tenant.name = "Otra Casa"
    tenancy.touch()
    db.session.commit()
    for path in ("/", "/c/tostados", "/p/uno", "/contact"):
        page = shop.client.get(path)
        assert "Tostados" in text(page)
        assert "Granos" not in text(page)
        assert "De la finca" in text(page)
        assert "Otra Casa" in text(page)
        assert read(page).xpath("//link[contains(@href, '/theme.')]/@href") != theme
    assert read(shop.client.get("/c/tostados")).xpath("//nav[@class='cats']/a[@aria-current]/text()") == ["Tostados"]
    assert not read(shop.client.get("/p/uno")).xpath("//nav[@class='cats']/a[@aria-current]")
    assert all("2 500,00" in page for page in said(shop, "/c/tostados", "/p/uno"))
    english = shop.client.get("/en/c/tostados")
    assert "Roasted" in text(english)
    assert read(english).xpath("//nav[@class='lang']/a/@href") == ["/c/tostados"]
    assert read(shop.client.get("/en/p/uno?variant=x")).xpath("//nav[@class='lang']/a/@href") == ["/p/uno?variant=x"]


def test_prices_of_a_group_and_promotions_show_at_once_and_only_to_whom_they_are_for(shop, goods):
    big = shop.contact("mayor@example.com")
    big.group = "mayorista"
    price_lists.put("mayorista", {goods[0].id: 1_111_00}, by=None)
    db.session.commit()
    assert "₡1" in text(shop.shopper(big).get("/p/uno"))
    assert "₡1" not in said(shop, "/p/uno")[0]
    off(shop, kind="percent", percent_bp=1_000, products=[goods[0].id])
    assert "10 %" in said(shop, "/p/uno")[0]
    assert "10 %" not in said(shop, "/p/dos")[0]
    price_lists.put_steps(goods[1], [price_lists.Step(6, "", 1_234_00)], by=None)
    db.session.commit()
    assert "6 unidades" in said(shop, "/p/dos")[0]
    assert "6 unidades" not in said(shop, "/p/uno")[0]


def test_a_neighbours_ids_find_nothing(rival, shop):
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        here = rival.category("Suyos")
        theirs, other = (rival.product(name, category_id=here.id) for name in ("Suyo", "Otro"))
        neighbours.write([neighbours.Near(theirs.id, other.id, 900)])
        db.session.commit()
        asked, near, under = [theirs.id, other.id], theirs.id, here.id
        assert found(asked, near, under) == (2, 1, 2, 2, True)
    tenancy.enter(shop.tenant_id)
    assert found(asked, near, under) == (0, 0, 0, 0, False)


def found(ids, near, under):
    """What the questions beside the guard find of these ids."""
    category = shelf.of_category([under], shelf.Sieve())
    assert category.count == len(category.ids)
    there = len(shelf.sellable(ids))
    assert not shelf.sold_out(ids)
    return len(listed.of(ids)), len(neighbours.of(near)), len(category.ids), there, shown.slugged("suyo") is not None
