"""Store credit on a person's page of the back office: what they have, what happened to it, give or take some."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from crm import contacts
from crm.contacts import Contact
from kernel import signing, slots, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs
from shop import receipts, store_credit
from shop.forms.gift_cards import MoveForm
from shop.views import admin, gift_rows, product_values


def panel(contact: Contact) -> str:
    """A person's credit, for staff who may see what is owed."""
    if not web.may("gift_cards.view"):
        return ""
    return render_template("shop/desk/gift_cards/_credit.html", **_told(contact, MoveForm()))


def _told(contact: Contact, form: MoveForm) -> dict[str, Any]:
    value = store_credit.of(contact)
    return {
        "contact": contact, "form": form, "key": signing.token(), "symbol": product_values.symbol(),
        "balance": receipts.shown(value.balance) if value else "", "history": gift_rows.history(value) if value else [],
    }  # fmt: skip


@admin.post("/people/<token>/credit", endpoint="credit_move")
@needs("credit.edit")
def move(token: str) -> Any:
    """Give or take credit; the same form sent twice counts once."""
    contact, form = contacts.by_token(token) or abort(404), MoveForm(request.form)
    if not form.validate():
        return _again(contact, form), 422
    try:
        _moved(contact, form)
    except Refusal as refusal:
        db.session.rollback()
        form.amount.errors = [str(refusal)]
        return _again(contacts.by_token(token) or abort(404), form), 409
    value = store_credit.opened(contact)
    flash(_("%(name)s has %(amount)s of credit.", name=contact.called, amount=receipts.shown(value.balance)))
    return redirect(url_for("crm_admin.person", token=token) + "#credit", 303)


def _moved(contact: Contact, form: MoveForm) -> None:
    amount, given = Money(form.amount.minor or 0, tenancy.tenant().currency), request.form.get("key", "")
    key = f"desk:{given if len(given) == 22 and given.isascii() else signing.token()}"
    told = {"key": key, "reason": form.reason.data or "", "by": web.person()}
    if form.way.data == "add":
        store_credit.add(contact, amount, **told)
    else:
        store_credit.take(contact, amount, **told)


def _again(contact: Contact, form: MoveForm) -> str:
    return render_template("shop/desk/gift_cards/credit.html", **_told(contact, form))


def init_app(_app: Flask) -> None:
    """Show it on a person's page."""
    slots.fill("crm.person", panel)
