"""The search page."""

from typing import Any

from flask import render_template, request

from kernel import i18n
from kernel.i18n import _
from shop import search, shelf
from shop.views import catalog, frame, goods, seo, store, visitor
from shop.views.keeping import kept


@store.get("/search", endpoint="search")
@kept("q", "page", store=False)
def show() -> Any:
    """What a shopper's words mean; nothing asked shows the shelves."""
    query = " ".join(request.args.get("q", "").replace("\x00", " ").split())[: search.LONGEST_QUERY]
    found = search.find(query, i18n.language()) if query else []
    some = [] if found else search.some(query, i18n.language())
    page = catalog.asked().page
    listing = shelf.of_ids(found or some, page, group=visitor.group())
    if query and page == 1:  # leafing through what was found is no new search
        visitor.searched(query, listing.products)
    title = _("Results for “%(query)s”", query=query) if query else _("Search")
    return render_template(
        "shop/search/results.html", query=query, title=title, listing=listing, some=bool(some),
        goods=goods.of(listing.ids), pager=catalog.around(listing), shelves=frame.current().values["categories"],
        head=seo.head(title, frame.current().values["tagline"], "/search", robots="noindex, follow"),
    )  # fmt: skip
