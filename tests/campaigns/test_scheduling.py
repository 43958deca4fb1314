"""The life of a letter: its hour, the minute in which it can be stopped, pauses, the end, and one more try."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns import drafts, gathering, mailings, readiness, recipients, scheduling
from campaigns.recipients import Recipient
from kernel import clock, held, jobs, memberships
from kernel.db import db
from kernel.journal import Entry
from tests.campaigns.letters import addressed, mailing, person, segment

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
NOON = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _address(shop):
    addressed()


def scheduled(shop, **told):
    """A letter to two people that was sent "now"."""
    person("ana")
    person("berta")
    letter = mailing(**told)
    scheduling.send(letter, by=shop.owner)
    db.session.commit()
    return letter


def run(moment, limit=1000):
    """Let workers do what is due at that moment."""
    with clock.at(moment):
        return jobs.run_due(limit)


def sent(letter, count=1000):
    """Let so many letters have arrived."""
    for row in db.session.scalars(
        select(Recipient).where(Recipient.mailing_id == letter.id, Recipient.state == "pending")
    ).all()[:count]:
        row.state, row.sent_at = "sent", clock.now()
    db.session.commit()


def test_stopped_at_half_a_minute_nobody_has_it(shop):
    with clock.at(NOON):
        letter = scheduled(shop)
    run(NOON + timedelta(seconds=30))
    with clock.at(NOON + timedelta(seconds=30)):
        scheduling.recall(letter, by=shop.owner)
        db.session.commit()
    run(NOON + timedelta(hours=1))
    assert (letter.state, letter.scheduled_at, recipients.tally(letter)) == ("draft", None, {})


def test_after_the_minute_it_goes_to_everybody_and_then_it_is_sent(shop):
    with clock.at(NOON):
        letter = scheduled(shop)
    run(NOON + timedelta(seconds=60))
    assert (letter.state, recipients.tally(letter)) == ("sending", {"pending": 2})
    run(NOON + timedelta(seconds=70))
    assert letter.state == "sending"
    with clock.at(NOON + timedelta(seconds=75)):
        sent(letter)
    run(NOON + timedelta(seconds=80))
    assert (letter.state, letter.finished_at is not None) == ("sent", True)
    verbs = db.session.scalars(select(Entry.verb).where(Entry.about_kind == "mailing").order_by(Entry.id)).all()
    assert verbs == ["mailing.scheduled", "mailing.started", "mailing.sent"]


def test_the_hour_is_the_shops_also_where_the_clocks_change(shop):
    with clock.at(NOON):
        assert scheduling.hour(date(2026, 12, 1), "09:30") == datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
        shop.tenant.timezone = "America/New_York"
        assert scheduling.hour(date(2027, 3, 13), "09:00") == datetime(2027, 3, 13, 14, 0, tzinfo=UTC)
        assert scheduling.hour(date(2027, 3, 14), "09:00") == datetime(2027, 3, 14, 13, 0, tzinfo=UTC)
        assert scheduling.hour(date(2026, 11, 27), "23:00") == datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
        for day, text in [(date(2027, 3, 14), "02:30"), (date(2026, 11, 25), "09:00"), (date(2028, 1, 1), "09:00")]:
            with pytest.raises(scheduling.BadHour):
                scheduling.hour(day, text)
    with clock.at(datetime(2026, 10, 1, tzinfo=UTC)):  # twice on the clocks: the first one
        assert scheduling.hour(date(2026, 11, 1), "01:30") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_recalled_and_scheduled_anew_it_goes_once_at_the_new_hour(shop):
    with clock.at(NOON):
        letter = scheduled(shop)
        scheduling.recall(letter, by=shop.owner)
        scheduling.send(letter, by=shop.owner, at=NOON + timedelta(hours=2))
        db.session.commit()
    run(NOON + timedelta(minutes=5))
    assert letter.state == "scheduled"
    run(NOON + timedelta(hours=2))
    assert (letter.state, recipients.tally(letter)) == ("sending", {"pending": 2})


def test_what_should_have_gone_while_nobody_worked_waits_for_a_person(shop):
    with clock.at(NOON):
        letter = scheduled(shop)
    run(NOON + timedelta(hours=4))
    assert (letter.state, letter.note, recipients.tally(letter)) == ("held", "late", {})
    with clock.at(NOON + timedelta(hours=5)):
        scheduling.resume(letter, by=shop.owner)
        db.session.commit()
    run(NOON + timedelta(hours=5, seconds=1))
    assert (letter.state, recipients.tally(letter)) == ("sending", {"pending": 2})


def test_a_restored_database_sends_nothing_by_itself(shop):
    with clock.at(NOON):
        letter, other = scheduled(shop), mailing(state="paused")
        db.session.commit()
    assert held.all_of(db.session.connection())["mailings"] == 1
    db.session.commit()
    run(NOON + timedelta(minutes=2))
    assert (letter.state, letter.note, other.state) == ("held", "restored", "paused")
    assert recipients.tally(letter) == {}


def test_stopped_in_the_middle_the_rest_is_spared_and_counted(shop, monkeypatch):
    monkeypatch.setattr(gathering, "STEP", 2)
    for number in range(6):
        person(f"p{number}")
    with clock.at(NOON):
        letter = scheduled(shop)
    run(NOON + timedelta(seconds=60), limit=3)  # the start and two steps: four of eight
    assert recipients.tally(letter) == {"pending": 4}
    with clock.at(NOON + timedelta(seconds=61)):
        sent(letter, 3)
        assert scheduling.stop(letter, by=shop.owner) == 1
        db.session.commit()
    run(NOON + timedelta(seconds=70))
    assert (letter.state, recipients.tally(letter)) == ("stopped", {"sent": 3, "skipped": 5})
    assert set(db.session.scalars(select(Recipient.reason).where(Recipient.state == "skipped"))) == {"stopped"}
    assert letter.gathered_at is not None


def test_paused_it_stays_and_goes_on_when_somebody_says_so(shop):
    with clock.at(NOON):
        letter = scheduled(shop)
    run(NOON + timedelta(seconds=60))
    scheduling.pause(letter, by=shop.owner)
    db.session.commit()
    run(NOON + timedelta(seconds=90))
    assert letter.state == "paused"
    with clock.at(NOON + timedelta(seconds=100)):
        scheduling.resume(letter, by=shop.owner)
        sent(letter)
    run(NOON + timedelta(seconds=120))
    assert letter.state == "sent"


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "recall"])
def test_a_step_that_does_not_follow_is_refused(shop, verb):
    with pytest.raises(mailings.NotNow):
        getattr(scheduling, verb)(mailing(), by=shop.owner)


def test_what_failed_is_tried_again_when_a_person_asks(shop):
    person("ana")
    letter = mailing(state="sent")
    states = ["failed", "unknown", "sent"]
    for number, state in enumerate(states):
        contact = person(f"p{number}")
        db.session.add(
            Recipient(mailing_id=letter.id, contact_id=contact.id, email=contact.email, state=state, attempts=8)
        )
    db.session.commit()
    assert scheduling.again(letter, by=shop.owner) == 1
    assert (letter.state, recipients.tally(letter)) == ("sending", {"pending": 1, "unknown": 1, "sent": 1})
    assert scheduling.again(letter, ("unknown", "sent"), by=shop.owner) == 1
    assert recipients.tally(letter) == {"pending": 2, "sent": 1}


def test_nobody_to_write_to_is_no_letter(shop):
    letter = mailing(segment({"group": "nobody"}))
    with pytest.raises(readiness.NotReady):
        scheduling.send(letter, by=shop.owner)
    assert letter.state == "draft"


def test_an_owner_confirms_first(shop, monkeypatch):
    person("ana")
    shop.owner.confirmed_at = None
    db.session.flush()
    assert not memberships.owner_confirmed(shop.tenant_id)
    assert [one.where for one in readiness.problems(mailing())[0]] == ["account"]


def test_to_many_the_number_is_typed(shop):
    for number in range(readiness.MANY):
        person(f"p{number}")
    letter = mailing()
    for typed in ("", "7", "250"):
        with pytest.raises(readiness.NotCounted):
            scheduling.send(letter, by=shop.owner, typed=typed)
    scheduling.send(letter, by=shop.owner, typed=" 25 ")
    assert letter.state == "scheduled"


def test_a_copy_has_the_same_words_and_a_code_of_its_own(shop):
    letter = mailing(state="sent", sender_name="Ana")
    made = drafts.twin(letter, by=shop.owner)
    assert (made.state, made.subject, made.blocks, made.sender_name) == ("draft", letter.subject, letter.blocks, "Ana")
    assert made.blocks is not letter.blocks
    assert len({drafts.twin(letter, by=shop.owner).code, made.code, letter.code}) == 3


def test_what_is_on_its_way_is_not_put_away(shop):
    letter = mailing(state="sending")
    with pytest.raises(drafts.OnItsWay):
        drafts.put_away(letter, by=shop.owner)
    letter.state = "draft"
    drafts.put_away(letter, by=shop.owner)
    db.session.flush()
    assert drafts.page("all", 1) == ([], 1)
    assert drafts.take_back(letter.token, by=shop.owner).id == letter.id


def test_a_letter_in_the_bin_keeps_its_word_for_links(shop):
    first = drafts.begin("Enero", by=shop.owner)
    assert first.code == "enero"
    drafts.put_away(first, by=shop.owner)
    db.session.flush()
    assert drafts.begin("Enero", by=shop.owner).code == "enero-2"
