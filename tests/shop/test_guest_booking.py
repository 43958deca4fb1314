"""The guest's page: it tells without changing, another time within the policy, off for exactly what it said."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy import text as sql

from kernel import clock, letters, walls, web
from kernel.db import db
from shop import (
    arrivals,
    booking_moves,
    booking_orders,
    booking_reminders,
    bookings,
    buyers,
    order_events,
    orders,
    refunds,
)
from shop.bookings import Booking
from shop.departures import Departure
from shop.occupations import JustTaken, Span
from shop.views import guest_booking
from tests.shop.pages import form, marks, read, text

POLICY = [{"hours": 48, "back_bp": 10000}, {"hours": 24, "back_bp": 5000}]


@pytest.fixture
def trip(shop):
    return shop.service(
        "Paseo", price={"adulto": 5_000_00, "nino": 2_000_00}, capacity=6, policy=POLICY, times=("09:00", "14:00"),
        questions=[{"code": "alergias", "label": {"es": "Alergias"}}], meeting={"es": "Muelle municipal"},
    )  # fmt: skip


def page(shop, row, path=""):
    return shop.client.get(f"/bookings/{row.token}{path}")


def rows_of(tenant_id):
    """Everything that a tenant owns, as the database holds it."""
    db.session.rollback()
    with db.engine.connect() as bare:
        mine = {name: f'SELECT * FROM "{name}" WHERE tenant_id = {tenant_id}' for name in walls.tables()}
        return {name: sorted(map(repr, bare.execute(sql(asked)))) for name, asked in mine.items()}


def choice(at, **more):
    local = at - timedelta(hours=6)  # Costa Rica
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", **more}


def state(row):
    db.session.refresh(row)
    return row.starts_at, row.state, row.moved


def taken(row):
    db.session.expire_all()
    return {one.starts_at: one.taken for one in db.session.scalars(select(Departure)) if one.taken}


def test_it_tells_everything_and_changes_nothing(shop, trip):
    row = shop.booked(trip, shop.when(7), [2, 1], timezone="Europe/Berlin", answers={"Alergias": "Maní <b>"})
    before = rows_of(shop.tenant_id)
    answer = page(shop, row)
    told = text(answer)
    for words in ("Le apartamos esta hora", "Paseo", "09:00–11:00", "hora de Costa Rica", "Alemania (Berlín)", "Muelle municipal",
                  "2 × Adulto, 1 × Nino", "Maní <b>", "₡12 000", row.order.number):  # fmt: skip
        assert words.casefold() in told.replace("\xa0", " ").casefold(), words
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("private, no-store", "same-origin")
    assert f"/orders/{row.order.token}/pay?choose=1" in marks(answer, "href")
    assert str(guest_booking.code(row)) not in answer.get_data(as_text=True)
    assert f"/bookings/{row.token}/arrive" in web.admin_url("shop_admin.booking_arrive", token=row.token)
    picture = page(shop, row, ".png")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    file = page(shop, row, ".ics")
    assert file.mimetype == "text/calendar"
    assert file.headers["Content-Disposition"] == 'attachment; filename="paseo.ics"'
    assert Calendar.from_ical(file.data).events[0]["dtstart"].dt == row.starts_at
    assert page(shop, row, "/move").status_code == 200
    assert rows_of(shop.tenant_id) == before


def test_what_was_put_away_keeps_its_guests(shop, trip):
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    trip.product.binned_at = clock.now()
    db.session.commit()
    for path in ("", ".ics", ".png"):
        assert page(shop, row, path).status_code == 200
    assert page(shop, row, "/move").status_code == 303
    assert shop.client.get(f"/orders/{row.order.token}").status_code == 200
    assert shop.admin.get(f"/admin/cafe/bookings/{row.token}/arrive").status_code == 200
    with clock.at(row.starts_at - timedelta(hours=48)):
        booking_reminders.remind(row.id, "near", int(row.starts_at.timestamp()))
    assert letters.about(row.order)[0].subject == "En dos días: Paseo"
    sent = form(page(shop, row), "/cancellation")
    assert shop.client.post(f"/bookings/{row.token}/cancellation", data=sent).status_code == 303
    assert state(row)[1] == "cancelled"


def test_a_paid_one_asks_for_nothing_and_speaks_english(shop, trip):
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    answer = shop.client.get(f"/en/bookings/{row.token}")
    assert "You are expected" in text(answer)
    assert not any("/pay" in href for href in marks(answer, "href"))
    assert "Donde usted está" not in text(page(shop, row))


def test_until_what_is_due_first_is_paid_it_is_not_confirmed_and_has_no_code(shop, trip):
    trip.product.deposit_bp = 3_000
    db.session.commit()
    row = shop.booked(trip, shop.when(7), [2], plan="deposit")
    order = shop.client.get(f"/orders/{row.order.token}")
    amount = read(order).xpath("string(//*[@class='pay-amount'])").replace("\xa0", " ")
    asked = text(page(shop, row)).replace("\xa0", " ")
    assert "Pague ₡3 000 para confirmarla." in asked
    assert "₡3 000" in amount
    assert "El resto, ₡7 000, se paga después." in asked
    assert "Le guardamos el lugar hasta el" in asked
    assert "Falta su pago" in asked
    assert f"/orders/{row.order.token}" in marks(page(shop, row), "href")
    for words in ("Reservada", "Muestre este código", "Le esperamos"):
        assert words not in asked
    assert "Su código para la entrada" not in text(order)
    row.order.payment = "proof"
    db.session.commit()
    looked = page(shop, row)
    assert "Estamos revisando su comprobante." in text(looked)
    assert "how-to-pay" not in marks(looked, "data-action")
    row.order.payment = "due"
    shop.pay(row.order, 3_000_00)
    db.session.commit()
    sure = page(shop, row)
    assert str(guest_booking.code(row)) in sure.get_data(as_text=True)
    assert "Muestre este código" in text(sure)
    assert "₡7 000 por pagar" in text(sure).replace("\xa0", " ")


def test_what_nobody_ordered_has_no_page(shop, trip):
    held = shop.held(trip, shop.when(7))
    for token in (held.token, "nobody", "x" * 300, "month.ics"):
        for path in ("", ".ics", ".png", "/move"):
            assert shop.client.get(f"/bookings/{token}{path}").status_code == 404, token
        for path in ("/move", "/cancellation"):
            assert shop.client.post(f"/bookings/{token}{path}").status_code == 404, token


def test_the_order_and_the_account_lead_to_it(shop, trip):
    contact = shop.contact()
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    assert f"/bookings/{row.token}" in marks(shop.client.get(f"/orders/{row.order.token}"), "href")
    row.order.contact_id = contact.id
    db.session.commit()
    assert f"/bookings/{row.token}" in marks(shop.shopper(contact).get("/account"), "href")


def test_another_time_by_link(shop, trip):
    row, then = shop.booked(trip, shop.when(7), [2], paid=True), shop.when(9, "14:00")
    was = row.starts_at
    offered = page(shop, row, f"/move?day={choice(then)['day']}")
    assert {"09:00", "14:00"} <= set(read(offered).xpath("//input[@name='time']/@value"))
    days = [href for href in marks(offered, "href") if "/move?" in href]
    assert days
    assert not any("/p/paseo" in href for href in days)
    answer = shop.client.post(f"/bookings/{row.token}/move", data=choice(then))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/bookings/{row.token}")
    assert state(row) == (then, "booked", 1)
    assert taken(row) == {then: 2}
    told = order_events.last(row.order, "booking_moved").data
    assert (told["was"], told["now"]) == (was.isoformat(), then.isoformat())
    assert {one.kind for one in letters.about(row.order)} >= {"bookings.moved", "bookings.shop.moved"}
    assert row.lines[0].day.isoformat() == choice(then)["day"]
    assert "14:00" in row.lines[0].texts["Fecha"]
    again = shop.client.post(f"/bookings/{row.token}/move", data=choice(then))
    assert again.status_code == 303
    assert state(row) == (then, "booked", 1)  # sent twice, moved once


def test_its_own_day_is_marked_and_an_empty_form_stays_where_it_is(shop, trip):
    row = shop.booked(trip, shop.when(40), [2], paid=True)
    own = choice(row.starts_at)
    first = page(shop, row, "/move")
    assert "Cambiar fecha u hora" in text(first)
    assert "mine" in read(first).xpath(f"//a[@data-day='{own['day']}']/..")[0].get("class").split()
    assert " suya, " in read(first).xpath(f"//a[@data-day='{own['day']}']/span")[0].text
    month = read(first).xpath("//input[@name='month']/@value")
    assert month == [own["day"][:7]]
    for sent in ({"month": month[0], "day": ""}, {"day": ""}):
        empty = shop.client.post(f"/bookings/{row.token}/move", data=sent)
        assert empty.status_code == 422
        assert read(empty).xpath("//input[@name='month']/@value") == month
        assert read(empty).xpath("string(//*[@id='field-when'])") == "Elija un día."
    day = shop.client.post(f"/bookings/{row.token}/move", data={"day": own["day"]})
    assert read(day).xpath("string(//*[@id='field-time'])") == "Elija una hora."
    assert "suya" in read(day).xpath("string(//label[.//input[@value='09:00']])")
    assert read(day).xpath("count(//input[@name='day'])") == 1


def test_when_somebody_was_quicker_nothing_changes_and_the_next_times_are_offered(shop, trip):
    row, then = shop.booked(trip, shop.when(7), [2], paid=True), shop.when(9)
    shop.booked(trip, then, [5], paid=True)
    before = rows_of(shop.tenant_id)
    answer = shop.client.post(f"/bookings/{row.token}/move", data=choice(then))
    assert answer.status_code == 409
    offered = read(answer).xpath("//button[@name='again']/@value")
    assert " ".join(choice(shop.when(9, "14:00")).values()) == offered[0]
    assert {name: rows for name, rows in rows_of(shop.tenant_id).items() if name != "rate_limit"} == before
    assert shop.client.post(f"/bookings/{row.token}/move", data={"again": offered[0]}).status_code == 303
    assert state(row)[0] == shop.when(9, "14:00")


@pytest.mark.parametrize(
    "sent",
    [{}, {"day": "2026-02-30", "time": "09:00"}, {"day": "2020-01-01", "time": "09:00"}, {"day": "9999-12-31", "time": "09:00"},
     {"day": "x", "time": "99:99"}, {"again": "2020-01-01 09:00"}, {"time": "03:33"}, {"time": "25:00"},
     {"arrive": "2026-12-24"}],
)  # fmt: skip
def test_a_time_that_is_none_is_a_clear_sentence(shop, trip, sent):
    row = shop.booked(trip, shop.when(7), [2], paid=True)
    before = state(row)
    told = {"day": choice(shop.when(9))["day"], **sent} if "time" in sent else sent
    answer = shop.client.post(f"/bookings/{row.token}/move", data=told)
    assert answer.status_code == 422
    assert read(answer).xpath("//*[@role='alert']")
    assert state(row) == before


def test_the_policy_says_until_when_and_staff_may_later(shop, trip):
    row, then = shop.booked(trip, shop.when(7), [1], paid=True), shop.when(9)
    span = Span(then, then + trip.length)
    assert booking_moves.until(row) == row.starts_at - timedelta(hours=48)
    with clock.at(row.starts_at - timedelta(hours=48, seconds=-1)):
        assert not booking_moves.allowed_to_guest(row)
        with pytest.raises(booking_moves.TooLate):
            booking_moves.move(row, span)
        db.session.rollback()
        booking_moves.move(row, span, by=shop.owner)
        db.session.commit()
    assert state(row) == (then, "booked", 1)
    assert "bookings.shop.moved" not in {one.kind for one in letters.about(row.order)}
    row.starts_at, row.ends_at = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=3)
    db.session.commit()
    assert page(shop, row, "/move").headers["Location"] == f"/bookings/{row.token}"
    assert shop.client.post(f"/bookings/{row.token}/move", data=choice(then)).status_code == 409
    assert "/move" not in " ".join(marks(page(shop, row), "href"))


def test_without_a_policy_it_moves_as_long_as_it_is_sold(shop):
    trip = shop.service("Cata", lead=5)
    row = shop.booked(trip, shop.when(7), paid=True)
    assert booking_moves.until(row) == row.starts_at - timedelta(hours=5)


@pytest.mark.parametrize(("policy", "hours"), [([*POLICY, {"absent_bp": 2_000}], 48), ([{"absent_bp": 2_000}], 5)])
def test_what_comes_back_to_who_does_not_come_says_nothing_about_moving(shop, policy, hours):
    row, then = shop.booked(shop.service("Paseo", lead=5, policy=policy), shop.when(7), paid=True), shop.when(9)
    assert booking_moves.until(row) == row.starts_at - timedelta(hours=hours)
    assert page(shop, row).status_code == page(shop, row, "/move").status_code == 200
    assert shop.client.post(f"/bookings/{row.token}/move", data=choice(then)).status_code == 303
    assert state(row) == (then, "booked", 1)


def test_a_stay_moves_with_as_many_nights_at_the_same_price(shop):
    high = [
        {"name": {"es": "Alta"}, "from": f"{shop.day(20):%m-%d}", "to": f"{shop.day(30):%m-%d}", "factor_bp": 15000}
    ]
    stay = shop.service("Cabaña", "nights", price=30_000_00, resource=shop.resource("Cabaña"), seasons=high)
    row = shop.booked(stay, shop.when(7), nights=2, paid=True)
    arrive = shop.day(8)  # the night between is its own: it is not in its own way
    answer = shop.client.post(f"/bookings/{row.token}/move", data={"arrive": arrive.isoformat()})
    assert answer.status_code == 303
    assert (shop.span(stay, shop.when(8), 2)) == Span(*(state(row)[0], row.ends_at))
    dear = shop.client.post(f"/bookings/{row.token}/move", data={"arrive": shop.day(22).isoformat()})
    assert dear.status_code == 422
    assert "otro precio" in text(dear)
    month = page(shop, row, f"/move?month={shop.day(22):%Y-%m}")
    [dear] = read(month).xpath(f"//td/a[contains(@href, '/change') and contains(@href, 'arrive={shop.day(22)}')]")
    assert "tiene otro precio" in dear.text_content()  # it says so before it is pressed …
    assert dear.get("data-when") is None
    assert "₡90 000" in text(shop.client.get(dear.get("href"))).replace("\xa0", " ")  # … and how much before it is so
    with pytest.raises(booking_moves.OtherLength):
        booking_moves.move(row, shop.span(stay, shop.when(12), 3))
    db.session.rollback()
    assert state(row)[2] == 1


def test_a_time_that_is_full_keeps_its_guest_where_they_were(shop, trip):
    row, then = shop.booked(trip, shop.when(7), [3], paid=True), shop.when(9)
    shop.booked(trip, then, [4], paid=True)
    before = taken(row)
    with pytest.raises(JustTaken):
        booking_moves.move(row, Span(then, then + trip.length))
    db.session.rollback()
    assert taken(row) == before


def test_called_off_for_exactly_what_the_page_said(shop, trip):
    begins = shop.when(7)
    row = shop.booked(trip, begins, [1, 1], paid=True)
    with clock.at(begins - timedelta(hours=30)):
        told = guest_booking.booking_policies.back(row)
        assert booking_orders.share(row).back.minor == 3_500_00 == 7_000_00 * told // 10_000
    answer = page(shop, row)
    assert "le devolvemos ₡7 000" in text(answer).replace("\xa0", " ")
    sent = form(answer, "/cancellation")
    assert sent["back"] == "700000"
    stale = shop.client.post(f"/bookings/{row.token}/cancellation", data={**sent, "back": "350000"})
    assert stale.status_code == 409
    assert state(row)[1] == "booked"
    done = shop.client.post(f"/bookings/{row.token}/cancellation", data={**sent, "reason": "Estoy enferma"})
    assert done.status_code == 303
    assert state(row)[1] == "cancelled"
    assert taken(row) == {}
    after = text(page(shop, row))
    assert "Su reserva está cancelada" in after
    assert "₡7 000" in after.replace("\xa0", " ")
    assert "/p/paseo" in marks(page(shop, row), "href")
    assert "Código de entrada" not in after
    assert Calendar.from_ical(page(shop, row, ".ics").data).events[0]["status"] == "CANCELLED"
    entries = [one.amount for one in refunds.of(row.order)]
    assert shop.client.post(f"/bookings/{row.token}/cancellation", data=sent).status_code == 303
    assert [one.amount for one in refunds.of(row.order)] == entries  # sent twice, given back once
    assert page(shop, row, "/move").status_code == 303


def test_what_has_begun_is_not_called_off_by_link(shop, trip):
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    row.starts_at, row.ends_at = clock.now() - timedelta(minutes=5), clock.now() + timedelta(hours=1)
    db.session.commit()
    assert "cancellation" not in page(shop, row).get_data(as_text=True)
    assert shop.client.post(f"/bookings/{row.token}/cancellation", data={"back": "0"}).status_code == 409
    assert state(row)[1] == "booked"


def test_a_person_taps_less_often_than_a_machine(shop, trip, monkeypatch):
    monkeypatch.setattr(guest_booking, "RULE", "1/year")
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    assert shop.client.post(f"/bookings/{row.token}/move", data={}).status_code == 422
    for path in ("/move", "/change", "/cancellation", "/rest/cancellation"):
        answer = shop.client.post(f"/bookings/{row.token}{path}", data={"reason": "Nos enfermamos", "which": "after"})
        assert answer.status_code == 429
        assert "Demasiados intentos" in text(answer)
        assert f'action="/bookings/{row.token}' in answer.get_data(as_text=True)  # and the page is there to try again
        assert "cancel" not in path or 'value="Nos enfermamos"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("come", ["booked", "came"])
def test_what_is_over_asks_for_no_code_and_no_place_in_a_calendar(shop, trip, come):
    row = shop.booked(trip, shop.when(7), [1], paid=True)
    assert "Agregar al calendario" in text(page(shop, row))
    row.state, row.starts_at, row.ends_at = come, clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=1)
    db.session.commit()
    told = text(page(shop, row))
    assert "Muestre este código" not in told
    assert "Agregar al calendario" not in told
    assert "Paseo" in told


def test_the_code_opens_a_page_with_one_button(shop, trip):
    row = shop.booked(trip, shop.when(7), [2], answers={"Alergias": "Maní"})
    address = f"/admin/cafe/bookings/{row.token}/arrive"
    before = state(row)
    answer = shop.staff("clerk").get(address)
    assert answer.status_code == 200
    for words in ("Ana Mora", "otro día", "Falta", "Maní"):
        assert words in text(answer), words
    assert state(row) == before
    assert shop.staff("marketer").get(address).status_code == 404
    assert shop.anonymous.get(address).status_code == 303
    arrivals.come(row, by=shop.owner)
    arrivals.come(row, by=shop.owner)  # two at the door
    db.session.commit()
    assert [one.kind for one in order_events.of(row.order)].count("arrived") == 1
    assert "Todavía no" in text(shop.staff("clerk").get(address))
    assert "Gracias por venir" in text(page(shop, row))
    arrivals.undo(row, by=shop.owner)
    db.session.commit()
    assert state(row)[1] == "booked"
    with clock.at(row.starts_at):
        assert not arrivals.other_day(row)
        booking_orders.cancel(row, by=shop.owner, reason="Llueve")
        db.session.commit()
    assert "ya no vale" in text(shop.staff("clerk").get(address))
    with pytest.raises(bookings.NotNow):
        arrivals.come(row, by=shop.owner)


def test_what_a_guest_said_is_copied_and_forgotten(shop, trip):
    contact = shop.contact()
    row = shop.booked(trip, shop.when(7), [1], timezone="Europe/Berlin", answers={"Alergias": "Maní"})
    assert row.order.contact_id == contact.id
    [copied] = [one for order in buyers.copy(contact) for one in order["bookings"]]
    assert (copied["answers"], copied["timezone"]) == ({"Alergias": "Maní"}, "Europe/Berlin")
    buyers.forget(contact)
    db.session.commit()
    kept = db.session.get(Booking, row.id)
    assert (kept.answers, kept.timezone, kept.state) == ({}, "", "booked")
    assert orders.by_token(row.order.token).name == ""


def of_kind(order, kind):
    db.session.flush()
    return next(row for row in letters.about(order) if row.kind == f"orders.{kind}")


def test_the_letters_have_the_code_once_what_is_due_first_is_paid(shop, trip):
    trip.product.deposit_bp = 3_000
    db.session.commit()
    row = shop.booked(trip, shop.when(7), [2], plan="deposit")
    code = f"/bookings/{row.token}.png"
    for part in (of_kind(row.order, "placed").html, of_kind(row.order, "placed").text):
        assert f"/bookings/{row.token}" in part
        assert code not in part
        assert "Su código de entrada" not in part
    shop.pay(row.order, 3_000_00)
    told = of_kind(row.order, "instalment")
    assert code in told.html
    assert "Su código de entrada" in told.text
    assert told.data["attached"][0]["name"] == "plaza.ics"
