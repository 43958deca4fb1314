"""The relay is away while a mailing is on its way: nobody's tries are used up, and everybody has it when it is back."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from campaigns import claims, outcomes, scheduling, sending, standstill
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import clock, mail, tenancy
from kernel.db import db
from tests.campaigns.letters import addressed as settled
from tests.campaigns.test_sending import change, due_now, going, post, send, states
from tests.kernel import relay
from tests.kernel.test_mail import letter as letters_of_the_house
from tests.kernel.test_mail import point

__all__ = ["post"]


def test_a_relay_that_is_away_uses_up_no_try(post, monkeypatch):
    letter, _ = going("ana", "beto")
    server = post.relay
    point(post, relay.Relay(port=relay.free_port()), monkeypatch)
    for _ in range(2 * outcomes.ATTEMPTS):
        due_now()
        mail._rest["until"] = 0.0
        send(post)
        rows = db.session.scalars(select(Recipient).where(Recipient.state == "deferred")).all()
        assert clock.now() < max(row.run_at for row in rows) <= clock.now() + mail.AGAIN
        assert {row.attempts for row in rows} == {0}
    point(post, server, monkeypatch)
    due_now()
    mail._rest["until"] = 0.0
    send(post)
    assert states(letter) == ["sent", "sent"]


def test_what_was_claimed_long_ago_is_not_remembered(post):
    claims.leases.clear()
    going("ana", "beto")
    claims.claim(1)
    with clock.at(clock.now() + 2 * claims.LEASE):
        assert len(claims.claim(1)) == 1
    assert len(claims.leases) == 1


def away(post, monkeypatch, *, at=None):
    """Have the sender look while no relay answers."""
    point(post, relay.Relay(port=relay.free_port()), monkeypatch)
    look(post, at)


def look(post, at=None):
    mail._rest["until"] = 0.0
    with clock.at(at or clock.now()):
        send(post)
        tenancy.enter(post.tenant_id)


def stands(letter):
    row = db.session.get_one(Mailing, letter, populate_existing=True)
    found = row.state, row.note, standstill.since(row)
    db.session.rollback()
    return found


def test_since_when_nothing_leaves_is_known_and_it_goes_on_by_itself(post, monkeypatch):
    settled()
    letter, _ = going("ana", "beto")
    server, begun = post.relay, clock.now()
    assert stands(letter) == ("sending", "", None)
    for hour in range(5):
        away(post, monkeypatch, at=begun + timedelta(hours=hour))
    assert stands(letter) == ("sending", "", begun)
    assert states(letter).count("sent") == 0
    monkeypatch.setattr(standstill, "_seen", {})  # the worker was begun anew: it was the mail server, not the work
    point(post, server, monkeypatch)
    look(post, begun + timedelta(hours=4, minutes=6))
    assert states(letter) == ["sent", "sent"]
    assert stands(letter) == ("sending", "", None)


def test_a_mailing_that_is_not_tried_itself_knows_it_too(post, monkeypatch):
    letter, _ = going("ana")
    rows = [letters_of_the_house(f"a{number}@example.com") for number in range(3)]
    away(post, monkeypatch)
    assert stands(letter)[2] is not None
    assert rows
    assert states(letter) == ["pending"]


def test_after_days_it_waits_for_a_person_and_then_each_has_it_once(post, monkeypatch):
    settled()
    letter, _ = going("ana", "beto")
    server, begun = post.relay, clock.now() - standstill.WAITED
    change(letter, away_since=begun)
    away(post, monkeypatch, at=begun + standstill.WAITED - timedelta(minutes=10))
    assert stands(letter)[0] == "sending"
    away(post, monkeypatch, at=begun + standstill.WAITED + timedelta(minutes=10))
    assert stands(letter)[:2] == ("held", "away")
    point(post, server, monkeypatch)
    look(post, begun + standstill.WAITED + timedelta(hours=1))
    assert server.taken == []
    with clock.at(begun + standstill.WAITED + timedelta(hours=2)):
        scheduling.resume(db.session.get_one(Mailing, letter), by=None)
    look(post, begun + standstill.WAITED + timedelta(hours=2))
    assert states(letter) == ["sent", "sent"]
    assert len(server.taken) == 2


def test_words_that_no_longer_hold_wait_for_a_person(post, monkeypatch):
    settled()
    letter, _ = going("ana")
    server, begun = post.relay, clock.now()
    away(post, monkeypatch, at=begun)
    point(post, server, monkeypatch)
    change(letter, blocks=[{"id": "c", "kind": "coupon", "data": {"code": "GONE", "link": "/"}}])
    look(post, begun + 2 * standstill.A_WHILE)
    assert (stands(letter)[:2], server.taken) == (("held", "stale"), [])


def lost(monkeypatch, *, times, kept):
    """Of what is to begin the database refuses to commit, or keeps it and its answer is lost."""
    real, left = sending.outcomes.mark, [times]

    def mark(marks):
        mine = real(marks)
        if left[0] and any(told.state == "sending" for told in marks):
            left[0] -= 1
            (db.session.commit if kept else db.session.rollback)()
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))
        return mine

    monkeypatch.setattr(mail, "WAITS", (0.0,) * len(mail.WAITS))
    monkeypatch.setitem(mail._sources, "mailings", replace(mail._sources["mailings"], mark=mark))


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_an_answer_of_the_database_that_is_lost_leaves_nobody_unknown(post, monkeypatch, times, kept):
    letter, _ = going("ana", "beto", "carla")
    lost(monkeypatch, times=times, kept=kept)
    send(post)
    assert states(letter) == ["sent"] * 3
    assert {row.attempts for row in db.session.scalars(select(Recipient))} == {1}
    assert len(post.relay.taken) == 3


def test_what_another_settled_meanwhile_is_not_taken_back(post):
    letter, _ = going("ana")
    ids = claims.claim(5)
    db.session.commit()
    assert outcomes.mark([mail.Mark(ids[0], "sending")]) == {ids[0]}
    db.session.commit()
    due_now(state="unknown", lease_until=None)
    assert outcomes.mark([mail.Mark(ids[0], "sending")]) == set()
    db.session.commit()
    assert states(letter) == ["unknown"]
