"""Two subjects of one mailing: a part of the people reads one each, the better one goes to the rest, once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaigns import gathering, letter_events, readiness, scheduling, subject_choice, subject_tests
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.subject_choice import Half
from campaigns.subject_tests import NEEDED, NEVER, Plan, SubjectTest
from crm import consent, contacts
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from tests.campaigns.letters import addressed as settled
from tests.campaigns.letters import mailing
from tests.campaigns.posting import fill
from tests.campaigns.test_sending import post, send

__all__ = ["post"]
PEOPLE = 60


def crowd(count=PEOPLE):
    """So many people who allowed letters, at once; without any mailing."""
    db.session.execute(update(Mailing).where(Mailing.id == fill(count)).values(state="stopped"))
    db.session.execute(Recipient.__table__.delete())
    db.session.commit()


def two(**told):
    """A mailing with two subjects that has begun, everybody written down."""
    settled()
    made = mailing(**told)
    subject_tests.write(made, Plan({"es": "Otro asunto"}, {"es": "Otra línea"}))
    db.session.commit()
    scheduling.send(made, by=None, typed=str(PEOPLE), at=clock.now())
    db.session.commit()
    scheduling.start(made.id)
    gathering.step(made.id, 0)
    db.session.commit()
    return made.id


def now(made):
    """The mailing as it stands."""
    return db.session.get_one(Mailing, made, populate_existing=True)


def chosen(made):
    return subject_tests.of(now(made))


def arms(made):
    return Counter(db.session.scalars(select(Recipient.arm).where(Recipient.mailing_id == made)))


def subjects(post):
    return Counter(str(one["subject"]) for one in post.relay.taken)


def gone(made, hours, post=None):
    """So many hours later the clock has been looked at, and what is due is sent."""
    with clock.at(clock.now() + timedelta(hours=hours)):
        subject_choice.decide(made)
        db.session.commit()
        if post:
            send(post)
    db.session.expire_all()


def followed(made, arm, count, kind="clicked"):
    rows = select(Recipient).where(Recipient.mailing_id == made, Recipient.arm == arm).limit(count)
    for row in db.session.scalars(rows):
        letter_events.add(row, kind, dedupe="1", link=1, verdict="human")
    db.session.commit()


@pytest.fixture
def world(post, monkeypatch):
    """A shop with enough people, a mail server, and no quiet hour that hides what is meant."""
    monkeypatch.setattr(subject_tests.habits.Habits, "quiet", lambda _self, _at: None)
    fewer(monkeypatch)
    crowd()
    return post


def fewer(monkeypatch):
    monkeypatch.setattr(subject_tests, "LEAST", 24)
    monkeypatch.setattr(subject_tests, "NEEDED", 48)


def test_a_part_reads_either_subject_and_the_rest_the_better_one(world):
    made = two()
    found = arms(made)
    assert found["a"] + found["b"] == pytest.approx(subject_tests.LEAST, abs=15)
    assert min(found["a"], found["b"]) > 2
    send(world)
    assert subjects(world) == {"Café nuevo": found["a"], "Otro asunto": found["b"]}
    followed(made, "b", 2)
    gone(made, 3, world)
    assert len(world.relay.taken) == found["a"] + found["b"]
    gone(made, 5, world)
    assert chosen(made).winner == "b"
    assert subjects(world) == {"Café nuevo": found["a"], "Otro asunto": found["b"] + found[""]}
    assert world.relay.taken[-1].get_body(("html",)).get_content().count("Otra línea") == 1
    to = [who for _, (who,) in world.relay.envelopes]
    assert len(to) == len(set(to)) == PEOPLE


def test_who_reads_which_is_told_by_the_letter_and_the_person_alone(shop):
    one, other = mailing(), mailing(code="other")
    told = [subject_tests.arm(one, number, 50) for number in range(4000)]
    assert told == [subject_tests.arm(one, number, 50) for number in range(4000)]
    assert told != [subject_tests.arm(other, number, 50) for number in range(4000)]
    found = Counter(told)
    assert [round(found[arm] / 1000) for arm in ("a", "b", "")] == [1, 1, 2]


def test_who_said_no_between_the_halves_and_the_decision_gets_nothing(world):
    made = two()
    send(world)
    mine = select(Recipient).where(Recipient.mailing_id == made, Recipient.arm == "").limit(1)
    who = db.session.scalars(mine).one()
    who_id = who.id
    consent.record(contacts.known(email=who.email), "marketing", False, form="unsubscribe", ip="192.0.2.7")
    gone(made, 5, world)
    who = db.session.get_one(Recipient, who_id)
    assert (who.state, who.reason) == ("skipped", "unsubscribed")
    assert len(world.relay.taken) == PEOPLE - 1


def test_quiet_hours_hold_for_what_goes_by_itself_not_for_what_a_person_decides(post, monkeypatch):
    fewer(monkeypatch)
    crowd()
    morning = clock.now() + timedelta(hours=15)
    monkeypatch.setattr(subject_tests.habits.Habits, "quiet", lambda _self, _at: morning)
    made = two()
    row = chosen(made)
    subject_tests.settle(row, "a", "clicks")
    waits = select(Recipient.run_at).where(Recipient.mailing_id == made, Recipient.arm == "").distinct()
    assert db.session.scalars(waits).all() == [morning]


def test_it_is_not_decided_while_some_wait_for_theirs_nor_while_it_is_paused(world):
    made = two()
    gone(made, 50)
    assert chosen(made).decided_at is None
    send(world)
    scheduling.pause(now(made), by=None)
    gone(made, 50)
    assert chosen(made).decided_at is None
    scheduling.resume(now(made), by=None)
    db.session.commit()
    gone(made, 50)
    assert chosen(made).how == "even"


def test_nothing_is_decided_while_the_mail_server_is_away(world):
    made = two()
    asked = Recipient.mailing_id == made, Recipient.arm != ""
    db.session.execute(update(Recipient).where(*asked).values(state="deferred"))
    db.session.commit()
    gone(made, 50)
    assert chosen(made).decided_at is None
    db.session.execute(update(Recipient).where(*asked).values(state="sent", sent_at=clock.now()))
    now(made).away_since = clock.now() + timedelta(hours=1)
    db.session.commit()
    gone(made, 50)
    assert chosen(made).decided_at is None
    now(made).away_since = None
    db.session.commit()
    gone(made, 50)
    assert chosen(made).decided_at is not None


def test_a_person_decides_earlier_and_once(world):
    made = two()
    subject_choice.choose(now(made), "b", by=world.owner)
    with pytest.raises(subject_choice.Decided):
        subject_choice.choose(now(made), "a", by=world.owner)
    db.session.commit()
    gone(made, 50)
    row = chosen(made)
    assert (row.winner, row.how, bool(row.by)) == ("b", "hand", True)
    assert subject_tests.waiting(now(made)) == 0


def test_stopped_the_rest_gets_nothing(world):
    made = two()
    send(world)
    before = len(world.relay.taken)
    scheduling.stop(now(made), by=None)
    gone(made, 50, world)
    assert len(world.relay.taken) == before


def test_too_few_people_are_told_how_many_it_takes(shop):
    settled()
    crowd(12)
    made = mailing()
    subject_tests.write(made, Plan({"es": "Otro"}, {}))
    told = [str(one.sentence) for one in readiness.problems(made)[0] if one.where == "subjects"]
    assert len(told) == 1
    assert str(NEEDED) in told[0]
    assert "12" in told[0]
    with pytest.raises(readiness.NotReady):
        scheduling.send(made, by=None, typed="12")
    subject_tests.write(made, Plan({}, {}))
    assert readiness.problems(made)[0] == []


@pytest.mark.parametrize(("first", "second", "told"), [
    (Half(100, 0, 3), Half(100, 0, 5), ("b", "clicks")), (Half(50, 0, 4), Half(100, 90, 6), ("a", "clicks")),
    (Half(100, 20, 5), Half(100, 30, 5), ("b", "opens")), (Half(100, 20, 5), Half(100, 20, 5), ("a", "even")),
    (Half(), Half(), ("a", "even")),
])  # fmt: skip
def test_clicks_decide_then_opens_then_the_first_one(first, second, told):
    assert subject_choice.better(first, second) == told


def race(shop, made, rounds=6):
    """Two people and the clock decide at the same moment, again and again; how often a decision was changed."""
    changed = 0
    for _ in range(rounds):
        db.session.execute(update(SubjectTest).values(winner="", how="", decided_at=None))
        db.session.execute(update(Recipient).where(Recipient.arm == "").values(run_at=NEVER))
        db.session.commit()
        told, gate = [], threading.Barrier(2)

        def one(arm, told=told, gate=gate):
            with shop.app.app_context(), tenancy.use(shop.tenant_id):
                gate.wait(60)
                told.append(transactions.retry_free(lambda: subject_tests.settle(chosen(made), arm, "clicks")))
                db.session.remove()

        threads = [threading.Thread(target=one, args=(arm,)) for arm in subject_tests.ARMS]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        changed += sum(told) > 1
    return changed


def test_of_two_who_decide_at_once_one_does(world):
    made = two()
    assert race(world, made) == 0


def test_without_asking_whether_it_is_decided_both_would(world, monkeypatch):
    made = two()
    monkeypatch.setattr(subject_tests, "undecided", lambda row: SubjectTest.id == row.id)
    assert race(world, made) > 0


def test_the_clock_is_looked_at_by_a_job(world):
    made = two()
    send(world)
    for hours in (0.1, 5):
        with clock.at(clock.now() + timedelta(hours=hours)):
            jobs.run_due()
    world.enter()
    assert now(made).state == "sending"
    assert db.session.scalars(select(SubjectTest)).one().decided_at is not None


def torn(monkeypatch, *, apart):
    """The worker dies between the decision and the moment from which the rest may go."""
    real = subject_tests.let_go

    def die(*_told):
        if apart:
            db.session.commit()
        raise KeyboardInterrupt

    monkeypatch.setattr(subject_tests, "let_go", die)
    return lambda: monkeypatch.setattr(subject_tests, "let_go", real)


@pytest.mark.parametrize(("apart", "left"), [(False, 0), (True, 1)])
def test_a_worker_that_dies_while_it_decides_leaves_nobody_behind(world, monkeypatch, apart, left):
    made = two()
    send(world)
    mend = torn(monkeypatch, apart=apart)
    with pytest.raises(KeyboardInterrupt):
        gone(made, 5)
    db.session.rollback()
    mend()
    gone(made, 6, world)
    assert bool(subject_tests.waiting(now(made))) == bool(left)  # apart: the control, in which they wait for ever
    to = [who for _, (who,) in world.relay.envelopes]
    assert len(set(to)) == len(to)
    assert (len(to) == PEOPLE) != bool(left)
