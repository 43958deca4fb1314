"""The page of a subscription for whoever has its link: when the next one comes; leave out, pause, change, end."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.contacts import Contact
from kernel import slots, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from shop import renewals, subscription_charges, subscription_rows
from shop.forms.subscriptions import ChangeForm
from shop.orders import Order
from shop.subscription_rows import Subscription
from shop.views import guest_booking, store, subscription_cards, subscription_part


@store.get("/subscriptions/<token>", endpoint="subscription")
def show(token: str) -> Response:
    """How it stands; looking changes nothing."""
    return _page(subscription_rows.by_token(token))


def _page(row: Subscription, status: int = 200, *, form: ChangeForm | None = None, trouble: str = "") -> Response:
    told = subscription_part.told(row)
    asked = form or (subscription_part.form(row) if row.live and told["sold"] else None)
    return guest_booking.private(render_template(
        "shop/subscriptions/show.html", row=row, told=told, form=asked, open=form is not None, trouble=trouble,
        steps=subscription_part.steps(row), card=subscription_cards.told(row),
    ), status)  # fmt: skip


@store.post("/subscriptions/<token>", endpoint="subscription_step")
def step(token: str) -> Any:
    """One step, named by `do`; what cannot be done now is said on the page, nothing typed is lost."""
    row, verb = subscription_rows.by_token(token), request.form.get("do", "")
    try:
        done = _step(row, verb)
    except Refusal as refusal:
        if isinstance(refusal, Missing):
            raise
        db.session.rollback()
        row = subscription_rows.by_token(token)
        kept = subscription_part.form(row, request.form) if verb == "change" and row.live else None
        return _page(row, refusal.status, form=kept, trouble=str(refusal))
    if isinstance(done, ChangeForm):
        return _page(row, 422, form=done)
    if done is not None:  # what was just ordered is paid on its own page
        return redirect(url_for("shop.order", token=done.token), 303)
    return redirect(url_for("shop.subscription", token=token), 303)


def _step(row: Subscription, verb: str) -> ChangeForm | Order | None:
    if verb == "change":
        form = subscription_part.changed(row)
        if form is None:
            flash(_("Changed, from the next order on."), "message")
        return form
    if verb == "now":
        order = renewals.bring_forward(row, turn=subscription_part.turn())
        card = subscription_charges.due_by(order) if order is not None else None
        if order is not None and card is not None:
            told = {"number": order.number, "card": card.label}
            flash(_("Your order %(number)s is made. We charge it to your card %(card)s.", **told), "message")
        elif order is not None:
            flash(_("Your order %(number)s is made. We sent you how to pay it.", number=order.number), "message")
        else:
            flash(_("No order was made: your subscription is paused."), "message")
        return order
    if verb not in subscription_part.VERBS:
        raise Missing()
    subscription_part.take(row, verb)
    said, back = subscription_part.done(verb), subscription_part.BACK.get(verb)
    if back:
        web.undo(said, ".subscription_step", token=row.token, fields={"do": back})
    else:
        flash(said, "message")
    return None


def account(contact: Contact) -> str:
    """A shopper's own subscriptions; nothing for who has none."""
    rows = subscription_rows.of_contact(contact)
    if not rows:
        return ""
    shown = [{**subscription_part.brief(row), "url": url_for("shop.subscription", token=row.token)} for row in rows]
    return render_template("shop/subscriptions/_mine.html", rows=shown)


def init_app(_app: Flask) -> None:
    """Stand on the account page."""
    slots.fill("crm.account", account)
