"""The search page: what was found, what comes near, or what one can do instead; what was searched is counted."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from kernel import i18n, phones
from kernel.i18n import _
from shop import favourites, search, searches, services, shelf, storefront
from shop.search import Found
from shop.shelf import Listing
from shop.views import catalog, frame, goods, opening_links, seo, store, visitor, visits
from shop.views.keeping import kept

BEST, SHELVES = 4, 6


@store.get("/search", endpoint="search")
@kept("q", "page", store=False)
def show() -> Any:
    """What a shopper's words mean; nothing asked shows the shelves, else what there is."""
    query = asked()
    found = search.look(query, i18n.language())
    page = catalog.asked().page
    listing = shelf.of_ids(found.ids, page, group=visitor.group())
    if query and page == 1:  # leafing through what was found is no new search
        visitor.searched(query, listing.products)
        _count(query, found, listing)
    shelves = _shelves(query, listing)
    title = _("Results for “%(query)s”", query=query) if query else _("Search")
    return render_template(
        "shop/search/results.html", query=query, title=title, listing=listing, found=found,
        goods=goods.of(listing.ids), pager=catalog.around(listing), shelves=shelves,
        ask=opening_links.form(opening_links.kinds()) if query and services.kinds_of(listing.ids) else None,
        instead={} if listing.count or (shelves and not query) else _instead(query),
        head=seo.head(title, frame.current().values["tagline"], "/search", robots="noindex, follow"),
    )  # fmt: skip


def asked() -> str:
    """What is typed into the box, in one line of a bearable length."""
    return " ".join(request.args.get("q", "").replace("\x00", " ").split())[: search.LONGEST_QUERY]


def _count(query: str, found: Found, listing: Listing) -> None:
    """Only of people; what has but some of the words was not found."""
    if request.method == "GET" and visits.opens(lambda name: request.headers.get(name, "")):
        searches.note(query, listing.count if found.how in {"whole", "near"} else 0)


def _shelves(query: str, listing: Listing) -> list[dict[str, str]]:
    """The shelves of that name; where nothing is found those that sound like it, else the first ones."""
    values: list[dict[str, str]] = frame.current().values["categories"]
    if not query:
        return values
    named = search.shelves(query, i18n.language())[:SHELVES]
    if named or listing.count:
        return lying(named)
    names = [(one.id, i18n.pick(one.name)) for one in frame.current().shelves]
    return lying(search.like(query, names, SHELVES)) or values


def lying(ids: Sequence[int]) -> list[dict[str, str]]:
    """These categories as links; those in which nothing lies are left out."""
    known = {one.id: one for one in frame.current().shelves if one.facets.get("count", 1)}
    return [
        {"name": i18n.pick(known[one].name), "url": frame.path("shop.category", slug=known[one].slug)}
        for one in ids if one in known
    ]  # fmt: skip


def _instead(query: str) -> dict[str, Any]:
    """What sells best, and how to ask the shop itself."""
    group = visitor.group()
    best: dict[str, list[int]] = frame.note("favourites", favourites.of)
    first = best.get(favourites.SHOP) or [one.id for one in shelf.first(2 * BEST, group=group)]
    there = shelf.sellable(first, group=group)
    number = storefront.of().whatsapp
    text = _("Hello, I am looking for “%(query)s”. Do you have it?", query=query)
    return {
        "best": goods.of([one for one in first if one in there][:BEST]),
        "selling": bool(best.get(favourites.SHOP)),
        "whatsapp": phones.whatsapp(text, number) if number and query else "",
    }
