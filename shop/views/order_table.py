"""Orders as rows of a page: what a list says of each, and the chips above it."""

from collections import Counter
from typing import Any, cast

from flask import url_for

from kernel import clock, instants, tenancy
from kernel.i18n import _, pick
from shop import days, local_times, order_lines, order_list, order_story, plans, receipts
from shop.orders import Order


def row(order: Order, **args: Any) -> dict[str, Any]:
    """What a list shows of an order; `args` go on in its address."""
    return {
        "number": order.number, "url": url_for("shop_admin.order", number=order.number, **args),
        "name": called(order.buyer, by_staff=order.by_staff), "total": receipts.shown(order.costs),
        "state": order_story.STATES[order.state], "money": order_story.money(order),
        "when": instants.told(order.placed_at), "iso": order.placed_at.isoformat(),
        "goods": _goods(order), "due": _due(order), "practice": order.practice, "late": _late(order),
        "gift": bool(order.gift),
    }  # fmt: skip


def left(order: Order) -> dict[str, str]:
    """What is still to be paid of it and when: in a list of what is awaited, whose rows add up to its sum."""
    whole = receipts.shown(order.costs) if order.received_minor else ""
    return {"left": receipts.shown(order.balance), "left_of": whole, "left_when": _when(order)}


def _when(order: Order) -> str:
    late, after = plans.overdue(order), plans.coming(order)
    if order.held and order.hold_until:
        zone = tenancy.tenant().timezone
        return _("kept until %(day)s", day=days.told(local_times.day(order.hold_until, zone)))
    if late and late[0].on:
        return _("since %(day)s", day=days.told(late[0].on))
    if order.plan and after and not plans.due_now(order):
        return _("due %(day)s", day=days.told(after.on)) if after.on else receipts.due_day(None)
    if not order.plan and order.only_booked and order.open:
        return _("on arrival, %(day)s", day=_due(order))
    return _("now")


def called(name: str, *, by_staff: bool) -> str:
    """A buyer's name; of nobody in particular, whether they bought over the counter."""
    return name or (_("Over the counter") if by_staff else _("Nobody in particular"))


def chips(shown: str, text: str) -> list[dict[str, Any]]:
    """The filters with their counts; the empty ones that nobody looks at are left out."""
    counts, kept = order_list.counts(), cast(dict[str, Any], {"q": text} if text else {})
    return [
        {"label": label, "active": name == shown, "count": counts[name],
         "url": url_for("shop_admin.orders", show=name, **kept)}
        for name, (label, _condition) in order_list.FILTERS.items()
        if counts[name] or name in {"open", "all", shown}
    ]  # fmt: skip


def _goods(order: Order) -> str:
    """What is in it, the sizes or ages of one thing together."""
    named: Counter[str] = Counter()
    for units, line in order_lines.there(order.lines):
        named[pick(line.name)] += units
    more = f" +{len(named) - 3}" if len(named) > 3 else ""
    return ", ".join(f"{units} × {name}" for name, units in list(named.items())[:3]) + more


def _due(order: Order) -> str:
    booked = [line.day for line in order.lines if line.booking_id and line.day]
    on = order.delivery_day or min(booked, default=None)
    when = days.told(on, weekday=True) if on else ""
    return ", ".join(filter(None, (when, order.delivery_slot.replace("-", "–")))) or pick(order.delivery_label)


def _late(order: Order) -> bool:
    return order.open and order.delivery_day is not None and order.delivery_day < clock.today(tenancy.tenant().timezone)
