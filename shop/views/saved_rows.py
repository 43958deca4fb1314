"""The rows of what somebody saved: a card, what changed since, the way into the cart; how many saved a thing."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import g
from markupsafe import Markup

from kernel.i18n import _, ngettext
from shop import catalog_search, saved, seasons, services, vouchers, wants
from shop.catalog import Product
from shop.saved import Kept
from shop.variants import Variant
from shop.views import cart_page, frame, goods


def of(found: Sequence[Kept]) -> list[dict[str, Any]]:
    """What the page shows of each, in the same order."""
    cards = goods.each([one.product.id for one in found])
    kept = catalog_search.variants_of([one.product for one in found])
    return [_row(one, cards[one.product.id], kept[one.product.id]) for one in found if one.product.id in cards]


def _row(one: Kept, card: Markup, kept: Sequence[Variant]) -> dict[str, Any]:
    product, out, before = one.product, bool(g.sold_out.get(one.product.id)), one.fell_from
    fell = _("%(price)s less than when you saved it", price=cart_page.amount(before - product.low)) if before else ""
    sold = not out and not frame.current().values["closed"] and _in_season(product)
    return {
        "card": card, "fell": fell, "there": sold and product.kind != services.KIND, "out": out,
        "slug": product.slug, "units": product.min_qty, "url": goods.address(product.slug),
        "add": sold and _plain(product, kept),
    }  # fmt: skip


def _in_season(product: Product) -> bool:
    return seasons.state(product.season_from, product.season_to, goods.today()).open


def _plain(product: Product, kept: Sequence[Variant]) -> bool:
    """Whether nothing is to be chosen or written before it goes into the cart."""
    if len(kept) != 1 or product.kind in {services.KIND, vouchers.KIND}:
        return False
    return not any(text.get("required") for text in wants.asked(kept[0]))


def counts(product_ids: Collection[int]) -> dict[int, str]:
    """How many saved each of these products, in words; one that nobody saved is left out."""
    return {
        one: ngettext("One person saved it", "%(num)s people saved it", count)
        for one, count in saved.count_by_product(product_ids).items()
    }
