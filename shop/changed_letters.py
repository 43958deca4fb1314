"""What guest and shop are told of a booking that was changed: what it was, what it costs more or less, what follows."""

from datetime import datetime

from kernel import clock, i18n, tenancy
from kernel import letters as post
from kernel.i18n import _, ngettext
from kernel.money import Money
from shop import added_nights, booking_letters, booking_prices, booking_story, bookings, order_changes, receipts
from shop.bookings import Booking
from shop.occupations import Span
from shop.orders import Order


def said(booking: Booking, language: str = "") -> str:
    """The whole of it in one line: `Cabaña, viernes 4 de diciembre, 15:00 – domingo …, 2 noches, 2 personas`."""
    with i18n.speak(language or i18n.language(), tenancy.tenant().country):
        told = booking_story.told(booking)
        parts = [told["name"], told["when"], nights(booking), ", ".join(told["people"])]
        return ", ".join(filter(None, parts))


def nights(booking: Booking) -> str:
    """`3 noches`; '' of what is not booked by the night."""
    if booking.service.kind != "nights":
        return ""
    count = len(booking_prices.days(Span(booking.starts_at, booking.ends_at)))
    return ngettext("%(num)s night", "%(num)s nights", count)


def words(was: str, booking: Booking) -> str:
    """What it was and is, as the order's story keeps it."""
    return f"{was} → {said(booking, bookings.order_of(booking).language)}"


def money(
    order: Order, difference: Money, balance: Money, *, stays: bool = False, until: datetime | None = None
) -> str:  # fmt: skip
    """What follows for their money; `balance`: what is owed then, `stays`: what was paid too much is not given back.

    `until`: the last moment at which what it costs more is waited for.
    """
    beyond = -balance
    if stays and difference.minor < 0 and beyond.minor > 0:
        costs = _("It costs %(amount)s less.", amount=receipts.shown(-difference))
        return f"{costs} " + _("%(amount)s that you paid stays in your order.", amount=receipts.shown(beyond))
    told = order_changes.price(order, difference, balance)
    return f"{told} {added_nights.words(until)}" if until else told


def tell(
    booking: Booking, was: str, *, difference: Money, own: bool, stays: bool = False, until: datetime | None = None
) -> None:  # fmt: skip
    """Tell the guest, of a change of the shop only in a minute, in which it may be taken back; `own`: tell the shop."""
    order = bookings.order_of(booking)
    with i18n.speak(order.language, tenancy.tenant().country):
        told = money(order, difference, order.balance, stays=stays, until=until)
    unread = _unread(booking)
    if unread and post.take_back(unread):
        was = unread.data["was"]
    at = clock.now() if own else clock.now() + booking_letters.GRACE
    booking_letters.tell(booking, "changed", was=was, back=told, run_at=at)
    if own:
        with i18n.speak(tenancy.tenant().language, tenancy.tenant().country):
            told = money(order, difference, order.balance, until=until)
        booking_letters.tell_shop(booking, "changed", was=was, back=told)


def undone(booking: Booking, was: str, *, difference: Money) -> None:
    """It is again as it `was` before: who has not heard of the change hears nothing of it."""
    order, unread = bookings.order_of(booking), _unread(booking)
    if unread and post.take_back(unread):
        if unread.data["was"] == said(booking, order.language):
            return
        was = unread.data["was"]
    tell(booking, was, difference=difference, own=False)


def _unread(booking: Booking) -> "post.Letter | None":
    return post.waiting(booking.order, "bookings.changed", booking=booking.token)
