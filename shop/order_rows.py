"""Orders as rows of a spreadsheet: one line each, amounts as plain numbers."""

from zoneinfo import ZoneInfo

from kernel import tenancy
from kernel.i18n import _, pick
from kernel.money import Money
from shop import order_lines, order_story, plans, receipts
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order


def heads() -> list[str]:
    """The names of the columns."""
    return [
        _("Order"), _("Date"), _("State"), _("Payment"), _("Name"), _("E-mail"), _("Phone"), _("Delivery"), _("Day"),
        _("Address"), _("Products"), _("Items"), _("Shipping"), _("Tax"), _("Total"), _("Received"), _("Left to pay"),
        _("To pay now"), _("Currency"), _("Source"),
    ]  # fmt: skip


def row(order: Order) -> list[object]:
    """One order."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    goods = "; ".join(_goods(*one) for one in order_lines.there(order.lines))
    amounts = (order.items_minor, order.shipping_minor, order.tax_minor, order.total_minor, order.received_minor)
    return [
        order.number, order.placed_at.astimezone(zone), order_story.STATES[order.state][0],
        order_story.money(order)[0], order.name, order.email, order.phone, pick(order.delivery_label),
        order.delivery_day or "", ", ".join(receipts.place(order)), goods,
        *(order.money(minor).decimal for minor in amounts), _left(order).decimal, plans.due_now(order).decimal,
        order.currency, order.source,
    ]  # fmt: skip


def _left(order: Order) -> Money:
    """What is still to be paid in all, whenever; nothing of an order that came to nothing."""
    return order.money(0 if order.state in ENDED else max(0, order.balance.minor))


def _goods(units: int, line: OrderLine) -> str:
    """So many of what; of a booking also when."""
    when = f" ({', '.join(line.texts.values())})" if line.booking_id and line.texts else ""
    return f"{units} × {pick(line.name)}{when}"
