"""Paths: whether an address of the shop leads anywhere: a page that there is, a product that is shown."""

from typing import Any
from urllib.parse import unquote, urlsplit

from kernel import web
from shop import catalog, categories, pages


def leads(path: str) -> bool:
    """Whether a path of this shop leads to something that the public sees."""
    found = web.store_route(unquote(urlsplit(path).path) or "/")
    if found is None:
        return False
    endpoint, values = found
    look = KNOWN.get(endpoint)
    return bool(look(values)) if look else endpoint not in CLOSED


def _product(values: dict[str, Any]) -> bool:
    found = catalog.slugged(values["slug"])
    return found is not None and found.live


def _page(kind: str) -> Any:
    def look(values: dict[str, Any]) -> bool:
        found = pages.slugged(values["slug"], kind)
        return found is not None and found.published_at is not None

    return look


KNOWN = {
    "shop.product": _product,
    "shop.questions": _product,
    "shop.category": lambda values: categories.slugged(values["slug"]) is not None,
    "shop.page": _page("page"),
    "shop.policy": _page("policy"),
}
CLOSED = frozenset({"shop.preview", "shop.order", "shop.pay", "shop.booking"})  # somebody's own, or nobody's
