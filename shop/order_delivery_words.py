"""What a change of an order's delivery is called: how it is brought now, and which parts of that are new."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import i18n, tenancy
from kernel.i18n import _, pick
from shop import presents, receipts

if TYPE_CHECKING:
    from shop.orders import Order


@dataclass(frozen=True)
class Brought:
    """How an order is brought, as far as a change of it is told."""

    way: str
    when: str
    address: tuple[tuple[str, str], ...]
    name: str
    phone: str
    note: str
    gift: str  # the words that go with it


def now(order: "Order") -> Brought:
    """As it stands; its words are in the order's language."""
    with i18n.speak(order.language, tenancy.tenant().country):
        when = receipts.delivery(order)["when"]
    label = pick(order.delivery_label, order.language)
    address = tuple(sorted((key, value) for key, value in order.address.items() if value))
    gift = order.gift.get("words", "")
    return Brought(label, when, address, presents.receiver(order), presents.telephone(order), order.note, gift)


def changed(order: "Order", before: Brought) -> list[str]:
    """What is new, in the order's language: the way and the time in full, of person and place only that they are."""
    after = now(order)
    with i18n.speak(order.language, tenancy.tenant().country):
        return [
            *([after.way] if after.way != before.way else []),
            *([after.when] if after.when != before.when and after.when else []),
            *([_("another address")] if after.address != before.address and after.address else []),
            *([_("another name")] if after.name != before.name else []),
            *([_("another telephone")] if after.phone != before.phone else []),
            *([_("another note")] if after.note != before.note else []),
            *([_("other words for the gift")] if after.gift != before.gift else []),
        ]
