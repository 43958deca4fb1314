"""The part of a product's page by which one asks to be told when a time, a day or a stay that is full is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import g

from crm.views import asking
from kernel import origins
from kernel.i18n import _, ngettext
from kernel.refusal import Refusal
from shop import booking_times, time_wait_rows, time_wait_words, time_waits, waits
from shop.availability import Time
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.occupations import Span
from shop.services import Service
from shop.time_wait_rows import TimeWait, Wish
from shop.views import booking_month, booking_offers

FIELDS = ("day", "arrive", "leave")  # what the form says again of what was chosen


def of(draft: Draft, times: Sequence[Time], stay: Span | None, wished: Time | None) -> dict[str, Any] | None:
    """What the form needs for what is chosen and full; None while all of it can be had."""
    times = [one for one in times if not one.off]
    places = 0 if draft.moving or (wished is not None and wished.off) else _places(draft)
    wanted = _wanted(draft, times, stay, places) if places else []
    if not wanted:
        return None
    contact = asking.contact() if origins.cookie(asking.COOKIE) else None
    mine = _tokens(draft, contact)
    choices = [{"value": value, "label": label, "token": mine.get((one.span.starts_at, one.any_time))}
               for value, label, one in wanted]  # fmt: skip
    form, at = g.get("time_wait_form"), draft.said("time", 5)
    some = any(one.free for one in times)  # only some of the day's times are full
    return {
        "asked": [one for one in choices if one["token"]], "fresh": [one for one in choices if not one["token"]],
        "at": at, "folded": some, "open": form is not None or (wished is not None and not wished.free),
        "title": _title(draft, times, wanted[0][2]), "hidden": _hidden(draft),
        "people": time_wait_words.people(wanted[0][2]) if places > 1 else "", "contact": contact, "form": form,
        "wrong": form.email.errors[0] if form and form.email.errors else "",
    }  # fmt: skip


def wish(draft: Draft) -> Wish:
    """What was sent of it; raises a Refusal that says what is missing or cannot be."""
    places, _variants = forms.people(draft)
    if draft.nights or draft.said("time", 5):
        return Wish(forms.when(draft), places)
    day = draft.day()
    if day is None:
        raise booking_times.NoDay()
    return time_waits.on(day, places)


def _places(draft: Draft) -> int:
    """How many people come; 0 when that cannot be read, or is more than ever fit."""
    try:
        places, _variants = forms.people(draft)
    except Refusal:
        return 0
    return places


def _wanted(draft: Draft, times: Sequence[Time], stay: Span | None, places: int) -> list[tuple[str, str, Wish]]:
    """What can be waited for: the stay; or the full times, and any time of the day when all of them are."""
    if stay is not None:
        return [("", "", Wish(stay, places))]
    day = draft.day()
    full = [(booking_offers.value(one), Wish(one.span, places)) for one in times if not one.free]
    found = [(value, value if len(times) > 1 else "", one) for value, one in full]
    if day is not None and len(full) == len(times) > 1:
        found.insert(0, ("", _("Any time of the day"), time_waits.on(day, places)))
    return found


def _tokens(draft: Draft, contact: Any) -> dict[Any, str]:
    rows = waits.open_of(TimeWait, contact.id) if contact else ()
    return {(row.starts_at, row.any_time): row.token for row in rows if row.service_id == draft.service.id}


def _hidden(draft: Draft) -> dict[str, str]:
    told = {name: draft.said(name) for name in FIELDS if name != "day" or not draft.nights}
    told |= {"product": draft.service.product.slug, **booking_month.coming(draft)}
    return {name: value for name, value in told.items() if value}


def _title(draft: Draft, times: Sequence[Time], one: Wish) -> str:
    if draft.nights:
        return _("These nights are taken: we tell you when they are free")
    if any(time.free for time in times):
        return _("Tell me when a full time is free")
    if any(time.left for time in times):
        return _("No room for %(people)s: we tell you when there is", people=time_wait_words.people(one))
    return _("This day is full: we tell you when there is room")


def count(service: Service, starts_at: datetime) -> str:
    """How many people wait for that time, in words; '' when nobody does."""
    return _counted(time_wait_rows.at(service.id, starts_at))


def waiting(service: Service) -> str:
    """How many people wait for any time of a service."""
    return _counted(time_wait_rows.people(time_wait_rows.of_service(service.id)))


def _counted(number: int) -> str:
    return ngettext("%(num)s person waits for a place", "%(num)s people wait for a place", number) if number else ""
