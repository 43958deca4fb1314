"""What machines read of a shop: the sitemap and robots.txt."""

from typing import Any

from flask import Response, render_template
from sqlalchemy import select

from kernel import origins
from kernel.db import db
from shop import catalog, openings, pages, shelf
from shop.views import frame, store

MOST = 48_000  # products in all languages together: with the rest below the 50,000 addresses of one sitemap


@store.get("/robots.txt")
def robots() -> Response:
    """What crawlers may fetch: not carts, orders, accounts and searches; nothing of a shop that practises."""
    place = origins.place()
    base = frame.current().base
    closed = (
        "/cart",
        "/checkout",
        "/orders/",
        "/account",
        "/saved",
        "/search",
        "/preview/",
        "/d/",
        "/u/",
        "/l/",
        "/preferences/",
        "/bookings/",
        "/subscriptions/",
        "/waits/",
        "/invoices/",
        "/gift-card/",
    )
    ways = ["", *(f"/{code}" for code in (place.languages if place else ()) if place and code != place.language)]
    paths = [f"{way}{path}" for way in ways for path in closed]
    rules = ["Disallow: /"] if place and place.practice else [f"Disallow: {path}" for path in paths]
    text = "\n".join(["User-agent: *", *rules, "", f"Sitemap: {base}/sitemap.xml", ""])
    return Response(text, content_type="text/plain; charset=utf-8")


@store.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public page in every language."""
    place = origins.place()
    codes = [place.language, *(code for code in place.languages if code != place.language)] if place else []
    prefixes = [(code, "" if place and code == place.language else f"/{code}") for code in codes]
    found = render_template(
        "shop/feeds/sitemap.xml", paths=list(_paths(max(1, len(codes)))), prefixes=prefixes, base=frame.current().base
    )
    return Response(found, content_type="application/xml; charset=utf-8")


def _paths(languages: int) -> Any:
    yield from ("/", "/contact", *(["/when"] if openings.many() else []))
    yield from (f"/c/{one.slug}" for one in frame.current().shelves)
    yield from (f"/pages/{page.slug}" for page in pages.listed("page"))
    yield from (f"/policies/{page.slug}" for page in pages.listed("policy"))
    wanted = select(catalog.Product.slug).where(shelf.public()).order_by(catalog.Product.id).limit(MOST // languages)
    yield from (f"/p/{slug}" for slug in db.session.scalars(wanted))
