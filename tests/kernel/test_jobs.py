"""Work for later: written with what it belongs to, done at least once by whoever is there, never lost."""

import contextlib
import itertools
import os
import signal
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import structlog
from sqlalchemy import func, select, update

from kernel import clock, jobs, tenancy, verbs, worker
from kernel.db import db
from kernel.jobs import Job
from kernel.refusal import Missing
from tests.kernel import job_worker
from tests.kernel.job_worker import TALLY, Tally, tally
from tests.shop.racers import SPAWN

done = []


@jobs.job("test.note")
def note(word):
    done.append((tenancy.current(), word))


@jobs.job("test.mistaken")
def mistaken():
    note()


@jobs.job("test.breaks")
def breaks():
    raise ValueError("no paper")


@pytest.fixture(autouse=True)
def _clean():
    done.clear()


@jobs.job("test.changed", former=lambda number, _what, word: (number, word))
def changed(number, word):
    done.append((number, word))


def run(shop, limit=1000):
    db.session.commit()
    tenancy.leave()
    count = jobs.run_due(limit)
    shop.enter()
    return count


def rows():
    return list(db.session.scalars(select(Job).order_by(Job.id)))


def change(**values):
    db.session.execute(update(Job).values(**values))
    db.session.commit()
    db.session.expire_all()


def test_work_is_written_with_what_it_belongs_to(shop):
    jobs.later("test.note", "rolled back")
    db.session.rollback()
    jobs.later("test.note", "kept")
    assert run(shop) == 1
    assert done == [(shop.tenant_id, "kept")]
    assert rows() == []


def test_an_unknown_name_is_refused_at_once(shop):
    with pytest.raises(LookupError):
        jobs.later("test.nobody")


def test_urgent_work_first_and_nothing_before_its_time(shop):
    jobs.later("test.note", "later", at=clock.now() + timedelta(hours=1), priority=0)
    jobs.later("test.note", "calm", priority=9)
    jobs.later("test.note", "urgent", priority=1)
    assert run(shop) == 2
    assert [word for _, word in done] == ["urgent", "calm"]


def test_what_breaks_waits_longer_each_time_then_lies_dead_until_someone_asks(shop):
    jobs.later("test.breaks")
    waits = []
    for _ in range(jobs.ATTEMPTS):
        change(run_at=clock.now())
        assert run(shop) == 1
        waits.append(rows()[0].run_at - clock.now())
    row, row_id = rows()[0], rows()[0].id
    assert (row.state, row.attempts) == ("dead", jobs.ATTEMPTS)
    assert row.cause == "ValueError: no paper"
    assert waits == sorted(waits)
    assert waits[0] < timedelta(seconds=6)
    assert waits[-1] <= timedelta(hours=6)
    assert run(shop) == 0
    jobs.again(jobs.dead(row_id))
    assert (rows()[0].state, rows()[0].attempts) == ("waiting", 0)


def test_what_an_older_version_wrote_is_read_as_it_was_meant(shop):
    jobs.later("test.changed", 1, "password", "ana")
    jobs.later("test.changed", 2, "eva")
    run(shop)
    assert done == [(1, "ana"), (2, "eva")]


@pytest.mark.parametrize(("name", "args", "takes"), [("test.note", [], "(word)"), ("test.note", [1, 2], "(word)"),
                                                     ("test.breaks", ["x"], "()")])  # fmt: skip
def test_what_no_version_known_here_can_have_written_says_so(shop, name, args, takes):
    jobs.later(name, *args)
    run(shop)
    assert done == []
    cause = f"OtherVersion: {name} takes {takes}, not the {len(args)} values that another version of Plaza wrote"
    assert [(row.state, row.cause) for row in rows()] == [("waiting", cause)]


def test_work_that_this_version_does_not_know_says_so_and_waits_for_one_that_does(shop, monkeypatch):
    jobs.later("test.note", "a")
    with monkeypatch.context() as patched:
        patched.delitem(verbs._verbs, "test.note")
        run(shop)
    assert [row.cause for row in rows()] == ["OtherVersion: no work of this version is called test.note"]
    change(run_at=clock.now())
    run(shop)
    assert [word for _, word in done] == ["a"]


def test_a_mistake_inside_a_verb_is_told_as_it_is(shop):
    jobs.later("test.mistaken")
    run(shop)
    assert rows()[0].cause.startswith("TypeError: ")


def test_another_shops_dead_work_is_not_there(rival, shop):
    jobs.later("test.breaks")
    db.session.commit()
    change(state="dead")
    row_id = rows()[0].id
    rival.enter()
    assert jobs.count("dead") == 0
    with pytest.raises(Missing):
        jobs.dead(row_id)


def test_a_worker_that_woke_late_can_not_finish(shop):
    jobs.later("test.note", "x")
    db.session.commit()
    late = jobs.claim()
    change(lease_until=clock.now() - timedelta(seconds=1))
    second = jobs.claim()
    assert second.fence == late.fence + 1
    tenancy.leave()
    assert jobs.run(late) is False  # rolled back, whatever it did
    assert jobs.run(second) is True
    shop.enter()
    assert rows() == []


def test_what_comes_again_and_again_begins_at_once_also_on_a_machine_that_has_just_started(app, monkeypatch):
    ran = []
    monkeypatch.setitem(verbs._verbs, "test.daily", lambda: ran.append("daily"))
    monkeypatch.setattr(verbs, "_every", {"test.daily": 86400.0})
    beats = {}
    for uptime in (20.0, 30.0, 86430.0):
        monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda uptime=uptime: uptime))
        worker.beat(beats)
    assert ran == ["daily"] * 2


def test_work_that_kills_its_worker_each_time_is_put_aside(shop):
    jobs.later("test.note", "poison")
    db.session.commit()
    for _ in range(jobs.ATTEMPTS):
        assert jobs.claim() is not None
        change(lease_until=clock.now() - timedelta(seconds=1))
    with structlog.testing.capture_logs() as logged:
        assert jobs.claim() is None
    assert rows()[0].state == "dead"
    assert done == []
    told = {"event": "job failed", "job": "test.note", "tenant": shop.tenant_id, "dead": True, "log_level": "warning"}
    assert [told.items() <= one.items() for one in logged] == [True]


def test_a_job_cannot_touch_another_shop(rival, shop):
    seen = []

    @jobs.job("test.looks")
    def looks():
        seen.append(db.session.scalar(select(func.count()).select_from(TALLY)))

    db.session.add(TALLY(kind="tally", to="x", subject="", drawn_html="", drawn_text="", token="x"))
    db.session.commit()
    rival.enter()
    jobs.later("test.looks")
    db.session.commit()
    shop.enter()
    run(shop)
    assert seen == [0]


# Real processes


@contextlib.contextmanager
def nursery(app, *, forgetful=False, first=list):
    """Where real worker processes on this test's database are born: each call makes one and gives its id.

    `first`: what is done before, in the process that bears them.
    """
    (line, theirs), born = SPAWN.Pipe(), []
    told = (theirs, app.extensions["plaza.settings"], timedelta(seconds=2), forgetful, first)
    mother = SPAWN.Process(target=job_worker.live, args=told, daemon=True)
    mother.start()

    def bear():
        line.send("one")
        born.append(line.recv())
        return born[-1]

    try:
        yield bear
    finally:
        for pid in born:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        line.send("")
        mother.join(60)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "took too long"
        time.sleep(0.1)


def left():
    found = db.session.scalar(select(func.count()).select_from(Job))
    db.session.commit()
    return found


def told() -> Tally:
    found = tally()
    db.session.commit()
    return found


def fill(count, name="test.tally"):
    for number in range(count):
        jobs.later(name, number)
    db.session.commit()


def test_two_workers_share_and_do_each_once(shop):
    fill(60)
    more = itertools.count(60)

    def shared():
        """Both have worked; while one is only starting there goes on to be work."""
        if left():
            return False
        if len(told().workers) == 1:
            jobs.later("test.tally", next(more))
            db.session.commit()
            return False
        return True

    with nursery(shop.app) as bear:
        bear(), bear()
        wait_for(shared)
    found = told()
    assert sorted(found.numbers) == list(range(next(more)))
    assert len(found.workers) == 2


def killed_while_working(shop, name, *, forgetful=False):
    """Kill -9 a worker three times in the middle of its work; what was done in the end."""
    fill(20, name)
    with nursery(shop.app, forgetful=forgetful) as bear:
        for _ in range(3):
            before, worker = len(told().numbers), bear()
            wait_for(lambda before=before: len(told().numbers) > before)
            time.sleep(0.1)  # it is in the middle of the next
            os.kill(worker, signal.SIGKILL)
        bear(), bear()
        wait_for(lambda: left() == 0)
        time.sleep(0.5)
    return told().numbers


def test_a_killed_worker_loses_no_work(shop):
    numbers = killed_while_working(shop, "test.slow_tally")
    assert set(numbers) == set(range(20))
    assert len(numbers) == 20  # the work and its end are one transaction


def test_a_queue_that_forgets_before_it_works_would_lose_some(shop):
    """The negative control: the same kills with work that is taken off the list first."""
    numbers = killed_while_working(shop, "test.slow_tally", forgetful=True)
    assert len(set(numbers)) < 20
