"""What the back-office pages of the shop share: refusals told on the page they belong to, links to what one may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, flash, redirect, request, url_for

from kernel import money, signing, tenancy, web
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import orders

KEY = 22  # signs of a form's key


def at_order(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view takes a step of one order, then shows it; a refusal becomes a message there, and nothing is kept."""

    @wraps(view)
    def stepped(number: str, **values: Any) -> Any:
        try:
            answer = view(number, **values)
        except Missing:
            raise
        except Refusal as refusal:
            db.session.rollback()
            orders.numbered(number)  # what is not theirs is not there, whatever was sent
            if web.wants_json():
                raise
            flash(str(refusal), "error")
            answer = None
        return answer or redirect(url_for("shop_admin.order", number=number), 303)

    return stepped


def link(endpoint: str, **values: Any) -> str:
    """The address of a page when it exists and the person may see it, else ''."""
    view = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", "")
    return url_for(endpoint, **values) if permission and web.may(permission) else ""


def path(below: str) -> str:
    """The address of something in this shop's back office by its path."""
    return url_for("shop_admin.today") + below


def amount(text: str, currency: str = "") -> Money:
    """An amount as a person here typed it, in the shop's way whoever reads; raises BadAmount."""
    tenant = tenancy.tenant()
    return money.parse(text, currency or tenant.currency, tenant.locale)


def amount_of(form: Any, currency: str) -> Money | None:
    """The amount of a form; None when it cannot be read, which stands beside the field then."""
    try:
        found = amount(form.amount.data or "", currency)
    except Refusal as refusal:
        form.validate()
        form.amount.errors = [str(refusal)]
        return None
    return found if form.validate() else None


def key() -> str:
    """The idempotency key of one form: who sends none sends a new one each time."""
    given = request.form.get("key", "")
    return given if len(given) == KEY and given.isascii() else signing.token()


def typed(value: Money) -> str:
    """An amount as it stands in a field: no sign of currency, no thousands, no empty cents."""
    return money.typed(value, tenancy.tenant().locale)
