"""What the checkout says of booked times: until when each waits for its payment, and which wait for others'."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import clock, i18n, tenancy
from kernel.i18n import _
from shop import approval_rows, bookings, days, local_times, payment_methods, plan_offers, quotes, receipts
from shop import cart as carts
from shop import checkout as checkouts
from shop.payment_methods import PaymentMethod


def told(mine: carts.Cart | None, quote: quotes.Quote, methods: Sequence[PaymentMethod], chosen: str) -> dict[str, Any]:
    """`kept`: until when a transfer may come, by the method's code; `free_waits`: the names of what costs nothing."""
    kind = next((one.kind for one in methods if one.code == chosen), "")
    waits = free(quote) if kind and kind not in payment_methods.UNHELD else ""
    return {"kept": _kept(mine, quote, methods), "free_waits": waits}


def withheld(quote: quotes.Quote, methods: Sequence[PaymentMethod], place: Mapping[str, str]) -> str:
    """Why it cannot be paid when it is handed over, where that is for what is booked or made to order; else ""."""
    found = [one for one in checkouts.fitting(quote, place) if one.kind in payment_methods.AT_ONCE]
    names = ", ".join(i18n.pick(one.label) for one in found if one not in methods)
    if not names or not quote.total.minor:
        return ""
    if plan_offers.asks_deposit(quote):
        return _("“%(way)s” is not offered: part of this order is only made once its deposit is paid.", way=names)
    begins = min((line.begins for line in quote.lines if line.begins), default=None)
    if begins is None:
        return ""
    told = _("“%(way)s” is not offered: what you booked has to be paid before it begins. To pay the rest that way, "
             "order it by itself.", way=names)  # fmt: skip
    last = local_times.day(begins, tenancy.tenant().timezone)
    early = _("Or choose a day up to %(day)s for it.", day=days.told(last)) if quote.day else ""
    return f"{told} {early}".strip()


def free(quote: quotes.Quote | quotes.Basket) -> str:
    """What is booked and costs nothing by itself, in an order that has to be paid: it waits for that, too."""
    free = [line for line in quote.lines if line.booking_id and not line.gross.minor and not line.answer_hours]
    names = (
        dict.fromkeys(i18n.pick(line.name) for line in free) if any(line.gross.minor for line in quote.lines) else {}
    )
    return ", ".join(names)


def _kept(mine: carts.Cart | None, quote: quotes.Quote, methods: Sequence[PaymentMethod]) -> dict[str, str]:
    """Until when a time that is booked waits for a transfer, by the method's code; {} where the shop answers first."""
    closes = bookings.closes(bookings.of_cart(mine)) if mine and any(line.begins for line in quote.lines) else None
    if closes is None or approval_rows.by_when(quote):
        return {}
    now = clock.now()
    return {one.code: receipts.until(now + one.time_before(closes, now)) for one in methods if one.kind == "transfer"}
