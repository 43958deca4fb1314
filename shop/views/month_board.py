"""The month at a glance: every unit over the days of a month, its stays as bars, what is free and what is taken."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton
from flask import render_template, request, url_for

from kernel import clock, countries, i18n, instants, tenancy, web
from kernel.i18n import _, ngettext, pick
from kernel.money import Money
from kernel.web import needs
from shop import month_board, receipts
from shop.month_board import Month, Sum
from shop.resources import Resource, ResourceUnit
from shop.services import Service
from shop.views import admin, booking_calendar, month_cells
from shop.views.month_cells import Pen

SATURDAY = 5
FEW = 1  # with so many groups nobody needs a filter
ONE = timedelta(days=1)


@admin.get("/bookings/month", endpoint="bookings_month")
@needs("bookings.view")
def month() -> Any:
    """The month of a day: units by their group, days beside each other, and how many of the nights are sold."""
    at = booking_calendar.asked()
    first, last = at.replace(day=1), at.replace(day=calendar.monthrange(at.year, at.month)[1])
    known = month_board.read(first, last)
    offered = _offered(known)
    chosen = request.args.get("group", "")[:200]
    shown = [one for one in offered if chosen in (one[0], _kind(one[1], known))] or offered
    chosen = chosen if shown is not offered else ""
    closing = request.args.get("tap") == "close" and web.may("bookings.manage")
    kept = {**_named(chosen), **({"tap": "close"} if closing else {})}
    pen = Pen(known, closing, url_for(".bookings_month", day=first, **kept), _prices(known, shown))
    groups = [_group(pen, thing) for _token, thing in shown]
    pieces = {unit: found for one in groups for unit, found in one["pieces"].items()}
    return render_template(
        "shop/desk/bookings/month.html", **_frame(at, first, last, kept), heads=_heads(known, first, last),
        groups=groups, any=bool(known.board.services), sums=_sums(known.sum(pieces)) if pieces else "",
        filters=_filters(known, offered, at, kept), closing=closing, prices=month_cells.scale(pen.prices),
        taps=_taps(at, chosen, closing) if pieces and web.may("bookings.manage") else [], notes=_notes(known),
    )  # fmt: skip


def _frame(at: date, first: date, last: date, kept: Mapping[str, Any]) -> dict[str, Any]:
    """As the other pages of the calendar have it, a month at a time."""
    told = booking_calendar.frame(at, "bookings_month", 1)
    earlier = (first - ONE).replace(day=1)
    later = [url_for(".bookings_month", day=one, **kept) for one in (earlier, last + ONE)]
    return {
        **told, "title": format_skeleton("yMMMM", first, locale=i18n.locale()), "before": later[0], "after": later[1],
        "now": url_for(".bookings_month", **kept), "is_today": first <= booking_calendar.now() <= last, "kept": kept,
    }  # fmt: skip


def _offered(known: Month) -> list[tuple[str, Resource | Service]]:
    """(what names it in an address, the group): what is let by night, then departures, then what appointments take."""
    nights, times = list[tuple[str, Resource | Service]](), list[tuple[str, Resource | Service]]()
    for resource in known.board.resources:
        if any(unit.active for unit in resource.units):
            of = nights if known.by_night(resource) else times if known.by_time(resource) else []
            of.append((resource.token, resource))
    served = {one for one, _day in known.slots}
    boats = [(one.product.slug, one) for one in known.board.services if one.kind == "departure" and one.id in served]
    return [*nights, *boats, *times]


def _kind(thing: Resource | Service, known: Month) -> str:
    if isinstance(thing, Service):
        return "departure"
    return "nights" if known.by_night(thing) else "appointment"


def _name(thing: Resource | Service) -> str:
    return pick(thing.product.name if isinstance(thing, Service) else thing.name)


def _group(pen: Pen, thing: Resource | Service) -> dict[str, Any]:
    """Its rows; `pieces` are the nights of its units, by their id."""
    if isinstance(thing, Service):
        cells = [month_cells.boats(pen, thing, day) for day in pen.month.board.days]
        return {"name": _name(thing), "cells": cells, "rows": [], "pieces": {}, "kind": "departure"}
    units = [unit for unit in thing.units if unit.active]
    if stays := pen.month.by_night(thing):
        pieces = {unit.id: pen.month.pieces(unit, stays) for unit in units}
        rows = [
            _row(pen, unit, [month_cells.of_night(pen, unit, one) for one in pieces[unit.id]]) | _hours(stays)
            for unit in units
        ]
        sums = [month_cells.nights(pen, list(pieces.values()), day) for day in pen.month.board.days]
        alone = len(rows) == 1  # whose own row says it all
        return {"name": "" if alone else _name(thing), "cells": sums, "rows": rows, "pieces": pieces, "kind": "nights"}
    talks = pen.month.by_time(thing)
    rows = [
        _row(pen, unit, [month_cells.of_day(pen, unit, talks, day) for day in pen.month.board.days]) for unit in units
    ]
    sums = [month_cells.added(pen, [row["cells"][place] for row in rows], day)
            for place, day in enumerate(pen.month.board.days)]  # fmt: skip
    alone = len(rows) == 1
    return {"name": _name(thing), "cells": sums, "rows": [] if alone else rows, "pieces": {}, "kind": "appointment"}


def _row(pen: Pen, unit: ResourceUnit, cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    close = url_for(
        ".closure_new", unit=unit.token, day=max(pen.month.board.first, booking_calendar.now()), next=pen.here
    )
    return {"name": unit.label, "token": unit.token, "cells": cells, "close": close}


def _hours(stays: Sequence[Service]) -> dict[str, str]:
    """From when to when its nights are closed: who leaves or comes then is not in the way."""
    one = next((stay for stay in stays if stay.product.live), stays[0])
    return {"hours": f"{one.check_in} {one.check_out}"}


def _heads(known: Month, first: date, last: date) -> list[dict[str, Any]]:
    today, feasts = booking_calendar.now(), _feasts(first)
    return [
        {"name": format_date(day, "EEE", locale=i18n.locale()).rstrip("."), "number": day.day, "today": day == today,
         "free": day.weekday() >= SATURDAY, "url": url_for(".bookings", day=day),
         "marked": day in feasts or bool(known.board.closed(day))}
        for day in known.board.days
    ]  # fmt: skip


def _feasts(first: date) -> Mapping[date, str]:
    """The national holidays of that year."""
    return countries.profile(tenancy.tenant().country).holidays(first.year)


def _notes(known: Month) -> list[str]:
    """Which days of the month are holidays, and on which of them something is closed."""
    feasts, told = _feasts(known.board.first), list[str]()
    for day in known.board.days:
        shut = booking_calendar.closed(known.board, day)
        said = shut or (_("Holiday: %(name)s", name=feasts[day]) if day in feasts else "")
        if said:
            told.append(f"{instants.day(day, month=False)}: {said}")
    return told


def _sums(sum_: Sum) -> str:
    """How many of the nights are sold, in one line."""
    share = f"{round(100 * sum_.sold / sum_.open)} %" if sum_.open else "0 %"
    told = [ngettext("%(sold)s of %(num)s night sold (%(share)s)", "%(sold)s of %(num)s nights sold (%(share)s)",
                     sum_.open, sold=sum_.sold, share=share)]  # fmt: skip
    if sum_.sold:
        each = Money((2 * sum_.income.minor + sum_.sold) // (2 * sum_.sold), sum_.income.currency)
        told.append(_("%(price)s for each night sold, without tax", price=receipts.shown(each)))
    if sum_.held:
        told.append(ngettext("%(num)s night is only held", "%(num)s nights are only held", sum_.held))
    return " · ".join(told)


def _prices(known: Month, shown: Sequence[tuple[str, Resource | Service]]) -> list[Money]:
    """Every price of a night that is shown."""
    rooms = [one for _token, one in shown if isinstance(one, Resource)]
    found = {price for one in rooms for day in known.board.days if (price := known.price(one, day)) is not None}
    return sorted(found)


def _filters(
    known: Month, offered: Sequence[tuple[str, Any]], at: date, kept: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """All, each kind where there are several, each group; none where there is one."""
    if len(offered) <= FEW:
        return []
    rest: dict[str, Any] = {name: value for name, value in kept.items() if name != "group"}
    kinds = {_kind(thing, known) for _token, thing in offered}
    words = [("nights", _("Nights")), ("departure", _("Departures")), ("appointment", _("Appointments"))]
    told = [("", _("All")), *((kind, word) for kind, word in words if kind in kinds and len(kinds) > 1)]
    told += [(token, _name(thing)) for token, thing in offered]
    return [{"label": label, "url": url_for(".bookings_month", day=at, **_named(token), **rest),
             "active": token == kept.get("group", "")} for token, label in told]  # fmt: skip


def _named(group: str) -> dict[str, Any]:
    return {"group": group} if group else {}


def _taps(at: date, chosen: str, closing: bool) -> list[dict[str, Any]]:
    """What a tap on a free night begins."""
    of = _named(chosen)
    ways: list[tuple[str, dict[str, Any]]] = [(_("Tap to book"), {}), (_("Tap to close"), {"tap": "close"})]
    return [
        {"label": label, "url": url_for(".bookings_month", day=at, **of, **more), "active": bool(more) == closing}
        for label, more in ways
    ]


def tonight() -> list[dict[str, str]]:
    """Of a shop that lets by the night: how many of its units are let tonight, for the first page."""
    found = month_board.tonight(clock.today(tenancy.tenant().timezone)) if web.may("bookings.view") else None
    if found is None:
        return []
    taken, units = found
    number = _("%(taken)s of %(capacity)s", taken=taken, capacity=units)
    return [{"name": "tonight", "number": number, "label": _("Let tonight"), "url": url_for(".bookings_month"),
             "more": _("See the month")}]  # fmt: skip
