"""What guests should know, as the pages of a shop show it: before one books, at the checkout, on the booking's page."""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel import blocks
from kernel.i18n import _, pick
from shop import bookings, knowing, receipts
from shop.bookings import Booking
from shop.quotes import Quote
from shop.services import Service
from shop.views import frame, goods

SHORT = 400  # signs up to which it is shown open


def of(service: Service) -> dict[str, Any]:
    """The text of a service, and whether it is short enough to stand open; {} where nothing is said."""
    words = service.know or frame.current().values["know"]
    text = blocks.prose(words) if any(words.values()) else ""
    return {"text": text, "open": len(goods.plain(text)) <= SHORT} if text else {}


def of_booking(booking: Booking) -> dict[str, Any]:
    """The same on the page of a booking, while somebody is still expected."""
    return of(booking.service) if booking.state in bookings.LIVE else {}


def of_quote(quote: Quote, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What the checkout shows: the texts with what each is about, and the tick where one is asked for; {} of goods."""
    ids = {line.booking_id for line in quote.lines if line.booking_id}
    services = {row.service_id: row.service for row in bookings.of_ids(ids).values()} if ids else {}
    told = [row for row in map(_named, services.values()) if row["text"]]
    if not told:
        return {}
    version = knowing.version(services.values())
    ticked = bool(version) and posted.get("know") == version
    return {"rows": _together(told), "version": version, "ticked": ticked,
            "wrong": _wrong(posted) if version and not ticked else ""}  # fmt: skip


def agreed(booking: Booking) -> dict[str, Any]:
    """What its guest said to have read, as it was then, and when; {} where nobody asked."""
    if booking.known_at is None:
        return {}
    return {"at": receipts.until(booking.known_at), "text": blocks.prose(booking.known)}


def _wrong(posted: Mapping[str, Any]) -> str:
    """What stands at the tick after an order was refused without it; '' while it was only asked what it would cost."""
    if "key" not in posted or "refresh" in posted:
        return ""
    return str(knowing.Rewritten.message) if posted.get("know") else _("Tick that you read it.")


def _named(service: Service) -> dict[str, Any]:
    return {"name": pick(service.product.name), "text": "", **of(service)}


def _together(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One text for all that it is about."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        same = found.get(str(row["text"]))
        found[str(row["text"])] = {**row, "name": f"{same['name']}, {row['name']}"} if same else row
    return list(found.values())
