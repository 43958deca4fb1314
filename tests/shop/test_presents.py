"""An order that is a gift: closed for all others; words, a name and a paper without prices; and no letter to anybody else."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from crm.contacts import Contact
from kernel import letters, pdf
from kernel.db import db
from shop import buyers, preparing, presents
from shop.orders import Order
from tests.shop.pages import form, marks, read, text
from tests.shop.test_subscriptions import began, orders_of, run

needs_pdf = pytest.mark.skipif(not pdf.available(), reason="Pango is missing")
BUYER = {"email": "ana@example.com", "name": "Ana Mora", "phone": "8888 7777"}
HERE = {
    "address_region": "San José",
    "address_city": "Escazú",
    "address_district": "San Rafael",
    "address_street": "Casa 7",
}
GIFT = {"gift_name": "Rosa Solano", "gift_words": "Feliz cumpleaños, tía.\r\nUn abrazo <3"}


def sent(shop, *things, **told):
    client = shop.buyer(*things)
    page = client.get("/checkout")
    return client.post("/checkout", data={**form(page, "/checkout"), **BUYER, **told}), page


def the_order():
    return db.session.scalars(select(Order)).one()


def papers(answer):
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return [
        " ".join(one.extract_text().replace("\xa0", " ").split()) for one in PdfReader(io.BytesIO(answer.data)).pages
    ]


@needs_pdf
def test_a_gift_is_told_to_its_buyer_and_to_who_packs_it_alone(shop):
    shop.transfer()
    shop.delivery()
    answer, page = sent(shop, shop.product(price=2_500_00), shipping="envio", **HERE, **GIFT)
    assert answer.status_code == 303
    assert not read(page).xpath("//details[.//@name='gift_name']/@open")  # for all others it stays closed
    order = the_order()
    assert order.gift == {
        "name": "Rosa Solano",
        "words": "Feliz cumpleaños, tía.\nUn abrazo <3",
        "prices": False,
        "phone": "",
    }
    assert (order.name, db.session.scalar(select(func.count(Contact.id)))) == ("Ana Mora", 1)
    assert {row.to for row in letters.about(order)} == {"ana@example.com", shop.tenant.email}
    assert all(row.data["order"]["gift"]["name"] == "Rosa Solano" for row in letters.about(order))
    mine = text(shop.client.get(answer.headers["Location"]))
    for words in ("Para Rosa Solano", "Feliz cumpleaños, tía.", "El papel del paquete va sin precios."):
        assert words in mine, words
    desk = text(shop.admin.get(f"/admin/cafe/orders/{order.number}"))
    assert "Es un regalo para Rosa Solano." in desk
    assert "Un abrazo <3. Sin precios" in " ".join(desk.split())
    assert "no el recibo" in desk
    assert "Regalo" in text(shop.admin.get("/admin/cafe/orders?q=Solano"))  # found by whom it is for
    assert "Regalo" in read(shop.admin.get("/admin/cafe/orders")).xpath("//span[@class='tag']/text()")
    slip, inside = papers(shop.admin.get(f"/admin/cafe/orders/{order.number}/packing.pdf"))
    for words in ("Para Rosa Solano", "Feliz cumpleaños, tía.", "De parte de Ana Mora", "1 × Café Uno"):
        assert words in inside, words
    assert "Rosa Solano" in slip
    assert "2 500" not in slip + inside
    assert "4 500" not in slip + inside  # what is still to be paid stands in the order
    piece = next(iter(preparing.made().together()), None)
    assert piece is None or f"Regalo ({order.number})" in piece.notes


def test_what_is_no_gift_says_nothing_of_it(shop):
    shop.transfer()
    answer, _page = sent(shop, shop.product(), gift_prices="y")
    assert answer.status_code == 303
    assert the_order().gift == {}
    assert "egalo" not in text(shop.client.get(answer.headers["Location"]))
    assert "gift" not in str(letters.about(the_order())[0].data["order"]["gift"])


@pytest.mark.parametrize(
    ("told", "wrong"),
    [({"gift_words": "ñ" * 301}, "#gift_words"), ({"gift_name": "x" * 161}, "#gift_name"),
     ({"gift_name": " "}, "#gift_name"), ({"gift_phone": "12"}, "#gift_phone")],
)  # fmt: skip
def test_what_is_wrong_with_a_gift_is_said_and_it_stays_open(shop, told, wrong):
    shop.transfer()
    shop.delivery()
    answer, _page = sent(shop, shop.product(), **{**GIFT, **told})
    page = read(answer)
    assert answer.status_code == 422
    assert page.xpath("//div[@id='trouble']//a/@href") == [wrong]
    assert page.xpath("//details[.//@name='gift_name']/@open")
    typed = told.get("gift_words", GIFT["gift_words"]).replace("\r", "")
    assert page.xpath("string(//textarea[@name='gift_words'])").strip() == typed
    assert db.session.scalar(select(func.count(Order.id))) == 0


def test_its_words_change_with_it_and_go_with_its_buyer(shop):
    shop.transfer()
    sent(shop, shop.product(), **GIFT, gift_prices="y")  # fetched at the shop
    order = the_order()
    assert order.gift["prices"]
    shown = form(shop.client.get(f"/orders/{order.token}/delivery"), "/delivery/change")
    assert (shown["name"], shown["words"].split()[0]) == ("Rosa Solano", "Feliz")
    told = {**shown, "name": "Lía", "words": "Con cariño"}
    assert shop.client.post(f"/orders/{order.token}/delivery/change", data=told).status_code == 303
    db.session.expire_all()
    assert (order.gift, order.name) == ({"name": "Lía", "words": "Con cariño", "prices": True, "phone": ""}, "Ana Mora")
    base = f"/admin/cafe/orders/{order.number}/delivery"
    staff = form(shop.admin.get(base), "/delivery/change")
    assert staff["name"] == "Lía"
    assert shop.admin.post(f"{base}/change", data={**staff, "name": "Eva"}).status_code == 303
    db.session.expire_all()
    assert (order.gift["name"], order.gift["words"], order.name) == ("Eva", "Con cariño", "Ana Mora")
    assert buyers.copy(order.contact)[0]["gift"]["words"] == "Con cariño"
    buyers.forget(order.contact)
    db.session.commit()
    assert (order.gift, order.haystack) == ({}, order.number.lower())


def test_a_subscription_stays_a_gift_and_its_words_are_for_once(shop):
    told = presents.wish("Rosa Solano", "Feliz cumpleaños")
    row = began(shop, paid=True, gift=told)
    run(row.next_on)
    first, second = orders_of(row)
    assert (first.gift, second.gift) == (told, presents.wish("Rosa Solano", ""))


@needs_pdf
def test_a_booked_time_is_handed_over_on_paper(shop):
    tour = shop.service(price=25_000_00, capacity=8)
    told = presents.wish("Rosa Solano", "Nos vemos en el volcán")
    given = shop.booked(tour, shop.when(4), paid=True, gift=told)
    [mine] = papers(shop.client.get(f"/bookings/{given.token}/gift.pdf"))
    for words in ("Para Rosa Solano", "Nos vemos en el volcán", "De parte de Ana Mora", "09:00–11:00", "1 persona"):
        assert words in mine, words
    assert "25 000" not in mine
    assert f"/bookings/{given.token}/gift.pdf" in marks(shop.client.get(f"/bookings/{given.token}"), "href")
    assert f"/bookings/{given.token}/gift.pdf" in marks(shop.client.get(f"/orders/{given.order.token}"), "href")
    plain, unpaid = shop.booked(tour, shop.when(4), paid=True), shop.booked(tour, shop.when(5), gift=told)
    for other in (plain, unpaid):  # no gift; nothing yet that one could hand over
        assert shop.client.get(f"/bookings/{other.token}/gift.pdf").status_code == 404


@needs_pdf
def test_whoever_brings_it_calls_who_receives_it_and_not_who_bought_it(shop):
    shop.transfer()
    shop.delivery()
    sent(shop, shop.product(), shipping="envio", **HERE, **GIFT, gift_phone="8312 3456")
    order = the_order()
    assert (order.gift["phone"], order.phone) == ("+50683123456", "+50688887777")
    desk = f"/admin/cafe/orders/{order.number}"
    slip, inside = papers(shop.admin.get(f"{desk}/packing.pdf"))
    assert "8312 3456" in slip
    assert "8312" not in inside
    assert "8888" not in inside
    assert "8888 7777" not in slip
    page = shop.admin.get(desk).text
    assert "tel:+50683123456" in page
    assert "wa.me/50683123456" in page
    assert "wa.me/50688887777" in page  # the buyer is still the one who is asked about it
    assert {row.to for row in letters.about(order)} == {"ana@example.com", shop.tenant.email}
    assert order.number in text(shop.admin.get("/admin/cafe/orders?q=8312"))  # found by it
    shown = form(shop.client.get(f"/orders/{order.token}/delivery"), "/delivery/change")
    assert shown["phone"] == "8312 3456"
    told = {**shown, "phone": "8700 1122"}
    assert shop.client.post(f"/orders/{order.token}/delivery/change", data=told).status_code == 303
    db.session.expire_all()
    assert (presents.telephone(order), order.phone) == ("+50687001122", "+50688887777")
