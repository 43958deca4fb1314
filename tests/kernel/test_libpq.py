"""Statements that PostgreSQL knows by name outlive what makes its server forget others, and say what it refuses."""

import threading
import time

import pytest
from flask import g
from sqlalchemy import Integer, Text, bindparam, create_engine, func, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from kernel import beside, libpq, limits, prepared, signing, tenancy
from kernel.db import db
from shop.cart_rows import Cart, CartLine
from shop.catalog import Product

pytestmark = pytest.mark.parametrize("app", ["pg"], indirect=True)
NAMES = "SELECT count(*) FROM pg_prepared_statements WHERE starts_with(name, 'plaza')"


@pytest.fixture(autouse=True)
def one_line(app):
    """The pool holds no other that could be taken instead."""
    db.session.remove()
    db.engine.dispose()


def cart(hashed=""):
    return beside.add(Cart, token_hash=hashed or signing.token())


def carts():
    return beside.column(select(func.count(Cart.id)).where(Cart.tenant_id == bindparam("tenant")))[0]


def by_name():
    """How many statements of ours the server knows on this line."""
    return db.session.connection().exec_driver_sql(NAMES).scalar()


def often():
    """So often that psycopg, too, has names on the line, which it lets go together with all others."""
    for _ in range(8):
        db.session.connection().exec_driver_sql("SELECT 1")


def test_a_rollback_forgets_nothing(shop):
    cart()
    often()
    db.session.rollback()
    assert by_name() >= 1
    assert (carts(), cart() > 0, carts()) == (0, True, 1)


@pytest.mark.parametrize("way", ["savepoint", "alter"])
@pytest.mark.parametrize("named", [True, False])
def test_what_the_server_forgot_is_told_it_again(shop, way, named):
    cart()
    if named:
        often()
    if way == "alter":
        db.session.connection().exec_driver_sql("RESET ROLE")
        db.session.connection().exec_driver_sql("ALTER TABLE cart ALTER COLUMN revision SET STATISTICS 100")
    else:
        with pytest.raises(IntegrityError), beside.attempt():
            beside.add(CartLine, cart_id=1, variant_id=1, quantity=0, seen_minor=0)
    before = by_name()
    assert (before == 0) is named
    assert (cart() > 0, carts(), by_name()) == (True, 2, before + (2 if named else 1))


def test_what_the_server_forgot_is_told_it_again_alone(shop):
    counters = limits.TableStorage()
    counted = [counters.incr("a", 60), counters.incr("a", 60)]
    often()
    with pytest.raises(IntegrityError), beside.attempt():
        beside.add(CartLine, cart_id=1, variant_id=1, quantity=0, seen_minor=0)
    assert by_name() == 0
    db.session.remove()
    assert [*counted, counters.incr("a", 60)] == [1, 2, 3]


@pytest.fixture
def flights(monkeypatch):
    """How many statements went at once, each time that some went together."""
    real, told = libpq.Line._flight, []

    def flown(line, sent):
        told.append(len(sent))
        return real(line, sent)

    monkeypatch.setattr(libpq.Line, "_flight", flown)
    return told


def posted(hashed=""):
    beside.post(Cart, token_hash=hashed or signing.token())


@pytest.mark.parametrize(
    "reading", [carts, lambda: db.session.scalar(select(func.count(Cart.id)))], ids=["beside", "by a cursor"]
)
def test_what_is_posted_goes_with_what_is_asked_next(shop, flights, reading):
    carts()
    flights.clear()  # the transaction began with that
    posted()
    posted()
    assert flights == []
    assert (reading(), sum(flights) >= 2, len(flights)) == (2, True, 1)
    db.session.commit()
    assert (len(flights), carts()) == (1, 2)


def test_what_is_posted_is_there_after_the_commit_and_not_after_a_rollback(shop):
    posted()
    db.session.rollback()
    posted()
    db.session.commit()
    posted()
    with pytest.raises(LookupError):
        in_vain()
    posted()
    db.session.commit()
    assert carts() == 3


def in_vain():
    with beside.attempt():
        posted("x")
        posted("x")
        raise LookupError


@pytest.mark.parametrize("first", ["beside", "cursor", "savepoint", "posted", "soon"])
def test_whatever_comes_first_in_a_transaction_stands_behind_the_wall(rival, shop, flights, first):
    """It begins with what is asked first: nothing goes out before the wall stands."""
    cart()
    db.session.commit()
    flights.clear()
    every = select(func.count(Cart.id))  # it names no tenant: PostgreSQL's own wall is all that stands
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        if first == "savepoint":
            db.session.begin_nested()
        elif first == "posted":
            posted()
        found = {
            "beside": lambda: beside.plain(every)[0][0],
            "soon": lambda: beside.soon(every)()[0][0],
        }.get(first, lambda: db.session.connection().exec_driver_sql("SELECT count(*) FROM cart").scalar())()
        assert found == (first == "posted")
        assert db.session.connection().exec_driver_sql("SELECT current_user").scalar() == "plaza_app"
        db.session.rollback()
    tenancy.enter(shop.tenant_id)
    assert carts() == 1


def test_where_nothing_is_asked_nothing_begins(shop, flights):
    db.session.connection()
    line = libpq.line(db.session.connection().connection)
    db.session.commit()
    assert (flights, line.raw.pgconn.transaction_status) == ([], 0)


def test_the_commit_goes_with_what_waits(shop, flights):
    carts()
    flights.clear()
    posted()
    db.session.commit()
    assert flights == [2]
    db.session.remove()
    assert carts() == 1


def test_what_is_asked_for_later_is_heard_with_what_is_asked_next(shop, flights):
    cart()
    flights.clear()
    every = select(func.count(Cart.id)).where(Cart.tenant_id == bindparam("tenant"))
    one, other = beside.soon(every), beside.soon(every)
    assert flights == []
    assert (one(), other(), flights) == ([(1,)], [(1,)], [2])
    lost = beside.soon(every)
    db.session.rollback()
    with pytest.raises(LookupError):
        lost()


def test_what_is_refused_of_it_is_told_when_it_is_wanted(shop):
    wrong = beside.soon(select(func.div(1, bindparam("by", type_=Integer))), by=0)
    with pytest.raises(DataError, match="division by zero"):
        wrong()
    db.session.rollback()
    assert carts() == 0


def test_a_row_whose_key_was_asked_for_waits_with_the_others(shop, flights):
    carts()
    flights.clear()
    beside.expect(Cart)
    made = beside.new(Cart, token_hash="one")
    again = beside.new(Cart, token_hash="two")  # only one was expected: this one's key is waited for
    assert (flights, again.id > made.id, carts()) == ([1, 2], True, 2)
    made.codes = ["MAYO"]
    db.session.commit()
    assert [row.codes for row in db.session.scalars(select(Cart).order_by(Cart.id))] == [["MAYO"], []]
    beside.expect(Cart)
    db.session.rollback()
    assert "expected" not in db.session().info


HELD = text("SELECT pg_advisory_xact_lock(1)")
WAITS = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


def test_who_waits_for_another_of_the_same_process_lets_it_go_on(app, flights):
    """Were the whole process kept waiting, the other could never end what is waited for."""
    held = threading.Event()

    def other():
        with db_engine.begin() as bare:
            bare.execute(HELD)
            held.set()
            while not bare.execute(WAITS).scalar():
                time.sleep(0.02)

    db_engine, thread = db.engine, threading.Thread(target=other)
    thread.start()
    assert held.wait(60)
    with db.engine.connect() as mine:
        mine.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        line = libpq.line(mine.connection)
        line.send("SELECT 1", ())
        assert (len(line.ask(HELD.text, ())), flights) == (1, [2])
    thread.join()


@pytest.mark.parametrize("then", ["asked", "by a cursor", "committed"])
def test_what_is_refused_of_it_is_raised_by_the_next(shop, then):
    one = signing.token()
    cart(one)
    posted(one)
    posted()
    next_ = {"asked": carts, "by a cursor": by_name, "committed": db.session.commit}[then]
    with pytest.raises(IntegrityError, match="token_hash"):
        next_()
    db.session.rollback()
    assert (carts(), cart(one) > 0) == (0, True)


def test_where_nobody_listens_nothing_waits(shop):
    beside_it = create_engine(db.engine.url)
    how = prepared.inserting(Cart, beside_it.dialect)
    with beside_it.connect() as bare:
        how.send(bare, how.whole({"tenant_id": shop.tenant_id, "token_hash": "x" * 40}))
        bare.commit()
    beside_it.dispose()
    assert carts() == 1


def test_a_nul_is_refused_as_ever(shop):
    with pytest.raises(DataError):
        cart("a\x00b")
    assert carts() == 0


def test_what_is_refused_ends_what_was_begun_and_the_line_goes_on(shop):
    one = signing.token()
    cart(one)
    with pytest.raises(IntegrityError, match="token_hash"):
        cart(one)
    db.session.rollback()
    assert (carts(), cart(one) > 0) == (0, True)


def test_a_line_that_broke_is_told_as_one_each_time(app):
    psycopg = pytest.importorskip("psycopg")
    raw = psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    line = libpq.Line(raw)
    [(pid,)] = line.ask("SELECT pg_backend_pid()", ())
    with db.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            line.ask("SELECT pg_backend_pid()", ())
    raw.close()


def alone(told, **values):
    """What a question finds in a transaction of its own, where reading is all that is done."""
    g.reads = True
    try:
        return beside.glance(told, **values)
    finally:
        g.pop("reads")


LEFT = select(func.div(1, bindparam("by", type_=Integer)))
ROLE = select(func.current_user(), func.current_setting("transaction_read_only"), func.pg_backend_pid())


def test_a_question_alone_stands_behind_the_wall_and_may_only_read(rival, shop):
    ours = shop.product("Nuestro").id
    db.session.commit()
    db.session.remove()
    role, reads, line = alone(ROLE)[0]
    assert (role, reads) == ("plaza_app", "on")
    every = select(Product.id)  # it names no tenant: PostgreSQL's own wall is all that stands
    assert (alone(every), alone(ROLE)[0][2]) == ([(ours,)], line)
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        assert alone(every) == []
    tenancy.enter(shop.tenant_id)
    with pytest.raises(DBAPIError, match="read-only"):
        alone(select(func.nextval("cart_id_seq")))


def test_what_is_refused_alone_is_told_as_ever_and_the_line_goes_on(shop):
    db.session.remove()
    before = alone(ROLE)
    with pytest.raises(DataError, match="division by zero"):
        alone(LEFT, by=0)
    with pytest.raises(DataError):
        alone(select(bindparam("text", type_=Text)), text="a\x00b")
    assert (alone(LEFT, by=1), alone(ROLE)) == ([(1,)], before)


def test_a_line_that_broke_alone_is_another(shop):
    db.session.remove()
    [[_role, _reads, line]] = alone(ROLE)
    with db.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({line})")
    [[_role, _reads, again]] = alone(ROLE)
    assert again != line
