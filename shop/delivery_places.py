"""The place that an order goes to, line by line, as the post of its country writes it."""

from collections.abc import Mapping
from typing import Any

HIDDEN = frozenset({"lat", "lon", "country"})


def lines(address: Mapping[str, Any]) -> list[str]:
    """An address for people: what was written, in order, without what is empty."""
    return [str(value) for name, value in address.items() if value and name not in HIDDEN]
