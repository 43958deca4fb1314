"""Owed words: what is still to be paid of a booking's order, until when and how: in its letter, a chat, on a page."""

from typing import TYPE_CHECKING

from kernel import i18n, phones, tenancy, web
from kernel.i18n import _, pick
from shop import added_nights, booking_story, letters, payment_methods, plans, receipts

if TYPE_CHECKING:
    from shop.bookings import Booking
    from shop.orders import Order

MOST = 1200  # signs of a chat: the accounts to pay to have to fit


def sentences(order: "Order") -> list[str]:
    """What came, what is waited for and until when, what follows; nothing of an order that owes nothing."""
    if order.ended or order.asked or order.balance.minor <= 0:
        return []
    told, now, later = [], receipts.asked(order), _later(order)
    if order.received_minor > 0:
        told.append(_("%(amount)s is paid.", amount=receipts.shown(order.received)))
    if now.minor > 0:
        told.append(_now(order, receipts.shown(now)))
    told += [_("%(amount)s after that: %(day)s.", amount=amount, day=day) for amount, day in later]
    return told


def _now(order: "Order", amount: str) -> str:
    if order.held and order.hold_until:
        return _(
            "%(amount)s is to be paid by %(until)s: without it the booking ends then, and others can have the time.",
            amount=amount, until=receipts.until(order.hold_until),
        )  # fmt: skip
    if added := added_nights.said(order):
        return f"{_('%(amount)s is to be paid now.', amount=amount)} {added}"
    if order.payments and order.payments[-1].kind == "counter" and not order.plan:
        return _("%(amount)s is paid on arrival.", amount=amount)
    return _("%(amount)s is to be paid now.", amount=amount)


def _later(order: "Order") -> list[tuple[str, str]]:
    today = plans.today()
    rows = [part for part in plans.parts(order) if part.left and part.position and not (part.on and part.on <= today)]
    return [(receipts.shown(part.left), receipts.due_day(part.on)) for part in rows]


def said(order: "Order") -> str:
    """The same in one piece."""
    return " ".join(sentences(order))


def placed(order: "Order") -> None:
    """The first letter of what staff wrote down: what is owed stands in it, and its button leads to where one pays."""
    told = {"button_url": pay_url(order), "button_label": letters.PAY} if order.held else {}
    letters.tell(order, "placed", more=said, **told)


def pay_url(order: "Order") -> str:
    """Where its buyer pays what is due."""
    return web.shop_url("shop.pay", token=order.token, language=order.language)


def chat(booking: "Booking", page_url: str) -> str:
    """A link to WhatsApp with what the letter says: what, when, for whom, what is owed and how it is paid."""
    order, tenant = booking.order, tenancy.tenant()
    assert order is not None
    with i18n.speak(order.language, tenant.country):
        story = booking_story.told(booking)
        told = {"shop": tenant.name, "name": story["name"], "when": story["when"]}
        lines = [_("%(shop)s: your booking %(name)s, %(when)s.", **told), ", ".join(story["people"])]
        lines += [_pay(order)] if sentences(order) else []
    return phones.whatsapp("\n".join([*lines, page_url]), order.phone, MOST)


def _pay(order: "Order") -> str:
    """The total, what is owed, the accounts where it goes to some, and the page where one pays."""
    pay = receipts.to_pay(order)
    rows = [f"{_('Total')}: {receipts.shown(order.costs)}", *sentences(order)]
    rows += [f"{pick(one['label'])}: {one['value']}" for one in pay.get("accounts", ())]
    rows += [f"{_('Description:')} {pay['code']}"] if pay else []
    rows += [f"{letters.PAY}: {pay_url(order)}"] if pays(order) else []
    return "\n".join(rows)


def pays(order: "Order") -> bool:
    """Whether the page where one pays is of use: the shop offers a way to pay before one comes."""
    return any(one.kind not in payment_methods.UNHELD for one in payment_methods.active())
