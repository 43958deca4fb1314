"""Webhook endpoints: who wants to be told of what, and the secret that signs it."""

import hashlib
import hmac
import secrets
from typing import Any

from shop.gateways.fake import params
from shop.gateways.fake.problems import invalid, no_such
from shop.gateways.fake.store import Books, Thing

CREATES = frozenset(["url", "enabled_events", "description", "metadata", "api_version"])
CHANGES = frozenset(["url", "enabled_events", "description", "metadata", "disabled"])


def create(books: Books, told: dict[str, Any]) -> Thing:
    """A new endpoint; its secret is shown this once."""
    params.only(told, CREATES)
    url = params.needed(told, "url")
    if not url.startswith(("http://", "https://")):
        raise invalid("Invalid URL", code="url_invalid", param="url")
    made = books.make(
        "webhook_endpoint", "we", url=url, enabled_events=list(params.needed(told, "enabled_events")),
        status="enabled", description=told.get("description"), metadata=params.metadata(told.get("metadata")),
        api_version=told.get("api_version"), application=None, _secret=f"whsec_{secrets.token_hex(16)}", _connect="",
    )  # fmt: skip
    return {**made, "secret": made["_secret"]}


def of(books: Books, known_as: str) -> Thing:
    """An endpoint of this account."""
    found = books.find("webhook_endpoint", known_as)
    if found is None:
        raise no_such("webhook endpoint", known_as)
    return found


def change(books: Books, endpoint: Thing, told: dict[str, Any]) -> Thing:
    """Another address, other events, or off."""
    params.only(told, CHANGES)
    endpoint |= {name: told[name] for name in ("url", "enabled_events", "description") if name in told}
    if "disabled" in told:
        endpoint["status"] = "disabled" if told["disabled"] == "true" else "enabled"
    return books.keep(endpoint)


def signed(secret: str, body: bytes, at: int) -> str:
    """The `Stripe-Signature` of a body."""
    mark = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mark}"
