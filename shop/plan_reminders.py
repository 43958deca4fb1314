"""Reminders of a plan: before the day of a part, on it and after it; each one once, at nine where the shop is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel import clock, i18n, jobs, tenancy
from kernel.db import db
from shop import bookings, letters, order_events, orders, plan_policies, plans, receipts
from shop.orders import Order
from shop.plans import Part

HOUR = time(9)
AFTER = timedelta(days=3)
STAGES = ("soon", "today", "overdue")


def schedule(order: Order) -> None:
    """Have somebody look again on the next day on which a reminder may be due; one that waits already stays."""
    moments = sorted(moment for part in _open(order) for moment in _moments(part) if moment > clock.now())
    if moments:
        jobs.later("plans.remind", order.id, at=moments[0], key=f"{order.id}:{moments[0]:%Y%m%d}")


def _open(order: Order) -> list[Part]:
    """What is worth a reminder: while the goods are only held, the hold has reminders of its own."""
    if order.state in plans.ENDED or any(row.off for row in bookings.of_order(order)):
        return []  # nobody is asked for the rest of what does not take place
    return [part for part in plans.parts(order) if part.left and part.on and not (order.held and part.position == 0)]


def _moments(part: Part) -> Iterator[datetime]:
    zone = ZoneInfo(tenancy.tenant().timezone)
    for day in _days(part).values():
        yield datetime.combine(day, HOUR, zone).astimezone(clock.now().tzinfo)


def _days(part: Part) -> dict[str, date]:
    assert part.on is not None
    before = timedelta(days=plan_policies.of().remind_days)
    return dict(zip(STAGES, (part.on - before, part.on, part.on + AFTER), strict=True))


@jobs.job("plans.remind")
def remind(order_id: int) -> None:
    """Tell the buyer what comes, is due or is late; harmless when it comes twice, late or too early."""
    order = db.session.get(Order, order_id)
    if order is None or orders.lock(order).asked:  # a yes that was taken back: nobody owes anything yet
        return
    for part in _open(order):
        stage = _stage(part)
        if stage and (part.on, stage) not in _told(order):
            _tell(order, part, stage)
    schedule(order)


def _stage(part: Part) -> str:
    """The latest reminder whose day has come: whoever was away for a week gets one letter, not three."""
    today = plans.today()
    come = [stage for stage, day in _days(part).items() if day <= today]
    return come[-1] if come else ""


def _told(order: Order) -> set[tuple[date, str]]:
    rows = [event for event in order_events.of(order) if event.kind == "balance_reminded"]
    return {(date.fromisoformat(row.data["due"]), row.data["stage"]) for row in rows}


def _tell(order: Order, part: Part, stage: str) -> None:
    assert part.on is not None
    order_events.record(order, "balance_reminded", due=part.on.isoformat(), stage=stage, minor=part.left.minor)
    with i18n.speak(order.language, tenancy.tenant().country):
        day = receipts.due_day(part.on)
    end = None if stage == "overdue" else clock.span(part.on, part.on, tenancy.tenant().timezone)[1]
    letters.tell(order, stage, due=part.left, day=day, not_after=end)
