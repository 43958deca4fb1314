"""Days of a renewal: the first from its own on which the shop can deliver it, before the turn that follows."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

from kernel import clock, tenancy
from kernel.refusal import Refusal
from shop import holidays, intervals, quotes, wants
from shop.quotes import Basket
from shop.shipping import Offer
from shop.subscription_rows import Subscription
from shop.wants import Wanted

WEEK = 7  # days: so far each look goes past the days that can be chosen now


class Turn(NamedTuple):
    """One turn of a subscription: its day, and how many intervals after the anchor that is."""

    on: date
    step: int


class Seen:
    """What was looked up for some turns: those that go the same way find it here, each look is made once."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def once(self, key: Any, look: Callable[[], Any]) -> Any:
        """What that look found the first time."""
        if key not in self._known:
            self._known[key] = look()
        return self._known[key]


def coming(row: Subscription) -> Turn:
    """Its next turn, as it stands."""
    return Turn(row.next_on, row.step)


def after(row: Subscription, turn: Turn) -> Turn:
    """The turn that follows one: the first on a later day than it can be had."""
    start, step = _start(turn), turn.step + 1
    while intervals.after(row.anchor, row.every, step) <= start:
        step += 1
    return Turn(intervals.after(row.anchor, row.every, step), step)


def following(row: Subscription) -> date:
    """The day of the turn after the next: what cannot be had before it is not put off but missed."""
    return after(row, coming(row)).on


def first(row: Subscription, turn: Turn | None = None, seen: Seen | None = None) -> date | None:
    """The first day from its own on which it can be had; None when there is none in time, or it is not sold.

    Of its next turn, or of a later one; who asks for many hands in what they have `seen` so far.
    """
    turn = turn or coming(row)
    try:
        found = _first(row, turn, seen or Seen())
    except Refusal:
        return None  # whoever makes the order hears why
    return found if found is not None and found < after(row, turn).on else None


def _first(row: Subscription, turn: Turn, seen: Seen) -> date | None:
    group = row.contact.group if row.contact else ""
    wants.sold(row.variant, group=group)
    what = (row.variant_id, row.quantity, group, *sorted(row.texts.items()))
    basket = seen.once(what, lambda: quotes.price([Wanted(row.variant, row.quantity, row.texts)], group))
    start, way = _start(turn), (*what, row.delivery_code, *sorted(row.address.items()))
    if basket.digital:
        return holidays.back(start)
    for ahead in range(0, (after(row, turn).on - start).days + 1, WEEK):
        chosen = seen.once((*way, ahead), partial(offer, row, basket, ahead))
        if chosen is not None and not chosen.days:
            return holidays.back(start)
        free: list[date] = [one.day for one in chosen.days if one.open and one.day >= start] if chosen else []
        if free:
            return free[0]
    return None


def _start(turn: Turn) -> date:
    return max(turn.on, clock.today(tenancy.tenant().timezone))


def offer(row: Subscription, basket: Basket, ahead: int = 0) -> Offer | None:
    """How it is delivered as its buyer chose, as one can choose it in so many days."""
    offers = basket.offers(row.address, now=clock.now() + timedelta(days=ahead))
    open_ = [one for one in offers if one.open]
    at_counter = [one for one in open_ if one.method.is_pickup and not row.delivery_code]  # it began over the counter
    return next((one for one in open_ if one.code == row.delivery_code), next(iter(at_counter), None))
