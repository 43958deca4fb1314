"""The booking editor: how a product of time is booked; three kinds to choose from, then only what that kind needs."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import catalog, service_sheets, services
from shop.catalog import Product
from shop.forms import service_fields as forms
from shop.forms import service_rows, words
from shop.services import Service
from shop.views import admin, pages, product_values, rate_table, service_values, time_wait_part

KINDS = (
    ("departure", "people", _l("Departures"), _l("A tour, a workshop, a tasting: leaves at set times, sells places.")),
    ("appointment", "clock", _l("Appointments"), _l("A haircut, an advice: people choose a time within your hours.")),
    ("nights", "home", _l("Nights"), _l("A cabin or a room, from arrival to departure.")),
)
FOLDED = {
    "questions": ("questions",),
    "meeting": ("meeting", "languages", "age_min"),
    "know": ("know", "know_read"),
    "limits": ("lead", "horizon", "series", "holidays", "before", "after"),
    "seasons": ("seasons",),
}


@admin.get("/products/<slug>/booking", endpoint="product_booking")
@needs("products.edit")
def edit(slug: str) -> Any:
    """How it is booked; of a new one first which kind it is."""
    product = _product(slug)
    row = services.of_product(product.id)
    kind = row.kind if row else request.args.get("kind", "")
    if kind not in services.KINDS:
        return render_template("shop/desk/services/choose.html", product=product, kinds=KINDS)
    values = service_values.of(row) if row else service_values.blank(product, kind)
    return _page(product, kind, forms.made(None, kind, values))


@admin.post("/products/<slug>/booking", endpoint="product_booking_save")
@needs("products.edit")
def save(slug: str) -> Any:
    """Write how it is booked, and publish it when that was the button."""
    request.max_form_parts = 5000
    product = _product(slug)
    row = services.of_product(product.id)
    kind = row.kind if row else request.form.get("kind", "")
    if kind not in services.KINDS:
        abort(404)
    form = forms.made(request.form, kind)
    sheet = forms.sheet(form, kind, service_values.known_resources())
    if sheet is None:
        return _page(product, kind, form), 422
    try:
        return _written(product, sheet)
    except service_sheets.NotReady as refusal:
        db.session.rollback()
        return _page(_product(slug), kind, form, refusal.lacking), 422
    except Refusal as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal))
    return _page(_product(slug), kind, form), 422


def _product(slug: str) -> Product:
    product = catalog.slugged(slug)
    if product is None or product.kind != services.KIND:
        abort(404)
    return product


def _written(product: Product, sheet: service_sheets.ServiceSheet) -> Any:
    told = service_sheets.save(product, sheet, by=web.person())
    if request.form.get("do") == "publish":
        catalog.publish(product)
        flash(_("“%(name)s” is on sale.", name=pick(product.name)))
    else:
        if product.live:
            service_sheets.check(product)
        flash(_("Saved."))
    if told.outside:
        flash(_outside(told.outside))
    if told.unfit:
        flash(_unfit(told.unfit))
    return redirect(url_for(".product_booking", slug=product.slug), 303)


def _outside(count: int) -> Any:
    return ngettext(
        "One booking to come begins outside the new hours. It stays: move it or call it off yourself.",
        "%(num)s bookings to come begin outside the new hours. They stay: move them or call them off yourself.",
        count,
    )


def _unfit(count: int) -> Any:
    return ngettext(
        "For one time to come, what it occupies is not free. It stays: look at it in the calendar.",
        "For %(num)s times to come, what they occupy is not free. They stay: look at them in the calendar.",
        count,
    )


def _page(product: Product, kind: str, form: Any, lacking: Mapping[str, Any] | None = None) -> str:
    """The editor; `lacking` is what kept it from being published just now."""
    own = words.languages()[0]
    known = services.of_product(product.id)
    resources = service_values.known_resources()
    return render_template(
        "shop/desk/services/edit.html",
        product=product,
        kind=kind,
        kind_name=next(label for code, _glyph, label, _text in KINDS if code == kind),
        form=service_rows.roomy(form),
        known=known is not None,
        sold=rate_table.of(known) if known and kind == "nights" else (),
        waits=time_wait_part.waiting(known) if known else "",
        resources={row.token: row for row in resources},
        users=service_values.users(product.id),
        proposed=known is None and request.method == "GET" and service_values.proposed(kind, resources) is not None,
        others=words.others(),
        own=own,
        language_names=words.NAMES,
        symbol=product_values.symbol(),
        missing=lacking or ({} if form.form_errors else _missing(product)),
        refused=bool(lacking),
        opened=_opened(form),
        preview=web.shop_url("shop.preview", token=pages.preview_token("product", product, web.person())),
    )


def _missing(product: Product) -> Mapping[str, Any]:
    row: Service | None = services.of_product(product.id)
    return service_sheets.missing(product) if row else {}


def _opened(form: Any) -> set[str]:
    """The folded parts that hold an error: they are shown open."""
    wrong = set(form.errors) - {None}
    found = {name for name, fields in FOLDED.items() if wrong & set(fields)}
    rows = {name for name in ("questions", "seasons") if any(_row_wrong(entry.form) for entry in form[name])}
    return found | rows


def _row_wrong(row: Any) -> bool:
    return any(field.errors for field in row)
