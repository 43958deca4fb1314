"""The letters of a booking: it is near, it has a new time, it is called off; with both clocks and a calendar's file."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kernel import clock, i18n, tenancy, web
from kernel import letters as post
from kernel.i18n import _l
from shop import booking_story, calendars, knowing, local_times, receipts
from shop.bookings import Booking
from shop.letter_words import Words, quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.orders import Order

SEE = _l("See your booking")
GRACE = timedelta(minutes=1)  # in which the shop may move a booking back and nobody hears of it
HERE = _l("%(when)s. Here is all you need.")
NEAR = {  # by the days that are left when it is written: a worker that was away writes late
    0: Words(_l("Today: %(name)s"), _l("We see you today"), HERE, SEE),
    1: Words(_l("Tomorrow: %(name)s"), _l("We see you tomorrow"), HERE, SEE),
    2: Words(_l("In two days: %(name)s"), _l("We see you in two days"), HERE, SEE),
}
GUEST = {
    "next": Words(_l("Soon: %(name)s, %(when)s"), _l("We see you soon"), _l("%(when)s. We are ready for you."), SEE),
    "moved": Words(
        _l("New time: %(name)s, %(when)s"),
        _l("Your booking has a new time"),
        _l("It was %(was)s. Now it is %(when)s."),
        SEE,
    ),
    "changed": Words(
        _l("Changed: %(name)s, %(when)s"),
        _l("Your booking is changed"),
        _l("It was: %(was)s. What holds now is below."),
        SEE,
    ),
    "off": Words(
        _l("Called off: %(name)s, %(when)s"),
        _l("We had to call your date off"),
        _l("%(when)s does not take place. We are sorry. Choose what becomes of it."),
        _l("Choose now"),
    ),
    "cancelled": Words(
        _l("Cancelled: %(name)s, %(when)s"),
        _l("Your booking is cancelled"),
        _l("We no longer expect you on %(when)s."),
        SEE,
    ),
}
GUEST |= {  # what a guest added, and did not pay in time
    "unpaid": Words(
        _l("Not paid in time: %(name)s, %(when)s"),
        _l("Your booking is again as it was"),
        _l("What you added was not paid in time: others can have it. It was: %(was)s. What holds now is below."),
        SEE,
    ),
    "paid_late": Words(
        _l("Paid late, and still free: %(name)s, %(when)s"),
        _l("Your payment came: what you added is yours"),
        _l("It was: %(was)s. What holds now is below."),
        SEE,
    ),
}
STAY_MOVED = Words(
    _l("New dates: %(name)s, %(when)s"),
    _l("Your stay has new dates"),
    _l("It was %(was)s. Now it is %(when)s."),
    SEE,
)
SHOP = {
    "moved": Words(
        _l("%(who)s moved %(name)s (%(number)s)"),
        _l("Moved by the guest"),
        _l("It was %(was)s. Now it is %(when)s."),
        _l("Open the order"),
    ),
    "changed": Words(
        _l("%(who)s changed %(name)s (%(number)s)"),
        _l("Changed by the guest"),
        _l("It was: %(was)s. What holds now is below."),
        _l("Open the order"),
    ),
    "unpaid": Words(
        _l("%(who)s did not pay what was added (%(number)s)"),
        _l("The booking is again as it was"),
        _l("It was: %(was)s. What holds now is below."),
        _l("Open the order"),
    ),
    "unpaid_stays": Words(
        _l("What was added is not paid: %(name)s (%(number)s)"),
        _l("What was added is not paid"),
        _l("It cannot go back to what it was, so the booking stays as it is. Agree with the guest on what follows."),
        _l("Open the order"),
    ),
    "paid_late": Words(
        _l("Paid late, and still free: %(name)s (%(number)s)"),
        _l("What was added is booked again"),
        _l("It was: %(was)s. What holds now is below."),
        _l("Open the order"),
    ),
    "cancelled": Words(
        _l("%(who)s cancelled %(name)s (%(number)s)"),
        _l("Cancelled by the guest"),
        _l("%(when)s is free again."),
        _l("Open the order"),
    ),
}


TOGETHER = {  # several of an order at once: to the guest, to the shop
    False: Words(
        _l("Cancelled: %(count)s times of %(number)s"),
        _l("%(count)s times are cancelled"),
        _l("We no longer expect you then."),
        SEE,
    ),
    True: Words(
        _l("%(who)s cancelled %(count)s times of %(number)s"),
        _l("The guest cancelled them"),
        _l("These times are free again."),
        _l("Open the order"),
    ),
}


def moved(booking: Booking, *, since: datetime, was: str, soon: bool) -> None:
    """Tell the guest the new time; `since` and `was`: the moment before and how it is said.

    `soon`: not at once but in a minute, in which whoever moved it may move it back, and then nothing is told.
    """
    unread = _unread(booking)
    if unread and post.take_back(unread) and soon:
        since, was = datetime.fromisoformat(unread.data["since"]), unread.data["was"]
        if since == booking.starts_at:
            return
    tell(booking, "moved", was=was, since=since.isoformat(), run_at=clock.now() + (GRACE if soon else timedelta(0)))


def _unread(booking: Booking) -> post.Letter | None:
    """The letter with a new time that has not left."""
    return post.waiting(booking.order, "bookings.moved", booking=booking.token)


def tell(
    booking: Booking, kind: str, *, run_at: datetime | None = None, others: "Sequence[Booking]" = (), **told: Any
) -> None:
    """Write to the guest: `was` (the sentence of the time before), `reason`, `back` (what comes back, a sentence).

    `others`: those that were called off with it, told in the same letter.
    """
    order, tenant = booking.order, tenancy.tenant()
    if order is None or not order.email or post.silent():
        return
    rows = [booking, *others]
    for unread in filter(None, map(_unread, rows if kind in {"cancelled", "off"} else ())):
        unread.run_at = clock.now()  # first things first
    words = TOGETHER[False] if others else _near(booking) if kind == "near" else _words(booking, kind)
    with i18n.speak(order.language, tenant.country):
        data = _data(rows, words, told) | {
            "button_url": told.get("button_url") or address(booking),
            "button_label": str(told.get("button_label") or words.button),
            "booking": booking.token,
            "since": told.get("since", ""),
            "was": told.get("was", ""),
            "attached": attached(rows),
            "due": receipts.shown(order.balance) if kind in {"near", "next"} and order.balance.minor > 0 else "",
        }
    post.write(
        "mail/bookings/booking", to=order.email, kind=f"bookings.{kind}", language=order.language, about=order,
        to_name=order.name, reply_to=tenant.email, data=data, run_at=run_at or clock.now(),
        not_after=_ends(booking, kind),
    )  # fmt: skip


def _words(booking: Booking, kind: str) -> Words:
    return STAY_MOVED if kind == "moved" and booking.service.kind == "nights" else GUEST[kind]


def _ends(booking: Booking, kind: str) -> datetime | None:
    """When what the letter says no longer holds: the booking has begun, or "tomorrow" is another day."""
    if kind not in {"near", "next", "moved", "changed"} or booking.state == "came":  # of who is here it holds
        return None
    zone = tenancy.tenant().timezone
    today = clock.today(zone)
    return min(booking.starts_at, clock.span(today, today, zone)[1]) if kind == "near" else booking.starts_at


def _near(booking: Booking) -> Words:
    zone = tenancy.tenant().timezone
    left = local_times.day(booking.starts_at, zone) - clock.today(zone)
    return NEAR[min(max(left.days, 0), max(NEAR))]


def tell_shop(booking: Booking, kind: str, *, others: "Sequence[Booking]" = (), **told: Any) -> None:
    """Write to the shop what its guest did alone, with this and the `others`."""
    order, tenant = booking.order, tenancy.tenant()
    if order is None or post.silent():
        return
    with i18n.speak(tenant.language, tenant.country):
        button = web.admin_url("shop_admin.order", number=order.number)
        words = TOGETHER[True] if others else SHOP[kind]
        data = _data([booking, *others], words, told) | {"button_url": button, "for_shop": True}
    post.write(
        "mail/bookings/booking", to=tenant.email, kind=f"bookings.shop.{kind}", language=tenant.language, about=order,
        reply_to=order.email, data=data,
    )  # fmt: skip


def _data(rows: "Sequence[Booking]", words: Words, told: dict[str, Any]) -> dict[str, Any]:
    order, parts = rows[0].order, [part(row) for row in rows]
    assert order is not None
    values = {"count": len(rows), "number": order.number, "was": told.get("was", "")}
    values |= {name: parts[0][name] for name in ("name", "when")}
    values["who"] = quiet(order.name) or order.number
    lead = str(words.lead) % values
    return {
        "subject": str(words.subject) % values,
        "heading": str(words.heading) % values,
        "lead": lead[:1].upper() + lead[1:],  # it may begin with a weekday
        "button_label": str(words.button),
        "reason": quiet(str(told.get("reason") or "")),
        "back": str(told.get("back") or ""),
        "practice": order.practice,
        "number": order.number,
        "bookings": parts,
    }


def part(booking: Booking) -> dict[str, Any]:
    """A booking as a letter tells it; an order's letters have one for each. `code`: '' until it is confirmed."""
    told = booking_story.told(booking)
    names = ("name", "when", "zone", "there", "there_zone", "people", "where", "language")
    sure = booking_story.confirmed(booking)
    return {name: told[name] for name in names} | {
        "url": address(booking),
        "code": web.shop_url("shop.booking_code", token=booking.token) if sure else "",
        "calendar": web.shop_url("shop.booking_calendar", token=booking.token, language=i18n.language()),
        "know": knowing.lines(knowing.of(booking.service)),
        "off": booking.state not in {"held", "booked", "came"},
    }


def titled(order: "Order", kind: str, parts: "Sequence[dict[str, Any]]") -> dict[str, Any]:
    """What the letter of a cancelled order is called that was one booking and nothing else: what it was, and when."""
    if kind != "cancelled" or len(parts) != 1 or not all(line.booking_id for line in order.lines):
        return {}
    words = GUEST["cancelled"]
    return {"subject": str(words.subject) % parts[0], "heading": str(words.heading)}


def attached(rows: "Sequence[Booking]") -> list[dict[str, Any]]:
    """The file for calendars that goes with a letter about these bookings."""
    if not rows:
        return []
    text = calendars.of_all(rows).decode()
    return [{"name": "plaza.ics", "media": "text/calendar", "text": text, "params": {"method": "PUBLISH"}}]


def address(booking: Booking) -> str:
    """The page that the guest keeps."""
    return web.shop_url("shop.booking", token=booking.token, language=i18n.language())
