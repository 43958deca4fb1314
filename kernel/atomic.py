"""Files that appear whole or not at all: written beside their place under a name of their own, then put there."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # what a file system says then


def write(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Put `data` at `path`, whoever else writes the same at the same moment: who comes last stays.

    `durable`: it is there after a power cut too, before anything that is written later.
    """
    if durable:
        return write_all({path: data})
    with _beside(path, data, 0o666, durable=False) as fresh:
        fresh.replace(path)
    return None


def write_all(parts: Mapping[Path, bytes]) -> None:
    """Put several files in their places: all are there after a power cut too, before anything that is written later."""
    folders = dict.fromkeys(folder for path in parts for folder in _leading(path))
    with ExitStack() as stack:
        for path, data in parts.items():
            stack.enter_context(_beside(path, data, 0o666, durable=True)).replace(path)
    for folder in folders:
        keep(folder)


def move(written: Path, path: Path) -> None:
    """Put a file that was written elsewhere in its place: it is there after a power cut too, whole or not at all."""
    folders = _leading(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        shutil.move(written, fresh)  # another disk perhaps
        with fresh.open("rb") as stream:
            os.fsync(stream.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    for folder in folders:
        keep(folder)


def _leading(path: Path) -> list[Path]:
    """The folders in which a name on the way to it is new: its own, that one's, and what is not there yet."""
    above = list(path.parents)
    there = next(number for number, folder in enumerate(above) if folder.exists())
    return above[: max(2, there + 1)]


def create(path: Path, data: bytes) -> None:
    """Put a secret at `path` for good unless somebody was first; then what is there stays."""
    with _beside(path, data, 0o600, durable=True) as fresh, suppress(FileExistsError):
        name(fresh, path)
    keep(path.parent)


def name(fresh: Path, path: Path) -> None:
    """Give a whole file its name unless that is taken; raises FileExistsError. Its former name may remain."""
    try:
        os.link(fresh, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        with _turn(path.parent):  # a stick or a share without links: one after the other
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            fresh.replace(path)


def keep(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the file system can."""
    with suppress(OSError), _opened(folder) as number:
        os.fsync(number)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    with _opened(folder) as number:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def _beside(path: Path, data: bytes, mode: int, *, durable: bool) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # neither a process nor a thread shares it
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
