"""The first page of the back office: money, what waits, the newest orders, the setup guide; the pulse of orders."""

from typing import Any

from flask import Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import clock, memberships, menu, money, permissions, phones, tenancy, today, web
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.web import needs
from shop import days, gift_list, holidays, order_list, receipts, setup, storefront, takings
from shop.views import admin, desk, figures, month_board, order_table

NEWEST = 6


@admin.get("/", endpoint="today")
@needs("today.view")
def show() -> str:
    """What is going on today."""
    return render_template(
        "shop/desk/today/show.html", figures=[*_figures(), *month_board.tonight()], lines=_lines(), rows=_newest(),
        steps=_guide(), share=_share(),
        closed=_closed(), unconfirmed=_unconfirmed(),
        plots=figures.plots(), plot_days=figures.chips(".today"),
    )  # fmt: skip


def _unconfirmed() -> bool:
    """Whether the shop's letters wait for an owner's address: told to owners, as nobody else can open that letter."""
    return web.may("staff.manage") and not memberships.owner_confirmed(tenancy.current())


@admin.get("/pulse", endpoint="pulse")
@needs("orders.view")
def pulse() -> dict[str, Any]:
    """How many orders wait and which is the newest: asked now and then by an open page."""
    return {"orders": order_list.waiting(), "latest": order_list.latest()}


@admin.get("/settings/guide", endpoint="setup")
@needs("setup.guide")
def guide() -> str:
    """The whole guide, also after it was hidden."""
    hidden = storefront.of().setup_hidden
    return render_template("shop/desk/today/guide.html", steps=_steps(), hidden=hidden)


@admin.post("/setup/hiding", endpoint="setup_hide")
@needs("setup.guide")
def hide() -> Response:
    """Take the guide off the first page."""
    setup.hide()
    web.undo(_("The guide is hidden; you find it in the settings."), "shop_admin.setup_show")
    return redirect(url_for("shop_admin.today"), 303)


@admin.post("/setup/showing", endpoint="setup_show")
@needs("setup.guide")
def show_again() -> Response:
    """Bring the guide back to the first page."""
    setup.hide(False)
    return redirect(url_for("shop_admin.today"), 303)


def _closed() -> str:
    now = holidays.now()
    return days.told(now.until, weekday=True) if now else ""


def _figures() -> list[dict[str, str]]:
    if not web.may("orders.view"):
        return []
    before = takings.week_before()
    compared = _("The week before until the same day: %(amount)s", amount=_whole(before)) if before else ""
    return [
        {
            "name": "today",
            "number": _whole(takings.today()),
            "label": _("Received today"),
            "more": _foreign(),
            "url": url_for(".takings"),
        },
        {
            "name": "week",
            "number": _whole(takings.week()),
            "label": _("Received this week"),
            "more": compared,
            "url": url_for(".takings", show="week"),
        },
        *_month(),
        *_owed(),
    ]


def _month() -> list[dict[str, str]]:
    """What came this month, for who keeps the books and has no plots that tell it."""
    if web.may("figures.view") or not web.may("invoices.export"):
        return []
    day = clock.today(tenancy.tenant().timezone)
    number = _whole(takings.between(day.replace(day=1), day))
    told = {"name": "month", "number": number, "label": _("Received this month"), "more": ""}
    return [{**told, "url": url_for(".takings", show="month")}]


def _whole(amount: Money) -> str:
    """A figure to see at a glance: without cents where the shop shows none, also when it has some."""
    if storefront.of().show_cents:
        return receipts.shown(amount)
    unit = 10 ** money.digits(amount.currency)
    return receipts.shown(Money((amount.minor + unit // 2) // unit * unit, amount.currency))


def _foreign() -> str:
    """What came today in other currencies: it is added to nothing."""
    day, own = clock.today(tenancy.tenant().timezone), tenancy.tenant().currency
    found = [Money(minor, code) for code, minor in takings.sums(day, day).items() if code != own]
    return " · ".join(receipts.shown(amount) for amount in found)


def _owed() -> list[dict[str, str]]:
    owed = gift_list.owed()["all"] if web.may("gift_cards.view") else None
    if not owed:
        return []
    label = _("The shop owes on gift cards and credit")
    return [{"name": "owed", "number": _whole(owed), "label": label, "url": url_for(".gift_cards"), "more": ""}]


def _lines() -> list[dict[str, Any]]:
    return [
        {"name": line.name, "label": line.label, "count": line.number, "url": line.list_url()} for line in today.shown()
    ]


def _newest() -> list[dict[str, Any]]:
    if not web.may("orders.view"):
        return []
    return [order_table.row(order) for order in order_list.page("all", "", 1)[0][:NEWEST]]


def _guide() -> list[dict[str, Any]]:
    if not web.may("setup.guide") or storefront.of().setup_hidden:
        return []
    steps = _steps()
    return [] if all(step["done"] for step in steps) else steps


def _steps() -> list[dict[str, Any]]:
    return [
        {"name": step.name, "title": step.title, "text": step.text, "done": step.met(), "label": step.label,
         "url": desk.path(step.path)}
        for step in setup.STEPS
    ]  # fmt: skip


def _share() -> dict[str, str]:
    url = web.shop_url("shop.home")
    text = _("Look at our shop: %(shop)s", shop=tenancy.tenant().name)
    return {"url": url, "shown": url.split("://", 1)[-1].rstrip("/"), "whatsapp": phones.whatsapp(f"{text}\n{url}")}


def _line(name: str, label: Any, order: int, icon: str, *, permission: str = "orders.view") -> None:
    today.line(
        f"orders.{name}", label, lambda: order_list.query(name), order=order, icon=icon, permission=permission,
        list_url=lambda: url_for("shop_admin.orders", show=name),
    )  # fmt: skip


def init_app(_app: Flask) -> None:
    """Put the first page into the rail and the orders that wait onto it."""
    permissions.define("today.view", _l("See today"), roles=("manager", "marketer", "accountant", "clerk"), area="shop")
    permissions.define("setup.guide", _l("Follow the setup guide"), roles=("manager",), area="shop")
    menu.entry(
        10, _l("Today"), "shop_admin.today", icon="today", permission="today.view",
        match=("shop_admin.figure", "shop_admin.takings", "shop_admin.searches", "crm_admin.indicator"),
    )  # fmt: skip
    menu.section(
        5, _l("Setup guide"), "shop_admin.setup", icon="check", group="shop", permission="setup.guide",
        hint=_l("The six steps of a new shop, and what is still open"),
    )  # fmt: skip
    _line("proofs", _l("Proofs of payment to check"), 10, "eye")
    _line("prepare", _l("Orders to prepare"), 20, "box", permission="orders.edit")
    _line("ready", _l("Ready, waiting for the buyer"), 30, "store", permission="orders.edit")
    _line("unpaid", _l("Waiting for payment"), 40, "clock")
    _line("overdue", _l("Balances overdue"), 45, "clock")
    _line("refunds", _l("Money to return"), 50, "undo")
