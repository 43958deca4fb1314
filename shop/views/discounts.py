"""The back office's discounts: what each brought, the editor that reads the rule back, pause, copy, bin."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from crm import contacts
from kernel import menu, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import discounts, redemptions
from shop.discount_report import names
from shop.discounts import Discount
from shop.forms import discounts as forms
from shop.views import admin, discount_page


@admin.get("/discounts", endpoint="discounts")
@needs("discounts.view")
def listed() -> Any:
    """All of them, by state."""
    return render_template("shop/desk/discounts/list.html", **discount_page.listed(request.args.get("show", "all")))


@admin.get("/discounts/new", endpoint="discount_new")
@needs("discounts.edit")
def new() -> Any:
    """The kinds to choose from, or the form of one; `from` copies another."""
    if request.args.get("from"):
        return discount_page.edit(discounts.twin(discounts.named(request.args["from"])))
    kind = request.args.get("kind", "")
    return discount_page.edit(_blank(kind)) if kind else render_template("shop/desk/discounts/new.html")


def _blank(kind: str) -> Discount:
    if kind not in discounts.KINDS:
        abort(404)
    usual = {"buy": 2, "get": 1, "percent_bp": 10_000} if kind == "bundle" else {"buy": 0, "get": 0, "percent_bp": 0}
    return Discount(kind=kind, label={}, code="", about={}, **_empty(), **usual)


def _empty() -> dict[str, Any]:
    lists: dict[str, Any] = {name: [] for name in ("steps", "products", "categories", "methods", "customer_groups")}
    numbers = dict.fromkeys(("amount_minor", "least_minor", "used"), 0)
    return {**lists, **numbers, "combinable": True, "first_only": False, "priority": 100}


@admin.post("/discounts/new", endpoint="discount_make")
@needs("discounts.edit")
@once
def make() -> Any:
    """Keep a new one."""
    return _save(_blank(request.form.get("kind", "percent")))


@admin.post("/discounts/draft", endpoint="discount_draft")
@needs("discounts.edit")
def draft() -> Any:
    """The same form with its rule read back and what it would do to a small cart; nothing is kept."""
    with web.reading():
        row = _blank(request.form.get("kind", "percent"))
        form = discount_page.form_of(row, request.form)
        forms.check(form)
        forms.write(form, row, names())
        return discount_page.edit(row, form, errors=False)


@admin.get("/discounts/<token>", endpoint="discount")
@needs("discounts.view")
def show(token: str) -> Any:
    """One of them: to change, or to read what it says and what it gave."""
    row = discounts.named(token)
    return discount_page.edit(row) if web.may("discounts.edit") else discount_page.read(row)


@admin.post("/discounts/<token>", endpoint="discount_save")
@needs("discounts.edit")
def save(token: str) -> Any:
    """Keep what was changed."""
    return _save(discounts.named(token))


def _save(row: Discount) -> Any:
    form = discount_page.form_of(row, request.form)
    if not forms.check(form):
        return discount_page.edit(row, form, said=False, status=422)
    fresh, limited = row.id is None, row.usage_limit
    with db.session.no_autoflush:
        forms.write(form, row, names())
        begins = not fresh and limited is None and row.usage_limit is not None
        try:
            discounts.keep(row, by=web.person(), uses=redemptions.uses(row.id) if begins else None)
        except Refusal as refusal:
            form.code.errors = [str(refusal)]
            db.session.rollback()
            return discount_page.edit(row, form, said=False, status=422)
    flash(_("“%(name)s” is kept.", name=discounts.name(row)))
    for group in contacts.groups_without(row.customer_groups):
        flash(_("Nobody is in the group “%(group)s”.", group=group))
    return redirect(url_for(".discount", token=row.token), 303)


@admin.post("/discounts/<token>/pause", endpoint="discount_pause")
@needs("discounts.edit")
def pause(token: str) -> Any:
    """Stop it for now."""
    row = discounts.named(token)
    discounts.pause(row, by=web.person())
    web.undo(_("“%(name)s” is paused.", name=discounts.name(row)), ".discount_resume", token=token)
    return web.back(url_for(".discounts"))


@admin.post("/discounts/<token>/resume", endpoint="discount_resume")
@needs("discounts.edit")
def resume(token: str) -> Any:
    """Let it run again."""
    row = discounts.named(token)
    discounts.resume(row, by=web.person())
    flash(_("“%(name)s” runs again.", name=discounts.name(row)))
    return web.back(url_for(".discounts"))


@admin.post("/discounts/<token>/bin", endpoint="discount_bin")
@needs("discounts.edit")
def put_away(token: str) -> Any:
    """Into the bin; the toast brings it back."""
    row = discounts.named(token)
    discounts.put_away(row, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=discounts.name(row)), ".discount_back", token=token)
    return redirect(url_for(".discounts"), 303)


@admin.post("/discounts/<token>/back", endpoint="discount_back")
@needs("discounts.edit")
def bring_back(token: str) -> Any:
    """Out of the bin."""
    row = discounts.named(token, binned=True)
    discounts.bring_back(row, by=web.person())
    flash(_("“%(name)s” is back.", name=discounts.name(row)))
    return redirect(url_for(".discount", token=token), 303)


def init_app(_app: Flask) -> None:
    """A word of the rail."""
    menu.entry(
        35, _l("Discounts"), "shop_admin.discounts", icon="tag", permission="discounts.view",
        match=("shop_admin.discount", "shop_admin.price_list", "shop_admin.gift_card"),
    )  # fmt: skip
