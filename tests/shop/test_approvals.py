"""A booking that the shop has to say yes to: held while it waits, paid for only after the yes, free again after a no."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock, jobs
from kernel.db import db
from kernel.letters import Letter
from shop import (
    approval_rows,
    approvals,
    balances,
    bookings,
    cancellations,
    card_sessions,
    checkout,
    downloads,
    fulfilment,
    invoices,
    order_events,
    order_list,
    orders,
    plans,
    practice,
    receipts,
    stock,
)
from shop import cart as carts
from shop.approval_rows import Approval
from shop.occupations import JustTaken
from shop.quotes import Choice
from tests.shop import gifts
from tests.shop.booking_racers import faults


def cabin(shop, **told):
    """One cabin by the night that the shop lets after a look."""
    values = {"lead": 24, "answer_hours": 24, "capacity": 4, **told}
    return shop.service("Cabaña", "nights", resource=shop.resource("Cabaña"), **values)


def requested(shop, service=None, **told):
    """Somebody asks for two nights; their order."""
    return shop.booked(service or cabin(shop), shop.when(7), 2, nights=2, **told).order


def letters(kind=None):
    """Which letters were written, in order."""
    rows = db.session.scalars(select(Letter).order_by(Letter.id))
    return [row.kind for row in rows if kind is None or row.kind == kind]


def after(hours):
    """What is due by then is done."""
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        jobs.run_due()
    db.session.expire_all()


def booking_of(order):
    return bookings.of_order(order)[0]


def test_a_request_is_held_and_asks_for_no_money(shop):
    order = requested(shop)
    row, booking = approval_rows.of(order), booking_of(order)
    assert (order.state, order.payment, order.payments, order.hold_until) == ("asked", "due", [], None)
    assert booking.state == "held"
    assert booking.held_until == row.until
    assert timedelta(hours=23) < row.until - clock.now() <= timedelta(hours=24)
    assert letters() == ["orders.asked", "orders.shop.asked"]
    with pytest.raises(JustTaken):
        shop.held(booking.service, shop.when(8))
    db.session.rollback()
    for verb in (fulfilment.prepare, fulfilment.deliver):
        with pytest.raises(fulfilment.NotNow):
            verb(order, by=shop.owner)
        db.session.rollback()
    with pytest.raises(orders.Unanswered):
        balances.collect(order, order.total, key="early", by=shop.owner)
    db.session.rollback()
    assert faults() == []


def test_a_yes_asks_for_the_money_from_then_on(shop):
    order = requested(shop)
    with time_machine.travel(clock.now() + timedelta(hours=20), tick=False):
        approvals.approve(order, by=shop.owner)
        db.session.commit()
        assert (order.state, booking_of(order).state, booking_of(order).held_until) == ("placed", "booked", None)
        assert order.hold_until == clock.now() + order.payments[0].method.time_to_pay
        with pytest.raises(approvals.Answered):
            approvals.approve(order, by=shop.owner)
        db.session.rollback()
    assert letters("orders.approved") == ["orders.approved"]
    shop.pay(order)
    assert order.paid
    assert booking_of(order).state == "booked"
    assert faults() == []


def test_no_card_is_asked_before_the_yes(shop):
    shop.tenant.live_at = None
    order = requested(shop, payment="practice")
    assert card_sessions.payable(order) is None
    with pytest.raises(card_sessions.NotPayable):
        card_sessions.begin(order, "practice", 100)
    db.session.rollback()
    approvals.approve(order, by=shop.owner)
    db.session.commit()
    assert card_sessions.payable(order) is order.payments[-1]
    assert order.hold_until - clock.now() > timedelta(hours=23)  # nobody sits and waits for the yes


def test_what_costs_nothing_is_confirmed_by_the_yes_alone(shop):
    order = requested(shop, cabin(shop, price=0))
    assert order.payment == "due"
    assert order.asked
    approvals.approve(order, by=shop.owner)
    db.session.commit()
    assert order.paid
    assert booking_of(order).state == "booked"
    assert "orders.accepted" in letters()


@pytest.mark.parametrize("price", [50_000_00, 0])
def test_a_yes_by_mistake_is_taken_back_while_its_letter_rests_and_nobody_hears_of_it(shop, price):
    order = requested(shop, cabin(shop, price=price))
    row, admin = approval_rows.of(order), f"/admin/cafe/orders/{order.number}"
    shop.admin.post(f"{admin}/approval")
    assert "si lo deshace ahora, quien compró no se entera" in shop.admin.get(admin).get_data(as_text=True)
    assert shop.admin.post(f"{admin}/approval/undo").status_code == 303
    db.session.expire_all()
    assert (order.state, order.payment, order.hold_until, row.answer, row.open) == ("asked", "due", None, "", True)
    assert (booking_of(order).state, booking_of(order).held_until) == ("held", row.until)
    assert {"orders.approved", "orders.accepted"} & set(letters()) == set()
    assert "approved" not in [event.kind for event in order_events.told(order) if event.undone_at is None]
    after(1)
    assert order.asked  # no hold of the yes that was
    approvals.approve(order, by=shop.owner)  # as if it had never been
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        with pytest.raises(approvals.Heard):
            approvals.take_back(order, by=shop.owner)
        db.session.rollback()
    assert (order.state, booking_of(order).state, order.paid) == ("placed", "booked", not price)
    assert faults() == []


def test_a_yes_that_was_paid_or_whose_request_is_over_stays(shop):
    order = requested(shop)
    approvals.approve(order, by=shop.owner)
    shop.pay(order)
    assert approvals.reversible(order) is None
    loft = shop.service("Loft", "nights", resource=shop.resource("Loft"), lead=24, answer_hours=24)
    other = requested(shop, loft)
    approvals.approve(other, by=shop.owner)
    approvals.take_back(other, by=shop.owner)
    db.session.commit()
    after(30)  # its time ends as if nobody had said anything
    assert (other.state, booking_of(other).state) == ("expired", "expired")
    assert faults() == []


def test_a_no_frees_the_time_at_once_and_says_why_and_what_is_free(shop):
    order = requested(shop)
    approvals.refuse(order, by=shop.owner, reason="Estamos pintando")
    db.session.commit()
    assert (order.state, booking_of(order).state, approval_rows.of(order).answer) == ("cancelled", "cancelled", "no")
    letter = db.session.scalars(select(Letter).where(Letter.kind == "orders.refused")).one()
    assert letter.data["reason"] == "Estamos pintando"
    assert "/p/cabana" in letter.data["button_url"]
    shop.held(booking_of(order).service, shop.when(7))
    assert cancellations.of(order).account_id == shop.owner_id
    assert faults() == []


def test_without_an_answer_the_time_is_free_although_nobody_works(shop):
    order = requested(shop)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        with pytest.raises(approvals.Answered):
            approvals.approve(order, by=shop.owner)
        db.session.rollback()
        shop.held(booking_of(order).service, shop.when(6))  # the day is one later by now
    assert booking_of(order).state == "expired"
    after(25)
    assert (order.state, order.payment, approval_rows.of(order).answer) == ("expired", "void", "late")
    assert letters("orders.unanswered") == ["orders.unanswered"]
    assert letters("orders.expired") == []
    assert faults() == []


def test_the_end_does_not_come_too_early_nor_twice(shop):
    order = requested(shop)
    approvals.run_out(order.id)
    assert order.asked
    after(25)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        approvals.run_out(order.id)
    assert letters("orders.unanswered") == ["orders.unanswered"]


def mixed(shop, service, thing, code="", **choice):
    """A stay and a thing in one cart, ordered to be fetched; with a gift card when its code is said."""
    shop.pickup()
    shop.transfer()
    cart = carts.begin()[0]
    row = shop.held(service, shop.when(7), 2, cart=cart, nights=2)
    carts.book(cart, row, {service.product.variants[0]: 2})
    carts.add(cart, thing.variants[0], 1)
    cart.codes = [code] if code else []
    db.session.commit()
    order = checkout.place(cart, Choice(shipping="retiro", **choice), shop.details(), key=f"mixed-{cart.id}")
    db.session.commit()
    return order


def test_goods_of_the_same_order_wait_with_it_and_come_back(shop):
    vase = shop.product("Florero", stock=3)
    order = mixed(shop, cabin(shop), vase)
    assert (order.asked, order_list.count("prepare"), stock.left(vase.variants[0])) == (True, 0, 2)
    approvals.refuse(order, by=shop.owner)
    db.session.commit()
    db.session.expire_all()
    assert (order.state, stock.left(vase.variants[0])) == ("cancelled", 3)
    assert booking_of(order).state == "cancelled"


def test_a_gift_card_delivers_nothing_before_the_yes_and_is_whole_after_a_no(shop):
    file = shop.product("Receta", price=1_000_00, stock=None)
    card = gifts.card(shop, 90_000_00)
    order = mixed(shop, cabin(shop), file, gifts.handle(card))
    assert (order.asked, order.balance.minor, invoices.of(order), downloads.of(order)) == (True, 0, None, [])
    assert booking_of(order).state == "held"
    approvals.refuse(order, by=shop.owner)
    db.session.commit()
    db.session.expire_all()
    assert (order.state, card.balance.minor, order.received_minor) == ("cancelled", 90_000_00, 0)


def test_a_gift_card_that_pays_for_all_of_it_confirms_it_with_the_yes(shop):
    order = mixed(shop, cabin(shop), shop.product("Receta", stock=None), gifts.handle(gifts.card(shop, 90_000_00)))
    approvals.approve(order, by=shop.owner)
    db.session.commit()
    assert (order.state, order.paid, booking_of(order).state) == ("placed", True, "booked")


def test_the_buyer_takes_it_back(shop):
    order = requested(shop)
    cancellations.by_buyer(order)
    db.session.commit()
    assert (order.state, booking_of(order).state, approval_rows.of(order).answer) == ("cancelled", "cancelled", "left")
    with pytest.raises(approvals.Answered):
        approvals.approve(order, by=shop.owner)


def test_only_groups_of_that_size_wait(shop):
    boat = shop.service("Paseo", capacity=12, lead=24, answer_hours=24, answer_from=8)
    small, large = shop.booked(boat, shop.when(7), 3).order, shop.booked(boat, shop.when(7), 8).order
    assert (small.state, booking_of(small).state, large.state) == ("placed", "booked", "asked")
    assert approval_rows.of(small) is None


def test_a_deposit_is_due_from_the_yes_on_and_never_late_before_it(shop):
    order = requested(shop, cabin(shop, answer_hours=72, lead=72, product={"deposit_bp": 3_000}), plan="deposit")
    assert (order.plan, order_list.count("overdue"), order_list.count("balance")) == ("deposit", 0, 0)
    assert [one["state"] for one in receipts.plan(order)["parts"]] == ["later", "later"]
    with time_machine.travel(clock.now() + timedelta(hours=50), tick=False):
        approvals.approve(order, by=shop.owner)
        db.session.commit()
        assert plans.parts(order)[0].on == plans.today()
        assert (order.payments[0].asked, plans.overdue(order)) == (plans.parts(order)[0].amount, [])


def test_it_never_waits_longer_than_until_it_begins(shop):
    boat = shop.service("Paseo", lead=2, answer_hours=240, price=0)
    order = shop.booked(boat, shop.when(4), 1).order
    assert approval_rows.of(order).until == booking_of(order).starts_at


def test_what_is_handed_over_before_the_answer_cannot_be_ordered_along(shop):
    bread = shop.product("Pan", daily=5)
    service = cabin(shop)
    with pytest.raises(approval_rows.CannotWait):
        mixed(shop, service, bread, day=shop.day(0))
    db.session.rollback()
    assert stock.left(bread.variants[0], shop.day(0)) == 5


def test_staff_ask_nobody(shop):
    walk = shop.service("Caminata", "appointment", lead=24, answer_hours=24)
    order = shop.booked(walk, shop.when(5), by=shop.owner).order
    assert (order.state, booking_of(order).state, approval_rows.of(order)) == ("placed", "booked", None)


def test_practice_is_wiped_with_its_requests(shop):
    shop.tenant.live_at = None
    order = requested(shop)
    assert order.practice
    assert order.asked
    practice.wipe(by=shop.owner)
    assert db.session.scalars(select(Approval)).all() == []
