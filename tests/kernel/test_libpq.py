"""Statements that PostgreSQL knows by name outlive what makes its server forget others, and say what it refuses."""

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DataError, IntegrityError

from kernel import beside, libpq, signing
from kernel.db import db
from shop.cart_rows import Cart, CartLine

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
