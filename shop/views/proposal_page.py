"""The page of a quote for whom it is for, without an account: what is offered, a yes that makes the order, or a no."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import limits, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing, Refusal
from shop import (
    checkout,
    payment_methods,
    proposal_letters,
    proposal_looks,
    proposal_prices,
    proposal_rows,
    proposal_stuck,
    proposal_words,
    proposals,
    stock,
    terms,
)
from shop.payment_methods import PaymentMethod
from shop.proposal_rows import Proposal
from shop.views import frame, guest_booking, proposal_paper, store
from shop.views import orders as order_views

RULE = "10/minute;60/hour"
GONE = _l("Something in this quote is no longer there. The shop was told and writes to you; nothing was charged.")


@store.get("/quotes/<token>", endpoint="quote")
def show(token: str) -> Any:
    """What is offered; looking changes nothing but that the shop learns of it, unless it looks itself."""
    row = _offered(token)
    people = request.headers.get("Sec-Fetch-Dest") == "document"  # no program that draws a preview of the link
    if people and "look" not in request.args:
        proposal_looks.see(row)
    return _page(row)


def _offered(token: str) -> Proposal:
    """The one with that token, once it was sent; raises Missing."""
    row = proposal_rows.by_token(token)
    if row.sent_at is None:
        raise Missing()
    return row


def _page(row: Proposal, status: int = 200, trouble: str = "") -> Any:
    stands = proposal_words.stands(row)
    chat = _chat(row)
    frame.chat(chat)
    page = render_template(
        "shop/proposals/show.html", row=row, quote=proposal_words.told(row), stands=stands, trouble=trouble,
        payments=_payments(row) if row.open else [], whatsapp=chat, terms=terms.policies() if row.open else [],
        reason=_reason(), payment=request.form.get("payment", ""),
    )  # fmt: skip
    return guest_booking.private(page, status)


def _payments(row: Proposal) -> list[PaymentMethod]:
    """By what it may be paid: what fits such an order; where nothing does, the shop and they agree on it."""
    if not row.total:
        return []
    found = checkout.payable(proposal_prices.quote(row), row.address)
    later = payment_methods.named(payment_methods.LATER)
    return found or ([later] if later else [])


def _chat(row: Proposal) -> str:
    phone = order_views.shop_phone()
    text = _("Hello, I write about the quote %(number)s.", number=row.number)
    return phones.whatsapp(f"{text}\n{proposal_letters.address(row)}", phone) if phone else ""


@store.get("/quotes/<token>.pdf", endpoint="quote_paper")
def paper(token: str) -> Any:
    """On paper; what does not hold any more is not printed."""
    row = _offered(token)
    if row.state == "withdrawn":
        raise Missing()
    return proposal_paper.answer(row)


@store.post("/quotes/<token>/acceptance", endpoint="quote_accept")
def accept(token: str) -> Any:
    """They say yes to what they saw: it is an order, once; what went wrong is told, and nothing is lost."""
    version, code = request.form.get("version", ""), request.form.get("payment", "")
    try:
        _limit()
        order = _accepted(_offered(token), int(version) if version.isdecimal() and len(version) < 7 else 0, code)
    except Missing:
        raise
    except (stock.SoldOut, proposal_stuck.NoLonger) as refusal:
        return _stuck(token, refusal)
    except Refusal as refusal:
        return _again(token, refusal)
    flash(_("Thank you: your quote is an order now."))
    return redirect(url_for(".order", token=order.token), 303)


def _accepted(row: Proposal, version: int, code: str) -> Any:
    methods = _payments(row) if row.open else []
    method = next((one for one in methods if one.code == code), None)
    if methods and method is None:
        raise checkout.NoSuchPayment()
    return proposals.accept(row, version=version, method=method)


def _stuck(token: str, refusal: stock.SoldOut | proposal_stuck.NoLonger) -> Any:
    """It could not become an order: that is kept, the shop is told, and they read what happens now."""
    why, (code, values) = str(refusal), proposal_stuck.reason(refusal)
    db.session.rollback()
    proposal_stuck.keep(proposal_rows.by_token(token), code, values)
    told = _("%(why)s The shop was told and writes to you; nothing was charged.", why=why)
    return _page(proposal_rows.by_token(token), 409, str(GONE) if code == proposal_stuck.PUT_AWAY else told)


def _again(token: str, refusal: Refusal) -> Any:
    db.session.rollback()
    with web.reading():
        return _page(_offered(token), refusal.status, str(refusal))


@store.post("/quotes/<token>/refusal", endpoint="quote_decline")
def decline(token: str) -> Any:
    """They say no, with a reason if they like."""
    try:
        _limit()
        proposals.decline(_offered(token), reason=_reason())
    except Missing:
        raise
    except Refusal as refusal:
        return _again(token, refusal)
    flash(_("Thank you for telling us."))
    return redirect(url_for(".quote", token=token), 303)


def _reason() -> str:
    return request.form.get("reason", "")[:300]


def _limit() -> None:
    limits.check("quote", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
