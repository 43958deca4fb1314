"""The relay is away for days: no letter uses up its tries meanwhile, and all leave when it is back."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from kernel import account_letters, clock, jobs, letter_list, letter_sending, letters, mail, rates, tokens
from kernel.db import db
from tests.kernel import relay, test_leaving, test_smtp
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


def made(shop, **told):
    row = letters.write("mail/kernel/account", to="ana@example.com", kind="account.confirm", language="es",
                        data={"subject": "S", "button_url": "https://x"}, **told)  # fmt: skip
    db.session.commit()
    return row.id


def back_after(shop, wait, monkeypatch):
    """The relay is back so long after now: what it got."""
    with relay.serving() as server, clock.at(clock.now() + wait):
        point(shop, server, monkeypatch)
        mail._rest["until"] = 0.0
        send(shop)
        return list(server.taken)


def test_one_that_waited_for_too_long_ends_and_is_told(shop_without, monkeypatch):
    rows = [letter(f"a{number}@example.com") for number in range(2)]
    send(shop_without)
    assert {state(row) for row in rows} == {"deferred", "pending"}
    assert back_after(shop_without, letters.AGE + timedelta(minutes=1), monkeypatch) == []
    assert {state(row) for row in rows} == {"failed"}
    assert letter_list.count("failed") == 2
    row = db.session.get(letters.Letter, rows[0])
    assert row.answer == letters.LATE
    page = shop_without.admin.get(f"/admin/cafe/letters/{row.token}").get_data(as_text=True)
    assert "cinco días" in page
    assert "send-letter" in page


def test_it_ends_also_while_nobody_answers(shop_without):
    row_id = letter()
    send(shop_without)
    with clock.at(clock.now() + letters.AGE + timedelta(minutes=1)):
        mail._rest["until"] = 0.0
        send(shop_without)
    assert state(row_id) == "failed"


def test_whoever_sends_it_again_gives_it_all_its_time(shop_without, monkeypatch):
    row_id = made(shop_without)
    later = clock.now() + letters.AGE + timedelta(minutes=1)
    with clock.at(later):
        send(shop_without)
        assert state(row_id) == "failed"
        letters.again(db.session.get(letters.Letter, row_id))
        db.session.commit()
        mail._rest["until"] = 0.0
        send(shop_without)
        assert state(row_id) == "deferred"
    assert len(back_after(shop_without, letters.AGE * 1.9, monkeypatch)) == 1


def test_what_holds_until_a_moment_does_not_leave_after_it(shop_without, monkeypatch):
    end = clock.now() + timedelta(hours=1)
    short, long = made(shop_without, not_after=end), made(shop_without)
    send(shop_without)
    assert len(back_after(shop_without, timedelta(hours=1), monkeypatch)) == 1
    assert (state(short), state(long)) == ("failed", "sent")
    row = db.session.get(letters.Letter, short)
    with time_machine.travel(end, tick=False):
        page = shop_without.admin.get(f"/admin/cafe/letters/{row.token}").get_data(as_text=True)
        assert "send-letter" not in page
        assert shop_without.admin.post(f"/admin/cafe/letters/{row.token}/sending").status_code == 409


def test_one_with_a_moment_leaves_before_it_however_often_it_was_tried(shop_without, monkeypatch):
    row_id = made(shop_without, not_after=clock.now() + timedelta(hours=1))
    for minutes in (0, 10, 20):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            mail._rest["until"] = 0.0
            send(shop_without)
    assert db.session.get(letters.Letter, row_id).data == {
        "not_after": db.session.get(letters.Letter, row_id).data["not_after"]
    }
    assert len(back_after(shop_without, timedelta(minutes=59), monkeypatch)) == 1


def test_a_key_leaves_only_while_it_opens_something(shop):
    test_leaving.keys(shop)
    account_letters.later("new_address", shop.owner_id, "nueva@example.com")
    jobs.run_due()
    shop.enter()
    rows = {row.kind: row for row in db.session.scalars(select(letters.Letter))}
    purposes = {"login": "shopper", "subscribe": "subscribe", letters.INVITATION: "invitation",
                "account.reset": "reset", "account.new_address": "email"}  # fmt: skip
    for kind, purpose in purposes.items():
        with clock.at(rows[kind].created_at + tokens.LIFE[purpose] - timedelta(minutes=1)):
            assert not rows[kind].over, kind
        with clock.at(rows[kind].created_at + tokens.LIFE[purpose] + timedelta(minutes=1)):
            assert rows[kind].over, kind
