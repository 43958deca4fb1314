"""Credit notes that staff give on an order: it costs less from now on, and what was paid too much can go back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kernel import journal
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import credit_lines, invoices, lowering, orders, recalls, reductions
from shop.invoice_rows import Invoice
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


class NoInvoice(Refusal):
    """There is nothing that could be taken back."""

    message = _l("The order %(number)s has no invoice with anything left to take back.")
    status = 409


def give(
    order: Order, *, amount: Money | None = None, lines: Mapping[int, int] | None = None, reason: str, by: "Account"
) -> Invoice:
    """Take a part of the order's invoice back; the order costs that much less."""
    if not reason.strip():
        raise Refusal(_l("Write why: the buyer will read it on the credit note."))
    orders.lock(order)
    if order.state in orders.ENDED:
        raise NoInvoice(number=order.number)
    before = invoices.holds(order)
    made = invoices.credit(order, amount=amount, lines=lines, reason=reason, by=by)
    if made is None:
        raise NoInvoice(number=order.number)
    was_paid = order.paid
    reductions.note(order, before - invoices.holds(order), lines=lines, reason=reason)
    lowering.settle(order, was_paid=was_paid)
    journal.write("invoices.credited", about=order, by=by, data={"number": made.number})
    return made


def foreseen(order: Order, less: int) -> list[tuple[Invoice, Money]]:
    """What would be taken back of which of its invoices if it cost so many minor units less, for no line of it."""
    rests = invoices.rests_of(order)
    due = min(invoices.beyond(order) + less, sum(one.rest.gross for one in rests))
    corrected = {one.line.id: one.line.invoice_id for one in rests}
    sums: dict[int, int] = {}
    for part in credit_lines.of_amount(rests, due, recalls.held(order)) if due > 0 else ():
        paper = corrected[part.corrects_id or 0]
        sums[paper] = sums.get(paper, 0) + part.gross_minor
    return [(row, order.money(sums[row.id])) for row in invoices.billed(order) if sums.get(row.id)]


def bring_up(order: Order, *, by: "Account") -> Invoice:
    """Issue by hand what the order waits for: its invoice, or what that holds beyond what the order costs now."""
    orders.lock(order)
    known = reductions.of(order)
    reason = known[-1].reason if known and order.state not in orders.ENDED else ""
    there = invoices.of(order) is not None and not invoices.further(order)
    made = invoices.follow(order, reason=reason, by=by) if there else invoices.issue(order, by=by)
    if made is None:
        raise NoInvoice(number=order.number)
    journal.write("invoices.issued", about=order, by=by, data={"number": made.number})
    return made
