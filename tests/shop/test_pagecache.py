"""The page cache: one rendering for everyone, holes filled for each, an edit empties it and a sale does not."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from flask import template_rendered
from sqlalchemy import update

from kernel import tenancy
from kernel.db import db
from kernel.tenancy import Tenant
from shop import catalog, pagecache, shown, stock
from shop.views import keeping
from tests.goods import only
from tests.shop.pages import marks, read, text

UNPACKERS = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture
def drawn(app):
    """The names of the pages that were really rendered."""
    found = []

    def note(_sender, template, context, **_more):
        if template.name and not template.name.startswith("_parts/"):
            found.append(template.name)

    with template_rendered.connected_to(note, app):
        yield found


def test_the_second_look_renders_nothing(shop, drawn):
    shop.product("Café Uno")
    for path in ("/", "/p/cafe-uno", "/contact"):
        shop.client.get(path)
        drawn.clear()
        assert shop.client.get(path).status_code == 200
        assert not drawn, path


def test_a_sale_does_not_empty_it_and_the_stock_is_fresh(shop, drawn):
    product = shop.product("Café Uno", stock=5)
    shop.client.get("/p/cafe-uno")
    before = tenancy.tenant().revision
    shop.bought(product, quantity=2, paid=True)
    db.session.expire_all()
    assert tenancy.tenant().revision == before
    drawn.clear()
    answer = shop.client.get("/p/cafe-uno")
    assert not drawn
    assert marks(answer, "data-stock") == ["3"]
    stock.adjust(only(product), on_hand=0)
    db.session.commit()
    answer = shop.client.get("/p/cafe-uno")
    assert "Agotado" in text(answer)
    assert read(answer).xpath("//*[@data-action='add-to-cart'][@disabled]")


def test_an_edit_empties_it(shop, drawn):
    product = shop.product("Café Uno", price=2_500_00)
    shop.client.get("/p/cafe-uno")
    product.price_minor = 7_000_00
    catalog.changed(product)
    db.session.commit()
    drawn.clear()
    assert "₡7" in text(shop.client.get("/p/cafe-uno"))
    assert drawn


def test_nothing_of_a_person_is_kept(shop):
    product = shop.product("Café Uno")
    buyer = shop.buyer(product)
    shopper = shop.shopper(shop.contact("ana@example.com", name="Anacleta Mora"))
    assert "Anacleta" in text(shopper.get("/p/cafe-uno"))
    assert read(buyer.get("/p/cafe-uno")).xpath("//*[@data-cart-count]")
    stranger = shop.client.get("/p/cafe-uno")
    assert "Anacleta" not in stranger.get_data(as_text=True)
    assert not read(stranger).xpath("//*[@data-cart-count]")
    for kept in pagecache.SHELF._kept.values():
        if isinstance(kept, pagecache.Page):
            assert "Anacleta" not in b"".join(kept.texts).decode()
        else:
            assert "Anacleta" not in _unpacked(kept)


def _unpacked(body):
    return UNPACKERS[body.encoding](body.data).decode()


def test_a_message_is_for_who_caused_it(shop):
    shop.product("Café Uno")
    client = shop.client
    client.get("/p/cafe-uno")
    client.post("/cart/lines", data={"product": "cafe-uno", "next": "/p/cafe-uno"})
    assert "ya está en su carrito" in text(client.get("/p/cafe-uno"))
    assert "ya está en su carrito" not in text(client.get("/p/cafe-uno"))
    assert "ya está en su carrito" not in text(shop.client.get("/p/cafe-uno"))


def test_groups_languages_and_shops_have_their_own(rival, shop, drawn):
    shop.product("Café Uno")
    secret = shop.product("Mayoreo", customer_groups=["mayorista"])
    assert secret
    big = shop.contact("mayor@example.com")
    big.group = "mayorista"
    db.session.commit()
    wholesaler = shop.shopper(big)
    assert "Mayoreo" in text(wholesaler.get("/"))
    assert "Mayoreo" not in text(shop.client.get("/"))
    assert "Mayoreo" in text(wholesaler.get("/"))
    assert read(shop.client.get("/en/p/cafe-uno")).xpath("//html/@lang") == ["en"]
    assert read(shop.client.get("/p/cafe-uno")).xpath("//html/@lang") == ["es"]
    assert "Café Uno" not in text(rival.client.get("/"))


def test_not_modified_is_answered_while_it_is_the_same(shop):
    product = shop.product("Café Uno", stock=5)
    client = shop.client
    first = client.get("/p/cafe-uno", headers={"Accept-Encoding": "gzip"})
    again = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": "gzip"}
    same = client.get("/p/cafe-uno", headers=again)
    assert (same.status_code, same.data) == (304, b"")
    assert "Content-Security-Policy" in same.headers
    shop.bought(product)
    assert client.get("/p/cafe-uno", headers=again).status_code == 200


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_packed_for_who_can_unpack(shop, encoding):
    shop.product("Café Uno")
    answer = shop.client.get("/p/cafe-uno", headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert b"Caf" in UNPACKERS[encoding](answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]


def test_a_query_that_the_page_does_not_know_makes_no_page_of_its_own(shop, drawn):
    shop.product("Café Uno")
    for _look in range(2):  # the page, and packed for who comes again
        shop.client.get("/p/cafe-uno")
    pages = len(pagecache.SHELF)
    drawn.clear()
    for number in range(5):
        assert shop.client.get(f"/p/cafe-uno?utm_source=x{number}&fbclid={number}").status_code == 200
    assert not drawn
    assert len(pagecache.SHELF) == pages


def test_the_revision_is_read_before_rendering(shop, monkeypatch):
    """A page that is edited while it is rendered is kept under the older key: nobody gets it afterwards."""
    shop.product("Café Uno", price=2_500_00)
    keys, real = [], pagecache.SHELF.put

    def put(key, what):
        keys.append(key)
        real(key, what)

    monkeypatch.setattr(pagecache.SHELF, "put", put)
    before = tenancy.tenant().revision
    monkeypatch.setattr(keeping.pagecache, "cut", _editing(shop.app, keeping.pagecache.cut))
    shop.client.get("/p/cafe-uno")
    monkeypatch.undo()
    assert any(key[1] == before for key in keys)
    assert "₡8" in text(shop.client.get("/p/cafe-uno"))


def _editing(app, real):
    """While the page is cut, another process edits the product."""

    def edit():
        low = {"price_minor": 8_000_00, "low_minor": 8_000_00, "high_minor": 8_000_00}
        with app.app_context(), db.engine.begin() as other:
            other.execute(update(Tenant).values(revision=Tenant.revision + 1))
            other.execute(update(catalog.Product).values(low))

    def cut(*args):
        process = threading.Thread(target=edit)
        process.start()
        process.join(60)
        return real(*args)

    return cut


def at_once(shop, path, count=6):
    """Some ask for the same page at the same time."""

    def ask(client):
        with shop.app.app_context():
            return client.get(path).status_code

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, [shop.client for _ in range(count)]))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("waits", [True, False])
def test_a_new_page_that_many_ask_for_at_once_is_drawn_once(shop, drawn, monkeypatch, waits):
    shop.product("Café Uno")
    db.session.commit()
    real, two, meets = shown.slugged, iter("12"), threading.Barrier(2)

    def slugged(slug):
        time.sleep(0.2) if waits else next(two, "") and meets.wait(60)
        return real(slug)

    monkeypatch.setattr(shown, "slugged", slugged)
    if not waits:  # the same without turns: two of them are there at once
        monkeypatch.setattr(keeping, "_waited", lambda: False)
    assert at_once(shop, "/p/cafe-uno") == [200] * 6
    assert (drawn.count("shop/catalog/product.html") == 1) is waits


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_that_fails_takes_nobody_s_turn(shop, monkeypatch):
    shop.product("Café Uno")
    db.session.commit()
    real = shown.slugged
    monkeypatch.setitem(shop.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(shown, "slugged", lambda _slug: 1 / 0)
    assert shop.client.get("/p/cafe-uno").status_code == 500
    monkeypatch.setattr(shown, "slugged", real)
    assert not keeping._turn.locked()
    assert shop.client.get("/p/cafe-uno").status_code == 200


def test_it_is_bounded_by_bytes():
    shelf = pagecache.Shelf(limit=10_000)
    for number in range(50):
        shelf.put(number, pagecache.Page([b"x" * 900], []))
    assert shelf.bytes <= 10_000
    assert shelf.get(0) is None
    assert shelf.get(49) is not None
    shelf.put("huge", pagecache.Page([b"x" * (pagecache.LARGEST + 1)], []))
    assert shelf.get("huge") is None


def test_errors_and_other_pages_are_not_kept(shop):
    for path in ("/nada", "/p/nada", "/cart", "/search?q=x"):
        shop.client.get(path)
    assert not [kept for kept in pagecache.SHELF._kept.values() if isinstance(kept, pagecache.Page)]
