"""Eight real processes want the same times: nobody shares a unit, who only touches it gets it, nobody waits crosswise."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel.db import db
from kernel.refusal import Refusal
from shop import bookings, closures, departures
from shop import cart as carts
from shop.bookings import Booking
from shop.cart_rows import Cart
from shop.orders import Order
from tests.shop import booking_racers
from tests.shop.booking_racers import browsers, faults, run_out, shares, without_walls
from tests.shop.test_races import SEEDS, cookie, form

HERE = "tests.shop.booking_racers:"
LEAN = SEEDS[:1] + SEEDS[3:]  # one by default


def told(answers):
    """How many got it and how many were refused; nothing broke on the way."""
    assert not [answer for answer in answers if answer[0] == "broke"], answers
    return Counter(answer[0] for answer in answers)


class Harbour:
    """A room, a guide and three boats; two services share the boats, one of them and a third the guide."""

    def __init__(self, shop):
        self.shop = shop
        self.room, self.guide = shop.resource("Sala"), shop.resource("Guía")
        self.boats = shop.resource("Bote", 3, seats=6)
        self.massage = shop.service("Masaje", "appointment", minutes=60, resource=self.room)
        self.walk = shop.service("Caminata", "appointment", minutes=60, resource=self.guide)
        self.trip = shop.service("Paseo", minutes=120, capacity=18, resource=self.boats)
        self.fishing = shares(shop.service("Pesca", minutes=90, capacity=8), (self.boats, 4), (self.guide, 0))

    def at(self, ahead, half_hours):
        return self.shop.when(ahead, "09:00") + timedelta(minutes=30 * half_hours)

    def wanted(self, seed):
        """What two hundred visitors want: (service, when, minutes, places)."""
        dice = random.Random(seed)
        some = [(self.massage.id, self.at(8, 2 * (place % 8)), 60, 1) for place in range(40)]  # these only touch
        some += [(self.massage.id, self.at(7, dice.randrange(16)), 60, 1) for _ in range(60)]
        some += [(self.walk.id, self.at(7, dice.randrange(12)), 60, 1) for _ in range(30)]
        some += [(self.trip.id, self.at(7, 2 * dice.randrange(4)), 120, dice.randint(1, 7)) for _ in range(35)]
        return some + [(self.fishing.id, self.at(7, dice.randrange(8)), 90, dice.randint(1, 4)) for _ in range(35)]


@pytest.mark.parametrize("seed", LEAN)
def test_two_hundred_visitors_share_no_unit(crew, shop, seed):
    harbour = Harbour(shop)
    wanted = harbour.wanted(seed)
    secrets = browsers(len(wanted))
    tries = [(secret, *what) for secret, what in zip(secrets, wanted, strict=True)]
    answers = told(crew.race(shop, f"{HERE}hold", tries, seed=seed))
    assert faults() == []
    assert answers["done"] == db.session.scalar(select(func.count()).select_from(Booking))
    touching = select(func.count()).where(
        Booking.service_id == harbour.massage.id, Booking.starts_at >= harbour.at(8, 0)
    )
    assert db.session.scalar(touching) == 8  # one ends when the next begins: all of them are granted
    assert [one for one in tries if not had(one) and granted(one)] == []  # nobody was refused what was free


def had(one):
    return bool(bookings.of_cart(carts.found(one[0])))


def granted(one):
    """Whether somebody who was refused gets it when everybody is gone."""
    try:
        booking_racers.hold(*one)
    except Refusal:
        return False
    finally:
        db.session.rollback()
    return True


def crowd(shop, count=24):
    """So many who want overlapping hours of one room."""
    service = shop.service("Masaje", "appointment", minutes=60, resource=shop.resource("Sala"))
    starts = [shop.when(7, "10:00") + timedelta(minutes=15 * (place % 4)) for place in range(count)]
    return [(secret, service.id, at, 60) for secret, at in zip(browsers(count), starts, strict=True)]


def test_of_visitors_without_a_cart_one_has_the_room_and_the_others_leave_nothing_behind(crew, shop):
    tries = [what for _secret, *what in crowd(shop)]
    before = db.session.scalar(select(func.count(Cart.id)))
    assert told(crew.race(shop, f"{HERE}hold_anew", tries)) == {"done": 1, "refused": 23}
    assert faults() == []
    assert db.session.scalar(select(func.count(Booking.id))) == 1
    assert db.session.scalar(select(func.count(Cart.id))) == before + 1


def test_without_a_lock_the_database_refuses_what_overlaps(crew, shop):
    assert told(crew.race(shop, f"{HERE}unlocked_hold", crowd(shop))) == {"done": 1, "refused": 23}
    assert faults() == []


def test_without_the_database_s_refusal_the_locks_suffice(crew, shop):
    with without_walls():
        assert told(crew.race(shop, f"{HERE}hold", crowd(shop))) == {"done": 1, "refused": 23}
        assert faults() == []


@pytest.mark.parametrize(("verb", "first"), [("unlocked_hold", 0), ("unlocked_hold_anew", 1)])
def test_with_neither_two_have_the_same_room(crew, shop, verb, first):
    """The control: this must go wrong, else the races would prove nothing."""
    with without_walls():
        told(crew.race(shop, f"{HERE}{verb}", [what[first:] for what in crowd(shop)]))
        assert booking_racers.overlaps() > 0


@pytest.mark.parametrize("needs", [True, False])
def test_fifty_want_the_last_place(crew, shop, needs):
    trip = shop.service("Paseo", capacity=6, resource=shop.resource("Bote", seats=6) if needs else ())
    shop.held(trip, shop.when(), 5)
    answers = crew.race(shop, f"{HERE}hold", [(secret, trip.id, shop.when(), 120) for secret in browsers(50)])
    assert Counter(answer[0] for answer in answers) == {"done": 1, "refused": 49}
    assert {name for state, name in answers if state == "refused"} == {"JustTaken"}
    assert faults() == []


def fields(shop, people):
    """What a browser sends to keep the trip at nine."""
    return {"product": "paseo", "day": shop.day().isoformat(), "time": "09:00", **people}


def test_clicks_in_a_browser_are_one_booking_and_one_order(crew, shop):
    """The whole application: the page's button, then the checkout's, each pressed sixteen times at once."""
    trip = shop.service(price={"adulto": 5_000_00, "nino": 2_000_00}, capacity=6, resource=shop.resource(seats=6))
    shop.transfer()
    [secret] = browsers(1)
    people = fields(shop, {"people.PASEO-ADULTO": "2", "people.PASEO-NINO": "1"})
    answers = crew.race(shop, "post", [("/bookings/hold", people, cookie(secret))] * 16)
    assert Counter(answers) == {(303, "/cart"): 16}
    [booking] = db.session.scalars(select(Booking))
    assert sorted(line.quantity for line in carts.found(secret).lines) == [1, 2]
    answers = crew.race(shop, "post", [("/checkout", form(1, shipping=""), cookie(secret))] * 16)
    [order] = db.session.scalars(select(Order))
    assert Counter(answers) == {(303, f"/orders/{order.token}"): 16}
    assert (booking.state, booking.order_id, booking.places, len(order.lines)) == ("booked", order.id, 3, 2)
    assert (departures.at(trip, shop.when()).taken, faults()) == (3, [])


def test_browsers_that_want_the_last_place(crew, shop):
    trip = shop.service(capacity=6, resource=shop.resource(seats=6))
    shop.held(trip, shop.when(), 5)
    tries = [("/bookings/hold", fields(shop, {"people.PASEO": "1"}), cookie(secret)) for secret in browsers(16)]
    answers = crew.race(shop, "post", tries)
    assert Counter(status for status, _where in answers) == {303: 1, 409: 15}
    assert (departures.at(trip, shop.when()).taken, faults()) == (6, [])


def test_a_cabin_is_somebody_s_night_or_in_somebody_s_tour(crew, shop):
    cabin = shop.resource("Cabaña Ceiba", seats=4)
    night = shop.service("Cabaña Ceiba", "nights", capacity=4, resource=cabin)
    tour = shop.service("Selva y mar", minutes=2160, capacity=4, resource=cabin, times=["07:00"])
    ways = [(night.id, shop.span(night, shop.when(8)).starts_at, 21 * 60), (tour.id, shop.when(8, "07:00"), 2160)]
    tries = [(secret, *ways[place % 2], 1) for place, secret in enumerate(browsers(24))]
    assert told(crew.race(shop, f"{HERE}hold", tries))["done"] in {1, 4}  # one night, or the tour's four places
    assert faults() == []
    assert len({row.service_id for row in db.session.scalars(select(Booking))}) == 1


@pytest.mark.parametrize("kind", ["departure", "appointment", "loose"])
def test_one_cart_s_twenty_clicks_are_one_booking(crew, shop, kind):
    boat = () if kind == "loose" else shop.resource("Bote", 3, seats=2)
    trip = shop.service("Paseo", "departure" if kind == "loose" else kind, capacity=6, resource=boat)
    [secret] = browsers(1)
    answers = crew.race(shop, f"{HERE}hold", [(secret, trip.id, shop.when(), 120, 2)] * 20)
    [booking] = db.session.scalars(select(Booking))
    assert set(answers) == {("done", booking.id)}
    assert (booking.state, booking.places) == ("held", 2)
    assert faults() == []
    if kind != "appointment":
        assert departures.at(trip, shop.when()).taken == 2


def booked(shop, service, when, places=1):
    """A time that somebody has for good."""
    row = shop.held(service, when, places)
    bookings.move(row, "book")
    row.cart_id = row.held_until = None
    db.session.commit()
    return row


@pytest.mark.parametrize("needs", [True, False])
def test_moving_and_calling_off_follow_each_other(crew, shop, needs):
    """What was read before the lock may have ended meanwhile: nothing is given back twice, nothing is kept."""
    trip = shop.service("Paseo", capacity=12, resource=shop.resource("Bote", 3, seats=2) if needs else ())
    rows = [booked(shop, trip, shop.when(), 2) for _ in range(3)]
    ways = [("cancel", (row.id,)) for row in rows] + [("move", (row.id, shop.when(8))) for row in rows]
    answers = crew.race(shop, f"{HERE}either", [*ways, *ways])
    assert {answer for answer in answers if answer[0] != "done"} <= {("refused", "NotNow")}
    assert (faults(), {row.state for row in rows}) == ([], {"cancelled"})


def test_taking_out_of_a_cart_twice_gives_back_once(crew, shop):
    trip = shop.service("Paseo", capacity=12, resource=shop.resource("Bote", 3, seats=2))
    shop.held(trip, shop.when(), 2)
    row = shop.held(trip, shop.when(), 4)
    told(crew.race(shop, f"{HERE}either", [("drop", (row.id,))] * 8))
    assert departures.at(trip, shop.when()).taken == 2
    assert faults() == []


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_calling_off_without_a_lock_gives_back_twice(crew, shop):
    trip = shop.service("Paseo", capacity=12, resource=shop.resource("Bote", 3, seats=2))
    row, _kept = booked(shop, trip, shop.when(), 2), booked(shop, trip, shop.when(), 4)
    told(crew.race(shop, f"{HERE}unlocked", [("cancel", (row.id,))] * 3))
    assert departures.at(trip, shop.when()).taken < 4
    assert faults()


@pytest.mark.parametrize("seed", LEAN)
def test_nobody_waits_crosswise(crew, shop, seed):
    """Services that share resources in every combination, and everything that is done to times, all at once."""
    dice = random.Random(seed)
    one, two = shop.resource("Bote", 2, seats=4), shop.resource("Guía", 2)
    both = shares(shop.service("Pesca", capacity=8), (two, 0), (one, 4))
    hut = shares(shop.service("Cabaña", "appointment", minutes=120), (one, 1), (two, 1))
    known = [shop.service("Paseo", capacity=8, resource=one), shop.service("Tour", capacity=8, resource=two),
             both, hut, shop.service("Charla", capacity=8)]  # fmt: skip
    hours = [shop.when(7, f"{hour:02}:00") for hour in (8, 9, 11, 13)]
    kept, ended, again = [], [], []
    for place in range(40):
        try:
            row = shop.held(dice.choice(known), dice.choice(hours), 1)
        except Refusal:
            db.session.rollback()
            continue
        (kept if place % 2 else ended).append(row)
    run_out(*ended)
    for row in kept:
        bookings.move(row, "book")
        row.cart_id = row.held_until = None
    unit = one.units[0]
    again = [closures.close([two.units[place % 2]], shop.span(hut, hours[-1] + timedelta(hours=3 + 2 * place)))
             for place in range(4)]  # fmt: skip
    db.session.commit()
    tries = [("cancel", (row.id,)) for row in kept[::3]] + [("move", (row.id, dice.choice(hours))) for row in kept]
    tries += [("lapse", (row.id,)) for row in ended] + [("drop", (row.id,)) for row in ended[::2]]
    tries += [("close", (unit.id, hour, 60)) for hour in hours] + [("open_again", (row.token,)) for row in again * 2]
    for secret in browsers(40):
        pair = [(dice.choice(known).id, dice.choice(hours), 120) for _ in range(2)]
        tries.append(("hold_both", (secret, pair)) if dice.random() < 0.5 else ("hold", (secret, *pair[0])))
    told(crew.race(shop, f"{HERE}either", tries, seed=seed))
    assert faults() == []


@pytest.mark.parametrize("kind", ["departure", "appointment"])
def test_a_walk_in_that_is_sent_many_times_is_one(crew, shop, kind):
    trip = shop.service("Paseo", kind, resource=shop.resource(seats=6))
    answers = crew.race(shop, f"{HERE}walk_in", [(trip.id, shop.when(), "w" * 22, shop.owner_id)] * 16)
    [order] = db.session.scalars(select(Order))
    assert set(answers) == {("done", order.number)}
    assert (db.session.scalar(select(func.count()).select_from(Booking)), faults()) == (1, [])


def test_calling_a_departure_off_while_its_guests_do(crew, shop):
    """Orders are locked before what they occupy, all of them: nobody waits crosswise."""
    trip = shop.service(capacity=12, resource=shop.resource(units=2, seats=6))
    rows = [shop.booked(trip, shop.when(), paid=place % 2 == 0, email=f"g{place}@example.com") for place in range(8)]
    tries = [("call_off", (rows[0].departure_id, 8, shop.owner_id))] * 2 + [("give_up", (row.id,)) for row in rows]
    told(crew.race(shop, f"{HERE}either", tries))
    departure = departures.at(trip, shop.when())
    assert departure.taken == sum(row.state == "booked" for row in rows)
    assert departure.state == "open" or {row.state for row in rows} == {"cancelled"}
    assert faults() == []
