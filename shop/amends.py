"""Making amends: who had a place of a departure that the shop called off gets another date, credit or their money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kernel import clock, i18n, jobs, journal, money, tenancy
from kernel import letters as post
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    amends_letters,
    amends_rows,
    availability,
    booking_letters,
    booking_moves,
    booking_orders,
    booking_shares,
    booking_story,
    booking_times,
    bookings,
    holdings,
    local_times,
    order_events,
    orders,
    receipts,
    refunds,
    store_credit,
)
from shop.amends_rows import CREDIT, DATE, MONEY, Amends, Terms
from shop.availability import Time
from shop.booking_times import Times
from shop.bookings import Booking
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

PAGE = 6  # dates that are offered at once


class Chosen(Refusal):
    """Somebody chose before: in another tab, at the shop, or the last day was over."""

    message = _l("This was already decided. You see here what holds.")
    status = 409


class Over(Refusal):
    """The guest's time to choose has ended."""

    message = _l("The last day to choose was %(day)s. Write to the shop if you want something else.")
    status = 409


class NotThat(Refusal):
    """It is not offered, or not any more."""

    message = _l("Choose one of the possibilities on this page.")


class OtherSum(Refusal):
    """What comes back is not what the page said."""

    message = _l("The amount has changed meanwhile. Look at it again.")
    status = 409


@dataclass(frozen=True)
class Offer:
    """What somebody may choose now: `ways` of WAYS, what comes back of what was paid, how much more as credit."""

    ways: tuple[str, ...]
    back: Money
    extra: Money
    checking: bool = False  # a proof of payment is being looked at: only another date can be chosen before

    @property
    def credit(self) -> Money:
        """What the credit comes to."""
        return self.back + self.extra


def begin(rows: Sequence[Booking], terms: Terms, *, by: "Account", reason: str) -> None:
    """These bookings of one order wait for a choice instead of their departure; one letter for each.

    The caller holds the order's row.
    """
    made = []
    for row in rows:
        assert row.departure_id is not None
        one = Amends(booking_id=row.id, departure_id=row.departure_id, ways=list(terms.ways), until=terms.until)
        one.extra_bp, one.fallback = terms.extra_bp, terms.fallback
        one.reason, one.account_id = reason.strip()[:300], by.id
        db.session.add(one)
        made.append(one)
    holdings.release(rows, "call_off")
    db.session.flush()
    for one in made:
        order = _order(one)
        booking_orders.moved(one.booking)
        told = {"reason": one.reason, "booking": one.booking_id, "until": one.until.isoformat()}
        order_events.record(order, "called_off", by=by, **told)
        with i18n.speak(order.language, tenancy.tenant().country):
            said = amends_letters.offered(one, offer(one))
            url = amends_letters.page_url(one.booking, order)
        booking_letters.tell(one.booking, "off", reason=one.reason, back=said, button_url=url)


def fits(rows: Sequence[Booking], terms: Terms) -> bool:
    """Whether there is something to choose for them: they were sure of it, and paid for it or want another date."""
    order = rows[0].order
    if order is None or not all(booking_story.confirmed(row) or order.payment == "proof" for row in rows):
        return False
    paid = order.payment == "proof" or any(booking_orders.share(row).back.minor for row in rows)
    return bool(terms.ways) and (paid or (DATE in terms.ways and all(_sold(row) for row in rows)))


def offer(row: Amends) -> Offer:
    """What can be chosen of it at this moment. Who cannot have credit may always have the money."""
    order, back = _order(row), _back([row])
    checking = order.payment == "proof"
    given = refunds.creditable(order) and bool(order.email) and back.minor > 0
    ways = [DATE] if DATE in row.ways and _sold(row.booking) else []
    if not checking:
        credit = CREDIT in row.ways and given
        ways += [CREDIT] if credit else []
        ways += [MONEY] if MONEY in row.ways or not back.minor or not (ways or credit) else []
    return Offer(tuple(ways), back, money.percent(back, row.extra_bp), checking)


def dates(row: Amends, after: datetime | None = None, count: int = PAGE) -> list[Time]:
    """The next dates of its service at which all of its people fit."""
    booking = row.booking
    if not _sold(booking):
        return []
    wait = booking_moves.wait(booking)
    return availability.next_free(booking.service, after or clock.now(), booking.places, count, wait=wait)


def choose(
    row: Amends, way: str, *, by: "Account | None" = None, starts_at: datetime | None = None, minor: int = -1
) -> None:
    """The guest (`by` nobody) or the shop for them chooses, once. `minor`: what the page said that comes back.

    Raises Chosen, Over, NotThat, OtherSum or why that date cannot be had: everything stays as it was then.
    """
    order = _locked([row])
    if not row.open:
        raise Chosen()
    if by is None and row.over:
        raise Over(day=receipts.day(row.last_day))
    known = offer(row)
    if way not in known.ways:
        raise NotThat()
    if way == DATE:
        if starts_at is None:
            raise NotThat()
        _take(row, starts_at, by=by)
    elif minor != known.back.minor:
        raise OtherSum()
    elif way == CREDIT:
        _credit(order, [row])
    else:
        _return(order, [row])
    _done([row], way, "staff" if by else "guest")
    if by is not None:
        journal.write("bookings.chosen_for", about=row.booking, by=by, data={"number": order.number})


def _done(rows: Sequence[Amends], way: str, who: str) -> None:
    for row in rows:
        row.choice, row.chosen_at, row.chosen_by = way, clock.now(), who
    db.session.flush()


def _locked(rows: Sequence[Amends]) -> Order:
    """Their order, held; they are read behind it."""
    order = orders.lock(_order(rows[0]))
    for row in rows:
        db.session.refresh(row)
        db.session.refresh(row.booking)
    return order


def _take(row: Amends, starts_at: datetime, *, by: "Account | None") -> None:
    """Another date, at the same price; raises JustTaken, Full, or why it is not sold then."""
    booking, order, was = row.booking, _order(row), row.booking.starts_at
    local = local_times.local(starts_at, booking_times.zone())
    wanted = Times(booking.service, wait=booking_moves.wait(booking)).asked(local.date(), f"{local:%H:%M}")
    with i18n.speak(order.language, tenancy.tenant().country):
        before = booking_story.when(booking)
    holdings.place(booking, wanted, booking.places)
    bookings.move(booking, "book")
    booking.moved += 1
    booking_orders.moved(booking, was=was)
    told = {"was": was.isoformat(), "now": booking.starts_at.isoformat(), "booking": booking.id}
    order_events.record(order, "booking_moved", by=by, **told)
    booking_letters.moved(booking, since=was, was=before, soon=False)
    if by is None:
        booking_letters.tell_shop(booking, "moved", was=before)


def _return(order: Order, rows: Sequence[Amends]) -> None:
    """All that was paid for them goes back, as one act."""
    found = _called_off(order, rows, to="money")
    for row, back in zip(rows, found, strict=True):
        row.minor = back.minor


def _credit(order: Order, rows: Sequence[Amends]) -> None:
    """The same as store credit, with what the shop adds to it; one letter tells both."""
    before = {one.id for one in refunds.of(order)}
    with post.silence():
        found = _called_off(order, rows, to="credit")
    for row, back in zip(rows, found, strict=True):
        extra = money.percent(back, row.extra_bp)
        row.minor, row.extra_minor = back.minor, extra.minor
        if extra.minor and order.contact is not None:
            told: dict[str, Any] = {"order": order, "reason": row.reason, "by": row.by}
            store_credit.add(order.contact, extra, key=f"amends:{row.id}", **told)
            order_events.record(order, "credit_extra", by=row.by, minor=extra.minor)
    given = [one for one in refunds.of(order) if one.id not in before]
    amends_letters.credited(order, given, order.money(sum(row.extra_minor for row in rows)))


def _called_off(order: Order, rows: Sequence[Amends], *, to: str) -> list[Money]:
    first = rows[0]
    found = booking_orders.call_off(order, [row.booking for row in rows], by=first.by, reason=first.reason, to=to)
    return [one.back for one in found]


def _back(rows: Sequence[Amends]) -> Money:
    """What was paid for them: all of it comes back, because the shop called it off."""
    order = _order(rows[0])
    found = booking_shares.of_all([(row.booking, booking_orders.share_bp(row.booking, None)) for row in rows], order)
    return booking_shares.total(found, order).back


def _sold(booking: Booking) -> bool:
    return booking.service.product is not None  # not in the bin


def _order(row: Amends) -> Order:
    order = row.booking.order
    if order is None:
        raise bookings.NotNow()
    return order


@jobs.job("amends.sweep")
def sweep() -> None:
    """In each shop: whoever did not choose in time gets what the shop said then."""
    for tenant_id in db.session.scalars(db.select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)).all():
        with tenancy.use(tenant_id):
            late = db.session.scalars(amends_rows.waiting().where(Amends.until <= clock.now())).all()
            for number in sorted({row.booking.order_id for row in late if row.booking.order_id}):
                jobs.later("amends.run_out", number, key=str(number))


@jobs.job("amends.run_out")
def run_out(order_id: int) -> None:
    """The last day is over for what an order waits for; harmless when it comes twice or too early.

    While a proof of payment is looked at nobody knows what comes back: it waits for the answer.
    """
    order = db.session.get(Order, order_id)
    rows = [row for row in amends_rows.of_order(order) if row.over] if order is not None else []
    if not rows:
        return
    order = _locked(rows)
    rows = [row for row in rows if row.open]
    if order.payment == "proof":
        return
    falls = {row.id: _falls(row) for row in rows}
    for way in (CREDIT, MONEY):
        mine = [row for row in rows if falls[row.id] == way]
        if mine:
            (_credit if way == CREDIT else _return)(order, mine)
            _done(mine, way, "nobody")
            for row in mine:
                order_events.record(order, "not_chosen", booking=row.booking_id)


def _falls(row: Amends) -> str:
    return CREDIT if row.fallback == CREDIT and CREDIT in offer(row).ways else MONEY


jobs.every("amends.sweep", seconds=900)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.chosen_for", _l("Chose for the guest of %(number)s what becomes of their booking"))
