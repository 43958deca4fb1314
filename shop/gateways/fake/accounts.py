"""The account behind a secret key: where it sells and whether it may charge."""

import json
from typing import Any

from shop.gateways.fake.store import Books, Thing

USUAL = {"country": "US", "default_currency": "usd", "charges_enabled": True, "payouts_enabled": True}


def of(books: Books) -> Thing:
    """The account as Stripe shows it."""
    told = {**USUAL, "name": "Plaza", **json.loads(books.setting("account") or "{}")}
    return {
        "id": books.account, "object": "account", "type": "standard", "country": told["country"],
        "default_currency": told["default_currency"], "charges_enabled": told["charges_enabled"],
        "payouts_enabled": told["payouts_enabled"], "details_submitted": True, "email": None, "metadata": {},
        "business_profile": {"name": told["name"]}, "settings": {"dashboard": {"display_name": told["name"]}},
    }  # fmt: skip


def tell(books: Books, values: dict[str, Any]) -> Thing:
    """Have the account be otherwise: country, default_currency, charges_enabled, name; `revoked` ends its key."""
    kept = {**json.loads(books.setting("account") or "{}"), **values}
    books.set("account", json.dumps(kept))
    return of(books)


def revoked(books: Books) -> bool:
    """Whether the key was taken back."""
    return bool(json.loads(books.setting("account") or "{}").get("revoked"))
