"""The desk's calendar: every number is what it opens; moves, closed times and walk-ins are taken whole and taken back."""

from datetime import timedelta

import time_machine
from icalendar import Calendar
from sqlalchemy import event, select

from kernel import clock, letter_sending, letters, menu, permissions, today
from kernel.db import db
from shop import (
    booking_letters,
    booking_list,
    booking_story,
    booking_targets,
    order_list,
    resources,
    slots,
    special_days,
)
from shop.departures import Departure
from tests.shop.desk_calendar import (
    AT,
    ES,
    cabin,
    page,
    post,
    room,
    said_at,
    sku,
    stamp,
    told,
    trip,
    undo,
    units_of,
    walk_in,
)
from tests.shop.pages import marks, read, text

THURSDAY = 3


def test_a_day_shows_what_its_number_says(shop):
    ride, talk, stay = trip(shop), room(shop), cabin(shop)
    near = next(ahead for ahead in range(3, 10) if shop.day(ahead).weekday() == THURSDAY)  # its week began before it
    with time_machine.travel(shop.when(0, "06:00"), tick=False):  # a transfer is in time for all of them
        shop.booked(ride, shop.when(near), [2, 1], name="Ana Mora")
        shop.booked(talk, shop.when(near, "10:00"), 1, name="Beto")
        shop.booked(stay, shop.when(near - 1, "14:00"), 2, nights=3, name="Carla")
    held = shop.held(ride, shop.when(near), 2)
    admin, day = shop.admin, shop.day(near)
    answer = page(admin, day=day)
    said = text(answer)
    assert marks(answer, "data-bookings") == ["2"] == [str(len(db.session.scalars(booking_list.on(day)).all()))]
    assert "5 de 18" in said  # who is still choosing has a place, too
    assert "del mínimo" not in said  # they are enough
    assert all(name in said for name in ("Ana Mora", "Beto", "Carla", "Sala 1", "Bote 1"))
    assert "2 reservas · 4 personas · 1 estadía que viene de antes" in said
    week = page(admin, "/week", day=day)
    assert [sum(map(int, marks(week, name))) for name in ("data-bookings", "data-people")] == [3, 6]
    assert [marks(one, "data-people") for one in (answer, week)] == [["4"], ["2", "4"]]  # of the day before, too
    held.held_until = clock.now() - timedelta(seconds=1)  # who was too slow has it no more, whoever looks first
    db.session.commit()
    assert "3 de 18" in text(page(admin, day=day))
    assert "Carla" in text(page(admin, "/units", day=day))
    paper = admin.get(f"{AT}/list", query_string={"day": day})
    assert paper.status_code == 200


def test_the_printed_day_has_who_stays_and_leaves_and_where(shop, monkeypatch):
    ride, stay, admin = trip(shop), cabin(shop), shop.admin
    monkeypatch.setattr("kernel.pdf.available", lambda: False)
    shop.booked(stay, shop.when(7, "14:00"), 2, nights=2, name="Carla")
    shop.booked(stay, shop.when(8, "14:00"), 2, nights=2, name="Dora")
    shop.booked(ride, shop.when(9), [2, 1], name="Ana Mora")

    def printed(ahead):
        rows = read(admin.get(f"{AT}/list", query_string={"day": shop.day(ahead)}, headers=ES)).xpath("//tr")
        return [" ".join(row.text_content().split()) for row in rows]

    first, second = printed(8)
    assert "— Sigue · Carla" in first
    assert "Cabaña 1" in first
    assert "Llega · Dora" in second
    assert "Cabaña 2" in second
    first, second, third = printed(9)
    assert "— Sigue · Dora" in first
    assert "09:00 Ana Mora" in second
    assert "Bote 1" in second
    assert "11:00 Sale · Carla" in third


def test_a_closed_day_looks_closed_and_counts_who_is_expected_on_it(shop):
    ride, talk, stay = trip(shop), room(shop), cabin(shop)
    shop.booked(ride, shop.when(9), [1], name="Ana Mora")
    shop.booked(stay, shop.when(8, "14:00"), 2, nights=2, name="Carla")  # sleeps there
    shop.booked(stay, shop.when(7, "14:00"), 2, nights=2, name="Dora")  # only leaves
    admin, day = shop.admin, shop.day(9).isoformat()
    assert marks(page(admin, day=day), "data-closed") == []
    told = {"first": day, "of": "", "how": "closed", "note": "Feria"}
    answer = admin.post("/admin/cafe/special-days", data=told, headers=ES)
    assert answer.location.endswith(f"/bookings?day={day}")
    looked = page(admin, day=day)
    assert "Cerrado: Feria" in text(looked)
    assert marks(looked, "data-closed") == ["2"]
    assert not [url for url in marks(looked, "href") if f"{AT}/new" in url]
    for view in ("/week", "/units"):
        assert text(page(admin, view, day=day)).count("Cerrado: Feria") == 1
    special_days.forget(shop.day(9), None)
    special_days.write(shop.day(9), shop.day(9), service=talk, note="Limpieza")
    db.session.commit()
    looked = page(admin, day=day)
    assert "Cerrado: Masaje · Limpieza" in text(looked)
    assert "Cerrado: Masaje · Limpieza" in text(page(admin, "/week", day=day))
    assert marks(looked, "data-closed") == ["0"]
    assert [url for url in marks(looked, "href") if stamp(shop.when(9)) in url and "/new" in url]


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
        for path in ("", "/week", "/units", "/calendars", "/closures/new", f"/{token}"):
            page(admin, path, day=shop.day(3))
        assert admin.get("/admin/cafe/resources", headers=ES).status_code == 200

    token = shop.booked(ride, shop.when(3), [1], name="Uno").token
    shop.booked(talk, shop.when(3, "09:00"), name="Dos")
    look()
    few = statements(look)
    for hour in range(10, 13):
        shop.booked(talk, shop.when(3, f"{hour}:00"), name="Más")
        shop.booked(ride, shop.when(3), [1, 1], name="Otros")
    shop.booked(cabin(shop), shop.when(3, "14:00"), name="Más")
    assert statements(look) == few


def test_a_booking_is_moved_and_moved_back(shop):
    talk = room(shop)
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    admin, second = shop.admin, resources.units([talk.needs[0].resource_id])[1]
    grid = page(admin, f"/{row.token}/move")
    goal = f"{stamp(shop.when(3, '11:00'))} {second.token}"
    assert goal in marks(grid, "value")
    assert marks(grid, "id").count("keys") == 1  # the list of keys, and nothing else: "?" opens it
    answer = post(admin, f"/{row.token}/move", to=goal)
    assert (row.starts_at, units_of(row)) == (shop.when(3, "11:00"), ["Sala 2"])
    undo(admin, answer)
    assert (row.starts_at, units_of(row)) == (shop.when(3, "09:00"), ["Sala 1"])
    post(admin, f"/{row.token}/move", day=shop.day(4).isoformat(), time="15:00")  # the form below the times
    assert row.starts_at == shop.when(4, "15:00")


def test_a_move_is_told_after_its_minute_once_and_not_when_taken_back(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"))
    first = booking_story.when(row)

    def to(hour):
        post(shop.admin, f"/{row.token}/move", to=stamp(shop.when(3, hour)))
        return [one for one in letters.about(row.order) if one.kind == "bookings.moved"]

    with time_machine.travel(clock.now(), tick=False) as now:
        [told] = to("11:00")
        assert told.id not in letter_sending.claim(9)
        db.session.commit()
        assert to("09:00") == []
        to("12:00")
        [told] = to("14:00")  # one letter, from what was told last
        assert first in told.text
        assert booking_story.when(row) in told.text
        now.shift(61)
        assert told.id in letter_sending.claim(9)
        db.session.commit()
        assert len(to("09:00")) == 2


def test_what_was_moved_and_is_called_off_is_told_in_that_order(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"))
    with time_machine.travel(clock.now(), tick=False):
        post(shop.admin, f"/{row.token}/move", to=stamp(shop.when(3, "11:00")))
        booking_letters.tell(row, "cancelled")
        db.session.commit()
        ids = letter_sending.claim(9)
        kinds = {one.id: one.kind for one in letters.about(row.order)}
        assert [kinds[one] for one in ids][-2:] == ["bookings.moved", "bookings.cancelled"]


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


def test_what_is_wrong_with_a_new_time_stands_beside_its_fields(shop):
    row, admin = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora"), shop.admin
    answer = post(admin, f"/{row.token}/move", day="2026-13-45", time="25:00")
    assert answer.status_code == 422
    assert said_at(answer, "to-day").startswith("Ese día no existe.")
    assert said_at(answer, "to-time") == "Escriba la hora con horas y minutos, por ejemplo 14:30."
    assert read(answer).xpath("//details[@open]//*[@id='to-day']")


def test_a_unit_of_something_else_is_refused(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"))
    foreign = resources.units([shop.resource("Otro").id])[0]
    assert (
        post(shop.admin, f"/{row.token}/move", to=f"{stamp(shop.when(3, '11:00'))} {foreign.token}").status_code == 422
    )
    assert post(shop.admin, f"/{row.token}/move", to=f"{stamp(shop.when(3, '11:00'))} nobody").status_code == 404
    assert row.starts_at == shop.when(3, "09:00")


def test_the_desk_counts_the_places_that_the_shop_sells(shop):
    ride = shop.service("Río", resource=shop.resource("Canoa", 2, seats=4), capacity=8, seats=4)
    row = shop.booked(ride, shop.when(3), 4)
    booking_list.units_taken(row)[0].active = False
    db.session.commit()
    [slot] = booking_list.board(shop.day(3), shop.day(3)).slots
    assert (slot.left, slots.fitted([slot])[0].left) == (4, 4)


def test_the_desk_counts_as_free_what_only_who_was_too_slow_had(shop):
    boats = shop.resource("Canoa", 2, seats=2)
    ride, other = (shop.service(name, resource=boats, capacity=4, seats=2) for name in ("Río", "Lago"))
    shop.booked(ride, shop.when(3), 2)
    late = shop.held(ride, shop.when(3), 2)
    late.held_until = clock.now() - timedelta(seconds=1)
    db.session.commit()
    found = {slot.service.id: slot for slot in booking_list.board(shop.day(3), shop.day(3)).slots}
    assert [found[one.id].left for one in (ride, other)] == [2, 2]
    assert all(slots.fitted([slot])[0].left == slot.left for slot in found.values())
    assert shop.held(other, shop.when(3), 2).live


def test_buffers_reach_over_midnight(shop):
    talk = shop.service("Noche", "appointment", resource=shop.resource("Sala"), minutes=60, step=60, before=30,
                        after=120, times=["00:00-06:00", "20:00-23:59"])  # fmt: skip
    row = shop.booked(talk, shop.when(3, "22:00"))
    later = shop.booked(talk, shop.when(5, "00:00"))
    asking = booking_targets.Asking(talk, 1, 1, 1, None)

    def free(day):
        cells = booking_targets.grid(asking, shop.day(day)).cells
        return {time: one.free for (time, _unit), one in cells.items()}

    assert list(free(4).items())[:3] == [("00:00", False), ("01:00", False), ("02:00", True)]
    assert not free(4)["22:00"]
    assert later.live
    assert row.live
    assert "Sala" in text(page(shop.admin, "", day=shop.day(4)))


def test_what_is_out_for_days_stands_on_each_of_them(shop, monkeypatch):
    monkeypatch.setattr("kernel.pdf.available", lambda: False)
    cabin = shop.resource("Cabaña", seats=4)
    shop.service("Noche", "nights", resource=cabin, capacity=4)
    tour = shop.service("Travesía", resource=cabin, minutes=60 * 60, capacity=4, times=["07:00"], seats=4)
    shop.booked(tour, shop.when(4, "07:00"), 3, name="Ana Mora")
    admin = shop.admin
    with_it = {3: "", 4: "Travesía", 5: "Sigue · Travesía", 6: "Regresa · Travesía", 7: ""}
    units = read(page(admin, "/units", day=shop.day(3)))
    for ahead, told_of_it in with_it.items():
        [cell] = units.xpath(f"//td[@data-unit and @data-day='{shop.day(ahead)}']")
        assert told_of_it in " ".join(cell.text_content().split())
        assert bool(cell.xpath(".//*[@class='free-add']")) == (not told_of_it)
        agenda = " ".join(
            read(page(admin, day=shop.day(ahead))).xpath("//*[@class='agenda']")[0].text_content().split()
        )
        assert ("3 de 4" in agenda) == bool(told_of_it)
    assert "19:00 Regresa · Ana Mora" in " ".join(text(page(admin, "/list", day=shop.day(6))).split())


def test_who_came_is_noted_and_taken_back(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora")
    admin = shop.admin
    answer = post(admin, f"/{row.token}/arrival")
    assert row.state == "came"
    undo(admin, answer)
    assert row.state == "booked"
    post(admin, f"/{row.token}/absence")
    assert row.state == "booked"  # it has not begun
    with time_machine.travel(row.starts_at):
        post(shop.admin, f"/{row.token}/absence")
    assert row.state == "missed"
    post(admin, f"/{row.token}/notes", text="llega tarde")
    assert "llega tarde" in text(page(admin, f"/{row.token}"))


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


def test_more_places_than_its_boats_have_are_told_where_they_are_changed(shop):
    boats = shop.resource(units=2, seats=6)
    shop.service("Balsa", resource=boats, capacity=12)
    admin, at = shop.admin, f"/departures/balsa/{stamp(shop.when(3))}"
    post(admin, f"{at}/places", places="12")
    assert "solo caben" not in text(page(admin, at))
    post(admin, f"{at}/places", places="15")
    assert "Admite 15 personas, pero en los recursos que usa solo caben 12" in text(page(admin, at))


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
    answer = post(admin, f"{at}/cancellation", reason="Mal tiempo", count="1")
    assert answer.status_code == 409
    found = read(answer)
    assert "2 reservas" in found.xpath("string(//*[@id='off-count-error'])")
    assert found.xpath("//details[@open]//input[@id='off-count' and @aria-invalid='true']/@value") == ["1"]
    assert found.xpath("//input[@id='off-reason']/@value") == ["Mal tiempo"]  # what was written is kept
    answer = post(admin, f"{at}/cancellation", reason=" ", count="2")
    assert read(answer).xpath("string(//details[@open]//*[@id='off-reason-error'])").startswith("Escriba por qué")
    assert [row.state for row in others] == ["booked", "booked"]
    post(admin, f"{at}/cancellation", reason="Mal tiempo", count="2")
    assert [row.state for row in others] == ["cancelled", "cancelled"]
    assert [row.order.payment for row in others] == ["refund_due", "refund_due"]  # a transfer goes back by hand
    assert (held.state, booking_list.slot(ride, shop.when(4)).open) == ("expired", False)
    found = read(admin.get(f"{AT}{at}"))
    assert "Cancelada Mal tiempo" in " ".join(found.text_content().split())
    assert len(found.xpath("//*[@data-gone]//a[starts-with(@href, 'tel:')]")) == 2
    assert "Cancelada" in text(admin.get(f"{AT}?day={shop.day(4)}"))
    assert shop.staff("clerk").post(f"{AT}{at}/cancellation").status_code == 404  # who may not return money


def test_who_left_no_name_is_called_as_the_shop_knows_them(shop):
    talk, admin = room(shop), shop.admin
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    row.order.name, row.order.contact.name = "", "Ana la de siempre"
    db.session.commit()
    assert "Ana la de siempre" in text(page(admin, day=shop.day(3)))


def test_nothing_is_owed_of_what_was_called_off_unpaid(shop):
    talk, admin = room(shop), shop.admin
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    assert "Falta pagar" in text(page(admin, f"/{row.token}"))
    post(admin, f"/{row.token}/cancellation", reason="Mal tiempo")
    assert "Falta pagar" not in text(page(admin, f"/{row.token}"))


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
    assert ("/bookings" in rail, "/pages" in rail, "/pages" in listed) == (False, True, False)
    shop.resource("Sala")
    rail, listed = words()
    assert len(rail) == menu.MOST  # a ninth word has no room: what is rare is found among the settings
    assert ("/bookings" in rail, "/pages" in rail, "/pages" in listed) == (True, False, True)
    assert rail.index("/discounts") == rail.index("/products") + 1  # what one sells with stays at hand
    assert "/letters" in shop.staff("clerk").get("/admin/cafe/bookings").get_data(as_text=True)
    assert "reserva" in text(page(admin))
