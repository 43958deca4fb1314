"""A booking is changed: other nights, other guests, another cabin; price, payment, papers and letters follow."""

import random
from datetime import timedelta

import pytest

from kernel import letters as post
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    booking_changes,
    booking_forecasts,
    booking_list,
    booking_moves,
    booking_story,
    booking_times,
    booking_worth,
    departure_changes,
    invoices,
    invoicing,
    ledger,
    order_events,
    variants,
)
from shop.booking_worth import Wish
from shop.occupations import JustTaken
from tests.shop.pages import read
from tests.shop.test_rates import WEEKEND, cabin

NIGHT = 45_000_00


def wish(shop, row, arrive, nights, places=None, **how):
    """Nights from so many days ahead."""
    service = how.pop("service", row.service)
    day = shop.day(arrive)
    span = booking_times.between(service, day, day + timedelta(days=nights))
    return Wish(service, span, places or row.places, **how)


def change(shop, row, *asked, **how):
    """Have it so; `by=None` its guest."""
    told = {"by": shop.owner} | {name: how.pop(name) for name in ("by", "seen", "back") if name in how}
    found = booking_changes.change(row, wish(shop, row, *asked, **how), **told)
    db.session.commit()
    db.session.expire_all()
    return found


def sums(row):
    """(what its order costs, what is left to pay); its lines, its ledger and what its papers hold agree with it."""
    order = row.order
    assert sum(line.gross_minor for line in order.lines) + order.shipping_minor == order.total_minor
    assert sum(line.tax_minor for line in order.lines) == order.tax_minor
    assert sum(entry.amount_minor for entry in ledger.of(order)) == order.received_minor
    assert invoices.holds(order) in {0, order.total_minor - order.credited_minor} or not order.paid
    return order.total_minor, order.balance.minor


def billed(shop):
    """The shop bills what is paid."""
    invoicing.of().issue_on = "paid"
    db.session.commit()


def test_a_night_more_is_due_on_the_same_order_and_a_night_less_is_paid_too_much(shop):
    billed(shop)
    row = shop.booked(cabin(shop, policy=[{"hours": 48, "back_bp": 10_000}]), shop.when(5), 2, nights=2, paid=True)
    had = booking_list.units_taken(row)
    found = change(shop, row, 5, 3)
    assert (found.difference.minor, sums(row)) == (NIGHT, (3 * NIGHT, NIGHT))
    assert row.order.payments[-1].asked.minor == NIGHT
    assert booking_list.units_taken(row) == had
    shop.pay(row.order)
    db.session.commit()
    assert (sums(row), len(invoices.billed(row.order))) == ((3 * NIGHT, 0), 2)
    change(shop, row, 6, 1)
    assert (sums(row), row.order.payment) == ((NIGHT, -2 * NIGHT), "overpaid")
    assert invoices.holds(row.order) == NIGHT
    change(shop, row, 5, 3)
    assert (sums(row), row.order.payment, invoices.holds(row.order)) == ((3 * NIGHT, 0), "paid", 3 * NIGHT)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_between_who_is_back_where_they_were_owes_what_they_did(shop, seed):
    """Rates by night, a discount, guests beyond, a rate that rose after it was booked: nothing is owed, nothing lost."""
    dice = random.Random(seed)
    service = cabin(shop, WEEKEND, guests_in=2, guest_minor=7_333_33, week_bp=1_000)
    row = shop.booked(service, shop.when(5), 3, nights=3, paid=True)
    line = row.order.lines[0]
    line.discount_minor, cut = seed * 1_234_57, seed * 1_234_57
    for owner, name in (
        (line, "gross_minor"),
        (line, "net_minor"),
        (row.order, "items_minor"),
        (row.order, "total_minor"),
    ):
        setattr(owner, name, getattr(owner, name) - cut)
    service.product.price_minor += dice.choice([0, 9_999_99])
    db.session.commit()
    line.net_minor, line.tax_minor = line.gross_minor, 0
    line.tax_components, row.order.tax_minor = [], 0
    db.session.commit()
    agreed = row.order.total_minor
    for _step in range(6):
        nights = dice.randint(1, 9)
        change(shop, row, dice.randint(4, 6), nights, dice.randint(1, 4))
        assert row.order.total_minor > 0
    assert row.order.discount_minor - row.order.lines[0].discount_minor == -cut  # it was put on by hand above
    change(shop, row, 5, 3, 3)
    assert row.order.total_minor == agreed
    assert row.order.lines[0].discount_minor == cut
    assert order_events.last(row.order, "booking_changed").data["base"]


def test_what_is_added_costs_the_price_of_today_and_a_discount_is_no_discount_for_more(shop):
    service = cabin(shop)
    row = shop.booked(service, shop.when(5), 2, nights=1, paid=True)
    base = booking_worth.now(row)
    off = booking_worth.replace(base, rows=[booking_worth.replace(base.rows[0], discount=NIGHT // 2)])
    assert booking_worth.of(off, wish(shop, row, 5, 10))[0].bare == 10 * NIGHT - NIGHT // 2
    low = booking_worth.replace(base, rows=[booking_worth.replace(base.rows[0], unit=NIGHT // 3)])
    assert booking_worth.of(low, wish(shop, row, 5, 2))[0].bare == NIGHT + NIGHT // 3
    assert booking_worth.of(low, wish(shop, row, 5, 1))[0].bare == NIGHT // 3


def test_another_cabin_is_billed_anew_and_the_first_is_free_again(shop):
    billed(shop)
    small = cabin(shop)
    large = shop.service("Casa", "nights", price=60_000_00, capacity=6, resource=shop.resource("Casa", seats=6))
    row = shop.booked(small, shop.when(5), 2, nights=2, paid=True)
    unit = booking_list.units_taken(row)
    change(shop, row, 5, 2, service=large)
    assert sums(row) == (120_000_00, 30_000_00)
    line = row.order.lines[0]
    assert (line.name, line.product_id, line.variant.product_id) == ({"es": "Casa"}, large.product_id, large.product_id)
    assert booking_list.units_taken(row) != unit
    shop.booked(small, shop.when(5), 2, nights=2, paid=True)
    shop.pay(row.order)
    db.session.commit()
    names = [(one.kind, one.gross_minor) for one in invoices.every(row.order)]
    assert names == [("invoice", 90_000_00), ("credit_note", 90_000_00), ("invoice", 120_000_00)]
    step = order_events.last(row.order, "booking_changed")
    with pytest.raises(JustTaken):  # somebody has the cabin by now
        booking_changes.undo(row, step.id, by=shop.owner)
    db.session.rollback()
    assert sums(row) == (120_000_00, 0)


def test_staff_may_keep_the_price_and_a_later_change_goes_by_it(shop):
    row = shop.booked(cabin(shop, WEEKEND), shop.when(5), 2, nights=2, paid=True)
    before = sums(row)
    change(shop, row, 5, 4, keep=True)
    assert sums(row) == before
    change(shop, row, 5, 4, 3)
    assert sums(row) == before
    booking_moves.move(row, shop.span(row.service, shop.when(12), 4), by=shop.owner)
    db.session.commit()
    assert sums(row) == before
    assert booking_worth.agreed(row, row.order) == booking_worth.now(row)


def test_taken_back_within_the_minute_nobody_heard_of_it(shop):
    row = shop.booked(cabin(shop), shop.when(5), 2, nights=2, paid=True, email="ana@example.com")
    before, letters = (sums(row), booking_list.units_taken(row), row.starts_at), count(row)
    change(shop, row, 6, 3, 4)
    change(shop, row, 6, 4, 4)
    assert count(row) == letters + 1
    for _both in range(2):
        step = booking_worth.changes(row, row.order)[-1]
        booking_changes.undo(row, step.id, by=shop.owner)
        db.session.commit()
        db.session.expire_all()
    assert (sums(row), booking_list.units_taken(row), row.starts_at) == before
    assert count(row) == letters
    with pytest.raises(booking_changes.Stale):
        booking_changes.undo(row, step.id, by=shop.owner)


def agreed(answer):
    """What the form under the forecast sends as it stands."""
    fields = read(answer).xpath("//form[@method='post'][contains(@action, '/change')]//input[@type='hidden']")
    return {field.get("name"): field.get("value") for field in fields}


def count(row):
    """How many letters there are of a change."""
    found = db.session.scalars(db.select(post.Letter).where(post.Letter.kind == "bookings.changed"))
    return len(found.all())


def test_a_guest_sees_the_price_first_and_pays_it_on_the_same_order(shop):
    row = shop.booked(cabin(shop, policy=[{"hours": 48, "back_bp": 10_000}]), shop.when(5), 2, nights=2, paid=True)
    url = f"/bookings/{row.token}/change"
    told = {"arrive": shop.day(5).isoformat(), "leave": shop.day(8).isoformat(), "places": "3"}
    page = shop.client.get(url, query_string=told)
    sent = agreed(page)
    assert (sent["seen"], sent["places"]) == (str(NIGHT), "3")
    for wrong in ("0", "", "x", "9" * 5000, "²"):
        assert shop.client.post(url, data={**sent, "seen": wrong}).status_code == 409
    assert [shop.client.post(url, data=sent).status_code for _tap in range(2)] == [303, 303]
    db.session.expire_all()
    assert (sums(row), row.places) == ((3 * NIGHT, NIGHT), 3)
    wrong = shop.client.get(url, query_string={**told, "leave": told["arrive"], "places": "x"})
    assert wrong.status_code == 422
    assert 'value="x"' in wrong.text
    assert 'id="leave-error">' in wrong.text
    row.policy = [{"hours": 240, "back_bp": 10_000}]
    db.session.commit()
    assert shop.client.get(url).status_code == 303
    assert shop.client.post(url, data={**sent, "seen": "0"}).status_code == 409
    assert sums(row)[0] == 3 * NIGHT


@pytest.mark.parametrize(("share", "paid", "kept"), [(10_000, True, 0), (4_000, True, 6), (0, True, 10), (0, False, 0)])
def test_nights_that_a_guest_gives_up_fall_under_the_policy(shop, share, paid, kept):
    policy = [{"hours": 48, "back_bp": share}]
    row = shop.booked(cabin(shop, policy=policy), shop.when(5), 2, nights=3, paid=paid)
    fee = kept * NIGHT // 10
    change(shop, row, 5, 2, by=None)
    assert row.order.total_minor == 2 * NIGHT + fee
    change(shop, row, 5, 3, by=None)  # the night that was given up is bought anew
    assert row.order.total_minor == 3 * NIGHT + fee
    sums(row)
    assert ("De eso, por lo que se dejó" in row.order.lines[0].texts) is bool(fee)
    assert booking_forecasts.forecast(row, wish(shop, row, 5, 1), by=shop.owner).after.minor == NIGHT + fee


def test_more_and_fewer_of_each_kind_of_person(shop):
    boat = shop.service(
        "Paseo", price={"adulto": 5_000_00, "nino": 2_000_00}, capacity=6, resource=shop.resource(seats=6)
    )
    row = shop.booked(boat, shop.when(5), [2], paid=True)
    adult, child = variants.of(boat.product_id)

    def have(*counts):
        people = {one: many for one, many in zip((adult, child), counts, strict=True) if many}
        span = booking_times.Span(row.starts_at, row.ends_at)
        booking_changes.change(row, Wish(boat, span, sum(counts), people), by=shop.owner)
        db.session.commit()
        db.session.expire_all()
        return sums(row), booking_story.people(row), row.departure.taken

    assert have(2, 2) == ((14_000_00, 4_000_00), ["2 × Adulto", "2 × Nino"], 4)
    assert have(0, 1) == ((2_000_00, -8_000_00), ["1 × Nino"], 1)
    assert have(3, 0) == ((15_000_00, 5_000_00), ["3 × Adulto"], 3)
    shop.booked(boat, shop.when(5), [2], paid=True)
    with pytest.raises(Refusal):
        have(5, 0)
    db.session.rollback()
    assert have(2, 0) == ((10_000_00, 0), ["2 × Adulto"], 4)
    departure_changes.sell(row.departure, False, by=shop.owner)
    assert have(1, 0) == ((5_000_00, -5_000_00), ["1 × Adulto"], 3)  # also where nobody is taken any more


def test_staff_choose_among_what_fits_and_take_it_back_from_the_toast(shop):
    row = shop.booked(cabin(shop, nights_min=2), shop.when(5), 2, nights=2, paid=True)
    other = shop.service("Casa", "nights", price=60_000_00, capacity=2, resource=shop.resource("Casa", seats=2))
    shop.booked(other, shop.when(5), 2, nights=1, paid=True)
    url = f"/admin/cafe/bookings/{row.token}/change"
    told = {"arrive": shop.day(5).isoformat(), "leave": shop.day(6).isoformat(), "places": "2", "where": "casa"}
    taken = shop.admin.get(url, query_string=told)
    assert taken.status_code == 409
    assert 'value="casa"' not in taken.text
    free = shop.admin.get(
        url, query_string={**told, "arrive": shop.day(6).isoformat(), "leave": shop.day(7).isoformat()}
    )
    assert 'value="casa" selected' in free.text
    short = shop.admin.get(url, query_string={**told, "where": ""})
    sent = agreed(short)
    assert (sent["short"], sent["seen"]) == ("1", str(-NIGHT))
    assert shop.admin.post(url, data={name: sent[name] for name in sent if name != "short"}).status_code == 422
    assert shop.admin.post(url, data=sent).status_code == 303
    db.session.expire_all()
    assert sums(row)[0] == NIGHT
    step = booking_worth.changes(row, row.order)[-1]
    assert shop.admin.post(f"{url}/undo", data={"step": step.id}).status_code == 303
    db.session.expire_all()
    assert sums(row) == (2 * NIGHT, 0)
    assert shop.admin.get(url, query_string={**told, "places": "99", "where": "nada"}).status_code == 422
