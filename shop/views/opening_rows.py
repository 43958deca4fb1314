"""One service on the page of what can be booked on some days: what it costs then, or why not and when instead."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Any

from kernel.i18n import _, ngettext
from kernel.refusal import Refusal
from shop import availability, booking_times, days, local_times, openings
from shop.availability import Time
from shop.forms import bookings as booking_forms
from shop.forms.bookings import Draft
from shop.forms.openings import Asked
from shop.holdings import TooMany
from shop.kept_services import Known
from shop.views import booking, booking_month, booking_offers, booking_page, booking_sum

SHOWN = 6  # times of a day

Row = dict[str, Any]


def of(known: Known, asked: Asked) -> Row:
    """What a row shows: `free`, then its sum and where to book it; else `why` not, and where there is one, `near`."""
    service = known.service
    draft = booking.read(service, sent(known, asked), known)
    told: Row = {"product": service.product, "free": False, "minor": service.product.low_minor, "why": "", "near": None,
                 "url": booking_month.address(draft, **_when(draft, asked)), "room": 0}  # fmt: skip
    if closed := booking_page.closed_because(service.product):
        return {**told, "why": closed}
    try:
        places, _wanted = booking_forms.people(draft)
        return {**told, **(_stay(draft, asked, places) if draft.nights else _times(draft, asked, places))}
    except TooMany as refusal:
        return {**told, "why": str(refusal), "room": refusal.values["most"]}
    except Refusal as refusal:  # such as: nothing of it has a price
        return {**told, "why": str(refusal)}


def sent(known: Known, asked: Asked) -> dict[str, str]:
    """How many come, as the product's own page reads it: by kinds where it has as many as were asked for."""
    if known.service.kind != "departure":
        return {"places": str(asked.places)}
    apart = len(asked.counts) == len(known.variants)
    return {"people": ".".join(map(str, asked.counts)) if apart else str(asked.places)}


def _when(draft: Draft, asked: Asked) -> dict[str, Any]:
    return {"arrive": asked.first, "leave": asked.last} if draft.nights else {"day": asked.first}


def _stay(draft: Draft, asked: Asked, places: int) -> Row:
    assert asked.first is not None
    assert asked.last is not None
    try:
        span = draft.times.stay(asked.first, asked.last)
    except Refusal as refusal:
        return {"why": str(refusal), "near": _near(draft, asked, places)}
    if not availability.stay_free(draft.service, span, places, besides=draft.besides):
        return {"why": _("Not all of these nights are free."), "near": _near(draft, asked, places)}
    nights = ngettext("%(num)s night", "%(num)s nights", asked.nights)
    return _had(draft, places, booking_sum.of(draft, span)) | {"about": f"{nights}, {_for(places)}"}


def _near(draft: Draft, asked: Asked, places: int) -> dict[str, str] | None:
    assert asked.first is not None
    found = openings.nearest(draft.times, asked.first, asked.nights, places, besides=draft.besides)
    if found is None or asked.last is None:
        return None
    leave = found + (asked.last - asked.first)
    return {"url": booking_month.address(draft, arrive=found, leave=leave), "when": days.span(found, leave)}


def _times(draft: Draft, asked: Asked, places: int) -> Row:
    assert asked.first is not None
    times = availability.day(
        draft.service, asked.first, places, plan=draft.known.plan if draft.known else None, **draft.how
    )
    free = [one for one in times if one.free]
    if not free:
        return {"why": _why(draft, asked, times), "near": _next(draft, asked, places)}
    shown = [_time(draft, asked, one) for one in free[:SHOWN]]
    rest = len(free) - len(shown)
    more = ngettext("%(num)s more time", "%(num)s more times", rest) if rest else ""
    about = ngettext("one time is free", "%(num)s times are free", len(free))
    return _had(draft, places, booking_sum.of(draft, None)) | {"times": shown, "more": more, "about": about}


def _time(draft: Draft, asked: Asked, one: Time) -> dict[str, str]:
    at = booking_offers.value(one)
    url = booking_month.address(draft, day=asked.first, time=at)
    return {"text": at, "left": booking_offers.left(one, draft), "url": url}


def _why(draft: Draft, asked: Asked, times: Sequence[Time]) -> str:
    """Why nothing of that day can be had by so many."""
    last = booking_times.last_day(draft.service)
    if asked.first is not None and asked.first > last:
        return str(booking_times.TooFar(day=days.full(last)))
    if not times:
        return _("It cannot be booked on that day.")
    left = max((one.left for one in times if not one.off), default=0)
    if left:
        told: str = ngettext(
            "Only %(num)s place is left on that day.", "Only %(num)s places are left on that day.", left
        )
        return told
    return _("Everything is full on that day.") if not all(one.off for one in times) else _("It was called off.")


def _next(draft: Draft, asked: Asked, places: int) -> dict[str, str] | None:
    """The first free time after that day; where there is none, the first of all."""
    assert asked.first is not None
    after = local_times.instant(asked.first + timedelta(days=1), time(), booking_times.zone())
    found = availability.next_free(draft.service, after, places, 1, **draft.how)
    found = found or list(booking_page.soonest(draft.service, places, **draft.how))[:1]
    if not found:
        return None
    begins, at = booking_offers.local(found[0].starts_at), booking_offers.value(found[0])
    url = booking_month.address(draft, day=begins.date(), time=at)
    return {"url": url, "when": f"{days.told(begins.date(), weekday=True)}, {at}"}


def _had(draft: Draft, places: int, costs: Mapping[str, Any] | None) -> Row:
    """That it can be had, and what all of it costs so many people."""
    asks = draft.service.answered_within(places) is not None
    several = len(draft.kinds) > 1 and costs is not None and costs["rows"]
    kinds = len(booking_forms.people(draft)[1])
    who = ", ".join(row[0] for row in costs["rows"][:kinds]) if costs is not None and several else _for(places)
    told: Row = {"free": True, "who": who, "verb": _("Ask for it") if asks else _("Book")}
    return told | ({"total": costs["total"] or _("Free"), "minor": costs["minor"]} if costs else {"total": ""})


def _for(places: int) -> str:
    told: str = ngettext("for %(num)s person", "for %(num)s people", places)
    return told


def first(rows: Sequence[Row]) -> list[Row]:
    """What can be had before what cannot, of that first what has other dates; then by price."""
    return sorted(rows, key=lambda row: (not row["free"], not row["free"] and row["near"] is None, row["minor"]))
