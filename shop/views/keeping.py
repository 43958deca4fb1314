"""Kept pages: a view marked `@kept(…)` is rendered once for everyone, with holes for what differs by visitor."""

import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, request

from kernel import holes, i18n, origins, packing, web
from kernel.aside import Place
from kernel.db import db
from shop import pagecache
from shop.views import fitting, visitor, visits

View = TypeVar("View", bound=Callable[..., Any])
Page = Callable[..., Sequence[Mapping[str, Any]]]
READS = frozenset({"GET", "HEAD"})
PATIENCE = 2.0  # seconds
_turn = threading.Lock()


def kept(*params: str, store: bool = True, page: Page | None = None) -> Callable[[View], View]:
    """The view's page is the same for everyone of one group and language; only `params` of its query count.

    Whatever else stands in the query never reaches the view: a cached page cannot repeat it to others. `page(…)` gives
    the blocks of what the view shows: who sees the same choice of them shares a page.
    """

    def decorate(view: View) -> View:
        view.kept = frozenset(params)  # type: ignore[attr-defined]
        view.stored, view.page = store, page  # type: ignore[attr-defined]
        return view

    return decorate


def init_app(app: Flask) -> None:
    """Look before the view, keep after it."""
    app.before_request(look)
    app.after_request(keep)
    app.teardown_request(_next)


def look() -> Response | None:
    """Answer with the kept page, or let the view render it with open holes."""
    place = origins.place()
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if place is None or request.method not in READS or not hasattr(view, "kept"):
        return None
    web.enter(place)
    visits.count()
    _only(view.kept)
    g.open_holes = True
    seen = fitting.see(request.path, view.page(**(request.view_args or {}))) if view.page else ()
    g.page_key = _key(place, seen) if view.stored else None
    page = _lying(g.page_key)
    if page is None and _waited():
        page = _lying(g.page_key)
    return _answer(page, kept_as=g.page_key) if page else None


def _lying(key: Hashable) -> pagecache.Page | None:
    found: pagecache.Page | None = pagecache.SHELF.get(key) if key is not None else None
    return found


def _waited() -> bool:
    """On SQLite, which keeps nobody waiting, pages are drawn one after the other: threads that draw at the same time
    only take the interpreter from each other. Whoever waited may find the page drawn."""
    if db.engine.dialect.name != "sqlite":
        return False
    g.turn = _turn.acquire(blocking=False)
    if g.turn:
        return False
    g.turn = _turn.acquire(timeout=PATIENCE)
    return True


def _next(_error: BaseException | None) -> None:
    if g.pop("turn", False):
        _turn.release()


def keep(response: Response) -> Response:
    """Keep what the view rendered and send it filled."""
    if not g.get("open_holes"):
        return response
    key = g.pop("page_key", None)
    if response.status_code != 200 or response.mimetype != "text/html":
        return _filled(response)
    page = pagecache.cut(response.get_data(as_text=True), g.get("viewed"))
    if key is not None:
        pagecache.SHELF.put(key, page)
    return _answer(page, response)


def _filled(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.direct_passthrough:
        page = pagecache.cut(response.get_data(as_text=True))
        g.open_holes = False
        response.set_data(page.filled(holes.fillings(page.names)))
    return response


def _answer(page: pagecache.Page, drawn: Response | None = None, *, kept_as: Hashable = None) -> Response:
    """The page filled; packed well and kept so once it is asked for again (`kept_as`), quickly when just `drawn`."""
    g.open_holes = False
    fillings = holes.fillings(page.names)
    encoding = packing.encoding_of(request.headers.get("Accept-Encoding", ""))
    body = (
        pagecache.filled(kept_as, page, fillings, encoding)
        if kept_as is not None and not visitor.known()
        else pagecache.body(page, fillings, encoding)
    )
    varying = fitting.varying()
    if kept_as is not None and varying is not None and not g.get("moves"):  # what moves is asked of Flask each time
        request.environ["plaza.kept"] = body, page.viewed, varying
    visitor.viewed(page.viewed)
    return _sent(body, drawn or Response(content_type="text/html; charset=utf-8"))


def _sent(body: pagecache.Body, response: Response) -> Response:
    same = request.if_none_match.contains_weak(body.etag)
    response.set_data(b"" if same else body.data)
    response.status_code = 304 if same else 200
    response.set_etag(body.etag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    if body.encoding and not same:
        response.headers["Content-Encoding"] = body.encoding
    return response


def _only(params: frozenset[str]) -> None:
    """Leave only what the page knows in the query, in one order; what came is kept for who sent them here."""
    if not request.query_string:
        return
    pairs = sorted((name, value) for name, value in request.args.items(multi=True) if name in params and value)
    clean = urlencode(pairs)
    request.environ["plaza.query"] = request.environ.get("QUERY_STRING", "")
    request.environ["QUERY_STRING"] = clean
    request.query_string = clean.encode()
    request.__dict__["args"] = request.parameter_storage_class(pairs)


def _key(place: Place, seen: tuple[int, ...]) -> Hashable:
    """Decision 4: tenant, revision, path, query, language, currency, group, audience; and the quarter of an hour."""
    return (
        place.id, place.revision, place.practice, place.currency, i18n.language(), visitor.group(),
        request.path, request.query_string, pagecache.bucket(time.time()), seen,
    )  # fmt: skip
