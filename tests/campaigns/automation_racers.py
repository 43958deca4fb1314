"""Workers of the automations' tests, each a process; told so, they leave out what makes them safe, or die on the way."""

import os
import signal
from typing import Any

from campaigns import birthdays, enrolments, purchases, segment_watch, times
from kernel import jobs, signing, tenancy
from kernel.app import create_app
from kernel.db import db


def step(enrolment_id: int) -> None:
    """The first step of somebody, as any worker does it."""
    enrolments.step(enrolment_id, 0)


def careless_step(enrolment_id: int) -> None:
    """The same without asking whose turn it is, each letter with an occasion of its own."""
    row = db.session.get_one(enrolments.Enrolment, enrolment_id)
    first = enrolments.automations.steps(db.session.get_one(enrolments.Automation, row.automation_id))[0]
    if row.step == 0:
        row.token = signing.token()
        enrolments._write(row, first)
        row.step = 1


def look_for_birthdays() -> None:
    """Take in whose birthday it is, as any worker does it."""
    birthdays.look()


def careless_look() -> None:
    """The same with an occasion of this look alone."""
    went = birthdays._occasion
    birthdays._occasion = lambda year: f"{went(year)} {signing.token()[:8]}"  # type: ignore[assignment]
    try:
        birthdays.look()
    finally:
        birthdays._occasion = went


def work() -> int:
    """Whatever is due, as a worker does it."""
    tenancy.leave()
    return jobs.run_due()


def buyers() -> int:
    """Take in who bought, as any worker does it."""
    purchases.look()
    db.session.commit()
    return 1


def careless_buyers() -> int:
    """The same with an occasion of its own for whatever is seen."""
    went = times.take

    def take(automation: Any, contact: Any, before: int, *, since: Any, about: Any) -> bool:
        return enrolments.enrol(automation, contact, signing.token(), since=since, about=about)

    times.take = take
    try:
        return buyers()
    finally:
        times.take = went


def comers() -> int:
    """Take in who came into a segment."""
    segment_watch.look()
    db.session.commit()
    return 1


def die_at(known: Any, number: int, careless: bool) -> None:
    """Work until the step of that number is half done, then die; a careless one has committed its turn before."""
    app, went, taken = create_app(known), enrolments._write, enrolments._taken
    count = 0

    def write(row: Any, of: Any) -> None:
        nonlocal count
        count += 1
        if careless:
            db.session.commit()
        if count < number or not careless:
            went(row, of)
            db.session.flush()
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    enrolments._write = write
    assert taken
    with app.app_context():
        jobs.run_due()
