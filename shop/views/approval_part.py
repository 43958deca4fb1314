"""What pages say of a booking that the shop has to say yes to: before it is asked for, while it waits, and after."""

from typing import Any

from kernel import clock
from kernel.i18n import _, ngettext
from shop import approval_offers, approval_rows, order_story, receipts
from shop.approval_rows import Approval
from shop.orders import Order
from shop.quotes import Quote, QuoteLine
from shop.services import Service


def hours(count: int) -> str:
    """`24 horas`, `3 días`."""
    if count > 24 and count % 24 == 0:
        return str(ngettext("%(num)s day", "%(num)s days", count // 24))
    return str(ngettext("%(num)s hour", "%(num)s hours", count))


def of_service(service: Service) -> str:
    """What a product's page says of it; '' of what is booked at once."""
    if service.answer_hours is None:
        return ""
    within = hours(service.answer_hours)
    if service.answer_from > 1:
        return _("From %(num)s people on it is a request: the shop answers within %(hours)s, and you pay only after "
                 "its yes.", num=service.answer_from, hours=within)  # fmt: skip
    return _("You send a request: the shop answers within %(hours)s, and you pay only after its yes.", hours=within)


def of_line(line: QuoteLine) -> str:
    """The same on the line of a cart; '' of what stands at once."""
    return (
        _("A request: the shop answers within %(hours)s.", hours=hours(line.answer_hours)) if line.answer_hours else ""
    )


def of_quote(quote: Quote) -> str:
    """The same at the checkout, with the hour; '' of an order that stands at once."""
    end = approval_rows.by_when(quote)
    if end is None:
        return ""
    return _("This is a request. The shop answers by %(until)s; you pay only after its yes, and your time is kept for "
             "you meanwhile.", until=receipts.until(end))  # fmt: skip


def of_order(order: Order) -> dict[str, Any]:
    """What the buyer's page shows: until when an answer comes, else what is free instead; {} of other orders."""
    status = order_story.status(order)
    if status == "asked":
        row = approval_rows.of(order)
        return {"until": receipts.until(row.until) if row else "", "instead": []}
    return {"until": "", "instead": approval_offers.of(order)} if status in {"refused", "unanswered"} else {}


def of_desk(order: Order) -> dict[str, Any]:
    """What the back office shows of one that waits; {} of every other."""
    row = approval_rows.of(order) if order.asked else None
    if row is None:
        return {}
    return {"open": row.open, "until": receipts.until(row.until), "left": left(row)}


def left(row: Approval) -> str:
    """How long there is to answer: `quedan 5 horas`."""
    minutes = max(0, int((row.until - clock.now()).total_seconds() // 60))
    if minutes < 60:
        return str(ngettext("%(num)s minute left", "%(num)s minutes left", minutes))
    if minutes < 48 * 60:
        return str(ngettext("%(num)s hour left", "%(num)s hours left", minutes // 60))
    return str(ngettext("%(num)s day left", "%(num)s days left", minutes // (24 * 60)))
