"""Price lists as files: downloaded for a spreadsheet, and read back: first what a file would change, then kept."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import table_files, tables, tenancy, web, workbooks
from kernel.i18n import _, ngettext, pick
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs
from shop import price_files, price_lists, receipts
from shop.price_files import Change, Reading
from shop.views import admin

SHOWN = 200  # lines of a report
LARGEST = 1_000_000  # bytes, and as much again when it comes back to be kept


@admin.get("/price-lists/<group>.csv", endpoint="price_list_csv")
@admin.get("/price-lists/<group>.xlsx", endpoint="price_list_xlsx")
@needs("discounts.edit")
def csv(group: str) -> Any:
    """The list for a spreadsheet: what wholesale customers ask for, and what can be read back."""
    one = price_lists.named(group)
    return tables.answer(f"{tenancy.tenant().slug}-{one.group}", price_files.heads(), price_files.lines(one.group))


@admin.get("/price-lists/<group>/file", endpoint="price_list_file")
@needs("discounts.edit")
def show(group: str) -> Any:
    """How a list is changed by a file."""
    return _page(group)


@admin.post("/price-lists/<group>/file", endpoint="price_list_file_read")
@needs("discounts.edit")
def read(group: str) -> Any:
    """What the file would change; nothing is kept yet."""
    request.max_content_length = LARGEST + 10_000
    sent = request.files.get("file")
    data = sent.read() if sent and sent.filename else b""
    with web.reading():
        price_lists.named(group)
        if not data:
            return _page(group, trouble=_("Choose the file first."), status=422)
        try:
            text, note = table_files.text(data, request.form.get("sheet", ""))
            if len(text.encode()) > LARGEST:  # what was packed is larger than it came, and goes to and fro
                raise workbooks.TooMuch()
            return _report(group, text, (sent and sent.filename) or "", note)
        except Refusal as refusal:
            return _page(group, trouble=str(refusal), status=422)


@admin.post("/price-lists/<group>/file/keep", endpoint="price_list_file_keep")
@needs("discounts.edit")
def keep(group: str) -> Any:
    """Keep what was shown, all of it."""
    request.max_content_length, request.max_form_memory_size = 4 * LARGEST, 2 * LARGEST
    price_lists.named(group)
    text, name = request.form.get("text", ""), request.form.get("name", "")
    try:
        changed = price_files.keep(group, text, by=web.person())
    except price_files.Wrongs:
        return _report(group, text, name)
    flash(ngettext("One price changed.", "%(num)s prices changed.", changed))
    return redirect(url_for(".price_list", group=group), 303)


def _report(group: str, text: str, name: str, note: str = "") -> Any:
    found = price_files.read(group, text)
    return _page(group, found=found, text=text, name=name, note=note, status=422 if found.wrong else 200)


def _page(group: str, found: Reading | None = None, *, status: int = 200, **told: Any) -> Any:
    changes, wrong = (found.changes, found.wrong) if found else ([], [])
    page = render_template(
        "shop/desk/price_lists/file.html", one=price_lists.named(group), found=found, **told,
        sheet=request.form.get("sheet", ""), changes=[_change(one) for one in changes[:SHOWN]], wrong=wrong[:SHOWN],
        more=max(len(changes), len(wrong)) - SHOWN,
    )  # fmt: skip
    return page, status


def _change(one: Change) -> dict[str, str]:
    row = one.row

    def shown(money: Money | None) -> str:
        return receipts.shown(money) if money else _("listed: %(price)s", price=receipts.shown(row.listed))

    return {"name": pick(row.product.name), "sku": row.sku, "before": shown(one.before), "after": shown(one.after)}
