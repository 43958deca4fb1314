"""Any history of times, with processes that die in the middle of it: what is taken is what a model on paper says."""

import os
import signal
import traceback
import warnings
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from kernel import aside, clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import booking_moves, cancellations, checkout, closures, expiry, holdings, payment_methods, payments, walk_ins
from shop import cart as carts
from shop.bookings import LIVE, Booking
from shop.closures import Closure
from shop.departures import Departure
from shop.occupations import JustTaken, Occupation, Span
from shop.quotes import Choice
from shop.resources import ResourceUnit
from shop.walk_in_terms import Terms
from tests.goods import only
from tests.shop.booking_model import Kind, Model
from tests.shop.booking_racers import faults, shares

HOURS = ("08:00", "09:00", "10:00", "11:00", "12:00")
POINTS = ("locked", "taken", "written", "committed")
MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
number = count(1)


class Times(RuleBasedStateMachine):
    """Boats and guides of which three services share, a talk that needs none, and whatever people do with them."""

    shop = None
    services = ()
    units = None

    def __init__(self):
        super().__init__()
        kinds = {one.id: Kind(one.minutes, one.after, one.capacity, one.kind == "departure",
                              {need.resource_id: need.seats for need in one.needs}) for one in self.services}  # fmt: skip
        self.model, self.owner = Model(kinds, self.units), self.shop.owner
        self.held, self.ordered, self.closed, self.paid = [], [], [], set()
        self.now, self.first = clock.now(), newest(Booking)
        for place, people in ((0, 3), (1, 2), (2, 1)):  # each history begins with something to change
            self.hold(place, "09:00", people, None)
        self.order(0, None)
        self.walk_in(0, "10:00", 4, None)

    which = st.integers(0, 99)
    hour = st.sampled_from(HOURS)
    dies = st.sampled_from([None, None, *POINTS])

    def row(self, known, place):
        return db.session.get_one(Booking, known[place % len(known)])

    def at(self, hour):
        return self.shop.when(7, hour)

    def attempt(self, verb, *told, dies=None):
        """Do it as a request or a dying process would, and see that the model says the same; whether it was done."""
        after = self.model.after(*told)
        with clock.at(self.now):
            end = killed(verb, dies) if dies else then(verb)
        assert end not in {"done", "taken"} or (end == "done") == (after is not None), (told, end)
        if end == "done":
            self.model = after
        return end == "done"

    @rule(which=which, hour=hour, places=st.integers(1, 5), dies=dies)
    def hold(self, which, hour, places, dies):
        service, known = self.services[which % len(self.services)], newest(Booking)
        cart, span = carts.begin()[0], self.shop.span(service, self.at(hour))
        db.session.commit()

        def verb():
            row = holdings.hold(service, span, min(places, service.capacity), cart=cart)
            carts.book(cart, row, {only(service.product): row.places if service.kind == "departure" else 1})

        until = self.now + timedelta(minutes=holdings.MINUTES)
        told = service.id, span.starts_at, min(places, service.capacity), until
        if self.attempt(verb, "take", self.now, known + 1, *told, dies=dies):
            self.model.name(known + 1, newest(Booking))
            self.held.append(newest(Booking))

    some = precondition(lambda self: self.held)

    @some
    @rule(which=which, dies=dies)
    def order(self, which, dies):
        row = self.row(self.held, which)
        told, key = (row.id, row.service_id, row.starts_at, row.places), f"h{next(number)}"

        def verb():
            checkout.place(row.cart, Choice(shipping=""), self.shop.details(), key=key)

        if self.attempt(verb, "firm", self.now, *told, dies=dies):
            self.held.remove(told[0])
            self.ordered.append(told[0])

    @some
    @rule(which=which, dies=dies)
    def take_out(self, which, dies):
        row = self.row(self.held, which)
        line, told = carts.wanted(row.cart)[0].token, row.id
        if self.attempt(lambda: carts.remove(row.cart, carts.line(row.cart, line)), "end", told, dies=dies):
            self.held.remove(told)

    @rule(minutes=st.sampled_from([4, 11]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @some
    @rule(which=which)
    def look_at_a_hold(self, which):
        row = self.row(self.held, which)
        if row.id in self.model.stays and self.model.stays[row.id].until <= self.now:
            self.attempt(lambda: holdings.lapse_of(row.id), "claim", self.now, row.service_id)

    booked = precondition(lambda self: self.ordered)

    @booked
    @rule(which=which)
    def pay(self, which):
        row = self.row(self.ordered, which)
        was, told = row.order.state, (row.id, row.service_id, row.starts_at, row.places)
        if row.id in self.paid or row.state not in {"booked", "expired"}:
            return
        self.paid.add(row.id)
        with clock.at(self.now):
            then(lambda: payments.settle(payments.current(row.order), key=f"h{next(number)}"))
        if was != "expired":
            return
        again = self.model.after("firm", self.now, *told)  # late money has its time when it is still there
        assert (row.state, row.order.payment) == (("booked", "paid") if again else ("expired", "refund_due"))
        self.model = again or self.model

    @booked
    @rule(which=which)
    def expire(self, which):
        row = self.row(self.ordered, which)
        with clock.at(self.now):
            row.order.hold_until = row.order.hold_until and self.now - timedelta(minutes=1)
            then(lambda: expiry.expire(row.order_id))
        self.follow(row)

    @booked
    @rule(which=which, staff=st.booleans(), dies=dies)
    def cancel(self, which, staff, dies):
        row = self.row(self.ordered, which)
        order, by = row.order, self.owner if staff else None
        known = row.id

        def verb():
            cancellations.by_staff(order, by=by, reason="no") if by else cancellations.by_buyer(order)

        self.attempt(verb, "end", known, dies=dies)

    @booked
    @rule(which=which, hour=hour, staff=st.booleans(), dies=dies)
    def move(self, which, hour, staff, dies):
        row = self.row(self.ordered, which)
        if row.starts_at == self.at(hour):
            return
        span, by, told = self.shop.span(row.service, self.at(hour)), self.owner if staff else None, row.id
        self.attempt(lambda: booking_moves.move(row, span, by=by),
                     "take", self.now, told, row.service_id, span.starts_at, row.places, dies=dies)  # fmt: skip

    @rule(which=which, hour=hour, minutes=st.sampled_from([30, 60, 240]), dies=dies)
    def close(self, which, hour, minutes, dies):
        flat = [(resource, unit) for resource, units in self.units.items() for unit in units]
        resource, unit = flat[which % len(flat)]
        span = Span(self.at(hour), self.at(hour) + timedelta(minutes=minutes))
        row = db.session.get_one(ResourceUnit, unit)
        told = self.now, resource, unit, span.starts_at, minutes
        if self.attempt(lambda: closures.close([row], span), "close", *told, dies=dies):
            self.closed.append(newest(Closure))
            self.model.taken.add((unit, span.starts_at, span.ends_at, ("closure", newest(Closure))))

    @precondition(lambda self: self.closed)
    @rule(which=which)
    def open(self, which):
        known = self.closed.pop(which % len(self.closed))
        if self.attempt(lambda: closures.open_again(db.session.get_one(Closure, known)), "open", known):
            assert db.session.get(Closure, known) is None

    @rule(which=which, hour=hour, places=st.integers(1, 5), dies=dies)
    def walk_in(self, which, hour, places, dies):
        service, known = self.services[which % len(self.services)], newest(Booking)
        places = min(places, service.capacity)
        counts = {only(service.product).sku: places} if service.kind == "departure" else {"": places}
        asked = walk_ins.visit(service, self.shop.span(service, self.at(hour)), counts)
        how = {"key": f"w{next(number)}", "terms": Terms(payment_methods.named(payment_methods.LATER))}
        details = self.shop.details(by=self.owner)
        told = self.now, known + 1, service.id, asked.span.starts_at, places
        if self.attempt(lambda: walk_ins.sell(asked, details, **how), "take", *told, dies=dies):
            self.model.name(known + 1, newest(Booking))
            self.ordered.append(newest(Booking))

    def follow(self, row):
        """What ended by itself gives its time back."""
        if row.state not in LIVE and row.id in self.model.stays:
            self.model.give(row.id)

    @invariant()
    def what_is_taken_is_what_the_model_says(self):
        with clock.at(self.now):
            assert faults(self.first) == []
        assert taken() == self.model.taken
        mine = select(Booking).where(Booking.id > self.first, Booking.state.in_(LIVE))
        has = {row.id: (row.service_id, row.starts_at, row.places, row.held_until) for row in db.session.scalars(mine)}
        assert has == {known: (s.service, s.at, s.places, s.until) for known, s in self.model.stays.items()}

    def teardown(self):
        db.session.rollback()
        for row in db.session.scalars(select(Booking).where(Booking.state.in_(LIVE))).all():
            holdings.release([row], "expire")
        for row in db.session.scalars(select(Closure)).all():
            closures.open_again(row)
        db.session.commit()
        assert taken() == set()
        assert not db.session.scalar(select(func.sum(Departure.taken)))


def newest(kind):
    """The last row's id."""
    return db.session.scalar(select(func.max(kind.id))) or 0


def taken():
    """What units are taken, told as the model tells it."""
    rows = db.session.execute(
        select(Occupation, Departure.service_id, Departure.starts_at).outerjoin(
            Departure, Departure.id == Occupation.departure_id
        )
    )
    return {
        (row.unit_id, row.starts_at, row.ends_at,
         ("departure", service_id, at) if at else ("booking", row.booking_id) if row.booking_id else
         ("closure", row.closure_id))
        for row, service_id, at in rows
    }  # fmt: skip


def then(verb):
    """Return commits, a refusal rolls back; how it ended."""
    try:
        verb()
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return "taken" if isinstance(refusal, JustTaken) else "refused"
    return "done"


def killed(verb, point):
    """Have a process of its own do it and die at a point: what it had not committed never was."""
    db.session.rollback()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no other thread holds anything here
        child = os.fork()
    if not child:
        _die(verb, point)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return "done" if point == "committed" else "died"
    return ENDS[os.waitstatus_to_exitcode(status)]


ENDS = {10: "done", 11: "taken", 12: "refused"}


def _die(verb, point):
    def at(name):
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(name, inner):
        def outer(*args, **how):
            answer = inner(*args, **how)
            db.session.flush()
            at(name)
            return answer

        return outer

    def commit(inner=db.session.commit):
        db.session.flush()
        at("written")
        inner()
        at("committed")

    try:
        db.engine.dispose(close=False)  # the parent's connections are the parent's
        aside.forget()
        holdings._lock, holdings._take = dying("locked", holdings._lock), dying("taken", holdings._take)
        db.session.commit = commit
        end = then(verb)
        os._exit(next(code for code, name in ENDS.items() if name == end))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(7)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_any_history_of_times_is_what_a_model_says(shop):
    boats, guides = shop.resource("Bote", 3, seats=4), shop.resource("Guía", 2)
    told = {"times": HOURS, "minutes": 90}
    Times.shop, Times.units = shop, {one.id: [unit.id for unit in one.units] for one in (boats, guides)}
    Times.services = (
        shop.service("Paseo", capacity=9, resource=boats, **told),
        shares(shop.service("Pesca", capacity=6, **told), (boats, 3), (guides, 0)),
        shop.service("Masaje", "appointment", minutes=60, after=30, resource=guides),
        shop.service("Charla", capacity=5, **told),
    )
    shop.transfer()
    how = settings(
        max_examples=MANY or 6, stateful_step_count=50 if MANY else 16, deadline=None, derandomize=not MANY,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if MANY else [])],
    )  # fmt: skip
    run_state_machine_as_test(Times, settings=how)
