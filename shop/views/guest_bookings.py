"""A person's bookings on their page in the back office, as their orders stand there; how often they were here."""

from typing import Any

from flask import Flask, render_template, url_for

from crm.contacts import Contact
from kernel import money, slots, web
from kernel.i18n import ngettext, pick
from shop import booking_guests, booking_story, receipts
from shop.booking_guests import Guest
from shop.bookings import Booking
from shop.views import absence_rows


def person(contact: Contact) -> str:
    """For staff who may see bookings; nothing of who never booked."""
    if not web.may("bookings.view"):
        return ""
    found = booking_guests.of(contact)
    if not found.coming and not found.past:
        return ""
    parts = [("coming", [_row(one) for one in found.coming]), ("past", [_row(one) for one in found.past])]
    return render_template(
        "shop/desk/bookings/_of_person.html", parts=[part for part in parts if part[1]], more=found.more,
        told=" · ".join(filter(None, (*times(found), absence_rows.said(contact)))),
    )  # fmt: skip


def times(found: Guest) -> list[str]:
    """`2 estadías`, `3 visitas`: what took place; [] of who has yet to come."""
    stays = ngettext("%(num)s stay", "%(num)s stays", found.stays) if found.stays else ""
    visits = ngettext("%(num)s visit", "%(num)s visits", found.visits) if found.visits else ""
    return [text for text in (stays, visits) if text]


def _row(booking: Booking) -> dict[str, Any]:
    order = booking.order
    assert order is not None
    worth = money.total([order.money(line.gross_minor) for line in booking.lines], order.currency)
    return {
        "name": pick(booking.name), "url": url_for("shop_admin.booking", token=booking.token),
        "when": receipts.day_and_time(booking.starts_at), "iso": booking.starts_at.isoformat(),
        "people": ", ".join(booking_story.people(booking)), "state": booking_story.of_desk(booking),
        "price": receipts.shown(worth) if booking.lines else "", "practice": order.practice,
    }  # fmt: skip


def init_app(_app: Flask) -> None:
    """Show them on a person's page."""
    slots.fill("crm.person", person, order=49)
