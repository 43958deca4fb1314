"""The relay is away while a mailing is on its way: nobody's tries are used up, and everybody has it when it is back."""

from sqlalchemy import select

from campaigns import claims, outcomes
from campaigns.recipients import Recipient
from kernel import clock, mail
from kernel.db import db
from tests.campaigns.test_sending import due_now, going, post, send, states
from tests.kernel import relay
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
