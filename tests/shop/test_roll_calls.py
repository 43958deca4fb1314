"""A whole departure or day is checked in at once, or all but a few; two devices count each party once."""

import time_machine
from sqlalchemy import func, select, update

from kernel.db import db
from shop import arrivals, booking_list, cart, checkout, order_events, orders, variants
from shop.bookings import Booking
from shop.quotes import Choice
from tests.shop.desk_calendar import ES, page, post, stamp, told, trip
from tests.shop.pages import form, read

HERE = "tests.shop.roll_racers:"


def three(shop):
    service = trip(shop)
    return [shop.booked(service, shop.when(3), count, email=f"{count}@example.com", paid=True) for count in (1, 2, 3)]


def states(rows):
    db.session.expire_all()
    return [row.state for row in rows]


def times(kind="arrived"):
    return db.session.scalar(select(func.count(order_events.OrderEvent.id)).where(order_events.OrderEvent.kind == kind))


def take_back(desk, answer):
    """Press the button of the toast; what the page says."""
    after = read(desk.get(answer.location, headers=ES))
    toast = after.xpath("//form[.//button[@data-undo]]")[0]
    assert (
        desk.post(toast.action, data={one.name: one.value for one in toast.xpath(".//input[@name]")}).status_code == 303
    )
    return " ".join(after.text_content().split())


def test_all_of_a_departure_or_all_but_some_and_back(shop):
    rows, desk = three(shop), shop.admin
    late = shop.booked(rows[0].service, rows[0].starts_at, 1, email="tarde@example.com", paid=True)
    path = f"/departures/paseo/{stamp(rows[0].starts_at)}"
    assert not read(page(desk, path)).xpath("//*[@data-roll]")  # it is another day
    with time_machine.travel(rows[0].starts_at, tick=False):
        desk = shop.admin
        sent = form(page(desk, path), "/bookings/arrivals")
        sent["tokens"] = " ".join(token for token in sent["tokens"].split() if token != late.token)
        answer = post(desk, "/arrivals", **sent, missing=rows[1].token)
        assert states([*rows, late]) == ["came", "booked", "came", "booked"]  # who was not on the page is not here
        assert "2 reservas: 4 personas" in take_back(desk, answer)
        assert states(rows) == ["booked"] * 3
        arrivals.miss(rows[2], by=shop.owner)
        db.session.commit()
        answer = post(desk, "/arrivals", **sent)
        assert states(rows) == ["came", "came", "missed"]
        arrivals.come(rows[1], by=shop.owner, count=1)  # a colleague counted them since
        db.session.commit()
        take_back(desk, answer)
        assert states(rows) == ["booked", "came", "missed"]
        assert "No quedaba nada" in told(desk, post(desk, "/arrivals", tokens=f"{rows[1].token} nadie"))


def test_a_day_offers_those_whose_time_has_come_and_no_other_day_can_be_noted(shop):
    (first, *_rest), other = three(shop), shop.booked(trip_at_night(shop), shop.when(3, "20:00"), paid=True)
    on, desk = shop.day(3), shop.admin
    day = {"day": on.isoformat()}
    assert "Ese día todavía no llega" in told(desk, post(desk, "/arrivals", tokens=other.token, **day))
    with time_machine.travel(first.starts_at, tick=False):
        desk = shop.admin
        asked = page(desk, "", **day)
        assert len(read(asked).xpath("//input[@name='missing']")) == 3
        assert len(db.session.scalars(booking_list.waited(on)).all()) == 3
        answer = post(desk, "/arrivals", **form(asked, "/bookings/arrivals"))
        assert answer.location.endswith(f"?day={day['day']}")
        assert not read(page(desk, "", **day)).xpath("//*[@data-roll]")
        assert states([other]) == ["booked"]
        assert (
            shop.staff("marketer").post("/admin/cafe/bookings/arrivals", data={"tokens": other.token}).status_code
            == 404
        )


def trip_at_night(shop):
    return shop.service("Luciérnagas", capacity=9)


def raced(crew, shop, verb):
    rows = three(shop)
    tries = [([row.token for row in rows], shop.owner_id, rows[0].starts_at)] * 8
    answers = crew.race(shop, HERE + verb, tries)
    assert {state for state, _told in answers} <= {"done", "refused"}, answers
    return rows, sum(told for state, told in answers if state == "done")


def test_eight_devices_at_once_note_each_party_once(crew, shop):
    rows, done = raced(crew, shop, "all_here")
    assert (states(rows), done, times()) == (["came"] * 3, 3, 3)


def test_without_asking_where_a_booking_is_it_is_noted_often(crew, shop):
    """The control: this must go wrong, else the race would prove nothing."""
    rows, done = raced(crew, shop, "thoughtless")
    assert states(rows) == ["came"] * 3
    assert done > 3


def ordered_last(shop, service):
    """Two bookings of which the one that was chosen first was ordered last."""
    mine = cart.begin()[0]
    first = shop.held(service, shop.when(3), 1, cart=mine)
    cart.book(mine, first, {variants.of(service.product_id)[0]: 1})
    second = shop.booked(service, shop.when(3), 1, email="dos@example.com")
    checkout.place(mine, Choice(shipping=""), shop.details("transfer"), key="last")
    db.session.commit()
    assert first.id < second.id
    assert first.order_id > second.order_id
    return [first, second]


def test_orders_are_held_one_after_the_other_in_the_order_in_which_everybody_does(shop, monkeypatch):
    rows, held, lock = ordered_last(shop, trip(shop)), [], orders.lock
    monkeypatch.setattr(orders, "lock", lambda order: (held.append(order.id), lock(order))[1])
    with time_machine.travel(rows[0].starts_at, tick=False):
        for step in (arrivals.miss_rest, arrivals.undo_rest, arrivals.come_all, arrivals.undo_all):
            step(rows, by=shop.owner)
            assert list(dict.fromkeys(held)) == sorted(row.order_id for row in rows), step
            held.clear()


def test_of_those_that_are_left_whoever_was_called_off_meanwhile_stays_so(shop):
    rows = three(shop)
    gone = update(Booking).where(Booking.id == rows[0].id).values(state="cancelled")
    db.session.execute(gone, execution_options={"synchronize_session": False})  # as another device does it
    with time_machine.travel(rows[0].starts_at, tick=False):
        assert arrivals.miss_rest(rows, by=shop.owner) == rows[1:]
    assert states(rows) == ["cancelled", "missed", "missed"]
