"""Cards in the back office: disputes to answer, payments that do not fit; what one order's cards did."""

from typing import Any

from flask import Flask, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import today
from kernel.db import db
from kernel.i18n import _, _l
from kernel.web import needs
from shop import card_disputes, card_notices, card_sessions, receipts
from shop.card_disputes import CardDispute
from shop.card_notices import CardNotice
from shop.card_sessions import CardSession
from shop.orders import Order
from shop.views import admin, desk

BOARD = "https://dashboard.stripe.com"
STATES = {
    "asked": (_l("Being opened"), "wait"), "open": (_l("Page open"), "wait"), "paid": (_l("Paid"), "good"),
    "processing": (_l("The bank is thinking"), "now"), "failed": (_l("Not paid"), "off"),
    "expired": (_l("Ended"), "off"),
}  # fmt: skip


@admin.get("/cards", endpoint="cards")
@needs("orders.view")
def show() -> str:
    """What waits: disputes first, the one to be answered soonest on top."""
    return render_template(
        "shop/desk/cards/show.html",
        disputes=[_dispute(row) for row in db.session.scalars(card_disputes.waiting())],
        notices=[_notice(row) for row in db.session.scalars(card_notices.waiting())],
    )


def told(order: Order) -> dict[str, Any]:
    """What an order's page shows of its cards; {} when there were none."""
    rows = card_sessions.of(order)
    if not rows:
        return {}
    return {
        "rows": [_session(row) for row in rows], "disputes": [_dispute(row) for row in card_disputes.of(order)],
        "notices": [_notice(row) for row in card_notices.of(order)], "test": any(row.mode == "test" for row in rows),
    }  # fmt: skip


def _session(row: CardSession) -> dict[str, Any]:
    word, shape = STATES[row.state]
    return {
        "amount": receipts.shown(row.amount), "at": receipts.day_and_time(row.created_at), "state": (str(word), shape),
        "url": _board(row, f"payments/{row.intent}") if row.intent else "",
    }  # fmt: skip


def _board(row: CardSession, path: str) -> str:
    return "" if row.mode == "practice" else f"{BOARD}/{'test/' if row.test else ''}{path}"


def _dispute(row: CardDispute) -> dict[str, Any]:
    return {
        "order": row.order.number, "url": desk.link("shop_admin.order", number=row.order.number), "why": row.why,
        "amount": receipts.shown(row.amount), "state": row.sentence, "withheld": row.withheld,
        "due": receipts.day_and_time(row.due_at) if row.due_at and row.state in card_disputes.WAITS else "",
        "board": _board(row.session, f"disputes/{row.stripe_id}"),
    }  # fmt: skip


def _notice(row: CardNotice) -> dict[str, Any]:
    number = row.order.number if row.order else ""
    return {
        "token": row.token, "title": row.title, "text": row.sentence, "about": row.about, "order": number,
        "at": receipts.day_and_time(row.at), "url": desk.link("shop_admin.order", number=number) if number else "",
    }  # fmt: skip


@admin.post("/cards/notices/<token>/seen", endpoint="card_notice_seen")
@needs("orders.pay")
def seen(token: str) -> Response:
    """Somebody looked at it."""
    card_notices.seen(token)
    flash(_("Noted."))
    return redirect(url_for(".cards"), 303)


def init_app(_app: Flask) -> None:
    """Tell the first page what waits."""
    told_by: dict[str, Any] = {"list_url": lambda: url_for("shop_admin.cards"), "permission": "orders.view"}
    today.line(
        "card_disputes", _l("Disputes of card payments"), card_disputes.waiting, order=12, icon="warning", **told_by
    )
    today.line("card_notices", _l("Card payments to look at"), card_notices.waiting, order=13, icon="card", **told_by)
