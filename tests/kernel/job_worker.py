"""Worker processes of the tests' own, forked on demand; each notes the jobs that it does, slowly when told so."""

import os
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select

from kernel import jobs, letters, signing
from kernel.app import create_app
from kernel.db import db

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


if __name__ == "__main__":
    jobs.LEASE = timedelta(seconds=float(os.environ["TEST_LEASE"]))
    if os.environ.get("TEST_FORGETFUL"):
        forget_first()
    jobs._every.clear()
    made = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        child = os.fork()
        if not child:
            jobs.run_worker(made, threading.Event())
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
