"""The times that a page showed before they are called off: each as its field names it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shop.booking_rest import Rest, Shown

MOST = 200  # of one order


def written(rest: Rest) -> list[str]:
    """A field's value for each: its token, when it begins in seconds, what comes back in minor units."""
    rows = zip(rest.rows, rest.found, strict=True)
    return [f"{row.token}.{int(row.starts_at.timestamp())}.{one.back.minor}" for row, one in rows]


def read(values: Sequence[str]) -> list[Shown]:
    """What such fields say; what no page wrote is left out."""
    return [shown for shown in map(_read, values[:MOST]) if shown is not None]


def _read(value: str) -> Shown | None:
    token, at, minor = [*value[:80].split("."), "", "", ""][:3]
    if not (token and at.isascii() and at.isdigit() and minor.isascii() and minor.isdigit()):
        return None
    try:
        return Shown(token, datetime.fromtimestamp(int(at), UTC), int(minor))
    except (ValueError, OverflowError, OSError):  # no moment that there is
        return None
