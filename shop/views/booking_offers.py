"""Times as a page offers them: in the shop's zone and the visitor's, with what is left and how full the group is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from kernel import i18n, instants
from kernel.i18n import _, ngettext
from kernel.refusal import Refusal
from shop import booking_story, booking_times, days, local_times
from shop.availability import Time
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.holdings import TooMany
from shop.services import Service
from shop.views import booking_month, frame, goods, seo

MOST_EVENTS = 3


def local(at: datetime) -> datetime:
    """The moment as clocks show it where the shop is."""
    return local_times.local(at, booking_times.zone())


def wished(draft: Draft, times: Sequence[Time]) -> Time | None:
    """The time that was chosen, or the only one that there is, free or not."""
    said = draft.said("time", 5)
    found = next((one for one in times if value(one) == said), None)
    return times[0] if found is None and len(times) == 1 else found


def short(draft: Draft, one: Time | None) -> str:
    """Why the time that was chosen cannot be had by so many, with what is left of it."""
    if one is None or one.free:
        return ""
    at = value(one)
    if one.off:
        return _("The departure at %(time)s was called off. Choose another one.", time=at)
    if not one.left or draft.service.kind != "departure":
        return _("At %(time)s nothing is left. Choose another one.", time=at)
    told: str = ngettext("At %(time)s only %(num)s place is left.", "At %(time)s only %(num)s places are left.",
                         one.left, time=at)  # fmt: skip
    return told


def value(one: Time) -> str:
    """A time as the form sends it."""
    return booking_story.hour(local(one.starts_at))


def pill(draft: Draft, one: Time, chosen: Time | None) -> dict[str, Any]:
    """A time to choose; the chosen one stays so when fewer people would fit."""
    timezone = forms.timezone(draft.said("timezone", 64))
    on = one is chosen and (one.free or one.left > 0)
    return {
        "value": value(one), "text": value(one), "word": left(one, draft), "chosen": on, "open": one.free or on,
        "wrong": short(draft, one) if on else "",
        "instant": one.starts_at.astimezone(UTC).isoformat(), "yours": yours(one.starts_at, timezone),
    }  # fmt: skip


def yours(at: datetime, timezone: str) -> str:
    """The time where the visitor is, when their clocks show another one."""
    if not timezone or local_times.local(at, timezone).utcoffset() == local(at).utcoffset():
        return ""
    return _("{time} for you").replace("{time}", booking_story.hour(local_times.local(at, timezone)))


def left(one: Time, draft: Draft) -> str:
    """What is left, in words: places of a departure; the others are free or not."""
    if one.off:
        return _("called off")
    if not one.free:
        return ngettext("only %(num)s left", "only %(num)s left", one.left) if one.left else _("full")
    return ngettext("%(num)s place left", "%(num)s places left", one.left) if draft.service.kind == "departure" else ""


def zone(draft: Draft, chosen: Time | None) -> dict[str, str]:
    """Which clocks the times speak of."""
    timezone, name = forms.timezone(draft.said("timezone", 64)), booking_times.zone()
    told = booking_story.zone_name(name)
    other = bool(chosen and yours(chosen.starts_at, timezone))
    note = f" · {_('below it yours ({zone})').replace('{zone}', booking_story.zone_name(timezone))}" if other else ""
    return {"name": name, "told": told[:1].upper() + told[1:], "yours": note}


def nearest(draft: Draft, near: Sequence[Time]) -> dict[str, str]:
    """What can be had first."""
    if not near:
        last = days.told(booking_times.last_day(draft.service))
        return {"label": _("Nothing is free until %(day)s.", day=last), "url": "", "when": "", "left": ""}
    told = button(draft, near[0])
    first, _space, second = told["value"].partition(" ")
    chosen = {"arrive": first, "leave": second} if draft.nights else {"day": first, "time": second}
    when = f"{told['day']}, {told['time']}" if told["time"] else told["day"]
    return {"label": _("Next free:"), "url": booking_month.address(draft, **chosen), "when": when, "left": told["left"]}


def button(draft: Draft, one: Time) -> dict[str, str]:
    """A free time to take with one tap."""
    begins, ends = local(one.starts_at), local(one.ends_at)
    if draft.nights:
        return {"value": f"{begins:%Y-%m-%d} {ends:%Y-%m-%d}", "day": days.span(begins.date(), ends.date()), "time": "",
                "left": ""}  # fmt: skip
    return {"value": f"{begins:%Y-%m-%d} {value(one)}", "day": instants.day(begins.date()),
            "time": value(one), "left": left(one, draft)}  # fmt: skip


def too_many(draft: Draft) -> str:
    """That more come than it ever has room for; '' while they may be as many, or nobody knows how many."""
    try:
        forms.people(draft)
    except TooMany as many:
        return str(many)
    except Refusal:
        return ""
    return ""


def group(draft: Draft, chosen: Time | None) -> str:
    """How far the minimum group is from going, with those who are booking now."""
    least = draft.service.group_min
    if chosen is None or draft.service.kind != "departure" or least < 2:
        return ""
    if chosen.missing == 0:
        return _("It goes for sure: enough people come already.")
    lacking = chosen.missing - forms.counted(draft)
    if lacking <= 0:
        return _("With you it goes: that makes %(num)s people.", num=chosen.gathered + forms.counted(draft))
    come = ngettext("%(num)s comes already", "%(num)s come already", chosen.gathered) if chosen.gathered else ""
    lack = ngettext("with you %(num)s is lacking", "with you %(num)s are lacking", lacking)
    return _("It goes with %(least)s people: %(count)s.", least=least, count=", ".join(filter(None, [come, lack])))


def events(service: Service, near: Sequence[Time]) -> list[Markup]:
    """The next departures as search engines read them."""
    return [_event(service, one) for one in near[:MOST_EVENTS]] if service.kind == "departure" else []


def _event(service: Service, one: Time) -> Markup:
    product, values = service.product, frame.current().values
    place, address = values["place"] or {}, seo.absolute(url_for("shop.product", slug=service.product.slug))
    where = {"@type": "PostalAddress", "streetAddress": place.get("street"), "addressLocality": place.get("city"),
             "addressCountry": values["country"]}  # fmt: skip
    return seo.json_ld({
        "@type": "Event", "name": i18n.pick(product.name), "url": address,
        "description": goods.plain(i18n.pick(product.short) or i18n.pick(product.description)),
        "startDate": local(one.starts_at).isoformat(), "endDate": local(one.ends_at).isoformat(),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled", "remainingAttendeeCapacity": one.left,
        "location": {"@type": "Place", "name": i18n.pick(service.meeting) or values["name"],
                     "address": {key: text for key, text in where.items() if text}},
        "organizer": {"@type": "Organization", "name": values["name"], "url": seo.absolute(url_for("shop.home"))},
        "offers": {"@type": "Offer", "price": f"{product.low.decimal:f}", "priceCurrency": product.currency,
                   "url": address, "availability": "https://schema.org/InStock"},
    })  # fmt: skip
