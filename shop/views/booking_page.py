"""The part of a product page that is booked: what it shows for a choice, fresh for everyone who asks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import g, render_template
from markupsafe import Markup

from kernel import clock
from kernel.i18n import _
from shop import availability, booking_times, catalog, days, seasons
from shop.availability import Time
from shop.bookings import Booking
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.occupations import Span
from shop.services import Service
from shop.views import (
    booking_fields,
    booking_month,
    booking_offers,
    booking_stay,
    booking_sum,
    frame,
    know_part,
    opening_links,
    time_wait_part,
)
from shop.views.booking_month import Chosen

WHEN = ("month", "day", "time", "arrive", "leave", "people", "places")  # what an address may say of a choice


def box(
    draft: Draft, *, trouble: str = "", errors: Mapping[str, str] | None = None, again: Sequence[Time] = ()
) -> Markup:
    """The whole part, with what went wrong and the next free times when somebody was quicker."""
    told = {**parts(draft), **booking_fields.of(draft, errors or {}), "trouble": trouble, "errors": errors or {}}
    told |= {"again": [booking_offers.button(draft, one) for one in again], "know": know_part.of(draft.service)}
    return Markup(render_template("shop/bookings/_box.html", box=told))  # noqa: S704


def moving(draft: Draft) -> str:
    """Only what moves with a choice: the month, the times, the sum."""
    return render_template("shop/bookings/_parts.html", box=parts(draft))


def parts(draft: Draft) -> dict[str, Any]:
    """What the parts need that the script asks for again."""
    closed = closed_because(draft.service.product)
    if closed:
        return {"open": False, "closed": closed, "events": []}
    near = soonest(draft.service, forms.counted(draft), **draft.how)
    chosen = _chosen(draft)
    times = _times(draft, chosen)
    wished = booking_offers.wished(draft, times)
    picked = wished if wished and wished.free else None
    stay = booking_stay.told(draft, chosen)
    span = picked.span if picked else stay.span
    many = booking_offers.too_many(draft)
    return {
        "open": True, "errors": {}, "short": "" if _said_so(times) else booking_offers.short(draft, wished),
        "slug": draft.service.product.slug, "nights": draft.nights,
        "next": None if chosen.first else booking_offers.nearest(draft, near),
        "month": booking_month.of(draft, chosen, _month(draft, chosen, near)),
        "day": {"value": chosen.first.isoformat() if chosen.first else "", "title": booking_month.title(chosen.first)},
        "times": [booking_offers.pill(draft, one, wished) for one in times],
        "zone": booking_offers.zone(draft, picked),
        "stay": booking_stay.fields(draft, chosen), "stay_told": stay.told,
        "others": opening_links.others(draft, times, stay.wanted),
        "wait": time_wait_part.of(draft, times, stay.wanted, wished),
        "sum": _sum(draft, span, times, wished),
        "many": many, "group": "" if many else booking_offers.group(draft, picked),
        "events": booking_offers.events(draft.service, near),
    }  # fmt: skip


def soonest(service: Service, places: int, *, wait: timedelta, besides: Booking | None = None) -> Sequence[Time]:
    """The next free times from now on; a page asks for its shoppers and for search engines, and looks once."""
    known, asked = g.setdefault("soonest", {}), (service.id, places, wait, besides)
    if asked not in known:
        known[asked] = availability.next_free(service, clock.now(), places, 3, besides=besides, wait=wait)
    found: Sequence[Time] = known[asked]
    return found


def closed_because(product: catalog.Product) -> str:
    """Why nothing of it can be booked now, or ''."""
    state = seasons.state(product.season_from, product.season_to, clock.today(booking_times.zone()))
    if not state.open:
        return _("Out of season. It comes back on %(day)s.", day=days.told(state.returns))
    return str(frame.current().values["closed"] or "")


def _chosen(draft: Draft) -> Chosen:
    """What is chosen as far as it can be: a day that there is, a stay that goes forward."""
    if not draft.nights:
        return Chosen(draft.day())
    first, last = draft.day("arrive"), draft.day("leave")
    return Chosen(first, last if first and last and last > first else None)


def _month(draft: Draft, chosen: Chosen, near: Sequence[Time]) -> date:
    today, end = clock.today(booking_times.zone()), booking_times.last_day(draft.service)
    asked = forms.day_of(f"{draft.said('month')}-01")
    first = booking_offers.local(near[0].starts_at).date() if near else today
    return min(max(asked or chosen.first or first, today), end)


def _times(draft: Draft, chosen: Chosen) -> Sequence[Time]:
    if draft.nights or chosen.first is None:
        return []
    return availability.day(draft.service, chosen.first, forms.counted(draft), **draft.how)


def _said_so(times: Sequence[Time]) -> bool:
    """Whether nothing is left on the whole day: then there is no other time to choose, and the day itself says it."""
    return not any(one.left for one in times)


def _sum(draft: Draft, span: Span | None, times: Sequence[Time], wished: Time | None) -> dict[str, Any] | None:
    """What it comes to; nothing of what so many people cannot have."""
    free = wished.free if wished else not times or any(one.free for one in times)
    return booking_sum.of(draft, span) if free else None
