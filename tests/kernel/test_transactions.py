"""Return commits, raise rolls back; a GET cannot write; what comes from another site is refused."""

import threading
from contextlib import nullcontext

import pytest
from flask import flash, session
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from crm.contacts import Contact
from kernel import libpq, tenancy, transactions
from kernel.db import db
from kernel.origins import same_origin
from kernel.refusal import Refusal
from kernel.tenancy import Tenant


@pytest.fixture
def count(app):
    """A tenant, and how many contacts it has."""
    tenancy.leave()
    tenant = Tenant(slug="uno", name="uno", country="CR", currency="CRC", timezone="America/Costa_Rica")
    db.session.add(tenant)
    db.session.commit()
    tenancy.enter(tenant.id)

    def number():
        found = db.session.scalar(select(func.count()).select_from(Contact))
        db.session.commit()
        return found

    yield number
    tenancy.leave()


def view(app, method, body):
    """Ask a view of the test's own, in a request of its own, through the house's dispatch."""
    with app.test_request_context("/", method=method, base_url="http://uno.plaza.localhost:8000") as context:
        from kernel import aside, web

        web.enter(aside.at("uno.plaza.localhost:8000", "plaza.localhost:8000")[0])
        app.view_functions["test"] = body
        context.request.routing_exception = None
        context.request.url_rule = type("Rule", (), {"endpoint": "test", "provide_automatic_options": False})()
        context.request.view_args = {}
        try:
            return app.dispatch_request(), dict(session)
        finally:
            app.view_functions.pop("test")


def write():
    db.session.add(Contact(token="t", name="x"))
    db.session.flush()


def test_what_returns_is_kept(app, count):
    def good():
        write()
        return "ok"

    in_thread(lambda: view(app, "POST", good))
    assert count() == 1


@pytest.mark.parametrize("error", [Refusal("no"), RuntimeError("crash")])
def test_what_raises_is_rolled_back_with_its_flash(app, count, error):
    kept = {}

    def bad():
        write()
        flash("saved")
        raise error

    def ask():
        with pytest.raises(type(error)):
            view(app, "POST", bad)

    in_thread(ask)
    assert count() == 0
    assert kept == {}


def test_a_get_that_writes_fails_at_once(app, count):
    def ask():
        with pytest.raises(DBAPIError):
            view(app, "GET", lambda: write() or "ok")

    in_thread(ask)
    assert count() == 0


def in_thread(verb):
    """Run outside this test's application context, and raise what it raised."""
    errors = []
    db.session.commit()

    def run():
        try:
            verb()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


HOST = "a.plaza.localhost:8000"
CASES = [
    ("same-origin", None, True),
    ("same-origin", "null", True),
    ("same-site", f"http://{HOST}", False),
    ("cross-site", f"http://{HOST}", False),
    ("none", f"http://{HOST}", False),
    ("", f"http://{HOST}", False),
    (None, f"http://{HOST}", True),
    (None, f"http://{HOST.upper()}", True),
    (None, "null", False),
    (None, None, False),
    (None, "http://b.plaza.localhost:8000", False),
    (None, f"http://{HOST}.evil.test", False),
    (None, "http://a.plaza.localhost", False),
]


@pytest.mark.parametrize(("site", "origin", "fine"), CASES)
def test_only_our_own_pages_may_write(site, origin, fine):
    assert same_origin(site, origin, HOST) is fine


@pytest.mark.parametrize("app", ["pg"], indirect=True)
@pytest.mark.parametrize("rested", [0.0, 3600.0], ids=["asked", "not asked"])
def test_a_connection_that_rested_is_asked_whether_the_server_is_there(app, monkeypatch, rested):
    monkeypatch.setattr(transactions, "RESTED", rested)
    db.engine.dispose()  # the pool holds none that an earlier test left
    with db.engine.connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        connection.rollback()
        with db.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    ends = pytest.raises(OperationalError) if rested else nullcontext()
    with ends, db.engine.connect() as again, db.engine.connect() as beside:  # one of the two is what ended
        assert [one.exec_driver_sql("SELECT 1").scalar() for one in (again, beside)] == [1, 1]


@pytest.mark.parametrize("app", ["pg"], indirect=True)
@pytest.mark.parametrize("verb", ["as it is", "rolled back by psycopg"])
def test_what_is_asked_by_each_page_is_known_to_the_server_by_name(app, count, monkeypatch, verb):
    if verb == "rolled back by psycopg":
        monkeypatch.setattr(libpq, "OPEN", set())
    known = text("SELECT count(*) FROM pg_prepared_statements")

    def page():
        db.session.scalar(select(func.count()).select_from(Contact))
        return str(db.session.scalar(known, execution_options={"own_sql": True}))

    answers = []
    in_thread(lambda: answers.extend(int(view(app, "GET", page)[0]) for _ in range(40)))
    assert (answers[-1] > 0) is (verb == "as it is"), answers


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_that_reads_after_another_leaves_the_compiled_statements_alone(app, count):
    db.session.remove()
    db.engine.dispose()
    said = []

    def page():
        db.session.connection().connection.driver_connection.set_trace_callback(said.append)
        return str(count())

    def pragmas(*methods):
        said.clear()
        for method in methods:
            in_thread(lambda method=method: view(app, method, page))
        return [one for one in said if "query_only" in one]

    pragmas("GET")
    assert pragmas("GET", "GET") == []
    assert pragmas("POST", "POST", "GET") == ["PRAGMA query_only=0", "PRAGMA query_only=1"]


def test_only_what_may_be_lost_does_not_wait_for_the_disk(app, monkeypatch):
    sqlite = db.engine.dialect.name == "sqlite"
    monkeypatch.setattr(transactions, "SYNCHRONOUS", "FULL")
    asked = text("PRAGMA synchronous" if sqlite else "SHOW synchronous_commit")

    def told():
        db.session.rollback()
        return db.session.execute(asked, execution_options={"own_sql": True}).scalar_one()

    usual = told()
    with tenancy.system(), transactions.light():
        light = told()
    assert (usual, light, told()) == ((2, 1, 2) if sqlite else (usual, "off", usual))
    db.session.rollback()
