"""Worker processes of the tests' own, forked on demand; each notes the jobs that it does, slowly when told so."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import NamedTuple

from sqlalchemy import delete, select

from kernel import jobs, letters, signing, verbs, worker
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings

TALLY = letters.Letter  # any table of tenants' rows will do


class Tally(NamedTuple):
    """Which jobs were done, and by which processes."""

    numbers: list[int]
    workers: set[str]


def tally() -> Tally:
    """What was done until now."""
    found = db.session.execute(select(TALLY.subject, TALLY.to).where(TALLY.kind == "tally")).all()
    return Tally([int(subject) for subject, _ in found], {worker for _, worker in found})


def note(number: int, seconds: float) -> None:
    db.session.add(
        TALLY(
            kind="tally",
            subject=str(number),
            to=str(os.getpid()),
            drawn_html="",
            drawn_text="",
            token=signing.token(),
            state="sent",
        )
    )
    db.session.flush()
    time.sleep(seconds)


@jobs.job("test.tally")
def quick(number: int) -> None:
    note(number, 0.01)


@jobs.job("test.slow_tally")
def slow(number: int) -> None:
    time.sleep(0.2)
    note(number, 0.05)


def forget_first() -> None:
    """Take work off the list before doing it, as careless queues do."""
    real = jobs.claim

    def claim() -> jobs.Job | None:
        row = real()
        if row is not None:
            db.session.execute(delete(jobs.Job).where(jobs.Job.id == row.id))
            db.session.commit()
        return row

    jobs.claim = claim
    jobs._finish = lambda _row: None


def live(line: Connection, known: Settings, lease: timedelta, forgetful: bool, first: Callable[[], None]) -> None:
    """Make the application once, do `first()`; every word that comes has a worker born, whose process id is the answer."""
    jobs.LEASE = lease
    if forgetful:
        forget_first()
    verbs._every.clear()
    made = create_app(known)
    first()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line.recv():
        child = os.fork()
        if not child:
            worker.run(made, threading.Event())
        line.send(child)
