"""Packing: whatever text is sent is packed as its browser unpacks it; a page of the back office shrinks to a fifth.

How long a packed page is tells something of what stands in it: who can have a page repeat words of theirs beside a
secret, and sees how long each answer is, finds the secret sign by sign (BREACH, 2013). Cookies that no other site's
requests carry stop most of that; the rest is stopped by a header of a length that nobody knows.
"""

import gzip
import secrets
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

LEAST = 1024  # bytes: less fits into one packet anyhow
TEXTS = frozenset({"application/json", "application/ld+json", "application/manifest+json", "application/xml",
                   "image/svg+xml"})  # fmt: skip
PADDING = 100  # signs at most, as Django's
KNOWN = ("br", "gzip")  # the best first
PACKERS: dict[str, Callable[[bytes], bytes]] = {  # for what is sent many times
    "br": lambda raw: brotli.compress(raw, quality=5),
    "gzip": lambda raw: gzip.compress(raw, 6, mtime=0),
}
QUICK: dict[str, Callable[[bytes], bytes]] = {  # for what is sent once
    "br": lambda raw: brotli.compress(raw, quality=2),
    "gzip": lambda raw: gzip.compress(raw, 2, mtime=0),
}


def encoding_of(told: str) -> str:
    """How something is packed for a browser that says it unpacks these; '' for one that unpacks nothing."""
    return next((name for name in KNOWN if name in told), "")


def pack(response: Response) -> Response:
    """Pack a text that nobody packed yet; what is read from a file or made bit by bit goes as it is."""
    if 300 <= response.status_code < 400:
        return response
    told = response.mimetype or ""
    text = told.startswith("text/") or told in TEXTS
    if not text or response.direct_passthrough or not response.is_sequence or "Content-Encoding" in response.headers:
        return response
    data = response.get_data()
    if len(data) < LEAST:
        return response
    response.vary.add("Accept-Encoding")
    encoding = encoding_of(request.headers.get("Accept-Encoding", ""))
    if encoding:
        response.set_data(QUICK[encoding](data))
        response.headers["Content-Encoding"] = encoding
        response.headers["X-Padding"] = "." * (1 + secrets.randbelow(PADDING))
    return response


def init_app(app: Flask) -> None:
    """Pack last: whoever registers later is heard before."""
    app.after_request(pack)
