"""Words for money on its way back: what was paid, what stays, what went back and how, what still comes."""

from typing import TYPE_CHECKING, Any

from kernel.i18n import _, pick
from shop import receipts, refund_ways, refunds
from shop.refund_rows import CREDIT, HOLDING

if TYPE_CHECKING:
    from kernel.money import Money
    from shop.orders import Order
    from shop.refund_rows import Refund


def told(order: "Order") -> dict[str, Any]:
    """The amounts one below the other, as a page shows them: {"sums", "total"}; {} while nothing goes back.

    What was paid, less what stays, less what went, is what still comes: so it holds whatever was noted when.
    """
    rows = refunds.of(order)
    gone, going = [row for row in rows if row.state == "done"], [row for row in rows if row.state in HOLDING]
    left = refunds.owed(order)
    if not (gone or going or left):
        return {}
    went, goes = _sum(order, gone), _sum(order, going)
    stays = order.received - goes - left
    sums = [(_("You paid"), receipts.shown(order.received + went))]
    if stays:
        sums.append((_("The shop keeps") if order.ended else _("For what stays of the order"), receipts.shown(stays)))
    sums += [*_each(order, gone), *_each(order, going)]
    return {"sums": sums, "total": _total(order, went, goes, left)}


def _total(order: "Order", went: "Money", goes: "Money", left: "Money") -> tuple[str, str]:
    if left:
        return _("Still comes back"), receipts.shown(left)
    return (_("On its way back"), receipts.shown(goes)) if goes else (_("Went back in all"), receipts.shown(went))


def _sum(order: "Order", rows: "list[Refund]") -> "Money":
    return order.money(sum(row.amount_minor for row in rows))


def _each(order: "Order", rows: "list[Refund]") -> list[tuple[str, str]]:
    """A line for each way and moment."""
    found: dict[str, int] = {}
    for row in rows:
        label = _label(row)
        found[label] = found.get(label, 0) + row.amount_minor
    return [(label, receipts.shown(order.money(minor))) for label, minor in found.items()]


def _label(row: "Refund") -> str:
    way = _("Store credit") if row.to == "credit" else pick(refund_ways.label(row))
    way = f"{way} {row.reference}".strip() if row.way == "gift_card" else way
    if row.done_at is None or row.state in HOLDING:
        return _("On its way: %(way)s", way=way)
    return _("Went back on %(day)s: %(way)s", day=receipts.day_and_time(row.done_at), way=way)


def sentence(order: "Order") -> str:
    """What comes back, or came, in a sentence or two; '' when nothing does."""
    left, goes = refunds.owed(order), order.money(order.refunding_minor)
    told = [_("%(amount)s is on its way back: it may take some days until you see it.", amount=receipts.shown(goes))]
    told = told if goes else []
    if left:
        amount = receipts.shown(left)
        told.append(_("%(amount)s goes back to you: the shop returns it and writes to you.", amount=amount))
    return " ".join(told)


def moving(order: "Order") -> bool:
    """Whether all that has to go back is on its way."""
    return order.refunding_minor > 0 and not refunds.owed(order)


def as_credit(order: "Order") -> bool:
    """Whether all that went back is store credit by now: nobody has to wait for it."""
    rows = [row for row in refunds.of(order) if row.state == "done"]
    return bool(rows) and all(row.way == CREDIT for row in rows)
