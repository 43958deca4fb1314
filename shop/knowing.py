"""What guests should know: house rules, what to bring, where one meets; a service says it, else the shop for all.

Where it is asked for, who books says that they read it: then the booking keeps the very text, and when.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kernel import blocks, clock, letter_parts, signing
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import bookings, storefront
from shop.services import Service

if TYPE_CHECKING:
    from shop.orders import Order
    from shop.quotes import Quote

MOST = 4000  # signs
Words = Mapping[str, str]


class Unread(Refusal):
    """It is asked for, and nobody said so."""

    message = _l("Read what you should know of your booking, and tick that you did.")


class Rewritten(Unread):
    """What was read is not what holds now."""

    message = _l("What you should know of your booking has changed meanwhile: read it and tick it again.")
    status = 409


def of(service: Service) -> Words:
    """What its guests should know; {} where nothing is said."""
    return service.know or storefront.of().know


def asked(service: Service) -> bool:
    """Whether who books it says that they read it."""
    if service.know:
        return service.know_read
    front = storefront.of()
    return bool(front.know) and front.know_read


def version(services: Iterable[Service]) -> str:
    """The name of all that has to be read of these, as it is written now; "" where nothing has to be."""
    told = sorted({signing.digest(repr(sorted(of(one).items()))) for one in services if asked(one)})
    return signing.digest(" ".join(told))[:16] if told else ""


def check(quote: "Quote", read: str) -> None:
    """Refuse an order of whose bookings something has to be read that was not; raises Unread."""
    ids = {line.booking_id for line in quote.lines if line.booking_id}
    now = version(row.service for row in bookings.of_ids(ids).values()) if ids else ""
    if now and read != now:
        raise Rewritten() if read else Unread()


def agree(order: "Order") -> None:
    """Keep with its bookings what their guest said to have read."""
    for row in bookings.of_order(order):
        if asked(row.service):
            row.known, row.known_at = dict(of(row.service)), clock.now()


def lines(words: Words) -> Sequence[str]:
    """The text in the language at hand without its tags, line by line; a link's address stands behind its words."""
    page = re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', _aside, str(blocks.prose(words)), flags=re.DOTALL)
    for pattern, instead in letter_parts.TEXT:
        page = pattern.sub(instead, page)
    return [line for one in html.unescape(page).splitlines() if (line := one.strip())]


def _aside(found: re.Match[str]) -> str:
    return found[2] if found[2] == found[1] else f"{found[2]} ({found[1]})"
