"""The month of what can be booked: a table of days that say in words what is left of them, each with its address."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton, get_day_names
from flask import url_for

from kernel import clock, i18n
from kernel.i18n import _, ngettext
from shop import availability, booking_times, rates, receipts
from shop.availability import Day
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.views import month_prices
from shop.views.month_prices import Prices

FARTHEST = date(9999, 11, 1)
LITTLE = 7  # of the month that is running: when fewer days are left, the next one stands below it, or all would turn


@dataclass(frozen=True)
class Chosen:
    """What is chosen in the month: a day, or the first and the last of a stay."""

    first: date | None
    last: date | None = None

    @property
    def going_on(self) -> bool:
        """Whether a stay has its beginning and not yet its end."""
        return self.first is not None and self.last is None


def of(draft: Draft, chosen: Chosen, shown: date) -> dict[str, Any]:
    """Everything that the table needs for the month in which `shown` lies, and for the next one at its end."""
    today, end = clock.today(booking_times.zone()), booking_times.last_day(draft.service)
    months = _months(shown, today, end)
    first, last = months[0][0], months[-1][1]
    since = (
        chosen.first if draft.nights and chosen.first and first - timedelta(days=62) < chosen.first < first else first
    )
    known = availability.month(draft.service, since, last, forms.counted(draft), **draft.how)
    ends = leaving(draft, chosen, known, last)
    prices = month_prices.of(draft, {day: one for day, one in known.items() if day >= first})
    drawn = {day: _priced(_cell(draft, chosen, one, ends), day, prices) for day, one in known.items()}
    return {
        "value": f"{first:%Y-%m}", "weekdays": _weekdays(), "parts": [_part(one[0], drawn, today) for one in months],
        "before": _turn(draft, chosen, first - timedelta(days=1)) if first > today else "",
        "after": _turn(draft, chosen, last + timedelta(days=1)) if last < min(end, FARTHEST) else "",
        "empty": "" if any(one.open for one in known.values()) else _("Nothing is free in this month."),
        "few": any(one.state == "few" for one in known.values()), "prices": prices.note,
    }  # fmt: skip


def _months(shown: date, today: date, end: date) -> list[tuple[date, date]]:
    """The first and last day of each month that is shown."""
    this = _month(today)
    after = _month(this[1] + timedelta(days=1))
    if (this[1] - today).days < LITTLE and shown <= after[1] and end > this[1]:
        return [this, after]
    return [_month(shown)]


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _part(first: date, drawn: Mapping[date, dict[str, Any]], today: date) -> dict[str, Any]:
    weeks = calendar.Calendar(i18n.locale().first_week_day).monthdatescalendar(first.year, first.month)
    return {
        "name": format_skeleton("yMMMM", first, locale=i18n.locale()),
        "weeks": [[drawn[one] if one in drawn and one.month == first.month else _blank() for one in week]
                  for week in weeks if week[-1] >= today],  # what is over takes no room
    }  # fmt: skip


def cells(month: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All days of what `of` told, in order."""
    return [cell for part in month["parts"] for week in part["weeks"] for cell in week]


def leaving(draft: Draft, chosen: Chosen, known: Mapping[date, Day], last: date) -> set[date]:
    """The days on which a stay that began may end."""
    if not draft.nights or not chosen.going_on or chosen.first is None:
        return set()
    service, found, night, least = draft.service, set(), chosen.first, 1
    waits = not draft.moving and chosen.first in known and known[chosen.first].state == "full"
    fine = {"free", "few", *(["full"] if waits else [])}  # who begins with a full night asks to be told of the stay
    while night in known and known[night].state in fine and (night - chosen.first).days < service.nights_max:
        least = max(least, rates.least(service, night))
        night += timedelta(days=1)
        if (night - chosen.first).days >= least and night <= last:
            found.add(night)
    return found


def address(draft: Draft, **put: Any) -> str:
    """This product's page with that choice; how many come stays."""
    told: dict[str, Any] = {name: str(value) for name, value in {**coming(draft), **put}.items() if value}
    return url_for("shop.product", slug=draft.service.product.slug, **told, _anchor="booking-times")


def coming(draft: Draft) -> dict[str, str]:
    """How many come, as an address says it: `people=2.1` of a departure; '' while nobody said it."""
    counts = [draft.count(one, place) or "0" for place, one in enumerate(draft.kinds)]
    people = ".".join(counts) if any(name.startswith(("people", "places")) for name in draft.posted) else ""
    return {"people": people if draft.service.kind == "departure" else "",
            "places": draft.said("places", 12) if draft.service.kind != "departure" else ""}  # fmt: skip


def _turn(draft: Draft, chosen: Chosen, day: date) -> str:
    going = chosen.going_on and draft.nights
    told = address(draft, month=f"{day:%Y-%m}", arrive=chosen.first if going else "")
    return told.replace("#booking-times", "#booking-when")


def _weekdays() -> list[tuple[str, str]]:
    first = i18n.locale().first_week_day
    short, long = (get_day_names(width, "stand-alone", i18n.locale()) for width in ("short", "wide"))
    return [(short[(first + place) % 7].capitalize(), long[(first + place) % 7]) for place in range(7)]


def _blank() -> dict[str, Any]:
    return {"look": "", "url": "", "number": ""}


def _cell(draft: Draft, chosen: Chosen, one: Day, ends: set[date]) -> dict[str, Any]:
    ending = one.day in ends
    waits = one.state == "full" and not draft.moving  # one can ask to be told when it is free
    taking = ending or (one.begins and (one.open or waits))
    word, told = (_("leave"), _("you can leave on this day")) if ending and not one.open else words(draft, one)
    looks = [one.state if not ending or one.open else "free", *_place(chosen, one.day)]
    if one.day == clock.today(booking_times.zone()):
        looks.append("today")
    return {
        "look": " ".join(looks), "number": one.day.day, "word": word, "value": one.day.isoformat(),
        "label": f"{format_date(one.day, 'EEEE d MMMM', locale=i18n.locale())}: {told}",
        "chosen": one.day in (chosen.first, chosen.last),
        "url": _choice(draft, chosen, one.day, ending) if taking else "",
    }  # fmt: skip


def _priced(cell: dict[str, Any], day: date, prices: Prices) -> dict[str, Any]:
    """With what that night costs, where nothing more important stands there."""
    if not prices.word(day):
        return cell
    marked = f"{cell['look']} low" if prices.low(day) else cell["look"]
    word = cell["word"] or prices.word(day)
    return {**cell, "look": marked, "word": word, "label": f"{cell['label']}, {prices.sentence(day)}"}


def _place(chosen: Chosen, day: date) -> list[str]:
    if day in (chosen.first, chosen.last):
        return ["on"]
    inside = chosen.first and chosen.last and chosen.first < day < chosen.last
    return ["between"] if inside else []


def _choice(draft: Draft, chosen: Chosen, day: date, ending: bool) -> str:
    if not draft.nights:
        return address(draft, day=day)
    stay = {"arrive": chosen.first, "leave": day} if ending else {"arrive": day}
    return address(draft, **stay, month=f"{day:%Y-%m}")


def words(draft: Draft, one: Day) -> tuple[str, str]:
    """(the word in the cell, the sentence for who cannot see it)."""
    if one.state == "few":
        word = ngettext("%(num)s left", "%(num)s left", one.left)
        if draft.service.kind == "appointment":
            return word, ngettext("one time is free", "%(num)s times are free", one.left)
        return word, ngettext("%(num)s place left", "%(num)s places left", one.left)
    if one.state == "free":
        return "", _("can be booked") if one.begins else _("free, but stays do not begin on this day")
    if one.state == "full":
        return _("full"), _("full")
    return "", _("it is over") if one.state == "past" else _("not offered")


def title(day: date | None) -> str:
    """The day in full, as the heading of its times."""
    return receipts.day(day) if day else _("At what time?")
