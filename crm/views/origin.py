"""Where somebody comes from, as far as their browser says: the country of its language, and the site that sent them."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from flask import request, session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from kernel import countries

Header = Callable[[str], str]
SITE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def country(header: Header | None = None) -> str:
    """The country of the first language that names one: `es-CR` says CR, `es` alone says nothing."""
    accepted = parse_accept_header((header or _header)("Accept-Language")[:300], LanguageAccept)
    for told in accepted.values():
        region = re.split("[-_]", told)[-1].upper() if re.search("[-_]", told) else ""
        if region in countries.all_codes():
            return region
    return ""


def referrer(query: str, host: str, header: Header | None = None) -> str:
    """The site that sent them, by `utm_source` first: `instagram` is instagram.com; "" from a page of ours."""
    source = dict(parse_qsl(query)).get("utm_source", "").strip().lower()[:100]
    if source and SITE.fullmatch(source):
        return source if "." in source else f"{source}.com"
    parts = urlsplit((header or _header)("Referer")[:2000])
    return "" if parts.netloc == host else (parts.hostname or "").removeprefix("www.")[:253]


def sender() -> str:
    """The site that sent this request, else the one that sent the first of this session."""
    told = request.environ.get("plaza.query") or request.environ.get("QUERY_STRING", "")  # a kept page lets go of it
    word = referrer(str(told), request.host) or str(session.get("source", ""))
    return word if not word or "." in word else f"{word}.com"


def _header(name: str) -> str:
    return str(request.headers.get(name, ""))
