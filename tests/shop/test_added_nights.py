"""A night that a guest adds to a paid stay has a last day to pay; unpaid it goes back, paid late it is taken again."""

from datetime import timedelta

import time_machine

from kernel import clock, jobs
from kernel import letters as post
from kernel.db import db
from shop import added_nights, booking_changes, order_events, payments, plans, receipts, refunds
from shop import unpaid_nights as unpaid
from tests.shop.pages import read, text
from tests.shop.test_booking_changes import NIGHT, change, sums, wish
from tests.shop.test_rates import cabin

HOURS = 24
POLICY = [{"hours": 24, "back_bp": 10_000}]
ES = {"Accept-Language": "es"}


def paid_stay(shop, ahead=9, **how):
    return shop.booked(cabin(shop, policy=POLICY, lead=0), shop.when(ahead), 2, nights=2, paid=True, **how)


def more(shop, row, ahead=9, nights=3):
    """Its guest stays longer, by the link; until when they may pay."""
    shop.transfer(hold_hours=HOURS)
    change(shop, row, ahead, nights, by=None)
    return added_nights.pending(row.order)[1]


def later(moment):
    with time_machine.travel(moment + timedelta(minutes=1), tick=False):
        jobs.run_due()
    db.session.expire_all()


def written(row, kind):
    return [one for one in post.about(row.order) if one.kind.endswith(kind)]


def test_the_last_day_is_said_before_and_after_and_without_the_money_all_is_as_it_was(shop):
    row = paid_stay(shop)
    shop.transfer(hold_hours=HOURS)
    at = f"/bookings/{row.token}/change"
    told = {"arrive": shop.day(9).isoformat(), "leave": shop.day(12).isoformat(), "places": "2"}
    asked = shop.client.get(at, query_string=told, headers=ES)
    assert "la reserva vuelve a lo que estaba pagado" in text(asked)
    before = clock.now()
    assert shop.client.post(at, data={**told, "seen": str(NIGHT)}, headers=ES).status_code == 303
    db.session.expire_all()
    _step, until = added_nights.pending(row.order)
    assert timedelta(hours=HOURS) <= until - before < timedelta(hours=HOURS, minutes=1)
    said = receipts.until(until)
    after = read(shop.client.get(f"/bookings/{row.token}", headers=ES)).xpath("string(//*[@data-added])")
    letters = [one.text for one in post.about(row.order) if one.kind in {"bookings.changed", "bookings.shop.changed"}]
    assert len(letters) == 2
    for words in (after, *letters):
        assert plain(said) in plain(words)
    assert row.order.hold_until is None  # what was paid is not in danger
    later(until - timedelta(minutes=5))
    assert sums(row) == (3 * NIGHT, NIGHT)
    later(until)
    later(until)  # a job comes twice
    assert (sums(row), row.order.payment, row.order.state) == ((2 * NIGHT, 0), "paid", "placed")
    assert row.ends_at - row.starts_at < timedelta(days=2)
    assert (len(written(row, "bookings.unpaid")), len(written(row, "shop.unpaid"))) == (1, 1)
    assert [one.kind for one in order_events.of(row.order)].count(unpaid.LAPSED) == 1
    shop.booked(row.service, shop.when(11), nights=1)  # the night is free again


def plain(words):
    return " ".join(words.replace("\u202f", " ").replace("\xa0", " ").split())


def test_it_is_never_after_the_arrival_and_two_changes_have_one_last_day(shop):
    row = paid_stay(shop, 4)
    shop.transfer(hold_hours=500)
    change(shop, row, 4, 3, by=None)
    first = added_nights.pending(row.order)[1]
    assert first <= row.starts_at
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        change(shop, row, 4, 4, by=None)
    assert added_nights.pending(row.order)[1] == first
    later(first)
    assert sums(row) == (2 * NIGHT, 0)  # both went


def test_what_is_paid_in_time_stays_and_a_proof_stops_the_clock(shop):
    row = paid_stay(shop)
    until = more(shop, row)
    payment = payments.current(row.order)
    payments.move(payment, "prove")
    payments.refresh(row.order)
    db.session.commit()
    later(until)
    assert sums(row) == (3 * NIGHT, NIGHT)  # somebody looks at it
    shop.pay(row.order)
    later(until + timedelta(days=2))
    assert (sums(row), written(row, "unpaid")) == ((3 * NIGHT, 0), [])


def test_money_that_comes_late_takes_it_once_more_or_goes_back(shop):
    row, other = paid_stay(shop), None
    until = more(shop, row)
    payment = payments.current(row.order)
    later(until)
    payments.settle(payment, key="late", amount=row.order.money(NIGHT))
    db.session.commit()
    assert (sums(row), row.order.payment) == ((3 * NIGHT, 0), "paid")
    assert len(written(row, "paid_late")) == 2
    assert plans.due_now(row.order).minor == 0
    until = more(shop, row, nights=4)
    payment = payments.current(row.order)
    later(until)
    other = shop.booked(row.service, shop.when(12), nights=1)
    payments.settle(payment, key="later still", amount=row.order.money(NIGHT))
    db.session.commit()
    assert other.live
    assert (sums(row), row.order.payment) == ((3 * NIGHT, -NIGHT), "overpaid")
    assert refunds.owed(row.order).minor == NIGHT
    assert len(written(row, "late_nights")) == 2  # never silent: the guest and the shop


def test_where_staff_changed_it_since_it_stays_and_they_are_told(shop):
    row = paid_stay(shop)
    until = more(shop, row)
    change(shop, row, 9, 4)
    later(until)
    assert sums(row) == (4 * NIGHT, 2 * NIGHT)
    assert (len(written(row, "unpaid_stays")), written(row, "bookings.unpaid")) == (1, [])


def test_staff_who_lengthen_it_and_who_has_paid_nothing_yet_have_no_such_day(shop):
    row = paid_stay(shop)
    open_ = shop.booked(row.service, shop.when(20), 2, nights=2)
    change(shop, row, 9, 3)
    booking_changes.change(open_, wish(shop, open_, 20, 3))
    db.session.commit()
    assert (added_nights.pending(row.order), added_nights.pending(open_.order)) == (None, None)
    assert open_.order.hold_until is not None  # the whole of it waits for its money
