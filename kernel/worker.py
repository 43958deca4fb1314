"""A worker: periodic work on its beat and what is due, one job after another, until it is told to stop."""

import threading
import time

import structlog
from flask import Flask

from kernel import jobs, transactions, verbs
from kernel.db import db

log = structlog.get_logger()
PAUSE = 0.5  # seconds between looks when nothing waits


def run(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop: periodic verbs on their beat, then what is due."""
    beats: dict[str, float] = {}
    while not stop.is_set():
        with app.app_context():
            try:
                beat(beats)
                busy = _one()
            except Exception as error:  # the database is away for a moment
                log.warning("worker waits", error=repr(error))
                busy = False
        if not busy:
            stop.wait(PAUSE)


def _one() -> bool:
    with transactions.reading():  # nobody waits for the writer's turn while nothing does
        if not jobs.anything():
            return False
    row = jobs.claim()
    return row is not None and (jobs.run(row) or True)


def beat(beats: dict[str, float]) -> None:
    """Run the periodic verbs whose time has come; `beats`: when each last began, by the monotonic clock."""
    now = time.monotonic()
    for name, seconds, verb in verbs.periodic():
        if name not in beats or now - beats[name] >= seconds:
            beats[name] = now
            try:
                verb()
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                log.warning("periodic job failed", job=name, error=repr(error))
