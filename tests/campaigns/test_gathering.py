"""Several workers at one letter, and one that is killed: everybody is written down once."""

import json
import multiprocessing
import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from campaigns import gathering, mailings, recipients, scheduling
from campaigns.recipients import Recipient
from kernel import clock, jobs
from kernel.db import db
from kernel.jobs import Job
from kernel.journal import Entry
from tests.campaigns.letters import addressed, mailing, person

SERVER = pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may read at the same time


@pytest.fixture(autouse=True)
def _address(shop):
    addressed()


def worker(app, dies_at=10**6, meets=None, careless=False):
    """A process that does what is due in steps of five people; killed within a step when it has written so many.

    `meets`: where it and another wait for each other before they lock the mailing; `careless`: they lock nothing, and
    each has read what it will do before the other writes.
    """
    db.session.commit()
    child = os.fork()
    if child:
        return child
    try:
        gathering.STEP, gathering._write = 5, mortal(dies_at)
        if meets:
            mailings.locked, gathering._next = at_once(meets, careless)
        with app.app_context():
            db.engine.dispose(close=False)
            jobs.run_due()
            db.session.remove()
        os._exit(0)
    finally:
        os._exit(1)


def mortal(dies_at):
    """Writes people down until there are so many."""
    left, real = [dies_at], gathering._write

    def write(letter, people):
        real(letter, people)
        left[0] -= len(people)
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return write


def at_once(meets, careless):
    """What locks a mailing and reads the next people, for two who come to it in the same moment."""
    lock, read, once = mailings.locked, gathering._next, [meets]

    def meet(there):
        if there and once:
            once.pop().wait(60)

    def locked(letter):
        meet(not careless or letter.state == "scheduled")
        return letter if careless else lock(letter)

    def people(letter, after):
        found = read(letter, after)
        meet(careless)
        return found

    return locked, people


def ended(child):
    """How a process ended: 0, or by which signal."""
    status = os.waitpid(child, 0)[1]
    db.session.expire_all()
    return os.waitstatus_to_exitcode(status)


def both(shop, app, careless, name, *args):
    """Two workers at the same job, which is there twice, as if two had taken it; how each ended."""
    server = db.engine.dialect.name == "postgresql"
    meets = multiprocessing.get_context("fork").Barrier(2) if server else None  # in SQLite one waits for the other
    for _ in "12":
        db.session.add(Job(name=name, args=json.dumps(args), tenant_id=shop.tenant_id))
    children = [worker(app, meets=meets, careless=careless) for _ in "12"]
    return [ended(child) for child in children]


def started(shop, app, careless=False):
    """A mailing to twenty people that two workers start; how it ended, how often it began, what became of it."""
    for number in range(20):
        person(f"p{number}")
    letter = mailing()
    scheduling.send(letter, by=shop.owner, typed="20")
    letter.scheduled_at = clock.now() - timedelta(seconds=1)
    ends = both(shop, app, careless, "campaigns.start", letter.id)
    begun = select(func.count()).select_from(Entry).where(Entry.verb == "mailing.started")
    return ends, db.session.scalar(begun), (letter.state, recipients.tally(letter))


def gathered(shop, app, careless=False):
    """A mailing to twenty people whom two workers write down; how they ended, which jobs failed, who stands there."""
    for number in range(20):
        person(f"p{number}")
    letter = mailing()
    letter.state, letter.started_at = "sending", clock.now()
    ends = both(shop, app, careless, "campaigns.gather", letter.id, 0)
    failed = [row.cause.partition(":")[0] for row in db.session.scalars(select(Job).where(Job.error != ""))]
    return ends, failed, db.session.scalar(select(func.count(func.distinct(Recipient.contact_id))))


def test_two_workers_start_it_once_and_write_everybody_down_once(shop, app):
    assert started(shop, app) == ([0, 0], 1, ("sending", {"pending": 20}))


def test_two_workers_write_people_down_at_once_and_neither_fails(shop, app):
    assert gathered(shop, app) == ([0, 0], [], 20)


@SERVER
def test_without_the_lock_two_would_start_it_twice(shop, app):
    ends, begun, _ = started(shop, app, careless=True)
    assert (ends, begun) == ([0, 0], 2)


@SERVER
def test_without_the_lock_one_of_two_would_write_down_whom_the_other_has(shop, app):
    assert gathered(shop, app, careless=True)[:2] == ([0, 0], ["IntegrityError"])


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
