"""Turns: which shop is next, so that one with much to do keeps no other waiting."""

import time
from collections.abc import Callable, Iterable, Iterator

HOLDS = 1.0  # seconds for which it is believed who has something to do, where it is not urgent


class Turns:
    """Who had the last turn of each kind, and who had something to do a moment ago."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.due: dict[str, tuple[float, set[int]]] = {}

    def of(self, kind: str, look: Callable[[], Iterable[int]], *, urgent: bool) -> Iterator[int]:
        """The shops with something to do, from the one after the last; whoever asks for one more says that there was
        nothing in the one before."""
        until, shops = self.due.get(kind, (0.0, set[int]()))
        if urgent or not shops or time.monotonic() >= until:
            shops = set(look())
            self.due[kind] = time.monotonic() + HOLDS, shops
        last = self.last.get(kind, 0)
        for tenant_id in sorted(shops, key=lambda one: (one <= last, one)):
            self.last[kind] = tenant_id
            yield tenant_id
            shops.discard(tenant_id)
