"""The database does not take what became of letters, or its answer is lost: each leaves once, and is told as it is."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from kernel import clock, letter_sending, letters, mail
from kernel.db import db
from tests.kernel.test_mail import due_now, letter, post, send, state

__all__ = ["post"]


def failing(monkeypatch, times, *, kept=False, when=lambda told: True):
    """The database refuses the next commits of marks, or keeps them and the answer is lost (`kept`)."""
    left, real, commit = [times], letter_sending.mark, db.session.commit

    def mark(marks):
        mine = real(marks)
        if left[0] and any(when(told) for told in marks):
            left[0] -= 1
            db.session.commit = refuse
        return mine

    def refuse():
        db.session.commit = commit
        if kept:
            commit()
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(mail, "WAITS", (0.0,) * len(mail.WAITS))
    monkeypatch.setattr(db.session, "commit", commit, raising=False)
    monkeypatch.setitem(mail._sources, "letters", replace(mail._sources["letters"], mark=mark))
    return left


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_a_commit_that_fails_before_letters_leave_neither_keeps_nor_doubles_them(post, monkeypatch, times, kept):
    rows = [letter(f"a{number}@example.com") for number in range(3)]
    left = failing(monkeypatch, times, kept=kept, when=lambda told: told.state == "sending")
    assert send(post) == 3
    assert left == [0]
    assert sorted(to for _, [to] in post.relay.envelopes) == [f"a{number}@example.com" for number in range(3)]
    assert [(state(row), db.session.get(letters.Letter, row).attempts) for row in rows] == [("sent", 1)] * 3


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_a_commit_that_fails_after_a_letter_has_left_does_not_send_it_twice(post, monkeypatch, times, kept):
    row_id = letter()
    left = failing(monkeypatch, times, kept=kept, when=lambda told: told.state == "sent")
    send(post)
    assert left == [0]
    assert state(row_id) == "sent"
    due_now(lease_until=clock.now() - timedelta(minutes=1))
    send(post)
    assert len(post.relay.taken) == 1


def test_what_the_relay_put_off_is_put_off_also_when_that_could_not_be_kept_at_once(post, monkeypatch):
    post.relay.to["ana@example.com"] = "451 try later"
    row_id = letter()
    left = failing(monkeypatch, 3, when=lambda told: told.state == "deferred")
    send(post)
    assert left == [0]
    assert (state(row_id), db.session.get(letters.Letter, row_id).attempts) == ("deferred", 1)
    assert post.relay.taken == []
