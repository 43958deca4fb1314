"""Nueva venta: sold in a minute, once per form, with or without a catalogue, a person, a delivery."""

import re
from datetime import timedelta

import pytest

from crm.contacts import Contact
from kernel import letters
from kernel.db import db
from shop import ledger, order_discounts, order_events, price_lists, stock
from shop.catalog import Product
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment
from shop.variants import Variant
from tests.goods import HOME, only
from tests.shop.pages import read
from tests.shop.test_discounts import off
from tests.shop.test_orders_desk import page

NOW = {"shipping": "now", "payment": "counter-cash"}


def key(client):
    return re.search(r'name="key" value="([^"]+)"', page(client, "/sales/new")).group(1)


def sell(client, **fields):
    answer = client.post(
        "/admin/cafe/sales", data={"key": key(client), **NOW, **fields}, headers={"Accept-Language": "es"}
    )
    db.session.expire_all()
    return answer


def last():
    return db.session.scalars(db.select(Order).order_by(Order.id.desc())).first()


def test_a_newcomer_sells_with_name_and_price(shop):
    answer = sell(shop.admin, new_name="Queque de banano", new_price="2 500")
    order = last()
    assert (answer.status_code, answer.location) == (303, f"/admin/cafe/orders/{order.number}")
    assert (order.state, order.payment, order.total_minor, order.by_staff) == ("delivered", "paid", 2_500_00, True)
    product = db.session.scalars(db.select(Product)).one()
    assert (product.state, product.name) == ("draft", {"es": "Queque de banano"})  # not shown before it is described
    assert shop.client.get(f"/p/{product.slug}").status_code == 404


def test_a_double_click_is_one_sale(shop):
    admin, coffee = shop.admin, shop.product(stock=10)
    fields = {"key": key(admin), **NOW, "sku": only(coffee).sku, "qty": "3", "new_name": "Taza", "new_price": "900"}
    told = {admin.post("/admin/cafe/sales", data=fields).location for _ in range(2)}
    assert told == {f"/admin/cafe/orders/{last().number}"}
    assert stock.left(only(coffee)) == 7
    assert len(db.session.scalars(db.select(ledger.LedgerEntry)).all()) == 1
    assert len(db.session.scalars(db.select(Product)).all()) == 2


@pytest.mark.parametrize("code", ["counter-cash", "counter-instant", "counter-transfer", "counter-card"])
def test_money_at_the_counter_is_in_the_ledger(shop, code):
    coffee = shop.product()
    sell(shop.admin, sku=only(coffee).sku, qty="1", payment=code)
    entry = db.session.scalars(db.select(ledger.LedgerEntry)).one()
    assert (entry.amount_minor, entry.account_id, last().payment) == (2_500_00, shop.owner_id, "paid")


def test_sinpe_is_called_as_people_call_it(shop):
    row = db.session.scalars(db.select(PaymentMethod).where(PaymentMethod.code == "counter-instant")).one()
    assert row.label["es"] == "SINPE Móvil"


def test_not_paid_yet(shop):
    sell(shop.admin, sku=only(shop.product()).sku, qty="1", payment="counter-later", name="Doña Flor")
    order = last()
    assert (order.state, order.payment, order.name, order.hold_until) == ("delivered", "due", "Doña Flor", None)
    html = page(shop.admin, f"/orders/{order.number}")
    assert 'data-action="mark-paid"' in html
    assert 'value="counter-later"' not in html
    told = {"amount": "2500", "method": "counter-later"}
    shop.admin.post(f"/admin/cafe/orders/{order.number}/payments", data=told)
    assert (last().payment, db.session.scalars(db.select(Payment)).all()[-1].method.code) == ("paid", "counter-cash")


def test_what_is_booked_is_tapped_among_the_goods(shop):
    ride = shop.service("Al alba", times=["07:30"], price={"adulto": 5_000_00, "nino": 2_000_00})
    shop.product("Café")
    html = page(shop.admin, "/sales/new")
    assert re.findall(r'name="pick" value="([^"]*)"', html) == ["al-alba"]  # once, whatever kinds of person it has
    assert "/bookings/new" not in html
    ride.product.state = "draft"
    db.session.commit()
    assert 'name="pick"' not in page(shop.admin, "/sales/new")


def test_a_transfer_is_held_and_the_buyer_hears_how_to_pay(shop):
    shop.transfer()
    sell(
        shop.admin, sku=only(shop.product()).sku, qty="1", payment="transfer", shipping="retiro", reach="f@example.com"
    )
    order = last()
    assert (order.state, order.payment) == ("placed", "due")
    assert order.hold_until is not None
    assert [row.kind for row in letters.about(order)] == ["orders.placed"]


def test_a_delivery_asks_the_address_of_the_country(shop):
    shop.delivery()
    admin, sku = shop.admin, only(shop.product()).sku
    answer = sell(admin, sku=sku, qty="2", shipping="envio", reach="8888 7777", address_street="")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert last() is None
    address = {f"address_{name}": value for name, value in HOME.items() if name != "country"}
    address |= {"address_street": "100 m sur", "address_landmark": "casa verde"}
    answer = sell(admin, sku=sku, qty="2", shipping="envio", reach="8888 7777", **address)
    order = last()
    assert (order.state, order.delivery_kind, order.phone) == ("placed", "delivery", "+50688887777")
    assert order.total_minor == 2 * 2_500_00 + 2_000_00


def test_somebody_known_is_suggested_and_chosen(shop):
    known = shop.contact(email="ana@example.com", name="Ána Mora", phone="+50688887777")
    admin = shop.admin
    for typed in ({"name": "ana mo"}, {"reach": "8888"}, {"reach": "ana@exa"}):
        html = admin.post("/admin/cafe/sales/draft", data=typed).get_data(as_text=True)
        assert f'name="person" value="{known.token}"' in html, typed
    sell(admin, sku=only(shop.product()).sku, qty="1", person=known.token)
    assert (last().contact_id, last().name, last().email) == (known.id, "Ána Mora", "ana@example.com")


def test_nobody_in_particular_makes_no_person(shop):
    sell(shop.admin, sku=only(shop.product()).sku, qty="1")
    assert (last().contact_id, db.session.scalars(db.select(Contact)).all()) == (None, [])


def test_a_new_person_by_phone(shop):
    sell(shop.admin, sku=only(shop.product()).sku, qty="1", name="Luis", reach="7000-1122")
    person = db.session.scalars(db.select(Contact)).one()
    assert (person.phone, person.name, person.id) == ("+50670001122", "Luis", last().contact_id)


@pytest.mark.parametrize(
    "wrong",
    [{"qty": "-3"}, {"qty": "999999"}, {"qty": "dos"}, {"qty": "11"}, {"payment": "nada"}, {"reach": "12"},
     {"reach": "a@"}, {"shipping": "teletransporte"}, {"new_name": "Algo", "new_price": "gratis"}, {"key": "corta"}],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(shop, wrong):
    coffee = shop.product(stock=10)
    answer = sell(shop.admin, **{"sku": only(coffee).sku, "qty": "1", "name": "Doña Flor", **wrong})
    html = answer.get_data(as_text=True)
    assert answer.status_code in {409, 422}, html[:300]
    assert "Doña Flor" in html
    assert 'role="alert"' in html
    assert (last(), stock.left(only(coffee))) == (None, 10)
    assert len(db.session.scalars(db.select(Product)).all()) == 1


def test_the_counter_without_scripts(shop):
    coffee = shop.product(stock=10, options={"molienda": ["grano", "molido"]})
    admin = shop.admin
    html = admin.post("/admin/cafe/sales/draft", data={"add": "CAFE-UNO-GRANO"}).get_data(as_text=True)
    assert 'name="sku" value="CAFE-UNO-GRANO"' in html
    html = admin.post(
        "/admin/cafe/sales/draft", data={"sku": "CAFE-UNO-GRANO", "qty": "1", "add": "CAFE-UNO-GRANO"}
    ).get_data(as_text=True)
    assert re.search(r'name="qty"[^>]*value="2"', html)
    html = admin.post("/admin/cafe/sales/draft", data={"sku": "CAFE-UNO-GRANO", "qty": "2", "drop": "CAFE-UNO-GRANO"})
    assert 'name="qty"' not in html.get_data(as_text=True)
    assert stock.on_hand(coffee) == 20


def test_words_on_the_product(shop):
    cake = shop.product("Torta", stock=None, texts=[{"code": "d", "label": {"es": "Dedicatoria"}, "required": True}])
    sku = only(cake).sku
    assert sell(shop.admin, sku=sku, qty="1").status_code == 422
    sell(shop.admin, sku=sku, qty="1", **{f"text.{sku}.d": "Feliz día"})
    assert last().lines[0].texts == {"Dedicatoria": "Feliz día"}


def test_words_of_one_choice_are_asked_with_it(shop):
    asked = {"code": "m", "label": {"es": "Medidas"}, "required": True, "when": {"talla": "medida"}}
    blouse = shop.product("Blusa", stock=None, options={"talla": ["s", "medida"]}, texts=[asked])
    small, made = (one.sku for one in blouse.variants)
    assert sell(shop.admin, sku=small, qty="1").status_code == 303
    assert sell(shop.admin, sku=made, qty="1").status_code == 422
    sell(shop.admin, sku=made, qty="1", **{f"text.{made}.m": "90"})
    assert last().lines[0].texts == {"Medidas": "90"}


def test_a_clerk_sells_and_a_marketer_does_not(shop):
    assert shop.staff("clerk").get("/admin/cafe/sales/new").status_code == 200
    marketer = shop.staff("marketer")
    assert marketer.get("/admin/cafe/sales/new").status_code == 404
    assert "sales/new" not in re.sub(r"<template.*?</template>", "", page(marketer, "/orders"), flags=re.S)


def test_staff_take_something_off_and_say_why(shop):
    sku, why = only(shop.product()).sku, "Bolsa golpeada"
    html = shop.admin.post("/admin/cafe/sales/draft", data={"sku": sku, "qty": "2", "off": "10", "off_why": why})
    assert 'value="Bolsa golpeada"' in html.get_data(as_text=True)  # kept, and shown before anything is sold
    shown = re.sub(r"[\s\u00a0\u202f.,]", " ", html.get_data(as_text=True))
    [line] = read(html).xpath("//ul[@class='counter']//span[@class='money']/text()")
    assert "5" in line
    assert "4" not in line  # what is off is taken off below, once
    assert "4 500" in shown
    sell(shop.admin, sku=sku, qty="2", off="10", off_in="percent", off_why=why)
    assert (last().total_minor, last().discount_minor, last().payment) == (4_500_00, 500_00, "paid")
    sell(shop.admin, sku=sku, qty="2", off="1 200", off_in="amount", off_why=why)
    assert last().total_minor == 3_800_00
    row = order_discounts.of(last())[0]
    assert (row.discount_id, row.why["es"], row.amount_minor) == (None, why, 1_200_00)
    assert why in page(shop.admin, f"/orders/{last().number}")


@pytest.mark.parametrize("wrong", [{"off_why": ""}, {"off": "101"}, {"off": "-5"}, {"off": "x", "off_in": "amount"}])
def test_a_discount_by_hand_says_what_is_wrong(shop, wrong):
    answer = sell(shop.admin, sku=only(shop.product()).sku, qty="1", **{"off": "10", "off_why": "Amiga", **wrong})
    assert (answer.status_code, last()) == (422, None)
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_who_buys_wholesale_pays_the_groups_price(shop):
    coffee, known = shop.product(), shop.contact(email="ana@example.com", group="mayorista")
    price_lists.put("mayorista", {coffee.id: 2_000_00}, by=None)
    db.session.commit()
    told = {"sku": only(coffee).sku, "qty": "3"}
    html = shop.admin.post("/admin/cafe/sales/draft", data=told).get_data(as_text=True)
    assert "Precio de mayorista" not in html
    html = shop.admin.post("/admin/cafe/sales/draft", data={**told, "person": known.token}).get_data(as_text=True)
    assert "Precio de mayorista" in html
    assert "6 000" in re.sub(r"[\s\u00a0\u202f.,]", " ", html)
    sell(shop.admin, **told, person=known.token)
    assert (last().total_minor, last().customer_group) == (6_000_00, "mayorista")


@pytest.mark.parametrize("payment", ["counter-cash", "counter-later"])
def test_a_sale_by_mistake_is_taken_back_whole(shop, payment):
    variant, admin = only(shop.product(stock=5, price=20_000_00)), shop.admin
    variant_id = variant.id
    sell(admin, sku=variant.sku, qty="2", payment=payment)
    page = admin.get(f"/admin/cafe/orders/{last().number}")
    assert (last().state, stock.left(db.session.get(Variant, variant_id))) == ("delivered", 3)
    [back] = read(page).xpath("//form[contains(@action, '/sales/')]/@action")
    assert back.endswith(f"/sales/{last().number}/undo")
    clerk = shop.staff("clerk")
    clerk.post(back)  # somebody else's sale
    db.session.expire_all()
    assert last().state == "delivered"
    admin.post(back, headers={"Accept-Language": "es"})
    told = admin.get(f"/admin/cafe/orders/{last().number}", headers={"Accept-Language": "es"})
    db.session.expire_all()
    order = last()
    assert (order.state, order.received_minor, order.payment) == ("cancelled", 0, "void")
    assert (stock.left(db.session.get(Variant, variant_id)), "Se deshizo" in told.text) == (5, True)
    assert sum(row.amount_minor for row in ledger.of(order)) == 0
    admin.post(back)
    assert len(ledger.of(order)) == (0 if payment == "counter-later" else 2)


def test_after_ten_minutes_a_sale_stands(shop):
    sell(shop.admin, sku=only(shop.product(stock=5)).sku, qty="1")
    order_events.last(last(), "placed").at -= timedelta(minutes=11)
    db.session.commit()
    shop.admin.post(f"/admin/cafe/sales/{last().number}/undo")
    db.session.expire_all()
    assert last().state == "delivered"


@pytest.mark.parametrize("typed", ["8888 7777", "+506 8888-7777", "ANA@example.com"])
@pytest.mark.parametrize("vouched", [True, False])
def test_whose_phone_or_e_mail_is_typed_whole_is_that_person(shop, typed, vouched):
    known = shop.contact(email="ana@example.com", name="Ana Mora", phone="+50688887777")
    known.phone_vouched = vouched
    db.session.commit()
    told = {"sku": only(shop.product()).sku, "qty": "1", "reach": typed}
    html = shop.admin.post("/admin/cafe/sales/draft", data=told).get_data(as_text=True)
    assert f'type="hidden" name="person" value="{known.token}"' in html  # and it can be said that it is another
    sell(shop.admin, **told)
    assert (last().contact_id, last().name) == (known.id, "Ana Mora")
    assert len(db.session.scalars(db.select(Contact)).all()) == 1


def test_a_number_that_two_people_gave_is_neither(shop):
    for email in ("ana@example.com", "eva@example.com"):
        shop.contact(email=email, phone="+50688887777").phone_vouched = False
    db.session.commit()
    sell(shop.admin, sku=only(shop.product()).sku, qty="1", reach="8888 7777", name="Luis")
    assert (last().name, len(db.session.scalars(db.select(Contact)).all())) == ("Luis", 3)


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"off": "abc"}, "off"), ({"off": "150"}, "off"), ({"off": "9 000", "off_in": "amount"}, "off"),
     ({"off": "10", "off_why": ""}, "off_why")],
)  # fmt: skip
def test_a_discount_that_cannot_be_says_so_beside_its_field_at_once(shop, typed, field):
    told = {"sku": only(shop.product()).sku, "qty": "1", "off_why": "Amiga", **typed}
    made = shop.admin.post("/admin/cafe/sales/draft", data=told)
    assert read(made).xpath("//*[@aria-invalid]/@id") == [field]
    assert read(made).xpath(f"string(//*[@id='{field}-error'])")
    assert read(made).xpath("boolean(//*[@id='off_why'][@required])")
    assert (sell(shop.admin, **told).status_code, last()) == (422, None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"qty": "dos"}, "qty-1"), ({"qty": "11"}, "qty-1"), ({"reach": "12"}, "reach"), ({"off": "x"}, "off"),
     ({"new_name": "Algo", "new_price": "gratis"}, "new_price"), ({"sku": ""}, "new_name"), ({"parts": "x"}, "parts")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_the_box_leads_there(shop, wrong, field):
    answer = sell(shop.admin, **{"sku": only(shop.product(stock=10)).sku, "qty": "1", **wrong})
    box = read(answer)
    assert box.xpath("//*[@data-errors]//a/@href") == [f"#{field}"]
    assert box.xpath("//*[@aria-invalid]/@id") == [field]
    assert box.xpath(f"//*[@id='{field}']/@aria-describedby")[0].split()[-1] == f"{field}-error"
    told = box.xpath(f"string(//*[@id='{field}-error'])")
    assert told
    assert box.xpath("string(//*[@data-errors]//a)").endswith(f": {told}")


def test_all_that_is_wrong_is_told_at_once(shop):
    typed = {"qty": "dos", "reach": "12", "off": "x", "new_name": "Algo", "new_price": "gratis", "payment": "nada"}
    answer = sell(shop.admin, **{"sku": only(shop.product()).sku, **typed})
    fields = ["new_price", "qty-1", "off", "payment", "reach"]
    assert [link.removeprefix("#") for link in read(answer).xpath("//*[@data-errors]//a/@href")] == fields
    assert all(read(answer).xpath(f"string(//*[@id='{field}-error'])") for field in fields)
    assert last() is None


def test_what_one_may_use_once_is_asked_of_whoever_stands_there(shop):
    coffee = shop.product(price=10_000_00, stock=None)
    off(shop, label="Bienvenida", per_customer=1)
    for comes_to in (9_000_00, 10_000_00):
        answer = sell(shop.admin, sku=only(coffee).sku, qty="1", reach="8888 7777", name="Ana")
        assert (answer.status_code, last().total_minor) == (303, comes_to)
