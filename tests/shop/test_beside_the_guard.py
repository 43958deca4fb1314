"""Statements beside the guard between tenants name their tenant themselves: with a neighbour's ids they find nothing."""

from types import SimpleNamespace

import pytest

from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import facts, tastes
from kernel import bulk, tenancy
from kernel.db import db
from shop import histories

SENT = bulk.change(Recipient, state="sent")


@pytest.fixture
def theirs(rival, shop):
    """Somebody of the neighbour's with tastes, looks, and a letter on its way."""
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        contact = rival.contact()
        tastes.say(contact, ["espresso"])
        facts.record("viewed", contact=contact, about=rival.product())
        letter = Mailing(name="Lo nuevo")
        db.session.add(letter)
        db.session.flush()
        row = Recipient(mailing_id=letter.id, contact_id=contact.id, email=contact.email)
        db.session.add(row)
        db.session.commit()
        found = SimpleNamespace(id=contact.id, __tablename__="contact", row_id=row.id)
    tenancy.enter(shop.tenant_id)
    return found


def seen(who):
    return [row.code for row in tastes.brief(who)], len(histories.of(who, None)), bulk.run(SENT, [who.row_id])


def test_a_neighbours_ids_find_and_change_nothing(rival, shop, theirs):
    assert seen(theirs) == ([], 0, 0)
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        assert seen(theirs) == (["espresso"], 1, 1)
    tenancy.enter(shop.tenant_id)
