"""Chunks: a folder in which every content lies once, under its own hash, whole or not at all."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kernel import atomic

NAME = re.compile(r"[0-9a-f]{64}")


class Missing(LookupError):
    """A chunk is not there, or not what its name says."""


class Chunks:
    """The folder; many may read it while one writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep some bytes; their name."""
        name = hashlib.sha256(data).hexdigest()
        if not self._path(name).exists():
            atomic.write(self._path(name), zlib.compress(data, 1))
        return name

    def get(self, name: str) -> bytes:
        """The bytes of that name; raises Missing."""
        try:
            data = zlib.decompress(self._path(name).read_bytes())
        except (OSError, zlib.error) as error:
            raise Missing(name) from error
        if hashlib.sha256(data).hexdigest() != name:
            raise Missing(name)
        return data

    def all_of(self, names: Iterable[str]) -> Iterator[bytes]:
        """The bytes of these names, one after the other."""
        return (self.get(name) for name in names)

    def sweep(self, wanted: set[str]) -> int:
        """Throw away what nobody wants any more; how many that were."""
        gone = [path for path in self._folder.glob("??/*") if NAME.fullmatch(path.name) and path.name not in wanted]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
