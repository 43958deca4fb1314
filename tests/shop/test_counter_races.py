"""Eight clerks want the last place for a sale with goods on it: one sells, the others hear it and lose nothing."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from kernel import letters as post
from kernel.db import db
from shop import counter_times, holdings, ledger, sales, stock, walk_ins
from shop.bookings import Booking
from shop.orders import Order
from tests.crm.test_double_taps import cookie
from tests.goods import only
from tests.shop.booking_racers import faults, overlaps, run_out, without_walls
from tests.shop.counter_racers import UNITS
from tests.shop.desk_calendar import room, sku, stamp, trip
from tests.shop.test_counter_times import BASE, CASH, Desk

SEND, HERE = "tests.crm.tapping_racers:send", "tests.shop.counter_racers:"
CLERKS = 8


def keys(shop):
    return [sales.key_of(f"{place:022}", shop.owner_id) for place in range(CLERKS)]


def many(cls):
    return db.session.scalar(select(func.count(cls.id)))


def test_the_last_place_is_held_for_one_sale(crew, shop):
    ride, coffee = trip(shop, capacity=1), shop.product(stock=100)
    fields = {
        "picked": "paseo",
        "to": stamp(shop.when(3)),
        f"people.{sku(ride)}": "1",
        "sku": only(coffee).sku,
        "qty": "2",
    }
    told = cookie(shop.admin)
    taps = [(f"{BASE}/times", {**fields, "key": f"{place:022}"}, told) for place in range(CLERKS)]
    assert Counter(answer[1][0] for answer in crew.race(shop, SEND, taps)) == {200: 1, 409: CLERKS - 1}
    assert (many(Booking), faults(), stock.left(only(coffee))) == (1, [], 100)


def all_ran_out(shop, service):
    """Sales that each had the last place until their ten minutes were over, one after the other."""
    asked = walk_ins.visit(service, shop.span(service, shop.when(3, "10:00")), {"": 1})
    for key in keys(shop):
        run_out(counter_times.hold(key, asked))
    holdings.claim([service.id])  # the last one is over, too
    db.session.commit()


def test_of_sales_whose_hold_ran_out_one_takes_it_again(crew, shop):
    talk, coffee = shop.service("Masaje", "appointment", resource=shop.resource("Sala")), shop.product(stock=100)
    all_ran_out(shop, talk)
    answers = crew.race(shop, f"{HERE}sell", [(key, only(coffee).id, shop.owner_id) for key in keys(shop)] * 2)
    assert Counter(answer[0] for answer in answers) == {"done": 2, "refused": 2 * CLERKS - 2}  # each tapped twice
    assert {answer[1] for answer in answers if answer[0] == "refused"} == {"JustTaken"}
    [order] = db.session.scalars(select(Order))
    assert (order.payment, len(ledger.of(order)), stock.left(only(coffee))) == ("paid", 1, 100 - UNITS)
    assert (faults(), sum(len(counter_times.of(key)) for key in keys(shop))) == ([], CLERKS - 1)  # theirs still show it


def test_without_locks_two_sell_the_same_hour(crew, shop):
    """The control: this must go wrong, else the race would prove nothing."""
    talk, coffee = shop.service("Masaje", "appointment", resource=shop.resource("Sala")), shop.product(stock=100)
    all_ran_out(shop, talk)
    tries = [(key, only(coffee).id, shop.owner_id, talk.id, shop.when(3, "10:00")) for key in keys(shop)]
    with without_walls():
        crew.race(shop, f"{HERE}careless_sell", tries)
        assert (many(Order) > 1, overlaps() > 0) == (True, True)


@pytest.mark.parametrize("goods", [True, False])
def test_one_form_that_is_sent_many_times_at_once_is_one_sale(crew, shop, goods):
    talk, coffee, desk = room(shop), shop.product(stock=100), Desk(shop.admin)
    if goods:
        desk.tap(only(coffee))
    desk.hold(talk, shop.when(3, "10:00"), {"": 1}, reach="ana@example.com")
    sent = {**{name: values[0] for name, values in desk.fields.items()}, **CASH}
    answers = crew.race(shop, SEND, [(BASE, sent, cookie(desk.browser))] * CLERKS)
    [order] = db.session.scalars(select(Order))
    assert {answer[1] for answer in answers} == {(303, f"/admin/cafe/orders/{order.number}")}
    assert (len(ledger.of(order)), stock.left(only(coffee)), many(Booking)) == (1, 99 if goods else 100, 1)
    assert [one.kind for one in post.about(order)] == ["orders.placed"]
    assert faults() == []
