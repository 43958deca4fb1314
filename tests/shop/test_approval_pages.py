"""A request as people see it: asked for on the shop's pages, answered in the back office, told to who waits."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock, jobs
from kernel.db import db
from kernel.letters import Letter
from shop import approval_rows, approvals, departure_changes, services
from shop.orders import Order
from tests.shop.pages import read, text
from tests.shop.test_approvals import booking_of, cabin, requested
from tests.shop.test_races import form
from tests.shop.test_service_editor import departure, draft, errors, post

LIST = "/admin/cafe/bookings/requests"


def asked(shop, service):
    """A visitor who asks for two nights on the shop's pages; their browser and the order."""
    shop.transfer()
    browser = shop.client
    leave = shop.day(9).isoformat()
    held = {"product": service.product.slug, "arrive": shop.day(7).isoformat(), "leave": leave, "places": "2"}
    assert browser.post("/bookings/hold", data=held).status_code == 303
    page = text(browser.get("/checkout"))
    assert "Esto es una solicitud" in page
    assert "Enviar la solicitud" in page
    answer = browser.post("/checkout", data=form(1, shipping=""))
    assert answer.status_code == 303, text(answer)
    db.session.expire_all()
    return browser, db.session.scalars(select(Order)).one()


def test_a_shopper_reads_before_and_after_that_it_is_a_request(shop):
    service = cabin(shop)
    page = text(shop.client.get("/p/cabana"))
    assert "Usted envía una solicitud: la tienda responde en un plazo de 24 horas" in page
    assert "Solicitar" in page
    browser, order = asked(shop, service)
    page = browser.get(f"/orders/{order.token}")
    assert read(page).xpath("//@data-order-state") == ["asked"]
    told = text(page)
    assert "La tienda tiene su solicitud" in told
    assert "La tienda responde a más tardar" in told
    assert not [word for word in ("Pagar ahora", "Envíe exactamente", "Preparar") if word in told]
    assert browser.get(f"/orders/{order.token}/pay").location == f"/orders/{order.token}"
    sent = {"payment": "transfer", "amount": "all"}
    assert browser.post(f"/orders/{order.token}/payments", data=sent).status_code == 409
    booking = text(browser.get(f"/bookings/{booking_of(order).token}"))
    assert "La tienda tiene su solicitud" in booking
    assert "Muestre este código" not in booking


def test_what_books_at_once_says_nothing_of_it(shop):
    shop.service("Paseo")
    page = text(shop.client.get("/p/paseo"))
    assert "solicitud" not in page
    assert "Reservar" in page


def test_today_counts_whom_the_list_shows_and_a_yes_is_one_tap(shop):
    order = requested(shop)
    admin = shop.admin
    today = read(admin.get("/admin/cafe/")).xpath("//a[contains(@href, '/bookings/requests')]")
    assert "1" in today[0].text_content()
    page = admin.get(LIST)
    assert len(read(page).xpath("//*[@data-row]")) == 1
    assert "quedan 23 horas" in text(page)
    assert "Espera su respuesta" in text(admin.get(f"/admin/cafe/bookings?day={shop.day(7)}"))
    assert "Espera su respuesta" in text(admin.get(f"/admin/cafe/orders/{order.number}"))
    assert "Decir que sí" in text(admin.get(f"/admin/cafe/bookings/{booking_of(order).token}"))
    done = admin.post(f"/admin/cafe/orders/{order.number}/approval", data={"listed": "1"})
    assert done.location == LIST
    again = admin.post(f"/admin/cafe/orders/{order.number}/approval")
    assert again.location == f"/admin/cafe/orders/{order.number}"
    page = text(admin.get(LIST))
    assert "ya no espera respuesta" in page
    assert "Nadie espera su respuesta" in page
    db.session.expire_all()
    assert (order.state, [row.kind for row in order.payments]) == ("placed", ["transfer"])
    assert "Envíe exactamente" in text(shop.client.get(f"/orders/{order.token}"))


def test_a_no_is_read_with_its_reason_and_what_is_free_instead(shop):
    order = requested(shop)
    shop.admin.post(f"/admin/cafe/orders/{order.number}/refusal", data={"reason": "Hay una boda"})
    page = text(shop.client.get(f"/orders/{order.token}"))
    assert "Esta vez la tienda no puede recibirle" in page
    assert "Hay una boda" in page
    assert "En cambio hay lugar" in page
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "orders.refused"))
    assert letter.data["button_label"] == "Elegir otra hora"
    assert "En cambio hay lugar: " in letter.data["lead"]


def test_nobody_needs_a_worker_to_read_that_its_time_is_over(shop):
    order = requested(shop)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert "La tienda no respondió a tiempo" in text(shop.client.get(f"/orders/{order.token}"))
        assert "La tienda no respondió a tiempo" in text(shop.client.get(f"/bookings/{booking_of(order).token}"))
        assert "Nadie espera su respuesta" in text(shop.admin.get(LIST))
        assert "Nadie respondió a tiempo" in text(shop.admin.get(f"/admin/cafe/orders/{order.number}"))
        jobs.run_due()
        assert "La tienda no respondió a tiempo" in text(shop.client.get(f"/orders/{order.token}"))


@pytest.mark.parametrize(("role", "status"), [("clerk", 303), ("manager", 303), ("marketer", 404)])
def test_who_manages_bookings_answers(shop, role, status):
    order = requested(shop)
    browser = shop.staff(role)
    assert ("Decir que sí" in text(browser.get(LIST))) is (status == 303)
    assert browser.post(f"/admin/cafe/orders/{order.number}/refusal").status_code == status
    db.session.expire_all()
    assert order.asked is (status == 404)


def test_a_departure_that_is_called_off_answers_who_waits(shop):
    order = shop.booked(shop.service("Paseo", capacity=12, lead=24, answer_hours=24), shop.when(7), 8).order
    departure_changes.call_off(booking_of(order).departure, by=shop.owner, reason="Tormenta", typed=0)
    db.session.commit()
    assert (order.state, booking_of(order).state, approval_rows.of(order).answer) == ("cancelled", "cancelled", "no")


def test_the_owner_chooses_it_and_gives_themselves_no_longer_than_it_is_sold(shop):
    product = draft(shop)
    wrong = departure(answers="yes", answer_hours="48", answer_from="6", lead="12")
    page = errors(post(shop, product, **wrong))
    assert "Se vende hasta 12 horas antes" in page
    assert 'value="48"' in page
    assert post(shop, product, **{**wrong, "answer_hours": "12"}).status_code == 303
    row = services.of_product(product.id)
    assert (row.answer_hours, row.answer_from, row.answered_within(5), row.answered_within(6)) == (12, 6, None, 12)
    assert post(shop, product, **departure(answers="", answer_hours="12")).status_code == 303
    db.session.expire_all()
    assert (row.answer_hours, row.answer_from) == (None, 1)


def test_the_letters_say_by_when_and_what_to_pay(shop):
    order = requested(shop)
    approvals.approve(order, by=shop.owner)
    db.session.commit()
    told = {row.kind: row.data for row in db.session.scalars(select(Letter))}
    assert "le respondemos a más tardar" in told["orders.asked"]["lead"]
    assert not told["orders.asked"]["attached"]
    assert f"/admin/cafe/orders/{order.number}" in told["orders.shop.asked"]["button_url"]
    assert "Ahora pague" in told["orders.approved"]["lead"]
    assert told["orders.approved"]["attached"]
    assert told["orders.approved"]["order"]["pay"]["code"]
