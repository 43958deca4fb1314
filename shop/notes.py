"""Notes that staff write on an order for each other."""

from typing import TYPE_CHECKING

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import order_events
from shop.order_events import OrderEvent
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


def write(order: Order, text: str, *, by: "Account") -> OrderEvent:
    """Keep a note on the timeline; buyers never see it."""
    words = " ".join(text.split())[:500]
    if not words:
        raise Refusal(_l("Write the note first."))
    return order_events.record(order, "note", by=by, text=words)
