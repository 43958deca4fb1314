"""The audience of a letter: counted, told why, written down, and asked again when the letter is about to leave."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns import audience, gathering, habits, recipients
from campaigns.named_segments import NoSegment
from campaigns.recipients import Recipient
from crm import consent, facts, segments, tags
from crm.consent import Consent
from crm.contacts import Contact
from crm.segments import Segment
from kernel import clock, jobs, suppression
from kernel.db import db
from kernel.money import Money
from tests.campaigns.letters import had, mailing, person, segment

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
NOON = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)  # in Costa Rica
NIGHT = datetime(2026, 11, 27, 4, 30, tzinfo=UTC)  # 22:30 there


def eight() -> dict[str, Contact]:
    """Eight of a group: one never asked, one who had a letter three hours ago."""
    people = {
        f"p{number}": person(f"p{number}", group="vip", allowed=None if number == 0 else True) for number in range(8)
    }
    had(people["p1"], hours=3)
    person("other")
    return people


def gathered(row):
    """Let a mailing start now and have its audience written down; who receives it."""
    row.state = "sending"
    gathering.begin(row)
    db.session.commit()
    jobs.run_due()
    return {
        one.email
        for one in db.session.scalars(select(Recipient).where(Recipient.mailing_id == row.id))
        if not one.reason
    }


def test_eight_in_the_segment_six_receive_it(shop):
    eight()
    letter = mailing(segment({"group": "vip"}))
    told = audience.estimate(letter)
    assert (told.total, told.will, told.excluded) == (8, 6, {"consent": 1, "cap": 1})


def test_each_reason_is_counted_once_and_opens_its_people(shop):
    people = eight()
    consent.record(people["p2"], "marketing", False, form="unsubscribe")
    people["p3"].email = people["p3"].email_norm = None
    suppression.add("p4@example.com", "all", "no such mailbox")
    suppression.add("p5@example.com", "marketing", "unsubscribed")
    letter = mailing(segment({"group": "vip"}))
    told = audience.estimate(letter)
    assert told.excluded == {"consent": 1, "unsubscribed": 2, "cap": 1, "no_address": 1, "bounced": 1}
    assert (told.will, told.total) == (2, 8)
    for why, number in {**told.excluded, "": told.will}.items():
        assert len(db.session.scalars(audience.people(letter, why)).all()) == number, why


def test_everybody_who_allowed_letters_is_an_audience(shop):
    eight()
    told = audience.estimate(mailing())
    assert (told.will, told.total) == (7, 9)


@ONE
def test_nobody_is_an_audience_too(shop):
    told = audience.estimate(mailing(segment({"group": "nobody"})))
    assert (told.will, told.total, told.excluded) == (0, 0, {})


@ONE
def test_a_segment_that_was_put_away_is_not_everybody(shop):
    person("ana")
    of = segment({"group": "vip"})
    letter = mailing(of)
    of.binned_at = clock.now()
    db.session.flush()
    with pytest.raises(NoSegment):
        audience.estimate(letter)


def test_what_is_written_down_adds_up_to_the_segment(shop, monkeypatch):
    monkeypatch.setattr(gathering, "STEP", 3)
    people = eight()
    suppression.add("p4@example.com", "all", "no such mailbox")
    letter = mailing(segment({"group": "vip"}))
    assert gathered(letter) == {f"p{number}@example.com" for number in (2, 3, 5, 6, 7)}
    assert recipients.tally(letter) == {"pending": 5, "skipped": 3}
    assert letter.gathered_at is not None
    why = {
        row.contact_id: row.reason for row in db.session.scalars(select(Recipient).where(Recipient.state == "skipped"))
    }
    assert why == {people["p0"].id: "consent", people["p1"].id: "cap", people["p4"].id: "bounced"}


def test_one_address_gets_one_letter(shop):
    first, second = person("ana"), person("berta")
    second.email = "ANA@example.com"  # as a careless file could write it
    letter = mailing()
    assert gathered(letter) == {first.email}
    assert db.session.scalars(select(Recipient.reason).where(Recipient.contact_id == second.id)).all() == [
        "same_address"
    ]


def test_whom_a_letter_leaves_out_gets_none_whenever_they_came_into_that_segment(shop):
    people = eight()
    for one in (people["p0"], people["p2"]):
        tags.add([one.id], "mayorista")
    facts.record("paid", contact=people["p3"], amount=Money(9_000, "CRC"))
    spenders = {"any": [{"tag": "mayorista"}, {"spent": {"least": 5_000, "currency": "CRC"}}]}
    letter = mailing(segment({"group": "vip"}), without_id=segment(spenders, "mayoristas").id)
    told = audience.estimate(letter)
    assert (told.total, told.will, told.excluded) == (8, 4, {"left_out": 3, "cap": 1})
    assert {one.name for one in db.session.scalars(audience.people(letter, "left_out"))} == {"P0", "P2", "P3"}
    assert gathered(letter) == {f"p{number}@example.com" for number in range(4, 8)}
    rows = {one.contact_id: one for one in db.session.scalars(select(Recipient).where(Recipient.reason == ""))}
    late = rows[people["p5"].id]
    with clock.at(clock.now() + timedelta(days=2)):
        mine = [row for row in rows.values() if row.mailing_id == letter.id]
        assert audience.refusals(mine) == {}
        tags.add([people["p5"].id], "mayorista")
        db.session.get(Segment, letter.without_id).binned_at = clock.now()  # what was promised of it still holds
        db.session.flush()
        assert audience.refusals(mine) == {late.id: "left_out"}
    assert db.session.scalars(select(Recipient.reason).where(Recipient.contact_id == people["p2"].id)).all() == [
        "left_out"
    ]


@ONE
def test_a_letter_for_the_people_of_a_segment_but_for_one_that_is_gone_waits_for_a_person(shop):
    person("ana", group="vip")
    of = segment({"group": "vip"})
    letter = mailing(without_id=of.id)
    of.binned_at = clock.now()
    with pytest.raises(NoSegment):
        audience.estimate(letter)
    assert gathered(letter) == set()
    assert (letter.state, bool(letter.note)) == ("held", True)


@ONE
def test_gathering_again_adds_only_who_is_not_there(shop):
    person("ana")
    letter = mailing()
    gathered(letter)
    person("berta")
    letter.gathered_at = None
    assert gathered(letter) == {"ana@example.com", "berta@example.com"}
    assert recipients.tally(letter) == {"pending": 2}


@ONE
def test_a_letter_whose_segment_goes_meanwhile_waits_for_a_person(shop):
    person("ana", group="vip")
    of = segment({"group": "vip"})
    letter = mailing(of)
    of.binned_at = clock.now()
    assert gathered(letter) == set()
    assert (letter.state, bool(letter.note)) == ("held", True)


def test_every_recipient_can_be_joined_to_who_allowed_it_when_and_where(shop):
    eight()
    gathered(mailing())
    told = select(Recipient.id, Consent.form, Consent.ip, Consent.text_version, Consent.at).join(
        Consent, (Consent.contact_id == Recipient.contact_id) & Consent.given & (Consent.purpose == "marketing")
    )
    rows = db.session.execute(told.where(Recipient.state == "pending")).all()
    assert len({row.id for row in rows}) == 7
    assert all(row.form == "subscribe" and row.ip and row.text_version and row.at for row in rows)


def waiting(kind="campaign", **told):
    """A recipient of a mailing that is about to leave."""
    contact = person("ana", **told)
    row = Recipient(
        mailing_id=mailing(kind=kind).id, contact_id=contact.id, email=contact.email, state="pending",
        address_hmac=suppression.fingerprint(contact.email),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return contact, row


@ONE
def test_who_may_still_be_written_to_is_refused_nothing(shop):
    with clock.at(NOON):
        assert audience.refusals([waiting()[1]]) == {}
        assert audience.refusals([]) == {}


def test_what_changed_since_is_asked_at_the_last_moment(shop):
    contact, row = waiting()
    consent.record(contact, "marketing", False, form="unsubscribe")
    assert audience.refusals([row]) == {row.id: "unsubscribed"}
    consent.record(contact, "marketing", True, form="subscribe")
    suppression.add(row.email, "all", "no such mailbox")
    assert audience.refusals([row]) == {row.id: "bounced"}
    contact.binned_at = clock.now()
    db.session.flush()
    assert audience.refusals([row]) == {row.id: "gone"}
    row.contact_id = None
    assert audience.refusals([row]) == {row.id: "erased"}


@ONE
def test_one_letter_a_day(shop):
    with clock.at(NOON):
        contact, row = waiting()
        had(contact, hours=23)
        assert audience.refusals([row]) == {row.id: "cap"}
        db.session.add(habits.of())
        habits.of().cap_hours = 20
        db.session.flush()
        assert audience.refusals([row]) == {}


@ONE
def test_who_wishes_one_a_week_gets_one_a_week(shop):
    with clock.at(NOON):
        contact, row = waiting()
        had(contact, hours=6 * 24)
        assert audience.refusals([row]) == {}
        contact.letters_every = 7
        db.session.flush()
        assert audience.refusals([row]) == {row.id: "cap"}
        assert audience.estimate(mailing()).excluded == {"cap": 1}
        with clock.at(NOON + timedelta(days=1, hours=1)):
            assert audience.refusals([row]) == {}
            assert audience.estimate(mailing()).will == 1


@ONE
def test_a_letter_each_week_at_the_same_hour_reaches_who_wishes_one_a_week(shop):
    with clock.at(NOON):
        contact, row = waiting()
        contact.letters_every = 7
        had(contact, hours=7 * 24 - 0.1)  # last week the line before them was longer
        assert audience.refusals([row]) == {}
        assert audience.estimate(mailing()).will == 1
        habits.change(habits.of(), by=shop.owner)
        habits.of().cap_hours = 7 * 24
        db.session.flush()
        assert audience.refusals([row]) == {row.id: "cap"}  # what the shop itself decided is exact


@ONE
def test_two_letters_at_once_are_one_and_one_later(shop):
    with clock.at(NOON):
        contact, row = waiting()
        other = Recipient(mailing_id=mailing().id, contact_id=contact.id, email=contact.email, state="pending")
        db.session.add(other)
        db.session.flush()
        assert audience.refusals([row, other]) == {other.id: NOON + audience.SOON}
        row.state = "sending"
        db.session.flush()
        assert audience.refusals([other]) == {other.id: NOON + audience.SOON}


@ONE
def test_what_goes_by_itself_waits_for_its_turn_and_for_the_morning(shop):
    with clock.at(NIGHT):
        contact, row = waiting("automation")
        assert audience.refusals([row]) == {row.id: datetime(2026, 11, 27, 13, 0, tzinfo=UTC)}
        had(contact, hours=3)
        assert audience.refusals([row]) == {row.id: NIGHT + timedelta(hours=21)}


@ONE
@pytest.mark.parametrize(("hour", "ends"), [("20:59", None), ("21:00", "08"), ("06:59", "07"), ("07:00", None)])
def test_quiet_hours_end_at_the_shops_seven(shop, hour, ends):
    moment = datetime.fromisoformat(f"2026-03-07T{hour}:00-06:00")
    until = habits.of().quiet(moment)
    assert (until and until.strftime("%d %H:%M")) == (ends and f"{ends} 07:00")


@ONE
def test_the_morning_after_the_clocks_change_is_still_seven(shop):
    shop.tenant.timezone = "America/New_York"
    until = habits.of().quiet(datetime(2026, 3, 8, 4, 0, tzinfo=UTC))  # the night in which an hour is missing
    assert until == datetime(2026, 3, 8, 11, 0, tzinfo=UTC)


def test_the_audience_of_a_neighbour_is_not_ours(rival, shop):
    rival.enter()
    person("theirs")
    suppression.add("ana@example.com", "all", "theirs")
    db.session.commit()
    shop.enter()
    person("ana")
    assert audience.estimate(mailing()).will == 1
    assert segments.count({"all": []}) == 1
