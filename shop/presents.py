"""Presents: an order that is given to somebody; for whom it is, the words for them, whether its paper has prices.

It is written on the order as {"name", "words", "prices", "phone"}, {} for what is no gift. Who receives it gets no
letter and becomes no contact: name, number and words are the buyer's, copied and forgotten with the order.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernel import phones, tenancy

if TYPE_CHECKING:
    from shop.orders import Order

NAME, WORDS = 160, 300  # signs at most
Said = Callable[[str], str]


def wish(name: str, words: str, *, prices: bool = False, phone: str = "") -> dict[str, Any]:
    """What is written on an order that is a gift; `phone`: of who receives it, E.164."""
    return {"name": name[:NAME], "words": words[:WORDS], "prices": prices, "phone": phone}


def receiver(order: "Order") -> str:
    """Who receives it: whom it is for where somebody is named, else who bought it."""
    return order.gift.get("name") or order.name


def telephone(order: "Order") -> str:
    """Whom the courier calls: who receives it where their number is known, else who bought it."""
    return order.gift.get("phone") or order.phone


def receive(order: "Order", name: str, phone: str, words: str | None = None) -> None:
    """Somebody else receives it, at that number; `words`: others for them, None as they are."""
    if not order.gift:
        order.name, order.phone = name[:NAME], phone
        return
    kept = order.gift["words"] if words is None else words
    own = "" if phone == order.phone else phone
    order.gift = wish(name, kept, prices=order.gift["prices"], phone=own)


def again(order: "Order") -> dict[str, Any]:
    """What the next order of a subscription has of it: it is for the same person, and the words were for once."""
    phone = order.gift.get("phone", "")
    return wish(order.gift["name"], "", prices=order.gift["prices"], phone=phone) if order.gift else {}


def told(order: "Order", stranger: Said = str) -> dict[str, Any]:
    """The gift as plain words, {} of none; `stranger` goes over what the buyer wrote."""
    if not order.gift:
        return {}
    own = {key: stranger(order.gift[key]) for key in ("name", "words")}
    phone = phones.show(order.gift.get("phone", ""), tenancy.tenant().country)
    return {**own, "giver": stranger(order.name), "prices": order.gift["prices"], "phone": phone}
