"""The visitor in front of a kept page: which customer group they are of, and what they look at if they allowed it."""

from typing import Any

from flask import g, request

GROUP = "customer_group"


def group() -> str:
    """The customer group of the shopper who is logged in, else ''."""
    if not request.cookies:
        return ""
    contact: Any = g.get("contact")
    return str(getattr(contact, "group", "") or "")


def viewed(about: dict[str, Any]) -> None:
    """Remember what they look at; consent is asked where it is remembered."""
