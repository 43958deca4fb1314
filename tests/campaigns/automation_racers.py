"""Workers of the automations' tests, each a process; told so, they leave out what makes them safe, or die on the way."""

import os
import signal
from typing import Any

from campaigns import enrolments
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


def work() -> int:
    """Whatever is due, as a worker does it."""
    tenancy.leave()
    return jobs.run_due()


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
