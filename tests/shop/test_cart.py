"""The cart: kept by a cookie, honest about what changed, handed on by a link, merged at log-in."""

from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from sqlalchemy import event

from kernel.db import db
from shop import cart as carts
from shop import catalog, checkout, quotes, stock
from shop.quotes import Choice
from tests.goods import only
from tests.shop.pages import marks, read, text


def line_of(answer):
    return next(url for url in marks(answer, "action") if url.startswith("/cart/lines/"))


def lines_in(answer):
    """What each line says of itself, and how many it is for."""
    lines = read(answer).xpath("//ul[contains(@class,'lines')]/li")
    return [
        (" ".join(one.xpath("./div[1]")[0].text_content().split()), one.xpath(".//input[@name='quantity']/@value"))
        for one in lines
    ]


def test_empty_says_so_and_leads_on(shop):
    answer = shop.client.get("/cart")
    assert answer.status_code == 200
    assert "Su carrito está vacío" in text(answer)
    assert "go-to-checkout" not in marks(answer, "data-action")


def test_put_in_change_take_out(shop):
    shop.product("Café Uno", price=2_500_00)
    client = shop.client
    answer = client.post("/cart/lines", data={"product": "cafe-uno", "quantity": "2"})
    assert answer.status_code == 303
    page = client.get("/cart")
    assert "₡5" in text(page)
    assert "go-to-checkout" in marks(page, "data-action")
    assert client.post(line_of(page), data={"quantity": "3"}).status_code == 303
    assert read(client.get("/cart")).xpath("//input[@name='quantity']/@value") == ["3"]
    client.post(line_of(page), data={"remove": "1"})
    assert "vacío" in text(client.get("/cart"))


def test_what_was_taken_out_is_named_and_comes_back_as_it_was(shop):
    texts = [{"code": "note", "label": {"es": "Dedicatoria"}, "max": 40}]
    shop.product("Pastel", texts=texts, options={"size": ["s", "l"]})
    client = shop.client
    first = {"product": "pastel", "option-size": "l", "text-note": '"Ñandú" & <b>', "quantity": "2"}
    client.post("/cart/lines", data=first)
    client.post("/cart/lines", data={"product": "pastel", "option-size": "s"})
    before = lines_in(client.get("/cart"))
    client.post(line_of(client.get("/cart")), data={"remove": "1"})
    page = client.get("/cart")
    assert "Pastel ya no está en su carrito." in text(page)
    assert len(lines_in(page)) == 1
    [back] = read(page).xpath("//form[.//*[@data-undo]]")
    assert client.post(back.get("action"), data={one.get("name"): one.get("value") for one in back.xpath(".//input")})
    assert sorted(lines_in(client.get("/cart"))) == sorted(before)
    assert not read(client.get("/cart")).xpath("//*[@data-undo]")


@pytest.mark.parametrize(
    "typed", ["-5", "0", "0.5", "1e9", "NaN", "9223372036854775808", "٣", "abc", "", "1 000", "9" * 5000]
)
def test_a_quantity_that_is_none_is_refused_and_nothing_is_lost(shop, typed):
    shop.product("Café Uno", stock=None)
    client = shop.client
    assert client.post("/cart/lines", data={"product": "cafe-uno", "quantity": typed}).status_code == 422
    client.post("/cart/lines", data={"product": "cafe-uno", "quantity": "2"})
    answer = client.post(line_of(client.get("/cart")), data={"quantity": typed})
    assert answer.status_code == 422
    page = read(answer)
    assert page.xpath("//*[@role='alert']")
    assert page.xpath("//input[@name='quantity']/@value") == [typed]
    assert read(client.get("/cart")).xpath("//input[@name='quantity']/@value") == ["2"]


def test_a_price_that_came_along_is_nobody_s(shop):
    shop.product("Café Uno", price=2_500_00)
    client = shop.client
    client.post("/cart/lines", data={"product": "cafe-uno", "price": "1", "price_minor": "1", "currency": "CLP"})
    assert "₡2" in text(client.get("/cart"))


def test_it_says_what_changed(shop):
    product = shop.product("Café Uno", price=2_500_00, stock=5)
    client = shop.client
    client.post("/cart/lines", data={"product": "cafe-uno", "quantity": "3"})
    product.price_minor = 3_000_00
    catalog.changed(product)
    db.session.commit()
    said = text(client.get("/cart"))
    assert "El precio de Café Uno pasó de ₡2" in said
    stock.adjust(only(product), on_hand=2)
    db.session.commit()
    assert "Solo quedan 2 de Café Uno" in text(client.get("/cart"))
    assert client.post("/cart/notices").status_code == 303
    page = client.get("/cart")
    assert "pasó de" not in text(page)
    assert read(page).xpath("//input[@name='quantity']/@value") == ["2"]


def test_what_is_gone_keeps_nobody_from_the_rest(shop):
    gone, other = shop.product("Ido"), shop.product("Queda")
    client = shop.buyer(gone, other)
    catalog.withdraw(gone)
    db.session.commit()
    page = client.get("/cart")
    assert "Ido ya no se vende" in text(page)
    assert client.get("/checkout").status_code == 303
    client.post("/cart/notices")
    assert "Ido" not in text(client.get("/cart"))
    assert client.get("/checkout").status_code == 200


def test_another_browser_s_line_cannot_be_touched(shop):
    shop.product("Café Uno")
    mine = shop.client
    mine.post("/cart/lines", data={"product": "cafe-uno"})
    address = line_of(mine.get("/cart"))
    other = shop.client
    assert other.post(address, data={"remove": "1"}).status_code == 404
    other.post("/cart/lines", data={"product": "cafe-uno"})
    assert other.post(address, data={"quantity": "9"}).status_code == 404
    assert read(mine.get("/cart")).xpath("//input[@name='quantity']/@value") == ["1"]


def test_handed_on_by_whatsapp(shop):
    shop.product("Café Uno")
    client = shop.buyer(shop.product("Té"))
    link = next(url for url in marks(client.get("/cart"), "href") if url.startswith("https://wa.me/"))
    words = unquote(link.partition("text=")[2])
    assert len(words) <= 300
    assert "₡" in words
    path = words[words.index("/cart/shared/") :]
    friend = shop.client
    assert "Té" in text(friend.get(path))
    assert friend.post(path).status_code == 303
    assert "Té" in text(friend.get("/cart"))
    assert "Té" in text(client.get("/cart"))


def test_an_expired_link_says_so(shop):
    answer = shop.client.get("/cart/shared/nada")
    assert answer.status_code in {404, 410}
    assert "venció" in text(answer)


def test_the_count_in_the_header_is_one_s_own(shop):
    product = shop.product("Café Uno")
    client, other = shop.buyer(product), shop.client
    count = "//*[@data-cart-count]"
    assert read(client.get("/p/cafe-uno")).xpath(count)
    assert not read(other.get("/p/cafe-uno")).xpath(count)


def test_more_lines_and_more_methods_ask_no_more_questions(shop):
    """What changed in the cart is asked once for all lines; whether cards work is asked for cards alone."""
    asked = []
    shop.transfer()
    lines = [shop.product(f"Cosa {number}") for number in range(5)]

    def questions(count):
        row, _secret = carts.begin()
        db.session.add_all(
            carts.CartLine(cart_id=row.id, variant_id=only(one).id, quantity=1, seen_minor=1) for one in lines[:count]
        )
        db.session.commit()
        wanted = carts.wanted(row)  # lines, variants and products are there
        asked.clear()
        found = carts.notices(row)
        assert len(found) == len(wanted) == count
        return len([one for one in asked if "price_break" in one])

    def hear(*told):
        asked.append(told[2])

    with listening(hear):
        assert questions(1) == questions(5) == 1
        quote = quotes.make(carts.wanted(db.session.scalars(db.select(carts.Cart)).first()), choice=Choice("retiro"))
        asked.clear()
        assert checkout.payable(quote, {})
        assert not [one for one in asked if "card_account" in one]


@contextmanager
def listening(hear):
    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
