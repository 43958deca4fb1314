"""Following: a process that keeps a moment again and again, so that at most a minute of an install can be lost."""

import fcntl
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from flask import Flask

from kernel import atomic, clock, moments
from kernel.i18n import _l
from kernel.refusal import Refusal

log = structlog.get_logger()
EVERY = 30  # seconds between the beginnings of two moments
THIN = 120  # moments between two looks at the old ones
LAST = "last-moment.json"  # in the instance: when and where, for the doctor


class Followed(Refusal):
    """Another process keeps moments there."""

    message = _l("Somebody already keeps moments in %(path)s: one is enough.")


def follow(
    app: Flask, folder: Path, passphrase: str, *, every: float = EVERY, stop: threading.Event | None = None,
    tell: Callable[[Path], Any] = lambda path: None,
) -> int:  # fmt: skip
    """Keep moments until `stop` is set; how many that were. One that cannot be taken is tried again the next time."""
    stop, count = stop or threading.Event(), 0
    place = moments.begin(app, folder, passphrase)
    with _alone(folder):
        while True:
            begun = clock.now()
            with _noted():
                tell(_one(place))
                count += 1
                if count % THIN == 0:
                    place.thin(begun)
            if stop.wait(max(0.0, every - (clock.now() - begun).total_seconds())):
                return count


def _one(place: moments.Moments) -> Path:
    path = place.record()
    told = {"at": clock.now().isoformat(), "path": str(place.folder.resolve())}
    atomic.write(place.known.instance / LAST, json.dumps(told).encode())
    return path


@contextmanager
def _noted() -> Iterator[None]:
    """A full disk or a database that is away ends nothing, whatever says so: the next moment may be kept again."""
    try:
        yield
    except Exception as error:
        log.error("a moment could not be kept", why=repr(error))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".follower").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Followed(path=folder) from None
        with suppress(KeyboardInterrupt):
            yield
