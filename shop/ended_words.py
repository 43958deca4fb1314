"""What an order that ended says of its money: what the shop keeps, what goes back, what went back."""

from typing import TYPE_CHECKING

from kernel.i18n import _
from shop import ledger, receipts

if TYPE_CHECKING:
    from shop.orders import Order

BACK = frozenset({"refund", "bounce"})


def said(order: "Order") -> str:
    """Some sentences for the buyer; '' when it did not end, or nothing stays and nothing has to go back."""
    if not order.ended:
        return ""
    due = order.received - order.kept - order.money(order.refunding_minor)
    told = [_("The shop keeps %(amount)s of what you paid.", amount=receipts.shown(order.kept))] if order.kept else []
    gone = order.money(-sum(row.amount_minor for row in ledger.of(order) if row.kind in BACK))
    if order.kept and gone:
        told.append(_("%(amount)s went back to you.", amount=receipts.shown(gone)))
    if order.refunding_minor:
        going = receipts.shown(order.money(order.refunding_minor))
        told.append(_("%(amount)s is on its way back: it may take some days until you see it.", amount=going))
    if due.minor > 0:
        told.append(
            _("%(amount)s goes back to you: the shop returns it and writes to you.", amount=receipts.shown(due))
        )
    return " ".join(told)
