"""The back office's list of products: found, sieved, priced and counted in place; many at once, and taken back."""

from typing import Any

from flask import Flask, abort, flash, render_template, request, url_for

from kernel import clock, i18n, menu, signing, tenancy, web
from kernel.i18n import _, _l, ngettext, pick
from kernel.money import Money
from kernel.once import once
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import bin as rubbish
from shop import catalog, catalog_search, categories, services, sheets
from shop.catalog import Product, Variant
from shop.forms import amounts, words
from shop.sheets import Count
from shop.views import admin, product_values, saved_rows
from shop.views.goods import pictures_of

SHAPES = {"live": (_l("On sale"), "good"), "draft": (_l("Draft"), "off")}


def init_app(_app: Flask) -> None:
    """Put the word into the rail."""
    match = (
        "shop_admin.product",
        "shop_admin.categor",
        "shop_admin.bin",
        "shop_admin.review",
        "shop_admin.stock",
        "shop_admin.import",
    )
    menu.entry(30, _l("Products"), "shop_admin.products", icon="products", permission="products.edit", match=match)


@admin.get("/products", endpoint="products")
@needs("products.edit")
def listed() -> Any:
    """A page of the list."""
    asked = request.args
    name, text = asked.get("show", "all"), asked.get("q", "").strip()
    shelf = categories.slugged(asked.get("category", ""))
    rows, pages, total = catalog_search.page(catalog_search.query(name, text, shelf), web.page_asked())
    return render_template(
        "shop/desk/products/list.html",
        goods=_goods(rows),
        chips=_chips(name, shelf),
        total=total,
        q=text,
        name=name,
        shelves=product_values.shelves(),
        shelf=shelf,
        symbol=product_values.symbol(),
        shapes=SHAPES,
        page=min(web.page_asked(), pages),
        pages=pages,
        address=_address,
        every=catalog_search.count("all"),
    )


def _address(**values: Any) -> str:
    kept = {key: value for key in ("show", "q", "category") if (value := request.args.get(key))}
    return url_for(".products", **{key: value for key, value in {**kept, **values}.items() if value})


def _chips(name: str, shelf: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": _address(show="" if code == "all" else code),
            "active": code == name,
            "count": catalog_search.count(code),
        }
        for code, (label, _query) in catalog_search.FILTERS.items()
    ]


def _goods(rows: Any) -> list[dict[str, Any]]:
    own, pictures = words.languages()[0], pictures_of([row.picture_id for row in rows])
    hearts = saved_rows.counts([row.id for row in rows])
    kept, names = catalog_search.variants_of(rows), {one.id: pick(one.name, own) for one in categories.all_()}
    booked = services.kinds_of([row.id for row in rows if row.kind == services.KIND])
    return [
        {
            "row": row,
            "name": pick(row.name, own),
            "pic": pictures.get(row.picture_id or 0),
            "shelf": names.get(row.category_id or 0, ""),
            "hearts": hearts.get(row.id, ""),
            "price": _price(row, kept[row.id]),
            "stock": _stock(kept[row.id], booked.get(row.id, "")),
        }
        for row in rows
    ]


def _price(row: Product, kept: list[Variant]) -> dict[str, Any]:
    several = any(one.price_minor is not None for one in kept)
    told = row.low.format(str(i18n.locale()), cents=False)
    text = _("from %(price)s", price=told) if catalog.varies(row) else told
    return {"edit": not several, "text": text, "typed": amounts.typed(row.price_minor)}


def _stock(kept: list[Variant], booked: str = "") -> dict[str, Any]:
    kinds = {one.stock_kind for one in kept}
    first = kept[0] if kept else None
    low = any(one.stock_kind == "onhand" and one.low_at is not None and one.on_hand <= one.low_at for one in kept)
    if len(kept) == 1 and first is not None and first.stock_kind == "onhand":
        return {"edit": True, "units": first.on_hand, "low": low}
    if kinds == {"onhand"}:
        return {"edit": False, "text": sum(one.on_hand for one in kept), "low": low}
    if kinds == {"daily"}:
        return {"text": _("%(num)s a day", num=sum(one.daily_capacity or 0 for one in kept)), "low": False}
    by = _("by the night") if booked == "nights" else _("by the time")
    told = {"unlimited": _("without limit"), "parts": _("by its parts"), "booking": by}
    return {"text": told.get(kinds.pop() if len(kinds) == 1 else "", "–"), "low": low}


@admin.post("/products/<slug>/quick", endpoint="product_quick")
@needs("products.edit")
@once
def quick(slug: str) -> Any:
    """Another price or another count, from the list."""
    product = catalog.slugged(slug) or abort(404)
    try:
        told = _change(product)
    except ValueError as error:
        raise Refusal(str(error)) from None
    if web.wants_json():
        return told
    flash(_("Saved."))
    return web.back(url_for(".products"))


def _change(product: Product) -> dict[str, Any]:
    form = request.form
    if "price" in form:
        minor = amounts.price(form["price"])
        sheets.price(product, Money(minor or 0, product.currency), by=web.person())
    if "units" in form:
        kept = catalog_search.variants_of([product])[product.id]
        if len(kept) != 1 or kept[0].stock_kind != "onhand":
            raise Refusal(_("Open the product to count its variants."))
        now = amounts.whole(form["units"], catalog.MOST)
        if now is None:
            raise ValueError(_("Write a whole number from %(least)s to %(most)s.", least=0, most=catalog.MOST))
        was = amounts.whole(form.get("was", ""), catalog.MOST)
        sheets.shift(kept[0], Count(kept[0].on_hand if was is None else was, now), by=web.person(), reason="list")
        return {"price": amounts.typed(product.price_minor), "units": kept[0].on_hand, "said": _("Saved.")}
    return {"price": amounts.typed(product.price_minor), "said": _("Saved.")}


@admin.post("/products/bulk", endpoint="products_bulk")
@needs("products.edit")
def bulk() -> Any:
    """Publish, withdraw or bin what is ticked; the toast takes it back."""
    chosen = [row for slug in request.form.getlist("slug")[:200] if (row := catalog.slugged(slug))]
    if not chosen:
        flash(_("Tick the products first."), "error")
    else:
        {"publish": _publish, "withdraw": _withdraw, "bin": _put_away}.get(request.form.get("do", ""), _nothing)(chosen)
    return web.back(url_for(".products"))


def _nothing(_chosen: list[Product]) -> None:
    abort(404)


def _publish(chosen: list[Product]) -> None:
    _turn([row for row in chosen if row.state != "live"], "live")


def _withdraw(chosen: list[Product]) -> None:
    _turn([row for row in chosen if row.state == "live"], "draft")


def _turn(chosen: list[Product], state: str) -> None:
    if not chosen:
        flash(_("They were so already."))
        return
    ticket = signing.make(
        "states", [tenancy.current(), {"live": "draft", "draft": "live"}[state], [row.id for row in chosen]]
    )
    _set(chosen, state)
    count = len(chosen)
    told = (
        ngettext("One product is on sale.", "%(num)s products are on sale.", count)
        if state == "live"
        else ngettext("One product is a draft again.", "%(num)s products are drafts again.", count)
    )
    web.undo(told, ".products_undo", ticket=ticket)


def _set(chosen: list[Product], state: str) -> None:
    for row in chosen:
        if state == "live":
            catalog.check(row)
        row.state = state
        row.published_at = row.published_at or (clock.now() if state == "live" else None)
    catalog.changed(*chosen)


def _put_away(chosen: list[Product]) -> None:
    gone = rubbish.put("product", chosen, by=web.person())
    told = ngettext("One product is in the bin.", "%(num)s products are in the bin.", len(gone))
    web.undo(told, ".bin_undo", ticket=rubbish.ticket("product", gone))


@admin.post("/products/undo/<ticket>", endpoint="products_undo")
@needs("products.edit")
def undo(ticket: str) -> Any:
    """Take a change of many back."""
    told = signing.read("states", ticket, minutes=60)
    if not told or told[0] != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    _set(catalog.of_ids(told[2]), told[1])
    flash(_("Taken back."))
    return web.back(url_for(".products"))
