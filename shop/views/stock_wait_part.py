"""The part of a product's page by which one asks to be told when what is sold out is back."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, render_template, request

from crm.views import asking
from kernel import i18n, origins
from kernel.i18n import ngettext
from shop import options, stock_wait_rows, waits
from shop.stock_wait_rows import StockWait
from shop.variants import UNCOUNTED, Variant

NEVER = {*UNCOUNTED, "daily"}  # of what is made each day there is more tomorrow


def drawn(known: Sequence[Variant], left: Mapping[int, int | None]) -> str:
    """The form for those of these variants that are sold out, the chosen one first; nothing while each can be had."""
    gone = [one for one in known if left.get(one.id) == 0 and one.stock_kind not in NEVER and one.product is not None]
    if not gone:
        return ""
    sku = g.get("chosen") or request.args.get("variant", "")
    gone.sort(key=lambda one: one.sku != sku)
    contact = asking.contact() if origins.cookie(asking.COOKIE) else None
    asked = {row.variant_id: row.token for row in waits.open_of(StockWait, contact.id)} if contact else {}
    return render_template(
        "shop/stock_waits/_ask.html", choices=[_choice(one, asked) for one in gone], several=len(known) > 1,
        contact=contact, form=g.get("wait_form"),
    )  # fmt: skip


def _choice(one: Variant, asked: Mapping[int, str]) -> dict[str, Any]:
    return {"sku": one.sku, "label": options.label(one.product, one, i18n.language()), "token": asked.get(one.id)}


def told(rows: Sequence[Variant]) -> str:
    """How many wait for these variants, in words; '' when nobody does."""
    return count(sum(stock_wait_rows.count_by_variant([one.id for one in rows if one.active]).values()))


def count(number: int) -> str:
    """So many wait for it to be back."""
    return ngettext("One person waits for it", "%(num)s people wait for it", number) if number else ""
