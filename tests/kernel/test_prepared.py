"""Statements made once for a driver say and hear what SQLAlchemy would: values, defaults, errors, who listens."""

import pytest
from sqlalchemy import bindparam, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kernel import beside, clock, jobs, signing, transactions
from kernel.db import db
from shop import cart as carts
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine


def test_a_row_is_filled_as_the_session_would_fill_it(shop):
    service = shop.service("Sala", "appointment", resource=shop.resource())
    told = {"service_id": service.id, "state": "held", "places": 1, "starts_at": shop.when(2), "ends_at": shop.when(3)}
    made, usual = beside.put(Booking(**told, held_until=None, answers={"a": "ñ"})), Booking(**told, answers={"a": "ñ"})
    db.session.add(usual)
    db.session.commit()
    names = [column.name for column in Booking.__table__.columns if column.name not in {"id", "token", "created_at"}]
    assert [getattr(made, name) for name in names] == [getattr(usual, name) for name in names]
    assert len(made.token) == len(usual.token)
    assert abs((made.created_at - usual.created_at).total_seconds()) < 60


def test_one_like_it_is_left_alone(shop):
    told = {"name": "bookings.lapse", "args": "[]", "unique_key": "k", "run_at": clock.now()}
    key = beside.add(jobs.Job, unless=("name", "unique_key"), **told)
    assert beside.add(jobs.Job, unless=("name", "unique_key"), **told) is None
    assert db.session.scalars(select(jobs.Job.id)).all() == [key]


def test_what_the_database_refuses_is_told_as_ever_and_listeners_hear_it(shop):
    cart, heard = carts.begin()[0], []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: heard.append(words[2]))
    with pytest.raises(IntegrityError), beside.attempt():
        beside.new(CartLine, cart_id=cart.id, variant_id=1, quantity=0, seen_minor=0)
    event.remove(db.engine, "before_cursor_execute", hear)
    assert any(words.startswith("INSERT INTO cart_line") for words in heard)
    assert beside.column(select(func.count(Cart.id)).where(Cart.tenant_id == bindparam("tenant"))) == [1]


@pytest.mark.parametrize("app", ["pg"], indirect=True)
@pytest.mark.parametrize("begun", [True, False])
def test_a_line_that_broke_is_not_met_again(shop, begun, monkeypatch):
    monkeypatch.setattr(transactions, "RESTED", 3600.0)  # however slow the machine: nobody asks the line beforehand
    db.session.remove()
    db.engine.dispose()  # the pool holds no other that would be taken instead
    mine = db.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    if not begun:
        db.session.commit()
    beside_it = create_engine(db.engine.url)
    with beside_it.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
    beside_it.dispose()
    with pytest.raises(DBAPIError) as told:
        beside.add(Cart, token_hash=signing.token())
    assert told.value.connection_invalidated
    db.session.rollback()
    assert beside.add(Cart, token_hash=signing.token())


@pytest.mark.parametrize("asked", [[2, 3, 70_000, 2**40], [3], []])
def test_a_list_is_one_value(shop, asked):
    """Numbers and words of any count; what is left out is left out."""
    for number in range(1, 5):
        beside.add(jobs.Job, name=f"kind.{number}", args="[]", run_at=clock.now())
    every = [*beside.column(select(jobs.Job.id).order_by(jobs.Job.id))]
    among = select(jobs.Job.id).where(jobs.Job.id.in_(bindparam("ids", expanding=True))).order_by(jobs.Job.id)
    others = select(jobs.Job.id).where(jobs.Job.id.not_in(bindparam("ids", expanding=True))).order_by(jobs.Job.id)
    assert beside.column(among, ids=asked) == [one for one in every if one in asked]
    assert beside.column(others, ids=asked) == [one for one in every if one not in asked]
    named = select(jobs.Job.id).where(jobs.Job.name.in_(bindparam("names", expanding=True))).order_by(jobs.Job.id)
    assert beside.column(named, names=["kind.2", "kind.4", "ñ'\""]) == [every[1], every[3]]
