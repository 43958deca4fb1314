"""Times in a cart as its lines tell them: when, for whom, how long they are kept, and what is free instead."""

from collections.abc import Sequence
from typing import Any

from flask import g, url_for

from kernel import clock, i18n
from kernel.i18n import ngettext
from shop import availability, booking_series, booking_story, booking_times, booking_waits, local_times
from shop.bookings import Booking
from shop.forms import bookings as forms
from shop.occupations import Span
from shop.quotes import QuoteLine
from shop.views import approval_part, booking_offers, visitor


def told(booking: Booking, lines: Sequence[QuoteLine], *, alone: bool = False) -> dict[str, Any]:
    """Everything that a line shows of its time; `alone`: the cart has no other time of that service."""
    zone, there = booking_times.zone(), booking_story.elsewhere(booking)
    taken = not booking.live and not _free(booking)
    return {
        "when": booking_story.when(booking, zone), "there": there,
        "zone": booking_story.zone_name(zone) if there else "", "people": _people(booking, lines),
        "asks": approval_part.of_line(lines[0]), "seconds": _seconds(booking),
        "until": _until(booking), "over": not booking.live,
        "taken": taken, "again": _again(booking) if taken else [], "url": _url(booking, lines),
        "series": _series(booking, lines[0].token) if alone and booking.live else None,
    }  # fmt: skip


def _people(booking: Booking, lines: Sequence[QuoteLine]) -> str:
    if booking.service.kind == "departure" and lines[0].options:
        return ", ".join(f"{line.quantity} × {i18n.pick(line.options[0]['value'])}" for line in lines)
    if booking.service.capacity == 1:
        return ""
    if booking.service.kind == "departure":
        return str(ngettext("%(num)s place", "%(num)s places", booking.places))
    return str(ngettext("%(num)s person", "%(num)s people", booking.places))


def _seconds(booking: Booking) -> int:
    """For how long it is still kept; the browser's own clock is not asked."""
    if not booking.live or booking.held_until is None:
        return 0
    return max(0, int((booking.held_until - clock.now()).total_seconds()))


def _until(booking: Booking) -> str:
    return booking_story.hour(booking_offers.local(booking.held_until)) if booking.held_until else ""


def _again(booking: Booking) -> list[dict[str, str]]:
    """What can be had instead of a time that somebody else has by now."""
    after = max(booking.starts_at, clock.now())
    wait = booking_waits.of(booking.service, visitor.group())
    found = availability.next_free(booking.service, after, booking.places, wait=wait)
    found = found or availability.next_free(booking.service, clock.now(), booking.places, wait=wait)
    return [booking_offers.button(forms.read(booking.service, {}), one) for one in found]


def _series(booking: Booking, line: str) -> dict[str, Any] | None:
    """What the form for the same time in the weeks after it shows; None where it is booked one time after the other."""
    most, asked = booking_series.most(booking.service), g.get("series")
    if most < 2:
        return None
    mine = asked if asked and asked["line"] == line else {"typed": {}, "errors": {}}
    return {
        "most": most, "rhythms": booking_series.EVERY, "every": mine["typed"].get("every", "7"), "open": mine is asked,
        "times": mine["typed"].get("times", str(min(4, most))), "errors": mine["errors"],
    }  # fmt: skip


def _free(booking: Booking) -> bool:
    service = booking.service
    if service.kind == "nights":
        return availability.stay_free(service, Span(booking.starts_at, booking.ends_at), booking.places)
    day = booking_offers.local(booking.starts_at).date()
    times = availability.day(service, day, booking.places)
    return any(one.free and one.starts_at == booking.starts_at for one in times)


def _url(booking: Booking, lines: Sequence[QuoteLine]) -> str:
    """Its product's page with the same choice."""
    begins, ends = (local_times.local(at, booking_times.zone()) for at in (booking.starts_at, booking.ends_at))
    chosen: dict[str, Any] = {"day": begins.date(), "time": booking_story.hour(begins)}
    if booking.service.kind == "nights":
        chosen = {"arrive": begins.date(), "leave": ends.date()}
    if booking.service.kind == "departure":
        counts = {line.variant_id: line.quantity for line in lines}
        draft = forms.read(booking.service, {})
        chosen["people"] = ".".join(str(counts.get(one.id, 0)) for one in draft.kinds)
    else:
        chosen["places"] = booking.places
    slug = booking.service.product.slug
    return url_for("shop.product", slug=slug, _anchor="booking", **{name: str(value) for name, value in chosen.items()})  # type: ignore[arg-type]
