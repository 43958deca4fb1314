"""Second thoughts: letters of what staff can take back rest a little; who had one by then hears that it is void."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from kernel import letters as post
from kernel.i18n import _
from shop import letters

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order


def rest(act: str, by: "Account | None") -> AbstractContextManager[None]:
    """What is written meanwhile rests, when a person does it: nobody takes back what happens by itself."""
    return post.resting(act) if by is not None else nullcontext()


def withdraw(order: "Order", act: str, since: datetime) -> bool:
    """Forget the letters of what is taken back; whether its buyer has one of them, or gets one in this moment."""
    _count, left = post.withdraw(act, since)
    return any(letter.to == order.email for letter in left)


def take_back(order: "Order", act: str, since: datetime) -> None:
    """The same, and correct what its buyer has of it."""
    _count, left = post.withdraw(act, since)
    had = [letter.subject for letter in left if letter.to == order.email]
    if had:
        letters.tell(order, "undone", what=had[-1])


def heard(order: "Order", act: str, since: datetime) -> str:
    """What its buyer knows of what can be taken back, for whoever thinks of doing so; "" when nothing was written."""
    waits, left = post.of_act(act, since)
    if any(letter.to == order.email for letter in left):
        return _("Its e-mail has gone out: if you take it back, the buyer gets a correction.")
    return _("Its e-mail has not gone out yet: if you take it back now, the buyer hears nothing.") if waits else ""


def said(order: "Order", text: str) -> str:
    """What was done, for its toast: with when the letter leaves, where one rests."""
    return f"{text} {_('The e-mail leaves in two minutes.')}" if post.rests(order) else text
