"""Ten thousand alternating requests through five connections: no tenant's setting outlives its transaction."""

import threading

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import Session

from crm.contacts import Contact
from kernel import tenancy
from kernel.db import db

THREADS, ROUNDS, POOL = 8, 1250, 5
NAMES = select(text("name")).select_from(text("contact"))  # carries no tenant: the database alone decides


@pytest.fixture
def pool(app, rival, shop):
    """An engine of five connections on PostgreSQL, and two tenants with one contact each."""
    if db.engine.dialect.name != "postgresql":
        assert db.engine.dialect.name == "sqlite"  # it has no settings that could stay
        yield None, (), []
        return
    for world in (rival, shop):
        world.enter()
        world.contact(f"{world.slug}@example.com", name=f"only {world.slug}")
    tenancy.leave()
    engine = create_engine(db.engine.url, pool_size=POOL, max_overflow=0, pool_timeout=60)
    before: list[str] = []

    @event.listens_for(engine, "checkout")
    def look(raw, _record, _proxy):  # what the one before left on the connection
        with raw.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('app.tenant_id', true), ''), current_user")
            before.append("|".join(cursor.fetchone()))
        raw.rollback()

    yield engine, (rival, shop), before
    engine.dispose()


def work(app, engine, worlds, errors):
    try:
        with app.app_context():
            for number in range(ROUNDS):
                once(engine, worlds[number % 2], commit=number % 3)
    except BaseException as error:
        errors.append(error)


def once(engine, world, commit):
    """One transaction as the house begins them: every statement sees its own tenant's rows, then it ends either way."""
    tenancy.enter(world.tenant_id)
    with Session(engine) as session:
        assert session.scalars(NAMES, execution_options={"own_sql": True}).all() == [f"only {world.slug}"]
        session.commit() if commit else session.rollback()
    tenancy.leave()


def test_no_setting_leaks_through_a_shared_connection(app, pool):
    engine, worlds, before = pool
    if engine is None:
        return
    errors = []
    threads = [threading.Thread(target=work, args=(app, engine, worlds, errors)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(before) == THREADS * ROUNDS
    assert {left.split("|")[0] for left in before} == {""}
    assert "plaza_app" not in {left.split("|")[1] for left in before}


def test_the_look_would_see_a_setting_that_stays(app, pool):
    """The negative control: SET instead of SET LOCAL is found at once."""
    engine, _worlds, before = pool
    if engine is None:
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('app.tenant_id', '7', false)"))
        connection.commit()
    with engine.connect():
        pass
    assert before[-1].startswith("7|")


def test_the_rows_are_really_there(shop):
    shop.contact()
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
