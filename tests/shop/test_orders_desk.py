"""The orders desk: filters whose counts are lists, search, every step as a POST, undo, permissions, walls."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from lxml import html as trees

from kernel import clock, menu
from kernel.db import db
from shop import cancellations, days, fulfilment, ledger, order_events, order_list, orders, payments, stock
from tests.goods import only
from tests.shop.trips import HALF, ordered, trip

HTML = {"Accept-Language": "es"}


def page(client, path, **how):
    answer = client.get(f"/admin/cafe{path}", headers=HTML, **how)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def post(client, number, step, **fields):
    answer = client.post(f"/admin/cafe/orders/{number}/{step}", data=fields, headers=HTML)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:800]
    return answer


def numbers(html):
    return re.findall(r'data-order="([^"]+)"', html)


def test_an_empty_list_teaches_with_one_primary_verb(shop):
    html = page(shop.admin, "/orders")
    assert html.count("btn-primary") == 1
    assert "Todavía no hay pedidos" in html


def test_each_chip_counts_its_list(shop):
    coffee = shop.product(stock=50)
    paid, due = shop.bought(coffee, paid=True), shop.bought(coffee)
    fulfilment.prepare(shop.bought(coffee, paid=True), by=shop.owner)
    cancellations.by_staff(shop.bought(coffee, paid=True), by=shop.owner, reason="No hay")
    db.session.commit()
    admin = shop.admin
    chips = re.findall(r'orders\?show=(\w+)"[^>]*>[^<]*<span class="count">(\d+)', page(admin, "/orders"))
    assert dict(chips)["prepare"] == "2"
    for name, count in chips:
        assert len(numbers(page(admin, f"/orders?show={name}"))) == int(count) == order_list.count(name), name
    assert numbers(page(admin, "/orders?show=prepare"))[-1] == paid.number
    assert numbers(page(admin, "/orders?show=unpaid")) == [due.number]


@pytest.mark.parametrize("text", ["1001", "maria SOLIS", "8888-7777", "7777", "maria@", "ca-1001"])
def test_search_finds_by_number_name_phone_and_mail(shop, text):
    coffee = shop.product()
    order = shop.bought(coffee, name="María Solís", email="maria@example.com")
    shop.bought(coffee, name="Otra Persona", email="otra@example.org", phone="+50622220000")
    assert numbers(page(shop.admin, f"/orders?q={text}")) == [order.number]


def test_the_detail_tells_everything(shop):
    cake = shop.product("Torta", stock=None, texts=[{"code": "d", "label": {"es": "Dedicatoria"}, "max": 40}])
    shop.delivery()
    order = shop.bought(cake, 2, texts={"d": "Feliz día <b>Ana</b>"}, shipping="envio", note="Toque el timbre")
    html = page(shop.admin, f"/orders/{order.number}")
    for told in ("Torta", "Dedicatoria: Feliz día &lt;b&gt;Ana&lt;/b&gt;", "Toque el timbre", "Escazú", "Ana Mora"):
        assert told in html, told
    for link in (f"tel:{order.phone}", f"mailto:{order.email}", "https://wa.me/50688887777?text=Buen%20d%C3%ADa%20Ana"):
        assert link in html, link
    assert f"/orders/{order.token}" in html  # the buyer's own page, to copy and share
    assert f'data-order-state="placed" data-payment="due" data-minor="{order.total_minor}"' in html


def test_an_order_is_called_by_whoever_bought_it(shop):
    order = shop.bought(shop.product(), paid=True)
    email, phone = order.email, order.phone
    for contact, reach, called in ((order.contact_id, (email, phone), "Ana Mora"), (None, (email, phone), email),
                                   (None, ("", phone), phone), (None, ("", ""), "Sin nombre")):  # fmt: skip
        order.name, order.contact_id, (order.email, order.phone) = "", contact, reach
        db.session.commit()
        for path in (f"/orders/{order.number}", "/orders?show=all", "/takings", "/"):
            html = page(shop.admin, path)
            assert called in html, (called, path)
            assert "En el mostrador" not in html, (called, path)
    order.by_staff = True
    db.session.commit()
    assert all("En el mostrador" in page(shop.admin, path) for path in (f"/orders/{order.number}", "/takings"))


def test_the_shops_treatment_decides_how_whatsapp_begins(shop):
    order = shop.bought(shop.product())
    shop.tenant.treatment = "tu"
    db.session.commit()
    assert "te%20escribimos%20de" in page(shop.admin, f"/orders/{order.number}")


def test_the_steps_of_a_pick_up_and_their_undo(shop):
    admin, order = shop.admin, shop.bought(shop.product(), paid=True)
    for step, state in (("preparation", "preparing"), ("readiness", "ready"), ("delivery", "delivered")):
        post(admin, order.number, step)
        assert order.state == state
    toast = page(admin, f"/orders/{order.number}")
    assert f'action="/admin/cafe/orders/{order.number}/undo"' in toast
    post(admin, order.number, "undo")
    assert order.state == "ready"
    assert "undone" in [event.kind for event in order_events.of(order)]


def test_the_undo_ends_after_ten_minutes(shop):
    order = shop.bought(shop.product(), paid=True)
    fulfilment.prepare(order, by=shop.owner)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        admin = shop.admin
        post(admin, order.number, "undo")
        assert order.state == "preparing"  # refused, and told on the page
        assert "toast-bad" in page(admin, f"/orders/{order.number}")


def test_a_shipment_keeps_carrier_and_number(shop):
    shop.delivery()
    admin, order = shop.admin, shop.bought(shop.product(), paid=True, shipping="envio")
    post(admin, order.number, "shipment", carrier="Correos", tracking="CR123")
    assert fulfilment.tracking(order) == {"carrier": "Correos", "tracking": "CR123"}
    html = page(admin, f"/orders/{order.number}")
    assert "CR123" in html
    told = shop.client.get(f"/orders/{order.token}", headers=HTML).get_data(as_text=True)
    assert 'data-copy="CR123"' in told  # its buyer copies it, with no look for it among the steps
    post(admin, order.number, "delivery")
    assert "data-copy" not in shop.client.get(f"/orders/{order.token}", headers=HTML).get_data(as_text=True)


def test_a_payment_in_parts_a_double_click_and_its_undo(shop):
    admin, order = shop.admin, shop.bought(shop.product())
    key = re.search(r'name="key" value="([^"]+)"', page(admin, f"/orders/{order.number}")).group(1)
    for _ in range(2):
        post(admin, order.number, "payments", key=key, amount="1000", reference="R-1")
    assert (order.payment, order.received_minor, len(ledger.of(order))) == ("partial", 1_000_00, 1)
    post(admin, order.number, "payments", amount="1 500,00")
    assert order.payment == "paid"
    post(admin, order.number, "payments/undo")
    assert (order.payment, order.received_minor) == ("partial", 1_000_00)


@pytest.mark.parametrize("amount", ["", "abc", "-5", "0", "1e9"])
def test_a_bad_amount_keeps_what_was_typed(shop, amount):
    admin, order = shop.admin, shop.bought(shop.product())
    answer = admin.post(f"/admin/cafe/orders/{order.number}/payments", data={"amount": amount, "reference": "mi ref"})
    assert answer.status_code in {422, 303}
    assert (order.received_minor, order.payment, ledger.of(order)) == (0, "due", [])
    if answer.status_code == 422:
        assert "mi ref" in answer.get_data(as_text=True)


def test_a_refund_is_noted_once_and_never_more_than_came(shop):
    admin, order = shop.admin, shop.bought(shop.product(), paid=True)
    assert admin.post(f"/admin/cafe/orders/{order.number}/refunds", data={"amount": "99999"}).status_code == 422
    assert order.received_minor == order.total_minor
    for _ in range(2):
        post(admin, order.number, "refunds", key="k" * 22, amount="500", reference="dev")
    assert order.received_minor == order.total_minor - 500_00


@pytest.mark.parametrize(("restock", "left"), [({"restock": "y"}, 10), ({}, 8)])
def test_a_cancellation_with_its_choice_of_restock(shop, restock, left):
    coffee = shop.product(stock=10)
    admin, order = shop.admin, shop.bought(coffee, 2, paid=True)
    post(admin, order.number, "cancellation", reason="Se acabó el lote", **restock)
    assert (order.state, order.payment, stock.left(only(coffee))) == ("cancelled", "refund_due", left)
    told = page(admin, f"/orders/{order.number}")
    assert "Se acabó el lote" in told
    assert 'data-action="refund"' in told


def test_a_cancellation_without_a_reason_is_asked_again(shop):
    order = shop.bought(shop.product())
    answer = shop.admin.post(f"/admin/cafe/orders/{order.number}/cancellation", data={"reason": " "}, headers=HTML)
    assert answer.status_code == 422
    assert "Escriba por qué" in answer.get_data(as_text=True)
    assert order.state == "placed"


def test_a_note_stays_inside(shop):
    admin, order = shop.admin, shop.bought(shop.product())
    post(admin, order.number, "notes", text="Llamar antes")
    assert "Llamar antes" in page(admin, f"/orders/{order.number}")
    assert "Llamar antes" not in shop.client.get(f"/orders/{order.token}").get_data(as_text=True)


MATRIX = {
    "preparation": {"owner", "manager", "clerk"}, "payments": {"owner", "manager", "clerk"},
    "refunds": {"owner", "manager"}, "cancellation": {"owner", "manager"}, "notes": {"owner", "manager", "clerk"},
}  # fmt: skip


@pytest.mark.parametrize("role", ["owner", "manager", "marketer", "clerk"])
def test_who_may_not_finds_no_such_page(shop, role):
    client, order = shop.staff(role), shop.bought(shop.product(), paid=True)
    html = page(client, f"/orders/{order.number}")
    for step, roles in MATRIX.items():
        answer = client.post(f"/admin/cafe/orders/{order.number}/{step}", data={"text": "x"})
        assert (answer.status_code != 404) == (role in roles), step
    assert ("orders.csv" in page(client, "/orders")) == (role in {"owner", "manager"})
    assert ('data-action="cancel-order"' in html) == (role in MATRIX["cancellation"])


def test_another_tenants_order_is_not_there(rival, shop):
    rival.enter()
    order = rival.bought(rival.product())
    number = order.number
    shop.enter()
    admin = shop.admin
    assert admin.get(f"/admin/cafe/orders/{number}").status_code == 404
    assert admin.post(f"/admin/cafe/orders/{number}/preparation").status_code == 404
    assert admin.get("/admin/rival/orders").status_code == 404


def test_the_pulse_tells_of_a_new_order(shop):
    admin, coffee = shop.admin, shop.product(stock=50)
    assert admin.get("/admin/cafe/pulse").json == {"latest": "", "orders": 0}
    order = shop.bought(coffee, paid=True)
    assert admin.get("/admin/cafe/pulse").json == {"latest": order.number, "orders": 1}


def test_get_changes_nothing(shop):
    admin, order = shop.admin, shop.bought(shop.product())
    assert admin.get(f"/admin/cafe/orders/{order.number}/cancellation").status_code in {404, 405}
    assert orders.numbered(order.number).state == "placed"


def test_an_order_of_bookings_only_speaks_of_no_parcel(shop):
    order, booking = ordered(shop, trip(shop, policy=HALF), paid=True)
    html = page(shop.admin, f"/orders/{order.number}")
    assert f'href="/admin/cafe/bookings/{booking.token}"' in html
    for parcel in ("packing.pdf", "/delivery", 'name="restock"', "Entregado en mano", "Nada que entregar"):
        assert parcel not in html, parcel
    with_goods = page(shop.admin, f"/orders/{shop.bought(shop.product(), paid=True).number}")
    assert all(parcel in with_goods for parcel in ("packing.pdf", "/delivery", 'name="restock"'))


def test_cancelling_a_booking_fills_in_what_its_policy_keeps(shop):
    order, booking = ordered(shop, trip(shop, policy=HALF), paid=True)
    with time_machine.travel(booking.starts_at - timedelta(hours=30), tick=False):
        admin = shop.admin
        html = page(admin, f"/orders/{order.number}")
        assert re.search(r"se devuelven ₡5\s000 de ₡10\s000;", html)
        kept = re.search(r'id="cancel-kept"[^>]*value="([^"]+)"', html).group(1)
        post(admin, order.number, "cancellation", reason="No viene", kept=kept)
    assert (order.state, order.kept_minor, booking.state) == ("cancelled", 5_000_00, "cancelled")
    assert cancellations.of(order).restocked


def test_a_page_asks_once_how_many_wait_and_says_it_in_the_rail_and_in_the_bar(shop, monkeypatch):
    asked = []
    word = replace(menu._entries["shop_admin.orders"], badge=lambda: asked.append(1) or 7)
    monkeypatch.setitem(menu._entries, "shop_admin.orders", word)
    for html in (
        page(shop.admin, "/orders"),
        shop.admin.get("/admin/cafe/nowhere", headers=HTML).get_data(as_text=True),
    ):
        assert '<span class="count" data-badge="orders">7</span>' in html
        assert '<span class="badge-count">7</span>' in html
        assert html.count('data-key="g o"') == 1
    assert len(asked) == 2


def test_a_booking_says_for_when_and_what_is_awaited_is_summed(shop):
    tour, cake = shop.service("Al alba", times=["07:30"]), shop.product("Torta", price=10_000_00, deposit_bp=5000)
    at = shop.when(4, "07:30")
    shop.booked(tour, at, paid=True)
    for _number in range(2):
        half = shop.bought(cake, plan="deposit")
        payments.settle(payments.current(half), key=half.number, amount=half.money(5_000_00))
    db.session.commit()
    assert days.told(at.date(), weekday=True) in page(shop.admin, "/orders?show=all")
    assert "Falta pagar en total: <b>₡10 000</b>" in page(shop.admin, "/orders?show=balance").replace("\xa0", " ")
    rows = trees.fromstring(page(shop.admin, "/orders?show=balance")).xpath("//tr[@data-order]//*[@data-left]")
    assert ["".join(row.text_content().split()) for row in rows] == ["₡5000", "₡5000"]  # the rows add up to the sum
    assert "Falta pagar en total" not in page(shop.admin, "/orders?show=all")
