"""Renewals: the next order of a subscription, made once some days before its turn, told of before; or why it was not.

It is an order like any other, at the day's price, delivered as the first one was, paid by the way that its buyer
chose, by itself where they saved a card for it (see subscription_charges).
Who leaves two in a row unpaid is not sent a third: the subscription waits until they say that it goes on.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from kernel import clock, i18n, jobs, tenancy
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    checkout,
    exemptions,
    holds,
    holidays,
    presents,
    quotes,
    renewal_days,
    subscription_charges,
    subscription_letters,
    subscription_parcels,
    subscriptions,
    wants,
)
from shop.orders import Order
from shop.quotes import Choice, Details, Quote
from shop.redemptions import Person
from shop.shipping import Offer
from shop.subscription_rows import Subscription, SubscriptionEvent, lock
from shop.wants import Wanted

TO_PAY = timedelta(days=3)  # nobody sits before the page when such an order is made
UNPAID = 2  # in a row


@jobs.job("subscriptions.notice")
def notice(row_id: int, turn: int) -> None:
    """Tell its buyer of the next order while it can still be changed; harmless when it comes twice or too late."""
    row = db.session.get(Subscription, row_id)
    rows = subscription_parcels.lock(row) if row else ()
    if row is None or not _stands(row, turn) or _told(row):
        return
    if row.next_on - subscriptions.AHEAD > clock.today(tenancy.tenant().timezone):
        before, day = row.next_on, renewal_days.first(row)
        parcel = [one for one in subscription_parcels.together(row, rows) if not _told(one)]
        if day is not None and day > before:
            for one in parcel:
                subscriptions.put_off(one, day)
        _tell(parcel, before)


def _tell(parcel: Sequence[Subscription], before: date) -> None:
    for row in parcel:
        subscriptions.note(row, "noticed", day=row.next_on)
    subscription_letters.soon(parcel, before=before)


def _told(row: Subscription) -> bool:
    mine = SubscriptionEvent.subscription_id == row.id, SubscriptionEvent.day == row.next_on
    return bool(db.session.scalar(db.select(SubscriptionEvent.id).where(*mine, SubscriptionEvent.kind == "noticed")))


@jobs.job("subscriptions.renew")
def renew(row_id: int, turn: int) -> None:
    """Make the order of a turn whose time has come, or say why it cannot be; harmless when it comes twice."""
    row = db.session.get(Subscription, row_id)
    rows = subscription_parcels.lock(row) if row else ()
    if row is None or not _stands(row, turn):
        return
    if row.next_on - subscriptions.AHEAD > clock.today(tenancy.tenant().timezone):
        return  # it was put off
    if row.contact is None or _unpaid(row) or not _put_off(row, rows):
        make(row, rows)


def _put_off(row: Subscription, rows: Sequence[Subscription]) -> bool:
    """Whether it waits until the shop can, with what comes with it: it is closed now, or on the day itself."""
    before, day, today = row.next_on, renewal_days.first(row), clock.today(tenancy.tenant().timezone)
    if day is None or (holidays.now() is None and day - subscriptions.AHEAD <= today):
        return False
    parcel = subscription_parcels.together(row, rows)
    for one in parcel:
        subscriptions.put_off(one, day)
    if day > before:
        _tell(parcel, before)
    return True


def make(row: Subscription, rows: Sequence[Subscription] = ()) -> Order | None:
    """The next order now, with those of `rows` that come with it: they are held by the caller.

    None where there is none, and everybody who should know was told. Where they cannot come together each comes alone.
    """
    if _waits(row):
        return None
    parcel = subscription_parcels.together(row, rows)
    if len(parcel) > 1:
        lost = unpaid([one.id for one in parcel])
        parcel = [one for one in parcel if one.id not in lost]
    try:
        order = _made(parcel)
    except Refusal as refusal:
        if len(parcel) > 1:
            return make(row)
        with i18n.speak(tenancy.tenant().language, tenancy.tenant().country):
            why = str(refusal)
        subscriptions.note(row, "missed", day=row.next_on, reason=why)
        subscription_letters.missed(row, why)
        order = None
    for one in parcel:
        subscriptions.advance(one)
    return order


def _waits(row: Subscription) -> bool:
    """Whether it is paused now instead of ordered: nobody is there to order for, or nobody paid."""
    if row.contact is None:
        subscriptions.pause(row, reason="gone")
        return True
    if _unpaid(row):
        subscriptions.pause(row, reason="unpaid")
        subscription_letters.paused(row)
        return True
    return False


def _made(parcel: Sequence[Subscription], *, now: bool = False) -> Order:
    """Their order in one piece, counted from today with `now`; a refusal leaves the subscriptions as they were."""
    with i18n.speak(tenancy.tenant().language, tenancy.tenant().country), db.session.begin_nested():
        if now:
            today = clock.today(tenancy.tenant().timezone)
            for row in parcel:
                row.anchor, row.step, row.next_on = today, 0, today
        return _order(parcel)


def _stands(row: Subscription, turn: int) -> bool:
    return row.state == "active" and row.turn == turn


def _unpaid(row: Subscription) -> bool:
    """Whether its last orders all ended without their money."""
    return row.id in unpaid([row.id])


def unpaid(ids: Sequence[int]) -> set[int]:
    """Those of them that wait instead of being ordered: their last orders all ended without their money."""
    newest = func.row_number().over(
        partition_by=SubscriptionEvent.subscription_id, order_by=SubscriptionEvent.id.desc()
    )
    steps = select(SubscriptionEvent.subscription_id.label("of"), SubscriptionEvent.order_id, newest.label("place"))
    mine = SubscriptionEvent.subscription_id.in_(ids), SubscriptionEvent.kind.in_(["began", "ordered", "resumed"])
    last = steps.where(*mine).subquery()
    lost = select(last.c.of).join(Order, Order.id == last.c.order_id)
    lost = lost.where(last.c.place <= UNPAID, Order.state == "expired")
    return set(db.session.scalars(lost.group_by(last.c.of).having(func.count() == UNPAID)))


def _order(parcel: Sequence[Subscription]) -> Order:
    holidays.refuse()
    row, group = parcel[0], parcel[0].contact.group
    for one in parcel:
        wants.sold(one.variant, group=group)
    quote = _quoted(parcel, group)
    ways = checkout.payable(quote, row.address)
    method = next((one for one in ways if one.code == row.payment_code), ways[0] if ways else None)
    if quote.total.minor and method is None:
        raise checkout.NoSuchPayment()
    key = f"subscription:{row.id}:{row.turn}"
    order = checkout.complete(quote, _details(parcel), contact=row.contact, key=key, method=method)
    for one, line in zip(parcel, quote.lines, strict=False):
        one.unit_minor = line.unit.minor
    if order.held and order.hold_until is not None:
        holds.begin(order, max(order.hold_until, order.placed_at + TO_PAY))
    subscription_charges.due(order)
    return order


def _quoted(parcel: Sequence[Subscription], group: str) -> Quote:
    row, things = parcel[0], [Wanted(one.variant, one.quantity, one.texts) for one in parcel]
    known: dict[str, Any] = {"person": Person(row.email, row.phone)}
    known["exempt"] = exemptions.of(row.contact_id, group, row.tax_id)
    basket = quotes.price(things, group)
    if basket.digital:
        return quotes.make(things, choice=Choice(address=row.address), group=group, **known)
    offer = renewal_days.offer(row, basket)
    if offer is None:
        raise quotes.NoSuchMethod()
    return quotes.make(things, choice=_choice(parcel, offer), group=group, **known)


def _choice(parcel: Sequence[Subscription], offer: Offer) -> Choice:
    """Its day, or the first one after it that can be had; the same time of the day where there is room."""
    row, last = parcel[0], min(map(renewal_days.following, parcel))
    day = next((one for one in offer.days if one.open and row.next_on <= one.day < last), None)
    slots = [one.code for one in day.slots if one.open] if day else []
    slot = row.delivery_slot if row.delivery_slot in slots else (slots[0] if slots else "")
    return Choice(offer.code, day.day if day else None, slot, row.address)


def _details(parcel: Sequence[Subscription]) -> Details:
    row = parcel[0]
    told = Details(
        email=row.email, name=row.name, payment=row.payment_code, language=row.language, phone=row.phone,
        address=dict(row.address), tax=dict(row.tax_id), fiscal=dict(row.fiscal), terms_version=row.terms_version,
        gift=presents.again(row.first) if row.address == row.first.address else {},
    )  # fmt: skip
    return replace(told, source=subscriptions.KIND, renews=tuple(parcel))


def bring_forward(row: Subscription, *, turn: int) -> Order | None:
    """Its buyer wants that turn now: once it is made, the following ones are counted from today.

    None where it was paused instead. A refusal is for whoever asked: the turn still comes on its own day.
    """
    if not _stands(lock(row), turn):
        raise subscriptions.NotNow()
    if _waits(row):
        return None
    order = _made([row], now=True)
    subscriptions.advance(row)
    return order
