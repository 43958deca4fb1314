"""Days of a renewal: the first from its own on which the shop can deliver it, before the turn that follows."""

from datetime import date, timedelta

from kernel import clock, tenancy
from kernel.refusal import Refusal
from shop import holidays, intervals, quotes, wants
from shop.quotes import Basket
from shop.shipping import Offer
from shop.subscription_rows import Subscription
from shop.wants import Wanted

WEEK = 7  # days: so far each look goes past the days that can be chosen now


def following(row: Subscription) -> date:
    """The turn after this one: what cannot be had before it is not put off but missed."""
    start, step = _start(row), row.step + 1
    while intervals.after(row.anchor, row.every, step) <= start:
        step += 1
    return intervals.after(row.anchor, row.every, step)


def first(row: Subscription) -> date | None:
    """The first day from its own on which it can be had; None when there is none in time, or it is not sold."""
    try:
        found = _first(row)
    except Refusal:
        return None  # whoever makes the order hears why
    return found if found is not None and found < following(row) else None


def _first(row: Subscription) -> date | None:
    group = row.contact.group if row.contact else ""
    wants.sold(row.variant, group=group)
    basket, start = quotes.price([Wanted(row.variant, row.quantity, row.texts)], group), _start(row)
    if basket.digital:
        return holidays.back(start)
    for ahead in range(0, (following(row) - start).days + 1, WEEK):
        chosen = offer(row, basket, ahead)
        if chosen is not None and not chosen.days:
            return holidays.back(start)
        free = [one.day for one in chosen.days if one.open and one.day >= start] if chosen else []
        if free:
            return free[0]
    return None


def _start(row: Subscription) -> date:
    return max(row.next_on, clock.today(tenancy.tenant().timezone))


def offer(row: Subscription, basket: Basket, ahead: int = 0) -> Offer | None:
    """How it is delivered as its buyer chose, as one can choose it in so many days."""
    offers = basket.offers(row.address, now=clock.now() + timedelta(days=ahead))
    open_ = [one for one in offers if one.open]
    at_counter = [one for one in open_ if one.method.is_pickup and not row.delivery_code]  # it began over the counter
    return next((one for one in open_ if one.code == row.delivery_code), next(iter(at_counter), None))
