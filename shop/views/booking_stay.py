"""From which day to which day one stays: two fields, and what the choice so far means."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kernel import clock, i18n
from kernel.i18n import _, ngettext
from kernel.refusal import Refusal
from shop import availability, booking_times, days, rates
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.occupations import Span
from shop.services import Service
from shop.views.booking_month import Chosen


def fields(draft: Draft, chosen: Chosen) -> list[dict[str, Any]]:
    """Arrival and departure; what was typed stays, also when it is no day."""
    if not draft.nights:
        return []
    service, today = draft.service, clock.today(booking_times.zone())
    end = booking_times.last_day(service)
    told = (
        ("arrive", _("Arrival"), today, end, _("From %(time)s on", time=service.check_in)),
        ("leave", _("Departure"), chosen.first or today, "", _("Until %(time)s", time=service.check_out)),
    )
    return [
        {"name": name, "label": label, "value": draft.said(name), "min": least, "max": most, "hint": hint}
        for name, label, least, most, hint in told
    ]


@dataclass(frozen=True)
class Stay:
    """What is said of the choice so far, and from when to when it is while it can be had."""

    told: str
    span: Span | None = None
    wanted: Span | None = None  # the same while it is taken


def told(draft: Draft, chosen: Chosen) -> Stay:
    """What comes next, why it cannot be, or how many nights it is."""
    if not draft.nights:
        return Stay("")
    if chosen.first is None:
        return Stay(_("Tap the day on which you come."))
    if chosen.last is None:
        return Stay(f"{_('Now tap the day on which you leave.')} {_fewest(draft.service, chosen.first)}".strip())
    try:
        span = draft.times.stay(chosen.first, chosen.last)
    except Refusal as refusal:
        return Stay(str(refusal))
    count = (chosen.last - chosen.first).days
    nights = ngettext("%(num)s night", "%(num)s nights", count)
    if not availability.stay_free(draft.service, span, forms.counted(draft), besides=draft.besides):
        when = days.span(chosen.first, chosen.last)
        return Stay(_("%(when)s: not all of these nights are free. Choose other dates.", when=when), wanted=span)
    return Stay(f"{days.span(chosen.first, chosen.last)} · {nights}", span)


def _fewest(service: Service, arrive: date) -> str:
    """The fewest nights of a stay that begins then, and which rate wants them; '' of one night."""
    least = rates.shortest(service, arrive)
    if least < 2:
        return ""
    _count, rate = rates.strictest(service, [arrive + timedelta(days=number) for number in range(least)])
    if rate is None:
        return ngettext("At least %(num)s night.", "At least %(num)s nights.", least)
    return _("At least %(num)s nights, as of “%(name)s”.", num=least, name=i18n.pick(rate.name))
