"""Closing a time: the units and the period, what is in the way when it is refused, and opening it again."""

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for

from kernel import tenancy, web
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    booking_list,
    booking_times,
    closures,
    local_times,
    occupations,
    outside_closures,
    receipts,
    resources,
    services,
)
from shop.closures import Closure
from shop.forms import wrong
from shop.forms.wrong import Wrong
from shop.occupations import Span
from shop.resources import Resource, ResourceUnit
from shop.slots import Slot
from shop.views import admin, booking_calendar, booking_rows

MOST = 200


@admin.get("/bookings/closures/new", endpoint="closure_new")
@needs("bookings.manage")
def new() -> Any:
    """What is closed from when to when, and why."""
    return _form()


def _form(refusal: Refusal | None = None, way: Any = ()) -> Any:
    day = booking_calendar.asked()
    typed = request.values if refusal else _begun(day)
    chosen = request.values.getlist("unit")
    known = [(pick(one.name), [unit for unit in one.units if unit.active]) for one in _open()]
    return render_template(
        "shop/desk/bookings/closure_new.html", resources=known, chosen=chosen, typed=typed, way=way, day=day,
        next=web.local(request.values.get("next"), ""),
        trouble=str(refusal or ""), errors=wrong.of(refusal) if refusal else {}, labels=_labels(),
    ), refusal.status if refusal else 200  # fmt: skip


def _begun(day: date) -> dict[str, str]:
    """What the fields say before somebody writes: the day, or the period that was chosen on the page before."""
    told = {name: request.args.get(name, "")[:10] for name in ("first", "last", "from", "until")}
    return {**told, "first": told["first"] or day.isoformat(), "last": told["last"] or told["first"] or day.isoformat()}


def _labels() -> dict[str, str]:
    return {"first": _("From the day"), "from": _("Time"), "last": _("To the day"), "until": _("Time"),
            "units": _("What is closed?")}  # fmt: skip


@admin.post("/bookings/closures", endpoint="closure_make")
@needs("bookings.manage")
@once
def make() -> Any:
    """Close it; the toast opens it again."""
    units: list[ResourceUnit] = []
    span = None
    try:
        units = _chosen()
        span = _asked(units)
        told: Any = {"reason": request.values.get("reason", ""), "rest": bool(request.values.get("rest"))}
        row = closures.close(units, span, **told, by=web.person())
    except Missing:
        raise
    except Refusal as refusal:
        ids = [unit.id for unit in units]
        db.session.rollback()
        with web.reading():
            way = in_the_way(ids, span) if span and isinstance(refusal, closures.Booked) else []
            return _form(refusal, way)
    told = _("Closed: %(when)s.") if closures.whole(row) else _("Closed but for what was taken: %(when)s.")
    back = web.local(request.values.get("next"), "")  # the month on which it was chosen
    web.undo(told % {"when": _when(row)}, ".closure_open", fields={"next": back} if back else {}, token=row.token)
    return redirect(back or url_for(".bookings", day=_day(row)), 303)


def _open() -> list[Resource]:
    """What can be closed."""
    return [one for one in resources.every() if one.active]


def _chosen() -> list[ResourceUnit]:
    """The units that were ticked, or every one of them: a day on which nothing happens is one tap."""
    if request.values.get("all"):
        return [unit for one in _open() for unit in one.units if unit.active]
    return [resources.unit(token) for token in request.values.getlist("unit")[:MOST]]


def _asked(units: list[ResourceUnit]) -> Span:
    """From the first moment to the last; without times whole days. Raises Wrong."""
    told = {name: request.values.get(name, "").strip()[:20] for name in ("first", "from", "last", "until")}
    errors: dict[str, str] = {}
    first = wrong.tried(errors, "first", _day_of, told["first"])
    last = wrong.tried(errors, "last", _day_of, told["last"] or told["first"]) if told["last"] or first else None
    for name in ("from", "until"):
        wrong.tried(errors, name, local_times.clock_time, told[name] or "00:00")
    if not units:
        errors["units"] = str(closures.Nothing())
    span = None if errors.keys() - {"units"} else wrong.tried(errors, "last", _span, first, last, told)
    if errors or span is None:
        raise Wrong(errors)
    return span  # type: ignore[no-any-return]


def _day_of(text: str) -> date:
    if not text:
        raise Refusal(_l("Choose the day on which it begins."))
    return booking_times.day_near(text)


def _span(first: date, last: date, told: dict[str, str]) -> Span:
    zone = tenancy.tenant().timezone
    begins = local_times.moment(first, told["from"] or "00:00", zone)
    ends = (last, told["until"]) if told["until"] else (last + timedelta(days=1), "00:00")
    span = Span(begins, local_times.moment(*ends, zone))
    occupations.sound(span)
    return span


def in_the_way(
    ids: list[int], span: Span, *, ours: bool = False, but: Closure | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    """What takes these units then, with where it can be looked at; `ours`: without what comes from elsewhere."""
    found = [one for one in booking_list.in_the_way(ids, span) if one is not but]
    kept = [one for one in found if not (ours and isinstance(one, Closure) and one.calendar_id)]
    return [{**told, "when": receipts.until(starts_at)} for starts_at, told in map(_told, kept)]


def _told(what: Any) -> tuple[Any, dict[str, str]]:
    if isinstance(what, Closure):
        return what.starts_at, {"name": what.reason or _("Closed"), "url": booking_rows.closure_url(what)}
    if isinstance(what, Slot):
        name = f"{pick(services.product_of(what.service).name)} · {booking_rows.filled(what)}"
        return what.starts_at, {"name": name, "url": booking_rows.slot_url(what.service, what.starts_at)}
    person = booking_rows.person(what)
    return what.starts_at, {"name": f"{person['name']} · {person['count']}", "url": person["url"]}


@admin.get("/bookings/closures/<token>", endpoint="closure")
@needs("bookings.view")
def show(token: str) -> str:
    """What is closed, why, and the verb that opens it again."""
    row = closures.by_token(token)
    ids = outside_closures.units_of(row)
    clash, span = row.outcome == "clash", Span(row.starts_at, row.ends_at)
    stays = [] if row.calendar_id or closures.whole(row) else in_the_way(ids, span, but=row)
    return render_template(
        "shop/desk/bookings/closure.html", row=row, when=_when(row), day=_day(row), clash=clash,
        names=[unit.name for unit in booking_list.units_of(ids)],
        ours=in_the_way(ids, span, ours=True) if clash else [], stays=stays,
    )  # fmt: skip


@admin.post("/bookings/closures/<token>/opening", endpoint="closure_open")
@needs("bookings.manage")
def reopen(token: str) -> Any:
    """It can be booked again; the toast closes it once more."""
    row = closures.by_token(token)
    units = booking_list.units_of(closures.units_of(row))
    again = {"unit": [unit.token for unit in units], "reason": row.reason, **_typed(row)}
    again |= {} if closures.whole(row) else {"rest": "1"}
    day, when, back = _day(row), _when(row), web.local(request.values.get("next"), "")
    closures.open_again(row, by=web.person())
    again |= {"next": back} if back else {}
    web.undo(_("Open again: %(when)s.", when=when), ".closure_make", **again)
    return redirect(back or url_for(".bookings", day=day), 303)


def _typed(row: Closure) -> dict[str, str]:
    """The period as the form would send it."""
    zone = tenancy.tenant().timezone
    begins, ends = local_times.local(row.starts_at, zone), local_times.local(row.ends_at, zone)
    return {"first": f"{begins:%Y-%m-%d}", "from": f"{begins:%H:%M}", "last": f"{ends:%Y-%m-%d}",
            "until": f"{ends:%H:%M}"}  # fmt: skip


def _day(row: Closure) -> Any:
    return local_times.day(row.starts_at, tenancy.tenant().timezone)


def _when(row: Closure) -> str:
    zone = tenancy.tenant().timezone
    begins, ends = local_times.local(row.starts_at, zone), local_times.local(row.ends_at, zone)
    if f"{begins:%H:%M}{ends:%H:%M}" == "00:0000:00":  # whole days
        last = ends.date() - timedelta(days=1)
        whole = receipts.day(begins.date())
        return whole if last == begins.date() else f"{whole} – {receipts.day(last)}"
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else receipts.until(row.ends_at)
    return f"{receipts.until(row.starts_at)} – {until}"
