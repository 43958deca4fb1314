"""A letter as its reader sees it: on the shop's origin, in a sandbox, without cookies, with no style but its own."""

import base64
import hashlib
from html.parser import HTMLParser
from typing import Any

from flask import Response, abort, g

from kernel import letters, settings, signing
from kernel.db import db
from kernel.letters import Letter
from kernel.views import store

PURPOSE, MINUTES = "letter", 10


class _Styles(HTMLParser):
    """Collects the texts of styles, which the policy then names by their hash."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "style"
        self.found |= {value: None for name, value in attrs if name == "style" and value}

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[data] = None

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def token(row: Letter, mine: bool = False) -> str:
    """What the back office puts into the address of the frame, for ten minutes; `mine` opens a private one."""
    return signing.make(PURPOSE, {"letter": row.token, "tenant": row.tenant_id, "mine": mine})


@store.get("/preview/letters/<token>", endpoint="letter_frame")
def frame(token: str) -> Any:
    """The letter's HTML alone; links open a page of their own."""
    told = signing.read(PURPOSE, token, minutes=MINUTES)
    if not told or told.get("tenant") != g.tenant_id:
        abort(404)
    row = letters.named(told["letter"])
    db.session.expunge(row)
    if row.private and not told.get("mine"):
        abort(404)
    response = Response(row.html.replace("<head>", '<head><base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = policy(row.html)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def policy(html: str) -> str:
    """Nothing runs, nothing is sent; the letter's styles are let through one by one."""
    styles = _Styles()
    styles.feed(html)
    hashes = " ".join(f"'sha256-{_hash(text)}'" for text in styles.found)
    return (
        f"default-src 'none'; img-src 'self' data:; style-src 'unsafe-hashes' {hashes}; object-src 'none'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {settings.current().url}; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
