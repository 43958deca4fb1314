"""The relay is away for days: no letter uses up its tries meanwhile, and all leave when it is back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from kernel import clock, letter_sending, letters, mail, rates
from kernel.db import db
from tests.kernel import relay, test_smtp
from tests.kernel.test_mail import letter, point, send, state

DAYS = 3


@pytest.fixture
def shop_without(shop, monkeypatch):
    """The shop, pointed at a port where nobody listens."""
    monkeypatch.setitem(mail._rest, "until", 0.0)
    return point(shop, relay.Relay(port=relay.free_port()), monkeypatch)


def days_pass(shop):
    """Have the sender look at what waits every hour for days; how often it met the letters."""
    begun, met = clock.now(), 0
    for hour in range(24 * DAYS):
        mail._rest["until"] = 0.0
        with clock.at(begun + timedelta(hours=hour)):
            met += send(shop)
    mail._rest["until"] = 0.0
    return begun + timedelta(days=DAYS), met


def tried(row_id):
    row = db.session.get(letters.Letter, row_id)
    db.session.refresh(row)
    return row.state, row.attempts


def test_nobody_answers_for_days_and_then_every_letter_leaves(shop_without, monkeypatch):
    rows = [letter(f"a{number}@example.com") for number in range(2)]
    end, met = days_pass(shop_without)
    assert met >= 24 * DAYS
    assert {tried(row) for row in rows} <= {("deferred", 0), ("pending", 0)}
    assert "refused" in db.session.get(letters.Letter, rows[0]).answer
    with relay.serving() as server, clock.at(end):
        point(shop_without, server, monkeypatch)
        send(shop_without)
        assert len(server.taken) == 2
    assert {state(row) for row in rows} == {"sent"}


@pytest.mark.parametrize("script", [{"MAIL": "421 4.3.2 going down"}, {"MAIL": "454 4.7.0 no log-in now"},
                                    {"MAIL": "452 4.3.1 no room"}, {"EHLO": "421 later", "HELO": "421 later"},
                                    {"MAIL": "hang up"}, {"most": 0}])  # fmt: skip
def test_one_that_takes_no_letters_uses_up_no_try(shop, monkeypatch, script):
    monkeypatch.setitem(mail._rest, "until", 0.0)
    rates.forget()
    with test_smtp.server(**script) as (made, _relay):
        point(shop, None, monkeypatch, f"smtp://127.0.0.1:{made.server_address[1]}")
        row_id = letter()
        send(shop)
        assert tried(row_id) == ("deferred", 0)
        assert mail.resting()
        assert rates._resting == {}  # it was not the mailbox's domain that spoke
        row = db.session.get(letters.Letter, row_id)
        assert clock.now() < row.run_at <= clock.now() + mail.AGAIN


@pytest.mark.parametrize("script", [{"MAIL": "550 you may not"}, {"RCPT": "451 4.2.2 full"},
                                    {"DATA": "451 later"}, {"after": "451 later"}])  # fmt: skip
def test_what_is_said_of_a_letter_does(shop, monkeypatch, script):
    monkeypatch.setitem(mail._rest, "until", 0.0)
    with test_smtp.server(**script) as (made, _relay):
        point(shop, None, monkeypatch, f"smtp://127.0.0.1:{made.server_address[1]}")
        row_id = letter()
        send(shop)
        assert tried(row_id) == ("deferred", 1)


def test_what_was_claimed_long_ago_is_not_remembered(shop):
    letter_sending._leases.clear()
    old = letter()
    assert letter_sending.claim(5) == [old]
    db.session.execute(update(letters.Letter).values(state="sent"))
    new = letter("b@example.com")
    with clock.at(clock.now() + 2 * letter_sending.LEASE):
        assert letter_sending.claim(5) == [new]
    assert set(letter_sending._leases) == {new}
