"""People proposed while staff type who comes or buys: how to reach them, since when, what they had; eight at most."""

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date
from flask import Response, jsonify, request

from crm import spending
from crm.contacts import Contact
from kernel import i18n, limits, phones, tenancy, web
from kernel.i18n import _, ngettext
from kernel.web import needs
from shop import booking_guests, lookup
from shop.views import admin

MOST, SHORTEST = 8, 2
PACE = "120/minute"  # for each of the staff, in each process


@admin.get("/people/suggestions", endpoint="people_hints")
@needs("people.view")
def show() -> tuple[Response, int]:
    """Who matches; nobody for who asks faster than people type."""
    text = request.args.get("q", "").strip()[:120]
    fine = limits.passes_here("people", f"{tenancy.current()}:{web.person().id}", PACE)
    found = lookup.people(text, MOST) if fine and len(text) >= SHORTEST else []
    answer = jsonify(people=rows(found))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer, 200 if fine else 429


def rows(found: Sequence[Contact]) -> list[dict[str, str]]:
    """What is shown of them, and what choosing one fills in."""
    country, told = tenancy.tenant().country, known(found)
    return [
        {"token": one.token, "called": one.called, "name": one.name, "email": one.email or "",
         "phone": phones.show(one.phone, country) if one.phone else "", "told": told[one.id]}
        for one in found
    ]  # fmt: skip


def known(found: Sequence[Contact]) -> dict[int, str]:
    """`Cliente desde mar 2024 · 3 reservas · 5 pedidos` by their ids, as far as this role may see it."""
    booked = booking_guests.counts([one.id for one in found]) if web.may("bookings.view") else {}
    bought = spending.of(found) if web.may("orders.view") else {}
    return {one.id: _told(one, booked.get(one.id, 0), bought[one.id].orders if one.id in bought else 0)
            for one in found}  # fmt: skip


def said(contact: Contact | None) -> str:
    """The same of one, '' of nobody."""
    return known([contact])[contact.id] if contact is not None else ""


def _told(contact: Contact, booked: int, bought: int) -> str:
    since = format_date(contact.created_at, "MMM y", locale=i18n.locale())
    parts: list[Any] = [_("Known since %(when)s", when=since)]
    parts += [ngettext("%(num)s booking", "%(num)s bookings", booked)] if booked else []
    parts += [ngettext("%(num)s order", "%(num)s orders", bought)] if bought else []
    return " · ".join(map(str, parts))
