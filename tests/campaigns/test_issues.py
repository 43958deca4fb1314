"""Issues of a letter that repeats: each is an ordinary mailing, made at its hour, once; what is missed, asked, empty."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from campaigns import drafts, issues, rendering, scheduling, series, subject_tests
from campaigns.habits import Habits
from campaigns.mailings import Mailing, NotNow
from campaigns.recipients import Recipient
from campaigns.subject_tests import Plan as Second
from kernel import held, jobs, tenancy
from kernel.db import db
from tests.campaigns.letters import person
from tests.campaigns.serial import BEFORE, FIRST, NINE, letters, plan, repeating, told
from tests.campaigns.test_sending import post, send

__all__ = ["post"]
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
DAILY = "0123456"


@pytest.fixture
def flow():
    """Saturday; the time goes where a test lets it."""
    with time_machine.travel(BEFORE, tick=False) as traveller:
        yield traveller


def work(shop, flow, at):
    """What a worker does at that moment."""
    flow.move_to(at)
    jobs.run_due()
    shop.enter()


def states(row):
    return [one.state for one in letters(row)]


def test_each_issue_is_a_mailing_of_its_own_for_whoever_is_there_then(shop, flow, monkeypatch):
    row = repeating(shop, blocks=[{"id": "a1", "kind": "text", "data": {"text": {"es": "<p>{{ issue.number }}</p>"}}}])
    assert (row.next_day, row.next_at) == (FIRST, NINE)
    work(shop, flow, NINE - HOUR)
    assert told(row) == []
    work(shop, flow, NINE)
    assert told(row) == [("11-30", "1")]
    person("caro")
    db.session.commit()
    work(shop, flow, NINE + WEEK - HOUR)  # the first one has gone
    db.session.execute(db.update(Recipient).values(state="sent", sent_at=NINE))
    db.session.commit()
    work(shop, flow, NINE + WEEK)
    assert told(row) == [("11-30", "1"), ("12-07", "2")]
    first, second = letters(row)
    assert first.name == "Novedades, n.º 1"
    assert first.code != second.code
    counted = [
        len(db.session.scalars(select(Recipient).where(Recipient.mailing_id == one.id)).all())
        for one in (first, second)
    ]
    assert counted == [2, 3]
    mine = db.session.scalars(select(Recipient).where(Recipient.mailing_id == second.id)).first()
    envelope = rendering.envelope(mine)
    assert ">2</p>" in envelope.html.replace(" ", "")
    words = rendering.preview(series.letter(row), None, "es")[1]
    assert ">3</p>" in words.replace(" ", "")  # what the next one will say
    assert series.letter(row).state == "repeats"
    assert not db.session.scalar(select(Recipient).where(Recipient.mailing_id == row.mailing_id))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
@pytest.mark.parametrize(("late", "became"), [(3 * HOUR, "1"), (11 * HOUR, "1"), (13 * HOUR, "late")])
def test_what_an_outage_missed_goes_late_once_or_not_at_all(shop, flow, late, became):
    db.session.add(Habits(quiet_from="21:00", quiet_until="07:00"))
    row = repeating(shop)
    work(shop, flow, NINE + late)
    work(shop, flow, NINE + late + HOUR)
    assert told(row) == [("11-30", became)]
    assert row.next_day == FIRST + WEEK


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_is_late_does_not_go_in_the_quiet_hours(shop, flow):
    row = repeating(shop, plan(hour="20:00"))
    at = row.next_at
    work(shop, flow, at + 5 * HOUR)  # one in the morning
    (made,) = letters(row)
    assert (made.state, made.scheduled_at) == ("scheduled", at + 11 * HOUR)
    work(shop, flow, at + 11 * HOUR)
    assert states(row) == ["sending"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_days_of_a_long_outage_are_left_out_one_by_one_and_the_last_goes(shop, flow):
    row = repeating(shop, plan(DAILY))
    work(shop, flow, NINE + 3 * DAY + HOUR)
    assert told(row) == [("11-30", "late"), ("12-01", "late"), ("12-02", "late"), ("12-03", "1")]
    work(shop, flow, NINE + 4 * DAY)  # while that one still goes no other does
    assert told(row)[-1] == ("12-04", "busy")
    assert row.next_day == date(2026, 12, 5)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_is_put_off_by_their_mailbox_keeps_nobody_waiting(shop, flow):
    row = repeating(shop, plan(DAILY))
    work(shop, flow, NINE)
    work(shop, flow, NINE + HOUR)
    rows = db.session.scalars(select(Recipient)).all()
    assert len(rows) == 2
    rows[0].state, rows[1].state = "sent", "deferred"
    db.session.commit()
    work(shop, flow, NINE + DAY)
    assert told(row)[-1] == ("12-01", "2")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_one_that_asks_goes_with_one_yes_or_lapses(shop, flow):
    row = repeating(shop, plan(asks=True))
    work(shop, flow, NINE)
    (first,) = letters(row)
    assert (first.state, first.note, first.started_at) == ("held", "asks", None)
    assert first in db.session.scalars(drafts.query("going")).all()
    scheduling.resume(first, by=shop.owner)
    db.session.commit()
    work(shop, flow, NINE + HOUR)
    assert db.session.scalar(select(db.func.count()).select_from(Recipient)) == 2
    db.session.execute(db.update(Recipient).values(state="sent", sent_at=NINE))
    db.session.commit()
    work(shop, flow, NINE + WEEK)
    work(shop, flow, NINE + WEEK + issues.WINDOW)
    second = letters(row)[1]
    assert (second.state, second.note) == ("stopped", "lapsed")
    with pytest.raises(NotNow):
        scheduling.resume(second, by=shop.owner)
    assert db.session.scalar(select(db.func.count()).select_from(Recipient)) == 2


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_next_day_ends_the_waiting_of_the_one_before(shop, flow):
    row = repeating(shop, plan(DAILY, asks=True))
    for days in range(3):
        work(shop, flow, NINE + days * DAY)
    assert states(row) == ["stopped", "stopped", "held"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_without_anything_new_none_goes_and_it_says_so(shop, flow):
    row = repeating(shop, plan(fresh=True))
    work(shop, flow, NINE)
    db.session.execute(db.update(Mailing).where(Mailing.state == "sending").values(state="sent"))
    db.session.commit()
    work(shop, flow, NINE + WEEK)
    shop.product("Florero").published_at = NINE + WEEK + DAY
    db.session.commit()
    work(shop, flow, NINE + 2 * WEEK)
    db.session.execute(db.update(Mailing).where(Mailing.state == "sending").values(state="sent"))
    db.session.commit()
    work(shop, flow, NINE + 3 * WEEK)
    series.letter(row).written_at = NINE + 3 * WEEK + DAY  # somebody wrote other words
    db.session.commit()
    work(shop, flow, NINE + 4 * WEEK)
    assert [became for _day, became in told(row)] == ["1", "nothing", "2", "nothing", "3"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_fault_holds_the_series_and_nobody_there_only_leaves_one_out(shop, flow):
    row = repeating(shop)
    person("ana").email = person("beto").email = None
    db.session.execute(db.update(Mailing).values(segment_id=None))
    for one in ("ana", "beto"):
        person(one, allowed=False)
    db.session.execute(db.update(series.LetterSeries).values(made=0))
    db.session.commit()
    work(shop, flow, NINE)
    assert told(row) == [("11-30", "nobody")]
    person("caro")
    series.letter(row).subject = {"es": "{{ nadie }}"}
    db.session.commit()
    work(shop, flow, NINE + WEEK)
    assert told(row)[-1] == ("12-07", "faults")
    assert row.state == "held"
    assert series.letter(row).note
    assert series.letter(row) in db.session.scalars(drafts.query("going")).all()
    work(shop, flow, NINE + 2 * WEEK)
    assert len(told(row)) == 2
    series.letter(row).subject = {"es": "Bien"}
    series.go_on(row.row, by=shop.owner)
    db.session.commit()
    assert (row.next_day, series.letter(row).note) == (FIRST + 3 * WEEK, "")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_two_subjects_are_compared_in_each_issue_or_left_where_that_says_nothing(shop, flow, monkeypatch):
    monkeypatch.setattr(subject_tests, "NEEDED", 2)
    monkeypatch.setattr(subject_tests, "LEAST", 1)
    row = repeating(shop)
    subject_tests.write(series.letter(row), Second({"es": "Otro"}, {}))
    db.session.commit()
    work(shop, flow, NINE)
    (first,) = letters(row)
    assert subject_tests.of(first).subject == {"es": "Otro"}
    db.session.execute(db.update(Mailing).where(Mailing.state == "sending").values(state="sent"))
    monkeypatch.setattr(subject_tests, "NEEDED", 200)
    db.session.commit()
    work(shop, flow, NINE + WEEK)
    assert subject_tests.of(letters(row)[1]) is None


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_it_ends_after_so_many_or_on_its_last_day(shop, flow):
    row = repeating(shop, plan(DAILY, most=2))
    for days in range(4):
        work(shop, flow, NINE + days * DAY)
        db.session.execute(db.update(Mailing).where(Mailing.state == "sending").values(state="sent"))
        db.session.commit()
    assert told(row) == [("11-30", "1"), ("12-01", "2")]
    assert (row.state, row.next_at, series.letter(row).state) == ("ended", None, "draft")
    with pytest.raises(series.EnoughOnes):
        series.go_on(row.row, by=shop.owner)
    db.session.rollback()
    other = repeating(shop, plan(DAILY, until=date(2026, 12, 4)), code="otra")
    work(shop, flow, NINE + 4 * DAY)
    assert told(other) == [("12-04", "1")]
    assert other.state == "ended"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_shop_that_moves_to_another_zone_keeps_its_hour(shop, flow):
    row = repeating(shop)
    tenancy.tenant().timezone = "America/Santiago"  # nine is three hours earlier there
    db.session.commit()
    work(shop, flow, NINE - 3 * HOUR - timedelta(minutes=1))
    issues.look_everywhere()
    shop.enter()
    assert told(row) == []
    flow.move_to(NINE - 3 * HOUR)
    issues.look_everywhere()
    shop.enter()
    assert told(row) == [("11-30", "1")]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_lost_job_loses_no_issue_and_a_broken_series_keeps_no_other(shop, flow, monkeypatch):
    row, other = repeating(shop), repeating(shop, plan(hour="08:00"), code="otra")
    db.session.execute(db.delete(jobs.Job))
    db.session.commit()
    went = issues._deal
    monkeypatch.setattr(issues, "_deal", lambda one, *more: 1 / 0 if one.id == other.id else went(one, *more))
    flow.move_to(NINE)
    issues.look_everywhere()
    shop.enter()
    assert (told(row), told(other)) == ([("11-30", "1")], [])
    assert other.next_day == FIRST  # it is tried again


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_paused_skipped_ended_and_all_of_it_taken_back(shop, flow):
    row = repeating(shop, plan(DAILY))
    series.pause(row.row, by=shop.owner)
    db.session.commit()
    work(shop, flow, NINE + HOUR)
    assert told(row) == []
    series.go_on(row.row, by=shop.owner)
    assert row.next_day == FIRST + DAY  # what passed meanwhile is not made up for
    with pytest.raises(NotNow):
        series.skip(row.row, FIRST + 2 * DAY, by=shop.owner)
    series.skip(row.row, FIRST + DAY, by=shop.owner)
    with pytest.raises(NotNow):  # two taps leave out one
        series.skip(row.row, FIRST + DAY, by=shop.owner)
    series.skip(row.row, FIRST + 2 * DAY, by=shop.owner)
    series.unskip(row.row, FIRST + DAY, by=shop.owner)
    assert series.upcoming(row, 2) == [FIRST + DAY, FIRST + 3 * DAY]
    assert row.next_day == FIRST + DAY
    series.end(row.row, by=shop.owner)
    assert series.letter(row).state == "draft"
    series.go_on(row.row, by=shop.owner)
    assert (row.state, series.letter(row).state, row.next_day) == ("on", "repeats", FIRST + DAY)
    db.session.commit()
    work(shop, flow, NINE + DAY)
    series.change(row.row, plan(DAILY, hour="18:00"), by=shop.owner)  # that day had its issue: it gets no second one
    assert row.next_day == FIRST + 3 * DAY


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_day_left_is_refused(shop, flow):
    with pytest.raises(series.NoDay):
        repeating(shop, plan(until=FIRST - DAY))


@pytest.mark.parametrize("held_back", [True, False])
def test_a_restored_database_makes_no_issue_without_a_person(shop, flow, monkeypatch, held_back):
    row = repeating(shop, plan(asks=True))
    other = repeating(shop, plan(hour="08:00", asks=True), code="otra")
    work(shop, flow, NINE - HOUR)  # its issue waits for a yes when the backup is made
    if held_back:
        with db.engine.begin() as connection:
            held.all_of(connection)
    db.session.expire_all()
    flow.move_to(NINE + HOUR)
    issues.look_everywhere()
    work(shop, flow, NINE + 3 * HOUR)
    assert bool(told(row)) is not held_back  # the control: without holding back an old issue would be made
    assert len(letters(other)) == 1
    if held_back:
        assert (row.state, series.letter(row).note) == ("held", "restored")
        assert {one.note for one in letters(other)} == {"restored"}
        series.go_on(row.row, by=shop.owner)
        assert row.next_day == FIRST + WEEK


def test_two_people_have_each_issue_once_on_the_wire(post, flow):
    db.session.add(Habits(cap_hours=0, quiet_from="00:00", quiet_until="00:00"))
    row = repeating(post, plan(DAILY))
    for days in range(2):
        for minutes in (0, 1, 2):
            work(post, flow, NINE + days * DAY + timedelta(minutes=minutes))
            send(post)
    got = sorted(to for _, (to,) in post.relay.envelopes)
    assert got == ["ana@example.com", "ana@example.com", "beto@example.com", "beto@example.com"]
    assert states(row) == ["sent", "sent"]
