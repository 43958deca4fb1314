"""What a sale's page shows of its times: those that are held and for how long; the step in which one is chosen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, instants
from kernel.i18n import _, ngettext, pick
from kernel.money import Money
from kernel.refusal import Refusal
from shop import availability, booking_story, booking_targets, booking_times, holdings, local_times, receipts, wants
from shop.booking_targets import Asking, Grid
from shop.counter_times import Kept
from shop.forms import sale_times as forms
from shop.forms import walk_ins as people_fields
from shop.forms import wrong
from shop.forms.sale_times import Choosing
from shop.forms.sales import Draft, answer
from shop.occupations import JustTaken, Span
from shop.services import Service
from shop.views import target_rows, walk_in_pay, walk_ins

MOST = 999


def tile(service: Service | None) -> dict[str, Any]:
    """What is booked, as it is tapped: its time is chosen then."""
    if service is None:
        return {}
    return {"pick": service.product.slug, "name": pick(service.product.name), "price": walk_ins.said(service)}


def lines(draft: Draft, quote: Any, fresh: str) -> list[dict[str, Any]]:
    """Each time that is held, the one that was tapped just now marked."""
    return [{**_line(draft, kept, quote), "fresh": kept.token == fresh} for kept in draft.times]


def _line(draft: Draft, kept: Kept, quote: Any) -> dict[str, Any]:
    booking, over = kept.booking, not kept.booking.live
    priced = [line.listed.minor for line in quote.lines if line.booking_id == booking.id] if quote else []
    span = Span(booking.starts_at, booking.ends_at)
    taken = over and not availability.stay(booking.service, span, booking.places).free
    ends = booking.held_until or clock.now()
    return {
        "token": kept.token, "name": pick(booking.service.product.name), "slug": booking.service.product.slug,
        "when": booking_story.when(booking), "people": _people(kept), "over": over, "taken": taken,
        "gross": receipts.shown(Money(sum(priced), quote.currency)) if priced else "—",
        "seconds": 0 if over else max(0, int((ends - clock.now()).total_seconds())),
        "until": "" if over else booking_story.hour(_local(ends)), "questions": questions(draft, kept),
        "near": _near(booking.service, booking.starts_at, booking.places) if taken else [],
    }  # fmt: skip


def questions(draft: Draft, kept: Kept) -> list[dict[str, Any]]:
    """What its guests are asked, as fields."""
    told, asked = draft.answers(kept), kept.booking.service.questions
    return [
        {"name": answer(kept, one["code"]), "label": pick(one.get("label")), "value": told[str(one["code"])],
         "required": bool(one.get("required"))}
        for one in asked
    ]  # fmt: skip


def _people(kept: Kept) -> str:
    booking = kept.booking
    named = [(row.quantity, wants.options(row.variant)) for row in kept.rows]
    if booking.service.kind == "departure" and all(options for _count, options in named):
        return ", ".join(f"{count} × {pick(options[0]['value'])}" for count, options in named)
    return str(ngettext("%(num)s person", "%(num)s people", booking.places))


def labels(draft: Draft) -> dict[str, str]:
    """What the fields of the times are called, by their ids."""
    named = {f"time-{at}": pick(kept.booking.service.product.name) for at, kept in enumerate(draft.times, 1)}
    return named | {one["name"]: one["label"] for kept in draft.times for one in questions(draft, kept)}


def step(draft: Draft, held: Refusal | None = None) -> dict[str, Any] | None:
    """How a time is chosen, when one is; `held`: why the one that was tapped is not."""
    trouble = str(held) if held is not None and not wrong.of(held) else ""
    try:
        chosen = forms.choosing(draft)
    except forms.NoService as gone:
        return {"trouble": str(gone)}
    if chosen is None:
        return {"trouble": trouble} if trouble else None
    errors = wrong.of(held) if held is not None else {}
    places, units = _counted(chosen, errors)
    grid = booking_targets.grid(Asking(chosen.service, places, units, chosen.nights), chosen.day)
    taken = isinstance(held, JustTaken)
    return {
        **tile(chosen.service), "trouble": trouble, "errors": errors, "rows": _kinds(chosen),
        "kind": chosen.service.kind, "nights": chosen.nights,
        "most_nights": chosen.service.nights_max, "short": "short" in chosen.posted,
        "day": chosen.day.isoformat(), "grid": _grid(grid, chosen),
        "near": _near(chosen.service, _tapped(draft), places) if taken else [],
    }  # fmt: skip


def _counted(chosen: Choosing, errors: dict[str, str]) -> tuple[int, int]:
    """(people, units) for which one looks what is free; at least one."""
    places = max(1, sum(chosen.counts(errors).values()))
    units: int | None = wrong.tried(errors, "n-1", holdings.units_for, chosen.service, places)
    return places, units or 1


def _kinds(chosen: Choosing) -> list[dict[str, Any]]:
    return [
        {"id": field, "name": name, "label": walk_ins.kind(chosen.service, variant), "most": MOST,
         "value": people_fields.typed(chosen.people, field, name),
         "price": walk_in_pay.price(chosen.service, variant)}
        for field, name, variant in people_fields.fields(chosen.service)
    ]  # fmt: skip


def _grid(grid: Grid, chosen: Choosing) -> dict[str, Any]:
    """As its own page shows it; earlier and later are days here, not addresses."""
    by = timedelta(days=booking_targets.DAYS if grid.by_day else 1)
    turns: dict[str, Any] = {"before": (chosen.day - by).isoformat(), "after": (chosen.day + by).isoformat()}
    return {**target_rows.shown(grid, chosen.day, ".sale_new"), **turns}


def _tapped(draft: Draft) -> datetime:
    try:
        return max(booking_targets.moment(draft.said("to").partition(" ")[0]), clock.now())
    except booking_targets.NoMoment:
        return clock.now()


def _near(service: Service, after: datetime, places: int) -> list[dict[str, str]]:
    """What is free next, of what begins at a moment: a stay is chosen by its nights."""
    if service.kind == "nights":
        return []
    found: Sequence[availability.Time] = availability.next_free(service, max(after, clock.now()), places)
    found = found or availability.next_free(service, clock.now(), places)
    return [{"value": booking_targets.stamp(one.starts_at), "when": _told(one.starts_at)} for one in found]


def _told(at: datetime) -> str:
    begins = _local(at)
    return f"{instants.day(begins.date())}, {booking_story.hour(begins)}"


def _local(at: datetime) -> datetime:
    return local_times.local(at, booking_times.zone())


def taken(draft: Draft, token: str) -> dict[str, str]:
    """What stands beside the time that could not be had any more."""
    sentence = _("Somebody has just taken it. Choose another time, or take it off; the rest of the sale is still here.")
    return {f"time-{at}": sentence for at, kept in enumerate(draft.times, 1) if kept.token == token}
