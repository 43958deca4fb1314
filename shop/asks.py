"""Answering asks: the order or booking is called off, or the money returned, as it was asked; or not."""

from kernel import journal
from kernel.accounts import Account
from shop import ask_rows, booking_orders, cancellations, orders, refund_forecast, refund_ways, refunds
from shop.ask_rows import Ask, NothingToDo
from shop.payment_methods import PaymentMethod
from shop.refund_rows import Refund


def way(row: Ask, parts: refund_forecast.Parts | None = None) -> PaymentMethod | None:
    """By which way a person would return its money; None where it goes by itself or each part its own."""
    amount = row.amount
    code = refund_forecast.usual(row.order, amount, parts) if amount else ""
    return refund_ways.named(row.order, code) if code else None


def cancel(row: Ask, *, by: Account) -> None:
    """Call off what was asked, as its form would without another word. Raises Answered, NothingToDo."""
    order, booking = orders.lock(row.order), ask_rows.booking_of(row)
    ask_rows.answer(row, "done", by=by)
    if row.kind != "cancel" or not ask_rows.possible(order, "cancel", booking):
        raise NothingToDo(number=order.number)
    if booking is not None:
        booking_orders.cancel(booking, by=by, reason=row.reason)
    else:
        cancellations.by_staff(order, by=by, reason=row.reason, kept=cancellations.usually_kept(order))


def refund(row: Ask, *, by: Account) -> list[Refund]:
    """Return what was asked. Raises Answered, NothingToDo, and what a refund raises."""
    order, amount = orders.lock(row.order), row.amount
    ask_rows.answer(row, "done", by=by)
    if amount is None or not ask_rows.possible(order, "refund"):
        raise NothingToDo(number=order.number)
    return refunds.give(
        order, amount=amount, reason=row.reason, by=by, key=f"ask:{row.token}", spare=True, method=way(row)
    )


def refuse(row: Ask, *, by: Account, said: str = "") -> None:
    """It is not done; whoever asked reads why. Raises Answered."""
    ask_rows.answer(row, "no", by=by, said=said)
    journal.write("asks.no", about=row.order, by=by, data={"number": row.order.number})
