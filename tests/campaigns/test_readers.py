"""What campaigns hold about a person: their copy, their leave, and what becomes of it when two are one."""

import json

import pytest
from sqlalchemy import select

from campaigns import bounces, letter_events, recipients
from campaigns.bounce_kinds import Bounce
from campaigns.recipients import Recipient
from crm import merging, people
from kernel.db import db
from tests.campaigns.letters import had, mailing, person


@pytest.fixture
def letter(shop):
    """A letter that Ana opened and that came back, with what the other side said."""
    row = had(person("ana"), hours=1, of=mailing(subject={"es": "Café nuevo"}))
    letter_events.add(
        row, "opened", dedupe="1", verdict="human", reason="person", family="thunderbird", network="190.1.2.0/24"
    )
    bounces.note(row, Bounce("soft", "552 ana@example.com is full"))
    row.answer = "250 ana@example.com"
    db.session.commit()
    return row


def ana(row):
    return people.contacts.by_email(row.email)


def test_a_person_gets_a_copy_of_their_letters_and_of_what_they_did(letter):
    [told] = people.export(ana(letter))["mailings"]
    assert (told["subject"], told["email"], told["state"]) == ("Café nuevo", "ana@example.com", "sent")
    assert [(one["kind"], one.get("program")) for one in told["events"]] == [
        ("opened", "thunderbird"),
        ("bounced", None),
    ]
    json.dumps(told)


def test_whoever_is_erased_is_found_in_no_letter_and_gets_none_that_waits(shop, letter):
    waits = had(ana(letter), hours=0, of=mailing(code="next"))
    waits.state, waits.sent_at = "pending", None
    db.session.commit()
    people.erase(ana(letter), by=shop.owner)
    db.session.commit()
    rows = db.session.scalars(select(Recipient).order_by(Recipient.id)).all()
    assert [(row.email, row.answer, bool(row.token), bool(row.address_hmac)) for row in rows] == [
        ("", "", True, True)
    ] * 2
    assert [(row.state, row.reason) for row in rows] == [("sent", ""), ("skipped", "erased")]
    events = letter_events.of(recipients.by_token(rows[0].token))
    assert {(one.said, one.network, one.family) for one in events} == {("", "", "")}


def test_a_letter_that_both_had_stays_when_two_become_one(shop, letter):
    other = person("ana2")
    same = had(other, hours=1, of=db.session.get(mailing().__class__, letter.mailing_id))
    alone = had(other, hours=1, of=mailing(code="alone"))
    db.session.commit()
    merging.merge(ana(letter), other, {}, by=shop.owner)
    db.session.commit()
    mine = db.session.scalars(
        select(Recipient).where(Recipient.contact_id == ana(letter).id).order_by(Recipient.id)
    ).all()
    assert [row.id for row in mine] == [letter.id, same.id, alone.id]
