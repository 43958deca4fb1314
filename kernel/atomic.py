"""Files that appear whole or not at all: written beside their place under a name of their own, then put there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whoever else writes the same at the same moment: who comes last stays."""
    with _beside(path, data, 0o666) as fresh:
        fresh.replace(path)


def create(path: Path, data: bytes) -> None:
    """Put a secret at `path` unless somebody was first; then what is there stays."""
    with _beside(path, data, 0o600) as fresh, suppress(FileExistsError):
        os.link(fresh, path)


@contextmanager
def _beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # neither a process nor a thread shares it
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(data)
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
