"""A reader of facts by cursor loses none, however late its transaction ends, and does nothing twice."""

import time

import pytest
from sqlalchemy import insert, update

from crm import cursors, facts
from crm.cursors import FactCursor
from crm.facts import Fact
from kernel import clock, tenancy
from kernel.db import db

KINDS = ["viewed", "searched"]
SERVER = pytest.mark.parametrize("app", ["pg"], indirect=True)  # in SQLite nobody writes beside an open transaction


class Reader:
    """Keeps what it read under the fact's id: a unique key."""

    def __init__(self):
        self.kept = {}

    def run(self):
        """The facts that it had not kept yet."""
        read = {fact.id: fact.kind for fact in cursors.read("reader", KINDS)}
        new = {key: kind for key, kind in read.items() if key not in self.kept}
        self.kept |= read
        db.session.commit()
        return sorted(new.values())


def _late(shop, connection):
    """A fact whose id is made now, in a transaction of another connection that is still open."""
    connection.exec_driver_sql(f"SELECT set_config('app.tenant_id', '{shop.tenant_id}', true)")
    row = {"id": facts.new_id(), "at": clock.now(), "tenant_id": shop.tenant_id, "kind": "searched", "data": {}}
    connection.execute(insert(Fact.__table__), {**row, "about_kind": "", "currency": "", "source": ""})


def _held_open(shop, reader):
    """What a reader finds before, while and after a transaction stays open beside it for a minute of ids."""
    facts.record("viewed")
    db.session.commit()
    with db.engine.connect() as other, other.begin():
        _late(shop, other)
        time.sleep(0.002)  # ids count milliseconds
        facts.record("viewed")
        db.session.commit()
        while_open = reader.run()
    return while_open, reader.run(), reader.run()


@SERVER
def test_a_transaction_held_open_loses_no_fact(shop):
    assert _held_open(shop, Reader()) == (["viewed", "viewed"], ["searched"], [])


@SERVER
def test_without_going_back_it_would_be_lost(shop, monkeypatch):
    monkeypatch.setattr(facts, "REREAD_MINUTES", 0)
    assert _held_open(shop, Reader()) == (["viewed", "viewed"], [], [])


def test_a_fact_of_a_minute_ago_is_found_one_of_an_hour_ago_is_not_sought(shop):
    reader = Reader()
    facts.record("viewed")
    reader.run()
    for minutes in (1, 9, 60):
        old = Fact(id=facts.new_id() - (minutes * 60_000 << 22), kind="searched", data={"ago": minutes})
        db.session.add(old)
    db.session.commit()
    assert sorted(fact.data["ago"] for fact in cursors.read("reader", ["searched"])) == [1, 9]


def test_many_pages_are_read_in_order_and_the_position_never_goes_back(shop, monkeypatch):
    monkeypatch.setattr(cursors, "PAGE", 2)
    for _ in range(5):
        facts.record("viewed")
    facts.record("ordered")
    found = [fact.id for fact in cursors.read("reader", KINDS)]
    assert len(found) == 5
    assert found == sorted(found)
    assert cursors.position("reader") == found[-1]
    cursors.move("reader", 7)
    assert cursors.position("reader") == found[-1]


def test_each_shop_has_its_own_cursor(rival, shop):
    facts.record("viewed")
    assert len(list(cursors.read("reader", KINDS))) == 1
    db.session.commit()
    rival.enter()
    assert tenancy.current() == rival.tenant_id
    assert cursors.position("reader") == 0
    assert list(cursors.read("reader", KINDS)) == []


def _old(minutes):
    """A fact that was made some minutes ago and can be seen only now."""
    db.session.add(Fact(id=facts.new_id() - (minutes * 60_000 << 22), kind="searched"))
    db.session.commit()


def test_who_only_looks_is_given_each_fact_once_and_what_failed_again(shop):
    given, fails = [], [False]

    def verb():
        given.append(len(list(cursors.read("reader", KINDS))))
        if fails[0]:
            raise OSError("the disk is full")

    def look():
        before = len(given)
        cursors.look("reader", KINDS, verb)
        return given[before:]

    assert look() == []
    facts.record("viewed")
    db.session.commit()
    assert (look(), look()) == ([1], [])
    _old(5)  # its transaction ended late
    assert (look(), look()) == ([2], [])
    _old(6)
    fails[0] = True
    with pytest.raises(OSError, match="full"):
        look()
    fails[0] = False
    assert (look(), look()) == ([3], [])
    facts.record("viewed")
    db.session.commit()
    assert look() == [4]
    db.session.execute(update(FactCursor).values(position=FactCursor.position - 1))  # as after a restore
    db.session.commit()
    assert (look(), look()) == ([4], [])
