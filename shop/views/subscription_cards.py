"""The card of a subscription, for whoever has its link: type one that pays by itself, change it, take it off."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import clock, limits, tenancy, web
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import saved_cards, subscription_cards, subscription_letters, subscription_rows, subscriptions
from shop.gateways import saved_cards as at_stripe
from shop.subscription_rows import Subscription
from shop.views import admin, guest_booking, store, subscription_part

RULE = "12/minute;80/hour"


def told(row: Subscription) -> dict[str, Any]:
    """What its page says of its card; {} where it has none and can have none."""
    card, typing = row.card if row.card and row.card.kept else None, row.next_card
    offered = row.live and subscription_cards.way(row) is not None
    if card is None and not offered:
        return {}
    back = request.args.get("card") == "back" and typing is not None and typing.state in saved_cards.OPEN
    today = clock.today(tenancy.tenant().timezone)
    return {
        "label": card.label if card else "", "until": card.until if card else "", "offered": offered,
        "old": bool(card and card.runs_out(today)),
        "ends": bool(card and row.state == "active" and card.runs_out(subscriptions.made_on(row))),
        "checking": back, "waits": card is None and row.agreed_at is not None, "mode": card.mode if card else "",
    }  # fmt: skip


def _words(row: Subscription) -> str:
    return subscription_cards.sentence([(row.every, subscription_letters.costs(row) * row.quantity)])


@store.get("/subscriptions/<token>/card", endpoint="subscription_card")
def show(token: str) -> Any:
    """What one agrees to, and the button to the page on which the card is typed."""
    row = _asked(token)
    card = row.next_card
    return guest_booking.private(render_template(
        "shop/subscriptions/card.html", row=row, told=subscription_part.brief(row), sentence=_words(row),
        card=told(row), url=card.url if card is not None and card.fresh and "ready" in request.args else "",
        practice=tenancy.tenant().practice,
    ), 200)  # fmt: skip


@store.post("/subscriptions/<token>/card", endpoint="subscription_card_begin")
def begin(token: str) -> Any:
    """Have that page ready: a program is told its address, a person goes on by a link."""
    _limit()
    row = _asked(token)
    try:
        subscription_cards.agreeing(row, _words(row))
        card = at_stripe.page(row)
    except Refusal as refusal:
        if web.wants_json():
            raise
        flash(str(refusal), "error")
        return redirect(url_for(".subscription_card", token=token), 303)
    url = url_for(".subscription_card", token=token, ready="1")
    return {"url": card.url} if web.wants_json() else redirect(url, 303)


@store.post("/subscriptions/<token>/card/check", endpoint="subscription_card_check")
def check(token: str) -> Any:
    """Ask Stripe whether a card was typed, when the letter of it has not come yet."""
    _limit()
    row = subscription_rows.by_token(token)
    try:
        if row.next_card is not None:
            at_stripe.check(row.next_card.id)
    except Refusal as refusal:
        if web.wants_json():
            raise
        flash(str(refusal), "error")
    if web.wants_json():
        return {"waits": row.next_card_id is not None}
    return redirect(url_for(".subscription", token=token), 303)


@store.post("/subscriptions/<token>/card/off", endpoint="subscription_card_off")
def off(token: str) -> Any:
    """No card pays it by itself any more."""
    row = subscription_rows.by_token(token)
    subscription_cards.off(row)
    flash(_("Your card is taken off. From now on you pay each order yourself."), "message")
    return redirect(url_for(".subscription", token=token), 303)


@admin.post("/subscriptions/<token>/card/off", endpoint="subscription_card_off")
@needs("subscriptions.edit")
def desk_off(token: str) -> Any:
    """The same for staff, whom its buyer told of it."""
    row = subscription_rows.by_token(token)
    subscription_cards.off(row, by=web.person())
    flash(_("The card is taken off. Its buyer pays each order from now on."))
    return redirect(url_for(".subscription", token=token), 303)


def _asked(token: str) -> Subscription:
    row = subscription_rows.by_token(token)
    if not row.live or subscription_cards.way(row) is None:
        raise Missing()
    return row


def _limit() -> None:
    limits.check("card", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
