"""Orders as rows of a page: what a list says of each, and the chips above it."""

from typing import Any, cast

from flask import url_for

from kernel import clock, instants, tenancy
from kernel.i18n import _, pick
from shop import days, order_lines, order_list, order_story, receipts
from shop.orders import Order


def row(order: Order, **args: Any) -> dict[str, Any]:
    """What a list shows of an order; `args` go on in its address."""
    return {
        "number": order.number, "url": url_for("shop_admin.order", number=order.number, **args),
        "name": called(order.buyer, by_staff=order.by_staff), "total": receipts.shown(order.costs),
        "state": order_story.STATES[order.state], "money": order_story.money(order),
        "when": instants.told(order.placed_at), "iso": order.placed_at.isoformat(),
        "goods": _goods(order), "due": _due(order), "practice": order.practice, "late": _late(order),
    }  # fmt: skip


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
    there = order_lines.there(order.lines)
    more = f" +{len(there) - 3}" if len(there) > 3 else ""
    return ", ".join(f"{units} × {pick(line.name)}" for units, line in there[:3]) + more


def _due(order: Order) -> str:
    when = days.told(order.delivery_day, weekday=True) if order.delivery_day else ""
    return ", ".join(filter(None, (when, order.delivery_slot.replace("-", "–")))) or pick(order.delivery_label)


def _late(order: Order) -> bool:
    return order.open and order.delivery_day is not None and order.delivery_day < clock.today(tenancy.tenant().timezone)
