"""Papers of an order: what the receipt and the packing slip say, and on which paper."""

import base64
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from kernel import i18n, phones, qr, tenancy, web
from shop import receipts, storefront, themes

if TYPE_CHECKING:
    from shop.gift_cards import GiftCard
    from shop.orders import Order


def spoken(language: str) -> AbstractContextManager[None]:
    """The words and formats of a paper in that language."""
    return i18n.speak(language, tenancy.tenant().country)


def of(order: "Order", language: str) -> dict[str, Any]:
    """What a paper's template needs, as plain words."""
    with spoken(language):
        return {
            **of_shop(),
            "told": receipts.told(order),
            "language": language,
            "qr": qr.address(_page(order)),
            "page_url": _page(order).split("://", 1)[-1],
        }


def of_shop() -> dict[str, Any]:
    """What every paper has of the shop: its head, its look, the size of the sheet."""
    tenant, front = tenancy.tenant(), storefront.of()
    return {
        "shop": {
            "name": tenant.name,
            "legal_name": tenant.legal_name or tenant.name,
            "tax_id": tenant.tax_id,
            "phone": phones.show(front.phone or tenant.phone, tenant.country),
            "email": front.email or tenant.email,
            "address": receipts.shop_address(),
            "url": web.shop_base(tenant),
        },
        **worn(themes.Theme(front.preset, front.primary, front.accent, front.surface), tenant.country),
    }


def card(card: "GiftCard", *, code: str, told: dict[str, str], picture: bytes) -> dict[str, Any]:
    """What the paper of a gift card needs: its drawing, its code, what it says."""
    front = storefront.of()
    theme = themes.Theme(front.preset, front.primary, front.accent, front.surface)
    with spoken(card.language):
        return {
            **worn(theme, tenancy.tenant().country), "told": told, "code": code, "language": card.language,
            "shop": {"name": tenancy.tenant().name, "url": web.shop_base(tenancy.tenant()).split("://", 1)[-1]},
            "picture": f"data:image/webp;base64,{base64.b64encode(picture).decode()}" if picture else "",
        }  # fmt: skip


def worn(theme: themes.Theme, country: str) -> dict[str, Any]:
    """What every paper wears of the shop's look, on which paper."""
    whole, colours = themes.PRESETS[theme.whole().preset], themes.palette(theme)
    return {"size": receipts.paper_size(country), "face": whole.file, "face_name": whole.face,
            "ink": colours["brand"], "brand_ink": colours["brand-ink"]}  # fmt: skip


def _page(order: "Order") -> str:
    return web.shop_url("shop.order", token=order.token, language=order.language)
