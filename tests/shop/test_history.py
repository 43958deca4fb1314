"""Any history of an order: goods are conserved, the ledger is what was received, what ended stays ended."""

import os
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from kernel import clock, files
from kernel.db import db
from kernel.refusal import Refusal
from shop import cancellations, expiry, fulfilment, ledger, orders, payments, proofs, refunds, reversals
from shop.orders import Order
from shop.stock import StockMove
from tests.goods import only

RECEIVED = 12
ENDS = {("expired", "placed")}  # what the table of moves lets out of an end
MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
number = count(1)


class History(RuleBasedStateMachine):
    """A shop with twelve units and whatever its people and buyers do, in any order."""

    shop = None
    product = None

    def __init__(self):
        super().__init__()
        self.variant, self.owner = only(self.product), self.shop.owner
        self.owner_id, self.known, self.before = self.owner.id, [], {}

    def order(self, place):
        return db.session.get_one(Order, self.known[place % len(self.known)])

    @rule(units=st.integers(1, 5))
    def place(self, units):
        with suppress(Refusal):
            self.known.append(self.shop.bought(self.product, units, email=f"b{next(number)}@example.com").id)
        db.session.rollback()

    def then(self, verb):
        """Do it as a request would: return commits, refusal rolls back."""
        try:
            verb()
            db.session.commit()
        except Refusal:
            db.session.rollback()

    some = precondition(lambda self: self.known)
    which = st.integers(0, 99)

    @some
    @rule(which=which, part=st.sampled_from([None, 1, 100_00, 9_000_000_00]))
    def pay(self, which, part):
        order = self.order(which)
        amount = order.money(part) if part else None
        key = f"k{next(number)}"
        self.then(lambda: payments.settle(payments.current(order), key=key, amount=amount, by=self.owner))

    @some
    @rule(which=which)
    def pay_twice_with_one_key(self, which):
        order, key = self.order(which), f"k{next(number)}"
        for _ in range(2):
            self.then(lambda: payments.settle(payments.current(order), key=key, amount=order.money(7), by=self.owner))
        assert sum(entry.key == key for entry in ledger.of(order)) <= 1

    @some
    @rule(which=which)
    def prove(self, which):
        made = files.make(b"%PDF-1.4 " + str(next(number)).encode(), kinds=("pdf",))
        self.then(lambda: proofs.send(self.order(which), made))

    @some
    @rule(which=which, good=st.booleans())
    def decide(self, which, good):
        for proof in proofs.of(self.order(which))[:1]:
            verb = proofs.approve if good else proofs.refuse
            self.then(lambda: verb(proof, by=self.owner, **({} if good else {"reason": "no"})))  # noqa: B023

    @some
    @rule(which=which, step=st.sampled_from(["prepare", "ready", "ship", "deliver"]))
    def step(self, which, step):
        self.then(lambda: getattr(fulfilment, step)(self.order(which), by=self.owner))

    @some
    @rule(which=which)
    def undo(self, which):
        self.then(lambda: fulfilment.undo(self.order(which), by=self.owner))

    @some
    @rule(which=which)
    def take_the_payment_back(self, which):
        self.then(lambda: reversals.reverse(self.order(which), by=self.owner))

    @some
    @rule(which=which, staff=st.booleans())
    def cancel(self, which, staff):
        order = self.order(which)
        if staff:
            self.then(lambda: cancellations.by_staff(order, by=self.owner, reason="no"))
        else:
            self.then(lambda: cancellations.by_buyer(order))

    @some
    @rule(which=which)
    def expire(self, which):
        order = self.order(which)
        if order.hold_until:
            order.hold_until = clock.now() - timedelta(minutes=1)
        self.then(lambda: expiry.expire(order.id))

    @some
    @rule(which=which)
    def fail_late(self, which):
        order = self.order(which)
        paid = order.paid
        self.then(lambda: payments.fail(payments.current(order), reason="late"))
        assert order.paid == paid

    @some
    @rule(which=which, share=st.integers(1, 3))
    def refund(self, which, share):
        order = self.order(which)
        amount = order.money(max(1, order.received_minor // share))
        key = f"k{next(number)}"
        self.then(lambda: refunds.give(order, amount=amount, by=self.owner, key=key))

    @invariant()
    def goods_are_conserved(self):
        held = [order for order in self.all_() if order.state not in orders.ENDED]
        sold = sum(line.quantity for order in held for line in order.lines)
        on_hand = db.session.scalar(select(type(self.variant).on_hand).where(type(self.variant).id == self.variant.id))
        moved = db.session.scalar(select(func.sum(StockMove.units)).where(StockMove.variant_id == self.variant.id))
        assert on_hand + sold == RECEIVED
        assert moved == on_hand
        assert on_hand >= 0

    @invariant()
    def the_ledger_is_what_was_received(self):
        for order in self.all_():
            assert sum(entry.amount_minor for entry in ledger.of(order)) == order.received_minor >= 0
            assert order.payment == payments.standing(order)
            whole = order.balance.minor <= 0 and order.payment != "refunded"  # what was given back is not owed any more
            assert order.paid == (order.state not in orders.ENDED and whole)
            assert order.total_minor - order.credited_minor >= 0

    @invariant()
    def what_ended_stays_ended(self):
        for order in self.all_():
            was = self.before.get(order.id, order.state)
            assert was not in orders.ENDED or was == order.state or (was, order.state) in ENDS, (was, order.state)
            self.before[order.id] = order.state

    def all_(self):
        db.session.rollback()
        return list(db.session.scalars(select(Order).where(Order.id.in_(self.known)).order_by(Order.id)))

    def teardown(self):
        for order in self.all_():
            if order.state not in orders.ENDED:
                order.state = "cancelled"  # the next history begins with a full shelf
        db.session.flush()
        self.variant.on_hand = RECEIVED
        db.session.query(StockMove).delete()
        db.session.add(StockMove(variant_id=self.variant.id, units=RECEIVED, kind="adjust"))
        db.session.commit()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_any_history_conserves_goods_and_money(shop):
    History.shop, History.product = shop, shop.product(stock=RECEIVED, price=1_000_00)
    how = settings(
        max_examples=MANY or 10, stateful_step_count=50 if MANY else 20, deadline=None, derandomize=not MANY,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if MANY else [])],
    )  # fmt: skip
    run_state_machine_as_test(History, settings=how)
