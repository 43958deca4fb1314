"""One search for everything: orders, people, products, all kinds of pages, as a page and for the palette."""

from typing import Any

from flask import Flask, jsonify, render_template, request, url_for

from kernel import permissions, phones, tenancy, web
from kernel.i18n import _, _l, pick
from kernel.web import needs
from shop import lookup, order_story, proposal_words, receipts
from shop.views import admin, booking_rows, desk, lookup_pages


@admin.get("/search", endpoint="search")
@needs("search.use")
def search() -> Any:
    """What a text means: groups of links, the likeliest group first."""
    text = request.args.get("q", "").strip()[:120]
    found = groups(text) if len(text) > 1 else []
    if web.wants_json():
        return jsonify(groups=found)
    return render_template("shop/desk/search/show.html", q=text, groups=found)


def groups(text: str) -> list[dict[str, Any]]:
    """The groups that have something."""
    orders = _group(_("Orders"), _orders(text)) if web.may("orders.view") else {}
    people = _group(_("People"), _people(text))
    exact = any(item["label"].endswith(text.upper()) for item in orders.get("items", []))
    first = [people, orders] if lookup.is_phone(text) and not exact else [orders, people]
    firms = _group(_("Companies"), _companies(text) if web.may("companies.view") else [])
    settings, others = lookup_pages.found(text)
    rest = [
        firms, _group(_("Bookings"), _bookings(text) if web.may("bookings.view") else []),
        _group(_("Quotes"), _quotes(text) if web.may("quotes.view") else []),
        _group(_("Products"), _products(text)), _group(_("Pages"), _pages(text)),
        _group(_("Settings"), settings), _group(_("Go to"), others),
    ]  # fmt: skip
    return [group for group in (*first, *rest) if group.get("items")]


def _group(label: str, items: list[dict[str, str]]) -> dict[str, Any]:
    return {"label": label, "items": items}


def _orders(text: str) -> list[dict[str, str]]:
    return [
        {"label": order.number, "url": url_for("shop_admin.order", number=order.number),
         "hint": " · ".join(filter(None, (order.name, receipts.shown(order.total),
                                          str(order_story.STATES[order.state][0]))))}
        for order in lookup.orders(text)
    ]  # fmt: skip


def _bookings(text: str) -> list[dict[str, str]]:
    return [
        {"label": f"{booking_rows.called(row)} · {pick(row.service.product.name)}",
         "url": url_for("shop_admin.booking", token=row.token), "hint": receipts.until(row.starts_at)}
        for row in lookup.bookings(text)
    ]  # fmt: skip


def _quotes(text: str) -> list[dict[str, str]]:
    return [
        {"label": row.number or _("Draft of a quote"), "url": url_for("shop_admin.proposal", token=row.token),
         "hint": " · ".join(filter(None, (row.called, receipts.shown(row.total), proposal_words.state(row)[0])))}
        for row in lookup.quotes(text)
    ]  # fmt: skip


def _people(text: str) -> list[dict[str, str]]:
    country = tenancy.tenant().country
    return [
        {"label": person.called, "url": url, "hint": person.email or phones.show(person.phone or "", country)}
        for person in lookup.people(text)
        if (url := desk.link("crm_admin.person", token=person.token))
    ]


def _companies(text: str) -> list[dict[str, str]]:
    return [
        {"label": one.called, "url": url_for("crm_admin.company", token=one.token),
         "hint": " · ".join(filter(None, (one.legal_name, one.tax_number)))}
        for one in lookup.companies(text)
    ]  # fmt: skip


def _products(text: str) -> list[dict[str, str]]:
    return [
        {"label": pick(product.name), "url": url, "hint": receipts.shown(product.low)}
        for product in lookup.products(text)
        if (url := desk.link("shop_admin.product", slug=product.slug))
    ]


def _pages(text: str) -> list[dict[str, str]]:
    return [
        {"label": pick(page.title), "url": url, "hint": ""}
        for page in lookup.pages(text)
        if (url := desk.link("shop_admin.page", slug=page.slug))
    ]


def init_app(_app: Flask) -> None:
    """Everybody on the staff may search; each finds only what they may see."""
    permissions.define("search.use", _l("Search"), roles=("manager", "marketer", "accountant", "clerk"), area="shop")
