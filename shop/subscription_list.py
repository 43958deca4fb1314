"""The back office's list of subscriptions: its views, what they bring a month, the same rows for a spreadsheet."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from kernel import clock, i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import intervals, order_list, subscription_letters, subscription_people
from shop.orders import Order
from shop.subscription_rows import STATES, Subscription, SubscriptionEvent, whole

PAGE = 50
SOON = 7  # days
VIEWS = ("active", "soon", "unpaid", "declined", "missed", "paused", "ended")
MONTHLY = {  # how often each comes in a month: a year has 52 weeks and twelve months
    "1w": Fraction(52, 12), "2w": Fraction(26, 12), "1m": Fraction(1), "2m": Fraction(1, 2), "3m": Fraction(1, 3),
}  # fmt: skip


def seen(view: str) -> Select[Any]:
    """The subscriptions of a view of the list, those whose turn comes first before the rest."""
    today = clock.today(tenancy.tenant().timezone)
    wanted = select(Subscription).order_by(Subscription.next_on, Subscription.id)
    if view == "soon":
        return wanted.where(Subscription.state == "active", Subscription.next_on <= today + timedelta(days=SOON))
    if view == "missed":
        lately = SubscriptionEvent.kind == "missed", SubscriptionEvent.at > clock.now() - timedelta(days=SOON)
        return wanted.where(Subscription.id.in_(select(SubscriptionEvent.subscription_id).where(*lately)))
    if view == "declined":
        said_no = SubscriptionEvent.kind == "declined", SubscriptionEvent.order_id.in_(_due())
        return wanted.where(Subscription.id.in_(select(SubscriptionEvent.subscription_id).where(*said_no)))
    if view == "unpaid":
        return wanted.where(Subscription.id.in_(_owing()))
    return wanted.where(Subscription.state == (view if view in STATES else "active"))


def _owing() -> Select[Any]:
    """Those with an order that the list of orders shows as waiting for payment, also of one that ended since."""
    return select(SubscriptionEvent.subscription_id).where(SubscriptionEvent.order_id.in_(_due()))


def _due() -> Select[Any]:
    return select(Order.id).where(order_list.FILTERS["unpaid"][1]())


def there() -> bool:
    """Whether anybody ever subscribed to anything here."""
    return db.session.scalar(select(Subscription.id).limit(1)) is not None


def missed() -> Select[Any]:
    """Those whose order could not be made in these days: "Hoy" counts them, the list shows them."""
    return seen("missed")


def declined() -> Select[Any]:
    """Those whose card was not charged and whose order waits for its money."""
    return seen("declined")


def size(view: str) -> int:
    """How many a view has."""
    return int(db.session.scalar(select(func.count()).select_from(seen(view).order_by(None).subquery())) or 0)


def monthly() -> list[Money]:
    """What those that go on bring in an average month, in each currency: monthly recurring revenue (MRR).

    By its usual definition: each active one's amount brought to a month by how often it comes, whatever was ordered or
    paid; nothing of paused and ended ones, of deliveries, or of what is bought once. The amount is the price of one
    at its last order, as the shop shows its prices, times how many; reductions of a single order are not in it.
    """
    amount = func.sum(Subscription.unit_minor * Subscription.quantity)
    wanted = select(Subscription.currency, Subscription.every, amount).where(Subscription.state == "active")
    sums: dict[str, Fraction] = {}
    for currency, every, minor in db.session.execute(wanted.group_by(Subscription.currency, Subscription.every)):
        sums[currency] = sums.get(currency, Fraction(0)) + MONTHLY[every] * int(minor)
    return [Money(int(exact + Fraction(1, 2)), currency) for currency, exact in sorted(sums.items())]


def heads() -> list[str]:
    """The names of the file's columns."""
    return [
        _("Name"), _("E-mail"), _("Phone"), _("Product"), _("SKU"), _("Quantity"), _("How often"), _("State"),
        _("Next one"), _("Each time"), _("Currency"), _("Since"), _("Ended"),
    ]  # fmt: skip


def cells(view: str) -> Iterator[list[object]]:
    """A view's subscriptions, a line each."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    for row in db.session.scalars(seen(view).options(*whole())):
        yield [
            row.name, row.email, row.phone, subscription_letters.name(row, i18n.language()),
            row.variant.sku if row.variant is not None else "", row.quantity, intervals.said(row.every),
            _("waits for its first payment") if row.waiting else subscription_people.STATES[row.state],
            row.next_on if row.state == "active" else "",
            (row.unit * row.quantity).decimal, row.currency, row.created_at.astimezone(zone).date(),
            row.ended_at.astimezone(zone).date() if row.ended_at else "",
        ]  # fmt: skip
