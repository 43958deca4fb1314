"""The public page of an order: where it stands, what to do next, proof of payment, cancellation, practice card."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from kernel import files, limits, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Refusal
from shop import cancellations, downloads, order_story, orders, proofs, receipts, sharing, storefront
from shop.forms.orders import ProofForm
from shop.gateways import practice
from shop.orders import Order
from shop.views import store

UPLOAD = files.LIMIT + 1024 * 1024  # the file and the form around it
RULE = "6/minute;40/hour"


@store.get("/orders/<token>", endpoint="order")
def show(token: str) -> str:
    """The page that the buyer keeps."""
    return _page(orders.by_token(token), ProofForm())


def _page(order: Order, form: ProofForm) -> str:
    title, sentence = order_story.title(order)
    cancelled = cancellations.of(order)
    return render_template(
        "shop/orders/show.html", order=order, form=form, title=title, sentence=sentence,
        told=receipts.told(order), steps=order_story.steps(order), status=order_story.status(order),
        proofs=proofs.of(order), wants_proof=proofs.wanted(order), practice_card=practice.payable(order),
        may_cancel=cancellations.allowed_to_buyer(order), reason=cancelled.reason if cancelled else "",
        files=downloads.of(order) if order.paid else [], whatsapp=_whatsapp(order), share=_share(order),
    )  # fmt: skip


def _url(order: Order) -> str:
    return web.shop_url("shop.order", token=order.token, language=order.language)


def _share(order: Order) -> str:
    total = receipts.shown(order.total)
    return sharing.whatsapp(f"{_('My order')} {order.number} · {total}\n{_url(order)}")


def _whatsapp(order: Order) -> str:
    phone = shop_phone()
    text = _("Hello, I write about my order %(number)s.", number=order.number)
    return sharing.whatsapp(f"{text}\n{_url(order)}", phone) if phone else ""


def shop_phone() -> str:
    """The shop's WhatsApp number, else its telephone."""
    front = storefront.of()
    return front.whatsapp or front.phone or tenancy.tenant().phone


@store.post("/orders/<token>/proofs", endpoint="proof")
def proof(token: str) -> Any:
    """The buyer sends a proof; it is decoded before anything is locked."""
    request.max_content_length = UPLOAD
    limits.check("proof", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
    try:
        form = ProofForm(request.form)
        upload = request.files.get("file")
        data = upload.read() if upload else b""
    except RequestEntityTooLarge:
        raise files.TooBig(limit=files.LIMIT // (1024 * 1024)) from None
    with web.reading():
        orders.by_token(token)
        made = _made(form, data)
    if made is None or not form.validate():
        return _page(orders.by_token(token), form), 422
    order = orders.by_token(token)
    sent = proofs.send(order, made, name=upload.filename or "" if upload else "", reference=form.reference.data or "")
    flash(_thanks(sent))
    return redirect(url_for(".order", token=token), 303)


def _made(form: ProofForm, data: bytes) -> files.Made | None:
    if not data:
        form.file.errors = [_("Choose the picture or the PDF first.")]
        return None
    try:
        return files.make(data, kinds=proofs.KINDS)
    except files.TooBig:
        raise
    except Refusal as error:
        form.file.errors = [str(error)]
        return None


def _thanks(sent: proofs.Proof) -> str:
    if sent.twin_id:
        return _(
            "We have it. This reference or picture was already used for another order, so the shop will look closely."
        )
    return _("We have your proof. The shop confirms it by letter.")


@store.post("/orders/<token>/cancellation", endpoint="order_cancel")
def cancel(token: str) -> Response:
    """The buyer calls the order off while that is allowed."""
    cancellations.by_buyer(orders.by_token(token), reason=request.form.get("reason", "").strip()[:300])
    flash(_("Your order is cancelled."))
    return redirect(url_for(".order", token=token), 303)


@store.get("/orders/<token>/pay", endpoint="pay")
def pay(token: str) -> Any:
    """The practice card's page, reached by a link after the order is placed."""
    order = orders.by_token(token)
    if not practice.payable(order):
        return redirect(url_for(".order", token=token))
    return render_template("shop/orders/pay.html", order=order, told=receipts.told(order))


@store.post("/orders/<token>/pay", endpoint="pay_card")
def pay_card(token: str) -> Response:
    """The practice card approves or declines."""
    order = orders.by_token(token)
    if order.practice and order.paid:  # pressed twice
        return redirect(url_for(".order", token=token), 303)
    if request.form.get("card") == "approve":
        practice.approve(order)
        flash(_("The practice card paid."))
        return redirect(url_for(".order", token=token), 303)
    practice.decline(order)
    flash(_("The practice card was declined. Nothing was charged; try again."), "error")
    db.session.flush()
    return redirect(url_for(".pay", token=token), 303)
