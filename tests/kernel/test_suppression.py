"""Who may not be written to: known by a keyed hash alone, per shop, marketing within all."""

import pytest
from sqlalchemy import select

from kernel import suppression
from kernel.db import db


def test_what_stops_all_stops_marketing_too_and_not_the_other_way(shop):
    suppression.add("bounced@example.com", "all", "bounced")
    suppression.add("quiet@example.com", "marketing", "unsubscribed")
    assert suppression.blocks("bounced@example.com")
    assert suppression.blocks("bounced@example.com", "marketing")
    assert suppression.blocks("quiet@example.com", "marketing")
    assert not suppression.blocks("quiet@example.com")


@pytest.mark.parametrize("written", ["ANA@example.com", " ana@example.com ", "Ana@Example.COM"])
def test_an_address_is_the_same_however_it_is_written(shop, written):
    suppression.add("ana@example.com", "all", "complained")
    suppression.add(written, "all", "again")
    assert suppression.blocks(written)
    rows = db.session.scalars(select(suppression.Suppression)).all()
    assert [row.reason for row in rows] == ["complained"]  # the first reason stays
    assert "ana" not in rows[0].address_hmac


def test_a_shop_knows_nothing_of_anothers(rival, shop):
    suppression.add("ana@example.com", "all", "bounced")
    db.session.commit()
    rival.enter()
    assert not suppression.blocks("ana@example.com")


def test_it_can_be_lifted_because_the_person_asked(shop):
    suppression.add("ana@example.com", "marketing", "unsubscribed")
    suppression.lift("ana@example.com", "marketing")
    assert not suppression.blocks("ana@example.com", "marketing")


def test_a_scope_that_nobody_knows_is_refused(shop):
    with pytest.raises(ValueError, match="scope"):
        suppression.add("ana@example.com", "some", "x")
