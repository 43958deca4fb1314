"""Statements beside the guard between tenants name their tenant themselves: with a neighbour's ids they find nothing."""

from types import SimpleNamespace

import pytest

from campaigns import ledger
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, facts, picks, tastes, visitors
from kernel import bulk, clock, tenancy
from kernel.db import db
from shop import histories, picking

SENT = bulk.change(Recipient, state="sent")


@pytest.fixture
def theirs(rival, shop):
    """Somebody of the neighbour's with tastes, looks, and a letter on its way."""
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        contact = rival.contact()
        tastes.say(contact, ["espresso"])
        facts.record("viewed", contact=contact, about=rival.product())
        visitor, token = visitors.begin()
        visitors.adopt(visitor, contact)
        consent.record(contact, "behaviour", True, form="banner")
        db.session.commit()
        picking.make([("contact_id", contact.id)])
        letter = Mailing(name="Lo nuevo")
        db.session.add(letter)
        db.session.flush()
        row = Recipient(mailing_id=letter.id, contact_id=contact.id, email=contact.email, state="claimed")
        db.session.add(row)
        db.session.commit()
        found = SimpleNamespace(id=contact.id, __tablename__="contact", row_id=row.id, token=token)
    tenancy.enter(shop.tenant_id)
    return found


def seen(who):
    met, kept = visitors.met(who.token), picks.of(who)
    known = met is not None and met.contact.id == who.id and met.kept == kept
    over, now = [{"id": who.row_id, "state": "unknown", "answer": "", "print": None, "said": None}], clock.now()
    ended = len(bulk.gained(ledger.TURN, over, lease=now, until=now, now=now))
    rows = [row.code for row in tastes.brief(who)], len(histories.of(who, None)), ended, bulk.run(SENT, [who.row_id])
    return (*rows, known, kept is not None)


def test_a_neighbours_ids_find_and_change_nothing(rival, shop, theirs):
    assert seen(theirs) == ([], 0, 0, 0, False, False)
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        assert seen(theirs) == (["espresso"], 1, 1, 1, True, True)
    tenancy.enter(shop.tenant_id)
