"""Few left: what runs out, counted in place with a reason; the number on "Hoy" shares this list's query."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from kernel import journal, permissions, today, web
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import catalog, options, sheets, stock, stock_wait_rows, variants
from shop.forms import amounts, words
from shop.sheets import Count
from shop.variants import Variant
from shop.views import admin, stock_wait_part
from shop.views.goods import pictures_of

REASONS = {  # each says what the number beside it means
    "received": _l("Goods came in: how many arrived"),
    "counted": _l("Counted again: how many there are"),
    "damaged": _l("Damaged or lost: how many"),
    "gift": _l("Given away: how many"),
}
MOST = 200


def init_app(_app: Flask) -> None:
    """Say who may, and count it on "Hoy"."""
    journal.kind("stock.adjusted", _l("Counted the stock anew: %(difference)+d"))
    permissions.define("stock.adjust", _l("Count the stock"), roles=["manager", "clerk"], area="goods")
    today.line(
        "low-stock",
        _l("products of which few are left"),
        stock.low_products,
        list_url=lambda: url_for("shop_admin.stock"),
        permission="stock.adjust",
        order=70,
        icon="box",
    )


@admin.get("/stock", endpoint="stock")
@needs("stock.adjust")
def listed() -> Any:
    """The products of which few are left, each with the variants that run out."""
    rows = db.session.scalars(stock.low().limit(MOST)).all()
    pictures, own = pictures_of([row.picture_id or row.product.picture_id for row in rows]), words.languages()[0]
    few: dict[int, dict[str, Any]] = {}
    waits = stock_wait_rows.count_by_variant([row.id for row in rows])
    for row in rows:
        file_id = row.picture_id or row.product.picture_id or 0
        fresh = {
            "name": pick(row.product.name, own),
            "slug": row.product.slug,
            "pic": pictures.get(file_id),
            "rows": [],
        }
        choice = options.label(row.product, row, own)
        told = {"row": row, "choice": choice, "waits": stock_wait_part.count(waits.get(row.id, 0))}
        few.setdefault(row.product_id, fresh)["rows"].append(told)
    return render_template("shop/desk/stock/list.html", few=list(few.values()), reasons=REASONS)


@admin.post("/stock", endpoint="stock_adjust")
@needs("stock.adjust")
@once
def adjust() -> Any:
    """Say how many there are of one, and why."""
    row = variants.by_sku(request.form.get("sku", "")) or abort(404)
    product = row.product or abort(404)
    reason = request.form.get("reason", "counted")
    if reason not in REASONS:
        raise Refusal(_("Choose first whether goods came in, or you counted what there is."))
    sheets.shift(row, _count(row, reason), by=web.person(), reason=reason)
    choice = options.label(product, row, words.languages()[0])
    name = " · ".join(filter(None, (pick(product.name), choice)))
    told = _("%(item)s: %(num)s on the shelf.", item=name, num=row.on_hand)
    if web.wants_json():
        return {"units": row.on_hand, "said": told}
    flash(told)
    return redirect(url_for(".stock"), 303)


def _count(row: Variant, reason: str) -> Count:
    """How many there were and are then: what came in is added, what was lost or given away taken off."""
    try:
        units = amounts.whole(request.form.get("units", ""), catalog.MOST)
        was = amounts.whole(request.form.get("was", ""), catalog.MOST)
    except ValueError as error:
        raise Refusal(str(error)) from None
    if units is None:
        raise Refusal(_("Write how many there are.") if reason == "counted" else _("Write how many."))
    seen = row.on_hand if was is None else was
    if reason == "counted":
        return Count(seen, units)
    if reason != "received" and units > row.on_hand:
        raise Refusal(_("There are only %(left)s.", left=row.on_hand), status=409)
    return Count(seen, seen + (units if reason == "received" else -units))
