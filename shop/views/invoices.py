"""Invoices in the back office: the list of a month, one paper, its PDF, issuing by hand, credit notes, letters."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import journal, menu, permissions, tenancy, today, web
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import credit_notes, invoice_list, invoice_papers, invoice_series, invoices, letters, orders, receipts
from shop.forms.invoices import CreditForm
from shop.invoice_list import Month
from shop.views import admin, desk, invoice_files, order_desk, order_papers, order_table

WHY = {
    "used": (_l("The numbers of %(series)s are used up: nothing is issued until you enter a new range."), "bad"),
    "over": (_l("The authorisation of %(series)s is over: nothing is issued until you enter a new range."), "bad"),
    "few": (_l("Only %(left)s authorised numbers of %(series)s are left: ask for a new range in time."), "care"),
    "soon": (_l("The authorisation of %(series)s ends on %(until)s: ask for a new range in time."), "care"),
}  # fmt: skip


@admin.get("/invoices", endpoint="invoices")
@needs("invoices.view")
def show() -> str:
    """One month of papers with its sums; `show=due`: the orders that wait for one."""
    if request.args.get("show") == "due":
        return _due()
    months, at, kind, text = invoice_list.months(), _month(), request.args.get("kind", ""), _text()
    wanted = invoice_list.query(at=None if text else at, kind=kind, text=text)
    rows, pages = invoice_list.page(wanted, web.page_asked())
    return render_template(
        "shop/desk/invoices/list.html", rows=[order_papers.row(row) for row in rows],
        any=bool(rows) or len(months) > 1, q=text,
        months=[(one.code, invoice_files.month_name(one)) for one in months], at=at.code,
        name=invoice_files.month_name(at), kind=kind,
        chips=_chips(kind), sums=[] if text else [_sums(one) for one in invoice_list.sums(at, kind)],
        warnings=warnings(),
        page=min(web.page_asked(), pages), pages=pages, page_url=_page_url,
        due=invoice_list.size(invoice_list.waiting()),
    )  # fmt: skip


def _due() -> str:
    rows, _pages = invoice_list.page(invoice_list.waiting(), 1)  # type: ignore[arg-type]
    shown = [order_table.row(order) for order in rows]  # type: ignore[arg-type]
    return render_template("shop/desk/invoices/due.html", rows=shown, warnings=warnings())


def _month() -> Month:
    return invoice_list.month(request.args.get("month", "")) or invoice_list.this_month()


def _text() -> str:
    return request.args.get("q", "").strip()[:120]


def _page_url(number: int) -> str:
    return web.page_url("shop_admin.invoices", number)


def _chips(kind: str) -> list[dict[str, Any]]:
    args: dict[str, Any] = {name: value for name, value in request.args.to_dict().items() if name in {"month", "q"}}
    named = (("", _("All")), ("invoice", _("Invoices")), ("credit_note", _("Credit notes")))
    return [
        {"label": label, "active": code == kind, "url": url_for("shop_admin.invoices", kind=code or None, **args)}
        for code, label in named
    ]


def _sums(told: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: receipts.shown(Money(told[name], told["currency"])) for name in ("net", "tax", "gross")}
    return {**amounts, "count": told["count"]}


def warnings() -> list[tuple[str, str]]:
    """What the owner should know about the numbers, as sentence and tone."""
    found = []
    for kind in invoice_series.KINDS:
        row = invoice_series.shown(kind)
        why = invoice_series.warning(row)
        if why:
            sentence, tone = WHY[why]
            until = receipts.day(row.until) if row.until else ""
            found.append((str(sentence) % {"series": row.prefix, "left": row.left, "until": until}, tone))
    return found


@admin.get("/invoices/<number>", endpoint="invoice")
@needs("invoices.view")
def one(number: str) -> str:
    """One paper: what it says, where it stands, what belongs to it."""
    row = invoices.numbered(number)
    return render_template(
        "shop/desk/invoices/show.html", row=row, told=invoice_papers.told(row), state=invoice_papers.state(row),
        url=invoice_papers.url(row), left=receipts.shown(invoices.left(row)), sound=invoices.sound(row),
        others=[order_papers.row(other) for other in invoices.every(row.order) if other.id != row.id],
    )  # fmt: skip


@admin.get("/invoices/<number>/paper.pdf", endpoint="invoice_pdf")
@needs("invoices.view")
def paper(number: str) -> Any:
    """The paper itself."""
    return invoice_files.paper(invoices.numbered(number), tenancy.tenant().language)


@admin.post("/invoices/<number>/letter", endpoint="invoice_send")
@needs("invoices.issue")
@once
def send(number: str) -> Any:
    """Send it to the buyer again."""
    row = invoices.numbered(number)
    if not row.order.email:
        raise Refusal(_l("The buyer left no e-mail: print it or share its address."))
    letters.tell(row.order, "invoice", paper=invoice_papers.link(row))
    journal.write("invoices.sent", about=row.order, by=web.person(), data={"number": row.number})
    flash(_("Sent to %(address)s.", address=row.order.email))
    return redirect(url_for(".invoice", number=number), 303)


@admin.post("/orders/<number>/invoice", endpoint="invoice_issue")
@needs("invoices.issue")
@desk.at_order
def issue(number: str) -> None:
    """Issue what the order waits for."""
    made = credit_notes.bring_up(orders.numbered(number), by=web.person())
    flash(_("Issued: %(number)s.", number=made.number))


@admin.post("/orders/<number>/credit-notes", endpoint="invoice_credit")
@needs("invoices.credit")
@once
@desk.at_order
def credit(number: str) -> Any:
    """Take a part of the order's invoice back."""
    form, order = CreditForm(request.form), orders.numbered(number)
    amount = desk.amount_of(form, order.currency)
    if amount is None:
        return order_desk.page(order, credit=form), 422
    try:
        made = credit_notes.give(order, amount=amount, reason=form.reason.data or "", by=web.person())
    except (*order_desk.AMOUNT, invoices.TooMuch) as refusal:
        return order_desk.again(number, form.amount, refusal, credit=form)
    flash(_("Issued: %(number)s.", number=made.number))
    return None


def init_app(_app: Flask) -> None:
    """Put what waits into Hoy; say who may do what with papers. The list is reached from the orders.

    Who keeps the books and prepares nothing has it in the rail.
    """
    menu.entry(
        22, _l("Invoices"), "shop_admin.invoices", icon="receipt", permission="invoices.view",
        match=("shop_admin.invoice",), when=lambda: not web.may("orders.edit"),
    )  # fmt: skip
    permissions.define("invoices.view", _l("See invoices"), roles=("manager", "accountant", "clerk"), area="money")
    permissions.define(
        "invoices.issue", _l("Issue and send invoices"), roles=("manager", "accountant", "clerk"), area="money"
    )
    permissions.define("invoices.credit", _l("Issue credit notes"), roles=("manager",), area="money")
    permissions.define(
        "invoices.export",
        _l("Take the tax book and the journal out as files"),
        roles=("manager", "accountant"),
        area="money",
    )
    today.line(
        "invoices", _l("Invoices to issue"), invoice_list.waiting, permission="invoices.issue", order=45,
        icon="receipt", list_url=lambda: url_for("shop_admin.invoices", show="due"),
    )  # fmt: skip
