"""A restored database sends no letter to many by itself: each waits for a person, and then goes once."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from campaigns import automations, enrolments, mailings, scheduling, standstill
from campaigns.automations import Enrolment
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import backup, clock, held, jobs, mail, tenancy
from kernel.db import db
from tests.campaigns.letters import mailing, person
from tests.campaigns.test_sending import addressed, going
from tests.kernel import relay
from tests.kernel.places import PHRASE, bring, empty, restored

__all__ = ["empty"]


@pytest.fixture
def snapshot(app, shop, tmp_path, monkeypatch):
    """A backup of a shop with letters in every state: half sent, scheduled for now, and one that goes by itself."""
    monkeypatch.setitem(mail._rest, "until", 0.0)
    monkeypatch.setattr(standstill, "_seen", {})
    going("ana", "beto", "carla", name="half", gathered_at=clock.now())
    first, second, _third = db.session.scalars(select(Recipient).order_by(Recipient.id))
    first.state, first.lease_until = "sending", clock.now()
    second.state, second.lease_until = "claimed", clock.now()
    soon = mailing(name="soon", state="scheduled", scheduled_at=clock.now())
    jobs.later("campaigns.start", soon.id, at=clock.now(), key="soon")
    alone = mailing(name="alone", kind="automation", state="live")
    addressed(alone, "dora")
    series = automations.make("welcome", {"es": "Hola"}, "welcome", on=True, on_since=clock.now())
    automations.write_step(series, alone, 0)
    later = automations.write_step(series, mailing(name="later", kind="automation", state="live"), 1)
    assert enrolments.enrol(series, person("elsa"), "welcome", since=clock.now() - later.delay)
    db.session.commit()
    backup.write(app, tmp_path / "b", PHRASE)
    return tmp_path / "b"


def busy(shop, server, made):
    """Everything that a worker does by itself there."""
    known = made.extensions["plaza.settings"]
    made.extensions["plaza.settings"] = replace(known, smtp_url=f"smtp://127.0.0.1:{server.port}")
    jobs.run_due()
    mail.send()
    tenancy.enter(shop.tenant_id)


def states():
    return {row.name: (row.state, row.note) for row in db.session.scalars(select(Mailing))}


def test_nothing_leaves_by_itself_and_a_person_lets_each_go_once(shop, snapshot, empty):
    bring(empty, snapshot)
    with restored(empty) as made, relay.serving() as server:
        busy(shop, server, made)
        assert server.taken == []
        assert states() == {
            "half": ("held", "restored"), "soon": ("held", "restored"), "alone": ("draft", "restored"),
            "later": ("draft", "restored"),
        }  # fmt: skip
        assert not automations.coded("welcome").on
        half = db.session.scalars(select(Mailing).where(Mailing.name == "half")).one()
        half_id = half.id
        scheduling.resume(half, by=shop.owner)
        series = automations.coded("welcome")
        series.on, series.on_since = True, clock.now()  # and so do the letters of the series, for whoever comes now
        for step in automations.steps(series):
            mailings.move(step.mailing, "open")
        db.session.commit()
        tenancy.leave()
        busy(shop, server, made)
        got = sorted(to for _, (to,) in server.envelopes)
        assert got == ["beto@example.com", "carla@example.com"]  # of ana's letter nobody knows
        rows = db.session.scalars(select(Recipient).where(Recipient.mailing_id == half_id).order_by(Recipient.id))
        assert [row.state for row in rows] == ["unknown", "sent", "sent"]
        assert [(row.state, row.reason) for row in db.session.scalars(select(Enrolment))] == [("stopped", "off")]
        doras = select(Recipient).where(Recipient.email == "dora@example.com")
        assert [(row.state, row.reason) for row in db.session.scalars(doras)] == [("skipped", "stopped")]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_without_holding_back_they_would_leave(shop, snapshot, empty, monkeypatch):
    monkeypatch.setattr(held, "all_of", lambda _connection: {})
    bring(empty, snapshot)
    with restored(empty) as made, relay.serving() as server:
        busy(shop, server, made)
        assert len(server.taken) >= 2


def test_the_states_are_those_of_the_table():
    assert {"held"} <= {after for (before, verb), after in mailings.MOVES.items() if verb == "hold"}
