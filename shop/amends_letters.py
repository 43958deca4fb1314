"""What letters say when the shop called a departure off: what one may choose until when, what credit came of it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kernel import web
from kernel.i18n import _, pick
from shop import letters, receipts
from shop.amends_rows import CREDIT, DATE, MONEY

if TYPE_CHECKING:
    from kernel.money import Money
    from shop.amends import Offer
    from shop.amends_rows import Amends
    from shop.bookings import Booking
    from shop.orders import Order
    from shop.refund_rows import Refund


def offered(row: "Amends", offer: "Offer") -> str:
    """What there is to choose, until when, and what happens then, in some sentences."""
    said = {DATE: _("another date at the same price"), CREDIT: _credit(offer), MONEY: _money(offer)}
    told = [_("You may choose: %(ways)s.", ways="; ".join(said[way] for way in offer.ways))] if offer.ways else []
    return " ".join([*told, until(row)])


def _credit(offer: "Offer") -> str:
    amount, extra = receipts.shown(offer.credit), receipts.shown(offer.extra)
    if offer.extra.minor:
        return _("%(amount)s of credit with us, %(extra)s of it on top", amount=amount, extra=extra)
    return _("%(amount)s of credit with us", amount=amount)


def _money(offer: "Offer") -> str:
    return _("%(amount)s back", amount=receipts.shown(offer.back)) if offer.back.minor else _("no other date")


def until(row: "Amends") -> str:
    """The last day, and what happens to who has not chosen by then."""
    day = receipts.day(row.last_day)
    if row.fallback == CREDIT and CREDIT in row.ways:
        return _("The last day to choose is %(day)s; after it you get the credit.", day=day)
    return _("The last day to choose is %(day)s; after it what you paid goes back to you.", day=day)


def page_url(booking: "Booking", order: "Order") -> str:
    """Where its guest chooses."""
    return web.shop_url("shop.booking_choice", token=booking.token, language=order.language)


def credited(order: "Order", given: "Sequence[Refund]", extra: "Money") -> None:
    """Tell the buyer of their credit, of what the shop put on top, and of what went back onto a gift card."""
    whole = order.money(sum(one.amount_minor for one in given if one.to == "credit") + extra.minor)
    cards = order.money(sum(one.amount_minor for one in given if one.to != "credit"))
    way = dict(given[0].payment.label) if given else {}
    letters.tell(order, "credited", amount=whole, more=_more(extra, cards, way))


def _more(extra: "Money", cards: "Money", way: dict[str, str]) -> "Callable[[Order], str]":
    def said(order: "Order") -> str:
        more = _("%(amount)s of it is on top, because we called it off.", amount=receipts.shown(extra))
        told = [more] if extra else []
        if cards:
            back = {"amount": receipts.shown(cards), "way": pick(way)}
            told.append(_("%(amount)s went back the way it was paid: %(way)s.", **back))
        told.append(_("Sign in with %(email)s when you buy: it is offered to you there.", email=order.email))
        return " ".join(told)

    return said
