"""The home page, made of blocks; and the language in which a visitor first sees it."""

from typing import Any

from flask import Flask, Response, redirect, render_template, request, url_for

from crm.views import asking
from kernel import aside, origins, web
from shop import pages
from shop.views import fitting, frame, seo, store
from shop.views.keeping import kept


def init_app(app: Flask) -> None:
    """Choose the language of a first visit before anything is answered."""
    app.before_request(negotiate)


def blocks_of() -> Any:
    """The blocks of the first page, read once while nothing is edited."""
    return frame.once(("blocks", "home"), _live)


def _live() -> list[dict[str, Any]]:
    page = pages.home()
    return page.live if page and page.published_at else DEFAULT


@store.get("/")
@kept(page=blocks_of)
def home() -> Any:
    """The shop's first page."""
    values = frame.current().values
    head = seo.head(
        values["name"], values["tagline"] or values["name"], "/", data=[seo.business()],
        image=seo.absolute(url_for("shop.shop_card", digest="card")),
    )  # fmt: skip
    return render_template("shop/home/page.html", blocks=fitting.drawn(), head=head)


DEFAULT = [
    {"id": "hero", "kind": "hero", "data": {}},
    {"id": "shelves", "kind": "categories", "data": {}},
    {"id": "goods", "kind": "products", "data": {}},
]


def negotiate() -> Response | None:
    """Lead a first visitor of the bare `/` to their own language, when the shop speaks it; their choice comes first."""
    place = origins.place()
    if place is None or request.path != "/" or request.environ.get("plaza.language") or len(place.languages) < 2:
        return None
    if request.method not in ("GET", "HEAD") or _comes_from_here():
        return None
    wanted = _own_language(place)
    if wanted in (None, place.language):
        return None
    response: Any = redirect(
        f"/{wanted}/" + (f"?{request.query_string.decode('latin-1')}" if request.query_string else ""), 302
    )
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response  # type: ignore[no-any-return]


def _own_language(place: aside.Place) -> str | None:
    """The language of who is logged in, else the best of those that their browser asks for."""
    if origins.cookie(asking.COOKIE):
        web.enter(place)
        known = asking.contact()
        if known is not None and known.language in (place.language, *place.languages):
            return known.language
    accepted = request.accept_languages
    return accepted.best_match([place.language, *place.languages]) if accepted else None


def _comes_from_here() -> bool:
    """Who came from a page of this shop chose this language by a link."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or (request.referrer or "").startswith(
        request.host_url
    )
