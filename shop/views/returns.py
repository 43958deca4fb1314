"""The buyer asks to give something back: which lines, why, with pictures; or keeps it after all."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from kernel import files, limits, signing, tenancy, uploads, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.refusal import Missing, Refusal
from shop import orders, return_policies, returns
from shop.forms import returns as forms
from shop.orders import Order
from shop.views import desk, order_returns, refund_accounts, store

UPLOAD = returns.MOST_PICTURES * files.LIMIT + 1024 * 1024
RULE = "6/minute;30/hour"


@store.get("/orders/<token>/returns", endpoint="order_returns")
def show(token: str) -> Any:
    """What could come back, and the form; who comes too late is led to the order, which says how to write."""
    order = orders.by_token(token)
    if not _open(order):
        return redirect(url_for(".order", token=token))
    return _page(order, forms.reasoned(forms.AskForm()))


def _open(order: Order) -> bool:
    return return_policies.of().days > 0 and returns.allowed_to_buyer(order)


def _page(order: Order, form: Any, wrong: str = "") -> Any:
    if not _open(order):
        raise returns.NotReturnable()
    lines = [
        {"id": line.id, "name": pick(line.name), "most": line.quantity - line.returned}
        for line in returns.returnable(order)
    ]
    return render_template(
        "shop/orders/returns.html", order=order, form=form, key=signing.token(), wrong=wrong, lines=lines,
        asked=order_returns.wanted() or _only(lines),
    )  # fmt: skip


def _only(lines: list[dict[str, Any]]) -> dict[int, int]:
    """One unit of one article: who comes to give something back means that one."""
    return {lines[0]["id"]: 1} if [line["most"] for line in lines] == [1] else {}


@store.post("/orders/<token>/returns", endpoint="order_returns_ask")
def ask(token: str) -> Any:
    """Keep the wish; pictures are decoded before anything is locked."""
    request.max_content_length = UPLOAD
    limits.check("return", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
    try:
        form = forms.reasoned(forms.AskForm(request.form))
        sent = [(one.read(), one.filename or "") for one in request.files.getlist("pictures") if one.filename]
    except RequestEntityTooLarge:
        raise files.TooBig(limit=files.LIMIT // (1024 * 1024)) from None
    with web.reading():
        came = uploads.brought(f"return:{orders.by_token(token).id}", "pictures")
        fine = _taken(form, came, sent) and form.validate()
    if not fine:
        form.waiting = came.wait()
        return _page(orders.by_token(token), form), 422
    told = {"reason": form.reason.data, "note": form.note.data or "", "made": came.of("pictures")}
    try:
        returns.ask(orders.by_token(token), order_returns.wanted(), key=f"buyer:{token}:{desk.key()}", **told)
    except returns.NotSoMany as refusal:
        db.session.rollback()
        form.waiting = came.wait()
        return _page(orders.by_token(token), form, str(refusal)), 422
    flash(_("We have your request. The shop looks at it and writes to you."))
    return refund_accounts.onward(orders.by_token(token), url_for(".order", token=token))


@store.post("/orders/<token>/returns/<back>", endpoint="order_return_leave")
def leave(token: str, back: str) -> Any:
    """Keep the goods after all, or give them back all the same (`again`)."""
    row = returns.by_token(back)
    if row.order.token != token or not row.by_buyer:
        raise Missing()
    if "again" in request.form:
        returns.resume(row)
        flash(_("Your return stands again as you asked for it."))
    else:
        returns.leave(row)
        again = {"fields": {"again": "1"}, "token": token, "back": back}
        web.undo(_("You keep it: nothing is returned."), ".order_return_leave", **again)
    return redirect(url_for(".order", token=token), 303)


def _taken(form: Any, came: uploads.Brought, sent: list[tuple[bytes, str]]) -> bool:
    """Whether the pictures can be taken; else why not stands at their field."""
    wrong, fresh = [str(uploads.OVER)] if came.lost else [], came.fresh.setdefault("pictures", [])
    if len(sent) + len(came.of("pictures")) > returns.MOST_PICTURES:
        wrong, sent = [_("Send at most %(most)s pictures.", most=returns.MOST_PICTURES)], []
    for data, name in sent:
        try:
            fresh.append((files.make(data), name))
        except files.TooBig:
            raise
        except Refusal as error:
            wrong = [str(error)]
    form.pictures.errors = wrong or form.pictures.errors
    return not wrong
