"""A changed booking as staff or its guest fill it in: from when to when, how many, where; every sign stays as typed."""

from collections.abc import Mapping, Sequence
from datetime import date

from kernel.i18n import _l
from kernel.refusal import Missing
from shop import (
    availability,
    booking_changes,
    booking_forecasts,
    booking_moves,
    booking_times,
    holdings,
    local_times,
    resources,
    variants,
)
from shop import services as known_services
from shop.booking_times import Times
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.forms import wrong
from shop.forms.bookings import PEOPLE, Wrong
from shop.occupations import Span
from shop.services import Service
from shop.variants import Variant
from shop.wants import BadQuantity

Posted = Mapping[str, str]
PLACES = "places"
MOST_SIGNS = 19  # of an amount


def days(stay: Booking | Span) -> tuple[date, date]:
    """The day of arrival and of departure."""
    zone = booking_times.zone()
    first, last = (local_times.day(at, zone) for at in (stay.starts_at, stay.ends_at))
    return first, last


def seen(posted: Posted) -> int:
    """By how much more it was said to cost, in the smallest unit; raises OtherPrice where that cannot be read."""
    text = posted.get("seen", "")
    if len(text) > MOST_SIGNS or not text.removeprefix("-").isdecimal():
        raise booking_changes.OtherPrice()
    return int(text)


def kinds(booking: Booking) -> list[Variant]:
    """The kinds of person of a departure, those that are no longer sold among them where some come; else none."""
    if booking.service.kind != "departure":
        return []
    own, sold = [line.variant for line in booking.lines if line.left], list(variants.of(booking.service.product_id))
    return [*sold, *(one for one in own if one not in sold)]


def fields(booking: Booking, sent: Posted) -> list[tuple[str, str, Variant | None, str]]:
    """(id, name, the kind of person, how many as it was typed or is) of each field of people."""
    if booking.service.kind != "departure":
        many = booking.service.capacity > 1
        return [("n-1", PLACES, None, sent.get(PLACES, str(booking.places)))] if many else []
    here = {line.variant_id: line.left for line in booking.lines}
    return [
        (f"n-{at}", PEOPLE + one.sku, one, sent.get(PEOPLE + one.sku, str(here.get(one.id, 0))))
        for at, one in enumerate(kinds(booking), 1)
    ]


def read(booking: Booking, sent: Posted, *, guest: bool) -> Wish:
    """What is wished for; raises Wrong, with why of each field."""
    errors: dict[str, str] = {}
    service, units = (
        (booking.service, []) if guest else wrong.tried(errors, "where", _where, booking, sent) or (None, [])
    )
    found = wrong.tried(errors, "n-1", _people, booking, service or booking.service, sent)
    arrive, leave = days(booking)
    if booking.service.kind == "nights":
        arrive, leave = (wrong.tried(errors, name, booking_times.day_near, sent.get(name, ""))
                         for name in ("arrive", "leave"))  # fmt: skip
    span = None
    if service is not None and arrive and leave:
        span = wrong.tried(errors, "leave", _span, booking, service, (arrive, leave), guest)
    if errors or service is None or span is None or found is None:
        raise wrong.Wrong(errors)
    places, people = found
    return Wish(service, span, places, people, units, keep=not guest and "keep" in sent)


def roughly(booking: Booking, sent: Posted) -> Wish:
    """The nights and people as far as they can be read, else as they are: for what might fit elsewhere."""
    errors: dict[str, str] = {}
    chosen = [wrong.tried(errors, name, booking_times.day_near, sent.get(name, "")) for name in ("arrive", "leave")]
    counts = [
        wrong.tried(errors, id_, _count, text, booking.service) for id_, _name, _kind, text in fields(booking, sent)
    ]
    own, span = booking.service, Span(booking.starts_at, booking.ends_at)
    if all(chosen):
        span = wrong.tried(errors, "leave", _span, booking, own, (chosen[0], chosen[1]), False) or span
    return Wish(own, span, counts[0] or booking.places if counts else booking.places, keep="keep" in sent)


def _where(booking: Booking, sent: Posted) -> tuple[Service, Sequence[int]]:
    """The service, and the unit of it that was chosen: `cabana-del-rio` or `cabana-del-rio 4f0c…`; none: as it is."""
    slug, _blank, token = sent.get("where", "").strip()[:200].partition(" ")
    if not slug:
        return booking.service, []
    service = known_services.of_slug(slug.replace("\x00", ""))
    if service is None or service.kind != booking.service.kind:
        raise booking_forecasts.OtherKind()
    try:
        return service, [resources.unit(token).id] if token else []
    except Missing:
        raise booking_forecasts.OtherKind() from None


def _span(booking: Booking, service: Service, chosen: tuple[date, date], guest: bool) -> Span:
    """From check-in to check-out; what stays as it is keeps its own hours."""
    own, same = days(booking), service.id == booking.service_id
    if same and chosen == own:
        return Span(booking.starts_at, booking.ends_at)
    if chosen[1] <= chosen[0]:
        raise booking_times.LeavesTooEarly()
    if guest:
        return Times(service, wait=booking_moves.wait(booking)).stay(*chosen)
    span = booking_times.between(service, *chosen)
    return Span(booking.starts_at if same and chosen[0] == own[0] else span.starts_at,
                booking.ends_at if same and chosen[1] == own[1] else span.ends_at)  # fmt: skip


def _people(booking: Booking, service: Service, sent: Posted) -> tuple[int, dict[Variant, int]]:
    """(how many come, how many of each kind)."""
    counts = [(kind, _count(text, service)) for _id, _name, kind, text in fields(booking, sent)]
    places = sum(count for _kind, count in counts) if counts else booking.places
    if places < 1:
        raise Wrong(_l("Say how many people come."))
    units, most = holdings.units_for(service, places), availability.most(service)
    if (units > 1 or service.kind == "appointment") and places > most:
        raise holdings.TooMany(most=most)
    return places, {kind: count for kind, count in counts if kind is not None and count}


def _count(text: str, service: Service) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit()):
        raise BadQuantity()
    if len(plain.lstrip("0")) > 4:
        raise holdings.TooMany(most=availability.most(service))
    return int(plain)
