"""Walk-ins: who stands at the counter is booked and in the money, once."""

from datetime import timedelta
from urllib.parse import urlsplit

import time_machine
from sqlalchemy import func, select

from kernel.db import db
from shop import booking_list, bookings, resources
from shop.bookings import Booking
from shop.orders import Order
from tests.shop.desk_calendar import AT, cabin, page, post, room, said_at, sku, stamp, trip, units_of, walk_in
from tests.shop.pages import form, marks, read, text


def test_who_walks_in_is_booked_and_in_the_money(shop):
    ride, admin = trip(shop), shop.admin
    listed = [urlsplit(url).path for url in marks(page(admin, day=shop.day(3)), "href")]
    assert f"{AT}/new" in listed
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 2, sku(ride, 1): 1}, name="Doña Flor", browser=admin)
    order = db.session.scalars(select(Order)).one()
    row = bookings.of_order(order)[0]
    assert answer.location == f"{AT}/{row.token}"
    assert (row.state, row.places, row.departure.taken) == ("booked", 3, 3)
    assert (order.total_minor, order.received_minor, order.payment, order.name) == (
        12_000_00,
        12_000_00,
        "paid",
        "Doña Flor",
    )
    assert order.by_staff
    assert order.state == "placed"  # what was sold is still to come
    walk_in(shop, ride, shop.when(3), {sku(ride): 1}, paid="no")
    later = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert (later.payment, later.received_minor, later.balance.minor) == ("due", 0, 5_000_00)
    assert db.session.scalar(select(func.count(Booking.id)).where(Booking.state == "booked")) == 2


def test_the_same_form_twice_is_one_booking(shop):
    ride, admin = trip(shop), shop.admin
    answer = page(admin, "/new", service="paseo", at=stamp(shop.when(3)))
    fields = {**form(answer, "/bookings/new"), "paid": "yes"}
    assert post(admin, "/new", **fields).location == post(admin, "/new", **fields).location
    assert booking_list.slot(ride, shop.when(3)).taken == 1


def test_a_free_time_of_a_unit_is_tapped(shop):
    talk = room(shop)
    unit = resources.units([talk.needs[0].resource_id])[1]
    walk_in(shop, talk, shop.when(3, "09:00"), {"": 1}, unit=unit.token)
    assert units_of(db.session.scalars(select(Booking)).one()) == ["Sala 2"]
    stay = cabin(shop)
    walk_in(shop, stay, shop.when(3, "14:00"), {"": 2}, nights="2")
    row = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert (row.ends_at, row.order.total_minor) == (shop.when(5, "11:00"), 60_000_00)


def test_a_time_of_the_page_of_free_times_is_tapped_with_its_unit(shop):
    admin = shop.admin
    for service, unit, more in ((room(shop), "Sala 2", {}), (cabin(shop), "Cabaña 2", {"nights": 2})):
        grid = page(admin, "/new", service=service.product.slug, day=shop.day(3), **more)
        link = read(grid).xpath(f"//*[@data-targets]//a[contains(@aria-label, '{unit}')]/@href")[0]
        asked = admin.get(link)
        assert asked.status_code == 200
        fields = {**form(asked, "/bookings/new"), "people.": "1", "paid": "yes"}
        assert post(admin, "/new", **fields).status_code == 303
        row = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
        assert (units_of(row), row.service_id) == ([unit], service.id)


def test_a_day_on_which_nothing_leaves_is_told_apart_from_the_others(shop):
    trip(shop, days=[5])  # Saturdays: on a phone the other days take no room
    grid = read(page(shop.admin, "/new", service="paseo", day=shop.day(3))).xpath("//*[@data-targets]")[0]
    assert len(grid.xpath(".//th[@scope='col']")) == 7
    assert len(grid.xpath(".//th[@scope='col'][@class='idle']")) == 6
    assert len(grid.xpath(".//td[contains(@class, 'target-')][not(contains(@class, 'idle'))]")) == 1


def test_a_walk_in_that_cannot_be_loses_nothing(shop):
    ride = trip(shop, capacity=3)
    shop.booked(ride, shop.when(3), [2])
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 2}, name="Doña Flor")
    assert answer.status_code == 409
    assert form(answer, "/bookings/new")["name"] == "Doña Flor"
    assert booking_list.slot(ride, shop.when(3)).taken == 2
    for counts, status in ({sku(ride): 0}, 422), ({sku(ride): "x"}, 422), ({sku(ride): 9999}, 409):
        assert walk_in(shop, ride, shop.when(4), counts).status_code == status
    fields = {"key": "k" * 22, "service": "paseo", "paid": "yes", "payment": "counter-cash", f"people.{sku(ride)}": "1"}
    for at in ("", "zzz", stamp(shop.when(3, "10:17")), "20200101T150000Z"):
        assert post(shop.admin, "/new", **fields, at=at).status_code in {409, 422}
    assert db.session.scalar(select(func.count(Booking.id)).where(Booking.state == "held")) == 0


def test_who_walks_in_is_asked_afterwards(shop):
    asked = [{"code": "alergias", "label": {"es": "Alergias"}, "required": True}]
    ride, admin = trip(shop, questions=asked), shop.admin
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 1}, browser=admin)
    row, here = db.session.scalars(select(Booking)).one(), urlsplit(answer.location).path.removeprefix(AT)
    assert form(page(admin, here), "/answers") == {"answer.alergias": ""}
    post(admin, f"{here}/answers", **{"answer.alergias": "  Maní y  camarones ", "answer.otra": "x"})
    assert row.answers == {"Alergias": "Maní y camarones"}
    row.answers = {**row.answers, "Talla": "M"}  # was asked once
    db.session.commit()
    long = post(admin, f"{here}/answers", **{"answer.alergias": "a" * 301})
    assert long.status_code == 422
    assert form(long, "/answers") == {"answer.alergias": "a" * 301}  # nothing that was typed is lost
    assert read(long).xpath("string(//*[@id='answer-alergias-error'])") == "Caben 300 caracteres."
    post(admin, f"{here}/answers", **{"answer.alergias": ""})
    assert row.answers == {"Talla": "M"}


def test_a_closed_boat_is_missing_from_the_places_everywhere(shop):
    ride, stay, admin = trip(shop), cabin(shop), shop.admin
    boat, (house, _other) = (
        resources.units([ride.needs[0].resource_id])[0],
        resources.units([stay.needs[0].resource_id]),
    )
    day = shop.day(3).isoformat()
    post(admin, "/closures", first=day, last=day, unit=[boat.token, house.token], reason="Pintura")
    assert "0 de 12" in text(page(admin, day=day))
    assert "0 de 12" in text(page(admin, f"/departures/paseo/{stamp(shop.when(3))}"))
    assert "quedan 12" in text(page(admin, "/new", service="paseo", at=stamp(shop.when(3))))
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 13}, browser=admin)
    assert answer.status_code == 409
    assert "A esa hora solo quedan 12 lugares." in text(answer)  # nobody took anything
    answer = walk_in(shop, stay, shop.when(3, "14:00"), {"": 5}, browser=admin, nights="1")
    assert "A esa hora solo quedan 4 lugares." in text(answer)
    assert walk_in(shop, ride, shop.when(3), {sku(ride): 7}, browser=admin).status_code == 303
    assert "7 de 12" in text(page(admin, day=day))
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 6}, browser=admin)
    assert "A esa hora solo quedan 5 lugares." in text(answer)


def test_nobody_gets_on_what_has_left(shop):
    ride, admin, leaves = trip(shop, minutes=120), shop.admin, shop.when(3)
    told, day = {"service": "paseo", "at": stamp(leaves)}, shop.day(3)

    def offered():
        return [url for url in marks(page(admin, day=day), "href") if f"at={told['at']}" in url]

    with time_machine.travel(leaves - timedelta(minutes=1), tick=False):
        assert offered()
        assert walk_in(shop, ride, leaves, {sku(ride): 1}, browser=admin).status_code == 303
        fields = form(page(admin, "/new", **told), "/bookings/new")
    with time_machine.travel(leaves, tick=False):
        assert not offered()
        assert "Ya salió" in text(page(admin, "/new", **told, day=day))
        answer = post(admin, "/new", **{**fields, "paid": "yes"})
        assert answer.status_code == 422
        assert "Esa salida ya partió." in text(answer)
    assert booking_list.slot(ride, leaves).taken == 1


def test_who_walked_on_late_is_written_down_the_same_day(shop):
    ride, admin, leaves = trip(shop, minutes=120), shop.admin, shop.when(3)
    told = {"service": "paseo", "at": stamp(leaves)}
    with time_machine.travel(leaves + timedelta(minutes=20), tick=False):
        [url] = read(page(admin, f"/departures/paseo/{stamp(leaves)}")).xpath("//a[@data-action='walk-in-late']/@href")
        answer = admin.get(url)
        assert "Ya salió." in text(answer)
        assert not read(answer).xpath("//*[@id='way']")  # there is no time to be paid from afar
        fields = {**form(answer, "/bookings/new"), "paid": "yes"}
        assert post(admin, "/new", **{**fields, f"people.{sku(ride)}": "99"}).status_code == 409
        assert post(admin, "/new", **fields).status_code == 303
        shop.transfer()
        wait = {"paid": "no", "later": "all", "way": "transfer", "until": shop.day(3).isoformat(), "key": "k" * 22}
        assert post(admin, "/new", **{**fields, **wait}).status_code == 422
    assert booking_list.slot(ride, leaves).taken == 1
    with time_machine.travel(leaves + timedelta(days=1), tick=False):
        assert not marks(page(admin, f"/departures/paseo/{stamp(leaves)}"), "data-action").count("walk-in-late")
        assert "Ya salió." not in text(page(admin, "/new", **told, day=shop.day(3)))
        assert post(admin, "/new", **{**fields, "key": "n" * 22}).status_code == 422
    assert booking_list.slot(ride, leaves).taken == 1


def test_a_free_night_is_free_to_take_not_free_of_charge(shop):
    cabin(shop)
    said = text(page(shop.admin, "/new", service="cabana", day=shop.day(3)))
    assert "Libre" in said
    assert "Gratis" not in said


def test_what_is_wrong_stands_beside_its_field_all_at_once(shop):
    ride, admin = trip(shop), shop.admin
    shop.booked(ride, shop.when(3), [6])
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): "x"}, browser=admin, reach="a@b", payment="barter")
    assert answer.status_code == 422
    assert said_at(answer, "n-1") == "Escriba cuántos con un número entero, por ejemplo 2."
    assert said_at(answer, "reach")
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 99}, browser=admin)
    assert answer.status_code == 409
    assert "quedan 12" in text(answer)
    assert said_at(answer, "n-1") == "A esa hora solo quedan 12 lugares."
    assert read(answer).xpath("//*[@id='n-1']/@max") == ["12"]
    post(admin, f"/departures/paseo/{stamp(shop.when(3))}/places", places="6")
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 1}, browser=admin)
    assert said_at(answer, "n-1") == "A esa hora ya no quedan lugares. Elija otra."
    answer = walk_in(shop, ride, shop.when(4), {sku(ride): 0}, browser=admin)
    assert said_at(answer, "n-1") == "Diga cuántas personas vienen."


def test_the_total_is_seen_before_it_is_paid(shop):
    ride, stay, admin = trip(shop), cabin(shop), shop.admin

    def total(answer):
        return "".join(read(answer).xpath("//*[@data-total]")[0].text_content().split())

    assert total(page(admin, "/new", service="paseo", at=stamp(shop.when(3)))) == "₡5000"
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 2, sku(ride, 1): 1}, browser=admin, paid="sum", name="Flor")
    assert (answer.status_code, total(answer)) == (200, "₡12000")
    assert form(answer, "/bookings/new")["name"] == "Flor"
    answer = walk_in(shop, stay, shop.when(3, "14:00"), {"": 2}, browser=admin, paid="sum", nights="2")
    assert total(answer) == "₡60000"
    assert db.session.scalars(select(Booking)).all() == []
