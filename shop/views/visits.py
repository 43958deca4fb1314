"""Arrivals at a shop's page: counted, and where they come from is kept with the browser's session for its order."""

from collections.abc import Callable

from flask import request, session

from crm import visits
from shop.views import visitor

Header = Callable[[str], str]
AWAY = frozenset({"none", "cross-site", "same-site"})  # where the browser says that it was before


def opens(header: Header) -> bool:
    """Whether a person opens a page: browsers say so; machines mostly say nothing."""
    whole = header("Sec-Fetch-Mode") == "navigate" and header("Sec-Fetch-Dest") in {"", "document"}
    return whole and not visitor.prefetched(header)


def arrives(header: Header) -> bool:
    """Whether they do so from elsewhere."""
    return opens(header) and header("Sec-Fetch-Site") in AWAY


def told(header: Header, query: str) -> str:
    """Where they come from, when that is worth keeping: a link with a word of its own, or another house."""
    return visits.source(query, header("Referer")) if arrives(header) else ""


def count() -> None:
    """Count an arrival at the page that is asked for, and keep where it came from until it buys.

    Only at kept pages: who comes back from paying is no arrival.
    """

    def header(name: str) -> str:
        return request.headers.get(name, "")

    if request.method == "GET" and arrives(header):
        word = told(header, request.query_string.decode("ascii", "replace"))
        visits.come(word)
        if word and session.get("source") != word:
            session["source"] = word
