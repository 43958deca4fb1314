"""What the shop adds to a company's page: what it bought in all, its quotes, orders, invoices; for whom an order is."""

from typing import Any

from babel.dates import format_date
from flask import Flask, render_template

from crm import company_contacts
from crm.companies import Company
from kernel import i18n, slots, web
from kernel.db import db
from kernel.i18n import _, ngettext
from shop import company_orders, orders, proposal_rows, receipts
from shop.views import desk, order_papers, order_table, proposal_part


def figures(company: Company) -> str:
    """How much it paid, in how many orders, when last."""
    if not web.may("orders.view"):
        return ""
    told = company_orders.bought(company)
    if not told.orders:
        return ""
    rows = [(receipts.shown(amount), _("paid")) for amount in told.paid]
    rows.append((str(told.orders), ngettext("order of theirs", "orders of theirs", told.orders)))
    rows += [(str(format_date(told.last, "medium", locale=i18n.locale())), _("last order"))] if told.last else []
    return render_template("shop/desk/orders/_company_figures.html", rows=rows)


def panels(company: Company) -> str:
    """Its quotes, orders and invoices, each for staff who may see them."""
    found = []
    if web.may("quotes.view"):
        main = company_contacts.main_ones([company]).get(company.id)
        more = {"company": company.token} | ({"person": main.token} if main else {})
        rows = [proposal_part.row(one) for one in proposal_rows.of_company(company)]
        found.append(render_template("shop/desk/proposals/_of_person.html", rows=rows, more=more))
    if web.may("orders.view"):
        shown = [order_table.row(one) for one in company_orders.of(company)]
        found.append(render_template("shop/desk/orders/_of_person.html", rows=shown))
    papers = company_orders.invoices(company) if web.may("invoices.view") else ()
    if papers:
        shown = [order_papers.row(one) for one in papers]
        found.append(render_template("shop/desk/invoices/_of_company.html", rows=shown))
    return "".join(found)


def order(number: str, **_told: Any) -> str:
    """For which company an order is, on its page."""
    found = orders.numbered(number)
    company = db.session.get(Company, found.company_id) if found.company_id else None
    if company is None or company.binned_at is not None:
        return ""
    url = desk.link("crm_admin.company", token=company.token)
    return render_template("shop/desk/orders/_company.html", company=company, url=url)


def init_app(_app: Flask) -> None:
    """Fill the slots."""
    slots.fill("crm.company_figures", figures)
    slots.fill("crm.company", panels)
    slots.fill("shop.order", order, order=30)
