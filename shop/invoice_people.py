"""Who bills and who is billed, as a paper keeps them: their names and tax ids on the day it was issued."""

from typing import Any

from kernel import countries, i18n, phones, tenancy
from kernel.countries import papers
from kernel.i18n import pick
from shop import receipts, storefront
from shop.orders import Order


def of(order: Order) -> dict[str, Any]:
    """Buyer, issuer and what the tax office wants to know, in the order's language."""
    with i18n.speak(order.language, tenancy.tenant().country):
        return {"buyer": buyer(order), "issuer": issuer(), "fiscal": fiscal(order)}


def buyer(order: Order) -> dict[str, Any]:
    """A firm or a person with a tax id and an address; else a consumer, of whom only the name is kept."""
    told = order.tax_id
    if not told.get("number"):
        consumer = pick(papers.of(tenancy.tenant().country).consumer, order.language)
        return {"name": order.name or consumer, "consumer": True, "number": "", "label": "", "address": []}
    label = _label(tenancy.tenant().country, str(told.get("kind", "")))
    return {
        "name": str(told.get("name") or order.name), "consumer": False, "number": str(told["number"]), "label": label,
        "address": receipts.place(order),
    }  # fmt: skip


def _label(country: str, code: str) -> str:
    kinds = countries.profile(country).tax_ids
    return next((kind.label for kind in kinds if kind.code == code), "")


def issuer() -> dict[str, Any]:
    """The shop as its papers name it."""
    tenant, front = tenancy.tenant(), storefront.of()
    kinds = countries.profile(tenant.country).tax_ids
    kind = next((one for one in kinds if tenant.tax_id and one.clean(tenant.tax_id)), None)
    return {
        "name": tenant.name, "legal_name": tenant.legal_name or tenant.name, "tax_id": tenant.tax_id,
        "label": kind.label if kind else "", "country": tenant.country, "address": receipts.shop_address(),
        "phone": phones.show(front.phone or tenant.phone, tenant.country) if front.phone or tenant.phone else "",
        "email": front.email or tenant.email,
    }  # fmt: skip


def fiscal(order: Order) -> dict[str, Any]:
    """What was kept of the shop and the buyer for electronic invoices, where it was kept."""
    found = {"shop": getattr(tenancy.tenant(), "fiscal", None), "buyer": getattr(order, "fiscal", None)}
    return {name: dict(told) for name, told in found.items() if told}
