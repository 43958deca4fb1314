"""What a booking asks besides the time: how many come, in which language, and the service's own questions."""

from collections.abc import Mapping
from typing import Any

from kernel import i18n
from kernel.i18n import _, ngettext
from shop import availability, pricing, resources
from shop.forms import bookings as forms
from shop.forms.bookings import ANSWER, PEOPLE, Draft
from shop.services import Service
from shop.variants import Variant
from shop.views import approval_part, booking_facts, cart_page, visitor


def of(draft: Draft, errors: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the fields need, with what was typed and what is wrong."""
    most = availability.most(draft.service)
    return {
        "free": not draft.service.product.high_minor,
        "kinds": _kinds(draft, most), "people": draft.service.kind != "departure", "room": _room(draft.service, most),
        "languages": _languages(draft),
        "questions": [_question(draft, one, errors) for one in draft.service.questions],
        "timezone": forms.timezone(draft.said("timezone", 64)), "facts": booking_facts.of(draft.service),
        "asks": approval_part.of_service(draft.service),
    }  # fmt: skip


def _kinds(draft: Draft, most: int) -> list[dict[str, Any]]:
    service = draft.service
    if service.kind == "departure":
        return [_kind(draft, variant, place) for place, variant in enumerate(draft.kinds)]
    return (
        [{"field": "places", "name": _("People"), "price": "", "count": draft.guests, "most": most}] if most > 1 else []
    )


def _kind(draft: Draft, variant: Variant, place: int) -> dict[str, Any]:
    unit = i18n.pick(variant.product.unit)  # of a table it says how many people it is for
    name = kind_name(variant) or unit[:1].upper() + unit[1:] or _("People")
    price = pricing.unit(variant, 1, visitor.group())
    return {
        "field": PEOPLE + variant.sku, "name": name, "count": draft.count(variant, place) or "0",
        "price": cart_page.amount(price) if price else _("Free"), "most": draft.service.capacity,
    }  # fmt: skip


def kind_name(variant: Variant) -> str:
    """Which kind of person a variant is the price of: “Adulto”; '' when there is only one."""
    names = [
        i18n.pick(one["name"])
        for option in variant.product.options
        for one in option.get("values", ())
        if variant.options.get(option["code"]) == one["code"]
    ]
    return ", ".join(names)


def _room(service: Service, most: int) -> str:
    if service.kind == "nights" and most > service.capacity:
        told: str = ngettext(
            "%(num)s person fits into one; for more we keep you another one.",
            "%(num)s people fit into one; for more we keep you another one.",
            service.capacity,
        )
        return told
    known = resources.units(need.resource_id for need in service.needs) if service.kind == "appointment" else ()
    if any(unit.seats for unit in known):
        return _("You get one to yourselves that has room for all of you; %(num)s people at most.", num=most)
    return ""


def _languages(draft: Draft) -> list[tuple[str, str, bool]]:
    chosen, offered = forms.language(draft), draft.service.languages
    return [(code, booking_facts.language_name(code), code == chosen) for code in offered] if len(offered) > 1 else []


def _question(draft: Draft, asked: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    name = ANSWER + str(asked["code"])
    return {
        "name": name, "id": name.replace(".", "-"), "label": i18n.words_html(asked.get("label")),
        "required": bool(asked.get("required")), "value": draft.said(name, 5000), "error": errors.get(name, ""),
    }  # fmt: skip
