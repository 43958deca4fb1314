"""Keys of jobs: of each one waits, and what changes while it runs, or just before, is done after it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel import clock, jobs, prepared, tenancy, transactions
from kernel.db import db
from kernel.prepared import inserting
from tests.kernel.job_worker import TALLY
from tests.kernel.test_jobs import change, done, rows, run

meanwhile = []


@pytest.fixture(autouse=True)
def _clean():
    done.clear()
    meanwhile.clear()


def test_a_key_waits_once_in_each_shop(rival, shop):
    jobs.later("test.note", "a", key="k")
    jobs.later("test.note", "b", key="k")
    db.session.commit()
    rival.enter()
    jobs.later("test.note", "c", key="k")
    db.session.commit()
    shop.enter()
    jobs.forget("test.note", "k")
    run(shop)
    assert done == [(rival.tenant_id, "c")]


def test_what_lies_dead_keeps_no_other_of_its_key_away(shop):
    jobs.later("test.breaks", key="k")
    for _ in range(jobs.ATTEMPTS):
        change(run_at=clock.now())
        run(shop)
    assert [row.state for row in rows()] == ["dead"]
    jobs.later("test.breaks", key="k")
    jobs.later("test.breaks", key="k")
    db.session.commit()
    assert sorted(row.state for row in rows()) == ["dead", "waiting"]


@jobs.job("test.copies")
def copies():
    """Read first, without the writer's turn, and write down later what was read."""
    with transactions.reading():
        read = db.session.scalar(select(func.count()).select_from(TALLY))
    if meanwhile:
        assert others(meanwhile.pop()) is None
    done.append(read)


def changed_while_copied(shop):
    """What was read last when something changes, and asks for a copy, after the first copy was read."""

    def change_it():
        with shop.app.app_context(), tenancy.use(shop.tenant_id):
            db.session.add(TALLY(kind="tally", to="x", subject="", drawn_html="", drawn_text="", token="x"))
            jobs.later("test.copies", key="copy")
            db.session.commit()

    meanwhile.append(change_it)
    jobs.later("test.copies", key="copy")
    run(shop)
    return done[-1]


def others(verb):
    """Do it in a thread of its own, with a session of its own; what it raises, or None."""
    with ThreadPoolExecutor(1) as person:
        return person.submit(verb).exception(timeout=60)


def test_what_changes_while_one_of_its_key_runs_is_done_after_it(shop):
    assert changed_while_copied(shop) == 1
    assert done == [0, 1]
    assert rows() == []


def test_control_a_key_that_is_kept_while_its_job_runs_swallows_the_change(shop, monkeypatch):
    monkeypatch.setattr(jobs, "_under_way", lambda row: row.unique_key)
    assert changed_while_copied(shop) == 0


def test_one_that_plants_itself_again_under_its_key_comes_again(shop):
    @jobs.job("test.comes_again")
    def comes_again():
        jobs.later("test.comes_again", at=clock.now() + timedelta(hours=1), key="k")

    jobs.later("test.comes_again", key="k")
    assert run(shop) == 1
    assert [row.state for row in rows()] == ["waiting"]


def test_what_broke_has_its_key_back_unless_another_waits_under_it_that_does_it(shop):
    jobs.later("test.breaks", key="k")
    run(shop)
    jobs.later("test.breaks", key="k")  # one waits: the same
    db.session.commit()
    assert len(rows()) == 1
    change(run_at=clock.now())
    first = jobs.claim()
    jobs.later("test.breaks", key="k")
    db.session.commit()
    tenancy.leave()
    assert jobs.run(first) is False
    shop.enter()
    [other] = rows()  # the one that waits does it, with the tries that were used up
    assert (other.state, other.attempts, other.cause) == ("waiting", 2, "ValueError: no paper")
    assert other.id != first.id
    assert other.run_at > clock.now() + timedelta(seconds=15)
    jobs.forget("test.breaks", "k")
    db.session.commit()
    assert rows() == []


def test_what_broke_beside_one_that_waits_for_a_day_leaves_it_its_day(shop):
    first, day = broken_beside(shop, clock.now() + timedelta(days=1))
    assert [(row.run_at, row.attempts) for row in rows()] == [(day, first.attempts)]


def broken_beside(shop, at):
    """A job breaks while another of its key has been planted meanwhile."""
    jobs.later("test.breaks", key="k")
    db.session.commit()
    first = jobs.claim()
    jobs.later("test.breaks", key="k", at=at)
    db.session.commit()
    tenancy.leave()
    assert jobs.run(first) is False
    shop.enter()
    return first, at


def test_one_that_breaks_each_time_ends_however_often_it_is_planted_meanwhile(shop):
    tries = []
    for _ in range(jobs.ATTEMPTS):
        tries.append(broken_beside(shop, clock.now())[0].attempts)
        change(run_at=clock.now())
    assert tries == list(range(1, jobs.ATTEMPTS + 1))
    assert sorted(row.state for row in rows()) == ["dead", "waiting"]


def test_a_key_of_any_length_can_be_under_way(shop):
    jobs.later("test.note", "x", key="k" * (119 - len(str(shop.tenant_id))))
    assert run(shop) == 1
    assert done == [(shop.tenant_id, "x")]


def claimed_before_the_second_is_known(shop):
    """Whether a worker begins one that waits before another's `later` of the same key is committed."""
    jobs.later("test.note", "first", key="k")
    db.session.commit()
    jobs.later("test.note", "second", key="k")  # swallowed by the first: with it goes what changed in this transaction
    db.session.flush()
    db.session.scalar(select(func.count()).select_from(TALLY))  # PostgreSQL hears it with what is asked next
    seen = []

    def claim():
        with shop.app.app_context():
            seen.append(jobs.claim())

    assert others(claim) is None
    db.session.commit()
    return seen != [None]


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody claims while another writes
def test_one_that_waits_begins_after_whoever_relies_on_it_has_committed(shop):
    assert not claimed_before_the_second_is_known(shop)
    assert run(shop) == 1


@pytest.mark.parametrize("app", ["pg"], indirect=True)
def test_control_one_that_is_only_left_alone_begins_before(shop, monkeypatch):
    monkeypatch.setattr(prepared, "inserting", lambda cls, dialect, unless, **_how: inserting(cls, dialect, unless))
    assert claimed_before_the_second_is_known(shop)
