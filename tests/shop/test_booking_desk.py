"""The desk's calendar: every number is what it opens; moves, closed times and walk-ins are taken whole and taken back."""

from datetime import timedelta
from urllib.parse import urlsplit

import time_machine
from icalendar import Calendar
from sqlalchemy import event, func, select

from kernel import clock, menu, permissions, today
from kernel.db import db
from shop import booking_list, booking_targets, bookings, closures, order_list, resources
from shop.bookings import Booking
from shop.closures import Closure
from shop.departures import Departure
from shop.occupations import Occupation
from shop.orders import Order
from tests.shop.pages import form, marks, read, text

ES = {"Accept-Language": "es"}
AT = "/admin/cafe/bookings"


def page(browser, path="", **query):
    answer = browser.get(f"{AT}{path}", query_string=query, headers=ES)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return answer


def post(browser, path, **data):
    answer = browser.post(f"{AT}{path}", data=data, headers=ES)
    db.session.expire_all()
    return answer


def undo(browser, answer):
    """Press the button of the toast."""
    page_after = browser.get(answer.location, headers=ES)
    action = read(page_after).xpath("//form[.//button[@data-undo]]/@action")[0]
    done = browser.post(action, headers=ES)
    assert done.status_code == 303, text(done)
    db.session.expire_all()


def told(browser, answer):
    """What the page after says in its toasts."""
    found = read(browser.get(answer.location, headers=ES)).xpath("//*[@id='toasts']")[0]
    return " ".join(found.text_content().split())


def stamp(when):
    return booking_targets.stamp(when)


def units_of(booking):
    return [unit.name for unit in booking_list.units_taken(booking)]


def trip(shop, **values):
    boats = shop.resource("Bote", 3, seats=6)
    told = {
        "resource": boats,
        "capacity": 18,
        "group_min": 4,
        "price": {"adulto": 5_000_00, "nino": 2_000_00},
        **values,
    }
    return shop.service("Paseo", **told)


def room(shop, **values):
    return shop.service("Masaje", "appointment", resource=shop.resource("Sala", 2), minutes=60, step=60, **values)


def cabin(shop):
    return shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", 2, seats=4), capacity=4, price=30_000_00)


def test_a_day_shows_what_its_number_says(shop):
    ride, talk, stay = trip(shop), room(shop), cabin(shop)
    shop.booked(ride, shop.when(3), [2, 1], name="Ana Mora")
    shop.booked(talk, shop.when(3, "10:00"), 1, name="Beto")
    shop.booked(stay, shop.when(2, "14:00"), 2, nights=3, name="Carla")
    held = shop.held(ride, shop.when(3), 2)
    admin, day = shop.admin, shop.day(3)
    answer = page(admin, day=day)
    said = text(answer)
    assert marks(answer, "data-bookings") == ["2"] == [str(len(booking_list.of_day(day)))]
    assert "5 de 18" in said  # who is still choosing has a place, too
    assert "faltan 0 del mínimo" in said or "0 del mínimo" in said
    assert all(name in said for name in ("Ana Mora", "Beto", "Carla", "Sala 1", "Bote 1"))
    week = page(admin, "/week", day=day)
    assert sum(map(int, marks(week, "data-bookings"))) == 3
    held.held_until = clock.now() - timedelta(seconds=1)  # who was too slow has it no more, whoever looks first
    db.session.commit()
    assert "3 de 18" in text(page(admin, day=day))
    assert "Carla" in text(page(admin, "/units", day=day))
    paper = admin.get(f"{AT}/list", query_string={"day": day})
    assert paper.status_code == 200


def test_today_counts_what_its_list_shows(shop):
    ride = trip(shop)
    with time_machine.travel(shop.when(3, "08:00"), tick=False):
        admin = shop.admin
        walk_in(shop, ride, shop.when(0), {sku(ride): 1}, browser=admin)
        line, small = today.named("bookings.today"), today.named("bookings.small")
        assert marks(page(admin), "data-bookings") == [str(line.number)] == ["1"]
        assert len(marks(page(admin, "/small-groups"), "data-departure")) == small.number == 1
        walk_in(shop, ride, shop.when(0), {sku(ride): 3}, browser=admin)
        assert marks(page(admin), "data-bookings") == [str(line.number)] == ["2"]
        assert len(marks(page(admin, "/small-groups"), "data-departure")) == small.number == 0
        assert "Reservas de hoy" in text(admin.get("/admin/cafe/", headers=ES))


def statements(verb):
    asked = []

    def note(_conn, _cursor, statement, *_rest):
        asked.append(statement)

    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        verb()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_the_calendar_asks_as_often_for_many_as_for_few(shop):
    ride, talk = trip(shop), room(shop)
    admin = shop.admin

    def look():
        for path in ("", "/week", "/units"):
            page(admin, path, day=shop.day(3))

    shop.booked(ride, shop.when(3), [1], name="Uno")
    shop.booked(talk, shop.when(3, "09:00"), name="Dos")
    look()
    few = statements(look)
    for hour in range(10, 13):
        shop.booked(talk, shop.when(3, f"{hour}:00"), name="Más")
        shop.booked(ride, shop.when(3), [1, 1], name="Otros")
    cabin(shop)
    assert statements(look) == few


def test_a_booking_is_moved_and_moved_back(shop):
    talk = room(shop)
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    admin, second = shop.admin, resources.units([talk.needs[0].resource_id])[1]
    grid = page(admin, f"/{row.token}/move")
    goal = f"{stamp(shop.when(3, '11:00'))} {second.token}"
    assert goal in marks(grid, "value")
    answer = post(admin, f"/{row.token}/move", to=goal)
    assert (row.starts_at, units_of(row)) == (shop.when(3, "11:00"), ["Sala 2"])
    undo(admin, answer)
    assert (row.starts_at, units_of(row)) == (shop.when(3, "09:00"), ["Sala 1"])
    post(admin, f"/{row.token}/move", day=shop.day(4).isoformat(), time="15:00")  # the form below the times
    assert row.starts_at == shop.when(4, "15:00")


def test_a_departure_is_moved_within_its_places(shop):
    ride = trip(shop, capacity=4, times=["09:00", "13:00"])
    row = shop.booked(ride, shop.when(3), [3], name="Ana Mora")
    shop.booked(ride, shop.when(3, "13:00"), [2])
    admin = shop.admin
    full = stamp(shop.when(3, "13:00"))
    assert full not in marks(page(admin, f"/{row.token}/move", day=shop.day(3)), "value")
    answer = post(admin, f"/{row.token}/move", to=full)
    assert answer.status_code == 409
    assert "2 lugares" in text(answer)
    assert row.starts_at == shop.when(3)
    answer = post(admin, f"/{row.token}/move", to=stamp(shop.when(4)))
    assert row.starts_at == shop.when(4)
    undo(admin, answer)
    assert row.starts_at == shop.when(3)
    assert [one.taken for one in db.session.scalars(select(Departure).order_by(Departure.starts_at))] == [3, 2, 0]


def test_nights_are_moved_as_nights(shop):
    stay = cabin(shop)
    row = shop.booked(stay, shop.when(3, "14:00"), 2, nights=2, name="Carla")
    post(shop.admin, f"/{row.token}/move", to=stamp(shop.when(5, "14:00")))
    assert row.starts_at == shop.when(5, "14:00")
    assert row.ends_at == shop.when(7, "11:00")


def test_a_move_that_cannot_be_says_why_and_changes_nothing(shop):
    row, admin = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora"), shop.admin
    wrong = {
        "20200101T090000Z": "ya pasó",
        "99999999T999999Z": "calendario",
        "00010101T000000Z": "calendario",
        "; drop": "calendario",
        "": "día",
    }
    for to, said in wrong.items():
        answer = post(admin, f"/{row.token}/move", to=to)
        assert answer.status_code in {409, 422}
        assert said in text(answer)
        assert (row.starts_at, row.moved) == (shop.when(3, "09:00"), 0)


def test_a_unit_of_something_else_is_refused(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"))
    foreign = resources.units([shop.resource("Otro").id])[0]
    assert (
        post(shop.admin, f"/{row.token}/move", to=f"{stamp(shop.when(3, '11:00'))} {foreign.token}").status_code == 422
    )
    assert post(shop.admin, f"/{row.token}/move", to=f"{stamp(shop.when(3, '11:00'))} nobody").status_code == 404
    assert row.starts_at == shop.when(3, "09:00")


def test_who_came_is_noted_and_taken_back(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora")
    admin = shop.admin
    answer = post(admin, f"/{row.token}/arrival")
    assert row.state == "came"
    undo(admin, answer)
    assert row.state == "booked"
    post(admin, f"/{row.token}/absence")
    assert row.state == "missed"
    post(admin, f"/{row.token}/notes", text="llega tarde")
    assert "llega tarde" in text(page(admin, f"/{row.token}"))


def close(shop, units, browser=None, **more):
    told = {"first": shop.day(3).isoformat(), "last": shop.day(3).isoformat(), "unit": [unit.token for unit in units]}
    return post(browser or shop.admin, "/closures", **{**told, "reason": "Pintura", **more})


def test_a_time_is_closed_opened_and_closed_again(shop):
    talk = room(shop)
    units = resources.units([talk.needs[0].resource_id])
    answer = close(shop, units, last=shop.day(4).isoformat())
    row = db.session.scalars(select(Closure)).one()
    assert (row.starts_at, row.ends_at) == (shop.when(3, "00:00"), shop.when(5, "00:00"))
    assert "Pintura" in text(page(shop.admin, day=shop.day(4)))
    admin = shop.admin
    assert "Pintura" in text(page(admin, f"/closures/{row.token}"))
    answer = post(admin, f"/closures/{row.token}/opening")
    assert db.session.scalars(select(Occupation)).all() == []
    undo(admin, answer)
    again = db.session.scalars(select(Closure)).one()
    assert (again.starts_at, again.ends_at, again.reason) == (shop.when(3, "00:00"), shop.when(5, "00:00"), "Pintura")
    assert sorted(closures.units_of(again)) == sorted(unit.id for unit in units)
    assert answer.status_code == 303


def test_what_is_in_the_way_of_closing_is_named(shop):
    talk, ride = room(shop), trip(shop)
    shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    shop.booked(ride, shop.when(3), [2], name="Beto")
    units = [*resources.units([talk.needs[0].resource_id]), *resources.units([ride.needs[0].resource_id])]
    answer = close(shop, units)
    said = text(answer)
    assert answer.status_code == 409
    assert "Ana Mora" in said
    assert "2 de 18" in said
    assert form(answer, "/closures")["reason"] == "Pintura"
    assert db.session.scalars(select(Closure)).all() == []


def test_a_period_that_cannot_be_closed_says_why(shop):
    units, admin = resources.units([shop.resource("Sala").id]), shop.admin
    wrong = [
        {"last": "2020-01-01"}, {"from": "10:00", "until": "09:00"}, {"first": "2026-13-45"}, {"from": "25:00"},
        {"first": ""}, {"unit": []}, {"last": "9998-01-01"}, {"last": "9999-12-31"},
    ]  # fmt: skip
    for more in wrong:
        answer = close(shop, units, admin, **more)
        assert answer.status_code == 422, more
        assert read(answer).xpath("//main//*[@data-errors]")
        assert form(answer, "/closures")["reason"] == "Pintura"
    assert db.session.scalars(select(Closure)).all() == []


def walk_in(shop, service, when, counts, **more):
    """The three taps: a free time, how many, the button."""
    browser = more.pop("browser", None) or shop.admin
    unit = more.pop("unit", "")
    answer = page(browser, "/new", service=service.product.slug, at=stamp(when), **({"unit": unit} if unit else {}))
    fields = {**form(answer, "/bookings/new"), **{f"people.{name}": str(count) for name, count in counts.items()}}
    return post(browser, "/new", **{"paid": "yes", **fields, **more})


def sku(service, place=0):
    return list(service.product.variants)[place].sku


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


def test_a_walk_in_that_cannot_be_loses_nothing(shop):
    ride = trip(shop, capacity=3)
    shop.booked(ride, shop.when(3), [2])
    answer = walk_in(shop, ride, shop.when(3), {sku(ride): 2}, name="Doña Flor")
    assert answer.status_code == 409
    assert form(answer, "/bookings/new")["name"] == "Doña Flor"
    assert booking_list.slot(ride, shop.when(3)).taken == 2
    for counts, status in ({sku(ride): 0}, 422), ({sku(ride): "x"}, 422), ({sku(ride): 9999}, 422):
        assert walk_in(shop, ride, shop.when(4), counts).status_code == status
    fields = {"key": "k" * 22, "service": "paseo", "paid": "yes", "payment": "counter-cash", f"people.{sku(ride)}": "1"}
    for at in ("", "zzz", stamp(shop.when(3, "10:17")), "20200101T150000Z"):
        assert post(shop.admin, "/new", **fields, at=at).status_code in {409, 422}
    assert db.session.scalar(select(func.count(Booking.id)).where(Booking.state == "held")) == 0


def test_a_departure_has_other_places_and_leaves_the_shop(shop):
    ride = trip(shop)
    shop.booked(ride, shop.when(3), [3])
    admin, at = shop.admin, f"/departures/paseo/{stamp(shop.when(3))}"
    answer = post(admin, f"{at}/places", places="5")
    row = db.session.scalars(select(Departure)).one()
    assert row.capacity == 5
    undo(admin, answer)
    assert row.capacity == 18
    assert "3" in told(admin, post(admin, f"{at}/places", places="2"))
    assert post(admin, f"{at}/places", places="muchos").status_code == 303
    assert row.capacity == 18
    answer = post(admin, f"{at}/sale", on="no")
    assert row.state == "closed"
    undo(admin, answer)
    assert row.state == "open"
    planned = f"/departures/paseo/{stamp(shop.when(4))}"
    assert "0 de 18" in text(page(admin, planned))
    post(admin, f"{planned}/places", places="9")
    assert "0 de 9" in text(page(admin, planned))
    assert admin.get(f"{AT}/departures/paseo/{stamp(shop.when(4, '03:00'))}").status_code == 404


def test_a_booking_and_a_departure_are_called_off_with_the_money_back(shop):
    ride, admin = trip(shop), shop.admin
    one = shop.booked(ride, shop.when(3), [1], paid=True)
    others = [shop.booked(ride, shop.when(4), [count], paid=True) for count in (2, 3)]
    assert post(admin, f"/{one.token}/cancellation", reason=" ").status_code == 303
    assert one.state == "booked"
    post(admin, f"/{one.token}/cancellation", reason="Mal tiempo")
    assert (one.state, one.order.state, booking_list.slot(ride, shop.when(3)).taken) == ("cancelled", "cancelled", 0)
    at = f"/departures/paseo/{stamp(shop.when(4))}"
    held = shop.held(ride, shop.when(4), 1)
    said = told(admin, post(admin, f"{at}/cancellation", reason="Mal tiempo", count="1"))
    assert "2 reservas" in said
    assert [row.state for row in others] == ["booked", "booked"]
    post(admin, f"{at}/cancellation", reason="Mal tiempo", count="2")
    assert [row.state for row in others] == ["cancelled", "cancelled"]
    assert [row.order.payment for row in others] == ["refund_due", "refund_due"]  # a transfer goes back by hand
    assert (held.state, booking_list.slot(ride, shop.when(4)).open) == ("expired", False)
    assert shop.staff("clerk").post(f"{AT}{at}/cancellation").status_code == 404  # who may not return money


def test_a_calendar_is_followed_and_tells_little(shop):
    talk = room(shop)
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora", email="ana.secreta@example.com")
    unit = resources.units([talk.needs[0].resource_id])[0]
    answer = shop.client.get(f"/calendars/{unit.feed}.ics")
    body = answer.get_data(as_text=True)
    [entry] = Calendar.from_ical(body).walk("VEVENT")
    assert (answer.mimetype, entry.start) == ("text/calendar", row.starts_at)
    assert "Ana" in body
    assert not any(secret in body for secret in ("Mora", "secreta", row.order.phone, row.order.phone[-8:], row.token))
    before = unit.feed
    post(shop.admin, f"/calendars/{unit.token}")
    assert unit.feed != before
    assert shop.client.get(f"/calendars/{before}.ics").status_code == 404
    assert len(Calendar.from_ical(shop.client.get(f"/calendars/{unit.feed}.ics").data).walk("VEVENT")) == 1


def test_a_booking_is_found_and_is_nothing_to_prepare(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"), name="Ximena Ñurinda", paid=True)
    found = shop.admin.get("/admin/cafe/search?q=nurinda", headers={"Accept": "application/json"}).get_json()
    links = [item["url"] for group in found["groups"] for item in group["items"]]
    assert f"{AT}/{row.token}" in links
    assert (row.order.state, order_list.count("prepare"), order_list.waiting()) == ("placed", 0, 0)
    shop.bought(shop.product(), paid=True)
    assert order_list.count("prepare") == order_list.waiting() == 1


def test_who_only_looks_changes_nothing(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora")
    marketer = shop.staff("marketer")
    assert 'data-action="came"' not in page(marketer, f"/{row.token}").get_data(as_text=True)
    for path in (f"/{row.token}/arrival", f"/{row.token}/move", "/closures", "/new"):
        assert post(marketer, path).status_code == 404
    assert permissions.allows("clerk", "bookings.manage")
    assert row.state == "booked"


def test_a_shop_without_times_has_no_calendar_in_its_rail(shop):
    admin = shop.admin

    def words():
        """The rail's addresses below the shop's back office."""
        found = read(admin.get("/admin/cafe/settings", headers=ES))
        rail = [url.removeprefix("/admin/cafe") for url in found.xpath("//nav[@class='rail']/ul//a/@href")]
        return rail, [url.removeprefix("/admin/cafe") for url in found.xpath("//main//a/@href")]

    rail, listed = words()
    assert ("/bookings" in rail, "/letters" in rail, "/letters" in listed) == (False, True, False)
    shop.resource("Sala")
    rail, listed = words()
    assert len(rail) == menu.MOST  # a ninth word has no room: what is rare is found among the settings
    assert ("/bookings" in rail, "/letters" in rail, "/letters" in listed) == (True, False, True)
    assert "/letters" in shop.staff("clerk").get("/admin/cafe/bookings").get_data(as_text=True)
    assert "reserva" in text(page(admin))
