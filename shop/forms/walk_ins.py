"""A walk-in as staff fill it in: how many of each kind, how often, who comes, how it is paid."""

from collections.abc import Mapping
from typing import Any

from kernel import tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_series, payment_methods, variants, wants
from shop.booking_series import ONCE, Series
from shop.forms import booking_series as series_fields
from shop.forms import sales, wrong
from shop.quotes import Details
from shop.services import Service
from shop.variants import Variant

Posted = Mapping[str, str]


def fields(service: Service) -> list[tuple[str, str, Variant]]:
    """(id, name, what it counts) of each field of people."""
    known = list(variants.of(service.product_id))
    if service.kind != "departure":
        return [("n-1", "people.", one) for one in known[:1]]
    return [(f"n-{place}", f"people.{one.sku}", one) for place, one in enumerate(known, 1)]


def typed(posted: Posted, field: str, name: str) -> str:
    """How many of a kind as it was typed; one of the first kind before anything was."""
    return posted.get(name, "1" if field == "n-1" and not posted else "0")


def counts(service: Service, posted: Posted, errors: dict[str, str]) -> dict[str, int]:
    """How many of each kind by its SKU, or under ''; why a field is no number is written beside it."""
    found = {
        name: wrong.tried(errors, field, _count, typed(posted, field, name))
        for field, name, _variant in fields(service)
    }
    return {name.removeprefix("people."): count or 0 for name, count in found.items()}


def _count(text: str) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 4:
        raise wants.BadQuantity()
    return int(plain)


def series(service: Service, posted: Posted) -> Series:
    """The same time again, when that is wanted; a stay comes once. Raises Wrong."""
    return ONCE if service.kind == "nights" else series_fields.read(posted, booking_series.MOST, once=True)


def method(posted: Posted) -> Any:
    """How it is paid: what was chosen, or later. Raises a Refusal."""
    code = posted.get("payment", "") if posted.get("paid") == "yes" else payment_methods.LATER
    found = next((one for one in payment_methods.counter() if one.code == code), None)
    if found is None:
        raise Refusal(_l("Choose how it is paid."))
    return found


def details(posted: Posted, by: Any) -> Details:
    """Who comes, as far as it was said; `by` writes it down."""
    email, phone = sales.reach(posted.get("reach", "").strip()[:254])
    return Details(
        email=email, name=posted.get("name", "").strip()[:160], payment="", phone=phone, source="counter",
        language=tenancy.tenant().language, note=posted.get("note", "").strip()[:500], by=by,
    )  # fmt: skip
