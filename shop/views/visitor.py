"""The visitor in front of a shop page: which customer group they are of, and what they look at if they allowed it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import g, request

from crm import consent, facts, watching
from crm.views import asking
from crm.visitors import Visitor
from kernel import origins
from shop import interests, searches
from shop.catalog import Product

GROUP = "customer_group"
SAVED = "saved"  # the cookie of a browser that saved something
PREFETCH = ("Sec-Purpose", "Purpose", "X-Moz")


def known() -> bool:
    """Whether this browser is somebody's: what is filled in for them is kept for nobody else."""
    return any(origins.cookie(name) for name in (asking.COOKIE, asking.VISITOR_COOKIE, SAVED))


def group() -> str:
    """The customer group of the shopper who is logged in, else ''; in a preview of whom it is seen as."""
    here = g._get_current_object()  # asked some five times a page
    if here.get("preview"):
        return str(here.get("preview_group", ""))
    if not origins.cookie(asking.COOKIE):
        return ""
    contact = asking.contact()
    return contact.group if contact else ""


def viewed(about: dict[str, Any]) -> None:
    """Count what is looked at; remember by whom only when they allowed it. A prefetch looks at nothing."""
    if about and not prefetched(lambda name: request.headers.get(name, "")):
        _see("viewed", about["about_kind"], about["about_id"])


def viewed_by_nobody(about: dict[str, Any], header: Callable[[str], str]) -> None:
    """The same in front of Flask, where nobody is known: only counted."""
    if not prefetched(header):
        watching.see("viewed", about=(about["about_kind"], about["about_id"]))


def prefetched(header: Callable[[str], str]) -> bool:
    """Whether a browser only fetches ahead."""
    return any("prefetch" in header(name).lower() for name in PREFETCH)


def added(product: Any) -> None:
    """The same for what is put into the cart."""
    _see("added", "product", product.id)


def saved(product: Any) -> None:
    """The same for what is saved for later."""
    _see("saved", "product", product.id)


def searched(words: str, found: Sequence[Product]) -> None:
    """Count a search; remember its words, and what the things found are for, only when they allowed it.

    Words with somebody's address or number in them are remembered of nobody.
    """
    if not prefetched(lambda name: request.headers.get(name, "")):
        browser = allowing()
        likes = interests.shared(found) if browser else ()
        told = "" if searches.private(words) else words
        watching.see("searched", about=("", 0), visitor=browser, words=told, likes=likes)


def _see(kind: str, about_kind: str, about_id: int) -> None:
    assert kind in facts.BEHAVIOUR
    watching.see(kind, about=(about_kind, about_id), visitor=allowing())


def allowing() -> Visitor | None:
    """This browser, when its newest answer is a yes."""
    visitor = asking.visitor()
    return visitor if consent.allows(visitor, "behaviour") else None
