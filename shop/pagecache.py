"""The page cache: pages as text with holes, and their filled and compressed bodies, bounded by bytes."""

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from kernel import holes, packing

BYTES = 8 * 1024 * 1024  # of one process, all tenants together: some hundreds of pages
LARGEST = 512 * 1024  # a page above this is not kept


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page cut at its holes, and what a visitor sees on it (for facts)."""

    texts: list[bytes]
    names: list[str]  # of its holes: one between each two texts
    viewed: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 400 + sum(map(sys.getsizeof, (*self.texts, *self.names)))

    def filled(self, fillings: Mapping[str, str]) -> bytes:
        """The whole page; a name that nobody knows stays empty."""
        parts = [b""] * (len(self.texts) + len(self.names))
        parts[::2] = self.texts
        parts[1::2] = [fillings.get(name, "").encode() for name in self.names]
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """A filled page as it is sent, in one encoding."""

    etag: str
    data: bytes
    encoding: str

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 400 + len(self.data)


_shelves: list["Shelf"] = []


class Shelf:
    """What was used last stays; the rest goes when there are too many bytes."""

    def __init__(self, limit: int = BYTES, largest: int = LARGEST) -> None:
        _shelves.append(self)
        self._largest = largest
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()
        self._limit = limit
        self.bytes = 0

    def get(self, key: Hashable) -> Any:
        """What is kept under `key`, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, what: Any) -> None:
        """Keep something that has a `size`; what is too large is not kept."""
        size = what.size
        if size > self._largest:
            return
        with self._lock:
            former = self._kept.pop(key, None)
            self._kept[key] = what
            self.bytes += size - (former.size if former else 0)
            while self.bytes > self._limit:
                self.bytes -= self._kept.popitem(last=False)[1].size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)


SHELF = Shelf()


def forget() -> None:
    """Let go of all that is kept on any shelf: the database under it was replaced."""
    for one in _shelves:
        one.clear()


def cut(text: str, viewed: dict[str, Any] | None = None) -> Page:
    """A rendered page, cut at its holes."""
    parts = holes.parts(text)
    return Page([part.encode() for part in parts[::2]], parts[1::2], viewed or {})


def body(page: Page, fillings: dict[str, str], encoding: str, *, once: bool = True) -> Body:
    """The page filled and packed, for one visitor alone or to be kept."""
    raw = page.filled(fillings)
    etag = hashlib.sha256(raw).hexdigest()[:24]
    packers = packing.QUICK if once else packing.PACKERS
    packed = packers[encoding](raw) if encoding in packers else raw
    return Body(f"{etag}-{encoding}" if encoding else etag, packed, encoding)


def filled(key: Hashable, page: Page, fillings: dict[str, str], encoding: str) -> Body:
    """The same from the shelf, when somebody has seen it with the same fillings."""
    whole = (key, encoding, tuple(fillings.get(name, "") for name in page.names))
    found: Body | None = SHELF.get(whole)
    if found is None:
        found = body(page, fillings, encoding, once=False)
        SHELF.put(whole, found)
    return found


def bucket(seconds: float) -> int:
    """The quarter of an hour: pages speak of days and cut-offs, so none outlives it."""
    return int(seconds // 900)
