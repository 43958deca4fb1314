"""Paying in parts: splits that add up, holds for the first part only, any order of payments ends alike."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from crm import facts, segments, sums
from kernel import clock, i18n, jobs
from kernel import letters as post
from kernel.db import db
from kernel.money import Money
from shop import (
    agreements,
    balances,
    cancellations,
    expiry,
    order_list,
    payment_methods,
    payments,
    plan_offers,
    plan_policies,
    plan_reminders,
    plans,
    quotes,
    refunds,
    reversals,
    stock,
)
from shop.forms import deposits
from tests.goods import only

CURRENCIES = st.sampled_from(["CRC", "CLP", "KWD"])  # two digits, none, three


def cake(shop, **values):
    return shop.product("Torta", price=10_000_00, **{"deposit_bp": 5000, **values})


def layaway(**values):
    row = plan_policies.kept()
    for name, value in {"layaway": True, "parts": 4, "every_days": 15, "first_bp": 0, **values}.items():
        setattr(row, name, value)
    db.session.commit()
    return row


def on_layaway(shop, price=10_000_00, **values):
    layaway(**values)
    return shop.bought(shop.product("Ropero", price=price), plan="layaway")


def letters(order):
    return [row.kind.removeprefix("orders.") for row in reversed(post.about(order))]


def run(at):
    with time_machine.travel(at, tick=False):
        jobs.run_due()
    db.session.expire_all()


def parts(order):
    return [(part.amount.minor, part.paid.minor) for part in plans.parts(order)]


@given(minor=st.integers(1, 10**12), count=st.integers(1, 12), first=st.integers(0, 10**12), currency=CURRENCIES)
@settings(max_examples=200, deadline=None)
def test_parts_add_up_and_none_is_empty(minor, count, first, currency):
    whole, least = Money(minor, currency), Money(first, currency)
    rows = plans.split(whole, count, first=least)
    assert sum(row.minor for row in rows) == minor
    assert all(row.minor > 0 for row in rows)
    assert len(rows) <= count
    assert rows[0].minor >= min(first, minor)
    rest = [row.minor for row in (rows[1:] if rows[0].minor > minor // count else rows)]
    assert not rest or max(rest) - min(rest) <= 1


@given(price=st.integers(1, 10**9), units=st.integers(1, 9), points=st.integers(1, 9999), fixed=st.integers(1, 10**9))
@settings(max_examples=200, deadline=None)
def test_a_deposit_never_exceeds_its_line(price, units, points, fixed):
    gross = Money(price * units, "CRC")
    share = plan_offers.deposit(plan_offers.Product(deposit_bp=points, deposit_minor=None), gross, units)
    each = plan_offers.deposit(plan_offers.Product(deposit_bp=None, deposit_minor=fixed), gross, units)
    assert 0 <= share.minor <= gross.minor
    assert each.minor == min(fixed * units, gross.minor)


@pytest.mark.parametrize(
    ("text", "points", "minor"),
    [("", None, None), ("50 %", 5000, None), ("12,5%", 1250, None), ("2500", None, 2500_00),
     ("30", 3000, None), ("99", 9900, None), ("₡30", None, 30_00), ("30 colones", None, 30_00), ("100", None, 100_00)],
)  # fmt: skip
def test_a_deposit_as_one_types_it(shop, text, points, minor):
    found = deposits.read(text)
    assert (found["deposit_bp"], found["deposit_minor"]) == (points, minor)
    assert deposits.read(deposits.written(points, minor)) == found


def test_a_deposit_that_could_be_a_share_is_asked_for_anew(shop):
    for text in ("12,5", "99.5"):
        with i18n.speak("es", "CR"), pytest.raises(ValueError, match=f"Escriba {text} % si es una parte"):
            deposits.read(text)


def test_goods_without_a_deposit_are_paid_at_once(shop):
    shop.transfer()
    wanted = [quotes.Wanted(only(cake(shop)), 1), quotes.Wanted(only(shop.product(price=2_500_00)), 2)]
    [offer] = plan_offers.of(quotes.quote(quotes.price(wanted)))
    assert (offer.now.minor, offer.later.minor) == (10_000_00, 5_000_00)


def test_the_rest_of_a_deposit_is_due_before_its_day(shop):
    product = cake(shop, stock=None, daily=4)
    choice = replace(shop.choice(product), day=plans.today() + timedelta(days=4))
    order = shop.bought(product, plan="deposit", choice=choice)
    day = order.delivery_day
    assert day > plans.today()
    first, rest = plans.parts(order)
    assert (first.amount.minor, rest.amount.minor, rest.on) == (5_000_00, 5_000_00, day)
    assert payments.current(order).amount_minor == 5_000_00
    with pytest.raises(plan_offers.NotOffered):  # its day has come: everything is due
        shop.bought(cake(shop, slug="otra", deposit_days=20, stock=None, daily=4), plan="deposit")


def test_a_deposit_confirms_the_order_and_the_rest_pays_it(shop):
    order = shop.bought(cake(shop), plan="deposit")
    assert (order.plan, order.held, plans.due_now(order).minor) == ("deposit", True, 5_000_00)
    until = order.hold_until
    shop.pay(order)
    assert (order.payment, order.hold_until, plans.due_now(order).minor) == ("partial", None, 0)
    assert letters(order)[-1] == "instalment"
    assert order in db.session.scalars(order_list.query("prepare")).all()
    assert order not in db.session.scalars(order_list.query("unpaid")).all()
    run(until + timedelta(hours=1))
    assert order.state == "placed"
    balances.collect(order, order.money(5_000_00), key="rest", by=shop.owner)
    db.session.commit()
    assert (order.payment, parts(order)) == ("paid", [(5_000_00, 5_000_00)] * 2)


def test_without_its_first_part_it_expires_and_late_money_takes_the_goods_again(shop):
    product = cake(shop, stock=5)
    order = shop.bought(product, 2, plan="deposit")
    run(order.hold_until + timedelta(seconds=1))
    assert (order.state, stock.left(only(product))) == ("expired", 5)
    payments.settle(payments.current(order), key="late", amount=order.money(10_000_00))
    db.session.commit()
    assert (order.state, order.payment, stock.left(only(product))) == ("placed", "partial", 3)
    other = shop.bought(product, 3, plan="deposit", email="b@example.com")
    run(other.hold_until + timedelta(seconds=1))
    assert stock.left(only(product)) == 3
    shop.bought(product, 2, email="c@example.com", paid=True)
    payments.settle(payments.current(other), key="late", amount=other.money(15_000_00))
    db.session.commit()
    assert (other.state, other.payment) == ("expired", "refund_due")
    assert letters(other)[-1] == "late" or "shop.late" in letters(other)


def test_any_order_of_part_payments_ends_alike(shop):
    """Six orders of three payments, too much among them: one end state."""
    ends = set()
    layaway()
    product = shop.product("Ropero", price=10_000_00, stock=50)
    for place, amounts in enumerate(permutations((1_000_00, 2_500_00, 7_500_00))):
        order = shop.bought(product, plan="layaway", email=f"b{place}@example.com")
        for number, minor in enumerate(amounts):
            balances.collect(order, order.money(minor), key=f"{place}:{number}", by=shop.owner)
            assert sum(part.paid.minor for part in plans.parts(order)) == min(order.received_minor, order.total_minor)
        ends.add((order.payment, order.received_minor, order.balance.minor, order.hold_until, tuple(parts(order))))
        db.session.commit()
    assert len(ends) == 1
    assert next(iter(ends))[0] == "overpaid"


def test_what_is_due_and_what_came_are_the_whole(shop):
    product = shop.product("Ropero", price=10_000_00, stock=None)

    @given(pays=st.lists(st.integers(1, 6_000_00), min_size=1, max_size=5), count=st.integers(2, 12))
    @settings(max_examples=8, deadline=None, derandomize=True)
    def holds(pays, count):
        layaway(parts=count, every_days=5)
        order = shop.bought(product, plan="layaway")
        for place, minor in enumerate(pays):
            balances.collect(order, order.money(minor), key=f"{order.id}:{place}", by=shop.owner)
            rows = plans.parts(order)
            assert sum(row.amount.minor for row in rows) == order.total_minor
            assert sum(row.left.minor for row in rows) == max(order.balance.minor, 0)
            assert plans.due_now(order).minor <= max(order.balance.minor, 0)
            assert all(not later.paid or not row.left for row, later in pairwise(rows))
        db.session.commit()

    holds()


def test_reminders_come_once_each_and_late_ones_not_three_at_a_time(shop):
    order = on_layaway(shop)
    shop.pay(order)
    first = plans.parts(order)[1].on
    start = clock.now()
    for day in range(31):
        at = start + timedelta(days=day, hours=13)
        run(at)
        with time_machine.travel(at, tick=False):
            plan_reminders.remind(order.id)  # once more: nothing more is told
            db.session.commit()
    told = [kind for kind in letters(order) if kind in plan_reminders.STAGES]
    assert told == ["soon", "today", "overdue", "soon", "today"]
    ends = {row.kind.partition(".")[2]: row.data.get("not_after") for row in reversed(post.about(order))}
    day, zone = plans.parts(order)[2].on, shop.tenant.timezone
    assert ends["today"] == ends["soon"] == clock.span(day, day, zone)[1].isoformat()
    assert ends["overdue"] is None
    run(start + timedelta(days=200))
    told = [kind for kind in letters(order) if kind in plan_reminders.STAGES]
    assert told.count("overdue") == 3
    assert first == plans.today() + timedelta(days=15)


def test_days_are_the_shops_own_over_a_change_of_clocks(rival):
    """Santiago moves its clocks; nine o'clock stays nine o'clock, and fifteen days stay fifteen days."""
    rival.enter()
    rival.tenant.timezone = "America/Santiago"
    db.session.commit()
    with time_machine.travel("2026-04-01T03:30:00Z", tick=False):  # still the last day of March there
        order = on_layaway(rival, every_days=2)
        days = [part.on for part in plans.parts(order)]
        assert days == [date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 5), date(2026, 4, 7)] or days[0] == date(
            2026, 3, 31
        )
        moments = [moment for part in plans.parts(order)[1:] for moment in plan_reminders._moments(part)]
    assert {moment.astimezone(ZoneInfo("America/Santiago")).hour for moment in moments} == {9}
    assert len({moment.hour for moment in moments}) == 2


def test_staff_agree_move_a_day_and_end_it_keeping_a_part(shop):
    order = shop.bought(shop.product(price=9_000_00, stock=3))
    shop.pay(order, 1_000_00)
    terms = plans.Terms(3, plans.today() + timedelta(days=7), 7)
    agreements.agree(order, terms, by=shop.owner)
    db.session.commit()
    assert [part.amount.minor for part in plans.parts(order)] == [1_000_00, 2_666_67, 2_666_67, 2_666_66]
    assert (order.hold_until, order.payment, letters(order)[-1]) == (None, "partial", "plan")
    agreements.put_off(order, 1, plans.today() + timedelta(days=9), by=shop.owner)
    with pytest.raises(agreements.Past):
        agreements.put_off(order, 1, plans.today() - timedelta(days=1), by=shop.owner)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=10), tick=False):
        assert db.session.scalars(order_list.query("overdue")).all() == [order]
        assert not cancellations.allowed_to_buyer(order)
        cancellations.by_staff(order, by=shop.owner, reason="No pagó", kept=order.money(400_00))
        db.session.commit()
    assert (order.payment, order.kept_minor) == ("refund_due", 400_00)
    refunds.give(order, amount=order.money(600_00), key="r", by=shop.owner)
    assert order.payment in {"void", "refunded"}


def test_the_first_part_of_a_plan_is_not_paid_at_pick_up(shop):
    shop.transfer()
    order = shop.bought(cake(shop), plan="deposit")
    assert [one.kind for one in balances.methods(order)] == ["transfer"]
    shop.pay(order)
    assert {one.kind for one in balances.methods(order)} == {"transfer", "on_pickup"}
    again = [balances.ask(order, "transfer", "all") for _ in range(2)]
    assert again[0] is again[1]
    assert (again[0].amount_minor, again[0].asked.minor) == (5_000_00, 5_000_00)
    other = balances.ask(order, "pickup", "all")
    assert (again[0].state, other.kind, len(order.payments)) == ("void", "on_pickup", 3)
    with pytest.raises(balances.NotPayable):
        balances.ask(order, "transfer", "now")


def test_changing_the_method_never_makes_a_hold_longer_for_ever(shop):
    order = shop.bought(cake(shop), plan="deposit")
    until = order.hold_until
    shop.transfer("otra", hold_hours=48)
    for code in ("otra", "transfer", "otra"):
        balances.ask(order, code, "all" if code == "otra" else "now")
    assert order.hold_until == until


def test_what_somebody_paid_is_net_of_what_went_back(shop):
    order = shop.bought(shop.product(price=1_000_00), email="ana@example.com")
    ana = order.contact
    payments.settle(payments.current(order), key="a", by=shop.owner)
    reversals.reverse(order, by=shop.owner)
    assert sums.spent(ana) == {"CRC": 0}
    payments.settle(payments.current(order), key="b", by=shop.owner)
    refunds.give(order, amount=order.money(300_00), key="r", by=shop.owner)
    db.session.commit()
    assert sums.spent(ana) == {"CRC": 700_00}
    for window in ({}, {"days": 1}):
        rules = [{"spent": {"currency": "CRC", "least": least, **window}} for least in (700_00, 700_01)]
        assert [segments.count(rule) for rule in rules] == [1, 0]
    kinds = [fact.kind for fact in reversed(facts.of_contact(ana)) if fact.kind in sums.MONEY]
    assert sorted(kinds) == ["paid", "paid", "refunded", "unpaid"]


def test_thirty_holds_that_nobody_paid_give_back_thirty_units(shop):
    product = cake(shop, stock=30)
    placed = [shop.bought(product, plan="deposit", email=f"b{place}@example.com") for place in range(30)]
    assert stock.left(only(product)) == 0
    with time_machine.travel(clock.now() + timedelta(hours=49), tick=False):
        jobs.run_due(limit=5000)
    db.session.expire_all()
    assert stock.left(only(product)) == 30
    assert {order.state for order in placed} == {"expired"}
    expiry.expire(placed[0].id)
    assert stock.left(only(product)) == 30


def test_staff_choose_how_it_was_paid(shop):
    order = on_layaway(shop)
    cash = payment_methods.named("counter-cash")
    balances.collect(order, order.money(2_500_00), key="k", by=shop.owner, method=cash)
    assert balances.collect(order, order.money(2_500_00), key="k", by=shop.owner, method=cash) is None
    assert [(row.kind, row.state) for row in order.payments] == [("transfer", "void"), ("counter", "settled")]
    assert (order.payment, order.hold_until) == ("partial", None)


def test_a_plan_that_begins_later_asks_for_nothing_today(shop):
    order = shop.bought(shop.product(price=9_000_00))
    begins = plans.today() + timedelta(days=7)
    agreements.agree(order, plans.Terms(2, begins, 15), by=shop.owner)
    assert (plans.due_now(order).minor, plans.due_now(order, begins).minor) == (0, 4_500_00)
    assert plans.coming(order).position == 0
