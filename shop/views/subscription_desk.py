"""The back office's subscriptions: whose turn comes, what could not be made, one with its steps."""

from typing import Any

from flask import Flask, Response, flash, redirect, render_template, request, url_for

from crm import facts
from crm.contacts import Contact
from kernel import clock, permissions, slots, tables, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import receipts, subscription_list, subscription_rows
from shop.forms.subscriptions import ChangeForm, EndForm
from shop.subscription_list import PAGE, VIEWS
from shop.subscription_rows import Subscription
from shop.views import admin, subscription_part

LABELS = {
    "active": _l("Going on"), "soon": _l("In these days"), "unpaid": _l("Waiting for payment"),
    "declined": _l("Card declined"), "missed": _l("Could not be made"), "paused": _l("Paused"), "ended": _l("Ended"),
}  # fmt: skip


@admin.get("/subscriptions", endpoint="subscriptions")
@needs("subscriptions.view")
def listed() -> str:
    """One page of a view of the list."""
    view = _asked()
    count = subscription_list.size(view)
    pages = max(1, -(-count // PAGE))
    page = min(web.page_asked(), pages)
    wanted = subscription_list.seen(view).options(*subscription_rows.whole())
    rows = db.session.scalars(wanted.limit(PAGE).offset((page - 1) * PAGE)).all()
    return render_template(
        "shop/desk/subscriptions/list.html", rows=[_row(one) for one in rows], count=count, view=view, page=page,
        pages=pages, chips=_chips(view), page_url=lambda at: url_for(".subscriptions", view=view, page=at),
        monthly=[receipts.shown(one) for one in subscription_list.monthly()],
    )  # fmt: skip


@admin.get("/subscriptions.csv", endpoint="subscriptions_csv")
@admin.get("/subscriptions.xlsx", endpoint="subscriptions_xlsx")
@needs("orders.export")
def csv() -> Response:
    """A view's subscriptions as a file for a spreadsheet."""
    day, view = clock.today(tenancy.tenant().timezone).isoformat(), _asked()
    name = f"{tenancy.tenant().slug}-{_('subscriptions')}-{day}"
    return tables.answer(name, subscription_list.heads(), subscription_list.cells(view))


def _asked() -> str:
    view = request.args.get("view", "")
    return view if view in VIEWS else "active"


def _row(row: Subscription) -> dict[str, Any]:
    return {**subscription_part.brief(row), "url": url_for("shop_admin.subscription", token=row.token)}


def _chips(view: str) -> list[dict[str, Any]]:
    counts = {name: subscription_list.size(name) for name in VIEWS}
    return [
        {"label": LABELS[name], "active": name == view, "count": counts[name],
         "url": url_for(".subscriptions", view=name)}
        for name in VIEWS if counts[name] or name in ("active", view)
    ]  # fmt: skip


@admin.get("/subscriptions/<token>", endpoint="subscription")
@needs("subscriptions.view")
def show(token: str) -> str:
    """One with its steps."""
    return _page(subscription_rows.by_token(token))


def _page(row: Subscription, form: ChangeForm | None = None, end: EndForm | None = None) -> str:
    told = subscription_part.told(row)
    changes = row.live and told["sold"] and web.may("subscriptions.edit")
    return render_template(
        "shop/desk/subscriptions/show.html", row=row, told=told, steps=subscription_part.steps(row, staff=True),
        form=form or (subscription_part.form(row) if changes else None), open=form is not None,
        end=end or EndForm(), link=web.shop_url("shop.subscription", token=row.token),
    )  # fmt: skip


@admin.post("/subscriptions/<token>", endpoint="subscription_step")
@needs("subscriptions.edit")
def step(token: str) -> Any:
    """One step, named by `do`."""
    row, verb, by = subscription_rows.by_token(token), request.form.get("do", ""), web.person()
    if verb == "change":
        try:
            form = subscription_part.changed(row, by)
        except Refusal as refusal:
            db.session.rollback()
            row = subscription_rows.by_token(token)
            form = subscription_part.form(row, request.form)
            form.quantity.errors = [str(refusal)]
            return _page(row, form), refusal.status
        if form is not None:
            return _page(row, form), 422
        flash(_("Changed, from the next order on."))
        return _back(token)
    return _stepped(row, verb, by)


def _stepped(row: Subscription, verb: str, by: Any) -> Any:
    if verb not in subscription_part.VERBS:
        raise Missing()
    told: dict[str, Any] = {"by": by}
    if verb == "end":
        form = EndForm(request.form)
        if not form.validate():
            return _page(row, end=form), 422
        told["reason"] = form.reason.data or ""
    subscription_part.take(row, verb, **told)
    said, back = subscription_part.done(verb), subscription_part.BACK.get(verb)
    if back:
        web.undo(said, ".subscription_step", token=row.token, fields={"do": back})
    else:
        flash(said)
    return _back(row.token)


def _back(token: str) -> Any:
    return redirect(url_for(".subscription", token=token), 303)


def person(contact: Contact) -> str:
    """A person's subscriptions, for staff who may see them."""
    rows = subscription_rows.of_contact(contact) if web.may("subscriptions.view") else ()
    return render_template("shop/desk/subscriptions/_of_person.html", rows=[_row(one) for one in rows]) if rows else ""


def product_url(fact: facts.Fact) -> str | None:
    """Where a fact about one leads: to the person's list, which is where they are."""
    return url_for("shop_admin.subscriptions") if web.may("subscriptions.view") else None


def init_app(_app: Flask) -> None:
    """Say who may see and change them; count what could not be made on "Hoy"."""
    permissions.define(
        "subscriptions.view", _l("See subscriptions"), roles=["manager", "marketer", "clerk"], area="sell"
    )
    permissions.define(
        "subscriptions.edit", _l("Pause, change and end subscriptions"), roles=["manager", "clerk"], area="sell"
    )
    slots.fill("crm.person", person)
    facts.linked(("subscription_began", "subscription_ended"), product_url)
    today.line(
        "subscriptions-missed", _l("Subscriptions whose order could not be made"), subscription_list.missed,
        permission="subscriptions.view", list_url=lambda: url_for("shop_admin.subscriptions", view="missed"), order=21,
        icon="calendar",
    )  # fmt: skip
    today.line(
        "subscriptions-declined", _l("Subscriptions whose card was declined"), subscription_list.declined,
        permission="subscriptions.view", list_url=lambda: url_for("shop_admin.subscriptions", view="declined"),
        order=22, icon="card",
    )  # fmt: skip
