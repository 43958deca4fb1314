"""The buffer: what a GET wants to remember, collected in memory and written in bulk within a second."""

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from flask import Flask, current_app

from kernel import tenancy
from kernel.db import db

log = structlog.get_logger()
PAUSE = 0.8  # seconds between two writings
MOST = 20_000  # items that may wait; beyond it the oldest are let go: a view is never worth a crash

Writer = Callable[[list[Any]], None]


class Item(NamedTuple):
    """Something to remember: whose, of which kind, and what."""

    tenant_id: int
    kind: str
    what: Any


_writers: dict[str, Writer] = {}
_waiting: deque[Item] = deque(maxlen=MOST)
_hand = threading.Lock()
_thread: dict[int, threading.Thread] = {}  # by process: a fork begins its own


def writer(kind: str, verb: Writer) -> None:
    """Have `verb(items)` write what was put under that kind; it runs as their tenant and is committed."""
    _writers[kind] = verb


def put(kind: str, what: Any) -> None:
    """Remember plain values for the current tenant; they are written soon, or lost with the process."""
    if kind not in _writers:
        raise LookupError(f"nobody writes {kind}")
    _waiting.append(Item(tenancy.current(), kind, what))
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    if not app.testing and os.getpid() not in _thread:
        _begin(app)


def drop() -> None:
    """Forget what waits: the database that it was about was put back."""
    _waiting.clear()


def _begin(app: Flask) -> None:
    with _hand:
        if os.getpid() in _thread:
            return
        thread = threading.Thread(target=_run, args=(app, threading.Event()), name="buffer", daemon=True)
        _thread[os.getpid()] = thread
        thread.start()
        atexit.register(flush, app)


def _run(app: Flask, never: threading.Event) -> None:
    while not never.wait(PAUSE):
        flush(app)


def flush(app: Flask) -> int:
    """Write everything that waits, tenant by tenant; how many items were taken."""
    taken: list[Item] = []
    while _waiting:
        try:
            taken.append(_waiting.popleft())
        except IndexError:  # another thread was quicker
            break
    taken.sort(key=lambda item: item[:2])
    for (tenant_id, kind), items in groupby(taken, key=lambda item: item[:2]):
        _write(app, tenant_id, kind, [item.what for item in items])
    return len(taken)


def _write(app: Flask, tenant_id: int, kind: str, items: list[Any]) -> None:
    try:
        with app.app_context(), tenancy.use(tenant_id):
            _writers[kind](items)
            db.session.commit()
    except Exception:  # the shop goes on: what was only watched is not worth an error to anybody
        log.exception("the buffer could not be written", kind=kind, items=len(items))


def waiting() -> int:
    """How many items wait."""
    return len(_waiting)
