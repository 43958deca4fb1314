"""The public page of an order: where it stands, what to do next, proof of payment, card, cancellation."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from kernel import files, limits, phones, tenancy, uploads, web
from kernel.i18n import _, pick
from kernel.refusal import Refusal
from shop import (
    back_words,
    buyer_delivery,
    cancellations,
    card_sessions,
    downloads,
    fulfilment,
    order_story,
    orders,
    proofs,
    receipts,
    repeats,
    return_policies,
    returns,
    storefront,
)
from shop.forms.orders import ProofForm
from shop.orders import Order
from shop.return_rows import Return
from shop.views import (
    approval_part,
    balance,
    booked_rows,
    card_pay,
    frame,
    order_papers,
    refund_accounts,
    rest_rows,
    store,
    subscription_part,
)
from shop.views import gift_cards as gift_views
from shop.views import reviews as review_views

UPLOAD = files.LIMIT + 1024 * 1024  # the file and the form around it
RULE = "6/minute;40/hour"


@store.get("/orders/<token>", endpoint="order")
def show(token: str) -> str:
    """The page that the buyer keeps."""
    return _page(orders.by_token(token), ProofForm())


def _page(order: Order, form: ProofForm) -> str:
    title, sentence = order_story.title(order)
    chat = whatsapp(order)
    frame.chat(chat)
    cancelled, off = cancellations.of(order), order_story.called_off(order)
    return render_template(
        "shop/orders/show.html", order=order, form=form, title=title, sentence=sentence,
        asked_for=approval_part.of_order(order), told=receipts.told(order),
        steps=order_story.steps(order), status=order_story.status(order),
        proofs=proofs.of(order), wants_proof=not off and proofs.wanted(order), left={} if off else balance.offer(order),
        card={} if off else card_pay.told(order),
        may_cancel=cancellations.allowed_to_buyer(order),
        reason=cancelled.reason if cancelled and cancelled.account_id else "",  # their own is told by the steps
        returned=_returned(order), account=refund_accounts.of_order(order), back=back_words.told(order),
        may_return=bool(return_policies.of().days) and returns.allowed_to_buyer(order),
        papers=order_papers.of_buyer(order), files=downloads.of(order) if order.paid else [],
        gift_cards=gift_views.of_order(order), booked=booked_rows.of(order), rest_url=rest_rows.of_order(order),
        opinions=review_views.of_order(order), whatsapp=chat, share=_share(order),
        may_bring=buyer_delivery.changeable(order),
        again=repeats.offered(order), coming=subscription_part.of_order(order),
        sent=fulfilment.tracking(order) if order.state == "shipped" else {},
    )  # fmt: skip


def _returned(order: Order) -> list[dict[str, Any]]:
    """What became of what they wanted to give back, the newest first; what staff noted alone is told by the steps."""
    states = {"asked": _("We look at your return and write to you."), "accepted": _("Your return is accepted."),
              "received": _("We have what you returned."), "refunded": _("Your return is paid back."),
              "refused": _("Your return was not accepted.")}  # fmt: skip
    return [{"state": row.state, "text": states[row.state], "more": _came_back(row), "token": row.token,
             "may_leave": returns.may_leave(row)}
            for row in returns.of(order) if row.by_buyer and row.state in states]  # fmt: skip


def _came_back(row: Return) -> str:
    """Which articles, and what the shop wrote: how to bring them, or why not; no more once they are there."""
    what = ", ".join(f"{line.quantity} × {pick(line.line.name)}" for line in row.lines)
    answer = row.answer if row.state in {"accepted", "refused"} else ""
    return ". ".join(filter(None, (what, answer)))


def _url(order: Order) -> str:
    return web.shop_url("shop.order", token=order.token, language=order.language)


def _share(order: Order) -> str:
    text = _("My order %(number)s · %(total)s", number=order.number, total=receipts.shown(order.total))
    return phones.whatsapp(f"{text}\n{_url(order)}")


def whatsapp(order: Order) -> str:
    """A chat with the shop that begins with which order it is about; '' where the shop has no number."""
    phone = shop_phone()
    text = _("Hello, I write about my order %(number)s.", number=order.number)
    return phones.whatsapp(f"{text}\n{_url(order)}", phone) if phone else ""


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
        came = uploads.brought(f"proof:{orders.by_token(token).id}", "file")
        fine = _taken(form, came, data, upload.filename or "" if upload else "") and form.validate()
    if not fine:
        form.waiting = came.wait(single=["file"])
        return _page(orders.by_token(token), form), 422
    order, (made, name) = orders.by_token(token), came.of("file")[-1]
    proofs.send(order, made, name=name, reference=form.reference.data or "")
    if order_story.status(order) != "placed.proof":  # else that is what its page says on top
        flash(_("We have your proof. The shop confirms it by e-mail."))
    return redirect(url_for(".order", token=token), 303)


def _taken(form: ProofForm, came: uploads.Brought, data: bytes, name: str) -> bool:
    """Whether there is a proof: sent now, or kept from a try before; else why not stands at its field."""
    try:
        came.fresh["file"] = [(files.make(data, kinds=proofs.KINDS), name)] if data else []
    except files.TooBig:
        raise
    except Refusal as error:
        form.file.errors = [str(error)]
        return False
    if not came.of("file"):
        form.file.errors = [str(uploads.OVER) if came.lost else _("Choose the picture or the PDF first.")]
    return bool(came.of("file"))


@store.post("/orders/<token>/cancellation", endpoint="order_cancel")
def cancel(token: str) -> Response:
    """The buyer calls the order off while that is allowed."""
    order = orders.by_token(token)
    cancellations.by_buyer(order, reason=request.form.get("reason", "").strip()[:300])
    flash(_("Your order is cancelled."))
    return refund_accounts.onward(order, url_for(".order", token=token))


@store.get("/orders/<token>/pay", endpoint="pay")
def pay(token: str) -> Any:
    """On to the hosted page for cards while one is waited for; else what is due, and how to pay it."""
    order = orders.by_token(token)
    by_card = card_sessions.payable(order) is not None and "choose" not in request.args
    return card_pay.page(order) if by_card else balance.answer(order)
