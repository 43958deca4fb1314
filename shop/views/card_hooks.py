"""The address that Stripe tells: its signature on the very bytes first, then each event once, in one transaction."""

import json
from typing import Any

from flask import Flask, abort, request
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from kernel import origins, tenancy, web
from kernel.db import db
from kernel.tenancy import FormerSlug, Tenant
from shop import card_accounts, card_events
from shop.gateways import cards, stripe
from shop.views import hooks

LARGEST = 256 * 1024
MODES = (*card_accounts.MODES, stripe.PRACTICE)


@hooks.post("/stripe/<slug>", endpoint="stripe")
def hear(slug: str) -> Any:
    """Take an event: 400 without the right signature, 200 once it is written, 5xx when we failed."""
    request.max_content_length = LARGEST
    try:
        payload = request.get_data(cache=False)
    except RequestEntityTooLarge:
        abort(413)
    with web.reading():  # who forges keeps nobody waiting
        tenancy.enter(_shop(slug))
        mode = _signed(payload, request.headers.get("Stripe-Signature", ""))
    event = _event(payload)
    if mode in card_accounts.MODES:
        card_accounts.heard(mode)
    card_events.receive(event, mode)
    return {"received": True}


def _shop(slug: str) -> int:
    found = db.session.scalar(select(Tenant.id).where(Tenant.slug == slug))
    former = select(FormerSlug.tenant_id).where(FormerSlug.slug == slug)
    return found or db.session.scalar(former) or abort(404)


def _signed(payload: bytes, signature: str) -> str:
    """The mode whose secret signed these bytes; nothing in them is looked at before."""
    for mode in MODES:
        try:
            secret = cards.access(mode).hook_secret
        except cards.NoAccount:
            continue
        if secret and signature and stripe.signed(payload, signature, secret):
            return mode
    return abort(400)


def _event(payload: bytes) -> dict[str, Any]:
    try:
        event = json.loads(payload)
        whole = isinstance(event["data"]["object"], dict) and str(event["id"]) and str(event["type"])
    except (ValueError, TypeError, KeyError):
        abort(400)
    if not whole or not str(event.get("created", "")).isdecimal():
        abort(400)
    return dict(event)


def init_app(_app: Flask) -> None:
    """Its authority is the signature; it reads no cookie."""
    origins.foreign_ok("shop_hooks.stripe")
