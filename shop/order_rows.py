"""Orders as rows of a spreadsheet: one line each, no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from kernel import tenancy
from kernel.i18n import _, pick
from shop import order_story, receipts
from shop.orders import Order

FORMULA = ("=", "+", "-", "@", "\t", "\r", ";=")


def cell(value: object) -> str:
    """A cell that stays text: what could start a formula gets a quote before it."""
    text = str(value if value is not None else "")
    starts = text.lstrip(" \n")
    return f"'{text}" if starts.startswith(FORMULA) or text.startswith(FORMULA) else text


def lines(orders: Iterable[Order]) -> Iterator[str]:
    """The file, line by line, its head first; UTF-8 with a mark that spreadsheets look for."""
    yield "\ufeff" + _line(heads())
    for order in orders:
        yield _line([cell(value) for value in _row(order)])


def heads() -> list[str]:
    """The names of the columns."""
    return [
        _("Order"), _("Date"), _("State"), _("Payment"), _("Name"), _("E-mail"), _("Phone"), _("Delivery"), _("Day"),
        _("Address"), _("Products"), _("Items"), _("Shipping"), _("Tax"), _("Total"), _("Received"), _("Currency"),
        _("Source"),
    ]  # fmt: skip


def _row(order: Order) -> list[object]:
    zone = ZoneInfo(tenancy.tenant().timezone)
    goods = "; ".join(f"{line.quantity} × {pick(line.name)}" for line in order.lines)
    amounts = (order.items_minor, order.shipping_minor, order.tax_minor, order.total_minor, order.received_minor)
    return [
        order.number, order.placed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"), order_story.STATES[order.state][0],
        order_story.MONEY[order.payment][0], order.name, order.email, order.phone, pick(order.delivery_label),
        order.delivery_day or "", ", ".join(receipts.place(order)), goods,
        *(order.money(minor).decimal for minor in amounts), order.currency, order.source,
    ]  # fmt: skip


def _line(cells: list[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(cells)
    return made.getvalue()
