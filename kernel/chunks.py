"""Chunks: a folder in which every content lies once, under its own hash, whole or not at all."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kernel import atomic

NAME = re.compile(r"[0-9a-f]{64}")
Mark = tuple[int, int] | None  # size and time of a file, None when it is not there


class Missing(LookupError):
    """A chunk is not there, or not what its name says."""


class Chunks:
    """The folder; many may read it while one writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole: dict[str, Mark] = {}  # name → (size, time) of what was written or read here

    def put(self, data: bytes) -> str:
        """Keep some bytes for good; their name. What lies there already is read once before it is trusted."""
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if name not in self._whole or self._whole[name] != _mark(path):
            if not self._holds(name):
                atomic.write(path, zlib.compress(data, 1), durable=True)
            self._whole[name] = _mark(path)
        return name

    def _holds(self, name: str) -> bool:
        try:
            self.get(name)
        except Missing:
            return False
        return True

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
            self._whole.pop(path.name, None)
        return len(gone)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def _mark(path: Path) -> Mark:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns
