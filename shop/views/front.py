"""The front: who is nobody's gets a kept page before Flask begins, as long as nothing at all was committed since.

Only what the slow way answered is answered here: its bytes and its headers. The stamp of the database tells whether a
hole could be filled differently; then, and whenever a doubt is left, Flask answers and is listened to again.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_etags, remove_entity_headers

from crm import visits as visiting
from crm.views import asking, origin
from kernel import origins, packing, web
from kernel.aside import Place
from shop import pagecache
from shop.views import keeping, visitor, visits

Headers = list[tuple[str, str]]
BYTES = 4 * 1024 * 1024
SHELF = pagecache.Shelf(BYTES)


@dataclass(frozen=True, slots=True)
class Told:
    """What Flask answered, and by which stamps it still holds: a stamp is only comparable with its own reader's."""

    headers: Headers
    body: pagecache.Body
    viewed: dict[str, Any]
    stamps: dict[int, Hashable] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return self.body.size + 2000


@dataclass(frozen=True, slots=True)
class Varies:
    """What stands under a key whose page differs also by where somebody is and who sent them."""

    names: tuple[str, ...]
    size: int = 200


class Front:
    """Answers in front of Flask, and listens to what Flask answers."""

    def answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The page, or None: Flask goes on."""
        key = _key(environ)
        if key is None:
            return None
        reader, stamp = environ["plaza.stamp"]
        told: Told | None = SHELF.get(_whole(environ, key, SHELF.get(key)))
        if told is None or told.stamps.get(reader) != stamp:
            environ["plaza.listen"] = key, environ.get("QUERY_STRING", "")
            return None
        _count(environ, told.viewed)
        return _send(environ, start_response, told)

    def listen(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Callable[..., Any]:
        """The `start_response` for Flask: it remembers what may be answered again."""
        asked = environ.get("plaza.listen")
        if asked is None:
            return start_response

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status.startswith("200 ") and environ["REQUEST_METHOD"] == "GET":
                _remember(environ, asked, headers)
            return start_response(status, headers, *more)

        return start


def init_app(app: Flask) -> None:
    """Stand in front."""
    app.extensions["plaza.front"] = Front()


def _key(environ: dict[str, Any]) -> Hashable | None:
    place, consent = environ.get("plaza.place"), _consent(environ.get("HTTP_COOKIE", ""))
    if place is None or consent is None or environ["REQUEST_METHOD"] not in keeping.READS:
        return None
    if "HTTP_HX_REQUEST" in environ or _led_away(environ, place) or _comes_from(environ):
        return None
    return (
        place, environ["HTTP_HOST"], environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""), packing.encoding_of(environ.get("HTTP_ACCEPT_ENCODING", "")), consent,
        pagecache.bucket(time.time()),
    )  # fmt: skip


def _whole(environ: dict[str, Any], key: Hashable, found: Any) -> Hashable:
    """The key with what its page differs by as well."""
    if not isinstance(found, Varies):
        return key
    header = _header(environ)
    told = {
        "country": lambda: origin.country(header),
        "referrer": lambda: origin.referrer(environ.get("QUERY_STRING", ""), environ["HTTP_HOST"], header),
    }
    return key, *(told[name]() for name in found.names)


def _consent(cookies: str) -> str | None:
    """What the banner was told, while that is all this browser says of us; None for a browser with more."""
    told = ""
    for one in cookies.split(";") if cookies else ():
        name, _, value = one.strip().partition("=")
        if origins.is_ours(name.strip()):
            if told or name != origins.cookie_name(asking.ANSWER_COOKIE) or value not in asking.ANSWERS:
                return None
            told = value
    return told


def _led_away(environ: dict[str, Any], place: Place) -> bool:
    """Whether a first visitor may be led to their own language: home.negotiate decides it."""
    if environ.get("PATH_INFO") != "/" or "plaza.language" in environ or len(place.languages) < 2:
        return False
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
    return accepted.best_match([place.language, *place.languages]) not in (None, place.language)


def _header(environ: dict[str, Any]) -> visits.Header:
    return lambda name: str(environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))


def _comes_from(environ: dict[str, Any]) -> str:
    """Where they come from, when their session has to keep it."""
    return visits.told(_header(environ), environ.get("QUERY_STRING", ""))


def _count(environ: dict[str, Any], viewed: dict[str, Any]) -> None:
    came = environ["REQUEST_METHOD"] == "GET" and visits.arrives(_header(environ))
    if came or viewed:
        web.enter(environ["plaza.place"])
    if came:
        visiting.come("")
    if viewed:
        visitor.viewed_by_nobody(viewed, _header(environ))


def _send(environ: dict[str, Any], start_response: Any, told: Told) -> list[bytes]:
    headers, data = told.headers, told.body.data
    if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(told.body.etag):
        headers, data = headers.copy(), b""
        remove_entity_headers(headers)
        start_response("304 NOT MODIFIED", headers)
    else:
        start_response("200 OK", headers.copy())
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [data]


def _remember(environ: dict[str, Any], asked: tuple[Any, ...], headers: Headers) -> None:
    """Keep what the slow way answered, when it was a kept page and nothing of it is this visitor's alone."""
    key, query = asked
    kept = environ.get("plaza.kept")
    if kept is None or environ.get("QUERY_STRING", "") != query or any(name == "Set-Cookie" for name, _ in headers):
        return
    body, viewed, varying = cast(tuple[pagecache.Body, dict[str, Any], tuple[str, ...]], kept)
    if varying:
        SHELF.put(key, varies := Varies(varying))
        key = _whole(environ, key, varies)
    found = SHELF.get(key)
    told = found if isinstance(found, Told) else None
    if told is None or told.body.etag != body.etag or told.headers != headers:
        told = Told(list(headers), body, viewed)
        SHELF.put(key, told)
    reader, stamp = environ["plaza.stamp"]
    told.stamps[reader] = stamp
