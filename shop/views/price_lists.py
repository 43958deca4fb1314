"""The back office's price lists: what each group pays, filled by a percentage or typed; a product's by quantity."""

from itertools import zip_longest
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kernel import web
from kernel.i18n import _, ngettext, pick
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import catalog, categories, price_lists, receipts, wants
from shop.catalog import Product
from shop.forms import amounts
from shop.forms import price_lists as forms
from shop.price_lists import Row, Step
from shop.variants import Variant
from shop.views import admin
from shop.views.settings import unit


@admin.get("/price-lists", endpoint="price_lists")
@needs("discounts.edit")
def listed() -> Any:
    """Every group, and how many prices it has."""
    return _list(forms.made())


def _list(form: Any) -> str:
    return render_template("shop/desk/price_lists/list.html", rows=price_lists.every(), form=form)


@admin.post("/price-lists", endpoint="price_list_make")
@needs("discounts.edit")
@once
def make() -> Any:
    """A list for a group, filled by a percentage."""
    form = forms.made(request.form)
    return _filled(form) if form.validate() else (_list(form), 422)


@admin.get("/price-lists/<group>", endpoint="price_list")
@needs("discounts.edit")
def show(group: str) -> Any:
    """One list: every product with its price and the group's."""
    return _page(group)


def _page(group: str, wrong: dict[str, str] | None = None, filling: Any = None) -> str:
    one, kept, own = price_lists.named(group), price_lists.prices(group), price_lists.own_prices(group)
    shelf = categories.slugged(request.args.get("category", ""))
    rows = [
        {"field": _field(row), "name": pick(row.product.name), "sku": row.sku, "listed": receipts.shown(row.listed),
         "options": _options(row), "wrong": (wrong or {}).get(_field(row), ""),
         "typed": request.form.get(_field(row), amounts.typed(
             kept.get(row.product.id) if row.variant is None else own.get(row.variant.id)))}
        for row in price_lists.rows(shelf)
    ]  # fmt: skip
    return render_template(
        "shop/desk/price_lists/edit.html", one=one, rows=rows, form=filling or forms.made(group=group), unit=unit(),
        wrong=wrong or {}, shelf=shelf.slug if shelf else "",
    )  # fmt: skip


def _field(row: Row) -> str:
    return f"price-{row.product.slug}" if row.variant is None else f"price-of-{row.variant.id}"


def _options(row: Row) -> str:
    return " · ".join(pick(one["value"]) for one in wants.options(row.variant)) if row.variant is not None else ""


@admin.post("/price-lists/<group>", endpoint="price_list_save")
@needs("discounts.edit")
def save(group: str) -> Any:
    """Keep what was typed; an empty price is the listed one."""
    price_lists.named(group)
    wanted: dict[int, int | None] = {}
    own: dict[int, int | None] = {}
    wrong: dict[str, str] = {}
    for row in price_lists.rows():
        text = request.form.get(_field(row))
        into, key = (wanted, row.product.id) if row.variant is None else (own, row.variant.id)
        try:
            into |= {} if text is None else {key: amounts.price(text, empty=True)}
        except ValueError as error:
            wrong[_field(row)] = str(error)
    if wrong:
        return _page(group, wrong), 422
    return _told(group, price_lists.put(group, wanted, own, by=web.person()))


@admin.post("/price-lists/<group>/fill", endpoint="price_list_fill")
@needs("discounts.edit")
def fill(group: str) -> Any:
    """So much less than the listed price, on a category or everything."""
    price_lists.named(group)
    form = forms.made(request.form, group=group)
    return _filled(form) if form.validate() else (_page(group, filling=form), 422)


def _filled(form: Any) -> Any:
    shelf = categories.slugged(form.category.data or "")
    return _told(form.named, price_lists.fill(form.named, form.percent.bp, shelf, by=web.person()))


def _told(group: str, changed: int) -> Any:
    flash(ngettext("One price changed.", "%(num)s prices changed.", changed))
    return redirect(url_for(".price_list", group=group), 303)


@admin.get("/products/<slug>/prices", endpoint="product_prices")
@needs("products.edit")
def steps(slug: str) -> Any:
    """A product's prices by quantity and by group."""
    return _steps(slug)


def _steps(slug: str, trouble: str = "", status: int = 200) -> Any:
    product = catalog.slugged(slug) or abort(404)
    dearer = {str(row.id): receipts.shown(catalog.price(product, row)) for row in _dearer(product)}
    kept = [
        (str(one.units), amounts.typed(one.minor), one.group, str(one.variant_id or ""))
        for one in price_lists.steps(product)
    ]
    rows = _typed() if request.method == "POST" else kept
    page = render_template(
        "shop/desk/price_lists/product.html", product=product, trouble=trouble, unit=unit(),
        rows=[*rows, *[("", "", "", "")] * max(1, 4 - len(rows))][: price_lists.MOST],
        listed=receipts.shown(product.price), groups=[one.group for one in price_lists.every()],
        choices=[(str(row.id), _called(row), dearer[str(row.id)]) for row in _dearer(product)],
    )  # fmt: skip
    return page, status


def _dearer(product: Product) -> list[Variant]:
    """The choices on sale whose price is their own."""
    return [row for row in product.variants if row.active and row.price_minor is not None]


def _called(variant: Variant) -> str:
    return ", ".join(pick(one["value"]) for one in wants.options(variant)) or variant.sku


def _typed() -> list[tuple[str, ...]]:
    told = [request.form.getlist(name)[: price_lists.MOST] for name in ("units", "price", "group", "variant")]
    rows = zip_longest(*told, fillvalue="")
    return [row for row in rows if any(text.strip() for text in row[:3])]


@admin.post("/products/<slug>/prices", endpoint="product_prices_save")
@needs("products.edit")
def save_steps(slug: str) -> Any:
    """Keep them."""
    product = catalog.slugged(slug) or abort(404)
    try:
        price_lists.put_steps(product, [_step(product, row) for row in _typed()], by=web.person())
    except (Refusal, ValueError) as error:
        return _steps(slug, str(error), 422)
    flash(_("Saved."))
    return redirect(url_for(".product_prices", slug=slug), 303)


def _step(product: Product, row: tuple[str, ...]) -> Step:
    units, price, group, chosen = row
    variant = next((one for one in _dearer(product) if str(one.id) == chosen), None)
    least, minor = amounts.whole(units, 9_999, least=1), amounts.price(price)
    whose = price_lists.normal(group) if group.strip() else ""
    return Step(least or 1, whose, minor or 0, variant.id if variant else None)
