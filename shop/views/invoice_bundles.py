"""Bundles of invoices in the back office: asked for from a list or a month's books, waited for, downloaded."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import limits, tenancy, web
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Missing
from kernel.web import needs
from shop import invoice_bundles, invoice_list, receipts
from shop.invoice_bundles import InvoiceBundle
from shop.views import admin, invoice_files, private_files

RATE = "60/hour"


@admin.get("/invoices/zip", endpoint="invoice_bundles")
@needs("invoices.export")
def listed() -> str:
    """What was asked for: on its way, or ready for a week."""
    rows = [_row(one) for one in invoice_bundles.listed()]
    return render_template(
        "shop/desk/invoices/bundles.html", rows=rows, waits=any(not row["url"] for row in rows),
        days=invoice_bundles.KEPT.days,
    )  # fmt: skip


@admin.post("/invoices/zip", endpoint="invoice_bundle_make")
@needs("invoices.export")
@once
def make() -> Response:
    """Have the papers of a month, or of what the list shows, put into one ZIP."""
    limits.check_within("invoice-bundle", str(tenancy.current()), RATE)
    form = request.form
    at, kind = invoice_list.month(form.get("month", "")), form.get("kind", "")
    words = form.get("q", "").strip()[:120]
    invoice_bundles.ask(
        month=(at or invoice_list.this_month()).code, kind=kind if kind in invoice_list.KINDS else "", words=words,
        by=web.person(),
    )  # fmt: skip
    flash(_("The ZIP is being made: it appears here by itself."))
    return redirect(url_for(".invoice_bundles"), 303)


@admin.get("/invoices/zip/<token>", endpoint="invoice_bundle")
@needs("invoices.export")
def take(token: str) -> Any:
    """The ZIP itself."""
    row = invoice_bundles.named(token)
    if row.file is None:
        raise Missing()
    return private_files.stream(row.file)


def _row(one: InvoiceBundle) -> dict[str, Any]:
    at, zone = invoice_list.month(one.month), ZoneInfo(tenancy.tenant().timezone)
    kinds = {"invoice": _("Invoices"), "credit_note": _("Credit notes")}
    said = [invoice_files.month_name(at)] if at else []
    said += [_("“%(name)s”", name=one.words)] if one.words else []
    return {
        "name": " · ".join([kinds.get(one.kind, _("Invoices and credit notes")), *said]),
        "papers": one.papers, "missing": one.missing, "asked": receipts.day_and_time(one.asked_at),
        "url": url_for(".invoice_bundle", token=one.token) if one.file_id else "",
        "until": receipts.day(one.ends_at.astimezone(zone).date()) if one.ends_at else "",
    }  # fmt: skip
