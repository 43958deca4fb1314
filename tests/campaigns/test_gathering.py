"""Several workers at one letter, and one that is killed: everybody is written down once."""

import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from campaigns import gathering, recipients, scheduling
from campaigns.recipients import Recipient
from kernel import clock, jobs
from kernel.db import db
from kernel.jobs import Job
from kernel.journal import Entry
from tests.campaigns.letters import addressed, mailing, person


@pytest.fixture(autouse=True)
def _address(shop):
    addressed()


def worker(app, dies_at=10**6):
    """A process that does what is due in steps of five people; killed within a step when it has written so many."""
    db.session.commit()
    child = os.fork()
    if child:
        return child
    left, real = [dies_at], gathering._write

    def write(letter, people):
        real(letter, people)
        left[0] -= len(people)
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        gathering.STEP, gathering._write = 5, write
        with app.app_context():
            db.engine.dispose(close=False)
            jobs.run_due()
            db.session.remove()
        os._exit(0)
    finally:
        os._exit(1)


def ended(child):
    """How a process ended: 0, or by which signal."""
    status = os.waitpid(child, 0)[1]
    db.session.expire_all()
    return os.waitstatus_to_exitcode(status)


def test_two_workers_start_it_once_and_write_everybody_down_once(shop, app):
    for number in range(60):
        person(f"p{number}")
    letter = mailing()
    scheduling.send(letter, by=shop.owner, typed="60")
    letter.scheduled_at = clock.now() - timedelta(seconds=1)
    for _ in range(2):  # the job twice, as if two had taken it
        db.session.add(Job(name="campaigns.start", args=f"[{letter.id}]", tenant_id=shop.tenant_id))
    children = [worker(app), worker(app)]
    assert [ended(child) for child in children] == [0, 0]
    assert (letter.state, recipients.tally(letter)) == ("sending", {"pending": 60})
    started = select(func.count()).select_from(Entry).where(Entry.verb == "mailing.started")
    assert db.session.scalar(started) == 1
    assert db.session.scalar(select(func.count(func.distinct(Recipient.contact_id)))) == 60


@pytest.mark.parametrize("dies_at", [1, 23, 40])
def test_killed_while_writing_people_down_and_done_again_it_is_exact(shop, app, dies_at):
    for number in range(40):
        person(f"p{number}", allowed=number % 4 != 0)
    letter = mailing()
    letter.state, letter.started_at = "sending", clock.now()
    gathering.begin(letter)
    assert ended(worker(app, dies_at)) == -signal.SIGKILL
    assert sum(recipients.tally(letter).values()) == (dies_at - 1) // 5 * 5  # whole steps only
    db.session.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
    assert ended(worker(app)) == 0
    assert (recipients.tally(letter), letter.gathered_at is not None) == ({"pending": 30, "skipped": 10}, True)
