"""Several times of an order called off at once: each once, with what its own policy gives back, in one letter."""

from collections import Counter
from dataclasses import astuple
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel.db import db
from shop import (
    arrivals,
    booking_orders,
    booking_rest,
    booking_shares,
    bookings,
    holdings,
    order_events,
    payment_methods,
    payments,
    refunds,
    walk_ins,
)
from shop.booking_rest import Shown
from shop.booking_series import Series
from shop.gateways import cards
from shop.invoice_rows import Invoice
from shop.occupations import Span
from shop.quotes import Details
from shop.walk_in_terms import Terms
from tests.shop.booking_racers import faults
from tests.shop.card_world import till
from tests.shop.courses import PRICE, course, shown, states
from tests.shop.desk_calendar import room
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.pages import form, read, text
from tests.shop.test_conservation import papers_agree
from tests.shop.trips import HALF, letters, taken

__all__ = ["fake_stripe", "stripe_base", "till"]

CANCEL, CARELESS = "tests.shop.courses:take_off", "tests.shop.courses:take_off_unlocked"


def test_this_and_those_after_it_go_with_one_letter_and_one_credit_note(shop):
    order, rows = course(shop, goods=shop.product(price=2_500_00))
    before, papers = Counter(letters(order)), len(db.session.scalars(select(Invoice)).all())
    with time_machine.travel(rows[1].starts_at - timedelta(hours=30), tick=False):  # of the second comes half back
        assert [row.id for row in booking_rest.of(rows[1])] == [rows[1].id, rows[2].id]
        rest = booking_rest.cancel(rows[1], shown(rows[1]), reason="De viaje")
        db.session.commit()
    assert [(one.back.minor, one.kept.minor) for one in rest.found] == [(5_000_01, 5_000_00), (PRICE, 0)]
    assert [row.state for row in rows] == ["booked", "cancelled", "cancelled"]
    assert [taken(row) for row in rows] == [1, 0, 0]
    assert order.balance.minor == -(5_000_01 + PRICE)
    assert Counter(letters(order)) - before == Counter(["bookings.cancelled", "bookings.shop.cancelled"])
    assert len(db.session.scalars(select(Invoice)).all()) == papers + 1
    assert papers_agree(order)
    told = [one.data["minor"] for one in order_events.of(order) if one.kind == "booking_cancelled"]
    assert told == [5_000_01, PRICE]


def test_all_of_them_end_the_order_with_what_each_policy_keeps(shop):
    order, rows = course(shop)
    with time_machine.travel(rows[0].starts_at - timedelta(hours=30), tick=False):
        rest = booking_rest.cancel(rows[0], shown(rows[0], every=True))
        db.session.commit()
    assert (order.state, {row.state for row in rows}) == ("cancelled", {"cancelled"})
    assert (order.kept_minor, refunds.owed(order).minor) == (rest.whole.kept.minor, rest.whole.back.minor)
    assert Counter(letters(order))["orders.cancelled"] == 1
    assert "bookings.cancelled" not in letters(order)


def test_what_came_or_was_moved_or_called_off_meanwhile_stays_and_says_why(shop):
    _order, rows = course(shop, days=(5, 12, 19, 26))
    told = shown(rows[0])
    arrivals.come(rows[0], by=shop.owner)
    booking_orders.cancel(rows[1], by=shop.owner, reason="Feriado")
    holdings.place(rows[2], shop.span(rows[2].service, shop.when(20)), 1)
    booking_orders.moved(rows[2], was=shop.when(19))
    db.session.commit()
    rest = booking_rest.cancel(rows[0], told)
    db.session.commit()
    assert [row.id for row in rest.rows] == [rows[3].id]
    assert [why.split(" to ")[0].split(" a ")[0] for _row, why in rest.stays] == [
        "ya llegaron", "ya estaba cancelada", "entretanto pasó",
    ]  # fmt: skip
    assert [row.state for row in rows] == ["came", "cancelled", "booked", "cancelled"]
    assert booking_rest.cancel(rows[3], [Shown(rows[3].token, rows[3].starts_at, PRICE)]).rows == []


def test_what_was_paid_by_card_goes_back_in_one_piece(till):
    order, rows = course(till.shop, goods=till.goods, paid=False, payment="card")
    cards.check(till.pay(order))
    booking_rest.cancel(rows[1], shown(rows[1]))
    db.session.commit()
    till.run()
    till.run()
    order = till.again(order)
    assert [one["amount"] for one in till.stripe.every("refunds")] == [2 * PRICE]
    assert (order.payment, order.balance.minor) == ("paid", 0)
    assert papers_agree(order)


def test_nothing_happens_when_something_else_comes_back_than_was_shown(shop):
    order, rows = course(shop)
    told = shown(rows[0])
    with time_machine.travel(rows[0].starts_at - timedelta(hours=30), tick=False):
        with pytest.raises(booking_rest.OtherAmount):
            booking_rest.cancel(rows[0], told)
        db.session.rollback()
    assert states(order) == ["booked"] * 3


@pytest.mark.parametrize("came", [0, 1, 5_000_01, 17_777_77, 30_000_03])
@pytest.mark.parametrize("goods", [False, True])
def test_kept_and_given_back_are_what_was_paid_whatever_the_mix(shop, came, goods):
    vase = shop.product(price=2_500_00) if goods else None
    order, rows = course(shop, paid=False, plan="deposit", goods=vase, product={"deposit_bp": 3000})
    if came:
        payments.settle(payments.current(order), amount=order.money(came), key="part", by=shop.owner)
        db.session.commit()
    bps = [(row, bp) for row, bp in zip(rows, (10_000, 3_333, 0), strict=True)]
    whole = booking_shares.total(booking_shares.of_all(bps, order), order)
    all_back = booking_shares.total(booking_shares.of_all([(row, 10_000) for row in rows], order), order)
    assert whole.back + whole.kept == all_back.back
    assert whole.back + whole.kept + whole.unpaid == whole.worth
    assert (whole.back + whole.kept).minor <= came
    if not goods:
        assert (whole.back + whole.kept).minor == came
    booking_rest.cancel(rows[0], shown(rows[0], by=shop.owner), by=shop.owner, reason="Cerramos")
    db.session.commit()
    assert refunds.owed(order).minor == max(0, came - (order.total_minor - order.credited_minor if goods else 0))
    assert {row.state for row in rows} == {"cancelled"}


def test_a_course_that_staff_wrote_down_goes_at_once_too(shop):
    service = room(shop, price=PRICE, policy=HALF)
    later = payment_methods.named(payment_methods.LATER)
    asked = walk_ins.visit(service, Span(shop.when(5), shop.when(5) + service.length), {"": 1})
    details = Details(email="", name="Ana", payment=later.code, language="es", source="counter", by=shop.owner)
    order = walk_ins.sell(asked, details, key="walk", terms=Terms(later), series=Series(7, 3))
    db.session.commit()
    rows = list(bookings.of_order(order))
    with pytest.raises(booking_orders.NoReason):
        booking_rest.cancel(rows[0], shown(rows[0], by=shop.owner), by=shop.owner, reason=" ")
    db.session.rollback()
    rest = booking_rest.cancel(rows[1], shown(rows[1], by=shop.owner), by=shop.owner, reason="Se mudó")
    db.session.commit()
    assert (len(rest.rows), rest.whole.unpaid.minor, order.balance.minor) == (2, 2 * PRICE, PRICE)
    assert faults() == []


def test_the_guest_looks_at_it_first_and_one_tap_does_it(shop):
    (order, rows), client = course(shop), shop.client
    page = client.get(f"/bookings/{rows[1].token}")
    assert "Cancelar esta y la que sigue" in text(page)
    assert "Cancelar las 3 que faltan" in text(page)
    asked = client.get(f"/bookings/{rows[1].token}/rest")
    assert len(read(asked).xpath("//li[@data-row]")) == 2
    assert "₡20" in text(asked)
    assert asked.headers["Cache-Control"] == "private, no-store"
    assert states(order) == ["booked"] * 3
    sent = {**form(asked, "/rest/cancellation"), "time": read(asked).xpath("//input[@name='time']/@value")}
    rows[2].policy = [{"hours": 1, "back_bp": 5000}]
    db.session.commit()
    again = client.post(f"/bookings/{rows[1].token}/rest/cancellation", data={**sent, "reason": "Enfermo"})
    assert again.status_code == 409
    assert "Enfermo" in again.get_data(as_text=True)
    sent["time"] = read(again).xpath("//input[@name='time']/@value")
    client.post(f"/bookings/{rows[1].token}/rest/cancellation", data=sent)
    assert "2 reservas quedaron canceladas." in text(client.get(f"/bookings/{rows[1].token}"))
    assert states(order) == ["booked", "cancelled", "cancelled"]
    assert "Cancelar l" not in text(client.get(f"/bookings/{rows[1].token}"))  # the one that is left has its own page
    assert "Cancelar todas" not in text(client.get(f"/orders/{order.token}"))


def test_staff_call_off_from_the_booking_with_a_reason_that_the_guest_reads(shop):
    (order, rows), desk = course(shop), shop.admin
    assert "Cancelar las 3 que faltan" in text(desk.get(f"/admin/cafe/bookings/{rows[1].token}"))
    where = f"/admin/cafe/bookings/{rows[0].token}/rest"
    times = read(desk.get(f"{where}?which=every")).xpath("//input[@name='time']/@value")
    refused = desk.post(f"{where}/cancellation", data={"time": times, "which": "every"})
    assert refused.status_code == booking_orders.NoReason.status
    desk.post(f"{where}/cancellation", data={"time": times, "reason": "Llueve"})
    assert "3 reservas quedaron canceladas." in text(desk.get(f"/admin/cafe/bookings/{rows[0].token}"))
    db.session.expire_all()
    assert (order.state, refunds.owed(order).minor) == ("cancelled", 3 * PRICE)
    late = desk.post(f"{where}/cancellation", data={"time": times, "reason": "Llueve"})
    assert (late.status_code, refunds.owed(order).minor) == (303, 3 * PRICE)


def test_what_no_page_wrote_calls_nothing_off(shop):
    order, rows = course(shop)
    bad = [
        "",
        "x",
        "a.b.c",
        f"{rows[0].token}.99999999999999999.1",
        f"{rows[0].token}.١.1",
        f"{rows[0].token}.1.-5",
        "." * 80,
    ]
    answer = shop.client.post(f"/bookings/{rows[0].token}/rest/cancellation", data={"time": bad})
    assert answer.status_code == 409
    assert states(order) == ["booked"] * 3


def race(crew, shop, verb, number=0):
    goods = shop.product(f"Café {number}", price=2_500_00)
    order, rows = course(shop, days=(5, 12, 19, 26), goods=goods, product={"slug": f"curso-{number}"})
    one, other = (0, rows[1], shown(rows[1])), (shop.owner.id, rows[0], shown(rows[0], by=shop.owner, every=True))
    asked = [(row.token, who, [astuple(time) for time in told]) for who, row, told in [one, other] * 3]
    return order, rows, crew.race(shop, verb, asked)


def right(order, rows):
    """Each time was called off once, with its money once."""
    db.session.expire_all()
    gone = [one.data["booking"] for one in order_events.of(order) if one.kind == "booking_cancelled"]
    return sorted(gone) == [row.id for row in rows] and order.credited_minor == len(rows) * PRICE and not faults()


def test_guest_and_staff_call_off_at_one_moment_and_each_goes_once(crew, shop):
    order, rows, answers = race(crew, shop, CANCEL)
    assert {answer[0] for answer in answers} == {"done"}
    assert sum(answer[1] for answer in answers) == 4
    assert right(order, rows)


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_the_look_sees_times_that_went_twice(crew, shop):
    for number in range(6):  # they need not meet the first time
        order, rows, _answers = race(crew, shop, CARELESS, number)
        if not right(order, rows):
            return
    pytest.fail("every round was right: the look would not see a time that went twice")


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("clerk", False)])
def test_the_order_leads_to_each_of_its_bookings_and_to_calling_off_the_rest(shop, role, may):
    order, rows = course(shop)
    browser = shop.admin if role == "owner" else shop.staff(role)
    page = read(browser.get(f"/admin/cafe/orders/{order.number}"))
    leads = page.xpath("//*[@id='bookings']//a[@data-action='booking']/@href")
    assert [url.rsplit("/", 1)[-1] for url in leads] == [row.token for row in rows]
    rest = page.xpath("//*[@id='bookings']//a[@data-action='cancel-rest']/@href")
    assert [url.split("?")[0].split("/")[-2] for url in rest] == ([rows[0].token] if may else [])
    if may:
        assert len(read(browser.get(rest[0])).xpath("//li[@data-row]")) == 3
        booking_rest.cancel(rows[0], shown(rows[0], every=True), by=shop.owner, reason="Obra")
        db.session.commit()
        page = read(browser.get(f"/admin/cafe/orders/{order.number}"))
        assert page.xpath("//*[@id='bookings']//a[@data-action='cancel-rest']") == []
