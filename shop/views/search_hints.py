"""Hints under the search box while somebody types: a few products with their pictures, and the shelves of that name."""

import json
import time
from typing import Any

from flask import Response, make_response, render_template, request

from kernel import files, i18n, limits, origins, tenancy
from shop import listed, pagecache, search, shelf
from shop.views import goods, store, visitor
from shop.views import search as page

PRODUCTS, SHELVES, SHORTEST = 6, 3, 2
PACE = "90/minute"  # for each network, in each process
KEPT = 60  # seconds for which a browser asks nothing again
DRAWN = pagecache.Shelf(1024 * 1024)


class Drawn(str):
    """A list of hints as HTML."""

    __slots__ = ()

    @property
    def size(self) -> int:
        """About how many bytes it takes, with its key."""
        return 400 + 2 * len(self)


@store.get("/search/suggestions", endpoint="search_hints")
def show() -> Response:
    """The list alone; nothing for who types faster than people do."""
    query = page.asked()
    if not limits.passes_here("hints", f"{tenancy.current()}:{limits.network(request.remote_addr)}", PACE):
        return _sent("", 429)
    return _sent(_drawn(query) if len(query) >= SHORTEST else "")


def _sent(text: str, status: int = 200) -> Response:
    made = make_response(text, status)
    made.headers["X-Robots-Tag"] = "noindex"
    if status == 200:
        made.headers["Cache-Control"] = f"private, max-age={KEPT}"
        made.headers["Vary"] = "Cookie"
    return made


def _drawn(query: str) -> str:
    """Drawn once for all of one group and language until something of the shop is edited."""
    place, group = origins.place(), visitor.group()
    assert place is not None
    key = place.id, place.revision, i18n.language(), group, pagecache.bucket(time.time()), query.casefold()
    found: str | None = DRAWN.get(key)
    if found is None:
        found = Drawn(_hints(query, group))
        DRAWN.put(key, found)
    return found


def _hints(query: str, group: str) -> str:
    found = search.look(query, i18n.language(), limit=8 * PRODUCTS)
    near = found.how in {"whole", "near"}
    ids = shelf.of_ids(found.ids if near else [], group=group, size=PRODUCTS).ids
    shelves = page.lying(search.shelves(query, i18n.language()))[:SHELVES]
    rows: list[dict[str, Any]] = [_row(row) for row, _out in listed.of(ids)]
    if not rows and not shelves:
        return ""
    return render_template("shop/search/_hints.html", rows=rows, shelves=shelves, query=query)


def _row(row: listed.Listed) -> dict[str, Any]:
    amount, since = goods.price(row)
    picture = files.File(sha256=row.sha256, width=row.width, height=row.height) if row.sha256 else None
    name = i18n.words_html(json.loads(row.name))
    return {"name": name, "url": goods.address(row.slug), "picture": picture, "price": amount, "since": since}
