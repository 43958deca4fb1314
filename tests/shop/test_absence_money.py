"""What the terms of a booking say when nobody came: shown before booking, given back once and only when staff say so."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given as each
from hypothesis import strategies as any_

from kernel import clock
from kernel.db import db
from shop import absence_money, arrivals, booking_policies, bookings, ledger, services
from shop.bookings import Booking
from tests.shop.desk_calendar import ES
from tests.shop.pages import form, text
from tests.shop.test_conservation import papers_agree
from tests.shop.trips import HALF, ordered, trip

FIFTH = [*HALF, {"absent_bp": 2_000}]


def nobody_came(shop, policy, pay=None, **product):
    """An order of 10 000 whose people did not come: (order, booking)."""
    order, row = ordered(
        shop, trip(shop, policy=policy, product=product), shop.when(5), **({"plan": "deposit"} if product else {})
    )
    if pay:
        shop.pay(order, pay)
    with clock.at(row.starts_at + timedelta(hours=1)):
        arrivals.miss(row, by=shop.owner)
    db.session.commit()
    return order, row


@each(
    tiers=any_.lists(any_.tuples(any_.integers(0, 400), any_.integers(0, 10_000)), max_size=4),
    absent=any_.integers(0, 10_000), hours=any_.integers(-5, 500),
)  # fmt: skip
def test_who_calls_off_is_never_worse_off_than_who_does_not_come(tiers, absent, hours):
    policy = [{"hours": at, "back_bp": share} for at, share in tiers] + ([{"absent_bp": absent}] if absent else [])
    now = clock.now()
    row = Booking(starts_at=now + timedelta(hours=hours), policy=policy)
    assert 10_000 >= booking_policies.back(row, now) >= booking_policies.absent(policy) == absent
    if hours <= 0:
        assert booking_policies.back(row, now) == absent


@pytest.mark.parametrize("to", ["money", "credit"])
@pytest.mark.parametrize("absent", [0, 3_333, 10_000])
def test_kept_and_given_back_are_what_was_paid_and_it_goes_back_once(shop, absent, to):
    order, row = nobody_came(shop, [*HALF, {"absent_bp": absent}], pay=10_000_00)
    share = absence_money.of(row)
    assert (share.back + share.kept).minor == 10_000_00
    assert (order.received_minor, order.credited_minor) == (10_000_00, 0)  # nothing by itself
    if not absent:
        with pytest.raises(absence_money.NothingBack):
            absence_money.give(row, by=shop.owner, to=to)
        return
    assert absence_money.give(row, by=shop.owner, to=to) == share.back
    assert absence_money.give(row, by=shop.owner, to=to) is None
    db.session.commit()
    went = -sum(one.amount_minor for one in ledger.of(order) if one.kind == "refund")
    waits = order.received_minor + order.credited_minor - order.total_minor  # a transfer is returned by hand
    assert (went if to == "credit" else waits) == share.back.minor == order.credited_minor
    assert papers_agree(order)
    arrivals.undo(row, by=shop.owner)
    with pytest.raises(bookings.NotNow):
        absence_money.give(row, by=shop.owner, to=to)


def test_of_a_deposit_the_rest_is_only_told(shop):
    order, row = nobody_came(shop, FIFTH, pay=5_000_00, deposit_bp=5_000)
    share = absence_money.of(row)
    assert (share.back.minor, share.kept.minor, absence_money.owed(row).minor) == (1_000_00, 4_000_00, 4_000_00)
    assert absence_money.give(row, by=shop.owner, to="credit") == share.back
    assert papers_agree(order)


def test_it_is_said_before_booking_kept_with_the_booking_and_given_in_one_tap(shop):
    order, row = nobody_came(shop, FIFTH, pay=10_000_00)
    said = "después, y a quien no viene, el 20 %"
    assert said in text(shop.client.get("/p/paseo", headers=ES))
    admin = shop.admin
    edit = "/admin/cafe/products/paseo/booking"
    typed = form(admin.get(edit, headers=ES), "/booking")
    assert typed["absent"] == "20"
    services.named("paseo").policy = []
    db.session.commit()
    page = f"/admin/cafe/bookings/{row.token}"
    with time_machine.travel(row.starts_at + timedelta(hours=2)):
        admin = shop.admin
        shown = text(admin.get(page, headers=ES))
        assert all(amount in shown for amount in ("8.000", "2.000")) or "8 000" in shown
        assert admin.post(f"{page}/absence/back", data={"to": "credit"}).status_code == 303
        assert "como dicen las condiciones" in text(admin.get(page, headers=ES))
    db.session.expire_all()
    assert order.credited_minor == 2_000_00
