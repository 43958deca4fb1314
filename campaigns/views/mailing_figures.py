"""What the report of a letter to many shows: its figures, what it brought, its links; each leads to what it counts."""

import re
from collections.abc import Mapping
from typing import Any

from flask import url_for

from campaigns import fields, followups, reports
from campaigns.attributed import Attributed
from campaigns.mailings import Mailing
from campaigns.reports import LinkFigure
from kernel import tenancy, web
from kernel.i18n import _, _l, pick
from shop import catalog, receipts
from shop.orders import Order

FILLED = re.compile(r"\{\{ *(\w+)(?:\[(\d+)\])?(?:\.\w+)? *\}\}")  # an address that is filled in for each reader
HOME = re.compile(r"/(?:([a-z]{2})/?)?")
GOOD = re.compile(r"(?:/([a-z]{2}))?/p/([^/]+)")  # the path of a product's page
LINKS = 30  # on one page, those first that most people followed
LARGE = ("delivered", "opened", "clicked", "unsubscribed")
MORE = ("unopened", "unclicked", "private", "perhaps", "machines", "complaints", "answered", "hard", "blocked", "soft")
HOW = {
    "click": _l("by a link of the letter"), "unknown": _l("perhaps by a link of the letter"),
    "address": _l("with the address that had the letter"),
}  # fmt: skip


def told(row: Mailing) -> dict[str, Any]:
    """What the page shows of it."""
    found, earned, here = reports.of(row), reports.earned(row), reports.kept_here(row)
    return {
        "large": [_figure(row, name, found[name], found["delivered"], here=here) for name in LARGE],
        "more": [_figure(row, name, found[name], 0) for name in MORE if found[name]],
        "follow": [(name, found[name]) for name in followups.WHO if found[name]],
        "earned": earned, "money": [receipts.shown(one) for one in earned.money],
        "links": _links(row),
        "orders_url": url_for(".mailing_orders", token=row.token) if earned.orders else "",
    }  # fmt: skip


def _links(row: Mailing) -> list[tuple[str, LinkFigure]]:
    """Each link with what it leads to: what a field is called, a product's name, home, else the address."""
    found = [(_short(one.url), one) for one in reports.links(row)[:LINKS]]
    names = catalog.names({led[2] for short, _one in found if (led := GOOD.fullmatch(short))})
    return [(_led(short, names), one) for short, one in found]


def _led(short: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if filled := FILLED.fullmatch(short):
        return fields.called(filled[1], int(filled[2]) if filled[2] else None) or short
    if home := HOME.fullmatch(short):
        return _in(_("Home"), home[1])
    good = GOOD.fullmatch(short)
    return _in(pick(names[good[2]]), good[1]) if good and good[2] in names else short


def _in(name: str, language: str | None) -> str:
    """A page's name, and the language of the letter that leads there where it is not the shop's own."""
    return f"{name} · {language.upper()}" if language else name


def _short(url: str) -> str:
    """An address as it is read: of the shop only its path."""
    plain = url.partition("?")[0]
    own = web.shop_base(tenancy.tenant())
    return (plain.removeprefix(own) or "/") if plain.startswith(own) else plain.split("://")[-1]


def _figure(row: Mailing, name: str, count: int, whole: int, *, here: bool = False) -> dict[str, Any]:
    share = f" · {count * 100 // whole}\u00a0%" if whole and name != "delivered" else ""
    url = url_for(".mailing_people", token=row.token, why=name) if count else ""
    return {"name": name, "count": count, "label": f"{reports.label(name, here=here)}{share}", "url": url}


def order(mark: Attributed, row: Order) -> dict[str, Any]:
    """A line of the orders that it led to; `stands`: it did not come to nothing."""
    url = url_for("shop_admin.order", number=row.number) if web.may("orders.view") else ""
    return {
        "number": row.number, "name": row.name or _("Over the counter"), "url": url, "at": mark.at,
        "how": HOW.get(mark.how, mark.how), "worth": receipts.shown(mark.worth),
        "stands": mark.back_minor < mark.amount_minor or not mark.amount_minor,
    }  # fmt: skip
