"""No tenant, no rows; and nobody else's rows by any way in."""

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    delete,
    event,
    exists,
    func,
    insert,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import aliased, registry

from crm.consent import Consent
from crm.contacts import Contact
from kernel import tenancy, walls
from kernel.db import db
from kernel.tenancy import ForeignTenant, NoTenant, Tenant
from shop.orders import Order


def make(slug):
    tenancy.leave()
    tenant = Tenant(slug=slug, name=slug, country="CR", currency="CRC", timezone="America/Costa_Rica")
    db.session.add(tenant)
    db.session.commit()
    tenancy.enter(tenant.id)
    db.session.add(
        Contact(token=slug, name=f"only {slug}", email=f"{slug}@example.com", email_norm=f"{slug}@example.com")
    )
    db.session.commit()
    return tenant.id


@pytest.fixture
def pair(app):
    """Two tenants with a contact each; the second one is entered."""
    first, second = make("uno"), make("dos")
    yield first, second
    tenancy.leave()


QUESTIONS = {
    "select": lambda: [row.name for row in db.session.scalars(select(Contact))],
    "columns": lambda: list(db.session.scalars(select(Contact.name))),
    "alias": lambda: list(db.session.scalars(select(aliased(Contact).name))),
    "join": lambda: list(db.session.scalars(select(Contact.name).outerjoin(Consent, Consent.contact_id == Contact.id))),
    "subquery": lambda: list(db.session.scalars(select(select(Contact.name).subquery().c.name))),
    "cte": lambda: list(db.session.scalars(select(select(Contact.name).cte().c.name))),
    "union": lambda: list(
        db.session.scalars(union_all(select(Contact.name), select(Contact.name).where(Contact.id < 0)))
    ),
    "exists": lambda: list(db.session.scalars(select(Contact.name).where(exists().where(Contact.id == Contact.id)))),
    "order and limit": lambda: list(db.session.scalars(select(Contact.name).order_by(Contact.id).limit(9))),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_sees_its_own_rows_only(pair, question):
    assert QUESTIONS[question]() == ["only dos"]


def test_whose_rows_a_statement_gives_back_is_known_without_working_it_out(pair):
    """As the library itself says in the end, at whatever a statement begins with."""
    other, told = aliased(Contact), []
    theirs = Order.contact_id == Contact.id
    asked = [
        select(Contact), select(Contact.id, Order.id).where(theirs), select(other), select(Tenant),
        select(other.name.label("x"), Order).where(Order.contact_id == other.id), select(func.count(Contact.id)),
        select(Contact.id, func.max(Order.id)).where(theirs).group_by(Contact.id), select(Contact).join(Order, theirs),
        select(exists().where(Contact.id == 1)), union_all(select(Contact.id), select(Order.id)),
    ]  # fmt: skip

    def hear(state):
        told.append((set(walls._classes(state)), {mapper.class_ for mapper in state.all_mappers}))

    event.listen(db.session, "do_orm_execute", hear)
    try:
        for statement in asked:
            db.session.execute(statement).all()
    finally:
        event.remove(db.session, "do_orm_execute", hear)
    assert [ours for ours, _theirs in told] == [theirs for _ours, theirs in told]
    assert {Contact} in [ours for ours, _theirs in told]


def test_a_count_counts_its_own_rows_only(pair):
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
    assert db.session.scalar(select(func.count()).select_from(select(Contact).subquery())) == 1


def test_get_finds_no_foreign_row(pair):
    first, _ = pair
    with tenancy.system():
        foreign = db.session.scalar(select(Contact.id).where(Contact.tenant_id == first))
    db.session.rollback()
    assert db.session.get(Contact, foreign) is None


def test_a_session_keeps_no_row_of_the_tenant_before(pair):
    first, second = pair
    tenancy.leave()
    with tenancy.use(first):
        mine = db.session.scalars(select(Contact)).one().id
        assert db.session.get(Contact, mine) is not None
    with tenancy.use(second):
        assert db.session.get(Contact, mine) is None


def test_bulk_update_and_delete_touch_own_rows_only(pair):
    first, _ = pair
    db.session.execute(update(Contact).values(city="aquí"))
    db.session.execute(delete(Contact))
    db.session.commit()
    tenancy.leave()
    with tenancy.use(first):
        assert [row.city for row in db.session.scalars(select(Contact))] == [""]


def test_updates_by_a_list_of_keys_are_refused(pair):
    with pytest.raises(ForeignTenant):
        db.session.execute(update(Contact), [{"id": 1, "city": "x"}])


def test_a_row_of_another_tenant_is_refused_before_it_is_written(pair):
    first, _ = pair
    db.session.add(Contact(tenant_id=first, token="x", name="smuggled"))
    with pytest.raises(ForeignTenant):
        db.session.flush()


@pytest.mark.parametrize("as_values", [True, False])
def test_a_bulk_insert_is_stamped_or_refused(pair, as_values):
    first, second = pair
    row = {"token": "bulk", "name": "bulk", "address": {}}
    if as_values:
        db.session.execute(insert(Contact).values(**row))
    else:
        db.session.execute(insert(Contact), [dict(row)])
    assert db.session.scalars(select(Contact).where(Contact.name == "bulk")).one().tenant_id == second
    with pytest.raises(ForeignTenant):
        db.session.execute(insert(Contact), [{**row, "tenant_id": first}])
    with pytest.raises(ForeignTenant):
        db.session.execute(insert(Contact).values(**row, tenant_id=first))


def test_bare_tables_and_text_are_refused(pair):
    for statement in (text("SELECT name FROM contact"), select(Contact.__table__.c.name)):
        with pytest.raises(ForeignTenant):
            db.session.execute(statement)
        db.session.rollback()


def test_without_a_tenant_there_is_nothing_to_ask(app):
    tenancy.leave()
    with pytest.raises(NoTenant):
        db.session.scalars(select(Contact))
    db.session.add(Contact(token="x"))
    with pytest.raises(NoTenant):
        db.session.flush()


def test_another_tenants_turn_waits_for_the_end_of_the_transaction(pair):
    first, _ = pair
    db.session.scalars(select(Contact)).all()
    with pytest.raises(ForeignTenant):
        tenancy.enter(first)


def test_the_database_refuses_a_reference_to_another_tenants_row(pair):
    first, _ = pair
    with tenancy.system():
        foreign = db.session.scalar(select(Contact.id).where(Contact.tenant_id == first))
    db.session.rollback()
    db.session.add(Consent(contact_id=foreign, purpose="marketing", given=True))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_every_table_of_tenants_has_forced_row_level_security(app):
    if db.engine.dialect.name != "postgresql":
        assert len(list(walls.tables())) > 5
        return
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        ).fetchall()
        role = connection.exec_driver_sql(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'plaza_app'"
        ).one()
    states = {name: (on, forced) for name, on, forced in found}
    assert {name for name in walls.tables() if states[name] != (True, True)} == set()
    assert tuple(role) == (False, False)


def test_the_second_wall_stands_without_the_first(pair):
    """Statements that the listeners let through still see one tenant's rows, or none."""
    if db.engine.dialect.name != "postgresql":
        assert db.engine.dialect.name == "sqlite"  # one wall less: the first is all there is
        return
    first, _second = pair
    bare = {"own_sql": True}
    names = select(text("name")).select_from(text("contact"))
    assert list(db.session.scalars(names, execution_options=bare)) == ["only dos"]
    changed = db.session.execute(
        text("UPDATE contact SET city = 'x' WHERE tenant_id = :id"), {"id": first}, execution_options=bare
    )
    assert changed.rowcount == 0
    with pytest.raises(ProgrammingError):
        db.session.execute(
            text(f"INSERT INTO contact (tenant_id, token) VALUES ({first}, 'x')"), execution_options=bare
        )
    db.session.rollback()
    tenancy.leave()
    assert list(db.session.scalars(names, execution_options=bare)) == []


def test_binned_rows_are_hidden_until_asked_for(pair):
    from kernel import clock

    db.session.scalars(select(Contact)).one().binned_at = clock.now()
    db.session.commit()
    assert db.session.scalars(select(Contact)).all() == []
    assert len(db.session.scalars(select(Contact), execution_options={"binned": True}).all()) == 1


def test_a_row_that_is_read_anew_again_and_again_asks_the_same_question(pair):
    bought = Order(number="1", key="1", language="es", currency="CRC", items_minor=0, tax_minor=0, total_minor=0)
    bought.contact, bought.rounding = db.session.scalars(select(Contact)).one(), "half_up"
    db.session.add(bought)
    db.session.commit()
    row = db.session.scalars(select(Order)).one()
    for _time in range(40):
        db.session.refresh(row)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, sql, *_more: asked.append(sql))
    db.session.expire(row, ["lines"])
    assert row.lines == []
    assert [sql.count("order_line.tenant_id = ") for sql in asked] == [1]


def test_a_class_that_comes_later_stands_behind_the_wall_too():
    """The names of their tables are gathered once, and again as soon as anything more is mapped."""
    assert walls._owned() == set(walls.tables()) >= {"contact", "order"}
    registry().map_imperatively(
        type("Late", (), {}), Table("late", MetaData(), Column("id", Integer, primary_key=True))
    )
    assert not walls._owned.cache_info().currsize
