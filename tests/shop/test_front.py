"""The front: what it answers is what Flask answers, byte for byte and header for header; all else it lets through."""

from collections.abc import Iterator
from functools import partial

import pytest
from flask import request, request_started
from sqlalchemy import event

from crm import tallies
from kernel import buffer, clock, origins, tenancy
from kernel.db import db
from shop import catalog, stock
from shop.views import front
from tests import conftest, databases
from tests.goods import only

BR = {"Accept-Encoding": "br"}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory) -> Iterator[databases.Template]:
    """A PostgreSQL that only this file uses: on the shared one neighbours commit all the time, and every stamp moves."""
    with databases.postgresql() as server:
        folder = tmp_path_factory.mktemp("quiet")
        made = databases.Template(databases.build(folder, databases.fresh_database(server, "plaza_front")), folder)
        yield made
        made.close()


@pytest.fixture(params=["sqlite", "pg"])
def app(request, tmp_path_factory):
    """The application, on PostgreSQL with a server of its own; the context is entered."""
    if request.param == "pg":
        conftest.skip_without_postgresql(request.config)
        known = request.getfixturevalue("quiet")
    else:
        known = conftest.template("sqlite", request, tmp_path_factory)
    known.app.test_client_class = conftest.Client
    known.app.extensions["plaza.tests"] = known
    with known.app.app_context():
        yield known.app
    known.restore()


@pytest.fixture
def reached(app):
    """The paths for which Flask really began."""
    front.SHELF.clear()
    found = []

    def note(_sender, **_more):
        found.append(request.path)

    with request_started.connected_to(note, app):
        yield found


def in_front(reached, action):
    """What `action` gives when Flask was not asked; PostgreSQL's own cleaning may let Flask in, so try again."""
    for _ in range(60):
        reached.clear()
        found = action()
        if not reached:
            return found
    raise AssertionError("Flask was always asked")


def ask(shop, path, method="GET", **headers):
    """What a browser without any cookie is answered."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = shop.client.open(path, method=method, headers=BR | told)
    return answer.status, [one for one in answer.headers if one[0] != "X-Padding"], answer.data  # as long as it likes


@pytest.mark.parametrize("path", ["/", "/p/cafe-uno", "/contact", "/en/p/cafe-uno", "/c/granos?sort=price"])
@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_the_same_to_the_byte_and_the_header(shop, reached, monkeypatch, path, encoding):
    shop.product("Café Uno")
    ask(shop, path, Accept_Encoding=encoding)
    tag = next((value for name, value in ask(shop, path, Accept_Encoding=encoding)[1] if name == "ETag"), "")
    asked = [("GET", {}), ("HEAD", {}), ("GET", {"If_None_Match": tag}), ("HEAD", {"If_None_Match": f'"x", {tag}'})]
    again = in_front if tag else lambda _reached, action: action()
    quick = [
        again(reached, partial(ask, shop, path, method, Accept_Encoding=encoding, **more)) for method, more in asked
    ]
    monkeypatch.setattr(front.Front, "answer", lambda *_any: None)
    assert quick == [ask(shop, path, method, Accept_Encoding=encoding, **more) for method, more in asked]


def test_kept_pages_do_not_reach_flask_and_the_question_is_asked(shop, reached):
    shop.product("Café Uno")
    for path in ("/", "/p/cafe-uno", "/contact"):
        ask(shop, path)
        reached.clear()
        client = shop.client
        answer = client.get(path)
        assert answer.status_code == 200
        assert b'name="behaviour"' in client.get(path).data
        in_front(reached, partial(client.get, path))


def test_a_sale_an_edit_and_another_stock_are_seen_at_once(shop, reached):
    product = shop.product("Café Uno", stock=5, price=2_500_00)
    seen = [ask(shop, "/p/cafe-uno")[2] for _ in range(3)]
    assert seen[1] == seen[2]
    stock.adjust(only(product), on_hand=0)
    db.session.commit()
    page = shop.client.get("/p/cafe-uno").get_data(as_text=True)
    assert "Agotado" in page
    assert ask(shop, "/p/cafe-uno")[2] != seen[0]
    product.price_minor = 7_000_00
    catalog.changed(product)
    db.session.commit()
    assert "₡7" in shop.client.get("/p/cafe-uno").get_data(as_text=True)


def test_what_of_a_shelf_can_be_bought_is_not_asked_again_while_nothing_is_committed(shop, app):
    shelf, asked = shop.category("Granos"), []
    uno, _dos = (shop.product(f"Café {name}", slug=name, stock=5, category_id=shelf.id) for name in ("uno", "dos"))
    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: asked.append("CAST(product.i" in words[2]))

    def drawn(number):  # a page that nobody has seen
        asked.clear()
        return shop.client.get(f"/p/dos?variant=x{number}").get_data(as_text=True), sum(asked)

    try:
        assert any(drawn(number)[1] == 0 for number in range(60))
        stock.adjust(uno.variants[0], on_hand=0)
        db.session.commit()
        page, count = drawn("-")
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert "Café uno" not in page
    assert count == 1


def test_who_is_somebody_goes_to_flask(shop, reached):
    product = shop.product("Café Uno")
    ask(shop, "/p/cafe-uno")
    buyer = shop.buyer(product)
    shopper = shop.shopper(shop.contact("ana@example.com", name="Anacleta Mora"))
    for client in (buyer, shopper):
        client.get("/p/cafe-uno")
        reached.clear()
        client.get("/p/cafe-uno")
        assert reached == ["/p/cafe-uno"]
    assert "Anacleta" not in shop.client.get("/p/cafe-uno").get_data(as_text=True)


def test_a_no_is_remembered_in_front_too(shop, reached):
    shop.product("Café Uno")
    name = origins.cookie_name("consent")
    assert [front._consent(text) for text in ("", "_ga=1", f"a=b; {name}=no")] == ["", "", "no"]
    for odd in (f"{name}=perhaps", f"{name}=no; {name}=yes", name.replace("consent", "cart") + "=x"):
        assert front._consent(odd) is None
    client = shop.client
    client.set_cookie(name, "no", domain=client.get("/p/cafe-uno").request.host.split(":")[0])
    assert b'name="behaviour"' not in client.get("/p/cafe-uno").data
    assert b'name="behaviour"' not in in_front(reached, partial(client.get, "/p/cafe-uno")).data
    assert b'name="behaviour"' in shop.client.get("/p/cafe-uno").data


def test_views_are_counted_and_a_prefetch_is_none(shop, reached):
    shop.product("Café Uno")
    buffer.flush(shop.app)
    db.session.rollback()
    today = clock.today(tenancy.tenant().timezone)
    before = tallies.of("viewed", today, today).get(today, 0)
    db.session.rollback()
    ask(shop, "/p/cafe-uno")
    for _ in range(3):
        ask(shop, "/p/cafe-uno")
    in_front(reached, partial(ask, shop, "/p/cafe-uno", Sec_Purpose="prefetch"))
    buffer.flush(shop.app)
    db.session.rollback()
    assert tallies.of("viewed", today, today) == {today: before + 4}


def test_whose_language_differs_is_led_away(shop, reached):
    if "en" not in tenancy.tenant().languages:
        tenancy.tenant().languages = ["es", "en"]
        tenancy.touch()
        db.session.commit()
    told = partial(ask, shop, "/", Accept_Language="es-CR,es;q=0.9")
    assert told()[0].startswith("200")
    assert in_front(reached, told)[0].startswith("200")
    assert ask(shop, "/", Accept_Language="en-US,en;q=0.9", Sec_Fetch_Site="none")[0].startswith("302")
    assert ask(shop, "/", Accept_Language="en", Sec_Fetch_Site="same-origin")[0].startswith("200")


@pytest.mark.parametrize("path", ["/cart", "/search?q=cafe", "/p/cafe-uno?utm_source=x", "/nada", "/preview/x"])
def test_what_is_not_kept_is_let_through(shop, reached, path):
    shop.product("Café Uno")
    for _ in range(2):
        reached.clear()
        ask(shop, path)
        assert reached
