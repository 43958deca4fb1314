"""What a walk-in comes to and how it can be paid, before it is written down: the sum, the deposit, the balance."""

from datetime import datetime
from typing import Any

from flask import request

from kernel import tenancy
from kernel.i18n import _, pick
from kernel.refusal import Refusal
from shop import booking_prices, booking_story, catalog, days, local_times, payment_methods, plans, receipts, walk_ins
from shop import walk_in_terms as terms
from shop.forms import walk_ins as forms
from shop.occupations import Span
from shop.quotes import Quote
from shop.services import Service
from shop.views import booking_sum
from shop.walk_ins import Visit


def of(service: Service, span: Span) -> dict[str, Any]:
    """What the form shows of the money: nothing but ways to pay at the counter while its sum cannot be said."""
    told: dict[str, Any] = {"total": "", "rows": [], "deposit": {}, "ways": [], "stay": _stay(service, span)}
    counter = [one for one in payment_methods.counter() if one.code != payment_methods.LATER]
    try:
        asked = walk_ins.visit(service, span, forms.counts(service, request.form, {}))
        quote = walk_ins.foreseen(asked, forms.series(service, request.form))
    except Refusal:
        return told | {"methods": counter}
    return told | {
        "total": receipts.shown(quote.total), "rows": _nights(asked), "deposit": deposit(quote), "methods": counter,
        **_later(quote),
    }  # fmt: skip


def price(service: Service, variant: Any) -> str:
    """What stands under a kind of person; a stay, an appointment or a table is not paid by the head."""
    return receipts.shown(catalog.price(service.product, variant)) if service.kind == "departure" else ""


def questions(service: Service, errors: dict[str, str]) -> list[dict[str, Any]]:
    """What the service asks, with what was typed; staff may leave it open."""
    return [
        {"id": f"answer-{one['code']}", "name": f"answer.{one['code']}", "label": pick(one.get("label")),
         "text": request.form.get(f"answer.{one['code']}", ""), "wrong": errors.get(f"answer-{one['code']}", "")}
        for one in service.questions
    ]  # fmt: skip


def _stay(service: Service, span: Span) -> dict[str, str]:
    """From when to when a stay goes; {} of everything else."""
    if service.kind != "nights":
        return {}
    zone = tenancy.tenant().timezone
    came, leaves = (local_times.local(at, zone) for at in (span.starts_at, span.ends_at))
    return {"arrival": _moment(came), "departure": _moment(leaves)}


def _moment(at: datetime) -> str:
    return f"{days.told(at.date(), weekday=True)}, {booking_story.hour(at)}"


def _nights(asked: Visit) -> list[tuple[str, str]]:
    """The nights with what each costs, and what guests more or a long stay change."""
    if asked.service.kind != "nights":
        return []
    variant, units = next(iter(asked.people.items()))
    cost = booking_prices.of(asked.service, variant, asked.span, places=asked.places, units=units)
    return booking_sum.nights(cost, units, receipts.shown)


def deposit(quote: Quote) -> dict[str, Any]:
    """The deposit that is asked for, what is left then, and when; {} where all is paid at once."""
    offer = terms.deposit(quote)
    if offer is None:
        return {}
    later = offer.dues[1:]
    when = receipts.due_day(later[0].on) if len(later) == 1 else _("each on its day")
    return {"offer": offer, "now": receipts.shown(offer.now), "later": receipts.shown(offer.later), "when": when}


def _later(quote: Quote) -> dict[str, Any]:
    """By what it can be paid before they come, and until which day it can be kept for that."""
    ways = terms.ways(quote)
    typed = request.form.get("until") or terms.usual_day(quote, ways).isoformat()
    first, last = plans.today(), terms.last_day(quote)
    return {"ways": ways, "until": typed, "first_day": first.isoformat(), "last_day": last.isoformat()}
