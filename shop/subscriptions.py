"""Subscriptions: what somebody wants again and again begins with an order, and is skipped, paused, changed or ended.

Each turn is an ordinary order at the day's price, paid as its buyer likes (see renewals), by itself where they want
that (see subscription_cards).
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crm import facts
from kernel import clock, jobs, journal, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import holidays, intervals, repeats, variants, wants
from shop.subscription_rows import Subscription, SubscriptionEvent, events, lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.accounts import Account
    from shop.order_lines import OrderLine
    from shop.orders import Order
    from shop.quotes import Details
    from shop.variants import Variant

KIND = "subscription"
AHEAD = timedelta(days=3)  # before its day a turn's order is made …
NOTICE = timedelta(days=6)  # … and the letter that says so is written
HOUR = time(9)  # where the shop is
REASONS = {
    "first": _l("Its first order ended."),
    "unpaid": _l("Two orders in a row were not paid."),
    "gone": _l("Its buyer lies in the bin."),
}
BACK_WITHIN = timedelta(hours=1)  # one that was ended by a slip goes on


class NotNow(Refusal):
    """It moved on meanwhile."""

    message = _l("That is no longer possible for this subscription: look at how it stands.")
    status = 409


class Nobody(Refusal):
    """Something that comes again was sold to nobody."""

    message = _l("Write whose subscription it is: a name with an e-mail or a telephone.")


def begin(order: "Order", details: "Details") -> None:
    """An order was made: it is the next turn of one or some, or each of its lines that comes again begins one."""
    for row in details.renews:
        note(row, "ordered", order=order, day=row.next_on)
    if details.renews:
        return
    for line in order.lines:
        if line.every:
            _begin(order, line, details)


def _begin(order: "Order", line: "OrderLine", details: "Details") -> None:
    if order.contact_id is None:
        raise Nobody()
    first = order.delivery_day or clock.today(tenancy.tenant().timezone)
    row = Subscription(
        contact_id=order.contact_id, product_id=line.product_id, variant_id=line.variant_id, first_id=order.id,
        quantity=line.quantity, texts=repeats.texts(line), every=line.every, anchor=first,
        next_on=intervals.after(first, line.every), name=order.name, email=order.email, phone=order.phone,
        language=order.language, address=dict(order.address), tax_id=dict(order.tax_id), fiscal=dict(order.fiscal),
        delivery_code=order.delivery_code, delivery_slot=order.delivery_slot, payment_code=details.payment,
        terms_version=order.terms_version, currency=line.currency, unit_minor=line.unit_minor,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    note(row, "began", order=order, day=first)
    _scheduled(row)
    if not order.practice:  # a rehearsal is no fact
        told: dict[str, Any] = {"amount": line.gross, "dedupe": f"subscription:{row.id}"}
        facts.record("subscription_began", contact=order.contact, about=line.product, **told)


def note(
    row: Subscription, kind: str, *, by: "Account | None" = None, order: Any = None, day: date | None = None,
    reason: str = "",
) -> SubscriptionEvent:  # fmt: skip
    """Write down a step."""
    told = {"order_id": order.id if order else None, "account_id": by.id if by else None, "reason": reason[:300]}
    made = SubscriptionEvent(subscription_id=row.id, kind=kind, day=day, **told)
    db.session.add(made)
    db.session.flush()
    return made


def said(order: "Order") -> str:
    """What its letter says of it, where something of it comes again."""
    every = {line.every for line in order.lines if line.every}
    if not every:
        return ""
    if len(every) > 1:
        return _("There are subscriptions in it. Leave one out, pause or end it from the page of your order.")
    return _(
        "It is a subscription: it comes %(every)s. Leave one out, pause or end it from the page of your order.",
        every=intervals.said(every.pop()),
    )  # fmt: skip


def _scheduled(row: Subscription) -> None:
    """Its next turn is told of some days before its order is made."""
    db.session.flush()
    for name, day in (("subscriptions.notice", row.next_on - NOTICE), ("subscriptions.renew", made_on(row))):
        jobs.later(name, row.id, row.turn, at=max(_hour(day), clock.now()), key=f"{row.id}:{row.turn}")


def _hour(day: date) -> datetime:
    return datetime.combine(day, HOUR, ZoneInfo(tenancy.tenant().timezone))


def made_on(row: Subscription) -> date:
    """When its next order is made: some days before, or when the shop is back where it is away then."""
    away = holidays.then(max(_hour(row.next_on - AHEAD), clock.now()))
    return min(away.until, row.next_on) if away else row.next_on - AHEAD


def put_off(row: Subscription, day: date) -> None:
    """The shop cannot before: this turn comes on that day, those after it as they would have."""
    if day != row.next_on:
        note(row, "put_off", day=day)
    row.turn += 1  # what waits for the day that it was finds another turn
    row.next_on = day
    _scheduled(row)


def advance(row: Subscription) -> None:
    """The turn was made, skipped or missed: the next one is the first that is still ahead of us."""
    row.turn += 1
    row.step += 1
    while intervals.after(row.anchor, row.every, row.step) - AHEAD < clock.today(tenancy.tenant().timezone):
        row.step += 1
    row.next_on = intervals.after(row.anchor, row.every, row.step)
    _scheduled(row)


def skip(row: Subscription, *, turn: int, by: "Account | None" = None) -> None:
    """Leave the next turn out; `turn` is the one that was seen."""
    _standing(row, "active", turn)
    note(row, "skipped", by=by, day=row.next_on)
    advance(row)
    journaled(row, "skipped", by)


def skipped(row: Subscription) -> SubscriptionEvent | None:
    """The turn that was left out last, while it can still be had."""
    last = next(iter(events(row)), None)
    if row.state != "active" or last is None or last.kind != "skipped" or last.day is None:
        return None
    return last if last.day - AHEAD > clock.today(tenancy.tenant().timezone) else None


def unskip(row: Subscription, *, by: "Account | None" = None) -> None:
    """Have that turn after all."""
    lock(row)
    last = skipped(row)
    if last is None or last.day is None:
        raise NotNow()
    note(row, "unskipped", by=by, day=last.day)
    row.turn += 1  # what waits for the later day finds another turn
    while row.step > 1 and intervals.after(row.anchor, row.every, row.step) > last.day:
        row.step -= 1
    row.next_on = last.day
    _scheduled(row)
    journaled(row, "unskipped", by)


def pause(row: Subscription, *, by: "Account | None" = None, reason: str = "") -> None:
    """Make no order until somebody lets it go on."""
    _standing(row, "active")
    row.state = "paused"
    note(row, "paused", by=by, reason=reason)
    journaled(row, "paused", by)


def resume(row: Subscription, *, by: "Account | None" = None) -> None:
    """Let it go on: on its day, or as soon as there is time to make it."""
    _standing(row, "paused")
    _goes_on(row)
    note(row, "resumed", by=by)
    journaled(row, "resumed", by)


def _goes_on(row: Subscription) -> None:
    soonest = clock.today(tenancy.tenant().timezone) + AHEAD
    row.state, row.turn = "active", row.turn + 1
    if row.next_on < soonest:
        row.anchor, row.step, row.next_on = soonest, 0, soonest
    _scheduled(row)


def change(
    row: Subscription, variant: "Variant", quantity: int, *, payment: str = "", by: "Account | None" = None
) -> None:
    """Another variant, another number, paid another way, from the next order on."""
    lock(row)
    if not row.live:
        raise NotNow()
    if variant.product_id != row.product_id or not variant.active:
        raise wants.NotSold(item=variant.sku)
    wants.limits([wants.Wanted(variant, quantity)])
    row.variant_id, row.quantity, row.payment_code = variant.id, quantity, payment or row.payment_code
    db.session.flush()
    db.session.expire(row, ["variant"])
    note(row, "changed", by=by)
    journaled(row, "changed", by)


def end(row: Subscription, *, by: "Account | None" = None, reason: str = "") -> None:
    """No further order is made of it."""
    lock(row)
    if not row.live:
        return
    row.state, row.ended_at = "ended", clock.now()
    note(row, "ended", by=by, reason=reason)
    journaled(row, "ended", by)
    if not row.first.practice:
        once = f"subscription:{row.id}:{row.turn}"
        facts.record("subscription_ended", contact=row.contact, about=row.product, dedupe=once)
    if row.agreed_at is not None or row.next_card_id is not None:
        jobs.later("subscriptions.card_over", row.id, at=clock.now() + BACK_WITHIN)


def back(row: Subscription) -> bool:
    """Whether one that was ended just now can go on."""
    return row.state == "ended" and row.ended_at is not None and row.ended_at > clock.now() - BACK_WITHIN


def go_on(row: Subscription, *, by: "Account | None" = None) -> None:
    """It was ended by a slip: it goes on as it was."""
    lock(row)
    if not back(row):
        raise NotNow()
    row.ended_at = None
    _goes_on(row)
    note(row, "resumed", by=by)
    journaled(row, "resumed", by)


def let_go(order: "Order") -> None:
    """An order ended: what it began has not begun."""
    if not any(line.every for line in order.lines):
        return
    mine = db.select(Subscription).where(Subscription.first_id == order.id, Subscription.state != "ended")
    for row in db.session.scalars(mine).all():
        if not any(one.kind == "ordered" for one in events(row)):
            end(row, reason="first")


def choices(row: Subscription) -> "Sequence[Variant]":
    """In which variants it can be had."""
    return variants.of(row.product_id)


def _standing(row: Subscription, state: str, turn: int | None = None) -> None:
    lock(row)
    if row.state != state or (turn is not None and row.turn != turn):
        raise NotNow()


def journaled(row: Subscription, kind: str, by: "Account | None") -> None:
    """What staff did to one is kept with their name."""
    if by is not None:
        journal.write(f"subscription.{kind}", about=row, by=by, data={"name": row.who})


def init_app(_app: object) -> None:
    """Say how its steps are told."""
    facts.kind("subscription_began", _l("Subscribed to something"), "calendar")
    facts.kind("subscription_ended", _l("Ended a subscription"), "close")
    journal.kind("subscription.skipped", _l("Left out a turn of the subscription of %(name)s"))
    journal.kind("subscription.unskipped", _l("Put back a turn of the subscription of %(name)s"))
    journal.kind("subscription.paused", _l("Paused the subscription of %(name)s"))
    journal.kind("subscription.resumed", _l("Let the subscription of %(name)s go on"))
    journal.kind("subscription.changed", _l("Changed the subscription of %(name)s"))
    journal.kind("subscription.card_off", _l("Took the card off the subscription of %(name)s"))
    journal.kind("subscription.ended", _l("Ended the subscription of %(name)s"))
