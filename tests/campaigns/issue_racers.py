"""Workers of the tests of issues, each a process; told so, one leaves the claim out, or dies between claim and letter."""

import os
import signal
import time
from typing import Any

from campaigns import issues, series
from kernel import clock, jobs, transactions
from kernel.app import create_app
from kernel.db import db


def make(series_id: int, moment: Any) -> bool:
    """The issue whose day has come, as any worker makes it."""
    with clock.at(moment):
        return issues.step(series_id)


def careless_make(series_id: int, moment: Any) -> bool:
    """The same as one would write it first: look whether the day has come, and if so make it."""
    with clock.at(moment):
        with transactions.reading():
            row = db.session.get_one(series.LetterSeries, series_id)
            day, at, due = row.next_day, row.next_at, row.next_at <= moment
        time.sleep(0.4)  # as long as a slow machine may take between the two
        if due:
            row = db.session.get_one(series.LetterSeries, series_id, populate_existing=True)
            row.made += 1
            issues._make(row, series.letter(row), day.replace(year=2000 + os.getpid() % 900, day=1), at)
        return bool(due)


def die_between(known: Any, moment: Any, careless: bool) -> None:
    """Take the day, then die before the letter is written; a careless one has committed its claim."""
    app, took = create_app(known), issues._taken

    def taken(row: Any, day: Any) -> bool:
        assert took(row, day)
        if careless:
            db.session.commit()
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    issues._taken = taken
    with app.app_context(), clock.at(moment):
        jobs.run_due()
