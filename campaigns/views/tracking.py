"""Where a link of a letter leads, and the picture that tells that it was opened; looking at them writes nothing."""

import re
from base64 import b64decode
from typing import Any

from flask import Response, redirect, request, url_for

from campaigns import recipients, rendering, tracking
from campaigns.recipients import Recipient
from campaigns.verdicts import TRAP, Look
from campaigns.views import store
from kernel import clock, settings
from kernel.i18n import _l
from kernel.refusal import Missing

DOT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one clear point
NAMED = re.compile(r"([\w-]{1,64})-(\d{1,6})", re.ASCII)


class NoLink(Missing):
    """An address that stands in no letter of this shop."""

    message = _l("That link stands in no letter of this shop. Look for what you wanted here, or write to us.")


@store.get("/l/<name>", endpoint="letter_link")
def follow(name: str) -> Any:
    """Lead to the address that the letter holds under that number: there is no other way to name one."""
    found = NAMED.fullmatch(name)
    row = recipients.by_token(found[1]) if found else None
    if row is None or found is None:
        raise NoLink()
    number = int(found[2])
    goal = url_for("shop.home") if number == TRAP else _goal(row, number)
    _see(row, number)
    answer = redirect(goal, 302)
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _goal(row: Recipient, number: int) -> str:
    link = tracking.link_of(row, number)
    if link is None:
        raise NoLink()
    return rendering.destination(row, link.url)


@store.get("/o/<token>.gif", endpoint="letter_picture")
def picture(token: str) -> Response:
    """The picture at the end of a letter."""
    row = recipients.by_token(token)
    if row is None:
        raise NoLink()
    _see(row, None)
    answer = Response(DOT, content_type="image/gif")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _see(row: Recipient, link: int | None) -> None:
    """Remember it, unless somebody only asks whether it is there."""
    if request.method != "GET":
        return
    told = request.headers
    purpose = " ".join(told.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    tracking.see(row, Look(
        clock.now(), told.get("User-Agent", "")[:400], request.remote_addr or "", purpose[:80],
        told.get("Sec-Fetch-Mode", "")[:20], settings.current().secure, link,
    ))  # fmt: skip
