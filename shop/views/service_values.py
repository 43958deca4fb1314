"""What the booking editor shows of a service before anything is typed, and what a new one of each kind begins with."""

from collections.abc import Sequence
from typing import Any

from kernel import i18n
from shop import booking_policies, hours, resources, services
from shop.catalog import Product
from shop.forms import deposits, rate_rows, service_rows, words
from shop.forms import service_fields as forms
from shop.forms.amounts import typed
from shop.forms.products import flipped
from shop.resources import Resource
from shop.services import Service

ANSWER_HOURS = 12  # what a new service's lead leaves
EVERY = [str(day) for day in range(7)]
BLANK: dict[str, dict[str, Any]] = {
    "departure": {"lasts": "2", "lasts_in": "hours", "capacity": "8", "lead": "12", "horizon": "180"},
    "appointment": {"lasts": "60", "lasts_in": "minutes", "step": "30", "capacity": "1", "lead": "2", "horizon": "60"},
    "nights": {"check_in": "14:00", "check_out": "11:00", "nights_min": "1", "nights_max": "30", "capacity": "2",
               "lead": "12", "horizon": "365", "arrivals": EVERY},
}  # fmt: skip


def blank(product: Product, kind: str) -> dict[str, Any]:
    """What a new one of that kind begins with: the one resource that its like use, or one named like the product."""
    known = known_resources()
    ticked = proposed(kind, known)
    told = {
        "holidays": True,
        "policy": "moderate",
        "group_min": "1",
        "answers": "",
        "answer_hours": str(ANSWER_HOURS),
        "answer_from": "1",
        "series": "1",
        "hours": [{}],
        **BLANK[kind],
    }
    own = not known or (len(known) == 1 and ticked is None)
    fresh = {"new_name": i18n.pick(product.name, words.languages()[0])[:60], "new_units": "1"} if own else {}
    needs = [{**row, "used": ticked is not None and row["token"] == ticked.token} for row in _needs(None, known)]
    return {**told, **fresh, **_product(product), "needs": needs}


def proposed(kind: str, known: Sequence[Resource]) -> Resource | None:
    """The only resource there is, where others of that kind occupy it: the same guide, boat or chair serves one more.

    A second cabin is another cabin, so nights are never proposed to share one.
    """
    if len(known) != 1 or kind == "nights":
        return None
    alike = (one for one in services.every() if one.kind == kind)
    return known[0] if any(need.resource_id == known[0].id for one in alike for need in one.needs) else None


def users(but: int = 0) -> dict[int, str]:
    """What occupies each resource, by its id, in names; `but`: without that product."""
    found: dict[int, list[str]] = {}
    for one in services.every():
        for need in one.needs if one.product_id != but else ():
            found.setdefault(need.resource_id, []).append(i18n.pick(one.product.name))
    return {one: ", ".join(names) for one, names in found.items()}


def of(service: Service) -> dict[str, Any]:
    """The form's values."""
    return {
        **_own(service), **_policy(service), **_product(service.product), **_rows(service),
        "needs": _needs(service, known_resources()), "people": _people(service.product),
    }  # fmt: skip


def known_resources() -> Sequence[Resource]:
    """What can be occupied."""
    return [row for row in resources.every() if row.active]


def _product(product: Product) -> dict[str, Any]:
    return {"price": typed(product.price_minor), "deposit": deposits.written(product.deposit_bp, product.deposit_minor)}


def _own(service: Service) -> dict[str, Any]:
    names = ("step", "before", "after", "capacity", "group_min", "nights_min", "nights_max", "lead", "horizon")
    told = {name: str(getattr(service, name)) for name in names}
    unit = next(name for name in ("days", "hours", "minutes") if service.minutes % forms.SPANS[name] == 0)
    return {
        **told,
        "before": str(service.before or ""),
        "after": str(service.after or ""),
        "lasts": str(service.minutes // forms.SPANS[unit]),
        "lasts_in": unit,
        "check_in": service.check_in,
        "check_out": service.check_out,
        "week_off": str(service.week_bp // 100 or ""),
        "month_off": str(service.month_bp // 100 or ""),
        "guests_in": str(service.guests_in or ""),
        "guest_price": typed(service.guest_minor) if service.guest_minor else "",
        "series": str(service.series_most),
        "holidays": service.holidays,
        "answers": "yes" if service.answer_hours else "",
        "answer_hours": str(service.answer_hours or ANSWER_HOURS),
        "answer_from": str(service.answer_from),
        "age_min": "" if service.age_min is None else str(service.age_min),
        "languages": service.languages,
        **words.shown("meeting", service.meeting),
        **words.shown("know", service.know),
        "know_read": service.know_read,
    }


def _policy(service: Service) -> dict[str, Any]:
    kept = [dict(tier) for tier in service.policy if "hours" in tier]
    absent = booking_policies.absent(service.policy)
    name = next((name for name, tiers in forms.POLICIES.items() if tiers == kept), "own")
    rows = [{"hours": str(one["hours"]), "share": str(one["back_bp"] // 100)} for one in kept]
    return {"policy": name, "tiers": rows if name == "own" else [],
            "absent": str(absent // 100) if absent else ""}  # fmt: skip


def _rows(service: Service) -> dict[str, Any]:
    return {
        "hours": _week(service) if service.kind != "nights" else [],
        "arrivals": sorted({str(row.weekday) for row in hours.of(service)}) or EVERY,
        "questions": [
            {"code": one["code"], "required": bool(one.get("required")), **words.shown("label", one.get("label"))}
            for one in service.questions
        ],
        "seasons": [_season(one) for one in service.seasons],
        "rates": [rate_rows.shown(one) for one in service.rates],
    }


def _week(service: Service) -> list[dict[str, Any]]:
    """Its times, each with the days on which it is."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in hours.of(service):
        found.setdefault((row.opens, row.closes), []).append(str(row.weekday))
    return [{"opens": opens, "closes": closes, "days": days} for (opens, closes), days in sorted(found.items())]


def _season(told: dict[str, Any]) -> dict[str, Any]:
    easter = str(told["from"]).startswith("easter")
    days = {"when": "easter"} if easter else {"begins": flipped(told["from"]), "ends": flipped(told["to"])}
    share = told["factor_bp"] // 100
    return {**words.shown("name", told.get("name")), **days,
            "percent": str(share) if share >= service_rows.HALF else f"−{100 - share}"}  # fmt: skip


def _needs(service: Service | None, known: Sequence[Resource]) -> list[dict[str, Any]]:
    used = {need.resource_id: need.seats for need in (service.needs if service else ())}
    return [{"token": row.token, "used": row.id in used, "seats": str(used.get(row.id, row.seats))} for row in known]


def _people(product: Product) -> list[dict[str, Any]]:
    option = next((one for one in product.options if len(one["values"]) > 1), None)
    if option is None:
        return []
    prices = {row.options.get(option["code"]): row.price_minor for row in product.variants if row.active}
    return [
        {**words.shown("name", one["name"]), "price": typed(_of(prices.get(one["code"]), product.price_minor))}
        for one in option["values"]
    ]


def _of(own: int | None, usual: int) -> int:
    return usual if own is None else own
