"""Writing down who walks in: tap a free time, say how many, "paid" or "pays later"; it works without scripts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import i18n, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    booking_list,
    booking_prices,
    booking_series,
    booking_targets,
    booking_times,
    bookings,
    holdings,
    local_times,
    orders,
    rates,
    receipts,
    resources,
    sales,
    services,
    walk_in_terms,
    walk_ins,
    wants,
)
from shop.booking_series import SomeTaken
from shop.booking_targets import Asking
from shop.departures import Full
from shop.forms import walk_ins as forms
from shop.forms import wrong
from shop.forms.sale_times import NoService
from shop.forms.wrong import Wrong
from shop.occupations import Span
from shop.resources import ResourceUnit
from shop.services import Service
from shop.views import admin, booking_calendar, booking_rows, target_rows, walk_in_pay

MOST = 999
LABELS = {
    "reach": _l("Phone or e-mail"), "payment": _l("Payment"), "every": _l("How often"),
    "times": _l("How many times in all"), "nights": _l("Nights"), "until": _l("Until"), "way": _l("By what?"),
}  # fmt: skip


class NoneLeft(Refusal):
    """Everything that could be had of a departure is taken or closed."""

    message = _l("No place is left at that time. Choose another.")


@admin.get("/bookings/new", endpoint="walk_in")
@needs("bookings.manage")
def new() -> Any:
    """What, then when, then for how many: whatever the address already says is not asked again."""
    try:
        unit, service = _unit(), _service()
        at = _at()[0]
        starts_at = booking_targets.moment(at) if at else None
    except Missing:
        raise
    except Refusal as refusal:
        return _choose(None, str(refusal), refusal.status)
    if service is None:
        known = _of_unit(unit)
        service = known[0] if unit and len(known) == 1 else None
    if service is None:
        return _choose(unit)
    if starts_at is None or (service.kind == "departure" and not _leaves(service, starts_at)):
        return _when(service, unit)
    return _people(service, starts_at, unit)


def _leaves(service: Service, starts_at: datetime) -> bool:
    """Whether there is such a departure that has not left, or did today: who walked on late is written down, too."""
    slot = booking_list.slot(service, starts_at)
    return slot is not None and (not booking_rows.gone(slot) or walk_ins.left_today(starts_at))


def _unit() -> ResourceUnit | None:
    token = request.values.get("unit", "") or _at()[1]
    return resources.unit(token) if token else None


def _at() -> tuple[str, str]:
    """The moment as it was sent and, when it is one of the page of free times, its unit."""
    at, _blank, unit = request.values.get("at", "").partition(" ")
    return at, unit


def _service() -> Service | None:
    slug = request.values.get("service", "")
    found = services.named(slug) if slug else None
    if found is not None and not found.product.live:
        raise NoService()
    return found


def _of_unit(unit: ResourceUnit | None) -> list[Service]:
    """What can be taken of a unit: everything when none was tapped."""
    known = [one for one in services.every() if one.product.live]
    if unit is None:
        return known
    mine = [one for one in known if any(need.resource_id == unit.resource_id for need in one.needs)]
    return [one for one in mine if one.kind != "departure"] if request.values.get("at") else mine


def _choose(unit: ResourceUnit | None, trouble: str = "", status: int = 200) -> Any:
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("at", "unit", "day", "nights") if request.args.get(name)
    }
    rows = [
        {"name": pick(one.product.name), "price": said(one),
         "url": url_for(".walk_in", service=one.product.slug, **kept)}
        for one in _of_unit(unit)
    ]  # fmt: skip
    return _page("choose", trouble, status, rows=rows)


def said(service: Service) -> str:
    """From which price on it is sold."""
    price = receipts.shown(service.product.low)
    return _("%(price)s the night", price=price) if service.kind == "nights" else price


def _when(service: Service, unit: ResourceUnit | None) -> Any:
    day, nights = booking_calendar.asked(), _nights(service)
    grid = booking_targets.grid(Asking(service, nights=nights), day)
    told: dict[str, Any] = {"service": service.product.slug, **({"nights": nights} if service.kind == "nights" else {})}
    return _page(
        "when", "", 200, service=service, name=pick(service.product.name), nights=nights, day=day,
        grid=target_rows.shown(grid, day, ".walk_in", **told), send=url_for(".walk_in", **told) + "&at=",
    )  # fmt: skip


def _nights(service: Service) -> int:
    typed = request.values.get("nights", "")[:4]
    count = int(typed) if typed.isascii() and typed.isdigit() else service.nights_min
    return min(max(count, 1), service.nights_max)


def _people(service: Service, starts_at: datetime, unit: ResourceUnit | None, *, refusal: Refusal | None = None) -> Any:
    zone, errors = tenancy.tenant().timezone, _errors(refusal) if refusal else {}
    slot = booking_list.slot(service, starts_at) if service.kind == "departure" else None
    rows = [
        {"id": field, "name": name, "label": kind(service, variant), "value": forms.typed(request.form, field, name),
         "price": walk_in_pay.price(service, variant)}
        for field, name, variant in forms.fields(service)
    ]  # fmt: skip
    return _page(
        "people", str(refusal or ""), refusal.status if refusal else 200, service=service, unit=unit,
        name=pick(service.product.name), key=signing.token(), at=booking_targets.stamp(starts_at), rows=rows,
        pay=walk_in_pay.of(service, _span(service, starts_at)), questions=walk_in_pay.questions(service, errors),
        nights=_nights(service), left=target_rows.left(slot.left) if slot else "",
        late=bool(slot and booking_rows.gone(slot)), most=slot.left if slot else MOST,
        errors=errors, typed=request.form,
        when=receipts.until(starts_at), day=local_times.day(starts_at, zone),
        labels={row["id"]: row["label"] for row in rows} | _asked(service) | LABELS, rhythms=booking_series.EVERY,
        series_most=booking_series.MOST, languages=_languages(), some_taken=isinstance(refusal, SomeTaken),
    )  # fmt: skip


def _languages() -> list[tuple[str, str, bool]]:
    """(code, name, whether it is chosen) of what the shop speaks; none where it is one."""
    spoken, now = tenancy.tenant().languages, forms.language(request.form)
    return [(code, i18n.NAMES[code], code == now) for code in spoken] if len(spoken) > 1 else []


def _asked(service: Service) -> dict[str, str]:
    return {f"answer-{one['code']}": pick(one.get("label")) for one in service.questions}


def _errors(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, SomeTaken):
        return {"every": str(refusal)}
    if isinstance(refusal, walk_in_terms.BadDay | walk_in_terms.TooSoon):
        return {"until" if isinstance(refusal, walk_in_terms.BadDay) else "way": str(refusal)}
    about = isinstance(refusal, Full | holdings.TooMany | walk_ins.Nobody)
    return {"n-1": str(refusal)} if about else wrong.of(refusal)


def kind(service: Service, variant: Any) -> str:
    """Whom a price is for, in words."""
    named = [pick(option["value"]) for option in wants.options(variant)]
    return ", ".join(named) if named and service.kind == "departure" else _("People")


def _page(step: str, trouble: str, status: int, **told: Any) -> Any:
    return render_template(f"shop/desk/bookings/new_{step}.html", trouble=trouble, **told), status


@admin.post("/bookings/new", endpoint="walk_in_make")
@needs("bookings.manage")
def make() -> Any:
    """Take the time and write the sale; the same form sent twice is one booking."""
    unit, service, starts_at = _unit(), None, None
    try:
        service = _service()
        starts_at = booking_targets.moment(_at()[0])
        if service is not None and request.form.get("paid") == "sum":  # nothing is written: it is only said
            return _people(service, starts_at, unit)
        key = sales.key_of(request.form.get("key", ""), web.person().id)
        order = orders.by_key(key) or _sold(service, starts_at, unit, key)
    except Missing:
        raise
    except Refusal as refusal:
        return _again(refusal, service, starts_at)
    rows = bookings.of_order(order)
    row, later = rows[0], len(rows) - 1
    told = _("Written down: %(name)s, %(when)s.", name=booking_rows.called(row), when=receipts.until(row.starts_at))
    more = ngettext("And %(num)s more time after it.", "And %(num)s more times after it.", later) if later else ""
    flash(f"{told} {more}".strip())
    return redirect(url_for(".booking", token=row.token), 303)


def _again(refusal: Refusal, service: Service | None, starts_at: datetime | None) -> Any:
    told = str(refusal)
    db.session.rollback()
    with web.reading():
        if service is None or starts_at is None:
            return _choose(None, told, refusal.status)
        return _people(services.named(request.form["service"]), starts_at, _unit(), refusal=refusal)


def _sold(service: Service | None, starts_at: datetime, unit: ResourceUnit | None, key: str) -> Any:
    if service is None:
        raise NoService()
    slot = booking_list.slot(service, starts_at) if service.kind == "departure" else None
    if service.kind == "departure" and slot is None:
        raise booking_times.NotOffered()
    chosen = [unit.id] if unit and any(need.resource_id == unit.resource_id for need in service.needs) else []
    errors: dict[str, str] = {}
    span, counts = _span(service, starts_at), forms.counts(service, request.form, errors)
    told: Any = (service, span, counts, [] if slot else chosen)
    asked = None if errors else wrong.tried(errors, "n-1", walk_ins.visit, *told)
    series = wrong.tried(errors, "every", forms.series, service, request.form)
    if service.kind == "nights" and "short" not in request.form:  # staff may sell fewer, knowingly
        wrong.tried(errors, "nights", rates.refuse_short, service, booking_prices.days(span))
    late = "late" in request.form
    boards = slot is not None and (late or not booking_rows.gone(slot))
    full = slot is not None and boards and asked is not None and asked.places > slot.left
    if slot and full:
        errors["n-1"] = str(Full(left=slot.left) if slot.left else NoneLeft())
    details = wrong.tried(errors, "reach", forms.details, request.form, web.person())
    terms = wrong.tried(errors, "payment", forms.terms, request.form)
    answers = wrong.tried(errors, "answers", forms.answers, service, request.form)
    if errors or asked is None:
        raise Wrong(errors, status=409 if full else 422)
    how: dict[str, Any] = {"series": series, "others": "others" in request.form, "contact": _buyer(details)}
    return walk_ins.sell(replace(asked, answers=answers, late=late), details, key=key, terms=terms, **how)


def _buyer(details: Any) -> Any:
    known = forms.chosen(request.form)
    return sales.buyer(details, known.token if known else "")


def _span(service: Service, starts_at: datetime) -> Span:
    if service.kind != "nights":
        return Span(starts_at, starts_at + service.length)
    arrive: date = local_times.day(starts_at, tenancy.tenant().timezone)
    return booking_times.between(service, arrive, arrive + timedelta(days=_nights(service)))
