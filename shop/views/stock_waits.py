"""Asking to be told when something is back, taking oneself off again, and who waits as the back office sees it."""

from typing import Any

from flask import Flask, flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload

from crm import facts, visitors
from crm.views import asking
from kernel import i18n, limits, permissions, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing
from kernel.web import needs
from shop import catalog, stock, stock_wait_rows, stock_waits, variants, waits
from shop.forms.stock_waits import WaitForm
from shop.stock_wait_rows import StockWait
from shop.variants import Variant
from shop.views import admin, product, stock_wait_part, store, visitor

FROM_ONE_PLACE = "20/10minute;100/day"
TO_ONE_ADDRESS = "10/hour;20/day"
PAGE = 50


@store.post("/back", endpoint="back_ask")
def ask() -> Any:
    """Have them told once: whoever is logged in by one press, everybody else by their address."""
    variant, contact = _variant(), asking.contact()
    form = WaitForm(request.form)
    if contact is None and not form.validate():
        return _again(variant, form)
    email = (contact.email if contact else form.email.data) or ""
    limits.check("stock-wait", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    limits.check("stock-wait-to", f"{tenancy.current()}:{email.lower()}", TO_ONE_ADDRESS)
    item = stock_waits.name(variant, i18n.language())
    try:
        if not request.form.get("website"):  # nobody sees that field: who fills it in is a program
            known = stock_waits.ask(variant, contact, email=email, language=i18n.language())
            visitors.attribute(asking.visitor(), known)
        told = _("We write to %(email)s once, as soon as %(item)s is back.", email=email, item=item)
    except stock_waits.BackAlready as back:
        told = str(back)
    flash(told, "message")
    return _to_page(variant)


def _variant() -> Variant:
    found = variants.by_sku(request.form.get("sku", "")[:64])
    shown = found.product if found is not None else None
    if found is None or shown is None or found.stock_kind in stock_wait_part.NEVER or not found.active:
        raise Missing(_("That product is not here any more."))
    if not shown.live or not shown.open_to(visitor.group()):
        raise Missing(_("That product is not here any more."))
    return found


def _to_page(variant: Variant) -> Any:
    sku = variant.sku if variant.options else None
    return redirect(url_for("shop.product", slug=variant.product.slug, variant=sku), 303)


def _again(variant: Variant, form: WaitForm) -> Any:
    """The product's page once more: what is wrong stands beside the field, what was typed stays."""
    g.chosen, g.wait_form = variant.sku, form
    made = make_response(product.show(variant.product), 422)
    made.headers["Cache-Control"] = "private, no-store"
    return made


@store.get("/back/<token>", endpoint="back")
def asked(token: str) -> str:
    """Behind the link of the letter: what one still waits for, and a button, so that a mail scanner ends nothing."""
    row = waits.named(StockWait, token)
    mine = waits.open_of(StockWait, row.contact_id)
    names = [stock_waits.name(one.variant, i18n.language()) for one in mine if one.variant.product]
    return render_template("shop/stock_waits/leave.html", names=names, token=token)


@store.post("/back/<token>", endpoint="back_leave")
def leave(token: str) -> Any:
    """Wait for that one no more (`one`), for nothing at all, or for all of it again."""
    row = waits.named(StockWait, token)
    one, again = "one" in request.form, "again" in request.form
    if again:
        waits.come_back(row)
        flash(_("You are told again when it is back."), "message")
    else:
        waits.leave(row, all_of_them=not one)
        fields = {"again": "1", **({"one": "1"} if one else {})}
        web.undo(_("Nobody writes to you about it."), ".back_leave", token=token, fields=fields)
    if one and row.variant.product is not None:
        return _to_page(row.variant)
    return redirect(url_for("shop.back", token=token), 303)


@admin.get("/stock/waiting", endpoint="stock_waits")
@needs("stock.waits")
def listed() -> str:
    """Who waits for what, since when; of one product or of all."""
    slug = request.args.get("product", "")[:80]
    wanted = stock_wait_rows.waiting()
    here = catalog.slugged(slug) if slug else None
    if here is not None:
        wanted = wanted.where(StockWait.variant_id.in_([one.id for one in here.variants]))
    count = waits.size(wanted)
    pages = max(1, -(-count // PAGE))
    page = min(web.page_asked(), pages)
    thing = selectinload(StockWait.variant).selectinload(Variant.product)
    wanted = wanted.options(selectinload(StockWait.contact), thing)
    rows = wanted.limit(PAGE).offset((page - 1) * PAGE)
    return render_template(
        "shop/desk/stock/waiting.html", rows=[_row(one) for one in db.session.scalars(rows)], count=count, here=here,
        page=page, pages=pages, chips=_chips(here),
        page_url=lambda number: web.page_url("shop_admin.stock_waits", number),
    )  # fmt: skip


def _row(row: StockWait) -> dict[str, Any]:
    own = tenancy.tenant().language
    return {
        "who": row.contact, "since": row.asked_at, "item": stock_waits.name(row.variant, own),
        "left": stock.left(row.variant), "slug": row.variant.product.slug,
    }  # fmt: skip


def _chips(here: Any) -> list[dict[str, Any]]:
    """The products for which most wait."""
    found = stock_wait_rows.by_product()
    chips = [{"label": _("All"), "url": url_for(".stock_waits"), "active": here is None, "count": sum(found.values())}]
    return chips + [
        {"label": i18n.pick(row.name), "url": url_for(".stock_waits", product=row.slug), "active": row is here,
         "count": found[row.id]}
        for row in catalog.of_ids(list(found)[:12])
    ]  # fmt: skip


def product_url(fact: facts.Fact) -> str | None:
    """Where the fact that somebody asked leads: to the product."""
    found = next(iter(catalog.of_ids([fact.about_id])), None) if fact.about_id else None
    return url_for("shop_admin.product", slug=found.slug) if found and web.may("products.edit") else None


def init_app(_app: Flask) -> None:
    """Say who may see it, and count it on "Hoy"."""
    permissions.define(
        "stock.waits", _l("See who waits for what is sold out"), roles=["manager", "marketer", "clerk"], area="goods"
    )
    facts.linked(("asked_back",), product_url)
    today.line(
        "stock-waits", _l("Waiting for something to be back"), stock_wait_rows.waiting, permission="stock.waits",
        list_url=lambda: url_for("shop_admin.stock_waits"), order=72, icon="clock",
    )  # fmt: skip
