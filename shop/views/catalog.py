"""Category and product pages."""

from typing import Any
from urllib.parse import urlencode

from flask import abort, g, redirect, render_template, request, url_for
from markupsafe import Markup

from kernel import i18n, money, origins, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import catalog, categories, shelf, shown, slugs, tag_words
from shop.views import booking_page, frame, goods, opening_links, product, review_part, seo, store, visitor
from shop.views.keeping import kept

SORTS = {
    "featured": _l("Featured"),
    "price": _l("Price: low to high"),
    "-price": _l("Price: high to low"),
    "newest": _l("Newest"),
    "name": _l("Name"),
}
LONGEST = 24  # signs of a price in the address


@store.get("/c/<slug>")
@kept("sort", "page", "min", "max", "stock", "tag")
def category(slug: str) -> Any:
    """A shelf of the shop."""
    shelves = frame.current().shelves
    here: Any = next((one for one in shelves if one.slug == slug), None)
    if here is None:
        return _moved("category", slug)
    sieve, under = asked(), categories.below(shelves, here)
    count = here.facets.get("count")
    listing = shelf.of_category(under, sieve, group=visitor.group(), count=count, once=frame.once)
    return render_template(
        "shop/catalog/category.html", here=here, listing=listing, sieve=sieve, goods=goods.of(listing.ids),
        head=_head(here, shelves, sieve, listing), pager=around(listing),
        trail=frame.once(("trail", here.id), lambda: trail(shelves, here)),
        below=children(shelves, here), sieving=_sieving(here, sieve),
        ask=opening_links.above(opening_links.kinds(under)),
    )  # fmt: skip


def _sieving(here: Any, sieve: shelf.Sieve) -> Markup:
    """How the shelf is sieved and sorted, as HTML: where nothing is sieved, the same on each of its pages."""

    def drawn() -> Markup:
        chips = tags(here.facets.get("tags", []), sieve)
        told = {"here": here, "sieve": sieve, "tags": chips, "sorts": SORTS, "args": request.args}
        return Markup(render_template("shop/catalog/_sieve.html", **told))  # noqa: S704

    found: Markup = frame.once(("sieve", here.id, sieve.sort), drawn) if sieve.plain else drawn()
    return found


@store.get("/p/<slug>", endpoint="product")
@kept("variant", review_part.ASKED, *booking_page.WHEN)
def product_page(slug: str) -> Any:
    """One product and the one verb."""
    found = shown.slugged(slug)
    if found is None or not found.product.live or not found.product.open_to(visitor.group()):
        return _moved("product", slug)
    if not request.args.keys().isdisjoint(booking_page.WHEN):
        g.page_key = None  # a choice of times is nobody else's
    g.apart = not found.near
    return product.show(found.product, stepped=found.stepped)


def _moved(kind: str, slug: str) -> Any:
    """A slug of yesterday leads to today's address (301); anything else is not there."""
    cls: Any = {"product": catalog.Product, "category": catalog.Category}[kind]
    target = slugs.former(kind, slug)
    row = db.session.get(cls, target) if target else None
    if row is None or row.slug == slug or (kind == "product" and not row.live):
        abort(404)
    asked: dict[str, Any] = request.args.to_dict()
    return redirect(url_for(f"shop.{kind}", slug=row.slug, **asked), 301)


def asked() -> shelf.Sieve:
    """What the query asks, of what the page knows; anything else is the default, never an error."""
    told = request.args
    ends = [_amount(told.get(name)) for name in ("min", "max")]
    low, high = ends if None in ends else sorted(ends)  # type: ignore[type-var]
    return shelf.Sieve(
        sort=told["sort"] if told.get("sort") in SORTS else "featured",
        page=web.page_asked(),
        low_minor=low, high_minor=high, in_stock=told.get("stock") == "1",
        tag=told.get("tag", "").replace("\x00", "")[:60],
    )  # fmt: skip


def _amount(text: str | None) -> int | None:
    place = origins.place()
    if not text or not place or len(text) > LONGEST:
        return None
    try:
        return money.parse(text, place.currency, str(i18n.locale())).minor
    except (Refusal, ValueError):
        return None


def without(*names: str, **put: Any) -> str:
    """This page's address without some of what was asked, with something else instead; always its first page."""
    left = {name: value for name, value in request.args.items() if name not in (*names, "page", *put)}
    query = urlencode({**left, **{name: value for name, value in put.items() if value}})
    here = frame.path(request.endpoint or "shop.home", **(request.view_args or {}))
    return f"{here}?{query}" if query else here


def around(listing: shelf.Listing) -> dict[str, Any]:
    """What the pager needs: where one is, and the addresses before and after."""
    here, first = listing.page, without()
    more = first + ("&" if "?" in first else "?") + "page="
    before = "" if here < 2 else first if here == 2 else f"{more}{here - 1}"
    after = f"{more}{here + 1}" if here < listing.pages else ""
    return {"page": here, "pages": listing.pages, "before": before, "after": after}


def tags(common: list[list[Any]], sieve: shelf.Sieve) -> list[dict[str, Any]]:
    """The commonest tags as chips; the one that is on takes itself off."""
    known = frame.current().values["tag_words"]
    chips = [
        {
            "label": tag_words.label(tag, known),
            "url": without(tag=None if tag == sieve.tag else tag),
            "active": tag == sieve.tag,
        }
        for tag, _count in common
    ]
    stock = {"label": _("In stock"), "url": without(stock=None if sieve.in_stock else "1"), "active": sieve.in_stock}
    return [stock, *chips]


def children(shelves: Any, here: Any) -> list[dict[str, Any]]:
    """The shelves right below this one."""
    return [
        {"label": i18n.pick(one.name), "url": frame.path("shop.category", slug=one.slug), "active": False}
        for one in categories.children(shelves, here)
    ]


def trail(shelves: Any, here: Any) -> list[tuple[Any, str]]:
    """Where one is, from home: pairs of (name, address); the last has none."""
    *steps, (last, _address) = product.steps_to(shelves, here)
    return [*steps, (last, "")]


def _head(here: Any, shelves: Any, sieve: shelf.Sieve, listing: shelf.Listing) -> seo.Head:
    path = f"/c/{here.slug}" + (f"?page={listing.page}" if listing.page > 1 else "")
    data = frame.once(("crumbs", here.id), lambda: _crumbs(shelves, here))
    text = i18n.pick(here.intro) or i18n.pick(here.name)
    robots = "" if sieve.plain and sieve.sort == "featured" else "noindex, follow"
    image = seo.absolute(frame.path("shop.shop_card", digest="card"))
    return seo.head(i18n.pick(here.name), text, path, data=[data], robots=robots, image=image)


def _crumbs(shelves: Any, here: Any) -> Markup:
    return seo.breadcrumbs([(i18n.pick(one.name), f"/c/{one.slug}") for one in categories.path(shelves, here)])
