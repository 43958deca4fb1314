"""What staff have to notice of where an order goes: what its buyer changed, and a packing slip that says otherwise."""

from typing import Any

from kernel import i18n, phones, tenancy
from kernel.i18n import _
from shop import order_changes, presents, receipts, slips
from shop.orders import Order


def told(order: Order) -> dict[str, Any]:
    """How often its buyer changed it, what the last time and when while it is here, since when its slip is wrong."""
    own, old = order_changes.by_buyer(order), slips.outdated(order)
    here = order.state in order_changes.HERE
    return {
        "seen": len(own),
        "what": str(own[-1].data.get("text", "")) if own and here else "",
        "at": receipts.day_and_time(own[-1].at) if own else "",
        "old": receipts.day_and_time(old.at) if old else "",
        "receiver": presents.receiver(order),
        "tel": order.gift.get("phone", ""),
        "chat": _chat(order),
    }


def _chat(order: Order) -> str:
    """A chat with who receives a gift; it says nothing of what it is or costs."""
    number = order.gift.get("phone", "")
    if not number:
        return ""
    with i18n.speak(order.language, tenancy.tenant().country):
        told = {"name": order.gift["name"], "shop": tenancy.tenant().name}
        return phones.whatsapp(_("Good day %(name)s, %(shop)s is bringing you something.", **told), number)
